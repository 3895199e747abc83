//! What a stream has the partnership pay: its losses, and what a loan costs and takes back.

use super::Plan;
use crate::driver::total;
use crate::funding::loan::Repayment;
use crate::funding::{Authority, Due, DueKind, Status, Terms};
use crate::money::Money;
use crate::month::Month;
use crate::name::StreamIndex;

/// What falls due by a stream's terms, also outside the horizon, the earliest first by kind.
///
/// A recoverable grant that is repaid out of another stream looks at that stream's money, as far as
/// `holds` counts money of a status. Nothing where an amount leaves the bounds of money.
pub fn of_stream(
    plan: &Plan,
    stream: StreamIndex,
    holds: impl Fn(Status) -> bool,
) -> Option<Vec<Due>> {
    let terms = plan.stream(stream);
    if let Terms::Loan(loan) = &terms.terms
        && let Repayment::Share { stream: source, share } = loan.repayment
    {
        let lowered = plan.stream(source).lower(&plan.setting())?;
        let held = lowered.tranches.iter().filter(|tranche| holds(tranche.status));
        let amount = |tranche: &crate::funding::Tranche| match tranche.amount {
            Authority::Amount(amount) => Some((tranche.first, amount)),
            _ => None,
        };
        let mut money: Vec<(Month, Money)> = held.filter_map(amount).collect();
        money.sort_unstable();
        return loan.dues_from(share, &money);
    }
    Some(terms.lower(&plan.setting())?.dues)
}

/// What a loan still owes after each month of the horizon; nothing for any other stream, and nothing
/// where an amount leaves the bounds of money.
///
/// It falls as principal falls due: principal that stays unpaid is a gap, and no longer owed here.
pub fn owed(plan: &Plan, stream: StreamIndex, dues: &[Due]) -> Option<Vec<Money>> {
    let Terms::Loan(loan) = &plan.stream(stream).terms else { return None };
    let principal = |through: Month| {
        let principal = dues.iter().filter(|due| due.kind == DueKind::Principal);
        total(principal.filter(|due| due.month <= through).map(|due| due.amount))
    };
    let after = |place: usize| {
        let month = plan.horizon.month(place);
        if month < loan.from { Some(Money::ZERO) } else { Some(loan.amount - principal(month)?) }
    };
    (0..plan.horizon.months as usize).map(after).collect()
}

//! What a stream has the partnership pay: its losses, and what a loan costs and takes back.

use std::collections::BTreeMap;

use super::Plan;
use crate::driver::total;
use crate::funding::loan::Repayment;
use crate::funding::{Authority, Due, DueKind, Receipts, Status, Terms, Tranche, reimbursed_in};
use crate::money::Money;
use crate::month::Month;
use crate::name::StreamIndex;

/// What falls due by a stream's terms, also outside the horizon, the earliest first by kind.
///
/// A recoverable grant that is repaid out of another stream looks at that stream's [`scheduled`] cash, as
/// far as `holds` counts money of a status. Nothing where an amount leaves the bounds of money.
pub fn of_stream(
    plan: &Plan,
    stream: StreamIndex,
    holds: impl Fn(Status) -> bool,
) -> Option<Vec<Due>> {
    let terms = plan.stream(stream);
    if let Terms::Loan(loan) = &terms.terms
        && let Repayment::Share { stream: source, share } = loan.repayment
    {
        return loan.dues_from(share, &scheduled(plan, source, holds)?);
    }
    Some(terms.lower(&plan.setting())?.dues)
}

/// The cash that a stream brings by its payment terms, by month, before any braid: advances and earned money
/// in their months; money that is reimbursed as if it were spent evenly over its window, invoiced and paid by
/// its terms; and what is owed of it at the plan's start.
///
/// What of it will never be spent is not known before the braid, and counts. Nothing where an amount leaves
/// the bounds of money.
pub fn scheduled(
    plan: &Plan,
    source: StreamIndex,
    holds: impl Fn(Status) -> bool,
) -> Option<Vec<(Month, Money)>> {
    let lowered = plan.stream(source).lower(&plan.setting())?;
    let opening = plan.opening_of(source);
    let mut spent = opening.map_or(Money::ZERO, |opening| opening.spent);
    let mut cash: BTreeMap<Month, Money> = BTreeMap::new();
    let mut begun = None;
    for tranche in lowered.tranches.iter().filter(|tranche| holds(tranche.status)) {
        let Authority::Amount(amount) = tranche.amount else { continue };
        let before = if tranche.award == 0 { amount.at_most(spent) } else { Money::ZERO };
        spent -= before;
        let rows = match &tranche.receipts {
            Receipts::Advanced(rows) | Receipts::Earned(rows) => rows.clone(),
            Receipts::AsSpent { cycle_months, lag_months } => {
                let cycles = (*begun.get_or_insert(tranche.first), *cycle_months, *lag_months);
                reimbursed(plan, tranche, (before, amount - before), cycles)
            }
            Receipts::Held | Receipts::InKind => continue,
        };
        for (month, amount) in rows {
            let sum = cash.entry(month).or_default();
            *sum = total([*sum, amount])?;
        }
    }
    for (month, amount) in opening.iter().flat_map(|opening| &opening.receivables) {
        let sum = cash.entry(*month).or_default();
        *sum = total([*sum, *amount])?;
    }
    Some(cash.into_iter().collect())
}

/// The cash of a reimbursed tranche: what was spent `before` the plan and what is `left`, each as if it were
/// spent evenly, and paid by its cycle. What was spent before and is not paid by the plan's start is left out:
/// the opening position states it.
fn reimbursed(
    plan: &Plan,
    tranche: &Tranche,
    (before, left): (Money, Money),
    (begun, cycle_months, lag_months): (Month, u32, u32),
) -> Vec<(Month, Money)> {
    let start = plan.horizon.start;
    let last = tranche.last.unwrap_or(plan.horizon.end()).max(tranche.first);
    let mut rows = Vec::new();
    let mut spread = |amount: Money, first: Month, last: Month, counts: &dyn Fn(Month) -> bool| {
        let months = (last.since(first) + 1).max(1) as u32;
        for place in 0..months {
            let spent = first.since(start) + place as i32;
            let paid = reimbursed_in(spent, begun.since(start), cycle_months, lag_months);
            let part = amount.share(place + 1, months) - amount.share(place, months);
            let month = start.plus(paid).filter(|month| counts(*month) && !part.is_zero());
            rows.extend(month.map(|month| (month, part)));
        }
    };
    if let Some(last_before) = start.plus(-1).filter(|last| tranche.first <= *last) {
        spread(before, tranche.first, last_before.min(last), &|month| month < start);
    }
    spread(left, tranche.first.max(start), last, &|_| true);
    rows
}

/// What of a loan is not due yet after each month of the horizon; nothing for any other stream, and nothing
/// where an amount leaves the bounds of money.
pub fn not_due(plan: &Plan, stream: StreamIndex, dues: &[Due]) -> Option<Vec<Money>> {
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

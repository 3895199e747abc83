//! What a stream has the partnership pay: its losses, and what a loan costs and takes back.

use std::collections::BTreeMap;

use super::Plan;
use super::deduction::{self, Deductions};
use super::restriction::selected;
use crate::driver::total;
use crate::funding::loan::Repayment;
use crate::funding::{
    Authority, Due, DueKind, Receipts, Status, Stream, Termination, Terms, Tranche, reimbursed_in,
};
use crate::money::Money;
use crate::month::Month;
use crate::name::{LineIndex, StreamIndex};

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
/// What its activity is planned to earn and is deducted from it (2 CFR 200.307(b)(1)) never comes. After a
/// termination comes what was spent by then, as if evenly over the window that the award had, and what survives it
/// needs (2 CFR 200.343). What else of it will never be spent is not known before the braid, and counts. Nothing
/// where an amount leaves the bounds of money.
pub fn scheduled(
    plan: &Plan,
    source: StreamIndex,
    holds: impl Fn(Status) -> bool,
) -> Option<Vec<(Month, Money)>> {
    let terms = plan.stream(source);
    let lowered = terms.lower(&plan.setting())?;
    let in_full = Stream { termination: None, ..terms.clone() }.lower(&plan.setting())?.tranches;
    let surviving = surviving(plan, source)?;
    let mut income = Deductions::planned(plan, |_| true, &holds)?;
    let firsts: Vec<Month> = lowered.tranches.iter().map(|tranche| tranche.first).collect();
    let opening = plan.opening_of(source);
    let mut spent = opening.map_or(Money::ZERO, |opening| opening.spent);
    let mut cash: BTreeMap<Month, Money> = BTreeMap::new();
    let mut begun = None;
    for tranche in lowered.tranches.iter().filter(|tranche| holds(tranche.status)) {
        let Authority::Amount(amount) = tranche.amount else { continue };
        let before = if tranche.award == 0 { amount.at_most(spent) } else { Money::ZERO };
        spent -= before;
        let window = deduction::window(&firsts, tranche);
        let deducted = income.take(source, window, amount - before);
        let spending = Spending {
            start: plan.horizon.start,
            window: (tranche.first, whole(&in_full, tranche).unwrap_or(plan.horizon.end())),
            before,
            left: amount - before - deducted,
            ended: terms.termination.map(|end| (end, surviving.as_slice())),
        };
        let receipts = tranche.receipts.clone();
        let rows = match deduction::lowered(receipts, plan.horizon.start, deducted).0 {
            Receipts::Advanced(rows) => spending.advanced(rows, tranche.last),
            Receipts::Earned(rows) => rows,
            Receipts::AsSpent { cycle_months, lag_months } => {
                let cycles = (*begun.get_or_insert(tranche.first), cycle_months, lag_months);
                spending.reimbursed(cycles)
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

/// The last month of a tranche as it was before a termination cut it: of the one that differs in nothing else.
pub fn whole(in_full: &[Tranche], tranche: &Tranche) -> Option<Month> {
    let key = |one: &Tranche| (one.first, one.award, one.period, one.amount);
    let same = in_full.iter().find(|one| key(one) == key(tranche) && one.last >= tranche.last);
    same.map_or(tranche.last, |one| one.last)
}

/// What the lines that survive a stream's termination need in each month of the horizon.
fn surviving(plan: &Plan, stream: StreamIndex) -> Option<Vec<(Month, Money)>> {
    let on = &plan.restrictions(stream).award.survives;
    let lines = plan.lines.iter().enumerate();
    let lines = lines.filter(|(index, line)| selected(on, LineIndex::from(*index), line));
    let needs: Vec<Vec<Money>> = lines.map(|(_, line)| line.needs(plan)).collect::<Option<_>>()?;
    let of_month = |place: usize| {
        let need = total(needs.iter().map(|need| need[place]))?;
        Some((plan.horizon.month(place), need))
    };
    (0..plan.horizon.months as usize).map(of_month).collect()
}

/// A tranche as if it were spent evenly over its months: what was spent before the plan, and what is left.
struct Spending<'a> {
    start: Month,
    window: (Month, Month),
    before: Money,
    left: Money,
    /// The termination of its stream, and what survives it needs.
    ended: Option<(Termination, &'a [(Month, Money)])>,
}

impl Spending<'_> {
    /// What of an even month is spent in it: after a termination, what survives it.
    fn stands(&self, month: Month, part: Money) -> Money {
        match self.ended {
            Some((end, needs)) if month > end.month => {
                let survives = end.commitments.then(|| needs.iter().find(|row| row.0 == month));
                survives.flatten().map_or(Money::ZERO, |(_, need)| part.at_most(*need))
            }
            _ => part,
        }
    }

    fn evenly(&self, amount: Money, (first, last): (Month, Month)) -> Vec<(Month, Money)> {
        let months = (last.since(first) + 1).max(1) as u32;
        let spent = |place: u32| {
            let part = amount.share(place + 1, months) - amount.share(place, months);
            first.plus(place as i32).map(|month| (month, self.stands(month, part)))
        };
        (0..months).filter_map(spent).filter(|(_, part)| !part.is_zero()).collect()
    }

    /// What was spent before the plan, by month.
    fn spent_before(&self) -> Vec<(Month, Money)> {
        let (first, last) = self.window;
        match self.start.plus(-1).filter(|last_before| first <= *last_before) {
            Some(last_before) => self.evenly(self.before, (first, last_before.min(last))),
            None => Vec::new(),
        }
    }

    /// What is left, by month from the plan's start on.
    fn spent_after(&self) -> Vec<(Month, Money)> {
        let first = self.window.0.max(self.start);
        self.evenly(self.left, (first, self.window.1.max(first)))
    }

    /// Instalments: those after the last month in which a terminated award may be spent come as far as what was
    /// spent exceeds what came.
    fn advanced(&self, rows: Vec<(Month, Money)>, last: Option<Month>) -> Vec<(Month, Money)> {
        let Some(last) = last.filter(|_| self.ended.is_some()) else { return rows };
        let spent: Money = self.spent_after().iter().map(|(_, part)| *part).sum();
        let spent = self.before + spent;
        let mut received = Money::ZERO;
        let mut come = Vec::with_capacity(rows.len());
        for (month, instalment) in rows {
            let late = instalment.at_most((spent - received).floor_zero());
            let amount = if month > last { late } else { instalment };
            received += amount;
            come.push((month, amount));
        }
        come.retain(|(_, amount)| !amount.is_zero());
        come
    }

    /// What is reimbursed, paid by its cycles. What was spent before and is not paid by the plan's start is left
    /// out: the opening position states it.
    fn reimbursed(
        &self,
        (begun, cycle_months, lag_months): (Month, u32, u32),
    ) -> Vec<(Month, Money)> {
        let paid = |(month, part): (Month, Money)| {
            let spent = month.since(self.start);
            let paid = reimbursed_in(spent, begun.since(self.start), cycle_months, lag_months);
            self.start.plus(paid).map(|month| (month, part))
        };
        let before = self.spent_before().into_iter().filter_map(paid);
        let before = before.filter(|(month, _)| *month < self.start);
        before.chain(self.spent_after().into_iter().filter_map(paid)).collect()
    }
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

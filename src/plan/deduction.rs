//! What awards fall by since their own activity earns it (2 CFR 200.307(b)(1)), as planned, before any braid.

use super::Plan;
use super::award::ProgramIncome;
use crate::funding::{Authority, Receipts, Status, Tranche};
use crate::money::Money;
use crate::month::Month;
use crate::name::StreamIndex;

/// Income that is still to be deducted: its award, its month and how much.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deductions(Vec<(StreamIndex, Month, Money)>);

impl Deductions {
    /// What the activity of each award that income is deducted from earns in its term within the horizon, of
    /// the streams and the money that count. Nothing where an amount leaves the bounds of money.
    pub fn planned(
        plan: &Plan,
        counts: impl Fn(StreamIndex) -> bool,
        holds: impl Fn(Status) -> bool,
    ) -> Option<Deductions> {
        let mut earned = Vec::new();
        for stream in (0..plan.streams.len()).map(StreamIndex::from) {
            let Some(award) = plan.restrictions(stream).award.earned_by else { continue };
            let deducts = plan.restrictions(award).award.program_income == ProgramIncome::Deduction;
            if !deducts || !counts(stream) {
                continue;
            }
            for tranche in plan.stream(stream).lower(&plan.setting())?.tranches {
                if let Authority::Amount(amount) = tranche.amount
                    && holds(tranche.status)
                    && plan.in_term(award, tranche.first)
                    && plan.horizon.place(tranche.first).is_some()
                {
                    earned.push((award, tranche.first, amount));
                }
            }
        }
        Some(Deductions(earned))
    }

    /// Takes what was earned within a window off an award's tranche that holds so much, and tells how much it
    /// was.
    pub fn take(
        &mut self,
        award: StreamIndex,
        (first, last): (Month, Month),
        held: Money,
    ) -> Money {
        let mut deducted = Money::ZERO;
        for (of, month, left) in &mut self.0 {
            if *of == award && (first..=last).contains(month) {
                let part = left.at_most(held - deducted);
                *left -= part;
                deducted += part;
            }
        }
        deducted
    }
}

/// The months whose income counts against a tranche: until the one before the stream's next begins, since
/// income is deducted in the budget period in which it is earned.
pub fn window(firsts: &[Month], tranche: &Tranche) -> (Month, Month) {
    let last = tranche.last.unwrap_or(Month::LAST);
    let next = firsts.iter().filter(|first| **first > tranche.first).min();
    let until = next.and_then(|next| next.plus(-1)).map_or(last, |before| before.min(last));
    (tranche.first, until)
}

/// Dated receipts without what is deducted, evenly over what is still to come from a month on, and how much of
/// it exceeds that since it was advanced before. Nothing is lowered of other receipts.
pub fn lowered(receipts: Receipts, start: Month, deducted: Money) -> (Receipts, Money) {
    let (Receipts::Advanced(rows) | Receipts::Earned(rows)) = &receipts else {
        return (receipts, Money::ZERO);
    };
    if deducted.is_zero() {
        return (receipts, Money::ZERO);
    }
    let (before, rows): (Vec<_>, Vec<_>) = rows.iter().partition(|(month, _)| *month < start);
    let coming: Money = rows.iter().map(|(_, amount)| *amount).sum();
    let left = (coming - deducted).floor_zero();
    let rows: Vec<_> = before.into_iter().chain(scaled(&rows, left, coming)).collect();
    match receipts {
        Receipts::Advanced(_) => (Receipts::Advanced(rows), (deducted - coming).floor_zero()),
        _ => (Receipts::Earned(rows), Money::ZERO),
    }
}

/// Dated amounts of a part of their whole, by cumulative rounding, so that the parts sum to it.
pub fn scaled(rows: &[(Month, Money)], part: Money, whole: Money) -> Vec<(Month, Money)> {
    of_part(rows, part, whole).collect()
}

/// The same, one after another.
pub fn of_part(
    rows: &[(Month, Money)],
    part: Money,
    whole: Money,
) -> impl Iterator<Item = (Month, Money)> {
    let ratio = move |amount: Money| {
        let product = i128::from(amount.cents()) * i128::from(part.cents());
        let cents = product / i128::from(whole.cents().max(1));
        Money::try_from_cents(cents).expect("a part is no more than its whole")
    };
    let mut before = Money::ZERO;
    rows.iter().map(move |(month, amount)| {
        if part == whole {
            return (*month, *amount);
        }
        let own = ratio(before + *amount) - ratio(before);
        before += *amount;
        (*month, own)
    })
}

//! Which bridge option does better than another in every count that the page tells.

use super::effect::{Bridged, Scenario};
use super::odds::Odds;
use crate::month::Month;

/// For each option, one that is as good in every count of every scenario and better in one: the first by id.
///
/// A count that only one of the two has says nothing of which is better.
pub(super) fn beaten(scenarios: &[Scenario], options: usize) -> Vec<Option<String>> {
    let counts = |option: usize| -> Vec<Option<i128>> {
        scenarios.iter().flat_map(|scenario| scenario.options[option].counts()).collect()
    };
    let all: Vec<Vec<Option<i128>>> = (0..options).map(counts).collect();
    let beats = |one: usize, other: usize| {
        let pairs = || all[one].iter().zip(&all[other]).filter_map(|(one, other)| one.zip(*other));
        pairs().all(|(one, other)| one <= other) && pairs().any(|(one, other)| one < other)
    };
    let by = |option: usize| {
        let better = (0..options).find(|other| beats(*other, option))?;
        Some(scenarios.first()?.options[better].id.clone())
    };
    (0..options).map(by).collect()
}

impl Bridged {
    /// All of its figures that have a better side, less being better. What comes back to the funder and its interest are
    /// part of the net cost; when its last money pays in is neither good nor bad.
    fn counts(&self) -> Vec<Option<i128>> {
        let (measures, effect) = (&self.after.measures, &self.effect);
        let start = self.plan.horizon.start;
        let early = |month: Month| i128::from(month.since(start));
        let late = |month: Option<Month>| month.map_or(i128::MIN, |month| -early(month));
        let runway = measures.runway.core_months.map_or(i128::MIN, |months| -i128::from(months));
        let stands = measures.sustainability.as_ref().map_or(i128::MAX, |found| early(found.month));
        let mut counts: Vec<Option<i128>> = [
            measures.total.gap[0],
            measures.total.gap_total(),
            measures.total.irreducible_gap(),
            -measures.cash.lowest.1,
            -effect.unlocked_total(),
            effect.displaced_total(),
            effect.idle,
            effect.match_missed,
            effect.cost.paid,
            effect.cost.present_value,
            effect.cost.owed,
        ]
        .into_iter()
        .chain(measures.years.iter().map(|year| year.gap_total()))
        .map(|amount| Some(i128::from(amount.cents())))
        .collect();
        counts.push(effect.fall_at_exit.map(|fall| i128::from(fall.cents())));
        counts.extend(effect.dependable.map(|share| share.map(|share| -share.billionths())));
        counts.extend([late(measures.first_core_gap), runway, stands].map(Some));
        let cash_stated = self.plan.opening.cash_stated;
        counts.push(cash_stated.then(|| late(measures.cash.runs_out)));
        let odds = |count: &dyn Fn(&Odds) -> i128| self.odds.as_ref().map(count);
        let through = |month: Option<Month>| month.map_or(i128::MAX, |month| -early(month));
        counts.extend([
            odds(&|odds| -i128::from(odds.funded)),
            odds(&|odds| -i128::from(odds.in_cash)).filter(|_| cash_stated),
            odds(&|odds| through(odds.funded_in[0])),
            odds(&|odds| through(odds.funded_in[1])),
            odds(&|odds| i128::from(odds.core_unpaid.cents())),
            self.odds.as_ref().and_then(|odds| Some(i128::from(odds.given?.cents()))),
        ]);
        counts
    }
}

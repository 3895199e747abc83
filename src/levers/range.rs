//! How far each further point or month closes as much as the first.
//!
//! Both the whole and its last step are tested: a whole that closed enough may have done so long before its end.

use std::collections::BTreeMap;

use super::{Change, Effect, Lever, Range, Trial};
use crate::error::Error;

/// Months that are tried.
pub(super) const MONTHS_MAX: u32 = 12;
/// Points that are tried.
const POINTS_MAX: u32 = 100;

/// A change of terms, if it closes anything.
pub(super) fn of_terms(trial: &Trial, change: &Change) -> Result<Option<Lever>, Error> {
    let Some(effect) = trial.effect(change)? else { return Ok(None) };
    let Some(lead) = effect.lead() else { return Ok(None) };
    let range = match change.times(2) {
        Some(_) => Steps::new(trial, change, effect, lead).range()?,
        None => None,
    };
    Ok(Some(trial.lever(change.clone(), effect, range)))
}

/// A change by so many steps of one size.
struct Steps<'a> {
    trial: &'a Trial<'a>,
    change: &'a Change,
    first: Effect,
    lead: usize,
    /// What was tried, by the number of steps.
    tried: BTreeMap<u32, Option<Effect>>,
}

impl<'a> Steps<'a> {
    fn new(trial: &'a Trial, change: &'a Change, first: Effect, lead: usize) -> Steps<'a> {
        Steps { trial, change, first, lead, tried: BTreeMap::from([(1, Some(first))]) }
    }

    fn at(&mut self, count: u32) -> Result<Option<Effect>, Error> {
        if let Some(known) = self.tried.get(&count) {
            return Ok(*known);
        }
        let effect = match self.change.times(count) {
            Some(larger) => self.trial.effect(&larger)?,
            None => None,
        };
        self.tried.insert(count, effect);
        Ok(effect)
    }

    fn closes(&self, effect: &Effect) -> i128 {
        effect.closes[self.lead].cents().into()
    }

    /// What settling may lose or win of an effect; shares of amounts are rounded to the cent beside it.
    fn doubt(&self, effect: &Effect) -> i128 {
        i128::from(effect.distance[self.lead].cents()) + i128::from(!self.trial.is_exact())
    }

    /// Whether so many steps close as much a step as the first, and the last of them does by itself.
    fn holds(&mut self, count: u32) -> Result<bool, Error> {
        let Some(all) = self.at(count)? else { return Ok(false) };
        let (first, steps) = (self.closes(&self.first), i128::from(count));
        let doubt = self.doubt(&all) + steps * self.doubt(&self.first);
        if self.closes(&all) + doubt < steps * first {
            return Ok(false);
        }
        let Some(before) = self.at(count - 1)? else { return Ok(false) };
        let doubt = self.doubt(&all) + self.doubt(&before) + self.doubt(&self.first);
        Ok(self.closes(&all) - self.closes(&before) + doubt >= first)
    }

    /// The range; nothing where a step closes too little to tell one from the next.
    fn range(mut self) -> Result<Option<Range>, Error> {
        if self.closes(&self.first) <= 3 * self.doubt(&self.first) {
            return Ok(None);
        }
        let by_month = matches!(self.change, Change::Longer(..) | Change::Earlier(..));
        let through = if by_month { self.months()? } else { self.points()? };
        let effect = self.at(through)?.unwrap_or(self.first);
        let beyond = self.at(through + 1)?;
        let Some(change) = self.change.times(through) else { return Ok(None) };
        let whole = i128::from(through) * self.closes(&self.first);
        let doubt = self.doubt(&effect) + i128::from(through) * self.doubt(&self.first);
        let more = self.closes(&effect) > whole + doubt;
        let next = self.change.times(through + 1);
        Ok(Some(Range {
            through: change,
            effect,
            exact: self.trial.is_exact() && !more,
            ends: beyond.is_some() && !(by_month && through == MONTHS_MAX),
            more,
            beyond: beyond
                .filter(|_| !by_month || through < MONTHS_MAX)
                .zip(next)
                .map(|(effect, change)| (change, effect)),
        }))
    }

    /// Months, one by one: what a month brings and what it needs differ from month to month.
    fn months(&mut self) -> Result<u32, Error> {
        for count in 2..=MONTHS_MAX {
            if !self.holds(count)? {
                return Ok(count - 1);
            }
        }
        Ok(MONTHS_MAX)
    }

    /// Points, from the most that there are or that the gap leaves: what they close bounds how many close as much.
    fn points(&mut self) -> Result<u32, Error> {
        let valid = |count: u32| {
            let larger = self.change.times(count);
            larger.and_then(|larger| larger.apply(self.trial.plan)).is_some()
        };
        let (mut most, mut beyond) = (1, POINTS_MAX + 1);
        while beyond - most > 1 {
            let middle = most + (beyond - most) / 2;
            if valid(middle) { most = middle } else { beyond = middle }
        }
        let first = self.closes(&self.first);
        let steps = |closes: i128| u32::try_from(closes / first).unwrap_or(POINTS_MAX).max(1);
        let gap = i128::from(self.trial.base.gaps[self.lead].cents());
        let mut high = most.min(steps(gap + first - 1));
        if high == 1 || self.holds(high)? {
            return Ok(high);
        }
        let closed = self.at(high)?.map_or(0, |effect| self.closes(&effect));
        let bound = steps(closed);
        if bound < high {
            if bound == 1 || self.holds(bound)? {
                return Ok(bound);
            }
            high = bound;
        }
        let mut low = 1;
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.holds(middle)? { low = middle } else { high = middle }
        }
        Ok(low)
    }
}

//! The best way to offer a bridge option: when it begins, how long it lasts, or how steeply it falls, so that the least money
//! keeps core costs funded.
//!
//! One term is changed at a time, month by month or share by share, and for each the least amount is sought
//! ([`super::solve`]); nothing is read off between two that were tried.

use super::effect::Scenario;
use super::solve::{Aim, Least, least_of};
use crate::error::Error;
use crate::folder::{BridgeOption, Cases, Draft, Way};
use crate::forecast::Question;
use crate::money::{Money, Rate};
use crate::month::Month;

/// Ways that are tried, at most; where there are more months, every so many.
const TRIED_MAX: usize = 60;
/// What a year may hold of the year before, in twentieths.
const STEPS: std::ops::RangeInclusive<i64> = 1..=20;

/// What of an option is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// The month in which it begins, for as many months as it states.
    Start,
    /// The month in which it ends, from the month in which it begins.
    Length,
    /// What each year holds of the year before.
    Taper,
}

/// The ways in which one term of an option was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Best {
    /// The option's id.
    pub option: String,
    /// The term.
    pub term: Term,
    /// The option as it is stated.
    pub stated: Offer,
    /// The ways that were tried, by month, or from level to steep.
    pub offers: Vec<(Way, Offer)>,
    /// The place of the one that needs the least money; of several, the one that begins last, ends first or falls least.
    pub best: Option<usize>,
    /// Why the term cannot be changed, if it cannot.
    pub refused: Option<&'static str>,
    /// Whether core costs are to be funded to the plan's end, since nothing dependable follows or not for long enough.
    pub to_the_end: bool,
}

/// An option offered in some way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The least of its amount that keeps core costs funded, in all scenarios that were asked for.
    pub least: Least,
    /// What money it then holds within the plan.
    pub money: Option<Money>,
}

/// Tries a term of an option in all scenarios together. `through` are the months through which core costs are to be funded.
///
/// # Errors
/// An internal error where a braid breaks a rule.
pub(super) fn best(
    cases: &Cases,
    (drafts, scenarios): (&[Draft], &[Scenario]),
    (option, term): (&BridgeOption, Term),
    (question, aim, through): (Question, Aim, &[Month]),
) -> Result<Best, Error> {
    let seek = |option: &BridgeOption| -> Result<Offer, Error> {
        let asked = (question, aim, through);
        let (least, money) = least_of(cases, (drafts, scenarios), option, asked)?;
        Ok(Offer { least, money })
    };
    let stated = seek(option)?;
    let mut found = Best {
        option: option.id.clone(),
        term,
        stated,
        offers: Vec::new(),
        best: None,
        refused: None,
        to_the_end: false,
    };
    let Some((from, _)) = option.months() else {
        found.refused = Some("it has no single first month");
        return Ok(found);
    };
    let goal = through.iter().max().copied().unwrap_or(from);
    let seen = scenarios.iter().map(|scenario| scenario.plan.horizon.as_of).min().unwrap_or(from);
    let ways = match term {
        Term::Start => months(seen, goal).into_iter().map(Way::From).collect(),
        Term::Length => months(from, goal).into_iter().map(Way::Until).collect(),
        Term::Taper => falls(),
    };
    for way in ways {
        match option.otherwise(way) {
            Ok(option) => found.offers.push((way, seek(&option)?)),
            Err(why) => {
                found.refused = Some(why);
                return Ok(found);
            }
        }
    }
    let later = |place: usize| match term {
        Term::Start => found.offers.len() - place,
        Term::Length | Term::Taper => place,
    };
    let holds = found.offers.iter().enumerate().filter_map(|(place, (_, offer))| {
        matches!(offer.least, Least::Amount(_)).then_some((offer.money?, later(place), place))
    });
    found.best = holds.min().map(|(_, _, place)| place);
    if found.offers.is_empty() {
        found.refused = Some("no month lies between its beginning and the last one aimed at");
        return Ok(found);
    }
    // Level is no change where the option states no taper.
    let mut changed = found.offers.iter().filter(|(way, _)| *way != Way::Falling(Rate::ONE));
    if changed.all(|(_, offer)| matches!(offer.least, Least::NotOneFigure(_))) {
        (found.best, found.refused) = (None, Some("its other terms do not go with it"));
    }
    Ok(found)
}

/// The months from one to another, or every so many of them.
fn months(first: Month, last: Month) -> Vec<Month> {
    let count = usize::try_from(last.since(first) + 1).unwrap_or(0);
    let step = count.div_ceil(TRIED_MAX).max(1);
    (0..count).step_by(step).filter_map(|place| first.plus(place as i32)).collect()
}

/// What a year may hold of the year before: all of it first.
fn falls() -> Vec<Way> {
    let twentieth = Rate::ONE.billionths() / 20;
    let share = |steps: i64| Rate::from_billionths(twentieth * i128::from(steps));
    STEPS.rev().filter_map(share).map(Way::Falling).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_tried_one_by_one_or_in_even_steps() {
        let first = Month::parse("2026-01").unwrap();
        let to = |months: i32| months_of(first, first.plus(months).unwrap());
        assert_eq!(to(-1), Vec::<i32>::new());
        assert_eq!(to(2), [0, 1, 2]);
        assert_eq!(to(59).len(), 60);
        assert_eq!(to(60)[..3], [0, 2, 4]);
        assert_eq!(to(359).len(), 60);
    }

    fn months_of(first: Month, last: Month) -> Vec<i32> {
        months(first, last).into_iter().map(|month| month.since(first)).collect()
    }

    #[test]
    fn a_fall_goes_from_level_to_a_twentieth() {
        let falls = falls();
        assert_eq!(falls.len(), 20);
        assert_eq!(falls[0], Way::Falling(Rate::ONE));
        assert_eq!(falls[19], Way::Falling(Rate::parse("0.05").unwrap()));
    }
}

//! How a plan fares in many futures, as options are weighed by it.

use super::chance::{Futures, Kept};
use crate::money::Money;
use crate::month::Month;

/// How a plan fares in many futures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odds {
    /// The last month that is looked at.
    pub through: Month,
    /// In how many futures core costs are funded in every month from `as-of` through it.
    pub funded: u64,
    /// In how many unrestricted cash, every cost paid, stays at zero or above through it.
    pub in_cash: u64,
    /// The last month through which core costs are funded in 9 of 10 futures, and in 5 of 10; nothing where they are not
    /// even in the first month.
    pub funded_in: [Option<Month>; 2],
    /// What core cost goes unpaid from `as-of` through that month at most in 9 of 10 futures.
    pub core_unpaid: Money,
    /// What the option's funder has not got back at most in 9 of 10 futures; nothing without an option.
    pub given: Option<Money>,
    /// The ids of streams that no future counts, since nothing says how likely they are.
    pub unsure: Vec<String>,
    /// The ids of streams of which a budget period that is not secured comes in no future.
    pub unsure_periods: Vec<String>,
}

impl Odds {
    pub(super) fn of(futures: &Futures) -> Odds {
        let (calendar, tally) = (&futures.calendar, &futures.tally);
        let month = |place: usize| futures.plan.horizon.month(place);
        let last = |tenths: u64| {
            let fails = |times: &u64| (tally.futures - times) * 10 < tally.futures * tenths;
            let first = tally.core_gap.by_month.iter().position(fails);
            match first.unwrap_or(calendar.months) {
                place if place <= calendar.as_of => None,
                place => Some(month(place - 1)),
            }
        };
        let nine = |kept: Kept| tally.spread(calendar, kept).map(|[.., nine]| nine);
        Odds {
            through: month(calendar.through),
            funded: tally.futures - tally.core_gap.by_month[calendar.through],
            in_cash: tally.futures - tally.out_of_cash.by_month[calendar.through],
            funded_in: [last(9), last(5)],
            core_unpaid: nine(Kept::CoreGapAhead).unwrap_or_default(),
            given: nine(Kept::Given),
            unsure: futures.chances.unsure.clone(),
            unsure_periods: futures.chances.unsure_periods.clone(),
        }
    }
}

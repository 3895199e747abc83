//! What more money of a stream is worth, and in which months it is worth the most.

use super::screen::{Candidates, Window};
use super::worth::{Unit, alike, dollars, unit};
use super::{Change, Lever, Trial};
use crate::error::Error;
use crate::month::Month;
use crate::name::StreamIndex;

/// Windows of one stream that are tried by themselves, at most.
const ALONE_MAX: usize = 12;

/// More room under a limit that is an amount, or more of a reserve that is authorised, if it closes anything.
pub(super) fn of_room(trial: &Trial, change: &Change) -> Result<Option<Lever>, Error> {
    let Some(found) = unit(trial, change)? else { return Ok(None) };
    let range = dollars(trial, &found, None)?;
    Ok(Some(trial.lever(found.change, found.effect, range)))
}

/// Months in which money may start: a unit that was tried in the first, and what else was found alike.
struct Start {
    unit: Unit,
    first: Month,
    /// The last of the months through which money that does not lapse is worth as much.
    last: Option<(Month, Unit)>,
    also: Vec<Month>,
}

/// The best lever of a stream's money, if more of it closes anything.
pub(super) fn of_stream(trial: &Trial, candidates: &Candidates) -> Result<Option<Lever>, Error> {
    let stream = candidates.stream;
    let mut best = lasting(trial, stream, &candidates.lasting)?;
    let mut left = candidates.alone.iter();
    let mut tries = 0;
    while let Some((place, prices)) = left.next() {
        // No dollar is worth more than its price.
        let bound = |best: &Start| prices.map(|prices| cents_a_dollar(prices[best.unit.lead]));
        let short = best
            .as_ref()
            .is_some_and(|best| bound(best).is_some_and(|most| most < best.unit.cents_a_dollar()));
        if short {
            continue;
        }
        // Of windows that are worth no more than what was found the latest is tried, to tell how long it lasts.
        let like =
            |start: &Start| start.unit.priced && bound(start) == Some(start.unit.cents_a_dollar());
        if best.as_ref().is_some_and(like) {
            let lead = best.as_ref().map_or(0, |best| best.unit.lead);
            let of = |prices: &Option<[i128; 3]>| prices.map(|all| cents_a_dollar(all[lead]));
            let same = |(_, other): &&Window| of(other) == of(prices);
            let later = left.clone().filter(same).map(|(later, _)| later);
            let latest = later.max_by_key(|later| later.first).unwrap_or(place);
            if let Some(best) = &mut best
                && alike(trial, &best.unit, &Change::Money(stream, *latest))?.is_some()
            {
                best.also.push(latest.first);
            }
            break;
        }
        if tries == ALONE_MAX {
            break;
        }
        tries += 1;
        let change = Change::Money(stream, *place);
        let Some(found) = unit(trial, &change)? else { continue };
        let start = Start { unit: found, first: place.first, last: None, also: Vec::new() };
        match &mut best {
            None => best = Some(start),
            Some(best) => match start.unit.rank().cmp(&best.unit.rank()) {
                std::cmp::Ordering::Greater => *best = start,
                std::cmp::Ordering::Equal => best.also.push(place.first),
                std::cmp::Ordering::Less => {}
            },
        }
    }
    let Some(Start { unit: found, first, last, mut also }) = best else { return Ok(None) };
    let range = dollars(trial, &found, None)?;
    let through = range.as_ref().and_then(|range| range.through.amount());
    let later = match &last {
        Some((_, unit)) => dollars(trial, unit, through)?,
        None => None,
    };
    let lever = trial.lever(found.change, found.effect, range);
    also.sort_unstable();
    also.dedup();
    let months = Some((first, last.map_or(first, |(last, _)| last)));
    Ok(Some(Lever { months, later, also, ..lever }))
}

/// Money that does not lapse is worth the most where it comes first, and never more later: so what is worth as much
/// in two months is in every month between them.
fn lasting(trial: &Trial, stream: StreamIndex, all: &[Window]) -> Found {
    let Some((first, _)) = all.first() else { return Ok(None) };
    let Some(found) = unit(trial, &Change::Money(stream, *first))? else { return Ok(None) };
    let at = |place: usize| alike(trial, &found, &Change::Money(stream, all[place].0));
    // No dollar is worth more than its price: months of a lower one need no try.
    let bounded = |place: usize| {
        let price = all[place].1.as_ref().map(|prices| prices[found.lead]);
        price.is_none_or(|price| cents_a_dollar(price) >= found.cents_a_dollar())
    };
    let mut high = all.len();
    while high > 1 && !bounded(high - 1) {
        high -= 1;
    }
    let (mut low, mut last) = (0, None);
    if high > 1 {
        last = at(high - 1)?;
        if last.is_some() {
            low = high - 1;
        }
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match at(middle)? {
            Some(unit) => (low, last) = (middle, Some(unit)),
            None => high = middle,
        }
    }
    let last = last.map(|unit| (all[low].0.first, unit));
    Ok(Some(Start { unit: found, first: first.first, last, also: Vec::new() }))
}

type Found = Result<Option<Start>, Error>;

/// Billionths of what is closed for each of what is added, in whole cents a dollar.
pub(super) fn cents_a_dollar(worth: i128) -> i128 {
    (worth + 5_000_000) / 10_000_000
}

impl Unit {
    fn cents_a_dollar(&self) -> i128 {
        cents_a_dollar(self.worth)
    }

    /// The earlier the priority that it closes first, and the more a dollar, the better.
    fn rank(&self) -> (std::cmp::Reverse<usize>, i128) {
        (std::cmp::Reverse(self.lead), self.cents_a_dollar())
    }
}

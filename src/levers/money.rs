//! What more money of a stream is worth, and in which months it is worth the most.

use super::range::dollars;
use super::screen::Candidates;
use super::{Change, Effect, Lever, Trial};
use crate::error::Error;
use crate::funding::More;
use crate::money::Money;
use crate::month::Month;

/// What is added where nothing ties amounts together: a dollar.
const EXACT_CENTS: i64 = 100;
/// What is added where something does: enough that the distance of the braids does not blur its worth.
const NEAR_CENTS: i64 = 100_000;

/// Where more money was tried, and what it does there.
struct Tried {
    more: More,
    effect: Effect,
}

/// The best lever of a stream's money, if more of it closes anything.
pub(super) fn of_stream(trial: &Trial, candidates: &Candidates) -> Result<Option<Lever>, Error> {
    let cents = if trial.is_exact() { EXACT_CENTS } else { NEAR_CENTS };
    let amount = Money::from_cents(cents);
    let stream = candidates.stream;
    let tried = |place: &More| -> Result<Option<Tried>, Error> {
        let more = More { amount, ..*place };
        let effect = trial.effect(&Change::Money(stream, more))?;
        Ok(effect.filter(|effect| effect.lead().is_some()).map(|effect| Tried { more, effect }))
    };
    let mut best: Option<(Tried, (Month, Month))> = None;
    let mut keep = |found: Option<(Tried, (Month, Month))>| {
        let Some((tried, months)) = found else { return };
        match &mut best {
            Some((kept, kept_months)) if kept.effect.closes == tried.effect.closes => {
                kept_months.1 = kept_months.1.max(months.1);
            }
            Some((kept, _)) if kept.effect.closes > tried.effect.closes => {}
            _ => best = Some((tried, months)),
        }
    };
    if let Some(first) = candidates.lasting.first() {
        // Money that does not lapse is worth the most where it comes first, and never more later.
        if let Some(found) = tried(first)? {
            let (mut low, mut high) = (0, candidates.lasting.len());
            let alike = |place: usize| -> Result<bool, Error> {
                let other = tried(&candidates.lasting[place])?;
                Ok(other.is_some_and(|other| other.effect.closes == found.effect.closes))
            };
            if high > 1 && alike(high - 1)? {
                low = high - 1;
            }
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if alike(middle)? { low = middle } else { high = middle }
            }
            let months = (first.first, candidates.lasting[low].first);
            keep(Some((found, months)));
        }
    }
    for place in &candidates.lapsing {
        keep(tried(place)?.map(|found| (found, (place.first, place.first))));
    }
    let Some((found, months)) = best else { return Ok(None) };
    let Some(lead) = found.effect.lead() else { return Ok(None) };
    let range = dollars(trial, (stream, found.more), found.effect, lead)?;
    let lever = trial.lever(Change::Money(stream, found.more), found.effect, Some(range));
    Ok(Some(Lever { months: Some(months), ..lever }))
}

//! How far each further dollar, point or month closes as much as the first.
//!
//! Without ratio rules what more money closes of a gap is concave in the money and consists of straight pieces,
//! so that the end of the first piece is found exactly: whatever a larger amount closes bounds the piece, and the
//! amount that would close as much at the first worth is tried next, until it does.

use super::{Change, Effect, Lever, Range, Trial};
use crate::error::Error;
use crate::funding::More;
use crate::money::Money;
use crate::name::StreamIndex;

/// Further tries of a smaller amount before the piece is halved.
const TRIES_MAX: usize = 8;
/// Months that are tried.
const MONTHS_MAX: u32 = 12;
/// Points that are tried.
const POINTS_MAX: u32 = 100;

/// A change of terms, if it closes anything.
pub(super) fn of_terms(trial: &Trial, change: &Change) -> Result<Option<Lever>, Error> {
    let Some(effect) = trial.effect(change)? else { return Ok(None) };
    let Some(lead) = effect.lead() else { return Ok(None) };
    let range = match change {
        Change::Longer(..) | Change::Earlier(..) => Some(months(trial, change, effect, lead)?),
        _ if change.times(2).is_some() => Some(points(trial, change, effect, lead)?),
        _ => None,
    };
    Ok(Some(trial.lever(change.clone(), effect, range)))
}

/// Whether a change so many times as large closes as much a part as the first.
fn holds(trial: &Trial, (count, larger): (i128, &Effect), first: &Effect, lead: usize) -> bool {
    let rounding = if trial.is_exact() { 0 } else { 1 };
    let doubt = count * (i128::from(first.distance[lead].cents()) + rounding)
        + i128::from(larger.distance[lead].cents());
    let linear = count * i128::from(first.closes[lead].cents());
    i128::from(larger.closes[lead].cents()) + doubt >= linear
}

fn months(trial: &Trial, change: &Change, first: Effect, lead: usize) -> Result<Range, Error> {
    let mut range = Range { through: change.clone(), effect: first, exact: true, ends: false };
    for count in 2..=MONTHS_MAX {
        let Some(larger) = change.times(count) else { break };
        let Some(effect) = trial.effect(&larger)? else { break };
        if !holds(trial, (count.into(), &effect), &first, lead) {
            range.ends = true;
            break;
        }
        range = Range { through: larger, effect, ..range };
    }
    range.exact = trial.is_exact();
    Ok(range)
}

/// Whole points, by doubling, then by halving. A cent a point is left to the rounding of shares.
fn points(trial: &Trial, change: &Change, first: Effect, lead: usize) -> Result<Range, Error> {
    let (mut low, mut high) = (1_u32, None);
    let mut range = Range { through: change.clone(), effect: first, exact: false, ends: false };
    loop {
        let count = match high {
            None if low == POINTS_MAX => break,
            None => (low * 2).min(POINTS_MAX),
            Some(high) if high - low <= 1 => break,
            Some(high) => low + (high - low) / 2,
        };
        let larger = change.times(count);
        let effect = match &larger {
            Some(larger) => trial.effect(larger)?,
            None => None,
        };
        let rounding = Money::from_cents(1);
        let kept = effect.filter(|effect| {
            let first = Effect { distance: first.distance.map(|cents| cents + rounding), ..first };
            holds(trial, (count.into(), effect), &first, lead)
        });
        match (kept, larger) {
            (Some(effect), Some(larger)) => {
                low = count;
                range = Range { through: larger, effect, ..range };
            }
            _ => {
                range.ends |= effect.is_some();
                high = Some(count);
            }
        }
    }
    Ok(range)
}

/// The dollars through which each closes as much as the first.
pub(super) fn dollars(
    trial: &Trial,
    (stream, more): (StreamIndex, More),
    first: Effect,
    lead: usize,
) -> Result<Range, Error> {
    let unit = i128::from(more.amount.cents());
    let worth = i128::from(first.closes[lead].cents());
    let exact = trial.is_exact();
    let of = |cents: i128| {
        let amount = Money::try_from_cents(cents).unwrap_or(Money::MAX);
        Change::Money(stream, More { amount, ..more })
    };
    let tried = |cents: i128| -> Result<Option<(Change, Effect)>, Error> {
        let change = of(cents);
        Ok(trial.effect(&change)?.map(|effect| (change, effect)))
    };
    let straight = |cents: i128, effect: &Effect| {
        let closes = i128::from(effect.closes[lead].cents());
        if exact {
            return closes * unit >= worth * cents;
        }
        let doubt = i128::from(effect.distance[lead].cents()) * unit
            + (cents + unit) * (i128::from(first.distance[lead].cents()) + 1);
        closes * unit + doubt >= worth * cents
    };
    let mut best = Range { through: of(unit), effect: first, exact, ends: true };
    let gap = i128::from(trial.base.gaps[lead].cents());
    let mut high = (gap * unit + worth - 1) / worth;
    for _ in 0..TRIES_MAX {
        if high <= unit {
            return Ok(best);
        }
        let Some((through, effect)) = tried(high)? else { return Ok(best) };
        if straight(high, &effect) {
            return Ok(Range { through, effect, ..best });
        }
        let next = i128::from(effect.closes[lead].cents()) * unit / worth;
        if next >= high {
            break;
        }
        high = next;
    }
    let mut low = unit;
    while high - low > if exact { 1 } else { (low / 1_000).max(100) } {
        let middle = low + (high - low) / 2;
        match tried(middle)? {
            Some((through, effect)) if straight(middle, &effect) => {
                low = middle;
                best = Range { through, effect, ..best };
            }
            _ => high = middle,
        }
    }
    Ok(best)
}

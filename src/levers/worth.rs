//! What each dollar of a change closes, and through which amount each does.
//!
//! What more money or room closes of a gap is concave in the amount, so a price that proves the plan's own optimum is
//! no less than the worth of any dollar. Where a unit closes what the price says, each dollar of it does; where it does
//! not, a smaller unit is tried, until one closes as much as a part of it says. The end of the straight piece
//! is sought from above: a larger amount, with its own price, bounds what any smaller one closes.

use super::{Change, Effect, Range, Trial};
use crate::braid::proof::ONE;
use crate::error::Error;
use crate::money::Money;

/// Units in cents where nothing ties amounts together.
const EXACT_UNITS: [i64; 2] = [100, 1];
/// Units in cents where something does: the largest that stays within the piece blurs its worth the least.
const NEAR_UNITS: [i64; 4] = [100_000, 10_000, 1_000, 100];
/// Tries of a smaller amount before the piece is halved.
const TRIES_MAX: usize = 8;
/// The part of an amount whose last dollars are tried by themselves.
const LAST_PART: i128 = 8;

/// A change by an amount, and what each of its dollars closes.
pub(super) struct Unit {
    pub change: Change,
    pub effect: Effect,
    pub lead: usize,
    /// Billionths of what is closed for each of what is added.
    pub worth: i128,
    /// Whether the worth is that of the price, which no dollar exceeds.
    pub priced: bool,
    /// Whether each dollar of it is known to close as much.
    straight: bool,
}

fn cents(change: &Change) -> i128 {
    i128::from(change.amount().unwrap_or(Money::ZERO).cents())
}

/// What may be lost or won in settling to cents, of two braids that are compared.
fn doubt(trial: &Trial, effect: &Effect, lead: usize) -> i128 {
    let rounding = i128::from(!(trial.is_exact() && effect.needs.is_zero()));
    i128::from(effect.distance[lead].cents()) + rounding
}

/// The unit by which a change is told, if it closes anything.
pub(super) fn unit(trial: &Trial, change: &Change) -> Result<Option<Unit>, Error> {
    let exact = trial.is_exact();
    let units: &[i64] = if exact { &EXACT_UNITS } else { &NEAR_UNITS };
    let priced = |lead: usize| trial.base.price(trial.plan, change, lead);
    let led = (0..3).find(|at| priced(*at).is_some_and(|price| price > 0));
    let too_large = |unit: i64| {
        let most = led.and_then(priced).map(|price| price * i128::from(unit));
        let gap = led.map_or(0, |lead| i128::from(trial.base.gaps[lead].cents()));
        most.is_some_and(|most| most > gap * i128::from(ONE))
    };
    let mut kept: Option<Unit> = None;
    for (place, size) in units.iter().enumerate() {
        let last = place + 1 == units.len();
        if !last && kept.is_none() && too_large(*size) {
            continue;
        }
        let Some(change) = change.of_amount(Money::from_cents(*size)) else { break };
        let Some((effect, _)) = trial.outcome(&change)? else {
            if kept.is_some() { break } else { continue }
        };
        let Some(lead) = effect.lead() else { break };
        let (closes, size) = (i128::from(effect.closes[lead].cents()), i128::from(*size));
        let own_doubt = doubt(trial, &effect, lead);
        let mut unit = Unit {
            change,
            effect,
            lead,
            worth: closes * i128::from(ONE) / size,
            priced: false,
            straight: false,
        };
        if let Some(price) = priced(lead)
            && (price * size - closes * i128::from(ONE)).abs() <= own_doubt * i128::from(ONE)
        {
            return Ok(Some(Unit { worth: price, priced: true, straight: true, ..unit }));
        }
        if let Some(larger) = kept.take_if(|larger| larger.lead == lead) {
            let (of_larger, large) =
                (i128::from(larger.effect.closes[lead].cents()), cents(&larger.change));
            let doubt = own_doubt * large + doubt(trial, &larger.effect, lead) * size;
            if (of_larger * size - closes * large).abs() <= doubt {
                return Ok(Some(Unit { straight: true, ..larger }));
            }
        }
        // A cent of an exact braid has no parts.
        unit.straight = exact && last;
        kept = Some(unit);
    }
    let Some(kept) = kept else { return Ok(None) };
    Ok(Some(straightened(trial, kept, units)?))
}

/// A larger unit that closes as much a dollar as the one at hand, where a price above the worth had hidden it.
fn straightened(trial: &Trial, small: Unit, units: &[i64]) -> Result<Unit, Error> {
    let size = cents(&small.change);
    let gap = i128::from(trial.base.gaps[small.lead].cents()) * i128::from(ONE);
    let fits = |unit: &&i64| i128::from(**unit) > size && small.worth * i128::from(**unit) <= gap;
    let larger = units.iter().find(fits).filter(|_| !small.straight);
    let Some(unit) = larger else { return Ok(small) };
    let Some(change) = small.change.of_amount(Money::from_cents(*unit)) else { return Ok(small) };
    let Some((effect, _)) = trial.outcome(&change)? else { return Ok(small) };
    let (large, closes) = (i128::from(*unit), i128::from(effect.closes[small.lead].cents()));
    let of_small = i128::from(small.effect.closes[small.lead].cents());
    let doubt =
        doubt(trial, &effect, small.lead) * size + doubt(trial, &small.effect, small.lead) * large;
    if effect.lead() != Some(small.lead) || (closes * size - of_small * large).abs() > doubt {
        return Ok(small);
    }
    let worth = closes * i128::from(ONE) / large;
    Ok(Unit { change, effect, worth, straight: true, ..small })
}

/// The same change in another window, where a unit of it closes as much.
pub(super) fn alike(trial: &Trial, unit: &Unit, other: &Change) -> Result<Option<Unit>, Error> {
    let amount = unit.change.amount().unwrap_or(Money::ZERO);
    let Some(change) = other.of_amount(amount) else { return Ok(None) };
    let Some((effect, _)) = trial.outcome(&change)? else { return Ok(None) };
    let off = i128::from((effect.closes[unit.lead] - unit.effect.closes[unit.lead]).cents()).abs();
    let same = effect.lead() == Some(unit.lead) && off <= doubt(trial, &effect, unit.lead);
    Ok(same.then_some(Unit { change, effect, ..*unit }))
}

/// The amount through which each dollar closes as much, `most` at the highest; nothing where that is not even known
/// of the unit.
pub(super) fn dollars(
    trial: &Trial,
    unit: &Unit,
    most: Option<Money>,
) -> Result<Option<Range>, Error> {
    if !unit.straight {
        return Ok(None);
    }
    let piece = Piece { trial, unit, size: cents(&unit.change) };
    let first = Found { amount: piece.size, effect: unit.effect, price: None };
    let gap = i128::from(trial.base.gaps[unit.lead].cents()) * i128::from(ONE);
    let mut high = (gap + unit.worth - 1) / unit.worth;
    if let Some(most) = most {
        high = high.min(most.cents().into());
    }
    for _ in 0..TRIES_MAX {
        if high <= piece.size {
            return piece.range(first).map(Some);
        }
        let Some(found) = piece.at(high)? else { return piece.range(first).map(Some) };
        if piece.holds(&found)? {
            return piece.range(found).map(Some);
        }
        let next = piece.bound(&found);
        if next >= high {
            break;
        }
        high = next;
    }
    let (mut low, mut best) = (piece.size, first);
    while high - low > if trial.is_exact() { 1 } else { (low / 1_000).max(100) } {
        let middle = low + (high - low) / 2;
        match piece.at(middle)? {
            Some(found) if piece.holds(&found)? => (low, best) = (middle, found),
            _ => high = middle,
        }
    }
    piece.range(best).map(Some)
}

/// A larger amount, and what it does.
struct Found {
    amount: i128,
    effect: Effect,
    /// The price at which its optimum is proved, in billionths of what it closes.
    price: Option<i128>,
}

/// The piece that begins with a unit.
struct Piece<'a> {
    trial: &'a Trial<'a>,
    unit: &'a Unit,
    size: i128,
}

impl Piece<'_> {
    fn change(&self, amount: i128) -> Result<Change, Error> {
        let amount = Money::try_from_cents(amount).unwrap_or(Money::MAX);
        let changed = self.unit.change.of_amount(amount);
        changed.ok_or_else(|| Error::internal("a change by an amount has amounts"))
    }

    fn at(&self, amount: i128) -> Result<Option<Found>, Error> {
        let change = self.change(amount)?;
        let found = self.trial.outcome(&change)?;
        Ok(found.map(|(effect, after)| {
            let price = after.price(self.trial.plan, &change, self.unit.lead);
            Found { amount, effect, price }
        }))
    }

    fn closes(&self, found: &Found) -> i128 {
        i128::from(found.effect.closes[self.unit.lead].cents()) * i128::from(ONE)
    }

    fn doubt(&self, effect: &Effect) -> i128 {
        doubt(self.trial, effect, self.unit.lead) * i128::from(ONE)
    }

    /// Whether each dollar up to this amount closes as much: all of them, and where their worth is known by
    /// the unit alone, the last of them by themselves.
    fn holds(&self, found: &Found) -> Result<bool, Error> {
        let mut doubt = self.doubt(&found.effect);
        if !self.unit.priced {
            doubt += self.doubt(&self.unit.effect) * found.amount / self.size;
        }
        let all = self.closes(found) + doubt >= self.unit.worth * found.amount;
        if !all || self.unit.priced || self.trial.is_exact() {
            return Ok(all);
        }
        let part = self.size.max(found.amount / LAST_PART).min(found.amount - 1);
        let Some(before) = self.at(found.amount - part)? else { return Ok(false) };
        let doubt = self.doubt(&found.effect)
            + self.doubt(&before.effect)
            + self.doubt(&self.unit.effect) * part / self.size;
        Ok(self.closes(found) - self.closes(&before) + doubt >= self.unit.worth * part)
    }

    /// The amount beyond which no dollar closes as much, by what a larger one closes and by its price there.
    fn bound(&self, found: &Found) -> i128 {
        let closes = self.closes(found);
        let level = closes / self.unit.worth;
        let tangent = found
            .price
            .filter(|price| *price < self.unit.worth)
            .map(|price| (closes - price * found.amount).max(0) / (self.unit.worth - price));
        tangent.map_or(level, |tangent| tangent.min(level))
    }

    fn range(&self, found: Found) -> Result<Range, Error> {
        Ok(Range {
            through: self.change(found.amount)?,
            effect: found.effect,
            exact: self.trial.is_exact() && found.effect.distance == [Money::ZERO; 3],
            ends: true,
            more: false,
            beyond: None,
        })
    }
}

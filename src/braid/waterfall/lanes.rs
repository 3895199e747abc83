//! Many futures side by side, each in a lane of its own: what the waterfall makes of each of them alone, for plans whose
//! sources hold nothing but windows, selections and one share of what an award spends.
//!
//! A month is paid source by source and line by line as in [`super::Allocation`], but each step is taken for all lanes at once,
//! and a step that moves nothing in a lane changes nothing there. `tests/course.rs` holds both to the same gaps and draws.
//! Lanes are as narrow as the plan allows: of 32 bits, where that holds what any source ever has and any month needs, and of 64
//! where it does not. Sums cannot leave them: [`Lanes::pour`] turns away amounts that could.

use std::ops::{BitOr, Deref, DerefMut};

use pulp::{Arch, NullaryFnOnce};

use super::Part;
use super::frame::{Frame, Pool, Ranked, Way};
use super::protect::Ahead;
use crate::limits::MONTH_PASSES_MAX;
use crate::money::Money;
use crate::name::TrancheIndex;

/// Futures that lie side by side.
pub const LANES: usize = 64;

/// An amount of each future, in cents; where cache lines begin, so that no instruction reads or writes two of them.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Lane<C>([C; LANES]);

impl<C: Cents> Lane<C> {
    fn of(cents: i64) -> Lane<C> {
        Lane([C::of(cents); LANES])
    }
}

impl<C> Deref for Lane<C> {
    type Target = [C; LANES];

    #[inline(always)]
    fn deref(&self) -> &[C; LANES] {
        &self.0
    }
}

impl<C> DerefMut for Lane<C> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [C; LANES] {
        &mut self.0
    }
}

/// Cents of one future, in so many bits. Sums and differences wrap; what could leave the bits is turned away beforehand.
pub(crate) trait Cents: Copy + Default + Ord + BitOr<Output = Self> {
    /// The most that it holds.
    const MOST: i64;

    /// Cents that it holds.
    fn of(cents: i64) -> Self;
    fn wide(self) -> i64;
    fn plus(self, other: Self) -> Self;
    fn less(self, other: Self) -> Self;
}

macro_rules! cents {
    ($($bits:ty),*) => {$(
        impl Cents for $bits {
            const MOST: i64 = <$bits>::MAX as i64;

            #[inline(always)]
            fn of(cents: i64) -> $bits {
                cents as $bits
            }

            #[inline(always)]
            fn wide(self) -> i64 {
                i64::from(self)
            }

            #[inline(always)]
            fn plus(self, other: $bits) -> $bits {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn less(self, other: $bits) -> $bits {
                self.wrapping_sub(other)
            }
        }
    )*};
}

cents!(i32, i64);

/// What futures that lie side by side leave and draw. Amounts are cents.
pub(crate) struct Told<C> {
    /// What stays unfunded, by place and priority.
    pub gap: Vec<[Lane<C>; 3]>,
    /// What each source paid in each month in which it paid, in the order of months, if anyone asks.
    pub draws: Vec<Drawn<C>>,
    /// The same payments, lane after lane, each so far from the one before.
    by_lane: Vec<C>,
    stride: usize,
}

impl<C: Cents> Told<C> {
    /// Lays out the payments of each lane side by side, since a future is told alone. An odd count of cache lines between lanes keeps
    /// them out of each other's way.
    #[inline(always)]
    fn sort_by_lane(&mut self) {
        self.stride = 16 * ((self.draws.len() / 16 + 1) | 1);
        self.by_lane.resize(self.stride * LANES, C::default());
        for (at, drawn) in self.draws.iter().enumerate() {
            for lane in 0..LANES {
                self.by_lane[lane * self.stride + at] = drawn.paid[lane];
            }
        }
    }
}

/// What one source paid in one month.
pub(crate) struct Drawn<C> {
    pub place: usize,
    pub pool: usize,
    pub paid: Lane<C>,
}

/// Futures side by side, one group after another of a frame.
pub(crate) struct Lanes<'a, C> {
    frame: &'a Frame<'a>,
    arch: Arch,
    /// The share that binds each award, if one does.
    shares: Vec<Option<Share>>,
    /// The most of one tranche: a power of two less one.
    most: i64,
    may: Vec<[u64; 2]>,
    /// The sources that are open and hold money in any lane.
    live: Vec<u64>,
    held: Vec<Lane<C>>,
    /// By award, what its share leaves, times what is beside the share.
    slack: Vec<Lane<i64>>,
    /// By award, the count of its payments; and that count when each source last paid under the share, by priority.
    payments: Vec<u64>,
    tried: Vec<[u64; 3]>,
    left: Vec<Lane<C>>,
    /// The lines that need anything in any lane.
    open: Vec<u64>,
    free: Lane<C>,
    ahead: Ahead,
    /// By place, the sources that last held money in some lane, and the core needs ahead without them.
    needs_ahead: Vec<(Vec<u64>, i64)>,
    /// What each source has paid this month, and which have paid.
    drawn: Vec<Lane<C>>,
    paying: Vec<u64>,
    pub told: Told<C>,
}

/// A share of what is spent, in its lowest terms: `part` of `part + beside`.
#[derive(Clone, Copy)]
struct Share {
    part: i32,
    beside: i32,
    division: Division,
}

/// Division of whole numbers from zero to 2^63 by one of them, as a product.
#[derive(Clone, Copy)]
struct Division {
    factor: u64,
    bits: u32,
}

impl Division {
    /// Division by a whole number above zero. With `2^bits` from the divisor on, the factor is `2^(63 + bits) / divisor`
    /// rounded up; what that adds to a quotient of a number below 2^63 never reaches the next whole one.
    fn by(divisor: i64) -> Division {
        let bits = (divisor as u64).next_power_of_two().trailing_zeros();
        let factor = (1_u128 << (63 + bits)).div_ceil(divisor as u128) as u64;
        Division { factor, bits }
    }

    /// The upper half of a product of 64 bits each, from products of halves, which processors have many of at once.
    #[inline(always)]
    fn of(self, number: i64) -> i64 {
        const HALF: u64 = u32::MAX as u64;
        let number = (number as u64) << 1;
        let (high, low) = (number >> 32, number & HALF);
        let (factor_high, factor_low) = (self.factor >> 32, self.factor & HALF);
        let middle = high.wrapping_mul(factor_low).wrapping_add(low.wrapping_mul(factor_low) >> 32);
        let other = low.wrapping_mul(factor_high).wrapping_add(middle & HALF);
        let upper = high.wrapping_mul(factor_high).wrapping_add(middle >> 32);
        (upper.wrapping_add(other >> 32) >> self.bits) as i64
    }
}

/// What is left of each source's tranches in one future, the first to be spent last.
#[derive(Default)]
pub(crate) struct Parts(Vec<Vec<Part>>);

impl<'a, C: Cents> Lanes<'a, C> {
    /// Tells which tranches paid what each source paid in the future of a lane, whose amounts are these: place, tranche and cents,
    /// in the order of months.
    pub fn paid_by_tranche(
        &self,
        parts: &mut Parts,
        amounts: &[Money],
        lane: usize,
        mut paid: impl FnMut(usize, TrancheIndex, i64),
    ) {
        let frame = self.frame;
        parts.0.resize_with(frame.pools.len(), Vec::new);
        parts.0.iter_mut().for_each(Vec::clear);
        let own = &self.told.by_lane[lane * self.told.stride..];
        let mut draws = self.told.draws.iter().zip(own).peekable();
        for (place, opening) in frame.opening.iter().enumerate() {
            for rank in opening {
                let Ranked { tranche, pool } = frame.order[*rank];
                let held = amounts[tranche].cents();
                if held > 0 {
                    let tranche = TrancheIndex::from(tranche);
                    Part { rank: *rank, tranche, held }.open(&mut parts.0[pool]);
                }
            }
            while let Some((drawn, paid_of)) = draws.next_if(|(drawn, _)| drawn.place == place) {
                let (own, mut rest) = (&mut parts.0[drawn.pool], paid_of.wide());
                while rest > 0
                    && let Some((tranche, part)) = Part::spend(own, rest)
                {
                    rest -= part;
                    paid(place, tranche, part);
                }
            }
        }
    }

    /// What stays unfunded of each priority in a month, in the future of a lane.
    pub fn gap(&self, place: usize, lane: usize) -> [Money; 3] {
        self.told.gap[place].each_ref().map(|gap| Money::from_cents(gap[lane].wide()))
    }

    /// Lanes for a frame; nothing where other rules bind its sources, or where a month needs more than a lane holds.
    pub fn new(frame: &'a Frame<'a>) -> Option<Lanes<'a, C>> {
        let share = |own: &Pool| frame.awards[own.award].share_of_all();
        let plain = |own: &Pool| match own.way {
            Way::Plain => true,
            Way::BySpending => !own.unrestricted && share(own).is_some(),
            Way::ByRules => false,
        };
        // Where no award recovers anything, the source of what is recovered stays empty.
        if frame.is_bounded || frame.asks_for_parts || !frame.pools.iter().all(plain) {
            return None;
        }
        let mut shares = vec![None; frame.awards.len()];
        for own in frame.pools.iter().filter(|own| own.way == Way::BySpending) {
            let (part, whole) = share(own)?;
            let (own_part, beside) = (i32::try_from(part).ok()?, i32::try_from(whole - part).ok()?);
            let division = Division::by(i64::from(beside));
            shares[own.award] = Some(Share { part: own_part, beside, division });
        }
        let wholes =
            shares.iter().flatten().map(|share| i64::from(share.part) + i64::from(share.beside));
        let most = i64::MAX / wholes.max().unwrap_or(1) / (frame.order.len().max(1) as i64);
        let of_month = |needs: &[i64]| -> i128 { needs.iter().map(|need| i128::from(*need)).sum() };
        let mut months = frame.needs.chunks(frame.plan.lines.len().max(1));
        if months.any(|needs| of_month(needs) > i128::from(C::MOST)) {
            return None;
        }
        let words = frame.pools.len().div_ceil(64);
        let zero = Lane::of(0);
        let gap = vec![[zero; 3]; frame.plan.horizon.months as usize];
        Some(Lanes {
            frame,
            arch: Arch::new(),
            most: i64::MAX >> most.min(C::MOST).saturating_add(1).leading_zeros(),
            may: frame.may.clone(),
            live: vec![0; words],
            held: vec![zero; frame.pools.len()],
            slack: vec![Lane::of(0); shares.len()],
            payments: vec![0; shares.len()],
            shares,
            tried: vec![[0; 3]; frame.pools.len()],
            left: vec![zero; frame.plan.lines.len()],
            open: vec![0; frame.words],
            free: zero,
            ahead: Ahead::new(frame),
            needs_ahead: vec![Default::default(); frame.plan.horizon.months as usize],
            drawn: vec![zero; frame.pools.len()],
            paying: vec![0; words],
            told: Told { gap, draws: Vec::new(), by_lane: Vec::new(), stride: 0 },
        })
    }

    /// Makes the braids that have so much of each tranche, by the waterfall: whether it did, which it does where no amount is
    /// so large that sums might leave 64 bits. `draws`: whether it tells what each source paid.
    ///
    /// # Panics
    /// When there are not as many amounts as tranches.
    pub fn pour(&mut self, amounts: &[[Money; LANES]], draws: bool) -> bool {
        assert_eq!(amounts.len(), self.frame.timeline.tranches.len(), "amounts for each tranche");
        let arch = self.arch;
        match draws {
            false => arch.dispatch(Pouring::<_, false>(self, amounts)),
            true => arch.dispatch(Pouring::<_, true>(self, amounts)),
        }
    }

    #[inline(always)]
    fn make<const DRAWS: bool>(&mut self, amounts: &[[Money; LANES]]) -> bool {
        self.may.copy_from_slice(&self.frame.may);
        self.live.fill(0);
        self.held.fill(Lane::of(0));
        self.slack.fill(Lane::of(0));
        self.payments.fill(1);
        self.ahead.clear();
        self.told.draws.clear();
        for place in 0..self.frame.plan.horizon.months as usize {
            if !self.open_month(place, amounts) {
                return false;
            }
            self.pay_month::<DRAWS>(place);
            self.close_month::<DRAWS>(place);
        }
        if DRAWS {
            self.told.sort_by_lane();
        }
        true
    }

    /// Takes in what a month brings: whether its amounts, and what sources hold with them, fit their lanes.
    #[inline(always)]
    fn open_month(&mut self, place: usize, amounts: &[[Money; LANES]]) -> bool {
        let frame = self.frame;
        let lines = self.left.len();
        let needs = &frame.needs[place * lines..(place + 1) * lines];
        for (left, need) in self.left.iter_mut().zip(needs) {
            *left = Lane::of(*need);
        }
        self.open.copy_from_slice(&frame.open[place * frame.words..(place + 1) * frame.words]);
        for purse in &frame.changing[place] {
            frame.open_purse(*purse as usize, place, &mut self.may);
        }
        for pool in &frame.closed[place] {
            self.live[pool / 64] &= !(1 << (pool % 64));
        }
        let (mut all, mut signs) = (0, C::default());
        for rank in &frame.opening[place] {
            let ranked = frame.order[*rank];
            let (held, own) = (&mut self.held[ranked.pool], &amounts[ranked.tranche]);
            let mut any = 0;
            for lane in 0..LANES {
                let more = own[lane].cents().max(0);
                held[lane] = held[lane].plus(C::of(more));
                any |= more;
                signs = signs | held[lane];
            }
            all |= any;
            self.live[ranked.pool / 64] |= u64::from(any != 0) << (ranked.pool % 64);
        }
        // What was tried in another month was tried of other needs.
        for payments in &mut self.payments {
            *payments += 1;
        }
        all & !self.most == 0 && signs >= C::default()
    }

    #[inline(always)]
    fn pay_month<const DRAWS: bool>(&mut self, place: usize) {
        for pass in 0..MONTH_PASSES_MAX {
            let mut moved = false;
            for class in 0..3 {
                if pass == 0 && class > 0 && self.frame.has_unrestricted {
                    self.free = self.beyond_core(place);
                }
                for word in 0..self.live.len() {
                    let mut live = self.live[word];
                    while live != 0 {
                        let pool = word * 64 + live.trailing_zeros() as usize;
                        live &= live - 1;
                        moved |= self.pay_from::<DRAWS>(pool, class, place, pass > 0);
                    }
                }
            }
            // Only what is spent makes room, and only under a share.
            if !moved {
                return;
            }
        }
    }

    /// Lets a source pay the lines of a priority, or those under its share alone. Whether it paid any where a share binds.
    #[inline(always)]
    fn pay_from<const DRAWS: bool>(
        &mut self,
        pool: usize,
        class: usize,
        place: usize,
        again: bool,
    ) -> bool {
        let frame = self.frame;
        let own = &frame.pools[pool];
        let set = frame.sets[pool] + class * frame.words;
        let shared = own.way == Way::BySpending;
        if again && (!shared || self.tried[pool][class] == self.payments[own.award]) {
            return false;
        }
        let mut moved = false;
        if !again && self.has_open(set, 0) {
            let held = self.held[pool];
            let held_back = own.unrestricted && class > 0 && !(own.lapses && own.closes == place);
            let mut most = held;
            if held_back {
                for lane in 0..LANES {
                    most[lane] = held[lane].min(self.free[lane]);
                }
            }
            let rest = self.pay_lines(set, 0, most);
            let paid = self.take::<DRAWS>(pool, &most, &rest);
            if held_back {
                for lane in 0..LANES {
                    self.free[lane] = self.free[lane].less(paid[lane]);
                }
            }
            if shared {
                moved |= self.spend(own.award, &paid, |share| i64::from(share.part));
            }
        }
        if shared && self.has_open(set, 1) {
            let most = self.under_share(pool, own.award, set);
            let rest = self.pay_lines(set, 1, most);
            let paid = self.take::<DRAWS>(pool, &most, &rest);
            moved |= self.spend(own.award, &paid, |share| -i64::from(share.beside));
        }
        // The lines of a priority leave nothing of the room that they make.
        self.tried[pool][class] = self.payments[own.award];
        moved
    }

    #[inline(always)]
    fn has_open(&self, set: usize, wait: usize) -> bool {
        (0..self.open.len()).any(|word| self.may[set + word][wait] & self.open[word] != 0)
    }

    /// Pays the lines of a set from so much money. Returns what is left of it.
    #[inline(always)]
    fn pay_lines(&mut self, set: usize, wait: usize, most: Lane<C>) -> Lane<C> {
        let mut rest = most;
        for word in 0..self.open.len() {
            let mut lines = self.may[set + word][wait] & self.open[word];
            let mut done = 0;
            while lines != 0 {
                let left = &mut self.left[word * 64 + lines.trailing_zeros() as usize];
                let mut any = C::default();
                for lane in 0..LANES {
                    let part = rest[lane].min(left[lane]);
                    rest[lane] = rest[lane].less(part);
                    left[lane] = left[lane].less(part);
                    any = any | left[lane];
                }
                if any == C::default() {
                    done |= lines & lines.wrapping_neg();
                }
                lines &= lines - 1;
            }
            self.open[word] &= !done;
        }
        rest
    }

    /// Takes from a source what was paid of the most that it might. Returns what was paid.
    #[inline(always)]
    fn take<const DRAWS: bool>(&mut self, pool: usize, most: &Lane<C>, rest: &Lane<C>) -> Lane<C> {
        let held = &mut self.held[pool];
        let (mut paid, mut any) = (Lane::of(0), C::default());
        for lane in 0..LANES {
            paid[lane] = most[lane].less(rest[lane]);
            held[lane] = held[lane].less(paid[lane]);
            any = any | held[lane];
        }
        if any == C::default() {
            self.live[pool / 64] &= !(1 << (pool % 64));
        }
        if DRAWS {
            self.paying[pool / 64] |= 1 << (pool % 64);
            let drawn = &mut self.drawn[pool];
            for lane in 0..LANES {
                drawn[lane] = drawn[lane].plus(paid[lane]);
            }
        }
        paid
    }

    /// The most that a source may pay of lines under its award's share: what it holds, what they need, what the share leaves.
    #[inline(always)]
    fn under_share(&self, pool: usize, award: usize, set: usize) -> Lane<C> {
        let mut most = Lane::of(0);
        let Some(share) = self.shares[award] else { return most };
        let (held, slack, beside) = (&self.held[pool], &self.slack[award], share.beside);
        for word in 0..self.open.len() {
            let mut lines = self.may[set + word][1] & self.open[word];
            while lines != 0 {
                let left = &self.left[word * 64 + lines.trailing_zeros() as usize];
                for lane in 0..LANES {
                    most[lane] = most[lane].plus(left[lane]);
                }
                lines &= lines - 1;
            }
        }
        let mut binds = 0;
        for lane in 0..LANES {
            most[lane] = most[lane].min(held[lane]);
            binds |= slack[lane].wrapping_sub(most[lane].wide().wrapping_mul(i64::from(beside)));
        }
        // Below zero in some lane: there the share leaves less.
        if binds < 0 {
            for lane in 0..LANES {
                let room = share.division.of(slack[lane]);
                most[lane] = C::of(most[lane].wide().min(room));
            }
        }
        most
    }

    /// Books what an award has paid. Whether it paid anything.
    #[inline(always)]
    fn spend(&mut self, award: usize, paid: &Lane<C>, factor: impl Fn(Share) -> i64) -> bool {
        let Some(share) = self.shares[award] else { return false };
        let (factor, slack) = (factor(share), &mut self.slack[award]);
        let mut any = C::default();
        for lane in 0..LANES {
            slack[lane] = slack[lane].wrapping_add(paid[lane].wide().wrapping_mul(factor));
            any = any | paid[lane];
        }
        self.payments[award] += u64::from(any != C::default());
        any != C::default()
    }

    /// As [`super::Allocation::unrestricted_beyond_core`], of each lane, if it is above zero. More than a lane holds is more than
    /// a month needs.
    #[inline(always)]
    fn beyond_core(&mut self, place: usize) -> Lane<C> {
        let frame = self.frame;
        let mut balance: Lane<i64> = Lane::of(0);
        for (pool, own) in frame.pools.iter().enumerate() {
            let lapses_now = own.lapses && own.closes == place;
            if own.unrestricted && !lapses_now && self.live[pool / 64] >> (pool % 64) & 1 == 1 {
                for lane in 0..LANES {
                    balance[lane] = balance[lane].wrapping_add(self.held[pool][lane].wide());
                }
            }
        }
        if *balance != [0; LANES] {
            self.hold_back(place, &mut balance);
        }
        Lane(balance.map(|balance| C::of(balance.clamp(0, C::MOST))))
    }

    /// Takes from each balance the core needs ahead that no restricted money in hand may pay.
    fn hold_back(&mut self, place: usize, balance: &mut Lane<i64>) {
        let restricted = self.frame.pools.iter().enumerate().filter(|(_, own)| !own.unrestricted);
        let is_live = |pool: &usize| self.live[pool / 64] >> (pool % 64) & 1 == 1;
        let restricted: Vec<usize> = restricted.map(|(pool, _)| pool).filter(is_live).collect();
        let mut live = self.live.clone();
        let (known, need) = &mut self.needs_ahead[place];
        for (lane, balance) in balance.iter_mut().enumerate().filter(|(_, own)| **own > 0) {
            for pool in &restricted {
                let (word, bit) = (&mut live[pool / 64], 1 << (pool % 64));
                let holds = self.held[*pool][lane] != C::default();
                *word = if holds { *word | bit } else { *word & !bit };
            }
            if live != *known {
                *need = self.ahead.without_money(self.frame, place, &live);
                known.clone_from(&live);
            }
            *balance -= *need;
        }
    }

    #[inline(always)]
    fn close_month<const DRAWS: bool>(&mut self, place: usize) {
        let gap = &mut self.told.gap[place];
        for (class, own) in self.frame.classes.iter().enumerate() {
            let mut sum: Lane<C> = Lane::of(0);
            for word in 0..self.open.len() {
                let mut lines = self.open[word] & own[word];
                while lines != 0 {
                    let left = &self.left[word * 64 + lines.trailing_zeros() as usize];
                    for lane in 0..LANES {
                        sum[lane] = sum[lane].plus(left[lane]);
                    }
                    lines &= lines - 1;
                }
            }
            gap[class] = sum;
        }
        if DRAWS {
            for word in 0..self.paying.len() {
                let mut paying = std::mem::take(&mut self.paying[word]);
                while paying != 0 {
                    let pool = word * 64 + paying.trailing_zeros() as usize;
                    let paid = std::mem::replace(&mut self.drawn[pool], Lane::of(0));
                    self.told.draws.push(Drawn { place, pool, paid });
                    paying &= paying - 1;
                }
            }
        }
    }
}

/// One group of futures, to be made with the widest instructions that the machine has.
struct Pouring<'a, 'f, C, const DRAWS: bool>(&'a mut Lanes<'f, C>, &'a [[Money; LANES]]);

impl<C: Cents, const DRAWS: bool> NullaryFnOnce for Pouring<'_, '_, C, DRAWS> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        self.0.make::<DRAWS>(self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_product_divides(number in 0..=i64::MAX, divisor in 1..=1_000_000_000_i64) {
            let division = Division::by(divisor);
            let whole = number / divisor * divisor;
            for number in [number, whole, whole.saturating_add(divisor - 1)] {
                prop_assert_eq!(division.of(number), number / divisor);
            }
            prop_assert_eq!(Division::by(1).of(number), number);
        }
    }
}

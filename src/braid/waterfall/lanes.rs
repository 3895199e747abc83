//! Many futures side by side, each in a lane of its own: what the waterfall makes of each of them alone, for plans whose
//! sources hold nothing but windows, selections and one share of what an award spends.
//!
//! A month is paid source by source and line by line as in [`super::Allocation`], but each step is taken for all lanes at once,
//! and a step that moves nothing in a lane changes nothing there. `tests/course.rs` holds both to the same gaps and draws.
//! Sums cannot leave 64 bits: [`Lanes::pour`] turns away amounts that could.

use pulp::{Arch, NullaryFnOnce};

use super::Part;
use super::frame::{Frame, Pool, Ranked, Way};
use super::protect::Ahead;
use crate::limits::MONTH_PASSES_MAX;
use crate::money::Money;
use crate::name::TrancheIndex;

/// Futures that lie side by side.
pub const LANES: usize = 32;

/// An amount of each future, in cents.
pub(crate) type Lane = [i64; LANES];

const ZERO: Lane = [0; LANES];

/// What futures that lie side by side leave and draw. Amounts are cents.
#[derive(Default)]
pub(crate) struct Told {
    /// What stays unfunded, by place and priority.
    pub gap: Vec<[Lane; 3]>,
    /// What each source paid in each month in which it paid, in the order of months, if anyone asks.
    pub draws: Vec<Drawn>,
}

/// What one source paid in one month.
pub(crate) struct Drawn {
    pub place: usize,
    pub pool: usize,
    pub paid: Lane,
}

/// Futures side by side, one group after another of a frame.
pub(crate) struct Lanes<'a> {
    frame: &'a Frame<'a>,
    arch: Arch,
    /// The share that binds each award, if one does.
    shares: Vec<Option<Share>>,
    /// The most of one tranche.
    most: i64,
    may: Vec<[u64; 2]>,
    /// The sources that are open and hold money in any lane.
    live: Vec<u64>,
    held: Vec<Lane>,
    /// By award, what its share leaves, times what is beside the share.
    slack: Vec<Lane>,
    /// By award, the count of its payments; and that count when each source last paid under the share, by priority.
    payments: Vec<u64>,
    tried: Vec<[u64; 3]>,
    left: Vec<Lane>,
    /// The lines that need anything in any lane.
    open: Vec<u64>,
    free: Lane,
    ahead: Ahead,
    /// What each source has paid this month, and which have paid.
    drawn: Vec<Lane>,
    paying: Vec<u64>,
    pub told: Told,
}

/// A share of what is spent, in its lowest terms: `part` of `part + beside`.
#[derive(Clone, Copy)]
struct Share {
    part: i64,
    beside: i64,
    division: Division,
}

/// Division of whole numbers from zero to 2^63 by one of them, as a product.
#[derive(Clone, Copy)]
struct Division {
    factor: u64,
    shift: u32,
}

impl Division {
    /// Division by a whole number above zero. With `2^bits` from the divisor on, the factor is `2^(63 + bits) / divisor`
    /// rounded up; what that adds to a quotient of a number below 2^63 never reaches the next whole one.
    fn by(divisor: i64) -> Division {
        let bits = (divisor as u64).next_power_of_two().trailing_zeros();
        let factor = (1_u128 << (63 + bits)).div_ceil(divisor as u128) as u64;
        Division { factor, shift: 63 + bits }
    }

    #[inline(always)]
    fn of(self, number: i64) -> i64 {
        ((u128::from(number as u64) * u128::from(self.factor)) >> self.shift) as i64
    }
}

/// What is left of each source's tranches in one future, the first to be spent last.
#[derive(Default)]
pub(crate) struct Parts(Vec<Vec<Part>>);

impl<'a> Lanes<'a> {
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
        let mut draws = self.told.draws.iter().peekable();
        for (place, opening) in frame.opening.iter().enumerate() {
            for rank in opening {
                let Ranked { tranche, pool } = frame.order[*rank];
                let held = amounts[tranche].cents();
                if held > 0 {
                    let tranche = TrancheIndex::from(tranche);
                    Part { rank: *rank, tranche, held }.open(&mut parts.0[pool]);
                }
            }
            while let Some(drawn) = draws.next_if(|drawn| drawn.place == place) {
                let (own, mut rest) = (&mut parts.0[drawn.pool], drawn.paid[lane]);
                while rest > 0
                    && let Some((tranche, part)) = Part::spend(own, rest)
                {
                    rest -= part;
                    paid(place, tranche, part);
                }
            }
        }
    }

    /// Lanes for a frame; nothing where other rules bind its sources.
    pub fn new(frame: &'a Frame<'a>) -> Option<Lanes<'a>> {
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
            let beside = whole - part;
            shares[own.award] = Some(Share { part, beside, division: Division::by(beside) });
        }
        let wholes = shares.iter().flatten().map(|share| share.part + share.beside);
        let most = i64::MAX / wholes.max().unwrap_or(1) / (frame.order.len().max(1) as i64);
        let needs: i128 = frame.needs.iter().map(|need| i128::from(*need)).sum();
        if needs > i128::from(i64::MAX) {
            return None;
        }
        let words = frame.pools.len().div_ceil(64);
        let gap = vec![[ZERO; 3]; frame.plan.horizon.months as usize];
        Some(Lanes {
            frame,
            arch: Arch::new(),
            most,
            may: frame.may.clone(),
            live: vec![0; words],
            held: vec![ZERO; frame.pools.len()],
            slack: vec![ZERO; shares.len()],
            payments: vec![0; shares.len()],
            shares,
            tried: vec![[0; 3]; frame.pools.len()],
            left: vec![ZERO; frame.plan.lines.len()],
            open: vec![0; frame.words],
            free: ZERO,
            ahead: Ahead::new(frame),
            drawn: vec![ZERO; frame.pools.len()],
            paying: vec![0; words],
            told: Told { gap, draws: Vec::new() },
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
            false => arch.dispatch(Pouring::<false>(self, amounts)),
            true => arch.dispatch(Pouring::<true>(self, amounts)),
        }
    }

    #[inline(always)]
    fn make<const DRAWS: bool>(&mut self, amounts: &[[Money; LANES]]) -> bool {
        let mut beyond = false;
        for amount in amounts {
            for lane in amount {
                beyond |= lane.cents() > self.most;
            }
        }
        if beyond {
            return false;
        }
        self.may.copy_from_slice(&self.frame.may);
        self.live.fill(0);
        self.held.fill(ZERO);
        self.slack.fill(ZERO);
        self.payments.fill(1);
        self.ahead.clear();
        self.told.draws.clear();
        for place in 0..self.frame.plan.horizon.months as usize {
            self.open_month(place, amounts);
            self.pay_month::<DRAWS>(place);
            self.close_month::<DRAWS>(place);
        }
        true
    }

    #[inline(always)]
    fn open_month(&mut self, place: usize, amounts: &[[Money; LANES]]) {
        let frame = self.frame;
        let lines = self.left.len();
        let needs = &frame.needs[place * lines..(place + 1) * lines];
        for (left, need) in self.left.iter_mut().zip(needs) {
            *left = [*need; LANES];
        }
        self.open.copy_from_slice(&frame.open[place * frame.words..(place + 1) * frame.words]);
        for purse in &frame.changing[place] {
            frame.open_purse(*purse as usize, place, &mut self.may);
        }
        for pool in &frame.closed[place] {
            self.live[pool / 64] &= !(1 << (pool % 64));
        }
        for rank in &frame.opening[place] {
            let ranked = frame.order[*rank];
            let (held, own) = (&mut self.held[ranked.pool], &amounts[ranked.tranche]);
            let mut any = 0;
            for lane in 0..LANES {
                let more = own[lane].cents().max(0);
                held[lane] = held[lane].wrapping_add(more);
                any |= more;
            }
            self.live[ranked.pool / 64] |= u64::from(any != 0) << (ranked.pool % 64);
        }
        // What was tried in another month was tried of other needs.
        for payments in &mut self.payments {
            *payments += 1;
        }
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
                    most[lane] = held[lane].min(self.free[lane].max(0));
                }
            }
            let rest = self.pay_lines(set, 0, most);
            let paid = self.take::<DRAWS>(pool, &most, &rest);
            if held_back {
                for lane in 0..LANES {
                    self.free[lane] = self.free[lane].wrapping_sub(paid[lane]);
                }
            }
            if shared {
                moved |= self.spend(own.award, &paid, |share| share.part);
            }
        }
        if shared && self.has_open(set, 1) {
            let most = self.under_share(pool, own.award, set);
            let rest = self.pay_lines(set, 1, most);
            let paid = self.take::<DRAWS>(pool, &most, &rest);
            moved |= self.spend(own.award, &paid, |share| share.beside.wrapping_neg());
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
    fn pay_lines(&mut self, set: usize, wait: usize, most: Lane) -> Lane {
        let mut rest = most;
        for word in 0..self.open.len() {
            let mut lines = self.may[set + word][wait] & self.open[word];
            let mut done = 0;
            while lines != 0 {
                let left = &mut self.left[word * 64 + lines.trailing_zeros() as usize];
                let mut any = 0;
                for lane in 0..LANES {
                    let part = rest[lane].min(left[lane]);
                    rest[lane] = rest[lane].wrapping_sub(part);
                    left[lane] = left[lane].wrapping_sub(part);
                    any |= left[lane];
                }
                if any == 0 {
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
    fn take<const DRAWS: bool>(&mut self, pool: usize, most: &Lane, rest: &Lane) -> Lane {
        let held = &mut self.held[pool];
        let (mut paid, mut any) = (ZERO, 0);
        for lane in 0..LANES {
            paid[lane] = most[lane].wrapping_sub(rest[lane]);
            held[lane] = held[lane].wrapping_sub(paid[lane]);
            any |= held[lane];
        }
        if any == 0 {
            self.live[pool / 64] &= !(1 << (pool % 64));
        }
        if DRAWS {
            self.paying[pool / 64] |= 1 << (pool % 64);
            let drawn = &mut self.drawn[pool];
            for lane in 0..LANES {
                drawn[lane] = drawn[lane].wrapping_add(paid[lane]);
            }
        }
        paid
    }

    /// The most that a source may pay of lines under its award's share: what it holds, what they need, what the share leaves.
    #[inline(always)]
    fn under_share(&self, pool: usize, award: usize, set: usize) -> Lane {
        let Some(share) = self.shares[award] else { return ZERO };
        let (held, slack) = (&self.held[pool], &self.slack[award]);
        let mut most = ZERO;
        for word in 0..self.open.len() {
            let mut lines = self.may[set + word][1] & self.open[word];
            while lines != 0 {
                let left = &self.left[word * 64 + lines.trailing_zeros() as usize];
                for lane in 0..LANES {
                    most[lane] = most[lane].wrapping_add(left[lane]);
                }
                lines &= lines - 1;
            }
        }
        let mut binds = 0;
        for lane in 0..LANES {
            most[lane] = most[lane].min(held[lane]);
            binds |= slack[lane].wrapping_sub(most[lane].wrapping_mul(share.beside));
        }
        // Below zero in some lane: there the share leaves less.
        if binds < 0 {
            for lane in 0..LANES {
                most[lane] = most[lane].min(share.division.of(slack[lane]));
            }
        }
        most
    }

    /// Books what an award has paid. Whether it paid anything.
    #[inline(always)]
    fn spend(&mut self, award: usize, paid: &Lane, factor: impl Fn(Share) -> i64) -> bool {
        let Some(share) = self.shares[award] else { return false };
        let (factor, slack) = (factor(share), &mut self.slack[award]);
        let mut any = 0;
        for lane in 0..LANES {
            slack[lane] = slack[lane].wrapping_add(paid[lane].wrapping_mul(factor));
            any |= paid[lane];
        }
        self.payments[award] += u64::from(any != 0);
        any != 0
    }

    /// As [`super::Allocation::unrestricted_beyond_core`], of each lane.
    #[inline(always)]
    fn beyond_core(&mut self, place: usize) -> Lane {
        let frame = self.frame;
        let mut balance = ZERO;
        for (pool, own) in frame.pools.iter().enumerate() {
            let lapses_now = own.lapses && own.closes == place;
            if own.unrestricted && !lapses_now && self.live[pool / 64] >> (pool % 64) & 1 == 1 {
                for lane in 0..LANES {
                    balance[lane] = balance[lane].wrapping_add(self.held[pool][lane]);
                }
            }
        }
        if balance != ZERO {
            self.hold_back(place, &mut balance);
        }
        balance
    }

    /// Takes from each balance the core needs ahead that no restricted money in hand may pay.
    fn hold_back(&mut self, place: usize, balance: &mut Lane) {
        let mut known: Option<(Vec<u64>, i64)> = None;
        for (lane, balance) in balance.iter_mut().enumerate().filter(|(_, own)| **own != 0) {
            let mut live = self.live.clone();
            for (pool, held) in self.held.iter().enumerate() {
                live[pool / 64] &= !(u64::from(held[lane] == 0) << (pool % 64));
            }
            let need = match &known {
                Some((same, need)) if *same == live => *need,
                _ => self.ahead.without_money(self.frame, place, &live),
            };
            *balance -= need;
            known = Some((live, need));
        }
    }

    #[inline(always)]
    fn close_month<const DRAWS: bool>(&mut self, place: usize) {
        let gap = &mut self.told.gap[place];
        for (class, own) in self.frame.classes.iter().enumerate() {
            let mut sum = ZERO;
            for word in 0..self.open.len() {
                let mut lines = self.open[word] & own[word];
                while lines != 0 {
                    let left = &self.left[word * 64 + lines.trailing_zeros() as usize];
                    for lane in 0..LANES {
                        sum[lane] = sum[lane].wrapping_add(left[lane]);
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
                    let paid = std::mem::replace(&mut self.drawn[pool], ZERO);
                    self.told.draws.push(Drawn { place, pool, paid });
                    paying &= paying - 1;
                }
            }
        }
    }
}

/// One group of futures, to be made with the widest instructions that the machine has.
struct Pouring<'a, 'f, const DRAWS: bool>(&'a mut Lanes<'f>, &'a [[Money; LANES]]);

impl<const DRAWS: bool> NullaryFnOnce for Pouring<'_, '_, DRAWS> {
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

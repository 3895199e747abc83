//! The waterfall: month by month, without foresight of money, as practice does it.
//!
//! Core before essential before stretch; in-kind first, since it pays its line or nothing; then income of
//! an award's own project; restricted money before unrestricted, soonest to lapse first, then narrowest,
//! then the policy's order, then ids;
//! last-resort money after all other restricted money; the reserve last. A month is repeated until
//! nothing moves, since what is spent can make room under a cap, match an award, or be recovered.
//!
//! A [`Frame`] is laid out once for a plan and timeline; an [`Allocation`] makes one braid after another in it, with
//! other amounts each, and tells a [`Recorder`] what it does.

mod frame;
mod matching;
mod protect;
mod record;

pub(crate) use frame::{Bound, Frame, bounds};
pub(crate) use record::{Lean, Recorder};

use frame::{Pool, Way};
use matching::{Offer, Standing};
use protect::Ahead;

use super::award::{Account, Payment};
use super::{Braid, Method, Source};
use crate::limits::MONTH_PASSES_MAX;
use crate::name::TrancheIndex;
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::timeline::Timeline;

/// Makes the braid of a timeline by the waterfall, or by documented shares first.
pub(super) fn allocate(plan: &Plan, timeline: &Timeline, method: Method) -> Braid {
    let frame = Frame::new(plan, timeline, &timeline.needs);
    let mut allocation = Allocation::new(&frame, Braid::default());
    let amounts = timeline.tranches.iter().map(|tranche| tranche.amount.cents());
    allocation.make(amounts, method);
    let mut braid = allocation.record;
    braid.join();
    braid
}

/// What a pool holds of one tranche.
#[derive(Clone, Copy)]
struct Part {
    rank: usize,
    tranche: TrancheIndex,
    held: i64,
}

/// One braid after another of a frame.
pub(crate) struct Allocation<'a, R> {
    frame: &'a Frame<'a>,
    /// Who is told.
    pub record: R,
    /// What there is of each tranche.
    amounts: Vec<i64>,
    accounts: Vec<Account>,
    standing: Vec<Standing>,
    repeats: bool,
    /// The lines that each purse may pay, as [`Frame::may`].
    may: Vec<u64>,
    /// The pools that are open and hold money.
    live: Vec<u64>,
    held: Vec<i64>,
    /// The tranches of each pool that hold money, the first to be spent last.
    parts: Vec<Vec<Part>>,
    /// The payments of its award when each pool had last paid what it could of each priority.
    tried: Vec<[u64; 3]>,
    recovered: Vec<i64>,
    recovered_held: i64,
    oldest_recovered: usize,
    place: usize,
    /// What the open tranches of each purse hold together, where awards need match.
    purse_held: Vec<i64>,
    left: Vec<i64>,
    open: Vec<u64>,
    /// What the bound of each award leaves it of each line this month.
    bound_left: Vec<Vec<i64>>,
    /// What a limit of pay leaves of each line for all awards under one this month.
    pay_left: Vec<i64>,
    free_unrestricted: i64,
    ahead: Ahead,
    /// Pools that have run dry so far.
    dry: u64,
    /// Payments booked so far.
    moves: u64,
    /// Draws that may match an award.
    offers: Vec<Offer>,
}

impl<'a, R: Recorder> Allocation<'a, R> {
    /// Everything that braids of a frame need, before the first.
    pub fn new(frame: &'a Frame<'a>, record: R) -> Allocation<'a, R> {
        let lines = frame.plan.lines.len();
        Allocation {
            frame,
            record,
            amounts: Vec::with_capacity(frame.timeline.tranches.len()),
            accounts: vec![Account::default(); frame.awards.len()],
            standing: vec![Standing::default(); frame.needed.len()],
            repeats: false,
            may: frame.may.clone(),
            live: vec![0; frame.pools.len().div_ceil(64)],
            held: vec![0; frame.pools.len()],
            parts: vec![Vec::new(); frame.pools.len()],
            tried: vec![[0; 3]; frame.pools.len()],
            recovered: vec![0; frame.plan.horizon.months as usize],
            recovered_held: 0,
            oldest_recovered: 0,
            place: 0,
            purse_held: vec![0; frame.uses.len()],
            left: vec![0; lines],
            open: vec![0; frame.words],
            bound_left: frame.bounds.iter().map(|bounds| vec![0; bounds.len()]).collect(),
            pay_left: vec![i64::MAX; lines],
            free_unrestricted: 0,
            ahead: Ahead::new(frame),
            dry: 0,
            moves: 0,
            offers: Vec::new(),
        }
    }

    /// Makes the braid that has so many cents of each tranche.
    pub fn make(&mut self, amounts: impl Iterator<Item = i64>, method: Method) {
        self.begin(amounts);
        for place in 0..self.frame.plan.horizon.months as usize {
            self.open_month(place);
            if method == Method::Shares {
                self.pay_documented_shares();
            }
            self.pay_month();
            self.close_month();
        }
    }

    fn begin(&mut self, amounts: impl Iterator<Item = i64>) {
        let frame = self.frame;
        self.amounts.clear();
        self.amounts.extend(amounts);
        assert_eq!(self.amounts.len(), frame.timeline.tranches.len(), "an amount for each tranche");
        self.repeats = false;
        for (award, account) in frame.awards.iter().zip(&mut self.accounts) {
            award.open(frame.plan, frame.timeline, &self.amounts, account);
            self.repeats |= award.has_moving_room() && award.exists(frame.timeline, &self.amounts);
        }
        for (needed, standing) in frame.needed.iter().zip(&mut self.standing) {
            needed.open(frame, &self.amounts, standing);
            self.repeats |= frame.awards[needed.award].exists(frame.timeline, &self.amounts);
        }
        self.may.copy_from_slice(&frame.may);
        self.live.fill(0);
        self.held.fill(0);
        self.parts.iter_mut().for_each(Vec::clear);
        self.recovered.fill(0);
        self.recovered_held = 0;
        self.oldest_recovered = 0;
        self.ahead.clear();
        self.dry = 0;
        self.moves = 0;
        self.offers.clear();
    }

    /// Takes in what the month brings: needs, benefit shares, tranches that open.
    fn open_month(&mut self, place: usize) {
        let frame = self.frame;
        self.place = place;
        self.moves += 1;
        let lines = self.left.len();
        self.left.copy_from_slice(&frame.needs[place * lines..(place + 1) * lines]);
        self.open.copy_from_slice(&frame.open[place * frame.words..(place + 1) * frame.words]);
        for purse in &frame.changing[place] {
            frame.open_purse(*purse as usize, place, &mut self.may);
        }
        if frame.is_bounded {
            self.open_bounds();
        }
        self.open_pools();
        if !self.standing.is_empty() {
            self.open_matches();
        }
    }

    /// Drops the pools that have closed, and takes in the tranches that open.
    fn open_pools(&mut self) {
        let (frame, place) = (self.frame, self.place);
        for pool in &frame.closed[place] {
            self.live[pool / 64] &= !(1 << (pool % 64));
        }
        for rank in &frame.opening[place] {
            let ranked = frame.order[*rank];
            let held = self.amounts[ranked.tranche];
            if held <= 0 {
                continue;
            }
            let part = Part { rank: *rank, tranche: TrancheIndex::from(ranked.tranche), held };
            let parts = &mut self.parts[ranked.pool];
            let at = parts.iter().rposition(|other| other.rank > *rank).map_or(0, |at| at + 1);
            parts.insert(at, part);
            self.held[ranked.pool] += held;
            self.live[ranked.pool / 64] |= 1 << (ranked.pool % 64);
        }
    }

    fn open_bounds(&mut self) {
        for (line, bounds) in self.frame.bounds.iter().enumerate() {
            for (left, bound) in self.bound_left[line].iter_mut().zip(bounds) {
                *left = bound.of_month(self.place);
            }
            let ceilings = bounds.iter().filter_map(|bound| bound.ceiling.as_ref());
            let most = ceilings.map(|ceiling| ceiling[self.place].cents()).max();
            self.pay_left[line] = most.unwrap_or(i64::MAX);
        }
    }

    /// Tells what the month leaves.
    fn close_month(&mut self) {
        for class in 0..self.frame.classes.len() {
            for word in 0..self.frame.words {
                let open = self.open[word] & self.frame.classes[class][word];
                for line in members(word, open) {
                    self.record.left(self.place, class, line, self.left[line]);
                }
            }
        }
    }

    /// Each named award pays its documented share of every line, core lines first.
    fn pay_documented_shares(&mut self) {
        let frame = self.frame;
        for priority in Priority::ALL {
            for (index, line) in frame.plan.lines.iter().enumerate() {
                let Some(benefit) = line.benefit.as_ref().filter(|_| line.priority == priority)
                else {
                    continue;
                };
                for (stream, _) in &benefit.shares {
                    for (pool, own) in frame.pools.iter().enumerate() {
                        if own.stream == Some(*stream) && self.is_live(pool) {
                            self.pay(pool, index, i64::MAX);
                        }
                    }
                }
            }
        }
    }

    fn is_live(&self, pool: usize) -> bool {
        self.live[pool / 64] & (1 << (pool % 64)) != 0
    }

    fn pay_month(&mut self) {
        for pass in 0..MONTH_PASSES_MAX {
            let mut moved = false;
            for class in 0..self.frame.classes.len() {
                if class > 0 {
                    self.free_unrestricted = self.unrestricted_beyond_core();
                }
                let own = self.frame.classes[class].iter();
                if self.open.iter().zip(own).any(|(open, own)| open & own != 0) {
                    moved |= self.pay_class(class, pass);
                }
            }
            if !moved || !self.repeats {
                return;
            }
        }
    }

    /// Lets every source pay the lines of a priority; whether anything moved.
    fn pay_class(&mut self, class: usize, pass: usize) -> bool {
        let mut moved = false;
        for word in 0..self.live.len() {
            let may_move = if pass > 0 { self.frame.moving[word] } else { u64::MAX };
            let mut after = u64::MAX;
            loop {
                // Read anew, since pools run dry, and recovery may come, while the month is paid.
                let live = self.live[word] & may_move & after;
                if live == 0 {
                    break;
                }
                let pool = word * 64 + live.trailing_zeros() as usize;
                after = (u64::MAX << live.trailing_zeros()) << 1;
                if self.reaches(pool, class) && (pass == 0 || !self.is_settled(pool, class)) {
                    moved |= self.pay_from(pool, class);
                }
            }
        }
        moved
    }

    /// Whether a pool may pay a line of a priority that needs anything still.
    #[inline]
    fn reaches(&self, pool: usize, class: usize) -> bool {
        let words = self.frame.words;
        let set = self.frame.set_of(self.frame.pools[pool].purse, class);
        (0..words).any(|word| {
            self.open[word] & (self.may[set + word] | self.may[set + words + word]) != 0
        })
    }

    /// Whether a source has paid all it can of a priority this month, whatever was paid since. A month leaves less
    /// and less of everything but what spending makes room for: under its award's shares, by match, by recovery.
    fn is_settled(&self, pool: usize, class: usize) -> bool {
        let own = &self.frame.pools[pool];
        if own.needed.is_some() || own.unrestricted {
            return false;
        }
        self.tried[pool][class] == self.accounts[own.award].payments
    }

    /// Lets one source pay every line of a priority that it may; whether anything moved.
    fn pay_from(&mut self, pool: usize, class: usize) -> bool {
        let frame = self.frame;
        let own = &frame.pools[pool];
        let set = frame.set_of(own.purse, class);
        match own.way {
            Way::Plain => self.pay_freely(pool, class, set) > 0,
            Way::BySpending => {
                let free = self.pay_freely(pool, class, set);
                if free > 0 {
                    frame.awards[own.award].pay_free(&mut self.accounts[own.award], free);
                }
                let before = self.accounts[own.award].payments;
                let under = self.pay_under_shares(pool, class, set + frame.words) > 0;
                // Under one share alone, the lines of the priority leave nothing of the room that they make.
                let one = frame.awards[own.award].limits() == 1;
                self.tried[pool][class] =
                    if one { self.accounts[own.award].payments } else { before };
                free > 0 || under
            }
            Way::ByRules => {
                if self.waits_for_match(pool, class) {
                    return false;
                }
                self.tried[pool][class] = self.accounts[own.award].payments;
                let first = self.pay_by_rules(pool, set);
                let moved = self.pay_by_rules(pool, set + frame.words) || first;
                if let Some(needed) = own.needed.filter(|_| !moved) {
                    self.standing[needed].stuck[class] = (self.moves, own.purse);
                }
                moved
            }
        }
    }

    /// Pays the lines of a set one by one, as far as every rule lets it; whether anything moved.
    fn pay_by_rules(&mut self, pool: usize, set: usize) -> bool {
        let mut moved = false;
        for word in 0..self.frame.words {
            for line in members(word, self.may[set + word]) {
                if self.held[pool] == 0 {
                    return moved;
                }
                if self.left[line] > 0 {
                    moved |= self.pay(pool, line, i64::MAX) > 0;
                }
            }
        }
        moved
    }

    /// Pays the lines of a set that no rule binds but what the source holds, and what of unrestricted money is free.
    /// Returns what was paid.
    fn pay_freely(&mut self, pool: usize, class: usize, set: usize) -> i64 {
        let room = self.unrestricted_room(pool, class);
        let most = room.map_or(self.held[pool], |room| room.min(self.held[pool]));
        let by_line = self.record.tells_lines() || pool == self.frame.recovery;
        let mut rest = most;
        let mut one = 0;
        for word in 0..self.frame.words {
            let mut lines = self.may[set + word] & self.open[word];
            while lines != 0 && rest > 0 {
                let line = word * 64 + lines.trailing_zeros() as usize;
                let paid = rest.min(self.left[line]);
                rest -= paid;
                self.left[line] -= paid;
                if self.left[line] == 0 {
                    self.open[word] ^= lines & lines.wrapping_neg();
                }
                lines &= lines - 1;
                one = line;
                if by_line {
                    self.draw(pool, line, paid);
                }
            }
        }
        let paid = most - rest;
        if paid > 0 {
            if !by_line {
                self.draw(pool, one, paid);
            }
            self.take(pool, class, paid);
        }
        paid
    }

    /// Pays the lines of a set as far as shares of what the award spends let it. Returns what was paid.
    fn pay_under_shares(&mut self, pool: usize, class: usize, set: usize) -> i64 {
        let frame = self.frame;
        let Pool { award, slot, .. } = frame.pools[pool];
        let rules = &frame.awards[award];
        let mut paid = 0;
        for word in 0..frame.words {
            let mut lines = self.may[set + word] & self.open[word];
            while lines != 0 && self.held[pool] > paid {
                let line = word * 64 + lines.trailing_zeros() as usize;
                let most = self.left[line].min(self.held[pool] - paid);
                let part = rules.room(&self.accounts[award], line, slot).min(most);
                if part > 0 {
                    self.left[line] -= part;
                    if self.left[line] == 0 {
                        self.open[word] ^= lines & lines.wrapping_neg();
                    }
                    paid += part;
                    rules.pay_direct(&mut self.accounts[award], line, slot, part);
                    self.draw(pool, line, part);
                } else if rules.limits() == 1 {
                    break;
                }
                lines &= lines - 1;
            }
        }
        if paid > 0 {
            self.take(pool, class, paid);
        }
        paid
    }

    /// Tells which tranches of a pool pay a line.
    fn draw(&mut self, pool: usize, line: usize, amount: i64) {
        if pool == self.frame.recovery {
            return self.draw_recovered(line, amount);
        }
        let offers = !self.standing.is_empty() && self.frame.pools[pool].way == Way::ByRules;
        let mut rest = amount;
        while rest > 0
            && let Some(part) = self.parts[pool].last_mut()
        {
            let (tranche, paid) = (part.tranche, rest.min(part.held));
            part.held -= paid;
            rest -= paid;
            if part.held == 0 {
                self.parts[pool].pop();
            }
            self.record.paid(self.place, Source::Tranche(tranche), line, paid);
            if offers {
                self.offer(tranche, line, paid);
            }
        }
        debug_assert!(rest == 0, "a pool holds what it pays");
    }

    /// Takes what was paid from a pool.
    fn take(&mut self, pool: usize, class: usize, paid: i64) {
        self.moves += 1;
        self.held[pool] -= paid;
        if self.held[pool] == 0 {
            self.dry += 1;
            self.live[pool / 64] &= !(1 << (pool % 64));
        }
        if self.frame.pools[pool].unrestricted && self.unrestricted_room(pool, class).is_some() {
            self.free_unrestricted -= paid;
        }
        if !self.standing.is_empty() {
            self.purse_held[self.frame.pools[pool].purse] -= paid;
        }
    }

    /// Pays a line from a source as far as every rule lets it; for an award that needs match, together
    /// with its match. Returns what the source paid.
    fn pay(&mut self, pool: usize, line: usize, want: i64) -> i64 {
        let own = &self.frame.pools[pool];
        let Some(needed) = own.needed else { return self.pay_alone(pool, line, want) };
        if self.standing[needed].dry[line] == self.moves
            || !self.frame.may_pay(&self.may, own.purse, line)
        {
            return 0;
        }
        let mut paid = self.pay_alone(pool, line, want);
        let want = want.saturating_sub(paid);
        let able = self.most(pool, line, want, false);
        if able.direct > 0 {
            self.raise_match(needed, pool, line, able);
            let more = self.pay_alone(pool, line, want);
            paid += more;
            if more == 0 {
                self.standing[needed].dry[line] = self.moves;
            }
        }
        paid
    }

    /// Pays a line from a source with the match that stands already.
    fn pay_alone(&mut self, pool: usize, line: usize, want: i64) -> i64 {
        if !self.frame.may_pay(&self.may, self.frame.pools[pool].purse, line) {
            return 0;
        }
        let payment = self.most(pool, line, want, true);
        if payment.direct > 0 {
            self.book(pool, line, payment);
        }
        payment.direct
    }

    /// The most that a source can pay a line, by everything but match, and by match if it is asked.
    fn most(&mut self, pool: usize, line: usize, want: i64, with_match: bool) -> Payment {
        let frame = self.frame;
        let own = &frame.pools[pool];
        let cost = &frame.plan.lines[line];
        let mut held = self.held[pool];
        let mut most = want.min(self.left[line]).min(held);
        if let Some(room) = self.unrestricted_room(pool, cost.priority as usize) {
            most = most.min(room);
        }
        if let Some(bound) = self.bound_place(own, line) {
            most = most.min(self.bound_left[line][bound]);
            if frame.bounds[line][bound].ceiling.is_some() {
                most = most.min(self.pay_left[line]);
            }
        }
        if with_match && let Some(needed) = own.needed {
            held = held.min(self.matched_room(needed, line, held));
        }
        most = most.min(held);
        if most <= 0 {
            return Payment::default();
        }
        if own.way == Way::Plain || frame.awards[own.award].is_plain() {
            return Payment { direct: most, ..Payment::default() };
        }
        let account = &self.accounts[own.award];
        frame.awards[own.award].payment(account, cost, line, own.slot, most, held)
    }

    fn book(&mut self, pool: usize, line: usize, payment: Payment) {
        let frame = self.frame;
        let own = &frame.pools[pool];
        let cost = &frame.plan.lines[line];
        self.left[line] -= payment.direct;
        if self.left[line] == 0 {
            self.open[line / 64] &= !(1 << (line % 64));
        }
        if let Some(bound) = self.bound_place(own, line) {
            self.bound_left[line][bound] -= payment.direct;
            if frame.bounds[line][bound].ceiling.is_some() {
                self.pay_left[line] -= payment.direct;
            }
        }
        if own.way != Way::Plain && !frame.awards[own.award].is_plain() {
            let account = &mut self.accounts[own.award];
            frame.awards[own.award].pay(account, cost, line, own.slot, payment);
        }
        let first = self.parts[pool].last().map(|part| part.tranche);
        self.draw(pool, line, payment.direct);
        self.take(pool, cost.priority as usize, payment.direct + payment.recovery);
        if let Some(tranche) = first
            && (payment.base != 0 || payment.recovery != 0)
        {
            self.recover(pool, tranche, payment);
        }
        if let Some(needed) = own.needed {
            self.assign_match(needed, line, payment.direct + payment.recovery);
        }
    }

    /// Moves what an award recovers, whose tranches are pools of their own, to the money of the partnership.
    fn recover(&mut self, pool: usize, tranche: TrancheIndex, payment: Payment) {
        self.recovered[self.place] += payment.recovery;
        self.recovered_held += payment.recovery;
        if let Some(part) = self.parts[pool].last_mut() {
            part.held -= payment.recovery;
        }
        let recovery = self.frame.recovery;
        if recovery < self.held.len() && payment.recovery > 0 {
            self.held[recovery] += payment.recovery;
            self.live[recovery / 64] |= 1 << (recovery % 64);
        }
        self.record.recovered(self.place, tranche, payment.base, payment.recovery);
    }

    /// Pays a line from what was recovered, the oldest first.
    fn draw_recovered(&mut self, line: usize, amount: i64) {
        let mut rest = amount;
        self.recovered_held -= amount;
        while rest > 0 {
            let from = self.oldest_recovered;
            let part = rest.min(self.recovered[from]);
            self.recovered[from] -= part;
            rest -= part;
            if part > 0 {
                self.record.paid(self.place, Source::Recovery(from), line, part);
            }
            if self.recovered[from] == 0 && from < self.place {
                self.oldest_recovered += 1;
            }
        }
    }

    /// What of unrestricted money may go to a priority, where it is held back for core needs ahead.
    fn unrestricted_room(&self, pool: usize, class: usize) -> Option<i64> {
        let held_back = class > 0 && self.frame.pools[pool].unrestricted && !self.lapses_now(pool);
        held_back.then_some(self.free_unrestricted.max(0))
    }

    /// Money that lapses at this month's end is of no use to later needs.
    fn lapses_now(&self, pool: usize) -> bool {
        let own = &self.frame.pools[pool];
        own.lapses && own.closes == self.place
    }

    fn bound_place(&self, own: &Pool, line: usize) -> Option<usize> {
        let bounds = &self.frame.bounds[line];
        if bounds.is_empty() {
            return None;
        }
        // Income of an award's project is spent under the award's conditions where it has none of its own.
        let place = |stream| bounds.iter().position(|bound| bound.stream == stream);
        own.stream.and_then(place).or_else(|| own.project.and_then(place))
    }
}

/// What one word of a set holds, in order.
fn members(word: usize, mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let member = (bits != 0).then(|| word * 64 + bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        member
    })
}

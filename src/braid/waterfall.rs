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

mod by_rules;
mod frame;
mod lanes;
mod matching;
mod protect;
mod record;

pub(crate) use frame::{Bound, Frame, bounds};
pub use lanes::LANES;
pub(crate) use lanes::{Lanes, Parts};
pub(crate) use record::{Gaps, Lean, Recorder};

use frame::{Pool, Way};
use matching::{Offer, Standing};
use protect::Ahead;

use super::award::Account;
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

impl Part {
    /// Puts it among the parts of its pool that hold money, in spending order.
    fn open(self, parts: &mut Vec<Part>) {
        let at = parts.iter().rposition(|part| part.rank > self.rank).map_or(0, |at| at + 1);
        parts.insert(at, self);
    }

    /// Takes up to so much from the first part of a pool that holds money, if any does. Returns who paid, and how much.
    fn spend(parts: &mut Vec<Part>, most: i64) -> Option<(TrancheIndex, i64)> {
        let part = parts.last_mut()?;
        let (tranche, paid) = (part.tranche, most.min(part.held));
        part.held -= paid;
        if part.held == 0 {
            parts.pop();
        }
        Some((tranche, paid))
    }
}

/// One braid after another of a frame.
pub(crate) struct Allocation<'a, R> {
    frame: &'a Frame<'a>,
    /// Who is told.
    pub record: R,
    /// Whether anyone asks which tranche of a pool pays.
    tells_parts: bool,
    /// What there is of each tranche.
    amounts: Vec<i64>,
    accounts: Vec<Account>,
    standing: Vec<Standing>,
    repeats: bool,
    /// The lines that each purse may pay, as [`Frame::may`].
    may: Vec<[u64; 2]>,
    /// The lines that each pool may pay, by priority.
    reach: [Vec<u64>; 3],
    /// The pools that are open and hold money.
    live: Vec<u64>,
    held: Vec<i64>,
    /// The tranches of each pool that hold money, the first to be spent last.
    parts: Vec<Vec<Part>>,
    /// The payments of its award when each pool had last paid what it could of each priority.
    tried: Vec<[u64; 3]>,
    /// The pools that could not pay all they may of each priority this month, and could if there were more room.
    waiting: [Vec<u64>; 3],
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
            tells_parts: R::TELLS_DRAWS || frame.asks_for_parts,
            record,
            amounts: Vec::with_capacity(frame.timeline.tranches.len()),
            accounts: vec![Account::default(); frame.awards.len()],
            standing: vec![Standing::default(); frame.needed.len()],
            repeats: false,
            may: frame.may.clone(),
            reach: frame.reach.clone(),
            live: vec![0; frame.pools.len().div_ceil(64)],
            held: vec![0; frame.pools.len()],
            parts: vec![Vec::new(); frame.pools.len()],
            tried: vec![[0; 3]; frame.pools.len()],
            waiting: std::array::from_fn(|_| vec![0; frame.pools.len().div_ceil(64)]),
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
        for (reach, own) in self.reach.iter_mut().zip(&frame.reach) {
            reach.copy_from_slice(own);
        }
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
            frame.open_reach(*purse as usize, &self.may, &mut self.reach);
        }
        for waiting in &mut self.waiting {
            waiting.copy_from_slice(&frame.asking);
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
            if self.tells_parts {
                let tranche = TrancheIndex::from(ranked.tranche);
                Part { rank: *rank, tranche, held }.open(&mut self.parts[ranked.pool]);
            }
            self.held[ranked.pool] += held;
            self.live[ranked.pool / 64] |= 1 << (ranked.pool % 64);
        }
    }

    /// Tells what the month leaves.
    fn close_month(&mut self) {
        let by_line = self.record.tells_lines();
        for (class, own) in self.frame.classes.iter().enumerate() {
            let mut sum = 0;
            for word in 0..self.frame.words {
                for line in members(word, self.open[word] & own[word]) {
                    sum += self.left[line];
                    if by_line {
                        self.record.left_of(self.place, line, self.left[line]);
                    }
                }
            }
            self.record.left(self.place, class, sum);
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
                moved |= self.pay_class(class, pass);
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
            let mut after = u64::MAX;
            loop {
                // Read anew, since pools run dry, and recovery may come, while the month is paid.
                let may_move = if pass > 0 { self.waiting[class][word] } else { u64::MAX };
                let live = self.live[word] & may_move & after;
                if live == 0 {
                    break;
                }
                let bit = live.trailing_zeros();
                after = (u64::MAX << bit) << 1;
                let pool = word * 64 + bit as usize;
                if self.reaches(pool, class) && (pass == 0 || !self.is_settled(pool, class)) {
                    moved |= self.pay_from(pool, class);
                }
            }
        }
        moved
    }

    /// Whether a pool may pay a line of a priority that needs anything still.
    #[inline(always)]
    fn reaches(&self, pool: usize, class: usize) -> bool {
        let (reach, words) = (&self.reach[class], self.open.len());
        match words {
            1 => reach[pool] & self.open[0] != 0,
            _ => {
                let own = &reach[pool * words..(pool + 1) * words];
                own.iter().zip(&self.open).any(|(own, open)| own & open != 0)
            }
        }
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
        let set = frame.sets[pool] + class * frame.words;
        match own.way {
            Way::Plain => self.pay_freely(pool, own, class, set) > 0,
            Way::BySpending => {
                let free = self.pay_freely(pool, own, class, set);
                if free > 0 {
                    frame.awards[own.award].pay_free(&mut self.accounts[own.award], free);
                }
                let before = self.accounts[own.award].payments;
                let under = self.held[pool] > 0 && self.pay_under_shares(pool, class, set) > 0;
                // Under one share alone, the lines of the priority leave nothing of the room that they make.
                let one = frame.awards[own.award].limits() == 1;
                self.tried[pool][class] =
                    if one { self.accounts[own.award].payments } else { before };
                let waits = self.held[pool] > 0
                    && (0..frame.words).any(|word| self.may[set + word][1] & self.open[word] != 0);
                let bit = 1 << (pool % 64);
                let waiting = &mut self.waiting[class][pool / 64];
                *waiting = if waits { *waiting | bit } else { *waiting & !bit };
                free > 0 || under
            }
            Way::ByRules => {
                if self.waits_for_match(pool, class) {
                    return false;
                }
                self.tried[pool][class] = self.accounts[own.award].payments;
                let first = self.pay_by_rules(pool, set, 0);
                let moved = self.pay_by_rules(pool, set, 1) || first;
                if let Some(needed) = own.needed.filter(|_| !moved) {
                    self.standing[needed].stuck[class] = (self.moves, own.purse);
                }
                moved
            }
        }
    }

    /// Pays the lines of a set that no rule binds but what the source holds, and what of unrestricted money is free.
    /// Returns what was paid.
    fn pay_freely(&mut self, pool: usize, own: &Pool, class: usize, set: usize) -> i64 {
        let room = self.unrestricted_room(own, class);
        let most = room.map_or(self.held[pool], |room| room.min(self.held[pool]));
        let by_line = own.stream.is_none() || (self.tells_parts && self.record.tells_lines());
        let (mut rest, mut one) = (most, 0);
        for word in 0..self.open.len() {
            let mut lines = self.may[set + word][0] & self.open[word];
            if lines == 0 || rest == 0 {
                continue;
            }
            one = word * 64 + lines.trailing_zeros() as usize;
            if !by_line {
                rest = self.pay_word(word, lines, rest);
                continue;
            }
            while lines != 0 && rest > 0 {
                let line = word * 64 + lines.trailing_zeros() as usize;
                let left = self.pay_word(word, lines & lines.wrapping_neg(), rest);
                lines &= lines - 1;
                self.draw(pool, line, rest - left);
                rest = left;
            }
        }
        let paid = most - rest;
        if paid > 0 {
            if self.tells_parts && !by_line {
                self.draw(pool, one, paid);
            }
            self.take(pool, own, class, paid);
        }
        paid
    }

    /// Pays lines of one word of a set, which need something, from so much money. Returns what is left of it.
    #[inline(always)]
    fn pay_word(&mut self, word: usize, mut lines: u64, money: i64) -> i64 {
        let own = &mut self.left[word * 64..];
        let (mut rest, mut done) = (money, 0);
        while lines != 0 {
            let left = &mut own[lines.trailing_zeros() as usize];
            if rest < *left {
                *left -= rest;
                rest = 0;
                break;
            }
            rest -= *left;
            *left = 0;
            done |= lines & lines.wrapping_neg();
            lines &= lines - 1;
        }
        self.open[word] &= !done;
        rest
    }

    /// Pays the lines of a set as far as shares of what the award spends let it. Returns what was paid.
    fn pay_under_shares(&mut self, pool: usize, class: usize, set: usize) -> i64 {
        let frame = self.frame;
        let Pool { award, slot, .. } = frame.pools[pool];
        let rules = &frame.awards[award];
        let mut rest = self.held[pool];
        // Under one share alone, what a line takes of the room is what it leaves the next.
        let mut of_one = None;
        for word in 0..frame.words {
            let mut lines = self.may[set + word][1] & self.open[word];
            while lines != 0 && rest > 0 {
                let line = word * 64 + lines.trailing_zeros() as usize;
                let room = match of_one {
                    Some(room) => room,
                    None => rules.room(&self.accounts[award], line, slot),
                };
                let part = rest.min(self.left[line]).min(room);
                if rules.limits() == 1 {
                    of_one = Some(room - part);
                    if room == 0 {
                        break;
                    }
                }
                if part > 0 {
                    rest -= part;
                    self.left[line] -= part;
                    if self.left[line] == 0 {
                        self.open[word] ^= lines & lines.wrapping_neg();
                    }
                    rules.pay_direct(&mut self.accounts[award], line, slot, part);
                    if self.tells_parts {
                        self.draw(pool, line, part);
                    }
                }
                lines &= lines - 1;
            }
        }
        let paid = self.held[pool] - rest;
        if paid > 0 {
            self.take(pool, &frame.pools[pool], class, paid);
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
            && let Some((tranche, paid)) = Part::spend(&mut self.parts[pool], rest)
        {
            rest -= paid;
            self.record.paid(self.place, Source::Tranche(tranche), line, paid);
            if offers {
                self.offer(tranche, line, paid);
            }
        }
        debug_assert!(rest == 0, "a pool holds what it pays");
    }

    /// Takes what was paid from a pool.
    #[inline(always)]
    fn take(&mut self, pool: usize, own: &Pool, class: usize, paid: i64) {
        self.moves += 1;
        self.held[pool] -= paid;
        if self.held[pool] == 0 {
            self.dry += 1;
            self.live[pool / 64] &= !(1 << (pool % 64));
        }
        if self.unrestricted_room(own, class).is_some() {
            self.free_unrestricted -= paid;
        }
        if !self.standing.is_empty() {
            self.purse_held[own.purse] -= paid;
        }
    }

    /// What of unrestricted money may go to a priority, where it is held back for core needs ahead.
    #[inline(always)]
    fn unrestricted_room(&self, own: &Pool, class: usize) -> Option<i64> {
        let held_back = own.unrestricted && class > 0 && !self.lapses_now(own);
        held_back.then_some(self.free_unrestricted.max(0))
    }

    /// Money that lapses at this month's end is of no use to later needs.
    fn lapses_now(&self, own: &Pool) -> bool {
        own.lapses && own.closes == self.place
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

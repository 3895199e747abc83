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

use frame::{RECOVERY, Ranked, Way};
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

/// A source that is open, and may hold money still.
#[derive(Clone, Copy)]
struct Live {
    rank: usize,
    purse: usize,
    held: i64,
    /// The payments of its award when it had last paid what it could of each priority.
    tried: [u64; 3],
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
    /// The sources that are open, in spending order.
    active: Vec<Live>,
    /// Whether some of them are empty or closed.
    stale: bool,
    /// The place of recovered money among them.
    recovery_at: Option<usize>,
    recovered: Vec<i64>,
    recovered_held: i64,
    oldest_recovered: usize,
    place: usize,
    /// What the active tranches of each purse hold together, where awards need match.
    purse_held: Vec<i64>,
    left: Vec<i64>,
    open: Vec<u64>,
    /// What the bound of each award leaves it of each line this month.
    bound_left: Vec<Vec<i64>>,
    /// What a limit of pay leaves of each line for all awards under one this month.
    pay_left: Vec<i64>,
    free_unrestricted: i64,
    ahead: Ahead,
    /// Tranches that have run dry so far.
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
            active: Vec::new(),
            stale: false,
            recovery_at: None,
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
        self.active.clear();
        self.stale = false;
        self.recovery_at = None;
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
        self.open_sources();
        if !self.standing.is_empty() {
            self.open_matches();
        }
    }

    /// Drops what is empty or closed, and takes in what opens.
    fn open_sources(&mut self) {
        let (frame, place) = (self.frame, self.place);
        if self.stale {
            let stays = |live: &Live| {
                let ranked = &frame.order[live.rank];
                ranked.tranche == RECOVERY || (live.held > 0 && ranked.closes >= place)
            };
            self.active.retain(stays);
        }
        for rank in &frame.opening[place] {
            let rank = *rank as usize;
            let ranked = &frame.order[rank];
            let held = if ranked.tranche == RECOVERY { 0 } else { self.amounts[ranked.tranche] };
            if held > 0 || ranked.tranche == RECOVERY {
                let at = self.active.partition_point(|live| live.rank < rank);
                self.active.insert(at, Live { rank, purse: ranked.purse, held, tried: [0; 3] });
            }
        }
        self.stale = false;
        self.recovery_at = None;
        for (at, live) in self.active.iter().enumerate() {
            let ranked = &frame.order[live.rank];
            self.stale |= ranked.closes == place;
            if ranked.tranche == RECOVERY {
                self.recovery_at = Some(at);
            }
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
        let (open, classes) = (&self.open, &self.frame.classes);
        let open = open.iter().enumerate().flat_map(|(word, lines)| {
            classes.iter().enumerate().flat_map(move |(class, own)| {
                set_lines(word, lines & own[word]).map(move |line| (class, line))
            })
        });
        self.record.left(self.place, &self.left, open);
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
                    for at in 0..self.active.len() {
                        let tranche = frame.order[self.active[at].rank].tranche;
                        let held = frame.timeline.tranches.get(tranche);
                        if held.is_some_and(|held| held.stream == *stream) {
                            self.pay(at, index, i64::MAX);
                        }
                    }
                }
            }
        }
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
        for at in 0..self.active.len() {
            let live = self.active[at];
            if live.held > 0
                && self.reaches(live.purse, class)
                && (pass == 0 || !self.is_settled(&live, class))
            {
                moved |= self.pay_from(at, class);
            }
        }
        moved
    }

    /// Whether a purse may pay a line of a priority that needs anything still.
    fn reaches(&self, purse: usize, class: usize) -> bool {
        let from = self.frame.set_of(purse, class);
        let words = self.frame.words;
        let sets = &self.may[from..from + 2 * words];
        self.open.iter().zip(sets).any(|(open, may)| open & may != 0)
            || self.open.iter().zip(&sets[words..]).any(|(open, may)| open & may != 0)
    }

    /// Whether a source has paid all it can of a priority this month, whatever was paid since. A month leaves less
    /// and less of everything but what spending makes room for: under its award's shares, by match, by recovery.
    fn is_settled(&self, live: &Live, class: usize) -> bool {
        let ranked = &self.frame.order[live.rank];
        if ranked.needed.is_some() {
            return false;
        }
        if ranked.unrestricted {
            return !self.frame.recovers;
        }
        live.tried[class] == self.accounts[ranked.award].payments
    }

    /// Lets one source pay every line of a priority that it may; whether anything moved.
    fn pay_from(&mut self, at: usize, class: usize) -> bool {
        let frame = self.frame;
        let Live { rank, purse, .. } = self.active[at];
        let ranked = &frame.order[rank];
        let set = frame.set_of(purse, class);
        match ranked.way {
            Way::Plain => self.pay_freely(at, class, set) > 0,
            Way::BySpending => {
                let award = &frame.awards[ranked.award];
                let free = self.pay_freely(at, class, set);
                if free > 0 {
                    award.pay_free(&mut self.accounts[ranked.award], free);
                }
                let before = self.accounts[ranked.award].payments;
                let under = self.pay_by_rules(at, set + frame.words);
                // Under one share alone, the lines of the priority leave nothing of the room that they make.
                let after = self.accounts[ranked.award].payments;
                self.active[at].tried[class] = if award.limits() == 1 { after } else { before };
                free > 0 || under
            }
            Way::ByRules => {
                if self.waits_for_match(rank, class) {
                    return false;
                }
                self.active[at].tried[class] = self.accounts[ranked.award].payments;
                let first = self.pay_by_rules(at, set);
                let moved = self.pay_by_rules(at, set + frame.words) || first;
                if let Some(needed) = ranked.needed.filter(|_| !moved) {
                    self.standing[needed].stuck[class] = (self.moves, purse);
                }
                moved
            }
        }
    }

    /// Pays the lines of a set one by one, as far as every rule lets it; whether anything moved.
    fn pay_by_rules(&mut self, at: usize, set: usize) -> bool {
        let mut moved = false;
        for word in 0..self.frame.words {
            for line in set_lines(word, self.may[set + word]) {
                if self.active[at].held == 0 {
                    return moved;
                }
                if self.left[line] > 0 {
                    moved |= self.pay(at, line, i64::MAX) > 0;
                }
            }
        }
        moved
    }

    /// Pays the lines of a set that no rule binds but what the source holds, and what of unrestricted money is free.
    /// Returns what was paid.
    fn pay_freely(&mut self, at: usize, class: usize, set: usize) -> i64 {
        let live = self.active[at];
        let ranked = self.frame.order[live.rank];
        let most = match self.unrestricted_room(&live, class) {
            Some(room) => live.held.min(room),
            None => live.held,
        };
        let source = match ranked.tranche {
            RECOVERY => None,
            tranche => Some(Source::Tranche(TrancheIndex(tranche as u32))),
        };
        let mut rest = most;
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
                match source {
                    Some(source) => self.record.paid(self.place, source, line, paid),
                    None => self.draw_recovered(line, paid),
                }
            }
        }
        let paid = most - rest;
        if paid > 0 {
            self.take(at, class, paid);
        }
        paid
    }

    /// Takes what was paid from a source.
    fn take(&mut self, at: usize, class: usize, paid: i64) {
        self.moves += 1;
        let live = &mut self.active[at];
        live.held -= paid;
        if live.held == 0 {
            self.dry += 1;
            self.stale = true;
        }
        let live = *live;
        if self.unrestricted_room(&live, class).is_some() {
            self.free_unrestricted -= paid;
        }
        if !self.standing.is_empty() && live.purse < self.frame.timeline.purses.len() {
            self.purse_held[live.purse] -= paid;
        }
    }

    /// Pays a line from a source as far as every rule lets it; for an award that needs match, together
    /// with its match. Returns what the source paid.
    fn pay(&mut self, at: usize, line: usize, want: i64) -> i64 {
        let ranked = &self.frame.order[self.active[at].rank];
        let Some(needed) = ranked.needed else { return self.pay_alone(at, line, want) };
        if self.standing[needed].dry[line] == self.moves
            || !self.frame.may_pay(&self.may, ranked.purse, line)
        {
            return 0;
        }
        let mut paid = self.pay_alone(at, line, want);
        let want = want.saturating_sub(paid);
        let able = self.most(at, line, want, false);
        if able.direct > 0 {
            self.raise_match(needed, at, line, able);
            let more = self.pay_alone(at, line, want);
            paid += more;
            if more == 0 {
                self.standing[needed].dry[line] = self.moves;
            }
        }
        paid
    }

    /// Pays a line from a source with the match that stands already.
    fn pay_alone(&mut self, at: usize, line: usize, want: i64) -> i64 {
        if !self.frame.may_pay(&self.may, self.active[at].purse, line) {
            return 0;
        }
        let payment = self.most(at, line, want, true);
        if payment.direct > 0 {
            self.book(at, line, payment);
        }
        payment.direct
    }

    /// The most that a source can pay a line, by everything but match, and by match if it is asked.
    fn most(&mut self, at: usize, line: usize, want: i64, with_match: bool) -> Payment {
        let live = self.active[at];
        let frame = self.frame;
        let ranked = &frame.order[live.rank];
        let cost = &frame.plan.lines[line];
        let mut most = want.min(self.left[line]).min(live.held);
        if let Some(room) = self.unrestricted_room(&live, cost.priority as usize) {
            most = most.min(room);
        }
        if let Some(bound) = self.bound_place(ranked, line) {
            most = most.min(self.bound_left[line][bound]);
            if frame.bounds[line][bound].ceiling.is_some() {
                most = most.min(self.pay_left[line]);
            }
        }
        let mut held = live.held;
        if with_match && let Some(needed) = ranked.needed {
            held = held.min(self.matched_room(needed, line, held));
        }
        most = most.min(held);
        if most <= 0 {
            return Payment::default();
        }
        if ranked.way == Way::Plain || frame.awards[ranked.award].is_plain() {
            return Payment { direct: most, ..Payment::default() };
        }
        let account = &self.accounts[ranked.award];
        frame.awards[ranked.award].payment(account, cost, line, ranked.slot, most, held)
    }

    fn book(&mut self, at: usize, line: usize, payment: Payment) {
        let frame = self.frame;
        let ranked = &frame.order[self.active[at].rank];
        let cost = &frame.plan.lines[line];
        self.left[line] -= payment.direct;
        if self.left[line] == 0 {
            self.open[line / 64] &= !(1 << (line % 64));
        }
        if let Some(bound) = self.bound_place(ranked, line) {
            self.bound_left[line][bound] -= payment.direct;
            if frame.bounds[line][bound].ceiling.is_some() {
                self.pay_left[line] -= payment.direct;
            }
        }
        self.take(at, cost.priority as usize, payment.direct + payment.recovery);
        if ranked.tranche == RECOVERY {
            self.draw_recovered(line, payment.direct);
            return;
        }
        if ranked.way != Way::Plain && !frame.awards[ranked.award].is_plain() {
            let account = &mut self.accounts[ranked.award];
            frame.awards[ranked.award].pay(account, cost, line, ranked.slot, payment);
        }
        let tranche = TrancheIndex::from(ranked.tranche);
        self.record.paid(self.place, Source::Tranche(tranche), line, payment.direct);
        if !self.standing.is_empty() {
            self.offer(ranked.tranche, line, payment.direct);
        }
        if payment.base != 0 || payment.recovery != 0 {
            self.recover(tranche, payment);
        }
        if let Some(needed) = ranked.needed {
            self.assign_match(needed, line, payment.direct + payment.recovery);
        }
    }

    fn recover(&mut self, tranche: TrancheIndex, payment: Payment) {
        self.recovered[self.place] += payment.recovery;
        self.recovered_held += payment.recovery;
        if let Some(at) = self.recovery_at {
            self.active[at].held += payment.recovery;
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
    fn unrestricted_room(&self, live: &Live, class: usize) -> Option<i64> {
        let held_back =
            class > 0 && self.frame.order[live.rank].unrestricted && !self.lapses_now(live.rank);
        held_back.then_some(self.free_unrestricted.max(0))
    }

    /// Money that lapses at this month's end is of no use to later needs.
    fn lapses_now(&self, rank: usize) -> bool {
        let ranked = &self.frame.order[rank];
        ranked.lapses && ranked.closes == self.place
    }

    fn bound_place(&self, ranked: &Ranked, line: usize) -> Option<usize> {
        let bounds = &self.frame.bounds[line];
        if bounds.is_empty() || ranked.tranche == RECOVERY {
            return None;
        }
        // Income of an award's project is spent under the award's conditions where it has none of its own.
        let tranche = &self.frame.timeline.tranches[ranked.tranche];
        let place = |stream| bounds.iter().position(|bound| bound.stream == stream);
        place(tranche.stream).or_else(|| tranche.project.and_then(place))
    }
}

/// The lines of one word of a set, in order.
fn set_lines(word: usize, mut lines: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let line = (lines != 0).then(|| word * 64 + lines.trailing_zeros() as usize);
        lines &= lines.wrapping_sub(1);
        line
    })
}

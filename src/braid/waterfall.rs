//! The waterfall: month by month, without foresight of money, as practice does it.
//!
//! Core before essential before stretch; in-kind first, since it pays its line or nothing; then income of
//! an award's own project; restricted money before unrestricted, soonest to lapse first, then narrowest,
//! then the policy's order, then ids;
//! last-resort money after all other restricted money; the reserve last. A month is repeated until
//! nothing moves, since what is spent can make room under a cap, match an award, or be recovered.

use std::collections::BTreeMap;

use super::award::{Award, BILLION, Payment};
use super::{Braid, Draw, Match, Method, Recovery, Source};
use crate::funding::{Kind, Receipts};
use crate::limits::MONTH_PASSES_MAX;
use crate::money::{Money, Rate};
use crate::name::{LineIndex, StreamIndex, TrancheIndex};
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::plan::restriction::{Matching, counts_as_match, may_match};
use crate::timeline::{Permit, Purse, Timeline};

/// Makes the braid of a timeline by the waterfall, or by documented shares first.
pub(super) fn allocate(plan: &Plan, timeline: &Timeline, method: Method) -> Braid {
    let mut allocation = Allocation::new(plan, timeline);
    for place in 0..plan.horizon.months as usize {
        allocation.open_month(place);
        if method == Method::Shares {
            allocation.pay_documented_shares();
        }
        allocation.pay_month();
    }
    allocation.finish()
}

/// One source of money in spending order.
#[derive(Clone, Copy)]
struct Ranked {
    source: Sourced,
    /// What it may pay; recovery may pay what its own purse says.
    purse: usize,
    unrestricted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sourced {
    Tranche(usize),
    Recovery,
}

/// The lines of a purse by priority, those that wait for spending last.
struct Uses {
    by_priority: [Vec<Permit>; 3],
    /// Which lines it may pay this month.
    bits: Vec<u64>,
    /// Whether that changes over the horizon.
    changes: bool,
}

/// An award's match while the braid is made.
struct Needed {
    rule: Matching,
    award: usize,
    /// Whether money on each line, and of each stream, may match.
    lines: Vec<bool>,
    streams: Vec<bool>,
    /// The first and last place in which money counts.
    window: (usize, usize),
    /// What the award has drawn, its recovery with it, and what has matched it.
    drawn: i64,
    matched: i64,
    /// Where each dollar is matched on its own: what was drawn and matched this month, by line.
    this_month: Vec<(i64, i64)>,
    /// The count of moves at which the match could not be raised any further, by line.
    dry: Vec<u64>,
    /// The count of moves at which a purse of the award could pay no line of a priority, by priority.
    stuck: [(u64, usize); 3],
    /// Draws that may match, the oldest first, by place in `entries`.
    offered: Vec<usize>,
    next: usize,
}

impl Needed {
    /// Where this month's draws that may match begin.
    fn of_month(&self, entries: &[Entry], place: usize) -> usize {
        self.offered.partition_point(|at| entries[*at].draw.place < place)
    }
}

struct Entry {
    draw: Draw,
    /// What of it has matched nothing yet.
    free: i64,
}

/// The most that an award may pay of a line: its documented share, of what a limit of pay leaves.
pub(super) struct Bound {
    pub stream: StreamIndex,
    /// The most through each place, by cumulative rounding.
    through: Vec<i64>,
    /// What the limit of pay leaves of each month, where one binds.
    pub ceiling: Option<Vec<Money>>,
}

impl Bound {
    /// The most of a month.
    pub fn of_month(&self, place: usize) -> i64 {
        self.through[place] - if place == 0 { 0 } else { self.through[place - 1] }
    }
}

struct Allocation<'a> {
    plan: &'a Plan,
    timeline: &'a Timeline,
    order: Vec<Ranked>,
    uses: Vec<Uses>,
    awards: Vec<Award>,
    award_of: Vec<usize>,
    needed: Vec<Needed>,
    /// The match that an award needs, by award.
    needed_by: Vec<Option<usize>>,
    repeats: bool,
    /// Cumulative needs: the sum through each place, by line.
    through: Vec<Vec<i64>>,
    held: Vec<i64>,
    recovered: Vec<i64>,
    recovered_held: i64,
    oldest_recovered: usize,
    place: usize,
    active: Vec<usize>,
    upcoming: Vec<usize>,
    /// What the active tranches of each purse hold together.
    purse_held: Vec<i64>,
    left: Vec<i64>,
    open: Vec<u64>,
    /// The awards whose part of a line is bounded, by line.
    bounds: Vec<Vec<Bound>>,
    /// What that leaves each of them this month.
    bound_left: Vec<Vec<i64>>,
    /// What a limit of pay leaves of each line for all awards under one this month.
    pay_left: Vec<i64>,
    free_unrestricted: i64,
    /// Payments booked so far.
    moves: u64,
    entries: Vec<Entry>,
    matches: Vec<Match>,
    recoveries: Vec<Recovery>,
}

impl<'a> Allocation<'a> {
    fn new(plan: &'a Plan, timeline: &'a Timeline) -> Allocation<'a> {
        let (awards, award_of) = awards(plan, timeline);
        let through = cumulative(timeline);
        let uses = uses(plan, timeline, &awards, &award_of);
        let order = ranking(plan, timeline, &uses, &through);
        let needed = matches_needed(plan, timeline, &awards);
        let mut needed_by = vec![None; awards.len()];
        for (index, match_) in needed.iter().enumerate() {
            needed_by[match_.award] = Some(index);
        }
        let repeats = !needed.is_empty() || awards.iter().any(Award::has_moving_room);
        let mut upcoming: Vec<usize> = (0..order.len()).collect();
        upcoming.sort_by_key(|rank| std::cmp::Reverse((opens(&order[*rank], timeline), *rank)));
        let months = timeline.horizon.months as usize;
        Allocation {
            plan,
            timeline,
            uses,
            awards,
            award_of,
            needed,
            needed_by,
            repeats,
            through,
            held: timeline.tranches.iter().map(|tranche| tranche.amount.cents()).collect(),
            recovered: vec![0; months],
            recovered_held: 0,
            oldest_recovered: 0,
            place: 0,
            active: Vec::new(),
            upcoming,
            purse_held: vec![0; timeline.purses.len()],
            left: vec![0; plan.lines.len()],
            open: vec![0; plan.lines.len().div_ceil(64)],
            bounds: bounds(plan, timeline),
            bound_left: vec![Vec::new(); plan.lines.len()],
            pay_left: vec![i64::MAX; plan.lines.len()],
            free_unrestricted: 0,
            moves: 0,
            entries: Vec::new(),
            matches: Vec::new(),
            recoveries: Vec::new(),
            order,
        }
    }

    /// Takes in what the month brings: needs, benefit shares, tranches that open.
    fn open_month(&mut self, place: usize) {
        self.place = place;
        self.moves += 1;
        self.open.fill(0);
        for line in 0..self.left.len() {
            let need = self.timeline.needs[line][place].cents();
            self.left[line] = need;
            if need > 0 {
                self.open[line / 64] |= 1 << (line % 64);
            }
        }
        for uses in self.uses.iter_mut().filter(|uses| uses.changes) {
            uses.open(place);
        }
        self.open_bounds();
        let entries = &self.entries;
        for match_ in &mut self.needed {
            match_.this_month.fill((0, 0));
            match_.offered.retain(|at| entries[*at].free > 0);
            match_.next = 0;
        }
        let (order, timeline, held) = (&self.order, self.timeline, &self.held);
        self.active.retain(|rank| match order[*rank].source {
            Sourced::Tranche(tranche) => {
                held[tranche] > 0 && timeline.tranches[tranche].closes >= place
            }
            Sourced::Recovery => true,
        });
        let before = self.active.len();
        while let Some(rank) = self.upcoming.last().copied() {
            if opens(&self.order[rank], self.timeline) > place {
                break;
            }
            self.upcoming.pop();
            self.active.push(rank);
        }
        if self.active.len() > before {
            self.active.sort_unstable();
        }
        self.purse_held.fill(0);
        for rank in &self.active {
            if let Sourced::Tranche(tranche) = self.order[*rank].source {
                self.purse_held[self.order[*rank].purse] += self.held[tranche];
            }
        }
    }

    fn open_bounds(&mut self) {
        for (line, bounds) in self.bounds.iter().enumerate() {
            self.bound_left[line].clear();
            self.bound_left[line].extend(bounds.iter().map(|bound| bound.of_month(self.place)));
            let ceilings = bounds.iter().filter_map(|bound| bound.ceiling.as_ref());
            let most = ceilings.map(|ceiling| ceiling[self.place].cents()).max();
            self.pay_left[line] = most.unwrap_or(i64::MAX);
        }
    }

    /// Each named award pays its documented share of every line, core lines first.
    fn pay_documented_shares(&mut self) {
        for priority in Priority::ALL {
            for index in 0..self.plan.lines.len() {
                let line = &self.plan.lines[index];
                let Some(benefit) = line.benefit.as_ref().filter(|_| line.priority == priority)
                else {
                    continue;
                };
                for (stream, _) in &benefit.shares {
                    for at in 0..self.active.len() {
                        let rank = self.active[at];
                        if self.stream_of(rank) == Some(*stream) {
                            self.pay(rank, LineIndex::from(index), i64::MAX);
                        }
                    }
                }
            }
        }
    }

    fn pay_month(&mut self) {
        for _ in 0..MONTH_PASSES_MAX {
            let mut moved = false;
            for (class, priority) in Priority::ALL.into_iter().enumerate() {
                if priority != Priority::Core {
                    self.free_unrestricted = self.unrestricted_beyond_core();
                }
                for at in 0..self.active.len() {
                    moved |= self.pay_from(self.active[at], class);
                }
            }
            if !moved || !self.repeats {
                return;
            }
        }
    }

    /// Lets one source pay every line of a priority that it may; whether anything moved.
    fn pay_from(&mut self, rank: usize, class: usize) -> bool {
        let purse = self.order[rank].purse;
        let reachable =
            self.uses[purse].bits.iter().zip(&self.open).any(|(may, open)| may & open != 0);
        if !reachable || self.held_by(rank) == 0 || self.waits_for_match(rank, class) {
            return false;
        }
        let mut moved = false;
        for at in 0..self.uses[purse].by_priority[class].len() {
            let line = self.uses[purse].by_priority[class][at].line;
            if self.left[line.at()] > 0 {
                moved |= self.pay(rank, line, i64::MAX) > 0;
            }
        }
        if let Some(needed) = self.needed_of(rank).filter(|_| !moved) {
            self.needed[needed].stuck[class] = (self.moves, purse);
        }
        moved
    }

    /// Whether another tranche of the same award and purse has just found no match for any line of the class: then
    /// this one finds none either, unless a cap by period tells them apart.
    fn waits_for_match(&self, rank: usize, class: usize) -> bool {
        self.needed_of(rank).is_some_and(|needed| {
            let needed = &self.needed[needed];
            needed.stuck[class] == (self.moves, self.order[rank].purse)
                && self.awards[needed.award].is_plain()
        })
    }

    /// The match that a source's award needs, if it needs one.
    fn needed_of(&self, rank: usize) -> Option<usize> {
        match self.order[rank].source {
            Sourced::Tranche(tranche) => self.needed_by[self.award_of[tranche]],
            Sourced::Recovery => None,
        }
    }

    /// Pays a line from a source as far as every rule lets it; for an award that needs match, together
    /// with its match. Returns what the source paid.
    fn pay(&mut self, rank: usize, line: LineIndex, want: i64) -> i64 {
        let Sourced::Tranche(tranche) = self.order[rank].source else {
            return self.pay_alone(rank, line, want);
        };
        let Some(needed) = self.needed_by[self.award_of[tranche]] else {
            return self.pay_alone(rank, line, want);
        };
        if self.needed[needed].dry[line.at()] == self.moves || !self.may_pay(rank, line) {
            return 0;
        }
        let mut paid = self.pay_alone(rank, line, want);
        let want = want.saturating_sub(paid);
        let able = self.most(rank, line, want, false);
        if able.direct > 0 {
            self.raise_match(needed, rank, line, able);
            let more = self.pay_alone(rank, line, want);
            paid += more;
            if more == 0 {
                self.needed[needed].dry[line.at()] = self.moves;
            }
        }
        paid
    }

    /// Has the next eligible streams pay what an award needs to pay up to `able` of a line, its recovery with
    /// it: of the line itself, split in the ratio, and of the month's other lines that its match may pay, which
    /// are of no lower priority.
    fn raise_match(&mut self, needed: usize, award_rank: usize, line: LineIndex, able: Payment) {
        let match_ = &self.needed[needed];
        if !(match_.window.0..=match_.window.1).contains(&self.place) {
            return;
        }
        let (numerator, denominator) =
            match_.rule.convention.at(self.timeline.horizon.month(self.place)).ratio();
        let up = |product: i128, whole: i128| {
            i64::try_from((product + whole - 1).div_euclid(whole)).unwrap_or(i64::MAX)
        };
        let (direct, whole) = (i128::from(able.direct), i128::from(able.direct + able.recovery));
        let mut wanted = up(whole * numerator, denominator);
        let mut lines: Vec<LineIndex> = Vec::new();
        if !match_.rule.each_dollar {
            let priority = self.plan.line(line).priority;
            let other = |other: &LineIndex| {
                *other != line
                    && self.left[other.at()] > 0
                    && match_.lines[other.at()]
                    && self.plan.line(*other).priority <= priority
            };
            lines.extend((0..self.left.len()).map(LineIndex::from).filter(other));
        }
        if match_.lines[line.at()] {
            let left = i128::from(self.left[line.at()]);
            // Each dollar of the line that the award pays needs match for what it recovers too.
            let matched = numerator * (whole * BILLION + direct - 1).div_euclid(direct);
            let split = up(left * matched, matched + denominator * BILLION).min(wanted);
            wanted -= self.raise_on(needed, award_rank, line, split);
        }
        for other in lines {
            if wanted > 0 {
                wanted -= self.raise_on(needed, award_rank, other, wanted);
            }
        }
    }

    /// Has the next eligible streams pay up to `wanted` of one line. Returns what they paid.
    fn raise_on(&mut self, needed: usize, award_rank: usize, line: LineIndex, wanted: i64) -> i64 {
        let mut rest = wanted;
        let able = |(index, purse): (usize, &Purse)| {
            self.purse_held[index] > 0
                && self.needed[needed].streams[purse.stream.at()]
                && self.uses[index].may_pay(line)
        };
        if !self.timeline.purses.iter().enumerate().any(able) {
            return 0;
        }
        for at in 0..self.active.len() {
            if rest <= 0 || self.left[line.at()] == 0 {
                break;
            }
            let rank = self.active[at];
            let stream = self.stream_of(rank);
            let eligible = stream.is_some_and(|stream| self.needed[needed].streams[stream.at()]);
            if rank != award_rank && eligible && self.may_pay(rank, line) {
                rest -= self.pay_alone(rank, line, rest);
            }
        }
        wanted - rest
    }

    fn may_pay(&self, rank: usize, line: LineIndex) -> bool {
        self.uses[self.order[rank].purse].may_pay(line)
    }

    /// Pays a line from a source with the match that stands already.
    fn pay_alone(&mut self, rank: usize, line: LineIndex, want: i64) -> i64 {
        if !self.may_pay(rank, line) {
            return 0;
        }
        let payment = self.most(rank, line, want, true);
        if payment.direct > 0 {
            self.book(rank, line, payment);
        }
        payment.direct
    }

    /// The most that a source can pay a line, by everything but match, and by match if it is asked.
    fn most(&mut self, rank: usize, line: LineIndex, want: i64, with_match: bool) -> Payment {
        let ranked = self.order[rank];
        let mut most = want.min(self.left[line.at()]).min(self.held_by(rank));
        if ranked.unrestricted && self.plan.line(line).priority != Priority::Core {
            most = most.min(self.unrestricted_room(rank));
        }
        if let Some(at) = self.bound_place(rank, line) {
            most = most.min(self.bound_left[line.at()][at]);
            if self.bounds[line.at()][at].ceiling.is_some() {
                most = most.min(self.pay_left[line.at()]);
            }
        }
        let Sourced::Tranche(tranche) = ranked.source else {
            return Payment { direct: most.max(0), ..Payment::default() };
        };
        let award = self.award_of[tranche];
        let mut held = self.held[tranche];
        if with_match && let Some(needed) = self.needed_by[award] {
            held = held.min(self.matched_room(needed, line, held));
        }
        most = most.min(held);
        if most <= 0 {
            return Payment::default();
        }
        if self.awards[award].is_plain() {
            return Payment { direct: most, ..Payment::default() };
        }
        let period = self.timeline.tranches[tranche].period;
        self.awards[award].payment(self.plan.line(line), line, period, most, held)
    }

    fn book(&mut self, rank: usize, line: LineIndex, payment: Payment) {
        let ranked = self.order[rank];
        let place = self.place;
        self.moves += 1;
        self.left[line.at()] -= payment.direct;
        if self.left[line.at()] == 0 {
            self.open[line.at() / 64] &= !(1 << (line.at() % 64));
        }
        if let Some(at) = self.bound_place(rank, line) {
            self.bound_left[line.at()][at] -= payment.direct;
            if self.bounds[line.at()][at].ceiling.is_some() {
                self.pay_left[line.at()] -= payment.direct;
            }
        }
        let held_back = ranked.unrestricted && !self.source_lapses_now(rank);
        if held_back && self.plan.line(line).priority != Priority::Core {
            self.free_unrestricted -= payment.direct;
        }
        match ranked.source {
            Sourced::Recovery => self.draw_recovered(line, payment.direct),
            Sourced::Tranche(tranche) => {
                self.held[tranche] -= payment.direct + payment.recovery;
                self.purse_held[ranked.purse] -= payment.direct + payment.recovery;
                let award = self.award_of[tranche];
                let period = self.timeline.tranches[tranche].period;
                if !self.awards[award].is_plain() {
                    self.awards[award].pay(self.plan.line(line), line, period, payment);
                }
                let source = Source::Tranche(TrancheIndex::from(tranche));
                self.record(Draw {
                    place,
                    source,
                    line,
                    amount: Money::from_cents(payment.direct),
                });
                if payment.base != 0 || payment.recovery != 0 {
                    self.recover(tranche, payment);
                }
                if let Some(needed) = self.needed_by[award] {
                    self.assign_match(needed, line, payment.direct + payment.recovery);
                }
            }
        }
    }

    fn recover(&mut self, tranche: usize, payment: Payment) {
        self.recovered[self.place] += payment.recovery;
        self.recovered_held += payment.recovery;
        self.recoveries.push(Recovery {
            place: self.place,
            tranche: TrancheIndex::from(tranche),
            base: Money::from_cents(payment.base),
            amount: Money::from_cents(payment.recovery),
        });
    }

    /// Pays a line from what was recovered, the oldest first.
    fn draw_recovered(&mut self, line: LineIndex, amount: i64) {
        let mut rest = amount;
        self.recovered_held -= amount;
        while rest > 0 {
            let from = self.oldest_recovered;
            let part = rest.min(self.recovered[from]);
            self.recovered[from] -= part;
            rest -= part;
            if part > 0 {
                let amount = Money::from_cents(part);
                let source = Source::Recovery(from);
                self.entries.push(Entry {
                    draw: Draw { place: self.place, source, line, amount },
                    free: 0,
                });
            }
            if self.recovered[from] == 0 && from < self.place {
                self.oldest_recovered += 1;
            }
        }
    }

    /// Records a draw and offers it as match to every award that it may match.
    fn record(&mut self, draw: Draw) {
        let index = self.entries.len();
        self.entries.push(Entry { draw, free: draw.amount.cents() });
        let Source::Tranche(tranche) = draw.source else { return };
        let stream = self.timeline.tranche(tranche).stream;
        for match_ in &mut self.needed {
            let counts = match_.lines[draw.line.at()]
                && match_.streams[stream.at()]
                && (match_.window.0..=match_.window.1).contains(&draw.place);
            if counts {
                match_.offered.push(index);
            }
        }
    }

    /// How much more an award may draw for a line with the match that stands, up to `want`.
    fn matched_room(&mut self, needed: usize, line: LineIndex, want: i64) -> i64 {
        let entries = &self.entries;
        let month = self.timeline.horizon.month(self.place);
        let match_ = &mut self.needed[needed];
        if match_.rule.each_dollar {
            let (drawn, matched) = match_.this_month[line.at()];
            let this_month = match_.offered[match_.of_month(entries, self.place)..].iter();
            let on_line = this_month.filter(|at| entries[**at].draw.line == line);
            let free: i64 = on_line.map(|at| entries[*at].free).sum();
            return match_
                .rule
                .supported(matched + free, month)
                .saturating_sub(drawn)
                .clamp(0, want);
        }
        while match_.next < match_.offered.len() && entries[match_.offered[match_.next]].free == 0 {
            match_.next += 1;
        }
        let enough = match_.rule.needed(match_.drawn + want, month);
        let mut standing = match_.matched;
        for offered in &match_.offered[match_.next..] {
            if standing >= enough {
                return want;
            }
            standing += entries[*offered].free;
        }
        if standing >= enough {
            return want;
        }
        match_.rule.supported(standing, month).saturating_sub(match_.drawn).max(0)
    }

    /// Has standing match cover what the award drew for a line, the oldest dollar first.
    fn assign_match(&mut self, needed: usize, line: LineIndex, drawn: i64) {
        let month = self.timeline.horizon.month(self.place);
        let match_ = &mut self.needed[needed];
        let each = match_.rule.each_dollar;
        let (before, mut matched) =
            if each { match_.this_month[line.at()] } else { (match_.drawn, match_.matched) };
        let drawn = before + drawn;
        let enough = match_.rule.needed(drawn, month);
        let award = &self.awards[match_.award];
        let first = if each { match_.of_month(&self.entries, self.place) } else { match_.next };
        for at in &match_.offered[first..] {
            if matched >= enough {
                break;
            }
            let entry = &mut self.entries[*at];
            let part = entry.free.min(enough - matched);
            let Source::Tranche(tranche) = entry.draw.source else { continue };
            if part == 0 || (each && entry.draw.line != line) {
                continue;
            }
            entry.free -= part;
            matched += part;
            self.matches.push(Match {
                place: entry.draw.place,
                award: (award.stream, award.number),
                line: entry.draw.line,
                tranche,
                amount: Money::from_cents(part),
            });
        }
        if each {
            match_.this_month[line.at()] = (drawn, matched);
        } else {
            (match_.drawn, match_.matched) = (drawn, matched);
        }
    }

    /// Unrestricted money in hand beyond the core needs of the coming months that no restricted
    /// tranche in hand may pay. Below zero where it does not even cover them.
    fn unrestricted_beyond_core(&self) -> i64 {
        let mut reach: Vec<Option<usize>> = vec![None; self.uses.len()];
        let mut balance = self.recovered_held;
        for rank in &self.active {
            let ranked = &self.order[*rank];
            let Sourced::Tranche(tranche) = ranked.source else { continue };
            let (held, tranche) = (self.held[tranche], &self.timeline.tranches[tranche]);
            if held == 0 || self.plan.stream(tranche.stream).kind == Kind::Reserve {
                continue;
            }
            if !ranked.unrestricted {
                reach[ranked.purse] = reach[ranked.purse].max(Some(tranche.closes));
            } else if !self.source_lapses_now(*rank) {
                balance += held;
            }
        }
        balance - self.core_without_money(&reach)
    }

    /// Core needs of the months that the policy protects which no restricted tranche in hand may pay. An
    /// award that documented benefit bounds may pay its share of a line, and no more.
    fn core_without_money(&self, reach: &[Option<usize>]) -> i64 {
        let months = self.timeline.horizon.months as usize;
        let protected =
            (self.place + self.plan.policy.protect_core_months as usize).min(months - 1);
        let mut covered = vec![self.place; self.plan.lines.len()];
        let mut bounded: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (purse, reach) in reach.iter().enumerate() {
            let Some(reach) = reach.map(|reach| reach.min(protected)) else { continue };
            let stream = self.timeline.purses[purse].stream;
            for permit in &self.uses[purse].by_priority[0] {
                if permit.from > self.place {
                    continue;
                }
                let (line, reach) = (permit.line.at(), reach.min(permit.through));
                match self.bounds[line].iter().position(|bound| bound.stream == stream) {
                    None => covered[line] = covered[line].max(reach),
                    Some(at) => {
                        let known = bounded.entry((line, at)).or_insert(reach);
                        *known = reach.max(*known);
                    }
                }
            }
        }
        let need = |line: usize, after: usize, through: usize| {
            self.through[line][through] - self.through[line][after.min(through)]
        };
        let mut ahead: i64 = 0;
        for (line, _) in self.core_lines() {
            let shared = bounded.range((line, 0)..=(line, usize::MAX));
            let part = |((_, at), reach): (&(usize, usize), &usize)| {
                let through = &self.bounds[line][*at].through;
                through[*reach] - through[covered[line].min(*reach)]
            };
            let paid: i64 = shared.map(part).sum();
            ahead += (need(line, covered[line], protected) - paid).max(0);
        }
        ahead
    }

    fn core_lines(&self) -> impl Iterator<Item = (usize, &crate::plan::CostLine)> {
        self.plan.lines.iter().enumerate().filter(|(_, line)| line.priority == Priority::Core)
    }

    fn unrestricted_room(&self, rank: usize) -> i64 {
        if self.source_lapses_now(rank) { i64::MAX } else { self.free_unrestricted.max(0) }
    }

    /// Money that lapses at this month's end is of no use to later needs.
    fn source_lapses_now(&self, rank: usize) -> bool {
        let Sourced::Tranche(tranche) = self.order[rank].source else { return false };
        let tranche = &self.timeline.tranches[tranche];
        tranche.last.is_some() && tranche.closes == self.place
    }

    fn bound_place(&self, rank: usize, line: LineIndex) -> Option<usize> {
        let bounds = &self.bounds[line.at()];
        if bounds.is_empty() {
            return None;
        }
        // Income of an award's project is spent under the award's conditions where it has none of its own.
        let project = match self.order[rank].source {
            Sourced::Tranche(tranche) => self.timeline.tranches[tranche].project,
            Sourced::Recovery => None,
        };
        let place = |stream: StreamIndex| bounds.iter().position(|bound| bound.stream == stream);
        self.stream_of(rank).and_then(place).or_else(|| project.and_then(place))
    }

    fn stream_of(&self, rank: usize) -> Option<StreamIndex> {
        match self.order[rank].source {
            Sourced::Tranche(tranche) => Some(self.timeline.tranches[tranche].stream),
            Sourced::Recovery => None,
        }
    }

    fn held_by(&self, rank: usize) -> i64 {
        match self.order[rank].source {
            Sourced::Tranche(tranche) => self.held[tranche],
            Sourced::Recovery => self.recovered_held,
        }
    }

    /// The braid: draws, matches and recoveries in order, those of one kind joined.
    fn finish(self) -> Braid {
        let draws = self.entries.into_iter().map(|entry| entry.draw).collect();
        let mut braid = Braid { draws, matches: self.matches, recoveries: self.recoveries };
        braid.join();
        braid
    }
}

fn opens(ranked: &Ranked, timeline: &Timeline) -> usize {
    match ranked.source {
        Sourced::Tranche(tranche) => timeline.tranches[tranche].opens,
        Sourced::Recovery => 0,
    }
}

fn awards(plan: &Plan, timeline: &Timeline) -> (Vec<Award>, Vec<usize>) {
    let mut awards: Vec<Award> = Vec::new();
    let mut award_of = Vec::with_capacity(timeline.tranches.len());
    for tranche in &timeline.tranches {
        let key = (tranche.stream, tranche.award);
        let known = awards.iter().rposition(|award| (award.stream, award.number) == key);
        award_of.push(known.unwrap_or_else(|| {
            awards.push(Award::new(plan, timeline, key.0, key.1));
            awards.len() - 1
        }));
    }
    (awards, award_of)
}

fn cumulative(timeline: &Timeline) -> Vec<Vec<i64>> {
    let sums = |needs: &Vec<Money>| {
        let mut sum = 0;
        needs
            .iter()
            .map(|need| {
                sum += need.cents();
                sum
            })
            .collect()
    };
    timeline.needs.iter().map(sums).collect()
}

/// The awards whose part of each line is bounded, by documented benefit or a limit of pay.
pub(super) fn bounds(plan: &Plan, timeline: &Timeline) -> Vec<Vec<Bound>> {
    let of_line = |(index, line): (usize, &crate::plan::CostLine)| {
        let named = line.benefit.iter().flat_map(|benefit| &benefit.shares).copied();
        let mut shares: Vec<(StreamIndex, Rate)> = named.collect();
        let own = |ceiling: &&crate::timeline::PayCeiling| ceiling.line.at() == index;
        for ceiling in timeline.pay_ceilings.iter().filter(own) {
            if !shares.iter().any(|(stream, _)| *stream == ceiling.stream) {
                shares.push((ceiling.stream, Rate::ONE));
            }
        }
        let bound = |(stream, share): (StreamIndex, Rate)| {
            let mut ceilings = timeline.pay_ceilings.iter().filter(own);
            let ceiling = ceilings.find(|ceiling| ceiling.stream == stream);
            let months = ceiling.map_or(&timeline.needs[index], |ceiling| &ceiling.by_place);
            let mut sum = Money::ZERO;
            let through = months.iter().map(|amount| {
                sum += *amount;
                share.of(sum).cents()
            });
            Bound {
                stream,
                through: through.collect(),
                ceiling: ceiling.map(|ceiling| ceiling.by_place.clone()),
            }
        };
        shares.into_iter().map(bound).collect()
    };
    plan.lines.iter().enumerate().map(of_line).collect()
}

/// What each purse may pay; last, what recovered money may pay: anything.
fn uses(plan: &Plan, timeline: &Timeline, awards: &[Award], award_of: &[usize]) -> Vec<Uses> {
    let mut all: Vec<Uses> = Vec::with_capacity(timeline.purses.len() + 1);
    for (index, purse) in timeline.purses.iter().enumerate() {
        let tranche = timeline.tranches.iter().position(|tranche| tranche.purse == index);
        let award = tranche.map(|tranche| &awards[award_of[tranche]]);
        let waits =
            |permit: &Permit| award.is_some_and(|award| award.waits_for_spending(permit.line));
        all.push(Uses::new(plan, purse.permits.clone(), waits));
    }
    let through = plan.horizon.months as usize - 1;
    let anything = (0..plan.lines.len()).map(|line| Permit {
        line: LineIndex::from(line),
        from: 0,
        through,
        benefit: None,
    });
    all.push(Uses::new(plan, anything.collect(), |_| false));
    all
}

impl Uses {
    fn may_pay(&self, line: LineIndex) -> bool {
        self.bits[line.at() / 64] & (1 << (line.at() % 64)) != 0
    }

    fn new(plan: &Plan, mut permits: Vec<Permit>, waits: impl Fn(&Permit) -> bool) -> Uses {
        permits.sort_by_key(|permit| (waits(permit), permit.line));
        let mut uses = Uses {
            by_priority: Default::default(),
            bits: vec![0; plan.lines.len().div_ceil(64)],
            changes: false,
        };
        let end = plan.horizon.months as usize - 1;
        for permit in permits {
            uses.changes |= permit.from > 0 || permit.through < end;
            uses.by_priority[plan.line(permit.line).priority as usize].push(permit);
        }
        uses.open(0);
        uses
    }

    /// Takes in which lines it may pay in a month.
    fn open(&mut self, place: usize) {
        self.bits.fill(0);
        for permit in self.by_priority.iter().flatten() {
            if (permit.from..=permit.through).contains(&place) {
                let line = permit.line.at();
                self.bits[line / 64] |= 1 << (line % 64);
            }
        }
    }
}

/// The sources in spending order, fixed before the first draw.
fn ranking(plan: &Plan, timeline: &Timeline, uses: &[Uses], through: &[Vec<i64>]) -> Vec<Ranked> {
    let reachable = |purse: usize, opens: usize, closes: usize| -> i64 {
        let need = |permit: &Permit| {
            let (first, last) = (opens.max(permit.from), closes.min(permit.through));
            let sums = &through[permit.line.at()];
            match first <= last {
                true => sums[last] - if first == 0 { 0 } else { sums[first - 1] },
                false => 0,
            }
        };
        uses[purse].by_priority.iter().flatten().map(need).sum()
    };
    let policy = |stream: StreamIndex| {
        plan.policy.order.iter().position(|ordered| *ordered == stream).unwrap_or(usize::MAX)
    };
    let mut keyed = Vec::with_capacity(timeline.tranches.len() + 1);
    for (index, tranche) in timeline.tranches.iter().enumerate() {
        let rules = plan.restrictions(tranche.stream);
        let unrestricted = tranche.pool.is_none()
            && tranche.project.is_none()
            && rules.is_unrestricted()
            && plan.stream(tranche.stream).kind != Kind::Reserve;
        let class = match plan.stream(tranche.stream).kind {
            Kind::Reserve => 5,
            _ if tranche.receipts == Receipts::InKind => 0,
            // Program income is spent before more is asked of the award (2 CFR 200.305(b)(5)).
            _ if tranche.project.is_some() => 1,
            _ if unrestricted => 4,
            _ if rules.last_resort => 3,
            _ => 2,
        };
        let lapse = tranche.last.map_or(i32::MAX, |last| last.since(plan.horizon.start));
        let narrow = reachable(tranche.purse, tranche.opens, tranche.closes);
        let order = (policy(tranche.stream), tranche.stream.at(), index);
        let ranked = Ranked { source: Sourced::Tranche(index), purse: tranche.purse, unrestricted };
        keyed.push(((class, lapse, narrow, order), ranked));
    }
    let purse = timeline.purses.len();
    let widest = reachable(purse, 0, plan.horizon.months as usize - 1);
    if timeline.spends_recovery {
        let recovery = Ranked { source: Sourced::Recovery, purse, unrestricted: true };
        let last = (usize::MAX, usize::MAX, usize::MAX);
        keyed.push(((4, i32::MAX, widest, last), recovery));
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, ranked)| ranked).collect()
}

fn matches_needed(plan: &Plan, timeline: &Timeline, awards: &[Award]) -> Vec<Needed> {
    let mut all = Vec::new();
    for (index, award) in awards.iter().enumerate() {
        let Some(rule) = &plan.restrictions(award.stream).matching else { continue };
        let own = timeline
            .tranches
            .iter()
            .filter(|tranche| (tranche.stream, tranche.award) == (award.stream, award.number));
        let first = own.clone().map(|tranche| tranche.opens).min().unwrap_or(0);
        let closes = own.map(|tranche| tranche.closes).max().unwrap_or(0);
        let by = rule.by.map_or(i32::MAX, |by| by.since(plan.horizon.start));
        // A deadline before the horizon leaves an empty window.
        let window = if by < 0 { (1, 0) } else { (first, closes.min(by as usize)) };
        let counts = |line| counts_as_match(plan, award.stream, rule, LineIndex::from(line));
        let may_match = |stream: usize| may_match(plan, StreamIndex::from(stream), award.stream);
        let opening = plan.opening_of(award.stream).filter(|_| award.number == 0);
        all.push(Needed {
            rule: rule.clone(),
            award: index,
            lines: (0..plan.lines.len()).map(counts).collect(),
            streams: (0..plan.streams.len()).map(may_match).collect(),
            window,
            drawn: opening.map_or(0, |opening| opening.spent.cents()),
            matched: opening.map_or(0, |opening| opening.matched.cents()),
            this_month: vec![(0, 0); plan.lines.len()],
            dry: vec![u64::MAX; plan.lines.len()],
            stuck: [(u64::MAX, 0); 3],
            offered: Vec::new(),
            next: 0,
        });
    }
    all
}

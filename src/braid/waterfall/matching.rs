//! The match that awards need: which dollar may match which award, and what it lets the award draw.

use super::frame::Frame;
use super::{Allocation, Recorder};
use crate::braid::Match;
use crate::braid::award::{Award, BILLION, Payment};
use crate::money::Money;
use crate::name::{LineIndex, StreamIndex, TrancheIndex};
use crate::plan::Plan;
use crate::plan::restriction::{Matching, counts_as_match, may_match};
use crate::timeline::{Purse, Timeline};

/// The match that an award needs, whatever the amounts.
pub(crate) struct Needed {
    pub rule: Matching,
    /// The award, by its place.
    pub award: usize,
    /// Whether money on each line, and of each stream, may match.
    pub lines: Vec<bool>,
    pub streams: Vec<bool>,
    /// The last place in which money counts, by the rule; below zero where that is before the plan.
    by: i32,
    /// What the award had drawn, and what had matched it, before the plan.
    drawn_before: i64,
    matched_before: i64,
}

/// An award's match while a braid is made.
#[derive(Clone, Default)]
pub(super) struct Standing {
    /// The first and last place in which money counts.
    window: (usize, usize),
    /// What the award has drawn, its recovery with it, and what has matched it.
    drawn: i64,
    matched: i64,
    /// Where each dollar is matched on its own: what was drawn and matched this month, by line.
    this_month: Vec<(i64, i64)>,
    /// The count of moves at which the match could not be raised any further, by line.
    pub dry: Vec<u64>,
    /// The count of moves at which a purse of the award could pay no line of a priority, by priority.
    pub stuck: [(u64, usize); 3],
    /// Draws that may match, the oldest first, by place among the offers.
    offered: Vec<usize>,
    next: usize,
}

/// A draw that may match an award.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    place: usize,
    line: usize,
    tranche: TrancheIndex,
    /// What of it has matched nothing yet.
    free: i64,
}

impl Standing {
    /// Where this month's draws that may match begin.
    fn of_month(&self, offers: &[Offer], place: usize) -> usize {
        self.offered.partition_point(|at| offers[*at].place < place)
    }

    fn counts(&self, place: usize) -> bool {
        (self.window.0..=self.window.1).contains(&place)
    }
}

pub(super) fn matches_needed(plan: &Plan, timeline: &Timeline, awards: &[Award]) -> Vec<Needed> {
    let mut all = Vec::new();
    for (index, award) in awards.iter().enumerate() {
        let Some(rule) = &plan.restrictions(award.stream).matching else { continue };
        let by = rule.by.map_or(i32::MAX, |by| by.since(timeline.horizon.start));
        let counts = |line| counts_as_match(plan, award.stream, rule, LineIndex::from(line));
        let may_match = |stream: usize| may_match(plan, StreamIndex::from(stream), award.stream);
        let opening = plan.opening_of(award.stream).filter(|_| award.number == 0);
        all.push(Needed {
            rule: rule.clone(),
            award: index,
            lines: (0..plan.lines.len()).map(counts).collect(),
            streams: (0..plan.streams.len()).map(may_match).collect(),
            by,
            drawn_before: opening.map_or(0, |opening| opening.spent.cents()),
            matched_before: opening.map_or(0, |opening| opening.matched.cents()),
        });
    }
    all
}

impl Needed {
    /// Where a braid begins that has so much of each tranche. What stood is overwritten.
    pub(super) fn open(&self, frame: &Frame, amounts: &[i64], standing: &mut Standing) {
        let lines = frame.plan.lines.len();
        let own = frame.awards[self.award].standing(frame.timeline, amounts);
        let own = own.map(|tranche| &frame.timeline.tranches[tranche]);
        let first = own.clone().map(|tranche| tranche.opens).min().unwrap_or(0);
        let closes = own.map(|tranche| tranche.closes).max().unwrap_or(0);
        // A deadline before the horizon leaves an empty window.
        standing.window = if self.by < 0 { (1, 0) } else { (first, closes.min(self.by as usize)) };
        (standing.drawn, standing.matched) = (self.drawn_before, self.matched_before);
        standing.this_month.clear();
        standing.this_month.resize(lines, (0, 0));
        standing.dry.clear();
        standing.dry.resize(lines, u64::MAX);
        standing.stuck = [(u64::MAX, 0); 3];
        standing.offered.clear();
        standing.next = 0;
    }
}

impl<R: Recorder> Allocation<'_, R> {
    /// Forgets what has matched, as a month begins.
    pub(super) fn open_matches(&mut self) {
        let offers = &self.offers;
        for standing in &mut self.standing {
            standing.this_month.fill((0, 0));
            standing.offered.retain(|at| offers[*at].free > 0);
            standing.next = 0;
        }
        if !self.standing.is_empty() {
            self.purse_held.fill(0);
            for (pool, own) in self.frame.pools.iter().enumerate() {
                if self.live[pool / 64] & (1 << (pool % 64)) != 0 {
                    self.purse_held[own.purse] += self.held[pool];
                }
            }
        }
    }

    /// Whether another tranche of the same award and purse has just found no match for any line of the class: then
    /// this one finds none either, unless a cap by period tells them apart.
    pub(super) fn waits_for_match(&self, pool: usize, class: usize) -> bool {
        let own = &self.frame.pools[pool];
        own.needed.is_some_and(|needed| {
            self.standing[needed].stuck[class] == (self.moves, own.purse)
                && self.frame.awards[own.award].is_plain()
        })
    }

    /// Has the next eligible streams pay what an award needs to pay up to `able` of a line, its recovery with
    /// it: of the line itself, split in the ratio, and of the month's other lines that its match may pay, which
    /// are of no lower priority.
    pub(super) fn raise_match(&mut self, needed: usize, award: usize, line: usize, able: Payment) {
        let frame = self.frame;
        let match_ = &frame.needed[needed];
        if !self.standing[needed].counts(self.place) {
            return;
        }
        let month = frame.timeline.horizon.month(self.place);
        let (numerator, denominator) = match_.rule.convention.at(month).ratio();
        let up = |product: i128, whole: i128| {
            i64::try_from((product + whole - 1).div_euclid(whole)).unwrap_or(i64::MAX)
        };
        let (direct, whole) = (i128::from(able.direct), i128::from(able.direct + able.recovery));
        let mut wanted = up(whole * numerator, denominator);
        let mut lines: Vec<usize> = Vec::new();
        if !match_.rule.each_dollar {
            let priority = frame.plan.lines[line].priority;
            let other = |other: &usize| {
                *other != line
                    && self.left[*other] > 0
                    && match_.lines[*other]
                    && frame.plan.lines[*other].priority <= priority
            };
            lines.extend((0..self.left.len()).filter(other));
        }
        if match_.lines[line] {
            let left = i128::from(self.left[line]);
            // Each dollar of the line that the award pays needs match for what it recovers too.
            let matched = numerator * (whole * BILLION + direct - 1).div_euclid(direct);
            let split = up(left * matched, matched + denominator * BILLION).min(wanted);
            wanted -= self.raise_on(needed, award, line, split);
        }
        for other in lines {
            if wanted > 0 {
                wanted -= self.raise_on(needed, award, other, wanted);
            }
        }
    }

    /// Has the next eligible streams pay up to `wanted` of one line. Returns what they paid.
    fn raise_on(&mut self, needed: usize, award: usize, line: usize, wanted: i64) -> i64 {
        let frame = self.frame;
        let streams = &frame.needed[needed].streams;
        let able = |(index, purse): (usize, &Purse)| {
            self.purse_held[index] > 0
                && streams[purse.stream.at()]
                && frame.may_pay(&self.may, index, line)
        };
        if !frame.timeline.purses.iter().enumerate().any(able) {
            return 0;
        }
        let mut rest = wanted;
        for (pool, own) in frame.pools.iter().enumerate() {
            if rest <= 0 || self.left[line] == 0 {
                break;
            }
            let eligible = own.stream.is_some_and(|stream| streams[stream.at()]);
            if pool != award && eligible && self.is_live(pool) {
                rest -= self.pay_alone(pool, line, rest);
            }
        }
        wanted - rest
    }

    /// Offers a draw as match to every award that it may match.
    pub(super) fn offer(&mut self, tranche: TrancheIndex, line: usize, amount: i64) {
        let stream = self.frame.timeline.tranche(tranche).stream;
        let (place, index) = (self.place, self.offers.len());
        let mut counts = false;
        for (match_, standing) in self.frame.needed.iter().zip(&mut self.standing) {
            if match_.lines[line] && match_.streams[stream.at()] && standing.counts(place) {
                standing.offered.push(index);
                counts = true;
            }
        }
        if counts {
            self.offers.push(Offer { place, line, tranche, free: amount });
        }
    }

    /// How much more an award may draw for a line with the match that stands, up to `want`.
    pub(super) fn matched_room(&mut self, needed: usize, line: usize, want: i64) -> i64 {
        let offers = &self.offers;
        let month = self.frame.timeline.horizon.month(self.place);
        let rule = &self.frame.needed[needed].rule;
        let standing = &mut self.standing[needed];
        if rule.each_dollar {
            let (drawn, matched) = standing.this_month[line];
            let this_month = standing.offered[standing.of_month(offers, self.place)..].iter();
            let on_line = this_month.filter(|at| offers[**at].line == line);
            let free: i64 = on_line.map(|at| offers[*at].free).sum();
            return rule.supported(matched + free, month).saturating_sub(drawn).clamp(0, want);
        }
        while standing.next < standing.offered.len()
            && offers[standing.offered[standing.next]].free == 0
        {
            standing.next += 1;
        }
        let enough = rule.needed(standing.drawn + want, month);
        let mut stands = standing.matched;
        for offered in &standing.offered[standing.next..] {
            if stands >= enough {
                return want;
            }
            stands += offers[*offered].free;
        }
        if stands >= enough {
            return want;
        }
        rule.supported(stands, month).saturating_sub(standing.drawn).max(0)
    }

    /// Has standing match cover what the award drew for a line, the oldest dollar first.
    pub(super) fn assign_match(&mut self, needed: usize, line: usize, drawn: i64) {
        let month = self.frame.timeline.horizon.month(self.place);
        let match_ = &self.frame.needed[needed];
        let standing = &mut self.standing[needed];
        let each = match_.rule.each_dollar;
        let (before, mut matched) =
            if each { standing.this_month[line] } else { (standing.drawn, standing.matched) };
        let drawn = before + drawn;
        let enough = match_.rule.needed(drawn, month);
        let award = &self.frame.awards[match_.award];
        let first = if each { standing.of_month(&self.offers, self.place) } else { standing.next };
        for at in &standing.offered[first..] {
            if matched >= enough {
                break;
            }
            let offer = &mut self.offers[*at];
            let part = offer.free.min(enough - matched);
            if part == 0 || (each && offer.line != line) {
                continue;
            }
            offer.free -= part;
            matched += part;
            self.record.matched(Match {
                place: offer.place,
                award: (award.stream, award.number),
                line: LineIndex::from(offer.line),
                tranche: offer.tranche,
                amount: Money::from_cents(part),
            });
        }
        if each {
            standing.this_month[line] = (drawn, matched);
        } else {
            (standing.drawn, standing.matched) = (drawn, matched);
        }
    }
}

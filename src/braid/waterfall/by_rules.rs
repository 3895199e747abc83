//! What every rule of a plan lets a source pay: match, documented benefit, limits of pay, caps, indirect recovery.

use super::frame::{Pool, Way};
use super::{Allocation, Recorder, members};
use crate::braid::Source;
use crate::braid::award::Payment;
use crate::name::TrancheIndex;

impl<R: Recorder> Allocation<'_, R> {
    pub(super) fn open_bounds(&mut self) {
        for (line, bounds) in self.frame.bounds.iter().enumerate() {
            for (left, bound) in self.bound_left[line].iter_mut().zip(bounds) {
                *left = bound.of_month(self.place);
            }
            let ceilings = bounds.iter().filter_map(|bound| bound.ceiling.as_ref());
            let most = ceilings.map(|ceiling| ceiling[self.place].cents()).max();
            self.pay_left[line] = most.unwrap_or(i64::MAX);
        }
    }

    /// Pays the lines of a set one by one, those that wait for spending or the others, as far as every rule lets it;
    /// whether anything moved.
    pub(super) fn pay_by_rules(&mut self, pool: usize, set: usize, wait: usize) -> bool {
        let mut moved = false;
        for word in 0..self.frame.words {
            for line in members(word, self.may[set + word][wait]) {
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

    /// Pays a line from a source as far as every rule lets it; for an award that needs match, together
    /// with its match. Returns what the source paid.
    pub(super) fn pay(&mut self, pool: usize, line: usize, want: i64) -> i64 {
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
    pub(super) fn pay_alone(&mut self, pool: usize, line: usize, want: i64) -> i64 {
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
        if let Some(room) = self.unrestricted_room(own, cost.priority as usize) {
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
        if self.tells_parts {
            self.draw(pool, line, payment.direct);
        }
        self.take(pool, own, cost.priority as usize, payment.direct + payment.recovery);
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
    pub(super) fn draw_recovered(&mut self, line: usize, amount: i64) {
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

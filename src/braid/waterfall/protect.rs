//! Core needs of the coming months, for which unrestricted money is kept from what may wait.

use super::frame::Frame;
use super::{Allocation, Recorder};

/// Core needs ahead that no restricted tranche in hand may pay, as last reckoned.
#[derive(Clone, Default)]
pub(super) struct Ahead {
    /// The place in which it was reckoned and the count of pools that had run dry by then.
    reckoned: Option<(usize, u64)>,
    need: i64,
    /// The last place that restricted tranches in hand reach, one more than it, by purse; 0 where there are none.
    reach: Vec<usize>,
    /// The last place through which each line is covered.
    covered: Vec<usize>,
    /// The last place that awards reach which may pay a part of a line, one more than it, by line and bound.
    bounded: Vec<Vec<usize>>,
}

impl Ahead {
    pub fn new(frame: &Frame) -> Ahead {
        Ahead {
            reckoned: None,
            need: 0,
            reach: vec![0; frame.uses.len()],
            covered: vec![0; frame.plan.lines.len()],
            bounded: frame.bounds.iter().map(|bounds| vec![0; bounds.len()]).collect(),
        }
    }

    /// Forgets what was reckoned.
    pub fn clear(&mut self) {
        self.reckoned = None;
    }

    /// Core needs of the months that the policy protects which no restricted tranche in hand may pay. An
    /// award that documented benefit bounds may pay its share of a line, and no more. `live` are the sources in hand.
    pub fn without_money(&mut self, frame: &Frame, place: usize, live: &[u64]) -> i64 {
        let months = frame.timeline.horizon.months as usize;
        let protected = (place + frame.plan.policy.protect_core_months as usize).min(months - 1);
        let ahead = self;
        ahead.reach.fill(0);
        for (pool, own) in frame.pools.iter().enumerate() {
            let is_live = live[pool / 64] & (1 << (pool % 64)) != 0;
            if is_live && !own.unrestricted && !own.reserve {
                let reach = &mut ahead.reach[own.purse];
                *reach = (*reach).max(own.closes.min(protected) + 1);
            }
        }
        ahead.covered.fill(place);
        // To clear what is empty is slow: a store of nothing at a place that does not exist.
        for bounded in ahead.bounded.iter_mut().filter(|bounded| !bounded.is_empty()) {
            bounded.fill(0);
        }
        for (purse, reach) in ahead.reach.iter().enumerate().filter(|(_, reach)| **reach > 0) {
            let Some(held) = frame.timeline.purses.get(purse) else { continue };
            for permit in frame.uses[purse].core.iter().filter(|permit| permit.from <= place) {
                let (line, reach) = (permit.line.at(), (reach - 1).min(permit.through));
                match frame.bounds[line].iter().position(|bound| bound.stream == held.stream) {
                    None => ahead.covered[line] = ahead.covered[line].max(reach),
                    Some(at) => {
                        let known = &mut ahead.bounded[line][at];
                        *known = (*known).max(reach + 1);
                    }
                }
            }
        }
        let mut need_ahead: i64 = 0;
        for line in frame.core.iter().copied() {
            let (covered, sums) = (ahead.covered[line].min(protected), &frame.through[line]);
            let mut need = sums[protected] - sums[covered];
            for (bound, reach) in frame.bounds[line].iter().zip(&ahead.bounded[line]) {
                if *reach > 0 {
                    let through = &bound.through;
                    need -= through[reach - 1] - through[covered.min(reach - 1)];
                }
            }
            need_ahead += need.max(0);
        }
        need_ahead
    }
}

impl<R: Recorder> Allocation<'_, R> {
    /// Unrestricted money in hand beyond the core needs of the coming months that no restricted tranche in hand
    /// may pay. Not above zero where there is none, or where it does not even cover them.
    pub(super) fn unrestricted_beyond_core(&mut self) -> i64 {
        let mut balance = self.recovered_held;
        if self.frame.has_unrestricted {
            for (pool, own) in self.frame.pools.iter().enumerate() {
                let counts = own.unrestricted && own.stream.is_some();
                if counts && self.is_live(pool) && !self.lapses_now(own) {
                    balance += self.held[pool];
                }
            }
        }
        if balance == 0 {
            return 0;
        }
        if self.ahead.reckoned != Some((self.place, self.dry)) {
            self.ahead.need = self.ahead.without_money(self.frame, self.place, &self.live);
            self.ahead.reckoned = Some((self.place, self.dry));
        }
        balance - self.ahead.need
    }
}

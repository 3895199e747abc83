//! What tied awards have left once all else is paid, for what is still needed.

use super::tied::{Settling, supported};
use crate::braid::optimal::rules::BILLION;
use crate::name::LineIndex;

impl Settling<'_> {
    /// Pays what is still needed from what tied awards have left once all else is paid, as far as their rules let them.
    pub fn pay_what_is_left(&mut self) {
        let problem = self.problem;
        for (class, needs) in problem.classes.iter().enumerate() {
            let leaves = problem.leaves.iter().filter(|leave| leave.class == class);
            let own: Vec<_> = leaves.filter(|leave| self.held.settled[leave.fund]).collect();
            for place in (0..problem.months).filter(|place| needs.needs[*place] > 0) {
                for leave in
                    own.iter().filter(|leave| (leave.from..=leave.through).contains(&place))
                {
                    let left = self.held.rest.class_left(class, place);
                    let most = left.min(self.held.rest.in_hand(leave.fund, place));
                    let most = most.min(self.room_at_last(leave.fund, needs.lines[0], place));
                    if most > 0 {
                        let paid = self.held.rest.pay_class(leave.fund, class, place, most);
                        let sum = paid.iter().map(|(_, _, part)| part).sum();
                        self.book(leave.fund, class, place, sum);
                    }
                }
            }
        }
    }

    /// The most that a fund may pay of a line in a place beside all that is settled: its match has to suffice in every
    /// month after it, too.
    fn room_at_last(&self, fund: usize, line: LineIndex, place: usize) -> i64 {
        let of = &self.problem.funds[fund];
        let mut room = i128::from(i64::MAX);
        for (index, rule) in self.problem.rules.matches.iter().enumerate() {
            if rule.award != of.award {
                continue;
            }
            if rule.each_dollar && rule.ratios[place].0 > 0 {
                return 0;
            }
            let (mut matched, mut drawn) = (i128::from(rule.ahead), 0);
            for (at, (more, taken)) in self.by_place[index].iter().enumerate() {
                matched += i128::from(*more);
                drawn += i128::from(*taken);
                if at >= place
                    && !rule.each_dollar
                    && let Some(supported) = supported(rule, at, matched)
                {
                    room = room.min(supported - drawn);
                }
            }
        }
        for (index, limit) in self.limits(fund, place) {
            let count = limit.of(of.period, Some(line));
            if count > 0 {
                let left = i128::from(limit.most) * i128::from(BILLION) - self.taken[index];
                room = room.min(left.div_euclid(i128::from(count)));
            }
        }
        i64::try_from(room.max(0)).unwrap_or(i64::MAX)
    }
}

//! From amounts that may be fractions to whole cents, each rule's allowance held.
//!
//! What awards with match, recovery or yearly limits pay is taken from the relaxed braid as it is, by cumulative
//! rounding down, each cent only as far as the rules let it ([`tied`]). Of awards with caps alone only the allowance is
//! taken: how much goes to capped lines at most, and how much is spent at least. All else is left to the flow, which is
//! exact. Where rounding leaves too little spent for a share, so many cents less go to what it caps, and all is settled
//! once more.

use std::collections::BTreeMap;

use self::tied::Settling;
use super::program::{Payment, Relaxed, ratio};
use crate::braid::Source;
use crate::braid::optimal::flow;
use crate::braid::optimal::held::{Allowance, Held};
use crate::braid::optimal::problem::Problem;
use crate::braid::optimal::rules::AwardKey;
use crate::braid::optimal::rules::{BILLION, Limit, Origin};
use crate::name::TrancheIndex;
use crate::timeline::Timeline;

mod left;
mod tied;

/// How often all is settled once more at most; then whoever checks the braid refuses it.
pub(super) const ROUNDS_MAX: usize = 8;

impl<'a> Held<'a> {
    /// The braid in whole cents nearest to a relaxed one.
    pub(super) fn settled(
        problem: &'a Problem<'a>,
        relaxed: &Relaxed,
        columns: &[f64],
    ) -> Held<'a> {
        let mut awards: Vec<AwardKey> = problem.funds.iter().map(|fund| fund.award).collect();
        awards.sort_unstable();
        awards.dedup();
        let (tied, free): (Vec<_>, Vec<_>) =
            awards.into_iter().partition(|award| is_tied(problem, *award));
        let mut held = Held::nothing(problem);
        for (index, fund) in problem.funds.iter().enumerate() {
            held.settled[index] = tied.contains(&fund.award);
        }
        let paid = paid(problem, relaxed, columns);
        let mut margins = vec![0; problem.rules.limits.len()];
        let mut round = 0;
        loop {
            let mut settling = Settling::new(held.clone(), relaxed, columns, &margins);
            settling.settle(relaxed, columns);
            let mut more = settling.over();
            if more.is_empty() || round == ROUNDS_MAX {
                for award in &free {
                    let spending = (problem.timeline, &paid[..]);
                    settling.held.hold_caps(*award, &paid, spending, &margins);
                }
                flow::solve(problem, &mut settling.held);
                settling.pay_what_is_left();
                more = over(problem, &settling.held.taken());
                if more.is_empty() || round == ROUNDS_MAX {
                    return settling.held;
                }
            }
            for (limit, cents) in more {
                margins[limit] += cents;
            }
            round += 1;
        }
    }

    /// What was taken under each limit, in billionths of a cent.
    pub(super) fn taken(&self) -> Vec<i128> {
        let timeline = self.problem.timeline;
        let draws = self.rest.draws.iter().filter_map(|draw| match draw.source {
            Source::Tranche(tranche) => {
                Some((draw.place, tranche, Some(draw.line), draw.amount.cents()))
            }
            Source::Recovery(_) => None,
        });
        let recoveries = self.recoveries.iter();
        let recoveries = recoveries.map(|of| (of.place, of.tranche, None, of.amount.cents()));
        let mut taken = vec![0; self.problem.rules.limits.len()];
        for (place, tranche, line, cents) in draws.chain(recoveries) {
            let tranche = timeline.tranche(tranche);
            let award = (tranche.stream, tranche.award);
            for (limit, taken) in self.problem.rules.limits.iter().zip(&mut taken) {
                if limit.award == award && (limit.places.0..=limit.places.1).contains(&place) {
                    *taken += i128::from(limit.of(Some(tranche.period), line)) * i128::from(cents);
                }
            }
        }
        taken
    }

    /// Takes the allowances of an award's caps, and what it must spend for them, from a relaxed braid: who pays what, and
    /// the same in the places in which tranches are told.
    pub(super) fn hold_caps(
        &mut self,
        award: AwardKey,
        paid: &[Paid],
        (told, spending): (&Timeline, &[Paid]),
        margins: &[i64],
    ) {
        let problem = self.problem;
        let own = |(_, limit): &(&i64, &Limit)| limit.award == award;
        let (margins, limits): (Vec<i64>, Vec<&Limit>) =
            margins.iter().zip(&problem.rules.limits).filter(own).unzip();
        if limits.is_empty() {
            return;
        }
        let funds: Vec<usize> =
            (0..problem.funds.len()).filter(|fund| problem.funds[*fund].award == award).collect();
        // What each fund pays to the classes under each set of caps.
        let mut taken: BTreeMap<(usize, Vec<usize>), Vec<f64>> = BTreeMap::new();
        for part in paid.iter().filter(|part| funds.contains(&part.fund)) {
            let under = under(problem, &limits, part.fund, part.class);
            let key = (part.fund, under);
            let months = taken.entry(key).or_insert_with(|| vec![0.0; problem.months]);
            months[part.place] += part.amount;
        }
        let mut floor = 0;
        if limits.iter().any(|limit| counts_of(problem, limit, award).is_some_and(|(_, of)| of < 0))
        {
            for fund in &funds {
                let mut spent = vec![0.0; told.horizon.months as usize];
                for part in spending.iter().filter(|part| part.fund == *fund) {
                    spent[part.place] += part.amount;
                }
                floor += self.hold_spending(*fund, &spent, told);
            }
        }
        taken.retain(|(_, under), _| !under.is_empty());
        // What is set aside as match takes its room first.
        let mut aside: BTreeMap<(usize, Vec<usize>), i64> = BTreeMap::new();
        for ((fund, class, place), cents) in &self.matching {
            let key = (*fund, under(problem, &limits, *fund, *class));
            if let Some(months) = taken.get_mut(&key) {
                months[*place] -= *cents as f64;
                *aside.entry(key).or_default() += cents;
            }
        }
        let mut most: BTreeMap<(usize, Vec<usize>), i64> = BTreeMap::new();
        let alone =
            |limit: usize| taken.keys().filter(|(_, under)| under.contains(&limit)).count() == 1;
        for (key, months) in &taken {
            let sum = whole(months.iter().sum::<f64>());
            let only = key.1.len() == 1 && alone(key.1[0]);
            most.insert(key.clone(), if only { i64::MAX } else { sum });
        }
        for (index, limit) in limits.iter().enumerate() {
            let Some((taking, rest)) = counts_of(problem, limit, award) else { continue };
            let room =
                i128::from(limit.most) * i128::from(BILLION) - i128::from(rest) * i128::from(floor);
            let room = room.div_euclid(i128::from(taking - rest)).max(0);
            let room = i64::try_from(room).unwrap_or(i64::MAX);
            let own = |fund: usize| limit.covers(problem.funds[fund].period);
            let counts = |(fund, under): &(usize, Vec<usize>)| under.contains(&index) && own(*fund);
            let before = aside.iter().filter(|(key, _)| counts(key)).map(|(_, cents)| cents);
            let mut room = (room - margins[index] - before.sum::<i64>()).max(0);
            for (key, most) in &mut most {
                if counts(key) {
                    *most = room.min(*most);
                    room -= *most;
                }
            }
        }
        for ((fund, under_of), most) in most {
            let months = &taken[&(fund, under_of.clone())];
            let allowance = match problem.funds[fund].tranches.len() {
                1 => Allowance::Whole(most),
                _ => Allowance::ByPlace(spread(months, most)),
            };
            for class in 0..problem.classes.len() {
                if problem.leave(fund, class).is_some()
                    && under(problem, &limits, fund, class) == under_of
                {
                    self.allowed[fund][class] = Some(self.allowances.len());
                }
            }
            self.allowances.push(allowance);
        }
    }

    /// Has the flow spend of each tranche of a fund what the relaxed braid spends, the first to lapse first; the sum.
    fn hold_spending(&mut self, fund: usize, spent: &[f64], timeline: &Timeline) -> i64 {
        let tranches = &self.problem.funds[fund].tranches;
        let held = |tranche: &TrancheIndex| timeline.tranche(*tranche).amount.cents() as f64;
        let mut left: Vec<f64> = tranches.iter().map(held).collect();
        for (place, amount) in spent.iter().enumerate() {
            let mut rest = *amount;
            for (tranche, left) in tranches.iter().zip(&mut left) {
                let window = timeline.tranche(*tranche);
                if (window.opens..=window.closes).contains(&place) {
                    let part = rest.min(*left);
                    rest -= part;
                    *left -= part;
                }
            }
        }
        let mut sum = 0;
        for (tranche, left) in tranches.iter().zip(left) {
            let floor = whole(held(tranche) - left);
            self.floors[tranche.at()] = floor;
            sum += floor;
        }
        sum
    }
}

/// What a fund pays a class in a place.
#[derive(Clone, Copy)]
pub(super) struct Paid {
    pub fund: usize,
    pub class: usize,
    pub place: usize,
    pub amount: f64,
}

/// Who pays what in a relaxed braid, what is charged as match with it.
pub(super) fn paid(problem: &Problem, relaxed: &Relaxed, columns: &[f64]) -> Vec<Paid> {
    let paid = relaxed.payments.iter().enumerate().filter_map(|(column, payment)| {
        let place = relaxed.program.columns.months[column] as usize;
        let (fund, class, amount) = match *payment {
            Payment::Pays { fund, class, .. } => (fund, class, columns[column]),
            Payment::Paired { class, with, rule, .. } => {
                (with, class, columns[column] * ratio(&problem.rules.matches[rule], place))
            }
            _ => return None,
        };
        Some(Paid { fund, class, place, amount })
    });
    paid.collect()
}

/// By how many cents less must go to what each limit caps, where a share does not hold.
pub(super) fn over(problem: &Problem, taken: &[i128]) -> Vec<(usize, i64)> {
    let limits = problem.rules.limits.iter().zip(taken).enumerate();
    let over = limits.filter_map(|(index, (limit, taken))| {
        let over = taken - i128::from(limit.most) * i128::from(BILLION);
        if over <= 0 || !limit.is_share() {
            return None;
        }
        let counts = limit.counts.iter().copied().chain([limit.recovery]);
        let least = i128::from(counts.filter(|count| *count > 0).min()?);
        Some((index, i64::try_from((over + least - 1) / least).unwrap_or(i64::MAX / 2)))
    });
    over.collect()
}

/// Whether an award's rules tie what it pays by month, or to what other money pays.
pub(super) fn is_tied(problem: &Problem, award: AwardKey) -> bool {
    let rules = &problem.rules;
    let mut limits = rules.limits.iter().filter(|limit| limit.award == award);
    rules.matches.iter().any(|rule| rule.award == award)
        || rules.recoveries.iter().any(|rule| rule.award == award)
        || limits.any(|limit| counts_of(problem, limit, award).is_none())
}

/// What a cent counts under a limit on what it takes, and on the rest; nothing where there are more kinds than two, or
/// the limit is of some months.
fn counts_of(problem: &Problem, limit: &Limit, award: AwardKey) -> Option<(i64, i64)> {
    let whole = limit.places == (0, problem.months - 1) && !matches!(limit.origin, Origin::Year(_));
    let apart = limit.elsewhere.as_ref();
    if !whole || apart.is_some_and(|(counts, _)| counts.iter().any(|count| *count != 0)) {
        return None;
    }
    let funds = &problem.funds;
    let paid = problem.leaves.iter().filter(|leave| funds[leave.fund].award == award);
    let (mut taking, mut rest) = (None, None);
    for leave in paid {
        let count = limit.counts[problem.classes[leave.class].lines[0].at()];
        let known = if count > 0 { &mut taking } else { &mut rest };
        if known.is_some_and(|known| known != count) {
            return None;
        }
        *known = Some(count);
    }
    Some((taking.unwrap_or(BILLION), rest.unwrap_or(0)))
}

/// The limits, by place among the award's, that a class takes room of.
fn under(problem: &Problem, limits: &[&Limit], fund: usize, class: usize) -> Vec<usize> {
    let line = problem.classes[class].lines[0];
    let period = problem.funds[fund].period;
    let takes = |limit: &&Limit| limit.of(period, Some(line)) > 0;
    let all = limits.iter().enumerate().filter(|(_, limit)| takes(limit));
    all.map(|(index, _)| index).collect()
}

/// Whole cents of an amount, a hair above it counted as it.
fn whole(amount: f64) -> i64 {
    (amount + 1e-4).floor().max(0.0) as i64
}

/// So much by month, in whole cents that sum to no more than `most`.
fn spread(months: &[f64], most: i64) -> Vec<i64> {
    let (mut sum, mut told) = (0.0, 0);
    let month = |amount: &f64| {
        sum += amount;
        let through = whole(sum).min(most).max(told);
        let own = through - told;
        told = through;
        own
    };
    months.iter().map(month).collect()
}

//! From amounts that may be fractions to whole cents, each rule's allowance held.
//!
//! What awards with match, recovery or yearly limits pay is taken from the relaxed braid as it is, by cumulative
//! rounding down, each cent only as far as the rules let it. Of awards with caps alone only the allowance is taken: how
//! much goes to capped lines at most, and how much is spent at least. All else is left to the flow, which is exact.

use std::collections::BTreeMap;

use super::program::{Payment, Relaxed, ratio};
use crate::braid::optimal::held::{Allowance, Held};
use crate::braid::optimal::problem::{AwardKey, Problem};
use crate::braid::optimal::rest::Reserved;
use crate::braid::optimal::rules::{BILLION, Limit, Origin};
use crate::braid::{Match, Recovery};
use crate::money::Money;
use crate::name::{LineIndex, TrancheIndex};

impl<'a> Held<'a> {
    /// What a relaxed braid has the flow hold.
    pub(super) fn from_relaxed(
        problem: &'a Problem<'a>,
        relaxed: &Relaxed,
        columns: &[f64],
    ) -> Held<'a> {
        let mut held = Held::nothing(problem);
        let mut awards: Vec<AwardKey> = problem.funds.iter().map(|fund| fund.award).collect();
        awards.sort_unstable();
        awards.dedup();
        let tied: Vec<AwardKey> =
            awards.iter().copied().filter(|award| is_tied(problem, *award)).collect();
        for (index, fund) in problem.funds.iter().enumerate() {
            held.settled[index] = tied.contains(&fund.award);
        }
        Settling::new(&mut held).settle(relaxed, columns);
        for award in awards.into_iter().filter(|award| !tied.contains(award)) {
            held.hold_caps(award, relaxed, columns);
        }
        held
    }

    /// Takes the allowances of an award's caps, and what it must spend for them, from a relaxed braid.
    fn hold_caps(&mut self, award: AwardKey, relaxed: &Relaxed, columns: &[f64]) {
        let problem = self.problem;
        let limits: Vec<&Limit> =
            problem.rules.limits.iter().filter(|limit| limit.award == award).collect();
        if limits.is_empty() {
            return;
        }
        let funds: Vec<usize> =
            (0..problem.funds.len()).filter(|fund| problem.funds[*fund].award == award).collect();
        // What each fund pays in all in each place, and to the classes under each set of caps.
        let mut spent = vec![vec![0.0; problem.months]; funds.len()];
        let mut taken: BTreeMap<(usize, Vec<usize>), Vec<f64>> = BTreeMap::new();
        for (column, payment) in relaxed.payments.iter().enumerate() {
            let place = relaxed.program.columns.months[column] as usize;
            let (fund, class, amount) = match *payment {
                Payment::Pays { fund, class, .. } => (fund, class, columns[column]),
                Payment::Paired { class, with, rule, .. } => {
                    (with, class, columns[column] * ratio(&problem.rules.matches[rule], place))
                }
                _ => continue,
            };
            let Some(at) = funds.iter().position(|own| *own == fund) else { continue };
            let under = under(problem, &limits, fund, class);
            spent[at][place] += amount;
            let months = taken.entry((fund, under)).or_insert_with(|| vec![0.0; problem.months]);
            months[place] += amount;
        }
        let mut floor = 0;
        if limits.iter().any(|limit| counts_of(problem, limit, award).is_some_and(|(_, of)| of < 0))
        {
            for (at, fund) in funds.iter().enumerate() {
                floor += self.hold_spending(*fund, &spent[at]);
            }
        }
        taken.retain(|(_, under), _| !under.is_empty());
        let mut most: BTreeMap<(usize, Vec<usize>), i64> = BTreeMap::new();
        let alone =
            |limit: usize| taken.keys().filter(|(_, under)| under.contains(&limit)).count() == 1;
        for (key, months) in &taken {
            let sum = whole(months.iter().sum());
            let only = key.1.len() == 1 && alone(key.1[0]);
            most.insert(key.clone(), if only { i64::MAX } else { sum });
        }
        for (index, limit) in limits.iter().enumerate() {
            let Some((taking, rest)) = counts_of(problem, limit, award) else { continue };
            let room =
                i128::from(limit.most) * i128::from(BILLION) - i128::from(rest) * i128::from(floor);
            let room = room.div_euclid(i128::from(taking - rest)).max(0);
            let mut room = i64::try_from(room).unwrap_or(i64::MAX);
            let own = |fund: usize| limit.covers(problem.funds[fund].period);
            for ((fund, under), most) in &mut most {
                if under.contains(&index) && own(*fund) {
                    *most = room.min(*most);
                    room -= *most;
                }
            }
        }
        for ((fund, under_of), most) in most {
            let months = &taken[&(fund, under_of.clone())];
            let mut allowance = match problem.funds[fund].tranches.len() {
                1 => Allowance::Whole(most),
                _ => Allowance::ByPlace(spread(months, most)),
            };
            for ((of, class, place), cents) in &self.matching {
                if *of == fund && under(problem, &limits, fund, *class) == under_of {
                    allowance.take(*place, *cents);
                }
            }
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
    fn hold_spending(&mut self, fund: usize, spent: &[f64]) -> i64 {
        let timeline = self.problem.timeline;
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

/// Whether an award's rules tie what it pays by month, or to what other money pays.
fn is_tied(problem: &Problem, award: AwardKey) -> bool {
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
        let through = whole(sum).min(most);
        let own = through - told;
        told = through;
        own
    };
    months.iter().map(month).collect()
}

/// The settling of tied awards, month by month.
struct Settling<'h, 'a> {
    held: &'h mut Held<'a>,
    problem: &'a Problem<'a>,
    /// What was matched, by rule of match, and what its award drew, in cents.
    matched: Vec<i64>,
    drawn: Vec<i64>,
    /// What counts in the base, by rule of recovery; what of each subaward was spent; what was recovered.
    base: Vec<i64>,
    subawards: Vec<Vec<i64>>,
    recovered: Vec<i64>,
    /// What was taken under each limit, in billionths of a cent.
    taken: Vec<i128>,
    /// What the relaxed braid paid through here, and what is paid, by fund and class; as recovery, by fund.
    due: BTreeMap<(usize, Option<usize>), (f64, i64)>,
}

impl<'h, 'a> Settling<'h, 'a> {
    fn new(held: &'h mut Held<'a>) -> Settling<'h, 'a> {
        let problem = held.problem;
        let rules = &problem.rules;
        Settling {
            matched: rules.matches.iter().map(|rule| rule.ahead).collect(),
            drawn: vec![0; rules.matches.len()],
            base: vec![0; rules.recoveries.len()],
            subawards: rules.recoveries.iter().map(|rule| vec![0; rule.subawards.len()]).collect(),
            recovered: vec![0; rules.recoveries.len()],
            taken: vec![0; rules.limits.len()],
            due: BTreeMap::new(),
            held,
            problem,
        }
    }

    fn settle(&mut self, relaxed: &Relaxed, columns: &[f64]) {
        let months = &relaxed.program.columns.months;
        let mut range = 0..0;
        for place in 0..self.problem.months {
            let own = months[range.end..].iter().take_while(|month| **month as usize == place);
            range = range.end..range.end + own.count();
            // Match stands before what it supports.
            for column in range.clone() {
                if let Payment::Pays { fund, class, matches: Some(rule) } = relaxed.payments[column]
                {
                    if self.held.settled[fund] {
                        let paid = self.pay(fund, class, place, columns[column]);
                        self.match_with(rule, place, &paid);
                    } else {
                        self.set_aside(fund, class, rule, place, columns[column]);
                    }
                }
            }
            for column in range.clone() {
                match relaxed.payments[column] {
                    Payment::Pays { fund, class, matches: None } if self.held.settled[fund] => {
                        self.pay(fund, class, place, columns[column]);
                    }
                    Payment::Paired { fund, class, with, rule } => {
                        self.pay_paired((fund, with), class, rule, place, columns[column]);
                    }
                    _ => {}
                }
            }
            for column in range.clone() {
                if let Payment::Recovers { fund, rule } = relaxed.payments[column] {
                    self.recover(fund, rule, place, columns[column]);
                }
            }
        }
    }

    /// What is due through here of a kind of payment, once `amount` is added.
    fn due(&mut self, fund: usize, class: Option<usize>, amount: f64) -> i64 {
        let margin = self.margin(fund, class);
        let (sum, paid) = self.due.entry((fund, class)).or_insert((-margin, 0));
        *sum += amount;
        whole(*sum) - *paid
    }

    /// What rounding may take from the spending on which a share is reckoned: so many cents less go to what is
    /// capped.
    fn margin(&self, fund: usize, class: Option<usize>) -> f64 {
        let (award, period) = (self.problem.funds[fund].award, self.problem.funds[fund].period);
        let line = class.map(|class| self.problem.classes[class].lines[0]);
        let shares = |limit: &&Limit| {
            limit.award == award
                && limit.of(period, line) > 0
                && limit.counts.iter().any(|count| *count < 0)
        };
        let capped = self.problem.rules.limits.iter().any(|limit| shares(&limit));
        if capped { self.problem.classes.len() as f64 + 2.0 } else { 0.0 }
    }

    fn pay(
        &mut self,
        fund: usize,
        class: usize,
        place: usize,
        amount: f64,
    ) -> Vec<(LineIndex, TrancheIndex, i64)> {
        let due = self.due(fund, Some(class), amount);
        let line = self.problem.classes[class].lines[0];
        let most = due.min(self.room(fund, Some(line), place));
        if most <= 0 {
            return Vec::new();
        }
        let paid = self.held.rest.pay_class(fund, class, place, most);
        self.book(fund, class, place, paid.iter().map(|(_, _, part)| part).sum());
        paid
    }

    /// Sets aside what a fund that is left to the flow pays as match.
    fn set_aside(&mut self, fund: usize, class: usize, rule: usize, place: usize, amount: f64) {
        let due = self.due(fund, Some(class), amount);
        let problem = self.problem;
        let mut rest = due.min(self.room(fund, Some(problem.classes[class].lines[0]), place));
        for line in &problem.classes[class].lines {
            rest -= self.reserve(fund, class, *line, rule, place, rest);
        }
    }

    fn reserve(
        &mut self,
        fund: usize,
        class: usize,
        line: LineIndex,
        rule: usize,
        place: usize,
        cents: i64,
    ) -> i64 {
        let reserved = Reserved { place, fund, class, line, cents, matches: rule };
        let set = self.held.rest.reserve(reserved);
        self.matched[rule] += set;
        self.book(fund, class, place, set);
        set
    }

    /// The most that match, fixed caps and yearly limits leave a fund for a line, or for recovery.
    fn room(&self, fund: usize, line: Option<LineIndex>, place: usize) -> i64 {
        let of = &self.problem.funds[fund];
        let rules = &self.problem.rules;
        let mut room = i128::from(i64::MAX);
        for (index, rule) in rules.matches.iter().enumerate() {
            if rule.award == of.award && !rule.each_dollar {
                let (numerator, denominator) = rule.ratios[place];
                if numerator > 0 {
                    let supported = i128::from(self.matched[index]) * denominator;
                    room =
                        room.min(supported.div_euclid(numerator) - i128::from(self.drawn[index]));
                }
            }
        }
        for (index, limit) in rules.limits.iter().enumerate() {
            let count = limit.of(of.period, line);
            let holds = limit.award == of.award
                && (limit.places.0..=limit.places.1).contains(&place)
                && limit.counts.iter().all(|count| *count >= 0);
            if holds && count > 0 {
                let left = i128::from(limit.most) * i128::from(BILLION) - self.taken[index];
                room = room.min(left.div_euclid(i128::from(count)));
            }
        }
        i64::try_from(room.max(0)).unwrap_or(i64::MAX)
    }

    /// Books what a fund paid to a class, for the rules of its award.
    fn book(&mut self, fund: usize, class: usize, place: usize, cents: i64) {
        let line = self.problem.classes[class].lines[0];
        self.take(fund, Some(line), place, cents);
        if !self.held.settled[fund] {
            *self.held.matching.entry((fund, class, place)).or_default() += cents;
        }
        if let Some((_, paid)) = self.due.get_mut(&(fund, Some(class))) {
            *paid += cents;
        }
        let award = self.problem.funds[fund].award;
        for (index, rule) in self.problem.rules.recoveries.iter().enumerate() {
            if rule.award != award || !rule.counts[line.at()] {
                continue;
            }
            let id = self.problem.plan.line(line).subaward.as_ref();
            let once = rule.subawards.iter().position(|(of, _)| Some(of) == id);
            self.base[index] += match once {
                Some(at) => {
                    let left = rule.subawards[at].1;
                    let before = self.subawards[index][at];
                    self.subawards[index][at] += cents;
                    (before + cents).min(left) - before.min(left)
                }
                None => cents,
            };
        }
    }

    /// Takes room under limits, and match.
    fn take(&mut self, fund: usize, line: Option<LineIndex>, place: usize, cents: i64) {
        let of = &self.problem.funds[fund];
        for (index, limit) in self.problem.rules.limits.iter().enumerate() {
            if limit.award == of.award && (limit.places.0..=limit.places.1).contains(&place) {
                self.taken[index] += i128::from(limit.of(of.period, line)) * i128::from(cents);
            }
        }
        for (index, rule) in self.problem.rules.matches.iter().enumerate() {
            if rule.award == of.award {
                self.drawn[index] += cents;
            }
        }
    }

    fn match_with(&mut self, rule: usize, place: usize, paid: &[(LineIndex, TrancheIndex, i64)]) {
        for (line, tranche, part) in paid {
            self.matched[rule] += part;
            self.held.matches.push(Match {
                place,
                award: self.problem.rules.matches[rule].award,
                line: *line,
                tranche: *tranche,
                amount: Money::from_cents(*part),
            });
        }
    }

    /// Pays a class from a fund and from its match, line by line, each dollar with its match.
    fn pay_paired(
        &mut self,
        (fund, with): (usize, usize),
        class: usize,
        rule: usize,
        place: usize,
        amount: f64,
    ) {
        let mut due = self.due(fund, Some(class), amount);
        let (numerator, denominator) = self.problem.rules.matches[rule].ratios[place];
        let match_of = |cents: i64| {
            let product = i128::from(cents) * numerator;
            i64::try_from((product + denominator - 1).div_euclid(denominator)).unwrap_or(i64::MAX)
        };
        let problem = self.problem;
        for line in &problem.classes[class].lines {
            let rest = &self.held.rest;
            let mut most = due
                .min(self.room(fund, Some(*line), place))
                .min(rest.in_hand(fund, place))
                .min(rest.room(fund, class, place));
            let settled = self.held.settled[with];
            let in_hand = if settled { rest.in_hand(with, place) } else { i64::MAX };
            let matching = rest.room(with, class, place).min(self.room(with, Some(*line), place));
            let matching = matching.min(in_hand);
            let left = rest.left[line.at()][place];
            let split = |room: i64, whole: i128| {
                i64::try_from(i128::from(room) * denominator / whole).unwrap_or(i64::MAX)
            };
            most = most.min(split(matching, numerator)).min(split(left, numerator + denominator));
            while most > 0 && most + match_of(most) > left {
                most -= 1;
            }
            if most <= 0 {
                continue;
            }
            let matched = match_of(most);
            // What it pays as match is due by that, beside what it pays alone.
            self.due(with, Some(class), matched as f64);
            if settled {
                let matched = self.held.rest.pay(with, class, *line, place, matched);
                self.book(with, class, place, matched.iter().map(|(_, part)| part).sum());
                let matched: Vec<_> =
                    matched.into_iter().map(|(tranche, part)| (*line, tranche, part)).collect();
                self.match_with(rule, place, &matched);
            } else {
                self.reserve(with, class, *line, rule, place, matched);
            }
            let paid = self.held.rest.pay(fund, class, *line, place, most);
            let sum = paid.iter().map(|(_, part)| part).sum();
            due -= sum;
            self.book(fund, class, place, sum);
        }
    }

    fn recover(&mut self, fund: usize, rule: usize, place: usize, amount: f64) {
        let due = self.due(fund, None, amount);
        let recovery = &self.problem.rules.recoveries[rule];
        let allowed = recovery.due(self.base[rule]) - self.recovered[rule];
        let most = due.min(allowed).min(self.room(fund, None, place));
        if most <= 0 {
            return;
        }
        let taken = self.held.rest.take(fund, place, most);
        for (tranche, part) in taken {
            self.recovered[rule] += part;
            self.held.recovered[place] += part;
            self.take(fund, None, place, part);
            if let Some((_, paid)) = self.due.get_mut(&(fund, None)) {
                *paid += part;
            }
            let amount = Money::from_cents(part);
            self.held.recoveries.push(Recovery { place, tranche, base: Money::ZERO, amount });
        }
    }
}

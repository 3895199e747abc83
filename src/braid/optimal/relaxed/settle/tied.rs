//! Awards whose rules tie what they pay by month, or to what other money pays: settled month by month.

use std::collections::BTreeMap;

use super::whole;
use crate::braid::optimal::held::Held;
use crate::braid::optimal::problem::Problem;
use crate::braid::optimal::relaxed::program::{Payment, Relaxed, ratio};
use crate::braid::optimal::rest::Reserved;
use crate::braid::optimal::rules::{BILLION, Limit, Matches};
use crate::braid::{Match, Recovery};
use crate::money::Money;
use crate::name::{LineIndex, TrancheIndex};

/// How often a month is settled anew at most, where awards match each other.
const CIRCLES_MAX: usize = 100;

/// What is paid: the fund, the class, or recovery; and the rule that it matches.
type Paid = (usize, Option<usize>, Option<usize>);

/// The settling of tied awards, with all that was settled so far.
#[derive(Clone)]
pub(super) struct Settling<'a> {
    pub held: Held<'a>,
    pub problem: &'a Problem<'a>,
    /// What was matched, by rule of match, and what its award drew, in cents.
    matched: Vec<i64>,
    drawn: Vec<i64>,
    /// The same by place, of each month alone.
    pub by_place: Vec<Vec<(i64, i64)>>,
    /// What will be matched at the end of this month, by rule of match: awards that match each other begin together.
    promised: Vec<i64>,
    /// What counts in the base, by rule of recovery; what of each subaward was spent; what was recovered.
    base: Vec<i64>,
    subawards: Vec<Vec<i64>>,
    recovered: Vec<i64>,
    /// What the relaxed braid draws through here of the award of each rule of match.
    planned: Vec<f64>,
    /// What was taken under each limit, in billionths of a cent; of a share what it caps alone, and the most of that.
    pub taken: Vec<i128>,
    capped: Vec<i128>,
    capped_most: Vec<i128>,
    /// What the relaxed braid paid through here, and what is paid.
    due: BTreeMap<Paid, (f64, i64)>,
}

/// The most that is paid to what shares cap: as in the relaxed braid, less a margin in cents, in billionths of a cent.
fn capped_most(
    problem: &Problem,
    relaxed: &Relaxed,
    columns: &[f64],
    margins: &[i64],
) -> Vec<i128> {
    let limits = &problem.rules.limits;
    let shares: Vec<usize> = (0..limits.len()).filter(|index| limits[*index].is_share()).collect();
    let mut sums = vec![0.0; limits.len()];
    let mut add = |fund: usize, class: Option<usize>, amount: f64| {
        let of = &problem.funds[fund];
        let line = class.map(|class| problem.classes[class].lines[0]);
        for index in &shares {
            let count = limits[*index].of(of.period, line);
            if limits[*index].award == of.award && count > 0 {
                sums[*index] += amount * count as f64 / BILLION as f64;
            }
        }
    };
    for ((column, payment), amount) in relaxed.payments.iter().enumerate().zip(columns) {
        match *payment {
            Payment::Pays { fund, class, .. } => add(fund, Some(class), *amount),
            Payment::Paired { fund, class, with, rule } => {
                let place = relaxed.program.columns.months[column] as usize;
                add(fund, Some(class), *amount);
                add(with, Some(class), amount * ratio(&problem.rules.matches[rule], place));
            }
            Payment::Recovers { fund, .. } => add(fund, None, *amount),
            Payment::Recovered { .. } | Payment::Counts => {}
        }
    }
    let less = |(sum, margin): (f64, &i64)| {
        (i128::from(whole(sum)) - i128::from(*margin)) * i128::from(BILLION)
    };
    sums.into_iter().zip(margins).map(less).collect()
}

/// The rules of match whose awards match each other, each by way of the others.
fn circles(problem: &Problem, relaxed: &Relaxed) -> Vec<bool> {
    let rules = &problem.rules.matches;
    let mut waits_for = vec![vec![false; rules.len()]; rules.len()];
    for payment in &relaxed.payments {
        let Payment::Pays { fund, matches: Some(rule), .. } = *payment else { continue };
        let award = problem.funds[fund].award;
        let own = |of: &Matches| of.award == award && !of.each_dollar;
        if let Some(own) = rules.iter().position(own) {
            waits_for[rule][own] = true;
        }
    }
    for by in 0..rules.len() {
        for from in 0..rules.len() {
            for to in 0..rules.len() {
                waits_for[from][to] |= waits_for[from][by] && waits_for[by][to];
            }
        }
    }
    (0..rules.len()).map(|rule| waits_for[rule][rule]).collect()
}

impl<'a> Settling<'a> {
    pub fn new(
        held: Held<'a>,
        relaxed: &Relaxed,
        columns: &[f64],
        margins: &[i64],
    ) -> Settling<'a> {
        let problem = held.problem;
        let rules = &problem.rules;
        Settling {
            matched: rules.matches.iter().map(|rule| rule.ahead).collect(),
            drawn: vec![0; rules.matches.len()],
            by_place: vec![vec![(0, 0); problem.months]; rules.matches.len()],
            promised: vec![i64::MIN; rules.matches.len()],
            base: vec![0; rules.recoveries.len()],
            subawards: rules.recoveries.iter().map(|rule| vec![0; rule.subawards.len()]).collect(),
            recovered: vec![0; rules.recoveries.len()],
            planned: vec![0.0; rules.matches.len()],
            taken: vec![0; rules.limits.len()],
            capped: vec![0; rules.limits.len()],
            capped_most: capped_most(problem, relaxed, columns, margins),
            due: BTreeMap::new(),
            held,
            problem,
        }
    }

    /// By how many cents less must go to what each share caps.
    pub fn over(&self) -> Vec<(usize, i64)> {
        let mut over = super::over(self.problem, &self.taken);
        over.retain(|(limit, _)| {
            super::is_tied(self.problem, self.problem.rules.limits[*limit].award)
        });
        over
    }

    pub fn settle(&mut self, relaxed: &Relaxed, columns: &[f64]) {
        let months = &relaxed.program.columns.months;
        let circles = circles(self.problem, relaxed);
        let mut end = 0;
        for place in 0..self.problem.months {
            let own = months[end..].iter().take_while(|month| **month as usize == place).count();
            let range = end..end + own;
            end = range.end;
            let paying: Vec<(Payment, f64)> =
                range.map(|column| (relaxed.payments[column], columns[column])).collect();
            if circles.contains(&true) {
                self.settle_together(place, &paying, &circles);
                self.forgive(&circles);
            } else {
                self.settle_month(place, &paying);
            }
        }
    }

    /// Settles a month in which awards match each other: all that is due is promised first, then what came of it,
    /// until as much comes.
    fn settle_together(&mut self, place: usize, paying: &[(Payment, f64)], circles: &[bool]) {
        let most = |circle: &bool| if *circle { i64::MAX } else { i64::MIN };
        let mut promised: Vec<i64> = circles.iter().map(most).collect();
        for _ in 0..CIRCLES_MAX {
            let mut tried = self.clone();
            tried.promised.clone_from(&promised);
            tried.settle_month(place, paying);
            let holds = |rule: usize| {
                let drawn = tried.drawn[rule] > self.drawn[rule];
                !circles[rule] || !drawn || tried.is_matched(rule, place)
            };
            if (0..circles.len()).all(holds) {
                tried.promised.fill(i64::MIN);
                *self = tried;
                return;
            }
            for (promised, came) in promised.iter_mut().zip(&tried.matched) {
                *promised = (*promised).min(*came);
            }
        }
        self.settle_month(place, paying);
    }

    /// Lets what awards that match each other did not pay be no more due: it would crowd out what another of them pays,
    /// and with it all of them.
    fn forgive(&mut self, circles: &[bool]) {
        let rules = &self.problem.rules.matches;
        for ((fund, ..), (sum, paid)) in &mut self.due {
            let award = self.problem.funds[*fund].award;
            if rules.iter().zip(circles).any(|(rule, circle)| *circle && rule.award == award) {
                *paid = whole(*sum).max(*paid);
            }
        }
    }

    /// Whether there is match for all that an award drew.
    fn is_matched(&self, rule: usize, place: usize) -> bool {
        let (numerator, denominator) = self.problem.rules.matches[rule].ratios[place];
        i128::from(self.matched[rule]) * denominator >= i128::from(self.drawn[rule]) * numerator
    }

    fn settle_month(&mut self, place: usize, paying: &[(Payment, f64)]) {
        for (payment, amount) in paying {
            let (Payment::Pays { fund, .. } | Payment::Recovers { fund, .. }) = *payment else {
                continue;
            };
            let award = self.problem.funds[fund].award;
            for (rule, planned) in self.problem.rules.matches.iter().zip(&mut self.planned) {
                *planned += if rule.award == award { *amount } else { 0.0 };
            }
        }
        // Match stands before what it supports.
        for (payment, amount) in paying {
            if let Payment::Pays { fund, class, matches: Some(rule) } = *payment
                && !self.held.settled[fund]
            {
                self.set_aside(fund, class, rule, place, *amount);
            }
        }
        // What matches may itself wait for match that stands after it.
        let mut due = 1.0;
        for _ in 0..=self.problem.rules.matches.len() {
            let before = self.matched.clone();
            for (payment, amount) in paying {
                if let Payment::Pays { fund, class, matches: Some(rule) } = *payment
                    && self.held.settled[fund]
                {
                    let paid = self.pay((fund, class, Some(rule)), place, amount * due);
                    self.match_with(rule, place, &paid);
                }
            }
            due = 0.0;
            if self.matched == before {
                break;
            }
        }
        self.count_free(place, paying);
        for (payment, amount) in paying {
            match *payment {
                Payment::Pays { fund, class, matches: None } if self.held.settled[fund] => {
                    let paid = self.pay((fund, class, None), place, *amount);
                    self.count(fund, class, place, paid);
                }
                Payment::Paired { fund, class, with, rule } => {
                    self.pay_paired((fund, with), class, rule, place, *amount);
                }
                _ => {}
            }
        }
        for (payment, amount) in paying {
            if let Payment::Recovers { fund, rule } = *payment {
                self.recover(fund, rule, place, *amount);
            }
        }
    }

    /// The match that a rule lacks for what the relaxed braid draws through here: by what rounding took, or by what was
    /// lacking before the plan.
    fn lacks(&self, rule: usize, place: usize) -> i64 {
        let of = &self.problem.rules.matches[rule];
        let (numerator, denominator) = of.ratios[place];
        if of.each_dollar || whole(self.planned[rule]) == 0 {
            return 0;
        }
        let needed = i128::from(whole(self.planned[rule]) + 1) * numerator;
        let needed = i64::try_from((needed + denominator - 1).div_euclid(denominator));
        (needed.unwrap_or(i64::MAX) - self.matched[rule]).max(0)
    }

    /// The rule that money of a fund may match on a class, and that lacks match, with what it lacks.
    fn lacking(&self, fund: usize, class: usize, place: usize) -> Option<(usize, i64)> {
        let lacking = |rule: usize| {
            let may = may_match(self.problem, rule, fund, class, place);
            let lacks = if may { self.lacks(rule, place) } else { 0 };
            (lacks > 0).then_some((rule, lacks))
        };
        (0..self.problem.rules.matches.len()).find_map(lacking)
    }

    /// Sets aside of what funds that are left to the flow pay without matching anything, where match is lacking.
    fn count_free(&mut self, place: usize, paying: &[(Payment, f64)]) {
        for (payment, amount) in paying {
            let Payment::Pays { fund, class, matches: None } = *payment else { continue };
            if self.held.settled[fund] || *amount < 1.0 {
                continue;
            }
            if let Some((rule, lacks)) = self.lacking(fund, class, place) {
                self.set_aside(fund, class, rule, place, amount.min(lacks as f64));
            }
        }
    }

    /// Counts what was paid without matching anything where match is lacking.
    fn count(
        &mut self,
        fund: usize,
        class: usize,
        place: usize,
        paid: Vec<(LineIndex, TrancheIndex, i64)>,
    ) {
        for (line, tranche, mut left) in paid {
            while left > 0
                && let Some((rule, lacks)) = self.lacking(fund, class, place)
            {
                let part = left.min(lacks);
                self.match_with(rule, place, &[(line, tranche, part)]);
                left -= part;
            }
        }
    }

    /// What is due through here of a kind of payment, once `amount` is added.
    fn due(&mut self, kind: Paid, amount: f64) -> i64 {
        let (sum, paid) = self.due.entry(kind).or_insert((0.0, 0));
        *sum += amount;
        whole(*sum) - *paid
    }

    fn paid(&mut self, kind: Paid, cents: i64) {
        self.due.entry(kind).or_insert((0.0, 0)).1 += cents;
    }

    fn pay(
        &mut self,
        (fund, class, matches): (usize, usize, Option<usize>),
        place: usize,
        amount: f64,
    ) -> Vec<(LineIndex, TrancheIndex, i64)> {
        let kind = (fund, Some(class), matches);
        let due = self.due(kind, amount);
        let line = self.problem.classes[class].lines[0];
        let most = due.min(self.room(fund, Some(line), place));
        if most <= 0 {
            return Vec::new();
        }
        let paid = self.held.rest.pay_class(fund, class, place, most);
        let sum = paid.iter().map(|(_, _, part)| part).sum();
        self.paid(kind, sum);
        self.book(fund, class, place, sum);
        paid
    }

    /// Sets aside what a fund that is left to the flow pays as match.
    fn set_aside(&mut self, fund: usize, class: usize, rule: usize, place: usize, amount: f64) {
        let kind = (fund, Some(class), Some(rule));
        let due = self.due(kind, amount);
        let problem = self.problem;
        let mut rest = due.min(self.room(fund, Some(problem.classes[class].lines[0]), place));
        for line in &problem.classes[class].lines {
            let set = self.reserve(fund, class, *line, rule, place, rest);
            self.paid(kind, set);
            rest -= set;
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
        self.by_place[rule][place].0 += set;
        self.book(fund, class, place, set);
        set
    }

    /// The most that match, caps and yearly limits leave a fund for a line, or for recovery.
    fn room(&self, fund: usize, line: Option<LineIndex>, place: usize) -> i64 {
        let of = &self.problem.funds[fund];
        let rules = &self.problem.rules;
        let mut room = i128::from(i64::MAX);
        for (index, rule) in rules.matches.iter().enumerate() {
            if rule.award == of.award && !rule.each_dollar {
                let matched = i128::from(self.matched[index].max(self.promised[index]));
                let drawn = i128::from(self.drawn[index]);
                if let Some(supported) = supported(rule, place, matched) {
                    room = room.min(supported - drawn);
                }
            }
        }
        for (index, limit) in self.limits(fund, place) {
            let count = limit.of(of.period, line);
            if count > 0 {
                let left = match limit.is_share() {
                    true => self.capped_most[index] - self.capped[index],
                    false => i128::from(limit.most) * i128::from(BILLION) - self.taken[index],
                };
                room = room.min(left.div_euclid(i128::from(count)));
            }
        }
        i64::try_from(room.max(0)).unwrap_or(i64::MAX)
    }

    /// The limits that hold a fund in a place.
    pub fn limits(
        &self,
        fund: usize,
        place: usize,
    ) -> impl Iterator<Item = (usize, &'a Limit)> + use<'a> {
        let award = self.problem.funds[fund].award;
        let holds = move |(_, limit): &(usize, &Limit)| {
            limit.award == award && (limit.places.0..=limit.places.1).contains(&place)
        };
        self.problem.rules.limits.iter().enumerate().filter(holds)
    }

    /// Books what a fund paid to a class, for the rules of its award.
    pub fn book(&mut self, fund: usize, class: usize, place: usize, cents: i64) {
        let line = self.problem.classes[class].lines[0];
        self.take(fund, Some(line), place, cents);
        if !self.held.settled[fund] {
            *self.held.matching.entry((fund, class, place)).or_default() += cents;
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
        for (index, limit) in self.limits(fund, place) {
            let part = i128::from(limit.of(of.period, line)) * i128::from(cents);
            self.taken[index] += part;
            self.capped[index] += part.max(0);
        }
        for (index, rule) in self.problem.rules.matches.iter().enumerate() {
            if rule.award == of.award {
                self.drawn[index] += cents;
                self.by_place[index][place].1 += cents;
            }
        }
    }

    fn match_with(&mut self, rule: usize, place: usize, paid: &[(LineIndex, TrancheIndex, i64)]) {
        for (line, tranche, part) in paid {
            self.matched[rule] += part;
            self.by_place[rule][place].0 += part;
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
        let kind = (fund, Some(class), None);
        let mut due = self.due(kind, amount);
        let (numerator, denominator) = self.problem.rules.matches[rule].ratios[place];
        let match_of = |cents: i64| {
            let product = i128::from(cents) * numerator;
            i64::try_from((product + denominator - 1).div_euclid(denominator)).unwrap_or(i64::MAX)
        };
        let split = |room: i64, whole: i128| {
            i64::try_from(i128::from(room) * denominator / whole).unwrap_or(i64::MAX)
        };
        let problem = self.problem;
        for line in &problem.classes[class].lines {
            let rest = &self.held.rest;
            let mut most = due
                .min(self.room(fund, Some(*line), place))
                .min(rest.in_hand(fund, place))
                .min(rest.room(fund, class, place));
            let settled = self.held.settled[with];
            let in_hand = if settled { rest.in_hand(with, place) } else { rest.free(with, place) };
            let matching = rest.room(with, class, place).min(self.room(with, Some(*line), place));
            let matching = matching.min(in_hand);
            let left = rest.left[line.at()][place];
            most = most.min(split(matching, numerator)).min(split(left, numerator + denominator));
            while most > 0 && most + match_of(most) > left {
                most -= 1;
            }
            if most <= 0 {
                continue;
            }
            let matched = match_of(most);
            let matched = if settled {
                let matched = self.held.rest.pay(with, class, *line, place, matched);
                let sum = matched.iter().map(|(_, part)| part).sum();
                self.book(with, class, place, sum);
                let matched: Vec<_> =
                    matched.into_iter().map(|(tranche, part)| (*line, tranche, part)).collect();
                self.match_with(rule, place, &matched);
                sum
            } else {
                self.reserve(with, class, *line, rule, place, matched)
            };
            let most = most.min(split(matched, numerator));
            let paid = self.held.rest.pay(fund, class, *line, place, most);
            let sum = paid.iter().map(|(_, part)| part).sum();
            due -= sum;
            self.paid(kind, sum);
            self.book(fund, class, place, sum);
        }
    }

    fn recover(&mut self, fund: usize, rule: usize, place: usize, amount: f64) {
        let kind = (fund, None, None);
        // A part of a cent is recovered as a cent where the rate allows it.
        let due = self.due(kind, amount) + 1;
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
            self.paid(kind, part);
            let amount = Money::from_cents(part);
            self.held.recoveries.push(Recovery { place, tranche, base: Money::ZERO, amount });
        }
    }
}

/// Whether money of a fund that pays a class may match the award of a rule.
fn may_match(problem: &Problem, rule: usize, fund: usize, class: usize, place: usize) -> bool {
    let (rule, fund) = (&problem.rules.matches[rule], &problem.funds[fund]);
    let line = problem.classes[class].lines[0];
    rule.award != fund.award
        && rule.counts[place]
        && rule.lines[line.at()]
        && rule.streams[fund.award.0.at()]
}

/// The most that an award may have drawn where so much is matched; nothing where it needs no match.
pub(super) fn supported(rule: &Matches, place: usize, matched: i128) -> Option<i128> {
    let (numerator, denominator) = rule.ratios[place];
    (numerator > 0).then(|| (matched * denominator).div_euclid(numerator))
}

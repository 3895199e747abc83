//! The braid as a linear programme over months, for rules that tie amounts by a ratio.
//!
//! Each fund is an account a month that hands on what may be kept; a benefit share and a limit of pay are accounts
//! that hand on nothing. Leave to recover, recovered money and match are accounts that start empty: what an
//! award pays puts leave in by its rate, or takes match out by its ratio. The rest are limits over many months.

use super::interior::{Account, Carry, Columns, Demand, Program, Solution};
use crate::braid::optimal::problem::{Problem, kept};
use crate::braid::optimal::rules::AwardKey;
use crate::braid::optimal::rules::{BILLION, Limit, Matches, Origin, Recoveries};
use crate::braid::proof::{AwardPrices, ONE, Price, Prices};
use crate::name::LineIndex;
use crate::plan::cost::Priority;

mod sought;

/// What a column stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Payment {
    /// A fund pays a class; it matches the award of this rule.
    Pays { fund: usize, class: usize, matches: Option<usize> },
    /// A fund that is matched dollar by dollar pays a class together with its match.
    Paired { fund: usize, class: usize, with: usize, rule: usize },
    /// Recovered money pays a class.
    Recovered { class: usize },
    /// A fund is charged recovery.
    Recovers { fund: usize, rule: usize },
    /// What is spent on a subaward counts in the base.
    Counts,
}

/// The programme with what its parts stand for.
pub(super) struct Relaxed {
    pub program: Program,
    pub payments: Vec<Payment>,
    /// The account of each fund in each month of its span.
    funds: Vec<(usize, Vec<u32>)>,
    /// The accounts of leave to recover, by rule of recovery and place; those of match, by rule of match.
    recoveries: Vec<Vec<u32>>,
    matches: Vec<Vec<u32>>,
    /// The limit rows of subawards, by rule of recovery; the rows of the rules' limits come first.
    subawards: Vec<Vec<u32>>,
    /// The rows that hold the coverage of each priority.
    holds: [u32; 3],
}

/// An account: its place, what comes in, and what it hands on to which account at most.
type Opened = (usize, f64, Option<(usize, f64)>);

/// What a payment takes of accounts, and how it counts under limits.
type Taken = (Vec<(usize, f64)>, Vec<(u32, f64)>);

/// Accounts while they are gathered: the programme wants them by month.
#[derive(Default)]
struct Ledger {
    accounts: Vec<Opened>,
}

impl Ledger {
    fn add(&mut self, place: usize, inflow: i64) -> usize {
        self.accounts.push((place, inflow as f64, None));
        self.accounts.len() - 1
    }

    fn hand_on(&mut self, from: usize, into: usize, limit: f64) {
        self.accounts[from].2 = Some((into, limit));
    }

    /// An account in every month of a span, each handing all on to the next; money in the first.
    fn chain(&mut self, from: usize, through: usize, inflow: i64) -> Vec<usize> {
        let all: Vec<usize> = (from..=through)
            .map(|place| self.add(place, if place == from { inflow } else { 0 }))
            .collect();
        for pair in all.windows(2) {
            self.hand_on(pair[0], pair[1], f64::INFINITY);
        }
        all
    }

    /// The accounts by month, and the place of each among them.
    fn sorted(self) -> (Vec<Account>, Vec<u32>) {
        let mut order: Vec<usize> = (0..self.accounts.len()).collect();
        order.sort_by_key(|index| self.accounts[*index].0);
        let mut places = vec![0; order.len()];
        for (place, index) in order.iter().enumerate() {
            places[*index] = place as u32;
        }
        let account = |index: &usize| {
            let (month, inflow, carry) = self.accounts[*index];
            let carry = carry.map(|(into, limit)| Carry { into: places[into], limit });
            Account { month: month as u32, inflow, carry }
        };
        (order.iter().map(account).collect(), places)
    }
}

/// A column before its accounts are sorted.
struct Column {
    place: usize,
    payment: Payment,
    demand: Option<(u32, f64)>,
    accounts: Vec<(usize, f64)>,
    limits: Vec<(u32, f64)>,
}

struct Builder<'a> {
    problem: &'a Problem<'a>,
    ledger: Ledger,
    funds: Vec<(usize, Vec<usize>)>,
    recoveries: Vec<Vec<usize>>,
    recovered: Vec<usize>,
    matches: Vec<Vec<usize>>,
    subaward_accounts: Vec<Vec<Vec<usize>>>,
    subawards: Vec<Vec<u32>>,
    holds: [u32; 3],
    columns: Vec<Column>,
    limits: Vec<f64>,
}

impl Relaxed {
    /// The programme of a problem.
    pub fn new(problem: &Problem) -> Relaxed {
        let mut builder = Builder {
            problem,
            ledger: Ledger::default(),
            funds: Vec::new(),
            recoveries: Vec::new(),
            recovered: Vec::new(),
            matches: Vec::new(),
            subaward_accounts: Vec::new(),
            subawards: Vec::new(),
            holds: [0; 3],
            columns: Vec::new(),
            limits: problem.rules.limits.iter().map(|limit| limit.most as f64).collect(),
        };
        builder.add_accounts();
        let demands = builder.add_payments();
        builder.add_recoveries();
        builder.finish(demands)
    }

    /// What a solution covers of each priority.
    pub fn covered(&self, problem: &Problem, columns: &[f64]) -> [f64; 3] {
        let mut covered = [0.0; 3];
        for (column, payment) in self.payments.iter().enumerate() {
            let class = match *payment {
                Payment::Pays { class, .. }
                | Payment::Paired { class, .. }
                | Payment::Recovered { class } => class,
                Payment::Recovers { .. } | Payment::Counts => continue,
            };
            if let Some((_, part)) = self.program.columns.demands[column] {
                covered[problem.classes[class].priority as usize] += part * columns[column];
            }
        }
        covered
    }

    /// The prices of a solution that sought the least gap of a priority, as a proof states them.
    pub fn prices(&self, problem: &Problem, priority: Priority, solution: &Solution) -> Prices {
        let mut weights = [0; 3];
        weights[priority as usize] = ONE;
        for held in 0..priority as usize {
            weights[held] = price(solution.limits[self.holds[held] as usize]);
        }
        self.priced(problem, weights, solution)
    }

    /// The prices of a solution of a programme in which a dollar of gap counted so much, by priority.
    pub fn priced(&self, problem: &Problem, weights: [Price; 3], solution: &Solution) -> Prices {
        let mut tranches = vec![0; problem.timeline.tranches.len()];
        for (fund, (opens, accounts)) in problem.funds.iter().zip(&self.funds) {
            for tranche in &fund.tranches {
                let held = problem.timeline.tranche(*tranche);
                // A dollar is worth what it is worth in the best of its months.
                let own = &accounts[held.opens - opens..=held.closes - opens];
                let best = own.iter().map(|at| solution.accounts[*at as usize]);
                tranches[tranche.at()] = price(best.fold(0.0, f64::max));
            }
        }
        let mut awards: Vec<AwardKey> = problem.funds.iter().map(|fund| fund.award).collect();
        awards.sort_unstable();
        awards.dedup();
        let of_award = |award| self.of_award(problem, solution, award);
        Prices {
            weights,
            tranches,
            awards: awards.into_iter().map(of_award).filter(AwardPrices::asks).collect(),
        }
    }

    /// Whether a limit has a price in a solution.
    pub fn binds(&self, problem: &Problem, solution: &Solution) -> bool {
        let limits = &solution.limits[..problem.rules.limits.len()];
        limits.iter().any(|worth| *worth > BINDING)
    }

    fn of_award(&self, problem: &Problem, solution: &Solution, award: AwardKey) -> AwardPrices {
        let mut prices = AwardPrices::none(award);
        let limits = problem.rules.limits.iter().zip(&solution.limits);
        for (limit, worth) in limits.filter(|(limit, _)| limit.award == award) {
            match limit.origin {
                Origin::Cap(index, period) => prices.caps.push((index, period, price(*worth))),
                Origin::Floor(index) => prices.floors.push((index, price(*worth))),
                Origin::Year(year) => prices.years.push((year, price(*worth))),
            }
        }
        let rules = problem.rules.recoveries.iter().enumerate();
        for (index, rule) in rules.filter(|(_, rule)| rule.award == award) {
            prices.indirect = falls(solution, &self.recoveries[index]);
            for ((id, _), row) in rule.subawards.iter().zip(&self.subawards[index]) {
                prices.subawards.push((id.clone(), price(solution.limits[*row as usize])));
            }
        }
        let rules = problem.rules.matches.iter().enumerate();
        for (index, _) in rules.filter(|(_, rule)| rule.award == award && !rule.each_dollar) {
            prices.matching = falls(solution, &self.matches[index]);
        }
        prices
    }
}

/// A price above this is one, and not an error of the solver's.
const BINDING: f64 = 1e-6;

/// What a dollar of base gives leave to recover.
fn rate(rule: &Recoveries) -> f64 {
    rule.rule.charged().billionths() as f64 / BILLION as f64
}

/// What a dollar of an award needs of match in a place. Match that lacks from before the plan is asked of each dollar in
/// proportion: whoever draws the whole award makes up for all of it, and whoever draws less for no less than that.
pub(super) fn ratio(rule: &Matches, place: usize) -> f64 {
    let (numerator, denominator) = rule.ratios[place];
    let lacking = match rule.each_dollar {
        true => 0.0,
        false => (-rule.ahead).max(0) as f64 / rule.authority.max(1) as f64,
    };
    numerator as f64 / denominator as f64 + lacking
}

/// A price in whole billionths.
fn price(worth: f64) -> Price {
    // A worth beyond any price of a dollar is the solver's fault; the checker still evaluates what is told.
    (worth.max(0.0) * ONE as f64).round().min(1e15) as Price
}

/// By how much the worth of a dollar in a chain of accounts falls after each month.
fn falls(solution: &Solution, chain: &[u32]) -> Vec<Price> {
    let mut left =
        chain.iter().map(|at| price(solution.accounts[*at as usize])).collect::<Vec<_>>();
    for place in (1..left.len()).rev() {
        left[place - 1] = left[place - 1].max(left[place]);
    }
    for place in 1..left.len() {
        left[place - 1] -= left[place];
    }
    left
}

impl Builder<'_> {
    fn add_accounts(&mut self) {
        let problem = self.problem;
        for fund in &problem.funds {
            let (opens, closes) = fund.span(problem.timeline);
            let accounts: Vec<usize> =
                (opens..=closes).map(|place| self.ledger.add(place, 0)).collect();
            for tranche in &fund.tranches {
                let held = problem.timeline.tranche(*tranche);
                self.ledger.accounts[accounts[held.opens - opens]].1 += held.amount.cents() as f64;
            }
            for place in opens..closes {
                let limit = match fund.tranches.len() {
                    1 => f64::INFINITY,
                    _ => kept(problem.timeline, fund, place) as f64,
                };
                let at = place - opens;
                if limit > 0.0 {
                    self.ledger.hand_on(accounts[at], accounts[at + 1], limit);
                }
            }
            self.funds.push((opens, accounts));
        }
        let last = problem.months - 1;
        for rule in &problem.rules.recoveries {
            self.recoveries.push(self.ledger.chain(0, last, rule.due(0).max(0)));
            let mut chains = Vec::new();
            let mut rows = Vec::new();
            for (_, left) in &rule.subawards {
                chains.push(self.ledger.chain(0, last, 0));
                rows.push(self.limits.len() as u32);
                self.limits.push(*left as f64);
            }
            self.subaward_accounts.push(chains);
            self.subawards.push(rows);
        }
        if !problem.rules.recoveries.is_empty() && problem.timeline.spends_recovery {
            self.recovered = self.ledger.chain(0, last, 0);
        }
        for rule in &problem.rules.matches {
            let chain = if rule.each_dollar {
                Vec::new()
            } else {
                self.ledger.chain(0, last, rule.ahead.max(0))
            };
            self.matches.push(chain);
        }
        for hold in &mut self.holds {
            *hold = self.limits.len() as u32;
            self.limits.push(0.0);
        }
    }

    /// The accounts of a bound on a class's line in a month, by bound: its own, and what a limit of pay leaves.
    fn bound_accounts(&mut self, class: usize, place: usize) -> Vec<Vec<usize>> {
        let bounds = &self.problem.bounds[self.problem.classes[class].lines[0].at()];
        let limits = bounds.iter().filter_map(|bound| bound.ceiling.as_ref());
        let most = limits.map(|ceiling| ceiling[place].cents()).max();
        let joint = most.map(|most| self.ledger.add(place, most));
        let account = |bound: &crate::braid::waterfall::Bound| {
            let own = self.ledger.add(place, bound.of_month(place));
            let joint = joint.filter(|_| bound.ceiling.is_some());
            std::iter::once(own).chain(joint).collect()
        };
        bounds.iter().map(account).collect()
    }

    /// The payments of every class in every month; returns the needs.
    fn add_payments(&mut self) -> Vec<Demand> {
        let problem = self.problem;
        let mut demands = Vec::new();
        for place in 0..problem.months {
            let mut leaves = problem.leaves.iter().peekable();
            for (index, class) in problem.classes.iter().enumerate() {
                let mut own = Vec::new();
                while let Some(leave) = leaves.next_if(|leave| leave.class == index) {
                    if (leave.from..=leave.through).contains(&place) {
                        own.push(leave);
                    }
                }
                if class.needs[place] == 0 {
                    continue;
                }
                let demand = demands.len() as u32;
                let need = class.needs[place] as f64;
                demands.push(Demand { need, weight: 0.0 });
                let bounds = self.bound_accounts(index, place);
                for leave in &own {
                    let bound = leave.bound.map_or(&[][..], |bound| &bounds[bound]);
                    self.add_leave(index, place, demand, leave.fund, bound);
                }
                for leave in &own {
                    let Some(rule) = self.paired_rule(leave.fund) else { continue };
                    for with in &own {
                        if !self.may_match(rule, with.fund, index, place) {
                            continue;
                        }
                        let sides = [leave, with].map(|leave| {
                            (leave.fund, leave.bound.map_or(&[][..], |bound| &bounds[bound]))
                        });
                        self.add_pair(index, place, demand, sides, rule);
                    }
                }
                if let Some(account) = self.recovered.get(place) {
                    let accounts = vec![(*account, 1.0)];
                    let payment = Payment::Recovered { class: index };
                    let limits = vec![(self.holds[class.priority as usize], -1.0)];
                    self.push(place, payment, Some((demand, 1.0)), accounts, limits);
                }
            }
        }
        demands
    }

    /// The rule by which a fund is matched dollar by dollar, where it needs any match.
    fn paired_rule(&self, fund: usize) -> Option<usize> {
        let award = self.problem.funds[fund].award;
        let own = |rule: &Matches| rule.each_dollar && rule.award == award;
        self.problem.rules.matches.iter().position(own)
    }

    fn may_match(&self, rule: usize, fund: usize, class: usize, place: usize) -> bool {
        let rule = &self.problem.rules.matches[rule];
        let fund = &self.problem.funds[fund];
        let line = self.problem.classes[class].lines[0];
        rule.award != fund.award
            && rule.counts[place]
            && rule.lines[line.at()]
            && rule.streams[fund.award.0.at()]
    }

    /// A fund pays a class alone, or as match of each award that it may match.
    fn add_leave(&mut self, class: usize, place: usize, demand: u32, fund: usize, bound: &[usize]) {
        let paired = self.paired_rule(fund);
        let free = paired.is_none_or(|rule| self.problem.rules.matches[rule].ratios[place].0 == 0);
        if !free {
            return;
        }
        let (accounts, limits) = self.taken(class, place, fund, 1.0, bound);
        let rules = &self.problem.rules.matches;
        let matched: Vec<usize> = (0..rules.len())
            .filter(|rule| !rules[*rule].each_dollar && self.may_match(*rule, fund, class, place))
            .collect();
        for matches in std::iter::once(None).chain(matched.into_iter().map(Some)) {
            let mut accounts = accounts.clone();
            if let Some(rule) = matches {
                accounts.push((self.matches[rule][place], -1.0));
            }
            let payment = Payment::Pays { fund, class, matches };
            let mut limits = limits.clone();
            limits.push((self.holds[self.problem.classes[class].priority as usize], -1.0));
            self.push(place, payment, Some((demand, 1.0)), accounts, limits);
        }
    }

    /// A fund pays a class together with its match.
    fn add_pair(
        &mut self,
        class: usize,
        place: usize,
        demand: u32,
        sides: [(usize, &[usize]); 2],
        rule: usize,
    ) {
        let ratio = ratio(&self.problem.rules.matches[rule], place);
        if ratio == 0.0 {
            return;
        }
        let [(fund, bound), (with, with_bound)] = sides;
        let (mut accounts, mut limits) = self.taken(class, place, fund, 1.0, bound);
        let (more, more_limits) = self.taken(class, place, with, ratio, with_bound);
        for (account, part) in more {
            match accounts.iter_mut().find(|(known, _)| *known == account) {
                Some((_, known)) => *known += part,
                None => accounts.push((account, part)),
            }
        }
        limits.extend(more_limits);
        let covers = 1.0 + ratio;
        limits.push((self.holds[self.problem.classes[class].priority as usize], -covers));
        let payment = Payment::Paired { fund, class, with, rule };
        self.push(place, payment, Some((demand, covers)), accounts, limits);
    }

    /// What a fund's payment of a class takes: its money, room of bounds and limits, and match; and what it puts
    /// in: leave to recover.
    fn taken(&self, class: usize, place: usize, fund: usize, part: f64, bound: &[usize]) -> Taken {
        let (opens, own) = &self.funds[fund];
        let line = self.problem.classes[class].lines[0];
        let award = self.problem.funds[fund].award;
        let mut accounts = vec![(own[place - opens], part)];
        accounts.extend(bound.iter().map(|account| (*account, part)));
        let rules = &self.problem.rules;
        for (index, rule) in
            rules.recoveries.iter().enumerate().filter(|(_, rule)| rule.award == award)
        {
            if !rule.counts[line.at()] {
                continue;
            }
            let id = self.problem.plan.line(line).subaward.as_ref();
            let once = rule.subawards.iter().position(|(of, _)| Some(of) == id);
            match once {
                Some(once) => accounts.push((self.subaward_accounts[index][once][place], -part)),
                None => accounts.push((self.recoveries[index][place], -part * rate(rule))),
            }
        }
        self.take_match(award, place, part, &mut accounts);
        let limits = self.limited(fund, place, Some(line), part);
        (accounts, limits)
    }

    fn take_match(
        &self,
        award: AwardKey,
        place: usize,
        part: f64,
        accounts: &mut Vec<(usize, f64)>,
    ) {
        for (index, rule) in self.problem.rules.matches.iter().enumerate() {
            if rule.award == award && !rule.each_dollar {
                accounts.push((self.matches[index][place], part * ratio(rule, place)));
            }
        }
    }

    /// How a fund's payment counts under the limits of its award.
    fn limited(
        &self,
        fund: usize,
        place: usize,
        line: Option<LineIndex>,
        part: f64,
    ) -> Vec<(u32, f64)> {
        let fund = &self.problem.funds[fund];
        let holds = |limit: &Limit| {
            limit.award == fund.award && (limit.places.0..=limit.places.1).contains(&place)
        };
        let limits = self.problem.rules.limits.iter().enumerate();
        let counted = limits.filter(|(_, limit)| holds(limit)).map(|(row, limit)| {
            (row as u32, part * limit.of(fund.period, line) as f64 / BILLION as f64)
        });
        counted.filter(|(_, counts)| *counts != 0.0).collect()
    }

    fn add_recoveries(&mut self) {
        let problem = self.problem;
        for (rule, recovery) in problem.rules.recoveries.iter().enumerate() {
            for (fund, of) in problem.funds.iter().enumerate() {
                if of.award != recovery.award {
                    continue;
                }
                let (opens, closes) = of.span(problem.timeline);
                for place in opens..=closes {
                    let own = self.funds[fund].1[place - opens];
                    let mut accounts = vec![(own, 1.0), (self.recoveries[rule][place], 1.0)];
                    accounts.extend(self.recovered.get(place).map(|account| (*account, -1.0)));
                    self.take_match(of.award, place, 1.0, &mut accounts);
                    let limits = self.limited(fund, place, None, 1.0);
                    self.push(place, Payment::Recovers { fund, rule }, None, accounts, limits);
                }
            }
            for (once, chain) in self.subaward_accounts[rule].clone().into_iter().enumerate() {
                for (place, account) in chain.into_iter().enumerate() {
                    let leave = (self.recoveries[rule][place], -rate(recovery));
                    let limits = vec![(self.subawards[rule][once], 1.0)];
                    self.push(place, Payment::Counts, None, vec![(account, 1.0), leave], limits);
                }
            }
        }
    }

    fn push(
        &mut self,
        place: usize,
        payment: Payment,
        demand: Option<(u32, f64)>,
        accounts: Vec<(usize, f64)>,
        limits: Vec<(u32, f64)>,
    ) {
        self.columns.push(Column { place, payment, demand, accounts, limits });
    }

    fn finish(mut self, demands: Vec<Demand>) -> Relaxed {
        let (accounts, places) = self.ledger.sorted();
        self.columns.sort_by_key(|column| column.place);
        let mut columns = Columns::default();
        let mut payments = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            let taken: Vec<(u32, f64)> =
                column.accounts.iter().map(|(account, part)| (places[*account], *part)).collect();
            let month = column.place as u32;
            columns.push(month, f64::INFINITY, column.demand, &taken, &column.limits);
            payments.push(column.payment);
        }
        let placed = |chains: Vec<Vec<usize>>| -> Vec<Vec<u32>> {
            let chain = |chain: Vec<usize>| chain.into_iter().map(|at| places[at]).collect();
            chains.into_iter().map(chain).collect()
        };
        let funds = self.funds.into_iter();
        Relaxed {
            program: Program {
                months: self.problem.months,
                accounts,
                demands,
                limits: self.limits,
                columns,
            },
            payments,
            funds: funds
                .map(|(opens, own)| (opens, own.into_iter().map(|at| places[at]).collect()))
                .collect(),
            recoveries: placed(self.recoveries),
            matches: placed(self.matches),
            subawards: self.subawards,
            holds: self.holds,
        }
    }
}

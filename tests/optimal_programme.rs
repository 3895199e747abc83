//! The optimal braid against a linear programme that is written row by row from the rules, and solved by a solver that
//! the library does not know. `BRAID_PLANS` raises the number of plans to the 2,000 of the proof.

#![allow(clippy::unwrap_used)]

mod plans;

use std::collections::BTreeMap;

use braidfund::braid::{Braid, Method};
use braidfund::funding::Status;
use braidfund::money::{Money, Rate};
use braidfund::name::{LineIndex, PoolIndex, StreamIndex};
use braidfund::plan::Plan;
use braidfund::plan::cost::Category;
use braidfund::plan::restriction::{
    CapBound, Claim, Indirect, IndirectBase, Selector, may_match, selected, standing_verdict,
    verdict,
};
use braidfund::timeline::{HeldTranche, Selection, Timeline};
use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus,
};
use plans::parts;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

type Award = (StreamIndex, u32);

/// Coefficients by column.
type Row = Vec<(usize, f64)>;

/// Rows of "no more than", over columns that are zero or more.
#[derive(Default)]
struct Programme {
    columns: usize,
    rows: Vec<(Row, f64)>,
}

impl Programme {
    fn column(&mut self) -> usize {
        self.columns += 1;
        self.columns - 1
    }

    fn row(&mut self, row: Row, most: f64) {
        if !row.is_empty() {
            self.rows.push((row, most));
        }
    }

    /// What comes in and goes out by place; what is left may be kept, never borrowed.
    fn account(&mut self, places: impl IntoIterator<Item = (Row, Row, f64)>) {
        let mut kept: Option<usize> = None;
        for (out, into, opened) in places {
            let mut row = out;
            row.extend(into.into_iter().map(|(column, counts)| (column, -counts)));
            row.extend(kept.map(|kept| (kept, -1.0)));
            let next = self.column();
            row.push((next, 1.0));
            kept = Some(next);
            self.row(row, opened);
        }
    }

    /// The most that the objective comes to, and how far the solver may be off.
    fn most(&self, objective: &Row) -> (f64, f64) {
        // Amounts near one suit the solver.
        let scale = self.rows.iter().map(|(_, most)| most.abs()).fold(1.0, f64::max);
        let mut cells: Vec<Vec<(usize, f64)>> = vec![Vec::new(); self.columns];
        let mut right = Vec::new();
        for (index, (row, most)) in self.rows.iter().enumerate() {
            let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
            for (column, counts) in row {
                *sums.entry(*column).or_default() += counts;
            }
            for (column, counts) in sums {
                cells[column].push((index, counts));
            }
            right.push(most / scale);
        }
        for (column, cells) in cells.iter_mut().enumerate() {
            cells.push((self.rows.len() + column, -1.0));
            right.push(0.0);
        }
        let mut starts = vec![0];
        let (mut places, mut values) = (Vec::new(), Vec::new());
        for cells in &cells {
            places.extend(cells.iter().map(|(place, _)| *place));
            values.extend(cells.iter().map(|(_, value)| *value));
            starts.push(places.len());
        }
        let mut costs = vec![0.0; self.columns];
        for (column, counts) in objective {
            costs[*column] -= counts;
        }
        let matrix = CscMatrix::new(right.len(), self.columns, starts, places, values);
        let square = CscMatrix::zeros((self.columns, self.columns));
        let settings = DefaultSettingsBuilder::default()
            .verbose(false)
            .tol_gap_abs(1e-10)
            .tol_gap_rel(1e-10)
            .tol_feas(1e-10)
            .build()
            .unwrap();
        let cones = [NonnegativeConeT(right.len())];
        let mut solver =
            DefaultSolver::new(&square, &costs, &matrix, &right, &cones, settings).unwrap();
        solver.solve();
        let solution = &solver.solution;
        let solved = matches!(solution.status, SolverStatus::Solved | SolverStatus::AlmostSolved);
        let apart = (solution.obj_val - solution.obj_val_dual).abs();
        assert!(solved || apart < 1e-8, "the programme is solved: {:?}", solution.status);
        // The residuals of rows count at their prices, which are of the order of one; ten times that is on the safe side
        // of what an exact simplex finds.
        let residual = solution.r_prim.max(solution.r_dual) * costs.len() as f64;
        (-solution.obj_val * scale, 10.0 * (apart + residual + 1e-9) * scale)
    }
}

/// Tranches that close together under one set of uses: what is left of them is one account.
struct Account {
    award: Award,
    period: u32,
    held: HeldTranche,
    opened: BTreeMap<usize, f64>,
    /// The column of each draw, by place and line.
    draws: BTreeMap<(usize, LineIndex), usize>,
    /// The column of each recovery, by place.
    recoveries: BTreeMap<usize, usize>,
}

struct Model<'a> {
    plan: &'a Plan,
    timeline: &'a Timeline,
    programme: Programme,
    accounts: Vec<Account>,
    /// Draws of recovered money, by place and line.
    recovered: BTreeMap<(usize, LineIndex), usize>,
}

fn cents(amount: Money) -> f64 {
    amount.cents() as f64
}

fn share(rate: Rate) -> f64 {
    rate.billionths() as f64 / 1e9
}

/// Whether a selection holds the award's own recovery.
fn holds_recovery(on: &[Selector]) -> bool {
    on.iter().any(|selector| {
        matches!(
            selector,
            Selector::Anything | Selector::Indirect | Selector::Category(Category::Overhead)
        )
    })
}

impl<'a> Model<'a> {
    fn new(plan: &'a Plan, timeline: &'a Timeline) -> Model<'a> {
        let mut model = Model {
            plan,
            timeline,
            programme: Programme::default(),
            accounts: Vec::new(),
            recovered: BTreeMap::new(),
        };
        model.money();
        model.recovered_money();
        model.needs();
        model.benefit();
        let mut awards: Vec<Award> = model.accounts.iter().map(|account| account.award).collect();
        awards.sort_unstable();
        awards.dedup();
        let mut matching: BTreeMap<(usize, usize, LineIndex), Row> = BTreeMap::new();
        for award in awards {
            model.caps(award);
            model.years(award);
            model.matching(award, &mut matching);
            model.indirect(award);
        }
        // One dollar matches once.
        for ((account, place, line), mut row) in matching {
            row.push((model.accounts[account].draws[&(place, line)], -1.0));
            model.programme.row(row, 0.0);
        }
        model
    }

    fn months(&self) -> usize {
        self.timeline.horizon.months as usize
    }

    fn lines(&self) -> impl Iterator<Item = LineIndex> + use<> {
        (0..self.plan.lines.len()).map(LineIndex::from)
    }

    fn need(&self, place: usize, line: LineIndex) -> Money {
        self.timeline.needs[line.at()][place]
    }

    /// No dollar outside its restriction, before it is available or after it lapses; no overdraft.
    fn money(&mut self) {
        type Key = (Award, u32, Option<PoolIndex>, Option<StreamIndex>, usize);
        let mut accounts: BTreeMap<Key, Account> = BTreeMap::new();
        for tranche in &self.timeline.tranches {
            let award = (tranche.stream, tranche.award);
            let key = (award, tranche.period, tranche.pool, tranche.project, tranche.closes);
            let account = accounts.entry(key).or_insert_with(|| Account {
                award,
                period: tranche.period,
                held: tranche.clone(),
                opened: BTreeMap::new(),
                draws: BTreeMap::new(),
                recoveries: BTreeMap::new(),
            });
            if tranche.first < account.held.first {
                account.held = tranche.clone();
            }
            *account.opened.entry(tranche.opens).or_default() += cents(tranche.amount);
        }
        for mut account in accounts.into_values() {
            let HeldTranche { stream, pool, first, last, opens, closes, .. } = account.held;
            let recovers = self.plan.restrictions(stream).indirect.is_some();
            let mut flows = Vec::new();
            for place in opens..=closes {
                let month = self.timeline.horizon.month(place);
                let mut out = Row::new();
                for line in self.lines() {
                    let claim = Claim { stream, pool, first, last };
                    let may = verdict(self.plan, &claim, line, month).is_allowed();
                    if may && !self.need(place, line).is_zero() {
                        let column = self.programme.column();
                        account.draws.insert((place, line), column);
                        out.push((column, 1.0));
                    }
                }
                if recovers {
                    let column = self.programme.column();
                    account.recoveries.insert(place, column);
                    out.push((column, 1.0));
                }
                let opened = account.opened.get(&place).copied().unwrap_or(0.0);
                flows.push((out, Row::new(), opened));
            }
            self.programme.account(flows);
            self.accounts.push(account);
        }
    }

    /// What was recovered is unrestricted, and never drawn before.
    fn recovered_money(&mut self) {
        let any = self.accounts.iter().any(|account| !account.recoveries.is_empty());
        if !any || !self.timeline.spends_recovery {
            return;
        }
        let mut flows = Vec::new();
        for place in 0..self.months() {
            let mut out = Row::new();
            for line in self.lines() {
                if self.need(place, line).is_zero() {
                    continue;
                }
                let column = self.programme.column();
                self.recovered.insert((place, line), column);
                out.push((column, 1.0));
            }
            let into = self.accounts.iter().filter_map(|account| account.recoveries.get(&place));
            flows.push((out, into.map(|column| (*column, 1.0)).collect(), 0.0));
        }
        self.programme.account(flows);
    }

    /// All that pays a line in a place.
    fn paid(&self, place: usize, line: LineIndex) -> Row {
        let draws = self.accounts.iter().filter_map(|account| account.draws.get(&(place, line)));
        let all = draws.chain(self.recovered.get(&(place, line)));
        all.map(|column| (*column, 1.0)).collect()
    }

    fn needs(&mut self) {
        for line in self.lines() {
            for place in 0..self.months() {
                let (paid, need) = (self.paid(place, line), self.need(place, line));
                self.programme.row(paid, cents(need));
            }
        }
    }

    /// No award beyond its documented share of a line in a month, posted by cumulative rounding; none of pay beyond
    /// its limit, however many such awards share the line.
    fn benefit(&mut self) {
        for line in self.lines() {
            let benefit = self.plan.line(line).benefit.as_ref();
            let named = |stream: StreamIndex| benefit.and_then(|benefit| benefit.share_of(stream));
            let of_line = |stream: StreamIndex| {
                let mut ceilings = self.timeline.pay_ceilings.iter();
                ceilings.find(|ceiling| (ceiling.stream, ceiling.line) == (stream, line))
            };
            let bound_as = |held: &HeldTranche| match held.project {
                Some(award) if named(held.stream).is_none() => award,
                _ => held.stream,
            };
            let mut rows = Vec::new();
            for place in 0..self.months() {
                let mut by_stream: BTreeMap<StreamIndex, Row> = BTreeMap::new();
                for account in &self.accounts {
                    if let Some(column) = account.draws.get(&(place, line)) {
                        by_stream.entry(bound_as(&account.held)).or_default().push((*column, 1.0));
                    }
                }
                let (mut at_limit, mut most_of_limit) = (Row::new(), 0.0_f64);
                for (stream, row) in by_stream {
                    let ceiling = of_line(stream);
                    if named(stream).is_none() && ceiling.is_none() {
                        continue;
                    }
                    let months =
                        ceiling.map_or(&self.timeline.needs[line.at()], |one| &one.by_place);
                    let rate = named(stream).unwrap_or(Rate::ONE);
                    let through: Money = months[..=place].iter().sum();
                    let before: Money = months[..place].iter().sum();
                    if ceiling.is_some() {
                        at_limit.extend(row.iter().copied());
                    }
                    rows.push((row, cents(rate.of(through)) - cents(rate.of(before))));
                }
                for ceiling in self.timeline.pay_ceilings.iter().filter(|one| one.line == line) {
                    most_of_limit = most_of_limit.max(cents(ceiling.by_place[place]));
                }
                rows.push((at_limit, most_of_limit));
            }
            for (row, most) in rows {
                self.programme.row(row, most);
            }
        }
    }

    fn of_award(&self, award: Award) -> impl Iterator<Item = &Account> {
        self.accounts.iter().filter(move |account| account.award == award)
    }

    /// What an award spends on what is selected, its recovery where that is selected too, in a budget period or all.
    fn spent(
        &self,
        award: Award,
        period: Option<u32>,
        on: &dyn Fn(Option<LineIndex>) -> bool,
    ) -> Row {
        let mut row = Row::new();
        for account in self.of_award(award) {
            if period.is_none_or(|period| period == account.period) {
                let draws = account.draws.iter().filter(|((_, line), _)| on(Some(*line)));
                row.extend(draws.map(|(_, column)| (*column, 1.0)));
                if on(None) {
                    row.extend(account.recoveries.values().map(|column| (*column, 1.0)));
                }
            }
        }
        row
    }

    fn selects(&self, selectors: &[Selector], line: Option<LineIndex>) -> bool {
        match line {
            Some(line) => selected(selectors, line, self.plan.line(line)),
            None => holds_recovery(selectors),
        }
    }

    /// Caps, and floors of what is spent, which are caps of the rest: over the award's life.
    fn caps(&mut self, award: Award) {
        let rules = self.plan.restrictions(award.0);
        let opening = self.plan.opening_of(award.0).filter(|_| award.1 == 0);
        let own = self.timeline.tranches.iter().filter(|t| (t.stream, t.award) == award);
        let own: Vec<&HeldTranche> = own.collect();
        let mut rows = Vec::new();
        for cap in &rules.caps {
            let mut periods: Vec<Option<u32>> = match cap.per_period {
                true => own.iter().map(|tranche| Some(tranche.period)).collect(),
                false => vec![None],
            };
            periods.sort_unstable();
            periods.dedup();
            let reckoned = |line| cap.within.is_empty() || self.selects(&cap.within, line);
            for period in periods {
                let of_period = own.iter().filter(|t| period.is_none_or(|p| p == t.period));
                let mut stated: Money = of_period.map(|tranche| tranche.amount).sum();
                if period.is_none() {
                    stated += opening.map_or(Money::ZERO, |opening| opening.spent);
                }
                let mut row = self
                    .spent(award, period, &|line| self.selects(&cap.on, line) && reckoned(line));
                let before = opening.filter(|_| period.is_none() && holds_recovery(&cap.on));
                let before = before.map_or(0.0, |opening| cents(opening.recovered));
                let most = match cap.bound {
                    CapBound::Amount(amount) => (cents(amount) - before).max(0.0),
                    CapBound::ShareOfAward(rate) => (cents(rate.of(stated)) - before).max(0.0),
                    CapBound::ShareOfSpent(rate) => {
                        let whole = self.spent(award, None, &reckoned);
                        row.extend(
                            whole.into_iter().map(|(column, one)| (column, -share(rate) * one)),
                        );
                        0.0
                    }
                };
                rows.push((row, most));
            }
        }
        for floor in rules.floors.iter().filter(|floor| floor.of_spent) {
            let reckoned = |line| floor.within.is_empty() || self.selects(&floor.within, line);
            let mut row = self.spent(award, None, &reckoned);
            for (_, counts) in &mut row {
                *counts *= share(floor.share);
            }
            let within =
                self.spent(award, None, &|line| self.selects(&floor.on, line) && reckoned(line));
            row.extend(within.into_iter().map(|(column, one)| (column, -one)));
            rows.push((row, 0.0));
        }
        for (row, most) in rows {
            self.programme.row(row, most);
        }
    }

    /// What an award draws directly in a place, and what it recovers.
    fn drawn(&self, award: Award, place: usize) -> Row {
        let mut row = Row::new();
        for account in self.of_award(award) {
            let draws = account.draws.iter().filter(|((of, _), _)| *of == place);
            row.extend(draws.map(|(_, column)| (*column, 1.0)));
            row.extend(account.recoveries.get(&place).map(|column| (*column, 1.0)));
        }
        row
    }

    /// The most of a fiscal year of the funder.
    fn years(&mut self, award: Award) {
        let Some(limit) = self.plan.restrictions(award.0).yearly_limit else { return };
        let fiscal = self.plan.stream(award.0).fiscal;
        let month = |place| self.timeline.horizon.month(place);
        let mut years: BTreeMap<i32, Row> = BTreeMap::new();
        for place in 0..self.months() {
            years.entry(fiscal.year_of(month(place))).or_default().extend(self.drawn(award, place));
        }
        let running = fiscal.year_of(month(0));
        let before = self.plan.opening_of(award.0).filter(|_| fiscal.position(month(0)) != 0);
        let before = before.map_or(0.0, |opening| cents(opening.spent));
        for (year, row) in years {
            let before = if year == running { before } else { 0.0 };
            self.programme.row(row, (cents(limit) - before).max(0.0));
        }
    }

    /// Enough match at every month's end; of a public share, on each line in each month.
    fn matching(&mut self, award: Award, matching: &mut BTreeMap<(usize, usize, LineIndex), Row>) {
        let Some(rule) = &self.plan.restrictions(award.0).matching else { return };
        let own = || self.timeline.tranches.iter().filter(|t| (t.stream, t.award) == award);
        let on = |line: LineIndex| match rule.on.is_empty() {
            true => standing_verdict(self.plan, award.0, None, line).is_allowed(),
            false => selected(&rule.on, line, self.plan.line(line)),
        };
        let mut by_place: BTreeMap<(usize, LineIndex), Row> = BTreeMap::new();
        for (index, account) in self.accounts.iter().enumerate() {
            if !may_match(self.plan, account.award.0, award.0) {
                continue;
            }
            for (place, line) in account.draws.keys().copied() {
                let month = self.timeline.horizon.month(place);
                let begun = own().any(|tranche| tranche.first <= month);
                let ended = own().all(|tranche| tranche.last.is_some_and(|last| last < month));
                let counts = begun && !ended && rule.by.is_none_or(|by| month <= by) && on(line);
                if counts {
                    let column = self.programme.column();
                    matching.entry((index, place, line)).or_default().push((column, 1.0));
                    by_place.entry((place, line)).or_default().push((column, 1.0));
                }
            }
        }
        // Match to award, the larger of the two as one.
        let ratio = |place: usize| {
            let (numerator, denominator) =
                rule.convention.at(self.timeline.horizon.month(place)).ratio();
            let larger = numerator.max(denominator) as f64;
            (numerator as f64 / larger, denominator as f64 / larger)
        };
        let scaled = |row: &Row, counts: f64| -> Row {
            row.iter().map(|(column, one)| (*column, one * counts)).collect()
        };
        if rule.each_dollar {
            let mut rows: BTreeMap<(usize, LineIndex), Row> = BTreeMap::new();
            for account in self.of_award(award) {
                for ((place, line), column) in &account.draws {
                    rows.entry((*place, *line)).or_default().push((*column, ratio(*place).0));
                }
            }
            for ((place, line), mut row) in rows {
                let matched = by_place.get(&(place, line)).cloned().unwrap_or_default();
                row.extend(scaled(&matched, -ratio(place).1));
                self.programme.row(row, 0.0);
            }
            return;
        }
        let (award_counts, match_counts) = ratio(0);
        let opening = self.plan.opening_of(award.0).filter(|_| award.1 == 0);
        let ahead = opening.map_or(0.0, |opening| {
            match_counts * cents(opening.matched) - award_counts * cents(opening.spent)
        });
        // One that comes into the plan short of match draws nothing before it has caught up, and never more than it
        // holds: so each dollar of it needs its part of what lacks.
        let holds: f64 = own().map(|tranche| cents(tranche.amount)).sum();
        let award_counts = award_counts + (-ahead).max(0.0) / holds.max(1.0);
        let flows: Vec<_> = (0..self.months())
            .map(|place| {
                let out = scaled(&self.drawn(award, place), award_counts);
                let of_place = by_place.iter().filter(|((of, _), _)| *of == place);
                let into = of_place.flat_map(|(_, row)| scaled(row, match_counts)).collect();
                (out, into, if place == 0 { ahead.max(0.0) } else { 0.0 })
            })
            .collect();
        self.programme.account(flows);
    }

    /// No more recovered than the rate of the base, at every month's end.
    fn indirect(&mut self, award: Award) {
        let Some(rule) = self.plan.restrictions(award.0).indirect else { return };
        let opening = self.plan.opening_of(award.0).filter(|_| award.1 == 0);
        let charged = rule.statutory_limit.map_or(rule.rate, |limit| limit.min(rule.rate));
        let mut bases: Vec<Row> = vec![Row::new(); self.months()];
        let mut subawards: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for account in self.accounts.iter().filter(|account| account.award == award) {
            for ((place, line), column) in &account.draws {
                let terms = self.plan.line(*line);
                if !in_base(&rule, terms.category, terms.mtdc) {
                    continue;
                }
                match &terms.subaward {
                    Some(id) if rule.base == IndirectBase::ModifiedTotalDirect => {
                        let months = subawards.entry(id.clone());
                        let months = months.or_insert_with(|| vec![Row::new(); bases.len()]);
                        months[*place].push((*column, 1.0));
                    }
                    _ => bases[*place].push((*column, 1.0)),
                }
            }
        }
        for (id, months) in subawards {
            let before = opening.into_iter().flat_map(|opening| &opening.subawards);
            let before: Money = before.filter(|(of, _)| *of == id).map(|(_, amount)| *amount).sum();
            let mut counted = Row::new();
            let mut flows = Vec::new();
            for (place, spent) in months.into_iter().enumerate() {
                let column = self.programme.column();
                counted.push((column, 1.0));
                bases[place].push((column, 1.0));
                flows.push((vec![(column, 1.0)], spent, 0.0));
            }
            self.programme.account(flows);
            self.programme.row(counted, cents((rule.subaward_cutoff - before).floor_zero()));
        }
        // What is due is rounded to a cent. What was recovered too much before need not be made good here.
        let due = opening.map_or(0.5, |opening| {
            share(charged) * cents(opening.base) + 0.5 - cents(opening.recovered)
        });
        let flows: Vec<_> = bases
            .into_iter()
            .enumerate()
            .map(|(place, base)| {
                let own = self.of_award(award).filter_map(|account| account.recoveries.get(&place));
                let out = own.map(|column| (*column, 1.0)).collect();
                let into = base.into_iter().map(|(column, one)| (column, share(charged) * one));
                (out, into.collect(), if place == 0 { due.max(0.0) } else { 0.0 })
            })
            .collect();
        self.programme.account(flows);
    }

    /// What is paid of a priority.
    fn covered(&self, priority: usize) -> Row {
        let of = |line: &LineIndex| self.plan.line(*line).priority as usize == priority;
        let cells = self
            .lines()
            .filter(of)
            .flat_map(|line| (0..self.months()).map(move |place| (place, line)));
        cells.flat_map(|(place, line)| self.paid(place, line)).collect()
    }

    fn total(&self, priority: usize) -> Money {
        let of = |line: &LineIndex| self.plan.line(*line).priority as usize == priority;
        self.lines().filter(of).flat_map(|line| &self.timeline.needs[line.at()]).sum()
    }
}

fn in_base(rule: &Indirect, category: Category, mtdc: bool) -> bool {
    match rule.base {
        IndirectBase::TotalDirect => true,
        IndirectBase::Personnel => category == Category::Personnel,
        IndirectBase::PersonnelAndFringe => {
            matches!(category, Category::Personnel | Category::Fringe)
        }
        IndirectBase::ModifiedTotalDirect => mtdc && category != Category::Equipment,
    }
}

/// Whether some rule ties amounts of this plan together.
fn is_tied(plan: &Plan, timeline: &Timeline) -> bool {
    timeline.tranches.iter().any(|tranche| {
        let rules = plan.restrictions(tranche.stream);
        !rules.caps.is_empty()
            || !rules.floors.is_empty()
            || rules.matching.is_some()
            || rules.indirect.is_some()
    })
}

fn count() -> usize {
    let count = std::env::var_os("BRAID_PLANS");
    count.and_then(|count| count.to_str().and_then(|count| count.parse().ok())).unwrap_or(500)
}

#[test]
fn it_equals_an_independent_linear_programme_within_the_printed_distance() {
    let mut runner = TestRunner::deterministic();
    let (mut tried, mut caps, mut matches, mut recoveries) = (0, 0, 0, 0);
    let (mut solved, mut near, mut unsettled) = (0, 0, 0);
    let mut wrong = Vec::new();
    while tried < count() {
        let parts = parts().new_tree(&mut runner).unwrap().current();
        let plan = parts.plan();
        let timeline = Timeline::from_plan(&plan, Selection::View(Status::Prospective)).unwrap();
        if !is_tied(&plan, &timeline) {
            continue;
        }
        tried += 1;
        let has = |what: fn(&Plan, StreamIndex) -> bool| {
            usize::from(timeline.tranches.iter().any(|tranche| what(&plan, tranche.stream)))
        };
        caps += has(|plan, stream| !plan.restrictions(stream).caps.is_empty());
        matches += has(|plan, stream| plan.restrictions(stream).matching.is_some());
        recoveries += has(|plan, stream| plan.restrictions(stream).indirect.is_some());
        // In a plan of some hundreds settling breaks a rule by a cent, which the solver's own assertion stops in a build
        // for tests and the waterfall replaces in others.
        let made = std::panic::catch_unwind(|| {
            Braid::from_timeline(&plan, &timeline, Method::Optimal).unwrap()
        });
        let Ok((braid, certificate)) = made else {
            unsettled += 1;
            continue;
        };
        let (gaps, least) = (braid.gaps(&plan, &timeline), certificate.least().unwrap());
        let mut model = Model::new(&plan, &timeline);
        for priority in 0..3 {
            let (total, covered) = (model.total(priority), model.covered(priority));
            if total.is_zero() {
                continue;
            }
            let (most, off) = model.programme.most(&covered);
            let programme = cents(total) - most;
            // What is proved is rounded up to a cent.
            let within = programme >= cents(least[priority]) - 1.0 - off
                && programme <= cents(gaps[priority]) + off;
            solved += 1;
            near += usize::from(off <= 50.0);
            if !within {
                wrong.push(format!(
                    "plan {tried} of priority {priority}: {programme:.2} cents by the programme ({off:.2} off), \
                     braided {}, proved {}\n{}",
                    gaps[priority],
                    least[priority],
                    if wrong.is_empty() { parts.text() } else { String::new() },
                ));
            }
            // What comes after is the least with no more of this left uncovered than the braid leaves.
            let covered = covered.into_iter().map(|(column, one)| (column, -one)).collect();
            model.programme.row(covered, cents(gaps[priority]) - cents(total));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    assert!(unsettled * 200 <= tried, "{unsettled} of {tried} are not settled");
    assert!(near * 10 >= solved * 9, "{near} of {solved} are solved to half a dollar");
    assert!(caps * 4 >= tried && matches * 6 >= tried && recoveries * 6 >= tried);
}

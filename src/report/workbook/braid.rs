//! The sheet of the braid: below each line what it needs, who pays, and what stays unpaid.
//!
//! The draws are the braid's decisions: amounts, since rounded shares would not add up. All else is formulas.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::awards::shifted;
use super::costs::{Costs, sum_row};
use super::formula::{Expression, Function, call, cell, sum, sum_where, whole};
use super::inputs::Inputs;
use super::months::{Months, month_sheet};
use super::sheet::{
    Area, At, FIRST, ID, LABEL, MARK, NOTE, Place, Role, SECOND, SUM, Sheet, Unit, dollars,
};
use crate::diagnostic::visible;
use crate::ledger::{DrawBook, Ledger};
use crate::money::Money;
use crate::plan::Plan;
use crate::plan::cost::Priority;

/// The mark of a priority's gap is this plus the priority's own.
const GAP_MARK: i64 = 10;
/// The mark of a draw that is paid in its month.
const AT_ONCE: i64 = 21;
/// The mark of a draw that is paid later.
const LATER: i64 = 22;
/// The mark of a gap that would be due later, which is no number of an award.
const GAP_LATER: i64 = 900_000_000;
/// The mark of what a source pays later is this plus its place.
const PAID_LATER: i64 = 1_000;

/// The sheet of the braid while it is laid.
pub struct Draws<'a> {
    plan: &'a Plan,
    ledger: &'a Ledger,
    numbers: &'a Numbers,
    awards: Vec<Award>,
    /// The sheet.
    pub sheet: Sheet,
    /// The row of all that is paid.
    pub covered_row: u32,
    /// The row of all gaps.
    pub gap_row: u32,
    /// The row of each priority's gap.
    pub priority_rows: [u32; 3],
    /// The rows of each line: what is paid, and the gap.
    lines: Vec<(u32, u32)>,
    /// What lines need, who pays, and what stays unpaid: row after row.
    pub listed: Vec<ListedRow>,
    /// The gap rows of lines that pay later.
    later: Vec<u32>,
    /// Cells that fall below 0 where a line is paid more than it needs.
    pub over: Vec<At>,
    first: u32,
}

/// What a row tells.
#[derive(Clone, Copy)]
pub enum Listed {
    /// What a line needs.
    Need,
    /// What a source pays of it.
    Draw,
    /// What stays unpaid.
    Gap,
}

/// A row that is told by fiscal year too.
pub struct ListedRow {
    /// The row.
    pub row: u32,
    /// What it is.
    pub label: String,
    /// The id of its line or source.
    pub id: String,
    /// The line that it is of, and the award of a draw.
    pub block: String,
    /// What it tells.
    pub tells: Listed,
    /// The engine's figures, by month.
    pub figures: Vec<Money>,
}

/// A row of draws: its stream, and its tranche where the stream's tranches are told apart.
type Key = (usize, Option<usize>);

/// The numbers from 1 by which formulas tell streams and awards apart: the same in every scenario.
#[derive(Debug, Default)]
pub struct Numbers {
    streams: BTreeMap<String, i64>,
    tranches: BTreeMap<Award, i64>,
}

/// A tranche as every scenario knows it: its stream's id, its label, and its place among those of one label.
type Award = (String, String, usize);

impl Numbers {
    /// The numbers in the books of scenarios.
    pub fn of<'a>(ledgers: impl Iterator<Item = &'a Ledger>) -> Numbers {
        let mut numbers = Numbers::default();
        for ledger in ledgers {
            for stream in &ledger.streams {
                let next = numbers.streams.len() as i64 + 1;
                numbers.streams.entry(stream.name.clone()).or_insert(next);
            }
            for award in awards(ledger) {
                let next = numbers.tranches.len() as i64 + 1;
                numbers.tranches.entry(award).or_insert(next);
            }
        }
        numbers
    }
}

/// The tranches of the books as every scenario knows them.
fn awards(ledger: &Ledger) -> Vec<Award> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut found = Vec::new();
    for tranche in &ledger.tranches {
        let (stream, label) = (&ledger.streams[tranche.stream].name, &tranche.label);
        let count = counts.entry((stream, label)).or_default();
        found.push((stream.clone(), label.clone(), *count));
        *count += 1;
    }
    found
}

impl<'a> Draws<'a> {
    /// Lays the braid. `tells_apart` says of a stream whether its tranches are told apart.
    pub fn lay(
        plan: &'a Plan,
        (ledger, numbers): (&'a Ledger, &'a Numbers),
        costs: &Costs,
        (months, inputs): (&Months, &mut Inputs),
        tells_apart: impl Fn(usize) -> bool,
    ) -> Draws<'a> {
        let mut sheet = month_sheet(Place::Braid, plan, "Braid: who pays what");
        for (column, words) in [
            (LABEL, "Line, and below it who pays"),
            (ID, "Id"),
            (NOTE, "What"),
            (FIRST, "Source"),
            (SECOND, "Award"),
            (SUM, "In all"),
        ] {
            sheet.text(2, column, words, Role::Heading);
        }
        let mut draws = Draws {
            plan,
            ledger,
            numbers,
            awards: awards(ledger),
            sheet,
            covered_row: 0,
            gap_row: 0,
            priority_rows: [0; 3],
            lines: Vec::new(),
            listed: Vec::new(),
            later: Vec::new(),
            over: Vec::new(),
            first: 0,
        };
        draws.lay_totals();
        let mut by_line: Vec<BTreeMap<Key, BTreeMap<usize, Money>>> =
            vec![BTreeMap::new(); ledger.lines.len()];
        let key = |draw: &DrawBook| (draw.stream, tells_apart(draw.stream).then_some(draw.tranche));
        for draw in &ledger.draws {
            let row = by_line[draw.line.at()].entry(key(draw)).or_default();
            *row.entry(draw.place).or_default() += draw.amount;
        }
        inputs.block("payment", "When costs are paid");
        for (index, rows) in by_line.iter().enumerate() {
            draws.lay_line(index, rows, costs, (months, inputs));
        }
        draws.fill_totals(costs);
        draws
    }

    fn months(&self) -> usize {
        self.plan.horizon.months as usize
    }

    fn lay_totals(&mut self) {
        self.covered_row = self.sheet.next_row();
        self.sheet.text(self.covered_row, LABEL, "All that sources pay", Role::Heading);
        self.gap_row = self.sheet.next_row();
        self.sheet.text(self.gap_row, LABEL, "Gap: what no source pays", Role::Heading);
        for (place, priority) in Priority::ALL.into_iter().enumerate() {
            let row = self.sheet.next_row();
            self.priority_rows[place] = row;
            self.sheet.text(row, LABEL, format!("of it {}", priority.word()), Role::Label);
        }
        self.first = self.sheet.next_row();
    }

    fn lay_line(
        &mut self,
        index: usize,
        rows: &BTreeMap<Key, BTreeMap<usize, Money>>,
        costs: &Costs,
        (months, inputs): (&Months, &mut Inputs),
    ) {
        let book = &self.ledger.lines[index];
        let title = visible(&book.title);
        let lag = self.lay_lag(index, inputs);
        self.sheet.block(book.name.as_str());
        let need = self.sheet.next_row();
        self.sheet.text(need, LABEL, format!("{title}: needs"), Role::Heading);
        self.sheet.text(need, ID, &book.name, Role::Grey);
        self.sheet.text(need, NOTE, format!("{} cost", book.priority.word()), Role::Note);
        for place in 0..self.months() {
            let from = cell(costs.need(index, place));
            let column = Months::column(place);
            self.sheet.money(need, column, from, book.need[place], Role::Formula);
        }
        let listed = |row, (label, block): (&str, &str), tells, figures: &[Money]| {
            let (label, block, figures) = (label.to_string(), block.to_string(), figures.to_vec());
            ListedRow { row, label, id: book.name.clone(), block, tells, figures }
        };
        self.listed.push(listed(need, (&title, &book.name), Listed::Need, &book.need));
        for ((stream, tranche), amounts) in rows {
            let block = self.block_of(index, *stream, *tranche);
            self.sheet.block(block.as_str());
            let row = self.sheet.next_row();
            let source = &self.ledger.streams[*stream];
            let label = match tranche {
                Some(tranche) => format!(
                    "{}: {}",
                    self.ledger.tranches[*tranche].available.words(),
                    visible(&source.title)
                ),
                None => visible(&source.title),
            };
            let label = format!("   {label}");
            self.sheet.text(row, LABEL, label.as_str(), Role::Label);
            self.sheet.text(row, ID, &source.name, Role::Grey);
            let mut figures = vec![Money::ZERO; self.months()];
            amounts.iter().for_each(|(place, amount)| figures[*place] = *amount);
            let id = source.name.clone();
            self.listed.push(ListedRow { row, label, id, block, tells: Listed::Draw, figures });
            self.sheet.text(row, NOTE, "decided by the braid", Role::Note);
            let mark = Decimal::from(if lag.is_some() { LATER } else { AT_ONCE });
            self.sheet.number(row, MARK, mark, Role::Grey, Unit::Whole);
            let number = Decimal::from(self.number(*stream));
            self.sheet.number(row, FIRST, number, Role::Grey, Unit::Whole);
            if let Some(tranche) = tranche {
                let number = Decimal::from(self.number_of(*tranche));
                self.sheet.number(row, SECOND, number, Role::Grey, Unit::Whole);
            }
            for (place, amount) in amounts {
                let column = Months::column(*place);
                self.sheet.number(row, column, dollars(*amount), Role::Decided, Unit::Money);
            }
            sum_row(&mut self.sheet, row, self.plan);
        }
        // What it comes to stands below the draws of every scenario, also where one has none.
        let all = format!("{} in all", book.name);
        self.sheet.block(all.as_str());
        let paid = self.sheet.next_row();
        let gap = paid + 1;
        self.sheet.text(paid, LABEL, "   paid by sources", Role::Label);
        self.sheet.text(gap, LABEL, "   gap", Role::Label);
        let mark = Decimal::from(GAP_MARK + book.priority as i64 + 1);
        self.sheet.number(gap, MARK, mark, Role::Grey, Unit::Whole);
        // A line that pays later is marked once more, so that its gap can be moved.
        if lag.is_some() {
            let mark = Decimal::from(GAP_LATER);
            self.sheet.number(gap, SECOND, mark, Role::Grey, Unit::Whole);
        }
        for place in 0..self.months() {
            let column = Months::column(place);
            let draws = Area::of(self.sheet.at(need + 1, column), self.sheet.at(paid - 1, column));
            let total = if rows.is_empty() { whole(0) } else { sum(draws) };
            self.sheet.money(paid, column, total, book.covered[place], Role::Formula);
            let left = cell(self.sheet.at(need, column)) - self.sheet.at(paid, column);
            self.sheet.money(gap, column, left, book.gap[place], Role::Formula);
        }
        for row in [need, paid, gap] {
            sum_row(&mut self.sheet, row, self.plan);
        }
        self.listed.push(listed(gap, ("   gap", &all), Listed::Gap, &book.gap));
        let own = Area::of(self.at(gap, 0), self.at(gap, self.months() - 1));
        let over = call(Function::Min, vec![whole(0), own.into()]);
        self.over.push(self.sheet.money(gap, FIRST, over, Money::ZERO, Role::Check));
        self.lines.push((paid, gap));
        if let Some(lag) = lag {
            self.later.push(gap);
            self.lay_paid_later((index, need), rows, (months, lag));
        }
    }

    /// Lays when the draws of a line that pays later are paid, and its gap would be.
    fn lay_paid_later(
        &mut self,
        (index, need): (usize, u32),
        rows: &BTreeMap<Key, BTreeMap<usize, Money>>,
        (months, lag): (&Months, At),
    ) {
        let book = &self.ledger.lines[index];
        let lag_months = book.payment_lag_months as usize;
        let gap = book.gap.clone();
        let (_, gap_row) = self.lines[index];
        let line = book.name.as_str();
        let blocks: Vec<String> =
            rows.keys().map(|(stream, tranche)| self.block_of(index, *stream, *tranche)).collect();
        let marks: Vec<i64> =
            rows.keys().map(|(stream, _)| PAID_LATER + self.number(*stream)).collect();
        let mut shift = |(block, label): (&str, String),
                         from: u32,
                         mark: i64,
                         figure: &dyn Fn(usize) -> Money| {
            self.sheet.block(block);
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, label, Role::Label);
            self.sheet.number(row, MARK, Decimal::from(mark), Role::Grey, Unit::Whole);
            let area = months.row(self.sheet.at(from, 0));
            for place in 0..self.plan.horizon.months as usize {
                let amount = place.checked_sub(lag_months).map_or(Money::ZERO, figure);
                let formula = shifted(area, months.number(place), lag);
                self.sheet.money(row, Months::column(place), formula, amount, Role::Formula);
            }
            sum_row(&mut self.sheet, row, self.plan);
        };
        for (place, ((stream, _), amounts)) in rows.iter().enumerate() {
            let title = visible(&self.ledger.streams[*stream].title);
            let of = |place: usize| amounts.get(&place).copied().unwrap_or_default();
            let label = (blocks[place].as_str(), format!("   paid later by {title}"));
            shift(label, need + 1 + place as u32, marks[place], &of);
        }
        let label = (line, "   gap when it would be due".to_string());
        shift(label, gap_row, GAP_LATER, &|place| gap[place]);
    }

    /// The input of a line's payment lag, where it states one.
    fn lay_lag(&mut self, index: usize, inputs: &mut Inputs) -> Option<At> {
        let book = &self.ledger.lines[index];
        let path = format!("cost.{}.payment-lag-months", book.name);
        let stated = inputs.stated(std::slice::from_ref(&path)).is_some();
        (stated || book.payment_lag_months > 0).then(|| {
            let label = format!("Months to payment: {}", visible(&book.title));
            let months = Decimal::from(book.payment_lag_months);
            inputs.figure(&[path], &label, months, Unit::Whole)
        })
    }

    fn fill_totals(&mut self, costs: &Costs) {
        let marks = self.column(MARK);
        for place in 0..self.months() {
            let column = Months::column(place);
            let area = self.column(column);
            let mut all = Money::ZERO;
            for (at, priority) in Priority::ALL.into_iter().enumerate() {
                let lines = self.ledger.lines.iter().filter(|line| line.priority == priority);
                let figure: Money = lines.map(|line| line.gap[place]).sum();
                all += figure;
                let of = sum_where(area, vec![(marks, whole(GAP_MARK + at as i64 + 1))]);
                self.sheet.money(self.priority_rows[at], column, of, figure, Role::Formula);
            }
            let three = Area::of(
                self.sheet.at(self.priority_rows[0], column),
                self.sheet.at(self.priority_rows[2], column),
            );
            self.sheet.money(self.gap_row, column, sum(three), all, Role::Total);
            let cost: Money = self.ledger.lines.iter().map(|line| line.need[place]).sum();
            let covered =
                cell(costs.total(costs.total_row, place)) - self.sheet.at(self.gap_row, column);
            self.sheet.money(self.covered_row, column, covered, cost - all, Role::Total);
        }
        for row in [self.covered_row, self.gap_row].into_iter().chain(self.priority_rows) {
            sum_row(&mut self.sheet, row, self.plan);
        }
    }

    /// The cell of a row in a month.
    pub fn at(&self, row: u32, place: usize) -> At {
        self.sheet.at(row, Months::column(place))
    }

    /// The cell of a line's gap in a month.
    pub fn gap(&self, line: usize, place: usize) -> At {
        self.at(self.lines[line].1, place)
    }

    /// The number of a stream.
    pub fn number(&self, stream: usize) -> i64 {
        self.numbers.streams.get(&self.ledger.streams[stream].name).copied().unwrap_or_default()
    }

    /// The number of an award.
    fn number_of(&self, tranche: usize) -> i64 {
        self.numbers.tranches.get(&self.awards[tranche]).copied().unwrap_or_default()
    }

    /// What a row of draws is of.
    fn block_of(&self, line: usize, stream: usize, tranche: Option<usize>) -> String {
        let line = &self.ledger.lines[line].name;
        match tranche.map(|tranche| &self.awards[tranche]) {
            Some((stream, label, nth)) => format!("{line}/{stream}/{label}/{nth}"),
            None => format!("{line}/{}", self.ledger.streams[stream].name),
        }
    }

    /// What is drawn on a stream in a month.
    pub fn drawn(&self, stream: usize, place: usize) -> Expression {
        let (marks, code) = self.marks(FIRST, self.number(stream));
        sum_where(self.column(Months::column(place)), vec![(marks, code)])
    }

    /// What a stream pays in a month: what is drawn on it, but for lines that pay later what was drawn then.
    pub fn paid(&self, stream: usize, place: usize, drawn: At) -> Expression {
        if self.later.is_empty() {
            return cell(drawn);
        }
        let column = self.column(Months::column(place));
        let later = vec![self.marks(FIRST, self.number(stream)), self.marks(MARK, LATER)];
        let paid = self.marks(MARK, PAID_LATER + self.number(stream));
        cell(drawn) - sum_where(column, later) + sum_where(column, vec![paid])
    }

    /// What no source pays of what falls due in a month.
    pub fn unpaid(&self, place: usize) -> Expression {
        let gap = cell(self.at(self.gap_row, place));
        if self.later.is_empty() {
            return gap;
        }
        let column = self.column(Months::column(place));
        let now = self.marks(SECOND, GAP_LATER);
        let then = self.marks(MARK, GAP_LATER);
        gap - sum_where(column, vec![now]) + sum_where(column, vec![then])
    }

    /// What is drawn on a tranche in all.
    pub fn drawn_of(&self, tranche: usize) -> Expression {
        let (marks, code) = self.marks(SECOND, self.number_of(tranche));
        sum_where(self.column(SUM), vec![(marks, code)])
    }

    /// All draws, as their rows say it.
    pub fn all_draws(&self) -> Expression {
        let of = |mark: i64| sum_where(self.column(SUM), vec![self.marks(MARK, mark)]);
        of(AT_ONCE) + of(LATER)
    }

    /// The rows of lines in a column; an empty one where there is no line.
    fn column(&self, column: u16) -> Area {
        let last = self.sheet.next_row().max(self.first + 1) - 1;
        Area::of(self.sheet.at(self.first, column), self.sheet.at(last, column))
    }

    fn marks(&self, column: u16, code: i64) -> (Area, Expression) {
        (self.column(column), whole(code))
    }
}

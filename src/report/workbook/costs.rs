//! The sheet of costs: what each line needs each month, from its inputs, by the arithmetic of `plan/cost.rs`.

mod dues;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use self::dues::{DueRows, Later};
use super::formula::{
    Expression, Function, at_place, between, call, cell, cents, floor_zero, least, round, sum,
    sum_of, sum_where, when, whole,
};
use super::inputs::Inputs;
use super::months::{Months, month_sheet};
use super::sheet::{
    Area, At, FIRST, ID, LABEL, MARK, MONTHS_FROM, NOTE, Place, Role, SECOND, SUM, Sheet, Unit,
    day_of, dollars, of_price, of_rate,
};
use crate::diagnostic::visible;
use crate::driver::yearly_index;
use crate::funding::{DueKind, Status, Stream};
use crate::ledger::Ledger;
use crate::money::{Money, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::name::LineIndex;
use crate::plan::Plan;
use crate::plan::cost::{CostLine, Escalation, Form, Priority, planned_receipts};
use crate::plan::restriction::selected;

/// Steps of an index before the plan that are written as one formula; spreadsheets nest 64 deep.
const STEPS_MAX: usize = 40;

/// The sheet of costs while it is laid.
pub struct Costs<'a> {
    plan: &'a Plan,
    ledger: &'a Ledger,
    /// The view that is shown.
    pub view: Status,
    /// The sheet.
    pub sheet: Sheet,
    /// The row of each line's need.
    pub rows: Vec<u32>,
    /// The row of all cost.
    pub total_row: u32,
    /// The row of each priority's cost.
    pub priority_rows: [u32; 3],
    /// Lines whose cost the engine worked out, by place.
    pub fixed: BTreeSet<usize>,
    /// The rows of receipts that fees are a share of, by line.
    receipts: Vec<(usize, u32)>,
    /// Streams whose dues the engine worked out, by place.
    pub bound: BTreeSet<usize>,
    /// The rows of what streams have due.
    dues: BTreeMap<usize, DueRows>,
    /// Repayments that are laid when the money that they go by is.
    later: Vec<Later>,
}

/// What a month's amount is, as a formula.
type OfMonth = Box<dyn FnMut(&mut Months, usize) -> Option<Expression>>;

/// The part of a year that falls to a position of it, by cumulative rounding.
pub fn part_of_year(yearly: Expression, position: &Expression) -> Expression {
    cents(yearly.clone() * (position.clone() + 1) / 12) - cents(yearly * position.clone() / 12)
}

/// The cost of a plan's lines.
impl<'a> Costs<'a> {
    /// Lays the costs.
    pub fn lay(
        plan: &'a Plan,
        (ledger, view): (&'a Ledger, Status),
        months: &mut Months,
        inputs: &mut Inputs,
    ) -> Costs<'a> {
        let mut sheet = month_sheet(Place::Costs, plan, "Costs: what each line needs");
        for (column, words) in
            [(LABEL, "Line"), (ID, "Id"), (NOTE, "What"), (FIRST, "From"), (SECOND, "Until")]
        {
            sheet.text(2, column, words, Role::Heading);
        }
        sheet.text(2, SUM, "In all", Role::Heading);
        let rows = vec![0; plan.lines.len()];
        let mut costs = Costs {
            plan,
            ledger,
            view,
            sheet,
            rows,
            total_row: 0,
            priority_rows: [0; 3],
            fixed: BTreeSet::new(),
            receipts: Vec::new(),
            bound: BTreeSet::new(),
            dues: BTreeMap::new(),
            later: Vec::new(),
        };
        costs.lay_totals();
        let last = |line: &CostLine| matches!(line.form, Form::Fee { .. });
        for fees in [false, true] {
            for (index, line) in
                plan.lines.iter().enumerate().filter(|(_, line)| last(line) == fees)
            {
                let id = format!("cost.{}", line.name);
                inputs.block(&id, &format!("Cost: {}", visible(&line.title)));
                costs.sheet.block(id);
                costs.lay_line(index, line, months, inputs);
            }
        }
        costs.fill_totals();
        costs
    }

    fn months(&self) -> usize {
        self.plan.horizon.months as usize
    }

    /// The cell of a line's need in a month.
    pub fn need(&self, line: usize, place: usize) -> At {
        self.sheet.at(self.rows[line], Months::column(place))
    }

    /// The cell of the cost of a row of totals in a month.
    pub fn total(&self, row: u32, place: usize) -> At {
        self.sheet.at(row, Months::column(place))
    }

    fn lay_totals(&mut self) {
        self.total_row = self.sheet.next_row();
        self.sheet.text(self.total_row, LABEL, "All cost", Role::Heading);
        for (place, priority) in Priority::ALL.into_iter().enumerate() {
            let row = self.sheet.next_row();
            self.priority_rows[place] = row;
            self.sheet.text(row, LABEL, format!("of it {}", priority.word()), Role::Label);
        }
    }

    /// The sums by priority, when every line is laid.
    fn fill_totals(&mut self) {
        let (first, last) = (self.priority_rows[2] + 1, self.sheet.next_row().max(9) - 1);
        let marks = Area::of(self.sheet.at(first, MARK), self.sheet.at(last, MARK));
        for place in 0..self.months() {
            let column = Months::column(place);
            let area = Area::of(self.sheet.at(first, column), self.sheet.at(last, column));
            for (at, priority) in Priority::ALL.into_iter().enumerate() {
                let lines = self.ledger.lines.iter().filter(|line| line.priority == priority);
                let figure: Money = lines.map(|line| line.need[place]).sum();
                let code = whole(at as i64 + 1);
                let total = sum_where(area, vec![(marks, code)]);
                self.sheet.money(self.priority_rows[at], column, total, figure, Role::Formula);
            }
            let three = Area::of(
                self.sheet.at(self.priority_rows[0], column),
                self.sheet.at(self.priority_rows[2], column),
            );
            let figure: Money = self.ledger.lines.iter().map(|line| line.need[place]).sum();
            self.sheet.money(self.total_row, column, sum(three), figure, Role::Total);
        }
        for row in std::iter::once(self.total_row).chain(self.priority_rows) {
            sum_row(&mut self.sheet, row, self.plan);
        }
    }

    fn lay_line(
        &mut self,
        index: usize,
        line: &CostLine,
        months: &mut Months,
        inputs: &mut Inputs,
    ) {
        let index_row = self.lay_index(line, months, inputs);
        let basis_row = self.lay_basis(index, line, inputs);
        let due = match line.form {
            Form::Due(stream, kind) => {
                self.due_rows(index, stream.at(), months, inputs).map(|rows| (rows, kind))
            }
            _ => None,
        };
        let row = self.sheet.next_row();
        self.rows[index] = row;
        self.sheet.text(row, LABEL, visible(&line.title), Role::Label);
        self.sheet.text(row, ID, line.name.as_str(), Role::Grey);
        self.sheet.text(row, NOTE, format!("{} cost", line.priority.word()), Role::Note);
        let code = Decimal::from(line.priority as i64 + 1);
        self.sheet.number(row, MARK, code, Role::Grey, Unit::Whole);
        let from = self.sheet.number(row, FIRST, day_of(line.from), Role::Grey, Unit::Month);
        let until = self.sheet.number(row, SECOND, day_of(line.until), Role::Grey, Unit::Month);
        let mut amount = match due {
            Some((DueRows::Later, DueKind::Principal | DueKind::Loss)) | None => {
                self.amount(line, inputs, index_row, from, basis_row)
            }
            Some((rows, kind)) => Some(Costs::due_of(rows, kind)),
        };
        let needs = &self.ledger.lines[index].need;
        if amount.is_none() {
            let from = inputs.place_of(&format!("cost.{}", line.name));
            self.sheet.text(row, NOTE, format!("worked out by the engine from {from}"), Role::Note);
            self.fixed.insert(index);
            if let Form::Due(stream, _) = line.form {
                self.bound.insert(stream.at());
            }
        }
        for (place, need) in needs.iter().enumerate() {
            let column = Months::column(place);
            let month = months.month(place);
            let within = || between(month, cell(from), cell(until));
            match amount.as_mut().map(|of| of(months, place)) {
                Some(Some(formula)) => {
                    let formula = when(within(), formula, 0);
                    self.sheet.money(row, column, formula, *need, Role::Formula);
                }
                Some(None) => {}
                None => {
                    self.sheet.number(row, column, dollars(*need), Role::Decided, Unit::Money);
                }
            }
        }
        sum_row(&mut self.sheet, row, self.plan);
    }

    /// The row of a line's index, where its amount grows.
    fn lay_index(
        &mut self,
        line: &CostLine,
        months: &mut Months,
        inputs: &mut Inputs,
    ) -> Option<u32> {
        let base = self.plan.horizon.place(line.from).unwrap_or(0);
        match line.escalation {
            Escalation::None => None,
            Escalation::Yearly { rate, month } => {
                let path = [format!("cost.{}.escalate", line.name)];
                let rate_at = inputs.figure(&path, "Growth a year", of_rate(rate), Unit::Share);
                let calendar = FiscalCalendar::starting(month.clamp(1, 12));
                let growth = Growth { from: line.from, rate: (rate_at, rate), calendar };
                lay_growth(&mut self.sheet, self.plan, months, growth)
            }
            Escalation::Index(driver) => {
                let row = self.sheet.next_row();
                self.sheet.text(row, LABEL, "Index", Role::Note);
                let levels = &self.plan.drivers[driver.at()].levels;
                for place in 0..self.months() {
                    let column = Months::column(place);
                    if place < base {
                        self.sheet.number(row, column, Decimal::ONE, Role::Grey, Unit::Number);
                        continue;
                    }
                    let (own, first) =
                        (months.level(driver.at(), place), months.level(driver.at(), base));
                    let figure = levels[place].index_over(levels[base]).unwrap_or_default();
                    let index = round(cell(own) / first, 9);
                    let figure = (of_rate(figure), Unit::Number);
                    self.sheet.formula(row, column, index, figure, Role::Formula);
                }
                Some(row)
            }
        }
    }

    /// The row of what a fee of receipts is a share of: receipts as planned, which are the engine's.
    fn lay_basis(&mut self, index: usize, line: &CostLine, inputs: &mut Inputs) -> Option<u32> {
        let Form::FeeOfReceipts { share, .. } = &line.form else { return None };
        let needs = &self.ledger.lines[index].need;
        let receipts = self.receipts_of(line);
        // Only what explains the need is shown as its basis.
        let of = |amount: &Money| share.try_of(amount.floor_zero());
        let explains = receipts.iter().zip(needs).enumerate().all(|(place, (amount, need))| {
            let within = (line.from..=line.until).contains(&self.plan.horizon.month(place));
            of(amount).is_some_and(|fee| if within { fee == *need } else { need.is_zero() })
        });
        if !explains {
            return None;
        }
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, "Receipts as planned", Role::Note);
        let from = inputs.place_of(&format!("cost.{}", line.name));
        self.sheet.text(row, NOTE, format!("worked out by the engine from {from}"), Role::Note);
        for (place, amount) in receipts.iter().enumerate() {
            let column = Months::column(place);
            self.sheet.number(row, column, dollars(*amount), Role::Decided, Unit::Money);
        }
        self.receipts.push((index, row));
        Some(row)
    }

    /// Has fees of receipts go by the rows of what their sources bring as planned, where formulas say all of it; the
    /// sources of the other fees, which are bound.
    pub fn link_receipts(&mut self, as_planned: &BTreeMap<usize, u32>) -> BTreeSet<usize> {
        let mut bound: BTreeSet<usize> = BTreeSet::new();
        let rows = std::mem::take(&mut self.receipts);
        for (index, line) in self.plan.lines.iter().enumerate() {
            let Form::FeeOfReceipts { streams, .. } = &line.form else { continue };
            let sources: Vec<usize> = streams.iter().map(|stream| stream.at()).collect();
            let own: Option<Vec<u32>> =
                sources.iter().map(|source| as_planned.get(source).copied()).collect();
            let row = rows.iter().find(|(of, _)| *of == index);
            let (Some(own), Some((_, row))) = (own, row) else {
                bound.extend(sources);
                continue;
            };
            self.sheet.text(*row, NOTE, "before any draw", Role::Note);
            for place in 0..self.months() {
                let column = Months::column(place);
                let figure = (figure_of(&self.sheet, *row, column), Unit::Money);
                let at = |own: &u32| At { sheet: Place::Awards, row: *own, column };
                let cells: Vec<At> = own.iter().map(at).collect();
                self.sheet.formula(*row, column, sum_of(&cells), figure, Role::Formula);
            }
        }
        bound
    }

    /// How a line's amount of a month follows from its inputs; nothing where the engine alone works it out. A month
    /// without a formula has nothing.
    fn amount(
        &self,
        line: &CostLine,
        inputs: &mut Inputs,
        index_row: Option<u32>,
        from: At,
        basis_row: Option<u32>,
    ) -> Option<OfMonth> {
        let indexed = matches!(line.escalation, Escalation::Index(_));
        if index_row.is_none() && !matches!(line.escalation, Escalation::None) {
            return None;
        }
        let path = |key: &str| vec![format!("cost.{}.{key}", line.name)];
        let times = move |amount: Expression, place: usize| match index_row {
            Some(row) => {
                let index = At { sheet: Place::Costs, row, column: Months::column(place) };
                amount * index
            }
            None => amount,
        };
        let calendar = match line.escalation {
            Escalation::Yearly { month, .. } => FiscalCalendar::starting(month.clamp(1, 12)),
            _ => self.plan.fiscal,
        };
        // The part of a yearly product that falls to a position of its year.
        let month_of = move |yearly: Expression, position: Expression, place: usize| {
            let yearly = times(yearly, place);
            match indexed {
                true => cents(yearly / 12),
                false => part_of_year(cents(yearly), &position),
            }
        };
        match &line.form {
            Form::Yearly(yearly) => {
                let paths = [path("yearly"), path("yearly.1")].concat();
                let at = inputs.figure(&paths, "Amount a year", dollars(*yearly), Unit::Money);
                Some(Box::new(move |months, place| {
                    let position = cell(months.position(calendar, place));
                    Some(month_of(cell(at), position, place))
                }))
            }
            Form::YearlyList(amounts) => {
                let mut cells = Vec::new();
                // A list stands in one block of its own: what is looked up by its place has no other row in between.
                let block = inputs.sheet.block(format!("cost.{}.yearly", line.name));
                for (place, amount) in amounts.iter().enumerate() {
                    let label = format!("Amount of year {}", place + 1);
                    let path = path(&format!("yearly.{}", place + 1));
                    cells.push(inputs.figure(&path, &label, dollars(*amount), Unit::Money));
                }
                inputs.sheet.block(block);
                let area = Area::of(*cells.first()?, *cells.last()?);
                let count = cells.len() as i64;
                let begun = self.first_count(inputs, line.from);
                let (horizon, first) = (self.plan.horizon, line.from);
                Some(Box::new(move |months, place| {
                    let since = || cell(months.counted(place)) - begun;
                    let year = || call(Function::Int, vec![since() / 12]);
                    let amount = at_place(area, least(whole(count), year() + 1));
                    let position = since() - whole(12) * year();
                    // Before the line's first month no year of the list holds.
                    (horizon.month(place) >= first).then(|| month_of(amount, position, place))
                }))
            }
            Form::ByFiscalYear(amounts) => {
                let mut cells = Vec::new();
                for (year, amount) in amounts {
                    let name = FiscalCalendar::label(*year);
                    let path = path(&format!("by-year.{name}"));
                    cells.push((*year, inputs.figure(&path, &name, dollars(*amount), Unit::Money)));
                }
                let fiscal = self.plan.fiscal;
                let horizon = self.plan.horizon;
                Some(Box::new(move |months, place| {
                    let year = fiscal.year_of(horizon.month(place));
                    let (_, at) = cells.iter().find(|(stated, _)| *stated == year)?;
                    let position = cell(months.position(fiscal, place));
                    Some(month_of(cell(*at), position, place))
                }))
            }
            Form::Monthly(monthly) => {
                let at = inputs.figure(
                    &path("monthly"),
                    "Amount a month",
                    dollars(*monthly),
                    Unit::Money,
                );
                Some(Box::new(move |_, place| Some(cents(times(cell(at), place)))))
            }
            Form::Once(amount) => {
                let at = inputs.figure(&path("once"), "Amount", dollars(*amount), Unit::Money);
                Some(Box::new(move |months, place| {
                    Some(when(cell(months.month(place)).equals(from), at, 0))
                }))
            }
            Form::Positions { fte, salary, fringe, vacancy } => {
                let path = |key: &str| path(&format!("positions.{key}"));
                let share =
                    |inputs: &mut Inputs, key: &str, label: &str, rate: Rate, unit: Unit| {
                        inputs.figure(&path(key), label, of_rate(rate), unit)
                    };
                let fte = share(inputs, "fte", "Full-time equivalents", *fte, Unit::Number);
                let pay = dollars(*salary);
                let salary = inputs.figure(&path("salary"), "Salary a year", pay, Unit::Money);
                let fringe = share(inputs, "fringe", "Fringe benefits", *fringe, Unit::Share);
                let vacancy = share(inputs, "vacancy", "Vacancy", *vacancy, Unit::Share);
                Some(Box::new(move |months, place| {
                    let filled = whole(1) - vacancy;
                    let yearly = cell(salary) * fte * filled * (whole(1) + fringe);
                    let position = cell(months.position(calendar, place));
                    Some(month_of(yearly, position, place))
                }))
            }
            Form::Unit { driver, cost } => {
                let at =
                    inputs.figure(&path("unit.cost"), "Cost a unit", of_price(*cost), Unit::Price);
                let driver = driver.at();
                Some(Box::new(move |months, place| {
                    Some(cents(times(cell(at) * months.count_of(driver, place), place)))
                }))
            }
            Form::Step { driver, capacity, yearly } => {
                let many = Decimal::from(*capacity);
                let capacity =
                    inputs.figure(&path("step.capacity"), "Served by one step", many, Unit::Whole);
                let at = inputs.figure(
                    &path("step.yearly"),
                    "A step a year",
                    dollars(*yearly),
                    Unit::Money,
                );
                let driver = driver.at();
                Some(Box::new(move |months, place| {
                    let count = || months.count_of(driver, place);
                    let full = || call(Function::Int, vec![count() / capacity]);
                    let begun = when((full() * capacity).below(count()), 1, 0);
                    let steps = full() + begun;
                    let position = cell(months.position(calendar, place));
                    Some(month_of(cell(at), position, place) * steps)
                }))
            }
            Form::Series(amounts) => {
                let mut cells: Vec<(usize, At)> = Vec::new();
                for (month, amount) in amounts {
                    let Some(place) = self.plan.horizon.place(*month) else { continue };
                    let path = format!("cost.{}.series.{month}", line.name);
                    let label = month.words();
                    let again = cells.iter().any(|(other, _)| *other == place);
                    let path = if again { format!("{path}.again") } else { path };
                    let at = inputs.input(&path, &label, dollars(*amount), Unit::Money);
                    cells.push((place, at));
                }
                cells.sort_unstable();
                Some(Box::new(move |_, place| {
                    let first = cells.partition_point(|(other, _)| *other < place);
                    let own = cells[first..].iter().take_while(|(other, _)| *other == place);
                    let own: Vec<At> = own.map(|(_, at)| *at).collect();
                    match own.as_slice() {
                        [] => None,
                        [one] => Some(cell(*one)),
                        many => Some(sum_of(many)),
                    }
                }))
            }
            Form::Fee { share, on } => {
                let at = inputs.figure(
                    &path("fee.share"),
                    "Share of cost",
                    of_rate(*share),
                    Unit::Share,
                );
                let counts = |index: &usize| {
                    let other = &self.plan.lines[*index];
                    !other.carries_no_fee() && selected(on, LineIndex::from(*index), other)
                };
                let charged = (0..self.plan.lines.len()).filter(counts);
                let rows: Vec<u32> = charged.map(|index| self.rows[index]).collect();
                Some(Box::new(move |_, place| {
                    let column = Months::column(place);
                    let of = |row: &u32| At { sheet: Place::Costs, row: *row, column };
                    let cells: Vec<At> = rows.iter().map(of).collect();
                    Some(cents(cell(at) * sum_of(&cells)))
                }))
            }
            Form::FeeOfReceipts { share, .. } => {
                let row = basis_row?;
                let at = inputs.figure(
                    &path("fee.share"),
                    "Share of receipts",
                    of_rate(*share),
                    Unit::Share,
                );
                Some(Box::new(move |_, place| {
                    let basis = At { sheet: Place::Costs, row, column: Months::column(place) };
                    Some(cents(cell(at) * floor_zero(basis)))
                }))
            }
            Form::Due(..) => None,
        }
    }

    /// What the streams of a fee bring in as planned, in the view that is shown.
    fn receipts_of(&self, line: &CostLine) -> Vec<Money> {
        let mut receipts = vec![Money::ZERO; self.months()];
        let Form::FeeOfReceipts { streams, .. } = &line.form else { return receipts };
        for stream in streams {
            let own = brings_as_planned(self.plan, self.plan.stream(*stream), self.view);
            receipts.iter_mut().zip(own).for_each(|(sum, amount)| *sum += amount);
        }
        receipts
    }

    fn first_count(&self, inputs: &mut Inputs, month: Month) -> At {
        let label = format!("Months from year 0 to {}, its first month", month.words());
        let why = "the line's first month";
        inputs.constant(&label, super::months::counted(month), Unit::Whole, why)
    }
}

/// What a stream brings in as planned, in a view.
pub fn brings_as_planned(plan: &Plan, stream: &Stream, view: Status) -> Vec<Money> {
    let mut receipts = vec![Money::ZERO; plan.horizon.months as usize];
    let lowered = stream.lower(&plan.setting()).unwrap_or_default();
    for tranche in lowered.tranches.iter().filter(|tranche| tranche.status <= view) {
        for (month, amount) in planned_receipts(tranche, plan.horizon.end()) {
            if let Some(place) = plan.horizon.place(month) {
                receipts[place] += amount;
            }
        }
    }
    receipts
}

/// A yearly growth from a month.
pub struct Growth {
    /// The month in which the amount is stated.
    pub from: Month,
    /// The cell of the rate, and the rate.
    pub rate: (At, Rate),
    /// The years in whose first month it steps.
    pub calendar: FiscalCalendar,
}

/// Lays the index of a yearly growth as a row; nothing where more steps lie before the plan than a formula holds.
pub fn lay_growth(
    sheet: &mut Sheet,
    plan: &Plan,
    months: &mut Months,
    growth: Growth,
) -> Option<u32> {
    let Growth { from, rate: (rate_at, rate), calendar } = growth;
    let horizon = &plan.horizon;
    let steps = (1..=horizon.start.since(from))
        .filter(|since| from.plus(*since).is_some_and(|month| calendar.position(month) == 0));
    let steps = steps.count();
    if steps > STEPS_MAX {
        return None;
    }
    let indices = yearly_index(from, horizon.end(), rate, calendar)?;
    let figure = |place: usize| {
        let since = usize::try_from(horizon.month(place).since(from)).ok();
        since.and_then(|since| indices.get(since)).copied().unwrap_or(Rate::ONE)
    };
    let row = sheet.next_row();
    sheet.text(row, LABEL, "Index", Role::Note);
    let grown = |index: Expression| round(index * (whole(1) + rate_at), 9);
    let begun = sheet.number(row, FIRST, day_of(from), Role::Grey, Unit::Month);
    for place in 0..horizon.months as usize {
        let column = Months::column(place);
        let index = match place {
            0 => (0..steps).fold(whole(1), |index, _| grown(index)),
            _ => {
                let before = sheet.at(row, column - 1);
                let first = cell(months.position(calendar, place)).equals(0);
                let after = cell(months.month(place)).above(begun);
                when(call(Function::And, vec![first, after]), grown(cell(before)), before)
            }
        };
        let figure = (of_rate(figure(place)), Unit::Number);
        sheet.formula(row, column, index, figure, Role::Formula);
    }
    Some(row)
}

/// Sums a row over its months.
pub fn sum_row(sheet: &mut Sheet, row: u32, plan: &Plan) -> At {
    let last = Months::column(plan.horizon.months as usize - 1);
    let area = Area::of(sheet.at(row, MONTHS_FROM), sheet.at(row, last));
    let figure = cached_sum(sheet, area);
    sheet.formula(row, SUM, sum(area), (figure, Unit::Money), Role::Sum)
}

/// What the figures of an area come to.
pub fn cached_sum(sheet: &Sheet, area: Area) -> Decimal {
    let mut total = Decimal::ZERO;
    for row in area.first.row..=area.last.row {
        for column in area.first.column..=area.last.column {
            total += figure_of(sheet, row, column);
        }
    }
    total
}

/// The number that a cell shows; nothing is zero.
pub fn figure_of(sheet: &Sheet, row: u32, column: u16) -> Decimal {
    use super::sheet::{Content, Value};
    match sheet.cell(row, column).map(|cell| &cell.content) {
        Some(Content::Number(number) | Content::Formula(_, Value::Number(number))) => *number,
        _ => Decimal::ZERO,
    }
}

//! What sources bring as planned, before any draw: what a fee of receipts is a share of (`plan::cost::planned_receipts`).

use super::collected::Step;
use super::planned::comes_in_time;
use super::{Awards, Part};
use crate::funding::Status;
use crate::money::Money;
use crate::month::Month;
use crate::plan::cost::Form;
use crate::report::workbook::costs::{figure_of, planned};
use crate::report::workbook::earned::Row;
use crate::report::workbook::formula::{Expression, cell, cents, sum_of};
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{At, FIRST, LABEL, Role, Sheet, dollars};
use rust_decimal::Decimal;

/// Money that is reimbursed, and the months over which it is planned to be spent evenly.
pub struct Evenly {
    /// What is stated of it.
    pub formula: Expression,
    /// What that comes to.
    pub amount: Money,
    /// The first month.
    pub first: Month,
    /// The last month.
    pub last: Month,
}

/// The cells of cash as it is planned, by month: what comes, and what goes out.
#[derive(Default)]
pub struct Cells {
    come: Vec<Vec<At>>,
    out: Vec<Row>,
}

impl<'a> Awards<'a> {
    /// Whether a fee is a share of what a source brings.
    pub(super) fn is_charged(&self, source: usize) -> bool {
        self.books.plan.lines.iter().any(|line| match &line.form {
            Form::FeeOfReceipts { streams, .. } => {
                streams.iter().any(|stream| stream.at() == source)
            }
            _ => false,
        })
    }

    /// Lays the cash of steps as they are before pools take their parts.
    pub(super) fn lay_unpooled(&mut self, steps: &[Step], cells: &mut Cells, months: &Months) {
        let mut part = Part::default();
        for step in steps {
            self.lay_come(step, &mut part, &mut cells.out, months);
        }
        cells.come.resize_with(self.count(), Vec::new);
        part.coming.resize_with(self.count(), Vec::new);
        for (all, own) in cells.come.iter_mut().zip(part.coming) {
            all.extend(own);
        }
    }

    /// Lays what a source brings as planned, where a fee is a share of it and formulas say all of it.
    pub(super) fn lay_charged(
        &mut self,
        source: usize,
        part: &Part,
        (evenly, view): (Vec<Evenly>, Status),
        months: &Months,
    ) {
        let plan = self.books.plan;
        if !self.is_charged(source) || self.bound.contains(&source) {
            return;
        }
        let Some(stream) = plan.streams.get(source) else { return };
        // What comes after an award's end goes by what is drawn of it, and a fee does not.
        if !self.held(source).into_iter().all(comes_in_time) {
            return;
        }
        let figures = planned(plan, stream, view);
        let (mut come, out) = match &part.unpooled {
            Some(cells) => (cells.come.clone(), cells.out.iter().map(|row| row.row).collect()),
            None => (part.coming.clone(), part.back.iter().map(|(row, _)| *row).collect()),
        };
        let out: Vec<u32> = out;
        come.resize_with(self.count(), Vec::new);
        for even in evenly {
            let row = self.lay_evenly(&even, months);
            for (place, cells) in come.iter_mut().enumerate() {
                if self.sheet.cell(row, Months::column(place)).is_some() {
                    cells.push(self.at(row, place));
                }
            }
        }
        let shown = |at: At| figure_of(&self.sheet, at.row, at.column);
        let same = figures.iter().enumerate().all(|(place, figure)| {
            let come: Decimal = come[place].iter().map(|at| shown(*at)).sum();
            let out: Decimal = out.iter().map(|row| shown(self.at(*row, place))).sum();
            come - out == dollars(*figure)
        });
        if !same {
            return;
        }
        let formula = |sheet: &Sheet, _: u32, place: usize| {
            let own = &come[place];
            let back = out.iter().map(|row| sheet.at(*row, Months::column(place)));
            let any = !own.is_empty() || !out.is_empty();
            any.then(|| back.fold(sum_of(own), |sum, at| sum - at))
        };
        let row = self.row("   comes as planned, before any draw", formula, &figures);
        self.as_planned.insert(source, row);
    }

    /// Lays money that is planned to be spent evenly over its months.
    fn lay_evenly(&mut self, even: &Evenly, months: &Months) -> u32 {
        let horizon = self.books.plan.horizon;
        let span = i64::from(even.last.since(even.first)) + 1;
        let before = i64::from(even.first.since(horizon.start)) + 1;
        let row = self.sheet.next_row();
        let label = format!("   as planned, evenly over {span} months");
        self.sheet.text(row, LABEL, label, Role::Note);
        let formula = even.formula.clone();
        let all = self.sheet.money(row, FIRST, formula, even.amount, Role::Formula);
        for place in 0..self.count() {
            let month = horizon.month(place);
            if month < even.first || month > even.last {
                continue;
            }
            let passed = month.since(even.first) as u32;
            let to = |months: u32| even.amount.share(months, span as u32);
            let number = cell(months.number(place));
            let since = match before < 0 {
                true => number + (-before),
                false => number - before,
            };
            let formula =
                cents(cell(all) * (since.clone() + 1) / span) - cents(cell(all) * since / span);
            let figure = to(passed + 1) - to(passed);
            self.sheet.money(row, Months::column(place), formula, figure, Role::Formula);
        }
        row
    }
}

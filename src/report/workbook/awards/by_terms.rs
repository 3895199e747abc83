//! What sources bring by their terms, before any draw: what a fee of receipts is a share of
//! (`plan::cost::planned_receipts`), and what a recoverable grant is repaid out of (`plan::dues::scheduled`).

use super::apart::total;
use super::figure::{Figure, sum_figures};
use super::{Awards, Books, Part, as_spent};
use crate::funding::loan::Repayment;
use crate::funding::{Terms, reimbursed_in};
use crate::money::Money;
use crate::month::Month;
use crate::name::{LineIndex, StreamIndex};
use crate::plan::cost::Form;
use crate::plan::dues;
use crate::plan::restriction::selected;
use crate::report::workbook::costs::{brings_as_planned, sum_row};
use crate::report::workbook::earned::Row;
use crate::report::workbook::formula::{cell, cents, least, sum, sum_of, sum_where, whole};
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{At, FIRST, LABEL, Place, Role, Sheet};

/// Cash by month: the cells of what comes, and the rows of what goes out.
#[derive(Clone, Default)]
pub(super) struct Cells {
    pub(super) come: Vec<Vec<At>>,
    pub(super) out: Vec<Row>,
}

impl Cells {
    /// Adds other cash.
    pub(super) fn add(&mut self, other: Cells) {
        self.come.resize_with(other.come.len().max(self.come.len()), Vec::new);
        for (all, own) in self.come.iter_mut().zip(other.come) {
            all.extend(own);
        }
        self.out.extend(other.out);
    }

    /// Adds cash that comes.
    pub(super) fn add_rows(&mut self, rows: &[(usize, At, Money)], months: usize) {
        self.come.resize_with(months, Vec::new);
        rows.iter().for_each(|(place, at, _)| self.come[*place].push(*at));
    }
}

/// What a source brings by its terms.
#[derive(Default)]
pub(super) struct ByTerms {
    /// Its cash in advance or as it is earned, before pools take their parts.
    pub(super) all: Cells,
    /// The same without income that is deducted.
    pub(super) lowered: Cells,
    /// What is reimbursed of it, each amount as it is stated.
    pub(super) evenly: Vec<Evenly>,
    /// What is left of that at the plan's start.
    pub(super) left: Vec<Evenly>,
    /// Instalments of terminated awards of which some come after the award's end, without income that is deducted.
    pub(super) late: Vec<Late>,
    /// What came before the plan and repays a recoverable grant, by the grant's place.
    pub(super) before: Vec<(usize, Figure)>,
}

impl ByTerms {
    /// Cash of which nothing is deducted.
    pub(super) fn of(all: Cells) -> ByTerms {
        ByTerms { lowered: all.clone(), all, ..ByTerms::default() }
    }
}

/// Money that is reimbursed, and the months over which it is planned to be spent evenly.
pub(super) struct Evenly {
    pub(super) all: Figure,
    /// The first month.
    pub(super) first: Month,
    /// The last month.
    pub(super) last: Month,
    /// Its termination.
    pub(super) ended: Option<Ended>,
}

/// Instalments of a terminated award: those after its end come as far as what was spent, as if evenly, has not come.
pub(super) struct Late {
    /// The instalments, by place.
    pub(super) rows: Vec<(usize, At, Money)>,
    /// The last place in which the award may be spent.
    pub(super) last: usize,
    /// What came before the plan.
    pub(super) came: Figure,
    /// What was spent before the plan, if anything.
    pub(super) spent: Option<Figure>,
    /// What is left of it, as it is planned to be spent.
    pub(super) left: Evenly,
}

/// The end of an award before its term.
pub(super) struct Ended {
    /// The last month in which it stands.
    pub(super) month: Month,
    /// The rows of what survives it, where anything does.
    pub(super) survivors: Option<Vec<usize>>,
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

    /// Whether a fee or a repayment asks what a source brings by its terms.
    pub(super) fn is_asked(&self, source: usize) -> bool {
        self.is_charged(source) || !self.loans_of(source).is_empty()
    }

    /// The recoverable grants that are repaid out of what a source brings, and their months.
    pub(super) fn loans_of(&self, source: usize) -> Vec<(usize, Month)> {
        let streams = self.books.plan.streams.iter().enumerate();
        let own = streams.filter_map(|(place, stream)| match &stream.terms {
            Terms::Loan(loan) => match loan.repayment {
                Repayment::Share { stream, .. } if stream.at() == source => {
                    Some((place, loan.from))
                }
                _ => None,
            },
            _ => None,
        });
        own.collect()
    }

    /// The lines that survive a source's termination, by place.
    pub(super) fn survivors(&self, source: usize) -> Vec<usize> {
        let plan = self.books.plan;
        let on = &plan.restrictions[source].award.survives;
        let counts = |(place, line): (usize, &crate::plan::cost::CostLine)| {
            // What follows from other lines or from money counts for nothing there.
            let own =
                !matches!(line.form, Form::Fee { .. } | Form::FeeOfReceipts { .. } | Form::Due(..));
            (own && selected(on, LineIndex::from(place), line)).then_some(place)
        };
        plan.lines.iter().enumerate().filter_map(counts).collect()
    }

    /// Lays what a source brings as planned, where a fee is a share of it or a recoverable grant is repaid out of it, and
    /// formulas say all of it.
    pub(super) fn lay_by_terms(&mut self, source: usize, part: &Part, months: &Months) {
        let Some(stream) = self.books.plan.streams.get(source) else { return };
        if self.bound.contains(&source) {
            return;
        }
        let back = |(row, figures): &(u32, Vec<Money>)| Row { row: *row, figures: figures.clone() };
        let own = || Cells { come: part.coming.clone(), out: part.back.iter().map(back).collect() };
        if self.is_charged(source) {
            let mut cells = part.by_terms.as_ref().map_or_else(own, |terms| terms.all.clone());
            cells.come.resize_with(self.count(), Vec::new);
            for even in part.by_terms.iter().flat_map(|terms| &terms.evenly) {
                let row = self.lay_evenly(even, months);
                for (place, cells) in cells.come.iter_mut().enumerate() {
                    if self.sheet.cell(row.row, Months::column(place)).is_some() {
                        cells.push(self.at(row.row, place));
                    }
                }
            }
            let figures = brings_as_planned(self.books.plan, stream, self.view);
            let label = "   comes as planned, before any draw";
            if let Some(row) = self.lay_planned(label, &cells, &figures) {
                self.as_planned.insert(source, row);
            }
        }
        let loans = self.loans_of(source);
        if !loans.is_empty() {
            let cells = part.by_terms.as_ref().map_or_else(own, |terms| terms.lowered.clone());
            self.lay_repaying(source, (part.by_terms.as_deref(), cells), &loans, months);
        }
    }

    /// Lays what a source brings that recoverable grants are repaid out of.
    fn lay_repaying(
        &mut self,
        source: usize,
        (terms, mut cells): (Option<&ByTerms>, Cells),
        loans: &[(usize, Month)],
        months: &Months,
    ) -> Option<()> {
        let Books { plan, .. } = self.books;
        let start = plan.horizon.start;
        cells.come.resize_with(self.count(), Vec::new);
        for even in terms.iter().flat_map(|terms| &terms.left) {
            let row = self.lay_evenly(even, months);
            let (begun, cycle, lag) = as_spent(plan, &self.held(source))?;
            let marks = months.row(self.at(self.reimbursed[source]?.paid_in, 0));
            let area = months.row(self.at(row.row, 0));
            let mut figures = vec![Money::ZERO; self.count()];
            for (place, amount) in row.figures.iter().enumerate() {
                let paid = reimbursed_in(place as i32, begun, cycle, lag);
                let paid = usize::try_from(paid).ok().filter(|paid| *paid < figures.len());
                if let Some(paid) = paid {
                    figures[paid] += *amount;
                }
            }
            let formula = |_: &Sheet, _: u32, place: usize| {
                Some(sum_where(area, vec![(marks, cell(months.number(place)))]))
            };
            let row = self.row("   of it reimbursed", formula, &figures);
            for (place, cells) in cells.come.iter_mut().enumerate() {
                cells.push(self.at(row, place));
            }
        }
        for late in terms.iter().flat_map(|terms| &terms.late) {
            let rows = self.lay_late(late, months);
            cells.add_rows(&rows, self.count());
        }
        let opening = plan.opening_of(StreamIndex::from(source));
        let owed = opening.iter().flat_map(|opening| &opening.receivables);
        let owed = owed.zip(&self.owed[source]).filter_map(|((month, amount), at)| {
            Some((plan.horizon.place(*month)?, Figure::of(*at, *amount)))
        });
        for (place, figure) in owed.collect::<Vec<_>>() {
            let label = "   owed at the plan's start, to repay with";
            let row = self.lay_instalments(label, vec![(place, figure)]);
            cells.add_rows(&row, self.count());
        }
        let view = self.view;
        let scheduled = dues::scheduled(plan, StreamIndex::from(source), |status| status <= view)?;
        let mut figures = vec![Money::ZERO; self.count()];
        for (month, amount) in &scheduled {
            if let Some(place) = plan.horizon.place(*month) {
                figures[place] += *amount;
            }
        }
        let label = "   comes as planned, to repay with";
        let row = self.lay_planned(label, &cells, &figures)?;
        for (loan, from) in loans {
            let own = terms.iter().flat_map(|terms| &terms.before);
            let own = own.filter(|(of, _)| of == loan).map(|(_, figure)| figure.clone());
            let before = sum_figures(&own.collect::<Vec<_>>());
            let earlier = scheduled.iter().filter(|(month, _)| month >= from && *month < start);
            if before.amount == earlier.map(|(_, amount)| *amount).sum() {
                self.repaying.insert(*loan, (row, before));
            }
        }
        Some(())
    }

    /// Lays the instalments of a terminated award of which some are late.
    fn lay_late(&mut self, late: &Late, months: &Months) -> Vec<(usize, At, Money)> {
        let even = self.lay_evenly(&late.left, months);
        let planned =
            Figure::new(sum(months.row(self.at(even.row, 0))), even.figures.iter().copied().sum());
        let spent = late.spent.iter().fold(planned, |sum, before| before.plus(&sum));
        let (at, amount) = self.figure_row("   spent of it as planned", &spent);
        let spent = Figure::of(at, amount);
        let label = "   comes, after its end as far as it is planned to be spent";
        let row = self.sheet.next_row();
        let mut come: Vec<(usize, At, Money)> = Vec::new();
        for (place, at, amount) in &late.rows {
            let stated = Figure::of(*at, *amount);
            let figure = match *place <= late.last {
                true => stated,
                false => {
                    let came = late.came.plus(&total(&come));
                    stated.at_most(&spent.less(&came).floor_zero())
                }
            };
            let Figure { formula, amount } = figure;
            let column = Months::column(*place);
            let at = self.sheet.money(row, column, formula, amount, Role::Formula);
            come.push((*place, at, amount));
        }
        self.sheet.text(row, LABEL, label, Role::Label);
        sum_row(&mut self.sheet, row, self.books.plan);
        come
    }

    /// Lays cash as planned; nothing where it is not what the engine plans.
    fn lay_planned(&mut self, label: &str, cells: &Cells, figures: &[Money]) -> Option<u32> {
        let Cells { come, out } = cells;
        let same = figures.iter().enumerate().all(|(place, figure)| {
            let come: Money = come[place].iter().map(|at| self.shown(*at)).sum();
            let out: Money = out.iter().map(|row| row.figures[place]).sum();
            come - out == *figure
        });
        if !same {
            return None;
        }
        let formula = |sheet: &Sheet, _: u32, place: usize| {
            let back = out.iter().map(|row| sheet.at(row.row, Months::column(place)));
            let any = !come[place].is_empty() || !out.is_empty();
            any.then(|| back.fold(sum_of(&come[place]), |sum, at| sum - at))
        };
        Some(self.row(label, formula, figures))
    }

    /// Lays money that is planned to be spent evenly over its months; after a termination, as far as what survives it
    /// needs that.
    fn lay_evenly(&mut self, even: &Evenly, months: &Months) -> Row {
        let Books { plan, ledger, .. } = self.books;
        let Evenly { all, first, last, ended } = even;
        let span = i64::from(last.since(*first)) + 1;
        let before = i64::from(first.since(plan.horizon.start)) + 1;
        let row = self.sheet.next_row();
        let label = format!("   as planned, evenly over {span} months");
        self.sheet.text(row, LABEL, label, Role::Note);
        let whole_at = self.sheet.money(row, FIRST, all.formula.clone(), all.amount, Role::Formula);
        let mut figures = vec![Money::ZERO; self.count()];
        for (place, figure) in figures.iter_mut().enumerate() {
            let month = plan.horizon.month(place);
            if month < *first || month > *last {
                continue;
            }
            let passed = month.since(*first) as u32;
            let to = |months: u32| all.amount.share(months, span as u32);
            let number = cell(months.number(place));
            let since = match before < 0 {
                true => number + (-before),
                false => number - before,
            };
            let to_date = cents(cell(whole_at) * (since.clone() + 1) / span);
            let part = to_date - cents(cell(whole_at) * since / span);
            let part = Figure::new(part, to(passed + 1) - to(passed));
            let part = match ended {
                Some(Ended { month: end, survivors }) if month > *end => {
                    let lines = survivors.as_deref().unwrap_or_default();
                    let column = Months::column(place);
                    let need = |line: &usize| At {
                        sheet: Place::Costs,
                        row: self.need_rows[*line],
                        column,
                    };
                    let needs: Vec<At> = lines.iter().map(need).collect();
                    let amount =
                        lines.iter().map(|line| ledger.lines[*line].need[place]).sum::<Money>();
                    match needs.is_empty() {
                        true => Figure::new(whole(0), Money::ZERO),
                        false => Figure::new(
                            least(part.formula, sum_of(&needs)),
                            part.amount.at_most(amount),
                        ),
                    }
                }
                _ => part,
            };
            *figure = part.amount;
            let column = Months::column(place);
            self.sheet.money(row, column, part.formula, part.amount, Role::Formula);
        }
        Row { row, figures }
    }
}

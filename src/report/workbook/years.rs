//! The sheet of fiscal years: what each source pays and brings, and of each line what it needs, who pays and what stays
//! unpaid.

use rust_decimal::Decimal;

use super::Laid;
use super::awards::drawn_for_lines;
use super::braid::Listed;
use super::costs::figure_of;
use super::formula::{cell, sum, sum_where, whole};
use super::months::Months;
use super::sheet::{Area, At, Content, MONTHS_FROM, Place, Role, Sheet, Unit};
use crate::diagnostic::visible;
use crate::measures::Measures;
use crate::money::Money;
use crate::month::FiscalCalendar;

/// The row of the years' numbers, which sums go by.
const NUMBER_ROW: u32 = 1;
/// The row of headings.
const HEAD_ROW: u32 = 2;
/// The columns of a row's label, id and mark, and the first year's.
const LABEL: u16 = 0;
const ID: u16 = 1;
const MARK: u16 = 2;
const FIRST: u16 = 3;

/// What a row tells, as the mark by which rows are summed.
#[derive(Clone, Copy)]
enum Tells {
    Pays = 1,
    Brings = 2,
    Needs = 3,
    Draws = 4,
    Gap = 5,
}

/// The sheet, and the cells of what its rows come to in all.
pub struct YearsSheet {
    /// The sheet.
    pub sheet: Sheet,
    /// What sources pay.
    pub pays: At,
    /// What lines need.
    pub needs: At,
    /// What of that is drawn.
    pub draws: At,
    /// What stays unpaid.
    pub gap: At,
}

struct Years<'a, 'b> {
    laid: &'a Laid<'b>,
    sheet: Sheet,
    numbers: Vec<At>,
    /// The year's place of each month.
    place_of: Vec<usize>,
}

/// Lays the years.
pub fn lay(laid: &Laid, measures: &Measures) -> YearsSheet {
    let years = &measures.years;
    let mut widths = vec![58, 26, 4];
    widths.extend(std::iter::repeat_n(14, years.len() + 1));
    let mut sheet = Sheet::new(Place::Years, &widths);
    (sheet.frozen_rows, sheet.frozen_columns) = (HEAD_ROW + 1, 1);
    sheet.text(0, LABEL, "By fiscal year: who pays what", Role::Title);
    sheet.text(HEAD_ROW, LABEL, "Dollars", Role::Heading);
    sheet.text(HEAD_ROW, ID, "Id", Role::Heading);
    let mut numbers = Vec::new();
    for (place, year) in years.iter().enumerate() {
        let column = FIRST + place as u16;
        let head = Content::Text(FiscalCalendar::label(year.year));
        sheet.put(HEAD_ROW, column, head, Role::Heading, Unit::Money);
        let number = Decimal::from(year.year);
        numbers.push(sheet.number(NUMBER_ROW, column, number, Role::Grey, Unit::Whole));
    }
    let all = FIRST + years.len() as u16;
    sheet.put(HEAD_ROW, all, Content::Text("In all".to_string()), Role::Heading, Unit::Money);
    let place_of = years
        .iter()
        .enumerate()
        .flat_map(|(place, year)| std::iter::repeat_n(place, year.months as usize))
        .collect();
    let mut laid = Years { laid, sheet, numbers, place_of };
    laid.lay_sources();
    laid.lay_lines();
    laid.lay_totals()
}

impl Years<'_, '_> {
    fn heading(&mut self, words: &str) {
        self.sheet.block(words);
        let row = self.sheet.next_row() + 1;
        self.sheet.text(row, LABEL, words, Role::Heading);
    }

    /// Lays a row of months by year.
    fn row(&mut self, (label, id): (String, &str), from: At, figures: &[Money], tells: Tells) {
        let role = if matches!(tells, Tells::Needs) { Role::Total } else { Role::Formula };
        let laid = self.laid;
        let months = laid.books.plan.horizon.months as usize;
        let area = |row: At| {
            Area::of(row.in_column(MONTHS_FROM), row.in_column(Months::column(months - 1)))
        };
        let year_row = Area::of(
            laid.months.sheet.at(laid.months.year_row(), MONTHS_FROM),
            laid.months.sheet.at(laid.months.year_row(), Months::column(months - 1)),
        );
        let mut by_year = vec![Money::ZERO; self.numbers.len()];
        for (place, figure) in self.place_of.iter().zip(figures) {
            by_year[*place] += *figure;
        }
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, label, Role::Label);
        self.sheet.text(row, ID, id, Role::Grey);
        let mark = Decimal::from(tells as u8);
        self.sheet.number(row, MARK, mark, Role::Grey, Unit::Whole);
        for (place, figure) in by_year.iter().enumerate() {
            let of = sum_where(area(from), vec![(year_row, cell(self.numbers[place]))]);
            self.sheet.money(row, FIRST + place as u16, of, *figure, role);
        }
        let all = FIRST + by_year.len() as u16;
        let own = Area::of(self.sheet.at(row, FIRST), self.sheet.at(row, all - 1));
        let role = if role == Role::Total { role } else { Role::Sum };
        self.sheet.money(row, all, sum(own), by_year.iter().sum(), role);
    }

    fn lay_sources(&mut self) {
        let Laid { books, awards, .. } = self.laid;
        let sources = &books.ledger.streams;
        self.heading("What sources pay for lines");
        let drawn = drawn_for_lines(books.ledger);
        for ((rows, source), drawn) in awards.rows.iter().zip(sources).zip(&drawn) {
            let at = awards.sheet.at(rows.for_lines, 0);
            self.row((visible(&source.title), &source.name), at, drawn, Tells::Pays);
        }
        self.heading("What sources bring in cash");
        for (place, (rows, source)) in awards.rows.iter().zip(sources).enumerate() {
            let at = awards.sheet.at(rows.receipts, 0);
            let receipts = &books.cash.receipts_by_stream[place];
            self.row((visible(&source.title), &source.name), at, receipts, Tells::Brings);
        }
    }

    fn lay_lines(&mut self) {
        let draws = &self.laid.draws;
        self.heading("What lines need, who pays, what stays unpaid");
        for paid in &draws.listed {
            self.sheet.block(paid.block.as_str());
            let at = draws.sheet.at(paid.row, 0);
            let tells = match paid.tells {
                Listed::Need => Tells::Needs,
                Listed::Draw => Tells::Draws,
                Listed::Gap => Tells::Gap,
            };
            self.row((paid.label.clone(), &paid.id), at, &paid.figures, tells);
        }
    }

    /// Lays what rows of one mark come to.
    fn lay_totals(mut self) -> YearsSheet {
        self.heading("In all");
        let last = self.sheet.next_row() - 2;
        let count = self.numbers.len() as u16 + 1;
        let mut total = |label: &str, tells: Tells| {
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, label, Role::Label);
            let marks = Area::of(self.sheet.at(HEAD_ROW, MARK), self.sheet.at(last, MARK));
            let mut at = self.sheet.at(row, FIRST);
            for column in FIRST..FIRST + count {
                let area = Area::of(self.sheet.at(HEAD_ROW, column), self.sheet.at(last, column));
                let of = |row: &u32| {
                    let mark = self.sheet.cell(*row, MARK).map(|cell| &cell.content);
                    *mark.unwrap_or(&Content::Link(Place::Years))
                        == Content::Number(Decimal::from(tells as u8))
                };
                let rows = (HEAD_ROW..=last).filter(of);
                let figure: Decimal = rows.map(|row| figure_of(&self.sheet, row, column)).sum();
                let sum = sum_where(area, vec![(marks, whole(tells as i64))]);
                let figure = (figure, Unit::Money);
                at = self.sheet.formula(row, column, sum, figure, Role::Total);
            }
            at
        };
        let pays = total("What sources pay for lines", Tells::Pays);
        total("What sources bring in cash", Tells::Brings);
        let needs = total("What lines need", Tells::Needs);
        let draws = total("Who pays them", Tells::Draws);
        let gap = total("What stays unpaid", Tells::Gap);
        YearsSheet { pays, needs, draws, gap, sheet: self.sheet }
    }
}

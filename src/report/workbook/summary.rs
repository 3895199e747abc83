//! The sheet of sums: by fiscal year, and the figures that one reads first.

use rust_decimal::Decimal;

use super::Laid;
use super::formula::{
    Expression, Function, at_place, call, cell, floor_zero, sum, sum_where, when, whole,
};
use super::months::Months;
use super::sheet::{
    Area, At, Chart, Content, MONTHS_FROM, Place, Role, Sheet, Unit, Value, day_of,
};
use crate::measures::{Measures, YearMeasure};
use crate::money::Money;
use crate::month::{FiscalCalendar, Month};

/// The row of headings.
const HEAD_ROW: u32 = 2;

/// The cells that other sheets refer to.
pub struct Summary {
    /// The sheet.
    pub sheet: Sheet,
    /// A figure of each year and of all: what it is, its cells, and the engine's figures.
    pub by_year: Vec<(String, Vec<(At, Money)>)>,
    /// Single figures.
    pub single: Vec<(String, At, Money)>,
    /// The lowest unrestricted cash, paying every cost.
    pub lowest: At,
    /// The first month without cash.
    pub runs_out: At,
    /// The first month with a core gap.
    pub first_core_gap: At,
}

/// A row by year: its label, the row of months that it sums, and the figure of a year.
type Row<'a> = (&'a str, Area, fn(&YearMeasure) -> Money, Role);

/// Lays the sums.
pub fn lay(laid: &Laid, measures: &Measures) -> Summary {
    let Laid { books, months, costs, draws, awards, cash, .. } = laid;
    let plan = books.plan;
    let years = &measures.years;
    let mut widths = vec![70];
    widths.extend(std::iter::repeat_n(14, years.len() + 1));
    let mut sheet = Sheet::new(Place::Summary, &widths);
    (sheet.frozen_rows, sheet.frozen_columns) = (HEAD_ROW + 1, 1);
    sheet.text(0, 0, "Summary by fiscal year", Role::Title);
    sheet.text(HEAD_ROW, 0, "Dollars", Role::Heading);
    let count = plan.horizon.months as usize;
    let area = |sheet: &Sheet, row: u32| {
        Area::of(sheet.at(row, MONTHS_FROM), sheet.at(row, Months::column(count - 1)))
    };
    // Years are marked by number, so that sums can go by them.
    let year_row = area(&months.sheet, months.year_row());
    let mut column_of = Vec::new();
    for (place, year) in years.iter().enumerate() {
        let column = place as u16 + 1;
        let head = Content::Text(FiscalCalendar::label(year.year));
        sheet.put(HEAD_ROW, column, head, Role::Heading, Unit::Money);
        let number = Decimal::from(year.year);
        column_of.push(sheet.number(HEAD_ROW - 1, column, number, Role::Grey, Unit::Whole));
    }
    let all = years.len() as u16 + 1;
    sheet.put(HEAD_ROW, all, Content::Text("In all".to_string()), Role::Heading, Unit::Money);
    let rows: [Row; 11] = [
        ("Cost", area(&costs.sheet, costs.total_row), |year| year.cost, Role::Total),
        (
            "   core",
            area(&costs.sheet, costs.priority_rows[0]),
            |year| year.cost_by_priority[0],
            Role::Formula,
        ),
        (
            "   essential",
            area(&costs.sheet, costs.priority_rows[1]),
            |year| year.cost_by_priority[1],
            Role::Formula,
        ),
        (
            "   stretch",
            area(&costs.sheet, costs.priority_rows[2]),
            |year| year.cost_by_priority[2],
            Role::Formula,
        ),
        (
            "Paid by sources",
            area(&draws.sheet, draws.covered_row),
            |year| year.covered,
            Role::Total,
        ),
        ("Gap", area(&draws.sheet, draws.gap_row), YearMeasure::gap_total, Role::Total),
        (
            "   core gap",
            area(&draws.sheet, draws.priority_rows[0]),
            |year| year.gap[0],
            Role::Formula,
        ),
        (
            "   essential gap",
            area(&draws.sheet, draws.priority_rows[1]),
            |year| year.gap[1],
            Role::Formula,
        ),
        (
            "   stretch gap",
            area(&draws.sheet, draws.priority_rows[2]),
            |year| year.gap[2],
            Role::Formula,
        ),
        (
            "Money that lapses",
            area(&awards.sheet, awards.lapsed_row),
            |year| year.lapsed,
            Role::Formula,
        ),
        (
            "Cash that has to go back",
            area(&awards.sheet, awards.refund_row),
            |year| year.refund_due,
            Role::Formula,
        ),
    ];
    let mut by_year = Vec::new();
    let mut row_of = Vec::new();
    for (label, amounts, figure, role) in rows {
        let row = sheet.next_row();
        row_of.push(row);
        sheet.text(row, 0, label, Role::Label);
        let mut cells = Vec::new();
        for (place, year) in years.iter().enumerate() {
            let of = sum_where(amounts, vec![(year_row, cell(column_of[place]))]);
            let amount = figure(year);
            cells.push((sheet.money(row, place as u16 + 1, of, amount, role), amount));
        }
        let whole_row = Area::of(sheet.at(row, 1), sheet.at(row, all - 1));
        let amount = figure(&measures.total);
        let role = if role == Role::Total { role } else { Role::Sum };
        cells.push((sheet.money(row, all, sum(whole_row), amount, role), amount));
        by_year.push((label.trim().to_string(), cells));
    }
    let mut cash_names = Vec::new();
    for (label, row, figures) in [
        ("Cash at the year's end", cash.rows.closing, &books.cash.closing),
        (
            "   unrestricted, paying what is funded",
            cash.rows.unrestricted,
            &books.cash.unrestricted,
        ),
        (
            "   unrestricted, paying every cost",
            cash.rows.unrestricted_all,
            &books.cash.unrestricted_all_costs,
        ),
    ] {
        let at = sheet.next_row();
        cash_names.push(sheet.text(at, 0, label, Role::Label));
        let mut last = 0;
        let mut cells = Vec::new();
        for (place, year) in years.iter().enumerate() {
            last += year.months as usize;
            let from = cash.sheet.at(row, Months::column(last - 1));
            let amount = figures[last - 1];
            let role = Role::Formula;
            cells.push((sheet.money(at, place as u16 + 1, cell(from), amount, role), amount));
        }
        by_year.push((label.trim().to_string(), cells));
    }
    let first = sheet.next_row() + 1;
    let figures = singles(laid, &mut sheet, measures, first);
    let chart_row = sheet.next_row() + 1;
    let names = |row: u32| sheet.at(row, 0);
    let values = |row: u32| Area::of(sheet.at(row, 1), sheet.at(row, all - 1));
    let categories = values(HEAD_ROW);
    let stacked = [4_usize, 6, 7, 8].map(|place| row_of[place]);
    let chart = Chart {
        title: "What sources pay and what stays unpaid, by fiscal year",
        columns: stacked.iter().map(|row| (names(*row), values(*row))).collect(),
        lines: vec![(names(row_of[0]), values(row_of[0]))],
        categories,
        months: false,
        at: sheet.at(chart_row, 0),
    };
    let cash_rows = [cash.rows.unrestricted, cash.rows.unrestricted_all];
    let line = |place: usize| {
        let row = cash_rows[place];
        (cash_names[1 + place], area(&cash.sheet, row))
    };
    let cash_chart = Chart {
        title: "Unrestricted cash at each month's end",
        columns: Vec::new(),
        lines: vec![line(0), line(1)],
        categories: area(&months.sheet, super::months::MONTH_ROW),
        months: true,
        at: sheet.at(chart_row + 22, 0),
    };
    sheet.charts = vec![chart, cash_chart];
    sheet.breaks = vec![chart_row];
    Summary {
        by_year,
        single: figures.amounts,
        lowest: figures.lowest,
        runs_out: figures.runs_out,
        first_core_gap: figures.first_core_gap,
        sheet,
    }
}

struct Singles {
    amounts: Vec<(String, At, Money)>,
    lowest: At,
    runs_out: At,
    first_core_gap: At,
}

/// The figures that one reads first.
fn singles(laid: &Laid, sheet: &mut Sheet, measures: &Measures, first: u32) -> Singles {
    let Laid { books, months, cash, .. } = laid;
    let plan = books.plan;
    let count = plan.horizon.months as usize;
    let as_of = books.cash.as_of;
    let ahead = |row: u32| {
        let at = |place: usize| cash.sheet.at(row, Months::column(place));
        Area::of(at(as_of), at(count - 1))
    };
    let month_row = super::months::MONTH_ROW;
    let dates = |from: usize| {
        let at = |place: usize| months.sheet.at(month_row, Months::column(place));
        Area::of(at(from), at(count - 1))
    };
    sheet.text(first, 0, "What one reads first", Role::Heading);
    let mut amounts = Vec::new();
    let mut row = first;
    if !plan.opening.cash_stated {
        let words = "The plan does not state its cash at the start: balances are counted from $0.";
        row += 1;
        sheet.text(row, 0, words, Role::Note);
    }
    let mut amount = |sheet: &mut Sheet, label: &str, formula: Expression, figure: Money| {
        row += 1;
        sheet.text(row, 0, label, Role::Label);
        let at = sheet.money(row, 1, formula, figure, Role::Sum);
        amounts.push((label.to_string(), at, figure));
        at
    };
    let lowest_of = |row: u32| call(Function::Min, vec![ahead(row).into()]);
    let lowest = amount(
        sheet,
        "Lowest unrestricted cash, paying every cost",
        lowest_of(cash.rows.unrestricted_all),
        measures.cash.lowest.1,
    );
    let funded = amount(
        sheet,
        "Lowest unrestricted cash, paying what is funded, without a line of credit",
        lowest_of(cash.rows.own),
        measures.cash.lowest_funded.1,
    );
    amount(
        sheet,
        "Working capital that late payment takes",
        floor_zero(whole(0) - funded),
        measures.cash.working_capital,
    );
    let found = |value: Expression, row: u32| {
        call(Function::Match, vec![value, ahead(row).into(), whole(0)])
    };
    let month =
        |sheet: &mut Sheet, row: u32, label: &str, formula: Expression, found: Option<Month>| {
            sheet.text(row, 0, label, Role::Label);
            let value = match found {
                Some(month) => Value::Number(day_of(month)),
                None => Value::Word("none".to_string()),
            };
            let content = Content::Formula(formula, value);
            sheet.put(row, 1, content, Role::Sum, Unit::Month)
        };
    let row = sheet.next_row();
    let of_lowest = at_place(dates(as_of), found(cell(lowest), cash.rows.unrestricted_all));
    month(
        sheet,
        row,
        "Month of the lowest cash, paying every cost",
        of_lowest,
        Some(measures.cash.lowest.0),
    );
    let none = Expression::Word("none");
    let first_flag = |flags: Area, dates: Area| {
        let place = call(Function::Match, vec![whole(1), flags.into(), whole(0)]);
        when(sum(flags).equals(0), none.clone(), at_place(dates, place))
    };
    let out = first_flag(ahead(cash.rows.below_zero), dates(as_of));
    let label = "First month in which it falls below zero";
    let runs_out = month(sheet, row + 1, label, out, measures.cash.runs_out);
    let all = |row: u32| {
        let at = |place: usize| cash.sheet.at(row, Months::column(place));
        Area::of(at(0), at(count - 1))
    };
    let core = first_flag(all(cash.rows.core_gap), dates(0));
    let label = "First month in which a core cost stays unpaid";
    let first_core_gap = month(sheet, row + 2, label, core, measures.first_core_gap);
    let below = (as_of..count)
        .filter(|place| books.cash.unrestricted[*place] < plan.policy.cash_floor)
        .count();
    let label = "Months with less unrestricted cash than is to be kept, paying what is funded";
    sheet.text(row + 3, 0, label, Role::Label);
    let flags = sum(ahead(cash.rows.below_floor));
    sheet.formula(row + 3, 1, flags, (Decimal::from(below), Unit::Whole), Role::Sum);
    Singles { amounts, lowest, runs_out, first_core_gap }
}

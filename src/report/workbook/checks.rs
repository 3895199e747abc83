//! What must hold, and the engine's figures beside the workbook's.

use rust_decimal::Decimal;

use super::Laid;
use super::costs::figure_of;
use super::formula::{Expression, Function, call, cell, cents, sum, sum_of, when, whole};
use super::months::Months;
use super::sheet::{Area, At, Place, Role, SUM, Sheet, Unit, day_of, dollars};
use super::summary::Summary;
use super::years::YearsSheet;
use crate::diagnostic::visible;
use crate::money::Money;

/// The sheet of checks, and the cell that counts those that fail.
pub struct Checks {
    /// The sheet.
    pub sheet: Sheet,
    /// How many fail.
    pub failed: At,
}

/// The sheet of the engine's figures, and the cell of the largest difference.
pub struct Engine {
    /// The sheet.
    pub sheet: Sheet,
    /// The largest difference.
    pub largest: At,
}

/// Lays the engine's figures beside the workbook's.
pub fn engine(laid: &Laid, summary: &Summary) -> Engine {
    let Laid { books, costs, draws, awards, cash, .. } = laid;
    let mut sheet = Sheet::new(Place::Engine, &[58, 20, 20, 16]);
    sheet.frozen_rows = 4;
    sheet.text(0, 0, "The engine's figures beside the workbook's", Role::Title);
    let words =
        "The difference is 0 as long as no input is edited; then it is what the edit moves.";
    sheet.text(1, 0, words, Role::Note);
    for (column, words) in ["Figure", "Engine", "Workbook", "Difference"].into_iter().enumerate() {
        sheet.text(3, column as u16, words, Role::Heading);
    }
    let put = |sheet: &mut Sheet, label: String, live: At, figure: Money| {
        let row = sheet.next_row();
        sheet.text(row, 0, label, Role::Label);
        let constant = sheet.number(row, 1, dollars(figure), Role::Grey, Unit::Money);
        let live = sheet.money(row, 2, cell(live), figure, Role::Formula);
        sheet.money(row, 3, cents(cell(live) - constant), Money::ZERO, Role::Check);
    };
    let years = &laid.measures.years;
    for (label, cells) in &summary.by_year {
        for (place, (at, figure)) in cells.iter().enumerate() {
            let year = years.get(place).map_or("in all".to_string(), |year| {
                crate::month::FiscalCalendar::label(year.year)
            });
            put(&mut sheet, format!("{label}, {year}"), *at, *figure);
        }
    }
    for (label, at, figure) in &summary.single {
        put(&mut sheet, label.clone(), *at, *figure);
    }
    let plan = books.plan;
    for (index, line) in books.ledger.lines.iter().enumerate() {
        let title = visible(&line.title);
        sheet.block(format!("cost.{}", line.name));
        let in_all = |amounts: &[Money]| amounts.iter().sum::<Money>();
        let need = costs.need(index, 0).in_column(SUM);
        put(&mut sheet, format!("{title}: needs in all"), need, in_all(&line.need));
        let gap = draws.gap(index, 0).in_column(SUM);
        put(&mut sheet, format!("{title}: gap in all"), gap, in_all(&line.gap));
    }
    for (source, stream) in books.ledger.streams.iter().enumerate() {
        let title = visible(&stream.title);
        sheet.block(format!("stream.{}", stream.name));
        let rows = &awards.rows[source];
        let in_all = |amounts: &[Money]| amounts.iter().sum::<Money>();
        let of = |row: u32| awards.sheet.at(row, SUM);
        put(&mut sheet, format!("{title}: drawn in all"), of(rows.drawn), in_all(&stream.drawn));
        let receipts = in_all(&books.cash.receipts_by_stream[source]);
        put(&mut sheet, format!("{title}: receipts in all"), of(rows.receipts), receipts);
    }
    sheet.block("cash");
    for place in 0..plan.horizon.months as usize {
        let month = plan.horizon.month(place).words();
        let column = Months::column(place);
        let books = books.cash;
        for (words, row, figure) in [
            ("cash at the end", cash.rows.closing, books.closing[place]),
            ("unrestricted", cash.rows.unrestricted, books.unrestricted[place]),
            (
                "unrestricted, paying every cost",
                cash.rows.unrestricted_all,
                books.unrestricted_all_costs[place],
            ),
        ] {
            put(&mut sheet, format!("{month}: {words}"), cash.sheet.at(row, column), figure);
        }
    }
    let last = sheet.next_row() - 1;
    let area = Area::of(sheet.at(4, 3), sheet.at(last, 3));
    // Rows of another scenario say 0, which is told among them.
    let largest = call(Function::Max, vec![whole(0), area.into()]);
    let smallest = call(Function::Min, vec![whole(0), area.into()]);
    let apart = call(Function::Max, vec![largest, whole(0) - smallest]);
    sheet.text(2, 0, "Largest difference", Role::Label);
    let largest = sheet.money(2, 3, apart, Money::ZERO, Role::Check);
    Engine { sheet, largest }
}

/// Lays the checks.
pub fn checks(laid: &Laid, summary: &Summary, years: &YearsSheet, engine: &Engine) -> Checks {
    let Laid { books, months, inputs, costs, draws, awards, cash, .. } = laid;
    let plan = books.plan;
    let count = plan.horizon.months as usize;
    let mut sheet = Sheet::new(Place::Checks, &[86, 20, 12]);
    sheet.frozen_rows = 4;
    sheet.text(0, 0, "Checks", Role::Title);
    sheet.text(2, 0, "Checks that fail", Role::Label);
    for (column, words) in ["What must hold", "Difference", "State"].into_iter().enumerate() {
        sheet.text(3, column as u16, words, Role::Heading);
    }
    let total = |sheet: &Sheet, row: u32| cell(sheet.at(row, SUM));
    let end = |sheet: &Sheet, row: u32| cell(sheet.at(row, Months::column(count - 1)));
    let start = |sheet: &Sheet, row: u32| cell(sheet.at(row, Months::column(0)));
    let of_years = |place: usize| {
        let cells: Vec<At> = summary.by_year[place].1.iter().map(|(at, _)| *at).collect();
        cell(cells[cells.len() - 1])
    };
    let mut sums = Sums { laid, cells: Vec::new() };
    let rows = |row: fn(&super::awards::SourceRows) -> u32| -> Vec<At> {
        awards.rows.iter().map(|rows| awards.sheet.at(row(rows), SUM)).collect()
    };
    let lefts: Vec<At> = awards
        .rows
        .iter()
        .map(|rows| awards.sheet.at(rows.left, Months::column(count - 1)))
        .collect();
    let lines: Vec<At> =
        (0..books.ledger.lines.len()).map(|line| costs.need(line, 0).in_column(SUM)).collect();
    let gaps: Vec<At> =
        (0..books.ledger.lines.len()).map(|line| draws.gap(line, 0).in_column(SUM)).collect();
    let all_draws = || draws.all_draws();
    let r = &cash.rows;
    let receipts: Vec<At> =
        cash.by_source.iter().map(|(row, _)| cash.sheet.at(*row, SUM)).collect();
    let payments: Vec<At> =
        cash.by_source.iter().map(|(_, row)| cash.sheet.at(*row, SUM)).collect();
    let credit = books.cash.credit.is_some();
    let month = |place: usize| cell(months.month(place));
    let priorities: Vec<At> =
        costs.priority_rows.iter().map(|row| costs.sheet.at(*row, SUM)).collect();
    let gap_priorities: Vec<At> =
        draws.priority_rows.iter().map(|row| draws.sheet.at(*row, SUM)).collect();
    let first = month(0) - Expression::Number(day_of(plan.horizon.start));
    let mut listed: Vec<(&str, Expression)> = vec![
        (
            "Months follow one another to the plan's last",
            whole(0) + call(Function::EDate, vec![month(0), whole(count as i64 - 1)])
                - month(count - 1),
        ),
        ("The plan begins when it was written to begin", first),
        ("Lines' costs add up to all cost", total(&costs.sheet, costs.total_row) - sums.of(&lines)),
        (
            "Core, essential and stretch cost add up to all cost",
            total(&costs.sheet, costs.total_row) - sums.of(&priorities),
        ),
        (
            "Cost is what sources pay and the gap",
            total(&costs.sheet, costs.total_row)
                - total(&draws.sheet, draws.covered_row)
                - total(&draws.sheet, draws.gap_row),
        ),
        (
            "What sources pay is the sum of all draws",
            total(&draws.sheet, draws.covered_row) - all_draws(),
        ),
        (
            "Draws add up by source as by line: nothing is paid twice",
            total(&awards.sheet, awards.drawn_row) - all_draws(),
        ),
        ("No line is paid more than it needs in any month", sums.of(&draws.over)),
        ("Lines' gaps add up to the gap", total(&draws.sheet, draws.gap_row) - sums.of(&gaps)),
        (
            "Core, essential and stretch gaps add up to the gap",
            total(&draws.sheet, draws.gap_row) - sums.of(&gap_priorities),
        ),
        ("No source and no award is drawn beyond what it holds", sums.of(&awards.over)),
        (
            "What sources bring is drawn, lapses, goes back or is left",
            sums.of(&awards.there) + sums.of(&rows(|rows| rows.available))
                - sums.of(&rows(|rows| rows.drawn))
                - sums.of(&rows(|rows| rows.lapsed))
                - sums.of(&rows(|rows| rows.refund))
                - sums.of(&lefts),
        ),
        ("Cost by year adds up to all cost", of_years(0) - total(&costs.sheet, costs.total_row)),
        ("The gap by year adds up to the gap", of_years(5) - total(&draws.sheet, draws.gap_row)),
        (
            "Lines' needs by year add up to all cost",
            cell(years.needs) - total(&costs.sheet, costs.total_row),
        ),
        (
            "Lines' needs by year are what sources pay of them and gaps",
            cell(years.needs) - years.draws - years.gap,
        ),
        (
            "What sources pay by year adds up to what is paid",
            cell(years.pays) - total(&draws.sheet, draws.covered_row),
        ),
        (
            "Cash at the end is cash at the start, receipts and payments",
            start(&cash.sheet, r.opening) + total(&cash.sheet, r.receipts)
                - total(&cash.sheet, r.payments)
                - end(&cash.sheet, r.closing),
        ),
        (
            "Restricted and unrestricted cash are all cash",
            end(&cash.sheet, r.restricted) + end(&cash.sheet, r.unrestricted)
                - end(&cash.sheet, r.closing),
        ),
        (
            "Cash if every cost is paid is less by what no source pays",
            end(&cash.sheet, r.closing) - end(&cash.sheet, r.closing_all) - total_unfunded(laid),
        ),
    ];
    if credit {
        listed.push((
            "What the line of credit lends is no more than receipts less what sources bring",
            call(
                Function::Min,
                vec![whole(0), total(&cash.sheet, r.receipts) - sums.of(&receipts)],
            ),
        ));
    } else {
        listed.push((
            "Receipts are what sources bring",
            total(&cash.sheet, r.receipts) - sums.of(&receipts),
        ));
        listed.push((
            "Payments are what is paid for lines and goes back",
            total(&cash.sheet, r.payments) - sums.of(&payments),
        ));
    }
    if !awards.curves.is_empty() {
        let wrong: Vec<At> = awards.curves.values().copied().collect();
        let words = "Shares of every collection curve come to 100% (how many do not)";
        listed.push((words, sums.of(&wrong)));
    }
    listed.push((
        "The workbook says what the engine says (where no input is edited)",
        when(cell(inputs.changed).equals(0), engine.largest, 0),
    ));
    for (words, difference) in listed {
        let row = sheet.next_row();
        sheet.text(row, 0, words, Role::Label);
        let zero = (Decimal::ZERO, Unit::Money);
        let difference = call(Function::Round, vec![difference, whole(2)]);
        let at = sheet.formula(row, 1, difference, zero, Role::Check);
        let state = when(cell(at).equals(0), Expression::Word("OK"), Expression::Word("ERROR"));
        sheet.word(row, 2, state, "OK");
    }
    let last = sheet.next_row() - 1;
    for (place, (formula, figure)) in sums.cells.into_iter().enumerate() {
        let figure = (figure, Unit::Money);
        sheet.formula(SUMS_FROM + place as u32, SUMS_COLUMN, formula, figure, Role::Grey);
    }
    // Each state once more as a number, which sums up.
    sheet.text(3, 3, "Fails", Role::Heading);
    for row in 4..=last {
        let at = sheet.at(row, 1);
        let failed = when(cell(at).differs(0), 1, 0);
        sheet.formula(row, 3, failed, (Decimal::ZERO, Unit::Whole), Role::Grey);
    }
    let area = Area::of(sheet.at(4, 3), sheet.at(last, 3));
    let failed = sheet.formula(2, 1, sum(area), (Decimal::ZERO, Unit::Whole), Role::Check);
    Checks { sheet, failed }
}

/// Where sums of many cells stand, some of them each: a formula holds some thousand letters.
const SUMS_COLUMN: u16 = 5;
const SUMS_FROM: u32 = 4;
/// The most cells of one sum.
const CELLS_MAX: usize = 60;

/// Sums of cells, those of many laid as cells of their own.
struct Sums<'a, 'b> {
    laid: &'a Laid<'b>,
    cells: Vec<(Expression, Decimal)>,
}

impl Sums<'_, '_> {
    fn of(&mut self, cells: &[At]) -> Expression {
        if cells.len() <= CELLS_MAX {
            return sum_of(cells);
        }
        let first = self.cells.len();
        for some in cells.chunks(CELLS_MAX) {
            let figure = some.iter().map(|at| self.figure(*at)).sum();
            self.cells.push((sum_of(some), figure));
        }
        let at = |place: usize| At {
            sheet: Place::Checks,
            row: SUMS_FROM + place as u32,
            column: SUMS_COLUMN,
        };
        sum(Area::of(at(first), at(self.cells.len() - 1)))
    }

    fn figure(&self, at: At) -> Decimal {
        let sheet = match at.sheet {
            Place::Costs => &self.laid.costs.sheet,
            Place::Braid => &self.laid.draws.sheet,
            Place::Awards => &self.laid.awards.sheet,
            _ => &self.laid.cash.sheet,
        };
        figure_of(sheet, at.row, at.column)
    }
}

/// What no source pays, as far as it falls due within the plan.
fn total_unfunded(laid: &Laid) -> Expression {
    cell(laid.cash.sheet.at(laid.cash.unfunded, SUM))
}

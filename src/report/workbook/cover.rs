//! The first and the last sheet, and those that hold what other runs found: scenarios and bridge options.

use rust_decimal::Decimal;

use super::formula::{Expression, at_place, cell, when};
use super::inputs::{self, Changed, Inputs};
use super::sheet::{Area, At, Content, Place, Role, Sheet, Unit, Value, day_of, dollars, of_rate};
use super::summary::Summary;
use super::{About, Books, Case, Laid, switch};
use crate::decide::bridge::BridgeChoice;
use crate::diagnostic::visible;
use crate::money::Money;
use crate::month::Month;
use crate::plan::cost::Priority;
use crate::report::{self, Block};

/// What a case comes to.
struct Comes {
    /// Cost; the gaps in core, essential and stretch cost; the lowest unrestricted cash, paying every cost.
    amounts: [Money; 5],
    /// The first month in which that falls below zero, and in which a core cost stays unpaid.
    months: [Option<Month>; 2],
}

impl Comes {
    fn of(Books { plan, ledger, cash, .. }: &Books) -> Comes {
        let mut gap = [Money::ZERO; 3];
        for line in &ledger.lines {
            gap[line.priority as usize] += line.gap.iter().sum();
        }
        let core = |place: &usize| {
            let mut core = ledger.lines.iter().filter(|line| line.priority == Priority::Core);
            core.any(|line| line.gap[*place].is_positive())
        };
        let cost = ledger.lines.iter().flat_map(|line| &line.need).sum();
        let first_core = (0..ledger.months()).find(core);
        let month = |place: Option<usize>| place.map(|place| plan.horizon.month(place));
        Comes {
            amounts: [cost, gap[0], gap[1], gap[2], cash.lowest().1],
            months: [month(cash.runs_out()), month(first_core)],
        }
    }
}

/// Lays the first sheet, with the cell that counts failing checks and the scenarios that can be switched on.
pub fn cover(
    laid: &Laid,
    about: &About,
    (failed, switched): (At, &[&str]),
    sheets: &[Place],
) -> Sheet {
    let plan = laid.books.plan;
    let mut sheet = Sheet::new(Place::Cover, &[30, 84]);
    sheet.text(0, 0, visible(&plan.title), Role::Title);
    if let Some(notice) = plan.notice_beside_title() {
        sheet.text(1, 0, visible(notice), Role::Note);
    }
    let mut row = 2;
    let mut line = |sheet: &mut Sheet, label: &str, text: String| {
        row += 1;
        sheet.text(row, 0, label, Role::Label);
        sheet.text(row, 1, text, Role::Note);
    };
    let purpose = "Every figure can be followed from what the plan states to the gap and the cash.";
    line(&mut sheet, "What this is", purpose.to_string());
    let horizon = &plan.horizon;
    let span = format!(
        "{} to {}, seen from {}",
        horizon.start.words(),
        horizon.end().words(),
        horizon.as_of.words()
    );
    line(&mut sheet, "Months", span);
    for (label, text) in &about.asked {
        line(&mut sheet, label, text.clone());
    }
    let signs = "Receipts and payments both stand as they are called, without a sign; a balance below zero is \
                 negative; a gap is money that is missing.";
    line(&mut sheet, "Signs", signs.into());
    let rounding = "Cents, half away from zero, wherever a formula says ROUND, and nowhere else.";
    line(&mut sheet, "Rounding", rounding.into());
    let row = row + 2;
    sheet.text(row, 0, "Master check", Role::Heading);
    let (good, bad) = ("all checks hold", "A CHECK FAILS: see Checks");
    let state = when(cell(failed).equals(0), Expression::Word(good), Expression::Word(bad));
    sheet.word(row, 1, state, good);
    sheet.text(row + 1, 0, "Inputs", Role::Heading);
    let (same, edited) = ("as written", "inputs edited, braid not solved again");
    let changed = cell(laid.inputs.changed).equals(0);
    let state = when(changed, Expression::Word(same), Expression::Word(edited));
    sheet.word(row + 1, 1, state, same);
    let mut row = row + 1;
    if switched.len() > 1 {
        row += 1;
        sheet.text(row, 0, "Scenario switched on", Role::Heading);
        let head = |place: usize| At {
            sheet: Place::Inputs,
            row: inputs::HEAD_ROW,
            column: inputs::scenario_column(inputs::VALUE, place, switched.len()),
        };
        let heads = Area::of(head(0), head(switched.len() - 1));
        let name = at_place(heads, cell(Inputs::switch()));
        sheet.word(row, 1, name, &switch::names(switched)[0]);
    }
    sheet.text(row + 2, 0, "Colours", Role::Heading);
    let colours = [
        (Role::Input, "an input: what the plan states; it may be changed here"),
        (Role::Formula, "a formula; green where it only repeats another sheet's cell"),
        (
            Role::Decided,
            "decided by the braid, or worked out by the engine: changing it proves nothing",
        ),
        (Role::Grey, "a mark that formulas go by, a date, or a value as it was written"),
        (Role::Check, "0 or OK where all is well"),
    ];
    row += 2;
    for (role, words) in colours {
        row += 1;
        sheet.number(row, 0, Decimal::from(1234), role, Unit::Money);
        sheet.text(row, 1, words, Role::Note);
    }
    row += 2;
    sheet.text(row, 0, "Sheets", Role::Heading);
    for place in sheets.iter().filter(|place| **place != Place::Cover) {
        row += 1;
        sheet.put(row, 0, Content::Link(*place), Role::Label, Unit::Whole);
        sheet.text(row, 1, words(*place), Role::Note);
    }
    let fixed = laid.fixed();
    if !fixed.is_empty() {
        row += 2;
        sheet.text(row, 0, "Worked out by the engine", Role::Heading);
        let words = "These follow from terms that are no formula here; their figures are purple and do not move.";
        sheet.text(row, 1, words, Role::Note);
        for title in fixed {
            row += 1;
            sheet.text(row, 1, visible(&title), Role::Label);
        }
    }
    sheet
}

/// What is on a sheet.
fn words(place: Place) -> &'static str {
    match place {
        Place::Cover => "what this is",
        Place::Inputs => "what the plan states, with file and line",
        Place::Timeline => "months, fiscal years, drivers",
        Place::Awards => {
            "each source: what it makes available, what is drawn, lapses or goes back, and its cash"
        }
        Place::Costs => "each line: what it needs, month by month",
        Place::Braid => "who pays what: the draws are decided, what they add up to is live",
        Place::Cash => "receipts, payments, balances, what is held for purposes",
        Place::Summary => "by fiscal year, and what one reads first",
        Place::Years => "by fiscal year: what each source pays and brings, who pays each line",
        Place::Scenarios => "the plan's scenarios side by side; this one is live",
        Place::Bridge => "bridge options side by side",
        Place::Checks => "what must hold",
        Place::Engine => "the engine's figures beside the workbook's",
        Place::Switched => "what the scenarios say in the cells that take it by the switch",
        Place::Log => "what run made it",
    }
}

/// Lays the last sheet.
pub fn log(about: &About) -> Sheet {
    let mut sheet = Sheet::new(Place::Log, &[30, 100]);
    sheet.text(0, 0, "Log", Role::Title);
    for (label, text) in about.run.iter().chain(&about.asked) {
        let row = sheet.next_row();
        sheet.text(row, 0, label.as_str(), Role::Label);
        sheet.text(row, 1, text.as_str(), Role::Note);
    }
    sheet
}

/// Lists the inputs that have changed since an earlier workbook, below the log.
pub fn log_changes(sheet: &mut Sheet, earlier: &str, changes: Result<&[Changed], &str>) {
    let row = sheet.next_row() + 1;
    let words = format!("Inputs changed since {}", visible(earlier));
    sheet.text(row, 0, words, Role::Heading);
    let changes = match changes {
        Ok(changes) => changes,
        Err(why) => {
            sheet.text(row, 1, visible(why), Role::Note);
            return;
        }
    };
    if changes.is_empty() {
        sheet.text(row, 1, "none", Role::Note);
    }
    let told = |value: &Option<Decimal>| {
        value.map_or("nothing".to_string(), |value| value.normalize().to_string())
    };
    for (path, before, now) in changes {
        let row = sheet.next_row();
        sheet.text(row, 0, path.as_str(), Role::Label);
        sheet.text(row, 1, format!("{} instead of {}", told(now), told(before)), Role::Note);
    }
}

/// The columns of a scenario's figures, and of its months.
const AMOUNTS: u16 = 3;
const MONTHS: u16 = AMOUNTS + 5;

/// Lays the scenarios: the one that is switched on is live.
pub fn scenarios(summary: &Summary, found: &[Case], switched: &[&str]) -> Sheet {
    let mut sheet = Sheet::new(Place::Scenarios, &[12, 20, 8, 17, 17, 17, 17, 26, 14, 16]);
    (sheet.frozen_rows, sheet.frozen_columns) = (3, 1);
    sheet.text(0, 0, "Scenarios side by side", Role::Title);
    let words = "The scenario that is switched on is live; the others are what the engine found.";
    sheet.text(1, 0, words, Role::Note);
    head(&mut sheet, 2);
    let engine = 2 + found.len() as u32 + 2;
    if let Some(words) = from_zero(found) {
        sheet.text(engine - 1, 0, words, Role::Note);
    }
    sheet.text(engine, 0, "As the engine has it", Role::Heading);
    head(&mut sheet, engine + 1);
    let last = |place: usize| summary.by_year[place].1.last().map(|(at, _)| *at);
    let live = [last(0), last(6), last(7), last(8), Some(summary.lowest)];
    for (place, own) in found.iter().enumerate() {
        let (row, below) = (3 + place as u32, engine + 2 + place as u32);
        let plan = own.books.plan;
        let number = switched.iter().position(|id| *id == plan.scenario).map(|at| at as i64 + 1);
        for row in [row, below] {
            sheet.text(row, 0, visible(&plan.scenario), Role::Label);
            sheet.text(row, 1, visible(switch::scenario_title(plan)), Role::Label);
            if let Some(number) = number {
                sheet.number(row, 2, Decimal::from(number), Role::Grey, Unit::Whole);
            }
        }
        let shown = |live: Expression, fixed: At| match number {
            Some(number) => when(cell(Inputs::switch()).equals(number), live, cell(fixed)),
            None => cell(fixed),
        };
        let Comes { amounts, months } = Comes::of(&own.books);
        for ((column, amount), live) in (AMOUNTS..).zip(amounts).zip(live) {
            let fixed = sheet.number(below, column, dollars(amount), Role::Decided, Unit::Money);
            let formula = live.map_or(cell(fixed), |live| shown(cell(live), fixed));
            sheet.money(row, column, formula, amount, Role::Formula);
        }
        let months = months.into_iter().zip([summary.runs_out, summary.first_core_gap]);
        for (column, (month, live)) in (MONTHS..).zip(months) {
            let (content, value) = match month {
                Some(month) => (Content::Number(day_of(month)), Value::Number(day_of(month))),
                None => (Content::Text("none".to_string()), Value::Word("none".to_string())),
            };
            let fixed = sheet.put(below, column, content, Role::Decided, Unit::Month);
            let content = Content::Formula(shown(cell(live), fixed), value);
            sheet.put(row, column, content, Role::Formula, Unit::Month);
        }
    }
    sheet
}

/// What is told where cases do not state their cash at the start.
fn from_zero(found: &[Case]) -> Option<String> {
    let stated = |own: &&Case| own.books.plan.opening.cash_stated;
    let (stated, unstated): (Vec<&Case>, Vec<&Case>) = found.iter().partition(stated);
    let counted = "the lowest cash and the month in which it runs out are counted from $0";
    let ids: Vec<String> = unstated.iter().map(|own| visible(&own.books.plan.scenario)).collect();
    match (stated.is_empty(), ids.as_slice()) {
        (_, []) => None,
        (true, _) => Some(format!("The plan does not state its cash at the start: {counted}.")),
        (false, ids) => {
            let ids = ids.join(", ");
            Some(format!("Cash at the start is not stated in {ids}: there {counted}."))
        }
    }
}

/// Heads the columns of scenarios.
fn head(sheet: &mut Sheet, row: u32) {
    let heads = [
        "Scenario",
        "What it is",
        "Switch",
        "Cost",
        "Core gap",
        "Essential gap",
        "Stretch gap",
        "Lowest cash, paying all",
        "Runs out",
        "First core gap",
    ];
    for (column, words) in heads.into_iter().enumerate() {
        sheet.text(row, column as u16, words, Role::Heading);
    }
}

/// Lays bridge options, as the engine found them.
pub fn bridge(choice: &BridgeChoice) -> Sheet {
    let mut sheet = Sheet::new(Place::Bridge, &[40, 22, 22, 22, 22, 22, 22, 22]);
    sheet.frozen_columns = 1;
    sheet.text(0, 0, "Bridge options side by side", Role::Title);
    let words = "Each option was braided anew by the engine; its figures do not move here.";
    sheet.text(1, 0, words, Role::Note);
    for block in report::bridge::page(choice).blocks {
        let row = sheet.next_row();
        match block {
            Block::Title(text) | Block::Heading(text) => {
                sheet.text(row + 1, 0, visible(&text), Role::Heading);
            }
            Block::Sentence { text, .. } => {
                sheet.text(row, 0, visible(&text), Role::Note);
            }
            Block::Table { table, .. } => lay_table(&mut sheet, &table),
            Block::Bars(_) | Block::Entries(_) | Block::Hints(_) => {}
        }
    }
    sheet
}

fn lay_table(sheet: &mut Sheet, table: &report::Table) {
    let row = sheet.next_row();
    for (column, head) in table.columns.iter().enumerate() {
        sheet.text(row, column as u16, visible(&head.name), Role::Heading);
    }
    for cells in &table.rows {
        let row = sheet.next_row();
        for (column, cell) in cells.iter().enumerate() {
            let (column, role) = (column as u16, Role::Decided);
            match cell {
                report::Cell::Empty => {
                    sheet.text(row, column, "", Role::Note);
                }
                report::Cell::Text(text) => {
                    sheet.text(row, column, visible(text), Role::Label);
                }
                report::Cell::Money(amount) => {
                    sheet.number(row, column, dollars(*amount), role, Unit::Money);
                }
                report::Cell::Share(share) => {
                    sheet.number(row, column, of_rate(*share), role, Unit::Share);
                }
                report::Cell::Month(month) => {
                    sheet.number(row, column, day_of(*month), role, Unit::Month);
                }
                report::Cell::Whole(count) => {
                    sheet.number(row, column, Decimal::from(*count), role, Unit::Whole);
                }
            }
        }
    }
}

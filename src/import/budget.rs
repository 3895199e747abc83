//! A budget sheet as cost lines: a mapping is proposed, a person confirms it, and the rows become `costs.csv`.
//!
//! A proposal is a guess at what is meant, so it is only ever text that a person reads first. What is confirmed is taken
//! exactly: a cell that holds no figure where one is due is refused, and what is rounded is counted.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::{Decimal, RoundingStrategy};

use super::book::{Book, Datum, Grid, address, column, letters};
use super::fault;
use crate::diagnostic::{Diagnostic, visible};
use crate::error::Error;
use crate::folder::{LINE_KEYS, Mapping, quoted};
use crate::limits::{MONEY_CENTS_MAX, NAME_CHARS_MAX};
use crate::money::Money;
use crate::month::{FiscalCalendar, MONTH_NAMES, Month};
use crate::plan::cost::BACKBONE_FUNCTIONS;
use crate::report::ColumnKind::{Money as M, Text as T};
use crate::report::words::{count, dollars};
use crate::report::{Cell, Column, Table};

/// Rows at the top of a sheet among which headings are looked for.
const HEAD_ROWS: u32 = 60;
/// The function that a line is guessed to serve.
const GUESSED: &str = "operate";
/// Words that begin or end the name of a sum.
const SUMS: [&str; 7] =
    ["total", "totals", "subtotal", "subtotals", "sub-total", "sub-totals", "sum"];

/// The lines of a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costs {
    /// The rows of `costs.csv`.
    pub table: Table,
    /// What they come to.
    pub total: Money,
    /// Figures that were rounded to whole cents, half away from zero.
    pub rounded: usize,
}

impl Costs {
    /// What was brought in, in words.
    pub fn told(&self) -> Vec<String> {
        let lines = count(self.table.rows.len(), "cost line");
        let mut told = vec![format!("{lines}, {} in all", dollars(self.total))];
        if self.rounded > 0 {
            let figures = count(self.rounded, "figure");
            told.push(format!("{figures} rounded to whole cents, half away from zero"));
        }
        told
    }
}

/// Words that end the name of money that comes in, or stand in that of a section of it.
const REVENUE: [&str; 4] = ["revenue", "revenues", "income", "receipts"];
/// Names of sections of money that comes in that hold none of these words.
const REVENUE_SECTIONS: [&str; 4] = ["funding", "funding sources", "sources of funds", "support"];
/// Words that begin the name of a result, alone or after `net`.
const RESULTS: [&str; 3] = ["surplus", "deficit", "surplus/deficit"];
const NET: [&str; 10] = [
    "income",
    "surplus",
    "deficit",
    "loss",
    "revenue",
    "result",
    "position",
    "assets",
    "cash",
    "operating",
];

/// Why a row is no cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// It sums up other rows, by its name.
    Named,
    /// It sums up other rows, by its formulas.
    Formula,
    /// It is money that comes in.
    Revenue,
    /// It is what is left of it.
    Result,
}

impl Why {
    const ALL: [Why; 4] = [Why::Named, Why::Formula, Why::Revenue, Why::Result];

    fn words(self) -> &'static str {
        match self {
            Why::Named => "sums of other rows",
            Why::Formula => "sums of other rows, by their formulas",
            Why::Revenue => "money that comes in, by their names or those of their sections",
            Why::Result => "results",
        }
    }
}

/// What was found on a sheet.
struct Found<'a> {
    sheet: &'a Grid,
    /// The row of months or years.
    head: u32,
    /// The column of names.
    names: u32,
    /// The columns of amounts, with what each holds.
    columns: Vec<(u32, String)>,
    /// The rows with a name and any cell under the columns: their names, what their figures come to, and why they are no
    /// cost.
    rows: Vec<(u32, String, Decimal, Option<Why>)>,
    /// Rows with figures and no name.
    nameless: Vec<u32>,
    /// The row of other months or years below, from which on nothing is read.
    next: Option<u32>,
}

/// A mapping of the budget that a workbook seems to hold, as the text of `import.toml`: to be read and confirmed.
///
/// # Errors
/// Refused input where no sheet has a row of months or years above figures with names.
pub fn propose(book: &Book) -> Result<String, Error> {
    // A sheet that is hidden comes last.
    let found = book.sheets.iter().filter_map(find);
    let found = found.max_by_key(|found| (!found.sheet.is_hidden, found.rows.len()));
    let Some(found) = found else {
        let message = format!("no sheet of `{}` looks like a budget", visible(&book.name));
        let cause = "a budget has months or years in a row, and below them figures beside names";
        let remedy = "write `import.toml` yourself: docs/IMPORT.md shows one";
        return Err(Error::input(vec![fault(message, cause, remedy)]));
    };
    let mut text = format!(
        "# How a sheet of {} becomes costs.csv. What each line is, is a guess: read each, mend what is wrong, write\n\
         # `confirmed = true`, and bring it in again. The backbone's functions: {};\n\
         # a line of `layer = \"program\"` names its own.\nconfirmed = false\nsheet = {}\nnames = \"{}\"\nheadings = {}\n\n[columns]\n",
        remark(&book.name),
        BACKBONE_FUNCTIONS.join(", "),
        quoted(&found.sheet.name),
        letters(found.names),
        found.head + 1,
    );
    let hidden = |hidden: bool, words: &'static str| if hidden { words } else { "" };
    let hides = &found.sheet.hidden;
    for (place, holds) in &found.columns {
        let note = hidden(hides.columns.contains(place), "          # hidden on the sheet");
        text += &format!("{} = {}{note}\n", letters(*place), quoted(holds));
    }
    let dollars =
        |total: &Decimal| dollars(cents(*total).map_or(Money::ZERO, |(amount, _)| amount));
    let (mut taken, mut taken_in_all) = (BTreeSet::new(), Decimal::ZERO);
    let mut left: BTreeMap<Why, String> = BTreeMap::new();
    for (row, name, total, why) in &found.rows {
        let note = hidden(hides.rows.contains(row), ", hidden on the sheet");
        if let Some(why) = why {
            let amount = dollars(total);
            *left.entry(*why).or_default() +=
                &format!("# row {}: {}, {amount}{note}\n", row + 1, remark(name));
            continue;
        }
        let id = id(name, &mut taken);
        taken_in_all += *total;
        text += &format!(
            "\n[line.{id}]          # {} in all{note}\nrow = {}\nnamed = {}\ntitle = {}\nfunction = \"{GUESSED}\"\n\
             layer = \"backbone\"\npriority = \"core\"\n",
            dollars(total),
            row + 1,
            quoted(name),
            quoted(name),
        );
    }
    let all = dollars(&taken_in_all);
    text +=
        &format!("\n# The lines above come to {all}: compare that with the budget's own total.\n");
    for why in Why::ALL {
        if let Some(rows) = left.get(&why) {
            text += &format!("\n# Left out as {}:\n{rows}", why.words());
        }
    }
    if left.keys().any(|why| *why != Why::Named) {
        text += "# Where one of them is a cost, give it a `[line]` with its row.\n";
    }
    if found.sheet.is_hidden {
        text += "\n# The sheet is hidden in the workbook.\n";
    }
    if !found.nameless.is_empty() {
        text += "\n# Left out, since no name stands beside their figures:\n";
        text.extend(found.nameless.iter().map(|row| format!("# row {}\n", row + 1)));
    }
    if let Some(next) = found.next {
        text +=
            &format!("\n# Row {} begins another table: nothing from there on is read.\n", next + 1);
    }
    Ok(text)
}

/// The rows of a confirmed mapping as `costs.csv`.
///
/// # Errors
/// Refused input: every sheet, column, row and cell that is not what the mapping says.
pub fn costs(book: &Book, mapping: &Mapping) -> Result<Costs, Error> {
    let Some(sheet) = book.sheet(&mapping.sheet) else {
        let message = format!("the workbook has no sheet `{}`", visible(&mapping.sheet));
        let names = book.sheets.iter().map(|sheet| format!("`{}`", visible(&sheet.name)));
        let cause = format!("it has {}", names.collect::<Vec<_>>().join(", "));
        return Err(Error::input(vec![fault(message, cause, "mend `sheet` in import.toml")]));
    };
    let mut faults = Vec::new();
    let mut columns: Vec<(u32, &str)> = Vec::new();
    for (name, holds) in &mapping.columns {
        match column(name) {
            Some(place) => columns.push((place, holds)),
            None => {
                let message = format!("`{}` is no column of a sheet", visible(name));
                faults.push(fault(message, "", "write its letters: `C`, `AB`"));
            }
        }
    }
    columns.sort_unstable();
    faults.extend(moved(sheet, mapping, &columns));
    let used: Vec<usize> = (0..LINE_KEYS.len())
        .filter(|place| mapping.lines.iter().any(|line| line.said[*place].is_some()))
        .collect();
    let mut table = Table::new("costs", &[("cost", T)]);
    let mut head = |name: &str, kind| table.columns.push(Column { name: name.to_string(), kind });
    used.iter().for_each(|place| head(LINE_KEYS[*place], T));
    head("source", T);
    columns.iter().for_each(|(_, holds)| head(holds, M));
    let (mut total, mut rounded) = (Decimal::ZERO, 0);
    for line in &mapping.lines {
        let mut cells = vec![Cell::text(&line.id)];
        cells.extend(used.iter().map(|place| Cell::of(line.said[*place].as_ref(), Cell::text)));
        let from = format!("{}, sheet {}, row {}", book.name, mapping.sheet, line.row);
        cells.push(Cell::text(&from));
        let row = line.row - 1;
        let mut any = false;
        for (place, _) in &columns {
            let found = match sheet.at(row, *place) {
                None => Ok((Money::ZERO, true)),
                Some(Datum::Number(number)) => cents(*number).ok_or_else(|| number.to_string()),
                Some(other) => Err(other.words()),
            };
            let (amount, exact) = found.unwrap_or_else(|found| {
                faults.push(no_amount(&line.id, (row, *place), &found));
                (Money::ZERO, true)
            });
            rounded += usize::from(!exact);
            any |= !amount.is_zero();
            total += Decimal::new(amount.cents(), 2);
            cells.push(Cell::Money(amount));
        }
        if !any && faults.is_empty() {
            let message = format!("row {} of `line.{}` holds no amount", line.row, line.id);
            let remedy = "mend `row` in import.toml, or delete the line";
            faults.push(fault(message, "every column of amounts is empty there", remedy));
        }
        table.push(cells);
    }
    if !faults.is_empty() {
        return Err(Error::input(faults));
    }
    let total = cents(total).map_or(Money::MAX, |(amount, _)| amount);
    Ok(Costs { table, total, rounded })
}

/// What stands elsewhere than when the mapping was made: names of rows, headings of columns.
fn moved(sheet: &Grid, mapping: &Mapping, columns: &[(u32, &str)]) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let remedy =
        "mend the rows and columns in import.toml, or delete it and bring the budget in anew";
    let names = mapping.names.as_deref().and_then(column);
    for line in &mapping.lines {
        let (Some(names), Some(named)) = (names, &line.named) else { continue };
        let found = sheet.text(line.row - 1, names);
        if found != Some(named.as_str()) {
            let at = address(line.row - 1, names);
            let found = found.map_or("nothing".to_string(), |text| format!("`{}`", visible(text)));
            let message = format!("{at} holds {found}, not `{}`", visible(named));
            let cause = format!("it was the name of `line.{}`: the row has moved", line.id);
            faults.push(fault(message, cause, remedy));
        }
    }
    for (place, holds) in columns {
        let Some(head) = mapping.headings.map(|head| head - 1) else { continue };
        let found = sheet.at(head, *place);
        if found.and_then(period).as_deref() != Some(*holds) {
            let found = found.map_or("nothing".to_string(), Datum::words);
            let message = format!("{} holds {found}, not {holds}", address(head, *place));
            let cause = "it was the heading of amounts: the column has moved";
            let remedy = "mend the columns in import.toml; where they are right, delete `headings`";
            faults.push(fault(message, cause, remedy));
        }
    }
    faults
}

fn no_amount(line: &str, (row, column): (u32, u32), found: &str) -> Diagnostic {
    let message = format!("{} holds {found}, no amount of dollars", address(row, column));
    let remedy = "mend the cell, or the row and the columns in import.toml";
    fault(message, format!("it is an amount of `line.{line}`"), remedy)
}

/// A figure in dollars as whole cents, and whether it was whole cents; nothing where it is beyond all bounds.
fn cents(number: Decimal) -> Option<(Money, bool)> {
    let rounded = number.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    let cents = i64::try_from(rounded.checked_mul(Decimal::ONE_HUNDRED)?).ok()?;
    let bounded = cents.unsigned_abs() <= MONEY_CENTS_MAX.unsigned_abs();
    bounded.then(|| (Money::from_cents(cents), rounded == number))
}

/// Looks for a budget on a sheet: the row that names the most months or years, and the rows below it that hold anything under
/// them.
fn find(sheet: &Grid) -> Option<Found<'_>> {
    let mut heads: BTreeMap<u32, Vec<(u32, String)>> = BTreeMap::new();
    for ((row, column), datum) in sheet.cells.range(..(HEAD_ROWS, 0)) {
        if let Some(holds) = period(datum) {
            heads.entry(*row).or_default().push((*column, holds));
        }
    }
    // Dates and words before bare figures, which may be amounts; then the most; then the first.
    let said = |row: u32, columns: &[(u32, String)]| {
        let bare = |(column, _): &&(u32, String)| sheet.number(row, *column).is_none();
        columns.iter().filter(bare).count()
    };
    let (head, columns) = heads.iter().max_by_key(|(row, columns)| {
        (said(**row, columns), columns.len(), std::cmp::Reverse(**row))
    })?;
    let (head, last) = (*head, sheet.cells.keys().map(|(row, _)| *row).max()?);
    let next = heads.iter().find(|(row, columns)| **row > head && said(**row, columns) > 1);
    let next = next.map(|(row, _)| *row);
    let below = head + 1..next.unwrap_or(last + 1);
    // Under a heading of amounts stand no words.
    let words = |column: u32| {
        let texts = below.clone().filter(|row| sheet.text(*row, column).is_some()).count();
        let figures = below.clone().filter(|row| sheet.number(*row, column).is_some()).count();
        texts > figures
    };
    let mut seen = BTreeSet::new();
    let columns = columns.iter().filter(|(column, _)| !words(*column));
    let columns: Vec<(u32, String)> =
        columns.filter(|(_, holds)| seen.insert(holds.clone())).cloned().collect();
    let first = columns.first()?.0;
    let texts =
        |column: &u32| below.clone().filter(|row| sheet.text(*row, *column).is_some()).count();
    // Of several the leftmost.
    let names = (0..first).rev().max_by_key(texts).filter(|column| texts(column) > 0)?;
    let (mut rows, mut nameless) = (Vec::new(), Vec::new());
    // Whether the rows stand in a section of money that comes in.
    let mut comes_in = false;
    for row in below.clone() {
        let cells = || columns.iter().filter(|(column, _)| sheet.at(row, *column).is_some());
        let figures = columns.iter().filter_map(|(column, _)| sheet.number(row, *column));
        let sum = figures.fold(Decimal::ZERO, Decimal::saturating_add);
        let over = |column: &u32| {
            let rows = sheet.sums.get(&(row, *column));
            rows.is_some_and(|(first, last)| below.contains(first) || below.contains(last))
        };
        match sheet.text(row, names) {
            Some(name) if cells().next().is_some() => {
                let why = match () {
                    () if is_sum(name) => Some(Why::Named),
                    () if cells().all(|(column, _)| over(column)) => Some(Why::Formula),
                    () if is_result(name) => Some(Why::Result),
                    () if comes_in || is_revenue(name) => Some(Why::Revenue),
                    () => None,
                };
                comes_in &= why != Some(Why::Named);
                rows.push((row, name.to_string(), sum, why));
            }
            Some(name) => comes_in = begins_revenue(name),
            None if !sum.is_zero() => nameless.push(row),
            None => comes_in &= cells().next().is_some(),
        }
    }
    (!rows.is_empty()).then_some(Found { sheet, head, names, columns, rows, nameless, next })
}

/// The month or the fiscal year that a heading names.
fn period(datum: &Datum) -> Option<String> {
    match datum {
        Datum::Month(month) => Some(month.to_string()),
        Datum::Number(number) => full_year(&number.to_string()).map(FiscalCalendar::label),
        Datum::Text(text) => {
            let text = text.trim().to_lowercase();
            if let Some(month) = Month::parse(&text) {
                return Some(month.to_string());
            }
            if let Some(rest) = text.strip_prefix("fy").or(text.strip_prefix("fiscal year")) {
                return last_year(rest.trim_start_matches([' ', '-', '\'']))
                    .map(FiscalCalendar::label);
            }
            if let Some(found) = full_year(&text).or_else(|| two_years(&text)) {
                return Some(FiscalCalendar::label(found));
            }
            let parts: Vec<&str> =
                text.split([' ', '-', '/', '\'', '.']).filter(|part| !part.is_empty()).collect();
            let [month, rest] = parts.as_slice() else { return None };
            let place = MONTH_NAMES
                .iter()
                .position(|name| *name == *month || month.len() == 3 && name.starts_with(month));
            let place = place.or((*month == "sept").then_some(8))?;
            Month::new(year(rest)?, place as u32 + 1).map(|month| month.to_string())
        }
        Datum::Other(_) => None,
    }
}

/// A year of four digits, or of two in this century.
fn year(text: &str) -> Option<i32> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())??;
    match text.len() {
        4 => Some(number).filter(|year| (1990..2100).contains(year)),
        2 => Some(2000 + number),
        _ => None,
    }
}

fn full_year(text: &str) -> Option<i32> {
    year(text).filter(|_| text.len() == 4)
}

/// The year in which two years that follow each other end: `2026-27`, `2026/2027`.
fn two_years(text: &str) -> Option<i32> {
    let (first, last) = text.split_once(['-', '/'])?;
    let (first, last) = (year(first.trim())?, year(last.trim())?);
    (text.len() > 5 && last == first + 1).then_some(last)
}

/// A year, or the last of two: `27`, `26-27`.
fn last_year(text: &str) -> Option<i32> {
    let two = text.split_once(['-', '/']).and_then(|(first, last)| {
        let last = year(last.trim())?;
        (year(first.trim())? + 1 == last).then_some(last)
    });
    two.or_else(|| year(text))
}

/// The words of a name in small letters, without what parts them.
fn words_of(name: &str) -> Vec<String> {
    let plain = |word: &str| {
        word.trim_matches(|c: char| matches!(c, ':' | '(' | ')' | ',' | ';')).to_lowercase()
    };
    name.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect()
}

/// Whether a row by its name is money that comes in: `Grant revenue`, and not `Revenue cycle manager`.
fn is_revenue(name: &str) -> bool {
    words_of(name).last().is_some_and(|word| REVENUE.contains(&word.as_str()))
}

/// Whether what stands below a name without figures is money that comes in.
fn begins_revenue(name: &str) -> bool {
    let words = words_of(name);
    words.iter().any(|word| REVENUE.contains(&word.as_str()))
        || REVENUE_SECTIONS.contains(&words.join(" ").as_str())
}

/// Whether a row by its name is what is left: `Net income`, `Surplus (deficit)`, `Change in net assets`.
fn is_result(name: &str) -> bool {
    let words = words_of(name);
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["net"] | ["change", "in", "net", "assets", ..] => true,
        ["net", second, ..] => NET.contains(second),
        [first, ..] => RESULTS.contains(first),
        [] => false,
    }
}

fn is_sum(name: &str) -> bool {
    let name = name.to_lowercase();
    let words: Vec<&str> = name.split_whitespace().map(|word| word.trim_end_matches(':')).collect();
    let sum = |word: Option<&&str>| word.is_some_and(|word| SUMS.contains(word));
    sum(words.first()) || sum(words.last()) || name.starts_with("grand total")
}

/// An id of a name, unlike those that are taken.
fn id(name: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = |letter: char| match letter.is_ascii_alphanumeric() {
        true => letter.to_ascii_lowercase(),
        false => '-',
    };
    let text: String = name.chars().map(plain).collect();
    let parts: Vec<&str> = text.split('-').filter(|part| !part.is_empty()).collect();
    let mut id = parts.join("-");
    if !id.starts_with(|first: char| first.is_ascii_alphabetic()) {
        id.insert_str(0, "line-");
    }
    // The number of a name that comes again has room, too.
    id.truncate(NAME_CHARS_MAX - 8);
    let id = id.trim_end_matches('-').to_string();
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    let free = std::iter::once(id.clone()).chain(numbered).find(|id| !taken.contains(id));
    let free = free.unwrap_or(id);
    taken.insert(free.clone());
    free
}

/// A text within a remark, on one line.
fn remark(text: &str) -> String {
    visible(text).replace(['\n', '\r'], " ")
}

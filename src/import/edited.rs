//! Inputs that were changed in a workbook of ours: each with the plan's path and what was written there before.

use rust_decimal::Decimal;

use super::book::{Book, Datum, address};
use super::fault;
use crate::diagnostic::visible;
use crate::error::Error;
use crate::folder::BASE;
use crate::report::workbook::SCENARIO;
use crate::report::workbook::inputs::{FIXED, HEAD_ROW, PATH, PATH_HEAD, UNIT, VALUE, WRITTEN};
use crate::report::workbook::sheet::Place;

/// An input that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its path in the words of the plan.
    pub path: String,
    /// What the plan said when the workbook was made.
    pub written: Decimal,
    /// What stands in the workbook now.
    pub value: Decimal,
}

impl Change {
    /// The change in words.
    pub fn told(&self) -> String {
        format!("{}: {} instead of {}", self.path, self.value, self.written)
    }
}

/// Whether a workbook is one of ours.
pub fn is_ours(book: &Book) -> bool {
    let sheet = book.sheet(Place::Inputs.name());
    sheet.is_some_and(|sheet| sheet.text(HEAD_ROW, PATH.into()) == Some(PATH_HEAD))
}

/// The case that a workbook of ours is of, as its cover names it.
pub fn case(book: &Book) -> String {
    let cover = book.sheet(Place::Cover.name());
    let said = cover.and_then(|cover| {
        let row = |((row, _), datum): (&(u32, u32), &Datum)| match datum {
            Datum::Text(text) if text == SCENARIO => cover.text(*row, 1),
            _ => None,
        };
        cover.cells.iter().filter(|((_, column), _)| *column == 0).find_map(row)
    });
    let id = said.map_or(BASE, |said| said.split_once(':').map_or(said, |(id, _)| id));
    id.to_string()
}

/// The inputs that were changed, in the order of rows.
///
/// # Errors
/// Refused input: every cell of an input that holds no figure.
pub fn changes(book: &Book) -> Result<Vec<Change>, Error> {
    let (mut changes, mut faults) = (Vec::new(), Vec::new());
    let Some(sheet) = book.sheet(Place::Inputs.name()) else { return Ok(changes) };
    let last = sheet.cells.keys().map(|(row, _)| *row).max().unwrap_or(HEAD_ROW);
    for row in HEAD_ROW + 1..=last {
        let Some(path) = sheet.text(row, PATH.into()) else { continue };
        let Some(written) = figure(sheet.at(row, WRITTEN.into())) else { continue };
        match figure(sheet.at(row, VALUE.into())) {
            Some(value) if value == written => {}
            Some(_) if sheet.text(row, UNIT.into()).is_some_and(|unit| unit.ends_with(FIXED)) => {
                let at = address(row, VALUE.into());
                let message = format!("{at} of the inputs was changed, and is fixed");
                let cause =
                    format!("`{}` also moves what no formula of the workbook says", visible(path));
                let remedy = format!("write {written} there again, and change it in the plan");
                faults.push(fault(message, cause, remedy));
            }
            Some(value) => changes.push(Change { path: path.to_string(), written, value }),
            None => {
                let found = sheet.at(row, VALUE.into());
                let found = found.map_or("nothing".to_string(), Datum::words);
                let at = address(row, VALUE.into());
                let message = format!("{at} of the inputs holds {found}");
                let cause = format!("it is the figure of `{}`", visible(path));
                let remedy = format!("write a figure there; {written} stood there before");
                faults.push(fault(message, cause, remedy));
            }
        }
    }
    if faults.is_empty() { Ok(changes) } else { Err(Error::input(faults)) }
}

fn figure(datum: Option<&Datum>) -> Option<Decimal> {
    match datum? {
        Datum::Number(number) => Some(*number),
        _ => None,
    }
}

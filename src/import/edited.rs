//! Inputs that were changed in a workbook of ours: each with the plan's path and what was written there before.

use rust_decimal::Decimal;

use std::collections::BTreeMap;

use super::book::{Book, Datum, Grid, address};
use super::fault;
use crate::diagnostic::visible;
use crate::error::Error;
use crate::folder::BASE;
use crate::report::workbook::inputs::{
    FIXED, HEAD_ROW, Inputs, PATH, PATH_HEAD, SCENARIOS, UNIT, VALUE, WRITTEN, scenario_column,
};
use crate::report::workbook::sheet::Place;
use crate::report::workbook::{SCENARIO, Workbook};

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

/// The inputs that a plan states otherwise now than it did when a workbook of ours was made, and those that stand in one
/// of the two alone: the path, and both values as far as there are any.
pub fn since(book: &Book, now: &Workbook) -> Vec<(String, Option<Decimal>, Option<Decimal>)> {
    let mut inputs: BTreeMap<String, (Option<Decimal>, Option<Decimal>)> = BTreeMap::new();
    if let Some(sheet) = book.sheet(Place::Inputs.name()) {
        for ((row, column), datum) in &sheet.cells {
            if let (true, true, Datum::Text(path)) =
                (*column == u32::from(PATH), *row > HEAD_ROW, datum)
            {
                let written = figure(sheet.at(*row, WRITTEN.into()));
                inputs.entry(path.clone()).or_default().0 = written;
            }
        }
    }
    for (path, written) in now.written() {
        inputs.entry(path).or_default().1 = Some(written);
    }
    let changed = inputs.into_iter().filter(|(_, (before, now))| before != now);
    changed.map(|(path, (before, now))| (path, before, now)).collect()
}

/// Whether a workbook is one of ours.
pub fn is_ours(book: &Book) -> bool {
    let sheet = book.sheet(Place::Inputs.name());
    sheet.is_some_and(|sheet| sheet.text(HEAD_ROW, PATH.into()) == Some(PATH_HEAD))
}

/// The case that a workbook of ours shows: the scenario that is switched on, or the one that its cover names.
pub fn case(book: &Book) -> String {
    let scenarios = book.sheet(Place::Inputs.name()).map(Scenarios::of);
    if let Some(id) = scenarios.and_then(|scenarios| scenarios.switched_on()) {
        return id;
    }
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

/// The scenarios that a workbook can switch on, and the one that is.
struct Scenarios {
    ids: Vec<String>,
    place: Option<usize>,
}

impl Scenarios {
    fn of(sheet: &Grid) -> Scenarios {
        let id = |place: usize| {
            let head = sheet.text(HEAD_ROW, SCENARIOS as u32 + place as u32)?;
            let (number, id) = head.split_once(' ')?;
            (number == (place + 1).to_string()).then(|| id.to_string())
        };
        let ids: Vec<String> = (0..).map_while(id).collect();
        let at = Inputs::switch();
        let number = figure(sheet.at(at.row, at.column.into()));
        let place = number.and_then(|number| number.to_string().parse::<usize>().ok());
        let place = place.and_then(|place| place.checked_sub(1)).filter(|place| *place < ids.len());
        Scenarios { ids, place }
    }

    fn switched_on(&self) -> Option<String> {
        self.ids.get(self.place?).cloned()
    }

    /// What a scenario says in a row, and what was written there.
    fn said(&self, sheet: &Grid, row: u32, place: usize) -> Option<(Decimal, Decimal)> {
        let of =
            |column| figure(sheet.at(row, scenario_column(column, place, self.ids.len()).into()));
        Some((of(VALUE)?, of(WRITTEN)?))
    }
}

/// The inputs that were changed, in the order of rows.
///
/// # Errors
/// Refused input: every cell of an input that holds no figure, or that is changed for a scenario that is not switched on.
pub fn changes(book: &Book) -> Result<Vec<Change>, Error> {
    let (mut changes, mut faults) = (Vec::new(), Vec::new());
    let Some(sheet) = book.sheet(Place::Inputs.name()) else { return Ok(changes) };
    let scenarios = Scenarios::of(sheet);
    if !scenarios.ids.is_empty() && scenarios.place.is_none() {
        let at = Inputs::switch();
        let found = sheet.at(at.row, at.column.into()).map_or("nothing".to_string(), Datum::words);
        let at = address(at.row, at.column.into());
        let message = format!("{at} of the inputs holds {found}");
        let remedy = format!("write a number from 1 to {} there", scenarios.ids.len());
        faults.push(fault(message, "it says which scenario is switched on".to_string(), remedy));
    }
    let last = sheet.cells.keys().map(|(row, _)| *row).max().unwrap_or(HEAD_ROW);
    for row in HEAD_ROW + 1..=last {
        let Some(path) = sheet.text(row, PATH.into()) else { continue };
        let mut own = None;
        for (place, id) in scenarios.ids.iter().enumerate() {
            let Some((value, written)) = scenarios.said(sheet, row, place) else { continue };
            if value == written {
                continue;
            }
            if Some(place) == scenarios.place {
                own = Some((value, written));
                continue;
            }
            let column = scenario_column(VALUE, place, scenarios.ids.len());
            let message = format!(
                "{} of the inputs was changed, for a scenario that is not switched on",
                address(row, column.into())
            );
            let cause = format!("it is what `{id}` says of `{}`", visible(path));
            let remedy = format!("switch {} on, or write {written} there again", place + 1);
            faults.push(fault(message, cause, remedy));
        }
        if let Some((value, written)) = own {
            changes.push(Change { path: path.to_string(), written, value });
            continue;
        }
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

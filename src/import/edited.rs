//! Inputs that were changed in a workbook of ours: each with the plan's path and what was written there before.

use rust_decimal::Decimal;

use std::collections::BTreeMap;

use super::book::{Book, Datum, Grid, address};
use super::fault;
use crate::diagnostic::{Diagnostic, visible};
use crate::error::Error;
use crate::folder::BASE;
use crate::report::workbook::inputs::{
    Changed, FIXED, HEAD_ROW, Inputs, PATH, PATH_HEAD, SCENARIOS, UNIT, VALUE, WRITTEN,
    scenario_column,
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
/// of the two alone: the path, and both values as far as there are any. Nothing where the two have no input in common.
pub fn since(book: &Book, now: &Workbook) -> Option<Vec<Changed>> {
    let mut inputs: BTreeMap<String, (Option<Decimal>, Option<Decimal>)> = BTreeMap::new();
    if let Some(sheet) = book.sheet(Place::Inputs.name()) {
        let scenarios = Scenarios::of(sheet);
        for ((row, column), datum) in &sheet.cells {
            if let (true, true, Datum::Text(path)) =
                (*column == u32::from(PATH), *row > HEAD_ROW, datum)
            {
                // Whatever is switched on, the first scenario is the one that the workbook was made of.
                let written = match scenarios.hold(sheet, *row) {
                    true => scenarios.figures(sheet, *row, 0).1,
                    false => figure(sheet.at(*row, WRITTEN.into())),
                };
                if written.is_some() {
                    inputs.entry(path.clone()).or_default().0 = written;
                }
            }
        }
    }
    for (path, written) in now.written() {
        inputs.entry(path).or_default().1 = Some(written);
    }
    let common = inputs.values().any(|(before, now)| before.is_some() && now.is_some());
    let changed = inputs.into_iter().filter(|(_, (before, now))| before != now);
    common.then(|| changed.map(|(path, (before, now))| (path, before, now)).collect())
}

/// Whether a workbook is one of ours.
pub fn is_ours(book: &Book) -> bool {
    let sheet = book.sheet(Place::Inputs.name());
    sheet.is_some_and(|sheet| sheet.text(HEAD_ROW, PATH.into()) == Some(PATH_HEAD))
}

/// The case that a workbook of ours shows: the scenario that is switched on, or the one that it was made of.
pub fn case(book: &Book) -> String {
    let scenarios = book.sheet(Place::Inputs.name()).map(Scenarios::of);
    let switched = scenarios.and_then(|scenarios| scenarios.switched_on());
    switched.unwrap_or_else(|| made_of(book))
}

/// The case that a workbook of ours was made of, as its cover names it.
pub fn made_of(book: &Book) -> String {
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

    /// Whether what was written in a row stands in the columns of scenarios.
    fn hold(&self, sheet: &Grid, row: u32) -> bool {
        (0..self.ids.len()).any(|place| self.figures(sheet, row, place).1.is_some())
    }

    /// What a scenario says in a row, and what was written there.
    fn figures(&self, sheet: &Grid, row: u32, place: usize) -> (Option<Decimal>, Option<Decimal>) {
        if place >= self.ids.len() {
            return (None, None);
        }
        let of = |column| {
            let column = scenario_column(column, place, self.ids.len());
            figure(sheet.at(row, column.into()))
        };
        (of(VALUE), of(WRITTEN))
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
        if scenarios.hold(sheet, row) {
            changes.extend(scenarios.change(sheet, (row, path), &mut faults));
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
                faults.push(no_figure(sheet, (row, VALUE.into()), (path, written)));
            }
        }
    }
    if faults.is_empty() { Ok(changes) } else { Err(Error::input(faults)) }
}

/// What is told of an input's cell that holds no figure.
fn no_figure(
    sheet: &Grid,
    (row, column): (u32, u32),
    (path, written): (&str, Decimal),
) -> Diagnostic {
    let found = sheet.at(row, column).map_or("nothing".to_string(), Datum::words);
    let message = format!("{} of the inputs holds {found}", address(row, column));
    let cause = format!("it is the figure of `{}`", visible(path));
    fault(message, cause, format!("write a figure there; {written} stood there before"))
}

/// What is told of a cell that holds something for a scenario without such an input.
fn no_input((row, column): (u32, u32), found: &Datum, (id, path): (&str, &str)) -> Diagnostic {
    let message = format!("{} of the inputs holds {}", address(row, column), found.words());
    let cause = format!("scenario `{id}` has no `{}`", visible(path));
    let remedy = "leave the cell empty; what a scenario adds is written in the plan".to_string();
    fault(message, cause, remedy)
}

impl Scenarios {
    /// The change of an input that scenarios state otherwise, each in a column of its own; the live value is a formula over them.
    fn change(
        &self,
        sheet: &Grid,
        (row, path): (u32, &str),
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Change> {
        let mut own = None;
        for (place, id) in self.ids.iter().enumerate() {
            let column = u32::from(scenario_column(VALUE, place, self.ids.len()));
            let (value, written) = match self.figures(sheet, row, place) {
                (Some(value), Some(written)) => (value, written),
                (None, Some(written)) => {
                    faults.push(no_figure(sheet, (row, column), (path, written)));
                    continue;
                }
                // The scenario has no such input.
                (_, None) => {
                    if let Some(found) = sheet.at(row, column) {
                        faults.push(no_input((row, column), found, (id, path)));
                    }
                    continue;
                }
            };
            if Some(place) == self.place {
                own = Some((value, written, column));
            } else if value != written {
                let at = address(row, column);
                let message = format!(
                    "{at} of the inputs was changed, for a scenario that is not switched on"
                );
                let cause = format!("it is what `{id}` says of `{}`", visible(path));
                let remedy = format!("switch {} on, or write {written} there again", place + 1);
                faults.push(fault(message, cause, remedy));
            }
        }
        // A formula that was not worked out again still shows what some scenario said, 0 where one has no such input;
        // anything else was typed over it.
        let says = |place: usize| match self.figures(sheet, row, place) {
            (None, None) => [Some(Decimal::ZERO), None],
            (value, written) => [value, written],
        };
        let said: Vec<Decimal> = (0..self.ids.len()).flat_map(says).flatten().collect();
        let live = figure(sheet.at(row, VALUE.into())).filter(|live| !said.contains(live));
        let Some((value, written, column)) = own else {
            let over = sheet.at(row, VALUE.into()).filter(|_| live.is_some());
            let lacks = |place: &usize| self.figures(sheet, row, *place).1.is_none();
            let id = self.place.filter(lacks).map(|place| &self.ids[place]);
            if let (Some(found), Some(id)) = (over, id) {
                faults.push(no_input((row, VALUE.into()), found, (id, path)));
            }
            return None;
        };
        let value = match live {
            Some(live) if value != written => {
                let (over, at) = (address(row, VALUE.into()), address(row, column));
                let message = format!("{over} of the inputs holds {live}, and {at} {value}");
                let cause = format!("both are the figure of `{}`", visible(path));
                let remedy = format!("write one figure, into {at}");
                faults.push(fault(message, cause, remedy));
                return None;
            }
            Some(live) => live,
            None => value,
        };
        let fixed = sheet.text(row, UNIT.into()).is_some_and(|unit| unit.ends_with(FIXED));
        if fixed && value != written {
            let message =
                format!("{} of the inputs was changed, and is fixed", address(row, column));
            let cause =
                format!("`{}` also moves what no formula of the workbook says", visible(path));
            let remedy = format!("write {written} there again, and change it in the plan");
            faults.push(fault(message, cause, remedy));
            return None;
        }
        (value != written).then(|| Change { path: path.to_string(), written, value })
    }
}

fn figure(datum: Option<&Datum>) -> Option<Decimal> {
    match datum? {
        Datum::Number(number) => Some(*number),
        _ => None,
    }
}

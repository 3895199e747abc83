//! Inputs that were changed in a workbook of ours: each with the plan's path and what was written there before.

use rust_decimal::Decimal;

use std::collections::BTreeMap;

use super::book::{Book, Datum, Grid, address};
use super::fault;
use crate::diagnostic::{Diagnostic, visible};
use crate::error::Error;
use crate::folder::BASE;
use crate::report::workbook::inputs::{
    COUNT_ROW, Changed, FIXED, HEAD_ROW, Inputs, PATH, PATH_HEAD, SCENARIOS, UNIT, VALUE, WRITTEN,
    scenario_column,
};
use crate::report::workbook::sheet::Place;
use crate::report::workbook::{DIGEST, SCENARIO, Workbook};

/// An input that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its path in the words of the plan.
    pub path: String,
    /// What the plan said when the workbook was made.
    pub written: Decimal,
    /// What stands in the workbook now.
    pub value: Decimal,
    /// The cells in which the two stand: what was written, and what stands there now.
    pub cells: [String; 2],
}

impl Change {
    /// The change in words.
    pub fn told(&self) -> String {
        format!("{}: {} instead of {}", self.path, self.value, self.written)
    }

    /// Where its figure stands, in words.
    pub fn found(&self) -> String {
        on_inputs(&self.cells[1])
    }
}

/// A cell of the sheet of inputs, in words.
fn on_inputs(cell: &str) -> String {
    format!("{cell} of sheet {}", Place::Inputs.name())
}

/// The inputs that a plan states otherwise now than it did when a workbook of ours was made, and those that stand in one
/// of the two alone: the path, and both values as far as there are any. Nothing where the two have no input in common.
///
/// # Errors
/// Refused input: a workbook whose inputs cannot be read.
pub fn since(book: &Book, now: &Workbook) -> Result<Option<Vec<Changed>>, Error> {
    let mut inputs: BTreeMap<String, (Option<Decimal>, Option<Decimal>)> = BTreeMap::new();
    // Whatever is switched on, the first scenario is the one that the workbook was made of.
    for (path, written) in stated(sheet_of(book)?, 0) {
        inputs.entry(path).or_default().0 = Some(written);
    }
    for (path, written) in now.written() {
        inputs.entry(path).or_default().1 = Some(written);
    }
    let common = inputs.values().any(|(before, now)| before.is_some() && now.is_some());
    let changed = inputs.into_iter().filter(|(_, (before, now))| before != now);
    Ok(common.then(|| changed.map(|(path, (before, now))| (path, before, now)).collect()))
}

/// Every input of the scenario that is switched on, as the plan stated it when the workbook was made.
///
/// # Errors
/// Refused input: a workbook whose inputs cannot be read.
pub fn written(book: &Book) -> Result<Vec<(String, Decimal)>, Error> {
    let sheet = sheet_of(book)?;
    Ok(stated(sheet, Scenarios::of(sheet).place.unwrap_or(0)))
}

/// Every input of a scenario, by its place, as it was written.
fn stated(sheet: &Grid, place: usize) -> Vec<(String, Decimal)> {
    let scenarios = Scenarios::of(sheet);
    let written = |(row, path): (u32, &String)| {
        let written = match scenarios.hold(sheet, row) {
            true => scenarios.figures(sheet, row, place).1,
            false => figure(sheet.at(row, WRITTEN.into())),
        };
        Some((path.clone(), written?))
    };
    paths(sheet).filter_map(written).collect()
}

/// The path of each input, with its row.
fn paths(sheet: &Grid) -> impl Iterator<Item = (u32, &String)> {
    sheet.cells.iter().filter_map(|((row, column), datum)| match datum {
        Datum::Text(path) if *column == u32::from(PATH) && *row > HEAD_ROW => Some((*row, path)),
        _ => None,
    })
}

/// Whether a workbook is one of ours, whatever has become of its inputs.
pub fn is_ours(book: &Book) -> bool {
    let says = |place: Place, label: &str| {
        let sheet = book.sheet(place.name());
        sheet.is_some_and(|sheet| beside(sheet, label).is_some())
    };
    says(Place::Cover, SCENARIO) || says(Place::Log, DIGEST) || book.sheets.iter().any(heads_inputs)
}

/// Whether a sheet is headed like the one of inputs.
fn heads_inputs(sheet: &Grid) -> bool {
    sheet.text(HEAD_ROW, PATH.into()) == Some(PATH_HEAD)
}

/// The text beside a label in the first column.
fn beside<'a>(sheet: &'a Grid, label: &str) -> Option<&'a str> {
    let row = |((row, column), datum): (&(u32, u32), &Datum)| match datum {
        Datum::Text(text) if *column == 0 && text == label => sheet.text(*row, 1),
        _ => None,
    };
    sheet.cells.iter().find_map(row)
}

/// The sheet of inputs.
fn sheet_of(book: &Book) -> Result<&Grid, Error> {
    let (own, name) = (Place::Inputs.name(), visible(&book.name));
    let anew = "or write the workbook anew with `braid workbook` and change the inputs there";
    let found = book.sheet(own);
    if let Some(sheet) = found.filter(|sheet| heads_inputs(sheet)) {
        let holds = Decimal::from(paths(sheet).count());
        // Where it is not told how many there were, none can be missed.
        let laid = sheet.number(COUNT_ROW, WRITTEN.into()).unwrap_or(holds);
        if laid == holds {
            return Ok(sheet);
        }
        let message =
            format!("sheet {own} of `{name}` holds {holds} inputs, and braid wrote {laid}");
        let cause = "a row was taken out or put in, or its path in the plan was";
        return Err(Error::input(vec![fault(message, cause, format!("take that back, {anew}"))]));
    }
    let renamed = book.sheets.iter().find(|sheet| heads_inputs(sheet));
    let (message, cause, remedy) = match (found, renamed) {
        (_, Some(sheet)) => {
            let other = visible(&sheet.name);
            let message =
                format!("`{name}` is a workbook of braid's, and has its inputs on sheet `{other}`");
            let remedy = format!("give sheet `{other}` the name {own} again");
            (message, format!("they are read from sheet {own} alone"), remedy)
        }
        (None, None) => {
            let message = format!("`{name}` is a workbook of braid's without its sheet {own}");
            let cause = "what was changed is read from there".to_string();
            (message, cause, format!("put the sheet back, {anew}"))
        }
        (Some(sheet), None) if sheet.cells.is_empty() => {
            let message = format!("sheet {own} of `{name}` is empty");
            let cause = "what was changed is read from there".to_string();
            (message, cause, format!("put back what stood there, {anew}"))
        }
        (Some(_), None) => {
            let at = address(HEAD_ROW, PATH.into());
            let message = format!("sheet {own} of `{name}` is not laid as braid laid it");
            let cause = format!("{at} does not hold the heading `{PATH_HEAD}`");
            (
                message,
                cause,
                format!("take back the rows or columns that were put in or taken out, {anew}"),
            )
        }
    };
    Err(Error::input(vec![fault(message, cause, remedy)]))
}

/// The plan's title in a workbook of ours, as its cover names it.
pub fn title(book: &Book) -> Option<&str> {
    book.sheet(Place::Cover.name())?.text(0, 0)
}

/// The case that a workbook of ours shows: the scenario that is switched on, or the one that it was made of.
pub fn case(book: &Book) -> String {
    let scenarios = book.sheet(Place::Inputs.name()).map(Scenarios::of);
    let switched = scenarios.and_then(|scenarios| scenarios.switched_on());
    switched.unwrap_or_else(|| made_of(book))
}

/// The case that a workbook of ours was made of, as its cover names it.
pub fn made_of(book: &Book) -> String {
    let said = book.sheet(Place::Cover.name()).and_then(|cover| beside(cover, SCENARIO));
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
/// Refused input: a workbook whose inputs cannot be read; every cell of an input that holds no figure, or that is changed
/// for a scenario that is not switched on.
pub fn changes(book: &Book) -> Result<Vec<Change>, Error> {
    let (mut changes, mut faults) = (Vec::new(), Vec::new());
    let sheet = sheet_of(book)?;
    let scenarios = Scenarios::of(sheet);
    if !scenarios.ids.is_empty() && scenarios.place.is_none() {
        let at = Inputs::switch();
        let found = sheet.at(at.row, at.column.into()).map_or("nothing".to_string(), Datum::words);
        let at = address(at.row, at.column.into());
        let message = format!("{} holds {found}", on_inputs(&at));
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
        let Some(written) = figure(sheet.at(row, WRITTEN.into())) else {
            faults.push(no_written(sheet, (row, WRITTEN.into()), path));
            continue;
        };
        match figure(sheet.at(row, VALUE.into())) {
            Some(value) if value == written => {}
            Some(_) if sheet.text(row, UNIT.into()).is_some_and(|unit| unit.ends_with(FIXED)) => {
                let at = on_inputs(&address(row, VALUE.into()));
                let message = format!("{at} was changed, and is fixed");
                let cause =
                    format!("`{}` also moves what no formula of the workbook says", visible(path));
                let remedy = format!("write {written} there again, and change it in the plan");
                faults.push(fault(message, cause, remedy));
            }
            Some(value) => {
                let cells = [WRITTEN, VALUE].map(|column| address(row, column.into()));
                changes.push(Change { path: path.to_string(), written, value, cells });
            }
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
    let message = format!("{} holds {found}", on_inputs(&address(row, column)));
    let cause = format!("it is the figure of `{}`", visible(path));
    let unit = sheet.text(row, UNIT.into()).map_or(String::new(), |unit| format!(" ({unit})"));
    fault(message, cause, format!("write a figure there{unit}; {written} stood there before"))
}

/// What is told of a cell that does not say any more what was written.
fn no_written(sheet: &Grid, (row, column): (u32, u32), path: &str) -> Diagnostic {
    let found = sheet.at(row, column).map_or("nothing".to_string(), Datum::words);
    let message = format!("{} holds {found}", on_inputs(&address(row, column)));
    let cause = format!("it tells what `{}` was when the workbook was written", visible(path));
    fault(message, cause, "write that figure there again")
}

/// What is told of a cell that holds something for a scenario without such an input.
fn no_input((row, column): (u32, u32), found: &Datum, (id, path): (&str, &str)) -> Diagnostic {
    let message = format!("{} holds {}", on_inputs(&address(row, column)), found.words());
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
                let at = on_inputs(&address(row, column));
                let message = format!("{at} was changed, for a scenario that is not switched on");
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
                let message = format!("{} holds {live}, and {at} {value}", on_inputs(&over));
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
            let at = on_inputs(&address(row, column));
            let message = format!("{at} was changed, and is fixed");
            let cause =
                format!("`{}` also moves what no formula of the workbook says", visible(path));
            let remedy = format!("write {written} there again, and change it in the plan");
            faults.push(fault(message, cause, remedy));
            return None;
        }
        let place = self.place?;
        let then = scenario_column(WRITTEN, place, self.ids.len());
        let now = if live.is_some() { u32::from(VALUE) } else { column };
        let cells = [then.into(), now].map(|column| address(row, column));
        (value != written).then(|| Change { path: path.to_string(), written, value, cells })
    }
}

fn figure(datum: Option<&Datum>) -> Option<Decimal> {
    match datum? {
        Datum::Number(number) => Some(*number),
        _ => None,
    }
}

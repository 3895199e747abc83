//! Scenarios that can be switched on: each is laid as a workbook of its own, and where a cell of theirs differs from the
//! one that is shown, it takes what the switch says.
//!
//! A formula over the switch says in each scenario what that scenario's own workbook says in the same cell, so that
//! nothing has to be proved of it anew. A scenario can be switched on where its sheets have the same rows.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Books;
use super::cover::scenario_title;
use super::formula::{Expression, Function, call, cell, whole};
use super::inputs::{self, Inputs, Listed};
use super::sheet::{At, Cell, Content, LABEL, Place, Role, Sheet, Unit, Value};
use crate::plan::Plan;

/// Whether two scenarios have the same streams, awards and lines in the same months, so that they may have the same rows.
pub fn alike(one: &Books, other: &Books) -> bool {
    let streams = |books: &Books| -> Vec<_> {
        books.plan.streams.iter().map(|stream| stream.name.clone()).collect()
    };
    let lines = |books: &Books| -> Vec<_> {
        books.plan.lines.iter().map(|line| line.name.clone()).collect()
    };
    let awards = |books: &Books| -> Vec<_> {
        books.ledger.tranches.iter().map(|book| (book.stream, book.available)).collect()
    };
    one.plan.horizon == other.plan.horizon
        && streams(one) == streams(other)
        && lines(one) == lines(other)
        && awards(one) == awards(other)
}

/// Whether the sheets of a scenario have the rows of those that are shown, with the same words.
pub fn has_same_rows(shown: &[&Sheet], other: &[&Sheet]) -> bool {
    let same_cell = |place: Place, column: u16, one: Option<&Cell>, other: Option<&Cell>| {
        let word = |cell: Option<&Cell>| match cell.map(|cell| &cell.content) {
            Some(Content::Text(text)) => Some(text.clone()),
            Some(Content::Link(place)) => Some(place.name().to_string()),
            _ => None,
        };
        let told_apart = place == Place::Inputs && [inputs::FILE, inputs::SOURCE].contains(&column);
        told_apart || word(one) == word(other)
    };
    let same_row = |place: Place, one: &BTreeMap<u16, Cell>, other: &BTreeMap<u16, Cell>| {
        let mut columns = one.keys().chain(other.keys());
        columns.all(|column| same_cell(place, *column, one.get(column), other.get(column)))
    };
    shown.len() == other.len()
        && shown.iter().zip(other).all(|(one, other)| {
            let mut rows = one.rows.iter().zip(&other.rows);
            one.rows.len() == other.rows.len()
                && rows.all(|(one_row, other_row)| same_row(one.place, one_row, other_row))
        })
}

/// The names of scenarios by their numbers.
pub fn names(ids: &[&str]) -> Vec<String> {
    ids.iter().enumerate().map(|(place, id)| format!("{} {id}", place + 1)).collect()
}

/// The sheets of the first plan with the switch in them, by the sheets of the others in the same order; and the sheet of
/// what those say.
pub fn merged(
    plans: &[&Plan],
    mut sheets: Vec<Sheet>,
    cases: &[Vec<Sheet>],
    listed: &mut [Listed],
) -> (Vec<Sheet>, Sheet) {
    let ids: Vec<&str> = plans.iter().map(|plan| plan.scenario.as_str()).collect();
    let names = names(&ids);
    let mut said = Said::new(&names);
    for (place, sheet) in sheets.iter_mut().enumerate() {
        let others: Vec<&Sheet> = cases.iter().map(|case| &case[place]).collect();
        said.merge(sheet, &others);
        if sheet.place != Place::Inputs {
            continue;
        }
        for (at, plan) in plans.iter().enumerate() {
            inputs::head_scenario(sheet, at, names.len(), (&names[at], scenario_title(plan)));
        }
        let at = Inputs::switch();
        sheet.pick = Some((at, names.len() as u16));
        sheet.number(at.row, at.column, Decimal::ONE, Role::Input, Unit::Whole);
        for input in listed.iter_mut() {
            let own = sheet.cell(input.at.row, input.at.column).map(|cell| &cell.content);
            if matches!(own, Some(Content::Formula(..))) {
                input.at = input.at.in_column(inputs::SCENARIOS);
            }
        }
    }
    (sheets, said.sheet)
}

/// What scenarios say where they differ.
struct Said<'a> {
    names: &'a [String],
    sheet: Sheet,
}

/// How far to the right of its own column a figure of a scenario stands.
const MOVED: u16 = 3;

impl Said<'_> {
    fn new(names: &[String]) -> Said<'_> {
        let mut sheet = Sheet::new(Place::Switched, &[56, 18, 18]);
        sheet.frozen_rows = 3;
        sheet.frozen_columns = MOVED;
        sheet.text(0, 0, "What the scenarios say where they differ", Role::Title);
        let words = "Each figure stands three columns to the right of the cell that takes it by the switch on Inputs.";
        sheet.text(1, 0, words, Role::Note);
        for (column, words) in ["What", "Sheet and row", "Scenario"].into_iter().enumerate() {
            sheet.text(2, column as u16, words, Role::Heading);
        }
        Said { names, sheet }
    }

    /// Puts the switch into the cells of a sheet that others have otherwise.
    fn merge(&mut self, sheet: &mut Sheet, others: &[&Sheet]) {
        for row in 0..sheet.rows.len() {
            let mut columns: Vec<u16> = sheet.rows[row].keys().copied().collect();
            columns.extend(others.iter().flat_map(|other| other.rows[row].keys().copied()));
            columns.sort_unstable();
            columns.dedup();
            // Where the row's figures are said, once any differs.
            let mut first = None;
            for column in columns {
                let own = |of: &Sheet| of.rows[row].get(&column).cloned();
                let cells: Vec<Option<Cell>> = std::iter::once(own(sheet))
                    .chain(others.iter().map(|other| own(other)))
                    .collect();
                if cells.iter().all(|cell| said(cell) == said(&cells[0])) {
                    continue;
                }
                let at = sheet.at(row as u32, column);
                self.switch(sheet, at, &cells, &mut first);
            }
        }
    }

    /// Puts the switch into one cell.
    fn switch(
        &mut self,
        sheet: &mut Sheet,
        at: At,
        cells: &[Option<Cell>],
        first: &mut Option<u32>,
    ) {
        let (row, column) = (at.row, at.column);
        let on_inputs = at.sheet == Place::Inputs;
        if on_inputs && [inputs::FILE, inputs::SOURCE].contains(&column) {
            if column == inputs::FILE {
                for (place, own) in cells.iter().enumerate() {
                    if let Some(Content::Text(text)) = own.as_ref().map(|cell| &cell.content) {
                        let column = inputs::scenario_column(inputs::FILE, place, cells.len());
                        sheet.text(row, column, text.clone(), Role::Note);
                    }
                }
            }
            return;
        }
        let Some(like) = cells.iter().flatten().next().cloned() else { return };
        let mut choices = vec![cell(Inputs::switch())];
        for (place, own) in cells.iter().enumerate() {
            choices.push(match own.as_ref().map(|cell| (&cell.content, cell)) {
                Some((Content::Formula(expression, _), _)) => expression.clone(),
                Some((Content::Number(number), own)) if on_inputs => {
                    let column = inputs::scenario_column(column, place, cells.len());
                    cell(sheet.number(row, column, *number, own.role, own.unit))
                }
                Some((Content::Number(number), own)) => {
                    let first = *first.get_or_insert_with(|| self.begin(sheet, row));
                    let row = first + place as u32;
                    cell(self.sheet.number(row, column + MOVED, *number, own.role, own.unit))
                }
                _ => whole(0),
            });
        }
        let value = match cells[0].as_ref().map(|cell| &cell.content) {
            Some(Content::Formula(_, value)) => value.clone(),
            Some(Content::Number(number)) => Value::Number(*number),
            _ => Value::Number(Decimal::ZERO),
        };
        let expression = call(Function::Choose, choices);
        let role = match like.role {
            Role::Input | Role::Decided | Role::Grey => Role::Formula,
            role => role,
        };
        sheet.put(row, column, Content::Formula(expression, value), role, like.unit);
    }

    /// Begins the rows of one row of a sheet, one a scenario.
    fn begin(&mut self, sheet: &Sheet, row: u32) -> u32 {
        let first = self.sheet.next_row();
        let label = match sheet.cell(row, LABEL).map(|cell| &cell.content) {
            Some(Content::Text(text)) => text.trim().to_string(),
            _ => String::new(),
        };
        for (place, name) in self.names.iter().enumerate() {
            let at = first + place as u32;
            self.sheet.text(at, 0, label.as_str(), Role::Label);
            let where_ = format!("{} {}", sheet.place.name(), row + 1);
            self.sheet.text(at, 1, where_, Role::Note);
            self.sheet.text(at, 2, name.as_str(), Role::Note);
        }
        first
    }
}

/// What of a cell may differ: the figure it holds, or the formula, whatever that comes to.
#[derive(PartialEq)]
enum Says<'a> {
    Nothing,
    Number(Decimal),
    Formula(&'a Expression),
    Text(&'a str),
    Link(Place),
}

fn said(cell: &Option<Cell>) -> Says<'_> {
    match cell.as_ref().map(|cell| &cell.content) {
        None => Says::Nothing,
        Some(Content::Number(number)) => Says::Number(*number),
        Some(Content::Formula(expression, _)) => Says::Formula(expression),
        Some(Content::Text(text)) => Says::Text(text),
        Some(Content::Link(place)) => Says::Link(*place),
    }
}

//! Scenarios that can be switched on: each is laid as a workbook of its own, on rows that all of them share, and where a cell
//! of theirs differs from the one that is shown, it takes what the switch says.
//!
//! A formula over the switch says in each scenario what that scenario's own workbook says in the same cell, so that
//! nothing has to be proved of it anew. A row that a scenario lacks is 0 in it.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::align::Rows;
use super::formula::{Expression, Function, call, cell, sum_of, when, whole};
use super::inputs::{self, Inputs, Listed};
use super::sheet::{Area, At, Cell, Content, LABEL, NOTE, Place, Role, Sheet, Unit, Value};
use crate::plan::Plan;

/// Whether two scenarios are of the same months and years, so that their columns are the same.
pub fn in_step(one: &Plan, other: &Plan) -> bool {
    let columns = |plan: &Plan| (plan.horizon.start, plan.horizon.months, plan.fiscal);
    columns(one) == columns(other)
}

/// The names of scenarios by their numbers.
pub fn names(ids: &[&str]) -> Vec<String> {
    ids.iter().enumerate().map(|(place, id)| format!("{} {id}", place + 1)).collect()
}

/// The sheets of the first plan with the switch in them, by the sheets of the others in the same order and on the same rows;
/// and the sheet of what those say.
pub fn merged(
    plans: &[&Plan],
    mut cases: Vec<Vec<Sheet>>,
    rows: &[Rows],
    listed: &mut [Listed],
) -> Vec<Sheet> {
    let ids: Vec<&str> = plans.iter().map(|plan| plan.scenario.as_str()).collect();
    let names = names(&ids);
    let mut said = Said::new(&names, rows);
    let others = cases.split_off(1);
    let mut sheets: Vec<Sheet> = cases.into_iter().flatten().collect();
    for (place, sheet) in sheets.iter_mut().enumerate() {
        let others: Vec<&Sheet> = others.iter().map(|case| &case[place]).collect();
        said.merge(sheet, &others);
        if sheet.place != Place::Inputs {
            continue;
        }
        for (at, plan) in plans.iter().enumerate() {
            inputs::head_scenario(sheet, at, names.len(), (&names[at], scenario_title(plan)));
        }
        // What scenarios say stands on paper; what they said as written, and where, on the screen alone.
        let last = inputs::scenario_column(inputs::VALUE, names.len() - 1, names.len());
        sheet.printed = Some((sheet.next_row() - 1, last));
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
    sheets.push(said.sheet);
    sheets
}

/// What scenarios say where they differ.
struct Said<'a> {
    names: &'a [String],
    rows: &'a [Rows],
    sheet: Sheet,
}

/// How far to the right of its own column a figure of a scenario stands.
const MOVED: u16 = 3;
/// The letters of one formula from which on its parts stand in cells of their own; spreadsheets take 8,192.
const LETTERS_MAX: usize = 4_000;

impl Said<'_> {
    fn new<'a>(names: &'a [String], rows: &'a [Rows]) -> Said<'a> {
        let mut sheet = Sheet::new(Place::Switched, &[56, 18, 18]);
        sheet.frozen_rows = 3;
        sheet.frozen_columns = MOVED;
        sheet.text(0, 0, "What the scenarios say where they differ", Role::Title);
        let words = "Each figure stands three columns to the right of the cell that takes it by the switch on Inputs. \
                     The sheet calculates: on paper stands this note alone.";
        sheet.text(1, 0, words, Role::Note);
        sheet.printed = Some((1, MOVED));
        for (column, words) in ["What", "Sheet and row", "Scenario"].into_iter().enumerate() {
            sheet.text(2, column as u16, words, Role::Heading);
        }
        Said { names, rows, sheet }
    }

    /// Puts the switch into the cells of a sheet that others have otherwise.
    fn merge(&mut self, sheet: &mut Sheet, others: &[&Sheet]) {
        let mut told = (String::new(), String::new());
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
            let mut blocks = std::iter::once(&*sheet).chain(others.iter().copied());
            let block = blocks.find_map(|of| of.blocks.get(row).filter(|of| !of.is_empty()));
            let block = block.cloned().unwrap_or_default();
            let whose = self.whose(sheet.place, row as u32);
            // It is told once of rows that follow one another.
            if !whose.is_empty() && told != (block.clone(), whose.clone()) {
                note(sheet, row as u32, &whose);
            }
            told = (block, whose);
        }
    }

    /// In which scenarios a row is, where it is not in all: the shorter list of the two.
    fn whose(&self, sheet: Place, row: u32) -> String {
        let lack = |lacks: bool| -> Vec<&str> {
            let own = self.names.iter().zip(self.rows);
            let own = own.filter(|(_, rows)| rows.lack(sheet, row) == lacks);
            own.map(|(name, _)| name.as_str()).collect()
        };
        let (out, within) = (lack(true), lack(false));
        match (out.len(), within.len()) {
            (0, _) => String::new(),
            (out_count, count) if out_count <= count => format!("not in {}", out.join(", ")),
            _ => format!("only in {}", within.join(", ")),
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
        let Some(like) = cells.iter().flatten().next().cloned() else { return };
        // What another scenario says can be read too.
        let letters = cells.iter().flatten().filter_map(Cell::letters).max();
        if let Some((width, letters)) = sheet.widths.get_mut(usize::from(column)).zip(letters) {
            *width = letters.max(*width);
        }
        let words = |cell: &Option<Cell>| match cell.as_ref().map(|cell| &cell.content) {
            Some(Content::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let lacks: Vec<bool> = self.rows.iter().map(|rows| rows.lack(at.sheet, row)).collect();
        if on_inputs && column == inputs::FILE {
            for (place, text) in cells.iter().map(words).enumerate() {
                if let Some(text) = text {
                    let column = inputs::scenario_column(inputs::FILE, place, cells.len());
                    sheet.text(row, column, text, Role::Note);
                }
            }
            return;
        }
        // Words of a row stand as they are, whoever has that row.
        let mut own = cells.iter().zip(&lacks).filter(|(_, lacks)| !**lacks);
        let source = on_inputs && column == inputs::SOURCE;
        if words(&Some(like.clone())).is_some()
            && (source || own.all(|(own, _)| said(own) == said(&Some(like.clone()))))
        {
            sheet.put(row, column, like.content, like.role, like.unit);
            return;
        }
        let formula = |cell: &Option<Cell>| match cell.as_ref().map(|cell| &cell.content) {
            Some(Content::Formula(expression, _)) => Some(expression.clone()),
            _ => None,
        };
        let wordy = |content: &Content| {
            matches!(content, Content::Text(_) | Content::Formula(_, Value::Word(_)))
        };
        let (nothing, empty) = match wordy(&like.content) {
            true => (Expression::Word(""), Value::Word(String::new())),
            false => (whole(0), Value::Number(Decimal::ZERO)),
        };
        let value = match cells[0].as_ref().map(|cell| &cell.content) {
            Some(Content::Formula(_, value)) => value.clone(),
            Some(Content::Number(number)) => Value::Number(*number),
            Some(Content::Text(text)) => Value::Word(text.clone()),
            _ => empty.clone(),
        };
        let role = match like.role {
            Role::Input | Role::Decided | Role::Grey => Role::Formula,
            role => role,
        };
        let formulas: Vec<Option<Expression>> = cells.iter().map(formula).collect();
        // One formula may stand for all that have any.
        if cells.iter().zip(&formulas).all(|(cell, formula)| cell.is_some() == formula.is_some()) {
            let own: Vec<Expression> = formulas.iter().flatten().cloned().collect();
            let having = self.rows.iter().zip(&formulas).filter(|(_, formula)| formula.is_some());
            let having: Vec<&Rows> = having.map(|(rows, _)| rows).collect();
            if let Some(one) = one_of(&own, &having) {
                let expression = match formulas.iter().all(Option::is_some) {
                    true => one,
                    false => {
                        let mut holds = vec![cell(Inputs::switch())];
                        holds.extend(formulas.iter().map(|own| whole(own.is_some().into())));
                        when(call(Function::Choose, holds).equals(1), one, nothing)
                    }
                };
                sheet.put(row, column, Content::Formula(expression, value), role, like.unit);
                return;
            }
        }
        let mut choices = vec![cell(Inputs::switch())];
        for (place, own) in cells.iter().enumerate() {
            choices.push(match own {
                Some(Cell { content: Content::Formula(expression, _), .. }) => expression.clone(),
                Some(Cell { content: Content::Number(number), role, unit }) if on_inputs => {
                    let column = inputs::scenario_column(column, place, cells.len());
                    cell(sheet.number(row, column, *number, *role, *unit))
                }
                Some(own) => {
                    let first = *first.get_or_insert_with(|| self.begin(sheet, row));
                    let Cell { content, role, unit } = own.clone();
                    let role = if wordy(&content) { Role::Note } else { role };
                    let row = first + place as u32;
                    cell(self.sheet.put(row, column + MOVED, content, role, unit))
                }
                None => nothing.clone(),
            });
        }
        let letters = |expression: &Expression| expression.text(at.sheet).len();
        if choices.iter().map(letters).sum::<usize>() > LETTERS_MAX {
            for (place, choice) in choices.iter_mut().skip(1).enumerate() {
                if !matches!(choice, Expression::Pair(..) | Expression::Call(..)) {
                    continue;
                }
                let first = *first.get_or_insert_with(|| self.begin(sheet, row));
                // Each is worked out while its scenario is switched on.
                let on = cell(Inputs::switch()).equals(place as i64 + 1);
                let own = when(on, choice.clone(), nothing.clone());
                let value = if place == 0 { value.clone() } else { empty.clone() };
                let content = Content::Formula(own, value);
                let row = first + place as u32;
                *choice =
                    cell(self.sheet.put(row, column + MOVED, content, Role::Formula, like.unit));
            }
        }
        let expression = call(Function::Choose, choices);
        sheet.put(row, column, Content::Formula(expression, value), role, like.unit);
    }

    /// Begins the rows of one row of a sheet, one a scenario.
    fn begin(&mut self, sheet: &Sheet, row: u32) -> u32 {
        let first = self.sheet.next_row();
        let label = match sheet.cell(row, LABEL).map(|cell| &cell.content) {
            Some(Content::Text(text) | Content::Formula(_, Value::Word(text))) => {
                text.trim().to_string()
            }
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

/// Says beside a row in which scenarios it is.
fn note(sheet: &mut Sheet, row: u32, whose: &str) {
    let column = match sheet.place {
        Place::Inputs => inputs::FILE,
        _ if sheet.months_from.is_some() => NOTE,
        _ => return,
    };
    let text = match sheet.cell(row, column).map(|cell| &cell.content) {
        None => whose.to_string(),
        Some(Content::Text(text)) => format!("{text}; {whose}"),
        Some(_) => return,
    };
    sheet.text(row, column, text, Role::Note);
}

/// One formula that says in each scenario what its own says there: sums may count cells of rows that a scenario lacks, which
/// are 0 in it.
fn one_of(own: &[Expression], rows: &[&Rows]) -> Option<Expression> {
    let first = own.first()?;
    if own.iter().all(|other| other == first) {
        return Some(first.clone());
    }
    let part = |of: &dyn Fn(&Expression) -> Option<Expression>| {
        let parts: Option<Vec<Expression>> = own.iter().map(of).collect();
        one_of(&parts?, rows)
    };
    match first {
        Expression::Pair(_, operator, _) => {
            let side = |left: bool| {
                part(&|own| match own {
                    Expression::Pair(one, same, other) if same == operator => {
                        Some(if left { (**one).clone() } else { (**other).clone() })
                    }
                    _ => None,
                })
            };
            let (left, right) = (side(true)?, side(false)?);
            Some(Expression::Pair(Box::new(left), *operator, Box::new(right)))
        }
        Expression::Call(Function::Sum, _) => one_sum(own, rows),
        Expression::Call(function, arguments) => {
            let argument = |place: usize| {
                part(&|own| match own {
                    Expression::Call(same, others)
                        if same == function && others.len() == arguments.len() =>
                    {
                        Some(others[place].clone())
                    }
                    _ => None,
                })
            };
            let arguments: Option<Vec<Expression>> = (0..arguments.len()).map(argument).collect();
            Some(call(*function, arguments?))
        }
        _ => None,
    }
}

/// One sum of what these sum up, where each lacks the rows of what it does not count itself.
fn one_sum(own: &[Expression], rows: &[&Rows]) -> Option<Expression> {
    let cells: Option<Vec<BTreeSet<At>>> = own.iter().map(summed).collect();
    let cells = cells?;
    let all: BTreeSet<At> = cells.iter().flatten().copied().collect();
    let same = cells
        .iter()
        .zip(rows)
        .all(|(own, rows)| all.difference(own).all(|other| rows.lack(other.sheet, other.row)));
    same.then(|| sum_of(&all.into_iter().collect::<Vec<At>>()))
}

/// The cells that a sum counts, where it is one of cells and columns.
fn summed(sum: &Expression) -> Option<BTreeSet<At>> {
    let mut cells = BTreeSet::new();
    let Expression::Call(Function::Sum, arguments) = sum else { return None };
    for argument in arguments {
        match argument {
            Expression::Cell(at) => {
                cells.insert(*at);
            }
            Expression::Area(Area { first, last }) if first.column == last.column => {
                cells.extend((first.row..=last.row).map(|row| At { row, ..*first }));
            }
            Expression::Call(..) => cells.extend(summed(argument)?),
            _ => return None,
        }
    }
    Some(cells)
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

/// What a plan's case is called.
pub fn scenario_title(plan: &Plan) -> &str {
    match plan.scenario_title.as_str() {
        "" if plan.scenario == "base" => "Base case",
        title => title,
    }
}

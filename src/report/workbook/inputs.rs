//! The sheet of inputs: one row a figure that the plan states, with where it was written and what it was.
//!
//! A figure stands here once, and every formula that needs it refers to it. The value as written stands beside it in
//! grey, so that the workbook can say that an input was changed, and `braid` can read back which.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::formula::{cell, sum, when};
use super::sheet::{Area, At, Place, Role, Sheet, Unit};
use crate::diagnostic::visible;
use crate::plan::Plan;

/// The column of what an input is called.
pub const LABEL: u16 = 0;
/// The column of the values that may be changed.
pub const VALUE: u16 = 1;
/// The column of units.
pub const UNIT: u16 = 2;
/// The column of the values as they were written.
pub const WRITTEN: u16 = 3;
/// The column that says whether a value was changed.
pub const CHANGED: u16 = 4;
/// The column of the plan's paths.
pub const PATH: u16 = 5;
/// The column of files and lines.
pub const FILE: u16 = 6;
/// The column of sources.
pub const SOURCE: u16 = 7;
/// The first column of what scenarios say: their values, the values as written, their files and lines.
pub const SCENARIOS: u16 = 8;

/// What ends the unit of an input that is changed in the plan alone.
pub const FIXED: &str = ", fixed";
/// The heading of the column of paths.
pub const PATH_HEAD: &str = "Path in the plan";
/// The row of the scenario that is switched on.
const SWITCH_ROW: u32 = 2;
/// The row of the count of changed inputs, and of all.
pub const COUNT_ROW: u32 = 3;
/// The row of headings.
pub const HEAD_ROW: u32 = 4;

/// An input that two workbooks state otherwise: its path, and what each states, if it does.
pub type Changed = (String, Option<Decimal>, Option<Decimal>);

/// One input that may be changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its path in the words of the plan.
    pub path: String,
    /// Where its value stands.
    pub at: At,
    /// The value as written.
    pub value: Decimal,
    /// How it reads.
    pub unit: Unit,
}

/// The sheet of inputs while it is laid.
pub struct Inputs<'a> {
    plan: &'a Plan,
    /// The sheet.
    pub sheet: Sheet,
    /// The inputs that may be changed, in the order of rows.
    pub listed: Vec<Listed>,
    /// The cell that counts changed inputs.
    pub changed: At,
    /// Where each path was laid.
    by_path: BTreeMap<String, At>,
    /// The id and the title of the block that begins with the next row.
    begun: Option<(String, String)>,
}

impl<'a> Inputs<'a> {
    /// The sheet before any input.
    pub fn new(plan: &'a Plan) -> Inputs<'a> {
        let mut sheet = Sheet::new(Place::Inputs, &[64, 16, 22, 16, 10, 52, 24, 70]);
        sheet.frozen_rows = HEAD_ROW + 1;
        sheet.frozen_columns = 2;
        sheet.text(0, 0, "Inputs", Role::Title);
        // On paper the column of names alone stands on each page, so that this stays within it.
        sheet.text(
            1,
            0,
            "Blue may be changed here; who pays what stays as it is. Fixed: change it in the plan.",
            Role::Source,
        );
        sheet.text(SWITCH_ROW, LABEL, "Scenario switched on", Role::Label);
        sheet.number(SWITCH_ROW, VALUE, Decimal::ONE, Role::Grey, Unit::Whole);
        sheet.text(COUNT_ROW, LABEL, "Inputs that differ from what was written", Role::Label);
        for (column, words) in [
            (LABEL, "Input"),
            (VALUE, "Value"),
            (UNIT, "Unit"),
            (WRITTEN, "As written"),
            (CHANGED, "Changed"),
            (PATH, PATH_HEAD),
            (FILE, "File and line"),
            (SOURCE, "Where the figure comes from"),
        ] {
            sheet.text(HEAD_ROW, column, words, Role::Heading);
        }
        let changed = sheet.at(COUNT_ROW, VALUE);
        Inputs { plan, sheet, listed: Vec::new(), changed, by_path: BTreeMap::new(), begun: None }
    }

    /// The cell that says which scenario is switched on.
    pub fn switch() -> At {
        At { sheet: Place::Inputs, row: SWITCH_ROW, column: VALUE }
    }

    /// Whether an input of a path was laid.
    pub fn holds(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
    }

    /// Begins a block of inputs, of something that has an id; it is headed where it holds any.
    pub fn block(&mut self, id: &str, title: &str) {
        self.begun = Some((id.to_string(), title.to_string()));
    }

    /// The next row of the block.
    fn next_row(&mut self) -> u32 {
        if let Some((id, title)) = self.begun.take() {
            self.sheet.block(id);
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, visible(&title), Role::Heading);
        }
        self.sheet.next_row()
    }

    /// The first of these paths at which the plan states something.
    pub fn stated(&self, paths: &[String]) -> Option<String> {
        let inputs = &self.plan.inputs.stated;
        let at = |path: &&String| {
            inputs.binary_search_by(|input| input.path.as_str().cmp(path.as_str())).is_ok()
        };
        paths.iter().find(at).cloned()
    }

    /// The text of the first of these paths at which the plan states something.
    pub fn text(&self, paths: &[String]) -> Option<&'a str> {
        let path = self.stated(paths)?;
        let inputs = &self.plan.inputs.stated;
        let at = inputs.binary_search_by(|input| input.path.as_str().cmp(path.as_str())).ok()?;
        Some(inputs[at].text.as_str())
    }

    /// The cell of a figure: an input where the plan states it at one of these paths, else a grey figure that holds
    /// because the plan says nothing else.
    pub fn figure(&mut self, paths: &[String], label: &str, value: Decimal, unit: Unit) -> At {
        match self.stated(paths) {
            Some(path) => self.input(&path, label, value, unit),
            None => self.constant(label, value, unit, "the plan says nothing else"),
        }
    }

    /// The cell of an input that may be changed, once for each path.
    pub fn input(&mut self, path: &str, label: &str, value: Decimal, unit: Unit) -> At {
        if let Some(at) = self.by_path.get(path) {
            return *at;
        }
        let row = self.next_row();
        self.sheet.text(row, LABEL, label, Role::Label);
        let at = self.sheet.number(row, VALUE, value, Role::Input, unit);
        self.sheet.text(row, UNIT, words(unit), Role::Note);
        let written = self.sheet.number(row, WRITTEN, value, Role::Grey, unit);
        let differs = when(cell(at).differs(written), 1, 0);
        self.sheet.formula(row, CHANGED, differs, (Decimal::ZERO, Unit::Whole), Role::Check);
        self.sheet.text(row, PATH, path, Role::Grey);
        if let Some(origin) = self.plan.inputs.origin(path) {
            let words = format!("{}:{}", visible(&origin.file), origin.line);
            self.sheet.text(row, FILE, words, Role::Note);
        }
        if let Some(source) = self.plan.inputs.find(path).and_then(|input| input.source.as_ref()) {
            self.sheet.text(row, SOURCE, visible(source), Role::Source);
        }
        self.listed.push(Listed { path: path.to_string(), at, value, unit });
        self.by_path.insert(path.to_string(), at);
        at
    }

    /// Takes the inputs below some tables for figures that are not changed here: they move more than formulas say.
    pub fn fix(&mut self, tables: &BTreeSet<String>) {
        let below = |listed: &Listed| {
            let (kind, rest) = listed.path.split_once('.')?;
            let (id, own) = rest.split_once('.').unwrap_or((rest, ""));
            let id = match kind {
                "opening" => format!("{id}.{}", own.split('.').next()?),
                _ => id.to_string(),
            };
            tables.contains(&format!("{kind}.{id}")).then_some(())
        };
        let (fixed, listed) =
            std::mem::take(&mut self.listed).into_iter().partition(|one| below(one).is_some());
        self.listed = listed;
        let fixed: Vec<Listed> = fixed;
        for Listed { at, value, unit, .. } in fixed {
            self.sheet.number(at.row, VALUE, value, Role::Grey, unit);
            self.sheet.text(at.row, UNIT, format!("{}{FIXED}", words(unit)), Role::Note);
        }
    }

    /// The cell of a figure that cannot be changed here.
    pub fn constant(&mut self, label: &str, value: Decimal, unit: Unit, why: &str) -> At {
        let row = self.next_row();
        self.sheet.text(row, LABEL, label, Role::Label);
        let at = self.sheet.number(row, VALUE, value, Role::Grey, unit);
        self.sheet.text(row, UNIT, words(unit), Role::Note);
        self.sheet.text(row, FILE, why, Role::Note);
        at
    }

    /// Where a table of the plan was written, in words; its path where that is not known.
    pub fn place_of(&self, path: &str) -> String {
        match self.plan.inputs.find(path) {
            Some(input) => format!("{}:{}", visible(&input.origin.file), input.origin.line),
            None => path.to_string(),
        }
    }

    /// Counts the changed inputs, when all are laid.
    pub fn close(&mut self) {
        let (first, last) = (HEAD_ROW + 1, self.sheet.next_row().max(HEAD_ROW + 2) - 1);
        let area = Area::of(self.sheet.at(first, CHANGED), self.sheet.at(last, CHANGED));
        let zero = (Decimal::ZERO, Unit::Whole);
        self.sheet.formula(COUNT_ROW, VALUE, sum(area), zero, Role::Check);
    }
}

/// Says of how many inputs those are that differ, so that a row which is taken out later is missed.
pub fn tell_count(sheet: &mut Sheet) {
    let inputs =
        sheet.rows.iter().skip(HEAD_ROW as usize + 1).filter(|row| row.contains_key(&PATH));
    let count = Decimal::from(inputs.count());
    sheet.text(COUNT_ROW, UNIT, "of", Role::Note);
    sheet.number(COUNT_ROW, WRITTEN, count, Role::Grey, Unit::Whole);
}

/// The column of what the scenario at a place says instead of the figure or the words of a column.
pub fn scenario_column(column: u16, place: usize, count: usize) -> u16 {
    let block = match column {
        VALUE => 0,
        WRITTEN => 1,
        _ => 2,
    };
    SCENARIOS + (block * count + place) as u16
}

/// Heads the columns of a scenario.
pub fn head_scenario(sheet: &mut Sheet, place: usize, count: usize, (name, title): (&str, &str)) {
    for (column, words) in [(VALUE, ""), (WRITTEN, ", as written"), (FILE, ", file and line")] {
        let at = scenario_column(column, place, count);
        let heading = format!("{name}{words}");
        let width = heading.chars().count().clamp(16, 40) as u16 + 2;
        sheet.widths.resize(sheet.widths.len().max(usize::from(at) + 1), 16);
        sheet.widths[usize::from(at)] = width;
        sheet.text(HEAD_ROW, at, heading, Role::Heading);
    }
    let at = scenario_column(VALUE, place, count);
    sheet.text(COUNT_ROW, at, visible(title), Role::Source);
}

/// A unit in words.
fn words(unit: Unit) -> &'static str {
    match unit {
        Unit::Money => "dollars",
        Unit::Share => "share",
        Unit::Price => "dollars each",
        Unit::Number | Unit::Whole => "number",
        Unit::Month | Unit::Day => "month",
    }
}

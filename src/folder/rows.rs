//! Rows of series that a scenario states anew: they stand in a file of its own, since a scenario replaces series whole.
//!
//! The file holds every row of each table of which one was changed, and of no other: whatever is changed later in the
//! plan's own file still holds for the rest.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::cases::{Cases, Draft};
use super::load;
use super::restate::unstated;
use super::syntax::{Entry, Node, Value};
use super::tables;
use crate::diagnostic::Diagnostic;

/// The tables that take rows of a file: the kind, the key that names the file, the columns. One bears the name of the
/// kind and holds ids; the last holds the figure; the others are months.
const SERIES: [(&str, &str, &[&str]); 3] = [
    ("cost", "series", &["month", "cost", "amount"]),
    ("driver", "series", &["month", "driver", "value"]),
    ("stream", "schedule", &["stream", "available", "last", "amount"]),
];
/// What stands for a month in the path of a row that has none.
const NO_MONTH: &str = "-";

/// A row of a series, as a path names it.
pub struct Row<'a> {
    path: &'a str,
    /// The kind of its table, by its place in [`SERIES`].
    kind: usize,
    /// The id of its table.
    id: &'a str,
    /// Its months, and, where several rows have the same, which of those it is, in the order of figures.
    parts: Vec<&'a str>,
    /// What its table says of the series: the name of a file, or the months that stand in the table's own row.
    series: &'a Node,
}

/// A file that a scenario names.
pub struct RowFile<'a> {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub text: String,
    /// The paths of the keys that name it.
    pub paths: Vec<String>,
    /// Its lines that are stated anew, and of which input.
    pub stated: Vec<(u32, &'a str)>,
}

/// The rows of one table: as they stand in the file of this name, and as they are stated anew.
struct Rows<'a> {
    kind: usize,
    file: String,
    before: Vec<Vec<String>>,
    after: Vec<Vec<String>>,
    /// Which of them are stated anew, and of which input.
    stated: Vec<(usize, &'a str)>,
}

/// The rows of tables, each of them read once.
pub struct Read<'a> {
    cases: &'a Cases<'a>,
    tables: BTreeMap<String, Option<Rows<'a>>>,
}

impl<'a> Read<'a> {
    /// Before any is read.
    pub fn new(cases: &'a Cases<'a>) -> Read<'a> {
        Read { cases, tables: BTreeMap::new() }
    }

    /// The figure of a row; nothing where there is no such row.
    pub fn figure(&mut self, row: &Row<'_>) -> Option<Decimal> {
        let rows = self.tables.entry(row.key()).or_insert_with(|| row.rows(self.cases)).as_ref()?;
        rows.before[row.place(&rows.before)?].last()?.replace('_', "").parse().ok()
    }
}

impl<'a> Row<'a> {
    /// The row that a path speaks of; nothing where its table has none.
    pub fn of(path: &'a str, draft: &'a Draft) -> Option<Row<'a>> {
        let mut parts = path.split('.');
        let (table, id, key) = (parts.next()?, parts.next()?, parts.next()?);
        let kind = SERIES.iter().position(|(kind, own, _)| *kind == table && *own == key)?;
        let series = draft.node(&format!("{table}.{id}.{key}"))?;
        Some(Row { path, kind, id, parts: parts.collect(), series })
    }

    /// The path of the key that names its file.
    fn key(&self) -> String {
        let (kind, key, _) = SERIES[self.kind];
        format!("{kind}.{}.{key}", self.id)
    }

    /// The rows of its table, and where they stand.
    fn rows<'r>(&self, cases: &Cases<'_>) -> Option<Rows<'r>> {
        let (kind, _, columns) = SERIES[self.kind];
        let (file, before) = match &self.series.value {
            Value::Text(file) => {
                let desk = cases.desk.again();
                let span = Some(self.series.span);
                let place = desk.named(file).or_else(|| load::open(&desk, cases.files, file, span));
                let id = columns.iter().position(|column| *column == kind)?;
                let mut rows = tables::under(&desk, place?, columns)?;
                rows.retain(|row| row[id] == self.id);
                (file.clone(), rows)
            }
            Value::Table(months) => {
                let row = |(month, entry): (&String, &Entry)| {
                    let amount = entry.node.text()?.to_string();
                    Some(vec![month.clone(), self.id.to_string(), amount])
                };
                let first = months.values().next()?;
                let file = cases.desk.source(first.key.file).name().to_string();
                (file, months.iter().map(row).collect::<Option<_>>()?)
            }
            _ => return None,
        };
        let (after, stated) = (before.clone(), Vec::new());
        Some(Rows { kind: self.kind, file, after, before, stated })
    }

    /// Its place among the rows of its table.
    fn place(&self, rows: &[Vec<String>]) -> Option<usize> {
        let (kind, _, columns) = SERIES[self.kind];
        let months = |row: &[String]| {
            let own = columns.iter().zip(row).take(columns.len() - 1);
            let months = own.filter(|(column, _)| **column != kind).map(|(_, cell)| cell.clone());
            months.collect::<Vec<_>>()
        };
        let (own, number) = self.parts.split_at_checked(columns.len() - 2)?;
        let own: Vec<&str> =
            own.iter().map(|month| if *month == NO_MONTH { "" } else { month }).collect();
        let mut found: Vec<usize> =
            (0..rows.len()).filter(|place| months(&rows[*place]) == own).collect();
        let figure =
            |place: &usize| rows[*place].last().and_then(|text| text.parse::<Decimal>().ok());
        found.sort_by_key(figure);
        let number = match number {
            [] => 1,
            [number] => number.parse().ok()?,
            _ => return None,
        };
        found.get(usize::checked_sub(number, 1)?).copied()
    }
}

/// The files of a scenario in which these rows have these figures: one for each file in which they stand, of a name that no
/// file of the folder has.
///
/// # Errors
/// What is told of each row that does not stand there.
pub fn files<'a>(
    cases: &Cases<'_>,
    id: &str,
    changed: &[(Row<'a>, Decimal)],
) -> Result<Vec<RowFile<'a>>, Vec<Diagnostic>> {
    let mut tables: BTreeMap<String, Rows> = BTreeMap::new();
    let mut faults = Vec::new();
    for (row, value) in changed {
        if !tables.contains_key(&row.key()) {
            tables.extend(row.rows(cases).map(|rows| (row.key(), rows)));
        }
        let rows = tables.get_mut(&row.key());
        let cell = rows.and_then(|rows| {
            let place = row.place(&rows.before)?;
            rows.stated.push((place, row.path));
            rows.after[place].last_mut()
        });
        match cell {
            Some(cell) => *cell = value.normalize().to_string(),
            None => faults.push(unstated(row.path)),
        }
    }
    let mut by_file: BTreeMap<String, Vec<(String, Rows)>> = BTreeMap::new();
    for (key, rows) in tables {
        by_file.entry(rows.file.clone()).or_default().push((key, rows));
    }
    let mut files: Vec<RowFile> = Vec::new();
    for (file, tables) in by_file {
        let stem = file.strip_suffix(".csv").unwrap_or(&file).replace('/', "-");
        let numbered = (2..).map(|number| format!("{stem}-{id}-{number}.csv"));
        let mut names = std::iter::once(format!("{stem}-{id}.csv")).chain(numbered);
        let free = |name: &String| files.iter().all(|other| other.name != *name);
        let Some(name) = names.find(|name| free(name) && !cases.files.holds(name)) else {
            continue;
        };
        let kind = tables.first().map_or(0, |(_, rows)| rows.kind);
        let mut text = SERIES[kind].2.join(",") + "\n";
        let (mut paths, mut stated) = (Vec::new(), Vec::new());
        for (key, rows) in tables {
            let first = 1 + text.matches('\n').count();
            stated.extend(rows.stated.iter().map(|(row, path)| ((first + row) as u32, *path)));
            // Ids, months and figures: none of them needs quotes.
            text.extend(rows.after.iter().map(|row| row.join(",") + "\n"));
            paths.push(key);
        }
        files.push(RowFile { name, text, paths, stated });
    }
    if faults.is_empty() { Ok(files) } else { Err(faults) }
}

//! The files of a folder to one tree, before any of it is understood.
//!
//! `plan.toml` is the trunk; the rows of `costs.csv`, `streams.csv`, `drivers.csv` and
//! `opening.csv` are grafted where the same tables would stand in it, so that what reads the tree
//! does not know where a table came from. A file that cannot be parsed is told and left out, and
//! what only it could have named is then not told as unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::desk::Desk;
use super::files::{FileFault, Files, is_plain};
use super::literal;
use super::syntax::{self, Entry, Node, Table, Value};
use super::tables::{self, Cell, SeriesRow};
use super::text::Span;
use crate::diagnostic::{Code, Diagnostic, visible};
use crate::error::Error;
use crate::limits::{CSV_BYTES_MAX, FILES_MAX, TOML_BYTES_MAX};
use crate::money::Quantity;

/// The trunk of a plan folder.
pub const PLAN_FILE: &str = "plan.toml";
/// The files that state a plan without being named in it.
pub const PLAN_FILES: [&str; 5] =
    [PLAN_FILE, "costs.csv", "streams.csv", DRIVERS_FILE, "opening.csv"];
/// The file whose drivers need no table of their own.
pub const DRIVERS_FILE: &str = "drivers.csv";

/// Driver levels by driver.
pub type DriverRows = BTreeMap<String, Vec<SeriesRow<Quantity>>>;

/// What stands in a plan folder: the plan's tree, and its scenarios apart.
#[derive(Debug)]
pub struct Base {
    /// The tree of the plan.
    pub tree: Table,
    /// The scenarios by id.
    pub scenarios: Table,
    /// The levels of `drivers.csv`.
    pub drivers: Rc<DriverRows>,
    /// Kinds of table of which a file could not be parsed, so that ids may be missing.
    pub partial: BTreeSet<&'static str>,
}

/// Lays a file on the desk. Where it is not there, `named` is the place that names it; a file that
/// nobody names may be absent.
pub fn open(desk: &Desk, files: &dyn Files, name: &str, named: Option<Span>) -> Option<u16> {
    let limit = if name.ends_with(".toml") { TOML_BYTES_MAX } else { CSV_BYTES_MAX };
    if desk.file_count() >= FILES_MAX {
        let message = format!("the plan names more than {FILES_MAX} files");
        tell(desk, named, Code::TooManyFiles, message, "put several series into one file");
        return None;
    }
    let shown = visible(name);
    match files.read(name, limit) {
        Ok(Some(bytes)) => desk.add(name, bytes),
        Ok(None) => {
            if named.is_some() {
                let message = format!("there is no file `{shown}` in the plan folder");
                let remedy = "put it into the folder, or write the name of one that is there";
                tell(desk, named, Code::FileMissing, message, remedy);
            }
            None
        }
        Err(FileFault::Outside) => {
            let plain = is_plain(name);
            let message = match plain {
                true => format!("`{shown}` leads out of the plan folder"),
                false => format!("`{shown}` is not a plain name of a file in the plan folder"),
            };
            let remedy = match plain {
                true => "put the file itself into the folder",
                false => {
                    "write its path from the folder on, with `/`: `needs.csv`, `data/needs.csv`"
                }
            };
            tell(desk, named, Code::PathOutside, message, remedy);
            None
        }
        Err(FileFault::NotAFile) => {
            let message = format!("`{shown}` is not a regular file");
            let remedy = match named {
                Some(_) => "write the name of a text file",
                None => "put a text file in its place",
            };
            tell(desk, named, Code::NotAFile, message, remedy);
            None
        }
        Err(FileFault::TooLarge) => {
            let message = format!("`{shown}` is larger than {} MiB", limit >> 20);
            let remedy = match name.ends_with(".toml") {
                true => "move lines into `costs.csv` and streams into `streams.csv`",
                false => "part it into several files",
            };
            tell(desk, named, Code::FileTooLarge, message, remedy);
            None
        }
        Err(FileFault::Environment(cause)) => {
            desk.fail(Error::environment(format!("read `{shown}`"), cause));
            None
        }
    }
}

fn tell(desk: &Desk, place: Option<Span>, code: Code, message: String, remedy: &str) {
    match place {
        Some(span) => desk.fault(code, span, message, "named here", remedy),
        None => desk.tell(Diagnostic::nowhere(code, message, remedy)),
    }
}

/// Reads the folder's own files; nothing where `plan.toml` cannot be parsed.
pub fn load(desk: &Desk, files: &dyn Files) -> Option<Base> {
    let trunk = trunk(desk, files);
    let mut partial = BTreeSet::new();
    let mut watch = |kind: &'static str, before: usize| {
        if desk.fault_count() != before {
            partial.insert(kind);
        }
    };
    let before = desk.fault_count();
    let costs = rows(desk, files, "costs.csv", |file| tables::tables(desk, file, "cost"));
    watch("cost", before);
    let before = desk.fault_count();
    let streams = rows(desk, files, "streams.csv", |file| tables::tables(desk, file, "stream"));
    watch("stream", before);
    let before = desk.fault_count();
    let drivers = rows(desk, files, DRIVERS_FILE, |file| drivers(desk, file));
    watch("driver", before);
    let opening = rows(desk, files, "opening.csv", |file| tables::opening(desk, file));
    let mut tree = trunk?;
    graft(desk, &mut tree, "cost", costs.unwrap_or_default());
    graft(desk, &mut tree, "stream", streams.unwrap_or_default());
    let drivers = drivers.unwrap_or_default();
    graft_drivers(desk, &mut tree, &drivers);
    graft_opening(desk, &mut tree, opening.unwrap_or_default());
    let scenarios = match tree.remove("scenario") {
        Some(entry) => scenarios(desk, entry),
        None => Table::new(),
    };
    Some(Base { tree, scenarios, drivers: Rc::new(drivers), partial })
}

fn trunk(desk: &Desk, files: &dyn Files) -> Option<Table> {
    let before = desk.fault_count();
    let Some(file) = open(desk, files, PLAN_FILE, None) else {
        if desk.fault_count() == before {
            let message = "there is no `plan.toml` in the plan folder".to_string();
            let remedy = "name the folder that holds it, or make one with `braid init`";
            tell(desk, None, Code::FileMissing, message, remedy);
        }
        return None;
    };
    syntax::parse(desk, file)
}

fn rows<T>(
    desk: &Desk,
    files: &dyn Files,
    name: &str,
    read: impl Fn(u16) -> Option<T>,
) -> Option<T> {
    open(desk, files, name, None).and_then(read)
}

fn scenarios(desk: &Desk, entry: Entry) -> Table {
    match entry.node.value {
        Value::Table(table) => table,
        _ => {
            let message = format!("`scenario` takes a table by id, not {}", entry.node.kind());
            let remedy = "write `[scenario.an-id]`";
            desk.fault(Code::WrongType, entry.node.span, message, "", remedy);
            Table::new()
        }
    }
}

/// The table of tables of a kind, made where there is none yet.
fn home<'a>(tree: &'a mut Table, kind: &str, span: Span) -> Option<&'a mut Table> {
    let empty = || Entry { key: span, node: Node { span, value: Value::Table(Table::new()) } };
    tree.entry(kind.to_string()).or_insert_with(empty).node.table_mut()
}

fn graft(desk: &Desk, tree: &mut Table, kind: &str, rows: Table) {
    for (id, entry) in rows {
        let Some(home) = home(tree, kind, entry.key) else { return };
        if let Some(other) = home.get(&id) {
            let place = desk.source(other.key.file).origin(other.key.range().start);
            let message = format!("{kind} `{}` is defined twice", visible(&id));
            let cause = format!("already defined at {place}");
            desk.fault(Code::IdTaken, entry.key, message, cause, "keep one of the two");
        } else {
            home.insert(id, entry);
        }
    }
}

/// The levels of a file, by driver, in the order of rows.
pub fn drivers(desk: &Desk, file: u16) -> Option<DriverRows> {
    let plain = |text: &str| Quantity::parse(text).ok();
    let rows = tables::series(desk, file, "driver", "value", literal::quantity, plain)?;
    Some(by_id(rows))
}

/// Rows by their ids.
pub fn by_id<T>(rows: Vec<SeriesRow<T>>) -> BTreeMap<String, Vec<SeriesRow<T>>> {
    let mut found: BTreeMap<String, Vec<SeriesRow<T>>> = BTreeMap::new();
    for row in rows {
        match found.get_mut(row.id.as_ref()) {
            Some(rows) => rows.push(row),
            None => {
                found.insert(row.id.to_string(), vec![row]);
            }
        }
    }
    found
}

/// A driver of `drivers.csv` is one whose series that file is.
fn graft_drivers(desk: &Desk, tree: &mut Table, drivers: &DriverRows) {
    for (id, rows) in drivers {
        let Some(span) = rows.first().map(|row| row.span) else { continue };
        let Some(home) = home(tree, "driver", span) else { return };
        let empty = || Entry { key: span, node: Node { span, value: Value::Table(Table::new()) } };
        let entry = home.entry(id.clone()).or_insert_with(empty);
        let Some(table) = entry.node.table_mut() else { continue };
        let stated = ["start", "yearly", "series"].into_iter().find(|key| table.contains_key(*key));
        if let Some(stated) = stated {
            let message =
                format!("driver `{id}` has its levels in `drivers.csv` and in `[driver.{id}]`");
            let remedy = format!("delete `{stated}` there, or the rows here");
            desk.fault(Code::AmountForm, span, message, "its first row", remedy);
            continue;
        }
        let node = Node { span, value: Value::Text(DRIVERS_FILE.to_string()) };
        table.insert("series".to_string(), Entry { key: span, node });
    }
}

/// The items of `opening.csv` and the keys of the opening position that they state.
const ITEMS: [(&str, &str); 7] = [
    ("unrestricted-cash", "unrestricted-cash"),
    ("cash", "cash"),
    ("receivable", "receivables"),
    ("spent", "spent"),
    ("base", "base"),
    ("recovered", "recovered"),
    ("matched", "matched"),
];

fn graft_opening(desk: &Desk, tree: &mut Table, rows: Vec<[Cell; 4]>) {
    for [item, stream, month, amount] in rows {
        let Some((_, key)) = ITEMS.iter().find(|(name, _)| *name == item.text) else {
            let names: Vec<&str> = ITEMS.iter().map(|(name, _)| *name).collect();
            let message =
                format!("`{}` is not an item of an opening position", visible(&item.text));
            let remedy = format!("write {}", super::keys::one_of(&names));
            desk.fault(Code::UnknownWord, item.span, message, "", remedy);
            continue;
        };
        let whole = *key == "unrestricted-cash";
        let wanted = [(!whole, &stream, "stream"), (*key == "receivables", &month, "month")];
        let mut fits = true;
        for (needed, cell, name) in wanted {
            if needed == cell.text.is_empty() {
                fits = false;
                let (verb, remedy) = match needed {
                    true => ("needs", "fill the cell"),
                    false => ("takes no", "empty the cell"),
                };
                let message = format!("item `{}` {verb} {name}", item.text);
                let message = message.replace("needs ", "needs a ");
                desk.fault(Code::Opening, cell.span, message, "", remedy);
            }
        }
        if !fits {
            continue;
        }
        let span = item.span;
        let Some(opening) = home(tree, "opening", span) else { return };
        let table = if whole {
            Some(opening)
        } else {
            home(opening, "stream", span)
                .and_then(|streams| home(streams, &stream.text, stream.span))
        };
        if let Some(table) = table {
            state(desk, table, key, &item, month, amount);
        }
    }
}

/// States one item in the opening position's table.
fn state(desk: &Desk, table: &mut Table, key: &str, item: &Cell, month: Cell, amount: Cell) {
    let text = |cell: Cell| Entry {
        key: cell.span,
        node: Node { span: cell.span, value: Value::Text(cell.text) },
    };
    let span = amount.span;
    if key != "receivables" {
        if table.insert(key.to_string(), text(amount)).is_some() {
            let message = format!("item `{}` is stated twice", item.text);
            desk.fault(Code::Opening, item.span, message, "once more", "keep one of the two");
        }
        return;
    }
    let empty = || Entry { key: span, node: Node { span, value: Value::List(Vec::new()) } };
    let entry = table.entry(key.to_string()).or_insert_with(empty);
    if let Value::List(items) = &mut entry.node.value {
        let paid = [("month".to_string(), text(month)), ("amount".to_string(), text(amount))];
        items.push(Node { span, value: Value::Table(paid.into_iter().collect()) });
    }
}

//! CSV to the same trees as TOML, and to rows of series.
//!
//! `costs.csv` and `streams.csv` hold one table a row: a column is a key, a dotted column a key of
//! a nested table, an empty cell an absent key. Series files (needs, schedules, driver levels) hold
//! one figure a row and may be long: their rows are read into small structs in one pass, and a
//! cell's place is sought only when something is wrong with it.

use std::collections::{BTreeSet, btree_map};
use std::ops::Range;
use std::rc::Rc;

use csv::StringRecord;

use super::desk::Desk;
use super::keys::{self, Kind, Pattern, Shape};
use super::literal;
use super::meant;
use super::syntax::{Entry, Node, Table, Value};
use super::text::Span;
use crate::diagnostic::{Code, nearest, visible};
use crate::limits::{YEAR_MAX, YEAR_MIN};
use crate::money::Money;
use crate::month::Month;

/// A cell: its text and its place.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// The place.
    pub span: Span,
}

/// The records of a CSV file, the header first.
struct Records<'a> {
    desk: &'a Desk,
    file: u16,
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    record: StringRecord,
    width: usize,
    faults_before: usize,
}

/// Faults that are told of one file before it is read no further: the mending of the first ones
/// shows what is wrong with the rest.
const FAULTS_MAX: usize = 1_000;

impl<'a> Records<'a> {
    /// Opens the file and reads its header: names with their places.
    fn open(desk: &'a Desk, file: u16, text: &'a str) -> Option<(Records<'a>, Vec<Cell>)> {
        if let Some((at, message)) = stray_quote(text) {
            let remedy = match message {
                NEVER_CLOSED => "end the cell with `\"` too",
                _ => "put a cell with quotes in quotes, and double those within it",
            };
            desk.fault(Code::Csv, Span::new(file, at..at + 1), message, "this quote", remedy);
            return None;
        }
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let record = StringRecord::new();
        let mut records = Records {
            desk,
            file,
            text,
            reader,
            record,
            width: 0,
            faults_before: desk.fault_count(),
        };
        if !records.advance() || records.record.iter().all(str::is_empty) {
            let message = format!("`{}` has no header", desk.source(file).name());
            let remedy = "write the names of the columns into the first line";
            desk.fault(Code::CsvColumnMissing, Span::new(file, 0..0), message, "", remedy);
            return None;
        }
        records.width = records.record.len();
        let header = (0..records.width).map(|column| records.cell(column)).collect();
        Some((records, header))
    }

    /// Goes to the next record; false at the end.
    fn advance(&mut self) -> bool {
        // The text is UTF-8 and records may have any length, so that reading cannot fail.
        matches!(self.reader.read_record(&mut self.record), Ok(true))
    }

    /// Goes to the next record with as many cells as the header; others are told.
    fn next(&mut self) -> Option<&StringRecord> {
        loop {
            let told = self.desk.fault_count().saturating_sub(self.faults_before);
            if told >= FAULTS_MAX || !self.advance() {
                return None;
            }
            if self.record.len() == self.width {
                return Some(&self.record);
            }
            let start = self.span(0).start;
            let end = self.span(self.record.len().saturating_sub(1)).end;
            let message = format!(
                "the row has {} cells, and the header has {}",
                self.record.len(),
                self.width
            );
            let span = Span { file: self.file, start, end };
            let remedy = match self.record.len() > self.width {
                true => "write amounts without separators, and texts that hold a comma in quotes",
                false => "give the row one cell a column; one without a value stays empty",
            };
            self.desk.fault(Code::Csv, span, message, "", remedy);
        }
    }

    /// Where the record begins.
    fn start(&self) -> usize {
        self.record.position().map_or(0, |position| position.byte() as usize)
    }

    fn span(&self, column: usize) -> Span {
        Span::new(self.file, cell_range(self.text, self.start(), column))
    }

    fn cell(&self, column: usize) -> Cell {
        let text = self.record.get(column).unwrap_or_default().to_string();
        Cell { text, span: self.span(column) }
    }
}

/// The bytes of a cell of the record that begins at a byte, or before its line ends; for a quoted
/// cell, what stands between its quotes.
fn cell_range(text: &str, start: usize, column: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let mut at = start;
    // A record is said to begin where the one before ends, which may be within its CRLF.
    while matches!(bytes.get(at), Some(b'\r' | b'\n')) {
        at += 1;
    }
    for _ in 0..column {
        at = cell_end(bytes, at).1 + 1;
    }
    let (inner, _) = cell_end(bytes, at);
    inner.start.min(text.len())..inner.end.min(text.len())
}

/// The cell that begins at a byte: its content, and the byte after it.
fn cell_end(bytes: &[u8], start: usize) -> (Range<usize>, usize) {
    let mut at = start;
    if bytes.get(at) != Some(&b'"') {
        while bytes.get(at).is_some_and(|byte| !matches!(byte, b',' | b'\r' | b'\n')) {
            at += 1;
        }
        return (start..at.max(start), at);
    }
    at += 1;
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'"'), Some(b'"')) => at += 2,
            (Some(b'"'), _) => return (start + 1..at, at + 1),
            (Some(_), _) => at += 1,
            (None, _) => return (start + 1..bytes.len().max(start + 1), bytes.len()),
        }
    }
}

const NEVER_CLOSED: &str = "a quoted cell is never closed";

/// The first quote that breaks the rules of quoting: within an unquoted cell, after the end of a
/// quoted one, or never closed.
fn stray_quote(text: &str) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'"') {
        return None;
    }
    let mut at = 0;
    while at < bytes.len() {
        let quoted = bytes[at] == b'"';
        let (inner, end) = cell_end(bytes, at);
        if !quoted && let Some(stray) = text[inner.clone()].find('"') {
            return Some((at + stray, "a quote stands within an unquoted cell"));
        }
        if quoted && inner.end == end {
            return Some((at, NEVER_CLOSED));
        }
        if !matches!(bytes.get(end), None | Some(b',' | b'\r' | b'\n')) {
            return Some((end - 1, "a quoted cell goes on after its closing quote"));
        }
        at = end + 1;
    }
    None
}

/// The places of the wanted columns in a header that may hold no others; the first `needed` of them
/// must stand there.
fn columns<const N: usize>(
    desk: &Desk,
    header: &[Cell],
    wanted: [&str; N],
    needed: usize,
) -> Option<[Option<usize>; N]> {
    let before = desk.fault_count();
    let mut places = [None; N];
    let mut unknown = Vec::new();
    for (place, cell) in header.iter().enumerate() {
        match wanted.iter().position(|name| *name == cell.text) {
            Some(column) if places[column].is_some() => twice(desk, cell),
            Some(column) => places[column] = Some(place),
            None => unknown.push(cell),
        }
    }
    let known = Known { names: &wanted, form: wanted.join(","), list: wanted.join(", ") };
    let missing = wanted.iter().zip(places).take(needed).filter(|(_, place)| place.is_none());
    known.tell(desk, header, &unknown, missing.map(|(name, _)| *name).collect());
    (desk.fault_count() == before).then_some(places)
}

/// The columns that a file may hold.
struct Known<'a> {
    names: &'a [&'a str],
    /// The header as one may write it.
    form: String,
    /// The columns in words.
    list: String,
}

impl Known<'_> {
    /// Tells columns that are not known, and those that are missing: one that is not known may be
    /// one that is missing, and is then told alone.
    fn tell(&self, desk: &Desk, header: &[Cell], unknown: &[&Cell], mut missing: Vec<&str>) {
        let near = |cell: &Cell| {
            let name = cell.text.trim().to_lowercase();
            nearest(&name, self.names.iter().copied())
        };
        let strangers =
            unknown.len() == header.len() && !unknown.iter().any(|cell| near(cell).is_some());
        if let (true, Some(first)) = (strangers, header.first()) {
            let file = desk.source(first.span.file).name().to_string();
            let (message, cause, remedy) = match first
                .text
                .chars()
                .find(|c| matches!(c, ';' | '\t'))
            {
                Some(parts) => (
                    format!("the cells of `{file}` are not parted by commas"),
                    if parts == ';' { "parted by semicolons" } else { "parted by tabs" },
                    format!("save it with commas: `{}`", self.form),
                ),
                None => (
                    format!("`{file}` does not begin with a header"),
                    "no column of this file",
                    format!("write the names of the columns into the first line: `{}`", self.form),
                ),
            };
            desk.fault(Code::CsvColumnMissing, first.span, message, cause, remedy);
            return;
        }
        for cell in unknown {
            let message = match cell.text.trim().is_empty() {
                true => "a column has no name".to_string(),
                false => format!("unknown column `{}`", visible(&cell.text)),
            };
            let remedy = match near(cell) {
                _ if cell.text.trim().is_empty() => "name it, or delete its cells".to_string(),
                Some(near) => {
                    missing.retain(|name| *name != near);
                    format!("did you mean `{near}`?")
                }
                None => match meant::month(&cell.text)
                    .map(|month| month.to_string())
                    .or_else(|| meant::fiscal_year(&cell.text))
                    .filter(|_| self.names.contains(&"series"))
                {
                    Some(name) => format!("did you mean `{name}`?"),
                    None if missing.is_empty() => format!("columns that stand here: {}", self.list),
                    None => {
                        let lacking = std::mem::take(&mut missing).join("`, `");
                        format!("is it `{lacking}`, which is missing? columns: {}", self.list)
                    }
                },
            };
            desk.fault(Code::CsvColumn, cell.span, message, "not known here", remedy);
        }
        for name in missing {
            missing_column(desk, header, name, &self.form);
        }
    }
}

fn twice(desk: &Desk, cell: &Cell) {
    let message = format!("column `{}` stands twice", visible(&cell.text));
    desk.fault(
        Code::CsvColumn,
        cell.span,
        message,
        "already written before",
        "keep one of the two",
    );
}

fn missing_column(desk: &Desk, header: &[Cell], name: &str, form: &str) {
    let Some(first) = header.first() else { return };
    let name_of_file = desk.source(first.span.file).name().to_string();
    let message = format!("`{name_of_file}` lacks the column `{name}`");
    let remedy = format!("write the header `{form}`");
    desk.fault(Code::CsvColumnMissing, first.span, message, "", remedy);
}

/// A row of a series: a month, whose it is, a figure, and where the row begins.
#[derive(Clone, Debug)]
pub struct SeriesRow<T> {
    /// The month.
    pub month: Month,
    /// The line or driver.
    pub id: Rc<str>,
    /// The figure.
    pub value: T,
    /// Where the id stands.
    pub span: Span,
}

/// A row of a schedule.
#[derive(Clone, Debug)]
pub struct ScheduleRow {
    /// The stream.
    pub id: String,
    /// The first month.
    pub available: Month,
    /// The last month, if it lapses.
    pub last: Option<Month>,
    /// The amount.
    pub amount: Money,
    /// Where the id stands.
    pub span: Span,
}

/// The rows of a file with the columns month, `id` and `value`. What cannot be read is told and
/// left out.
pub fn series<T>(
    desk: &Desk,
    file: u16,
    id: &str,
    value: &str,
    read: impl Fn(&Desk, &str, Span) -> Option<T>,
    plain: impl Fn(&str) -> Option<T>,
) -> Option<Vec<SeriesRow<T>>> {
    let source = desk.source(file);
    let (mut records, header) = Records::open(desk, file, source.text())?;
    let places = columns(desk, &header, ["month", id, value], 3)?;
    let mut ids: BTreeSet<Rc<str>> = BTreeSet::new();
    let [month_at, id_at, value_at] = places.map(|place| place.unwrap_or_default());
    let mut rows = Vec::new();
    while records.next().is_some() {
        let get = |column: usize| records.record.get(column).unwrap_or_default();
        if get(id_at).is_empty() {
            without_id(desk, id, records.span(id_at));
            continue;
        }
        // The plain reading is the common one; the other one knows how to tell what is wrong.
        let month = Month::parse(get(month_at))
            .or_else(|| literal::month(desk, get(month_at), records.span(month_at)));
        let figure =
            plain(get(value_at)).or_else(|| read(desk, get(value_at), records.span(value_at)));
        if let (Some(month), Some(value)) = (month, figure) {
            let span = records.span(id_at);
            // Many rows share few ids.
            let id = match ids.get(get(id_at)) {
                Some(id) => Rc::clone(id),
                None => Rc::from(get(id_at)),
            };
            ids.insert(Rc::clone(&id));
            rows.push(SeriesRow { month, id, value, span });
        }
    }
    Some(rows)
}

/// The rows of a file with the columns stream, available, last and amount.
pub fn schedule(desk: &Desk, file: u16) -> Option<Vec<ScheduleRow>> {
    let source = desk.source(file);
    let (mut records, header) = Records::open(desk, file, source.text())?;
    let places = columns(desk, &header, ["stream", "available", "last", "amount"], 4)?;
    let [id_at, available_at, last_at, amount_at] = places.map(|place| place.unwrap_or_default());
    let mut rows = Vec::new();
    while records.next().is_some() {
        let get = |column: usize| records.record.get(column).unwrap_or_default();
        let month = |column: usize| literal::month(desk, get(column), records.span(column));
        if get(id_at).is_empty() {
            without_id(desk, "stream", records.span(id_at));
            continue;
        }
        let available = month(available_at);
        let last = match get(last_at) {
            "" => Some(None),
            _ => month(last_at).map(Some),
        };
        let amount = literal::money(desk, get(amount_at), records.span(amount_at));
        if let (Some(available), Some(last), Some(amount)) = (available, last, amount) {
            if last.is_some_and(|last| last < available) {
                let message =
                    format!("the tranche lapses in `{}`, before it is available", get(last_at));
                let remedy = format!("write a month from `{available}` on, or leave `last` empty");
                desk.fault(Code::Order, records.span(last_at), message, "", remedy);
                continue;
            }
            let (id, span) = (get(id_at).to_string(), records.span(id_at));
            rows.push(ScheduleRow { id, available, last, amount, span });
        }
    }
    Some(rows)
}

/// The cells of a file under these headings, row by row.
pub fn under(desk: &Desk, file: u16, headings: &[&str]) -> Option<Vec<Vec<String>>> {
    let source = desk.source(file);
    let (mut records, header) = Records::open(desk, file, source.text())?;
    let place = |heading: &&str| header.iter().position(|cell| cell.text == **heading);
    let places: Vec<usize> = headings.iter().map(place).collect::<Option<_>>()?;
    let mut rows = Vec::new();
    while let Some(record) = records.next() {
        let cell = |place: &usize| record.get(*place).unwrap_or_default().to_string();
        rows.push(places.iter().map(cell).collect());
    }
    Some(rows)
}

/// The rows of opening.csv: item, stream, month and amount as cells.
pub fn opening(desk: &Desk, file: u16) -> Option<Vec<[Cell; 4]>> {
    let source = desk.source(file);
    let (mut records, header) = Records::open(desk, file, source.text())?;
    let places = columns(desk, &header, ["item", "stream", "month", "amount"], 4)?;
    let places = places.map(|place| place.unwrap_or_default());
    let mut rows = Vec::new();
    while records.next().is_some() {
        rows.push(places.map(|column| records.cell(column)));
    }
    Some(rows)
}

/// A column of a table of tables: where its cells belong.
enum Column {
    /// The id.
    Id,
    /// A key, by its path, with the shape of its value.
    Key(Vec<String>, &'static Shape),
    /// A month's amount.
    Month(String),
    /// A fiscal year's amount.
    Year(String),
}

fn without_id(desk: &Desk, kind: &str, span: Span) {
    let message = format!("the row has no `{kind}`");
    let remedy = format!("write the id of the {kind}, or delete the row");
    desk.fault(Code::MissingKey, span, message, "", remedy);
}

/// The tables of a file that holds one a row, by id: the id's column is named as the kind of table.
pub fn tables(desk: &Desk, file: u16, kind: &str) -> Option<Table> {
    let source = desk.source(file);
    let (mut records, header) = Records::open(desk, file, source.text())?;
    let columns = table_columns(desk, &header, kind)?;
    let mut table = Table::new();
    while records.next().is_some() {
        let mut row = Table::new();
        let mut id = None;
        for (place, column) in columns.iter().enumerate() {
            if records.record.get(place).unwrap_or_default().is_empty() {
                continue;
            }
            let cell = records.cell(place);
            let span = cell.span;
            let (key, alone) = match column {
                Column::Id => {
                    id = Some(cell);
                    continue;
                }
                Column::Key(path, shape) => {
                    let node = value_node(cell, shape);
                    (path[0].as_str(), insert(&mut row, path, node, span))
                }
                Column::Month(name) => ("series", amount(&mut row, "series", name, cell)),
                Column::Year(name) => ("by-year", amount(&mut row, "by-year", name, cell)),
            };
            if !alone {
                let name = visible(&header[place].text);
                let message = format!("`{name}` stands beside another filled column of `{key}`");
                desk.fault(Code::Conflict, span, message, "said once more", "empty one of the two");
            }
        }
        let Some(id) = id else {
            let at = columns.iter().position(|column| matches!(column, Column::Id));
            without_id(desk, kind, records.span(at.unwrap_or_default()));
            continue;
        };
        let node = Node { span: id.span, value: Value::Table(row) };
        let entry = Entry { key: id.span, node };
        match table.entry(id.text) {
            btree_map::Entry::Occupied(other) => {
                let message = format!("{kind} `{}` stands in two rows", visible(other.key()));
                let remedy = "give each row an id of its own";
                desk.fault(Code::IdTaken, id.span, message, "already in a row above", remedy);
            }
            btree_map::Entry::Vacant(place) => {
                place.insert(entry);
            }
        }
    }
    Some(table)
}

fn table_columns(desk: &Desk, header: &[Cell], kind: &str) -> Option<Vec<Column>> {
    let before = desk.fault_count();
    let kinds = keys::family(kind);
    let mut columns = Vec::new();
    let mut unknown = Vec::new();
    for (place, cell) in header.iter().enumerate() {
        let name = cell.text.as_str();
        if !name.trim().is_empty() && header[..place].iter().any(|earlier| earlier.text == name) {
            twice(desk, cell);
        }
        if name == kind {
            columns.push(Column::Id);
        } else if kind == "cost" && Month::parse(name).is_some() {
            columns.push(Column::Month(name.to_string()));
        } else if kind == "cost" && fiscal_year(name).is_some() {
            columns.push(Column::Year(name.to_string()));
        } else if let Some(shape) = shape_of(&kinds, name) {
            columns.push(Column::Key(name.split('.').map(str::to_string).collect(), shape));
        } else {
            unknown.push(cell);
        }
    }
    let names = column_names(&kinds, kind);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (form, list) = match kind {
        "cost" => (
            "cost,function,monthly",
            "`cost`, months such as `2026-01`, years such as `FY2026`, and the keys of a cost line, \
             such as `yearly`, `positions.fte` or `note`",
        ),
        _ => (
            "stream,kind,funder,status,award,from,until,pays-for",
            "`stream`, and the keys of a stream, such as `award`, `terms.rate` or `note`",
        ),
    };
    let known = Known { names: &names, form: form.to_string(), list: list.to_string() };
    let lacking = !header.iter().any(|cell| cell.text == kind);
    known.tell(desk, header, &unknown, if lacking { vec![kind] } else { Vec::new() });
    (desk.fault_count() == before).then_some(columns)
}

/// The year of a fiscal year's label, such as `FY2025`.
pub fn fiscal_year(label: &str) -> Option<i32> {
    let digits = label.strip_prefix("FY")?;
    let shaped = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let year = shaped.then(|| digits.parse().ok()).flatten();
    year.filter(|year| (YEAR_MIN..=YEAR_MAX + 1).contains(year))
}

/// The calendar year that a label such as `CY2025` names.
pub fn calendar_year(label: &str) -> Option<i32> {
    let digits = label.strip_prefix("CY")?;
    let shaped = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let year = shaped.then(|| digits.parse().ok()).flatten();
    year.filter(|year| (YEAR_MIN..=YEAR_MAX).contains(year))
}

/// The shape of the values of a dotted column; nothing where no such column is known.
fn shape_of(kinds: &[&'static Kind], name: &str) -> Option<&'static Shape> {
    let (head, rest) = match name.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (name, None),
    };
    let keys: Vec<&'static keys::Key> = kinds
        .iter()
        .flat_map(|kind| kind.keys)
        .chain(keys::EVERYWHERE)
        .filter(|key| key.name == head && head != "drop")
        .collect();
    match rest {
        None => keys.first().map(|key| &key.shape),
        Some(rest) => keys.iter().find_map(|key| inner_shape(&key.shape, rest)),
    }
}

fn inner_shape(shape: &'static Shape, rest: &str) -> Option<&'static Shape> {
    match shape {
        Shape::Table(names) => {
            let kinds: Vec<&'static Kind> = names.iter().map(|name| keys::kind(name)).collect();
            shape_of(&kinds, rest)
        }
        // One cap may stand in columns of its own.
        Shape::List(inner) => match inner {
            Shape::Table(["cap"]) => inner_shape(inner, rest),
            _ => None,
        },
        Shape::Map(Pattern::FiscalYear, inner) => fiscal_year(rest).map(|_| *inner),
        Shape::Map(_, inner) => (!rest.contains('.')).then_some(*inner),
        Shape::Either(shapes) => shapes.iter().find_map(|shape| inner_shape(shape, rest)),
        _ => None,
    }
}

/// The columns that may stand in a file of such tables, for a suggestion.
fn column_names(kinds: &[&'static Kind], id: &str) -> Vec<String> {
    let mut names = vec![id.to_string()];
    for key in kinds.iter().flat_map(|kind| kind.keys) {
        let Shape::Table(inner) = key.shape else {
            names.push(key.name.to_string());
            continue;
        };
        for inner in inner.iter().flat_map(|name| keys::kind(name).keys) {
            names.push(format!("{}.{}", key.name, inner.name));
        }
    }
    names.retain(|name| name != "drop");
    names
}

/// Puts a value where its path says; whether nothing else stood there.
fn insert(row: &mut Table, path: &[String], node: Node, span: Span) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    if rest.is_empty() {
        return row.insert(first.clone(), Entry { key: span, node }).is_none();
    }
    let list = first == "cap"
        && rest.len() == 1
        && matches!(rest[0].as_str(), "on" | "share" | "amount" | "of" | "per");
    let empty = || Node { span, value: Value::Table(Table::new()) };
    let entry = row.entry(first.clone()).or_insert_with(|| {
        let node = match list {
            true => Node { span, value: Value::List(vec![empty()]) },
            false => empty(),
        };
        Entry { key: span, node }
    });
    let inner = match &mut entry.node.value {
        Value::List(items) => items.first_mut().and_then(Node::table_mut),
        Value::Table(table) => Some(table),
        _ => None,
    };
    inner.is_some_and(|inner| insert(inner, rest, node, span))
}

/// Puts an amount into the table of a key; whether the key is stated in no other way.
fn amount(row: &mut Table, key: &str, name: &str, cell: Cell) -> bool {
    let span = cell.span;
    let entry = row.entry(key.to_string()).or_insert_with(|| Entry {
        key: span,
        node: Node { span, value: Value::Table(Table::new()) },
    });
    let Some(table) = entry.node.table_mut() else { return false };
    let node = Node { span, value: Value::Text(cell.text) };
    table.insert(name.to_string(), Entry { key: span, node }).is_none()
}

/// A cell as a value of the shape that its column has.
fn value_node(cell: Cell, shape: &Shape) -> Node {
    let span = cell.span;
    let value = match shape {
        Shape::Bool if matches!(cell.text.to_lowercase().as_str(), "true" | "false") => {
            Value::Bool(cell.text.eq_ignore_ascii_case("true"))
        }
        Shape::Whole(..) => Value::Number(cell.text),
        Shape::List(_) => list(&cell),
        Shape::Either(shapes)
            if shapes.contains(&Shape::Bool)
                && matches!(cell.text.to_lowercase().as_str(), "true" | "false") =>
        {
            Value::Bool(cell.text.eq_ignore_ascii_case("true"))
        }
        Shape::Either(shapes) => {
            let lists = shapes
                .iter()
                .any(|shape| matches!(shape, Shape::List(Shape::Money | Shape::Share)));
            if lists && cell.text.contains(';') { list(&cell) } else { Value::Text(cell.text) }
        }
        _ => Value::Text(cell.text),
    };
    Node { span, value }
}

/// The items of a cell, which semicolons part.
fn list(cell: &Cell) -> Value {
    let mut items = Vec::new();
    let mut at = cell.span.start;
    for part in cell.text.split(';') {
        let text = part.trim();
        let lead = (part.len() - part.trim_start().len()) as u32;
        let span = Span {
            file: cell.span.file,
            start: (at + lead).min(cell.span.end),
            end: (at + lead + text.len() as u32).min(cell.span.end),
        };
        items.push(Node { span, value: Value::Text(text.to_string()) });
        at += part.len() as u32 + 1;
    }
    Value::List(items)
}

//! What a budget sheet's rows and columns are: `import.toml`, which a person confirms before any of it becomes costs.

use super::conclude;
use super::desk::Desk;
use super::field::Field;
use super::files::Files;
use super::load;
use super::reader::TableReader;
use super::syntax;
use super::text::Span;
use crate::diagnostic::Code;
use crate::error::Error;

/// The file that maps a budget sheet.
pub const IMPORT_FILE: &str = "import.toml";

/// The keys of a line that become columns of `costs.csv`.
pub const LINE_KEYS: [&str; 5] = ["title", "function", "layer", "priority", "category"];

/// What the rows and columns of a sheet are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// The sheet's name.
    pub sheet: String,
    /// The column of names, by its letters.
    pub names: Option<String>,
    /// The row of months or years, counted from 1.
    pub headings: Option<u32>,
    /// The columns of amounts by their letters, each with its month or fiscal year.
    pub columns: Vec<(String, String)>,
    /// The lines, in the order of rows.
    pub lines: Vec<MappedLine>,
}

/// A row that becomes a cost line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappedLine {
    /// The line's id.
    pub id: String,
    /// The row, counted from 1 as spreadsheets do.
    pub row: u32,
    /// The name that stands in the row.
    pub named: Option<String>,
    /// What is said of it, by [`LINE_KEYS`]; nothing where nothing is said.
    pub said: [Option<String>; 5],
}

/// Reads the mapping of a folder.
///
/// # Errors
/// Everything that is wrong with it; a mapping that nobody has confirmed.
pub fn mapping(files: &dyn Files) -> Result<Mapping, Error> {
    let desk = Desk::new();
    let mapping = read(&desk, files);
    conclude(&desk, mapping)
}

pub(super) fn read(desk: &Desk, files: &dyn Files) -> Option<Mapping> {
    let file = load::open(desk, files, IMPORT_FILE, None)?;
    let tree = syntax::parse(desk, file)?;
    let top = Span { file, start: 0, end: 0 };
    let mut root = TableReader::new(desk, &tree, &["import"], "", top);
    if let Some(field) = root.need("confirmed") {
        let at = field.at;
        if field.bool() == Some(false) {
            let message = "the mapping is not confirmed";
            let cause = "what each line is was guessed from its name";
            let remedy = "read each line, mend what is wrong, and write `confirmed = true`";
            desk.fault(Code::Workbook, at, message, cause, remedy);
        }
    }
    let sheet = root.need("sheet").and_then(Field::text);
    let columns = root.need("columns").and_then(Field::entries);
    let columns = columns.map(|entries| {
        let one =
            |(letters, _, field): (&str, Span, Field)| Some((letters.to_string(), field.text()?));
        entries.into_iter().filter_map(one).collect()
    });
    let names = root.get("names").and_then(Field::text);
    let headings = root.get("headings").and_then(row_of);
    let entries = root.need("line").and_then(Field::entries);
    let mut lines: Vec<MappedLine> =
        entries.into_iter().flatten().filter_map(|(id, _, field)| line(id, field)).collect();
    lines.sort_by_key(|line| line.row);
    root.finish();
    Some(Mapping { sheet: sheet?, names, headings, columns: columns?, lines })
}

fn line(id: &str, field: Field) -> Option<MappedLine> {
    let mut reader = field.table(&["import-line"])?;
    let row = reader.need("row").and_then(row_of);
    let named = reader.get("named").and_then(Field::text);
    let said = LINE_KEYS.map(|key| match key {
        "function" => reader.need(key).and_then(Field::text),
        _ => reader.get(key).and_then(Field::text),
    });
    reader.finish();
    Some(MappedLine { id: id.to_string(), row: row?, named, said })
}

fn row_of(field: Field) -> Option<u32> {
    field.whole().and_then(|row| u32::try_from(row).ok())
}

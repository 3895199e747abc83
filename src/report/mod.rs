//! What is said about a forecast: tables of figures and pages of words, before any encoding.
//!
//! [`contract::tables`] are the exact figures that other tools read; [`summary::page`] is the
//! page that people read; [`record::forecast`] is the whole forecast as one value. How they are
//! encoded is [`crate::export`]'s matter, which knows none of what they are about.

use serde_json::{Value, json};

use crate::money::{Money, Rate};
use crate::month::Month;

pub mod asking;
pub mod board;
pub mod bridge;
pub mod chance;
pub mod compare;
mod concerns;
pub mod contract;
pub mod doubts;
mod headlines;
pub mod kept;
mod least;
pub mod levers;
mod offered;
pub mod picture;
pub mod portfolio;
mod reason;
mod rebraiding;
pub mod record;
pub mod rules;
pub mod sensitivity;
pub mod summary;
pub mod traced;
pub mod words;
pub mod workbook;

/// The version of the shape of everything that is written for other tools.
pub const SCHEMA_VERSION: u32 = 1;

/// Rows of figures under named columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The table's name, which is its file name without the ending.
    pub name: String,
    /// The heading that people read; may be empty.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with one cell a column.
    pub rows: Vec<Vec<Cell>>,
    /// Whether the figures of each row are held against the first of them, which so stands in every part of a table that
    /// is too wide for its page.
    pub against_first: bool,
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its cells hold.
    pub kind: ColumnKind,
}

/// What the cells of a column hold, where they are not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// Money.
    Money,
    /// A share or another exact rate.
    Share,
    /// A month.
    Month,
    /// A whole number.
    Whole,
}

/// One cell of a table. Cells of one column order as their exported text does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text, which may come from a plan and is guarded when it is encoded.
    Text(String),
    /// Money.
    Money(Money),
    /// A share or another exact rate.
    Share(Rate),
    /// A month.
    Month(Month),
    /// A whole number.
    Whole(i64),
}

impl Cell {
    /// A cell of text.
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    /// A cell that is empty where there is nothing.
    pub fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell) -> Cell {
        value.map_or(Cell::Empty, cell)
    }
}

impl Table {
    /// A table of these columns without rows.
    pub fn new(name: &str, columns: &[(&str, ColumnKind)]) -> Table {
        let column =
            |(name, kind): &(&str, ColumnKind)| Column { name: name.to_string(), kind: *kind };
        Table {
            name: name.to_string(),
            columns: columns.iter().map(column).collect(),
            ..Table::default()
        }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// When the row does not have one cell a column.
    pub fn push(&mut self, row: Vec<Cell>) {
        assert_eq!(row.len(), self.columns.len(), "a row of `{}` fills its columns", self.name);
        self.rows.push(row);
    }
}

/// A page that people read, from the top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its pieces.
    pub blocks: Vec<Block>,
}

/// One piece of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// The page's title.
    Title(String),
    /// The heading of what follows.
    Heading(String),
    /// One or more sentences, wrapped to the page.
    Sentence {
        /// How bad it is.
        mark: Mark,
        /// The words.
        text: String,
    },
    /// A table.
    Table {
        /// The figures.
        table: Table,
        /// How each row is shown, in the order of rows; rows beyond the list are plain.
        rows: Vec<RowStyle>,
    },
    /// Lines of bars on one scale.
    Bars(Bars),
    /// Amounts below each other, each with its words and what stands behind it.
    Entries(Vec<Entry>),
    /// What one may do next: commands, each with what it tells.
    Hints(Vec<(String, String)>),
}

/// How bad a sentence is. The mark is a character too, so that it does without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Neither good nor bad.
    None,
    /// Bad: money is missing.
    Bad,
    /// To be watched.
    Watch,
    /// Good.
    Good,
}

/// How a row is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowStyle {
    /// As it is.
    Plain,
    /// A sum.
    Strong,
    /// A part of the row above it.
    Part,
    /// A sum that ought to be zero.
    Bad,
    /// A part of a sum that ought to be zero.
    BadPart,
}

/// One amount of a reckoning, to the cent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// How it enters the reckoning: `+`, `-`, `=` for the result, or a space for what stands
    /// beside it.
    pub sign: char,
    /// The amount, if it is one.
    pub amount: Option<Money>,
    /// What it is.
    pub label: String,
    /// What stands behind it, each shown at the right where there is room, else below.
    pub asides: Vec<String>,
}

/// Series of months drawn as lines of bars on one scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// What they show; how many months each bar stands for is said after it.
    pub title: String,
    /// The words at the left end.
    pub first: String,
    /// The words at the right end.
    pub last: String,
    /// The place of a month to be marked, with its words.
    pub marked: Option<(usize, String)>,
    /// The lines, each with its label and its amounts, one a month; all are equally long.
    pub series: Vec<(String, Vec<Money>)>,
}

impl Page {
    /// A page without pieces.
    pub fn new() -> Page {
        Page::default()
    }

    /// Adds a title.
    pub fn title(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Title(text.into()));
    }

    /// Adds a heading.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    /// Adds a sentence.
    pub fn say(&mut self, mark: Mark, text: impl Into<String>) {
        self.blocks.push(Block::Sentence { mark, text: text.into() });
    }

    /// Adds a table.
    pub fn table(&mut self, table: Table, rows: Vec<RowStyle>) {
        self.blocks.push(Block::Table { table, rows });
    }
}

/// The rows of a table by their columns, in the words of its CSV.
pub(crate) fn objects(table: &Table) -> Value {
    let value = |cell: &Cell| match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Money(amount) => json!(amount.to_string()),
        Cell::Share(share) => json!(share_text(*share)),
        Cell::Month(month) => json!(month.to_string()),
        Cell::Whole(number) => json!(number),
    };
    let row = |row: &Vec<Cell>| {
        let cells = table.columns.iter().zip(row);
        Value::Object(cells.map(|(column, cell)| (column.name.clone(), value(cell))).collect())
    };
    Value::Array(table.rows.iter().map(row).collect())
}

/// A share with six places, as every export writes it; rounded half away from zero.
///
/// ```
/// use braidfund::money::Rate;
/// use braidfund::report::share_text;
/// assert_eq!(share_text(Rate::parse("0.1234565").unwrap()), "0.123457");
/// assert_eq!(share_text(Rate::parse("-1.5").unwrap()), "-1.500000");
/// ```
pub fn share_text(share: Rate) -> String {
    let billionths = share.billionths();
    let millionths = (billionths.unsigned_abs() + 500) / 1_000;
    let sign = if billionths < 0 && millionths > 0 { "-" } else { "" };
    format!("{sign}{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}

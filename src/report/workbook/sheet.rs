//! Sheets of cells, and where a cell stands. What is in a cell is said here; how it is written, in `export/xlsx.rs`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::formula::Expression;
use crate::money::{Money, Price, Quantity, Rate};
use crate::month::Month;

/// The sheets, in the order of their tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// What the workbook is, its colours and whether all checks hold.
    Cover,
    /// What the plan states.
    Inputs,
    /// Months, fiscal years, drivers.
    Timeline,
    /// What each source makes available and pays.
    Awards,
    /// What each line needs.
    Costs,
    /// Who pays what.
    Braid,
    /// Receipts, payments and balances.
    Cash,
    /// By fiscal year.
    Summary,
    /// By fiscal year, source by source and line by line.
    Years,
    /// The plan's scenarios side by side.
    Scenarios,
    /// Bridge options side by side.
    Bridge,
    /// What must hold.
    Checks,
    /// The engine's figures beside the workbook's.
    Engine,
    /// What scenarios say where they differ.
    Switched,
    /// What run made it.
    Log,
}

impl Place {
    /// Every sheet.
    pub const ALL: [Place; 15] = [
        Place::Cover,
        Place::Inputs,
        Place::Timeline,
        Place::Awards,
        Place::Costs,
        Place::Braid,
        Place::Cash,
        Place::Summary,
        Place::Years,
        Place::Scenarios,
        Place::Bridge,
        Place::Checks,
        Place::Engine,
        Place::Switched,
        Place::Log,
    ];

    /// The name on its tab.
    pub fn name(self) -> &'static str {
        match self {
            Place::Cover => "Cover",
            Place::Inputs => "Inputs",
            Place::Timeline => "Timeline",
            Place::Awards => "Awards",
            Place::Costs => "Costs",
            Place::Braid => "Braid",
            Place::Cash => "Cash",
            Place::Summary => "Summary",
            Place::Years => "Years",
            Place::Scenarios => "Scenarios",
            Place::Bridge => "Bridge",
            Place::Checks => "Checks",
            Place::Engine => "Engine",
            Place::Switched => "Switched",
            Place::Log => "Log",
        }
    }
}

/// Where a cell stands; rows and columns from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The sheet.
    pub sheet: Place,
    /// The column.
    pub column: u16,
    /// The row.
    pub row: u32,
}

/// The cells from one to another, both with it, on one sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// The first cell.
    pub first: At,
    /// The last cell.
    pub last: At,
}

impl At {
    /// The cell of the same row in another column.
    pub fn in_column(self, column: u16) -> At {
        At { column, ..self }
    }

    pub(super) fn print(self, home: Place, text: &mut String) {
        if self.sheet != home {
            *text += self.sheet.name();
            *text += "!";
        }
        self.print_within(text);
    }

    fn print_within(self, text: &mut String) {
        let mut letters = Vec::new();
        let mut rest = u32::from(self.column) + 1;
        while rest > 0 {
            rest -= 1;
            letters.push(char::from(b'A' + (rest % 26) as u8));
            rest /= 26;
        }
        text.extend(letters.into_iter().rev());
        *text += &(self.row + 1).to_string();
    }
}

impl Area {
    /// The cells from one to another.
    pub fn of(first: At, last: At) -> Area {
        debug_assert!(first.sheet == last.sheet, "an area lies on one sheet");
        Area { first, last }
    }

    /// Whether a cell lies right below its last one.
    pub(super) fn grows_by(&self, at: At) -> bool {
        let last = self.last;
        at.sheet == last.sheet && at.column == last.column && at.row == last.row + 1
    }

    pub(super) fn print(self, home: Place, text: &mut String) {
        self.first.print(home, text);
        *text += ":";
        self.last.print_within(text);
    }
}

/// How a number reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Dollars and cents.
    Money,
    /// A share, shown as a percentage.
    Share,
    /// A price of up to six places.
    Price,
    /// A number of up to nine places.
    Number,
    /// A whole number.
    Whole,
    /// A month, as the date of its first day.
    Month,
    /// The last day of a month.
    Day,
}

/// What a cell is to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A word beside figures.
    Label,
    /// The heading of a sheet.
    Title,
    /// The heading of rows or columns.
    Heading,
    /// A remark.
    Note,
    /// A remark of any length, on as many lines as it takes.
    Source,
    /// An input, which may be changed here.
    Input,
    /// An input as it was written, or a mark that formulas go by.
    Grey,
    /// What the braid decided, or the engine worked out.
    Decided,
    /// A formula.
    Formula,
    /// A formula of a row that sums up.
    Total,
    /// A formula that sums its row up, or that is read first.
    Sum,
    /// A formula whose value is 0 where all is well.
    Check,
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Words.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A formula, with the figure that the engine has for it.
    Formula(Expression, Value),
    /// A word that leads to a sheet.
    Link(Place),
}

/// What a formula comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number; a date is the number of its day.
    Number(Decimal),
    /// A word of the engine's own.
    Word(String),
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// What it holds.
    pub content: Content,
    /// What it is to its reader.
    pub role: Role,
    /// How its number reads.
    pub unit: Unit,
}

impl Cell {
    /// Letters that an amount of money takes; nothing of anything else.
    pub fn letters(&self) -> Option<u16> {
        let figure = match &self.content {
            Content::Number(number) | Content::Formula(_, Value::Number(number)) => number,
            _ => return None,
        };
        let whole = figure.trunc().abs().to_string().len();
        // Digits, what parts the thousands, the point and cents, a sign; bold ones are wider.
        let letters = whole + (whole - 1) / 3 + 4;
        let letters =
            letters + if matches!(self.role, Role::Total | Role::Sum) { letters / 8 } else { 0 };
        (self.unit == Unit::Money).then_some(letters as u16 + 1)
    }
}

/// A chart that a spreadsheet draws from cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// What it shows, in words of the engine's own.
    pub title: &'static str,
    /// Its columns, stacked: the cell of each one's name, and its values.
    pub columns: Vec<(At, Area)>,
    /// Its lines.
    pub lines: Vec<(At, Area)>,
    /// What stands below each column.
    pub categories: Area,
    /// Whether that is months.
    pub months: bool,
    /// The cell at whose upper left corner it stands.
    pub at: At,
}

/// A sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Which one.
    pub place: Place,
    /// Its rows' cells, by column.
    pub rows: Vec<BTreeMap<u16, Cell>>,
    /// What each row is of, such as a line or a stream, by row.
    pub blocks: Vec<String>,
    /// What the rows are of that are laid next.
    block: String,
    /// Columns from the left that stay in sight.
    pub frozen_columns: u16,
    /// Rows from the top that stay in sight.
    pub frozen_rows: u32,
    /// Widths of columns in letters, from the left.
    pub widths: Vec<u16>,
    /// The column from which months stand, where they do.
    pub months_from: Option<u16>,
    /// Its charts.
    pub charts: Vec<Chart>,
    /// The last row and column that are put on paper, where not all are.
    pub printed: Option<(u32, u16)>,
    /// Rows before which a new page begins on paper.
    pub breaks: Vec<u32>,
    /// A cell that holds one of the numbers from 1 to so many.
    pub pick: Option<(At, u16)>,
}

/// The columns that stand before the months, on every sheet that has months: what a row is, its id, a remark, the mark
/// that formulas go by, two figures of the row's own, and its sum.
pub const LABEL: u16 = 0;
/// The column of ids.
pub const ID: u16 = 1;
/// The column of remarks.
pub const NOTE: u16 = 2;
/// The column of the marks that formulas go by.
pub const MARK: u16 = 3;
/// The column of a row's first own figure.
pub const FIRST: u16 = 4;
/// The column of a row's second own figure.
pub const SECOND: u16 = 5;
/// The column of a row's sum.
pub const SUM: u16 = 6;
/// The first column of months, on every sheet that has months.
pub const MONTHS_FROM: u16 = 7;

impl Sheet {
    /// A sheet without cells.
    pub fn new(place: Place, widths: &[u16]) -> Sheet {
        Sheet {
            place,
            rows: Vec::new(),
            blocks: Vec::new(),
            block: String::new(),
            frozen_columns: 0,
            frozen_rows: 0,
            widths: widths.to_vec(),
            months_from: None,
            charts: Vec::new(),
            breaks: Vec::new(),
            printed: None,
            pick: None,
        }
    }

    /// A cell's place on this sheet.
    pub fn at(&self, row: u32, column: u16) -> At {
        At { sheet: self.place, row, column }
    }

    /// Says what the rows are of that are laid from here on; what they were of before.
    pub fn block(&mut self, id: impl Into<String>) -> String {
        std::mem::replace(&mut self.block, id.into())
    }

    /// The row below all that is laid.
    pub fn next_row(&self) -> u32 {
        self.rows.len() as u32
    }

    /// Lays a cell, in place of any that stands there.
    pub fn put(&mut self, row: u32, column: u16, content: Content, role: Role, unit: Unit) -> At {
        let place = row as usize;
        if self.rows.len() <= place {
            // Rows that were taken back leave nothing.
            self.blocks.truncate(self.rows.len());
            self.rows.resize_with(place + 1, BTreeMap::new);
            self.blocks.resize(place + 1, self.block.clone());
        }
        self.rows[place].insert(column, Cell { content, role, unit });
        self.at(row, column)
    }

    /// Lays words.
    pub fn text(&mut self, row: u32, column: u16, text: impl Into<String>, role: Role) -> At {
        self.put(row, column, Content::Text(text.into()), role, Unit::Whole)
    }

    /// Lays a number.
    pub fn number(&mut self, row: u32, column: u16, number: Decimal, role: Role, unit: Unit) -> At {
        self.put(row, column, Content::Number(number), role, unit)
    }

    /// Lays a formula with the engine's figure.
    pub fn formula(
        &mut self,
        row: u32,
        column: u16,
        expression: Expression,
        (cached, unit): (Decimal, Unit),
        role: Role,
    ) -> At {
        let content = Content::Formula(expression, Value::Number(cached));
        self.put(row, column, content, role, unit)
    }

    /// Lays a formula of money.
    pub fn money(
        &mut self,
        row: u32,
        column: u16,
        expression: Expression,
        cached: Money,
        role: Role,
    ) -> At {
        self.formula(row, column, expression, (dollars(cached), Unit::Money), role)
    }

    /// Lays a formula that comes to a word.
    pub fn word(&mut self, row: u32, column: u16, expression: Expression, cached: &str) -> At {
        let content = Content::Formula(expression, Value::Word(cached.to_string()));
        self.put(row, column, content, Role::Check, Unit::Whole)
    }

    /// The cell at a place of a row.
    pub fn cell(&self, row: u32, column: u16) -> Option<&Cell> {
        self.rows.get(row as usize)?.get(&column)
    }
}

/// An amount in dollars.
pub fn dollars(amount: Money) -> Decimal {
    Decimal::new(amount.cents(), 2)
}

/// A rate as a number.
pub fn of_rate(rate: Rate) -> Decimal {
    rate.decimal().normalize()
}

/// A price as a number.
pub fn of_price(price: Price) -> Decimal {
    Decimal::from_str_exact(&price.to_string()).unwrap_or_default().normalize()
}

/// A level as a number.
pub fn of_quantity(quantity: Quantity) -> Decimal {
    Decimal::from_str_exact(&quantity.to_string()).unwrap_or_default().normalize()
}

/// The day number of a month's first day, as spreadsheets count days.
pub fn day_of(month: Month) -> Decimal {
    Decimal::from(serial(month))
}

/// The day number of a month's last day.
pub fn last_day_of(month: Month) -> Decimal {
    month.plus(1).map_or(day_of(month), |next| Decimal::from(serial(next) - 1))
}

/// Days from 30 December 1899 to the first of a month, which is how spreadsheets number days after
/// February 1900.
fn serial(month: Month) -> i64 {
    let (year, number) = (i64::from(month.year()), i64::from(month.number()));
    // Years that begin in March end with the leap day.
    let (year, number) = if number <= 2 { (year - 1, number + 9) } else { (year, number - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * number + 2) / 5;
    days - 693_899
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_numbered_as_spreadsheets_do() {
        let day = |text: &str| serial(Month::parse(text).unwrap());
        // Known serials: 2000-01-01 is 36526, 2026-07-01 is 46204, 2024-03-01 is 45352.
        assert_eq!([day("2000-01"), day("2026-07"), day("2024-03")], [36_526, 46_204, 45_352]);
        assert_eq!(last_day_of(Month::parse("2024-02").unwrap()), Decimal::from(45_351));
    }

    #[test]
    fn columns_are_lettered() {
        let text = |column: u16| {
            let mut text = String::new();
            At { sheet: Place::Cash, row: 9, column }.print(Place::Cash, &mut text);
            text
        };
        assert_eq!(
            [text(0), text(25), text(26), text(701), text(702)],
            ["A10", "Z10", "AA10", "ZZ10", "AAA10"]
        );
    }
}

//! A workbook as cells: text, exact figures, months. Whatever is no sound XLSX file of bounded size is refused before any of
//! it is held.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, Read};

use calamine::{DataRef, Reader, SheetVisible, Xlsx};
use rust_decimal::Decimal;
use zip::ZipArchive;

mod hidden;

use super::fault;
use crate::diagnostic::{Diagnostic, visible};
use crate::error::Error;
use crate::limits::{BOOK_BYTES_MAX, BOOK_CELLS_MAX, BOOK_UNPACKED_MAX, TEXT_CHARS_MAX};
use crate::month::Month;

/// A workbook's sheets that hold cells, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    /// The file's name.
    pub name: String,
    /// The sheets.
    pub sheets: Vec<Grid>,
}

/// One sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Its name.
    pub name: String,
    /// The cells that hold anything, by row and column, both from 0.
    pub cells: BTreeMap<(u32, u32), Datum>,
    /// Of cells whose formula is one sum over other rows of the sheet: the first and the last of those.
    pub sums: BTreeMap<(u32, u32), (u32, u32)>,
    /// What it hides.
    pub hidden: Hidden,
    /// Whether it is hidden itself.
    pub is_hidden: bool,
}

pub use hidden::Hidden;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// A text.
    Text(String),
    /// A figure, as the shortest decimal that the workbook's binary number reads as.
    Number(Decimal),
    /// A date, by its month.
    Month(Month),
    /// What is none of these, in words: `true`, `#REF!`, a figure too large.
    Other(String),
}

/// The beginning of a file that is encrypted, or that an old program wrote.
const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// What a formula holds in a file that no spreadsheet program has saved.
const NOT_WORKED_OUT: &str = "a formula that was never worked out";
/// The beginning of a packed file.
const PACKED: [u8; 4] = *b"PK\x03\x04";

/// What ends a packed file.
const END: &[u8] = b"PK\x05\x06";
/// The name of the part in which an encrypted workbook lies.
const ENCRYPTED: &[u8] = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";

/// Whether a file holds some bytes.
fn holds(bytes: &[u8], some: &[u8]) -> bool {
    bytes.windows(some.len()).any(|own| own == some)
}

impl Book {
    /// Reads a workbook.
    ///
    /// # Errors
    /// Refused input: a file that is too large, encrypted, broken, or no XLSX workbook, with the reason.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Book, Error> {
        let shown = visible(name);
        sound(&shown, bytes)?;
        let broken = |error: &dyn std::fmt::Display| {
            let cause = visible(&error.to_string());
            let remedy = "open it in a spreadsheet program and save it as .xlsx anew";
            refuse(fault(format!("`{shown}` cannot be read as a workbook"), cause, remedy))
        };
        let mut file: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
        let mut sheets = Vec::new();
        let mut count = 0;
        let mut hides = hidden::hidden(bytes).into_iter();
        for sheet in file.sheets_metadata().to_vec() {
            let hidden = hides.next().unwrap_or_default();
            let (is_hidden, sheet) = (sheet.visible != SheetVisible::Visible, sheet.name);
            let (mut cells, mut blank) = (BTreeMap::new(), BTreeSet::new());
            let mut sums = BTreeMap::new();
            let full = || {
                let message = format!("`{shown}` holds more than {BOOK_CELLS_MAX} cells");
                let remedy = "keep the sheet with the budget, and delete the others";
                refuse(fault(message, "", remedy))
            };
            // Chart sheets hold no cells.
            let Ok(mut reader) = file.worksheet_cells_reader(&sheet) else { continue };
            while let Some(cell) = reader.next_cell().map_err(|error| broken(&error))? {
                let written = !matches!(cell.get_value(), DataRef::Empty);
                count += usize::from(written);
                if count > BOOK_CELLS_MAX {
                    return Err(full());
                }
                match datum(cell.get_value()) {
                    Some(datum) => drop(cells.insert(cell.get_position(), datum)),
                    None if written => drop(blank.insert(cell.get_position())),
                    None => {}
                }
            }
            drop(reader);
            let Ok(mut reader) = file.worksheet_cells_reader(&sheet) else { continue };
            while let Some(cell) = reader.next_formula().map_err(|error| broken(&error))? {
                let at = cell.get_position();
                sums.extend(summed(cell.get_value(), at.0).map(|rows| (at, rows)));
                if cell.get_value().is_empty() || cells.contains_key(&at) || blank.contains(&at) {
                    continue;
                }
                count += 1;
                if count > BOOK_CELLS_MAX {
                    return Err(full());
                }
                cells.insert(at, Datum::Other(NOT_WORKED_OUT.to_string()));
            }
            sheets.push(Grid { name: sheet, cells, sums, hidden, is_hidden });
        }
        Ok(Book { name: name.to_string(), sheets })
    }

    /// The sheet of a name.
    pub fn sheet(&self, name: &str) -> Option<&Grid> {
        self.sheets.iter().find(|sheet| sheet.name == name)
    }
}

impl Grid {
    /// What a cell holds, by row and column from 0.
    pub fn at(&self, row: u32, column: u32) -> Option<&Datum> {
        self.cells.get(&(row, column))
    }

    /// The text of a cell; nothing where it holds none.
    pub fn text(&self, row: u32, column: u32) -> Option<&str> {
        match self.at(row, column)? {
            Datum::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The figure of a cell; nothing where it holds none.
    pub fn number(&self, row: u32, column: u32) -> Option<Decimal> {
        match self.at(row, column)? {
            Datum::Number(number) => Some(*number),
            _ => None,
        }
    }
}

impl Datum {
    /// What stands there, in words.
    pub fn words(&self) -> String {
        match self {
            Datum::Text(text) => format!("the text `{}`", visible(text)),
            Datum::Number(number) => number.to_string(),
            Datum::Month(month) => format!("the date {}", month.words()),
            Datum::Other(words) => words.clone(),
        }
    }
}

/// Refuses what is no packed file of bounded size, whatever it says of itself.
fn sound(shown: &str, bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() as u64 > BOOK_BYTES_MAX {
        let message = format!("`{shown}` is larger than {} MB", BOOK_BYTES_MAX >> 20);
        return Err(refuse(fault(
            message,
            "",
            "keep the sheet with the budget, and delete the others",
        )));
    }
    if bytes.starts_with(&COMPOUND) {
        let (what, remedy) = match holds(bytes, ENCRYPTED) {
            true => ("encrypted", "open it with its password and save it as .xlsx without one"),
            false => {
                ("of an old format (.xls)", "open it in a spreadsheet program and save it as .xlsx")
            }
        };
        return Err(refuse(fault(format!("`{shown}` is {what}"), "", remedy)));
    }
    let foreign = |cause: String| {
        let remedy = "save it as an Excel workbook (.xlsx) in the program that made it";
        refuse(fault(format!("`{shown}` is no .xlsx workbook"), cause, remedy))
    };
    if !bytes.starts_with(&PACKED) {
        let is_text = std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'));
        let of = match is_text {
            _ if bytes.is_empty() => "it is empty",
            true => "it holds plain text, as a .csv file does",
            false => "it is a file of another kind",
        };
        return Err(foreign(of.to_string()));
    }
    let broken = |error: &dyn std::fmt::Display| {
        let cause = match holds(bytes, END) {
            true => visible(&error.to_string()),
            false => "it was cut short".to_string(),
        };
        let remedy = "fetch it anew, or open it in a spreadsheet program and save it as .xlsx";
        refuse(fault(format!("`{shown}` is broken"), cause, remedy))
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.index_for_name("xl/workbook.xml").is_none() {
        let of = if archive.index_for_name("content.xml").is_some() {
            "it is an OpenDocument file"
        } else if archive.index_for_name("xl/workbook.bin").is_some() {
            "it is a binary workbook (.xlsb)"
        } else {
            "it is a packed file of another kind"
        };
        return Err(foreign(of.to_string()));
    }
    // What a part says of its size may be wrong, so it is unpacked to nowhere.
    let mut left = BOOK_UNPACKED_MAX;
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(|error| broken(&error))?;
        let unpacked = io::copy(&mut part.take(left + 1), &mut io::sink());
        let unpacked = unpacked.map_err(|error| broken(&error))?;
        if unpacked > left {
            let size = BOOK_UNPACKED_MAX >> 20;
            let message = format!("`{shown}` unpacks to more than {size} MB");
            let remedy = "keep the sheet with the budget, and delete the others";
            return Err(refuse(fault(message, "", remedy)));
        }
        left -= unpacked;
    }
    Ok(())
}

/// The refusal of one fault.
fn refuse(why: Diagnostic) -> Error {
    Error::input(vec![why])
}

/// What a cell holds; nothing where it is empty.
fn datum(cell: &DataRef) -> Option<Datum> {
    let text = |text: &str| match text.trim().is_empty() {
        true => None,
        false => Some(Datum::Text(text.chars().take(TEXT_CHARS_MAX).collect())),
    };
    match cell {
        DataRef::Empty => None,
        DataRef::String(own) => text(own),
        DataRef::SharedString(own) => text(own),
        DataRef::Int(number) => Some(Datum::Number(Decimal::from(*number))),
        DataRef::Float(number) => Some(exact(*number)),
        DataRef::Bool(value) => Some(Datum::Other(value.to_string())),
        DataRef::DateTime(date) if date.is_datetime() => {
            let (year, month, ..) = date.to_ymd_hms_milli();
            let found = Month::new(i32::from(year), u32::from(month));
            Some(found.map_or_else(|| exact(date.as_f64()), Datum::Month))
        }
        DataRef::DateTime(span) => Some(exact(span.as_f64())),
        DataRef::DateTimeIso(date) | DataRef::DurationIso(date) => {
            let month = date.get(..7).and_then(Month::parse);
            Some(month.map_or_else(|| Datum::Text(date.clone()), Datum::Month))
        }
        DataRef::Error(error) => Some(Datum::Other(format!("the error {error}"))),
    }
}

/// The rows, from 0, over which a formula sums up and does nothing else; nothing where that is its own row, or another sheet.
fn summed(formula: &str, row: u32) -> Option<(u32, u32)> {
    let formula = formula.trim_start_matches('=').to_ascii_uppercase();
    let inner = formula.strip_prefix("SUM(").or(formula.strip_prefix("SUBTOTAL("))?;
    let inner = inner.strip_suffix(')').filter(|inner| !inner.contains(['(', ')', '!', '"']))?;
    let rows = inner.split(|c: char| !c.is_ascii_alphanumeric() && c != '$').filter_map(|part| {
        let part = part.replace('$', "");
        let digits = part.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let row = || digits.parse::<u32>().ok()?.checked_sub(1);
        (digits.len() < part.len()).then(row).flatten()
    });
    let rows: Vec<u32> = rows.collect();
    let (first, last) = (*rows.iter().min()?, *rows.iter().max()?);
    ((first, last) != (row, row)).then_some((first, last))
}

/// The decimal that a binary number was written from: the shortest one that reads as it.
fn exact(number: f64) -> Datum {
    let text = format!("{number}");
    match text.parse::<Decimal>() {
        Ok(exact) => Datum::Number(exact.normalize()),
        Err(_) => Datum::Other(format!("the figure {text}")),
    }
}

/// A cell's address, such as `C7`, of a row and a column from 0.
///
/// ```
/// use braidfund::import::book::address;
/// assert_eq!(address(6, 2), "C7");
/// assert_eq!(address(0, 27), "AB1");
/// ```
pub fn address(row: u32, column: u32) -> String {
    format!("{}{}", letters(column), u64::from(row) + 1)
}

/// The letters of a column from 0: `A`, `Z`, `AA`.
pub fn letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.reverse();
    letters.into_iter().map(char::from).collect()
}

/// The column of letters, from 0; nothing for what is no column.
///
/// ```
/// use braidfund::import::book::column;
/// assert_eq!(column("AB"), Some(27));
/// assert_eq!(column("a1"), None);
/// ```
pub fn column(text: &str) -> Option<u32> {
    let plain = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let value = |sum: u32, byte: u8| sum * 26 + u32::from(byte - b'A') + 1;
    plain.then(|| text.bytes().fold(0, value) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_letters_and_back() {
        for place in [0, 25, 26, 701, 702, 16_383] {
            assert_eq!(column(&letters(place)), Some(place));
        }
        assert_eq!(letters(16_383), "XFD");
    }

    #[test]
    fn sums_over_other_rows_are_known_from_amounts_that_are_worked_out() {
        assert_eq!(summed("SUM(C5:C9)", 9), Some((4, 8)));
        assert_eq!(summed("=sum($C$5,C7,AB12:AB14)", 3), Some((4, 13)));
        assert_eq!(summed("SUBTOTAL(9,C5:C9)", 9), Some((4, 8)));
        for other in ["SUM(C5:E5)", "SUM(C5:C9)*0.28", "SUM(Staff!C5:C9)", "C5+C6", "SUM()", ""] {
            assert_eq!(summed(other, 4), None, "{other}");
        }
    }

    #[test]
    fn binary_numbers_are_the_decimals_that_were_typed() {
        for text in ["0.1", "1234567.89", "9999999999999.99", "-0.07", "120000"] {
            let number: f64 = text.parse().unwrap();
            assert_eq!(exact(number), Datum::Number(text.parse().unwrap()));
        }
        assert!(matches!(exact(f64::INFINITY), Datum::Other(_)));
    }
}

//! Settling many performance years of the Medicare Shared Savings Program, row by row, in constant memory.
//!
//! Each row of a CSV file is an organisation's performance year. Its terms are the preset of its track and
//! year; a filled `in_*` cell takes the place of the preset's figure. What the row leaves to a choice holds
//! as follows: the minimum savings rate is that of the published table, in two-sided tracks too; the quality
//! standard is met and the alternative one is not; a missing score before 2021 is a year of pay for
//! reporting, which counts as whole quality.
//!
//! ```
//! use braidfund::settle::Rows;
//!
//! let text = "performance_year,track,assigned_beneficiaries,in_benchmark_usd,in_expenditure_usd,\
//!             in_quality_score\n2018,TRACK1,13447,166388203,161617422,0.77\n";
//! let mut rows = Rows::open(text.as_bytes(), "rows.csv").unwrap();
//! let settled = rows.next().unwrap().unwrap();
//! assert_eq!(
//!     settled.to_string(),
//!     "2018,,4770781.00,0.028673,4770781.00,1800015.67,0.00,shared"
//! );
//! assert!(rows.next().unwrap().is_none());
//! ```

use std::io::{self, BufRead};

pub mod columns;
mod lines;
mod row;

pub use row::Settled;

use crate::diagnostic::{Code, Diagnostic};
use crate::limits::DIAGNOSTICS_MAX;
use columns::Header;
use lines::{Lines, Next};

/// The header of what is written.
pub const HEADER: &str = "performance_year,aco_id,gross_usd,savings_rate,generated_usd,earned_usd,\
                          advance_recouped_usd,rule";

/// Why a row was not settled.
#[derive(Debug)]
pub enum Trouble {
    /// It is refused, for these reasons.
    Refused(Vec<Diagnostic>),
    /// The file could not be read.
    Read(io::Error),
}

/// The rows of a file, settled as they are read.
#[derive(Debug)]
pub struct Rows<R> {
    lines: Lines<R>,
    header: Header,
}

impl<R: BufRead> Rows<R> {
    /// Reads the header of a file that is called so in what is told.
    ///
    /// # Errors
    /// [`Trouble`] where the file cannot be read or its header is refused.
    pub fn open(input: R, file: &str) -> Result<Rows<R>, Trouble> {
        let mut lines = Lines::new(input, file);
        let header = match lines.next().map_err(Trouble::Read)? {
            Next::Line(line) => Header::read(&line).map_err(Trouble::Refused)?,
            Next::Fault(fault) => return Err(Trouble::Refused(vec![fault])),
            Next::End => {
                let remedy = "write a header and a row for each performance year";
                let fault = lines.nowhere(Code::CsvColumnMissing, "the file is empty", remedy);
                return Err(Trouble::Refused(vec![fault]));
            }
        };
        Ok(Rows { lines, header })
    }

    /// Settles the next row; nothing where there is no more. After a refusal the row after it can be read.
    ///
    /// # Errors
    /// [`Trouble`] where the file cannot be read or the row is refused.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Settled>, Trouble> {
        match self.lines.next().map_err(Trouble::Read)? {
            Next::End => Ok(None),
            Next::Fault(fault) => Err(Trouble::Refused(vec![fault])),
            Next::Line(line) => {
                row::settle(&self.header, &line).map(Some).map_err(Trouble::Refused)
            }
        }
    }
}

/// What is wrong with a file: the first faults, and how many there are in all.
#[derive(Debug, Default)]
pub struct Faults {
    /// The first faults, in the order of the file.
    pub first: Vec<Diagnostic>,
    /// How many there are.
    pub count: usize,
}

impl Faults {
    /// Adds what is wrong with a row; what exceeds the limit of what is shown is only counted.
    pub fn add(&mut self, faults: Vec<Diagnostic>) {
        self.count += faults.len();
        let room = DIAGNOSTICS_MAX.saturating_sub(self.first.len());
        self.first.extend(faults.into_iter().take(room));
    }
}

/// Settles every row and writes none: everything that is wrong with a file.
///
/// # Errors
/// What the system said where the file cannot be read.
pub fn check(input: impl BufRead, file: &str) -> io::Result<Faults> {
    let mut faults = Faults::default();
    let mut rows = match Rows::open(input, file) {
        Ok(rows) => rows,
        Err(Trouble::Read(error)) => return Err(error),
        Err(Trouble::Refused(found)) => {
            faults.add(found);
            return Ok(faults);
        }
    };
    loop {
        match rows.next() {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(faults),
            Err(Trouble::Read(error)) => return Err(error),
            Err(Trouble::Refused(found)) => faults.add(found),
        }
    }
}

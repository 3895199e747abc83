//! `braid settle`: a file of performance years, settled row by row.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

use braidfund::diagnostic::Diagnostic;
use braidfund::error::Error;
use braidfund::export::diagnostics::{NOTHING_WRITTEN, encode_first};
use braidfund::export::text::Colour;
use braidfund::settle::{self, HEADER, Rows, Trouble};

use super::args;
use super::ending::{Ending, Stop};
use super::screen::Screen;

/// Bytes that are read at once.
const READ_BYTES: usize = 1 << 16;

/// Settles a file, which is checked whole before anything is written, or standard input as it comes.
pub fn run(args: &args::Settle, screen: &Screen) -> Result<Ending, Stop> {
    if args.file.as_os_str() == "-" {
        return pour(io::stdin().lock(), "standard input", screen);
    }
    let name = args.file.display().to_string();
    let unread = |error| Stop::from(Error::environment(format!("read {name}"), error));
    let open = || File::open(&args.file).map(|file| BufReader::with_capacity(READ_BYTES, file));
    // A pipe can be read once: it is settled as standard input is.
    if std::fs::metadata(&args.file).map_err(unread)?.is_file() {
        let faults = settle::check(open().map_err(unread)?, &name).map_err(unread)?;
        if faults.count > 0 {
            let text = encode_first(&faults.first, faults.count, NOTHING_WRITTEN, Colour::With);
            screen.complain(&text);
            return Err(Stop::Told);
        }
    }
    pour(open().map_err(unread)?, &name, screen)
}

/// How the pouring of rows ended.
enum End {
    Done,
    Unread(io::Error),
    Refused(Vec<Diagnostic>, u64),
}

fn pour(input: impl BufRead, name: &str, screen: &Screen) -> Result<Ending, Stop> {
    match screen.pour(|output| rows(input, name, output))? {
        Some(End::Done) | None => Ok(Ending::Done),
        Some(End::Unread(error)) => Err(Error::environment(format!("read {name}"), error).into()),
        Some(End::Refused(faults, rows)) => {
            let ending = match rows {
                0 => NOTHING_WRITTEN.to_string(),
                1 => "the row before stands".to_string(),
                _ => format!("the {rows} rows before stand"),
            };
            screen.complain(&encode_first(&faults, faults.len(), &ending, Colour::With));
            Err(Stop::Told)
        }
    }
}

/// Writes each row as it is settled; the header only once there is a row or the end.
fn rows(input: impl BufRead, name: &str, output: &mut dyn Write) -> io::Result<End> {
    let trouble = |trouble, rows| match trouble {
        Trouble::Read(error) => End::Unread(error),
        Trouble::Refused(faults) => End::Refused(faults, rows),
    };
    let mut settled = match Rows::open(input, name) {
        Ok(settled) => settled,
        Err(stopped) => return Ok(trouble(stopped, 0)),
    };
    let mut written = 0;
    loop {
        let row = match settled.next() {
            Ok(row) => row,
            Err(stopped) => return Ok(trouble(stopped, written)),
        };
        if written == 0 {
            writeln!(output, "{HEADER}")?;
        }
        let Some(row) = row else { return Ok(End::Done) };
        writeln!(output, "{row}")?;
        written += 1;
    }
}

//! Standard output and standard error: the one place that writes to them.

use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use braidfund::error::Error;
use braidfund::export::text::{self, Colour, WIDTH, WIDTH_MAX, WIDTH_MIN};
use braidfund::export::{csv, json};
use braidfund::output::WriteError;
use braidfund::report::{Page, Table};

use super::args::{Color, Manner, TableFormat};
use super::ending::Stop;

/// Bytes that are written at once where data is poured.
const POUR_BYTES: usize = 1 << 16;

/// Where a command says what it has to say.
pub struct Screen {
    choice: ColorChoice,
    /// The width of pages.
    pub width: usize,
    quiet: bool,
}

impl Screen {
    /// The screen that was asked for.
    pub fn from_manner(manner: &Manner) -> Screen {
        let choice = match manner.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let width = manner.width.map(usize::from).or_else(terminal_width).unwrap_or(WIDTH);
        Screen { choice, width, quiet: manner.quiet }
    }

    /// Writes data to standard output.
    pub fn data(&self, bytes: &[u8]) -> Result<(), Stop> {
        deliver(io::stdout().lock(), bytes)
    }

    /// Writes data to standard output as it is made; nothing where its reader has closed the pipe.
    pub fn pour<T>(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> Result<Option<T>, Stop> {
        let mut stream = BufWriter::with_capacity(POUR_BYTES, io::stdout().lock());
        let written = write(&mut stream).and_then(|made| stream.flush().map(|()| made));
        match written {
            // What is held back would be tried again when it is dropped.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                let _ = stream.into_parts();
                Ok(None)
            }
            Err(error) => {
                let _ = stream.into_parts();
                Err(unwritten(&error))
            }
            Ok(made) => Ok(Some(made)),
        }
    }

    /// Shows a page on standard output.
    pub fn page(&self, page: &Page) -> Result<(), Stop> {
        let text = text::encode(page, self.width, Colour::With);
        let stdout = io::stdout();
        deliver(AutoStream::new(stdout.lock(), self.choice), text.as_bytes())
    }

    /// Shows what a command found in the form that was asked for: a page, one record, or a table with the notice beside it.
    pub fn show(
        &self,
        (format, notice): (TableFormat, &str),
        page: impl FnOnce() -> Page,
        record: impl FnOnce() -> serde_json::Value,
        table: impl FnOnce() -> Option<Table>,
    ) -> Result<(), Stop> {
        match format {
            TableFormat::Text => self.page(&page()),
            TableFormat::Json => self.data(json::encode(&record()).as_bytes()),
            TableFormat::Csv => {
                if !notice.is_empty() {
                    self.talk(notice);
                }
                let table = table().expect("clap lets only the names of tables through");
                self.data(csv::encode(&table).as_bytes())
            }
        }
    }

    /// Says something beside the data, unless quiet was asked for.
    pub fn talk(&self, text: &str) {
        if !self.quiet {
            self.complain(&format!("{}\n", braidfund::diagnostic::visible(text)));
        }
    }

    /// Whether progress may be shown: standard error is a terminal, and quiet was not asked for.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Says what is wrong. Where even that cannot be written, the exit status must do.
    pub fn complain(&self, text: &str) {
        let stderr = io::stderr();
        let mut stream = AutoStream::new(stderr.lock(), self.choice);
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    }
}

/// What standard output does not take.
fn unwritten(error: &io::Error) -> Stop {
    WriteError::Environment(Error::environment("write to standard output", error)).into()
}

/// A reader that has seen enough and closed the pipe is no failure.
fn deliver(mut stream: impl Write, bytes: &[u8]) -> Result<(), Stop> {
    match stream.write_all(bytes).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(unwritten(&error)),
        Ok(()) => Ok(()),
    }
}

/// The width of the terminal, where standard output is one: what its shell tells, else what it tells itself.
fn terminal_width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let told = std::env::var_os("COLUMNS").and_then(|text| text.to_str()?.parse().ok());
    let own = || terminal_size::terminal_size_of(io::stdout()).map(|(wide, _)| usize::from(wide.0));
    // A terminal that does not know its width tells none.
    let columns = told.or_else(own).filter(|columns| *columns > 0)?;
    Some(columns.clamp(WIDTH_MIN, WIDTH_MAX))
}

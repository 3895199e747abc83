//! A file of rows, one line at a time: bounded lines, their cells, and where each cell stands.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Excerpt, Origin, is_invisible};
use crate::limits::LINE_BYTES_MAX;

/// Reads lines and keeps the one in hand.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    file: Arc<str>,
    number: u32,
    bytes: Vec<u8>,
    cells: Vec<Cell>,
}

/// A cell by its bytes in the line, quotes not counted.
#[derive(Clone, Debug)]
struct Cell {
    range: Range<usize>,
    /// Whether a doubled quote stands in it.
    doubled: bool,
}

/// A line that was read.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    file: &'a Arc<str>,
    number: u32,
    text: &'a str,
    cells: &'a [Cell],
}

/// What reading the next line comes to.
pub enum Next<'a> {
    /// A line with cells.
    Line(Line<'a>),
    /// A line that cannot be read.
    Fault(Diagnostic),
    /// There is no more.
    End,
}

impl<R: BufRead> Lines<R> {
    /// Lines of a file that is called so in what is told.
    pub fn new(input: R, file: &str) -> Lines<R> {
        Lines { input, file: file.into(), number: 0, bytes: Vec::new(), cells: Vec::new() }
    }

    /// The next line that is not empty.
    ///
    /// # Errors
    /// What the system said where the file cannot be read.
    pub fn next(&mut self) -> io::Result<Next<'_>> {
        loop {
            self.bytes.clear();
            let most = LINE_BYTES_MAX as u64 + 1;
            if self.input.by_ref().take(most).read_until(b'\n', &mut self.bytes)? == 0 {
                return Ok(Next::End);
            }
            self.number = self.number.saturating_add(1);
            if self.bytes.last() == Some(&b'\n') {
                self.bytes.pop();
            } else if self.bytes.len() > LINE_BYTES_MAX {
                self.skip_line()?;
                let message = format!("the line is longer than {LINE_BYTES_MAX} bytes");
                return Ok(Next::Fault(self.unread(Code::LineTooLong, message)));
            }
            if self.bytes.last() == Some(&b'\r') {
                self.bytes.pop();
            }
            if self.number == 1 && self.bytes.starts_with("\u{feff}".as_bytes()) {
                self.bytes.drain(..3);
            }
            if !self.bytes.is_empty() {
                break;
            }
        }
        let Ok(text) = std::str::from_utf8(&self.bytes) else {
            let message = "the line is not UTF-8 text".to_string();
            return Ok(Next::Fault(self.unread(Code::Encoding, message)));
        };
        let split = split(text, &mut self.cells);
        let line = Line { file: &self.file, number: self.number, text, cells: &self.cells };
        Ok(match split {
            Err((at, message)) => {
                let remedy = "double a quote that belongs to the text, and keep a cell on one line";
                Next::Fault(line.fault(Code::Csv, at..at + 1, message, "", remedy))
            }
            Ok(()) => match text.char_indices().find(|(_, letter)| is_invisible(*letter)) {
                Some((at, letter)) => {
                    let message = format!("the line holds the character U+{:04X}", letter as u32);
                    let range = at..at + letter.len_utf8();
                    Next::Fault(line.fault(Code::Character, range, message, "", "delete it"))
                }
                None => Next::Line(line),
            },
        })
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let held = self.input.fill_buf()?;
            let end = held.iter().position(|byte| *byte == b'\n');
            let (used, done) = (end.map_or(held.len(), |end| end + 1), held.is_empty());
            self.input.consume(used);
            if done || end.is_some() {
                return Ok(());
            }
        }
    }

    /// A fault of a line whose text cannot be shown.
    fn unread(&self, code: Code, message: String) -> Diagnostic {
        let origin = Origin { file: Arc::clone(&self.file), line: self.number, column: 1 };
        let place = (origin, Excerpt { text: String::new(), width: 1 });
        Diagnostic::at(place, code, message, "", "save the file as CSV in UTF-8, one row a line")
    }

    /// A fault that has no line, such as a file without any.
    pub fn nowhere(&self, code: Code, message: &str, remedy: &str) -> Diagnostic {
        Diagnostic::nowhere(code, format!("{}: {message}", self.file), remedy)
    }
}

impl<'a> Line<'a> {
    /// How many cells it has.
    pub fn width(&self) -> usize {
        self.cells.len()
    }

    /// The text of a cell.
    pub fn cell(&self, place: usize) -> Cow<'a, str> {
        let cell = &self.cells[place];
        let text = &self.text[cell.range.clone()];
        if cell.doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) }
    }

    /// Tells what is wrong with a cell, or with the line where there is none.
    pub fn tell(
        &self,
        place: Option<usize>,
        code: Code,
        message: impl Into<String>,
        cause: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Diagnostic {
        let range = place.and_then(|place| self.cells.get(place)).map(|cell| cell.range.clone());
        self.fault(code, range.unwrap_or(0..self.text.len()), message, cause, remedy)
    }

    fn fault(
        &self,
        code: Code,
        range: Range<usize>,
        message: impl Into<String>,
        cause: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Diagnostic {
        let characters = |range: Range<usize>| {
            let text = self.text.get(range).unwrap_or_default();
            u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
        };
        let column = characters(0..range.start) + 1;
        let width = characters(range).max(1);
        let origin = Origin { file: Arc::clone(self.file), line: self.number, column };
        let place = (origin, Excerpt { text: self.text.to_string(), width });
        Diagnostic::at(place, code, message, cause, remedy)
    }
}

/// Splits a line into cells; else the byte at which it cannot be, and why.
fn split(text: &str, cells: &mut Vec<Cell>) -> Result<(), (usize, &'static str)> {
    cells.clear();
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        if bytes.get(at) == Some(&b'"') {
            let opened = at;
            let (mut end, mut doubled) = (at + 1, false);
            loop {
                match (bytes.get(end), bytes.get(end + 1)) {
                    (None, _) => return Err((opened, "the quote is not closed on its line")),
                    (Some(b'"'), Some(b'"')) => (end, doubled) = (end + 2, true),
                    (Some(b'"'), _) => break,
                    _ => end += 1,
                }
            }
            cells.push(Cell { range: opened + 1..end, doubled });
            at = end + 1;
            if !matches!(bytes.get(at), None | Some(b',')) {
                return Err((at, "text stands after a closing quote"));
            }
        } else {
            let rest = &bytes[at..];
            let end = at + rest.iter().position(|byte| *byte == b',').unwrap_or(rest.len());
            if let Some(quote) = bytes[at..end].iter().position(|byte| *byte == b'"') {
                return Err((at + quote, "a quote stands within a cell that is not quoted"));
            }
            cells.push(Cell { range: at..end, doubled: false });
            at = end;
        }
        if at == bytes.len() {
            return Ok(());
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the lines of a text come to: cells by `|`, faults as `line:column code`.
    fn read(bytes: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(bytes, "rows.csv");
        let mut found = Vec::new();
        loop {
            match lines.next().unwrap() {
                Next::End => return found,
                Next::Line(line) => {
                    let cells: Vec<Cow<'_, str>> =
                        (0..line.width()).map(|place| line.cell(place)).collect();
                    found.push(cells.join("|"));
                }
                Next::Fault(fault) => {
                    let (origin, _) = fault.place.unwrap();
                    found.push(format!("{}:{} {}", origin.line, origin.column, fault.code));
                }
            }
        }
    }

    #[test]
    fn a_mark_at_the_beginning_line_ends_and_quotes_are_read() {
        let text = "\u{feff}a,\"b\"\r\n\r\n\"x, \"\"y\"\"\",\n,\"\"\n\"é\",z";
        assert_eq!(read(text.as_bytes()), ["a|b", "x, \"y\"|", "|", "é|z"]);
        assert!(read(b"").is_empty());
    }

    #[test]
    fn what_is_no_line_of_cells_is_told_at_its_place_and_the_next_line_is_read() {
        let text = "a,\"b\nc\"d\n\"e\"f,g\nh\u{202e}\n,\u{feff}\nok";
        assert_eq!(
            read(text.as_bytes()),
            ["1:3 E0203", "2:2 E0203", "3:4 E0203", "4:2 E0106", "5:2 E0106", "ok"]
        );
        assert_eq!(read(b"a\xff\nok\n"), ["1:1 E0105", "ok"]);
        let long = [vec![b'x'; 3 * LINE_BYTES_MAX], b"\nok".to_vec()].concat();
        assert_eq!(read(&long), ["1:1 E0107", "ok"]);
        let whole = [vec![b'x'; LINE_BYTES_MAX], b"\nok".to_vec()].concat();
        assert_eq!(read(&whole)[1], "ok");
        assert_eq!(read(&whole)[0].len(), LINE_BYTES_MAX);
    }
}

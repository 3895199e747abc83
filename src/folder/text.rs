//! Bytes to text, and places in it.
//!
//! A file is strict UTF-8, with one byte-order mark at most and with LF or CRLF line ends, as
//! spreadsheets write them. What could act on a reader's screen unseen (control, bidirectional and
//! zero-width characters) is refused wherever it stands. A span of bytes is told as line and
//! column, counted in characters from 1, with the line's text.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Excerpt, Origin, is_invisible};
use crate::limits::LINE_BYTES_MAX;

/// Characters that are told of one file before the rest are left untold.
const FAULTS_MAX: usize = 20;

/// A stretch of bytes of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The source, by its place in the desk's list.
    pub file: u16,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The span of a range of bytes.
    pub fn new(file: u16, range: Range<usize>) -> Span {
        let byte = |at: usize| u32::try_from(at).expect("limits keep files within 32 bits");
        Span { file, start: byte(range.start), end: byte(range.end) }
    }

    /// The range of bytes.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The text of one file, with the beginnings of its lines.
#[derive(Clone, Debug)]
pub struct Source {
    name: Arc<str>,
    text: String,
    starts: Vec<u32>,
}

impl Source {
    /// The text of a file.
    ///
    /// # Errors
    /// Everything that keeps the bytes from being plain text.
    pub fn read(name: &str, mut bytes: Vec<u8>) -> Result<Source, Vec<Diagnostic>> {
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            bytes.drain(..3);
        }
        match String::from_utf8(bytes) {
            Ok(text) => {
                let source = Source::of(name, text);
                let faults = source.faults();
                if faults.is_empty() { Ok(source) } else { Err(faults) }
            }
            Err(error) => Err(vec![encoding(name, &error)]),
        }
    }

    fn of(name: &str, text: String) -> Source {
        let byte = |at: usize| u32::try_from(at).expect("limits keep files within 32 bits");
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| byte(at + 1))).collect();
        Source { name: name.into(), text, starts }
    }

    /// The name of the file, relative to the plan folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text, without its byte-order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a byte stands.
    pub fn origin(&self, byte: usize) -> Origin {
        let byte = self.boundary(byte);
        let line = self.line_of(byte);
        let before = &self.text[self.starts[line] as usize..byte];
        Origin {
            file: Arc::clone(&self.name),
            line: line as u32 + 1,
            column: before.chars().count() as u32 + 1,
        }
    }

    /// Where a span stands, with its line.
    pub fn place(&self, range: Range<usize>) -> (Origin, Excerpt) {
        let start = self.boundary(range.start);
        let line = self.line_of(start);
        let bounds = self.line_range(line);
        let end = self.boundary(range.end).clamp(start, bounds.end.max(start));
        let width = self.text[start..end].chars().count().max(1) as u32;
        (self.origin(start), Excerpt { text: self.text[bounds].to_string(), width })
    }

    /// The line that holds a byte, from 0.
    fn line_of(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start as usize <= byte) - 1
    }

    /// The bytes of a line, without its line end.
    fn line_range(&self, line: usize) -> Range<usize> {
        let start = self.starts[line] as usize;
        let end = self.starts.get(line + 1).map_or(self.text.len(), |next| *next as usize - 1);
        let text = &self.text[start..end];
        start..start + text.strip_suffix('\r').unwrap_or(text).len()
    }

    /// The nearest boundary of a character at or before a byte.
    fn boundary(&self, byte: usize) -> usize {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        byte
    }

    /// What keeps the text from being plain.
    fn faults(&self) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        for (line, start) in self.starts.iter().enumerate() {
            let range = self.line_range(line);
            if range.len() > LINE_BYTES_MAX {
                let start = *start as usize;
                let message = format!(
                    "line {} holds {} bytes; the limit is {LINE_BYTES_MAX}",
                    line + 1,
                    range.len()
                );
                let mut fault = self.fault(Code::LineTooLong, start..start, message);
                // The line itself would fill the screen.
                if let Some((_, excerpt)) = &mut fault.place {
                    excerpt.text = excerpt.text.chars().take(80).collect();
                }
                fault.remedy = "break the line, or keep long series in a CSV file".to_string();
                faults.push(fault);
            }
        }
        faults.extend(self.invisible());
        faults.truncate(FAULTS_MAX);
        faults
    }

    fn invisible(&self) -> Vec<Diagnostic> {
        let bytes = self.text.as_bytes();
        let mut faults = Vec::new();
        for (at, character) in self.text.char_indices() {
            if matches!(character, ' '..='~' | '\n' | '\t') || !is_invisible(character) {
                continue;
            }
            let lone = character == '\r';
            if lone && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            let code = u32::from(character);
            let second_mark = at == 0 && code == 0xFEFF;
            let message = if lone {
                "a carriage return stands alone".to_string()
            } else if second_mark {
                "the file begins with two byte-order marks".to_string()
            } else {
                format!("the character U+{code:04X} is not allowed: it cannot be seen")
            };
            let mut fault = self.fault(Code::Character, at..at + character.len_utf8(), message);
            fault.remedy = if lone {
                "save the file with line ends LF or CRLF".to_string()
            } else if second_mark {
                "save it once more as UTF-8: one mark may stand there, or none".to_string()
            } else {
                "delete it, or type the text again by hand".to_string()
            };
            faults.push(fault);
            // One lone carriage return tells the whole file's line ends.
            if lone || faults.len() >= FAULTS_MAX {
                break;
            }
        }
        faults
    }

    fn fault(&self, code: Code, range: Range<usize>, message: String) -> Diagnostic {
        Diagnostic::at(self.place(range), code, message, "", "")
    }
}

fn encoding(name: &str, error: &std::string::FromUtf8Error) -> Diagnostic {
    let offset = error.utf8_error().valid_up_to();
    let bytes = error.as_bytes();
    let wide = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    // Up to the offset the lossy text is the same bytes, so the place is right.
    let shown: Vec<u8> = bytes[..bytes.len().min(offset + LINE_BYTES_MAX)].to_vec();
    let source = Source::of(name, String::from_utf8_lossy(&shown).into_owned());
    let (origin, mut excerpt) = source.place(offset..offset + 1);
    excerpt.text = excerpt.text.chars().take(LINE_BYTES_MAX).collect();
    excerpt.width = 1;
    let message = match wide {
        true => format!("`{name}` is UTF-16 text, not UTF-8"),
        false => format!("`{name}` is not UTF-8 text: byte {offset} is 0x{:02X}", bytes[offset]),
    };
    Diagnostic::at(
        (origin, excerpt),
        Code::Encoding,
        message,
        "not UTF-8 from here on",
        "save the file as UTF-8 (in a spreadsheet: CSV UTF-8)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(bytes: &[u8]) -> Vec<Code> {
        match Source::read("plan.toml", bytes.to_vec()) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.iter().map(|fault| fault.code).collect(),
        }
    }

    #[test]
    fn plain_text_with_one_mark_and_either_line_end_is_read() {
        let source = Source::read("a.csv", b"\xEF\xBB\xBFa,b\r\nc,d\n".to_vec()).unwrap();
        assert_eq!(source.text(), "a,b\r\nc,d\n");
        let (origin, excerpt) = source.place(7..8);
        assert_eq!(origin.to_string(), "a.csv:2:3");
        assert_eq!((excerpt.text.as_str(), excerpt.width), ("c,d", 1));
    }

    #[test]
    fn columns_count_characters() {
        let source = Source::read("a", "é = \"x\"".as_bytes().to_vec()).unwrap();
        assert_eq!(source.origin(5).column, 5);
    }

    #[test]
    fn what_is_not_plain_text_is_refused() {
        assert_eq!(codes(b"a\xFFb"), [Code::Encoding]);
        assert_eq!(codes(b"\xFF\xFEa\0"), [Code::Encoding]);
        assert_eq!(codes(b"\xEF\xBB\xBF\xEF\xBB\xBFa"), [Code::Character]);
        assert_eq!(codes(b"a\0b"), [Code::Character]);
        assert_eq!(codes(b"a\x1bb"), [Code::Character]);
        assert_eq!(codes("a\u{202E}b\u{200B}".as_bytes()), [Code::Character, Code::Character]);
        assert_eq!(codes(b"a\rb\rc"), [Code::Character]);
        assert_eq!(codes(&vec![b'a'; LINE_BYTES_MAX]), []);
        assert_eq!(codes(&vec![b'a'; LINE_BYTES_MAX + 1]), [Code::LineTooLong]);
        assert_eq!(codes("é".as_bytes()), []);
    }
}

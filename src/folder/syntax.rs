//! TOML to a tree of our own, with every syntax error and the exact text of every number.
//!
//! The tree is the same whether a value stood in TOML or in a CSV cell: the readers above see no
//! file format. Numbers keep their source text, since a binary float between the file and the
//! amount would already have changed it.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::desk::Desk;
use super::text::Span;
use crate::diagnostic::Code;

/// Tables and lists that may stand within each other.
const DEPTH_MAX: usize = 32;

/// A value with the place where it was written.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// A value of a plan file.
#[derive(Clone, Debug)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number, as written but for underscores.
    Number(String),
    /// True or false.
    Bool(bool),
    /// A date or time, as written.
    Date(String),
    /// Values in order.
    List(Vec<Node>),
    /// Values by key.
    Table(Table),
}

/// Values by key.
pub type Table = BTreeMap<String, Entry>;

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where the key stands.
    pub key: Span,
    /// The value.
    pub node: Node,
}

impl Node {
    /// The table, if it is one.
    pub fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The table, if it is one, to be changed.
    pub fn table_mut(&mut self) -> Option<&mut Table> {
        match &mut self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a text",
            Value::Number(_) => "a number",
            Value::Bool(_) => "true or false",
            Value::Date(_) => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// The tree of a TOML file; nothing where its syntax is wrong, all of which is told.
pub fn parse(desk: &Desk, file: u16) -> Option<Table> {
    let source = desk.source(file);
    let (document, errors) = DeTable::parse_recoverable(source.text());
    let mut told = None;
    let mut again: Option<Range<usize>> = None;
    let mut sorted: Vec<_> = errors.iter().collect();
    sorted.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    for error in sorted {
        let range = error.span().unwrap_or(0..0);
        let at = Around::of(source.text(), &range);
        if error.message() == "duplicate key" {
            // The keys of a table that stands twice are twice there too, and no mistake of their own.
            if again.as_ref().is_some_and(|table| table.contains(&range.start)) {
                continue;
            }
            let span = Span::new(file, range.clone());
            let quoted = source.text().get(range).unwrap_or_default();
            let (what, remedy) = match at.header() {
                Some(header) => {
                    again = Some(at.table(source.text()));
                    (format!("`{header}`"), "keep one of the two, or give each an id of its own")
                }
                None => (format!("key `{quoted}`"), "keep one of the two"),
            };
            let message = format!("{what} stands twice");
            desk.fault(Code::DuplicateKey, span, message, "already written above", remedy);
        } else if told != Some(at.line.start) {
            // Whatever else is amiss in the same line mostly follows from the first.
            told = Some(at.line.start);
            let message = format!("not well-formed TOML: {}", error.message());
            let remedy = at.remedy(error.message());
            desk.fault(Code::Toml, Span::new(file, range), message, "", remedy);
        }
    }
    if !errors.is_empty() {
        return None;
    }
    let mut lowering = Lowering { desk, file, text: source.text(), whole: true };
    let table = lowering.table(document.get_ref(), 0);
    lowering.whole.then_some(table)
}

/// Where a syntax error stands: its line, what comes before it there, and what follows.
struct Around<'a> {
    line: Range<usize>,
    before: &'a str,
    after: &'a str,
}

impl<'a> Around<'a> {
    fn of(text: &'a str, range: &Range<usize>) -> Around<'a> {
        let at = (0..=range.start.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        let (before, after) = text.split_at(at.unwrap_or(0));
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let after = after.lines().next().unwrap_or_default();
        Around { line: start..before.len() + after.len(), before: &before[start..], after }
    }

    /// The header of a table, where the line is one.
    fn header(&self) -> Option<String> {
        let line = format!("{}{}", self.before, self.after);
        let line = line.trim();
        line.starts_with('[').then(|| line.split('#').next().unwrap_or_default().trim().to_string())
    }

    /// From the line to the next header.
    fn table(&self, text: &str) -> Range<usize> {
        let rest = &text[self.line.end..];
        self.line.start..rest.find("\n[").map_or(text.len(), |next| self.line.end + next)
    }

    /// What to write instead, for the slips that people make most.
    fn remedy(&self, message: &str) -> &'static str {
        let digit = self.before.ends_with(|last: char| last.is_ascii_digit());
        let bare = self.before.trim_end().ends_with('=');
        match self.after.chars().next() {
            None | Some('#') if bare => "write a value after `=`, or delete the key",
            Some('“' | '”' | '„' | '‘' | '’') => "write straight quotes: `\"Reading\"`",
            Some('$') => "write amounts as digits alone: `1200.00`",
            Some(',') if digit => "write amounts without separators: `1200.00`",
            Some(':') => "write `=` between a key and its value",
            Some('/') if self.before.trim().is_empty() => "begin a remark with `#`",
            Some(first) if bare && first.is_ascii_digit() && self.after.contains('%') => {
                "put percentages in double quotes: `\"12.5%\"`"
            }
            _ => remedy_for(message, self.before),
        }
    }
}

fn remedy_for(message: &str, before: &str) -> &'static str {
    let has = |word: &str| message.contains(word);
    if has("escape") {
        "write each backslash twice: `\\\\`"
    } else if has("expected `-` (MM-DD)") {
        "put months in double quotes: `\"2026-01\"`"
    } else if has("date") || has("time") {
        "write a day that exists, in double quotes: `\"2026-02-28\"`"
    } else if has("leading zero") {
        "write the number without zeros before it"
    } else if has("boolean") {
        "write `true` or `false`"
    } else if has("unclosed table") {
        "close the name of the table with `]`: `[cost.data]`"
    } else if has("array") {
        "write lists as `[\"a\", \"b\"]`: commas between the items, `]` at the end"
    } else if has("unquoted key") {
        "ids and keys are letters, digits and hyphens"
    } else if has("key with no value") {
        "write `key = value`; a key of several words has hyphens: `pays-for`"
    } else if has("unexpected key or value") && before.trim_end().ends_with('\'') {
        "put a text that holds an apostrophe in double quotes"
    } else if has("unexpected key or value") {
        "begin each key on a line of its own"
    } else if has("string") || has("quot") {
        "put texts in double quotes and close them: `title = \"Reading\"`"
    } else {
        "write texts in double quotes, lists as `[a, b]`, tables as `{ key = value }`"
    }
}

struct Lowering<'a> {
    desk: &'a Desk,
    file: u16,
    text: &'a str,
    whole: bool,
}

impl Lowering<'_> {
    fn table(&mut self, table: &DeTable<'_>, depth: usize) -> Table {
        let mut lowered = Table::new();
        for (key, value) in table {
            let span = Span::new(self.file, key.span());
            let node = self.node(value.get_ref(), Span::new(self.file, value.span()), depth + 1);
            lowered.insert(key.get_ref().to_string(), Entry { key: span, node });
        }
        lowered
    }

    fn node(&mut self, value: &DeValue<'_>, span: Span, depth: usize) -> Node {
        if depth > DEPTH_MAX {
            if self.whole {
                let message = format!("tables and lists stand more than {DEPTH_MAX} deep");
                self.desk.fault(Code::Limit, span, message, "", "no key of a plan lies so deep");
            }
            self.whole = false;
            return Node { span, value: Value::List(Vec::new()) };
        }
        let written = || self.text.get(span.range()).unwrap_or_default();
        let value = match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(_) | DeValue::Float(_) => Value::Number(written().replace('_', "")),
            DeValue::Boolean(value) => Value::Bool(*value),
            DeValue::Datetime(_) => Value::Date(written().to_string()),
            DeValue::Array(items) => {
                let file = self.file;
                let item = |item: &toml::Spanned<DeValue<'_>>| {
                    self.node(item.get_ref(), Span::new(file, item.span()), depth + 1)
                };
                Value::List(items.iter().map(item).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table, depth)),
        };
        Node { span, value }
    }
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desk;
    use super::*;

    fn read(text: &str) -> (Desk, Option<Table>) {
        let desk = Desk::new();
        let file = desk.add("plan.toml", text.as_bytes().to_vec()).unwrap();
        let table = parse(&desk, file);
        (desk, table)
    }

    #[test]
    fn numbers_keep_their_text() {
        let (_, table) = read("a = 12345678901234567.890\nb = 180_000\nc = 1e3\nd = 0x1F");
        let table = table.unwrap();
        let number = |key: &str| match &table[key].node.value {
            Value::Number(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(number("a"), "12345678901234567.890");
        assert_eq!(number("b"), "180000");
        assert_eq!(number("c"), "1e3");
        assert_eq!(number("d"), "0x1F");
    }

    #[test]
    fn every_syntax_error_is_told() {
        let (desk, table) = read("a = \nb = 1\nb = 2\nc = \"x\n");
        assert!(table.is_none());
        let codes: Vec<Code> = desk.diagnostics().iter().map(|fault| fault.code).collect();
        assert!(codes.contains(&Code::DuplicateKey) && codes.contains(&Code::Toml), "{codes:?}");
    }

    #[test]
    fn deep_nesting_is_refused_without_overflow() {
        for text in [
            format!("a = {}{}", "[".repeat(2_000), "]".repeat(2_000)),
            format!("a = {}", "[".repeat(4_000)),
            format!("{} = 1", vec!["a"; 2_000].join(".")),
            format!("[{}]\n{} = 1", vec!["a"; 60].join("."), vec!["b"; 60].join(".")),
            format!("a = {}1{}", "{b=".repeat(900), "}".repeat(900)),
        ] {
            let (desk, table) = read(&text);
            assert!(table.is_none());
            assert!(!desk.diagnostics().is_empty());
        }
    }
}

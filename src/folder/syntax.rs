//! TOML to a tree of our own, with every syntax error and the exact text of every number.
//!
//! The tree is the same whether a value stood in TOML or in a CSV cell: the readers above see no
//! file format. Numbers keep their source text, since a binary float between the file and the
//! amount would already have changed it.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::reader::Desk;
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
    for error in &errors {
        let range = error.span().unwrap_or(0..0);
        let quoted = source.text().get(range.clone()).unwrap_or_default().to_string();
        let span = Span::new(file, range);
        if error.message() == "duplicate key" {
            let message = format!("key `{quoted}` stands twice in one table");
            let remedy = "keep one of the two";
            desk.fault(Code::DuplicateKey, span, message, "already written above", remedy);
        } else {
            let remedy = remedy_for(error.message());
            let message = format!("not well-formed TOML: {}", error.message());
            desk.fault(Code::Toml, span, message, "", remedy);
        }
    }
    if !errors.is_empty() {
        return None;
    }
    let mut lowering = Lowering { desk, file, text: source.text(), whole: true };
    let table = lowering.table(document.get_ref(), 0);
    lowering.whole.then_some(table)
}

/// What to write instead, for the slips that people make most.
fn remedy_for(message: &str) -> &'static str {
    if message.contains("string") || message.contains("quot") {
        "put texts in double quotes and close them: `title = \"Reading\"`"
    } else if message.contains("key") {
        "write `key = value`, one a line; ids and keys are letters, digits and hyphens"
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
    use super::super::reader::Desk;
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

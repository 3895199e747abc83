//! Tables as CSV: text always quoted and guarded, numbers typed and bare, lines ended by `\n`.

use super::guard;
use crate::report::{Cell, ColumnKind, Table, share_text};

/// A table as CSV.
///
/// Text and months are quoted always, so that a separator other than the comma never splits a cell.
/// Money, shares and whole numbers are the only bare cells, each `-?digits[.digits]`.
pub fn encode(table: &Table) -> String {
    let mut text = String::new();
    let header = table.columns.iter().map(|column| quoted(&column.name));
    push_line(&mut text, header);
    for row in &table.rows {
        let cells = row.iter().zip(&table.columns);
        push_line(&mut text, cells.map(|(cell, column)| encode_cell(cell, column.kind)));
    }
    text
}

fn push_line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(&cell);
    }
    text.push('\n');
}

fn encode_cell(cell: &Cell, kind: ColumnKind) -> String {
    match cell {
        Cell::Empty if matches!(kind, ColumnKind::Text | ColumnKind::Month) => quoted(""),
        Cell::Empty => String::new(),
        Cell::Text(text) => quoted(text),
        Cell::Month(month) => quoted(&month.to_string()),
        Cell::Money(amount) => amount.to_string(),
        Cell::Share(share) => share_text(*share),
        Cell::Whole(number) => number.to_string(),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", guard::spreadsheet(text).replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Money, Rate};
    use crate::month::Month;

    fn sample(text: &str) -> Table {
        let columns = [
            ("month", ColumnKind::Month),
            ("name", ColumnKind::Text),
            ("pool", ColumnKind::Text),
            ("amount", ColumnKind::Money),
            ("share", ColumnKind::Share),
            ("year", ColumnKind::Whole),
            ("later", ColumnKind::Money),
        ];
        let mut table = Table::new("sample", &columns);
        table.push(vec![
            Cell::Month(Month::parse("2024-07").unwrap()),
            Cell::text(text),
            Cell::Empty,
            Cell::Money(Money::from_cents(-500)),
            Cell::Share(Rate::parse("0.5").unwrap()),
            Cell::Whole(2024),
            Cell::Empty,
        ]);
        table
    }

    #[test]
    fn numbers_are_bare_and_text_is_quoted() {
        let text = encode(&sample("a"));
        let header = "\"month\",\"name\",\"pool\",\"amount\",\"share\",\"year\",\"later\"\n";
        assert_eq!(text, format!("{header}\"2024-07\",\"a\",\"\",-5.00,0.500000,2024,\n"));
    }

    #[test]
    fn hostile_text_comes_back_whole_and_inactive() {
        let payloads = ["=1+1", "a\"b", "a\nb", "a,b;=1", "', \"x", "\u{202e}x", "\t=2", "'"];
        for payload in payloads {
            let text = encode(&sample(payload));
            let mut reader = ::csv::Reader::from_reader(text.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            let cell = record.get(1).unwrap();
            assert_eq!(guard::unguarded(cell), payload, "{payload:?}");
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{payload:?}");
        }
    }
}

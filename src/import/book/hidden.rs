//! What a sheet hides, which the reader of cells does not say: rows, columns.
//!
//! Only the starts of elements are looked at, in parts that were found sound and bounded before. What cannot be made out
//! hides nothing: it is then shown to a person like all else.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;

/// The rows and columns that a sheet hides, from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// The rows.
    pub rows: BTreeSet<u32>,
    /// The columns.
    pub columns: BTreeSet<u32>,
}

/// Columns of a sheet, beyond which none is looked at.
const COLUMNS_MAX: u32 = 16_384;

/// What each sheet of a workbook hides, in the order of the workbook.
pub fn hidden(bytes: &[u8]) -> Vec<Hidden> {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return Vec::new() };
    let mut part = |name: &str| {
        let mut text = Vec::new();
        archive.by_name(name).ok()?.read_to_end(&mut text).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    };
    let (Some(book), Some(relations)) =
        (part("xl/workbook.xml"), part("xl/_rels/workbook.xml.rels"))
    else {
        return Vec::new();
    };
    let relations: Vec<&str> = starts(&relations, "Relationship").collect();
    let path = |sheet: &str| {
        let id = attribute(sheet, "id")?;
        let own = relations.iter().find(|one| attribute(one, "Id") == Some(id))?;
        let target = attribute(own, "Target")?;
        Some(target.strip_prefix('/').map_or(format!("xl/{target}"), str::to_string))
    };
    let sheets = starts(&book, "sheet").map(|sheet| path(sheet).and_then(|path| part(&path)));
    sheets.map(|text| text.map_or(Hidden::default(), |text| of_sheet(&text))).collect()
}

fn of_sheet(text: &str) -> Hidden {
    let hides = |start: &&str| matches!(attribute(start, "hidden"), Some("1" | "true"));
    let number = |start: &str, name: &str| -> Option<u32> {
        attribute(start, name)?.parse::<u32>().ok()?.checked_sub(1)
    };
    let rows = starts(text, "row").filter(hides).filter_map(|start| number(start, "r")).collect();
    let columns = starts(text, "col").filter(hides).filter_map(|start| {
        let (first, last) = (number(start, "min")?, number(start, "max")?);
        Some(first..=last.min(COLUMNS_MAX))
    });
    Hidden { rows, columns: columns.flatten().collect() }
}

/// What stands in the start of each element of a name, whatever its prefix.
fn starts<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    text.split('<').skip(1).filter_map(move |part| {
        let start = part.split('>').next()?;
        let end = start.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(start.len());
        let (own, attributes) = start.split_at(end);
        let own = own.rsplit_once(':').map_or(own, |(_, own)| own);
        (own == name).then_some(attributes)
    })
}

/// The text of an attribute, whatever its prefix.
fn attribute<'a>(start: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = start;
    while let Some((own, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, beyond) = after[1..].split_once(quote)?;
        let own = own.trim();
        if own.rsplit_once(':').map_or(own, |(_, own)| own) == name {
            return Some(value);
        }
        rest = beyond;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_rows_and_columns_are_found_however_they_are_written() {
        let text = "<x:cols><x:col min='2' max=\"3\" hidden=\"1\"/><col min=\"9\" max=\"9\"/></x:cols>\
                    <row r=\"4\" hidden = \"true\" ht=\"0\"><c r=\"A4\"/></row><x:row hidden='1' r='7'/>\
                    <row r=\"8\" hidden=\"0\"/><rowBreaks r=\"9\" hidden=\"1\"/><row hidden=\"1\"/>";
        let found = of_sheet(text);
        assert_eq!(found.rows, BTreeSet::from([3, 6]));
        assert_eq!(found.columns, BTreeSet::from([1, 2]));
        assert_eq!(of_sheet("<row r=\"4\" hidden=1"), Hidden::default());
        assert_eq!(hidden(b"PK"), Vec::new());
    }
}

//! A board's report as Markdown: the same sections, their tables in full, and of each picture what one finds in it.

use super::guard::visible;
use super::html::plain;
use crate::report::board::{Board, Piece, Section};
use crate::report::{Cell, ColumnKind, Mark, RowStyle, Table};

/// Text as Markdown holds it in a line: what would be taken for markup has a backslash before it.
///
/// ```
/// use braidfund::export::markdown::escape;
/// assert_eq!(escape("a|b <i> [x](y)"), "a\\|b \\<i\\> \\[x\\](y)");
/// assert_eq!(escape("# 1"), "\\# 1");
/// ```
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in visible(text).chars() {
        if matches!(
            letter,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' | '!'
        ) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// What the first bytes of a page of ours are, so that it may be written again.
pub const BEGINNING: &str = "<!-- a report of braid -->\n";

/// A report as a page of Markdown.
pub fn encode(board: &Board) -> String {
    let mut page = format!("{BEGINNING}# {}\n\n", escape(&board.title));
    if let Some(words) = board.standing.words() {
        page += &format!("**{words}**\n\n");
    }
    if let Some(notice) = &board.notice {
        page += &format!("**{}**\n\n", escape(notice));
    }
    for text in &board.about {
        page += &format!("{}\n\n", sentence(text));
    }
    for section in &board.sections {
        self::section(&mut page, section);
    }
    page += &format!("---\n\n{}\n", escape(&board.run));
    page
}

/// A paragraph: at its beginning, a sign or a number would make it a list.
fn sentence(text: &str) -> String {
    let text = escape(text);
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let listed =
        text.starts_with(['-', '+', '=']) || (digits > 0 && text[digits..].starts_with(['.', ')']));
    match (listed, digits) {
        (true, 0) => format!("\\{text}"),
        (true, digits) => format!("{}\\{}", &text[..digits], &text[digits..]),
        _ => text,
    }
}

fn section(page: &mut String, section: &Section) {
    *page += &format!("## {}\n\n", escape(&section.heading));
    for piece in &section.pieces {
        match piece {
            Piece::Sentence(mark, text) => {
                let sign = match mark {
                    Mark::Bad => "**!** ",
                    Mark::Watch => "**v** ",
                    Mark::Good => "**+** ",
                    Mark::None => "",
                };
                *page += &format!("{sign}{}\n\n", sentence(text));
            }
            Piece::Heading(text) => *page += &format!("### {}\n\n", escape(text)),
            Piece::Points(points) => {
                points.iter().for_each(|text| *page += &format!("- {}\n", sentence(text)));
                *page += "\n";
            }
            Piece::Lines(_) | Piece::Picture(_) => {}
            Piece::Cards(cards) => {
                for card in cards {
                    *page += &format!(
                        "- {}: **{}**, {}\n",
                        escape(&card.label),
                        escape(&card.figure),
                        escape(&card.aside)
                    );
                }
                *page += "\n";
            }
            Piece::Table { table, rows, .. } => self::table(page, table, rows),
            Piece::Terms(terms) => {
                for (term, meaning) in terms {
                    *page += &format!("- **{}**: {}\n", escape(term), escape(meaning));
                }
                *page += "\n";
            }
        }
    }
}

fn table(page: &mut String, table: &Table, rows: &[RowStyle]) {
    if !table.title.is_empty() {
        *page += &format!("**{}**\n\n", escape(&table.title));
    }
    let heads: Vec<String> = table.columns.iter().map(|column| escape(&column.name)).collect();
    let rules = table.columns.iter().map(|column| match column.kind {
        ColumnKind::Text | ColumnKind::Month => "---",
        _ => "---:",
    });
    *page += &format!("| {} |\n", heads.join(" | "));
    *page += &format!("| {} |\n", rules.collect::<Vec<_>>().join(" | "));
    for (at, row) in table.rows.iter().enumerate() {
        let style = rows.get(at).copied().unwrap_or(RowStyle::Plain);
        let strong = matches!(style, RowStyle::Strong | RowStyle::Bad);
        let text = |cell: &Cell| {
            let text = escape(&plain(cell));
            if strong && !text.is_empty() { format!("**{text}**") } else { text }
        };
        let cells: Vec<String> = row.iter().map(text).collect();
        *page += &format!("| {} |\n", cells.join(" | "));
    }
    *page += "\n";
}

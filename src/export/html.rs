//! A board's report as one page of HTML: no request, no script, every text of a plan escaped.

use super::guard::escape;
use super::svg;
use crate::money::Money;
use crate::report::board::{Board, Card, Piece, Section};
use crate::report::picture::letters;
use crate::report::words::{grouped, whole_dollars};
use crate::report::{Cell, Column, ColumnKind, Mark, RowStyle, Table};

/// What the first bytes of a page of ours are, so that it may be written again.
pub const BEGINNING: &str = "<!doctype html>\n<!-- a report of braid -->\n";

/// The policy: nothing is loaded, whatever stands on the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The width that a row has on paper, in tenths of a pixel, less that of its label.
const ROOM: i64 = 6_000;
/// The size of its letters, and the room around a cell.
const ON_PAPER: (i64, i64) = (100, 76);
/// The size of letters in tables with many columns.
const DENSE: i64 = 87;
/// Rows of a table that is not parted by a page's end.
const SMALL_MAX: usize = 10;

/// A report as a page.
pub fn encode(board: &Board) -> String {
    let mut page = String::new();
    let standing = board.standing.words();
    let footer = match standing {
        Some(words) => format!("{words}. {}", board.run),
        None => board.run.clone(),
    };
    page += BEGINNING;
    page += &format!(
        "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{}</title>\n<style>\n{STYLE}\
         @page{{@bottom-left{{content:\"{footer}\"}}}}\n</style>\n</head>\n<body>\n{}\n",
        escape(&board.title),
        svg::hatchings(),
    );
    page += "<main>\n<header>\n";
    if let Some(words) = standing {
        page += &format!("<p class=\"standing\">{words}</p>\n");
    }
    page += &format!("<h1>{}</h1>\n", escape(&board.title));
    if let Some(notice) = &board.notice {
        page += &format!("<p class=\"notice\">{}</p>\n", escape(notice));
    }
    for text in &board.about {
        page += &format!("<p>{}</p>\n", escape(text));
    }
    page += "</header>\n";
    for section in &board.sections {
        self::section(&mut page, section);
    }
    page += &format!("<footer><p>{footer}</p></footer>\n</main>\n</body>\n</html>\n");
    page
}

fn section(page: &mut String, section: &Section) {
    let name = section.name;
    *page += &format!(
        "<section class=\"s-{name}\" aria-labelledby=\"{name}\">\n<h2 id=\"{name}\">{}</h2>\n",
        escape(&section.heading)
    );
    let mut tables = 0;
    for piece in &section.pieces {
        match piece {
            Piece::Sentence(mark, text) => {
                *page += &format!("<p{}>{}</p>\n", class(*mark), escape(text));
            }
            Piece::Heading(text) => *page += &format!("<h3>{}</h3>\n", escape(text)),
            Piece::Points(points) => {
                let items: Vec<String> =
                    points.iter().map(|text| format!("<li>{}</li>\n", escape(text))).collect();
                *page += &format!("<ul>\n{}</ul>\n", items.concat());
            }
            Piece::Lines(count) => {
                *page += "<div class=\"lines\" aria-hidden=\"true\">";
                *page += &"<div></div>".repeat(*count);
                *page += "</div>\n";
            }
            Piece::Cards(cards) => self::cards(page, cards),
            Piece::Picture(picture) => {
                *page += &format!(
                    "<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n",
                    escape(&picture.title),
                    svg::encode(picture)
                );
            }
            Piece::Table { table, rows, folded } => {
                tables += 1;
                let id = format!("{name}-{tables}");
                self::table(page, &id, table, rows, *folded);
            }
            Piece::Terms(terms) => {
                let one = |(term, meaning): &(&str, &str)| {
                    format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(term), escape(meaning))
                };
                *page += &format!("<dl>\n{}</dl>\n", terms.iter().map(one).collect::<String>());
            }
        }
    }
    *page += "</section>\n";
}

fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::None => "",
        Mark::Bad => " class=\"bad\"",
        Mark::Watch => " class=\"watch\"",
        Mark::Good => " class=\"good\"",
    }
}

fn cards(page: &mut String, cards: &[Card]) {
    *page += "<ul class=\"cards\">\n";
    for card in cards {
        *page += &format!(
            "<li{}><span class=\"label\">{}</span> <strong>{}</strong> <span class=\"aside\">{}</span></li>\n",
            class(card.mark),
            escape(&card.label),
            escape(&card.figure),
            escape(&card.aside)
        );
    }
    *page += "</ul>\n";
}

/// A table, in parts beside the same labels where it has many columns of figures.
fn table(page: &mut String, id: &str, table: &Table, rows: &[RowStyle], folded: bool) {
    let (parts, dense) = self::parts(table);
    let dense = if dense { " dense" } else { "" };
    let small = if table.rows.len() <= SMALL_MAX { " small" } else { "" };
    if folded {
        *page += &format!("<details>\n<summary>{}</summary>\n", escape(&table.title));
    }
    for (part, columns) in parts.iter().enumerate() {
        let id = format!("{id}-{}", part + 1);
        let more = match parts.len() {
            1 => String::new(),
            all => format!(" ({} of {all})", part + 1),
        };
        *page += &format!(
            "<div class=\"scroll\" role=\"region\" aria-labelledby=\"{id}\" tabindex=\"0\">\n\
             <table class=\"{}{small}{dense}\">\n<caption id=\"{id}\">{}{more}</caption>\n",
            table.name,
            escape(&table.title)
        );
        self::part(page, table, rows, columns);
        *page += "</table>\n</div>\n";
    }
    if folded {
        *page += "</details>\n";
    }
}

/// The columns of figures in as many parts of like size as it takes for each to fit on paper, and whether their letters
/// are small so that one part holds them all. Tables with text wrap.
fn parts(table: &Table) -> (Vec<Vec<usize>>, bool) {
    let places: Vec<usize> = (1..table.columns.len()).collect();
    let texts = |row: &Vec<Cell>| {
        let figures = row.iter().zip(&table.columns).skip(1);
        figures.clone().any(|(cell, column)| matches!(cell, Cell::Text(_)) || !is_number(column))
    };
    if table.rows.iter().any(texts) {
        return (vec![places], false);
    }
    let (size, around) = ON_PAPER;
    let all = |size: i64| -> i64 {
        let wide = |place: &usize| {
            let cells =
                table.rows.iter().map(|row| letters::width(&plain(&row[*place]), size, true));
            cells.max().unwrap_or(0).max(letters::width("FY2026", size, true)) + around
        };
        places.iter().map(wide).sum()
    };
    let count = usize::try_from(all(size) / ROOM + 1).unwrap_or(1);
    if count == 2 && all(DENSE) <= ROOM {
        return (vec![places], true);
    }
    let part = places.len().div_ceil(count).max(1);
    (places.chunks(part).map(<[usize]>::to_vec).collect(), false)
}

fn part(page: &mut String, table: &Table, rows: &[RowStyle], columns: &[usize]) {
    let places = || std::iter::once(0).chain(columns.iter().copied());
    if table.columns.iter().any(|column| !column.name.is_empty()) {
        *page += "<thead><tr>";
        for place in places() {
            let column = &table.columns[place];
            let kind = if is_number(column) { " class=\"n\"" } else { "" };
            // A corner without words is no heading.
            *page += &match column.name.as_str() {
                "" => "<td></td>".to_string(),
                name => format!("<th scope=\"col\"{kind}>{}</th>", escape(name)),
            };
        }
        *page += "</tr></thead>\n";
    }
    *page += "<tbody>\n";
    for (at, row) in table.rows.iter().enumerate() {
        let style = match rows.get(at).copied().unwrap_or(RowStyle::Plain) {
            RowStyle::Plain => "",
            RowStyle::Strong => " class=\"strong\"",
            RowStyle::Part => " class=\"part\"",
            RowStyle::Bad => " class=\"short\"",
            RowStyle::BadPart => " class=\"short part\"",
        };
        *page += &format!("<tr{style}>");
        for place in places() {
            let (column, cell) = (&table.columns[place], &row[place]);
            if place == 0 {
                *page += &format!("<th scope=\"row\">{}</th>", escape(&plain(cell)));
            } else {
                *page += &self::cell(column, cell);
            }
        }
        *page += "</tr>\n";
    }
    *page += "</tbody>\n";
}

fn is_number(column: &Column) -> bool {
    matches!(column.kind, ColumnKind::Money | ColumnKind::Share | ColumnKind::Whole)
}

fn cell(column: &Column, cell: &Cell) -> String {
    match cell {
        Cell::Money(amount) if *amount < Money::ZERO => format!(
            "<td class=\"n minus\"><span class=\"hidden\">minus </span>{}</td>",
            escape(&plain(cell))
        ),
        Cell::Text(text) if is_number(column) => {
            format!("<td class=\"why\">{}</td>", escape(text))
        }
        _ if is_number(column) => format!("<td class=\"n\">{}</td>", escape(&plain(cell))),
        _ => format!("<td>{}</td>", escape(&plain(cell))),
    }
}

/// A cell as text: money in whole dollars, as every page shows it.
pub(super) fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Money(amount) => whole(*amount),
        Cell::Share(share) => format!("{} %", share.percent_shown()),
        Cell::Month(month) => month.words(),
        Cell::Whole(number) if *number >= 0 => grouped(number.unsigned_abs()),
        Cell::Whole(number) => format!("({})", grouped(number.unsigned_abs())),
    }
}

/// Only nothing reads as nothing: what is less than half a dollar is `0`.
fn whole(amount: Money) -> String {
    let dollars = whole_dollars(amount);
    let digits = grouped(dollars.unsigned_abs());
    match dollars {
        0 if amount.is_zero() => "-".to_string(),
        ..0 => format!("({digits})"),
        _ => digits,
    }
}

/// How the page looks: on a wide screen, on a narrow one, and on US Letter.
const STYLE: &str = include_str!("html.css");

//! Pages as text for a terminal, at a width.
//!
//! The figures of a row stand on one line: a table whose year columns do not fit stands in several blocks, one
//! below the other, each with its labels. A label that is too long goes on below, further in.

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::guard::visible;
use crate::money::Money;
use crate::report::words::{exact, grouped, whole_dollars};
use crate::report::{Bars, Block, Cell, Column, Entry, Mark, Page, RowStyle, Table};

/// The narrowest page; what is narrower is laid out as this.
pub const WIDTH_MIN: usize = 40;
/// The widest page.
pub const WIDTH_MAX: usize = 400;
/// The width where nothing else is known.
pub const WIDTH: usize = 100;

/// Columns between two columns of a table, beside the room that each leaves at its right.
const GUTTER: usize = 1;
/// Columns between an entry and what stands behind it.
const GUTTER_BEHIND: usize = 3;
/// The widest that a column's head is, where its figures are not wider: labels need room too.
const HEAD_MAX: usize = 24;
/// The narrowest that labels are.
const LABEL_MIN: usize = 14;

/// The width of the label of a line of bars.
const BARS_LABEL: usize = 22;

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// With escape sequences.
    With,
    /// Without.
    Without,
}

/// A page as text at a width, each line ended by `\n`.
pub fn encode(page: &Page, width: usize, colour: Colour) -> String {
    let width = width.clamp(WIDTH_MIN, WIDTH_MAX);
    let mut writer = Writer { text: String::new(), width, colour };
    let mut under_heading = false;
    for (place, block) in page.blocks.iter().enumerate() {
        let before = place.checked_sub(1).map(|place| &page.blocks[place]);
        if before.is_some_and(|before| stands_apart(before, block, under_heading)) {
            writer.text.push('\n');
        }
        writer.block(block);
        under_heading = match block {
            Block::Heading(_) => true,
            Block::Sentence { .. } => under_heading,
            _ => false,
        };
    }
    writer.text
}

/// Whether an empty line stands between two pieces. Sentences under a heading stand together.
fn stands_apart(before: &Block, block: &Block, under_heading: bool) -> bool {
    match (before, block) {
        (Block::Sentence { mark: Mark::None, .. }, Block::Sentence { mark, .. }) => {
            *mark != Mark::None && !under_heading
        }
        (Block::Table { .. }, Block::Sentence { mark: Mark::Watch, .. }) => false,
        (Block::Sentence { .. }, Block::Sentence { .. }) => false,
        (Block::Title(_) | Block::Heading(_), _) => false,
        _ => true,
    }
}

struct Writer {
    text: String,
    width: usize,
    colour: Colour,
}

impl Writer {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Title(text) | Block::Heading(text) => {
                for line in wrapped(&visible(text), self.width) {
                    self.line(&line, BOLD);
                }
            }
            Block::Sentence { mark, text } => self.sentence(*mark, text),
            Block::Table { table, rows } => self.table(table, rows),
            Block::Bars(bars) => self.bars(bars),
            Block::Entries(entries) => self.entries(entries),
            Block::Hints(hints) => self.hints(hints),
        }
    }

    fn line(&mut self, line: &str, style: Style) {
        let line = line.trim_end();
        if self.colour == Colour::With && !style.is_plain() {
            self.text.push_str(&format!("{style}{line}{style:#}"));
        } else {
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    fn sentence(&mut self, mark: Mark, text: &str) {
        let (sign, style) = match mark {
            Mark::None => ("", Style::new()),
            Mark::Bad => ("! ", RED),
            Mark::Watch => ("v ", YELLOW),
            Mark::Good => ("+ ", GREEN),
        };
        let lines = wrapped(&visible(text), self.width - sign.len());
        for (place, line) in lines.iter().enumerate() {
            let sign = if place == 0 { sign } else { &"  "[..sign.len()] };
            self.line(&format!("{sign}{line}"), style);
        }
    }

    fn table(&mut self, table: &Table, styles: &[RowStyle]) {
        let grid = Grid::from_table(table, styles);
        for (place, columns) in grid.blocks(self.width).iter().enumerate() {
            if place > 0 {
                self.text.push('\n');
            }
            self.grid_block(&grid, columns);
        }
    }

    fn grid_block(&mut self, grid: &Grid, columns: &[usize]) {
        let label_width = grid.label_width(self.width, columns);
        let mut line = fitted(&grid.label_head, label_width);
        for column in columns {
            line.push_str(&right(&grid.heads[*column], grid.widths[*column] + GUTTER));
        }
        self.line(&line, DIM);
        for row in grid.rows.iter().filter(|row| !row.is_idle(columns)) {
            let label = label_lines(&row.label, label_width);
            let mut line = fitted(&label[0], label_width);
            for column in columns {
                line.push_str(&right(&row.cells[*column], grid.widths[*column] + GUTTER));
            }
            self.line(&line, row.style());
            for more in &label[1..] {
                self.line(more, row.style());
            }
        }
    }

    fn bars(&mut self, bars: &Bars) {
        let label_width = BARS_LABEL.min(self.width / 3);
        let frame = label_width + bars.first.width() + bars.last.width() + 5;
        let room = self.width.saturating_sub(frame).max(1);
        let months = bars.series.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
        let each = months.div_ceil(room).max(1);
        let top = bars.series.iter().flat_map(|(_, values)| lows(values, each)).max();
        let top = top.unwrap_or(Money::ZERO);
        let bucket = match each {
            1 => " at each month's end".to_string(),
            each => format!(", lowest of each {each} months"),
        };
        let title = format!("{}{bucket} (! is below zero)", visible(&bars.title));
        for line in wrapped(&title, self.width) {
            self.line(&line, BOLD);
        }
        for (label, values) in &bars.series {
            let label = fitted(&visible(label), label_width);
            let marked = bars.marked.as_ref().map(|(place, _)| place / each);
            let line = spark(&lows(values, each), top, marked);
            self.line(&format!("{label}  {} {line} {}", bars.first, bars.last), Style::new());
        }
        let scale = scale_words(bars, top);
        if !scale.is_empty() {
            self.sentence(Mark::None, &scale);
        }
    }

    fn entries(&mut self, entries: &[Entry]) {
        let amounts: Vec<String> =
            entries.iter().map(|entry| entry.amount.map_or(String::new(), exact)).collect();
        let widest = amounts.iter().map(|amount| amount.width()).max().unwrap_or(0);
        let margin = if widest == 0 { 1 } else { widest + 3 };
        let room = self.width.saturating_sub(margin).max(LABEL_MIN);
        let column = behind_column(entries, room);
        for (entry, amount) in entries.iter().zip(&amounts) {
            let sign = if amount.is_empty() { ' ' } else { entry.sign };
            let head = if widest == 0 {
                " ".to_string()
            } else {
                format!("{sign}{} ", right(amount, widest + 1))
            };
            for (place, line) in entry_lines(entry, room, column).iter().enumerate() {
                let head = if place == 0 { head.clone() } else { " ".repeat(margin) };
                let style = if place > 0 { DIM } else { Style::new() };
                self.line(&format!("{head}{line}"), style);
            }
        }
    }

    fn hints(&mut self, hints: &[(String, String)]) {
        let longest = hints.iter().map(|(command, _)| visible(command).width()).max().unwrap_or(0);
        for (place, (command, tells)) in hints.iter().enumerate() {
            let head = if place == 0 { "Next: " } else { "      " };
            let (command, tells) = (visible(command), visible(tells));
            if head.len() + longest + 3 + tells.width() <= self.width {
                let space = " ".repeat(longest - command.width());
                self.line(&format!("{head}{command}{space}   {tells}"), Style::new());
            } else {
                self.line(&format!("{head}{command}"), Style::new());
            }
        }
    }
}

/// The column in which what stands behind entries begins, so that most stand below each other.
fn behind_column(entries: &[Entry], room: usize) -> usize {
    let width = |entry: &Entry| visible(&entry.label).width() + GUTTER_BEHIND;
    let explained = entries.iter().filter(|entry| !entry.asides.is_empty());
    let widths = explained.map(width).filter(|width| *width <= room * 11 / 20);
    widths.max().unwrap_or(room / 2)
}

/// The words of an entry, with what stands behind it at the right where it fits, else below.
fn entry_lines(entry: &Entry, room: usize, column: usize) -> Vec<String> {
    let mut lines = wrapped(&visible(&entry.label), room);
    let behind = entry.asides.iter().map(|aside| visible(aside)).collect::<Vec<_>>().join("  ");
    if behind.is_empty() {
        return lines;
    }
    let label = lines.last().map_or(0, |line| line.width()) + GUTTER_BEHIND;
    let column = if label <= column && column + behind.width() <= room { column } else { label };
    if lines.len() == 1 && column + behind.width() <= room {
        lines[0] = format!("{}{behind}", fitted(&lines[0], column));
    } else {
        lines.extend(wrapped(&behind, room - 2).iter().map(|line| format!("  {line}")));
    }
    lines
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const GREEN: Style = AnsiColor::Green.on_default();

/// The text with its middle left out where it is wider: long ids that begin alike often end apart.
fn cut_in_the_middle(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let room = width.saturating_sub(1);
    let fits = |letters: &mut dyn Iterator<Item = char>, room: usize| -> String {
        let mut kept = String::new();
        for letter in letters {
            kept.push(letter);
            if kept.width() > room {
                kept.pop();
                break;
            }
        }
        kept
    };
    let first = fits(&mut text.chars(), room - room / 2);
    let last: String = fits(&mut text.chars().rev(), room / 2).chars().rev().collect();
    format!("{first}\u{2026}{last}")
}

/// A table as text cells, the first column as labels.
struct Grid {
    label_head: String,
    heads: Vec<String>,
    widths: Vec<usize>,
    rows: Vec<GridRow>,
    /// Whether the first column of figures stands in every block.
    against_first: bool,
}

struct GridRow {
    label: String,
    cells: Vec<String>,
    style: RowStyle,
    is_zero: bool,
}

impl GridRow {
    /// Whether it is a part of a sum and comes to nothing in these columns: then the sum says
    /// enough.
    fn is_idle(&self, columns: &[usize]) -> bool {
        let is_part = matches!(self.style, RowStyle::Part | RowStyle::BadPart);
        is_part && columns.iter().all(|column| matches!(self.cells[*column].trim(), "-" | ""))
    }

    fn style(&self) -> Style {
        match self.style {
            RowStyle::Plain | RowStyle::Part => Style::new(),
            RowStyle::Strong => BOLD,
            RowStyle::Bad if self.is_zero => BOLD,
            RowStyle::Bad => RED.bold(),
            RowStyle::BadPart if self.is_zero => Style::new(),
            RowStyle::BadPart => RED,
        }
    }
}

impl Grid {
    fn from_table(table: &Table, styles: &[RowStyle]) -> Grid {
        // A closing parenthesis hangs to the right of the digits, so all else leaves it room.
        let head = |(place, column): (usize, &Column)| {
            let cells = table.rows.iter().filter_map(|row| row.get(place));
            let widest = cells.map(|cell| shown(cell).width()).max().unwrap_or(0);
            cut_in_the_middle(&visible(&column.name), widest.max(HEAD_MAX)) + " "
        };
        let heads: Vec<String> = table.columns.iter().enumerate().skip(1).map(head).collect();
        let row = |(place, row): (usize, &Vec<Cell>)| {
            let style = styles.get(place).copied().unwrap_or(RowStyle::Plain);
            let indent = match style {
                RowStyle::Strong | RowStyle::Bad => "",
                RowStyle::Plain => " ",
                RowStyle::Part | RowStyle::BadPart => "   ",
            };
            let money = |cell: &Cell| matches!(cell, Cell::Money(amount) if !amount.is_zero());
            GridRow {
                label: format!("{indent}{}", shown(&row[0])),
                cells: row.iter().skip(1).map(shown).collect(),
                style,
                is_zero: !row.iter().any(money),
            }
        };
        let rows: Vec<GridRow> = table.rows.iter().enumerate().map(row).collect();
        let width = |column: usize| {
            let cells = rows.iter().map(|row| row.cells[column].width());
            cells.chain([heads[column].width()]).max().unwrap_or(0)
        };
        let widths = (0..heads.len()).map(width).collect();
        let label_head =
            table.columns.first().map_or(String::new(), |column| visible(&column.name));
        Grid { label_head, heads, widths, rows, against_first: table.against_first }
    }

    /// The columns of each block, as even as they fit.
    fn blocks(&self, width: usize) -> Vec<Vec<usize>> {
        let room = width.saturating_sub(self.label_preferred(width));
        let all: Vec<usize> = (0..self.heads.len()).collect();
        let (first, others) = all.split_at(usize::from(self.against_first).min(all.len()));
        let left = room.saturating_sub(self.columns_width(first));
        let fits = |column: &usize| self.widths[*column] + GUTTER <= left;
        // Where nothing fits beside the first column, it stands by itself.
        if first.is_empty() || !others.iter().all(fits) {
            return self.evened(&all, room);
        }
        let joined = |block: Vec<usize>| first.iter().copied().chain(block).collect();
        self.evened(others, left).into_iter().map(joined).collect()
    }

    fn evened(&self, columns: &[usize], room: usize) -> Vec<Vec<usize>> {
        let blocks = self.filled(columns, room);
        let even = columns.len().div_ceil(blocks.len()).max(1);
        let evened: Vec<Vec<usize>> = columns.chunks(even).map(<[usize]>::to_vec).collect();
        let fit = evened.iter().all(|block| self.columns_width(block) <= room);
        if blocks.len() > 1 && fit { evened } else { blocks }
    }

    fn filled(&self, columns: &[usize], room: usize) -> Vec<Vec<usize>> {
        let mut blocks: Vec<Vec<usize>> = vec![Vec::new()];
        let mut used = 0;
        for column in columns {
            let width = self.widths[*column];
            let last = blocks.last_mut().expect("there is always a block");
            if used + width + GUTTER > room && !last.is_empty() {
                blocks.push(vec![*column]);
                used = width + GUTTER;
            } else {
                last.push(*column);
                used += width + GUTTER;
            }
        }
        blocks
    }

    fn columns_width(&self, columns: &[usize]) -> usize {
        columns.iter().map(|column| self.widths[*column] + GUTTER).sum()
    }

    fn label_longest(&self) -> usize {
        self.rows.iter().map(|row| row.label.width()).max().unwrap_or(0)
    }

    /// The width that labels get before columns are dealt out: all they need, up to two fifths.
    fn label_preferred(&self, width: usize) -> usize {
        self.label_longest().min(width * 2 / 5).max(LABEL_MIN)
    }

    /// The width that labels get in one block: what its columns leave, no more than they need.
    fn label_width(&self, width: usize, columns: &[usize]) -> usize {
        let widest = self.blocks(width).iter().map(|block| self.columns_width(block)).max();
        let widest = widest.unwrap_or(0).max(self.columns_width(columns));
        self.label_longest().min(width.saturating_sub(widest)).max(LABEL_MIN)
    }
}

/// A cell as people read it: whole dollars rounded half away from zero, negatives in parentheses,
/// no money as `-`, shares in percent, months in words.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => visible(text),
        Cell::Money(amount) => dollars(*amount),
        Cell::Share(share) => format!("{} % ", share.percent_shown()),
        Cell::Month(month) => month.words() + " ",
        Cell::Whole(number) => format!("{number} "),
    }
}

fn dollars(amount: Money) -> String {
    if amount.is_zero() {
        return "- ".to_string();
    }
    let whole = whole_dollars(amount);
    let digits = grouped(whole.unsigned_abs());
    if whole < 0 { format!("({digits})") } else { format!("{digits} ") }
}

/// What a full bar and the mark of a line of bars mean.
fn scale_words(bars: &Bars, top: Money) -> String {
    let mut words = Vec::new();
    if top.is_positive() {
        let full = grouped(whole_dollars(top).unsigned_abs());
        words.push(format!("A full bar is ${full}, on every line."));
    }
    if let Some((_, month)) = &bars.marked {
        words.push(format!("Bars from {month} on stand right of |."));
    }
    words.join(" ")
}

/// The lowest amount of every so many months.
fn lows(values: &[Money], each: usize) -> Vec<Money> {
    values.chunks(each).filter_map(|chunk| chunk.iter().min().copied()).collect()
}

/// Bars on a scale whose full bar is `top`, with a `|` before the bar at a place. What is below zero is
/// a `!`.
fn spark(lows: &[Money], top: Money, marked: Option<usize>) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let top = top.cents().max(1);
    let mut line = String::with_capacity(3 * lows.len() + 1);
    for (place, low) in lows.iter().enumerate() {
        if marked == Some(place) {
            line.push('|');
        }
        line.push(match low.cents() {
            below if below < 0 => '!',
            cents => BARS[(i128::from(cents) * 7 / i128::from(top)).min(7) as usize],
        });
    }
    line
}

/// Text at exactly this width, shortened with an ellipsis where it is longer.
fn fitted(text: &str, width: usize) -> String {
    let text = shortened(text, width);
    let space = width.saturating_sub(text.width());
    text + &" ".repeat(space)
}

fn shortened(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut kept = String::new();
    let mut used = 0;
    for letter in text.chars() {
        let wide = letter.width().unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        kept.push(letter);
        used += wide;
    }
    format!("{}…", kept.trim_end())
}

fn right(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(text.width())) + text
}

/// The words of a text, a percent sign with its number.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match words.last_mut().filter(|_| word.starts_with('%')) {
            Some(number) => {
                number.push(' ');
                number.push_str(word);
            }
            None => words.push(word.to_string()),
        }
    }
    words
}

/// A label in as many lines as it needs, those after the first further in.
fn label_lines(label: &str, width: usize) -> Vec<String> {
    if label.width() <= width {
        return vec![label.to_string()];
    }
    let text = label.trim_start();
    let inset = label.len() - text.len();
    let mut lines = wrapped(text, width.saturating_sub(inset + 2).max(1));
    for (place, line) in lines.iter_mut().enumerate() {
        let inset = if place == 0 { inset } else { inset + 2 };
        line.insert_str(0, &" ".repeat(inset));
    }
    lines
}

/// Text broken at spaces into lines no wider than this; a longer word is cut.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in words(text) {
        let wide = word.width();
        if used > 0 && used + 1 + wide > width {
            lines.push(String::new());
            used = 0;
        }
        let line = lines.last_mut().expect("there is always a line");
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        if wide <= width {
            line.push_str(&word);
            used += wide;
            continue;
        }
        for letter in word.chars() {
            let wide = letter.width().unwrap_or(0);
            if used + wide > width {
                lines.push(String::new());
                used = 0;
            }
            lines.last_mut().expect("there is always a line").push(letter);
            used += wide;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Rate;
    use crate::month::Month;
    use crate::report::ColumnKind;

    fn money(dollars: i64) -> Cell {
        Cell::Money(Money::from_cents(dollars * 100))
    }

    fn years(count: usize, rows: &[(&str, i64)]) -> Table {
        let mut table = Table::new("years", &[("", ColumnKind::Text)]);
        let heads =
            (0..count).map(|year| format!("FY{}", 2020 + year)).chain(["Total".to_string()]);
        table.columns.extend(heads.map(|name| Column { name, kind: ColumnKind::Money }));
        for (label, amount) in rows {
            let cells = std::iter::repeat_n(money(*amount), count + 1);
            table.push(std::iter::once(Cell::text(*label)).chain(cells).collect());
        }
        table
    }

    fn page(table: Table) -> Page {
        let mut page = Page::new();
        page.table(table, vec![RowStyle::Strong]);
        page
    }

    const NAME: &str = "Community Connections and Supportive Housing Navigation Award";

    #[test]
    fn long_heads_leave_room_for_labels_and_stay_apart() {
        let id =
            |last: &str| format!("an-option-with-an-identifier-of-almost-sixty-characters-{last}");
        let (one, other) = (cut_in_the_middle(&id("1"), 24), cut_in_the_middle(&id("2"), 24));
        assert_eq!(one, "an-option-wi\u{2026}haracters-1");
        assert_ne!(one, other);
        assert_eq!(cut_in_the_middle("taper", 24), "taper");
    }

    #[test]
    fn no_line_is_wider_than_the_page_and_every_figure_stands_on_it() {
        let rows = [(NAME, 9_900_000_000), ("Small", 900), ("Owed", -9_900_000_000), ("None", 0)];
        for width in [60, 80, 100, 132, 200] {
            for count in [1, 3, 10, 40] {
                let text = encode(&page(years(count, &rows)), width, Colour::Without);
                assert!(text.lines().all(|line| line.width() <= width), "{width} {count}\n{text}");
                assert_eq!(text.matches("9,900,000,000").count(), 2 * (count + 1), "{text}");
                assert_eq!(text.matches("(9,900,000,000)").count(), count + 1, "{text}");
                assert_eq!(
                    text.matches(" 900 ").count() + text.matches(" 900\n").count(),
                    count + 1
                );
            }
        }
    }

    #[test]
    fn figures_stand_under_each_other_to_the_digit() {
        let rows = [("Cost", 900), ("Owed", -12_345), ("None", 0)];
        let text = encode(&page(years(2, &rows)), 80, Colour::Without);
        let expected = [
            "                FY2020   FY2021    Total",
            "Cost               900      900      900",
            " Owed          (12,345) (12,345) (12,345)",
            " None                -        -        -",
            "",
        ]
        .join("\n");
        assert_eq!(text, expected, "\n{text}");
    }

    #[test]
    fn years_that_do_not_fit_stand_in_even_blocks() {
        let text = encode(&page(years(10, &[(NAME, 123_456_789)])), 100, Colour::Without);
        let heads: Vec<usize> = text
            .lines()
            .filter(|line| line.contains("FY20") || line.contains("Total"))
            .map(|line| line.matches("FY20").count())
            .collect();
        assert_eq!(heads, [4, 4, 2], "\n{text}");
        // A long label goes on below: no word of it is lost.
        assert!(!text.contains('…'), "\n{text}");
        for line in ["Community Connections and Supportive Housing ", "\n  Navigation Award\n"] {
            assert_eq!(text.matches(line).count(), 3, "{line}\n{text}");
        }
    }

    #[test]
    fn what_others_are_held_against_stands_in_every_block() {
        let mut table = years(10, &[(NAME, 123_456_789)]);
        table.against_first = true;
        for width in [60, 80, 100] {
            let text = encode(&page(table.clone()), width, Colour::Without);
            let heads =
                || text.lines().filter(|line| line.contains("FY20") || line.contains("Total"));
            assert!(heads().count() > 1, "{width}\n{text}");
            assert!(heads().all(|line| line.matches("FY2020").count() == 1), "{width}\n{text}");
            assert_eq!(text.matches("Total").count(), 1, "{width}\n{text}");
            assert!(text.lines().all(|line| line.width() <= width), "{width}\n{text}");
        }
        // Where no other column has room beside it, it stands by itself.
        let mut wide = years(1, &[("Owed", -9_900_000_000)]);
        wide.against_first = true;
        let text = encode(&page(wide), 40, Colour::Without);
        assert_eq!(text.matches("FY2020").count(), 1, "{text}");
    }

    #[test]
    fn hostile_text_is_shown_and_never_sent() {
        let mut page = page(years(1, &[("a\u{1b}[31m\u{202e}b\nc", 1)]));
        page.title("t\u{1b}]0;x\u{7}");
        page.say(Mark::Bad, "s\u{9b}31m");
        page.blocks.push(Block::Hints(vec![("h\u{1b}c".to_string(), "k".to_string())]));
        let text = encode(&page, 100, Colour::Without);
        assert!(
            text.chars().all(|letter| letter == '\n' || !crate::diagnostic::is_invisible(letter))
        );
        assert!(text.contains("\\u{1b}"));
    }

    #[test]
    fn colour_adds_nothing_that_cannot_be_stripped() {
        let rows = [("Cost", 900), ("Owed", -12_345)];
        let mut page = page(years(2, &rows));
        page.say(Mark::Bad, "Money is missing.");
        let plain = encode(&page, 80, Colour::Without);
        let coloured = encode(&page, 80, Colour::With);
        assert_ne!(plain, coloured);
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    }

    #[test]
    fn sentences_wrap_under_their_words() {
        let mut page = Page::new();
        page.say(Mark::Bad, "word ".repeat(20).trim_end());
        let text = encode(&page, 40, Colour::Without);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("! word") && lines[1].starts_with("  word"), "{text}");
        assert!(lines.iter().all(|line| line.width() <= 40), "{text}");
    }

    #[test]
    fn bars_show_the_lowest_month_of_each_on_one_scale_and_mark_what_is_below_zero() {
        let series = |top: i64| (0..480).map(|month| Money::from_cents(top - month)).collect();
        let mut page = Page::new();
        page.blocks.push(Block::Bars(Bars {
            title: "Cash".to_string(),
            first: "Jan 2020".to_string(),
            last: "Dec 2059".to_string(),
            marked: Some((13, "Feb 2021".to_string())),
            series: vec![("High".to_string(), series(47_000)), ("Low".to_string(), series(470))],
        }));
        let text = encode(&page, 80, Colour::Without);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "Cash, lowest of each 13 months (! is below zero)");
        assert!(lines[1].contains(" █|▇") && lines[2].contains(" ▁|▁") && lines[2].contains('!'));
        assert_eq!(
            lines[3],
            "A full bar is $470, on every line. Bars from Feb 2021 on stand right of |."
        );
        assert!(lines.iter().all(|line| line.width() <= 80), "{text}");
        assert_eq!(spark(&[Money::ZERO], Money::ZERO, None), "▁");
        assert_eq!(spark(&[Money::MAX, Money::ZERO - Money::MAX], Money::MAX, None), "█!");
    }

    #[test]
    fn cells_read_as_people_write() {
        assert_eq!(shown(&Cell::Month(Month::parse("2029-04").unwrap())), "Apr 2029 ");
        assert_eq!(shown(&Cell::Share(Rate::parse("0.6249").unwrap())), "62.5 % ");
        assert_eq!(shown(&Cell::Share(Rate::ZERO)), "0.0 % ");
        assert_eq!(shown(&Cell::Money(Money::from_cents(-40))), "0 ");
        assert_eq!(shown(&Cell::Empty), "");
    }
}

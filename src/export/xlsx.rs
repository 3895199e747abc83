//! A workbook as a file that spreadsheets open: the only place that knows how one is encoded.
//!
//! Words go through one call that stores them as text, numbers through one that stores numbers, and formulas are printed
//! from expressions that no word of a plan is part of. Same workbook, same bytes: the file carries no date of its own.

mod paper;

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_xlsxwriter as xlsx;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, XlsxError};

use super::text;
use crate::error::Error;
use crate::report::workbook::Workbook;
use crate::report::workbook::inputs::{COUNT_ROW, HEAD_ROW};
use crate::report::workbook::sheet::{
    Area, At, Cell, Chart, Content, Place, Role, Sheet, Unit, Value,
};

/// Letters of one cell, which spreadsheets bound.
const LETTERS_MAX: usize = 32_000;

/// The file of a workbook.
///
/// # Errors
/// An internal error where a sheet cannot be encoded.
pub fn encode(workbook: &Workbook) -> Result<Vec<u8>, Error> {
    write(workbook).map_err(|error| Error::internal(format!("a workbook is encoded: {error}")))
}

fn write(workbook: &Workbook) -> Result<Vec<u8>, XlsxError> {
    let mut file = xlsx::Workbook::new();
    let date = xlsx::ExcelDateTime::from_ymd(2000, 1, 1)?;
    let properties = xlsx::DocProperties::new()
        .set_title(clipped(&workbook.title))
        .set_author("braid")
        .set_creation_datetime(&date);
    file.set_properties(&properties);
    let mut formats = Formats::default();
    for sheet in &workbook.sheets {
        let page = file.add_worksheet();
        page.set_name(sheet.place.name())?;
        // A text formula may come to nothing; the encoder would store 0 for it.
        page.set_formula_result_default("");
        set_up(page, sheet, &workbook.run)?;
        for (row, cells) in sheet.rows.iter().enumerate() {
            for (column, cell) in cells {
                put(page, sheet, (row as u32, *column), cell, &mut formats)?;
            }
        }
        validate(page, sheet)?;
        warn(page, sheet)?;
        for chart in &sheet.charts {
            draw(page, chart)?;
        }
    }
    file.save_to_buffer()
}

/// Formats by what a cell is.
#[derive(Default)]
struct Formats(BTreeMap<(Role, Unit, bool), Format>);

impl Formats {
    fn of(&mut self, role: Role, unit: Unit, linked: bool) -> &Format {
        self.0.entry((role, unit, linked)).or_insert_with(|| format(role, unit, linked))
    }
}

/// How a cell looks.
fn format(role: Role, unit: Unit, linked: bool) -> Format {
    // Room as for a closing bracket parts a figure from the words on its right; headings above figures have it too.
    let number = match unit {
        Unit::Money => "#,##0.00_);[Red]-#,##0.00_);-_);@_)",
        Unit::Share => "0.00######%_)",
        Unit::Price => "#,##0.00####_)",
        Unit::Number => "#,##0.#########_)",
        Unit::Whole => "0_)",
        // A row of another scenario has no date: nothing is shown of its 0.
        Unit::Month => "mmm yyyy_);;",
        Unit::Day => "d mmm yyyy_);;",
    };
    let format = Format::new().set_num_format(number);
    match role {
        Role::Label => format,
        Role::Title => format.set_bold().set_font_size(16),
        Role::Heading => format
            .set_bold()
            .set_background_color(xlsx::Color::RGB(0xE7_EC_F3))
            .set_align(match unit {
                Unit::Money | Unit::Month => FormatAlign::Right,
                _ => FormatAlign::Left,
            }),
        Role::Note => {
            format.set_font_color(xlsx::Color::RGB(0x59_59_59)).set_italic().set_indent(1)
        }
        // The room at its beginning parts words on several lines from those on their left.
        Role::Source => format
            .set_font_color(xlsx::Color::RGB(0x59_59_59))
            .set_italic()
            .set_text_wrap()
            .set_indent(1),
        Role::Input => format
            .set_font_color(xlsx::Color::RGB(0x00_00_FF))
            .set_background_color(xlsx::Color::RGB(0xFF_FF_CC))
            .set_border(FormatBorder::Hair)
            .set_unlocked(),
        Role::Grey => format.set_font_color(xlsx::Color::RGB(0x76_76_76)),
        Role::Decided => format.set_font_color(xlsx::Color::RGB(0x70_30_A0)),
        Role::Formula if linked => format.set_font_color(xlsx::Color::RGB(0x00_66_00)),
        Role::Formula => format.set_font_color(xlsx::Color::Black),
        Role::Total => format.set_bold().set_border_top(FormatBorder::Hair),
        Role::Sum => format.set_bold(),
        Role::Check => format.set_font_color(xlsx::Color::RGB(0x37_56_23)),
    }
}

fn put(
    page: &mut xlsx::Worksheet,
    sheet: &Sheet,
    (row, column): (u32, u16),
    cell: &Cell,
    formats: &mut Formats,
) -> Result<(), XlsxError> {
    let other = |at: At| at.sheet != sheet.place;
    match &cell.content {
        Content::Text(text) => {
            let figures = cell.role == Role::Heading && heads_figures(sheet, row, column);
            let format =
                formats.of(cell.role, if figures { Unit::Money } else { cell.unit }, false);
            page.write_string_with_format(row, column, clipped(text), format)?;
        }
        Content::Number(number) => {
            let format = formats.of(cell.role, cell.unit, false);
            page.write_number_with_format(row, column, binary(*number), format)?;
        }
        Content::Formula(expression, value) => {
            let linked = expression.repeats().is_some_and(other);
            let format = formats.of(cell.role, cell.unit, linked);
            let cached = match value {
                Value::Number(number) => number.normalize().to_string(),
                Value::Word(word) => clipped(word),
            };
            let text = format!("={}", expression.text(sheet.place));
            let formula = xlsx::Formula::new(text).set_result(cached);
            page.write_formula_with_format(row, column, formula, format)?;
        }
        Content::Link(place) => {
            let link = xlsx::Url::new(format!("internal:'{}'!A1", place.name()));
            page.write_url_with_text(row, column, link, place.name())?;
        }
    }
    Ok(())
}

/// Whether figures stand below a heading, which then stands above them on the right.
fn heads_figures(sheet: &Sheet, row: u32, column: u16) -> bool {
    let below = sheet.rows.iter().skip(row as usize + 1).find_map(|cells| cells.get(&column));
    column > 0
        && below.is_some_and(|cell| {
            matches!(cell.content, Content::Number(_) | Content::Formula(_, Value::Number(_)))
        })
}

/// A number as spreadsheets keep it: the binary float that is nearest.
fn binary(number: Decimal) -> f64 {
    number.to_string().parse().unwrap_or_default()
}

/// A text as far as a cell holds it.
fn clipped(text: &str) -> String {
    text.chars().take(LETTERS_MAX).collect()
}

/// Widths, what stays in sight, and how it is printed.
fn set_up(page: &mut xlsx::Worksheet, sheet: &Sheet, run: &str) -> Result<(), XlsxError> {
    let widths = fitted(sheet);
    for (column, width) in widths.iter().enumerate() {
        page.set_column_width(column as u16, *width)?;
    }
    if sheet.frozen_rows > 0 || sheet.frozen_columns > 0 {
        page.set_freeze_panes(sheet.frozen_rows, sheet.frozen_columns)?;
        // What a row is stands on each page.
        page.set_repeat_columns(0, 0)?;
    }
    // Rows that stand on every page are as high on each as they are here.
    for (row, cells) in sheet.rows.iter().enumerate().take(sheet.frozen_rows as usize) {
        let lines = cells.iter().map(|(column, cell)| lines(cell, widths[usize::from(*column)]));
        if let Some(lines) = lines.max().filter(|lines| *lines > 1) {
            page.set_row_height(row as u32, LINE * lines)?;
        }
    }
    page.set_footer(format!("&L{run}&C&A&RPage &P of &N"));
    if sheet.frozen_rows > 0 {
        page.set_repeat_rows(0, sheet.frozen_rows - 1)?;
    }
    paper::lay(page, sheet, &widths)
}

/// The height of a line, in points.
const LINE: u32 = 15;

/// The lines that words take which may stand on several.
fn lines(cell: &Cell, width: u16) -> u32 {
    match &cell.content {
        Content::Text(text) if cell.role == Role::Source => {
            text::wrapped(text, usize::from(width).saturating_sub(GAP).max(1)).len() as u32
        }
        _ => 1,
    }
}

/// The width of a column before the months in which nothing stands.
const EMPTY: u16 = 1;

/// Widths at which every figure can be read.
fn fitted(sheet: &Sheet) -> Vec<u16> {
    let mut widths = sheet.widths.clone();
    for (column, cell) in sheet.rows.iter().flatten() {
        let place = usize::from(*column);
        if place >= widths.len() {
            widths.resize(place + 1, *widths.last().unwrap_or(&EMPTY));
        }
        if let Some(letters) = cell.letters() {
            widths[place] = widths[place].max(letters);
        }
    }
    if let Some(first) = sheet.months_from {
        for place in 1..usize::from(first) {
            widths[place] = widths[place].min(held(sheet, place as u16));
        }
    }
    for (row, cells) in sheet.rows.iter().enumerate() {
        widen(&mut widths, cells);
        // The name of a row stands on every page of months.
        if sheet.months_from.is_some() && row as u32 >= sheet.frozen_rows {
            let name = cells.get(&0).map_or(0, letters);
            widths[0] = widths[0].max(name.min(WORDS) as u16);
        }
    }
    widths
}

/// The letters that a column is widened to at most so that its words can be read.
const WORDS: usize = 80;

/// Widens columns whose words the next cell of the row would cut.
fn widen(widths: &mut [u16], row: &BTreeMap<u16, Cell>) {
    for ((column, cell), next) in row.iter().zip(row.keys().skip(1)) {
        let empty: u16 = widths[usize::from(*column) + 1..usize::from(*next)].iter().sum();
        let own = &mut widths[usize::from(*column)];
        *own = (*own).max(letters(cell).min(WORDS).saturating_sub(empty.into()) as u16);
    }
}

/// The letters that the words of a cell take on one line; none of figures, and of words on several lines.
fn letters(cell: &Cell) -> usize {
    let letters = match &cell.content {
        Content::Text(text) if cell.role != Role::Source => text.chars().count(),
        Content::Formula(_, Value::Word(word)) => word.chars().count(),
        _ => return 0,
    };
    // Bold letters are wider.
    let bold = matches!(cell.role, Role::Heading | Role::Title);
    letters + if bold { letters / 8 } else { 0 } + GAP
}

/// The width of what a column holds.
fn held(sheet: &Sheet, column: u16) -> u16 {
    let letters = |cell: &Cell| match (&cell.content, cell.unit) {
        (Content::Text(text), _) => text.chars().count(),
        (Content::Link(place), _) => place.name().len(),
        (_, Unit::Month | Unit::Day) => "31 Mar 2026".len(),
        // What an amount needs was seen to.
        (_, Unit::Money) => usize::from(u16::MAX) - GAP,
        (Content::Number(number) | Content::Formula(_, Value::Number(number)), Unit::Share) => {
            (number * Decimal::ONE_HUNDRED).normalize().to_string().len() + 4
        }
        (Content::Number(number) | Content::Formula(_, Value::Number(number)), _) => {
            number.normalize().to_string().len()
        }
        (Content::Formula(_, Value::Word(word)), _) => word.chars().count(),
    };
    let cells = sheet.rows.iter().filter_map(|cells| cells.get(&column));
    cells.map(letters).max().map_or(EMPTY, |letters| (letters + GAP) as u16)
}

/// Letters between what a column holds and the next one.
const GAP: usize = 2;

/// Lets inputs hold numbers alone.
fn validate(page: &mut xlsx::Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    if let Some((at, count)) = sheet.pick {
        let numbers: Vec<String> = (1..=count).map(|number| number.to_string()).collect();
        let rule = xlsx::DataValidation::new()
            .allow_list_strings(&numbers)?
            .set_error_title("A scenario is asked for")?
            .set_error_message("Write one of the numbers that stand before the scenarios.")?;
        page.add_data_validation(at.row, at.column, at.row, at.column, &rule)?;
    }
    let mut runs: Vec<(u16, u32, u32, Unit)> = Vec::new();
    for (row, cells) in sheet.rows.iter().enumerate() {
        for (column, cell) in cells.iter().filter(|(_, cell)| cell.role == Role::Input) {
            let picks = sheet.pick.is_some_and(|(at, _)| at == sheet.at(row as u32, *column));
            if matches!(cell.content, Content::Number(_)) && sheet.place != Place::Cover && !picks {
                match runs.last_mut() {
                    Some((of, _, last, unit))
                        if (*of, *last + 1, *unit) == (*column, row as u32, cell.unit) =>
                    {
                        *last = row as u32;
                    }
                    _ => runs.push((*column, row as u32, row as u32, cell.unit)),
                }
            }
        }
    }
    for (column, first, last, unit) in runs {
        let rule = match unit {
            Unit::Whole => xlsx::DataValidation::new()
                .allow_whole_number(xlsx::DataValidationRule::Between(0, 1_000_000_000)),
            Unit::Share => xlsx::DataValidation::new()
                .allow_decimal_number(xlsx::DataValidationRule::Between(-1.0, 10.0)),
            _ => xlsx::DataValidation::new()
                .allow_decimal_number(xlsx::DataValidationRule::Between(-1e13, 1e13)),
        };
        let rule = rule
            .set_error_title("A number is asked for")?
            .set_error_message("Write a number of the unit that stands beside it.")?;
        page.add_data_validation(first, column, last, column, &rule)?;
    }
    Ok(())
}

/// Shows in red what does not hold.
fn warn(page: &mut xlsx::Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    let red = Format::new()
        .set_font_color(xlsx::Color::White)
        .set_background_color(xlsx::Color::RGB(0xC0_00_00))
        .set_bold();
    let last = sheet.rows.len().max(1) as u32 - 1;
    let column = match sheet.place {
        Place::Checks | Place::Cover => 1,
        Place::Engine => 3,
        Place::Inputs => 4,
        _ => return Ok(()),
    };
    if sheet.place == Place::Cover {
        for word in ["CHECK FAILS", "inputs edited"] {
            let rule = xlsx::ConditionalFormatText::new()
                .set_rule(xlsx::ConditionalFormatTextRule::BeginsWith(beginning(word)))
                .set_format(&red);
            page.add_conditional_format(0, column, last, column, &rule)?;
        }
        return Ok(());
    }
    let rule = xlsx::ConditionalFormatCell::new()
        .set_rule(xlsx::ConditionalFormatCellRule::NotEqualTo(0))
        .set_format(&red);
    let first = if sheet.place == Place::Inputs { HEAD_ROW + 1 } else { 4 };
    page.add_conditional_format(first.min(last), column, last, column, &rule)?;
    let counted = match sheet.place {
        Place::Inputs => Some(COUNT_ROW),
        Place::Checks => Some(2),
        _ => None,
    };
    if let Some(row) = counted.map(|row| row.min(last)) {
        page.add_conditional_format(row, 1, row, 1, &rule)?;
    }
    if sheet.place == Place::Checks {
        let rule = xlsx::ConditionalFormatText::new()
            .set_rule(xlsx::ConditionalFormatTextRule::Contains("ERROR".to_string()))
            .set_format(&red);
        page.add_conditional_format(4.min(last), 2, last, 2, &rule)?;
    }
    Ok(())
}

/// How a state that warns begins.
fn beginning(word: &str) -> String {
    match word {
        "CHECK FAILS" => "A CHECK FAILS".to_string(),
        other => other.to_string(),
    }
}

/// Colours of stacked columns, from below: what is paid, then gaps, the gravest first.
const COLUMNS: [u32; 4] = [0x8F_A9_C9, 0xB0_30_30, 0xE0_8A_3C, 0xF2_CF_8F];
/// Colours of lines.
const LINES: [u32; 2] = [0x1F_2A_44, 0xB0_30_30];

fn draw(page: &mut xlsx::Worksheet, chart: &Chart) -> Result<(), XlsxError> {
    let span = |area: &Area| {
        let (first, last) = (area.first, area.last);
        let name = first.sheet.name();
        (name, first.row, first.column, last.row, last.column)
    };
    let series = |(name, values): &(At, Area), colour: u32, line: bool| {
        let mut series = xlsx::ChartSeries::new();
        series
            .set_name((name.sheet.name(), name.row, name.column))
            .set_values(span(values))
            .set_categories(span(&chart.categories));
        let colour = xlsx::Color::RGB(colour);
        let mut format = xlsx::ChartFormat::new();
        match line {
            true => format.set_line(xlsx::ChartLine::new().set_color(colour).set_width(2)),
            false => format.set_solid_fill(xlsx::ChartSolidFill::new().set_color(colour)),
        };
        series.set_format(&mut format);
        series
    };
    let mut lines = xlsx::Chart::new(xlsx::ChartType::Line);
    for (line, colour) in chart.lines.iter().zip(LINES) {
        lines.push_series(&series(line, colour, true));
    }
    let mut drawn = if chart.columns.is_empty() {
        lines
    } else {
        let mut columns = xlsx::Chart::new(xlsx::ChartType::ColumnStacked);
        for (column, colour) in chart.columns.iter().zip(COLUMNS) {
            columns.push_series(&series(column, colour, false));
        }
        columns.combine(&lines);
        columns
    };
    drawn.title().set_name(chart.title);
    drawn.set_width(980).set_height(400);
    drawn.legend().set_position(xlsx::ChartLegendPosition::Bottom);
    // Without a format of its own the axis of months shows the numbers of days.
    if chart.months {
        let months = chart.categories.last.column - chart.categories.first.column + 1;
        let apart = match months {
            0..=12 => 1,
            13..=36 => 3,
            37..=60 => 6,
            _ => 12,
        };
        drawn.x_axis().set_num_format("mmm yy").set_label_interval(apart);
    }
    drawn.x_axis().set_label_position(xlsx::ChartAxisLabelPosition::Low);
    drawn.y_axis().set_num_format("#,##0").set_name("Dollars");
    // A column says an amount by its height, which has to begin at zero.
    if !chart.columns.is_empty() {
        drawn.y_axis().set_min(0.0);
    }
    drawn.set_alt_text(chart.title);
    page.insert_chart(chart.at.row, chart.at.column, &drawn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_as_wide_as_the_words_that_the_next_cell_would_cut() {
        let mut sheet = Sheet::new(Place::Scenarios, &[10, 10, 10, 10]);
        sheet.text(0, 0, "a title that runs over what is empty on its right", Role::Title);
        sheet.text(1, 0, "twelve words", Role::Label);
        sheet.text(1, 1, "x".repeat(200), Role::Note);
        sheet.text(1, 2, "a source on as many lines as it takes", Role::Source);
        sheet.text(1, 3, "the last of a row runs on", Role::Note);
        sheet.text(2, 0, "words over two columns", Role::Label);
        sheet.text(2, 3, "end", Role::Label);
        assert_eq!(fitted(&sheet), [14, 80, 10, 10]);
    }

    #[test]
    fn words_are_stored_as_far_as_a_cell_holds_them() {
        use std::io::{Cursor, Read};
        let long = "w".repeat(40_000);
        let mut sheet = Sheet::new(Place::Scenarios, &[10]);
        let at = sheet.text(0, 0, long.as_str(), Role::Note);
        sheet.word(1, 0, crate::report::workbook::formula::cell(at), &long);
        let (title, run) = (long.clone(), String::new());
        let (sheets, inputs, fixed) = (vec![sheet], Vec::new(), Vec::new());
        let bytes = encode(&Workbook { title, run, sheets, inputs, fixed }).unwrap();
        let mut file = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        for name in ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"] {
            let mut text = String::new();
            file.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            let longest = text.split(|letter| letter != 'w').map(str::len).max();
            assert_eq!(longest, Some(LETTERS_MAX), "{name}");
        }
    }

    #[test]
    fn a_row_of_headings_is_as_high_as_its_words() {
        let mut sheet = Sheet::new(Place::Inputs, &[]);
        sheet.text(0, 0, "The plan signs: $1.50 a member a month from July 2022", Role::Source);
        sheet.text(0, 1, "The plan signs: $1.50 a member a month from July 2022", Role::Note);
        let cells: Vec<u32> = sheet.rows[0].values().map(|cell| lines(cell, 18)).collect();
        assert_eq!(cells, [4, 1]);
    }
}

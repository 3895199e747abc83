//! How sheets stand on paper: US Letter on its side, a row's name on every page, a year of months together, and letters as
//! large as that leaves them.
//!
//! A column is as wide as the program's letters, and a program without Calibri takes others that are a third wider. What
//! is laid here fits with those too: a page that does not fit has a column alone on the next one.

use rust_xlsxwriter::{Worksheet, XlsxError};

use crate::report::workbook::sheet::Sheet;

/// Months between breaks.
const MONTHS_A_PAGE: u16 = 12;
/// US Letter.
const LETTER: u8 = 1;
/// The margins in inches: left and right, top, bottom, and those of the footer.
const MARGINS: (f64, f64, f64, f64) = (0.4, 0.5, 0.6, 0.3);
/// What is left between them, in pixels of 96 an inch, less a little that programs round away.
const PAGE: (u32, u32) = (970, 700);
/// How wide a letter may be, and what a column takes beside its letters, in tenths of a pixel.
const LETTER_TENTHS: u32 = 94;
const COLUMN_TENTHS: u32 = 70;
/// What a chart takes across, in tenths of a pixel, where letters are so wide.
const CHART_TENTHS: u32 = 13_200;
/// The height of a row in pixels.
const ROW: u32 = 20;
/// How small months are printed at most so as to stand on the first page beside what is said before them, in hundredths.
const BESIDE_SCALE: u32 = 42;
/// How small sheets are printed at most so as to stand on one page across.
const NARROW_SCALE: u32 = 39;
/// How small wider sheets are printed.
const WIDE_SCALE: u32 = 55;

/// Says how a sheet with columns of these widths is printed.
pub fn lay(page: &mut Worksheet, sheet: &Sheet, widths: &[u16]) -> Result<(), XlsxError> {
    let (side, top, bottom, footer) = MARGINS;
    page.set_landscape()
        .set_paper_size(LETTER)
        .set_margins(side, side, top, bottom, footer, footer);
    let mut widths = widths;
    if let Some((row, column)) = sheet.printed {
        page.set_print_area(0, 0, row, column)?;
        widths = &widths[..widths.len().min(usize::from(column) + 1)];
    }
    if let Some(first) = sheet.months_from {
        let (scale, breaks) = of_months(widths, first);
        page.set_print_scale(scale);
        page.set_vertical_page_breaks(&breaks)?;
    } else if !sheet.charts.is_empty() {
        // Where a sheet is fitted to pages, a program passes over its breaks, and would cut through a chart.
        let scale = fitting(across(widths).max(CHART_TENTHS));
        page.set_print_scale(scale as u16);
        if sheet.rows.len() as u32 * ROW * scale > PAGE.1 * 100 {
            page.set_page_breaks(&sheet.breaks)?;
        }
    } else if fitting(across(widths)) >= NARROW_SCALE {
        page.set_print_fit_to_pages(1, 0);
    } else {
        page.set_print_scale(WIDE_SCALE as u16);
        page.set_vertical_page_breaks(&even(widths, PAGE.0 * 1_000 / WIDE_SCALE))?;
    }
    Ok(())
}

/// What columns take across, in tenths of a pixel.
fn across(widths: &[u16]) -> u32 {
    widths.iter().map(|width| u32::from(*width) * LETTER_TENTHS + COLUMN_TENTHS).sum()
}

/// The scale, in hundredths, at which so many tenths of a pixel fill the width of a page: 100 at most.
fn fitting(tenths: u32) -> u32 {
    (PAGE.0 * 1_000 / tenths.max(1)).clamp(10, 100)
}

/// How small a sheet of months is printed, and the columns before which a page begins: a year of months on each, beside the
/// names of rows.
fn of_months(widths: &[u16], first: u16) -> (u16, Vec<u32>) {
    let (before, months) = widths.split_at(usize::from(first).min(widths.len()));
    let label = across(before.get(..1).unwrap_or_default());
    let before = across(before);
    let years: Vec<u32> = months.chunks(usize::from(MONTHS_A_PAGE)).map(across).collect();
    let widest = label + years.iter().max().copied().unwrap_or_default();
    let whole = before + years.first().copied().unwrap_or_default();
    let beside = fitting(whole.max(widest));
    let (scale, from) = match beside >= BESIDE_SCALE {
        true => (beside, first + MONTHS_A_PAGE),
        false => (fitting(before.max(widest)), first),
    };
    let breaks = (from..widths.len() as u16).step_by(usize::from(MONTHS_A_PAGE));
    (scale as u16, breaks.map(u32::from).collect())
}

/// The columns before which a page begins that takes so many tenths of a pixel across, the first column among them: as few
/// pages as that takes, and none of them all but empty.
fn even(widths: &[u16], tenths: u32) -> Vec<u32> {
    let fewest = breaks(widths, tenths);
    let narrower = (1..tenths / 10).rev().map(|pixels| breaks(widths, pixels * 10));
    narrower.take_while(|breaks| breaks.len() == fewest.len()).last().unwrap_or(fewest)
}

fn breaks(widths: &[u16], tenths: u32) -> Vec<u32> {
    let label = across(widths.get(..1).unwrap_or_default());
    let (mut breaks, mut filled) = (Vec::new(), label);
    for (column, width) in widths.iter().enumerate().skip(1) {
        let width = across(&[*width]);
        if filled + width > tenths && filled > label {
            breaks.push(column as u32);
            filled = label;
        }
        filled += width;
    }
    breaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_on_the_first_page_where_little_stands_before_them() {
        let mut widths = vec![58, 12, 1, 1, 4, 1, 1];
        widths.extend([12; 30]);
        assert_eq!(of_months(&widths, 7), (43, vec![19, 31]));
        let mut widths = vec![58, 26, 28, 4, 16, 16, 16];
        widths.extend([12; 30]);
        assert_eq!(of_months(&widths, 7), (48, vec![7, 19, 31]));
        // A year of large amounts is printed smaller, and never parted.
        widths[20] = 40;
        assert_eq!(of_months(&widths, 7), (43, vec![7, 19, 31]));
    }

    #[test]
    fn wide_sheets_fill_their_pages_evenly() {
        let widths = [20, 10, 10, 10, 10];
        assert_eq!(even(&widths, across(&widths)), Vec::<u32>::new());
        // Three of four columns would fit, and leave one alone.
        assert_eq!(even(&widths, across(&widths[..4])), [3]);
        // A column that is wider than a page stands on one of its own.
        assert_eq!(even(&[20, 90, 10], across(&widths)), [2]);
        assert_eq!(even(&[], 500), Vec::<u32>::new());
    }
}

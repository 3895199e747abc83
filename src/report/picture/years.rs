//! Columns by fiscal year: what pays the cost, and what is left of it.

use super::amounts::Axis;
use super::{Anchor, Drawing, Ink, Mark, SMALL, Stroke, Tenths, Tone, Words, letters};
use crate::money::Money;
use crate::month::FiscalCalendar;

/// The height of the columns.
const HEIGHT: Tenths = 1_800;

/// The columns of one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    /// The fiscal year.
    pub year: i32,
    /// Columns side by side, each of parts from the bottom up.
    pub columns: Vec<Vec<(Tone, Money)>>,
    /// What is written above, if there is room.
    pub above: Option<String>,
}

/// Lays out columns by year.
pub fn draw(years: &[Year], legend: &[(Mark, &str)], width: Tenths) -> Drawing {
    let mut sheet = Drawing::new(width);
    let top = sheet.legend(0, legend) + 220;
    let bottom = top + HEIGHT;
    let heights = years.iter().flat_map(|year| &year.columns);
    let heights = heights.map(|parts| parts.iter().map(|(_, amount)| *amount).sum::<Money>());
    let axis = Axis::holding(heights);
    let left = axis.label_width() + 80;
    axis.draw(&mut sheet, (left, width), (bottom, top));
    let count = years.len().max(1) as i64;
    let slot = (width - left) / count;
    let labels = labels(years, slot);
    for (place, year) in years.iter().enumerate() {
        let from = left + slot * place as i64;
        let room = slot * 76 / 100;
        let each = (room / year.columns.len().max(1) as i64).min(700);
        let start = from + (slot - each * year.columns.len() as i64) / 2;
        let mut highest = bottom;
        for (column, parts) in year.columns.iter().enumerate() {
            let at = start + each * column as i64;
            let mut sum = Money::ZERO;
            for (tone, amount) in parts {
                let lower = axis.place(sum, bottom, top);
                sum += *amount;
                let upper = axis.place(sum, bottom, top);
                sheet.fill((at, upper), (each - each / 12, lower - upper), *tone);
                highest = highest.min(upper);
            }
        }
        let middle = from + slot / 2;
        if let Some(above) = &year.above {
            let words = Words::new((middle, highest - 50), above).bold().ink(Ink::Bad);
            let words = Words { size: SMALL, ..words };
            if words.width() <= slot {
                sheet.words_at_first(&words, &[((middle, highest - 50), Anchor::Middle)]);
            }
        }
        if let Some(label) = &labels[place] {
            let words = Words::new((middle, bottom + 150), label).small();
            sheet.words_at_first(&words, &[((middle, bottom + 150), Anchor::Middle)]);
        }
    }
    sheet.line(vec![(left, bottom), (width, bottom)], Stroke::Axis);
    sheet.height = bottom + 200;
    sheet
}

/// The labels of years as they fit: `FY2026`, else `2026`, else of every so many years.
fn labels(years: &[Year], slot: Tenths) -> Vec<Option<String>> {
    let full = letters::width("FY2026", SMALL, false) + 40;
    let digits = letters::width("2026", SMALL, false) + 40;
    let every = (digits / slot.max(1) + 1) as usize;
    let label = |(place, year): (usize, &Year)| match slot {
        slot if slot >= full => Some(FiscalCalendar::label(year.year)),
        _ if place % every == 0 => Some(year.year.to_string()),
        _ => None,
    };
    years.iter().enumerate().map(label).collect()
}

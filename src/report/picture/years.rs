//! Columns by fiscal year: what pays the cost, and what is left of it.

use super::amounts::Axis;
use super::{Anchor, Drawing, Ink, Mark, SMALL, Stroke, Tenths, Tone, Words, letters};
use crate::money::Money;
use crate::month::FiscalCalendar;

/// The height of the columns.
const HEIGHT: Tenths = 1_600;

/// The height of a row of figures above all columns.
const ROW: Tenths = 130;
/// What parts two figures of one row.
const GAP: Tenths = 30;

/// The columns of one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    /// The fiscal year.
    pub year: i32,
    /// Columns side by side, each of parts from the bottom up.
    pub columns: Vec<Vec<(Tone, Money)>>,
    /// What the upper end of the first column holds that is told above it.
    pub told: Option<Told>,
}

/// An amount at the upper end of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The amount.
    pub amount: Money,
    /// Its figure, and a shorter one for narrow columns.
    pub figures: [String; 2],
}

/// What the figures above columns are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Above<'a> {
    /// A bracket beside the column, where the amount is of several of its parts; else the one part.
    pub mark: Mark,
    /// The words of the legend.
    pub words: &'a str,
}

/// Lays out columns by year. Either every figure is drawn above its column or none, and the legend says which. Where columns
/// are narrower than figures, these stand by turns in two rows above all columns.
pub fn draw(
    years: &[Year],
    legend: &[(Mark, &str)],
    above: Option<Above>,
    width: Tenths,
) -> Drawing {
    let mut sheet = Drawing::new(width);
    let heights = years.iter().flat_map(|year| &year.columns);
    let heights = heights.map(|parts| parts.iter().map(|(_, amount)| *amount).sum::<Money>());
    let axis = Axis::holding(heights);
    let left = axis.label_width() + 80;
    let count = years.len().max(1) as i64;
    let slot = (width - left) / count;
    let figures = figures(years, slot);
    let words = above.map(|above| match figures {
        Some(_) => format!("{}: the figure above", above.words),
        None => above.words.to_string(),
    });
    let mut legend = legend.to_vec();
    legend.extend(above.zip(words.as_deref()).map(|(above, words)| (above.mark, words)));
    let rows = sheet.legend(0, &legend) + 220;
    let by_turns = figures.is_some_and(|figures| figures.by_turns);
    let top = if by_turns { rows + 2 * ROW } else { rows };
    let bottom = top + HEIGHT;
    axis.draw(&mut sheet, (left, width), (bottom, top));
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
        if let Some(told) = &year.told {
            if above.is_some_and(|above| above.mark == Mark::Stroke(Stroke::Bracket)) {
                let column = year.columns.first().map_or(Money::ZERO, |parts| {
                    parts.iter().map(|(_, amount)| *amount).sum::<Money>()
                });
                let ends = [column, column - told.amount].map(|at| axis.place(at, bottom, top));
                bracket(&mut sheet, start + each, (slot - room) / 2, ends);
            }
            if let Some(figures) = figures {
                let words = figure(&told.figures[figures.size]);
                let at = match by_turns {
                    true => {
                        let row = rows + ROW * (place as i64 % 2);
                        (middle.min(width - (words.width() + 1) / 2), row)
                    }
                    false => (middle, highest - 50),
                };
                sheet.words(Words { at, ..words }.anchored(Anchor::Middle));
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

/// A bracket at the right of a column, from one height to another, in the room that is there.
fn bracket(sheet: &mut Drawing, x: Tenths, room: Tenths, [upper, lower]: [Tenths; 2]) {
    let (near, far) = (x - room / 10, x + (room * 6 / 10).min(40));
    sheet.line(vec![(near, upper), (far, upper), (far, lower), (near, lower)], Stroke::Bracket);
}

/// A figure above a column.
fn figure(text: &str) -> Words {
    let words = Words::new((0, 0), text).bold().ink(Ink::Bad);
    Words { size: SMALL, ..words }
}

/// The figures that fit above columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Figures {
    /// The whole ones, or the shorter ones.
    size: usize,
    /// Whether they stand by turns in two rows.
    by_turns: bool,
}

/// Which of the figures fit above every column: the whole ones, the shorter ones, the shorter ones by turns in two rows,
/// or none.
fn figures(years: &[Year], slot: Tenths) -> Option<Figures> {
    let all = || years.iter().filter_map(|year| year.told.as_ref());
    let fit = |figures: &Figures| {
        // A figure of a row of every other column may be as wide that the last, pushed in from the edge, is free of its
        // neighbour.
        let room = if figures.by_turns { (5 * slot - 2 * GAP) / 3 } else { slot };
        all().all(|told| figure(&told.figures[figures.size]).width() <= room)
    };
    let ways = [(0, false), (1, false), (1, true)];
    let mut ways = ways.into_iter().map(|(size, by_turns)| Figures { size, by_turns });
    all().next().and_then(|_| ways.find(fit))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::picture::{NARROW, Shape, WIDE};

    fn year(year: i32, dollars: [i64; 2], told: i64) -> Year {
        let amount = |dollars: i64| Money::from_cents(dollars * 100);
        let [hoped, none] = dollars.map(amount);
        Year {
            year,
            columns: vec![vec![(Tone::Prospective, hoped), (Tone::Unpaid, none)]],
            told: Some(Told {
                amount: amount(told),
                figures: ["$812,505".to_string(), "$813K".to_string()],
            }),
        }
    }

    fn drawn(years: &[Year], width: Tenths) -> (Vec<String>, Vec<Vec<(Tenths, Tenths)>>) {
        let above = Above { mark: Mark::Stroke(Stroke::Bracket), words: "unpaid" };
        let sheet = draw(years, &[(Mark::Area(Tone::Unpaid), "none")], Some(above), width);
        let brackets = sheet.shapes.iter().filter_map(|shape| match shape {
            Shape::Line { points, stroke: Stroke::Bracket } => Some(points.clone()),
            _ => None,
        });
        (sheet.texts().map(|words| words.text.clone()).collect(), brackets.collect())
    }

    #[test]
    fn a_figure_above_is_of_what_its_bracket_holds() {
        let (_, brackets) =
            drawn(&[year(2026, [600, 400], 1_000), year(2027, [0, 1_000], 500)], WIDE);
        let height = |points: &[(Tenths, Tenths)]| points[3].1 - points[0].1;
        // The first one explains the mark, the others stand beside their columns.
        assert_eq!(brackets.len(), 3);
        assert_eq!(height(&brackets[1]), HEIGHT);
        assert_eq!(height(&brackets[2]), HEIGHT / 2);
    }

    #[test]
    fn the_legend_tells_of_figures_only_where_all_are_drawn() {
        let of = |count: i32, width: Tenths| {
            let years: Vec<Year> = (0..count).map(|at| year(2026 + at, [10, 10], 20)).collect();
            let (texts, _) = drawn(&years, width);
            let whole = texts.iter().filter(|text| *text == "$812,505").count();
            let short = texts.iter().filter(|text| *text == "$813K").count();
            (whole, short, texts.iter().any(|text| text == "unpaid: the figure above"))
        };
        assert_eq!(of(3, NARROW), (3, 0, true));
        assert_eq!(of(7, NARROW), (0, 7, true));
        assert_eq!(of(11, NARROW), (0, 11, true));
        assert_eq!(of(25, NARROW), (0, 0, false));
        assert_eq!(of(11, WIDE), (11, 0, true));
    }
}

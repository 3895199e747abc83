//! Pairs of bars: what each puts in, and below it what it gets.

use super::amounts::Axis;
use super::{Anchor, Drawing, LINE, Mark, SMALL, Stroke, Tenths, Tone, Words, letters};
use crate::money::Money;

/// Rows that are drawn.
pub const ROWS_MAX: usize = 12;

/// One row: whose it is, and the parts of its two bars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Whose bars they are.
    pub title: String,
    /// The upper and the lower bar, each of parts from the left, with its words.
    pub bars: [(Vec<(Tone, Money)>, String); 2],
}

/// Lays out a row a pair.
pub fn draw(pairs: &[Pair], legend: &[(Mark, &str)], width: Tenths) -> Drawing {
    let mut sheet = Drawing::new(width);
    let head = sheet.legend(0, legend);
    let pairs = &pairs[..pairs.len().min(ROWS_MAX)];
    let narrow = width < 5_000;
    let row = if narrow { 620 } else { 460 };
    let label = if narrow { 0 } else { 2_300 };
    let bars = || pairs.iter().flat_map(|pair| &pair.bars);
    let aside = bars().map(|(_, words)| letters::width(words, SMALL, false)).max().unwrap_or(0);
    let (left, right) = (label, width - aside - 80);
    let ends = bars().map(|(parts, _)| parts.iter().map(|(_, amount)| *amount).sum());
    let axis = Axis::holding(ends);
    let top = head + 40;
    let bottom = top + row * pairs.len() as i64;
    for (place, pair) in pairs.iter().enumerate() {
        let from = top + row * place as i64;
        let first = if narrow { from + 210 } else { from + 50 };
        let lines = match narrow {
            true => vec![letters::fitted(&pair.title, SMALL, false, width)],
            false => letters::wrapped(&pair.title, SMALL, false, label - 80, 2),
        };
        let down = if narrow || lines.len() > 1 { 150 } else { 230 };
        for (line, text) in lines.iter().enumerate() {
            let at = (0, from + down + (LINE - 10) * line as i64);
            sheet.words(Words { size: SMALL, ..Words::new(at, text) });
        }
        for (bar, (parts, words)) in pair.bars.iter().enumerate() {
            let high = first + 175 * bar as i64;
            let (mut sum, mut end) = (Money::ZERO, left);
            for (tone, amount) in parts {
                sum += *amount;
                let to = axis.place(sum, left, right);
                sheet.fill((end, high), (to - end, 150), *tone);
                end = to;
            }
            let at = (end + 50, high + 115);
            sheet.words_at_first(&Words::new(at, words).small(), &[(at, Anchor::Start)]);
        }
    }
    sheet.line(vec![(left, top), (left, bottom)], Stroke::Axis);
    sheet.height = bottom + 20;
    sheet
}

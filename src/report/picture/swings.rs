//! A tornado: what the ends of each input's range do, the widest first.

use super::amounts::Axis;
use super::{Anchor, Drawing, LINE, Mark, SMALL, Stroke, Tenths, Tone, Words, letters};
use crate::money::Money;

/// Rows that are drawn.
pub const ROWS_MAX: usize = 12;

/// One input: what it is, and what its low and its high end change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swing {
    /// The input.
    pub title: String,
    /// What the low and the high end change, each with its words.
    pub ends: [(Money, String); 2],
}

/// Lays out a row an input.
pub fn draw(swings: &[Swing], legend: [&str; 2], width: Tenths) -> Drawing {
    let mut sheet = Drawing::new(width);
    let legend = [(Mark::Area(Tone::Secured), legend[0]), (Mark::Area(Tone::Unpaid), legend[1])];
    let head = sheet.legend(0, &legend);
    let swings = &swings[..swings.len().min(ROWS_MAX)];
    let narrow = width < 5_000;
    let row = if narrow { 520 } else { 400 };
    let label = if narrow { 0 } else { 2_300 };
    let axis = Axis::holding(swings.iter().flat_map(|swing| swing.ends.iter().map(|end| end.0)));
    let ends = swings.iter().flat_map(|swing| &swing.ends);
    let aside = ends.map(|(_, words)| letters::width(words, SMALL, false)).max().unwrap_or(0) + 60;
    let (left, right) = (label + aside, width - aside);
    let top = head + 40;
    let bottom = top + row * swings.len() as i64;
    let zero = axis.place(Money::ZERO, left, right);
    if !narrow {
        sheet.line(vec![(zero, top), (zero, bottom)], Stroke::Axis);
    }
    for (place, swing) in swings.iter().enumerate() {
        let from = top + row * place as i64;
        let bar = if narrow { from + 220 } else { from + 110 };
        if narrow {
            // Beside bars alone: titles stand above them.
            sheet.line(vec![(zero, bar - 20), (zero, bar + 220)], Stroke::Axis);
            let text = letters::fitted(&swing.title, SMALL, false, width);
            sheet.words(Words { size: SMALL, ..Words::new((0, from + 150), text) });
        } else {
            let lines = letters::wrapped(&swing.title, SMALL, false, label - 60, 2);
            let down = if lines.len() == 1 { 240 } else { 165 };
            for (line, text) in lines.iter().enumerate() {
                let at = (0, from + down + (LINE - 10) * line as i64);
                sheet.words(Words { size: SMALL, ..Words::new(at, text) });
            }
        }
        // Where both ends lie on one side, the shorter bar stands below the longer one.
        let same_side = (swing.ends[0].0 < Money::ZERO) == (swing.ends[1].0 < Money::ZERO);
        let both = same_side && !swing.ends[0].0.is_zero() && !swing.ends[1].0.is_zero();
        for (end, (amount, words)) in swing.ends.iter().enumerate() {
            let at = axis.place(*amount, left, right);
            let tone = if end == 0 { Tone::Secured } else { Tone::Unpaid };
            let (tall, down) = if both { (95, 105 * end as i64) } else { (200, 0) };
            sheet.fill((zero.min(at), bar + down), ((at - zero).abs(), tall), tone);
            let baseline = if both { bar + down + 85 } else { bar + 140 };
            let beyond = if *amount < Money::ZERO {
                (at - 40, Anchor::End)
            } else {
                (at + 40, Anchor::Start)
            };
            let words = Words::new((beyond.0, baseline), words).small();
            let places = [((beyond.0, baseline), beyond.1)];
            if !amount.is_zero() {
                sheet.words_at_first(&words, &places);
            }
        }
    }
    sheet.height = bottom + 20;
    sheet
}

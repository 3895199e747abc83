//! Bars over months: when money begins and ends, and what a month of it is.

use super::{Anchor, Drawing, LINE, Mark, SMALL, Stroke, TEXT, Tenths, Tone, Words, letters};
use crate::month::{FiscalCalendar, Month};

/// How far below its title a bar stands on a narrow sheet.
const BAR_DOWN: Tenths = 180;

/// One row: money with the months in which it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// What people call it.
    pub title: String,
    /// What stands at its right, and below that.
    pub aside: [String; 2],
    /// Months from one place to another, as sure as this.
    pub parts: Vec<(usize, usize, Tone)>,
}

/// Lays out a row a span.
pub fn draw(
    first: Month,
    months: usize,
    fiscal: FiscalCalendar,
    seen: Option<(usize, String)>,
    spans: &[Span],
    width: Tenths,
) -> Drawing {
    let mut sheet = Drawing::new(width);
    let legend = [
        (Mark::Area(Tone::Secured), "secured"),
        (Mark::Area(Tone::Likely), "likely"),
        (Mark::Area(Tone::Prospective), "prospective"),
    ];
    let used = |mark: &Mark| {
        spans.iter().any(|span| span.parts.iter().any(|part| Mark::Area(part.2) == *mark))
    };
    let legend: Vec<(Mark, &str)> = legend.into_iter().filter(|(mark, _)| used(mark)).collect();
    let head = sheet.legend(0, &legend);
    let narrow = width < 5_000;
    let asides = spans.iter().flat_map(|span| &span.aside);
    let aside = asides.map(|text| letters::width(text, SMALL, true)).max();
    let aside = aside.unwrap_or(0).max(letters::width("a month", SMALL, false)) + 60;
    let labels = if narrow { 0 } else { 2_150 };
    let (left, right) = (labels, width - aside);
    let x = |place: usize| left + (right - left) * place as i64 / months.max(1) as i64;
    let top = head + 330;
    let row = if narrow { 450 } else { 370 };
    let bottom = top + row * spans.len() as i64;
    let year_room = letters::width("FY2026", SMALL, false) + 60;
    // On a narrow sheet titles stand above the bars: lines run beside bars alone.
    let upright = |sheet: &mut Drawing, at: Tenths, stroke: Stroke| {
        let rows = (0..spans.len() as i64).map(|place| top + row * place);
        let parts: Vec<(Tenths, Tenths)> = match narrow {
            true => rows.map(|from| (from + BAR_DOWN - 20, from + BAR_DOWN + 190)).collect(),
            false => vec![(top - 10, bottom)],
        };
        for (from, to) in parts {
            sheet.line(vec![(at, from), (at, to)], stroke);
        }
    };
    let mut free = i64::MIN;
    for place in 0..months {
        let Some(month) = first.plus(place as i32) else { continue };
        if fiscal.position(month) != 0 {
            continue;
        }
        upright(&mut sheet, x(place), Stroke::Grid);
        if x(place) >= free && x(place) + year_room <= right {
            let label = FiscalCalendar::label(fiscal.year_of(month));
            sheet.words(Words::new((x(place) + 10, top - 60), label).small());
            free = x(place) + year_room;
        }
    }
    let words = Words::new((width, top - 60), "a month").small().anchored(Anchor::End);
    sheet.words(words);
    for (place, span) in spans.iter().enumerate() {
        let from = top + row * place as i64;
        let bar = from + if narrow { BAR_DOWN } else { 100 };
        if narrow {
            let text = letters::fitted(&span.title, TEXT, false, width);
            sheet.words(Words::new((0, from + 130), text));
        } else {
            let lines = letters::wrapped(&span.title, TEXT, false, labels - 120, 2);
            let down = if lines.len() == 1 { 220 } else { 150 };
            for (line, text) in lines.iter().enumerate() {
                sheet.words(Words::new((0, from + down + LINE * line as i64), text));
            }
        }
        for (begin, end, tone) in &span.parts {
            let size = ((x(end + 1) - x(*begin)).max(15), 170);
            sheet.fill((x(*begin), bar), size, *tone);
        }
        let down = if span.aside[1].is_empty() { 130 } else { 65 };
        let words = Words::new((width, bar + down), &span.aside[0]).bold().anchored(Anchor::End);
        sheet.words(Words { size: SMALL, ..words });
        let words = Words::new((width, bar + 190), &span.aside[1]).small();
        sheet.words(words.anchored(Anchor::End));
    }
    sheet.line(vec![(left, bottom), (right, bottom)], Stroke::Axis);
    sheet.height = bottom + 40;
    if let Some((place, text)) = seen {
        let at = x(place);
        upright(&mut sheet, at, Stroke::Mark);
        let words = Words::new((at, 0), text).small();
        let up = top - 210;
        sheet.words_at_first(&words, &[((at, up), Anchor::Start), ((at, up), Anchor::End)]);
    }
    sheet
}

//! Lines by month: cash against zero and a floor, with the months that are told; and small ones side by side.

use super::amounts::Axis;
use super::{
    Anchor, Drawing, Ink, Mark, Point, SMALL, Shape, Stroke, Tenths, Tone, Words, letters,
};
use crate::money::Money;
use crate::month::Month;

/// The height of a chart.
const HEIGHT: Tenths = 2_100;
/// The height of a small chart.
const SMALL_HEIGHT: Tenths = 1_000;

/// Lines over the same months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Months {
    /// The first month.
    pub first: Month,
    /// Bands behind the lines, wide ones first, each with how it is filled, its words, and its lower and its upper amount a
    /// month.
    pub bands: Vec<(Tone, &'static str, [Vec<Money>; 2])>,
    /// The lines, each with how it is drawn, its words and an amount a month.
    pub lines: Vec<(Stroke, &'static str, Vec<Money>)>,
    /// What should not be fallen below, if that is above zero.
    pub floor: Option<Money>,
    /// The place of the month from which the plan is seen, with its words.
    pub seen: Option<(usize, String)>,
    /// Points of the first line that are told, with their words: the fullest first, fewer where those find no room.
    pub told: Vec<(usize, Vec<String>)>,
}

/// Where months and amounts stand.
struct Frame {
    axis: Axis,
    left: Tenths,
    right: Tenths,
    top: Tenths,
    bottom: Tenths,
    months: usize,
}

impl Frame {
    fn x(&self, place: usize) -> Tenths {
        let last = self.months.saturating_sub(1).max(1) as i64;
        self.left + (self.right - self.left) * place as i64 / last
    }

    fn y(&self, amount: Money) -> Tenths {
        self.axis.place(amount, self.bottom, self.top)
    }

    fn points(&self, amounts: &[Money]) -> Vec<Point> {
        amounts.iter().enumerate().map(|(at, amount)| (self.x(at), self.y(*amount))).collect()
    }

    /// The ground below zero from a month on, where the axis reaches there.
    fn ground(&self, sheet: &mut Drawing, from: usize) {
        let (zero, left) = (self.y(Money::ZERO), self.x(from));
        let size = (self.right - left, self.bottom - zero);
        sheet.fill((left, zero), size, Tone::Below);
    }
}

/// Lays out lines by month.
pub fn draw(months: &Months, width: Tenths) -> Drawing {
    let mut sheet = Drawing::new(width);
    let mut legend: Vec<(Mark, &str)> =
        months.lines.iter().map(|(stroke, words, _)| (Mark::Stroke(*stroke), *words)).collect();
    legend.extend(months.bands.iter().map(|(tone, words, _)| (Mark::Area(*tone), *words)));
    if months.floor.is_some() {
        legend.push((Mark::Stroke(Stroke::Limit), "floor that the plan sets"));
    }
    let past = months.seen.as_ref().filter(|(place, _)| *place > 0);
    let past = past.and_then(|(place, _)| months.first.plus(*place as i32));
    let past = past.map(|month| format!("before {}: worked out from the plan", month.words()));
    legend.extend(past.as_deref().map(|words| (Mark::Stroke(Stroke::Past), words)));
    // Above the chart stands when it is seen from, and above that what finds no other place.
    let rows = if months.seen.is_some() { 400 } else { 300 };
    let top = sheet.legend(0, &legend) + rows;
    let all = months.lines.iter().flat_map(|(_, _, amounts)| amounts.iter().copied());
    let all = all.chain(months.bands.iter().flat_map(|(.., ends)| ends.iter().flatten().copied()));
    let axis = Axis::holding(all.chain(months.floor));
    let count = months.lines.iter().map(|(_, _, amounts)| amounts.len()).max().unwrap_or(0);
    let left = axis.label_width() + 80;
    let bottom = top + HEIGHT;
    // The dot of the last month is whole.
    let frame = Frame { axis, left, right: width - 60, top, bottom, months: count };
    sheet.height = bottom + 200;
    let seen = months.seen.as_ref().map_or(0, |(place, _)| *place).min(count.saturating_sub(1));
    frame.ground(&mut sheet, seen);
    for (tone, _, ends) in &months.bands {
        let [lower, upper] = ends.each_ref().map(|amounts| frame.points(amounts));
        sheet.shapes.push(Shape::Band { upper, lower, tone: *tone });
    }
    axis.draw(&mut sheet, (left, frame.right), (bottom, top));
    month_labels(&mut sheet, &frame, months.first);
    if let Some((place, words)) = &months.seen {
        let x = frame.x(*place);
        let points = vec![(x, top - 40), (x, bottom)];
        sheet.keep_off(&points);
        sheet.line(points, Stroke::Mark);
        let words = Words::new((x, 0), words).small();
        let up = top - 80;
        let places = [((x + 30, up), Anchor::Start), ((x - 30, up), Anchor::End)];
        sheet.words_at_first(&words, &places);
    }
    if let Some(floor) = months.floor {
        let y = frame.y(floor);
        let points = vec![(left, y), (frame.right, y)];
        sheet.keep_off(&points);
        sheet.line(points, Stroke::Limit);
    }
    for amount in [axis.steps().next(), Some(Money::ZERO)].into_iter().flatten() {
        let y = frame.y(amount);
        sheet.keep_off(&[(left, y), (frame.right, y)]);
    }
    for (stroke, _, amounts) in months.lines.iter().rev() {
        let points = frame.points(amounts);
        sheet.keep_off(&points);
        // What lies before the month from which the plan is seen is pale.
        if seen > 0 {
            sheet.line(points.iter().take(seen + 1).copied().collect(), Stroke::Past);
        }
        sheet.line(points.into_iter().skip(seen).collect(), *stroke);
    }
    let Some((_, _, first)) = months.lines.first() else { return sheet };
    let dot =
        |place: usize| (frame.x(place), frame.y(first.get(place).copied().unwrap_or_default()));
    for (place, _) in &months.told {
        let (x, y) = dot(*place);
        sheet.shapes.push(Shape::Dot { at: (x, y), tone: Tone::Unpaid });
        sheet.keep_off(&[(x - 30, y), (x + 30, y)]);
    }
    for (place, wordings) in &months.told {
        let around = around(dot(*place));
        let words = |text: &String| {
            let words = Words::new((0, 0), text).bold().ink(Ink::Bad);
            Words { size: SMALL, ..words }
        };
        let clear = wordings.iter().any(|text| sheet.words_clear(&words(text), &around));
        if let (false, Some(first)) = (clear, wordings.first()) {
            sheet.words_at_first(&words(first), &around);
        }
    }
    sheet
}

/// Places for words around a dot: beside it or in line with it, the nearest first.
fn around((x, y): Point) -> Vec<(Point, Anchor)> {
    // Words of which this is the baseline stand as high as the dot.
    const LEVEL: Tenths = 35;
    let asides = [60, 110, 200, 400, 600];
    let mut steps: Vec<(Tenths, Tenths)> = Vec::new();
    for down in (-650..=750).step_by(50) {
        steps.extend(asides.into_iter().map(|aside| (aside, LEVEL + down)));
    }
    steps.sort_by_key(|(aside, down)| (aside + (down - LEVEL).abs(), *aside));
    let mut places = Vec::new();
    for (aside, down) in steps {
        places.push(((x + aside, y + down), Anchor::Start));
        places.push(((x - aside, y + down), Anchor::End));
        if aside == asides[0] {
            places.push(((x, y + down), Anchor::Middle));
        }
    }
    places
}

/// Labels the beginnings of calendar years below a chart, as many as fit.
fn month_labels(sheet: &mut Drawing, frame: &Frame, first: Month) {
    let to_january = ((13 - first.number()) % 12) as usize;
    let years = (to_january..frame.months).step_by(12);
    let mut starts: Vec<usize> = years.collect();
    if frame.months <= 18 {
        starts = (0..frame.months).step_by(3).collect();
    }
    let wide = letters::width("Jan 2026", SMALL, false);
    let room = wide + 120;
    let mut free = i64::MIN;
    for place in starts {
        let x = frame.x(place);
        sheet.line(vec![(x, frame.bottom), (x, frame.bottom + 40)], Stroke::Axis);
        let Some(month) = first.plus(place as i32) else { continue };
        if x < free {
            continue;
        }
        let words = Words::new((x, 0), month.words()).small();
        let y = frame.bottom + 160;
        // The last one may reach over the end of the axis, as far as the sheet does.
        let within = x.min(sheet.width - wide / 2 - 10);
        let places =
            [((within, y), Anchor::Middle), ((x, y), Anchor::Start), ((x, y), Anchor::End)];
        if sheet.words_at_first(&words, &places) {
            free = x + room;
        }
    }
}

/// A small chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panel {
    /// What it is of.
    pub heading: String,
    /// An amount a month.
    pub amounts: Vec<Money>,
    /// What is told of it below its heading, and in which ink.
    pub told: (String, Ink),
    /// The month that is marked.
    pub marked: Option<Month>,
}

/// Lines of a panel's heading, at most.
const HEADING_LINES: usize = 3;

/// Lays out one small chart a panel, all on one scale from the same month on.
pub fn panels(first: Month, panels: &[Panel], width: Tenths) -> Drawing {
    let mut sheet = Drawing::new(width);
    let axis = Axis::holding(panels.iter().flat_map(|panel| panel.amounts.iter().copied()));
    let in_row = ((width / 2_200).max(1) as usize).min(panels.len().max(1));
    let gap = 240;
    let label = axis.label_width() + 80;
    let wide = (width - label - gap * (in_row as i64 - 1)) / in_row as i64;
    let headings: Vec<Vec<String>> = panels
        .iter()
        .map(|panel| letters::wrapped(&panel.heading, SMALL, true, wide, HEADING_LINES))
        .collect();
    let lines = headings.iter().map(Vec::len).max().unwrap_or(1) as i64;
    let head = 130 * (lines + 1);
    let row_height = SMALL_HEIGHT + head + 330;
    for (place, (panel, lines)) in panels.iter().zip(headings).enumerate() {
        let amounts = &panel.amounts;
        let left = label + (wide + gap) * (place % in_row) as i64;
        let above = row_height * (place / in_row) as i64;
        let top = above + head + 70;
        let bottom = top + SMALL_HEIGHT;
        let frame = Frame { axis, left, right: left + wide, top, bottom, months: amounts.len() };
        let below = lines.len();
        for (line, text) in lines.into_iter().enumerate() {
            let words = Words::new((left, above + 130 + 130 * line as i64), text).bold();
            sheet.words(Words { size: SMALL, ..words });
        }
        let (text, ink) = &panel.told;
        let words = Words::new((left, above + 130 + 130 * below as i64), text).ink(*ink);
        sheet.words(Words { size: SMALL, ..words });
        frame.ground(&mut sheet, 0);
        match place % in_row {
            0 => axis.draw(&mut sheet, (left, frame.right), (bottom, top)),
            _ => {
                for amount in axis.steps() {
                    let y = frame.y(amount);
                    let stroke = if amount.is_zero() { Stroke::Axis } else { Stroke::Grid };
                    sheet.line(vec![(left, y), (frame.right, y)], stroke);
                }
            }
        }
        sheet.line(frame.points(amounts), Stroke::Main);
        let marked = panel.marked.and_then(|month| usize::try_from(month.since(first)).ok());
        if let Some((place, amount)) =
            marked.and_then(|at| amounts.get(at).map(|amount| (at, amount)))
        {
            let at = (frame.x(place), frame.y(*amount));
            sheet.shapes.push(Shape::Dot { at, tone: Tone::Unpaid });
        }
        let ends = [
            ((left, bottom + 140), Anchor::Start, Some(first)),
            ((frame.right, bottom + 140), Anchor::End, first.plus(amounts.len() as i32 - 1)),
        ];
        for (at, anchor, month) in ends {
            let words = Words::new(at, month.map_or(String::new(), Month::words)).small();
            sheet.words_at_first(&words, &[(at, anchor)]);
        }
    }
    let rows = panels.len().div_ceil(in_row) as i64;
    sheet.height = row_height * rows + 20;
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::picture::{NARROW, WIDE};

    /// Cash that falls in a straight line from July 2017 to April 2027, seen from July 2021.
    fn falling() -> Months {
        let amounts = (0..118).map(|place| Money::from_cents((40 - place) * 1_000_000)).collect();
        Months {
            first: Month::new(2017, 7).unwrap(),
            bands: Vec::new(),
            lines: vec![(Stroke::Main, "cash", amounts)],
            floor: None,
            seen: Some((48, "as of Jul 2021".to_string())),
            told: vec![
                (50, vec!["runs out Sep 2021".to_string()]),
                (117, vec!["lowest ($770,000), Apr 2027".to_string()]),
            ],
        }
    }

    fn line(sheet: &Drawing, stroke: Stroke) -> Vec<Point> {
        let mut lines = sheet.shapes.iter().filter_map(|shape| match shape {
            Shape::Line { points, stroke: of } if *of == stroke && points.len() > 2 => Some(points),
            _ => None,
        });
        lines.next_back().unwrap().clone()
    }

    #[test]
    fn labels_cross_no_line_and_dots_are_whole() {
        for width in [WIDE, NARROW] {
            let sheet = draw(&falling(), width);
            assert_eq!(sheet.struck(), Vec::<String>::new());
            assert_eq!(sheet.texts().filter(|words| words.ink == Ink::Bad).count(), 2);
            let dots = sheet.shapes.iter().filter_map(|shape| match shape {
                Shape::Dot { at, .. } => Some(at.0),
                _ => None,
            });
            assert!(dots.max().unwrap() + 45 <= width);
        }
    }

    #[test]
    fn what_lies_before_it_is_seen_is_pale_and_said_to_be_worked_out() {
        let sheet = draw(&falling(), WIDE);
        let (past, ahead) = (line(&sheet, Stroke::Past), line(&sheet, Stroke::Main));
        assert_eq!((past.len(), ahead.len()), (49, 70));
        assert_eq!(past.last(), ahead.first());
        let told = "before Jul 2021: worked out from the plan";
        assert!(sheet.texts().any(|words| words.text == told));
        let grounds = sheet.shapes.iter().filter_map(|shape| match shape {
            Shape::Box { at, tone: Tone::Below, .. } => Some(at.0),
            _ => None,
        });
        assert_eq!(grounds.collect::<Vec<_>>(), [ahead[0].0]);
        let all = draw(&Months { seen: None, ..falling() }, WIDE);
        assert!(
            !all.shapes
                .iter()
                .any(|shape| { matches!(shape, Shape::Line { stroke: Stroke::Past, .. }) })
        );
    }

    #[test]
    fn the_last_january_is_labelled() {
        let sheet = draw(&falling(), WIDE);
        assert!(sheet.texts().any(|words| words.text == "Jan 2027"));
    }
}

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
    /// Points of the first line that are told, with their words.
    pub told: Vec<(usize, String)>,
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

    /// The ground below zero, where the axis reaches there.
    fn ground(&self, sheet: &mut Drawing) {
        let zero = self.y(Money::ZERO);
        let size = (self.right - self.left, self.bottom - zero);
        sheet.fill((self.left, zero), size, Tone::Below);
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
    let top = sheet.legend(0, &legend) + 300;
    let all = months.lines.iter().flat_map(|(_, _, amounts)| amounts.iter().copied());
    let all = all.chain(months.bands.iter().flat_map(|(.., ends)| ends.iter().flatten().copied()));
    let axis = Axis::holding(all.chain(months.floor));
    let count = months.lines.iter().map(|(_, _, amounts)| amounts.len()).max().unwrap_or(0);
    let left = axis.label_width() + 80;
    let bottom = top + HEIGHT;
    let frame = Frame { axis, left, right: width - 20, top, bottom, months: count };
    sheet.height = bottom + 200;
    frame.ground(&mut sheet);
    for (tone, _, ends) in &months.bands {
        let [lower, upper] = ends.each_ref().map(|amounts| frame.points(amounts));
        sheet.shapes.push(Shape::Band { upper, lower, tone: *tone });
    }
    axis.draw(&mut sheet, (left, frame.right), (bottom, top));
    month_labels(&mut sheet, &frame, months.first);
    if let Some((place, words)) = &months.seen {
        let x = frame.x(*place);
        sheet.line(vec![(x, top - 40), (x, bottom)], Stroke::Mark);
        let words = Words::new((x, 0), words).small();
        let up = top - 80;
        let places = [((x + 30, up), Anchor::Start), ((x - 30, up), Anchor::End)];
        sheet.words_at_first(&words, &places);
    }
    if let Some(floor) = months.floor {
        let y = frame.y(floor);
        sheet.line(vec![(left, y), (frame.right, y)], Stroke::Limit);
    }
    for (stroke, _, amounts) in months.lines.iter().rev() {
        let points = frame.points(amounts);
        sheet.keep_off(&points);
        sheet.line(points, *stroke);
    }
    let Some((_, _, first)) = months.lines.first() else { return sheet };
    for (place, words) in &months.told {
        let amount = first.get(*place).copied().unwrap_or_default();
        let (x, y) = (frame.x(*place), frame.y(amount));
        sheet.shapes.push(Shape::Dot { at: (x, y), tone: Tone::Unpaid });
        let words = Words::new((x, y), words).bold().ink(Ink::Bad);
        let words = Words { size: SMALL, ..words };
        let mut places = Vec::new();
        for (up, aside) in [(-90, 60), (190, 60), (-260, 60), (360, 60), (40, 110), (530, 60)] {
            places.push(((x + aside, y + up), Anchor::Start));
            places.push(((x - aside, y + up), Anchor::End));
            places.push(((x, y + up), Anchor::Middle));
        }
        sheet.words_at_first(&words, &places);
    }
    sheet
}

/// Labels the beginnings of calendar years below a chart, as many as fit.
fn month_labels(sheet: &mut Drawing, frame: &Frame, first: Month) {
    let to_january = ((13 - first.number()) % 12) as usize;
    let years = (to_january..frame.months).step_by(12);
    let mut starts: Vec<usize> = years.collect();
    if frame.months <= 18 {
        starts = (0..frame.months).step_by(3).collect();
    }
    let room = letters::width("Jan 2026", SMALL, false) + 120;
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
        let places = [((x, y), Anchor::Middle), ((x, y), Anchor::Start), ((x, y), Anchor::End)];
        if sheet.words_at_first(&words, &places) {
            free = x + room;
        }
    }
}

/// Lays out one small chart a panel, all on one scale. A panel has its heading and an amount a month.
pub fn panels(first: Month, panels: &[(String, Vec<Money>)], width: Tenths) -> Drawing {
    let mut sheet = Drawing::new(width);
    let axis = Axis::holding(panels.iter().flat_map(|(_, amounts)| amounts.iter().copied()));
    let in_row = ((width / 2_200).max(1) as usize).min(panels.len().max(1));
    let gap = 240;
    let label = axis.label_width() + 80;
    let wide = (width - label - gap * (in_row as i64 - 1)) / in_row as i64;
    let row_height = SMALL_HEIGHT + 520;
    for (place, (heading, amounts)) in panels.iter().enumerate() {
        let left = label + (wide + gap) * (place % in_row) as i64;
        let top = row_height * (place / in_row) as i64 + 330;
        let bottom = top + SMALL_HEIGHT;
        let frame = Frame { axis, left, right: left + wide, top, bottom, months: amounts.len() };
        let lines = letters::wrapped(heading, SMALL, true, wide, 2);
        for (line, text) in lines.iter().enumerate() {
            let words = Words::new((left, top - 200 + 130 * line as i64), text).bold();
            sheet.words(Words { size: SMALL, ..words });
        }
        frame.ground(&mut sheet);
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

//! Bands from those who pay to what they pay for, and from what nobody pays yet.

use super::{Anchor, Drawing, Ink, SMALL, Shape, Tenths, Tone, Words, letters, part};
use crate::money::Money;

/// Nodes on a side; smaller ones are counted in one.
const NODES_MAX: usize = 12;
/// Between the bands of two nodes, at least.
const APART: Tenths = 90;
/// The height of all bands together.
const HEIGHT: Tenths = 2_600;
/// How wide labels may be on a wide page. On a narrow one they take more lines.
const ROOM_WIDE: Tenths = 1_900;
/// How wide a node is.
const NODE: Tenths = 110;

/// Amounts that flow from nodes at the left to nodes at the right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// Those who pay; the last is what nobody pays yet, where `unpaid` says so.
    pub sources: Vec<String>,
    /// What is paid for.
    pub uses: Vec<String>,
    /// From a source to a use, how much.
    pub flows: Vec<(usize, usize, Money)>,
    /// Whether the last source is what nobody pays yet.
    pub unpaid: bool,
}

/// One side: nodes with their sums.
struct Side {
    /// The words and sum of each node, from the top.
    nodes: Vec<(String, Money)>,
    /// The node of each source or use.
    node_of: Vec<usize>,
}

impl Side {
    /// The largest nodes first, the smaller ones in one; what nobody pays yet at the end. What is told of is no small
    /// one, however small it is, as long as there is room.
    fn new(
        titles: &[String],
        sums: &[Money],
        last: Option<usize>,
        told: impl Fn(usize) -> bool,
    ) -> Side {
        let mut order: Vec<usize> = (0..titles.len()).filter(|at| Some(*at) != last).collect();
        order.retain(|at| sums[*at].is_positive());
        let shown = if order.len() > NODES_MAX { NODES_MAX - 1 } else { order.len() };
        order.sort_by_key(|at| (!told(*at), std::cmp::Reverse(sums[*at]), *at));
        order[..shown].sort_by_key(|at| (std::cmp::Reverse(sums[*at]), *at));
        let mut side = Side { nodes: Vec::new(), node_of: vec![0; titles.len()] };
        for at in &order[..shown] {
            side.node_of[*at] = side.nodes.len();
            side.nodes.push((titles[*at].clone(), sums[*at]));
        }
        if order.len() > shown {
            for at in &order[shown..] {
                side.node_of[*at] = side.nodes.len();
            }
            let sum = order[shown..].iter().map(|at| sums[*at]).sum();
            let unfunded = order[shown..].iter().any(|at| told(*at));
            let words = if unfunded { ", not all funded" } else { "" };
            side.nodes.push((format!("{} others{words}", order.len() - shown), sum));
        }
        if let Some(last) = last.filter(|last| sums[*last].is_positive()) {
            side.node_of[last] = side.nodes.len();
            side.nodes.push((titles[last].clone(), sums[last]));
        }
        side
    }

    /// Where each node begins, its height, and its label, from the top down, so far apart that they reach down to
    /// `least` where they would not by themselves; how far they reach.
    fn stacked(
        &self,
        (top, least): (Tenths, Tenths),
        total: Money,
        room: Tenths,
        write: fn(Money) -> String,
    ) -> (Vec<Slot>, Tenths) {
        let mut slots: Vec<Slot> = Vec::new();
        let mut at = top;
        for (title, sum) in &self.nodes {
            let tall = part(*sum, total, HEIGHT).max(10);
            let most = if room < ROOM_WIDE { 4 } else { 2 };
            let mut lines = letters::wrapped(title, SMALL, false, room, most);
            let amount = write(*sum);
            // The amount stands behind a short title, else below it.
            let beside = format!("{title} {amount}");
            if letters::width(&beside, SMALL, true) <= room {
                lines = vec![beside];
            } else {
                lines.push(amount);
            }
            let label = 130 * lines.len() as i64;
            let slot = tall.max(label);
            slots.push(Slot { top: at + (slot - tall) / 2, tall, middle: at + slot / 2, lines });
            at += slot + APART;
        }
        let end = at - APART;
        let more = (least - end).max(0);
        let gaps = slots.len().saturating_sub(1) as i64;
        for (place, slot) in slots.iter_mut().enumerate() {
            // One node alone stands in the middle.
            let down = if gaps == 0 { more / 2 } else { more * place as i64 / gaps };
            slot.top += down;
            slot.middle += down;
        }
        (slots, end.max(least))
    }
}

/// Where a node stands.
struct Slot {
    top: Tenths,
    tall: Tenths,
    middle: Tenths,
    lines: Vec<String>,
}

/// Lays out the bands. `write` writes an amount in short.
pub fn draw(flows: &Flows, write: fn(Money) -> String, width: Tenths) -> Drawing {
    let sum_of = |count: usize, of: &dyn Fn(&(usize, usize, Money)) -> usize| -> Vec<Money> {
        let mut sums = vec![Money::ZERO; count];
        flows.flows.iter().for_each(|flow| sums[of(flow)] += flow.2);
        sums
    };
    let unpaid = flows.unpaid.then(|| flows.sources.len() - 1);
    let short = |of: usize| {
        flows
            .flows
            .iter()
            .any(|flow| Some(flow.0) == unpaid && flow.1 == of && flow.2.is_positive())
    };
    let sums = sum_of(flows.sources.len(), &|flow| flow.0);
    let sources = Side::new(&flows.sources, &sums, unpaid, |_| false);
    let uses = Side::new(&flows.uses, &sum_of(flows.uses.len(), &|flow| flow.1), None, short);
    let total: Money = flows.flows.iter().map(|flow| flow.2).sum();
    let mut sheet = Drawing::new(width);
    let room = if width < 5_000 { 1_000 } else { ROOM_WIDE };
    let (left, right) = (room + 60, width - room - 60);
    let top = 40;
    // Both sides reach as far down, so that bands lie as level as they may.
    let (_, ends) = sources.stacked((top, 0), total, room, write);
    let (to, ends) = uses.stacked((top, ends), total, room, write);
    let (from, ends) = sources.stacked((top, ends), total, room, write);
    sheet.height = ends + 60;
    let mut bands: Vec<(usize, usize, Money)> = Vec::new();
    for (source, of, amount) in &flows.flows {
        let ends = (sources.node_of[*source], uses.node_of[*of]);
        match bands.iter_mut().find(|band| (band.0, band.1) == ends) {
            Some(band) => band.2 += *amount,
            None => bands.push((ends.0, ends.1, *amount)),
        }
    }
    bands.sort();
    let mut spent_left: Vec<Money> = vec![Money::ZERO; from.len()];
    let mut spent_right: Vec<Money> = vec![Money::ZERO; to.len()];
    let last = unpaid.map(|_| from.len().saturating_sub(1)).filter(|_| flows_unpaid(flows));
    let mut ribbons = Vec::new();
    for (source, of, amount) in bands {
        let begin = |slot: &Slot, spent: Money| slot.top + part(spent, total, HEIGHT);
        let tone =
            if Some(source) == last { Tone::Unpaid } else { Tone::Source((source % 6) as u8) };
        ribbons.push(Shape::Ribbon {
            from: (left + NODE, begin(&from[source], spent_left[source])),
            to: (right - NODE, begin(&to[of], spent_right[of])),
            thick: part(amount, total, HEIGHT).max(6),
            tone,
        });
        spent_left[source] += amount;
        spent_right[of] += amount;
    }
    // What nobody pays lies beneath what somebody does.
    ribbons.sort_by_key(|ribbon| !matches!(ribbon, Shape::Ribbon { tone: Tone::Unpaid, .. }));
    sheet.shapes.extend(ribbons);
    for (place, slot) in from.iter().enumerate() {
        let tone = if Some(place) == last { Tone::Unpaid } else { Tone::Node };
        sheet.fill((left, slot.top), (NODE, slot.tall), tone);
        let ink = if Some(place) == last { Ink::Bad } else { Ink::Plain };
        label(&mut sheet, slot, (left - 50, Anchor::End), ink);
    }
    for slot in &to {
        sheet.fill((right - NODE, slot.top), (NODE, slot.tall), Tone::Node);
        label(&mut sheet, slot, (right + 50, Anchor::Start), Ink::Plain);
    }
    sheet
}

fn flows_unpaid(flows: &Flows) -> bool {
    flows.flows.iter().any(|flow| flow.0 + 1 == flows.sources.len() && flow.2.is_positive())
}

/// The label of a node: its words, and its amount at the end in bold.
fn label(sheet: &mut Drawing, slot: &Slot, (x, anchor): (Tenths, Anchor), ink: Ink) {
    let first = slot.middle - 65 * slot.lines.len() as i64 + 95;
    for (line, text) in slot.lines.iter().enumerate() {
        let words = Words::new((x, first + 130 * line as i64), text).anchored(anchor).ink(ink);
        let words = Words { size: SMALL, ..words };
        let amount = line + 1 == slot.lines.len() && slot.lines.len() > 1;
        sheet.words(if amount { words.bold() } else { words });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::picture::WIDE;

    fn dollars(dollars: i64) -> Money {
        Money::from_cents(dollars * 100)
    }

    /// Two sources pay for twenty uses, the first the most; nobody pays for the smallest.
    fn flows() -> Flows {
        let mut flows: Vec<(usize, usize, Money)> =
            (0..20).map(|of| (of % 2, of, dollars(1_000 - 10 * of as i64))).collect();
        flows.push((2, 19, dollars(5)));
        Flows {
            sources: vec!["One".into(), "Two".into(), "Not yet funded".into()],
            uses: (0..20).map(|of| format!("Use {of}")).collect(),
            flows,
            unpaid: true,
        }
    }

    #[test]
    fn what_lacks_money_is_never_among_the_others() {
        let sheet = draw(&flows(), |amount| amount.to_string(), WIDE);
        let text: Vec<&str> = sheet.texts().map(|words| words.text.as_str()).collect();
        let told = |start: &str| text.iter().any(|text| text.starts_with(start));
        assert!(told("Use 0 ") && told("Use 19 "), "{text:?}");
        assert!(told("9 others ") && !told("Use 18 "), "{text:?}");
    }

    #[test]
    fn both_sides_reach_as_far_and_what_is_unpaid_lies_beneath() {
        let sheet = draw(&flows(), |amount| amount.to_string(), WIDE);
        let low = |tones: [Tone; 2], right: bool| {
            let boxes = sheet.shapes.iter().filter_map(|shape| match shape {
                Shape::Box { at, size, tone }
                    if tones.contains(tone) && (at.0 > WIDE / 2) == right =>
                {
                    Some(at.1 + size.1)
                }
                _ => None,
            });
            boxes.max().unwrap_or(0)
        };
        let [left, right] = [false, true].map(|right| low([Tone::Node, Tone::Unpaid], right));
        // A label is higher than a thin node by less than its own lines.
        assert!((left - right).abs() < 260, "{left} and {right}");
        let ribbons = sheet.shapes.iter().filter_map(|shape| match shape {
            Shape::Ribbon { tone, .. } => Some(*tone),
            _ => None,
        });
        assert_eq!(ribbons.collect::<Vec<_>>()[0], Tone::Unpaid);
    }
}

//! How long money lasts: the months until core cost goes unpaid, and whether dependable money alone goes on.

use super::{Books, Runway, Sustainability, by_priority, core_gap};
use crate::ledger::{DrawBook, Ledger, LineBook, StreamBook};
use crate::money::Money;
use crate::month::Month;
use crate::plan::cost::{Layer, Priority};

/// The least span over which dependable money must cover the backbone to count.
pub const SUSTAINED_MONTHS: usize = 36;

/// The runway, and the small standing gaps before its end.
pub(super) fn runway(books: &Books) -> (Runway, Vec<(Month, Money)>) {
    let ledger = &books.ledger;
    let as_of = books.cash.as_of;
    let months = ledger.months();
    let gaps: Vec<Money> = (0..months).map(|place| core_gap(ledger, place)).collect();
    let cost = |place: usize| by_priority(ledger, |line| line.need[place])[0];
    let costs: Vec<Money> = (0..months).map(cost).collect();
    let ends = (as_of..months).find(|place| {
        let next = *place..(*place + 3).min(months);
        let (gap, cost): (Money, Money) =
            (gaps[next.clone()].iter().sum(), costs[next].iter().sum());
        i128::from(gap.cents()) * 20 > i128::from(cost.cents())
    });
    let cash_ends =
        (as_of..months).find(|place| books.cash.unrestricted[*place] < books.cash.floor);
    let standing = (as_of..ends.unwrap_or(months)).filter(|place| gaps[*place].is_positive());
    let standing = standing.map(|place| (ledger.horizon.month(place), gaps[place])).collect();
    let since = |place: usize| (place - as_of) as u32;
    (Runway { core_months: ends.map(since), cash_months: cash_ends.map(since) }, standing)
}

/// The lines that dependable money has to cover for a partnership to stand on it: backbone and core cost.
pub fn has_to_stand(ledger: &Ledger) -> impl Iterator<Item = &LineBook> {
    let counts =
        |line: &&LineBook| line.layer == Layer::Backbone || line.priority == Priority::Core;
    ledger.lines.iter().filter(counts)
}

/// The first month from which a braid of dependable money covers all backbone and core cost to the
/// horizon's end, or to the end of a contract, for 36 months at least.
pub(super) fn sustainability(ledger: &Ledger) -> Option<Sustainability> {
    let covered = |place: usize| has_to_stand(ledger).all(|line| line.gap[place].is_zero());
    let costs = has_to_stand(ledger).any(|line| line.need.iter().any(|need| need.is_positive()));
    let months = ledger.months();
    let mut first = 0;
    while costs && first < months {
        let Some(end) = (first..months).find(|place| !covered(*place)) else {
            return sustained(ledger, first, months - 1);
        };
        if end > first && end - first >= SUSTAINED_MONTHS {
            let last = ledger.horizon.month(end - 1);
            let within = |draw: &DrawBook| (first..end).contains(&draw.place);
            let rests =
                |index: usize| ledger.draws.iter().any(|draw| draw.stream == index && within(draw));
            let ends =
                |(index, stream): (usize, &StreamBook)| stream.until == Some(last) && rests(index);
            if ledger.streams.iter().enumerate().any(ends) {
                return sustained(ledger, first, end - 1);
            }
        }
        first = end + 1;
    }
    None
}

fn sustained(ledger: &Ledger, first: usize, last: usize) -> Option<Sustainability> {
    if last + 1 - first < SUSTAINED_MONTHS {
        return None;
    }
    let within = |draw: &&DrawBook| (first..=last).contains(&draw.place);
    let mut rests_on: Vec<String> = ledger
        .draws
        .iter()
        .filter(within)
        .map(|draw| ledger.streams[draw.stream].name.clone())
        .collect();
    rests_on.sort_unstable();
    rests_on.dedup();
    let (month, until) = (ledger.horizon.month(first), ledger.horizon.month(last));
    Some(Sustainability { month, until, rests_on })
}

//! Cliffs: where the authority to spend falls from one year to the next.

use super::{Cliff, by_priority};
use crate::ledger::{Ledger, TrancheBook};
use crate::money::Money;

/// Months on each side of a cliff.
const CLIFF_SPAN: usize = 12;
/// Months within which only the deepest fall is told.
const CLIFF_NEIGHBOURS: usize = 6;

/// Falls of authority: twelve months before less twelve after, where they are deepest.
pub(super) fn told(ledger: &Ledger) -> Vec<Cliff> {
    let months = ledger.months();
    if months < 2 * CLIFF_SPAN {
        return Vec::new();
    }
    let spread = spread_authority(ledger);
    let fall = |stream: usize, place: usize| -> i64 {
        let sum = |places: std::ops::Range<usize>| spread[stream][places].iter().sum::<i64>();
        sum(place - CLIFF_SPAN..place) - sum(place..place + CLIFF_SPAN)
    };
    let recurring: Vec<usize> = streams_where(ledger, false);
    let places = CLIFF_SPAN..=months - CLIFF_SPAN;
    let falls: Vec<i64> = places
        .clone()
        .map(|place| recurring.iter().map(|stream| fall(*stream, place)).sum())
        .collect();
    let mut cliffs = Vec::new();
    for place in places {
        let at = place - CLIFF_SPAN;
        let (from, to) =
            (at.saturating_sub(CLIFF_NEIGHBOURS), (at + CLIFF_NEIGHBOURS).min(falls.len() - 1));
        let deepest = falls[from..at].iter().all(|other| *other < falls[at])
            && falls[at..=to].iter().all(|other| *other <= falls[at]);
        let year: i64 = (place - CLIFF_SPAN..place)
            .map(|month| by_priority(ledger, |line| line.need[month])[0].cents())
            .sum();
        if deepest && i128::from(falls[at]) * 5 > i128::from(year) && falls[at] > 0 {
            cliffs.push(cliff(ledger, &spread, &recurring, place, &fall));
        }
    }
    cliffs
}

fn streams_where(ledger: &Ledger, one_time: bool) -> Vec<usize> {
    let counts = |stream: &&usize| {
        let book = &ledger.streams[**stream];
        book.kind.is_some() && book.one_time == one_time
    };
    (0..ledger.streams.len()).collect::<Vec<_>>().iter().filter(counts).copied().collect()
}

fn cliff(
    ledger: &Ledger,
    spread: &[Vec<i64>],
    recurring: &[usize],
    place: usize,
    fall: &impl Fn(usize, usize) -> i64,
) -> Cliff {
    let total = |places: std::ops::Range<usize>| {
        let of = |stream: &usize| spread[*stream][places.clone()].iter().sum::<i64>();
        Money::from_cents(recurring.iter().map(of).sum())
    };
    let named = |stream: &usize| {
        let amount = Money::from_cents(fall(*stream, place));
        amount.is_positive().then(|| (ledger.streams[*stream].name.clone(), amount))
    };
    let mut streams: Vec<(String, Money)> = recurring.iter().filter_map(named).collect();
    streams.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let one_time = streams_where(ledger, true).iter().map(|stream| fall(*stream, place)).sum();
    Cliff {
        month: ledger.horizon.month(place),
        before: total(place - CLIFF_SPAN..place),
        after: total(place..place + CLIFF_SPAN),
        one_time: Money::from_cents(one_time),
        streams,
    }
}

/// What each stream of the ledger may spend in a month, by month: its authority spread as cliffs count it.
pub fn authority_by_month(ledger: &Ledger) -> Vec<Vec<Money>> {
    let spread = spread_authority(ledger).into_iter();
    spread.map(|months| months.into_iter().map(Money::from_cents).collect()).collect()
}

/// Each stream's authority by month, spread evenly from each tranche's first month until the stream's
/// next one begins, or to its own last month. Money that never lapses and has no successor is spread
/// over as many months as the tranche before it, or twelve.
fn spread_authority(ledger: &Ledger) -> Vec<Vec<i64>> {
    let mut spread = vec![vec![0_i64; ledger.months()]; ledger.streams.len()];
    for (index, tranche) in ledger.tranches.iter().enumerate() {
        let of_stream = |other: &&TrancheBook| other.stream == tranche.stream;
        let next = ledger.tranches[index + 1..]
            .iter()
            .take_while(of_stream)
            .find(|other| other.available > tranche.available);
        let before = ledger.tranches[..index]
            .iter()
            .rev()
            .take_while(of_stream)
            .find(|other| other.available < tranche.available);
        let pace = before.map_or(12, |before| tranche.available.since(before.available));
        // What a running award holds is what it has left: it is spread over the months that are left.
        let first = tranche.available.max(ledger.horizon.start);
        let mut length = match tranche.last {
            Some(last) => last.since(first) + 1,
            None => next.map_or(pace, |_| i32::MAX),
        };
        if let Some(next) = next {
            length = length.min(next.available.since(first));
        }
        let parts = length.max(1) as u32;
        for part in 0..parts {
            let month = first.plus(part as i32);
            if let Some(place) = month.and_then(|month| ledger.horizon.place(month)) {
                let amount =
                    tranche.amount.share(part + 1, parts) - tranche.amount.share(part, parts);
                spread[tranche.stream][place] += amount.cents();
            }
        }
    }
    spread
}

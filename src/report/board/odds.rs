//! What may come: many futures of the plan, how often core costs go unpaid in them, and where cash lies.

use super::{Piece, Redaction, Section, cash, folded, shown};
use crate::decide::chance::{Futures, Kept};
use crate::explain::text::capital;
use crate::folder::Chance;
use crate::forecast::Forecast;
use crate::money::Money;
use crate::report::ColumnKind::{Money as M, Month as Mo, Text as T};
use crate::report::picture::months::{Months, draw};
use crate::report::picture::{Picture, Stroke, Tone};
use crate::report::words::grouped;
use crate::report::{Cell, Mark, Table, chance};

/// Months of a quarter.
const QUARTER: usize = 3;

/// The odds, with the fan of cash.
pub(super) fn section(
    futures: &Futures,
    forecast: &Forecast,
    redaction: Option<&Redaction>,
) -> Section {
    let heading = heading(futures);
    let mut found = vec![Piece::Sentence(
        Mark::None,
        format!(
            "{} futures were drawn, with seed {}. {}",
            grouped(futures.tally.futures),
            futures.seed,
            chance::WHAT
        ),
    )];
    // What holds in every future is said by the heading.
    let (times, all) =
        (futures.tally.core_gap.by_month[futures.calendar.months - 1], futures.tally.futures);
    let said = usize::from(times == 0 || times == all);
    let told = chance::findings(futures).into_iter().skip(said);
    found.extend(told.map(|(mark, text)| Piece::Sentence(mark, text)));
    found.extend(fan(futures, forecast));
    found.push(shown(chance::gaps(futures), "What stays unpaid, in dollars", Vec::new()));
    found.push(quarters(futures));
    found.push(drawn(futures, redaction));
    let chances = &futures.chances;
    let moved = |place: &usize| !is_hidden(&chances.chances[*place], redaction);
    let shocks = chances.shocks.iter().zip(chance::shocks(futures));
    let told = shocks.filter(|(shock, _)| shock.of.iter().chain(&shock.against).all(moved));
    found.extend(told.map(|(_, text)| Piece::Sentence(Mark::None, text)));
    let unsure = chance::unsure(futures).into_iter();
    found.extend(unsure.map(|text| Piece::Sentence(Mark::Watch, text)));
    Section { name: "odds", heading, pieces: found }
}

/// In how many futures core costs go unpaid, and by when in half of them.
fn heading(futures: &Futures) -> String {
    let (tally, last) = (&futures.tally, futures.calendar.months - 1);
    let times = tally.core_gap.by_month[last];
    if times == 0 {
        let end = futures.month(last).words();
        return format!("Core costs are paid through {end} in every future that was drawn");
    }
    // What comes in every future has come in all of them by some month, mostly long before the plan's end.
    let all = tally.core_gap.by_month.iter().position(|count| *count == tally.futures);
    let end = futures.month(all.unwrap_or(last));
    let [half, most] = [5, 9].map(|tenths| futures.month_of(&tally.core_gap.by_month, tenths));
    // What holds in more futures by the same month says it all.
    let half = match half {
        Some(month) if month == end => String::new(),
        Some(month) if most == half => format!(", in 9 of 10 by {}", month.words()),
        Some(month) => format!(", in half by {}", month.words()),
        None => String::new(),
    };
    capital(&format!(
        "in {} core costs go unpaid by {}{half}",
        chance::odds(times, tally.futures),
        end.words()
    ))
}

/// Cash over the futures: where half of them lie below, and where most of them lie.
fn fan(futures: &Futures, forecast: &Forecast) -> Option<Piece> {
    let (calendar, horizon) = (&futures.calendar, futures.plan.horizon);
    let month = |place| futures.tally.spread(calendar, Kept::Cash(place));
    let spread: Vec<[Money; 5]> = (0..calendar.months).map(month).collect::<Option<_>>()?;
    let at = |level: usize| spread.iter().map(|levels| levels[level]).collect::<Vec<Money>>();
    let floor = Some(forecast.books.cash.floor).filter(|floor| floor.is_positive());
    let mut told = Vec::new();
    let out = futures.month_of(&futures.tally.out_of_cash.by_month, 5);
    // What is not stated does not run out.
    if let Some(out) = out.filter(|_| futures.plan.opening.cash_stated) {
        let text = format!("run out in half by {}", out.words());
        told.extend(horizon.place(out).map(|place| (place, vec![text])));
    }
    let months = Months {
        first: horizon.start,
        bands: vec![
            (Tone::Most, "8 of 10 futures", [at(0), at(4)]),
            (Tone::Half, "6 of 10 futures", [at(1), at(3)]),
        ],
        lines: vec![
            (Stroke::Main, "half lie below", at(2)),
            (Stroke::Second, "the plan as it stands", futures.planned.cash.clone()),
        ],
        floor,
        seen: (calendar.as_of > 0)
            .then(|| (calendar.as_of, format!("as of {}", horizon.as_of.words()))),
        told,
    };
    let finding = match chance::cash_words(futures).into_iter().next() {
        Some((_, text)) => text,
        None => String::new(),
    };
    let title = format!(
        "Unrestricted cash at each month's end over all futures, every cost paid{}",
        cash::counted(&futures.plan)
    );
    Some(Piece::Picture(Picture::new("odds", title, finding, move |width| draw(&months, width))))
}

/// Cash over the futures at the end of each quarter of the fiscal year, and of the last month.
fn quarters(futures: &Futures) -> Piece {
    let out = capital(chance::out_by_then(futures));
    let columns = [
        ("Month's end", Mo),
        ("1 of 10 up to", M),
        ("2 of 10 up to", M),
        ("5 of 10 up to", M),
        ("8 of 10 up to", M),
        ("9 of 10 up to", M),
        (out.as_str(), T),
        ("Core unpaid by then", T),
    ];
    let mut table = Table::new("odds", &columns);
    let (tally, calendar, fiscal) = (&futures.tally, &futures.calendar, futures.plan.fiscal);
    for place in calendar.as_of..calendar.months {
        let position = fiscal.position(futures.month(place)) as usize;
        if !(position + 1).is_multiple_of(QUARTER) && place + 1 < calendar.months {
            continue;
        }
        let Some(spread) = tally.spread(calendar, Kept::Cash(place)) else { continue };
        let mut row = vec![Cell::Month(futures.month(place))];
        row.extend(spread.map(Cell::Money));
        for counted in [&tally.out_of_cash, &tally.core_gap] {
            row.push(Cell::text(chance::in_short(counted.by_month[place], tally.futures)));
        }
        table.push(row);
    }
    folded(table, "Cash over the futures at the end of each quarter, in dollars", Vec::new())
}

/// What was drawn, and what came of it; nothing of what is not to be told.
fn drawn(futures: &Futures, redaction: Option<&Redaction>) -> Piece {
    let columns = [("What may come", T), ("Stated", T), ("Drawn", T), ("Source", T)];
    let mut table = Table::new("drawn", &columns);
    for (chance, told) in futures.chances.chances.iter().zip(chance::stated(futures)) {
        if is_hidden(chance, redaction) {
            continue;
        }
        let [stated, came] = told;
        let source = Cell::of(chance.source.as_ref(), Cell::text);
        table.push(vec![Cell::text(&chance.title), Cell::text(stated), Cell::text(came), source]);
    }
    folded(table, "What was drawn, and what came of it", Vec::new())
}

/// Whether a chance moves what is not to be told.
fn is_hidden(chance: &Chance, redaction: Option<&Redaction>) -> bool {
    let hides = |(kind, id): (String, String)| {
        redaction.is_some_and(|redaction| {
            redaction.moves_pay(&format!("{kind}.{id}")) || kind == "cost" && redaction.is_new(&id)
        })
    };
    chance.touches().into_iter().any(hides)
}

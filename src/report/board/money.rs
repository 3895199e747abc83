//! When money ends, and what partners put in and get back.

use std::collections::BTreeMap;

use super::brief::{brief, number};
use super::{Piece, Section, folded, shown};
use crate::explain::called;
use crate::forecast::Forecast;
use crate::funding::{Kind, Status};
use crate::ledger::{Ledger, StreamBook};
use crate::measures::{PartnerRow, authority_by_month};
use crate::money::Money;
use crate::month::{Month, YEAR};
use crate::plan::Plan;
use crate::report::ColumnKind::{Money as M, Month as Mo, Text as T};
use crate::report::picture::pairs::{self, Pair};
use crate::report::picture::spans::{Span, draw};
use crate::report::picture::{Mark as Legend, Picture, Tone};
use crate::report::words::{count, dollars, list};
use crate::report::{Cell, Mark, Table, headlines};

/// Rows that are drawn; the rest is in the table.
const DRAWN_MAX: usize = 14;
/// What is said of a plan without a stream.
const NO_SOURCE: &str = "No source is named in the plan";
/// Functions told of what a partner pays for.
const TOLD_MAX: usize = 3;

/// The money of one stream in time.
struct Line {
    title: String,
    funder: String,
    status: Status,
    /// The last place with any, and the mean month of the year up to it; nothing where it has none in this view, or where
    /// it does not end with the plan.
    end: Option<(usize, Money)>,
    /// What is known of what comes after the plan's end.
    after: &'static str,
    parts: Vec<(usize, usize, Tone)>,
}

/// When money ends, in a sentence without its full stop.
pub(super) fn endings_words(plan: &Plan, forecast: &Forecast) -> String {
    ending_heading(plan, forecast, &lines(plan, forecast))
}

fn ending_heading(plan: &Plan, forecast: &Forecast, lines: &[Line]) -> String {
    let horizon = &plan.horizon;
    let as_of = forecast.books.cash.as_of;
    let ahead = |line: &&Line| line.end.is_some_and(|(place, _)| place >= as_of);
    let ending: Vec<&Line> = lines.iter().filter(ahead).collect();
    let month_of = |place: usize| horizon.month(place);
    let mut by_month: BTreeMap<usize, Money> = BTreeMap::new();
    for (place, amount) in ending.iter().filter_map(|line| line.end) {
        *by_month.entry(place).or_default() += amount;
    }
    let with_plan = |place: usize| {
        let last = place + 1 == horizon.months as usize;
        if last { ", with the plan" } else { "" }
    };
    let first = by_month.first_key_value().map(|(place, _)| *place);
    let last = by_month.last_key_value().map(|(place, _)| *place);
    // Money that ran at other times was never lost together: the month in which most ends is told.
    let most = by_month.iter().rev().max_by_key(|(_, amount)| **amount);
    match (ending.as_slice(), first.zip(last), most) {
        ([only], Some((place, _)), Some((_, lost))) => format!(
            "{} ends in {}{}: {} a month",
            only.title,
            month_of(place).words(),
            with_plan(place),
            brief(*lost)
        ),
        (several, Some((first, last)), Some((_, lost))) if first == last => format!(
            "{} sources worth {} a month end in {}{}",
            number(several.len()),
            brief(*lost),
            month_of(first).words(),
            with_plan(first)
        ),
        (several, Some((first, last)), Some((place, lost))) => format!(
            "{} sources end between {} and {}, the most in {}: {} a month",
            number(several.len()),
            month_of(first).words(),
            month_of(last).words(),
            month_of(*place).words(),
            brief(*lost)
        ),
        _ => format!(
            "No source ends between {} and {}",
            horizon.as_of.words(),
            horizon.end().words()
        ),
    }
}

/// When money ends, and what a month of it is.
pub(super) fn endings(plan: &Plan, forecast: &Forecast) -> Section {
    let lines = lines(plan, forecast);
    let horizon = &plan.horizon;
    let heading = ending_heading(plan, forecast, &lines);
    let mut pieces = Vec::new();
    for cliff in headlines::largest_cliffs(plan, forecast) {
        pieces.push(Piece::Sentence(Mark::Bad, headlines::cliff_words(forecast, cliff)));
    }
    pieces.push(Piece::Sentence(
        Mark::None,
        "A month of a source is the mean of its last twelve months. The plan holds no application dates: write them beside \
         the ends."
            .to_string(),
    ));
    if lines.is_empty() {
        return Section { name: "cliffs", heading: NO_SOURCE.to_string(), pieces: Vec::new() };
    }
    pieces.push(Piece::Picture(picture(plan, forecast, &lines, &heading)));
    pieces.push(table(&lines, horizon.start));
    Section { name: "cliffs", heading, pieces }
}

/// The streams with money in any view: those that end first, then those that go on; the past ones last.
fn lines(plan: &Plan, forecast: &Forecast) -> Vec<Line> {
    let ledger = &forecast.books.ledger;
    let months = ledger.months();
    let rung = |view: Status| -> &Ledger {
        let found = forecast.books.ladder.iter().find(|(of, _)| *of == view);
        found.map_or(ledger, |(_, ledger)| ledger)
    };
    let [secured, likely, all] = Status::ALL.map(|view| authority_by_month(rung(view)));
    let own = authority_by_month(ledger);
    let mut lines = Vec::new();
    for (at, stream) in
        ledger.streams.iter().enumerate().filter(|(_, stream)| stream.kind.is_some())
    {
        let tone = |place: usize| {
            let holds = |by: &[Vec<Money>]| by.get(at).is_some_and(|of| of[place].is_positive());
            [(&secured, Tone::Secured), (&likely, Tone::Likely), (&all, Tone::Prospective)]
                .into_iter()
                .find_map(|(by, tone)| holds(by).then_some(tone))
        };
        let mut parts: Vec<(usize, usize, Tone)> = Vec::new();
        for place in 0..months {
            let Some(tone) = tone(place) else { continue };
            match parts.last_mut() {
                Some(part) if part.2 == tone && part.1 + 1 == place => part.1 = place,
                _ => parts.push((place, place, tone)),
            }
        }
        if parts.is_empty() {
            continue;
        }
        let last = (0..months).rev().find(|place| own[at][*place].is_positive());
        let after = after(plan, forecast, stream);
        let end = last.filter(|place| place + 1 < months || after.is_empty()).map(|place| {
            let from = (place + 1).saturating_sub(YEAR);
            let held: Vec<Money> = own[at][from..=place]
                .iter()
                .copied()
                .filter(|amount| amount.is_positive())
                .collect();
            (place, held.iter().sum::<Money>().portion(1, held.len().max(1) as i128))
        });
        lines.push(Line {
            title: stream.title.clone(),
            funder: stream.funder.clone(),
            status: stream.status,
            end,
            after,
            parts,
        });
    }
    let as_of = forecast.books.cash.as_of;
    let rank = |line: &Line| match line.end {
        Some((place, _)) if place >= as_of => (0, place),
        None => (1, line.parts[0].0),
        Some((place, _)) => (2, months - place),
    };
    lines.sort_by(|one, other| {
        let amount = |line: &Line| std::cmp::Reverse(line.end.map(|(_, amount)| amount));
        (rank(one), amount(one), &one.title).cmp(&(rank(other), amount(other), &other.title))
    });
    lines
}

/// What is known of a stream after the plan's end: that it goes on by its terms, or that nothing says when it ends; empty
/// where it ends with the plan or before.
fn after(plan: &Plan, forecast: &Forecast, stream: &StreamBook) -> &'static str {
    let end = forecast.books.ledger.horizon.end();
    if matches!(stream.kind, Some(Kind::Reserve | Kind::Loan)) {
        return "until it is spent";
    }
    let evergreen = format!("stream.{}.evergreen", stream.name);
    match stream.until {
        Some(until) if until > end => "goes on",
        Some(_) => "",
        None if plan.inputs.stated.iter().any(|input| input.path == evergreen) => "goes on",
        None => "end not known",
    }
}

fn picture(plan: &Plan, forecast: &Forecast, lines: &[Line], finding: &str) -> Picture {
    let horizon = plan.horizon;
    let fiscal = plan.fiscal;
    let as_of = forecast.books.cash.as_of;
    let span = |line: &Line| Span {
        title: line.title.clone(),
        aside: match line.end {
            Some((place, amount)) => {
                let word = if place >= as_of { "to" } else { "ended" };
                [brief(amount), format!("{word} {}", horizon.month(place).words())]
            }
            None if line.parts.iter().all(|part| part.2 == Tone::Likely) => {
                ["only likely".to_string(), String::new()]
            }
            None if line.parts.iter().all(|part| part.2 != Tone::Secured) => {
                ["only hoped for".to_string(), String::new()]
            }
            None => [line.after.to_string(), String::new()],
        },
        parts: line.parts.clone(),
    };
    let mut spans: Vec<Span> = lines.iter().map(span).collect();
    let mut title = "When each source begins and ends, and what a month of it is".to_string();
    if spans.len() > DRAWN_MAX {
        title += &format!("; {} more are in the table", spans.len() - DRAWN_MAX);
        spans.truncate(DRAWN_MAX);
    }
    let seen = (as_of > 0).then(|| (as_of, format!("as of {}", horizon.as_of.words())));
    Picture::new("cliffs", title, finding, move |width| {
        let months = horizon.months as usize;
        draw(horizon.start, months, fiscal, seen.clone(), &spans, width)
    })
}

fn table(lines: &[Line], start: Month) -> Piece {
    let columns =
        [("Source", T), ("Funder", T), ("Status", T), ("Last month", Mo), ("A month of it", M)];
    let mut table = Table::new("endings", &columns);
    for line in lines {
        let month = line.end.and_then(|(place, _)| start.plus(place as i32));
        table.push(vec![
            Cell::text(&line.title),
            Cell::text(&line.funder),
            Cell::text(line.status.word()),
            Cell::of(month, Cell::Month),
            Cell::of(line.end, |(_, amount)| Cell::Money(amount)),
        ]);
    }
    folded(table, "Every source, with the last month in which its money may be spent", Vec::new())
}

/// What each partner puts in and bears beside the savings that stay with it, where the plan models any.
fn bars(rows: &[&PartnerRow], finding: &str) -> Option<Piece> {
    let kept = |row: &PartnerRow| row.savings - row.captured;
    if rows.iter().all(|row| row.savings.is_zero()) {
        return None;
    }
    let told = |parts: &[(Tone, Money)]| {
        let sum: Money = parts.iter().map(|(_, amount)| *amount).sum();
        if sum.is_zero() { String::new() } else { brief(sum) }
    };
    let pair = |row: &&PartnerRow| {
        let puts =
            vec![(Tone::Secured, row.put_in), (Tone::Beside, row.lent), (Tone::Third, row.bears)];
        // A loss is borne: it stands in the table.
        let gets = vec![(Tone::Likely, kept(row).max(Money::ZERO))];
        let words = [told(&puts), told(&gets)];
        let [above, below] = words;
        Pair { title: row.name.clone(), bars: [(puts, above), (gets, below)] }
    };
    let pairs: Vec<Pair> = rows.iter().map(pair).collect();
    let mut title = "What each partner puts in, and the savings that stay with it".to_string();
    if pairs.len() > pairs::ROWS_MAX {
        title += &format!("; {} more are in the table", pairs.len() - pairs::ROWS_MAX);
    }
    let any = |of: fn(&PartnerRow) -> Money| rows.iter().any(|row| of(row).is_positive());
    let mut legend = vec![(Legend::Area(Tone::Secured), "puts in")];
    if any(|row| row.lent) {
        legend.push((Legend::Area(Tone::Beside), "lends"));
    }
    if any(|row| row.bears) {
        legend.push((Legend::Area(Tone::Third), "bears itself"));
    }
    legend.push((Legend::Area(Tone::Likely), "savings that stay with it"));
    Some(Piece::Picture(Picture::new("partners", title, finding, move |width| {
        pairs::draw(&pairs, &legend, width)
    })))
}

/// What each partner puts in and gets back.
pub(super) fn partners(forecast: &Forecast) -> Option<Section> {
    let mut rows: Vec<_> = forecast.measures.partners.iter().collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.put_in), &row.name));
    let largest = rows.first()?;
    let all: Money = rows.iter().map(|row| row.put_in).sum();
    let heading = match rows.len() {
        1 => format!("One partner puts in {}: {}", brief(all), largest.name),
        several => format!(
            "{} partners put in {}, the most {}: {}",
            number(several),
            brief(all),
            largest.name,
            brief(largest.put_in)
        ),
    };
    let mut table = Table::new("partners", &[("Partner", T), ("Puts in", M)]);
    let mut told = vec![];
    type Of = fn(&PartnerRow) -> Money;
    let amounts: [(&str, Of); 4] = [
        ("Lends", |row| row.lent),
        ("Bears itself", |row| row.bears),
        ("Savings made for it", |row| row.savings),
        ("Of them captured", |row| row.captured),
    ];
    for (head, of) in amounts {
        if rows.iter().any(|row| !of(row).is_zero()) {
            let name = head.to_string();
            table.columns.push(crate::report::Column { name, kind: M });
            told.push(of);
        }
    }
    table.columns.push(crate::report::Column { name: "What its money pays for".into(), kind: T });
    for row in &rows {
        let mut cells = vec![Cell::text(&row.name), Cell::Money(row.put_in)];
        cells.extend(told.iter().map(|of| Cell::Money(of(row))));
        let pays: Vec<String> = row
            .pays_for
            .iter()
            .take(TOLD_MAX)
            .map(|(function, amount)| {
                let lines = forecast.books.ledger.lines.iter();
                let titles: Vec<&str> = lines
                    .filter(|line| line.function == *function)
                    .map(|line| line.title.as_str())
                    .collect();
                format!("{} {}", called::of_titles(function, &titles), dollars(*amount))
            })
            .collect();
        let more = row.pays_for.len().saturating_sub(TOLD_MAX);
        let others =
            if more > 0 { format!("; {}", count(more, "more function")) } else { String::new() };
        cells.push(Cell::text(list(&pays) + &others));
        table.push(cells);
    }
    let note = "What a partner gets back is what its money pays for, and savings that the plan models. What it saves \
                beyond that is not in the plan.";
    let mut pieces = vec![Piece::Sentence(Mark::None, note.to_string())];
    pieces.extend(bars(&rows, &heading));
    pieces.push(shown(table, "Partners over the whole plan, in dollars", Vec::new()));
    Some(Section { name: "partners", heading, pieces })
}

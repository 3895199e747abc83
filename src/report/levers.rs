//! What one more would do, in words and figures.

use serde_json::{Value, json};

use super::words::{count, dollars, percent, view, view_word};
use super::{Cell, ColumnKind, Mark, Page, SCHEMA_VERSION, Table};
use crate::levers::{Change, Effect, Holder, Lever, Levers, Range};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::plan::restriction::CapBound;

/// Levers of one section that a page tells; the rest are counted.
const TOLD_MAX: usize = 12;

/// The levers as a page.
pub fn page(plan: &Plan, levers: &Levers) -> Page {
    let mut page = Page::new();
    page.title(format!("{}: what one more would do", plan.title));
    if let Some(notice) = plan.notice_beside_title() {
        page.say(Mark::None, notice);
    }
    let gap: Money = levers.gaps.iter().sum();
    let scenario = format!("Scenario {}; {}.", plan.scenario, view(levers.view));
    if gap.is_zero() {
        page.say(Mark::None, scenario);
        page.say(Mark::Good, "The optimal braid leaves no gap: there is nothing to close.");
        return page;
    }
    page.say(
        Mark::None,
        format!(
            "{scenario} No braid of this money leaves less than {} unfunded{}. Each change below was \
             made to the plan alone, and the plan braided anew; closings of several changes do not add up.",
            dollars(gap),
            parts(&levers.gaps, &[Money::ZERO; 3], gap)
        ),
    );
    if levers.distance != [Money::ZERO; 3] {
        let distance: Money = levers.distance.iter().sum();
        let text = format!("Rules that tie amounts together leave ${distance} of it unproved.");
        page.say(Mark::None, text);
    }
    page.heading("Changes of terms");
    section(&mut page, plan, &levers.terms, "No change of terms that was tried closes anything.");
    page.heading("More money");
    section(&mut page, plan, &levers.money, "No dollar more of any stream closes anything.");
    page
}

fn section(page: &mut Page, plan: &Plan, levers: &[Lever], none: &str) {
    if levers.is_empty() {
        page.say(Mark::None, none);
    }
    for lever in levers.iter().take(TOLD_MAX) {
        page.say(Mark::None, sentence(plan, lever));
    }
    if levers.len() > TOLD_MAX {
        let more = count(levers.len() - TOLD_MAX, "more change");
        page.say(Mark::None, format!("And {more}: `--format csv` has them all."));
    }
}

/// A lever in plain words.
pub fn sentence(plan: &Plan, lever: &Lever) -> String {
    let mut text = match &lever.change {
        Change::Money(stream, more) => money(plan, lever, *stream, more.amount),
        change => format!("{} would close {}.", what(plan, change), closing(&lever.effect)),
    };
    if let (Some(range), false) = (&lever.range, matches!(lever.change, Change::Money(..))) {
        text += &further(&lever.change, range);
    }
    let needs = lever.effect.needs;
    if needs.is_positive() {
        text += &format!(" What is needed rises by {} with it.", amount(needs));
    }
    capital(&text) + " " + who(plan, lever).as_str()
}

/// The text with a capital letter first.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// `$212,000 of the gap (core $180,000)`.
fn closing(effect: &Effect) -> String {
    let total = effect.total();
    format!("{} of the gap{}", amount(total), parts(&effect.closes, &effect.distance, total))
}

/// The parts by priority, where they are not all of one, or that one.
fn parts(closes: &[Money; 3], distance: &[Money; 3], total: Money) -> String {
    let moved = |at: &usize| closes[*at] > distance[*at] || -closes[*at] > distance[*at];
    let parts: Vec<String> = (0..3)
        .filter(moved)
        .map(|at| {
            let word = Priority::ALL[at].word();
            match closes[at] {
                all if all == total => format!("all {word}"),
                less if less < Money::ZERO => format!("{word} grows by {}", amount(-less)),
                part => format!("{word} {}", amount(part)),
            }
        })
        .collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

/// Whole dollars from a hundred on, cents below.
fn amount(of: Money) -> String {
    if of.cents().unsigned_abs() >= 10_000 { dollars(of) } else { format!("${of}") }
}

/// What a dollar more closes, in which months, and how far.
fn money(plan: &Plan, lever: &Lever, stream: StreamIndex, unit: Money) -> String {
    let Some(lead) = lever.effect.lead() else { return String::new() };
    let word = Priority::ALL[lead].word();
    let closes = lever.effect.closes[lead];
    let cents = closes.portion(100, unit.cents().into());
    let worth = match (&lever.range, cents) {
        (_, cents) if closes == unit || cents == Money::from_cents(100) => "a dollar".to_string(),
        (_, cents) => format!("${cents}"),
    };
    let title = &plan.stream(stream).title;
    let when = match lever.months {
        Some((first, last)) if first == last => {
            format!(" that may be spent from {}", first.words())
        }
        Some((first, last)) => {
            format!(" that may be spent from any month of {} to {}", first.words(), last.words())
        }
        None => String::new(),
    };
    let mut text = format!("Each dollar more of {title}{when} closes {worth} of {word} gap");
    if let Some(range) = &lever.range
        && let Change::Money(_, through) = &range.through
    {
        let about = if range.exact { "" } else { "about " };
        text += &format!(", up to {about}{}", amount(through.amount));
        if range.effect.closes[lead] != range.effect.total() || cents != Money::from_cents(100) {
            text += &format!(", which would close {}", closing(&range.effect));
        }
    }
    text + "."
}

/// How far each further part closes as much.
fn further(change: &Change, range: &Range) -> String {
    let (parts, noun) = match (change, &range.through) {
        (Change::Longer(_, one), Change::Longer(_, through))
        | (Change::Earlier(_, one), Change::Earlier(_, through)) => {
            (through / one.max(&1), "month")
        }
        (
            Change::Cap(_, _, one)
            | Change::YearlyLimit(_, one)
            | Change::Benefit(_, _, one)
            | Change::LessMatch(_, one),
            Change::Cap(_, _, through)
            | Change::YearlyLimit(_, through)
            | Change::Benefit(_, _, through)
            | Change::LessMatch(_, through),
        ) => {
            let count = through.billionths() / one.billionths().max(1);
            (u32::try_from(count).unwrap_or(u32::MAX), "point")
        }
        _ => return String::new(),
    };
    let size = count(parts as usize, noun);
    match (parts, range.ends) {
        (1, true) => format!(" A second {noun} closes less."),
        (1, false) => String::new(),
        _ => format!(
            " Each further {noun} closes as much, up to {}{size}, which would close {}.",
            if range.exact { "" } else { "about " },
            closing(&range.effect)
        ),
    }
}

/// What is changed, as the subject of a sentence.
fn what(plan: &Plan, change: &Change) -> String {
    let stream = |stream: &StreamIndex| plan.stream(*stream).title.clone();
    let line = |line: &LineIndex| plan.line(*line).title.clone();
    let points = |share: &Rate| match share.billionths() {
        10_000_000 => "a point".to_string(),
        _ => percent(*share),
    };
    match change {
        Change::Money(of, more) => format!("{} more of {}", amount(more.amount), stream(of)),
        Change::Cap(of, cap, share) => {
            let cap = &plan.restrictions(*of).caps[*cap];
            let on: Vec<String> = cap.on.iter().map(|selector| selector.words(plan)).collect();
            let on = on.join(", ");
            match cap.bound {
                CapBound::Amount(_) => {
                    format!("{} more under the cap of {} on {on}", percent(*share), stream(of))
                }
                _ => format!("{} more under the cap of {} on {on}", points(share), stream(of)),
            }
        }
        Change::YearlyLimit(of, share) => {
            format!("{} more under the yearly limit of {}", percent(*share), stream(of))
        }
        Change::Longer(of, months) => {
            format!("{} more of {}", count(*months as usize, "month"), stream(of))
        }
        Change::Earlier(of, months) => {
            format!("{} beginning {} earlier", stream(of), count(*months as usize, "month"))
        }
        Change::Carried(of) => {
            format!("Letting what a period of {} leaves be spent to its end", stream(of))
        }
        Change::PaysFor(of, function) => {
            format!("Letting {} pay for {}", stream(of), activity(function))
        }
        Change::PoolPaysFor(of, function) => {
            format!("Letting the pool {} pay for {}", plan.pool(*of).title, activity(function))
        }
        Change::Benefit(of, to, share) => format!(
            "{} more of documented benefit of {} to {}",
            points(share),
            line(of),
            stream(to)
        ),
        Change::LessMatch(of, share) => {
            format!("{} less of match for {}", points(share), stream(of))
        }
        Change::Pledge(of, by) => format!("Pledging {} to {} as match", stream(by), stream(of)),
        Change::MatchOnAll(of) => {
            format!("Letting the match of {} pay for all that it pays for itself", stream(of))
        }
    }
}

/// A function as what one does.
fn activity(function: &str) -> String {
    let word = match function {
        "guide-vision" => "guiding the vision",
        "convene" => "convening",
        "align-activities" => "aligning activities",
        "evaluate" => "evaluation",
        "engage" => "engagement",
        "communicate" => "communication",
        "mobilize-funding" => "mobilizing funding",
        "operate" => "operations",
        other => return other.replace('-', " "),
    };
    word.to_string()
}

/// Who could make the change, as a sentence.
fn who(plan: &Plan, lever: &Lever) -> String {
    let funder = lever.change.stream().and_then(|stream| plan.stream(stream).funder.clone());
    match (lever.holder, &lever.change, funder) {
        (Holder::Statute, ..) => "A law decides that.".to_string(),
        (Holder::Agency, _, Some(funder)) => format!("The agency ({funder}) could allow it."),
        (Holder::Agency, _, None) => "The agency could allow it.".to_string(),
        (Holder::Funder, _, Some(funder)) => format!("The funder ({funder}) could allow it."),
        (Holder::Funder, _, None) => "The funder could allow it.".to_string(),
        (Holder::Board, Change::Benefit(..), _) => {
            "The partnership could, if the benefit is there to be documented.".to_string()
        }
        (Holder::Board, Change::Money(stream, _), Some(funder))
            if plan.stream(*stream).kind == crate::funding::Kind::Partner =>
        {
            format!("The board of {funder} could decide it.")
        }
        (Holder::Board, ..) => "The board could decide it.".to_string(),
    }
}

/// The columns of [`table`].
const COLUMNS: [(&str, ColumnKind); 24] = [
    ("rank", ColumnKind::Whole),
    ("kind", ColumnKind::Text),
    ("stream", ColumnKind::Text),
    ("pool", ColumnKind::Text),
    ("line", ColumnKind::Text),
    ("function", ColumnKind::Text),
    ("selection", ColumnKind::Text),
    ("first_month", ColumnKind::Month),
    ("last_month", ColumnKind::Month),
    ("unit", ColumnKind::Text),
    ("size", ColumnKind::Text),
    ("holder", ColumnKind::Text),
    ("closes_core", ColumnKind::Money),
    ("closes_essential", ColumnKind::Money),
    ("closes_stretch", ColumnKind::Money),
    ("closes_total", ColumnKind::Money),
    ("distance", ColumnKind::Money),
    ("needs_rise", ColumnKind::Money),
    ("holds_through", ColumnKind::Text),
    ("holds_exactly", ColumnKind::Text),
    ("closes_through_core", ColumnKind::Money),
    ("closes_through_essential", ColumnKind::Money),
    ("closes_through_stretch", ColumnKind::Money),
    ("change", ColumnKind::Text),
];

/// The levers as a table: changes of terms, then money, each ranked.
pub fn table(plan: &Plan, levers: &Levers) -> Table {
    let mut table = Table::new("levers", &COLUMNS);
    for (lever, rank) in ranked(levers) {
        let facts = Facts::of(plan, &lever.change);
        let range = lever.range.as_ref();
        let text = |text: Option<String>| Cell::of(text, Cell::Text);
        let through = |at: usize| Cell::of(range.map(|range| range.effect.closes[at]), Cell::Money);
        table.push(vec![
            Cell::Whole(rank),
            Cell::text(facts.kind),
            text(facts.stream),
            text(facts.pool),
            text(facts.line),
            text(facts.function),
            text(facts.selection),
            Cell::of(lever.months.map(|months| months.0), Cell::Month),
            Cell::of(lever.months.map(|months| months.1), Cell::Month),
            Cell::text(facts.unit),
            Cell::text(facts.size),
            Cell::text(lever.holder.word()),
            Cell::Money(lever.effect.closes[0]),
            Cell::Money(lever.effect.closes[1]),
            Cell::Money(lever.effect.closes[2]),
            Cell::Money(lever.effect.total()),
            Cell::Money(lever.effect.distance.iter().sum()),
            Cell::Money(lever.effect.needs),
            text(range.map(|range| Facts::of(plan, &range.through).size)),
            text(range.map(|range| if range.exact { "yes" } else { "no" }.to_string())),
            through(0),
            through(1),
            through(2),
            Cell::text(sentence(plan, lever)),
        ]);
    }
    table
}

/// The levers as a value.
pub fn record(plan: &Plan, levers: &Levers) -> Value {
    let by_priority = |of: &[Money; 3]| {
        json!({
            "core": of[0].to_string(),
            "essential": of[1].to_string(),
            "stretch": of[2].to_string(),
            "total": of.iter().sum::<Money>().to_string(),
        })
    };
    let one = |(lever, rank): (&Lever, i64)| {
        let facts = Facts::of(plan, &lever.change);
        let month = |month: Month| month.to_string();
        let range = lever.range.as_ref().map(|range| {
            json!({
                "through": Facts::of(plan, &range.through).size,
                "closes": by_priority(&range.effect.closes),
                "distance": by_priority(&range.effect.distance),
                "exact": range.exact,
                "ends": range.ends,
            })
        });
        json!({
            "rank": rank,
            "kind": facts.kind,
            "stream": facts.stream,
            "pool": facts.pool,
            "line": facts.line,
            "function": facts.function,
            "selection": facts.selection,
            "first_month": lever.months.map(|months| month(months.0)),
            "last_month": lever.months.map(|months| month(months.1)),
            "unit": facts.unit,
            "size": facts.size,
            "holder": lever.holder.word(),
            "closes": by_priority(&lever.effect.closes),
            "distance": by_priority(&lever.effect.distance),
            "needs_rise": lever.effect.needs.to_string(),
            "holds": range,
            "words": sentence(plan, lever),
        })
    };
    json!({
        "schema_version": SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "title": plan.title,
        "notice": plan.notice,
        "scenario": plan.scenario,
        "view": view_word(levers.view),
        "irreducible_gap": by_priority(&levers.gaps),
        "distance": by_priority(&levers.distance),
        "braids": levers.runs,
        "levers": ranked(levers).into_iter().map(one).collect::<Vec<_>>(),
    })
}

/// Every lever with its rank in its section.
fn ranked(levers: &Levers) -> Vec<(&Lever, i64)> {
    levers.terms.iter().zip(1..).chain(levers.money.iter().zip(1..)).collect()
}

/// What a change is, for programs.
#[derive(Default)]
struct Facts {
    kind: &'static str,
    stream: Option<String>,
    pool: Option<String>,
    line: Option<String>,
    function: Option<String>,
    selection: Option<String>,
    unit: &'static str,
    size: String,
}

impl Facts {
    fn of(plan: &Plan, change: &Change) -> Facts {
        let stream = change.stream().map(|stream| plan.stream(stream).name.to_string());
        let facts = Facts { stream, unit: "change", size: "1".to_string(), ..Facts::default() };
        let points = |share: &Rate| {
            let whole = share.billionths() / 10_000_000;
            whole.to_string()
        };
        match change {
            Change::Money(_, more) => {
                Facts { kind: "money", unit: "dollar", size: more.amount.to_string(), ..facts }
            }
            Change::Cap(of, cap, share) => {
                let cap = &plan.restrictions(*of).caps[*cap];
                let on: Vec<String> = cap.on.iter().map(|selector| selector.words(plan)).collect();
                let amount = matches!(cap.bound, CapBound::Amount(_));
                let unit = if amount { "percent" } else { "point" };
                Facts {
                    kind: "cap",
                    selection: Some(on.join(" ")),
                    unit,
                    size: points(share),
                    ..facts
                }
            }
            Change::YearlyLimit(_, share) => {
                Facts { kind: "yearly-limit", unit: "percent", size: points(share), ..facts }
            }
            Change::Longer(_, months) => {
                Facts { kind: "later-end", unit: "month", size: months.to_string(), ..facts }
            }
            Change::Earlier(_, months) => {
                Facts { kind: "earlier-start", unit: "month", size: months.to_string(), ..facts }
            }
            Change::Carried(_) => Facts { kind: "carryover", ..facts },
            Change::PaysFor(_, function) => {
                Facts { kind: "pays-for", function: Some(function.clone()), ..facts }
            }
            Change::PoolPaysFor(pool, function) => {
                let pool = Some(plan.pool(*pool).name.to_string());
                Facts { kind: "pays-for", pool, function: Some(function.clone()), ..facts }
            }
            Change::Benefit(line, _, share) => {
                let line = Some(plan.line(*line).name.to_string());
                Facts { kind: "benefit", line, unit: "point", size: points(share), ..facts }
            }
            Change::LessMatch(_, share) => {
                Facts { kind: "match", unit: "point", size: points(share), ..facts }
            }
            Change::Pledge(_, by) => {
                let by = Some(plan.stream(*by).name.to_string());
                Facts { kind: "pledge", selection: by, ..facts }
            }
            Change::MatchOnAll(_) => Facts { kind: "match-on", ..facts },
        }
    }
}

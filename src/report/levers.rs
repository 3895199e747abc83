//! What one more would do, in words and figures.

use serde_json::{Value, json};

use super::words::{count, dollars, list, view, view_word};
use super::{Cell, ColumnKind, Mark, Page, SCHEMA_VERSION, Table};
use crate::explain::text::{activity, capital};
use crate::funding::Kind;
use crate::levers::{Change, Effect, Holder, Lever, Levers, Range};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::Priority;

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
            "{scenario} {} Each change below was made to the plan alone, and the plan braided anew; closings \
             of several changes do not add up.",
            least(levers)
        ),
    );
    if levers.distance != [Money::ZERO; 3] {
        let distance: Money = levers.distance.iter().sum();
        let text =
            format!("Rules that tie amounts together leave {} of it unproved.", amount(distance));
        page.say(Mark::None, text);
    }
    page.heading("Changes of terms");
    section(&mut page, plan, &levers.terms, "No change of terms that was tried closes anything.");
    page.heading("More money, or more room under a limit in dollars");
    section(
        &mut page,
        plan,
        &levers.money,
        "No dollar more of any stream or limit closes anything.",
    );
    page
}

/// What no braid can better: in all where money alone decides; else by priority, each given the ones before it.
fn least(levers: &Levers) -> String {
    let total: Money = levers.gaps.iter().sum();
    if !levers.tied {
        let parts = parts(&levers.gaps, &[Money::ZERO; 3], total);
        return format!("No braid of this money leaves less than {} unpaid{parts}.", amount(total));
    }
    let proved = |at: usize| floor((levers.gaps[at] - levers.distance[at]).floor_zero());
    let (mut text, mut those) = match levers.gaps[0].is_zero() {
        true => ("A braid of this money pays all core cost".to_string(), "those that do"),
        false => {
            let core = format!("No braid of this money leaves less core unpaid than {}", proved(0));
            (core, "those that leave the least core")
        }
    };
    for at in [1, 2] {
        if levers.gaps[at].is_positive() {
            let word = Priority::ALL[at].word();
            let least = proved(at);
            text += &format!("; of {those}, none leaves less {word} unpaid than {least}");
            those = "those that also leave the least essential";
        }
    }
    text + "."
}

/// Levers of one section. Functions that a stream could pay for to the same effect are told as one.
fn section(page: &mut Page, plan: &Plan, levers: &[Lever], none: &str) {
    if levers.is_empty() {
        page.say(Mark::None, none);
    }
    let alike = |one: &Lever, other: &Lever| {
        let same_money = match (&one.change, &other.change) {
            (Change::PaysFor(one, _), Change::PaysFor(other, _)) => one == other,
            (Change::PoolPaysFor(one, _), Change::PoolPaysFor(other, _)) => one == other,
            _ => false,
        };
        same_money && one.effect.needs == other.effect.needs && !one.effect.differs(&other.effect)
    };
    let mut left = levers;
    for _ in 0..TOLD_MAX {
        let Some(first) = left.first() else { break };
        let count = left.iter().take_while(|lever| alike(first, lever)).count().max(1);
        let (told, rest) = left.split_at(count);
        page.say(Mark::None, sentence_of(plan, told));
        left = rest;
    }
    if !left.is_empty() {
        let more = count(left.len(), "more change");
        page.say(Mark::None, format!("And {more}: `--format csv` has them all."));
    }
}

/// Levers of functions to the same effect, as one sentence.
fn sentence_of(plan: &Plan, levers: &[Lever]) -> String {
    let [first, ..] = levers else { return String::new() };
    let functions: Vec<String> = levers
        .iter()
        .filter_map(|lever| match &lever.change {
            Change::PaysFor(_, function) | Change::PoolPaysFor(_, function) => {
                Some(activity(function))
            }
            _ => None,
        })
        .collect();
    match functions.as_slice() {
        [one, _, ..] => {
            let each = format!("any one of {}", list(&functions));
            let words = sentence(plan, first);
            words.replacen(&format!("pay for {one} would"), &format!("pay for {each} would"), 1)
        }
        _ => sentence(plan, first),
    }
}

/// A lever in plain words.
pub fn sentence(plan: &Plan, lever: &Lever) -> String {
    let mut text = match lever.change.amount() {
        Some(unit) => money(plan, lever, unit),
        None => format!("{} would {}.", what(plan, &lever.change), outcome(&lever.effect)),
    };
    if let (Some(range), None) = (&lever.range, lever.change.amount()) {
        text += &further(&lever.change, &lever.effect, range);
    }
    let needs = lever.effect.needs;
    if needs.is_positive() {
        text += &format!(" What is needed rises by {} with it.", amount(needs));
    }
    capital(&text) + " " + who(plan, lever).as_str()
}

/// `close $212,000 of the gap (core $180,000)`, or `move $500 from the core to the essential gap`.
fn outcome(effect: &Effect) -> String {
    let total = effect.total();
    let moved = |at: &usize| effect.moves(*at);
    let all: Vec<usize> = (0..3).filter(moved).collect();
    let grows: Vec<usize> =
        all.iter().copied().filter(|at| effect.closes[*at] < Money::ZERO).collect();
    let word = |at: usize| Priority::ALL[at].word();
    let parts = parts(&effect.closes, &effect.distance, total);
    match (effect.is_move(), all.as_slice(), grows.as_slice()) {
        (true, [from, to], [_]) => format!(
            "move {} from the {} to the {} gap",
            amount(effect.closes[*from]),
            word(*from),
            word(*to)
        ),
        (true, ..) => format!("close about nothing in all{parts}"),
        _ if total < Money::ZERO => format!("leave {} more unpaid in all{parts}", amount(-total)),
        _ => format!("close {} of the gap{parts}", amount(total)),
    }
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

/// The same, never more than it is: for what holds up to it, and what is the least.
fn floor(of: Money) -> String {
    let whole = Money::from_cents(of.cents() / 100 * 100);
    amount(if of.cents().unsigned_abs() >= 10_000 { whole } else { of })
}

/// `up to about $1,000`.
fn up_to(range: &Range) -> String {
    let about = if range.exact { "" } else { "about " };
    format!("up to {about}{}", floor(range.through.amount().unwrap_or(Money::ZERO)))
}

/// What a dollar more closes, in which months, and how far.
fn money(plan: &Plan, lever: &Lever, unit: Money) -> String {
    let Some(lead) = lever.effect.lead() else { return String::new() };
    let word = Priority::ALL[lead].word();
    let cents = lever.a_dollar()[lead];
    let worth = match cents == Money::from_cents(100) {
        true => "a dollar".to_string(),
        false => format!("${cents}"),
    };
    let from = |month: Month| format!(" that may be spent from {}", month.words());
    let when = lever.months.map_or_else(String::new, |(first, _)| from(first));
    let of = room(plan, &lever.change);
    let Some(range) = &lever.range else {
        return format!("{} more {of}{when} would {}.", amount(unit), outcome(&lever.effect));
    };
    let mut text =
        format!("Each dollar more {of}{when} closes {worth} of {word} gap, {}", up_to(range));
    let whole = range.effect.closes[lead] == range.effect.total();
    if !whole || cents != Money::from_cents(100) {
        text += &format!(", which would {}", outcome(&range.effect));
    }
    text += ".";
    if let Some((_, last)) = lever.months.filter(|(first, last)| first < last) {
        let last = last.words();
        text += &match &lever.later {
            Some(later) if later.through.amount() == range.through.amount() => {
                format!(" So does each from any month until {last}, up to as much.")
            }
            Some(later) => {
                format!(" So does each from any month until {last}, then {}.", up_to(later))
            }
            None => format!(" So does the first from any month until {last}."),
        };
    }
    if !lever.also.is_empty() {
        let months: Vec<String> = lever.also.iter().map(|month| month.words()).collect();
        text += &format!(" The first one from {} closes as much.", list(&months));
    }
    text
}

/// What a dollar more is of.
fn room(plan: &Plan, change: &Change) -> String {
    let title = |stream: &StreamIndex| &plan.stream(*stream).title;
    match change {
        Change::CapAmount(stream, cap, _) => {
            format!("under the cap of {} on {}", title(stream), capped(plan, *stream, *cap))
        }
        Change::YearlyLimit(stream, _) => {
            format!("a fiscal year under the limit of {}", title(stream))
        }
        Change::Authorised(stream, _) => format!("authorised of {}", title(stream)),
        Change::Money(stream, _) if plan.stream(*stream).kind == Kind::Reserve => {
            format!("held in {} and authorised", title(stream))
        }
        other => other.stream().map_or_else(String::new, |stream| format!("of {}", title(&stream))),
    }
}

/// What a cap is on.
fn capped(plan: &Plan, stream: StreamIndex, cap: usize) -> String {
    let cap = &plan.restrictions(stream).caps[cap];
    let on: Vec<String> = cap.on.iter().map(|selector| selector.words(plan)).collect();
    on.join(", ")
}

/// How far each further part closes as much.
fn further(change: &Change, first: &Effect, range: &Range) -> String {
    let (parts, noun, tried) = match (change, &range.through) {
        (Change::Longer(_, one), Change::Longer(_, through))
        | (Change::Earlier(_, one), Change::Earlier(_, through)) => {
            (through / one.max(&1), "month", !range.ends)
        }
        (
            Change::Cap(_, _, one) | Change::Benefit(_, _, one) | Change::LessMatch(_, one),
            Change::Cap(_, _, through)
            | Change::Benefit(_, _, through)
            | Change::LessMatch(_, through),
        ) => {
            let count = through.billionths() / one.billionths().max(1);
            (u32::try_from(count).unwrap_or(u32::MAX), "point", false)
        }
        _ => return String::new(),
    };
    let beyond = range.beyond.as_ref().map(|(_, effect)| effect);
    if parts == 1 {
        return match beyond {
            Some(two) if two.total() <= first.total() && !two.differs(first) => {
                format!(" A second {noun} closes nothing more.")
            }
            Some(two) => format!(" Two {noun}s would {}.", outcome(two)),
            None => String::new(),
        };
    }
    let of = match first.lead() {
        Some(lead) if first.closes[lead] != first.total() => {
            format!(" of the {} gap", Priority::ALL[lead].word())
        }
        _ => String::new(),
    };
    format!(
        " Each further {noun} closes {} much{of}, up to {}{}{}, which would {}.",
        if range.more { "at least as" } else { "as" },
        if range.exact || range.more { "" } else { "about " },
        count(parts as usize, noun),
        if tried { ", the most that was tried" } else { "" },
        outcome(&range.effect)
    )
}

/// What is changed, as the subject of a sentence.
fn what(plan: &Plan, change: &Change) -> String {
    let stream = |stream: &StreamIndex| plan.stream(*stream).title.clone();
    let line = |line: &LineIndex| plan.line(*line).title.clone();
    let points = |share: &Rate| match share.billionths() {
        10_000_000 => "a point".to_string(),
        _ => share.rounded_in_words(),
    };
    match change {
        Change::Money(..)
        | Change::CapAmount(..)
        | Change::YearlyLimit(..)
        | Change::Authorised(..) => {
            let size = change.amount().map_or_else(String::new, amount);
            format!("{size} more {}", room(plan, change))
        }
        Change::Cap(of, cap, share) => format!(
            "{} more under the cap of {} on {}",
            points(share),
            stream(of),
            capped(plan, *of, *cap)
        ),
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

/// What a plan writes where it knows no funder's name.
const UNNAMED: [&str; 4] = ["not published", "not stated", "not named", "unknown"];

/// Who could make the change, as a sentence.
fn who(plan: &Plan, lever: &Lever) -> String {
    let terms = lever.change.stream().map(|stream| plan.stream(stream));
    let funder = terms.and_then(|terms| terms.funder.clone());
    let named = funder.filter(|name| !UNNAMED.contains(&name.trim().to_lowercase().as_str()));
    let name = |holder: &str| match &named {
        Some(funder) => format!("{holder} ({funder})"),
        None => holder.to_string(),
    };
    let verb = match lever.change {
        Change::Money(..) => "could give it",
        Change::Longer(..) | Change::Earlier(..) => "could agree to it",
        _ => "could allow it",
    };
    let kind = terms.map(|terms| terms.kind);
    match (lever.holder, &lever.change) {
        (Holder::Statute, _) => {
            "By its kind, a law or a public rule sets that, not an agreement.".to_string()
        }
        (Holder::Agency, _) => format!("{} {verb}.", name("The agency")),
        (Holder::Funder, _) => format!("{} {verb}.", name("The funder")),
        (Holder::Board, Change::Benefit(..)) => {
            "The partnership could, if the benefit is there to be documented.".to_string()
        }
        (Holder::Board, Change::Money(..)) if kind == Some(Kind::Reserve) => {
            "The board can authorise it once the reserve holds that much more.".to_string()
        }
        (Holder::Board, Change::Money(..)) if kind == Some(Kind::Partner) && named.is_some() => {
            format!("The board of {} could decide it.", named.unwrap_or_default())
        }
        (Holder::Board, _) => "The board could decide it.".to_string(),
    }
}

/// The columns of [`table`].
const COLUMNS: [(&str, ColumnKind); 26] = [
    ("rank", ColumnKind::Whole),
    ("kind", ColumnKind::Text),
    ("stream", ColumnKind::Text),
    ("pool", ColumnKind::Text),
    ("line", ColumnKind::Text),
    ("function", ColumnKind::Text),
    ("selection", ColumnKind::Text),
    ("first_month", ColumnKind::Month),
    ("last_month", ColumnKind::Month),
    ("also_from", ColumnKind::Text),
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
    ("holds_through_last_month", ColumnKind::Text),
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
            text(
                (!lever.also.is_empty())
                    .then(|| lever.also.iter().map(Month::to_string).collect::<Vec<_>>().join(" ")),
            ),
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
            text(lever.later.as_ref().map(|range| Facts::of(plan, &range.through).size)),
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
        let range = |range: &Option<Range>| {
            range.as_ref().map(|range| {
                json!({
                    "through": Facts::of(plan, &range.through).size,
                    "closes": by_priority(&range.effect.closes),
                    "distance": by_priority(&range.effect.distance),
                    "exact": range.exact,
                    "ends": range.ends,
                    "more": range.more,
                })
            })
        };
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
            "also_from": lever.also.iter().map(Month::to_string).collect::<Vec<_>>(),
            "holds": range(&lever.range),
            "holds_in_last_month": range(&lever.later),
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
        "tied": levers.tied,
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
        let selection = |of: &StreamIndex, cap: usize| {
            let cap = &plan.restrictions(*of).caps[cap];
            let on: Vec<String> = cap.on.iter().map(|selector| selector.words(plan)).collect();
            on.join(" ")
        };
        match change {
            Change::Money(_, more) => {
                Facts { kind: "money", unit: "dollar", size: more.amount.to_string(), ..facts }
            }
            Change::Cap(of, cap, share) => Facts {
                kind: "cap",
                selection: Some(selection(of, *cap)),
                unit: "point",
                size: points(share),
                ..facts
            },
            Change::CapAmount(of, cap, amount) => Facts {
                kind: "cap",
                selection: Some(selection(of, *cap)),
                unit: "dollar",
                size: amount.to_string(),
                ..facts
            },
            Change::YearlyLimit(_, amount) => {
                Facts { kind: "yearly-limit", unit: "dollar", size: amount.to_string(), ..facts }
            }
            Change::Authorised(_, amount) => {
                Facts { kind: "authorised", unit: "dollar", size: amount.to_string(), ..facts }
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

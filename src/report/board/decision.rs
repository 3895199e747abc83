//! What is to be decided, by when, and what bears on it.

use super::brief::{brief, briefs, in_words, number};
use super::choices::{Best, bests, owed_words};
use super::{Piece, Section, Sources, money};
use crate::decide::effect::Bridged;
use crate::forecast::Forecast;
use crate::funding::Status;
use crate::ledger::LineBook;
use crate::money::Money;
use crate::month::{FiscalCalendar, Month};
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::rebraiding::Footing;
use crate::report::words::{dollars, list};
use crate::report::{headlines, offered};

/// Empty lines for notes.
const NOTES: usize = 3;
/// Years that are told one by one.
const YEARS_TOLD: usize = 3;
/// Bridge options that are told one by one.
const OPTIONS_TOLD: usize = 3;

/// Cost that goes unpaid from the month on from which the plan is seen.
struct Ahead {
    /// The first month with any.
    first: Month,
    /// How much, in all.
    amount: Money,
}

fn ahead(forecast: &Forecast, counts: impl Fn(&LineBook) -> bool) -> Option<Ahead> {
    let ledger = &forecast.books.ledger;
    let as_of = forecast.books.cash.as_of;
    let lines = || ledger.lines.iter().filter(|line| counts(line));
    let short = |place: &usize| lines().any(|line| line.gap[*place].is_positive());
    let first = (as_of..ledger.months()).find(short)?;
    let amount = lines().map(|line| line.gap[first..].iter().sum::<Money>()).sum();
    Some(Ahead { first: ledger.horizon.month(first), amount })
}

/// The decision box.
pub(super) fn section(sources: &Sources) -> Section {
    let (plan, forecast) = (sources.plan, sources.forecast);
    let core = ahead(forecast, |line| line.priority == Priority::Core);
    let any = ahead(forecast, |_| true);
    // What is not stated does not run out.
    let out = forecast.measures.cash.runs_out.filter(|_| plan.opening.cash_stated);
    let heading = match (&core, &any, out) {
        (Some(core), _, out) => {
            let (by, from) = by_both(plan, core.first, out);
            format!("Decision needed {by}: {}", core_choice(sources, core, &from))
        }
        (None, Some(any), out) => {
            let (by, from) = by_both(plan, any.first, out);
            let amount = brief(any.amount);
            match re_braiding(forecast, any, None) {
                true => format!(
                    "Decision needed {by}: re-braid, or find {amount} for costs that go unpaid{from}, or leave them; \
                     core costs are paid"
                ),
                false => format!(
                    "Decision needed {by}: find {amount} for costs that no money pays{from}, or leave them; core \
                     costs are paid"
                ),
            }
        }
        (None, None, Some(month)) => format!(
            "Decision needed {}: all costs have money, yet cash falls to {}",
            by(plan, month),
            brief(forecast.measures.cash.lowest.1)
        ),
        (None, None, None) => format!(
            "No gap asks for a decision: all costs from {} to {} have money",
            plan.horizon.as_of.words(),
            plan.horizon.end().words()
        ),
    };
    let mut points = Vec::new();
    match &any {
        Some(ahead) => points.push(by_year(forecast, ahead)),
        None => points.push(format!("{}.", money::endings_words(plan, forecast))),
    }
    points.extend(re_braiding_words(forecast, core.as_ref().or(any.as_ref()), core.is_some()));
    points.extend(cash(plan, forecast));
    let hope = hope(forecast);
    match helps(sources, core.as_ref()) {
        Some(helps) => {
            // What less sure money would change is more than most bridges do, and stands with what goes unpaid.
            if let (Some(first), Some(hope)) = (points.first_mut(), hope) {
                *first += &format!(" {hope}");
            }
            points.push(helps);
        }
        None => points.extend(hope),
    }
    Section { name: "decision", heading, pieces: vec![Piece::Points(points), Piece::Lines(NOTES)] }
}

/// What is to be chosen where core costs go unpaid: a bridge and the rest, another braid, or the money.
fn core_choice(sources: &Sources, core: &Ahead, from: &str) -> String {
    let amount = brief(core.amount);
    let find = format!("find {amount} for core costs that no money pays{from}");
    let options = options(sources);
    if options.is_empty() {
        return match re_braiding(sources.forecast, core, Some(Priority::Core)) {
            true => format!("re-braid, or find {amount} for core costs that go unpaid{from}"),
            false => find,
        };
    }
    let [free, owing] = bests(options, left, core.amount);
    let rest = "choose a bridge and find the rest";
    // What it leaves, and of what.
    let told = |best: &Best| match best.left.is_zero() {
        true => ["none".to_string(), amount.clone()],
        false => briefs([best.left, core.amount]),
    };
    match (options.len(), free, owing) {
        (1, None, None) => format!("{find}; the bridge option closes none of it"),
        (many, None, None) => {
            format!("{find}; none of {} bridge options closes any of it", in_words(many))
        }
        (1, Some(best), _) | (1, None, Some(best)) => {
            let back = owed_words(best.option);
            match best.left.is_zero() {
                true => format!("take the bridge option{back}, or {find}"),
                false => {
                    let [is, was] = told(&best);
                    format!(
                        "take the bridge option and find the rest: with it {is} of {was} core cost still goes \
                         unpaid{from}{back}"
                    )
                }
            }
        }
        (many, Some(best), _) if best.left.is_zero() => {
            let full = options.iter().filter(|option| left(option).is_zero());
            let owed = full.clone().filter(|option| option.effect.cost.owed.is_positive()).count();
            let back = match owed {
                0 => String::new(),
                1 => ", one of them to be repaid".to_string(),
                owed => format!(", {} of them to be repaid", in_words(owed)),
            };
            match full.count() {
                1 => {
                    let many = in_words(many);
                    format!("choose the one bridge of {many} that closes it, or {find}")
                }
                full => format!(
                    "choose one of the {} bridges of {} that close it{back}, or {find}",
                    in_words(full),
                    in_words(many)
                ),
            }
        }
        (many, Some(best), owing) => {
            let of = match best.of {
                of if of == many => format!("the best of {}", in_words(many)),
                1 => "the one with nothing left to repay".to_string(),
                of => format!("the best of {} with nothing left to repay", in_words(of)),
            };
            let other = owing.as_ref().map_or(best.left, |owing| owing.left);
            let [is, was, other] = briefs([best.left, core.amount, other]);
            let beside = owing.map_or(String::new(), |owing| {
                let (of, back) = (to_repay(&owing), owed_words(owing.option));
                let other = if owing.left.is_zero() { "none" } else { &other };
                format!("; {of} leaves {other}{back}")
            });
            format!("{rest}: {of} leaves {is} of {was} core cost unpaid{from}{beside}")
        }
        (many, None, Some(best)) => {
            let of = match best.of == many {
                true => format!("the best of {}", in_words(many)),
                false => to_repay(&best),
            };
            let others = match many - best.of {
                0 => "",
                1 => "; the option with nothing left to repay closes none of it",
                _ => "; those with nothing left to repay close none of it",
            };
            let ([is, was], back) = (told(&best), owed_words(best.option));
            format!("{rest}: {of} leaves {is} of {was} core cost unpaid{from}{back}{others}")
        }
    }
}

/// The best of the options that must be repaid, in words.
fn to_repay(best: &Best) -> String {
    match best.of {
        1 => "the one to be repaid".to_string(),
        of => format!("the best of {} to be repaid", in_words(of)),
    }
}

fn options<'a>(sources: &Sources<'a>) -> &'a [Bridged] {
    let scenario = sources.bridge.and_then(|choice| choice.scenarios.first());
    scenario.map_or(&[], |scenario| &scenario.options)
}

/// The core cost ahead that an option leaves unpaid.
fn left(option: &Bridged) -> Money {
    let ahead = ahead(&option.after, |line| line.priority == Priority::Core);
    ahead.map_or(Money::ZERO, |ahead| ahead.amount)
}

/// Whether another braid of the same money would leave nothing of it unpaid from now on.
fn re_braiding(forecast: &Forecast, short: &Ahead, of: Option<Priority>) -> bool {
    headlines::avoidable_from_now(forecast).is_some_and(|avoids| {
        let closed = match of {
            Some(priority) => avoids[priority as usize],
            None => avoids.iter().sum(),
        };
        closed >= short.amount
    })
}

/// That another braid would pay what goes unpaid, and what that rests on.
fn re_braiding_words(forecast: &Forecast, short: Option<&Ahead>, core: bool) -> Option<String> {
    let of = core.then_some(Priority::Core);
    if !re_braiding(forecast, short?, of) {
        return None;
    }
    let more = || forecast.rebraiding.moves.iter().filter(|found| found.change().is_positive());
    let all: Money = more().map(|found| found.change()).sum();
    let none = more().filter(|found| found.footing == Some(Footing::Undocumented));
    let none: Money = none.map(|found| found.change()).sum();
    let rests = match none.is_zero() {
        true => String::new(),
        false => format!(
            " {} of the {} that the moves pay more has no documented benefit, and may be paid only where the cost \
             is allocable to that award too (2 CFR 200.405(c)).",
            dollars(none),
            dollars(all)
        ),
    };
    Some(format!("Re-braiding would pay it all, if every date were known today.{rests}"))
}

/// `now`, or `before Apr 2025`.
fn by(plan: &Plan, month: Month) -> String {
    if month <= plan.horizon.as_of {
        "now".to_string()
    } else {
        format!("before {}", month.words())
    }
}

/// By when, and from when on costs go unpaid where cash runs out before that.
fn by_both(plan: &Plan, first: Month, out: Option<Month>) -> (String, String) {
    match out.filter(|out| *out < first) {
        Some(out) => (
            format!("{}, when cash runs out", by(plan, out)),
            format!(" from {} on", first.words()),
        ),
        None => (by(plan, first), String::new()),
    }
}

/// What goes unpaid in each fiscal year ahead.
fn by_year(forecast: &Forecast, ahead: &Ahead) -> String {
    let ledger = &forecast.books.ledger;
    let as_of = ledger.fiscal.year_of(ahead.first.max(ledger.horizon.as_of));
    let years = forecast.measures.years.iter().filter(|year| year.year >= as_of);
    let short: Vec<_> = years.filter(|year| year.gap_total().is_positive()).collect();
    let mut told: Vec<String> = short
        .iter()
        .take(YEARS_TOLD)
        .map(|year| {
            let parts = Priority::ALL.iter().zip(year.gap).filter(|(_, gap)| gap.is_positive());
            let parts: Vec<&str> = parts.map(|(priority, _)| priority.word()).collect();
            let of = match parts.as_slice() {
                [only] => format!(", all {only}"),
                _ if year.gap[0].is_zero() => ", none of it core".to_string(),
                _ => format!(", {} of it core", brief(year.gap[0])),
            };
            let label = FiscalCalendar::label(year.year);
            format!("{} in {label}{of}", brief(year.gap_total()))
        })
        .collect();
    if short.len() > YEARS_TOLD {
        let rest: Money = short[YEARS_TOLD..].iter().map(|year| year.gap_total()).sum();
        told.push(format!("{} in the years after", brief(rest)));
    }
    format!("Unpaid by fiscal year: {}.", told.join("; "))
}

fn cash(plan: &Plan, forecast: &Forecast) -> Option<String> {
    let cash = &forecast.measures.cash;
    let (month, lowest) = cash.lowest;
    Some(match cash.runs_out {
        _ if !plan.opening.cash_stated => format!(
            "The plan does not state its cash in hand. Counted from $0, it is lowest with {} in {}.",
            brief(lowest),
            month.words()
        ),
        Some(out) => format!(
            "If every cost is paid as planned, cash runs out in {} and is lowest with {} in {}.",
            out.words(),
            brief(lowest),
            month.words()
        ),
        None => format!("Cash lasts; it is lowest with {} in {}.", brief(lowest), month.words()),
    })
}

/// What less sure money would change.
fn hope(forecast: &Forecast) -> Option<String> {
    if forecast.question.view == Status::Prospective {
        return None;
    }
    let ladder = &forecast.measures.ladder;
    let rung = ladder.iter().find(|rung| rung.view == Status::Prospective)?;
    let (gap, all) = (forecast.measures.total.gap_total(), rung.gap.iter().sum::<Money>());
    if all >= gap {
        return None;
    }
    let [all, gap] = briefs([all, gap]);
    Some(format!(
        "If all money that is likely or hoped for comes too, {all} instead of {gap} stays unpaid."
    ))
}

/// What the options would leave of core cost unpaid, the least first; of all cost where core costs are paid.
fn helps(sources: &Sources, core: Option<&Ahead>) -> Option<String> {
    let mut left: Vec<(Money, &Bridged)> = options(sources)
        .iter()
        .map(|option| match core {
            Some(_) => (left(option), option),
            None => (option.after.measures.total.gap_total(), option),
        })
        .collect();
    left.sort_by_key(|(amount, option)| (*amount + option.effect.cost.owed, option.id.as_str()));
    let without = core.map_or(sources.forecast.measures.total.gap_total(), |core| core.amount);
    let useful: Vec<_> = left.iter().filter(|(amount, _)| *amount < without).collect();
    let told = useful.iter().take(OPTIONS_TOLD);
    let told: Vec<String> = told
        .map(|(amount, option)| {
            let owed = option.effect.cost.owed;
            let back = match owed.is_positive() {
                true => format!(" and {} to repay", brief(owed)),
                false => String::new(),
            };
            format!("{}{back} with {}", brief(*amount), offered::called(option))
        })
        .collect();
    if told.is_empty() {
        return None;
    }
    let what = if core.is_some() { "core cost" } else { "cost" };
    let mut text = format!("Still unpaid of {what}: {}.", list(&told));
    let more = useful.len() - told.len();
    match more {
        0 => {}
        1 => text += " One more stands below.",
        more => text += &format!(" {} more stand below.", number(more)),
    }
    match left.len() - useful.len() {
        0 => {}
        1 => text += " One option closes none of it.",
        none => text += &format!(" {} options close none of it.", number(none)),
    }
    Some(text)
}

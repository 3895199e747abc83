//! What is to be decided, by when, and what bears on it.

use super::brief::{brief, briefs};
use super::{Piece, Section, Sources};
use crate::forecast::Forecast;
use crate::funding::Status;
use crate::ledger::LineBook;
use crate::money::Money;
use crate::month::{FiscalCalendar, Month};
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::report::words::{count, list};

/// Empty lines for notes.
const NOTES: usize = 3;
/// Years that are told one by one.
const YEARS_TOLD: usize = 3;

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
    let options = sources.bridge.and_then(|choice| choice.scenarios.first());
    let options = options.map_or(0, |scenario| scenario.options.len());
    let choose = match options {
        0 => "find".to_string(),
        1 => "take or leave one bridge option, or else find".to_string(),
        count => format!("choose among {count} bridge options, or else find"),
    };
    let heading = match (&core, &any, forecast.measures.cash.runs_out) {
        (Some(core), _, out) => {
            let (by, from) = by_both(plan, core.first, out);
            format!(
                "Decision needed {by}: {choose} {} for core costs that no money pays{from}",
                brief(core.amount)
            )
        }
        (None, Some(any), out) => {
            let (by, from) = by_both(plan, any.first, out);
            format!(
                "Decision needed {by}: find {} for costs that no money pays{from}, or leave them; core costs are paid",
                brief(any.amount)
            )
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
    points.extend(any.map(|ahead| by_year(forecast, &ahead)));
    points.extend(cash(forecast));
    points.extend(hope(forecast).or_else(|| helps(sources)));
    Section { name: "decision", heading, pieces: vec![Piece::Points(points), Piece::Lines(NOTES)] }
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

fn cash(forecast: &Forecast) -> Option<String> {
    let cash = &forecast.measures.cash;
    let (month, lowest) = cash.lowest;
    Some(match cash.runs_out {
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

/// What the options would leave unpaid.
fn helps(sources: &Sources) -> Option<String> {
    let scenario = sources.bridge?.scenarios.first()?;
    let told: Vec<String> = scenario
        .options
        .iter()
        .take(3)
        .map(|option| {
            let left = option.after.measures.total.gap_total();
            format!("{} leaves {}", option.title, brief(left))
        })
        .collect();
    let more = scenario.options.len().saturating_sub(3);
    let others =
        if more > 0 { format!(" ({} more below)", count(more, "option")) } else { String::new() };
    Some(format!("{} unpaid{others}.", list(&told)))
}

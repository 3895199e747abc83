//! Five figures that one reads first.

use super::brief::{brief, briefs};
use super::{Card, Piece, Section};
use crate::forecast::Forecast;
use crate::funding::Status;
use crate::ledger::Ledger;
use crate::measures::per_cost;
use crate::money::{Money, Rate};
use crate::plan::Plan;
use crate::report::Mark;

/// Months that are looked ahead.
const AHEAD: usize = 12;

/// The cards.
pub(super) fn section(plan: &Plan, forecast: &Forecast) -> Section {
    let as_of = plan.horizon.as_of.words();
    let cards = vec![
        held(plan, forecast),
        lowest(plan, forecast),
        runs_out(plan, forecast),
        committed(forecast),
        restricted(plan, forecast),
    ];
    let told = match forecast.measures.cash.runs_out {
        _ if !plan.opening.cash_stated => {
            let (month, amount) = forecast.measures.cash.lowest;
            format!(
                "the cash in hand is not stated; counted from $0, it is lowest with {} in {}",
                brief(amount),
                month.words()
            )
        }
        Some(month) => format!("cash runs out in {} if every cost is paid", month.words()),
        None => {
            let (month, amount) = forecast.measures.cash.lowest;
            format!("cash lasts, lowest with {} in {}", brief(amount), month.words())
        }
    };
    Section {
        name: "standing",
        heading: format!("Where we stand in {as_of}: {told}"),
        pieces: vec![Piece::Cards(cards)],
    }
}

/// The months that lie ahead: the first place, and the one after the last.
fn ahead(forecast: &Forecast) -> (usize, usize) {
    let first = forecast.books.cash.as_of;
    (first, (first + AHEAD).min(forecast.books.ledger.months()))
}

fn cost(ledger: &Ledger, (first, end): (usize, usize)) -> Money {
    ledger.lines.iter().map(|line| line.need[first..end].iter().sum::<Money>()).sum()
}

/// Unrestricted cash before the month from which the plan is seen.
fn cash_before(forecast: &Forecast) -> Money {
    let cash = &forecast.books.cash;
    match cash.as_of.checked_sub(1) {
        Some(place) => cash.unrestricted_all_costs[place],
        None => cash.opening_unrestricted,
    }
}

fn held(plan: &Plan, forecast: &Forecast) -> Card {
    let amount = cash_before(forecast);
    if !plan.opening.cash_stated {
        return Card {
            mark: Mark::None,
            label: "Unrestricted cash now".to_string(),
            figure: "Not stated".to_string(),
            aside: format!("counted from $0 in {}", plan.horizon.start.words()),
        };
    }
    let (first, end) = ahead(forecast);
    let months = i64::try_from(end - first).unwrap_or(1).max(1);
    let year = cost(&forecast.books.ledger, (first, end));
    let stands = per_cost(amount, year, months, 1);
    let short = i128::from(amount.cents()) * i128::from(months) < i128::from(year.cents());
    let bad = !amount.is_positive() || short;
    Card {
        mark: if bad { Mark::Bad } else { Mark::None },
        label: "Unrestricted cash now".to_string(),
        figure: match stands {
            _ if amount.is_zero() => "None".to_string(),
            none if none == Rate::ZERO => brief(amount),
            one if one == Rate::ONE => "1 month of cost".to_string(),
            months => format!("{months} months of cost"),
        },
        aside: format!(
            "{} at the beginning of {}, every cost so far paid",
            brief(amount),
            forecast.books.ledger.horizon.as_of.words()
        ),
    }
}

fn lowest(plan: &Plan, forecast: &Forecast) -> Card {
    let (month, amount) = forecast.measures.cash.lowest;
    let stated = plan.opening.cash_stated;
    let from = if stated { "" } else { ", counted from $0" };
    Card {
        mark: match amount < Money::ZERO {
            _ if !stated => Mark::None,
            true => Mark::Bad,
            false => Mark::Good,
        },
        label: "Lowest month-end cash".to_string(),
        figure: brief(amount),
        aside: format!("in {}, if every cost is paid as planned{from}", month.words()),
    }
}

fn runs_out(plan: &Plan, forecast: &Forecast) -> Card {
    let label = "Cash runs out".to_string();
    match forecast.measures.cash.runs_out {
        _ if !plan.opening.cash_stated => Card {
            mark: Mark::None,
            label,
            figure: "Not known".to_string(),
            aside: "the plan does not state its cash in hand".to_string(),
        },
        Some(month) => Card {
            mark: Mark::Bad,
            label,
            figure: month.words(),
            aside: "the first month-end below zero, if every cost is paid".to_string(),
        },
        None => Card {
            mark: Mark::Good,
            label,
            figure: "Never".to_string(),
            aside: format!("not by {}, where the plan ends", plan.horizon.end().words()),
        },
    }
}

fn committed(forecast: &Forecast) -> Card {
    let span = ahead(forecast);
    let need = cost(&forecast.books.ledger, span);
    let secured = forecast.books.ladder.iter().find(|(view, _)| *view == Status::Secured);
    let covered: Money = secured.map_or(Money::ZERO, |(_, ledger)| {
        ledger.lines.iter().map(|line| line.covered[span.0..span.1].iter().sum::<Money>()).sum()
    });
    let share = covered.ratio(need);
    let bad = covered < need;
    // What is not all does not read as all.
    let [covered, need] = briefs([covered, need]);
    let months = span.1 - span.0;
    Card {
        mark: if bad { Mark::Bad } else { Mark::Good },
        label: format!("Cost of the next {months} months with secured money"),
        figure: share.rounded_in_words(),
        aside: format!("{covered} of {need}"),
    }
}

fn restricted(plan: &Plan, forecast: &Forecast) -> Card {
    let cash = &forecast.books.cash;
    let held = match cash.as_of.checked_sub(1) {
        Some(place) => cash.restricted[place],
        None => plan.opening.streams.iter().map(|(_, stream)| stream.cash).sum(),
    };
    let free = cash_before(forecast);
    let all = held + free;
    let (figure, aside) = if !plan.opening.cash_stated {
        let told = match held {
            Money::ZERO => {
                "the plan's figures hold no restricted cash, and state no other".to_string()
            }
            held => format!("{} is restricted; other cash is not stated", brief(held)),
        };
        ("Not known".to_string(), told)
    } else if held.is_zero() && !all.is_positive() {
        ("None held".to_string(), format!("the balance is {}", brief(all)))
    } else if !all.is_positive() {
        (brief(held), format!("of restricted cash; in all the balance is {}", brief(all)))
    } else if free < Money::ZERO {
        ("All of it".to_string(), format!("{} is held for funders' purposes", brief(held)))
    } else {
        let [part, all_told] = briefs([held, all]);
        (held.ratio(all).rounded_in_words(), format!("{part} of {all_told} held"))
    };
    Card { mark: Mark::None, label: "Restricted share of cash".to_string(), figure, aside }
}

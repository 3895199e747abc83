//! The headlines of the forecast page: what is bad first, what is good last.

use super::words::{count, dollars, list, near, whole_dollars};
use super::{Mark, Page};
use crate::braid::Method;
use crate::explain::text;
use crate::forecast::Forecast;
use crate::measures::{Cliff, StrandedRow, has_to_stand};
use crate::money::Money;
use crate::month::Month;
use crate::plan::Plan;
use crate::plan::cost::Priority;

/// Cliffs that the page tells.
const CLIFFS_SHOWN_MAX: usize = 3;

/// A sentence with how bad it is.
type Line = (Mark, String);

/// Says every headline, the good ones last.
pub(super) fn say(page: &mut Page, plan: &Plan, forecast: &Forecast) {
    let mut lines = gap(forecast);
    lines.extend(runway(plan, forecast));
    let cliffs = largest_cliffs(plan, forecast);
    lines.extend(cliffs.into_iter().map(|cliff| (Mark::Bad, cliff_words(forecast, cliff))));
    lines.extend(cash(plan, forecast));
    lines.extend(working_capital(plan, forecast));
    lines.extend(stranded(forecast));
    lines.extend(indirect(forecast));
    lines.push(dependable(forecast));
    let (good, rest): (Vec<Line>, Vec<Line>) =
        lines.into_iter().partition(|(mark, _)| *mark == Mark::Good);
    for (mark, text) in rest.into_iter().chain(good) {
        page.say(mark, text);
    }
}

pub(super) fn gap(forecast: &Forecast) -> Vec<Line> {
    let total = &forecast.measures.total;
    let gap = total.gap_total();
    if gap.is_zero() {
        return vec![(Mark::Good, format!("Every cost is paid: {} in all.", dollars(total.cost)))];
    }
    let parts = by_priority(total.gap);
    let text = format!(
        "{} of {} cost stays unpaid ({}): {parts}.",
        near(gap),
        dollars(total.cost),
        gap.ratio(total.cost).rounded_in_words(),
    );
    let first = forecast.measures.first_core_gap.map(|month| {
        (Mark::Bad, format!("Core costs are first left unpaid in {}.", month.words()))
    });
    [(Mark::Bad, text)].into_iter().chain(first).chain([best_case(forecast)]).collect()
}

/// What no braid can better, beside the gap as spent: the best case, with how near it is to its proof.
pub(super) fn best_case(forecast: &Forecast) -> Line {
    let rebraiding = &forecast.rebraiding;
    let distance: Money = forecast.distance().iter().sum();
    let proved = match distance.is_zero() {
        true => "proved".to_string(),
        false => format!("proved to within ${distance}"),
    };
    let none = none_better(forecast);
    if forecast.question.method == Method::Optimal {
        return (Mark::Watch, format!("{} ({proved}).", text::capital(&none)));
    }
    let case = "Best case, if every date were known today";
    if rebraiding.moves.is_empty() {
        return (Mark::Watch, format!("{case}: {none} ({proved})."));
    }
    let least: Money = rebraiding.optimal.iter().sum();
    let stays = match least.is_zero() {
        true => "every cost is paid".to_string(),
        false => {
            let parts = by_priority(rebraiding.optimal);
            let by = match forecast.proves_total() {
                true => "",
                false => ", by priority",
            };
            format!("{} must stay unpaid ({parts}; {proved}{by})", dollars(least))
        }
    };
    let mut avoids = format!("re-braiding avoids {}", avoided(rebraiding.avoidable()));
    let as_of = forecast.books.ledger.horizon.as_of.words();
    if let Some(ahead) = forecast.avoidable_ahead {
        avoids += &format!(
            "; from {as_of} on, with what was paid before as it is, it avoids {}",
            avoided(ahead)
        );
    } else if rebraiding.booked.is_positive() {
        let booked = dollars(rebraiding.booked);
        avoids += &format!("; {booked} of its moves lie before {as_of}, which is too late");
    }
    let mark = if least.is_zero() { Mark::Watch } else { Mark::Bad };
    (mark, format!("{case}: {stays}; {avoids}."))
}

/// What re-braiding from the month on from which the plan is seen avoids of each priority's gap; nothing where that is not
/// known, since part of the moves lies before it.
pub(super) fn avoidable_from_now(forecast: &Forecast) -> Option<[Money; 3]> {
    match forecast.avoidable_ahead {
        None if forecast.rebraiding.booked.is_positive() => None,
        None => Some(forecast.rebraiding.avoidable()),
        ahead => ahead,
    }
}

/// `$8,890 of core gap, and leaves $890 more essential unpaid`.
fn avoided(avoidable: [Money; 3]) -> String {
    // What settling to cents loses is told as a distance, not as a gap.
    let told = |amount: Money| if amount < Money::from_cents(100) { Money::ZERO } else { amount };
    let less = avoidable.map(Money::floor_zero);
    let more = avoidable.map(|amount| told((-amount).floor_zero()));
    let mut words = dollars(less.iter().sum());
    if less.iter().filter(|amount| !amount.is_zero()).count() > 1 {
        words += &format!(" ({})", by_priority(less));
    } else if let Some(place) = less.iter().position(|amount| !amount.is_zero()) {
        words += &format!(" of {} gap", Priority::ALL[place].word());
    } else {
        words = "nothing".to_string();
    }
    if more.iter().any(|amount| !amount.is_zero()) {
        let told = Priority::ALL.iter().zip(more).filter(|(_, amount)| !amount.is_zero());
        let told: Vec<String> = told
            .map(|(priority, sum)| format!("{} more {}", dollars(sum), priority.word()))
            .collect();
        words += &format!(", and leaves {} unpaid", list(&told));
    }
    words
}

/// What is proved of the gap of the optimal braid: that no braid leaves less in all, or only that none leaves less of a
/// priority without leaving more of those before it.
fn none_better(forecast: &Forecast) -> String {
    if forecast.proves_total() {
        return "no braid within the rules leaves less unpaid".to_string();
    }
    let left = forecast.measures.total.irreducible;
    let mut parts: Vec<String> = Vec::new();
    for priority in Priority::ALL.into_iter().filter(|of| left[*of as usize].is_positive()) {
        let word = priority.word();
        let before = &Priority::ALL[..priority as usize];
        let before: Vec<&str> = before.iter().map(|of| of.word()).collect();
        let paid = left[..priority as usize].iter().all(|gap| gap.is_zero());
        parts.push(match (before.as_slice(), paid) {
            ([], _) => format!("no braid within the rules leaves less {word} unpaid"),
            (before, true) => {
                let before = before.join(" and ");
                format!("no braid that pays all {before} costs leaves less {word} unpaid")
            }
            (before, false) => {
                let before = before.join(" or ");
                format!("none that leaves no more {before} unpaid leaves less {word}")
            }
        });
    }
    parts.join(", and ")
}

/// `core $1,200 and stretch $300`, or `all of it core`.
fn by_priority(amounts: [Money; 3]) -> String {
    let told = Priority::ALL.iter().zip(amounts).filter(|(_, amount)| !amount.is_zero());
    let parts: Vec<(&str, Money)> = told.map(|(priority, sum)| (priority.word(), sum)).collect();
    match parts.as_slice() {
        [(only, _)] => format!("all of it {only}"),
        // Each is rounded by itself, as tables round it: no figure is told in two ways.
        parts => {
            let part = |(word, amount): &(&str, Money)| format!("{word} {}", near(*amount));
            list(&parts.iter().map(part).collect::<Vec<_>>())
        }
    }
}

fn runway(plan: &Plan, forecast: &Forecast) -> Option<Line> {
    forecast.measures.first_core_gap?;
    let as_of = plan.horizon.as_of;
    let Some(months) = forecast.measures.runway.core_months else {
        let text = format!(
            "These core gaps are small: from {} on, in no three months does more than 5 % of core \
             cost go unpaid.",
            as_of.words()
        );
        return Some((Mark::Watch, text));
    };
    let end = plan.horizon.end();
    let from = as_of.plus(months as i32).unwrap_or(end);
    let until = from.plus(2).map_or(end, |until| until.min(end));
    let length = match months {
        0 => format!("There is no runway from {}", as_of.words()),
        months => {
            format!("The runway is {} from {}", count(months as usize, "month"), as_of.words())
        }
    };
    let text = format!(
        "{length}: of the core cost of {}, more than 5 % goes unpaid.",
        months_words(from, until)
    );
    Some((Mark::Bad, text))
}

/// A row of months: `Mar to May 2022`, `Nov 2019 to Jan 2020`.
fn months_words(from: Month, until: Month) -> String {
    let first = from.words();
    if from == until {
        return first;
    }
    let first = if from.year() == until.year() { &first[..3] } else { &first };
    format!("{first} to {}", until.words())
}

/// The deepest cliffs from `as-of` on, in the order of months.
pub(super) fn largest_cliffs<'a>(plan: &Plan, forecast: &'a Forecast) -> Vec<&'a Cliff> {
    let ahead = |cliff: &&Cliff| cliff.month >= plan.horizon.as_of;
    let mut cliffs: Vec<&Cliff> = forecast.measures.cliffs.iter().filter(ahead).collect();
    cliffs.sort_by_key(|cliff| (std::cmp::Reverse(cliff.fall()), cliff.month));
    cliffs.truncate(CLIFFS_SHOWN_MAX);
    cliffs.sort_by_key(|cliff| cliff.month);
    cliffs
}

/// A cliff with the falls that it is made of, which add up.
pub(super) fn cliff_words(forecast: &Forecast, cliff: &Cliff) -> String {
    let mut named: Vec<String> = cliff
        .streams
        .iter()
        .take(2)
        .map(|(stream, fall)| format!("{} by {}", title_of(forecast, stream), dollars(*fall)))
        .collect();
    let falls: Money = cliff.streams.iter().map(|(_, fall)| *fall).sum();
    let others = cliff.streams.len().saturating_sub(named.len());
    if others > 0 {
        let rest: Money = cliff.streams.iter().skip(2).map(|(_, fall)| *fall).sum();
        named.push(format!("{} by {}", count(others, "other"), dollars(rest)));
    }
    let mut because = list(&named);
    let rise = falls - cliff.fall();
    if whole_dollars(rise) > 0 {
        because += &format!(", less {} that other money rises by", dollars(rise));
    }
    format!(
        "Cliff in {}: {} falls from {} to {} ({because}).",
        cliff.month.words(),
        cliff_money(forecast),
        dollars(cliff.before),
        dollars(cliff.after),
    )
}

/// The money that cliffs are counted in: recurring only where none of it has an end.
fn cliff_money(forecast: &Forecast) -> &'static str {
    let own = || forecast.books.ledger.streams.iter().filter(|stream| stream.kind.is_some());
    if own().filter(|stream| !stream.one_time).all(|stream| stream.until.is_none()) {
        "the recurring money of twelve months"
    } else if own().any(|stream| stream.one_time) {
        "the money of twelve months, one-time money aside,"
    } else {
        "the money of twelve months"
    }
}

/// `From Jul 2021 on, ` with the words after it, where the plan is seen from after its start.
fn seen(plan: &Plan, words: &str) -> String {
    let horizon = &plan.horizon;
    if horizon.as_of > horizon.start {
        return format!("From {} on, {words}", horizon.as_of.words());
    }
    let mut letters = words.chars();
    letters
        .next()
        .map_or(String::new(), |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

/// What figures of cash rest on where the plan does not state it.
pub(super) fn cash_basis(plan: &Plan) -> Option<Line> {
    (!plan.opening.cash_stated).then(|| (Mark::Watch, text::CASH_FROM_ZERO.to_string()))
}

pub(super) fn cash(plan: &Plan, forecast: &Forecast) -> Option<Line> {
    let cash = &forecast.measures.cash;
    let (month, lowest) = cash.lowest;
    let with_credit = match forecast.books.cash.credit {
        Some(_) => " with the line of credit",
        None => "",
    };
    if !plan.opening.cash_stated {
        let text = format!(
            "The plan does not state its cash in hand. Counted from $0, unrestricted cash is lowest{with_credit}, {}, in \
             {}, if every cost is paid as planned.",
            dollars(lowest),
            month.words()
        );
        return Some((Mark::Watch, text));
    }
    let lowest = format!("lowest{with_credit}, {}, in {}.", dollars(lowest), month.words());
    let line = match cash.runs_out {
        Some(out) => {
            let text = format!(
                "unrestricted cash runs out in {} if every cost is paid as planned, and is {lowest}",
                out.words(),
            );
            (Mark::Bad, seen(plan, &text))
        }
        None => {
            let text = "unrestricted cash lasts if every cost is paid as planned; it is ";
            (Mark::Good, seen(plan, text) + &lowest)
        }
    };
    Some(line)
}

pub(super) fn working_capital(plan: &Plan, forecast: &Forecast) -> Option<Line> {
    let cash = &forecast.measures.cash;
    let (month, lowest) = cash.lowest_funded;
    let own = match forecast.books.cash.credit {
        Some(_) => "without the line of credit, unrestricted cash",
        None => "unrestricted cash",
    };
    let text = format!(
        "late payment takes {} of working capital even where only funded costs are paid: \
         {own} is lowest, {}, in {}.",
        dollars(cash.working_capital),
        dollars(lowest),
        month.words(),
    );
    cash.working_capital.is_positive().then(|| (Mark::Watch, seen(plan, &text)))
}

pub(super) fn stranded(forecast: &Forecast) -> Option<Line> {
    let rows = &forecast.measures.stranded;
    let size = |row: &StrandedRow| row.lapsed + row.refund_due + row.idle;
    let total: Money = rows.iter().map(size).sum();
    let most = rows.iter().max_by_key(|row| size(row))?;
    if whole_dollars(total) == 0 || forecast.measures.total.gap_total().is_zero() {
        return None;
    }
    let whose = if size(most) == total {
        title_of(forecast, &most.stream)
    } else {
        format!("most of it {}, {}", title_of(forecast, &most.stream), dollars(size(most)))
    };
    let sum = |part: fn(&StrandedRow) -> Money| rows.iter().map(part).sum::<Money>();
    let ways = [
        (sum(|row| row.lapsed), "lapses"),
        (sum(|row| row.refund_due), "goes back"),
        (sum(|row| row.idle), "stands idle at the end"),
    ];
    let ways: Vec<&str> =
        ways.iter().filter(|(sum, _)| !sum.is_zero()).map(|(_, way)| *way).collect();
    let ways = match ways.as_slice() {
        [first, second, third] => format!("{first}, {second} or {third}"),
        ways => ways.join(" or "),
    };
    let text = format!("{} {ways} while costs stay unpaid ({whose}).", dollars(total));
    Some((Mark::Watch, text))
}

/// Indirect recovery against the overhead that it is meant to cover.
pub(super) fn indirect(forecast: &Forecast) -> Option<Line> {
    let measures = &forecast.measures;
    let recovered: Money = measures.indirect.iter().map(|row| row.recovered).sum();
    let unrecovered: Money = measures.indirect.iter().map(|row| row.unrecovered).sum();
    let overhead = measures.overhead;
    if measures.indirect.is_empty() && overhead.is_zero() {
        return None;
    }
    let against = if overhead.is_zero() {
        "no line of the plan is overhead".to_string()
    } else if recovered == overhead {
        "as much as the overhead lines cost".to_string()
    } else if recovered < overhead {
        format!("{} less than the overhead lines cost", dollars(overhead - recovered))
    } else {
        format!("{} more than the overhead lines cost", dollars(recovered - overhead))
    };
    let mut text = format!("Indirect recovery is {}: {against}.", dollars(recovered));
    if recovered.is_zero() {
        text = format!(
            "No indirect cost is recovered: the overhead lines cost {}.",
            dollars(overhead)
        );
    }
    if unrecovered.is_positive() {
        text += &format!(
            " Caps, or awards that were spent, keep back {} that the rates allow.",
            dollars(unrecovered)
        );
    }
    Some((Mark::Watch, text))
}

pub(super) fn dependable(forecast: &Forecast) -> Line {
    let share = forecast.measures.total.dependable_share;
    let covers = format!("Dependable money covers {} of core cost", share.rounded_in_words());
    let Some(stands) = &forecast.measures.sustainability else {
        let streams = &forecast.books.ledger.streams;
        let text = if !streams.iter().any(|stream| stream.dependable) {
            "No money of the plan is dependable (signed, recurring, 24 months or more left, 12 \
             months' notice)."
                .to_string()
        } else if covers_some_month(forecast) {
            format!("{covers}; some months' backbone and core cost in full, yet not for good.")
        } else {
            format!("{covers}; it never comes to cover all backbone and core cost.")
        };
        return (Mark::Watch, text);
    };
    let titles: Vec<String> =
        stands.rests_on.iter().take(3).map(|name| title_of(forecast, name)).collect();
    let rests =
        if titles.is_empty() { String::new() } else { format!(", resting on {}", list(&titles)) };
    let text = format!(
        "{covers}; from {} to {} it covers all backbone and core cost{rests}.",
        stands.month.words(),
        stands.until.words(),
    );
    (Mark::Good, text)
}

/// Whether dependable money alone covers all backbone and core cost of some month that has any.
fn covers_some_month(forecast: &Forecast) -> bool {
    let ledger = &forecast.books.dependable;
    (0..ledger.months()).any(|place| {
        has_to_stand(ledger).any(|line| line.need[place].is_positive())
            && has_to_stand(ledger).all(|line| line.gap[place].is_zero())
    })
}

/// What people call a stream.
fn title_of(forecast: &Forecast, stream: &str) -> String {
    let streams = &forecast.books.ledger.streams;
    let known = streams.iter().find(|book| book.name == stream);
    known.map_or_else(|| stream.to_string(), |book| book.title.clone())
}

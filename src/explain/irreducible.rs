//! The irreducible gap: what no braid can fund, why not, and by cause.

use super::ask::{Ask, Grain, Period, Scope, largest_first, subject, sums};
use super::{Explanation, Part, text};
use crate::braid::causes::Cause;
use crate::braid::cut::{Cut, Group};
use crate::forecast::Forecast;
use crate::money::Money;
use crate::month::Month;
use crate::name::{PoolIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::Priority;

/// Groups of costs that are told in words for one priority.
const GROUPS_TOLD: usize = 3;
/// Names in a sentence; the rest are counted.
const NAMES_TOLD: usize = 3;
/// Lines or streams of a group that are listed; the rest are added up.
const ROWS_TOLD: usize = 12;

/// How an amount is written.
pub(crate) type Written = fn(Money) -> String;

/// Answers `gap/irreducible` and `gap/causes`, with a priority and a year.
pub(super) fn explain(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let [head, rest @ ..] = rest else { return None };
    let of = |word: &&str| Priority::ALL.into_iter().find(|priority| priority.word() == *word);
    let (priority, rest) = match rest.first().and_then(of) {
        Some(priority) => (Some(priority), &rest[1..]),
        None => (None, rest),
    };
    let period = Period::rest(ask, rest)?;
    if matches!(period.grain, Grain::Month(_)) {
        return None;
    }
    match (*head, priority, period.grain) {
        ("causes", _, _) => Some(causes(ask, priority, &period)),
        ("irreducible", Some(priority), Grain::Whole) => Some(proved(ask, priority, &period)),
        ("irreducible", None, Grain::Whole) => Some(by_priority(ask, &period)),
        ("irreducible", _, _) => Some(of_year(ask, priority, &period)),
        _ => None,
    }
}

fn words_of(priority: Option<Priority>) -> String {
    priority.map_or(String::new(), |priority| format!(" of {} lines", priority.word()))
}

fn chosen(priority: Option<Priority>) -> impl Iterator<Item = Priority> {
    Priority::ALL.into_iter().filter(move |of| priority.is_none_or(|priority| priority == *of))
}

/// What the optimal braid leaves of these priorities in a period.
pub(super) fn left(ask: Ask, priority: Option<Priority>, period: &Period) -> Money {
    let lines = ask.forecast.books.optimal.lines.iter();
    let own = lines.filter(|line| priority.is_none_or(|priority| line.priority == priority));
    own.map(|line| period.sum(&line.gap)).sum()
}

fn by_priority(ask: Ask, period: &Period) -> Explanation {
    let part = |priority: Priority| {
        let amount = left(ask, Some(priority), period);
        Part::plus(amount, format!("{} costs", priority.word()))
            .see(format!("gap/irreducible/{}", priority.word()))
    };
    let formula = "what the optimal braid leaves of each priority: best case, if every date were known \
                   today";
    let parts = Priority::ALL.map(part).into();
    let subject = subject("irreducible gap", "", period);
    let explanation = Explanation::sum_of(&subject, left(ask, None, period), formula, parts);
    noted(ask, explanation, None)
}

/// The costs of the cuts of one priority, less the money that may pay them.
fn proved(ask: Ask, priority: Priority, period: &Period) -> Explanation {
    let value = left(ask, Some(priority), period);
    let formula = "the costs of the cut, less all money that may pay them: no braid leaves less";
    let mut parts = Vec::new();
    if let Some(cut) = ask.forecast.cuts.get(priority as usize) {
        for group in &cut.groups {
            parts.extend(rows(ask, priority, group));
        }
        parts.push(signed(cut.rounding, "costs without a gap of their own, and rounding"));
        let beyond = "what the optimal braid leaves beyond what is proved, settled in whole cents";
        parts.push(signed(value - cut.least, beyond));
    }
    let subject = subject("irreducible gap", &words_of(Some(priority)), period);
    let explanation = Explanation::sum_of(&subject, value, formula, parts);
    noted(ask, explanation, Some(priority))
}

/// An amount that may be below zero.
fn signed(amount: Money, label: &str) -> Part {
    match amount < Money::ZERO {
        true => Part::minus(-amount, label),
        false => Part::plus(amount, label),
    }
}

/// The costs and the money of one group.
fn rows(ask: Ask, priority: Priority, group: &Group) -> Vec<Part> {
    let ledger = ask.ledger();
    let needs = group.needs.iter().map(|need| {
        let line = &ledger.lines[need.line.at()];
        let mut months = span(ask.forecast, need.first, need.last);
        if need.months < need.last - need.first + 1 {
            months = format!("{} of {months}", text::count(need.months, "month", "months"));
        }
        let part = signed(need.counted, &format!("{}, {months}", line.title))
            .input(ask.plan, &format!("cost.{}", line.name))
            .see(format!("cost/{}", ask.line_word(need.line.at())));
        match need.counted == need.need {
            true => part,
            false => part.text(format!("of {}", text::money(need.need))),
        }
    });
    let money = group.money.iter().map(|money| {
        let name = &ask.plan.stream(money.stream).name;
        let mut words = Vec::new();
        if money.held != money.counted {
            words.push(format!("of {}", text::money(money.held)));
        }
        let most = money.spent_on.iter().take(2).map(|(line, amount)| {
            format!("{} on {}", text::money(*amount), ledger.lines[line.at()].title)
        });
        let most: Vec<String> = most.collect();
        let others = money.spent_on.len().saturating_sub(most.len());
        if !most.is_empty() {
            let others = if others > 0 { format!(" and {others} more") } else { String::new() };
            words.push(format!("the optimal braid spends {}{others}", most.join(", ")));
        }
        let title = title(ask.plan, money.stream, money.pool);
        minus(money.counted, &title)
            .text(words.join("; "))
            .input(ask.plan, &format!("stream.{name}"))
            .see(format!("stream/{name}"))
    });
    let mut parts = listed(needs.collect(), "further costs");
    parts.extend(listed(money.collect(), "further money"));
    parts.extend(group.rooms.iter().map(|(stream, award, room)| {
        let title = &ask.plan.stream(*stream).title;
        let which = if *award == 0 { String::new() } else { format!(", renewal {award}") };
        minus(*room, &format!("room under the rules of {title}{which}"))
    }));
    let earlier: Vec<&str> =
        Priority::ALL.iter().filter(|of| **of < priority).map(|of| of.word()).collect();
    let told = format!("the {} gap among them, which counts there", earlier.join(" and "));
    parts.push(minus(group.before, &told));
    parts
}

fn minus(amount: Money, label: &str) -> Part {
    signed(-amount, label)
}

/// Rows up to so many, the rest in one.
fn listed(mut rows: Vec<Part>, rest: &str) -> Vec<Part> {
    if rows.len() > ROWS_TOLD {
        let others = rows.split_off(ROWS_TOLD);
        let sum = others.iter().map(Part::signed).sum();
        rows.push(signed(sum, &format!("{rest} ({})", others.len())));
    }
    rows
}

/// The irreducible gap of one fiscal year: what its lines need, less what the optimal braid pays of them.
fn of_year(ask: Ask, priority: Option<Priority>, period: &Period) -> Explanation {
    let optimal = &ask.forecast.books.optimal;
    let short: Vec<usize> = (0..optimal.lines.len())
        .filter(|line| priority.is_none_or(|of| optimal.lines[*line].priority == of))
        .filter(|line| period.sum(&optimal.lines[*line].gap).is_positive())
        .collect();
    let needs = short.iter().map(|line| (*line, period.sum(&optimal.lines[*line].need)));
    let mut parts: Vec<Part> = largest_first(sums(needs))
        .into_iter()
        .map(|(line, need)| {
            let book = &optimal.lines[line];
            let left = period.sum(&book.gap);
            Part::plus(need, format!("needed for {}", book.title))
                .text(format!("{} of it unpaid", text::money(left)))
                .see(format!("cost/{}{}", ask.line_word(line), period.suffix()))
        })
        .collect();
    let draws = optimal.draws.iter().filter(|draw| {
        period.places().contains(&draw.place) && short.binary_search(&draw.line.at()).is_ok()
    });
    let paid = sums(draws.map(|draw| (draw.stream, draw.amount)));
    parts.extend(largest_first(paid).into_iter().map(|(stream, amount)| {
        let book = &optimal.streams[stream];
        Part::minus(amount, format!("{}, in the optimal braid", book.title)).see(format!(
            "stream/{}{}",
            book.name,
            period.suffix()
        ))
    }));
    let value = left(ask, priority, period);
    let formula = "what the lines that the optimal braid leaves short need in the year, less what it pays \
                   of them; of each priority the earliest months are paid first";
    let subject = subject("irreducible gap", &words_of(priority), period);
    let mut explanation = Explanation::sum_of(&subject, value, formula, parts);
    for of in chosen(priority) {
        let Some(cut) = ask.forecast.cuts.get(of as usize) else { continue };
        for group in cut.groups.iter().take(GROUPS_TOLD) {
            let own = group.needs.iter().filter(|need| ask.plan.line(need.line).priority == of);
            let left = own.flat_map(|need| &need.left);
            let left = left.filter(|(place, _)| period.places().contains(place));
            let left: Money = left.map(|(_, gap)| *gap).sum();
            if left.is_positive() {
                let words = words(ask.plan, ask.forecast, cut, group, text::dollars);
                let year = &period.words;
                let left = text::dollars(left);
                explanation = explanation.note(format!("{words} Of that, {left} falls in {year}."));
            }
        }
    }
    explanation.with([by_cause(ask, priority, period)])
}

fn by_cause(ask: Ask, priority: Option<Priority>, period: &Period) -> Part {
    let group = priority.map_or(String::new(), |priority| format!("/{}", priority.word()));
    Part::aside(left(ask, priority, period), "the same by cause")
        .see(format!("gap/causes{group}{}", period.suffix()))
}

/// With the cuts in words.
fn noted(ask: Ask, explanation: Explanation, priority: Option<Priority>) -> Explanation {
    let mut explanation = explanation.with([by_cause(ask, priority, &Period::whole(ask))]);
    for of in chosen(priority) {
        let Some(cut) = ask.forecast.cuts.get(of as usize) else { continue };
        for group in cut.groups.iter().take(GROUPS_TOLD) {
            let words = words(ask.plan, ask.forecast, cut, group, text::dollars);
            explanation = explanation.note(words);
        }
        let more = cut.groups.len().saturating_sub(GROUPS_TOLD);
        if more > 0 {
            let rest: Money = cut.groups.iter().skip(GROUPS_TOLD).map(|group| group.gap).sum();
            let groups = text::count(more, "other group", "other groups");
            let rest = text::dollars(rest);
            let word = of.word();
            explanation =
                explanation.note(format!("{groups} of {word} costs leave {rest} in the same way."));
        }
    }
    explanation
}

/// Beside a gap as spent of all lines or of one priority: what of it no braid can fund, and why.
pub(super) fn beside(ask: Ask, scope: &Scope, explanation: Explanation) -> Explanation {
    let named = Priority::ALL.into_iter().find(|of| scope.words == words_of(Some(*of)));
    let asked = scope.single.is_none() && (scope.words.is_empty() || named.is_some());
    if !asked || matches!(scope.period.grain, Grain::Month(_)) {
        return explanation;
    }
    let amount = left(ask, named, &scope.period);
    if amount.is_zero() {
        return explanation;
    }
    let group = named.map_or(String::new(), |priority| format!("/{}", priority.word()));
    let suffix = scope.period.suffix();
    let part = Part::aside(amount, "no braid can fund, if every date were known today")
        .see(format!("gap/irreducible{group}{suffix}"));
    let mut explanation = explanation.with([part, by_cause(ask, named, &scope.period)]);
    for of in chosen(named) {
        let cut = ask.forecast.cuts.get(of as usize);
        let within = |group: &&Group| {
            let mut left = group.needs.iter().flat_map(|need| &need.left);
            left.any(|(place, _)| scope.period.places().contains(place))
        };
        let Some((cut, group)) = cut.and_then(|cut| Some((cut, cut.groups.iter().find(within)?)))
        else {
            continue;
        };
        let words = words(ask.plan, ask.forecast, cut, group, text::dollars);
        explanation = explanation.note(words);
    }
    explanation
}

fn causes(ask: Ask, priority: Option<Priority>, period: &Period) -> Explanation {
    let of = |cause: Cause| -> Money {
        let by_place = |of: Priority| ask.forecast.causes.by_place(cause, of as usize);
        chosen(priority).map(|of| period.sum(by_place(of))).sum()
    };
    let parts = Cause::ALL.map(|cause| signed(of(cause), cause_words(cause))).into();
    let formula = "what the optimal braid leaves, less what is left as one bond after the other is let \
                   go: restriction (any dollar may pay anything in its own months), lapse (money keeps until \
                   used), lateness (money may be used before it arrives); no bond causes the rest";
    let subject = subject("irreducible gap", &words_of(priority), period);
    let explanation = Explanation::sum_of(&subject, left(ask, priority, period), formula, parts);
    let below = Cause::ALL.iter().any(|cause| of(*cause) < Money::ZERO);
    let year = matches!(period.grain, Grain::Year(_));
    match (below, year) {
        (true, true) => explanation.note(
            "Freed money pays the earliest months and core costs first, so less of it may be left for \
             this year: such a part is taken off.",
        ),
        (true, false) => explanation.note(
            "Freed money goes to core costs first, so less of it may be left for these: such a part is \
             taken off.",
        ),
        _ => explanation,
    }
}

/// A cause as a row.
fn cause_words(cause: Cause) -> &'static str {
    match cause {
        Cause::Restriction => "restriction: money of these months may not pay these costs",
        Cause::Lapse => "lapse: money ends before it can be used",
        Cause::LateSecured => {
            "lateness: secured money comes after the costs, and could be financed"
        }
        Cause::LateUnsecured => "lateness: money that is not secured comes after the costs",
        Cause::Shortage => "shortage: there is not enough money over the whole plan",
    }
}

/// Why a group of costs cannot be funded, in two or three sentences.
pub(crate) fn words(
    plan: &Plan,
    forecast: &Forecast,
    cut: &Cut,
    group: &Group,
    written: Written,
) -> String {
    let need: Money = group.needs.iter().map(|need| need.need).sum();
    let needed = group.needed();
    let costs = costs(plan, forecast, group);
    let names: Vec<String> =
        group.money.iter().map(|money| title(plan, money.stream, money.pool)).collect();
    let mut text = format!("These costs ({costs}) need {}", written(need));
    if group.is_plain() {
        text += &match (needed == need, names.is_empty()) {
            (true, true) => ". No money of this view may pay for them.".to_string(),
            (true, false) => format!(
                ". The only money that may pay for them is {}, at most {}.",
                several(&names),
                written(group.held())
            ),
            (false, true) => format!(
                "; other money may pay of them what leaves {}, and no money of this view may pay that.",
                written(needed)
            ),
            (false, false) => format!(
                "; other money may pay of them what leaves {}. The only money that may pay that is \
                 {}, at most {}.",
                written(needed),
                several(&names),
                written(group.held())
            ),
        };
    } else {
        let rules: Vec<String> =
            group.rules.iter().map(|(stream, _)| title(plan, *stream, None)).collect();
        text += &format!(
            ". The rules of {} tie what may pay for them. At the prices that prove it, these costs count \
             {}, and all money and room under the rules {}.",
            several(&rules),
            written(needed),
            written(group.held())
        );
    }
    if !group.before.is_zero() {
        let before = written(group.before);
        text += &format!(" {before} of what is left counts with an earlier priority.");
    }
    let word = cut.priority.word();
    text + &format!(
        " So at least {} of {word} cost cannot be funded by any braid.",
        written(group.gap)
    )
}

/// Functions, priorities and months of a group's costs.
fn costs(plan: &Plan, forecast: &Forecast, group: &Group) -> String {
    let line = |need: &crate::braid::cut::CutNeed| plan.line(need.line);
    let functions = sums(group.needs.iter().map(|need| (line(need).function.clone(), need.need)));
    let functions: Vec<String> =
        largest_first(functions).into_iter().map(|(function, _)| function.to_string()).collect();
    let own = |priority: &Priority| group.needs.iter().any(|need| line(need).priority == *priority);
    let priorities: Vec<String> =
        Priority::ALL.iter().filter(|of| own(of)).map(|of| of.word().to_string()).collect();
    let first = group.needs.iter().map(|need| need.first).min().unwrap_or(0);
    let last = group.needs.iter().map(|need| need.last).max().unwrap_or(0);
    let holes = group.needs.iter().any(|need| need.months < need.last - need.first + 1);
    let months = match holes {
        true => format!("some months of {}", span(forecast, first, last)),
        false => span(forecast, first, last),
    };
    format!("{}; {}; {months}", several(&functions), joined(&priorities))
}

/// The months between two places: `Jul 2027 to May 2028`, `the whole plan`.
fn span(forecast: &Forecast, first: usize, last: usize) -> String {
    let horizon = &forecast.books.ledger.horizon;
    let month = |place: usize| -> Month { horizon.month(place) };
    let end = horizon.months as usize - 1;
    match (first, last) {
        (first, last) if first == last => month(first).words(),
        (0, last) if last == end => "the whole plan".to_string(),
        _ => format!("{} to {}", month(first).words(), month(last).words()),
    }
}

fn title(plan: &Plan, stream: StreamIndex, pool: Option<PoolIndex>) -> String {
    let title = &plan.stream(stream).title;
    match pool.and_then(|pool| plan.pools.get(pool.at())) {
        Some(pool) => format!("{title} (in {})", pool.title),
        None => title.clone(),
    }
}

/// The first few names, the rest counted.
fn several(names: &[String]) -> String {
    if names.len() <= NAMES_TOLD + 1 {
        return joined(names);
    }
    let others = text::count(names.len() - NAMES_TOLD, "other", "others");
    format!("{} and {others}", names[..NAMES_TOLD].join(", "))
}

fn joined(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

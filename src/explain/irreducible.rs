//! The irreducible gap: what no braid can fund, why not, and by cause.

use super::ask::{Ask, Grain, Period, Scope, largest_first, subject, sums};
use super::reason::{self, Written, span};
use super::{Explanation, Part, Value, text};
use crate::braid::causes::Cause;
use crate::braid::cut::{CutMoney, Group};
use crate::money::Money;
use crate::plan::cost::Priority;

/// Groups of costs that are told in words for one priority.
const GROUPS_TOLD: usize = 3;
/// Lines or streams of a group that are listed; the rest are added up.
const ROWS_TOLD: usize = 12;

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
        // Freed money pays other months: a cause is of no one year.
        ("causes", _, Grain::Whole) => Some(causes(ask, priority, &period)),
        ("irreducible", Some(priority), Grain::Whole) => Some(proved(ask, priority, &period)),
        ("irreducible", None, Grain::Whole) => Some(by_priority(ask, &period)),
        ("irreducible", _, _) => Some(of_year(ask, priority, &period)),
        _ => None,
    }
}

/// A gap of nothing.
fn nothing(subject: &str, formula: &str) -> Explanation {
    Explanation::of(subject, Value::Money(Money::ZERO), formula).note("Nothing is left.")
}

/// What is proved, beside what the optimal braid leaves: by priority, since each is proved with those before it
/// left no more.
pub(super) fn least(ask: Ask, priority: Option<Priority>) -> Vec<Part> {
    let (Some(least), distance) = (ask.forecast.optimum.least(), ask.forecast.distance()) else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    for of in chosen(priority) {
        let left = ask.forecast.measures.total.irreducible[of as usize];
        if left.is_zero() {
            continue;
        }
        let earlier: Vec<&str> =
            Priority::ALL.iter().filter(|one| **one < of).map(|one| one.word()).collect();
        let word = of.word();
        let label = match earlier.is_empty() {
            true => format!("proved: no braid leaves less {word} unpaid"),
            false => format!(
                "proved: no braid that leaves no more {} unpaid leaves less {word}",
                earlier.join(" or ")
            ),
        };
        parts.push(Part::aside(least[of as usize], label));
        let beyond = distance[of as usize];
        if beyond.is_positive() {
            let label = format!("the {word} gap beyond that: the braid is settled in whole cents");
            parts.push(Part::aside(beyond, label));
        }
    }
    parts
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
    let value = left(ask, None, period);
    if value.is_zero() {
        return nothing(&subject, formula);
    }
    let explanation = Explanation::sum_of(&subject, value, formula, parts);
    noted(ask, explanation.with(least(ask, None)), None)
}

/// The costs that bear the gap of one priority out, less what the optimal braid pays of them.
fn proved(ask: Ask, priority: Priority, period: &Period) -> Explanation {
    let value = left(ask, Some(priority), period);
    let formula = "what these costs need, less what the optimal braid pays of them: no braid within the rules \
                   pays more of them";
    let subject = subject("irreducible gap", &words_of(Some(priority)), period);
    if value.is_zero() {
        return nothing(&subject, formula);
    }
    let mut parts = Vec::new();
    if let Some(cut) = ask.forecast.cuts.get(priority as usize) {
        let many = cut.groups.len() > 1;
        for (at, group) in cut.groups.iter().enumerate() {
            if many {
                let costs = reason::costs(ask.plan, ask.forecast, group);
                let left = text::money(group.left[priority as usize]);
                let label = format!("costs {} of {} ({costs})", at + 1, cut.groups.len());
                parts.push(Part::said(format!("{left} left"), label));
            }
            parts.extend(rows(ask, priority, group));
        }
        let told: Money = cut.groups.iter().map(|group| group.left[priority as usize]).sum();
        let rest = "what the optimal braid leaves of other costs, settled in whole cents";
        parts.push(signed(value - told, rest));
    }
    let explanation = Explanation::sum_of(&subject, value, formula, parts);
    noted(ask, explanation.with(least(ask, Some(priority))), Some(priority))
}

/// An amount that may be below zero.
fn signed(amount: Money, label: &str) -> Part {
    match amount < Money::ZERO {
        true => Part::minus(-amount, label),
        false => Part::plus(amount, label),
    }
}

/// The costs of one group, what pays them in the optimal braid, and what keeps more from them.
fn rows(ask: Ask, priority: Priority, group: &Group) -> Vec<Part> {
    let ledger = ask.ledger();
    let needs = group.needs.iter().map(|need| {
        let line = &ledger.lines[need.line.at()];
        let mut months = span(ask.forecast, need.first, need.last);
        if need.months < need.last - need.first + 1 {
            months = format!("{} of {months}", text::count(need.months, "month", "months"));
        }
        Part::plus(need.need, format!("{}, {months}", line.title))
            .input(ask.plan, &format!("cost.{}", line.name))
            .see(format!("cost/{}", ask.line_word(need.line.at())))
    });
    let money = group.money.iter().map(|money| {
        let name = &ask.plan.stream(money.stream).name;
        let title = reason::title(ask.plan, money.stream, money.pool);
        let part = match money.paid.is_positive() {
            true => Part::minus(money.paid, title),
            false => Part::said("pays nothing of them", title),
        };
        let part = match (held(money), money.paid.is_positive()) {
            (words, true) => part.text(words),
            (words, false) if words.is_empty() => part,
            (words, false) => part.text(format!("pays nothing of them, {words}")),
        };
        part.input(ask.plan, &format!("stream.{name}")).see(format!("stream/{name}"))
    });
    let mut parts = listed(needs.collect(), "further costs");
    parts.extend(group.rules.iter().map(|rule| {
        let words = reason::rule_words(ask.plan, rule, Written::EXACT);
        Part::said(words, "rule")
    }));
    parts.extend(listed(money.collect(), "further money"));
    parts.push(minus(group.recovered, "recovered indirect cost"));
    let earlier: Vec<&str> =
        Priority::ALL.iter().filter(|of| **of < priority).map(|of| of.word()).collect();
    let told = format!("the {} gap among them, which counts there", earlier.join(" and "));
    parts.push(minus(group.before(priority), &told));
    parts
}

/// `of 3,000.00: 1,200.00 pays other costs, 800.00 is not spent`.
fn held(money: &CutMoney) -> String {
    if money.held == money.paid {
        return String::new();
    }
    let elsewhere = money.elsewhere();
    let unspent = money.held - money.paid - elsewhere - money.recovered;
    let ways = [
        (elsewhere, "pays other costs"),
        (money.recovered, "recovers indirect cost"),
        (unspent, "is not spent"),
    ];
    let ways = ways.iter().filter(|(amount, _)| amount.is_positive());
    let ways: Vec<String> =
        ways.map(|(amount, words)| format!("{} {words}", text::money(*amount))).collect();
    format!("of {}, {}", text::money(money.held), text::joined(&ways).replace(';', ","))
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
    if value.is_zero() {
        return nothing(&subject, formula);
    }
    let mut explanation = Explanation::sum_of(&subject, value, formula, parts);
    for of in chosen(priority) {
        let Some(cut) = ask.forecast.cuts.get(of as usize) else { continue };
        for group in cut.groups.iter().take(GROUPS_TOLD) {
            let own = group.needs.iter().filter(|need| ask.plan.line(need.line).priority == of);
            let left = own.flat_map(|need| &need.left);
            let left = left.filter(|(place, _)| period.places().contains(place));
            let left: Money = left.map(|(_, gap)| *gap).sum();
            if left.is_positive() {
                let words = reason::words(ask.plan, ask.forecast, cut, group, Written::EXACT);
                let year = &period.words;
                let left = text::dollars(left);
                explanation = explanation.note(format!("{words} Of that, {left} falls in {year}."));
            }
        }
    }
    explanation
}

/// The gap by cause, over the whole plan.
fn by_cause(ask: Ask, priority: Option<Priority>) -> Part {
    let group = priority.map_or(String::new(), |priority| format!("/{}", priority.word()));
    Part::aside(left(ask, priority, &Period::whole(ask)), "the same by cause")
        .see(format!("gap/causes{group}"))
}

/// With the cuts in words.
fn noted(ask: Ask, explanation: Explanation, priority: Option<Priority>) -> Explanation {
    let mut explanation = explanation.with([by_cause(ask, priority)]);
    for of in chosen(priority) {
        let Some(cut) = ask.forecast.cuts.get(of as usize) else { continue };
        for group in cut.groups.iter().take(GROUPS_TOLD) {
            let words = reason::words(ask.plan, ask.forecast, cut, group, Written::EXACT);
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
    let part = Part::aside(amount, "left in the best case, if every date were known today")
        .see(format!("gap/irreducible{group}{suffix}"));
    let mut explanation = explanation.with([part]);
    if scope.period.grain == Grain::Whole {
        explanation = explanation.with(least(ask, named)).with([by_cause(ask, named)]);
    }
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
        let words = reason::words(ask.plan, ask.forecast, cut, group, Written::EXACT);
        explanation = explanation.note(words);
    }
    explanation
}

fn causes(ask: Ask, priority: Option<Priority>, period: &Period) -> Explanation {
    let of = |cause: Cause| -> Money {
        chosen(priority).map(|of| ask.forecast.causes.of(cause, of as usize)).sum()
    };
    let parts = Cause::ALL.map(|cause| signed(of(cause), cause_words(cause))).into();
    let formula = "what the optimal braid leaves, less what is left as one bond after the other is let \
                   go: restriction (any dollar may pay anything in its own months), lapse (money keeps until \
                   used), lateness (money may be used before it arrives); no bond causes the rest";
    let subject = subject("irreducible gap", &words_of(priority), period);
    let value = left(ask, priority, period);
    if Cause::ALL.iter().all(|cause| of(*cause).is_zero()) {
        return nothing(&subject, formula);
    }
    let mut explanation = Explanation::sum_of(&subject, value, formula, parts);
    if Cause::ALL.iter().any(|cause| of(*cause) < Money::ZERO) {
        explanation = explanation.note(
            "Freed money goes to core costs first, so less of it may be left for these: such a part is \
             taken off.",
        );
    }
    // What is taken off of a later priority is told with it alone; in all, it nets out.
    let nets = |cause: &Cause| {
        Priority::ALL.iter().any(|of| ask.forecast.causes.of(*cause, *of as usize) < Money::ZERO)
    };
    if priority.is_none() && Cause::ALL.iter().any(nets) {
        explanation = explanation.note(
            "These are the causes of all costs together. Of core alone they differ: money that is freed pays \
             core first, and is then missing from what comes after it.",
        );
        for of in chosen(None).filter(|of| !left(ask, Some(*of), period).is_zero()) {
            let amount = left(ask, Some(of), period);
            let part = Part::aside(amount, format!("of {} costs alone", of.word()));
            explanation = explanation.with([part.see(format!("gap/causes/{}", of.word()))]);
        }
    }
    explanation
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

//! Gaps: what stays unpaid, and which rule keeps which money from it.

use std::collections::BTreeMap;

use super::ask::{Ask, Grain, Period, Scope, largest_first};
use super::why::{Purse, Reasons, Why};
use super::{Explanation, Part, need, text};
use crate::braid::Method;
use crate::funding::Status;
use crate::money::Money;

/// Line-months that a longer gap names, the largest first.
const LARGEST: usize = 5;
/// Questions of why that one explanation asks at most; the largest line-months come first.
const QUESTIONS_MAX: usize = 100_000;

/// The gap of one line in one month: what it needs, who pays, and why nobody pays the rest.
pub(super) fn line_month(ask: Ask, line: usize, place: usize, subject: &str) -> Explanation {
    let book = &ask.ledger().lines[line];
    let scope = Scope {
        lines: vec![line],
        single: Some(line),
        words: String::new(),
        period: Period::month(ask, place),
    };
    let see = format!("cost/{}/{}", ask.line_word(line), ask.month(place));
    let need = Part::plus(book.need[place], format!("needed for {}", book.title))
        .input(ask.plan, &format!("cost.{}", book.name))
        .see(see);
    let mut parts = vec![need];
    parts.extend(need::payers(ask, &scope));
    let gap = book.gap[place];
    let formula = "what the line needs in the month, less what each stream pays of it";
    let explanation = Explanation::sum_of(subject, gap, formula, parts);
    if gap.is_zero() {
        return explanation.note("The line is paid in full in this month.");
    }
    let reasons = Reasons::new(ask);
    let rows: Vec<Part> =
        reasons.purses.iter().map(|purse| row(ask, &reasons, *purse, line, place)).collect();
    notes(ask, explanation.with(rows))
}

/// Why one purse pays no more of a line in a month.
fn row(ask: Ask, reasons: &Reasons, purse: Purse, line: usize, place: usize) -> Part {
    let why = reasons.why(purse, line, place);
    let mut words = why.words(ask.plan, ask.forecast, purse);
    let paid = reasons.paid(purse, line, place);
    if paid.is_positive() {
        words = format!("paid {}; it {words}", text::money(paid));
    }
    if let Some(books) = books(ask, reasons, purse, &why, place) {
        words = format!("{words} ({books})");
    }
    let name = &ask.book(purse.stream).name;
    Part::said(words, ask.purse_title(purse.stream, purse.pool))
        .input(ask.plan, &why.path(ask, purse, Some(line)))
        .see(format!("stream/{name}/{}", ask.month(place)))
}

/// The amounts of the books that bear a reason out.
fn books(ask: Ask, reasons: &Reasons, purse: Purse, why: &Why, place: usize) -> Option<String> {
    let book = ask.book(purse.stream);
    match why {
        Why::SpentOut if !reasons.alone(purse) => {
            Some("nothing of this part left in the month".to_string())
        }
        Why::SpentOut => Some(format!(
            "{} in hand and new in the month, {} drawn, {} left",
            text::money(book.opening[place] + book.made_available[place]),
            text::money(book.drawn[place]),
            text::money(book.closing[place])
        )),
        Why::Cap(at) => {
            let (taken, bound) = reasons.cap(purse, ask.planned(purse.stream)?, *at, place);
            let (taken, bound) = (text::money(taken), text::money(bound));
            Some(format!("{taken} taken of {bound} so far"))
        }
        Why::Match => {
            let award = ask.planned(purse.stream)?;
            let rows = ask.ledger().matches.iter();
            let own = rows.filter(|row| row.award == award && row.place <= place);
            let matched: Money = own.map(|row| row.amount).sum();
            let left = text::money(reasons.left(purse, place));
            Some(format!("{left} left in the month, {} matched so far", text::money(matched)))
        }
        Why::Benefit(_) | Why::Floor(_) | Why::Protected | Why::Left => {
            Some(format!("{} left in the month", text::money(reasons.left(purse, place))))
        }
        _ => None,
    }
}

/// The gap of several months or lines, with the line-months that it is largest in and the reasons of
/// all of them by stream.
pub(super) fn with_reasons(ask: Ask, scope: &Scope, explanation: Explanation) -> Explanation {
    let cells = largest_first(cells(ask, scope));
    if cells.is_empty() {
        return explanation.note("Nothing stays unpaid.");
    }
    let months_told = scope.single.is_some() && scope.period.grain != Grain::Whole;
    let named = cells.iter().take(if months_told || cells.len() == 1 { 0 } else { LARGEST });
    let largest: Vec<Part> = named.map(|(cell, amount)| largest(ask, *cell, *amount)).collect();
    let reasons = Reasons::new(ask);
    let asked = (QUESTIONS_MAX / reasons.purses.len().max(1)).clamp(1, cells.len());
    let groups = groups(ask, &reasons, scope, &cells[..asked]);
    let explanation = notes(ask, explanation.with(largest).with(groups));
    if asked < cells.len() {
        let asked = text::count(asked, "line-month", "line-months");
        return explanation.note(format!("Reasons are told for the largest {asked}."));
    }
    explanation
}

fn cells(ask: Ask, scope: &Scope) -> Vec<((usize, usize), Money)> {
    let lines = &ask.ledger().lines;
    let mut cells = Vec::new();
    for line in &scope.lines {
        for place in scope.period.places() {
            let gap = lines[*line].gap[place];
            if gap.is_positive() {
                cells.push(((*line, place), gap));
            }
        }
    }
    cells
}

fn largest(ask: Ask, (line, place): (usize, usize), amount: Money) -> Part {
    let month = ask.month(place);
    let title = &ask.ledger().lines[line].title;
    Part::aside(amount, format!("{title}, {}", month.words()))
        .text("among the largest")
        .see(format!("gap/{}/{month}", ask.line_word(line)))
}

/// The reasons of many line-months, joined by purse and reason: how much of the gap each one is about.
fn groups(
    ask: Ask,
    reasons: &Reasons,
    scope: &Scope,
    cells: &[((usize, usize), Money)],
) -> Vec<Part> {
    let mut groups: BTreeMap<(Purse, Why), (Money, usize)> = BTreeMap::new();
    for ((line, place), gap) in cells {
        for purse in &reasons.purses {
            let why = reasons.why(*purse, *line, *place);
            let group = groups.entry((*purse, why)).or_insert((Money::ZERO, 0));
            *group = (group.0 + *gap, group.1 + 1);
        }
    }
    let unit =
        if scope.single.is_some() { ("month", "months") } else { ("line-month", "line-months") };
    let part = |((purse, why), (gap, count)): (&(Purse, Why), &(Money, usize))| {
        let words = why.words(ask.plan, ask.forecast, *purse);
        let name = &ask.book(purse.stream).name;
        Part::aside(*gap, ask.purse_title(purse.stream, purse.pool))
            .text(format!("{words}, in {}", text::count(*count, unit.0, unit.1)))
            .input(ask.plan, &why.path(ask, *purse, scope.single))
            .see(format!("stream/{name}{}", scope.period.suffix()))
    };
    groups.iter().map(part).collect()
}

/// What every gap is to be read with.
fn notes(ask: Ask, explanation: Explanation) -> Explanation {
    let question = &ask.forecast.question;
    let money = match question.view {
        Status::Secured => "secured money only",
        Status::Likely => "secured and likely money",
        Status::Prospective => "all money, sure or not",
    };
    let explanation = explanation.note(format!("This view counts {money}."));
    match question.method {
        Method::Waterfall => explanation.note(
            "The waterfall pays month by month, without foresight of money: another braid may leave \
             less unpaid.",
        ),
        Method::Shares => explanation.note(
            "Each award pays its documented benefit share first, and other money fills the rest.",
        ),
    }
}

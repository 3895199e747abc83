//! Gaps: what stays unpaid, and which rule keeps which money from it.

use std::collections::{BTreeMap, BTreeSet};

use super::ask::{Ask, Grain, Period, Scope, largest_first};
use super::why::{Purse, Reasons, Why};
use super::{Explanation, Part, need, text};
use crate::braid::Method;
use crate::funding::Status;
use crate::money::Money;

/// Rows of the largest pieces that a longer gap names.
const LARGEST: usize = 5;
/// Streams that do not list what stays unpaid and are told one by one.
const UNLISTED_SHOWN: usize = 3;
/// Questions of why that one explanation asks at most; the largest pieces of the gap come first.
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
    let mut rows = Rows::default();
    let mut refused = Vec::new();
    for purse in &reasons.purses {
        let (rank, part) = row(ask, &reasons, *purse, line, place);
        match rank {
            0 => rows.others.push(part),
            1 => refused.push(part),
            _ => rows.unlisted.push((*purse, part)),
        }
    }
    rows.others.extend(refused);
    notes(ask, explanation.with(rows.folded(ask)))
}

/// Why one purse pays no more of a line in a month, with the reason's rank.
fn row(ask: Ask, reasons: &Reasons, purse: Purse, line: usize, place: usize) -> (u8, Part) {
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
    let part = Part::said(words, ask.purse_title(purse.stream, purse.pool))
        .input(ask.plan, &why.path(ask, purse, Some(line)))
        .see(format!("stream/{name}/{}", ask.month(place)));
    (why.rank(), part)
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
        Why::Benefit(_) | Why::PayLimit | Why::Floor(_) | Why::Protected | Why::Left => {
            Some(format!("{} left in the month", text::money(reasons.left(purse, place))))
        }
        _ => None,
    }
}

/// The gap of several months or lines, with the lines and months that it is largest in and the reasons of
/// all of them by stream.
pub(super) fn with_reasons(ask: Ask, scope: &Scope, explanation: Explanation) -> Explanation {
    let cells = largest_first(cells(ask, scope));
    if cells.is_empty() {
        return explanation.note("Nothing stays unpaid.");
    }
    let months_told = scope.single.is_some() && scope.period.grain != Grain::Whole;
    let told = months_told || cells.len() == 1;
    let largest = if told { Vec::new() } else { largest(ask, scope) };
    let reasons = Reasons::new(ask);
    let asked = (QUESTIONS_MAX / reasons.purses.len().max(1)).clamp(1, cells.len());
    let groups = groups(ask, &reasons, scope, &cells[..asked]);
    let explanation = notes(ask, explanation.with(largest).with(groups));
    if asked < cells.len() {
        let asked = text::count(asked, "piece", "pieces");
        let words = "of the gap, each of one line and month";
        return explanation.note(format!("Reasons are told for the largest {asked} {words}."));
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

/// Consecutive months of one line with the same gap, as one row; the largest first.
fn largest(ask: Ask, scope: &Scope) -> Vec<Part> {
    let lines = &ask.ledger().lines;
    let mut runs: Vec<((usize, usize, usize), Money)> = Vec::new();
    for (line, first, last) in
        scope.lines.iter().flat_map(|line| stretches(&lines[*line].gap, *line, &scope.period))
    {
        runs.push(((line, first, last), lines[line].gap[first..=last].iter().sum()));
    }
    let runs = largest_first(runs).into_iter().take(LARGEST);
    runs.map(|((line, first, last), sum)| run(ask, line, (first, last), sum)).collect()
}

/// The first and last places of stretches of equal gaps above zero.
fn stretches(gap: &[Money], line: usize, period: &Period) -> Vec<(usize, usize, usize)> {
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    for place in period.places().filter(|place| gap[*place].is_positive()) {
        match found.last_mut() {
            Some((_, first, last)) if *last + 1 == place && alike(gap[*first], gap[place]) => {
                *last = place;
            }
            _ => found.push((line, place, place)),
        }
    }
    found
}

/// Whether two months' amounts differ by no more than the rounding of a year's twelfth.
fn alike(first: Money, other: Money) -> bool {
    first.cents().abs_diff(other.cents()) <= 1
}

fn run(ask: Ask, line: usize, (first, last): (usize, usize), sum: Money) -> Part {
    let book = &ask.ledger().lines[line];
    let (month, until) = (ask.month(first), ask.month(last));
    let label = if first == last {
        format!("{}, {}", book.title, month.words())
    } else {
        let monthly = text::money(book.gap[first]);
        format!("{}, {monthly} a month, {} to {}", book.title, month.words(), until.words())
    };
    Part::aside(sum, label)
        .text("among the largest")
        .see(format!("gap/{}/{month}", ask.line_word(line)))
}

/// What one reason of one purse is about.
#[derive(Default)]
struct Group {
    gap: Money,
    lines: BTreeSet<usize>,
    places: BTreeSet<usize>,
    /// Of money that the view does not count: whether it would be there in some of the months.
    within: bool,
    /// What keeps it from the first of those in which it would not.
    elsewhere: Option<Why>,
}

impl Group {
    /// `in 12 months`, `in 7 lines, May 2022`.
    fn span(&self, ask: Ask) -> String {
        let months = match (self.places.len(), self.places.first()) {
            (1, Some(place)) => ask.month(*place).words(),
            (many, _) => text::count(many, "month", "months"),
        };
        match (self.lines.len(), self.lines.first()) {
            (1, _) => format!("in {months}"),
            (many, _) => format!("in {}, {months}", text::count(many, "line", "lines")),
        }
    }
}

/// The reasons of the gaps of many lines and months, joined by purse and reason: how much of the gap
/// each one is about. Money that may pay comes first.
fn groups(
    ask: Ask,
    reasons: &Reasons,
    scope: &Scope,
    cells: &[((usize, usize), Money)],
) -> Vec<Part> {
    let mut groups: BTreeMap<(u8, Purse, Why), Group> = BTreeMap::new();
    for ((line, place), gap) in cells {
        for purse in &reasons.purses {
            let why = reasons.why(*purse, *line, *place);
            let within = matches!(why, Why::OutOfView(..));
            let first = why.clone();
            // Money that the view does not count is told of once, whenever it would come.
            let why = why.unsure().map_or(why, |status| Why::OutOfView(status, None));
            let group = groups.entry((why.rank(), *purse, why)).or_default();
            group.gap += *gap;
            group.lines.insert(*line);
            group.places.insert(*place);
            group.within |= within;
            if !within {
                group.elsewhere.get_or_insert(first);
            }
        }
    }
    let whole: Money = cells.iter().map(|(_, gap)| *gap).sum();
    let mut rows = Rows::default();
    for ((rank, purse, why), group) in &groups {
        let part = group_row(ask, reasons, scope, (*purse, why, group));
        match rank {
            2 if group.gap == whole => rows.unlisted.push((*purse, part)),
            2 => rows.partly.push((*purse, part)),
            _ => rows.others.push(part),
        }
    }
    rows.folded(ask)
}

fn group_row(
    ask: Ask,
    reasons: &Reasons,
    scope: &Scope,
    (purse, why, group): (Purse, &Why, &Group),
) -> Part {
    let title = ask.purse_title(purse.stream, purse.pool);
    let name = &ask.book(purse.stream).name;
    let part = match why.unsure() {
        Some(status) => Part::said(would(ask, reasons, scope, (purse, status, group)), title),
        None => {
            let words = why.words(ask.plan, ask.forecast, purse);
            Part::aside(group.gap, title).text(format!("{words}, {}", group.span(ask)))
        }
    };
    part.input(ask.plan, &why.path(ask, purse, scope.single))
        .see(format!("stream/{name}{}", scope.period.suffix()))
}

/// What money that the view does not count would do. It is never added up as if it paid all.
fn would(
    ask: Ask,
    reasons: &Reasons,
    scope: &Scope,
    (purse, status, group): (Purse, Status, &Group),
) -> String {
    let held = format!("it would hold {} in all", text::money(reasons.would_hold(purse)));
    let months = match &group.elsewhere {
        Some(why) if !group.within => {
            return format!("{}; {held}", why.words(ask.plan, ask.forecast, purse));
        }
        Some(_) => "some of these months".to_string(),
        None => scope.period.words.clone(),
    };
    let sure = status.word();
    format!(
        "may pay such costs in {months}, but is only {sure}: this view does not count it; {held}"
    )
}

/// Rows of reasons, with those of money that does not list what stays unpaid apart.
#[derive(Default)]
struct Rows {
    others: Vec<Part>,
    /// None of it is listed.
    unlisted: Vec<(Purse, Part)>,
    /// Some of the lines are not listed.
    partly: Vec<(Purse, Part)>,
}

impl Rows {
    /// The rows in order, many of money that does not list it as one.
    fn folded(self, ask: Ask) -> Vec<Part> {
        let mut parts = self.others;
        parts.extend(fold(ask, self.partly, "do not list some of it in `pays-for`"));
        parts.extend(fold(ask, self.unlisted, "do not list it in `pays-for`"));
        parts
    }
}

fn fold(ask: Ask, rows: Vec<(Purse, Part)>, words: &str) -> Vec<Part> {
    if rows.len() <= UNLISTED_SHOWN {
        return rows.into_iter().map(|(_, part)| part).collect();
    }
    let name = |(purse, _): &(Purse, Part)| {
        let name = &ask.book(purse.stream).name;
        match purse.pool.and_then(|pool| ask.plan.pools.get(pool.at())) {
            Some(pool) => format!("{name} (in {})", pool.name),
            None => name.clone(),
        }
    };
    let names: Vec<String> = rows.iter().map(name).collect();
    let label = format!("{} others {words}", rows.len());
    vec![Part::said(names.join(", "), label)]
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
        Method::Optimal => explanation.note(
            "The optimal braid looks at the whole horizon at once: best case, if every date were known \
             today.",
        ),
    }
}

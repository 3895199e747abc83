//! What a line needs in a month: the form of its amount, with the inputs behind it.

use super::ask::Ask;
use super::{Explanation, Part, Value, debt, text};
use crate::driver::yearly_index;
use crate::funding::DueKind;
use crate::money::Rate;
use crate::month::{FiscalCalendar, MONTH_NAMES};
use crate::name::{DriverIndex, LineIndex, StreamIndex};
use crate::plan::CostLine;
use crate::plan::cost::{Escalation, Form};
use crate::plan::restriction::selected;

/// The cost of one line in one month, by the formula of its form.
pub(super) fn line_month(ask: Ask, line: usize, place: usize, subject: &str) -> Explanation {
    let planned = &ask.plan.lines[line];
    let amount = ask.ledger().lines[line].need[place];
    let month = ask.month(place);
    if !(planned.from..=planned.until).contains(&month) && amount.is_zero() {
        let words = format!("{} to {}", planned.from.words(), planned.until.words());
        let formula = format!("the line has cost from {words} only");
        return Explanation::sum_of(subject, amount, formula, Vec::new()).with(term(ask, planned));
    }
    if let Form::Due(stream, kind) = planned.form
        && let Some(told) = debt::due_in(ask, (stream, kind), place, (subject, amount))
    {
        return told;
    }
    let parts = amounts(ask, planned, place);
    let explanation = Explanation::of(subject, Value::Money(amount), formula(ask, planned))
        .with(parts)
        .with(escalation(ask, planned, place))
        .with(term(ask, planned));
    match planned.form {
        Form::Fee { .. } => explanation.with(charged(ask, line, place)),
        Form::FeeOfReceipts { .. } => explanation.with(charged_streams(ask, planned)),
        _ => explanation,
    }
}

/// The inputs that state a line's amount, whatever the month.
pub(super) fn inputs(ask: Ask, line: usize) -> Vec<Part> {
    let planned = &ask.plan.lines[line];
    let mut parts = vec![Part::said(formula(ask, planned), "each month")];
    parts.extend(amounts(ask, planned, 0).into_iter().filter(|part| part.origin.is_some()));
    parts.extend(term(ask, planned));
    parts
}

fn path(line: &CostLine, key: &str) -> String {
    format!("cost.{}.{key}", line.name)
}

/// The form of a line's amount in words.
fn formula(ask: Ask, line: &CostLine) -> String {
    let grown = if line.escalation == Escalation::None { "" } else { ", times its index" };
    match &line.form {
        Form::Yearly(_) | Form::YearlyList(_) | Form::ByFiscalYear(_) => {
            format!(
                "a twelfth of the yearly amount{grown}, so rounded that the year comes out whole"
            )
        }
        Form::Monthly(_) => format!("the monthly amount{grown}"),
        Form::Once(_) => "one amount in the line's first month".to_string(),
        Form::Positions { .. } => format!(
            "positions x salary x (1 + fringe) x (1 - vacancy){grown}; a twelfth of it each month"
        ),
        Form::Unit { .. } => format!("units of the month x dollars a unit{grown}"),
        Form::Step { capacity, .. } => format!(
            "one step for each begun {capacity}, times a twelfth of the yearly amount of one{grown}"
        ),
        Form::Series(_) => "the amount that the file states for the month".to_string(),
        Form::Fee { .. } => "a share of the cost of the lines it is charged on".to_string(),
        Form::FeeOfReceipts { .. } => {
            "a share of what the streams bring in as planned, before any of it is spent".to_string()
        }
        Form::Due(stream, kind) => {
            let title = &ask.plan.stream(*stream).title;
            match kind {
                DueKind::Loss => {
                    format!(
                        "the loss that {title} has the partnership bear, in its settlement month"
                    )
                }
                DueKind::Principal => format!("what of {title} is repaid in the month"),
                DueKind::Interest => format!(
                    "a month's interest on what is owed of {title}, and with the first payment that of \
                     the months before it"
                ),
            }
        }
    }
}

/// The figures of a line's form in a month of the horizon.
fn amounts(ask: Ask, line: &CostLine, place: usize) -> Vec<Part> {
    let said = |text: String, label: &str, key: &str| {
        Part::said(text, label).input(ask.plan, &path(line, key))
    };
    match &line.form {
        Form::Yearly(yearly) => {
            vec![Part::aside(*yearly, "a year").input(ask.plan, &path(line, "yearly"))]
        }
        Form::YearlyList(amounts) => {
            let since = ask.month(place).since(line.from).max(0) as usize / 12;
            let amount = amounts.get(since).or(amounts.last());
            let label = format!("a year, in the line's year {}", since + 1);
            let part = |amount| Part::aside(amount, label).input(ask.plan, &path(line, "yearly"));
            amount.copied().map(part).into_iter().collect()
        }
        Form::ByFiscalYear(amounts) => {
            let year = ask.plan.fiscal.year_of(ask.month(place));
            let stated = amounts.iter().find(|(stated, _)| *stated == year);
            let label = format!("stated for {}", FiscalCalendar::label(year));
            let key = format!("by-year.{}", FiscalCalendar::label(year));
            let part = |(_, amount): &(i32, _)| {
                Part::aside(*amount, label).input(ask.plan, &path(line, &key))
            };
            stated.map(part).into_iter().collect()
        }
        Form::Monthly(monthly) => {
            vec![Part::aside(*monthly, "a month").input(ask.plan, &path(line, "monthly"))]
        }
        Form::Once(amount) => {
            vec![Part::aside(*amount, "once").input(ask.plan, &path(line, "once"))]
        }
        Form::Positions { fte, salary, fringe, vacancy } => vec![
            said(text::number(*fte), "positions (FTE)", "positions.fte"),
            Part::aside(*salary, "yearly salary of one")
                .input(ask.plan, &path(line, "positions.salary")),
            said(fringe.in_words(), "fringe benefits", "positions.fringe"),
            said(vacancy.in_words(), "vacancy", "positions.vacancy"),
        ],
        Form::Unit { driver: units, cost } => {
            vec![driver(ask, *units, place), said(cost.to_string(), "dollars a unit", "unit.cost")]
        }
        Form::Step { driver: served, capacity, yearly } => vec![
            driver(ask, *served, place),
            said(capacity.to_string(), "served by one step", "step.capacity"),
            Part::aside(*yearly, "yearly amount of one step")
                .input(ask.plan, &path(line, "step.yearly")),
        ],
        Form::Series(_) => {
            let text = ask.month(place).words();
            vec![said(text, "stated by the file", "series")]
        }
        Form::Fee { share, .. } => {
            vec![said(share.in_words(), "share of the lines' cost", "fee.share")]
        }
        Form::FeeOfReceipts { share, .. } => {
            vec![said(share.in_words(), "share of the receipts", "fee.share")]
        }
        Form::Due(stream, kind) => {
            let stream = ask.plan.stream(*stream);
            let see = format!("stream/{}", stream.name);
            let part = Part::said(stream.title.clone(), "the agreement").see(see);
            let key = match kind {
                DueKind::Loss => "loss-share",
                DueKind::Principal => "amount",
                DueKind::Interest => "rate",
            };
            vec![part.input(ask.plan, &format!("stream.{}.{key}", stream.name))]
        }
    }
}

/// A driver's whole count in a month.
fn driver(ask: Ask, driver: DriverIndex, place: usize) -> Part {
    let driver = &ask.plan.drivers[driver.at()];
    let count = driver.count(place).to_string();
    let label = format!("{}, {}", driver.title, ask.month(place).words());
    Part::said(count, label).input(ask.plan, &format!("driver.{}", driver.name))
}

/// How a line's amount has grown by a month.
fn escalation(ask: Ask, line: &CostLine, place: usize) -> Vec<Part> {
    match line.escalation {
        Escalation::None => Vec::new(),
        Escalation::Yearly { rate, month } => {
            let name = text::capital(MONTH_NAMES[(month.clamp(1, 12) - 1) as usize]);
            let label = format!("growth a year, stepped each {name} after the line's first month");
            let rate_part =
                Part::said(rate.in_words(), label).input(ask.plan, &path(line, "escalate"));
            let calendar = FiscalCalendar::starting(month.clamp(1, 12));
            let index = yearly_index(line.from, ask.month(place), rate, calendar);
            let index = index.and_then(|index| index.last().copied());
            index_part(ask, line, place, index).into_iter().chain([rate_part]).collect()
        }
        Escalation::Index(index) => {
            let levels = &ask.plan.drivers[index.at()].levels;
            let base = ask.plan.horizon.place(line.from).unwrap_or(0);
            let ratio = levels[place].index_over(levels[base]);
            let part = index_part(ask, line, place, ratio);
            let title = &ask.plan.drivers[index.at()].title;
            let level = |place: usize| {
                let label = format!("{title}, {}", ask.month(place).words());
                let path = format!("driver.{}", ask.plan.drivers[index.at()].name);
                Part::said(levels[place].to_string(), label).input(ask.plan, &path)
            };
            part.into_iter().chain([level(place), level(base)]).collect()
        }
    }
}

fn index_part(ask: Ask, line: &CostLine, place: usize, index: Option<Rate>) -> Option<Part> {
    let label = format!("index, {}", ask.month(place).words());
    let part = |index| Part::said(text::number(index), label);
    index.map(part).map(|part| part.input(ask.plan, &path(line, "escalate")))
}

/// The months of a line, as far as the plan states them.
fn term(ask: Ask, line: &CostLine) -> Vec<Part> {
    let written = |key: &str| ask.plan.inputs.below(&path(line, key)).next().is_some();
    let part = |(key, label, month): (&str, &str, crate::month::Month)| {
        Part::said(month.words(), label).input(ask.plan, &path(line, key))
    };
    [("from", "first month", line.from), ("until", "last month", line.until)]
        .into_iter()
        .filter(|(key, _, _)| written(key))
        .map(part)
        .collect()
}

/// The streams that a fee of receipts is charged on.
fn charged_streams(ask: Ask, line: &CostLine) -> Vec<Part> {
    let Form::FeeOfReceipts { streams, .. } = &line.form else { return Vec::new() };
    let part = |stream: &StreamIndex| {
        let stream = ask.plan.stream(*stream);
        let see = format!("stream/{}", stream.name);
        Part::said(stream.title.clone(), "charged on its receipts as planned").see(see)
    };
    streams.iter().map(part).collect()
}

/// The lines that a fee is charged on, with their cost in the month.
fn charged(ask: Ask, fee: usize, place: usize) -> Vec<Part> {
    let Form::Fee { on, .. } = &ask.plan.lines[fee].form else { return Vec::new() };
    let counts = |line: &usize| {
        let planned = &ask.plan.lines[*line];
        !planned.carries_no_fee()
            && selected(on, LineIndex::from(*line), planned)
            && !ask.ledger().lines[*line].need[place].is_zero()
    };
    let part = |line: usize| {
        let book = &ask.ledger().lines[line];
        let see = format!("cost/{}/{}", ask.line_word(line), ask.month(place));
        Part::aside(book.need[place], format!("charged on {}", book.title)).see(see)
    };
    (0..ask.plan.lines.len()).filter(counts).map(part).collect()
}

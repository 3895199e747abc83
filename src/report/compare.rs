//! Scenarios side by side, in words and figures.

use serde_json::{Value as Json, json};

use super::ColumnKind::{Money as M, Share as Sh, Text as T, Whole as W};
use super::sensitivity::readable;
use super::summary::rounded;
use super::words::{count, dollars, list, method, view, view_word};
use super::{Cell, Column, Mark, Page, RowStyle, SCHEMA_VERSION, Table, share_text};
use crate::decide::compare::{
    Apart, Comparison, Contrast, Due, Figure, Measure, Outcome, Side, Value,
};
use crate::folder::{Difference, Written};
use crate::forecast::Forecast;
use crate::funding::Status;
use crate::money::{Money, Rate};
use crate::month::{FiscalCalendar, Month};

/// The runway in words: it is over when of the core cost of the next three months more than 5 % goes unpaid.
pub(super) const RUNWAY: &str = "Runway (next 3 months 95 % paid)";
/// What the runway is.
pub(super) const RUNWAY_MEANS: &str = "Months until more than 5 % of the core cost of the next three goes unpaid; the \
    first month that goes short may be the last of those.";

/// The comparison as a page.
pub fn page(comparison: &Comparison) -> Page {
    let mut page = Page::new();
    let base = &comparison.base;
    page.title(format!("{}: scenarios compared", base.plan.title));
    if let Some(notice) = base.plan.notice_beside_title() {
        page.say(Mark::None, notice);
    }
    page.say(
        Mark::None,
        format!(
            "{} against {}; {}; {}.",
            list(&comparison.others.iter().map(|other| named(&other.side)).collect::<Vec<_>>()),
            named(base),
            view(comparison.question.view),
            method(comparison.question.method),
        ),
    );
    for other in &comparison.others {
        let (mark, text) = verdict(base, other, &other.side.plan.scenario);
        page.say(mark, text);
    }
    if let Some((mark, text)) = super::headlines::cash_basis(&base.plan) {
        page.say(mark, text);
    }
    page.heading("What stays unpaid, and the lowest cash, in dollars");
    let (table, styles) = amounts(comparison, false);
    page.table(table, styles);
    let (table, styles) = amounts(comparison, true);
    if !table.rows.is_empty() {
        page.heading(format!("Difference: the scenario less {}", named(base)));
        page.table(table, styles);
    }
    let sides = comparison.others.iter().map(|other| &other.side).chain([base]);
    rounded(&mut page, sides.map(|side| &side.forecast));
    page.heading("When");
    page.table(dates(comparison), Vec::new());
    for other in comparison.others.iter().filter(|other| !other.inputs.is_empty()) {
        page.heading(format!("What makes {} differ", named(&other.side)));
        for input in &other.inputs {
            page.say(Mark::None, in_words(input));
        }
        let (table, styles) = dues(other);
        page.table(table, styles);
    }
    if comparison.others.iter().any(|other| other.dues.len() > 1) {
        page.say(
            Mark::None,
            "What a difference is due to: inputs were changed one after another, in the order of their names and \
             in the reverse; each is given the mean of its two steps.",
        );
    }
    page
}

/// The case and its title.
pub(super) fn named(side: &Side) -> String {
    match side.plan.scenario_title.as_str() {
        "" => side.plan.scenario.clone(),
        title => format!("{} ({title})", side.plan.scenario),
    }
}

/// One sentence on what a case, called so, changes.
pub(super) fn verdict(base: &Side, other: &Contrast, name: &str) -> (Mark, String) {
    let [core, other_gaps] = [&base.forecast, &other.side.forecast].map(|forecast| {
        let total = &forecast.measures.total;
        (total.gap[0], total.gap_total())
    });
    let less = |amount: Money| {
        let (size, word) = match amount {
            amount if amount.is_positive() => (amount, "more"),
            amount => (-amount, "less"),
        };
        format!("{} {word}", dollars(size))
    };
    let (gap, core_gap) = (other_gaps.1 - core.1, other_gaps.0 - core.0);
    let [cost, own] = [&base.forecast, &other.side.forecast].map(|of| of.measures.total.cost);
    // Less stays unpaid, and no more is paid: there is only less to pay.
    let pays_no_more = own - other_gaps.1 <= cost - core.1;
    let hoped = unpaid_in(&other.side.forecast, Status::Prospective)
        - unpaid_in(&base.forecast, Status::Prospective);
    let worse_in_all = hoped.is_positive() && !gap.is_positive();
    // Where amounts are no worse, dates may be.
    let sooner = match core_gap.is_positive() || gap.is_positive() {
        true => Vec::new(),
        false => sooner(base, &other.side),
    };
    let mark = match (core_gap.is_positive(), gap.is_positive()) {
        (true, _) => Mark::Bad,
        (false, true) => Mark::Watch,
        _ if worse_in_all || !sooner.is_empty() => Mark::Watch,
        _ if gap.is_zero() && core_gap.is_zero() => Mark::None,
        _ if pays_no_more => Mark::None,
        _ => Mark::Good,
    };
    let mut text = match (gap.is_zero(), core_gap.is_zero()) {
        (true, true) => format!("{}: as much stays unpaid.", name),
        (true, false) => {
            format!("{}: as much stays unpaid, {} of it core.", name, less(core_gap))
        }
        (false, true) => {
            format!("{}: {} stays unpaid, none of it core.", name, less(gap))
        }
        _ => format!(
            "{}: {} stays unpaid ({} of core costs): {} in all.",
            name,
            less(gap),
            less(core_gap),
            dollars(other_gaps.1),
        ),
    };
    if !sooner.is_empty() {
        text += &format!(" But {}.", list(&sooner));
    }
    if own != cost {
        text += &format!(" There is {} cost to pay.", less(own - cost));
    }
    if worse_in_all {
        text += &format!(
            " Yet if all hoped-for money is counted, which is not done here, {} stays unpaid.",
            less(hoped)
        );
    }
    (mark, text)
}

/// What comes sooner in a case than in the base: the first core gap, the end of the runway and that of cash.
fn sooner(base: &Side, other: &Side) -> Vec<String> {
    let [own, than] = [other, base].map(|side| &side.forecast.measures);
    fn is_sooner<T: Ord>(own: Option<T>, than: Option<T>) -> bool {
        own.is_some_and(|own| than.is_none_or(|than| own < than))
    }
    let month = |month: Option<Month>| month.map_or("never".to_string(), |month| month.words());
    let mut found = Vec::new();
    if is_sooner(own.next_core_gap, than.next_core_gap) {
        let [own, than] = [own, than].map(|measures| month(measures.next_core_gap));
        found.push(format!("core costs first go unpaid in {own} instead of {than}"));
    }
    let [ends, ended] = [own, than].map(|measures| measures.runway.core_months);
    // Seen from another month it is counted from there.
    let alike = base.plan.horizon.as_of == other.plan.horizon.as_of;
    if alike && is_sooner(ends, ended) {
        let long = |months: Option<u32>| match months {
            Some(months) => count(months as usize, "month"),
            None => "to the plan's end".to_string(),
        };
        found.push(format!("the runway lasts {} instead of {}", long(ends), long(ended)));
    }
    let stated = [base, other].iter().all(|side| side.plan.opening.cash_stated);
    let [out, was_out] = [own, than].map(|measures| measures.cash.runs_out);
    if stated && is_sooner(out, was_out) {
        found.push(format!("cash runs out in {} instead of {}", month(out), month(was_out)));
    }
    found
}

/// What a forecast leaves unpaid with the money of a view.
pub(super) fn unpaid_in(forecast: &Forecast, view: Status) -> Money {
    let rung = forecast.measures.ladder.iter().find(|rung| rung.view == view);
    rung.map_or(Money::ZERO, |rung| rung.gap.iter().sum())
}

/// A column for each case; without one for the base where differences are told.
fn columns(table: &mut Table, comparison: &Comparison, kind: super::ColumnKind, base: bool) {
    let others = comparison.others.iter().map(|other| &other.side);
    let sides = base.then_some(&comparison.base).into_iter().chain(others);
    table.columns.extend(sides.map(|side| Column { name: side.plan.scenario.clone(), kind }));
    table.against_first = base;
}

/// The figures of every case, one row a figure: the base's and each other one's.
fn rows(comparison: &Comparison) -> Vec<(Figure, Vec<Value>)> {
    let others: Vec<Vec<Figure>> =
        comparison.others.iter().map(|other| other.side.figures()).collect();
    let row = |(place, figure): (usize, Figure)| {
        (figure, others.iter().map(|figures| figures[place].value).collect())
    };
    comparison.base.figures().into_iter().enumerate().map(row).collect()
}

/// The amounts of every case, or by how much each scenario's differ from the base's; rows of zeros are left out.
pub(super) fn amounts(comparison: &Comparison, differences: bool) -> (Table, Vec<RowStyle>) {
    let mut table = Table::new("amounts", &[("", T)]);
    columns(&mut table, comparison, M, !differences);
    let mut styles = Vec::new();
    let rows = rows(comparison);
    let mut push = |style: RowStyle, label: String, figure: &Figure, others: &[Value]| {
        let Value::Money(base) = figure.value else { return };
        let amount = |value: &Value| match value {
            Value::Money(amount) if differences => *amount - base,
            Value::Money(amount) => *amount,
            _ => Money::ZERO,
        };
        let amounts = (!differences).then_some(base).into_iter().chain(others.iter().map(amount));
        let amounts: Vec<Money> = amounts.collect();
        if amounts.iter().any(|amount| !amount.is_zero()) {
            let cells = amounts.into_iter().map(Cell::Money);
            table.push(std::iter::once(Cell::text(label)).chain(cells).collect());
            styles.push(style);
        }
    };
    for (figure, others) in &rows {
        if let (Measure::Gap, Some(year)) = (figure.measure, figure.year) {
            let label = format!("Unpaid in {}", FiscalCalendar::label(year));
            push(RowStyle::Plain, label, figure, others);
        }
    }
    let told = [
        (Measure::Gap, RowStyle::Strong, "Unpaid in all"),
        (Measure::CoreGap, RowStyle::Part, "core"),
        (Measure::EssentialGap, RowStyle::Part, "essential"),
        (Measure::StretchGap, RowStyle::Part, "stretch"),
        (Measure::IrreducibleGap, RowStyle::Plain, "Unpaid in the best case"),
        (Measure::Cost, RowStyle::Plain, "Cost"),
        (Measure::Lapsed, RowStyle::Plain, "Money lapsed"),
        (Measure::DeepestCliff, RowStyle::Plain, "Deepest cliff ahead"),
        (Measure::LowestCash, RowStyle::Plain, "Lowest cash, every cost paid"),
    ];
    for (measure, style, label) in told {
        let whole = |row: &&(Figure, Vec<Value>)| row.0.measure == measure && row.0.year.is_none();
        if let Some((figure, others)) = rows.iter().find(whole) {
            push(style, label.to_string(), figure, others);
        }
    }
    (table, styles)
}

pub(super) fn dates(comparison: &Comparison) -> Table {
    let mut table = Table::new("dates", &[("", T)]);
    columns(&mut table, comparison, T, true);
    for (figure, others) in rows(comparison) {
        let label = match (figure.measure, figure.year) {
            (Measure::NextCoreGap, _) => "Core costs next unpaid".to_string(),
            (Measure::Runway, _) => RUNWAY.to_string(),
            // Cash that nothing states has no month in which it runs out.
            (Measure::CashRunsOut, _)
                if others.iter().chain([&figure.value]).all(|own| *own == Value::NotStated) =>
            {
                continue;
            }
            (Measure::CashRunsOut, _) => "Cash runs out".to_string(),
            (Measure::LowestCashMonth, _) => "Lowest cash".to_string(),
            (Measure::FirstCliff, _) => "Next cliff".to_string(),
            (Measure::Sustainability, _) => "Stands on dependable money".to_string(),
            (Measure::DependableShare, Some(year)) => {
                format!("Dependable share, {}", FiscalCalendar::label(year))
            }
            _ => continue,
        };
        let differs = |other: &Value| !other.apart(figure.value).is_none();
        if matches!(figure.measure, Measure::DependableShare)
            && figure.value == Value::Share(Rate::ZERO)
            && !others.iter().any(differs)
        {
            continue;
        }
        let mut cells = vec![Cell::text(label), Cell::text(value_words(figure.value))];
        cells.extend(others.into_iter().map(|other| {
            let value = value_words(other);
            match apart_words(other.apart(figure.value)) {
                Some(apart) => Cell::text(format!("{value} ({apart})")),
                None => Cell::text(value),
            }
        }));
        table.push(cells);
    }
    table
}

fn value_words(value: Value) -> String {
    match value {
        Value::Money(amount) => dollars(amount),
        Value::Share(share) => share.rounded_in_words(),
        Value::Month(month) => month.map_or("not by the end".to_string(), |month| month.words()),
        Value::Months(months) => {
            months.map_or("to the end".to_string(), |months| count(months as usize, "month"))
        }
        Value::NotStated => "not stated".to_string(),
    }
}

/// How far apart two dates or shares are, where that can be counted.
fn apart_words(apart: Apart) -> Option<String> {
    let months = |months: i32| count(months.unsigned_abs() as usize, "month");
    match apart {
        Apart::Share(billionths) if billionths != 0 => {
            let points = Rate::from_billionths(billionths).map(Rate::rounded_in_words)?;
            let sign = if billionths < 0 { "" } else { "+" };
            let points = points.trim_end_matches([' ', '%']);
            let noun = if points.trim_start_matches('-') == "1" { "point" } else { "points" };
            Some(format!("{sign}{points} {noun}"))
        }
        Apart::Months(later) if later > 0 => Some(format!("{} later", months(later))),
        Apart::Months(sooner) if sooner < 0 => Some(format!("{} sooner", months(sooner))),
        _ => None,
    }
}

/// `stream.ahc.award: $4,500,000 becomes $4,000,000 (plan.toml:310).`
fn in_words(input: &Difference) -> String {
    let text = |written: &Written| match written.text.as_str() {
        "" => "stated".to_string(),
        text => readable(&input.path, text),
    };
    let place = |written: &Written| format!("{}:{}", written.origin.file, written.origin.line);
    match (&input.before, &input.after) {
        (Some(before), Some(after)) => {
            format!("{}: {} becomes {} ({}).", input.path, text(before), text(after), place(after))
        }
        (None, Some(after)) => match after.text.as_str() {
            "" => format!("{}: new ({}).", input.path, place(after)),
            _ => format!("{}: {} is added ({}).", input.path, text(after), place(after)),
        },
        (Some(before), None) => match before.text.as_str() {
            "" => format!("{}: left out (was {}).", input.path, place(before)),
            _ => format!("{}: {} is left out (was {}).", input.path, text(before), place(before)),
        },
        (None, None) => String::new(),
    }
}

/// The inputs of one part of the difference, in short.
fn label(other: &Contrast, due: &Due) -> String {
    let paths: Vec<&str> =
        other.inputs[due.inputs.clone()].iter().map(|input| input.path.as_str()).collect();
    match paths.as_slice() {
        [one] => (*one).to_string(),
        [first, .., last] => format!("{first} to {last} ({} together)", paths.len()),
        [] => String::new(),
    }
}

fn dues(other: &Contrast) -> (Table, Vec<RowStyle>) {
    let columns = [("Due to", T), ("Unpaid", M), ("of it core", M), ("Lowest cash", M)];
    let mut table = Table::new("due", &columns);
    let amounts =
        |outcome: Outcome| [outcome.gap, outcome.core_gap, outcome.lowest_cash].map(Cell::Money);
    for due in &other.dues {
        let mut cells = vec![Cell::text(label(other, due))];
        cells.extend(amounts(due.change));
        table.push(cells);
    }
    let mut cells = vec![Cell::text("All of the difference")];
    cells.extend(amounts(other.whole));
    table.push(cells);
    let mut styles = vec![RowStyle::Plain; other.dues.len()];
    styles.push(RowStyle::Strong);
    (table, styles)
}

/// The id of a figure, as tables and records write it.
fn id(measure: Measure) -> &'static str {
    match measure {
        Measure::Cost => "cost",
        Measure::Gap => "gap",
        Measure::CoreGap => "gap_core",
        Measure::EssentialGap => "gap_essential",
        Measure::StretchGap => "gap_stretch",
        Measure::IrreducibleGap => "irreducible_gap",
        Measure::Lapsed => "lapsed",
        Measure::DependableShare => "dependable_share",
        Measure::LowestCash => "lowest_cash",
        Measure::LowestCashMonth => "lowest_cash_month",
        Measure::CashRunsOut => "cash_runs_out",
        Measure::NextCoreGap => "next_core_gap",
        Measure::Runway => "runway_months",
        Measure::FirstCliff => "first_cliff",
        Measure::DeepestCliff => "deepest_cliff",
        Measure::Sustainability => "sustainability_month",
    }
}

fn plain(value: Value) -> String {
    match value {
        Value::Money(amount) => amount.to_string(),
        Value::Share(share) => share_text(share),
        Value::Month(month) => month.map_or(String::new(), |month| month.to_string()),
        Value::Months(months) => months.map_or(String::new(), |months| months.to_string()),
        Value::NotStated => String::new(),
    }
}

/// The difference as other tools read it; nothing where the figure is missing on one side.
fn plain_apart(apart: Apart) -> String {
    match apart {
        Apart::Money(amount) => amount.to_string(),
        Apart::Share(billionths) => {
            Rate::from_billionths(billionths).map_or(String::new(), share_text)
        }
        Apart::Months(months) => months.to_string(),
        Apart::Comes | Apart::StaysAway | Apart::NotStated => String::new(),
    }
}

/// The names of the tables that other tools read.
pub const TABLES: [&str; 4] = ["amounts", "shares", "dates", "inputs"];

/// A table that other tools read, by its name.
pub fn table(comparison: &Comparison, name: &str) -> Option<Table> {
    match name {
        "amounts" => Some(figures(comparison, name, (M, M), |value| match value {
            Value::Money(amount) => Some(Cell::Money(amount)),
            _ => None,
        })),
        "shares" => Some(figures(comparison, name, (Sh, Sh), |value| match value {
            Value::Share(share) => Some(Cell::Share(share)),
            _ => None,
        })),
        // Differences are in months: later, longer; empty where the month lies within the horizon on one side alone.
        "dates" => Some(figures(comparison, name, (T, W), |value| match value {
            Value::Month(_) | Value::Months(_) | Value::NotStated => Some(Cell::text(plain(value))),
            _ => None,
        })),
        "inputs" => Some(inputs(comparison)),
        _ => None,
    }
}

/// The figures of one kind, of every scenario beside the base's.
fn figures(
    comparison: &Comparison,
    name: &str,
    (kind, apart_kind): (super::ColumnKind, super::ColumnKind),
    cell: impl Fn(Value) -> Option<Cell>,
) -> Table {
    let columns = [
        ("scenario", T),
        ("figure", T),
        ("fiscal_year", W),
        ("base", kind),
        ("value", kind),
        ("difference", apart_kind),
    ];
    let mut table = Table::new(name, &columns);
    for other in &comparison.others {
        for (base, own) in comparison.base.figures().into_iter().zip(other.side.figures()) {
            let (Some(before), Some(after)) = (cell(base.value), cell(own.value)) else { continue };
            let difference = match own.value.apart(base.value) {
                Apart::Money(amount) => Cell::Money(amount),
                Apart::Share(billionths) => {
                    Cell::of(Rate::from_billionths(billionths), Cell::Share)
                }
                Apart::Months(months) => Cell::Whole(months.into()),
                Apart::Comes | Apart::StaysAway | Apart::NotStated => Cell::Empty,
            };
            table.push(vec![
                Cell::text(&other.side.plan.scenario),
                Cell::text(id(own.measure)),
                Cell::of(own.year, |year| Cell::Whole(year.into())),
                before,
                after,
                difference,
            ]);
        }
    }
    table
}

/// Every input that differs. Inputs of one `group` mean something only together: what they change stands with the
/// first of them.
fn inputs(comparison: &Comparison) -> Table {
    let columns = [
        ("scenario", T),
        ("input", T),
        ("base", T),
        ("value", T),
        ("base_place", T),
        ("place", T),
        ("group", W),
        ("gap", M),
        ("gap_core", M),
        ("lowest_cash", M),
    ];
    let mut table = Table::new("inputs", &columns);
    let text = |written: &Option<Written>| {
        Cell::text(written.as_ref().map_or("", |written| written.text.as_str()))
    };
    let place = |written: &Option<Written>| {
        Cell::of(written.as_ref(), |written| Cell::text(written.origin.to_string()))
    };
    for other in &comparison.others {
        for (group, due) in other.dues.iter().enumerate() {
            for at in due.inputs.clone() {
                let input = &other.inputs[at];
                let first = at == due.inputs.start;
                let amount = |amount: Money| if first { Cell::Money(amount) } else { Cell::Empty };
                table.push(vec![
                    Cell::text(&other.side.plan.scenario),
                    Cell::text(&input.path),
                    text(&input.before),
                    text(&input.after),
                    place(&input.before),
                    place(&input.after),
                    Cell::Whole(group as i64 + 1),
                    amount(due.change.gap),
                    amount(due.change.core_gap),
                    amount(due.change.lowest_cash),
                ]);
            }
        }
    }
    table
}

/// The comparison as one value.
pub fn record(comparison: &Comparison) -> Json {
    let outcome = |outcome: Outcome| {
        json!({
            "gap": outcome.gap.to_string(),
            "gap_core": outcome.core_gap.to_string(),
            "lowest_cash": outcome.lowest_cash.to_string(),
        })
    };
    let written = |written: &Option<Written>| {
        written
            .as_ref()
            .map(|written| json!({ "text": written.text, "place": written.origin.to_string() }))
    };
    let contrast = |other: &Contrast| {
        let figures = comparison.base.figures().into_iter().zip(other.side.figures());
        let figure = |(base, own): (Figure, Figure)| {
            json!({
                "figure": id(own.measure),
                "fiscal_year": own.year,
                "base": plain(base.value),
                "value": plain(own.value),
                "difference": plain_apart(own.value.apart(base.value)),
            })
        };
        let input = |input: &Difference| {
            json!({
                "input": input.path,
                "base": written(&input.before),
                "value": written(&input.after),
            })
        };
        let due = |due: &Due| {
            let paths = other.inputs[due.inputs.clone()].iter().map(|input| &input.path);
            json!({ "inputs": paths.collect::<Vec<_>>(), "change": outcome(due.change) })
        };
        json!({
            "scenario": other.side.plan.scenario,
            "title": other.side.plan.scenario_title,
            "figures": figures.map(figure).collect::<Vec<_>>(),
            "inputs": other.inputs.iter().map(input).collect::<Vec<_>>(),
            "due": other.dues.iter().map(due).collect::<Vec<_>>(),
            "difference": outcome(other.whole),
        })
    };
    json!({
        "schema_version": SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "title": comparison.base.plan.title,
        "notice": comparison.base.plan.notice,
        "base": comparison.base.plan.scenario,
        "view": view_word(comparison.question.view),
        "method": comparison.question.method.word(),
        "scenarios": comparison.others.iter().map(contrast).collect::<Vec<_>>(),
    })
}

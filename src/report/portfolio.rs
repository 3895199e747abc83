//! Many partnerships beside each other, in words and figures.

use serde_json::{Value, json};

use super::ColumnKind::{Money as M, Month as Mo, Share as Sh, Text as T, Whole as W};
use super::compare::RUNWAY_MEANS;
use super::words::{count, dollars, list, method, one_kind, view, view_word};
use super::{Cell, Mark, Page, RowStyle, SCHEMA_VERSION, Table, objects};
use crate::decide::portfolio::{Ends, Falling, Laid, Part, Partnership, Portfolio, Sum};
use crate::folder::BASE;
use crate::funding::{Kind, Status};
use crate::money::{Money, Rate};
use crate::month::Month;

/// The portfolio as a page.
pub fn page(portfolio: &Portfolio) -> Page {
    let mut page = Page::new();
    let ask = &portfolio.ask;
    let partnerships = &portfolio.partnerships;
    page.title(format!("Portfolio: {}", count(partnerships.len(), "partnership")));
    for notice in notices(portfolio) {
        page.say(Mark::None, notice);
    }
    let case = match ask.case.as_str() {
        BASE => String::new(),
        case => format!("scenario {case}; "),
    };
    let text = format!(
        "{case}{}; {}. Who runs out first stands first.",
        view(ask.question.view),
        method(ask.question.method)
    );
    page.say(Mark::None, text);
    for unread in &portfolio.unread {
        let text = format!("{}: could not be read: {}.", unread.name, faults(&unread.error));
        page.say(Mark::Bad, text);
    }
    if partnerships.is_empty() {
        return page;
    }
    page.heading("Who runs out first");
    page.table(dates(partnerships), Vec::new());
    page.say(Mark::None, format!("Runway: {RUNWAY_MEANS}"));
    let text = "Dependable: the share of the core cost of the twelve months from the month seen from that dependable money \
                covers.";
    page.say(Mark::None, text);
    let unstated = partnerships.iter().filter(|one| !one.cash_stated);
    let unstated: Vec<String> = unstated.map(|one| one.name.clone()).collect();
    if !unstated.is_empty() {
        let (do_not, their) = match unstated.len() {
            1 => ("does not", "its"),
            _ => ("do not", "their"),
        };
        let text = format!(
            "{} {do_not} state {their} cash in hand: no month in which it runs out is told, and none counts in the order.",
            list(&unstated)
        );
        page.say(Mark::Watch, text);
    }
    page.heading("What stays unpaid over each plan, in dollars");
    page.table(amounts(partnerships), Vec::new());
    for one in partnerships {
        let (mark, text) = ends(one, ask.question.view);
        page.say(mark, format!("{}: {text}", one.name));
    }
    if let (Some(sum), Some(laid)) = (&ask.sum, &portfolio.laid) {
        say_sum(&mut page, sum, laid);
    }
    page
}

/// The notices of the plans, each with its folder.
pub fn notices(portfolio: &Portfolio) -> Vec<String> {
    let mut notices: Vec<String> = Vec::new();
    for one in &portfolio.partnerships {
        if !one.notice.is_empty() {
            notices.push(format!("{}: {}", one.name, one.notice));
        }
    }
    notices
}

fn faults(error: &crate::error::Error) -> String {
    match error.diagnostics() {
        [] => error.to_string(),
        faults => count(faults.len(), "error"),
    }
}

fn words(month: Option<Month>) -> String {
    month.map_or("never".to_string(), |month| month.words())
}

fn dates(partnerships: &[Partnership]) -> Table {
    let columns = [
        ("Partnership", T),
        ("Seen from", T),
        ("Core first unpaid", T),
        ("Runway", T),
        ("Cash runs out", T),
        ("Dependable", T),
    ];
    let mut table = Table::new("dates", &columns);
    for one in partnerships {
        let runway = one.measures.runway.core_months;
        let runway =
            runway.map_or("to the end".to_string(), |months| count(months as usize, "month"));
        table.push(vec![
            Cell::text(&one.name),
            Cell::text(one.as_of.words()),
            Cell::text(words(one.next_core_gap)),
            Cell::text(runway),
            Cell::text(match one.cash_stated {
                true => words(one.cash_runs_out()),
                false => "not stated".to_string(),
            }),
            Cell::text(one.dependable.map_or("not forecast".to_string(), Rate::rounded_in_words)),
        ]);
    }
    table
}

fn amounts(partnerships: &[Partnership]) -> Table {
    let columns =
        [("Partnership", T), ("Core", M), ("In all", M), ("Core, best case", M), ("Best case", M)];
    let mut table = Table::new("amounts", &columns);
    for one in partnerships {
        let total = &one.measures.total;
        table.push(vec![
            Cell::text(&one.name),
            Cell::Money(total.gap[0]),
            Cell::Money(total.gap_total()),
            Cell::Money(total.irreducible[0]),
            Cell::Money(total.irreducible_gap()),
        ]);
    }
    table
}

/// Streams that end, with their kind and amount.
fn named(falling: &[Falling], what: &str) -> String {
    let one = |stream: &Falling| {
        let kind = one_kind(stream.kind);
        format!("\u{201c}{}\u{201d} ({kind}, {} {what})", stream.title, dollars(stream.fall))
    };
    list(&falling.iter().map(one).collect::<Vec<_>>())
}

/// What one partnership runs out of.
fn ends(one: &Partnership, counted: Status) -> (Mark, String) {
    let Some(first) = one.next_core_gap else {
        let text = "core costs are paid to the end.".to_string();
        return (Mark::Good, text);
    };
    let unpaid = format!("core costs are first unpaid in {}", first.words());
    let text = match &one.ends {
        Ends::Nothing => format!("{unpaid}."),
        Ends::Short => format!("{unpaid}: no money ends, but it falls short."),
        Ends::NoneMayPay(other) => {
            let money = match counted {
                Status::Secured => "no secured money",
                Status::Likely => "no secured or likely money",
                Status::Prospective => "no money",
            };
            let hint =
                other.map(view_word).map(|view| format!("; `--view {view}` counts money that may"));
            format!("{unpaid}: {money} may pay them{}.", hint.unwrap_or_default())
        }
        Ends::Money(month, falling) => {
            let named = named(&falling[..falling.len().min(3)], "a year less");
            format!("{unpaid}. Money falls in {}: {named}.", month.words())
        }
        Ends::Spent(month, falling) => {
            // It may go on to pay other costs, and others may still pay part of these.
            let named = named(falling, "of them");
            let month = month.words();
            format!(
                "{unpaid}. Paid for these in the twelve months through {month}, and no longer: {named}."
            )
        }
    };
    (Mark::Bad, text)
}

fn say_sum(page: &mut Page, sum: &Sum, laid: &Laid) {
    page.heading(format!("What {} would close where", dollars(sum.amount)));
    let until = sum.until.map_or("to the end of each plan".to_string(), |until| {
        format!("through {}", until.words())
    });
    page.say(
        Mark::None,
        format!(
            "It pays for {} from {} {until}. It is laid on what the best case leaves unpaid: core costs first, then \
             the earliest month. Each part is put into its plan as a grant, and the plan is braided anew.",
            list(&sum.pays_for),
            sum.from.words()
        ),
    );
    let columns = [
        ("Partnership", T),
        ("Its part", M),
        ("core", M),
        ("essential", M),
        ("stretch", M),
        ("Closes", M),
        ("of it core", M),
    ];
    let mut table = Table::new("parts", &columns);
    let mut styles = Vec::new();
    let mut push = |name: &str, planned: [Money; 3], closes: [Money; 3], style: RowStyle| {
        let mut row = vec![Cell::text(name), Cell::Money(planned.iter().sum())];
        row.extend(planned.map(Cell::Money));
        row.extend([Cell::Money(closes.iter().sum()), Cell::Money(closes[0])]);
        table.push(row);
        styles.push(style);
    };
    let (mut planned, mut closes) = ([Money::ZERO; 3], [Money::ZERO; 3]);
    for part in &laid.parts {
        push(&part.name, part.planned, part.closes, RowStyle::Plain);
        for at in 0..3 {
            planned[at] += part.planned[at];
            closes[at] += part.closes[at];
        }
    }
    push("All", planned, closes, RowStyle::Strong);
    page.table(table, styles);
    for part in &laid.parts {
        for (mark, text) in notes(part) {
            page.say(mark, format!("{}: {text}", part.name));
        }
    }
    if laid.left.is_positive() {
        let text = format!("{} of it finds no cost that it may pay.", dollars(laid.left));
        page.say(Mark::Watch, text);
    }
}

fn notes(part: &Part) -> Vec<(Mark, String)> {
    if let Some(why) = &part.refused {
        return vec![(Mark::Watch, format!("the sum does not fit its plan: {}.", why.message))];
    }
    let months = part.cells.iter().map(|cell| cell.month);
    let (Some(first), Some(last)) = (months.clone().min(), months.max()) else {
        return Vec::new();
    };
    let [before, after] = part.next_core_gap;
    let moves = match (before, after) {
        (Some(before), Some(after)) if before == after => {
            format!("core costs are first unpaid in {} as before", after.words())
        }
        (Some(before), Some(after)) => format!(
            "core costs are first unpaid in {} instead of {}",
            after.words(),
            before.words()
        ),
        (Some(_), None) => "core costs are paid to the end".to_string(),
        (None, _) => "core costs were paid without it".to_string(),
    };
    let text = format!("pays {} to {}; in the best case {moves}.", first.words(), last.words());
    let mut notes = vec![(Mark::None, text)];
    if part.closed() != part.amount() {
        let text = format!(
            "{} was laid, but {} is closed: rules of the plan tie other money to it.",
            dollars(part.amount()),
            dollars(part.closed())
        );
        notes.push((Mark::Watch, text));
    }
    notes
}

/// The names of the tables that other tools read.
pub const TABLES: [&str; 5] = ["partnerships", "years", "parts", "cells", "unread"];

/// A table that other tools read, by its name.
pub fn table(portfolio: &Portfolio, name: &str) -> Option<Table> {
    match name {
        "partnerships" => Some(rows(portfolio)),
        "years" => Some(years(portfolio)),
        "parts" => Some(parts(portfolio)),
        "cells" => Some(cells(portfolio)),
        "unread" => Some(unread(portfolio)),
        _ => None,
    }
}

/// One row a partnership, in the order in which they run out.
fn rows(portfolio: &Portfolio) -> Table {
    let mut table = Table::new(
        "partnerships",
        &[
            ("folder", T),
            ("title", T),
            ("as_of", Mo),
            ("gap_core", M),
            ("gap", M),
            ("irreducible_gap_core", M),
            ("irreducible_gap", M),
            ("next_core_gap", Mo),
            ("runway_months", W),
            ("cash_runs_out", Mo),
            ("ends", T),
            ("ends_in", Mo),
            ("ends_kind", T),
            ("ends_stream", T),
            ("ends_fall", M),
            ("dependable_next_year", Sh),
            ("notice", T),
        ],
    );
    for one in &portfolio.partnerships {
        let (total, measures) = (&one.measures.total, &one.measures);
        let (word, month, falling) = match &one.ends {
            Ends::Nothing => ("nothing", None, None),
            Ends::Short => ("falls short", None, None),
            Ends::NoneMayPay(_) => ("no money may pay", None, None),
            Ends::Money(month, falling) => ("money falls", Some(*month), falling.first()),
            Ends::Spent(month, falling) => ("money is spent", Some(*month), falling.first()),
        };
        let kind = falling.and_then(|stream| stream.kind);
        table.push(vec![
            Cell::text(&one.name),
            Cell::text(&one.title),
            Cell::Month(one.as_of),
            Cell::Money(total.gap[0]),
            Cell::Money(total.gap_total()),
            Cell::Money(total.irreducible[0]),
            Cell::Money(total.irreducible_gap()),
            Cell::of(one.next_core_gap, Cell::Month),
            Cell::of(measures.runway.core_months.map(i64::from), Cell::Whole),
            Cell::of(one.cash_runs_out(), Cell::Month),
            Cell::text(word),
            Cell::of(month, Cell::Month),
            Cell::of(kind.map(Kind::word), Cell::text),
            Cell::of(falling.map(|stream| stream.title.as_str()), Cell::text),
            Cell::of(falling.map(|stream| stream.fall), Cell::Money),
            Cell::of(one.dependable, Cell::Share),
            Cell::text(&one.notice),
        ]);
    }
    table
}

/// One row a partnership and fiscal year of its own.
fn years(portfolio: &Portfolio) -> Table {
    let columns = [
        ("folder", T),
        ("fiscal_year", W),
        ("cost", M),
        ("covered", M),
        ("gap_core", M),
        ("gap_essential", M),
        ("gap_stretch", M),
        ("irreducible_gap", M),
        ("dependable_share", Sh),
    ];
    let mut table = Table::new("years", &columns);
    for one in &portfolio.partnerships {
        for year in &one.measures.years {
            table.push(vec![
                Cell::text(&one.name),
                Cell::Whole(year.year.into()),
                Cell::Money(year.cost),
                Cell::Money(year.covered),
                Cell::Money(year.gap[0]),
                Cell::Money(year.gap[1]),
                Cell::Money(year.gap[2]),
                Cell::Money(year.irreducible_gap()),
                Cell::Share(year.dependable_share),
            ]);
        }
    }
    table
}

fn laid(portfolio: &Portfolio) -> &[Part] {
    portfolio.laid.as_ref().map_or(&[], |laid| &laid.parts)
}

/// One row a partnership, in the order of the list: its part of the sum, and what that closes.
fn parts(portfolio: &Portfolio) -> Table {
    let columns = [
        ("folder", T),
        ("part", M),
        ("part_core", M),
        ("part_essential", M),
        ("part_stretch", M),
        ("closes", M),
        ("closes_core", M),
        ("closes_essential", M),
        ("closes_stretch", M),
        ("next_core_gap_before", Mo),
        ("next_core_gap_after", Mo),
        ("stream", T),
        ("refused", T),
    ];
    let mut table = Table::new("parts", &columns);
    for part in laid(portfolio) {
        let mut row = vec![Cell::text(&part.name), Cell::Money(part.amount())];
        row.extend(part.planned.map(Cell::Money));
        row.push(Cell::Money(part.closed()));
        row.extend(part.closes.map(Cell::Money));
        row.extend(part.next_core_gap.map(|month| Cell::of(month, Cell::Month)));
        row.push(Cell::of(part.stream.as_ref(), Cell::text));
        row.push(Cell::of(part.refused.as_ref(), |why| Cell::text(&why.message)));
        table.push(row);
    }
    table
}

/// What each part is laid on, in the order in which it was laid within its partnership.
fn cells(portfolio: &Portfolio) -> Table {
    let columns = [("folder", T), ("priority", T), ("month", Mo), ("line", T), ("amount", M)];
    let mut table = Table::new("cells", &columns);
    for part in laid(portfolio) {
        for cell in &part.cells {
            table.push(vec![
                Cell::text(&part.name),
                Cell::text(cell.priority.word()),
                Cell::Month(cell.month),
                Cell::text(&cell.line),
                Cell::Money(cell.amount),
            ]);
        }
    }
    table
}

/// The folders that could not be read.
fn unread(portfolio: &Portfolio) -> Table {
    let mut table = Table::new("unread", &[("folder", T), ("errors", W), ("first", T)]);
    for unread in &portfolio.unread {
        let diagnostics = unread.error.diagnostics();
        let first = diagnostics.first().map(|one| one.message.clone());
        table.push(vec![
            Cell::text(&unread.name),
            Cell::Whole(diagnostics.len().max(1) as i64),
            Cell::text(first.unwrap_or_else(|| unread.error.to_string())),
        ]);
    }
    table
}

/// The portfolio as one value: the tables' rows by their columns.
pub fn record(portfolio: &Portfolio) -> Value {
    let ask = &portfolio.ask;
    let sum = ask.sum.as_ref().map(|sum| {
        json!({
            "amount": sum.amount.to_string(),
            "from": sum.from.to_string(),
            "until": sum.until.map(|until| until.to_string()),
            "pays_for": sum.pays_for,
            "left": portfolio.laid.as_ref().map(|laid| laid.left.to_string()),
        })
    });
    let mut value = json!({
        "schema_version": SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "scenario": ask.case,
        "view": view_word(ask.question.view),
        "method": ask.question.method.word(),
        "sum": sum,
    });
    for name in TABLES {
        if let Some(table) = table(portfolio, name) {
            value[name] = objects(&table);
        }
    }
    value
}

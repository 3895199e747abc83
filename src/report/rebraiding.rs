//! The section of the page on re-braiding: what it would close, by which moves, and what those rest on.

use super::ColumnKind::{Money as M, Text as T};
use super::words::{count, dollars, list};
use super::{Cell, Column, Mark, Page, RowStyle, Table};
use crate::braid::Method;
use crate::explain::text::capital;
use crate::forecast::Forecast;
use crate::money::Money;
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::rebraiding::{Footing, Move};

/// Moves that the page tells one by one; the rest are counted.
pub(super) const MOVES_SHOWN_MAX: usize = 3;

/// Says the section, where re-braiding closes anything; of its moves one by one those that may be told.
pub(super) fn say(page: &mut Page, plan: &Plan, forecast: &Forecast, told: impl Fn(&Move) -> bool) {
    let rebraiding = &forecast.rebraiding;
    let moves = &rebraiding.moves;
    if forecast.question.method == Method::Optimal || moves.is_empty() {
        return;
    }
    page.heading("What re-braiding would close in the best case");
    let (table, styles) = gaps(forecast);
    page.table(table, styles);
    let shown: Vec<&Move> =
        moves.iter().filter(|found| told(found)).take(MOVES_SHOWN_MAX).collect();
    for found in &shown {
        page.say(Mark::None, move_words(plan, found));
    }
    let others = moves.len() - shown.len();
    let more =
        if others == 0 { String::new() } else { format!("And {}. ", count(others, "more move")) };
    page.say(Mark::None, more + &footings(moves, rebraiding.approval));
}

/// The gap as spent, by documented shares and in the best case, by priority.
fn gaps(forecast: &Forecast) -> (Table, Vec<RowStyle>) {
    let rebraiding = &forecast.rebraiding;
    let same = rebraiding.by_shares == rebraiding.as_spent;
    let spent = match forecast.question.method {
        Method::Shares => "Unpaid as spent, by shares",
        _ if same => "Unpaid as spent; as much by documented shares",
        _ => "Unpaid as spent",
    };
    let mut rows = vec![(RowStyle::Plain, spent, rebraiding.as_spent)];
    if forecast.question.method != Method::Shares && !same {
        rows.push((RowStyle::Plain, "Unpaid by documented shares", rebraiding.by_shares));
    }
    rows.push((RowStyle::Plain, "Unpaid in the best case", rebraiding.optimal));
    rows.push((RowStyle::Strong, "Closed by re-braiding", rebraiding.avoidable()));
    let told: Vec<Priority> = Priority::ALL
        .into_iter()
        .filter(|priority| rows.iter().any(|row| !row.2[*priority as usize].is_zero()))
        .collect();
    let mut table = Table::new("rebraiding", &[("", T)]);
    let heads = told.iter().map(|priority| capital(priority.word()));
    let heads = heads.chain((told.len() > 1).then(|| "Total".to_string()));
    table.columns.extend(heads.map(|name| Column { name, kind: M }));
    for (_, label, gap) in &rows {
        let mut cells = vec![Cell::text(*label)];
        cells.extend(told.iter().map(|priority| Cell::Money(gap[*priority as usize])));
        if told.len() > 1 {
            cells.push(Cell::Money(gap.iter().sum()));
        }
        table.push(cells);
    }
    (table, rows.iter().map(|row| row.0).collect())
}

/// `“The state” pays $1,200 more of “Convening”: its benefit is not documented.`
fn move_words(plan: &Plan, found: &Move) -> String {
    let change = found.change();
    let how = if change.is_positive() { "more" } else { "less" };
    let amount = dollars(Money::from_cents(change.cents().abs()));
    let line = &plan.line(found.line).title;
    let mut text =
        format!("\u{201c}{}\u{201d} pays {amount} {how} of \u{201c}{line}\u{201d}", found.title);
    match found.footing {
        Some(Footing::Documented(basis)) => {
            text += &format!(": its benefit is documented ({})", basis.word());
        }
        Some(Footing::Free) => text += ": this money is under no federal cost principles",
        Some(Footing::Undocumented) => text += ": its benefit is not documented",
        None => {}
    }
    if found.needs_approval {
        text += "; it may need prior approval";
    }
    text + "."
}

/// What the moves rest on, in sums: those with a basis apart from those without.
fn footings(moves: &[Move], approval: Money) -> String {
    let more = || moves.iter().filter(|found| found.change().is_positive());
    let sum = |counts: &dyn Fn(&Move) -> bool| -> Money {
        more().filter(|found| counts(found)).map(Move::change).sum()
    };
    let all = sum(&|_| true);
    let documented = sum(&|found| matches!(found.footing, Some(Footing::Documented(_))));
    let free = sum(&|found| found.footing == Some(Footing::Free));
    let undocumented = sum(&|found| found.footing == Some(Footing::Undocumented));
    let mut parts = Vec::new();
    let mut part = |amount: Money, words: &str| {
        if amount.is_positive() {
            parts.push(format!("{} {words}", dollars(amount)));
        }
    };
    part(free, "is money under no federal cost principles");
    part(documented, "has a documented benefit");
    part(
        undocumented,
        "has no documented benefit: 2 CFR 200.405(c) allows it only where the cost is allocable to that award too, and \
         never to make up for missing money",
    );
    let given = more().count();
    let mut text = format!(
        "Of the {} that {} pay more, {}.",
        dollars(all),
        count(given, "move"),
        list(&parts)
    );
    if let [only] = parts.as_slice() {
        let words = only.split_once(' ').map_or("", |(_, words)| words);
        text = format!("All that is paid more, {}, {words}.", dollars(all));
    }
    if approval.is_positive() {
        text += &format!(
            " {} of it may need prior approval: so much goes beyond approved budgets (2 CFR 200.308).",
            dollars(approval)
        );
    }
    text
}

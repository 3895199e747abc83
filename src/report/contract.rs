//! The tables that other tools read: the contract of `braid forecast --out`.
//!
//! Rows in which every amount is zero are left out. Rows are sorted by their columns from the left.

use super::ColumnKind::{Money as M, Month as Mo, Share as Sh, Text as T, Whole as W};
use super::{Cell, Table, reason};
use crate::forecast::Forecast;
use crate::funding::Kind;
use crate::ledger::{INDIRECT_RECOVERY, Ledger, StreamBook};
use crate::plan::Plan;

/// The names of the tables, in the order of [`tables`].
pub const NAMES: [&str; 10] = [
    "needs", "draws", "match", "tranches", "recovery", "streams", "cash", "years", "causes",
    "moves",
];

/// Every table of a forecast.
pub fn tables(plan: &Plan, forecast: &Forecast) -> Vec<Table> {
    NAMES.iter().filter_map(|name| table(plan, forecast, name)).collect()
}

/// The table of this name, one of [`NAMES`].
pub fn table(plan: &Plan, forecast: &Forecast, name: &str) -> Option<Table> {
    let ledger = &forecast.books.ledger;
    debug_assert_eq!(plan.horizon, ledger.horizon, "a forecast is reported with its own plan");
    let table = match name {
        "needs" => needs(ledger),
        "draws" => draws(ledger),
        "match" => matches(ledger),
        "tranches" => tranches(ledger),
        "recovery" => recovery(ledger),
        "streams" => streams(ledger),
        "cash" => cash(forecast),
        "years" => years(forecast),
        "causes" => reason::causes(forecast),
        "moves" => moves(plan, forecast),
        _ => return None,
    };
    Some(finished(table))
}

fn finished(mut table: Table) -> Table {
    let amount = |cell: &Cell| matches!(cell, Cell::Money(amount) if !amount.is_zero());
    table.rows.retain(|row| row.iter().any(amount));
    table.rows.sort();
    table
}

fn needs(ledger: &Ledger) -> Table {
    let columns = [
        ("month", Mo),
        ("cost", T),
        ("function", T),
        ("layer", T),
        ("priority", T),
        ("need", M),
        ("covered", M),
        ("gap", M),
    ];
    let mut table = Table::new("needs", &columns);
    for line in &ledger.lines {
        for place in 0..ledger.months() {
            table.push(vec![
                month(ledger, place),
                Cell::text(&line.name),
                Cell::text(&line.function),
                Cell::text(line.layer.word()),
                Cell::text(line.priority.word()),
                Cell::Money(line.need[place]),
                Cell::Money(line.covered[place]),
                Cell::Money(line.gap[place]),
            ]);
        }
    }
    table
}

fn draws(ledger: &Ledger) -> Table {
    let columns =
        [("month", Mo), ("stream", T), ("tranche", T), ("pool", T), ("cost", T), ("amount", M)];
    let mut table = Table::new("draws", &columns);
    for draw in &ledger.draws {
        table.push(vec![
            month(ledger, draw.place),
            Cell::text(&ledger.streams[draw.stream].name),
            Cell::text(&ledger.tranches[draw.tranche].label),
            Cell::of(draw.pool, |pool| Cell::text(&ledger.pools[pool.at()].0)),
            Cell::text(&ledger.lines[draw.line.at()].name),
            Cell::Money(draw.amount),
        ]);
    }
    table
}

fn matches(ledger: &Ledger) -> Table {
    let columns =
        [("month", Mo), ("award", T), ("cost", T), ("stream", T), ("tranche", T), ("amount", M)];
    let mut table = Table::new("match", &columns);
    for matched in &ledger.matches {
        table.push(vec![
            month(ledger, matched.place),
            Cell::text(&ledger.streams[matched.award.at()].name),
            Cell::text(&ledger.lines[matched.line.at()].name),
            Cell::text(&ledger.streams[matched.stream].name),
            Cell::text(&ledger.tranches[matched.tranche].label),
            Cell::Money(matched.amount),
        ]);
    }
    table
}

fn tranches(ledger: &Ledger) -> Table {
    let columns = [
        ("stream", T),
        ("tranche", T),
        ("available", Mo),
        ("last", Mo),
        ("amount", M),
        ("drawn", M),
        ("lapsed", M),
        ("refund_due", M),
        ("idle", M),
    ];
    let mut table = Table::new("tranches", &columns);
    for tranche in &ledger.tranches {
        table.push(vec![
            Cell::text(&ledger.streams[tranche.stream].name),
            Cell::text(&tranche.label),
            Cell::Month(tranche.available),
            Cell::of(tranche.last, Cell::Month),
            Cell::Money(tranche.amount),
            Cell::Money(tranche.drawn),
            Cell::Money(tranche.lapsed),
            Cell::Money(tranche.refund_due),
            Cell::Money(tranche.idle),
        ]);
    }
    table
}

fn recovery(ledger: &Ledger) -> Table {
    let columns = [("month", Mo), ("stream", T), ("tranche", T), ("base", M), ("amount", M)];
    let mut table = Table::new("recovery", &columns);
    for recovery in &ledger.recoveries {
        table.push(vec![
            month(ledger, recovery.place),
            Cell::text(&ledger.streams[recovery.stream].name),
            Cell::text(&ledger.tranches[recovery.tranche].label),
            Cell::Money(recovery.base),
            Cell::Money(recovery.amount),
        ]);
    }
    table
}

fn streams(ledger: &Ledger) -> Table {
    let columns = [
        ("month", Mo),
        ("stream", T),
        ("kind", T),
        ("opening", M),
        ("made_available", M),
        ("drawn", M),
        ("lapsed", M),
        ("refund_due", M),
        ("closing", M),
    ];
    let mut table = Table::new("streams", &columns);
    for stream in &ledger.streams {
        for place in 0..ledger.months() {
            table.push(vec![
                month(ledger, place),
                Cell::text(&stream.name),
                Cell::text(kind_word(stream)),
                Cell::Money(stream.opening[place]),
                Cell::Money(stream.made_available[place]),
                Cell::Money(stream.drawn[place]),
                Cell::Money(stream.lapsed[place]),
                Cell::Money(stream.refund_due[place]),
                Cell::Money(stream.closing[place]),
            ]);
        }
    }
    table
}

fn cash(forecast: &Forecast) -> Table {
    let columns = [
        ("month", Mo),
        ("opening", M),
        ("receipts", M),
        ("payments", M),
        ("closing", M),
        ("restricted", M),
        ("unrestricted", M),
        ("receivable", M),
        ("refundable_advance", M),
        ("closing_all_costs", M),
    ];
    let (ledger, cash) = (&forecast.books.ledger, &forecast.books.cash);
    let mut table = Table::new("cash", &columns);
    let series = [
        &cash.opening,
        &cash.receipts,
        &cash.payments,
        &cash.closing,
        &cash.restricted,
        &cash.unrestricted,
        &cash.receivable,
        &cash.refundable_advance,
        &cash.closing_all_costs,
    ];
    for place in 0..ledger.months() {
        let mut row = vec![month(ledger, place)];
        row.extend(series.iter().map(|amounts| Cell::Money(amounts[place])));
        table.push(row);
    }
    table
}

fn years(forecast: &Forecast) -> Table {
    let columns = [
        ("fiscal_year", W),
        ("cost", M),
        ("covered", M),
        ("gap", M),
        ("gap_core", M),
        ("gap_essential", M),
        ("gap_stretch", M),
        ("irreducible_gap", M),
        ("structural_gap", M),
        ("lapsed", M),
        ("dependable_share", Sh),
    ];
    let mut table = Table::new("years", &columns);
    for year in &forecast.measures.years {
        table.push(vec![
            Cell::Whole(i64::from(year.year)),
            Cell::Money(year.cost),
            Cell::Money(year.covered),
            Cell::Money(year.gap_total()),
            Cell::Money(year.gap[0]),
            Cell::Money(year.gap[1]),
            Cell::Money(year.gap[2]),
            Cell::Money(year.irreducible_gap()),
            Cell::Money(year.structural_gap),
            Cell::Money(year.lapsed),
            Cell::Share(year.dependable_share),
        ]);
    }
    table
}

/// What the optimal braid moves, by fiscal year.
fn moves(plan: &Plan, forecast: &Forecast) -> Table {
    let columns = [
        ("fiscal_year", W),
        ("stream", T),
        ("cost", T),
        ("priority", T),
        ("as_spent", M),
        ("optimal", M),
        ("change", M),
        ("footing", T),
        ("prior_approval", T),
    ];
    let mut table = Table::new("moves", &columns);
    for found in &forecast.rebraiding.by_year {
        let line = plan.line(found.line);
        table.push(vec![
            Cell::of(found.year, |year| Cell::Whole(i64::from(year))),
            Cell::text(&found.stream),
            Cell::text(line.name.as_str()),
            Cell::text(line.priority.word()),
            Cell::Money(found.as_spent),
            Cell::Money(found.optimal),
            Cell::Money(found.change()),
            Cell::of(found.footing, |footing| Cell::text(footing.word())),
            Cell::of(found.needs_approval.then_some("needed"), Cell::text),
        ]);
    }
    table
}

fn month(ledger: &Ledger, place: usize) -> Cell {
    Cell::Month(ledger.horizon.month(place))
}

/// The word of a stream's kind; indirect recovery, which has none, is its own.
pub(super) fn kind_word(stream: &StreamBook) -> &'static str {
    stream.kind.map_or(INDIRECT_RECOVERY, Kind::word)
}

//! Who pays for what in one fiscal year: a cost a row, a stream a column, and in each empty cell why.

use super::brief::{in_words, number};
use super::flows::{Focus, UNPAID};
use super::{Piece, Redaction, Section, shown};
use crate::explain::cells::Cells;
use crate::forecast::Forecast;
use crate::ledger::LineBook;
use crate::money::Money;
use crate::plan::Plan;
use crate::report::ColumnKind::{Money as M, Text as T};
use crate::report::{Cell, Column, Mark, RowStyle, Table};

/// Streams beside each other in one table; more stand in the next one.
const STREAMS_IN_ROW: usize = 6;

/// A row: lines that are told as one.
struct Row {
    title: String,
    lines: Vec<usize>,
}

/// The matrix.
pub(super) fn section(plan: &Plan, forecast: &Forecast, redaction: Option<&Redaction>) -> Section {
    let focus = Focus::of(forecast);
    let ledger = &forecast.books.ledger;
    let places = focus.first..=focus.last;
    let of_year = |amounts: &[Money]| -> Money { amounts[places.clone()].iter().sum() };
    let mixed = |line: &LineBook| redaction.is_some_and(|own| own.is_mixed(&line.name));
    let rows = rows(&ledger.lines, |line| of_year(&line.need).is_positive(), mixed);
    let short = rows
        .iter()
        .filter(|row| row.lines.iter().any(|line| of_year(&ledger.lines[*line].gap).is_positive()));
    let (label, short) = (focus.label(), short.count());
    let heading = match (short, rows.len()) {
        (0, 1) => format!("The one cost of {label} is paid: who pays for it"),
        (0, all) => format!("All {} costs of {label} are paid: who pays for what", in_words(all)),
        (1, 1) => format!("The one cost of {label} is not paid in full: who may pay for it"),
        (short, all) if short == all => {
            format!("None of {} costs in {label} is paid in full: who pays for what", in_words(all))
        }
        (short, all) => format!(
            "{} of {} costs in {label} {} not paid in full: who pays for what",
            number(short),
            in_words(all),
            if short == 1 { "is" } else { "are" }
        ),
    };
    let mut paid = vec![vec![Money::ZERO; ledger.streams.len()]; ledger.lines.len()];
    for draw in ledger.draws.iter().filter(|draw| places.contains(&draw.place)) {
        paid[draw.line.at()][draw.stream] += draw.amount;
    }
    let total = |stream: usize| -> Money { paid.iter().map(|line| line[stream]).sum() };
    let mut streams: Vec<usize> = (0..ledger.streams.len()).collect();
    streams.sort_by_key(|stream| (std::cmp::Reverse(total(*stream)), *stream));
    let cells = Cells::new(plan, forecast);
    let why = |stream: usize, row: &Row| {
        let line = row
            .lines
            .iter()
            .copied()
            .max_by_key(|line| (of_year(&ledger.lines[*line].gap), std::cmp::Reverse(*line)));
        let span = (focus.first, focus.last);
        line.map_or(String::new(), |line| cells.why(stream, line, span))
    };
    if ledger.streams.is_empty() {
        let text = "No source is named in the plan: nothing may pay for any cost.".to_string();
        let pieces = vec![Piece::Sentence(Mark::Bad, text)];
        return Section { name: "matrix", heading, pieces };
    }
    let mut pieces = vec![Piece::Sentence(
        Mark::None,
        format!(
            "Dollars of {label}{}. An empty cell says why the money pays nothing there; where a cost is short, as of its \
             first short month.",
            focus.part()
        ),
    )];
    let mut idle = Table::new("idle", &[("Source", T), ("Why it pays none of these costs", T)]);
    streams.retain(|stream| {
        if total(*stream).is_positive() {
            return true;
        }
        let mut reasons: Vec<String> = rows.iter().map(|row| why(*stream, row)).collect();
        reasons.dedup();
        if let [only] = reasons.as_slice() {
            idle.push(vec![Cell::text(&ledger.streams[*stream].title), Cell::text(only)]);
        }
        reasons.len() > 1
    });
    if streams.is_empty() {
        streams.extend(paid.first().filter(|of| !of.is_empty()).map(|_| 0));
        idle.rows.retain(|row| row[0] != Cell::text(&ledger.streams[0].title));
    }
    let blocks: Vec<&[usize]> = streams.chunks(STREAMS_IN_ROW).collect();
    for (block, streams) in blocks.iter().enumerate() {
        let last = block + 1 == blocks.len();
        let mut table = Table::new("matrix", &[("Cost", T)]);
        let titles = streams.iter().map(|stream| ledger.streams[*stream].title.clone());
        let ends = last.then(|| [UNPAID.to_string(), "Cost".to_string()]);
        let heads = titles.chain(ends.into_iter().flatten());
        table.columns.extend(heads.map(|name| Column { name, kind: M }));
        for row in &rows {
            let sum =
                |stream: usize| -> Money { row.lines.iter().map(|line| paid[*line][stream]).sum() };
            let mut cells = vec![Cell::text(&row.title)];
            cells.extend(streams.iter().map(|stream| match sum(*stream) {
                Money::ZERO => Cell::text(why(*stream, row)),
                amount => Cell::Money(amount),
            }));
            if last {
                let of = |amounts: fn(&LineBook) -> &Vec<Money>| -> Money {
                    row.lines.iter().map(|line| of_year(amounts(&ledger.lines[*line]))).sum()
                };
                cells.push(Cell::Money(of(|line| &line.gap)));
                cells.push(Cell::Money(of(|line| &line.need)));
            }
            table.push(cells);
        }
        let mut cells = vec![Cell::text("All costs")];
        cells.extend(streams.iter().map(|stream| Cell::Money(total(*stream))));
        if last {
            cells.push(Cell::Money(focus.year.gap_total()));
            cells.push(Cell::Money(focus.year.cost));
        }
        table.push(cells);
        let mut styles = vec![RowStyle::Plain; rows.len()];
        styles.push(RowStyle::Strong);
        let caption = match blocks.len() {
            1 => format!("Who pays for what in {label}"),
            all => format!("Who pays for what in {label}, part {} of {all}", block + 1),
        };
        pieces.push(shown(table, caption, styles));
    }
    if !idle.rows.is_empty() {
        let caption = format!("Money that pays nothing in {label}, for one reason throughout");
        pieces.push(shown(idle, caption, Vec::new()));
    }
    Section { name: "matrix", heading, pieces }
}

/// The lines that have any cost, those of one title in one row; core costs first, then by function. A row of mixed
/// priorities tells none.
fn rows(
    lines: &[LineBook],
    counts: impl Fn(&LineBook) -> bool,
    mixed: impl Fn(&LineBook) -> bool,
) -> Vec<Row> {
    let mut order: Vec<usize> = (0..lines.len()).filter(|line| counts(&lines[*line])).collect();
    order.sort_by_key(|line| {
        let line = &lines[*line];
        (line.priority, &line.function, &line.title)
    });
    let mut rows: Vec<Row> = Vec::new();
    for line in order {
        let own = &lines[line];
        let title = match mixed(own) {
            true => own.title.clone(),
            false => format!("{} ({})", own.title, own.priority.word()),
        };
        match rows.iter_mut().find(|row| row.title == title) {
            Some(row) => row.lines.push(line),
            None => rows.push(Row { title, lines: vec![line] }),
        }
    }
    rows
}

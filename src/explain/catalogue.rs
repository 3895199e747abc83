//! Every figure that a forecast can be asked.

use super::ask::{Ask, Period};
use super::need::Column;
use super::{rebraiding, text};
use crate::forecast::Forecast;
use crate::money::Money;
use crate::month::FiscalCalendar;
use crate::plan::Plan;
use crate::plan::cost::{Layer, Priority};

/// The ids of every figure of a forecast, in the order of [`super::PATTERNS`]. A line, stream or group
/// has an id for each year and month in which it is above zero.
pub fn figures(plan: &Plan, forecast: &Forecast) -> Vec<String> {
    let ask = Ask { plan, forecast };
    let mut ids = Vec::new();
    for column in [Column::Gap, Column::Cost, Column::Covered] {
        needs(ask, column, &mut ids);
        if column == Column::Gap {
            irreducible(ask, &mut ids);
        }
    }
    streams(ask, &mut ids);
    cash(ask, &mut ids);
    measures(ask, &mut ids);
    ids
}

/// A few figures of a forecast that show what can be asked.
pub(super) fn examples(ask: Ask) -> Vec<String> {
    let year = ask.measures().years.first().map(|year| FiscalCalendar::label(year.year));
    let mut examples = vec!["gap".to_string()];
    examples.extend(year.map(|year| format!("gap/{year}")));
    let line = (!ask.ledger().lines.is_empty()).then(|| format!("cost/{}", ask.line_word(0)));
    examples.extend(line);
    examples.extend(ask.ledger().streams.first().map(|stream| format!("stream/{}", stream.name)));
    examples.push(format!("cash/{}", ask.ledger().horizon.start));
    examples.push("cash/lowest".to_string());
    examples
}

/// The id itself, and with each year.
fn with_years(ask: Ask, id: &str, ids: &mut Vec<String>) {
    ids.push(id.to_string());
    years(ask, id, ids);
}

fn years(ask: Ask, id: &str, ids: &mut Vec<String>) {
    let label = |year: i32| format!("{id}/{}", FiscalCalendar::label(year));
    ids.extend(ask.measures().years.iter().map(|year| label(year.year)));
}

/// The id with every year and month in which a series is not zero.
fn with_periods(ask: Ask, id: &str, series: &[&[Money]], ids: &mut Vec<String>) {
    ids.push(id.to_string());
    let moves = |period: &Period| {
        series.iter().any(|series| period.places().any(|place| !series[place].is_zero()))
    };
    let whole = Period::whole(ask);
    let years = whole.pieces(ask);
    let months = whole.places().map(|place| Period::month(ask, place));
    let periods = years.into_iter().chain(months).filter(moves);
    ids.extend(periods.map(|period| format!("{id}{}", period.suffix())));
}

fn needs(ask: Ask, column: Column, ids: &mut Vec<String>) {
    let lines = &ask.ledger().lines;
    let head = column.word();
    let all: Vec<&[Money]> = lines.iter().map(|line| column.of(line)).collect();
    with_periods(ask, head, &all, ids);
    let group = |keep: &dyn Fn(&crate::ledger::LineBook) -> bool| -> Vec<&[Money]> {
        lines.iter().filter(|line| keep(line)).map(|line| column.of(line)).collect()
    };
    for priority in Priority::ALL {
        let own = group(&|line| line.priority == priority);
        with_periods(ask, &format!("{head}/{}", priority.word()), &own, ids);
    }
    for layer in Layer::ALL {
        let own = group(&|line| line.layer == layer);
        with_periods(ask, &format!("{head}/{}", layer.word()), &own, ids);
    }
    let mut functions: Vec<&str> = lines.iter().map(|line| line.function.as_str()).collect();
    functions.sort_unstable();
    functions.dedup();
    for function in functions {
        let own = group(&|line| line.function == function);
        with_periods(ask, &format!("{head}/function/{function}"), &own, ids);
    }
    for (place, line) in lines.iter().enumerate() {
        with_periods(ask, &format!("{head}/{}", ask.line_word(place)), &[column.of(line)], ids);
    }
}

fn irreducible(ask: Ask, ids: &mut Vec<String>) {
    with_years(ask, "gap/irreducible", ids);
    ids.push("gap/causes".to_string());
    for priority in Priority::ALL {
        with_years(ask, &format!("gap/irreducible/{}", priority.word()), ids);
        ids.push(format!("gap/causes/{}", priority.word()));
    }
}

fn streams(ask: Ask, ids: &mut Vec<String>) {
    let ledger = ask.ledger();
    for book in &ledger.streams {
        let series: [&[Money]; 2] = [&book.opening, &book.made_available];
        with_periods(ask, &format!("stream/{}", book.name), &series, ids);
    }
    let mut draws = Vec::new();
    for draw in &ledger.draws {
        draws.push((draw.stream, draw.line.at(), Some(draw.place)));
        draws.push((draw.stream, draw.line.at(), None));
    }
    draws.sort_unstable();
    draws.dedup();
    ids.extend(draws.into_iter().map(|(stream, line, place)| {
        let month = place.map_or(String::new(), |place| format!("/{}", ask.month(place)));
        format!("draw/{}/{}{month}", ledger.streams[stream].name, ask.line_word(line))
    }));
    let label = |tranche: &crate::ledger::TrancheBook| {
        format!("tranche/{}/{}", ledger.streams[tranche.stream].name, tranche.label)
    };
    ids.extend(ledger.tranches.iter().map(label));
    ids.extend(ask.measures().indirect.iter().map(|row| format!("indirect/{}", row.stream)));
    ids.extend(ask.measures().stranded.iter().map(|row| format!("stranded/{}", row.stream)));
    with_years(ask, "lapsed", ids);
    with_years(ask, "refund-due", ids);
}

fn cash(ask: Ask, ids: &mut Vec<String>) {
    for head in ["cash", "cash/all-costs"] {
        let months = 0..ask.ledger().months();
        ids.extend(months.map(|place| format!("{head}/{}", ask.month(place))));
    }
    for id in ["overhead", "standing-gaps", "cash/lowest", "cash/runs-out", "cash/working-capital"]
    {
        ids.push(id.to_string());
    }
    years(ask, "cash/days", ids);
    years(ask, "cash/liquid-months", ids);
    for debt in &ask.ledger().debts {
        with_periods(ask, &format!("debt/{}", ask.book(debt.stream).name), &[&debt.owed], ids);
    }
    if let Some(used) = &ask.forecast.books.cash.credit {
        with_periods(ask, "credit", &[&used.balance], ids);
    }
    years(ask, "net-assets", ids);
    years(ask, "net-assets/liquid", ids);
}

fn measures(ask: Ask, ids: &mut Vec<String>) {
    let measures = ask.measures();
    ids.push("cliff".to_string());
    ids.extend(measures.cliffs.iter().map(|cliff| format!("cliff/{}", cliff.month)));
    for id in ["runway", "sustainability", "ladder"] {
        ids.push(id.to_string());
    }
    ids.extend(measures.ladder.iter().map(|rung| format!("ladder/{}", rung.view.word())));
    for row in &measures.coverage {
        with_years(ask, &format!("coverage/{}", row.name), ids);
    }
    ids.extend(rebraiding::figures(ask));
    for id in ["dependable", "structural", "concentration", "grant-dependence", "top-funder"] {
        with_years(ask, id, ids);
    }
    let named = measures.partners.iter().map(|row| text::slug(&row.name));
    ids.extend(named.filter(|name| !name.is_empty()).map(|name| format!("partner/{name}")));
}

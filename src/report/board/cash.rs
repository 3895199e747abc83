//! Cash month by month, against zero and the floor that the plan sets.

use super::brief::{brief, briefs};
use super::{Piece, Section, folded};
use crate::forecast::Forecast;
use crate::money::Money;
use crate::month::FiscalCalendar;
use crate::plan::Plan;
use crate::report::ColumnKind::{Money as M, Month as Mo};
use crate::report::picture::months::{Months, draw};
use crate::report::picture::{Picture, Stroke};
use crate::report::words::dollars;
use crate::report::{Cell, Mark, Table, headlines};

/// Months of a quarter.
const QUARTER: usize = 3;

/// Cash: when it runs out, how low it falls.
pub(super) fn section(plan: &Plan, forecast: &Forecast) -> Section {
    let heading = heading(plan, forecast);
    let mut pieces: Vec<Piece> = Vec::new();
    let (mark, text) = headlines::working_capital(plan, forecast)
        .unwrap_or_else(|| (Mark::None, paying_the_funded(forecast)));
    pieces.push(Piece::Sentence(mark, text));
    pieces.push(Piece::Sentence(
        Mark::None,
        "Restricted cash stands apart: it is held for its funders' purposes, and pays no other cost."
            .to_string(),
    ));
    if forecast.books.cash.as_of > 0 {
        let text = format!(
            "Cash before {} is worked out from the plan's own figures, not taken from the bank or the books.",
            plan.horizon.as_of.words()
        );
        pieces.push(Piece::Sentence(Mark::None, text));
    }
    pieces.push(Piece::Picture(picture(plan, forecast, &heading)));
    pieces.push(quarters(forecast));
    Section { name: "cash", heading, pieces }
}

/// What the title of a picture of cash says where the plan does not state what there is of it.
pub(super) fn counted(plan: &Plan) -> &'static str {
    if plan.opening.cash_stated { "" } else { ", counted from $0" }
}

/// How low cash falls where costs are paid only as far as money is found for them.
fn paying_the_funded(forecast: &Forecast) -> String {
    let (month, lowest) = forecast.measures.cash.lowest_funded;
    let own = match forecast.books.cash.credit {
        Some(_) => ", without the line of credit",
        None => "",
    };
    format!(
        "If only funded costs are paid, unrestricted cash is lowest with {} in {}{own}.",
        dollars(lowest),
        month.words()
    )
}

fn heading(plan: &Plan, forecast: &Forecast) -> String {
    let measures = &forecast.measures.cash;
    let cash = &forecast.books.cash;
    let (month, lowest) = measures.lowest;
    if !plan.opening.cash_stated {
        return format!(
            "Counted from $0, since no cash in hand is stated, cash is lowest with {} in {}",
            brief(lowest),
            month.words()
        );
    }
    if let Some(out) = measures.runs_out {
        return format!(
            "Cash runs out in {} if every cost is paid, and is lowest with {} in {}",
            out.words(),
            brief(lowest),
            month.words()
        );
    }
    let below = cash.unrestricted_all_costs[cash.as_of..].iter();
    match below.filter(|amount| **amount < cash.floor).count() {
        0 if cash.floor.is_positive() => {
            let [lowest, floor] = briefs([lowest, cash.floor]);
            format!(
                "Cash stays above its floor of {floor}: lowest with {lowest} in {}",
                month.words()
            )
        }
        0 => format!("Cash lasts: it is lowest with {} in {}", brief(lowest), month.words()),
        months => format!(
            "Cash lasts, but stands below its floor of {} in {months} of {} months, lowest with {} in {}",
            brief(cash.floor),
            cash.unrestricted_all_costs.len() - cash.as_of,
            brief(lowest),
            month.words()
        ),
    }
}

fn picture(plan: &Plan, forecast: &Forecast, finding: &str) -> Picture {
    let cash = &forecast.books.cash;
    let horizon = &plan.horizon;
    let measures = &forecast.measures.cash;
    let mut told = Vec::new();
    let (month, lowest) = measures.lowest;
    let stated = plan.opening.cash_stated;
    if let Some(out) = measures.runs_out.filter(|out| stated && *out != month) {
        told.extend(horizon.place(out).map(|at| (at, vec![format!("runs out {}", out.words())])));
    }
    let short = format!("lowest {}", brief(lowest));
    let texts = vec![format!("{short}, {}", month.words()), short];
    told.extend(horizon.place(month).map(|place| (place, texts)));
    let months = Months {
        first: horizon.start,
        bands: Vec::new(),
        lines: vec![
            (Stroke::Main, "paying every cost as planned", cash.unrestricted_all_costs.clone()),
            (Stroke::Second, "paying only what is funded", cash.unrestricted.clone()),
        ],
        floor: Some(cash.floor).filter(|floor| floor.is_positive()),
        seen: (cash.as_of > 0).then(|| (cash.as_of, format!("as of {}", horizon.as_of.words()))),
        told,
    };
    let title = format!("Unrestricted cash at each month's end{}", counted(plan));
    Picture::new("cash", title, finding, move |width| draw(&months, width))
}

/// Cash at the end of each quarter of the fiscal year, and of the last month.
fn quarters(forecast: &Forecast) -> Piece {
    let (ledger, cash) = (&forecast.books.ledger, &forecast.books.cash);
    let columns = [
        ("Month's end", Mo),
        ("Paying every cost", M),
        ("Paying what is funded", M),
        ("Restricted cash beside it", M),
    ];
    let mut table = Table::new("cash", &columns);
    let months = ledger.months();
    let closes = |place: &usize| {
        let position = ledger.fiscal.position(ledger.horizon.month(*place)) as usize;
        (position + 1).is_multiple_of(QUARTER) || place + 1 == months || is_lowest(forecast, *place)
    };
    for place in (0..months).filter(closes) {
        table.push(vec![
            Cell::Month(ledger.horizon.month(place)),
            Cell::Money(cash.unrestricted_all_costs[place]),
            Cell::Money(cash.unrestricted[place]),
            Cell::Money(cash.restricted[place]),
        ]);
    }
    let ends = FiscalCalendar::label(ledger.fiscal.year_of(ledger.horizon.end()));
    let caption = format!("Cash at the end of each quarter to {ends}, and of its lowest month");
    folded(table, caption, Vec::new())
}

fn is_lowest(forecast: &Forecast, place: usize) -> bool {
    let lowest: (_, Money) = forecast.measures.cash.lowest;
    forecast.books.ledger.horizon.month(place) == lowest.0
}

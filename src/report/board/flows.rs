//! Where the money of one fiscal year comes from and what it pays for, with what nobody pays yet.

use super::brief::{brief, briefs, in_words};
use super::{Piece, Section, folded};
use crate::explain::called;
use crate::forecast::Forecast;
use crate::ledger::Ledger;
use crate::measures::YearMeasure;
use crate::money::Money;
use crate::month::FiscalCalendar;
use crate::plan::Plan;
use crate::report::ColumnKind::{Money as M, Text as T};
use crate::report::picture::Picture;
use crate::report::picture::flows::{Flows, draw};
use crate::report::words::{count, dollars};
use crate::report::{Cell, Mark, RowStyle, Table};

/// What nobody pays yet.
pub(super) const UNPAID: &str = "Not yet funded";

/// The fiscal year that a board looks at most closely.
pub(super) struct Focus<'a> {
    /// Its figures.
    pub(super) year: &'a YearMeasure,
    /// Its first place in the horizon.
    pub(super) first: usize,
    /// Its last.
    pub(super) last: usize,
}

impl Focus<'_> {
    /// The first fiscal year from the month on from which the plan is seen of which anything goes unpaid; else
    /// that month's own.
    pub(super) fn of(forecast: &Forecast) -> Focus<'_> {
        let ledger = &forecast.books.ledger;
        let now = ledger.fiscal.year_of(ledger.horizon.as_of);
        let years = &forecast.measures.years;
        let ahead = || years.iter().filter(|year| year.year >= now);
        let short = ahead().find(|year| year.gap_total().is_positive());
        let year = short.or_else(|| ahead().next()).unwrap_or(&forecast.measures.total);
        let within = |place: &usize| {
            let month = ledger.horizon.month(*place);
            ledger.fiscal.year_of(month) == year.year
        };
        let mut places = (0..ledger.months()).filter(within);
        let first = places.next().unwrap_or(0);
        let last = places.next_back().unwrap_or(first);
        Focus { year, first, last }
    }

    /// `FY2026`.
    pub(super) fn label(&self) -> String {
        FiscalCalendar::label(self.year.year)
    }

    /// Whether the year is seen whole.
    pub(super) fn part(&self) -> String {
        match self.year.months {
            12 => String::new(),
            months => format!(" ({} of it in this plan)", count(months as usize, "month")),
        }
    }
}

/// The bands of the year.
pub(super) fn section(plan: &Plan, forecast: &Forecast) -> Section {
    let focus = Focus::of(forecast);
    let ledger = &forecast.books.ledger;
    let flows = flows(ledger, &focus);
    let paying =
        flows.flows.iter().map(|flow| flow.0).filter(|source| *source < ledger.streams.len());
    let sources = paying.collect::<std::collections::BTreeSet<_>>().len();
    let amounts = [focus.year.covered, focus.year.cost, focus.year.gap_total()];
    // A small gap is lost where the sums on both its sides are rounded more than it is large.
    let small = i128::from(amounts[2].cents()) * 100 < i128::from(amounts[1].cents());
    let [paid, cost, gap] = if small { amounts.map(dollars) } else { briefs(amounts) };
    let label = focus.label();
    let none = focus.year.covered.is_zero();
    let pay = if sources == 1 { "source pays" } else { "sources pay" };
    let sources = in_words(sources);
    let heading = match (focus.year.gap_total().is_zero(), none) {
        (true, _) => format!("In {label} {sources} {pay} all {cost} of cost"),
        (false, true) => format!("In {label} no money pays any of the {cost} of cost"),
        (false, false) => {
            format!("In {label} {sources} {pay} {paid} of {cost}; {gap} is not yet funded")
        }
    };
    let lead = format!(
        "{label}{} is {}. Bands are as thick as their amounts; recovered indirect cost is money of the partnership's own.",
        focus.part(),
        match focus.year.gap_total().is_zero() {
            true => format!("the year of {}", plan.horizon.as_of.words()),
            false => format!("the first year from {} on with a gap", plan.horizon.as_of.words()),
        }
    );
    let title = format!("From those who pay in {label} to what they pay for");
    let table = table(&flows);
    let picture = Picture::new("flows", title, &heading, move |width| draw(&flows, brief, width));
    let pieces = vec![
        Piece::Sentence(Mark::None, lead),
        Piece::Picture(picture),
        table_piece(table, &label),
    ];
    Section { name: "flows", heading, pieces }
}

fn table_piece((table, styles): (Table, Vec<RowStyle>), label: &str) -> Piece {
    folded(table, format!("Every flow of {label}, in dollars"), styles)
}

/// What each stream pays of each function in the year, and what is not paid.
fn flows(ledger: &Ledger, focus: &Focus) -> Flows {
    let mut functions: Vec<&str> = ledger.lines.iter().map(|line| line.function.as_str()).collect();
    functions.sort_unstable();
    functions.dedup();
    let of = |function: &str| functions.iter().position(|other| *other == function).unwrap_or(0);
    let unpaid = ledger.streams.len();
    let mut sums = vec![vec![Money::ZERO; functions.len()]; unpaid + 1];
    let in_year = |place: usize| (focus.first..=focus.last).contains(&place);
    for draw in ledger.draws.iter().filter(|draw| in_year(draw.place)) {
        sums[draw.stream][of(&ledger.lines[draw.line.at()].function)] += draw.amount;
    }
    for line in &ledger.lines {
        sums[unpaid][of(&line.function)] += line.gap[focus.first..=focus.last].iter().sum();
    }
    let titles = ledger.streams.iter().map(|stream| stream.title.clone());
    let mut flows = Flows {
        sources: titles.chain([UNPAID.to_string()]).collect(),
        uses: functions.iter().map(|function| called::function(ledger, function)).collect(),
        flows: Vec::new(),
        unpaid: true,
    };
    for (source, sums) in sums.into_iter().enumerate() {
        let own = sums.into_iter().enumerate().filter(|(_, amount)| amount.is_positive());
        flows.flows.extend(own.map(|(of, amount)| (source, of, amount)));
    }
    flows
}

fn table(flows: &Flows) -> (Table, Vec<RowStyle>) {
    let mut table = Table::new("flows", &[("From", T), ("To", T), ("Amount", M)]);
    let mut rows: Vec<&(usize, usize, Money)> = flows.flows.iter().collect();
    rows.sort_by_key(|flow| (flow.0 + 1 < flows.sources.len(), flow.0, std::cmp::Reverse(flow.2)));
    let mut styles = Vec::new();
    for (source, of, amount) in rows {
        table.push(vec![
            Cell::text(&flows.sources[*source]),
            Cell::text(&flows.uses[*of]),
            Cell::Money(*amount),
        ]);
        let unpaid = source + 1 == flows.sources.len();
        styles.push(if unpaid { RowStyle::BadPart } else { RowStyle::Plain });
    }
    (table, styles)
}

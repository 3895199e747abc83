//! The page that `braid forecast` shows: bad news first, then what it costs and who pays.

use super::ColumnKind::{Money as M, Month as Mo, Share as Sh, Text as T};
use super::words::{count, dollars, list, rung, view};
use super::{
    Bars, Block, Cell, Column, Mark, Page, RowStyle, Table, asking, concerns, headlines, reason,
    rebraiding, words,
};
use crate::braid::Method;
use crate::explain::called;
use crate::forecast::Forecast;
use crate::funding::{Kind, Status};
use crate::ledger::{Ledger, TrancheBook};
use crate::measures::{GapRow, LadderRung, YearMeasure};
use crate::money::Money;
use crate::month::{FiscalCalendar, MONTH_NAMES};
use crate::plan::Plan;
use crate::plan::cost::Priority;

/// Streams that the page names one by one; the rest are counted.
const STREAMS_SHOWN_MAX: usize = 14;
/// Functions that the page names one by one; the rest are counted.
const FUNCTIONS_SHOWN_MAX: usize = 12;

/// The page of a forecast. `folder` is the plan folder as it was typed, for the commands that the
/// page proposes.
pub fn page(plan: &Plan, forecast: &Forecast, folder: &str) -> Page {
    let mut page = Page::new();
    masthead(&mut page, plan, forecast);
    headlines::say(&mut page, plan, forecast);
    reason::say(&mut page, plan, forecast);
    page.heading("What it costs and who pays, in dollars");
    let (table, rows) = year_table(forecast);
    page.table(table, rows);
    short_years(&mut page, forecast);
    rounded(&mut page, [forecast]);
    page.say(
        Mark::None,
        "Planning allocation. Charges follow actual benefit and time records (2 CFR 200.405, \
         200.430).",
    );
    functions(&mut page, forecast);
    rebraiding::say(&mut page, plan, forecast, |_| true);
    ladder(&mut page, forecast);
    cash(&mut page, plan, forecast);
    concerns::say(&mut page, forecast);
    hints(&mut page, plan, forecast, folder);
    page
}

fn masthead(page: &mut Page, plan: &Plan, forecast: &Forecast) {
    page.title(&plan.title);
    if let Some(notice) = plan.notice_beside_title() {
        page.say(Mark::None, notice);
    }
    let scenario = match plan.scenario_title.as_str() {
        "" => plan.scenario.clone(),
        title => format!("{} ({title})", plan.scenario),
    };
    let fiscal_end = MONTH_NAMES[(plan.fiscal.first_month_number() as usize + 10) % 12];
    let horizon = &plan.horizon;
    page.say(
        Mark::None,
        format!(
            "Scenario {scenario}; {}; {}. {} to {}, seen from {}; fiscal years end in {}{}.",
            view(forecast.question.view),
            words::method(forecast.question.method),
            horizon.start.words(),
            horizon.end().words(),
            horizon.as_of.words(),
            fiscal_end[..1].to_uppercase(),
            &fiscal_end[1..],
        ),
    );
}

/// What a stream pays, by fiscal year.
struct Payer<'a> {
    kind: Option<Kind>,
    title: &'a str,
    years: Vec<Money>,
}

impl Payer<'_> {
    fn total(&self) -> Money {
        self.years.iter().sum()
    }
}

/// What every stream pays of the costs, by fiscal year; streams that pay nothing are left out.
/// Indirect recovery pays as itself.
fn payers(forecast: &Forecast) -> Vec<Payer<'_>> {
    let ledger = &forecast.books.ledger;
    let years = &forecast.measures.years;
    let blank =
        |stream: &'_ crate::ledger::StreamBook| (stream.kind, vec![Money::ZERO; years.len()]);
    let mut rows: Vec<(Option<Kind>, Vec<Money>)> = ledger.streams.iter().map(blank).collect();
    for draw in &ledger.draws {
        let year = ledger.fiscal.year_of(ledger.horizon.month(draw.place));
        if let Some(place) = years.iter().position(|known| known.year == year) {
            rows[draw.stream].1[place] += draw.amount;
        }
    }
    let named = rows.into_iter().zip(&ledger.streams);
    let mut payers: Vec<Payer> = named
        .map(|((kind, years), stream)| Payer { kind, title: &stream.title, years })
        .filter(|payer| payer.total().is_positive())
        .collect();
    payers.sort_by_key(|payer| std::cmp::Reverse(payer.total()));
    payers
}

/// A table with a label, a column a fiscal year, the total, and its share of all cost.
struct Years<'a> {
    forecast: &'a Forecast,
    table: Table,
    styles: Vec<RowStyle>,
}

impl<'a> Years<'a> {
    /// The table with a column for each of these fiscal years, then the last columns.
    fn new(forecast: &'a Forecast, name: &str, years: &[&YearMeasure], last: &[&str]) -> Years<'a> {
        let mut table = Table::new(name, &[("", T)]);
        let labels = years.iter().map(|year| FiscalCalendar::label(year.year));
        let labels = labels.chain(last.iter().map(|name| name.to_string()));
        table.columns.extend(labels.map(|name| Column { name, kind: M }));
        Years { forecast, table, styles: Vec::new() }
    }

    fn row(&mut self, style: RowStyle, label: &str, years: Vec<Cell>, last: Vec<Cell>) {
        let row = std::iter::once(Cell::text(label)).chain(years).chain(last);
        self.table.push(row.collect());
        self.styles.push(style);
    }

    /// A row of money with its total and its share of all cost.
    fn money(&mut self, style: RowStyle, label: &str, years: &[Money]) {
        let total: Money = years.iter().sum();
        let share = total.ratio(self.forecast.measures.total.cost);
        let cells = years.iter().map(|amount| Cell::Money(*amount)).collect();
        let share = if total.is_zero() { Cell::Empty } else { Cell::Share(share) };
        self.row(style, label, cells, vec![Cell::Money(total), share]);
    }

    /// A row of one figure of each year.
    fn figure(&mut self, style: RowStyle, label: &str, figure: impl Fn(&YearMeasure) -> Money) {
        let years: Vec<Money> = self.forecast.measures.years.iter().map(figure).collect();
        self.money(style, label, &years);
    }
}

pub(super) fn year_table(forecast: &Forecast) -> (Table, Vec<RowStyle>) {
    let all: Vec<&YearMeasure> = forecast.measures.years.iter().collect();
    let mut years = Years::new(forecast, "years", &all, &["Total", "Share"]);
    years.figure(RowStyle::Strong, "Cost", |year| year.cost);
    payer_rows(&mut years);
    years.figure(RowStyle::Strong, "Paid", |year| year.covered);
    if forecast.measures.total.covered_by_debt.is_positive() {
        years.figure(RowStyle::Part, "with borrowed money", |year| year.covered_by_debt);
    }
    years.figure(RowStyle::Bad, "Unpaid (the gap)", YearMeasure::gap_total);
    if !forecast.measures.total.gap_total().is_zero() {
        for (place, priority) in Priority::ALL.iter().enumerate() {
            if forecast.measures.total.gap[place].is_zero() {
                continue;
            }
            years.figure(RowStyle::BadPart, priority.word(), |year| year.gap[place]);
        }
    }
    if any_recurs(forecast) {
        years.figure(RowStyle::Plain, "Structural gap", |year| year.structural_gap);
    }
    let whole = |amount: fn(&YearMeasure) -> Money| {
        forecast.measures.years.iter().any(|year| words::whole_dollars(amount(year)) != 0)
    };
    if whole(|year| year.lapsed) {
        years.figure(RowStyle::Plain, "Money lapsed", |year| year.lapsed);
    }
    if whole(|year| year.refund_due) {
        years.figure(RowStyle::Plain, "Money to go back", |year| year.refund_due);
    }
    let share = |year: &YearMeasure| Cell::Share(year.dependable_share);
    let cells = forecast.measures.years.iter().map(share).collect();
    let total = vec![share(&forecast.measures.total), Cell::Empty];
    years.row(RowStyle::Plain, "Dependable share of core", cells, total);
    (years.table, years.styles)
}

/// Whether any money of the plan recurs: if none does, a gap without one-time money is all of the cost, and tells nothing.
pub(super) fn any_recurs(forecast: &Forecast) -> bool {
    forecast.books.ledger.streams.iter().any(|stream| stream.kind.is_some() && !stream.one_time)
}

/// Says that figures are rounded, where there are cents.
pub(super) fn rounded<'a>(page: &mut Page, forecasts: impl IntoIterator<Item = &'a Forecast>) {
    let cents = |amount: &Money| !amount.cents().unsigned_abs().is_multiple_of(100);
    let years = forecasts.into_iter().flat_map(|forecast| &forecast.measures.years);
    let mut amounts = years.flat_map(|year| year.gap.into_iter().chain([year.cost]));
    if amounts.any(|amount| cents(&amount)) {
        let text =
            "Each figure is rounded to whole dollars by itself: sums may differ by a dollar.";
        page.say(Mark::None, text);
    }
}

/// Says which fiscal years the horizon holds in part only.
pub(super) fn short_years(page: &mut Page, forecast: &Forecast) {
    let short = forecast.measures.years.iter().filter(|year| year.months < 12);
    let words: Vec<String> = short
        .map(|year| {
            let months = count(year.months as usize, "month");
            format!("{} ({months})", FiscalCalendar::label(year.year))
        })
        .collect();
    if !words.is_empty() {
        page.say(Mark::None, format!("Short years: {}.", list(&words)));
    }
}

/// Who pays: a row a kind with its streams below, the largest first.
fn payer_rows(years: &mut Years) {
    let payers = payers(years.forecast);
    let kinds = Kind::ALL.iter().map(|kind| Some(*kind)).chain([None]);
    let mut groups: Vec<(Option<Kind>, Vec<&Payer>)> = kinds
        .map(|kind| (kind, payers.iter().filter(|payer| payer.kind == kind).collect()))
        .filter(|(_, members): &(_, Vec<&Payer>)| !members.is_empty())
        .collect();
    let sum = |members: &[&Payer]| members.iter().map(|payer| payer.total()).sum::<Money>();
    groups.sort_by_key(|(kind, members)| (std::cmp::Reverse(sum(members)), *kind));
    let count = years.forecast.measures.years.len();
    let shown: Vec<&Payer> = payers.iter().take(STREAMS_SHOWN_MAX).collect();
    for (kind, members) in groups {
        if let [only] = members.as_slice() {
            years.money(RowStyle::Plain, only.title, &only.years);
            continue;
        }
        years.money(RowStyle::Plain, words::kind(kind), &summed(&members, count));
        let (named, rest): (Vec<&Payer>, Vec<&Payer>) = members
            .into_iter()
            .partition(|payer| shown.iter().any(|other| std::ptr::eq(*other, *payer)));
        for payer in named {
            years.money(RowStyle::Part, payer.title, &payer.years);
        }
        if !rest.is_empty() {
            let label = words::count(rest.len(), "smaller stream");
            years.money(RowStyle::Part, &label, &summed(&rest, count));
        }
    }
}

fn summed(payers: &[&Payer], years: usize) -> Vec<Money> {
    (0..years).map(|year| payers.iter().map(|payer| payer.years[year]).sum()).collect()
}

/// The gap by function, in the fiscal years that have one.
pub(super) fn functions(page: &mut Page, forecast: &Forecast) {
    let rows = &forecast.measures.gap_by_function;
    let mut rows: Vec<&GapRow> = rows.iter().filter(|row| row.total().is_positive()).collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.total()));
    let ledger = &forecast.books.ledger;
    let measures = &forecast.measures.years;
    let short = |place: &usize| !measures[*place].gap_total().is_zero();
    let places: Vec<usize> = (0..measures.len()).filter(short).collect();
    let shown: Vec<&YearMeasure> = places.iter().map(|place| &measures[*place]).collect();
    page.heading("What goes unpaid, by function");
    let last = ["Total", "Of its cost", "First month"];
    let mut years = Years::new(forecast, "functions", &shown, &last);
    let rest = rows.split_off(rows.len().min(FUNCTIONS_SHOWN_MAX));
    for row in rows {
        let cost: Money = row.cost.iter().sum();
        let cells = places.iter().map(|place| Cell::Money(row.gap[*place])).collect();
        let last = vec![
            Cell::Money(row.total()),
            Cell::Share(row.total().ratio(cost)),
            Cell::of(row.first, Cell::Month),
        ];
        years.row(RowStyle::Plain, &called::function(ledger, &row.name), cells, last);
    }
    if !rest.is_empty() {
        let gap = |place: &usize| Cell::Money(rest.iter().map(|row| row.gap[*place]).sum());
        let total: Money = rest.iter().map(|row| row.total()).sum();
        let label = count(rest.len(), "other function");
        let last = vec![Cell::Money(total), Cell::Empty, Cell::Empty];
        years.row(RowStyle::Plain, &label, places.iter().map(gap).collect(), last);
    }
    page.table(years.table, years.styles);
}

/// What stays unpaid as less sure money is added, rung by rung.
fn ladder(page: &mut Page, forecast: &Forecast) {
    page.heading("What stays unpaid as hopes come true");
    let held: Vec<Money> = forecast.books.ladder.iter().map(|(_, ledger)| held(ledger)).collect();
    if forecast.books.ladder.windows(2).all(|pair| pair[0].1.tranches == pair[1].1.tranches) {
        page.say(Mark::None, "All money of the plan is secured: there is nothing to hope for.");
        return;
    }
    page.table(ladder_table(forecast), Vec::new());
    for (place, pair) in forecast.measures.ladder.windows(2).enumerate() {
        let added = held[place + 1] - held[place];
        if let Some(text) = no_help(forecast.question.method, pair, added) {
            page.say(Mark::Watch, text);
        }
    }
}

/// All authority of a ledger, without what indirect recovery makes of it.
fn held(ledger: &Ledger) -> Money {
    let own = |tranche: &&TrancheBook| ledger.streams[tranche.stream].kind.is_some();
    ledger.tranches.iter().filter(own).map(|tranche| tranche.amount).sum()
}

/// What is to be said where a rung adds money and yet leaves more unpaid, or no less.
fn no_help(method: Method, pair: &[LadderRung], added: Money) -> Option<String> {
    let [before, after] = pair else { return None };
    let whose = match after.view {
        Status::Likely => "Likely money",
        _ => "Prospective money",
    };
    let rise = |place: &usize| after.gap[*place] > before.gap[*place];
    let worse: Vec<String> = (0..3)
        .filter(rise)
        .map(|place| {
            let more = after.gap[place] - before.gap[place];
            format!("{} more {}", dollars(more), Priority::ALL[place].word())
        })
        .collect();
    if !worse.is_empty() {
        let reason = match method {
            Method::Waterfall => {
                "More money can be spent earlier: the waterfall does not look ahead."
            }
            Method::Shares => "The filed shares put money where it was agreed, not where it lacks.",
            Method::Optimal => "It is spent so that costs of a higher priority are paid first.",
        };
        return Some(format!("{whose} leaves {} cost unpaid. {reason}", list(&worse)));
    }
    let same = before.gap == after.gap && added.is_positive();
    same.then(|| {
        format!(
            "{whose} of {} lowers no gap: it stays unspent, or pays what other money would pay.",
            dollars(added)
        )
    })
}

/// The rungs that add money, the first with them.
fn ladder_table(forecast: &Forecast) -> Table {
    let ledgers = &forecast.books.ladder;
    let adds =
        |place: usize| place == 0 || ledgers[place].1.tranches != ledgers[place - 1].1.tranches;
    let rungs = forecast.measures.ladder.iter().enumerate().filter(|(place, _)| adds(*place));
    let rungs: Vec<&LadderRung> = rungs.map(|(_, rung)| rung).collect();
    let told: Vec<usize> =
        (0..3).filter(|place| rungs.iter().any(|rung| !rung.gap[*place].is_zero())).collect();
    let mut table = Table::new("ladder", &[("", T), ("Gap", M), ("Of cost", Sh)]);
    let parts = told.iter().map(|place| Priority::ALL[*place].word().to_string());
    table.columns.extend(parts.map(|name| Column { name, kind: M }));
    let dated = rungs.iter().any(|rung| rung.first_core_gap.is_some());
    if dated {
        table.columns.push(Column { name: "First core gap".to_string(), kind: Mo });
    }
    for row in rungs {
        let gap: Money = row.gap.iter().sum();
        let mut cells = vec![Cell::text(rung(row.view)), Cell::Money(gap)];
        cells.push(Cell::Share(gap.ratio(forecast.measures.total.cost)));
        cells.extend(told.iter().map(|place| Cell::Money(row.gap[*place])));
        if dated {
            cells.push(Cell::of(row.first_core_gap, Cell::Month));
        }
        table.push(cells);
    }
    table
}

fn cash(page: &mut Page, plan: &Plan, forecast: &Forecast) {
    let cash = &forecast.books.cash;
    let horizon = &plan.horizon;
    let marked = (cash.as_of > 0).then(|| (cash.as_of, horizon.as_of.words()));
    page.blocks.push(Block::Bars(Bars {
        title: "Unrestricted cash".to_string(),
        first: horizon.start.words(),
        last: horizon.end().words(),
        marked,
        series: vec![
            ("Paying every cost".to_string(), cash.unrestricted_all_costs.clone()),
            ("Paying what is funded".to_string(), cash.unrestricted.clone()),
        ],
    }));
    if let (Some(line), Some(used)) = (&plan.credit, &forecast.measures.credit) {
        let (month, peak) = used.peak;
        let text = format!(
            "{} lends at most {} ({}) of its limit of {}, costs {} of interest, and ends at {}; {} at \
             all that it allows.",
            line.title,
            dollars(peak),
            month.words(),
            dollars(line.limit),
            dollars(used.interest),
            dollars(used.owed),
            count(used.months_at_limit as usize, "month"),
        );
        page.say(Mark::None, text);
    }
    let last = forecast.measures.net_assets.last();
    if let Some(year) = last.filter(|_| plan.opening.net_assets.is_some()) {
        let text = format!(
            "Net assets at the end of {}: {} without donor restrictions and {} with. The liquid ones, \
             {}, are {} months of the year's expenses.",
            FiscalCalendar::label(year.year),
            dollars(year.without),
            dollars(year.with),
            dollars(year.liquid),
            year.liquid_months,
        );
        page.say(Mark::None, text);
    }
}

fn hints(page: &mut Page, plan: &Plan, forecast: &Forecast, folder: &str) {
    let subject = asking::subject(plan, folder);
    let flags = asking::flags(forecast.question);
    let mut hints = Vec::new();
    let mut hint = |command: String, tells: &str| hints.push((command, tells.to_string()));
    if !forecast.findings.is_empty() {
        hint(format!("braid check {subject}"), "every doubt, with its place");
    }
    if let Some(month) = forecast.measures.first_core_gap {
        let command = format!("braid explain {subject}{flags} gap core {month}");
        hint(command, "why that month is unpaid");
    }
    if forecast.measures.cash.runs_out.is_some() {
        let command = format!("braid explain {subject}{flags} cash lowest");
        hint(command, "why cash falls so low");
    }
    if forecast.rebraiding.moves.len() > rebraiding::MOVES_SHOWN_MAX {
        let command = format!("braid explain {subject}{flags} rebraiding");
        hint(command, "every move that the best case makes");
    }
    let command = format!("braid forecast {subject}{flags} --out forecast");
    hint(command, "every figure as CSV and JSON");
    page.blocks.push(Block::Hints(hints));
}

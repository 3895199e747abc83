//! The page that `braid forecast` shows: bad news first, then what it costs and who pays.

use super::ColumnKind::{Money as M, Month as Mo, Share as Sh, Text as T};
use super::words::{count, dollars, list, percent, rung, view};
use super::{Bars, Block, Cell, Column, Mark, Page, RowStyle, Table, asking, words};
use crate::forecast::Forecast;
use crate::funding::Kind;
use crate::measures::{Cliff, GapRow, YearMeasure};
use crate::money::Money;
use crate::month::{FiscalCalendar, MONTH_NAMES, Month};
use crate::plan::Plan;
use crate::plan::check::Finding;
use crate::plan::cost::Priority;

/// Streams that the page names one by one; the rest are counted.
const STREAMS_SHOWN_MAX: usize = 14;
/// Functions that the page names one by one; the rest are counted.
const FUNCTIONS_SHOWN_MAX: usize = 12;
/// Cliffs that the page tells.
const CLIFFS_SHOWN_MAX: usize = 3;
/// Findings that the page tells.
const FINDINGS_SHOWN_MAX: usize = 3;

/// The page of a forecast. `folder` is the plan folder as it was typed, for the commands that the
/// page proposes.
pub fn page(plan: &Plan, forecast: &Forecast, folder: &str) -> Page {
    let mut page = Page::new();
    masthead(&mut page, plan, forecast);
    headlines(&mut page, plan, forecast);
    page.heading("What it costs and who pays, in dollars");
    let (table, rows) = year_table(forecast);
    page.table(table, rows);
    short_years(&mut page, forecast);
    page.say(
        Mark::None,
        "Planning allocation. Charges follow actual benefit and time records (2 CFR 200.405, \
         200.430).",
    );
    functions(&mut page, forecast);
    ladder(&mut page, forecast);
    cash(&mut page, forecast);
    findings(&mut page, forecast);
    hints(&mut page, plan, forecast, folder);
    page
}

fn masthead(page: &mut Page, plan: &Plan, forecast: &Forecast) {
    page.title(&plan.title);
    if !plan.notice.is_empty() {
        page.say(Mark::None, &plan.notice);
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

fn headlines(page: &mut Page, plan: &Plan, forecast: &Forecast) {
    gap_headline(page, forecast);
    runway_headline(page, plan, forecast);
    for cliff in largest_cliffs(forecast) {
        page.say(Mark::Bad, cliff_words(forecast, cliff));
    }
    cash_headlines(page, forecast);
    stranded_headline(page, forecast);
    indirect_headline(page, forecast);
    dependable_headline(page, forecast);
}

/// Indirect recovery against the overhead that it is meant to cover.
fn indirect_headline(page: &mut Page, forecast: &Forecast) {
    let measures = &forecast.measures;
    let recovered: Money = measures.indirect.iter().map(|row| row.recovered).sum();
    let unrecovered: Money = measures.indirect.iter().map(|row| row.unrecovered).sum();
    if measures.indirect.is_empty() && measures.overhead.is_zero() {
        return;
    }
    let less = if recovered < measures.overhead { "less" } else { "more" };
    let difference = if recovered < measures.overhead {
        measures.overhead - recovered
    } else {
        recovered - measures.overhead
    };
    let mut text = format!(
        "Indirect recovery is {}: {} {less} than the overhead lines cost.",
        dollars(recovered),
        dollars(difference),
    );
    if unrecovered.is_positive() {
        text += &format!(
            " Caps, or awards that were spent, keep back {} that the rates allow.",
            dollars(unrecovered)
        );
    }
    page.say(Mark::Watch, text);
}

fn gap_headline(page: &mut Page, forecast: &Forecast) {
    let total = &forecast.measures.total;
    let gap = total.gap_total();
    if gap.is_zero() {
        let text = format!("Every cost is paid: {} in all.", dollars(total.cost));
        page.say(Mark::None, text);
        return;
    }
    let parts: Vec<String> = Priority::ALL
        .iter()
        .zip(total.gap)
        .filter(|(_, gap)| !gap.is_zero())
        .map(|(priority, gap)| format!("{} {}", priority.word(), dollars(gap)))
        .collect();
    let text = format!(
        "{} of {} cost stays unpaid ({}): {}.",
        dollars(gap),
        dollars(total.cost),
        percent(gap.ratio(total.cost)),
        list(&parts),
    );
    page.say(Mark::Bad, text);
    if let Some(month) = forecast.measures.first_core_gap {
        page.say(Mark::Bad, format!("Core costs are first left unpaid in {}.", month.words()));
    }
}

fn runway_headline(page: &mut Page, plan: &Plan, forecast: &Forecast) {
    if forecast.measures.first_core_gap.is_none() {
        return;
    }
    let as_of = plan.horizon.as_of;
    match forecast.measures.runway.core_months {
        Some(0) => page.say(
            Mark::Bad,
            format!(
                "There is no runway: more than 5 % of core cost goes unpaid in the three months \
                 from {}.",
                as_of.words()
            ),
        ),
        Some(months) => {
            let from = as_of.plus(months as i32).unwrap_or(plan.horizon.end());
            page.say(
                Mark::Bad,
                format!(
                    "The runway is {} from {}: from {} on, more than 5 % of three months' core \
                     cost goes unpaid.",
                    count(months as usize, "month"),
                    as_of.words(),
                    from.words(),
                ),
            );
        }
        None => page.say(
            Mark::Watch,
            "These gaps are small: in no three months does more than 5 % of core cost go unpaid.",
        ),
    }
}

fn largest_cliffs(forecast: &Forecast) -> Vec<&Cliff> {
    let mut cliffs: Vec<&Cliff> = forecast.measures.cliffs.iter().collect();
    cliffs.sort_by_key(|cliff| (std::cmp::Reverse(cliff.fall()), cliff.month));
    cliffs.truncate(CLIFFS_SHOWN_MAX);
    cliffs.sort_by_key(|cliff| cliff.month);
    cliffs
}

fn cliff_words(forecast: &Forecast, cliff: &Cliff) -> String {
    let mut named: Vec<String> = cliff
        .streams
        .iter()
        .take(2)
        .map(|(stream, fall)| format!("{} by {}", title_of(forecast, stream), dollars(*fall)))
        .collect();
    let others = cliff.streams.len().saturating_sub(named.len());
    if others > 0 {
        named.push(count(others, "other"));
    }
    let because = if named.is_empty() { String::new() } else { format!(" ({})", list(&named)) };
    format!(
        "Cliff in {}: twelve months of recurring money fall from {} to {}{because}.",
        cliff.month.words(),
        dollars(cliff.before),
        dollars(cliff.after),
    )
}

fn cash_headlines(page: &mut Page, forecast: &Forecast) {
    let cash = &forecast.measures.cash;
    let (month, lowest) = cash.lowest;
    match cash.runs_out {
        Some(out) => page.say(
            Mark::Bad,
            format!(
                "Cash runs out in {} if every cost is paid as planned; the lowest month-end is \
                 {} in {}.",
                out.words(),
                dollars(lowest),
                month.words(),
            ),
        ),
        None => page.say(
            Mark::None,
            format!(
                "Cash lasts if every cost is paid as planned; the lowest month-end is {} in {}.",
                dollars(lowest),
                month.words(),
            ),
        ),
    }
    if cash.working_capital.is_positive() {
        let (month, lowest) = cash.lowest_funded;
        page.say(
            Mark::Watch,
            format!(
                "Late payment takes {} of working capital even where only funded costs are paid; \
                 cash is then lowest, {}, in {}.",
                dollars(cash.working_capital),
                dollars(lowest),
                month.words(),
            ),
        );
    }
}

fn stranded_headline(page: &mut Page, forecast: &Forecast) {
    let rows = &forecast.measures.stranded;
    let size = |row: &crate::measures::StrandedRow| row.lapsed + row.refund_due + row.idle;
    let total: Money = rows.iter().map(size).sum();
    let Some(most) = rows.iter().max_by_key(|row| size(row)) else { return };
    if total.is_zero() || forecast.measures.total.gap_total().is_zero() {
        return;
    }
    let whose = if size(most) == total {
        title_of(forecast, &most.stream)
    } else {
        format!("most of it {}, {}", title_of(forecast, &most.stream), dollars(size(most)))
    };
    page.say(
        Mark::Watch,
        format!(
            "{} lapses, goes back or stands idle while costs stay unpaid ({whose}).",
            dollars(total),
        ),
    );
}

fn dependable_headline(page: &mut Page, forecast: &Forecast) {
    match &forecast.measures.sustainability {
        Some(stands) => {
            let titles: Vec<String> =
                stands.rests_on.iter().take(3).map(|name| title_of(forecast, name)).collect();
            let rests = if titles.is_empty() {
                String::new()
            } else {
                format!(", resting on {}", list(&titles))
            };
            page.say(
                Mark::None,
                format!(
                    "Dependable money alone covers all backbone and core cost from {} to \
                     {}{rests}.",
                    stands.month.words(),
                    stands.until.words(),
                ),
            );
        }
        None => {
            let share = forecast.measures.total.dependable_share;
            page.say(
                Mark::Watch,
                format!(
                    "Dependable money covers {} of core cost; in no month does it begin to cover \
                     all backbone and core cost for good.",
                    percent(share)
                ),
            );
        }
    }
}

fn title_of(forecast: &Forecast, stream: &str) -> String {
    let streams = &forecast.books.ledger.streams;
    let known = streams.iter().find(|book| book.name == stream);
    known.map_or_else(|| stream.to_string(), |book| book.title.clone())
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

fn year_table(forecast: &Forecast) -> (Table, Vec<RowStyle>) {
    let all: Vec<&YearMeasure> = forecast.measures.years.iter().collect();
    let mut years = Years::new(forecast, "years", &all, &["Total", "Share"]);
    years.figure(RowStyle::Strong, "Cost", |year| year.cost);
    payer_rows(&mut years);
    years.figure(RowStyle::Strong, "Paid", |year| year.covered);
    years.figure(RowStyle::Bad, "Unpaid (the gap)", YearMeasure::gap_total);
    if !forecast.measures.total.gap_total().is_zero() {
        for (place, priority) in Priority::ALL.iter().enumerate() {
            if forecast.measures.total.gap[place].is_zero() {
                continue;
            }
            years.figure(RowStyle::BadPart, priority.word(), |year| year.gap[place]);
        }
    }
    let before = "Gap before one-time money";
    years.figure(RowStyle::Plain, before, |year| year.structural_gap);
    if !(forecast.measures.total.lapsed + forecast.measures.total.refund_due).is_zero() {
        let lost = |year: &YearMeasure| year.lapsed + year.refund_due;
        years.figure(RowStyle::Plain, "Money lapsed or to go back", lost);
    }
    let share = |year: &YearMeasure| Cell::Share(year.dependable_share);
    let cells = forecast.measures.years.iter().map(share).collect();
    let total = vec![share(&forecast.measures.total), Cell::Empty];
    years.row(RowStyle::Plain, "Dependable share of core", cells, total);
    (years.table, years.styles)
}

/// Says which fiscal years the horizon holds in part only.
fn short_years(page: &mut Page, forecast: &Forecast) {
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
fn functions(page: &mut Page, forecast: &Forecast) {
    let rows = &forecast.measures.gap_by_function;
    let mut rows: Vec<&GapRow> = rows.iter().filter(|row| row.total().is_positive()).collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.total()));
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
        years.row(RowStyle::Plain, &row.title, cells, last);
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

fn ladder(page: &mut Page, forecast: &Forecast) {
    page.heading("What stays unpaid as hopes come true");
    let rungs = &forecast.measures.ladder;
    let told: Vec<usize> =
        (0..3).filter(|place| rungs.iter().any(|rung| !rung.gap[*place].is_zero())).collect();
    let mut table = Table::new("ladder", &[("", T), ("Gap", M), ("Of cost", Sh)]);
    let parts = told.iter().map(|place| Priority::ALL[*place].word().to_string());
    table.columns.extend(parts.map(|name| Column { name, kind: M }));
    table.columns.push(Column { name: "First core gap".to_string(), kind: Mo });
    for row in rungs {
        let gap: Money = row.gap.iter().sum();
        let mut cells = vec![Cell::text(rung(row.view)), Cell::Money(gap)];
        cells.push(Cell::Share(gap.ratio(forecast.measures.total.cost)));
        cells.extend(told.iter().map(|place| Cell::Money(row.gap[*place])));
        cells.push(Cell::of(row.first_core_gap, Cell::Month));
        table.push(cells);
    }
    page.table(table, Vec::new());
}

fn cash(page: &mut Page, forecast: &Forecast) {
    let (ledger, cash) = (&forecast.books.ledger, &forecast.books.cash);
    page.heading("Cash at each month's end (! is below zero)");
    let horizon = &ledger.horizon;
    let bars = |label: &str, values: &[Money]| {
        Block::Bars(Bars {
            label: label.to_string(),
            first: horizon.start.words(),
            last: horizon.end().words(),
            values: values.to_vec(),
        })
    };
    page.blocks.push(bars("Paying every cost", &cash.closing_all_costs));
    page.blocks.push(bars("Paying what is funded", &cash.closing));
    let top = cash
        .closing_all_costs
        .iter()
        .enumerate()
        .max_by_key(|(place, cash)| (**cash, std::cmp::Reverse(*place)));
    if let Some((place, top)) = top {
        let month: Month = horizon.month(place);
        let text =
            format!("Paying every cost, cash tops at {} in {}.", dollars(*top), month.words());
        page.say(Mark::None, text);
    }
}

/// Findings about sources, one a table: they are counted here and listed by `check`.
const ILLUSTRATIVE: &str = "illustrative-input";
const UNSOURCED: &str = "unsourced-input";

/// The findings that weigh most: those with the largest amounts, then those of the rarest names.
fn findings(page: &mut Page, forecast: &Forecast) {
    let findings = &forecast.findings;
    if findings.is_empty() {
        return;
    }
    page.heading(format!("{} about the plan", count(findings.len(), "doubt")));
    let same = |name: &str| findings.iter().filter(|other| other.name == name).count();
    let names: Vec<String> = findings
        .chunk_by(|one, next| one.name == next.name)
        .map(|same| match (same[0].name, same.len()) {
            (ILLUSTRATIVE, tables) => format!("illustrative figures in {}", count(tables, "table")),
            (UNSOURCED, tables) => {
                format!("figures without a source in {}", count(tables, "table"))
            }
            (name, 1) => name.to_string(),
            (name, times) => format!("{name} ({times})"),
        })
        .collect();
    page.say(Mark::None, format!("{}.", list(&names)));
    let told = |finding: &&Finding| ![ILLUSTRATIVE, UNSOURCED].contains(&finding.name);
    let mut top: Vec<&Finding> = findings.iter().filter(told).collect();
    top.sort_by_key(|finding| (std::cmp::Reverse(finding.amount), same(finding.name)));
    for finding in top.into_iter().take(FINDINGS_SHOWN_MAX) {
        page.say(Mark::Watch, format!("{}: {}", finding.subject, finding.message));
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
    let command = format!("braid forecast {subject}{flags} --out forecast");
    hint(command, "every figure as CSV and JSON");
    page.blocks.push(Block::Hints(hints));
}

//! The gap by year, what of it no braid closes, and why.

use std::cmp::Reverse;

use super::brief::{brief, briefest, briefs};
use super::{Piece, Redaction, Section, folded, pieces, shown};
use crate::braid::Method;
use crate::forecast::Forecast;
use crate::funding::Status;
use crate::ledger::{Ledger, StreamBook};
use crate::measures::YearMeasure;
use crate::money::Money;
use crate::month::FiscalCalendar;
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::rebraiding::Move;
use crate::report::ColumnKind::{Money as M, Text as T};
use crate::report::picture::years::{Above, Told, Year, draw};
use crate::report::picture::{Mark as Legend, Picture, Stroke, Tone};
use crate::report::{
    Cell, Column, Mark, Page, RowStyle, Table, headlines, reason, rebraiding, summary,
};

/// Cost by year against money by how sure it is.
pub(super) fn by_year(forecast: &Forecast) -> Section {
    let heading = heading(forecast);
    let rungs = rungs(forecast);
    let mut pieces = Vec::new();
    let runway = headlines::gap(forecast).into_iter().take(2);
    pieces.extend(runway.map(|(mark, text)| Piece::Sentence(mark, text)));
    if let Some(text) = ladder_words(forecast) {
        pieces.push(Piece::Sentence(Mark::None, text));
    }
    pieces.push(Piece::Picture(picture(forecast, &rungs, &heading)));
    pieces.push(rung_table(forecast, &rungs));
    pieces.extend(uncounted(forecast));
    let (table, styles) = summary::year_table(forecast);
    pieces.push(folded(table, "What it costs and who pays, in dollars", styles));
    let mut page = Page::new();
    summary::short_years(&mut page, forecast);
    summary::rounded(&mut page, [forecast]);
    pieces.extend(self::pieces(page));
    Section { name: "gap", heading, pieces }
}

fn heading(forecast: &Forecast) -> String {
    let total = &forecast.measures.total;
    let gap = total.gap_total();
    let years = &forecast.measures.years;
    if gap.is_zero() {
        let span = match (years.first(), years.last()) {
            (Some(first), Some(last)) if first.year != last.year => format!(
                " from {} to {}",
                FiscalCalendar::label(first.year),
                FiscalCalendar::label(last.year)
            ),
            (Some(only), _) => format!(" in {}", FiscalCalendar::label(only.year)),
            _ => String::new(),
        };
        return format!("All {} of cost has money{span}", brief(total.cost));
    }
    if gap == total.cost {
        return format!("None of the {} of cost is paid", brief(gap));
    }
    let [gap, cost] = briefs([gap, total.cost]);
    let first = forecast
        .books
        .ledger
        .lines
        .iter()
        .flat_map(|line| line.gap.iter().position(|gap| gap.is_positive()));
    let first = first.min().map(|place| forecast.books.ledger.horizon.month(place).words());
    let first = first.unwrap_or_default();
    match lacking(forecast, &self::rungs(forecast)) {
        Some(money) => format!("{gap} of {cost} cost has no {money}, first in {first}"),
        None => format!("{gap} of {cost} cost goes unpaid, first in {first}"),
    }
}

/// What the gap lacks where less sure money would pay of it: money as sure as is counted. Else it is unpaid and no more:
/// another braid may have money for it.
fn lacking(forecast: &Forecast, rungs: &Rungs) -> Option<&'static str> {
    rungs.hoped(forecast.question.view).then_some(match forecast.question.view {
        Status::Secured => "secured money",
        _ => "secured or likely money",
    })
}

/// What each rung of the certainty ladder leaves unpaid by year, and what it pays more than the rung before.
struct Rungs {
    /// By year: what secured money pays, what likely and prospective money add, and what is left.
    by_year: Vec<[Money; 4]>,
}

impl Rungs {
    /// Whether money less sure than what is counted would pay of what is left.
    fn hoped(&self, view: Status) -> bool {
        let beyond = self.by_year.iter().flat_map(|parts| &parts[counted(view)..3]);
        beyond.into_iter().any(|amount| !amount.is_zero())
    }
}

/// How many of the rungs' parts are counted in a view.
fn counted(view: Status) -> usize {
    match view {
        Status::Secured => 1,
        Status::Likely => 2,
        Status::Prospective => 3,
    }
}

fn rungs(forecast: &Forecast) -> Rungs {
    let measures = &forecast.measures;
    let left = |view: Status, place: usize| {
        let rung = measures.ladder.iter().find(|rung| rung.view == view);
        rung.map_or(Money::ZERO, |rung| rung.by_year[place])
    };
    let by_year = (0..measures.years.len()).map(|place| {
        let [secured, likely, all] = Status::ALL.map(|view| left(view, place));
        [measures.years[place].cost - secured, secured - likely, likely - all, all]
    });
    Rungs { by_year: by_year.collect() }
}

/// What less sure money would still leave unpaid.
fn ladder_words(forecast: &Forecast) -> Option<String> {
    let ladder = &forecast.measures.ladder;
    let gap = |view: Status| -> Option<Money> {
        ladder.iter().find(|rung| rung.view == view).map(|rung| rung.gap.iter().sum())
    };
    let gaps = [gap(Status::Secured)?, gap(Status::Likely)?, gap(Status::Prospective)?];
    if gaps.iter().all(|gap| *gap == gaps[0]) {
        return None;
    }
    let [secured, likely, all] = briefs(gaps);
    let mut text = format!("By how sure money is: secured money alone leaves {secured} unpaid");
    if gaps[1] != gaps[0] {
        text += &format!("; with likely money {likely}");
    }
    if gaps[2] != gaps[1] {
        text += &format!("; if all that is hoped for comes, {all}");
    }
    Some(text + ".")
}

fn picture(forecast: &Forecast, rungs: &Rungs, finding: &str) -> Picture {
    let tones = [Tone::Secured, Tone::Likely, Tone::Prospective, Tone::Unpaid];
    let one = |(year, parts): (&YearMeasure, &[Money; 4])| {
        // Where surer money alone leaves less unpaid, the column still ends at the cost.
        let mut column = Vec::new();
        let mut room = year.cost;
        for (tone, amount) in tones.into_iter().zip(parts).rev() {
            let amount = amount.floor_zero().at_most(room);
            room -= amount;
            column.insert(0, (tone, amount));
        }
        let gap = year.gap_total();
        Year {
            year: year.year,
            columns: vec![column],
            told: gap
                .is_positive()
                .then(|| Told { amount: gap, figures: [brief(gap), briefest(gap)] }),
        }
    };
    let years: Vec<Year> = forecast.measures.years.iter().zip(&rungs.by_year).map(one).collect();
    let words = [
        (Tone::Secured, "secured money pays"),
        (Tone::Likely, "likely money would pay"),
        (Tone::Prospective, "hoped-for money would pay"),
        (Tone::Unpaid, "unpaid"),
    ];
    let lacking = lacking(forecast, rungs);
    let lacking = lacking.map_or("unpaid".to_string(), |money| format!("no {money}"));
    let bracket = rungs.hoped(forecast.question.view);
    let mark = match bracket {
        true => Legend::Stroke(Stroke::Bracket),
        false => Legend::Area(Tone::Unpaid),
    };
    let above = years.iter().any(|year| year.told.is_some());
    let used = |tone: Tone| {
        let mut parts = years.iter().flat_map(|year| &year.columns[0]);
        parts.any(|(of, amount)| *of == tone && amount.is_positive())
    };
    // What the figures above are of stands last.
    let apart = |tone: Tone| above && mark == Legend::Area(tone);
    let legend: Vec<(Legend, &str)> = words
        .into_iter()
        .filter(|(tone, _)| used(*tone) && !apart(*tone))
        .map(|(tone, words)| (Legend::Area(tone), words))
        .collect();
    let title = "Cost by fiscal year, and the money for it";
    Picture::new("years", title, finding, move |width| {
        let above = above.then_some(Above { mark, words: &lacking });
        draw(&years, &legend, above, width)
    })
}

/// A table with a column a fiscal year and one of all.
fn year_columns(years: &[&YearMeasure], name: &str) -> Table {
    let mut table = Table::new(name, &[("", T)]);
    let years = years.iter().map(|year| FiscalCalendar::label(year.year));
    let heads = years.chain(["Total".to_string()]);
    table.columns.extend(heads.map(|name| Column { name, kind: M }));
    table
}

fn row(table: &mut Table, label: &str, years: &[Money], total: Money) {
    let label = std::iter::once(Cell::text(label));
    let cells = years.iter().copied().chain([total]).map(Cell::Money);
    table.push(label.chain(cells).collect());
}

fn rung_table(forecast: &Forecast, rungs: &Rungs) -> Piece {
    let years: Vec<&YearMeasure> = forecast.measures.years.iter().collect();
    let mut table = year_columns(&years, "certainty");
    let mut styles = Vec::new();
    let costs: Vec<Money> = forecast.measures.years.iter().map(|year| year.cost).collect();
    row(&mut table, "Cost", &costs, forecast.measures.total.cost);
    styles.push(RowStyle::Strong);
    let view = forecast.question.view;
    let lacking = lacking(forecast, rungs);
    let apart = lacking.is_some();
    let left = if apart { "Unpaid even then" } else { "Unpaid" };
    let labels = ["Secured money pays", "Likely money adds", "Hoped-for money adds", left];
    for (part, label) in labels.into_iter().enumerate() {
        let years: Vec<Money> = rungs.by_year.iter().map(|parts| parts[part]).collect();
        // The gap, and below it what less sure money would pay of it.
        let of_gap = apart && part >= counted(view);
        if apart && part == counted(view) {
            let gaps: Vec<Money> =
                forecast.measures.years.iter().map(YearMeasure::gap_total).collect();
            let label = format!("No {}", lacking.unwrap_or_default());
            row(&mut table, &label, &gaps, forecast.measures.total.gap_total());
            styles.push(RowStyle::Bad);
        }
        if part == 0 || part == 3 || years.iter().any(|amount| !amount.is_zero()) {
            row(&mut table, label, &years, years.iter().sum());
            styles.push(match (part, of_gap) {
                (3, true) => RowStyle::BadPart,
                (3, false) => RowStyle::Bad,
                (_, true) => RowStyle::Part,
                (_, false) => RowStyle::Plain,
            });
        }
    }
    shown(table, "Cost and money by how sure it is, in dollars", styles)
}

/// What each source would pay more if likely money came, and if all did that is hoped for; less where it would then be
/// needed less. Less the cost that comes with it, as a fee of receipts does, the sums are what the gap would fall by.
fn uncounted(forecast: &Forecast) -> Option<Piece> {
    let rungs = &forecast.books.ladder[counted(forecast.question.view) - 1..];
    let paid: Vec<Vec<Money>> = rungs.iter().map(|(_, ledger)| drawn_by_stream(ledger)).collect();
    let adds = |at: usize| paid.windows(2).map(|pair| pair[1][at] - pair[0][at]).collect();
    let streams = forecast.books.ledger.streams.iter().enumerate();
    let mut rows: Vec<(&StreamBook, Vec<Money>)> =
        streams.map(|(at, stream)| (stream, adds(at))).collect();
    rows.retain(|(_, adds)| adds.iter().any(|amount| !amount.is_zero()));
    rows.sort_by_key(|(stream, adds)| (Reverse(adds.iter().sum::<Money>()), &stream.title));
    let needs: Vec<Money> = rungs.iter().map(|(_, ledger)| needed(ledger)).collect();
    let costs: Vec<Money> = needs.windows(2).map(|pair| pair[0] - pair[1]).collect();
    let sum = |step: usize| rows.iter().map(|(_, adds)| adds[step]).sum::<Money>() + costs[step];
    let used = |step: &usize| {
        !costs[*step].is_zero() || rows.iter().any(|(_, adds)| !adds[*step].is_zero())
    };
    let steps: Vec<usize> = (0..rungs.len().saturating_sub(1)).filter(used).collect();
    if steps.is_empty() {
        return None;
    }
    let mut table = Table::new("uncounted", &[("Source", T), ("Funder", T)]);
    let heads = steps.iter().map(|step| match rungs[step + 1].0 {
        Status::Prospective => "If it comes: hoped for",
        _ => "If it comes: likely",
    });
    table.columns.extend(heads.map(|name| Column { name: name.to_string(), kind: M }));
    for (stream, adds) in &rows {
        let names = [Cell::text(&stream.title), Cell::text(&stream.funder)];
        let amounts = steps.iter().map(|step| Cell::Money(adds[*step]));
        table.push(names.into_iter().chain(amounts).collect());
    }
    if costs.iter().any(|cost| !cost.is_zero()) {
        let names = [Cell::text("Cost that comes with it"), Cell::Empty];
        let amounts = steps.iter().map(|step| Cell::Money(costs[*step]));
        table.push(names.into_iter().chain(amounts).collect());
    }
    let names = [Cell::text("The gap would fall by"), Cell::Empty];
    let sums = steps.iter().map(|step| Cell::Money(sum(*step)));
    table.push(names.into_iter().chain(sums).collect());
    let mut styles = vec![RowStyle::Plain; table.rows.len() - 1];
    styles.push(RowStyle::Strong);
    Some(shown(table, "What money that is not counted would pay, by source, in dollars", styles))
}

/// What all lines need over the whole plan.
fn needed(ledger: &Ledger) -> Money {
    ledger.lines.iter().map(|line| line.need.iter().sum::<Money>()).sum()
}

/// What each stream pays over the whole plan.
fn drawn_by_stream(ledger: &Ledger) -> Vec<Money> {
    let mut paid = vec![Money::ZERO; ledger.streams.len()];
    for draw in &ledger.draws {
        paid[draw.stream] += draw.amount;
    }
    paid
}

/// What no braid closes, what re-braiding would, and what one-time money hides; where there is any gap.
pub(super) fn best_case(
    plan: &Plan,
    forecast: &Forecast,
    redaction: Option<&Redaction>,
) -> Option<Section> {
    let total = &forecast.measures.total;
    let (gap, least) = (total.gap_total(), total.irreducible_gap());
    if gap.is_zero() && (total.structural_gap.is_zero() || !summary::any_recurs(forecast)) {
        return None;
    }
    let avoidable = forecast.rebraiding.avoidable_total();
    let [told, irreducible, structural] = briefs([gap, least, total.structural_gap]);
    let as_of = plan.horizon.as_of.words();
    let ahead = headlines::avoidable_from_now(forecast);
    let ahead = ahead.filter(|_| forecast.avoidable_ahead.is_some());
    let ahead = ahead.map(|ahead| (ahead[0], ahead.iter().sum::<Money>()));
    let heading = if gap.is_zero() {
        format!(
            "The structural gap is {structural}: so much would go unpaid without reserves and one-time money"
        )
    } else if let Some((core, all)) = ahead.filter(|(_, all)| *all < avoidable) {
        // What was paid before the month from which the plan is seen is as it is.
        let all = all.floor_zero();
        match (all.is_zero(), core.is_positive()) {
            (false, _) => {
                format!("From {as_of} on re-braiding could close {} of the {told} gap", brief(all))
            }
            (true, true) => format!(
                "From {as_of} on re-braiding closes none of the {told} gap: it could only pay {} more of core cost in \
                 place of other cost",
                brief(core)
            ),
            (true, false) => {
                format!("From {as_of} on no re-braiding closes any of the {told} gap")
            }
        }
    } else if least.is_zero() {
        format!(
            "All of the {told} gap could be closed by re-braiding, if every date were known today"
        )
    } else if avoidable.is_positive() {
        let avoidable = brief(avoidable);
        format!(
            "{irreducible} of the {told} gap cannot be closed by re-braiding; {avoidable} could"
        )
    } else if forecast.rebraiding.avoidable()[0].is_positive() {
        format!(
            "Re-braiding could pay {} more of core cost, but as much or more of other cost would then go unpaid",
            brief(forecast.rebraiding.avoidable()[0])
        )
    } else {
        format!("No re-braiding closes any of the {told} gap")
    };
    let mut pieces = Vec::new();
    if !gap.is_zero() {
        let (mark, text) = headlines::best_case(forecast);
        pieces.push(Piece::Sentence(mark, text));
    }
    let recurs = summary::any_recurs(forecast);
    let sources = forecast.books.ledger.streams.iter().any(|stream| stream.kind.is_some());
    if !recurs && sources {
        pieces.push(Piece::Sentence(
            Mark::None,
            "No money of the plan recurs or renews by the terms that it states, so no structural gap, \
             which leaves reserves and one-time money out, is told."
                .to_string(),
        ));
    } else if recurs && total.structural_gap > gap && !gap.is_zero() {
        let text = format!(
            "The structural gap is {structural}: without reserves and one-time money {} more would go unpaid.",
            brief(total.structural_gap - gap)
        );
        pieces.push(Piece::Sentence(Mark::Watch, text));
    }
    // Years in which nothing goes unpaid in any reading say nothing here.
    let told = |year: &&YearMeasure| {
        let least = year.irreducible_gap();
        [year.gap_total(), least, year.structural_gap].iter().any(|gap| !gap.is_zero())
    };
    let years: Vec<&YearMeasure> = forecast.measures.years.iter().filter(told).collect();
    pieces.push(Piece::Picture(best_picture(&years, recurs, &heading)));
    let mut table = year_columns(&years, "best-case");
    let mut push = |label: &str, of: &dyn Fn(&YearMeasure) -> Money| {
        let amounts: Vec<Money> = years.iter().map(|year| of(year)).collect();
        row(&mut table, label, &amounts, of(total));
    };
    push("Unpaid as spent", &YearMeasure::gap_total);
    push("Unpaid in the best case", &YearMeasure::irreducible_gap);
    push("Avoidable", &|year| year.gap_total() - year.irreducible_gap());
    if recurs {
        push("Structural gap", &|year| year.structural_gap);
    }
    let mut styles = vec![RowStyle::Plain; table.rows.len()];
    styles[0] = RowStyle::Bad;
    pieces.push(shown(table, "The gap as spent and in other readings, in dollars", styles));
    if forecast.question.method != Method::Optimal {
        let mut page = Page::new();
        let told = |found: &Move| redaction.is_none_or(|own| own.tells_move(found.line));
        rebraiding::say(&mut page, plan, forecast, told);
        pieces.extend(self::pieces(page));
    }
    Some(Section { name: "best-case", heading, pieces })
}

fn best_picture(years: &[&YearMeasure], recurs: bool, finding: &str) -> Picture {
    let readings = if recurs { 3 } else { 2 };
    let one = |year: &&YearMeasure| {
        let mut columns = vec![
            vec![(Tone::Unpaid, year.gap_total())],
            vec![(Tone::Beside, year.irreducible_gap())],
            vec![(Tone::Third, year.structural_gap)],
        ];
        columns.truncate(readings);
        Year { year: year.year, columns, told: None }
    };
    let years: Vec<Year> = years.iter().map(one).collect();
    let mut legend = vec![
        (Legend::Area(Tone::Unpaid), "unpaid as spent"),
        (Legend::Area(Tone::Beside), "unpaid in the best case"),
        (Legend::Area(Tone::Third), "structural gap: unpaid without reserves and one-time money"),
    ];
    legend.truncate(readings);
    let title = match recurs {
        true => "The gap by fiscal year in three readings",
        false => "The gap by fiscal year, as spent and in the best case",
    };
    Picture::new("best-case", title, finding, move |width| draw(&years, &legend, None, width))
}

/// How much of what no braid leaves less of is told why below: the proof in words is of its largest part alone.
fn explained(forecast: &Forecast, of: Priority, least: Money) -> String {
    match reason::largest(forecast).filter(|(cut, _)| cut.priority == of) {
        Some((_, group)) if group.gap >= least || brief(group.gap) == brief(least) => {
            ", and this is why".to_string()
        }
        Some((_, group)) => format!(", and this is why for {} of it", brief(group.gap)),
        None => String::new(),
    }
}

/// Why no braid leaves less, in words; and what goes unpaid by function.
pub(super) fn why(plan: &Plan, forecast: &Forecast) -> Option<Section> {
    let gap = forecast.measures.total.gap_total();
    if gap.is_zero() {
        return None;
    }
    let left = forecast.measures.total.irreducible;
    let least = |of: Priority| left[of as usize] - forecast.distance()[of as usize];
    let heading = match Priority::ALL.into_iter().find(|of| left[*of as usize].is_positive()) {
        Some(first) => format!(
            "No braid{} leaves less than {} of {} cost unpaid{}",
            match first {
                Priority::Core => "",
                Priority::Essential => " that pays all core costs",
                Priority::Stretch => " that pays all core and essential costs",
            },
            brief(least(first)),
            first.word(),
            explained(forecast, first, least(first))
        ),
        None => format!("{} goes unpaid, though a braid could pay it", brief(gap)),
    };
    let mut page = Page::new();
    reason::say(&mut page, plan, forecast);
    for (mark, text) in
        headlines::stranded(forecast).into_iter().chain(headlines::indirect(forecast))
    {
        page.say(mark, text);
    }
    let (mark, text) = headlines::dependable(forecast);
    page.say(mark, text);
    summary::functions(&mut page, forecast);
    Some(Section { name: "why", heading, pieces: pieces(page) })
}

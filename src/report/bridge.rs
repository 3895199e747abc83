//! Bridge options side by side, in words and figures.

use serde_json::{Value, json};

use super::ColumnKind::{Money as M, Month as Mo, Share as Sh, Text as T, Whole as W};
use super::chance::unsure_words;
use super::offered::{called, notes};
use super::words::{count, dollars, method, view, view_word};
use super::{
    Cell, Column, ColumnKind, Mark, Page, RowStyle, SCHEMA_VERSION, Table, headlines, least,
    objects,
};
use crate::decide::bridge::BridgeChoice;
use crate::decide::effect::{Bridged, Scenario};
use crate::decide::funder::RepaidFrom;
use crate::decide::odds::Odds;
use crate::forecast::Forecast;
use crate::funding::Kind;
use crate::money::{Money, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::plan::Plan;

/// The choice as a page.
pub fn page(choice: &BridgeChoice) -> Page {
    let mut page = Page::new();
    let Some(first) = choice.scenarios.first() else { return page };
    page.title(format!("{}: bridge options", first.plan.title));
    if let Some(notice) = first.plan.notice_beside_title() {
        page.say(Mark::None, notice);
    }
    page.say(
        Mark::None,
        format!(
            "{} in {}; {}; {}. Each option is put into the plan, and the plan is forecast anew.",
            count(first.options.len(), "option"),
            count(choice.scenarios.len(), "scenario"),
            view(choice.question.view),
            method(choice.question.method),
        ),
    );
    for option in &first.options {
        page.say(Mark::None, format!("{}: {}.", option.id, option.title));
    }
    for text in beaten(choice, first) {
        page.say(Mark::Watch, text);
    }
    for scenario in &choice.scenarios {
        say_scenario(&mut page, choice, scenario);
    }
    page.heading("The funder's worst case");
    for (place, option) in first.options.iter().enumerate() {
        page.say(Mark::None, worst(choice, place, &option.id));
    }
    if !choice.solved.is_empty() {
        page.heading("The least that keeps core costs funded");
        for option in &first.options {
            least::say(&mut page, choice, &option.id);
        }
    }
    page
}

/// Options that another one betters, by their titles.
pub(super) fn beaten(choice: &BridgeChoice, scenario: &Scenario) -> Vec<String> {
    let titled = |id: &str| {
        let option = scenario.options.iter().find(|option| option.id == id);
        option.map_or_else(|| id.to_string(), called)
    };
    let pairs = scenario.options.iter().zip(&choice.beaten_by);
    let beaten = pairs.filter_map(|(option, better)| Some((option, better.as_ref()?)));
    let told = beaten.map(|(option, better)| {
        format!(
            "{} does better than {} in at least one count, and worse in none. What either pays for beside the \
             plan's costs is not counted.",
            titled(better),
            called(option)
        )
    });
    told.collect()
}

fn say_scenario(page: &mut Page, choice: &BridgeChoice, scenario: &Scenario) {
    let title = match scenario.plan.scenario_title.as_str() {
        "" => scenario.plan.scenario.clone(),
        title => format!("{} ({title})", scenario.plan.scenario),
    };
    page.heading(format!("Scenario {title}"));
    let total = &scenario.before.measures.total;
    let first = match scenario.before.measures.next_core_gap {
        Some(month) => format!("; core costs are first left unpaid in {}", month.words()),
        None => String::new(),
    };
    let (mark, text) = match total.gap_total() {
        Money::ZERO => (Mark::Good, "Without a bridge nothing stays unpaid.".to_string()),
        gap => (
            Mark::Bad,
            format!(
                "Without a bridge {} stays unpaid, {} of it core{first}.",
                dollars(gap),
                if total.gap[0] == gap { "all".to_string() } else { dollars(total.gap[0]) },
            ),
        ),
    };
    page.say(mark, text);
    if let Some((mark, text)) = headlines::cash_basis(&scenario.plan) {
        page.say(mark, text);
    }
    let (table, styles) = amounts(choice, scenario);
    page.table(table, styles);
    page.table(dates(scenario), Vec::new());
    if let Some((text, table)) = futures(choice, scenario) {
        page.say(Mark::None, text);
        page.table(table, Vec::new());
    }
    for option in &scenario.options {
        for text in notes(option) {
            page.say(Mark::None, text);
        }
    }
}

fn columns(table: &mut Table, scenario: &Scenario, kind: ColumnKind) {
    let heads = scenario.options.iter().map(|option| option.id.clone());
    let heads = std::iter::once("without".to_string()).chain(heads);
    table.columns.extend(heads.map(|name| Column { name, kind }));
    table.against_first = true;
}

/// A row of one figure of the forecasts without and with each option.
fn of_forecasts(scenario: &Scenario, figure: impl Fn(&Forecast) -> Cell) -> Vec<Cell> {
    let forecasts = scenario.options.iter().map(|option| &option.after);
    std::iter::once(&scenario.before).chain(forecasts).map(figure).collect()
}

/// A row of one figure of the options.
fn of_options(scenario: &Scenario, figure: impl Fn(&Bridged) -> Cell) -> Vec<Cell> {
    std::iter::once(Cell::Empty).chain(scenario.options.iter().map(figure)).collect()
}

pub(super) fn amounts(choice: &BridgeChoice, scenario: &Scenario) -> (Table, Vec<RowStyle>) {
    let mut table = Table::new("amounts", &[("In dollars", T)]);
    columns(&mut table, scenario, M);
    let mut styles = Vec::new();
    let mut push = |style: RowStyle, label: String, cells: Vec<Cell>| {
        let told = |cell: &Cell| !matches!(cell, Cell::Empty | Cell::Money(Money::ZERO));
        if cells.iter().any(told) {
            table.push(std::iter::once(Cell::text(label)).chain(cells).collect());
            styles.push(style);
        }
    };
    for (place, year) in scenario.before.measures.years.iter().enumerate() {
        let gap = |forecast: &Forecast| Cell::Money(forecast.measures.years[place].gap_total());
        let label = format!("Unpaid in {}", FiscalCalendar::label(year.year));
        push(RowStyle::Plain, label, of_forecasts(scenario, gap));
    }
    let total = |figure: &dyn Fn(&Forecast) -> Money| {
        of_forecasts(scenario, |forecast| Cell::Money(figure(forecast)))
    };
    let own = |figure: &dyn Fn(&Bridged) -> Money| {
        of_options(scenario, |option| Cell::Money(figure(option)))
    };
    let all = "Unpaid in all".to_string();
    push(RowStyle::Strong, all, total(&|forecast| forecast.measures.total.gap_total()));
    push(RowStyle::Part, "core".into(), total(&|forecast| forecast.measures.total.gap[0]));
    let best = "Unpaid in the best case".to_string();
    push(RowStyle::Plain, best, total(&|forecast| forecast.measures.total.irreducible_gap()));
    let lowest = "Lowest cash, every cost paid".to_string();
    push(RowStyle::Plain, lowest, total(&|forecast| forecast.measures.cash.lowest.1));
    let fall = "More core unpaid in the year after".to_string();
    let falls = of_options(scenario, |option| Cell::of(option.effect.fall_at_exit, Cell::Money));
    push(RowStyle::Plain, fall, falls);
    let unlocked = "Money that it unlocks".to_string();
    push(RowStyle::Plain, unlocked, own(&|option| option.effect.unlocked_total()));
    let displaced = "Money that leaves with it".to_string();
    push(RowStyle::Plain, displaced, own(&|option| option.effect.displaced_total()));
    push(RowStyle::Plain, "Its money that is never used".into(), own(&|option| option.effect.idle));
    push(
        RowStyle::Plain,
        "Lost by missing match".into(),
        own(&|option| option.effect.match_missed),
    );
    push(RowStyle::Plain, "The funder pays".into(), own(&|option| option.effect.cost.paid));
    push(RowStyle::Part, "comes back".into(), own(&|option| option.effect.cost.returned));
    push(RowStyle::Part, "interest".into(), own(&|option| option.effect.cost.interest));
    let worth = format!("Funder's net cost today, at {} a year", choice.cost_of_money.in_words());
    push(RowStyle::Plain, worth, own(&|option| option.effect.cost.present_value));
    push(RowStyle::Plain, "Still owed at the end".into(), own(&|option| option.effect.cost.owed));
    (table, styles)
}

/// What does not come within the plan: of what comes later nothing is known.
const NOT_BY_THE_END: &str = "not by the end";

pub(super) fn dates(scenario: &Scenario) -> Table {
    let mut table = Table::new("dates", &[("When", T)]);
    columns(&mut table, scenario, T);
    let month = |month: Option<Month>, none: &str| {
        Cell::text(month.map_or(none.to_string(), |month| month.words()))
    };
    let mut push = |label: &str, cells: Vec<Cell>| {
        table.push(std::iter::once(Cell::text(label)).chain(cells).collect());
    };
    push(
        "Core costs next unpaid",
        of_forecasts(scenario, |forecast| month(forecast.measures.next_core_gap, "never")),
    );
    let runway = |forecast: &Forecast| match forecast.measures.runway.core_months {
        Some(months) => count(months as usize, "month"),
        None => "to the end".to_string(),
    };
    let mut cells = of_forecasts(scenario, |forecast| Cell::text(runway(forecast)));
    for (cell, option) in cells.iter_mut().skip(1).zip(&scenario.options) {
        if let Some(bought) = option.effect.runway_bought.filter(|bought| *bought != 0) {
            *cell = Cell::text(format!("{} ({bought:+})", runway(&option.after)));
        }
    }
    push(super::compare::RUNWAY, cells);
    if scenario.plan.opening.cash_stated {
        push(
            "Cash runs out",
            of_forecasts(scenario, |forecast| month(forecast.measures.cash.runs_out, "never")),
        );
    }
    push(
        "Its last money pays in",
        of_options(scenario, |option| month(option.effect.exit, "never")),
    );
    for (place, label) in
        ["Dependable share, year after it", "Dependable share, second year"].iter().enumerate()
    {
        push(
            label,
            of_options(scenario, |option| {
                let share = option.effect.dependable[place];
                Cell::text(share.map_or("not forecast".to_string(), Rate::rounded_in_words))
            }),
        );
    }
    push(
        "Stands on dependable money",
        of_forecasts(scenario, |forecast| {
            month(
                forecast.measures.sustainability.as_ref().map(|found| found.month),
                NOT_BY_THE_END,
            )
        }),
    );
    table
}

/// How the plan fares in futures without and with each option, where they were asked for, and what is counted in them.
pub(super) fn futures(choice: &BridgeChoice, scenario: &Scenario) -> Option<(String, Table)> {
    let (futures, odds) = choice.futures.zip(scenario.odds.as_ref())?;
    let mut text = format!(
        "In {}, through {}, as spent month by month, whatever method and view the figures above are of: \
         money that is not secured counts where it comes.",
        count(futures as usize, "future"),
        odds.through.words(),
    );
    for sentence in unsure(scenario, odds) {
        text.push(' ');
        text.push_str(&sentence);
    }
    let mut table = Table::new("odds", &[("In futures", T)]);
    columns(&mut table, scenario, T);
    let of_odds = |figure: &dyn Fn(&Odds) -> Option<String>| -> Vec<Cell> {
        let options = scenario.options.iter().map(|option| option.odds.as_ref());
        let all = std::iter::once(scenario.odds.as_ref()).chain(options);
        all.map(|odds| Cell::of(odds.and_then(figure), Cell::text)).collect()
    };
    let month = |month: Option<Month>| month.map_or("no month".to_string(), |month| month.words());
    let in_short = |times: u64| Some(super::chance::in_short(times, futures));
    type Row<'a> = (&'a str, &'a dyn Fn(&Odds) -> Option<String>);
    const CASH: &str = "Cash stays above zero in";
    let rows: [Row; 6] = [
        ("Core costs stay funded in", &|found| in_short(found.funded)),
        (CASH, &|found| in_short(found.in_cash)),
        ("In 9 of 10 core is funded through", &|found| Some(month(found.funded_in[0]))),
        ("In 5 of 10 core is funded through", &|found| Some(month(found.funded_in[1]))),
        ("Core unpaid, at most in 9 of 10", &|found| Some(dollars(found.core_unpaid))),
        ("Not back to the funder, likewise", &|found| Some(dollars(found.given?))),
    ];
    // Where the plan does not say what cash there is, nobody knows when it runs out.
    let told = |row: &Row| scenario.plan.opening.cash_stated || row.0 != CASH;
    for (label, figure) in rows.into_iter().filter(told) {
        table.push(std::iter::once(Cell::text(label)).chain(of_odds(figure)).collect());
    }
    Some((text, table))
}

/// What no future counts of the plan, and of what comes with its options.
fn unsure(scenario: &Scenario, without: &Odds) -> Vec<String> {
    let mut found = unsure_words(&scenario.plan, [&without.unsure, &without.unsure_periods]);
    for (option, with) in
        scenario.options.iter().filter_map(|option| Some((option, option.odds.as_ref()?)))
    {
        let more = |with: &[String], without: &[String]| -> Vec<String> {
            with.iter().filter(|id| !without.contains(id)).cloned().collect()
        };
        let streams = more(&with.unsure, &without.unsure);
        let periods = more(&with.unsure_periods, &without.unsure_periods);
        for text in unsure_words(&option.plan, [&streams, &periods]) {
            // Options may offer the same money.
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    found
}

/// What an option costs its funder in the scenario in which it costs most, and in all but the worst 1 of 10 futures of the
/// scenario in which these cost most.
fn worst(choice: &BridgeChoice, place: usize, id: &str) -> String {
    let cost = |scenario: &&Scenario| scenario.options[place].effect.cost.net();
    let scenarios = || choice.scenarios.iter().rev();
    let Some(worst) = scenarios().max_by_key(cost) else { return String::new() };
    let own = &worst.options[place].effect.cost;
    // What is owed may come later.
    let end = worst.plan.horizon.end().words();
    let lost = |net: Money, owes: bool, more: &str, less: &str| match net {
        Money::ZERO => "as much comes back as it gives".to_string(),
        net if net < Money::ZERO => {
            format!("{less}{} more comes back than it gives", dollars(-net))
        }
        net if owes => format!("{more}{} has not come back by {end}", dollars(net)),
        net => format!("{more}{} does not come back", dollars(net)),
    };
    let lost_here = match own.paid.is_zero() {
        true => "it gives nothing".to_string(),
        false => lost(own.net(), own.owed.is_positive(), "", ""),
    };
    let core = worst.options[place].after.measures.total.gap[0];
    let text = format!(
        "{id}: {lost_here} in {}, and {} of core cost stays unpaid there.",
        worst.plan.scenario,
        dollars(core)
    );
    let odds = |scenario: &&Scenario| {
        let odds = scenario.options[place].odds.as_ref()?;
        Some((odds.given?, odds.core_unpaid, odds.through))
    };
    let worst = scenarios().max_by_key(odds);
    let Some((worst, (given, core, through))) = worst.and_then(|own| Some((own, odds(&own)?)))
    else {
        return text;
    };
    let of = match choice.scenarios.len() {
        1 => String::new(),
        _ => format!(" of {}", worst.plan.scenario),
    };
    let option = &worst.options[place];
    // An option that is no stream is a line of credit.
    let stream = option.stream.as_deref().and_then(|id| option.plan.find_stream(id));
    let lends = stream.is_none_or(|stream| option.plan.stream(stream).kind == Kind::Loan);
    let given = lost(given, lends, "at most ", "at least ");
    let (core, through) = (dollars(core), through.words());
    format!(
        "{text} In 9 of 10 futures{of} {given}; in 9 of 10 at most {core} of core cost stays unpaid through {through}."
    )
}

/// The names of the tables that other tools read.
pub const TABLES: [&str; 6] = ["options", "years", "moved", "least", "curve", "ways"];

/// A table that other tools read, by its name.
pub fn table(choice: &BridgeChoice, name: &str) -> Option<Table> {
    match name {
        "options" => Some(options(choice)),
        "years" => Some(years(choice)),
        "moved" => Some(moved(choice)),
        "least" => Some(least::least(choice)),
        "curve" => Some(least::curve(choice)),
        "ways" => Some(least::ways(choice)),
        _ => None,
    }
}

/// One row a scenario and option; the row without an option is the plan as it is.
fn options(choice: &BridgeChoice) -> Table {
    let mut table = Table::new(
        "options",
        &[
            ("scenario", T),
            ("option", T),
            ("gap", M),
            ("gap_core", M),
            ("irreducible_gap", M),
            ("lowest_cash", M),
            ("cash_runs_out", Mo),
            ("next_core_gap", Mo),
            ("runway_months", W),
            ("runway_bought", W),
            ("last_paid", Mo),
            ("fall_at_exit", M),
            ("dependable_after", Sh),
            ("dependable_a_year_later", Sh),
            ("sustainability", Mo),
            ("of_no_use", M),
            ("match_missed", M),
            ("unlocked", M),
            ("displaced", M),
            ("funder_pays", M),
            ("comes_back", M),
            ("interest", M),
            ("present_value", M),
            ("owed", M),
            ("repaid_from", T),
            ("beaten_by", T),
            ("futures", W),
            ("core_funded_in", W),
            ("in_cash_in", W),
            ("core_funded_through_9_of_10", Mo),
            ("core_funded_through_5_of_10", Mo),
            ("core_unpaid_9_of_10", M),
            ("not_back_9_of_10", M),
        ],
    );
    let of_futures = |plan: &Plan, odds: Option<&Odds>| {
        let in_cash = odds.filter(|_| plan.opening.cash_stated).map(|odds| odds.in_cash);
        let times = |times: Option<u64>| {
            Cell::of(times.and_then(|times| i64::try_from(times).ok()), Cell::Whole)
        };
        let through = |at: usize| Cell::of(odds.and_then(|odds| odds.funded_in[at]), Cell::Month);
        [
            times(choice.futures),
            times(odds.map(|odds| odds.funded)),
            times(in_cash),
            through(0),
            through(1),
            Cell::of(odds.map(|odds| odds.core_unpaid), Cell::Money),
            Cell::of(odds.and_then(|odds| odds.given), Cell::Money),
        ]
    };
    let months = |months: Option<i64>| Cell::of(months, Cell::Whole);
    let forecast = |plan: &Plan, forecast: &Forecast| {
        let measures = &forecast.measures;
        let runs_out = measures.cash.runs_out.filter(|_| plan.opening.cash_stated);
        vec![
            Cell::Money(measures.total.gap_total()),
            Cell::Money(measures.total.gap[0]),
            Cell::Money(measures.total.irreducible_gap()),
            Cell::Money(measures.cash.lowest.1),
            Cell::of(runs_out, Cell::Month),
            Cell::of(measures.next_core_gap, Cell::Month),
            months(measures.runway.core_months.map(i64::from)),
        ]
    };
    let sustainability = |forecast: &Forecast| {
        Cell::of(forecast.measures.sustainability.as_ref().map(|found| found.month), Cell::Month)
    };
    for scenario in &choice.scenarios {
        let name = || Cell::text(&scenario.plan.scenario);
        let mut row = vec![name(), Cell::text("")];
        row.extend(forecast(&scenario.plan, &scenario.before));
        row.extend(vec![Cell::Empty; 5]);
        row.push(sustainability(&scenario.before));
        let odds = of_futures(&scenario.plan, scenario.odds.as_ref());
        row.resize(table.columns.len() - odds.len(), Cell::Empty);
        row.extend(odds);
        table.push(row);
        for (option, better) in scenario.options.iter().zip(&choice.beaten_by) {
            let effect = &option.effect;
            let mut row = vec![name(), Cell::text(&option.id)];
            row.extend(forecast(&option.plan, &option.after));
            row.extend([
                months(effect.runway_bought.map(i64::from)),
                Cell::of(effect.exit, Cell::Month),
                Cell::of(effect.fall_at_exit, Cell::Money),
                Cell::of(effect.dependable[0], Cell::Share),
                Cell::of(effect.dependable[1], Cell::Share),
                sustainability(&option.after),
                Cell::Money(effect.idle),
                Cell::Money(effect.match_missed),
                Cell::Money(effect.unlocked_total()),
                Cell::Money(effect.displaced_total()),
                Cell::Money(effect.cost.paid),
                Cell::Money(effect.cost.returned),
                Cell::Money(effect.cost.interest),
                Cell::Money(effect.cost.present_value),
                Cell::Money(effect.cost.owed),
                Cell::of(effect.cost.repaid_from.as_ref().and_then(repaid_from), Cell::text),
                Cell::of(better.as_ref(), Cell::text),
            ]);
            row.extend(of_futures(&option.plan, option.odds.as_ref()));
            table.push(row);
        }
    }
    table
}

/// The money that repays an option, if its terms name any that may.
fn repaid_from(source: &RepaidFrom) -> Option<&str> {
    match source {
        RepaidFrom::Stream { title, may_pay: true, .. } => Some(title),
        RepaidFrom::UnrestrictedCash => Some("unrestricted cash"),
        RepaidFrom::Stream { may_pay: false, .. } | RepaidFrom::LeftOut => None,
    }
}

/// The gap of each fiscal year without and with each option.
fn years(choice: &BridgeChoice) -> Table {
    let columns = [
        ("scenario", T),
        ("option", T),
        ("fiscal_year", W),
        ("gap_before", M),
        ("gap_after", M),
        ("gap_core_before", M),
        ("gap_core_after", M),
    ];
    let mut table = Table::new("years", &columns);
    for scenario in &choice.scenarios {
        for option in &scenario.options {
            let years = scenario.before.measures.years.iter().zip(&option.after.measures.years);
            for (before, after) in years {
                table.push(vec![
                    Cell::text(&scenario.plan.scenario),
                    Cell::text(&option.id),
                    Cell::Whole(before.year.into()),
                    Cell::Money(before.gap_total()),
                    Cell::Money(after.gap_total()),
                    Cell::Money(before.gap[0]),
                    Cell::Money(after.gap[0]),
                ]);
            }
        }
    }
    table
}

/// Other money that pays more or less with each option than without.
fn moved(choice: &BridgeChoice) -> Table {
    let columns = [("scenario", T), ("option", T), ("stream", T), ("more", M)];
    let mut table = Table::new("moved", &columns);
    for scenario in &choice.scenarios {
        for option in &scenario.options {
            let displaced = option.effect.displaced.iter().map(|(title, amount)| (title, -*amount));
            let unlocked = option.effect.unlocked.iter().map(|(title, amount)| (title, *amount));
            for (title, amount) in unlocked.chain(displaced) {
                table.push(vec![
                    Cell::text(&scenario.plan.scenario),
                    Cell::text(&option.id),
                    Cell::text(title),
                    Cell::Money(amount),
                ]);
            }
        }
    }
    table
}

/// The choice as one value: the tables' rows by their columns.
pub fn record(choice: &BridgeChoice) -> Value {
    let first = choice.scenarios.first().map(|scenario| &scenario.plan);
    let mut value = json!({
        "schema_version": SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "title": first.map(|plan| plan.title.as_str()),
        "notice": first.map(|plan| plan.notice.as_str()),
        "view": view_word(choice.question.view),
        "method": choice.question.method.word(),
        "cost_of_money": super::share_text(choice.cost_of_money),
    });
    for name in TABLES {
        if let Some(table) = table(choice, name) {
            value[name] = objects(&table);
        }
    }
    value
}

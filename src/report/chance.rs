//! What may come, in words that a board can use: in so many of ten futures.

mod drawn;

use serde_json::{Value, json};

use super::ColumnKind::{Money as M, Month as Mo, Share as Sh, Text as T, Whole as W};
use super::sensitivity::readable;
use super::words::{count, dollars, grouped, list};
use super::{Block, Cell, Mark, Page, SCHEMA_VERSION, Table, objects, summary};
use crate::decide::chance::{Futures, Kept, Replayed, mean};
use crate::folder::{Outcome, What};
use crate::funding::{Kind, Status, Stream};
use crate::money::{Money, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::plan::Plan;
use crate::rules::{BaseRate, Payers, base_rates};

pub(super) use self::drawn::{shocks, stated};

/// The tables, the first of them where none is named.
pub const TABLES: [&str; 5] = ["years", "months", "chances", "streams", "pairs"];
/// Streams and chances that the page names one by one; `--format csv` has them all.
const TOLD_MAX: usize = 20;

/// In how many futures: `85 of 100 futures`.
pub(super) fn odds(times: u64, futures: u64) -> String {
    match times {
        0 => "no future".to_string(),
        _ if times == futures => "every future".to_string(),
        _ => format!("{} futures", in_short(times, futures)),
    }
}

/// The same with the count behind it, where that says more: `99 of 100 futures (989 of 1,000)`.
fn odds_in_full(times: u64, futures: u64) -> String {
    let count = format!("{} of {}", grouped(times), grouped(futures));
    let short = in_short(times, futures);
    match short == count || times == futures {
        true => odds(times, futures),
        false => format!("{} ({count})", odds(times, futures)),
    }
}

/// The same without the word, for tables: `85 of 100`, `none`, `all`. Of a hundred wherever as many were run, so that one
/// can be held against another; never none or all where it is not.
pub(super) fn in_short(times: u64, futures: u64) -> String {
    let of_hundred = (2 * times * 100 + futures) / (2 * futures.max(1));
    match times {
        0 => "none".to_string(),
        _ if times == futures => "all".to_string(),
        _ if futures < 100 => format!("{times} of {futures}"),
        _ if of_hundred == 0 => "under 1 of 100".to_string(),
        _ if of_hundred == 100 => "over 99 of 100".to_string(),
        _ => format!("{of_hundred} of 100"),
    }
}

fn share(times: u64, futures: u64) -> Rate {
    let (times, futures) = (i64::try_from(times), i64::try_from(futures));
    match (times, futures) {
        (Ok(times), Ok(futures)) if futures > 0 => Rate::quotient(times, futures),
        _ => Rate::ZERO,
    }
}

impl Futures {
    pub(super) fn month(&self, place: usize) -> Month {
        self.plan.horizon.month(place)
    }

    /// The month by which something was so in at least so many of ten futures, if in any.
    pub(super) fn month_of(&self, by_month: &[u64], tenths: u64) -> Option<Month> {
        let enough = |times: &u64| times * 10 >= self.tally.futures * tenths;
        by_month.iter().position(enough).map(|place| self.month(place))
    }
}

/// The futures as a page.
pub fn page(futures: &Futures) -> Page {
    let mut page = Page::new();
    let (plan, count_of) = (&futures.plan, futures.tally.futures);
    page.title(format!("{}: {}", plan.title, count(count_of as usize, "future")));
    if let Some(notice) = plan.notice_beside_title() {
        page.say(Mark::None, notice);
    }
    page.say(Mark::None, format!("Scenario {}; {}", plan.scenario, about(futures)));
    findings(futures).into_iter().for_each(|(mark, text)| page.say(mark, text));
    page.heading("What stays unpaid, in dollars");
    page.table(gaps(futures), Vec::new());
    let from = if plan.opening.cash_stated { "" } else { " counted from $0," };
    page.heading(format!("Unrestricted cash at the year's end,{from} every cost paid, in dollars"));
    page.table(cash(futures), Vec::new());
    page.heading("What was drawn");
    let all = futures.chances.chances.len();
    for place in 0..all.min(TOLD_MAX) {
        page.say(Mark::None, drawn::chance_words(futures, place));
    }
    if all > TOLD_MAX {
        let more = count(all - TOLD_MAX, "more chance");
        page.say(Mark::None, format!("And {more}: `--format csv --table chances` has them all."));
    }
    for shock in &futures.chances.shocks {
        page.say(Mark::None, drawn::shock_words(futures, shock));
        drawn::less(futures, shock).into_iter().for_each(|text| page.say(Mark::None, text));
    }
    if !futures.chances.settled.is_empty() {
        let text = format!(
            "Not drawn, since scenario {} settles it: {}.",
            plan.scenario,
            drawn::in_quotes(futures.chances.settled.iter())
        );
        page.say(Mark::None, text);
    }
    let streams = arrivals(futures);
    if !streams.rows.is_empty() {
        page.heading("What uncertain money brings over the horizon, in dollars");
        page.table(streams, Vec::new());
    }
    let unsure = unsure(futures);
    if !unsure.is_empty() {
        let remedy = "To count it, write a `probability`, or an event that secures it.".to_string();
        unsure.into_iter().for_each(|text| page.say(Mark::Watch, text));
        page.say(Mark::None, remedy);
    }
    say_certain(&mut page, futures);
    page
}

/// Which futures were run, and what they are.
fn about(futures: &Futures) -> String {
    format!(
        "seed {}, futures {} to {}. {WHAT}",
        futures.seed,
        futures.ran.start,
        futures.ran.end.saturating_sub(1),
    )
}

/// Streams that no future counts and that are named.
const UNSURE_TOLD: usize = 6;

/// What a future is.
pub(super) const WHAT: &str = "Each draws what is uncertain, and is braided month by month, without knowing what comes. \
    Money that is not secured counts in the futures in which it comes.";

/// What one finds in the futures: of core costs, of all that stays unpaid, of cash.
pub(super) fn findings(futures: &Futures) -> Vec<(Mark, String)> {
    let mut found = vec![core(futures)];
    found.extend(gap(futures));
    found.extend(cash_words(futures));
    found
}

/// In how many futures core costs go unpaid, and by when.
pub(super) fn core(futures: &Futures) -> (Mark, String) {
    let (tally, last) = (&futures.tally, futures.calendar.months - 1);
    let times = tally.core_gap.by_month[last];
    let end = futures.month(last).words();
    match times {
        0 => (Mark::Good, format!("All core costs are paid through {end} in every future.")),
        _ => {
            let mut dates: Vec<(u64, Month)> = Vec::new();
            for tenths in [9, 5, 1] {
                let month = futures.month_of(&tally.core_gap.by_month, tenths);
                // What holds in more futures by the same month says it all.
                dates.extend(
                    month
                        .filter(|month| dates.last().is_none_or(|(_, last)| last != month))
                        .map(|month| (tenths, month)),
                );
            }
            let step =
                |(tenths, month): &(u64, Month)| format!("in {tenths} of 10 by {}", month.words());
            let steps: Vec<String> = dates.iter().rev().map(step).collect();
            let dated = match steps.is_empty() {
                true => String::new(),
                false => format!(": {}", list(&steps)),
            };
            let text = format!(
                "Core costs go unpaid at some time through {end} in {}{dated}.",
                odds_in_full(times, tally.futures),
            );
            (Mark::Bad, text)
        }
    }
}

/// What stays unpaid in most futures and on average, beside the plan as it stands.
fn gap(futures: &Futures) -> Vec<(Mark, String)> {
    let (tally, last) = (&futures.tally, futures.calendar.months - 1);
    let Some([_, _, middle, eight, nine]) = tally.spread(&futures.calendar, Kept::Gap) else {
        return Vec::new();
    };
    let planned: Money = futures.planned.gap.iter().sum();
    let spread = (
        if nine.is_positive() { Mark::Watch } else { Mark::Good },
        format!(
            "As the plan stands, secured money alone, {} goes unpaid. In half of the futures at most {} does, in 8 of 10 at \
             most {}, in 9 of 10 at most {}.",
            dollars(planned),
            dollars(middle),
            dollars(eight),
            dollars(nine),
        ),
    );
    let mean = tally.mean_unpaid(false, 0..=last);
    let averaged: Option<Money> = futures.averaged.as_ref().map(|months| months.iter().sum());
    let told = averaged.filter(|averaged| dollars(*averaged) != dollars(mean));
    let text = match told {
        None => format!("On average over all futures {} goes unpaid.", dollars(mean)),
        Some(averaged) => format!(
            "On average over all futures {} goes unpaid. A plan that counts every stream at its average would show {}: the \
             gap of average money is not the average gap.",
            dollars(mean),
            dollars(averaged),
        ),
    };
    vec![spread, (Mark::None, text)]
}

/// In how many futures cash runs out, by when, and how low it falls.
pub(super) fn cash_words(futures: &Futures) -> Vec<(Mark, String)> {
    let (tally, last) = (&futures.tally, futures.calendar.months - 1);
    let times = tally.out_of_cash.by_month[last];
    let stated = futures.plan.opening.cash_stated;
    let text = match times {
        _ if !stated => format!(
            "The plan does not state its cash in hand. Counted from $0, unrestricted cash, every cost paid, falls below zero \
             in {}.",
            odds(times, tally.futures)
        ),
        0 => "Unrestricted cash, every cost paid, stays above zero in every future.".to_string(),
        _ => {
            let half = futures.month_of(&tally.out_of_cash.by_month, 5);
            let half = half.map_or(String::new(), |month| {
                format!(", in half of all futures by {}", month.words())
            });
            format!(
                "Unrestricted cash, every cost paid, runs out in {}{half}.",
                odds_in_full(times, tally.futures),
            )
        }
    };
    let mark = match times {
        _ if !stated => Mark::Watch,
        0 => Mark::Good,
        _ => Mark::Bad,
    };
    let mut found = vec![(mark, text)];
    if let Some([one, _, five, ..]) = tally.spread(&futures.calendar, Kept::LowestCash) {
        let stands = if stated { "stands" } else { "would stand, if none were in hand," };
        let text = format!(
            "At its lowest it {stands} at {} or less in half of the futures, and at {} or less in 1 of 10.",
            dollars(five),
            dollars(one),
        );
        found.push((Mark::None, text));
    }
    found
}

/// What is counted of cash by a month: where it starts is not known of a plan that does not state it.
pub(super) fn out_by_then(futures: &Futures) -> &'static str {
    match futures.plan.opening.cash_stated {
        true => "run out by then",
        false => "below $0 by then",
    }
}

/// What stays unpaid by year, for people.
pub(super) fn gaps(futures: &Futures) -> Table {
    let columns = [
        ("Year", T),
        ("core unpaid", T),
        ("as planned", M),
        ("on average", M),
        ("5 of 10 up to", M),
        ("8 of 10 up to", M),
        ("9 of 10 up to", M),
    ];
    let mut table = Table::new("gaps", &columns);
    let (tally, calendar) = (&futures.tally, &futures.calendar);
    for (place, (year, first, last)) in calendar.years.iter().enumerate() {
        if *last < calendar.as_of {
            continue;
        }
        let Some([_, _, five, eight, nine]) = tally.spread(calendar, Kept::GapOfYear(place)) else {
            continue;
        };
        table.push(vec![
            Cell::text(FiscalCalendar::label(*year)),
            Cell::text(in_short(tally.core_gap.in_year[place], tally.futures)),
            Cell::Money(futures.planned.gap[*first..=*last].iter().sum()),
            Cell::Money(tally.mean_unpaid(false, *first..=*last)),
            Cell::Money(five),
            Cell::Money(eight),
            Cell::Money(nine),
        ]);
    }
    table
}

/// Cash at the end of each year, for people.
fn cash(futures: &Futures) -> Table {
    let columns = [
        ("Year", T),
        (out_by_then(futures), T),
        ("as planned", M),
        ("1 of 10 up to", M),
        ("5 of 10 up to", M),
        ("9 of 10 up to", M),
    ];
    let mut table = Table::new("cash", &columns);
    let (tally, calendar) = (&futures.tally, &futures.calendar);
    for (year, _, last) in calendar.years.iter().filter(|(.., last)| *last >= calendar.as_of) {
        let Some([one, _, five, _, nine]) = tally.spread(calendar, Kept::Cash(*last)) else {
            continue;
        };
        table.push(vec![
            Cell::text(FiscalCalendar::label(*year)),
            Cell::text(in_short(tally.out_of_cash.by_month[*last], tally.futures)),
            Cell::Money(futures.planned.cash[*last]),
            Cell::Money(one),
            Cell::Money(five),
            Cell::Money(nine),
        ]);
    }
    table
}

/// What comes of streams beside what each of them brings alike in every future.
fn arrivals(futures: &Futures) -> Table {
    let columns = [("Stream", T), ("comes in", T), ("on average", M), ("as planned", M)];
    let mut table = Table::new("arrivals", &columns);
    let tally = &futures.tally;
    for (place, stream) in futures.streams.iter().enumerate() {
        let found = futures.uncertain(place);
        if found.is_certain {
            continue;
        }
        table.push(vec![
            Cell::text(stream),
            Cell::text(in_short(found.times, tally.futures)),
            Cell::Money(mean(tally.brought[place].sum, tally.futures) - found.alike),
            Cell::Money(futures.planned.brought[place] - found.alike),
        ]);
    }
    table
}

/// Money that comes in no future, since nothing says how likely it is.
pub(super) fn unsure(futures: &Futures) -> Vec<String> {
    let chances = &futures.chances;
    unsure_words(&futures.plan, [&chances.unsure, &chances.unsure_periods])
}

/// The same of the ids of streams that no future counts, and of those of which one budget period or more comes in none.
pub(super) fn unsure_words(plan: &Plan, [streams, periods]: [&[String]; 2]) -> Vec<String> {
    let titles = |ids: &[String]| {
        let title = |id: &String| {
            let stream = plan.find_stream(id);
            let title = stream.map_or(id, |stream| &plan.stream(stream).title);
            format!("\u{201c}{title}\u{201d}")
        };
        let told = list(&ids.iter().take(UNSURE_TOLD).map(title).collect::<Vec<_>>());
        match ids.len().saturating_sub(UNSURE_TOLD) {
            0 => told,
            more => format!("{told}; and {more} more"),
        }
    };
    let mut found = Vec::new();
    if !streams.is_empty() {
        found.push(format!(
            "No future counts {}: it is not secured, and nothing says how likely it is.",
            titles(streams),
        ));
    }
    if !periods.is_empty() {
        found.push(format!(
            "Of {} a budget period that is not secured comes in no future.",
            titles(periods),
        ));
    }
    found
}

/// What no chance speaks of, and rates of the field that the plan does not use.
fn say_certain(page: &mut Page, futures: &Futures) {
    let certain = certain(futures);
    if certain.is_empty() {
        return;
    }
    page.heading("Sure in every future");
    page.say(
        Mark::None,
        format!(
            "No chance speaks of {}. What the field reports of such money, none of it used here (`braid rules base rates`):",
            list(&certain.iter().map(|stream| stream.title.clone()).collect::<Vec<_>>()),
        ),
    );
    for rate in
        base_rates().iter().filter(|rate| certain.iter().any(|stream| speaks_of(rate, stream)))
    {
        let of = match rate.of {
            Payers::Any => String::new(),
            payers => format!(" ({} money)", payers.words().trim_start_matches("any ")),
        };
        let unread = if rate.is_verified() { "" } else { ", not verified" };
        page.say(
            Mark::None,
            format!(
                "{}{of}: {} in {} ({}{unread}).",
                rate.event,
                rate.rate.in_words(),
                rate.year,
                rate.source
            ),
        );
    }
}

/// Streams that are secured, and of which no chance speaks.
fn certain(futures: &Futures) -> Vec<&Stream> {
    let touched: Vec<String> = futures
        .chances
        .chances
        .iter()
        .flat_map(|chance| chance.touches())
        .filter_map(|(kind, id)| (kind == "stream").then_some(id))
        .collect();
    let ahead = |stream: &&Stream| {
        stream.last_month(futures.plan.horizon.end()) >= futures.plan.horizon.as_of
    };
    let quiet = |stream: &&Stream| {
        stream.status == Status::Secured
            && !matches!(stream.kind, Kind::Reserve | Kind::Loan)
            && !touched.iter().any(|id| id == stream.name.as_str())
    };
    futures.plan.streams.iter().filter(ahead).filter(quiet).collect()
}

/// Whether a rate of the field speaks of money like a stream's.
fn speaks_of(rate: &BaseRate, stream: &Stream) -> bool {
    let government = stream.federal || stream.kind == Kind::Public;
    match rate.of {
        Payers::Federal => stream.federal,
        Payers::StateOrLocal => stream.kind == Kind::Public && !stream.federal,
        Payers::Government => government,
        Payers::Foundation => stream.kind == Kind::Grant && !stream.federal,
        Payers::Any => true,
    }
}

/// One of [`TABLES`]; nothing for another name.
pub fn table(futures: &Futures, name: &str) -> Option<Table> {
    match name {
        "years" => Some(years(futures)),
        "months" => Some(months(futures)),
        "chances" => Some(chances(futures)),
        "streams" => Some(streams(futures)),
        "pairs" => Some(drawn::pairs(futures)),
        _ => None,
    }
}

fn years(futures: &Futures) -> Table {
    let columns = [
        ("year", T),
        ("futures", W),
        ("core_unpaid_in", W),
        ("core_unpaid_by", W),
        ("unpaid_in", W),
        ("core_unpaid_odds", Sh),
        ("core_unpaid_planned", M),
        ("core_unpaid_mean", M),
        ("core_unpaid_1_of_10", M),
        ("core_unpaid_2_of_10", M),
        ("core_unpaid_5_of_10", M),
        ("core_unpaid_8_of_10", M),
        ("core_unpaid_9_of_10", M),
        ("unpaid_planned", M),
        ("unpaid_of_averages", M),
        ("unpaid_mean", M),
        ("unpaid_1_of_10", M),
        ("unpaid_2_of_10", M),
        ("unpaid_5_of_10", M),
        ("unpaid_8_of_10", M),
        ("unpaid_9_of_10", M),
        ("out_of_cash_by", W),
    ];
    let mut table = Table::new("years", &columns);
    let (tally, calendar) = (&futures.tally, &futures.calendar);
    for (place, (year, first, last)) in calendar.years.iter().enumerate() {
        let sum = |months: &[Money]| Cell::Money(months[*first..=*last].iter().sum());
        let spread = |kept| tally.spread(calendar, kept).into_iter().flatten().map(Cell::Money);
        let mut row = vec![
            Cell::text(FiscalCalendar::label(*year)),
            whole(tally.futures),
            whole(tally.core_gap.in_year[place]),
            whole(tally.core_gap.by_month[*last]),
            whole(tally.gap.in_year[place]),
            Cell::Share(share(tally.core_gap.in_year[place], tally.futures)),
            sum(&futures.planned.core_gap),
            Cell::Money(tally.mean_unpaid(true, *first..=*last)),
        ];
        row.extend(spread(Kept::CoreGapOfYear(place)));
        row.push(sum(&futures.planned.gap));
        row.push(Cell::of(futures.averaged.as_deref(), sum));
        row.push(Cell::Money(tally.mean_unpaid(false, *first..=*last)));
        row.extend(spread(Kept::GapOfYear(place)));
        row.push(out_of_cash(futures, tally.out_of_cash.by_month[*last]));
        table.push(row);
    }
    table
}

fn whole(times: u64) -> Cell {
    Cell::Whole(i64::try_from(times).unwrap_or(i64::MAX))
}

/// In how many futures cash has run out: of cash that the plan does not state nobody knows.
fn out_of_cash(futures: &Futures, times: u64) -> Cell {
    if futures.plan.opening.cash_stated { whole(times) } else { Cell::Empty }
}

fn months(futures: &Futures) -> Table {
    let columns = [
        ("month", Mo),
        ("futures", W),
        ("core_unpaid_in", W),
        ("core_unpaid_by", W),
        ("unpaid_in", W),
        ("unpaid_by", W),
        ("core_unpaid_mean", M),
        ("unpaid_mean", M),
        ("unpaid_planned", M),
        ("out_of_cash_in", W),
        ("out_of_cash_by", W),
        ("cash_planned", M),
        ("cash_1_of_10", M),
        ("cash_2_of_10", M),
        ("cash_5_of_10", M),
        ("cash_8_of_10", M),
        ("cash_9_of_10", M),
    ];
    let mut table = Table::new("months", &columns);
    let (tally, calendar) = (&futures.tally, &futures.calendar);
    for place in 0..calendar.months {
        let mut row = vec![
            Cell::Month(futures.month(place)),
            whole(tally.futures),
            whole(tally.core_gap.in_month[place]),
            whole(tally.core_gap.by_month[place]),
            whole(tally.gap.in_month[place]),
            whole(tally.gap.by_month[place]),
            Cell::Money(tally.mean_unpaid(true, place..=place)),
            Cell::Money(tally.mean_unpaid(false, place..=place)),
            Cell::Money(futures.planned.gap[place]),
            out_of_cash(futures, tally.out_of_cash.in_month[place]),
            out_of_cash(futures, tally.out_of_cash.by_month[place]),
            Cell::Money(futures.planned.cash[place]),
        ];
        let spread = tally.spread(calendar, Kept::Cash(place));
        row.extend(spread.into_iter().flatten().map(Cell::Money));
        table.push(row);
    }
    table
}

fn chances(futures: &Futures) -> Table {
    let columns = [
        ("chance", T),
        ("title", T),
        ("at", T),
        ("source", T),
        ("stated", T),
        ("drawn", T),
        ("odds", Sh),
        ("happened", W),
    ];
    let mut table = Table::new("chances", &columns);
    for (place, chance) in futures.chances.chances.iter().enumerate() {
        let odds = match &chance.what {
            What::Event { odds } => Some(*odds),
            What::Amount { .. } => None,
        };
        let times = odds.and_then(|_| i64::try_from(futures.tally.drawn[place]).ok());
        table.push(vec![
            Cell::text(&chance.id),
            Cell::text(&chance.title),
            Cell::text(chance.origin.to_string()),
            Cell::of(chance.source.as_ref(), Cell::text),
            // As the plan writes it.
            Cell::text(drawn::in_words(&chance.what).replace(" %", "%")),
            Cell::text(drawn::came(futures, place)),
            Cell::of(odds, Cell::Share),
            Cell::of(times, Cell::Whole),
        ]);
    }
    table
}

fn streams(futures: &Futures) -> Table {
    let columns = [
        ("stream", T),
        ("futures", W),
        ("brings_in", W),
        ("odds", Sh),
        ("mean", M),
        ("planned", M),
        ("alike", M),
    ];
    let mut table = Table::new("streams", &columns);
    let tally = &futures.tally;
    for (place, stream) in futures.streams.iter().enumerate() {
        let (found, planned) = (futures.uncertain(place), futures.planned.brought[place]);
        table.push(vec![
            Cell::text(stream),
            whole(tally.futures),
            whole(found.times),
            Cell::Share(share(found.times, tally.futures)),
            Cell::Money(mean(tally.brought[place].sum, tally.futures)),
            Cell::Money(planned),
            Cell::Money(if found.is_certain { planned } else { found.alike }),
        ]);
    }
    table
}

/// The futures as one value.
pub fn record(futures: &Futures) -> Value {
    let tables = TABLES.iter().filter_map(|name| table(futures, name));
    let mut record = json!({
        "schema_version": SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "title": futures.plan.title,
        "notice": futures.plan.notice,
        "scenario": futures.plan.scenario,
        "seed": futures.seed,
        "futures": [futures.ran.start, futures.ran.end],
        "unsure": futures.chances.unsure,
        "settled": futures.chances.settled,
    });
    for table in tables {
        record[table.name.as_str()] = objects(&table);
    }
    record
}

/// One future as a page: what was drawn, then its forecast.
pub fn replay(replayed: &Replayed, (seed, number): (u64, u64), folder: &str) -> Page {
    let mut page = Page::new();
    page.title(format!("{}: future {number} of seed {seed}", replayed.plan.title));
    page.say(
        Mark::None,
        "What came of each chance; the forecast of the plan that follows from it is below.",
    );
    page.table(outcomes(replayed, readable), Vec::new());
    let forecast = summary::page(&replayed.plan, &replayed.forecast, folder);
    // Other commands read the plan as it stands.
    let own = |block: &Block| !matches!(block, Block::Hints(_));
    page.blocks.extend(forecast.blocks.into_iter().filter(own));
    page
}

/// What came of each chance in one future, as a table that other tools read.
pub fn replay_table(replayed: &Replayed) -> Table {
    outcomes(replayed, |_, value| value.to_string())
}

/// What came of each chance, values as `shown` at their paths.
fn outcomes(replayed: &Replayed, shown: impl Fn(&str, &str) -> String) -> Table {
    let mut table = Table::new("outcomes", &[("chance", T), ("title", T), ("outcome", T)]);
    for (chance, outcome) in replayed.chances.chances.iter().zip(&replayed.outcomes) {
        let outcome = match (outcome, &chance.what) {
            (Outcome::Happens(true), _) => "happens".to_string(),
            (Outcome::Happens(false), _) => "does not happen".to_string(),
            (Outcome::Takes(value), What::Amount { path, .. }) => shown(path, &value.text()),
            (Outcome::Takes(value), What::Event { .. }) => value.text(),
        };
        table.push(vec![Cell::text(&chance.id), Cell::text(&chance.title), Cell::text(outcome)]);
    }
    table
}

/// One future as one value: what was drawn, and its forecast.
pub fn replay_record(replayed: &Replayed, (seed, number): (u64, u64)) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "seed": seed,
        "future": number,
        "outcomes": objects(&replay_table(replayed)),
        "forecast": super::record::forecast(&replayed.plan, &replayed.forecast),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_denominator_is_told_of_all() {
        let of = |times| in_short(times, 1_000);
        assert_eq!([of(0), of(1_000)], ["none", "all"]);
        assert_eq!([of(854), of(146)], ["85 of 100", "15 of 100"]);
        assert_eq!([of(995), of(3)], ["over 99 of 100", "under 1 of 100"]);
        assert_eq!(in_short(17, 20), "17 of 20");
    }
}

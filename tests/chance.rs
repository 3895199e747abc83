//! What may come: cases worked by hand, figures of one future that are those of its forecast, and the laws that let futures
//! be replayed, prefixed, run in parts and by any number of threads.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod plans;

use std::cell::Cell;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use braidfund::decide::chance::{Ask, Futures, Kept, Origin, Replayed, Split, Values};
use braidfund::error::Error;
use braidfund::export::text::{self, Colour};
use braidfund::folder::{Cases, DiskFolder, Files, MemoryFolder, Outcome};
use braidfund::money::Money;
use braidfund::plan::cost::Priority;
use braidfund::report::{Cell as Figure, chance, kept};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

/// The futures of a plan with a chance file.
struct Folder {
    plan: String,
    chance: String,
}

impl Folder {
    fn new(plan: &str, chance: &str) -> Folder {
        Folder { plan: plan.to_string(), chance: chance.to_string() }
    }

    fn with<T>(&self, work: impl FnOnce(&Origin<'_>) -> T) -> T {
        let open = || -> Result<Box<dyn Files>, Error> {
            let files = [("plan.toml", self.plan.as_str()), ("chance.toml", self.chance.as_str())];
            Ok(Box::new(MemoryFolder::new(files)))
        };
        work(&Origin {
            open: &open,
            draft: &|cases| cases.draft("base"),
            cases: &["base"],
            file: "chance.toml",
        })
    }

    fn run(&self, seed: u64, futures: Range<u64>, threads: usize) -> Result<Futures, Error> {
        self.with(|origin| {
            let ask = Ask { seed, futures, threads, through: None, keeps: false, giver: None };
            Futures::run(origin, &ask, &|_| {})
        })
    }

    /// With every value.
    fn run_whole(&self, seed: u64, futures: Range<u64>) -> Futures {
        let ask = Ask { seed, futures, threads: 2, through: None, keeps: true, giver: None };
        self.with(|origin| Futures::run(origin, &ask, &|_| {})).unwrap()
    }

    /// As they are kept to be merged.
    fn kept(&self, seed: u64, futures: Range<u64>) -> Value {
        let text = kept::keep(&self.run_whole(seed, futures), "digest").unwrap().to_string();
        serde_json::from_str(&text).unwrap()
    }

    fn replayed(&self, seed: u64, number: u64) -> Replayed {
        self.with(|origin| Replayed::future(origin, seed, number)).unwrap()
    }

    /// That the figures of some futures are those of their own forecasts, each run alone and one after another.
    fn holds(&self, seed: u64, numbers: Range<u64>) {
        let mut joined: Option<Futures> = None;
        for number in numbers.clone() {
            let run = self.run(seed, number..number + 1, 1).unwrap();
            let forecast = self.replayed(seed, number).forecast;
            let months = run.calendar.months;
            let of_month = |place: usize, core: bool| -> Money {
                let lines = forecast.books.ledger.lines.iter();
                let counts = lines.filter(|line| !core || line.priority == Priority::Core);
                counts.map(|line| line.gap[place]).sum()
            };
            for place in 0..months {
                let told = [true, false].map(|core| run.tally.mean_unpaid(core, place..=place));
                assert_eq!(
                    told,
                    [of_month(place, true), of_month(place, false)],
                    "{number}: {place}"
                );
                let cash = run.tally.spread(&run.calendar, Kept::Cash(place)).unwrap();
                let own = forecast.books.cash.unrestricted_all_costs[place];
                assert_eq!(cash, [own; 5], "{number}: cash of {place}");
            }
            let lowest = run.tally.spread(&run.calendar, Kept::LowestCash).unwrap();
            assert_eq!(lowest[0], forecast.books.cash.lowest().1);
            match &mut joined {
                Some(joined) => joined.tally.join(&run.tally),
                None => joined = Some(run),
            }
        }
        let (whole, mut joined) = (self.run(seed, numbers, 1).unwrap(), joined.unwrap());
        (joined.ran, joined.averaged) = (whole.ran.clone(), whole.averaged.clone());
        assert_eq!(told(&joined), told(&whole));
    }
}

/// 1,000 is needed in each of twelve months; a grant pays 6,000 from July on if it comes, and a payer 400 to 600 a month.
const PLAN: &str = r#"
[plan]
title = "T"
start = "2026-01"
months = 12
[driver.members]
start = 100
[cost.staff]
function = "convene"
monthly = 1_000
[stream.grant]
kind = "grant"
funder = "F"
status = "likely"
probability = "40%"
award = 6_000
from = "2026-07"
until = "2026-12"
pays-for = ["convene"]
[stream.payer]
kind = "payer"
funder = "P"
status = "secured"
from = "2026-01"
until = "2026-12"
pays-for = ["convene"]
terms = { method = "pmpm", members = "members", rate = "5.00" }
"#;
const RATE: &str = r#"
[chance.rate]
of = "stream.payer.terms.rate"
uniform = ["4.00", "6.00"]
"#;

/// The mean of 201 even steps of 4.00 to 6.00 is 5.00, their variance (201 x 201 - 1) / 12 cents squared; the grant comes in 0.4
/// of futures and then pays for the last six months what the payer leaves. With 100 members a month lacks 1,000 - 100 r.
#[test]
fn odds_and_means_are_those_of_the_closed_form() {
    let futures = Folder::new(PLAN, RATE).run(7, 0..20_000, 2).unwrap();
    let count = 20_000_f64;
    let (tally, calendar) = (&futures.tally, &futures.calendar);
    assert_eq!(tally.futures, 20_000);
    let grant =
        futures.chances.chances.iter().position(|chance| chance.id == "stream.grant").unwrap();
    let rate = futures.chances.chances.iter().position(|chance| chance.id == "rate").unwrap();
    let came = tally.drawn[grant] as f64;
    assert!((came - 0.4 * count).abs() < 4.0 * (count * 0.4 * 0.6).sqrt(), "{came}");
    let mean = tally.drawn[rate] as f64 / count;
    let spread = ((201.0_f64 * 201.0 - 1.0) / 12.0).sqrt();
    assert!((mean - 500.0).abs() < 4.0 * spread / count.sqrt(), "{mean}");
    // Half of the year lacks 6 x (1,000 - 100 r) always; the other half only where the grant does not come.
    let unpaid = tally.mean_unpaid(true, 0..=5).cents() as f64;
    assert!((unpaid - 300_000.0).abs() < 4.0 * 600.0 * spread / count.sqrt(), "{unpaid}");
    assert_eq!(tally.core_gap.in_month[0], 20_000);
    assert_eq!(tally.core_gap.in_month[11], 20_000 - came as u64);
    assert_eq!(tally.core_gap.in_year, [20_000]);
    // Every figure told is that of some future, and so many futures do not pass it.
    let spread = tally.spread(calendar, Kept::Gap).unwrap();
    assert!(spread.is_sorted());
    assert_eq!(spread[0].cents() % 600, 0);
    // The mean is that of the averages here, but for cents: what a month lacks is a straight line.
    let averaged: Money = futures.averaged.as_ref().unwrap()[..6].iter().sum();
    assert!((averaged - tally.mean_unpaid(true, 0..=5)).cents().abs() <= 6);
}

#[test]
fn one_and_zero_are_exact() {
    for (odds, times) in [("0%", 0), ("100%", 3_000)] {
        let chance = format!(
            "[chance.more]\nodds = \"{odds}\"\n[chance.more.then.cost.staff]\nmonthly = 2_000\n{RATE}"
        );
        let futures = Folder::new(PLAN, &chance).run(1, 0..3_000, 2).unwrap();
        let more = futures.chances.chances.iter().position(|chance| chance.id == "more").unwrap();
        assert_eq!(futures.tally.drawn[more], times);
        assert_eq!(told(&futures)["chances"][more]["stated"], format!("happens in {odds}"));
        let need = if times == 0 { 100_000 } else { 200_000 };
        let most = futures.tally.spread(&futures.calendar, Kept::GapOfYear(0)).unwrap()[4].cents();
        assert!(most <= 12 * (need - 40_000), "{most}");
        assert!(most > 12 * (need - 60_000), "{most}");
    }
}

/// Where nothing pays, what average costs leave unpaid is what futures leave on average.
#[test]
fn average_costs_are_those_of_the_futures() {
    let (plan, _) = PLAN.split_once("[stream.grant]").unwrap();
    let dear = "[chance.dear]\nodds = \"30%\"\nthen.cost.staff.monthly = 1_700\n";
    let futures = Folder::new(plan, dear).run(3, 0..100, 1).unwrap();
    let times = i64::try_from(futures.tally.drawn[0]).unwrap();
    assert!((15..50).contains(&times), "{times}");
    // 1,000 and, in each of them, 700 more.
    let month = Money::from_cents(100_000 + 700 * times);
    assert_eq!(futures.averaged, Some(vec![month; 12]));
    assert_eq!(futures.tally.mean_unpaid(true, 0..=0), month);
}

/// Half a cent is rounded away from zero.
#[test]
fn a_mean_is_the_nearest_cent() {
    for (sum, futures, cents) in
        [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (5, 3, 2), (-4, 3, -1), (0, 7, 0)]
    {
        assert_eq!(braidfund::decide::chance::mean(sum, futures).cents(), cents, "{sum} {futures}");
    }
}

/// One future brings 2,000 less than planned and one 2,000 more: as much as planned together, and 4,000 in both.
#[test]
fn what_futures_bring_together_is_not_what_each_brings() {
    let award = "[chance.award]\nof = \"stream.grant.award\"\n\
                 discrete = { \"4000\" = \"50%\", \"8000\" = \"50%\" }\n";
    let plan = PLAN.replace("status = \"likely\"\nprobability = \"40%\"", "status = \"secured\"");
    let runs = (0..50).map(|seed| Folder::new(&plan, award).run(seed, 0..2, 1).unwrap());
    let both = |run: &Futures| run.tally.drawn[0] == 12_000;
    let mut runs = runs.filter(both);
    let run = runs.next().unwrap();
    let place = run.streams.iter().position(|stream| stream == "grant").unwrap();
    let found = run.uncertain(place);
    assert_eq!((found.is_certain, found.alike.cents(), found.times), (false, 400_000, 1));
}

#[test]
fn the_gap_of_average_money_is_not_the_average_gap() {
    // One grant of 12,000 pays all or, in half of futures, nothing: on average half is unpaid, and half of the money pays half.
    let plan = PLAN.replace("6_000", "24_000").replace("2026-07", "2026-01").replace("40%", "50%");
    let futures = Folder::new(&plan, "").run(3, 0..4_000, 2).unwrap();
    let mean = futures.tally.mean_unpaid(false, 0..=11);
    let averaged: Money = futures.averaged.as_ref().unwrap().iter().sum();
    assert_eq!(
        averaged,
        Money::ZERO,
        "24,000 in half of futures are 12,000 on average, which is enough"
    );
    let times = 4_000 - futures.tally.drawn[0];
    assert_eq!(mean.cents(), ((600_000 * times + 2_000) / 4_000) as i64);
}

/// 10 come in each of two months, of which the second is an award's project's, and 15 of a loan are repaid in it. Where the award is
/// gone all 20 are free; a plan of averages has it, so that 10 are.
#[test]
fn income_of_a_project_that_some_futures_lack_is_the_project_s_in_a_plan_of_averages() {
    let plan = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 3\n[driver.members]\nstart = 10\n\
                [cost.staff]\nfunction = \"convene\"\nmonthly = 0\n\
                [stream.award]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = 10\nfrom = \"2026-02\"\n\
                until = \"2026-03\"\npays-for = [\"cost.staff\"]\n\
                [stream.fees]\nkind = \"payer\"\nfunder = \"P\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
                until = \"2026-02\"\npays-for = [\"anything\"]\nearned-by = \"award\"\n\
                terms = { method = \"pmpm\", members = \"members\", rate = 1 }\n\
                [stream.loan]\nkind = \"loan\"\nfunder = \"L\"\nstatus = \"secured\"\nfrom = \"2026-01\"\namount = 15\n\
                pays-for = [\"cost.staff\"]\nrate = \"0%\"\nmonths = 1\n";
    let chance = "[chance.gone]\nodds = \"40%\"\nthen.stream.award.drop = true\n";
    let futures = Folder::new(plan, chance).run(3, 0..100, 1).unwrap();
    let gone = futures.tally.drawn[0];
    assert!((20..60).contains(&gone));
    let unpaid = |futures: i128| Money::from_cents(((futures * 500 + 50) / 100) as i64);
    assert_eq!(futures.tally.mean_unpaid(true, 1..=1), unpaid(100 - gone));
    assert_eq!(futures.averaged.unwrap()[1], unpaid(100));
}

/// Seen from April on: January to March go unpaid in every future, which is past; April in those in which the grant comes a month
/// late. Cash of 5,000 fell to 2,000 by March; from April on it is lowest in December, at 5,000, or in April itself, at 1,000,
/// where the grant is late. A year that begins in July has its own half of the months.
#[test]
fn what_is_past_counts_in_no_odds_and_what_is_now_does() {
    let plan = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 12\nas-of = \"2026-04\"\n\
                fiscal-year-starts = \"july\"\n[opening]\nunrestricted-cash = 5_000\n\
                [cost.staff]\nfunction = \"convene\"\nmonthly = 1_000\n\
                [stream.grant]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = 12_000\n\
                from = \"2026-04\"\nuntil = \"2026-12\"\npays-for = [\"anything\"]\n";
    let late =
        "[chance.late]\nodds = \"30%\"\n[chance.late.then.stream.grant]\nfrom = \"2026-05\"\n";
    let run = Folder::new(plan, late).run(3, 0..200, 1).unwrap();
    let (tally, calendar) = (&run.tally, &run.calendar);
    let happens = u64::try_from(tally.drawn[0]).unwrap();
    assert!((41..100).contains(&happens), "{happens}");
    assert_eq!(tally.core_gap.in_month[..5], [200, 200, 200, happens, 0]);
    assert_eq!(tally.core_gap.by_month[..4], [0, 0, 0, happens]);
    assert_eq!(tally.core_gap.by_month[11], happens);
    let lowest = tally.spread(calendar, Kept::LowestCash).unwrap().map(Money::cents);
    assert_eq!(lowest, [100_000, 100_000, 500_000, 500_000, 500_000]);
    assert_eq!(calendar.years, [(2026, 0, 5), (2027, 6, 11)]);
    let in_year = |year| tally.spread(calendar, Kept::CoreGapOfYear(year)).unwrap()[0].cents();
    assert_eq!([in_year(0), in_year(1)], [300_000, 0]);
}

/// Every figure that is told of futures.
fn told(futures: &Futures) -> Value {
    chance::record(futures)
}

#[test]
fn futures_are_addressable_and_add_up() {
    let folder = Folder::new(PLAN, RATE);
    let whole = folder.run(7, 0..3_000, 1).unwrap();
    for threads in [2, 3, 8] {
        assert_eq!(told(&folder.run(7, 0..3_000, threads).unwrap()), told(&whole));
    }
    // The first futures of a longer run are those of a shorter one.
    let mut parts = folder.run(7, 0..1_000, 2).unwrap();
    parts.tally.join(&folder.run(7, 1_000..3_000, 2).unwrap().tally);
    (parts.ran, parts.averaged) = (whole.ran.clone(), whole.averaged.clone());
    assert_eq!(told(&parts), told(&whole));
    let mut other = folder.run(8, 0..3_000, 2).unwrap();
    other.seed = 7;
    assert_ne!(told(&other), told(&whole));
    folder.holds(7, 0..3);
}

/// What is forgotten of many values changes no quantile of them.
#[test]
fn quantiles_of_many_futures_are_those_of_every_value() {
    let folder = Folder::new(PLAN, &RATE.replace("00\"", "0000\""));
    let whole = folder.run_whole(7, 0..12_000);
    let Values::Each(values) = &whole.tally.values[0] else { panic!("every value is kept") };
    let mut different = values.clone();
    different.sort_unstable();
    different.dedup();
    assert!(different.len() > 6_000, "{} values are different", different.len());
    for threads in [1, 3] {
        assert_eq!(told(&folder.run(7, 0..12_000, threads).unwrap()), told(&whole));
    }
}

/// A stream that a chance changes through a driver alone brings what that driver says.
#[test]
fn a_driver_alone_changes_what_its_streams_bring() {
    let chance = "[chance.members]\nof = \"driver.members.start\"\nuniform = [50, 2_000]\n";
    let folder = Folder::new(PLAN, chance);
    folder.holds(7, 0..4);
    let futures = folder.run(7, 0..200, 2).unwrap();
    let payer = futures.streams.iter().position(|stream| stream == "payer").unwrap();
    assert_eq!(futures.uncertain(payer).times, 200);
}

/// What follows from an uncertain stream is as uncertain, whatever it is: a sponsor's fee of what it brings, how much of a cost it may
/// pay, an award that falls by what its own activity earns, and a loss that it may have to bear. There are too many futures to know each.
#[test]
fn what_follows_from_a_stream_follows_in_every_future() {
    let members = "[chance.members]\nof = \"driver.members.start\"\nuniform = [50, 1_600]\n";
    let fee = "[cost.fee]\nfunction = \"operate\"\n\
               fee = { share = \"10%\", of = \"receipts\", streams = [\"payer\"] }\n";
    let capped = "[chance.capped]\nodds = \"50%\"\n[chance.capped.then.stream.payer]\n\
                  cap = [{ on = [\"convene\"], amount = 100, per = \"period\" }]\n";
    let secured = PLAN.replace("\"likely\"\nprobability = \"40%\"", "\"secured\"");
    let earned = secured
        .replace("award = 6_000", "award = 6_000\nprogram-income = \"deduction\"")
        .replace("funder = \"P\"", "funder = \"P\"\nearned-by = \"grant\"");
    let savings = "[stream.savings]\nkind = \"shared-savings\"\nfunder = \"P\"\nstatus = \"secured\"\n\
                   from = \"2025-01\"\nuntil = \"2025-12\"\ncaptured = \"30%\"\nloss-share = \"20%\"\n\
                   pays-for = [\"convene\"]\n[stream.savings.terms]\nmembers = \"members\"\n\
                   benchmark = \"10.00\"\nsavings-rate = \"-5%\"\nsharing-rate = \"50%\"\nloss-rate = \"0%\"\n\
                   settlement-lag-months = 6\n";
    let lost = "[chance.lost]\nof = \"stream.savings.terms.loss-rate\"\nuniform = [\"0.00%\", \"60.00%\"]\n";
    for (plan, chances) in [
        (format!("{secured}{savings}"), lost.to_string()),
        (format!("{PLAN}{fee}"), members.to_string()),
        (PLAN.to_string(), format!("{members}{capped}")),
        (earned, members.to_string()),
    ] {
        Folder::new(&plan, &chances).holds(5, 0..4);
    }
}

/// The levy of 2026 is there already: what is uncertain is whether 2027 comes. Of the award the first period is secured, and the
/// second one comes in all futures or in none. What is told of either is the rest of the stream.
#[test]
fn what_comes_in_is_what_is_not_the_same_in_every_future() {
    let plan = PLAN.replace("months = 12", "months = 24\nas-of = \"2026-07\"")
        + r#"
[stream.levy]
kind = "public"
funder = "County"
status = "secured"
from = "2026-01"
until = "2026-12"
pays-for = ["convene"]
terms = { method = "appropriation", by-year = { FY2026 = 900 } }
[stream.award]
kind = "grant"
funder = "G"
status = "secured"
from = "2026-07"
until = "2027-12"
budget-periods = [
    { from = "2026-07", until = "2026-12", amount = 700 },
    { from = "2027-01", until = "2027-12", amount = 500, status = "likely" },
]
pays-for = ["convene"]
"#;
    let chance = RATE.to_string()
        + r#"
[chance.levy]
odds = "30%"
[chance.levy.then.stream.levy]
until = "2027-12"
terms.by-year = { FY2026 = 900, FY2027 = 2_000 }
[chance.goes-on]
odds = "71%"
[chance.goes-on.then.stream.award]
budget-periods = [
    { from = "2026-07", until = "2026-12", amount = 700 },
    { from = "2027-01", until = "2027-12", amount = 500, status = "secured" },
]
"#;
    let futures = Folder::new(&plan, &chance).run(7, 0..1_000, 2).unwrap();
    let drawn = |id: &str| {
        let chances = &futures.chances.chances;
        futures.tally.drawn[chances.iter().position(|chance| chance.id == id).unwrap()] as u64
    };
    let of = |id: &str| {
        let place = futures.streams.iter().position(|stream| stream == id).unwrap();
        let found = futures.uncertain(place);
        (found.alike.to_string(), found.times)
    };
    assert!((200..400).contains(&drawn("levy")), "{}", drawn("levy"));
    assert_eq!(of("levy"), ("900.00".to_string(), drawn("levy")));
    assert_eq!(of("award"), ("700.00".to_string(), drawn("goes-on")));
    assert_eq!(of("grant"), ("0.00".to_string(), drawn("stream.grant")));
    assert_eq!(of("payer"), ("0.00".to_string(), 1_000));
    // A levy that may begin late brings as much then: of that nothing is told.
    let late =
        "[chance.late]\nodds = \"50%\"\n[chance.late.then.stream.levy]\nstart-delay-months = 2\n";
    let moved = Folder::new(&plan, late).run(7, 0..20, 1).unwrap();
    let place = moved.streams.iter().position(|stream| stream == "levy").unwrap();
    assert!(moved.tally.splits.iter().any(|split| split.parts.iter().all(|part| part[0] > 0)));
    assert_eq!((moved.uncertain(place).is_certain, moved.uncertain(place).times), (true, 20));
    let page = text::encode(&chance::page(&futures), 100, Colour::Without);
    let row = page.lines().find(|line| line.starts_with(" levy ")).unwrap();
    assert!(row.ends_with(" -"), "as planned nothing of it comes: {row}");
    let table = chance::table(&futures, "streams").unwrap();
    let row = table.rows.iter().find(|row| row[0] == Figure::text("levy")).unwrap();
    let ends: Vec<String> = row[5..].iter().map(|cell| format!("{cell:?}")).collect();
    let all = format!("{:?}", Figure::Money(Money::from_cents(90_000)));
    assert_eq!(ends, [all.clone(), all]);
}

/// A plan that does not state its cash has no month and no odds in which it runs out, in any table.
#[test]
fn cash_that_is_not_stated_runs_out_in_no_table() {
    let stated = format!("{PLAN}[opening]\nunrestricted-cash = 100\n");
    for (plan, known) in [(PLAN, false), (stated.as_str(), true)] {
        let futures = Folder::new(plan, RATE).run(7, 0..20, 1).unwrap();
        for (name, columns) in [
            ("years", vec!["out_of_cash_by"]),
            ("months", vec!["out_of_cash_in", "out_of_cash_by"]),
        ] {
            let table = chance::table(&futures, name).unwrap();
            for column in columns {
                let at = table.columns.iter().position(|own| own.name == column).unwrap();
                let empty = table.rows.iter().all(|row| row[at] == Figure::Empty);
                assert_eq!(empty, !known, "{name}: {column}");
            }
        }
    }
}

/// Shares are written one way on the page: those of chances, of shocks and of what the field reports.
#[test]
fn shares_are_written_one_way() {
    let open = || -> Result<Box<dyn Files>, Error> {
        Ok(Box::new(DiskFolder::open(Path::new("scenarios/ri-hez"))?))
    };
    let draft = |cases: &mut Cases| cases.draft("base");
    let origin = Origin { open: &open, draft: &draft, cases: &["base"], file: "chance.toml" };
    let futures = 0..20;
    let ask = Ask { seed: 7, futures, threads: 1, through: None, keeps: false, giver: None };
    let futures = Futures::run(&origin, &ask, &|_| {}).unwrap();
    let page = text::encode(&chance::page(&futures), 100, Colour::Without);
    let shares: Vec<&str> = page.match_indices('%').map(|(at, _)| &page[..at]).collect();
    assert!(shares.len() > 10 && page.contains("69 %"), "{page}");
    assert!(shares.iter().all(|before| before.ends_with(' ')), "{page}");
}

/// Ranges run apart and merged say what one run of them all says, to the byte; what does not belong together is refused.
#[test]
fn kept_ranges_merge_to_the_figures_of_one_run() {
    let folder = Folder::new(PLAN, RATE);
    let kept_of = |seed: u64, range: Range<u64>| folder.kept(seed, range);
    let merged = |digest: &str, files: &[Value]| -> Result<(String, Vec<Split>), String> {
        let named = ["one.json", "two.json"].map(str::to_string).into_iter();
        let files: Vec<(String, Value)> = named.zip(files.iter().cloned()).collect();
        let ask =
            Ask { seed: 7, futures: 0..1, threads: 1, through: None, keeps: true, giver: None };
        let mut futures = folder.with(|origin| Futures::none(origin, &ask)).unwrap();
        kept::merge(&mut futures, digest, &files)?;
        futures.average().unwrap();
        Ok((chance::record(&futures).to_string(), futures.tally.splits))
    };
    let (first, second) = (kept_of(7, 0..700), kept_of(7, 700..1_500));
    let whole = folder.run(7, 0..1_500, 2).unwrap();
    assert!(whole.tally.splits.iter().flat_map(|split| &split.parts).any(|part| part[1] > 0));
    let whole = (chance::record(&whole).to_string(), whole.tally.splits);
    assert_eq!(merged("digest", &[second.clone(), first.clone()]), Ok(whole));
    let refused = |digest: &str, files: &[Value]| merged(digest, files).unwrap_err();
    assert_eq!(
        refused("another", std::slice::from_ref(&first)),
        "one.json is of a plan folder whose files were not the same as they are now"
    );
    assert_eq!(
        refused("digest", &[first.clone(), kept_of(8, 700..900)]),
        "two.json is of another seed: 8, not 7"
    );
    assert_eq!(
        refused("digest", &[first.clone(), kept_of(7, 800..900)]),
        "futures 700 to 799 are in no file"
    );
    assert_eq!(
        refused("digest", &[first.clone(), kept_of(7, 600..900)]),
        "futures 600 to 699 are in two files"
    );
    for other in ["{}", "[]", "1"] {
        let other: Value = serde_json::from_str(other).unwrap();
        let why = refused("digest", &[first.clone(), other]);
        assert_eq!(why, "two.json is not what `--keep` writes");
    }
    for changed in ["/tally/values", "/tally/brought/0", "/tally/core_gap", "/futures/1", "/sha256"]
    {
        let mut broken = second.clone();
        *broken.pointer_mut(changed).unwrap() = serde_json::json!(1);
        let why = refused("digest", &[first.clone(), broken]);
        assert_eq!(why, "two.json is not as `--keep` wrote it", "{changed}");
    }
}

#[test]
fn another_stream_leaves_the_draws_of_others_as_they_were() {
    let more =
        format!("{RATE}[chance.gift]\nodds = \"30%\"\nthen.stream.gift.status = \"secured\"\n");
    let plan = format!(
        "{PLAN}[stream.gift]\nkind = \"partner\"\nfunder = \"G\"\nstatus = \"prospective\"\nmonthly = 10\nfrom = \"2026-01\"\n\
         until = \"2026-12\"\npays-for = [\"convene\"]\n"
    );
    let (one, other) = (Folder::new(PLAN, RATE), Folder::new(&plan, &more));
    for number in [0, 1, 8_123] {
        let (one, other) = (one.replayed(7, number), other.replayed(7, number));
        let drawn = |replayed: &Replayed, id: &str| -> Outcome {
            let at = replayed.chances.chances.iter().position(|chance| chance.id == id).unwrap();
            replayed.outcomes[at]
        };
        for id in ["rate", "stream.grant"] {
            assert_eq!(drawn(&one, id), drawn(&other, id));
        }
    }
}

/// The page of one future tells values as people read them, its record as a plan writes them.
#[test]
fn a_replayed_future_tells_its_values_in_their_units() {
    let from = "[chance.from]\nof = \"stream.payer.from\"\nuniform = [\"2026-03\", \"2026-04\"]\n";
    let replayed = Folder::new(PLAN, &format!("{RATE}{from}")).replayed(7, 3);
    let page = text::encode(&chance::replay(&replayed, (7, 3), "f"), 100, Colour::Without);
    let record = chance::replay_record(&replayed, (7, 3));
    let outcome = |id: &str| {
        let mut outcomes = record["outcomes"].as_array().unwrap().iter();
        outcomes.find(|one| one["chance"] == id).unwrap()["outcome"].as_str().unwrap().to_string()
    };
    let row = |id: &str| {
        page.lines().find(|line| line.trim_start().starts_with(id)).unwrap().trim_end().to_string()
    };
    assert!(row("rate ").ends_with(&format!(" ${}", outcome("rate"))), "{page}");
    let from = if outcome("from") == "2026-03" { " Mar 2026" } else { " Apr 2026" };
    assert!(row("from ").ends_with(from), "{page}");
}

/// Each end and each event makes a plan, and some of them together do not: the first such future is told by its number.
#[test]
fn a_future_that_is_no_plan_is_told_by_its_number() {
    let chance = "[chance.late]\nof = \"stream.payer.from\"\nuniform = [\"2026-01\", \"2026-09\"]\n\
                  [chance.short]\nodds = \"50%\"\nthen.stream.payer.until = \"2026-06\"\n";
    let folder = Folder::new(PLAN, chance);
    let error = folder.run(7, 0..100, 1).unwrap_err();
    let message = &error.diagnostics()[0].message;
    let number = message.strip_prefix("future ").unwrap().split(' ').next().unwrap();
    let number: u64 = number.parse().unwrap();
    assert!(message.contains("is no plan"), "{message}");
    assert!(number == 0 || folder.run(7, 0..number, 1).is_ok());
    let replayed = folder.with(|origin| Replayed::future(origin, 7, number).map(|_| ()));
    assert!(replayed.unwrap_err().is_input());
}

/// Chances of a random plan: of each stream its amount and the share of its cap, and that it comes or is taken away.
fn random_chances(plan: &str) -> String {
    let mut text = String::new();
    let mut stream: Option<&str> = None;
    let mut table = "";
    for line in plan.lines() {
        if let Some(name) = line.strip_prefix("[stream.") {
            table = name.trim_end_matches(']');
            let id = table.split('.').next().unwrap();
            if table == id {
                stream = Some(id);
            }
        } else if line.starts_with('[') {
            (stream, table) = (None, "");
        }
        if line.starts_with("[driver.members]") {
            text += "[chance.members]\nof = \"driver.members.start\"\nuniform = [500, 1_600]\n";
        }
        let (Some(id), Some((key, value))) = (stream, line.split_once(" = ")) else { continue };
        let number: usize = id[1..].parse().unwrap();
        match key {
            "status" if value != "\"secured\"" => {
                writeln!(
                    text,
                    "[chance.{id}-comes]\nodds = \"60%\"\nthen.stream.{id}.status = \"secured\""
                )
                .unwrap();
            }
            "funder" if number % 4 == 3 => {
                writeln!(text, "[chance.{id}-gone]\nodds = \"20%\"\nthen.stream.{id}.drop = true")
                    .unwrap();
            }
            "award" | "monthly" | "yearly" if table.contains("terms") || table == id => {
                let dollars: f64 = value.trim_matches('"').parse().unwrap();
                writeln!(
                    text,
                    "[chance.{id}-{key}]\nof = \"stream.{table}.{key}\"\nuniform = [\"{:.2}\", \"{:.2}\"]",
                    dollars / 2.0,
                    dollars * 1.25 + 1.0
                )
                .unwrap();
            }
            "cap" if number.is_multiple_of(3) && value.contains("share") => {
                writeln!(text, "[chance.{id}-cap]\nof = \"stream.{id}.cap.1.share\"\nuniform = [\"1%\", \"99%\"]").unwrap();
            }
            "rate" if table.ends_with("terms") && !value.contains('%') => {
                writeln!(text, "[chance.{id}-rate]\nof = \"stream.{table}.rate\"\ntriangular = [\"0.10\", \"4.00\", \"40.00\"]").unwrap();
            }
            _ => {}
        }
    }
    text
}

/// A plan of which the course is laid out once: chances change what its streams bring and nothing else.
fn of_one_course(mut parts: plans::Parts) -> plans::Parts {
    for stream in &mut parts.streams {
        // No loan that is repaid, and no income of an award's project.
        stream.kind %= 9;
        stream.under &= 15;
    }
    for cost in &mut parts.costs {
        cost.form %= 4;
    }
    parts
}

/// The figures of each future are those of its own forecast, whichever way it was run; both ways were taken by many.
#[test]
fn a_future_comes_to_what_its_own_forecast_says() {
    let cases = std::env::var_os("PROPTEST_CASES")
        .and_then(|cases| cases.to_str().and_then(|cases| cases.parse().ok()));
    let config = ProptestConfig {
        max_global_rejects: 100_000,
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases.unwrap_or(400))
    };
    let (plans, poured) = (Cell::new(0_u64), Cell::new(0_u64));
    let law = |(parts, one_course): (plans::Parts, bool)| {
        let parts = if one_course { of_one_course(parts) } else { parts };
        let plan = parts.text();
        let chance = random_chances(&plan);
        let folder = Folder::new(&plan, &chance);
        // Chances at whose ends the plan is none are refused: the law is about the others.
        prop_assume!(!chance.is_empty());
        let Ok(first) = folder.run(5, 0..1, 1) else {
            return Err(TestCaseError::reject("no plan"));
        };
        plans.set(plans.get() + 1);
        poured.set(poured.get() + first.tally.poured);
        folder.holds(5, 0..4);
        Ok(())
    };
    let strategy = (plans::parts(), prop::bool::weighted(0.8));
    TestRunner::new(config).run(&strategy, law).unwrap();
    let (plans, poured) = (plans.get(), poured.get());
    assert!(poured * 2 > plans && poured * 10 < plans * 9, "{poured} of {plans} plans");
}

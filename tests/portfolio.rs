//! Portfolios: who runs out first, where a sum would close most, and a folder that cannot be read.

#![allow(clippy::unwrap_used)]

mod plans;

use std::path::Path;
use std::process::Command;

use braidfund::braid::Method;
use braidfund::decide::portfolio::{Ask, Ends, Part, Portfolio, Sum};
use braidfund::export::json;
use braidfund::export::text::{self, Colour};
use braidfund::folder::{self, DiskFolder, Files, MemoryFolder};
use braidfund::forecast::{Forecast, Question, Spent};
use braidfund::funding::Status;
use braidfund::money::Money;
use braidfund::month::Month;
use braidfund::plan::Plan;
use braidfund::report::portfolio;
use braidfund::timeline::Selection;
use plans::parts;
use proptest::prelude::*;

/// Core cost of 1,000 a month for two years, data of 500, and a grant that pays the core of nine months.
const NORTH: &str = r#"
[plan]
title = "North"
start = "2026-01"
months = 24
[cost.staff]
function = "convene"
monthly = 1_000
[cost.registry]
function = "data"
priority = "essential"
monthly = 500
[stream.seed]
title = "Seed grant"
kind = "grant"
funder = "F"
status = "secured"
award = 9_000
from = "2026-01"
until = "2026-12"
pays-for = ["convene"]
"#;

/// Core cost of 2,000 a month for two years, which the county pays for eleven months.
const SOUTH: &str = r#"
[plan]
title = "South"
start = "2026-01"
months = 24
[cost.staff]
function = "convene"
monthly = 2_000
[stream.county]
title = "County line"
kind = "public"
funder = "County"
status = "secured"
from = "2026-01"
until = "2026-11"
pays-for = ["convene"]
[stream.county.terms]
method = "appropriation"
by-year = { FY2026 = 22_000 }
"#;

fn dollars(amount: i64) -> Money {
    Money::from_cents(amount * 100)
}

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn sum(amount: Money, from: &str, pays_for: &[&str]) -> Option<Sum> {
    let pays_for = pays_for.iter().map(|selector| (*selector).to_string()).collect();
    Some(Sum { amount, from: month(from), until: None, pays_for })
}

fn ask(sum: Option<Sum>, threads: usize) -> Ask {
    Ask { case: "base".to_string(), question: Question::default(), sum, threads }
}

fn beside(texts: &[(&str, &str)], ask: Ask) -> Portfolio {
    let names: Vec<String> = texts.iter().map(|(name, _)| (*name).to_string()).collect();
    let open = |place: usize| -> Result<Box<dyn Files>, _> {
        Ok(Box::new(MemoryFolder::new([("plan.toml", texts[place].1)])))
    };
    Portfolio::from_folders(&names, &open, ask).unwrap()
}

fn order(portfolio: &Portfolio) -> Vec<&str> {
    portfolio.partnerships.iter().map(|one| one.name.as_str()).collect()
}

fn laid(portfolio: &Portfolio) -> &[Part] {
    &portfolio.laid.as_ref().unwrap().parts
}

#[test]
fn who_runs_out_first_stands_first() {
    let paid = NORTH.replace("monthly = 1_000", "monthly = 100");
    let texts = [("paid", paid.as_str()), ("south", SOUTH), ("north", NORTH), ("again", NORTH)];
    let found = beside(&texts, ask(None, 2));
    // North has nothing from October on, south from December on, and 9,000 pay 100 a month of one year only.
    assert_eq!(order(&found), ["again", "north", "south", "paid"], "then by name");
    let firsts = found.partnerships.iter().map(|one| one.next_core_gap.unwrap().to_string());
    assert_eq!(firsts.collect::<Vec<_>>(), ["2026-10", "2026-10", "2026-12", "2027-01"]);
    let Ends::Spent(when, falling) = &found.partnerships[2].ends else { panic!("the line ends") };
    assert_eq!((when.to_string(), falling[0].title.as_str()), ("2026-11".into(), "County line"));
    let north = &found.partnerships[1];
    assert_eq!(north.measures.total.gap, [dollars(15_000), dollars(12_000), Money::ZERO]);
    assert_eq!(north.measures.runway.core_months, Some(7), "three months ahead are looked at");
    let Ends::Spent(when, falling) = &north.ends else { panic!("the grant ends") };
    assert_eq!((when.to_string(), falling.len()), ("2026-09".to_string(), 1), "it is spent");
    assert_eq!((falling[0].title.as_str(), falling[0].fall), ("Seed grant", dollars(9_000)));
    assert_eq!(north.dependable.unwrap().to_string(), "0");
}

/// The first grant pays January to June, the second July to September and half of October: October is unpaid for want of
/// both.
#[test]
fn all_that_ended_in_the_year_before_runs_out_also_in_the_month_itself() {
    let grant = |id: &str, award: u32| {
        format!(
            "[stream.{id}]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = {award}\n\
             from = \"2026-01\"\nuntil = \"2026-12\"\npays-for = [\"convene\"]\n"
        )
    };
    let (head, _) = NORTH.split_once("[stream.seed]").unwrap();
    let order = "[policy]\norder = [\"first\", \"second\"]\n";
    let text = format!("{head}{order}{}{}", grant("first", 6_000), grant("second", 3_500));
    let found = beside(&[("two", text.as_str())], ask(None, 1));
    let one = &found.partnerships[0];
    assert_eq!(one.next_core_gap, Some(month("2026-10")));
    let Ends::Spent(when, falling) = &one.ends else { panic!("a grant is used up") };
    assert_eq!(*when, month("2026-10"));
    let falling: Vec<_> = falling.iter().map(|one| (one.title.as_str(), one.fall)).collect();
    assert_eq!(falling, [("First", dollars(6_000)), ("Second", dollars(3_500))]);
}

/// Cash that nobody stated would run out in the first month; that of the other runs out later, and is known.
#[test]
fn cash_that_is_not_stated_counts_in_no_order() {
    let stated = format!("{NORTH}[opening]\nunrestricted-cash = 5_000\n");
    let found = beside(&[("apart", NORTH), ("stated", stated.as_str())], ask(None, 1));
    assert_eq!(order(&found), ["stated", "apart"]);
    let out = found.partnerships.iter().map(|one| one.cash_runs_out().is_some());
    assert_eq!(out.collect::<Vec<_>>(), [true, false]);
    let runways = found.partnerships.iter().map(|one| one.measures.runway.core_months);
    assert_eq!(runways.collect::<Vec<_>>(), [Some(7), Some(7)], "cash alone tells them apart");
}

/// A grant that paid eighteen months fell by what it paid in the last twelve; of two that end together the larger stands first;
/// what ended two years before is no reason, nor is what still pays in the plan's last month.
#[test]
fn what_ended_is_told_by_its_last_year_and_only_where_it_did() {
    let one = |text: &str| beside(&[("one", text)], ask(None, 1)).partnerships.remove(0);
    let long = NORTH.replace("months = 24", "months = 36").replace("9_000", "18_000");
    let Ends::Spent(when, falling) = one(&long.replace("2026-12", "2027-12")).ends else {
        panic!("a grant is used up")
    };
    assert_eq!((when, falling[0].fall), (month("2027-06"), dollars(12_000)));

    let desk = "[cost.desk]\nfunction = \"engage\"\nmonthly = 500\n\
                [stream.alpha]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = 4_500\n\
                from = \"2026-01\"\nuntil = \"2026-12\"\npays-for = [\"engage\"]\n";
    let Ends::Spent(_, falling) = one(&format!("{NORTH}{desk}")).ends else { panic!("both end") };
    let falling: Vec<_> = falling.iter().map(|one| (one.title.as_str(), one.fall)).collect();
    assert_eq!(falling, [("Seed grant", dollars(9_000)), ("Alpha", dollars(4_500))]);

    let levy = "[stream.levy]\nkind = \"public\"\nfunder = \"County\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
                evergreen = \"a levy\"\npays-for = [\"convene\"]\n[stream.levy.terms]\nmethod = \"levy\"\n\
                base = 12_000\nrate = \"100%\"\n";
    let dearer = NORTH
        .replace("months = 24", "months = 48")
        .replace("monthly = 1_000", "yearly = [12_000, 12_000, 12_000, 60_000]")
        .replace("award = 9_000", "award = 1_000");
    assert_eq!(one(&format!("{dearer}{levy}")).ends, Ends::Short);

    let last = NORTH.replace("months = 24", "months = 12").replace("9_000", "11_500");
    assert_eq!(one(&last).ends, Ends::Short);
}

/// The first of three grants ended more than twelve months before the last; of the second counts what it paid in these twelve:
/// May and June of 2026.
#[test]
fn what_ended_longer_ago_is_not_told() {
    let grant = |id: &str, award: u32, from: &str, until: &str| {
        format!(
            "[stream.{id}]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = {award}\n\
             from = \"{from}\"\nuntil = \"{until}\"\npays-for = [\"convene\"]\n"
        )
    };
    let (head, _) = NORTH.split_once("[stream.seed]").unwrap();
    let (first, second) = (("2026-01", "2026-02"), ("2026-03", "2026-06"));
    let text = [
        head.to_string(),
        grant("first", 2_000, first.0, first.1),
        grant("second", 4_000, second.0, second.1),
        grant("third", 10_000, "2026-07", "2027-04"),
    ]
    .concat();
    let one = beside(&[("three", text.as_str())], ask(None, 1)).partnerships.remove(0);
    assert_eq!(one.next_core_gap, Some(month("2027-05")));
    let Ends::Spent(when, falling) = one.ends else { panic!("grants are used up") };
    let falling: Vec<_> = falling.iter().map(|one| (one.title.as_str(), one.fall)).collect();
    assert_eq!(
        (when, falling),
        (month("2027-04"), vec![("Third", dollars(10_000)), ("Second", dollars(2_000))])
    );
}

/// Money for anything that is likely or hoped for may pay, though no secured money may: said with the view that counts it.
#[test]
fn money_that_the_view_does_not_count_is_hinted_at() {
    let told = |status: &str, view: Status| {
        let text = NORTH.replace("\"convene\"]", "\"data\"]");
        let likely = "[stream.hope]\nkind = \"grant\"\nfunder = \"F\"\naward = 1_000\nfrom = \"2026-01\"\n\
                      until = \"2026-01\"\npays-for = [\"anything\"]\n";
        let text = format!("{text}{likely}status = \"{status}\"\n");
        let ask = Ask { question: Question { view, ..Question::default() }, ..ask(None, 1) };
        let found = beside(&[("one", text.as_str())], ask);
        let page = text::encode(&portfolio::page(&found), 200, Colour::Without);
        let start = page.find("one: core costs").unwrap();
        page[start..].lines().next().unwrap().to_string()
    };
    let unpaid = "one: core costs are first unpaid in Jan 2026";
    let secured = |hint: &str| format!("{unpaid}: no secured money may pay them{hint}.");
    let hint = |view: &str| secured(&format!("; `--view {view}` counts money that may"));
    assert_eq!(told("likely", Status::Secured), hint("likely"));
    assert_eq!(told("prospective", Status::Secured), hint("all"));
    let neither = format!(
        "{unpaid}: no secured or likely money may pay them; `--view all` counts money that may."
    );
    assert_eq!(told("prospective", Status::Likely), neither);
}

/// Both lack something in October; one lacks 10 of it, and most only from January on. What is past takes nothing of a sum.
#[test]
fn a_shorter_runway_comes_first_and_a_sum_pays_nothing_of_the_past() {
    let small = "[cost.visit]\nfunction = \"data\"\nmonthly = 10\nfrom = \"2026-10\"\nuntil = \"2026-10\"\n";
    let long = format!("{}{small}", NORTH.replace("9_000", "12_000"));
    let found = beside(&[("a-long", long.as_str()), ("short", NORTH)], ask(None, 1));
    assert!(found.partnerships.iter().all(|one| one.next_core_gap == Some(month("2026-10"))));
    assert_eq!(order(&found), ["short", "a-long"]);

    let seen = NORTH.replace("months = 24", "months = 24\nas-of = \"2026-12\"");
    let mut given = sum(dollars(2_000), "2026-10", &["anything"]);
    given.as_mut().unwrap().until = Some(month("2030-12"));
    let found = beside(&[("seen", seen.as_str())], ask(given, 1));
    let months = laid(&found)[0].cells.iter().map(|cell| cell.month.to_string());
    assert_eq!(months.collect::<Vec<_>>(), ["2026-12", "2027-01"]);
}

/// What was unpaid before `as-of` is past; what may not pay is no money that falls short.
#[test]
fn what_runs_out_is_seen_from_as_of_on_and_told_by_what_may_pay() {
    let short = SOUTH.replace("months = 24", "months = 12");
    let (head, _) = short.split_once("[stream.county.terms]").unwrap();
    let levy = "[stream.county.terms]\nmethod = \"levy\"\nbase = 12_000\nrate = \"100%\"\n";
    let short = format!("{head}{levy}").replace("2026-11", "2026-12");
    let wrong = NORTH.replace("months = 24", "months = 12");
    let wrong = wrong.replace("pays-for = [\"convene\"]", "pays-for = [\"data\"]");
    let later = SOUTH.replace("months = 24", "months = 24\nas-of = \"2026-06\"");
    let later = later.replace("from = \"2026-01\"\nuntil", "from = \"2026-03\"\nuntil");
    let texts = [("short", short.as_str()), ("wrong", wrong.as_str()), ("later", later.as_str())];
    let found = beside(&texts, ask(None, 1));
    let named = |name: &str| found.partnerships.iter().find(|one| one.name == name).unwrap();
    let ends = (&named("wrong").ends, &named("short").ends);
    assert_eq!(ends, (&Ends::NoneMayPay(None), &Ends::Short));
    let later = named("later");
    assert_eq!(later.measures.first_core_gap, Some(month("2026-01")));
    assert!(later.next_core_gap.unwrap() > month("2026-06"), "the past is past");
}

/// The levy pays for data alone; half of it goes into a pool that pays half of what convening costs, by the county's leave.
#[test]
fn what_a_pool_may_pay_falls_short() {
    let (head, _) = NORTH.split_once("[stream.seed]").unwrap();
    let levy = "[stream.levy]\nkind = \"public\"\nfunder = \"County\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
                until = \"2026-12\"\npays-for = [\"data\"]\n[stream.levy.terms]\nmethod = \"levy\"\nbase = 12_000\n\
                rate = \"100%\"\n";
    let pool = "[pool.fund]\nmembers = { levy = \"50%\" }\npays-for = [\"convene\"]\ngoverned-by = \"Charter\"\n\
                authority = \"A resolution of the county\"\n";
    let alone = format!("{}{levy}", head.replace("months = 24", "months = 12"));
    let pooled = format!("{alone}{pool}");
    for (text, ends) in [(&alone, Ends::NoneMayPay(None)), (&pooled, Ends::Short)] {
        assert_eq!(beside(&[("one", text)], ask(None, 1)).partnerships[0].ends, ends, "{text}");
    }
}

/// Alpha's 1,000 a month end with 2027, and a gift takes their place until Beta's end in June 2029, from when on nothing pays: that
/// is Beta's fall, which lies nearer than Alpha's.
#[test]
fn of_two_falls_the_one_before_the_gap_is_told() {
    let stream = |id: &str, award: u32, from: &str, until: &str| {
        format!(
            "[stream.{id}]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = {award}\n\
             from = \"{from}\"\nuntil = \"{until}\"\npays-for = [\"convene\"]\n"
        )
    };
    let (head, _) = NORTH.split_once("[stream.seed]").unwrap();
    let text = [
        head.replace("months = 24", "months = 60").replace("1_000", "2_000"),
        stream("alpha", 24_000, "2026-01", "2027-12"),
        stream("beta", 42_000, "2026-01", "2029-06"),
        stream("gift", 18_000, "2028-01", "2029-06"),
    ]
    .concat();
    let found = beside(&[("one", &text)], ask(None, 1));
    let one = &found.partnerships[0];
    assert_eq!(one.next_core_gap, Some(month("2029-07")));
    let Ends::Money(when, falling) = &one.ends else { panic!("{:?}", one.ends) };
    let falling: Vec<_> = falling.iter().map(|own| (own.title.as_str(), own.fall)).collect();
    assert_eq!((*when, falling), (month("2029-07"), vec![("Beta", dollars(12_000))]));
}

/// From October 2026 on: north lacks 1,000 in October and in November; in December north lacks 1,000 and south 2,000; in
/// January both again. 6,000 pay October to December and, of January, north's 1,000.
#[test]
fn a_sum_is_laid_core_first_then_by_month_as_worked_by_hand() {
    let texts = [("north", NORTH), ("south", SOUTH)];
    let found = beside(&texts, ask(sum(dollars(6_000), "2026-10", &["anything"]), 2));
    let [north, south] = laid(&found) else { panic!("two parts") };
    assert_eq!(north.planned, [dollars(4_000), Money::ZERO, Money::ZERO]);
    assert_eq!(south.planned, [dollars(2_000), Money::ZERO, Money::ZERO]);
    assert_eq!((north.closes, south.closes), (north.planned, south.planned));
    let first = [Some(month("2026-10")), Some(month("2027-02"))];
    assert_eq!(north.next_core_gap, first);
    assert_eq!(south.next_core_gap, [Some(month("2026-12")), Some(month("2027-01"))]);
    let cells = north.cells.iter().map(|cell| (cell.month.to_string(), cell.line.as_str()));
    let months = ["2026-10", "2026-11", "2026-12", "2027-01"];
    let expected = months.map(|month| (month.to_string(), "staff"));
    assert_eq!(cells.collect::<Vec<_>>(), expected);

    // In the other order of the list south comes first in December: 4,000 end there.
    let four = || ask(sum(dollars(4_000), "2026-10", &["anything"]), 2);
    let amounts = |found: &Portfolio| laid(found).iter().map(Part::amount).collect::<Vec<_>>();
    assert_eq!(amounts(&beside(&texts, four())), [dollars(3_000), dollars(1_000)]);
    let turned = [texts[1], texts[0]];
    assert_eq!(amounts(&beside(&turned, four())), [dollars(2_000), dollars(2_000)]);

    // Core costs first, whatever the month: north's data comes after south's December of 2027.
    let all = beside(&texts, ask(sum(dollars(100_000), "2026-10", &["anything"]), 2));
    let expected = [dollars(15_000), dollars(7_500), Money::ZERO];
    assert_eq!(laid(&all)[0].planned, expected);
    assert_eq!(laid(&all)[1].planned, [dollars(26_000), Money::ZERO, Money::ZERO]);
    assert_eq!(all.laid.as_ref().unwrap().left, dollars(100_000 - 48_500));
    let some = beside(&texts, ask(sum(dollars(42_000), "2026-10", &["anything"]), 2));
    assert_eq!(laid(&some)[0].planned, [dollars(15_000), dollars(1_000), Money::ZERO]);
}

#[test]
fn a_sum_pays_only_for_what_it_names_in_its_months() {
    let texts = [("north", NORTH), ("south", SOUTH)];
    let data = beside(&texts, ask(sum(dollars(6_000), "2026-12", &["data"]), 1));
    let parts = laid(&data);
    assert_eq!(parts[0].planned, [Money::ZERO, dollars(6_000), Money::ZERO]);
    assert!(parts[0].cells.iter().all(|cell| cell.line == "registry"));
    assert_eq!(parts[0].cells[0].month, month("2026-12"));
    assert_eq!(parts[1].amount(), Money::ZERO);
    let named = beside(&texts, ask(sum(dollars(6_000), "2026-12", &["cost.registry"]), 1));
    assert_eq!(laid(&named)[0].planned, parts[0].planned);
    let why = &laid(&named)[1].refused.as_ref().unwrap().message;
    assert!(why.contains("registry"), "south has no such cost: {why}");
    let mut window = sum(dollars(6_000), "2026-11", &["anything"]);
    window.as_mut().unwrap().until = Some(month("2026-12"));
    let within = beside(&texts, ask(window, 1));
    assert_eq!(laid(&within)[0].planned, [dollars(2_000), dollars(1_000), Money::ZERO]);
    assert_eq!(laid(&within)[1].planned, [dollars(2_000), Money::ZERO, Money::ZERO]);
    // What may be spent after a plan's end alone is refused by no plan that has the cost.
    for until in [None, Some(month("2031-12"))] {
        let mut after = sum(dollars(6_000), "2030-01", &["cost.registry"]);
        after.as_mut().unwrap().until = until;
        let gone = beside(&texts, ask(after, 1));
        assert_eq!(gone.laid.as_ref().unwrap().left, dollars(6_000));
        let refused = laid(&gone).iter().map(|part| part.refused.is_some());
        assert_eq!(refused.collect::<Vec<_>>(), [false, true], "{until:?}");
    }
}

/// The stream takes the first id that no stream has.
#[test]
fn the_sum_takes_a_free_id() {
    let taken = NORTH.replace("stream.seed", "stream.portfolio-sum");
    let texts = [("north", NORTH), ("taken", taken.as_str())];
    let found = beside(&texts, ask(sum(dollars(2_000), "2026-10", &["anything"]), 1));
    let ids = laid(&found).iter().map(|part| part.stream.as_deref().unwrap());
    assert_eq!(ids.collect::<Vec<_>>(), ["portfolio-sum", "portfolio-sum-2"]);
}

#[test]
fn a_bad_folder_is_told_and_does_not_stop_the_rest() {
    let bad = NORTH.replace("monthly = 1_000", "monthli = 1_000");
    let texts = [("bad", bad.as_str()), ("north", NORTH), ("south", SOUTH)];
    let asked = || sum(dollars(6_000), "2026-10", &["anything"]);
    let found = beside(&texts, ask(asked(), 2));
    assert_eq!(order(&found), ["north", "south"]);
    assert_eq!(found.unread.len(), 1);
    assert!(found.unread[0].error.is_input());
    let good = beside(&texts[1..], ask(asked(), 2));
    let amounts =
        |found: &Portfolio| laid(found).iter().map(|part| part.closes).collect::<Vec<_>>();
    assert_eq!(amounts(&found), amounts(&good), "the others are as without it");

    let output = Command::new(env!("CARGO_BIN_EXE_braid"))
        .args(["portfolio", "tests/no-such-folder", "scenarios/reading-ccp", "--color", "never"])
        .output()
        .unwrap();
    let (page, told) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    let (page, told) = (page.unwrap(), told.unwrap());
    assert_eq!(output.status.code(), Some(2));
    assert!(page.contains("tests/no-such-folder: could not be read: 1 error."), "{page}");
    assert!(page.contains("scenarios/reading-ccp: core costs are first unpaid in May 2022"));
    assert!(told.contains("error[E0101]") && told.contains("1 error; the others go on"), "{told}");
}

/// What a source paid of the costs that go unpaid is told as that: it paid $800,000 in all.
#[test]
fn what_paid_for_these_costs_is_told_as_theirs() {
    let output = Command::new(env!("CARGO_BIN_EXE_braid"))
        .args(["portfolio", "scenarios/ri-hez", "--color", "never"])
        .output()
        .unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = "core costs are first unpaid in Apr 2025. Paid for these in the twelve months through Apr 2025, and no longer: \
                \u{201c}Money found for FY2025 after general revenue was refused\u{201d} (grant, $1,270,833 of them), \
                \u{201c}Other money that the request counted on\u{201d} (grant, $487,500 of them) and \u{201c}Money of \
                FY2024, not published\u{201d} (public money, $375,000 of them).";
    assert!(page.contains(told), "{page}");
    let basis = "scenarios/ri-hez does not state its cash in hand: no month in which it runs out is told, and none \
                 counts in the order.";
    assert!(page.contains(basis), "{page}");
    // Every figure has its month, its unit and its period.
    let row = "scenarios/ri-hez Apr 2024 Apr 2025 10 months not stated 0 %";
    let heads = "Partnership Seen from Core first unpaid Runway Cash runs out Dependable";
    let period = "Dependable: the share of the core cost of the twelve months from the month seen from that dependable \
                  money covers.";
    let unit = "What stays unpaid over each plan, in dollars";
    assert!([row, heads, period, unit].iter().all(|words| page.contains(words)), "{page}");
}

#[test]
fn a_folder_counts_once_by_whatever_path() {
    let output = Command::new(env!("CARGO_BIN_EXE_braid"))
        .args(["portfolio", "scenarios/ri-hez", "scenarios/../scenarios/ri-hez/plan.toml"])
        .args(["scenarios/ri-hez", "--color", "never"])
        .output()
        .unwrap();
    let (page, told) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    let (page, told) = (page.unwrap(), told.unwrap());
    assert_eq!(output.status.code(), Some(0));
    assert!(page.starts_with("Portfolio: 1 partnership\n"), "{page}");
    let again =
        "note: `scenarios/../scenarios/ri-hez` is the folder `scenarios/ri-hez`: it counts once";
    assert!(told.contains(again), "{told}");
    assert!(told.contains("note: `scenarios/ri-hez` is named twice: it counts once"), "{told}");
}

#[test]
fn wrong_sums_are_refused() {
    let refused = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_braid"))
            .args(["portfolio", "scenarios/reading-ccp"])
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&["--sum", "5"]).contains("--from"));
    assert!(refused(&["--sum=-5", "--from", "2027-01"]).contains("no sum of dollars"));
    assert!(refused(&["--sum", "0", "--from", "2027-01"]).contains("no sum of dollars"));
    assert!(refused(&["--sum", "5", "--from", "2027"]).contains("not a month"));
    let turned = ["--sum", "5", "--from", "2027-02", "--until", "2027-01"];
    assert!(refused(&turned).contains("ends before it begins"));
    let unknown = ["--sum", "5", "--from", "2022-05", "--pays-for", "cost.nothing"];
    assert!(refused(&unknown).contains("the sum does not fit its plan"));
    let large = refused(&["--sum", "10000000000000", "--from", "2027-01"]);
    assert!(
        large.contains("more than the largest sum") && large.contains("at most 9999999999999.99")
    );
    // Also where the plan ends before the sum begins.
    for from in ["2022-05", "2050-01"] {
        let told = refused(&["--sum", "5", "--from", from, "--pays-for", "layer.bakbone"]);
        assert!(told.contains("layer `bakbone` selects nothing"), "{told}");
        assert!(told.contains("  = help: did you mean `layer.backbone`?"), "{told}");
    }
    let quoted = ["--sum", "5", "--from", "2022-05", "--pays-for", "a\"]\naward = 1\nx = [\""];
    assert!(refused(&quoted).contains("the sum does not fit its plan"), "nothing slips in");
}

/// The gaps of the optimal braid of a plan, by priority.
fn gaps(plan: &Plan) -> [Money; 3] {
    let selection = Selection::View(Question::default().view);
    let ledger = Spent::from_plan(plan, selection, Method::Optimal).unwrap().ledger;
    let mut gaps = [Money::ZERO; 3];
    for line in &ledger.lines {
        gaps[line.priority as usize] += line.gap.iter().sum();
    }
    gaps
}

/// A plan's text with a part of a sum written into it.
fn with_part(text: &str, part: &Part, (from, until): (Month, Month)) -> String {
    let id = part.stream.as_ref().unwrap();
    format!(
        "{text}\n[stream.{id}]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = {}\n\
         from = \"{from}\"\nuntil = \"{until}\"\npays-for = [\"anything\"]\n",
        part.amount()
    )
}

proptest! {
    /// The parts are no more than the sum; each closes what the difference of two forecasts says; and where no rule ties
    /// amounts together and needs are the same, that is the part itself, of core costs no less than was laid on them.
    #[test]
    fn a_sum_closes_what_is_laid(
        one in parts(), other in parts(), amount in 1..30_000_000_i64, after in 0..12_i32,
    ) {
        let plans = [one.plan(), other.plan()];
        let (one, other) = (one.text(), other.text());
        let texts = [("one", one.as_str()), ("other", other.as_str())];
        let from = month("2024-01").plus(after).unwrap();
        let amount = Money::from_cents(amount);
        let asked = || sum(amount, &from.to_string(), &["anything"]);
        let found = beside(&texts, ask(asked(), 2));
        prop_assert!(found.unread.is_empty());
        let parts = laid(&found);
        let whole: Money = parts.iter().map(Part::amount).sum();
        prop_assert_eq!(whole + found.laid.as_ref().unwrap().left, amount);
        for ((part, before), (_, text)) in parts.iter().zip(&plans).zip(&texts) {
            prop_assert_eq!(part.cells.iter().map(|cell| cell.amount).sum::<Money>(), part.amount());
            prop_assert!(part.cells.iter().all(|cell| cell.month >= from));
            if part.amount().is_zero() {
                prop_assert_eq!(part.closed(), Money::ZERO);
                continue;
            }
            let until = before.horizon.end();
            let after = plans::read(&with_part(text, part, (from, until)));
            let (without, with) = (gaps(before), gaps(&after));
            let closes: [Money; 3] = std::array::from_fn(|at| without[at] - with[at]);
            prop_assert_eq!(part.closes, closes);
            let free = after.restrictions.iter().all(|rules| !rules.ties_amounts());
            if free {
                prop_assert_eq!(part.closed(), part.amount());
                prop_assert!(part.closes[0] >= part.planned[0]);
            }
        }
        // Nothing that it may pay is left unpaid while some of it is left over.
        if found.laid.as_ref().unwrap().left.is_positive() {
            let more = beside(&texts, ask(sum(amount + amount, &from.to_string(), &["anything"]), 1));
            for (part, other) in parts.iter().zip(laid(&more)) {
                prop_assert_eq!(part.planned, other.planned);
            }
        }
        let record = |threads| json::encode(&portfolio::record(&beside(&texts, ask(asked(), threads))));
        prop_assert_eq!(record(1), record(7));
    }
}

#[test]
fn samples_close_what_is_laid_and_are_the_same_for_any_number_of_threads() {
    let folders = [
        "reading-ccp",
        "imperial-ach",
        "oakland-fy2020",
        "oakland-fy2021",
        "ri-hez",
        "reading-ccp",
    ];
    let names = folders.map(|name| format!("scenarios/{name}"));
    let open = |place: usize| -> Result<Box<dyn Files>, _> {
        Ok(Box::new(DiskFolder::open(Path::new(&names[place]))?))
    };
    let asked = || sum(dollars(2_500_000), "2020-01", &["layer.backbone", "layer.program"]);
    let on = |threads| Portfolio::from_folders(&names, &open, ask(asked(), threads)).unwrap();
    let found = on(1);
    for part in laid(&found) {
        assert_eq!(part.closes, part.planned, "{}", part.name);
    }
    assert_eq!(laid(&found).iter().map(Part::amount).sum::<Money>(), dollars(2_500_000));
    for threads in [2, 3, 8] {
        assert_eq!(portfolio::record(&on(threads)), portfolio::record(&found));
    }
    for one in &found.partnerships {
        let (Ends::Money(when, _) | Ends::Spent(when, _)) = &one.ends else { continue };
        assert!(one.next_core_gap.is_some_and(|first| *when <= first), "{}: {when}", one.name);
    }
    let first = &found.partnerships[0];
    let Ends::Money(when, falling) = &first.ends else { panic!("an award ends") };
    assert_eq!((when.to_string(), falling[0].fall.cents()), ("2019-09".to_string(), 28_333_333));
    let plan = folder::read(open(first.place).unwrap().as_ref(), "base").unwrap();
    let alone = Forecast::from_plan(&plan, Question::default()).unwrap();
    assert_eq!(first.measures, alone.measures, "each is forecast as it is alone");
}

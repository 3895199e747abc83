//! Bridge options: what is said of one is the difference of two forecasts that anybody can make, the least amount is least by
//! a cent, and cases worked by hand.

#![allow(clippy::unwrap_used)]

mod best;
mod futures;
mod least;
mod lender;
mod seen;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use braidfund::braid::Method;
use braidfund::decide::across::{Across, InFutures};
use braidfund::decide::best::{Offer, Term};
use braidfund::decide::bridge::{BridgeChoice, Seek};
use braidfund::decide::chance::{Origin, Replayed};
use braidfund::decide::effect::{Bridged, Uncounted};
use braidfund::decide::solve::{Aim, Case, Least};
use braidfund::error::Error;
use braidfund::export::text::{self, Colour};
use braidfund::folder::{self, Cases, DiskFolder, Files, MemoryFolder, Outcome, Way};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::{DueKind, Status};
use braidfund::money::{Money, Rate};
use braidfund::month::Month;
use braidfund::plan::cost::Priority;
use braidfund::report::{Cell, bridge};

/// Core cost of 1,200 a month for three years, dependable money from the third year on, nothing before it.
const PLAN: &str = r#"
[plan]
title = "T"
start = "2026-01"
months = 72
[cost.staff]
function = "convene"
monthly = 1_200
[stream.levy]
kind = "public"
funder = "County"
status = "secured"
from = "2028-01"
evergreen = "a levy without sunset"
notice-months = 12
pays-for = ["convene"]
[stream.levy.terms]
method = "levy"
base = 14_400
rate = "100%"
"#;

fn choose(
    plan: &str,
    options: &str,
    (scenarios, question, aim): (&[&str], Question, Option<Aim>),
) -> Result<BridgeChoice, Error> {
    let files = MemoryFolder::new([("plan.toml", plan), ("bridge.toml", options)]);
    let mut cases = Cases::open(&files, scenarios)?;
    let options = cases.options("bridge.toml")?;
    BridgeChoice::from_cases(
        &mut cases,
        scenarios,
        &options,
        question,
        Seek { aim, ..Seek::default() },
    )
}

fn base(options: &str, aim: Option<Aim>) -> BridgeChoice {
    choose(PLAN, options, (&["base"], Question::default(), aim)).unwrap()
}

fn option<'a>(choice: &'a BridgeChoice, id: &str) -> &'a Bridged {
    choice.scenarios[0].options.iter().find(|option| option.id == id).unwrap()
}

const GRANTS: &str = r#"
[funder]
cost-of-money = "12%"
[option.enough]
kind = "grant"
funder = "F"
status = "secured"
award = 28_800
from = "2026-01"
until = "2027-12"
pays-for = ["convene"]
[option.half]
kind = "grant"
funder = "F"
status = "secured"
award = 14_400
from = "2027-01"
until = "2027-12"
pays-for = ["convene"]
[option.wrong]
kind = "grant"
funder = "F"
status = "secured"
award = 28_800
from = "2026-01"
until = "2027-12"
pays-for = ["data"]
"#;

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

/// A grant that pays convening.
fn grant(id: &str, terms: &str) -> String {
    format!(
        "[{id}]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\npays-for = [\"convene\"]\n{terms}\n"
    )
}

/// A recoverable grant of 14,400 that pays 2027.
fn recoverable(terms: &str) -> String {
    format!(
        "[option.loan]\nkind = \"loan\"\nmethod = \"recoverable-grant\"\nfunder = \"F\"\nstatus = \"secured\"\n\
         amount = 14_400\nfrom = \"2027-01\"\npays-for = [\"convene\"]\n{terms}\n"
    )
}

fn page(choice: &BridgeChoice) -> String {
    let page = text::encode(&bridge::page(choice), 100, Colour::Without);
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Of cash that the plan does not state nobody knows when it runs out: the table says nothing then.
#[test]
fn cash_that_is_not_stated_runs_out_in_no_month() {
    let stated = format!("{PLAN}[opening]\nunrestricted-cash = 3_000\n");
    for (plan, known) in [(PLAN, false), (stated.as_str(), true)] {
        let choice = choose(plan, GRANTS, (&["base"], Question::default(), None)).unwrap();
        let table = bridge::table(&choice, "options").unwrap();
        let at = table.columns.iter().position(|column| column.name == "cash_runs_out").unwrap();
        let told: Vec<&Cell> = table.rows.iter().map(|row| &row[at]).collect();
        match known {
            false => assert_eq!(told, [&Cell::Empty; 4]),
            true => assert_eq!(told[0], &Cell::Month(month("2026-03"))),
        }
    }
}

/// Sentences tell two options of one title apart by their ids, and leave the id out where the title is enough.
#[test]
fn options_of_one_title_are_told_apart() {
    let hoped = |id: &str, title: &str| {
        let terms =
            format!("title = \"{title}\"\naward = 100\nfrom = \"2026-01\"\nuntil = \"2026-12\"");
        grant(id, &terms).replace("secured", "prospective")
    };
    let options = [
        hoped("option.one", "A gift"),
        hoped("option.other", "A gift"),
        hoped("option.third", "A loan"),
    ];
    let page = page(&base(&options.concat(), None));
    for called in
        ["\u{201c}A gift\u{201d} (one)", "\u{201c}A gift\u{201d} (other)", "\u{201c}A loan\u{201d}"]
    {
        assert!(page.contains(&format!("{called} is only hoped for")), "{page}");
    }
}

/// Two years of 14,400 are unpaid until the levy begins. `enough` pays them all; `half` the second one; `wrong` may pay
/// nothing that the plan has, and comes back. A grant paid in January 2027, a year after the plan's `as-of`, is worth
/// 14,400 / 1.01^12 = 12,779.27 then.
#[test]
fn what_options_do_is_worked_by_hand() {
    let choice = base(GRANTS, None);
    let before = &choice.scenarios[0].before.measures;
    assert_eq!(before.total.gap[0].cents(), 2_880_000);
    let facts = |id: &str| {
        let Bridged { after, effect, .. } = option(&choice, id);
        (
            after.measures.total.gap[0].cents(),
            effect.runway_bought,
            effect.exit.map(|month| month.to_string()),
            effect.fall_at_exit.map(Money::cents),
            effect.idle.cents(),
            (effect.cost.paid.cents(), effect.cost.returned.cents()),
            effect.cost.present_value.cents(),
        )
    };
    let december = || Some("2027-12".to_string());
    let enough = (0, None, december(), Some(0), 0, (2_880_000, 0), 2_880_000);
    assert_eq!(facts("enough"), enough);
    let half = (1_440_000, Some(0), december(), Some(0), 0, (1_440_000, 0), 1_277_927);
    assert_eq!(facts("half"), half);
    // What is paid in January 2026 lapses in December 2027 and goes back in the month after, 24 months later:
    // 28,800 - 28,800 / 1.01^24.
    let back = (28_800.0 - 28_800.0 / 1.01_f64.powi(24)) * 100.0;
    let wrong = (2_880_000, Some(0), None, None, 2_880_000, (2_880_000, 2_880_000));
    let (gap, runway, exit, fall, idle, cash, worth) = facts("wrong");
    assert_eq!((gap, runway, exit, fall, idle, cash), wrong);
    assert_eq!(worth, back.round() as i64);
    // `first` pays the months to June 2026: six more of runway than none, but for the three that it looks ahead.
    let first = GRANTS.split("[option.half]").next().unwrap().replace("28_800", "7_200");
    let choice = base(&first, None);
    assert_eq!(option(&choice, "enough").effect.runway_bought, Some(4));
    let page = text::encode(&bridge::page(&choice), 100, Colour::Without);
    let runway =
        page.lines().find(|line| line.starts_with(" Runway (next 3 months 95 % paid)")).unwrap();
    assert!(runway.ends_with("4 months (+4)"), "{runway}");
    let choice = base(GRANTS, None);
    let dependable = option(&choice, "enough").effect.dependable;
    assert!(dependable.iter().all(|share| share.unwrap().to_string() == "1"));
}

/// `wrong` costs more than `half` and closes less; `enough` and `half` trade cost for gap.
#[test]
fn an_option_is_beaten_only_in_every_count() {
    let choice = base(GRANTS, None);
    let beaten: Vec<Option<&str>> = choice.beaten_by.iter().map(Option::as_deref).collect();
    assert_eq!(beaten, [None, None, None], "a grant that comes back costs the funder less");
    let twice = format!(
        "{GRANTS}{}",
        GRANTS.split("[option.half]").nth(1).map_or(String::new(), |rest| {
            let half = rest.split("[option.wrong]").next().unwrap();
            format!("[option.half-dearer]{}", half.replace("14_400", "15_000"))
        })
    );
    let choice = base(&twice, None);
    let beaten: Vec<Option<&str>> = choice.beaten_by.iter().map(Option::as_deref).collect();
    assert_eq!(beaten, [None, None, Some("half"), None], "600 more stand idle and cost more");
}

/// The option's stream written into the plan itself gives the same forecast: nothing else is done to it.
#[test]
fn an_option_is_a_stream_of_the_plan() {
    let sample = Path::new("scenarios/reading-ccp");
    let files = DiskFolder::open(sample).unwrap();
    let scenarios = ["base", "payers-late+hospital-absorbs"];
    let mut cases = Cases::open(&files, &scenarios).unwrap();
    let options = cases.options("bridge.toml").unwrap();
    let plan = fs::read_to_string(sample.join("plan.toml")).unwrap();
    let bridge = fs::read_to_string(sample.join("bridge.toml")).unwrap();
    let (_, tables) = bridge.split_once("[option.").unwrap();
    for view in [Status::Secured, Status::Prospective] {
        let question = Question { view, ..Question::default() };
        let choice =
            BridgeChoice::from_cases(&mut cases, &scenarios, &options, question, Seek::default())
                .unwrap();
        for id in ["flat", "taper", "milestone", "recoverable"] {
            let tables = format!("[option.{tables}");
            let start = tables.find(&format!("[option.{id}]")).unwrap();
            let own = &tables[start..];
            let end = own[1..].find("\n[option.").map_or(own.len(), |end| end + 1);
            let stream = own[..end].replace("[option.", "[stream.");
            // A table after the scenarios would be theirs.
            let text = plan.replacen("[scenario.", &format!("{stream}\n[scenario."), 1);
            let written = MemoryFolder::new([("plan.toml", text.as_str())]);
            for (place, scenario) in scenarios.iter().enumerate() {
                let plan = folder::read(&written, scenario).unwrap();
                let alone = Forecast::from_plan(&plan, question).unwrap();
                let found =
                    choice.scenarios[place].options.iter().find(|option| option.id == id).unwrap();
                assert_eq!(found.after.measures, alone.measures, "{id} in {scenario}");
                assert_eq!(found.after.books, alone.books, "{id} in {scenario}");
            }
        }
    }
}

/// A challenge of 14,400 in 2026 with a dollar for each: gifts of 3,600 match as much of it, so that 10,800 of it stand idle
/// and 7,200 of the year's 14,400 stay unpaid. With 14,400 of gifts these, which come
/// first by name, pay the whole year: 14,400 stand idle for want of cost, and no match is missed. The loan of 2026 comes back in June 2028 from money of
/// its own.
#[test]
fn match_that_is_missed_and_money_that_comes_back_are_told_apart() {
    let stream = |id: &str, kind: &str, rest: &str| {
        format!("[{id}]\nkind = \"{kind}\"\nfunder = \"F\"\nstatus = \"secured\"\n{rest}\n")
    };
    let year = "from = \"2026-01\"\nuntil = \"2026-12\"\npays-for = [\"convene\"]";
    let challenge = |id: &str, gifts: u32| {
        let own = format!("award = 14_400\nmatch = {{ per-award-dollar = 1 }}\n{year}");
        let gifts = format!("award = {gifts}\n{year}");
        stream(&format!("option.{id}"), "grant", &own)
            + &stream(&format!("option.{id}.with.stream.gifts"), "grant", &gifts)
    };
    let loan = "method = \"recoverable-grant\"\namount = 1_200\nfrom = \"2026-01\"\npays-for = [\"convene\"]\n\
                repayments = [{ month = \"2028-06\", amount = 1_200 }]";
    let own = "award = 1_200\nfrom = \"2028-06\"\nuntil = \"2028-06\"\npays-for = [\"anything\"]";
    let options = format!(
        "{}{}{}{}[funder]\ncost-of-money = \"12%\"\n",
        challenge("few", 3_600),
        challenge("many", 14_400),
        stream("option.loan", "loan", loan),
        stream("option.loan.with.stream.own", "grant", own),
    );
    let choice = base(&options, None);
    let effect = |id: &str| &option(&choice, id).effect;
    let missed = |id: &str| (effect(id).idle.cents(), effect(id).match_missed.cents());
    assert_eq!(missed("few"), (1_080_000, 720_000));
    assert_eq!(missed("many"), (1_440_000, 0));
    let cost = &effect("loan").cost;
    assert_eq!(
        (cost.paid.cents(), cost.returned.cents(), cost.net().cents()),
        (120_000, 120_000, 0)
    );
    // Back after 29 months: 1,200 - 1,200 / 1.01^29.
    let worth = (1_200.0 - 1_200.0 / 1.01_f64.powi(29)) * 100.0;
    assert_eq!(cost.present_value.cents(), worth.round() as i64);
    assert_eq!(cost.owed, Money::ZERO);
}

/// All of it falls due in June 2028, in which year the levy pays 14,400: half of 28,800, and the whole of the year after. So
/// the plan stands on the levy from July 2028 on alone. A levy of twice as much has 7,200 to spare by then: three quarters.
#[test]
fn what_a_loan_has_due_is_core_cost_that_dependable_money_must_cover() {
    let loan = recoverable("repayments = [{ month = \"2028-06\", amount = 14_400 }]");
    let plan = PLAN.replace("pays-for = [\"convene\"]", "pays-for = [\"anything\"]");
    for (base, shares, stands) in
        [("14_400", ["0.5", "1"], "2028-07"), ("28_800", ["0.75", "1"], "2028-07")]
    {
        let plan = plan.replace("base = 14_400", &format!("base = {base}"));
        let choice = choose(&plan, &loan, (&["base"], Question::default(), None)).unwrap();
        let Bridged { after, effect, .. } = option(&choice, "loan");
        assert_eq!(effect.dependable.map(|share| share.unwrap().to_string()), shares);
        let years = &after.measures.years;
        let yearly: Vec<String> =
            years[2..4].iter().map(|year| year.dependable_share.to_string()).collect();
        assert_eq!(yearly, shares, "as the forecast has it");
        let month = after.measures.sustainability.as_ref().unwrap().month;
        assert_eq!(month.to_string(), stands);
    }
}

/// Half of the cost cut: the levy has less to pay, and nothing leaves. A levy that begins in July 2028 leaves 7,200 unpaid;
/// of these only half leaves because of it where the cost is cut too.
#[test]
fn cost_that_is_cut_is_no_money_that_leaves() {
    let cut = "[option.cut.with.cost.staff]\nmonthly = 600\n";
    let late = "[option.late.with.stream.levy]\nfrom = \"2028-07\"\n";
    let both = format!("{cut}{}", late.replace("late.with", "cut.with"));
    let leaves = |options: &str, id: &str| {
        let choice = base(options, None);
        option(&choice, id).effect.displaced_total().cents()
    };
    assert_eq!(leaves(cut, "cut"), 0);
    assert_eq!(leaves(late, "late"), 720_000);
    assert_eq!(leaves(&both, "cut"), 360_000);
}

/// Two levies of 600 a month share a cost of 1,200. Half of it is cut, and both begin in July: until then 600 a month are no more
/// and 600 leave, once for both of them; from July on what is left of the cost takes the first, and the second has nothing to pay.
#[test]
fn cost_that_is_cut_is_counted_once_for_all() {
    let (head, levy) = PLAN.split_once("[stream.levy]").unwrap();
    let levy = levy.replace("14_400", "7_200").replace("2028-01", "2026-01");
    let second = levy.replace("stream.levy", "stream.other");
    let plan = format!("{}[stream.levy]{levy}[stream.other]{second}", head.replace("72", "12"));
    let options = "[option.cut.with.cost.staff]\nmonthly = 600\n[option.cut.with.stream.levy]\nfrom = \"2026-07\"\n\
                   [option.cut.with.stream.other]\nfrom = \"2026-07\"\n";
    let choice = choose(&plan, options, (&["base"], Question::default(), None)).unwrap();
    let effect = &option(&choice, "cut").effect;
    assert_eq!((effect.displaced_total().cents(), effect.unlocked_total()), (360_000, Money::ZERO));
}

/// Both leave a year unpaid, and the dearer one more of its own: but each pays a year that the other does not.
#[test]
fn nothing_is_worse_in_none_that_leaves_a_year_with_more() {
    let year = |id: &str, year: u32, award: u32| {
        let months = format!("award = {award}\nfrom = \"{year}-01\"\nuntil = \"{year}-12\"");
        grant(&format!("option.{id}"), &months)
    };
    let first = year("first", 2026, 14_400);
    let choice = base(&format!("{first}{}", year("later", 2027, 15_000)), None);
    assert_eq!(choice.beaten_by, [None, None], "`first` costs less and its runway is longer");
    let choice = base(&format!("{first}{}", year("more", 2026, 15_000)), None);
    assert_eq!(choice.beaten_by, [None, Some("first".to_string())]);
}

#[test]
fn an_option_that_does_not_count_says_why() {
    let first = GRANTS.split("[option.half]").next().unwrap();
    let hoped = first.replace("status = \"secured\"", "status = \"prospective\"");
    assert!(page(&base(&hoped, None)).contains(
        "\u{201c}Enough\u{201d} is only hoped for, and its money is not counted here: `--view all` counts it."
    ));
    let early = first.replace("2026-01", "2024-01").replace("2027-12", "2025-12");
    assert!(page(&base(&early, None)).contains(
        "\u{201c}Enough\u{201d} brings no money in the months of the plan, Jan 2026 to Dec 2031."
    ));
    let told = page(&base(first, None));
    assert!(!told.contains("not counted here") && !told.contains("brings no money"), "{told}");
}

#[test]
fn wrong_options_are_refused_with_the_remedy() {
    let told = |options: &str, words: &str| {
        let asked = (&["base"][..], Question::default(), None);
        let error = choose(PLAN, options, asked).unwrap_err();
        let told = error.diagnostics().iter().find(|one| one.message.contains(words));
        let one = told.unwrap_or_else(|| panic!("{words}: {:?}", error.diagnostics())).clone();
        let line = one.place.map(|(origin, _)| origin.to_string());
        (line.unwrap_or_default(), one.message, one.remedy)
    };
    let cases = [
        ("[option.levy]\nkind = \"grant\"\n", "bridge.toml:1:9", "has the id of a stream"),
        ("[option.a]\ntitle = \"A\"\n", "bridge.toml:1:9", "offers nothing"),
        ("[option.a]\nkind = \"grant\"\nawrd = 1\n", "bridge.toml:3:1", "`awrd`"),
        ("[option.a.with]\nstreem = 1\n", "bridge.toml:2:1", "`streem`"),
        ("[funder]\ncost = 1\n[option.a]\nkind = \"grant\"\n", "bridge.toml:2:1", "`cost`"),
        ("[funder]\n", "bridge.toml:1:1", "offers no option"),
        ("[option]\na = 1\n", "bridge.toml:2:5", "takes a table"),
        (
            "[option.a.with.credit]\nlimit = 1\n",
            "bridge.toml:1:16",
            "`[option.a.with.credit]` lacks `lender`",
        ),
        ("[option.a]\nkind = \"grant\"\n", "bridge.toml:1:9", "`[option.a]` lacks `funder`"),
        (
            "[option.a.with.stream.gifts]\nkind = \"grant\"\n[option.a.with.cost.staff]\nmonthly = 1\n",
            "bridge.toml:1:23",
            "`[option.a.with.stream.gifts]` lacks `funder`",
        ),
        // Every option's faults are told, not those of the first one alone.
        (
            "[option.a]\nkind = \"grant\"\n[option.b]\nkind = \"grant\"\n",
            "bridge.toml:3:9",
            "`[option.b]` lacks `funder`",
        ),
    ];
    for (options, place, words) in cases {
        let (line, message, remedy) = told(options, words);
        assert_eq!(line, place, "{message}");
        assert!(!remedy.is_empty(), "{message}");
    }
    let late = Some(Aim::Through(Month::parse("2040-01").unwrap()));
    let error = choose(PLAN, GRANTS, (&["base"], Question::default(), late)).unwrap_err();
    assert!(error.diagnostics()[0].remedy.contains("2026-01 to 2031-12"), "beyond the plan's end");
    let files = MemoryFolder::new([("plan.toml", PLAN)]);
    let error = Cases::open(&files, &["base"]).unwrap().options("bridge.toml").unwrap_err();
    assert!(error.diagnostics()[0].message.contains("no `bridge.toml`"));
}

//! Degenerate and hostile instances: each ends in bounded work, and is proved.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::{Duration, Instant};

use braidfund::braid::{Braid, Method};
use braidfund::folder::{self, DiskFolder, MemoryFolder};
use braidfund::funding::Status;
use braidfund::money::Money;
use braidfund::plan::Plan;
use braidfund::timeline::{Selection, Timeline};

/// What each instance may take in a build that is hardly optimised, on a machine that does other things too.
const BOUND: Duration = Duration::from_secs(60);

/// What settling in cents may lose: under a share of what is spent, some cents of each award for each line.
const SETTLING: i64 = 1_000;

/// A plan from its lines and streams, over so many months from January 2024.
struct Text {
    months: usize,
    body: String,
}

impl Text {
    fn new(months: usize) -> Text {
        Text { months, body: String::new() }
    }

    fn line(&mut self, name: &str, monthly: &str, priority: &str) {
        self.body += &format!(
            "[cost.{name}]\nfunction = \"{name}\"\nlayer = \"program\"\nmonthly = {monthly}\n\
             priority = \"{priority}\"\n"
        );
    }

    fn grant(&mut self, name: &str, award: &str, pays: &[String], rules: &str) {
        let last = self.months - 1;
        self.grant_until(name, award, last, pays, rules);
    }

    fn grant_until(&mut self, name: &str, award: &str, last: usize, pays: &[String], rules: &str) {
        let (year, month) = (2024 + last / 12, last % 12 + 1);
        let pays: Vec<String> = pays.iter().map(|line| format!("\"{line}\"")).collect();
        self.body += &format!(
            "[stream.{name}]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\n\
             award = {award}\nfrom = \"2024-01\"\nuntil = \"{year}-{month:02}\"\n\
             pays-for = [{}]\n{rules}\n",
            pays.join(", ")
        );
    }

    fn plan(&self) -> Plan {
        let head = "[plan]\ntitle = \"Hostile\"\nstart = \"2024-01\"\nmonths";
        let text = format!("{head} = {}\n{}", self.months, self.body);
        folder::read(&MemoryFolder::new([("plan.toml", text.as_str())]), "base")
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

/// What is left of each priority, proved to within so many cents, within the bound.
fn proved(plan: &Plan, timeline: &Timeline, cents: i64) -> [Money; 3] {
    let begun = Instant::now();
    let (braid, certificate) = Braid::from_timeline(plan, timeline, Method::Optimal).unwrap();
    assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    let (gaps, least) = (braid.gaps(plan, timeline), certificate.least().unwrap());
    for (gap, least) in gaps.iter().zip(&least) {
        assert!(*gap - *least <= Money::from_cents(cents), "{gap} left where {least} is proved");
    }
    gaps
}

fn timeline(plan: &Plan) -> Timeline {
    Timeline::from_plan(plan, Selection::View(Status::Secured)).unwrap()
}

fn solved(text: &Text, cents: i64) -> [Money; 3] {
    let plan = text.plan();
    proved(&plan, &timeline(&plan), cents)
}

fn dollars(core: i64, essential: i64, stretch: i64) -> [Money; 3] {
    [core, essential, stretch].map(|amount| Money::from_cents(amount * 100))
}

fn lines(names: impl IntoIterator<Item = usize>) -> Vec<String> {
    names.into_iter().map(|name| format!("c{name}")).collect()
}

const RULES: [&str; 5] = [
    "",
    "cap = [{ on = [\"indirect\"], share = \"10%\", of = \"spent\" }]\nindirect = { rate = \"20%\", base = \"direct\" }",
    "match = { per-award-dollar = \"0.5\" }",
    "floor = [{ on = [\"layer.program\"], share = \"30%\", of = \"spent\" }]",
    "match = { share-of-total = \"20%\" }\nindirect = { rate = \"15%\", base = \"direct\" }",
];

/// Each stream pays two lines, and each line but the ends has two streams: all money must move along by one.
fn chain(length: usize, rules: bool) -> Text {
    let mut text = Text::new(3);
    for at in 0..=length {
        text.line(&format!("c{at}"), "100", if at == 0 { "core" } else { "essential" });
    }
    for at in 0..length {
        let rules = if rules { RULES[at % RULES.len()] } else { "" };
        text.grant(&format!("s{at}"), "300", &lines([at, at + 1]), rules);
    }
    text
}

#[test]
fn a_chain() {
    assert_eq!(solved(&chain(200, false), 0), dollars(0, 300, 0));
    solved(&chain(60, true), SETTLING);
}

#[test]
fn stars() {
    // One stream, many lines.
    let mut text = Text::new(12);
    for at in 0..250 {
        text.line(&format!("c{at}"), "10", ["core", "essential", "stretch"][at % 3]);
    }
    text.grant("hub", "15_000", &lines(0..250), "");
    assert_eq!(solved(&text, 0), dollars(0, 5_040, 9_960));
    // Many streams, one line.
    let mut text = Text::new(12);
    text.line("c0", "1_000", "core");
    for at in 0..200 {
        text.grant_until(&format!("s{at}"), "50", at % 12, &lines([0]), "");
    }
    assert_eq!(solved(&text, 0)[0], dollars(2_000, 0, 0)[0]);
    // Many streams under rules, one line and one that lets them match.
    let mut text = Text::new(6);
    text.line("c0", "1_000", "core");
    text.line("c1", "1_000", "stretch");
    for at in 0..50 {
        text.grant_until(&format!("s{at}"), "100", at % 6, &lines([0, 1]), RULES[at % RULES.len()]);
    }
    solved(&text, SETTLING);
}

#[test]
fn equal_everything() {
    for rules in RULES {
        let mut text = Text::new(12);
        for at in 0..30 {
            text.line(&format!("c{at}"), "100", "core");
        }
        for at in 0..30 {
            // Every other stream is free: awards that all wait for each other's match are another test.
            let rules = if at % 2 == 0 { rules } else { "" };
            text.grant(&format!("s{at}"), "1_200", &lines(0..30), rules);
        }
        let gaps = solved(&text, SETTLING);
        if rules.is_empty() {
            assert_eq!(gaps, dollars(0, 0, 0));
        }
    }
}

#[test]
fn amounts_at_the_limits() {
    const MOST: &str = "\"4999999999999.99\"";
    for rules in RULES {
        let mut text = Text::new(1);
        text.line("c0", MOST, "core");
        text.grant("s0", "\"4999999999999.98\"", &lines([0]), rules);
        let gaps = solved(&text, 100_000);
        if rules.is_empty() {
            assert_eq!(gaps[0], Money::from_cents(1));
        }
    }
    // The largest beside the least.
    let mut text = Text::new(1);
    text.line("c0", "\"4999999999999.98\"", "core");
    text.line("c1", "\"0.01\"", "essential");
    text.grant("s0", "\"4999999999999.98\"", &lines([1, 0]), "");
    text.grant("s1", "\"0.01\"", &lines([0]), "");
    assert_eq!(solved(&text, 0), dollars(0, 0, 0));
}

#[test]
fn nothing_to_pay_and_nothing_to_pay_it_with() {
    for months in [1, 480] {
        for rules in RULES {
            // Lines that cost nothing.
            let mut text = Text::new(months);
            text.line("c0", "0", "core");
            text.line("c1", "0", "stretch");
            text.grant("s0", "1_000", &lines([0, 1]), rules);
            assert_eq!(solved(&text, 0), dollars(0, 0, 0));
            // A line that costs nothing beside one that does.
            let mut text = Text::new(months);
            text.line("c0", "0", "core");
            text.line("c1", "10", "stretch");
            text.grant("s0", "0", &lines([0, 1]), rules);
            assert_eq!(solved(&text, 0), dollars(0, 0, 10 * months as i64));
        }
        // No money at all.
        let mut text = Text::new(months);
        text.line("c0", "7", "core");
        assert_eq!(solved(&text, 0), dollars(7 * months as i64, 0, 0));
    }
}

#[test]
fn forty_years_and_one_month() {
    for months in [1, 480] {
        for rules in RULES {
            let mut text = Text::new(months);
            for at in 0..4 {
                text.line(&format!("c{at}"), "100", ["core", "essential"][at % 2]);
            }
            let award = (100 * months).to_string();
            for at in 0..4 {
                let rules = if at % 2 == 0 { rules } else { "" };
                text.grant(&format!("s{at}"), &award, &lines([at, (at + 1) % 4]), rules);
            }
            let gaps = solved(&text, SETTLING);
            if rules.is_empty() {
                assert_eq!(gaps, dollars(0, 0, 0));
            }
        }
    }
}

/// Each tranche of one purse opens later and closes earlier than the one before: none follows another.
#[test]
fn windows_within_windows() {
    for rules in [RULES[0], RULES[1]] {
        let months = 120;
        let mut text = Text::new(months);
        text.line("c0", "1_000", "core");
        text.line("c1", "1_000", "essential");
        text.grant("s0", "1", &lines([0, 1]), rules);
        let plan = text.plan();
        let mut timeline = timeline(&plan);
        let one = timeline.tranches[0].clone();
        timeline.tranches = (0..months / 2)
            .map(|at| {
                let mut tranche = one.clone();
                (tranche.opens, tranche.closes) = (at, months - 1 - at);
                tranche.first = plan.horizon.month(tranche.opens);
                tranche.last = Some(plan.horizon.month(tranche.closes));
                tranche.amount = Money::from_cents(100_000 + at as i64);
                tranche
            })
            .collect();
        let gaps = proved(&plan, &timeline, 100);
        if rules.is_empty() {
            let money: Money = timeline.tranches.iter().map(|tranche| tranche.amount).sum();
            assert_eq!(gaps.iter().sum::<Money>(), dollars(240_000, 0, 0)[0] - money);
        }
    }
}

/// Three awards that each may draw only against what the next one draws.
fn circle(ratio: &str) -> Text {
    let mut text = Text::new(12);
    text.line("c0", "100", "core");
    text.line("c1", "100", "essential");
    for at in 0..3 {
        let next = (at + 1) % 3;
        let rules =
            format!("match = {{ per-award-dollar = \"{ratio}\", pledged-by = [\"s{next}\"] }}");
        text.grant(&format!("s{at}"), "1_000", &lines([0, 1]), &rules);
    }
    text
}

#[test]
fn a_match_pledged_in_a_circle_ends() {
    // Each needs more match than it gives: none may ever draw, and that is proved.
    assert_eq!(solved(&circle("3"), 100), dollars(1_200, 1_200, 0));
    for ratio in ["0.5", "1"] {
        solved(&circle(ratio), 1_000_000);
    }
}

#[test]
fn a_match_pledged_in_a_circle_is_settled() {
    for ratio in ["0.5", "1"] {
        let gaps = solved(&circle(ratio), SETTLING);
        for gap in gaps {
            assert!(gap <= Money::from_cents(SETTLING), "{ratio}: {gaps:?}");
        }
    }
}

/// Random plans of which a cent, or match that stood after what it supports, once kept a rule from holding or an award
/// from being drawn, so that another method's braid stood for the optimal one, thousands of dollars above the least.
#[test]
fn what_is_settled_lies_near_what_is_proved() {
    for name in [
        "awards-that-match-each-other",
        "cap-and-match-set-aside",
        "cap-of-what-is-spent",
        "each-dollar-and-its-match",
        "floor-of-what-is-spent",
        "match-within-a-month",
    ] {
        let folder = Path::new("tests/settling").join(name);
        let plan = folder::read(&DiskFolder::open(&folder).unwrap(), "base").unwrap();
        let timeline = Timeline::from_plan(&plan, Selection::View(Status::Prospective)).unwrap();
        proved(&plan, &timeline, 20);
    }
}

/// An award that lacks match from before the plan draws once other money has made up for it, whatever that pays.
#[test]
fn match_that_lacks_before_the_plan_is_made_up_for() {
    let mut text = Text::new(2);
    text.line("c0", "10_000", "core");
    text.line("c1", "1_000", "stretch");
    text.grant("s0", "20_000", &lines([0]), "");
    // Who does not know February pays the essential cost of January first.
    text.body += "[cost.c2]\nfunction = \"c2\"\nlayer = \"program\"\nfrom = \"2024-01\"\nonce = 1_000\n\
        priority = \"essential\"\n[cost.c3]\nfunction = \"c3\"\nlayer = \"program\"\nfrom = \"2024-02\"\n\
        once = 1_000\npriority = \"core\"\n[policy]\nprotect-core-months = 0\n";
    text.grant("s2", "1_000", &lines([2, 3]), "");
    text.body += "[stream.s1]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = 50_000\n\
        from = \"2023-01\"\nuntil = \"2024-12\"\npays-for = [\"c0\", \"c1\"]\n\
        match = { per-award-dollar = \"0.5\" }\n\
        [opening.stream.s1]\nspent = 10_000\nmatched = 3_000\n";
    assert_eq!(solved(&text, 1), dollars(0, 1_000, 0));
}

#[test]
fn caps_and_floors_of_nothing_and_of_all() {
    let gap = |rules: &str| {
        let mut text = Text::new(4);
        text.line("c0", "100", "core");
        text.line("c1", "100", "essential");
        text.grant("s0", "500", &lines([0, 1]), rules);
        solved(&text, 0)
    };
    let cap = |share: &str, of: &str| {
        gap(&format!("cap = [{{ on = [\"c0\"], share = \"{share}\", of = \"{of}\" }}]"))
    };
    let floor = |share: &str| {
        gap(&format!("floor = [{{ on = [\"c1\"], share = \"{share}\", of = \"spent\" }}]"))
    };
    let (free, shut) = (dollars(0, 300, 0), dollars(400, 0, 0));
    for of in ["award", "spent"] {
        assert_eq!(cap("100%", of), free, "{of}");
        assert_eq!(cap("0%", of), shut, "{of}");
    }
    assert_eq!(floor("0%"), free);
    assert_eq!(floor("100%"), shut);
}

#[test]
fn both_years_of_oakland_are_proved_without_a_gap() {
    for folder in ["scenarios/oakland-fy2020", "scenarios/oakland-fy2021"] {
        let plan = folder::read(&DiskFolder::open(Path::new(folder)).unwrap(), "base").unwrap();
        assert_eq!(proved(&plan, &timeline(&plan), 0), dollars(0, 0, 0), "{folder}");
    }
}

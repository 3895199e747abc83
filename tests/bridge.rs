//! Bridge options: what is said of one is the difference of two forecasts that anybody can make, the least amount is least by
//! a cent, and cases worked by hand.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use braidfund::braid::Method;
use braidfund::decide::across::{Across, InFutures};
use braidfund::decide::best::{Offer, Term};
use braidfund::decide::bridge::{BridgeChoice, Bridged, Seek};
use braidfund::decide::solve::{Aim, Least};
use braidfund::error::Error;
use braidfund::export::text::{self, Colour};
use braidfund::folder::{self, Cases, DiskFolder, Files, MemoryFolder, Way};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::money::{Money, Rate};
use braidfund::month::Month;
use braidfund::plan::cost::Priority;
use braidfund::report::bridge;

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

fn core_gap(plan: &str, amount: Money, question: Question, through: Option<Month>) -> Money {
    let grant = GRANTS.split("[option.half]").next().unwrap();
    let grant = grant.split("[option.enough]").nth(1).unwrap();
    let grant = grant.replace("28_800", &amount.to_string());
    let text = format!("{plan}[stream.enough]{grant}");
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let plan = folder::read(&files, "base").unwrap();
    let books = Forecast::from_plan(&plan, question).unwrap().books;
    let end = through.map_or(plan.horizon.months as usize, |through| {
        (through.since(plan.horizon.start) + 1) as usize
    });
    let core = books.ledger.lines.iter().filter(|line| line.priority == Priority::Core);
    core.flat_map(|line| line.gap[..end].to_vec()).sum()
}

#[test]
fn the_least_amount_holds_and_a_cent_less_does_not() {
    let january = Month::parse("2026-01").unwrap();
    for method in [Method::Waterfall, Method::Optimal] {
        let question = Question { method, ..Question::default() };
        for (aim, least) in
            [(Aim::Sustainability, 2_880_000), (Aim::Through(january.plus(8).unwrap()), 1_080_000)]
        {
            let choice = choose(PLAN, GRANTS, (&["base"], question, Some(aim))).unwrap();
            let [enough, half, wrong] = choice.solved.as_slice() else { panic!("three options") };
            assert_eq!(enough.least, Least::Amount(Money::from_cents(least)), "{aim:?}");
            assert_eq!(enough.proved, method == Method::Optimal);
            let tried = Least::NoneFound(Money::from_cents(4 * 72 * 120_000));
            assert_eq!((&half.least, &wrong.least), (&tried, &tried));
            // It begins too late; and it may not pay for what is unpaid.
            let [half, wrong] = [half, wrong].map(|solved| solved.lack.as_ref().unwrap());
            // Of 2026 twelve months, or the nine that count.
            let early = least.min(1_440_000);
            assert_eq!((half.left.cents(), half.other_months.cents()), (early, early), "{half:?}");
            assert_eq!(wrong.other_uses.cents(), least, "{wrong:?}");
            let through = enough.through[0];
            let amount = Money::from_cents(least);
            assert_eq!(core_gap(PLAN, amount, question, through), Money::ZERO);
            let less = amount - Money::from_cents(1);
            assert!(core_gap(PLAN, less, question, through).is_positive());
            let told = enough.least.told().unwrap();
            assert_eq!(told.cents() % 100_000, 0, "thousands of dollars");
            assert!(told >= amount && (told - amount).cents() < 100_000);
            let falls = enough.curve.windows(2).all(|pair| pair[1].1 <= pair[0].1);
            assert!(falls && enough.curve.len() == 9);
        }
    }
}

#[test]
fn no_amount_suffices_where_nothing_dependable_follows() {
    let plan = PLAN.replace("notice-months = 12\n", "until = \"2028-12\"\n");
    let plan = plan.replace("evergreen = \"a levy without sunset\"\n", "");
    let asked = (&["base"][..], Question::default(), Some(Aim::Sustainability));
    let choice = choose(&plan, GRANTS, asked).unwrap();
    assert!(choice.solved.iter().all(|solved| solved.least == Least::NothingFollows));
    assert_eq!(choice.solved[0].through, [None]);
    assert!(choice.solved[0].curve.len() == 9, "the curve is told all the same");
}

#[test]
fn all_scenarios_together_need_what_the_worst_of_them_needs() {
    let plan = format!(
        "{PLAN}[scenario.late.stream.levy]\nfrom = \"2028-07\"\n[scenario.early.stream.levy]\n\
         from = \"2026-01\"\n"
    );
    let grant = GRANTS.split("[option.half]").next().unwrap().replace("2027-12", "2028-12");
    let scenarios = ["base", "late", "early"];
    let asked = (&scenarios[..], Question::default(), Some(Aim::Sustainability));
    let choice = choose(&plan, &grant, asked).unwrap();
    let least: Vec<&Least> = choice.solved.iter().map(|solved| &solved.least).collect();
    let amount = |cents| Least::Amount(Money::from_cents(cents));
    let expected = [amount(2_880_000), amount(3_600_000), Least::NothingNeeded, amount(3_600_000)];
    assert_eq!(least, expected.iter().collect::<Vec<_>>());
}

/// Core cost of 10,000 a month, paid to November 2027 and from January 2028 on by a payer that brings more; and a loan at 10 %
/// over twelve months that pays December.
fn window(rate: &str) -> (String, String) {
    let plan = format!(
        "[plan]\ntitle = \"W\"\nstart = \"2026-01\"\nyears = 6\n[cost.staff]\nfunction = \"convene\"\n\
         yearly = 120_000\n{}[stream.payer]\nkind = \"payer\"\nfunder = \"P\"\nstatus = \"secured\"\n\
         from = \"2028-01\"\nevergreen = \"stands\"\nnotice-months = 12\npays-for = [\"anything\"]\n\
         [stream.payer.terms]\nmethod = \"pmpm\"\nmembers = \"members\"\nrate = \"{rate}\"\n\
         [driver.members]\nstart = 5_000\n",
        grant("stream.fed", "award = 230_000\nfrom = \"2026-01\"\nuntil = \"2027-11\""),
    );
    let loan = "[option.loan]\nkind = \"loan\"\nfunder = \"F\"\nstatus = \"secured\"\namount = 10_000\n\
                from = \"2027-12\"\nrate = \"10%\"\nmonths = 12\npays-for = [\"convene\"]\n";
    (plan, loan.to_string())
}

/// What is unpaid of core cost in all with the loan of [`window`] written into the plan.
fn left_with(rate: &str, amount: Money) -> Money {
    let (plan, loan) = window(rate);
    let loan = loan.replace("option.", "stream.").replace("10_000", &amount.to_string());
    let text = format!("{plan}{loan}");
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let plan = folder::read(&files, "base").unwrap();
    Forecast::from_plan(&plan, Question::default()).unwrap().measures.total.gap[0]
}

/// The payer leaves little to serve the loan from, so that only amounts close to the 10,000 that are needed hold: of some
/// hundreds of dollars, and of some thousands.
#[test]
fn a_narrow_band_that_holds_is_found_with_both_its_ends() {
    let through = Some(Aim::Through(month("2031-12")));
    for (rate, fails) in [("2.1767", 1_125_000), ("2.19", 3_000_000)] {
        for method in [Method::Waterfall, Method::Optimal] {
            let (plan, loan) = window(rate);
            let question = Question { method, ..Question::default() };
            let choice = choose(&plan, &loan, (&["base"], question, through)).unwrap();
            let [solved] = choice.solved.as_slice() else { panic!("one option") };
            let least = Money::from_cents(1_000_000);
            assert_eq!(solved.least, Least::Amount(least), "{rate} {method:?}");
            assert!(!solved.proved && !solved.fails_above.is_empty());
            let cent = Money::from_cents(1);
            let most = solved.holds_to.unwrap();
            for (amount, holds) in [
                (least - cent, false),
                (least, true),
                (most, true),
                (most + cent, false),
                (Money::from_cents(fails), false),
            ] {
                assert_eq!(left_with(rate, amount).is_zero(), holds, "{rate}: {amount}");
            }
            let page = text::encode(&bridge::page(&choice), 100, Colour::Without);
            assert!(page.contains("But more money fails: it holds up to $"), "{page}");
        }
    }
}

/// Without a surplus the loan moves the gap: it pays 10,000 in December 2027, and twelve times 879.16 less a few cents are
/// unpaid in 2028. With 1,500 a month to spare it is repaid by December 2028.
#[test]
fn a_debt_counts_until_it_is_repaid() {
    let (plan, loan) = window("2.00");
    let question = Question::default();
    let asked = (&["base"][..], question, Some(Aim::Sustainability));
    let choice = choose(&plan, &loan, asked).unwrap();
    let [solved] = choice.solved.as_slice() else { panic!("one option") };
    assert!(matches!(solved.least, Least::NoneFound(_)), "{:?}", solved.least);
    assert!(solved.until_repaid);
    assert_eq!(solved.through, [Some(month("2028-12"))]);
    let lack = solved.lack.as_ref().unwrap();
    let owed = Money::from_cents(1_054_989);
    let of = (lack.amount.cents(), lack.left, lack.own, lack.first, lack.lends);
    assert_eq!(of, (1_000_000, owed, owed, Some(month("2028-01")), true));
    let page = text::encode(&bridge::page(&choice), 200, Colour::Without);
    assert!(page.contains("all of it goes unpaid for its own repayment and interest"), "{page}");
    // Through December 2027 alone it does, and what follows is told.
    let asked = (&["base"][..], question, Some(Aim::Through(month("2027-12"))));
    let choice = choose(&plan, &loan, asked).unwrap();
    let [solved] = choice.solved.as_slice() else { panic!("one option") };
    assert_eq!(solved.least, Least::Amount(Money::from_cents(1_000_000)));
    assert_eq!(solved.worse_later, [("base".to_string(), owed, month("2028-01"))]);
    let page = text::encode(&bridge::page(&choice), 200, Colour::Without);
    let told =
        "After that $10,550 more of core cost goes unpaid than without it, from Jan 2028 on.";
    assert!(page.contains(told), "{page}");
    let (plan, loan) = window("2.30");
    let asked = (&["base"][..], question, Some(Aim::Sustainability));
    let choice = choose(&plan, &loan, asked).unwrap();
    let [solved] = choice.solved.as_slice() else { panic!("one option") };
    assert_eq!(solved.least, Least::Amount(Money::from_cents(1_000_000)));
    assert_eq!((solved.until_repaid, solved.through[0]), (true, Some(month("2028-12"))));
    assert_eq!(solved.worse_later, []);
}

/// The levy stands from January 2028 on, but a plan of 48 months shows 24 of them.
#[test]
fn reasons_why_no_amount_is_told_are_true() {
    let told = |plan: &str, options: &str, aim: Aim| {
        let choice = choose(plan, options, (&["base"], Question::default(), Some(aim))).unwrap();
        let page = text::encode(&bridge::page(&choice), 300, Colour::Without);
        (choice, page)
    };
    let short = PLAN.replace("months = 72", "months = 48");
    let (choice, page) = told(&short, GRANTS, Aim::Sustainability);
    assert!(choice.solved.iter().all(|solved| solved.least == Least::NothingFollows));
    assert_eq!(choice.solved[0].too_short, Some((month("2028-01"), 24)));
    let words = "enough: no amount is sought: dependable money covers core and backbone costs from Jan 2028 on, but the plan ends \
                 24 months later, and it takes 36 to show that it lasts";
    assert!(page.contains(words), "{page}");
    assert!(page.contains("not by the end"), "{page}");
    // 4,800 of gifts match as much of a challenge: 14,400 less both stay unpaid, however large it is.
    let challenge = format!(
        "{}{}",
        grant(
            "option.dare",
            "award = 5_000\nfrom = \"2026-01\"\nuntil = \"2026-12\"\nmatch = { per-award-dollar = 1 }"
        ),
        grant(
            "option.dare.with.stream.gifts",
            "award = 4_800\nfrom = \"2026-01\"\nuntil = \"2026-12\""
        ),
    );
    let (choice, page) = told(PLAN, &challenge, Aim::Through(month("2026-12")));
    let lack = choice.solved[0].lack.as_ref().unwrap();
    assert_eq!((lack.left.cents(), lack.match_missed.cents()), (480_000, 480_000));
    assert!(page.contains("it misses its match: without that rule $4,800 more"), "{page}");
}

/// An option of several amounts keeps their proportions, to the cent: of a grant of 9,600 and 19,200 by year 2026 needs 14,400, so
/// the whole is 43,200. A recoverable grant is repaid in the parts that were stated, of another whole.
#[test]
fn amounts_that_are_several_keep_their_proportions() {
    let listed = "from = \"2026-01\"\nuntil = \"2027-12\"\nbudget-periods = [\n\
                  { from = \"2026-01\", until = \"2026-12\", amount = 9_600 },\n\
                  { from = \"2027-01\", until = \"2027-12\", amount = 19_200 }]";
    let year = "[option.b]\nkind = \"public\"\nfunder = \"S\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
                until = \"2026-12\"\npays-for = [\"convene\"]\n[option.b.terms]\nmethod = \"appropriation\"\n\
                by-year = { FY2026 = 1_000 }\n";
    let lent = "[option.c]\nkind = \"loan\"\nmethod = \"recoverable-grant\"\nfunder = \"F\"\n\
                status = \"secured\"\namount = 900\nfrom = \"2026-01\"\npays-for = [\"convene\"]\n\
                repayments = [{ month = \"2028-06\", amount = 300 }, { month = \"2029-06\", amount = 600 }]\n";
    let line = "[option.d.with.credit]\nlender = \"B\"\nlimit = 1_000\nrate = \"8%\"\n";
    let options = format!("{}{year}{lent}{line}", grant("option.a", listed));
    let asked = (&["base"][..], Question::default(), Some(Aim::Through(month("2026-12"))));
    let choice = choose(PLAN, &options, asked).unwrap();
    let [listed, year, lent, line] = choice.solved.as_slice() else { panic!("four options") };
    let amount = |cents| Least::Amount(Money::from_cents(cents));
    // Half a cent of the first year rounds up.
    assert_eq!((&listed.least, listed.counted.1), (&amount(4_319_999), 2));
    assert_eq!((&year.least, &lent.least), (&amount(1_440_000), &amount(1_440_000)));
    assert!(matches!(&line.least, Least::NotOneFigure(why) if why.contains("no opening cash")));
    let page = text::encode(&bridge::page(&choice), 200, Colour::Without);
    assert!(
        page.contains("a: $44,000 in all, its 2 amounts in their proportions, keeps"),
        "{page}"
    );
    // 14,400 are repaid by 4,800 and 9,600, which nothing pays.
    assert_eq!(lent.worse_later[0].1.cents(), 1_440_000);
}

/// Costs of 1,200 a month come back two months later, and 1,000 are at hand. 200 are lacking in January and 1,402 in February, with 1 %
/// of interest; from March on as much comes as goes, and interest alone is added: ten times 1 %, in cents.
#[test]
fn the_least_limit_of_a_line_keeps_cash_above_zero() {
    let late = grant(
        "stream.fed",
        "award = 14_400\nfrom = \"2026-01\"\nuntil = \"2026-12\"\n\
         payment = { method = \"reimbursement\", cycle-months = 1, lag-months = 2 }",
    );
    let plan = format!("{PLAN}{late}[opening]\nunrestricted-cash = 1_000\n");
    let line = "[option.line.with.credit]\nlender = \"B\"\nlimit = 5_000\nrate = \"12%\"\n";
    let asked = (&["base"][..], Question::default(), Some(Aim::Through(month("2026-12"))));
    let choice = choose(&plan, line, asked).unwrap();
    let [solved] = choice.solved.as_slice() else { panic!("one option") };
    let least = solved.least.amount().unwrap();
    let lowest = |limit: Money| {
        let line = line.replace("option.line.with.", "").replace("5_000", &limit.to_string());
        let text = format!("{plan}{line}");
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let books =
            Forecast::from_plan(&folder::read(&files, "base").unwrap(), Question::default());
        let cash = books.unwrap().books.cash;
        (cash.unrestricted[..12].iter().copied().min().unwrap(), cash.credit.unwrap().balance[11])
    };
    assert_eq!(lowest(least), (Money::ZERO, solved.owed));
    assert_eq!(lowest(least - Money::from_cents(1)).0.cents(), -1);
    assert_eq!(least.cents(), 154_867);
    let page = text::encode(&bridge::page(&choice), 200, Colour::Without);
    assert!(page.contains("of credit keeps cash for what is funded at zero or above"), "{page}");
    assert!(page.contains("is still owed then. It lends cash and pays no cost."), "{page}");
}

#[test]
fn futures_of_options_are_the_same_on_any_number_of_threads() {
    let chances =
        "[chance.late]\nodds = \"30%\"\n[chance.late.then.stream.levy]\nfrom = \"2028-04\"\n";
    let grant = GRANTS.split("[option.half]").next().unwrap().replace("2027-12", "2028-12");
    let held = || {
        MemoryFolder::new([
            ("plan.toml", PLAN),
            ("bridge.toml", grant.as_str()),
            ("chance.toml", chances),
        ])
    };
    let open = || -> Result<Box<dyn Files>, Error> { Ok(Box::new(held())) };
    let heard = AtomicU64::new(0);
    let told = |more: u64| {
        heard.fetch_add(more, Ordering::Relaxed);
    };
    let of = |threads: Option<usize>, count: u64| {
        let files = held();
        let mut cases = Cases::open(&files, &["base"]).unwrap();
        let options = cases.options("bridge.toml").unwrap();
        let across = threads.map(|threads| Across {
            open: &open,
            options: "bridge.toml",
            threads,
            told: &told,
        });
        let futures = Some(InFutures { file: "chance.toml", seed: 7, count, across });
        let seek = Seek { aim: Some(Aim::Through(month("2028-12"))), futures, ..Seek::default() };
        let choice =
            BridgeChoice::from_cases(&mut cases, &["base"], &options, Question::default(), seek)
                .unwrap();
        (bridge::record(&choice).to_string(), choice)
    };
    assert_eq!(of(Some(3), 200).0, of(None, 200).0, "of few each thread has some");
    let (alone, choice) = of(None, 1_200);
    assert_eq!(of(Some(1), 1_200).0, alone);
    assert_eq!(of(Some(3), 1_200).0, alone);
    assert!(heard.load(Ordering::Relaxed) > 2_400, "what is done is told");
    let [_, futures] = choice.solved.as_slice() else { panic!("the scenario, and its futures") };
    // In 9 of 10 futures the levy may be three months late.
    assert_eq!(
        (futures.in_futures, futures.least.amount()),
        (true, Some(Money::from_cents(3_240_000)))
    );
    assert!(!futures.curve.is_empty() && futures.tried.0 < 40, "{:?}", futures.tried);
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

/// Seeks the best of a term of each option, so that core costs are paid until the levy begins.
fn best(plan: &str, options: &str, terms: &[Term]) -> BridgeChoice {
    let files = MemoryFolder::new([("plan.toml", plan), ("bridge.toml", options)]);
    let mut cases = Cases::open(&files, &["base"]).unwrap();
    let options = cases.options("bridge.toml").unwrap();
    let seek = Seek { aim: Some(Aim::Sustainability), best: terms, ..Seek::default() };
    let question = Question::default();
    BridgeChoice::from_cases(&mut cases, &["base"], &options, question, seek).unwrap()
}

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

/// A grant that pays convening.
fn grant(id: &str, terms: &str) -> String {
    format!(
        "[{id}]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\npays-for = [\"convene\"]\n{terms}\n"
    )
}

/// An old grant pays January to June 2026, the levy everything from January 2028: 18 months of 1,200 lie between. Eighteen
/// months from January end too early, whatever their amount; they do from July alone, with 21,600. From January on they do
/// if they last to December 2027, with as much.
#[test]
fn the_best_start_and_the_best_length_are_worked_by_hand() {
    let old = "award = 7_200\nfrom = \"2026-01\"\nuntil = \"2026-06\"";
    let plan = format!("{PLAN}{}", grant("stream.old", old));
    let offered = "award = 10_000\nfrom = \"2026-01\"\nuntil = \"2027-06\"";
    let choice = best(&plan, &grant("option.bridge", offered), &[Term::Start, Term::Length]);
    let [start, length] = choice.best.as_slice() else { panic!("two terms") };
    let money = Money::from_cents(2_160_000);
    assert_eq!(start.stated.money, None, "as it stands no amount does");
    for (found, way, tried) in
        [(start, Way::From(month("2026-07")), 24), (length, Way::Until(month("2027-12")), 24)]
    {
        assert_eq!(found.offers.len(), tried);
        let (told, offer) = &found.offers[found.best.unwrap()];
        assert_eq!((*told, &offer.least, offer.money), (way, &Least::Amount(money), Some(money)));
        let others = found.offers.iter().filter(|(told, _)| *told != way);
        assert!(others.into_iter().all(|(_, offer)| offer.money.is_none()));
        assert_eq!(found.refused, None);
    }
    let page = text::encode(&bridge::page(&choice), 100, Colour::Without);
    let told = "bridge, best start of 24 ways, of which 1 can do: from Jul 2026, with $21,600 in all, where as it stands";
    let one_line = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(one_line.contains(told), "{page}");
    let ways = bridge::table(&choice, "ways").unwrap();
    assert_eq!(ways.rows.len(), 48);
}

/// 2026 needs 14,400, of 2027 another grant pays the first half: 7,200 are left. Level years need 14,400 each; years of which
/// the second is half of the first need 21,600 together, and no other share needs as little.
#[test]
fn the_best_taper_is_worked_by_hand() {
    let later = "award = 7_200\nfrom = \"2027-01\"\nuntil = \"2027-06\"";
    let plan = format!("{PLAN}{}", grant("stream.later", later));
    let offered =
        "award = 9_000\nfrom = \"2026-01\"\nuntil = \"2027-12\"\nbudget-periods = \"yearly\"";
    let choice = best(&plan, &grant("option.bridge", offered), &[Term::Taper]);
    let [found] = choice.best.as_slice() else { panic!("one term") };
    // The first year is given the odd cent of an award that does not part evenly, so a cent less may do.
    let about = |offer: &Offer, cents: i64| {
        let short = cents - offer.money.unwrap().cents();
        assert!((0..=1).contains(&short), "{offer:?} for {cents}");
    };
    about(&found.stated, 2_880_000);
    assert_eq!(found.offers[0].1, found.stated, "level, as stated");
    let (way, offer) = &found.offers[found.best.unwrap()];
    assert_eq!(*way, Way::Falling(Rate::parse("0.5").unwrap()));
    about(offer, 2_160_000);
    // 55 % asks for 14,400 x 1.55, 45 % for 7,200 x 1.45 / 0.45.
    about(&found.offers[9].1, 2_232_000);
    about(&found.offers[11].1, 2_320_000);
    // The same by hand: the year's half written as a taper of the plan holds, and a cent less does not.
    let least = offer.money.unwrap().cents();
    for (amount, holds) in [(least, true), (least - 1, false)] {
        let terms = format!(
            "award = \"{}\"\nfrom = \"2026-01\"\nuntil = \"2027-12\"\nbudget-periods = \"yearly\"\n\
             taper = {{ shape = \"geometric\", ratio = \"50%\" }}",
            Money::from_cents(amount)
        );
        let text = format!("{plan}{}", grant("stream.bridge", &terms));
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let forecast =
            Forecast::from_plan(&folder::read(&files, "base").unwrap(), Question::default());
        assert_eq!(forecast.unwrap().measures.total.gap_total().is_zero(), holds);
    }
}

#[test]
fn terms_that_cannot_be_changed_are_told_with_the_reason() {
    let listed = "from = \"2026-01\"\nuntil = \"2027-12\"\n\
                  budget-periods = [{ from = \"2026-01\", until = \"2027-12\", amount = 9_000 }]";
    let raised = "award = 100\nfrom = \"2026-01\"\nuntil = \"2027-12\"\n\
                  [option.b.with.cost.staff]\nmonthly = 1_000";
    let lent = "[option.c]\nkind = \"loan\"\nmethod = \"recoverable-grant\"\nfunder = \"F\"\nstatus = \"secured\"\n\
                amount = 30_000\nfrom = \"2026-01\"\nrepaid-from = { stream = \"levy\" }\n\
                pays-for = [\"convene\"]\n";
    let options = format!("{}{}{lent}", grant("option.a", listed), grant("option.b", raised));
    let choice = best(PLAN, &options, &[Term::Start, Term::Taper]);
    let told: Vec<_> =
        choice.best.iter().map(|best| (best.option.as_str(), best.refused)).collect();
    let listed = Some("it states its periods one by one");
    let with = Some("what comes with it would not move with it");
    let lent = Some("its other terms do not go with it");
    let expected =
        [("a", listed), ("a", listed), ("b", with), ("b", with), ("c", None), ("c", lent)];
    assert_eq!(told, expected);
}

/// A recoverable grant of 14,400 that pays 2027.
fn recoverable(terms: &str) -> String {
    format!(
        "[option.loan]\nkind = \"loan\"\nmethod = \"recoverable-grant\"\nfunder = \"F\"\nstatus = \"secured\"\n\
         amount = 14_400\nfrom = \"2027-01\"\npays-for = [\"convene\"]\n{terms}\n"
    )
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

fn page(choice: &BridgeChoice) -> String {
    let page = text::encode(&bridge::page(choice), 100, Colour::Without);
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What goes back after the plan's last month has not come back: it is owed.
#[test]
fn a_refund_after_the_end_is_owed() {
    let wrong = GRANTS.split("[option.wrong]").nth(1).unwrap().replace("2027-12", "2031-12");
    let options = format!("[funder]\ncost-of-money = \"12%\"\n[option.wrong]{wrong}");
    let choice = base(&options, None);
    let cost = &option(&choice, "wrong").effect.cost;
    let amounts = [cost.paid, cost.returned, cost.present_value, cost.owed, cost.going_back];
    assert_eq!(amounts.map(Money::cents), [2_880_000, 0, 2_880_000, 2_880_000, 2_880_000]);
    let told = page(&choice);
    assert!(told.contains("$28,800 is of no use and goes back in the month after the plan ends"));
    assert!(!told.contains("still owed at the end, and its terms"), "{told}");
}

/// 10,000 a month that a grant reimburses by quarters, two months late, then a levy that pays as it goes.
const LATE: &str = r#"
[plan]
title = "T"
start = "2026-01"
months = 48
[cost.staff]
function = "convene"
monthly = 10_000
[stream.fed]
kind = "grant"
funder = "Agency"
status = "secured"
award = 240_000
from = "2026-01"
until = "2027-12"
pays-for = ["anything"]
payment = { method = "reimbursement", cycle-months = 3, lag-months = 2 }
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
base = 120_000
rate = "100%"
"#;

/// A line of credit as an option costs, owes and lends what the forecast of a plan that has it says.
#[test]
fn a_line_of_credit_has_the_figures_of_its_forecast() {
    let line = "lender = \"Bank\"\nlimit = 50_000\nrate = \"9%\"\nborrowing-base = \"100%\"\n";
    let options = format!("[funder]\ncost-of-money = \"12%\"\n[option.line.with.credit]\n{line}");
    let choice = choose(LATE, &options, (&["base"], Question::default(), None)).unwrap();
    let text = format!("{LATE}[credit]\n{line}");
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let plan = folder::read(&files, "base").unwrap();
    let alone = Forecast::from_plan(&plan, Question::default()).unwrap();
    let Bridged { after, effect, .. } = option(&choice, "line");
    assert_eq!(after.measures, alone.measures);
    let (credit, cost) = (alone.measures.credit.unwrap(), &effect.cost);
    assert!(credit.interest.is_positive() && credit.owed.is_positive());
    assert_eq!((cost.interest, cost.owed), (credit.interest, credit.owed));
    assert_eq!(cost.paid - cost.returned, credit.owed);
    assert_eq!(cost.net(), credit.owed - credit.interest);
    let line = alone.books.cash.credit.unwrap();
    let worth: f64 = (0..48)
        .map(|month| {
            let flow = line.drawn[month] - line.repaid[month] - line.interest[month];
            flow.cents() as f64 / 1.01_f64.powi(month as i32)
        })
        .sum();
    assert_eq!(cost.present_value.cents(), worth.round() as i64);
    let last = line.drawn.iter().rposition(|drawn| drawn.is_positive()).unwrap();
    assert_eq!(effect.exit, Some(plan.horizon.month(last)));
    assert!((23..30).contains(&last), "it lends until the grant is paid: {last}");
    assert_eq!(effect.dependable[0].unwrap().to_string(), "1", "the levy pays the year after");
    let told = page(&choice);
    let owed = "is still owed at the end, to be repaid from unrestricted cash.";
    assert!(told.contains(owed), "{told}");
    assert!(
        told.contains("The funder's worst case line: ($826) in base"),
        "in one scenario too: {told}"
    );
}

/// The levy pays back the loan of 2027 out of its own 14,400 of 2028, or out of what it has to spare: either way the loan
/// brings none of it.
#[test]
fn what_repays_a_loan_is_not_unlocked_by_it() {
    let loan = recoverable("repayments = [{ month = \"2028-12\", amount = 14_400 }]");
    let plan = PLAN.replace("pays-for = [\"convene\"]", "pays-for = [\"anything\"]");
    for base in ["14_400", "28_800"] {
        let plan = plan.replace("base = 14_400", &format!("base = {base}"));
        let choice = choose(&plan, &loan, (&["base"], Question::default(), None)).unwrap();
        let effect = &option(&choice, "loan").effect;
        assert!(effect.cost.returned.is_positive(), "the levy repays");
        assert_eq!((effect.unlocked_total(), effect.displaced_total()), Default::default());
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

/// Where a scenario leaves out the levy that would repay it, a recoverable grant is given and owed all the same.
#[test]
fn a_recoverable_grant_stays_where_nothing_repays_it() {
    let loan = recoverable("repaid-from = { stream = \"levy\" }");
    let plan = format!("{PLAN}[scenario.gone.stream.levy]\ndrop = true\n");
    let choice = choose(&plan, &loan, (&["gone"], Question::default(), None)).unwrap();
    let Bridged { plan, after, effect, .. } = option(&choice, "loan");
    let before = choice.scenarios[0].before.measures.total.gap_total();
    assert_eq!((before - after.measures.total.gap_total()).cents(), 1_440_000);
    let cost = &effect.cost;
    assert_eq!([cost.paid, cost.returned, cost.owed].map(Money::cents), [1_440_000, 0, 1_440_000]);
    assert!(page(&choice).contains("the money that would repay it is left out of this scenario"));
    let findings = braidfund::plan::check::findings(plan);
    let told = findings.iter().find(|finding| finding.name == "repayment-never-due").unwrap();
    assert!(told.message.contains("the scenario leaves out"), "{}", told.message);
    assert!(findings.iter().all(|finding| finding.name != "stream-pays-nothing"));
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

/// 30,000 are 1,200 more than is needed, unless pay rises to 1,250 a month, as it does in half of the futures.
#[test]
fn nothing_is_worse_in_none_whose_odds_are_worse() {
    let two = |id: &str, award: u32| {
        let months = format!("award = {award}\nfrom = \"2026-01\"\nuntil = \"2027-12\"");
        grant(&format!("option.{id}"), &months)
    };
    let options = format!("{}{}", two("enough", 28_800), two("more", 30_000));
    let chance = "[chance.pay]\nodds = \"50%\"\n[chance.pay.then.cost.staff]\nmonthly = 1_250\n\
                  [chance.pay.then.stream.levy.terms]\nbase = 15_000\n";
    let stated = format!("{PLAN}[opening]\nunrestricted-cash = 100\n");
    for plan in [PLAN, stated.as_str()] {
        let files = MemoryFolder::new([
            ("plan.toml", plan),
            ("bridge.toml", options.as_str()),
            ("chance.toml", chance),
        ]);
        let mut cases = Cases::open(&files, &["base"]).unwrap();
        let options = cases.options("bridge.toml").unwrap();
        for (count, beaten) in [(None, Some("enough".to_string())), (Some(40), None)] {
            let futures =
                count.map(|count| InFutures { file: "chance.toml", seed: 7, count, across: None });
            let seek = Seek { futures, ..Seek::default() };
            let question = Question::default();
            let choice =
                BridgeChoice::from_cases(&mut cases, &["base"], &options, question, seek).unwrap();
            assert_eq!(choice.beaten_by, [None, beaten], "{count:?}");
            // Nobody knows when cash runs out where the plan does not say what there is.
            let told = page(&choice).contains("Cash stays above zero in");
            assert_eq!(told, count.is_some() && plan == stated);
        }
    }
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

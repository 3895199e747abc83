//! What moves the gap most: cases worked by hand, what a swing says is what the plan so written forecasts, and a break-even is
//! one by a step.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use braidfund::decide::sensitivity::{Sensitivity, Swing};
use braidfund::error::Error;
use braidfund::export::text::{self, Colour};
use braidfund::folder::{Cases, DiskFolder, Files, MemoryFolder, Setting, read};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::money::Rate;
use braidfund::report::sensitivity;

/// 1,200 a month is needed for a year; 1,000 members pay a dollar each from January on, and a grant of 600 pays in June.
const PLAN: &str = r#"
[plan]
title = "T"
start = "2026-01"
months = 12
[driver.members]
start = 1_000
range = { start = [900, 1_500] }
[cost.staff]
function = "convene"
monthly = 1_200
[stream.plan]
kind = "payer"
funder = "A plan"
status = "secured"
from = "2026-01"
until = "2026-12"
pays-for = ["anything"]
range = { from = ["2026-01", "2026-03"] }
[stream.plan.terms]
method = "pmpm"
members = "members"
rate = "1.00"
range = { rate = ["0.80", "1.10"] }
[stream.grant]
kind = "grant"
funder = "F"
status = "secured"
award = 600
from = "2026-06"
until = "2026-06"
pays-for = ["convene"]
range = { award = [0, 700] }
"#;

fn find(files: &dyn Files, spread: Option<&str>, view: Status) -> Result<Sensitivity, Error> {
    let cases = Cases::open(files, &["base"])?;
    let spread = spread.map(|share| Rate::parse(share).unwrap());
    Sensitivity::from_cases(&cases, "base", spread, Question { view, ..Question::default() })
}

/// As planned January to May leave 200 each; in June the grant pays 600, so that 400 of the plan's money stays for the six
/// months after, which lack 200 each: 1,000 + 1,200 - 400 = 1,800. At a rate of 0.80: 2,000 + 2,400 - 200 = 4,200; at 1.10:
/// 500 + 600 - 500 = 600; from 1.20 on nothing. 900 members: 1,500 + 1,800 - 300 = 3,000; 1,200 or more nothing. From March
/// on, January and February leave 1,200 each: 3,800. Without the grant 200 in every month: 2,400; with 700: 1,700.
#[test]
fn swings_and_break_evens_are_worked_by_hand() {
    let files = MemoryFolder::new([("plan.toml", PLAN)]);
    let found = find(&files, None, Status::Secured).unwrap();
    assert_eq!(found.base.gap.cents(), 180_000);
    let told: Vec<(&str, [i64; 2], Option<String>)> = found
        .swings
        .iter()
        .map(|swing| {
            let even = swing.break_even.as_ref();
            assert!(even.is_none_or(|even| even.funded));
            (
                swing.input.path.as_str(),
                swing.outcomes.map(|outcome| outcome.gap.cents()),
                even.map(|even| even.value.text()),
            )
        })
        .collect();
    let text = |value: &str| Some(value.to_string());
    let expected = [
        ("stream.plan.terms.rate", [420_000, 60_000], text("1.20")),
        ("driver.members.start", [300_000, 0], text("1200")),
        ("stream.plan.from", [180_000, 380_000], None),
        ("stream.grant.award", [240_000, 170_000], None),
    ];
    assert_eq!(told, expected);
}

fn page(plan: &str) -> String {
    let found = find(&MemoryFolder::new([("plan.toml", plan)]), None, Status::Secured).unwrap();
    let page = text::encode(&sensitivity::page(&found), 100, Colour::Without);
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The rate that closes the gap lies beyond its range and the members within theirs; both are said. An input that moves the gap
/// less than twenty others do may be the one that decides.
#[test]
fn a_break_even_is_told_wherever_it_lies() {
    let told = page(PLAN);
    let rate = "All core costs are funded when stream.plan.terms.rate rises from $1.00 to $1.20, beyond its range.";
    let members = "All core costs are funded when driver.members.start rises from 1,000 to 1,200.";
    assert!(told.contains(rate) && told.contains(members), "{told}");
    let mut plan = PLAN[..PLAN.find("[stream.plan]").unwrap()].replace("range = { start", "#");
    plan.push_str(&PLAN[PLAN.find("[stream.grant]").unwrap()..]);
    let grant = "award = 14_300\nfrom = \"2026-01\"\nuntil = \"2026-12\"\npays-for = [\"convene\"]\n\
                 range = { award = [14_200, 14_350] }\n";
    plan.replace_range(plan.find("award = 600").unwrap().., grant);
    for line in 10..31 {
        let essential = "function = \"data\"\npriority = \"essential\"\nmonthly = 1_000\n\
                         range = { monthly = [500, 2_000] }\n";
        plan.push_str(&format!("[cost.data-{line}]\n{essential}"));
    }
    let told = page(&plan);
    let award = "All core costs are funded when stream.grant.award rises from $14,300 to $14,400, beyond its range.";
    assert!(told.contains("And 2 more inputs") && told.contains(award), "{told}");
}

/// A levy of 100 a month pays for no more than a tenth of the cost, and a contract that lasts two years longer pays for all: both are
/// found, far beyond their ranges.
#[test]
fn a_break_even_is_sought_down_to_nothing_and_for_years() {
    let (plan, rest) = PLAN.split_once("[cost.staff]").unwrap();
    let (_, contract) = rest.split_once("[stream.plan]").unwrap();
    let (contract, _) = contract.split_once("[stream.grant]").unwrap();
    let plan = plan.replace("range = ", "# ");
    let staff = "[cost.staff]\nfunction = \"convene\"\nmonthly = 1_000\nrange = { monthly = [900, 1_100] }\n";
    let levy = "[stream.levy]\nkind = \"public\"\nfunder = \"County\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
                until = \"2026-12\"\npays-for = [\"convene\"]\n[stream.levy.terms]\nmethod = \"levy\"\nbase = 1_200\n\
                rate = \"100%\"\n";
    let longer = contract.replace("range = { rate", "# ").replace(
        "range = { from = [\"2026-01\", \"2026-03\"] }",
        "range = { until = [\"2026-11\", \"2027-01\"] }",
    );
    let years = plan.replace("months = 12", "months = 36");
    let fixed = staff.replace("range = ", "# ");
    for (text, path, value) in [
        (format!("{plan}{staff}{levy}"), "cost.staff.monthly", "100"),
        (format!("{years}{fixed}[stream.plan]{longer}"), "stream.plan.until", "2028-12"),
    ] {
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let found = find(&files, None, Status::Secured).unwrap();
        let [swing] = found.swings.as_slice() else { panic!("{:?}", found.swings) };
        let even = swing.break_even.as_ref().unwrap();
        assert_eq!((swing.input.path.as_str(), even.value.text().as_str()), (path, value));
        assert!(even.funded);
        // A date neither rises nor falls.
        let page = text::encode(&sensitivity::page(&found), 200, Colour::Without);
        let told = if path.ends_with("until") { "until moves from" } else { "monthly falls from" };
        assert!(page.contains(told), "{page}");
    }
}

/// Of ranges that move nothing the page says so with what would move, and nothing of break-evens, which were not sought.
#[test]
fn ranges_that_move_nothing_are_said_to() {
    let files = DiskFolder::open(Path::new("scenarios/reading-ccp")).unwrap();
    for (view, still) in [(Status::Secured, true), (Status::Prospective, false)] {
        let page = text::encode(
            &sensitivity::page(&find(&files, None, view).unwrap()),
            400,
            Colour::Without,
        );
        assert_eq!(
            page.contains("None of them moves what stays unpaid, counting secured money only"),
            still
        );
        assert_eq!(page.contains("Where core costs begin or cease to be funded"), !still, "{page}");
    }
}

/// What is planned at nothing, at a fall, or near the most that an input admits, and what each has to come to: 120,000 a year,
/// of which grants pay 90,000 or all but a part.
#[test]
fn a_break_even_is_sought_over_the_whole_range_and_as_far_as_the_input_goes() {
    let head = |months: u32, staff: &str, award: u32| {
        format!(
            "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = {months}\n\
             [cost.staff]\nfunction = \"convene\"\nyearly = 120_000\n{staff}\n\
             [stream.a]\nkind = \"grant\"\nfunder = \"A\"\nstatus = \"secured\"\naward = {award}\nfrom = \"2026-01\"\n\
             until = \"{}-12\"\npays-for = [\"anything\"]\n",
            2025 + months / 12
        )
    };
    let hospital = |yearly: &str| {
        let stream = "[stream.h]\nkind = \"public\"\nfunder = \"H\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
                      evergreen = \"each year\"\npays-for = [\"anything\"]\n[stream.h.terms]\n";
        format!("{}{stream}{yearly}", head(24, "", 180_000))
    };
    let even = |plan: &str| {
        let found = find(&MemoryFolder::new([("plan.toml", plan)]), None, Status::Secured).unwrap();
        let [swing] = found.swings.as_slice() else { panic!("one input") };
        swing.break_even.as_ref().map(|even| (even.value.text(), even.funded))
    };
    let benefit = |yearly: &str| hospital(&format!("method = \"community-benefit\"\n{yearly}"));
    let funded = |value: &str| Some((value.to_string(), true));
    // From nothing, within the range and beyond it.
    assert_eq!(even(&benefit("yearly = 0\nrange = { yearly = [0, 30_000] }")), funded("30000"));
    assert_eq!(even(&benefit("yearly = 0\nrange = { yearly = [0, 10_000] }")), funded("30000"));
    // 120,000 * (1 + 0.914 + 0.914^2) = 329,927.52 and 120,000 * (1 + 0.915 + 0.915^2) = 330,267.00.
    for (planned, low) in [("-1%", "-20%"), ("0%", "-20%"), ("0%", "-2%"), ("1%", "0%")] {
        let range =
            format!("escalate = \"{planned}\"\nrange = {{ escalate = [\"{low}\", \"5%\"] }}");
        assert_eq!(even(&head(36, &range, 330_000)), funded("-8.6%"), "{planned} from {low} on");
    }
    // A rate of more than 100 % makes no plan; 96.7 % of 31,000 are 29,977, and 96.8 % 30,008.
    let levy = |rate: &str| hospital(&format!("method = \"levy\"\nbase = 31_000\n{rate}"));
    let rate = "rate = \"60%\"\nrange = { rate = [\"50%\", \"66%\"] }";
    assert_eq!(even(&levy(rate)), funded("96.8%"));
    assert_eq!(even(&levy(rate).replace("31_000", "29_000")), None, "all of it is too little");
}

/// A gift of 600 for June that comes in half of all cases leaves 1,200 where it comes and 1,800 where not: a mean of 1,500, of
/// 1,740 at a tenth and of 1,260 at nine tenths, whether the view counts the gift or not.
#[test]
fn a_probability_moves_the_mean_of_what_comes_with_it_and_without() {
    let gift = PLAN[PLAN.find("[stream.grant]").unwrap()..]
        .replace("stream.grant", "stream.gift")
        .replace("range = { award = [0, 700] }", "range = { probability = [\"10%\", \"90%\"] }")
        .replace("\"secured\"", "\"prospective\"\nprobability = \"50%\"");
    let plan = format!("{PLAN}{gift}");
    // What names the gift stands where it does not come; a renewal that pays as much from July on does as well.
    let named = format!("{plan}[policy]\norder = [\"gift\", \"grant\"]\n");
    let renewal = "renewal = { probability = \"50%\", years = 1, share = \"100%\", status = \"prospective\", \
                   range = { probability = [\"10%\", \"90%\"] } }";
    let renewed = PLAN.replace("range = { award = [0, 700] }", renewal);
    for plan in [&plan, &named, &renewed] {
        let files = MemoryFolder::new([("plan.toml", plan.as_str())]);
        for view in [Status::Secured, Status::Prospective] {
            let found = find(&files, None, view).unwrap();
            let swing = found.swings.into_iter().find(Swing::is_probability).unwrap();
            let gaps = [swing.base, swing.outcomes[0], swing.outcomes[1]];
            assert_eq!(gaps.map(|outcome| outcome.gap.cents()), [150_000, 174_000, 126_000]);
        }
    }
    let even = |plan: &str| {
        let found = find(&MemoryFolder::new([("plan.toml", plan)]), None, Status::Secured).unwrap();
        let swing = found.swings.into_iter().find(Swing::is_probability).unwrap();
        swing.break_even.map(|even| (even.value.text(), even.funded))
    };
    assert_eq!(even(&plan), None, "600 do not close it");
    let large = gift
        .replace("award = 600", "award = 2_400")
        .replace("2026-06\"\nuntil", "2026-01\"\nuntil");
    assert_eq!(even(&format!("{PLAN}{large}")), Some(("100.0%".to_string(), true)));
}

fn gap(text: &str, view: Status) -> (i64, i64) {
    let plan = read(&MemoryFolder::new([("plan.toml", text)]), "base").unwrap();
    let question = Question { view, ..Question::default() };
    let total = Forecast::from_plan(&plan, question).unwrap().measures.total;
    (total.gap_total().cents(), total.gap[0].cents())
}

/// Every figure of the sample moved by a tenth: what is said of each end is what a forecast of the plan says in which the
/// figure is written so, and core costs are funded at a break-even and not a step before.
#[test]
fn what_is_said_is_what_the_plan_so_written_forecasts() {
    let files = DiskFolder::open(Path::new("scenarios/reading-ccp")).unwrap();
    let cases = Cases::open(&files, &["base"]).unwrap();
    let draft = cases.draft("base").unwrap();
    for view in [Status::Secured, Status::Prospective] {
        let found = find(&files, Some("0.1"), view).unwrap();
        assert!(found.swings.len() > 40, "{}", found.swings.len());
        let question = Question { view, ..Question::default() };
        for swing in &found.swings {
            let outcome = |value: Setting| {
                let plan = cases.plan(&draft.restated(&swing.input.path, &value.text()).unwrap());
                Forecast::from_plan(&plan.unwrap(), question).unwrap().measures.total
            };
            for (end, said) in swing.input.ends.into_iter().zip(swing.outcomes) {
                assert_eq!(outcome(end).gap_total(), said.gap, "{}", swing.input.path);
            }
        }
        let spreads = found.swings.windows(2).all(|pair| pair[0].spread() >= pair[1].spread());
        assert!(spreads, "those that move the gap most stand first");
    }
    let rate = |text: &str| PLAN.replace("rate = \"1.00\"", &format!("rate = \"{text}\""));
    assert_eq!(gap(&rate("1.20"), Status::Secured).1, 0);
    assert!(gap(&rate("1.19"), Status::Secured).1 > 0);
}

#[test]
fn wrong_ranges_are_refused_with_the_remedy() {
    let told = |from: &str, to: &str| {
        let text = PLAN.replace(from, to);
        let error = find(&MemoryFolder::new([("plan.toml", text.as_str())]), None, Status::Secured);
        let error = error.unwrap_err();
        let [one] = error.diagnostics() else { panic!("{:?}", error.diagnostics()) };
        format!("{} {}", one.message, one.remedy)
    };
    assert!(
        told("range = { rate = [\"0.80\", \"1.10\"] }", "range = { rat = [1, 2] }")
            .contains("`rate`")
    );
    assert!(told("[\"0.80\", \"1.10\"]", "[\"0.80\"]").contains("low and a high"));
    assert!(told("[\"0.80\", \"1.10\"]", "[\"80%\", \"1.10\"]").contains("of its form"));
    assert!(told("range = { award = [0, 700] }", "range = 3").contains("`range`"));
}

#[test]
fn an_end_that_makes_no_plan_is_told() {
    let text = PLAN.replace("[\"2026-01\", \"2026-03\"]", "[\"2026-01\", \"2027-03\"]");
    let found =
        find(&MemoryFolder::new([("plan.toml", text.as_str())]), None, Status::Secured).unwrap();
    assert_eq!(found.refused, ["stream.plan.from"]);
    assert_eq!(found.swings.len(), 3);
}

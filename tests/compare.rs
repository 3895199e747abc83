//! Scenarios side by side: nothing differs from itself, the other way round is the opposite, parts add up, and a case
//! worked by hand.

#![allow(clippy::unwrap_used)]

use braidfund::decide::compare::{Apart, Comparison, Contrast, Measure, Outcome, Side, Value};
use braidfund::export::csv;
use braidfund::export::text::{self, Colour};
use braidfund::folder::{BASE, Cases, DiskFolder, Files, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::money::Money;
use braidfund::month::Month;
use std::path::Path;

fn compare(files: &dyn Files, base: &str, other: &str, question: Question) -> (Side, Contrast) {
    let cases = Cases::open(files, &[base, other]).unwrap();
    let mut found = Comparison::from_cases(&cases, (base, &[other]), question).unwrap();
    (found.base, found.others.remove(0))
}

fn sum(contrast: &Contrast) -> Outcome {
    let all = contrast.dues.iter().map(|due| due.change);
    all.fold(Outcome::default(), |sum, change| Outcome {
        core_gap: sum.core_gap + change.core_gap,
        gap: sum.gap + change.gap,
        lowest_cash: sum.lowest_cash + change.lowest_cash,
    })
}

/// Every pair of cases of the samples that have scenarios, with the secured and with all money.
fn pairs(mut each: impl FnMut(&dyn Files, &str, &str, Question)) {
    let mut count = 0;
    for sample in ["reading-ccp", "ri-hez", "imperial-ach"] {
        let files = DiskFolder::open(&Path::new("scenarios").join(sample)).unwrap();
        let scenarios = braidfund::folder::scenarios(&files).unwrap();
        let ids: Vec<&str> =
            std::iter::once(BASE).chain(scenarios.iter().map(|(id, _)| id.as_str())).collect();
        for (place, one) in ids.iter().enumerate() {
            for other in &ids[place + 1..] {
                for view in [Status::Secured, Status::Prospective] {
                    each(&files, one, other, Question { view, ..Question::default() });
                    count += 1;
                }
            }
        }
    }
    assert!(count > 20, "the samples have scenarios: {count} pairs");
}

#[test]
fn nothing_differs_from_itself() {
    let files = DiskFolder::open(Path::new("scenarios/reading-ccp")).unwrap();
    for case in [BASE, "payers-late+hospital-absorbs"] {
        let (base, same) = compare(&files, case, case, Question::default());
        assert!(same.inputs.is_empty() && same.dues.is_empty());
        assert_eq!(same.whole, Outcome::default());
        for (figure, own) in base.figures().iter().zip(same.side.figures()) {
            assert!(own.value.apart(figure.value).is_none(), "{figure:?}");
        }
    }
}

/// Cash that a plan does not state runs out in no month that is known, on one side or on both.
#[test]
fn cash_that_is_not_stated_is_compared_with_nothing() {
    let plan = |opening: &str| {
        format!(
            "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 12\n[cost.staff]\nfunction = \"convene\"\n\
             monthly = 1_000\n{opening}[scenario.counted]\ntitle = \"Counted\"\nopening.unrestricted-cash = 3_000\n\
             [scenario.dearer]\ntitle = \"Dearer\"\ncost.staff.monthly = 1_500\n"
        )
    };
    let told = |plan: &str, other: &str| -> (String, Option<String>) {
        let files = MemoryFolder::new([("plan.toml", plan)]);
        let cases = Cases::open(&files, &[BASE, other]).unwrap();
        let question = Question::default();
        let found = Comparison::from_cases(&cases, (BASE, &[other]), question).unwrap();
        let table = braidfund::report::compare::table(&found, "dates").unwrap();
        let rows = csv::encode(&table);
        let row = rows.lines().find(|row| row.contains("cash_runs_out")).unwrap().replace('"', "");
        let page = braidfund::report::compare::page(&found);
        let page = text::encode(&page, 100, Colour::Without);
        let line = page.lines().find(|line| line.contains("Cash runs out"));
        (row, line.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")))
    };
    let (row, line) = told(&plan(""), "dearer");
    assert_eq!((row.as_str(), line), ("dearer,cash_runs_out,,,,", None));
    let (row, line) = told(&plan(""), "counted");
    assert_eq!(row, "counted,cash_runs_out,,,2026-04,");
    assert_eq!(line.as_deref(), Some("Cash runs out not stated Apr 2026"));
    let (row, _) = told(&plan("[opening]\nunrestricted-cash = 3_000\n"), "dearer");
    assert_eq!(row, "dearer,cash_runs_out,,2026-04,2026-03,-1");
}

#[test]
fn the_other_way_round_is_the_opposite() {
    let minus = |amount: Money| Money::ZERO - amount;
    pairs(|files, one, other, question| {
        let (base, there) = compare(files, one, other, question);
        let (_, back) = compare(files, other, one, question);
        for (own, figure) in there.side.figures().iter().zip(base.figures()) {
            let apart = own.value.apart(figure.value);
            assert_eq!(figure.value.apart(own.value), apart.reversed(), "{one} and {other}");
        }
        let changes = |contrast: &Contrast, turn: &dyn Fn(Money) -> Money| {
            let due = |due: &braidfund::decide::compare::Due| {
                let Outcome { core_gap, gap, lowest_cash } = due.change;
                (due.inputs.clone(), [core_gap, gap, lowest_cash].map(turn))
            };
            contrast.dues.iter().map(due).collect::<Vec<_>>()
        };
        assert_eq!(changes(&there, &|amount| amount), changes(&back, &minus), "{one} and {other}");
    });
}

#[test]
fn what_inputs_are_due_adds_up_to_the_difference_of_two_forecasts() {
    pairs(|files, one, other, question| {
        let (base, contrast) = compare(files, one, other, question);
        assert_eq!(sum(&contrast), contrast.whole, "{one} and {other}");
        let places: Vec<usize> = contrast.dues.iter().flat_map(|due| due.inputs.clone()).collect();
        assert_eq!(places, (0..contrast.inputs.len()).collect::<Vec<_>>());
        let forecast = |case: &str| {
            let plan = braidfund::folder::read(files, case).unwrap();
            Forecast::from_plan(&plan, question).unwrap().measures
        };
        let (before, after) = (forecast(one), forecast(other));
        assert_eq!(before.total.gap_total(), base.forecast.measures.total.gap_total());
        assert_eq!(contrast.whole.gap, after.total.gap_total() - before.total.gap_total());
        assert_eq!(contrast.whole.core_gap, after.total.gap[0] - before.total.gap[0]);
        assert_eq!(contrast.whole.lowest_cash, after.cash.lowest.1 - before.cash.lowest.1);
    });
}

/// Cost 120,000 with a grant of 100,000 leaves 20,000; cost 80,000 with a grant of 60,000 leaves 20,000 too. Cost
/// first: 20,000 to 0, then the grant to 20,000. The grant first: 20,000 to 60,000, then the cost to 20,000. Means: the
/// cost (-20,000 - 40,000) / 2, the grant (20,000 + 40,000) / 2.
#[test]
fn inputs_that_work_on_each_other_share_what_they_do() {
    let files = MemoryFolder::new([(
        "plan.toml",
        r#"
        [plan]
        title = "T"
        start = "2026-07"
        years = 1
        [cost.staff]
        function = "convene"
        yearly = 120_000
        [stream.grant]
        kind = "grant"
        funder = "F"
        status = "secured"
        award = 100_000
        from = "2026-07"
        until = "2027-06"
        pays-for = ["convene"]
        [scenario.smaller.cost.staff]
        yearly = 80_000
        [scenario.smaller.stream.grant]
        award = 60_000
        [scenario.cent.cost.staff]
        yearly = "80000.01"
        [scenario.cent.stream.grant]
        award = 60_000
        [scenario.monthly.cost.staff]
        monthly = 11_000
        "#,
    )]);
    let (_, smaller) = compare(&files, BASE, "smaller", Question::default());
    let told: Vec<(&str, i64)> = smaller
        .dues
        .iter()
        .map(|due| (smaller.inputs[due.inputs.start].path.as_str(), due.change.gap.cents()))
        .collect();
    assert_eq!(told, [("cost.staff.yearly", -3_000_000), ("stream.grant.award", 3_000_000)]);
    assert_eq!(smaller.whole.gap, Money::ZERO);
    // A cent more of cost: -20,000.00 and -39,999.99, half of which is rounded away from zero.
    let (_, cent) = compare(&files, BASE, "cent", Question::default());
    let told: Vec<i64> = cent.dues.iter().map(|due| due.change.gap.cents()).collect();
    assert_eq!(told, [-3_000_000, 3_000_001]);

    let (base, monthly) = compare(&files, BASE, "monthly", Question::default());
    assert_eq!(monthly.inputs.len(), 2, "one form goes, another comes");
    assert_eq!((monthly.dues.len(), monthly.dues[0].inputs.clone()), (1, 0..2), "only together");
    assert_eq!(monthly.whole.gap.cents(), 1_200_000);
    let gap = |side: &Side| {
        let figures = side.figures();
        let own = figures.iter().find(|figure| figure.measure == Measure::Gap).unwrap();
        own.value
    };
    assert_eq!(gap(&base), Value::Money(Money::from_cents(2_000_000)));
    assert_eq!(gap(&monthly.side), Value::Money(Money::from_cents(3_200_000)));
}

/// Three levies of 9,000, 4,000 and 8,000 a year pay 12,000 of core cost until 2026, June 2028 and 2029; nobody pays for data.
/// The first fall is past by June 2027, and the deepest of all.
#[test]
fn figures_are_told_of_what_is_ahead_and_apart_by_what_they_are_more() {
    let levy = |id: &str, base: u32, until: &str| {
        format!(
            "[stream.{id}]\nkind = \"public\"\nfunder = \"County\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
             until = \"{until}\"\npays-for = [\"convene\"]\n[stream.{id}.terms]\nmethod = \"levy\"\n\
             base = {base}\nrate = \"100%\"\n"
        )
    };
    let levies = [
        levy("first", 9_000, "2026-12"),
        levy("second", 4_000, "2028-06"),
        levy("third", 8_000, "2029-12"),
    ];
    let text = format!(
        "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 60\nas-of = \"2027-06\"\n\
         [opening]\nunrestricted-cash = 90_000\n\
         [cost.staff]\nfunction = \"convene\"\nmonthly = 1_000\n\
         [cost.registry]\nfunction = \"data\"\npriority = \"essential\"\nmonthly = 100\n{}\
         [scenario.poorer.opening]\nunrestricted-cash = 80_000\n\
         [scenario.kept.stream.second]\nuntil = \"2030-12\"\n\
         [scenario.kept.stream.third]\nuntil = \"2030-12\"\n",
        levies.concat()
    );
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let dollars = |amount: i64| Money::from_cents(amount * 100);
    let month = |text: &str| Month::parse(text).unwrap();
    let of = |side: &Side, measure: Measure, year: Option<i32>| {
        let figures = side.figures();
        let own = figures.iter().find(|own| (own.measure, own.year) == (measure, year));
        own.unwrap().value
    };
    let (base, poorer) = compare(&files, BASE, "poorer", Question::default());
    assert_eq!(of(&base, Measure::FirstCliff, None), Value::Month(Some(month("2028-07"))));
    assert_eq!(of(&base, Measure::DeepestCliff, None), Value::Money(dollars(8_000)));
    for (measure, gap) in [(Measure::Gap, 1_200), (Measure::CoreGap, 0)] {
        assert_eq!(of(&base, measure, Some(2026)), Value::Money(dollars(gap)), "{measure:?}");
    }
    for own in poorer.side.figures() {
        let apart = own.value.apart(of(&base, own.measure, own.year));
        match own.measure {
            Measure::LowestCash => assert_eq!(apart, Apart::Money(dollars(-10_000))),
            _ => assert!(apart.is_none(), "{own:?}"),
        }
    }
    // What the first one held beyond its year pays until then.
    let (_, kept) = compare(&files, BASE, "kept", Question::default());
    let apart = |measure| of(&kept.side, measure, None).apart(of(&base, measure, None));
    assert_eq!(apart(Measure::FirstCliff), Apart::StaysAway);
    assert_eq!(apart(Measure::DeepestCliff), Apart::Money(dollars(-8_000)));
    assert_eq!(Apart::StaysAway.reversed(), Apart::Comes);
    assert_eq!(Apart::Months(2).reversed(), Apart::Months(-2));
    let later = Value::Month(Some(month("2028-02"))).apart(Value::Month(Some(month("2027-12"))));
    assert_eq!(later, Apart::Months(2));
    assert_eq!(Value::Months(Some(3)).apart(Value::Months(None)), Apart::Comes);
}

/// Of 1,000 a month for two years the award pays all but the last two months. Later it pays the last 23, and less goes unpaid; yet it
/// does so at once: January lacks 1,000 of three months' 3,000.
#[test]
fn what_comes_sooner_is_told_where_less_goes_unpaid() {
    let plan = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 24\n[opening]\nunrestricted-cash = 500\n\
                [cost.staff]\nfunction = \"convene\"\nmonthly = 1_000\n\
                [stream.award]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = 22_000\n\
                from = \"2026-01\"\nuntil = \"2027-10\"\npays-for = [\"convene\"]\n\
                [scenario.later.stream.award]\naward = 23_000\nfrom = \"2026-02\"\nuntil = \"2027-12\"\n\
                [scenario.less.stream.award]\naward = 21_000\nfrom = \"2026-02\"\n\
                [scenario.seen.plan]\nas-of = \"2026-03\"\n\
                [scenario.seen.stream.award]\naward = 23_000\nfrom = \"2026-02\"\nuntil = \"2027-12\"\n";
    let files = MemoryFolder::new([("plan.toml", plan)]);
    let told = |other: &str| {
        let cases = Cases::open(&files, &[BASE, other]).unwrap();
        let found = Comparison::from_cases(&cases, (BASE, &[other]), Question::default()).unwrap();
        text::encode(&braidfund::report::compare::page(&found), 300, Colour::Without)
    };
    let later = told("later");
    let words = "v later: $1,000 less stays unpaid ($1,000 less of core costs): $1,000 in all. But core costs first go \
                 unpaid in Jan 2026 instead of Nov 2027, the runway lasts 0 months instead of 20 months and cash runs out in \
                 Jan 2026 instead of Nov 2027.";
    assert!(later.contains(words), "{later}");
    // Where more goes unpaid the amounts say it.
    assert!(!told("less").contains(" instead of "));
    // What was unpaid before it is looked at is past.
    let seen = told("seen");
    let line = seen.lines().find(|line| line.contains("Core costs next unpaid")).unwrap();
    assert!(line.contains("not by the end"), "{line}");
}

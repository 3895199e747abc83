//! The optimal braid: equal to what is published, never above another braid, and as near its proof as it says.

#![allow(clippy::unwrap_used)]

mod plans;

use std::fmt::Write as _;
use std::path::Path;

use braidfund::braid::{Braid, Method};
use braidfund::folder::{self, DiskFolder, MemoryFolder};
use braidfund::funding::Status;
use braidfund::money::Money;
use braidfund::plan::Plan;
use braidfund::timeline::{Selection, Timeline};
use plans::parts;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// What the optimal braid leaves of each priority, and what it proves that any leaves.
fn optimum(plan: &Plan, view: Status) -> ([Money; 3], [Money; 3]) {
    let timeline = Timeline::from_plan(plan, Selection::View(view)).unwrap();
    let (braid, certificate) = Braid::from_timeline(plan, &timeline, Method::Optimal).unwrap();
    (braid.gaps(plan, &timeline), certificate.least().unwrap())
}

#[test]
fn it_equals_the_published_optima() {
    let mut reader = csv::Reader::from_path("fixtures/braid/optima.csv").unwrap();
    let mut count = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let money = |column: usize| Money::parse(&row[column]).unwrap();
        let (instance, tolerance) = (&row[0], money(10));
        let folder = DiskFolder::open(&Path::new("fixtures/braid").join(instance)).unwrap();
        let plan = folder::read(&folder, "base").unwrap();
        let (gaps, least) = optimum(&plan, Status::Secured);
        for priority in 0..3 {
            let (gap, published) = (gaps[priority], money(7 + priority));
            let apart = if gap > published { gap - published } else { published - gap };
            assert!(apart <= tolerance, "{instance}: {gap} where {published} is published");
            let distance = gap - least[priority];
            assert!(distance >= Money::ZERO && distance <= tolerance, "{instance}: {distance}");
        }
        count += 1;
    }
    assert_eq!(count, 22);
}

#[test]
fn no_other_braid_of_a_random_plan_leaves_less() {
    let mut runner = TestRunner::deterministic();
    let (mut exact, mut near) = (0, 0);
    for case in 0..1_500 {
        let plan = parts().new_tree(&mut runner).unwrap().current().plan();
        let (gaps, least) = optimum(&plan, Status::Prospective);
        let timeline = Timeline::from_plan(&plan, Selection::View(Status::Prospective)).unwrap();
        for method in [Method::Waterfall, Method::Shares] {
            let (other, _) = Braid::from_timeline(&plan, &timeline, method).unwrap();
            let other = other.gaps(&plan, &timeline);
            let beyond = (0..3).find(|at| other[*at] != gaps[*at]);
            // A braid settled in cents may lie as far from the best as it says, and no further.
            assert!(
                beyond.is_none_or(|at| gaps[at] < other[at] || other[at] >= least[at]),
                "case {case}: {method:?} leaves {other:?}, the optimal {gaps:?}, proved {least:?}"
            );
        }
        exact += usize::from(gaps == least);
        near += usize::from((0..3).all(|at| gaps[at] - least[at] <= Money::from_cents(100)));
    }
    assert!(exact >= 1_200, "{exact} of 1,500 are proved to the cent");
    assert!(near >= 1_450, "{near} of 1,500 are proved to the dollar");
}

/// A plan of five years whose streams are spent in windows of one or two years, each with a cap on what a function may
/// take of what is spent.
fn capped_plan(seed: u64) -> Plan {
    let mut state = seed * 2 + 1;
    let mut draw = |most: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let month = |place: u64| format!("{}-{:02}", 2026 + place / 12, place % 12 + 1);
    let functions = ["data", "convening", "evaluation"];
    let mut plan = String::from("[plan]\ntitle = \"Capped\"\nstart = \"2026-01\"\nmonths = 60\n");
    let mut needs = String::from("month,cost,amount\n");
    let mut tranches = String::from("stream,available,last,amount\n");
    for line in 0..6 {
        let (function, priority) =
            (functions[line % 3], ["essential", "core", "stretch"][draw(3) as usize]);
        writeln!(plan, "[cost.c{line}]\nlayer = \"program\"\nfunction = \"{function}\"").unwrap();
        writeln!(plan, "priority = \"{priority}\"\nseries = \"needs.csv\"").unwrap();
        for place in 0..60 {
            writeln!(needs, "{},c{line},{}.{:02}", month(place), 800 + draw(400), draw(100))
                .unwrap();
        }
    }
    for stream in 0..4 {
        let (step, length) = (1 + 2 * draw(2), 12 + 12 * draw(2));
        writeln!(plan, "[stream.s{stream}]\nkind = \"grant\"\nstatus = \"secured\"").unwrap();
        writeln!(plan, "schedule = \"tranches.csv\"").unwrap();
        let apart = draw(3) as usize;
        let pays: Vec<&str> =
            (0..3).filter(|at| *at != apart || stream == 0).map(|at| functions[at]).collect();
        let capped = pays[draw(pays.len() as u64) as usize];
        writeln!(plan, "pays-for = {pays:?}").unwrap();
        let share = 5 + draw(10);
        writeln!(plan, "cap = [{{ on = [\"{capped}\"], share = \"{share}%\", of = \"spent\" }}]")
            .unwrap();
        let level = 600 + draw(900);
        for place in (0..60).step_by(step as usize) {
            let last = (place / length + 1) * length - 1;
            let amount = level * step + draw(100);
            let last = month(last.min(59));
            writeln!(tranches, "s{stream},{},{last},{amount}.{:02}", month(place), draw(100))
                .unwrap();
        }
    }
    let files = [("plan.toml", plan), ("needs.csv", needs), ("tranches.csv", tranches)];
    let files = MemoryFolder::new(files.each_ref().map(|(name, text)| (*name, text.as_str())));
    folder::read(&files, "base").unwrap()
}

#[test]
fn long_plans_whose_caps_bind_are_proved_to_some_cents() {
    let mut exact = 0;
    for seed in 0..40 {
        let plan = capped_plan(seed);
        let (gaps, least) = optimum(&plan, Status::Secured);
        for priority in 0..3 {
            let distance = gaps[priority] - least[priority];
            let near = distance >= Money::ZERO && distance <= Money::from_cents(20);
            assert!(near, "seed {seed}: {gaps:?} where {least:?} is proved");
        }
        exact += usize::from(gaps == least);
    }
    assert!(exact < 40, "caps bind, so that some are settled to cents");
}

//! The optimal braid: equal to what is published, never above another braid, and as near its proof as it says.

#![allow(clippy::unwrap_used)]

mod plans;

use std::path::Path;

use braidfund::braid::{Braid, Method};
use braidfund::folder::{self, DiskFolder};
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

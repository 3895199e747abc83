//! Why no braid leaves less: the cut and the causes, on plans worked by hand and on random ones.

#![allow(clippy::unwrap_used)]

mod plans;

use braidfund::braid::Method;
use braidfund::braid::causes::Cause;
use braidfund::explain;
use braidfund::folder::{self, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::money::Money;
use braidfund::plan::Plan;
use plans::parts;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// A plan of two months from January 2026 with these costs and streams.
fn forecast(tables: &str, view: Status) -> (Plan, Forecast) {
    let text = format!("[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 2\n{tables}");
    let plan = folder::read(&MemoryFolder::new([("plan.toml", text.as_str())]), "base").unwrap();
    let forecast =
        Forecast::from_plan(&plan, Question { method: Method::Waterfall, view }).unwrap();
    (plan, forecast)
}

fn cost(name: &str, priority: &str, monthly: u32) -> String {
    format!(
        "[cost.{name}]\nfunction = \"{name}\"\npriority = \"{priority}\"\nmonthly = {monthly}\n"
    )
}

fn grant(name: &str, status: &str, award: u32, months: (&str, &str), pays: &str) -> String {
    let (from, until) = months;
    format!(
        "[stream.{name}]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"{status}\"\naward = {award}\n\
         from = \"{from}\"\nuntil = \"{until}\"\npays-for = [\"{pays}\"]\n{}",
        if status == "secured" { "" } else { "probability = \"50%\"\n" }
    )
}

/// The parts in whole dollars, in the order of causes, of one priority.
fn parts_of(forecast: &Forecast, priority: usize) -> [i64; 5] {
    Cause::ALL.map(|cause| forecast.causes.of(cause, priority).cents() / 100)
}

const JANUARY: (&str, &str) = ("2026-01", "2026-01");
const FEBRUARY: (&str, &str) = ("2026-02", "2026-02");
const BOTH: (&str, &str) = ("2026-01", "2026-02");

#[test]
fn money_for_something_else_is_restriction() {
    // 300 of cost; 150 for data of 100: 50 more of convening could be paid.
    let tables = cost("convene", "core", 100)
        + &cost("data", "core", 50)
        + &grant("a", "secured", 150, BOTH, "data");
    assert_eq!(parts_of(&forecast(&tables, Status::Secured).1, 0), [50, 0, 0, 0, 150]);
}

#[test]
fn money_that_ends_is_lapse_and_money_to_come_is_lateness() {
    let cost = cost("convene", "core", 100);
    let early = cost.clone() + &grant("a", "secured", 150, JANUARY, "anything");
    assert_eq!(parts_of(&forecast(&early, Status::Secured).1, 0), [0, 50, 0, 0, 50]);
    let late = cost.clone() + &grant("a", "secured", 150, FEBRUARY, "anything");
    assert_eq!(parts_of(&forecast(&late, Status::Secured).1, 0), [0, 0, 50, 0, 50]);
    let hoped = cost + &grant("a", "likely", 150, FEBRUARY, "anything");
    assert_eq!(parts_of(&forecast(&hoped, Status::Secured).1, 0), [0, 0, 0, 0, 200]);
    assert_eq!(parts_of(&forecast(&hoped, Status::Likely).1, 0), [0, 0, 0, 50, 50]);
}

#[test]
fn freed_money_goes_to_core_first() {
    // 60 a month for data alone leave 200 of core and 80 of essential; freed, 80 of core and 200 of essential.
    let tables = cost("convene", "core", 100)
        + &cost("data", "essential", 100)
        + &grant("a", "secured", 120, BOTH, "data");
    let (_, forecast) = forecast(&tables, Status::Secured);
    assert_eq!(parts_of(&forecast, 0), [120, 0, 0, 0, 80]);
    assert_eq!(parts_of(&forecast, 1), [-120, 0, 0, 0, 200]);
    assert_eq!(forecast.causes.total(Cause::Restriction), Money::ZERO);
}

#[test]
fn the_cut_names_the_costs_and_the_only_money() {
    let tables = cost("convene", "core", 100)
        + &cost("data", "core", 50)
        + &grant("a", "secured", 60, JANUARY, "data")
        + &grant("b", "secured", 500, BOTH, "convene");
    let (plan, forecast) = forecast(&tables, Status::Secured);
    // Convening is paid; of data, February has no money, and January has more than enough.
    let cut = &forecast.cuts[0];
    assert_eq!((cut.groups.len(), cut.least.cents()), (1, 5_000));
    let told = explain::explain(&plan, &forecast, "gap/irreducible").unwrap();
    assert_eq!(
        told.notes[0],
        "These costs (data; core; Feb 2026) need $50. No money of this view may pay for them. So at \
         least $50 of core cost cannot be funded by any braid."
    );
    let tables = cost("data", "core", 50)
        + &grant("a", "secured", 30, BOTH, "data")
        + &grant("b", "secured", 25, FEBRUARY, "data");
    let (plan, forecast) = self::forecast(&tables, Status::Secured);
    let told = explain::explain(&plan, &forecast, "gap").unwrap();
    let words = "These costs (data; core; the whole plan) need $100. The only money that may pay for them \
                 is A and B, at most $55. So at least $45 of core cost cannot be funded by any braid.";
    assert!(told.notes.iter().any(|note| note == words), "{:?}", told.notes);
}

#[test]
fn causes_and_cuts_add_up_on_random_plans() {
    let mut runner = TestRunner::deterministic();
    let (mut causes, mut plain) = ([0; 5], 0);
    for case in 0..300 {
        let plan = parts().new_tree(&mut runner).unwrap().current().plan();
        let view = if case % 2 == 0 { Status::Prospective } else { Status::Secured };
        let question = Question { method: Method::Waterfall, view };
        let forecast = Forecast::from_plan(&plan, question).unwrap();
        let gaps = forecast.measures.total.irreducible;
        let mut sums = [Money::ZERO; 5];
        for (priority, gap) in gaps.iter().enumerate() {
            let parts = Cause::ALL.map(|cause| forecast.causes.of(cause, priority));
            assert_eq!(parts.iter().sum::<Money>(), *gap, "case {case}: the causes sum to the gap");
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum += part;
                assert!(*sum >= Money::ZERO, "case {case}: {sums:?}");
            }
        }
        for (count, sum) in causes.iter_mut().zip(sums) {
            *count += usize::from(sum.is_positive());
        }
        for (cut, prices) in
            forecast.cuts.iter().zip(&forecast.optimum.proof.as_ref().unwrap().prices)
        {
            let groups: Money = cut.groups.iter().map(|group| group.gap).sum();
            assert_eq!(groups + cut.rounding, cut.least, "case {case}");
            for group in &cut.groups {
                assert_eq!(group.needed() - group.held() - group.before, group.gap);
            }
            if prices.awards.is_empty() && !cut.groups.is_empty() {
                plain += usize::from(cut.rounding.is_zero());
            }
        }
    }
    assert!(causes.iter().all(|count| *count >= 10), "each cause is met: {causes:?}");
    assert!(plain >= 50, "{plain} cuts without rules add up to the cent");
}

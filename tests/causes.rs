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
        "These costs (data; core; Feb 2026) need $50. None of the money that is counted may pay for them. So at \
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

/// The first reason of a figure.
fn reason(plan: &Plan, forecast: &Forecast, figure: &str) -> String {
    explain::explain(plan, forecast, figure).unwrap().notes[0].clone()
}

#[test]
fn an_essential_cut_says_what_it_leaves_of_core() {
    // 80 for 100 of core and 60 of essential: all of the essential cost could be paid, at the price of core.
    let january = |name: &str, priority: &str, monthly: u32| {
        cost(name, priority, monthly) + "from = \"2026-01\"\nuntil = \"2026-01\"\n"
    };
    let tables = january("convene", "core", 100)
        + &january("communicate", "essential", 60)
        + &grant("a", "secured", 80, JANUARY, "anything");
    let (plan, forecast) = forecast(&tables, Status::Secured);
    assert_eq!(
        reason(&plan, &forecast, "gap/irreducible/essential"),
        "These costs (convening and communication; core and essential; Jan 2026) need $160. The only \
         money that may pay for them is A, at most $80. $20 of what is left is core cost. So at least \
         $60 of essential cost cannot be funded by any braid that leaves no more core unpaid."
    );
    assert!(forecast.proves_total(), "80 of 160 is all that 80 can pay");
}

#[test]
fn a_cap_of_the_award_is_named_with_its_amount() {
    // 10 % of 2,500 = 250 of 600 of operations.
    let tables = cost("convene", "core", 1_000)
        + &cost("operate", "essential", 300)
        + &grant("a", "secured", 2_500, BOTH, "anything")
        + "cap = [{ on = [\"operate\"], share = \"10%\", of = \"award\" }]\n";
    let (plan, forecast) = forecast(&tables, Status::Secured);
    assert_eq!(
        reason(&plan, &forecast, "gap/irreducible/essential"),
        "These costs (operations; essential; the whole plan) need $600. The only money that may pay \
         for them is A, which holds $2,500 in all. A may pay at most 10 % of its award ($250) of \
         operations. With no more core unpaid, the most that it can pay of them by these rules is \
         $250, which leaves $350. So at least $350 of essential cost cannot be funded by any braid that \
         leaves no more core unpaid."
    );
}

#[test]
fn a_share_of_documented_benefit_is_named() {
    // A may pay half of 200; B holds 40 and C 15: 155.
    let tables = cost("convene", "core", 100)
        + "title = \"Staff\"\nbenefit = { basis = \"fte\", shares = { a = \"50%\", b = \"30%\" } }\n"
        + &grant("a", "secured", 500, BOTH, "convene")
        + "federal = true\n"
        + &grant("b", "secured", 40, BOTH, "convene")
        + "federal = true\n"
        + &grant("c", "secured", 15, JANUARY, "convene");
    let (plan, forecast) = forecast(&tables, Status::Secured);
    assert_eq!(
        reason(&plan, &forecast, "gap/irreducible/core"),
        "These costs (convening; core; the whole plan) need $200. A may pay at most 50 % of Staff \
         ($100), by documented benefit. The only other money that may pay for them is B and C, at most \
         $55. So at least $45 of core cost cannot be funded by any braid."
    );
}

/// Core first leaves 40,000 of the clinic: what B holds matches nothing then. As match for the clinic it would leave
/// 10,000 of staff alone.
fn core_first() -> String {
    cost("staff", "core", 5_000).replace("function = \"staff\"", "function = \"convene\"")
        + &cost("clinic", "essential", 20_000).replace("function", "layer = \"program\"\nfunction")
        + &grant("a", "secured", 30_000, BOTH, "clinic")
        + "federal = true\nmatch = { share-of-total = \"25%\" }\n"
        + &grant("b", "secured", 10_000, BOTH, "clinic\", \"convene")
}

#[test]
fn a_match_is_named_and_no_total_is_claimed() {
    let (plan, forecast) = forecast(&core_first(), Status::Secured);
    assert_eq!(forecast.measures.total.irreducible[1], Money::from_cents(4_000_000));
    assert!(!forecast.proves_total(), "10,000 of core unpaid would leave 10,000 in all");
    let words = reason(&plan, &forecast, "gap/irreducible/essential");
    let told = "A pays only beside its match, $1 of match for each $3 of the award. With no more core \
                unpaid, the most that it can pay of them by these rules is $10,000, which leaves $40,000.";
    assert!(words.contains(told), "{words}");
}

#[test]
fn costs_that_differ_in_months_alone_are_one_group() {
    // 20 of space a month, 5 of it in kind, by month: 30 in all.
    let tables = cost("operate", "core", 20)
        + "[stream.room]\nkind = \"partner\"\nfunder = \"H\"\nstatus = \"secured\"\n\
           until = \"2026-02\"\nin-kind = { cost = \"operate\", monthly = 5 }\n";
    let (plan, forecast) = forecast(&tables, Status::Secured);
    assert_eq!(forecast.cuts[0].groups.len(), 1);
    assert_eq!(
        reason(&plan, &forecast, "gap/irreducible/core"),
        "These costs (operations; core; the whole plan) need $40. The only money that may pay for them is \
         Room, at most $10. So at least $30 of core cost cannot be funded by any braid."
    );
}

#[test]
fn causes_and_cuts_add_up_on_random_plans() {
    let mut runner = TestRunner::deterministic();
    let (mut causes, mut plain, mut ruled) = ([0; 5], 0, 0);
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
        for cut in &forecast.cuts {
            let own = cut.priority as usize;
            let proved: Money = cut.groups.iter().map(|group| group.gap).sum();
            assert_eq!(proved + cut.rounding, cut.least, "case {case}");
            // Groups prove no less together than the whole does, and no more than is left.
            let distance = forecast.distance()[own];
            assert!(cut.rounding <= Money::ZERO, "case {case}: {}", cut.rounding);
            assert!(-cut.rounding <= distance, "case {case}: {} {distance}", cut.rounding);
            let mut left = [Money::ZERO; 3];
            for group in &cut.groups {
                let all: Money = group.left.iter().sum();
                assert_eq!(group.needed() - group.paid(), all, "case {case}: it ties to the books");
                assert!(group.gap <= group.left[own], "case {case}: what is proved is left");
                assert!(group.left[own + 1..].iter().all(|later| later.is_zero()), "case {case}");
                for need in &group.needs {
                    assert!(need.counted <= need.need, "case {case}");
                }
                for money in &group.money {
                    let used = money.paid + money.elsewhere() + money.recovered;
                    assert!(used <= money.held, "case {case}: {money:?}");
                }
                if group.plain {
                    assert_eq!(group.gap, group.left[own], "case {case}: nothing is settled");
                    plain += 1;
                }
                ruled += usize::from(!group.rules.is_empty());
                for (sum, part) in left.iter_mut().zip(group.left) {
                    *sum += part;
                }
            }
            let beyond = (0..=own).all(|place| left[place] <= gaps[place]);
            assert!(beyond, "case {case}: {left:?} of {gaps:?}");
            assert!(gaps[own] - left[own] <= forecast.distance()[own], "case {case}: all is told");
        }
    }
    assert!(causes.iter().all(|count| *count >= 10), "each cause is met: {causes:?}");
    assert!(plain >= 50 && ruled >= 50, "{plain} groups without rules, {ruled} with");
}

/// Two awards that must be matched pay a line of 4,000 a month, of which each documents 5 %; in-kind money pays 2,400 of the second
/// month. The proof counts that month as paid more than it needs, which leaves nothing of it and lessens no other's.
#[test]
fn money_beyond_its_costs_lessens_no_other_group() {
    let matched = |id: &str| {
        format!(
            "[stream.{id}]\nkind = \"public\"\nfunder = \"{id}\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
             until = \"2026-02\"\npays-for = [\"cost.staff\"]\n[stream.{id}.terms]\nmethod = \"match\"\nrate = \"50%\"\n"
        )
    };
    let text = format!(
        "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 2\n[cost.staff]\nfunction = \"convene\"\nmonthly = 4_000\n\
         benefit = {{ basis = \"fte\", shares = {{ one = \"5%\", other = \"5%\" }} }}\n{}{}\
         [stream.space]\nkind = \"partner\"\nfunder = \"P\"\nstatus = \"secured\"\nfrom = \"2026-02\"\nuntil = \"2026-02\"\n\
         in-kind = {{ cost = \"staff\", monthly = 2_400 }}\n",
        matched("one"),
        matched("other"),
    );
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let plan = folder::read(&files, "base").unwrap();
    let forecast = Forecast::from_plan(&plan, Question::default()).unwrap();
    // In the second month each award pays 5 % of the line, matched in kind; in the first nothing matches.
    assert_eq!(forecast.measures.total.gap[0], Money::from_cents(520_000));
}

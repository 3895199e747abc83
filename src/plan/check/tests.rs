//! Each doubt on a plan of one line and one grant.

use std::sync::Arc;

use super::sources::table_of;
use super::*;
use crate::diagnostic::Origin;
use crate::funding::grant::sample::{self, money, month, rate, stream};
use crate::funding::{Kind, Scheduled, Stream, Terms};
use crate::money::Rate;
use crate::name::{LineIndex, Name, StreamIndex};
use crate::plan::cost::sample::{add, line, plan};
use crate::plan::cost::{Basis, Benefit, Form};
use crate::plan::restriction::{Cap, CapBound, Selector};
use crate::plan::{Input, OpeningStream, Plan, Pool, Restrictions};

/// A grant whose single period has these months and amount.
fn grant(first: &str, last: &str, amount: &str) -> Stream {
    let grant = sample::grant(vec![sample::period(first, last, amount)]);
    stream(Kind::Grant, Terms::Grant(grant), Some(last))
}

fn paying(selectors: &[Selector]) -> Restrictions {
    Restrictions { pays_for: selectors.to_vec(), ..Restrictions::default() }
}

/// One line of 1,200.00 a year over twelve months.
fn one_line() -> Plan {
    let mut plan = plan(12);
    plan.opening.cash_stated = true;
    plan.lines = vec![line("convening", Form::Yearly(money("1200.00")))];
    plan
}

/// Findings as `name subject amount`.
fn told(plan: &Plan) -> Vec<String> {
    let amount =
        |finding: &Finding| finding.amount.map_or(String::new(), |amount| format!(" {amount}"));
    let words =
        |finding: &Finding| format!("{} {}{}", finding.name, finding.subject, amount(finding));
    findings(plan).iter().map(words).collect()
}

#[test]
fn a_plan_whose_one_grant_pays_its_one_line_is_without_doubt() {
    let mut plan = one_line();
    add(&mut plan, "ahc", grant("2024-01", "2024-12", "1200.00"), paying(&[Selector::Anything]));
    assert_eq!(told(&plan), [""; 0]);
}

#[test]
fn a_plan_without_cost_or_without_money_is_told() {
    let mut plan = one_line();
    assert_eq!(told(&plan), ["cost-nobody-pays cost.convening 1200.00", "no-stream plan"]);
    add(&mut plan, "ahc", grant("2024-01", "2024-12", "1200.00"), paying(&[Selector::Anything]));
    // A line whose months lie outside the plan's costs nothing in it.
    plan.lines[0].until = month("2023-12");
    assert_eq!(told(&plan), ["no-cost plan", "stream-pays-nothing stream.ahc 1200.00"]);
    plan.lines.clear();
    assert!(told(&plan).contains(&"no-cost plan".to_string()));
}

#[test]
fn a_line_that_nobody_pays_and_a_stream_that_pays_nothing() {
    let mut plan = one_line();
    let data = Selector::Function("data".to_string());
    add(&mut plan, "ahc", grant("2024-01", "2024-12", "500.00"), paying(&[data]));
    assert_eq!(
        told(&plan),
        ["cost-nobody-pays cost.convening 1200.00", "stream-pays-nothing stream.ahc 500.00"]
    );
    // A stream whose months are over by the time the line begins pays nothing either.
    plan.restrictions[0] = paying(&[Selector::Anything]);
    plan.lines[0].from = month("2024-07");
    plan.streams[0].terms = grant("2024-01", "2024-06", "500.00").terms;
    assert_eq!(
        told(&plan),
        ["cost-nobody-pays cost.convening 600.00", "stream-pays-nothing stream.ahc 500.00"]
    );
    // One that brings nothing within the plan has no amount.
    plan.streams[0].terms = grant("2020-01", "2020-06", "500.00").terms;
    assert_eq!(told(&plan)[1], "stream-pays-nothing stream.ahc");
}

#[test]
fn two_awards_on_one_line_need_a_documented_benefit() {
    let mut plan = one_line();
    for (name, last) in [("ahc", "2024-09"), ("cdc", "2024-12")] {
        let mut award = grant("2024-01", last, "2000.00");
        award.cost_principles = true;
        add(&mut plan, name, award, paying(&[Selector::Anything]));
    }
    // Both may pay it from January to September: nine months of 100.00.
    assert_eq!(told(&plan), ["shared-line-without-benefit cost.convening 900.00"]);
    let shares = vec![(StreamIndex(0), rate("0.4")), (StreamIndex(1), rate("0.6"))];
    plan.lines[0].benefit = Some(Benefit { basis: Basis::Fte, shares });
    assert_eq!(told(&plan), [""; 0]);
}

#[test]
fn caps_that_cannot_bind_are_told_with_their_reason() {
    let mut plan = one_line();
    plan.lines.push(line("travel", Form::Monthly(money("10.00"))));
    let capped = |on: Selector, bound: CapBound| {
        let cap = Cap { on: vec![on], bound, within: Vec::new(), per_period: false };
        Restrictions { caps: vec![cap], ..paying(&[Selector::Anything]) }
    };
    add(
        &mut plan,
        "ahc",
        grant("2024-01", "2024-06", "1000.00"),
        capped(Selector::Line(LineIndex(1)), CapBound::Amount(money("59.99"))),
    );
    // Six months of 10.00 are 60.00: one cent decides.
    let caps = |plan: &Plan| {
        let caps = findings(plan).into_iter().filter(|finding| finding.name == "cap-cannot-bind");
        caps.map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert!(caps(&plan).is_empty());
    let travel = Selector::Line(LineIndex(1));
    for (on, bound, reason) in [
        (travel.clone(), CapBound::Amount(money("60.00")), "all the cost it selects, $60"),
        (travel.clone(), CapBound::ShareOfAward(rate("0.06")), "all the cost it selects, $60"),
        (travel, CapBound::ShareOfSpent(Rate::ONE), "all of the money"),
        (Selector::Anything, CapBound::Amount(money("1000.00")), "the whole award"),
        (Selector::Tag("none".into()), CapBound::Amount(money("1.00")), "selects no cost"),
    ] {
        plan.restrictions[0] = capped(on, bound);
        let told = caps(&plan);
        assert!(told.len() == 1 && told[0].contains(reason), "{told:?}");
    }
    plan.restrictions[0] = capped(Selector::Anything, CapBound::ShareOfAward(rate("0.65")));
    assert!(caps(&plan).is_empty()); // 650.00 of the 660.00 that it may pay
}

#[test]
fn cash_that_is_not_stated_is_a_doubt_with_a_remedy() {
    let mut plan = one_line();
    plan.opening.cash_stated = false;
    let all = findings(&plan);
    let found = all.iter().find(|finding| finding.name == "cash-not-stated").unwrap();
    assert!(found.remedy.contains("`unrestricted-cash`") && !found.message.contains('`'));
    // None is an amount too, and it is stated.
    plan.opening.cash_stated = true;
    assert!(findings(&plan).iter().all(|finding| finding.name != "cash-not-stated"));
}

#[test]
fn a_running_award_needs_an_opening_position() {
    let mut plan = one_line();
    add(&mut plan, "ahc", grant("2023-07", "2024-12", "1800.00"), paying(&[Selector::Anything]));
    assert_eq!(told(&plan), ["award-starts-before-plan stream.ahc 1800.00"]);
    plan.opening.streams = vec![(StreamIndex(0), OpeningStream::default())];
    assert_eq!(told(&plan), [""; 0]);
}

#[test]
fn cost_before_the_only_award_begins() {
    let mut plan = one_line();
    add(&mut plan, "ahc", grant("2024-03", "2024-12", "1200.00"), paying(&[Selector::Anything]));
    // January and February.
    assert_eq!(told(&plan), ["cost-before-award cost.convening 200.00"]);
    // Where other money may pay the line, the award need not.
    let rows = vec![Scheduled { available: month("2024-01"), last: None, amount: money("1.00") }];
    let dues = stream(Kind::Partner, Terms::Schedule(rows), None);
    add(&mut plan, "dues", dues, paying(&[Selector::Anything]));
    assert_eq!(told(&plan), [""; 0]);
}

#[test]
fn a_milestone_after_its_period_loses_the_money() {
    let mut plan = one_line();
    let mut award = grant("2024-01", "2024-12", "1200.00");
    if let Terms::Grant(grant) = &mut award.terms {
        grant.periods[0].milestone = Some(month("2025-01"));
    }
    add(&mut plan, "ahc", award, paying(&[Selector::Anything]));
    assert!(told(&plan).contains(&"milestone-after-period stream.ahc 1200.00".to_string()));
}

#[test]
fn a_pool_that_rests_on_a_citation_is_told() {
    let mut plan = one_line();
    let mut award = grant("2024-01", "2024-12", "1200.00");
    award.federal = true;
    add(&mut plan, "ahc", award, paying(&[Selector::Function("data".to_string())]));
    let pool = Pool {
        name: Name::parse("hub").unwrap(),
        title: "Hub".to_string(),
        members: vec![(StreamIndex(0), Rate::ONE)],
        pays_for: vec![Selector::Anything],
        not_for: Vec::new(),
        authority: Some("Pub. L. 113-76 sec. 526".to_string()),
        governed_by: "the charter".to_string(),
    };
    plan.pools = vec![pool];
    // The pool's uses stand in the member's place: nothing is unpaid.
    assert_eq!(told(&plan), ["pool-rests-on-authority pool.hub"]);
    plan.pools[0].members[0].1 = rate("0.5");
    plan.pools[0].pays_for = vec![Selector::Function("evaluate".to_string())];
    assert!(told(&plan).contains(&"cost-nobody-pays cost.convening 1200.00".to_string()));
}

#[test]
fn figures_are_listed_by_table_unless_a_source_stands() {
    let input = |path: &str, figure: bool, source: Option<&str>| Input {
        path: path.to_string(),
        text: "1".to_string(),
        origin: Origin { file: Arc::from("plan.toml"), line: 3, column: 1 },
        source: source.map(String::from),
        figure,
    };
    let mut plan = one_line();
    add(&mut plan, "ahc", grant("2024-01", "2024-12", "1200.00"), paying(&[Selector::Anything]));
    plan.inputs.stated = vec![
        input("cost.convening", false, Some("Illustrative budget")),
        input("cost.convening.yearly", true, Some("Illustrative budget")),
        input("cost.evaluate.title", false, Some("Illustrative budget")),
        input("opening.stream.ahc.spent", true, None),
        input("stream.ahc", false, None),
        input("stream.ahc.award", true, None),
        input("stream.ahc.funder", false, None),
        input("stream.ahc.indirect.rate", true, None),
        input("stream.ahc.match.share-of-total", true, Some("Notice of award")),
    ];
    assert_eq!(
        told(&plan),
        [
            "illustrative-input cost.convening",
            "unsourced-input opening.stream.ahc",
            "unsourced-input stream.ahc"
        ]
    );
    let last = findings(&plan).pop().unwrap();
    assert_eq!(last.message, "no source is given for `award`, `indirect.rate`");
    assert_eq!(last.origin.unwrap().line, 3);
    assert_eq!(table_of("plan.years"), "plan");
    assert_eq!(table_of("opening.unrestricted-cash"), "opening");
}

//! Many futures of one plan: what is poured is what the whole path makes of the same plan with other money.

#![allow(missing_docs, clippy::unwrap_used)]

mod plans;

use std::cell::Cell;
use std::collections::BTreeMap;

use braidfund::braid::course::{Course, LANES, Poured};
use braidfund::braid::{Braid, Method, Source};
use braidfund::cash::{Cash, Flow};
use braidfund::funding::Status;
use braidfund::ledger::Ledger;
use braidfund::money::Money;
use braidfund::plan::Plan;
use braidfund::timeline::{HeldTranche, Selection, Timeline};
use plans::{Parts, parts};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

const VIEWS: [Status; 3] = [Status::Secured, Status::Likely, Status::Prospective];

/// What tells a tranche from every other.
fn key(tranche: &HeldTranche) -> impl Ord + use<> {
    let window = (tranche.first, tranche.last);
    (tranche.stream, tranche.pool, window, tranche.award, tranche.period)
}

/// What was drawn, by month, stream and the month in which it is paid: recovered amounts are paid at once.
type Drawn = BTreeMap<(usize, Option<usize>, usize), Money>;

fn drawn(poured: &Poured, timeline: &Timeline) -> Drawn {
    let mut sums = Drawn::new();
    for taken in &poured.taken {
        let stream = stream_of(taken.source, timeline);
        for (due, amount) in [(taken.due, taken.direct), (taken.place, taken.recovery)] {
            *sums.entry((taken.place, stream, due)).or_default() += amount;
        }
    }
    sums.retain(|_, amount| amount.is_positive());
    sums
}

fn stream_of(source: Source, timeline: &Timeline) -> Option<usize> {
    match source {
        Source::Tranche(tranche) => Some(timeline.tranche(tranche).stream.at()),
        Source::Recovery(_) => None,
    }
}

/// The braid of a timeline by the whole path is what was poured.
fn equals(plan: &Plan, own: &Timeline, poured: &Poured, laid: &Timeline) -> Braid {
    let (braid, _) = Braid::from_timeline(plan, own, Method::Waterfall).unwrap();
    let months = plan.horizon.months as usize;
    let mut gap = vec![[Money::ZERO; 3]; months];
    for (line, left) in plan.lines.iter().zip(braid.left(own)) {
        for (place, left) in left.into_iter().enumerate() {
            gap[place][line.priority as usize] += left;
        }
    }
    assert_eq!(poured.gap, gap);
    let mut sums = Drawn::new();
    for draw in &braid.draws {
        let due = draw.place + plan.line(draw.line).payment_lag_months as usize;
        *sums.entry((draw.place, stream_of(draw.source, own), due)).or_default() += draw.amount;
    }
    for recovery in &braid.recoveries {
        let stream = own.tranche(recovery.tranche).stream.at();
        *sums.entry((recovery.place, Some(stream), recovery.place)).or_default() += recovery.amount;
    }
    sums.retain(|_, amount| amount.is_positive());
    assert_eq!(drawn(poured, laid), sums);
    braid
}

/// The cash of a timeline by the whole path is the flow's.
fn cash_equals(
    plan: &Plan,
    own: &Timeline,
    braid: &Braid,
    flow: &mut Flow,
    (amounts, needs): (&[Money], Option<&[Vec<Money>]>),
    poured: &Poured,
) {
    let ledger = Ledger::from_braid(plan, own, braid).unwrap();
    let cash = Cash::from_ledger(plan, own, &ledger);
    let balances = flow.follow(amounts, needs, poured).unwrap();
    assert_eq!(balances.own_unrestricted, cash.own_unrestricted);
    assert_eq!(balances.unrestricted_all_costs, cash.unrestricted_all_costs);
}

fn config() -> ProptestConfig {
    let cases = std::env::var_os("PROPTEST_CASES")
        .and_then(|cases| cases.to_str().and_then(|cases| cases.parse().ok()));
    ProptestConfig {
        cases: cases.unwrap_or(1_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A plan whose sources are bound by windows, selections and one share of what is spent at most, as those are that are
/// poured side by side. One plan in eight needs more in a month than 32 bits hold.
fn plain(mut parts: Parts) -> Parts {
    for stream in &mut parts.streams {
        (stream.indirect, stream.matching) = (None, None);
        // Of what an award is under, its termination alone stays.
        stream.under &= 4;
        if let Some((_, share, form)) = &mut stream.cap {
            (*share, *form) = ((*share).min(99), 1 + 2 * (*form % 2));
        }
    }
    let lag = parts.costs[0].lag;
    let same = !parts.months.is_multiple_of(4);
    if parts.costs[0].amount.is_multiple_of(8) {
        parts.costs[0].amount |= 1 << 31;
    }
    for cost in &mut parts.costs {
        cost.benefit.clear();
        cost.lag = if same { lag } else { cost.lag };
    }
    parts
}

/// What each tranche paid in each month, and when lines are paid of it.
fn by_tranche(poured: &Poured) -> BTreeMap<(usize, usize, usize), Money> {
    let mut sums = BTreeMap::new();
    for taken in &poured.taken {
        let Source::Tranche(tranche) = taken.source else { panic!("nothing is recovered") };
        assert_eq!(taken.recovery, Money::ZERO);
        *sums.entry((taken.place, taken.due, tranche.at())).or_default() += taken.direct;
    }
    sums
}

/// As many futures as there are lanes, side by side, leave what each of them leaves alone, in nearly every plain plan; other plans
/// are left to be poured one future at a time.
#[test]
fn futures_side_by_side_are_what_each_is_alone() {
    let (plans, abreast) = (Cell::new(0_u32), Cell::new(0_u32));
    let law = |(parts, view, word): (Parts, usize, u64)| {
        let plan = plain(parts).plan();
        let timeline = Timeline::from_plan(&plan, Selection::View(VIEWS[view])).unwrap();
        let course = Course::new(&plan, &timeline);
        let mut bed = course.bed();
        plans.set(plans.get() + 1);
        let Some(mut lanes) = course.abreast() else { return Ok(()) };
        abreast.set(abreast.get() + 1);
        let mut amounts = vec![[Money::ZERO; LANES]; timeline.tranches.len()];
        // Cents that fit narrow lanes; that fit, and their sums do not; that do not; and again, after some that did not.
        for round in 0..4 {
            if round < 3 {
                lanes = course.abreast().unwrap();
            }
            for (index, tranche) in timeline.tranches.iter().enumerate() {
                for lane in 0..LANES {
                    let word = word.rotate_left((7 * lane + 3 * index + 31 * round) as u32 % 64);
                    let part = match word & 7 {
                        0 => 0,
                        most @ 1..=4 => tranche.amount.cents() / most as i64,
                        most => (tranche.amount.cents() - most as i64).max(0),
                    };
                    let part = match (round, lane % 5) {
                        (1, 1) if part > 0 => part | 1 << 30,
                        (2, 1) => part << 20,
                        _ => part,
                    };
                    amounts[index][lane] = Money::from_cents(part);
                }
            }
            let own = |lane: usize| amounts.iter().map(move |amounts| amounts[lane]);
            assert!(lanes.pour(&amounts));
            for lane in 0..LANES {
                let own: Vec<Money> = own(lane).collect();
                assert!(lanes.gap(lane).eq(bed.gaps(&own).iter().copied()), "lane {lane}");
            }
            assert!(lanes.pour_whole(&amounts));
            for lane in 0..if lanes.tells_draws() { LANES } else { 0 } {
                let own: Vec<Money> = own(lane).collect();
                let (abreast, alone) = (lanes.poured(&own, lane), bed.pour(&own));
                assert_eq!(abreast.gap, alone.gap);
                assert_eq!(abreast.unfunded_due, alone.unfunded_due);
                assert_eq!(by_tranche(abreast), by_tranche(alone), "lane {lane}");
            }
        }
        Ok(())
    };
    let strategy = (parts(), 0..3_usize, any::<u64>());
    TestRunner::new(config()).run(&strategy, law).unwrap();
    assert!(abreast.get() * 5 > plans.get() * 4, "{} of {} plans", abreast.get(), plans.get());
}

proptest! {
    #![proptest_config(config())]

    /// Each stream whole, away, or in part; then each tranche on its own; then the first future once more.
    #[test]
    fn a_future_is_the_plan_with_its_own_amounts(
        parts in parts(), view in 0..3_usize, word: u64, of_each: u64,
    ) {
        let plan = parts.plan();
        let timeline = Timeline::from_plan(&plan, Selection::View(VIEWS[view])).unwrap();
        let course = Course::new(&plan, &timeline);
        let (mut bed, mut flow) = (course.bed(), Flow::new(&course));
        let part = |amount: Money, choice: u64| match choice & 3 {
            0 | 1 => amount,
            2 => Money::ZERO,
            _ => Money::from_cents(amount.cents() / 2 + 1).at_most(amount),
        };
        let by_stream = |(_, tranche): (usize, &HeldTranche)| {
            part(tranche.amount, word >> (2 * (tranche.stream.at() % 32)))
        };
        let by_tranche = |(index, tranche): (usize, &HeldTranche)| {
            part(tranche.amount, of_each.rotate_left(2 * (index as u32 % 32) + index as u32 / 32))
        };
        let tranches = || timeline.tranches.iter().enumerate();
        let first: Vec<Money> = tranches().map(by_stream).collect();
        let second: Vec<Money> = tranches().map(by_tranche).collect();
        for amounts in [&first, &second, &first] {
            let gaps = bed.gaps(amounts).to_vec();
            let poured = bed.pour(amounts);
            assert_eq!(gaps, poured.gap);
            let own = course.timeline_of(amounts, None);
            let braid = equals(&plan, &own, poured, &timeline);
            cash_equals(&plan, &own, &braid, &mut flow, (amounts, None), poured);
        }
    }

    /// Streams are taken away by what the plan says of them: needs that follow from their money go with them.
    #[test]
    fn a_future_is_the_plan_without_some_streams(parts in parts(), taken: u8) {
        let plan = parts.plan();
        let timeline = Timeline::from_plan(&plan, Selection::View(Status::Likely)).unwrap();
        let mut other = plan.clone();
        for (index, stream) in other.streams.iter_mut().enumerate() {
            if taken >> index & 1 == 1 {
                stream.status = Status::Prospective;
            }
        }
        let own = Timeline::from_plan(&other, Selection::View(Status::Likely)).unwrap();
        let amount = |laid: &HeldTranche| {
            let own = own.tranches.iter().find(|tranche| key(tranche) == key(laid));
            own.map_or(Money::ZERO, |own| own.amount)
        };
        let amounts: Vec<Money> = timeline.tranches.iter().map(amount).collect();
        let course = Course::new(&plan, &timeline);
        let (mut bed, mut flow) = (course.bed(), Flow::new(&course));
        // Deducted income and shares of cost leave some futures no tranche in the frame; those are of other frames.
        let laid = course.timeline_of(&amounts, Some(&own.needs));
        let same = |a: &Timeline, b: &Timeline| {
            let told = |timeline: &Timeline| -> Vec<_> {
                let tranches = timeline.tranches.iter();
                tranches.map(|tranche| HeldTranche { purse: 0, ..tranche.clone() }).collect()
            };
            told(a) == told(b)
        };
        prop_assume!(same(&laid, &own));
        let poured = bed.pour_needs(&amounts, &own.needs);
        let braid = equals(&other, &own, poured, &timeline);
        cash_equals(&other, &own, &braid, &mut flow, (&amounts, Some(&own.needs)), poured);
        if own.needs == timeline.needs {
            let poured = bed.pour(&amounts);
            equals(&other, &own, poured, &timeline);
        }
    }
}

//! The checker rejects a corrupted braid, every time, and the random plans of the laws exercise every rule.

#![allow(clippy::unwrap_used)]

mod plans;

use braidfund::braid::certify::certify;
use braidfund::braid::{Braid, Draw, Match, Method, Recovery, Source};
use braidfund::funding::Status;
use braidfund::money::Money;
use braidfund::name::{LineIndex, TrancheIndex};
use braidfund::plan::Plan;
use braidfund::plan::restriction::standing_verdict;
use braidfund::timeline::{Selection, Timeline};
use plans::parts;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// One braid of a random plan, with what it was made from.
struct Case {
    plan: Plan,
    timeline: Timeline,
    braid: Braid,
}

/// The same cases on every run.
fn cases(count: usize) -> Vec<Case> {
    let mut runner = TestRunner::deterministic();
    let mut cases = Vec::new();
    while cases.len() < count {
        let plan = parts().new_tree(&mut runner).unwrap().current().plan();
        let timeline = Timeline::from_plan(&plan, Selection::View(Status::Prospective)).unwrap();
        let (braid, _) = Braid::from_timeline(&plan, &timeline, Method::Waterfall).unwrap();
        if !braid.draws.is_empty() {
            cases.push(Case { plan, timeline, braid });
        }
    }
    cases
}

const CENT: Money = Money::from_cents(1);

/// A corrupted copy of a case's braid; nothing where the braid has nothing of the kind.
type Corruption = fn(&Case) -> Option<Braid>;

/// Ways to corrupt a braid.
const CORRUPTIONS: [(&str, Corruption); 10] = [
    ("a line is overpaid", |case| {
        // A line-month that is paid in full takes a cent more.
        let paid = |draw: &Draw| -> Money {
            let same = |other: &&Draw| (other.place, other.line) == (draw.place, draw.line);
            case.braid.draws.iter().filter(same).map(|draw| draw.amount).sum()
        };
        let full = case
            .braid
            .draws
            .iter()
            .position(|draw| paid(draw) == case.timeline.needs[draw.line.at()][draw.place])?;
        let mut braid = case.braid.clone();
        braid.draws[full].amount += CENT;
        Some(braid)
    }),
    ("a tranche is overdrawn", |case| {
        let tranche = case
            .timeline
            .tranches
            .iter()
            .position(|tranche| tranche.amount < case.timeline.needs.iter().flatten().sum())?;
        let own = |draw: &&mut Draw| draw.source == Source::Tranche(TrancheIndex::from(tranche));
        let mut braid = case.braid.clone();
        let amount = case.timeline.tranches[tranche].amount;
        braid.draws.iter_mut().find(own)?.amount += amount;
        Some(braid)
    }),
    ("a draw pays a line that its money may not pay", |case| {
        let mut braid = case.braid.clone();
        for draw in &mut braid.draws {
            let Source::Tranche(tranche) = draw.source else { continue };
            let held = case.timeline.tranche(tranche);
            let refused = (0..case.plan.lines.len()).map(LineIndex::from).find(|line| {
                !standing_verdict(&case.plan, held.stream, held.pool, *line).is_allowed()
            });
            if let Some(line) = refused {
                draw.line = line;
                braid.draws.sort_unstable();
                return Some(braid);
            }
        }
        None
    }),
    ("a draw comes before its money is available", |case| {
        let early = case.braid.draws.iter().position(|draw| match draw.source {
            Source::Tranche(tranche) => {
                let held = case.timeline.tranche(tranche);
                held.opens > 0 && held.first >= case.plan.horizon.start
            }
            Source::Recovery(_) => false,
        })?;
        let mut braid = case.braid.clone();
        let Source::Tranche(tranche) = braid.draws[early].source else { return None };
        braid.draws[early].place = case.timeline.tranche(tranche).opens - 1;
        braid.draws.sort_unstable();
        Some(braid)
    }),
    ("a draw comes after its money has lapsed", |case| {
        let late = case.braid.draws.iter().position(|draw| match draw.source {
            Source::Tranche(tranche) => {
                let held = case.timeline.tranche(tranche);
                held.last.is_some_and(|last| last < case.plan.horizon.end())
            }
            Source::Recovery(_) => false,
        })?;
        let mut braid = case.braid.clone();
        let Source::Tranche(tranche) = braid.draws[late].source else { return None };
        braid.draws[late].place = case.timeline.tranche(tranche).closes + 1;
        braid.draws.sort_unstable();
        Some(braid)
    }),
    ("a draw of nothing", |case| {
        let mut braid = case.braid.clone();
        braid.draws[0].amount = Money::ZERO;
        Some(braid)
    }),
    ("a draw stands twice", |case| {
        let mut braid = case.braid.clone();
        braid.draws.insert(0, case.braid.draws[0]);
        Some(braid)
    }),
    ("a match is forgotten", |case| {
        let mut braid = case.braid.clone();
        // The award's last match is needed to the cent, but for the rounding up of a cent.
        let last: Match = *case.braid.matches.iter().find(|match_| match_.amount > CENT + CENT)?;
        braid.matches.retain(|match_| *match_ != last);
        Some(braid)
    }),
    ("one dollar matches twice", |case| {
        let mut braid = case.braid.clone();
        let draw = case.braid.draws.iter().map(|draw| draw.amount).sum();
        braid.matches.first_mut()?.amount = draw;
        (case.braid.draws.len() > 1).then_some(braid)
    }),
    ("more is recovered than the rate allows", |case| {
        let mut braid = case.braid.clone();
        let recovery: &mut Recovery = braid.recoveries.last_mut()?;
        recovery.amount += Money::from_cents(1_000_000_000);
        Some(braid)
    }),
];

#[test]
fn a_corrupted_braid_is_rejected_every_time() {
    let cases = cases(600);
    for (name, corrupt) in CORRUPTIONS {
        let mut tried = 0;
        for case in &cases {
            certify(&case.plan, &case.timeline, &case.braid).unwrap();
            let Some(corrupted) = corrupt(case) else { continue };
            tried += 1;
            let answer = certify(&case.plan, &case.timeline, &corrupted);
            assert!(answer.is_err_and(|error| error.is_internal()), "{name}: accepted");
        }
        assert!(tried >= 20, "{name}: tried only {tried} times");
    }
}

#[test]
fn the_random_plans_exercise_every_rule() {
    let cases = cases(600);
    let count = |what: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| what(case)).count();
    let seen = [
        ("matches", count(&|case| !case.braid.matches.is_empty())),
        ("recoveries", count(&|case| case.braid.recoveries.iter().any(|r| r.amount.is_positive()))),
        (
            "draws of what was recovered",
            count(&|case| {
                case.braid.draws.iter().any(|draw| matches!(draw.source, Source::Recovery(_)))
            }),
        ),
        ("pools", count(&|case| case.timeline.tranches.iter().any(|t| t.pool.is_some()))),
        (
            "benefit shares",
            count(&|case| {
                case.timeline
                    .purses
                    .iter()
                    .any(|purse| purse.permits.iter().any(|p| p.benefit.is_some()))
            }),
        ),
        ("caps", count(&|case| case.plan.restrictions.iter().any(|rules| !rules.caps.is_empty()))),
        (
            "floors",
            count(&|case| case.plan.restrictions.iter().any(|rules| !rules.floors.is_empty())),
        ),
        ("money on demand", count(&|case| case.timeline.tranches.iter().any(|t| t.on_demand))),
    ];
    for (rule, cases) in seen {
        assert!(cases >= 15, "{rule}: in {cases} of 600 plans");
    }
}

//! The checker rejects a corrupted braid, every time, and the random plans of the laws exercise every rule.

#![allow(clippy::unwrap_used)]

mod plans;

use braidfund::braid::certify::certify;
use braidfund::braid::{Braid, Draw, Match, Method, Recovery, Source};
use braidfund::driver::Stepped;
use braidfund::funding::{Kind, MemoKind, Receipts, Status, Termination};
use braidfund::money::{Money, Rate};
use braidfund::name::{LineIndex, StreamIndex, TrancheIndex};
use braidfund::plan::Plan;
use braidfund::plan::award::ProgramIncome;
use braidfund::plan::cost::Form;
use braidfund::plan::restriction::{
    CapBound, Claim, MatchConvention, Restrictions, selected, verdict,
};
use braidfund::timeline::{HeldTranche, Selection, Timeline};
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
            let claim =
                Claim { stream: held.stream, pool: held.pool, first: held.first, last: held.last };
            let month = case.timeline.horizon.month(draw.place);
            let refused = (0..case.plan.lines.len())
                .map(LineIndex::from)
                .find(|line| !verdict(&case.plan, &claim, *line, month).is_allowed());
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
            certify(&case.plan, &case.timeline, &case.braid, Method::Waterfall).unwrap();
            let Some(corrupted) = corrupt(case) else { continue };
            tried += 1;
            let answer = certify(&case.plan, &case.timeline, &corrupted, Method::Waterfall);
            assert!(answer.is_err_and(|error| error.is_internal()), "{name}: accepted");
        }
        assert!(tried >= 20, "{name}: tried only {tried} times");
    }
}

fn is_debt(case: &Case, line: LineIndex) -> bool {
    matches!(case.plan.line(line).form, Form::Due(_, kind) if kind.is_debt_service())
}

fn gives_back(receipts: &Receipts) -> bool {
    matches!(receipts, Receipts::Earned(rows) if rows.iter().any(|(_, amount)| *amount < Money::ZERO))
}

fn told(case: &Case, kind: MemoKind) -> bool {
    case.timeline.memos.iter().any(|(_, memo)| memo.kind == kind)
}

fn is_over_advanced(tranche: &HeldTranche) -> bool {
    tranche.over_advanced.is_positive()
}

/// Whether income of an award with this method is in the plan.
fn has_income(case: &Case, method: ProgramIncome) -> bool {
    let by = |award: StreamIndex| case.plan.restrictions(award).award.program_income == method;
    case.timeline.tranches.iter().any(|tranche| tranche.project.is_some_and(by))
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
        ("loans", count(&|case| case.plan.streams.iter().any(|s| s.kind == Kind::Loan))),
        ("debts", count(&|case| !case.timeline.debts.is_empty())),
        ("debt paid", count(&|case| case.braid.draws.iter().any(|d| is_debt(case, d.line)))),
        ("lines of credit", count(&|case| case.plan.credit.is_some())),
        ("true-ups", count(&|case| case.timeline.tranches.iter().any(|t| gives_back(&t.receipts)))),
        ("withholds", count(&|case| told(case, MemoKind::Withheld))),
        ("delays", count(&|case| case.plan.streams.iter().any(|s| s.delayed_to.is_some()))),
        ("openings", count(&|case| !case.plan.opening.streams.is_empty())),
        ("deducted income", count(&|case| !case.timeline.deducted.is_empty())),
        ("added income", count(&|case| has_income(case, ProgramIncome::Addition))),
        ("matching income", count(&|case| has_income(case, ProgramIncome::CostSharing))),
    ];
    for (rule, cases) in seen {
        assert!(cases >= 10, "{rule}: in {cases} of 600 plans");
    }
    let over = count(&|case| case.timeline.tranches.iter().any(is_over_advanced));
    assert!(over >= 1, "some award was advanced more than deducted income leaves of it");
}

/// A rule that is made stricter under a finished braid; nothing where the plan has nothing of the kind.
type Tightening = fn(&Case) -> Option<Plan>;

fn with_rules(
    case: &Case,
    mut change: impl FnMut(&Case, StreamIndex, &mut Restrictions) -> bool,
) -> Option<Plan> {
    let mut plan = case.plan.clone();
    let mut changed = false;
    for (index, rules) in plan.restrictions.iter_mut().enumerate() {
        changed |= change(case, StreamIndex::from(index), rules);
    }
    changed.then_some(plan)
}

fn drawn(case: &Case, stream: StreamIndex, counts: impl Fn(&Draw) -> bool) -> Money {
    let own = |draw: &&Draw| match draw.source {
        Source::Tranche(tranche) => case.timeline.tranche(tranche).stream == stream,
        Source::Recovery(_) => false,
    };
    let draws = case.braid.draws.iter().filter(own).filter(|draw| counts(draw));
    draws.map(|draw| draw.amount).sum()
}

/// Each with the law that the checker must name.
const TIGHTENINGS: [(&str, Tightening); 9] = [
    ("caps hold", |case| {
        with_rules(case, |case, stream, rules| {
            let mut changed = false;
            for cap in &mut rules.caps {
                let on = cap.on.clone();
                let within = |draw: &Draw| selected(&on, draw.line, case.plan.line(draw.line));
                let taken = drawn(case, stream, within);
                if taken > CENT {
                    cap.bound = CapBound::Amount(taken - CENT);
                    cap.per_period = false;
                    cap.within.clear();
                    changed = true;
                }
            }
            changed
        })
    }),
    ("floors hold", |case| {
        with_rules(case, |case, stream, rules| {
            let mut changed = false;
            for floor in rules.floors.iter_mut().filter(|floor| floor.of_spent) {
                let on = floor.on.clone();
                let beyond = |draw: &Draw| !selected(&on, draw.line, case.plan.line(draw.line));
                if drawn(case, stream, beyond).is_positive() {
                    floor.share = Rate::ONE;
                    floor.within.clear();
                    changed = true;
                }
            }
            changed
        })
    }),
    ("a yearly limit holds", |case| {
        with_rules(case, |case, stream, rules| {
            // A limit takes what is free of any rule out of the money that may serve a debt.
            if rules.is_unrestricted() {
                return false;
            }
            rules.yearly_limit = Some(Money::ZERO);
            drawn(case, stream, |_| true).is_positive()
        })
    }),
    ("no award beyond its benefit share", |case| {
        let mut plan = case.plan.clone();
        let mut changed = false;
        for (index, line) in plan.lines.iter_mut().enumerate() {
            let Some(benefit) = &mut line.benefit else { continue };
            for (stream, share) in &mut benefit.shares {
                if drawn(case, *stream, |draw| draw.line.at() == index).is_positive() {
                    *share = Rate::ZERO;
                    changed = true;
                }
            }
        }
        changed.then_some(plan)
    }),
    ("match is kept", |case| {
        with_rules(case, |case, stream, rules| {
            let Some(rule) = rules.matching.as_mut().filter(|rule| !rule.each_dollar) else {
                return false;
            };
            let ratio = MatchConvention::PerAwardDollar(Rate::parse("900").unwrap());
            rule.convention = Stepped::steady(ratio);
            drawn(case, stream, |_| true).is_positive()
        })
    }),
    ("each dollar is matched", |case| {
        with_rules(case, |case, stream, rules| {
            let Some(rule) = rules.matching.as_mut().filter(|rule| rule.each_dollar) else {
                return false;
            };
            let ratio = MatchConvention::PerAwardDollar(Rate::parse("900").unwrap());
            rule.convention = Stepped::steady(ratio);
            drawn(case, stream, |_| true).is_positive()
        })
    }),
    ("match is eligible", |case| {
        let mut plan = case.plan.clone();
        for match_ in &case.braid.matches {
            let stream = case.timeline.tranche(match_.tranche).stream;
            plan.streams[stream.at()].federal = true;
        }
        (!case.braid.matches.is_empty()).then_some(plan)
    }),
    ("no dollar outside its restriction", |case| {
        // A termination that nothing survives, in a month before the last draw.
        let mut plan = case.plan.clone();
        let mut changed = false;
        for draw in &case.braid.draws {
            let Source::Tranche(tranche) = draw.source else { continue };
            let held = case.timeline.tranche(tranche);
            let stream = &mut plan.streams[held.stream.at()];
            let in_kind = held.receipts == Receipts::InKind;
            if draw.place > 0 && held.pool.is_none() && held.project.is_none() && !in_kind {
                let month = case.timeline.horizon.month(draw.place - 1);
                stream.termination = Some(Termination { month, commitments: true });
                plan.restrictions[held.stream.at()].award.survives.clear();
                changed |= stream.fixed_amount_ends().is_none();
            }
        }
        changed.then_some(plan)
    }),
    ("recovery within its rate", |case| {
        with_rules(case, |case, stream, rules| {
            let Some(rule) = &mut rules.indirect else { return false };
            rule.rate = Rate::ZERO;
            case.braid.recoveries.iter().any(|recovery| {
                case.timeline.tranche(recovery.tranche).stream == stream
                    && recovery.amount.is_positive()
            })
        })
    }),
];

#[test]
fn a_rule_made_stricter_under_a_finished_braid_is_named() {
    let cases = cases(900);
    for (law, tighten) in TIGHTENINGS {
        let mut tried = 0;
        for case in &cases {
            let Some(plan) = tighten(case) else { continue };
            tried += 1;
            let told = certify(&plan, &case.timeline, &case.braid, Method::Waterfall)
                .unwrap_err()
                .to_string();
            assert!(told.contains(law), "{law}: the checker says {told}");
        }
        assert!(tried >= 15, "{law}: tried only {tried} times");
    }
}

#[test]
fn pay_beyond_its_limit_is_named() {
    let mut tried = 0;
    for case in cases(1_800) {
        let mut timeline = case.timeline.clone();
        let mut limited = false;
        for ceiling in &mut timeline.pay_ceilings {
            ceiling.by_place.fill(Money::ZERO);
            let paid = |draw: &Draw| draw.line == ceiling.line;
            limited |= drawn(&case, ceiling.stream, paid).is_positive();
        }
        if limited {
            tried += 1;
            let told = certify(&case.plan, &timeline, &case.braid, Method::Waterfall)
                .unwrap_err()
                .to_string();
            assert!(told.contains("no award beyond its benefit share"), "{told}");
        }
    }
    assert!(tried >= 15, "tried only {tried} times");
}

#[test]
fn recovered_money_is_spent_once_and_not_before_it_is_recovered() {
    let mut tried = 0;
    for case in cases(900) {
        let spent = |draw: &Draw| matches!(draw.source, Source::Recovery(place) if place > 0);
        let Some(at) = case.braid.draws.iter().position(spent) else { continue };
        let mut braid = case.braid.clone();
        braid.draws[at].amount += Money::from_cents(1_000_000_000);
        let told =
            certify(&case.plan, &case.timeline, &braid, Method::Waterfall).unwrap_err().to_string();
        assert!(told.contains("no over"), "{told}");
        let mut timeline = case.timeline.clone();
        timeline.spends_recovery = false;
        assert!(
            certify(&case.plan, &timeline, &case.braid, Method::Waterfall).is_err(),
            "never where it may not be"
        );
        tried += 1;
    }
    assert!(tried >= 15, "tried only {tried} times");
}

//! The optimal braid: no allocation that keeps the rules leaves less unfunded.
//!
//! Best case, if every date were known today: it looks at the whole horizon at once. Objectives in order: the
//! core gap, then the essential, then the stretch one; within each the least in total, then in the earliest months;
//! then the least last-resort money, the least that lapses, and the money first that lapses soonest and is narrowest.
//! What is alike even then goes by the order in which the flow is laid, and that by names: of months the earliest,
//! of money that which should go first, of lines the first by name is looked at first. So the same plan has one braid.

use std::collections::BTreeMap;

use self::held::Held;
use self::keep::Kept;
use self::problem::Problem;
use super::proof::{ONE, Prices, Proof};
use super::{Braid, Draw, Method, Recovery, Source, certify};
use crate::money::Money;
use crate::name::TrancheIndex;
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::timeline::Timeline;

mod flow;
mod held;
mod keep;
mod network;
mod problem;
pub(super) mod relax;
mod relaxed;
mod rest;
mod rules;

/// Makes the optimal braid of a timeline, with its proof.
pub(super) fn allocate(plan: &Plan, timeline: &Timeline) -> (Braid, Proof) {
    let problem = Problem::new(plan, timeline);
    let rules = &problem.rules;
    if rules.is_empty() {
        return by_flow(&problem);
    }
    // Match and recovery make money of other money, which no flow does.
    if !rules.recoveries.is_empty() || !rules.matches.is_empty() {
        return relaxed::allocate(&problem, None);
    }
    // Where caps bind even if all months are one, moving who pays what will hardly keep them.
    let binds = relaxed::look(&problem);
    if binds == Some(true)
        && let Some(found) = relaxed::allocate_coarse(&problem, None)
    {
        return found;
    }
    let mut held = Held::nothing(&problem);
    let least = flow::solve_keeping_rules(&problem, &mut held);
    if least.kept == Kept::All {
        let braid = finish(&problem, held);
        if certify::certify(plan, timeline, &braid, Method::Optimal).is_ok() {
            return proved_by_cuts(&problem, braid, &least.cuts);
        }
    }
    let coarse = (binds == Some(false)).then(|| relaxed::allocate_coarse(&problem, Some(&least)));
    coarse.flatten().unwrap_or_else(|| relaxed::allocate(&problem, Some(&least)))
}

/// Without rules that tie amounts together the flow is optimal, and its cuts prove it.
fn by_flow(problem: &Problem) -> (Braid, Proof) {
    let mut held = Held::nothing(problem);
    let cuts = flow::solve(problem, &mut held);
    proved_by_cuts(problem, finish(problem, held), &cuts)
}

/// A braid that leaves no more than the flow with these cuts does.
fn proved_by_cuts(problem: &Problem, braid: Braid, cuts: &flow::Cuts) -> (Braid, Proof) {
    let least = braid.gaps(problem.plan, problem.timeline);
    let prices = Priority::ALL.map(|priority| cut_prices(priority, cuts));
    (braid, Proof { prices, least })
}

/// The prices of a cut: money that is spent on needs down to a priority, and could be on nothing else, is worth one.
fn cut_prices(priority: Priority, cuts: &flow::Cuts) -> Prices {
    Prices {
        weights: Priority::ALL.map(|of| if of <= priority { ONE } else { 0 }),
        tranches: cuts[priority as usize].iter().map(|cut| if *cut { ONE } else { 0 }).collect(),
        awards: Vec::new(),
    }
}

/// The braid of what was settled: like draws joined, and each recovery with its base.
fn finish(problem: &Problem, held: Held) -> Braid {
    let mut recoveries = held.recoveries;
    recoveries.extend(bases(problem, &held.rest.draws, &recoveries));
    let mut braid = Braid { draws: held.rest.draws, matches: held.matches, recoveries };
    braid.join();
    braid
}

/// What each month's draws add to the base of recovery, on the tranche that is charged first.
fn bases(problem: &Problem, draws: &[Draw], recoveries: &[Recovery]) -> Vec<Recovery> {
    let timeline = problem.timeline;
    if problem.rules.recoveries.is_empty() {
        return Vec::new();
    }
    let mut bases: BTreeMap<(usize, usize), (TrancheIndex, i64)> = BTreeMap::new();
    let mut ordered: Vec<&Draw> = draws.iter().collect();
    ordered.sort_unstable();
    for (index, rule) in problem.rules.recoveries.iter().enumerate() {
        let mut left: Vec<i64> = rule.subawards.iter().map(|(_, left)| *left).collect();
        for draw in &ordered {
            let Source::Tranche(tranche) = draw.source else { continue };
            let held = timeline.tranche(tranche);
            if (held.stream, held.award) != rule.award || !rule.counts[draw.line.at()] {
                continue;
            }
            let id = problem.plan.line(draw.line).subaward.as_ref();
            let once = rule.subawards.iter().position(|(of, _)| Some(of) == id);
            let cents = draw.amount.cents();
            let counted = once.map_or(cents, |once| cents.min(left[once]));
            if let Some(once) = once {
                left[once] -= counted;
            }
            let first = recoveries.iter().find(|recovery| {
                let of = timeline.tranche(recovery.tranche);
                recovery.place == draw.place && (of.stream, of.award) == rule.award
            });
            let tranche = first.map_or(tranche, |recovery| recovery.tranche);
            bases.entry((index, draw.place)).or_insert((tranche, 0)).1 += counted;
        }
    }
    let base = |((_, place), (tranche, base)): ((usize, usize), (TrancheIndex, i64))| Recovery {
        place,
        tranche,
        base: Money::from_cents(base),
        amount: Money::ZERO,
    };
    bases.into_iter().map(base).collect()
}

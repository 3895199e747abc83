//! The optimal braid under rules that tie amounts by a ratio: caps of what is spent, match, recovery.
//!
//! Amounts may be fractions first, in floats: the relaxed braid gives each rule's allowance, and prices. Then all is
//! settled to whole cents with the allowances held, by flow. Nothing in floats is believed: the braid is
//! checked draw by draw, and what the prices prove is added up, both in whole numbers by code that knows neither.

use self::program::Relaxed;
use super::held::Held;
use super::problem::Problem;
use super::{finish, flow};
use crate::braid::proof::Proof;
use crate::braid::{Braid, Method, bound, certify, waterfall};
use crate::money::Money;
use crate::plan::cost::Priority;

mod interior;
mod program;
mod settle;

/// Makes the braid of a problem with such rules, with what proves how near the optimum it is.
pub(super) fn allocate(problem: &Problem) -> (Braid, Proof) {
    let mut relaxed = Relaxed::new(problem);
    let mut covered = [0.0; 3];
    let mut columns = Vec::new();
    let prices = Priority::ALL.map(|priority| {
        relaxed.seek(problem, priority, covered);
        let solution = interior::solve(&relaxed.program);
        covered[priority as usize] = relaxed.covered(problem, &solution.columns)[priority as usize];
        let prices = relaxed.prices(problem, priority, &solution);
        columns = solution.columns;
        prices
    });
    let mut held = Held::from_relaxed(problem, &relaxed, &columns);
    flow::solve(problem, &mut held);
    let braid = better(problem, finish(problem, held));
    let gaps = braid.gaps(problem.plan, problem.timeline);
    let least = Priority::ALL.map(|priority| {
        let prices = &prices[priority as usize];
        bound::least_gap(problem.plan, problem.timeline, gaps, prices, priority as usize)
            .unwrap_or(Money::ZERO)
    });
    (braid, Proof { prices, least })
}

/// The settled braid; or the waterfall's where that leaves less, since settling may lose cents and a match that came
/// into the plan short is relaxed.
fn better(problem: &Problem, settled: Braid) -> Braid {
    let (plan, timeline) = (problem.plan, problem.timeline);
    let holds = certify::certify(plan, timeline, &settled, Method::Optimal).is_ok();
    debug_assert!(holds, "a settled braid keeps every rule");
    let waterfall = waterfall::allocate(plan, timeline, Method::Waterfall);
    match holds && settled.gaps(plan, timeline) <= waterfall.gaps(plan, timeline) {
        true => settled,
        false => waterfall,
    }
}

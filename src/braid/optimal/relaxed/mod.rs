//! The optimal braid under rules that tie amounts by a ratio: caps of what is spent, match, recovery.
//!
//! Amounts may be fractions first, in floats: the relaxed braid gives each rule's allowance, and prices. Then all is
//! settled to whole cents with the allowances held, by flow. Nothing in floats is believed: the braid is
//! checked draw by draw, and what the prices prove is added up, both in whole numbers by code that knows neither.

use self::program::Relaxed;
use super::held::Held;
use super::problem::Problem;
use super::{finish, flow};
use crate::braid::proof::{Prices, Proof};
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
    let braid = better(problem, finish(problem, held), &prices);
    let least = least(problem, braid.gaps(problem.plan, problem.timeline), &prices);
    (braid, Proof { prices, least })
}

/// What settling to cents may lose of a priority without another braid being called better: a dollar.
const SETTLING_LOSES: Money = Money::from_cents(100);

/// The settled braid; or the waterfall's where that leaves less by more than settling may lose, since rules that are not
/// linear are relaxed.
fn better(problem: &Problem, settled: Braid, prices: &[Prices; 3]) -> Braid {
    let (plan, timeline) = (problem.plan, problem.timeline);
    // In about one of 700 random plans, settling loses the last cents of a rule.
    let holds = certify::certify(plan, timeline, &settled, Method::Optimal).is_ok();
    let waterfall = waterfall::allocate(plan, timeline, Method::Waterfall);
    let (own, other) = (settled.gaps(plan, timeline), waterfall.gaps(plan, timeline));
    let least = least(problem, own, prices);
    let far = |priority: &usize| {
        let most = own[*priority].max(other[*priority]);
        own[*priority] != other[*priority] && most - least[*priority] > SETTLING_LOSES
    };
    let worse = (0..3).find(far).is_some_and(|priority| own[priority] > other[priority]);
    if holds && !worse { settled } else { waterfall }
}

/// What the prices prove of braids that leave these gaps.
fn least(problem: &Problem, gaps: [Money; 3], prices: &[Prices; 3]) -> [Money; 3] {
    let (plan, timeline) = (problem.plan, problem.timeline);
    let least = |priority: usize| {
        bound::least_gap(plan, timeline, gaps, &prices[priority], priority).unwrap_or(Money::ZERO)
    };
    [least(0), least(1), least(2)]
}

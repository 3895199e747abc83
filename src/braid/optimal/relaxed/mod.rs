//! The optimal braid under rules that tie amounts by a ratio: caps of what is spent, match, recovery.
//!
//! Amounts may be fractions first, in floats: the relaxed braid gives each rule's allowance, and prices. Then all is
//! settled to whole cents with the allowances held, by flow. Nothing in floats is believed: the braid is
//! checked draw by draw, and what the prices prove is added up, both in whole numbers by code that knows neither.

use self::program::Relaxed;
use super::finish;
use super::held::Held;
use super::problem::Problem;
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
    let held = Held::settled(problem, &relaxed, &columns);
    let braid = better(problem, finish(problem, held), &prices);
    let least = least(problem, braid.gaps(problem.plan, problem.timeline), &prices);
    (braid, Proof { prices, least })
}

/// What settling to cents may lose of a priority without another braid being called better: a dollar.
const SETTLING_LOSES: Money = Money::from_cents(100);

/// The settled braid; or another method's where that leaves less, since settling loses cents, and rules that are not
/// linear are relaxed. Of 40,000 random plans none was settled against a rule. Cents of one priority do not outweigh a
/// later one.
fn better(problem: &Problem, settled: Braid, prices: &[Prices; 3]) -> Braid {
    let (plan, timeline) = (problem.plan, problem.timeline);
    let least = least(problem, settled.gaps(plan, timeline), prices);
    let others = [Method::Waterfall, Method::Shares];
    let others = others.map(|method| waterfall::allocate(plan, timeline, method));
    let holds = certify::certify(plan, timeline, &settled, Method::Optimal).is_ok();
    let candidates = holds.then_some(settled).into_iter().chain(others);
    let kept = candidates.reduce(|kept, other| {
        let (own, others) = (kept.gaps(plan, timeline), other.gaps(plan, timeline));
        let far = |place: &usize| {
            own[*place] != others[*place]
                && own[*place].max(others[*place]) - least[*place] > SETTLING_LOSES
        };
        let less = match (0..3).find(far) {
            Some(place) => others[place] < own[place],
            None => others < own,
        };
        if less { other } else { kept }
    });
    kept.unwrap_or_default()
}

/// What the prices prove of braids that leave these gaps.
fn least(problem: &Problem, gaps: [Money; 3], prices: &[Prices; 3]) -> [Money; 3] {
    let (plan, timeline) = (problem.plan, problem.timeline);
    let least = |priority: usize| {
        bound::least_gap(plan, timeline, gaps, &prices[priority], priority).unwrap_or(Money::ZERO)
    };
    [least(0), least(1), least(2)]
}

//! The optimal braid under rules that tie amounts by a ratio: caps of what is spent, match, recovery.
//!
//! Amounts may be fractions first, in floats: the relaxed braid gives each rule's allowance, and prices. Then all is
//! settled to whole cents with the allowances held, by flow. Nothing in floats is believed: the braid is
//! checked draw by draw, and what the prices prove is added up, both in whole numbers by code that knows neither.

use self::program::Relaxed;
use super::flow::Least;
use super::held::Held;
use super::keep::Kept;
use super::problem::Problem;
use super::{cut_prices, finish};
use crate::braid::proof::{ONE, Prices, Proof};
use crate::braid::{Braid, Method, bound, certify, waterfall};
use crate::money::Money;
use crate::plan::cost::Priority;

mod coarse;
mod interior;
mod program;
mod settle;

/// Makes the braid of a problem with such rules, with what proves how near the optimum it is.
///
/// `by_flow` is what a flow that knows nothing of the rules leaves, where one was made.
pub(super) fn allocate(problem: &Problem, by_flow: Option<&Least>) -> (Braid, Proof) {
    let known = known(problem, by_flow);
    let mut relaxed = Relaxed::new(problem);
    let mut covered = [0.0; 3];
    let mut columns = Vec::new();
    let prices = Priority::ALL.map(|priority| {
        if let Some((cents, prices)) = &known[priority as usize] {
            covered[priority as usize] = *cents as f64;
            return prices.clone();
        }
        relaxed.seek(problem, priority, covered);
        let solution = interior::solve(&relaxed.program);
        covered[priority as usize] = relaxed.covered(problem, &solution.columns)[priority as usize];
        let prices = relaxed.prices(problem, priority, &solution);
        columns = solution.columns;
        prices
    });
    let held = Held::settled(problem, &relaxed, &columns);
    let (braid, least) = better(problem, finish(problem, held), &prices);
    (braid, Proof { prices, least })
}

/// Whether caps bind at first look in a problem in which nothing else ties amounts together; nothing for others.
pub(super) fn look(problem: &Problem) -> Option<bool> {
    coarse::suits(problem).then(|| coarse::binds(problem))
}

/// The braid of a problem in which caps and nothing else tie amounts together, if one within cents of the bound is found
/// over places longer than months; with its proof.
///
/// `by_flow` is what a flow that moves who pays what leaves, where one was made that does not keep the caps.
pub(super) fn allocate_coarse(
    problem: &Problem,
    by_flow: Option<&Least>,
) -> Option<(Braid, Proof)> {
    let core = by_flow.and_then(|least| known_core(problem, least));
    let (held, prices) = coarse::allocate(problem, core)?;
    let braid = finish(problem, held);
    let (plan, timeline) = (problem.plan, problem.timeline);
    certify::certify(plan, timeline, &braid, Method::Optimal).ok()?;
    let gaps = braid.gaps(plan, timeline);
    let least = [0, 1, 2].map(|priority: usize| match gaps[priority] {
        Money::ZERO => Money::ZERO,
        _ => proved(problem, gaps, &prices, priority),
    });
    let near = gaps.iter().zip(&least).all(|(gap, least)| *gap - *least <= COARSE_LOSES);
    near.then_some((braid, Proof { prices, least }))
}

/// What a braid settled over longer places may lose of a priority; else it is settled by months.
const COARSE_LOSES: Money = Money::from_cents(10);

/// What is covered at best of the first priorities, in cents, with its proof, where that is known already: some braid that
/// keeps the rules leaves nothing, or no more than any flow. The last is left to the programme, which tells who pays.
fn known(problem: &Problem, by_flow: Option<&Least>) -> [Option<(i64, Prices)>; 3] {
    let mut known = [const { None }; 3];
    if let Some(least) = by_flow {
        known[0] = known_core(problem, least);
        return known;
    }
    let waterfall = waterfall::allocate(problem.plan, problem.timeline, Method::Waterfall);
    let gaps = waterfall.gaps(problem.plan, problem.timeline);
    for priority in [Priority::Core, Priority::Essential] {
        if gaps[priority as usize] != Money::ZERO {
            break;
        }
        let nothing = Prices {
            weights: Priority::ALL.map(|of| if of == priority { ONE } else { 0 }),
            tranches: vec![0; problem.timeline.tranches.len()],
            awards: Vec::new(),
        };
        known[priority as usize] = Some((needs(problem, priority), nothing));
    }
    known
}

/// What is covered at best of core needs, in cents, with its proof, where a braid that keeps the rules is known to leave
/// no more of them than a flow that knows nothing of the rules.
fn known_core(problem: &Problem, by_flow: &Least) -> Option<(i64, Prices)> {
    let covered = needs(problem, Priority::Core) - by_flow.gaps[0];
    let known = || (covered, cut_prices(Priority::Core, &by_flow.cuts));
    (by_flow.kept == Kept::Core).then(known)
}

/// What is needed of a priority in all, in cents.
fn needs(problem: &Problem, priority: Priority) -> i64 {
    let own = problem.classes.iter().filter(|class| class.priority == priority);
    own.flat_map(|class| &class.needs).sum()
}

/// What settling to cents may lose of a priority without another braid being called better: a dollar.
const SETTLING_LOSES: Money = Money::from_cents(100);

/// The settled braid; or another method's where that leaves less, since settling loses cents, and rules that are not
/// linear are relaxed. Of 40,000 random plans none was settled against a rule. Cents of one priority do not outweigh a
/// later one. With what is proved of it.
fn better(problem: &Problem, settled: Braid, prices: &[Prices; 3]) -> (Braid, [Money; 3]) {
    let (plan, timeline) = (problem.plan, problem.timeline);
    let of_settled = settled.gaps(plan, timeline);
    let proved = least(problem, of_settled, prices);
    let holds = certify::certify(plan, timeline, &settled, Method::Optimal).is_ok();
    if holds && of_settled == proved {
        return (settled, proved);
    }
    let others = [Method::Waterfall, Method::Shares];
    let others = others.map(|method| waterfall::allocate(plan, timeline, method));
    let candidates = holds.then_some(settled).into_iter().chain(others);
    let kept = candidates.reduce(|kept, other| {
        let (own, others) = (kept.gaps(plan, timeline), other.gaps(plan, timeline));
        let far = |place: &usize| {
            own[*place] != others[*place]
                && own[*place].max(others[*place]) - proved[*place] > SETTLING_LOSES
        };
        let less = match (0..3).find(far) {
            Some(place) => others[place] < own[place],
            None => others < own,
        };
        if less { other } else { kept }
    });
    let kept = kept.unwrap_or_default();
    let gaps = kept.gaps(plan, timeline);
    let proved = if gaps == of_settled { proved } else { least(problem, gaps, prices) };
    (kept, proved)
}

/// What the prices prove of braids that leave these gaps.
fn least(problem: &Problem, gaps: [Money; 3], prices: &[Prices; 3]) -> [Money; 3] {
    [0, 1, 2].map(|priority| proved(problem, gaps, prices, priority))
}

fn proved(problem: &Problem, gaps: [Money; 3], prices: &[Prices; 3], priority: usize) -> Money {
    let (plan, timeline) = (problem.plan, problem.timeline);
    let least = bound::least_gap(plan, timeline, gaps, &prices[priority], priority);
    least.unwrap_or(Money::ZERO)
}

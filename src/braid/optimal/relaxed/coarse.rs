//! The relaxed problem over fewer, longer places.
//!
//! Months between which no money lapses or begins are mostly told apart by nothing, so that the programme need not tell
//! them apart. One over longer places forgives that money of a place comes after some of its needs: it leaves no
//! more than any braid, and its prices prove that of the months, too. Where no flow over the months leaves
//! as little, the places are parted where the money on which its gap depends turns, and all is done once more.

use std::sync::Arc;

use super::interior;
use super::program::Relaxed;
use super::settle::{self, Paid};
use crate::braid::optimal::flow;
use crate::braid::optimal::held::Held;
use crate::braid::optimal::problem::{Class, Fund, Leave, Problem};
use crate::braid::optimal::rules::{Limit, Rules};
use crate::braid::proof::{ONE, Prices};
use crate::plan::cost::Priority;
use crate::timeline::Timeline;

/// There are more months than that to each place that is solved, those solved again counted again; or the months
/// themselves are solved.
const SHORTER: usize = 2;

/// Where there would not be this many months to a place, places are longer at first: so many months to each.
const MONTHS_LEAST: usize = 3;
const MONTHS: usize = 7;

/// How often a rule may be kept with a margin, which it needs where cents of what is spent were lost.
const MARGINS: usize = 2;

/// The last months, each a place of its own: money of the end cannot pay what was before. And the first ones, which
/// wait for money.
const LAST: usize = 5;
const FIRST: usize = 4;

/// What a dollar of core gap counts beside one of essential gap: mostly more than any rule can make of it.
const CORE_COUNTS: i64 = 8;

/// A gap of so many cents is none.
const NOTHING: f64 = 0.4;

/// Weights by which each priority comes before the next in a first look.
const LOOK: [f64; 3] = [16.0, 4.0, 1.0];

/// The months of a problem in places.
struct Coarse {
    timeline: Timeline,
    /// The first month of each place, and the end.
    starts: Vec<usize>,
    /// The place of each month.
    places: Vec<usize>,
}

impl Coarse {
    fn new(problem: &Problem, starts: &[usize]) -> Coarse {
        let of = problem.timeline;
        let place = |month: usize| starts.partition_point(|start| *start <= month) - 1;
        let places: Vec<usize> = (0..problem.months).map(place).collect();
        let mut tranches = of.tranches.clone();
        for tranche in &mut tranches {
            tranche.opens = places[tranche.opens];
            tranche.closes = places[tranche.closes];
        }
        let mut horizon = of.horizon;
        horizon.months = starts.len() as u32;
        let timeline = Timeline {
            horizon,
            needs: Arc::default(),
            tranches,
            purses: Vec::new(),
            memos: Vec::new(),
            debts: Vec::new(),
            spends_recovery: of.spends_recovery,
            pay_ceilings: Vec::new(),
            deducted: Vec::new(),
            held_beyond: Vec::new(),
            unused_in_kind: Vec::new(),
        };
        let starts = starts.iter().copied().chain([problem.months]).collect();
        Coarse { timeline, starts, places }
    }

    /// The same problem over these places, for a programme.
    fn problem<'a>(&'a self, of: &'a Problem<'a>) -> Problem<'a> {
        let months = self.places.last().map_or(0, |last| last + 1);
        let limit = |limit: &Limit| Limit {
            counts: limit.counts.clone(),
            elsewhere: limit.elsewhere.clone(),
            places: (0, months - 1),
            ..*limit
        };
        let class = |class: &Class| Class {
            priority: class.priority,
            lines: class.lines.clone(),
            needs: self
                .starts
                .windows(2)
                .map(|ends| class.needs[ends[0]..ends[1]].iter().sum())
                .collect(),
        };
        let fund = |fund: &Fund| Fund { tranches: fund.tranches.clone(), ..*fund };
        let leave = |leave: &Leave| Leave {
            from: self.places[leave.from],
            through: self.places[leave.through],
            ..*leave
        };
        Problem {
            plan: of.plan,
            timeline: &self.timeline,
            months,
            rules: Rules {
                limits: of.rules.limits.iter().map(limit).collect(),
                recoveries: Vec::new(),
                matches: Vec::new(),
            },
            funds: of.funds.iter().map(fund).collect(),
            classes: of.classes.iter().map(class).collect(),
            leaves: of.leaves.iter().map(leave).collect(),
            bounds: of.bounds.iter().map(|_| Vec::new()).collect(),
            preference: Vec::new(),
        }
    }

    /// What is paid in a place, spread over its months as these need it.
    fn spread(&self, problem: &Problem, paid: &[Paid]) -> Vec<Paid> {
        let mut spread = Vec::new();
        for part in paid {
            let Some(leave) = problem.leave(part.fund, part.class) else { continue };
            let from = self.starts[part.place].max(leave.from);
            let end = self.starts[part.place + 1].min(leave.through + 1);
            let needs = &problem.classes[part.class].needs;
            let sum: i64 = needs[from..end].iter().sum();
            for place in (from..end).filter(|place| needs[*place] > 0) {
                let amount = part.amount * needs[place] as f64 / sum as f64;
                spread.push(Paid { place, amount, ..*part });
            }
        }
        spread
    }
}

/// Whether a problem has nothing but money, needs and caps that hold over all months.
pub(super) fn suits(problem: &Problem) -> bool {
    let rules = &problem.rules;
    rules.matches.is_empty()
        && rules.recoveries.is_empty()
        && problem.bounds.iter().all(Vec::is_empty)
        && rules.limits.iter().all(|limit| !settle::is_tied(problem, limit.award))
}

/// Whether caps bind even where all months are one; then they will hardly be kept by moving who pays what.
pub(super) fn binds(problem: &Problem) -> bool {
    let coarse = Coarse::new(problem, &[0]);
    let of = coarse.problem(problem);
    let mut relaxed = Relaxed::new(&of);
    relaxed.weigh(&of, LOOK);
    let solution = interior::solve(&relaxed.program);
    solution.converged && relaxed.binds(&of, &solution)
}

/// The months that first begin a place: where money begins or has lapsed.
fn starts(problem: &Problem) -> Vec<usize> {
    let mut starts = vec![0];
    for fund in &problem.funds {
        let mut after = 0;
        for tranche in fund.tranches.iter().map(|index| problem.timeline.tranche(*index)) {
            if tranche.opens >= after {
                starts.push(tranche.opens);
            }
            after = after.max(tranche.closes + 1);
            starts.push(tranche.closes + 1);
        }
    }
    starts.extend(0..FIRST);
    starts.extend(problem.months.saturating_sub(LAST)..problem.months);
    starts.retain(|start| *start < problem.months);
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// The same, but few where there would be too many: those of the first and of the last months, and others evenly among
/// them.
fn few_starts(problem: &Problem) -> Vec<usize> {
    let starts = starts(problem);
    if starts.len() * MONTHS_LEAST < problem.months {
        return starts;
    }
    let between = |start: &usize| (FIRST..problem.months.saturating_sub(LAST)).contains(start);
    let (between, mut kept): (Vec<usize>, Vec<usize>) = starts.into_iter().partition(between);
    let room = (problem.months / MONTHS).saturating_sub(kept.len()).clamp(1, between.len().max(1));
    kept.extend((0..room).filter_map(|at| between.get(at * between.len() / room)));
    kept.sort_unstable();
    kept
}

/// A braid whose gaps lie within a few cents of what the prices prove, if one is found so. `core` is what of core needs
/// is covered at best, in cents, with its proof, where that is known.
pub(super) fn allocate<'a>(
    problem: &'a Problem<'a>,
    core: Option<(i64, Prices)>,
) -> Option<(Held<'a>, [Prices; 3])> {
    let mut starts = few_starts(problem);
    let mut solved_places = 0;
    loop {
        solved_places += starts.len();
        if solved_places * SHORTER >= problem.months {
            return None;
        }
        let coarse = Coarse::new(problem, &starts);
        let of = coarse.problem(problem);
        let solved = solve(&of, core.as_ref())?;
        match settled(problem, &coarse, &solved) {
            Settled::Near(held) => return Some((*held, solved.prices)),
            Settled::Turns(turns) => {
                let before = starts.len();
                starts.extend(turns);
                starts.sort_unstable();
                starts.dedup();
                if starts.len() == before {
                    return None;
                }
            }
        }
    }
}

/// A relaxed braid over places.
struct Solved {
    paid: Vec<Paid>,
    prices: [Prices; 3],
    /// What it leaves of each priority, in cents.
    gaps: [f64; 3],
}

/// The least gap of each priority, those before it held.
fn solve(of: &Problem, core: Option<&(i64, Prices)>) -> Option<Solved> {
    let mut relaxed = Relaxed::new(of);
    let needs = Priority::ALL.map(|priority| {
        let own = of.classes.iter().filter(|class| class.priority == priority);
        own.flat_map(|class| &class.needs).sum::<i64>() as f64
    });
    // Mostly no core gap needs to be left, or what does is known; then that is proved already.
    let (core, proof) = core.cloned().unwrap_or_else(|| {
        let nothing = Prices {
            weights: [ONE, 0, 0],
            tranches: vec![0; of.timeline.tranches.len()],
            awards: Vec::new(),
        };
        (needs[0] as i64, nothing)
    });
    let weights = [CORE_COUNTS * ONE, ONE, 0];
    relaxed.weigh(of, weights.map(|weight| weight as f64 / ONE as f64));
    relaxed.shut_idle(of, Priority::Essential);
    let both = interior::solve(&relaxed.program);
    let mut covered = relaxed.covered(of, &both.columns);
    let mut prices = [proof, relaxed.priced(of, weights, &both), Prices::default()];
    let mut columns = Vec::new();
    let mut converged = both.converged;
    let first = if (core as f64 - covered[0]).abs() < NOTHING { 2 } else { 0 };
    covered[0] = if first == 2 { core as f64 } else { covered[0] };
    for priority in &Priority::ALL[first..] {
        relaxed.seek(of, *priority, covered);
        relaxed.shut_idle(of, *priority);
        let solution = interior::solve(&relaxed.program);
        converged &= solution.converged;
        covered[*priority as usize] = relaxed.covered(of, &solution.columns)[*priority as usize];
        prices[*priority as usize] = relaxed.prices(of, *priority, &solution);
        columns = solution.columns;
    }
    converged.then(|| Solved {
        paid: settle::paid(of, &relaxed, &columns),
        prices,
        gaps: [0, 1, 2].map(|priority: usize| needs[priority] - covered[priority]),
    })
}

/// What settling over months comes to.
enum Settled<'a> {
    /// Within cents of the relaxed braid.
    Near(Box<Held<'a>>),
    /// Farther; where the money on which the gap depends turns.
    Turns(Vec<usize>),
}

/// Settles to whole cents of months what is paid in places.
fn settled<'a>(problem: &'a Problem<'a>, coarse: &Coarse, solved: &Solved) -> Settled<'a> {
    let months = coarse.spread(problem, &solved.paid);
    let mut awards: Vec<_> = problem.funds.iter().map(|fund| fund.award).collect();
    awards.sort_unstable();
    awards.dedup();
    // Each cap may lose a cent, and what is paid with it.
    let most = problem.rules.limits.len() as f64 + 1.0;
    let mut margins = vec![0; problem.rules.limits.len()];
    for _ in 0..=MARGINS {
        let mut held = Held::nothing(problem);
        for award in &awards {
            held.hold_caps(*award, &months, (&coarse.timeline, &solved.paid), &margins);
        }
        let near = |priority: usize, gap: i64| gap as f64 - solved.gaps[priority] <= most;
        let whole = |priority: usize| solved.gaps[priority] < NOTHING;
        let told = flow::solve_lending(problem, &mut held, whole, near);
        if !told.near {
            return Settled::Turns(told.turns);
        }
        let over = settle::over(problem, &held.taken());
        if over.is_empty() {
            return Settled::Near(Box::new(held));
        }
        for (limit, cents) in over {
            margins[limit] += cents;
        }
    }
    Settled::Turns(Vec::new())
}

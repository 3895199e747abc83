//! What one more would do: a dollar more of a stream, a point more of a cap, a month more of an award, a
//! function that an award may pay for. Each is the difference of two optimal braids.
//!
//! The prices that prove the optimal braid say what cannot matter ([`screen`]). All that may is tried: the
//! plan is changed in its terms and restrictions, laid out and braided anew, so that what is said to close was
//! closed. What changes with the terms changes too: fees of receipts rise with the money, which `needs` tells.

use std::cmp::Reverse;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::braid::proof::Proof;
use crate::braid::{Braid, Method};
use crate::error::Error;
use crate::funding::Status;
use crate::money::Money;
use crate::month::Month;
use crate::plan::Plan;
use crate::timeline::{Selection, Timeline};

mod change;
mod holder;
mod money;
mod range;
mod screen;

pub use change::Change;
pub use holder::Holder;

/// What could be changed, and what each change would close of the gap that no braid avoids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levers {
    /// The money that counts.
    pub view: Status,
    /// What the optimal braid of the plan leaves of each priority, core first.
    pub gaps: [Money; 3],
    /// How far above the proved least that may lie.
    pub distance: [Money; 3],
    /// Changes of terms, those first that close the most core gap, then essential, then stretch.
    pub terms: Vec<Lever>,
    /// More money, the best months of each stream, those first of which each dollar closes the most, then
    /// those of which the most dollars do.
    pub money: Vec<Lever>,
    /// How many plans were braided.
    pub runs: usize,
}

/// One change and what it closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lever {
    /// The change.
    pub change: Change,
    /// Who could make it.
    pub holder: Holder,
    /// What it does.
    pub effect: Effect,
    /// Of money, the first and the last month in which it may start for the same worth.
    pub months: Option<(Month, Month)>,
    /// How far each further dollar, point or month closes as much, where the change has a size.
    pub range: Option<Range>,
}

/// What a change does, against the plan as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What it closes of the least gap of each priority, core first; below zero where that gap grows, so that
    /// one of an earlier priority shrinks.
    pub closes: [Money; 3],
    /// How far each may lie from the truth: the distances of both braids from what is proved of them.
    pub distance: [Money; 3],
    /// By how much what is needed rises with it.
    pub needs: Money,
}

/// The size through which each further part of a change closes as much as its first, of the first priority in
/// which it closes anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The change at that size.
    pub through: Change,
    /// What it closes there.
    pub effect: Effect,
    /// Whether it is exact, rather than found within the distance of the braids.
    pub exact: bool,
    /// Whether a larger size was tried and falls short, rather than none being possible.
    pub ends: bool,
}

impl Effect {
    /// The first priority whose gap it closes beyond any doubt, if it closes one before it opens another.
    pub fn lead(&self) -> Option<usize> {
        let moved = |at: &usize| {
            self.closes[*at] > self.distance[*at] || -self.closes[*at] > self.distance[*at]
        };
        let first = (0..3).find(moved)?;
        self.closes[first].is_positive().then_some(first)
    }

    /// What it closes of all priorities together.
    pub fn total(&self) -> Money {
        self.closes.iter().sum()
    }
}

/// What a plan comes to under the optimal braid.
struct Outcome {
    view: Status,
    gaps: [Money; 3],
    least: [Money; 3],
    needs: Money,
    timeline: Timeline,
    proof: Proof,
}

impl Outcome {
    fn of(plan: &Plan, view: Status) -> Result<Outcome, Error> {
        let timeline = Timeline::from_plan(plan, Selection::View(view))?;
        let (braid, certificate) = Braid::from_timeline(plan, &timeline, Method::Optimal)?;
        let proof = certificate.proof.ok_or_else(|| Error::internal("an optimum is proved"))?;
        let needs = timeline.needs.iter().flatten().sum();
        Ok(Outcome {
            view,
            gaps: braid.gaps(plan, &timeline),
            least: proof.least,
            needs,
            timeline,
            proof,
        })
    }

    fn distance(&self) -> [Money; 3] {
        [0, 1, 2].map(|at| (self.gaps[at] - self.least[at]).floor_zero())
    }
}

/// The plan as it is, and how changes of it are tried.
struct Trial<'a> {
    plan: &'a Plan,
    base: Outcome,
    runs: AtomicUsize,
    told: &'a (dyn Fn(usize) + Sync),
}

impl Trial<'_> {
    /// What a change does; nothing where it is none.
    fn effect(&self, change: &Change) -> Result<Option<Effect>, Error> {
        let Some(plan) = change.apply(self.plan) else { return Ok(None) };
        let changed = Outcome::of(&plan, self.base.view)?;
        (self.told)(self.runs.fetch_add(1, Ordering::Relaxed) + 1);
        let (before, after) = (self.base.distance(), changed.distance());
        Ok(Some(Effect {
            closes: [0, 1, 2].map(|at| self.base.gaps[at] - changed.gaps[at]),
            distance: [0, 1, 2].map(|at| before[at] + after[at]),
            needs: changed.needs - self.base.needs,
        }))
    }

    /// Whether money alone decides, so that all is in whole cents without a distance.
    fn is_exact(&self) -> bool {
        self.base.proof.prices.iter().all(|prices| prices.awards.is_empty())
            && self.base.distance() == [Money::ZERO; 3]
    }

    fn lever(&self, change: Change, effect: Effect, range: Option<Range>) -> Lever {
        let holder = Holder::of(self.plan, &change);
        Lever { change, holder, effect, months: None, range }
    }
}

impl Levers {
    /// Tries what could be changed of a plan, with the money of a view. `told` hears how many plans were
    /// braided so far, also from other threads.
    ///
    /// # Errors
    /// An internal error where a braid is not proved: then no number is given.
    pub fn from_plan(
        plan: &Plan,
        view: Status,
        told: &(dyn Fn(usize) + Sync),
    ) -> Result<Levers, Error> {
        let base = Outcome::of(plan, view)?;
        let trial = Trial { plan, base, runs: AtomicUsize::new(1), told };
        let mut levers = Levers {
            view,
            gaps: trial.base.gaps,
            distance: trial.base.distance(),
            terms: Vec::new(),
            money: Vec::new(),
            runs: 1,
        };
        if levers.gaps == [Money::ZERO; 3] {
            return Ok(levers);
        }
        let screen = screen::Screen::new(plan, &trial.base);
        let terms = side_by_side(&screen.terms(), |change| range::of_terms(&trial, change))?;
        let money = side_by_side(&screen.money(), |stream| money::of_stream(&trial, stream))?;
        levers.terms = terms.into_iter().flatten().collect();
        levers.terms.sort_by(|a, b| {
            (Reverse(a.effect.closes), &a.change).cmp(&(Reverse(b.effect.closes), &b.change))
        });
        levers.money = money.into_iter().flatten().collect();
        let reach = |lever: &Lever| lever.range.as_ref().map(|range| range.effect.closes);
        levers.money.sort_by(|a, b| {
            (Reverse(a.effect.closes), Reverse(reach(a)), &a.change).cmp(&(
                Reverse(b.effect.closes),
                Reverse(reach(b)),
                &b.change,
            ))
        });
        levers.runs = trial.runs.load(Ordering::Relaxed);
        Ok(levers)
    }
}

/// Threads that try changes at once, at most.
const THREADS_MAX: usize = 8;

/// What comes of each item, in the order of items, several at once.
fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    each: impl Fn(&T) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<R, Error>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.min(items.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let made = each(item);
                    done.lock().expect("no thread holds it while it fails").push((at, made));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no thread holds it while it fails");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
}

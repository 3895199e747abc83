//! What one more would do: a dollar more of a stream, a point more of a cap, a month more of an award, a
//! function that an award may pay for. Each is the difference of two optimal braids.
//!
//! The prices that prove the optimal braid say what cannot matter ([`screen`]). All that may is tried: the
//! plan is changed in its terms and restrictions, laid out and braided anew, so that what is said to close was
//! closed. What changes with the terms changes too: fees of receipts rise with the money, which `needs` tells.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicUsize, Ordering};

use self::screen::{Candidates, Screen};
use crate::braid::proof::{ONE, Proof};
use crate::braid::{Braid, Method};
use crate::error::Error;
use crate::funding::Status;
use crate::money::Money;
use crate::month::Month;
use crate::plan::Plan;
use crate::plan::restriction::CapBound;
use crate::threads::{self, side_by_side};
use crate::timeline::{HeldTranche, Selection, Timeline};

mod change;
mod holder;
mod money;
mod range;
mod screen;
mod worth;

pub use change::Change;
pub use holder::Holder;

/// Threads that try changes at once, at most.
const THREADS_MAX: usize = 8;

/// What could be changed, and what each change would close of the gap that no braid avoids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levers {
    /// The money that counts.
    pub view: Status,
    /// What the optimal braid of the plan leaves of each priority, core first.
    pub gaps: [Money; 3],
    /// How far above the proved least that may lie.
    pub distance: [Money; 3],
    /// Whether rules tie amounts together: then less core may cost more of the later priorities, and the sum of the
    /// three is not what is least.
    pub tied: bool,
    /// Changes of terms: those first that close anything in all, by the most core gap, then essential, then
    /// stretch; then those that move a gap to a later priority.
    pub terms: Vec<Lever>,
    /// More money, in the best months of each stream, and more room under limits that are amounts: those first of
    /// which each dollar closes the most, then those of which the most dollars do.
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
    /// Of money, the first and the last month in which it may start for the same worth: the same month, or any
    /// from the one to the other of money that does not lapse.
    pub months: Option<(Month, Month)>,
    /// Other months in which the same amount closes as much; how far that holds was not tried.
    pub also: Vec<Month>,
    /// How far each further dollar, point or month closes as much, where the change has a size; of money, in the
    /// first month. Nothing where the braids lie too far from their proof to tell.
    pub range: Option<Range>,
    /// The same of money in the last month.
    pub later: Option<Range>,
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
    /// Whether further parts close more than the first, rather than as much.
    pub more: bool,
    /// One point or month beyond, where it was tried: what the change does there.
    pub beyond: Option<(Change, Effect)>,
}

impl Effect {
    /// The first priority whose gap it closes beyond any doubt, if it closes one before it opens another.
    pub fn lead(&self) -> Option<usize> {
        let first = (0..3).find(|at| self.moves(*at))?;
        self.closes[first].is_positive().then_some(first)
    }

    /// Whether it closes or opens some of a priority's gap beyond any doubt.
    pub fn moves(&self, priority: usize) -> bool {
        let (closes, distance) = (self.closes[priority], self.distance[priority]);
        closes > distance || -closes > distance
    }

    /// Whether it closes more or less than another in any priority, as far as the distances tell.
    pub fn differs(&self, other: &Effect) -> bool {
        (0..3).any(|at| {
            let (off, doubt) =
                (self.closes[at] - other.closes[at], self.distance[at] + other.distance[at]);
            off > doubt || -off > doubt
        })
    }

    /// What it closes of all priorities together.
    pub fn total(&self) -> Money {
        self.closes.iter().sum()
    }

    /// Whether what it closes of one priority comes back in others, as far as the distances tell.
    pub fn is_move(&self) -> bool {
        let doubt: Money = self.distance.iter().sum();
        let total = self.total();
        total <= doubt && -total <= doubt
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

    /// Whether rules tie amounts together where the optimum is proved.
    fn tied(&self, plan: &Plan) -> bool {
        let each_dollar = plan
            .restrictions
            .iter()
            .any(|own| own.matching.as_ref().is_some_and(|rule| rule.each_dollar));
        each_dollar || self.proof.prices.iter().any(|prices| !prices.awards.is_empty())
    }

    /// The price of the money or of the room that a change brings, in billionths of a dollar of a priority's gap: no
    /// dollar more of it closes more. Nothing where the braid holds none of it, so that it has no price.
    fn price(&self, plan: &Plan, change: &Change, priority: usize) -> Option<i128> {
        let prices = &self.proof.prices[priority];
        let stream = change.stream()?;
        let own = prices.awards.iter().filter(|award| award.award.0 == stream);
        let of_money = |holds: &dyn Fn(&HeldTranche) -> bool| {
            let held = self.timeline.tranches.iter().zip(&prices.tranches);
            let held = held.filter(|(tranche, _)| tranche.stream == stream && holds(tranche));
            let (mut amount, mut worth) = (0, 0);
            for (tranche, price) in held {
                amount += i128::from(tranche.amount.cents());
                worth += i128::from(tranche.amount.cents()) * i128::from(*price);
            }
            (amount > 0).then(|| (worth + amount - 1) / amount)
        };
        let price: i128 = match change {
            Change::Money(_, more) => {
                // Of what pools share, each has its part.
                let key = (more.first, more.award, more.period);
                let mut price = of_money(&|held| (held.first, held.award, held.period) == key)?;
                // More of an award is more room under caps that are shares of it.
                for award in own.filter(|award| award.award.1 == more.award) {
                    for (cap, period, room) in &award.caps {
                        let counts = period.is_none_or(|period| period == more.period);
                        if let CapBound::ShareOfAward(share) =
                            plan.restrictions(stream).caps.get(*cap)?.bound
                            && counts
                        {
                            let worth = share.billionths() * i128::from(*room);
                            price += worth.div_euclid(i128::from(ONE)) + 1;
                        }
                    }
                }
                price
            }
            Change::CapAmount(_, cap, _) => {
                let caps = own.flat_map(|award| &award.caps).filter(|(index, ..)| index == cap);
                caps.map(|(_, _, price)| i128::from(*price)).sum()
            }
            Change::YearlyLimit(..) => {
                own.flat_map(|award| &award.years).map(|(_, price)| i128::from(*price)).sum()
            }
            Change::Authorised(..) => of_money(&|_| true)?,
            _ => return None,
        };
        let weight = i128::from(prices.weights[priority]).max(1);
        Some((price * i128::from(ONE) + weight - 1).div_euclid(weight))
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
        Ok(self.outcome(change)?.map(|(effect, _)| effect))
    }

    /// What a change does, and what the changed plan comes to.
    fn outcome(&self, change: &Change) -> Result<Option<(Effect, Outcome)>, Error> {
        let Some(plan) = change.apply(self.plan) else { return Ok(None) };
        let changed = Outcome::of(&plan, self.base.view)?;
        (self.told)(self.runs.fetch_add(1, Ordering::Relaxed) + 1);
        let (before, after) = (self.base.distance(), changed.distance());
        let effect = Effect {
            closes: [0, 1, 2].map(|at| self.base.gaps[at] - changed.gaps[at]),
            distance: [0, 1, 2].map(|at| before[at] + after[at]),
            needs: changed.needs - self.base.needs,
        };
        Ok(Some((effect, changed)))
    }

    /// Whether money alone decides, so that all is in whole cents without a distance.
    fn is_exact(&self) -> bool {
        !self.base.tied(self.plan) && self.base.distance() == [Money::ZERO; 3]
    }

    fn lever(&self, change: Change, effect: Effect, range: Option<Range>) -> Lever {
        let holder = Holder::of(self.plan, &change);
        Lever { change, holder, effect, months: None, also: Vec::new(), range, later: None }
    }
}

/// What is tried by itself.
enum Item {
    Terms(Change),
    Room(Change),
    Money(Candidates),
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
            tied: trial.base.tied(plan),
            terms: Vec::new(),
            money: Vec::new(),
            runs: 1,
        };
        if levers.gaps == [Money::ZERO; 3] {
            return Ok(levers);
        }
        let screen = Screen::new(plan, &trial.base);
        // What takes the most tries comes first, so that no thread is left with it.
        let mut items: Vec<Item> = screen.money().into_iter().map(Item::Money).collect();
        items.extend(screen.rooms().into_iter().map(Item::Room));
        let mut terms = screen.terms();
        terms.sort_by_key(|change| change.times(2).is_none());
        items.extend(terms.into_iter().map(Item::Terms));
        let found = side_by_side(&items, threads::all().min(THREADS_MAX), |item| {
            Ok(match item {
                Item::Money(stream) => (true, money::of_stream(&trial, stream)?),
                Item::Room(change) => (true, money::of_room(&trial, change)?),
                Item::Terms(change) if screen.proves_worthless(change)? => (false, None),
                Item::Terms(change) => (false, range::of_terms(&trial, change)?),
            })
        })?;
        for (of_money, lever) in found {
            let list = if of_money { &mut levers.money } else { &mut levers.terms };
            list.extend(lever);
        }
        let of_terms = |lever: &Lever| {
            let Lever { effect, change, .. } = lever;
            (effect.is_move(), Reverse(effect.closes), change.clone())
        };
        levers.terms.sort_by_cached_key(of_terms);
        let of_money = |lever: &Lever| {
            let reach = lever.range.as_ref().map(|range| range.effect.closes);
            (Reverse(lever.a_dollar()), Reverse(reach), lever.change.clone())
        };
        levers.money.sort_by_cached_key(of_money);
        levers.runs = trial.runs.load(Ordering::Relaxed);
        Ok(levers)
    }
}

impl Lever {
    /// What each dollar closes of each priority, to the cent, where the change is by an amount; else what it closes.
    pub fn a_dollar(&self) -> [Money; 3] {
        let Some(amount) = self.change.amount() else { return self.effect.closes };
        let (unit, dollar) = (i128::from(amount.cents()).max(1), 100);
        self.effect.closes.map(|closes| {
            let cents = i128::from(closes.cents()) * dollar;
            let half = if cents < 0 { -unit / 2 } else { unit / 2 };
            Money::try_from_cents((cents + half) / unit).unwrap_or(Money::MAX)
        })
    }
}

//! From what is drawn to what a future comes to.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use super::laid::{Laid, different};
use super::tally::{Slot, Tally};
use super::{Figures, Futures, Giver, Planned, QUESTION, outcomes_at};
use crate::braid::course::{Abreast, Course, LANES};
use crate::cash::Flow;
use crate::decide::funder::{line_outlay, stream_outlay};
use crate::decide::random::Random;
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::folder::{Cases, Chances, Draft, Outcome, What};
use crate::forecast::Spent;
use crate::funding::Kind;
use crate::money::Money;
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::timeline::{HeldTranche, Selection};

/// How many different futures are kept at most, so that each is braided once.
const KNOWN_MAX: u128 = 1_024;
/// Futures that are drawn at a time, and that a thread takes at a time.
pub(super) const BLOCK: u64 = 512;

/// Futures that are known, shared by all threads.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<BTreeMap<Vec<Outcome>, Arc<Whole>>>);

/// A future that was braided whole.
#[derive(Debug)]
struct Whole {
    figures: Figures,
    slots: Vec<(Slot, Money)>,
    /// What lines need, where that is not what the plan as it stands needs.
    needs: Option<Vec<(String, Vec<Money>)>>,
}

/// Tells what futures come to, one way or another: each way gives the same figures.
pub(super) struct Teller<'a> {
    pub cases: &'a Cases<'a>,
    pub draft: &'a Draft,
    pub futures: &'a Futures,
    pub memory: &'a Memory,
}

impl<'a> Teller<'a> {
    /// The course of the futures; nothing where each is to be braided whole.
    ///
    /// # Errors
    /// An internal error where a plan does not come out in months.
    pub fn course(&self) -> Result<Option<Laid<'a>>, Error> {
        // What comes back of a loan depends on which lines were paid, which only a whole braid tells.
        let plan = &self.futures.plan;
        let lent = match &self.futures.giver {
            Some(Giver::Stream(id)) => plan.find_stream(id),
            Some(Giver::Line) | None => None,
        };
        let lent = lent.is_some_and(|own| plan.stream(own).kind == Kind::Loan);
        match lent || different(&self.futures.chances.chances) <= KNOWN_MAX {
            true => Ok(None),
            false => {
                Laid::open(self.cases, self.draft, &self.futures.chances, self.futures.stands())
            }
        }
    }

    /// Adds to a tally what futures come to, in their order; `told` hears of each block that is done. Gives the course up where
    /// it does not hold them.
    ///
    /// # Errors
    /// What keeps a future from being a plan, or an internal error where a braid breaks a rule.
    pub fn tell(
        &self,
        futures: Range<u64>,
        course: &mut Option<Laid<'a>>,
        random: &Random,
        tally: &mut Tally,
        told: &(dyn Fn(u64) + Sync),
    ) -> Result<(), Error> {
        let mut draws = random.reader();
        let mut quantiles = Vec::new();
        let mut next = futures.start;
        while next < futures.end {
            let end = futures.end.min(next + BLOCK);
            let mut drawn = Vec::with_capacity((end - next) as usize);
            for number in next..end {
                draws.quantiles(number, &mut quantiles);
                drawn
                    .push(outcomes_at(&self.futures.chances, &quantiles).collect::<Vec<Outcome>>());
            }
            let holds = match course {
                Some(laid) => self.poured(laid, (next, &drawn), tally)?,
                None => false,
            };
            if !holds {
                *course = None;
                self.whole((next, &drawn), tally)?;
            }
            told(end - next);
            next = end;
        }
        Ok(())
    }

    /// Futures braided whole, each different one once where there are few.
    fn whole(
        &self,
        (first, drawn): (u64, &[Vec<Outcome>]),
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let held = "no thread holds it while it fails";
        let few = different(&self.futures.chances.chances) <= KNOWN_MAX;
        let mut times: BTreeMap<&[Outcome], (Arc<Whole>, u64)> = BTreeMap::new();
        for (outcomes, number) in drawn.iter().zip(first..) {
            let known = times.get_mut(outcomes.as_slice());
            if let Some((whole, times)) = known {
                *times += 1;
                tally.add(&self.futures.calendar, outcomes, &whole.figures);
                continue;
            }
            let shared = few.then(|| self.memory.0.lock().expect(held).get(outcomes).cloned());
            let whole = match shared.flatten() {
                Some(whole) => whole,
                None => Arc::new(self.braided(outcomes).map_err(|error| of_future(error, number))?),
            };
            if few {
                self.memory.0.lock().expect(held).entry(outcomes.clone()).or_insert(whole.clone());
            }
            tally.add(&self.futures.calendar, outcomes, &whole.figures);
            times.insert(outcomes, (whole, 1));
            if !few {
                settle(tally, &mut times);
            }
        }
        settle(tally, &mut times);
        Ok(())
    }

    /// Futures poured into one course; whether it holds them all.
    fn poured(
        &self,
        laid: &mut Laid<'_>,
        (first, drawn): (u64, &[Vec<Outcome>]),
        tally: &mut Tally,
    ) -> Result<bool, Error> {
        for (outcomes, number) in drawn.iter().zip(first..) {
            if !laid.learn(outcomes).map_err(|error| of_future(error, number))? {
                return Ok(false);
            }
        }
        let (timeline, order) = laid.timeline();
        let plan = &laid.frame.plan;
        let slots: Vec<Option<Slot>> =
            timeline.tranches.iter().map(|tranche| self.futures.slot(plan, tranche)).collect();
        let mut sums = vec![0_i128; order.len()];
        let course = Course::new(plan, &timeline);
        let (mut bed, mut flow) = (course.bed(), Flow::new(&course));
        let mut abreast = course.abreast().filter(Abreast::tells_draws);
        let mut amounts = vec![vec![Money::ZERO; order.len()]; LANES];
        let mut side_by_side = vec![[Money::ZERO; LANES]; order.len()];
        let (mut of_frame, months) = (Vec::new(), plan.horizon.months as usize);
        let zeros = || vec![Money::ZERO; months];
        let brought = vec![Money::ZERO; self.futures.streams.len()];
        let given = Money::ZERO;
        let mut figures =
            Figures { core_gap: zeros(), gap: zeros(), cash: zeros(), brought, given };
        for drawn in drawn.chunks(LANES) {
            for ((lane, amounts), outcomes) in amounts.iter_mut().enumerate().zip(drawn) {
                laid.amounts(outcomes, &mut of_frame);
                for (place, from) in order.iter().enumerate() {
                    amounts[place] = of_frame[*from];
                    side_by_side[place][lane] = of_frame[*from];
                }
            }
            let mut abreast = abreast.as_mut().filter(|_| drawn.len() >= LANES / 8);
            let pours = abreast.as_mut().is_some_and(|abreast| abreast.pour_whole(&side_by_side));
            for ((lane, amounts), outcomes) in amounts.iter().enumerate().zip(drawn) {
                figures.brought.fill(Money::ZERO);
                for (place, amount) in amounts.iter().enumerate() {
                    sums[place] += i128::from(amount.cents());
                    if let Some(slot) = &slots[place] {
                        figures.brought[slot.stream] += *amount;
                    }
                }
                let poured = match &mut abreast {
                    Some(abreast) if pours => abreast.poured(amounts, lane),
                    _ => bed.pour(amounts),
                };
                for (place, gap) in poured.gap.iter().enumerate() {
                    figures.core_gap[place] = gap[0];
                    figures.gap[place] = gap.iter().sum();
                }
                let balances = flow.follow(amounts, None, poured)?;
                figures.cash.copy_from_slice(&balances.unrestricted_all_costs);
                figures.given = match &self.futures.giver {
                    Some(Giver::Stream(id)) => {
                        plan.find_stream(id).map_or(Money::ZERO, |own| flow.left_of(own))
                    }
                    Some(Giver::Line) => flow.credit().map_or(Money::ZERO, line_outlay),
                    None => Money::ZERO,
                };
                tally.add(&self.futures.calendar, outcomes, &figures);
            }
        }
        tally.poured += drawn.len() as u64;
        for (slot, sum) in slots.iter().zip(sums) {
            if let Some(slot) = slot {
                tally.hold(slot, sum);
            }
        }
        laid.forget();
        Ok(true)
    }

    fn braided(&self, outcomes: &[Outcome]) -> Result<Whole, Error> {
        let draft = draft(self.cases, self.draft, &self.futures.chances, outcomes)?;
        let plan = self.cases.plan(&draft)?;
        let spent = spent(&plan)?;
        let slot =
            |tranche: &HeldTranche| Some((self.futures.slot(&plan, tranche)?, tranche.amount));
        let needs: Vec<(String, Vec<Money>)> = (plan.lines.iter().zip(spent.timeline.needs.iter()))
            .map(|(line, needs)| (line.name.to_string(), needs.clone()))
            .collect();
        Ok(Whole {
            figures: Figures::of(&plan, &spent, &self.futures.streams, self.futures.giver.as_ref()),
            slots: spent.timeline.tranches.iter().filter_map(slot).collect(),
            needs: (needs != self.futures.needs).then_some(needs),
        })
    }
}

/// Adds to a tally what futures bring and need, with how often each came.
fn settle(tally: &mut Tally, times: &mut BTreeMap<&[Outcome], (Arc<Whole>, u64)>) {
    for (whole, times) in std::mem::take(times).into_values() {
        for (slot, amount) in &whole.slots {
            tally.hold(slot, i128::from(amount.cents()) * i128::from(times));
        }
        if let Some(needs) = &whole.needs {
            tally.need(needs, times);
        }
    }
}

/// The plan in which every event happens that takes no stream of the plan away, if it is one; and the streams of every plan
/// in which one event happens.
pub(super) fn most(
    cases: &Cases,
    draft: &Draft,
    chances: &Chances,
    base: &Plan,
) -> Result<(Option<Planned>, Vec<String>), Error> {
    let mut outcomes = vec![None; chances.chances.len()];
    let mut streams = Vec::new();
    for (place, chance) in chances.chances.iter().enumerate() {
        if !matches!(chance.what, What::Event { .. }) {
            continue;
        }
        let mut alone = vec![None; chances.chances.len()];
        alone[place] = Some(Outcome::Happens(true));
        let plan = cases.plan(&cases.future(draft, chances, &alone)?)?;
        if base.streams.iter().all(|stream| plan.find_stream(stream.name.as_str()).is_some()) {
            outcomes[place] = alone[place];
        }
        streams.extend(plan.streams.iter().map(|stream| stream.name.to_string()));
    }
    let whole = cases.future(draft, chances, &outcomes)?;
    match cases.plan(&whole) {
        Ok(plan) => Ok((Some((whole, plan)), streams)),
        Err(error) if error.is_input() => Ok((None, streams)),
        Err(error) => Err(error),
    }
}

/// The braid of a future with its books.
pub(super) fn spent(plan: &Plan) -> Result<Spent, Error> {
    Spent::from_plan(plan, Selection::View(QUESTION.view), QUESTION.method)
}

/// What is wrong with a future's plan, with the future's number.
fn of_future(error: Error, number: u64) -> Error {
    if !error.is_input() {
        return error;
    }
    let told = error.diagnostics().iter().cloned();
    let told = told.map(|one| Diagnostic {
        message: format!("future {number} is no plan: {}", one.message),
        ..one
    });
    Error::input(told.collect())
}

/// The draft of a future.
pub(super) fn draft(
    cases: &Cases,
    draft: &Draft,
    chances: &Chances,
    outcomes: &[Outcome],
) -> Result<Draft, Error> {
    let given: Vec<Option<Outcome>> = outcomes.iter().copied().map(Some).collect();
    cases.future(draft, chances, &given)
}

impl Figures {
    /// What a plan comes to.
    pub fn of(plan: &Plan, spent: &Spent, streams: &[String], giver: Option<&Giver>) -> Figures {
        let months = plan.horizon.months as usize;
        let (mut core_gap, mut gap) = (vec![Money::ZERO; months], vec![Money::ZERO; months]);
        for line in &spent.ledger.lines {
            for place in 0..months {
                gap[place] += line.gap[place];
                if line.priority == Priority::Core {
                    core_gap[place] += line.gap[place];
                }
            }
        }
        let mut brought = vec![Money::ZERO; streams.len()];
        for tranche in &spent.timeline.tranches {
            let name = plan.stream(tranche.stream).name.as_str();
            if let Ok(place) = streams.binary_search_by(|own| own.as_str().cmp(name)) {
                brought[place] += tranche.amount;
            }
        }
        let given = match giver {
            Some(Giver::Stream(id)) => stream_outlay(&spent.ledger, &spent.cash, id),
            Some(Giver::Line) => spent.cash.credit.as_ref().map_or(Money::ZERO, line_outlay),
            None => Money::ZERO,
        };
        let cash = spent.cash.unrestricted_all_costs.clone();
        Figures { core_gap, gap, cash, brought, given }
    }
}

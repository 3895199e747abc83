//! Many futures of one plan: what is uncertain is drawn, the plan that comes of it is braided as practice braids, without
//! foresight, and what all of them come to is counted.
//!
//! A future is a plan like one that a person would write: [`Cases::future`] makes it, and its figures are those that
//! `braid forecast` gives for it. Whatever is done to be fast changes no figure.

mod future;
mod laid;
mod pairs;
mod split;
mod tally;
mod values;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use self::pairs::Pair;
pub use self::split::Split;
pub use self::tally::{Brought, Calendar, Counted, Kept, LEVELS, Slot, Tally, mean};
pub use self::values::{Parted, Values};

use self::future::{Memory, Teller};
use crate::braid::{Braid, Method};
use crate::decide::random::Random;
use crate::error::Error;
use crate::folder::{Cases, Chances, Draft, Files, Outcome};
use crate::forecast::{Forecast, Question};
use crate::funding::{Receipts, Status};
use crate::money::Money;
use crate::month::Month;
use crate::plan::Plan;
use crate::threads;
use crate::timeline::{HeldTranche, Selection, Timeline, project_of};

/// What futures are asked: secured money, as spent. What is not secured as the plan stands is secured in the futures in which
/// it comes; and the waterfall knows nothing of the months to come.
pub const QUESTION: Question = Question { method: Method::Waterfall, view: Status::Secured };

/// Where a plan with its chances comes from, for each thread anew.
pub struct Origin<'a> {
    /// Opens the folder.
    pub open: &'a (dyn Fn() -> Result<Box<dyn Files>, Error> + Sync),
    /// The case, and what else is put into its draft.
    pub draft: &'a (dyn Fn(&mut Cases) -> Result<Draft, Error> + Sync),
    /// The cases that are opened.
    pub cases: &'a [&'a str],
    /// The file of chances.
    pub file: &'a str,
}

/// Futures of which a thread has enough to read the folder for itself.
const FEW: u64 = 64;

/// A draft with its plan.
type Planned = (Draft, Plan);

/// Which futures are run, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// What all draws follow from.
    pub seed: u64,
    /// The numbers of the futures.
    pub futures: Range<u64>,
    /// How many threads run them; it changes no figure.
    pub threads: usize,
    /// The last month through which core costs are looked at [the horizon's last].
    pub through: Option<Month>,
    /// Whether the values of every future are kept, to be merged with those of others; else memory is bounded, and a quantile
    /// may take a second run.
    pub keeps: bool,
    /// Whose money is watched, if anybody's: how it fares in futures is then told too.
    pub giver: Option<Giver>,
}

/// Who gives or lends what is watched in futures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Giver {
    /// The funder of the stream of this id.
    Stream(String),
    /// The lender of the line of credit.
    Line,
}

/// What one future comes to, by month of the horizon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// What stays unpaid of core costs.
    pub core_gap: Vec<Money>,
    /// What stays unpaid.
    pub gap: Vec<Money>,
    /// Unrestricted cash at the month's end, paying every cost as planned.
    pub cash: Vec<Money>,
    /// What each stream of [`Futures::streams`] brings over the horizon.
    pub brought: Vec<Money>,
    /// What the giver that is watched has given by the horizon's end and not got back, less the interest that it earned;
    /// nothing where none is.
    pub given: Money,
}

/// What of a stream is not the same in every future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uncertain {
    /// Whether it brings as much in every future as the plan has it bring.
    pub is_certain: bool,
    /// What comes of it alike in every future, where other money of it does not.
    pub alike: Money,
    /// In how many futures it brings anything beside that.
    pub times: u64,
}

/// Many futures of one plan.
#[derive(Clone, Debug)]
pub struct Futures {
    /// The plan, as it stands.
    pub plan: Plan,
    /// What of it is uncertain.
    pub chances: Chances,
    /// The seed.
    pub seed: u64,
    /// Whose money is watched, if anybody's.
    pub giver: Option<Giver>,
    /// The numbers of the futures that were run.
    pub ran: Range<u64>,
    /// The months.
    pub calendar: Calendar,
    /// The streams that any future may hold, in the order of ids.
    pub streams: Vec<String>,
    /// What the plan comes to as it stands.
    pub planned: Figures,
    /// What stays unpaid by month where every tranche holds its average over the futures, and every cost is its average;
    /// nothing where an event takes money away in exchange for other money.
    pub averaged: Option<Vec<Money>>,
    /// What the futures come to.
    pub tally: Tally,
    /// What each tranche holds as the plan stands, of those that tell alike together.
    slots: BTreeMap<Slot, Money>,
    /// What each line needs as the plan stands.
    needs: Vec<(String, Vec<Money>)>,
    /// The plan in which every event happens that takes nothing away, where it is one.
    most: Option<Planned>,
}

impl Origin<'_> {
    /// Opens the folder and does something with the draft and its chances.
    fn with<T>(
        &self,
        work: impl FnOnce(&Cases, &Draft, &Chances) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let files = (self.open)()?;
        let mut cases = Cases::open(&*files, self.cases)?;
        let draft = (self.draft)(&mut cases)?;
        let chances = cases.chances(&draft, self.file)?;
        work(&cases, &draft, &chances)
    }
}

/// What comes of each chance at its quantile.
fn outcomes_at<'a>(
    chances: &'a Chances,
    quantiles: &'a [u64],
) -> impl Iterator<Item = Outcome> + 'a {
    chances.chances.iter().zip(quantiles).map(|(chance, quantile)| chance.what.at(*quantile))
}

/// A range in as many parts of about one length.
fn parts(whole: &Range<u64>, count: u64) -> Vec<Range<u64>> {
    let length = whole.end.saturating_sub(whole.start);
    let cut = |part: u64| {
        whole.start + (u128::from(length) * u128::from(part) / u128::from(count)) as u64
    };
    (0..count).map(|part| cut(part)..cut(part + 1)).filter(|part| !part.is_empty()).collect()
}

/// Futures in parts, of which each thread takes the next that no other has.
struct Round<'a> {
    parts: Vec<Range<u64>>,
    next: AtomicUsize,
    /// Whether each part has a tally of its own.
    keeps: bool,
    memory: &'a Memory,
    told: &'a (dyn Fn(u64) + Sync),
}

/// The tallies that a thread has made, by the place of their first part; or the place of the part that failed.
type Made = Result<Vec<(usize, Tally)>, (usize, Error)>;

impl Round<'_> {
    fn take(&self) -> Option<(usize, Range<u64>)> {
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        Some((at, self.parts.get(at)?.clone()))
    }

    /// No other part is begun; those before it have been.
    fn end(&self) {
        self.next.store(self.parts.len(), Ordering::Relaxed);
    }
}

/// What threads have made as one tally, the parts in their order; the error of the first part that failed.
fn joined(made: Vec<Made>) -> Result<Option<Tally>, Error> {
    let (mut tallies, mut failed) = (Vec::new(), Vec::new());
    for made in made {
        match made {
            Ok(made) => tallies.extend(made),
            Err(own) => failed.push(own),
        }
    }
    if let Some((_, error)) = failed.into_iter().min_by_key(|(at, _)| *at) {
        return Err(error);
    }
    tallies.sort_by_key(|(at, _)| *at);
    let join = |mut one: Tally, other: Tally| {
        one.join(&other);
        one
    };
    Ok(tallies.into_iter().map(|(_, tally)| tally).reduce(join))
}

impl Futures {
    /// Runs futures. `told` hears how many more are done, now and then, from any thread.
    ///
    /// # Errors
    /// Everything that is wrong with the plan or its chances; what keeps a future from being a plan; an internal error
    /// where a braid breaks a rule.
    pub fn run(
        origin: &Origin<'_>,
        ask: &Ask,
        told: &(dyn Fn(u64) + Sync),
    ) -> Result<Futures, Error> {
        origin.with(|cases, draft, chances| {
            let mut futures = Futures::of(cases, draft, chances, ask)?;
            let memory = Memory::default();
            futures.sought(|futures, again| {
                let told = if again { &|_: u64| {} } else { told };
                let round = futures.round(ask, (&memory, told));
                // This thread has read the folder; each other one reads it for itself.
                let own = || futures.shares((cases, draft), &round);
                let other = || {
                    let made =
                        origin.with(|cases, draft, _| Ok(futures.shares((cases, draft), &round)));
                    made.map_err(|error| (0, error)).flatten()
                };
                joined(threads::together(round.parts.len().min(ask.threads), own, other))
            })?;
            Ok(futures)
        })
    }

    /// What stands before any future is run.
    ///
    /// # Errors
    /// Everything that is wrong with the plan or its chances.
    pub fn none(origin: &Origin<'_>, ask: &Ask) -> Result<Futures, Error> {
        origin.with(|cases, draft, chances| Futures::of(cases, draft, chances, ask))
    }

    /// Runs futures of a draft on this thread alone.
    ///
    /// # Errors
    /// As [`Futures::run`].
    pub fn of_draft(
        cases: &Cases,
        draft: &Draft,
        chances: &Chances,
        ask: &Ask,
    ) -> Result<Futures, Error> {
        let mut futures = Futures::of(cases, draft, chances, ask)?;
        let memory = Memory::default();
        futures.sought(|futures, _| {
            let round = futures.round(&Ask { threads: 1, ..ask.clone() }, (&memory, &|_| {}));
            joined(vec![futures.shares((cases, draft), &round)])
        })?;
        Ok(futures)
    }

    /// Runs futures into a tally like the empty one that stands, and again where a quantile is not told then.
    fn sought(
        &mut self,
        run: impl Fn(&Futures, bool) -> Result<Option<Tally>, Error>,
    ) -> Result<(), Error> {
        let mut again = false;
        while let Some(tally) = run(self, again)? {
            let empty = tally.again(&self.calendar);
            again = empty.is_some();
            self.tally = empty.unwrap_or(tally);
            if !again {
                break;
            }
        }
        self.average()
    }

    /// The futures that are asked for, none of them run yet. What is kept of every one is kept in their order, so that each thread
    /// then takes futures that follow each other.
    fn round<'a>(
        &self,
        ask: &Ask,
        (memory, told): (&'a Memory, &'a (dyn Fn(u64) + Sync)),
    ) -> Round<'a> {
        let (length, threads) =
            (ask.futures.end.saturating_sub(ask.futures.start), ask.threads as u64);
        let count = length.div_ceil(future::BLOCK);
        // Few futures are shared too, where each thread has enough of them.
        let count = count.max(threads.min(length / FEW));
        let count = if ask.keeps { count.min(threads) } else { count };
        let (parts, next) = (parts(&ask.futures, count), AtomicUsize::new(0));
        Round { parts, next, keeps: ask.keeps, memory, told }
    }

    /// What the parts come to that this thread takes, in tallies like the empty one that stands.
    fn shares(&self, (cases, draft): (&Cases, &Draft), round: &Round<'_>) -> Made {
        let random = Random::new(self.seed, &self.chances);
        let teller = Teller { cases, draft, futures: self, memory: round.memory };
        let mut made: Vec<(usize, Tally)> = Vec::new();
        let mut course = None;
        while let Some((at, part)) = round.take() {
            if made.is_empty() || round.keeps {
                made.push((at, self.tally.clone()));
            }
            let failed = |error| {
                round.end();
                (at, error)
            };
            let course = match &mut course {
                Some(course) => course,
                None => course.insert(teller.course().map_err(failed)?),
            };
            if let Some((_, tally)) = made.last_mut() {
                teller.tell(part, course, &random, tally, round.told).map_err(failed)?;
            }
        }
        Ok(made)
    }

    fn of(cases: &Cases, draft: &Draft, chances: &Chances, ask: &Ask) -> Result<Futures, Error> {
        let plan = cases.plan(draft)?;
        let mut streams = ids(&plan);
        let (most, seen) = future::most(cases, draft, chances, &plan)?;
        streams.extend(seen);
        streams.sort();
        streams.dedup();
        let spent = future::spent(&plan)?;
        let needs = plan.lines.iter().zip(spent.timeline.needs.iter());
        let needs = needs.map(|(line, needs)| (line.name.to_string(), needs.clone())).collect();
        let mut calendar = Calendar::of(&plan);
        let through = ask.through.and_then(|month| plan.horizon.place(month));
        calendar.through = through.unwrap_or(calendar.months - 1);
        calendar.watches = ask.giver.is_some();
        let splits = chances.chances.iter().map(|chance| Split::of(&chance.what)).collect();
        let mut futures = Futures {
            planned: Figures::of(&plan, &spent, &streams, ask.giver.as_ref()),
            averaged: None,
            tally: Tally::new(&calendar, streams.len(), splits, ask.keeps),
            chances: chances.clone(),
            seed: ask.seed,
            giver: ask.giver.clone(),
            ran: ask.futures.clone(),
            calendar,
            streams,
            slots: BTreeMap::new(),
            needs,
            most,
            plan,
        };
        for tranche in &spent.timeline.tranches {
            if let Some(slot) = futures.slot(&futures.plan, tranche) {
                *futures.slots.entry(slot).or_default() += tranche.amount;
            }
        }
        Ok(futures)
    }

    /// What a stream, by its place in [`Futures::streams`], brings beside what comes of it alike in every future; all that it
    /// brings where all of it does.
    pub fn uncertain(&self, stream: usize) -> Uncertain {
        let (tally, brought) = (&self.tally, &self.tally.brought[stream]);
        let futures = i128::from(tally.futures);
        let (least, times) = brought.least.unwrap_or_default();
        let own = self.slots.iter().filter(|(slot, _)| slot.stream == stream);
        let alike = own.filter(|(slot, amount)| {
            let sum = i128::from(amount.cents()) * futures;
            tally.slots.get(slot) == Some(&sum)
        });
        let alike = alike.map(|(_, amount)| *amount).sum::<Money>().at_most(least);
        // What comes at another time, or may be spent for less long, comes all the same.
        let is_certain = brought.least == Some((self.planned.brought[stream], tally.futures));
        let alike = if is_certain { Money::ZERO } else { alike };
        Uncertain {
            is_certain,
            alike,
            times: if least > alike { tally.futures } else { tally.futures - times },
        }
    }

    /// The plan as it stands, and the one with everything that may come.
    fn stands(&self) -> (&Plan, Option<&Planned>) {
        (&self.plan, self.most.as_ref())
    }

    /// What tells a tranche of a plan from others; nothing for a stream that no future was expected to hold.
    fn slot(&self, plan: &Plan, tranche: &HeldTranche) -> Option<Slot> {
        let name = plan.stream(tranche.stream).name.as_str();
        Some(Slot {
            stream: self.streams.binary_search_by(|own| own.as_str().cmp(name)).ok()?,
            pool: tranche.pool,
            first: tranche.first,
            last: tranche.last,
            award: (tranche.award, tranche.period),
            in_kind: tranche.receipts == Receipts::InKind,
            on_demand: tranche.on_demand,
        })
    }

    /// Finds what stays unpaid where every tranche and every cost is its average over the futures.
    ///
    /// # Errors
    /// An internal error where that braid breaks a rule.
    pub fn average(&mut self) -> Result<(), Error> {
        self.averaged = self.averaged()?;
        Ok(())
    }

    fn averaged(&self) -> Result<Option<Vec<Money>>, Error> {
        let (Some((_, plan)), futures) = (&self.most, self.tally.futures) else { return Ok(None) };
        let mut tranches = Vec::new();
        for (slot, sum) in &self.tally.slots {
            let Some(stream) = plan.find_stream(&self.streams[slot.stream]) else {
                return Ok(None);
            };
            let Some((opens, closes)) = plan.horizon.window(slot.first, slot.last) else {
                continue;
            };
            tranches.push(HeldTranche {
                stream,
                // Where some futures lack the award that earns it, this plan has it all the same.
                project: project_of(plan, stream, slot.first).filter(|_| slot.pool.is_none()),
                pool: slot.pool,
                purse: 0,
                first: slot.first,
                last: slot.last,
                opens,
                closes,
                amount: mean(*sum, futures),
                award: slot.award.0,
                period: slot.award.1,
                receipts: if slot.in_kind { Receipts::InKind } else { Receipts::Held },
                advanced_before: Money::ZERO,
                over_advanced: Money::ZERO,
                on_demand: slot.on_demand,
                status: QUESTION.view,
            });
        }
        let lines: Vec<&str> = plan.lines.iter().map(|line| line.name.as_str()).collect();
        let known = |line: &String| lines.contains(&line.as_str());
        if lines.len() != self.needs.len() || !self.tally.needs.1.keys().all(known) {
            return Ok(None);
        }
        let (others, sums) = &self.tally.needs;
        let need = |(line, needs): &(String, Vec<Money>)| -> Vec<Money> {
            let alike = |amount: &Money| i128::from(amount.cents()) * i128::from(futures - others);
            let other = |place: usize| sums.get(line).map_or(0, |sums| sums[place]);
            let all = needs.iter().enumerate().map(|(place, amount)| alike(amount) + other(place));
            all.map(|sum| mean(sum, futures)).collect()
        };
        let needs = self.needs.iter().map(need).collect();
        let timeline = Timeline::from_plan(plan, Selection::View(QUESTION.view))?;
        let timeline = timeline.holding(plan, needs, tranches);
        let (braid, _) = Braid::from_timeline(plan, &timeline, QUESTION.method)?;
        let left = braid.left(&timeline);
        let month = |place: usize| left.iter().map(|line| line[place]).sum();
        Ok(Some((0..self.calendar.months).map(month).collect()))
    }
}

fn ids(plan: &Plan) -> Vec<String> {
    plan.streams.iter().map(|stream| stream.name.to_string()).collect()
}
/// One future with its forecast.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// What is uncertain.
    pub chances: Chances,
    /// What came of each chance.
    pub outcomes: Vec<Outcome>,
    /// The plan of the future.
    pub plan: Plan,
    /// Its forecast.
    pub forecast: Forecast,
}

impl Replayed {
    /// One future again, by its number.
    ///
    /// # Errors
    /// As [`Futures::run`].
    pub fn future(origin: &Origin<'_>, seed: u64, number: u64) -> Result<Replayed, Error> {
        origin.with(|cases, draft, chances| {
            let mut quantiles = Vec::new();
            Random::new(seed, chances).reader().quantiles(number, &mut quantiles);
            let outcomes: Vec<Outcome> = outcomes_at(chances, &quantiles).collect();
            let plan = cases.plan(&future::draft(cases, draft, chances, &outcomes)?)?;
            let forecast = Forecast::from_plan(&plan, QUESTION)?;
            Ok(Replayed { chances: chances.clone(), outcomes, plan, forecast })
        })
    }
}

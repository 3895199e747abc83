//! What an amount leaves unpaid, and why; and what it makes worse later.

use super::search::{Search, Tried};
use crate::decide::chance::{Futures, Split};
use crate::decide::effect::{Uncounted, core, without_match};
use crate::error::Error;
use crate::folder::{Chance, Setting, What};
use crate::forecast::Spent;
use crate::ledger::{Ledger, LineBook};
use crate::money::Money;
use crate::month::Month;
use crate::plan::Plan;
use crate::timeline::{Selection, Timeline};

/// What the amount that comes nearest leaves of core cost in the months that count, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lack {
    /// The scenario, in which the amount leaves most.
    pub scenario: String,
    /// The amount.
    pub amount: Money,
    /// What stays unpaid with it.
    pub left: Money,
    /// Whether any amount that was tried leaves less in the months that count than none.
    pub helps: bool,
    /// The first month in which something does.
    pub first: Option<Month>,
    /// What of it is more than without the option, or is due to it: its repayment and interest, if it lends.
    pub own: Money,
    /// What of it is of lines that the option may not pay for.
    pub other_uses: Money,
    /// What of it falls in months in which none of its money may be spent.
    pub other_months: Money,
    /// What less would stay unpaid if it asked for no match.
    pub match_missed: Money,
    /// Whether it lends.
    pub lends: bool,
    /// Why its money does not count, if it does not.
    pub uncounted: Option<Uncounted>,
}

/// How futures fare with the amount that comes nearest, where none holds in 9 of 10 of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Short {
    /// The amount.
    pub amount: Money,
    /// In how many of them core costs go unpaid in the months that count.
    pub unpaid: u64,
    /// How many there are.
    pub futures: u64,
    /// The first month by which they go unpaid in more than 1 of 10.
    pub from: Month,
    /// The last month that counts.
    pub through: Month,
    /// What it depends on most: an uncertain amount, where it tells more than any event, and the event that tells most; those that
    /// stand out.
    pub causes: Vec<Cause>,
}

/// What a chance has to do with core costs that go unpaid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What people call it.
    pub title: String,
    /// What comes of it where core costs go unpaid.
    pub where_it: Case,
    /// In how many of those futures core costs go unpaid, and how many these are.
    pub with: (u64, u64),
    /// The same of all others.
    pub without: (u64, u64),
}

/// What comes of a chance in some futures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Case {
    /// The event happens.
    Happens,
    /// The amount at a path is less.
    Below(String, Setting),
    /// The amount at a path is as much or more.
    From(String, Setting),
}

/// A cause stands out where core costs go unpaid so much more or less often with it than without: 1 of so many.
const STANDS_OUT: u128 = 10;
/// And where the two lie further apart than so many standard errors, as chance alone hardly ever makes them.
const ERRORS: u128 = 3;

impl Cause {
    /// How much more or less often core costs go unpaid with it than without, as a fraction; nothing where it does not stand out,
    /// or one of the two never came.
    fn apart(&self) -> Option<(u128, u128)> {
        let ((some, all), (others, rest)) = (self.with, self.without);
        let [some, all, others, rest] = [some, all, others, rest].map(u128::from);
        let (apart, whole) = ((some * rest).abs_diff(others * all), all * rest);
        // The square of the error, were both parts of one: u (n - u) / (n all rest), with u of n futures in both.
        let (unpaid, futures) = (some + others, all + rest);
        let by_chance = ERRORS * ERRORS * unpaid * (futures - unpaid) * whole;
        let stands =
            whole > 0 && apart * STANDS_OUT >= whole && apart * apart * futures > by_chance;
        stands.then_some((apart, whole))
    }

    /// The causes of a chance: one for each of its marks.
    fn of_chance<'a>(chance: &'a Chance, split: &'a Split) -> impl Iterator<Item = Cause> + 'a {
        split.halves().map(|(mark, halves)| {
            let [below, from] = halves.map(|[futures, unpaid]| (unpaid, futures));
            let (where_it, with, without) = match &chance.what {
                What::Event { .. } => (Case::Happens, from, below),
                What::Amount { path, base, .. } => {
                    let value = Setting { steps: mark, ..*base };
                    let more = |one: (u64, u64), other: (u64, u64)| {
                        u128::from(one.0) * u128::from(other.1)
                            > u128::from(other.0) * u128::from(one.1)
                    };
                    match more(from, below) {
                        true => (Case::From(path.clone(), value), from, below),
                        false => (Case::Below(path.clone(), value), below, from),
                    }
                }
            };
            Cause { title: chance.title.clone(), where_it, with, without }
        })
    }

    /// What tells most of some futures: the amount, where it tells more than any event, and the event; of several the first.
    fn of(ran: &Futures) -> Vec<Cause> {
        let chances = ran.chances.chances.iter().zip(&ran.tally.splits);
        let found = chances.flat_map(|(chance, split)| Cause::of_chance(chance, split));
        let found = found.filter_map(|cause| Some((cause.apart()?, cause)));
        let (events, amounts): (Vec<_>, Vec<_>) =
            found.partition(|(_, cause)| cause.where_it == Case::Happens);
        let more = |one: &(u128, u128), other: &(u128, u128)| one.0 * other.1 > other.0 * one.1;
        let most = |causes: Vec<((u128, u128), Cause)>| {
            causes.into_iter().reduce(|best, next| if more(&next.0, &best.0) { next } else { best })
        };
        let (event, amount) = (most(events), most(amounts));
        let told =
            |own: &((u128, u128), Cause)| event.as_ref().is_none_or(|event| more(&own.0, &event.0));
        let amount = amount.filter(told);
        amount.into_iter().chain(event).map(|(_, cause)| cause).collect()
    }
}

/// The core gap by month.
fn by_month(ledger: &Ledger) -> Vec<Money> {
    (0..ledger.months()).map(|place| core(ledger).map(|line| line.gap[place]).sum()).collect()
}

impl Search<'_> {
    /// What an amount leaves in the scenario in which it leaves most, of several the first; nothing where it leaves nothing as
    /// these stand, as futures may.
    ///
    /// # Errors
    /// An internal error where a braid breaks a rule.
    pub fn lack(&self, amount: Money) -> Result<Option<Lack>, Error> {
        let mut most: Option<Lack> = None;
        for tried in &self.tried {
            let found = self.lack_in(tried, amount)?;
            most = match (most, found) {
                (Some(most), Some(found)) if found.left > most.left => Some(found),
                (most, found) => most.or(found),
            };
        }
        Ok(most)
    }

    fn lack_in(&self, tried: &Tried, amount: Money) -> Result<Option<Lack>, Error> {
        let Some(plan) = self.plan(tried, amount)? else { return Ok(None) };
        let spent = self.spent(&plan)?;
        let through = self.through(tried, &plan, &spent.timeline);
        let places = Self::places(&plan, through);
        let gaps = by_month(&spent.ledger);
        let Some(first) = places.clone().find(|place| gaps[*place].is_positive()) else {
            return Ok(None);
        };
        let mut lack = Lack {
            scenario: tried.scenario.plan.scenario.clone(),
            amount,
            left: gaps[places.clone()].iter().sum(),
            helps: self.helps(),
            first: Some(plan.horizon.month(first)),
            ..Lack::default()
        };
        self.parts(&mut lack, (tried, &plan), &spent, places.clone());
        let own = self.option.stream.as_deref().and_then(|id| plan.find_stream(id));
        if let Some(own) = own.filter(|own| plan.restrictions(*own).matching.is_some()) {
            let free = by_month(&self.spent(&without_match(&plan, own))?.ledger);
            let left: Money = free[places].iter().sum();
            lack.match_missed = (lack.left - left).floor_zero();
        }
        Ok(Some(lack))
    }

    /// What goes unpaid by reason. Of a month, first what is more than without the option; of the rest, what it may not pay.
    fn parts(
        &self,
        lack: &mut Lack,
        (tried, plan): (&Tried, &Plan),
        spent: &Spent,
        places: std::ops::Range<usize>,
    ) {
        let (ledger, timeline) = (&spent.ledger, &spent.timeline);
        let before = by_month(&tried.scenario.before.books.ledger);
        let gaps = by_month(ledger);
        let stream = self.option.stream.as_deref().and_then(|id| plan.find_stream(id));
        let own = || timeline.tranches.iter().filter(|tranche| Some(tranche.stream) == stream);
        lack.uncounted = stream
            .filter(|_| own().next().is_none())
            .map(|stream| Uncounted::of(plan, stream, self.question.view));
        lack.lends = timeline.debts.iter().any(|(owed, _)| Some(*owed) == stream);
        let owes = |line: &LineBook| {
            let name = line.due.map(|(stream, _)| ledger.streams[stream].name.as_str());
            name.is_some_and(|name| tried.scenario.plan.find_stream(name).is_none())
        };
        for place in places {
            let due: Money =
                core(ledger).filter(|line| owes(line)).map(|line| line.gap[place]).sum();
            let more = (gaps[place] - before[place]).floor_zero();
            let its_own = due.max(more).at_most(gaps[place]);
            lack.own += its_own;
            let open = own().any(|tranche| (tranche.opens..=tranche.closes).contains(&place));
            if !open {
                lack.other_months += gaps[place] - its_own;
                continue;
            }
            let barred = ledger.lines.iter().enumerate().filter(|(at, line)| {
                !owes(line) && !may_pay(timeline, own().map(|tranche| tranche.purse), *at)
            });
            let barred = barred.filter(|(_, line)| core(ledger).any(|own| own.name == line.name));
            let barred: Money = barred.map(|(_, line)| line.gap[place]).sum();
            lack.other_uses += barred.at_most(gaps[place] - its_own);
        }
    }

    /// Where more core cost goes unpaid after the months that count than without the option: by scenario how much, and
    /// from when.
    ///
    /// # Errors
    /// An internal error where a braid breaks a rule.
    pub fn worse_later(&self, amount: Money) -> Result<Vec<(String, Money, Month)>, Error> {
        let mut found = Vec::new();
        for tried in self.tried.iter().filter(|tried| tried.futures.is_none()) {
            let Some(plan) = self.plan(tried, amount)? else { continue };
            let spent = self.spent(&plan)?;
            let end = Self::places(&plan, self.through(tried, &plan, &spent.timeline)).end;
            let before = by_month(&tried.scenario.before.books.ledger);
            let months = by_month(&spent.ledger).into_iter().zip(before).enumerate().skip(end);
            let later: Vec<(usize, Money)> =
                months.map(|(place, (after, before))| (place, after - before)).collect();
            // What one month has more of and a later one less is not worse in all.
            let more: Money = later.iter().map(|(_, more)| *more).sum();
            let first = later.iter().find(|(_, more)| more.is_positive());
            if let Some((first, _)) = first.filter(|_| more.is_positive()) {
                let scenario = tried.scenario.plan.scenario.clone();
                found.push((scenario, more, plan.horizon.month(*first)));
            }
        }
        Ok(found)
    }

    /// What of an amount is still owed at the end of the months that count, and what of it may not be spent before that end,
    /// each in the scenario in which it is most: of a loan, which is served in them, what is not due yet.
    ///
    /// # Errors
    /// An internal error where a braid breaks a rule.
    pub fn after(&self, amount: Money) -> Result<(Money, Money), Error> {
        let (mut owed, mut later) = (Money::ZERO, Money::ZERO);
        for tried in self.tried.iter().filter(|tried| tried.futures.is_none()) {
            let Some(plan) = self.plan(tried, amount)? else { continue };
            let Spent { timeline, cash, .. } = self.spent(&plan)?;
            let end = Self::places(&plan, self.through(tried, &plan, &timeline)).end;
            let stream = self.option.stream.as_deref().and_then(|id| plan.find_stream(id));
            let lent = match stream {
                Some(own) => timeline.debts.iter().find(|(debt, _)| *debt == own).map(|own| &own.1),
                None => cash.credit.as_ref().map(|line| &line.balance),
            };
            let last = lent.and_then(|owed| owed.get(end.checked_sub(1)?));
            owed = owed.max(last.copied().unwrap_or(Money::ZERO));
            let own = timeline.tranches.iter().filter(|tranche| Some(tranche.stream) == stream);
            let opening = own.filter(|tranche| tranche.opens >= end);
            later = later.max(opening.map(|tranche| tranche.amount).sum());
        }
        Ok((owed, later))
    }

    /// How futures fare with an amount; nothing where core costs are funded in 9 of 10 of them.
    ///
    /// # Errors
    /// An internal error where a braid breaks a rule.
    pub fn short(&self, amount: Money) -> Result<Option<Short>, Error> {
        let Some(tried) = self.tried.first() else { return Ok(None) };
        let Some((ran, through)) = self.ran(tried, amount)? else { return Ok(None) };
        let (futures, unpaid) = (ran.tally.futures, &ran.tally.core_gap.by_month);
        let from = unpaid.iter().position(|times| times * 10 > futures);
        Ok(from.map(|from| Short {
            amount,
            unpaid: unpaid[ran.calendar.through],
            futures,
            from: ran.plan.horizon.month(from),
            through,
            causes: Cause::of(&ran),
        }))
    }

    fn spent(&self, plan: &Plan) -> Result<Spent, Error> {
        Spent::from_plan(plan, Selection::View(self.question.view), self.question.method)
    }
}

/// Whether one of some purses may pay a line in some month.
fn may_pay(timeline: &Timeline, purses: impl Iterator<Item = usize>, line: usize) -> bool {
    let mut permits = purses.flat_map(|purse| timeline.purses[purse].permits.iter());
    permits.any(|permit| permit.line.at() == line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 10,000 futures 4 of 100 more is no accident and tells little; of 200 futures 12 of 100 more may be one.
    #[test]
    fn a_cause_stands_out_and_is_no_accident() {
        let stands = |with: (u64, u64), without: (u64, u64)| {
            let (title, where_it) = (String::new(), Case::Happens);
            Cause { title, where_it, with, without }.apart().is_some()
        };
        assert!(!stands((300, 5_000), (100, 5_000)));
        assert!(stands((600, 5_000), (100, 5_000)), "1 of 10, to the future");
        assert!(!stands((599, 5_000), (100, 5_000)));
        // Three standard errors are 0.147, then 0.166.
        assert!(!stands((20, 100), (8, 100)));
        assert!(stands((30, 100), (8, 100)) && stands((8, 100), (30, 100)), "less often too");
        assert!(!stands((30, 100), (0, 0)), "one of the two never came");
    }
}

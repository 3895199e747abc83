//! The least amount of a bridge option that keeps core costs funded.
//!
//! More money does not always help: a match may be owed, a fee of receipts may rise, and the waterfall may spend it
//! otherwise. Where nothing of that can be, halving finds the least amount; else amounts are tried side by side first, and
//! those that fail above the answer are told. Whatever is found is shown by two runs: it holds, and a cent less does not.

use super::bridge::{InFutures, Scenario, core};
use super::chance::{Futures, Kept};
use crate::braid::Method;
use crate::error::Error;
use crate::folder::{BridgeOption, Cases, Chances, Draft};
use crate::forecast::{Forecast, Question, Spent};
use crate::money::Money;
use crate::month::Month;
use crate::plan::Plan;
use crate::timeline::{Selection, Timeline};

/// Amounts that are tried side by side where more money may not help.
const TRIED: i64 = 40;
/// Points of the curve of amount against gap.
const POINTS: i64 = 8;
/// The core cost that an amount may exceed so many times before it is no bridge any more.
const TIMES_CORE_COST: i64 = 4;

/// How long core costs are to be funded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Until dependable money covers them.
    Sustainability,
    /// Through this month.
    Through(Month),
}

/// What is sought for one option in one scenario, or in all of them together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solved {
    /// The option's id.
    pub option: String,
    /// The scenario; nothing for all of them together.
    pub scenario: Option<String>,
    /// Whether it is to hold in 9 of 10 futures of the scenario, rather than in the scenario as it stands.
    pub in_futures: bool,
    /// The last month through which core costs are to be funded, by scenario; nothing where nothing dependable follows.
    pub through: Vec<Option<Month>>,
    /// The answer.
    pub least: Least,
    /// Amounts with the core gap that each leaves through these months, all scenarios together.
    pub curve: Vec<(Money, Money)>,
    /// Amounts above the answer that fail.
    pub fails_above: Vec<Money>,
    /// Whether the core gap is proved to fall with money, so that no smaller amount holds, or none at all.
    pub proved: bool,
}

/// The least amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Least {
    /// Core costs are funded without it.
    NothingNeeded,
    /// It holds, and a cent less does not.
    Amount(Money),
    /// Nothing dependable follows that would take over.
    NothingFollows,
    /// No amount that was tried does, up to this one: what goes unpaid is not for this money to pay.
    NoneFound(Money),
    /// Its size is no single figure, or its terms take no other one.
    NotOneFigure(String),
}

impl Least {
    /// The amount itself.
    pub fn amount(&self) -> Option<Money> {
        match self {
            Least::Amount(amount) => Some(*amount),
            _ => None,
        }
    }

    /// The amount as it is told: rounded up to a thousand dollars.
    pub fn told(&self) -> Option<Money> {
        match self {
            Least::Amount(amount) => {
                let thousands = (amount.cents() + 99_999).div_euclid(100_000);
                Some(Money::from_cents(thousands * 100_000))
            }
            _ => None,
        }
    }
}

/// A least amount, and how it was found.
struct Found {
    least: Least,
    proved: bool,
    fails_above: Vec<Money>,
}

/// One scenario in which an amount is tried.
struct Tried<'a> {
    draft: &'a Draft,
    with: Draft,
    scenario: &'a Scenario,
    through: Month,
    /// The futures in which it is tried, with what is uncertain without the option and with it.
    futures: Option<(InFutures<'a>, [Chances; 2])>,
}

/// What is tried: an option at some amount in some scenarios.
struct Search<'a> {
    cases: &'a Cases<'a>,
    path: &'a str,
    question: Question,
    tried: Vec<Tried<'a>>,
}

/// Seeks the least amount of an option in each scenario, and in all of them together where there are several.
///
/// # Errors
/// An internal error where a braid breaks a rule.
pub(super) fn solve(
    cases: &mut Cases,
    (drafts, scenarios): (&[Draft], &[Scenario]),
    option: &BridgeOption,
    (question, aim, futures): (Question, Aim, Option<InFutures>),
) -> Result<Vec<Solved>, Error> {
    let one = |place: usize, futures: Option<InFutures<'_>>| {
        (Some(scenarios[place].plan.scenario.clone()), vec![place], futures.is_some())
    };
    let mut all: Vec<_> = (0..scenarios.len()).map(|place| one(place, None)).collect();
    if scenarios.len() > 1 {
        all.push((None, (0..scenarios.len()).collect(), false));
    }
    if futures.is_some() {
        all.extend((0..scenarios.len()).map(|place| one(place, futures)));
    }
    let mut found = Vec::with_capacity(all.len());
    for (scenario, places, in_futures) in all {
        let through: Vec<Option<Month>> =
            places.iter().map(|place| goal(&scenarios[*place].before, aim)).collect();
        let mut solved = Solved {
            option: option.id.clone(),
            scenario,
            in_futures,
            through,
            least: Least::NothingFollows,
            curve: Vec::new(),
            fails_above: Vec::new(),
            proved: false,
        };
        let Some(path) = &option.amount else {
            solved.least = Least::NotOneFigure("it states no single amount".to_string());
            found.push(solved);
            continue;
        };
        let mut tried = Vec::new();
        for (place, through) in places.iter().zip(&solved.through) {
            // Where nothing dependable follows, the curve is that of the whole horizon.
            let scenario = &scenarios[*place];
            let through = through.unwrap_or(scenario.plan.horizon.end());
            let draft = &drafts[*place];
            let with = cases.with_option(draft, option)?;
            let futures = match futures.filter(|_| in_futures) {
                None => None,
                Some(futures) => {
                    let chances =
                        [cases.chances(draft, futures.file)?, cases.chances(&with, futures.file)?];
                    Some((futures, chances))
                }
            };
            tried.push(Tried { draft, with, scenario, through, futures });
        }
        Search { cases, path, question, tried }.run(&mut solved)?;
        found.push(solved);
    }
    Ok(found)
}

/// The least amount of an option that keeps core costs funded through a month of each scenario, in all of them together, and
/// what money it then holds within the plan of the first.
///
/// # Errors
/// An internal error where a braid breaks a rule.
pub(super) fn least_of(
    cases: &Cases,
    (drafts, scenarios): (&[Draft], &[Scenario]),
    option: &BridgeOption,
    (question, through): (Question, &[Month]),
) -> Result<(Least, Option<Money>), Error> {
    let Some(path) = &option.amount else {
        return Ok((Least::NotOneFigure("it states no single amount".to_string()), None));
    };
    let mut tried = Vec::new();
    for ((draft, scenario), through) in drafts.iter().zip(scenarios).zip(through) {
        let with = cases.with_option(draft, option)?;
        tried.push(Tried { draft, with, scenario, through: *through, futures: None });
    }
    let search = Search { cases, path, question, tried };
    if search.holds(Money::ZERO)? {
        return Ok((Least::NothingNeeded, None));
    }
    let found = search.least()?;
    let money = match (&found.least, search.tried.first()) {
        (Least::Amount(amount), Some(tried)) => search.money(tried, option, *amount)?,
        _ => None,
    };
    Ok((found.least, money))
}

/// The last month through which core costs are to be funded.
pub(super) fn goal(before: &Forecast, aim: Aim) -> Option<Month> {
    match aim {
        Aim::Through(month) => Some(month),
        Aim::Sustainability => {
            let month = before.measures.sustainability.as_ref()?.month;
            month.plus(-1)
        }
    }
}

impl Search<'_> {
    fn run(&self, solved: &mut Solved) -> Result<(), Error> {
        let without = self.gap(Money::ZERO)?.unwrap_or(Money::ZERO);
        if without.is_zero() {
            solved.least = Least::NothingNeeded;
            return Ok(());
        }
        let mut size = without;
        if solved.through.iter().all(Option::is_some) {
            let found = self.least()?;
            solved.proved = found.proved;
            solved.fails_above = found.fails_above;
            solved.least = found.least;
            match solved.least {
                Least::Amount(least) => size = least,
                Least::NotOneFigure(_) => return Ok(()),
                _ => {}
            }
        }
        // A quarter beyond the answer, or beyond what would be needed at least.
        size = size.times(5).portion(1, 4);
        for point in 0..=POINTS {
            let amount = size.portion(point.into(), POINTS.into());
            if let Some(gap) = self.gap(amount)? {
                solved.curve.push((amount, gap));
            }
        }
        Ok(())
    }

    /// The least amount that holds. Amounts are doubled until one does, then halved towards the least where money is
    /// proved to help, else tried side by side first.
    fn least(&self) -> Result<Found, Error> {
        let most = self.most();
        let mut size = Money::from_cents(100_000).at_most(most);
        let holds = loop {
            match self.gap(size)? {
                Some(gap) if gap.is_zero() => break true,
                Some(_) if size < most => size = size.times(2).at_most(most),
                Some(_) => break false,
                None => {
                    let why = "its other terms do not go with another amount".to_string();
                    let least = Least::NotOneFigure(why);
                    return Ok(Found { least, proved: false, fails_above: Vec::new() });
                }
            }
        };
        let proved = self.is_proved(size)?;
        let mut fails_above = Vec::new();
        let between = match proved {
            true => holds.then_some((Money::ZERO, size)),
            false => self.scanned(size, &mut fails_above)?,
        };
        let least = match between {
            Some((fails, holds)) => Least::Amount(self.halved(fails, holds)?),
            None => Least::NoneFound(most),
        };
        Ok(Found { least, proved, fails_above })
    }

    /// What money an option holds within a plan at an amount.
    fn money(
        &self,
        tried: &Tried,
        option: &BridgeOption,
        amount: Money,
    ) -> Result<Option<Money>, Error> {
        let plan = self.plan(tried, amount)?;
        let stream = |plan: &Plan| plan.find_stream(option.stream.as_deref()?);
        let Some((plan, stream)) = plan.as_ref().and_then(|plan| Some((plan, stream(plan)?)))
        else {
            return Ok(None);
        };
        let timeline = Timeline::from_plan(plan, Selection::View(self.question.view))?;
        let own = timeline.tranches.iter().filter(|tranche| tranche.stream == stream);
        Ok(Some(own.map(|tranche| tranche.amount).sum()))
    }

    /// The most that is tried: some times the core cost of the months of the plan.
    fn most(&self) -> Money {
        let need = |tried: &Tried| -> Money {
            let ledger = &tried.scenario.before.books.ledger;
            core(ledger).flat_map(|line| line.need.iter()).sum()
        };
        let most = self.tried.iter().map(need).max().unwrap_or(Money::ZERO);
        most.times(TIMES_CORE_COST)
    }

    /// The draft of one scenario with an amount; nothing where the option has no such input.
    fn draft(&self, tried: &Tried, amount: Money) -> Option<Draft> {
        match amount.is_zero() {
            true => Some(tried.draft.clone()),
            false => tried.with.restated(self.path, &amount.to_string()),
        }
    }

    /// The plan of one scenario with an amount; nothing where the option's terms do not take it.
    fn plan(&self, tried: &Tried, amount: Money) -> Result<Option<Plan>, Error> {
        let Some(draft) = self.draft(tried, amount) else { return Ok(None) };
        match self.cases.plan(&draft) {
            Ok(plan) => Ok(Some(plan)),
            Err(error) if error.is_input() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The core gap that is not passed in 9 of 10 futures, from `as-of` through the months that count.
    fn gap_in_futures(
        &self,
        tried: &Tried,
        (futures, chances): &(InFutures, [Chances; 2]),
        amount: Money,
    ) -> Result<Option<Money>, Error> {
        let Some(draft) = self.draft(tried, amount) else { return Ok(None) };
        let chances = &chances[usize::from(!amount.is_zero())];
        let ask = futures.ask(Some(tried.through));
        match Futures::of_draft(self.cases, &draft, chances, &ask) {
            Ok(ran) => {
                Ok(ran.tally.spread(&ran.calendar, Kept::CoreGapAhead).map(|spread| spread[4]))
            }
            Err(error) if error.is_input() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The core gap from `as-of` through the months that count, in all scenarios together.
    fn gap(&self, amount: Money) -> Result<Option<Money>, Error> {
        let mut sum = Money::ZERO;
        for tried in &self.tried {
            if let Some(futures) = &tried.futures {
                let Some(gap) = self.gap_in_futures(tried, futures, amount)? else {
                    return Ok(None);
                };
                sum += gap;
                continue;
            }
            let Some(plan) = self.plan(tried, amount)? else { return Ok(None) };
            let selection = Selection::View(self.question.view);
            let spent = Spent::from_plan(&plan, selection, self.question.method)?;
            let horizon = &plan.horizon;
            let first = horizon.as_of.since(horizon.start).max(0) as usize;
            let last = tried.through.since(horizon.start) + 1;
            let end = (last.max(0) as usize).min(horizon.months as usize);
            let months = first.min(end)..end;
            sum += core(&spent.ledger).flat_map(|line| line.gap[months.clone()].iter()).sum();
        }
        Ok(Some(sum))
    }

    fn holds(&self, amount: Money) -> Result<bool, Error> {
        Ok(self.gap(amount)?.is_some_and(|gap| gap.is_zero()))
    }

    /// Whether the core gap falls with money: the braid is the optimal one, no rule ties amounts together, and what is
    /// needed is the same with the option as without.
    fn is_proved(&self, amount: Money) -> Result<bool, Error> {
        if self.question.method != Method::Optimal
            || self.tried.iter().any(|tried| tried.futures.is_some())
        {
            return Ok(false);
        }
        for tried in &self.tried {
            let Some(plan) = self.plan(tried, amount)? else { return Ok(false) };
            let free = plan.restrictions.iter().all(|rules| !rules.ties_amounts());
            let needs = |plan: &Plan| {
                Timeline::from_plan(plan, Selection::View(self.question.view))
                    .map(|timeline| timeline.needs)
            };
            // The optimal braid leaves the least through every month from the start on: what was unpaid before `as-of`
            // would count with it.
            let before = plan.horizon.as_of.since(plan.horizon.start).max(0) as usize;
            let whole = core(&tried.scenario.before.books.ledger)
                .all(|line| line.gap[..before].iter().all(|gap| gap.is_zero()));
            if !free || !whole || needs(&plan)? != needs(&tried.scenario.plan)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Of amounts tried side by side, the last before the first that holds, and that one, if any holds; those that fail
    /// above it are told.
    fn scanned(
        &self,
        most: Money,
        fails_above: &mut Vec<Money>,
    ) -> Result<Option<(Money, Money)>, Error> {
        let mut tried = vec![(Money::ZERO, false)];
        for part in 1..=TRIED {
            let amount = most.portion(part.into(), TRIED.into());
            tried.push((amount, self.holds(amount)?));
        }
        let Some(first) = tried.iter().position(|(_, holds)| *holds) else { return Ok(None) };
        let fails = tried[first..].iter().filter(|(_, holds)| !holds);
        fails_above.extend(fails.map(|(amount, _)| *amount));
        Ok(Some((tried[first - 1].0, tried[first].0)))
    }

    /// An amount that holds of which a cent less fails, between one that fails and one that holds.
    fn halved(&self, mut fails: Money, mut holds: Money) -> Result<Money, Error> {
        let cent = Money::from_cents(1);
        while holds - fails > cent {
            let middle = fails + (holds - fails).portion(1, 2);
            let middle = if middle == fails { fails + cent } else { middle.at_most(holds - cent) };
            match self.holds(middle)? {
                true => holds = middle,
                false => fails = middle,
            }
        }
        if !self.holds(holds)? || (fails.is_positive() && self.holds(fails)?) {
            return Err(Error::internal("the least amount holds, and a cent less does not"));
        }
        Ok(holds)
    }
}

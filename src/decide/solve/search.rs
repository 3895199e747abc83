//! Amounts of one option that are tried, and the least of them that holds.

use std::collections::{BTreeMap, BTreeSet};

use super::{Aim, Least, Solved, repaid};
use crate::braid::Method;
use crate::decide::across::{InFutures, Placed};
use crate::decide::chance::{Futures, Kept};
use crate::decide::effect::{Scenario, core};
use crate::error::Error;
use crate::folder::{BridgeOption, Cases, Chances, Draft, Keeps, Size};
use crate::forecast::{Question, Spent};
use crate::money::Money;
use crate::month::Month;
use crate::plan::Plan;
use crate::timeline::{Selection, Timeline};

/// Even parts of the most that is tried, where more money may not help.
const TRIED: i64 = 40;
/// The same in futures, each of which is a run of all of them.
const TRIED_IN_FUTURES: i64 = 8;
/// Points of the curve of amount against gap.
const POINTS: i64 = 8;
/// The core cost that an amount may exceed so many times before it is no bridge any more.
const TIMES_CORE_COST: i64 = 4;
/// How often amounts are added between two of which straight lines say that something between them may hold.
const ROUNDS: usize = 8;
/// The least that is tried of amounts that are doubled: $1,000.
const SMALL: Money = Money::from_cents(100_000);
const CENT: Money = Money::from_cents(1);

/// One scenario in which an amount is tried.
pub struct Tried<'a> {
    pub draft: &'a Draft,
    pub with: Draft,
    pub scenario: &'a Scenario,
    /// The last month through which core costs are to be funded, without a debt.
    pub through: Month,
    /// The futures in which it is tried, with what is uncertain without the option and with it.
    pub futures: Option<(InFutures<'a>, [Chances; 2])>,
}

/// What an amount leaves: the core gap of the scenario in which it leaves most, and the last month that counts in each of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub gap: Money,
    /// What of it falls in the months that would count without a debt.
    pub without_debt: Money,
    pub through: Vec<Month>,
}

/// The same of one scenario.
struct Left {
    gap: Money,
    without_debt: Money,
    through: Month,
}

/// What is tried: an option at some amount in some scenarios.
pub struct Search<'a> {
    pub cases: &'a Cases<'a>,
    pub option: &'a BridgeOption,
    size: &'a Size,
    pub question: Question,
    aim: Aim,
    pub tried: Vec<Tried<'a>>,
    /// What each amount that was tried leaves; nothing where the option's terms do not take it.
    known: BTreeMap<Money, Option<Outcome>>,
    /// What those leave that were tried side by side.
    beside: Vec<(Money, Money)>,
}

/// A least amount, and how it was found.
pub struct Found {
    pub least: Least,
    pub proved: bool,
    /// How many amounts were tried side by side, and the most of them.
    pub tried: (usize, Money),
    pub holds_to: Option<Money>,
    pub fails_above: Vec<Money>,
}

impl<'a> Search<'a> {
    pub fn new(
        cases: &'a Cases<'a>,
        (option, size): (&'a BridgeOption, &'a Size),
        (question, aim): (Question, Aim),
        tried: Vec<Tried<'a>>,
    ) -> Search<'a> {
        Search {
            cases,
            option,
            size,
            question,
            aim,
            tried,
            known: BTreeMap::new(),
            beside: Vec::new(),
        }
    }

    /// Seeks the least amount, and tells what was found.
    ///
    /// # Errors
    /// An internal error where a braid breaks a rule.
    pub fn run(&mut self, solved: &mut Solved, hint: Option<Money>) -> Result<(), Error> {
        let without = self.gap(Money::ZERO)?.unwrap_or(Money::ZERO);
        if without.is_zero() {
            solved.least = Least::NothingNeeded;
            return Ok(());
        }
        let mut size = without;
        let follows = solved.through.iter().all(Option::is_some);
        if follows || !self.in_futures() {
            let found = self.least(hint)?;
            (solved.proved, solved.tried) = (found.proved, found.tried);
            (solved.holds_to, solved.fails_above) = (found.holds_to, found.fails_above);
            let told = match found.least {
                Least::Amount(least) => {
                    size = least;
                    if self.size.keeps == Keeps::CoreCosts {
                        solved.worse_later = self.worse_later(least)?;
                    }
                    (solved.owed, solved.later) = self.after(least)?;
                    Some(least)
                }
                Least::NotOneFigure(_) => {
                    solved.least = found.least;
                    return Ok(());
                }
                _ => self.nearest(),
            };
            let outcome = told.and_then(|amount| self.known.get(&amount)?.clone());
            if let Some(outcome) = outcome.filter(|_| follows) {
                let stated = solved.through.iter().copied().flatten();
                solved.until_repaid = stated.zip(&outcome.through).any(|(goal, own)| goal < *own);
                solved.through = outcome.through.into_iter().map(Some).collect();
            }
            let core = self.size.keeps == Keeps::CoreCosts;
            if let (Least::NoneFound(_), Some(nearest)) = (&found.least, told.filter(|_| core)) {
                // What the plan lacks as it stands says nothing of futures.
                match self.in_futures() {
                    true => solved.short = self.short(nearest)?,
                    false => solved.lack = self.lack(nearest)?,
                }
            }
            match follows {
                true => solved.least = found.least,
                false => solved.to_the_end = Some(found.least),
            }
        }
        if self.in_futures() {
            solved.curve = self.beside.clone();
            return Ok(());
        }
        for amount in curve(size) {
            if let Some(gap) = self.gap(amount)? {
                solved.curve.push((amount, gap));
            }
        }
        Ok(())
    }

    /// The least amount that holds. Amounts are doubled until one does, then narrowed towards the least where money is
    /// proved to help, else tried side by side first.
    ///
    /// # Errors
    /// An internal error where a braid breaks a rule.
    pub fn least(&mut self, hint: Option<Money>) -> Result<Found, Error> {
        let most = self.most();
        let mut found = Found {
            least: Least::NoneFound(most),
            proved: false,
            tried: (0, most),
            holds_to: None,
            fails_above: Vec::new(),
        };
        let mut size = SMALL.at_most(most);
        let core = self.size.keeps == Keeps::CoreCosts;
        if core && !self.in_futures() && self.question.method == Method::Optimal {
            while size < most && !self.holds(size)? {
                size = size.times(2).at_most(most);
            }
            found.proved = self.is_proved(size)?;
        }
        match found.proved {
            true if self.holds(size)? => {
                let least = self.edge(Money::ZERO, size)?;
                (found.least, found.tried.0) = (Least::Amount(least), self.known.len() - 1);
            }
            true => found.tried.0 = self.known.len() - 1,
            false => self.scanned(most, hint, &mut found)?,
        }
        Ok(found)
    }

    /// Tries amounts side by side, and finds the edges of those that hold.
    fn scanned(
        &mut self,
        most: Money,
        hint: Option<Money>,
        found: &mut Found,
    ) -> Result<(), Error> {
        for amount in self.side_by_side(most, hint)? {
            self.gap(amount)?;
        }
        if self.known.range(CENT..).all(|(_, outcome)| outcome.is_none()) {
            let why = "its other terms do not go with another amount".to_string();
            found.least = Least::NotOneFigure(why);
            return Ok(());
        }
        for _ in 0..ROUNDS {
            let between = self.between();
            if between.is_empty() {
                break;
            }
            for amount in between {
                self.gap(amount)?;
            }
        }
        found.tried.0 = self.known.len() - 1;
        self.beside = self.points();
        let Some(mut least) = self.first_that_holds()? else { return Ok(()) };
        if !self.in_futures() {
            // The curve that is told must not know better.
            for amount in curve(least) {
                self.gap(amount)?;
            }
            least = self.first_that_holds()?.unwrap_or(least);
        }
        found.least = Least::Amount(least);
        if let Some(told) = found.least.told() {
            self.gap(told)?;
        }
        let above = self.points().into_iter().filter(|(amount, _)| *amount > least);
        let fails: Vec<Money> =
            above.filter(|(_, gap)| gap.is_positive()).map(|(amount, _)| amount).collect();
        if let Some(first) = fails.first() {
            let below = self.points().into_iter().rfind(|(amount, _)| amount < first);
            found.holds_to = Some(self.edge(*first, below.map_or(least, |(amount, _)| amount))?);
        }
        found.fails_above = fails;
        Ok(())
    }

    /// Amounts to be tried side by side: even parts of the most, doubled ones, and those about what is needed, with what
    /// they cost beside it.
    fn side_by_side(&mut self, most: Money, hint: Option<Money>) -> Result<BTreeSet<Money>, Error> {
        let need = self.gap(Money::ZERO)?.unwrap_or(Money::ZERO);
        let (parts, steps) = if self.in_futures() { (TRIED_IN_FUTURES, 2) } else { (TRIED, 1) };
        let mut amounts: BTreeSet<Money> =
            (1..=parts).map(|part| most.portion(part.into(), parts.into())).collect();
        let mut size = SMALL.at_most(most);
        while size < most {
            // In futures what is far less than needed is left out.
            if !self.in_futures() || size.times(4) > need {
                amounts.insert(size);
            }
            size = size.times(2);
        }
        let eighths = (1..=16).filter(|part| part % (4 * steps) == 0 || steps == 1);
        amounts.extend(eighths.map(|part| need.times(part).portion(1, 8)));
        // What is needed, and what it costs to have so much.
        for base in [Some(need), hint].into_iter().flatten() {
            amounts.insert(base);
            if let Some(gap) = self.gap(base.at_most(most))? {
                amounts.insert(base + gap);
            }
        }
        amounts.retain(|amount| amount.is_positive() && *amount <= most);
        Ok(amounts)
    }

    /// Amounts that were tried, with what each leaves.
    fn points(&self) -> Vec<(Money, Money)> {
        let known = self.known.iter();
        known.filter_map(|(amount, own)| Some((*amount, own.as_ref()?.gap))).collect()
    }

    /// Whether any amount that was tried leaves less than none.
    pub fn helps(&self) -> bool {
        let points = self.points();
        let without = points.first().map(|(_, gap)| *gap);
        points.iter().any(|(_, gap)| Some(*gap) < without)
    }

    /// Of amounts that fail, the one that comes nearest: it leaves least in the months that count without a debt, then in
    /// all; of several the least that is as large as what is needed.
    fn nearest(&self) -> Option<Money> {
        let need = self.known.get(&Money::ZERO)?.as_ref()?.gap;
        let ahead = self.known.range(CENT..).filter_map(|(amount, own)| {
            let own = own.as_ref()?;
            Some((own.without_debt, own.gap, *amount < need, *amount))
        });
        ahead.min().map(|(.., amount)| amount)
    }

    /// Amounts below the first that holds at which straight lines through neighbours that fail come to nothing: something
    /// between the two may hold.
    fn between(&self) -> Vec<Money> {
        let points = self.points();
        let first = points.iter().position(|(_, gap)| gap.is_zero()).unwrap_or(points.len());
        let points = &points[..first];
        let mut found = BTreeSet::new();
        for (place, pair) in points.windows(2).enumerate() {
            let before = place.checked_sub(1).map(|place| points[place]);
            let lines = [(before, pair[0]), (points.get(place + 2).copied(), pair[1])];
            for (outer, inner) in lines {
                let crossing = outer.and_then(|outer| crossing(outer, inner));
                found.extend(crossing.filter(|own| pair[0].0 < *own && *own < pair[1].0));
            }
        }
        found.into_iter().filter(|amount| !self.known.contains_key(amount)).collect()
    }

    /// The least amount that holds next below the first of those tried that does.
    fn first_that_holds(&mut self) -> Result<Option<Money>, Error> {
        let points = self.points();
        let Some(place) = points.iter().position(|(_, gap)| gap.is_zero()) else {
            return Ok(None);
        };
        match place.checked_sub(1) {
            Some(before) => self.edge(points[before].0, points[place].0).map(Some),
            None => Ok(None),
        }
    }

    /// An amount that holds of which a cent towards `fails` does not, between one that fails and one that holds, whichever
    /// is the larger. Where the gap runs straight, its line leads there at once.
    fn edge(&mut self, mut fails: Money, mut holds: Money) -> Result<Money, Error> {
        let inwards = if holds > fails { CENT } else { -CENT };
        let outside = self.points().into_iter().filter(|(amount, gap)| {
            gap.is_positive() && if inwards == CENT { *amount < fails } else { *amount > fails }
        });
        let mut outer = match inwards == CENT {
            true => outside.max(),
            false => outside.min(),
        };
        let within = |amount: Money, fails: Money, holds: Money| {
            fails.min(holds) < amount && amount < fails.max(holds)
        };
        while holds - fails != inwards {
            let left = self.gap(fails)?.map(|gap| (fails, gap));
            let straight = outer.zip(left).and_then(|(outer, inner)| crossing(outer, inner));
            let lowest = fails.min(holds);
            let middle = lowest + (fails.max(holds) - lowest).portion(1, 2);
            let guesses = [straight, straight.map(|amount| amount - inwards), Some(middle)];
            for amount in guesses.into_iter().flatten() {
                // Rounding must not stand still.
                let amount = if amount == holds { amount - inwards } else { amount };
                if !within(amount, fails, holds) {
                    continue;
                }
                match self.holds(amount)? {
                    true => holds = amount,
                    false => {
                        outer = self.gap(fails)?.map(|gap| (fails, gap));
                        fails = amount;
                    }
                }
            }
        }
        Ok(holds)
    }

    fn in_futures(&self) -> bool {
        self.tried.iter().any(|tried| tried.futures.is_some())
    }

    /// What money the option holds within the plan of the first scenario at an amount.
    ///
    /// # Errors
    /// An internal error where the plan does not come out in months.
    pub fn money(&self, amount: Money) -> Result<Option<Money>, Error> {
        let Some(tried) = self.tried.first() else { return Ok(None) };
        let plan = self.plan(tried, amount)?;
        let stream = |plan: &Plan| plan.find_stream(self.option.stream.as_deref()?);
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
            false => tried.with.resized(self.size, amount),
        }
    }

    /// The plan of one scenario with an amount; nothing where the option's terms do not take it.
    ///
    /// # Errors
    /// An internal error where the plan does not come out.
    pub fn plan(&self, tried: &Tried, amount: Money) -> Result<Option<Plan>, Error> {
        let Some(draft) = self.draft(tried, amount) else { return Ok(None) };
        match self.cases.plan(&draft) {
            Ok(plan) => Ok(Some(plan)),
            Err(error) if error.is_input() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The last month that counts in one scenario with an amount.
    pub fn through(&self, tried: &Tried, plan: &Plan, timeline: &Timeline) -> Month {
        let debt = match self.aim {
            Aim::Sustainability => repaid(&tried.scenario.plan, plan, timeline),
            Aim::Through(_) => None,
        };
        debt.map_or(tried.through, |month| month.max(tried.through))
    }

    /// The places of the months that count.
    pub fn places(plan: &Plan, through: Month) -> std::ops::Range<usize> {
        let horizon = &plan.horizon;
        let first = horizon.as_of.since(horizon.start).max(0) as usize;
        let last = through.since(horizon.start) + 1;
        let end = (last.max(0) as usize).min(horizon.months as usize);
        first.min(end)..end
    }

    /// What one scenario leaves with an amount: in futures, the core gap that is not passed in 9 of 10 of them.
    fn one(&self, tried: &Tried, amount: Money) -> Result<Option<Left>, Error> {
        if tried.futures.is_none() {
            let Some(plan) = self.plan(tried, amount)? else { return Ok(None) };
            let selection = Selection::View(self.question.view);
            let spent = Spent::from_plan(&plan, selection, self.question.method)?;
            let through = self.through(tried, &plan, &spent.timeline);
            let gap = |through: Month| {
                let places = Self::places(&plan, through);
                if self.size.keeps == Keeps::Cash {
                    let lowest = spent.cash.unrestricted[places].iter().min().copied();
                    return (-lowest.unwrap_or(Money::ZERO)).floor_zero();
                }
                core(&spent.ledger).flat_map(|line| line.gap[places.clone()].iter()).sum()
            };
            let (gap, without_debt) = (gap(through), gap(tried.through));
            return Ok(Some(Left { gap, without_debt, through }));
        }
        let Some((ran, through)) = self.ran(tried, amount)? else { return Ok(None) };
        let spread = ran.tally.spread(&ran.calendar, Kept::CoreGapAhead);
        Ok(spread.map(|spread| Left { gap: spread[4], without_debt: spread[4], through }))
    }

    /// The futures of one scenario with an amount, and the last month that counts in them; nothing where the option's terms
    /// do not take it.
    ///
    /// # Errors
    /// An internal error where a braid breaks a rule.
    pub fn ran(&self, tried: &Tried, amount: Money) -> Result<Option<(Futures, Month)>, Error> {
        let Some((futures, chances)) = &tried.futures else { return Ok(None) };
        let Some(draft) = self.draft(tried, amount) else { return Ok(None) };
        let Some(plan) = self.plan(tried, amount)? else { return Ok(None) };
        let selection = Selection::View(self.question.view);
        let through = self.through(tried, &plan, &Timeline::from_plan(&plan, selection)?);
        let chances = &chances[usize::from(!amount.is_zero())];
        let has = (!amount.is_zero()).then_some((self.option, self.size));
        let placed = Placed {
            case: &tried.scenario.plan.scenario,
            option: has.map(|(option, _)| option),
            size: has.map(|(_, size)| (size, amount)),
        };
        match futures.run(self.cases, (&draft, chances), placed, (Some(through), None)) {
            Ok(ran) => Ok(Some((ran, through))),
            Err(error) if error.is_input() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The core gap from `as-of` through the months that count, in the scenario in which it is largest.
    fn gap(&mut self, amount: Money) -> Result<Option<Money>, Error> {
        if let Some(known) = self.known.get(&amount) {
            return Ok(known.as_ref().map(|outcome| outcome.gap));
        }
        let mut found = Some(Outcome::default());
        for tried in &self.tried {
            match (self.one(tried, amount)?, &mut found) {
                (Some(left), Some(outcome)) => {
                    outcome.gap = outcome.gap.max(left.gap);
                    outcome.without_debt = outcome.without_debt.max(left.without_debt);
                    outcome.through.push(left.through);
                }
                _ => found = None,
            }
        }
        let gap = found.as_ref().map(|outcome| outcome.gap);
        self.known.insert(amount, found);
        Ok(gap)
    }

    /// Whether nothing of core cost stays unpaid in the months that count.
    ///
    /// # Errors
    /// An internal error where a braid breaks a rule.
    pub fn holds(&mut self, amount: Money) -> Result<bool, Error> {
        Ok(self.gap(amount)?.is_some_and(|gap| gap.is_zero()))
    }

    /// Whether the core gap falls with money: the braid is the optimal one, no rule ties amounts together, and what is
    /// needed is the same with the option as without.
    fn is_proved(&self, amount: Money) -> Result<bool, Error> {
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
}

/// The amounts of the curve: up to a quarter beyond one.
fn curve(size: Money) -> impl Iterator<Item = Money> {
    let most = size.times(5).portion(1, 4);
    (0..=POINTS).map(move |point| most.portion(point.into(), POINTS.into()))
}

/// Where a straight line through two points of amount and gap comes to nothing beyond the second, to the cent beyond; nothing
/// where it does not fall.
fn crossing(outer: (Money, Money), inner: (Money, Money)) -> Option<Money> {
    let cents = |money: Money| i128::from(money.cents());
    let falls = cents(outer.1) - cents(inner.1);
    let run = (cents(inner.0) - cents(outer.0)) * cents(inner.1);
    if falls <= 0 {
        return None;
    }
    let way = run.unsigned_abs().div_ceil(falls.unsigned_abs());
    let way = i128::try_from(way).ok()?;
    Money::try_from_cents(cents(inner.0) + if run < 0 { -way } else { way })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_to_nothing_at_the_cent_beyond() {
        let money = Money::from_cents;
        let at = |outer: (i64, i64), inner: (i64, i64)| {
            let point = |(amount, gap)| (money(amount), money(gap));
            crossing(point(outer), point(inner)).map(Money::cents)
        };
        assert_eq!(at((0, 1_000), (400, 600)), Some(1_000));
        assert_eq!(at((0, 1_000), (100, 700)), Some(334));
        assert_eq!(at((2_000, 30), (1_500, 20)), Some(500), "from above");
        assert_eq!(at((0, 500), (100, 500)), None);
        assert_eq!(at((0, 500), (100, 600)), None);
    }
}

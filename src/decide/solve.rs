//! The least amount of a bridge option that keeps core costs funded.
//!
//! More money does not always help: a match may be owed, a debt must be served, a fee of receipts may rise, and the waterfall
//! may spend it otherwise. Where nothing of that can be, halving finds the least amount; else amounts are tried side by side
//! first, and those that fail above the answer are told. Whatever is found was run: it holds, and a cent less does not.

mod lack;
mod search;

pub use self::lack::{Case, Cause, Lack, Short};
use self::search::{Search, Tried};
use super::across::InFutures;
use super::effect::Scenario;
use crate::error::Error;
use crate::folder::{BridgeOption, Cases, Draft, Keeps, Per};
use crate::forecast::{Forecast, Question};
use crate::measures::has_to_stand;
use crate::money::Money;
use crate::month::Month;
use crate::plan::Plan;
use crate::timeline::{Selection, Timeline};

/// How long core costs are to be funded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Until dependable money covers them, and until what the option lends is repaid.
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
    /// The last month through which core costs are to be funded, by scenario; nothing where nothing dependable follows. Of a
    /// debt it is that of the answer, or of the amount that leaves least.
    pub through: Vec<Option<Month>>,
    /// Whether these months go on until a debt is repaid.
    pub until_repaid: bool,
    /// Where nothing dependable follows for long enough, the month from which it would to the plan's end, and how many
    /// months that is.
    pub too_short: Option<(Month, usize)>,
    /// The answer.
    pub least: Least,
    /// Where nothing dependable follows, or not for long enough, the least that keeps core costs funded to the plan's end; not
    /// sought in futures.
    pub to_the_end: Option<Least>,
    /// What the option is to keep. A line of credit keeps cash at zero or above where it pays for what is funded, to the plan's
    /// end where no dependable money follows; what it leaves is how far cash falls below at the lowest.
    pub keeps: Keeps,
    /// What of a loan or a line of credit is still owed at the end of the months that count, in the scenario in which that is
    /// most.
    pub owed: Money,
    /// What of the amount may be spent only after these months, in the scenario in which that is most.
    pub later: Money,
    /// Over what time the amount is counted, and how many amounts share it.
    pub counted: (Per, usize),
    /// Amounts with the core gap that each leaves through these months, in the scenario in which it leaves most.
    pub curve: Vec<(Money, Money)>,
    /// How many amounts were tried side by side, and the most of them.
    pub tried: (usize, Money),
    /// Where more money fails, the most up to which it holds: a cent more does not.
    pub holds_to: Option<Money>,
    /// Amounts above the answer that were tried and fail.
    pub fails_above: Vec<Money>,
    /// Whether the core gap is proved to fall with money, so that no smaller amount holds, or none at all.
    pub proved: bool,
    /// Where no amount does, what the one that comes nearest leaves; of the scenario as it stands, not of its futures.
    pub lack: Option<Lack>,
    /// Where none does in 9 of 10 futures, how these fare with the one that comes nearest.
    pub short: Option<Short>,
    /// Where more core cost goes unpaid after these months than without the option: the scenario, how much, and from when.
    pub worse_later: Vec<(String, Money, Month)>,
}

/// The least amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Least {
    /// Core costs are funded without it.
    NothingNeeded,
    /// It holds, and a cent less does not.
    Amount(Money),
    /// Nothing dependable follows that would take over, or not for long enough within the plan.
    NothingFollows,
    /// No amount that was tried does, up to this one.
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

    /// The amount rounded up to a thousand dollars.
    pub fn told(&self) -> Option<Money> {
        let thousands = (self.amount()?.cents() + 99_999).div_euclid(100_000);
        Some(Money::from_cents(thousands * 100_000))
    }
}

impl Solved {
    /// The amount as it is told: rounded up to a thousand dollars where that holds too, else to the cent.
    pub fn told(&self) -> Option<Money> {
        let least = self.to_the_end.as_ref().unwrap_or(&self.least);
        let told = least.told()?;
        match self.holds_to.is_some_and(|most| most < told) {
            true => least.amount(),
            false => Some(told),
        }
    }
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
    let mut found: Vec<Solved> = Vec::with_capacity(all.len());
    for (scenario, places, in_futures) in all {
        let through: Vec<Option<Month>> =
            places.iter().map(|place| goal(&scenarios[*place].before, aim)).collect();
        let missing = through.iter().position(Option::is_none).map(|place| places[place]);
        let mut solved = Solved {
            option: option.id.clone(),
            scenario,
            in_futures,
            through,
            until_repaid: false,
            too_short: missing.and_then(|place| to_the_end(&scenarios[place].before)),
            least: Least::NothingFollows,
            to_the_end: None,
            keeps: Keeps::CoreCosts,
            owed: Money::ZERO,
            later: Money::ZERO,
            counted: (Per::Life, 1),
            curve: Vec::new(),
            tried: (0, Money::ZERO),
            holds_to: None,
            fails_above: Vec::new(),
            proved: false,
            lack: None,
            short: None,
            worse_later: Vec::new(),
        };
        let size = match &option.size {
            Ok(size) => size,
            Err(why) => {
                solved.least = Least::NotOneFigure((*why).to_string());
                found.push(solved);
                continue;
            }
        };
        (solved.counted, solved.keeps) = ((size.per, size.amounts()), size.keeps);
        if size.keeps == Keeps::Cash {
            if in_futures {
                continue;
            }
            let plans = || places.iter().map(|place| &scenarios[*place].plan);
            if plans().any(|plan| !plan.opening.cash_stated) {
                let why = "the plan states no opening cash, so that nobody knows what it lacks";
                solved.least = Least::NotOneFigure(why.to_string());
                found.push(solved);
                continue;
            }
            let ends = plans().map(|plan| plan.horizon.end());
            solved.through =
                solved.through.iter().zip(ends).map(|(goal, end)| goal.or(Some(end))).collect();
            solved.too_short = None;
        }
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
        // What does in the scenario as it stands is about what does in its futures.
        let alike = |other: &&Solved| other.scenario == solved.scenario;
        let hint = found.iter().find(alike).and_then(|other| other.least.amount());
        let mut search = Search::new(cases, (option, size), (question, aim), tried);
        search.run(&mut solved, hint)?;
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
    (question, aim, through): (Question, Aim, &[Month]),
) -> Result<(Least, Option<Money>), Error> {
    let size = match &option.size {
        Ok(size) => size,
        Err(why) => return Ok((Least::NotOneFigure((*why).to_string()), None)),
    };
    let mut tried = Vec::new();
    for ((draft, scenario), through) in drafts.iter().zip(scenarios).zip(through) {
        let with = cases.with_option(draft, option)?;
        tried.push(Tried { draft, with, scenario, through: *through, futures: None });
    }
    let mut search = Search::new(cases, (option, size), (question, aim), tried);
    if search.holds(Money::ZERO)? {
        return Ok((Least::NothingNeeded, None));
    }
    let least = search.least(None)?.least;
    let money = match &least {
        Least::Amount(amount) => search.money(*amount)?,
        _ => None,
    };
    Ok((least, money))
}

/// The last month through which core costs are to be funded, without a debt.
pub(super) fn goal(before: &Forecast, aim: Aim) -> Option<Month> {
    match aim {
        Aim::Through(month) => Some(month),
        Aim::Sustainability => {
            let month = before.measures.sustainability.as_ref()?.month;
            month.plus(-1)
        }
    }
}

/// The month in which the last of what an option lends falls due, which is the plan's last where some is not due by then;
/// nothing where it lends nothing. What it lends is what a plan owes that the plan without it does not.
pub(super) fn repaid(without: &Plan, plan: &Plan, timeline: &Timeline) -> Option<Month> {
    let own = timeline
        .debts
        .iter()
        .filter(|(stream, _)| without.find_stream(plan.stream(*stream).name.as_str()).is_none());
    let last =
        own.filter_map(|(_, owed)| owed.iter().rposition(|owed| owed.is_positive())).max()?;
    Some(plan.horizon.month((last + 1).min(plan.horizon.months as usize - 1)))
}

/// The month in which the last of what an option lends falls due, as its plan is spent.
///
/// # Errors
/// An internal error where the plan does not come out in months.
pub(super) fn repaid_in(
    without: &Plan,
    plan: &Plan,
    question: Question,
) -> Result<Option<Month>, Error> {
    let timeline = Timeline::from_plan(plan, Selection::View(question.view))?;
    Ok(repaid(without, plan, &timeline))
}

/// The month from which dependable money covers backbone and core costs to the plan's end, and how many months that is.
fn to_the_end(before: &Forecast) -> Option<(Month, usize)> {
    let ledger = &before.books.dependable;
    let unpaid = |place: &usize| has_to_stand(ledger).any(|line| line.gap[*place].is_positive());
    let months = ledger.months();
    let first = (0..months).rev().find(unpaid).map_or(0, |place| place + 1);
    (first < months).then(|| (ledger.horizon.month(first), months - first))
}

//! Bridge options side by side: each is put into the plan, and the plan is forecast as it would be without it. What is
//! said of an option is the difference of the two forecasts, read from their books.

use super::across::{InFutures, Placed};
use super::beaten::beaten;
use super::best::{Best, Term};
use super::chance::{Futures, Giver, Kept};
use super::funder::{self, FunderCost, OtherLine};
use super::moved::moved;
use super::solve::{Aim, Solved, goal, repaid_in, solve};
use crate::diagnostic::{Code, Diagnostic};
use crate::error::Error;
use crate::folder::{BridgeOption, Cases, Draft, Options};
use crate::forecast::{Forecast, Question, Spent};
use crate::ledger::{Ledger, LineBook};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::StreamIndex;
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::timeline::Selection;

/// Months over which what comes after an option is weighed against what came before.
pub(super) const YEAR: usize = 12;

/// Options compared, in every scenario that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeChoice {
    /// What every forecast was asked.
    pub question: Question,
    /// What money costs the funder a year.
    pub cost_of_money: Rate,
    /// The scenarios, in the order in which they were asked for.
    pub scenarios: Vec<Scenario>,
    /// For each option, the option that is as good in every count of every scenario and better in one, if there is one.
    pub beaten_by: Vec<Option<String>>,
    /// The least amounts, where they were asked for.
    pub solved: Vec<Solved>,
    /// The best ways to offer them, where they were asked for.
    pub best: Vec<Best>,
    /// How many futures each option was run through, if it was.
    pub futures: Option<u64>,
}

/// What is sought beside what each option does.
#[derive(Clone, Copy, Default)]
pub struct Seek<'a> {
    /// The least amount that keeps core costs funded so long.
    pub aim: Option<Aim>,
    /// With an aim, the best of each of these terms.
    pub best: &'a [Term],
    /// How each option fares in futures.
    pub futures: Option<InFutures<'a>>,
}

/// One scenario without and with each option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The plan without a bridge.
    pub plan: Plan,
    /// Its forecast.
    pub before: Forecast,
    /// How it fares in futures, where they were asked for.
    pub odds: Option<Odds>,
    /// What each option does, in the order of ids.
    pub options: Vec<Bridged>,
}

/// How a plan fares in many futures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Odds {
    /// The last month that is looked at.
    pub through: Month,
    /// In how many futures core costs are funded in every month from `as-of` through it.
    pub funded: u64,
    /// In how many unrestricted cash, every cost paid, stays at zero or above through it.
    pub in_cash: u64,
    /// The last month through which core costs are funded in 9 of 10 futures, and in 5 of 10; nothing where they are not
    /// even in the first month.
    pub funded_in: [Option<Month>; 2],
    /// What core cost goes unpaid from `as-of` through that month at most in 9 of 10 futures.
    pub core_unpaid: Money,
    /// What the option's funder has not got back at most in 9 of 10 futures; nothing without an option.
    pub given: Option<Money>,
}

impl Odds {
    fn of(futures: &Futures) -> Odds {
        let (calendar, tally) = (&futures.calendar, &futures.tally);
        let month = |place: usize| futures.plan.horizon.month(place);
        let last = |tenths: u64| {
            let fails = |times: &u64| (tally.futures - times) * 10 < tally.futures * tenths;
            let first = tally.core_gap.by_month.iter().position(fails);
            match first.unwrap_or(calendar.months) {
                place if place <= calendar.as_of => None,
                place => Some(month(place - 1)),
            }
        };
        let nine = |kept: Kept| tally.spread(calendar, kept).map(|[.., nine]| nine);
        Odds {
            through: month(calendar.through),
            funded: tally.futures - tally.core_gap.by_month[calendar.through],
            in_cash: tally.futures - tally.out_of_cash.by_month[calendar.through],
            funded_in: [last(9), last(5)],
            core_unpaid: nine(Kept::CoreGapAhead).unwrap_or_default(),
            given: nine(Kept::Given),
        }
    }
}

/// A scenario with one option in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridged {
    /// The option's id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The id of the stream that it adds, if it adds one.
    pub stream: Option<String>,
    /// The plan with it.
    pub plan: Plan,
    /// Its forecast.
    pub after: Forecast,
    /// What it does.
    pub effect: Effect,
    /// How it fares in futures, where they were asked for.
    pub odds: Option<Odds>,
}

/// What an option does in one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Whole months by which it lengthens the runway of core costs; nothing where it lasts to the end with it.
    pub runway_bought: Option<i32>,
    /// The last month in which its stream pays anything; of an option without one, in which its line of credit lends.
    pub exit: Option<Month>,
    /// By how much the core gap of the twelve months after its exit exceeds that of the twelve up to it; nothing where
    /// the horizon does not hold both.
    pub fall_at_exit: Option<Money>,
    /// The share of core cost that dependable money alone covers: in the twelve months after its exit, and in the
    /// twelve after those; nothing where the horizon ends before or nothing is core then.
    pub dependable: [Option<Rate>; 2],
    /// What of it is of no use: it lapses, goes back or still stands idle at the end.
    pub idle: Money,
    /// What more cost would be paid if it asked for no match: what is lost by match that never comes.
    pub match_missed: Money,
    /// Whether it asks for match.
    pub asks_match: bool,
    /// Other money that pays more with it than without, but for what the option itself has due: streams by title with
    /// amounts, the largest first.
    pub unlocked: Vec<(String, Money)>,
    /// Other money that pays less with it than without, but for cost that is no more.
    pub displaced: Vec<(String, Money)>,
    /// What it costs the funder.
    pub cost: FunderCost,
    /// The lines of credit without and with it, where it brings another one than the plan has.
    pub line: Option<OtherLine>,
}

impl Effect {
    /// What other money it unlocks.
    pub fn unlocked_total(&self) -> Money {
        self.unlocked.iter().map(|(_, amount)| *amount).sum()
    }

    /// What other money leaves because of it.
    pub fn displaced_total(&self) -> Money {
        self.displaced.iter().map(|(_, amount)| *amount).sum()
    }
}

impl BridgeChoice {
    /// Runs every option through every scenario, and seeks what was asked for.
    ///
    /// # Errors
    /// Everything that is wrong with an option or a scenario, or an internal error where a braid breaks a rule.
    pub fn from_cases(
        cases: &mut Cases,
        scenarios: &[&str],
        options: &Options,
        question: Question,
        Seek { aim, best: terms, futures }: Seek,
    ) -> Result<BridgeChoice, Error> {
        let drafts: Vec<Draft> =
            scenarios.iter().map(|case| cases.draft(case)).collect::<Result<_, _>>()?;
        let cost = options.cost_of_money;
        let mut found: Vec<Scenario> = Vec::with_capacity(drafts.len());
        for draft in &drafts {
            let plan = cases.plan(draft)?;
            if let Some(Aim::Through(month)) = aim {
                within(&plan, month)?;
            }
            let before = Forecast::from_plan(&plan, question)?;
            let without = &plan;
            let one = |(option, plan): (&BridgeOption, Plan)| {
                let after = Forecast::from_plan(&plan, question)?;
                let stream = option.stream.as_deref();
                let asked = (question, cost);
                let effect = effect((without, &before), (&plan, &after), stream, asked)?;
                let (id, title) = (option.id.clone(), option.title.clone());
                let stream = option.stream.clone();
                Ok(Bridged { id, title, stream, plan, after, effect, odds: None })
            };
            let plans = with_each(cases, draft, &options.options)?;
            let with = options.options.iter().zip(plans).map(one).collect::<Result<_, Error>>()?;
            found.push(Scenario { plan, before, odds: None, options: with });
        }
        if let Some(futures) = futures {
            for (scenario, draft) in found.iter_mut().zip(&drafts) {
                odds(cases, (draft, scenario), options, (question, aim, futures))?;
            }
        }
        let (mut solved, mut best) = (Vec::new(), Vec::new());
        if let Some(aim) = aim {
            let goals: Vec<Option<Month>> =
                found.iter().map(|scenario| goal(&scenario.before, aim)).collect();
            let ends = found.iter().map(|scenario| scenario.plan.horizon.end());
            let through: Vec<Month> =
                goals.iter().zip(ends).map(|(goal, end)| goal.unwrap_or(end)).collect();
            for option in &options.options {
                solved.extend(solve(cases, (&drafts, &found), option, (question, aim, futures))?);
                for term in terms {
                    let asked = (question, aim, through.as_slice());
                    let mut own =
                        super::best::best(cases, (&drafts, &found), (option, *term), asked)?;
                    own.to_the_end = goals.iter().any(Option::is_none);
                    best.push(own);
                }
            }
        }
        let beaten_by = beaten(&found, options.options.len());
        let (scenarios, futures) = (found, futures.map(|futures| futures.count));
        let cost_of_money = cost;
        Ok(BridgeChoice { question, cost_of_money, scenarios, beaten_by, solved, best, futures })
    }
}

/// The plans of a draft with each option.
///
/// # Errors
/// Everything that is wrong with any of them.
fn with_each(cases: &Cases, draft: &Draft, options: &[BridgeOption]) -> Result<Vec<Plan>, Error> {
    let (mut plans, mut faults) = (Vec::with_capacity(options.len()), Vec::new());
    for option in options {
        match cases.with_option(draft, option).and_then(|with| cases.plan(&with)) {
            Ok(plan) => plans.push(plan),
            Err(error) if error.is_input() => faults.extend(error.diagnostics().iter().cloned()),
            Err(error) => return Err(error),
        }
    }
    if faults.is_empty() { Ok(plans) } else { Err(Error::input(faults)) }
}

/// Finds how a scenario fares in futures without and with each option. All are looked at through one month: that of the aim,
/// and until the last option that lends has nothing more due.
fn odds(
    cases: &mut Cases,
    (draft, scenario): (&Draft, &mut Scenario),
    options: &Options,
    (question, aim, futures): (Question, Option<Aim>, InFutures),
) -> Result<(), Error> {
    let mut through = aim.and_then(|aim| goal(&scenario.before, aim));
    if aim == Some(Aim::Sustainability) && through.is_some() {
        for option in &scenario.options {
            through = through.max(repaid_in(&scenario.plan, &option.plan, question)?);
        }
    }
    let case = scenario.plan.scenario.as_str();
    let of = |cases: &mut Cases, draft: &Draft, (option, giver): (Option<&BridgeOption>, _)| {
        let chances = cases.chances(draft, futures.file)?;
        let placed = Placed { case, option, size: None };
        let ran = futures.run(cases, (draft, &chances), placed, (through, giver))?;
        Ok::<Option<Odds>, Error>(Some(Odds::of(&ran)))
    };
    scenario.odds = of(cases, draft, (None, None))?;
    for (option, own) in options.options.iter().zip(&mut scenario.options) {
        let with = cases.with_option(draft, option)?;
        let line = own.effect.line.as_ref().map(|_| Giver::Line);
        let giver = option.stream.clone().map(Giver::Stream).or(line);
        own.odds = of(cases, &with, (Some(option), giver))?;
    }
    Ok(())
}

/// Refuses a month through which core costs cannot be looked at.
fn within(plan: &Plan, month: Month) -> Result<(), Error> {
    let (first, last) = (plan.horizon.as_of.max(plan.horizon.start), plan.horizon.end());
    if (first..=last).contains(&month) {
        return Ok(());
    }
    Err(Error::input(vec![Diagnostic {
        beside: None,
        code: Code::MonthRange,
        place: None,
        message: format!("{month} does not lie in the months ahead, {first} to {last}"),
        cause: String::new(),
        remedy: format!("name a month from {first} to {last}"),
    }]))
}

fn effect(
    before: (&Plan, &Forecast),
    after: (&Plan, &Forecast),
    stream: Option<&str>,
    (question, cost_of_money): (Question, Rate),
) -> Result<Effect, Error> {
    let (plan, forecast) = after;
    let ledger = &forecast.books.ledger;
    let place = stream.and_then(|id| ledger.streams.iter().position(|own| own.name == id));
    let own = stream.and_then(|id| plan.find_stream(id));
    let asks_match = own.is_some_and(|own| plan.restrictions(own).matching.is_some());
    let match_missed = match own.filter(|_| asks_match) {
        Some(own) => match_missed(plan, ledger, own, question)?,
        None => Money::ZERO,
    };
    let horizon = &ledger.horizon;
    // Of a runway that lasts to the end no more is known.
    let to_the_end = horizon.end().since(horizon.as_of) + 1;
    let runway = |forecast: &Forecast| forecast.measures.runway.core_months;
    let (unlocked, displaced) = moved(&before.1.books.ledger, ledger, place);
    let last = funder::last_paid(before.0, after, stream);
    Ok(Effect {
        runway_bought: match (runway(before.1), runway(forecast)) {
            (Some(before), Some(after)) => Some(after as i32 - before as i32),
            (None, None) => Some(0),
            (Some(_), None) => None,
            (None, Some(after)) => Some(after as i32 - to_the_end),
        },
        exit: last.map(|place| ledger.horizon.month(place)),
        fall_at_exit: last.and_then(|place| fall(ledger, place)),
        dependable: [1, 2].map(|year| {
            let first = last? + 1 + (year - 1) * YEAR;
            forecast.books.dependable_share(first..=first + YEAR - 1)
        }),
        idle: place.map_or(Money::ZERO, |at| idle(ledger, at)),
        match_missed,
        asks_match,
        unlocked,
        displaced,
        cost: funder::cost(before.0, after, stream, cost_of_money)?,
        line: funder::other_line(before, after),
    })
}

fn idle(ledger: &Ledger, stream: usize) -> Money {
    let own = ledger.tranches.iter().filter(|tranche| tranche.stream == stream);
    own.map(|tranche| tranche.lapsed + tranche.refund_due + tranche.idle).sum()
}

/// What more cost would be paid if an option asked for no match.
fn match_missed(
    plan: &Plan,
    ledger: &Ledger,
    stream: StreamIndex,
    question: Question,
) -> Result<Money, Error> {
    let free = without_match(plan, stream);
    let free = Spent::from_plan(&free, Selection::View(question.view), question.method)?;
    let gap =
        |ledger: &Ledger| -> Money { ledger.lines.iter().flat_map(|line| line.gap.iter()).sum() };
    Ok((gap(ledger) - gap(&free.ledger)).floor_zero())
}

/// A plan in which a stream asks for no match.
pub(super) fn without_match(plan: &Plan, stream: StreamIndex) -> Plan {
    let mut free = plan.clone();
    free.restrictions[stream.at()].matching = None;
    free
}

/// The core lines.
pub(super) fn core(ledger: &Ledger) -> impl Iterator<Item = &LineBook> {
    ledger.lines.iter().filter(|line| line.priority == Priority::Core)
}

/// The core gap of the twelve months after a place less that of the twelve up to it.
fn fall(ledger: &Ledger, last: usize) -> Option<Money> {
    let gap = |places: std::ops::Range<usize>| -> Money {
        core(ledger).flat_map(|line| line.gap[places.clone()].iter()).sum()
    };
    let after = last + 1;
    let held = after + YEAR <= ledger.months();
    let before = after.checked_sub(YEAR).filter(|_| held)?;
    Some(gap(after..after + YEAR) - gap(before..after))
}

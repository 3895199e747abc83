//! Bridge options side by side: each is put into the plan, and the plan is forecast as it would be without it. What is
//! said of an option is the difference of the two forecasts, read from their books.

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::best::{Best, Term};
use super::chance::{Ask, Futures};
use super::solve::{Aim, Solved, goal, solve};
use crate::diagnostic::{Code, Diagnostic};
use crate::error::Error;
use crate::folder::{BridgeOption, Cases, Draft, Options};
use crate::forecast::{Forecast, Question, Spent};
use crate::funding::loan::Repayment;
use crate::funding::{DueKind, Terms};
use crate::ledger::{Ledger, LineBook};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::StreamIndex;
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::time_value::net_present_value;
use crate::timeline::Selection;

/// Months over which what comes after an option is weighed against what came before.
const YEAR: usize = 12;

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
#[derive(Clone, Copy, Debug, Default)]
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

/// Futures to run every option through.
#[derive(Clone, Copy, Debug)]
pub struct InFutures<'a> {
    /// The file of the folder that says what is uncertain.
    pub file: &'a str,
    /// What all draws follow from.
    pub seed: u64,
    /// How many.
    pub count: u64,
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
        Odds {
            through: month(calendar.through),
            funded: tally.futures - tally.core_gap.by_month[calendar.through],
            in_cash: tally.futures - tally.out_of_cash.by_month[calendar.through],
            funded_in: [last(9), last(5)],
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
    /// The last month in which its money pays anything.
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
    /// Other money that pays more with it than without: streams by title with amounts, the largest first.
    pub unlocked: Vec<(String, Money)>,
    /// Other money that pays less with it than without.
    pub displaced: Vec<(String, Money)>,
    /// What it costs the funder.
    pub cost: FunderCost,
}

/// What an option costs its funder within the horizon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunderCost {
    /// Cash that it gives.
    pub paid: Money,
    /// Cash that comes back: principal, and what must go back.
    pub returned: Money,
    /// Interest that it earns.
    pub interest: Money,
    /// What it gives less what comes back, each at the funder's cost of money, seen from `as-of`.
    pub present_value: Money,
    /// What is still owed to it at the horizon's end, due or not.
    pub owed: Money,
    /// The stream out of which it is repaid, if the terms name one.
    pub repaid_from: Option<String>,
}

impl FunderCost {
    /// What it gives and does not get back within the horizon.
    pub fn net(&self) -> Money {
        self.paid - self.returned - self.interest
    }
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
            let through = aim.and_then(|aim| goal(&before, aim));
            let odds = odds(cases, draft, futures, through)?;
            let mut one = |option: &BridgeOption| {
                let with = cases.with_option(draft, option)?;
                let plan = cases.plan(&with)?;
                let after = Forecast::from_plan(&plan, question)?;
                let stream = option.stream.as_deref();
                let effect = effect(&before, (&plan, &after), stream, (question, cost))?;
                let odds = self::odds(cases, &with, futures, through)?;
                let (id, title) = (option.id.clone(), option.title.clone());
                Ok(Bridged { id, title, plan, after, effect, odds })
            };
            let options = options.options.iter().map(&mut one).collect::<Result<_, Error>>()?;
            found.push(Scenario { plan, before, odds, options });
        }
        let (mut solved, mut best) = (Vec::new(), Vec::new());
        if let Some(aim) = aim {
            let through = found.iter().map(|scenario| goal(&scenario.before, aim));
            let through: Option<Vec<Month>> = through.collect();
            for option in &options.options {
                solved.extend(solve(cases, (&drafts, &found), option, (question, aim, futures))?);
                for term in terms {
                    let Some(through) = &through else { continue };
                    let asked = (question, through.as_slice());
                    best.push(super::best::best(cases, (&drafts, &found), (option, *term), asked)?);
                }
            }
        }
        let beaten_by = beaten(&found, options.options.len());
        let (scenarios, futures) = (found, futures.map(|futures| futures.count));
        let cost_of_money = cost;
        Ok(BridgeChoice { question, cost_of_money, scenarios, beaten_by, solved, best, futures })
    }
}

/// How a draft fares in futures, if they were asked for.
fn odds(
    cases: &mut Cases,
    draft: &Draft,
    futures: Option<InFutures>,
    through: Option<Month>,
) -> Result<Option<Odds>, Error> {
    let Some(futures) = futures else { return Ok(None) };
    let chances = cases.chances(draft, futures.file)?;
    let ran = Futures::of_draft(cases, draft, &chances, &futures.ask(through))?;
    Ok(Some(Odds::of(&ran)))
}

impl InFutures<'_> {
    /// All of them, with core costs looked at through a month.
    pub(super) fn ask(&self, through: Option<Month>) -> Ask {
        Ask { seed: self.seed, futures: 0..self.count, threads: 1, through, keeps: false }
    }
}

/// Refuses a month through which core costs cannot be looked at.
fn within(plan: &Plan, month: Month) -> Result<(), Error> {
    let (first, last) = (plan.horizon.as_of.max(plan.horizon.start), plan.horizon.end());
    if (first..=last).contains(&month) {
        return Ok(());
    }
    Err(Error::input(vec![Diagnostic {
        code: Code::MonthRange,
        place: None,
        message: format!("{month} does not lie in the months ahead, {first} to {last}"),
        cause: String::new(),
        remedy: format!("name a month from {first} to {last}"),
    }]))
}

/// For each option, one that is as good in every count of every scenario and better in one: the first by id.
fn beaten(scenarios: &[Scenario], count: usize) -> Vec<Option<String>> {
    let counts = |option: usize| -> Vec<[i64; 8]> {
        scenarios.iter().map(|scenario| scenario.options[option].counts()).collect()
    };
    let all: Vec<Vec<[i64; 8]>> = (0..count).map(counts).collect();
    let beats = |one: usize, other: usize| {
        let pairs = || all[one].iter().flatten().zip(all[other].iter().flatten());
        pairs().all(|(one, other)| one <= other) && pairs().any(|(one, other)| one < other)
    };
    let by = |option: usize| {
        let better = (0..count).find(|other| beats(*other, option))?;
        Some(scenarios.first()?.options[better].id.clone())
    };
    (0..count).map(by).collect()
}

impl Bridged {
    /// What counts against it, less being better: core and whole gap, months of runway that lack, lowest cash below
    /// nothing, idle money, cost to the funder at present value, what is owed at the end, other money that leaves.
    fn counts(&self) -> [i64; 8] {
        let measures = &self.after.measures;
        let runway = measures.runway.core_months.map_or(i64::MAX, i64::from);
        [
            measures.total.gap[0].cents(),
            measures.total.gap_total().cents(),
            -runway,
            -measures.cash.lowest.1.cents(),
            self.effect.idle.cents(),
            self.effect.cost.present_value.cents(),
            self.effect.cost.owed.cents(),
            self.effect.displaced_total().cents(),
        ]
    }
}

fn effect(
    before: &Forecast,
    (plan, after): (&Plan, &Forecast),
    stream: Option<&str>,
    (question, cost_of_money): (Question, Rate),
) -> Result<Effect, Error> {
    let ledger = &after.books.ledger;
    let place = stream.and_then(|id| ledger.streams.iter().position(|own| own.name == id));
    let paid = |at: usize| ledger.draws.iter().filter(move |draw| draw.stream == at);
    let last = place.and_then(|at| paid(at).map(|draw| draw.place).max());
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
    let (unlocked, displaced) = moved(&before.books.ledger, ledger, stream);
    Ok(Effect {
        runway_bought: match (runway(before), runway(after)) {
            (Some(before), Some(after)) => Some(after as i32 - before as i32),
            (None, None) => Some(0),
            (Some(_), None) => None,
            (None, Some(after)) => Some(after as i32 - to_the_end),
        },
        exit: last.map(|place| ledger.horizon.month(place)),
        fall_at_exit: last.and_then(|place| fall(ledger, place)),
        dependable: [1, 2].map(|year| {
            let first = last? + 1 + (year - 1) * YEAR;
            after.books.dependable_share(first..=first + YEAR - 1)
        }),
        idle: place.map_or(Money::ZERO, |at| idle(ledger, at)),
        match_missed,
        asks_match,
        unlocked,
        displaced,
        cost: match (place, own) {
            (Some(place), Some(own)) => cost(plan, after, (place, own), cost_of_money)?,
            _ => FunderCost::default(),
        },
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
    let mut free = plan.clone();
    free.restrictions[stream.at()].matching = None;
    let free = Spent::from_plan(&free, Selection::View(question.view), question.method)?;
    let gap =
        |ledger: &Ledger| -> Money { ledger.lines.iter().flat_map(|line| line.gap.iter()).sum() };
    Ok((gap(ledger) - gap(&free.ledger)).floor_zero())
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

type Moved = Vec<(String, Money)>;

/// What other streams pay more and less than without the option.
fn moved(before: &Ledger, after: &Ledger, option: Option<&str>) -> (Moved, Moved) {
    let mut change: BTreeMap<&str, (&str, Money)> = BTreeMap::new();
    for (ledger, sign) in [(before, -1), (after, 1)] {
        for draw in &ledger.draws {
            let stream = &ledger.streams[draw.stream];
            if Some(stream.name.as_str()) != option {
                let own = change.entry(&stream.name).or_insert((&stream.title, Money::ZERO));
                own.1 += draw.amount.times(sign);
            }
        }
    }
    let side = |counts: &dyn Fn(Money) -> Money| {
        let mut moved: Moved = change
            .values()
            .map(|(title, amount)| ((*title).to_string(), counts(*amount)))
            .filter(|(_, amount)| amount.is_positive())
            .collect();
        moved.sort_by(|one, other| (other.1, &one.0).cmp(&(one.1, &other.0)));
        moved
    };
    (side(&|amount| amount), side(&|amount| -amount))
}

/// What the funder of a stream gives and gets, month by month.
fn cost(
    plan: &Plan,
    after: &Forecast,
    (place, stream): (usize, StreamIndex),
    cost_of_money: Rate,
) -> Result<FunderCost, Error> {
    let (ledger, cash) = (&after.books.ledger, &after.books.cash);
    let paid = &cash.receipts_by_stream[place];
    let book = &ledger.streams[place];
    let due = |kind: DueKind| {
        let own = ledger.lines.iter().filter(move |line| line.due == Some((place, kind)));
        move |month: usize| own.clone().map(|line| line.covered[month]).sum::<Money>()
    };
    let (principal, interest) = (due(DueKind::Principal), due(DueKind::Interest));
    let mut cost = FunderCost::default();
    let mut flows: Vec<Decimal> = Vec::with_capacity(ledger.months());
    for month in 0..ledger.months() {
        let returned = principal(month) + book.refund_due[month];
        cost.paid += paid[month];
        cost.returned += returned;
        cost.interest += interest(month);
        let net = paid[month] - returned - interest(month);
        flows.push(Decimal::new(net.cents(), 2));
    }
    let overflow = || Error::internal("what an option costs leaves the range of decimals");
    let monthly = cost_of_money.decimal() / Decimal::from(YEAR as u64);
    // What flows before `as-of` counts as it is.
    let (gone, ahead) = flows.split_at(cash.as_of.min(flows.len()));
    let gone: Decimal = gone.iter().sum();
    let ahead = match ahead.split_first() {
        Some((now, later)) => net_present_value(monthly, later).ok_or_else(overflow)? + *now,
        None => Decimal::ZERO,
    };
    let cents = (gone + ahead) * Decimal::ONE_HUNDRED;
    let cents = cents.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i128();
    cost.present_value = cents.and_then(Money::try_from_cents).ok_or_else(overflow)?;
    let debts = &after.measures.debts;
    cost.owed = debts.iter().filter(|debt| debt.stream == book.name).map(|debt| debt.owed).sum();
    if let Terms::Loan(loan) = &plan.stream(stream).terms
        && let Repayment::Share { stream, .. } = loan.repayment
    {
        cost.repaid_from = Some(plan.stream(stream).title.clone());
    }
    Ok(cost)
}

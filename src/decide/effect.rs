//! What an option does in one scenario: the difference of two forecasts, read from their books.

use super::funder::{self, FunderCost, OtherLine};
use super::moved::moved;
use super::odds::Odds;
use crate::error::Error;
use crate::forecast::{Forecast, Question, Spent};
use crate::funding::Status;
use crate::ledger::{Ledger, LineBook};
use crate::money::{Money, Rate};
use crate::month::{Month, YEAR};
use crate::name::StreamIndex;
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::timeline::Selection;

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

/// A scenario with one option in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridged {
    /// The option's id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Whether another option is called the same.
    pub has_namesake: bool,
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

/// Why the money of an option does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncounted {
    /// It is less sure than the view counts: so sure.
    Unsure(Status),
    /// It comes in no month of the plan.
    NoMonth,
}

impl Uncounted {
    /// Why a stream that brings nothing under a view does not.
    pub fn of(plan: &Plan, stream: StreamIndex, view: Status) -> Uncounted {
        let stream = plan.stream(stream);
        let lowered = stream.lower(&plan.setting()).map(|lowered| lowered.tranches);
        let statuses = lowered.iter().flatten().map(|tranche| tranche.status);
        let status = statuses.min().unwrap_or(stream.status).max(stream.status);
        if status > view { Uncounted::Unsure(status) } else { Uncounted::NoMonth }
    }
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

pub(super) fn effect(
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

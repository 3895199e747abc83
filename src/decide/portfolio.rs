//! Many partnerships: which runs out, when, of what kind of money, and where a given sum would close most.
//!
//! Each plan is forecast alone. A sum is laid on what the optimal braids leave unpaid, core costs first, then the earliest
//! month; then each part is put into its plan as a grant and the plan is braided anew, so that what is said to close
//! is the difference of two braids.

use std::collections::BTreeMap;

use crate::braid::Method;
use crate::error::Error;
use crate::folder::{Cases, Files, Given};
use crate::forecast::{Forecast, Question, Spent};
use crate::funding::{Kind, Status};
use crate::ledger::Ledger;
use crate::measures::{Books, Cliff, Measures, next_core_gap};
use crate::money::{Money, Rate};
use crate::month::{Month, YEAR};
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::plan::restriction::{Claim, verdict};
use crate::threads::side_by_side;
use crate::timeline::{Selection, Timeline};

/// Opens the folder at a place of the list.
pub type Opener<'a> = &'a (dyn Fn(usize) -> Result<Box<dyn Files>, Error> + Sync);

/// What is asked of a portfolio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The case of each plan: `base`, a scenario, or scenarios joined by `+`.
    pub case: String,
    /// What every forecast is asked.
    pub question: Question,
    /// The sum that is to be laid out, if there is one.
    pub sum: Option<Sum>,
    /// Threads that work at once, at most.
    pub threads: usize,
}

/// A sum with its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// The amount.
    pub amount: Money,
    /// The first month in which it may be spent.
    pub from: Month,
    /// The last; the end of each plan without one.
    pub until: Option<Month>,
    /// What it pays for, in the words of a stream.
    pub pays_for: Vec<String>,
}

/// Partnerships beside each other.
#[derive(Debug)]
pub struct Portfolio {
    /// What was asked.
    pub ask: Ask,
    /// The partnerships, in the order in which they run out.
    pub partnerships: Vec<Partnership>,
    /// The folders that could not be read, in the order of the list.
    pub unread: Vec<Unread>,
    /// What the sum does.
    pub laid: Option<Laid>,
}

/// A folder that could not be read.
#[derive(Debug)]
pub struct Unread {
    /// The folder as it was named.
    pub name: String,
    /// Everything that is wrong with it.
    pub error: Error,
}

/// One partnership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partnership {
    /// The folder as it was named.
    pub name: String,
    /// Its place in the list.
    pub place: usize,
    /// The plan's title.
    pub title: String,
    /// The plan's notice.
    pub notice: String,
    /// The month from which it is seen.
    pub as_of: Month,
    /// Whether the plan states its cash in hand; else cash is counted from zero.
    pub cash_stated: bool,
    /// Every figure of its forecast.
    pub measures: Measures,
    /// The first month from `as-of` on in which core costs stay unpaid.
    pub next_core_gap: Option<Month>,
    /// What they run out of.
    pub ends: Ends,
    /// The share of the core cost of the twelve months from `as-of` on that dependable money alone covers; nothing where
    /// none is core or the plan ends before.
    pub dependable: Option<Rate>,
}

/// What a partnership runs out of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ends {
    /// Nothing: core costs are paid.
    Nothing,
    /// Recurring money, of which a fall is told: the last one up to the month, with the streams that fall, the deepest
    /// first.
    Money(Month, Vec<Falling>),
    /// Without such a fall in the year before: what paid the same costs, ended within the twelve months up to a month, the
    /// first unpaid one at the latest, and never pays them again; the largest first.
    Spent(Month, Vec<Falling>),
    /// Money that may pay falls short, though none falls.
    Short,
    /// No money that the view counts may pay for what is unpaid; with the first view of which some may.
    NoneMayPay(Option<Status>),
}

/// A stream that falls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Falling {
    /// What people call it.
    pub title: String,
    /// Its kind, if it has one.
    pub kind: Option<Kind>,
    /// By how much its money falls from twelve months to the next; of what pays no more of the costs that
    /// go unpaid, how much of them it paid in the twelve months up to the one that is told.
    pub fall: Money,
}

/// What a sum does.
#[derive(Debug)]
pub struct Laid {
    /// The parts, in the order of the list.
    pub parts: Vec<Part>,
    /// What finds no cost that it may pay.
    pub left: Money,
}

/// The part of one partnership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The folder as it was named.
    pub name: String,
    /// Its place in the list.
    pub place: usize,
    /// What it pays, in the order in which it was laid.
    pub cells: Vec<Unpaid>,
    /// What it pays, by priority: core, essential, stretch.
    pub planned: [Money; 3],
    /// What it closes of the gap of the optimal braid, by priority; below zero where a gap grows.
    pub closes: [Money; 3],
    /// The first month from `as-of` on in which the optimal braid leaves core costs unpaid, without and with it.
    pub next_core_gap: [Option<Month>; 2],
    /// The id of its stream in the plan; nothing where it has no part.
    pub stream: Option<String>,
    /// Why the sum does not fit the plan, if it does not.
    pub refused: Option<Refused>,
}

/// Why a sum does not fit a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub message: String,
    /// What helps.
    pub remedy: String,
}

/// What an optimal braid leaves unpaid of a line in a month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unpaid {
    /// The line's priority.
    pub priority: Priority,
    /// The month.
    pub month: Month,
    /// The line's id.
    pub line: String,
    /// How much.
    pub amount: Money,
}

impl Part {
    /// What it pays in all.
    pub fn amount(&self) -> Money {
        self.planned.iter().sum()
    }

    /// What it closes in all.
    pub fn closed(&self) -> Money {
        self.closes.iter().sum()
    }
}

impl Portfolio {
    /// Forecasts every folder of a list, and lays the sum out if there is one. A folder that cannot be read is told, and the
    /// others go on.
    ///
    /// # Errors
    /// An internal error where a braid breaks a rule.
    pub fn from_folders(names: &[String], open: Opener<'_>, ask: Ask) -> Result<Portfolio, Error> {
        let places: Vec<usize> = (0..names.len()).collect();
        let read = |place: &usize| match Seen::read(open, (*place, &names[*place]), &ask) {
            Err(error) if error.is_internal() => Err(error),
            seen => Ok(seen),
        };
        let (mut seen, mut unread) = (Vec::new(), Vec::new());
        for (name, one) in names.iter().zip(side_by_side(&places, ask.threads, read)?) {
            match one {
                Ok(one) => seen.push(one),
                Err(error) => unread.push(Unread { name: name.clone(), error }),
            }
        }
        let laid = match &ask.sum {
            Some(sum) => Some(lay(&seen, open, sum, &ask)?),
            None => None,
        };
        let mut partnerships: Vec<Partnership> = seen.into_iter().map(|one| one.own).collect();
        partnerships.sort_by_cached_key(Partnership::order);
        Ok(Portfolio { ask, partnerships, unread, laid })
    }
}

impl Partnership {
    /// The month in which cash runs out; nothing where it does not, or where the plan does not state its cash.
    pub fn cash_runs_out(&self) -> Option<Month> {
        self.measures.cash.runs_out.filter(|_| self.cash_stated)
    }

    /// Who runs out first comes first; what never comes to pass comes last.
    fn order(&self) -> impl Ord + use<> {
        fn late<T>(value: Option<T>) -> (bool, Option<T>) {
            (value.is_none(), value)
        }
        let runway = late(self.measures.runway.core_months);
        let cash = late(self.cash_runs_out());
        (late(self.next_core_gap), runway, cash, self.name.clone(), self.place)
    }
}

/// A partnership with what a sum may be laid on.
struct Seen {
    own: Partnership,
    /// What the sum could pay of what the optimal braid leaves unpaid.
    unpaid: Vec<Unpaid>,
    best: Best,
    /// The months in which the sum may be spent in this plan.
    window: Option<(Month, Month)>,
    refused: Option<Refused>,
}

/// What an optimal braid comes to.
#[derive(Clone, Copy)]
struct Best {
    gaps: [Money; 3],
    next_core_gap: Option<Month>,
}

impl Best {
    fn of(ledger: &Ledger) -> Best {
        let mut gaps = [Money::ZERO; 3];
        for line in &ledger.lines {
            gaps[line.priority as usize] += line.gap.iter().sum();
        }
        Best { gaps, next_core_gap: next_core_gap(ledger) }
    }
}

impl Seen {
    fn read(open: Opener<'_>, (place, name): (usize, &str), ask: &Ask) -> Result<Seen, Error> {
        let files = open(place)?;
        let mut cases = Cases::open(files.as_ref(), &[&ask.case])?;
        let draft = cases.draft(&ask.case)?;
        let plan = cases.plan(&draft)?;
        let forecast = Forecast::from_plan(&plan, ask.question)?;
        let books = &forecast.books;
        let first = forecast.measures.next_core_gap;
        let own = Partnership {
            name: name.to_string(),
            place,
            title: plan.title.clone(),
            notice: plan.notice.clone(),
            as_of: plan.horizon.as_of,
            cash_stated: plan.opening.cash_stated,
            next_core_gap: first,
            ends: first.map_or(Ok(Ends::Nothing), |month| ends(&plan, &forecast, month))?,
            dependable: next_year(books),
            measures: forecast.measures,
        };
        let best = Best::of(&books.optimal);
        let mut seen = Seen { own, unpaid: Vec::new(), best, window: None, refused: None };
        let Some(sum) = &ask.sum else { return Ok(seen) };
        let from = sum.from.max(plan.horizon.as_of).max(plan.horizon.start);
        let until = sum.until.map_or(plan.horizon.end(), |until| until.min(plan.horizon.end()));
        seen.window = (from <= until).then_some((from, until));
        // What it pays for is wrong in whatever months it is spent.
        let months = seen.window.unwrap_or((plan.horizon.start, plan.horizon.end()));
        let with = cases
            .with_given(&draft, &sum.given(sum.amount, months))
            .and_then(|(draft, id)| Ok((cases.plan(&draft)?, id)));
        match with {
            Ok((plan, id)) if seen.window.is_some() => {
                seen.unpaid = payable(&plan, &id, &books.optimal, months)?;
            }
            Ok(_) => {}
            Err(error) if error.is_internal() => return Err(error),
            Err(error) => seen.refused = Some(Refused::by(&error)),
        }
        Ok(seen)
    }
}

impl Refused {
    fn by(error: &Error) -> Refused {
        match error.diagnostics().first() {
            Some(first) => Refused { message: first.message.clone(), remedy: first.remedy.clone() },
            None => Refused { message: error.to_string(), remedy: String::new() },
        }
    }
}

impl Sum {
    fn given(&self, amount: Money, (from, until): (Month, Month)) -> Given {
        Given { amount, from, until, pays_for: self.pays_for.clone() }
    }
}

fn next_year(books: &Books) -> Option<Rate> {
    let first = books.cash.as_of;
    books.dependable_share(first..=first + YEAR - 1)
}

/// What runs out when core costs first stay unpaid.
fn ends(plan: &Plan, forecast: &Forecast, first: Month) -> Result<Ends, Error> {
    let ledger = &forecast.books.ledger;
    // A cause comes before its effect; the later of two is the nearer one.
    let before = |month: Month| first.since(month);
    let earlier = forecast.measures.cliffs.iter().filter(|cliff| before(cliff.month) >= 0);
    let nearest = earlier.max_by_key(|cliff| cliff.month);
    let told = |cliff: &Cliff| {
        let streams = cliff.streams.iter().filter_map(|(id, fall)| {
            let book = ledger.streams.iter().find(|own| own.name == *id)?;
            Some(Falling { title: book.title.clone(), kind: book.kind, fall: *fall })
        });
        Ends::Money(cliff.month, streams.collect())
    };
    if let Some(cliff) = nearest.filter(|cliff| before(cliff.month) <= YEAR as i32) {
        return Ok(told(cliff));
    }
    let place = first.since(ledger.horizon.start) as usize;
    let unpaid = || {
        let core = super::effect::core(ledger).filter(move |line| !line.gap[place].is_zero());
        core.filter_map(|line| plan.find_line(&line.name))
    };
    if let Some((month, streams)) = spent(plan, ledger, place, &unpaid().collect::<Vec<_>>()) {
        return Ok(Ends::Spent(month, streams));
    }
    if let Some(cliff) = nearest {
        return Ok(told(cliff));
    }
    let view = forecast.question.view;
    for other in Status::ALL.into_iter().filter(|other| *other >= view) {
        if may_pay(plan, other, place, &unpaid().collect::<Vec<_>>())? {
            return Ok(if other == view { Ends::Short } else { Ends::NoneMayPay(Some(other)) });
        }
    }
    Ok(Ends::NoneMayPay(None))
}

/// Whether money that a view counts may pay one of some lines at a place.
fn may_pay(plan: &Plan, view: Status, place: usize, lines: &[LineIndex]) -> Result<bool, Error> {
    let timeline = Timeline::from_plan(plan, Selection::View(view))?;
    let open = timeline.tranches.iter().filter(|own| (own.opens..=own.closes).contains(&place));
    let mut permits = open.flat_map(|tranche| &timeline.purses[tranche.purse].permits);
    Ok(permits.any(|permit| {
        lines.contains(&permit.line) && (permit.from..=permit.through).contains(&place)
    }))
}

/// The streams that paid some lines, ended within twelve months and pay them never again; with the month in which the last of
/// them does, within the year before a place or in it, and what they paid of these lines in the twelve months up to it.
fn spent(
    plan: &Plan,
    ledger: &Ledger,
    place: usize,
    lines: &[LineIndex],
) -> Option<(Month, Vec<Falling>)> {
    let mut paid: BTreeMap<usize, BTreeMap<usize, Money>> = BTreeMap::new();
    for draw in &ledger.draws {
        let named = ledger.lines.get(draw.line.at()).and_then(|line| plan.find_line(&line.name));
        if named.is_some_and(|line| lines.contains(&line)) {
            let months = paid.entry(draw.stream).or_default();
            *months.entry(draw.place).or_insert(Money::ZERO) += draw.amount;
        }
    }
    let last = |months: &BTreeMap<usize, Money>| months.last_key_value().map(|(place, _)| *place);
    // What is used up in the very month still pays a part of it; in the plan's last month that is not known of any.
    let end = (place + 1).min(ledger.months() - 1);
    let ends = |months: &BTreeMap<usize, Money>| last(months).filter(|last| *last < end);
    let latest = paid.values().filter_map(ends).filter(|last| *last + YEAR >= place).max()?;
    let year = (latest + 1).saturating_sub(YEAR)..=latest;
    let mut found: Vec<Falling> = Vec::new();
    for (stream, months) in &paid {
        if ends(months).is_some_and(|last| year.contains(&last)) {
            let book = &ledger.streams[*stream];
            let fall = months.range(year.clone()).map(|(_, paid)| *paid).sum();
            found.push(Falling { title: book.title.clone(), kind: book.kind, fall });
        }
    }
    found.sort_by(|one, other| (other.fall, &one.title).cmp(&(one.fall, &other.title)));
    Some((ledger.horizon.month(latest), found))
}

/// What a grant of the plan may pay of what the books leave unpaid.
fn payable(
    plan: &Plan,
    id: &str,
    ledger: &Ledger,
    (from, until): (Month, Month),
) -> Result<Vec<Unpaid>, Error> {
    let stream = plan.find_stream(id);
    let stream: StreamIndex = stream.ok_or_else(|| Error::internal("what is given is there"))?;
    let claim = Claim { stream, pool: None, first: from, last: Some(until) };
    let mut found = Vec::new();
    for line in &ledger.lines {
        let Some(index): Option<LineIndex> = plan.find_line(&line.name) else { continue };
        for place in 0..ledger.months() {
            let month = ledger.horizon.month(place);
            if line.gap[place].is_zero() {
                continue;
            }
            // A line's documented benefit names awards of the plan, and a sum that is laid is none of them.
            if verdict(plan, &claim, index, month).is_allowed() {
                let (priority, amount) = (line.priority, line.gap[place]);
                found.push(Unpaid { priority, month, line: line.name.clone(), amount });
            }
        }
    }
    Ok(found)
}

/// Lays a sum on what is unpaid, and braids each plan with its part anew.
fn lay(seen: &[Seen], open: Opener<'_>, sum: &Sum, ask: &Ask) -> Result<Laid, Error> {
    let mut all: Vec<(usize, &Unpaid)> = Vec::new();
    for (at, one) in seen.iter().enumerate() {
        all.extend(one.unpaid.iter().map(|unpaid| (at, unpaid)));
    }
    all.sort_by_key(|(at, unpaid)| (unpaid.priority, unpaid.month, *at, &unpaid.line));
    let mut left = sum.amount;
    let mut cells: BTreeMap<usize, Vec<Unpaid>> = BTreeMap::new();
    for (at, unpaid) in all {
        let amount = unpaid.amount.at_most(left);
        if amount.is_positive() {
            left -= amount;
            cells.entry(at).or_default().push(Unpaid { amount, ..unpaid.clone() });
        }
    }
    let places: Vec<usize> = (0..seen.len()).collect();
    let parts = side_by_side(&places, ask.threads, |at| {
        part(&seen[*at], cells.get(at).cloned().unwrap_or_default(), (open, sum, ask))
    })?;
    Ok(Laid { parts, left })
}

fn part(
    seen: &Seen,
    cells: Vec<Unpaid>,
    (open, sum, ask): (Opener<'_>, &Sum, &Ask),
) -> Result<Part, Error> {
    let mut planned = [Money::ZERO; 3];
    for cell in &cells {
        planned[cell.priority as usize] += cell.amount;
    }
    let mut part = Part {
        name: seen.own.name.clone(),
        place: seen.own.place,
        cells,
        planned,
        closes: [Money::ZERO; 3],
        next_core_gap: [seen.best.next_core_gap; 2],
        stream: None,
        refused: seen.refused.clone(),
    };
    let (Some(window), false) = (seen.window, part.cells.is_empty()) else { return Ok(part) };
    let files = open(part.place)?;
    let mut cases = Cases::open(files.as_ref(), &[&ask.case])?;
    let given = sum.given(part.amount(), window);
    let (draft, id) = cases.with_given(&cases.draft(&ask.case)?, &given)?;
    let selection = Selection::View(ask.question.view);
    let after = Spent::from_plan(&cases.plan(&draft)?, selection, Method::Optimal)?;
    let after = Best::of(&after.ledger);
    part.closes = std::array::from_fn(|at| seen.best.gaps[at] - after.gaps[at]);
    part.next_core_gap[1] = after.next_core_gap;
    part.stream = Some(id);
    Ok(part)
}

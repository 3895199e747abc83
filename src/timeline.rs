//! The plan laid out in months: needs by line, tranches in one view, and which money may pay what.
//!
//! [`Timeline::from_plan`] is the only step from terms to amounts. What it holds is all that a braid
//! may look at: the braid never asks a grant or a driver anything.

use std::sync::Arc;

use crate::error::Error;
use crate::funding::payer::PayerMethod;
use crate::funding::public::PublicMethod;
use crate::funding::reserve::Floor;
use crate::funding::{
    Authority, Due, End, Kind, Memo, Public, Receipts, Setting, Status, Stream, Terms,
};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{LineIndex, PoolIndex, StreamIndex, TrancheIndex};
use crate::plan::deduction::{self, Deductions};
use crate::plan::restriction::{Permission, Standing, permission, standing_verdict};
use crate::plan::{Horizon, Plan, cost, dues};

/// Which money a braid may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Money at least as sure as this.
    View(Status),
    /// Dependable money alone, against every need of a view: a loan that the view counts has to be repaid out of it.
    Dependable(Status),
    /// Money at least as sure as this that is neither a reserve nor one-time.
    Recurring(Status),
}

/// The plan in months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The months.
    pub horizon: Horizon,
    /// The need of each line in each month, in the order of the plan's lines; timelines of the same needs share them.
    pub needs: Arc<Vec<Vec<Money>>>,
    /// The tranches of this view, in the order of streams, windows, pools and awards.
    pub tranches: Vec<HeldTranche>,
    /// What each purse may pay.
    pub purses: Vec<Purse>,
    /// Amounts told beside the tranches, by stream.
    pub memos: Vec<(StreamIndex, Memo)>,
    /// What of each loan of this view is not due yet at the end of each month.
    pub debts: Vec<(StreamIndex, Vec<Money>)>,
    /// Whether indirect recovery may be spent: it is never dependable.
    pub spends_recovery: bool,
    /// What awards may be charged of lines whose pay exceeds their limit, by stream and line.
    pub pay_ceilings: Vec<PayCeiling>,
    /// What awards fall by since their own activity earns it, by award (2 CFR 200.307(b)).
    pub deducted: Vec<(StreamIndex, Money)>,
    /// Cash that the opening position holds of a stream beyond what the stream may spend of it.
    pub held_beyond: Vec<(StreamIndex, Money)>,
    /// In-kind offered beyond what its line needs, by stream and month.
    pub unused_in_kind: Vec<(StreamIndex, Month, Money)>,
}

/// One tranche as the braid holds it, in places of the horizon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldTranche {
    /// The stream.
    pub stream: StreamIndex,
    /// The pool under whose uses it stands.
    pub pool: Option<PoolIndex>,
    /// The award whose project's income it is, if it is that.
    pub project: Option<StreamIndex>,
    /// Its purse.
    pub purse: usize,
    /// The first month, as stated; it may lie before the horizon.
    pub first: Month,
    /// The last month, as stated, if it lapses.
    pub last: Option<Month>,
    /// The first place of the horizon in which it may be spent.
    pub opens: usize,
    /// The last place of the horizon in which it may be spent.
    pub closes: usize,
    /// What may be spent within the horizon.
    pub amount: Money,
    /// The award of the stream: 0, then one a renewal.
    pub award: u32,
    /// The budget period.
    pub period: u32,
    /// How its cash arrives.
    pub receipts: Receipts,
    /// Cash of it that is held at the plan's start, received in advance.
    pub advanced_before: Money,
    /// Cash held beside that, beyond what the award and what is deducted from it leave: it goes back.
    pub over_advanced: Money,
    /// Whether it exists only as it is drawn, so that nothing of it lapses.
    pub on_demand: bool,
    /// How sure it is.
    pub status: Status,
}

/// The money of one stream under one set of uses: its own, or a pool's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purse {
    /// The stream.
    pub stream: StreamIndex,
    /// The pool, if these are a pool's uses.
    pub pool: Option<PoolIndex>,
    /// The award, if these are the uses of its project's income.
    pub project: Option<StreamIndex>,
    /// The lines it may pay, in the order of names.
    pub permits: Vec<Permit>,
}

/// Leave for a purse to pay a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permit {
    /// The line.
    pub line: LineIndex,
    /// The first place of the horizon in which it may.
    pub from: usize,
    /// The last place.
    pub through: usize,
    /// The share of the line that it may pay at most, by documented benefit.
    pub benefit: Option<Rate>,
}

/// What an award with a limit of pay may be charged of a line, by month: the line's need at the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayCeiling {
    /// The award.
    pub stream: StreamIndex,
    /// The line.
    pub line: LineIndex,
    /// The most of each month.
    pub by_place: Vec<Money>,
}

impl HeldTranche {
    /// The order in which tranches stand: streams, windows, pools and awards.
    pub fn order(&self) -> impl Ord + use<> {
        let window = (self.first, self.last.is_none(), self.last);
        (self.stream, window, self.pool, self.award, self.period)
    }

    /// What the books hold of it: what may be spent, and what was advanced beyond that.
    pub fn authority(&self) -> Money {
        self.amount + self.over_advanced
    }

    /// Whether a future that gives it so many cents has it: one laid without an amount stands for cash that goes
    /// back, and every future has it.
    pub(crate) fn stands_with(&self, cents: i64) -> bool {
        cents > 0 || self.amount.is_zero()
    }

    /// Whether what is left of it lapses within the horizon.
    pub fn lapses(&self, horizon: &Horizon) -> bool {
        self.last.is_some_and(|last| last <= horizon.end())
    }
}

impl Timeline {
    /// Lays a plan out in months, with the money of one selection.
    ///
    /// # Errors
    /// An internal error where an amount that was validated at the door does not come out: a bug.
    pub fn from_plan(plan: &Plan, selection: Selection) -> Result<Timeline, Error> {
        let mut timeline = Timeline {
            horizon: plan.horizon,
            needs: Arc::new(needs(plan, selection)?),
            tranches: Vec::new(),
            purses: Vec::new(),
            memos: Vec::new(),
            debts: Vec::new(),
            spends_recovery: !matches!(selection, Selection::Dependable(_)),
            pay_ceilings: pay_ceilings(plan),
            deducted: Vec::new(),
            held_beyond: Vec::new(),
            unused_in_kind: Vec::new(),
        };
        let mut income = deductions(plan, selection)?;
        for stream in (0..plan.streams.len()).map(StreamIndex::from) {
            if selection.holds_stream(plan, stream) {
                timeline.add_stream(plan, selection, stream, &mut income)?;
            }
        }
        timeline.tranches.sort_by_key(HeldTranche::order);
        timeline.merge_like_tranches();
        Ok(timeline)
    }

    /// Every award, in order: the stream, and 0 for its first award, then one more a renewal.
    pub fn awards(&self) -> Vec<(StreamIndex, u32)> {
        let awards = self.tranches.iter().map(|tranche| (tranche.stream, tranche.award));
        let mut awards: Vec<_> = awards.collect();
        awards.sort_unstable();
        awards.dedup();
        awards
    }

    /// What is left of it at a place of the horizon: the needs from there on, and the money that draws before it have
    /// left. Where rules tie amounts together, what was drawn before binds what may be drawn after, which this knows
    /// nothing of.
    pub fn remaining(&self, from: usize, drawn: impl Fn(TrancheIndex) -> Money) -> Timeline {
        let mut left = self.clone();
        for needs in Arc::make_mut(&mut left.needs) {
            needs[..from].fill(Money::ZERO);
        }
        for (index, tranche) in left.tranches.iter_mut().enumerate() {
            tranche.amount -= drawn(TrancheIndex::from(index));
            tranche.opens = tranche.opens.max(from);
            if tranche.closes < from {
                (tranche.closes, tranche.amount) = (tranche.opens, Money::ZERO);
            }
        }
        left
    }

    /// The same months with the tranches of one stream alone, in a plan in which no cost follows from it and no income of
    /// a project is deducted.
    ///
    /// # Errors
    /// As [`Timeline::from_plan`].
    pub fn of_stream(
        &self,
        plan: &Plan,
        selection: Selection,
        stream: StreamIndex,
    ) -> Result<Timeline, Error> {
        let mut own = Timeline {
            horizon: self.horizon,
            needs: Arc::clone(&self.needs),
            tranches: Vec::new(),
            purses: Vec::new(),
            memos: Vec::new(),
            debts: Vec::new(),
            spends_recovery: self.spends_recovery,
            pay_ceilings: Vec::new(),
            deducted: Vec::new(),
            held_beyond: Vec::new(),
            unused_in_kind: Vec::new(),
        };
        if selection.holds_stream(plan, stream) {
            own.add_stream(plan, selection, stream, &mut Deductions::default())?;
        }
        own.tranches.sort_by_key(HeldTranche::order);
        own.merge_like_tranches();
        Ok(own)
    }

    /// The same months with other needs and tranches, each in the purse of its stream.
    pub fn holding(
        &self,
        plan: &Plan,
        needs: Vec<Vec<Money>>,
        mut tranches: Vec<HeldTranche>,
    ) -> Timeline {
        let mut timeline =
            Timeline { needs: Arc::new(needs), tranches: Vec::new(), ..self.clone() };
        tranches.sort_by_key(HeldTranche::order);
        for tranche in tranches {
            timeline.hold(plan, tranche);
        }
        timeline
    }

    /// The tranche at an index.
    pub fn tranche(&self, tranche: TrancheIndex) -> &HeldTranche {
        &self.tranches[tranche.at()]
    }

    fn add_stream(
        &mut self,
        plan: &Plan,
        selection: Selection,
        stream: StreamIndex,
        income: &mut Deductions,
    ) -> Result<(), Error> {
        let lowered = lower(plan, stream)?;
        if selection.holds_status(plan.stream(stream).status) {
            self.memos.extend(lowered.memos.into_iter().map(|memo| (stream, memo)));
        }
        if selection.holds_status(plan.stream(stream).status) {
            let not_due = dues::not_due(plan, stream, &dues(plan, selection, stream));
            self.debts.extend(not_due.map(|not_due| (stream, not_due)));
        }
        let opening = plan.opening_of(stream);
        let mut spent = opening.map_or(Money::ZERO, |opening| opening.spent);
        let mut advanced = opening.map_or(Money::ZERO, |opening| opening.cash);
        if let Terms::Loan(loan) = &plan.stream(stream).terms
            && loan.from < self.horizon.start
        {
            // What was borrowed before and is not held any more is spent.
            spent = spent.max((loan.amount - advanced).floor_zero());
        }
        let firsts: Vec<Month> = lowered.tranches.iter().map(|tranche| tranche.first).collect();
        let mut held: Vec<HeldTranche> = Vec::new();
        for tranche in lowered.tranches {
            if !selection.holds_status(tranche.status) {
                continue;
            }
            let Some((opens, closes)) = self.horizon.window(tranche.first, tranche.last) else {
                continue;
            };
            let stated = self.amount(plan, stream, &tranche.amount, opens);
            // What a match paid before leaves its later months their share: it takes room of a limit alone.
            let of_award =
                tranche.award == 0 && !matches!(tranche.amount, Authority::OfEligible(_));
            let before = if of_award { stated.at_most(spent) } else { Money::ZERO };
            spent -= before;
            let window = deduction::window(&firsts, &tranche);
            let deducted = income.take(stream, window, stated - before);
            if deducted.is_positive() {
                self.deducted.push((stream, deducted));
            }
            let left = stated - before - deducted;
            let start = self.horizon.start;
            let (receipts, paid_before) = deduction::lowered(tranche.receipts, start, deducted);
            let room = (left - still_to_come(&receipts, start, tranche.last)).floor_zero();
            let advanced_before = advanced.at_most(room);
            advanced -= advanced_before;
            let over_advanced = advanced.at_most(paid_before);
            advanced -= over_advanced;
            held.push(HeldTranche {
                stream,
                pool: None,
                project: project_of(plan, stream, tranche.first),
                purse: 0,
                first: tranche.first,
                last: tranche.last,
                opens,
                closes,
                amount: left,
                award: tranche.award,
                period: tranche.period,
                receipts,
                advanced_before,
                over_advanced,
                on_demand: matches!(
                    tranche.amount,
                    Authority::OfEligible(..) | Authority::InKind(..)
                ),
                status: tranche.status,
            });
        }
        if advanced.is_positive() && selection.holds_status(plan.stream(stream).status) {
            self.held_beyond.push((stream, advanced));
            self.give_back(&mut held, advanced);
        }
        for tranche in held {
            self.split_among_pools(plan, tranche);
        }
        Ok(())
    }

    /// Has an advance beyond every authority go back with what its running tranche leaves, where it has one.
    fn give_back(&self, held: &mut [HeldTranche], beyond: Money) {
        let running = held.iter_mut().rev().find(|tranche| {
            tranche.first < self.horizon.start
                && tranche.last.is_some()
                && matches!(tranche.receipts, Receipts::Advanced(_))
        });
        if let Some(tranche) = running {
            tranche.over_advanced += beyond;
        }
    }

    fn amount(
        &mut self,
        plan: &Plan,
        stream: StreamIndex,
        authority: &Authority,
        place: usize,
    ) -> Money {
        match *authority {
            Authority::Amount(amount) => amount,
            Authority::OfEligible(rate) => self.of_eligible(plan, stream, rate, place),
            Authority::AboveFloor { balance, floor, authorised } => {
                let floor = match floor {
                    Floor::Amount(amount) => amount,
                    Floor::MonthsOfCost(months) => self.months_of_cost(months),
                };
                authorised.at_most((balance - floor).floor_zero())
            }
            Authority::InKind(line, value) => {
                let used = value.at_most(self.needs[line.at()][place]);
                if value > used {
                    self.unused_in_kind.push((stream, self.horizon.month(place), value - used));
                }
                used
            }
        }
    }

    /// A share of the cost of a month that a match may pay, what it recovers within it: its yearly limit at most.
    pub(crate) fn of_eligible(
        &self,
        plan: &Plan,
        stream: StreamIndex,
        rate: Rate,
        place: usize,
    ) -> Money {
        let lines = (0..plan.lines.len()).map(LineIndex::from);
        let eligible =
            lines.filter(|line| standing_verdict(plan, stream, None, *line).is_allowed());
        let need: Money = eligible.map(|line| self.needs[line.at()][place]).sum();
        let limit = plan.restrictions(stream).yearly_limit.unwrap_or(Money::MAX);
        rate.of(need).at_most(limit)
    }

    /// So many months of all cost, at the average of the horizon's first twelve.
    fn months_of_cost(&self, months: u32) -> Money {
        let span = self.horizon.months.min(12);
        let first: Money = self.needs.iter().flat_map(|line| &line[..span as usize]).sum();
        let cents = i128::from(first.share(1, span).cents()) * i128::from(months);
        Money::try_from_cents(cents).unwrap_or(Money::MAX)
    }

    /// Places a tranche in its purse; what a pool's membership gives goes into the pool's.
    fn split_among_pools(&mut self, plan: &Plan, tranche: HeldTranche) {
        let (mut rest, mut advanced) = (tranche.amount, tranche.advanced_before);
        let mut over = tranche.over_advanced;
        // Of an award that was spent a pool has no part, and the rest has all that still comes.
        let of = tranche.amount.max(Money::from_cents(1));
        // Income of an award's project stays with the project.
        let pools = if tranche.project.is_some() { &[] } else { plan.pools.as_slice() };
        for (index, pool) in pools.iter().enumerate() {
            let member = pool.members.iter().find(|(stream, _)| *stream == tranche.stream);
            let Some((_, share)) = member else { continue };
            let part = share.of(tranche.amount).at_most(rest);
            rest -= part;
            let advanced_before = share.of(tranche.advanced_before).at_most(advanced);
            advanced -= advanced_before;
            let over_advanced = share.of(tranche.over_advanced).at_most(over);
            over -= over_advanced;
            self.hold(
                plan,
                HeldTranche {
                    pool: Some(PoolIndex::from(index)),
                    receipts: scale(&tranche.receipts, part, of),
                    amount: part,
                    advanced_before,
                    over_advanced,
                    ..tranche.clone()
                },
            );
        }
        let receipts = scale(&tranche.receipts, rest, tranche.amount);
        let own = HeldTranche { amount: rest, receipts, advanced_before: advanced, ..tranche };
        self.hold(plan, HeldTranche { over_advanced: over, ..own });
    }

    fn hold(&mut self, plan: &Plan, mut tranche: HeldTranche) {
        if tranche.authority().is_zero() {
            return;
        }
        let (stream, pool, project) = (tranche.stream, tranche.pool, tranche.project);
        let own =
            |purse: &Purse| (purse.stream, purse.pool, purse.project) == (stream, pool, project);
        tranche.purse = self.purses.iter().position(own).unwrap_or_else(|| {
            let permits = permits(plan, stream, standing(pool, project));
            self.purses.push(Purse { stream, pool, project, permits });
            self.purses.len() - 1
        });
        self.tranches.push(tranche);
    }

    /// Tranches that differ in nothing but their amount are one.
    fn merge_like_tranches(&mut self) {
        self.tranches.dedup_by(|next, kept| {
            let like = (next.stream, next.pool, next.first, next.last, next.award, next.period)
                == (kept.stream, kept.pool, kept.first, kept.last, kept.award, kept.period);
            if like {
                kept.amount += next.amount;
                kept.advanced_before += next.advanced_before;
                kept.over_advanced += next.over_advanced;
                kept.status = kept.status.max(next.status);
                kept.receipts = join(&kept.receipts, &next.receipts);
            }
            like
        });
    }
}

impl Selection {
    fn holds_stream(self, plan: &Plan, stream: StreamIndex) -> bool {
        match self {
            Selection::View(_) => true,
            Selection::Dependable(_) => is_dependable(plan, plan.stream(stream)),
            Selection::Recurring(_) => plan.stream(stream).recurs(),
        }
    }

    fn holds_status(self, status: Status) -> bool {
        match self {
            Selection::View(view) | Selection::Recurring(view) => status <= view,
            Selection::Dependable(_) => status == Status::Secured,
        }
    }

    /// The selection whose needs its money is held against: of dependable money those of the whole view, what its loans,
    /// losses and fees of receipts ask for with them.
    fn of_needs(self) -> Selection {
        match self {
            Selection::Dependable(view) => Selection::View(view),
            own => own,
        }
    }
}

/// Whether a stream is dependable, from its terms: its agreement is signed or its law stands, it recurs,
/// it has 24 months or more of term left at `as-of` or no sunset, and 12 months' notice. Never shared
/// savings, a reserve, a loan, or a discretionary gift.
///
/// A levy, a settlement, a formula grant and a match stand by law: for them no notice is asked.
pub fn is_dependable(plan: &Plan, stream: &Stream) -> bool {
    let term_left = match &stream.end {
        End::Until(last) => last.since(plan.horizon.as_of) + 1 >= 24,
        End::Evergreen(_) => true,
    };
    let stands_by_law = matches!(&stream.terms, Terms::Public(Public { method, .. })
        if !matches!(method, PublicMethod::Appropriation { .. } | PublicMethod::CommunityBenefit { .. }));
    let discretionary = matches!(stream.kind, Kind::SharedSavings | Kind::Reserve | Kind::Loan)
        || is_reinvestment(stream)
        || matches!(&stream.terms, Terms::Public(Public { method, .. })
            if matches!(method, PublicMethod::CommunityBenefit { .. }));
    let noticed = stands_by_law || stream.notice_months.is_some_and(|months| months >= 12);
    stream.status == Status::Secured && !discretionary && term_left && noticed && stream.recurs()
}

/// Whether a stream is a share of a health plan's reinvestment, which the plan decides year by year.
pub fn is_reinvestment(stream: &Stream) -> bool {
    let method = match &stream.terms {
        Terms::Payer(payer) => &payer.method,
        _ => return false,
    };
    matches!(method, PayerMethod::CommunityReinvestment(_))
}

/// The income that is deducted from awards in a selection.
fn deductions(plan: &Plan, selection: Selection) -> Result<Deductions, Error> {
    let counts = |stream| selection.holds_stream(plan, stream);
    let planned = Deductions::planned(plan, counts, |status| selection.holds_status(status));
    planned.ok_or_else(|| Error::internal("income of awards lowers within bounds"))
}

fn lower(plan: &Plan, stream: StreamIndex) -> Result<crate::funding::Lowered, Error> {
    let setting: Setting = plan.setting();
    plan.stream(stream).lower(&setting).ok_or_else(|| {
        Error::internal(format!("stream `{}` lowers within bounds", plan.stream(stream).name))
    })
}

/// What a stream has due in a selection; nothing where the selection does not hold it.
fn dues(plan: &Plan, selection: Selection, stream: StreamIndex) -> Vec<Due> {
    let terms = plan.stream(stream);
    let holds = |status| selection.holds_status(status);
    let held =
        holds(terms.status) && (terms.kind != Kind::Loan || selection.holds_stream(plan, stream));
    let dues = held.then(|| dues::of_stream(plan, stream, holds));
    dues.flatten().unwrap_or_default()
}

/// The need of every line in every month. Losses, and fees of receipts, are those of the view's money; what
/// serves a debt is a need where the debt's money is in the selection too. Dependable money has the needs of its view.
fn needs(plan: &Plan, selection: Selection) -> Result<Vec<Vec<Money>>, Error> {
    let selection = selection.of_needs();
    let brings = |stream: StreamIndex| {
        let held = selection.holds_status(plan.stream(stream).status);
        let lowered = held.then(|| plan.stream(stream).lower(&plan.setting())).flatten();
        let mut lowered = lowered.unwrap_or_default();
        lowered.tranches.retain(|tranche| selection.holds_status(tranche.status));
        lowered.dues = dues(plan, selection, stream);
        lowered
    };
    let needs = cost::needs(plan, brings);
    needs.ok_or_else(|| Error::internal("cost lines come out within bounds"))
}

fn permits(plan: &Plan, stream: StreamIndex, standing: Standing) -> Vec<Permit> {
    let lines = (0..plan.lines.len()).map(LineIndex::from);
    let permit = |line| {
        let leave = permission(plan, stream, standing, line).ok()?;
        let Permission { benefit, from, through, .. } = leave;
        let first = from.unwrap_or(plan.horizon.start);
        let (from, through) = plan.horizon.window(first, through)?;
        Some(Permit { line, from, through, benefit })
    };
    lines.filter_map(permit).collect()
}

fn standing(pool: Option<PoolIndex>, project: Option<StreamIndex>) -> Standing {
    match (pool, project) {
        (Some(pool), _) => Standing::Pool(pool),
        (None, Some(award)) => Standing::Project(award),
        (None, None) => Standing::Own,
    }
}

/// What an advance still brings from the plan's start until its last month: cash that is held comes before it.
fn still_to_come(receipts: &Receipts, start: Month, last: Option<Month>) -> Money {
    let Receipts::Advanced(rows) = receipts else { return Money::ZERO };
    let comes = |month: Month| month >= start && last.is_none_or(|last| month <= last);
    rows.iter().filter(|(month, _)| comes(*month)).map(|(_, amount)| *amount).sum()
}

/// The award of whose project money that arises in a month is income.
pub fn project_of(plan: &Plan, stream: StreamIndex, month: Month) -> Option<StreamIndex> {
    match Standing::of_income(plan, stream, month) {
        Standing::Project(award) => Some(award),
        Standing::Own | Standing::Pool(_) => None,
    }
}

/// What awards with a limit of pay may be charged of the lines whose pay exceeds it.
fn pay_ceilings(plan: &Plan) -> Vec<PayCeiling> {
    let mut ceilings = Vec::new();
    for stream in (0..plan.streams.len()).map(StreamIndex::from) {
        let Some(limit) = plan.restrictions(stream).award.pay_limit else { continue };
        for line in (0..plan.lines.len()).map(LineIndex::from) {
            let within = plan.line(line).needs_within_pay(plan, |month| limit.in_month(month));
            let Some(by_place) = within else { continue };
            if plan.line(line).needs(plan).as_ref() != Some(&by_place) {
                ceilings.push(PayCeiling { stream, line, by_place });
            }
        }
    }
    ceilings
}

/// Receipts of a part of an amount, so that the parts sum to the whole.
fn scale(receipts: &Receipts, part: Money, whole: Money) -> Receipts {
    match receipts {
        Receipts::Advanced(rows) => Receipts::Advanced(deduction::scaled(rows, part, whole)),
        Receipts::Earned(rows) => Receipts::Earned(deduction::scaled(rows, part, whole)),
        other => other.clone(),
    }
}

fn join(first: &Receipts, second: &Receipts) -> Receipts {
    let both = |a: &Vec<(Month, Money)>, b: &Vec<(Month, Money)>| {
        let mut rows: Vec<(Month, Money)> = a.iter().chain(b).copied().collect();
        rows.sort_unstable();
        rows
    };
    match (first, second) {
        (Receipts::Advanced(a), Receipts::Advanced(b)) => Receipts::Advanced(both(a, b)),
        (Receipts::Earned(a), Receipts::Earned(b)) => Receipts::Earned(both(a, b)),
        _ => first.clone(),
    }
}

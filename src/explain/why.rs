//! Which rule keeps which money from a line that stays unpaid.
//!
//! Eligibility is asked of [`verdict`] alone. What is left, what was taken under a cap and what was
//! paid are read from the books.

use std::cell::OnceCell;

use super::ask::{Ask, Period};
use super::text;
use crate::forecast::Forecast;
use crate::funding::{End, Kind, Lowered, Status};
use crate::ledger::{DrawBook, TrancheBook};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{LineIndex, PoolIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::plan::restriction::{
    CapBound, Claim, Refusal, Selector, Verdict, selected, standing_verdict, verdict,
};
use crate::timeline::{HeldTranche, Selection, Timeline};

/// Less than this left under a cap is as good as nothing: a share of what is spent rarely comes out
/// to the cent.
const CAP_ROOM_MIN: Money = Money::from_cents(100);

/// The money of one stream under one set of uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Purse {
    /// The stream's place in the ledger.
    pub(super) stream: usize,
    /// The pool under whose uses it stands.
    pub(super) pool: Option<PoolIndex>,
}

/// Why a purse pays no more of a line in a month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// It paid all that it held.
    SpentOut,
    /// It paid the share that its documented benefit allows.
    Benefit(Rate),
    /// It pays no more of anybody's pay than its limit.
    PayLimit,
    /// A cap of the stream, by its place.
    Cap(usize),
    /// A floor of the stream, by its place, keeps the money for other lines.
    Floor(usize),
    /// Other money does not give the match that it needs.
    Match,
    /// It exists only as a share of what is paid: it gave its share.
    ShareGiven,
    /// It paid the most of its funder's fiscal year.
    YearlyLimit(Money),
    /// Unrestricted money that is kept for core needs.
    Protected,
    /// It had money left when the method had gone round.
    Left,
    /// Its window is over.
    Ended(Month),
    /// Its next window begins later.
    NotYet(Month),
    /// It is not sure enough for this view; where what is sure of it is over, since when.
    OutOfView(Status, Option<Month>),
    /// It is not sure enough for this view, and would begin only in this month.
    WouldBegin(Month, Status),
    /// It is not sure enough for this view, and would have ended in this month.
    WouldHaveEnded(Month, Status),
    /// Its contract is over, and what it brought is spent.
    EndedSpent(Month),
    /// A rule refuses it.
    Refused(Refusal),
    /// It brings nothing within the horizon.
    Nothing,
}

/// What answers why, for one forecast.
pub(super) struct Reasons<'a> {
    ask: Ask<'a>,
    timeline: Option<Timeline>,
    all_money: OnceCell<Option<Timeline>>,
    unseen: Vec<Vec<(Month, Option<Month>, Status)>>,
    /// Every purse of the plan, in the order of streams; last, indirect recovery.
    pub(super) purses: Vec<Purse>,
}

impl<'a> Reasons<'a> {
    /// Looks at the money of a forecast in its own view.
    pub(super) fn new(ask: Ask<'a>) -> Reasons<'a> {
        let view = ask.forecast.question.view;
        let timeline = Timeline::from_plan(ask.plan, Selection::View(view)).ok();
        let places = 0..ask.ledger().streams.len();
        let unseen = places.clone().map(|stream| unseen(ask, stream, view)).collect();
        let purses = places.flat_map(|stream| purses(ask, stream)).collect();
        Reasons { ask, timeline, all_money: OnceCell::new(), unseen, purses }
    }

    /// Why a purse pays no more of a line in a month.
    pub(super) fn why(&self, purse: Purse, line: usize, place: usize) -> Why {
        let Some(stream) = self.ask.planned(purse.stream) else {
            return self.why_recovered(line, place);
        };
        let (index, month) = (LineIndex::from(line), self.ask.month(place));
        let verdicts = self.tranches(purse).map(|tranche| {
            let (first, last) = (tranche.first, tranche.last);
            verdict(self.ask.plan, &Claim { stream, pool: purse.pool, first, last }, index, month)
        });
        let verdicts: Vec<Verdict> = verdicts.collect();
        let open = verdicts.iter().find_map(|verdict| match verdict {
            Verdict::Allowed { benefit, .. } => Some(*benefit),
            Verdict::Refused(_) => None,
        });
        let Some(benefit) = open else {
            let standing = standing_verdict(self.ask.plan, stream, purse.pool, index);
            let of_month = |verdict: &&Verdict| {
                let of_window = [Refusal::NotYet, Refusal::Lapsed].map(Verdict::Refused);
                !of_window.contains(verdict)
            };
            let refused = verdicts.iter().find(of_month).unwrap_or(&standing);
            return match refused {
                Verdict::Refused(refusal) => Why::Refused(refusal.clone()),
                Verdict::Allowed { .. } => self.closed(purse, month),
            };
        };
        if !self.left(purse, place).is_positive() {
            let on_demand = self.tranches(purse).any(|tranche| tranche.on_demand);
            let spent = || self.spent(purse, stream, month);
            let limited = || self.yearly_limit(purse, stream, place);
            return if on_demand { limited().unwrap_or(Why::ShareGiven) } else { spent() };
        }
        self.bound(purse, stream, index, place, benefit)
    }

    /// Whether a stream has paid the most of its funder's fiscal year by a month.
    fn yearly_limit(&self, purse: Purse, stream: StreamIndex, place: usize) -> Option<Why> {
        let limit = self.ask.plan.restrictions(stream).yearly_limit?;
        let calendar = self.ask.plan.stream(stream).fiscal;
        let year = |place: usize| calendar.year_of(self.ask.month(place));
        let book = self.ask.book(purse.stream);
        let paid: Money =
            (0..=place).filter(|at| year(*at) == year(place)).map(|at| book.drawn[at]).sum();
        let running = year(0) == year(place) && calendar.position(self.ask.month(0)) > 0;
        let opening = self.ask.plan.opening_of(stream).filter(|_| running);
        let before = opening.map_or(Money::ZERO, |opening| opening.spent);
        (limit - before - paid < CAP_ROOM_MIN).then_some(Why::YearlyLimit(limit))
    }

    /// Why an open purse has nothing left: it paid all, or it ended and brings no more.
    fn spent(&self, purse: Purse, stream: StreamIndex, month: Month) -> Why {
        let over = |last: &Month| *last < month;
        let brought = self.tranches(purse).all(|held| held.award == 0 && held.first < month);
        match &self.ask.plan.stream(stream).end {
            End::Until(last) if over(last) && brought => Why::EndedSpent(*last),
            _ => Why::SpentOut,
        }
    }

    /// What a purse would hold of money that is not sure enough for this view, within the horizon.
    pub(super) fn would_hold(&self, purse: Purse) -> Money {
        let Some(stream) = self.ask.planned(purse.stream) else { return Money::ZERO };
        let all = self.all_money.get_or_init(|| {
            Timeline::from_plan(self.ask.plan, Selection::View(Status::Prospective)).ok()
        });
        let all = all.as_ref().map_or(&[] as &[HeldTranche], |timeline| &timeline.tranches);
        let own = all.iter().filter(|held| held.stream == stream && held.pool == purse.pool);
        let seen: Money = self.tranches(purse).map(|held| held.amount).sum();
        (own.map(|held| held.amount).sum::<Money>() - seen).floor_zero()
    }

    /// Indirect recovery is no stream of the plan: it is unrestricted and kept until used.
    fn why_recovered(&self, line: usize, place: usize) -> Why {
        let Some(book) = self.ask.ledger().streams.last() else { return Why::Nothing };
        if !book.closing[place].is_positive() {
            return Why::SpentOut;
        }
        let core = self.ask.ledger().lines[line].priority == Priority::Core;
        if core { Why::Left } else { Why::Protected }
    }

    /// Why nothing of a purse is open in a month, though it may pay the line.
    fn closed(&self, purse: Purse, month: Month) -> Why {
        let unseen = &self.unseen[purse.stream];
        let covers = |(first, last, _): &&(Month, Option<Month>, Status)| {
            *first <= month && last.is_none_or(|last| month <= last)
        };
        let next = self.tranches(purse).map(|tranche| tranche.first).filter(|first| *first > month);
        let last = self.tranches(purse).filter_map(|tranche| tranche.last);
        let ended = last.filter(|last| *last < month).max();
        if let Some((_, _, status)) = unseen.iter().find(covers) {
            return Why::OutOfView(*status, ended);
        }
        match (next.min(), ended) {
            (Some(first), _) => Why::NotYet(first),
            (None, Some(last)) => Why::Ended(last),
            (None, None) => self.would_be(purse, month),
        }
    }

    /// When money that is not sure enough for this view would begin, or would have ended.
    fn would_be(&self, purse: Purse, month: Month) -> Why {
        let unseen = &self.unseen[purse.stream];
        let later = unseen.iter().filter(|(first, _, _)| *first > month);
        if let Some((first, _, status)) = later.min_by_key(|(first, _, _)| *first) {
            return Why::WouldBegin(*first, *status);
        }
        let over = unseen.iter().filter_map(|(_, last, status)| last.map(|last| (last, *status)));
        match over.max_by_key(|(last, _)| *last) {
            Some((last, status)) => Why::WouldHaveEnded(last, status),
            None => Why::Nothing,
        }
    }

    /// Which rule binds money that may pay and is left.
    fn bound(
        &self,
        purse: Purse,
        stream: StreamIndex,
        index: LineIndex,
        place: usize,
        benefit: Option<Rate>,
    ) -> Why {
        let line = &self.ask.ledger().lines[index.at()];
        let at_most = benefit.map(|share| share.of(line.need[place]) - Money::from_cents(1));
        if let (Some(share), Some(at_most)) = (benefit, at_most)
            && self.paid_by_stream(purse.stream, index.at(), place) >= at_most
        {
            return Why::Benefit(share);
        }
        let ceiling = self.timeline.iter().flat_map(|timeline| &timeline.pay_ceilings);
        let mut own = ceiling.filter(|ceiling| (ceiling.stream, ceiling.line) == (stream, index));
        let pay_limited = own.any(|ceiling| ceiling.by_place[place] < line.need[place]);
        if pay_limited {
            return Why::PayLimit;
        }
        let rules = self.ask.plan.restrictions(stream);
        let planned = self.ask.plan.line(index);
        for (at, cap) in rules.caps.iter().enumerate() {
            if selected(&cap.on, index, planned) {
                let (taken, bound) = self.cap(purse, stream, at, place);
                if bound - taken < CAP_ROOM_MIN {
                    return Why::Cap(at);
                }
            }
        }
        let floored = |on: &[Selector]| !selected(on, index, planned);
        let floor = rules.floors.iter().position(|floor| floor.of_spent && floored(&floor.on));
        if let Some(at) = floor {
            return Why::Floor(at);
        }
        if rules.matching.is_some() {
            return Why::Match;
        }
        let kept = rules.is_unrestricted() && planned.priority != Priority::Core;
        if kept { Why::Protected } else { Why::Left }
    }

    /// What was taken under a cap through a month, and its bound.
    pub(super) fn cap(
        &self,
        purse: Purse,
        stream: StreamIndex,
        at: usize,
        place: usize,
    ) -> (Money, Money) {
        let cap = &self.ask.plan.restrictions(stream).caps[at];
        let Some((award, period)) = self.award_in(purse, place) else {
            return (Money::ZERO, Money::ZERO);
        };
        let in_award = |tranche: &&HeldTranche| {
            tranche.stream == stream
                && tranche.award == award
                && (!cap.per_period || tranche.period == period)
        };
        let own: Vec<&HeldTranche> = self.held().iter().filter(in_award).collect();
        let within = |book: &TrancheBook| own.iter().any(|held| same(self.ask, book, held));
        let ledger = self.ask.ledger();
        let draws = ledger.draws.iter().filter(|draw| {
            draw.place <= place
                && draw.stream == purse.stream
                && within(&ledger.tranches[draw.tranche])
        });
        let recovered: Money = ledger
            .recoveries
            .iter()
            .filter(|row| row.place <= place && within(&ledger.tranches[row.tranche]))
            .map(|row| row.amount)
            .sum();
        let on = |selectors: &[Selector], draw: &&DrawBook| {
            selected(selectors, draw.line, self.ask.plan.line(draw.line))
        };
        let draws = draws.filter(|draw| cap.within.is_empty() || on(&cap.within, draw));
        let recovered = if cap.reckons_indirect() { recovered } else { Money::ZERO };
        let direct: Money = draws.clone().map(|draw| draw.amount).sum();
        let taken = draws.filter(|draw| on(&cap.on, draw)).map(|draw| draw.amount).sum();
        let taken = if cap.holds_indirect() { taken + recovered } else { taken };
        let opening = self.ask.plan.opening_of(stream).filter(|_| award == 0 && !cap.per_period);
        let stated: Money = own.iter().map(|held| held.amount).sum();
        let stated = stated + opening.map_or(Money::ZERO, |opening| opening.spent);
        let bound = match cap.bound {
            CapBound::Amount(amount) => amount,
            CapBound::ShareOfAward(share) => share.of(stated),
            CapBound::ShareOfSpent(share) => share.of(direct + recovered),
        };
        (taken, bound)
    }

    /// The award and budget period of the purse that is open in a month.
    fn award_in(&self, purse: Purse, place: usize) -> Option<(u32, u32)> {
        let open = |tranche: &&HeldTranche| (tranche.opens..=tranche.closes).contains(&place);
        self.tranches(purse).find(open).map(|tranche| (tranche.award, tranche.period))
    }

    /// What a purse still held in a month after all was paid, before anything lapsed.
    pub(super) fn left(&self, purse: Purse, place: usize) -> Money {
        let book = self.ask.book(purse.stream);
        if self.alone(purse) {
            return book.closing[place] + book.lapsed[place] + book.refund_due[place];
        }
        let ledger = self.ask.ledger();
        let open = |tranche: &&HeldTranche| (tranche.opens..=tranche.closes).contains(&place);
        let own: Vec<&HeldTranche> = self.tranches(purse).filter(open).collect();
        let held: Money = own.iter().map(|tranche| tranche.amount).sum();
        let within = |book: &TrancheBook| own.iter().any(|held| same(self.ask, book, held));
        let drawn: Money = ledger
            .draws
            .iter()
            .filter(|draw| {
                draw.place <= place
                    && (draw.stream, draw.pool) == (purse.stream, purse.pool)
                    && within(&ledger.tranches[draw.tranche])
            })
            .map(|draw| draw.amount)
            .sum();
        // The books keep recovery by tranche, not by pool: all of it counts against each purse.
        let recovered: Money = ledger
            .recoveries
            .iter()
            .filter(|row| row.place <= place && within(&ledger.tranches[row.tranche]))
            .map(|row| row.amount)
            .sum();
        (held - drawn - recovered).floor_zero()
    }

    /// Whether a purse holds all of its stream's money, so that the stream's books are its own.
    pub(super) fn alone(&self, purse: Purse) -> bool {
        self.purses.iter().filter(|other| other.stream == purse.stream).count() == 1
    }

    /// What a purse paid of a line in a month.
    pub(super) fn paid(&self, purse: Purse, line: usize, place: usize) -> Money {
        let draws = self.ask.draws(&Period::month(self.ask, place)).iter();
        let own = draws.filter(|draw| {
            (draw.stream, draw.pool) == (purse.stream, purse.pool) && draw.line.at() == line
        });
        own.map(|draw| draw.amount).sum()
    }

    fn paid_by_stream(&self, stream: usize, line: usize, place: usize) -> Money {
        let draws = self.ask.draws(&Period::month(self.ask, place)).iter();
        let own = draws.filter(|draw| draw.stream == stream && draw.line.at() == line);
        own.map(|draw| draw.amount).sum()
    }

    fn held(&self) -> &[HeldTranche] {
        self.timeline.as_ref().map_or(&[], |timeline| &timeline.tranches)
    }

    fn tranches(&self, purse: Purse) -> impl Iterator<Item = &HeldTranche> {
        let stream = self.ask.planned(purse.stream);
        let own = move |tranche: &&HeldTranche| {
            Some(tranche.stream) == stream && tranche.pool == purse.pool
        };
        self.held().iter().filter(own)
    }
}

/// Whether a tranche of the books is the one that the timeline holds.
fn same(ask: Ask, book: &TrancheBook, held: &HeldTranche) -> bool {
    ask.planned(book.stream) == Some(held.stream)
        && (book.available, book.last) == (held.first, held.last)
}

/// The windows of a stream that are not sure enough for a view.
fn unseen(ask: Ask, stream: usize, view: Status) -> Vec<(Month, Option<Month>, Status)> {
    let Some(planned) = ask.planned(stream) else { return Vec::new() };
    let lowered: Lowered = ask.plan.stream(planned).lower(&ask.plan.setting()).unwrap_or_default();
    let unsure = lowered.tranches.iter().filter(|tranche| tranche.status > view);
    unsure.map(|tranche| (tranche.first, tranche.last, tranche.status)).collect()
}

/// The purses of a stream: its pools', and its own where the pools leave it something.
fn purses(ask: Ask, stream: usize) -> Vec<Purse> {
    let own = Purse { stream, pool: None };
    let Some(planned) = ask.planned(stream) else { return vec![own] };
    let mut purses = Vec::new();
    let mut left = Rate::ONE.billionths();
    for (at, pool) in ask.plan.pools.iter().enumerate() {
        if let Some((_, share)) = pool.members.iter().find(|(member, _)| *member == planned) {
            left -= share.billionths();
            purses.push(Purse { stream, pool: Some(PoolIndex::from(at)) });
        }
    }
    if left > 0 {
        purses.push(own);
    }
    purses
}

impl Why {
    /// How sure money is that this view does not count.
    pub(super) fn unsure(&self) -> Option<Status> {
        match self {
            Why::OutOfView(status, _)
            | Why::WouldBegin(_, status)
            | Why::WouldHaveEnded(_, status) => Some(*status),
            _ => None,
        }
    }

    /// The place of a reason among others: money that may pay comes first, then what a rule refuses.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Why::Refused(Refusal::NotPaidFor) => 2,
            Why::Refused(_) => 1,
            _ => 0,
        }
    }

    /// The reason in words, after the stream's title.
    pub(super) fn words(&self, plan: &Plan, forecast: &Forecast, purse: Purse) -> String {
        match self {
            Why::SpentOut => "may pay it, and has paid all that it held".to_string(),
            Why::PayLimit => "pays no more of a yearly rate of pay than its limit".to_string(),
            Why::Benefit(share) => format!(
                "may pay at most its documented benefit share of {} (2 CFR 200.405)",
                share.in_words()
            ),
            Why::Cap(at) => cap_words(plan, forecast, purse, *at),
            Why::Floor(at) => format!("is kept by `floor` {} for what the floor names", at + 1),
            Why::Match => "needs a match that no other money gives".to_string(),
            Why::ShareGiven => {
                "pays its share of eligible cost only, together with other money".to_string()
            }
            Why::YearlyLimit(limit) => {
                format!(
                    "has paid its {}, the most of its funder's fiscal year",
                    text::money(*limit)
                )
            }
            Why::Protected => format!(
                "is unrestricted, and kept for the core needs of the next {}",
                text::count(plan.policy.protect_core_months as usize, "month", "months")
            ),
            Why::Left => "may pay it, and had money left when the month was done".to_string(),
            Why::Ended(last) => format!("could pay it, but ended in {}", last.words()),
            Why::NotYet(first) => format!("could pay it, but only from {}", first.words()),
            Why::OutOfView(status, None) => {
                format!("could pay it, but is only {}: this view does not count it", status.word())
            }
            Why::OutOfView(status, Some(last)) => format!(
                "could pay it, but ended in {}; what may follow is only {}: this view does not count it",
                last.words(),
                status.word()
            ),
            Why::WouldBegin(first, status) => {
                format!("would begin only in {}, and is only {}", first.words(), status.word())
            }
            Why::WouldHaveEnded(last, status) => {
                format!("would have ended in {}, and is only {}", last.words(), status.word())
            }
            Why::EndedSpent(last) => {
                format!("ended in {}, and what it brought is spent", last.words())
            }
            Why::Refused(refusal) => refusal.words(plan),
            Why::Nothing
                if forecast.books.ledger.streams[purse.stream].kind == Some(Kind::Reserve) =>
            {
                "could pay it, but nothing of it is authorised above its floor".to_string()
            }
            Why::Nothing => "could pay it, but brings nothing in these months".to_string(),
        }
    }

    /// The path of the input that is behind the reason.
    pub(super) fn path(&self, ask: Ask, purse: Purse, line: Option<usize>) -> String {
        let stream = format!("stream.{}", ask.book(purse.stream).name);
        let uses = match purse.pool.and_then(|pool| ask.plan.pools.get(pool.at())) {
            Some(pool) => format!("pool.{}", pool.name),
            None => stream.clone(),
        };
        let benefit = |key: &str| match line {
            Some(line) => format!("cost.{}.{key}", ask.ledger().lines[line].name),
            None => format!("{stream}.cost-principles"),
        };
        match self {
            Why::SpentOut | Why::Left | Why::Nothing => amount_path(ask, &stream),
            Why::Benefit(_) => benefit(&format!("benefit.shares.{}", ask.book(purse.stream).name)),
            Why::PayLimit => format!("{stream}.salary-limit"),
            Why::Cap(_) => format!("{stream}.cap"),
            Why::Floor(_) => format!("{stream}.floor"),
            Why::Match => format!("{stream}.match"),
            Why::ShareGiven => format!("{stream}.terms.rate"),
            Why::YearlyLimit(_) => format!("{stream}.terms.yearly-limit"),
            Why::Protected => "policy.protect-core-months".to_string(),
            Why::Ended(_) | Why::EndedSpent(_) | Why::WouldHaveEnded(..) => {
                written(ask, &stream, &["termination.on", "until", "schedule"])
            }
            Why::NotYet(_) | Why::WouldBegin(..) => written(ask, &stream, &FIRST_KEYS),
            Why::OutOfView(_, None) => format!("{stream}.status"),
            Why::OutOfView(_, Some(_)) => written(ask, &stream, &["renewal", "budget-periods"]),
            Why::Refused(refusal) => match refusal {
                Refusal::ExcludedBy(selector) => {
                    item_path(ask, &format!("{uses}.not-for"), &selector.words(ask.plan))
                }
                Refusal::BenefitElsewhere => benefit("benefit"),
                Refusal::InKindCoversOther(_) => format!("{stream}.in-kind"),
                Refusal::ReserveCoreOnly | Refusal::DebtPaysNoDebt => format!("{stream}.kind"),
                Refusal::NotYet => format!("{stream}.from"),
                Refusal::Lapsed => format!("{stream}.until"),
                Refusal::OutsideProject(_) => format!("{stream}.earned-by"),
                Refusal::Terminated => format!("{stream}.termination.survives"),
                Refusal::InterestNotAllowable => {
                    written(ask, &stream, &["cost-principles", "federal"])
                }
                Refusal::UnrestrictedOnly(_) | Refusal::NotPaidFor => format!("{uses}.pays-for"),
            },
        }
    }
}

/// What a cap is, in words.
fn cap_words(plan: &Plan, forecast: &Forecast, purse: Purse, at: usize) -> String {
    let name = &forecast.books.ledger.streams[purse.stream].name;
    let cap = plan.find_stream(name).and_then(|stream| plan.restrictions(stream).caps.get(at));
    let Some(cap) = cap else { return "has reached a cap".to_string() };
    let on: Vec<String> = cap.on.iter().map(|selector| selector.words(plan)).collect();
    let bound = match cap.bound {
        CapBound::Amount(amount) => text::money(amount),
        CapBound::ShareOfAward(share) => format!("{} of the award", share.in_words()),
        CapBound::ShareOfSpent(share) => format!("{} of what it spends", share.in_words()),
    };
    let per = if cap.per_period { " in each budget period" } else { "" };
    let within: Vec<String> = cap.within.iter().map(|selector| selector.words(plan)).collect();
    let of = if within.is_empty() { String::new() } else { format!(" of {}", within.join(", ")) };
    format!("has reached its cap of {bound}{of} on {}{per}", on.join(", "))
}

/// The keys that may say from when a stream's money may be spent.
const FIRST_KEYS: [&str; 6] =
    ["authorised-from", "from", "milestone", "budget-periods", "schedule", "terms"];

/// The keys that may state a stream's amount.
const AMOUNT_KEYS: [&str; 12] = [
    "award",
    "yearly",
    "amounts",
    "monthly",
    "payments",
    "fees",
    "in-kind",
    "schedule",
    "authorised",
    "balance",
    "budget-periods",
    "terms",
];

/// The path of the key that states a stream's amount, as far as one was written.
pub(super) fn amount_path(ask: Ask, stream: &str) -> String {
    written(ask, stream, &AMOUNT_KEYS)
}

/// The path of the first of some keys that was written of a stream; else the stream's own.
pub(super) fn written(ask: Ask, stream: &str, keys: &[&str]) -> String {
    let paths = keys.iter().map(|key| format!("{stream}.{key}"));
    let mut known = paths.filter(|path| ask.plan.inputs.below(path).next().is_some());
    known.next().unwrap_or_else(|| stream.to_string())
}

/// The path of the item of a list that was written in these words; else the list's own.
pub(super) fn item_path(ask: Ask, list: &str, words: &str) -> String {
    let item = ask.plan.inputs.below(list).find(|input| input.text == words);
    item.map_or_else(|| list.to_string(), |input| input.path.clone())
}

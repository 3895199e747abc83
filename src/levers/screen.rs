//! What may matter, by the prices that prove the optimal braid.
//!
//! The prices stay a proof of the same least gap where a change leaves alone all that has a price: more money
//! of a price of zero, more room under a rule of a price of zero, leave for money to pay a need that is worth no more
//! than the money. Such a change closes nothing, and need not be tried.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::money::cents_a_dollar;
use super::{Change, Outcome};
use crate::braid::bound::least_gap;
use crate::braid::proof::{AwardPrices, Price, Prices};
use crate::error::Error;
use crate::funding::{Authority, End, Lowered, More, Terms};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{LineIndex, PoolIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::restriction::{CapBound, Standing, may_match, permission};
use crate::timeline::{HeldTranche, Selection, Timeline};

/// One point: a hundredth.
const POINT_BILLIONTHS: i128 = 10_000_000;
/// A window of money, and by priority the price that no dollar of it is worth more than, where it has one.
pub(super) type Window = (More, Option<[i128; 3]>);

/// Where more money of a stream may matter.
pub(super) struct Candidates {
    pub stream: StreamIndex,
    /// Tranches that never lapse, the earliest first, under rules that are the same for all: an earlier one may pay
    /// whatever a later one may.
    pub lasting: Vec<Window>,
    /// Tranches that lapse, or whose rules go by their month, those of the highest prices first.
    pub alone: Vec<Window>,
}

/// The prices of a braid, read for what may matter.
pub(super) struct Screen<'a> {
    plan: &'a Plan,
    base: &'a Outcome,
    /// The priorities of which something is unfunded.
    open: Vec<usize>,
    /// Whether rules tie amounts together, so that the price of money alone does not tell what a payment costs.
    ruled: bool,
    /// By open priority, line and month, what a dollar that pays the need is worth.
    worth: Vec<Vec<Vec<Price>>>,
}

impl<'a> Screen<'a> {
    pub fn new(plan: &'a Plan, base: &'a Outcome) -> Screen<'a> {
        let open: Vec<usize> = (0..3).filter(|at| base.gaps[*at].is_positive()).collect();
        let ruled = base.tied(plan);
        let mut screen = Screen { plan, base, open, ruled, worth: Vec::new() };
        screen.worth = screen.open.iter().map(|at| screen.worth_of(*at)).collect();
        screen
    }

    fn prices(&self, priority: usize) -> &'a Prices {
        &self.base.proof.prices[priority]
    }

    /// The best price at which each need is paid, or all that it counts. Money that a limit of the need holds
    /// back does not set its worth.
    fn worth_of(&self, priority: usize) -> Vec<Vec<Price>> {
        let (timeline, prices) = (&self.base.timeline, self.prices(priority));
        let months = timeline.horizon.months as usize;
        let full =
            |line: &crate::plan::CostLine| vec![prices.weights[line.priority as usize]; months];
        let mut worth: Vec<Vec<Price>> = self.plan.lines.iter().map(full).collect();
        if self.ruled {
            return worth;
        }
        for (index, purse) in timeline.purses.iter().enumerate() {
            let mut cheapest: Vec<Option<Price>> = vec![None; months];
            let own = timeline.tranches.iter().zip(&prices.tranches);
            for (tranche, price) in own.filter(|(tranche, _)| tranche.purse == index) {
                for least in &mut cheapest[tranche.opens..=tranche.closes] {
                    *least = Some(least.map_or(*price, |least| least.min(*price)));
                }
            }
            let limited = |line: LineIndex| {
                let ceilings = timeline.pay_ceilings.iter();
                let mut own = ceilings.filter(|ceiling| ceiling.stream == purse.stream);
                own.any(|ceiling| ceiling.line == line)
            };
            for permit in &purse.permits {
                if permit.benefit.is_some() || limited(permit.line) {
                    continue;
                }
                for place in permit.from..=permit.through {
                    if let Some(price) = cheapest[place] {
                        let worth = &mut worth[permit.line.at()][place];
                        *worth = (*worth).min(price);
                    }
                }
            }
        }
        worth
    }

    /// Whether any price that `of` names is above zero.
    fn priced(&self, of: impl Fn(&AwardPrices) -> bool) -> bool {
        self.open.iter().any(|at| self.prices(*at).awards.iter().any(&of))
    }

    fn held(&self) -> impl Iterator<Item = (usize, &'a HeldTranche)> {
        self.base.timeline.tranches.iter().enumerate()
    }

    fn indices<I: From<usize>>(count: usize) -> impl Iterator<Item = I> {
        (0..count).map(I::from)
    }

    fn streams(&self) -> impl Iterator<Item = StreamIndex> {
        Screen::indices(self.plan.streams.len())
    }

    fn lowered(&self, stream: StreamIndex) -> Lowered {
        self.plan.stream(stream).lower(&self.plan.setting()).unwrap_or_default()
    }

    /// Whether money of the stream, or of the pool alone, is worth less than a need that `wanted` names, in
    /// some month in which the money may be spent.
    fn cheaper(
        &self,
        own: impl Fn(&HeldTranche) -> bool,
        wanted: impl Fn(LineIndex) -> bool,
    ) -> bool {
        let lines: Vec<LineIndex> = Screen::indices(self.plan.lines.len()).collect();
        let lines: Vec<LineIndex> = lines.into_iter().filter(|line| wanted(*line)).collect();
        self.held().filter(|(_, tranche)| own(tranche)).any(|(index, tranche)| {
            let mut months = tranche.opens..=tranche.closes;
            months.any(|place| {
                lines.iter().any(|line| {
                    self.base.timeline.needs[line.at()][place].is_positive()
                        && self
                            .open
                            .iter()
                            .zip(&self.worth)
                            .any(|(at, worth)| self.pays_below(*at, index, worth[line.at()][place]))
                })
            })
        })
    }

    /// Whether a tranche has a price below a worth; under rules that count in favour of a payment, it may.
    fn pays_below(&self, priority: usize, tranche: usize, worth: Price) -> bool {
        let prices = self.prices(priority);
        let favoured = prices.awards.iter().any(|award| {
            let floors = award.floors.iter().any(|(_, price)| *price > 0);
            floors || award.matching.iter().any(|price| *price > 0)
        });
        worth > 0 && (favoured || prices.tranches[tranche] < worth)
    }

    /// Streams of which more money may matter, with the tranches in which it may.
    pub fn money(&self) -> Vec<Candidates> {
        let mut all: Vec<Candidates> = self.streams().map(|stream| self.money_of(stream)).collect();
        all.retain(|of| !of.lasting.is_empty() || !of.alone.is_empty());
        all
    }

    fn money_of(&self, stream: StreamIndex) -> Candidates {
        let share_of_award = |index: &usize| {
            let caps = &self.plan.restrictions(stream).caps;
            matches!(caps[*index].bound, CapBound::ShareOfAward(_))
        };
        let room = self.priced(|prices| {
            let mut caps = prices.caps.iter();
            prices.award.0 == stream
                && caps.any(|(index, _, price)| *price > 0 && share_of_award(index))
        });
        let rules = self.plan.restrictions(stream);
        let by_month =
            rules.award.earned_by.is_some() || rules.caps.iter().any(|cap| cap.per_period);
        let (mut lasting, mut alone) = (Vec::<Window>::new(), Vec::<Window>::new());
        let mut seen = BTreeSet::new();
        for tranche in self.lowered(stream).tranches {
            let stated = !matches!(tranche.amount, Authority::OfEligible(_));
            let more = More::to(&tranche, Money::ZERO);
            let in_view = tranche.status <= self.base.view;
            let in_plan = tranche.first <= self.plan.horizon.end();
            if !stated || !in_view || !in_plan || !seen.insert(more) {
                continue;
            }
            let price = |at| self.base.price(self.plan, &Change::Money(stream, more), at);
            let prices = [0, 1, 2].map(price);
            let open = self.open.iter().map(|at| prices[*at]);
            if !room && open.clone().all(|price| price == Some(0)) {
                continue;
            }
            let known = open.clone().all(|price| price.is_some());
            let prices = known.then(|| prices.map(|price| price.unwrap_or(0)));
            match tranche.last {
                None if !by_month && tranche.award == 0 => lasting.push((more, prices)),
                _ => alone.push((more, prices)),
            }
        }
        // Those of the best prices come first, the earliest of like ones.
        let worth = |(more, prices): &Window| {
            let price = |at: &usize| prices.map_or(i128::MAX, |all| cents_a_dollar(all[*at]));
            let open = self.open.iter().map(price);
            (Reverse(open.collect::<Vec<_>>()), *more)
        };
        alone.sort_by_cached_key(worth);
        Candidates { stream, lasting, alone }
    }

    /// Limits that are amounts, and reserves, of which more room may matter.
    pub fn rooms(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for stream in self.streams() {
            if self.plan.stream(stream).status > self.base.view {
                continue;
            }
            let rules = self.plan.restrictions(stream);
            for (cap, of) in rules.caps.iter().enumerate() {
                if matches!(of.bound, CapBound::Amount(_)) && self.cap_binds(stream, cap) {
                    changes.push(Change::CapAmount(stream, cap, Money::ZERO));
                }
            }
            let binds = |prices: &AwardPrices| {
                prices.award.0 == stream && prices.years.iter().any(|(_, price)| *price > 0)
            };
            if rules.yearly_limit.is_some() && self.priced(binds) {
                changes.push(Change::YearlyLimit(stream, Money::ZERO));
            }
            if let Terms::Reserve(reserve) = &self.plan.stream(stream).terms
                && reserve.authorised < reserve.balance
            {
                let change = Change::Authorised(stream, Money::ZERO);
                let price = |at: &usize| self.base.price(self.plan, &change, *at);
                if !self.open.iter().all(|at| price(at) == Some(0)) {
                    changes.push(change);
                }
            }
        }
        changes
    }

    /// Whether the prices that prove the least gaps of the plan as it is prove the same of the changed one, so that the
    /// change closes nothing. They are asked where the change leaves the money and the needs as they are.
    pub fn proves_worthless(&self, change: &Change) -> Result<bool, Error> {
        let Some(changed) = change.apply(self.plan) else { return Ok(true) };
        let base = self.base;
        let timeline = Timeline::from_plan(&changed, Selection::View(base.view))?;
        let like = |(one, other): (&HeldTranche, &HeldTranche)| {
            let key = |held: &HeldTranche| {
                let window = (held.opens, held.closes, held.first, held.last);
                let of = (held.stream, held.award, held.period, held.pool, held.project);
                (of, window, held.amount)
            };
            key(one) == key(other)
        };
        let alike = timeline.needs == base.timeline.needs
            && timeline.tranches.len() == base.timeline.tranches.len()
            && timeline.tranches.iter().zip(&base.timeline.tranches).all(like);
        if !alike {
            return Ok(false);
        }
        for (at, prices) in base.proof.prices.iter().enumerate() {
            // Prices of a rule that the change takes away prove nothing.
            let Ok(least) = least_gap(&changed, &timeline, base.gaps, prices, at) else {
                return Ok(false);
            };
            if least < base.least[at] {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn cap_binds(&self, stream: StreamIndex, cap: usize) -> bool {
        self.priced(|prices| {
            let mut caps = prices.caps.iter();
            prices.award.0 == stream && caps.any(|(index, _, price)| *index == cap && *price > 0)
        })
    }

    /// Changes of terms that may matter.
    pub fn terms(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for stream in self.streams() {
            let in_view = self.plan.stream(stream).status <= self.base.view;
            if !in_view {
                continue;
            }
            self.limits(stream, &mut changes);
            self.windows(stream, &mut changes);
            self.matching(stream, &mut changes);
        }
        self.functions(&mut changes);
        self.benefits(&mut changes);
        changes
    }

    fn point() -> Rate {
        Rate::from_billionths(POINT_BILLIONTHS).unwrap_or(Rate::ZERO)
    }

    fn limits(&self, stream: StreamIndex, changes: &mut Vec<Change>) {
        for (cap, of) in self.plan.restrictions(stream).caps.iter().enumerate() {
            if !matches!(of.bound, CapBound::Amount(_)) && self.cap_binds(stream, cap) {
                changes.push(Change::Cap(stream, cap, Screen::point()));
            }
        }
    }

    /// Months more and carryover: of money that is held alone where some of it is worth less than a need, and
    /// of money that comes with its months wherever the plan has any.
    fn windows(&self, stream: StreamIndex, changes: &mut Vec<Change>) {
        let terms = self.plan.stream(stream);
        let held = matches!(terms.terms, Terms::Grant(_) | Terms::Schedule(_) | Terms::Reserve(_));
        // Its lines are those of any month: a longer window reaches other months.
        let spare = !held || self.spare(stream);
        if !spare {
            return;
        }
        let horizon = &self.plan.horizon;
        if matches!(terms.end, End::Until(last) if last < horizon.end() && last >= horizon.start) {
            changes.push(Change::Longer(stream, 1));
        }
        let firsts = self.lowered(stream).tranches.into_iter().map(|tranche| tranche.first);
        let first: Option<Month> = firsts.min();
        if first.is_some_and(|first| first > horizon.start && first <= horizon.end()) {
            changes.push(Change::Earlier(stream, 1));
        }
        changes.push(Change::Carried(stream));
    }

    /// Whether some of a stream's money has a price below what a dollar counts.
    fn spare(&self, stream: StreamIndex) -> bool {
        self.held().filter(|(_, tranche)| tranche.stream == stream).any(|(index, _)| {
            self.open.iter().any(|at| {
                let most = self.prices(*at).weights.iter().max().copied().unwrap_or(0);
                self.pays_below(*at, index, most)
            })
        })
    }

    fn matching(&self, award: StreamIndex, changes: &mut Vec<Change>) {
        let Some(rule) = &self.plan.restrictions(award).matching else { return };
        let binds = |prices: &AwardPrices| {
            prices.award.0 == award && prices.matching.iter().any(|price| *price > 0)
        };
        if !rule.each_dollar && !self.priced(binds) {
            return;
        }
        changes.push(Change::LessMatch(award, Screen::point()));
        if !rule.on.is_empty() {
            changes.push(Change::MatchOnAll(award));
        }
        if let Some(pledged) = &rule.pledged_by {
            for by in self.streams().filter(|by| !pledged.contains(by)) {
                let change = Change::Pledge(award, by);
                let matches = |plan: Plan| may_match(&plan, by, award);
                if change.apply(self.plan).is_some_and(matches) {
                    changes.push(change);
                }
            }
        }
    }

    /// Functions that a stream or a pool does not pay for in full.
    fn functions(&self, changes: &mut Vec<Change>) {
        let functions: BTreeSet<&String> =
            self.plan.lines.iter().map(|line| &line.function).collect();
        let pools: Vec<PoolIndex> = Screen::indices(self.plan.pools.len()).collect();
        for function in functions {
            let refused = |stream: StreamIndex, standing: Standing, line: LineIndex| {
                self.plan.line(line).function == *function
                    && permission(self.plan, stream, standing, line).is_err()
            };
            for stream in self.streams() {
                let own =
                    |tranche: &HeldTranche| tranche.stream == stream && tranche.pool.is_none();
                if self.cheaper(own, |line| refused(stream, Standing::Own, line)) {
                    changes.push(Change::PaysFor(stream, function.clone()));
                }
            }
            for pool in &pools {
                let members = &self.plan.pool(*pool).members;
                let standing = Standing::Pool(*pool);
                let refused =
                    |line| members.iter().any(|(stream, _)| refused(*stream, standing, line));
                if self.cheaper(|tranche| tranche.pool == Some(*pool), refused) {
                    changes.push(Change::PoolPaysFor(*pool, function.clone()));
                }
            }
        }
    }

    /// Awards whose documented benefit of a line holds their money back.
    fn benefits(&self, changes: &mut Vec<Change>) {
        for line in Screen::indices::<LineIndex>(self.plan.lines.len()) {
            let Some(benefit) = &self.plan.line(line).benefit else { continue };
            for stream in self.streams() {
                let named = benefit.share_of(stream).is_some();
                let could = named || self.plan.stream(stream).cost_principles;
                let own = |tranche: &HeldTranche| tranche.stream == stream;
                if could && self.cheaper(own, |other| other == line) {
                    changes.push(Change::Benefit(line, stream, Screen::point()));
                }
            }
        }
    }
}

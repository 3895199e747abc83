//! What may matter, by the prices that prove the optimal braid.
//!
//! The prices stay a proof of the same least gap where a change leaves alone all that has a price: more money
//! of a price of zero, more room under a rule of a price of zero, leave for money to pay a need that is worth no more
//! than the money. Such a change closes nothing, and need not be tried.

use std::collections::BTreeSet;

use super::{Change, Outcome};
use crate::braid::proof::{AwardPrices, Price, Prices};
use crate::funding::{Authority, End, Lowered, More, Terms};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{LineIndex, PoolIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::restriction::{CapBound, Standing, may_match, permission};
use crate::timeline::HeldTranche;

/// One point: a hundredth.
const POINT_BILLIONTHS: i128 = 10_000_000;
/// Windows of lapsing money that are tried of one stream, at most.
const LAPSING_MAX: usize = 12;

/// Where more money of a stream may matter.
pub(super) struct Candidates {
    pub stream: StreamIndex,
    /// Tranches that never lapse, the earliest first.
    pub lasting: Vec<More>,
    /// Tranches that lapse, the earliest first.
    pub lapsing: Vec<More>,
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
        let ruled = base.proof.prices.iter().any(|prices| !prices.awards.is_empty());
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
        all.retain(|of| !of.lasting.is_empty() || !of.lapsing.is_empty());
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
        let (mut lasting, mut lapsing) = (Vec::new(), Vec::<(More, Vec<Price>)>::new());
        let mut seen = BTreeSet::new();
        for tranche in self.lowered(stream).tranches {
            let stated = !matches!(tranche.amount, Authority::OfEligible(_));
            let more = More::to(&tranche, Money::ZERO);
            let in_view = tranche.status <= self.base.view;
            let in_plan = tranche.first <= self.plan.horizon.end();
            if !stated || !in_view || !in_plan || !seen.insert(more) {
                continue;
            }
            let key = (more.first, more.award, more.period);
            let own = self.held().filter(|(_, held)| {
                held.stream == stream && (held.first, held.award, held.period) == key
            });
            let own: Vec<usize> = own.map(|(index, _)| index).collect();
            let by_priority = self.open.iter().map(|at| {
                let prices = own.iter().map(|index| self.prices(*at).tranches[*index]);
                prices.max().unwrap_or(Price::MAX)
            });
            let prices: Vec<Price> = by_priority.collect();
            if !room && prices.iter().all(|price| *price == 0) {
                continue;
            }
            match tranche.last {
                None => lasting.push(more),
                Some(_) => lapsing.push((more, prices)),
            }
        }
        // Of many windows those of the best prices are tried, the earliest of like ones first.
        lapsing.sort_by(|(a, of_a), (b, of_b)| (of_b, a).cmp(&(of_a, b)));
        lapsing.truncate(LAPSING_MAX);
        let mut lapsing: Vec<More> = lapsing.into_iter().map(|(more, _)| more).collect();
        lapsing.sort_unstable();
        Candidates { stream, lasting, lapsing }
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
        let rules = self.plan.restrictions(stream);
        for cap in 0..rules.caps.len() {
            let binds = |prices: &AwardPrices| {
                let mut caps = prices.caps.iter();
                prices.award.0 == stream
                    && caps.any(|(index, _, price)| *index == cap && *price > 0)
            };
            if self.priced(binds) {
                changes.push(Change::Cap(stream, cap, Screen::point()));
            }
        }
        let binds = |prices: &AwardPrices| {
            prices.award.0 == stream && prices.years.iter().any(|(_, price)| *price > 0)
        };
        if self.priced(binds) {
            changes.push(Change::YearlyLimit(stream, Screen::point()));
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

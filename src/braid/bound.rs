//! The exact checker of a proof: what no braid can cover more than, whatever it does.
//!
//! It shares no code with any allocation; what it has in common with them is the meaning of the plan: who may pay what
//! (`permission`, `may_match`), what a selection holds, and the timeline's needs, tranches and limits of pay. It takes the prices as they are, re-derives every rule from the plan and
//! the timeline, and adds up, in whole billionths of a cent: what the money and the room under each rule
//! are worth at their prices, and for every line and month what the need is worth above the best price at which
//! money may pay it. No braid covers more (weak duality of linear programmes), so no gap is less than the rest.

use std::collections::BTreeMap;

use super::certify::{Award, names_recovery};
use super::proof::{AwardPrices, ONE, Price, Prices, Proof};
use crate::error::Error;
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::Category;
use crate::plan::restriction::{
    Cap, CapBound, IndirectBase, Selector, Standing, may_match, permission, selected,
    standing_verdict,
};
use crate::timeline::{HeldTranche, Timeline};

/// Checks that the prices of a proof prove what it says, for a braid that leaves these gaps by priority, and that they
/// prove no more than the braid itself contradicts: then the bound is wrong.
///
/// # Errors
/// An internal error that names the priority for which they do not.
pub fn check(
    plan: &Plan,
    timeline: &Timeline,
    gaps: [Money; 3],
    proof: &Proof,
) -> Result<(), Error> {
    for (priority, prices) in proof.prices.iter().enumerate() {
        let proved = least_gap(plan, timeline, gaps, prices, priority)?;
        if proved > gaps[priority] {
            return Err(Error::internal(format!(
                "no braid is better than what is proved: the {} gap is {}, and no less than {proved} can be",
                crate::plan::cost::Priority::ALL[priority].word(),
                gaps[priority],
            )));
        }
        if proof.least[priority] > proved {
            return Err(Error::internal(format!(
                "the least {} gap of {} is proved: only {proved} is",
                crate::plan::cost::Priority::ALL[priority].word(),
                proof.least[priority],
            )));
        }
    }
    Ok(())
}

/// The least gap of a priority that the prices prove for braids that leave no more than `gaps` of the priorities before
/// it. Zero at least, in whole cents rounded up, since gaps are whole.
///
/// # Errors
/// An internal error where the prices are not prices of this timeline.
pub fn least_gap(
    plan: &Plan,
    timeline: &Timeline,
    gaps: [Money; 3],
    prices: &Prices,
    priority: usize,
) -> Result<Money, Error> {
    let fits = prices.tranches.len() == timeline.tranches.len()
        && prices.tranches.iter().chain(&prices.weights).all(|price| *price >= 0)
        && prices.weights[priority] > 0
        && prices.weights[priority + 1..].iter().all(|weight| *weight == 0)
        && prices.awards.iter().all(|award| fits_rules(plan, timeline, award));
    if !fits {
        return Err(Error::internal("prices are those of the timeline, zero or more"));
    }
    let terms = Terms::new(plan, timeline, prices);
    let mut uncovered: i128 = terms.needs.iter().map(|(_, _, counted)| counted).sum();
    uncovered -= terms.money.iter().sum::<i128>();
    uncovered -= terms.rooms.iter().map(|(_, worth)| worth).sum::<i128>();
    for before in 0..priority {
        uncovered -= i128::from(gaps[before].cents()) * i128::from(prices.weights[before]);
    }
    let weight = i128::from(prices.weights[priority]);
    let cents = (uncovered + weight - 1).div_euclid(weight).max(0);
    Money::try_from_cents(cents).ok_or_else(|| Error::internal("a least gap lies within bounds"))
}

/// What a least gap is added up from, in billionths of a cent: the needs as they count, less the money and the room
/// under rules at their prices.
pub(super) struct Terms {
    /// What a need counts, by line and place: at its weight, less what it is worth above the best price at
    /// which money may pay it. Those that count nothing are left out.
    pub needs: Vec<(LineIndex, usize, i128)>,
    /// By tranche.
    pub money: Vec<i128>,
    /// By award.
    pub rooms: Vec<(Award, i128)>,
}

impl Terms {
    /// The terms of prices that fit the timeline.
    pub fn new(plan: &Plan, timeline: &Timeline, prices: &Prices) -> Terms {
        let bound = Bound::new(plan, timeline, prices);
        let money = timeline.tranches.iter().zip(&prices.tranches);
        let money =
            money.map(|(tranche, price)| i128::from(tranche.amount.cents()) * i128::from(*price));
        let rooms = bound.awards.iter().map(|award| (award.key, bound.room(award)));
        let lines = (0..plan.lines.len()).map(LineIndex::from);
        Terms {
            needs: lines.flat_map(|line| bound.needs(line)).collect(),
            money: money.collect(),
            rooms: rooms.filter(|(_, worth)| *worth != 0).collect(),
        }
    }
}

fn fits_rules(plan: &Plan, timeline: &Timeline, award: &AwardPrices) -> bool {
    let months = timeline.horizon.months as usize;
    let rules = &plan.restrictions[award.award.0.at()];
    let by_month = |prices: &Vec<Price>| prices.is_empty() || prices.len() == months;
    let caps = award.caps.iter().map(|(index, _, price)| (*index < rules.caps.len(), price));
    let floors = rules.floors.iter().filter(|floor| floor.of_spent).count();
    let floors = award.floors.iter().map(|(index, price)| (*index < floors, price));
    // A price of a year asks where a limit of the year is there to pay for it.
    let limited = rules.yearly_limit.is_some() || award.years.is_empty();
    let years = award.years.iter().map(|(_, price)| (limited, price));
    let subawards = award.subawards.iter().map(|(_, price)| price);
    let rows = subawards.chain(&award.matching).chain(&award.indirect).map(|price| (true, price));
    let mut all = caps.chain(floors).chain(years).chain(rows);
    // Each dollar that is matched on its own is paired where it is spent; no row runs through its months.
    let through = rules.matching.as_ref().is_some_and(|rule| !rule.each_dollar);
    (through || award.matching.is_empty())
        && by_month(&award.matching)
        && by_month(&award.indirect)
        && all.all(|(known, price)| known && *price >= 0)
}

/// Tranches that differ in nothing but their months and prices.
struct Group {
    stream: StreamIndex,
    award: usize,
    /// The project whose conditions hold where the stream has none of its own on a line.
    project: Option<StreamIndex>,
    standing: Standing,
    period: Option<u32>,
    /// The least price of a tranche that is open, by place.
    cheapest: Vec<Option<Price>>,
}

/// An award with its prices.
struct Priced<'a> {
    key: Award,
    prices: Option<&'a AwardPrices>,
    /// What lacking match through the end counts from each place on, and where match counts.
    matching: Vec<Price>,
    takes_match: Vec<bool>,
    /// What leave to recover counts from each place on.
    indirect: Vec<Price>,
    /// What it holds, in cents.
    held: i64,
}

struct Bound<'a> {
    plan: &'a Plan,
    timeline: &'a Timeline,
    prices: &'a Prices,
    awards: Vec<Priced<'a>>,
    groups: Vec<Group>,
    /// The least price of recovered money that has come by each place; nothing before any may.
    recovered: Vec<Option<Price>>,
}

/// What a source offers a line in a month: the worth of each dollar of it, and which limit of the line holds it.
struct Offer {
    group: Option<usize>,
    worth: i128,
    limit: Option<usize>,
}

/// An award that is matched dollar by dollar, in one need.
struct Pair {
    award: usize,
    /// Match to award.
    numerator: i128,
    denominator: i128,
    /// The worth of the award's best offer.
    best: i128,
    /// The groups that may match it.
    matching: Vec<usize>,
    /// What of the award's worth is moved to each dollar of match.
    moved: i128,
}

impl Pair {
    fn matches(&self, offer: &Offer) -> bool {
        offer.group.is_some_and(|group| self.matching.contains(&group))
    }

    /// The part that makes the award worth as much as its match of this worth.
    fn level(&self, worth: i128) -> i128 {
        let whole = self.numerator + self.denominator;
        ceil((self.best - worth) * self.denominator, whole).max(0)
    }

    /// The worth of match at which all of the award's is moved.
    fn none(&self) -> i128 {
        -ceil(self.best.max(0) * self.denominator, self.numerator)
    }
}

/// The most that an award may pay of a line.
struct Limit<'a> {
    stream: StreamIndex,
    most: Vec<i128>,
    /// What a limit of pay leaves of each month, which all awards under one share.
    of_pay: Option<&'a Vec<Money>>,
}

impl<'a> Bound<'a> {
    fn new(plan: &'a Plan, timeline: &'a Timeline, prices: &'a Prices) -> Bound<'a> {
        let mut bound = Bound {
            plan,
            timeline,
            prices,
            awards: Vec::new(),
            groups: Vec::new(),
            recovered: Vec::new(),
        };
        let mut keys: Vec<Award> =
            timeline.tranches.iter().map(|tranche| (tranche.stream, tranche.award)).collect();
        keys.sort_unstable();
        keys.dedup();
        bound.awards = keys.into_iter().map(|key| bound.priced(key)).collect();
        bound.groups = bound.group();
        bound.recovered = bound.price_recovery();
        bound
    }

    fn months(&self) -> usize {
        self.timeline.horizon.months as usize
    }

    fn month(&self, place: usize) -> Month {
        self.timeline.horizon.month(place)
    }

    fn priced(&self, key: Award) -> Priced<'a> {
        let prices = self.prices.awards.iter().find(|award| award.award == key);
        // A dollar in a month counts for every row that runs through that month or a later one.
        let from_each = |prices: Option<&Vec<Price>>| {
            let mut sums = prices.filter(|all| !all.is_empty()).cloned().unwrap_or_default();
            for place in (1..sums.len()).rev() {
                sums[place - 1] += sums[place];
            }
            sums
        };
        let rule = self.plan.restrictions(key.0).matching.as_ref();
        let own = || {
            let tranches = self.timeline.tranches.iter();
            tranches.filter(move |tranche| (tranche.stream, tranche.award) == key)
        };
        let takes = |place: usize| {
            let month = self.month(place);
            rule.is_some_and(|rule| rule.by.is_none_or(|by| month <= by))
                && own().any(|tranche| tranche.first <= month)
                && !own().all(|tranche| tranche.last.is_some_and(|last| last < month))
        };
        Priced {
            key,
            prices,
            matching: from_each(prices.map(|prices| &prices.matching)),
            takes_match: (0..self.months()).map(takes).collect(),
            indirect: from_each(prices.map(|prices| &prices.indirect)),
            held: own().map(|tranche| tranche.amount.cents()).sum(),
        }
    }

    fn group(&self) -> Vec<Group> {
        let mut groups: BTreeMap<_, Group> = BTreeMap::new();
        for (index, tranche) in self.timeline.tranches.iter().enumerate() {
            let key = (tranche.stream, tranche.award);
            let award = self.awards.iter().position(|award| award.key == key).unwrap_or_default();
            let caps = self.awards[award].prices.map_or(&[][..], |prices| &prices.caps);
            let by_period = caps.iter().any(|(_, period, _)| period.is_some());
            let period = by_period.then_some(tranche.period);
            let group =
                groups.entry((tranche.pool, tranche.project, key, period)).or_insert_with(|| {
                    Group {
                        stream: tranche.stream,
                        award,
                        project: tranche.project,
                        standing: standing(tranche),
                        period,
                        cheapest: vec![None; self.months()],
                    }
                });
            let price = self.prices.tranches[index];
            for known in &mut group.cheapest[tranche.opens..=tranche.closes] {
                *known = Some(known.map_or(price, |known| known.min(price)));
            }
        }
        groups.into_values().collect()
    }

    /// What the room under the rules of an award is worth.
    fn room(&self, award: &Priced) -> i128 {
        let Some(prices) = award.prices else { return 0 };
        let rules = self.plan.restrictions(award.key.0);
        let opening = self.plan.opening_of(award.key.0).filter(|_| award.key.1 == 0);
        let before = |amount: fn(&crate::plan::OpeningStream) -> Money| {
            opening.map_or(0, |opening| i128::from(amount(opening).cents()))
        };
        let mut room = 0;
        for (index, period, price) in &prices.caps {
            let cap = &rules.caps[*index];
            let amount = match cap.bound {
                CapBound::ShareOfSpent(_) => continue,
                CapBound::Amount(amount) => amount,
                CapBound::ShareOfAward(share) => share.of(self.stated(award.key, *period)),
            };
            // What was recovered before the plan takes room under a cap of the award that holds recovery.
            let counts = period.is_none() && names_recovery(&cap.on);
            let taken = if counts { before(|opening| opening.recovered) } else { 0 };
            room += (i128::from(amount.cents()) - taken).max(0) * i128::from(*price);
        }
        if let Some(yearly) = rules.yearly_limit {
            let fiscal = self.plan.stream(award.key.0).fiscal;
            let start = self.month(0);
            for (year, price) in &prices.years {
                let running = fiscal.year_of(start) == *year && fiscal.position(start) != 0;
                let paid = if running { before(|opening| opening.spent) } else { 0 };
                room += (i128::from(yearly.cents()) - paid).max(0) * i128::from(*price);
            }
        }
        if let (Some(rule), Some(price)) = (&rules.matching, award.matching.first()) {
            let (numerator, denominator) = rule.convention.at(self.month(0)).ratio();
            let matched = before(|opening| opening.matched) * denominator;
            let ahead = (matched - before(|opening| opening.spent) * numerator).max(0);
            room += ceil(ahead * i128::from(*price), denominator);
        }
        if let (Some(rule), Some(price)) = (rules.indirect, award.indirect.first()) {
            // What is due is rounded, by half a cent at most.
            let due = rule.charged().billionths() * before(|opening| opening.base)
                + i128::from(ONE / 2)
                - before(|opening| opening.recovered) * i128::from(ONE);
            room += ceil(due.max(0) * i128::from(*price), i128::from(ONE));
            for (id, price) in &prices.subawards {
                let counted = opening.into_iter().flat_map(|opening| &opening.subawards);
                let counted = counted.filter(|(of, _)| of == id).map(|(_, amount)| amount.cents());
                let left = (rule.subaward_cutoff.cents() - counted.sum::<i64>()).max(0);
                room += i128::from(left) * i128::from(*price);
            }
        }
        room
    }

    /// The stated amount of an award, or of a budget period; what was spent before the plan with it.
    fn stated(&self, key: Award, period: Option<u32>) -> Money {
        let own = self.timeline.tranches.iter().filter(|tranche| {
            (tranche.stream, tranche.award) == key
                && period.is_none_or(|period| tranche.period == period)
        });
        let opening = self.plan.opening_of(key.0).filter(|_| key.1 == 0 && period.is_none());
        own.map(|tranche| tranche.amount).sum::<Money>()
            + opening.map_or(Money::ZERO, |opening| opening.spent)
    }

    /// What a dollar that an award spends asks under its caps and floors: on a line, or as recovery.
    fn asked(&self, group: &Group, spends: &dyn Fn(&[Selector]) -> bool) -> i128 {
        let award = &self.awards[group.award];
        let Some(prices) = award.prices else { return 0 };
        let rules = self.plan.restrictions(award.key.0);
        let reckons = |within: &[Selector]| within.is_empty() || spends(within);
        let takes = |cap: &Cap| spends(&cap.on) && reckons(&cap.within);
        let mut asked = 0;
        for (index, period, price) in &prices.caps {
            if period.is_some() && *period != group.period {
                // A share of what is spent is reckoned on the whole award, in every period.
                if let CapBound::ShareOfSpent(share) = rules.caps[*index].bound
                    && reckons(&rules.caps[*index].within)
                {
                    asked -= share.billionths() * i128::from(*price);
                }
                continue;
            }
            let cap = &rules.caps[*index];
            let share = match cap.bound {
                CapBound::ShareOfSpent(share) if reckons(&cap.within) => share.billionths(),
                _ => 0,
            };
            let taken = if takes(cap) { i128::from(ONE) } else { 0 };
            asked += (taken - share) * i128::from(*price);
        }
        let floors: Vec<_> = rules.floors.iter().filter(|floor| floor.of_spent).collect();
        for (index, price) in &prices.floors {
            let floor = floors[*index];
            let share = if reckons(&floor.within) { floor.share.billionths() } else { 0 };
            let counts = spends(&floor.on) && reckons(&floor.within);
            let taken = if counts { i128::from(ONE) } else { 0 };
            asked += (share - taken) * i128::from(*price);
        }
        asked.div_euclid(i128::from(ONE))
    }

    /// What a dollar spent by an award in a place asks under a limit of the funder's year and of its match.
    fn asked_in(&self, award: &Priced, place: usize) -> i128 {
        let mut asked = 0;
        if let Some(prices) = award.prices.filter(|prices| !prices.years.is_empty()) {
            let year = self.plan.stream(award.key.0).fiscal.year_of(self.month(place));
            let priced = prices.years.iter().filter(|(of, _)| *of == year);
            asked += priced.map(|(_, price)| i128::from(*price)).sum::<i128>();
        }
        asked + self.asked_of_match(award, place)
    }

    fn asked_of_match(&self, award: &Priced, place: usize) -> i128 {
        let Some(price) = award.matching.get(place) else { return 0 };
        let Some(rule) = &self.plan.restrictions(award.key.0).matching else { return 0 };
        let (numerator, denominator) = rule.convention.at(self.month(0)).ratio();
        // Nothing is drawn until match that lacks from before the plan is made up for, so each dollar needs its part.
        let opening = self.plan.opening_of(award.key.0).filter(|_| award.key.1 == 0);
        let lacking = opening.map_or(0, |opening| {
            i128::from(opening.spent.cents()) * numerator
                - i128::from(opening.matched.cents()) * denominator
        });
        let held = i128::from(award.held.max(1));
        let needed = numerator * held + lacking.max(0);
        (i128::from(*price) * needed).div_euclid(denominator * held)
    }

    /// The price at which recovered money can be had by each place: what it takes of an award to recover it.
    fn price_recovery(&self) -> Vec<Option<Price>> {
        let recovery = |selectors: &[Selector]| names_recovery(selectors);
        let mut best: Option<Price> = None;
        let mut recovered = Vec::with_capacity(self.months());
        for place in 0..self.months() {
            for group in &self.groups {
                let award = &self.awards[group.award];
                let may = self.plan.restrictions(group.stream).indirect.is_some();
                let (Some(price), true) = (group.cheapest[place], may) else { continue };
                let leave = award.indirect.get(place).copied().unwrap_or(0);
                let asked = i128::from(price)
                    + self.asked(group, &recovery)
                    + self.asked_in(award, place)
                    + i128::from(leave);
                let asked = Price::try_from(asked).unwrap_or(Price::MAX);
                best = Some(best.map_or(asked, |best| best.min(asked)));
            }
            recovered.push(best.filter(|_| self.timeline.spends_recovery));
        }
        recovered
    }

    /// What the needs of a line count, by place: less what they are worth above the prices of the money that may
    /// pay them.
    fn needs(&self, line: LineIndex) -> Vec<(LineIndex, usize, i128)> {
        let weight = self.prices.weights[self.plan.line(line).priority as usize];
        let limits = self.limits(line);
        let groups = 0..self.groups.len();
        let permitted: Vec<Permitted> =
            groups.filter_map(|group| self.permitted(group, line, &limits)).collect();
        let mut counted = Vec::new();
        let mut offers = Vec::with_capacity(permitted.len() + 1);
        for (place, need) in self.timeline.needs[line.at()].iter().enumerate() {
            if need.is_zero() {
                continue;
            }
            offers.clear();
            for leave in &permitted {
                offers.extend(self.offer(leave, weight, place));
            }
            if let Some(price) = self.recovered[place] {
                let worth = i128::from(weight) - i128::from(price);
                offers.push(Offer { group: None, worth, limit: None });
            }
            let need = i128::from(need.cents());
            let worth = self.least_worth(&mut offers, &limits, line, place, need);
            if worth != need * i128::from(weight) {
                counted.push((line, place, need * i128::from(weight) - worth));
            }
        }
        counted
    }

    fn permitted(&self, index: usize, line: LineIndex, limits: &[Limit]) -> Option<Permitted> {
        let group = &self.groups[index];
        let leave = permission(self.plan, group.stream, group.standing, line).ok()?;
        let terms = self.plan.line(line);
        let spends = |selectors: &[Selector]| selected(selectors, line, terms);
        let places = (0..self.months()).filter(|place| {
            let month = self.month(*place);
            leave.from.is_none_or(|from| month >= from)
                && leave.through.is_none_or(|through| month <= through)
        });
        let places: Vec<usize> = places.collect();
        let matches = |(other, award): (usize, &Priced)| {
            let counts = other != group.award
                && !award.matching.is_empty()
                && self.may_match(group.stream, award.key, line);
            counts.then_some(other)
        };
        Some(Permitted {
            group: index,
            from: *places.first()?,
            through: *places.last()?,
            asked: self.asked(group, &spends),
            recovers: self.recovers(group, line),
            matches: self.awards.iter().enumerate().filter_map(matches).collect(),
            limit: limits.iter().position(|limit| limit.stream == self.bound_as(group, line)),
        })
    }

    /// The stream whose limit on a line holds a group: a project's income is spent as the award where it has none of
    /// its own.
    fn bound_as(&self, group: &Group, line: LineIndex) -> StreamIndex {
        let benefit = self.plan.line(line).benefit.as_ref();
        let named = benefit.is_some_and(|benefit| benefit.share_of(group.stream).is_some());
        group.project.filter(|_| !named).unwrap_or(group.stream)
    }

    /// Whether a stream's money on a line matches an award, in the months that count.
    fn may_match(&self, stream: StreamIndex, award: Award, line: LineIndex) -> bool {
        let Some(rule) = &self.plan.restrictions(award.0).matching else { return false };
        let on = if rule.on.is_empty() {
            standing_verdict(self.plan, award.0, None, line).is_allowed()
        } else {
            selected(&rule.on, line, self.plan.line(line))
        };
        on && may_match(self.plan, stream, award.0)
    }

    /// What a dollar on a line gives leave to recover, in billionths, and the price of the once in a lifetime of its
    /// subaward.
    fn recovers(&self, group: &Group, index: LineIndex) -> (i128, Price) {
        let Some(rule) = self.plan.restrictions(group.stream).indirect else { return (0, 0) };
        let line = self.plan.line(index);
        let counts = match rule.base {
            IndirectBase::TotalDirect => true,
            IndirectBase::Personnel => line.category == Category::Personnel,
            IndirectBase::PersonnelAndFringe => {
                matches!(line.category, Category::Personnel | Category::Fringe)
            }
            IndirectBase::ModifiedTotalDirect => line.mtdc && line.category != Category::Equipment,
        };
        if !counts {
            return (0, 0);
        }
        let prices = self.awards[group.award].prices;
        let once =
            line.subaward.as_ref().filter(|_| rule.base == IndirectBase::ModifiedTotalDirect);
        let priced = prices.into_iter().flat_map(|prices| &prices.subawards);
        let price = priced.filter(|(id, _)| Some(id) == once).map(|(_, price)| *price).sum();
        (rule.charged().billionths(), price)
    }

    fn offer(&self, leave: &Permitted, weight: Price, place: usize) -> Option<Offer> {
        if !(leave.from..=leave.through).contains(&place) {
            return None;
        }
        let group = &self.groups[leave.group];
        let price = group.cheapest[place]?;
        let award = &self.awards[group.award];
        let matched = leave.matches.iter().map(|other| &self.awards[*other]);
        let matched = matched.filter(|other| other.takes_match[place]);
        let matched = matched.map(|other| other.matching[place]).max().unwrap_or(0);
        let (rate, once) = leave.recovers;
        let base = award.indirect.get(place).copied().unwrap_or(0);
        let base = ceil(rate * i128::from(base), i128::from(ONE)) - i128::from(once);
        let worth = i128::from(weight) - i128::from(price) - leave.asked
            + base.max(0)
            + i128::from(matched)
            - self.asked_in(award, place);
        Some(Offer { group: Some(leave.group), worth, limit: leave.limit })
    }

    /// What a need is worth to its offers, where some awards are matched dollar by dollar: what such an award's dollar
    /// is worth may be moved to its match in any part, and the least sum counts.
    fn least_worth(
        &self,
        offers: &mut Vec<Offer>,
        limits: &[Limit],
        line: LineIndex,
        place: usize,
        need: i128,
    ) -> i128 {
        let mut pairs = self.pairs(offers, line, place);
        if pairs.is_empty() {
            return covered(offers, limits, place, need);
        }
        let mut least = covered(&mut self.moved(offers, &pairs), limits, place, need);
        for at in 0..pairs.len() {
            let best = pairs[at].moved;
            let mut kept = best;
            let pair = &pairs[at];
            let worths = offers.iter().filter(|offer| pair.matches(offer)).map(|offer| offer.worth);
            // Where the order of offers changes.
            let mut turns: Vec<i128> = worths.map(|worth| pair.level(worth)).collect();
            turns.extend([0, pair.level(pair.none())]);
            turns.sort_unstable();
            turns.dedup();
            for turn in turns {
                pairs[at].moved = turn;
                let worth = covered(&mut self.moved(offers, &pairs), limits, place, need);
                if worth < least {
                    (least, kept) = (worth, turn);
                }
            }
            pairs[at].moved = kept;
        }
        least
    }

    /// The awards among the offers that are matched dollar by dollar; those that nothing here may match are taken
    /// out.
    fn pairs(&self, offers: &mut Vec<Offer>, line: LineIndex, place: usize) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for (index, award) in self.awards.iter().enumerate() {
            let Some(rule) = &self.plan.restrictions(award.key.0).matching else { continue };
            let (numerator, denominator) = rule.convention.at(self.month(place)).ratio();
            if !rule.each_dollar || numerator == 0 {
                continue;
            }
            let own =
                |offer: &Offer| offer.group.is_some_and(|group| self.groups[group].award == index);
            let Some(best) =
                offers.iter().filter(|offer| own(offer)).map(|offer| offer.worth).max()
            else {
                continue;
            };
            let matching: Vec<usize> = (0..self.groups.len())
                .filter(|group| {
                    self.groups[*group].award != index
                        && award.takes_match[place]
                        && self.may_match(self.groups[*group].stream, award.key, line)
                })
                .collect();
            let mut pair = Pair { award: index, numerator, denominator, best, matching, moved: 0 };
            let worths = offers.iter().filter(|offer| pair.matches(offer)).map(|offer| offer.worth);
            match worths.max() {
                Some(worth) => {
                    pair.moved = pair.level(worth);
                    pairs.push(pair);
                }
                None => offers.retain(|offer| !own(offer)),
            }
        }
        pairs
    }

    /// The offers once each pair's part is moved from the award to its match.
    fn moved(&self, offers: &[Offer], pairs: &[Pair]) -> Vec<Offer> {
        let moved = |offer: &Offer| {
            let mut worth = offer.worth;
            let Some(group) = offer.group else { return Offer { worth, ..*offer } };
            let own = pairs.iter().find(|pair| pair.award == self.groups[group].award);
            if let Some(own) = own {
                worth -= (own.moved * own.numerator).div_euclid(own.denominator);
            }
            let matched = pairs.iter().filter(|pair| pair.matches(offer)).map(|pair| pair.moved);
            worth += matched.max().unwrap_or(0);
            Offer { worth, ..*offer }
        };
        offers.iter().map(moved).collect()
    }

    /// The most that each award may pay of a line in each month, by documented benefit and by a limit of pay.
    fn limits(&self, line: LineIndex) -> Vec<Limit<'a>> {
        let benefit = self.plan.line(line).benefit.as_ref();
        let needs = &self.timeline.needs[line.at()];
        let mut shares: BTreeMap<StreamIndex, (Rate, Option<&'a Vec<Money>>)> = BTreeMap::new();
        for (stream, share) in benefit.iter().flat_map(|benefit| &benefit.shares) {
            shares.insert(*stream, (*share, None));
        }
        for ceiling in self.timeline.pay_ceilings.iter().filter(|ceiling| ceiling.line == line) {
            let share = shares.get(&ceiling.stream).map_or(Rate::ONE, |(share, _)| *share);
            shares.insert(ceiling.stream, (share, Some(&ceiling.by_place)));
        }
        let limit = |(stream, (share, of_pay)): (StreamIndex, (Rate, Option<&'a Vec<Money>>))| {
            let mut through = Money::ZERO;
            let most = of_pay.unwrap_or(needs).iter().map(|amount| {
                let before = share.of(through);
                through += *amount;
                i128::from((share.of(through) - before).cents())
            });
            Limit { stream, most: most.collect(), of_pay }
        };
        shares.into_iter().map(limit).collect()
    }
}

/// A group that may pay a line, with what does not depend on the month.
struct Permitted {
    group: usize,
    from: usize,
    through: usize,
    asked: i128,
    recovers: (i128, Price),
    matches: Vec<usize>,
    limit: Option<usize>,
}

/// What a need of so many cents is worth to the best offers, each within its limit.
fn covered(offers: &mut [Offer], limits: &[Limit], place: usize, need: i128) -> i128 {
    if limits.is_empty() {
        let best = offers.iter().map(|offer| offer.worth).max().unwrap_or(0);
        return best.max(0) * need;
    }
    offers.sort_by_key(|offer| std::cmp::Reverse(offer.worth));
    let mut left: Vec<i128> = limits.iter().map(|limit| limit.most[place]).collect();
    let of_pay = limits.iter().filter_map(|limit| limit.of_pay);
    let mut pay_left = of_pay.map(|left| i128::from(left[place].cents())).max().unwrap_or(0);
    let (mut need, mut worth) = (need, 0);
    for offer in offers.iter().filter(|offer| offer.worth > 0) {
        let mut most = need;
        if let Some(limit) = offer.limit {
            most = most.min(left[limit]);
            if limits[limit].of_pay.is_some() {
                most = most.min(pay_left);
                pay_left -= most;
            }
            left[limit] -= most;
        }
        need -= most;
        worth += most * offer.worth;
    }
    worth
}

fn standing(tranche: &HeldTranche) -> Standing {
    match (tranche.pool, tranche.project) {
        (Some(pool), _) => Standing::Pool(pool),
        (None, Some(award)) => Standing::Project(award),
        (None, None) => Standing::Own,
    }
}

fn ceil(product: i128, whole: i128) -> i128 {
    (product + whole - 1).div_euclid(whole)
}

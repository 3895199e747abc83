//! Why no braid leaves less: certain costs need so much, and the only money that may pay for them is so much.
//!
//! A proof's prices are read as words: costs count at the price of the cheapest money that may pay them, money and the
//! room under rules at their own. Where no ratio binds each counts in full or not at all. Costs that share no such
//! money are told apart, each group with its own money.

use std::collections::BTreeMap;

use super::bound::Terms;
use super::proof::{ONE, Price, Prices};
use super::{Braid, Source};
use crate::error::Error;
use crate::money::Money;
use crate::name::{LineIndex, PoolIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::timeline::Timeline;

/// The proof of one priority's least gap, in amounts that add up to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The priority; the costs of those before it count with it.
    pub priority: Priority,
    /// Groups of costs with the money that may pay them, the largest gap first. None is of a gap of nothing.
    pub groups: Vec<Group>,
    /// What the groups come to less or more than the least gap: amounts below a cent, and of groups without a gap.
    pub rounding: Money,
    /// What no braid leaves less of: the gaps of all groups, and the rounding.
    pub least: Money,
}

/// Costs, and all the money that may pay them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The costs, by line.
    pub needs: Vec<CutNeed>,
    /// The money, by stream and pool, the largest first.
    pub money: Vec<CutMoney>,
    /// What rules of awards leave room for that lets other money pay, by award, at its price.
    pub rooms: Vec<(StreamIndex, u32, Money)>,
    /// The awards whose rules (caps, floors, match, recovery) have a price on them.
    pub rules: Vec<(StreamIndex, u32)>,
    /// What the braid leaves of priorities before: it is told there.
    pub before: Money,
    /// What is left: the needs less the money, the rooms, and what is told before.
    pub gap: Money,
}

/// Costs of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutNeed {
    /// The line.
    pub line: LineIndex,
    /// The first place of the horizon in which it counts.
    pub first: usize,
    /// The last.
    pub last: usize,
    /// How many places of those between count.
    pub months: usize,
    /// What it needs in its places of the cut.
    pub need: Money,
    /// What of that counts: all of it, unless other money may pay a part of it or rules bind.
    pub counted: Money,
    /// What the optimal braid leaves of it, by place.
    pub left: Vec<(usize, Money)>,
}

/// Money that may pay them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutMoney {
    /// The stream.
    pub stream: StreamIndex,
    /// The pool under whose uses it stands.
    pub pool: Option<PoolIndex>,
    /// What it holds.
    pub held: Money,
    /// What of that counts: all of it, unless rules bind.
    pub counted: Money,
    /// What the optimal braid spends it on, the largest first.
    pub spent_on: Vec<(LineIndex, Money)>,
}

impl Group {
    /// What the costs count in all.
    pub fn needed(&self) -> Money {
        self.needs.iter().map(|need| need.counted).sum()
    }

    /// What the money and the rooms count in all.
    pub fn held(&self) -> Money {
        let rooms = self.rooms.iter().map(|(_, _, room)| *room);
        self.money.iter().map(|money| money.counted).chain(rooms).sum()
    }

    /// Whether all counts in full or not at all.
    pub fn is_plain(&self) -> bool {
        self.rules.is_empty() && self.money.iter().all(|money| money.held == money.counted)
    }
}

/// The parts of a proof that hang together.
struct Links(Vec<usize>);

impl Links {
    fn root(&mut self, mut node: usize) -> usize {
        while self.0[node] != node {
            self.0[node] = self.0[self.0[node]];
            node = self.0[node];
        }
        node
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
    }
}

/// Amounts of one group in billionths of a cent, as they are gathered.
#[derive(Default)]
struct Gathered {
    needs: BTreeMap<LineIndex, Vec<(usize, i128)>>,
    money: BTreeMap<(StreamIndex, Option<PoolIndex>), (Money, i128)>,
    rooms: BTreeMap<(StreamIndex, u32), i128>,
    rules: Vec<(StreamIndex, u32)>,
    spent: BTreeMap<((StreamIndex, Option<PoolIndex>), LineIndex), Money>,
    before: i128,
}

impl Cut {
    /// Reads the prices that prove a priority's least gap, for the optimal braid.
    ///
    /// # Errors
    /// An internal error where the amounts do not come to what is proved though nothing is rounded.
    pub fn from_prices(
        plan: &Plan,
        timeline: &Timeline,
        braid: &Braid,
        (prices, priority, least): (&Prices, Priority, Money),
    ) -> Result<Cut, Error> {
        let none = Cut { priority, groups: Vec::new(), rounding: Money::ZERO, least };
        if least.is_zero() {
            return Ok(none);
        }
        let terms = Terms::new(plan, timeline, prices);
        let weight = prices.weights[priority as usize];
        let gaps = gaps(plan, timeline, braid);
        let gathered = gather(plan, timeline, braid, prices, &terms, &gaps, priority);
        let mut groups: Vec<Group> = gathered
            .into_iter()
            .map(|gathered| group(timeline, gathered, &gaps, weight))
            .filter(|group| group.gap.is_positive())
            .collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.gap));
        let rounding = least - groups.iter().map(|group| group.gap).sum::<Money>();
        let whole = |price: &Price| *price == 0 || *price == ONE;
        let plain = prices.tranches.iter().chain(&prices.weights).all(whole);
        if plain && prices.awards.is_empty() && !rounding.is_zero() {
            return Err(Error::internal(format!(
                "the costs of a cut less its money are what is proved, {least}: {rounding} apart"
            )));
        }
        Ok(Cut { groups, rounding, ..none })
    }
}

/// What a braid leaves, by line and place, where that is not nothing.
fn gaps(plan: &Plan, timeline: &Timeline, braid: &Braid) -> BTreeMap<(LineIndex, usize), Money> {
    let mut gaps = BTreeMap::new();
    for line in (0..plan.lines.len()).map(LineIndex::from) {
        for (place, need) in timeline.needs[line.at()].iter().enumerate() {
            gaps.insert((line, place), *need);
        }
    }
    for draw in &braid.draws {
        if let Some(gap) = gaps.get_mut(&(draw.line, draw.place)) {
            *gap -= draw.amount;
        }
    }
    gaps.retain(|_, gap| gap.is_positive());
    gaps
}

/// The terms by group: costs and the money that may pay them, joined where they share any.
fn gather(
    plan: &Plan,
    timeline: &Timeline,
    braid: &Braid,
    prices: &Prices,
    terms: &Terms,
    gaps: &BTreeMap<(LineIndex, usize), Money>,
    priority: Priority,
) -> Vec<Gathered> {
    let cells: BTreeMap<(LineIndex, usize), usize> = terms
        .needs
        .iter()
        .enumerate()
        .map(|(at, (line, place, _))| ((*line, *place), at))
        .collect();
    let tranche_node = |tranche: usize| terms.needs.len() + tranche;
    let award_node = |award: usize| terms.needs.len() + timeline.tranches.len() + award;
    let awards: Vec<_> = awards(timeline);
    let recovery = award_node(awards.len());
    let mut links = Links((0..=recovery).collect());
    for (index, tranche) in timeline.tranches.iter().enumerate() {
        let key = (tranche.stream, tranche.award);
        let ruled = prices.awards.iter().any(|award| award.award == key);
        if let (true, Ok(award)) = (ruled, awards.binary_search(&key)) {
            links.join(tranche_node(index), award_node(award));
        }
        // Recovered money may pay anything.
        let recovers = plan.restrictions(tranche.stream).indirect.is_some();
        if recovers && timeline.spends_recovery {
            links.join(tranche_node(index), recovery);
        }
        if terms.money[index] == 0 && !ruled {
            continue;
        }
        for permit in &timeline.purses[tranche.purse].permits {
            let places = permit.from.max(tranche.opens)..=permit.through.min(tranche.closes);
            if places.is_empty() {
                continue;
            }
            for (_, cell) in
                cells.range((permit.line, *places.start())..=(permit.line, *places.end()))
            {
                links.join(*cell, tranche_node(index));
            }
        }
    }
    let recovered = timeline.spends_recovery && !braid.recoveries.is_empty();
    if recovered {
        (0..terms.needs.len()).for_each(|cell| links.join(cell, recovery));
    }
    // Of an award's match, too, costs hang together that its own money may not pay.
    let matched = prices.awards.iter().any(|award| award.matching.iter().any(|price| *price > 0));
    if matched {
        (0..terms.needs.len()).for_each(|cell| links.join(cell, recovery));
        (0..awards.len()).for_each(|award| links.join(award_node(award), recovery));
    }
    let mut groups: BTreeMap<usize, Gathered> = BTreeMap::new();
    for (cell, (line, place, counted)) in terms.needs.iter().enumerate() {
        let own = groups.entry(links.root(cell)).or_default();
        own.needs.entry(*line).or_default().push((*place, *counted));
        let of = plan.line(*line).priority;
        if let Some(gap) = gaps.get(&(*line, *place)).filter(|_| of < priority) {
            own.before += i128::from(gap.cents()) * i128::from(prices.weights[of as usize]);
        }
    }
    for (index, tranche) in
        timeline.tranches.iter().enumerate().filter(|(at, _)| terms.money[*at] != 0)
    {
        let own = groups.entry(links.root(tranche_node(index))).or_default();
        let money = own.money.entry((tranche.stream, tranche.pool)).or_default();
        money.0 += tranche.amount;
        money.1 += terms.money[index];
    }
    for (award, worth) in &terms.rooms {
        if let Ok(at) = awards.binary_search(award) {
            let own = groups.entry(links.root(award_node(at))).or_default();
            *own.rooms.entry(*award).or_default() += worth;
        }
    }
    for award in &prices.awards {
        if let Ok(at) = awards.binary_search(&award.award) {
            groups.entry(links.root(award_node(at))).or_default().rules.push(award.award);
        }
    }
    for draw in &braid.draws {
        let Source::Tranche(tranche) = draw.source else { continue };
        let held = timeline.tranche(tranche);
        if let Some(own) = groups.get_mut(&links.root(tranche_node(tranche.at()))) {
            *own.spent.entry(((held.stream, held.pool), draw.line)).or_default() += draw.amount;
        }
    }
    // Costs for which there is no money are told together.
    let (with, without): (Vec<Gathered>, Vec<Gathered>) =
        groups.into_values().partition(|group| !group.money.is_empty() || !group.rules.is_empty());
    let mut all = Gathered::default();
    for group in without {
        // Costs of priorities before that nobody pays are told there.
        let counted: i128 = group.needs.values().flatten().map(|(_, counted)| counted).sum();
        if counted == group.before {
            continue;
        }
        all.before += group.before;
        for (line, places) in group.needs {
            all.needs.entry(line).or_default().extend(places);
        }
    }
    all.needs.values_mut().for_each(|places| places.sort_unstable());
    with.into_iter().chain([all]).collect()
}

/// The awards of a timeline, in order.
fn awards(timeline: &Timeline) -> Vec<(StreamIndex, u32)> {
    let keys = timeline.tranches.iter().map(|tranche| (tranche.stream, tranche.award));
    let mut awards: Vec<_> = keys.collect();
    awards.sort_unstable();
    awards.dedup();
    awards
}

fn group(
    timeline: &Timeline,
    gathered: Gathered,
    gaps: &BTreeMap<(LineIndex, usize), Money>,
    weight: Price,
) -> Group {
    let money = |billionths: i128| rounded(billionths, weight);
    let needs = gathered.needs.iter().filter_map(|(line, places)| {
        let (first, last) = (places.first()?.0, places.last()?.0);
        let need = places.iter().map(|(place, _)| timeline.needs[line.at()][*place]).sum();
        let counted = money(places.iter().map(|(_, counted)| counted).sum());
        let left =
            |(place, _): &(usize, i128)| gaps.get(&(*line, *place)).map(|gap| (*place, *gap));
        let left = places.iter().filter_map(left).collect();
        let months = places.len();
        Some(CutNeed { line: *line, first, last, months, need, counted, left })
    });
    let mut needs: Vec<CutNeed> = needs.filter(|need| !need.counted.is_zero()).collect();
    needs.sort_by_key(|need| std::cmp::Reverse(need.counted));
    let held = gathered.money.iter().map(|(key, (held, counted))| {
        let spent = gathered.spent.range((*key, LineIndex::from(0))..);
        let spent = spent.take_while(|((of, _), _)| of == key);
        let mut spent_on: Vec<(LineIndex, Money)> =
            spent.map(|((_, line), amount)| (*line, *amount)).collect();
        spent_on.sort_by_key(|(_, amount)| std::cmp::Reverse(*amount));
        CutMoney { stream: key.0, pool: key.1, held: *held, counted: money(*counted), spent_on }
    });
    let mut held: Vec<CutMoney> = held.filter(|money| !money.counted.is_zero()).collect();
    held.sort_by_key(|money| std::cmp::Reverse(money.counted));
    let rooms =
        gathered.rooms.iter().map(|((stream, award), room)| (*stream, *award, money(*room)));
    let rooms = rooms.filter(|(_, _, room)| !room.is_zero()).collect();
    let before = money(gathered.before);
    let rules = gathered.rules;
    let mut group = Group { needs, money: held, rooms, rules, before, gap: Money::ZERO };
    group.gap = group.needed() - group.held() - group.before;
    group
}

/// Billionths of a cent at a weight, in whole cents, half away from zero.
fn rounded(billionths: i128, weight: Price) -> Money {
    let weight = i128::from(weight);
    let half = if billionths < 0 { -weight / 2 } else { weight / 2 };
    Money::try_from_cents((billionths + half) / weight).unwrap_or(Money::MAX)
}

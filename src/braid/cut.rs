//! Why no braid leaves less: certain costs need so much, and the only money that may pay for them is so much.
//!
//! A proof's prices say which costs, which money and which rules bear a gap out: costs that count above the price of
//! the money that may pay them, money with a price, and rules with a price. Costs that share no such money or rule are
//! told apart, each group with its own money. What is told of a group is what its costs need, what the optimal braid
//! pays of them and what it leaves, in true amounts that tie to the books; what these come to at the prices stands
//! beside it.

use std::collections::BTreeMap;

use super::bound::Terms;
use super::proof::{AwardPrices, ONE, Price, Prices};
use super::{Braid, Source};
use crate::error::Error;
use crate::money::{Money, Rate};
use crate::name::{LineIndex, PoolIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::plan::restriction::CapBound;
use crate::timeline::{HeldTranche, Timeline};

/// The proof of one priority's least gap, as costs and the money that may pay them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The priority; the costs of those before it count with it.
    pub priority: Priority,
    /// What covering a dollar counts, by priority, core first.
    pub weights: [Price; 3],
    /// Groups of costs with the money that may pay them, the largest gap first. None is of a gap of nothing.
    pub groups: Vec<Group>,
    /// What the gaps of the groups come to less or more than the least gap: amounts below a cent, and of groups
    /// without a gap.
    pub rounding: Money,
    /// What no braid leaves less of, of those that leave no more of the priorities before.
    pub least: Money,
}

/// Costs, and all the money that may pay them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The costs, by line.
    pub needs: Vec<CutNeed>,
    /// The money, by stream and pool, what pays the most of them first.
    pub money: Vec<CutMoney>,
    /// What recovered indirect cost pays of them in the optimal braid.
    pub recovered: Money,
    /// The rules that keep money from them.
    pub rules: Vec<CutRule>,
    /// What the optimal braid leaves of them: core, essential, stretch.
    pub left: [Money; 3],
    /// What is proved: what of the priority no braid leaves less of among them, of those that leave no more of the
    /// priorities before.
    pub gap: Money,
    /// What the proof adds up, at its prices.
    pub priced: Priced,
    /// Whether each cost and each dollar of the money counts in full or not at all, and no rule has a price.
    pub plain: bool,
}

/// What a proof adds up of a group: the costs less the money, the room under rules and what is left of priorities
/// before, each at its price over that of the priority that is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priced {
    /// The costs.
    pub needs: Money,
    /// The money.
    pub money: Money,
    /// What rules of awards leave room for.
    pub rooms: Money,
    /// What the braid leaves of priorities before.
    pub before: Money,
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
    /// What of that counts at its priority's weight: all of it, unless money without a price may pay a part of it, or
    /// other money at less than that weight. Below nothing where paying it makes room for other costs.
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
    /// What it holds, in all the tranches that may pay any of them.
    pub held: Money,
    /// What of that has a price: there is none of it to spare.
    pub scarce: Money,
    /// What of it pays them in the optimal braid.
    pub paid: Money,
    /// What of it is recovered as indirect cost there.
    pub recovered: Money,
    /// The least and the greatest price of its tranches, over that of the priority, in billionths.
    pub prices: (Price, Price),
    /// What the optimal braid spends it on, the largest first.
    pub spent_on: Vec<(LineIndex, Money)>,
}

/// A rule that keeps money from the costs of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutRule {
    /// The award: the stream, and 0 for its first award, then one more a renewal.
    pub award: (StreamIndex, u32),
    /// Which of its rules.
    pub kind: RuleKind,
    /// Its price over that of the priority, in billionths; nothing for a rule that is kept without one.
    pub price: Option<Price>,
}

/// Which rule of an award it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleKind {
    /// The most that it may pay of a line by documented benefit (2 CFR 200.405): what that comes to.
    Benefit(LineIndex, Rate, Money),
    /// The most that it may pay of a line whose pay is limited: what that comes to.
    Pay(LineIndex, Money),
    /// A cap, by its place among the award's, and what it comes to where it is not a share of what is spent; in
    /// each budget period that has a price.
    Cap(usize, Option<Money>, bool),
    /// A floor of what is spent, by its place among those.
    Floor(usize),
    /// The limits of these fiscal years of the funder.
    Years(Vec<i32>),
    /// Its match.
    Matching,
    /// What it may recover of indirect cost.
    Indirect,
    /// What of a subaward, by its id, counts in the base of that.
    Subaward(String),
}

impl CutMoney {
    /// What of it pays other costs in the optimal braid.
    pub fn elsewhere(&self) -> Money {
        self.spent_on.iter().map(|(_, amount)| *amount).sum::<Money>() - self.paid
    }
}

impl Group {
    /// What the costs need in all.
    pub fn needed(&self) -> Money {
        self.needs.iter().map(|need| need.need).sum()
    }

    /// What the optimal braid pays of them.
    pub fn paid(&self) -> Money {
        self.money.iter().map(|money| money.paid).sum::<Money>() + self.recovered
    }

    /// What the money holds of which there is none to spare.
    pub fn scarce(&self) -> Money {
        self.money.iter().map(|money| money.scarce).sum()
    }

    /// What the optimal braid leaves of priorities before this one.
    pub fn before(&self, priority: Priority) -> Money {
        self.left[..priority as usize].iter().sum()
    }

    /// Lines, money and rules: groups that differ in months alone are told as one.
    fn alike(&self) -> (Vec<LineIndex>, Vec<(StreamIndex, Option<PoolIndex>)>) {
        let mut lines: Vec<LineIndex> = self.needs.iter().map(|need| need.line).collect();
        let mut money: Vec<_> = self.money.iter().map(|money| (money.stream, money.pool)).collect();
        lines.sort_unstable();
        money.sort_unstable();
        (lines, money)
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

/// A stream's money under one purse's uses.
type Purse = (StreamIndex, Option<PoolIndex>);

/// What is gathered of one group; amounts at prices in billionths of a cent.
#[derive(Default)]
struct Gathered {
    needs: BTreeMap<LineIndex, Vec<(usize, i128)>>,
    /// The tranches that may pay any of them.
    tranches: Vec<usize>,
    /// What the proof adds up: every cost, the money and the room under rules.
    counted: i128,
    money: i128,
    rooms: i128,
    rules: Vec<CutRule>,
    paid: BTreeMap<Purse, Money>,
    recovered: Money,
}

impl Gathered {
    fn join(&mut self, other: Gathered) {
        for (line, places) in other.needs {
            self.needs.entry(line).or_default().extend(places);
        }
        self.needs.values_mut().for_each(|places| places.sort_unstable());
        self.tranches.extend(other.tranches);
        self.tranches.sort_unstable();
        self.tranches.dedup();
        self.counted += other.counted;
        self.money += other.money;
        self.rooms += other.rooms;
        for rule in other.rules {
            if !self.rules.contains(&rule) {
                self.rules.push(rule);
            }
        }
        for (purse, amount) in other.paid {
            *self.paid.entry(purse).or_default() += amount;
        }
        self.recovered += other.recovered;
    }
}

/// What a cut is read from.
struct Read<'a> {
    plan: &'a Plan,
    timeline: &'a Timeline,
    braid: &'a Braid,
    prices: &'a Prices,
    terms: Terms,
    priority: Priority,
    /// What the braid leaves, by line and place.
    left: Vec<Vec<Money>>,
    /// What of each tranche the braid spends, by line, and recovers.
    spent: Vec<Vec<(LineIndex, Money)>>,
    recovered: Vec<Money>,
    /// What streams pay of lines that bound what they may pay of them, by place.
    limited: BTreeMap<(StreamIndex, LineIndex, usize), Money>,
    /// Where each need stands among those of the terms.
    cells: BTreeMap<(LineIndex, usize), usize>,
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
        let weights = prices.weights;
        let none = Cut { priority, weights, groups: Vec::new(), rounding: Money::ZERO, least };
        if least.is_zero() {
            return Ok(none);
        }
        let read = Read::new(plan, timeline, braid, (prices, priority));
        let mut groups = Vec::new();
        for gathered in read.gather() {
            groups.push((read.group(&gathered), gathered));
        }
        groups.retain(|(group, _)| group.gap.is_positive());
        let rounding = least - groups.iter().map(|(group, _)| group.gap).sum::<Money>();
        let groups = read.merge(groups);
        let whole = |price: &Price| *price == 0 || *price == ONE;
        let plain = prices.tranches.iter().chain(&prices.weights).all(whole);
        // Where money counts for more than the costs of its group, that group lessens what is proved and leaves nothing.
        if plain && priced_rules(prices).next().is_none() && rounding.is_positive() {
            return Err(Error::internal(format!(
                "the costs of a cut less its money are what is proved, {least}: {rounding} apart"
            )));
        }
        Ok(Cut { groups, rounding, ..none })
    }
}

/// The awards of which any rule has a price.
fn priced_rules(prices: &Prices) -> impl Iterator<Item = &AwardPrices> {
    prices.awards.iter().filter(|award| {
        let caps = award.caps.iter().map(|(_, _, price)| price);
        let floors = award.floors.iter().map(|(_, price)| price);
        let years = award.years.iter().map(|(_, price)| price);
        let subawards = award.subawards.iter().map(|(_, price)| price);
        let months = award.matching.iter().chain(&award.indirect);
        caps.chain(floors).chain(years).chain(subawards).chain(months).any(|price| *price > 0)
    })
}

impl<'a> Read<'a> {
    fn new(
        plan: &'a Plan,
        timeline: &'a Timeline,
        braid: &'a Braid,
        (prices, priority): (&'a Prices, Priority),
    ) -> Read<'a> {
        let terms = Terms::new(plan, timeline, prices);
        let cells = terms.needs.iter().enumerate();
        let cells = cells.map(|(at, (line, place, _))| ((*line, *place), at)).collect();
        let mut spent: Vec<BTreeMap<LineIndex, Money>> =
            vec![BTreeMap::new(); timeline.tranches.len()];
        for draw in &braid.draws {
            if let Source::Tranche(tranche) = draw.source {
                *spent[tranche.at()].entry(draw.line).or_default() += draw.amount;
            }
        }
        let mut recovered = vec![Money::ZERO; timeline.tranches.len()];
        for recovery in &braid.recoveries {
            recovered[recovery.tranche.at()] += recovery.amount;
        }
        let mut read = Read {
            plan,
            timeline,
            braid,
            prices,
            terms,
            priority,
            left: braid.left(timeline),
            spent: spent.into_iter().map(|lines| lines.into_iter().collect()).collect(),
            recovered,
            limited: BTreeMap::new(),
            cells,
        };
        for draw in &braid.draws {
            let Source::Tranche(tranche) = draw.source else { continue };
            if read.is_limited(draw.line) {
                let stream = read.bound_as(timeline.tranche(tranche), draw.line);
                let key = (stream, draw.line, draw.place);
                *read.limited.entry(key).or_default() += draw.amount;
            }
        }
        read
    }

    /// The needs of the terms that a tranche may pay.
    fn reached(&self, tranche: &HeldTranche) -> Vec<usize> {
        let mut reached = Vec::new();
        for permit in &self.timeline.purses[tranche.purse].permits {
            let places = permit.from.max(tranche.opens)..=permit.through.min(tranche.closes);
            if places.is_empty() {
                continue;
            }
            let (from, through) = ((permit.line, *places.start()), (permit.line, *places.end()));
            reached.extend(self.cells.range(from..=through).map(|(_, cell)| *cell));
        }
        reached
    }

    /// Whether a need of the terms is told. Costs of later priorities stand in the proof alone, and so do those that count
    /// less than nothing since paying them makes room for others, where they are paid.
    fn is_told(&self, cell: usize) -> bool {
        let (line, place, counted) = &self.terms.needs[cell];
        self.plan.line(*line).priority <= self.priority
            && (*counted > 0 || self.left[line.at()][*place].is_positive())
    }

    /// The terms by group: costs and the money that may pay them, joined where they share any that is scarce.
    fn gather(&self) -> Vec<Gathered> {
        let Read { plan, timeline, prices, terms, .. } = self;
        let tranche_node = |tranche: usize| terms.needs.len() + tranche;
        let award_node = |award: usize| terms.needs.len() + timeline.tranches.len() + award;
        let awards = timeline.awards();
        let recovery = award_node(awards.len());
        let mut links = Links((0..=recovery).collect());
        let ruled: Vec<_> = priced_rules(prices).map(|award| award.award).collect();
        for (index, tranche) in timeline.tranches.iter().enumerate() {
            let key = (tranche.stream, tranche.award);
            let ruled = ruled.contains(&key);
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
            for cell in self.reached(tranche) {
                links.join(cell, tranche_node(index));
            }
        }
        if timeline.spends_recovery && !self.braid.recoveries.is_empty() {
            (0..terms.needs.len()).for_each(|cell| links.join(cell, recovery));
        }
        // Of an award's match, too, costs hang together that its own money may not pay.
        let matched =
            prices.awards.iter().any(|award| award.matching.iter().any(|price| *price > 0));
        if matched {
            (0..terms.needs.len()).for_each(|cell| links.join(cell, recovery));
            (0..awards.len()).for_each(|award| links.join(award_node(award), recovery));
        }
        let mut groups: BTreeMap<usize, Gathered> = BTreeMap::new();
        for (cell, (line, place, counted)) in terms.needs.iter().enumerate() {
            let own = groups.entry(links.root(cell)).or_default();
            own.counted += counted;
            if self.is_told(cell) {
                own.needs.entry(*line).or_default().push((*place, *counted));
            }
        }
        for (index, tranche) in timeline.tranches.iter().enumerate() {
            if terms.money[index] != 0 {
                let own = groups.entry(links.root(tranche_node(index))).or_default();
                own.money += terms.money[index];
            }
            let reached = self.reached(tranche).into_iter().filter(|cell| self.is_told(*cell));
            let mut roots: Vec<usize> = reached.map(|cell| links.root(cell)).collect();
            roots.sort_unstable();
            roots.dedup();
            for root in roots {
                groups.entry(root).or_default().tranches.push(index);
            }
        }
        for (award, worth) in &terms.rooms {
            if let Ok(at) = awards.binary_search(award) {
                groups.entry(links.root(award_node(at))).or_default().rooms += worth;
            }
        }
        for award in priced_rules(prices) {
            if let Ok(at) = awards.binary_search(&award.award) {
                let own = groups.entry(links.root(award_node(at))).or_default();
                own.rules.extend(self.rules(award));
            }
        }
        for draw in &self.braid.draws {
            let Some(cell) = self.cells.get(&(draw.line, draw.place)) else { continue };
            if !self.is_told(*cell) {
                continue;
            }
            let own = groups.entry(links.root(*cell)).or_default();
            match draw.source {
                Source::Recovery(_) => own.recovered += draw.amount,
                Source::Tranche(tranche) => {
                    let held = timeline.tranche(tranche);
                    *own.paid.entry((held.stream, held.pool)).or_default() += draw.amount;
                }
            }
        }
        // Costs for which there is no money are told together.
        let (with, without): (Vec<Gathered>, Vec<Gathered>) =
            groups.into_values().partition(|group| {
                group.money != 0 || !group.tranches.is_empty() || !group.rules.is_empty()
            });
        let mut all = Gathered::default();
        for group in without {
            // Costs of priorities before that nobody pays are told there.
            if group.needs.keys().any(|line| plan.line(*line).priority == self.priority) {
                all.join(group);
            }
        }
        with.into_iter().chain([all]).collect()
    }

    /// Groups that are alike but for their months as one, the largest gap first.
    fn merge(&self, groups: Vec<(Group, Gathered)>) -> Vec<Group> {
        let mut alike: BTreeMap<_, (Money, Vec<Gathered>)> = BTreeMap::new();
        for (group, gathered) in groups {
            let rules = group.rules.iter().map(|rule| rule.award).collect::<Vec<_>>();
            let (gap, own) = alike.entry((group.alike(), rules)).or_default();
            *gap += group.gap;
            own.push(gathered);
        }
        let one = |(gap, own): (Money, Vec<Gathered>)| {
            let mut all = Gathered::default();
            own.into_iter().for_each(|gathered| all.join(gathered));
            Group { gap, ..self.group(&all) }
        };
        let mut groups: Vec<Group> = alike.into_values().map(one).collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.gap));
        groups
    }

    fn group(&self, gathered: &Gathered) -> Group {
        let weight = self.prices.weights[self.priority as usize];
        let mut left = [Money::ZERO; 3];
        let mut before = 0;
        let mut needs = Vec::new();
        let mut whole = true;
        for (line, places) in &gathered.needs {
            let (Some(first), Some(last)) = (places.first(), places.last()) else { continue };
            let priority = self.plan.line(*line).priority;
            let own_weight = self.prices.weights[priority as usize];
            whole &= own_weight == weight;
            let sum: i128 = places.iter().map(|(_, counted)| counted).sum();
            let unpaid = places.iter().map(|(place, _)| (*place, self.left[line.at()][*place]));
            let unpaid: Vec<_> = unpaid.filter(|(_, amount)| amount.is_positive()).collect();
            let own: Money = unpaid.iter().map(|(_, amount)| *amount).sum();
            left[priority as usize] += own;
            if priority < self.priority {
                before += i128::from(own.cents()) * i128::from(own_weight);
            }
            needs.push(CutNeed {
                line: *line,
                first: first.0,
                last: last.0,
                months: places.len(),
                need: places.iter().map(|(place, _)| self.timeline.needs[line.at()][*place]).sum(),
                counted: rounded(sum, own_weight),
                left: unpaid,
            });
        }
        needs.sort_by_key(|need| std::cmp::Reverse(need.need));
        let money = self.money(gathered);
        let priced = Priced {
            needs: rounded(gathered.counted, weight),
            money: rounded(gathered.money, weight),
            rooms: rounded(gathered.rooms, weight),
            before: rounded(before, weight),
        };
        let proved = gathered.counted - gathered.money - gathered.rooms - before;
        whole &=
            gathered.tranches.iter().all(|at| [0, weight].contains(&self.prices.tranches[*at]));
        whole &= gathered.rules.is_empty();
        let mut rules = gathered.rules.clone();
        rules.extend(self.limits(gathered));
        whole &= rules.iter().all(|rule| rule.kind != RuleKind::Matching);
        Group {
            needs,
            money,
            recovered: gathered.recovered,
            rules,
            left,
            gap: proved_cents(proved, weight),
            priced,
            plain: whole,
        }
    }

    fn money(&self, gathered: &Gathered) -> Vec<CutMoney> {
        let weight = self.prices.weights[self.priority as usize];
        let mut money: BTreeMap<Purse, (CutMoney, BTreeMap<LineIndex, Money>)> = BTreeMap::new();
        for at in &gathered.tranches {
            let tranche = &self.timeline.tranches[*at];
            let purse = (tranche.stream, tranche.pool);
            let price = i128::from(self.prices.tranches[*at]) * i128::from(ONE);
            let price = Price::try_from(price / i128::from(weight)).unwrap_or(Price::MAX);
            let (held, spent) = money.entry(purse).or_insert_with(|| {
                let paid = gathered.paid.get(&purse).copied().unwrap_or_default();
                let (stream, pool) = purse;
                let none = CutMoney {
                    stream,
                    pool,
                    held: Money::ZERO,
                    scarce: Money::ZERO,
                    paid,
                    recovered: Money::ZERO,
                    prices: (price, price),
                    spent_on: Vec::new(),
                };
                (none, BTreeMap::new())
            });
            held.held += tranche.amount;
            if price > 0 {
                held.scarce += tranche.amount;
            }
            held.recovered += self.recovered[*at];
            held.prices = (held.prices.0.min(price), held.prices.1.max(price));
            for (line, amount) in &self.spent[*at] {
                *spent.entry(*line).or_default() += *amount;
            }
        }
        let one = |(mut money, spent): (CutMoney, BTreeMap<LineIndex, Money>)| {
            money.spent_on = spent.into_iter().collect();
            money.spent_on.sort_by_key(|(_, amount)| std::cmp::Reverse(*amount));
            money
        };
        let mut money: Vec<CutMoney> = money.into_values().map(one).collect();
        money.sort_by_key(|money| std::cmp::Reverse((money.paid, money.held)));
        money
    }

    /// The rules of an award that have a price.
    fn rules(&self, award: &AwardPrices) -> Vec<CutRule> {
        let weight = i128::from(self.prices.weights[self.priority as usize]);
        let mut found: BTreeMap<RuleKind, Price> = BTreeMap::new();
        let mut add = |kind: RuleKind, price: Price| {
            if price > 0 {
                let price = i128::from(price) * i128::from(ONE) / weight;
                let price = Price::try_from(price).unwrap_or(Price::MAX);
                let known = found.entry(kind).or_default();
                *known = price.max(*known);
            }
        };
        for (index, period, price) in &award.caps {
            let amount = self.capped(award.award, *index, *period);
            add(RuleKind::Cap(*index, amount, period.is_some()), *price);
        }
        for (index, price) in &award.floors {
            add(RuleKind::Floor(*index), *price);
        }
        let years: Vec<_> = award.years.iter().filter(|(_, price)| *price > 0).collect();
        let most = years.iter().map(|(_, price)| *price).max().unwrap_or(0);
        add(RuleKind::Years(years.iter().map(|(year, _)| *year).collect()), most);
        add(RuleKind::Matching, award.matching.iter().copied().max().unwrap_or(0));
        add(RuleKind::Indirect, award.indirect.iter().copied().max().unwrap_or(0));
        for (id, price) in &award.subawards {
            add(RuleKind::Subaward(id.clone()), *price);
        }
        let rule = |(kind, price)| CutRule { award: award.award, kind, price: Some(price) };
        found.into_iter().map(rule).collect()
    }

    /// What a cap comes to, where it is no share of what is spent.
    fn capped(
        &self,
        award: (StreamIndex, u32),
        index: usize,
        period: Option<u32>,
    ) -> Option<Money> {
        let own = self.timeline.tranches.iter().filter(|tranche| {
            (tranche.stream, tranche.award) == award
                && period.is_none_or(|period| tranche.period == period)
        });
        let opening = self.plan.opening_of(award.0).filter(|_| award.1 == 0 && period.is_none());
        let stated = own.map(|tranche| tranche.amount).sum::<Money>()
            + opening.map_or(Money::ZERO, |opening| opening.spent);
        match self.plan.restrictions(award.0).caps[index].bound {
            CapBound::Amount(amount) => Some(amount),
            CapBound::ShareOfAward(share) => Some(share.of(stated)),
            CapBound::ShareOfSpent(_) => None,
        }
    }

    /// The rules that need no price: match of each dollar; and what a stream may pay of a line by documented benefit or
    /// a limit of pay, where it has money to spare and pays so much.
    fn limits(&self, gathered: &Gathered) -> Vec<CutRule> {
        let tranches = || gathered.tranches.iter().map(|at| (*at, &self.timeline.tranches[*at]));
        let mut matched: Vec<(StreamIndex, u32)> =
            tranches().map(|(_, held)| (held.stream, held.award)).collect();
        matched.sort_unstable();
        matched.dedup();
        let each_dollar = |award: &(StreamIndex, u32)| {
            let rule = self.plan.restrictions(award.0).matching.as_ref();
            rule.is_some_and(|rule| rule.each_dollar)
        };
        matched.retain(each_dollar);
        let matched = matched.into_iter();
        let mut rules: Vec<CutRule> =
            matched.map(|award| CutRule { award, kind: RuleKind::Matching, price: None }).collect();
        for (line, places) in gathered.needs.iter().filter(|(line, _)| self.is_limited(**line)) {
            let weight = self.prices.weights[self.plan.line(*line).priority as usize];
            let mut open: BTreeMap<StreamIndex, Vec<usize>> = BTreeMap::new();
            for (at, held) in tranches().filter(|(_, held)| self.may_pay(held, *line)) {
                open.entry(self.bound_as(held, *line)).or_default().push(at);
            }
            for (stream, own) in open {
                let Some(limit) = self.limit(stream, *line) else { continue };
                if own.iter().all(|at| self.prices.tranches[*at] >= weight) {
                    continue;
                }
                let within = |place: &usize| {
                    let held = own.iter().map(|at| &self.timeline.tranches[*at]);
                    held.into_iter().any(|held| (held.opens..=held.closes).contains(place))
                };
                let places: Vec<usize> =
                    places.iter().map(|(place, _)| *place).filter(within).collect();
                let most: Money = places.iter().map(|place| limit.by_place[*place]).sum();
                let paid = places.iter().filter_map(|at| self.limited.get(&(stream, *line, *at)));
                if paid.sum::<Money>() == most {
                    let kind = match limit.share {
                        Some(share) => RuleKind::Benefit(*line, share, most),
                        None => RuleKind::Pay(*line, most),
                    };
                    rules.push(CutRule { award: (stream, 0), kind, price: None });
                }
            }
        }
        rules
    }

    fn is_limited(&self, line: LineIndex) -> bool {
        self.plan.line(line).benefit.is_some()
            || self.timeline.pay_ceilings.iter().any(|ceiling| ceiling.line == line)
    }

    /// The stream whose limit on a line holds a tranche: a project's income is spent as the award where it has no share
    /// of its own.
    fn bound_as(&self, held: &HeldTranche, line: LineIndex) -> StreamIndex {
        let benefit = self.plan.line(line).benefit.as_ref();
        let named = benefit.is_some_and(|benefit| benefit.share_of(held.stream).is_some());
        held.project.filter(|_| !named).unwrap_or(held.stream)
    }

    fn may_pay(&self, held: &HeldTranche, line: LineIndex) -> bool {
        let permits = &self.timeline.purses[held.purse].permits;
        permits.iter().any(|permit| permit.line == line)
    }

    /// The most that a stream may pay of a line, by place, if a rule says so.
    fn limit(&self, stream: StreamIndex, line: LineIndex) -> Option<Limit> {
        let benefit = self.plan.line(line).benefit.as_ref();
        let share = benefit.and_then(|benefit| benefit.share_of(stream));
        let mut ceilings = self.timeline.pay_ceilings.iter();
        let ceiling = ceilings.find(|one| (one.stream, one.line) == (stream, line));
        if share.is_none() && ceiling.is_none() {
            return None;
        }
        let of = ceiling.map_or(&self.timeline.needs[line.at()], |ceiling| &ceiling.by_place);
        let rate = share.unwrap_or(Rate::ONE);
        let mut through = Money::ZERO;
        let most = of.iter().map(|amount| {
            let before = rate.of(through);
            through += *amount;
            rate.of(through) - before
        });
        Some(Limit { share, by_place: most.collect() })
    }
}

/// The most that a stream may pay of a line: the share of documented benefit, if it has one.
struct Limit {
    share: Option<Rate>,
    by_place: Vec<Money>,
}

/// What is proved to be left at least, in whole cents: gaps are whole, so a part of a cent is one more.
fn proved_cents(billionths: i128, weight: Price) -> Money {
    let weight = i128::from(weight.max(1));
    Money::try_from_cents((billionths + weight - 1).div_euclid(weight)).unwrap_or(Money::MAX)
}

/// Billionths of a cent at a weight, in whole cents, half away from zero; nothing at a weight of nothing.
fn rounded(billionths: i128, weight: Price) -> Money {
    let weight = i128::from(weight);
    if weight == 0 {
        return Money::ZERO;
    }
    let half = if billionths < 0 { -weight / 2 } else { weight / 2 };
    Money::try_from_cents((billionths + half) / weight).unwrap_or(Money::MAX)
}

//! What of a waterfall is the same in every braid of a plan and timeline: the order of sources, what each may pay,
//! the rules of awards, needs and their sums.

use crate::braid::award::Award;
use crate::funding::{Kind, Receipts};
use crate::money::{Money, Rate};
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::{CostLine, Priority};
use crate::timeline::{HeldTranche, PayCeiling, Permit, Timeline};

use super::matching::{Needed, matches_needed};

/// What is fixed before the first draw, whatever the amounts.
pub(crate) struct Frame<'a> {
    pub plan: &'a Plan,
    pub timeline: &'a Timeline,
    /// Words of a set of lines.
    pub words: usize,
    /// The tranches in spending order.
    pub order: Vec<Ranked>,
    /// The ranks that open at each place.
    pub opening: Vec<Vec<usize>>,
    /// The sources in spending order: tranches that follow each other and are alike are one.
    pub pools: Vec<Pool>,
    /// Where the lines of each pool begin in [`Frame::may`].
    pub sets: Vec<usize>,
    /// Whether match or recovery depends on which tranche of a pool pays.
    pub asks_for_parts: bool,
    /// The pools that have closed before each place.
    pub closed: Vec<Vec<usize>>,
    /// The pools that may pay more whenever a month is repeated, but for those that wait for their own spending alone.
    pub asking: Vec<u64>,
    /// The pool of recovered money; beyond the pools where none is spent.
    pub recovery: usize,
    /// What each purse may pay; last, what recovered money may pay: anything.
    pub uses: Vec<Uses>,
    /// The lines that each purse may pay in the first month, by priority: those that do not wait for spending, and
    /// those that do.
    pub may: Vec<[u64; 2]>,
    /// The lines that each pool may pay in the first month, by priority.
    pub reach: [Vec<u64>; 3],
    /// The purses that change what they may pay, by place.
    pub changing: Vec<Vec<u32>>,
    /// The lines of each priority.
    pub classes: [Vec<u64>; 3],
    pub awards: Vec<Award>,
    pub needed: Vec<Needed>,
    /// Whether there is unrestricted money but what is recovered.
    pub has_unrestricted: bool,
    /// Cumulative needs: the sum through each place, by line.
    pub through: Vec<Vec<i64>>,
    /// The need of every line, place after place.
    pub needs: Vec<i64>,
    /// The lines that need anything, place after place.
    pub open: Vec<u64>,
    /// The awards whose part of a line is bounded, by line.
    pub bounds: Vec<Vec<Bound>>,
    /// Whether there are any.
    pub is_bounded: bool,
    /// Core lines.
    pub core: Vec<usize>,
}

/// One tranche in spending order.
#[derive(Clone, Copy)]
pub(crate) struct Ranked {
    pub tranche: usize,
    pub pool: usize,
}

/// One source of money: tranches that may pay the same under the same rules, one after another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pool {
    /// The stream; none where it is recovered money.
    pub stream: Option<StreamIndex>,
    /// The award whose project's income it is, if it is that.
    pub project: Option<StreamIndex>,
    /// What it may pay; recovery may pay what its own purse says.
    pub purse: usize,
    pub unrestricted: bool,
    /// Whether it is a reserve.
    pub reserve: bool,
    /// The award, by its place.
    pub award: usize,
    /// The budget period's slot in the award's account.
    pub slot: usize,
    /// The match that the award needs, by its place.
    pub needed: Option<usize>,
    /// The last place in which it may pay.
    pub closes: usize,
    /// Whether what is left then is lost.
    pub lapses: bool,
    /// How much has to be asked before it pays.
    pub way: Way,
}

/// How much has to be asked before a source pays a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Nothing but what it holds and what the line needs.
    Plain,
    /// Of lines that wait for spending, the shares of what the award spends.
    BySpending,
    /// Every rule of the plan.
    ByRules,
}

/// The lines of a purse, those that wait for spending last.
pub(crate) struct Uses {
    pub permits: Vec<Permit>,
    /// Those of core lines.
    pub core: Vec<Permit>,
    /// Whether each line waits for spending.
    waits: Vec<bool>,
}

/// The most that an award may pay of a line: its documented share, of what a limit of pay leaves.
pub(crate) struct Bound {
    pub stream: StreamIndex,
    /// The most through each place, by cumulative rounding.
    pub(super) through: Vec<i64>,
    /// What the limit of pay leaves of each month, where one binds.
    pub ceiling: Option<Vec<Money>>,
}

impl Bound {
    /// The most of a month.
    pub fn of_month(&self, place: usize) -> i64 {
        self.through[place] - if place == 0 { 0 } else { self.through[place - 1] }
    }
}

impl<'a> Frame<'a> {
    /// Lays out what every braid of a timeline shares; `needs` by line and place.
    pub fn new(plan: &'a Plan, timeline: &'a Timeline, needs: &[Vec<Money>]) -> Frame<'a> {
        let (awards, award_of) = awards(plan, timeline);
        let through = cumulative(needs);
        let uses = uses(plan, timeline, &awards, &award_of);
        let needed = matches_needed(plan, timeline, &awards);
        let bounds = bounds(plan, timeline, needs);
        let months = plan.horizon.months as usize;
        let words = plan.lines.len().div_ceil(64);
        let way = |tranche: &HeldTranche, award: usize| {
            let streams = [Some(tranche.stream), tranche.project];
            let is_bound = |bound: &Bound| streams.contains(&Some(bound.stream));
            let asks = needed
                .iter()
                .any(|match_| match_.award == award || match_.streams[tranche.stream.at()])
                || bounds.iter().flatten().any(is_bound);
            match asks {
                false if awards[award].is_plain() => Way::Plain,
                false if awards[award].is_bound_by_spending_alone() => Way::BySpending,
                _ => Way::ByRules,
            }
        };
        let (mut order, mut pools): (Vec<Ranked>, Vec<Pool>) = (Vec::new(), Vec::new());
        let mut recovery = usize::MAX;
        for (index, unrestricted) in ranking(plan, timeline, &uses, &through) {
            let Some(index) = index else {
                recovery = pools.len();
                pools.push(Pool::of_recovery(timeline));
                continue;
            };
            let tranche = &timeline.tranches[index];
            let award = award_of[index];
            let pool = Pool {
                stream: Some(tranche.stream),
                project: tranche.project,
                purse: tranche.purse,
                unrestricted,
                reserve: plan.stream(tranche.stream).kind == Kind::Reserve,
                award,
                slot: awards[award].slot(tranche.period),
                needed: needed.iter().position(|match_| match_.award == award),
                closes: tranche.closes,
                lapses: tranche.last.is_some(),
                way: way(tranche, award),
            };
            // What is rounded by payment keeps its tranches apart.
            let rounds = pool.needed.is_some() || awards[award].recovers();
            if rounds || pools.last() != Some(&pool) {
                pools.push(pool);
            }
            order.push(Ranked { tranche: index, pool: pools.len() - 1 });
        }
        let mut opening = vec![Vec::new(); months];
        for (rank, ranked) in order.iter().enumerate() {
            opening[timeline.tranches[ranked.tranche].opens].push(rank);
        }
        let mut closed = vec![Vec::new(); months];
        let mut asking = vec![0; pools.len().div_ceil(64)];
        let recovers = awards.iter().any(Award::recovers);
        let awards_move =
            |pool: &Pool| pool.needed.is_some() || awards[pool.award].has_moving_room();
        for (index, pool) in pools.iter().enumerate() {
            if pool.closes + 1 < months {
                closed[pool.closes + 1].push(index);
            }
            let more = match pool.unrestricted {
                true => recovers,
                false => pool.way == Way::ByRules && awards_move(pool),
            };
            asking[index / 64] |= u64::from(more) << (index % 64);
        }
        let mut classes: [Vec<u64>; 3] = std::array::from_fn(|_| vec![0; words]);
        for (line, cost) in plan.lines.iter().enumerate() {
            classes[cost.priority as usize][line / 64] |= 1 << (line % 64);
        }
        let has_unrestricted = pools.iter().any(|pool| pool.unrestricted && pool.stream.is_some());
        let mut frame = Frame {
            plan,
            timeline,
            words,
            opening,
            sets: pools.iter().map(|pool| pool.purse * 3 * words).collect(),
            asks_for_parts: recovers || !needed.is_empty(),
            closed,
            asking,
            recovery,
            reach: std::array::from_fn(|_| vec![0; pools.len() * words]),
            pools,
            changing: changing(&uses, months),
            may: vec![[0; 2]; uses.len() * 3 * words],
            has_unrestricted,
            order,
            uses,
            core: core_lines(plan),
            classes,
            awards,
            needed,
            through,
            needs: vec![0; months * plan.lines.len()],
            open: vec![0; months * words],
            is_bounded: bounds.iter().any(|bounds| !bounds.is_empty()),
            bounds,
        };
        for (line, needs) in needs.iter().enumerate() {
            for (place, need) in needs.iter().enumerate() {
                frame.needs[place * plan.lines.len() + line] = need.cents();
                if need.is_positive() {
                    frame.open[place * words + line / 64] |= 1 << (line % 64);
                }
            }
        }
        let mut may = std::mem::take(&mut frame.may);
        for purse in 0..frame.uses.len() {
            frame.open_purse(purse, 0, &mut may);
        }
        let mut reach = std::mem::take(&mut frame.reach);
        for purse in 0..frame.uses.len() {
            frame.open_reach(purse, &may, &mut reach);
        }
        (frame.may, frame.reach) = (may, reach);
        frame
    }

    /// Where the lines of a purse and priority begin in [`Frame::may`].
    pub fn set_of(&self, purse: usize, class: usize) -> usize {
        (purse * 3 + class) * self.words
    }

    /// Takes in which lines a purse may pay in a month.
    pub fn open_purse(&self, purse: usize, place: usize, may: &mut [[u64; 2]]) {
        let from = self.set_of(purse, 0);
        may[from..from + 3 * self.words].fill([0; 2]);
        let uses = &self.uses[purse];
        for permit in uses.permits.iter().filter(|permit| permit_holds(permit, place)) {
            let line = permit.line.at();
            let class = self.plan.line(permit.line).priority as usize;
            let waits = usize::from(uses.waits[line]);
            may[self.set_of(purse, class) + line / 64][waits] |= 1 << (line % 64);
        }
    }

    /// Takes in which lines the pools of a purse may pay.
    pub fn open_reach(&self, purse: usize, may: &[[u64; 2]], reach: &mut [Vec<u64>; 3]) {
        let own = self.pools.iter().enumerate().filter(|(_, pool)| pool.purse == purse);
        for (pool, _) in own {
            for (class, reach) in reach.iter_mut().enumerate() {
                let set = self.set_of(purse, class);
                for (word, [free, waits]) in may[set..set + self.words].iter().enumerate() {
                    reach[pool * self.words + word] = free | waits;
                }
            }
        }
    }

    /// Whether a purse may pay a line this month.
    pub fn may_pay(&self, may: &[[u64; 2]], purse: usize, line: usize) -> bool {
        let class = self.plan.lines[line].priority as usize;
        let [free, waits] = may[self.set_of(purse, class) + line / 64];
        (free | waits) & (1 << (line % 64)) != 0
    }
}

fn permit_holds(permit: &Permit, place: usize) -> bool {
    (permit.from..=permit.through).contains(&place)
}

fn core_lines(plan: &Plan) -> Vec<usize> {
    let lines = plan.lines.iter().enumerate();
    lines.filter(|(_, line)| line.priority == Priority::Core).map(|(index, _)| index).collect()
}

fn awards(plan: &Plan, timeline: &Timeline) -> (Vec<Award>, Vec<usize>) {
    let mut awards: Vec<Award> = Vec::new();
    let mut award_of = Vec::with_capacity(timeline.tranches.len());
    for tranche in &timeline.tranches {
        let key = (tranche.stream, tranche.award);
        let known = awards.iter().rposition(|award| (award.stream, award.number) == key);
        award_of.push(known.unwrap_or_else(|| {
            awards.push(Award::new(plan, timeline, key.0, key.1));
            awards.len() - 1
        }));
    }
    (awards, award_of)
}

fn cumulative(needs: &[Vec<Money>]) -> Vec<Vec<i64>> {
    let sums = |needs: &Vec<Money>| {
        let mut sum = 0;
        let add = |need: &Money| {
            sum += need.cents();
            sum
        };
        needs.iter().map(add).collect()
    };
    needs.iter().map(sums).collect()
}

/// The awards whose part of each line is bounded, by documented benefit or a limit of pay.
pub(crate) fn bounds(plan: &Plan, timeline: &Timeline, needs: &[Vec<Money>]) -> Vec<Vec<Bound>> {
    let of_line = |(index, line): (usize, &CostLine)| {
        let named = line.benefit.iter().flat_map(|benefit| &benefit.shares).copied();
        let mut shares: Vec<(StreamIndex, Rate)> = named.collect();
        let own = |ceiling: &&PayCeiling| ceiling.line.at() == index;
        for ceiling in timeline.pay_ceilings.iter().filter(own) {
            if !shares.iter().any(|(stream, _)| *stream == ceiling.stream) {
                shares.push((ceiling.stream, Rate::ONE));
            }
        }
        let bound = |(stream, share): (StreamIndex, Rate)| {
            let mut ceilings = timeline.pay_ceilings.iter().filter(own);
            let ceiling = ceilings.find(|ceiling| ceiling.stream == stream);
            let months = ceiling.map_or(&needs[index], |ceiling| &ceiling.by_place);
            let mut sum = Money::ZERO;
            let through = months.iter().map(|amount| {
                sum += *amount;
                share.of(sum).cents()
            });
            Bound {
                stream,
                through: through.collect(),
                ceiling: ceiling.map(|ceiling| ceiling.by_place.clone()),
            }
        };
        shares.into_iter().map(bound).collect()
    };
    plan.lines.iter().enumerate().map(of_line).collect()
}

fn uses(plan: &Plan, timeline: &Timeline, awards: &[Award], award_of: &[usize]) -> Vec<Uses> {
    let mut all: Vec<Uses> = Vec::with_capacity(timeline.purses.len() + 1);
    for (index, purse) in timeline.purses.iter().enumerate() {
        let tranche = timeline.tranches.iter().position(|tranche| tranche.purse == index);
        let award = tranche.map(|tranche| &awards[award_of[tranche]]);
        let waits = |line: usize| {
            award.is_some_and(|award| award.waits_for_spending(LineIndex::from(line)))
        };
        let waits = (0..plan.lines.len()).map(waits).collect();
        all.push(Uses::new(plan, purse.permits.clone(), waits));
    }
    let through = plan.horizon.months as usize - 1;
    let anything = |line| Permit { line: LineIndex::from(line), from: 0, through, benefit: None };
    let anything = (0..plan.lines.len()).map(anything).collect();
    all.push(Uses::new(plan, anything, vec![false; plan.lines.len()]));
    all
}

impl Pool {
    fn of_recovery(timeline: &Timeline) -> Pool {
        Pool {
            stream: None,
            project: None,
            purse: timeline.purses.len(),
            unrestricted: true,
            reserve: false,
            award: 0,
            slot: 0,
            needed: None,
            closes: timeline.horizon.months as usize - 1,
            lapses: false,
            way: Way::Plain,
        }
    }
}

impl Uses {
    fn new(plan: &Plan, permits: Vec<Permit>, waits: Vec<bool>) -> Uses {
        let is_core = |permit: &&Permit| plan.line(permit.line).priority == Priority::Core;
        Uses { core: permits.iter().filter(is_core).copied().collect(), permits, waits }
    }
}

/// The purses that change what they may pay, by place.
fn changing(uses: &[Uses], months: usize) -> Vec<Vec<u32>> {
    let mut changing: Vec<Vec<u32>> = vec![Vec::new(); months];
    for (purse, uses) in uses.iter().enumerate() {
        for permit in &uses.permits {
            for place in [permit.from, permit.through + 1] {
                let purse = u32::try_from(purse).expect("limits keep purses within 32 bits");
                if place > 0 && place < months && changing[place].last() != Some(&purse) {
                    changing[place].push(purse);
                }
            }
        }
    }
    changing
}

/// The tranches in spending order, none being recovered money, and whether each is unrestricted: fixed before the
/// first draw.
fn ranking(
    plan: &Plan,
    timeline: &Timeline,
    uses: &[Uses],
    through: &[Vec<i64>],
) -> Vec<(Option<usize>, bool)> {
    let reachable = |purse: usize, opens: usize, closes: usize| -> i64 {
        let need = |permit: &Permit| {
            let (first, last) = (opens.max(permit.from), closes.min(permit.through));
            let sums = &through[permit.line.at()];
            match first <= last {
                true => sums[last] - if first == 0 { 0 } else { sums[first - 1] },
                false => 0,
            }
        };
        uses[purse].permits.iter().map(need).sum()
    };
    let policy = |stream: StreamIndex| {
        plan.policy.order.iter().position(|ordered| *ordered == stream).unwrap_or(usize::MAX)
    };
    let mut keyed = Vec::with_capacity(timeline.tranches.len() + 1);
    for (index, tranche) in timeline.tranches.iter().enumerate() {
        let rules = plan.restrictions(tranche.stream);
        let unrestricted = tranche.pool.is_none()
            && tranche.project.is_none()
            && rules.is_unrestricted()
            && plan.stream(tranche.stream).kind != Kind::Reserve;
        let class = match plan.stream(tranche.stream).kind {
            Kind::Reserve => 5,
            _ if tranche.receipts == Receipts::InKind => 0,
            // Program income is spent before more is asked of the award (2 CFR 200.305(b)(5)).
            _ if tranche.project.is_some() => 1,
            _ if unrestricted => 4,
            _ if rules.last_resort => 3,
            _ => 2,
        };
        let lapse = tranche.last.map_or(i32::MAX, |last| last.since(plan.horizon.start));
        let narrow = reachable(tranche.purse, tranche.opens, tranche.closes);
        let order = (policy(tranche.stream), tranche.stream.at(), index);
        keyed.push(((class, lapse, narrow, order), (Some(index), unrestricted)));
    }
    if timeline.spends_recovery {
        let through = plan.horizon.months as usize - 1;
        let widest = reachable(timeline.purses.len(), 0, through);
        let last = (usize::MAX, usize::MAX, usize::MAX);
        keyed.push(((4, i32::MAX, widest, last), (None, true)));
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, source)| source).collect()
}

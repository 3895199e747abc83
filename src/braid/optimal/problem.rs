//! The plan as the optimal braid sees it: funds of money, classes of needs, and which may pay which, when.
//!
//! Tranches of one award under the same uses, each opening and closing no earlier than the one before, are one
//! fund: what is left of them is what may be kept from month to month, and the first to lapse is spent first. Lines
//! that the same money may pay in the same months, under the same rules and with the same priority, are one class.
//! Both lose nothing: a braid of funds and classes is split among tranches and lines by their order.

use std::collections::BTreeMap;

use super::rules::{AwardKey, Rules};
use crate::braid::waterfall::{Bound, bounds};
use crate::funding::Kind;
use crate::name::{LineIndex, TrancheIndex};
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::timeline::{HeldTranche, Purse, Timeline};

/// Money that is spent under one set of uses and rules.
pub(super) struct Fund {
    /// The award.
    pub award: AwardKey,
    /// The purse whose uses it has.
    pub purse: usize,
    /// The budget period, where a rule holds in each.
    pub period: Option<u32>,
    /// Its tranches; each opens and closes no earlier than the one before.
    pub tranches: Vec<TrancheIndex>,
}

/// Lines that no rule tells apart.
pub(super) struct Class {
    /// Their priority.
    pub priority: Priority,
    /// The lines, in the order of names.
    pub lines: Vec<LineIndex>,
    /// What they need together, by place.
    pub needs: Vec<i64>,
}

/// Leave for a fund to pay a class, in the fund's own months as far as these reach.
pub(super) struct Leave {
    /// The fund.
    pub fund: usize,
    /// The class.
    pub class: usize,
    /// The first place.
    pub from: usize,
    /// The last place.
    pub through: usize,
    /// Which of the bounds of the class's one line holds it, if one does.
    pub bound: Option<usize>,
}

/// The whole.
pub(super) struct Problem<'a> {
    pub plan: &'a Plan,
    pub timeline: &'a Timeline,
    pub months: usize,
    pub rules: Rules,
    pub funds: Vec<Fund>,
    /// By priority, then by name.
    pub classes: Vec<Class>,
    /// By class, then by fund.
    pub leaves: Vec<Leave>,
    /// What awards may pay at most of a line, by line.
    pub bounds: Vec<Vec<Bound>>,
    /// The place of each tranche in the order in which money should go, coverage being equal.
    pub preference: Vec<usize>,
}

impl<'a> Problem<'a> {
    /// Reduces a plan and its timeline.
    pub fn new(plan: &'a Plan, timeline: &'a Timeline) -> Problem<'a> {
        let rules = Rules::new(plan, timeline);
        let bounds = bounds(plan, timeline, &timeline.needs);
        let funds = funds(plan, timeline);
        let classes = classes(plan, timeline, &bounds, &rules);
        let leaves = leaves(timeline, &funds, &classes, &bounds);
        let months = timeline.horizon.months as usize;
        let preference = preference(plan, timeline);
        Problem { plan, timeline, months, rules, funds, classes, leaves, bounds, preference }
    }
}

impl Problem<'_> {
    /// The place of a fund in the order in which money should go.
    pub fn rank(&self, fund: usize) -> usize {
        self.preference[self.funds[fund].tranches[0].at()]
    }

    /// The leave of a fund to pay a class, if it has one.
    pub fn leave(&self, fund: usize, class: usize) -> Option<&Leave> {
        self.leave_place(fund, class).map(|place| &self.leaves[place])
    }

    /// The place of that leave among all.
    pub fn leave_place(&self, fund: usize, class: usize) -> Option<usize> {
        let key = |leave: &Leave| (leave.class, leave.fund);
        self.leaves.binary_search_by_key(&(class, fund), key).ok()
    }
}

impl Fund {
    /// The first place in which it may be spent, and the last.
    pub fn span(&self, timeline: &Timeline) -> (usize, usize) {
        let held = |index: usize| timeline.tranche(self.tranches[index]);
        (held(0).opens, held(self.tranches.len() - 1).closes)
    }

    /// Its tranches that open no later than the first place and close no earlier than the second; they stand together.
    pub fn open(&self, timeline: &Timeline, opened: usize, through: usize) -> &[TrancheIndex] {
        let opens = |tranche: &TrancheIndex| timeline.tranche(*tranche).opens <= opened;
        let closed = |tranche: &TrancheIndex| timeline.tranche(*tranche).closes < through;
        let end = self.tranches.partition_point(opens);
        let start = self.tranches.partition_point(closed);
        &self.tranches[start.min(end)..end]
    }
}

/// What of a fund may be kept from a place to the next.
pub(super) fn kept(timeline: &Timeline, fund: &Fund, place: usize) -> i64 {
    let open = fund.open(timeline, place, place + 1).iter();
    open.map(|tranche| timeline.tranche(*tranche).amount.cents()).sum()
}

/// The funds, in the order of the timeline's tranches.
fn funds(plan: &Plan, timeline: &Timeline) -> Vec<Fund> {
    let mut funds: Vec<Fund> = Vec::new();
    let mut order: Vec<TrancheIndex> =
        (0..timeline.tranches.len()).map(TrancheIndex::from).collect();
    let key = |tranche: &HeldTranche| (tranche.opens, tranche.closes);
    order.sort_by_key(|index| key(timeline.tranche(*index)));
    let mut open: BTreeMap<(AwardKey, usize, Option<u32>), Vec<usize>> = BTreeMap::new();
    for index in order {
        let tranche = timeline.tranche(index);
        let by_period = plan.restrictions(tranche.stream).caps.iter().any(|cap| cap.per_period);
        let period = by_period.then_some(tranche.period);
        let award = (tranche.stream, tranche.award);
        let like = open.entry((award, tranche.purse, period)).or_default();
        // No tranche of a fund may close before one that opened earlier.
        let follows = |fund: &&usize| funds[**fund].span(timeline).1 <= tranche.closes;
        match like.iter().find(follows) {
            Some(fund) => funds[*fund].tranches.push(index),
            None => {
                like.push(funds.len());
                funds.push(Fund { award, purse: tranche.purse, period, tranches: vec![index] });
            }
        }
    }
    funds.sort_by_key(|fund| fund.tranches[0]);
    funds
}

/// The classes of lines.
fn classes(plan: &Plan, timeline: &Timeline, bounds: &[Vec<Bound>], rules: &Rules) -> Vec<Class> {
    let mut classes: BTreeMap<_, Class> = BTreeMap::new();
    for line in (0..plan.lines.len()).map(LineIndex::from) {
        let leave = |purse: &crate::timeline::Purse| {
            let permit = purse.permits.iter().find(|permit| permit.line == line);
            permit.map(|permit| (permit.from, permit.through))
        };
        let leaves: Vec<_> = timeline.purses.iter().map(leave).collect();
        let told = rules.of_line(plan, line);
        let alone = (!bounds[line.at()].is_empty()).then_some(line);
        let priority = plan.line(line).priority;
        let key = (priority as usize, alone, leaves, told);
        let class = classes.entry(key).or_insert_with(|| Class {
            priority,
            lines: Vec::new(),
            needs: vec![0; timeline.horizon.months as usize],
        });
        class.lines.push(line);
        for (sum, need) in class.needs.iter_mut().zip(&timeline.needs[line.at()]) {
            *sum += need.cents();
        }
    }
    let mut classes: Vec<Class> = classes.into_values().collect();
    classes.retain(|class| class.needs.iter().any(|need| *need > 0));
    classes.sort_by_key(|class| (class.priority as usize, class.lines[0]));
    classes
}

fn leaves(
    timeline: &Timeline,
    funds: &[Fund],
    classes: &[Class],
    bounds: &[Vec<Bound>],
) -> Vec<Leave> {
    let mut leaves = Vec::new();
    for (class, lines) in classes.iter().enumerate() {
        let line = lines.lines[0];
        for (index, fund) in funds.iter().enumerate() {
            let purse = &timeline.purses[fund.purse];
            let Some(permit) = purse.permits.iter().find(|permit| permit.line == line) else {
                continue;
            };
            let (opens, closes) = fund.span(timeline);
            let (from, through) = (permit.from.max(opens), permit.through.min(closes));
            // Income of an award's project is bounded as the award where it is not bounded itself.
            let place = |stream| bounds[line.at()].iter().position(|bound| bound.stream == stream);
            let bound = place(fund.award.0).or_else(|| purse.project.and_then(place));
            if from <= through {
                leaves.push(Leave { fund: index, class, from, through, bound });
            }
        }
    }
    leaves
}

/// The order in which money should go: last-resort money and reserves last, what lapses before what keeps its value,
/// the soonest to lapse, the narrowest, then the policy's order, then ids.
fn preference(plan: &Plan, timeline: &Timeline) -> Vec<usize> {
    let payable = payable(timeline);
    // What a tranche may pay over its months.
    let narrowness = |tranche: &HeldTranche| {
        let before = &payable[tranche.purse];
        before[tranche.closes + 1] - before[tranche.opens]
    };
    let key = |index: usize| {
        let tranche = &timeline.tranches[index];
        let policy = plan.policy.order.iter().position(|ordered| *ordered == tranche.stream);
        (
            plan.stream(tranche.stream).kind == Kind::Reserve,
            plan.restrictions(tranche.stream).last_resort,
            !tranche.lapses(&timeline.horizon),
            tranche.last.is_none(),
            tranche.last,
            narrowness(tranche),
            policy.unwrap_or(usize::MAX),
            index,
        )
    };
    let mut order: Vec<usize> = (0..timeline.tranches.len()).collect();
    order.sort_by_cached_key(|index| key(*index));
    let mut preference = vec![0; order.len()];
    for (rank, index) in order.into_iter().enumerate() {
        preference[index] = rank;
    }
    preference
}

/// What each purse may pay before each place, in cents of need.
fn payable(timeline: &Timeline) -> Vec<Vec<i64>> {
    let months = timeline.horizon.months as usize;
    let of_purse = |purse: &Purse| {
        let mut before = vec![0; months + 1];
        for permit in &purse.permits {
            let needs = &timeline.needs[permit.line.at()];
            for place in permit.from..=permit.through.min(months - 1) {
                before[place + 1] += needs[place].cents();
            }
        }
        for place in 0..months {
            before[place + 1] += before[place];
        }
        before
    };
    timeline.purses.iter().map(of_purse).collect()
}

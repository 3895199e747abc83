//! What an award's own rules leave it while a braid is being made: caps, indirect recovery, match.
//!
//! Amounts are cents here: this is the inside of an allocation, and every result is checked again by
//! code that shares nothing with it.

use std::collections::BTreeMap;

use crate::money::{Money, Rate};
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::{Category, CostLine};
use crate::plan::restriction::{CapBound, Indirect, IndirectBase, Restrictions, selected};
use crate::timeline::Timeline;

/// One, in the billionths in which rates are multiplied.
pub(super) const BILLION: i128 = 1_000_000_000;

/// One award of a stream, with what it has spent so far.
pub(super) struct Award {
    /// The stream.
    pub stream: StreamIndex,
    /// Which of the stream's awards it is.
    pub number: u32,
    /// The award's caps, floors of what is spent with them.
    limits: Vec<Limit>,
    indirect: Option<Indirect>,
    base: i64,
    recovered: i64,
    subawards: BTreeMap<String, i64>,
}

/// A cap as the allocation keeps it.
struct Limit {
    /// Whether each line falls under it.
    lines: Vec<bool>,
    holds_indirect: bool,
    /// What a share of spending is reckoned on: whether each line, and the recovery, counts in it.
    reckoned: Vec<bool>,
    reckons_indirect: bool,
    /// What was spent of it.
    spent: i64,
    bound: Bound,
    /// What the selection has taken, by budget period; under one key where it runs over the life.
    used: BTreeMap<u32, i64>,
    per_period: bool,
    /// Whether it is the limit of a fiscal year: what a payment brings in recovery is of its own year, so that
    /// both fit or neither is paid.
    of_year: bool,
}

enum Bound {
    /// An amount, by budget period; under one key where it runs over the life.
    Fixed(BTreeMap<u32, i64>),
    /// Billionths of what is spent.
    OfSpent(i128),
}

/// A payment that an award can make: what goes to the line, and what is recovered with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Payment {
    pub direct: i64,
    pub base: i64,
    pub recovery: i64,
}

impl Award {
    pub fn new(plan: &Plan, timeline: &Timeline, stream: StreamIndex, number: u32) -> Award {
        let rules = plan.restrictions(stream);
        let opening = plan.opening_of(stream).filter(|_| number == 0);
        let cents = |amount: Option<Money>| amount.map_or(0, Money::cents);
        let before = |(id, amount): &(String, Money)| (id.clone(), amount.cents());
        let spent_before = cents(opening.map(|opening| opening.spent));
        let mut award = Award {
            stream,
            number,
            limits: Vec::new(),
            indirect: rules.indirect,
            base: cents(opening.map(|opening| opening.base)),
            recovered: cents(opening.map(|opening| opening.recovered)),
            subawards: opening
                .into_iter()
                .flat_map(|opening| &opening.subawards)
                .map(before)
                .collect(),
        };
        award.limits =
            limits(plan, timeline, rules, (stream, number), (spent_before, award.recovered));
        award.limits.extend(yearly_limit(plan, timeline, rules, (stream, number), spent_before));
        award
    }

    /// Whether any rule but a window and a selection binds the award.
    pub fn is_plain(&self) -> bool {
        self.limits.is_empty() && self.indirect.is_none()
    }

    /// Whether more spending can make room under a cap: then a month is worth repeating.
    pub fn has_moving_room(&self) -> bool {
        self.indirect.is_some()
            || self.limits.iter().any(|limit| matches!(limit.bound, Bound::OfSpent(_)))
    }

    /// Whether a line falls under a cap on what is spent: such lines are paid last.
    pub fn waits_for_spending(&self, line: LineIndex) -> bool {
        self.limits
            .iter()
            .any(|limit| matches!(limit.bound, Bound::OfSpent(_)) && limit.lines[line.at()])
    }

    /// The most that the award can pay a line, up to `want`, out of a tranche that holds `held`.
    pub fn payment(
        &self,
        line: &CostLine,
        index: LineIndex,
        period: u32,
        want: i64,
        held: i64,
    ) -> Payment {
        let want = want.min(held);
        if self.indirect.is_none() {
            let direct =
                self.limits.iter().fold(want, |most, limit| most.min(limit.room(index, period)));
            return Payment { direct: direct.max(0), ..Payment::default() };
        }
        let (mut fits, mut beyond) = (0, want + 1);
        if self.fits(line, index, period, want, held).is_some() {
            fits = want;
        }
        while beyond - fits > 1 && fits < want {
            let middle = fits + (beyond - fits) / 2;
            match self.fits(line, index, period, middle, held) {
                Some(_) => fits = middle,
                None => beyond = middle,
            }
        }
        self.fits(line, index, period, fits, held).unwrap_or_default()
    }

    /// The payment of exactly `direct` to a line with the recovery that it brings, if both fit.
    fn fits(
        &self,
        line: &CostLine,
        index: LineIndex,
        period: u32,
        direct: i64,
        held: i64,
    ) -> Option<Payment> {
        let indirect = self.indirect?;
        let base = self.base_of(&indirect, line, direct);
        let allowed = |base: i64| Some(indirect.charged().try_of(Money::from_cents(base))?.cents());
        let due = allowed(self.base + base)? - self.recovered;
        let own = due + self.recovered - allowed(self.base)?;
        let room = self.limits.iter().fold(due.max(0), |most, limit| {
            most.min(limit.recovery_room(index, period, direct, own))
        });
        let recovery = room.max(0);
        let holds = self.limits.iter().all(|limit| limit.holds(index, period, direct, recovery));
        (direct + recovery <= held && holds).then_some(Payment { direct, base, recovery })
    }

    /// What of a payment counts in the base of the indirect rate (2 CFR 200.1, 200.414).
    fn base_of(&self, indirect: &Indirect, line: &CostLine, direct: i64) -> i64 {
        if !indirect.counts(line) {
            return 0;
        }
        match &line.subaward {
            Some(id) if indirect.base == IndirectBase::ModifiedTotalDirect => {
                let cutoff = indirect.subaward_cutoff.cents();
                let before = self.subawards.get(id).copied().unwrap_or(0);
                (before + direct).min(cutoff) - before.min(cutoff)
            }
            _ => direct,
        }
    }

    /// Books a payment.
    pub fn pay(&mut self, line: &CostLine, index: LineIndex, period: u32, payment: Payment) {
        self.base += payment.base;
        self.recovered += payment.recovery;
        if let Some(id) = line.subaward.as_ref().filter(|_| counts_as_modified(line)) {
            *self.subawards.entry(id.clone()).or_default() += payment.direct;
        }
        for limit in &mut self.limits {
            limit.take(index, period, payment.direct, payment.recovery);
        }
    }
}

impl Limit {
    fn key(&self, period: u32) -> u32 {
        if self.per_period { period } else { 0 }
    }

    fn used(&self, period: u32) -> i64 {
        self.used.get(&self.key(period)).copied().unwrap_or(0)
    }

    fn fixed(&self, amounts: &BTreeMap<u32, i64>, period: u32) -> i64 {
        amounts.get(&self.key(period)).copied().unwrap_or(0)
    }

    /// The most that may go to a line, where nothing is recovered.
    fn room(&self, line: LineIndex, period: u32) -> i64 {
        if !self.lines[line.at()] {
            return i64::MAX;
        }
        match &self.bound {
            Bound::Fixed(amounts) => self.fixed(amounts, period) - self.used(period),
            Bound::OfSpent(share) if *share >= BILLION => i64::MAX,
            Bound::OfSpent(share) => {
                let slack =
                    share * i128::from(self.spent) - BILLION * i128::from(self.used(period));
                floor_cents(slack, BILLION - share)
            }
        }
    }

    /// The most that may be recovered beside a payment of `direct` to a line which brings `brought` of it.
    fn recovery_room(&self, line: LineIndex, period: u32, direct: i64, brought: i64) -> i64 {
        if !self.holds_indirect {
            return i64::MAX;
        }
        let own = if self.lines[line.at()] { direct } else { 0 };
        match &self.bound {
            Bound::Fixed(amounts) => {
                let left = self.fixed(amounts, period) - self.used(period) - own;
                if self.of_year { left.max(brought) } else { left }
            }
            Bound::OfSpent(share) if *share >= BILLION => i64::MAX,
            Bound::OfSpent(share) => {
                let slack = share * i128::from(self.spent_with(line, direct, 0))
                    - BILLION * i128::from(self.used(period) + own);
                floor_cents(slack, BILLION - share)
            }
        }
    }

    fn holds(&self, line: LineIndex, period: u32, direct: i64, recovery: i64) -> bool {
        let own = if self.lines[line.at()] { direct } else { 0 };
        let indirect = if self.holds_indirect { recovery } else { 0 };
        if own + indirect == 0 {
            return true;
        }
        let taken = self.used(period) + own + indirect;
        match &self.bound {
            Bound::Fixed(amounts) => taken <= self.fixed(amounts, period),
            Bound::OfSpent(share) => {
                let spent = self.spent_with(line, direct, recovery);
                i128::from(taken) * BILLION <= share * i128::from(spent)
            }
        }
    }

    /// What is spent of what the share is reckoned on, with a payment to a line and its recovery.
    fn spent_with(&self, line: LineIndex, direct: i64, recovery: i64) -> i64 {
        let own = if self.reckoned[line.at()] { direct } else { 0 };
        self.spent + own + if self.reckons_indirect { recovery } else { 0 }
    }

    fn take(&mut self, line: LineIndex, period: u32, direct: i64, recovery: i64) {
        self.spent = self.spent_with(line, direct, recovery);
        let own = if self.lines[line.at()] { direct } else { 0 };
        let indirect = if self.holds_indirect { recovery } else { 0 };
        *self.used.entry(self.key(period)).or_default() += own + indirect;
    }
}

/// Whether a line counts in modified total direct cost: equipment never does (2 CFR 200.1).
fn counts_as_modified(line: &CostLine) -> bool {
    line.mtdc && line.category != Category::Equipment
}

fn floor_cents(numerator: i128, denominator: i128) -> i64 {
    i64::try_from(numerator.div_euclid(denominator)).unwrap_or(i64::MAX)
}

/// The most of a fiscal year as a limit on everything that is drawn in it; what was drawn in the plan's first
/// fiscal year before the plan begins takes room of that year's.
fn yearly_limit(
    plan: &Plan,
    timeline: &Timeline,
    rules: &Restrictions,
    award: (StreamIndex, u32),
    spent_before: i64,
) -> Option<Limit> {
    let yearly = rules.yearly_limit?.cents();
    let (calendar, start) = (plan.stream(award.0).fiscal, plan.horizon.start);
    let own = timeline.tranches.iter().filter(|held| (held.stream, held.award) == award);
    let periods = own.map(|held| (held.period, calendar.year_of(held.first)));
    let periods: BTreeMap<u32, i32> = periods.collect();
    let running = |year: &i32| calendar.position(start) > 0 && *year == calendar.year_of(start);
    let used = |(period, year): (&u32, &i32)| running(year).then_some((*period, spent_before));
    Some(Limit {
        lines: vec![true; plan.lines.len()],
        holds_indirect: true,
        reckoned: vec![true; plan.lines.len()],
        reckons_indirect: true,
        spent: 0,
        bound: Bound::Fixed(periods.keys().map(|period| (*period, yearly)).collect()),
        used: periods.iter().filter_map(used).collect(),
        per_period: true,
        of_year: true,
    })
}

fn limits(
    plan: &Plan,
    timeline: &Timeline,
    rules: &Restrictions,
    (stream, number): (StreamIndex, u32),
    (spent_before, recovered_before): (i64, i64),
) -> Vec<Limit> {
    let mut by_period: BTreeMap<u32, i64> = BTreeMap::new();
    for tranche in &timeline.tranches {
        if tranche.stream == stream && tranche.award == number {
            *by_period.entry(tranche.period).or_default() += tranche.amount.cents();
        }
    }
    let life = by_period.values().sum::<i64>() + spent_before;
    let lines = |on: &[crate::plan::restriction::Selector]| -> Vec<bool> {
        let under = |(index, line)| selected(on, LineIndex::from(index), line);
        plan.lines.iter().enumerate().map(under).collect()
    };
    let reckoned = |within: &[crate::plan::restriction::Selector]| -> Vec<bool> {
        if within.is_empty() { vec![true; plan.lines.len()] } else { lines(within) }
    };
    let of_award = |share: Rate, per_period: bool| -> BTreeMap<u32, i64> {
        let part = |amount: i64| share.of(Money::from_cents(amount)).cents();
        if per_period {
            by_period.iter().map(|(period, amount)| (*period, part(*amount))).collect()
        } else {
            BTreeMap::from([(0, part(life))])
        }
    };
    let mut limits = Vec::new();
    for cap in &rules.caps {
        let bound = match cap.bound {
            CapBound::ShareOfSpent(share) => Bound::OfSpent(share.billionths()),
            CapBound::ShareOfAward(share) => Bound::Fixed(of_award(share, cap.per_period)),
            CapBound::Amount(amount) if cap.per_period => {
                Bound::Fixed(by_period.keys().map(|period| (*period, amount.cents())).collect())
            }
            CapBound::Amount(amount) => Bound::Fixed(BTreeMap::from([(0, amount.cents())])),
        };
        // What was recovered before the plan takes room under a cap of the award that holds recovery.
        let counts = cap.holds_indirect()
            && !cap.per_period
            && !matches!(cap.bound, CapBound::ShareOfSpent(_));
        let held_before = if counts { recovered_before } else { 0 };
        let reckoned = reckoned(&cap.within);
        let selected = lines(&cap.on).into_iter().zip(&reckoned);
        limits.push(Limit {
            lines: selected.map(|(on, counts)| on && *counts).collect(),
            holds_indirect: cap.holds_indirect() && cap.reckons_indirect(),
            reckoned,
            reckons_indirect: cap.reckons_indirect(),
            spent: 0,
            bound,
            used: BTreeMap::from([(0, held_before)]),
            per_period: cap.per_period,
            of_year: false,
        });
    }
    for floor in rules.floors.iter().filter(|floor| floor.of_spent) {
        // The least for a selection is a cap on all the rest, indirect recovery with it.
        let reckoned = reckoned(&floor.within);
        let selected = lines(&floor.on).into_iter().zip(&reckoned);
        limits.push(Limit {
            lines: selected.map(|(on, counts)| !on && *counts).collect(),
            holds_indirect: !floor.holds_indirect() && floor.reckons_indirect(),
            reckoned,
            reckons_indirect: floor.reckons_indirect(),
            spent: 0,
            bound: Bound::OfSpent(floor.share.complement().billionths()),
            used: BTreeMap::new(),
            per_period: false,
            of_year: false,
        });
    }
    limits
}

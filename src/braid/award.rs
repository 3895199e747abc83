//! What an award's own rules leave it while a braid is being made: caps, indirect recovery.
//!
//! An [`Award`] is what stays the same however much money there is, an [`Account`] what one braid changes. Amounts are
//! cents here: this is the inside of an allocation, and every result is checked again by code that shares nothing
//! with it.

use crate::money::{Money, Rate};
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::{Category, CostLine};
use crate::plan::restriction::{
    CapBound, Indirect, IndirectBase, Restrictions, Selector, selected,
};
use crate::timeline::Timeline;

/// One, in the billionths in which rates are multiplied.
pub(super) const BILLION: i128 = 1_000_000_000;

/// The rules of one award of a stream.
pub(super) struct Award {
    /// The stream.
    pub stream: StreamIndex,
    /// Which of the stream's awards it is.
    pub number: u32,
    /// Its tranches, in the order of the timeline.
    tranches: Vec<usize>,
    /// Its budget periods, in order; accounts keep a slot of each.
    periods: Vec<u32>,
    /// The award's caps, floors of what is spent with them.
    limits: Vec<Limit>,
    recovery: Option<Recovers>,
    /// What was spent, charged and recovered before the plan.
    spent_before: i64,
    base_before: i64,
    recovered_before: i64,
}

/// What one braid has spent of an award.
#[derive(Clone, Default)]
pub(super) struct Account {
    base: i64,
    recovered: i64,
    /// What subawards took, by their place in the award's list.
    subawards: Vec<i64>,
    limits: Vec<Spent>,
    /// Raised by every payment: while it stands, no limit's room has changed.
    pub payments: u64,
}

/// What was spent under one limit.
#[derive(Clone, Default)]
struct Spent {
    /// What was spent of what a share is reckoned on.
    spent: i64,
    /// The most that the selection may take, by slot, where it is an amount.
    most: Vec<i64>,
    /// What the selection has taken, by slot.
    used: Vec<i64>,
}

/// How an award recovers indirect cost.
struct Recovers {
    indirect: Indirect,
    /// The rate charged, in billionths.
    charged: i128,
    /// The subaward of each line.
    subaward_of: Vec<Option<usize>>,
    /// What subawards took before the plan.
    subawards_before: Vec<i64>,
}

/// A cap as the allocation keeps it.
struct Limit {
    /// Whether each line falls under it.
    lines: Vec<bool>,
    holds_indirect: bool,
    /// What a share of spending is reckoned on: whether each line, and the recovery, counts in it.
    reckoned: Vec<bool>,
    reckons_indirect: bool,
    bound: Bound,
    /// Whether it holds in each budget period, in a slot each, rather than over the life, in one slot.
    per_period: bool,
    /// What took room of it before the plan.
    used_before: i64,
}

enum Bound {
    /// An amount.
    Amount(i64),
    /// A share of the award.
    OfAward(Rate),
    /// A share of what is spent.
    OfSpent(Share),
    /// An amount of each fiscal year; what was spent before the plan takes room of the year in which it begins.
    /// What a payment brings in recovery is of its own year, so that both fit or neither is paid.
    OfYear(i64),
}

/// A share in its lowest terms.
#[derive(Clone, Copy)]
struct Share {
    part: i64,
    whole: i64,
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
        let own = timeline.tranches.iter().enumerate();
        let own = own.filter(|(_, tranche)| (tranche.stream, tranche.award) == (stream, number));
        let (tranches, mut periods): (Vec<usize>, Vec<u32>) =
            own.map(|(index, tranche)| (index, tranche.period)).unzip();
        periods.sort_unstable();
        periods.dedup();
        let before: &[(String, Money)] = opening.map_or(&[], |opening| &opening.subawards);
        let recovered_before = cents(opening.map(|opening| opening.recovered));
        Award {
            stream,
            number,
            tranches,
            periods,
            limits: limits(plan, rules, recovered_before),
            recovery: rules.indirect.map(|indirect| Recovers::new(plan, indirect, before)),
            spent_before: cents(opening.map(|opening| opening.spent)),
            base_before: cents(opening.map(|opening| opening.base)),
            recovered_before,
        }
    }

    /// The account with which a braid begins that has so much of each tranche. What it held is overwritten.
    pub fn open(&self, plan: &Plan, timeline: &Timeline, amounts: &[i64], account: &mut Account) {
        account.base = self.base_before;
        account.recovered = self.recovered_before;
        account.payments = 0;
        if let Some(recovery) = &self.recovery {
            account.subawards.clone_from(&recovery.subawards_before);
        }
        account.limits.resize_with(self.limits.len(), Spent::default);
        for (limit, spent) in self.limits.iter().zip(&mut account.limits) {
            let slots = if limit.per_period { self.periods.len().max(1) } else { 1 };
            spent.spent = 0;
            spent.used.clear();
            spent.used.resize(slots, limit.used_before);
            spent.most.clear();
            spent.most.resize(slots, 0);
            match limit.bound {
                Bound::Amount(amount) => spent.most.fill(amount),
                Bound::OfSpent(_) => {}
                Bound::OfAward(share) => {
                    for tranche in &self.tranches {
                        let period = timeline.tranches[*tranche].period;
                        spent.most[self.slot_of(limit, period)] += amounts[*tranche];
                    }
                    for most in &mut spent.most {
                        let before = if limit.per_period { 0 } else { self.spent_before };
                        *most = share.of(Money::from_cents(*most + before)).cents();
                    }
                }
                Bound::OfYear(amount) => {
                    spent.most.fill(amount);
                    self.charge_running_year(plan, timeline, amounts, &mut spent.used);
                }
            }
        }
    }

    /// What was drawn in the plan's first fiscal year before the plan begins takes room of that year's limit.
    fn charge_running_year(
        &self,
        plan: &Plan,
        timeline: &Timeline,
        amounts: &[i64],
        used: &mut [i64],
    ) {
        let (calendar, start) = (plan.stream(self.stream).fiscal, plan.horizon.start);
        for tranche in self.standing(timeline, amounts) {
            let held = &timeline.tranches[tranche];
            let running = calendar.position(start) > 0
                && calendar.year_of(held.first) == calendar.year_of(start);
            used[self.slot(held.period)] = if running { self.spent_before } else { 0 };
        }
    }

    /// Where accounts keep what belongs to a budget period.
    pub fn slot(&self, period: u32) -> usize {
        self.periods.binary_search(&period).expect("a tranche's period is its award's")
    }

    fn slot_of(&self, limit: &Limit, period: u32) -> usize {
        if limit.per_period { self.slot(period) } else { 0 }
    }

    /// Whether a braid with so much of each tranche has the award.
    pub fn exists(&self, timeline: &Timeline, amounts: &[i64]) -> bool {
        self.standing(timeline, amounts).next().is_some()
    }

    /// Its tranches that a braid with so much of each has, in the order of the timeline.
    pub fn standing(
        &self,
        timeline: &Timeline,
        amounts: &[i64],
    ) -> impl Iterator<Item = usize> + Clone {
        let stands = |tranche: &usize| timeline.tranches[*tranche].stands_with(amounts[*tranche]);
        self.tranches.iter().copied().filter(stands)
    }

    /// Whether any rule but a window and a selection binds the award.
    pub fn is_plain(&self) -> bool {
        self.limits.is_empty() && self.recovery.is_none()
    }

    /// Whether nothing but shares of all that it spends binds the award: lines under none of them are free.
    pub fn is_bound_by_spending_alone(&self) -> bool {
        let of_all = |limit: &Limit| {
            matches!(limit.bound, Bound::OfSpent(_)) && limit.reckoned.iter().all(|counts| *counts)
        };
        self.recovery.is_none() && self.limits.iter().all(of_all)
    }

    /// Whether it recovers indirect cost.
    pub fn recovers(&self) -> bool {
        self.recovery.is_some()
    }

    /// How many limits of it there are.
    pub fn limits(&self) -> usize {
        self.limits.len()
    }

    /// The share, in its lowest terms, of all that the award spends which binds it alone, if one does: part and whole.
    pub fn share_of_all(&self) -> Option<(i64, i64)> {
        let [limit] = self.limits.as_slice() else { return None };
        let Bound::OfSpent(share) = limit.bound else { return None };
        let over_life = !limit.per_period && limit.used_before == 0;
        let whole = self.is_bound_by_spending_alone() && over_life && share.part < share.whole;
        whole.then_some((share.part, share.whole))
    }

    /// Whether more spending can make room under a cap: then a month is worth repeating.
    pub fn has_moving_room(&self) -> bool {
        self.recovery.is_some()
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
        account: &Account,
        line: &CostLine,
        index: usize,
        slot: usize,
        want: i64,
        held: i64,
    ) -> Payment {
        let want = want.min(held);
        let Some(recovery) = &self.recovery else {
            let direct = want.min(self.room(account, index, slot)).max(0);
            return Payment { direct, ..Payment::default() };
        };
        let fits = |direct| self.fits(account, recovery, line, index, slot, direct, held);
        if let Some(payment) = fits(want) {
            return payment;
        }
        let (mut most, mut beyond) = (0, want + 1);
        while beyond - most > 1 {
            let middle = most + (beyond - most) / 2;
            match fits(middle) {
                Some(_) => most = middle,
                None => beyond = middle,
            }
        }
        fits(most).unwrap_or_default()
    }

    /// The payment of exactly `direct` to a line with the recovery that it brings, if both fit.
    #[allow(clippy::too_many_arguments)]
    fn fits(
        &self,
        account: &Account,
        recovery: &Recovers,
        line: &CostLine,
        index: usize,
        slot: usize,
        direct: i64,
        held: i64,
    ) -> Option<Payment> {
        let base = recovery.base_of(account, line, index, direct);
        let due = recovery.allowed(account.base + base)? - account.recovered;
        let own = due + account.recovered - recovery.allowed(account.base)?;
        let limits = || self.limits.iter().zip(&account.limits);
        let room = limits().fold(due.max(0), |most, (limit, spent)| {
            most.min(limit.recovery_room(spent, index, slot, direct, own))
        });
        let recovery = room.max(0);
        let holds =
            limits().all(|(limit, spent)| limit.holds(spent, index, slot, direct, recovery));
        (direct + recovery <= held && holds).then_some(Payment { direct, base, recovery })
    }

    /// Books a payment.
    pub fn pay(
        &self,
        account: &mut Account,
        line: &CostLine,
        index: usize,
        slot: usize,
        payment: Payment,
    ) {
        account.payments += 1;
        if let Some(recovery) = &self.recovery {
            account.base += payment.base;
            account.recovered += payment.recovery;
            if let Some(id) = recovery.subaward_of[index].filter(|_| counts_as_modified(line)) {
                account.subawards[id] += payment.direct;
            }
        }
        for (limit, spent) in self.limits.iter().zip(&mut account.limits) {
            limit.take(spent, index, slot, payment.direct, payment.recovery);
        }
    }

    /// The most that an award that recovers nothing may pay a line by its limits.
    pub fn room(&self, account: &Account, index: usize, slot: usize) -> i64 {
        let limits = self.limits.iter().zip(&account.limits);
        let room = limits.map(|(limit, spent)| limit.room(spent, index, slot));
        room.min().map_or(i64::MAX, |room| room.max(0))
    }

    /// Books what an award that recovers nothing pays a line.
    pub fn pay_direct(&self, account: &mut Account, index: usize, slot: usize, paid: i64) {
        account.payments += 1;
        for (limit, spent) in self.limits.iter().zip(&mut account.limits) {
            limit.take(spent, index, slot, paid, 0);
        }
    }

    /// Books what was paid of lines under no limit, where nothing but spending binds the award.
    pub fn pay_free(&self, account: &mut Account, paid: i64) {
        account.payments += 1;
        for spent in &mut account.limits {
            spent.spent += paid;
        }
    }
}

impl Recovers {
    fn new(plan: &Plan, indirect: Indirect, before: &[(String, Money)]) -> Recovers {
        let of_lines = plan.lines.iter().filter_map(|line| line.subaward.as_ref());
        let mut ids: Vec<&String> = of_lines.chain(before.iter().map(|(id, _)| id)).collect();
        ids.sort_unstable();
        ids.dedup();
        let place = |id: &String| ids.binary_search(&id).unwrap_or(0);
        let mut subawards_before = vec![0; ids.len()];
        for (id, amount) in before {
            subawards_before[place(id)] = amount.cents();
        }
        Recovers {
            indirect,
            charged: indirect.charged().billionths(),
            subaward_of: plan.lines.iter().map(|line| line.subaward.as_ref().map(place)).collect(),
            subawards_before,
        }
    }

    /// The most that may have been recovered on so much of a base; nothing beyond the bounds of money.
    fn allowed(&self, base: i64) -> Option<i64> {
        let product = i128::from(base) * self.charged;
        // Of amounts that do not fall below zero, half a cent up is half away from zero.
        let cents = if product >= 0 {
            match i64::try_from(product) {
                Ok(product) => i128::from((product as u64 + BILLION as u64 / 2) / BILLION as u64),
                Err(_) => (product + BILLION / 2) / BILLION,
            }
        } else {
            (product - BILLION / 2) / BILLION
        };
        Some(Money::try_from_cents(cents)?.cents())
    }

    /// What of a payment counts in the base of the indirect rate (2 CFR 200.1, 200.414).
    fn base_of(&self, account: &Account, line: &CostLine, index: usize, direct: i64) -> i64 {
        if !self.indirect.counts(line) {
            return 0;
        }
        match self.subaward_of[index] {
            Some(id) if self.indirect.base == IndirectBase::ModifiedTotalDirect => {
                let cutoff = self.indirect.subaward_cutoff.cents();
                let before = account.subawards[id];
                (before + direct).min(cutoff) - before.min(cutoff)
            }
            _ => direct,
        }
    }
}

impl Share {
    fn new(rate: Rate) -> Share {
        let (mut a, mut b) = (rate.billionths(), BILLION);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let lowest = |number: i128| i64::try_from(number / a).unwrap_or(i64::MAX);
        Share { part: lowest(rate.billionths()), whole: lowest(BILLION) }
    }

    /// How much more of the selection the share leaves, which counts in what is spent: `x` with
    /// `used + x <= share * (spent + x)`, in whole cents.
    fn room(self, spent: i64, used: i64) -> i64 {
        if self.part >= self.whole {
            return i64::MAX;
        }
        let beside = self.whole - self.part;
        if let (Some(may), Some(has)) = (self.part.checked_mul(spent), self.whole.checked_mul(used))
            && let Some(slack) = may.checked_sub(has)
        {
            return slack.div_euclid(beside);
        }
        let slack =
            i128::from(self.part) * i128::from(spent) - i128::from(self.whole) * i128::from(used);
        i64::try_from(slack.div_euclid(i128::from(beside))).unwrap_or(i64::MAX)
    }
}

impl Limit {
    fn slot(&self, slot: usize) -> usize {
        if self.per_period { slot } else { 0 }
    }

    /// The most that may go to a line, where nothing is recovered.
    fn room(&self, spent: &Spent, line: usize, slot: usize) -> i64 {
        if !self.lines[line] {
            return i64::MAX;
        }
        let slot = self.slot(slot);
        match self.bound {
            Bound::OfSpent(share) => share.room(spent.spent, spent.used[slot]),
            _ => spent.most[slot] - spent.used[slot],
        }
    }

    /// The most that may be recovered beside a payment of `direct` to a line which brings `brought` of it.
    fn recovery_room(
        &self,
        spent: &Spent,
        line: usize,
        slot: usize,
        direct: i64,
        brought: i64,
    ) -> i64 {
        if !self.holds_indirect {
            return i64::MAX;
        }
        let own = if self.lines[line] { direct } else { 0 };
        let slot = self.slot(slot);
        let left = || spent.most[slot] - spent.used[slot] - own;
        match self.bound {
            Bound::OfSpent(share) => {
                share.room(self.spent_with(spent, line, direct, 0), spent.used[slot] + own)
            }
            Bound::OfYear(_) => left().max(brought),
            _ => left(),
        }
    }

    fn holds(&self, spent: &Spent, line: usize, slot: usize, direct: i64, recovery: i64) -> bool {
        let own = if self.lines[line] { direct } else { 0 };
        let indirect = if self.holds_indirect { recovery } else { 0 };
        if own + indirect == 0 {
            return true;
        }
        let slot = self.slot(slot);
        let taken = spent.used[slot] + own + indirect;
        match self.bound {
            Bound::OfSpent(share) => {
                let of = self.spent_with(spent, line, direct, recovery);
                i128::from(taken) * i128::from(share.whole)
                    <= i128::from(share.part) * i128::from(of)
            }
            _ => taken <= spent.most[slot],
        }
    }

    /// What is spent of what the share is reckoned on, with a payment to a line and its recovery.
    fn spent_with(&self, spent: &Spent, line: usize, direct: i64, recovery: i64) -> i64 {
        let own = if self.reckoned[line] { direct } else { 0 };
        spent.spent + own + if self.reckons_indirect { recovery } else { 0 }
    }

    fn take(&self, spent: &mut Spent, line: usize, slot: usize, direct: i64, recovery: i64) {
        spent.spent = self.spent_with(spent, line, direct, recovery);
        let own = if self.lines[line] { direct } else { 0 };
        let indirect = if self.holds_indirect { recovery } else { 0 };
        spent.used[self.slot(slot)] += own + indirect;
    }
}

/// Whether a line counts in modified total direct cost: equipment never does (2 CFR 200.1).
fn counts_as_modified(line: &CostLine) -> bool {
    line.mtdc && line.category != Category::Equipment
}

/// Caps, floors of what is spent, and last the most of a fiscal year, which is a limit on everything that is drawn.
fn limits(plan: &Plan, rules: &Restrictions, recovered_before: i64) -> Vec<Limit> {
    let everything = || vec![true; plan.lines.len()];
    let lines = |on: &[Selector]| -> Vec<bool> {
        let under = |(index, line)| selected(on, LineIndex::from(index), line);
        plan.lines.iter().enumerate().map(under).collect()
    };
    let reckoned = |within: &[Selector]| -> Vec<bool> {
        if within.is_empty() { everything() } else { lines(within) }
    };
    let mut limits = Vec::new();
    for cap in &rules.caps {
        let bound = match cap.bound {
            CapBound::ShareOfSpent(share) => Bound::OfSpent(Share::new(share)),
            CapBound::ShareOfAward(share) => Bound::OfAward(share),
            CapBound::Amount(amount) => Bound::Amount(amount.cents()),
        };
        // What was recovered before the plan takes room under a cap of the award that holds recovery.
        let counts = cap.holds_indirect()
            && !cap.per_period
            && !matches!(cap.bound, CapBound::ShareOfSpent(_));
        let reckoned = reckoned(&cap.within);
        let selected = lines(&cap.on).into_iter().zip(&reckoned);
        limits.push(Limit {
            lines: selected.map(|(on, counts)| on && *counts).collect(),
            holds_indirect: cap.holds_indirect() && cap.reckons_indirect(),
            reckoned,
            reckons_indirect: cap.reckons_indirect(),
            bound,
            per_period: cap.per_period,
            used_before: if counts { recovered_before } else { 0 },
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
            bound: Bound::OfSpent(Share::new(floor.share.complement())),
            per_period: false,
            used_before: 0,
        });
    }
    limits.extend(rules.yearly_limit.map(|yearly| Limit {
        lines: everything(),
        holds_indirect: true,
        reckoned: everything(),
        reckons_indirect: true,
        bound: Bound::OfYear(yearly.cents()),
        per_period: true,
        used_before: 0,
    }));
    limits
}

//! The irreducible gap by cause: what would be left of it if money were freer, one bond after the other.
//!
//! Starting from the optimal braid, *restriction* is let go first (any dollar may pay anything in its own months), then
//! *lapse* (money keeps until used), then *lateness* (money may be used before it arrives, secured money first). What
//! each step closes is that cause's part, and what no step closes is *shortage*; so the parts sum to the gap. In the freed
//! runs a match stream holds what it drew in the optimal braid, recovered indirect cost is money of the month in
//! which it was recovered there, and in-kind stays on its line in its own months.
//!
//! The optimal braid is one of the freed runs' own choices, and each run's of the next, so core, core with essential, and
//! all together never rise from one to the next. A later priority alone may: freed money goes to core costs first. Then
//! its part is below zero: that bond kept money for it.

use std::collections::BTreeMap;

use super::optimal::relax;
use super::{Braid, Source};
use crate::error::Error;
use crate::funding::partner::PartnerMethod;
use crate::funding::{Status, Terms};
use crate::money::Money;
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::timeline::Timeline;

/// Why a part of the irreducible gap is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Money is there in its own months, and may not pay these costs.
    Restriction,
    /// Money ends before it can be used.
    Lapse,
    /// Secured money comes after the costs: it could be financed.
    LateSecured,
    /// Money that is not secured comes after the costs.
    LateUnsecured,
    /// There is not enough money over the whole plan.
    Shortage,
}

impl Cause {
    /// Every cause, in the order in which they are let go.
    pub const ALL: [Cause; 5] = [
        Cause::Restriction,
        Cause::Lapse,
        Cause::LateSecured,
        Cause::LateUnsecured,
        Cause::Shortage,
    ];

    /// The word of tables.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Restriction => "restriction",
            Cause::Lapse => "lapse",
            Cause::LateSecured => "lateness-secured",
            Cause::LateUnsecured => "lateness-unsecured",
            Cause::Shortage => "shortage",
        }
    }
}

/// The irreducible gap by cause and priority, over the whole horizon: freed money pays other months, so that a cause is
/// of no one month. A part may be below zero in one priority, never of core, of core with essential, or of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Causes {
    parts: [[Money; 3]; 5],
}

impl Causes {
    /// The part of a cause in one priority.
    pub fn of(&self, cause: Cause, priority: usize) -> Money {
        self.parts[cause as usize][priority]
    }

    /// The part of a cause in all.
    pub fn total(&self, cause: Cause) -> Money {
        self.parts[cause as usize].iter().sum()
    }

    /// Reckons the causes of what an optimal braid leaves.
    ///
    /// # Errors
    /// An internal error where a freed run's gap is not the one that its own cut proves, or a part of core, of core
    /// with essential, or of all is below zero.
    pub fn from_braid(plan: &Plan, timeline: &Timeline, braid: &Braid) -> Result<Causes, Error> {
        let mut before = braid.gaps(plan, timeline);
        let mut parts = [[Money::ZERO; 3]; 5];
        if before == [Money::ZERO; 3] {
            return Ok(Causes { parts });
        }
        let mut money = Freed::from_braid(plan, timeline, braid);
        for cause in [Cause::Restriction, Cause::Lapse, Cause::LateSecured, Cause::LateUnsecured] {
            let changed = money.free(cause);
            let after = match changed || cause == Cause::Restriction {
                true => least(&money)?,
                false => before,
            };
            parts[cause as usize] =
                std::array::from_fn(|priority| before[priority] - after[priority]);
            before = after;
        }
        parts[Cause::Shortage as usize] = before;
        let causes = Causes { parts };
        for cause in Cause::ALL {
            let mut sum = Money::ZERO;
            for priority in 0..3 {
                sum += causes.of(cause, priority);
                if sum < Money::ZERO {
                    let word = cause.word();
                    return Err(Error::internal(format!(
                        "freed of {word}, a braid leaves no more"
                    )));
                }
            }
        }
        Ok(causes)
    }
}

/// Money without restrictions, in cents.
#[derive(Clone, Debug)]
pub(super) struct Pot {
    /// The first place in which it may be used, and the last.
    pub opens: usize,
    pub closes: usize,
    pub cents: i64,
    secured: bool,
}

/// Value in kind, which pays one line alone, in one place: how much, and of which priority.
#[derive(Clone, Debug)]
pub(super) struct InKind {
    pub place: usize,
    pub priority: usize,
    pub cents: i64,
}

/// The plan with its bonds let go so far.
pub(super) struct Freed {
    /// By priority and place, in cents.
    pub needs: [Vec<i64>; 3],
    pub pots: Vec<Pot>,
    pub in_kind: Vec<InKind>,
}

impl Freed {
    fn from_braid(plan: &Plan, timeline: &Timeline, braid: &Braid) -> Freed {
        let months = timeline.horizon.months as usize;
        let mut needs: [Vec<i64>; 3] = std::array::from_fn(|_| vec![0; months]);
        for (line, by_place) in plan.lines.iter().zip(timeline.needs.iter()) {
            let sums = &mut needs[line.priority as usize];
            for (sum, need) in sums.iter_mut().zip(by_place) {
                *sum += need.cents();
            }
        }
        let mut drawn = vec![0; timeline.tranches.len()];
        for draw in &braid.draws {
            if let Source::Tranche(tranche) = draw.source {
                drawn[tranche.at()] += draw.amount.cents();
            }
        }
        let mut recovered = vec![0; timeline.tranches.len()];
        let mut pots = Vec::new();
        let last = months.saturating_sub(1);
        for recovery in &braid.recoveries {
            let cents = recovery.amount.cents();
            recovered[recovery.tranche.at()] += cents;
            let secured = timeline.tranche(recovery.tranche).status == Status::Secured;
            pots.push(Pot { opens: recovery.place, closes: last, cents, secured });
        }
        let mut given: BTreeMap<(usize, LineIndex), Money> = BTreeMap::new();
        for (index, tranche) in timeline.tranches.iter().enumerate() {
            if is_in_kind(plan, tranche.stream) {
                // It pays its line, in the month for which it was given.
                let permit = timeline.purses[tranche.purse].permits.first();
                let offered = permit.map(|permit| given.entry((tranche.opens, permit.line)));
                if let Some(offered) = offered {
                    *offered.or_default() += tranche.amount;
                }
                continue;
            }
            let held = match tranche.on_demand {
                true => drawn[index],
                false => tranche.amount.cents() - recovered[index],
            };
            let secured = tranche.status == Status::Secured;
            let (opens, closes) = (tranche.opens, tranche.closes);
            pots.push(Pot { opens, closes, cents: held, secured });
        }
        pots.retain(|pot| pot.cents > 0);
        let in_kind = given.into_iter().map(|((place, line), amount)| {
            let cents = amount.at_most(timeline.needs[line.at()][place]).cents();
            InKind { place, priority: plan.line(line).priority as usize, cents }
        });
        let in_kind = in_kind.collect();
        Freed { needs, pots, in_kind }
    }

    /// Lets one bond go; whether that changes anything.
    fn free(&mut self, cause: Cause) -> bool {
        let last = self.needs[0].len().saturating_sub(1);
        let mut changed = false;
        for pot in &mut self.pots {
            match cause {
                Cause::Restriction | Cause::Shortage => {}
                Cause::Lapse => {
                    changed |= pot.closes < last;
                    pot.closes = last;
                }
                Cause::LateSecured | Cause::LateUnsecured => {
                    if pot.secured == (cause == Cause::LateSecured) {
                        changed |= pot.opens > 0;
                        pot.opens = 0;
                    }
                }
            }
        }
        changed
    }
}

fn is_in_kind(plan: &Plan, stream: StreamIndex) -> bool {
    matches!(&plan.stream(stream).terms, Terms::Partner(partner)
        if matches!(partner.method, PartnerMethod::InKind { .. }))
}

/// The least gaps of a freed plan by priority, checked by their own cuts.
fn least(freed: &Freed) -> Result<[Money; 3], Error> {
    let relaxed = relax::solve(freed);
    for priority in 0..3 {
        let left = |gaps: &Vec<i64>| gaps.iter().map(|cents| i128::from(*cents)).sum::<i128>();
        let gap: i128 = relaxed.gaps[..=priority].iter().map(left).sum();
        if gap != proved(freed, &relaxed.cuts[priority], priority) {
            return Err(Error::internal("the gap of a freed plan is the one that its cut proves"));
        }
    }
    let money = |gaps: &Vec<i64>| gaps.iter().map(|cents| Money::from_cents(*cents)).sum();
    Ok(std::array::from_fn(|priority| money(&relaxed.gaps[priority])))
}

/// What the needs of these months, down to a priority, exceed all the money by that may pay any of them: no braid of
/// the freed plan leaves less.
fn proved(freed: &Freed, cut: &[bool], priority: usize) -> i128 {
    let places = || (0..cut.len()).filter(|place| cut[*place]);
    let need = |place: usize| -> i128 {
        freed.needs[..=priority].iter().map(|needs| i128::from(needs[place])).sum()
    };
    let needs: i128 = places().map(need).sum();
    let reaches = |pot: &&Pot| cut[pot.opens..=pot.closes].contains(&true);
    let money: i128 = freed.pots.iter().filter(reaches).map(|pot| i128::from(pot.cents)).sum();
    let given = freed.in_kind.iter().filter(|given| given.priority <= priority && cut[given.place]);
    let given: i128 = given.map(|given| i128::from(given.cents)).sum();
    (needs - money - given).max(0)
}

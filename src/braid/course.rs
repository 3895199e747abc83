//! Many braids of one plan: the same months, lines and rules with other amounts each, as futures are.
//!
//! A [`Course`] is laid out once and shared by threads; each thread pours its futures into a [`Bed`] of its own. The
//! timeline of a course holds the tranches of every alternative: one that a future does not have has no amount there,
//! and then it is as if it did not exist.

use super::{Method, waterfall};
use crate::funding::Receipts;
use crate::money::Money;
use crate::name::TrancheIndex;
use crate::plan::Plan;
use crate::plan::deduction::scaled;
use crate::timeline::{HeldTranche, Timeline};

pub use super::Source;

/// What is the same in every future of a plan.
pub struct Course<'a> {
    plan: &'a Plan,
    timeline: &'a Timeline,
}

/// Where one future after another is poured. What one leaves, the next uses again.
pub struct Bed<'a> {
    course: &'a Course<'a>,
    poured: Poured,
}

/// What one future pays and leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Poured {
    /// What stays unfunded, by place of the horizon and priority, core first.
    pub gap: Vec<[Money; 3]>,
    /// What stays unfunded, by the place in which it would be paid; what falls due after the horizon is not told.
    pub unfunded_due: Vec<Money>,
    /// What was drawn, in the order of months.
    pub taken: Vec<Taken>,
}

/// What one source paid in one month of lines that are paid after the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The place of the month.
    pub place: usize,
    /// The place in which the lines are paid; it may lie beyond the horizon.
    pub due: usize,
    /// Where the money comes from.
    pub source: Source,
    /// What lines got.
    pub direct: Money,
    /// The indirect cost recovered with it.
    pub recovery: Money,
}

impl<'a> Course<'a> {
    /// Lays out what every future of a plan shares. The timeline's tranches are those of all alternatives.
    pub fn new(plan: &'a Plan, timeline: &'a Timeline) -> Course<'a> {
        Course { plan, timeline }
    }

    /// The plan.
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// The timeline with the tranches of every alternative.
    pub fn timeline(&self) -> &'a Timeline {
        self.timeline
    }

    /// A bed for the futures of one thread.
    pub fn bed(&self) -> Bed<'_> {
        Bed { course: self, poured: Poured::default() }
    }

    /// The timeline of one future alone: what amounts, by tranche, leave of it. A braid of it is what
    /// [`Bed::pour`] tells, and a forecast of it what a replay shows.
    pub fn timeline_of(&self, amounts: &[Money], needs: Option<&[Vec<Money>]>) -> Timeline {
        let mut own = self.timeline.clone();
        own.tranches.clear();
        for (laid, amount) in self.timeline.tranches.iter().zip(amounts) {
            if is_there(laid, *amount) {
                own.tranches.push(with_amount(laid, *amount));
            }
        }
        if let Some(needs) = needs {
            own.needs = needs.to_vec();
        }
        own
    }
}

/// Whether a future that gives a tranche an amount has it: one laid without an amount stands for cash that goes back,
/// and every future has it.
pub(crate) fn is_there(laid: &HeldTranche, amount: Money) -> bool {
    amount.is_positive() || laid.amount.is_zero()
}

/// A tranche with another amount; dated receipts follow it.
fn with_amount(laid: &HeldTranche, amount: Money) -> HeldTranche {
    let receipts = match &laid.receipts {
        Receipts::Advanced(rows) => Receipts::Advanced(scaled(rows, amount, laid.amount)),
        Receipts::Earned(rows) => Receipts::Earned(scaled(rows, amount, laid.amount)),
        other => other.clone(),
    };
    HeldTranche { amount, receipts, ..laid.clone() }
}

impl Bed<'_> {
    /// Makes the braid of one future by the waterfall: `amounts` by tranche of the course's timeline.
    ///
    /// # Panics
    /// When there are not as many amounts as tranches, or a tranche that was laid without an amount has one.
    pub fn pour(&mut self, amounts: &[Money]) -> &Poured {
        self.pour_needs(amounts, None)
    }

    /// The same with other needs, by line and place, where they follow from the amounts.
    ///
    /// # Panics
    /// When there are not as many amounts as tranches.
    pub fn pour_needs(&mut self, amounts: &[Money], needs: Option<&[Vec<Money>]>) -> &Poured {
        let (plan, timeline) = (self.course.plan, self.course.timeline);
        assert_eq!(amounts.len(), timeline.tranches.len(), "an amount for each tranche");
        let own = self.course.timeline_of(amounts, needs);
        let places: Vec<usize> = (0..amounts.len())
            .filter(|index| is_there(&timeline.tranches[*index], amounts[*index]))
            .collect();
        let braid = waterfall::allocate(plan, &own, Method::Waterfall);
        let months = plan.horizon.months as usize;
        let poured = &mut self.poured;
        poured.gap = vec![[Money::ZERO; 3]; months];
        poured.unfunded_due = vec![Money::ZERO; months];
        poured.taken.clear();
        for (line, left) in plan.lines.iter().zip(braid.left(&own)) {
            for (place, left) in left.into_iter().enumerate() {
                poured.gap[place][line.priority as usize] += left;
                let due = place + line.payment_lag_months as usize;
                if let Some(due) = poured.unfunded_due.get_mut(due) {
                    *due += left;
                }
            }
        }
        let laid =
            |tranche: TrancheIndex| Source::Tranche(TrancheIndex::from(places[tranche.at()]));
        for draw in &braid.draws {
            let lag = plan.line(draw.line).payment_lag_months as usize;
            let source = match draw.source {
                Source::Tranche(tranche) => laid(tranche),
                recovery @ Source::Recovery(_) => recovery,
            };
            let (direct, recovery) = (draw.amount, Money::ZERO);
            poured.taken.push(Taken {
                place: draw.place,
                due: draw.place + lag,
                source,
                direct,
                recovery,
            });
        }
        for recovery in &braid.recoveries {
            poured.taken.push(Taken {
                place: recovery.place,
                due: recovery.place,
                source: laid(recovery.tranche),
                direct: Money::ZERO,
                recovery: recovery.amount,
            });
        }
        poured.taken.sort_by_key(|taken| (taken.place, taken.source, taken.due));
        poured
    }
}

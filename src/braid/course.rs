//! Many braids of one plan: the same months, lines and rules with other amounts each, as futures are.
//!
//! A [`Course`] is laid out once and shared by threads; each thread pours its futures into a [`Bed`] of its own. The
//! timeline of a course holds the tranches of every alternative: one that a future does not have has no amount there,
//! and then it is as if it did not exist.

use super::Method;
use super::waterfall::{Allocation, Frame, Gaps, Lanes, Lean, Parts};
use crate::funding::Receipts;
use crate::money::Money;
use crate::name::TrancheIndex;
use crate::plan::Plan;
use crate::plan::deduction::scaled;
use crate::timeline::{HeldTranche, Timeline};

pub use super::Source;
pub use super::waterfall::LANES;

/// What is the same in every future of a plan.
pub struct Course<'a> {
    plan: &'a Plan,
    timeline: &'a Timeline,
    frame: Frame<'a>,
}

/// Where one future after another is poured. What one leaves, the next uses again.
pub struct Bed<'a> {
    course: &'a Course<'a>,
    allocation: Allocation<'a, Lean>,
    gaps: Allocation<'a, Gaps>,
}

/// Where several futures are poured at once, side by side: what [`Bed::gaps`] tells of each, in a fraction of the time.
pub struct Abreast<'a> {
    /// In as few bits as the futures allow that were poured so far; nothing once one did not.
    narrow: Option<Lanes<'a, i32>>,
    wide: Lanes<'a, i64>,
    /// How long after its month every line is paid; nothing where that is not the same for all.
    lag: Option<usize>,
    parts: Parts,
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
        Course { plan, timeline, frame: Frame::new(plan, timeline, &timeline.needs) }
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
        let lags = self.plan.lines.iter().map(|line| line.payment_lag_months as usize);
        let poured = Poured::of(self.plan.horizon.months as usize);
        let poured_gap = poured.gap.clone();
        let record = Lean::new(lags.collect(), poured);
        let gaps = Gaps(poured_gap);
        Bed {
            course: self,
            allocation: Allocation::new(&self.frame, record),
            gaps: Allocation::new(&self.frame, gaps),
        }
    }

    /// A place for futures side by side, of one thread; nothing where rules bind the plan that are for one future at a time.
    pub fn abreast(&self) -> Option<Abreast<'_>> {
        let wide = Lanes::new(&self.frame)?;
        let mut lags = self.plan.lines.iter().map(|line| line.payment_lag_months as usize);
        let first = lags.next().unwrap_or(0);
        let lag = lags.all(|lag| lag == first).then_some(first);
        let poured = Poured::of(self.plan.horizon.months as usize);
        Some(Abreast {
            narrow: Lanes::new(&self.frame),
            wide,
            lag,
            parts: Parts::default(),
            poured,
        })
    }

    /// The timeline of one future alone: what amounts, by tranche, leave of it. A braid of it is what
    /// [`Bed::pour`] tells, and a forecast of it what a replay shows.
    pub fn timeline_of(&self, amounts: &[Money], needs: Option<&[Vec<Money>]>) -> Timeline {
        let mut own = self.timeline.clone();
        own.tranches.clear();
        for (laid, amount) in self.timeline.tranches.iter().zip(amounts) {
            if laid.stands_with(amount.cents()) {
                own.tranches.push(with_amount(laid, *amount));
            }
        }
        if let Some(needs) = needs {
            own.needs = needs.to_vec().into();
        }
        own
    }
}

/// A tranche with another amount; dated receipts follow it.
pub(crate) fn with_amount(laid: &HeldTranche, amount: Money) -> HeldTranche {
    let receipts = match &laid.receipts {
        Receipts::Advanced(rows) => Receipts::Advanced(scaled(rows, amount, laid.amount)),
        Receipts::Earned(rows) => Receipts::Earned(scaled(rows, amount, laid.amount)),
        other => other.clone(),
    };
    HeldTranche { amount, receipts, ..laid.clone() }
}

impl Abreast<'_> {
    /// Makes the braids of as many futures as there are lanes: `amounts` by tranche of the course's timeline. Whether it did:
    /// amounts so large that their sums might not fit are for one future at a time.
    ///
    /// # Panics
    /// When there are not as many amounts as tranches.
    pub fn pour(&mut self, amounts: &[[Money; LANES]]) -> bool {
        self.pour_told(amounts, false)
    }

    /// The same, with what [`Abreast::poured`] tells.
    ///
    /// # Panics
    /// When there are not as many amounts as tranches.
    pub fn pour_whole(&mut self, amounts: &[[Money; LANES]]) -> bool {
        self.pour_told(amounts, true)
    }

    fn pour_told(&mut self, amounts: &[[Money; LANES]], draws: bool) -> bool {
        if self.narrow.as_mut().is_some_and(|narrow| narrow.pour(amounts, draws)) {
            return true;
        }
        // Other futures of the plan will hold as much.
        self.narrow = None;
        self.wide.pour(amounts, draws)
    }

    /// Whether it can tell what is drawn: where lines are paid after the same time.
    pub fn tells_draws(&self) -> bool {
        self.lag.is_some()
    }

    /// What the future of a lane pays and leaves, once poured whole: `amounts` are its own. It is what [`Bed::pour`] tells, but for
    /// draws of one source in one month, which are one here.
    pub fn poured(&mut self, amounts: &[Money], lane: usize) -> &Poured {
        let (lag, poured) = (self.lag.unwrap_or(0), &mut self.poured);
        poured.clear();
        for place in 0..poured.gap.len() {
            poured.gap[place] = match &self.narrow {
                Some(narrow) => narrow.gap(place, lane),
                None => self.wide.gap(place, lane),
            };
            if let Some(due) = poured.unfunded_due.get_mut(place + lag) {
                *due += poured.gap[place].iter().sum();
            }
        }
        let taken = &mut poured.taken;
        let paid = |place: usize, tranche: TrancheIndex, paid: i64| {
            let (source, due) = (Source::Tranche(tranche), place + lag);
            let (direct, recovery) = (Money::from_cents(paid), Money::ZERO);
            taken.push(Taken { place, due, source, direct, recovery });
        };
        match &self.narrow {
            Some(narrow) => narrow.paid_by_tranche(&mut self.parts, amounts, lane, paid),
            None => self.wide.paid_by_tranche(&mut self.parts, amounts, lane, paid),
        }
        poured
    }

    /// What stays unfunded in the future of a lane, by place and priority: [`Poured::gap`].
    pub fn gap(&self, lane: usize) -> impl ExactSizeIterator<Item = [Money; 3]> {
        (0..self.poured.gap.len()).map(move |place| match &self.narrow {
            Some(narrow) => narrow.gap(place, lane),
            None => self.wide.gap(place, lane),
        })
    }
}

impl Bed<'_> {
    /// Makes the braid of one future by the waterfall: `amounts` by tranche of the course's timeline.
    ///
    /// # Panics
    /// When there are not as many amounts as tranches.
    pub fn pour(&mut self, amounts: &[Money]) -> &Poured {
        pour(&mut self.allocation, amounts);
        &self.allocation.record.poured
    }

    /// What the braid of one future leaves, by place and priority, where nobody asks who paid: [`Poured::gap`], in less
    /// time.
    ///
    /// # Panics
    /// When there are not as many amounts as tranches.
    pub fn gaps(&mut self, amounts: &[Money]) -> &[[Money; 3]] {
        self.gaps.make(amounts.iter().map(|amount| amount.cents()), Method::Waterfall);
        &self.gaps.record.0
    }

    /// What [`Bed::pour`] tells with other needs, by line and place, where they follow from the amounts: the order of sources and all
    /// sums are then made anew.
    ///
    /// # Panics
    /// When there are not as many amounts as tranches.
    pub fn pour_needs(&mut self, amounts: &[Money], needs: &[Vec<Money>]) -> &Poured {
        let frame = Frame::new(self.course.plan, self.course.timeline, needs);
        let record = std::mem::take(&mut self.allocation.record);
        let mut allocation = Allocation::new(&frame, record);
        pour(&mut allocation, amounts);
        self.allocation.record = allocation.record;
        &self.allocation.record.poured
    }
}

fn pour(allocation: &mut Allocation<'_, Lean>, amounts: &[Money]) {
    allocation.record.poured.clear();
    allocation.make(amounts.iter().map(|amount| amount.cents()), Method::Waterfall);
}

impl Poured {
    fn of(months: usize) -> Poured {
        Poured {
            gap: vec![[Money::ZERO; 3]; months],
            unfunded_due: vec![Money::ZERO; months],
            taken: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.gap.fill([Money::ZERO; 3]);
        self.unfunded_due.fill(Money::ZERO);
        self.taken.clear();
    }
}

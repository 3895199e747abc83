//! Who pays what: the braid, and the methods that make it.

use self::certify::Certificate;
use crate::error::Error;
use crate::money::Money;
use crate::name::{LineIndex, StreamIndex, TrancheIndex};
use crate::plan::Plan;
use crate::timeline::Timeline;

mod award;
pub mod bound;
pub mod causes;
pub mod certify;
pub mod course;
pub mod cut;
mod optimal;
pub mod proof;
mod waterfall;

/// How a braid is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Month by month, without foresight of money, as practice does it.
    Waterfall,
    /// Each award pays its documented benefit share of a line while it lasts, other money fills the
    /// rest: the cost allocation plan as filed.
    Shares,
    /// The least gap that the rules allow over the whole horizon: the best case, if every date were known
    /// today.
    Optimal,
}

impl Method {
    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Method::Waterfall => "waterfall",
            Method::Shares => "shares",
            Method::Optimal => "optimal",
        }
    }
}

/// Where the money of a draw comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A tranche of the timeline.
    Tranche(TrancheIndex),
    /// Indirect cost recovered in this place of the horizon: unrestricted, kept until used.
    Recovery(usize),
}

/// One payment of a braid. In the order of months, sources and lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Draw {
    /// The place of the month in the horizon.
    pub place: usize,
    /// Where the money comes from.
    pub source: Source,
    /// The line that is paid.
    pub line: LineIndex,
    /// How much; always above zero.
    pub amount: Money,
}

/// A dollar of other money that matches an award.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// The place of the month in which the matching money paid.
    pub place: usize,
    /// The award that is matched, and which of the stream's awards it is.
    pub award: (StreamIndex, u32),
    /// The line that the matching money paid.
    pub line: LineIndex,
    /// The tranche of the matching money.
    pub tranche: TrancheIndex,
    /// How much of that draw matches this award.
    pub amount: Money,
}

/// Indirect cost recovered from a tranche.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recovery {
    /// The place of the month.
    pub place: usize,
    /// The tranche that pays it.
    pub tranche: TrancheIndex,
    /// The direct base charged to the tranche in the month.
    pub base: Money,
    /// What is recovered.
    pub amount: Money,
}

/// The result of allocation: who pays what, when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Braid {
    /// The draws, in order, each (month, source, line) once.
    pub draws: Vec<Draw>,
    /// Which dollar matched which award.
    pub matches: Vec<Match>,
    /// The indirect cost recovered.
    pub recoveries: Vec<Recovery>,
}

impl Braid {
    /// Braids the money of a timeline against its needs, and has the result checked by code that shares
    /// nothing with the allocation.
    ///
    /// # Errors
    /// An internal error where the check finds a broken rule: then no number is given.
    pub fn from_timeline(
        plan: &Plan,
        timeline: &Timeline,
        method: Method,
    ) -> Result<(Braid, Certificate), Error> {
        let (braid, proof) = match method {
            Method::Optimal => {
                let (braid, proof) = optimal::allocate(plan, timeline);
                (braid, Some(proof))
            }
            Method::Waterfall | Method::Shares => {
                (waterfall::allocate(plan, timeline, method), None)
            }
        };
        let mut certificate = certify::certify(plan, timeline, &braid, method)?;
        if let Some(proof) = proof {
            let gaps = braid.gaps(plan, timeline);
            bound::check(plan, timeline, gaps, &proof)?;
            certificate.proof = Some(proof);
        }
        Ok((braid, certificate))
    }

    /// The braid that [`Method::Optimal`] makes, with what is to prove it, before anyone has checked either: for those
    /// who check, or time, one without the other.
    pub fn unchecked_optimal(plan: &Plan, timeline: &Timeline) -> (Braid, proof::Proof) {
        optimal::allocate(plan, timeline)
    }

    /// Puts draws, matches and recoveries in order, and joins those of one kind.
    fn join(&mut self) {
        self.draws.sort_unstable();
        self.draws.dedup_by(|next, kept| {
            let same = (next.place, next.source, next.line) == (kept.place, kept.source, kept.line);
            if same {
                kept.amount += next.amount;
            }
            same
        });
        self.matches.sort_unstable();
        self.matches.dedup_by(|next, kept| {
            let same = (next.place, next.award, next.line, next.tranche)
                == (kept.place, kept.award, kept.line, kept.tranche);
            if same {
                kept.amount += next.amount;
            }
            same
        });
        self.recoveries.sort_unstable();
        self.recoveries.dedup_by(|next, kept| {
            let same = (next.place, next.tranche) == (kept.place, kept.tranche);
            if same {
                kept.base += next.base;
                kept.amount += next.amount;
            }
            same
        });
    }

    /// What it leaves of each line, by place of the horizon.
    pub fn left(&self, timeline: &Timeline) -> Vec<Vec<Money>> {
        let mut left = timeline.needs.to_vec();
        for draw in &self.draws {
            left[draw.line.at()][draw.place] -= draw.amount;
        }
        left
    }

    /// What it leaves of each priority, core first.
    pub fn gaps(&self, plan: &Plan, timeline: &Timeline) -> [Money; 3] {
        let mut gaps = [Money::ZERO; 3];
        for (line, left) in plan.lines.iter().zip(self.left(timeline)) {
            gaps[line.priority as usize] += left.iter().sum();
        }
        gaps
    }
}

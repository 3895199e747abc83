//! Who pays what: the braid, and the methods that make it.

use self::certify::Certificate;
use crate::error::Error;
use crate::money::Money;
use crate::name::{LineIndex, StreamIndex, TrancheIndex};
use crate::plan::Plan;
use crate::timeline::Timeline;

mod award;
pub mod certify;
mod waterfall;

/// How a braid is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Month by month, without foresight of money, as practice does it.
    Waterfall,
    /// Each award pays its documented benefit share of a line while it lasts, other money fills the
    /// rest: the cost allocation plan as filed.
    Shares,
}

impl Method {
    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Method::Waterfall => "waterfall",
            Method::Shares => "shares",
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
        let braid = waterfall::allocate(plan, timeline, method);
        let certificate = certify::certify(plan, timeline, &braid)?;
        Ok((braid, certificate))
    }
}

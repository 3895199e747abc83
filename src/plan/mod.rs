//! The meaning of a plan: immutable and validated, whatever file or program it came from.
//!
//! Lines, streams, pools and drivers are sorted by name, so that an index orders like the name.

use std::collections::BTreeMap;

use crate::diagnostic::Origin;
use crate::driver::Driver;
use crate::driver::later;
use crate::funding::{Setting, Status, Stream, Terms};
use crate::money::Money;
use crate::month::{FiscalCalendar, Month};
use crate::name::{LineIndex, Name, PoolIndex, StreamIndex};
use crate::rules::Rule;

pub mod award;
pub mod check;
pub mod cost;
mod credit;
pub mod deduction;
pub mod dues;

pub use credit::CreditLine;
pub mod policy;
pub mod pool;
pub mod restriction;

pub use cost::CostLine;
pub use policy::Policy;
pub use pool::Pool;
pub use restriction::{Restrictions, Verdict};

/// One partnership's case: the base plan, or the plan under a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What the plan is called.
    pub title: String,
    /// The scenario: `base`, or the ids of the scenarios that were stacked, joined by `+`.
    pub scenario: String,
    /// What the scenario is called; empty for the base case.
    pub scenario_title: String,
    /// The region that is served.
    pub region: String,
    /// How far along the partnership is.
    pub phase: Option<Phase>,
    /// A notice that stands with the title on every page and export.
    pub notice: String,
    /// The months that are forecast.
    pub horizon: Horizon,
    /// The partnership's fiscal year.
    pub fiscal: FiscalCalendar,
    /// Backbone functions of the plan's own, beside those offered.
    pub functions: Vec<String>,
    /// The drivers, in the order of names.
    pub drivers: Vec<Driver>,
    /// The cost lines, in the order of names, with the lines that streams add.
    pub lines: Vec<CostLine>,
    /// The streams, in the order of names.
    pub streams: Vec<Stream>,
    /// The restrictions of each stream, in the same order.
    pub restrictions: Vec<Restrictions>,
    /// The pools, in the order of names.
    pub pools: Vec<Pool>,
    /// How the braid is made.
    pub policy: Policy,
    /// The line of credit.
    pub credit: Option<CreditLine>,
    /// The position at the plan's start.
    pub opening: Opening,
    /// Every input with the place where it was written.
    pub inputs: Inputs,
    /// The rules that the plan takes for granted where it states nothing of its own, by path.
    pub defaults: Vec<RuleDefault>,
    /// What stands beside the plan and is not read, by name.
    pub unread: Vec<String>,
}

/// A figure that a plan leaves to a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleDefault {
    /// The path of the key that the plan leaves out: `stream.hrsa.indirect.subaward-cutoff`.
    pub path: String,
    /// The rule that holds in its place.
    pub rule: &'static Rule,
    /// The first and last later year, of the rule's own kind, for which nothing was published and to
    /// which the rule is carried forward.
    pub carried: Option<(i32, i32)>,
}

/// How far along a partnership is (ReThink Health's phases).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Authority and infrastructure are still fragile.
    Earlier,
    /// Moving beyond short-term grants.
    Middle,
    /// The easy wins are behind it.
    Later,
}

impl Phase {
    /// The word of a plan file.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Earlier => "earlier",
            Phase::Middle => "middle",
            Phase::Later => "later",
        }
    }
}

/// The months of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// The first month.
    pub start: Month,
    /// How many months, from 1 to 480.
    pub months: u32,
    /// The month from which the plan is seen.
    pub as_of: Month,
}

impl Horizon {
    /// The month at a place of the horizon.
    ///
    /// # Panics
    /// When the place lies outside the calendar, which a plan that was read cannot reach.
    pub fn month(&self, place: usize) -> Month {
        self.start.plus(place as i32).expect("a plan's horizon lies within the calendar")
    }

    /// The last month.
    pub fn end(&self) -> Month {
        self.month(self.months as usize - 1)
    }

    /// The places in which a window lies within the horizon, if any. A window without an end runs to the
    /// horizon's.
    pub fn window(&self, first: Month, last: Option<Month>) -> Option<(usize, usize)> {
        let first = first.max(self.start);
        let last = last.unwrap_or(self.end()).min(self.end());
        if first > last { None } else { Some((self.place(first)?, self.place(last)?)) }
    }

    /// The place of a month, if it lies in the horizon.
    pub fn place(&self, month: Month) -> Option<usize> {
        let place = month.since(self.start);
        (0..self.months as i32).contains(&place).then_some(place as usize)
    }
}

/// The position at the plan's start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// Unrestricted cash.
    pub unrestricted_cash: Money,
    /// Whether the plan states it; else it is counted from zero.
    pub cash_stated: bool,
    /// Net assets without donor restrictions, where they are stated.
    pub net_assets: Option<Money>,
    /// Fixed assets in them.
    pub fixed_assets: Money,
    /// What is owed on fixed assets.
    pub fixed_asset_debt: Money,
    /// What the board has designated of them.
    pub board_designated: Money,
    /// What is known of running streams, by stream.
    pub streams: Vec<(StreamIndex, OpeningStream)>,
}

/// The position of one stream at the plan's start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpeningStream {
    /// Cash held of it.
    pub cash: Money,
    /// Cash that is owed for what was spent or earned before the start, by expected month.
    pub receivables: Vec<(Month, Money)>,
    /// What was spent before the start of the budget periods that are still open at the start, its
    /// indirect recovery with it. Periods that closed before are of no account here.
    pub spent: Money,
    /// What of that was the direct base of its indirect recovery.
    pub base: Money,
    /// What was recovered.
    pub recovered: Money,
    /// What was matched.
    pub matched: Money,
    /// What was spent on each subaward over its life, by its id: its part of the indirect base counts once
    /// (2 CFR 200.1, Modified Total Direct Cost).
    pub subawards: Vec<(String, Money)>,
}

/// What a plan states, and where each of it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Every input, in the order of paths.
    pub stated: Vec<Input>,
    /// Where the rows of files stand of which each states a figure of an input that names the file, by the row's path:
    /// `cost.staff.series.2026-07`.
    pub rows: BTreeMap<String, Origin>,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its path in the words of the plan: `stream.ahc.award`; a table's own path is its header.
    pub path: String,
    /// Its text as written; empty for a table.
    pub text: String,
    /// Where it was written.
    pub origin: Origin,
    /// Where the figure comes from, if the plan says so.
    pub source: Option<String>,
    /// Whether it is a figure, which ought to have a source.
    pub figure: bool,
}

impl Inputs {
    /// The input at a path, or the nearest table that holds it.
    ///
    /// A scenario may be asked for `stream.ahc.award` where only `stream.ahc` was written.
    pub fn find(&self, path: &str) -> Option<&Input> {
        let mut path = path;
        loop {
            if let Ok(index) = self.stated.binary_search_by(|input| input.path.as_str().cmp(path)) {
                return Some(&self.stated[index]);
            }
            path = path.rsplit_once('.')?.0;
        }
    }

    /// Where a figure was written: the row of a file that states it, else the nearest input.
    pub fn origin(&self, path: &str) -> Option<&Origin> {
        self.rows.get(path).or_else(|| Some(&self.find(path)?.origin))
    }

    /// The inputs below a path, the path's own input with them.
    pub fn below<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Input> + 'a {
        self.stated.iter().filter(move |input| {
            input
                .path
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

impl Plan {
    /// What lowering a stream may look at.
    pub fn setting(&self) -> Setting<'_> {
        Setting { start: self.horizon.start, months: self.horizon.months, drivers: &self.drivers }
    }

    /// The notice, where the title does not say it already.
    pub fn notice_beside_title(&self) -> Option<&str> {
        let told = self.notice.is_empty() || self.title.contains(&self.notice);
        (!told).then_some(&self.notice)
    }

    /// The stream at an index.
    pub fn stream(&self, stream: StreamIndex) -> &Stream {
        &self.streams[stream.at()]
    }

    /// Whether a month lies in the term of an award, an extension and a secured renewal with it; a termination
    /// ends it (2 CFR 200.309).
    pub fn in_term(&self, award: StreamIndex, month: Month) -> bool {
        let stream = self.stream(award);
        let (first, last) = match &stream.terms {
            Terms::Grant(grant) => {
                let renewed = grant.renewal.as_ref().filter(|next| next.status == Status::Secured);
                let months = renewed.map_or(0, |renewal| renewal.years * 12);
                (Some(grant.from), later(grant.last_month(), months))
            }
            Terms::Schedule(rows) => {
                (rows.iter().map(|row| row.available).min(), stream.last_month(Month::LAST))
            }
            _ => (None, stream.last_month(Month::LAST)),
        };
        let ended = stream.termination.is_some_and(|termination| month > termination.month);
        first.is_none_or(|first| month >= first) && month <= last && !ended
    }

    /// The restrictions of the stream at an index.
    pub fn restrictions(&self, stream: StreamIndex) -> &Restrictions {
        &self.restrictions[stream.at()]
    }

    /// The line at an index.
    pub fn line(&self, line: LineIndex) -> &CostLine {
        &self.lines[line.at()]
    }

    /// The pool at an index.
    pub fn pool(&self, pool: PoolIndex) -> &Pool {
        &self.pools[pool.at()]
    }

    /// The stream of this name.
    pub fn find_stream(&self, name: &str) -> Option<StreamIndex> {
        let found = self.streams.binary_search_by(|stream| stream.name.as_str().cmp(name));
        found.ok().map(StreamIndex::from)
    }

    /// The line of this name.
    pub fn find_line(&self, name: &str) -> Option<LineIndex> {
        let found = self.lines.binary_search_by(|line| line.name.as_str().cmp(name));
        found.ok().map(LineIndex::from)
    }

    /// What is known of a stream's position at the start.
    pub fn opening_of(&self, stream: StreamIndex) -> Option<&OpeningStream> {
        self.opening.streams.iter().find(|(index, _)| *index == stream).map(|(_, opening)| opening)
    }

    /// The path of an input of a named table: `stream.ahc`.
    pub fn path(table: &str, name: &Name) -> String {
        format!("{table}.{name}")
    }
}

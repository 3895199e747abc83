//! What several checks need to know of a plan, computed once.

use super::Finding;
use crate::driver::total;
use crate::funding::{Authority, Lowered, Stream, Tranche};
use crate::money::{Money, Rate};
use crate::name::{LineIndex, PoolIndex, StreamIndex};
use crate::plan::restriction::{Standing, permission};
use crate::plan::{Plan, cost, dues};

/// What several checks need to know, computed once.
pub(super) struct Facts<'a> {
    pub(super) plan: &'a Plan,
    /// The need of each line in each month, what streams have due and fees with it.
    pub(super) needs: Vec<Vec<Money>>,
    pub(super) streams: Vec<StreamFacts>,
}

/// What a stream's terms and restrictions come to.
pub(super) struct StreamFacts {
    pub(super) lowered: Lowered,
    /// Whether some tranche may be spent, by month of the horizon.
    pub(super) open: Vec<bool>,
    /// Whether it may pay a line, under its own uses or a pool's, by line.
    pub(super) allowed: Vec<bool>,
}

impl<'a> Facts<'a> {
    /// An amount that does not come out counts as nothing here: the forecast itself reports it.
    pub(super) fn from_plan(plan: &'a Plan) -> Facts<'a> {
        let streams: Vec<StreamFacts> =
            indices(&plan.streams).map(|stream| StreamFacts::of(plan, stream)).collect();
        // A plan that was read comes out within bounds; of any other nothing is said.
        let brings = |stream: StreamIndex| Lowered {
            dues: dues::of_stream(plan, stream, |_| true).unwrap_or_default(),
            ..streams[stream.at()].lowered.clone()
        };
        let none = || vec![vec![Money::ZERO; plan.horizon.months as usize]; plan.lines.len()];
        let needs = cost::needs(plan, brings).unwrap_or_else(none);
        Facts { plan, needs, streams }
    }

    pub(super) fn stream(&self, stream: StreamIndex) -> &StreamFacts {
        &self.streams[stream.at()]
    }

    /// The line's need in the months that a condition on their places names.
    pub(super) fn need(&self, line: LineIndex, holds: impl Fn(usize) -> bool) -> Money {
        let places = self.needs[line.at()].iter().enumerate();
        sum(places.filter(|(place, _)| holds(*place)).map(|(_, need)| *need))
    }

    /// Whether a stream may pay the line in the month at a place.
    pub(super) fn may_pay(&self, stream: StreamIndex, line: LineIndex, place: usize) -> bool {
        let facts = self.stream(stream);
        facts.allowed[line.at()] && facts.open[place]
    }

    /// Whether the stream may pay the line in some month in which it needs money.
    pub(super) fn reaches(&self, stream: StreamIndex, line: LineIndex) -> bool {
        let facts = self.stream(stream);
        let mut months = self.needs[line.at()].iter().zip(&facts.open);
        facts.allowed[line.at()] && months.any(|(need, open)| *open && need.is_positive())
    }

    /// The need of the line that falls in months in which the stream may pay it.
    pub(super) fn payable(&self, stream: StreamIndex, line: LineIndex) -> Money {
        self.need(line, |place| self.may_pay(stream, line, place))
    }

    pub(super) fn finding(&self, name: &'static str, subject: String, message: String) -> Finding {
        let origin = self.plan.inputs.find(&subject).map(|input| input.origin.clone());
        Finding { name, subject, message, remedy: String::new(), amount: None, origin }
    }

    /// What people call a stream, as messages quote it.
    pub(super) fn called(&self, stream: StreamIndex) -> String {
        format!("“{}”", self.plan.stream(stream).title)
    }

    /// Streams in a row: `“A”, “B” and “C”`.
    pub(super) fn all_called(&self, streams: impl IntoIterator<Item = StreamIndex>) -> String {
        let mut titles: Vec<String> =
            streams.into_iter().map(|stream| self.called(stream)).collect();
        match (titles.pop(), titles.as_slice()) {
            (Some(last), []) => last,
            (Some(last), others) => format!("{} and {last}", others.join(", ")),
            (None, _) => String::new(),
        }
    }
}

impl StreamFacts {
    fn of(plan: &Plan, stream: StreamIndex) -> StreamFacts {
        let lowered = plan.stream(stream).lower(&plan.setting()).unwrap_or_default();
        let mut open = vec![false; plan.horizon.months as usize];
        let mut reach = vec![0_i64; open.len() + 1];
        for (first, last) in lowered
            .tranches
            .iter()
            .filter_map(|tranche| plan.horizon.window(tranche.first, tranche.last))
        {
            reach[first] += 1;
            reach[last + 1] -= 1;
        }
        let mut held = 0;
        for (month, change) in open.iter_mut().zip(&reach) {
            held += change;
            *month = held > 0;
        }
        let routes = routes(plan, stream);
        let allows = |line: LineIndex| {
            let standing = |pool: &Option<PoolIndex>| pool.map_or(Standing::Own, Standing::Pool);
            routes.iter().any(|pool| permission(plan, stream, standing(pool), line).is_ok())
        };
        StreamFacts { lowered, open, allowed: indices(&plan.lines).map(allows).collect() }
    }
}

/// The uses under which a stream's money stands: those of each pool that it is a member of, and its
/// own unless the pools take all of it.
fn routes(plan: &Plan, stream: StreamIndex) -> Vec<Option<PoolIndex>> {
    let mut routes = Vec::new();
    let mut pooled = 0;
    for (index, pool) in plan.pools.iter().enumerate() {
        if let Some((_, share)) = pool.members.iter().find(|(member, _)| *member == stream) {
            pooled += share.billionths();
            routes.push(Some(PoolIndex::from(index)));
        }
    }
    if pooled < Rate::ONE.billionths() {
        routes.push(None);
    }
    routes
}

/// The amount that a tranche states, if it states one.
pub(super) fn stated(tranche: &Tranche) -> Option<Money> {
    match tranche.amount {
        Authority::Amount(amount) => Some(amount),
        Authority::OfEligible(..) | Authority::AboveFloor { .. } | Authority::InKind(..) => None,
    }
}

/// A sum, held at the largest amount.
pub(super) fn sum(amounts: impl IntoIterator<Item = Money>) -> Money {
    total(amounts).unwrap_or(Money::MAX)
}

pub(super) fn indices<T, I: From<usize>>(items: &[T]) -> impl Iterator<Item = I> + use<T, I> {
    (0..items.len()).map(I::from)
}

pub(super) fn stream_path(facts: &Facts, stream: StreamIndex) -> String {
    let Stream { name, .. } = facts.plan.stream(stream);
    Plan::path("stream", name)
}

pub(super) fn line_path(facts: &Facts, line: LineIndex) -> String {
    Plan::path("cost", &facts.plan.line(line).name)
}

//! What a plan says of chance, and the drafts of its futures.
//!
//! `chance.toml` states uncertain events and amounts; a stream or a renewal that is not secured and has a probability is
//! an uncertain event without being written again. A future is the plan with the events that happen in it and the amounts
//! as they come out: first the changes of events, in the order of ids (a renewal last, and only of an award that comes),
//! then amounts, each where its input stands in that future, then what events drop.

use super::cases::{Cases, Draft};
use super::distribution::{Distribution, Outcome, is_below};
use super::ranges::Setting;
use super::reader::Desk;
use super::syntax::{Node, Table, Value};
use super::text::Span;
use super::{conclude, patch, resolve_chances, resolve_uncertain};
use crate::diagnostic::Origin;
use crate::error::Error;
use crate::money::Rate;

/// The file of chances.
pub const CHANCE_FILE: &str = "chance.toml";

/// What is uncertain of a plan.
#[derive(Clone, Debug, Default)]
pub struct Chances {
    /// Events and amounts, in the order of ids.
    pub chances: Vec<Chance>,
    /// What moves several of them together, in the order of ids.
    pub shocks: Vec<Shock>,
    /// Ids of streams that are not secured, of which nothing says how likely they are: they come in no future.
    pub unsure: Vec<String>,
}

/// One uncertain event or amount.
#[derive(Clone, Debug)]
pub struct Chance {
    /// Its id; of a probability that the plan states, `stream.ahc` or `stream.ahc.renewal`.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What is uncertain.
    pub what: What,
    /// Where it is written.
    pub origin: Origin,
    /// Where its figures come from, if that is said.
    pub source: Option<String>,
    /// What the event changes, but for what it drops.
    pub(super) changes: Table,
    /// What the event drops.
    pub(super) drops: Table,
    /// The award whose renewal it is.
    pub(super) renews: Option<String>,
    /// Where it is written.
    pub(super) at: Span,
}

/// What is uncertain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Whether something happens.
    Event {
        /// The share of futures in which it does.
        odds: Rate,
    },
    /// The value of an input.
    Amount {
        /// Its path: `stream.plan-pmpm.terms.rate`.
        path: String,
        /// What the plan says.
        base: Setting,
        /// How likely its values are.
        distribution: Distribution,
    },
}

/// A common cause that moves chances together.
#[derive(Clone, Debug)]
pub struct Shock {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The share of futures in which it strikes: the rank correlation of each pair.
    pub together: Rate,
    /// The places of the chances that move together, in order.
    pub of: Vec<usize>,
    /// The places of those that then move the other way, in order.
    pub against: Vec<usize>,
    /// Where it is written.
    pub origin: Origin,
}

impl What {
    /// What comes about at a quantile, in counts of 2^-64. An event happens at the high end, so that in a common shock it
    /// comes with high amounts: from the quantile 1 - odds on.
    pub fn at(&self, quantile: u64) -> Outcome {
        match self {
            What::Event { odds } => {
                let without = odds.complement().billionths() as u128;
                Outcome::Happens(!is_below(quantile, without))
            }
            What::Amount { distribution, .. } => Outcome::Takes(distribution.at(quantile)),
        }
    }
}

impl Chance {
    /// The tables of the plan that it changes, in order: the kind (`stream`, `cost`, `driver`, `policy`, `opening`,
    /// `pool`, `credit`, `plan`) and the id, which is empty where there is one table alone.
    pub fn touches(&self) -> Vec<(String, String)> {
        let by_id = |kind: &str| patch::BY_ID.contains(&kind);
        let mut found = Vec::new();
        if let What::Amount { path, .. } = &self.what {
            let mut parts = path.split('.');
            let kind = parts.next().unwrap_or_default();
            let id = parts.next().filter(|_| by_id(kind)).unwrap_or_default();
            found.push((kind.to_string(), id.to_string()));
        }
        for (kind, entry) in self.changes.iter().chain(&self.drops) {
            match entry.node.table().filter(|_| by_id(kind)) {
                Some(tables) => {
                    found.extend(tables.keys().map(|id| (kind.clone(), id.clone())));
                }
                None => found.push((kind.clone(), String::new())),
            }
        }
        found.sort();
        found.dedup();
        found
    }
}

impl Chances {
    /// The places of shocks, together where chances connect them, so that one of them strikes at most; groups, and places
    /// within them, in order.
    pub fn connected(&self) -> Vec<Vec<usize>> {
        resolve_uncertain::connected(&self.shocks)
    }
}

impl Cases<'_> {
    /// What a draft and a file of the folder say of chance.
    ///
    /// What a scenario has dropped or secured is no longer uncertain: what the file says of it is left out.
    ///
    /// # Errors
    /// Everything that is wrong with the file, with an end or a value that makes no plan, or with an event; and where
    /// nothing at all is uncertain.
    pub fn chances(&mut self, draft: &Draft, name: &str) -> Result<Chances, Error> {
        let desk = self.desk.again();
        let chances = resolve_chances::read(&desk, self, draft, name);
        // Its text stays on the desk, so that what is wrong with a future is told with its place.
        let chances = conclude(&desk, chances);
        self.desk = desk.again();
        chances
    }

    /// The draft of a future: outcomes in the order of chances; chances with `None` stay as the plan has them.
    ///
    /// # Errors
    /// Events that contradict each other: one patches a part of what is not there.
    pub fn future(
        &self,
        draft: &Draft,
        chances: &Chances,
        outcomes: &[Option<Outcome>],
    ) -> Result<Draft, Error> {
        let desk = self.desk.again();
        let future = future(&desk, draft, &chances.chances, outcomes);
        conclude(&desk, Some(future))
    }

    /// The ids of streams and cost lines whose tables name this driver anywhere, in order; also where the same word means
    /// something else.
    pub fn users_of(&self, draft: &Draft, driver: &str) -> Vec<(&'static str, String)> {
        let mut users = Vec::new();
        for kind in ["cost", "stream"] {
            let tables = draft.tree.get(kind).and_then(|entry| entry.node.table());
            let naming =
                tables.into_iter().flatten().filter(|(_, entry)| names(&entry.node, driver));
            users.extend(naming.map(|(id, _)| (kind, id.clone())));
        }
        users
    }
}

/// Whether a value is this text or holds it.
fn names(node: &Node, text: &str) -> bool {
    match &node.value {
        Value::Text(own) => own == text,
        Value::List(items) => items.iter().any(|item| names(item, text)),
        Value::Table(table) => table.values().any(|entry| names(&entry.node, text)),
        _ => false,
    }
}

/// The draft of a future, with what cannot be told on the desk.
pub(super) fn future(
    desk: &Desk,
    draft: &Draft,
    chances: &[Chance],
    outcomes: &[Option<Outcome>],
) -> Draft {
    let mut future = draft.clone();
    let outcomes = || chances.iter().zip(outcomes);
    let happened = || {
        let events = outcomes().filter(|(_, outcome)| **outcome == Some(Outcome::Happens(true)));
        events.map(|(event, _)| event)
    };
    for event in happened().filter(|event| event.renews.is_none()) {
        patch::apply(desk, &mut future.tree, &event.changes, &mut future.dropped);
    }
    for event in happened() {
        // A renewal never inherits its award's status, so an award that does not come must not be renewed.
        if event.renews.as_ref().is_some_and(|award| is_secured(&future.tree, award)) {
            patch::apply(desk, &mut future.tree, &event.changes, &mut future.dropped);
        }
    }
    for (chance, outcome) in outcomes() {
        if let (What::Amount { path, .. }, Some(Outcome::Takes(value))) = (&chance.what, outcome) {
            future.restate(path, &value.text(), Some(chance.at));
        }
    }
    for event in happened() {
        let drops = patch::standing(&event.drops, &future.tree, &future.dropped);
        patch::apply(desk, &mut future.tree, &drops, &mut future.dropped);
    }
    future
}

/// Whether a stream stands in the tree and is secured; a reserve is, unless it says otherwise.
pub(super) fn is_secured(tree: &Table, stream: &str) -> bool {
    let table = tree.get("stream").and_then(|entry| entry.node.table());
    let stream = table.and_then(|streams| streams.get(stream)?.node.table());
    stream.is_some_and(|stream| {
        stream.get("status").is_none_or(|status| status.node.text() == Some("secured"))
    })
}

//! Scenarios: patches of the plan in its own words.
//!
//! A patch is merged into the plan's tree key by key before anything is read, so that a scenario
//! can say whatever a plan can say and is held to the same rules; every value keeps the place where
//! it was written. A list or a plain value replaces. Where a patch states an amount in another way,
//! the ways that the plan had stated go: otherwise each such scenario would contradict its plan.

use std::collections::{BTreeMap, BTreeSet};

use super::desk::Desk;
use super::keys;
use super::syntax::{Entry, Node, Table, Value};
use crate::diagnostic::{Code, nearest, visible};
use crate::name::Name;

/// What scenarios have removed, by kind of table: `cost`, `stream`, `pool` or `driver`.
#[derive(Clone, Debug, Default)]
pub struct Dropped(BTreeMap<&'static str, BTreeSet<String>>);

impl Dropped {
    /// Whether a scenario has removed this table.
    pub fn holds(&self, kind: &str, id: &str) -> bool {
        self.0.get(kind).is_some_and(|ids| ids.contains(id))
    }

    /// Notes that a table was removed.
    pub fn insert(&mut self, kind: &str, id: &str) {
        if let Some(known) = BY_ID.iter().find(|known| **known == kind) {
            self.0.entry(known).or_default().insert(id.to_string());
        }
    }

    /// Takes over what other scenarios have removed.
    pub fn extend(&mut self, other: &Dropped) {
        for (kind, ids) in &other.0 {
            self.0.entry(kind).or_default().extend(ids.iter().cloned());
        }
    }

    /// Forgets tables that the tree holds.
    pub fn forget(&mut self, tree: &Table) {
        for (kind, ids) in &mut self.0 {
            let home = tree.get(*kind).and_then(|entry| entry.node.table());
            ids.retain(|id| home.is_none_or(|home| !home.contains_key(id)));
        }
    }

    /// Whether scenarios have removed any table of this kind.
    pub fn any(&self, kind: &str) -> bool {
        self.0.get(kind).is_some_and(|ids| !ids.is_empty())
    }
}

/// Keys that say nothing of what a plan comes to.
pub(super) const SILENT: [&str; 4] = ["source", "note", "title", "range"];

/// The tables that are kept by id.
pub const BY_ID: [&str; 4] = ["driver", "cost", "stream", "pool"];

/// Keys of which a table says exactly one, by kind of table.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "cost",
        &["yearly", "by-year", "monthly", "once", "positions", "unit", "step", "series", "fee"],
    ),
    ("driver", &["start", "yearly", "series"]),
    ("stream", &["until", "evergreen"]),
    (
        "stream",
        &["award", "yearly", "amounts", "monthly", "payments", "fees", "in-kind", "schedule"],
    ),
    ("stream", &["terms", "schedule"]),
    ("stream", &["balance", "schedule"]),
    ("stream", &["floor-months", "floor"]),
    ("match", &["share-of-total", "per-award-dollar"]),
    ("terms", &["collection", "collection-lag-months"]),
    ("terms", &["yearly", "by-year"]),
];

/// Keys that only mean something beside another one, which goes with them.
const COMPANIONS: &[(&str, &str, &[&str])] =
    &[("driver", "start", &["growth", "growth-month"]), ("stream", "award", &["taper"])];

/// Patches the plan's tree with one scenario.
pub fn apply(desk: &Desk, tree: &mut Table, patch: &Table, dropped: &mut Dropped) {
    for (name, entry) in patch {
        match name.as_str() {
            name if BY_ID.contains(&name) => by_id(desk, tree, name, entry, dropped),
            "plan" | "policy" | "credit" | "opening" => merge_entry(tree, name, entry, "other"),
            // The scenario's own keys; others are told where scenarios are listed.
            _ => {}
        }
    }
}

fn by_id(desk: &Desk, tree: &mut Table, kind: &str, patch: &Entry, dropped: &mut Dropped) {
    // What is not a table was told when the scenarios' own keys were read.
    let Some(patches) = patch.node.table() else { return };
    let home = tree.entry(kind.to_string()).or_insert_with(|| {
        let node = Node { value: Value::Table(Table::new()), ..patch.node.clone() };
        Entry { key: patch.key, node }
    });
    let Some(home) = home.node.table_mut() else { return };
    for (id, entry) in patches {
        if drops(entry) {
            drop_one(desk, home, kind, id, entry, dropped);
        } else if !home.contains_key(id) && Name::parse(id).is_some() && is_part(kind, entry) {
            let message = format!("{kind} `{id}` is not in the plan, so it cannot be patched");
            let remedy = match nearest(id, home.keys().map(String::as_str)) {
                _ if dropped.holds(kind, id) => "a scenario before it dropped it".to_string(),
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("name what the plan holds, or say all of a new {kind}"),
            };
            desk.fault(Code::PatchTarget, entry.key, message, "not in the plan", remedy);
        } else {
            merge_entry(home, id, entry, kind);
            if let Some(ids) = dropped.0.get_mut(kind) {
                ids.remove(id);
            }
        }
    }
}

/// A patch in two parts: what it changes, and what it drops.
pub fn parted(patch: &Table) -> (Table, Table) {
    let (mut changes, mut drops_of) = (Table::new(), Table::new());
    for (kind, entry) in patch {
        let tables = entry.node.table().filter(|_| BY_ID.contains(&kind.as_str()));
        let Some(tables) = tables else {
            changes.insert(kind.clone(), entry.clone());
            continue;
        };
        let (dropped, changed): (Table, Table) =
            tables.clone().into_iter().partition(|(_, entry)| drops(entry));
        for (part, tables) in [(&mut changes, changed), (&mut drops_of, dropped)] {
            if !tables.is_empty() {
                let node = Node { span: entry.node.span, value: Value::Table(tables) };
                part.insert(kind.clone(), Entry { key: entry.key, node });
            }
        }
    }
    (changes, drops_of)
}

/// A patch without what it says of tables that were dropped before: parts of them, or that they are dropped again.
pub fn standing(patch: &Table, tree: &Table, dropped: &Dropped) -> Table {
    let mut patch = patch.clone();
    patch.retain(|kind, entry| {
        if !BY_ID.contains(&kind.as_str()) {
            return true;
        }
        let home = tree.get(kind).and_then(|entry| entry.node.table());
        let Some(tables) = entry.node.table_mut() else { return true };
        tables.retain(|id, entry| {
            let gone = home.is_none_or(|home| !home.contains_key(id)) && dropped.holds(kind, id);
            !(gone && (drops(entry) || is_part(kind, entry)))
        });
        !tables.is_empty()
    });
    patch
}

/// Whether a patch says too little to stand for a new table.
fn is_part(kind: &str, entry: &Entry) -> bool {
    let Some(table) = entry.node.table() else { return false };
    let needed: &[&str] = match kind {
        "cost" => &["function"],
        "stream" => &["kind"],
        "pool" => &["members"],
        _ => &["start", "yearly", "series"],
    };
    !needed.iter().any(|key| table.contains_key(*key))
}

/// Whether a patch removes its table. `drop = false` says nothing.
fn drops(entry: &Entry) -> bool {
    let drop = entry.node.table().and_then(|table| table.get("drop"));
    drop.is_some_and(|drop| matches!(drop.node.value, Value::Bool(true)))
}

fn drop_one(
    desk: &Desk,
    home: &mut Table,
    kind: &str,
    id: &str,
    entry: &Entry,
    dropped: &mut Dropped,
) {
    for (key, other) in entry.node.table().into_iter().flatten() {
        if !matches!(key.as_str(), "drop" | "note" | "source") {
            let message = format!("`{key}` has no effect beside `drop = true`");
            desk.fault(Code::Conflict, other.key, message, "", "delete it, or `drop`");
        }
    }
    if home.remove(id).is_none() {
        let message =
            format!("{kind} `{}` is not in the plan, so it cannot be dropped", visible(id));
        let remedy = match nearest(id, home.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name what the plan holds, or delete the table".to_string(),
        };
        desk.fault(Code::PatchTarget, entry.key, message, "not in the plan", remedy);
        return;
    }
    dropped.insert(kind, id);
}

/// Merges a patch's entry into a table of this kind; what stands on both sides as a table is
/// merged.
fn merge_entry(home: &mut Table, name: &str, patch: &Entry, kind: &str) {
    let merged = match (home.get_mut(name), patch.node.table()) {
        (Some(base), Some(patch)) => match base.node.table_mut() {
            Some(base) => {
                merge(base, patch, kind);
                true
            }
            None => false,
        },
        _ => false,
    };
    if !merged {
        home.insert(name.to_string(), patch.clone());
    } else if let Some(base) = home.get_mut(name) {
        base.node.span = patch.node.span;
        base.key = patch.key;
    }
}

fn merge(base: &mut Table, patch: &Table, kind: &str) {
    reset(base, patch, kind);
    for (name, entry) in patch {
        if name != "drop" {
            // Inside a stream only these tables have rules of their own.
            let inner = matches!(name.as_str(), "terms" | "payment" | "match") && kind == "stream";
            merge_entry(base, name, entry, if inner { name } else { "other" });
        }
    }
}

/// Removes from the base what a patch states in another way.
fn reset(base: &mut Table, patch: &Table, kind: &str) {
    for (_, group) in GROUPS.iter().filter(|(of, _)| *of == kind) {
        let restated = group.iter().any(|key| patch.contains_key(*key));
        if restated {
            remove(base, group, patch, kind);
        }
    }
    if kind == "stream" {
        // Another status has another chance, or none.
        if patch.contains_key("status") && !patch.contains_key("probability") {
            base.remove("probability");
        }
        reset_stream(base, patch);
    }
    if matches!(kind, "terms" | "payment") && changes(base, patch, "method") {
        reset_method(base, patch, kind);
    }
}

/// Removes keys of a group that the patch does not hold, each with its companions.
fn remove(base: &mut Table, group: &[&str], patch: &Table, kind: &str) {
    for key in group.iter().filter(|key| !patch.contains_key(**key)) {
        if base.remove(*key).is_none() {
            continue;
        }
        for (_, _, companions) in
            COMPANIONS.iter().filter(|(of, lead, _)| *of == kind && lead == key)
        {
            for companion in companions.iter().filter(|companion| !patch.contains_key(**companion))
            {
                base.remove(*companion);
            }
        }
    }
}

/// A stream of another kind, or one that takes a schedule now, keeps only what every stream has; stated periods
/// and a stated total exclude each other.
fn reset_stream(base: &mut Table, patch: &Table) {
    let common = keys::kind("stream");
    let everywhere = |key: &str| keys::find(&[common], key).is_some();
    let becomes = patch.contains_key("schedule") && !base.contains_key("schedule");
    if changes(base, patch, "kind") || becomes {
        base.retain(|key, _| everywhere(key));
    }
    let listed = |table: &Table| {
        table.get("budget-periods").is_some_and(|entry| matches!(entry.node.value, Value::List(_)))
    };
    if listed(patch) {
        for key in ["award", "yearly", "amounts", "taper"] {
            base.remove(key);
        }
    }
    let restated = ["award", "yearly", "amounts"].iter().any(|key| patch.contains_key(*key));
    if listed(base) && restated {
        base.remove("budget-periods");
    }
}

/// Terms of another method keep only what that method takes too.
fn reset_method(base: &mut Table, patch: &Table, family: &str) {
    let Some(method) = patch.get("method").and_then(|entry| entry.node.text()) else { return };
    let own = format!("{family}.{method}");
    let shared = [family.to_string(), "terms.payer".to_string(), "terms.public".to_string(), own];
    let kinds: Vec<&'static keys::Kind> = keys::family(family)
        .into_iter()
        .filter(|kind| shared.contains(&kind.name.to_string()))
        .collect();
    base.retain(|key, _| keys::find(&kinds, key).is_some());
}

/// Whether both sides say a word and say another one.
fn changes(base: &Table, patch: &Table, key: &str) -> bool {
    let word =
        |table: &Table| table.get(key).and_then(|entry| entry.node.text().map(str::to_string));
    match (word(base), word(patch)) {
        (Some(base), Some(patch)) => base != patch,
        _ => false,
    }
}

//! Reading tables: typed access to keys, with everything that is wrong told and nothing thrown.
//!
//! A [`TableReader`] hands out the keys of one table as [`Field`]s. It can ask only for
//! keys of the registry, and when it is finished every key that nobody asked for is told as
//! unknown, with the nearest known one.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::desk::Desk;
use super::field::{self, Field, Step};
use super::keys::{self, Kind, Need, Shape};
use super::keys_loan::RECOVERABLE;
use super::keys_savings::SAVINGS_TERMS;
use super::range;
use super::syntax::{Entry, Node, Table, Value};
use super::text::Span;
use crate::diagnostic::{Code, apart, nearest};
use crate::limits::TEXT_CHARS_MAX;
use crate::rules::Rule;

/// Where the sources of a table's figures may stand: the table's own `source` first.
#[derive(Clone, Debug, Default)]
pub(super) struct Sourcing<'a>(Rc<[&'a Node]>);

impl<'a> Sourcing<'a> {
    /// The source of a key.
    pub(super) fn of(&self, key: &str) -> Option<String> {
        self.0.iter().find_map(|node| match &node.value {
            Value::Text(text) => Some(text.clone()),
            Value::Table(table) => table.get(key)?.node.text().map(str::to_string),
            _ => None,
        })
    }

    /// The sources within a key's own table.
    fn within(&self, key: &str, table: &'a Table) -> Sourcing<'a> {
        let own = table.get("source").map(|entry| &entry.node);
        let outer = self.0.iter().map(|node| match &node.value {
            // What a source table does not name itself it may name by the keys within.
            Value::Table(table) => table.get(key).map_or(*node, |entry| &entry.node),
            _ => *node,
        });
        Sourcing(own.into_iter().chain(outer).collect())
    }
}

/// Hands out the keys of one table.
#[derive(Debug)]
pub struct TableReader<'a> {
    desk: &'a Desk,
    table: &'a Table,
    kinds: Vec<&'static Kind>,
    path: Rc<str>,
    key: Span,
    sourcing: Sourcing<'a>,
    taken: Vec<&'static str>,
    /// Names that nothing knows, each with the missing key that it most likely stands for.
    slips: RefCell<BTreeMap<&'a str, &'static str>>,
}

impl<'a> TableReader<'a> {
    /// A reader of the table at a path, such as `stream.ahc`, whose key stands at `key`.
    ///
    /// It takes the keys of all the kinds named; where two kinds know a key, the first one's
    /// counts.
    pub fn new(
        desk: &'a Desk,
        table: &'a Table,
        kinds: &[&str],
        path: impl Into<String>,
        key: Span,
    ) -> TableReader<'a> {
        let sourcing = Sourcing::default().within("", table);
        TableReader::within(desk, table, kinds, path.into().into(), key, sourcing)
    }

    fn within(
        desk: &'a Desk,
        table: &'a Table,
        kinds: &[&str],
        path: Rc<str>,
        key: Span,
        sourcing: Sourcing<'a>,
    ) -> TableReader<'a> {
        let kinds = kinds.iter().map(|name| keys::kind(name)).collect();
        let (taken, slips) = (Vec::new(), RefCell::default());
        TableReader { desk, table, kinds, path, key, sourcing, taken, slips }
    }

    /// A reader of a table that stands at a field of this or another table.
    pub(super) fn nested(field: &Field<'a>, table: &'a Table, kinds: &[&str]) -> TableReader<'a> {
        let sourcing = field.sourcing.within(field.key, table);
        let (path, key) = (field.path().into(), field.at);
        TableReader::within(field.desk, table, kinds, path, key, sourcing)
    }

    /// Where everything is told.
    pub fn desk(&self) -> &'a Desk {
        self.desk
    }

    /// Where the table's key stands.
    pub fn key(&self) -> Span {
        self.key
    }

    /// The table's header: `[stream.ahc]`.
    pub fn header(&self) -> String {
        // The top level of a file is described by the file's name.
        let file = self.kinds.first().map_or("plan.toml", |kind| kind.doc);
        match self.path.is_empty() {
            true => file.to_string(),
            false => format!("[{}]", self.desk.written(&self.path)),
        }
    }

    /// Takes the keys of further kinds too, such as those of a method; they count before others.
    pub fn also(&mut self, kinds: &[&str]) {
        let further: Vec<&'static Kind> = kinds.iter().map(|name| keys::kind(name)).collect();
        self.kinds.splice(0..0, further);
    }

    /// Whether a key stands in the table, well written or not.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The entry of a key, without taking it.
    pub fn peek(&self, key: &str) -> Option<&'a Entry> {
        self.table.get(key)
    }

    /// Takes a key.
    pub fn get(&mut self, key: &str) -> Option<Field<'a>> {
        let (kind, known) = self.known(key)?;
        self.taken.push(known.name);
        self.note_take(kind, known.name);
        let table: &'a Table = self.table;
        let entry = table.get(key)?;
        Some(Field {
            desk: self.desk,
            node: &entry.node,
            at: entry.key,
            key: known.name,
            shape: &known.shape,
            within: Rc::clone(&self.path),
            step: Step::Key(known.name),
            sourcing: self.sourcing.clone(),
        })
    }

    /// Records that a rule holds in the place of a key that is left out.
    pub fn rests_on(&self, key: &str, rule: &'static Rule) {
        self.desk.rests_on(joined(&self.path, key), rule, None);
    }

    /// Records that a rule holds for its own year, and for later years for which none was published.
    pub fn rests_on_carried(&self, key: &str, rule: &'static Rule, years: (i32, i32)) {
        self.desk.rests_on(joined(&self.path, key), rule, Some(years));
    }

    /// Takes a key that must be given, and tells where it is missing.
    pub fn need(&mut self, key: &str) -> Option<Field<'a>> {
        if !self.has(key) {
            self.missing(key);
        }
        self.get(key)
    }

    /// Tells that a key is missing.
    pub fn missing(&self, key: &str) {
        let Some((_, known)) = self.known(key) else { return };
        if self.slipped(&[key]) {
            return;
        }
        let message = format!("`{}` lacks `{key}`", self.header());
        let remedy = if self.desk.in_csv(self.key) {
            let below = self.path.splitn(3, '.').nth(2).map(|path| format!("{path}."));
            let column = format!("{}{key}", below.unwrap_or_default());
            format!("fill the column `{column}`: {}", explain(known))
        } else if known.shape.has_header() {
            let path = self.desk.written(&joined(&self.path, key));
            format!("add `[{path}]` and its keys below it: {}", explain(known))
        } else {
            format!("add `{key} = {}`: {}", known.shape.example(), explain(known))
        };
        self.desk.fault(Code::MissingKey, self.key, message, format!("no `{key}` here"), remedy);
    }

    /// Takes all keys of a group of which exactly one must be given, and tells where none or
    /// several are. The one that is given, if it alone is.
    pub fn one_of(
        &mut self,
        code: Code,
        what: &str,
        group: &[&'static str],
    ) -> Option<&'static str> {
        let mut given: Vec<&'static str> =
            group.iter().copied().filter(|key| self.has(key)).collect();
        given.sort_by_key(|key| self.table.get(*key).map(|entry| entry.key));
        for key in &given {
            let known = self.known(key).map(|(_, known)| known.name);
            self.taken.extend(known);
        }
        match given.as_slice() {
            [one] => Some(one),
            [] if self.slipped(group) => None,
            [] => {
                let message = format!("`{}` does not say {what}", self.header());
                let choice = keys::one_of(group).replace(" and ", " or ");
                let choice = if group.len() == 2 { &choice["one of ".len()..] } else { &choice };
                self.desk.fault(code, self.key, message, "missing here", format!("add {choice}"));
                None
            }
            [_, second, ..] => {
                let quoted: Vec<String> = given.iter().map(|key| self.quoted(key)).collect();
                let times = match given.len() {
                    2 => "twice".to_string(),
                    many => format!("{many} times"),
                };
                let message =
                    format!("`{}` says {what} {times}: {}", self.header(), quoted.join(", "));
                let code = if code == Code::AmountForm { code } else { Code::Conflict };
                let span = self.table.get(*second).map_or(self.key, |entry| entry.key);
                self.desk.fault(code, span, message, "said once more", "keep one of them");
                None
            }
        }
    }

    /// A key in quotes; amounts by month or year that stand in columns have no key of their own.
    fn quoted(&self, key: &str) -> String {
        let entry = self.table.get(key).filter(|entry| entry.node.table().is_some());
        let column = entry.is_some_and(|entry| self.desk.in_csv(entry.key));
        match key {
            "series" if column => "columns of months".to_string(),
            "by-year" if column => "columns of fiscal years".to_string(),
            _ => format!("`{key}`"),
        }
    }

    /// Whether a name that nothing knows is most likely the slip of one of the keys that are looked for: it is told with that
    /// one as its remedy, and that one is then not missing.
    fn slipped(&self, wanted: &[&str]) -> bool {
        let slip = self.slip(wanted);
        self.slips.borrow_mut().extend(slip);
        slip.is_some()
    }

    /// The name that nothing knows which most likely stands for one of some keys that are missing, and that key; nothing where
    /// no name does that is not told as another one's slip.
    pub fn slip(&self, missing: &[&str]) -> Option<(&'a str, &'static str)> {
        let family = self.kinds.first().map_or("", |kind| kind.name);
        let family = keys::family(family.split('.').next().unwrap_or_default());
        let table: &'a Table = self.table;
        let strange = table.keys().map(String::as_str).filter(|name| {
            keys::find(&self.kinds, name).is_none()
                && keys::find(&family, name).is_none()
                && self.elsewhere(name).is_none()
                && !self.slips.borrow().contains_key(name)
        });
        let missing = || missing.iter().filter_map(|key| Some(self.known(key)?.1.name));
        let of = |name: &'a str| {
            let keys = missing().filter(|key| self.may_be(name, key));
            keys.map(|key| (apart(name, key), name, key)).min()
        };
        strange.filter_map(of).min().map(|(_, name, key)| (name, key))
    }

    /// Whether a name may well stand for a key that is missing: it begins it, or is as near to it as to any other that may stand
    /// here, or almost.
    fn may_be(&self, name: &str, key: &str) -> bool {
        let other = self.names().into_iter().map(|other| apart(name, other)).min();
        let near = nearest(name, [key]).is_some();
        let begins = name.len() > 1 && key.starts_with(name);
        begins || near && other.is_none_or(|other| apart(name, key) <= other + 1)
    }

    /// The keys that may stand here.
    fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = Vec::new();
        for key in self.kinds.iter().flat_map(|kind| kind.keys).chain(keys::EVERYWHERE) {
            // Two kinds may know one key.
            if !names.contains(&key.name) {
                names.push(key.name);
            }
        }
        names
    }

    /// Takes a key and tells that it does not go with what else is written, if it is given.
    pub fn refuse(&mut self, key: &str, why: &str, remedy: &str) {
        let Some((kind, known)) = self.known(key) else { return };
        self.taken.push(known.name);
        self.note_take(kind, known.name);
        if let Some(entry) = self.table.get(key) {
            let message = format!("`{key}` in `{}` {why}", self.header());
            self.desk.fault(Code::Conflict, entry.key, message, "", remedy);
        }
    }

    /// Takes every key, so that none is told: where a table's kind is not known, its keys cannot
    /// be.
    pub fn take_all(&mut self, family: &str) {
        self.kinds.extend(keys::family(family));
        let table = self.table;
        for key in table.keys() {
            let known = keys::find(&self.kinds, key).map(|(_, known)| known.name);
            self.taken.extend(known);
        }
    }

    /// Records the table's own header as an input.
    pub fn record(&self) {
        self.desk.record("", self.key, false, || (self.path.to_string(), self.sourcing.of("")));
    }

    /// Tells every key that was not taken.
    pub fn finish(mut self) {
        self.annotations();
        for (name, entry) in self.table {
            if self.taken.contains(&name.as_str()) {
                continue;
            }
            if keys::find(&self.kinds, name).is_some() {
                let message = format!("`{name}` does not go with the rest of `{}`", self.header());
                let remedy = match self.has("schedule") {
                    true => "delete it: the amounts stand in the file that `schedule` names",
                    false => "delete it, or what excludes it",
                };
                self.desk.fault(Code::Conflict, entry.key, message, "has no effect here", remedy);
            } else {
                self.unknown(name, entry);
            }
        }
    }

    /// Takes `source`, `note` and `range`.
    fn annotations(&mut self) {
        if let Some(note) = self.get("note") {
            note.remark();
        }
        if let Some(range) = self.get("range") {
            match range.node.table() {
                Some(table) => {
                    for (name, entry) in table {
                        match keys::find(&self.kinds, name) {
                            Some(_) => range::check(self.desk, name, entry, self.table.get(name)),
                            None => self.unknown(name, entry),
                        }
                    }
                }
                None => range.wrong_type(),
            }
        }
        let Some(source) = self.get("source") else { return };
        match &source.node.value {
            Value::Table(table) => {
                for (name, entry) in table {
                    if !keys::reaches(&self.kinds, name) {
                        self.unknown(name, entry);
                    } else if let Value::Text(_) = &entry.node.value {
                        self.check_source(&entry.node);
                    }
                }
            }
            Value::Text(_) => self.check_source(source.node),
            _ => source.wrong_type(),
        }
    }

    fn check_source(&self, node: &Node) {
        let Some(text) = node.text() else { return };
        if text.trim().is_empty() || text.chars().count() > TEXT_CHARS_MAX {
            let message = format!("a source is a text of 1 to {TEXT_CHARS_MAX} characters");
            let remedy = "say where the figure comes from, or leave `source` out";
            self.desk.fault(Code::TextLength, node.span, message, "", remedy);
        } else {
            let text = text.replace(['\n', '\t', '\r'], " ");
            field::unseen(self.desk, node.span, "source", &text);
        }
    }

    fn unknown(&self, name: &str, entry: &Entry) {
        let mut names = self.names();
        let slip = self.slips.borrow().get(name).copied();
        let near = nearest(name, names.iter().copied());
        let remedy = match (slip, self.elsewhere(name), near) {
            (Some(missing), ..) => format!("did you mean `{missing}`, which is missing here?"),
            (None, Some(words), _) => words,
            (None, None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None, None) => {
                names.retain(|known| *known != "drop" && !self.has(known));
                format!("keys that stand here: {}", names.join(", "))
            }
        };
        let message = format!("unknown key `{name}` in `{}`", self.header());
        self.desk.fault(Code::UnknownKey, entry.key, message, "not known here", remedy);
    }

    /// What other kind of the same family takes the key: another kind of stream, another method.
    fn elsewhere(&self, name: &str) -> Option<String> {
        let family = self.kinds.first()?.name.split('.').next()?;
        let savings = self.kinds.iter().any(|kind| kind.name == SAVINGS_TERMS[0]);
        let word = match family {
            "stream" => "kind",
            "terms" if savings => "programme",
            "terms" | "payment" => "method",
            _ => return None,
        };
        let takers: Vec<&str> = keys::family(family)
            .into_iter()
            .filter(|kind| kind.keys.iter().any(|key| key.name == name))
            .filter(|kind| family != "terms" || savings == SAVINGS_TERMS.contains(&kind.name))
            .filter_map(|kind| kind.name.split_once('.').map(|(_, rest)| rest))
            .collect();
        let lending = takers.iter().find_map(|taker| loan_method(taker));
        if let Some(method) = lending {
            let loan = self.kinds.iter().any(|kind| kind.name == "stream.loan");
            let kind = if loan { "" } else { "`kind = \"loan\"` and " };
            return Some(format!("`{name}` goes with {kind}{method}"));
        }
        let takers: Vec<String> = takers.iter().map(|taker| format!("\"{taker}\"")).collect();
        (!takers.is_empty())
            .then(|| format!("`{name}` goes with `{word} = {}`", takers.join(" or ")))
    }

    fn known(&self, key: &str) -> Option<(&'static Kind, &'static keys::Key)> {
        let known = keys::find(&self.kinds, key);
        debug_assert!(known.is_some(), "the registry of keys lists `{key}` for `{}`", self.path);
        known
    }

    #[cfg(test)]
    fn note_take(&self, kind: &'static Kind, key: &'static str) {
        self.desk.takes_key(kind.name, key);
    }

    #[cfg(not(test))]
    fn note_take(&self, _: &'static Kind, _: &'static str) {}
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_string() } else { format!("{path}.{key}") }
}

/// How a loan of one of the ways of repaying it is written.
fn loan_method(taker: &str) -> Option<String> {
    match taker.strip_prefix("loan.")? {
        "recoverable" => Some(format!("{RECOVERABLE}: what comes back bears no interest")),
        _ => Some("`method = \"loan\"`: what comes back bears interest".to_string()),
    }
}

fn explain(key: &keys::Key) -> String {
    let doc = key.doc.split(';').next().unwrap_or_default().trim_end_matches('.');
    let mut characters = doc.chars();
    let first = characters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    let sentence = format!("{first}{}", characters.as_str());
    match (&key.shape, key.need) {
        (Shape::Word(words), _) => format!("{sentence} ({})", keys::one_of(words)),
        (_, Need::Required | Need::Default(_)) => sentence,
    }
}

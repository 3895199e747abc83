//! Many plans of one folder: its cases, what tells two cases apart, and plans that lie between them.
//!
//! Whatever decides among plans asks here for plans, so that each of them is read by the same rules as one that a
//! person wrote, and is refused with the same words.

use std::collections::{BTreeMap, BTreeSet};

use super::changed::{self, Changes};
use super::desk::Desk;
use super::load::{self, Base};
use super::patch::{self, Dropped, SILENT};
use super::resolve::{self, Case};
use super::syntax::{Entry, Node, Table, Value};
use super::text::Span;
use super::{BASE, Files, conclude, read_on, scenario_heads, stack};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Error;
use crate::plan::Plan;

/// A plan folder that is read once, of which many plans are made.
pub struct Cases<'a> {
    pub(super) files: &'a dyn Files,
    pub(super) desk: Desk,
    pub(super) base: Base,
    titles: Vec<(String, String)>,
}

/// What a plan is made of: the plan's tables with a scenario's changes in them.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(super) tree: Table,
    pub(super) dropped: Dropped,
    /// Paths of tables with the names under which they were written, where these are others.
    pub(super) shown: Vec<(String, String)>,
    /// An option that was put into it, and where that is written.
    pub(super) option: Option<(String, Span)>,
    pub(super) case: Case,
}

/// One input in which two cases differ; a table that one of them lacks is one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its path in the words of the plan: `stream.ahc.award`.
    pub path: String,
    /// What the first case says, if it says anything.
    pub before: Option<Written>,
    /// What the second says.
    pub after: Option<Written>,
}

/// An input as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its text; empty for a table with a header of its own.
    pub text: String,
    /// Where it stands.
    pub origin: Origin,
}

impl<'a> Cases<'a> {
    /// Opens a folder for some of its cases: `base`, a scenario, or scenarios joined by `+`.
    ///
    /// # Errors
    /// Everything that is wrong with any of these cases, each told once, or the failure to read the folder.
    pub fn open(files: &'a dyn Files, cases: &[&str]) -> Result<Cases<'a>, Error> {
        let told = Desk::new();
        for case in cases {
            let own = Desk::new();
            if read_on(&own, files, case).is_none() {
                told.take_over(&own);
            }
        }
        conclude(&told, Some(()))?;
        let desk = Desk::new();
        let opened = load::load(&desk, files).map(|base| (scenario_heads(&desk, &base), base));
        let (titles, base) = conclude(&desk, opened)?;
        Ok(Cases { files, desk, base, titles })
    }

    /// The scenarios of the folder: ids and titles, in the order of ids.
    pub fn scenarios(&self) -> &[(String, String)] {
        &self.titles
    }

    /// What the plan of a case is made of.
    ///
    /// # Errors
    /// An unknown scenario, or one that patches what is not there.
    pub fn draft(&self, case: &str) -> Result<Draft, Error> {
        let desk = self.desk.again();
        let stack = stack(&desk, &self.titles, case);
        let draft = stack.map(|stack| draft(&desk, &self.base, &self.titles, &stack));
        conclude(&desk, draft)
    }

    /// The plan of a draft.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn plan(&self, draft: &Draft) -> Result<Plan, Error> {
        let desk = self.desk.again();
        let plan = draft.clone().read(&desk, self.files, &self.base);
        let Some((option, at)) = draft.option.clone().filter(|_| desk.fault_count() > 0) else {
            return conclude(&desk, plan);
        };
        // What stands in the option's own table is told there.
        let (plan_own, option_own) = desk.diagnostics().into_iter().partition(changed::is_of_plan);
        let told = self.desk.again();
        let words = format!("with option `{option}`");
        let changes = Changes { words, at: Some(at), patches: Vec::new() };
        changes.tell(&told, plan_own, &|_| Vec::new());
        option_own.into_iter().for_each(|fault: Diagnostic| told.tell(fault));
        told.take_failure(&desk);
        conclude(&told, plan)
    }

    /// The inputs in which two drafts differ, in the order of paths.
    pub fn differences(&self, before: &Draft, after: &Draft) -> Vec<Difference> {
        let mut found = Vec::new();
        compare(&before.tree, &after.tree, &mut Vec::new(), &mut |path, one, other| {
            // A whole table has its own header.
            let head = path.len() <= 2;
            let written = |entry: Option<&Entry>| {
                let entry = entry?;
                let whole = head && entry.node.table().is_some();
                let text = if whole { String::new() } else { text(&entry.node) };
                Some(Written { text, origin: self.origin(entry) })
            };
            let (before, after) = (written(one), written(other));
            found.push(Difference { path: path.join("."), before, after });
        });
        found
    }

    fn origin(&self, entry: &Entry) -> Origin {
        self.desk.source(entry.key.file).origin(entry.key.range().start)
    }
}

impl Draft {
    /// The draft with an input restated, in the form in which it stands: nothing where no text or number stands at the
    /// path.
    pub fn restated(&self, path: &str, text: &str) -> Option<Draft> {
        let mut draft = self.clone();
        draft.restate(path, text, None)?;
        Some(draft)
    }

    /// Restates an input where a text or number stands at the path; a place in a list counts from 1. It then stands at
    /// `at`, if that is given.
    pub(super) fn restate(&mut self, path: &str, text: &str, at: Option<Span>) -> Option<()> {
        let (first, rest) = path.split_once('.')?;
        let mut node = &mut self.tree.get_mut(first)?.node;
        for part in rest.split('.') {
            node = match &mut node.value {
                Value::Table(table) => &mut table.get_mut(part)?.node,
                Value::List(items) => items.get_mut(place(part)?)?,
                _ => return None,
            };
        }
        node.value = match &node.value {
            Value::Text(_) => Value::Text(text.to_string()),
            Value::Number(_) => Value::Number(text.to_string()),
            _ => return None,
        };
        node.span = at.unwrap_or(node.span);
        Some(())
    }

    /// Changes the draft as a scenario does.
    pub(super) fn patch(&mut self, desk: &Desk, patch: &Table) {
        patch::apply(desk, &mut self.tree, patch, &mut self.dropped);
    }

    /// What stands at a path; a place in a list counts from 1.
    pub(super) fn node(&self, path: &str) -> Option<&Node> {
        let (first, rest) = path.split_once('.')?;
        let mut node = &self.tree.get(first)?.node;
        for part in rest.split('.') {
            node = match &node.value {
                Value::Table(table) => &table.get(part)?.node,
                Value::List(items) => items.get(place(part)?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// The first draft with some of the inputs of the second: those of the [`Cases::differences`] between them for
    /// whose places `taken` holds.
    pub fn between(before: &Draft, after: &Draft, taken: impl Fn(usize) -> bool) -> Draft {
        let mut tree = before.tree.clone();
        let mut place = 0;
        compare(&before.tree, &after.tree, &mut Vec::new(), &mut |path, _, entry| {
            if taken(place) {
                set(&mut tree, path, entry);
            }
            place += 1;
        });
        let mut dropped = before.dropped.clone();
        dropped.extend(&after.dropped);
        dropped.forget(&tree);
        Draft { tree, dropped, shown: after.shown.clone(), option: None, case: after.case.clone() }
    }

    /// The plan of this draft, as a reader tells it on a desk.
    pub(super) fn read(self, desk: &Desk, files: &dyn Files, base: &Base) -> Option<Plan> {
        for (path, name) in self.shown {
            desk.show(path, name);
        }
        resolve::plan(desk, files, base, &self.tree, self.case, self.dropped)
    }
}

/// A place in a list, as a path counts it.
fn place(part: &str) -> Option<usize> {
    part.parse::<usize>().ok()?.checked_sub(1)
}

/// What a stack of scenarios makes of the plan's tables.
pub(super) fn draft(
    desk: &Desk,
    base: &Base,
    titles: &[(String, String)],
    stack: &[&str],
) -> Draft {
    let mut dropped = Dropped::default();
    let mut tree = base.tree.clone();
    for id in stack {
        if let Some(patch) = base.scenarios.get(*id).and_then(|entry| entry.node.table()) {
            patch::apply(desk, &mut tree, patch, &mut dropped);
        }
    }
    let title = |id: &&str| {
        titles.iter().find(|(own, _)| own == id).map_or(String::new(), |(_, title)| title.clone())
    };
    let id = if stack.is_empty() { BASE.to_string() } else { stack.join("+") };
    let title = stack.iter().map(title).collect::<Vec<_>>().join(" + ");
    Draft { tree, dropped, shown: Vec::new(), option: None, case: Case { id, title } }
}

/// Hears of entries that differ: their path, and what stands there on either side.
type Told<'a, 't> = &'t mut dyn FnMut(&[String], Option<&'a Entry>, Option<&'a Entry>);

/// Tells every entry in which two tables differ, table within table, in the order of keys.
fn compare<'a>(one: &'a Table, other: &'a Table, path: &mut Vec<String>, told: Told<'a, '_>) {
    static EMPTY: Table = BTreeMap::new();
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    for key in keys.into_iter().filter(|key| !SILENT.contains(&key.as_str())) {
        let (before, after) = (one.get(key), other.get(key));
        path.push(key.clone());
        let table = |entry: Option<&'a Entry>| match entry {
            Some(entry) => entry.node.table(),
            // Of a kind of table that one lacks, each is one input.
            None => (path.len() == 1).then_some(&EMPTY),
        };
        match (table(before), table(after)) {
            (Some(one), Some(other)) => compare(one, other, path, told),
            _ if same(before, after) => {}
            _ => told(path, before, after),
        }
        path.pop();
    }
}

/// Whether two entries say the same, wherever they stand.
fn same(one: Option<&Entry>, other: Option<&Entry>) -> bool {
    fn alike(one: &Node, other: &Node) -> bool {
        match (&one.value, &other.value) {
            (Value::Text(one), Value::Text(other))
            | (Value::Number(one), Value::Number(other))
            | (Value::Date(one), Value::Date(other)) => one == other,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::List(one), Value::List(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| alike(one, other))
            }
            (Value::Table(one), Value::Table(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|((key, one), (name, other))| {
                        key == name && alike(&one.node, &other.node)
                    })
            }
            _ => false,
        }
    }
    match (one, other) {
        (Some(one), Some(other)) => alike(&one.node, &other.node),
        (None, None) => true,
        _ => false,
    }
}

/// Puts an entry at a path, or takes away what stands there.
fn set(tree: &mut Table, path: &[String], entry: Option<&Entry>) {
    let Some((key, rest)) = path.split_first() else { return };
    match (rest, entry) {
        ([], Some(entry)) => {
            tree.insert(key.clone(), entry.clone());
        }
        ([], None) => {
            tree.remove(key);
        }
        (_, entry) => {
            if !tree.contains_key(key)
                && let Some(entry) = entry
            {
                let node = Node { span: entry.node.span, value: Value::Table(Table::new()) };
                tree.insert(key.clone(), Entry { key: entry.key, node });
            }
            if let Some(table) = tree.get_mut(key).and_then(|entry| entry.node.table_mut()) {
                set(table, rest, entry);
            }
        }
    }
}

/// A value as a person would write it.
pub(super) fn text(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => quoted(text),
        Value::Number(text) | Value::Date(text) => text.clone(),
        Value::Bool(truth) => truth.to_string(),
        Value::List(items) => {
            format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(", "))
        }
        Value::Table(table) => {
            let one =
                |(name, entry): (&String, &Entry)| format!("{} = {}", key(name), text(&entry.node));
            format!("{{ {} }}", table.iter().map(one).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text as TOML.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted += &format!("\\u{:04X}", u32::from(letter)),
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}

/// A key as TOML, quoted where it must be.
pub(super) fn key(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match !name.is_empty() && name.bytes().all(plain) {
        true => name.to_string(),
        false => quoted(name),
    }
}

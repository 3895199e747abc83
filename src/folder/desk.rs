//! The desk at which a plan folder is read: the texts, what is wrong with them, the inputs with their places.

use std::cell::RefCell;
use std::collections::BTreeMap;
#[cfg(test)]
use std::collections::BTreeSet;
use std::rc::Rc;

use super::text::{Source, Span};
use crate::diagnostic::{Code, Diagnostic, Origin};
use crate::error::Error;
use crate::plan::{Input, Inputs, RuleDefault};
use crate::rules::Rule;

/// What one reading of a plan folder shares.
#[derive(Debug, Default)]
pub struct Desk {
    sources: RefCell<Vec<Rc<Source>>>,
    faults: RefCell<Vec<Diagnostic>>,
    inputs: RefCell<Vec<Input>>,
    /// Where rows of files stand that state a figure each, by path.
    rows: RefCell<BTreeMap<String, Origin>>,
    defaults: RefCell<Vec<RuleDefault>>,
    environment: RefCell<Option<Error>>,
    /// Whether nobody asks for the inputs.
    terse: bool,
    /// Paths of tables that stand under another name where they were written.
    shown: RefCell<Vec<(String, String)>>,
    #[cfg(test)]
    takes: RefCell<BTreeSet<(&'static str, &'static str)>>,
}

impl Desk {
    /// An empty desk.
    pub fn new() -> Desk {
        Desk::default()
    }

    /// A desk with the same files on it and nothing told yet.
    pub fn again(&self) -> Desk {
        Desk { sources: self.sources.clone(), ..Desk::default() }
    }

    /// A desk like that, on which no inputs are recorded.
    pub fn terse(&self) -> Desk {
        Desk { terse: true, ..self.again() }
    }

    /// Whether anything was told, or the environment failed.
    pub fn has_failed(&self) -> bool {
        self.fault_count() > 0 || self.environment.borrow().is_some()
    }

    /// Notes that the environment failed while another desk was used.
    pub fn take_failure(&self, other: &Desk) {
        if let Some(error) = other.environment.borrow_mut().take() {
            self.fail(error);
        }
    }

    /// Tells what another desk was told.
    pub fn take_over(&self, other: &Desk) {
        self.take_failure(other);
        self.faults.borrow_mut().extend(other.diagnostics());
    }

    /// Lays a file on the desk; nothing where it is not plain text, which is told.
    pub fn add(&self, name: &str, bytes: Vec<u8>) -> Option<u16> {
        match Source::read(name, bytes) {
            Ok(source) => {
                let mut sources = self.sources.borrow_mut();
                sources.push(Rc::new(source));
                u16::try_from(sources.len() - 1).ok()
            }
            Err(faults) => {
                self.faults.borrow_mut().extend(faults);
                None
            }
        }
    }

    /// The text of a file.
    pub fn source(&self, file: u16) -> Rc<Source> {
        Rc::clone(&self.sources.borrow()[usize::from(file)])
    }

    /// Tells the table at a path, and what is within it, by another name from now on.
    pub fn show(&self, path: String, name: String) {
        self.shown.borrow_mut().push((path, name));
    }

    /// A path as it was written.
    pub fn written(&self, path: &str) -> String {
        let shown = self.shown.borrow();
        let renamed = shown.iter().find_map(|(own, name)| {
            let rest = path.strip_prefix(own.as_str())?;
            (rest.is_empty() || rest.starts_with('.')).then(|| format!("{name}{rest}"))
        });
        renamed.unwrap_or_else(|| path.to_string())
    }

    /// The file of this name, where it lies on the desk.
    pub fn named(&self, name: &str) -> Option<u16> {
        let place = self.sources.borrow().iter().position(|source| source.name() == name)?;
        u16::try_from(place).ok()
    }

    /// Tells what is wrong at a place.
    pub fn fault(
        &self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        cause: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let place = self.source(span.file).place(span.range());
        self.tell(Diagnostic::at(place, code, message, cause, remedy));
    }

    /// Whether a place lies in a CSV file.
    pub fn in_csv(&self, span: Span) -> bool {
        self.source(span.file).name().ends_with(".csv")
    }

    /// How many files lie on the desk.
    pub fn file_count(&self) -> usize {
        self.sources.borrow().len()
    }

    /// Tells a diagnostic.
    pub fn tell(&self, diagnostic: Diagnostic) {
        self.faults.borrow_mut().push(diagnostic);
    }

    /// How many diagnostics were told.
    pub fn fault_count(&self) -> usize {
        self.faults.borrow().len()
    }

    /// The diagnostics that were told.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.faults.borrow().clone()
    }

    /// Notes that the environment failed; the first failure counts.
    pub fn fail(&self, error: Error) {
        self.environment.borrow_mut().get_or_insert(error);
    }

    /// The error of the whole reading, if there is one.
    pub fn error(&self) -> Option<Error> {
        if let Some(error) = self.environment.borrow_mut().take() {
            return Some(error);
        }
        let faults = self.diagnostics();
        (!faults.is_empty()).then(|| Error::input(faults))
    }

    /// Records an input, of which `told` tells the path and the source.
    pub fn record(
        &self,
        text: &str,
        span: Span,
        figure: bool,
        told: impl FnOnce() -> (String, Option<String>),
    ) {
        if self.terse {
            return;
        }
        let (path, source) = told();
        let origin = self.source(span.file).origin(span.range().start);
        let text = text.to_string();
        self.inputs.borrow_mut().push(Input { path, text, origin, source, figure });
    }

    /// Records the rows of a file that a table takes, by what stands in their paths behind that of the key which names the
    /// file; of rows that have the same, each is numbered in the order of figures.
    pub fn record_rows<V: Ord>(&self, key: &str, rows: impl Iterator<Item = (String, V, Span)>) {
        if self.terse {
            return;
        }
        let mut rows: Vec<(String, V, Span)> = rows.collect();
        rows.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
        let mut found = self.rows.borrow_mut();
        for same in rows.chunk_by(|one, other| one.0 == other.0) {
            for (place, (row, _, span)) in same.iter().enumerate() {
                let number = if place == 0 { String::new() } else { format!(".{}", place + 1) };
                let origin = self.source(span.file).origin(span.range().start);
                found.insert(format!("{key}.{row}{number}"), origin);
            }
        }
    }

    /// The inputs, in the order of paths.
    pub fn take_inputs(&self) -> Inputs {
        let mut inputs = self.inputs.take();
        inputs.sort_by(|a, b| a.path.cmp(&b.path));
        inputs.dedup_by(|later, first| later.path == first.path);
        Inputs { stated: inputs, rows: self.rows.take() }
    }

    /// Records that a rule holds where the plan states nothing.
    pub fn rests_on(&self, path: String, rule: &'static Rule, carried: Option<(i32, i32)>) {
        self.defaults.borrow_mut().push(RuleDefault { path, rule, carried });
    }

    /// The rules that the plan rests on, in the order of paths, months and subjects.
    pub fn take_defaults(&self) -> Vec<RuleDefault> {
        let mut defaults = self.defaults.take();
        let key = |one: &RuleDefault| (one.path.clone(), one.rule.parameter, one.rule.from);
        defaults.sort_by_key(key);
        defaults.dedup();
        defaults
    }

    /// Notes that a reader asked for a key of a kind.
    #[cfg(test)]
    pub(super) fn takes_key(&self, kind: &'static str, key: &'static str) {
        self.takes.borrow_mut().insert((kind, key));
    }

    /// The keys that readers asked for, by kind.
    #[cfg(test)]
    pub(super) fn takes(&self) -> BTreeSet<(&'static str, &'static str)> {
        self.takes.borrow().clone()
    }
}

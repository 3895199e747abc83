//! What is wrong with a plan because something was changed in it, told with what changed it and at the change.
//!
//! A scenario, an event or an option is read by the rules of the plan, so that what does not fit it is often found at a
//! line of the plan that is right by itself. The line to look at is the changed one: it is found by trying the changes one
//! by one, and the plan's own line stands beside it.

use super::desk::Desk;
use super::load::PLAN_FILES;
use super::patch::{BY_ID, SILENT};
use super::syntax::Table;
use super::text::Span;
use crate::diagnostic::{Beside, Diagnostic, Origin};

/// Single changes that are tried, at most.
const TRIED_MAX: usize = 100;

/// Changes of a plan that belong together.
pub(super) struct Changes<'a> {
    /// What the plan is told to be with them: `in scenario `late``.
    pub words: String,
    /// Where they are written.
    pub at: Option<Span>,
    /// What they say, in the words of a scenario, in the order in which they are applied.
    pub patches: Vec<&'a Table>,
}

impl Changes<'_> {
    /// Tells faults that the plan without the changes does not have. `read` gives what is wrong with the plan under other
    /// patches in the place of these.
    pub(super) fn tell(
        &self,
        desk: &Desk,
        faults: Vec<Diagnostic>,
        read: &dyn Fn(&[Table]) -> Vec<Diagnostic>,
    ) {
        let stretches = self.stretches(desk);
        let mut tried: Option<Vec<(Span, Vec<Diagnostic>)>> = None;
        for fault in faults {
            let at = match &fault.place {
                Some((origin, _)) if holds(&stretches, origin) => None,
                _ if !is_of_plan(&fault) => None,
                _ => {
                    let tried = tried.get_or_insert_with(|| self.each(read));
                    let one = tried.iter().find(|(_, told)| told.contains(&fault));
                    one.map(|(at, _)| *at).or(self.at)
                }
            };
            let message = format!("{}: {}", self.words, fault.message);
            desk.tell(match at {
                None => Diagnostic { message, ..fault },
                Some(at) => {
                    let written = Some(desk.source(at.file).place(at.range()));
                    let (cause, beside) = match fault.place {
                        Some(place) => {
                            let beside = Beside { place, cause: fault.cause };
                            ("changed here".to_string(), Some(Box::new(beside)))
                        }
                        None => (fault.cause, None),
                    };
                    Diagnostic { message, place: written, cause, beside, ..fault }
                }
            });
        }
    }

    /// Where each change stands, with what is wrong where it alone is made: single values first, then whole tables.
    fn each(&self, read: &dyn Fn(&[Table]) -> Vec<Diagnostic>) -> Vec<(Span, Vec<Diagnostic>)> {
        let mut paths = Vec::new();
        for (place, patch) in self.patches.iter().enumerate() {
            leaves(patch, &mut Vec::new(), &mut |path, at| paths.push((place, path.to_vec(), at)));
        }
        for (place, patch) in self.patches.iter().enumerate() {
            for (kind, entry) in patch.iter().filter(|(kind, _)| BY_ID.contains(&kind.as_str())) {
                let tables = entry.node.table().into_iter().flatten();
                let path = |id: &String| vec![kind.clone(), id.clone()];
                paths.extend(tables.map(|(id, entry)| (place, path(id), entry.key)));
            }
        }
        let alone = |(place, path, at): (usize, Vec<String>, Span)| {
            let mut patches = vec![Table::new(); self.patches.len()];
            patches[place] = only(self.patches[place], &path);
            (at, read(&patches))
        };
        paths.into_iter().take(TRIED_MAX).map(alone).collect()
    }

    /// Where the changes are written, from and to.
    fn stretches(&self, desk: &Desk) -> Vec<[Origin; 2]> {
        let mut spans: Vec<Span> = self.at.into_iter().collect();
        self.patches.iter().for_each(|patch| gather(patch, &mut spans));
        let ends = |span: Span| {
            let source = desk.source(span.file);
            [source.origin(span.range().start), source.origin(span.range().end)]
        };
        spans.into_iter().map(ends).collect()
    }
}

/// Tells every plain value of a patch: its keys, and where the last of them stands.
fn leaves(patch: &Table, path: &mut Vec<String>, told: &mut dyn FnMut(&[String], Span)) {
    for (key, entry) in patch.iter().filter(|(key, _)| !SILENT.contains(&key.as_str())) {
        path.push(key.clone());
        match entry.node.table().filter(|inner| !inner.is_empty()) {
            Some(inner) => leaves(inner, path, told),
            None => told(path, entry.key),
        }
        path.pop();
    }
}

/// A patch with what stands at one path and nothing else.
fn only(patch: &Table, path: &[String]) -> Table {
    let Some((key, rest)) = path.split_first() else { return patch.clone() };
    let Some(entry) = patch.get(key) else { return Table::new() };
    let mut entry = entry.clone();
    if let Some(inner) = entry.node.table_mut() {
        *inner = only(inner, rest);
    }
    Table::from([(key.clone(), entry)])
}

/// Every place of a table: of keys, and of values within lists too.
fn gather(table: &Table, spans: &mut Vec<Span>) {
    for entry in table.values() {
        spans.push(entry.key);
        match entry.node.table() {
            Some(inner) => gather(inner, spans),
            None => spans.push(entry.node.span),
        }
    }
}

/// Whether a line lies in what changes a plan.
fn holds(stretches: &[[Origin; 2]], origin: &Origin) -> bool {
    let within = |[from, to]: &[Origin; 2]| {
        from.file == origin.file && (from.line..=to.line).contains(&origin.line)
    };
    stretches.iter().any(within)
}

/// Whether a fault stands in what states the plan itself, or nowhere; what stands in a file that a change names is a
/// matter of that file.
pub(super) fn is_of_plan(fault: &Diagnostic) -> bool {
    fault.place.as_ref().is_none_or(|(origin, _)| PLAN_FILES.contains(&&*origin.file))
}

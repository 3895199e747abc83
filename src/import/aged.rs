//! What a plan has come to state since a workbook of it was written, so that nobody takes another's change back unseen.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::book::Book;
use super::edited::{self, Change};
use super::fault;
use crate::diagnostic::{Diagnostic, visible};
use crate::error::Error;
use crate::folder::Present;

/// The inputs that a plan states otherwise now than when a workbook was made of it.
pub struct Aged {
    /// By path: what was written then, and what the plan states now.
    moved: BTreeMap<String, (Decimal, Option<Decimal>)>,
}

impl Aged {
    /// The inputs that have changed since: each as it was written then, beside what the plan states now.
    ///
    /// # Errors
    /// Refused input: a workbook of another plan, or of a scenario that the plan does not have.
    pub fn of(
        book: &Book,
        written: &[(String, Decimal)],
        present: &Present,
    ) -> Result<Aged, Error> {
        let moved =
            written.iter().zip(&present.figures).filter(|((_, then), now)| **now != Some(*then));
        let moved = moved.map(|((path, then), now)| (path.clone(), (*then, *now)));
        let moved: BTreeMap<_, _> = moved.collect();
        let (name, own) = (visible(&book.name), visible(&present.title));
        let titled = edited::title(book).unwrap_or_default();
        let none_left = !moved.is_empty()
            && moved.len() == written.len()
            && moved.values().all(|(_, now)| now.is_none());
        let same_title = titled == own.trim();
        if !moved.is_empty() && !same_title || none_left && present.known {
            let message = format!("`{name}` is the workbook of another plan");
            let cause = match same_title {
                false => {
                    format!("it is of `{titled}`; this folder holds `{own}`, of other figures")
                }
                true => "this folder's plan states none of its inputs".to_string(),
            };
            let remedy = "give the folder of that plan; where this is that plan under another title, write its \
                          workbook anew and change the inputs there";
            return Err(Error::input(vec![fault(message, cause, remedy)]));
        }
        if !present.known {
            let case = visible(&edited::case(book));
            let message = format!("`{name}` shows scenario `{case}`, which the plan does not have");
            let cause = "inputs come back on top of the scenario that was changed";
            let remedy = "switch on a scenario that the plan has, or write the workbook anew";
            return Err(Error::input(vec![fault(message, cause, remedy)]));
        }
        Ok(Aged { moved })
    }

    /// What the plan states now at a path at which it stated something else then.
    pub fn now(&self, path: &str) -> Option<Decimal> {
        self.moved.get(path)?.1
    }

    /// What has changed since, in words: an input that the workbook changes to another figure is told by
    /// [`Aged::taken_back`].
    pub fn told(&self, changes: &[Change]) -> Vec<String> {
        let line = |(path, (then, now)): (&String, &(Decimal, Option<Decimal>))| {
            let change = changes.iter().find(|change| change.path == *path);
            match (now, change) {
                (Some(now), Some(change)) if change.value == *now => {
                    Some(format!("{path}: the plan has come to state {now} too"))
                }
                (_, Some(_)) => None,
                (Some(now), None) => Some(format!(
                    "{path}: {now} in the plan now, {then} when the workbook was written; {now} stays"
                )),
                (None, None) => Some(format!(
                    "{path}: no longer in the plan; {then} when the workbook was written"
                )),
            }
        };
        self.moved.iter().filter_map(line).collect()
    }

    /// The changes that would take back what the plan has come to state since.
    pub fn taken_back(&self, changes: &[Change]) -> Vec<Diagnostic> {
        let one = |change: &Change| {
            let Change { path, written, value, cells: [then, own] } = change;
            let now = self.now(path).filter(|now| now != value)?;
            let message = format!(
                "`{}` was changed in the plan too, since the workbook was written",
                visible(path)
            );
            let cause = format!(
                "the plan states {now} now, {written} then; {} holds {value}",
                change.found()
            );
            let remedy = format!(
                "write {written} into {own} again, and {now} stays; or write {now} into {then}, and {value} takes its place"
            );
            Some(fault(message, cause, remedy))
        };
        changes.iter().filter_map(one).collect()
    }
}

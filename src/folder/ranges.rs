//! The ranges that a plan states for its inputs, and inputs moved within them.

use super::cases::{Cases, Draft};
use super::range::ends;
use super::setting::{Form, Setting, one, plain, settings};
use super::syntax::{Entry, Node, Table};
use crate::diagnostic::Origin;
use crate::money::Rate;
use crate::plan::Inputs;

/// An input with its range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranged {
    /// Its path: `stream.plan-pmpm.terms.rate`.
    pub path: String,
    /// What the plan says.
    pub base: Setting,
    /// The ends of its range.
    pub ends: [Setting; 2],
    /// Where the range is written; nothing where it is a spread that was asked for.
    pub origin: Option<Origin>,
}

impl Cases<'_> {
    /// The ranges that a draft states, in the order of paths; those of inputs that it does not state are left out.
    pub fn ranges(&self, draft: &Draft) -> Vec<Ranged> {
        let mut found = Vec::new();
        self.gather(&draft.tree, &mut String::new(), &mut found);
        found.sort_by(|one: &Ranged, other| one.path.cmp(&other.path));
        found
    }

    fn gather(&self, table: &Table, path: &mut String, found: &mut Vec<Ranged>) {
        for (key, entry) in table {
            let Some(inner) = entry.node.table() else { continue };
            if key == "range" {
                let ranged = |(name, entry): (&String, &Entry)| {
                    let base = plain(&table.get(name)?.node)?;
                    let [low, high] = ends(&entry.node)?;
                    let found = settings(&[base, low, high])?;
                    let [base, low, high] = *found else { return None };
                    let origin = self.desk.source(entry.key.file);
                    Some(Ranged {
                        path: format!("{path}{name}"),
                        base,
                        ends: [low, high],
                        origin: Some(origin.origin(entry.key.range().start)),
                    })
                };
                found.extend(inner.iter().filter_map(ranged));
            } else {
                let length = path.len();
                *path += &format!("{key}.");
                self.gather(inner, path, found);
                path.truncate(length);
            }
        }
    }
}

impl Draft {
    /// Every figure among these inputs that stands in the draft, with a range of this share below and above it.
    pub fn spread(&self, inputs: &Inputs, share: Rate) -> Vec<Ranged> {
        let one = |path: &str| {
            let base = one(plain(self.at(path)?)?)?;
            let part = i128::from(base.steps) * share.billionths() / Rate::ONE.billionths();
            let part = i64::try_from(part).ok().filter(|part| *part != 0)?;
            let ends = [base.moved(-part), base.moved(part)];
            let is_month = base.form == Form::Month;
            (!is_month).then(|| Ranged { path: path.to_string(), base, ends, origin: None })
        };
        let figures = inputs.stated.iter().filter(|input| input.figure);
        figures.filter_map(|input| one(&input.path)).collect()
    }

    fn at(&self, path: &str) -> Option<&Node> {
        let (tables, last) = path.rsplit_once('.')?;
        let mut home = &self.tree;
        for table in tables.split('.') {
            home = home.get(table)?.node.table()?;
        }
        Some(&home.get(last)?.node)
    }
}

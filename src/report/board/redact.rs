//! What is not told: what positions are called and paid. Their costs stand as one sum a function.

use crate::explain::called;
use crate::name::Name;
use crate::plan::Plan;
use crate::plan::cost::{Category, CostLine, Form};

/// The lines whose pay is not told, and the words that stand for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    /// The ids of the lines, with what is told in their place.
    lines: Vec<(Name, String)>,
    /// The ids of all lines of the plan.
    known: Vec<Name>,
}

/// Whether a line is somebody's pay.
fn is_pay(line: &CostLine) -> bool {
    matches!(line.category, Category::Personnel | Category::Fringe)
        || matches!(line.form, Form::Positions { .. })
}

impl Redaction {
    /// A plan in which no position is named, and what was taken out of it.
    pub fn of(plan: &Plan) -> (Plan, Redaction) {
        let mut redacted = plan.clone();
        let known = plan.lines.iter().map(|line| line.name.clone()).collect();
        let mut redaction = Redaction { lines: Vec::new(), known };
        for line in redacted.lines.iter_mut().filter(|line| is_pay(line)) {
            let lines = plan.lines.iter().filter(|other| other.function == line.function);
            let titles: Vec<&str> = lines.map(|other| other.title.as_str()).collect();
            let told = format!("Pay: {}", called::spelled(line.function.as_str(), &titles));
            line.title.clone_from(&told);
            redaction.lines.push((line.name.clone(), told));
        }
        redacted.inputs.stated.retain(|input| !redaction.hides(&input.path));
        (redacted, redaction)
    }

    /// Whether a path of an input speaks of a line that is not told.
    pub fn hides(&self, path: &str) -> bool {
        let mut parts = path.split('.');
        parts.next() == Some("cost")
            && parts.next().is_some_and(|id| self.lines.iter().any(|(name, _)| name.as_str() == id))
    }

    /// Whether the plan has no such line: one that is new may be a position.
    pub(super) fn is_new(&self, line: &str) -> bool {
        !self.known.iter().any(|name| name.as_str() == line)
    }

    /// Whether a plan has a position that is new: its cost is somebody's pay. What it lacks or changes of the others stands
    /// in its inputs.
    pub(super) fn is_widened(&self, plan: &Plan) -> bool {
        let held = |line: &CostLine| self.lines.iter().any(|(name, _)| *name == line.name);
        plan.lines.iter().any(|line| is_pay(line) && !held(line))
    }

    /// Takes paths of positions out of a text, wherever they come from.
    pub(super) fn scrub(&self, text: &mut String) {
        for (name, told) in &self.lines {
            let path = format!("cost.{name}");
            if text.contains(&path) {
                *text = without_path(text, &path, told);
            }
        }
    }
}

/// The text with a path, and what it goes on with, replaced; a longer id that begins alike stays.
fn without_path(text: &str, path: &str, told: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(path) {
        let after = &rest[at + path.len()..];
        kept.push_str(&rest[..at]);
        if after.starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '_') {
            kept.push_str(path);
        } else {
            kept.push_str(told);
        }
        rest = after;
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_id_that_begins_alike_stays() {
        let kept = without_path("cost.a, cost.a-b, cost.ab and cost.a.fte", "cost.a", "pay");
        assert_eq!(kept, "pay, cost.a-b, cost.ab and pay.fte");
    }
}

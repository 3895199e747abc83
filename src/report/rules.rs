//! What `braid rules` says: the parameters that the engine takes from rules, with their sources.

use serde_json::{Value, json};

use super::words::count;
use super::{Cell, ColumnKind, Mark, Page, SCHEMA_VERSION, Table};
use crate::month::Month;
use crate::rules::{self, Parameter, Rule};

/// Which rules are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words that the parameter, its meaning or the citation must hold, all of them, in any case.
    pub words: Vec<String>,
    /// Whom or what they apply to, such as a state.
    pub subject: Option<String>,
    /// The month in which they are in force.
    pub on: Option<Month>,
    /// Only those of which no source was read.
    pub unverified: bool,
}

/// Rules of one parameter that the page tells one by one; of more it tells how many there are.
const TOLD_MAX: usize = 20;

impl Filter {
    /// The rules that pass, in the order of parameters, subjects and months.
    pub fn rules(&self) -> Vec<&'static Rule> {
        rules::all().iter().filter(|rule| self.passes(rule)).collect()
    }

    fn passes(&self, rule: &Rule) -> bool {
        let told = [rule.parameter.word(), rule.parameter.meaning(), &rule.citation];
        let told = told.join("\n").to_lowercase();
        let words = self.words.iter().all(|word| told.contains(&word.to_lowercase()));
        let subject = self.subject.as_ref();
        words
            && subject.is_none_or(|subject| subject.eq_ignore_ascii_case(&rule.subject))
            && (!self.unverified || !rule.is_verified())
            && self.on.is_none_or(|on| {
                rule.parameter.in_force(&rule.subject, on).is_some_and(|held| held == rule)
            })
    }
}

/// The rules as a page: by parameter, those of long series counted unless they are asked for.
pub fn page(filter: &Filter) -> Page {
    let found = filter.rules();
    let mut page = Page::new();
    page.title("Rules that the engine takes for granted where a plan states nothing of its own");
    let unverified = found.iter().filter(|rule| !rule.is_verified()).count();
    let text = match unverified {
        0 => format!("{}, a source read for each.", count(found.len(), "rule")),
        _ => format!(
            "{}; of {unverified} no source was read: check them before you rest on them.",
            count(found.len(), "rule")
        ),
    };
    page.say(Mark::None, text);
    for rules in found.chunk_by(|one, next| one.parameter == next.parameter) {
        parameter(&mut page, rules[0].parameter, rules);
    }
    page
}

fn parameter(page: &mut Page, parameter: Parameter, rules: &[&Rule]) {
    page.heading(parameter.word());
    page.say(Mark::None, parameter.meaning());
    if rules.len() > TOLD_MAX {
        let mut subjects: Vec<&str> = rules.iter().map(|rule| rule.subject.as_str()).collect();
        subjects.dedup();
        let text = format!(
            "{} for {}: ask for one, as in `braid rules {} --for {}`.",
            count(rules.len(), "rule"),
            count(subjects.len(), "subject"),
            parameter.word(),
            subjects[0]
        );
        page.say(Mark::None, text);
        return;
    }
    let of_all = rules.iter().all(|rule| rule.subject.is_empty());
    for rule in rules {
        let whom = if of_all { String::new() } else { format!("{}, ", rule.subject) };
        let mark = if rule.is_verified() { Mark::None } else { Mark::Watch };
        let unread = if rule.is_verified() { "" } else { "; no source was read" };
        let since = rule.since().map_or("undated".to_string(), |month| format!("from {month}"));
        let text = format!("{whom}{since}: {} ({}{unread})", rule.value, rule.citation);
        page.say(mark, text);
    }
}

/// The rules as a table.
pub fn table(filter: &Filter) -> Table {
    let columns = [
        ("parameter", ColumnKind::Text),
        ("subject", ColumnKind::Text),
        ("from", ColumnKind::Month),
        ("value", ColumnKind::Text),
        ("evidence", ColumnKind::Text),
        ("verified", ColumnKind::Text),
        ("citation", ColumnKind::Text),
    ];
    let mut table = Table::new("rules", &columns);
    for rule in filter.rules() {
        table.push(vec![
            Cell::text(rule.parameter.word()),
            Cell::text(rule.subject.as_str()),
            Cell::of(rule.since(), Cell::Month),
            Cell::text(rule.value.to_string()),
            Cell::text(rule.evidence.word()),
            Cell::text(if rule.is_verified() { "yes" } else { "no" }),
            Cell::text(rule.citation.as_str()),
        ]);
    }
    table
}

/// The rules as a value.
pub fn record(filter: &Filter) -> Value {
    let one = |rule: &Rule| {
        json!({
            "parameter": rule.parameter.word(),
            "meaning": rule.parameter.meaning(),
            "subject": rule.subject,
            "from": rule.since().map(|month| month.to_string()),
            "value": rule.value.to_string(),
            "evidence": rule.evidence.word(),
            "verified": rule.is_verified(),
            "citation": rule.citation,
        })
    };
    json!({
        "schema_version": SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "rules": filter.rules().into_iter().map(one).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(words: &[&str]) -> Filter {
        Filter { words: words.iter().map(|word| word.to_string()).collect(), ..Filter::default() }
    }

    #[test]
    fn words_subject_and_month_narrow_the_rules() {
        assert_eq!(filter(&[]).rules().len(), rules::all().len());
        let rates = filter(&["200.414(F)"]).rules();
        assert_eq!(rates.len(), 2);
        let on = Month::parse("2024-09");
        let then = Filter { on, ..filter(&["de-minimis"]) }.rules();
        assert_eq!(then.iter().map(|rule| rule.value.to_string()).collect::<Vec<_>>(), ["10%"]);
        let state = Filter { subject: Some("pa".into()), ..filter(&["fmap", "1396d"]) }.rules();
        assert_eq!(state.len(), 9);
        assert!(filter(&["no such rule"]).rules().is_empty());
    }

    #[test]
    fn what_no_source_was_read_for_is_marked() {
        let unread = Filter { unverified: true, ..Filter::default() };
        assert!(!unread.rules().is_empty());
        assert!(unread.rules().iter().all(|rule| !rule.is_verified()));
        let page = page(&Filter { unverified: true, ..filter(&["salary-limit"]) });
        let told = page.blocks.iter().filter(|block| {
            matches!(block, super::super::Block::Sentence { mark: Mark::Watch, text }
                if text.contains("no source was read"))
        });
        assert_eq!(told.count(), 2);
    }
}

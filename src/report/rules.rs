//! What `braid rules` says: the parameters that the engine takes from rules, with their sources.

use serde_json::{Value, json};

use super::words::{count, grouped};
use super::{Cell, ColumnKind, Mark, Page, SCHEMA_VERSION, Table};
use crate::month::Month;
use crate::rules::{self, BaseRate, Parameter, Rule};

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

/// The heading of base rates, by which they are found.
const BASE_RATES: &str = "base rates";
/// Rules of one parameter that the page tells one by one; of more it tells how many there are.
const TOLD_MAX: usize = 20;

impl Filter {
    /// The rules that pass, in the order of parameters, subjects and months.
    pub fn rules(&self) -> Vec<&'static Rule> {
        rules::all().iter().filter(|rule| self.passes(rule)).collect()
    }

    /// The base rates that pass, which hold in no month.
    pub fn base_rates(&self) -> Vec<&'static BaseRate> {
        let passes = |rate: &&BaseRate| {
            let subject = self.subject.as_ref();
            self.says(&[BASE_RATES, &rate.event, &rate.source])
                && subject.is_none_or(|subject| subject.eq_ignore_ascii_case(rate.of.words()))
                && (!self.unverified || !rate.is_verified())
                && self.on.is_none()
        };
        rules::base_rates().iter().filter(passes).collect()
    }

    /// Whether texts hold all the words.
    fn says(&self, texts: &[&str]) -> bool {
        let told = texts.join("\n").to_lowercase();
        self.words.iter().all(|word| told.contains(&word.to_lowercase()))
    }

    fn passes(&self, rule: &Rule) -> bool {
        let subject = self.subject.as_ref();
        self.says(&[rule.parameter.word(), rule.parameter.meaning(), &rule.citation])
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
        _ if found.is_empty() => String::new(),
        0 => format!("{}, a source read for each.", count(found.len(), "rule")),
        _ => format!(
            "{}; of {unverified} no source was read: check them before you rest on them.",
            count(found.len(), "rule")
        ),
    };
    if !text.is_empty() {
        page.say(Mark::None, text);
    }
    for rules in found.chunk_by(|one, next| one.parameter == next.parameter) {
        parameter(&mut page, rules[0].parameter, rules);
    }
    base_rates(&mut page, &filter.base_rates());
    page
}

fn base_rates(page: &mut Page, rates: &[&BaseRate]) {
    if rates.is_empty() {
        return;
    }
    page.heading(BASE_RATES);
    let text = "How often something happened to a nonprofit in a year that was surveyed. No plan takes odds from here: \
                compare those that you write in `chance.toml`.";
    page.say(Mark::None, text);
    for rate in rates {
        let mark = if rate.is_verified() { Mark::None } else { Mark::Watch };
        let unread = if rate.is_verified() { "" } else { "; no source was read" };
        let BaseRate { event, year, source, .. } = rate;
        let whose = format!("{} money", rate.of.words());
        let text =
            format!("{event} ({whose}, {year}): {} ({source}{unread})", rate.rate.in_words());
        page.say(mark, text);
    }
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
        let whom = if of_all { String::new() } else { format!("{}, ", subject(&rule.subject)) };
        let mark = if rule.is_verified() { Mark::None } else { Mark::Watch };
        let unread = if rule.is_verified() { "" } else { "; no source was read" };
        let since = rule.since().map_or("undated".to_string(), |month| format!("from {month}"));
        let text = format!("{whom}{since}: {} ({}{unread})", rule.value.words(), rule.citation);
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
    let base_rate = |rate: &BaseRate| {
        json!({
            "event": rate.event,
            "of": rate.of.words(),
            "rate": rate.rate.percent(),
            "year": rate.year,
            "evidence": rate.evidence.word(),
            "verified": rate.is_verified(),
            "source": rate.source,
        })
    };
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
        "base_rates": filter.base_rates().into_iter().map(base_rate).collect::<Vec<_>>(),
    })
}

/// A subject as people read it: `10,000 to 14,999` of a range of members.
fn subject(subject: &str) -> String {
    match subject.split_once('-').map(|(low, high)| (low.parse::<u64>(), high.parse::<u64>())) {
        Some((Ok(low), Ok(high))) => format!("{} to {}", grouped(low), grouped(high)),
        _ => subject.to_string(),
    }
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
    fn base_rates_are_found_by_words_and_by_whose_money_it_is() {
        let found = |words: &[&str]| filter(words).base_rates().len();
        assert_eq!((found(&[]), found(&["base rates"]), found(&["late"])), (12, 12, 4));
        let federal = Filter { subject: Some("Federal".into()), ..filter(&["base"]) };
        assert_eq!((federal.base_rates().len(), federal.rules().len()), (2, 0));
        assert_eq!(
            Filter { on: Month::parse("2025-01"), ..filter(&[]) }.base_rates(),
            [] as [&BaseRate; 0]
        );
        assert_eq!(record(&federal)["base_rates"][0]["rate"], "34%");
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

//! What figures rest on: their sources, rules left unsaid; and what no figure rests on.

use std::collections::BTreeMap;

use super::Finding;
use super::facts::{Facts, indices};
use crate::name::DriverIndex;
use crate::plan::{Input, Plan, RuleDefault};

/// Keys that one finding lists; the rest are counted.
const KEYS_LISTED_MAX: usize = 12;

/// `driver-not-used`: a driver that no cost and no stream goes by, as where the row of a line was lost. A scenario may drop
/// what goes by it.
pub(super) fn driver_not_used(facts: &Facts) -> Vec<Finding> {
    let plan = facts.plan;
    if plan.scenario != "base" {
        return Vec::new();
    }
    let lines = plan.lines.iter().flat_map(|line| line.drivers());
    let streams = plan.streams.iter().flat_map(|stream| stream.drivers());
    let used: Vec<DriverIndex> = lines.chain(streams).collect();
    let unused = indices(&plan.drivers).filter(|driver: &DriverIndex| !used.contains(driver));
    let finding = |driver: DriverIndex| {
        let subject = format!("driver.{}", plan.drivers[driver.at()].name);
        let message = "no cost and no stream of the plan goes by it".to_string();
        facts.finding("driver-not-used", subject, message).remedied("is a row missing?")
    };
    unused.map(finding).collect()
}

/// `file-not-read`: a file that a partnership may keep in the folder and that nothing here reads.
pub(super) fn file_not_read(facts: &Facts) -> Vec<Finding> {
    let finding = |name: &String| {
        let message = "it stands in the folder and is not read: no figure rests on it";
        facts.finding("file-not-read", name.clone(), message.to_string())
    };
    facts.plan.unread.iter().map(finding).collect()
}

/// `illustrative-input`: figures whose source calls itself illustrative.
pub(super) fn illustrative_input(facts: &Facts) -> Vec<Finding> {
    let illustrative = |input: &&Input| {
        input.figure
            && input
                .source
                .as_ref()
                .is_some_and(|source| source.to_lowercase().contains("illustrative"))
    };
    let inputs = facts.plan.inputs.stated.iter().filter(illustrative);
    let finding = |(table, keys): (&str, Vec<&Input>)| {
        let message = format!("its source calls itself illustrative: {}", listed(table, &keys));
        facts.finding("illustrative-input", table.to_string(), message)
    };
    by_table(inputs).into_iter().map(finding).collect()
}

/// `rule-carried-forward`: years for which no rate was published yet, and for which the last one holds.
pub(super) fn published_share_carried_forward(facts: &Facts) -> Vec<Finding> {
    let carried = |default: &RuleDefault| {
        let (first, last) = default.carried?;
        let years = match first == last {
            true => format!("for {first}"),
            false => format!("for {first} to {last}"),
        };
        let since = default.rule.since();
        let message = format!(
            "no rate is published yet {years}: {}{}, is carried forward",
            default.rule.value.words(),
            since.map_or(String::new(), |month| format!(", which holds from {}", month.words()))
        );
        Some(facts.finding("rule-carried-forward", default.path.clone(), message))
    };
    facts.plan.defaults.iter().filter_map(carried).collect()
}

/// `unsourced-input`: figures of which the plan does not say where they come from.
pub(super) fn unsourced_input(facts: &Facts) -> Vec<Finding> {
    let unsourced = |input: &&Input| input.figure && !is_sourced(facts.plan, input);
    let inputs = facts.plan.inputs.stated.iter().filter(unsourced);
    let finding = |(table, keys): (&str, Vec<&Input>)| {
        let message = format!("no source is given for {}", listed(table, &keys));
        let first = keys.first().map(|input| input.origin.clone());
        let finding = facts.finding("unsourced-input", table.to_string(), message);
        Finding { origin: finding.origin.or(first), ..finding }
    };
    by_table(inputs).into_iter().map(finding).collect()
}

/// `unverified-default`: rules of which no source was read, on which the plan rests since it states nothing.
pub(super) fn unverified_default(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for RuleDefault { path, rule, .. } in facts.plan.defaults.iter() {
        if rule.is_verified() {
            continue;
        }
        let message = format!(
            "it is left to a rule, {}, of which no source was read ({})",
            rule.value.words(),
            rule.citation
        );
        let remedy = format!("check `{}`, and state it", rule.parameter.word());
        let finding = facts.finding("unverified-default", path.clone(), message);
        findings.push(finding.remedied(&remedy));
    }
    findings
}

/// Whether an input, or a table that holds it, has a source.
fn is_sourced(plan: &Plan, input: &Input) -> bool {
    let mut path = input.path.as_str();
    if input.source.is_some() {
        return true;
    }
    while let Some((table, _)) = path.rsplit_once('.') {
        let found = plan.inputs.stated.binary_search_by(|input| input.path.as_str().cmp(table));
        if found.is_ok_and(|index| plan.inputs.stated[index].source.is_some()) {
            return true;
        }
        path = table;
    }
    false
}

/// Inputs by the table that holds them.
fn by_table<'a>(inputs: impl Iterator<Item = &'a Input>) -> BTreeMap<&'a str, Vec<&'a Input>> {
    let mut tables: BTreeMap<&str, Vec<&Input>> = BTreeMap::new();
    for input in inputs {
        tables.entry(table_of(&input.path)).or_default().push(input);
    }
    tables
}

/// The path of the table of a plan file that holds an input: `stream.ahc` of `stream.ahc.terms.rate`.
pub(super) fn table_of(path: &str) -> &str {
    let names = match path.split('.').next() {
        Some("driver" | "cost" | "stream" | "pool" | "scenario") => 2,
        Some("opening") if path.starts_with("opening.stream.") => 3,
        _ => 1,
    };
    path.match_indices('.').nth(names - 1).map_or(path, |(end, _)| &path[..end])
}

/// The keys of inputs below their table, in words.
fn listed(table: &str, inputs: &[&Input]) -> String {
    let key = |input: &&Input| match input.path.strip_prefix(table) {
        Some(key) if !key.is_empty() => format!("`{}`", key.trim_start_matches('.')),
        _ => "the table".to_string(),
    };
    let keys: Vec<String> = inputs.iter().take(KEYS_LISTED_MAX).map(key).collect();
    match inputs.len().saturating_sub(KEYS_LISTED_MAX) {
        0 => keys.join(", "),
        more => format!("{} and {more} more", keys.join(", ")),
    }
}

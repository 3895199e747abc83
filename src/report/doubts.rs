//! What `braid check` says: findings by name, or why a plan is refused.

use serde_json::{Value, json};

use super::words::{count, dollars};
use super::{Mark, Page, SCHEMA_VERSION, record};
use crate::diagnostic::{Beside, Diagnostic};
use crate::plan::Plan;
use crate::plan::check::Finding;

/// The findings about one case of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubts {
    /// The scenario.
    pub scenario: String,
    /// What is doubtful; under a scenario, what is not doubtful in the base case too.
    pub findings: Vec<Finding>,
}

/// The findings about a plan as a page, by case and name.
pub fn page(plan: &Plan, cases: &[Doubts]) -> Page {
    let mut page = Page::new();
    page.title(&plan.title);
    if let Some(notice) = plan.notice_beside_title() {
        page.say(Mark::None, notice);
    }
    let doubts = match cases.iter().map(|case| case.findings.len()).sum() {
        0 => "no doubts".to_string(),
        doubts => count(doubts, "doubt"),
    };
    let scenarios = match cases.len() - 1 {
        0 => String::new(),
        others => format!(" and {}", count(others, "other")),
    };
    let text = format!("Scenario {}{scenarios}: no errors, {doubts}.", plan.scenario);
    page.say(Mark::None, text);
    for case in cases {
        let own = if case.scenario == plan.scenario {
            String::new()
        } else {
            format!(", only in scenario {}", case.scenario)
        };
        for same in case.findings.chunk_by(|one, next| one.name == next.name) {
            page.heading(format!("{} ({}){own}", same[0].name, same.len()));
            for finding in same {
                page.say(Mark::Watch, words(finding));
            }
        }
    }
    page
}

fn words(finding: &Finding) -> String {
    let place = finding.origin.as_ref().map_or(String::new(), |origin| format!("{origin}: "));
    let amount = finding.amount.map_or(String::new(), |amount| format!(" [{}]", dollars(amount)));
    let remedy = match finding.remedy.as_str() {
        "" => String::new(),
        remedy => format!("; {remedy}"),
    };
    format!("{place}{}: {}{remedy}{amount}", finding.subject, finding.message)
}

/// Every doubt that may be told, in the order of names: its name, and what it is about.
pub fn catalogue() -> Vec<(&'static str, &'static str)> {
    super::concerns::catalogue().collect()
}

/// The findings about a plan as a value.
pub fn record(plan: &Plan, cases: &[Doubts]) -> Value {
    let findings = cases.iter().flat_map(|case| {
        case.findings.iter().map(|finding| {
            let mut value = record::finding(finding);
            value["scenario"] = json!(case.scenario);
            value
        })
    });
    json!({
        "schema_version": SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "title": plan.title,
        "notice": plan.notice,
        "scenarios": cases.iter().map(|case| case.scenario.as_str()).collect::<Vec<_>>(),
        "errors": [],
        "findings": findings.collect::<Vec<_>>(),
    })
}

/// Why a plan is refused, as a value.
pub fn refusal(diagnostics: &[Diagnostic]) -> Value {
    let beside = |beside: &Beside| {
        let (origin, _) = &beside.place;
        json!({
            "file": origin.file.as_ref(),
            "line": origin.line,
            "column": origin.column,
            "cause": beside.cause,
        })
    };
    let one = |diagnostic: &Diagnostic| {
        let place = diagnostic.place.as_ref().map(|(origin, _)| origin);
        json!({
            "code": diagnostic.code.text(),
            "file": place.map(|origin| origin.file.as_ref()),
            "line": place.map(|origin| origin.line),
            "column": place.map(|origin| origin.column),
            "message": diagnostic.message,
            "cause": diagnostic.cause,
            "remedy": diagnostic.remedy,
            "beside": diagnostic.beside.as_deref().map(beside),
        })
    };
    json!({
        "schema_version": SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "errors": diagnostics.iter().map(one).collect::<Vec<_>>(),
        "findings": [],
    })
}

//! Findings about a plan that lacks one of its sides: what it costs, or what pays.

use super::Finding;
use super::facts::Facts;
use crate::money::Money;

/// `no-cost`: nothing costs anything, so that nothing can stay unpaid, whatever money there is.
pub(super) fn no_cost(facts: &Facts) -> Vec<Finding> {
    let whole: Money = facts.needs.iter().flatten().sum();
    let message = match (facts.plan.lines.is_empty(), whole.is_zero()) {
        (true, _) => {
            "it has no cost line, so that nothing can stay unpaid and no forecast of it says anything"
        }
        (_, true) => {
            "none of its lines costs anything in its months, so that nothing can stay unpaid"
        }
        _ => return Vec::new(),
    };
    let finding = facts.finding("no-cost", "plan".to_string(), message.to_string());
    vec![finding.remedied("write what the partnership costs: `costs.csv`, or `[cost.an-id]`")]
}

/// `no-stream`: no money is in the plan, so that everything stays unpaid.
pub(super) fn no_stream(facts: &Facts) -> Vec<Finding> {
    if !facts.plan.streams.is_empty() {
        return Vec::new();
    }
    let message = "it has no stream of money, so that everything stays unpaid".to_string();
    let finding = facts.finding("no-stream", "plan".to_string(), message);
    vec![finding.remedied("write who pays: `streams.csv`, or `[stream.an-id]`")]
}

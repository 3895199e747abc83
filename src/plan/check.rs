//! Named findings: what is doubtful about a plan that can be forecast.
//!
//! One small function a finding, gathered in [`CHECKS`]. They look at the plan alone, with every
//! stream in it whatever its status; findings that depend on a braid stand with the forecast. Whether
//! money may pay a line is asked of [`permission`](crate::plan::restriction::permission) and never decided here.

mod awards;
mod caps;
mod costs;
mod debts;
mod empty;
mod facts;
mod payers;
mod savings;
mod sources;

use self::facts::{Facts, indices, stated, stream_path, sum};
use crate::diagnostic::Origin;
use crate::money::Money;
use crate::name::{PoolIndex, StreamIndex};
use crate::plan::Plan;

/// A named doubt about a plan, or about the braid that was made of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The stable name, such as `unsourced-input`.
    pub name: &'static str,
    /// What it is about, as a path of the plan.
    pub subject: String,
    /// What is doubtful and what that means, in one sentence without keys of the plan folder.
    pub message: String,
    /// What its author can do about it; empty where that goes without saying.
    pub remedy: String,
    /// The amount at stake, where there is one.
    pub amount: Option<Money>,
    /// Where it was written.
    pub origin: Option<Origin>,
}

impl Finding {
    /// The finding with what can be done about it.
    #[must_use]
    pub(crate) fn remedied(self, remedy: &str) -> Finding {
        Finding { remedy: remedy.to_string(), ..self }
    }
}

/// Every check, in the order of the names of their findings.
const CHECKS: [fn(&Facts) -> Vec<Finding>; 34] = [
    savings::advance_outstanding,
    awards::award_starts_before_plan,
    awards::budget_differs_from_award,
    caps::cap_cannot_bind,
    cash_not_stated,
    costs::cost_before_award,
    costs::cost_nobody_pays,
    sources::driver_not_used,
    sources::file_not_read,
    awards::fixed_amount_over_limit,
    sources::illustrative_input,
    payers::incentive_over_limit,
    awards::indirect_rates_differ,
    debts::loan_not_held,
    lost_to_delay,
    awards::milestone_after_period,
    empty::no_cost,
    empty::no_stream,
    awards::open_period_spent,
    payers::payer_owes_unstated,
    pool_rests_on_authority,
    awards::program_income_method_not_stated,
    awards::rule_carried_forward,
    sources::published_share_carried_forward,
    debts::repayment_never_due,
    awards::salary_over_limit,
    savings::savings_carried_forward,
    payers::score_stated_as_owed,
    costs::shared_line_without_benefit,
    awards::spent_beyond_limit,
    stream_pays_nothing,
    payers::terms_without_effect,
    sources::unsourced_input,
    sources::unverified_default,
];

/// Every finding that the plan alone shows, in the order of names and subjects.
pub fn findings(plan: &Plan) -> Vec<Finding> {
    let facts = Facts::from_plan(plan);
    let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(&facts)).collect();
    findings.sort();
    findings
}

/// `cash-not-stated`: the plan does not state its cash in hand, so that every balance is counted from $0.
fn cash_not_stated(facts: &Facts) -> Vec<Finding> {
    if facts.plan.opening.cash_stated {
        return Vec::new();
    }
    let message = "it does not state the cash in hand, so that cash is counted from $0: by how much cash \
                   changes is told, but not how much there is, when it runs out or how likely that is";
    let finding = facts.finding("cash-not-stated", "opening".to_string(), message.to_string());
    vec![finding.remedied("state `unrestricted-cash` under `[opening]`, 0 if there is none")]
}

/// `lost-to-delay`: authority that ends before its delayed start.
fn lost_to_delay(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let lost = &facts.stream(stream).lowered.lost;
        let begins = facts.plan.stream(stream).delayed_to?;
        let amount = sum(lost.iter().map(|(_, amount)| *amount));
        let last = lost.iter().map(|(last, _)| *last).max()?;
        let message = format!(
            "its start is delayed to {}, and money that could be spent by {} is lost",
            begins.words(),
            last.words()
        );
        let finding = facts.finding("lost-to-delay", stream_path(facts, stream), message);
        let finding = finding.remedied("ask for an extension, or for the same money later");
        amount.is_positive().then_some(Finding { amount: Some(amount), ..finding })
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `pool-rests-on-authority`: a pool that blends federal money on the strength of a citation.
fn pool_rests_on_authority(facts: &Facts) -> Vec<Finding> {
    let check = |index: PoolIndex| {
        let pool = facts.plan.pool(index);
        let authority = pool.authority.as_ref()?;
        let members = pool.members.iter().map(|(member, _)| *member);
        let federal: Vec<StreamIndex> =
            members.filter(|member| facts.plan.stream(*member).federal).collect();
        if federal.is_empty() {
            return None;
        }
        let message = format!(
            "it blends federal money ({}) on the authority of {authority}",
            facts.all_called(federal)
        );
        let subject = Plan::path("pool", &pool.name);
        let finding = facts.finding("pool-rests-on-authority", subject, message);
        Some(finding.remedied("have each funder confirm it in writing"))
    };
    indices(&facts.plan.pools).filter_map(check).collect()
}

/// `stream-pays-nothing`: a stream that has no line to pay in its months, or no money in the plan's.
fn stream_pays_nothing(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let lowered = &facts.stream(stream).lowered;
        let told = !lowered.memos.is_empty() || !lowered.dues.is_empty();
        let mut lines = indices(&facts.plan.lines);
        let pays = lines.any(|line| facts.reaches(stream, line));
        let message = match lowered.tranches.is_empty() {
            true if told => return None,
            true => "its terms bring no money within the plan's months",
            false if pays => return None,
            false => "there is no cost that it may pay in any of its months",
        };
        let amount = sum(lowered.tranches.iter().filter_map(stated));
        let subject = stream_path(facts, stream);
        let finding = facts.finding("stream-pays-nothing", subject, message.to_string());
        Some(Finding { amount: amount.is_positive().then_some(amount), ..finding })
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

#[cfg(test)]
mod tests;

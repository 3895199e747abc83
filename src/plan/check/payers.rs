//! Doubts about what payers owe at the plan's start.

use super::Finding;
use super::facts::{Facts, indices, stream_path, sum};
use crate::funding::payer::PayerMethod;
use crate::funding::{Payer, Stream, Terms};
use crate::money::{Money, Rate, in_dollars};
use crate::month::Month;
use crate::name::StreamIndex;
use crate::rules::Parameter;

fn payer<'a>(facts: &'a Facts, stream: StreamIndex) -> Option<(&'a Payer, &'a Stream)> {
    let terms = facts.plan.stream(stream);
    match &terms.terms {
        Terms::Payer(payer) => Some((payer, terms)),
        _ => None,
    }
}

/// `payer-owes-unstated`: a contract that ran before the plan and collects late, while no opening position says what
/// it owes: cash of the plan's first months that no figure holds.
pub(super) fn payer_owes_unstated(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let (payer, terms) = payer(facts, stream)?;
        let opening = facts.plan.opening_of(stream);
        if opening.is_some_and(|opening| !opening.receivables.is_empty()) {
            return None;
        }
        let later = payer.collected_later(terms, &facts.plan.setting())?;
        let amount = sum(later.into_iter().map(|(_, amount)| amount));
        let message =
            "it ran before the plan and pays late, yet no opening position says what it still \
                       owes: this much at the plan's first level, which no figure holds"
                .to_string();
        let finding = facts.finding("payer-owes-unstated", stream_path(facts, stream), message);
        let finding = finding.remedied("state `receivables` under `[opening.stream]`");
        amount.is_positive().then_some(Finding { amount: Some(amount), ..finding })
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `score-stated-as-owed`: a receivable of the opening position in a month in which the plan itself pays what a score
/// earned before the plan, and which is nearer to that than to what is collected late in that month.
pub(super) fn score_stated_as_owed(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stream in indices(&facts.plan.streams) {
        let Some((payer, terms)) = payer(facts, stream) else { continue };
        let Some(opening) = facts.plan.opening_of(stream) else { continue };
        let setting = facts.plan.setting();
        let scored = payer.scored_later(terms, &setting).unwrap_or_default();
        let collected = payer.collected_later(terms, &setting).unwrap_or_default();
        let mut months: Vec<Month> = scored.iter().map(|(month, _)| *month).collect();
        months.dedup();
        for month in months {
            let of = |rows: &[(Month, Money)]| {
                sum(rows.iter().filter(|row| row.0 == month).map(|row| row.1))
            };
            let (stated, scored, late) = (of(&opening.receivables), of(&scored), of(&collected));
            let apart = |amount: Money| (stated - amount).max(amount - stated);
            let of_score = apart(scored).min(apart(sum([scored, late])));
            if !stated.is_positive() || (late.is_positive() && apart(late) <= of_score) {
                continue;
            }
            let message = format!(
                "it states {} as owed in {}, in which the plan itself has its score pay {} for months \
                 before the plan: it counts twice",
                in_dollars(stated),
                month.words(),
                in_dollars(scored)
            );
            let subject = format!("opening.stream.{}.receivables", facts.plan.stream(stream).name);
            let finding = facts.finding("score-stated-as-owed", subject, message);
            let finding = finding.remedied("leave out what the score pays");
            findings.push(Finding { amount: Some(stated.at_most(scored)), ..finding });
        }
    }
    findings
}

/// `incentive-over-limit`: a bonus of a Medicaid plan beyond what its payment allows (42 CFR 438.6(b)).
pub(super) fn incentive_over_limit(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let Terms::Payer(payer) = &facts.plan.stream(stream).terms else { return None };
        let bonus = payer.bonus.filter(|_| payer.medicaid)?;
        let rule = Parameter::IncentiveLimit.in_force("", payer.from)?;
        if bonus.share <= rule.share() {
            return None;
        }
        let by_member =
            matches!(payer.method, PayerMethod::Pmpm { .. } | PayerMethod::Capitation { .. });
        let of = if by_member { "a Medicaid plan's capitation" } else { "what the contract pays" };
        let message = format!(
            "its bonus exceeds {} of {of}, the most that an incentive of a Medicaid plan may add \
             ({})",
            rule.value.words(),
            rule.citation
        );
        let finding = facts.finding("incentive-over-limit", stream_path(facts, stream), message);
        Some(finding.remedied("lower it, or show the state's approval"))
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `terms-without-effect`: terms of a payer that its method does not use.
pub(super) fn terms_without_effect(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let Terms::Payer(payer) = &facts.plan.stream(stream).terms else { return None };
        let unused = payer.withhold.is_some()
            || payer.bonus.is_some()
            || payer.pass_through != Rate::ZERO
            || payer.collection.iter().any(|(lag_months, _)| *lag_months > 0);
        if !unused || !matches!(payer.method, PayerMethod::CostReimbursement { .. }) {
            return None;
        }
        let message = "cost reimbursement neither withholds nor passes on, and is paid as \
                       its invoices are: the other terms have no effect";
        let subject = stream_path(facts, stream);
        let finding = facts.finding("terms-without-effect", subject, message.to_string());
        Some(finding.remedied("leave them out; when it pays is said under `payment`"))
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

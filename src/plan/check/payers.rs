//! Doubts about what payers owe at the plan's start.

use super::{Facts, Finding, indices, stream_path, sum};
use crate::funding::{Payer, Stream, Terms};
use crate::money::{Money, in_dollars};
use crate::month::Month;
use crate::name::StreamIndex;

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

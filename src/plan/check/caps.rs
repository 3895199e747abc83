//! Caps that no spending could ever reach.

use std::collections::BTreeMap;

use super::Finding;
use super::facts::{Facts, indices, stated, stream_path, sum};
use crate::money::{Money, Rate, in_dollars};
use crate::name::{LineIndex, StreamIndex};
use crate::plan::restriction::{Cap, CapBound, selected};

/// `cap-cannot-bind`: a cap that no spending could ever reach.
pub(super) fn cap_cannot_bind(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stream in indices(&facts.plan.streams) {
        let rules = facts.plan.restrictions(stream);
        // Caps of a budget whose transfers are barred are not written one by one.
        let of_budget =
            |cap: &&Cap| rules.award.budget.as_ref().is_some_and(|budget| budget.made(cap));
        for cap in rules.caps.iter().filter(|cap| !of_budget(cap)) {
            if let Some(reason) = why_unbinding(facts, stream, cap) {
                let selectors: Vec<String> =
                    cap.on.iter().map(|on| format!("`{}`", on.words(facts.plan))).collect();
                let remedy = format!("leave out the cap on {}, or lower it", selectors.join(", "));
                let message = format!("a cap cannot bind: {reason}");
                let subject = format!("{}.cap", stream_path(facts, stream));
                let finding = facts.finding("cap-cannot-bind", subject, message);
                findings.push(finding.remedied(&remedy));
            }
        }
    }
    findings
}

/// Why a cap cannot bind, if it cannot.
fn why_unbinding(facts: &Facts, stream: StreamIndex, cap: &Cap) -> Option<String> {
    let within = |line: LineIndex| {
        cap.within.is_empty() || selected(&cap.within, line, facts.plan.line(line))
    };
    let capped =
        |line: &LineIndex| selected(&cap.on, *line, facts.plan.line(*line)) && within(*line);
    let payable = indices(&facts.plan.lines).filter(capped);
    let need = sum(payable.map(|line| facts.payable(stream, line)));
    let indirect = cap.holds_indirect() && facts.plan.restrictions(stream).indirect.is_some();
    if need.is_zero() && !indirect {
        return Some("it selects no cost that the stream may pay in its months".to_string());
    }
    match cap.bound {
        CapBound::ShareOfAward(share) | CapBound::ShareOfSpent(share) if share >= Rate::ONE => {
            return Some("it allows all of the money".to_string());
        }
        CapBound::ShareOfSpent(_) => return None,
        CapBound::Amount(amount) => {
            if awards(facts, stream).is_some_and(|awards| awards.iter().all(|sum| *sum <= amount)) {
                let amount = in_dollars(amount);
                return Some(format!("its {amount} is no less than the whole award"));
            }
        }
        CapBound::ShareOfAward(_) => {}
    }
    let before = facts.plan.opening_of(stream).map_or(Money::ZERO, |opening| opening.spent);
    let need = sum([need, before]);
    let bound = least_bound(facts, stream, cap)?;
    (!indirect && bound >= need).then(|| {
        let (bound, need) = (in_dollars(bound), in_dollars(need));
        format!("its {bound} is no less than all the cost it selects, {need}")
    })
}

/// The least amount that a cap allows over the life of an award; nothing where it depends on what is
/// spent or on a budget period.
fn least_bound(facts: &Facts, stream: StreamIndex, cap: &Cap) -> Option<Money> {
    match cap.bound {
        CapBound::Amount(amount) => Some(amount),
        CapBound::ShareOfAward(share) if !cap.per_period => {
            let least = awards(facts, stream)?.into_iter().min()?;
            share.try_of(least)
        }
        CapBound::ShareOfAward(_) | CapBound::ShareOfSpent(_) => None,
    }
}

/// The authority of each award of a stream, as far as it reaches the horizon; nothing where it is
/// not stated.
fn awards(facts: &Facts, stream: StreamIndex) -> Option<Vec<Money>> {
    let mut awards: BTreeMap<u32, Money> = BTreeMap::new();
    for tranche in &facts.stream(stream).lowered.tranches {
        let award = awards.entry(tranche.award).or_default();
        *award = sum([*award, stated(tranche)?]);
    }
    Some(awards.into_values().collect())
}

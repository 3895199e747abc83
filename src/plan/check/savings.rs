//! Doubts about shared savings: advances that nothing pays back, years whose rules are not known.

use super::Finding;
use super::facts::{Facts, indices, stream_path};
use crate::funding::shared_savings::Agreement;
use crate::funding::{End, Stream, Terms};
use crate::name::StreamIndex;
use crate::rules::mssp;

/// `advance-outstanding`: advances on savings that no settlement within the plan pays back. They are a
/// contingent liability (42 CFR 425.630): owed where the organisation leaves early.
pub(super) fn advance_outstanding(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let terms = facts.plan.stream(stream);
        let Terms::SharedSavings(savings) = &terms.terms else { return None };
        let end = facts.plan.horizon.end();
        let amount = savings.unrecouped(&facts.stream(stream).lowered, end)?;
        let ended = match terms.termination {
            Some(ended) => {
                Stream { end: End::Until(terms.last_month(ended.month)), ..terms.clone() }
            }
            None => terms.clone(),
        };
        let left = match savings.settles_after(&ended, end) {
            true => "only what is settled later can pay it back",
            false => "no performance year is left whose settlement could pay it back",
        };
        let message = format!(
            "what was advanced on savings is not paid back by {}, and {left}: it was not \
             earned, and is owed where the organisation leaves early (42 CFR 425.630; no source was \
             read for when)",
            end.words()
        );
        let finding = facts.finding("advance-outstanding", stream_path(facts, stream), message);
        let finding = finding.remedied("ask in writing when it would be owed");
        Some(Finding { amount: Some(amount), ..finding })
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `rule-carried-forward`: performance years of the Medicare programme that come after the last known rules.
pub(super) fn savings_carried_forward(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let terms = facts.plan.stream(stream);
        let Terms::SharedSavings(savings) = &terms.terms else { return None };
        let Agreement::Medicare(..) = savings.agreement else { return None };
        let last = terms.last_month(facts.plan.horizon.end()).year();
        let first = savings.from.year().max(mssp::LAST_YEAR + 1);
        let message = format!(
            "the rules of performance years {first} to {last} are not known here: those of {} are \
             carried forward (42 CFR 425.605, 425.610)",
            mssp::LAST_YEAR
        );
        let subject = format!("{}.terms.track", stream_path(facts, stream));
        (first <= last).then(|| facts.finding("rule-carried-forward", subject, message))
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

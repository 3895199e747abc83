//! Doubts about who may pay a cost line: nobody, one award that begins later, several awards at once.

use super::Finding;
use super::facts::{Facts, indices, line_path};
use crate::funding::{Kind, Terms};
use crate::month::Month;
use crate::name::{LineIndex, StreamIndex};

/// `cost-before-award`: a line that one award alone may pay needs money before the award's first day
/// (2 CFR 200.403(h)).
pub(super) fn cost_before_award(facts: &Facts) -> Vec<Finding> {
    let check = |line: LineIndex| {
        let mut payers = indices(&facts.plan.streams)
            .filter(|stream: &StreamIndex| facts.stream(*stream).allowed[line.at()]);
        let (Some(award), None) = (payers.next(), payers.next()) else { return None };
        let first = first_day(facts, award)?;
        let amount = facts.need(line, |place| facts.plan.horizon.month(place) < first);
        let message = format!(
            "it needs money before {}, the first month of {}, which alone may pay it \
             (2 CFR 200.403(h))",
            first.words(),
            facts.called(award)
        );
        let finding = facts.finding("cost-before-award", line_path(facts, line), message);
        let finding = finding.remedied("let other money pay it, or begin it later");
        amount.is_positive().then_some(Finding { amount: Some(amount), ..finding })
    };
    indices(&facts.plan.lines).filter_map(check).collect()
}

/// The first month of an award; nothing for a stream that is none.
fn first_day(facts: &Facts, stream: StreamIndex) -> Option<Month> {
    let award = facts.plan.stream(stream);
    match &award.terms {
        Terms::Grant(grant) => Some(grant.from),
        Terms::Schedule(rows) if award.kind == Kind::Grant => {
            rows.iter().map(|row| row.available).min()
        }
        _ => None,
    }
}

/// `cost-nobody-pays`: a line that no stream may pay in any month in which it needs money.
pub(super) fn cost_nobody_pays(facts: &Facts) -> Vec<Finding> {
    let check = |line: LineIndex| {
        let amount = facts.need(line, |_| true);
        let mut streams = indices(&facts.plan.streams);
        let paid = streams.any(|stream| facts.reaches(stream, line));
        if paid || !amount.is_positive() {
            return None;
        }
        let message =
            "no money of the plan may pay it in any month in which it needs some".to_string();
        let finding = facts.finding("cost-nobody-pays", line_path(facts, line), message);
        let finding = finding.remedied("widen what a stream `pays-for`, or find one that may");
        Some(Finding { amount: Some(amount), ..finding })
    };
    indices(&facts.plan.lines).filter_map(check).collect()
}

/// `shared-line-without-benefit`: a line that two or more awards under cost principles may pay in one
/// month, while nothing documents how it benefits each (2 CFR 200.405).
pub(super) fn shared_line_without_benefit(facts: &Facts) -> Vec<Finding> {
    let governed: Vec<StreamIndex> = indices(&facts.plan.streams)
        .filter(|stream: &StreamIndex| facts.plan.stream(*stream).cost_principles)
        .collect();
    let check = |line: LineIndex| {
        if facts.plan.line(line).benefit.is_some() {
            return None;
        }
        let allowed: Vec<StreamIndex> =
            governed.iter().copied().filter(|stream| facts.reaches(*stream, line)).collect();
        let shared = |place: usize| {
            allowed.iter().filter(|stream| facts.may_pay(**stream, line, place)).count() >= 2
        };
        let amount = facts.need(line, shared);
        let message = format!(
            "{} may pay it in the same months, and nothing documents how it benefits each \
             (2 CFR 200.405)",
            facts.all_called(allowed)
        );
        let subject = line_path(facts, line);
        let finding = facts.finding("shared-line-without-benefit", subject, message);
        let finding = finding.remedied("document it, and state it under `benefit`");
        amount.is_positive().then_some(Finding { amount: Some(amount), ..finding })
    };
    indices(&facts.plan.lines).filter_map(check).collect()
}

//! Doubts about what is borrowed: what the opening position does not say, and what is never repaid.

use super::Finding;
use super::facts::{Facts, indices, stream_path, sum};
use crate::funding::loan::Repayment;
use crate::funding::{DueKind, Terms};
use crate::money::{Money, in_dollars};
use crate::month::Month;
use crate::name::StreamIndex;
use crate::plan::dues;

/// `loan-not-held`: borrowed money that came before the plan, of which the opening position says neither that
/// it was spent nor that it is held. It counts as spent: no cash stands behind it.
pub(super) fn loan_not_held(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let Terms::Loan(loan) = &facts.plan.stream(stream).terms else { return None };
        let opening = facts.plan.opening_of(stream);
        let known = opening.map_or(Money::ZERO, |one| one.spent + one.cash);
        let unknown = loan.amount - known;
        let start = facts.plan.horizon.start;
        if loan.from >= start || !unknown.is_positive() || repaid_before(facts, stream, start) {
            return None;
        }
        let message = format!(
            "it was borrowed before the plan starts, and no opening position says that {} of it is \
             held: that counts as spent",
            in_dollars(unknown)
        );
        let remedy =
            "state what is held as `cash` under `[opening.stream]`, and what is not as `spent`";
        let finding = facts.finding("loan-not-held", stream_path(facts, stream), message);
        let finding = finding.remedied(remedy);
        Some(Finding { amount: Some(unknown), ..finding })
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// Whether all of a loan fell due before a month: then nothing of it is owed, or held for it.
fn repaid_before(facts: &Facts, stream: StreamIndex, month: Month) -> bool {
    let Terms::Loan(loan) = &facts.plan.stream(stream).terms else { return false };
    let dues = dues::of_stream(facts.plan, stream, |_| true).unwrap_or_default();
    let principal = dues.iter().filter(|due| due.kind == DueKind::Principal && due.month < month);
    sum(principal.map(|due| due.amount)) >= loan.amount
}

/// `repayment-never-due`: a recoverable grant of which no cent falls due, whatever money comes, since the
/// stream that repays it brings no cash from the grant's month on, or is left out of the scenario.
pub(super) fn repayment_never_due(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let Terms::Loan(loan) = &facts.plan.stream(stream).terms else { return None };
        let source = match loan.repayment {
            Repayment::Share { stream, .. } => Some(stream),
            Repayment::LeftOut => None,
            Repayment::Monthly { .. } | Repayment::Dated(_) => return None,
        };
        let dues = dues::of_stream(facts.plan, stream, |_| true)?;
        let end = facts.plan.horizon.end();
        if dues.iter().any(|due| due.month <= end && due.amount.is_positive()) {
            return None;
        }
        let why = match source {
            Some(source) => format!(
                "{} is scheduled to bring no cash from {} on that could repay it",
                facts.called(source),
                loan.from.words()
            ),
            None => "the scenario leaves out the stream that would repay it".to_string(),
        };
        let owed = in_dollars(loan.amount);
        let message =
            format!("none of it ever falls due within the plan: {why}, and {owed} stays owed");
        let subject = format!("{}.repaid-from", stream_path(facts, stream));
        let finding = facts.finding("repayment-never-due", subject, message);
        Some(Finding { amount: Some(loan.amount), ..finding })
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

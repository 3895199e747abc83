//! Doubts that only a finished braid shows, beside those of the plan in [`crate::plan::check`].

use crate::funding::Kind;
use crate::ledger::{DrawBook, Ledger};
use crate::money::Money;
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::check::Finding;
use crate::plan::restriction::{selected, standing_verdict};
use crate::timeline::Timeline;

/// Every finding that the books of a braid show.
pub fn of_ledger(plan: &Plan, timeline: &Timeline, ledger: &Ledger) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stream in (0..plan.streams.len()).map(StreamIndex::from) {
        findings.extend(last_resort_before_payer(plan, ledger, stream));
        findings.extend(floor_of_award_missed(plan, ledger, stream));
        findings.extend(unused_in_kind(plan, timeline, stream));
    }
    findings
}

fn finding(
    plan: &Plan,
    name: &'static str,
    stream: StreamIndex,
    message: String,
    amount: Money,
) -> Finding {
    let subject = Plan::path("stream", &plan.stream(stream).name);
    let origin = plan.inputs.find(&subject).map(|input| input.origin.clone());
    Finding { name, subject, message, amount: Some(amount), origin }
}

/// Money of last resort that paid in a month in which payer money, eligible for the same line, paid
/// elsewhere (42 USC 300ff-15(a)(6), 34 CFR 303.510).
fn last_resort_before_payer(plan: &Plan, ledger: &Ledger, stream: StreamIndex) -> Option<Finding> {
    if !plan.restrictions(stream).last_resort {
        return None;
    }
    let mut amount = Money::ZERO;
    for place in 0..ledger.months() {
        let month: Vec<&DrawBook> = in_month(ledger, place);
        let mut elsewhere = month
            .iter()
            .filter(|draw| ledger.streams[draw.stream].kind == Some(Kind::Payer))
            .map(|draw| (draw, draw.amount))
            .collect::<Vec<_>>();
        for draw in month.iter().filter(|draw| draw.stream == stream.at()) {
            let mut paid = draw.amount;
            for (payer, left) in &mut elsewhere {
                let payer_stream = StreamIndex::from(payer.stream);
                if payer.line != draw.line
                    && standing_verdict(plan, payer_stream, payer.pool, draw.line).is_allowed()
                {
                    let part = paid.at_most(*left);
                    paid -= part;
                    *left -= part;
                    amount += part;
                }
            }
        }
    }
    let title = &plan.stream(stream).title;
    let message = format!(
        "{title} is money of last resort, and pays while payer money that could have paid the same \
         lines pays elsewhere"
    );
    amount.is_positive().then(|| finding(plan, "last-resort-before-payer", stream, message, amount))
}

/// The draws of a month, which stand together in the books.
fn in_month(ledger: &Ledger, place: usize) -> Vec<&DrawBook> {
    let first = ledger.draws.partition_point(|draw| draw.place < place);
    ledger.draws[first..].iter().take_while(|draw| draw.place == place).collect()
}

/// A selection that must take a share of the award and takes less.
fn floor_of_award_missed(plan: &Plan, ledger: &Ledger, stream: StreamIndex) -> Option<Finding> {
    let rules = plan.restrictions(stream);
    let own = ledger.tranches.iter().filter(|tranche| tranche.stream == stream.at());
    let award: Money = own.map(|tranche| tranche.amount).sum();
    let mut shortfall = Money::ZERO;
    for floor in rules.floors.iter().filter(|floor| !floor.of_spent) {
        let within = |line: LineIndex| selected(&floor.on, line, plan.line(line));
        let taken: Money = ledger
            .draws
            .iter()
            .filter(|draw| draw.stream == stream.at() && within(draw.line))
            .map(|draw| draw.amount)
            .sum();
        shortfall += (floor.share.of(award) - taken).floor_zero();
    }
    let title = &plan.stream(stream).title;
    let message =
        format!("{title} must spend a share of its award on one purpose, and spends less on it");
    shortfall.is_positive().then(|| finding(plan, "floor-missed", stream, message, shortfall))
}

/// In-kind offered beyond what its line needs.
fn unused_in_kind(plan: &Plan, timeline: &Timeline, stream: StreamIndex) -> Option<Finding> {
    let own = timeline.unused_in_kind.iter().filter(|(of, _, _)| *of == stream);
    let unused: Money = own.map(|(_, _, amount)| *amount).sum();
    let title = &plan.stream(stream).title;
    let message =
        format!("{title} offers more in kind than its line needs: the rest counts for nothing");
    unused.is_positive().then(|| finding(plan, "in-kind-unused", stream, message, unused))
}

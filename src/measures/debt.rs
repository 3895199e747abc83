//! What borrowed money pays, what it costs, and what stays owed.

use super::{Books, CreditMeasure, DebtRow, Span};
use crate::funding::{DueKind, Kind};
use crate::ledger::{DrawBook, Ledger, LineBook};
use crate::money::Money;

/// Draws of a span on the streams and lines that a condition names.
fn drawn(ledger: &Ledger, span: &Span, counts: impl Fn(&DrawBook) -> bool) -> Money {
    let within = |draw: &&DrawBook| span.places().contains(&draw.place) && counts(draw);
    ledger.draws.iter().filter(within).map(|draw| draw.amount).sum()
}

fn borrowed(ledger: &Ledger, stream: usize) -> bool {
    ledger.streams[stream].kind == Some(Kind::Loan)
}

/// What borrowed money covers.
pub(super) fn covered(ledger: &Ledger, span: &Span) -> Money {
    drawn(ledger, span, |draw| borrowed(ledger, draw.stream))
}

/// Principal and interest that fall due, the line of credit's interest with them: what the line lends falls due
/// on no day of its own.
pub(super) fn service(books: &Books, span: &Span) -> Money {
    let lines = books.ledger.lines.iter().filter(|line| line.is_debt_service());
    let due: Money = lines.map(|line| span.of(&line.need)).sum();
    due + books.cash.credit.as_ref().map_or(Money::ZERO, |line| span.of(&line.interest))
}

/// Receipts less payments, with neither borrowed cash and what it pays nor debt service: what a loan
/// fronts is not paid twice in the year in which it is repaid.
pub(super) fn net_cash(books: &Books, span: &Span) -> Money {
    let (ledger, cash) = (&books.ledger, &books.cash);
    let by_stream = cash.receipts_by_stream.iter().enumerate();
    let lent = by_stream.filter(|(stream, _)| borrowed(ledger, *stream));
    let lent: Money = lent.map(|(_, receipts)| span.of(receipts)).sum();
    let financed = |draw: &&DrawBook| {
        let line = &ledger.lines[draw.line.at()];
        let paid = draw.place + line.payment_lag_months as usize;
        let debt = line.is_debt_service() || borrowed(ledger, draw.stream);
        debt && span.places().contains(&paid)
    };
    let financed: Money = ledger.draws.iter().filter(financed).map(|draw| draw.amount).sum();
    let line = cash.credit.as_ref();
    let drawn = line.map_or(Money::ZERO, |line| span.of(&line.drawn));
    let served = line.map_or(Money::ZERO, |line| span.of(&line.repaid) + span.of(&line.interest));
    span.of(&cash.receipts) - lent - drawn - (span.of(&cash.payments) - financed - served)
}

/// What the line of credit did, where the plan has one.
pub(super) fn credit(books: &Books) -> Option<CreditMeasure> {
    let line = books.cash.credit.as_ref()?;
    let owed = line.balance.iter().copied().enumerate();
    let (at, peak) = owed.max_by_key(|(place, owed)| (*owed, std::cmp::Reverse(*place)))?;
    let months = (0..line.balance.len()).filter(|place| line.at_limit(*place)).count();
    Some(CreditMeasure {
        peak: (books.ledger.horizon.month(at), peak),
        interest: line.interest.iter().sum(),
        months_at_limit: months as u32,
        owed: line.balance.last().copied().unwrap_or_default(),
    })
}

/// Every loan of the view.
pub(super) fn rows(books: &Books) -> Vec<DebtRow> {
    let ledger = &books.ledger;
    let row = |debt: &crate::ledger::DebtBook| {
        let sum = |kind: DueKind, amounts: fn(&LineBook) -> &Vec<Money>| -> Money {
            let own = ledger.lines.iter().filter(|line| line.due == Some((debt.stream, kind)));
            own.flat_map(amounts).sum()
        };
        let [principal, interest] =
            [DueKind::Principal, DueKind::Interest].map(|kind| sum(kind, |line| &line.need));
        let unpaid =
            sum(DueKind::Principal, |line| &line.gap) + sum(DueKind::Interest, |line| &line.gap);
        let stream = &ledger.streams[debt.stream];
        DebtRow {
            stream: stream.name.clone(),
            owed_before: debt.before,
            borrowed: stream.made_available.iter().sum(),
            principal,
            interest,
            unpaid,
            owed: debt.owed.last().copied().unwrap_or_default(),
        }
    };
    ledger.debts.iter().map(row).collect()
}

//! The terms of streams by kind; here those of partners and reserves.
//!
//! The others have files of their own: [`super::resolve_grants`], [`super::resolve_payers`],
//! [`super::resolve_public`], [`super::resolve_savings`].

use super::context::Context;
use super::field::{Field, Within};
use super::keys_stream::{INSTALMENTS, PAYMENTS};
use super::reader::TableReader;
use super::resolve_pools::paid;
use super::resolve_savings;
use super::resolve_streams::Head;
use super::{resolve_grants, resolve_loans, resolve_payers, resolve_public};
use crate::diagnostic::Code;
use crate::funding::grant::Payment;
use crate::funding::partner::PartnerMethod;
use crate::funding::reserve::Floor;
use crate::funding::{Kind, Partner, Reserve, Terms};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::DriverIndex;

/// The terms of a stream of this kind.
pub fn read(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    kind: Kind,
    head: &Head,
) -> Option<Terms> {
    match kind {
        Kind::Grant => resolve_grants::grant(context, reader, head).map(Terms::Grant),
        Kind::Payer => resolve_payers::payer(context, reader, head).map(Terms::Payer),
        Kind::Public => resolve_public::public(context, reader, head).map(Terms::Public),
        Kind::SharedSavings => {
            resolve_savings::savings(context, reader, head).map(Terms::SharedSavings)
        }
        Kind::Partner => partner(context, reader, head).map(Terms::Partner),
        Kind::Reserve => reserve(context, reader).map(Terms::Reserve),
        Kind::Loan => resolve_loans::loan(context, reader, head).map(Terms::Loan),
    }
}

/// A share, or what holds where none is stated.
pub fn share(
    reader: &mut TableReader<'_>,
    key: &str,
    within: Within,
    default: Rate,
) -> Option<Rate> {
    match reader.get(key) {
        Some(field) => field.share(within),
        None => Some(default),
    }
}

/// A count, or what holds where none is stated.
pub fn count(reader: &mut TableReader<'_>, key: &str, default: u32) -> Option<u32> {
    match reader.get(key) {
        Some(field) => field.count(),
        None => Some(default),
    }
}

/// The driver that a key must name.
pub fn driver(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    key: &str,
) -> Option<DriverIndex> {
    reader.need(key).and_then(|field| context.driver(field))
}

/// How a funder pays.
pub fn payment(field: Option<Field<'_>>, default: Payment) -> Option<Payment> {
    let Some(field) = field else { return Some(default) };
    let mut reader = field.table(&["payment"])?;
    let payment = match reader.need("method").and_then(|field| field.word(PAYMENTS)) {
        None => {
            reader.take_all("payment");
            None
        }
        Some(0) => {
            reader.also(&["payment.advance"]);
            let every = match reader.get("instalments") {
                None => Some(None),
                Some(field) => {
                    field.word(INSTALMENTS).map(|at| [None, Some(1), Some(3), Some(12)][at])
                }
            };
            let lag = count(&mut reader, "lag-months", 0);
            every
                .zip(lag)
                .map(|(every_months, lag_months)| Payment::Advance { every_months, lag_months })
        }
        Some(_) => {
            reader.also(&["payment.reimbursement"]);
            let cycle = count(&mut reader, "cycle-months", 1);
            let lag = count(&mut reader, "lag-months", 1);
            cycle.zip(lag).map(|(cycle_months, lag_months)| Payment::Reimbursement {
                cycle_months,
                lag_months,
            })
        }
    };
    reader.finish();
    payment
}

/// The payment where nothing is stated: after the month in which the money was spent.
pub const REIMBURSED: Payment = Payment::Reimbursement { cycle_months: 1, lag_months: 1 };
/// The payment where nothing is stated: all of a period at its beginning.
pub const AT_ONCE: Payment = Payment::Advance { every_months: None, lag_months: 0 };

/// Dated payments, each within the stream's term.
pub fn payments(
    context: &Context<'_>,
    field: Option<Field<'_>>,
    head: &Head,
) -> Option<Vec<(Month, Money)>> {
    let mut payments = Vec::new();
    let mut whole = true;
    for item in field.and_then(Field::items)? {
        let payment = paid(item, |month, span| {
            let early = head.from.is_some_and(|from| month < from);
            let late = head.until.is_some_and(|until| month > until);
            if head.term_known && (early || late) {
                let message = format!("the payment of {month} lies outside the stream's term");
                let remedy = "write a month of the term, or widen `from` and `until`";
                context.desk.fault(Code::MonthRange, span, message, "", remedy);
            }
        });
        whole &= payment.is_some();
        payments.extend(payment);
    }
    payments.sort_unstable();
    whole.then_some(payments)
}

/// The first month of a stream of dated payments that does not state its own.
pub fn earliest(payments: &[(Month, Money)], head: &Head, from: Month) -> Month {
    let first = payments.iter().map(|(month, _)| *month).min();
    if head.from.is_some() { from } else { first.map_or(from, |first| first.min(from)) }
}

/// The forms in which a partner may give.
const GIFTS: [&str; 5] = ["yearly", "monthly", "payments", "fees", "in-kind"];

fn partner(context: &Context<'_>, reader: &mut TableReader<'_>, head: &Head) -> Option<Partner> {
    let form = reader.one_of(Code::AmountForm, "what it gives", &GIFTS);
    if form == Some("payments") {
        let remedy = "delete it: payments stand as they are stated";
        reader.refuse("growth", "does not go with `payments`", remedy);
    }
    if form == Some("in-kind") {
        let remedy = "delete it: in-kind is never cash";
        reader.refuse("lag-months", "does not go with `in-kind`", remedy);
    }
    let growth = share(reader, "growth", Within::Growth, Rate::ZERO);
    let lag_months = count(reader, "lag-months", 0);
    let mut from = head.from.unwrap_or(context.horizon.start);
    let mut found = None;
    for key in GIFTS {
        let Some(field) = reader.get(key) else { continue };
        let method = match key {
            "yearly" => field.money().map(PartnerMethod::Yearly),
            "monthly" => field.money().map(PartnerMethod::Monthly),
            "payments" => payments(context, Some(field), head).map(|payments| {
                from = earliest(&payments, head, from);
                PartnerMethod::Payments(payments)
            }),
            "fees" => fees(context, field),
            _ => in_kind(context, field),
        };
        found = found.or(method);
    }
    form?;
    Some(Partner {
        from,
        method: found?,
        growth: growth?,
        fiscal: head.fiscal,
        lag_months: lag_months?,
    })
}

fn fees(context: &Context<'_>, field: Field<'_>) -> Option<PartnerMethod> {
    let mut reader = field.table(&["fees"])?;
    let units = driver(context, &mut reader, "units");
    let rate = reader.need("rate").and_then(Field::price);
    reader.finish();
    Some(PartnerMethod::Fees { units: units?, rate: rate? })
}

fn in_kind(context: &Context<'_>, field: Field<'_>) -> Option<PartnerMethod> {
    let mut reader = field.table(&["in-kind"])?;
    let line = reader.need("cost").and_then(|field| context.line(field));
    let monthly = reader.need("monthly").and_then(Field::money);
    reader.finish();
    Some(PartnerMethod::InKind { line: line?, monthly: monthly? })
}

fn reserve(context: &Context<'_>, reader: &mut TableReader<'_>) -> Option<Reserve> {
    let balance = reader.need("balance").and_then(Field::money);
    let amount = reader.get("floor").map(Field::money);
    if amount.is_some() {
        reader.refuse("floor-months", "does not go with `floor`", "keep one of the two");
    }
    let months = reader.get("floor-months").map(Field::count);
    let authorised = reader.get("authorised").map_or(Some(Money::ZERO), Field::money);
    let from = reader.get("authorised-from").map(Field::month);
    let floor = match (amount, months) {
        (Some(amount), _) => Floor::Amount(amount?),
        (None, Some(months)) => Floor::MonthsOfCost(months?),
        (None, None) => Floor::Amount(Money::ZERO),
    };
    Some(Reserve {
        balance: balance?,
        floor,
        authorised: authorised?,
        authorised_from: from.unwrap_or(Some(context.horizon.start))?,
    })
}

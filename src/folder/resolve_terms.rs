//! The terms of streams by kind: payers, public money, shared savings, partners and reserves.
//!
//! Grants have their own file, [`super::resolve_grants`].

use super::context::Context;
use super::field::{Field, Within};
use super::keys_stream::{INSTALMENTS, PAYER_METHODS, PAYMENTS, PUBLIC_METHODS};
use super::reader::TableReader;
use super::resolve_costs::by_year;
use super::resolve_grants;
use super::resolve_pools::paid;
use super::resolve_streams::Head;
use super::text::Span;
use crate::diagnostic::Code;
use crate::funding::grant::Payment;
use crate::funding::partner::PartnerMethod;
use crate::funding::payer::{PayerMethod, Scored};
use crate::funding::public::PublicMethod;
use crate::funding::reserve::Floor;
use crate::funding::{Kind, Partner, Payer, Public, Reserve, Scheduled, SharedSavings, Terms};
use crate::money::{Money, Rate};
use crate::month::{FiscalCalendar, Month};
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
        Kind::Payer => payer(context, reader, head).map(Terms::Payer),
        Kind::Public => public(context, reader, head).map(Terms::Public),
        Kind::SharedSavings => savings(context, reader, head).map(Terms::SharedSavings),
        Kind::Partner => partner(context, reader, head).map(Terms::Partner),
        Kind::Reserve => reserve(context, reader).map(Terms::Reserve),
    }
}

/// A share, or what holds where none is stated.
fn share(reader: &mut TableReader<'_>, key: &str, within: Within, default: Rate) -> Option<Rate> {
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

fn driver(context: &Context<'_>, reader: &mut TableReader<'_>, key: &str) -> Option<DriverIndex> {
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

fn payer(context: &Context<'_>, stream: &mut TableReader<'_>, head: &Head) -> Option<Payer> {
    let mut reader = stream.need("terms").and_then(|field| field.table(&["terms.payer"]))?;
    let method = reader.need("method").and_then(|field| field.word(PAYER_METHODS));
    let method = match method {
        Some(at) => {
            reader.also(&[PAYER_TERMS[at]]);
            if at == 5 {
                let payment = payment(stream.get("payment"), REIMBURSED);
                let yearly = reader.need("yearly").and_then(Field::money);
                yearly
                    .zip(payment)
                    .map(|(yearly, payment)| PayerMethod::CostReimbursement { yearly, payment })
            } else {
                let why = "goes with `method = \"cost-reimbursement\"` alone";
                let remedy = "delete it: `collection-lag-months` of the terms says when it is paid";
                stream.refuse("payment", why, remedy);
                payer_method(context, &mut reader, at)
            }
        }
        None => {
            reader.take_all("terms");
            None
        }
    };
    let growth = share(&mut reader, "growth", Within::Growth, Rate::ZERO);
    let withhold = reader.get("withhold").map(|field| scored(field, Within::Whole));
    let bonus = reader.get("bonus").map(|field| scored(field, Within::Positive));
    let pass_through = share(&mut reader, "pass-through", Within::Whole, Rate::ZERO);
    let collection = collection(&mut reader);
    reader.finish();
    Some(Payer {
        from: head.from.unwrap_or(context.horizon.start),
        method: method?,
        growth: growth?,
        withhold: withhold.map_or(Some(None), |scored| scored.map(Some))?,
        bonus: bonus.map_or(Some(None), |scored| scored.map(Some))?,
        pass_through: pass_through?,
        collection: collection?,
    })
}

/// The kinds of table of payers' terms, in the order of the methods.
const PAYER_TERMS: [&str; 6] = [
    "terms.pmpm",
    "terms.capitation",
    "terms.fee-for-service",
    "terms.case-rate",
    "terms.outcome",
    "terms.cost-reimbursement",
];

fn payer_method(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    method: usize,
) -> Option<PayerMethod> {
    let count_key = ["members", "members", "units", "cases", "opened"][method];
    let units = driver(context, reader, count_key);
    let rate = reader.need("rate").and_then(Field::price);
    let denial = (method == 2).then(|| share(reader, "denial", Within::Whole, Rate::ZERO));
    let completion = (method == 4).then(|| share(reader, "completion", Within::Whole, Rate::ONE));
    let lag = (method == 4).then(|| count(reader, "completion-lag-months", 0));
    let (units, rate) = (units?, rate?);
    Some(match method {
        0 => PayerMethod::Pmpm { members: units, rate },
        1 => PayerMethod::Capitation { members: units, rate },
        2 => PayerMethod::FeeForService { units, rate, denial: denial.flatten()? },
        3 => PayerMethod::CaseRate { cases: units, rate },
        _ => PayerMethod::Outcome {
            opened: units,
            completion: completion.flatten()?,
            lag_months: lag.flatten()?,
            rate,
        },
    })
}

fn scored(field: Field<'_>, within: Within) -> Option<Scored> {
    let mut reader = field.table(&["scored"])?;
    let part = reader.need("share").and_then(|field| field.share(within));
    let score = reader.need("score").and_then(|field| field.share(Within::Whole));
    let measured = reader.get("measured").map_or(Some(12), Field::month_name);
    let paid_after_months = count(&mut reader, "paid-after-months", 6);
    reader.finish();
    Some(Scored {
        share: part?,
        score: score?,
        measured: measured?,
        paid_after_months: paid_after_months?,
    })
}

fn collection(reader: &mut TableReader<'_>) -> Option<Vec<(u32, Rate)>> {
    let lag = reader.get("collection-lag-months");
    if reader.has("collection") {
        let why = "does not go with `collection`";
        reader.refuse("collection-lag-months", why, "keep one of the two");
    }
    let Some(field) = reader.get("collection") else {
        return lag.map_or(Some(0), Field::count).map(|lag| vec![(lag, Rate::ONE)]);
    };
    let (desk, span) = (field.desk, field.span());
    let mut parts = Vec::new();
    let mut whole = true;
    for item in field.items()? {
        let Some(mut reader) = item.table(&["collection"]) else {
            whole = false;
            continue;
        };
        let lag = reader.need("lag-months").and_then(Field::count);
        let part = reader.need("share").and_then(|field| field.share(Within::Whole));
        reader.finish();
        whole &= lag.is_some() && part.is_some();
        parts.extend(lag.zip(part));
    }
    let sum: i128 = parts.iter().map(|(_, part)| part.billionths()).sum();
    if whole && sum != Rate::ONE.billionths() {
        let message = format!("the shares collected sum to {}", super::resolve_costs::percent(sum));
        let remedy = "write shares that sum to 100%; what is never paid is `denial`";
        desk.fault(Code::SharesOverWhole, span, message, "not 100%", remedy);
        return None;
    }
    whole.then_some(parts)
}

/// The kinds of table of public money's terms, in the order of the methods.
const PUBLIC_TERMS: [&str; 6] = [
    "terms.appropriation",
    "terms.formula",
    "terms.levy",
    "terms.settlement",
    "terms.match",
    "terms.community-benefit",
];

fn public(context: &Context<'_>, stream: &mut TableReader<'_>, head: &Head) -> Option<Public> {
    let payment = payment(stream.get("payment"), AT_ONCE);
    let mut reader = stream.need("terms").and_then(|field| field.table(&["terms.public"]))?;
    let mut from = head.from.unwrap_or(context.horizon.start);
    let method = match reader.need("method").and_then(|field| field.word(PUBLIC_METHODS)) {
        None => {
            reader.take_all("terms");
            None
        }
        Some(at) => {
            reader.also(&[PUBLIC_TERMS[at]]);
            match at {
                0 => appropriation(context, &mut reader, head),
                1 => formula(context, &mut reader).map(PublicMethod::Formula),
                2 => levy(&mut reader),
                3 => {
                    let list = reader.need("payments");
                    payments(context, list, head).map(|payments| {
                        from = earliest(&payments, head, from);
                        PublicMethod::Settlement(payments)
                    })
                }
                4 => {
                    let rate =
                        reader.need("rate").and_then(|field| field.share(Within::BelowWhole));
                    let yearly = reader.get("yearly-limit").map(Field::money);
                    let yearly = yearly.map_or(Some(None), |yearly| yearly.map(Some));
                    rate.zip(yearly).map(|(rate, yearly)| PublicMethod::Match { rate, yearly })
                }
                _ => {
                    let yearly = reader.need("yearly").and_then(Field::money);
                    yearly.map(|yearly| PublicMethod::CommunityBenefit { yearly })
                }
            }
        }
    };
    reader.finish();
    Some(Public { from, method: method?, payment: payment? })
}

/// The last month of a stream that the plan can see.
fn last(context: &Context<'_>, head: &Head) -> Month {
    head.until.map_or(context.horizon.end(), |until| until.min(context.horizon.end()))
}

fn appropriation(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    head: &Head,
) -> Option<PublicMethod> {
    let form = reader.one_of(Code::AmountForm, "how much it grants", &["yearly", "by-year"]);
    let yearly = reader.get("yearly").map(Field::money);
    let listed = reader.get("by-year");
    let span = listed.as_ref().map(|field| field.at);
    let listed = listed.map(|field| by_year(context, field));
    let carried = reader.get("carried").map_or(Some(false), Field::bool);
    let from = head.from.unwrap_or(context.horizon.start);
    let amounts = match form? {
        "yearly" => {
            let years =
                head.fiscal.year_of(from)..=head.fiscal.year_of(last(context, head).max(from));
            let amount = yearly.flatten()?;
            years.map(|year| (year, amount)).collect()
        }
        _ => {
            let years = listed.flatten()?;
            outside_term(context, head, &years, span.unwrap_or(reader.key()));
            years
        }
    };
    Some(PublicMethod::Appropriation { yearly: amounts, carried: carried? })
}

/// Tells fiscal years that lie wholly outside the stream's term.
fn outside_term(context: &Context<'_>, head: &Head, years: &[(i32, Money)], span: Span) {
    let (Some(from), true) = (head.from, head.term_known) else { return };
    for (year, _) in years {
        let early = *year < head.fiscal.year_of(from);
        let late = head.until.is_some_and(|until| *year > head.fiscal.year_of(until));
        if early || late {
            let label = FiscalCalendar::label(*year);
            let message = format!("{label} of the funder lies outside the stream's term");
            let remedy = "delete the year, or widen `from` and `until`";
            context.desk.fault(Code::MonthRange, span, message, "", remedy);
        }
    }
}

fn formula(context: &Context<'_>, reader: &mut TableReader<'_>) -> Option<Vec<Scheduled>> {
    let mut rows = Vec::new();
    let mut whole = true;
    for item in reader.need("allotments").and_then(Field::items)? {
        let Some(mut reader) = item.table(&["allotment"]) else {
            whole = false;
            continue;
        };
        let available = reader.need("available").and_then(Field::month);
        let obligate = reader.get("obligate-by").map(Field::month);
        let spend = reader.need("spend-by").map(|field| (field.span(), field.month()));
        let amount = reader.need("amount").and_then(Field::money);
        let span = spend.map_or(reader.key(), |(span, _)| span);
        reader.finish();
        let obligate = obligate.map_or(Some(None), |month| month.map(Some));
        let spend = spend.and_then(|(_, month)| month);
        let (Some(available), Some(obligate), Some(spend), Some(amount)) =
            (available, obligate, spend, amount)
        else {
            whole = false;
            continue;
        };
        let last = obligate.map_or(spend, |obligate| obligate.min(spend));
        if last < available {
            let message = format!("the allotment ends in {last}, before it is available");
            let remedy = format!("write months from {available} on");
            context.desk.fault(Code::Order, span, message, "", remedy);
            whole = false;
        }
        rows.push(Scheduled { available, last: Some(last), amount });
    }
    whole.then_some(rows)
}

fn levy(reader: &mut TableReader<'_>) -> Option<PublicMethod> {
    let base = reader.need("base").and_then(Field::money);
    let rate = reader.need("rate").and_then(|field| field.share(Within::Whole));
    let growth = share(reader, "growth", Within::Growth, Rate::ZERO);
    let collection = share(reader, "collection", Within::Whole, Rate::ONE);
    Some(PublicMethod::Levy { base: base?, rate: rate?, growth: growth?, collection: collection? })
}

/// Dated payments, each within the stream's term.
fn payments(
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
fn earliest(payments: &[(Month, Money)], head: &Head, from: Month) -> Month {
    let first = payments.iter().map(|(month, _)| *month).min();
    if head.from.is_some() { from } else { first.map_or(from, |first| first.min(from)) }
}

fn savings(
    context: &Context<'_>,
    stream: &mut TableReader<'_>,
    head: &Head,
) -> Option<SharedSavings> {
    let captured = share(stream, "captured", Within::Whole, Rate::ZERO);
    let loss_share = share(stream, "loss-share", Within::Whole, Rate::ZERO);
    let field = stream.need("terms");
    let mut reader = field.and_then(|field| field.table(&["terms.shared-savings"]))?;
    let r = &mut reader;
    let members = driver(context, r, "members");
    let benchmark = r.need("benchmark").and_then(Field::price);
    let benchmark_growth = share(r, "benchmark-growth", Within::Growth, Rate::ZERO);
    let savings_rates = r.need("savings-rate").and_then(savings_rates);
    let minimum_savings_rate = share(r, "minimum-savings-rate", Within::Whole, Rate::ZERO);
    let sharing_rate = r.need("sharing-rate").and_then(|field| field.share(Within::Whole));
    let quality = share(r, "quality", Within::Whole, Rate::ONE);
    let sequestration = share(r, "sequestration", Within::Whole, Rate::ZERO);
    let cap = r.get("cap").map(|field| field.share(Within::Whole));
    let loss_rate = share(r, "loss-rate", Within::Whole, Rate::ZERO);
    let loss_limit = r.get("loss-limit").map(|field| field.share(Within::Whole));
    let settlement_lag_months = count(r, "settlement-lag-months", 10);
    reader.finish();
    Some(SharedSavings {
        from: head.from.unwrap_or(context.horizon.start),
        members: members?,
        benchmark: benchmark?,
        benchmark_growth: benchmark_growth?,
        savings_rates: savings_rates?,
        minimum_savings_rate: minimum_savings_rate?,
        sharing_rate: sharing_rate?,
        quality: quality?,
        sequestration: sequestration?,
        cap: cap.map_or(Some(None), |cap| cap.map(Some))?,
        loss_rate: loss_rate?,
        loss_limit: loss_limit.map_or(Some(None), |limit| limit.map(Some))?,
        settlement_lag_months: settlement_lag_months?,
        captured: captured?,
        loss_share: loss_share?,
    })
}

fn savings_rates(field: Field<'_>) -> Option<Vec<Rate>> {
    let super::syntax::Value::List(items) = &field.node().value else {
        return field.share(Within::Signed).map(|rate| vec![rate]);
    };
    if items.is_empty() {
        let remedy = "write at least one rate: `savings-rate = [\"2%\"]`";
        field.desk.fault(Code::AmountForm, field.span(), "the list of rates is empty", "", remedy);
        return None;
    }
    let rates = field.items()?.into_iter().map(|item| item.share(Within::Signed));
    rates.collect::<Vec<_>>().into_iter().collect()
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

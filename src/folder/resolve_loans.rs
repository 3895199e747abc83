//! The terms of loans and recoverable grants.

use super::context::Context;
use super::field::{Field, Within};
use super::keys_loan::{LOAN_METHODS, LOANS_ALSO, RECOVERABLE};
use super::reader::TableReader;
use super::resolve_pools::paid;
use super::resolve_streams::Head;
use super::text::Span;
use crate::diagnostic::Code;
use crate::funding::loan::Repayment;
use crate::funding::{End, Loan};
use crate::limits::YEAR_MAX;
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::StreamIndex;
use crate::time_value::{LoanFault, LoanSchedule, LoanTerms};

/// The terms of a stream of kind `loan`.
pub fn loan(context: &Context<'_>, reader: &mut TableReader<'_>, head: &Head) -> Option<Loan> {
    let method = match reader.get("method") {
        None => Some(0),
        Some(field) => field.word_meant(LOAN_METHODS, LOANS_ALSO),
    };
    if !reader.has("from") {
        reader.missing("from");
    }
    let span = reader.peek("amount").map_or(reader.key(), |entry| entry.node.span);
    let mut amount = reader.need("amount").and_then(Field::money);
    if amount == Some(Money::ZERO) {
        let message = "a loan of nothing has nothing to repay";
        let remedy = "write what is borrowed, or delete the stream";
        context.desk.fault(Code::MoneyRange, span, message, "no principal", remedy);
        amount = None;
    }
    let borrowed = amount.zip(head.from);
    let repayment = match method {
        None => {
            reader.take_all("stream");
            None
        }
        Some(0) => {
            reader.also(&["stream.loan.monthly"]);
            monthly(context, reader, borrowed)
        }
        Some(_) => {
            reader.also(&["stream.loan.recoverable"]);
            recoverable(context, reader, borrowed)
        }
    };
    let (amount, from) = borrowed?;
    Some(Loan { amount, from, repayment: repayment? })
}

fn monthly(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    borrowed: Option<(Money, Month)>,
) -> Option<Repayment> {
    let place = |reader: &TableReader<'_>, key: &str| {
        reader.peek(key).map_or(reader.key(), |entry| entry.node.span)
    };
    let spans = ["months", "interest-only-months", "balloon", "first-payment"]
        .map(|key| place(reader, key));
    if !reader.has("rate") && !reader.has("months") {
        let message = format!("`{}` says neither its `rate` nor its `months`", reader.header());
        let remedy = format!(
            "add both: `rate = \"3%\"`, `months = 60`; what is to be recovered without interest is {RECOVERABLE} with \
             `repayments` or `repaid-from`"
        );
        let cause = "no terms of a loan here";
        context.desk.fault(Code::MissingKey, reader.key(), message, cause, remedy);
        reader.take_all("stream");
        return None;
    }
    let yearly_rate = reader.need("rate").and_then(|field| field.share(Within::Whole));
    let months = reader.need("months").and_then(Field::count);
    let interest_only = reader.get("interest-only-months").map_or(Some(0), Field::count);
    let balloon = reader.get("balloon").map_or(Some(Money::ZERO), Field::money);
    let first = reader.get("first-payment").map(Field::month);
    let (principal, from) = borrowed?;
    let first_payment = first.unwrap_or_else(|| from.plus(1))?;
    let terms = LoanTerms {
        principal,
        yearly_rate: yearly_rate?,
        months: months?,
        interest_only_months: interest_only?,
        balloon: balloon?,
    };
    let desk = context.desk;
    if first_payment <= from {
        let message = format!("the first payment in {first_payment} does not come after the cash");
        let remedy = format!("write a month after {from}");
        desk.fault(Code::Order, spans[3], message, format!("the cash comes in {from}"), remedy);
        return None;
    }
    if first_payment.plus(terms.months as i32 - 1).is_none() {
        let message = format!("the last payment comes after {YEAR_MAX}");
        desk.fault(Code::MonthRange, spans[0], message, "too late", "write fewer `months`");
        return None;
    }
    let (span, cause, remedy) = match LoanSchedule::new(terms) {
        Ok(_) => {
            return Some(Repayment::Monthly {
                yearly_rate: terms.yearly_rate,
                months: terms.months,
                interest_only_months: terms.interest_only_months,
                balloon: terms.balloon,
                first_payment,
            });
        }
        Err(LoanFault::OnlyInterest) => (
            spans[1],
            "no payment is left for the principal",
            "write fewer months than `months`; a loan that is repaid at its end has a `balloon`",
        ),
        Err(LoanFault::NegativeAmortisation) => (
            spans[2],
            "the debt would grow: negative amortisation",
            "write no more than the `amount`",
        ),
        Err(_) => (reader.key(), "its payments cannot be worked out", "write a smaller `amount`"),
    };
    let message = "these terms do not repay what is borrowed";
    desk.fault(Code::RuleBroken, span, message, cause, remedy);
    None
}

fn recoverable(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    borrowed: Option<(Money, Month)>,
) -> Option<Repayment> {
    let how = ["repayments", "repaid-from"];
    let form = reader.one_of(Code::AmountForm, "how it is repaid", &how);
    let dated = reader.get("repayments").map(|field| dated(context, field, borrowed));
    let source = reader.get("repaid-from").map(|field| repaid_from(context, field));
    match form? {
        "repayments" => dated.flatten(),
        _ => source.flatten(),
    }
}

fn dated(
    context: &Context<'_>,
    field: Field<'_>,
    borrowed: Option<(Money, Month)>,
) -> Option<Repayment> {
    let span = field.span();
    let desk = context.desk;
    let after_cash = |month: Month, span: Span| {
        if let Some((_, from)) = borrowed.filter(|(_, from)| month < *from) {
            let message = format!("a repayment in {month} comes before the cash in {from}");
            let remedy = format!("write a month from {from} on");
            desk.fault(Code::Order, span, message, "before its beginning", remedy);
        }
    };
    let items = field.items()?;
    let count = items.len();
    let mut rows: Vec<(Month, Money)> =
        items.into_iter().filter_map(|item| paid(item, after_cash)).collect();
    rows.sort_unstable();
    let (amount, _) = borrowed?;
    let cents: i128 = rows.iter().map(|(_, paid)| i128::from(paid.cents())).sum();
    if rows.len() == count && cents != i128::from(amount.cents()) {
        let sum = Money::try_from_cents(cents).map_or("too much".into(), |sum| sum.to_string());
        let message = format!("the repayments sum to {sum}, and {amount} is owed");
        let remedy = "write repayments of all of it; what is not repaid is a grant of its own";
        desk.fault(Code::SharesOverWhole, span, message, "not what is owed", remedy);
        return None;
    }
    (rows.len() == count).then_some(Repayment::Dated(rows))
}

fn repaid_from(context: &Context<'_>, field: Field<'_>) -> Option<Repayment> {
    let mut reader = field.table(&["repaid-from"])?;
    let source = reader.need("stream").and_then(|field| source(context, field));
    let share =
        reader.get("share").map_or(Some(Rate::ONE), |field| field.share(Within::AboveNothing));
    reader.finish();
    let (source, share) = source.zip(share)?;
    Some(source.map_or(Repayment::LeftOut, |stream| Repayment::Share { stream, share }))
}

/// The stream that repays; nothing within where a scenario dropped it, so that the money is given and owed all the same.
fn source(context: &Context<'_>, field: Field<'_>) -> Option<Option<StreamIndex>> {
    let span = field.span();
    let id = field.id()?;
    match context.stream_named(&id, span) {
        None => context.dropped.holds("stream", &id).then_some(None),
        found => Some(found),
    }
}

/// When a loan ends: with its last payment.
pub fn end(loan: &Loan) -> End {
    match &loan.repayment {
        Repayment::Monthly { months, first_payment, .. } => {
            let last = first_payment.plus(*months as i32 - 1);
            End::Until(last.unwrap_or(*first_payment))
        }
        Repayment::Dated(rows) => End::Until(rows.last().map_or(loan.from, |(month, _)| *month)),
        Repayment::Share { .. } => {
            End::Evergreen("it is repaid as another stream brings money".to_string())
        }
        Repayment::LeftOut => {
            End::Evergreen("what would repay it is left out of the scenario".to_string())
        }
    }
}

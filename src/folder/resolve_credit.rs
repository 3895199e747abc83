//! The line of credit.

use super::context::Context;
use super::field::{Field, Within};
use super::resolve_streams::out_of_order;
use crate::diagnostic::Code;
use crate::money::Money;
use crate::plan::CreditLine;
use crate::rules::Parameter;

/// Reads `[credit]`.
pub fn read(context: &Context<'_>, field: Option<Field<'_>>) -> Option<CreditLine> {
    let mut reader = field?.table(&["credit"])?;
    reader.record();
    let title = match reader.get("title") {
        Some(field) => field.text()?,
        None => "Line of credit".to_string(),
    };
    let lender = reader.need("lender").and_then(Field::text);
    let span = reader.peek("limit").map_or(reader.key(), |entry| entry.node.span);
    let mut limit = reader.need("limit").and_then(Field::money);
    if limit == Some(Money::ZERO) {
        let message = "a line of credit of nothing bridges nothing";
        let remedy = "write its limit, or delete `[credit]`";
        context.desk.fault(Code::MoneyRange, span, message, "no limit", remedy);
        limit = None;
    }
    let yearly_rate = reader.need("rate").and_then(|field| field.share(Within::Whole));
    let stated = reader.get("borrowing-base").map(|field| field.share(Within::AboveNothing));
    let from = reader.get("from").map_or(Some(context.horizon.start), Field::month);
    let until = reader.get("until").map(|field| (field.span(), field.month()));
    if let (Some(from), Some((span, Some(until)))) = (from, until)
        && until < from
    {
        let (message, remedy) = out_of_order(&reader, "the line of credit", (from, until));
        context.desk.fault(Code::Order, span, message, "before its beginning", remedy);
    }
    let borrowing_base = stated.unwrap_or_else(|| {
        let rule = Parameter::BorrowingBase.in_force("", context.horizon.start)?;
        reader.rests_on("borrowing-base", rule);
        Some(rule.share())
    });
    reader.finish();
    Some(CreditLine {
        title,
        lender: lender?,
        limit: limit?,
        yearly_rate: yearly_rate?,
        borrowing_base: borrowing_base?,
        from: from?,
        until: until.map_or(Some(context.horizon.end()), |(_, until)| until)?,
    })
}

//! Grants: an award in budget periods, whole or by year, flat, tapered or listed.
//!
//! An amount that is split over periods is split by cumulative rounding, so that the periods sum to
//! the award to the cent.

use super::context::Context;
use super::field::{Field, Within};
use super::keys_stream::{CARRYOVERS, PERIODS, TAPERS};
use super::reader::TableReader;
use super::resolve_streams::{Head, backwards, out_of_order, status};
use super::resolve_terms::{AT_ONCE, REIMBURSED, count, payment};
use super::syntax::Value;
use super::text::Span;
use crate::diagnostic::Code;
use crate::funding::grant::{BudgetPeriod, Carryover, Renewal};
use crate::funding::{Grant, Status};
use crate::money::{Money, Rate};
use crate::month::Month;

/// The terms of a grant.
pub fn grant(context: &Context<'_>, reader: &mut TableReader<'_>, head: &Head) -> Option<Grant> {
    let carryovers =
        [Carryover::Automatic, Carryover::Approved, Carryover::ByApproval, Carryover::None];
    let carryover = match reader.get("carryover") {
        None => Some(Carryover::None),
        Some(field) => field.word(CARRYOVERS).map(|at| carryovers[at]),
    };
    let extension_months = count(reader, "no-cost-extension-months", 0);
    let renewal = reader.get("renewal").map(renewal);
    let milestone = reader.get("milestone").map(|field| (field.span(), field.month()));
    if let (Some((span, Some(month))), Some(until)) = (milestone, head.until)
        && month > until
        && head.term_known
    {
        let message = format!("the milestone of {month} comes after the award ends in {until}");
        let remedy = format!("write a month up to {until}");
        context.desk.fault(Code::Order, span, message, "never released", remedy);
    }
    let fixed_amount = reader.get("fixed-amount").map_or(Some(false), Field::bool);
    let by_agreement = fixed_amount == Some(true);
    let default = if head.federal && !by_agreement { REIMBURSED } else { AT_ONCE };
    if by_agreement {
        fixed(context, reader);
    }
    let payment = payment(reader.get("payment"), default);
    let periods = periods(context, reader, head);
    Some(Grant {
        from: head.from?,
        until: head.until?,
        periods: periods?,
        carryover: carryover?,
        extension_months: extension_months?,
        payment: payment?,
        renewal: renewal.map_or(Some(None), |renewal| renewal.map(Some))?,
        milestone: milestone.map_or(Some(None), |(_, month)| month.map(Some))?,
        fixed_amount: fixed_amount?,
    })
}

/// Tells what a fixed-amount award cannot have: match, and payment by actual cost.
fn fixed(context: &Context<'_>, reader: &mut TableReader<'_>) {
    if let Some(entry) = reader.peek("match") {
        let message = "a fixed-amount award must not be used where match is required";
        let cause = "with `fixed-amount` (2 CFR 200.201(b)(2))";
        let remedy = "delete `match`, or `fixed-amount`";
        context.desk.fault(Code::RuleBroken, entry.key, message, cause, remedy);
    }
    for key in ["cap", "floor", "indirect", "budget", "renewal"] {
        let Some(entry) = reader.peek(key) else { continue };
        let message = format!("`{key}` does not go with an award of a fixed amount");
        let cause = "it has no account of actual cost (2 CFR 200.201(b)(1))";
        let remedy = match key {
            "renewal" => "write the next award as a stream of its own",
            _ => "delete it, or `fixed-amount`",
        };
        context.desk.fault(Code::RuleBroken, entry.key, message, cause, remedy);
    }
    let payment = reader.peek("payment").and_then(|entry| Some((entry, entry.node.table()?)));
    let method = payment.and_then(|(entry, table)| Some((entry, table.get("method")?)));
    if let Some((entry, _)) =
        method.filter(|(_, method)| method.node.text() == Some("reimbursement"))
    {
        let message = "a fixed-amount award is paid as agreed, not by what was spent";
        let cause = "with `fixed-amount` (2 CFR 200.201(b)(1))";
        let remedy = "write `method = \"advance\"`, or budget periods with their milestones";
        context.desk.fault(Code::RuleBroken, entry.key, message, cause, remedy);
    }
}

fn renewal(field: Field<'_>) -> Option<Renewal> {
    let mut reader = field.table(&["renewal"])?;
    let probability = reader.need("probability").and_then(|field| field.share(Within::Whole));
    let years = reader.need("years").and_then(Field::count);
    let share = reader.need("share").and_then(|field| field.share(Within::Positive));
    let certainty = match reader.get("status") {
        None => Some(Status::Prospective),
        field => status(field),
    };
    reader.finish();
    Some(Renewal { probability: probability?, years: years?, share: share?, status: certainty? })
}

fn periods(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    head: &Head,
) -> Option<Vec<BudgetPeriod>> {
    let stated = reader.get("budget-periods");
    if let Some(field) = &stated
        && let Value::List(_) = field.node().value
    {
        let why = "does not go with a list of budget periods";
        for key in ["award", "yearly", "amounts", "taper"] {
            reader.refuse(key, why, "delete it: each period has its own amount");
        }
        return listed(context, field.clone(), head);
    }
    let form =
        reader.one_of(Code::AmountForm, "how much it grants", &["award", "yearly", "amounts"]);
    let by_year = match stated {
        None => Some(form == Some("amounts")),
        Some(field) => field.word(PERIODS).map(|at| at == 1),
    };
    let award = reader.get("award").map(|field| (field.span(), field.money()));
    let yearly = reader.get("yearly").map(|field| (field.span(), field.money()));
    let amounts = reader.get("amounts").map(|field| (field.span(), all_money(field)));
    let taper = reader.get("taper").map(|field| (field.at, taper(field)));
    if let Some((span, _)) = &taper
        && (form.is_some_and(|form| form != "award") || by_year == Some(false))
    {
        let message = "a taper goes with `award` and yearly budget periods";
        let remedy = "write `award` and `budget-periods = \"yearly\"`, or delete the taper";
        context.desk.fault(Code::Conflict, *span, message, "", remedy);
        return None;
    }
    let (from, until) = (head.from?, head.until?);
    if !head.term_known {
        return None;
    }
    let terms = if by_year? { years(from, until) } else { vec![(from, until)] };
    let parts = match form? {
        "award" => {
            let weights = match taper {
                Some((_, taper)) => taper?.weights(terms.len()),
                None => terms.iter().map(|(first, last)| length(*first, *last)).collect(),
            };
            spread(award.and_then(|(_, award)| award)?, &weights)
        }
        "yearly" => {
            let (span, amount) = yearly?;
            by_length(context, amount?, &terms, span)?
        }
        _ => {
            let (span, amounts) = amounts?;
            let amounts = amounts?;
            counted(context, &amounts, &terms, span)?;
            amounts
        }
    };
    let period = |((first, last), amount): ((Month, Month), Money)| BudgetPeriod {
        first,
        last,
        amount,
        status: head.status,
        milestone: None,
    };
    Some(terms.into_iter().zip(parts).map(period).collect())
}

fn all_money(field: Field<'_>) -> Option<Vec<Money>> {
    let amounts: Vec<Option<Money>> = field.items()?.into_iter().map(Field::money).collect();
    amounts.into_iter().collect()
}

fn counted(
    context: &Context<'_>,
    amounts: &[Money],
    terms: &[(Month, Month)],
    span: Span,
) -> Option<()> {
    if amounts.len() == terms.len() {
        return Some(());
    }
    let plural =
        |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let message = format!(
        "`amounts` lists {}, and the award has {}",
        plural(amounts.len(), "amount"),
        plural(terms.len(), "budget period")
    );
    let remedy = "write one amount a period, or change `from`, `until` or `budget-periods`";
    context.desk.fault(Code::Periods, span, message, "", remedy);
    None
}

/// Months from the first to the last, both with it.
fn length(first: Month, last: Month) -> i128 {
    i128::from(last.since(first) + 1)
}

/// Twelve months each from the first month; the last one may be short.
fn years(from: Month, until: Month) -> Vec<(Month, Month)> {
    let mut terms = Vec::new();
    let mut first = from;
    while first <= until {
        let last = first.plus(11).map_or(until, |last| last.min(until));
        terms.push((first, last));
        let Some(next) = last.plus(1) else { break };
        first = next;
    }
    terms
}

/// An amount split by weights, with cumulative rounding.
fn spread(amount: Money, weights: &[i128]) -> Vec<Money> {
    let whole: i128 = weights.iter().sum();
    let mut part = 0;
    let mut before = Money::ZERO;
    let mut parts = Vec::new();
    for weight in weights {
        part += weight;
        let now = amount.portion(part, whole);
        parts.push(now - before);
        before = now;
    }
    parts
}

/// A yearly amount for each term: a part of a year has its months' part.
fn by_length(
    context: &Context<'_>,
    yearly: Money,
    terms: &[(Month, Month)],
    span: Span,
) -> Option<Vec<Money>> {
    let mut sum = 0_i128;
    let mut parts = Vec::new();
    for (first, last) in terms {
        let months = length(*first, *last) as u32;
        let cents = i128::from(yearly.cents()) * i128::from(months / 12)
            + i128::from(yearly.share(months % 12, 12).cents());
        sum += cents;
        parts.push(Money::try_from_cents(cents));
    }
    if Money::try_from_cents(sum).is_none() {
        let message = format!("`{yearly}` a year comes to more than {} over the award", Money::MAX);
        context.desk.fault(Code::Overflow, span, message, "too large", "write a smaller amount");
        return None;
    }
    parts.into_iter().collect()
}

/// How an award declines.
enum Taper {
    Linear,
    Geometric(Rate),
}

impl Taper {
    /// The weight of each period. A geometric weight is rounded to nine places at each step, so
    /// that a workbook can repeat it.
    fn weights(&self, periods: usize) -> Vec<i128> {
        match self {
            Taper::Linear => (1..=periods as i128).rev().collect(),
            Taper::Geometric(ratio) => {
                let shrink = Rate::from_billionths(ratio.billionths() - Rate::ONE.billionths());
                let mut weight = Rate::ONE;
                let mut weights = Vec::new();
                for _ in 0..periods {
                    weights.push(weight.billionths());
                    weight = shrink.and_then(|shrink| weight.grown(shrink)).unwrap_or(Rate::ZERO);
                }
                weights
            }
        }
    }
}

fn taper(field: Field<'_>) -> Option<Taper> {
    let mut reader = field.table(&["taper"])?;
    let shape = reader.need("shape").and_then(|field| field.word(TAPERS));
    let taper = match shape {
        Some(0) => {
            let why = "does not go with a linear taper";
            reader.refuse("ratio", why, "delete it: the steps are equal");
            Some(Taper::Linear)
        }
        Some(_) => {
            let ratio = reader.need("ratio").and_then(|field| field.share(Within::AboveNothing));
            ratio.map(Taper::Geometric)
        }
        None => {
            reader.get("ratio").and_then(|field| field.share(Within::AboveNothing));
            None
        }
    };
    reader.finish();
    taper
}

/// Periods stated one by one: in order, without overlap, within the award's term.
fn listed(context: &Context<'_>, field: Field<'_>, head: &Head) -> Option<Vec<BudgetPeriod>> {
    let span = field.span();
    let mut periods: Vec<BudgetPeriod> = Vec::new();
    let mut whole = true;
    for item in field.items()? {
        let at = item.span();
        match period(context, item, head) {
            Some(period) => {
                within(context, head, periods.last(), &period, at);
                periods.push(period);
            }
            None => whole = false,
        }
    }
    if periods.is_empty() && whole {
        let remedy = "write at least one period with `from`, `until` and `amount`";
        context.desk.fault(Code::Periods, span, "the list of periods is empty", "", remedy);
        return None;
    }
    whole.then_some(periods)
}

fn within(
    context: &Context<'_>,
    head: &Head,
    before: Option<&BudgetPeriod>,
    period: &BudgetPeriod,
    span: Span,
) {
    let term = head.from.zip(head.until).filter(|_| head.term_known);
    if let Some(before) = before.filter(|before| period.first <= before.last) {
        let message = format!(
            "the period from {} begins before the one to {} ends",
            period.first, before.last
        );
        let cause = "overlaps: a cost belongs to one budget period (2 CFR 200.403(h))";
        let remedy = "write periods in order, without overlap";
        context.desk.fault(Code::Periods, span, message, cause, remedy);
    } else if let Some((from, until)) =
        term.filter(|(from, until)| period.first < *from || period.last > *until)
    {
        let message = format!(
            "the period {} to {} leaves the award's term, {from} to {until}",
            period.first, period.last
        );
        let cause = "outside the term (2 CFR 200.403(h))";
        let remedy = "write periods within `from` and `until` of the award";
        context.desk.fault(Code::Periods, span, message, cause, remedy);
    }
}

fn period(context: &Context<'_>, field: Field<'_>, head: &Head) -> Option<BudgetPeriod> {
    let mut reader = field.table(&["period"])?;
    let first = reader.need("from").and_then(Field::first_month);
    let last = reader.need("until").map(|field| (field.span(), field.last_month()));
    let amount = reader.need("amount").and_then(Field::money);
    let certainty = match reader.get("status") {
        None => Some(head.status),
        field => status(field),
    };
    if let Some(field) = reader.get("probability") {
        field.share(Within::Whole);
    }
    let milestone = reader.get("milestone").map(Field::month);
    let cause = backwards(&reader);
    let ends = last.and_then(|(_, last)| last);
    let order = first.zip(ends).map(|term| out_of_order(&reader, "the period", term));
    reader.finish();
    let (first, (span, last)) = (first?, last?);
    let last = last?;
    if last < first {
        let (message, remedy) = order?;
        context.desk.fault(Code::Order, span, message, cause, remedy);
        return None;
    }
    Some(BudgetPeriod {
        first,
        last,
        amount: amount?,
        status: certainty?,
        milestone: milestone.map_or(Some(None), |month| month.map(Some))?,
    })
}

//! The terms of public money, by method.

use super::context::Context;
use super::field::{Field, Within};
use super::keys_terms::{MATCH_TABLES, PUBLIC_METHODS, PUBLIC_TERMS};
use super::reader::TableReader;
use super::resolve_costs::by_year;
use super::resolve_payers::months_of_rule;
use super::resolve_streams::Head;
use super::resolve_terms::{AT_ONCE, earliest, payment, payments, share};
use super::text::Span;
use crate::diagnostic::{Code, nearest, visible};
use crate::driver::Stepped;
use crate::funding::public::{AdministrativeClaim, PublicMethod};
use crate::funding::{Public, Scheduled};
use crate::money::{Money, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::rules::Parameter;

/// The terms of public money.
pub fn public(context: &Context<'_>, stream: &mut TableReader<'_>, head: &Head) -> Option<Public> {
    let payment = payment(stream.get("payment"), AT_ONCE);
    let mut reader = stream.need("terms").and_then(|field| field.table(&["terms.public"]))?;
    let mut from = head.from.unwrap_or(context.horizon.start);
    let method = match reader.need("method").and_then(|field| field.word(PUBLIC_METHODS)) {
        None => {
            reader.take_all("terms");
            None
        }
        Some(at) => {
            reader.also(&[PUBLIC_TERMS[at + 1]]);
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
                4 => matched(context, &mut reader, head),
                5 => claim(&mut reader).map(PublicMethod::AdministrativeClaiming),
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

/// The federal fiscal year begins in October.
const FEDERAL_YEAR: u32 = 10;

fn matched(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    head: &Head,
) -> Option<PublicMethod> {
    let form = reader.one_of(Code::AmountForm, "which share it pays", &["rate", "state"]);
    let rate = reader.get("rate").map(|field| field.share(Within::BelowWhole));
    let state = reader.get("state").map(|field| (field.span(), field.text()));
    if form == Some("rate") {
        reader.refuse("table", "goes with `state` alone", "delete it, or name the state");
    }
    let table = reader.get("table").map_or(Some(0), |field| field.word(MATCH_TABLES));
    let yearly = reader.get("yearly-limit").map(Field::money);
    let share = match form? {
        "rate" => rate.flatten().map(Stepped::steady),
        _ => {
            let (span, state) = state?;
            let parameter = [Parameter::Fmap, Parameter::EnhancedFmap][table?];
            published(context, reader, head, parameter, &state?, span)
        }
    };
    let yearly = yearly.map_or(Some(None), |yearly| yearly.map(Some));
    Some(PublicMethod::Match { share: share?, yearly: yearly? })
}

/// The federal shares that were published for a state, from October to October. The last one holds on
/// where none is published yet, which is told as a finding.
fn published(
    context: &Context<'_>,
    reader: &TableReader<'_>,
    head: &Head,
    parameter: Parameter,
    state: &str,
    span: Span,
) -> Option<Stepped<Rate>> {
    let series = parameter.series(state);
    if series.is_empty() {
        let message = format!("no federal share of a state `{}` is known", visible(state));
        let known: Vec<String> = parameter.subjects().into_iter().map(str::to_lowercase).collect();
        let remedy = match nearest(state, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{}`?", near.to_uppercase()),
            None => "write its two letters, such as `PA`, or the share as `rate`".to_string(),
        };
        context.desk.fault(Code::UnknownWord, span, message, "not in the table", remedy);
        return None;
    }
    if !context.horizon_known || !head.term_known {
        return None;
    }
    let horizon = context.horizon;
    let from = head.from.unwrap_or(horizon.start).max(horizon.start);
    let last = head.until.map_or(horizon.end(), |until| until.min(horizon.end())).max(from);
    let Some(first) = parameter.in_force(state, from) else {
        let earliest = series[0].from;
        let message = format!("no federal share of `{state}` is known before {earliest}");
        let remedy = "write the share as `rate`";
        context.desk.fault(Code::AmountForm, span, message, "the table begins later", remedy);
        return None;
    };
    let calendar = FiscalCalendar::starting(FEDERAL_YEAR);
    let held = series.iter().filter(|rule| rule.from >= first.from && rule.from <= last);
    let latest = held.clone().next_back()?;
    for rule in held.clone() {
        let carried = calendar.year_of(rule.from) + 1..=calendar.year_of(last);
        if rule == latest && !carried.is_empty() {
            reader.rests_on_carried("state", rule, (*carried.start(), *carried.end()));
        } else {
            reader.rests_on("state", rule);
        }
    }
    if let Some(rule) = held.clone().find(|rule| rule.share() >= Rate::ONE) {
        let message = format!("the federal share of `{state}` is 100% from {}", rule.from);
        let remedy = "state it as an appropriation or a formula grant: nothing needs to match it";
        context.desk.fault(Code::RuleBroken, span, message, "no match is needed", remedy);
        return None;
    }
    Stepped::from_steps(held.map(|rule| (rule.from, rule.share())).collect())
}

/// The federal shares of Medicaid's administration (42 USC 1396b(a)(2), (3) and (7)).
const ADMINISTRATIVE_SHARES: [&str; 3] = ["0.5", "0.75", "0.9"];

fn claim(reader: &mut TableReader<'_>) -> Option<AdministrativeClaim> {
    let pool = reader.need("cost-pool").and_then(Field::money);
    let activity = reader.need("activity").and_then(|field| field.share(Within::Whole));
    let eligible = reader.need("eligible").and_then(|field| field.share(Within::Whole));
    let federal_share = reader.need("federal-share").and_then(federal_share);
    let certified_by = reader.need("certified-by").and_then(Field::text);
    let lag_months =
        months_of_rule(reader, "cash-lag-months", Parameter::AdministrativeClaimingLag);
    Some(AdministrativeClaim {
        pool: pool?,
        activity: activity?,
        eligible: eligible?,
        federal_share: federal_share?,
        certified_by: certified_by?,
        lag_months: lag_months?,
    })
}

fn federal_share(field: Field<'_>) -> Option<Rate> {
    let (desk, span) = (field.desk, field.span());
    let share = field.share(Within::Whole)?;
    if !ADMINISTRATIVE_SHARES.iter().any(|known| Rate::parse(known) == Ok(share)) {
        let message = "the federal share of Medicaid's administration is 50%, 75% or 90%";
        let cause = "42 USC 1396b(a)";
        let remedy = "write `50%`, or what the law gives to this activity";
        desk.fault(Code::RuleBroken, span, message, cause, remedy);
        return None;
    }
    Some(share)
}

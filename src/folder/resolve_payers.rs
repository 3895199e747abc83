//! The terms of payer contracts, by method.

use super::context::Context;
use super::field::{Field, Within};
use super::keys_terms::{PARTNERS_PAID, PAYER_METHODS, PAYER_TERMS, SETTINGS};
use super::meant;
use super::reader::TableReader;
use super::resolve_costs::percent;
use super::resolve_streams::Head;
use super::resolve_terms::{REIMBURSED, count, driver, payment, share};
use super::syntax::Value;
use super::tables::calendar_year;
use super::text::Span;
use crate::diagnostic::{Code, visible};
use crate::funding::Payer;
use crate::funding::payer::community_health::UnitPrices;
use crate::funding::payer::reinvestment::ProfitYear;
use crate::funding::payer::{
    Claims, CommunityHealth, PartnersPaid, Pathway, PayerMethod, Pricing, Reinvestment, Scored,
    TrueUp,
};
use crate::money::{Price, Rate};
use crate::month::Month;
use crate::rules::Parameter;

/// The terms of a payer contract.
pub fn payer(context: &Context<'_>, stream: &mut TableReader<'_>, head: &Head) -> Option<Payer> {
    let mut reader = stream.need("terms").and_then(|field| field.table(&["terms.payer"]))?;
    let at = reader.need("method").and_then(|field| field.word(PAYER_METHODS));
    let method = match at {
        Some(at) => {
            reader.also(&[PAYER_TERMS[at + 1]]);
            if PAYER_METHODS[at] != "cost-reimbursement" {
                let why = "goes with `method = \"cost-reimbursement\"` alone";
                let remedy = "delete it: `collection-lag-months` of the terms says when it is paid";
                stream.refuse("payment", why, remedy);
            }
            method(context, stream, &mut reader, head, PAYER_METHODS[at])
        }
        None => {
            reader.take_all("terms");
            None
        }
    };
    let growth = share(&mut reader, "growth", Within::Growth, Rate::ZERO);
    let by_member = at.is_some_and(|at| matches!(PAYER_METHODS[at], "pmpm" | "capitation"));
    let true_up = by_member.then(|| reader.get("true-up").map(true_up)).flatten();
    let withhold = reader.get("withhold").map(|field| scored(field, Within::Whole));
    let bonus = reader.get("bonus").map(|field| scored(field, Within::Positive));
    let medicaid = reader.get("medicaid").map_or(Some(false), Field::bool);
    let pass_through = share(&mut reader, "pass-through", Within::Whole, Rate::ZERO);
    let partners_paid = partners_paid(context, &mut reader, pass_through);
    let collection = collection(&mut reader);
    reader.finish();
    Some(Payer {
        from: head.from.unwrap_or(context.horizon.start),
        method: method?,
        growth: growth?,
        true_up: true_up.map_or(Some(None), |true_up| true_up.map(Some))?,
        withhold: withhold.map_or(Some(None), |scored| scored.map(Some))?,
        bonus: bonus.map_or(Some(None), |scored| scored.map(Some))?,
        medicaid: medicaid?,
        pass_through: pass_through?,
        partners_paid: partners_paid?,
        collection: collection?,
    })
}

fn method(
    context: &Context<'_>,
    stream: &mut TableReader<'_>,
    reader: &mut TableReader<'_>,
    head: &Head,
    word: &str,
) -> Option<PayerMethod> {
    match word {
        "pmpm" => {
            let (members, rate) = counted(context, reader, "members");
            Some(PayerMethod::Pmpm { members: members?, rate: rate? })
        }
        "capitation" => {
            let (members, rate) = counted(context, reader, "members");
            Some(PayerMethod::Capitation { members: members?, rate: rate? })
        }
        "fee-for-service" => fee_for_service(context, reader, head),
        "community-health-integration" => {
            community_health(context, reader, head).map(PayerMethod::CommunityHealth)
        }
        "case-rate" => {
            let (cases, rate) = counted(context, reader, "cases");
            Some(PayerMethod::CaseRate { cases: cases?, rate: rate? })
        }
        "outcome" => outcome(context, reader).map(PayerMethod::Outcome),
        "cost-reimbursement" => {
            let payment = payment(stream.get("payment"), REIMBURSED);
            let yearly = reader.need("yearly").and_then(Field::money);
            Some(PayerMethod::CostReimbursement { yearly: yearly?, payment: payment? })
        }
        _ => {
            let why = "does not go with reinvestment, which comes once for a year of profit";
            stream.refuse("evergreen", why, "delete it, and write `until`");
            let remedy = "delete it: the health plan decides what it pays of its profit";
            let others =
                ["growth", "withhold", "bonus", "pass-through", "partners-paid", "collection"];
            for key in others.into_iter().chain(["collection-lag-months"]) {
                reader.refuse(key, "does not go with `community-reinvestment`", remedy);
            }
            reinvestment(context, reader, head).map(PayerMethod::CommunityReinvestment)
        }
    }
}

/// What is counted and the price of one.
fn counted(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    key: &str,
) -> (Option<crate::name::DriverIndex>, Option<Price>) {
    (driver(context, reader, key), reader.need("rate").and_then(Field::price))
}

fn true_up(field: Field<'_>) -> Option<TrueUp> {
    let mut reader = field.table(&["true-up"])?;
    let retained = reader.need("retained").and_then(|field| field.share(Within::Multiple));
    let after_months = reader.need("after-months").and_then(Field::count);
    reader.finish();
    Some(TrueUp { retained: retained?, after_months: after_months? })
}

/// When partners are paid. Where nothing is kept there is no money of the contract's own in the books,
/// so that an advance to partners could not stand in them.
fn partners_paid(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    pass_through: Option<Rate>,
) -> Option<PartnersPaid> {
    let Some(field) = reader.get("partners-paid") else { return Some(PartnersPaid::WhenPaid) };
    let span = field.span();
    let paid = match field.word(PARTNERS_PAID)? {
        0 => PartnersPaid::WhenPaid,
        _ => PartnersPaid::WhenEarned,
    };
    if paid == PartnersPaid::WhenEarned && pass_through == Some(Rate::ONE) {
        let message = "`partners-paid = \"when-earned\"` with a `pass-through` of 100%";
        let cause = "nothing of the payment is the partnership's own";
        let remedy = "write the share that is kept, or state the partners' money as a line of cost";
        context.desk.fault(Code::RuleBroken, span, message, cause, remedy);
        return None;
    }
    Some(paid)
}

/// What of allowed fees is paid.
fn claims(reader: &mut TableReader<'_>) -> Option<Claims> {
    let payer_share = share(reader, "payer-share", Within::Whole, Rate::ONE);
    let sequestration = share(reader, "sequestration", Within::Whole, Rate::ZERO);
    let denial = share(reader, "denial", Within::Whole, Rate::ZERO);
    let overturned = share(reader, "overturned", Within::Whole, Rate::ZERO);
    let collected = share(reader, "coinsurance-collected", Within::Whole, Rate::ZERO);
    Some(Claims {
        payer_share: payer_share?,
        sequestration: sequestration?,
        denial: denial?,
        overturned: overturned?,
        coinsurance_collected: collected?,
    })
}

fn fee_for_service(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    head: &Head,
) -> Option<PayerMethod> {
    let units = driver(context, reader, "units");
    let form = reader.one_of(Code::AmountForm, "what a unit is paid", &["rate", "rates"]);
    let rate = reader.get("rate").map(Field::price);
    let rates = reader.get("rates").map(|field| {
        let span = field.span();
        (by_calendar_year(context, field, Field::price), span)
    });
    let claims = claims(reader);
    let pricing = match form? {
        "rate" => Pricing::One(rate.flatten()?),
        _ => {
            refuse_growth(reader);
            let (prices, span) = rates?;
            let prices = prices?;
            let stated: Vec<i32> = prices.iter().map(|(year, _)| *year).collect();
            let lacking = lacking(context, head, &stated);
            if let Some(year) = lacking {
                let message = format!("`rates` has no rate for services of {year}");
                let cause = format!("rates of {}", years(&stated));
                let remedy = format!(
                    "add `CY{year}`: a fee schedule is not carried forward to a year that it does \
                     not name"
                );
                context.desk.fault(Code::AmountForm, span, message, cause, remedy);
                return None;
            }
            Pricing::ByYear(prices)
        }
    };
    Some(PayerMethod::FeeForService { units: units?, pricing, claims: claims? })
}

fn refuse_growth(reader: &mut TableReader<'_>) {
    let remedy = "delete it: each year has the price that is stated or published for it";
    reader.refuse("growth", "does not go with prices by year", remedy);
}

fn community_health(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    head: &Head,
) -> Option<CommunityHealth> {
    let patients = driver(context, reader, "patients");
    let minutes = reader.need("minutes").and_then(minutes);
    let visit = reader.need("initiating-visit").map(|field| (field.span(), field.bool()));
    if let Some((span, Some(false))) = visit {
        let message = "community health integration is paid only after an initiating visit";
        let cause = "a billing practitioner's visit must come first (88 FR 78818)";
        let remedy = "write `true` once it is arranged, or leave the stream out";
        context.desk.fault(Code::RuleBroken, span, message, cause, remedy);
    }
    let form = reader.one_of(Code::AmountForm, "what a unit is paid", &["setting", "rates"]);
    let setting = reader.get("setting").map(|field| (field.span(), field.word(SETTINGS)));
    let rates = reader.get("rates").map(|field| (field.span(), unit_prices(context, field)));
    refuse_growth(reader);
    let claims = claims(reader);
    let prices = match form? {
        "setting" => {
            let (span, at) = setting?;
            published(context, reader, head, SETTINGS[at?], span)
        }
        _ => {
            let (span, prices) = rates?;
            let prices = prices?;
            let stated: Vec<i32> = prices.iter().map(|prices| prices.year).collect();
            if let Some(year) = lacking(context, head, &stated) {
                let message = format!("`rates` has no prices for services of {year}");
                let cause = format!("prices of {}", years(&stated));
                let remedy = format!("add `CY{year}` with its two prices");
                context.desk.fault(Code::AmountForm, span, message, cause, remedy);
                return None;
            }
            Some(prices)
        }
    };
    Some(CommunityHealth {
        patients: patients?,
        minutes: minutes?,
        prices: prices?,
        claims: claims?,
    })
}

/// The prices that Medicare published for the contract's years of service.
fn published(
    context: &Context<'_>,
    reader: &TableReader<'_>,
    head: &Head,
    setting: &str,
    span: Span,
) -> Option<Vec<UnitPrices>> {
    let (first, further) = (Parameter::CommunityHealthFirst, Parameter::CommunityHealthFurther);
    let mut prices = Vec::new();
    let published = |year: i32| {
        let january = Month::new(year, 1)?;
        Some((first.published(setting, january), further.published(setting, january)))
    };
    // What a score pays in the plan may be earned before it.
    let scored = reader.has("withhold") || reader.has("bonus");
    for year in years_before(context, head).filter(|_| scored) {
        if let Some((Some(of_first), Some(of_further))) = published(year) {
            reader.rests_on("setting", of_first);
            reader.rests_on("setting", of_further);
            prices.push(UnitPrices { year, first: of_first.price(), further: of_further.price() });
        }
    }
    for year in service_years(context, head) {
        let rules = published(year)?;
        let (Some(of_first), Some(of_further)) = rules else {
            let known: Vec<i32> =
                first.series(setting).iter().map(|rule| rule.from.year()).collect();
            let message = format!("no price of community health integration is known for {year}");
            let cause = format!("known for `{setting}`: {}", years(&known));
            let remedy = format!(
                "write `rates = {{ CY{year} = {{ first = ..., further = ... }} }}` in place of \
                 `setting`, with every year of service"
            );
            context.desk.fault(Code::AmountForm, span, message, cause, remedy);
            return None;
        };
        reader.rests_on("setting", of_first);
        reader.rests_on("setting", of_further);
        prices.push(UnitPrices { year, first: of_first.price(), further: of_further.price() });
    }
    Some(prices)
}

fn unit_prices(context: &Context<'_>, field: Field<'_>) -> Option<Vec<UnitPrices>> {
    let prices = by_calendar_year(context, field, |field| {
        let mut reader = field.table(&["community-health-rate"])?;
        let first = reader.need("first").and_then(Field::price);
        let further = reader.need("further").and_then(Field::price);
        reader.finish();
        first.zip(further)
    })?;
    let unit = |(year, (first, further))| UnitPrices { year, first, further };
    Some(prices.into_iter().map(unit).collect())
}

/// The minutes of a patient's month: one number, or shares of patients that make up the whole.
fn minutes(field: Field<'_>) -> Option<Vec<(u32, Rate)>> {
    if !matches!(field.node().value, Value::List(_)) {
        return field.count().map(|minutes| vec![(minutes, Rate::ONE)]);
    }
    let (desk, span) = (field.desk, field.span());
    let mut parts = Vec::new();
    let mut whole = true;
    for item in field.items()? {
        let Some(mut reader) = item.table(&["minutes"]) else {
            whole = false;
            continue;
        };
        let minutes = reader.need("minutes").and_then(Field::count);
        let part = reader.need("share").and_then(|field| field.share(Within::Whole));
        reader.finish();
        whole &= minutes.is_some() && part.is_some();
        parts.extend(minutes.zip(part));
    }
    let sum: i128 = parts.iter().map(|(_, part)| part.billionths()).sum();
    if whole && sum != Rate::ONE.billionths() {
        let message = format!("the shares of patients sum to {}", percent(sum));
        let remedy = "write shares that sum to 100%; who is served below an hour counts too";
        desk.fault(Code::SharesOverWhole, span, message, "not 100%", remedy);
        return None;
    }
    whole.then_some(parts)
}

fn outcome(context: &Context<'_>, reader: &mut TableReader<'_>) -> Option<Vec<Pathway>> {
    let form = reader.one_of(Code::AmountForm, "what outcomes are paid", &["opened", "pathways"]);
    let list = reader.get("pathways");
    if form.is_none() && list.is_some() {
        reader.take_all("terms");
        return None;
    }
    if form != Some("pathways") {
        return pathway(context, reader).map(|pathway| vec![pathway]);
    }
    for key in ["completion", "completion-lag-months", "rate"] {
        reader.refuse(key, "does not go with `pathways`", "state it for each pathway");
    }
    let list = list?;
    let (desk, span) = (list.desk, list.span());
    let mut names: Vec<String> = Vec::new();
    let mut pathways = Vec::new();
    for item in list.items()? {
        let mut reader = item.table(&["pathway"])?;
        let name = reader.need("name").map(|field| (field.span(), field.own_word()));
        if let Some((span, Some(name))) = name {
            if names.contains(&name) {
                let message = format!("pathway `{name}` stands twice");
                let remedy = "one completion is paid once: keep one of them";
                desk.fault(Code::IdTaken, span, message, "named before", remedy);
            }
            names.push(name);
        }
        if !reader.has("opened") {
            reader.missing("opened");
        }
        pathways.push(pathway(context, &mut reader));
        reader.finish();
    }
    if pathways.is_empty() {
        let remedy = "write at least one pathway, or `opened` and `rate`";
        desk.fault(Code::AmountForm, span, "the list of pathways is empty", "", remedy);
        return None;
    }
    pathways.into_iter().collect()
}

fn pathway(context: &Context<'_>, reader: &mut TableReader<'_>) -> Option<Pathway> {
    let opened = reader.get("opened").and_then(|field| context.driver(field));
    let completion = share(reader, "completion", Within::Whole, Rate::ONE);
    let lag_months = count(reader, "completion-lag-months", 0);
    let rate = reader.need("rate").and_then(Field::price);
    Some(Pathway { opened: opened?, completion: completion?, lag_months: lag_months?, rate: rate? })
}

fn scored(field: Field<'_>, within: Within) -> Option<Scored> {
    let mut reader = field.table(&["scored"])?;
    let part = reader.need("share").and_then(|field| field.share(within));
    let score = reader.need("score").and_then(|field| field.share(Within::Whole));
    let measured = reader.get("measured").map_or(Some(12), Field::month_name);
    let paid_after_months = match reader.get("paid-after-months") {
        Some(field) => after_measured(field),
        None => Some(6),
    };
    reader.finish();
    Some(Scored {
        share: part?,
        score: score?,
        measured: measured?,
        paid_after_months: paid_after_months?,
    })
}

/// Months to the payment of what is scored. A negative number would pay it before it is measured.
fn after_measured(field: Field<'_>) -> Option<u32> {
    let before = matches!(&field.node().value, Value::Number(text) if text.starts_with('-'));
    if before {
        let message = "what is scored would be paid before the measured period ends";
        let cause = "42 CFR 438.6(b)";
        let remedy = "write how many months after the period's end it is paid, from 0 on";
        field.desk.fault(Code::RuleBroken, field.span(), message, cause, remedy);
        return None;
    }
    field.count()
}

fn reinvestment(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    head: &Head,
) -> Option<Reinvestment> {
    let income = reader.need("net-income");
    let span = income.as_ref().map_or(reader.key(), Field::span);
    let income = income.and_then(|field| by_calendar_year(context, field, Field::signed_money));
    let revenue =
        reader.need("revenue").and_then(|field| by_calendar_year(context, field, Field::money));
    let part = reader.need("share").and_then(|field| field.share(Within::Whole));
    let today = context.horizon.as_of;
    let mut of_rule = |key: &str, parameter: Parameter| match reader.get(key) {
        Some(field) => field.share(Within::Whole),
        None => {
            let rule = parameter.in_force("", today)?;
            reader.rests_on(key, rule);
            Some(rule.share())
        }
    };
    let lower_share = of_rule("lower-share", Parameter::ReinvestmentLowerShare);
    let upper_share = of_rule("upper-share", Parameter::ReinvestmentUpperShare);
    let threshold = of_rule("threshold", Parameter::ReinvestmentThreshold);
    let paid_after_months =
        months_of_rule(reader, "paid-after-months", Parameter::ReinvestmentMonths);
    let (income, revenue) = (income?, revenue?);
    let mut found = Vec::new();
    for (year, net_income) in &income {
        let Some((_, revenue)) = revenue.iter().find(|(other, _)| other == year) else {
            let message = format!("`revenue` has no amount for {year}, `net-income` has");
            let remedy = format!("add `CY{year}` to `revenue`: the tiers are shares of it");
            context.desk.fault(Code::AmountForm, span, message, "", remedy);
            continue;
        };
        found.push(ProfitYear { year: *year, net_income: *net_income, revenue: *revenue });
    }
    let terms = Reinvestment {
        years: found,
        lower_share: lower_share?,
        upper_share: upper_share?,
        threshold: threshold?,
        share: part?,
        paid_after_months: paid_after_months?,
    };
    outside_term(context, head, &terms, span);
    Some(terms)
}

/// Months that a key states, or else a rule.
pub fn months_of_rule(
    reader: &mut TableReader<'_>,
    key: &str,
    parameter: Parameter,
) -> Option<u32> {
    if let Some(field) = reader.get(key) {
        return field.count();
    }
    let rule = parameter.in_force("", Month::LAST)?;
    reader.rests_on(key, rule);
    u32::try_from(rule.count()).ok()
}

/// Tells a year of profit that is paid outside the stream's term.
fn outside_term(context: &Context<'_>, head: &Head, terms: &Reinvestment, span: Span) {
    for year in terms.years.iter().filter(|_| head.term_known) {
        let Some(paid) = terms.paid_in(year.year) else { continue };
        let early = head.from.is_some_and(|from| paid < from);
        let late = head.until.is_some_and(|until| paid > until);
        if early || late {
            let message =
                format!("the profit of {} is paid in {paid}, outside the stream's term", year.year);
            let remedy = "delete the year, or widen `from` and `until`";
            context.desk.fault(Code::MonthRange, span, message, "", remedy);
        }
    }
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
        let message = format!("the shares collected sum to {}", percent(sum));
        let remedy = "write shares that sum to 100%; what is never paid is `denial`";
        desk.fault(Code::SharesOverWhole, span, message, "not 100%", remedy);
        return None;
    }
    whole.then_some(parts)
}

/// What a table states by calendar year, in order.
fn by_calendar_year<'a, T>(
    context: &Context<'_>,
    field: Field<'a>,
    read: impl Fn(Field<'a>) -> Option<T>,
) -> Option<Vec<(i32, T)>> {
    let span = field.span();
    let mut found = Vec::new();
    let mut whole = true;
    for (label, key, field) in field.entries()? {
        match (calendar_year(label), read(field)) {
            (Some(year), Some(value)) => found.push((year, value)),
            (None, _) => {
                let message = format!("`{}` is not a calendar year", visible(label));
                let plain = meant::fiscal_year(label.trim_start_matches(['C', 'c']));
                let plain = plain.map_or("CY2025".to_string(), |plain| plain.replace("FY", "CY"));
                let remedy = format!("write `CY` and the year: `{plain}`");
                context.desk.fault(Code::MonthForm, key, message, "", remedy);
                whole = false;
            }
            (_, None) => whole = false,
        }
    }
    found.sort_by_key(|(year, _)| *year);
    if found.is_empty() && whole {
        let remedy = "write at least one year, such as `CY2025`";
        context.desk.fault(Code::AmountForm, span, "the table of years is empty", "", remedy);
        return None;
    }
    whole.then_some(found)
}

/// The calendar years in which a contract serves within the plan's months.
fn service_years(context: &Context<'_>, head: &Head) -> std::ops::RangeInclusive<i32> {
    let horizon = context.horizon;
    if !context.horizon_known || !head.term_known {
        return std::ops::RangeInclusive::new(1, 0);
    }
    let first = head.begins(context).max(horizon.start);
    let last = head.until.map_or(horizon.end(), |until| until.min(horizon.end()));
    if first > last { std::ops::RangeInclusive::new(1, 0) } else { first.year()..=last.year() }
}

/// The calendar years in which a contract served before the plan's months, and not within them.
fn years_before(context: &Context<'_>, head: &Head) -> std::ops::Range<i32> {
    let start = context.horizon.start;
    let first = head.begins(context);
    if !context.horizon_known || !head.term_known || first >= start {
        return 0..0;
    }
    let served = service_years(context, head);
    let ends = match served.is_empty() {
        true => head.until.map_or(start.year(), |until| until.year() + 1),
        false => *served.start(),
    };
    first.year()..ends
}

/// The first calendar year of service that a table does not state.
fn lacking(context: &Context<'_>, head: &Head, stated: &[i32]) -> Option<i32> {
    service_years(context, head).find(|year| !stated.contains(year))
}

/// Years in words: `2024, 2025`.
fn years(years: &[i32]) -> String {
    let words: Vec<String> = years.iter().map(ToString::to_string).collect();
    if words.is_empty() { "no year".to_string() } else { words.join(", ") }
}

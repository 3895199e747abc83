//! The terms of shared savings: a contract's own, or those of the Medicare programme.

use super::context::Context;
use super::field::{Field, Within};
use super::keys_savings::{PROGRAMMES, QUALITY_GATES, SAVINGS_TERMS};
use super::reader::TableReader;
use super::resolve_streams::Head;
use super::resolve_terms::{count, driver, share};
use crate::diagnostic::Code;
use crate::funding::SharedSavings;
use crate::funding::medicare::{Chosen, Standard};
use crate::funding::settlement::{Loss, LossRate, Relief, Share, Terms};
use crate::funding::shared_savings::{Advance, Agreement, Interim};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::rules::Parameter;
use crate::rules::mssp::{LAST_YEAR, Preset, Track};

/// The month in which Medicare's performance years begin.
const JANUARY: u32 = 1;

/// The terms of a stream of shared savings.
pub fn savings(
    context: &Context<'_>,
    stream: &mut TableReader<'_>,
    head: &Head,
) -> Option<SharedSavings> {
    let captured = share(stream, "captured", Within::Whole, Rate::ZERO);
    let loss_share = share(stream, "loss-share", Within::Whole, Rate::ZERO);
    let mut reader = stream.need("terms").and_then(|field| field.table(&SAVINGS_TERMS[..1]))?;
    let r = &mut reader;
    let from = head.from.unwrap_or(context.horizon.start);
    let programme = r.get("programme").map_or(Some(0), |field| field.word(PROGRAMMES));
    let members = driver(context, r, "members");
    let benchmark = r.need("benchmark").and_then(Field::price);
    let benchmark_growth = share(r, "benchmark-growth", Within::Growth, Rate::ZERO);
    let savings_rates = r.need("savings-rate").and_then(savings_rates);
    let lag_stated = r.has("settlement-lag-months");
    let settlement_lag_months = count(r, "settlement-lag-months", 10);
    let (mut interim, mut advance) = (Some(None), Some(None));
    let agreement = match programme {
        None => {
            r.take_all("terms");
            None
        }
        Some(0) => {
            r.also(&["terms.contract"]);
            interim = optional(r.get("interim").map(|field| early(field, settlement_lag_months)));
            contract(r).map(|terms| Agreement::Contract(Box::new(terms)))
        }
        Some(_) => {
            r.also(&["terms.mssp"]);
            let agreement = medicare(context, r, from);
            let track = agreement.as_ref().map(|(track, _)| *track);
            advance = optional(r.get("advance").map(|field| advances(field, track, from)));
            if !lag_stated && let Some(rule) = Parameter::SettlementLag.in_force("", from) {
                r.rests_on("settlement-lag-months", rule);
            }
            agreement.map(|(track, chosen)| Agreement::Medicare(track, Box::new(chosen)))
        }
    };
    reader.finish();
    Some(SharedSavings {
        from,
        members: members?,
        benchmark: benchmark?,
        benchmark_growth: benchmark_growth?,
        savings_rates: savings_rates?,
        agreement: agreement?,
        settlement_lag_months: settlement_lag_months?,
        interim: interim?,
        advance: advance?,
        captured: captured?,
        loss_share: loss_share?,
    })
}

/// What was read of a key that may be left out.
fn optional<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    read.map_or(Some(None), |read| read.map(Some))
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

fn contract(r: &mut TableReader<'_>) -> Option<Terms> {
    let minimum = share(r, "minimum-savings-rate", Within::Whole, Rate::ZERO);
    let first_dollar = r.get("first-dollar").map_or(Some(true), Field::bool);
    let sharing_rate = r.need("sharing-rate").and_then(|field| field.share(Within::Whole));
    let quality = share(r, "quality", Within::Whole, Rate::ONE);
    let gate = r.get("quality-gate").map_or(Some(0), |field| field.word(QUALITY_GATES));
    let threshold = match gate {
        Some(2) => r.need("quality-threshold").and_then(|field| field.share(Within::Whole)),
        _ => {
            let why = "goes with `quality-gate = \"all-or-nothing\"` alone";
            r.refuse("quality-threshold", why, "delete it, or write that gate");
            Some(Rate::ZERO)
        }
    };
    let sequestration = share(r, "sequestration", Within::Whole, Rate::ZERO);
    let cap = optional(r.get("cap").map(|field| field.share(Within::Whole)));
    let cap_amount = optional(r.get("cap-amount").map(Field::money));
    let loss_rate = share(r, "loss-rate", Within::Whole, Rate::ZERO);
    let loss_limit = optional(r.get("loss-limit").map(|field| field.share(Within::Whole)));
    let loss_amount = optional(r.get("loss-cap-amount").map(Field::money));
    let (sharing_rate, quality, threshold) = (sharing_rate?, quality?, threshold?);
    let share = match gate? {
        0 => Share::Scaled(sharing_rate),
        2 if quality < threshold => Share::None,
        _ => Share::Flat(sharing_rate),
    };
    Some(Terms {
        minimum: minimum?.into(),
        first_dollar: first_dollar?,
        quality,
        sequestration: sequestration?,
        cap: cap?,
        cap_amount: cap_amount?,
        loss: Some(Loss {
            rate: LossRate::Flat(loss_rate?),
            limit: loss_limit?,
            limit_amount: loss_amount?,
        }),
        ..Terms::new(share)
    })
}

/// An interim payment, which comes before the settlement.
fn early(field: Field<'_>, lag: Option<u32>) -> Option<Interim> {
    let mut reader = field.table(&["interim"])?;
    let after = reader.need("after-months").map(|field| (field.desk, field.span(), field.count()));
    let part = reader.need("share").and_then(|field| field.share(Within::Whole));
    reader.finish();
    let (desk, span, after_months) = after?;
    let after_months = after_months?;
    if let Some(lag) = lag.filter(|lag| after_months >= *lag) {
        let message = format!("the interim payment comes {after_months} months after the year");
        let cause = format!("the settlement comes after {lag}");
        let remedy = "write fewer months, or delete `interim`";
        desk.fault(Code::Order, span, message, cause, remedy);
    }
    Some(Interim { after_months, share: part? })
}

/// The track and what is chosen; its years are those of the calendar.
fn medicare(
    context: &Context<'_>,
    r: &mut TableReader<'_>,
    from: Month,
) -> Option<(Track, Chosen)> {
    if Month::new(from.year(), JANUARY) != Some(from) {
        let message = format!("the first performance year would begin in {from}");
        let cause = "Medicare's performance years are calendar years (42 CFR 425.20)";
        let remedy = "write a January as the stream's `from`";
        context.desk.fault(Code::MonthRange, r.key(), message, cause, remedy);
    }
    let track = r.need("track").and_then(|field| field.word(Track::WORDS));
    let minimum = optional(r.get("minimum-savings-rate").map(|field| field.share(Within::Whole)));
    let quality = optional(r.get("quality").map(|field| field.share(Within::Whole)));
    let standard = r.get("quality-standard").map_or(Some(0), |field| field.word(Standard::WORDS));
    let low_revenue = r.get("low-revenue").map_or(Some(false), Field::bool);
    let limit = optional(r.get("loss-limit-amount").map(Field::money));
    let relief = optional(r.get("relief").map(Field::money));
    let track = Track::ALL[track?];
    rests_on(r, track, from, context.horizon.end());
    Some((
        track,
        Chosen {
            beneficiaries: 0,
            minimum: minimum?.map(Into::into),
            quality: quality?,
            standard: Standard::ALL[standard?],
            low_revenue: low_revenue?,
            relief: relief?.map(Relief::Amount),
            loss_limit_amount: limit?,
        },
    ))
}

/// Notes the rules that hold in the years from `from` to the horizon's end.
fn rests_on(r: &TableReader<'_>, track: Track, from: Month, end: Month) {
    for year in from.year()..=end.year().min(LAST_YEAR).max(from.year()) {
        let Ok(preset) = Preset::carried(track, year) else { continue };
        for rule in preset.rules() {
            r.rests_on("track", rule);
        }
    }
}

/// Advance payments, which only the BASIC track makes, to those that begin from 2024 on.
fn advances(field: Field<'_>, track: Option<Track>, from: Month) -> Option<Advance> {
    let (desk, span) = (field.desk, field.span());
    let mut reader = field.table(&["savings-advance"])?;
    let rule = |parameter: Parameter| parameter.in_force("", from);
    let begun = rule(Parameter::AdvanceOnce).is_some();
    if track.is_some_and(|track| !track.is_basic()) || !begun {
        let message = "no advance is paid there (42 CFR 425.630)";
        let cause = "advances go to organisations that begin in the BASIC track from 2024 on";
        desk.fault(Code::RuleBroken, span, message, cause, "delete `advance`");
    }
    let once = match reader.get("once") {
        Some(field) => field.money(),
        None => rule(Parameter::AdvanceOnce).map_or(Some(Money::ZERO), |rule| {
            reader.rests_on("once", rule);
            Some(rule.money())
        }),
    };
    let rate = reader.need("rate").and_then(Field::price);
    let mut counted = |key: &'static str, parameter: Parameter| match reader.get(key) {
        Some(field) => field.count().map(i64::from),
        None => rule(parameter).map_or(Some(0), |rule| {
            reader.rests_on(key, rule);
            Some(rule.count())
        }),
    };
    let beneficiaries = counted("beneficiaries", Parameter::AdvanceBeneficiaries);
    let quarters = counted("quarters", Parameter::AdvanceQuarters);
    reader.finish();
    let quarters = u32::try_from(quarters?).ok()?;
    Some(Advance { once: once?, rate: rate?, beneficiaries: beneficiaries?, quarters })
}

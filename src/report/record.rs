//! The whole forecast as one value: what `forecast.json` holds.
//!
//! Money stands as text with two places and shares as text with six, so that no reader's binary
//! numbers change them.

use serde_json::{Value, json};

use super::words::view_word;
use super::{SCHEMA_VERSION, contract, reason, share_text};
use crate::forecast::Forecast;
use crate::ledger::Ledger;
use crate::measures::{
    CashMeasure, Cliff, CoverageRow, CreditMeasure, DebtRow, GapRow, IndirectRow, LadderRung,
    Measures, NetAssetsYear, PartnerRow, StrandedRow, Sustainability, YearMeasure,
};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::StreamIndex;
use crate::plan::Plan;
use crate::plan::check::Finding;
use crate::rebraiding::Move;

/// The forecast as a value.
pub fn forecast(plan: &Plan, forecast: &Forecast) -> Value {
    let measures = &forecast.measures;
    json!({
        "schema_version": SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "title": plan.title,
        "notice": plan.notice,
        "region": plan.region,
        "phase": plan.phase.map(|phase| phase.word()),
        "scenario": plan.scenario,
        "scenario_title": plan.scenario_title,
        "method": forecast.question.method.word(),
        "view": view_word(forecast.question.view),
        "horizon": {
            "start": month(plan.horizon.start),
            "end": month(plan.horizon.end()),
            "months": plan.horizon.months,
            "as_of": month(plan.horizon.as_of),
            "fiscal_year_starts": plan.fiscal.first_month_number(),
        },
        "totals": year(&measures.total),
        "years": measures.years.iter().map(|measure| {
            let mut value = year(measure);
            value["fiscal_year"] = json!(measure.year);
            value
        }).collect::<Vec<_>>(),
        "measures": measure(plan, measures),
        "streams": streams(plan, forecast),
        "assumptions": assumptions(plan),
        "findings": forecast.findings.iter().map(finding).collect::<Vec<_>>(),
        "rebraiding": rebraiding(plan, forecast),
        "certificate": certificate(forecast),
        "irreducible": reason::record(plan, forecast),
    })
}

/// A finding as a value.
pub fn finding(finding: &Finding) -> Value {
    json!({
        "name": finding.name,
        "subject": finding.subject,
        "message": finding.message,
        "remedy": finding.remedy,
        "amount": finding.amount.map(money),
        "place": finding.origin.as_ref().map(ToString::to_string),
    })
}

fn certificate(forecast: &Forecast) -> Value {
    let counted = &forecast.certificate;
    json!({
        "draws": counted.draws,
        "tranches": counted.tranches,
        "cells": counted.cells,
        "caps": counted.caps,
        "matches": counted.matches,
        "recoveries": counted.recoveries,
        "optimal": {
            "draws": forecast.optimum.draws,
            "least_by_priority": forecast.optimum.least().as_ref().map(by_priority),
            "distance_by_priority": by_priority(&forecast.distance()),
        },
    })
}

/// The value of re-braiding: the gaps side by side, and the moves, over the plan and by fiscal year.
fn rebraiding(plan: &Plan, forecast: &Forecast) -> Value {
    let found = &forecast.rebraiding;
    let one = |found: &Move| {
        json!({
            "fiscal_year": found.year,
            "stream": found.stream,
            "cost": plan.line(found.line).name.as_str(),
            "priority": plan.line(found.line).priority.word(),
            "as_spent": money(found.as_spent),
            "optimal": money(found.optimal),
            "change": money(found.change()),
            "footing": found.footing.map(|footing| footing.word()),
            "prior_approval": found.needs_approval,
        })
    };
    json!({
        "as_spent": by_priority(&found.as_spent),
        "by_shares": by_priority(&found.by_shares),
        "optimal": by_priority(&found.optimal),
        "avoidable": by_priority(&found.avoidable()),
        "moved_before_as_of": money(found.booked),
        "avoidable_from_as_of": forecast.avoidable_ahead.as_ref().map(by_priority),
        "moves": found.moves.iter().map(one).collect::<Vec<_>>(),
        "moves_by_year": found.by_year.iter().map(one).collect::<Vec<_>>(),
    })
}

/// Figures that rest on nothing firm: those whose source calls itself illustrative, or that have none, and
/// rules taken for granted of which no source was read.
pub(super) fn assumptions(plan: &Plan) -> Value {
    let figures = plan.inputs.stated.iter().filter(|input| input.figure);
    let doubtful = figures.filter_map(|input| {
        let basis = match &input.source {
            Some(source) if source.to_lowercase().contains("illustrative") => "illustrative",
            Some(_) => return None,
            None => "unsourced",
        };
        Some(json!({
            "path": input.path,
            "text": input.text,
            "basis": basis,
            "source": input.source,
            "place": input.origin.to_string(),
        }))
    });
    let defaults = plan.defaults.iter().filter(|one| !one.rule.is_verified()).map(|one| {
        json!({
            "path": one.path,
            "text": one.rule.value.to_string(),
            "basis": "unverified-default",
            "source": one.rule.citation,
            "place": null,
        })
    });
    doubtful.chain(defaults).collect()
}

fn streams(plan: &Plan, forecast: &Forecast) -> Value {
    let ledger = &forecast.books.ledger;
    let sum = |amounts: &[Money]| money(amounts.iter().sum());
    let one = |stream: &crate::ledger::StreamBook| {
        let rules = plan.find_stream(&stream.name).map(|index| &plan.restrictions(index).award);
        let rule_set = rules.and_then(|rules| rules.rule_set);
        let liquidate_by = rules.and_then(|rules| rules.liquidate_by);
        json!({
            "rule_set": rule_set.map(|set| set.word()),
            "liquidate_by": liquidate_by.map(|day| day.to_string()),
            "id": stream.name,
            "title": stream.title,
            "kind": contract::kind_word(stream),
            "funder": stream.funder,
            "federal": stream.federal,
            "status": stream.status.word(),
            "dependable": stream.dependable,
            "one_time": stream.one_time,
            "in_kind": stream.in_kind,
            "unrestricted": stream.unrestricted,
            "until": stream.until.map(month),
            "made_available": sum(&stream.made_available),
            "drawn": sum(&stream.drawn),
            "lapsed": sum(&stream.lapsed),
            "refund_due": sum(&stream.refund_due),
            "closing": stream.closing.last().copied().map(money),
            "told": told(ledger, plan.find_stream(&stream.name)),
        })
    };
    ledger.streams.iter().map(one).collect()
}

/// What is told beside a stream's money over the plan: what a payer paid in all, what is passed on, withheld,
/// saved, captured, advanced and not recouped.
fn told(ledger: &Ledger, stream: Option<StreamIndex>) -> Value {
    let sums = ledger.told(stream, (Month::FIRST, Month::LAST)).into_iter();
    sums.map(|(kind, sum)| json!({ "what": kind.words(), "amount": money(sum) })).collect()
}

fn measure(plan: &Plan, measures: &Measures) -> Value {
    json!({
        "gap_by_function": measures.gap_by_function.iter().map(gap_row).collect::<Vec<_>>(),
        "gap_by_line": measures.gap_by_line.iter().map(gap_row).collect::<Vec<_>>(),
        "coverage": measures.coverage.iter().map(coverage).collect::<Vec<_>>(),
        "ladder": measures.ladder.iter().map(rung).collect::<Vec<_>>(),
        "cliffs": measures.cliffs.iter().map(cliff).collect::<Vec<_>>(),
        "first_core_gap": measures.first_core_gap.map(month),
        "runway": {
            "core_months": measures.runway.core_months,
            "cash_months": measures.runway.cash_months.filter(|_| plan.opening.cash_stated),
        },
        "standing_gaps": measures.standing_gaps.iter()
            .map(|(at, gap)| json!({ "month": month(*at), "gap": money(*gap) }))
            .collect::<Vec<_>>(),
        "sustainability": measures.sustainability.as_ref().map(sustainability),
        "cash": cash(plan, &measures.cash),
        "indirect": measures.indirect.iter().map(indirect).collect::<Vec<_>>(),
        "overhead": money(measures.overhead),
        "partners": measures.partners.iter().map(partner).collect::<Vec<_>>(),
        "stranded": measures.stranded.iter().map(stranded).collect::<Vec<_>>(),
        "debts": measures.debts.iter().map(debt).collect::<Vec<_>>(),
        "credit": measures.credit.as_ref().map(credit),
        "net_assets": measures.net_assets.iter().map(net_assets).collect::<Vec<_>>(),
    })
}

fn year(year: &YearMeasure) -> Value {
    json!({
        "months": year.months,
        "cost": money(year.cost),
        "cost_by_priority": by_priority(&year.cost_by_priority),
        "covered": money(year.covered),
        "gap": money(year.gap_total()),
        "gap_by_priority": by_priority(&year.gap),
        "irreducible_gap": money(year.irreducible_gap()),
        "irreducible_by_priority": by_priority(&year.irreducible),
        "gap_by_shares": money(year.gap_by_shares.iter().sum()),
        "gap_by_shares_by_priority": by_priority(&year.gap_by_shares),
        "structural_gap": money(year.structural_gap),
        "lapsed": money(year.lapsed),
        "refund_due": money(year.refund_due),
        "dependable_share": share(year.dependable_share),
        "grant_dependence": share(year.grant_dependence),
        "top_funder": year.top_funder.as_ref().map(|(name, part)| {
            json!({ "name": name, "share": share(*part) })
        }),
        "concentration": share(year.concentration),
        "covered_by_debt": money(year.covered_by_debt),
        "debt_service": money(year.debt_service),
        "debt_cover": year.debt_cover().map(share),
    })
}

fn gap_row(row: &GapRow) -> Value {
    json!({
        "name": row.name,
        "title": row.title,
        "cost": moneys(&row.cost),
        "gap": moneys(&row.gap),
        "gap_fte": shares(&row.gap_fte),
        "total": money(row.total()),
        "first_month": row.first.map(month),
    })
}

fn coverage(row: &CoverageRow) -> Value {
    let ratio = |(covered, cost): (&Money, &Money)| share(covered.ratio(*cost));
    json!({
        "name": row.name,
        "cost": moneys(&row.cost),
        "covered": moneys(&row.covered),
        "share": row.covered.iter().zip(&row.cost).map(ratio).collect::<Vec<_>>(),
    })
}

fn rung(rung: &LadderRung) -> Value {
    json!({
        "view": view_word(rung.view),
        "gap": money(rung.gap.iter().sum()),
        "gap_by_priority": by_priority(&rung.gap),
        "gap_by_year": moneys(&rung.by_year),
        "first_core_gap": rung.first_core_gap.map(month),
    })
}

fn cliff(cliff: &Cliff) -> Value {
    json!({
        "month": month(cliff.month),
        "before": money(cliff.before),
        "after": money(cliff.after),
        "fall": money(cliff.fall()),
        "one_time": money(cliff.one_time),
        "streams": cliff.streams.iter()
            .map(|(stream, fall)| json!({ "stream": stream, "fall": money(*fall) }))
            .collect::<Vec<_>>(),
    })
}

fn sustainability(stands: &Sustainability) -> Value {
    json!({
        "month": month(stands.month),
        "until": month(stands.until),
        "rests_on": stands.rests_on,
    })
}

fn cash(plan: &Plan, cash: &CashMeasure) -> Value {
    let stated = plan.opening.cash_stated;
    let point =
        |(at, amount): (Month, Money)| json!({ "month": month(at), "amount": money(amount) });
    json!({
        "stated": stated,
        "lowest": point(cash.lowest),
        "lowest_funded": point(cash.lowest_funded),
        "runs_out": cash.runs_out.filter(|_| stated).map(month),
        "working_capital": money(cash.working_capital),
        "days": shares(&cash.days),
        "liquid_months": shares(&cash.liquid_months),
    })
}

fn indirect(row: &IndirectRow) -> Value {
    json!({
        "stream": row.stream,
        "base": money(row.base),
        "recovered": money(row.recovered),
        "unrecovered": money(row.unrecovered),
    })
}

fn partner(row: &PartnerRow) -> Value {
    json!({
        "name": row.name,
        "put_in": money(row.put_in),
        "lent": money(row.lent),
        "pays_for": row.pays_for.iter()
            .map(|(function, amount)| json!({ "function": function, "amount": money(*amount) }))
            .collect::<Vec<_>>(),
        "bears": money(row.bears),
        "savings": money(row.savings),
        "captured": money(row.captured),
    })
}

fn stranded(row: &StrandedRow) -> Value {
    json!({
        "stream": row.stream,
        "lapsed": money(row.lapsed),
        "refund_due": money(row.refund_due),
        "idle": money(row.idle),
    })
}

fn debt(row: &DebtRow) -> Value {
    json!({
        "stream": row.stream,
        "owed_before": money(row.owed_before),
        "borrowed": money(row.borrowed),
        "principal": money(row.principal),
        "interest": money(row.interest),
        "unpaid": money(row.unpaid),
        "owed": money(row.owed),
    })
}

fn net_assets(year: &NetAssetsYear) -> Value {
    json!({
        "fiscal_year": year.year,
        "contributions": money(year.contributions),
        "contributions_restricted": money(year.contributions_restricted),
        "exchange": money(year.exchange),
        "released": money(year.released),
        "lost": money(year.lost),
        "expenses": money(year.expenses),
        "change_without": money(year.change_without),
        "change_with": money(year.change_with),
        "change": money(year.change_without + year.change_with),
        "without_restrictions": money(year.without),
        "with_restrictions": money(year.with),
        "refundable_advance": money(year.refundable_advance),
        "liquid": money(year.liquid),
        "liquid_months": share(year.liquid_months),
    })
}

fn credit(line: &CreditMeasure) -> Value {
    json!({
        "peak": { "month": month(line.peak.0), "amount": money(line.peak.1) },
        "interest": money(line.interest),
        "months_at_limit": line.months_at_limit,
        "owed": money(line.owed),
    })
}

fn by_priority(amounts: &[Money; 3]) -> Value {
    let [core, essential, stretch] = amounts.map(money);
    json!({ "core": core, "essential": essential, "stretch": stretch })
}

fn money(amount: Money) -> Value {
    Value::String(amount.to_string())
}

fn moneys(amounts: &[Money]) -> Value {
    amounts.iter().copied().map(money).collect()
}

fn share(rate: Rate) -> Value {
    Value::String(share_text(rate))
}

fn shares(rates: &[Rate]) -> Value {
    rates.iter().copied().map(share).collect()
}

fn month(month: Month) -> Value {
    Value::String(month.to_string())
}

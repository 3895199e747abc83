//! What a budget period, a year or an allotment holds, as a formula over inputs; and its instalments.

use rust_decimal::Decimal;

use super::formula::{Expression, cell, cents, whole};
use super::inputs::Inputs;
use super::sheet::{Unit, dollars};
use crate::driver::{later, term_years};
use crate::funding::grant::{Grant, Payment};
use crate::funding::payer::PayerMethod;
use crate::funding::public::PublicMethod;
use crate::funding::{Authority, Receipts, Stream, Terms, Tranche};
use crate::money::{Money, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::plan::Plan;

/// An amount that follows from inputs, and the instalments that follow from it.
#[derive(Clone, Debug)]
pub struct Stated {
    /// The amount, over the cells of inputs.
    pub formula: Expression,
    /// What it comes to.
    pub amount: Money,
    /// The instalments, where its cash comes in advance or as it is earned: the month, and which part of how many equal
    /// ones, from and to.
    pub instalments: Vec<(Month, (u32, u32), u32)>,
}

/// What a stream's tranche holds by its terms; nothing where only the engine works it out.
pub fn stated(
    plan: &Plan,
    stream: &Stream,
    tranche: &Tranche,
    inputs: &mut Inputs,
) -> Option<Stated> {
    if stream.delayed_to.is_some() || stream.termination.is_some() || stream.more.is_some() {
        return None;
    }
    let Authority::Amount(amount) = tranche.amount else { return None };
    let (formula, span, payment) = match &stream.terms {
        Terms::Grant(grant) if tranche.award == 0 => {
            let place = tranche.period as usize;
            let period = grant.periods.get(place)?;
            let formula = of_grant(stream, grant, place, inputs)?;
            let first = grant.release(period);
            (formula, (first, period.last.max(first)), Some(grant.payment))
        }
        Terms::Public(public) => {
            let (formula, last) = match &public.method {
                PublicMethod::Appropriation { .. } => {
                    let year = stream.fiscal.year_of(tranche.first);
                    let name = FiscalCalendar::label(year);
                    let paths = of(stream, &[&format!("by-year.{name}"), "yearly"]);
                    let input = input(inputs, &paths, &format!("Amount of {name}"), amount)?;
                    let last = later(tranche.first, 11 - stream.fiscal.position(tranche.first));
                    let until = match stream.end {
                        crate::funding::End::Until(until) => last.min(until),
                        crate::funding::End::Evergreen(_) => last,
                    };
                    (input, until)
                }
                PublicMethod::CommunityBenefit { yearly } => {
                    let formula =
                        of_term_year(stream, public.from, tranche, *yearly, plan, inputs)?;
                    (formula, tranche.last?)
                }
                PublicMethod::Formula(_) => {
                    let key = format!("allotments.{}.amount", tranche.period + 1);
                    let paths = of(stream, &[&key]);
                    let label = format!("Allotment of {}", tranche.first.words());
                    let input = input(inputs, &paths, &label, amount)?;
                    let last = tranche.last;
                    (input, last.unwrap_or_else(|| stream.last_month(plan.horizon.end())))
                }
                _ => return None,
            };
            (formula, (tranche.first, last), Some(public.payment))
        }
        Terms::Payer(payer) => {
            let PayerMethod::CostReimbursement { yearly, payment } = &payer.method else {
                return None;
            };
            if payer.growth != Rate::ZERO {
                return None;
            }
            let formula = of_term_year(stream, payer.from, tranche, *yearly, plan, inputs)?;
            (formula, (tranche.first, tranche.last?), Some(*payment))
        }
        Terms::Schedule(_) => {
            let last = tranche.last.map_or(String::new(), |last| format!(" to {}", last.words()));
            let label = format!("Money from {}{last}", tranche.first.words());
            let until = tranche.last.map_or("-".to_string(), |last| last.to_string());
            let path = format!("stream.{}.schedule.{}.{until}", stream.name, tranche.first);
            // A second row of one window is an input of its own.
            let twice =
                inputs.listed.iter().rev().take(64).filter(|one| one.path.starts_with(&path));
            let path = match twice.count() {
                0 => path,
                again => format!("{path}.{}", again + 1),
            };
            let at = inputs.input(&path, &label, dollars(amount), Unit::Money);
            (cell(at), (tranche.first, tranche.first), None)
        }
        _ => return None,
    };
    let (first, last) = span;
    let expected = match payment {
        Some(payment) => payment.receipts(first, last, amount),
        None => match &tranche.receipts {
            Receipts::Advanced(_) => Receipts::Advanced(vec![(first, amount)]),
            Receipts::Earned(_) => Receipts::Earned(vec![(first, amount)]),
            other => other.clone(),
        },
    };
    let rows = |receipts: &Receipts| match receipts {
        Receipts::Advanced(rows) | Receipts::Earned(rows) => rows.clone(),
        _ => Vec::new(),
    };
    // The parts must give what the engine's instalments are.
    if rows(&expected) != rows(&tranche.receipts) {
        return None;
    }
    Some(Stated { formula, amount, instalments: parts(payment, first, last, &tranche.receipts) })
}

/// Which part of how many each instalment is, as [`Payment::receipts`] has it.
pub fn parts(
    payment: Option<Payment>,
    first: Month,
    last: Month,
    receipts: &Receipts,
) -> Vec<(Month, (u32, u32), u32)> {
    if !matches!(receipts, Receipts::Advanced(_) | Receipts::Earned(_)) {
        return Vec::new();
    }
    let Some(Payment::Advance { every_months, lag_months }) = payment else {
        return vec![(first, (0, 1), 1)];
    };
    let months = u32::try_from(last.since(first) + 1).unwrap_or(0).max(1);
    let every = every_months.unwrap_or(months).clamp(1, months);
    let part = |begins: u32| {
        let month = later(later(first, begins), lag_months);
        (month, (begins, (begins + every).min(months)), months)
    };
    (0..months).step_by(every as usize).map(part).collect()
}

/// Paths of a stream's own keys, or of its terms'.
pub fn of(stream: &Stream, keys: &[&str]) -> Vec<String> {
    let own = keys.iter().flat_map(|key| {
        [format!("stream.{}.terms.{key}", stream.name), format!("stream.{}.{key}", stream.name)]
    });
    own.collect()
}

/// The cell of a stated amount; nothing where the plan states none at these paths.
fn input(inputs: &mut Inputs, paths: &[String], label: &str, amount: Money) -> Option<Expression> {
    let path = inputs.stated(paths)?;
    Some(cell(inputs.input(&path, label, dollars(amount), Unit::Money)))
}

/// A grant's period.
fn of_grant(
    stream: &Stream,
    grant: &Grant,
    place: usize,
    inputs: &mut Inputs,
) -> Option<Expression> {
    let amount = grant.periods[place].amount;
    let period = &grant.periods[place];
    let listed = [format!("budget-periods.{}.amount", place + 1), format!("amounts.{}", place + 1)];
    let paths = of(stream, &[&listed[0], &listed[1]]);
    let label = format!("Budget period from {}", period.first.words());
    if let Some(input) = input(inputs, &paths, &label, amount) {
        return Some(input);
    }
    let length = |first: Month, last: Month| i64::from(last.since(first)) + 1;
    let lengths: Vec<i64> =
        grant.periods.iter().map(|period| length(period.first, period.last)).collect();
    let whole_award: Money = grant.periods.iter().map(|period| period.amount).sum();
    let award = inputs.stated(&of(stream, &["award"]));
    if let Some(path) = award {
        let all: i64 = lengths.iter().sum();
        let (before, through): (i64, i64) =
            (lengths[..place].iter().sum(), lengths[..=place].iter().sum());
        let part = whole_award.portion(i128::from(through), i128::from(all))
            - whole_award.portion(i128::from(before), i128::from(all));
        // A taper weighs its periods by more than their months.
        if part != amount || inputs.stated(&of(stream, &["taper.shape"])).is_some() {
            return None;
        }
        let at = inputs.input(&path, "Award", dollars(whole_award), Unit::Money);
        if lengths.len() == 1 {
            return Some(cell(at));
        }
        let to = |part: i64| cents(cell(at) * part / all);
        return Some(if before == 0 { to(through) } else { to(through) - to(before) });
    }
    let path = inputs.stated(&of(stream, &["yearly"]))?;
    // The yearly amount is what a whole year holds.
    let year = grant.periods.iter().zip(&lengths).find(|(_, months)| **months == 12)?.0.amount;
    let months = lengths[place];
    let rest = year.share((months % 12) as u32, 12);
    let expected = i128::from(year.cents()) * i128::from(months / 12) + i128::from(rest.cents());
    if expected != i128::from(amount.cents()) {
        return None;
    }
    let at = inputs.input(&path, "Amount a year", dollars(year), Unit::Money);
    let years = cell(at) * (months / 12);
    Some(match months % 12 {
        0 => years,
        part => years + cents(cell(at) * part / 12),
    })
}

/// A yearly amount for the months of one fiscal year of the funder.
fn of_term_year(
    stream: &Stream,
    from: Month,
    tranche: &Tranche,
    yearly: Money,
    plan: &Plan,
    inputs: &mut Inputs,
) -> Option<Expression> {
    let until = match stream.end {
        crate::funding::End::Until(until) => Some(until),
        crate::funding::End::Evergreen(_) => None,
    };
    let years = term_years(stream.fiscal, from, until, (plan.horizon.start, plan.horizon.end()));
    let year = years.iter().find(|year| year.first == tranche.first)?;
    let at = input(inputs, &of(stream, &["yearly"]), "Amount a year", yearly)?;
    Some(part_between(at, year.calendar.position(year.first), year.calendar.position(year.last)))
}

/// The part of a yearly amount from a position of its year to another, as `driver::year_part` has it.
pub fn part_between(yearly: Expression, first: u32, last: u32) -> Expression {
    let to = |months: u32| cents(yearly.clone() * i64::from(months) / 12);
    match (first, last) {
        (0, 11) => yearly,
        (0, last) => to(last + 1),
        (first, last) => to(last + 1) - to(first),
    }
}

/// Part of an amount in equal parts, by cumulative rounding, as `Money::share` has it.
pub fn part_of(amount: Expression, (from, to): (u32, u32), parts: u32) -> Expression {
    let upto = |part: u32| match part {
        0 => whole(0),
        all if all == parts => amount.clone(),
        part => cents(amount.clone() * i64::from(part) / i64::from(parts)),
    };
    match from {
        0 => upto(to),
        from => upto(to) - upto(from),
    }
}

/// A count of months as a number.
pub fn of_count(months: u32) -> Decimal {
    Decimal::from(months)
}

//! Doubts about what awards are under: termination, budget, indirect rates, program income, limits of pay.

use super::Finding;
use super::facts::{Facts, indices, stated, stream_path, sum};
use crate::funding::{Kind, Terms};
use crate::money::{Money, in_dollars};
use crate::month::Month;
use crate::name::{LineIndex, StreamIndex};
use crate::plan::award::PayLimit;
use crate::plan::restriction::{Indirect, IndirectKind};
use crate::rules::Parameter;

fn about(
    facts: &Facts,
    name: &'static str,
    stream: StreamIndex,
    key: &str,
    message: String,
    amount: Money,
) -> Option<Finding> {
    let subject = format!("{}.{key}", stream_path(facts, stream));
    let finding = facts.finding(name, subject, message);
    amount.is_positive().then_some(Finding { amount: Some(amount), ..finding })
}

/// `budget-differs-from-award`: an approved budget that does not sum to its award.
pub(super) fn budget_differs_from_award(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let budget = facts.plan.restrictions(stream).award.budget.as_ref()?;
        let award = match &facts.plan.stream(stream).terms {
            Terms::Grant(grant) => sum(grant.periods.iter().map(|period| period.amount)),
            _ => return None,
        };
        let (over, under) = (budget.total() - award, award - budget.total());
        let message = format!(
            "the approved budget sums to {}, the award to {}",
            in_dollars(budget.total()),
            in_dollars(award)
        );
        let found =
            about(facts, "budget-differs-from-award", stream, "budget", message, over.max(under));
        found.map(|finding| finding.remedied("state the budget as approved"))
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `fixed-amount-over-limit`: a subaward of a fixed amount beyond what may be one (2 CFR 200.333).
pub(super) fn fixed_amount_over_limit(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let Terms::Grant(grant) = &facts.plan.stream(stream).terms else { return None };
        let rules = &facts.plan.restrictions(stream).award;
        if !grant.fixed_amount || !rules.subrecipient {
            return None;
        }
        let of_set = rules.rule_set.map_or(grant.from, |set| set.month());
        let limit = Parameter::FixedAmountSubawardLimit.in_force("", of_set)?.money();
        let award = sum(grant.periods.iter().map(|period| period.amount));
        let message = format!(
            "a subaward of a fixed amount is at most {} (2 CFR 200.333)",
            in_dollars(limit)
        );
        let found =
            about(facts, "fixed-amount-over-limit", stream, "fixed-amount", message, award - limit);
        found.map(|finding| finding.remedied("ask for another form of award"))
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `indirect-rates-differ`: federal awards of the same months with two de minimis rates, or with one and a
/// negotiated rate (2 CFR 200.414(f)): a recipient has one or the other.
pub(super) fn indirect_rates_differ(facts: &Facts) -> Vec<Finding> {
    let of = |stream: StreamIndex| -> Option<(Indirect, Month, Month)> {
        let award = facts.plan.stream(stream);
        let indirect = facts.plan.restrictions(stream).indirect?;
        let Terms::Grant(grant) = &award.terms else { return None };
        award.cost_principles.then_some((indirect, grant.from, grant.last_month()))
    };
    let mut findings = Vec::new();
    for stream in indices::<_, StreamIndex>(&facts.plan.streams) {
        let Some((own, from, until)) = of(stream) else { continue };
        let unlike = |other: &StreamIndex| {
            of(*other).is_some_and(|(others, begins, ends)| {
                let both = own.kind == IndirectKind::DeMinimis;
                let differ = others.kind == IndirectKind::Negotiated
                    || (others.kind == IndirectKind::DeMinimis && others.rate != own.rate);
                both && differ && begins <= until && from <= ends
            })
        };
        if let Some(other) = indices(&facts.plan.streams).find(unlike) {
            let other = facts.called(other);
            let message = format!(
                "its de minimis rate stands beside another rate of {other} in the same months: one \
                 that is elected holds for all federal awards until a rate is negotiated \
                 (2 CFR 200.414(f))"
            );
            let subject = format!("{}.indirect", stream_path(facts, stream));
            findings.push(facts.finding("indirect-rates-differ", subject, message));
        }
    }
    findings
}

/// `open-period-spent`: an opening position whose `spent` leaves nothing of the budget periods that are open at
/// the start. `spent-beyond-open-periods`: what of it exceeds them lowers later ones, or counts nowhere. A loan has
/// no budget periods.
pub(super) fn open_period_spent(facts: &Facts) -> Vec<Finding> {
    let start = facts.plan.horizon.start;
    let mut findings = Vec::new();
    for stream in indices::<_, StreamIndex>(&facts.plan.streams) {
        let Some(spent) = facts.plan.opening_of(stream).map(|opening| opening.spent) else {
            continue;
        };
        let award = facts.stream(stream).lowered.tranches.iter();
        let award: Vec<_> = award.filter(|tranche| tranche.award == 0).collect();
        let open = award.iter().filter(|tranche| tranche.first <= start);
        let open = sum(open.filter_map(|tranche| stated(tranche)));
        let whole = sum(award.iter().filter_map(|tranche| stated(tranche)));
        let taken = spent.at_most(whole);
        let loan = facts.plan.stream(stream).kind == Kind::Loan;
        if loan || spent < open || !taken.is_positive() {
            continue;
        }
        let name = &facts.plan.stream(stream).name;
        let subject = format!("opening.stream.{name}.spent");
        let message = format!(
            "the {} that it states as spent leave nothing of the {} of its budget periods that are \
             open at the start",
            in_dollars(spent),
            in_dollars(open)
        );
        let remedy = "count what was spent of those alone, closed ones left out";
        let finding = facts.finding("open-period-spent", subject.clone(), message).remedied(remedy);
        findings.push(Finding { amount: Some(taken), ..finding });
        let (later, nowhere) = (taken - open, spent - taken);
        let mut ways = Vec::new();
        if later.is_positive() {
            ways.push(format!("{} is taken off later periods", in_dollars(later)));
        }
        if nowhere.is_positive() {
            ways.push(format!("{} is covered by no award and counts nowhere", in_dollars(nowhere)));
        }
        if !ways.is_empty() {
            let message = format!(
                "it states {} as spent, more than its budget periods hold that are open at the start: \
                 {}",
                in_dollars(spent),
                ways.join(", and ")
            );
            let finding = facts.finding("spent-beyond-open-periods", subject, message);
            findings.push(Finding { amount: Some(spent - open), ..finding });
        }
    }
    findings
}

/// `spent-beyond-limit`: what an opening position states as spent of a match beyond its limit of the fiscal year in
/// which the plan begins; all of it where that year begins with the plan.
pub(super) fn spent_beyond_limit(facts: &Facts) -> Vec<Finding> {
    let start = facts.plan.horizon.start;
    let check = |stream: StreamIndex| {
        let limit = facts.plan.restrictions(stream).yearly_limit?;
        let spent = facts.plan.opening_of(stream)?.spent;
        let within = facts.plan.stream(stream).fiscal.position(start) > 0;
        let room = if within { limit } else { Money::ZERO };
        let message = match within {
            true => format!(
                "it states {} as spent in the fiscal year in which the plan begins, above the limit of \
                 {}: the year pays no more, and what is above it counts nowhere",
                in_dollars(spent),
                in_dollars(limit)
            ),
            false => format!(
                "the {} that it states as spent have no effect: its fiscal year begins with the plan, \
                 and years before it are closed",
                in_dollars(spent)
            ),
        };
        let name = &facts.plan.stream(stream).name;
        let subject = format!("opening.stream.{name}.spent");
        let finding = facts.finding("spent-beyond-limit", subject, message);
        let beyond = spent - room;
        beyond.is_positive().then_some(Finding { amount: Some(beyond), ..finding })
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `program-income-method-not-stated`: income of an award that does not say how it is used, so that it is
/// deducted (2 CFR 200.307(b)).
pub(super) fn program_income_method_not_stated(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let award = facts.plan.restrictions(stream).award.earned_by?;
        if facts.plan.restrictions(award).award.program_income_stated {
            return None;
        }
        let earned = facts.stream(stream).lowered.tranches.iter();
        let within = earned.filter(|tranche| facts.plan.in_term(award, tranche.first));
        let amount = sum(within.filter_map(stated));
        let message = format!(
            "{} does not say how the income that its activity earns is used, so the award falls by \
             it (2 CFR 200.307(b))",
            facts.called(award)
        );
        let name = "program-income-method-not-stated";
        let found = about(facts, name, stream, "earned-by", message, amount);
        found.map(|finding| finding.remedied("state `program-income`"))
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `rule-carried-forward`: years of the plan for which no limit of pay was published, so that the last one
/// holds.
pub(super) fn rule_carried_forward(facts: &Facts) -> Vec<Finding> {
    let horizon = &facts.plan.horizon;
    let mut findings = Vec::new();
    for stream in indices(&facts.plan.streams) {
        if facts.plan.restrictions(stream).award.pay_limit != Some(PayLimit::ByYear) {
            continue;
        }
        let years = horizon.start.year()..=horizon.end().year();
        let unpublished = years.filter(|year| {
            let january = Month::new(*year, 1);
            january.is_none_or(|month| Parameter::SalaryLimit.published("", month).is_none())
        });
        let unpublished: Vec<String> = unpublished.map(|year| year.to_string()).collect();
        if !unpublished.is_empty() {
            let message = format!(
                "no limit of pay is known for {}, so that of the last year known holds",
                unpublished.join(", ")
            );
            let subject = format!("{}.salary-limit", stream_path(facts, stream));
            let finding = facts.finding("rule-carried-forward", subject, message);
            findings.push(finding.remedied("state the limit as an amount"));
        }
    }
    findings
}

/// `salary-over-limit`: pay beyond what an award may be charged, which other money has to cover.
pub(super) fn salary_over_limit(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let limit = facts.plan.restrictions(stream).award.pay_limit?;
        let over = |line: LineIndex| -> Option<Money> {
            let within = facts.plan.line(line);
            let within = within.needs_within_pay(facts.plan, |month| limit.in_month(month))?;
            let months = facts.needs[line.at()].iter().zip(&within).enumerate();
            let paid = months.filter(|(place, _)| facts.may_pay(stream, line, *place));
            let over = sum(paid.map(|(_, (need, within))| *need - *within));
            let benefit = facts.plan.line(line).benefit.as_ref();
            let share = benefit.and_then(|benefit| benefit.share_of(stream));
            share.map_or(Some(over), |share| share.try_of(over))
        };
        let amount = sum(indices(&facts.plan.lines).filter_map(over));
        let message =
            "pay beyond its limit may not be charged to it, whatever the effort: other money \
                       has to cover it"
                .to_string();
        about(facts, "salary-over-limit", stream, "salary-limit", message, amount)
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `award-starts-before-plan`: authority that opened before the horizon is counted whole, as if
/// nothing of it had been spent.
pub(super) fn award_starts_before_plan(facts: &Facts) -> Vec<Finding> {
    let start = facts.plan.horizon.start;
    let check = |stream: StreamIndex| {
        let running = facts.stream(stream).lowered.tranches.iter();
        let amount = sum(running.filter(|tranche| tranche.first < start).filter_map(stated));
        let amount = amount.max(running_limit(facts, stream));
        // What of a loan is not held any more counts as spent (`loan-not-held`).
        let lent = facts.plan.stream(stream).kind == Kind::Loan;
        if lent || facts.plan.opening_of(stream).is_some() || !amount.is_positive() {
            return None;
        }
        let message = format!(
            "it was running before the plan starts in {}, yet no opening position says what of it \
             was spent, so all of it is counted as left",
            start.words()
        );
        let finding =
            facts.finding("award-starts-before-plan", stream_path(facts, stream), message);
        let finding = finding.remedied("state it under `[opening.stream]`");
        Some(Finding { amount: Some(amount), ..finding })
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// The yearly limit of a stream that ran before the plan in the fiscal year in which the plan begins.
fn running_limit(facts: &Facts, stream: StreamIndex) -> Money {
    let (terms, start) = (facts.plan.stream(stream), facts.plan.horizon.start);
    let Terms::Public(public) = &terms.terms else { return Money::ZERO };
    let runs = public.from < start && terms.fiscal.position(start) > 0;
    let begun = terms.delayed_to.is_none_or(|begins| begins < start);
    let limit = facts.plan.restrictions(stream).yearly_limit;
    limit.filter(|_| runs && begun).unwrap_or_default()
}

/// `milestone-after-period`: a budget period whose milestone comes after its last month.
pub(super) fn milestone_after_period(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stream in indices(&facts.plan.streams) {
        let Terms::Grant(grant) = &facts.plan.stream(stream).terms else { continue };
        for (place, period) in grant.periods.iter().enumerate() {
            let (release, lapse) = (grant.release(period), grant.lapse(place, period));
            if release > lapse {
                let message = format!(
                    "its milestone in {} comes after {}, in which budget period {} ends: the money \
                     is never released",
                    release.words(),
                    lapse.words(),
                    place + 1
                );
                let subject = stream_path(facts, stream);
                let finding = facts.finding("milestone-after-period", subject, message);
                let finding = finding.remedied("move the milestone, or ask for carryover");
                findings.push(Finding { amount: Some(period.amount), ..finding });
            }
        }
    }
    findings
}

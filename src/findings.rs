//! Doubts that only a finished braid shows, beside those of the plan in [`crate::plan::check`].

use std::collections::BTreeMap;

use crate::funding::{Authority, Kind, Lowered, Stream, Terms};
use crate::ledger::{DrawBook, Ledger, TrancheBook};
use crate::measures::{DebtRow, Measures};
use crate::money::{Money, in_dollars};
use crate::month::FiscalCalendar;
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::check::Finding;
use crate::plan::cost::Category;
use crate::plan::restriction::{Selector, selected, standing_verdict};
use crate::rules::Parameter;
use crate::timeline::Timeline;

/// Every finding that the books of a braid show.
pub fn of_ledger(plan: &Plan, timeline: &Timeline, ledger: &Ledger) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stream in (0..plan.streams.len()).map(StreamIndex::from) {
        findings.extend(award_terminated(plan, timeline, ledger, stream));
        findings.extend(cash_beyond_authority(plan, timeline, stream));
        findings.extend(last_resort_before_payer(plan, ledger, stream));
        findings.extend(floor_of_award_missed(plan, ledger, stream));
        findings.extend(unused_in_kind(plan, timeline, stream));
        findings.extend(effort_not_kept_up(plan, ledger, stream));
        findings.extend(moved_among_categories(plan, ledger, stream));
        findings.extend(paid_after_closeout(plan, ledger, stream));
        findings.extend(program_income_deducted(plan, timeline, stream));
    }
    findings
}

fn finding(
    plan: &Plan,
    name: &'static str,
    stream: StreamIndex,
    message: String,
    amount: Money,
) -> Finding {
    let subject = Plan::path("stream", &plan.stream(stream).name);
    let origin = plan.inputs.find(&subject).map(|input| input.origin.clone());
    Finding { name, subject, message, remedy: String::new(), amount: Some(amount), origin }
}

/// `award-terminated`: authority that its termination takes: what would begin later never comes, and what its
/// term would have held longer lapses with it, or pays only what survives it (2 CFR 200.309, 200.340, 200.343).
fn award_terminated(
    plan: &Plan,
    timeline: &Timeline,
    ledger: &Ledger,
    stream: StreamIndex,
) -> Option<Finding> {
    let award = plan.stream(stream);
    let ended = award.termination?;
    let in_full = Stream { termination: None, ..award.clone() }.lower(&plan.setting())?;
    let stands = award.lower(&plan.setting())?;
    let stated = |lowered: &Lowered| -> Money {
        let amounts = lowered.tranches.iter().filter_map(|tranche| match tranche.amount {
            Authority::Amount(amount) => Some(amount),
            _ => None,
        });
        amounts.sum()
    };
    let never = stated(&in_full) - stated(&stands);
    let matched = match_never_paid(plan, timeline, ledger, (stream, &in_full));
    // A tranche keeps its first month; one that would have ended later has been cut, or holds on for what survives.
    let ran_on = |first| {
        let mut whole = in_full.tranches.iter();
        whole.any(|whole| whole.first == first && whole.last > Some(ended.month))
    };
    let cut = ledger.tranches.iter().filter(|tranche| {
        let cut = if ended.commitments {
            tranche.last > Some(ended.month)
        } else {
            tranche.last == Some(ended.month)
        };
        tranche.stream == stream.at() && cut && ran_on(tranche.available)
    });
    let left = |tranche: &TrancheBook| {
        // What survives may still take of it after the plan is not known.
        let held = if ended.commitments { tranche.idle } else { Money::ZERO };
        tranche.lapsed + tranche.refund_due + held
    };
    let lost = never + matched + cut.map(left).sum();
    let (month, rest) = (
        ended.month.words(),
        match ended.commitments {
            true => "what is left may pay only what survives it",
            false => "what is left lapses",
        },
    );
    let in_kind = ledger.streams[stream.at()].in_kind;
    let message = match matched.is_positive() {
        true if in_kind => format!(
            "it is terminated in {month}: what it would have given in kind later, and its line needs, \
             never comes"
        ),
        true => format!(
            "it is terminated in {month}: what it would have matched later never comes, this at most, \
             as far as other money would have paid the rest (2 CFR 200.340)"
        ),
        false => format!(
            "it is terminated in {month}: what would begin later never comes, and {rest} \
             (2 CFR 200.340, 200.343)"
        ),
    };
    let subject = format!("{}.termination", Plan::path("stream", &award.name));
    let origin = plan.inputs.find(&subject).map(|input| input.origin.clone());
    let told = finding(plan, "award-terminated", stream, message, lost);
    lost.is_positive().then_some(Finding { subject, origin, ..told })
}

/// What a termination takes of money that exists only as cost arises: matching money at most, its share of what may
/// be matched within its yearly limit; in-kind as far as its line needs it.
fn match_never_paid(
    plan: &Plan,
    timeline: &Timeline,
    ledger: &Ledger,
    (stream, in_full): (StreamIndex, &Lowered),
) -> Money {
    let Some(ended) = plan.stream(stream).termination else { return Money::ZERO };
    let (fiscal, start) = (plan.stream(stream).fiscal, plan.horizon.start);
    let mut by_year: BTreeMap<i32, Money> = BTreeMap::new();
    let later = in_full.tranches.iter().filter(|tranche| tranche.first > ended.month);
    for tranche in later {
        let Some(place) = plan.horizon.place(tranche.first) else { continue };
        let amount = match tranche.amount {
            Authority::OfEligible(rate) => timeline.of_eligible(plan, stream, rate, place),
            Authority::InKind(line, value) => value.at_most(timeline.needs[line.at()][place]),
            Authority::Amount(_) | Authority::AboveFloor { .. } => continue,
        };
        *by_year.entry(fiscal.year_of(tranche.first)).or_default() += amount;
    }
    let Some(limit) = plan.restrictions(stream).yearly_limit else {
        return by_year.values().sum();
    };
    let drawn = |year: i32| -> Money {
        let book = &ledger.streams[stream.at()];
        let of_year = |place: &usize| fiscal.year_of(plan.horizon.month(*place)) == year;
        let within: Money =
            (0..ledger.months()).filter(of_year).map(|place| book.drawn[place]).sum();
        let running = fiscal.position(start) > 0 && fiscal.year_of(start) == year;
        let before = plan.opening_of(stream).filter(|_| running);
        within + before.map_or(Money::ZERO, |opening| opening.spent)
    };
    let left = |(year, amount): (&i32, &Money)| amount.at_most((limit - drawn(*year)).floor_zero());
    by_year.iter().map(left).sum()
}

/// `cash-beyond-authority`: cash that the opening position holds of a stream beyond what the stream may still
/// spend.
fn cash_beyond_authority(plan: &Plan, timeline: &Timeline, stream: StreamIndex) -> Option<Finding> {
    let (_, beyond) = timeline.held_beyond.iter().find(|(of, _)| *of == stream)?;
    let back = timeline
        .tranches
        .iter()
        .any(|tranche| tranche.stream == stream && tranche.over_advanced.is_positive());
    let then = match back {
        true => "it goes back when the award's open period ends (2 CFR 200.344)",
        false => "nothing may spend it, and it stands as restricted cash to the end",
    };
    let message = format!(
        "the cash that it holds at the start is more than it may still spend beside what is to come: \
         {then}"
    );
    let subject = format!("opening.stream.{}.cash", plan.stream(stream).name);
    let origin = plan.inputs.find(&subject).map(|input| input.origin.clone());
    let told = finding(plan, "cash-beyond-authority", stream, message, *beyond);
    let told = told.remedied("state the cash that is held, and what was spent");
    // Unrestricted money that no funder takes back is free whatever its stream may spend.
    let free = plan.restrictions(stream).is_unrestricted() && !back;
    (!free).then_some(Finding { subject, origin, ..told })
}

/// What lenders look at: years whose net cash does not carry the debt service, and what falls due after
/// the horizon.
pub fn of_debt(plan: &Plan, measures: &Measures) -> Vec<Finding> {
    let mut findings = Vec::new();
    for row in &measures.debts {
        let Some(stream) = plan.find_stream(&row.stream) else { continue };
        if row.owed.is_positive() {
            let title = &plan.stream(stream).title;
            let message = format!("{title} is not repaid when the plan ends");
            findings.push(finding(plan, "owed-after-horizon", stream, message, row.owed));
        }
    }
    // The service is of all debts together: one loan stands for itself, several are named.
    let serves = |row: &&DebtRow| row.principal.is_positive() || row.interest.is_positive();
    let loans = measures.debts.iter().filter(serves);
    let loans: Vec<StreamIndex> = loans.filter_map(|row| plan.find_stream(&row.stream)).collect();
    let credit = plan
        .credit
        .as_ref()
        .filter(|_| measures.credit.as_ref().is_some_and(|line| line.interest.is_positive()));
    let titles = loans.iter().map(|loan| plan.stream(*loan).title.as_str());
    let titles: Vec<&str> = titles.chain(credit.map(|line| line.title.as_str())).collect();
    for year in &measures.years {
        let short = year.debt_service_short();
        if !short.is_positive() {
            continue;
        }
        let label = FiscalCalendar::label(year.year);
        let cash = in_dollars(year.net_cash_before_debt);
        let service = in_dollars(year.debt_service);
        let told = match (loans.as_slice(), credit) {
            ([loan], None) => {
                let message = format!(
                    "in {label} net cash before debt service is {cash}, and debt service is {service}"
                );
                finding(plan, "debt-service-short", *loan, message, short)
            }
            _ => Finding {
                name: "debt-service-short",
                subject: "plan".to_string(),
                message: format!(
                    "in {label} net cash before debt service is {cash}, and debt service is \
                     {service}, of {} together",
                    titles.join(", ")
                ),
                remedy: String::new(),
                amount: Some(short),
                origin: None,
            },
        };
        findings.push(told);
    }
    findings
}

/// Money of last resort that paid in a month in which payer money, eligible for the same line, paid
/// elsewhere (42 USC 300ff-15(a)(6), 34 CFR 303.510).
fn last_resort_before_payer(plan: &Plan, ledger: &Ledger, stream: StreamIndex) -> Option<Finding> {
    if !plan.restrictions(stream).last_resort {
        return None;
    }
    let mut amount = Money::ZERO;
    for place in 0..ledger.months() {
        let month: Vec<&DrawBook> = in_month(ledger, place);
        let mut elsewhere = month
            .iter()
            .filter(|draw| ledger.streams[draw.stream].kind == Some(Kind::Payer))
            .map(|draw| (draw, draw.amount))
            .collect::<Vec<_>>();
        for draw in month.iter().filter(|draw| draw.stream == stream.at()) {
            let mut paid = draw.amount;
            for (payer, left) in &mut elsewhere {
                let payer_stream = StreamIndex::from(payer.stream);
                if payer.line != draw.line
                    && standing_verdict(plan, payer_stream, payer.pool, draw.line).is_allowed()
                {
                    let part = paid.at_most(*left);
                    paid -= part;
                    *left -= part;
                    amount += part;
                }
            }
        }
    }
    let title = &plan.stream(stream).title;
    let message = format!(
        "{title} is money of last resort, and pays while payer money that could have paid the same \
         lines pays elsewhere"
    );
    amount.is_positive().then(|| finding(plan, "last-resort-before-payer", stream, message, amount))
}

/// The draws of a month, which stand together in the books.
fn in_month(ledger: &Ledger, place: usize) -> Vec<&DrawBook> {
    let first = ledger.draws.partition_point(|draw| draw.place < place);
    ledger.draws[first..].iter().take_while(|draw| draw.place == place).collect()
}

/// A selection that must take a share of the award and takes less.
fn floor_of_award_missed(plan: &Plan, ledger: &Ledger, stream: StreamIndex) -> Option<Finding> {
    let rules = plan.restrictions(stream);
    let own = ledger.tranches.iter().filter(|tranche| tranche.stream == stream.at());
    let award: Money = own.map(|tranche| tranche.amount).sum();
    let mut shortfall = Money::ZERO;
    for floor in rules.floors.iter().filter(|floor| !floor.of_spent) {
        let within = |line: LineIndex| selected(&floor.on, line, plan.line(line));
        let taken: Money = ledger
            .draws
            .iter()
            .filter(|draw| draw.stream == stream.at() && within(draw.line))
            .map(|draw| draw.amount)
            .sum();
        shortfall += (floor.share.of(award) - taken).floor_zero();
    }
    let title = &plan.stream(stream).title;
    let message =
        format!("{title} must spend a share of its award on one purpose, and spends less on it");
    shortfall.is_positive().then(|| finding(plan, "floor-missed", stream, message, shortfall))
}

/// In-kind offered beyond what its line needs.
fn unused_in_kind(plan: &Plan, timeline: &Timeline, stream: StreamIndex) -> Option<Finding> {
    let own = timeline.unused_in_kind.iter().filter(|(of, _, _)| *of == stream);
    let unused: Money = own.map(|(_, _, amount)| *amount).sum();
    let title = &plan.stream(stream).title;
    let message =
        format!("{title} offers more in kind than its line needs: the rest counts for nothing");
    unused.is_positive().then(|| finding(plan, "in-kind-unused", stream, message, unused))
}

/// What non-federal money pays of a selection in a fiscal year that lies whole in the horizon, an award's own
/// draws apart.
fn effort_of(
    plan: &Plan,
    ledger: &Ledger,
    on: &[Selector],
    year: i32,
    counts: impl Fn(&DrawBook) -> bool,
) -> Option<Money> {
    let of_year = |place: &usize| ledger.fiscal.year_of(ledger.horizon.month(*place)) == year;
    if (0..ledger.months()).filter(of_year).count() < 12 {
        return None;
    }
    let own = ledger.draws.iter().filter(|draw| {
        of_year(&draw.place) && counts(draw) && selected(on, draw.line, plan.line(draw.line))
    });
    Some(own.map(|draw| draw.amount).sum())
}

/// Effort of other money that falls below its baseline while the award pays (42 USC 300x-30, 300ff-15,
/// 705(a)(4); 34 CFR 303.225), or that the award supplants.
fn effort_not_kept_up(plan: &Plan, ledger: &Ledger, stream: StreamIndex) -> Vec<Finding> {
    let (first, last) = (ledger.horizon.start, ledger.horizon.end());
    let years = ledger.fiscal.year_of(first)..=ledger.fiscal.year_of(last);
    let non_federal = |draw: &DrawBook| {
        let book = &ledger.streams[draw.stream];
        let own = draw.stream == stream.at();
        // What a federal award's activity earns is the award's, and no effort of others.
        let earned = (draw.stream < plan.streams.len())
            .then(|| plan.restrictions(StreamIndex::from(draw.stream)).award.earned_by)
            .flatten()
            .is_some_and(|award| plan.stream(award).federal);
        !book.federal && !own && !earned
    };
    let awarded = |draw: &DrawBook| draw.stream == stream.at();
    let mut findings = Vec::new();
    for effort in &plan.restrictions(stream).award.efforts {
        let planned = |year: i32| effort_of(plan, ledger, &effort.on, year, non_federal);
        for year in years.clone() {
            let Some(current) = planned(year) else { continue };
            let Some(paid) = effort_of(plan, ledger, &effort.on, year, awarded) else { continue };
            if paid.is_zero() {
                continue;
            }
            let label = crate::month::FiscalCalendar::label(year);
            let title = &plan.stream(stream).title;
            let Some(baseline) = effort.baseline_of(year, planned) else {
                let message = format!(
                    "{title}: what other money spent before {label} is not known, so its effort cannot \
                     be compared"
                );
                let told =
                    findings.iter().any(|told: &Finding| told.name == "effort-baseline-unknown");
                if !told {
                    let told = finding(plan, "effort-baseline-unknown", stream, message, paid);
                    findings.push(told.remedied("state `history`"));
                }
                continue;
            };
            let fall = (baseline - current).floor_zero();
            let (name, amount, words) = match effort.supplant {
                true => {
                    ("supplants", fall.at_most(paid), "it supplants other money unless rebutted")
                }
                false => ("effort-not-maintained", fall, "the next allotment may fall by as much"),
            };
            if amount.is_positive() {
                let message = format!(
                    "{title}: in {label} other money spends {} on the same costs, against a \
                     baseline of {}: {words}",
                    in_dollars(current),
                    in_dollars(baseline)
                );
                findings.push(finding(plan, name, stream, message, amount));
            }
        }
    }
    findings
}

/// What an award moves among the categories of its approved budget, where that may need prior approval.
pub(crate) struct Transfers {
    /// What is spent beyond the approved amounts.
    pub(crate) moved: Money,
    /// The budget, cost share with it, of which a tenth may be moved freely.
    pub(crate) whole: Money,
    /// The categories that take more than was approved, and how much more.
    pub(crate) beyond: Vec<(Category, Money)>,
}

/// The transfers of an award in the books of a braid: beyond a tenth of the budget, cost share with it, of an
/// award above the simplified acquisition threshold; nothing where the award may move as much freely
/// (2 CFR 200.308(i)).
pub(crate) fn transfers(plan: &Plan, ledger: &Ledger, stream: StreamIndex) -> Option<Transfers> {
    let rules = plan.restrictions(stream);
    let budget = rules.award.budget.as_ref()?;
    let Terms::Grant(grant) = &plan.stream(stream).terms else { return None };
    // A renewal has a budget of its own.
    let first = |tranche: usize| ledger.tranches[tranche].available <= grant.last_month();
    let spent = |category: Category| -> Money {
        let own = ledger.draws.iter().filter(|draw| {
            draw.stream == stream.at()
                && first(draw.tranche)
                && plan.line(draw.line).category == category
        });
        let direct: Money = own.map(|draw| draw.amount).sum();
        let own = ledger.recoveries.iter();
        let own = own.filter(|row| row.stream == stream.at() && first(row.tranche));
        let recovered: Money = own.map(|row| row.amount).sum();
        if category == Category::Overhead { direct + recovered } else { direct }
    };
    let seen = ledger.horizon.start;
    let threshold = Parameter::SimplifiedAcquisitionThreshold.in_force("", seen)?.money();
    let share = Parameter::TransferShare.in_force("", seen)?.share();
    let needed = rules
        .matching
        .as_ref()
        .map_or(0, |rule| rule.needed(budget.total().cents(), plan.horizon.start));
    let whole = budget.total() + Money::from_cents(needed);
    let moved = budget.moved(spent);
    if budget.total() <= threshold || moved <= share.of(whole) {
        return None;
    }
    let beyond = |category: Category| (category, spent(category) - budget.approved(category));
    let beyond = Category::ALL.into_iter().map(beyond).filter(|(_, more)| more.is_positive());
    let beyond = beyond.collect();
    Some(Transfers { moved, whole, beyond })
}

/// `budget-transfers`: what an award moves among the categories of its approved budget, where that may need
/// approval.
fn moved_among_categories(plan: &Plan, ledger: &Ledger, stream: StreamIndex) -> Option<Finding> {
    let Transfers { moved, whole, .. } = transfers(plan, ledger, stream)?;
    let title = &plan.stream(stream).title;
    let message = format!(
        "{title} spends {} beyond its approved categories, more than a tenth of {}: the agency \
         may ask for prior approval (2 CFR 200.308(i))",
        in_dollars(moved),
        in_dollars(whole)
    );
    Some(finding(plan, "budget-transfers", stream, message, moved))
}

/// Costs of an award that are paid after its obligations had to be (2 CFR 200.344).
fn paid_after_closeout(plan: &Plan, ledger: &Ledger, stream: StreamIndex) -> Option<Finding> {
    let by = plan.restrictions(stream).award.liquidate_by?;
    let award = plan.stream(stream);
    let ends = match &award.terms {
        Terms::Grant(grant) => grant.last_month(),
        _ => award.last_month(ledger.horizon.end()),
    };
    let ends = award.termination.map_or(ends, |end| end.month.min(ends));
    let late = ledger.draws.iter().filter(|draw| {
        let (month, lag) =
            (ledger.horizon.month(draw.place), ledger.lines[draw.line.at()].payment_lag_months);
        let paid = month.plus(lag as i32);
        draw.stream == stream.at() && month <= ends && paid.is_none_or(|paid| paid > by.month())
    });
    let amount: Money = late.map(|draw| draw.amount).sum();
    let title = &plan.stream(stream).title;
    let message = format!(
        "{title} pays costs whose own payment falls after {by}, by which its obligations must be paid \
         (2 CFR 200.344)"
    );
    let told = finding(plan, "paid-after-closeout", stream, message, amount);
    amount.is_positive().then(|| told.remedied("pay them sooner"))
}

/// What an award falls by since its activity earns it (2 CFR 200.307(b)(1)).
fn program_income_deducted(
    plan: &Plan,
    timeline: &Timeline,
    stream: StreamIndex,
) -> Option<Finding> {
    let own = timeline.deducted.iter().filter(|(award, _)| *award == stream);
    let amount: Money = own.map(|(_, amount)| *amount).sum();
    let title = &plan.stream(stream).title;
    let message = format!(
        "{title} falls by what its own activity earns, which is spent in its place (2 CFR 200.307(b))"
    );
    amount.is_positive().then(|| finding(plan, "program-income-deducted", stream, message, amount))
}

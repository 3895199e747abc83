//! Named findings: what is doubtful about a plan that can be forecast.
//!
//! One small function a finding, gathered in [`CHECKS`]. They look at the plan alone, with every
//! stream in it whatever its status; findings that depend on a braid stand with the forecast. Whether
//! money may pay a line is asked of [`permission`] and never decided here.

use std::collections::BTreeMap;

use super::Plan;
use super::restriction::{Cap, CapBound, Standing, permission, selected};
use super::{cost, dues};
use crate::diagnostic::Origin;
use crate::driver::total;
use crate::funding::payer::PayerMethod;
use crate::funding::shared_savings::Agreement;
use crate::funding::{Authority, End, Kind, Lowered, Stream, Terms, Tranche};
use crate::money::{Money, Rate, in_dollars};
use crate::month::Month;
use crate::name::{DriverIndex, LineIndex, PoolIndex, StreamIndex};
use crate::plan::{Input, RuleDefault};
use crate::rules::Parameter;
use crate::rules::mssp;

mod awards;
mod debts;
mod empty;
mod payers;

/// A named doubt about a plan, or about the braid that was made of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The stable name, such as `unsourced-input`.
    pub name: &'static str,
    /// What it is about, as a path of the plan.
    pub subject: String,
    /// What is doubtful and what that means, in one sentence without keys of the plan folder.
    pub message: String,
    /// What its author can do about it; empty where that goes without saying.
    pub remedy: String,
    /// The amount at stake, where there is one.
    pub amount: Option<Money>,
    /// Where it was written.
    pub origin: Option<Origin>,
}

impl Finding {
    /// The finding with what can be done about it.
    #[must_use]
    pub(crate) fn remedied(self, remedy: &str) -> Finding {
        Finding { remedy: remedy.to_string(), ..self }
    }
}

/// Every check, in the order of the names of their findings.
const CHECKS: [fn(&Facts) -> Vec<Finding>; 34] = [
    advance_outstanding,
    award_starts_before_plan,
    awards::budget_differs_from_award,
    cap_cannot_bind,
    cash_not_stated,
    cost_before_award,
    cost_nobody_pays,
    driver_not_used,
    file_not_read,
    awards::fixed_amount_over_limit,
    illustrative_input,
    incentive_over_limit,
    awards::indirect_rates_differ,
    debts::loan_not_held,
    lost_to_delay,
    milestone_after_period,
    empty::no_cost,
    empty::no_stream,
    awards::open_period_spent,
    payers::payer_owes_unstated,
    pool_rests_on_authority,
    awards::program_income_method_not_stated,
    awards::rule_carried_forward,
    published_share_carried_forward,
    debts::repayment_never_due,
    awards::salary_over_limit,
    savings_carried_forward,
    payers::score_stated_as_owed,
    shared_line_without_benefit,
    awards::spent_beyond_limit,
    stream_pays_nothing,
    terms_without_effect,
    unsourced_input,
    unverified_default,
];

/// Keys that one finding lists; the rest are counted.
const KEYS_LISTED_MAX: usize = 12;

/// Every finding that the plan alone shows, in the order of names and subjects.
pub fn findings(plan: &Plan) -> Vec<Finding> {
    let facts = Facts::from_plan(plan);
    let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(&facts)).collect();
    findings.sort();
    findings
}

/// What several checks need to know, computed once.
struct Facts<'a> {
    plan: &'a Plan,
    /// The need of each line in each month, what streams have due and fees with it.
    needs: Vec<Vec<Money>>,
    streams: Vec<StreamFacts>,
}

/// What a stream's terms and restrictions come to.
struct StreamFacts {
    lowered: Lowered,
    /// Whether some tranche may be spent, by month of the horizon.
    open: Vec<bool>,
    /// Whether it may pay a line, under its own uses or a pool's, by line.
    allowed: Vec<bool>,
}

impl<'a> Facts<'a> {
    /// An amount that does not come out counts as nothing here: the forecast itself reports it.
    fn from_plan(plan: &'a Plan) -> Facts<'a> {
        let streams: Vec<StreamFacts> =
            indices(&plan.streams).map(|stream| StreamFacts::of(plan, stream)).collect();
        // A plan that was read comes out within bounds; of any other nothing is said.
        let brings = |stream: StreamIndex| Lowered {
            dues: dues::of_stream(plan, stream, |_| true).unwrap_or_default(),
            ..streams[stream.at()].lowered.clone()
        };
        let none = || vec![vec![Money::ZERO; plan.horizon.months as usize]; plan.lines.len()];
        let needs = cost::needs(plan, brings).unwrap_or_else(none);
        Facts { plan, needs, streams }
    }

    fn stream(&self, stream: StreamIndex) -> &StreamFacts {
        &self.streams[stream.at()]
    }

    /// The line's need in the months that a condition on their places names.
    fn need(&self, line: LineIndex, holds: impl Fn(usize) -> bool) -> Money {
        let places = self.needs[line.at()].iter().enumerate();
        sum(places.filter(|(place, _)| holds(*place)).map(|(_, need)| *need))
    }

    /// Whether a stream may pay the line in the month at a place.
    fn may_pay(&self, stream: StreamIndex, line: LineIndex, place: usize) -> bool {
        let facts = self.stream(stream);
        facts.allowed[line.at()] && facts.open[place]
    }

    /// Whether the stream may pay the line in some month in which it needs money.
    fn reaches(&self, stream: StreamIndex, line: LineIndex) -> bool {
        let facts = self.stream(stream);
        let mut months = self.needs[line.at()].iter().zip(&facts.open);
        facts.allowed[line.at()] && months.any(|(need, open)| *open && need.is_positive())
    }

    /// The need of the line that falls in months in which the stream may pay it.
    fn payable(&self, stream: StreamIndex, line: LineIndex) -> Money {
        self.need(line, |place| self.may_pay(stream, line, place))
    }

    fn finding(&self, name: &'static str, subject: String, message: String) -> Finding {
        let origin = self.plan.inputs.find(&subject).map(|input| input.origin.clone());
        Finding { name, subject, message, remedy: String::new(), amount: None, origin }
    }

    /// What people call a stream, as messages quote it.
    fn called(&self, stream: StreamIndex) -> String {
        format!("“{}”", self.plan.stream(stream).title)
    }

    /// Streams in a row: `“A”, “B” and “C”`.
    fn all_called(&self, streams: impl IntoIterator<Item = StreamIndex>) -> String {
        let mut titles: Vec<String> =
            streams.into_iter().map(|stream| self.called(stream)).collect();
        match (titles.pop(), titles.as_slice()) {
            (Some(last), []) => last,
            (Some(last), others) => format!("{} and {last}", others.join(", ")),
            (None, _) => String::new(),
        }
    }
}

impl StreamFacts {
    fn of(plan: &Plan, stream: StreamIndex) -> StreamFacts {
        let lowered = plan.stream(stream).lower(&plan.setting()).unwrap_or_default();
        let mut open = vec![false; plan.horizon.months as usize];
        let mut reach = vec![0_i64; open.len() + 1];
        for (first, last) in lowered
            .tranches
            .iter()
            .filter_map(|tranche| plan.horizon.window(tranche.first, tranche.last))
        {
            reach[first] += 1;
            reach[last + 1] -= 1;
        }
        let mut held = 0;
        for (month, change) in open.iter_mut().zip(&reach) {
            held += change;
            *month = held > 0;
        }
        let routes = routes(plan, stream);
        let allows = |line: LineIndex| {
            let standing = |pool: &Option<PoolIndex>| pool.map_or(Standing::Own, Standing::Pool);
            routes.iter().any(|pool| permission(plan, stream, standing(pool), line).is_ok())
        };
        StreamFacts { lowered, open, allowed: indices(&plan.lines).map(allows).collect() }
    }
}

/// The uses under which a stream's money stands: those of each pool that it is a member of, and its
/// own unless the pools take all of it.
fn routes(plan: &Plan, stream: StreamIndex) -> Vec<Option<PoolIndex>> {
    let mut routes = Vec::new();
    let mut pooled = 0;
    for (index, pool) in plan.pools.iter().enumerate() {
        if let Some((_, share)) = pool.members.iter().find(|(member, _)| *member == stream) {
            pooled += share.billionths();
            routes.push(Some(PoolIndex::from(index)));
        }
    }
    if pooled < Rate::ONE.billionths() {
        routes.push(None);
    }
    routes
}

/// `advance-outstanding`: advances on savings that no settlement within the plan pays back. They are a
/// contingent liability (42 CFR 425.630): owed where the organisation leaves early.
fn advance_outstanding(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let terms = facts.plan.stream(stream);
        let Terms::SharedSavings(savings) = &terms.terms else { return None };
        let end = facts.plan.horizon.end();
        let amount = savings.unrecouped(&facts.stream(stream).lowered, end)?;
        let ended = match terms.termination {
            Some(ended) => {
                Stream { end: End::Until(terms.last_month(ended.month)), ..terms.clone() }
            }
            None => terms.clone(),
        };
        let left = match savings.settles_after(&ended, end) {
            true => "only what is settled later can pay it back",
            false => "no performance year is left whose settlement could pay it back",
        };
        let message = format!(
            "what was advanced on savings is not paid back by {}, and {left}: it was not \
             earned, and is owed where the organisation leaves early (42 CFR 425.630; no source was \
             read for when)",
            end.words()
        );
        let finding = facts.finding("advance-outstanding", stream_path(facts, stream), message);
        let finding = finding.remedied("ask in writing when it would be owed");
        Some(Finding { amount: Some(amount), ..finding })
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `award-starts-before-plan`: authority that opened before the horizon is counted whole, as if
/// nothing of it had been spent.
fn award_starts_before_plan(facts: &Facts) -> Vec<Finding> {
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

/// `cap-cannot-bind`: a cap that no spending could ever reach.
fn cap_cannot_bind(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stream in indices(&facts.plan.streams) {
        let rules = facts.plan.restrictions(stream);
        // Caps of a budget whose transfers are barred are not written one by one.
        let of_budget =
            |cap: &&Cap| rules.award.budget.as_ref().is_some_and(|budget| budget.made(cap));
        for cap in rules.caps.iter().filter(|cap| !of_budget(cap)) {
            if let Some(reason) = why_unbinding(facts, stream, cap) {
                let selectors: Vec<String> =
                    cap.on.iter().map(|on| format!("`{}`", on.words(facts.plan))).collect();
                let remedy = format!("leave out the cap on {}, or lower it", selectors.join(", "));
                let message = format!("a cap cannot bind: {reason}");
                let subject = format!("{}.cap", stream_path(facts, stream));
                let finding = facts.finding("cap-cannot-bind", subject, message);
                findings.push(finding.remedied(&remedy));
            }
        }
    }
    findings
}

/// Why a cap cannot bind, if it cannot.
fn why_unbinding(facts: &Facts, stream: StreamIndex, cap: &Cap) -> Option<String> {
    let within = |line: LineIndex| {
        cap.within.is_empty() || selected(&cap.within, line, facts.plan.line(line))
    };
    let capped =
        |line: &LineIndex| selected(&cap.on, *line, facts.plan.line(*line)) && within(*line);
    let payable = indices(&facts.plan.lines).filter(capped);
    let need = sum(payable.map(|line| facts.payable(stream, line)));
    let indirect = cap.holds_indirect() && facts.plan.restrictions(stream).indirect.is_some();
    if need.is_zero() && !indirect {
        return Some("it selects no cost that the stream may pay in its months".to_string());
    }
    match cap.bound {
        CapBound::ShareOfAward(share) | CapBound::ShareOfSpent(share) if share >= Rate::ONE => {
            return Some("it allows all of the money".to_string());
        }
        CapBound::ShareOfSpent(_) => return None,
        CapBound::Amount(amount) => {
            if awards(facts, stream).is_some_and(|awards| awards.iter().all(|sum| *sum <= amount)) {
                let amount = in_dollars(amount);
                return Some(format!("its {amount} is no less than the whole award"));
            }
        }
        CapBound::ShareOfAward(_) => {}
    }
    let before = facts.plan.opening_of(stream).map_or(Money::ZERO, |opening| opening.spent);
    let need = sum([need, before]);
    let bound = least_bound(facts, stream, cap)?;
    (!indirect && bound >= need).then(|| {
        let (bound, need) = (in_dollars(bound), in_dollars(need));
        format!("its {bound} is no less than all the cost it selects, {need}")
    })
}

/// The least amount that a cap allows over the life of an award; nothing where it depends on what is
/// spent or on a budget period.
fn least_bound(facts: &Facts, stream: StreamIndex, cap: &Cap) -> Option<Money> {
    match cap.bound {
        CapBound::Amount(amount) => Some(amount),
        CapBound::ShareOfAward(share) if !cap.per_period => {
            let least = awards(facts, stream)?.into_iter().min()?;
            share.try_of(least)
        }
        CapBound::ShareOfAward(_) | CapBound::ShareOfSpent(_) => None,
    }
}

/// The authority of each award of a stream, as far as it reaches the horizon; nothing where it is
/// not stated.
fn awards(facts: &Facts, stream: StreamIndex) -> Option<Vec<Money>> {
    let mut awards: BTreeMap<u32, Money> = BTreeMap::new();
    for tranche in &facts.stream(stream).lowered.tranches {
        let award = awards.entry(tranche.award).or_default();
        *award = sum([*award, stated(tranche)?]);
    }
    Some(awards.into_values().collect())
}

/// `cash-not-stated`: the plan does not state its cash in hand, so that every balance is counted from $0.
fn cash_not_stated(facts: &Facts) -> Vec<Finding> {
    if facts.plan.opening.cash_stated {
        return Vec::new();
    }
    let message = "it does not state the cash in hand, so that cash is counted from $0: by how much cash \
                   changes is told, but not how much there is, when it runs out or how likely that is";
    let finding = facts.finding("cash-not-stated", "opening".to_string(), message.to_string());
    vec![finding.remedied("state `unrestricted-cash` under `[opening]`, 0 if there is none")]
}

/// `cost-before-award`: a line that one award alone may pay needs money before the award's first day
/// (2 CFR 200.403(h)).
fn cost_before_award(facts: &Facts) -> Vec<Finding> {
    let check = |line: LineIndex| {
        let mut payers = indices(&facts.plan.streams)
            .filter(|stream: &StreamIndex| facts.stream(*stream).allowed[line.at()]);
        let (Some(award), None) = (payers.next(), payers.next()) else { return None };
        let first = first_day(facts, award)?;
        let amount = facts.need(line, |place| facts.plan.horizon.month(place) < first);
        let message = format!(
            "it needs money before {}, the first month of {}, which alone may pay it \
             (2 CFR 200.403(h))",
            first.words(),
            facts.called(award)
        );
        let finding = facts.finding("cost-before-award", line_path(facts, line), message);
        let finding = finding.remedied("let other money pay it, or begin it later");
        amount.is_positive().then_some(Finding { amount: Some(amount), ..finding })
    };
    indices(&facts.plan.lines).filter_map(check).collect()
}

/// The first month of an award; nothing for a stream that is none.
fn first_day(facts: &Facts, stream: StreamIndex) -> Option<Month> {
    let award = facts.plan.stream(stream);
    match &award.terms {
        Terms::Grant(grant) => Some(grant.from),
        Terms::Schedule(rows) if award.kind == Kind::Grant => {
            rows.iter().map(|row| row.available).min()
        }
        _ => None,
    }
}

/// `cost-nobody-pays`: a line that no stream may pay in any month in which it needs money.
fn cost_nobody_pays(facts: &Facts) -> Vec<Finding> {
    let check = |line: LineIndex| {
        let amount = facts.need(line, |_| true);
        let mut streams = indices(&facts.plan.streams);
        let paid = streams.any(|stream| facts.reaches(stream, line));
        if paid || !amount.is_positive() {
            return None;
        }
        let message =
            "no money of the plan may pay it in any month in which it needs some".to_string();
        let finding = facts.finding("cost-nobody-pays", line_path(facts, line), message);
        let finding = finding.remedied("widen what a stream `pays-for`, or find one that may");
        Some(Finding { amount: Some(amount), ..finding })
    };
    indices(&facts.plan.lines).filter_map(check).collect()
}

/// `driver-not-used`: a driver that no cost and no stream goes by, as where the row of a line was lost. A scenario may drop
/// what goes by it.
fn driver_not_used(facts: &Facts) -> Vec<Finding> {
    let plan = facts.plan;
    if plan.scenario != "base" {
        return Vec::new();
    }
    let lines = plan.lines.iter().flat_map(|line| line.drivers());
    let streams = plan.streams.iter().flat_map(|stream| stream.drivers());
    let used: Vec<DriverIndex> = lines.chain(streams).collect();
    let unused = indices(&plan.drivers).filter(|driver: &DriverIndex| !used.contains(driver));
    let finding = |driver: DriverIndex| {
        let subject = format!("driver.{}", plan.drivers[driver.at()].name);
        let message = "no cost and no stream of the plan goes by it".to_string();
        facts.finding("driver-not-used", subject, message).remedied("is a row missing?")
    };
    unused.map(finding).collect()
}

/// `file-not-read`: a file that a partnership may keep in the folder and that nothing here reads.
fn file_not_read(facts: &Facts) -> Vec<Finding> {
    let finding = |name: &String| {
        let message = "it stands in the folder and is not read: no figure rests on it";
        facts.finding("file-not-read", name.clone(), message.to_string())
    };
    facts.plan.unread.iter().map(finding).collect()
}

/// `illustrative-input`: figures whose source calls itself illustrative.
fn illustrative_input(facts: &Facts) -> Vec<Finding> {
    let illustrative = |input: &&Input| {
        input.figure
            && input
                .source
                .as_ref()
                .is_some_and(|source| source.to_lowercase().contains("illustrative"))
    };
    let inputs = facts.plan.inputs.stated.iter().filter(illustrative);
    let finding = |(table, keys): (&str, Vec<&Input>)| {
        let message = format!("its source calls itself illustrative: {}", listed(table, &keys));
        facts.finding("illustrative-input", table.to_string(), message)
    };
    by_table(inputs).into_iter().map(finding).collect()
}

/// `incentive-over-limit`: a bonus of a Medicaid plan beyond what its payment allows (42 CFR 438.6(b)).
fn incentive_over_limit(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let Terms::Payer(payer) = &facts.plan.stream(stream).terms else { return None };
        let bonus = payer.bonus.filter(|_| payer.medicaid)?;
        let rule = Parameter::IncentiveLimit.in_force("", payer.from)?;
        if bonus.share <= rule.share() {
            return None;
        }
        let by_member =
            matches!(payer.method, PayerMethod::Pmpm { .. } | PayerMethod::Capitation { .. });
        let of = if by_member { "a Medicaid plan's capitation" } else { "what the contract pays" };
        let message = format!(
            "its bonus exceeds {} of {of}, the most that an incentive of a Medicaid plan may add \
             ({})",
            rule.value.words(),
            rule.citation
        );
        let finding = facts.finding("incentive-over-limit", stream_path(facts, stream), message);
        Some(finding.remedied("lower it, or show the state's approval"))
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `lost-to-delay`: authority that ends before its delayed start.
fn lost_to_delay(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let lost = &facts.stream(stream).lowered.lost;
        let begins = facts.plan.stream(stream).delayed_to?;
        let amount = sum(lost.iter().map(|(_, amount)| *amount));
        let last = lost.iter().map(|(last, _)| *last).max()?;
        let message = format!(
            "its start is delayed to {}, and money that could be spent by {} is lost",
            begins.words(),
            last.words()
        );
        let finding = facts.finding("lost-to-delay", stream_path(facts, stream), message);
        let finding = finding.remedied("ask for an extension, or for the same money later");
        amount.is_positive().then_some(Finding { amount: Some(amount), ..finding })
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `milestone-after-period`: a budget period whose milestone comes after its last month.
fn milestone_after_period(facts: &Facts) -> Vec<Finding> {
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

/// `pool-rests-on-authority`: a pool that blends federal money on the strength of a citation.
fn pool_rests_on_authority(facts: &Facts) -> Vec<Finding> {
    let check = |index: PoolIndex| {
        let pool = facts.plan.pool(index);
        let authority = pool.authority.as_ref()?;
        let members = pool.members.iter().map(|(member, _)| *member);
        let federal: Vec<StreamIndex> =
            members.filter(|member| facts.plan.stream(*member).federal).collect();
        if federal.is_empty() {
            return None;
        }
        let message = format!(
            "it blends federal money ({}) on the authority of {authority}",
            facts.all_called(federal)
        );
        let subject = Plan::path("pool", &pool.name);
        let finding = facts.finding("pool-rests-on-authority", subject, message);
        Some(finding.remedied("have each funder confirm it in writing"))
    };
    indices(&facts.plan.pools).filter_map(check).collect()
}

/// `rule-carried-forward`: performance years of the Medicare programme that come after the last known rules.
fn savings_carried_forward(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let terms = facts.plan.stream(stream);
        let Terms::SharedSavings(savings) = &terms.terms else { return None };
        let Agreement::Medicare(..) = savings.agreement else { return None };
        let last = terms.last_month(facts.plan.horizon.end()).year();
        let first = savings.from.year().max(mssp::LAST_YEAR + 1);
        let message = format!(
            "the rules of performance years {first} to {last} are not known here: those of {} are \
             carried forward (42 CFR 425.605, 425.610)",
            mssp::LAST_YEAR
        );
        let subject = format!("{}.terms.track", stream_path(facts, stream));
        (first <= last).then(|| facts.finding("rule-carried-forward", subject, message))
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `rule-carried-forward`: years for which no rate was published yet, and for which the last one holds.
fn published_share_carried_forward(facts: &Facts) -> Vec<Finding> {
    let carried = |default: &RuleDefault| {
        let (first, last) = default.carried?;
        let years = match first == last {
            true => format!("for {first}"),
            false => format!("for {first} to {last}"),
        };
        let since = default.rule.since();
        let message = format!(
            "no rate is published yet {years}: {}{}, is carried forward",
            default.rule.value.words(),
            since.map_or(String::new(), |month| format!(", which holds from {}", month.words()))
        );
        Some(facts.finding("rule-carried-forward", default.path.clone(), message))
    };
    facts.plan.defaults.iter().filter_map(carried).collect()
}

/// `shared-line-without-benefit`: a line that two or more awards under cost principles may pay in one
/// month, while nothing documents how it benefits each (2 CFR 200.405).
fn shared_line_without_benefit(facts: &Facts) -> Vec<Finding> {
    let governed: Vec<StreamIndex> = indices(&facts.plan.streams)
        .filter(|stream: &StreamIndex| facts.plan.stream(*stream).cost_principles)
        .collect();
    let check = |line: LineIndex| {
        if facts.plan.line(line).benefit.is_some() {
            return None;
        }
        let allowed: Vec<StreamIndex> =
            governed.iter().copied().filter(|stream| facts.reaches(*stream, line)).collect();
        let shared = |place: usize| {
            allowed.iter().filter(|stream| facts.may_pay(**stream, line, place)).count() >= 2
        };
        let amount = facts.need(line, shared);
        let message = format!(
            "{} may pay it in the same months, and nothing documents how it benefits each \
             (2 CFR 200.405)",
            facts.all_called(allowed)
        );
        let subject = line_path(facts, line);
        let finding = facts.finding("shared-line-without-benefit", subject, message);
        let finding = finding.remedied("document it, and state it under `benefit`");
        amount.is_positive().then_some(Finding { amount: Some(amount), ..finding })
    };
    indices(&facts.plan.lines).filter_map(check).collect()
}

/// `stream-pays-nothing`: a stream that has no line to pay in its months, or no money in the plan's.
fn stream_pays_nothing(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let lowered = &facts.stream(stream).lowered;
        let told = !lowered.memos.is_empty() || !lowered.dues.is_empty();
        let mut lines = indices(&facts.plan.lines);
        let pays = lines.any(|line| facts.reaches(stream, line));
        let message = match lowered.tranches.is_empty() {
            true if told => return None,
            true => "its terms bring no money within the plan's months",
            false if pays => return None,
            false => "there is no cost that it may pay in any of its months",
        };
        let amount = sum(lowered.tranches.iter().filter_map(stated));
        let subject = stream_path(facts, stream);
        let finding = facts.finding("stream-pays-nothing", subject, message.to_string());
        Some(Finding { amount: amount.is_positive().then_some(amount), ..finding })
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `terms-without-effect`: terms of a payer that its method does not use.
fn terms_without_effect(facts: &Facts) -> Vec<Finding> {
    let check = |stream: StreamIndex| {
        let Terms::Payer(payer) = &facts.plan.stream(stream).terms else { return None };
        let unused = payer.withhold.is_some()
            || payer.bonus.is_some()
            || payer.pass_through != Rate::ZERO
            || payer.collection.iter().any(|(lag_months, _)| *lag_months > 0);
        if !unused || !matches!(payer.method, PayerMethod::CostReimbursement { .. }) {
            return None;
        }
        let message = "cost reimbursement neither withholds nor passes on, and is paid as \
                       its invoices are: the other terms have no effect";
        let subject = stream_path(facts, stream);
        let finding = facts.finding("terms-without-effect", subject, message.to_string());
        Some(finding.remedied("leave them out; when it pays is said under `payment`"))
    };
    indices(&facts.plan.streams).filter_map(check).collect()
}

/// `unsourced-input`: figures of which the plan does not say where they come from.
fn unsourced_input(facts: &Facts) -> Vec<Finding> {
    let unsourced = |input: &&Input| input.figure && !is_sourced(facts.plan, input);
    let inputs = facts.plan.inputs.stated.iter().filter(unsourced);
    let finding = |(table, keys): (&str, Vec<&Input>)| {
        let message = format!("no source is given for {}", listed(table, &keys));
        let first = keys.first().map(|input| input.origin.clone());
        let finding = facts.finding("unsourced-input", table.to_string(), message);
        Finding { origin: finding.origin.or(first), ..finding }
    };
    by_table(inputs).into_iter().map(finding).collect()
}

/// `unverified-default`: rules of which no source was read, on which the plan rests since it states nothing.
fn unverified_default(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for RuleDefault { path, rule, .. } in facts.plan.defaults.iter() {
        if rule.is_verified() {
            continue;
        }
        let message = format!(
            "it is left to a rule, {}, of which no source was read ({})",
            rule.value.words(),
            rule.citation
        );
        let remedy = format!("check `{}`, and state it", rule.parameter.word());
        let finding = facts.finding("unverified-default", path.clone(), message);
        findings.push(finding.remedied(&remedy));
    }
    findings
}

/// Whether an input, or a table that holds it, has a source.
fn is_sourced(plan: &Plan, input: &Input) -> bool {
    let mut path = input.path.as_str();
    if input.source.is_some() {
        return true;
    }
    while let Some((table, _)) = path.rsplit_once('.') {
        let found = plan.inputs.stated.binary_search_by(|input| input.path.as_str().cmp(table));
        if found.is_ok_and(|index| plan.inputs.stated[index].source.is_some()) {
            return true;
        }
        path = table;
    }
    false
}

/// Inputs by the table that holds them.
fn by_table<'a>(inputs: impl Iterator<Item = &'a Input>) -> BTreeMap<&'a str, Vec<&'a Input>> {
    let mut tables: BTreeMap<&str, Vec<&Input>> = BTreeMap::new();
    for input in inputs {
        tables.entry(table_of(&input.path)).or_default().push(input);
    }
    tables
}

/// The path of the table of a plan file that holds an input: `stream.ahc` of `stream.ahc.terms.rate`.
fn table_of(path: &str) -> &str {
    let names = match path.split('.').next() {
        Some("driver" | "cost" | "stream" | "pool" | "scenario") => 2,
        Some("opening") if path.starts_with("opening.stream.") => 3,
        _ => 1,
    };
    path.match_indices('.').nth(names - 1).map_or(path, |(end, _)| &path[..end])
}

/// The keys of inputs below their table, in words.
fn listed(table: &str, inputs: &[&Input]) -> String {
    let key = |input: &&Input| match input.path.strip_prefix(table) {
        Some(key) if !key.is_empty() => format!("`{}`", key.trim_start_matches('.')),
        _ => "the table".to_string(),
    };
    let keys: Vec<String> = inputs.iter().take(KEYS_LISTED_MAX).map(key).collect();
    match inputs.len().saturating_sub(KEYS_LISTED_MAX) {
        0 => keys.join(", "),
        more => format!("{} and {more} more", keys.join(", ")),
    }
}

/// The amount that a tranche states, if it states one.
fn stated(tranche: &Tranche) -> Option<Money> {
    match tranche.amount {
        Authority::Amount(amount) => Some(amount),
        Authority::OfEligible(..) | Authority::AboveFloor { .. } | Authority::InKind(..) => None,
    }
}

/// A sum, held at the largest amount.
fn sum(amounts: impl IntoIterator<Item = Money>) -> Money {
    total(amounts).unwrap_or(Money::MAX)
}

fn indices<T, I: From<usize>>(items: &[T]) -> impl Iterator<Item = I> + use<T, I> {
    (0..items.len()).map(I::from)
}

fn stream_path(facts: &Facts, stream: StreamIndex) -> String {
    let Stream { name, .. } = facts.plan.stream(stream);
    Plan::path("stream", name)
}

fn line_path(facts: &Facts, line: LineIndex) -> String {
    Plan::path("cost", &facts.plan.line(line).name)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::funding::grant::sample::{money, month, rate, stream};
    use crate::funding::grant::{BudgetPeriod, Carryover, Grant, Payment};
    use crate::funding::{Scheduled, Status};
    use crate::name::Name;
    use crate::plan::cost::Form;
    use crate::plan::cost::sample::{add, line, plan};
    use crate::plan::cost::{Basis, Benefit};
    use crate::plan::restriction::Selector;
    use crate::plan::{OpeningStream, Pool, Restrictions};

    /// A grant whose single period has these months and amount.
    fn grant(first: &str, last: &str, amount: &str) -> Stream {
        let period = BudgetPeriod {
            first: month(first),
            last: month(last),
            amount: money(amount),
            status: Status::Secured,
            milestone: None,
        };
        let grant = Grant {
            from: month(first),
            until: month(last),
            periods: vec![period],
            carryover: Carryover::None,
            extension_months: 0,
            payment: Payment::Advance { every_months: None, lag_months: 0 },
            renewal: None,
            milestone: None,
            fixed_amount: false,
        };
        stream(Kind::Grant, Terms::Grant(grant), Some(last))
    }

    fn paying(selectors: &[Selector]) -> Restrictions {
        Restrictions { pays_for: selectors.to_vec(), ..Restrictions::default() }
    }

    /// One line of 1,200.00 a year over twelve months.
    fn one_line() -> Plan {
        let mut plan = plan(12);
        plan.opening.cash_stated = true;
        plan.lines = vec![line("convening", Form::Yearly(money("1200.00")))];
        plan
    }

    /// Findings as `name subject amount`.
    fn told(plan: &Plan) -> Vec<String> {
        let amount =
            |finding: &Finding| finding.amount.map_or(String::new(), |amount| format!(" {amount}"));
        let words =
            |finding: &Finding| format!("{} {}{}", finding.name, finding.subject, amount(finding));
        findings(plan).iter().map(words).collect()
    }

    #[test]
    fn a_plan_whose_one_grant_pays_its_one_line_is_without_doubt() {
        let mut plan = one_line();
        add(
            &mut plan,
            "ahc",
            grant("2024-01", "2024-12", "1200.00"),
            paying(&[Selector::Anything]),
        );
        assert_eq!(told(&plan), [""; 0]);
    }

    #[test]
    fn a_plan_without_cost_or_without_money_is_told() {
        let mut plan = one_line();
        assert_eq!(told(&plan), ["cost-nobody-pays cost.convening 1200.00", "no-stream plan"]);
        add(
            &mut plan,
            "ahc",
            grant("2024-01", "2024-12", "1200.00"),
            paying(&[Selector::Anything]),
        );
        // A line whose months lie outside the plan's costs nothing in it.
        plan.lines[0].until = month("2023-12");
        assert_eq!(told(&plan), ["no-cost plan", "stream-pays-nothing stream.ahc 1200.00"]);
        plan.lines.clear();
        assert!(told(&plan).contains(&"no-cost plan".to_string()));
    }

    #[test]
    fn a_line_that_nobody_pays_and_a_stream_that_pays_nothing() {
        let mut plan = one_line();
        let data = Selector::Function("data".to_string());
        add(&mut plan, "ahc", grant("2024-01", "2024-12", "500.00"), paying(&[data]));
        assert_eq!(
            told(&plan),
            ["cost-nobody-pays cost.convening 1200.00", "stream-pays-nothing stream.ahc 500.00"]
        );
        // A stream whose months are over by the time the line begins pays nothing either.
        plan.restrictions[0] = paying(&[Selector::Anything]);
        plan.lines[0].from = month("2024-07");
        plan.streams[0].terms = grant("2024-01", "2024-06", "500.00").terms;
        assert_eq!(
            told(&plan),
            ["cost-nobody-pays cost.convening 600.00", "stream-pays-nothing stream.ahc 500.00"]
        );
        // One that brings nothing within the plan has no amount.
        plan.streams[0].terms = grant("2020-01", "2020-06", "500.00").terms;
        assert_eq!(told(&plan)[1], "stream-pays-nothing stream.ahc");
    }

    #[test]
    fn two_awards_on_one_line_need_a_documented_benefit() {
        let mut plan = one_line();
        for (name, last) in [("ahc", "2024-09"), ("cdc", "2024-12")] {
            let mut award = grant("2024-01", last, "2000.00");
            award.cost_principles = true;
            add(&mut plan, name, award, paying(&[Selector::Anything]));
        }
        // Both may pay it from January to September: nine months of 100.00.
        assert_eq!(told(&plan), ["shared-line-without-benefit cost.convening 900.00"]);
        let shares = vec![(StreamIndex(0), rate("0.4")), (StreamIndex(1), rate("0.6"))];
        plan.lines[0].benefit = Some(Benefit { basis: Basis::Fte, shares });
        assert_eq!(told(&plan), [""; 0]);
    }

    #[test]
    fn caps_that_cannot_bind_are_told_with_their_reason() {
        let mut plan = one_line();
        plan.lines.push(line("travel", Form::Monthly(money("10.00"))));
        let capped = |on: Selector, bound: CapBound| {
            let cap = Cap { on: vec![on], bound, within: Vec::new(), per_period: false };
            Restrictions { caps: vec![cap], ..paying(&[Selector::Anything]) }
        };
        add(
            &mut plan,
            "ahc",
            grant("2024-01", "2024-06", "1000.00"),
            capped(Selector::Line(LineIndex(1)), CapBound::Amount(money("59.99"))),
        );
        // Six months of 10.00 are 60.00: one cent decides.
        let caps = |plan: &Plan| {
            let caps =
                findings(plan).into_iter().filter(|finding| finding.name == "cap-cannot-bind");
            caps.map(|finding| finding.message).collect::<Vec<_>>()
        };
        assert!(caps(&plan).is_empty());
        let travel = Selector::Line(LineIndex(1));
        for (on, bound, reason) in [
            (travel.clone(), CapBound::Amount(money("60.00")), "all the cost it selects, $60"),
            (travel.clone(), CapBound::ShareOfAward(rate("0.06")), "all the cost it selects, $60"),
            (travel, CapBound::ShareOfSpent(Rate::ONE), "all of the money"),
            (Selector::Anything, CapBound::Amount(money("1000.00")), "the whole award"),
            (Selector::Tag("none".into()), CapBound::Amount(money("1.00")), "selects no cost"),
        ] {
            plan.restrictions[0] = capped(on, bound);
            let told = caps(&plan);
            assert!(told.len() == 1 && told[0].contains(reason), "{told:?}");
        }
        plan.restrictions[0] = capped(Selector::Anything, CapBound::ShareOfAward(rate("0.65")));
        assert!(caps(&plan).is_empty()); // 650.00 of the 660.00 that it may pay
    }

    #[test]
    fn cash_that_is_not_stated_is_a_doubt_with_a_remedy() {
        let mut plan = one_line();
        plan.opening.cash_stated = false;
        let all = findings(&plan);
        let found = all.iter().find(|finding| finding.name == "cash-not-stated").unwrap();
        assert!(found.remedy.contains("`unrestricted-cash`") && !found.message.contains('`'));
        // None is an amount too, and it is stated.
        plan.opening.cash_stated = true;
        assert!(findings(&plan).iter().all(|finding| finding.name != "cash-not-stated"));
    }

    #[test]
    fn a_running_award_needs_an_opening_position() {
        let mut plan = one_line();
        add(
            &mut plan,
            "ahc",
            grant("2023-07", "2024-12", "1800.00"),
            paying(&[Selector::Anything]),
        );
        assert_eq!(told(&plan), ["award-starts-before-plan stream.ahc 1800.00"]);
        plan.opening.streams = vec![(StreamIndex(0), OpeningStream::default())];
        assert_eq!(told(&plan), [""; 0]);
    }

    #[test]
    fn cost_before_the_only_award_begins() {
        let mut plan = one_line();
        add(
            &mut plan,
            "ahc",
            grant("2024-03", "2024-12", "1200.00"),
            paying(&[Selector::Anything]),
        );
        // January and February.
        assert_eq!(told(&plan), ["cost-before-award cost.convening 200.00"]);
        // Where other money may pay the line, the award need not.
        let rows =
            vec![Scheduled { available: month("2024-01"), last: None, amount: money("1.00") }];
        let dues = stream(Kind::Partner, Terms::Schedule(rows), None);
        add(&mut plan, "dues", dues, paying(&[Selector::Anything]));
        assert_eq!(told(&plan), [""; 0]);
    }

    #[test]
    fn a_milestone_after_its_period_loses_the_money() {
        let mut plan = one_line();
        let mut award = grant("2024-01", "2024-12", "1200.00");
        if let Terms::Grant(grant) = &mut award.terms {
            grant.periods[0].milestone = Some(month("2025-01"));
        }
        add(&mut plan, "ahc", award, paying(&[Selector::Anything]));
        assert!(told(&plan).contains(&"milestone-after-period stream.ahc 1200.00".to_string()));
    }

    #[test]
    fn a_pool_that_rests_on_a_citation_is_told() {
        let mut plan = one_line();
        let mut award = grant("2024-01", "2024-12", "1200.00");
        award.federal = true;
        add(&mut plan, "ahc", award, paying(&[Selector::Function("data".to_string())]));
        let pool = Pool {
            name: Name::parse("hub").unwrap(),
            title: "Hub".to_string(),
            members: vec![(StreamIndex(0), Rate::ONE)],
            pays_for: vec![Selector::Anything],
            not_for: Vec::new(),
            authority: Some("Pub. L. 113-76 sec. 526".to_string()),
            governed_by: "the charter".to_string(),
        };
        plan.pools = vec![pool];
        // The pool's uses stand in the member's place: nothing is unpaid.
        assert_eq!(told(&plan), ["pool-rests-on-authority pool.hub"]);
        plan.pools[0].members[0].1 = rate("0.5");
        plan.pools[0].pays_for = vec![Selector::Function("evaluate".to_string())];
        assert!(told(&plan).contains(&"cost-nobody-pays cost.convening 1200.00".to_string()));
    }

    #[test]
    fn figures_are_listed_by_table_unless_a_source_stands() {
        let input = |path: &str, figure: bool, source: Option<&str>| Input {
            path: path.to_string(),
            text: "1".to_string(),
            origin: Origin { file: Arc::from("plan.toml"), line: 3, column: 1 },
            source: source.map(String::from),
            figure,
        };
        let mut plan = one_line();
        add(
            &mut plan,
            "ahc",
            grant("2024-01", "2024-12", "1200.00"),
            paying(&[Selector::Anything]),
        );
        plan.inputs.stated = vec![
            input("cost.convening", false, Some("Illustrative budget")),
            input("cost.convening.yearly", true, Some("Illustrative budget")),
            input("cost.evaluate.title", false, Some("Illustrative budget")),
            input("opening.stream.ahc.spent", true, None),
            input("stream.ahc", false, None),
            input("stream.ahc.award", true, None),
            input("stream.ahc.funder", false, None),
            input("stream.ahc.indirect.rate", true, None),
            input("stream.ahc.match.share-of-total", true, Some("Notice of award")),
        ];
        assert_eq!(
            told(&plan),
            [
                "illustrative-input cost.convening",
                "unsourced-input opening.stream.ahc",
                "unsourced-input stream.ahc"
            ]
        );
        let last = findings(&plan).pop().unwrap();
        assert_eq!(last.message, "no source is given for `award`, `indirect.rate`");
        assert_eq!(last.origin.unwrap().line, 3);
        assert_eq!(table_of("plan.years"), "plan");
        assert_eq!(table_of("opening.unrestricted-cash"), "opening");
    }
}

//! Why no braid leaves less: the largest cut and the causes, on the page, in a table and as a value.

use serde_json::{Value, json};

use super::ColumnKind::{Money as M, Text as T, Whole as W};
use super::words::{self, list, near};
use super::{Cell, Mark, Page, Table};
use crate::braid::Method;
use crate::braid::causes::Cause;
use crate::braid::cut::{Cut, CutRule, Group, Priced, RuleKind};
use crate::braid::proof::{ONE, Price};
use crate::explain::reason::{self, Written};
use crate::forecast::Forecast;
use crate::money::Money;
use crate::plan::Plan;
use crate::plan::cost::Priority;

/// The largest cut with its first group; the first of equal ones: core before what comes after it.
pub(super) fn largest(forecast: &Forecast) -> Option<(&Cut, &Group)> {
    let told = forecast.cuts.iter().filter_map(|cut| Some((cut, cut.groups.first()?)));
    told.fold(None, |most: Option<(&Cut, &Group)>, next| match most {
        Some(most) if most.1.gap >= next.1.gap => Some(most),
        _ => Some(next),
    })
}

/// Says the largest cut in words, and the causes of the irreducible gap.
pub(super) fn say(page: &mut Page, plan: &Plan, forecast: &Forecast) {
    if let Some((cut, group)) = largest(forecast) {
        page.say(Mark::Bad, reason::words(plan, forecast, cut, group, WRITTEN));
    }
    causes_words(page, forecast);
}

/// Whole dollars, or cents where there are few; each as tables show it, so that what is left is what is needed less what
/// may pay.
const WRITTEN: Written = Written { near, most: near, least: near };

/// The causes of the whole gap; and what would pay the first priority that is left short at the cost of later ones.
fn causes_words(page: &mut Page, forecast: &Forecast) {
    let causes = &forecast.causes;
    let left = forecast.measures.total.irreducible;
    let Some(first) = Priority::ALL.into_iter().find(|of| left[*of as usize].is_positive()) else {
        return;
    };
    let parts = Cause::ALL.into_iter().map(|cause| (cause, causes.total(cause)));
    let parts = parts.filter(|(_, part)| words::whole_dollars(*part) != 0);
    let all: Vec<String> =
        parts.map(|(cause, part)| format!("{} {}", phrase(cause), near(part))).collect();
    let whole = near(left.iter().sum());
    let unpaid = match forecast.question.method {
        Method::Optimal => "unpaid",
        _ => "in the best case",
    };
    if !all.is_empty() {
        page.say(Mark::None, format!("Causes of the {whole} left {unpaid}: {}.", list(&all)));
    }
    if let Some(text) = shifted(forecast, first) {
        page.say(Mark::None, text);
    }
}

/// What would pay more of a priority and leave as much other cost unpaid: a bond that, let go, closes more of that priority
/// than of the whole.
fn shifted(forecast: &Forecast, of: Priority) -> Option<String> {
    let causes = &forecast.causes;
    let own = |cause: &Cause| causes.of(*cause, of as usize);
    // Bonds are let go one after another; a shortage is none.
    let bonds = &Cause::ALL[..Cause::ALL.len() - 1];
    let last = bonds.iter().rposition(|cause| own(cause) > causes.total(*cause))?;
    let gone = &bonds[..=last];
    let more: Money = gone.iter().map(own).sum();
    let other = more - gone.iter().map(|cause| causes.total(*cause)).sum::<Money>();
    if words::whole_dollars(more) <= 0 || words::whole_dollars(other) <= 0 {
        return None;
    }
    // The best case begins with the plan: of what was spent before `as-of` nothing can be kept any more.
    let past = forecast.books.cash.as_of > 0;
    let mut ways: Vec<String> = Vec::new();
    for cause in gone.iter().filter(|cause| words::whole_dollars(own(cause)) != 0) {
        let way = match (cause, past) {
            (Cause::Restriction, false) => "could pay for anything",
            (Cause::Restriction, true) => "could have paid for anything",
            (Cause::Lapse, false) => "could be kept until it is needed",
            (Cause::Lapse, true) => "could have been kept until it was needed",
            (_, false) => "could be used before it comes",
            (_, true) => "could have been used before it came",
        };
        if ways.iter().all(|told| told != way) {
            ways.push(way.to_string());
        }
    }
    let [paid, unpaid] = match past {
        true => ["could have been paid", "have gone unpaid"],
        false => ["could be paid", "go unpaid"],
    };
    Some(format!(
        "If money {}, {} more of {} cost {paid}, but {} of other cost would then {unpaid}.",
        list(&ways),
        near(more),
        of.word(),
        match other == more {
            true => "as much".to_string(),
            false => near(other) + " more",
        },
    ))
}

fn phrase(cause: Cause) -> &'static str {
    match cause {
        Cause::Restriction => "restrictions",
        Cause::Lapse => "money that cannot be kept for later",
        Cause::LateSecured => "secured money that comes too late (it could be financed)",
        Cause::LateUnsecured => "unsecured money that comes too late",
        Cause::Shortage => "too little money in all",
    }
}

/// The irreducible gap by cause over the whole plan, in the order in which the bonds are let go.
pub(super) fn causes(forecast: &Forecast) -> Table {
    let columns =
        [("step", W), ("cause", T), ("core", M), ("essential", M), ("stretch", M), ("total", M)];
    let mut table = Table::new("causes", &columns);
    for (step, cause) in (1..).zip(Cause::ALL) {
        let mut row = vec![Cell::Whole(step), Cell::text(cause.word())];
        let of = |priority: Priority| Cell::Money(forecast.causes.of(cause, priority as usize));
        row.extend(Priority::ALL.map(of));
        row.push(Cell::Money(forecast.causes.total(cause)));
        table.push(row);
    }
    table
}

/// The cuts and the causes as a value.
pub(super) fn record(plan: &Plan, forecast: &Forecast) -> Value {
    let cause = |cause: &Cause| {
        let of = |priority: Priority| money(forecast.causes.of(*cause, priority as usize));
        json!({
            "cause": cause.word(),
            "core": of(Priority::Core),
            "essential": of(Priority::Essential),
            "stretch": of(Priority::Stretch),
            "total": money(forecast.causes.total(*cause)),
        })
    };
    json!({
        "cuts": forecast.cuts.iter().map(|one| cut(plan, forecast, one)).collect::<Vec<_>>(),
        "causes": Cause::ALL.iter().map(cause).collect::<Vec<_>>(),
    })
}

fn cut(plan: &Plan, forecast: &Forecast, cut: &Cut) -> Value {
    let line = |line: crate::name::LineIndex| plan.line(line).name.to_string();
    let month = |place: usize| forecast.books.ledger.horizon.month(place).to_string();
    let group = |group: &Group| {
        json!({
            "needs": group.needs.iter().map(|need| json!({
                "cost": line(need.line),
                "from": month(need.first),
                "to": month(need.last),
                "months": need.months,
                "need": money(need.need),
                "counted": money(need.counted),
                "left": money(need.left.iter().map(|(_, amount)| *amount).sum()),
            })).collect::<Vec<_>>(),
            "money": group.money.iter().map(|held| json!({
                "stream": plan.stream(held.stream).name.to_string(),
                "pool": held.pool.and_then(|pool| plan.pools.get(pool.at()))
                    .map(|pool| pool.name.to_string()),
                "held": money(held.held),
                "paid": money(held.paid),
                "prices": [price(held.prices.0), price(held.prices.1)],
                "spent_on": held.spent_on.iter().map(|(of, amount)| {
                    json!({ "cost": line(*of), "amount": money(*amount) })
                }).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "recovered": money(group.recovered),
            "rules": group.rules.iter().map(|one| rule(plan, one)).collect::<Vec<_>>(),
            "left": by_priority(group.left),
            "gap": money(group.gap),
            "at_prices": at_prices(group.priced),
        })
    };
    json!({
        "priority": cut.priority.word(),
        "weights": Priority::ALL.iter().map(|of| price(cut.weights[*of as usize])).collect::<Vec<_>>(),
        "groups": cut.groups.iter().map(group).collect::<Vec<_>>(),
        "rounding": money(cut.rounding),
        "least": money(cut.least),
    })
}

fn rule(plan: &Plan, rule: &CutRule) -> Value {
    let amount = match &rule.kind {
        RuleKind::Benefit(_, _, amount) | RuleKind::Pay(_, amount) => Some(*amount),
        RuleKind::Cap(_, amount, _) => *amount,
        _ => None,
    };
    json!({
        "stream": plan.stream(rule.award.0).name.to_string(),
        "award": rule.award.1,
        "rule": reason::rule_words(plan, rule, WRITTEN),
        "amount": amount.map(money),
        "price": rule.price.map(price),
    })
}

/// What the proof adds up: amounts at their prices, not of the books.
fn at_prices(priced: Priced) -> Value {
    json!({
        "needs": money(priced.needs),
        "money": money(priced.money),
        "rooms": money(priced.rooms),
        "earlier_priorities": money(priced.before),
    })
}

fn by_priority(amounts: [Money; 3]) -> Value {
    json!({
        "core": money(amounts[0]),
        "essential": money(amounts[1]),
        "stretch": money(amounts[2]),
    })
}

/// A price as a plain decimal.
fn price(price: Price) -> String {
    let fraction = format!("{:09}", price % ONE);
    match fraction.trim_end_matches('0') {
        "" => (price / ONE).to_string(),
        digits => format!("{}.{digits}", price / ONE),
    }
}

fn money(amount: Money) -> String {
    amount.to_string()
}

//! Why no braid leaves less: the largest cut and the causes, on the page, in a table and as a value.

use serde_json::{Value, json};

use super::ColumnKind::{Money as M, Text as T, Whole as W};
use super::words::{dollars, list};
use super::{Cell, Mark, Page, Table};
use crate::braid::causes::Cause;
use crate::braid::cut::{Cut, Group};
use crate::explain::irreducible;
use crate::forecast::Forecast;
use crate::money::Money;
use crate::plan::Plan;
use crate::plan::cost::Priority;

/// Says the largest cut in words, and the causes of the irreducible gap.
pub(super) fn say(page: &mut Page, plan: &Plan, forecast: &Forecast) {
    let of_cut = |cut: &'_ Cut| cut.groups.first().cloned().map(|group| (cut.clone(), group));
    let told = forecast.cuts.iter().filter_map(of_cut);
    // The first of equal ones: core before what comes after it.
    let largest = told.fold(None, |most: Option<(Cut, Group)>, next| match most {
        Some(most) if most.1.gap >= next.1.gap => Some(most),
        _ => Some(next),
    });
    if let Some((cut, group)) = largest {
        page.say(Mark::Bad, irreducible::words(plan, forecast, &cut, &group, dollars));
    }
    let parts: Vec<String> = Cause::ALL
        .iter()
        .map(|cause| (cause, forecast.causes.total(*cause)))
        .filter(|(_, part)| super::words::whole_dollars(*part) != 0)
        .map(|(cause, part)| format!("{} {}", phrase(*cause), dollars(part)))
        .collect();
    let all: Money = Cause::ALL.iter().map(|cause| forecast.causes.total(*cause)).sum();
    if !parts.is_empty() {
        let text =
            format!("Causes of the {} that no braid can fund: {}.", dollars(all), list(&parts));
        page.say(Mark::None, text);
    }
}

fn phrase(cause: Cause) -> &'static str {
    match cause {
        Cause::Restriction => "restrictions",
        Cause::Lapse => "money that lapses",
        Cause::LateSecured => "secured money that comes too late (it could be financed)",
        Cause::LateUnsecured => "unsecured money that comes too late",
        Cause::Shortage => "too little money in all",
    }
}

/// The irreducible gap by cause and fiscal year.
pub(super) fn causes(forecast: &Forecast) -> Table {
    let columns = [
        ("fiscal_year", W),
        ("cause", T),
        ("core", M),
        ("essential", M),
        ("stretch", M),
        ("total", M),
    ];
    let mut table = Table::new("causes", &columns);
    let ledger = &forecast.books.ledger;
    for year in &forecast.measures.years {
        for cause in Cause::ALL {
            let of = |priority: &Priority| -> Money {
                let by_place = forecast.causes.by_place(cause, *priority as usize);
                let own = by_place.iter().enumerate().filter(|(place, _)| {
                    ledger.fiscal.year_of(ledger.horizon.month(*place)) == year.year
                });
                own.map(|(_, part)| *part).sum()
            };
            let parts: Vec<Money> = Priority::ALL.iter().map(of).collect();
            let mut row = vec![Cell::Whole(i64::from(year.year)), Cell::text(cause.word())];
            row.extend(parts.iter().map(|part| Cell::Money(*part)));
            row.push(Cell::Money(parts.iter().sum()));
            table.push(row);
        }
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
            })).collect::<Vec<_>>(),
            "money": group.money.iter().map(|held| json!({
                "stream": plan.stream(held.stream).name.to_string(),
                "pool": held.pool.and_then(|pool| plan.pools.get(pool.at()))
                    .map(|pool| pool.name.to_string()),
                "held": money(held.held),
                "counted": money(held.counted),
                "spent_on": held.spent_on.iter().map(|(of, amount)| {
                    json!({ "cost": line(*of), "amount": money(*amount) })
                }).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "rooms": group.rooms.iter().map(|(stream, award, room)| json!({
                "stream": plan.stream(*stream).name.to_string(),
                "award": award,
                "counted": money(*room),
            })).collect::<Vec<_>>(),
            "earlier_priorities": money(group.before),
            "gap": money(group.gap),
        })
    };
    json!({
        "priority": cut.priority.word(),
        "groups": cut.groups.iter().map(group).collect::<Vec<_>>(),
        "rounding": money(cut.rounding),
        "least": money(cut.least),
    })
}

fn money(amount: Money) -> String {
    amount.to_string()
}

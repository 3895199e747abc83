//! Which lines are told as one sum, so that no sum tells what one position is paid.

use std::collections::BTreeMap;

use super::{Hidden, is_pay};
use crate::explain::called;
use crate::money::Money;
use crate::month::FiscalCalendar;
use crate::name::LineIndex;
use crate::plan::Plan;
use crate::plan::cost::{Category, CostLine, Form, Priority};
use crate::plan::restriction::{Selector, selected};

/// What a sum is called that holds other costs than pay.
const WITH_OTHERS: &str = "Staff and other costs";
/// What a sum is called that holds pay of several functions.
const OF_SEVERAL: &str = "Pay: several functions";

/// What each line needs by fiscal year.
type Needs = Vec<BTreeMap<i32, Money>>;

/// The lines that are not told by themselves, each with the sum that it stands in: that of its function and priority,
/// where two or more lines of pay need anything of it in each year in which one does; else one sum of all that are left,
/// with other costs of its priority where there are too few. Fringe and fees go with the pay that they follow.
///
/// # Errors
/// The line of pay that has no other cost of its priority beside it in a year, in words.
pub(super) fn of(plan: &Plan) -> Result<Vec<Hidden>, String> {
    let needs = needs(plan);
    let mut cells: BTreeMap<(&str, usize), Vec<usize>> = BTreeMap::new();
    let follows_pay = |at: usize| is_pay(&plan.lines[at]) || is_fee_of_pay(plan, at);
    let pay: Vec<usize> = (0..plan.lines.len()).filter(|at| follows_pay(*at)).collect();
    for at in &pay {
        let line = &plan.lines[*at];
        cells.entry((&line.function, line.priority as usize)).or_default().push(*at);
    }
    let mut rest: Vec<usize> = Vec::new();
    cells.retain(|_, lines| {
        let holds = alone(plan, &needs, lines).is_empty();
        if !holds {
            rest.append(lines);
        }
        holds
    });
    // What goes unpaid is told by priority: another cost of it hides what the one pay of it is.
    for priority in Priority::ALL {
        let own = |at: &usize| plan.lines[*at].priority == priority;
        let mut hidden: Vec<usize> = pay.iter().copied().filter(own).collect();
        loop {
            let years = alone(plan, &needs, &hidden);
            let Some(year) = years.first() else { break };
            let needed =
                |at: usize| own(&at) && years.iter().any(|year| needs[at].contains_key(year));
            let Some(other) = beside(plan, &needs, &hidden, needed) else {
                let line = hidden.iter().find(|at| needs[**at].contains_key(year));
                let name = line.map_or("", |at| plan.lines[*at].name.as_str());
                let year = FiscalCalendar::label(*year);
                return Err(format!(
                    "no {} cost stands beside `cost.{name}` in {year}",
                    priority.word()
                ));
            };
            hidden.push(other);
            rest.push(other);
        }
    }
    loop {
        let years = alone(plan, &needs, &rest);
        if years.is_empty() {
            break;
        }
        let needed = |at: usize| years.iter().any(|year| needs[at].contains_key(year));
        // What stands beside it of its priority is in the rest or, being pay, in a sum of its own.
        let smallest = cells.iter().filter(|(_, lines)| lines.iter().any(|at| needed(*at)));
        let smallest = smallest.min_by_key(|(key, lines)| (lines.len(), **key));
        let Some(key) = smallest.map(|(key, _)| *key) else { break };
        rest.extend(cells.remove(&key).unwrap_or_default());
    }
    let mut hidden: Vec<Hidden> = Vec::new();
    for ((function, _), lines) in &cells {
        let told = format!("Pay: {}", spelled(plan, function));
        let one = |at: &usize| Hidden {
            name: plan.lines[*at].name.clone(),
            at: *at,
            told: told.clone(),
            mixed: false,
            function: None,
        };
        hidden.extend(lines.iter().map(one));
    }
    let function = |at: &usize| plan.lines[*at].function.as_str();
    let several = rest.iter().any(|at| function(at) != function(&rest[0]));
    let others = rest.iter().any(|at| !pay.contains(at));
    let told = match (others, several) {
        (true, _) => WITH_OTHERS.to_string(),
        (false, true) => OF_SEVERAL.to_string(),
        (false, false) => {
            rest.first().map_or(String::new(), |at| format!("Pay: {}", spelled(plan, function(at))))
        }
    };
    hidden.extend(rest.iter().map(|at| Hidden {
        name: plan.lines[*at].name.clone(),
        at: *at,
        told: told.clone(),
        mixed: true,
        function: several.then(|| told.to_lowercase()),
    }));
    hidden.sort_by_key(|one| one.at);
    Ok(hidden)
}

/// The need of each line; of a fee nothing, in the years in which its lines need anything.
fn needs(plan: &Plan) -> Needs {
    let of_line = |line: &CostLine| -> BTreeMap<i32, Money> {
        let mut years = BTreeMap::new();
        for (place, need) in line.needs(plan).unwrap_or_default().into_iter().enumerate() {
            if need.is_positive() {
                let year = plan.fiscal.year_of(plan.horizon.month(place));
                *years.entry(year).or_insert(Money::ZERO) += need;
            }
        }
        years
    };
    let mut needs: Needs = plan.lines.iter().map(of_line).collect();
    for (at, line) in plan.lines.iter().enumerate() {
        if let Form::Fee { on, .. } = &line.form {
            let years = charged(plan, on).flat_map(|own| needs[own].keys().copied());
            needs[at] = years.map(|year| (year, Money::ZERO)).collect();
        }
    }
    needs
}

/// The lines that a fee is a share of.
fn charged<'a>(plan: &'a Plan, on: &'a [Selector]) -> impl Iterator<Item = usize> + 'a {
    let lines = plan.lines.iter().enumerate();
    let own = lines.filter(|(at, line)| {
        !matches!(line.form, Form::Fee { .. }) && selected(on, LineIndex::from(*at), line)
    });
    own.map(|(at, _)| at)
}

/// Whether a line is a share of pay alone, which its share tells.
fn is_fee_of_pay(plan: &Plan, at: usize) -> bool {
    let Form::Fee { on, .. } = &plan.lines[at].form else { return false };
    charged(plan, on).all(|own| is_pay(&plan.lines[own]))
}

/// The years in which one of the lines alone needs anything, with its fringe and a fee of it or without.
fn alone(plan: &Plan, needs: &Needs, lines: &[usize]) -> Vec<i32> {
    let mut count: BTreeMap<i32, usize> = BTreeMap::new();
    for at in lines {
        let line = &plan.lines[*at];
        let goes_with = line.category == Category::Fringe || matches!(line.form, Form::Fee { .. });
        for year in needs[*at].keys() {
            *count.entry(*year).or_default() += usize::from(!goes_with);
        }
    }
    count.into_iter().filter(|(_, lines)| *lines < 2).map(|(year, _)| year).collect()
}

/// The cost that a sum takes in: of a function that it holds, else of any; the nearest in amount, which hides most. What
/// streams or fees add is told with their terms, and hides nothing.
fn beside(
    plan: &Plan,
    needs: &Needs,
    sum: &[usize],
    needed: impl Fn(usize) -> bool,
) -> Option<usize> {
    let free = (0..plan.lines.len()).filter(|at| {
        let line = &plan.lines[*at];
        let added =
            matches!(line.form, Form::Due(..) | Form::FeeOfReceipts { .. } | Form::Fee { .. });
        !added && !sum.contains(at) && !is_pay(line) && needed(*at)
    });
    let total = |at: usize| needs[at].values().sum::<Money>().cents();
    let held: i64 = sum.iter().map(|at| total(*at)).sum();
    free.min_by_key(|at| {
        let own = sum.iter().any(|other| plan.lines[*other].function == plan.lines[*at].function);
        (!own, (total(*at) - held).abs(), *at)
    })
}

fn spelled(plan: &Plan, function: &str) -> String {
    let lines = plan.lines.iter().filter(|line| line.function == function);
    called::spelled(function, &lines.map(|line| line.title.as_str()).collect::<Vec<_>>())
}

//! Why costs cannot be funded, as sentences: what they need, the only money that may pay for them, and the rules that
//! keep more of it from them.

use super::ask::{largest_first, sums};
use super::{called, text};
use crate::braid::cut::{Cut, CutNeed, CutRule, Group, RuleKind};
use crate::forecast::Forecast;
use crate::money::{Money, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::name::{PoolIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::Priority;
use crate::plan::restriction::{CapBound, MatchConvention, Selector};

/// Names in a sentence; the rest are counted.
const NAMES_TOLD: usize = 3;
/// Rules in a sentence; the rest are counted.
const RULES_TOLD: usize = 3;

/// How amounts are written.
#[derive(Clone, Copy)]
pub(crate) struct Written {
    /// An amount.
    pub(crate) near: fn(Money) -> String,
    /// What is said to be the most: never less than it is.
    pub(crate) most: fn(Money) -> String,
    /// What is said to be the least: never more than it is.
    pub(crate) least: fn(Money) -> String,
}

impl Written {
    /// To the cent.
    pub(super) const EXACT: Written =
        Written { near: text::dollars, most: text::dollars, least: text::dollars };
}

/// Why a group of costs cannot be funded: what they need, less what may be paid of them, is what is left.
pub(crate) fn words(
    plan: &Plan,
    forecast: &Forecast,
    cut: &Cut,
    group: &Group,
    written: Written,
) -> String {
    let mut text = format!(
        "These costs ({}) need {}.",
        costs(plan, forecast, group),
        (written.near)(group.needed())
    );
    match group.plain {
        true => text += &plain(plan, group, written),
        false => text += &ruled(plan, cut.priority, group, written),
    }
    let before = group.before(cut.priority);
    if before.is_positive() {
        let words = earlier(cut.priority, "and");
        text += &format!(" {} of what is left is {words} cost.", (written.near)(before));
    }
    let unless = match cut.priority {
        Priority::Core => String::new(),
        priority => format!(" that leaves no more {} unpaid", earlier(priority, "or")),
    };
    let beyond = group.left[cut.priority as usize] - group.gap;
    let told = (written.near)(group.left[cut.priority as usize]) != (written.near)(group.gap);
    let within = match beyond.is_positive() && told {
        true => format!(" (the best case leaves {} more: it is settled in cents)", cents(beyond)),
        false => String::new(),
    };
    let least = (written.least)(group.gap);
    let word = cut.priority.word();
    text + &format!(
        " So at least {least} of {word} cost cannot be funded by any braid{unless}{within}."
    )
}

fn cents(amount: Money) -> String {
    format!("${amount}")
}

/// The priorities before one.
fn earlier(priority: Priority, and: &str) -> String {
    let earlier = Priority::ALL.iter().filter(|of| **of < priority).map(|of| of.word());
    earlier.collect::<Vec<_>>().join(&format!(" {and} "))
}

/// Where all the money that a rule does not keep from them is spent on them.
fn plain(plan: &Plan, group: &Group, written: Written) -> String {
    let mut text = String::new();
    let limited: Vec<String> =
        group.rules.iter().map(|rule| rule_words(plan, rule, written)).collect();
    if !limited.is_empty() {
        text += &format!(" {}.", several_clauses(&limited));
    }
    let told = |stream: StreamIndex| group.rules.iter().any(|rule| rule.award.0 == stream);
    let free = group
        .money
        .iter()
        .filter(|money| (money.paid - money.scarce).is_positive() && !told(money.stream));
    let free: Vec<String> = free
        .map(|money| {
            let title = title(plan, money.stream, money.pool);
            format!("{title} pays {} of them", (written.near)(money.paid - money.scarce))
        })
        .collect();
    if !free.is_empty() {
        text += &format!(" {}.", several(&free, NAMES_TOLD, "other", "others"));
    }
    let names = group.money.iter().filter(|money| money.scarce.is_positive());
    let names: Vec<String> = names.map(|money| title(plan, money.stream, money.pool)).collect();
    let other = if limited.is_empty() && free.is_empty() { "" } else { "other " };
    text + &match names.is_empty() {
        true => format!(" None of the {other}money that is counted may pay for them."),
        false => format!(
            " The only {other}money that may pay for them is {}, at most {}.",
            several(&names, NAMES_TOLD, "other", "others"),
            (written.most)(group.scarce())
        ),
    }
}

/// Where rules of awards bind too.
fn ruled(plan: &Plan, priority: Priority, group: &Group, written: Written) -> String {
    let mut names: Vec<String> =
        group.money.iter().map(|money| title(plan, money.stream, money.pool)).collect();
    if group.recovered.is_positive() {
        names.push("recovered indirect cost".to_string());
    }
    if names.is_empty() {
        return " None of the money that is counted may pay for them.".to_string();
    }
    let held: Money = group.money.iter().map(|money| money.held).sum();
    let holds = if names.len() == 1 { "holds" } else { "hold" };
    let mut text = format!(
        " The only money that may pay for them is {}, which {holds} {} in all.",
        several(&names, NAMES_TOLD, "other", "others"),
        (written.near)(held)
    );
    let rules: Vec<String> =
        group.rules.iter().map(|rule| rule_words(plan, rule, written)).collect();
    if !rules.is_empty() {
        text += &format!(" {}.", several_clauses(&rules));
    }
    let rules = if group.rules.is_empty() { "" } else { " by these rules" };
    let most = match priority {
        Priority::Core => "The most".to_string(),
        priority => format!("With no more {} unpaid, the most", earlier(priority, "or")),
    };
    text + &format!(
        " {most} that it can pay of them{rules} is {}, which leaves {}.",
        (written.near)(group.paid()),
        (written.near)(group.left.iter().sum())
    )
}

/// A rule of an award with its own amount.
pub(crate) fn rule_words(plan: &Plan, rule: &CutRule, written: Written) -> String {
    let (stream, award) = rule.award;
    let rules = plan.restrictions(stream);
    let mut of = plan.stream(stream).title.clone();
    if award > 0 {
        of += &format!(" (renewal {award})");
    }
    let amount = |amount: Money| (written.near)(amount);
    match &rule.kind {
        RuleKind::Benefit(line, share, most) => format!(
            "{of} may pay at most {} of {} ({}), by documented benefit",
            share.in_words(),
            plan.line(*line).title,
            amount(*most)
        ),
        RuleKind::Pay(line, most) => format!(
            "{of} may pay at most {} of {}, whose pay is limited",
            amount(*most),
            plan.line(*line).title
        ),
        RuleKind::Cap(index, most, by_period) => {
            let cap = &rules.caps[*index];
            let on = selection(plan, &cap.on);
            let period = if *by_period { " in each budget period" } else { "" };
            match (cap.bound, most) {
                (CapBound::ShareOfSpent(share), _) => {
                    let spends = match cap.within.as_slice() {
                        [] => "spends".to_string(),
                        within => format!("spends on {}", selection(plan, within)),
                    };
                    format!(
                        "at most {} of what {of} {spends} may go to {on}{period}",
                        share.in_words()
                    )
                }
                (CapBound::ShareOfAward(share), Some(most)) => format!(
                    "{of} may pay at most {} of its award ({}) of {on}{period}",
                    share.in_words(),
                    amount(*most)
                ),
                (_, most) => format!(
                    "{of} may pay at most {} of {on}{period}",
                    amount(most.unwrap_or(Money::ZERO))
                ),
            }
        }
        RuleKind::Floor(index) => {
            let floor = rules.floors.iter().filter(|floor| floor.of_spent).nth(*index);
            floor.map_or(String::new(), |floor| {
                let spends = match floor.within.as_slice() {
                    [] => "spends".to_string(),
                    within => format!("spends on {}", selection(plan, within)),
                };
                format!(
                    "at least {} of what {of} {spends} must go to {}",
                    floor.share.in_words(),
                    selection(plan, &floor.on)
                )
            })
        }
        RuleKind::Years(years) => {
            let years: Vec<String> =
                years.iter().map(|year| FiscalCalendar::label(*year)).collect();
            format!(
                "{of} pays at most {} in a fiscal year of its funder ({})",
                amount(rules.yearly_limit.unwrap_or(Money::ZERO)),
                several(&years, NAMES_TOLD, "other", "others")
            )
        }
        RuleKind::Matching => {
            let convention =
                rules.matching.as_ref().map(|rule| rule.convention.at(plan.horizon.start));
            format!(
                "{of} pays only beside its match{}",
                convention.map_or(String::new(), match_words)
            )
        }
        RuleKind::Indirect => {
            let rate = rules.indirect.map_or(Rate::ZERO, |rule| rule.charged());
            format!(
                "{of} pays at most {} on top of its direct costs as indirect cost",
                rate.in_words()
            )
        }
        RuleKind::Subaward(id) => {
            let cutoff = rules.indirect.map_or(Money::ZERO, |rule| rule.subaward_cutoff);
            format!(
                "of the subaward {id}, the first {} count for the indirect cost of {of}",
                amount(cutoff)
            )
        }
    }
}

/// `, $1 of match for each $2 of the award`.
fn match_words(convention: MatchConvention) -> String {
    let (numerator, denominator) = convention.ratio();
    if numerator > 0 && denominator > 0 && denominator % numerator == 0 {
        return format!(", $1 of match for each ${} of the award", denominator / numerator);
    }
    if numerator > 0 && denominator > 0 && numerator % denominator == 0 {
        return format!(", ${} of match for each $1 of the award", numerator / denominator);
    }
    match convention {
        MatchConvention::ShareOfTotal(share) => {
            format!(", which must be {} of the two together", share.in_words())
        }
        MatchConvention::PerAwardDollar(ratio) => {
            format!(", {} of what the award pays", ratio.in_words())
        }
    }
}

/// What a rule is on, in words.
fn selection(plan: &Plan, on: &[Selector]) -> String {
    let one = |selector: &Selector| match selector {
        Selector::Anything => "anything".to_string(),
        Selector::Function(function) => called::of_plan(plan, function),
        Selector::Line(line) => plan.line(*line).title.clone(),
        Selector::Layer(layer) => format!("{} costs", layer.word()),
        Selector::Category(category) => format!("{} costs", category.word()),
        Selector::Tag(tag) => format!("costs tagged {tag}"),
        Selector::Indirect => "indirect cost".to_string(),
    };
    let names: Vec<String> = on.iter().map(one).collect();
    several(&names, NAMES_TOLD, "other", "others")
}

/// Functions, priorities and months of a group's costs.
pub(super) fn costs(plan: &Plan, forecast: &Forecast, group: &Group) -> String {
    let line = |need: &CutNeed| plan.line(need.line);
    let functions = sums(group.needs.iter().map(|need| (line(need).function.clone(), need.need)));
    let functions: Vec<String> = largest_first(functions)
        .into_iter()
        .map(|(function, _)| called::of_plan(plan, &function))
        .collect();
    let own = |priority: &Priority| group.needs.iter().any(|need| line(need).priority == *priority);
    let priorities: Vec<String> =
        Priority::ALL.iter().filter(|of| own(of)).map(|of| of.word().to_string()).collect();
    let first = group.needs.iter().map(|need| need.first).min().unwrap_or(0);
    let last = group.needs.iter().map(|need| need.last).max().unwrap_or(0);
    let holes = group.needs.iter().any(|need| need.months < need.last - need.first + 1);
    let months = match holes {
        true => format!("some months of {}", span(forecast, first, last)),
        false => span(forecast, first, last),
    };
    let functions = several(&functions, NAMES_TOLD, "other", "others");
    format!("{functions}; {}; {months}", text::joined(&priorities))
}

/// The months between two places: `Jul 2027 to May 2028`, `the whole plan`.
pub(super) fn span(forecast: &Forecast, first: usize, last: usize) -> String {
    let horizon = &forecast.books.ledger.horizon;
    let month = |place: usize| -> Month { horizon.month(place) };
    let end = horizon.months as usize - 1;
    match (first, last) {
        (first, last) if first == last => month(first).words(),
        (0, last) if last == end => "the whole plan".to_string(),
        _ => format!("{} to {}", month(first).words(), month(last).words()),
    }
}

pub(super) fn title(plan: &Plan, stream: StreamIndex, pool: Option<PoolIndex>) -> String {
    let title = &plan.stream(stream).title;
    match pool.and_then(|pool| plan.pools.get(pool.at())) {
        Some(pool) => format!("{title} (in {})", pool.title),
        None => title.clone(),
    }
}

/// The first few names, the rest counted; by semicolons where a name holds a comma.
fn several(names: &[String], told: usize, one: &str, many: &str) -> String {
    if names.len() <= told + 1 {
        return text::joined(names);
    }
    let mut shown = names[..told].to_vec();
    shown.push(text::count(names.len() - told, one, many));
    text::joined(&shown)
}

/// Clauses as one sentence: the first few, the rest counted.
fn several_clauses(clauses: &[String]) -> String {
    let mut shown = clauses.iter().take(RULES_TOLD).cloned().collect::<Vec<_>>().join("; ");
    let more = clauses.len().saturating_sub(RULES_TOLD);
    if more > 0 {
        let rules = text::count(more, "other rule binds", "other rules bind");
        shown += &format!("; and {rules}");
    }
    text::capital(&shown)
}

//! The least of each bridge option that keeps core costs funded, and the best way to offer it.

use super::ColumnKind::{Money as M, Month as Mo, Share as Sh, Text as T, Whole as W};
use super::offered::how_likely;
use super::sensitivity::readable;
use super::words::{count, dollars, grouped, list, view_word};
use super::{Cell, Mark, Page, Table};
use crate::decide::best::{Best, Term};
use crate::decide::bridge::BridgeChoice;
use crate::decide::effect::Uncounted;
use crate::decide::solve::{Case, Cause, Lack, Least, Short, Solved};
use crate::folder::{Form, Keeps, Per, Setting, Way};
use crate::measures::SUSTAINED_MONTHS;
use crate::money::{Money, Rate};

/// What was sought for one option, scenario by scenario, with the curve of the widest scope.
pub(super) fn say(page: &mut Page, choice: &BridgeChoice, option: &str) {
    let of_option: Vec<&Solved> =
        choice.solved.iter().filter(|solved| solved.option == option).collect();
    let Some(widest) = of_option.iter().rfind(|solved| !solved.in_futures) else { return };
    if let Least::NotOneFigure(why) = &widest.least {
        page.say(Mark::Watch, format!("{option}: its size cannot be sought: {why}."));
        return;
    }
    for solved in &of_option {
        let scope = match &solved.scenario {
            Some(scenario) if solved.in_futures && choice.scenarios.len() > 1 => {
                format!("{option}, in 9 of 10 futures of {scenario}")
            }
            Some(_) if solved.in_futures => format!("{option}, in 9 of 10 futures"),
            Some(_) if choice.scenarios.len() == 1 => option.to_string(),
            Some(scenario) => format!("{option}, {scenario}"),
            None => format!("{option}, in every scenario"),
        };
        let (mark, text) = answer(solved);
        page.say(mark, format!("{scope}: {text}"));
        for (mark, text) in beside(solved) {
            page.say(mark, text);
        }
        if let Some(short) = &solved.short {
            let same = |other: &&&Solved| !other.in_futures && other.scenario == solved.scenario;
            let stands = of_option.iter().find(same).and_then(|stands| stands.told());
            page.say(Mark::None, short_words(short, stands));
        }
    }
    if !widest.curve.is_empty() {
        // Of several scenarios that in which it leaves most.
        let left = match (widest.keeps, &widest.scenario) {
            (Keeps::CoreCosts, Some(_)) => "Core left unpaid",
            (Keeps::CoreCosts, None) => "Core unpaid, at most",
            (Keeps::Cash, Some(_)) => "Cash below zero",
            (Keeps::Cash, None) => "Cash below zero, at most",
        };
        let columns = [("Amount", M), (left, M)];
        let mut table = Table::new("curve", &columns);
        for (amount, gap) in &widest.curve {
            let amount = match *amount {
                Money::ZERO => Cell::text("without it"),
                amount => Cell::Money(amount),
            };
            table.push(vec![amount, Cell::Money(*gap)]);
        }
        page.table(table, Vec::new());
    }
    for best in choice.best.iter().filter(|best| best.option == option) {
        let (mark, text) = best_words(best);
        page.say(mark, text);
    }
}

/// What of an option is sought, in a word.
fn term_word(term: Term) -> &'static str {
    match term {
        Term::Start => "start",
        Term::Length => "length",
        Term::Taper => "taper",
    }
}

/// A way to offer an option, in words.
fn way_words(way: Way) -> String {
    match way {
        Way::From(month) => format!("from {}", month.words()),
        Way::Until(month) => format!("through {}", month.words()),
        Way::Falling(share) if share == Rate::ONE => "level".to_string(),
        Way::Falling(share) => format!("each year {} of the year before", share.in_words()),
    }
}

/// The best way to offer an option, beside the stated one.
fn best_words(best: &Best) -> (Mark, String) {
    let (option, term) = (&best.option, term_word(best.term));
    if let Some(why) = best.refused {
        return (Mark::Watch, format!("{option}: its {term} cannot be sought: {why}."));
    }
    if best.stated.least == Least::NothingNeeded {
        return (Mark::Good, format!("{option}: nothing is needed, whatever its {term}."));
    }
    let tried = count(best.offers.len(), "way");
    let Some(((way, offer), money)) =
        best.best.map(|place| &best.offers[place]).and_then(|found| Some((found, found.1.money?)))
    else {
        return (
            Mark::Bad,
            format!("{option}: with no {term} that was tried ({tried}) does any amount suffice."),
        );
    };
    let stated = match (best.stated.money, &best.stated.least) {
        (Some(stated), _) if stated == money => ", as much as it needs as it stands".to_string(),
        (Some(stated), _) => format!(", instead of {} as it stands", dollars(stated)),
        _ => ", where as it stands no amount does".to_string(),
    };
    let exact = offer.least.amount().map_or(String::new(), |amount| {
        format!(
            "; its amount is then exactly ${}, a cent less does not do",
            super::words::exact(amount).trim()
        )
    });
    let holds = best.offers.iter().filter(|(_, offer)| offer.money.is_some()).count();
    let end = if best.to_the_end { " to the plan's end" } else { "" };
    let text = format!(
        "{option}, best {term} of {tried}, of which {holds} can do{end}: {}, with {} in all{stated}{exact}.",
        way_words(*way),
        dollars(money),
    );
    (Mark::None, text)
}

/// How long core costs are to be funded, in words.
fn until(solved: &Solved) -> String {
    match solved.through.as_slice() {
        [Some(month)] if solved.until_repaid => {
            format!(" through {}, the last month in which it has something due", month.words())
        }
        [Some(month)] => format!(" through {}", month.words()),
        [None] => " to the plan's end".to_string(),
        _ if solved.until_repaid => ", and until it is repaid".to_string(),
        _ => String::new(),
    }
}

/// What an amount is counted over, and that several share it.
fn counted((per, amounts): (Per, usize)) -> String {
    let per = match per {
        Per::Life => "",
        Per::Year => " a year",
        Per::Month => " a month",
    };
    match amounts {
        0 | 1 => per.to_string(),
        _ => format!("{per} in all, its {amounts} amounts in their proportions,"),
    }
}

fn answer(solved: &Solved) -> (Mark, String) {
    let until = until(solved);
    let (kept, keeps) = match solved.keeps {
        Keeps::CoreCosts => ("core costs are funded", "keeps core costs funded"),
        Keeps::Cash => (
            "cash for what is funded stays at zero or above",
            "of credit keeps cash for what is funded at zero or above",
        ),
    };
    match &solved.least {
        Least::NothingNeeded => (Mark::Good, format!("{kept}{until} without it.")),
        Least::Amount(amount) => (
            Mark::None,
            format!("{} {keeps}{until}{}.", told(solved, *amount), exactly(solved, *amount)),
        ),
        Least::NothingFollows => (Mark::Bad, nothing_follows(solved)),
        Least::NoneFound(most) => (Mark::Bad, format!("{} suffices{until}.", none(solved, *most))),
        Least::NotOneFigure(why) => (Mark::Watch, format!("its size cannot be sought: {why}.")),
    }
}

/// A least amount as it is told, with what it is counted over.
fn told(solved: &Solved, amount: Money) -> String {
    format!("{}{}", dollars(solved.told().unwrap_or(amount)), counted(solved.counted))
}

/// A least amount to the cent, and in what sense it is the least.
fn exactly(solved: &Solved, amount: Money) -> String {
    let proved = match solved.proved {
        true => "no smaller amount does".to_string(),
        false => format!("a cent less does not, nor any smaller of the {} tried", {
            count(solved.tried.0, "amount")
        }),
    };
    format!("; exactly {}, {proved}", to_the_cent(amount))
}

/// The amounts of which none suffices.
fn none(solved: &Solved, most: Money) -> String {
    match solved.proved {
        true => format!("no amount up to {}", dollars(most)),
        false => format!(
            "none of the {} that were tried, up to {},",
            count(solved.tried.0, "amount"),
            dollars(most)
        ),
    }
}

fn to_the_cent(amount: Money) -> String {
    format!("${}", super::words::exact(amount).trim())
}

/// That no amount is sought, and why.
fn nothing_follows(solved: &Solved) -> String {
    let why = match solved.too_short {
        Some((month, months)) => format!(
            "dependable money covers core and backbone costs from {} on, but the plan ends {} later, and it takes {} to show that \
             it lasts: state more months",
            month.words(),
            count(months, "month"),
            SUSTAINED_MONTHS
        ),
        None => "no dependable money follows that would take over within the plan".to_string(),
    };
    let all = if solved.too_short.is_some() { "is sought" } else { "suffices for good" };
    let end = match &solved.to_the_end {
        Some(Least::Amount(amount)) => {
            let moves = if solved.too_short.is_some() { "" } else { ", and only moves the end" };
            format!(
                " {} keeps core costs funded to the plan's end{moves}{}.",
                told(solved, *amount),
                exactly(solved, *amount)
            )
        }
        Some(Least::NoneFound(most)) => {
            format!(" To the plan's end {} suffices either.", none(solved, *most))
        }
        _ => String::new(),
    };
    format!("no amount {all}: {why}.{end} `--through` with a month asks for less.")
}

/// What goes with an answer: that more fails, that later months are worse, or why none was found.
fn beside(solved: &Solved) -> Vec<(Mark, String)> {
    let mut found = Vec::new();
    if let Some(most) = solved.holds_to {
        let amounts = solved.fails_above.iter().take(3).map(|amount| dollars(*amount));
        let all = solved.fails_above.len();
        let more = match all > 3 {
            true => format!(", and {} more that were tried", all - 3),
            false => String::new(),
        };
        let text = format!(
            "But more money fails: it holds up to {}, and not with {}{more}.",
            to_the_cent(most),
            list(&amounts.collect::<Vec<_>>())
        );
        found.push((Mark::Watch, text));
    }
    if solved.keeps == Keeps::Cash && solved.least.amount().is_some() {
        let owed = match solved.owed {
            Money::ZERO => "All of it is repaid by then".to_string(),
            owed => format!("{} of it is still owed then", dollars(owed)),
        };
        found.push((Mark::None, format!("{owed}. It lends cash and pays no cost.")));
    } else if solved.owed.is_positive() {
        found.push((Mark::None, format!("{} of it is still owed then.", dollars(solved.owed))));
    }
    if solved.later.is_positive() {
        let later = dollars(solved.later);
        found.push((Mark::None, format!("{later} of it may be spent only after that.")));
    }
    if solved.keeps == Keeps::Cash && matches!(solved.least, Least::NoneFound(_)) {
        let nearest = solved.curve.iter().map(|(amount, short)| (*short, *amount)).min();
        if let Some((short, amount)) = nearest {
            let text =
                format!("With {} cash still falls {} below zero.", dollars(amount), dollars(short));
            found.push((Mark::None, text));
        }
    }
    for (scenario, worse, from) in &solved.worse_later {
        let scenario = match &solved.scenario {
            Some(_) => String::new(),
            None => format!(", in {scenario}"),
        };
        let text = format!(
            "After that {} more of core cost goes unpaid than without it, from {} on{scenario}.",
            dollars(*worse),
            from.words()
        );
        found.push((Mark::Bad, text));
    }
    found.extend(solved.lack.as_ref().map(|lack| (Mark::None, lacks(lack, solved))));
    found
}

/// How futures fare with the amount that comes nearest, beside the one with which the plan as it stands holds.
fn short_words(short: &Short, stands: Option<Money>) -> String {
    let stands = stands.map_or(String::new(), |amount| {
        format!(" The plan as it stands holds with {}.", dollars(amount))
    });
    let causes: String = short.causes.iter().map(cause_words).collect();
    format!(
        "Nearest comes {}: with it core costs still go unpaid by {} in {} of {} futures, and by {} in more than 1 of 10.{causes}{stands}",
        dollars(short.amount),
        short.through.words(),
        grouped(short.unpaid),
        grouped(short.futures),
        short.from.words(),
    )
}

/// In which futures core costs go unpaid more or less often than in the others.
fn cause_words(cause: &Cause) -> String {
    let of = |(times, all): (u64, u64)| match times {
        0 => "none".to_string(),
        _ if times == all => "all".to_string(),
        _ => grouped(times),
    };
    let month = |value: &Setting| value.form == Form::Month;
    let happens = match &cause.where_it {
        Case::Happens => "happens".to_string(),
        Case::Below(path, value) if month(value) => {
            format!("is before {}", readable(path, &value.text()))
        }
        Case::Below(path, value) => format!("is below {}", readable(path, &value.text())),
        Case::From(path, value) if month(value) => {
            format!("is {} or later", readable(path, &value.text()))
        }
        Case::From(path, value) => format!("is {} or more", readable(path, &value.text())),
    };
    format!(
        " They do in {} of the {} in which \u{201c}{}\u{201d} {happens}, and in {} of the other {}.",
        of(cause.with),
        grouped(cause.with.1),
        cause.title.trim_end_matches('.'),
        of(cause.without),
        grouped(cause.without.1),
    )
}

/// What the amount that comes nearest leaves, and why; of several scenarios, in which.
fn lacks(lack: &Lack, solved: &Solved) -> String {
    let first = lack.first.map_or(String::new(), |month| format!(", first in {}", month.words()));
    let several = solved.scenario.is_none();
    let scenario = if several { format!(" in {}", lack.scenario) } else { String::new() };
    let amount = dollars(lack.amount);
    let lacking = solved.curve.first().map(|(_, without)| *without);
    let leaves = match lacking.is_some_and(|lacking| lack.amount >= lacking) {
        // Those come first that leave least without the months that count for its debt alone.
        _ if solved.until_repaid => {
            format!("Nearest, before what it has due itself, comes {amount}, which leaves")
        }
        // Less may leave no more.
        true => format!("Even {amount} leaves"),
        false => format!("Nearest comes {amount}, which leaves"),
    };
    let mut why = Vec::new();
    if let Some(uncounted) = lack.uncounted {
        why.push(match uncounted {
            Uncounted::Unsure(status) => format!(
                "its money is only {} and does not count: `--view {}` counts it",
                how_likely(status),
                view_word(status)
            ),
            Uncounted::NoMonth => "its money comes in no month of the plan".to_string(),
        });
    } else {
        let mut part = |amount: Money, words: &str| {
            if amount.is_positive() {
                let amount = if amount == lack.left { "all".to_string() } else { dollars(amount) };
                why.push(format!("{amount} of it {words}"));
            }
        };
        part(
            lack.own,
            match lack.lends {
                true => "goes unpaid for its own repayment and interest",
                false => "goes unpaid with it alone, not without",
            },
        );
        part(lack.other_months, "falls in months in which its money may not be spent");
        part(lack.other_uses, "is of costs that it may not pay for");
        if lack.match_missed.is_positive() {
            let missed = dollars(lack.match_missed);
            why.push(format!("it misses its match: without that rule {missed} more would be paid"));
        }
    }
    if why.is_empty() {
        why.push("its other rules keep it from paying more".to_string());
    }
    let helps = match lack.helps {
        true => String::new(),
        false => "No amount that was tried leaves less unpaid than none. ".to_string(),
    };
    format!(
        "{helps}{leaves} {} of core cost unpaid{scenario}{first}: {}.",
        to_the_cent(lack.left),
        list(&why)
    )
}

/// The least amount of each option; without a scenario it is that of all together.
pub(super) fn least(choice: &BridgeChoice) -> Table {
    let columns = [
        ("option", T),
        ("scenario", T),
        ("in", T),
        ("through", Mo),
        ("answer", T),
        ("least", M),
        ("told", M),
        ("proved", T),
        ("holds_to", M),
        ("tried", W),
        ("worse_later", M),
        ("to_the_end", M),
    ];
    let mut table = Table::new("least", &columns);
    for solved in &choice.solved {
        let (answer, amount) = match solved.too_short {
            Some(_) if solved.least == Least::NothingFollows => ("plan too short", None),
            _ => said(&solved.least),
        };
        table.push(vec![
            Cell::text(&solved.option),
            Cell::text(solved.scenario.as_deref().unwrap_or("")),
            Cell::text(scope(solved)),
            Cell::of(solved.through.iter().flatten().max().copied(), Cell::Month),
            Cell::text(answer),
            Cell::of(amount, Cell::Money),
            Cell::of(amount.and(solved.told()), Cell::Money),
            match &solved.least {
                Least::Amount(_) | Least::NoneFound(_) => {
                    Cell::text(if solved.proved { "yes" } else { "no" })
                }
                _ => Cell::Empty,
            },
            Cell::of(solved.holds_to, Cell::Money),
            Cell::of(i64::try_from(solved.tried.0).ok().filter(|tried| *tried > 0), Cell::Whole),
            Cell::Money(solved.worse_later.iter().map(|(_, worse, _)| *worse).sum()),
            Cell::of(solved.to_the_end.as_ref().and_then(Least::amount), Cell::Money),
        ]);
    }
    table
}

/// In what an amount is to hold.
fn scope(solved: &Solved) -> &'static str {
    if solved.in_futures { "9 of 10 futures" } else { "the scenario" }
}

/// Amounts with the core gap that each leaves in the months that count; in futures, what 9 of 10 of them do not pass, at the
/// amounts that were tried side by side.
pub(super) fn curve(choice: &BridgeChoice) -> Table {
    let columns = [
        ("option", T),
        ("scenario", T),
        ("in", T),
        ("amount", M),
        ("gap_core", M),
        ("cash_short", M),
    ];
    let mut table = Table::new("curve", &columns);
    for solved in &choice.solved {
        for (amount, gap) in &solved.curve {
            table.push(vec![
                Cell::text(&solved.option),
                Cell::text(solved.scenario.as_deref().unwrap_or("")),
                Cell::text(scope(solved)),
                Cell::Money(*amount),
                Cell::of(Some(*gap).filter(|_| solved.keeps == Keeps::CoreCosts), Cell::Money),
                Cell::of(Some(*gap).filter(|_| solved.keeps == Keeps::Cash), Cell::Money),
            ]);
        }
    }
    table
}

/// One row a way of offering an option that was tried.
pub(super) fn ways(choice: &BridgeChoice) -> Table {
    let columns = [
        ("option", T),
        ("term", T),
        ("from", Mo),
        ("through", Mo),
        ("each_year", Sh),
        ("answer", T),
        ("least", M),
        ("money", M),
        ("best", T),
    ];
    let mut table = Table::new("ways", &columns);
    for best in &choice.best {
        for (place, (way, offer)) in best.offers.iter().enumerate() {
            let [mut from, mut through, mut share] = [const { Cell::Empty }; 3];
            match way {
                Way::From(month) => from = Cell::Month(*month),
                Way::Until(month) => through = Cell::Month(*month),
                Way::Falling(own) => share = Cell::Share(*own),
            }
            let (answer, amount) = said(&offer.least);
            table.push(vec![
                Cell::text(&best.option),
                Cell::text(term_word(best.term)),
                from,
                through,
                share,
                Cell::text(answer),
                Cell::of(amount, Cell::Money),
                Cell::of(offer.money, Cell::Money),
                Cell::text(if best.best == Some(place) { "yes" } else { "" }),
            ]);
        }
    }
    table
}

/// An answer in short, and its amount.
fn said(least: &Least) -> (&'static str, Option<Money>) {
    match least {
        Least::NothingNeeded => ("nothing needed", Some(Money::ZERO)),
        Least::Amount(amount) => ("amount", Some(*amount)),
        Least::NothingFollows => ("nothing dependable follows", None),
        Least::NoneFound(_) => ("none found", None),
        Least::NotOneFigure(_) => ("not one figure", None),
    }
}

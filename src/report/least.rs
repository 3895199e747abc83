//! The least of each bridge option that keeps core costs funded, and the best way to offer it.

use super::ColumnKind::{Money as M, Month as Mo, Share as Sh, Text as T};
use super::words::{count, dollars, list};
use super::{Cell, Mark, Page, Table};
use crate::decide::best::{Best, Term};
use crate::decide::bridge::BridgeChoice;
use crate::decide::solve::{Least, Solved};
use crate::folder::Way;
use crate::money::{Money, Rate};

/// What was sought for one option, scenario by scenario, with the curve of the widest scope.
pub(super) fn say(page: &mut Page, choice: &BridgeChoice, option: &str) {
    let solved: Vec<&Solved> =
        choice.solved.iter().filter(|solved| solved.option == option).collect();
    let Some(widest) = solved.iter().rfind(|solved| !solved.in_futures) else { return };
    if let Least::NotOneFigure(why) = &widest.least {
        page.say(Mark::Watch, format!("{option}: its size cannot be sought: {why}."));
        return;
    }
    for solved in &solved {
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
        if !solved.fails_above.is_empty() {
            let amounts = solved.fails_above.iter().take(3).map(|amount| dollars(*amount));
            let text = format!(
                "But more money fails: {} does not do.",
                list(&amounts.collect::<Vec<_>>())
            );
            page.say(Mark::Watch, text);
        }
    }
    if !widest.curve.is_empty() {
        let columns = [("Amount", M), ("Core cost left unpaid", M)];
        let mut table = Table::new("curve", &columns);
        for (amount, gap) in &widest.curve {
            table.push(vec![Cell::Money(*amount), Cell::Money(*gap)]);
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
        Way::Falling(share) => format!("each year {} of the year before", share.percent()),
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
    let text = format!(
        "{option}, best {term} of {tried}, of which {holds} can do: {}, with {} in all{stated}{exact}.",
        way_words(*way),
        dollars(money),
    );
    (Mark::None, text)
}

fn answer(solved: &Solved) -> (Mark, String) {
    let until = match solved.through.as_slice() {
        [Some(month)] => format!(" through {}", month.words()),
        _ => String::new(),
    };
    match &solved.least {
        Least::NothingNeeded => (Mark::Good, format!("core costs are funded{until} without it.")),
        Least::Amount(amount) => {
            let proved = match solved.proved {
                true => "no smaller amount does",
                false => "a cent less does not",
            };
            let told = dollars(solved.least.told().unwrap_or(*amount));
            let exact = super::words::exact(*amount);
            let exact = exact.trim();
            (
                Mark::None,
                format!("{told} keeps core costs funded{until}; exactly ${exact}, {proved}."),
            )
        }
        Least::NothingFollows => {
            let text = "no amount suffices: no dependable money follows that would take over. `--through` with a \
                        month asks for less.";
            (Mark::Bad, text.to_string())
        }
        Least::NoneFound(most) => {
            let none = match solved.proved {
                true => format!("no amount up to {}", dollars(*most)),
                false => format!("none of the amounts that were tried, up to {},", dollars(*most)),
            };
            let why = "what goes unpaid is not for this money to pay, or not in these months";
            (Mark::Bad, format!("{none} suffices{until}: {why}."))
        }
        Least::NotOneFigure(why) => (Mark::Watch, format!("its size cannot be sought: {why}.")),
    }
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
    ];
    let mut table = Table::new("least", &columns);
    for solved in &choice.solved {
        let (answer, amount) = said(&solved.least);
        table.push(vec![
            Cell::text(&solved.option),
            Cell::text(solved.scenario.as_deref().unwrap_or("")),
            Cell::text(if solved.in_futures { "9 of 10 futures" } else { "the scenario" }),
            Cell::of(solved.through.iter().flatten().max().copied(), Cell::Month),
            Cell::text(answer),
            Cell::of(amount, Cell::Money),
            Cell::of(solved.least.told(), Cell::Money),
            match &solved.least {
                Least::Amount(_) | Least::NoneFound(_) => {
                    Cell::text(if solved.proved { "yes" } else { "no" })
                }
                _ => Cell::Empty,
            },
        ]);
    }
    table
}

/// Amounts with the core gap that each leaves in the months that count.
pub(super) fn curve(choice: &BridgeChoice) -> Table {
    let columns = [("option", T), ("scenario", T), ("amount", M), ("gap_core", M)];
    let mut table = Table::new("curve", &columns);
    for solved in choice.solved.iter().filter(|solved| !solved.in_futures) {
        for (amount, gap) in &solved.curve {
            table.push(vec![
                Cell::text(&solved.option),
                Cell::text(solved.scenario.as_deref().unwrap_or("")),
                Cell::Money(*amount),
                Cell::Money(*gap),
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

//! What stands behind the figures of a bridge option, in sentences.

use super::words::{dollars, list, view_word};
use crate::decide::effect::{Bridged, Uncounted};
use crate::decide::funder::{LineOfCredit, OtherLine, RepaidFrom};
use crate::funding::Status;
use crate::money::Money;

/// An option by its title, in quotation marks and without the full stop of a sentence; of two of one title with its id.
pub(super) fn called(option: &Bridged) -> String {
    let id = if option.has_namesake { format!(" ({})", option.id) } else { String::new() };
    format!("\u{201c}{}\u{201d}{id}", option.title.trim_end_matches('.'))
}

/// What stands behind an option's figures, as far as there is something.
pub(super) fn notes(option: &Bridged) -> Vec<String> {
    let mut notes = Vec::new();
    let named = |moved: &[(String, Money)]| {
        let one = |(title, amount): &(String, Money)| {
            format!("\u{201c}{title}\u{201d} ({})", dollars(*amount))
        };
        list(&moved.iter().take(3).map(one).collect::<Vec<_>>())
    };
    let effect = &option.effect;
    if !effect.unlocked.is_empty() {
        notes.push(format!("{} unlocks {}.", called(option), named(&effect.unlocked)));
    }
    if !effect.displaced.is_empty() {
        notes.push(format!(
            "With {} less is paid by {}.",
            called(option),
            named(&effect.displaced)
        ));
    }
    if effect.match_missed.is_positive() {
        let missed = dollars(effect.match_missed);
        notes.push(format!(
            "{} misses its match: without that rule {missed} more of cost would be paid.",
            called(option)
        ));
    } else if effect.asks_match {
        notes.push(format!("{} meets its match.", called(option)));
    }
    notes.extend(not_counted(option));
    let cost = &effect.cost;
    if cost.going_back.is_positive() {
        let back = dollars(cost.going_back);
        notes.push(format!(
            "Of {}, {back} is of no use and goes back in the month after the plan ends.",
            called(option)
        ));
    }
    notes.extend(repayment(option));
    notes.extend(line(option));
    notes
}

/// Why an option's stream brings nothing, where it does not.
fn not_counted(option: &Bridged) -> Option<String> {
    let plan = &option.plan;
    let index = plan.find_stream(option.stream.as_ref()?)?;
    let books = &option.after.books.ledger;
    if books.tranches.iter().any(|tranche| tranche.stream == index.at()) {
        return None;
    }
    Some(match Uncounted::of(plan, index, option.after.question.view) {
        Uncounted::Unsure(status) => format!(
            "{} is only {}, and its money is not counted here: `--view {}` counts it.",
            called(option),
            how_likely(status),
            view_word(status),
        ),
        Uncounted::NoMonth => format!(
            "{} brings no money in the months of the plan, {} to {}.",
            called(option),
            plan.horizon.start.words(),
            plan.horizon.end().words(),
        ),
    })
}

/// A status that is not secured, in words.
pub(super) fn how_likely(status: Status) -> &'static str {
    match status {
        Status::Secured => "secured",
        Status::Likely => "likely",
        Status::Prospective => "hoped for",
    }
}

/// What is still owed to the one who offers it at the end, and what it is repaid from.
fn repayment(option: &Bridged) -> Vec<String> {
    let (cost, called) = (&option.effect.cost, called(option));
    let mut notes = Vec::new();
    let mut from = String::new();
    match &cost.repaid_from {
        Some(RepaidFrom::Stream { title, status, may_pay: true }) => {
            from = format!(", to be repaid from \u{201c}{title}\u{201d}{}", how_sure(option, *status));
        }
        Some(RepaidFrom::Stream { title, status, may_pay: false }) => notes.push(format!(
            "{called} falls due as \u{201c}{title}\u{201d} comes in{}. That money is restricted to other costs and may not \
             repay it: unrestricted money has to.",
            how_sure(option, *status),
        )),
        Some(RepaidFrom::LeftOut) => {
            from = ", and the money that would repay it is left out of this scenario".to_string();
        }
        Some(RepaidFrom::UnrestrictedCash) => {
            from = ", to be repaid from unrestricted cash".to_string();
        }
        None => from = ", and its terms name no money to repay it".to_string(),
    }
    let owed = cost.owed - cost.going_back;
    if owed.is_positive() {
        notes.push(format!("Of {called}, {} is still owed at the end{from}.", dollars(owed)));
    }
    let debts = option.after.measures.debts.iter();
    let own = debts.filter(|debt| Some(&debt.stream) == option.stream.as_ref());
    let unpaid: Money = own.map(|debt| debt.unpaid).sum();
    if unpaid.is_positive() {
        notes.push(format!(
            "Of what {called} has due, {} goes unpaid for want of money that may pay it.",
            dollars(unpaid)
        ));
    }
    notes
}

/// What another line of credit does that comes with an option: beside its stream, or in place of the plan's own.
fn line(option: &Bridged) -> Option<String> {
    let (OtherLine { without, with }, called) = (option.effect.line.as_ref()?, called(option));
    let does = |line: &LineOfCredit, word: &str| match line.lent {
        Money::ZERO => format!("{word} lends nothing"),
        lent => {
            let owed = match line.owed {
                Money::ZERO => String::new(),
                owed => format!(", with {} owed at the end", dollars(owed)),
            };
            format!(
                "{word} lends {} for {} of interest{owed}",
                dollars(lent),
                dollars(line.interest)
            )
        }
    };
    let own = |line: &LineOfCredit| does(line, "the plan's own line of credit");
    let has_stream = option.stream.is_some();
    Some(match (with, without) {
        (Some(with), without) if has_stream => {
            let beside = format!("the line of credit of {}", with.lender);
            let instead = without
                .as_ref()
                .map_or(String::new(), |without| format!("; without it {}", own(without)));
            let whose = if with.lent.is_zero() { "" } else { " None of that is the funder's." };
            format!("Beside {called}, {}{instead}.{whose}", does(with, &beside))
        }
        (Some(_), Some(without)) => {
            format!("{called} stands in place of the plan's own line; without it {}.", own(without))
        }
        (None, Some(without)) => {
            format!("With {called} the plan has no line of credit; without it {}.", own(without))
        }
        (_, None) => return None,
    })
}

/// That the money an option is repaid from is not sure, and whether it is counted.
fn how_sure(option: &Bridged, status: Status) -> String {
    let word = how_likely(status);
    match status {
        Status::Secured => String::new(),
        _ if status > option.after.question.view => {
            format!(", which is only {word} and not counted here")
        }
        _ => format!(", which is only {word}"),
    }
}

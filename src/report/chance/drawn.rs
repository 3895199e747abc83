//! What was drawn: of each chance what was stated and what came of it, and what moved together.

use super::super::ColumnKind::{Share as Sh, Text as T};
use super::super::sensitivity::readable;
use super::super::words::{count, grouped, list};
use super::super::{Cell, Table};
use crate::decide::chance::{Futures, Pair, mean};
use crate::folder::{Distribution, Setting, Shock, What};
use crate::money::Rate;

/// Points by which outcomes are less correlated than their draws before it is told.
const POINTS: i128 = 10;
/// Pairs of a shock that the page names; the table `pairs` has them all.
const PAIRS_MAX: usize = 4;

/// A distribution in words.
pub(super) fn in_words(what: &What) -> String {
    match what {
        What::Event { odds } => format!("happens in {}", odds.in_words()),
        What::Amount { path, distribution, .. } => {
            let value = |setting: &Setting| readable(path, &setting.text());
            match distribution {
                Distribution::Uniform { low, high } => {
                    format!("{} to {}, each as likely", value(low), value(high))
                }
                Distribution::Triangular { low, likely, high } => {
                    format!("{} to {}, most likely {}", value(low), value(high), value(likely))
                }
                Distribution::Discrete(values) => {
                    let one = |(setting, odds): &(Setting, Rate)| {
                        format!("{} in {}", value(setting), odds.in_words())
                    };
                    list(&values.iter().map(one).collect::<Vec<_>>())
                }
            }
        }
    }
}

/// What came of a chance over all futures: in how many it happened, or its mean.
pub(super) fn came(futures: &Futures, place: usize) -> String {
    let (drawn, count_of) = (futures.tally.drawn[place], futures.tally.futures);
    match &futures.chances.chances[place].what {
        What::Event { .. } => {
            let times = u64::try_from(drawn).unwrap_or(0);
            format!("{} of {}", grouped(times), grouped(count_of))
        }
        What::Amount { path, base, .. } => {
            let steps = mean(drawn, count_of).cents();
            let mean = Setting { steps, ..*base };
            format!("{} on average", readable(path, &mean.text()))
        }
    }
}

/// Of each chance what was stated of it, and what came.
pub fn stated(futures: &Futures) -> impl Iterator<Item = [String; 2]> + '_ {
    let chances = futures.chances.chances.iter().enumerate();
    chances.map(|(place, chance)| [in_words(&chance.what), came(futures, place)])
}

/// A chance in one sentence: what was stated of it, and what came.
pub(super) fn chance_words(futures: &Futures, place: usize) -> String {
    let chance = &futures.chances.chances[place];
    format!(
        "{} ({}): {}; drawn: {}.",
        chance.title,
        chance.id,
        in_words(&chance.what),
        came(futures, place)
    )
}

pub(super) fn in_quotes<'a>(titles: impl Iterator<Item = &'a String>) -> String {
    list(&titles.map(|title| format!("\u{201c}{title}\u{201d}")).collect::<Vec<_>>())
}

/// What moves together.
pub fn shocks(futures: &Futures) -> Vec<String> {
    futures.chances.shocks.iter().map(|shock| shock_words(futures, shock)).collect()
}

pub(super) fn shock_words(futures: &Futures, shock: &Shock) -> String {
    let names = |places: &[usize]| {
        in_quotes(places.iter().map(|place| &futures.chances.chances[*place].title))
    };
    let against = match shock.against.is_empty() {
        true => String::new(),
        false => format!(", and {} the other way", names(&shock.against)),
    };
    let (title, of) = (&shock.title, names(&shock.of));
    match shock.together == Rate::ONE {
        true => format!("{title}: in all futures one common shock moves {of}{against}."),
        false => format!(
            "{title}: in {} of futures one common shock moves {of}{against}; in the others each moves on its own.",
            shock.together.in_words(),
        ),
    }
}

/// Where what comes about is much less correlated than the draws: the pairs, the weakest first.
pub(super) fn less(futures: &Futures, shock: &Shock) -> Option<String> {
    let mut pairs = Pair::of_shock(shock, &futures.chances);
    let lacks =
        |pair: &Pair| pair.of_draws.billionths().abs() - pair.of_outcomes.billionths().abs();
    pairs.retain(|pair| lacks(pair) * 100 >= POINTS * Rate::ONE.billionths());
    pairs.sort_by_key(|pair| std::cmp::Reverse(lacks(pair)));
    let title = |place: usize| &futures.chances.chances[place].title;
    let one = |pair: &Pair| {
        let [one, other] = pair.chances.map(title);
        let share = pair.of_outcomes.rounded_in_words();
        format!("{share} for \u{201c}{one}\u{201d} and \u{201c}{other}\u{201d}")
    };
    let told: Vec<String> = pairs.iter().take(PAIRS_MAX).map(one).collect();
    let more = match pairs.len().saturating_sub(PAIRS_MAX) {
        0 => String::new(),
        more => {
            format!(" And less for {}: `--table pairs` has them all.", count(more, "more pair"))
        }
    };
    (!told.is_empty()).then(|| {
        format!(
            "{}: {} is the rank correlation of the draws. What comes of them has less, since a thing happens or not: {}.{more}",
            shock.title,
            shock.together.in_words(),
            list(&told)
        )
    })
}

/// Every pair of every shock: the rank correlation of its draws, and of what comes of them.
pub(super) fn pairs(futures: &Futures) -> Table {
    let columns = [("shock", T), ("chance", T), ("other", T), ("draws", Sh), ("outcomes", Sh)];
    let mut table = Table::new("pairs", &columns);
    for shock in &futures.chances.shocks {
        for pair in Pair::of_shock(shock, &futures.chances) {
            let [one, other] = pair.chances.map(|place| &futures.chances.chances[place].id);
            table.push(vec![
                Cell::text(&shock.id),
                Cell::text(one),
                Cell::text(other),
                Cell::Share(pair.of_draws),
                Cell::Share(pair.of_outcomes),
            ]);
        }
    }
    table
}

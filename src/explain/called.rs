//! What a function is called: in words where the format offers it, else as the plan's own titles spell it.

use super::text::{activity, capital};
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::plan::cost::BACKBONE_FUNCTIONS;

/// A function of a ledger at the beginning of a label.
pub(crate) fn function(ledger: &Ledger, function: &str) -> String {
    let lines = ledger.lines.iter().filter(|line| line.function == function);
    let titles: Vec<&str> = lines.map(|line| line.title.as_str()).collect();
    capital(&of_titles(function, &titles))
}

/// A function of a plan within a sentence.
pub(crate) fn of_plan(plan: &Plan, function: &str) -> String {
    let lines = plan.lines.iter().filter(|line| line.function == function);
    let titles: Vec<&str> = lines.map(|line| line.title.as_str()).collect();
    match titles.as_slice() {
        [] => activity(function),
        titles => of_titles(function, titles),
    }
}

/// A function within a sentence, from the titles of its lines. What has one line is called as that line is.
pub(crate) fn of_titles(function: &str, titles: &[&str]) -> String {
    match titles {
        _ if BACKBONE_FUNCTIONS.contains(&function) => activity(function),
        [only] => only.to_string(),
        several => spelled(function, several),
    }
}

/// The words of an id, those with capitals within them as titles write them: `HS central office`.
pub(crate) fn spelled(function: &str, titles: &[&str]) -> String {
    if BACKBONE_FUNCTIONS.contains(&function) {
        return activity(function);
    }
    let known =
        titles.iter().flat_map(|title| title.split(|letter: char| !letter.is_alphanumeric()));
    let known = known.filter(|word| word.chars().skip(1).any(char::is_uppercase));
    let known: Vec<&str> = known.collect();
    let one = |word: &str| -> String {
        let found = known.iter().find(|known| known.to_lowercase() == word);
        found.map_or(word, |known| known).to_string()
    };
    function.split('-').map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_called_as_the_plan_spells_it() {
        assert_eq!(of_titles("guide-vision", &["Director"]), "guiding the vision");
        assert_eq!(of_titles("csbg-programs", &["CSBG: Programs"]), "CSBG: Programs");
        let two = ["HS Central Office: pay", "HS Central Office: rent"];
        assert_eq!(of_titles("hs-central-office", &two), "HS central office");
        assert_eq!(of_titles("youth-services", &["Sports", "Arts"]), "youth services");
    }
}

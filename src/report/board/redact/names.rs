//! What positions are called, wherever a plan writes it.

use std::collections::BTreeSet;

use super::is_pay;
use crate::plan::Plan;
use crate::plan::cost::{BACKBONE_FUNCTIONS, Category};

/// What stands in the place of a name. It is short, so that words of pictures still fit.
const LEFT_OUT: &str = "\u{2026}";
/// Letters of the shortest word that is taken for a name.
const LETTERS_MIN: usize = 2;
/// Digits of the shortest figure that is taken for pay.
const DIGITS_MIN: usize = 4;
/// Words that posts are called by, and no person.
const OF_POSTS: &str = "administrator analyst assistant associate care case chief clinical clinic community coordinator core \
    county city deputy development director evaluator executive finance financial fringe full grants half hospital \
    leader lead manager navigator navigators network nurse office officer outreach part partner partnership pay \
    personnel position positions post posts president program programs project public quality salaries salary senior \
    services social specialist staff state strategy supervisor support team technical the time training vice worker \
    workers";

/// What positions are called, in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// Names of several words: they are taken out of every text.
    phrases: BTreeSet<String>,
    /// Words of names, and figures of pay, which may mean something else in what the engine says: they are taken out of
    /// what a plan says.
    words: BTreeSet<String>,
}

impl Names {
    /// What the positions of a plan are called and paid. Words that the base case writes in other places, or for what it is
    /// for, are no names.
    pub(super) fn of(plan: &Plan, base: &Plan) -> Names {
        let mut common: BTreeSet<String> = OF_POSTS.split(' ').map(str::to_string).collect();
        let mut knows = |text: &str, small: bool| {
            let words = words(text).filter(|word| !small || word.starts_with(char::is_lowercase));
            common.extend(words.map(str::to_lowercase));
        };
        BACKBONE_FUNCTIONS.iter().for_each(|function| knows(function, false));
        Category::ALL.iter().for_each(|category| knows(category.word(), false));
        for plan in [plan, base] {
            knows(&plan.title, false);
            knows(&plan.region, false);
            plan.lines.iter().for_each(|line| knows(&line.function, false));
            plan.lines.iter().for_each(|line| knows(&line.title, true));
            plan.streams.iter().for_each(|stream| knows(&stream.title, true));
            let sources = plan.inputs.stated.iter().filter_map(|input| input.source.as_deref());
            sources.for_each(|source| knows(source, true));
        }
        let mut names = Names::default();
        for line in plan.lines.iter().filter(|line| is_pay(line)) {
            names.learn(&Names::of_id(line.name.as_str()));
            for part in line.title.split(|letter: char| ",;:()/|\u{2013}\u{2014}".contains(letter))
            {
                let part = part.split(" - ");
                for part in part.map(str::trim).filter(|part| words(part).count() > 1) {
                    names.phrases.insert(part.to_lowercase());
                }
            }
            let capital = |word: &&str| word.starts_with(char::is_uppercase);
            let own = words(&line.title).filter(capital).map(str::to_lowercase);
            let named = own.filter(|word| {
                word.chars().count() >= LETTERS_MIN && !common.contains(word.as_str())
            });
            names.words.extend(named);
            let path = format!("cost.{}", line.name);
            let figures = plan.inputs.below(&path).filter(|input| input.figure);
            for figure in figures.flat_map(|input| words(&input.text)).map(digits) {
                if figure.len() >= DIGITS_MIN {
                    names.words.insert(figure);
                }
            }
        }
        let common = |phrase: &String| words(phrase).all(|word| common.contains(word));
        names.phrases.retain(|phrase| !common(phrase));
        names
    }

    /// The name that an id of several words is.
    pub(super) fn of_id(id: &str) -> Names {
        let mut names = Names::default();
        if id.contains('-') {
            names.phrases.extend([id.to_lowercase(), id.to_lowercase().replace('-', " ")]);
        }
        names
    }

    /// Takes in more of them.
    pub(super) fn learn(&mut self, more: &Names) {
        self.phrases.extend(more.phrases.iter().cloned());
        self.words.extend(more.words.iter().cloned());
    }

    /// Takes names out of what a plan says; of an id, also words in lower case.
    pub(super) fn scrub(&self, text: &mut String) {
        self.scrub_phrases(text);
        let id = !text.contains(' ');
        let mut kept = String::new();
        let mut rest = text.as_str();
        let own = |word: &&str| {
            let figure = digits(word);
            let letter = word.starts_with(char::is_uppercase) || id;
            letter && self.words.contains(&word.to_lowercase())
                || !figure.is_empty() && self.words.contains(&figure)
        };
        for word in words(text).filter(own) {
            let at = word.as_ptr() as usize - rest.as_ptr() as usize;
            kept.push_str(&rest[..at]);
            kept.push_str(LEFT_OUT);
            rest = &rest[at + word.len()..];
        }
        kept.push_str(rest);
        *text = kept;
    }

    /// Takes names of several words out of any text.
    pub(super) fn scrub_phrases(&self, text: &mut String) {
        for phrase in self.phrases.iter().rev() {
            let lower = text.to_lowercase();
            // Where small letters take other room, places of the two texts differ.
            if lower.len() != text.len() || !lower.contains(phrase.as_str()) {
                continue;
            }
            let whole = |at: usize| {
                let (before, after) = (&lower[..at], &lower[at + phrase.len()..]);
                !before.ends_with(char::is_alphanumeric)
                    && !after.starts_with(char::is_alphanumeric)
            };
            let places: Vec<usize> = lower
                .match_indices(phrase.as_str())
                .map(|(at, _)| at)
                .filter(|at| whole(*at))
                .collect();
            for at in places.into_iter().rev() {
                text.replace_range(at..at + phrase.len(), LEFT_OUT);
            }
        }
    }
}

/// The words of a text; a figure is one, with what sets its digits apart.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let apart = |letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ',';
    text.split(apart).flat_map(|part| {
        let figure = part.chars().all(|letter| letter.is_ascii_digit() || "_,".contains(letter));
        let by = move |letter: char| !figure && (letter == ',' || letter == '_');
        part.split(by).map(|word| word.trim_matches([',', '_'])).filter(|word| !word.is_empty())
    })
}

/// The digits of a figure; nothing of any other word.
fn digits(word: &str) -> String {
    if !word.chars().all(|letter| letter.is_ascii_digit() || letter == '_' || letter == ',') {
        return String::new();
    }
    word.chars().filter(char::is_ascii_digit).collect()
}

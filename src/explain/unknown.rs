//! What is answered to an id that no figure has.

use super::ask::Ask;
use super::{UnknownFigure, catalogue, dispatch, figures};
use crate::diagnostic::nearest;
use crate::month::{FiscalCalendar, Month};

/// What is wrong with an id, the figure that is nearest to it, and a few that can be asked.
pub(super) fn answer(ask: Ask, given: &str, words: &[&str]) -> UnknownFigure {
    let reason = words.iter().find_map(|word| misdated(ask, word));
    let near = in_plan(ask, words).or_else(|| of_function(ask, words));
    let nearest = near.or_else(|| nearest_known(ask, &words.join("/")));
    let examples = catalogue::examples(ask);
    UnknownFigure { given: given.to_string(), nearest, reason, examples }
}

fn nearest_known(ask: Ask, id: &str) -> Option<String> {
    let known = figures(ask.plan, ask.forecast);
    let head = id.split('/').next().unwrap_or("");
    let of_head = |known: &&String| known.split('/').next() == Some(head);
    let near = nearest(id, known.iter().map(String::as_str)).map(str::to_string);
    near.or_else(|| known.iter().find(of_head).cloned())
}

/// What is wrong with a word that looks like a month or a year.
fn misdated(ask: Ask, word: &str) -> Option<String> {
    let horizon = &ask.ledger().horizon;
    let runs = || format!("the plan runs from {} to {}", horizon.start, horizon.end());
    if let Some(year) = year(word) {
        let known = ask.measures().years.iter().any(|row| row.year == year);
        return (!known).then(runs);
    }
    match Month::parse(word) {
        Some(month) => horizon.place(month).is_none().then(runs),
        None => looks_like_month(word).then(|| format!("`{word}` is no such month")),
    }
}

fn looks_like_month(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    word.split_once('-').is_some_and(|(year, month)| {
        year.len() == 4 && month.len() <= 2 && digits(year) && digits(month)
    })
}

/// The year of `FY2026`.
fn year(word: &str) -> Option<i32> {
    let digits = word.strip_prefix("FY").or_else(|| word.strip_prefix("fy"))?;
    let shaped = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if shaped { digits.parse().ok() } else { None }
}

/// The same figure in the nearest month or year of the plan.
fn in_plan(ask: Ask, words: &[&str]) -> Option<String> {
    let (last, rest) = words.split_last()?;
    let word = match (year(last), Month::parse(last)) {
        (Some(year), _) => nearest_year(ask, year)?,
        (None, Some(month)) => {
            let horizon = &ask.ledger().horizon;
            month.clamp(horizon.start, horizon.end()).to_string()
        }
        (None, None) => december(ask, last)?,
    };
    let words: Vec<&str> = rest.iter().copied().chain([word.as_str()]).collect();
    dispatch(ask, &words).map(|_| words.join("/"))
}

/// The last month of the year of a word like `2022-13`, as far as the plan holds it.
fn december(ask: Ask, word: &str) -> Option<String> {
    let year = word.get(..4).filter(|_| looks_like_month(word))?;
    let horizon = &ask.ledger().horizon;
    let month = Month::parse(&format!("{year}-12"))?;
    Some(month.clamp(horizon.start, horizon.end()).to_string())
}

fn nearest_year(ask: Ask, year: i32) -> Option<String> {
    let years = ask.measures().years.iter().map(|row| row.year);
    let near = years.min_by_key(|known| (known - year).abs())?;
    Some(FiscalCalendar::label(near))
}

/// The same figure of the function, where the word after the head is one.
fn of_function(ask: Ask, words: &[&str]) -> Option<String> {
    let (head, rest) = words.split_first()?;
    let words: Vec<&str> = [*head, "function"].into_iter().chain(rest.iter().copied()).collect();
    let asked = matches!(*head, "gap" | "cost" | "covered");
    dispatch(ask, &words).filter(|_| asked).map(|_| words.join("/"))
}

//! Figures as people read them.

use crate::money::{Money, Rate, grouped};

/// An amount with separators and cents; a negative one in parentheses.
pub(super) fn money(amount: Money) -> String {
    let cents = amount.cents().unsigned_abs();
    let text = format!("{}.{:02}", grouped(cents / 100), cents % 100);
    if amount.cents() < 0 { format!("({text})") } else { text }
}

/// An amount in whole dollars, or to the cent where it is not whole: `$1,234`, `$1,234.50`.
pub(super) fn dollars(amount: Money) -> String {
    let exact = money(amount);
    let text = exact.trim_matches(['(', ')']);
    let text = format!("${}", text.strip_suffix(".00").unwrap_or(text));
    if amount.cents() < 0 { format!("({text})") } else { text }
}

/// What figures of cash rest on where a plan does not state it.
pub(crate) const CASH_FROM_ZERO: &str =
    "Cash is counted from $0, since the plan does not state its cash in hand.";

/// A plain number, as short as it is exact.
pub(super) fn number(number: Rate) -> String {
    number.to_string()
}

/// `1 month`, `3 months`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(number as u64)) }
}

/// A word with its first letter in upper case.
pub(crate) fn capital(word: &str) -> String {
    let mut characters = word.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// Words joined by commas, those past the sixth counted.
pub(super) fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let shown = words.iter().take(6).copied().collect::<Vec<_>>().join(", ");
    match words.len().saturating_sub(6) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Names in a row: `A, B and C`; by semicolons where a name holds a comma.
pub(crate) fn joined(names: &[String]) -> String {
    let comma = if names.iter().any(|name| name.contains(',')) { ";" } else { "," };
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] if comma == ";" => format!("{}; and {last}", first.join("; ")),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A function as what one does.
pub(crate) fn activity(function: &str) -> String {
    let word = match function {
        "guide-vision" => "guiding the vision",
        "convene" => "convening",
        "align-activities" => "aligning activities",
        "evaluate" => "evaluation",
        "engage" => "engagement",
        "communicate" => "communication",
        "mobilize-funding" => "mobilizing funding",
        "operate" => "operations",
        other => return other.replace('-', " "),
    };
    word.to_string()
}

/// A name as one part of an id: lower case, with hyphens for what an id cannot hold.
pub(super) fn slug(name: &str) -> String {
    let legal = |character: char| if character.is_alphanumeric() { character } else { '-' };
    let text: String = name.to_lowercase().chars().map(legal).collect();
    let parts: Vec<&str> = text.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_in_a_report() {
        assert_eq!(money(Money::from_cents(-4_074_300)), "(40,743.00)");
        assert_eq!(money(Money::from_cents(123_456_789)), "1,234,567.89");
        assert_eq!(money(Money::from_cents(5)), "0.05");
    }

    #[test]
    fn shares_are_exact() {
        assert_eq!(Rate::parse_percent("12.5").unwrap().percent(), "12.5%");
        assert_eq!(Rate::ONE.percent(), "100%");
        assert_eq!(Rate::parse_percent("33.3333333").unwrap().percent(), "33.3333333%");
    }

    #[test]
    fn names_become_parts_of_ids() {
        assert_eq!(slug("St. Mary's / Health Plan"), "st-mary-s-health-plan");
    }
}

//! What a person most likely meant by a text that is refused.
//!
//! For causes and remedies alone: nothing here ever becomes a figure of the plan.

use crate::diagnostic::visible;
use crate::money::{Money, Rate};
use crate::month::{Day, MONTH_NAMES, Month};

/// Why a text is not a number: its first character that does not belong there.
pub fn odd(text: &str) -> String {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let mut points = 0;
    for (at, character) in digits.char_indices() {
        match character {
            '0'..='9' => {}
            '.' if at == 0 => return "no digit before the point".to_string(),
            '.' if points > 0 => return "a second point".to_string(),
            '.' => points += 1,
            _ if character.is_whitespace() => return "a space is not a digit".to_string(),
            _ if character.is_numeric() => return format!("`{character}` is not one of 0 to 9"),
            _ => return format!("`{}` is not a digit", visible(&character.to_string())),
        }
    }
    if points > 0 { "no digit after the point" } else { "no digits" }.to_string()
}

/// The amount of a text with separators or a currency sign. A decimal comma reads as thousands here,
/// so a comma anywhere else than before three digits is left to the person.
pub fn money(text: &str) -> Option<Money> {
    let dropped = |character: &char| {
        !character.is_whitespace() && !matches!(character, ',' | '$' | '_' | '\'' | '’')
    };
    let mut plain: String = text.chars().filter(dropped).collect();
    if plain.starts_with('.') {
        plain.insert(0, '0');
    }
    let plain = plain.trim_end_matches('.').trim_start_matches('+');
    let amount = Money::parse(plain).ok().filter(|amount| *amount >= Money::ZERO)?;
    let thousands =
        |(_, rest): (&str, &str)| rest.split('.').next().is_some_and(|rest| rest.len() == 3);
    text.rsplit_once(',').is_none_or(thousands).then_some(amount)
}

/// The percentage of a text with a space, a word or a second sign.
pub fn percent(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let plain = plain.trim_matches(['%', '％']).trim_end_matches("percent");
    Rate::parse_percent(plain).ok().map(|_| format!("{plain}%"))
}

/// The month of a text that says year and month in another order or form.
pub fn month(text: &str) -> Option<Month> {
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let year = |part: &str| {
        let shaped = part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        shaped.then(|| part.parse().ok()).flatten()
    };
    let number = |part: &str| match part.parse() {
        Ok(number) if part.len() <= 2 => Some(number),
        _ => named(part)
            .and_then(|name| MONTH_NAMES.iter().position(|one| *one == name))
            .map(|place| place as u32 + 1),
    };
    match parts.as_slice() {
        [first, second] if year(first).is_none() => Month::new(year(second)?, number(first)?),
        [first, second, ..] => Month::new(year(first)?, number(second)?),
        _ => None,
    }
}

/// The name of a month that a text begins.
pub fn named(text: &str) -> Option<&'static str> {
    let text = text.trim().to_lowercase();
    let begins = |name: &&str| text.len() >= 3 && name.starts_with(&text);
    MONTH_NAMES.into_iter().find(begins)
}

/// The last day of the month in which a day does not exist.
pub fn last_day(text: &str) -> Option<String> {
    let month = text.get(..7)?;
    let days = (28..=31).rev().map(|day| format!("{month}-{day}"));
    days.into_iter().find(|day| Day::parse(day).is_some())
}

/// The fiscal year of a label with two digits, in small letters, or without its letters.
pub fn fiscal_year(label: &str) -> Option<String> {
    let digits = label.trim_start_matches(['F', 'f']).trim_start_matches(['Y', 'y']).trim();
    let shaped = digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.len() {
        2 if shaped => Some(format!("FY20{digits}")),
        4 if shaped && ("1970"..="2200").contains(&digits) => Some(format!("FY{digits}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_character_that_does_not_belong_is_named() {
        for (text, why) in [
            ("1,000", "`,` is not a digit"),
            ("$5", "`$` is not a digit"),
            (".5", "no digit before the point"),
            ("5.", "no digit after the point"),
            ("1.000.000", "a second point"),
            ("", "no digits"),
            ("-", "no digits"),
            (" 5", "a space is not a digit"),
            ("１２", "`１` is not one of 0 to 9"),
            ("--5", "`-` is not a digit"),
        ] {
            assert_eq!(odd(text), why, "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_person() {
        let amount = |text: &str| money(text).map(|amount| amount.to_string());
        assert_eq!(amount("$1,234,567.5").as_deref(), Some("1234567.50"));
        assert_eq!(amount("1\u{a0}000").as_deref(), Some("1000.00"));
        for text in ["1,5", "1.234,00", "(5)", "1e3", "-5", "", "5k"] {
            assert_eq!(amount(text), None, "{text}");
        }
        assert_eq!(percent("3 %").as_deref(), Some("3%"));
        assert_eq!(percent("3 percent").as_deref(), Some("3%"));
        assert_eq!(percent("2,5%"), None);
    }

    #[test]
    fn months_in_other_forms_are_understood_where_only_one_reading_is_possible() {
        let read = |text: &str| month(text).map(|month| month.to_string());
        for text in ["2026-1", "2026/01", "01/2026", "January 2026", "jan 2026", "2026-01-15"] {
            assert_eq!(read(text).as_deref(), Some("2026-01"), "{text}");
        }
        for text in ["Jan-26", "1/7/2024", "26-01", "2026-13", "2026", "FY2026", "", "ma 2026"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(last_day("2026-02-30").as_deref(), Some("2026-02-28"));
        assert_eq!(fiscal_year("FY26").as_deref(), Some("FY2026"));
        assert_eq!(fiscal_year("2026").as_deref(), Some("FY2026"));
        assert_eq!(fiscal_year("Jan-26"), None);
    }
}

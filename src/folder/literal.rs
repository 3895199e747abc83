//! What a text states, whether it stands in TOML or in CSV: an amount, a level, a month, an id.

use super::desk::Desk;
use super::meant;
use super::text::Span;
use crate::diagnostic::{Code, visible};
use crate::limits::NAME_CHARS_MAX;
use crate::money::{Money, NumberError, Quantity};
use crate::month::{Day, Month};
use crate::name::Name;

/// Tells that a text does not have the form of an id.
pub fn id_form(desk: &Desk, span: Span, text: &str) {
    let hyphen = |character: char| matches!(character, '_' | ' ' | '.' | '-');
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(hyphen).filter(|word| !word.is_empty()).collect();
    let remedy = match Name::parse(&words.join("-")) {
        Some(name) => format!("write `{name}`"),
        None if text.contains(',') && desk.in_csv(span) => {
            "part several by semicolons: `a;b`".to_string()
        }
        None => "use lower-case letters, digits and single hyphens, 64 at most".to_string(),
    };
    let strange =
        text.chars().find(|character| character.is_alphanumeric() && !character.is_ascii());
    let cause = match strange {
        Some(character) => {
            format!("`{character}` is U+{:04X}, not one of a to z", u32::from(character))
        }
        None if text.len() > NAME_CHARS_MAX => format!("{} characters", text.len()),
        None => "lower-case letters, digits, single hyphens".to_string(),
    };
    let message = match text.is_empty() {
        true => "an id is empty".to_string(),
        false => format!("`{}` does not have the form of an id", visible(text)),
    };
    desk.fault(Code::IdForm, span, message, cause, remedy);
}

/// A text as it was written: a number's tree does not keep its underscores.
pub(super) fn written(desk: &Desk, text: &str, span: Span) -> String {
    let source = desk.source(span.file);
    let raw = source.text().get(span.range()).unwrap_or_default();
    visible(if raw.contains('_') && raw.replace('_', "") == text { raw } else { text })
}

/// Reads an amount of money that is not below zero.
pub fn money(desk: &Desk, text: &str, span: Span) -> Option<Money> {
    let parsed = Money::parse(text);
    if parsed.is_ok() && !text.starts_with('-') {
        return parsed.ok();
    }
    let form = "digits, a point, at most two places";
    let given = text;
    let text = written(desk, text, span);
    match parsed {
        Ok(_) => {
            let message = format!("`{text}` is below zero");
            let remedy = "write an amount of zero or more";
            desk.fault(Code::MoneyRange, span, message, "not a possible amount", remedy);
            None
        }
        Err(NumberError::Form) => {
            let message = match given.trim().is_empty() {
                true => "the amount is empty".to_string(),
                false => format!("`{text}` is not an amount"),
            };
            let remedy = match meant::money(given) {
                Some(plain) => format!("write it as `{plain}`: {form}"),
                None => format!("write {form}, such as `1200.00`"),
            };
            desk.fault(Code::MoneyForm, span, message, meant::odd(given), remedy);
            None
        }
        Err(NumberError::Places) => {
            let message = format!("`{text}` has parts of a cent");
            let remedy = format!("round it to cents: {form}");
            desk.fault(Code::Places, span, message, "more than two places", remedy);
            None
        }
        Err(NumberError::Range) => {
            let message = format!("`{text}` is larger than 9999999999999.99");
            desk.fault(Code::MoneyRange, span, message, "too large", "write a smaller amount");
            None
        }
    }
}

/// Reads a level of a driver.
pub fn quantity(desk: &Desk, text: &str, span: Span) -> Option<Quantity> {
    let form = "digits, a point, at most nine places, such as `20000` or `1.25`, up to a billion";
    match Quantity::parse(text) {
        Ok(level) => Some(level),
        Err(error) => {
            number_fault(desk, span, text, error, "a level", form);
            None
        }
    }
}

pub(super) fn number_fault(
    desk: &Desk,
    span: Span,
    text: &str,
    error: NumberError,
    what: &str,
    form: &str,
) {
    let cause = meant::odd(text);
    let text = written(desk, text, span);
    let (code, message, cause) = match error {
        NumberError::Form if text.is_empty() => {
            (Code::NumberForm, format!("{what} is missing"), cause)
        }
        NumberError::Form => (Code::NumberForm, format!("`{text}` is not {what}"), cause),
        NumberError::Places => {
            let message = format!("`{text}` has too many decimal places");
            (Code::Places, message, "more than are kept".to_string())
        }
        NumberError::Range if text.starts_with('-') => {
            (Code::NumberRange, format!("`{text}` is below zero"), "out of range".to_string())
        }
        NumberError::Range => {
            (Code::NumberRange, format!("`{text}` is too large"), "out of range".to_string())
        }
    };
    desk.fault(code, span, message, cause, format!("write {form}"));
}

/// Reads a month.
pub fn month(desk: &Desk, text: &str, span: Span) -> Option<Month> {
    let found = Month::parse(text);
    if found.is_none() {
        month_fault(desk, text, span, "a month", "`2024-07`: year, hyphen, month");
    }
    found
}

pub(super) fn month_or_day(desk: &Desk, text: &str, span: Span) -> Option<Month> {
    let found = Month::parse(text);
    if found.is_none() {
        month_fault(desk, text, span, "a month or a day", "`2024-07` or `2024-07-15`");
    }
    found
}

fn month_fault(desk: &Desk, text: &str, span: Span, what: &str, form: &str) {
    let bytes = text.as_bytes();
    let shaped = matches!(bytes.len(), 7 | 10)
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let year_out =
        shaped && text[..4].parse::<i32>().is_ok_and(|year| !(1970..=2199).contains(&year));
    if year_out {
        let message = format!("`{text}` lies outside the calendar of 1970 to 2199");
        desk.fault(Code::MonthRange, span, message, "", "write a month of those years");
        return;
    }
    let exists = shaped && Month::parse(&text[..7]).is_some();
    if shaped && !exists {
        let message = format!("there is no month `{}`", &text[..7]);
        let remedy = "write a month from 01 to 12 after the year";
        desk.fault(Code::MonthForm, span, message, "", remedy);
        return;
    }
    if exists && let Some(last) = meant::last_day(text).filter(|_| Day::parse(text).is_none()) {
        let message = format!("there is no day `{text}`");
        let remedy = format!("write a day of that month, up to `{last}`");
        desk.fault(Code::MonthForm, span, message, "", remedy);
        return;
    }
    let message = match text.trim().is_empty() {
        true => format!("{what} is missing"),
        false => format!("`{}` is not {what}", visible(text)),
    };
    let cause = if exists { "a day, where a month is wanted" } else { "" };
    let remedy = match meant::month(text) {
        Some(month) => {
            // A date of TOML stands without quotes, and a month needs them.
            let source = desk.source(span.file);
            let written = source.text().get(span.range()).unwrap_or_default();
            let bare = written.starts_with(|c: char| c.is_ascii_digit()) && !desk.in_csv(span);
            let quote = if bare { "\"" } else { "" };
            format!("write it as `{quote}{month}{quote}`")
        }
        None => format!("write {what} as {form}"),
    };
    desk.fault(Code::MonthForm, span, message, cause, remedy);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Result<Money, (Code, String)> {
        let desk = Desk::new();
        let file = desk.add("plan.toml", b"x".to_vec()).unwrap();
        let read = money(&desk, text, Span::new(file, 0..1));
        match desk.diagnostics().pop() {
            Some(fault) => Err((fault.code, fault.remedy)),
            None => Ok(read.unwrap()),
        }
    }

    #[test]
    fn amounts_have_one_form() {
        assert_eq!(amount("1200.5"), Ok(Money::from_cents(120_050)));
        for text in [
            "1,200", "1e3", ".5", "5.", "1_000", "$5", "(5)", "NaN", "inf", "", " ", " 5", "5 ",
            "+5", "１２", "٥", "--5", "5.0.0", "0x10", "1.234,00",
        ] {
            assert_eq!(amount(text).unwrap_err().0, Code::MoneyForm, "{text}");
        }
        for (text, code) in [
            ("5.001", Code::Places),
            ("-5", Code::MoneyRange),
            ("-0", Code::MoneyRange),
            ("12345678901234", Code::MoneyRange),
        ] {
            assert_eq!(amount(text).unwrap_err().0, code, "{text}");
        }
    }

    #[test]
    fn the_remedy_names_what_was_most_likely_meant() {
        let remedy = |text: &str| amount(text).unwrap_err().1;
        let form = "digits, a point, at most two places";
        assert_eq!(remedy("1,200"), format!("write it as `1200.00`: {form}"));
        assert_eq!(remedy("$5.50"), format!("write it as `5.50`: {form}"));
        assert_eq!(remedy("1,5"), format!("write {form}, such as `1200.00`"));
    }
}

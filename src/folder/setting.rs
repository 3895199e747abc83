//! Values of inputs that can be moved: a number, a percentage or a month, in steps of its form.

use super::syntax::{Node, Value};
use crate::month::Month;

/// A value of an input, as a count of steps of its form: so many cents, tenths of a point, months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Setting {
    /// The count.
    pub steps: i64,
    /// What a step is.
    pub form: Form,
}

/// The form in which an input is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// A plain number with so many places.
    Number(u32),
    /// A percentage with so many places.
    Percent(u32),
    /// A month; steps count from January of the year 0.
    Month,
}

/// Places to which a number or a percentage is moved at least.
const NUMBER_PLACES: u32 = 2;
const PERCENT_PLACES: u32 = 1;
/// Places beyond which no input has any.
const PLACES_MAX: u32 = 9;

impl Setting {
    /// The value as the plan writes it.
    pub fn text(self) -> String {
        match self.form {
            Form::Number(places) => decimal(self.steps, places),
            Form::Percent(places) => format!("{}%", decimal(self.steps, places)),
            Form::Month => {
                let month = Month::new(self.steps.div_euclid(12) as i32, month_number(self.steps));
                month.map_or(String::new(), |month| month.to_string())
            }
        }
    }

    /// The value so many steps on.
    pub fn moved(self, steps: i64) -> Setting {
        Setting { steps: self.steps.saturating_add(steps), ..self }
    }
}

fn month_number(steps: i64) -> u32 {
    steps.rem_euclid(12) as u32 + 1
}

fn decimal(steps: i64, places: u32) -> String {
    let whole = 10_u64.pow(places);
    let sign = if steps < 0 { "-" } else { "" };
    let (units, rest) = (steps.unsigned_abs() / whole, steps.unsigned_abs() % whole);
    match places {
        0 => format!("{sign}{units}"),
        _ => format!("{sign}{units}.{rest:0width$}", width = places as usize),
    }
}

/// The values as counts of one step; nothing where they are not of one form.
pub(super) fn settings(texts: &[&str]) -> Option<Vec<Setting>> {
    let months: Option<Vec<Month>> = texts.iter().map(|text| Month::parse(text)).collect();
    if let Some(months) = months {
        let steps = |month: Month| i64::from(month.year()) * 12 + i64::from(month.number()) - 1;
        let setting = |month| Setting { steps: steps(month), form: Form::Month };
        return Some(months.into_iter().map(setting).collect());
    }
    let percent = texts.iter().all(|text| text.ends_with('%'));
    let bare = texts.iter().map(|text| text.strip_suffix('%').filter(|_| percent).unwrap_or(text));
    let numbers: Vec<&str> = bare.collect();
    let own = |text: &&str| text.split_once('.').map_or(0, |(_, places)| places.len() as u32);
    let least = if percent { PERCENT_PLACES } else { NUMBER_PLACES };
    let whole = !percent && numbers.iter().all(|text| !text.contains('.'));
    let places = numbers.iter().map(own).max()?.max(if whole { 0 } else { least });
    let form = if percent { Form::Percent(places) } else { Form::Number(places) };
    let setting = |text: &&str| {
        let steps = parse(text, places.min(PLACES_MAX))?;
        Some(Setting { steps, form })
    };
    numbers.iter().map(setting).collect()
}

/// A plain decimal in steps of its last place.
fn parse(text: &str, places: u32) -> Option<i64> {
    let (units, rest) = text.split_once('.').unwrap_or((text, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let digits = units.strip_prefix('-').unwrap_or(units);
    if digits.is_empty() || !plain(digits) || !plain(rest) || rest.len() > places as usize {
        return None;
    }
    let padded = format!("{digits}{rest:0<width$}", width = places as usize);
    let steps: i64 = padded.parse().ok()?;
    Some(if units.starts_with('-') { -steps } else { steps })
}

/// A value as it stands, where it is one that moves.
pub(super) fn one(text: &str) -> Option<Setting> {
    settings(&[text])?.first().copied()
}

/// The text of a plain value.
pub(super) fn plain(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) | Value::Number(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_move_in_steps_of_their_form() {
        let texts = |texts: [&str; 3], steps: i64| {
            settings(&texts).map(|found| found[0].moved(steps).text())
        };
        assert_eq!(texts(["1.50", "1", "2.125"], 1), Some("1.501".into()));
        assert_eq!(texts(["900000", "1", "2"], -1), Some("899999".into()));
        assert_eq!(texts(["12%", "10%", "15%"], 1), Some("12.1%".into()));
        assert_eq!(texts(["2022-12", "2022-01", "2023-01"], 1), Some("2023-01".into()));
        assert_eq!(texts(["-0.5", "0", "1"], 0), Some("-0.50".into()));
        assert_eq!(texts(["12%", "10", "15%"], 0), None, "not of one form");
        assert_eq!(texts(["july", "10", "15"], 0), None);
    }
}

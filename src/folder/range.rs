//! The range of an input as a plan writes it: a low and a high value of the input's own form.

use super::desk::Desk;
use super::setting::{Form, Setting, one, plain, settings};
use super::syntax::{Entry, Node, Value};
use crate::diagnostic::Code;
use crate::month::Day;

/// The ends of a range, as they are written; nothing where it is no pair of plain values.
pub(super) fn ends(node: &Node) -> Option<[&str; 2]> {
    match &node.value {
        Value::List(items) => match items.as_slice() {
            [low, high] => Some([plain(low)?, plain(high)?]),
            _ => None,
        },
        _ => None,
    }
}

/// Tells a range that is no pair of plain values in the form of its own input, low and then high.
pub(super) fn check(desk: &Desk, name: &str, entry: &Entry, own: Option<&Entry>) {
    let own = own.map(|entry| &entry.node);
    let fault = |code: Code, message: String, remedy: String| {
        desk.fault(code, entry.node.span, message, "", remedy);
    };
    let base = own.and_then(plain);
    if own.is_some() && base.and_then(one).is_none() {
        // A number that is written wrongly is told where it stands.
        let slip =
            |text: &str| text.contains(|c: char| c.is_ascii_digit()) && Day::parse(text).is_none();
        if !base.is_some_and(slip) {
            let message =
                format!("`{name}` is no single number, percentage or month, so no range moves it");
            fault(Code::WrongType, message, "delete the range".to_string());
        }
        return;
    }
    let ends = ends(&entry.node);
    let settings = ends.and_then(|[low, high]| settings(&[base.unwrap_or(low), low, high]));
    match settings.as_deref() {
        Some([_, low, high]) if low > high => {
            let message =
                format!("the range of `{name}` falls from {} to {}", low.text(), high.text());
            let [high, low] = ends.unwrap_or_default();
            let remedy = format!("write the low value first: `{name} = {}`", list([low, high]));
            fault(Code::Order, message, remedy);
        }
        Some(_) => {}
        None => {
            let message =
                format!("the range of `{name}` is not a low and a high value of its form");
            let as_written =
                base.map_or(String::new(), |base| format!(", as `{name}` itself is `{base}`"));
            let base = base.and_then(one).unwrap_or(PRICE);
            let [low, high] = around(base).map(Setting::text);
            let remedy = format!("write `{name} = {}`{as_written}", list([&low, &high]));
            fault(Code::AmountForm, message, remedy);
        }
    }
}

/// An example where the input is not stated.
const PRICE: Setting = Setting { steps: 150, form: Form::Number(2) };

/// A low and a high value about one, a tenth or half a year away, as an example.
fn around(base: Setting) -> [Setting; 2] {
    let part = match base.form {
        Form::Month => 6,
        _ => (base.steps.abs() / 10).max(1),
    };
    // What is nothing, or all of it, has nothing beyond.
    let (least, most) = match base.form {
        Form::Percent(places) => (0, 100 * 10_i64.pow(places)),
        _ => (0, i64::MAX),
    };
    let below = if base.steps == least { 0 } else { part };
    let above = if base.steps == most { 0 } else { part };
    [base.moved(-below), base.moved(above)]
}

/// Two values as a list of TOML.
fn list([low, high]: [&str; 2]) -> String {
    let quoted = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.to_string(),
        false => format!("\"{text}\""),
    };
    format!("[{}, {}]", quoted(low), quoted(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_lies_a_tenth_to_either_side_and_within_the_whole() {
        let example = |text: &str| around(one(text).unwrap()).map(Setting::text);
        assert_eq!(example("12%"), ["10.8%", "13.2%"]);
        assert_eq!(example("0%"), ["0.0%", "0.1%"]);
        assert_eq!(example("100%"), ["90.0%", "100.0%"]);
        assert_eq!(example("0"), ["0", "1"]);
        assert_eq!(example("2022-12"), ["2022-06", "2023-06"]);
    }
}

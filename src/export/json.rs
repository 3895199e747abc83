//! Values as JSON: keys sorted, two spaces a level, one line end at the end.

use serde_json::{Map, Value};

/// A value as JSON text, the same bytes for the same value.
///
/// ```
/// use braidfund::export::json::encode;
/// let value = serde_json::json!({ "b": "1.00", "a": [] });
/// assert_eq!(encode(&value), "{\n  \"a\": [],\n  \"b\": \"1.00\"\n}\n");
/// ```
pub fn encode(value: &Value) -> String {
    let text = serde_json::to_string_pretty(&sorted(value));
    let text = text.expect("a value has text keys and no failing encoder");
    escape_invisible(&text) + "\n"
}

/// The value with the keys of every object in order, whatever map the library keeps them in.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut keys: Vec<&String> = object.keys().collect();
            keys.sort();
            let pair = |key: &String| (key.clone(), sorted(&object[key]));
            Value::Object(keys.into_iter().map(pair).collect::<Map<String, Value>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// Characters that would act on a terminal stand as JSON escapes; the line ends between values
/// stay.
fn escape_invisible(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut units = [0; 2];
    for character in text.chars() {
        if character == '\n' || !crate::diagnostic::is_invisible(character) {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut units) {
            escaped.push_str(&format!("\\u{unit:04x}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_at_every_level() {
        let text = encode(&json!({ "z": { "b": 1, "a": 2 }, "a": [{ "d": 1, "c": 2 }] }));
        let order = ["\"a\"", "\"c\"", "\"d\"", "\"z\""].map(|key| text.find(key).unwrap());
        assert!(order.is_sorted());
    }

    #[test]
    fn invisible_characters_are_escaped_and_read_back() {
        let value = json!({ "name": "a\u{1b}[31m\u{202e}\u{e0001}b\n" });
        let text = encode(&value);
        assert!(
            text.chars().all(|letter| letter == '\n' || !crate::diagnostic::is_invisible(letter))
        );
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}

//! A JSON Schema of `plan.toml` for editors, made of the registry of keys.
//!
//! Editors that know TOML offer keys, words and explanations from it. The reader does not use it:
//! it holds rules that a schema cannot say, and says better what is wrong.

use serde_json::{Map, Value, json};

use super::keys::{self, EVERYWHERE, Key, Kind, Need, Pattern, Shape};

/// The pattern of an id.
const ID: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";
/// The pattern of a selector.
const SELECTOR: &str =
    "^([a-z0-9-]+|cost\\.[a-z0-9.-]+|layer\\.[a-z]+|category\\.[a-z]+|tag\\.[a-z0-9-]+)$";

/// The JSON Schema of `plan.toml`, draft 2020-12.
///
/// ```
/// let schema = braidfund::folder::schema();
/// assert_eq!(schema["additionalProperties"], false);
/// assert!(schema["$defs"]["cost"]["properties"]["yearly"]["description"].is_string());
/// ```
pub fn schema() -> Value {
    let mut definitions = Map::new();
    for kind in keys::kinds().filter(|kind| kind.name != "root") {
        definitions.insert(kind.name.to_string(), table(&[kind]));
    }
    for family in ["stream", "terms", "payment"] {
        let kinds = keys::family(family);
        definitions.insert(format!("any-{family}"), table(&kinds));
    }
    for (name, pattern, text) in [
        ("month", "^[12][0-9]{3}-(0[1-9]|1[0-2])$", "A month, such as 2024-07."),
        ("day", "^[12][0-9]{3}-(0[1-9]|1[0-2])(-[0-3][0-9])?$", "A month, or a day: 2024-07-15."),
        ("share", "^-?[0-9]+(\\.[0-9]{1,7})?%$", "A percentage, such as 12.5%."),
        ("selector", SELECTOR, "What a restriction speaks of."),
        ("id", ID, "Lower-case letters, digits and single hyphens."),
    ] {
        let pattern = json!({ "type": "string", "pattern": pattern, "description": text });
        definitions.insert(name.to_string(), pattern);
    }
    for (name, places, text) in [
        ("money", 2, "An amount of money, such as 1200.00."),
        ("price", 6, "Dollars a unit, such as 1.50."),
        ("number", 9, "A plain number."),
    ] {
        let pattern = format!("^[0-9]+(\\.[0-9]{{1,{places}}})?$");
        let text = json!({
            "description": text,
            "oneOf": [{ "type": "number", "minimum": 0 }, { "type": "string", "pattern": pattern }],
        });
        definitions.insert(name.to_string(), text);
    }
    let signed = json!({
        "description": "An amount of money, negative for a loss, such as -1200.00.",
        "oneOf": [
            { "type": "number" },
            { "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,2})?$" },
        ],
    });
    definitions.insert("signed-money".to_string(), signed);
    let mut root = table(&[keys::kind("root")]);
    if let Some(root) = root.as_object_mut() {
        root.insert("$schema".to_string(), json!("https://json-schema.org/draft/2020-12/schema"));
        root.insert("title".to_string(), json!("A plan folder's plan.toml"));
        root.insert("$defs".to_string(), Value::Object(definitions));
    }
    root
}

/// The schema of a table that takes the keys of these kinds.
fn table(kinds: &[&Kind]) -> Value {
    let mut properties: Map<String, Value> = Map::new();
    let root = kinds.iter().any(|kind| kind.name == "root");
    let everywhere = EVERYWHERE.iter().filter(|_| !root);
    for key in kinds.iter().flat_map(|kind| kind.keys).chain(everywhere) {
        let described = property(key);
        match properties.get_mut(key.name) {
            None => {
                properties.insert(key.name.to_string(), described);
            }
            // Kinds of one family may use a key differently; then either is right.
            Some(other) if *other != described => {
                let both = json!({ "anyOf": [other.take(), described] });
                *other = both;
            }
            Some(_) => {}
        }
    }
    // Scenarios patch tables of the same kinds, so that only the plan itself can require keys.
    let plan = kinds.iter().any(|kind| matches!(kind.name, "root" | "plan"));
    let keys = kinds.iter().flat_map(|kind| kind.keys);
    let required: Vec<&str> =
        keys.filter(|key| plan && key.need == Need::Required).map(|key| key.name).collect();
    json!({
        "type": "object",
        "description": kinds.first().map_or("", |kind| kind.doc),
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(key: &Key) -> Value {
    let text = match key.need {
        Need::Required => format!("{} Required.", key.doc),
        Need::Default("") => key.doc.to_string(),
        Need::Default(default) => format!("{} Default: {default}.", key.doc),
    };
    let mut value = shape(&key.shape);
    if let Some(value) = value.as_object_mut() {
        value.insert("description".to_string(), json!(text));
    }
    value
}

fn shape(shape_of: &Shape) -> Value {
    let refer = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    match shape_of {
        Shape::Text => json!({ "type": "string", "minLength": 1, "maxLength": 1000 }),
        Shape::File => json!({ "type": "string", "pattern": "^[^/\\\\:][^\\\\:]*$" }),
        Shape::Id(_) | Shape::Function | Shape::Tag => refer("id"),
        Shape::Month => refer("month"),
        // Days may also stand unquoted, which tools hand on as other types.
        Shape::Day => json!({ "anyOf": [refer("day"), { "not": { "type": "string" } }] }),
        Shape::MonthName => json!({ "enum": keys::MONTHS }),
        Shape::Money => refer("money"),
        Shape::SignedMoney => refer("signed-money"),
        Shape::Share => refer("share"),
        Shape::Price => refer("price"),
        Shape::Number => refer("number"),
        Shape::Whole(first, last) => {
            json!({ "type": "integer", "minimum": first, "maximum": last })
        }
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Selector => refer("selector"),
        Shape::List(inner) => json!({ "type": "array", "items": shape(inner) }),
        Shape::Table(names) => match names {
            [one] if *one == "stream" => refer("any-stream"),
            [one] => refer(one),
            [first, ..] => refer(&format!("any-{}", first.split('.').next().unwrap_or_default())),
            [] => json!({ "type": "object" }),
        },
        Shape::Map(pattern, inner) => {
            let names = match pattern {
                Pattern::Id => json!({ "pattern": ID }),
                Pattern::FiscalYear => json!({ "pattern": "^FY[0-9]{4}$" }),
                Pattern::CalendarYear => json!({ "pattern": "^CY[0-9]{4}$" }),
                Pattern::Key | Pattern::Value => json!({}),
            };
            json!({
                "type": "object",
                "propertyNames": names,
                "additionalProperties": shape(inner),
            })
        }
        Shape::Either(shapes) => {
            json!({ "anyOf": shapes.iter().map(shape).collect::<Vec<_>>() })
        }
    }
}

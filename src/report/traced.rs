//! What `braid explain` says: a figure with what it is made of.

use serde_json::{Value as Json, json};

use super::words::grouped;
use super::{Block, Entry, Mark, Page, SCHEMA_VERSION, share_text};
use crate::explain::{self, Explanation, Part, Sign, Value};
use crate::forecast::Forecast;
use crate::plan::Plan;

/// An explained figure as a page. `asking` is the command that was typed, for figures that
/// explain a part further.
pub fn page(plan: &Plan, explanation: &Explanation, asking: &str) -> Page {
    let mut page = Page::new();
    page.title(&explanation.title);
    if let Some(notice) = plan.notice_beside_title() {
        page.say(Mark::None, format!("{}: {notice}.", plan.title));
    }
    page.say(Mark::None, sentence(&explanation.formula));
    for entries in reckoning(explanation) {
        page.blocks.push(Block::Entries(entries));
    }
    for note in &explanation.notes {
        page.say(Mark::None, sentence(note));
    }
    let mut further: Vec<&str> = Vec::new();
    for figure in explanation.parts.iter().filter_map(|part| part.see.as_deref()) {
        if !further.contains(&figure) {
            further.push(figure);
        }
    }
    let hints: Vec<(String, String)> = further
        .iter()
        .take(3)
        .map(|figure| (format!("{asking} {figure}"), String::new()))
        .collect();
    if !hints.is_empty() {
        page.blocks.push(Block::Hints(hints));
    }
    page
}

/// The parts in their order. A sum ends with its result; what stands beside a sum and after it
/// stands apart.
fn reckoning(explanation: &Explanation) -> Vec<Vec<Entry>> {
    let mut summed: Vec<Entry> = explanation.parts.iter().map(entry).collect();
    if !explanation.sums {
        return if summed.is_empty() { Vec::new() } else { vec![summed] };
    }
    let last = explanation.parts.iter().rposition(|part| part.sign != Sign::Aside);
    let aside = summed.split_off(last.map_or(0, |last| last + 1));
    summed.push(Entry {
        sign: '=',
        amount: Some(explanation.total()),
        label: "together".to_string(),
        ..Entry::default()
    });
    if aside.is_empty() { vec![summed] } else { vec![summed, aside] }
}

/// The figures that can be asked for, as a page.
pub fn catalogue(plan: &Plan, forecast: &Forecast, asking: &str) -> Page {
    let mut page = Page::new();
    page.title(format!("Figures of {} that can be explained", plan.title));
    let entry = |(form, tells): &(&str, &str)| Entry {
        label: form.to_string(),
        asides: vec![tells.to_string()],
        ..Entry::default()
    };
    page.blocks.push(Block::Entries(explain::PATTERNS.iter().map(entry).collect()));
    let count = explain::figures(plan, forecast).len();
    page.say(Mark::None, format!("This forecast has {count}; `--format json` lists them all."));
    page.blocks.push(Block::Hints(vec![(format!("{asking} gap"), String::new())]));
    page
}

/// The figures that can be asked for, as a value.
pub fn catalogue_record(plan: &Plan, forecast: &Forecast) -> Json {
    json!({ "schema_version": SCHEMA_VERSION, "figures": explain::figures(plan, forecast) })
}

/// An explained figure as a value.
pub fn record(plan: &Plan, explanation: &Explanation) -> Json {
    json!({
        "schema_version": SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "plan_title": plan.title,
        "notice": plan.notice,
        "scenario": plan.scenario,
        "figure": explanation.figure,
        "title": explanation.title,
        "value": value(&explanation.value),
        "formula": explanation.formula,
        "sums": explanation.sums,
        "parts": explanation.parts.iter().map(part).collect::<Vec<_>>(),
        "notes": explanation.notes,
    })
}

fn value(value: &Value) -> Json {
    match value {
        Value::Money(amount) => json!({ "money": amount.to_string() }),
        Value::Share(share) => json!({ "share": share_text(*share) }),
        Value::Number(number) => json!({ "number": number.to_string() }),
        Value::Months(months) => json!({ "months": months }),
        Value::Month(month) => json!({ "month": month.to_string() }),
        Value::Words(words) => json!({ "words": words }),
    }
}

fn part(part: &Part) -> Json {
    json!({
        "sign": match part.sign {
            Sign::Plus => "plus",
            Sign::Minus => "minus",
            Sign::Aside => "aside",
        },
        "amount": part.amount.map(|amount| amount.to_string()),
        "text": part.text,
        "label": part.label,
        "place": part.origin.as_ref().map(ToString::to_string),
        "input": part.input,
        "see": part.see,
    })
}

fn entry(part: &Part) -> Entry {
    let place = part.origin.as_ref().map(|origin| match &part.input {
        Some(input) => format!("{}:{} {}", origin.file, origin.line, with_separators(input)),
        None => format!("{}:{}", origin.file, origin.line),
    });
    let label = match (part.label.as_str(), part.text.as_str()) {
        (label, "") => label.to_string(),
        ("", text) => text.to_string(),
        (label, text) => format!("{label}: {text}"),
    };
    Entry {
        sign: match part.sign {
            Sign::Plus => '+',
            Sign::Minus => '-',
            Sign::Aside => ' ',
        },
        amount: part.amount,
        label,
        asides: place.into_iter().collect(),
    }
}

/// What the plan states, with separators where it is a number as large as an amount.
fn with_separators(input: &str) -> String {
    match input.parse::<u64>() {
        Ok(number) if number >= 10_000 => grouped(number),
        _ => input.to_string(),
    }
}

/// Words as a sentence: with a capital and a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let Some(first) = letters.next() else { return String::new() };
    let stop = if words.ends_with(['.', '?', '!', ':']) { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
}

//! The figures that stand under one word: `cash`, `draw`, `stream` and their like, asked bare.

use super::ask::{Ask, Grain, Period};
use super::{Explanation, Part, Value, dispatch, figures, text};

/// Answers a word that is no figure of its own with the figures under it.
pub(super) fn explain(ask: Ask, words: &[&str]) -> Option<Explanation> {
    let [head, rest @ ..] = words else { return None };
    let subject = match (*head, rest) {
        (
            "cash" | "draw" | "coverage" | "stranded" | "tranche" | "stream" | "indirect"
            | "partner" | "debt" | "net-assets",
            [],
        ) => format!("Figures under `{head}`"),
        ("draw" | "tranche", [name]) => {
            let stream = ask.stream(name)?;
            format!("Figures under `{head}` of {}", ask.book(stream).title)
        }
        _ => return None,
    };
    let prefix = format!("{}/", words.join("/"));
    let ids = figures(ask.plan, ask.forecast);
    let own = ids.iter().filter(|id| id.starts_with(&prefix) && is_listed(ask, head, id));
    let parts: Vec<Part> = own.filter_map(|id| row(ask, id)).collect();
    let value = match parts.len() {
        0 => "none".to_string(),
        some => text::count(some, "figure", "figures"),
    };
    let formula = format!("no sum: each can be asked by its own id; {}", form(head));
    Some(Explanation::of(&subject, Value::Words(value), formula).with(parts))
}

/// Whether an id is listed: those of months and years are told of together.
fn is_listed(ask: Ask, head: &str, id: &str) -> bool {
    let last = id.rsplit('/').next().and_then(|word| Period::parse(ask, word));
    matches!(
        (head, last.map(|period| period.grain)),
        ("tranche", _) | (_, None) | ("cash" | "net-assets", Some(Grain::Year(_)))
    )
}

/// A figure with its value, to be asked further.
fn row(ask: Ask, id: &str) -> Option<Part> {
    let words: Vec<&str> = id.split('/').collect();
    let told = dispatch(ask, &words)?;
    let words = told.value.words();
    let label = told.title.strip_suffix(&format!(" = {words}")).unwrap_or(&told.title).to_string();
    let part = match told.value {
        Value::Money(amount) => Part::aside(amount, label),
        _ => Part::said(words, label),
    };
    Some(part.see(id))
}

/// What may follow an id under a word.
fn form(head: &str) -> &'static str {
    match head {
        "cash" => "`cash/<month>` and `cash/all-costs/<month>` are those of one month",
        "draw" => "`draw/<stream>/<cost>` may be followed by a year or month",
        "stream" => "`stream/<id>` may be followed by a year or month",
        "debt" => "`debt/<stream>` may be followed by a year or month",
        "net-assets" => "`net-assets/<year>` is of both classes",
        "coverage" => "`coverage/<group>` may be followed by a year",
        "tranche" => "`tranche/<stream>` lists those of one stream",
        "stranded" => {
            "money is stranded where it lapses, goes back or stands idle while a gap stays"
        }
        _ => "it is that of all months",
    }
}

//! The registry of every table of a plan folder and every key that it takes.
//!
//! One list feeds everything that speaks of keys: the readers (which cannot ask for a key that is
//! not here), the refusal of unknown keys with the nearest known one, the columns of `costs.csv`
//! and `streams.csv`, the JSON Schema for editors and the key tables of the format's description.
//! The tables of cost lines stand in [`super::keys_cost`], those of streams in
//! [`super::keys_stream`], the terms of payers and public money in [`super::keys_terms`].

use super::keys_award::AWARD_KINDS;
pub use super::keys_award::EFFORT_YEAR;
use super::keys_bridge::BRIDGE_KINDS;
use super::keys_chance::CHANCE_KINDS;
use super::keys_cost::COST_KINDS;
use super::keys_credit::CREDIT_KINDS;
use super::keys_import::IMPORT_KINDS;
use super::keys_loan::LOAN_KINDS;
use super::keys_savings::SAVINGS_KINDS;
use super::keys_stream::STREAM_KINDS;
use super::keys_terms::TERMS_KINDS;
use crate::month::MONTH_NAMES;

/// A kind of table: a name for this registry, and its keys.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The name, such as `cost` or `terms.pmpm`.
    pub name: &'static str,
    /// What the table is, in one sentence.
    pub doc: &'static str,
    /// Its keys, in the order in which they are explained.
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Debug, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What its value looks like.
    pub shape: Shape,
    /// Whether it must be given.
    pub need: Need,
    /// What it means, in one sentence.
    pub doc: &'static str,
}

/// Whether a key must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must be given.
    Required,
    /// It may be left out; the text says what then holds, and is empty where nothing does.
    Default(&'static str),
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A text.
    Text,
    /// The name of a CSV file in the folder.
    File,
    /// An id of a thing of this kind.
    Id(&'static str),
    /// A function's word.
    Function,
    /// A tag.
    Tag,
    /// A month: `2024-07`.
    Month,
    /// A month or a day: `2024-07-15`.
    Day,
    /// A month of the year by its English name.
    MonthName,
    /// An amount of money.
    Money,
    /// An amount of money, below zero for a loss.
    SignedMoney,
    /// A share, as a percentage: `12.5%`.
    Share,
    /// Dollars a unit, up to six places.
    Price,
    /// A plain number, up to nine places.
    Number,
    /// A whole number from the first to the second.
    Whole(i64, i64),
    /// True or false.
    Bool,
    /// One of these words.
    Word(&'static [&'static str]),
    /// What a restriction speaks of.
    Selector,
    /// A list.
    List(&'static Shape),
    /// A table that takes the keys of all these kinds.
    Table(&'static [&'static str]),
    /// A table whose keys are the user's own, of this pattern.
    Map(Pattern, &'static Shape),
    /// Any of these.
    Either(&'static [Shape]),
}

/// What the keys of a table of the user's own look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Ids.
    Id,
    /// Fiscal years: `FY2025`.
    FiscalYear,
    /// Calendar years: `CY2025`.
    CalendarYear,
    /// Keys of the table that it stands in.
    Key,
    /// Values of an input.
    Value,
}

impl Shape {
    /// Whether a value read as `wanted` is foreseen by this shape.
    pub fn admits(&self, wanted: &Shape) -> bool {
        match self {
            Shape::Either(shapes) => shapes.iter().any(|shape| shape.admits(wanted)),
            shape => std::mem::discriminant(shape) == std::mem::discriminant(wanted),
        }
    }

    /// The bounds of a whole number, where one is foreseen.
    pub fn whole_bounds(&self) -> Option<(i64, i64)> {
        match self {
            Shape::Whole(first, last) => Some((*first, *last)),
            Shape::Either(shapes) => shapes.iter().find_map(Shape::whole_bounds),
            _ => None,
        }
    }
}

pub(super) const fn need(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, need: Need::Required, doc }
}

pub(super) const fn may(
    name: &'static str,
    shape: Shape,
    default: &'static str,
    doc: &'static str,
) -> Key {
    Key { name, shape, need: Need::Default(default), doc }
}

/// A list of selectors.
pub const SELECTORS: Shape = Shape::List(&Shape::Selector);
/// Amounts by fiscal year.
pub const BY_YEAR: Shape = Shape::Map(Pattern::FiscalYear, &Shape::Money);
/// The words of the three phases.
pub const PHASES: &[&str] = &["earlier", "middle", "later"];
/// The words of the month names.
pub const MONTHS: &[&str] = &MONTH_NAMES;

/// The key `drop`, which scenarios may set.
pub(super) const fn drop_key() -> Key {
    may("drop", Shape::Bool, "", "In a scenario alone: removes the table.")
}

/// The key `title`.
pub(super) const fn title_key() -> Key {
    may("title", Shape::Text, "the id in words", "What people call it.")
}

/// Keys that every table may hold beside its own, except the file's top level.
pub const EVERYWHERE: &[Key] = &[
    may(
        "source",
        Shape::Either(&[Shape::Text, Shape::Map(Pattern::Key, &Shape::Text)]),
        "",
        "Where the figures come from: one text for the table, or a table of one text a key.",
    ),
    may("note", Shape::Text, "", "A remark of the plan's own, which nothing is computed from."),
    may(
        "range",
        Shape::Map(Pattern::Key, &Shape::List(&Shape::Either(&[Shape::Text, Shape::Number]))),
        "",
        "The low and the high value that a key of the table may have: `{ rate = [\"1.00\", \"2.00\"] }`.",
    ),
];

use Shape::{File, Id, List, Map, Month, MonthName, Number, Share, Table, Text};

const BASE_KINDS: &[Kind] = &[
    Kind {
        name: "root",
        doc: "plan.toml",
        keys: &[
            need("plan", Table(&["plan"]), "The plan itself."),
            may("policy", Table(&["policy"]), "", "How the braid is made."),
            may("driver", Map(Pattern::Id, &Table(&["driver"])), "", "Drivers, by id."),
            may("cost", Map(Pattern::Id, &Table(&["cost"])), "", "Cost lines, by id."),
            may("stream", Map(Pattern::Id, &Table(&["stream"])), "", "Streams, by id."),
            may("pool", Map(Pattern::Id, &Table(&["pool"])), "", "Pools, by id."),
            may("credit", Table(&["credit"]), "", "The line of credit that bridges late cash."),
            may("opening", Table(&["opening"]), "", "The position at the plan's start."),
            may("scenario", Map(Pattern::Id, &Table(&["scenario"])), "", "Scenarios, by id."),
        ],
    },
    Kind {
        name: "plan",
        doc: "What the plan is and which months it covers.",
        keys: &[
            need("title", Text, "What the plan is called."),
            may("region", Text, "", "The region that is served."),
            may("phase", Shape::Word(PHASES), "", "How far along the partnership is."),
            need("start", Month, "The first month that is forecast."),
            may("years", Shape::Whole(1, 40), "", "How many years are forecast; or `months`."),
            may("months", Shape::Whole(1, 480), "", "How many months are forecast; or `years`."),
            may("as-of", Month, "the start", "The month from which the plan is seen."),
            may("fiscal-year-starts", MonthName, "january", "The month that begins a fiscal year."),
            may("functions", List(&Shape::Function), "", "Backbone functions of one's own."),
            may("notice", Text, "", "A notice that stands on every page and export."),
        ],
    },
    Kind {
        name: "policy",
        doc: "How the braid is made.",
        keys: &[
            may("order", List(&Id("stream")), "", "Streams, first spent first, in case of a tie."),
            may(
                "protect-core-months",
                Shape::Whole(0, 120),
                "12",
                "Months of core need ahead that unrestricted money is kept for.",
            ),
            may("cash-floor", Shape::Money, "0", "Unrestricted cash not to be fallen below."),
        ],
    },
    Kind {
        name: "driver",
        doc: "A named monthly series that amounts depend on; one of start, yearly and series.",
        keys: &[
            title_key(),
            may("start", Number, "", "The level in the plan's first month."),
            may("growth", Share, "0%", "Yearly growth of `start`."),
            may("churn", Share, "0%", "The share of each month's level that leaves by the next."),
            may("joining", Number, "0", "How many join each month; with `churn`."),
            may("growth-month", MonthName, "the fiscal year's first", "The month of the step."),
            may("yearly", List(&Number), "", "A level for each twelve months; the last holds on."),
            may("series", File, "", "A file with the columns month, driver, value."),
            drop_key(),
        ],
    },
    Kind {
        name: "pool",
        doc: "Streams blended into one fund with its own uses.",
        keys: &[
            title_key(),
            need("members", Map(Pattern::Id, &Share), "The share of each stream that goes in."),
            need("pays-for", SELECTORS, "What the pool may pay for."),
            may("not-for", SELECTORS, "", "What it may not pay for, whatever `pays-for` says."),
            may("authority", Text, "", "The citation that allows blending restricted money."),
            need("governed-by", Text, "The charter or agreement that governs the pool."),
            drop_key(),
        ],
    },
    Kind {
        name: "opening",
        doc: "The position at the plan's start.",
        keys: &[
            may("unrestricted-cash", Shape::Money, "0", "Unrestricted cash."),
            may(
                "net-assets",
                Shape::Money,
                "unrestricted cash, cash held of streams that no donor restricts, and receivables, less what \
                 loans owe",
                "Net assets without donor restrictions.",
            ),
            may("fixed-assets", Shape::Money, "0", "Land, buildings and equipment in them."),
            may("fixed-asset-debt", Shape::Money, "0", "What is owed on fixed assets."),
            may("board-designated", Shape::Money, "0", "What the board has set aside of them."),
            may("stream", Map(Pattern::Id, &Table(&["opening.stream"])), "", "Running streams."),
        ],
    },
    Kind {
        name: "opening.stream",
        doc: "The position of one running stream at the plan's start.",
        keys: &[
            may(
                "cash",
                Shape::Money,
                "0",
                "Cash held of it; what of an earlier loan is not held counts as spent.",
            ),
            may("receivables", List(&Table(&["paid"])), "", "Cash owed, by expected month."),
            may(
                "spent",
                Shape::Money,
                "0",
                "What budget periods still open at the start have spent, recovery with it; of a match, what it \
                 paid in that fiscal year.",
            ),
            may("base", Shape::Money, "0", "What of that was the base of indirect recovery."),
            may("recovered", Shape::Money, "0", "What of that was indirect recovery."),
            may("matched", Shape::Money, "0", "What has matched it before the start."),
            may(
                "subawards",
                Map(Pattern::Id, &Shape::Money),
                "",
                "What was spent on each subaward before the start, by its id.",
            ),
        ],
    },
    Kind {
        name: "paid",
        doc: "An amount in a month.",
        keys: &[need("month", Month, "The month."), need("amount", Shape::Money, "The amount.")],
    },
    Kind {
        name: "scenario",
        doc: "A patch of the plan in its own words: what it names is replaced, key by key.",
        keys: &[
            may("title", Text, "the id in words", "What the scenario is called."),
            may("plan", Table(&["scenario.plan"]), "", "Patches the plan."),
            may("policy", Table(&["policy"]), "", "Patches the policy."),
            may("driver", Map(Pattern::Id, &Table(&["driver"])), "", "Patches drivers."),
            may("cost", Map(Pattern::Id, &Table(&["cost"])), "", "Patches cost lines."),
            may("stream", Map(Pattern::Id, &Table(&["stream"])), "", "Patches streams."),
            may("pool", Map(Pattern::Id, &Table(&["pool"])), "", "Patches pools."),
            may("credit", Table(&["credit"]), "", "Patches the line of credit."),
            may("opening", Table(&["opening"]), "", "Patches the opening position."),
        ],
    },
    Kind {
        name: "scenario.plan",
        doc: "What a scenario may change of the plan itself.",
        keys: &[
            may("as-of", Month, "", "The month from which the plan is seen."),
            may("notice", Text, "", "A notice that stands on every page and export."),
        ],
    },
];

/// Every kind of table, in the order of the description.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    let streams = STREAM_KINDS.iter().chain(AWARD_KINDS).chain(TERMS_KINDS).chain(SAVINGS_KINDS);
    let streams =
        streams.chain(LOAN_KINDS).chain(BRIDGE_KINDS).chain(CHANCE_KINDS).chain(IMPORT_KINDS);
    BASE_KINDS.iter().chain(CREDIT_KINDS).chain(COST_KINDS).chain(streams)
}

/// The kind of this name.
///
/// # Panics
/// When the registry has no such kind: a reader asks for what is not listed.
pub fn kind(name: &str) -> &'static Kind {
    let found = kinds().find(|kind| kind.name == name);
    found.unwrap_or_else(|| panic!("the registry of keys lists the kind `{name}`"))
}

/// The key of this name in any of these kinds, those of every table with them.
pub fn find(kinds: &[&'static Kind], name: &str) -> Option<(&'static Kind, &'static Key)> {
    let own = |kind: &&'static Kind| {
        kind.keys.iter().find(|key| key.name == name).map(|key| (*kind, key))
    };
    let everywhere = || EVERYWHERE.iter().find(|key| key.name == name);
    let home = kinds.first()?;
    kinds.iter().find_map(own).or_else(|| everywhere().map(|key| (*home, key)))
}

/// Whether a key belongs to one of these kinds or to a table within them.
pub fn reaches(kinds: &[&'static Kind], name: &str) -> bool {
    fn within(shape: &Shape, name: &str) -> bool {
        match shape {
            Shape::Table(kinds) => kinds.iter().any(|inner| {
                kind(inner).keys.iter().any(|key| key.name == name || within(&key.shape, name))
            }),
            Shape::List(inner) => within(inner, name),
            Shape::Either(shapes) => shapes.iter().any(|shape| within(shape, name)),
            _ => false,
        }
    }
    find(kinds, name).is_some()
        || kinds.iter().flat_map(|kind| kind.keys).any(|key| within(&key.shape, name))
}

/// All kinds whose name is `family` or begins with it and a point, such as `terms`.
pub fn family(family: &str) -> Vec<&'static Kind> {
    let member = |kind: &&'static Kind| {
        kind.name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    kinds().filter(member).collect()
}

impl Shape {
    /// A value of this shape, as one may write it in TOML.
    pub fn example(&self) -> String {
        match self {
            Shape::Text => "\"...\"".to_string(),
            Shape::File => "\"needs.csv\"".to_string(),
            Shape::Id(_) => "\"an-id\"".to_string(),
            Shape::Function => "\"convene\"".to_string(),
            Shape::Tag => "\"a-tag\"".to_string(),
            Shape::Month | Shape::Day => "\"2024-07\"".to_string(),
            Shape::MonthName => "\"july\"".to_string(),
            Shape::Money | Shape::SignedMoney => "1200.00".to_string(),
            Shape::Share => "\"10%\"".to_string(),
            Shape::Price => "1.50".to_string(),
            Shape::Number => "2.5".to_string(),
            Shape::Whole(first, _) => first.max(&1).to_string(),
            Shape::Bool => "true".to_string(),
            Shape::Word(words) => format!("\"{}\"", words.first().unwrap_or(&"")),
            Shape::Selector => "\"convene\"".to_string(),
            Shape::List(inner) => format!("[{}]", inner.example()),
            Shape::Table(names) => table_example(names),
            Shape::Map(Pattern::FiscalYear, inner) => format!("{{ FY2025 = {} }}", inner.example()),
            Shape::Map(Pattern::CalendarYear, inner) => {
                format!("{{ CY2025 = {} }}", inner.example())
            }
            Shape::Map(Pattern::Value, inner) => format!("{{ \"2024-07\" = {} }}", inner.example()),
            Shape::Map(_, inner) => format!("{{ an-id = {} }}", inner.example()),
            Shape::Either(shapes) => shapes.first().map(Shape::example).unwrap_or_default(),
        }
    }

    /// Whether it is a table that mostly stands below a header of its own.
    pub fn has_header(&self) -> bool {
        let own = |name: &&str| {
            let family = name.split('.').next().unwrap_or_default();
            matches!(family, "plan" | "policy" | "credit" | "opening" | "terms" | "scenario")
        };
        matches!(self, Shape::Table(names) if names.iter().all(own))
    }

    /// The shape in words: `an amount of money`.
    pub fn words(&self) -> String {
        match self {
            Shape::Text => "a text".to_string(),
            Shape::File => "the name of a CSV file".to_string(),
            Shape::Id(of) => format!("the id of a {of}"),
            Shape::Function => "a function".to_string(),
            Shape::Tag => "a tag".to_string(),
            Shape::Month => "a month".to_string(),
            Shape::Day => "a month or a day".to_string(),
            Shape::MonthName => "the name of a month".to_string(),
            Shape::Money => "an amount of money".to_string(),
            Shape::SignedMoney => "an amount of money, negative for a loss".to_string(),
            Shape::Share => "a percentage".to_string(),
            Shape::Price => "dollars a unit".to_string(),
            Shape::Number => "a number".to_string(),
            Shape::Whole(first, last) => format!("a whole number from {first} to {last}"),
            Shape::Bool => "`true` or `false`".to_string(),
            Shape::Word(words) => one_of(words),
            Shape::Selector => "a selector".to_string(),
            Shape::List(inner) => format!("a list (each item {})", inner.words()),
            Shape::Table(_) => "a table".to_string(),
            Shape::Map(pattern, inner) => {
                let by = match pattern {
                    Pattern::FiscalYear => "fiscal year",
                    Pattern::CalendarYear => "calendar year",
                    Pattern::Id => "id",
                    Pattern::Key => "key",
                    Pattern::Value => "value",
                };
                format!("a table by {by} (each value {})", inner.words())
            }
            Shape::Either(shapes) => {
                shapes.iter().map(Shape::words).collect::<Vec<_>>().join(", or ")
            }
        }
    }
}

/// A table with the keys that it must have.
fn table_example(names: &[&str]) -> String {
    let keys = names.first().map_or(&[] as &[Key], |name| kind(name).keys);
    let needed = keys.iter().filter(|key| key.need == Need::Required);
    let needed: Vec<String> =
        needed.map(|key| format!("{} = {}", key.name, key.shape.example())).collect();
    if needed.is_empty() { "{ ... }".to_string() } else { format!("{{ {} }}", needed.join(", ")) }
}

/// Words as a choice: ``one of `core`, `essential` and `stretch` ``.
pub fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("one of {} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn kinds_and_keys_stand_once_and_refer_to_kinds() {
        let mut names = BTreeSet::new();
        for kind in kinds() {
            assert!(names.insert(kind.name), "{}", kind.name);
            let mut keys = BTreeSet::new();
            for key in kind.keys {
                assert!(keys.insert(key.name), "{}.{}", kind.name, key.name);
                assert!(key.doc.ends_with('.'), "{}.{}", kind.name, key.name);
                refers(&key.shape);
            }
        }
    }

    fn refers(shape: &Shape) {
        match shape {
            Shape::Table(kinds) => kinds.iter().for_each(|name| assert_eq!(kind(name).name, *name)),
            Shape::List(inner) | Shape::Map(_, inner) => refers(inner),
            Shape::Either(shapes) => shapes.iter().for_each(refers),
            _ => {}
        }
    }
}

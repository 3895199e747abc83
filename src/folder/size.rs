//! The size of a bridge option: the amounts of its stream that grow and shrink with it.

use super::cases::Draft;
use super::syntax::{Node, Table, Value};
use crate::money::Money;

/// The amounts that make up the size of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// What it is as stated: all of its amounts together.
    pub whole: Money,
    /// Over what time it is counted.
    pub per: Per,
    /// What it is there to keep.
    pub keeps: Keeps,
    /// Groups of paths with amounts as stated. The first adds up to the whole; the others follow in proportion.
    groups: Vec<Vec<(String, Money)>>,
}

/// What an option is there to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// Core costs paid.
    CoreCosts,
    /// Cash at zero or above: a line of credit pays no cost.
    Cash,
}

/// Over what time an amount is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// In all.
    Life,
    /// A year.
    Year,
    /// A month.
    Month,
}

/// Where a stream may state its size: its keys, and what it is counted over. One figure, or amounts in a list or by year.
const PLACES: [(&[&str], Per); 12] = [
    (&["award"], Per::Life),
    (&["amount"], Per::Life),
    (&["yearly"], Per::Year),
    (&["monthly"], Per::Month),
    (&["balance"], Per::Life),
    (&["amounts"], Per::Life),
    (&["budget-periods"], Per::Life),
    (&["payments"], Per::Life),
    (&["terms", "yearly"], Per::Year),
    (&["terms", "by-year"], Per::Life),
    (&["terms", "allotments"], Per::Life),
    (&["terms", "payments"], Per::Life),
];

/// What follows the size in proportion, where it is stated.
const FOLLOWING: [&[&str]; 2] = [&["repayments"], &["balloon"]];

impl Size {
    /// The size of the stream of an id.
    ///
    /// # Errors
    /// In words, why it has none that could be another.
    pub(super) fn of(id: &str, stream: &Table) -> Result<Size, &'static str> {
        let amounts = |keys: &[&str]| {
            let (path, node) = stands(&format!("stream.{id}"), stream, keys)?;
            let mut found = Vec::new();
            amounts(&path, node, &mut found);
            let whole: Option<i64> =
                found.iter().try_fold(0_i64, |sum, (_, amount)| sum.checked_add(amount.cents()));
            let whole = Money::try_from_cents(whole?.into())?;
            whole.is_positive().then_some((whole, found))
        };
        let found = PLACES.iter().find_map(|(keys, per)| Some((amounts(keys)?, *per)));
        let Some(((whole, first), per)) = found else {
            return Err(why_none(stream));
        };
        let mut groups = vec![first];
        let following = FOLLOWING.iter().filter_map(|keys| amounts(keys));
        groups.extend(following.filter(|(sum, _)| *sum <= whole).map(|(_, group)| group));
        Ok(Size { whole, per, keeps: Keeps::CoreCosts, groups })
    }

    /// The size of a line of credit: its limit.
    pub(super) fn of_credit(line: &Table) -> Option<Size> {
        let (path, node) = stands("credit", line, &["limit"])?;
        let mut limit = Vec::new();
        amounts(&path, node, &mut limit);
        let whole = limit.first().map(|(_, limit)| *limit).filter(|limit| limit.is_positive())?;
        Some(Size { whole, per: Per::Life, keeps: Keeps::Cash, groups: vec![limit] })
    }

    /// How many amounts make it up; they keep their proportions.
    pub fn amounts(&self) -> usize {
        self.groups.first().map_or(0, Vec::len)
    }
}

/// Why a stream states no size.
fn why_none(stream: &Table) -> &'static str {
    let terms = stream.get("terms").and_then(|entry| entry.node.table());
    let method = terms.and_then(|terms| terms.get("method")).and_then(|entry| entry.node.text());
    if stream.contains_key("schedule") {
        return "its amounts stand in a file of their own";
    }
    match method {
        Some("match" | "administrative-claiming") => {
            "it pays a share of what is spent, not a sum that could be larger"
        }
        Some(_) => "it pays by a rate, not a sum that could be larger",
        None => "it states no amount",
    }
}

/// What stands behind keys, with its path.
fn stands<'a>(path: &str, table: &'a Table, keys: &[&str]) -> Option<(String, &'a Node)> {
    let (key, rest) = keys.split_first()?;
    let (path, node) = (format!("{path}.{key}"), &table.get(*key)?.node);
    match rest {
        [] => Some((path, node)),
        rest => stands(&path, node.table()?, rest),
    }
}

/// The amounts of a value: its own, those of a list, those by year, or those of a list of tables.
fn amounts(path: &str, node: &Node, found: &mut Vec<(String, Money)>) {
    match &node.value {
        Value::Text(text) | Value::Number(text) => {
            found.extend(Money::parse(text).ok().map(|amount| (path.to_string(), amount)));
        }
        Value::List(items) => {
            for (place, item) in items.iter().enumerate() {
                let path = format!("{path}.{}", place + 1);
                match item.table() {
                    Some(table) => {
                        if let Some((path, node)) = stands(&path, table, &["amount"]) {
                            amounts(&path, node, found);
                        }
                    }
                    None => amounts(&path, item, found),
                }
            }
        }
        Value::Table(table) => {
            for (key, entry) in table {
                amounts(&format!("{path}.{key}"), &entry.node, found);
            }
        }
        _ => {}
    }
}

impl Draft {
    /// The draft with an option of another size: one figure is the amount itself, several share it as they shared the stated
    /// whole, rounded so that they add up. Nothing where the draft has no such option.
    pub fn resized(&self, size: &Size, amount: Money) -> Option<Draft> {
        let mut draft = self.clone();
        let share = |stated: i128| {
            let cents = i128::from(amount.cents()) * stated * 2;
            let whole = i128::from(size.whole.cents());
            Money::try_from_cents((cents + whole).div_euclid(whole * 2))
        };
        for group in &size.groups {
            let mut before = 0;
            for (path, stated) in group {
                let after = before + i128::from(stated.cents());
                draft.restate(path, &(share(after)? - share(before)?).to_string(), None)?;
                before = after;
            }
        }
        Some(draft)
    }
}

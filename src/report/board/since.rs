//! What changed since an earlier forecast of the same partnership, as it was written then.

use std::collections::BTreeMap;

use serde_json::Value;

use super::brief::{brief, briefs};
use super::{Piece, Section, shown};
use crate::explain::text::CASH_FROM_ZERO;
use crate::forecast::Forecast;
use crate::money::Money;
use crate::month::{FiscalCalendar, Month};
use crate::plan::Plan;
use crate::report::ColumnKind::{Money as M, Text as T};
use crate::report::words::{dollars, list};
use crate::report::{Cell, Mark, RowStyle, SCHEMA_VERSION, Table, record, summary};

/// Changes of streams that are told one by one.
const STREAMS_TOLD: usize = 8;

/// An earlier `forecast.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier(Value);

impl Earlier {
    /// Reads a forecast that `braid forecast` wrote.
    ///
    /// # Errors
    /// Why the text is none, after its name: `is not JSON`.
    ///
    /// ```
    /// use braidfund::report::board::Earlier;
    /// assert_eq!(Earlier::parse("[]").unwrap_err(), "is no forecast of braid");
    /// ```
    pub fn parse(text: &str) -> Result<Earlier, String> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
        let version = value.get("schema_version").and_then(Value::as_u64);
        match version {
            Some(version) if version == u64::from(SCHEMA_VERSION) => {}
            Some(version) => {
                return Err(format!("has a shape of version {version}, which is not read"));
            }
            None => return Err("is no forecast of braid".to_string()),
        }
        let earlier = Earlier(value);
        let known = FIGURES.iter().all(|(_, path)| earlier.money(path).is_some());
        if !known || earlier.text("/horizon/as_of").is_none() {
            return Err("is no forecast of braid, or lacks figures of one".to_string());
        }
        Ok(earlier)
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.0.pointer(path)?.as_str()
    }

    fn money(&self, path: &str) -> Option<Money> {
        Money::parse(self.text(path)?).ok()
    }

    /// Whether it says that cash at the start is not known.
    fn counts_from_zero(&self) -> bool {
        self.0.pointer(STATED) == Some(&Value::Bool(false))
    }

    fn month(&self, path: &str) -> Option<Month> {
        Month::parse(self.text(path)?)
    }

    /// The gap of each fiscal year.
    fn years(&self) -> BTreeMap<i64, Money> {
        let years = self.0.pointer("/years").and_then(Value::as_array);
        let year = |year: &Value| {
            let gap = Money::parse(year.get("gap")?.as_str()?).ok()?;
            Some((year.get("fiscal_year")?.as_i64()?, gap))
        };
        years.into_iter().flatten().filter_map(year).collect()
    }

    /// Title, status and money of each stream, by id.
    fn streams(&self) -> BTreeMap<&str, (&str, &str, Money)> {
        let streams = self.0.pointer("/streams").and_then(Value::as_array);
        let mut known = BTreeMap::new();
        for value in streams.into_iter().flatten() {
            let text = |key: &str| value.get(key).and_then(Value::as_str);
            let amount = text("made_available").and_then(|text| Money::parse(text).ok());
            if let (Some(amount), Some(id), Some(title), Some(status)) =
                (amount, text("id"), text("title"), text("status"))
            {
                known.insert(id, (title, status, amount));
            }
        }
        known
    }
}

/// The figures that are compared, with their places in the record.
const FIGURES: [(&str, &str); 8] = [
    ("Cost", "/totals/cost"),
    ("Paid", "/totals/covered"),
    ("Unpaid (the gap)", "/totals/gap"),
    ("of it core", "/totals/gap_by_priority/core"),
    ("Unpaid in the best case", "/totals/irreducible_gap"),
    (STRUCTURAL, "/totals/structural_gap"),
    ("Lowest cash, every cost paid", "/measures/cash/lowest/amount"),
    ("Working capital that late payment takes", "/measures/cash/working_capital"),
];

/// What is not told where no money recurs.
const STRUCTURAL: &str = "Structural gap";

/// The dates that are compared.
const DATES: [(&str, &str); 4] = [
    ("As of", "/horizon/as_of"),
    ("Core costs first unpaid", "/measures/first_core_gap"),
    ("Cash runs out", RUNS_OUT),
    ("Cash is lowest", "/measures/cash/lowest/month"),
];

/// When cash runs out, and whether it is stated what there is of it.
const RUNS_OUT: &str = "/measures/cash/runs_out";
const STATED: &str = "/measures/cash/stated";

/// What has to be alike for figures to be compared, with its words.
const ALIKE: [(&str, &str); 6] = [
    ("title", "/title"),
    ("scenario", "/scenario"),
    ("view", "/view"),
    ("method", "/method"),
    ("first month", "/horizon/start"),
    ("last month", "/horizon/end"),
];

/// What changed.
pub(super) fn section(plan: &Plan, forecast: &Forecast, earlier: &Earlier) -> Section {
    let now = Earlier(record::forecast(plan, forecast));
    let was = earlier.money("/totals/gap").unwrap_or_default();
    let is = forecast.measures.total.gap_total();
    let when = earlier.month("/horizon/as_of").map_or(String::new(), Month::words);
    let [from, to] = briefs([was, is]);
    let other: Vec<&str> = ALIKE
        .iter()
        .filter(|(_, path)| earlier.text(path) != now.text(path))
        .map(|(word, _)| *word)
        .collect();
    let heading = if !other.is_empty() {
        let words: Vec<String> = other.iter().map(|word| format!("another {word}")).collect();
        format!("Not comparable: the report as of {when} was made with {}", list(&words))
    } else if was == is {
        format!("Since the report as of {when} the gap is the same: {to}")
    } else {
        let (change, word) = if is > was { (is - was, "grew") } else { (was - is, "fell") };
        format!(
            "Since the report as of {when} the gap {word} by {}, from {from} to {to}",
            brief(change)
        )
    };
    let mut pieces = Vec::new();
    for (word, path) in ALIKE.into_iter().filter(|(word, _)| other.contains(word)) {
        let [one, other] = [earlier, &now].map(|of| {
            of.month(path).map_or_else(|| of.text(path).unwrap_or("").to_string(), Month::words)
        });
        let text = format!(
            "The earlier report had another {word} ({one}, now {other}): the figures are not of the same thing."
        );
        pieces.push(Piece::Sentence(Mark::Bad, text));
    }
    pieces.extend(streams(&now, earlier).into_iter().map(|text| Piece::Sentence(Mark::None, text)));
    if now.counts_from_zero() {
        pieces.push(Piece::Sentence(Mark::Watch, CASH_FROM_ZERO.to_string()));
    } else if earlier.counts_from_zero() {
        let text = "The earlier report did not know its cash in hand, and counted cash from $0.";
        pieces.push(Piece::Sentence(Mark::Watch, text.to_string()));
    }
    pieces.push(amounts(&now, earlier, summary::any_recurs(forecast)));
    pieces.push(dates(&now, earlier));
    Section { name: "since", heading, pieces }
}

fn amounts(now: &Earlier, was: &Earlier, any_recurs: bool) -> Piece {
    let mut table = Table::new("since", &[("", T), ("Then", M), ("Now", M), ("Change", M)]);
    let mut styles = Vec::new();
    let mut push = |label: &str, then: Option<Money>, now: Option<Money>, style: RowStyle| {
        let change = then.zip(now).map(|(then, now)| now - then);
        let cells = [then, now, change].map(|amount| Cell::of(amount, Cell::Money));
        table.push(std::iter::once(Cell::text(label)).chain(cells).collect());
        styles.push(style);
    };
    for (label, path) in FIGURES.into_iter().filter(|(label, _)| any_recurs || *label != STRUCTURAL)
    {
        let style = match label {
            "Unpaid (the gap)" => RowStyle::Bad,
            "of it core" => RowStyle::BadPart,
            _ => RowStyle::Plain,
        };
        push(label, was.money(path), now.money(path), style);
    }
    let (then, current) = (was.years(), now.years());
    let years: std::collections::BTreeSet<i64> =
        then.keys().chain(current.keys()).copied().collect();
    let any = |gap: Option<&Money>| gap.is_some_and(|gap| !gap.is_zero());
    for year in years.into_iter().filter(|year| any(then.get(year)) || any(current.get(year))) {
        let label = i32::try_from(year).map_or(String::new(), FiscalCalendar::label);
        let label = format!("Unpaid in {label}");
        push(&label, then.get(&year).copied(), current.get(&year).copied(), RowStyle::Part);
    }
    shown(table, "Figures then and now, in dollars", styles)
}

fn dates(now: &Earlier, was: &Earlier) -> Piece {
    let mut table = Table::new("since-dates", &[("", T), ("Then", T), ("Now", T)]);
    let month = |of: &Earlier, path: &str| {
        // What is not stated does not run out.
        let unknown = path == RUNS_OUT && of.counts_from_zero();
        let without = if unknown { "not known" } else { "never" };
        Cell::text(of.month(path).map_or(without.to_string(), Month::words))
    };
    for (label, path) in DATES {
        table.push(vec![Cell::text(label), month(was, path), month(now, path)]);
    }
    shown(table, "Dates then and now", Vec::new())
}

/// Streams that are new, gone, surer or less sure, or of another amount; the largest first.
fn streams(now: &Earlier, was: &Earlier) -> Vec<String> {
    let (then, current) = (was.streams(), now.streams());
    let mut told: Vec<(Money, String)> = Vec::new();
    for (id, (title, status, amount)) in &current {
        match then.get(id) {
            None => told.push((*amount, format!("New: {title}, {status}, {}.", dollars(*amount)))),
            Some((_, before, held)) => {
                let mut parts = Vec::new();
                if before != status {
                    parts.push(format!("was {before} and is {status}"));
                }
                let change = *amount - *held;
                if !change.is_zero() {
                    parts.push(format!(
                        "brings {} instead of {}",
                        dollars(*amount),
                        dollars(*held)
                    ));
                }
                if !parts.is_empty() {
                    let size = Money::from_cents(change.cents().abs());
                    told.push((size, format!("{title} {}.", parts.join(", and "))));
                }
            }
        }
    }
    for (id, (title, _, amount)) in &then {
        if !current.contains_key(id) {
            told.push((*amount, format!("Gone: {title}, which brought {}.", dollars(*amount))));
        }
    }
    told.sort_by(|one, other| (other.0, &one.1).cmp(&(one.0, &other.1)));
    let more = told.len().saturating_sub(STREAMS_TOLD);
    let mut told: Vec<String> = told.into_iter().take(STREAMS_TOLD).map(|(_, text)| text).collect();
    if more > 0 {
        told.push(format!("And {more} more streams changed."));
    }
    told
}

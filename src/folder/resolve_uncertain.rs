//! What a file of chances and a plan say of chance, held against the plan: inputs found, shocks joined, every chance tried.
//!
//! The file is written against the plan without its scenarios. What a scenario has dropped, secured or stated anew is left
//! out of what the file says, so that one file serves them all; what neither knows is refused.

use std::collections::{BTreeMap, BTreeSet};

use super::cases::{Cases, Draft};
use super::chances::{Chance, Chances, Shock, What, future, is_secured};
use super::changed::Changes;
use super::desk::Desk;
use super::distribution::{Distribution, Outcome};
use super::field::Within;
use super::patch::SILENT;
use super::reader::TableReader;
use super::resolve_costs::percent;
use super::setting::{self, Setting};
use super::syntax::{Entry, Node, Table, Value};
use super::text::Span;
use super::{context, patch};
use crate::diagnostic::{Code, Origin, nearest, visible};
use crate::money::Rate;
use crate::month::Day;

/// What a file of chances says.
#[derive(Default)]
pub(super) struct File {
    pub chances: Vec<Written>,
    pub shocks: Vec<WrittenShock>,
}

/// A chance of the file before it is held against the plan.
pub(super) struct Written {
    pub id: String,
    pub title: String,
    pub source: Option<String>,
    pub key: Span,
    pub said: Said,
}

/// What a chance of the file says.
pub(super) enum Said {
    Event { odds: Rate, patch: Table },
    Amount(Amount),
}

/// An amount as it is written.
pub(super) struct Amount {
    pub path: String,
    pub path_at: Span,
    /// The word of its distribution.
    pub word: &'static str,
    pub values: Vec<Stated>,
    pub at: Span,
}

/// A value of an amount as it is written, with its odds if it has any.
pub(super) struct Stated {
    pub text: String,
    pub at: Span,
    pub odds: Rate,
}

/// A shock as it is written: names with their places.
pub(super) struct WrittenShock {
    pub id: String,
    pub title: String,
    pub together: (Rate, Span),
    pub of: Vec<(String, Span)>,
    pub against: Vec<(String, Span)>,
    pub key: Span,
}

/// The chances that a draft states as probabilities, in the order of ids.
pub(super) fn stated(desk: &Desk, draft: &Draft) -> Vec<Chance> {
    // Whatever is wrong with the plan was told before.
    let own = desk.again();
    let streams = draft.tree.get("stream").and_then(|entry| entry.node.table());
    let mut found = Vec::new();
    for (id, entry) in streams.into_iter().flatten() {
        let Some(table) = entry.node.table() else { continue };
        let path = format!("stream.{id}");
        let mut reader =
            TableReader::new(&own, table, &["stream", "stream.grant"], path, entry.key);
        let title = table.get("title").and_then(|title| title.node.text());
        let title = title.map_or_else(|| context::in_words(id), str::to_string);
        if !is_secured(&draft.tree, id) {
            found.extend(one_stated(desk, &mut reader, (id, None), title.clone()));
        }
        let renewal = reader.get("renewal").and_then(|field| field.table(&["renewal"]));
        if let Some(mut reader) = renewal
            && reader.peek("status").and_then(|status| status.node.text()) != Some("secured")
        {
            let title = format!("Renewal of {title}");
            found.extend(one_stated(desk, &mut reader, (id, Some("renewal")), title));
        }
    }
    found.sort_by(|one, other| one.id.cmp(&other.id));
    found
}

/// The chance of a table that states a probability: a stream's, or that of a part of it.
fn one_stated(
    desk: &Desk,
    reader: &mut TableReader<'_>,
    (stream, part): (&str, Option<&str>),
    title: String,
) -> Option<Chance> {
    let field = reader.get("probability")?;
    let (at, source) = (field.at, field.source());
    let odds = field.share(Within::Whole)?;
    let entry = |value: Value| Entry { key: at, node: Node { span: at, value } };
    let within = |key: &str, inner: Entry| {
        entry(Value::Table([(key.to_string(), inner)].into_iter().collect()))
    };
    let mut change = within("status", entry(Value::Text("secured".to_string())));
    for key in part.into_iter().chain([stream]) {
        change = within(key, change);
    }
    let part_of = part.map_or(String::new(), |part| format!(".{part}"));
    Some(Chance {
        id: format!("stream.{stream}{part_of}"),
        title,
        what: What::Event { odds },
        origin: origin(desk, at),
        source,
        changes: [("stream".to_string(), change)].into_iter().collect(),
        drops: Table::new(),
        renews: part.map(|_| stream.to_string()),
        at,
    })
}

/// Whether a value is a day: days are not drawn, for a month holds the same as most of its days.
fn plain_day(node: &Node) -> bool {
    match &node.value {
        Value::Text(text) | Value::Date(text) => Day::parse(text).is_some(),
        _ => false,
    }
}

fn origin(desk: &Desk, at: Span) -> Origin {
    desk.source(at.file).origin(at.range().start)
}

/// What chances are held against.
pub(super) struct Plans<'a> {
    pub desk: &'a Desk,
    pub cases: &'a Cases<'a>,
    pub draft: &'a Draft,
    /// The plan without its scenarios.
    pub plan: &'a Draft,
}

/// An amount whose input was found.
struct Found {
    what: What,
    /// The values at which it is tried, with their places.
    tried: Vec<(Setting, Span)>,
    /// Whether its input stands in the plan only where events happen.
    needs_events: bool,
}

impl Found {
    /// The draft in which its input stands, if there is a sound one.
    fn draft<'a>(&self, plain: &'a Draft, events: Option<&'a Draft>) -> Option<&'a Draft> {
        if self.needs_events { events } else { Some(plain) }
    }
}

impl Plans<'_> {
    /// What is uncertain, with everything told that makes no plan.
    pub(super) fn uncertain(&self, stated: Vec<Chance>, written: File) -> Chances {
        let mut chances = stated;
        for chance in &written.chances {
            if let Said::Event { odds, patch } = &chance.said {
                let patch = self.unsettled(patch);
                if patch.keys().any(|key| !SILENT.contains(&key.as_str())) {
                    let what = What::Event { odds: *odds };
                    chances.push(self.chance(chance, what, patch::parted(&patch), chance.key));
                }
            }
        }
        chances.sort_by(|one, other| one.id.cmp(&other.id));
        let events = self.with(&chances);
        let sound = self.try_events(&chances);
        let unsure = self.unsure(&chances, &events);
        let unsure_periods = unsure_periods(&events);
        let mut paths: BTreeMap<&str, Span> = BTreeMap::new();
        for chance in &written.chances {
            let Said::Amount(amount) = &chance.said else { continue };
            if let Some(other) = paths.insert(&amount.path, amount.path_at) {
                let message = format!("`{}` is the amount of two chances", visible(&amount.path));
                let cause = format!("the other is at {}", origin(self.desk, other));
                let remedy = "keep one of the two";
                self.desk.fault(Code::Conflict, amount.path_at, message, cause, remedy);
                continue;
            }
            let Some(found) = self.amount(amount, &events) else { continue };
            if self.is_settled(&amount.path) {
                continue;
            }
            if let Some(draft) = found.draft(self.draft, sound.then_some(&events)) {
                self.try_amount(&chance.id, amount, &found, draft);
            }
            let none = (Table::new(), Table::new());
            chances.push(self.chance(chance, found.what, none, amount.at));
        }
        chances.sort_by(|one, other| one.id.cmp(&other.id));
        let settled = self.settled(&written.chances, &chances);
        let shocks = self.shocks(written.shocks, &chances);
        Chances { chances, shocks, settled, unsure, unsure_periods }
    }

    /// The titles of what the file and the plan without its scenarios say is uncertain, and this case does not, in the
    /// order of ids.
    fn settled(&self, written: &[Written], chances: &[Chance]) -> Vec<String> {
        let stated = stated(self.desk, self.plan);
        let stated = stated.iter().map(|chance| (chance.id.as_str(), chance.title.as_str()));
        let written = written.iter().map(|chance| (chance.id.as_str(), chance.title.as_str()));
        let mut all: Vec<(&str, &str)> = stated.chain(written).collect();
        all.retain(|(id, _)| !chances.iter().any(|chance| chance.id == *id));
        all.sort_unstable();
        all.into_iter().map(|(_, title)| title.to_string()).collect()
    }

    /// What of an event a scenario leaves open: what it has dropped is gone, what it has secured or stated anew needs no
    /// event.
    fn unsettled(&self, patch: &Table) -> Table {
        let mut patch = patch::standing(patch, &self.draft.tree, &self.draft.dropped);
        self.keep_open(&mut patch, "");
        patch
    }

    /// Takes from a patch of the table at a path what the scenario settles.
    fn keep_open(&self, patch: &mut Table, path: &str) {
        patch.retain(|key, entry| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let Some(inner) = entry.node.table_mut().filter(|inner| !inner.is_empty()) else {
                return !self.is_settled(&path);
            };
            // Once it is secured, or terminated, the rest of what the event says of it is settled too.
            let decides =
                |key: &str| inner.contains_key(key) && self.is_settled(&format!("{path}.{key}"));
            if decides("status") || (key == "termination" && decides("on")) {
                return false;
            }
            self.keep_open(inner, &path);
            inner.keys().any(|key| !SILENT.contains(&key.as_str()))
        });
    }

    /// Whether a scenario, and not the plan without it, says what stands at a path. A status that is not secured leaves
    /// open what it was.
    fn is_settled(&self, path: &str) -> bool {
        let Some(node) = self.draft.node(path) else { return false };
        let stated = self.plan.node(path).is_none_or(|before| before.span != node.span);
        stated && (!path.ends_with(".status") || node.text() == Some("secured"))
    }

    fn chance(
        &self,
        written: &Written,
        what: What,
        (changes, drops): (Table, Table),
        at: Span,
    ) -> Chance {
        Chance {
            id: written.id.clone(),
            title: written.title.clone(),
            what,
            origin: origin(self.desk, written.key),
            source: written.source.clone(),
            changes,
            drops,
            renews: None,
            at,
        }
    }

    /// The draft in which every event happens that changes anything, and nothing is dropped.
    fn with(&self, events: &[Chance]) -> Draft {
        let mut draft = self.draft.clone();
        let own = self.desk.again();
        for event in events {
            patch::apply(&own, &mut draft.tree, &event.changes, &mut draft.dropped);
        }
        draft
    }

    /// The distribution of an amount; nothing where it is told to be wrong, or where a scenario took its input away.
    fn amount(&self, amount: &Amount, events: &Draft) -> Option<Found> {
        let path = &amount.path;
        let refused = self.refused(path);
        let node = |draft: &Draft| draft.node(path).filter(|_| !refused).cloned();
        let stands = node(self.draft);
        let needs_events = stands.is_none();
        let Some(node) = stands.or_else(|| node(events)) else {
            if node(self.plan).is_none() {
                self.unknown(amount, events);
            }
            return None;
        };
        let base = setting::plain(&node).filter(|text| setting::settings(&[text]).is_some());
        let Some(base) = base else {
            let shown = match &node.value {
                Value::Text(text) | Value::Date(text) | Value::Number(text) => {
                    format!("`{}`", visible(text))
                }
                _ => node.kind().to_string(),
            };
            let message = format!("`{path}` is {shown}, not a number, a percentage or a month");
            let remedy = match plain_day(&node) {
                true => "write an event that states another day, with its `odds` and `then`",
                false => "name an input that is one of these",
            };
            self.desk.fault(Code::WrongType, amount.path_at, message, "", remedy);
            return None;
        };
        let texts = amount.values.iter().map(|value| value.text.as_str());
        let texts: Vec<&str> = [base].into_iter().chain(texts).collect();
        let Some(settings) = setting::settings(&texts) else {
            let message = format!("the values of `{path}` are not written as it is in the plan");
            let cause = format!("there it is `{}`", visible(base));
            let remedy = "write numbers, percentages or months as the plan does";
            self.desk.fault(Code::AmountForm, amount.at, message, cause, remedy);
            return None;
        };
        let (base, values) = (settings[0], &settings[1..]);
        let distribution = self.distribution(amount, values)?;
        let tried = amount.values.iter().zip(values);
        let tried = tried.filter(|(value, _)| amount.word != "discrete" || value.odds > Rate::ZERO);
        let tried = tried.map(|(value, setting)| (*setting, value.at)).collect();
        let what = What::Amount { path: path.clone(), base, distribution };
        Some(Found { what, tried, needs_events })
    }

    fn distribution(&self, amount: &Amount, values: &[Setting]) -> Option<Distribution> {
        if amount.word == "discrete" {
            let odds = amount.values.iter().map(|value| value.odds);
            let mut listed: Vec<(Setting, Rate)> = values.iter().copied().zip(odds).collect();
            listed.sort();
            let twice = listed.windows(2).find(|pair| pair[0].0 == pair[1].0).map(|pair| pair[0].0);
            if let Some(twice) = twice {
                let place = values.iter().rposition(|value| *value == twice);
                let at = place.map_or(amount.at, |place| amount.values[place].at);
                let message = format!("the value `{}` stands twice", twice.text());
                let remedy = "write it once, with the odds of both";
                self.desk.fault(Code::Conflict, at, message, "once more", remedy);
                return None;
            }
            return Some(Distribution::Discrete(listed));
        }
        let (low, high) = (*values.first()?, *values.last()?);
        let sorted = values.is_sorted() && low < high;
        if !sorted || high.steps.checked_sub(low.steps).is_none() {
            let (message, remedy) = match low == high {
                true => (
                    format!("`{}` runs from a value to itself", amount.word),
                    "write it in the plan if it is certain, or part the two",
                ),
                false => (
                    format!("the values of `{}` do not rise", amount.word),
                    "write the low value first and the high one last",
                ),
            };
            self.desk.fault(Code::Order, amount.at, message, "", remedy);
            return None;
        }
        Some(match values {
            [low, likely, high] => {
                Distribution::Triangular { low: *low, likely: *likely, high: *high }
            }
            _ => Distribution::Uniform { low, high },
        })
    }

    /// Whether a path is none that a chance may move: the months of the plan are decided, and a probability is a chance.
    fn refused(&self, path: &str) -> bool {
        let last = path.rsplit('.').next().unwrap_or_default();
        let silent = path.split('.').any(|part| SILENT.contains(&part));
        silent || path.starts_with("plan.") || matches!(last, "probability" | "status" | "kind")
    }

    fn unknown(&self, amount: &Amount, events: &Draft) {
        let shown = visible(&amount.path);
        let mut paths = BTreeSet::new();
        leaves(&events.tree, &mut String::new(), &mut paths);
        paths.retain(|path| !self.refused(path));
        let remedy = match nearest(&amount.path, paths.iter().map(String::as_str)) {
            _ if amount.path.ends_with(".probability") => {
                "change it in the plan: it is a chance itself".to_string()
            }
            _ if amount.path.starts_with("plan.") => {
                "name an input of a driver, cost or stream: the plan's months are decided"
                    .to_string()
            }
            Some(near) => format!("did you mean `{near}`?"),
            None => "name it from the top of the plan: `stream.plan-pmpm.terms.rate`".to_string(),
        };
        let message = format!("`{shown}` is no input of the plan that may vary");
        let stands = events.node(&amount.path).is_some();
        let cause = if stands { "it stands in the plan" } else { "not in the plan" };
        self.desk.fault(Code::PatchTarget, amount.path_at, message, cause, remedy);
    }

    /// Tries every event alone, and all of them together; whether each made a plan.
    fn try_events(&self, events: &[Chance]) -> bool {
        let before = self.desk.fault_count();
        let outcomes = |happens: &dyn Fn(usize) -> bool| -> Vec<Option<Outcome>> {
            (0..events.len()).map(|place| Some(Outcome::Happens(happens(place)))).collect()
        };
        for (place, event) in events.iter().enumerate() {
            let words = format!("where `{}` happens", event.id);
            let changes =
                Changes { words, at: Some(event.at), patches: vec![&event.changes, &event.drops] };
            self.try_future(&changes, |own| {
                future(own, self.draft, events, &outcomes(&|other| other == place))
            });
        }
        if self.desk.fault_count() == before && events.len() > 1 {
            let words = "where every event happens".to_string();
            let patches = events.iter().flat_map(|event| [&event.changes, &event.drops]).collect();
            self.try_future(&Changes { words, at: None, patches }, |own| {
                future(own, self.draft, events, &outcomes(&|_| true))
            });
        }
        self.desk.fault_count() == before
    }

    /// Tries an amount at its low, likeliest and high value, or at each that is listed.
    fn try_amount(&self, id: &str, amount: &Amount, found: &Found, draft: &Draft) {
        for (value, at) in &found.tried {
            let words = format!("`{id}` at `{}`", value.text());
            let changes = Changes { words, at: Some(*at), patches: Vec::new() };
            self.try_future(&changes, |_| {
                let mut draft = draft.clone();
                draft.restate(&amount.path, &value.text(), Some(*at));
                draft
            });
        }
    }

    /// Tells what keeps a future from being a plan, with the chance that makes it.
    fn try_future(&self, changes: &Changes<'_>, make: impl Fn(&Desk) -> Draft) {
        let own = self.desk.again();
        let draft = make(&own);
        if own.fault_count() == 0 {
            draft.read(&own, self.cases.files, &self.cases.base);
        }
        self.desk.take_failure(&own);
        changes.tell(self.desk, own.diagnostics(), &|patches| {
            let own = self.desk.again();
            let mut draft = self.draft.clone();
            patches.iter().for_each(|patch| draft.patch(&own, patch));
            draft.read(&own, self.cases.files, &self.cases.base);
            own.diagnostics()
        });
    }

    /// The streams that come in no future.
    fn unsure(&self, chances: &[Chance], events: &Draft) -> Vec<String> {
        let secures = |id: &str| {
            chances.iter().any(|event| {
                let streams = event.changes.get("stream").and_then(|entry| entry.node.table());
                let stream = streams.and_then(|streams| streams.get(id)?.node.table());
                let status = stream.and_then(|stream| stream.get("status")?.node.text());
                status == Some("secured")
            })
        };
        let streams = events.tree.get("stream").and_then(|entry| entry.node.table());
        let ids = streams.into_iter().flatten().map(|(id, _)| id);
        ids.filter(|id| !is_secured(&events.tree, id) && !secures(id)).cloned().collect()
    }

    /// The shocks of chances that stand in this case, none of which may strike more often than there are futures.
    fn shocks(&self, written: Vec<WrittenShock>, chances: &[Chance]) -> Vec<Shock> {
        let place =
            |name: &str| chances.binary_search_by(|chance| chance.id.as_str().cmp(name)).ok();
        let mut shocks = Vec::new();
        let mut places = Vec::new();
        for WrittenShock { id, title, together, of, against, key } in written {
            for (name, at) in of.iter().chain(&against) {
                let certain = place(name).and_then(|place| chances[place].what.certain());
                let Some(cause) = certain else { continue };
                let message = format!("`{name}` is certain, so that no shock moves it");
                let remedy = "take it out of the shock, or write odds between 0% and 100%";
                self.desk.fault(Code::Conflict, *at, message, cause, remedy);
            }
            let [of, against] = [of, against].map(|names| {
                let mut found: Vec<usize> =
                    names.iter().filter_map(|(name, _)| place(name)).collect();
                found.sort_unstable();
                found
            });
            if of.len() + against.len() > 1 {
                let (together, at) = together;
                let origin = origin(self.desk, key);
                shocks.push(Shock { id, title, together, of, against, origin });
                places.push(at);
            }
        }
        for group in connected(&shocks) {
            let mut sum = 0;
            for place in group {
                let before = sum;
                sum += shocks[place].together.billionths();
                if sum > Rate::ONE.billionths() && before <= Rate::ONE.billionths() {
                    let message =
                        "shocks that meet in a chance would strike in more than all futures";
                    let cause = format!("`together` adds up to {}", percent(sum));
                    let remedy = "lower them to 100% together, or put their chances into one shock";
                    self.desk.fault(Code::SharesOverWhole, places[place], message, cause, remedy);
                }
            }
        }
        shocks
    }
}

/// The streams that have a budget period which is not secured.
fn unsure_periods(events: &Draft) -> Vec<String> {
    let unsure = |entry: &Entry| {
        let periods = entry.node.table().and_then(|stream| stream.get("budget-periods"));
        let Some(Value::List(periods)) = periods.map(|entry| &entry.node.value) else {
            return false;
        };
        let status = |period: &Node| {
            let status = period.table().and_then(|period| period.get("status")?.node.text());
            status.is_some_and(|status| status != "secured")
        };
        periods.iter().any(status)
    };
    let streams = events.tree.get("stream").and_then(|entry| entry.node.table());
    let found = streams.into_iter().flatten().filter(|(_, entry)| unsure(entry));
    found.map(|(id, _)| id.clone()).collect()
}

/// The places of shocks, together where chances connect them; groups, and places within them, in order.
pub(super) fn connected(shocks: &[Shock]) -> Vec<Vec<usize>> {
    let moved = |place: usize| shocks[place].of.iter().chain(&shocks[place].against);
    let meet =
        |one: usize, other: usize| moved(one).any(|own| moved(other).any(|other| other == own));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for place in 0..shocks.len() {
        let mut joined = vec![place];
        groups.retain(|group| {
            let meets = group.iter().any(|other| meet(*other, place));
            if meets {
                joined.extend(group);
            }
            !meets
        });
        joined.sort_unstable();
        groups.push(joined);
    }
    groups.sort();
    groups
}

/// The paths of plain values.
fn leaves(table: &Table, path: &mut String, found: &mut BTreeSet<String>) {
    for (key, entry) in table {
        let length = path.len();
        *path += key;
        match entry.node.table() {
            Some(table) => {
                path.push('.');
                leaves(table, path, found);
            }
            None if setting::plain(&entry.node).is_some() => {
                found.insert(path.clone());
            }
            None => {}
        }
        path.truncate(length);
    }
}

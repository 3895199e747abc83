//! The text of `chance.toml`: its tables, their keys, and the names that they use.

use std::collections::{BTreeMap, BTreeSet};

use super::cases::{self, Cases, Draft};
use super::chances::{CHANCE_FILE, Chance, Chances};
use super::desk::Desk;
use super::field::{self, Field, Step, Within};
use super::literal::id_form;
use super::patch::SILENT;
use super::reader::TableReader;
use super::resolve_costs::percent;
use super::resolve_uncertain::{self, Amount, File, Plans, Said, Stated, Written, WrittenShock};
use super::setting;
use super::syntax::{self, Entry, Table};
use super::text::Span;
use super::{context, load, patch_heads};
use crate::diagnostic::{Code, Diagnostic, nearest, visible};
use crate::limits::{CHANCE_VALUES_MAX, CHANCES_MAX};
use crate::money::Rate;
use crate::name::Name;

/// How a chance is written.
const FORMS: &str = "`[chance.an-id]` with `odds` and `then`, or with `of` and its values";
/// The words of distributions.
const DISTRIBUTIONS: [&str; 3] = ["uniform", "triangular", "discrete"];
/// The keys of an event, and those of an amount.
const EVENT: [&str; 2] = ["odds", "then"];
const AMOUNT: [&str; 4] = ["of", "uniform", "triangular", "discrete"];

/// What is read against.
struct Reading<'a> {
    desk: &'a Desk,
    /// The plan without its scenarios.
    plan: &'a Draft,
    /// Chances that the plan states in this case.
    stated: &'a [Chance],
    /// Ids of those that it states in this case or without its scenarios.
    stated_ever: BTreeSet<String>,
}

/// What a file and a draft say of chance; nothing where anything was told.
pub(super) fn read(desk: &Desk, cases: &Cases<'_>, draft: &Draft, name: &str) -> Option<Chances> {
    let before = desk.fault_count();
    let file = desk.named(name).or_else(|| load::open(desk, cases.files, name, None));
    if file.is_none() && desk.fault_count() != before {
        return None;
    }
    let plan = cases::draft(&desk.again(), &cases.base, &[], &[]);
    let stated = resolve_uncertain::stated(desk, draft);
    if file.is_none() && (name != CHANCE_FILE || stated.is_empty()) {
        missing(desk, name);
        return None;
    }
    let ever = stated.iter().cloned().chain(resolve_uncertain::stated(desk, &plan));
    let stated_ever = ever.map(|chance| chance.id).collect();
    let reading = Reading { desk, plan: &plan, stated: &stated, stated_ever };
    let tree = match file {
        Some(file) => Some((syntax::parse(desk, file)?, Span { file, start: 0, end: 0 })),
        None => None,
    };
    let written = tree.as_ref().and_then(|(tree, top)| reading.file(tree, *top));
    let written = written.unwrap_or_default();
    let said = !written.chances.is_empty();
    let plans = Plans { desk, cases, draft, plan: &plan };
    let chances = plans.uncertain(stated, written);
    if let Some((_, top)) = &tree
        && chances.chances.is_empty()
        && desk.fault_count() == before
    {
        let message = match said {
            true => "nothing that the file speaks of is uncertain in this case",
            false => "the file states no chance, and no stream its `probability`",
        };
        let remedy = format!("write one: {FORMS}");
        desk.fault(Code::MissingKey, *top, message, "nothing is uncertain", remedy);
    }
    (desk.fault_count() == before).then_some(chances)
}

/// Tells that nothing says what is uncertain.
fn missing(desk: &Desk, name: &str) {
    let message = format!("there is no `{}` in the plan folder", visible(name));
    let cause = match name {
        CHANCE_FILE => "and no stream that is not secured states its `probability`",
        _ => "",
    };
    let remedy = format!("write what is uncertain into it: {FORMS}");
    let missing = Diagnostic::nowhere(Code::FileMissing, message, remedy);
    desk.tell(Diagnostic { cause: cause.to_string(), ..missing });
}

impl Reading<'_> {
    /// Reads the tables of the file.
    fn file(&self, tree: &Table, top: Span) -> Option<File> {
        let mut root = TableReader::new(self.desk, tree, &["chances"], "", top);
        let [chances, shocks] = ["chance", "shock"].map(|key| {
            if let Some(field) = root.get(key)
                && field.node().table().is_none()
            {
                field.wrong_type();
            }
            let table = tree.get(key).and_then(|entry| entry.node.table());
            table.into_iter().flatten().collect::<Vec<(&String, &Entry)>>()
        });
        root.finish();
        for (tables, what) in [(&chances, "chances"), (&shocks, "shocks")] {
            if let Some((_, entry)) = tables.get(CHANCES_MAX) {
                let message = format!("the file holds more than {CHANCES_MAX} {what}");
                let remedy = "drop some of them";
                self.desk.fault(Code::Limit, entry.key, message, "one too many", remedy);
                return None;
            }
        }
        let known: BTreeSet<String> = chances.iter().map(|(id, _)| id.to_string()).collect();
        let chances = chances.into_iter().filter_map(|(id, entry)| self.chance(id, entry));
        let chances = chances.collect();
        let shocks = shocks.into_iter().filter_map(|(id, entry)| self.shock(id, entry, &known));
        Some(File { chances, shocks: shocks.collect() })
    }

    fn chance(&self, id: &str, entry: &Entry) -> Option<Written> {
        let desk = self.desk;
        if let Some((id, at)) = self.taken(id, entry) {
            let message = format!("`{id}` is the chance that the plan states already");
            let stated = self.stated.iter().find(|chance| chance.id == id);
            let cause = match stated {
                Some(chance) => format!("its probability stands at {}", chance.origin),
                None => "the plan states its probability".to_string(),
            };
            let remedy = "change the probability in the plan, and delete the table here";
            desk.fault(Code::IdTaken, at, message, cause, remedy);
            return None;
        }
        let table = own_table(desk, "chance", id, entry)?;
        let mut reader =
            TableReader::new(desk, table, &["chance"], format!("chance.{id}"), entry.key);
        let title = reader.get("title").and_then(Field::text);
        let says = |keys: &[&str]| keys.iter().any(|key| reader.has(key));
        let said = [says(&EVENT), says(&AMOUNT)];
        let slips = |keys: &[&str]| said == [false; 2] && reader.slip(keys).is_some();
        let [is_event, is_amount] = match slips(&EVENT) {
            true => [true, false],
            false => [said[0], said[1] || slips(&AMOUNT)],
        };
        let (said, source) = match (is_event, is_amount) {
            (false, true) => amount(&mut reader),
            (true, false) => event(&mut reader),
            (true, true) => {
                let key = if reader.has("odds") { "odds" } else { "then" };
                let why = "goes with an event, not with an amount";
                reader.refuse(key, why, "part the event and the amount: a table each");
                reader.take_all("chance");
                (None, None)
            }
            (false, false) => {
                let message = format!("`[chance.{id}]` does not say what is uncertain");
                let remedy =
                    "add `odds` and `then` for an event, or `of` and its values for an amount";
                desk.fault(Code::MissingKey, entry.key, message, "nothing is uncertain", remedy);
                (None, None)
            }
        };
        reader.finish();
        let title = title.unwrap_or_else(|| context::in_words(id));
        Some(Written { id: id.to_string(), title, source, key: entry.key, said: said? })
    }

    /// The chance of the plan whose place a table of the file takes, written with quotes or without.
    fn taken(&self, id: &str, entry: &Entry) -> Option<(String, Span)> {
        if self.stated_ever.contains(id) {
            return Some((id.to_string(), entry.key));
        }
        let tables = entry.node.table().filter(|_| id == "stream")?;
        let mut parts = tables.iter().map(|(part, entry)| (format!("stream.{part}"), entry.key));
        parts.find(|(id, _)| self.stated_ever.contains(id))
    }

    fn shock(&self, id: &str, entry: &Entry, known: &BTreeSet<String>) -> Option<WrittenShock> {
        let desk = self.desk;
        let table = own_table(desk, "shock", id, entry)?;
        let mut reader =
            TableReader::new(desk, table, &["shock"], format!("shock.{id}"), entry.key);
        let title = reader.get("title").and_then(Field::text);
        let together = reader.need("together");
        let at = together.as_ref().map_or(entry.key, Field::span);
        let together = together.and_then(|field| field.share(Within::Whole));
        let lists = [reader.need("of"), reader.get("against")];
        reader.finish();
        let stated = lists[0].is_some();
        let mut seen = BTreeMap::new();
        let [of, against] = lists.map(|list| {
            let items = list.and_then(Field::items).unwrap_or_default();
            let items = items.into_iter().map(|item| (item.span(), item.id()));
            let named: Vec<(String, Span)> =
                items.filter_map(|(at, name)| Some((name?, at))).collect();
            for (name, at) in &named {
                self.known(name, *at, known);
                if seen.insert(name.clone(), *at).is_some() {
                    let message = format!("`{}` stands twice in the shock", visible(name));
                    desk.fault(Code::Conflict, *at, message, "once more", "keep one of the two");
                }
            }
            named
        });
        if stated && seen.len() < 2 {
            let message = format!("`[shock.{id}]` names fewer than two chances");
            let remedy = "name each chance that it moves, or delete it";
            desk.fault(Code::MissingKey, entry.key, message, "nothing moves together", remedy);
        }
        let title = title.unwrap_or_else(|| context::in_words(id));
        let (id, key) = (id.to_string(), entry.key);
        Some(WrittenShock { id, title, together: (together?, at), of, against, key })
    }

    /// Tells the name of a chance that neither the file nor the plan has.
    fn known(&self, name: &str, at: Span, known: &BTreeSet<String>) {
        if known.contains(name) || self.stated_ever.contains(name) {
            return;
        }
        let ids = known.iter().chain(&self.stated_ever).map(String::as_str);
        let stream = name.strip_prefix("stream.").map(|rest| rest.split('.').next());
        let stream =
            stream.flatten().filter(|id| self.plan.node(&format!("stream.{id}")).is_some());
        let message = format!("there is no chance `{}`", visible(name));
        let remedy = match (nearest(name, ids), stream) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some(id)) => {
                format!("state how likely it is in the plan: `probability` in `[stream.{id}]`")
            }
            (None, None) => format!("add `[chance.{}]`, or name another", visible(name)),
        };
        self.desk.fault(Code::UnknownChance, at, message, "not known here", remedy);
    }
}

/// The table of an id of the user's own.
fn own_table<'a>(desk: &Desk, kind: &str, id: &str, entry: &'a Entry) -> Option<&'a Table> {
    if Name::parse(id).is_none() {
        id_form(desk, entry.key, id);
        return None;
    }
    let table = entry.node.table();
    if table.is_none() {
        let message = format!("`{kind}.{id}` takes a table, not {}", entry.node.kind());
        let remedy = field::write_header(kind, id, &entry.node);
        desk.fault(Code::WrongType, entry.node.span, message, "", remedy);
    }
    table
}

/// An event, and the source of its odds.
fn event(reader: &mut TableReader<'_>) -> (Option<Said>, Option<String>) {
    let odds = reader.need("odds");
    let source = odds.as_ref().and_then(|field| field.source());
    let odds = odds.and_then(|field| field.share(Within::Whole));
    let mut patch = None;
    if let Some(field) = reader.need("then") {
        patch = field.node().table().cloned();
        if let Some(table) = field.table(&["scenario"]) {
            let (key, header) = (table.key(), table.header());
            let own = patch.iter().flatten().any(|(key, _)| !SILENT.contains(&key.as_str()));
            let desk = reader.desk();
            let before = desk.fault_count();
            patch_heads(table);
            if !own && desk.fault_count() == before {
                let message = format!("`{header}` changes nothing");
                let remedy = "say what comes about, in the words of a scenario";
                desk.fault(Code::MissingKey, key, message, "no table of the plan", remedy);
                patch = None;
            }
        }
    }
    let said = odds.and_then(|odds| Some(Said::Event { odds, patch: patch? }));
    (said, source)
}

/// An amount, and the source of its values.
fn amount(reader: &mut TableReader<'_>) -> (Option<Said>, Option<String>) {
    let of = reader.need("of");
    let path_at = of.as_ref().map(Field::span);
    let path = of.and_then(Field::text);
    let form = reader.one_of(Code::MissingKey, "how likely its values are", &DISTRIBUTIONS);
    let fields = DISTRIBUTIONS.map(|key| reader.get(key));
    let Some(field) = form.and_then(|form| fields.into_iter().flatten().find(|f| f.key == form))
    else {
        return (None, None);
    };
    let (word, at, source) = (field.key, field.span(), field.source());
    let values = match word {
        "discrete" => discrete(field),
        _ => listed(field, if word == "uniform" { 2 } else { 3 }),
    };
    let said =
        || Some(Said::Amount(Amount { path: path?, path_at: path_at?, word, values: values?, at }));
    (said(), source)
}

/// The values of a list of so many.
fn listed(field: Field<'_>, count: usize) -> Option<Vec<Stated>> {
    let (desk, at, word) = (field.desk, field.span(), field.key);
    let items = field.items()?;
    let mut values = Vec::new();
    for item in &items {
        let Some(text) = setting::plain(item.node()) else {
            let message = format!("an item of `{word}` is {}, not a value", item.node().kind());
            let remedy = "write it as the input itself is written, such as `\"1.50\"`";
            desk.fault(Code::WrongType, item.span(), message, "", remedy);
            continue;
        };
        values.push(Stated { text: text.to_string(), at: item.span(), odds: Rate::ZERO });
    }
    if items.len() != count {
        let (needed, example) = match count {
            2 => ("a low and a high value", "[\"1.00\", \"2.00\"]"),
            _ => ("a low, the likeliest and a high value", "[\"1.00\", \"1.50\", \"2.00\"]"),
        };
        let message = format!("`{word}` takes {needed}, not {}", items.len());
        let remedy = format!("write `{word} = {example}`, as the input itself is written");
        desk.fault(Code::AmountForm, at, message, "", remedy);
    }
    (values.len() == count && items.len() == count).then_some(values)
}

/// The values of a table with their odds, which make up the whole.
fn discrete(field: Field<'_>) -> Option<Vec<Stated>> {
    let (desk, at) = (field.desk, field.at);
    let entries = field.entries()?;
    let count = entries.len();
    if let Some((_, key, _)) = entries.get(CHANCE_VALUES_MAX) {
        let message = format!("`discrete` lists more than {CHANCE_VALUES_MAX} values");
        desk.fault(Code::Limit, *key, message, "one too many", "list fewer of them");
        return None;
    }
    let mut values = Vec::new();
    for (text, key, field) in entries {
        if field.node().table().is_some() {
            let message = "a value of `discrete` with a point stands without quotes";
            let remedy = "put it in double quotes: `\"1.50\" = \"60%\"`";
            desk.fault(Code::WrongType, key, message, "read as a table", remedy);
            continue;
        }
        // A value has points of its own, so the last part of its path would be no name.
        let (within, step) = (field.path().into(), Step::Key("odds"));
        let odds = Field { within, step, ..field }.share(Within::Whole);
        values.extend(odds.map(|odds| Stated { text: text.to_string(), at: key, odds }));
    }
    if values.len() < count {
        return None;
    }
    let whole = Rate::ONE.billionths();
    let total: i128 = values.iter().map(|value| value.odds.billionths()).sum();
    if total != whole {
        let message = "the odds of `discrete` do not make up the whole";
        let cause = format!("they add up to {}", percent(total));
        let remedy = "write odds that add up to 100%";
        desk.fault(Code::SharesOverWhole, at, message, cause, remedy);
        return None;
    }
    Some(values)
}

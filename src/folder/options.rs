//! Bridge options: `bridge.toml` to drafts of plans that have one.

use super::cases::{Cases, Draft};
use super::desk::Desk;
use super::field::{Field, Within};
use super::files::Files;
use super::literal::id_form;
use super::load;
use super::patch;
use super::reader::TableReader;
use super::size::Size;
use super::syntax::{self, Entry, Node, Table, Value};
use super::text::Span;
use super::{conclude, context, patch_heads};
use crate::diagnostic::{Code, Diagnostic, visible};
use crate::error::Error;
use crate::money::Rate;
use crate::month::Month;
use crate::name::Name;

/// The file of bridge options.
pub const BRIDGE_FILE: &str = "bridge.toml";

/// What a funder offers.
#[derive(Clone, Debug)]
pub struct Options {
    /// What money costs the funder a year.
    pub cost_of_money: Rate,
    /// The options, in the order of ids.
    pub options: Vec<BridgeOption>,
}

/// One option.
#[derive(Clone, Debug)]
pub struct BridgeOption {
    /// Its id, which is that of its stream too.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The stream that it adds, if it adds one.
    pub stream: Option<String>,
    /// Its size, which can be solved for; or, in words, why it has none.
    pub size: Result<Size, &'static str>,
    patch: Table,
}

/// Another way to offer an option: the same terms but for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From this month on, for as many months as are stated.
    From(Month),
    /// From the stated month through this one.
    Until(Month),
    /// Each year this share of the year before, above 0 and at most 1, which is level.
    Falling(Rate),
}

impl BridgeOption {
    /// The tables that it adds to a plan's, by the names under which they are written in its file.
    fn shown(&self, tree: &Table) -> Vec<(String, String)> {
        let mut shown = Vec::new();
        let mut show = |path: String| {
            let name = match self.stream.is_some()
                && path.strip_prefix("stream.") == self.stream.as_deref()
            {
                true => format!("option.{}", self.id),
                false => format!("option.{}.with.{path}", self.id),
            };
            shown.push((path, name));
        };
        for (kind, entry) in &self.patch {
            let own = tree.get(kind).map(|entry| entry.node.table());
            match entry.node.table().filter(|_| patch::BY_ID.contains(&kind.as_str())) {
                Some(tables) => {
                    let own = own.flatten();
                    let new = |id: &&String| own.is_none_or(|own| !own.contains_key(*id));
                    tables.keys().filter(new).for_each(|id| show(format!("{kind}.{id}")));
                }
                None if own.is_none() => show(kind.clone()),
                None => {}
            }
        }
        shown
    }

    /// The first month in which its money may be spent and the last one, as stated; nothing for what has no single first
    /// month.
    pub fn months(&self) -> Option<(Month, Option<Month>)> {
        let stream = self.patch.get("stream")?.node.table()?.get(self.stream.as_ref()?)?;
        let month = |key: &str| match &stream.node.table()?.get(key)?.node.value {
            Value::Text(text) => Month::parse(text),
            _ => None,
        };
        Some((month("from")?, month("until")))
    }

    /// The option offered another way.
    ///
    /// # Errors
    /// In words, why its terms cannot be changed so.
    pub fn otherwise(&self, way: Way) -> Result<BridgeOption, &'static str> {
        const ALONE: &str = "what comes with it would not move with it";
        let (from, until) = self.months().ok_or("it has no single first month")?;
        let mut other = self.clone();
        let (Some(streams), Some(id)) = (other.patch.get_mut("stream"), &self.stream) else {
            return Err("it adds no stream");
        };
        let streams = streams.node.table_mut().filter(|streams| streams.len() == 1);
        let entry = streams.and_then(|streams| streams.get_mut(id)).ok_or(ALONE)?;
        if self.patch.len() > 1 {
            return Err(ALONE);
        }
        let (key, span) = (entry.key, entry.node.span);
        let terms = entry.node.table_mut().ok_or(ALONE)?;
        let listed = |key: &str| {
            terms.get(key).is_some_and(|entry| matches!(entry.node.value, Value::List(_)))
        };
        if listed("budget-periods") || listed("amounts") {
            return Err("it states its periods one by one");
        }
        let mut put = |name: &str, value: Value| {
            terms.insert(name.to_string(), Entry { key, node: Node { span, value } });
        };
        match way {
            Way::From(month) => {
                put("from", Value::Text(month.to_string()));
                if let Some(until) = until {
                    let until = until.plus(month.since(from)).ok_or("it would end too late")?;
                    put("until", Value::Text(until.to_string()));
                }
            }
            Way::Until(month) => put("until", Value::Text(month.to_string())),
            Way::Falling(share) if share == Rate::ONE => drop(terms.remove("taper")),
            Way::Falling(share) => {
                let node = |text: &str| Node { span, value: Value::Text(text.to_string()) };
                let shape = Entry { key, node: node("geometric") };
                let ratio = Entry { key, node: node(&share.percent()) };
                let taper = [("shape".to_string(), shape), ("ratio".to_string(), ratio)];
                put("taper", Value::Table(taper.into_iter().collect()));
            }
        }
        Ok(other)
    }
}

impl<'a> Cases<'a> {
    /// The bridge options of a file of the folder.
    ///
    /// # Errors
    /// Everything that is wrong with the file itself; what is wrong with a stream that an option adds is told when a
    /// plan is made with it.
    pub fn options(&mut self, name: &str) -> Result<Options, Error> {
        let files = self.files;
        let desk = self.desk.again();
        let options = read(&desk, files, name);
        // What the options name stays on the desk, so that faults of their streams are told with their place.
        let options = conclude(&desk, options);
        self.desk = desk.again();
        options
    }

    /// A draft with an option in it.
    ///
    /// # Errors
    /// An option whose stream stands in the plan already, or that changes what is not there.
    pub fn with_option(&self, draft: &Draft, option: &BridgeOption) -> Result<Draft, Error> {
        let desk = self.desk.again();
        let mut draft = draft.clone();
        let streams = draft.tree.get("stream").and_then(|entry| entry.node.table());
        if let Some(own) = &option.stream
            && let Some(entry) = streams.and_then(|streams| streams.get(own))
        {
            let place = self.desk.source(entry.key.file).origin(entry.key.range().start);
            let message = format!("option `{own}` has the id of a stream of the plan");
            let cause = format!("the stream stands at {place}");
            let span = option.patch.get("stream").map_or(entry.key, |entry| entry.key);
            desk.fault(Code::IdTaken, span, message, cause, "give the option an id of its own");
        }
        draft.shown = option.shown(&draft.tree);
        patch::apply(&desk, &mut draft.tree, &option.patch, &mut draft.dropped);
        draft.option = option.patch.values().next().map(|entry| (option.id.clone(), entry.key));
        conclude(&desk, Some(draft))
    }
}

/// The options of a file.
pub(super) fn read(desk: &Desk, files: &dyn Files, name: &str) -> Option<Options> {
    let Some(file) = load::open(desk, files, name, None) else {
        if desk.fault_count() == 0 {
            let message = format!("there is no `{}` in the plan folder", visible(name));
            let remedy =
                "write the options into it, one `[option.an-id]` each in the words of a stream";
            desk.tell(Diagnostic::nowhere(Code::FileMissing, message, remedy));
        }
        return None;
    };
    let tree = syntax::parse(desk, file)?;
    let before = desk.fault_count();
    let top = Span { file, start: 0, end: 0 };
    let mut root = TableReader::new(desk, &tree, &["bridge"], "", top);
    let cost_of_money = root.get("funder").map_or(Some(Rate::ZERO), |field| {
        let mut funder = field.table(&["funder"])?;
        let cost = funder.get("cost-of-money");
        let cost = cost.map_or(Some(Rate::ZERO), |field| field.share(Within::Whole));
        funder.finish();
        cost
    });
    let options = root.get("option");
    let tables = options.as_ref().and_then(|field| field.node().table());
    if let Some(field) = options.as_ref().filter(|_| tables.is_none()) {
        field.wrong_type();
    }
    root.finish();
    if options.is_none() && desk.fault_count() == before {
        let message = "the file offers no option".to_string();
        let remedy = "write one: `[option.an-id]`, with the keys of a stream";
        desk.fault(Code::MissingKey, top, message, "nothing to compare", remedy);
    }
    let one = |(id, entry): (&String, &Entry)| option(desk, id, entry);
    let options: Vec<BridgeOption> = tables?.iter().filter_map(one).collect();
    Some(Options { cost_of_money: cost_of_money?, options })
}

fn option(desk: &Desk, id: &str, entry: &Entry) -> Option<BridgeOption> {
    if Name::parse(id).is_none() {
        id_form(desk, entry.key, id);
        return None;
    }
    let Some(table) = entry.node.table() else {
        let message = format!("`option.{id}` takes a table, not {}", entry.node.kind());
        let remedy = super::field::write_header("option", id, &entry.node);
        desk.fault(Code::WrongType, entry.node.span, message, "", remedy);
        return None;
    };
    let own = |key: &str| matches!(key, "title" | "with");
    let mut heads = table.clone();
    heads.retain(|key, _| own(key));
    let path = format!("option.{id}");
    let mut reader = TableReader::new(desk, &heads, &["option"], path, entry.key);
    let title = reader.get("title").and_then(Field::text);
    let mut patch = Table::new();
    if let Some(field) = reader.get("with") {
        patch = field.node().table().cloned().unwrap_or_default();
        patch_heads(field.table(&["scenario"])?);
    }
    reader.finish();
    let adds = table.keys().any(|key| !own(key) && key != "note" && key != "source");
    if !adds && patch.is_empty() {
        let message = format!("option `{id}` offers nothing");
        let remedy = "write its stream: `kind`, `funder`, `status`, its amount and its months";
        desk.fault(Code::MissingKey, entry.key, message, "no money and no change", remedy);
        return None;
    }
    let line = patch.get("credit").and_then(|entry| entry.node.table());
    let mut size =
        line.and_then(Size::of_credit).ok_or("it changes the plan and brings no amount of its own");
    if adds {
        let mut stream = table.clone();
        stream.remove("with");
        size = Size::of(id, &stream);
        let node = Node { value: Value::Table(stream), span: entry.node.span };
        let streams = patch.entry("stream".to_string()).or_insert_with(|| Entry {
            key: entry.key,
            node: Node { span: entry.node.span, value: Value::Table(Table::new()) },
        });
        if let Some(streams) = streams.node.table_mut() {
            streams.insert(id.to_string(), Entry { key: entry.key, node });
        }
    }
    Some(BridgeOption {
        id: id.to_string(),
        title: title.unwrap_or_else(|| context::in_words(id)),
        stream: adds.then(|| id.to_string()),
        size,
        patch,
    })
}

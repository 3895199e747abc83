//! Bridge options: `bridge.toml` to drafts of plans that have one.

use super::cases::{Cases, Draft};
use super::field::{Field, Within, id_form};
use super::files::Files;
use super::load;
use super::patch;
use super::reader::{Desk, TableReader};
use super::syntax::{self, Entry, Node, Table, Value};
use super::text::Span;
use super::{conclude, context, patch_heads};
use crate::diagnostic::{Code, Diagnostic, visible};
use crate::error::Error;
use crate::money::Rate;
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
    /// The path of the amount that can be solved for: the award, the loan, the yearly sum.
    pub amount: Option<String>,
    patch: Table,
}

/// The keys of a stream that state its size in one figure.
const AMOUNTS: [&str; 4] = ["award", "amount", "yearly", "balance"];

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
        patch::apply(&desk, &mut draft.tree, &option.patch, &mut draft.dropped);
        if let Some(own) = &option.stream {
            draft.shown = Some((format!("stream.{own}"), format!("option.{}", option.id)));
        }
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
            let (cause, remedy) = (String::new(), remedy.to_string());
            desk.tell(Diagnostic { code: Code::FileMissing, place: None, message, cause, remedy });
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
    let mut amount = None;
    if adds {
        let mut stream = table.clone();
        stream.remove("with");
        let figure = |key: &&&str| {
            let node = stream.get(**key).map(|entry| &entry.node.value);
            matches!(node, Some(Value::Number(_) | Value::Text(_)))
        };
        amount = AMOUNTS.iter().find(figure).map(|key| format!("stream.{id}.{key}"));
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
        amount,
        patch,
    })
}

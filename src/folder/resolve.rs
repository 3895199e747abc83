//! The tree to a plan: every reference resolved, every rule of form held.
//!
//! Ids are gathered and sorted first, so that an index orders like its name and each table can be
//! read on its own: an error in one never hides those of another. What could not be read is told
//! once; what depends on it is left alone rather than told again.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::context::{Context, Names, reserved};
use super::desk::Desk;
use super::field::{self, Field};
use super::files::Files;
use super::literal::id_form;
use super::load::Base;
use super::patch::Dropped;
use super::reader::TableReader;
use super::syntax::{Entry, Table, Value};
use super::text::Span;
use super::{
    finish, resolve_costs, resolve_credit, resolve_drivers, resolve_pools, resolve_streams,
};
use crate::diagnostic::{Code, visible};
use crate::limits::{COSTS_MAX, DRIVERS_MAX, MONTHS_MAX, POOLS_MAX, STREAMS_MAX, YEAR_MAX};
use crate::month::{FiscalCalendar, Month};
use crate::name::Name;
use crate::plan::cost::BACKBONE_FUNCTIONS;
use crate::plan::{Horizon, Inputs, Opening, Phase, Plan, Policy};

/// Files that the format knows and this version does not read: they are told, not passed over.
const UNREAD: [&str; 1] = ["actuals.csv"];

/// What a plan is called in a scenario.
#[derive(Clone, Debug)]
pub struct Case {
    /// `base`, or the ids of scenarios joined by `+`.
    pub id: String,
    /// The title; empty for the base case.
    pub title: String,
}

/// Reads a tree as a plan; nothing where anything was told.
pub fn plan(
    desk: &Desk,
    files: &dyn Files,
    base: &Base,
    tree: &Table,
    case: Case,
    dropped: Dropped,
) -> Option<Plan> {
    let top = Span { file: 0, start: 0, end: 0 };
    let mut root = TableReader::new(desk, tree, &["root"], "", top);
    for key in ["driver", "cost", "stream", "pool"] {
        if let Some(field) = root.get(key) {
            tables_by_id(&field, key);
        }
    }
    let head = head(desk, &mut root);
    let names = Rc::new(names(desk, base, tree, &head.functions));
    let mut context = Context::new(desk, files, names, &base.drivers);
    context.horizon = head.horizon;
    context.horizon_known = head.horizon_known;
    context.fiscal = head.fiscal;
    context.functions.clone_from(&head.functions);
    context.dropped = dropped;
    let (drivers, drivers_sound) = resolve_drivers::read(&context, section(tree, "driver"));
    context.drivers = drivers.into();
    let streams = resolve_streams::read(&context, section(tree, "stream"));
    let lines = resolve_costs::read(&context, section(tree, "cost"), &streams);
    let pools = resolve_pools::read(&context, section(tree, "pool"));
    let policy = policy(&context, root.get("policy"));
    let credit = resolve_credit::read(&context, root.get("credit"));
    let opening = opening(&context, root.get("opening"));
    root.get("scenario");
    root.finish();
    let plan = Plan {
        title: head.title,
        scenario: case.id,
        scenario_title: case.title,
        region: head.region,
        phase: head.phase,
        notice: head.notice,
        horizon: head.horizon,
        fiscal: head.fiscal,
        functions: head.functions,
        drivers: context.drivers.to_vec(),
        lines: lines.lines,
        streams: streams.streams,
        restrictions: streams.restrictions,
        pools: pools.pools,
        policy,
        credit,
        opening,
        inputs: Inputs::default(),
        defaults: Vec::new(),
        unread: UNREAD
            .iter()
            .filter(|name| files.holds(name))
            .map(|name| name.to_string())
            .collect(),
    };
    let sound = finish::Sound {
        horizon: context.horizon_known,
        drivers: drivers_sound,
        lines: lines.sound,
        streams: streams.sound,
        pools: pools.sound,
    };
    finish::check(&context, &plan, tree, &sound);
    (desk.fault_count() == 0).then(|| Plan {
        inputs: desk.take_inputs(),
        defaults: desk.take_defaults(),
        ..plan
    })
}

/// The tables of one kind, by id, with those whose ids are not well formed left out.
pub fn section<'a>(tree: &'a Table, kind: &str) -> Vec<(&'a str, &'a Entry, &'a Table)> {
    let tables = tree.get(kind).and_then(|entry| entry.node.table());
    let whole = |(id, entry): (&'a String, &'a Entry)| {
        let table = entry.node.table()?;
        Name::parse(id).map(|_| (id.as_str(), entry, table))
    };
    tables.into_iter().flatten().filter_map(whole).collect()
}

/// Tells ids that are not well formed, and entries that are not tables.
fn tables_by_id(field: &Field<'_>, kind: &str) {
    let Some(table) = field.node().table() else {
        field.wrong_type();
        return;
    };
    for (id, entry) in table {
        if Name::parse(id).is_none() {
            id_form(field.desk, entry.key, id);
        }
        if entry.node.table().is_none() {
            let message =
                format!("`{kind}.{}` takes a table, not {}", visible(id), entry.node.kind());
            let remedy = field::write_header(kind, id, &entry.node);
            field.desk.fault(Code::WrongType, entry.node.span, message, "", remedy);
        }
    }
}

/// What `[plan]` says.
struct Head {
    title: String,
    region: String,
    phase: Option<Phase>,
    notice: String,
    horizon: Horizon,
    horizon_known: bool,
    fiscal: FiscalCalendar,
    functions: Vec<String>,
}

fn head(desk: &Desk, root: &mut TableReader<'_>) -> Head {
    let mut head = Head {
        title: String::new(),
        region: String::new(),
        phase: None,
        notice: String::new(),
        horizon: stand_in(),
        horizon_known: false,
        fiscal: FiscalCalendar::starting(1),
        functions: Vec::new(),
    };
    let Some(mut reader) = root.need("plan").and_then(|field| field.table(&["plan"])) else {
        return head;
    };
    reader.record();
    head.title = reader.need("title").and_then(Field::text).unwrap_or_default();
    head.region = reader.get("region").and_then(Field::text).unwrap_or_default();
    head.notice = reader.get("notice").and_then(Field::text).unwrap_or_default();
    let phases = [Phase::Earlier, Phase::Middle, Phase::Later];
    let words = phases.map(Phase::word);
    head.phase = reader.get("phase").and_then(|field| field.word(&words)).map(|at| phases[at]);
    if let Some(first) = reader.get("fiscal-year-starts").and_then(Field::month_name) {
        head.fiscal = FiscalCalendar::starting(first);
    }
    for field in reader.get("functions").and_then(Field::items).unwrap_or_default() {
        let span = field.span();
        match field.own_word() {
            Some(word) if head.functions.contains(&word) => {
                let message = format!("function `{word}` is declared twice");
                desk.fault(Code::IdTaken, span, message, "", "keep one of the two");
            }
            Some(word) => {
                reserved(desk, &word, span);
                head.functions.push(word);
            }
            None => {}
        }
    }
    if let Some(horizon) = horizon(desk, &mut reader) {
        head.horizon = horizon;
        head.horizon_known = true;
    }
    reader.finish();
    head
}

/// Months to read against where the plan does not say its own.
fn stand_in() -> Horizon {
    let start = Month::new(2000, 1).expect("the year 2000 lies within the calendar");
    Horizon { start, months: 1, as_of: start }
}

fn horizon(desk: &Desk, reader: &mut TableReader<'_>) -> Option<Horizon> {
    let start = reader.need("start").and_then(Field::month);
    let length = reader.one_of(Code::MissingKey, "how long it is", &["years", "months"]);
    let years = reader.get("years");
    let months = reader.get("months");
    let span = years.as_ref().or(months.as_ref()).map(Field::span);
    let years = years.and_then(Field::count).map(|years| years * 12);
    let months = match length? {
        "years" => years?,
        _ => months.and_then(Field::count)?,
    };
    let as_of = reader.get("as-of").map(|field| (field.span(), field.month()));
    let start = start?;
    debug_assert!(months <= MONTHS_MAX);
    let Some(end) = start.plus(months as i32 - 1) else {
        let message = format!("the plan runs beyond {YEAR_MAX}");
        let remedy = "shorten it, or begin it earlier";
        desk.fault(Code::MonthRange, span.unwrap_or(reader.key()), message, "", remedy);
        return None;
    };
    let mut horizon = Horizon { start, months, as_of: start };
    if let Some((span, Some(month))) = as_of {
        if (start..=end).contains(&month) {
            horizon.as_of = month;
        } else {
            let message = format!("`{month}` lies outside the plan's months, {start} to {end}");
            desk.fault(Code::MonthRange, span, message, "", "write a month within the plan");
        }
    }
    Some(horizon)
}

/// The ids and words of a tree.
pub fn names(desk: &Desk, base: &Base, tree: &Table, own: &[String]) -> Names {
    let ids = |kind: &str, limit: usize| {
        let found = section(tree, kind);
        if let Some((_, entry, _)) = found.get(limit) {
            let message = format!("the plan holds more than {limit} {kind} tables");
            desk.fault(Code::Limit, entry.key, message, "one too many", "merge some of them");
        }
        found.iter().map(|(id, ..)| id.to_string()).collect::<Vec<String>>()
    };
    ids("pool", POOLS_MAX);
    let mut names = Names {
        lines: ids("cost", COSTS_MAX),
        streams: ids("stream", STREAMS_MAX),
        drivers: ids("driver", DRIVERS_MAX),
        partial: base.partial.clone(),
        ill_formed: ill_formed(tree),
        ..Names::default()
    };
    names.functions.extend(BACKBONE_FUNCTIONS.iter().map(|function| function.to_string()));
    names.functions.extend(own.iter().cloned());
    for tree in [&base.tree, tree] {
        for (id, _, table) in section(tree, "cost") {
            names.lines_ever.insert(id.to_string());
            let function = table.get("function").and_then(|entry| entry.node.text());
            names.functions.extend(function.map(str::to_string));
            let tags = table.get("tags").map(|entry| &entry.node.value);
            if let Some(Value::List(tags)) = tags {
                names.tags.extend(tags.iter().filter_map(|tag| tag.text().map(str::to_string)));
            }
        }
    }
    let scenarios = base.scenarios.values().filter_map(|entry| entry.node.table());
    let cases: Vec<&Table> = [&base.tree, tree].into_iter().chain(scenarios).collect();
    for (kind, key) in [("cost", "series"), ("stream", "schedule"), ("driver", "series")] {
        for (id, _, table) in cases.iter().flat_map(|case| section(case, kind)) {
            let file = table.get(key).and_then(|entry| entry.node.text());
            names.uses.extend(file.map(|file| (kind, id.to_string(), file.to_string())));
        }
    }
    for (id, _, table) in section(tree, "stream") {
        let added = resolve_streams::added_lines(table);
        names.lines.extend(added.into_iter().map(|kind| format!("{id}.{}", kind.suffix())));
    }
    names.lines.sort();
    names
}

/// The ids of the tree that are left out of its sections.
fn ill_formed(tree: &Table) -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    for kind in ["driver", "cost", "stream", "pool"] {
        let all = tree.get(kind).and_then(|entry| entry.node.table());
        for (id, entry) in all.into_iter().flatten() {
            if Name::parse(id).is_none() || entry.node.table().is_none() {
                found.insert((kind, id.clone()));
            }
        }
    }
    found
}

fn policy(context: &Context<'_>, field: Option<Field<'_>>) -> Policy {
    let mut policy = Policy::default();
    let Some(mut reader) = field.and_then(|field| field.table(&["policy"])) else { return policy };
    reader.record();
    for field in reader.get("order").and_then(Field::items).unwrap_or_default() {
        let span = field.span();
        let Some(stream) = context.stream(field) else { continue };
        if policy.order.contains(&stream) {
            let message = "the stream stands twice in `order`";
            context.desk.fault(Code::Conflict, span, message, "once more", "keep one of the two");
        } else {
            policy.order.push(stream);
        }
    }
    if let Some(months) = reader.get("protect-core-months").and_then(Field::count) {
        policy.protect_core_months = months;
    }
    policy.cash_floor = reader.get("cash-floor").and_then(Field::money).unwrap_or_default();
    reader.finish();
    policy
}

fn opening(context: &Context<'_>, field: Option<Field<'_>>) -> Opening {
    let mut opening = Opening::default();
    let Some(mut reader) = field.and_then(|field| field.table(&["opening"])) else {
        return opening;
    };
    reader.record();
    let cash = reader.get("unrestricted-cash").and_then(Field::money);
    opening.cash_stated = cash.is_some();
    opening.unrestricted_cash = cash.unwrap_or_default();
    opening.net_assets = reader.get("net-assets").and_then(Field::money);
    let mut amount = |key| reader.get(key).and_then(Field::money).unwrap_or_default();
    opening.fixed_assets = amount("fixed-assets");
    opening.fixed_asset_debt = amount("fixed-asset-debt");
    opening.board_designated = amount("board-designated");
    for (id, key, field) in reader.get("stream").and_then(Field::entries).unwrap_or_default() {
        let stream = context.stream_named(id, key);
        let Some(position) = resolve_pools::opening_stream(context, field) else { continue };
        opening.streams.extend(stream.map(|stream| (stream, position)));
    }
    reader.finish();
    opening.streams.sort_by_key(|(stream, _)| *stream);
    opening
}

//! Text to a plan: the only place that knows TOML and CSV.
//!
//! A plan folder is read in one direction. [`files`] opens what lies in the folder and nothing
//! else; [`text`] makes sure that it is plain text; [`syntax`] and [`tables`] turn TOML and CSV
//! into one tree in which every value knows its place; [`patch`] merges scenarios into the tree;
//! [`reader`] hands out the keys that [`keys`] lists; `resolve` makes the plan of it. Everything
//! that is wrong is told at once, each with its place, its cause and what to write instead.
//!
//! ```
//! use braidfund::folder::{self, MemoryFolder};
//!
//! let files = MemoryFolder::new([(
//!     "plan.toml",
//!     r#"
//!     [plan]
//!     title = "Reading"
//!     start = "2024-01"
//!     years = 1
//!     [cost.data]
//!     function = "dat"
//!     yearly = "120,000"
//!     "#,
//! )]);
//! let error = folder::read(&files, "base").unwrap_err();
//! let remedies: Vec<&str> = error.diagnostics().iter().map(|one| one.remedy.as_str()).collect();
//! assert_eq!(remedies[0], "did you mean `data`?");
//! assert!(remedies[1].starts_with("write it as `120000.00`"));
//! ```

use crate::diagnostic::{Code, Diagnostic, nearest, visible};
use crate::error::Error;
use crate::limits::{SCENARIO_STACK_MAX, SCENARIOS_MAX};
use crate::name::Name;
use crate::plan::Plan;

mod cases;
mod chances;
mod changed;
mod context;
mod desk;
mod distribution;
mod field;
mod files;
mod finish;
mod given;
mod init;
pub mod keys;
mod keys_award;
mod keys_bridge;
mod keys_chance;
mod keys_cost;
mod keys_credit;
mod keys_import;
mod keys_loan;
mod keys_savings;
mod keys_stream;
mod keys_terms;
mod literal;
mod load;
mod mapping;
mod meant;
mod options;
mod patch;
mod range;
mod ranges;
mod reader;
mod resolve;
mod resolve_award;
mod resolve_chances;
mod resolve_costs;
mod resolve_credit;
mod resolve_drivers;
mod resolve_grants;
mod resolve_loans;
mod resolve_payers;
mod resolve_pools;
mod resolve_public;
mod resolve_restrictions;
mod resolve_savings;
mod resolve_streams;
mod resolve_terms;
mod resolve_uncertain;
mod restate;
mod rows;
mod schema;
mod setting;
mod single;
mod size;
mod syntax;
mod tables;
mod text;

pub(crate) use cases::quoted;
pub use cases::{Cases, Difference, Draft, Written};
pub use chances::{CHANCE_FILE, Chance, Chances, Shock, What};
pub use distribution::{Distribution, Outcome};
pub use files::{DiskFolder, FileFault, Files, MemoryFolder};
pub use given::Given;
pub use init::{Template, templates};
pub use mapping::{IMPORT_FILE, LINE_KEYS, MappedLine, Mapping, mapping};
pub use options::{BRIDGE_FILE, BridgeOption, Options, Way};
pub use ranges::Ranged;
pub use restate::{Present, Restated, Wanted, present, restate, sound_with};
pub use schema::schema;
pub use setting::{Form, Setting};
pub use single::{Alone, Single};
pub use size::{Keeps, Per, Size};

use changed::Changes;
use desk::Desk;
use load::Base;
use reader::TableReader;
use syntax::Entry;

/// The name of the plan without a scenario.
pub const BASE: &str = "base";

/// Reads the plan of a folder: the base case, a scenario, or scenarios stacked from left to right,
/// joined by `+`.
///
/// # Errors
/// Everything that is wrong with the input, or the failure to read it.
pub fn read(files: &dyn Files, scenario: &str) -> Result<Plan, Error> {
    let desk = Desk::new();
    let plan = read_on(&desk, files, scenario);
    conclude(&desk, plan)
}

/// The plan, or the error that the desk holds.
fn conclude<T>(desk: &Desk, value: Option<T>) -> Result<T, Error> {
    match (desk.error(), value) {
        (Some(error), _) => Err(error),
        (None, Some(value)) => Ok(value),
        (None, None) => Err(Error::internal("what cannot be read is told")),
    }
}

fn read_on(desk: &Desk, files: &dyn Files, scenario: &str) -> Option<Plan> {
    let base = load::load(desk, files)?;
    let titles = scenario_heads(desk, &base);
    let stack = stack(desk, &titles, scenario)?;
    if stack.is_empty() {
        return cases::draft(desk, &base, &titles, &stack).read(desk, files, &base);
    }
    let own = desk.again();
    let plan = cases::draft(&own, &base, &titles, &stack).read(&own, files, &base);
    if own.has_failed() {
        tell_scenario(desk, &own, files, (&base, &titles, &stack));
    }
    plan
}

/// Tells what is wrong with a plan under scenarios: as it is where it is so without them, else with their names.
fn tell_scenario(
    desk: &Desk,
    own: &Desk,
    files: &dyn Files,
    (base, titles, stack): (&Base, &[(String, String)], &[&str]),
) {
    let read = |draft: &dyn Fn(&Desk) -> cases::Draft| {
        let desk = desk.again();
        let draft = draft(&desk);
        draft.read(&desk, files, base);
        desk.diagnostics()
    };
    let plain = read(&|desk| cases::draft(desk, base, titles, &[]));
    let (before, faults): (Vec<Diagnostic>, Vec<Diagnostic>) =
        own.diagnostics().into_iter().partition(|fault| plain.contains(fault));
    before.into_iter().for_each(|fault| desk.tell(fault));
    let scenarios: Vec<&Entry> = stack.iter().filter_map(|id| base.scenarios.get(*id)).collect();
    let changes = Changes {
        words: format!("in scenario `{}`", stack.join("+")),
        at: scenarios.last().map(|entry| entry.key),
        patches: scenarios.iter().filter_map(|entry| entry.node.table()).collect(),
    };
    changes.tell(desk, faults, &|patches| {
        read(&|desk| {
            let mut draft = cases::draft(desk, base, titles, &[]);
            patches.iter().for_each(|patch| draft.patch(desk, patch));
            draft
        })
    });
    desk.take_failure(own);
}

/// Reads the plan of every case: the base, then each scenario alone.
///
/// # Errors
/// Everything that is wrong with any of them, each told once, or the failure to read the folder.
pub fn read_all(files: &dyn Files) -> Result<Vec<Plan>, Error> {
    let desk = Desk::new();
    let plans = all_on(&desk, files);
    conclude(&desk, plans)
}

fn all_on(desk: &Desk, files: &dyn Files) -> Option<Vec<Plan>> {
    let base = load::load(desk, files)?;
    let titles = scenario_heads(desk, &base);
    let mut plans = vec![cases::draft(desk, &base, &titles, &[]).read(desk, files, &base)];
    for (id, _) in &titles {
        // A fresh desk each, since a scenario's faults must not keep the next one from being read.
        let own = Desk::new();
        let plan = read_on(&own, files, id);
        desk.take_over(&own);
        plans.push(plan);
    }
    plans.into_iter().collect()
}

/// Reads what lies beside the plan for other questions, if it is there: bridge options and chances, against the base case
/// or a scenario that is sound.
///
/// # Errors
/// Everything that is wrong with these files, with a plan that an option makes, or with a future.
pub fn check_beside(files: &dyn Files, scenario: &str) -> Result<(), Error> {
    let mut cases = Cases::open(files, &[scenario])?;
    let draft = cases.draft(scenario)?;
    let told = Desk::new();
    let tell = |error: Error| match error.is_input() {
        true => {
            error.diagnostics().iter().cloned().for_each(|one| told.tell(one));
            Ok(())
        }
        false => Err(error),
    };
    if files.holds(BRIDGE_FILE) {
        match cases.options(BRIDGE_FILE) {
            Ok(options) => {
                for option in &options.options {
                    let plan = cases.with_option(&draft, option);
                    if let Err(error) = plan.and_then(|draft| cases.plan(&draft)) {
                        tell(error)?;
                    }
                }
            }
            Err(error) => tell(error)?,
        }
    }
    if files.holds(CHANCE_FILE)
        && let Err(error) = cases.chances(&draft, CHANCE_FILE)
    {
        tell(error)?;
    }
    conclude(&told, Some(()))
}

/// The scenarios of a folder: ids and titles, in the order of ids.
///
/// # Errors
/// What keeps them from being listed, or the failure to read the folder.
pub fn scenarios(files: &dyn Files) -> Result<Vec<(String, String)>, Error> {
    let desk = Desk::new();
    let titles = load::load(&desk, files).map(|base| scenario_heads(&desk, &base));
    conclude(&desk, titles)
}

/// The titles of the scenarios, with whatever is wrong about their own keys told.
fn scenario_heads(desk: &Desk, base: &Base) -> Vec<(String, String)> {
    let mut titles = Vec::new();
    for (place, (id, entry)) in base.scenarios.iter().enumerate() {
        if place == SCENARIOS_MAX {
            let message = format!("the plan holds more than {SCENARIOS_MAX} scenarios");
            desk.fault(Code::Limit, entry.key, message, "one too many", "drop some of them");
        }
        if Name::parse(id).is_none() {
            literal::id_form(desk, entry.key, id);
        }
        if id == BASE {
            let message = "`base` is the plan itself, and no scenario of it";
            let remedy = "choose another id, or write what it says into the plan";
            desk.fault(Code::IdTaken, entry.key, message, "reserved", remedy);
        }
        let Some(table) = entry.node.table() else {
            let message =
                format!("`scenario.{}` takes a table, not {}", visible(id), entry.node.kind());
            let remedy = field::write_header("scenario", id, &entry.node);
            desk.fault(Code::WrongType, entry.node.span, message, "", remedy);
            continue;
        };
        let path = format!("scenario.{id}");
        let title = patch_heads(TableReader::new(desk, table, &["scenario"], path, entry.key));
        titles.push((id.clone(), title.unwrap_or_else(|| context::in_words(id))));
    }
    titles
}

/// Reads the own keys of a patch, with whatever is wrong about them told; returns its title.
fn patch_heads(mut reader: TableReader<'_>) -> Option<String> {
    let title = reader.get("title").and_then(field::Field::text);
    for kind in ["policy", "driver", "cost", "stream", "pool", "credit", "opening"] {
        if let Some(field) = reader.get(kind)
            && field.node().table().is_none()
        {
            field.wrong_type();
        }
    }
    if let Some(mut plan) = reader.get("plan").and_then(|field| field.table(&["scenario.plan"])) {
        plan.get("as-of");
        plan.get("notice");
        plan.finish();
    }
    reader.finish();
    title
}

/// The scenarios that a name stacks; nothing where one is unknown, which is told.
fn stack<'a>(desk: &Desk, titles: &'a [(String, String)], name: &str) -> Option<Vec<&'a str>> {
    if name == BASE {
        return Some(Vec::new());
    }
    let tell = |code: Code, message: String, remedy: String| {
        desk.tell(Diagnostic::nowhere(code, message, remedy));
    };
    let mut stack: Vec<&str> = Vec::new();
    let mut whole = true;
    for part in name.split('+') {
        let known = titles.iter().map(|(id, _)| id.as_str());
        match titles.iter().find(|(id, _)| id == part) {
            Some((id, _)) if stack.contains(&id.as_str()) => {
                let message = format!("scenario `{id}` is stacked on itself");
                tell(Code::Conflict, message, "name each scenario once".to_string());
                whole = false;
            }
            Some((id, _)) => stack.push(id),
            None if part == BASE => {
                let message = "`base` is the plan itself, and stacks on nothing";
                let others = name.split('+').filter(|part| *part != BASE && !part.is_empty());
                let remedy = match others.collect::<Vec<_>>().join("+") {
                    none if none.is_empty() => "write `base` alone".to_string(),
                    others => format!("leave it out: `{}`", visible(&others)),
                };
                tell(Code::Conflict, message.to_string(), remedy);
                whole = false;
            }
            None => {
                let message = format!("there is no scenario `{}`", visible(part));
                let parted = part.split([',', ' ', '/', '&']).filter(|one| !one.is_empty());
                let parted: Vec<&str> = parted.collect();
                let stacked = parted.len() > 1
                    && parted.iter().all(|one| titles.iter().any(|(id, _)| id == one));
                let remedy = match nearest(part, known.clone()) {
                    _ if stacked => format!("stack scenarios by `+`: `{}`", parted.join("+")),
                    Some(near) => format!("did you mean `{near}`?"),
                    None if titles.is_empty() => "the plan has none; write `base`".to_string(),
                    None => format!("known: {BASE}, {}", known.collect::<Vec<_>>().join(", ")),
                };
                tell(Code::UnknownScenario, message, remedy);
                whole = false;
            }
        }
    }
    if stack.len() > SCENARIO_STACK_MAX {
        let message = format!("more than {SCENARIO_STACK_MAX} scenarios are stacked");
        tell(Code::Limit, message, "write one scenario that holds their changes".to_string());
        whole = false;
    }
    whole.then_some(stack)
}

#[cfg(test)]
mod tests;

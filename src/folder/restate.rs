//! Inputs stated anew, as a scenario that a person would write.

use rust_decimal::Decimal;

use super::cases::{self, Cases, Difference, Draft, key, quoted};
use super::files::{FileFault, Files};
use super::load::PLAN_FILE;
use super::rows::{self, Row};
use super::syntax::{Node, Value};
use crate::diagnostic::{Code, Diagnostic, visible};
use crate::error::Error;
use crate::limits::TOML_BYTES_MAX;
use crate::name::Name;

/// A figure that an input is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The input's path.
    pub path: String,
    /// The figure.
    pub value: Decimal,
    /// Where the figure was found, in words: what the plan does not take of it is told of that place.
    pub found: String,
}

/// What a case of a folder states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// The plan's title.
    pub title: String,
    /// Whether the folder has the case.
    pub known: bool,
    /// The figures at the paths that were asked for; nothing at a path that states none, nor at any of an unknown case.
    pub figures: Vec<Option<Decimal>>,
}

/// A scenario that states inputs anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    /// Its id: the one that was asked for, or, where the folder has a scenario of that id, one that is free.
    pub id: String,
    /// Its text, to stand at the end of `plan.toml`.
    pub text: String,
    /// `plan.toml` as it was read.
    pub before: Vec<u8>,
    /// `plan.toml` with the scenario.
    pub after: Vec<u8>,
    /// Files beside it that the scenario names, none of which stands in the folder: names and texts.
    pub beside: Vec<(String, String)>,
    /// The case that is then what was asked for: the scenario, on top of the case that was given.
    pub stack: String,
    /// In what that differs from the case that was given.
    pub differences: Vec<Difference>,
}

/// A folder with some files in another form.
struct With<'a> {
    files: &'a dyn Files,
    over: Vec<(&'a str, &'a [u8])>,
}

impl Files for With<'_> {
    fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, FileFault> {
        match self.over.iter().find(|(own, _)| *own == name) {
            Some((_, bytes)) if bytes.len() as u64 > limit => Err(FileFault::TooLarge),
            Some((_, bytes)) => Ok(Some(bytes.to_vec())),
            None => self.files.read(name, limit),
        }
    }

    fn holds(&self, name: &str) -> bool {
        self.over.iter().any(|(own, _)| *own == name) || self.files.holds(name)
    }
}

/// Reads every case of a folder in which one file is as these bytes, so that it is known to be sound before it is written.
///
/// # Errors
/// Everything that would be wrong with the folder.
pub fn sound_with(files: &dyn Files, name: &str, bytes: &[u8]) -> Result<(), Error> {
    super::read_all(&With { files, over: vec![(name, bytes)] }).map(drop)
}

/// What a case states at some paths, each as the workbook takes it: a percentage as a share.
///
/// # Errors
/// Everything that is wrong with the folder.
pub fn present(files: &dyn Files, case: &str, paths: &[&str]) -> Result<Present, Error> {
    let cases = Cases::open(files, &[])?;
    let known = |id: &str| cases.scenarios().iter().any(|(own, _)| own == id);
    let known = case == super::BASE || case.split('+').all(known);
    let draft = cases.draft(if known { case } else { super::BASE })?;
    let title = draft.node("plan.title").and_then(Node::text).unwrap_or_default().to_string();
    let mut listed = rows::Read::new(&cases);
    let mut figure = |path: &&str| match Row::of(path, &draft) {
        Some(row) => listed.figure(&row),
        None => draft.node(path).and_then(figure),
    };
    let figures = paths.iter().map(|path| figure(path).filter(|_| known)).collect();
    Ok(Present { title, known, figures })
}

/// A scenario of this id and title that, on top of a case, states these inputs. Rows of series that are stated anew stand
/// in files of the scenario's own, which `rows` makes.
///
/// # Errors
/// A path that states no figure, a figure that its input does not take, a text that is no id.
pub fn restate(
    files: &dyn Files,
    (case, id, title): (&str, &str, &str),
    inputs: &[Wanted],
) -> Result<Restated, Error> {
    if Name::parse(id).is_none() || id == super::BASE {
        let message = format!("`{}` is no id of a scenario", visible(id));
        let remedy = "write lower-case letters, digits and single hyphens";
        return Err(Error::input(vec![refuse(message, remedy)]));
    }
    let cases = Cases::open(files, &[case])?;
    let taken = |id: &String| cases.scenarios().iter().any(|(own, _)| own == id);
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    let mut ids = std::iter::once(id.to_string()).chain(numbered);
    let id = ids.find(|id| !taken(id)).unwrap_or_else(|| id.to_string());
    let base = cases.draft(case)?;
    let mut draft = base.clone();
    let (mut stated, mut listed, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for Wanted { path, value, .. } in inputs {
        if let Some(row) = Row::of(path, &base) {
            listed.push((row, *value));
            continue;
        }
        let text = base.node(path).and_then(|node| written(node, *value));
        match text.and_then(|text| draft.restate(path, &text, None)) {
            Some(()) => stated.push(path.as_str()),
            None => faults.push(unstated(path)),
        }
    }
    let beside = rows::files(&cases, &id, &listed).unwrap_or_else(|told| {
        faults.extend(told);
        Vec::new()
    });
    if !faults.is_empty() {
        return Err(Error::input(faults));
    }
    let mut text = format!("\n[scenario.{id}]\ntitle = {}\n", quoted(title));
    let before = files.read(PLAN_FILE, TOML_BYTES_MAX).ok().flatten().unwrap_or_default();
    let mut after = before.clone();
    if !after.ends_with(b"\n") {
        after.push(b'\n');
    }
    let first = after.iter().filter(|byte| **byte == b'\n').count() + 1;
    let line = |text: &str| (first + text.matches('\n').count()) as u32;
    // Which inputs a line of the scenario states, whole or in part.
    let mut lines: Vec<((&str, u32), &str)> = Vec::new();
    for path in whole(stated.iter().copied(), &draft) {
        if let Some(node) = draft.node(&path) {
            let of = stated.iter().filter(|own| within(own, &path));
            lines.extend(of.map(|own| ((PLAN_FILE, line(&text)), *own)));
            text += &format!("{} = {}\n", keys(&path), cases::text(node));
        }
    }
    for file in &beside {
        for path in &file.paths {
            text += &format!("{} = {}\n", keys(path), quoted(&file.name));
        }
        lines.extend(file.stated.iter().map(|(line, path)| ((file.name.as_str(), *line), *path)));
    }
    after.extend(text.bytes());
    let over = beside.iter().map(|file| (file.name.as_str(), file.text.as_bytes()));
    let with = With { files, over: over.chain([(PLAN_FILE, after.as_slice())]).collect() };
    let stack = if case == super::BASE { id.clone() } else { format!("{case}+{id}") };
    let cases =
        Cases::open(&with, &[case, &stack]).map_err(|error| found(error, &lines, inputs))?;
    let (base, changed) = (cases.draft(case)?, cases.draft(&stack)?);
    let differences = cases.differences(&base, &changed);
    let beside = beside.into_iter().map(|file| (file.name, file.text)).collect();
    Ok(Restated { id, text, before, after, beside, stack, differences })
}

/// Whether a path is another, or lies below it.
fn within(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What is wrong with a scenario that nobody has written yet: told of the places where its figures were found, since its own
/// lines stand in no file, and at the plan's line that does not fit them, where there is one.
fn found(error: Error, lines: &[((&str, u32), &str)], inputs: &[Wanted]) -> Error {
    if !error.is_input() {
        return error;
    }
    let told = |fault: &Diagnostic| {
        let (origin, _) = fault.place.as_ref()?;
        let own = lines.iter().filter(|(at, _)| *at == (&*origin.file, origin.line));
        let own: Vec<&str> = own.map(|(_, path)| *path).collect();
        let own = inputs.iter().filter(|wanted| own.contains(&wanted.path.as_str()));
        let own = own.map(|wanted| format!("{} holds {}", wanted.found, wanted.value));
        let own: Vec<String> = own.collect();
        (!own.is_empty()).then(|| own.join(", and "))
    };
    let faults = error.diagnostics().iter().map(|fault| {
        let own = told(fault);
        // Of a fault that the change brings about elsewhere, the line of the plan beside it stands in a file.
        let (place, cause) = match &fault.beside {
            Some(beside) => (Some(beside.place.clone()), beside.cause.clone()),
            None => (fault.place.clone().filter(|_| own.is_none()), fault.cause.clone()),
        };
        let own = own.unwrap_or_else(|| "with what was changed".to_string());
        let message = format!("{own}: {}", fault.message);
        Diagnostic { place, cause, message, beside: None, ..fault.clone() }
    });
    Error::input(faults.collect())
}

/// What is told of a figure that cannot be stated anew.
pub(super) fn refuse(message: String, remedy: &str) -> Diagnostic {
    Diagnostic::nowhere(Code::PatchTarget, message, remedy)
}

/// What is told of a path at which the plan states no figure.
pub(super) fn unstated(path: &str) -> Diagnostic {
    let message = format!("the plan states no figure at `{}`", visible(path));
    let remedy = "change it in the file that states it; where the plan was changed since, make the workbook anew";
    refuse(message, remedy)
}

/// A figure in the form in which an input is written.
fn written(node: &Node, value: Decimal) -> Option<String> {
    let plain = |value: Decimal| value.normalize().to_string();
    match &node.value {
        Value::Number(_) => Some(plain(value)),
        Value::Text(text) if text.ends_with('%') => {
            Some(format!("{}%", plain(value.checked_mul(Decimal::ONE_HUNDRED)?)))
        }
        Value::Text(text) if text.parse::<Decimal>().is_ok() => Some(plain(value)),
        _ => None,
    }
}

/// The figure that an input states.
fn figure(node: &Node) -> Option<Decimal> {
    match &node.value {
        Value::Number(text) => text.parse().ok(),
        Value::Text(text) => match text.strip_suffix('%') {
            Some(share) => share.trim().parse::<Decimal>().ok()?.checked_div(Decimal::ONE_HUNDRED),
            None => text.parse().ok(),
        },
        _ => None,
    }
}

/// The paths, each cut at the list in which it stands, since a list is replaced whole; each once.
fn whole<'a>(paths: impl Iterator<Item = &'a str>, draft: &Draft) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for path in paths {
        let ends = path.match_indices('.').map(|(at, _)| at);
        let list = ends
            .map(|at| &path[..at])
            .find(|head| matches!(draft.node(head).map(|node| &node.value), Some(Value::List(_))));
        let path = list.unwrap_or(path).to_string();
        if !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

/// A path as dotted keys.
fn keys(path: &str) -> String {
    path.split('.').map(key).collect::<Vec<_>>().join(".")
}

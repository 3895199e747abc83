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

/// A scenario that states inputs anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
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

/// A scenario of this id and title that, on top of a case, states these inputs, by path, as these figures. Rows of series
/// that are stated anew stand in files of the scenario's own, which `rows` makes.
///
/// # Errors
/// A path that states no figure, a figure that its input does not take, an id that is taken.
pub fn restate(
    files: &dyn Files,
    (case, id, title): (&str, &str, &str),
    inputs: &[(String, Decimal)],
) -> Result<Restated, Error> {
    if Name::parse(id).is_none() || id == super::BASE {
        let message = format!("`{}` is no id of a scenario", visible(id));
        let remedy = "write lower-case letters, digits and single hyphens";
        return Err(Error::input(vec![refuse(message, remedy)]));
    }
    let cases = Cases::open(files, &[case])?;
    if cases.scenarios().iter().any(|(own, _)| own == id) {
        let message = format!("the plan has a scenario `{id}` already");
        return Err(Error::input(vec![refuse(message, "choose another id with `--scenario`")]));
    }
    let base = cases.draft(case)?;
    let mut draft = base.clone();
    let (mut stated, mut listed, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for (path, value) in inputs {
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
    let beside = rows::files(&cases, id, &listed).unwrap_or_else(|told| {
        faults.extend(told);
        Vec::new()
    });
    if !faults.is_empty() {
        return Err(Error::input(faults));
    }
    let mut text = format!("\n[scenario.{id}]\ntitle = {}\n", quoted(title));
    for path in whole(stated.into_iter(), &draft) {
        if let Some(node) = draft.node(&path) {
            text += &format!("{} = {}\n", keys(&path), cases::text(node));
        }
    }
    for (path, file) in
        beside.iter().flat_map(|file| file.paths.iter().map(move |path| (path, file)))
    {
        text += &format!("{} = {}\n", keys(path), quoted(&file.name));
    }
    let before = files.read(PLAN_FILE, TOML_BYTES_MAX).ok().flatten().unwrap_or_default();
    let mut after = before.clone();
    if !after.ends_with(b"\n") {
        after.push(b'\n');
    }
    after.extend(text.bytes());
    let beside: Vec<(String, String)> =
        beside.into_iter().map(|file| (file.name, file.text)).collect();
    let over = beside.iter().map(|(name, text)| (name.as_str(), text.as_bytes()));
    let with = With { files, over: over.chain([(PLAN_FILE, after.as_slice())]).collect() };
    let stack = if case == super::BASE { id.to_string() } else { format!("{case}+{id}") };
    let cases = Cases::open(&with, &[case, &stack])?;
    let (base, changed) = (cases.draft(case)?, cases.draft(&stack)?);
    cases.plan(&changed)?;
    let differences = cases.differences(&base, &changed);
    Ok(Restated { text, before, after, beside, stack, differences })
}

/// What is told of a figure that cannot be stated anew.
pub(super) fn refuse(message: String, remedy: &str) -> Diagnostic {
    let (cause, remedy) = (String::new(), remedy.to_string());
    Diagnostic { code: Code::PatchTarget, place: None, message, cause, remedy }
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

//! The ranges that a plan states for its inputs, and inputs moved within them.

use super::cases::{Cases, Draft};
use super::desk::Desk;
use super::syntax::{Entry, Node, Table, Value};
use crate::diagnostic::{Code, Origin};
use crate::money::Rate;
use crate::month::{Day, Month};
use crate::plan::Inputs;

/// An input with its range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranged {
    /// Its path: `stream.plan-pmpm.terms.rate`.
    pub path: String,
    /// What the plan says.
    pub base: Setting,
    /// The ends of its range.
    pub ends: [Setting; 2],
    /// Where the range is written; nothing where it is a spread that was asked for.
    pub origin: Option<Origin>,
}

/// A value of an input, as a count of steps of its form: so many cents, tenths of a point, months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Setting {
    /// The count.
    pub steps: i64,
    /// What a step is.
    pub form: Form,
}

/// The form in which an input is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// A plain number with so many places.
    Number(u32),
    /// A percentage with so many places.
    Percent(u32),
    /// A month; steps count from January of the year 0.
    Month,
}

/// Places to which a number or a percentage is moved at least.
const NUMBER_PLACES: u32 = 2;
const PERCENT_PLACES: u32 = 1;
/// Places beyond which no input has any.
const PLACES_MAX: u32 = 9;

impl Setting {
    /// The value as the plan writes it.
    pub fn text(self) -> String {
        match self.form {
            Form::Number(places) => decimal(self.steps, places),
            Form::Percent(places) => format!("{}%", decimal(self.steps, places)),
            Form::Month => {
                let month = Month::new(self.steps.div_euclid(12) as i32, month_number(self.steps));
                month.map_or(String::new(), |month| month.to_string())
            }
        }
    }

    /// The value so many steps on.
    pub fn moved(self, steps: i64) -> Setting {
        Setting { steps: self.steps + steps, ..self }
    }
}

fn month_number(steps: i64) -> u32 {
    steps.rem_euclid(12) as u32 + 1
}

fn decimal(steps: i64, places: u32) -> String {
    let whole = 10_u64.pow(places);
    let sign = if steps < 0 { "-" } else { "" };
    let (units, rest) = (steps.unsigned_abs() / whole, steps.unsigned_abs() % whole);
    match places {
        0 => format!("{sign}{units}"),
        _ => format!("{sign}{units}.{rest:0width$}", width = places as usize),
    }
}

/// The values as counts of one step; nothing where they are not of one form.
pub(super) fn settings(texts: &[&str]) -> Option<Vec<Setting>> {
    let months: Option<Vec<Month>> = texts.iter().map(|text| Month::parse(text)).collect();
    if let Some(months) = months {
        let steps = |month: Month| i64::from(month.year()) * 12 + i64::from(month.number()) - 1;
        let setting = |month| Setting { steps: steps(month), form: Form::Month };
        return Some(months.into_iter().map(setting).collect());
    }
    let percent = texts.iter().all(|text| text.ends_with('%'));
    let bare = texts.iter().map(|text| text.strip_suffix('%').filter(|_| percent).unwrap_or(text));
    let numbers: Vec<&str> = bare.collect();
    let own = |text: &&str| text.split_once('.').map_or(0, |(_, places)| places.len() as u32);
    let least = if percent { PERCENT_PLACES } else { NUMBER_PLACES };
    let whole = !percent && numbers.iter().all(|text| !text.contains('.'));
    let places = numbers.iter().map(own).max()?.max(if whole { 0 } else { least });
    let form = if percent { Form::Percent(places) } else { Form::Number(places) };
    let setting = |text: &&str| {
        let steps = parse(text, places.min(PLACES_MAX))?;
        Some(Setting { steps, form })
    };
    numbers.iter().map(setting).collect()
}

/// A plain decimal in steps of its last place.
fn parse(text: &str, places: u32) -> Option<i64> {
    let (units, rest) = text.split_once('.').unwrap_or((text, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let digits = units.strip_prefix('-').unwrap_or(units);
    if digits.is_empty() || !plain(digits) || !plain(rest) || rest.len() > places as usize {
        return None;
    }
    let padded = format!("{digits}{rest:0<width$}", width = places as usize);
    let steps: i64 = padded.parse().ok()?;
    Some(if units.starts_with('-') { -steps } else { steps })
}

impl Cases<'_> {
    /// The ranges that a draft states, in the order of paths; those of inputs that it does not state are left out.
    pub fn ranges(&self, draft: &Draft) -> Vec<Ranged> {
        let mut found = Vec::new();
        self.gather(&draft.tree, &mut String::new(), &mut found);
        found.sort_by(|one: &Ranged, other| one.path.cmp(&other.path));
        found
    }

    fn gather(&self, table: &Table, path: &mut String, found: &mut Vec<Ranged>) {
        for (key, entry) in table {
            let Some(inner) = entry.node.table() else { continue };
            if key == "range" {
                let ranged = |(name, entry): (&String, &Entry)| {
                    let base = plain(&table.get(name)?.node)?;
                    let [low, high] = ends(&entry.node)?;
                    let found = settings(&[base, low, high])?;
                    let [base, low, high] = *found else { return None };
                    let origin = self.desk.source(entry.key.file);
                    Some(Ranged {
                        path: format!("{path}{name}"),
                        base,
                        ends: [low, high],
                        origin: Some(origin.origin(entry.key.range().start)),
                    })
                };
                found.extend(inner.iter().filter_map(ranged));
            } else {
                let length = path.len();
                *path += &format!("{key}.");
                self.gather(inner, path, found);
                path.truncate(length);
            }
        }
    }
}

impl Draft {
    /// Every figure among these inputs that stands in the draft, with a range of this share below and above it.
    pub fn spread(&self, inputs: &Inputs, share: Rate) -> Vec<Ranged> {
        let one = |path: &str| {
            let base = *settings(&[plain(self.at(path)?)?])?.first()?;
            let part = i128::from(base.steps) * share.billionths() / Rate::ONE.billionths();
            let part = i64::try_from(part).ok().filter(|part| *part != 0)?;
            let ends = [base.moved(-part), base.moved(part)];
            let is_month = base.form == Form::Month;
            (!is_month).then(|| Ranged { path: path.to_string(), base, ends, origin: None })
        };
        let figures = inputs.stated.iter().filter(|input| input.figure);
        figures.filter_map(|input| one(&input.path)).collect()
    }

    fn at(&self, path: &str) -> Option<&Node> {
        let (tables, last) = path.rsplit_once('.')?;
        let mut home = &self.tree;
        for table in tables.split('.') {
            home = home.get(table)?.node.table()?;
        }
        Some(&home.get(last)?.node)
    }
}

/// The text of a plain value.
pub(super) fn plain(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) | Value::Number(text) => Some(text),
        _ => None,
    }
}

fn ends(node: &Node) -> Option<[&str; 2]> {
    match &node.value {
        Value::List(items) => match items.as_slice() {
            [low, high] => Some([plain(low)?, plain(high)?]),
            _ => None,
        },
        _ => None,
    }
}

/// Tells a range that is no pair of plain values in the form of its own input, low and then high.
pub(super) fn check(desk: &Desk, name: &str, entry: &Entry, own: Option<&Entry>) {
    let own = own.map(|entry| &entry.node);
    let fault = |code: Code, message: String, remedy: String| {
        desk.fault(code, entry.node.span, message, "", remedy);
    };
    let base = own.and_then(plain);
    if own.is_some() && base.and_then(one).is_none() {
        // A number that is written wrongly is told where it stands.
        let slip =
            |text: &str| text.contains(|c: char| c.is_ascii_digit()) && Day::parse(text).is_none();
        if !base.is_some_and(slip) {
            let message =
                format!("`{name}` is no single number, percentage or month, so no range moves it");
            fault(Code::WrongType, message, "delete the range".to_string());
        }
        return;
    }
    let ends = ends(&entry.node);
    let settings = ends.and_then(|[low, high]| settings(&[base.unwrap_or(low), low, high]));
    match settings.as_deref() {
        Some([_, low, high]) if low > high => {
            let message =
                format!("the range of `{name}` falls from {} to {}", low.text(), high.text());
            let [high, low] = ends.unwrap_or_default();
            let remedy = format!("write the low value first: `{name} = {}`", list([low, high]));
            fault(Code::Order, message, remedy);
        }
        Some(_) => {}
        None => {
            let message =
                format!("the range of `{name}` is not a low and a high value of its form");
            let as_written =
                base.map_or(String::new(), |base| format!(", as `{name}` itself is `{base}`"));
            let base = base.and_then(one).unwrap_or(PRICE);
            let [low, high] = around(base).map(Setting::text);
            let remedy = format!("write `{name} = {}`{as_written}", list([&low, &high]));
            fault(Code::AmountForm, message, remedy);
        }
    }
}

/// A value as it stands, where it is one that moves.
fn one(text: &str) -> Option<Setting> {
    settings(&[text])?.first().copied()
}

/// An example where the input is not stated.
const PRICE: Setting = Setting { steps: 150, form: Form::Number(2) };

/// A low and a high value about one, a tenth or half a year away, as an example.
fn around(base: Setting) -> [Setting; 2] {
    let part = match base.form {
        Form::Month => 6,
        _ => (base.steps.abs() / 10).max(1),
    };
    // What is nothing, or all of it, has nothing beyond.
    let (least, most) = match base.form {
        Form::Percent(places) => (0, 100 * 10_i64.pow(places)),
        _ => (0, i64::MAX),
    };
    let below = if base.steps == least { 0 } else { part };
    let above = if base.steps == most { 0 } else { part };
    [base.moved(-below), base.moved(above)]
}

/// Two values as a list of TOML.
fn list([low, high]: [&str; 2]) -> String {
    let quoted = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.to_string(),
        false => format!("\"{text}\""),
    };
    format!("[{}, {}]", quoted(low), quoted(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_move_in_steps_of_their_form() {
        let texts = |texts: [&str; 3], steps: i64| {
            settings(&texts).map(|found| found[0].moved(steps).text())
        };
        assert_eq!(texts(["1.50", "1", "2.125"], 1), Some("1.501".into()));
        assert_eq!(texts(["900000", "1", "2"], -1), Some("899999".into()));
        assert_eq!(texts(["12%", "10%", "15%"], 1), Some("12.1%".into()));
        assert_eq!(texts(["2022-12", "2022-01", "2023-01"], 1), Some("2023-01".into()));
        assert_eq!(texts(["-0.5", "0", "1"], 0), Some("-0.50".into()));
        assert_eq!(texts(["12%", "10", "15%"], 0), None, "not of one form");
        assert_eq!(texts(["july", "10", "15"], 0), None);
    }
}

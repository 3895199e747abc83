//! What a tree is read against: ids and words, months, drivers, the files of series; and the
//! readings that refer to them.
//!
//! A reference that cannot be resolved is told with the nearest known id or word, unless ids may be
//! missing because a text could not be read: then it may well be right.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::desk::Desk;
use super::field::Field;
use super::files::Files;
use super::literal;
use super::load;
use super::patch::Dropped;
use super::reader::TableReader;
use super::tables::{self, ScheduleRow, SeriesRow};
use super::text::Span;
use crate::diagnostic::{Code, nearest, visible};
use crate::driver::Driver;
use crate::money::{Money, Quantity};
use crate::month::{FiscalCalendar, Month};
use crate::name::{DriverIndex, LineIndex, StreamIndex};
use crate::plan::Horizon;
use crate::plan::cost::{Category, Layer};
use crate::plan::restriction::Selector;

/// The rows of a needs file, by line.
pub type NeedRows = BTreeMap<String, Vec<SeriesRow<Money>>>;
/// The rows of a schedule file, by stream.
pub type ScheduleRows = BTreeMap<String, Vec<ScheduleRow>>;
type DriverRows = Rc<load::DriverRows>;

/// What a tree is read against.
pub struct Context<'a> {
    /// Where errors and inputs are told.
    pub desk: &'a Desk,
    files: &'a dyn Files,
    /// The ids.
    pub names: Rc<Names>,
    /// The months; a stand-in where the plan does not say them well.
    pub horizon: Horizon,
    /// Whether the plan says its months well.
    pub horizon_known: bool,
    /// The partnership's fiscal year.
    pub fiscal: FiscalCalendar,
    /// Backbone functions of the plan's own.
    pub functions: Vec<String>,
    /// What scenarios removed.
    pub dropped: Dropped,
    /// The drivers.
    pub drivers: Cow<'a, [Driver]>,
    needs: RefCell<BTreeMap<String, Option<Rc<NeedRows>>>>,
    schedules: RefCell<BTreeMap<String, Option<Rc<ScheduleRows>>>>,
    levels: RefCell<BTreeMap<String, Option<DriverRows>>>,
    /// Files of which something was told, so that what they lack may have been meant.
    faulty: RefCell<BTreeSet<String>>,
}

/// The ids of a tree, each kind in order, and the words that selectors may use.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Cost lines, with those that streams add.
    pub lines: Vec<String>,
    /// Streams.
    pub streams: Vec<String>,
    /// Drivers.
    pub drivers: Vec<String>,
    /// Which table names which series file, in the plan or in any scenario: kind, id, file.
    pub uses: BTreeSet<(&'static str, String, String)>,
    /// Functions that some line serves, or that are offered or declared.
    pub functions: BTreeSet<String>,
    /// Tags that some line bears.
    pub tags: BTreeSet<String>,
    /// Ids of lines that only the plan without its scenario holds, or with it.
    pub lines_ever: BTreeSet<String>,
    /// Kinds of table of which ids may be missing, because a file could not be parsed.
    pub partial: BTreeSet<&'static str>,
    /// Ids that stand in the plan and are told as not well formed: kind and id.
    pub ill_formed: BTreeSet<(&'static str, String)>,
}

impl<'a> Context<'a> {
    /// A context that knows these ids, and the levels of `drivers.csv`.
    pub fn new(
        desk: &'a Desk,
        files: &'a dyn Files,
        names: Rc<Names>,
        drivers: &DriverRows,
    ) -> Context<'a> {
        let own = (load::DRIVERS_FILE.to_string(), Some(Rc::clone(drivers)));
        let start = Month::new(2000, 1).expect("the year 2000 lies within the calendar");
        Context {
            desk,
            files,
            names,
            horizon: Horizon { start, months: 1, as_of: start },
            horizon_known: false,
            fiscal: FiscalCalendar::starting(1),
            functions: Vec::new(),
            dropped: Dropped::default(),
            drivers: Cow::default(),
            needs: RefCell::default(),
            schedules: RefCell::default(),
            levels: RefCell::new([own].into_iter().collect()),
            faulty: RefCell::default(),
        }
    }

    /// A title, or the id in words.
    pub fn title(&self, reader: &mut TableReader<'_>, id: &str) -> String {
        reader.get("title").and_then(Field::text).unwrap_or_else(|| in_words(id))
    }

    /// Refuses `drop` outside of scenarios.
    pub fn refuse_drop(&self, reader: &mut TableReader<'_>) {
        if let Some(field) = reader.get("drop")
            && field.clone().bool() == Some(true)
        {
            let message = "`drop` stands outside a scenario";
            let remedy = "delete the table instead, or drop it in a `[scenario.an-id]`";
            self.desk.fault(Code::Conflict, field.at, message, "in scenarios alone", remedy);
        }
    }

    /// The stream that a field names; nothing where there is none, which is told, or where a
    /// scenario dropped it.
    pub fn stream(&self, field: Field<'_>) -> Option<StreamIndex> {
        let span = field.span();
        self.stream_named(&field.id()?, span)
    }

    /// The stream of this name.
    pub fn stream_named(&self, id: &str, span: Span) -> Option<StreamIndex> {
        let place = self.find(&self.names.streams, "stream", Code::UnknownStream, id, span)?;
        Some(StreamIndex::from(place))
    }

    /// The driver that a field names.
    pub fn driver(&self, field: Field<'_>) -> Option<DriverIndex> {
        let span = field.span();
        let id = field.id()?;
        let place = self.find(&self.names.drivers, "driver", Code::UnknownDriver, &id, span)?;
        Some(DriverIndex::from(place))
    }

    /// The cost line that a field names.
    pub fn line(&self, field: Field<'_>) -> Option<LineIndex> {
        let span = field.span();
        let id = field.id()?;
        let place = self.find(&self.names.lines, "cost", Code::UnknownCost, &id, span)?;
        Some(LineIndex::from(place))
    }

    /// Whether an id that is not known may be right all the same: what would name it could not be
    /// read, which is told already.
    fn unsure(&self, kind: &str, id: &str) -> bool {
        let told = |(of, known): &(&str, String)| *of == kind && known == id;
        self.names.partial.contains(kind) || self.names.ill_formed.iter().any(told)
    }

    fn find(
        &self,
        names: &[String],
        kind: &str,
        code: Code,
        id: &str,
        span: Span,
    ) -> Option<usize> {
        self.find_as("", names, kind, code, id, span)
    }

    /// Where an id is named behind a prefix, a suggestion has the prefix too.
    fn find_as(
        &self,
        prefix: &str,
        names: &[String],
        kind: &str,
        code: Code,
        id: &str,
        span: Span,
    ) -> Option<usize> {
        if let Ok(place) = names.binary_search_by(|name| name.as_str().cmp(id)) {
            return Some(place);
        }
        let silent = self.unsure(kind, id) || (kind == "stream" && self.dropped.holds(kind, id));
        if !silent {
            let message = format!("there is no {kind} `{}`", visible(id));
            let remedy = match nearest(id, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{prefix}{near}`?"),
                None if self.dropped.holds(kind, id) => {
                    "it was dropped; patch what names it too".to_string()
                }
                None => format!(
                    "write the id of a {kind} of the plan, or add `[{kind}.{}]`",
                    visible(id)
                ),
            };
            self.desk.fault(code, span, message, "not in the plan", remedy);
        }
        None
    }

    /// The selectors of a list. Lines that a scenario dropped are left out.
    pub fn selectors(&self, field: Option<Field<'_>>, indirect: Recovery) -> Vec<Selector> {
        let items = field.and_then(Field::items).unwrap_or_default();
        items.into_iter().filter_map(|item| self.selector(item, indirect)).collect()
    }

    fn selector(&self, field: Field<'_>, indirect: Recovery) -> Option<Selector> {
        let span = field.span();
        let text = field.id()?;
        match text.split_once('.') {
            None if text == "anything" => Some(Selector::Anything),
            None if text == "indirect" && indirect == Recovery::Counts => Some(Selector::Indirect),
            None if text == "indirect" => {
                let message = "`indirect` is not a cost that money may be given for";
                let remedy = "name it in `cap` alone; an `indirect` table states the recovery";
                self.desk.fault(Code::UnknownSelector, span, message, "in caps alone", remedy);
                None
            }
            None => self.function(text, span),
            Some(("cost", id)) => {
                if self.dropped.holds("cost", id) {
                    return None;
                }
                let place =
                    self.find_as("cost.", &self.names.lines, "cost", Code::UnknownCost, id, span)?;
                Some(Selector::Line(LineIndex::from(place)))
            }
            Some(("layer", word)) => {
                let found = Layer::ALL.into_iter().find(|layer| layer.word() == word);
                let words = Layer::ALL.map(Layer::word);
                self.known(found.map(Selector::Layer), "layer", word, &words, span)
            }
            Some(("category", word)) => {
                let found = Category::ALL.into_iter().find(|category| category.word() == word);
                let words = Category::ALL.map(Category::word);
                self.known(found.map(Selector::Category), "category", word, &words, span)
            }
            Some(("tag", word)) => {
                let found = self.names.tags.contains(word) || self.unsure("cost", word);
                let words: Vec<&str> = self.names.tags.iter().map(String::as_str).collect();
                let tag = found.then(|| Selector::Tag(word.to_string()));
                self.known(tag, "tag", word, &words, span)
            }
            Some((family, word)) => {
                let message = format!("`{}` is not a selector", visible(&text));
                let known = ["cost", "layer", "category", "tag"];
                let function = self.names.functions.contains(word);
                let remedy = match nearest(family, known) {
                    _ if function && family.starts_with("function") => {
                        format!("a function stands alone: `{word}`")
                    }
                    Some(near) => format!("did you mean `{near}.{}`?", visible(word)),
                    None => "write a function, `cost.<id>`, `layer.<word>`, `category.<word>`, \
                             `tag.<word>` or `anything`"
                        .to_string(),
                };
                self.desk.fault(Code::UnknownSelector, span, message, "", remedy);
                None
            }
        }
    }

    fn known(
        &self,
        found: Option<Selector>,
        family: &str,
        word: &str,
        words: &[&str],
        span: Span,
    ) -> Option<Selector> {
        if found.is_none() {
            let message = format!("{family} `{}` selects nothing", visible(word));
            let remedy = match nearest(word, words.iter().copied()) {
                Some(near) => format!("did you mean `{family}.{near}`?"),
                None if words.is_empty() => format!("no cost line bears a {family}"),
                None => format!("known: {}", words.join(", ")),
            };
            self.desk.fault(Code::UnknownSelector, span, message, "selects nothing", remedy);
        }
        found
    }

    fn function(&self, text: String, span: Span) -> Option<Selector> {
        if self.names.functions.contains(&text) {
            return Some(Selector::Function(text));
        }
        if !self.unsure("cost", &text) {
            let message = format!("function `{}` is not in the plan", visible(&text));
            let functions = self.names.functions.iter().map(String::as_str);
            let remedy = match nearest(&text, functions.chain(["anything"])) {
                _ if self.names.lines.contains(&text) => format!("did you mean `cost.{text}`?"),
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    "write the function of a cost line, one of those offered, or declare it in \
                         `functions` of `[plan]`"
                        .to_string()
                }
            };
            let cause = "no cost line has it, and it is not offered";
            self.desk.fault(Code::UnknownFunction, span, message, cause, remedy);
        }
        None
    }

    /// The rows of a needs file that a field names.
    pub fn needs(&self, name: &str, span: Span) -> Option<Rc<NeedRows>> {
        self.cached(&self.needs, name, span, |file| {
            let plain = |text: &str| Money::parse(text).ok().filter(|_| !text.starts_with('-'));
            let rows = tables::series(self.desk, file, "cost", "amount", literal::money, plain)?;
            let rows = load::by_id(rows);
            for (id, rows) in &rows {
                if !self.names.lines_ever.contains(id) {
                    self.find(&self.names.lines, "cost", Code::UnknownCost, id, rows[0].span);
                } else {
                    self.unused("cost", id, name, rows[0].span);
                }
                repeats(self.desk, rows, "cost");
            }
            Some(rows)
        })
    }

    /// The rows of a schedule file that a field names.
    pub fn schedule(&self, name: &str, span: Span) -> Option<Rc<ScheduleRows>> {
        self.cached(&self.schedules, name, span, |file| {
            let mut found = ScheduleRows::new();
            for row in tables::schedule(self.desk, file)? {
                if !found.contains_key(&row.id) {
                    self.stream_row(&row.id, name, row.span);
                }
                found.entry(row.id.clone()).or_default().push(row);
            }
            Some(found)
        })
    }

    fn stream_row(&self, id: &str, file: &str, span: Span) {
        if self.find(&self.names.streams, "stream", Code::UnknownStream, id, span).is_some() {
            self.unused("stream", id, file, span);
        }
    }

    /// Tells rows of a table that does not take its amounts from their file: they would be ignored.
    fn unused(&self, kind: &'static str, id: &str, file: &str, span: Span) {
        let used = self.names.uses.contains(&(kind, id.to_string(), file.to_string()));
        if !used && !self.unsure(kind, id) {
            let key = if kind == "stream" { "schedule" } else { "series" };
            let message =
                format!("`{file}` has rows of {kind} `{id}`, which does not use the file");
            let remedy =
                format!("write `{key} = \"{file}\"` in `[{kind}.{id}]`, or delete the rows");
            self.desk.fault(Code::Conflict, span, message, "its first row", remedy);
        }
    }

    /// The rows of a file of driver levels that a field names.
    pub fn levels(&self, name: &str, span: Span) -> Option<DriverRows> {
        self.cached(&self.levels, name, span, |file| {
            let rows = load::drivers(self.desk, file)?;
            for (id, rows) in &rows {
                let span = rows[0].span;
                let dropped = self.dropped.holds("driver", id);
                if !dropped
                    && self
                        .find(&self.names.drivers, "driver", Code::UnknownDriver, id, span)
                        .is_some()
                {
                    self.unused("driver", id, name, span);
                }
            }
            Some(rows)
        })
    }

    /// Whether nothing was told of a file of series, so that what it lacks is lacking.
    pub fn is_sound(&self, name: &str) -> bool {
        let partial = name == load::DRIVERS_FILE && self.names.partial.contains("driver");
        !partial && !self.faulty.borrow().contains(name)
    }

    fn cached<T>(
        &self,
        cache: &RefCell<BTreeMap<String, Option<Rc<T>>>>,
        name: &str,
        span: Span,
        read: impl Fn(u16) -> Option<T>,
    ) -> Option<Rc<T>> {
        if let Some(found) = cache.borrow().get(name) {
            return found.clone();
        }
        let before = self.desk.fault_count();
        let file = load::open(self.desk, self.files, name, Some(span));
        let found = file.and_then(read).map(Rc::new);
        if self.desk.fault_count() != before {
            self.faulty.borrow_mut().insert(name.to_string());
        }
        cache.borrow_mut().insert(name.to_string(), found.clone());
        found
    }
}

/// Whether a selection may name the award's own indirect recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// It may: in caps and floors.
    Counts,
    /// It may not.
    IsNoCost,
}

/// Tells a function's word that restrictions have for themselves.
pub fn reserved(desk: &Desk, word: &str, span: Span) {
    if matches!(word, "anything" | "indirect") {
        let message = format!("`{word}` is a word of restrictions, not of functions");
        desk.fault(Code::IdTaken, span, message, "reserved", "choose another word");
    }
}

/// Months of one id that are told as repeated.
const REPEATS_MAX: usize = 20;

/// Tells months that rows of one id name twice, the first of them.
pub fn repeats<T>(desk: &Desk, rows: &[SeriesRow<T>], kind: &str) {
    let mut seen: BTreeSet<Month> = BTreeSet::new();
    let again = rows.iter().filter(|row| !seen.insert(row.month));
    for row in again.take(REPEATS_MAX) {
        let message = format!("{kind} `{}` has two rows for {}", visible(&row.id), row.month);
        desk.fault(Code::SeriesRepeats, row.span, message, "once more", "keep one of the two");
    }
}

/// An id in words: hyphens to spaces, the first letter upper.
pub fn in_words(id: &str) -> String {
    let words = id.replace('-', " ");
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => format!("{}{}", first.to_uppercase(), characters.as_str()),
        None => words,
    }
}

/// The level of a driver where nothing could be read.
pub fn no_levels(months: u32) -> Vec<Quantity> {
    vec![Quantity::default(); months as usize]
}

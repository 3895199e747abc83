//! One value of a table, read as what it must be.
//!
//! Each reading consumes the field, tells what is wrong with it, and records it as an input of the
//! plan. A value that cannot be read exactly is refused with the form that is accepted; nothing is
//! guessed, since a guess would be a figure that nobody wrote.

use std::fmt;
use std::rc::Rc;

use super::desk::Desk;
use super::keys::{Pattern, Shape, one_of};
use super::reader::{Sourcing, TableReader};
use super::syntax::{Node, Table, Value};
use super::text::Span;
use super::{literal, meant};
use crate::diagnostic::{Code, is_invisible, nearest, visible};
use crate::limits::TEXT_CHARS_MAX;
use crate::money::{Money, NumberError, Price, Quantity, Rate};
use crate::month::{Day, MONTH_NAMES, Month};
use crate::name::Name;

/// A value of a table, with its key and path.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    pub(super) desk: &'a Desk,
    pub(super) node: &'a Node,
    pub(super) at: Span,
    pub(super) key: &'static str,
    pub(super) shape: &'static Shape,
    /// The path of what holds it, of which its own path is made only where it is told.
    pub(super) within: Rc<str>,
    pub(super) step: Step<'a>,
    pub(super) sourcing: Sourcing<'a>,
}

/// The last part of a field's path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    /// A key.
    Key(&'a str),
    /// A place in a list, counted from 0.
    Place(usize),
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Key(key) => f.write_str(key),
            Step::Place(place) => write!(f, "{}", place + 1),
        }
    }
}

/// Between what bounds a share must lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// From 0% to 100%.
    Whole,
    /// From 0% to below 100%.
    BelowWhole,
    /// Above 0%, to 100%.
    AboveNothing,
    /// Above -100%, to 1000%: a growth.
    Growth,
    /// From -100% to 100%: savings or losses.
    Signed,
    /// From 0% to 1000%.
    Positive,
    /// Above 0%, to 1000%.
    Multiple,
}

impl Within {
    fn holds(self, rate: Rate) -> bool {
        let (rate, whole) = (rate.billionths(), Rate::ONE.billionths());
        match self {
            Within::Whole => (0..=whole).contains(&rate),
            Within::BelowWhole => (0..whole).contains(&rate),
            Within::AboveNothing => (1..=whole).contains(&rate),
            Within::Growth => rate > -whole && rate <= 10 * whole,
            Within::Signed => (-whole..=whole).contains(&rate),
            Within::Positive => (0..=10 * whole).contains(&rate),
            Within::Multiple => (1..=10 * whole).contains(&rate),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Within::Whole => "from 0% to 100%",
            Within::BelowWhole => "from 0% to below 100%",
            Within::AboveNothing => "above 0% and at most 100%",
            Within::Growth => "above -100% and at most 1000%",
            Within::Signed => "from -100% to 100%",
            Within::Positive => "from 0% to 1000%",
            Within::Multiple => "above 0% and at most 1000%",
        }
    }
}

impl<'a> Field<'a> {
    /// Where the value stands.
    pub fn span(&self) -> Span {
        self.node.span
    }

    /// Its path in the words of the plan: `stream.ahc.award`.
    pub fn path(&self) -> String {
        match self.within.is_empty() {
            true => self.step.to_string(),
            false => format!("{}.{}", self.within, self.step),
        }
    }

    /// Where its figure comes from, if the plan says so.
    pub fn source(&self) -> Option<String> {
        self.sourcing.of(self.key)
    }

    /// The value.
    pub fn node(&self) -> &'a Node {
        self.node
    }

    /// A text of one line.
    pub fn text(self) -> Option<String> {
        let text = self.expect_text(&Shape::Text)?;
        self.record(text, false);
        Some(text.to_string())
    }

    /// A remark: any text, which is checked and not kept.
    pub fn remark(self) {
        match &self.node.value {
            Value::Text(text) if text.chars().count() > TEXT_CHARS_MAX => self.too_long(),
            Value::Text(_) => {}
            _ => self.wrong_type(),
        }
    }

    /// One of these words, as its place in the list.
    pub fn word(self, words: &[&str]) -> Option<usize> {
        self.word_meant(words, &[])
    }

    /// The same, where people also write other words, each for one of these: the one that is meant is asked about.
    pub fn word_meant(self, words: &[&str], others: &[(&str, &str)]) -> Option<usize> {
        let text = self.expect_text(&Shape::Word(&[]))?;
        let found = words.iter().position(|word| *word == text);
        if found.is_none() {
            let message = format!("`{}` is not a known `{}`", visible(text), self.key);
            let choice = one_of(words);
            let meant = others.iter().find(|(other, _)| *other == text).map(|(_, meant)| *meant);
            let remedy = match meant.or_else(|| nearest(text, words.iter().copied())) {
                Some(near) => format!("did you mean `{near}`? ({choice})"),
                None => format!("write {choice}"),
            };
            self.desk.fault(Code::UnknownWord, self.span(), message, "not a known word", remedy);
        }
        self.record(text, false);
        found
    }

    /// An id, or a word that has the form of an id, such as a function or a tag.
    pub fn id(self) -> Option<String> {
        let text = self.expect_text(self.shape)?;
        self.record(text, false);
        Some(text.to_string())
    }

    /// A word of the plan's own, which must have the form of an id.
    pub fn own_word(self) -> Option<String> {
        let (desk, span) = (self.desk, self.span());
        let text = self.id()?;
        if Name::parse(&text).is_none() {
            literal::id_form(desk, span, &text);
            return None;
        }
        Some(text)
    }

    /// An amount of money, not below zero.
    pub fn money(self) -> Option<Money> {
        let text = self.expect_number(&Shape::Money)?;
        self.record(text, true);
        literal::money(self.desk, text, self.span())
    }

    /// An amount of money that may be below zero: a result that may be a loss.
    pub fn signed_money(self) -> Option<Money> {
        let text = self.expect_number(&Shape::SignedMoney)?;
        self.record(text, true);
        let loss = text.strip_prefix('-').filter(|amount| Money::parse(amount).is_ok());
        match loss {
            Some(_) => Money::parse(text).ok(),
            None => literal::money(self.desk, text, self.span()),
        }
    }

    /// A share, written as a percentage.
    pub fn share(self, within: Within) -> Option<Rate> {
        self.expects(&Shape::Share);
        let text = match &self.node.value {
            Value::Text(text) => text,
            Value::Number(text) => {
                self.bare_share(text);
                return None;
            }
            _ => {
                self.wrong_type();
                return None;
            }
        };
        self.record(text, true);
        let Some(digits) = text.strip_suffix('%') else {
            self.bare_share(text);
            return None;
        };
        let rate = match Rate::parse_percent(digits) {
            Ok(rate) => rate,
            Err(error) => {
                self.bad_share(text, error);
                return None;
            }
        };
        if !within.holds(rate) {
            let message = format!("`{text}` is out of range for `{}`", self.name());
            let cause = format!("must lie {}", within.words());
            let remedy = format!("write a percentage {}", within.words());
            self.desk.fault(Code::ShareRange, self.span(), message, cause, remedy);
            return None;
        }
        Some(rate)
    }

    /// Dollars a unit.
    pub fn price(self) -> Option<Price> {
        let text = self.expect_number(&Shape::Price)?;
        self.record(text, true);
        let form = "digits, a point, at most six places, such as `1.50`, below 10,000,000";
        Price::parse(text).map_err(|error| self.bad_number(text, error, "a price", form)).ok()
    }

    /// A level of a driver.
    pub fn quantity(self) -> Option<Quantity> {
        let text = self.expect_number(&Shape::Number)?;
        self.record(text, true);
        literal::quantity(self.desk, text, self.span())
    }

    /// A plain number of at most so many places, not below zero.
    pub fn number(self, places: usize) -> Option<Rate> {
        let text = self.expect_number(&Shape::Number)?;
        self.record(text, true);
        let form = format!("digits, a point, at most {places} places, such as `2.5`, below 1,000");
        let long = text.split_once('.').is_some_and(|(_, fraction)| fraction.len() > places);
        let read = match Rate::parse(text) {
            Ok(_) if long => Err(NumberError::Places),
            Ok(rate) if text.starts_with('-') || rate < Rate::ZERO => Err(NumberError::Range),
            other => other,
        };
        read.map_err(|error| self.bad_number(text, error, "a number", &form)).ok()
    }

    /// A whole number within the bounds that the registry gives.
    pub fn whole(self) -> Option<i64> {
        self.expects(&Shape::Whole(0, 0));
        let (first, last) = self.shape.whole_bounds()?;
        let Value::Number(text) = &self.node.value else {
            self.wrong_type();
            return None;
        };
        // How long the plan is, and how cautious, is decided, not found.
        let decided = matches!(self.key, "years" | "months" | "protect-core-months");
        self.record(text, !decided);
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!("`{text}` is not a whole number");
            let message = visible(&message);
            let remedy = format!("write a whole number from {first} to {last}, in digits");
            self.desk.fault(Code::NumberForm, self.span(), message, "", remedy);
            return None;
        }
        let number = text.parse().ok().filter(|number| (first..=last).contains(number));
        if number.is_none() {
            let message = format!("`{text}` is out of range for `{}`", self.key);
            let remedy = format!("write a whole number from {first} to {last}");
            self.desk.fault(Code::NumberRange, self.span(), message, "out of range", remedy);
        }
        number
    }

    /// A count of months or years within the bounds that the registry gives.
    pub fn count(self) -> Option<u32> {
        self.whole().and_then(|number| u32::try_from(number).ok())
    }

    /// A month.
    pub fn month(self) -> Option<Month> {
        let text = self.expect_text(&Shape::Month)?;
        self.record(text, false);
        literal::month(self.desk, text, self.span())
    }

    /// The first month of a term that begins with this month or day.
    pub fn first_month(self) -> Option<Month> {
        self.day(Day::first_month)
    }

    /// The last month of a term that ends with this month or day.
    pub fn last_month(self) -> Option<Month> {
        self.day(Day::last_month)
    }

    fn day(self, belongs: impl Fn(Day) -> Month) -> Option<Month> {
        self.expects(&Shape::Day);
        let (Value::Text(text) | Value::Date(text)) = &self.node.value else {
            self.wrong_type();
            return None;
        };
        self.record(text, false);
        match Day::parse(text) {
            Some(day) => Some(belongs(day)),
            None => literal::month_or_day(self.desk, text, self.span()),
        }
    }

    /// The number of a month of the year, from 1 to 12.
    pub fn month_name(self) -> Option<u32> {
        let text = self.expect_text(&Shape::MonthName)?;
        self.record(text, false);
        let found = MONTH_NAMES.iter().position(|name| *name == text);
        if found.is_none() {
            let message = format!("`{}` is not the name of a month", visible(text));
            let remedy = match meant::named(text).or_else(|| nearest(text, MONTH_NAMES)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write it in lower-case English: `july`".to_string(),
            };
            self.desk.fault(Code::MonthForm, self.span(), message, "", remedy);
        }
        found.map(|place| place as u32 + 1)
    }

    /// True or false.
    pub fn bool(self) -> Option<bool> {
        self.expects(&Shape::Bool);
        let Value::Bool(value) = self.node.value else {
            self.wrong_type();
            return None;
        };
        self.record(if value { "true" } else { "false" }, false);
        Some(value)
    }

    /// Whether the value is a list of nothing.
    pub fn is_empty_list(&self) -> bool {
        matches!(&self.node.value, Value::List(items) if items.is_empty())
    }

    /// The items of a list, each as a field.
    pub fn items(self) -> Option<Vec<Field<'a>>> {
        let Value::List(items) = &self.node.value else {
            self.wrong_type();
            return None;
        };
        let within: Rc<str> = self.path().into();
        let item = |(place, node): (usize, &'a Node)| Field {
            node,
            at: node.span,
            shape: self.shape.item(),
            within: Rc::clone(&within),
            step: Step::Place(place),
            ..self.clone()
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    /// The table that the value is, to be read with the keys of these kinds.
    pub fn table(self, kinds: &[&str]) -> Option<TableReader<'a>> {
        self.expects(&Shape::Table(&[]));
        let Some(table) = self.node.table() else {
            self.wrong_type();
            return None;
        };
        Some(TableReader::nested(&self, table, kinds))
    }

    /// The entries of a table whose keys are the user's own: key, its place, and the value.
    pub fn entries(self) -> Option<Vec<(&'a str, Span, Field<'a>)>> {
        let table: &'a Table = match &self.node.value {
            Value::Table(table) => table,
            _ => {
                self.wrong_type();
                return None;
            }
        };
        let within: Rc<str> = self.path().into();
        let entry = |(name, entry): (&'a String, &'a super::syntax::Entry)| {
            let field = Field {
                node: &entry.node,
                at: entry.key,
                shape: self.shape.item(),
                within: Rc::clone(&within),
                step: Step::Key(name),
                ..self.clone()
            };
            (name.as_str(), entry.key, field)
        };
        Some(table.iter().map(entry).collect())
    }

    /// The entries of a table of amounts, as the columns of a CSV file make one.
    pub(super) fn amounts(mut self) -> Option<Vec<(&'a str, Span, Field<'a>)>> {
        self.shape = &Shape::Map(super::keys::Pattern::Key, &Shape::Money);
        self.entries()
    }

    /// Records the value as an input.
    pub fn record(&self, text: &str, figure: bool) {
        self.desk.record(text, self.span(), figure, || (self.path(), self.source()));
    }

    fn expects(&self, shape: &Shape) {
        debug_assert!(self.shape.admits(shape), "{}: {:?} is {shape:?}", self.path(), self.shape);
    }

    fn expect_text(&self, shape: &Shape) -> Option<&'a str> {
        self.expects(shape);
        let Value::Text(text) = &self.node.value else {
            self.wrong_type();
            return None;
        };
        if text.trim().is_empty() {
            let (message, remedy) = match self.is_item() {
                true => (
                    format!("an item of `{}` is empty", self.key),
                    "write a text, or delete the item".to_string(),
                ),
                false => (
                    format!("`{}` is empty", self.name()),
                    match self.shape {
                        Shape::Text | Shape::Word(_) => format!("write {}", self.shape.words()),
                        shape => format!("write {}, such as `{}`", shape.words(), shape.example()),
                    },
                ),
            };
            self.desk.fault(Code::TextLength, self.span(), message, "", remedy);
            return None;
        }
        if text.chars().count() > TEXT_CHARS_MAX {
            self.too_long();
            return None;
        }
        if text.chars().any(|character| matches!(character, '\n' | '\t' | '\r')) {
            let message = format!("`{}` does not stand on one line", self.key);
            let remedy = "write it on one line, without tabs";
            self.desk.fault(Code::Character, self.span(), message, "", remedy);
            return None;
        }
        (!unseen(self.desk, self.span(), self.key, text)).then_some(text)
    }

    /// The last part of the path: the key, or what stands for it within the key's own table.
    fn name(&self) -> String {
        self.step.to_string()
    }

    /// Whether it is one of a list.
    fn is_item(&self) -> bool {
        match self.step {
            Step::Key(key) => key != self.key && key.bytes().all(|byte| byte.is_ascii_digit()),
            Step::Place(_) => true,
        }
    }

    fn too_long(&self) {
        let message = format!("`{}` holds more than {TEXT_CHARS_MAX} characters", self.key);
        self.desk.fault(Code::TextLength, self.span(), message, "", "say it more briefly");
    }

    fn expect_number(&self, shape: &Shape) -> Option<&'a str> {
        self.expects(shape);
        match &self.node.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            _ => {
                self.wrong_type();
                None
            }
        }
    }

    /// Tells that the value is of another type than is expected.
    pub fn wrong_type(&self) {
        let (wanted, kind) = (self.shape.words(), self.node.kind());
        let given = match &self.node.value {
            Value::Text(text) if text.chars().count() <= 40 => {
                format!("the text `{}`", visible(text))
            }
            Value::Number(number) | Value::Date(number) => {
                format!("{} `{number}`", kind.replacen('a', "the", 1))
            }
            _ => kind.to_string(),
        };
        let message = match self.is_item() {
            true => format!("each item of `{}` is {wanted}, not {given}", self.key),
            false => format!("`{}` takes {wanted}, not {given}", self.name()),
        };
        self.desk.fault(Code::WrongType, self.span(), message, kind, self.retyped());
    }

    /// The remedy for a value of another type: the value itself as it would be right, where it can
    /// be, or an example.
    fn retyped(&self) -> String {
        let name = self.name();
        let own = match (self.shape, &self.node.value) {
            (Shape::Bool, _) if self.desk.in_csv(self.span()) => {
                return "write `true` or `false`".to_string();
            }
            (Shape::Bool, _) => return format!("write `{name} = true` or `{name} = false`"),
            (shape, value) if shape.has_header() => {
                let list = matches!(value, Value::List(_));
                let brackets = if list { "in single brackets" } else { "and its keys below it" };
                return format!("write `[{}]` {brackets}", self.desk.written(&self.path()));
            }
            (Shape::Map(Pattern::Id, Shape::Table(_)), _) => {
                let path = self.desk.written(&self.path());
                return format!("write `[{path}.an-id]` and its keys below it");
            }
            (Shape::Whole(..), Value::Text(text)) if meant::money(text).is_some() => {
                Some(text.clone())
            }
            (Shape::Text | Shape::Id(_), Value::Number(text)) => Some(format!("\"{text}\"")),
            (Shape::Month, Value::Date(text)) => text.get(..7).map(|month| format!("\"{month}\"")),
            (Shape::List(Shape::Selector | Shape::Tag | Shape::Id(_)), Value::Text(text)) => {
                Some(format!("[\"{}\"]", visible(text)))
            }
            (Shape::List(Shape::Money | Shape::Number), Value::Number(text)) => {
                Some(format!("[{text}]"))
            }
            (Shape::File, Value::List(items)) => match items.as_slice() {
                [one] => one.text().map(|text| format!("\"{}\"", visible(text))),
                _ => None,
            },
            _ => None,
        };
        let value = own.unwrap_or_else(|| self.shape.example());
        match self.is_item() {
            true => format!("write `{value}` in its place"),
            false => format!("write `{name} = {value}`"),
        }
    }

    fn bare_share(&self, text: &str) {
        let message = match text.trim().is_empty() {
            true => format!("`{}` is empty", self.name()),
            false => format!("`{}` is not a percentage", visible(text)),
        };
        let (quote, cause) = match self.desk.in_csv(self.span()) {
            true => ("", "a share ends in `%`"),
            false => ("\"", "a share is a percentage in quotes"),
        };
        let remedy = match Rate::parse(text) {
            Ok(rate) if rate > Rate::ZERO && rate <= Rate::ONE => {
                let hundred = rate.billionths() * 100;
                let percent = Rate::from_billionths(hundred).unwrap_or(rate);
                let other = format!("(or `{quote}{rate}%{quote}`, if that is meant)");
                format!("write `{quote}{percent}%{quote}` {other}")
            }
            Ok(rate) => format!("write `{quote}{rate}%{quote}`"),
            Err(_) => share_form(text, quote),
        };
        self.desk.fault(Code::ShareForm, self.span(), message, cause, remedy);
    }

    fn bad_share(&self, text: &str, error: NumberError) {
        let shown = visible(text);
        let (code, message, cause, remedy) = match error {
            NumberError::Form => (
                Code::ShareForm,
                format!("`{shown}` is not a percentage"),
                meant::odd(text.strip_suffix('%').unwrap_or(text)),
                share_form(text, if self.desk.in_csv(self.span()) { "" } else { "\"" }),
            ),
            NumberError::Places => (
                Code::Places,
                format!("`{shown}` has more places than are kept exactly"),
                "more than seven places".to_string(),
                "round it to seven places".to_string(),
            ),
            NumberError::Range => (
                Code::ShareRange,
                format!("`{shown}` is out of range for `{}`", self.name()),
                "too large".to_string(),
                "write a smaller percentage".to_string(),
            ),
        };
        self.desk.fault(code, self.span(), message, cause, remedy);
    }

    fn bad_number(&self, text: &str, error: NumberError, what: &str, form: &str) {
        literal::number_fault(self.desk, self.span(), text, error, what, form);
    }
}

impl Shape {
    /// The shape of a list's items, or of a table's values.
    fn item(&'static self) -> &'static Shape {
        match self {
            Shape::List(inner) | Shape::Map(_, inner) => inner,
            Shape::Either(shapes) => {
                let lists = |shape: &&Shape| matches!(shape, Shape::List(_) | Shape::Map(..));
                shapes.iter().find(lists).map_or(self, Shape::item)
            }
            _ => self,
        }
    }
}

fn share_form(text: &str, quote: &str) -> String {
    match meant::percent(text) {
        Some(plain) => format!("write it as `{quote}{plain}{quote}`"),
        None => {
            let example = format!("`{quote}12.5%{quote}`");
            format!("write digits, a point, at most seven places and `%`, such as {example}")
        }
    }
}

/// How to write a table by id that was written as something else.
pub fn write_header(kind: &str, id: &str, node: &Node) -> String {
    let id = Name::parse(id).map_or("an-id".to_string(), |name| name.to_string());
    match node.value {
        Value::List(_) => format!("write `[{kind}.{id}]` in single brackets"),
        _ => format!("write `[{kind}.{id}]` and its keys below it"),
    }
}

/// Tells a character that cannot be seen, which a text may hold by an escape of TOML; whether there
/// is one.
pub fn unseen(desk: &Desk, span: Span, key: &str, text: &str) -> bool {
    let Some(character) = text.chars().find(|character| is_invisible(*character)) else {
        return false;
    };
    let code = u32::from(character);
    let message = format!("`{key}` holds the character U+{code:04X}, which cannot be seen");
    let remedy = "delete it, also where it is written as an escape";
    desk.fault(Code::Character, span, message, "", remedy);
    true
}

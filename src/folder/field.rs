//! One value of a table, read as what it must be.
//!
//! Each reading consumes the field, tells what is wrong with it, and records it as an input of the
//! plan. A value that cannot be read exactly is refused with the form that is accepted; nothing is
//! guessed, since a guess would be a figure that nobody wrote.

use super::keys::{Shape, one_of};
use super::reader::{Desk, Sourcing, TableReader};
use super::syntax::{Node, Table, Value};
use super::text::Span;
use crate::diagnostic::{Code, nearest, visible};
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
    pub(super) path: String,
    pub(super) source: Option<String>,
    pub(super) sourcing: Sourcing<'a>,
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
        }
    }
}

impl<'a> Field<'a> {
    /// Where the value stands.
    pub fn span(&self) -> Span {
        self.node.span
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
        let text = self.expect_text(&Shape::Word(&[]))?;
        let found = words.iter().position(|word| *word == text);
        if found.is_none() {
            let message = format!("`{}` is not a known `{}`", visible(text), self.key);
            let choice = one_of(words);
            let remedy = match nearest(text, words.iter().copied()) {
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
            id_form(desk, span, &text);
            return None;
        }
        Some(text)
    }

    /// An amount of money, not below zero.
    pub fn money(self) -> Option<Money> {
        let text = self.expect_number(&Shape::Money)?;
        self.record(text, true);
        money(self.desk, text, self.span())
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
            let message = format!("`{text}` is not a possible `{}`", self.key);
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
        let form = "write it as `1.50`: digits, a point, at most six places, below 10,000,000";
        Price::parse(text).map_err(|error| self.bad_number(text, error, "a price", form)).ok()
    }

    /// A level of a driver.
    pub fn quantity(self) -> Option<Quantity> {
        let text = self.expect_number(&Shape::Number)?;
        self.record(text, true);
        quantity(self.desk, text, self.span())
    }

    /// A plain number of at most so many places, not below zero.
    pub fn number(self, places: usize) -> Option<Rate> {
        let text = self.expect_number(&Shape::Number)?;
        self.record(text, true);
        let form =
            format!("write it as `2.5`: digits, a point, at most {places} places, below 1,000");
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
        let Shape::Whole(first, last) = self.shape else { return None };
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
            let remedy = format!("write a whole number from {first} to {last}, in digits");
            self.desk.fault(Code::NumberForm, self.span(), message, "", remedy);
            return None;
        }
        let number = text.parse().ok().filter(|number| (first..=last).contains(&number));
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
        month(self.desk, text, self.span())
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
            None => month_or_day(self.desk, text, self.span()),
        }
    }

    /// The number of a month of the year, from 1 to 12.
    pub fn month_name(self) -> Option<u32> {
        let text = self.expect_text(&Shape::MonthName)?;
        self.record(text, false);
        let found = MONTH_NAMES.iter().position(|name| *name == text);
        if found.is_none() {
            let message = format!("`{}` is not the name of a month", visible(text));
            let remedy = match nearest(text, MONTH_NAMES) {
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

    /// The items of a list, each as a field.
    pub fn items(self) -> Option<Vec<Field<'a>>> {
        let Value::List(items) = &self.node.value else {
            self.wrong_type();
            return None;
        };
        let item = |(place, node): (usize, &'a Node)| Field {
            node,
            at: node.span,
            shape: self.shape.item(),
            path: format!("{}.{}", self.path, place + 1),
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
        let entry = |(name, entry): (&'a String, &'a super::syntax::Entry)| {
            let field = Field {
                node: &entry.node,
                at: entry.key,
                shape: self.shape.item(),
                path: format!("{}.{name}", self.path),
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
        self.desk.record(&self.path, text, self.span(), self.source.clone(), figure);
    }

    fn expects(&self, shape: &Shape) {
        debug_assert!(self.shape.admits(shape), "{}: {:?} is {shape:?}", self.path, self.shape);
    }

    fn expect_text(&self, shape: &Shape) -> Option<&'a str> {
        self.expects(shape);
        let Value::Text(text) = &self.node.value else {
            self.wrong_type();
            return None;
        };
        if text.trim().is_empty() {
            let message = format!("`{}` is empty", self.key);
            let remedy = "write a text, or leave the key out";
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
        Some(text)
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
        let wanted = self.shape.words();
        let message = format!("`{}` takes {wanted}, not {}", self.key, self.node.kind());
        let remedy = match self.node.value {
            Value::Date(_) => "write a month in quotes: `\"2024-07\"`".to_string(),
            _ => format!("write `{} = {}`", self.key, self.shape.example()),
        };
        self.desk.fault(Code::WrongType, self.span(), message, self.node.kind(), remedy);
    }

    fn bare_share(&self, text: &str) {
        let message = format!("`{}` is not a percentage", visible(text));
        let remedy = match Rate::parse(text) {
            Ok(rate) if rate > Rate::ZERO && rate <= Rate::ONE => {
                let hundred = rate.billionths() * 100;
                let percent = Rate::from_billionths(hundred).unwrap_or(rate);
                format!("write `\"{percent}%\"` (or `\"{rate}%\"`, if that is meant)")
            }
            Ok(rate) => format!("write `\"{rate}%\"`"),
            Err(_) => "write it as `\"12.5%\"`: digits, a point, and `%` at the end".to_string(),
        };
        let cause = "a share is a percentage in quotes";
        self.desk.fault(Code::ShareForm, self.span(), message, cause, remedy);
    }

    fn bad_share(&self, text: &str, error: NumberError) {
        let text = visible(text);
        let (code, message) = match error {
            NumberError::Form => (Code::ShareForm, format!("`{text}` is not a percentage")),
            NumberError::Places => {
                (Code::Places, format!("`{text}` has more places than are kept exactly"))
            }
            NumberError::Range => (Code::ShareRange, format!("`{text}` is out of range")),
        };
        let remedy = "write it as `\"12.5%\"`: digits, a point, at most seven places, and `%`";
        self.desk.fault(code, self.span(), message, "", remedy);
    }

    fn bad_number(&self, text: &str, error: NumberError, what: &str, form: &str) {
        number_fault(self.desk, self.span(), text, error, what, form);
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

/// Tells that a text does not have the form of an id.
pub fn id_form(desk: &Desk, span: Span, text: &str) {
    let lower: String = text
        .trim()
        .to_lowercase()
        .chars()
        .map(|character| if matches!(character, '_' | ' ' | '.') { '-' } else { character })
        .collect();
    let remedy = match Name::parse(&lower) {
        Some(name) => format!("write `{name}`"),
        None => "use lower-case letters, digits and single hyphens, 64 at most".to_string(),
    };
    let message = format!("`{}` does not have the form of an id", visible(text));
    desk.fault(Code::IdForm, span, message, "lower-case letters, digits, single hyphens", remedy);
}

/// A text as it was written: a number's tree does not keep its underscores.
fn written(desk: &Desk, text: &str, span: Span) -> String {
    let source = desk.source(span.file);
    let raw = source.text().get(span.range()).unwrap_or_default();
    visible(if raw.contains('_') && raw.replace('_', "") == text { raw } else { text })
}

/// Reads an amount of money that is not below zero.
pub fn money(desk: &Desk, text: &str, span: Span) -> Option<Money> {
    let parsed = Money::parse(text);
    if parsed.is_ok() && !text.starts_with('-') {
        return parsed.ok();
    }
    let form = "digits, a point, at most two places";
    let given = text;
    let text = written(desk, text, span);
    match parsed {
        Ok(_) => {
            let message = format!("`{text}` is below zero");
            let remedy = "write an amount of zero or more";
            desk.fault(Code::MoneyRange, span, message, "not a possible amount", remedy);
            None
        }
        Err(NumberError::Form) => {
            let message = format!("`{text}` is not an amount");
            let plain = plain_money(given).unwrap_or_else(|| "1200.00".to_string());
            let remedy = format!("write it as `{plain}`: {form}");
            desk.fault(Code::MoneyForm, span, message, "not an amount", remedy);
            None
        }
        Err(NumberError::Places) => {
            let message = format!("`{text}` has parts of a cent");
            let remedy = format!("round it to cents: {form}");
            desk.fault(Code::Places, span, message, "more than two places", remedy);
            None
        }
        Err(NumberError::Range) => {
            let message = format!("`{text}` is larger than 9999999999999.99");
            desk.fault(Code::MoneyRange, span, message, "too large", "write a smaller amount");
            None
        }
    }
}

/// The amount that a person most likely meant, for a remedy alone.
fn plain_money(text: &str) -> Option<String> {
    let dropped = |character: &char| !matches!(character, ',' | '$' | ' ' | '_' | '\'');
    let mut plain: String = text.chars().filter(dropped).collect();
    if plain.starts_with('.') {
        plain.insert(0, '0');
    }
    let plain = plain.trim_end_matches('.').trim_start_matches('+');
    let amount = Money::parse(plain).ok().filter(|amount| *amount >= Money::ZERO)?;
    // A decimal comma reads as thousands here; leave it to the person.
    let comma =
        text.rsplit_once(',').is_some_and(|(_, rest)| rest.len() != 3 && !rest.contains('.'));
    (!comma).then(|| amount.to_string())
}

/// Reads a level of a driver.
pub fn quantity(desk: &Desk, text: &str, span: Span) -> Option<Quantity> {
    let form =
        "write it as `20000` or `1.25`: digits, a point, at most nine places, up to a billion";
    match Quantity::parse(text) {
        Ok(level) => Some(level),
        Err(error) => {
            number_fault(desk, span, text, error, "a level", form);
            None
        }
    }
}

fn number_fault(desk: &Desk, span: Span, text: &str, error: NumberError, what: &str, form: &str) {
    let text = written(desk, text, span);
    let (code, message) = match error {
        NumberError::Form => (Code::NumberForm, format!("`{text}` is not {what}")),
        NumberError::Places => (Code::Places, format!("`{text}` has too many decimal places")),
        NumberError::Range => (Code::NumberRange, format!("`{text}` is out of range")),
    };
    desk.fault(code, span, message, "", form);
}

/// Reads a month.
pub fn month(desk: &Desk, text: &str, span: Span) -> Option<Month> {
    let found = Month::parse(text);
    if found.is_none() {
        month_fault(desk, text, span, "a month", "`2024-07`: year, hyphen, month");
    }
    found
}

fn month_or_day(desk: &Desk, text: &str, span: Span) -> Option<Month> {
    let found = Month::parse(text);
    if found.is_none() {
        month_fault(desk, text, span, "a month or a day", "`2024-07` or `2024-07-15`");
    }
    found
}

fn month_fault(desk: &Desk, text: &str, span: Span, what: &str, form: &str) {
    let bytes = text.as_bytes();
    let shaped = matches!(bytes.len(), 7 | 10)
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let year_out =
        shaped && text[..4].parse::<i32>().is_ok_and(|year| !(1970..=2199).contains(&year));
    let text = visible(text);
    if year_out {
        let message = format!("`{text}` lies outside the calendar of 1970 to 2199");
        desk.fault(Code::MonthRange, span, message, "", "write a month of those years");
    } else {
        let message = format!("`{text}` is not {what}");
        desk.fault(Code::MonthForm, span, message, "", format!("write it as {form}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Result<Money, (Code, String)> {
        let desk = Desk::new();
        let file = desk.add("plan.toml", b"x".to_vec()).unwrap();
        let read = money(&desk, text, Span::new(file, 0..1));
        match desk.diagnostics().pop() {
            Some(fault) => Err((fault.code, fault.remedy)),
            None => Ok(read.unwrap()),
        }
    }

    #[test]
    fn amounts_have_one_form() {
        assert_eq!(amount("1200.5"), Ok(Money::from_cents(120_050)));
        for text in [
            "1,200", "1e3", ".5", "5.", "1_000", "$5", "(5)", "NaN", "inf", "", " ", " 5", "5 ",
            "+5", "１２", "٥", "--5", "5.0.0", "0x10", "1.234,00",
        ] {
            assert_eq!(amount(text).unwrap_err().0, Code::MoneyForm, "{text}");
        }
        for (text, code) in [
            ("5.001", Code::Places),
            ("-5", Code::MoneyRange),
            ("-0", Code::MoneyRange),
            ("12345678901234", Code::MoneyRange),
        ] {
            assert_eq!(amount(text).unwrap_err().0, code, "{text}");
        }
    }

    #[test]
    fn the_remedy_names_what_was_most_likely_meant() {
        let remedy = |text: &str| amount(text).unwrap_err().1;
        let form = "digits, a point, at most two places";
        assert_eq!(remedy("1,200"), format!("write it as `1200.00`: {form}"));
        assert_eq!(remedy("$5.50"), format!("write it as `5.50`: {form}"));
        assert_eq!(remedy("1,5"), format!("write it as `1200.00`: {form}"));
    }
}

//! What is wrong with an input, said so that it can be mended: code, place, excerpt, cause, remedy.

use std::fmt;
use std::sync::Arc;

/// Where a piece of the plan was written. Lines and columns count from 1; columns count characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file, relative to the plan folder.
    pub file: Arc<str>,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The line of text that a diagnostic points into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    /// The text of the line, without its line end.
    pub text: String,
    /// Characters that the caret underlines, from the origin's column; at least one.
    pub width: u32,
}

/// One thing that is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// Where it stands; nothing where the matter has no line, such as a missing file.
    pub place: Option<(Origin, Excerpt)>,
    /// What is wrong, in one sentence that quotes the user's own text.
    pub message: String,
    /// The cause, shown at the caret; may be empty.
    pub cause: String,
    /// Where the plan itself stands that a change does not fit.
    pub beside: Option<Box<Beside>>,
    /// What to do about it.
    pub remedy: String,
}

impl Diagnostic {
    /// What is wrong at a place.
    pub fn at(
        place: (Origin, Excerpt),
        code: Code,
        message: impl Into<String>,
        cause: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Diagnostic {
        let cause = cause.into();
        Diagnostic { place: Some(place), cause, ..Diagnostic::nowhere(code, message, remedy) }
    }

    /// What is wrong with something that has no line.
    pub fn nowhere(
        code: Code,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Diagnostic {
        let (message, remedy) = (message.into(), remedy.into());
        Diagnostic { code, place: None, message, cause: String::new(), beside: None, remedy }
    }
}

/// A second place that a diagnostic points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Where it stands.
    pub place: (Origin, Excerpt),
    /// What is shown there; may be empty.
    pub cause: String,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal,)*) => {
        /// The stable code of a diagnostic, and what it means in general.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[doc = $doc])* $name,)* }

        impl Code {
            /// Every code, in the order of the catalogue.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// The stable text, such as `E0101`.
            pub fn text(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }

            /// What the code means, for the catalogue.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc),*).trim_ascii(),)* }
            }
        }
    };
}

codes! {
    // Files and text.
    /// A file of the plan folder is missing.
    FileMissing = "E0101",
    /// A file is larger than the limit.
    FileTooLarge = "E0102",
    /// A file name leaves the plan folder, or is not a plain relative path.
    PathOutside = "E0103",
    /// A name in the plan folder is not a regular file.
    NotAFile = "E0104",
    /// A file is not UTF-8 text.
    Encoding = "E0105",
    /// A text holds a control, bidirectional or zero-width character.
    Character = "E0106",
    /// A line is longer than the limit.
    LineTooLong = "E0107",
    /// More files than the limit.
    TooManyFiles = "E0108",
    /// A workbook that is brought in cannot be read, or holds what cannot be brought in.
    Workbook = "E0109",
    // Syntax.
    /// The file is not well-formed TOML.
    Toml = "E0201",
    /// A key stands twice in one table.
    DuplicateKey = "E0202",
    /// The CSV file is not well-formed.
    Csv = "E0203",
    /// A CSV column is not known here, or stands twice.
    CsvColumn = "E0204",
    /// A CSV file lacks a column or its header, or its cells are not parted by commas.
    CsvColumnMissing = "E0205",
    // Keys and types.
    /// A key or table that is not known here.
    UnknownKey = "E0301",
    /// A key that is needed is missing.
    MissingKey = "E0302",
    /// A value of another type is expected.
    WrongType = "E0303",
    /// The value is not one of the words that are known here.
    UnknownWord = "E0304",
    /// Keys that exclude each other stand together.
    Conflict = "E0305",
    /// An id does not have the form of an id.
    IdForm = "E0306",
    /// One id is defined twice, or is reserved.
    IdTaken = "E0307",
    /// A text is empty or longer than the limit.
    TextLength = "E0308",
    // Numbers and dates.
    /// A text is not an amount of money.
    MoneyForm = "E0401",
    /// An amount or rate has more decimal places than are kept.
    Places = "E0402",
    /// An amount lies outside its range.
    MoneyRange = "E0403",
    /// A text is not a percentage.
    ShareForm = "E0404",
    /// A share or rate lies outside its range.
    ShareRange = "E0405",
    /// A text is not a plain number.
    NumberForm = "E0406",
    /// A number lies outside its range.
    NumberRange = "E0407",
    /// A text is not a month or a day.
    MonthForm = "E0408",
    /// An end comes before its beginning.
    Order = "E0409",
    /// A month lies outside the plan's horizon or the calendar.
    MonthRange = "E0410",
    /// An amount cannot be computed exactly, or a total exceeds the largest amount.
    Overflow = "E0411",
    // References.
    /// A cost line that does not exist.
    UnknownCost = "E0501",
    /// A stream that does not exist.
    UnknownStream = "E0502",
    /// A driver that does not exist, or lacks a month.
    UnknownDriver = "E0503",
    /// A scenario that does not exist.
    UnknownScenario = "E0504",
    /// A selector that selects nothing.
    UnknownSelector = "E0505",
    /// A fee is a share of itself.
    Cycle = "E0506",
    /// A function that is neither offered nor declared.
    UnknownFunction = "E0507",
    /// A chance that does not exist.
    UnknownChance = "E0508",
    // Meaning.
    /// A cost line or stream states its amount in no form, or in several.
    AmountForm = "E0601",
    /// Shares add up to more than the whole, or to less where they must make it up.
    SharesOverWhole = "E0602",
    /// Periods of one award overlap, leave its term, or are not as many as its amounts.
    Periods = "E0603",
    /// A stream has no end and no reason for having none.
    EndMissing = "E0604",
    /// A restriction contradicts itself, or speaks of nothing.
    RestrictionContradiction = "E0605",
    /// A pool may not be blended.
    PoolRefused = "E0606",
    /// A stream of this kind cannot have such a rule.
    RuleBroken = "E0607",
    /// The opening position contradicts the plan.
    Opening = "E0608",
    /// A series names one month of one line, stream or driver twice.
    SeriesRepeats = "E0609",
    /// A scenario or a chance changes what the plan does not hold.
    PatchTarget = "E0610",
    // Limits.
    /// The plan exceeds a limit of the engine.
    Limit = "E0701",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

impl Diagnostic {
    /// The order in which diagnostics are told: by file, line, column, then code and text.
    pub fn sort_key(&self) -> (Option<&Origin>, Code, &str) {
        (self.place.as_ref().map(|(origin, _)| origin), self.code, &self.message)
    }
}

/// The word of `known` nearest to `given`, for a remedy; nothing where none is near. Less than half
/// of a short word may differ.
///
/// ```
/// use braidfund::diagnostic::nearest;
/// assert_eq!(nearest("navigaton", ["navigation", "data"]), Some("navigation"));
/// assert_eq!(nearest("name", ["note", "title"]), None);
/// assert_eq!(nearest("zebra", ["navigation", "data"]), None);
/// ```
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near =
        |word: &&str| (apart(given, word), word.len().abs_diff(given.len()), word.to_string());
    let best = known.into_iter().min_by_key(near)?;
    let distance = apart(given, best);
    let length = given.chars().count();
    (distance <= 2.max(length / 4) && 2 * distance < length.max(3)).then_some(best)
}

/// By how many letters that are put in, left out, changed or swapped with the next two words differ; capitals and underscores
/// do not count.
pub fn apart(given: &str, known: &str) -> usize {
    strsim::damerau_levenshtein(&given.to_lowercase().replace('_', "-"), known)
}

/// Text from a plan made fit to be shown anywhere: control, bidirectional and zero-width characters
/// stand as `\u{1b}`.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_invisible(character) {
            shown.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether a character would act on a reader's screen instead of being seen.
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(u32::from(character),
            0x00AD | 0x061C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x2069 | 0xFEFF
            | 0xFFF9..=0xFFFB | 0xE0000..=0xE007F)
}

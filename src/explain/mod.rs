//! Any figure of a forecast traced back to its inputs.
//!
//! A figure has an id in the words of the reports: `gap/FY2026`, `cash/2026-04`, `stream/ahc`. Ask
//! [`explain`] for it, and it answers with the formula in words, the parts that the figure is made
//! of, the inputs behind them with file and line, and, for a gap, the rule that keeps each stream
//! from it. [`figures`] lists every id that a forecast can be asked; [`PATTERNS`] tells their forms.
//!
//! Everything is read from the books of the forecast and from the inputs of its plan. Nothing is
//! forecast again: the only arithmetic is sums, and where a figure *is* a sum
//! ([`Explanation::sums`]) its parts add up to it to the cent.
//!
//! What comes out is plain data; how it looks in a terminal or a report is not decided here.

use crate::diagnostic::Origin;
use crate::forecast::Forecast;
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::plan::{Input, Plan};

mod ask;
pub(crate) mod called;
mod cash;
mod catalogue;
pub(crate) mod cells;
mod cost;
mod debt;
mod dependable;
mod gap;
pub(crate) mod irreducible;
mod list;
mod measure;
mod need;
mod net_assets;
pub(crate) mod reason;
mod rebraiding;
mod stream;
pub(crate) mod text;
mod unknown;
mod why;

use ask::Ask;
pub use catalogue::figures;

/// The forms of figure ids, with what each one is. `<year>` is `FY2026`, `<month>` is `2026-04`;
/// parts may be separated by spaces as well as by `/`.
pub const PATTERNS: &[(&str, &str)] = &[
    (
        "gap[/<lines>][/<year or month>]",
        "cost that nothing pays, and the rule that keeps money from it",
    ),
    ("gap/irreducible[/<priority>][/<year>]", "what no braid can fund, and why"),
    ("gap/causes[/<priority>]", "the same by cause: restriction, lapse, lateness, shortage"),
    ("cost[/<lines>][/<year or month>]", "what is needed, from the plan's own figures"),
    ("covered[/<lines>][/<year or month>]", "what is paid, by stream"),
    ("  <lines>: <cost-id>, core, essential, stretch, backbone, program, function/<word>", ""),
    ("stream/<id>[/<year or month>]", "what a stream held, paid and lost"),
    ("draw/<stream>/<cost>[/<year or month>]", "why this money paid that line"),
    ("tranche/<stream>/<label>", "what became of one piece of a stream's money"),
    ("cash/<month>", "closing cash, paying what the braid funds"),
    ("cash/all-costs/<month>", "closing cash, paying every cost as planned"),
    ("cash/lowest, cash/runs-out", "unrestricted cash, paying every cost"),
    ("cash/working-capital", "what late payment by funders takes"),
    ("cash/days/<year>, cash/liquid-months/<year>", "how long unrestricted cash lasts"),
    ("debt/<stream>[/<year or month>]", "what a loan still owes"),
    ("credit[/<year or month>]", "what the line of credit lends"),
    ("net-assets/<year>, net-assets/liquid/<year>", "net assets, and what of them is liquid"),
    ("cliff, cliff/<month>", "falls of authority"),
    ("runway", "how long core costs and cash hold"),
    ("dependable, dependable/<year>", "core cost that dependable money alone covers"),
    ("sustainability", "when dependable money covers everything"),
    ("structural, structural/<year>", "the gap before reserves and one-time money"),
    ("coverage/<layer.backbone or priority.core>[/<year>]", "what is covered, as a share"),
    ("ladder, ladder/<secured, likely or prospective>", "the gap by how sure the money is"),
    (
        "rebraiding[/<year>]",
        "what the best case would close, by which moves, and what those rest on",
    ),
    ("concentration, grant-dependence, top-funder [/<year>]", "on whom the partnership depends"),
    ("indirect/<stream>", "indirect cost recovered from an award"),
    ("lapsed[/<year>], refund-due[/<year>]", "authority lost, cash that goes back"),
    ("stranded/<stream>", "money that was of no use while a gap stayed"),
    ("overhead", "the cost that indirect recovery is meant to cover"),
    ("standing-gaps", "small core gaps before the runway ends"),
    ("partner/<name>", "what a partner puts in and gets"),
];

/// A figure traced back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The id that was asked, in its own form: `cash/2029-04`.
    pub figure: String,
    /// The figure as a sentence: `Closing cash, Apr 2029 = (40,743.00)`.
    pub title: String,
    /// The figure.
    pub value: Value,
    /// How it is reckoned, in words.
    pub formula: String,
    /// What it is made of, and what stands behind it.
    pub parts: Vec<Part>,
    /// What else a reader ought to know.
    pub notes: Vec<String>,
    /// Whether the figure is the sum of its parts, to the cent.
    pub sums: bool,
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An amount of money.
    Money(Money),
    /// A share of a whole.
    Share(Rate),
    /// A plain number: days, months, an index.
    Number(Rate),
    /// Whole months.
    Months(u32),
    /// A month of the calendar.
    Month(Month),
    /// Something that is no number.
    Words(String),
}

impl Value {
    /// The figure as people read it; a negative amount stands in parentheses.
    pub fn words(&self) -> String {
        match self {
            Value::Money(amount) => text::money(*amount),
            Value::Share(share) => share.rounded_in_words(),
            Value::Number(number) => text::number(*number),
            Value::Months(1) => "1 month".to_string(),
            Value::Months(months) => format!("{months} months"),
            Value::Month(month) => month.words(),
            Value::Words(words) => words.clone(),
        }
    }
}

/// How a part enters the figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// It is added.
    Plus,
    /// It is taken off.
    Minus,
    /// It stands beside the sum: an input, a reason, a comparison.
    Aside,
}

/// One part of a figure, or one thing that stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How it enters the figure.
    pub sign: Sign,
    /// Its amount, where it is money. Never signed by `sign`: a part that is taken off is positive.
    pub amount: Option<Money>,
    /// What it is where it is no money, such as `2.5 positions` or `ended Dec 2027`; may be empty.
    pub text: String,
    /// What it is.
    pub label: String,
    /// Where the input behind it was written.
    pub origin: Option<Origin>,
    /// That input's text as written.
    pub input: Option<String>,
    /// A figure that explains this part further.
    pub see: Option<String>,
}

/// A figure that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFigure {
    /// What was asked.
    pub given: String,
    /// The figure that is nearest to it.
    pub nearest: Option<String>,
    /// What is wrong with it, where that is known: a month outside the plan, say.
    pub reason: Option<String>,
    /// Figures of this forecast that can be asked.
    pub examples: Vec<String>,
}

impl std::fmt::Display for UnknownFigure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no figure `{}` in this forecast", crate::diagnostic::visible(&self.given))?;
        match &self.reason {
            Some(reason) => write!(f, ": {}", crate::diagnostic::visible(reason)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownFigure {}

/// Traces a figure of a forecast back to the inputs of its plan.
///
/// The parts of an id may be separated by `/` or by spaces: `gap/chw/2026-04` and `gap chw 2026-04`
/// ask the same.
///
/// # Errors
/// [`UnknownFigure`], with the nearest figure and a few that can be asked, where the forecast has
/// none of this id.
pub fn explain(
    plan: &Plan,
    forecast: &Forecast,
    figure: &str,
) -> Result<Explanation, UnknownFigure> {
    let ask = Ask { plan, forecast };
    let separates = |character: char| character == '/' || character.is_whitespace();
    let words: Vec<&str> = figure.split(separates).filter(|word| !word.is_empty()).collect();
    let Some(mut explanation) = dispatch(ask, &words) else {
        return Err(unknown::answer(ask, figure, &words));
    };
    explanation.figure = words.join("/");
    Ok(match rests_on(plan, &words) {
        Some(note) => explanation.note(note),
        None => explanation,
    })
}

/// What a figure rests on that the plan does not state.
fn rests_on(plan: &Plan, words: &[&str]) -> Option<&'static str> {
    let opening = &plan.opening;
    match words.first()? {
        _ if opening.cash_stated => None,
        &"cash" | &"runway" => Some(text::CASH_FROM_ZERO),
        &"net-assets" if opening.net_assets.is_none() => Some(net_assets::FROM_ZERO),
        _ => None,
    }
}

fn dispatch(ask: Ask, words: &[&str]) -> Option<Explanation> {
    let (head, rest) = words.split_first()?;
    let found = match *head {
        "gap" => need::explain(ask, need::Column::Gap, rest),
        "cost" => need::explain(ask, need::Column::Cost, rest),
        "covered" => need::explain(ask, need::Column::Covered, rest),
        "stream" => stream::explain(ask, rest),
        "draw" => stream::draw(ask, rest),
        "tranche" => stream::tranche(ask, rest),
        "indirect" => stream::indirect(ask, rest),
        "stranded" => stream::stranded(ask, rest),
        "lapsed" => stream::lost(ask, stream::Loss::Lapsed, rest),
        "refund-due" => stream::lost(ask, stream::Loss::RefundDue, rest),
        "cash" => cash::explain(ask, rest),
        "debt" => debt::balance(ask, rest),
        "credit" => debt::credit(ask, rest),
        "net-assets" => net_assets::explain(ask, rest),
        "rebraiding" => rebraiding::explain(ask, rest),
        _ => measure::explain(ask, head, rest),
    };
    found.or_else(|| list::explain(ask, words))
}

impl Explanation {
    /// A figure with nothing traced yet; `subject` is what it is, without its value.
    fn of(subject: &str, value: Value, formula: impl Into<String>) -> Explanation {
        Explanation {
            figure: String::new(),
            title: format!("{subject} = {}", value.words()),
            value,
            formula: formula.into(),
            parts: Vec::new(),
            notes: Vec::new(),
            sums: false,
        }
    }

    /// A figure that is the sum of its parts; parts that come to nothing are left out.
    fn sum_of(
        subject: &str,
        value: Money,
        formula: impl Into<String>,
        parts: Vec<Part>,
    ) -> Explanation {
        let mut plain = Explanation::of(subject, Value::Money(value), formula);
        let counts = |part: &Part| part.amount != Some(Money::ZERO);
        plain.parts = parts.into_iter().filter(counts).collect();
        Explanation { sums: true, ..plain }
    }

    /// With more parts.
    fn with(mut self, parts: impl IntoIterator<Item = Part>) -> Explanation {
        self.parts.extend(parts);
        self
    }

    /// With a note.
    fn note(mut self, note: impl Into<String>) -> Explanation {
        self.notes.push(note.into());
        self
    }

    /// What the parts that enter the figure add up to. It is the figure where [`Explanation::sums`].
    pub fn total(&self) -> Money {
        self.parts.iter().map(Part::signed).sum()
    }
}

impl Part {
    fn new(sign: Sign, amount: Option<Money>, label: impl Into<String>) -> Part {
        Part {
            sign,
            amount,
            text: String::new(),
            label: label.into(),
            origin: None,
            input: None,
            see: None,
        }
    }

    fn plus(amount: Money, label: impl Into<String>) -> Part {
        Part::new(Sign::Plus, Some(amount), label)
    }

    fn minus(amount: Money, label: impl Into<String>) -> Part {
        Part::new(Sign::Minus, Some(amount), label)
    }

    fn aside(amount: Money, label: impl Into<String>) -> Part {
        Part::new(Sign::Aside, Some(amount), label)
    }

    fn said(text: impl Into<String>, label: impl Into<String>) -> Part {
        Part { text: text.into(), ..Part::new(Sign::Aside, None, label) }
    }

    /// With the words beside its amount.
    fn text(mut self, text: impl Into<String>) -> Part {
        self.text = text.into();
        self
    }

    /// With the input at a path of the plan: a value, the items of a list, or the table that holds it.
    fn input(mut self, plan: &Plan, path: &str) -> Part {
        let found = plan.inputs.find(path);
        let mut items: Vec<&Input> = plan.inputs.below(path).collect();
        items.sort_by_key(|input| &input.origin);
        let exact = found.is_some_and(|input| input.path == path);
        let input = if exact { found } else { items.first().copied().or(found) };
        self.origin = input.map(|input| input.origin.clone());
        let is_item = |input: &&&Input| {
            let rest = input.path.strip_prefix(path).and_then(|rest| rest.strip_prefix('.'));
            rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        self.input = match input {
            Some(input) if exact && !input.text.is_empty() => Some(input.text.clone()),
            _ => Some(text::list(items.iter().filter(is_item).map(|input| input.text.as_str())))
                .filter(|text| !text.is_empty()),
        };
        self
    }

    /// With the figure that explains it further.
    fn see(mut self, figure: impl Into<String>) -> Part {
        self.see = Some(figure.into());
        self
    }

    /// What the part adds to the figure: nothing where it stands aside.
    pub fn signed(&self) -> Money {
        let amount = self.amount.unwrap_or(Money::ZERO);
        match self.sign {
            Sign::Plus => amount,
            Sign::Minus => -amount,
            Sign::Aside => Money::ZERO,
        }
    }
}

#[cfg(test)]
mod tests;

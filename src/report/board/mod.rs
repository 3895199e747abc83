//! What a board receives: sections in the order of its questions, each with a heading that states its finding.
//!
//! Every figure is read from the forecast and what the other pages say of it; nothing is forecast here.

mod brief;
mod cards;
mod cash;
mod checks;
mod choices;
mod decision;
mod flows;
mod gap;
mod inputs;
mod matrix;
mod money;
mod odds;
mod redact;
mod scenarios;
mod since;
mod terms;

use super::picture::Picture;
use super::{Block, Mark, Page, RowStyle, Table, words};
use crate::braid::Method;
use crate::decide::bridge::BridgeChoice;
use crate::decide::chance::Futures;
use crate::decide::compare::Comparison;
use crate::decide::sensitivity::Sensitivity;
use crate::forecast::Forecast;
use crate::plan::Plan;

pub use redact::Redaction;
pub use since::Earlier;

/// What a board receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// The partnership's title.
    pub title: String,
    /// The notice that stands beside it.
    pub notice: Option<String>,
    /// What the paper calls itself.
    pub standing: Standing,
    /// What was asked, in sentences below the title.
    pub about: Vec<String>,
    /// The sections, from the top.
    pub sections: Vec<Section>,
    /// What tells this run from others: the engine and the beginning of the digest of what was read. No word of it comes
    /// from a plan.
    pub run: String,
}

/// What a paper calls itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    #[default]
    Plain,
    /// A draft.
    Draft,
    /// The copy that a board decides on.
    BoardCopy,
}

impl Standing {
    /// The words of the mark.
    pub fn words(self) -> Option<&'static str> {
        match self {
            Standing::Plain => None,
            Standing::Draft => Some("Draft"),
            Standing::BoardCopy => Some("Board copy"),
        }
    }
}

/// A section: a finding, and what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// A word of the engine's own that tells it from other sections.
    pub name: &'static str,
    /// The finding, in a sentence.
    pub heading: String,
    /// What stands behind it.
    pub pieces: Vec<Piece>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A sentence, with how bad it is.
    Sentence(Mark, String),
    /// The heading of sentences that follow.
    Heading(String),
    /// Points one below the other.
    Points(Vec<String>),
    /// Empty lines to write on.
    Lines(usize),
    /// Figures that one reads first.
    Cards(Vec<Card>),
    /// A chart.
    Picture(Picture),
    /// A table; its title is its caption.
    Table {
        /// The figures. Text in a column of money says why there is no figure.
        table: Table,
        /// How rows are shown, in the order of rows; rows beyond the list are plain.
        rows: Vec<RowStyle>,
        /// Whether it is folded on a screen. On paper it never is.
        folded: bool,
    },
    /// Words with what they mean.
    Terms(Vec<(&'static str, &'static str)>),
}

/// One figure that one reads first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// How bad it is.
    pub mark: Mark,
    /// What it is.
    pub label: String,
    /// The figure.
    pub figure: String,
    /// What it is of, and when.
    pub aside: String,
}

/// What a report is made of.
pub struct Sources<'a> {
    /// The plan, redacted if it is to be.
    pub plan: &'a Plan,
    /// Its forecast.
    pub forecast: &'a Forecast,
    /// The plan folder as it was typed.
    pub folder: &'a str,
    /// The digest of what was read, in hexadecimal.
    pub digest: &'a str,
    /// The command that makes this report again.
    pub command: String,
    /// What it calls itself.
    pub standing: Standing,
    /// What is not to be told.
    pub redaction: Option<&'a Redaction>,
    /// Bridge options, where the plan has any.
    pub bridge: Option<&'a BridgeChoice>,
    /// What moves the gap, where the plan states ranges.
    pub sensitivity: Option<&'a Sensitivity>,
    /// The plan's scenarios beside its base case, where it has any.
    pub scenarios: Option<&'a Comparison>,
    /// Many futures, where the plan says what is uncertain.
    pub futures: Option<&'a Futures>,
    /// An earlier forecast.
    pub since: Option<&'a Earlier>,
}

/// Digits of the digest that a footer shows.
const DIGEST_SHOWN: usize = 12;

impl Board {
    /// The report of a forecast.
    pub fn from_sources(sources: &Sources) -> Board {
        let Some(redaction) = sources.redaction else { return Board::told(sources, None) };
        let mut redaction = redaction.clone();
        let forecast = redaction.forecast(sources.forecast);
        let scenarios = sources.scenarios.map(|scenarios| redaction.comparison(scenarios));
        let bridge = sources.bridge.map(|choice| redaction.bridge(choice));
        let futures = sources.futures.map(|futures| redaction.futures(futures));
        let sensitivity = sources.sensitivity.map(|found| redaction.sensitivity(found));
        let told = Sources {
            forecast: &forecast,
            command: redaction.command(&sources.command),
            bridge: bridge.as_ref(),
            sensitivity: sensitivity.as_ref(),
            scenarios: scenarios.as_ref(),
            futures: futures.as_ref(),
            ..*sources
        };
        let mut board = Board::told(&told, Some(&redaction));
        board.each_text(&mut |text| redaction.scrub(text));
        board
    }

    /// The report of what may be told.
    fn told(sources: &Sources, redaction: Option<&Redaction>) -> Board {
        let Sources { plan, forecast, .. } = sources;
        let mut sections = vec![decision::section(sources), cards::section(plan, forecast)];
        sections.push(gap::by_year(forecast));
        sections.extend(gap::best_case(plan, forecast, redaction));
        sections.push(cash::section(plan, forecast));
        let odds = |futures| odds::section(futures, forecast, redaction);
        sections.extend(sources.futures.map(odds));
        sections.push(money::endings(plan, forecast));
        sections.push(flows::section(plan, forecast));
        sections.push(matrix::section(plan, forecast, redaction));
        sections.extend(gap::why(plan, forecast));
        sections.extend(sources.bridge.and_then(choices::bridge));
        sections.extend(
            sources.sensitivity.and_then(|found| choices::tornado(found, forecast.question.view)),
        );
        sections.extend(sources.scenarios.and_then(scenarios::section));
        sections.extend(money::partners(forecast));
        sections.extend(sources.since.map(|earlier| since::section(plan, forecast, earlier)));
        sections.push(checks::assumptions(plan, forecast, redaction));
        sections.push(checks::section(sources));
        sections.push(terms::section());
        let digest: String = sources.digest.chars().take(DIGEST_SHOWN).collect();
        Board {
            title: plan.title.clone(),
            notice: plan.notice_beside_title().map(str::to_string),
            standing: sources.standing,
            about: about(sources, redaction),
            sections,
            run: format!("braid {}, plan {digest}", env!("CARGO_PKG_VERSION")),
        }
    }

    /// Every text that may hold words of a plan, to be changed.
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        change(&mut self.title);
        self.notice.iter_mut().for_each(&mut *change);
        self.about.iter_mut().for_each(&mut *change);
        for section in &mut self.sections {
            change(&mut section.heading);
            section.pieces.iter_mut().for_each(|piece| piece.each_text(change));
        }
    }
}

impl Piece {
    fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        match self {
            Piece::Sentence(_, text) | Piece::Heading(text) => change(text),
            Piece::Points(points) => points.iter_mut().for_each(change),
            Piece::Cards(cards) => {
                for card in cards {
                    [&mut card.label, &mut card.figure, &mut card.aside]
                        .into_iter()
                        .for_each(&mut *change);
                }
            }
            Piece::Picture(picture) => {
                change(&mut picture.title);
                change(&mut picture.finding);
                picture.wide.texts_mut().for_each(&mut *change);
                picture.narrow.texts_mut().for_each(change);
            }
            Piece::Table { table, .. } => {
                change(&mut table.title);
                table.columns.iter_mut().for_each(|column| change(&mut column.name));
                for cell in table.rows.iter_mut().flatten() {
                    if let super::Cell::Text(text) = cell {
                        change(text);
                    }
                }
            }
            Piece::Lines(_) | Piece::Terms(_) => {}
        }
    }
}

/// What was asked, in sentences.
fn about(sources: &Sources, redaction: Option<&Redaction>) -> Vec<String> {
    let Sources { plan, forecast, .. } = sources;
    let horizon = &plan.horizon;
    let scenario = match (plan.scenario.as_str(), plan.scenario_title.as_str()) {
        ("base", _) => "Base case".to_string(),
        (id, "") => format!("Scenario {id}"),
        (id, title) => format!("Scenario {id}: {title}"),
    };
    let mut about = vec![
        format!(
            "{} to {}, as of {}. {scenario}.",
            horizon.start.words(),
            horizon.end().words(),
            horizon.as_of.words()
        ),
        format!(
            "Counted as paying: {}. {}.",
            words::view(forecast.question.view),
            match forecast.question.method {
                Method::Waterfall =>
                    "Who pays is decided month by month, without knowing what comes",
                Method::Shares =>
                    "Who pays goes by documented shares first, as the cost allocation plan is filed",
                Method::Optimal => "Who pays is the best case, as if every date were known today",
            }
        ),
    ];
    about.extend(redaction.map(|redaction| redaction.words(plan)));
    about
}

/// Sentences and tables of a page as pieces of a section; headings become sentences.
fn pieces(page: Page) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut caption = String::new();
    for block in page.blocks {
        match block {
            Block::Title(_) => {}
            Block::Heading(text) => caption = text,
            Block::Sentence { mark, text } => {
                if !caption.is_empty() {
                    pieces.push(Piece::Heading(std::mem::take(&mut caption)));
                }
                pieces.push(Piece::Sentence(mark, text));
            }
            Block::Table { mut table, rows } => {
                table.title = std::mem::take(&mut caption);
                pieces.push(Piece::Table { table, rows, folded: false });
            }
            Block::Bars(_) | Block::Entries(_) | Block::Hints(_) => {}
        }
    }
    pieces
}

/// A table that is shown, under its caption.
fn shown(mut table: Table, caption: impl Into<String>, rows: Vec<RowStyle>) -> Piece {
    table.title = caption.into();
    Piece::Table { table, rows, folded: false }
}

/// A table that is folded on a screen.
fn folded(mut table: Table, caption: impl Into<String>, rows: Vec<RowStyle>) -> Piece {
    table.title = caption.into();
    Piece::Table { table, rows, folded: true }
}

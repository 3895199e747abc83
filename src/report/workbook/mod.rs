//! The plan as a workbook that a finance director can audit: what stands in each cell, and what leads to it.
//!
//! Inputs are the plan's own figures. The draws are the braid's decisions and stay as they are. Every other figure is a
//! formula over them, as long as a formula says exactly what the engine says; where terms are too special for that, the
//! figures are the engine's and say so. A formula carries the engine's figure, so that both can be compared cell by cell.

mod align;
mod awards;
mod braid;
mod cash;
mod checks;
mod circle;
mod costs;
mod cover;
mod earned;
pub mod formula;
pub mod inputs;
mod months;
pub mod sheet;
mod stated;
mod summary;
mod switch;
mod years;

pub use awards::Books;
pub use inputs::Listed;

use crate::decide::bridge::BridgeChoice;
use crate::forecast::Forecast;
use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::funding::loan::Repayment;
use crate::funding::{Status, Stream, Terms};
use crate::measures::Measures;
use crate::name::StreamIndex;
use crate::plan::Plan;
use crate::plan::award::ProgramIncome;
use awards::Awards;
use braid::{Draws, Numbers};
use cash::CashSheet;
use checks::{Checks, Engine};
use costs::Costs;
use inputs::{Changed, Inputs};
use months::Months;
use sheet::{Cell, Content, Place, Sheet};
use summary::Summary;
use years::YearsSheet;

/// What stands before the case that a workbook is of.
pub const SCENARIO: &str = "Made of scenario";
/// What stands before the digest of the files that a workbook was made from.
pub const DIGEST: &str = "Digest of what was read";

/// A workbook.
#[derive(Clone, Debug, PartialEq)]
pub struct Workbook {
    /// The plan's title.
    pub title: String,
    /// What stands at the foot of each printed page: no word of it comes from a plan.
    pub run: String,
    /// The sheets, in the order of their tabs.
    pub sheets: Vec<Sheet>,
    /// The inputs that may be changed.
    pub inputs: Vec<Listed>,
    /// What the engine alone works out, by title.
    pub fixed: Vec<String>,
}

/// A case of the plan.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The books.
    pub books: Books<'a>,
    /// What is read from them.
    pub measures: &'a Measures,
}

/// What a workbook is made of.
pub struct Sources<'a> {
    /// The plan's cases: the base case and its scenarios. Those of the same months and years can be switched on.
    pub cases: &'a [Case<'a>],
    /// The place of the one that is shown.
    pub shown: usize,
    /// The view that the books hold.
    pub view: Status,
    /// What is told of the run.
    pub about: &'a About,
    /// Bridge options, where the plan has any.
    pub bridge: Option<&'a BridgeChoice>,
}

/// What is told of the run, as labels and words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What was asked.
    pub asked: Vec<(String, String)>,
    /// What made it.
    pub run: Vec<(String, String)>,
    /// What stands at the foot of each page.
    pub foot: String,
}

/// Every sheet of months, laid.
pub(crate) struct Laid<'a> {
    books: Books<'a>,
    measures: &'a Measures,
    inputs: Inputs<'a>,
    months: Months<'a>,
    costs: Costs<'a>,
    draws: Draws<'a>,
    awards: Awards<'a>,
    cash: CashSheet,
}

impl Laid<'_> {
    /// What the engine alone works out, by title.
    fn fixed(&self) -> Vec<String> {
        let line = |index: &usize| self.books.plan.lines[*index].title.clone();
        self.costs.fixed.iter().map(line).chain(self.awards.fixed.iter().cloned()).collect()
    }
}

impl About {
    /// What is told of a run: how it was asked, and the command, the engine and the digest of what was read.
    pub fn of_run(forecast: &Forecast, scenario: &str, command: &str, digest: &str) -> About {
        let told = |label: &str, text: &str| (label.to_string(), text.to_string());
        let question = forecast.question;
        let asked = vec![
            told(SCENARIO, scenario),
            told("Counted as paying", super::words::view(question.view)),
            told("Braided by", super::words::method(question.method)),
        ];
        let engine = format!("braid {}", env!("CARGO_PKG_VERSION"));
        let run = vec![told("Engine", &engine), told(DIGEST, digest), told("Command", command)];
        let short: String = digest.chars().take(12).collect();
        About { asked, run, foot: format!("{engine}, plan {short}") }
    }
}

/// The tables of the plan whose inputs move figures that the engine alone works out: they are shown, not to be changed.
fn bound(
    plan: &Plan,
    (costs, awards): (&Costs, &Awards),
    fees: BTreeSet<usize>,
) -> BTreeSet<String> {
    let mut sources = fees;
    sources.extend(costs.bound.union(&awards.bound));
    // What is repaid out of a terminated award goes by the costs that survive it.
    let mut survivors = false;
    for (index, stream) in plan.streams.iter().enumerate() {
        if let Terms::Loan(loan) = &stream.terms
            && let Repayment::Share { stream: repaying, .. } = &loan.repayment
            && costs.bound.contains(&index)
        {
            sources.insert(repaying.at());
            survivors |= plan.streams[repaying.at()].termination.is_some();
        }
    }
    // What a project earns may lower its award: each is bound with the other, one after another.
    let lowers = |award: &StreamIndex| {
        plan.restrictions[award.at()].award.program_income == ProgramIncome::Deduction
    };
    let earned = |(index, _): (usize, &Stream)| {
        let award = plan.restrictions[index].award.earned_by.filter(lowers)?;
        Some([index, award.at()])
    };
    let earned: Vec<[usize; 2]> = plan.streams.iter().enumerate().filter_map(earned).collect();
    loop {
        let before = sources.len();
        for pair in &earned {
            if pair.iter().any(|one| sources.contains(one)) {
                sources.extend(pair);
            }
        }
        if sources.len() == before {
            break;
        }
    }
    let mut tables = BTreeSet::new();
    if survivors {
        tables.extend(plan.lines.iter().map(|line| format!("cost.{}", line.name)));
        tables.extend(plan.drivers.iter().map(|driver| format!("driver.{}", driver.name)));
    }
    for source in sources {
        let Some(stream) = plan.streams.get(source) else { continue };
        tables.insert(format!("stream.{}", stream.name));
        for driver in stream.drivers() {
            tables.insert(format!("driver.{}", plan.drivers[driver.at()].name));
        }
        if plan.opening_of(StreamIndex::from(source)).is_some() {
            tables.insert(format!("opening.stream.{}", stream.name));
        }
    }
    tables
}

/// Every sheet that follows from a plan and its books.
struct Parts<'a> {
    laid: Laid<'a>,
    summary: Summary,
    years: YearsSheet,
    checks: Checks,
    engine: Engine,
}

impl<'a> Parts<'a> {
    /// Lays a case.
    fn lay(case: &Case<'a>, view: Status, numbers: &'a Numbers) -> Parts<'a> {
        let Case { books, measures, .. } = *case;
        let plan = books.plan;
        let mut inputs = Inputs::new(plan);
        let mut months = Months::new(plan);
        months.lay_drivers(&mut inputs);
        let mut costs = Costs::lay(plan, (books.ledger, view), &mut months, &mut inputs);
        let apart = |stream: usize| awards::tells_apart(books.timeline, stream);
        let ledger = (books.ledger, numbers);
        let draws = Draws::lay(plan, ledger, &costs, (&months, &mut inputs), apart);
        let awards = Awards::lay(books, &draws, &costs, (&mut months, &mut inputs));
        costs.lay_repaid(&awards);
        let cash = cash::lay(books, &draws, &awards, (&months, &mut inputs));
        let fees = costs.link_receipts(&awards.as_planned);
        inputs.fix(&bound(plan, (&costs, &awards), fees));
        inputs.close();
        let laid = Laid { books, measures, inputs, months, costs, draws, awards, cash };
        let summary = summary::lay(&laid, measures);
        let years = years::lay(&laid, measures);
        let engine = checks::engine(&laid, &summary);
        let checks = checks::checks(&laid, &summary, &years, &engine);
        Parts { laid, summary, years, checks, engine }
    }

    fn into_sheets(self) -> Vec<Sheet> {
        let Parts { laid, summary, years, checks, engine } = self;
        let Laid { inputs, months, costs, draws, awards, cash, .. } = laid;
        vec![
            inputs.sheet,
            months.sheet,
            awards.sheet,
            costs.sheet,
            draws.sheet,
            cash.sheet,
            summary.sheet,
            years.sheet,
            checks.sheet,
            engine.sheet,
        ]
    }
}

impl Workbook {
    /// The workbook of a plan and its books.
    ///
    /// # Panics
    /// Where no case stands at the place that is to be shown.
    pub fn from_sources(sources: &Sources) -> Workbook {
        let Sources { cases, shown: place, .. } = *sources;
        let shown = &cases[place];
        let others = cases.iter().enumerate().filter(|(other, _)| *other != place);
        let others = others.map(|(_, other)| other);
        let others = others.filter(|other| switch::in_step(shown.books.plan, other.books.plan));
        let chosen: Vec<&Case> = std::iter::once(shown).chain(others).collect();
        if let Some(workbook) = Workbook::of_cases(sources, &chosen) {
            return workbook;
        }
        // Some cannot stand beside each other: each joins where it goes with those before it.
        let (mut joined, mut workbook) = (Vec::new(), None);
        for case in chosen {
            joined.push(case);
            match Workbook::of_cases(sources, &joined) {
                Some(with) => workbook = Some(with),
                None => drop(joined.pop()),
            }
        }
        workbook.expect("one case alone has its own rows")
    }

    /// The workbook of the first of these cases, in which the others can be switched on; nothing where their rows do not
    /// stand beside each other.
    fn of_cases(sources: &Sources, chosen: &[&Case]) -> Option<Workbook> {
        let Sources { cases: all, view, about, bridge, .. } = *sources;
        let numbers = Numbers::of(chosen.iter().map(|case| case.books.ledger));
        let plans: Vec<&Plan> = chosen.iter().map(|case| case.books.plan).collect();
        let mut parts = chosen.iter().map(|case| Parts::lay(case, view, &numbers));
        let shown = parts.next()?;
        let switched: Vec<&str> = plans.iter().map(|plan| plan.scenario.as_str()).collect();
        let mut beside = vec![cover::scenarios(&shown.summary, all, &switched)];
        beside.extend(bridge.map(cover::bridge));
        let mut places: Vec<Place> = Place::ALL.to_vec();
        places.retain(|place| match place {
            Place::Bridge => bridge.is_some(),
            Place::Switched => chosen.len() > 1,
            _ => true,
        });
        beside.push(cover::cover(&shown.laid, about, (shown.checks.failed, &switched), &places));
        let fixed = shown.laid.fixed();
        let mut listed = shown.laid.inputs.listed.clone();
        let mut cases = vec![shown.into_sheets()];
        cases.extend(parts.map(Parts::into_sheets));
        let rows = align::aligned(&mut cases)?;
        for sheet in &mut beside {
            rows[0].shift(sheet)?;
        }
        for input in &mut listed {
            input.at = rows[0].moved(input.at);
        }
        let mut sheets = match chosen.len() {
            1 => cases.remove(0),
            _ => switch::merged(&plans, cases, &rows, &mut listed),
        };
        sheets.iter_mut().filter(|sheet| sheet.place == Place::Inputs).for_each(inputs::tell_count);
        sheets.extend(beside);
        sheets.push(cover::log(about));
        sheets.sort_by_key(|sheet| sheet.place);
        if chosen.len() > 1 && circle::stands(&sheets) {
            return None;
        }
        Some(Workbook {
            title: plans[0].title.clone(),
            run: about.foot.clone(),
            sheets,
            inputs: listed,
            fixed,
        })
    }

    /// Every input as it was written, by its path, whether it may be changed or is fixed.
    pub fn written(&self) -> Vec<(String, Decimal)> {
        let Some(sheet) = self.sheet(Place::Inputs) else { return Vec::new() };
        let count = sheet.pick.map_or(0, |(_, count)| usize::from(count));
        let row = |row: &BTreeMap<u16, Cell>| {
            let content = |column| row.get(&column).map(|cell| &cell.content);
            // Where scenarios state it otherwise, or not at all, the first is the one that is shown.
            let written = match content(inputs::WRITTEN)? {
                Content::Formula(..) => {
                    content(inputs::scenario_column(inputs::WRITTEN, 0, count))?
                }
                written => written,
            };
            match (content(inputs::PATH)?, written) {
                (Content::Text(path), Content::Number(written)) => Some((path.clone(), *written)),
                _ => None,
            }
        };
        sheet.rows.iter().filter_map(row).collect()
    }

    /// Adds to the log what has changed since an earlier workbook, or why that is not told.
    pub fn log_changes(&mut self, earlier: &str, changes: Result<&[Changed], &str>) {
        if let Some(sheet) = self.sheets.iter_mut().find(|sheet| sheet.place == Place::Log) {
            cover::log_changes(sheet, earlier, changes);
        }
    }

    /// The sheet at a place.
    pub fn sheet(&self, place: Place) -> Option<&Sheet> {
        self.sheets.iter().find(|sheet| sheet.place == place)
    }
}

//! Scenarios that are switched on in a workbook say what their own workbooks say.

use std::collections::BTreeMap;
use std::path::Path;

use braidfund::folder::{self, DiskFolder, Files, MemoryFolder};
use braidfund::forecast::Spent;
use braidfund::funding::Status;
use braidfund::measures::Measures;
use braidfund::plan::Plan;
use braidfund::report::workbook::inputs::{Inputs, WRITTEN};
use braidfund::report::workbook::sheet::{At, Cell, Content, FIRST, MARK, Place, SECOND};
use braidfund::report::workbook::{About, Books, Case, Sources, Workbook};
use rust_decimal::Decimal;

use super::evaluate::{self, Evaluator, Found, told};
use super::{
    folders, held, longest, measures_of, plans, scenarios, spent, values, wide_and_late, workbook,
    wrong,
};

/// A plan of the folder's other scenarios beside the one that is shown, each with the books of its own braid: the
/// workbook, and of each scenario that it can switch on the workbook of that one alone.
pub fn with_switch(files: &dyn Files, ids: &[String], view: Status) -> (Workbook, Vec<Workbook>) {
    let plans: Vec<Plan> = ids.iter().map(|id| folder::read(files, id).unwrap()).collect();
    let plans: Vec<&Plan> = plans.iter().collect();
    switched(&plans, view)
}

pub fn switched(plans: &[&Plan], view: Status) -> (Workbook, Vec<Workbook>) {
    let books: Vec<(Spent, Measures)> = plans
        .iter()
        .map(|plan| {
            let spent = spent(plan, view);
            let measures = measures_of(plan, &spent);
            (spent, measures)
        })
        .collect();
    let cases: Vec<Case> = plans
        .iter()
        .zip(&books)
        .map(|(plan, (spent, measures))| {
            let Spent { timeline, ledger, cash, .. } = spent;
            Case { books: Books { plan, timeline, ledger, cash }, measures }
        })
        .collect();
    let about = About::default();
    let book = |cases: &[Case]| {
        Workbook::from_sources(&Sources { cases, shown: 0, view, about: &about, bridge: None })
    };
    let merged = book(&cases);
    let alone = cases.iter().map(|case| book(&[*case])).collect();
    (merged, alone)
}

/// The scenarios that a workbook can switch on.
pub fn numbered(book: &Workbook) -> Vec<String> {
    let sheet = book.sheet(Place::Scenarios).unwrap();
    let mut found = Vec::new();
    for row in 3..sheet.rows.len() as u32 {
        let at = |column| sheet.cell(row, column).map(|cell| &cell.content);
        if let (Some(Content::Text(id)), Some(Content::Number(number))) = (at(0), at(2)) {
            found.push((*number, id.clone()));
        }
    }
    found.sort();
    found.dedup();
    found.into_iter().map(|(_, id)| id).collect()
}

/// What a row says: its words, and its figures, nothing of what is 0.
type Said = (Option<String>, BTreeMap<u16, Found>);

/// What the rows of a sheet say, those that hold no figure left out. The numbers by which formulas tell sources and awards
/// apart are each workbook's own.
fn said(book: &Workbook, place: Place, evaluator: &mut Evaluator) -> Vec<Said> {
    let sheet = book.sheet(place).unwrap();
    let mut rows = Vec::new();
    for row in 0..sheet.rows.len() as u32 {
        let mut label = None;
        let mut figures = BTreeMap::new();
        for (column, cell) in &sheet.rows[row as usize] {
            let found = match &cell.content {
                Content::Link(_) => continue,
                _ => evaluator.at(sheet.at(row, *column)),
            };
            match found {
                Found::Word(text) if *column == 0 => label = Some(text),
                Found::Number(number) if number.is_zero() => {}
                Found::Number(number) => {
                    let numbered = match place {
                        Place::Awards => *column == MARK,
                        Place::Braid => [MARK, FIRST, SECOND].contains(column),
                        Place::Inputs => *column > WRITTEN,
                        _ => false,
                    };
                    if !numbered {
                        figures.insert(*column, Found::Number(number));
                    }
                }
                _ => {}
            }
        }
        if !figures.is_empty() {
            rows.push((label, figures));
        }
    }
    rows
}

/// The rows of a scenario's own workbook that another one does not say, in their order, when that scenario is switched on
/// in it; and those that it says beside them.
fn moved_apart(book: &Workbook, alone: &Workbook, switched: &mut Evaluator) -> Vec<String> {
    let mut told = Vec::new();
    for place in [
        Place::Inputs,
        Place::Timeline,
        Place::Awards,
        Place::Costs,
        Place::Braid,
        Place::Cash,
        Place::Summary,
        Place::Years,
        Place::Checks,
        Place::Engine,
    ] {
        let mut found = said(book, place, switched);
        let mut own = said(alone, place, &mut Evaluator::new(alone, None));
        if place == Place::Inputs {
            // The number of the scenario that is switched on, and how many inputs there are.
            found.drain(..2);
            own.drain(..2);
        }
        let apart = found.iter().zip(&own).find(|(found, own)| found != own);
        if let Some((found, own)) = apart {
            told.push(format!("{place:?}: {found:?}, engine {own:?}"));
        } else if found.len() != own.len() {
            told.push(format!("{place:?}: {} rows, engine {}", found.len(), own.len()));
        }
    }
    told
}

/// What is wrong in a workbook when its scenarios are switched on one after another.
pub fn wrong_when_switched(book: &Workbook, alone: &[Workbook], ids: &[String]) -> Vec<String> {
    let mut told = wrong(book);
    let switch = Inputs::switch();
    for (place, id) in numbered(book).iter().enumerate() {
        let other = &alone[ids.iter().position(|own| own == id).unwrap()];
        let edited = Some((switch, Decimal::from(place + 1)));
        let mut evaluator = Evaluator::new(book, edited);
        told.extend(
            moved_apart(book, other, &mut evaluator).into_iter().map(|one| format!("{id}: {one}")),
        );
        // No check fails, no input counts as changed, and the row of the scenario is what the engine has.
        let checks = book.sheet(Place::Checks).unwrap();
        let failed = evaluator.at(checks.at(2, 1));
        if failed != Found::Number(Decimal::ZERO) {
            told.push(format!("{id}: {failed:?} checks fail"));
        }
        let scenarios = book.sheet(Place::Scenarios).unwrap();
        let below = scenarios.rows.len() as u32 - ids.len() as u32;
        for (row, column) in (0..ids.len() as u32).flat_map(|row| (3..10).map(move |at| (row, at)))
        {
            let (live, fixed) = (scenarios.at(3 + row, column), scenarios.at(below + row, column));
            let (live, fixed) = (evaluator.at(live), evaluator.at(fixed));
            if live != fixed {
                told.push(format!(
                    "{id}: scenario {row}, column {column}: {live:?}, engine {fixed:?}"
                ));
            }
        }
    }
    told.truncate(10);
    told
}

#[test]
fn a_scenario_that_is_switched_on_is_what_the_engine_says_of_it() {
    let mut told = Vec::new();
    let mut count = 0;
    let mut folders = folders("scenarios");
    folders.extend(
        ["scenarios-stacked", "start-delay-of-six"].map(|name| Path::new("tests/good").join(name)),
    );
    for path in folders {
        let files = DiskFolder::open(&path).unwrap();
        let ids = scenarios(&files);
        for view in [Status::Secured, Status::Prospective] {
            let (book, alone) = with_switch(&files, &ids, view);
            assert_eq!(numbered(&book), ids, "{path:?}");
            assert_eq!(circle(&book), None, "{path:?}");
            count += ids.len() - 1;
            let wrong = wrong_when_switched(&book, &alone, &ids);
            told.extend(wrong.into_iter().map(|wrong| format!("{path:?} {view:?} {wrong}")));
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(count >= 20, "{count} scenarios can be switched on");
}

/// The folder's plan with one of its inputs restated, for each input of a workbook that moves something, as far as `most`.
pub fn neighbours(files: &dyn Files, book: &Workbook, most: usize) -> Vec<Plan> {
    let cases = folder::Cases::open(files, &[folder::BASE]).unwrap();
    let draft = cases.draft(folder::BASE).unwrap();
    let mut plans = Vec::new();
    for (path, text) in book.inputs.iter().map(held::restated).take(most) {
        let plan = draft.restated(&path, &text).and_then(|draft| cases.plan(&draft).ok());
        plans.extend(plan.map(|mut plan| {
            plan.scenario = format!("other-{}", plans.len() + 1);
            plan
        }));
    }
    plans
}

/// A random plan without some of its streams and lines, each of them left out by itself, and the whole plan last; their texts.
/// What goes by one that is left out is left out with it.
pub fn with_fewer(parts: &plans::Parts, dropped: &[usize]) -> (Vec<Plan>, Vec<String>) {
    let blocks = parts.blocks();
    let lines = parts.costs.len();
    let mut texts = Vec::new();
    for place in dropped {
        let place = place % (lines + parts.streams.len());
        let id = match place.checked_sub(lines) {
            None => format!("c{place}"),
            Some(stream) => format!("s{stream}"),
        };
        let names = |block: &&String| {
            block.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == id)
        };
        let kept: Vec<String> = blocks.iter().filter(|block| !names(block)).cloned().collect();
        texts.push(kept.join("\n"));
    }
    texts.push(blocks.join("\n"));
    // A plan may not stand without what was left out.
    (those_that_read(&texts), texts)
}

/// The plans of these texts that may be stated, each a scenario of its own.
pub fn those_that_read(texts: &[String]) -> Vec<Plan> {
    let mut plans = Vec::new();
    for text in texts {
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        if let Ok(mut plan) = folder::read(&files, folder::BASE) {
            plan.scenario = format!("case-{}", plans.len() + 1);
            plans.push(plan);
        }
    }
    plans
}

#[test]
fn most_random_plans_stand_without_one_of_their_streams_or_lines() {
    use proptest::strategy::{Strategy, ValueTree};
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut asked, mut stand) = (0, 0);
    for _ in 0..100 {
        let parts = plans::parts().new_tree(&mut runner).unwrap().current();
        let all: Vec<usize> = (0..parts.costs.len() + parts.streams.len()).collect();
        asked += all.len();
        stand += with_fewer(&parts, &all).0.len() - 1;
    }
    assert!(stand * 10 >= asked * 7, "{stand} of {asked}");
}

/// A cell that a workbook's formulas go round in a circle by, whatever is switched on.
pub fn circle(book: &Workbook) -> Option<String> {
    let mut state: BTreeMap<At, bool> = BTreeMap::new();
    for sheet in &book.sheets {
        for (row, cells) in sheet.rows.iter().enumerate() {
            for column in cells.keys() {
                let mut path = vec![(sheet.at(row as u32, *column), None::<Vec<At>>)];
                while let Some((at, left)) = path.last_mut() {
                    let at = *at;
                    let left = match left {
                        Some(left) => left,
                        None => {
                            if state.contains_key(&at) {
                                path.pop();
                                continue;
                            }
                            state.insert(at, false);
                            left.insert(evaluate::referred(book, at))
                        }
                    };
                    match left.pop() {
                        Some(next) => match state.get(&next) {
                            Some(true) => {}
                            Some(false) => return Some(told(next)),
                            None => path.push((next, None)),
                        },
                        None => {
                            state.insert(at, true);
                            path.pop();
                        }
                    }
                }
            }
        }
    }
    None
}

/// A plan and scenarios of it that state other terms: another title, longer and shorter lists, no growth, a growth, a line of
/// credit, an award of other months, money that is only claimed in another order.
const TERMS: &str = r#"
[plan]
title = "Hub"
start = "2026-07"
months = 30
[driver.members]
title = "Members"
yearly = [1000, 1100]
[cost.staff]
title = "Staff"
layer = "program"
function = "serve"
yearly = [1000, 2000]
escalate = "3%"
[cost.rent]
layer = "backbone"
function = "operate"
monthly = 100
payment-lag-months = 1
[stream.award]
title = "An award"
kind = "grant"
funder = "F"
status = "secured"
from = "2026-07"
until = "2028-06"
pays-for = ["anything"]
budget-periods = [{ from = "2026-07", until = "2027-06", amount = 1000 }, { from = "2027-07", until = "2028-06", amount = 2000 }]
payment = { method = "reimbursement", cycle-months = 3, lag-months = 2 }
[stream.plan]
title = "A plan"
kind = "payer"
funder = "P"
status = "secured"
from = "2026-07"
until = "2028-12"
pays-for = ["anything"]
terms = { method = "pmpm", members = "members", rate = "0.10" }
[scenario.named]
title = "Other names"
stream.award.title = "The award"
cost.staff.title = "People"
driver.members.yearly = [1000, 1100, 1300]
[scenario.listed]
title = "A longer list"
cost.staff.yearly = [1000, 2000, 3000]
driver.members.yearly = [900]
[scenario.level]
title = "One amount"
cost.staff.yearly = 1500
cost.rent.payment-lag-months = 0
[scenario.lent]
title = "A line of credit"
credit = { lender = "A bank", limit = 5000, rate = "9%" }
[scenario.later]
title = "Later"
plan.as-of = "2027-01"
stream.award.from = "2026-10"
stream.award.until = "2028-09"
stream.award.budget-periods = [{ from = "2026-10", until = "2028-09", amount = 2500 }]
"#;

#[test]
fn scenarios_of_other_terms_and_names_can_be_switched_on() {
    let files = MemoryFolder::new([("plan.toml", TERMS)]);
    let ids = scenarios(&files);
    let view = Status::Secured;
    let (book, alone) = with_switch(&files, &ids, view);
    assert_eq!(numbered(&book), ids);
    let wrong = wrong_when_switched(&book, &alone, &ids);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(circle(&book), None);
    // A title follows the switch, and stands once.
    let place = ids.iter().position(|id| id == "named").unwrap() + 1;
    let mut evaluator = Evaluator::new(&book, Some((Inputs::switch(), Decimal::from(place))));
    let awards = book.sheet(Place::Awards).unwrap();
    let mut titles = Vec::new();
    for row in 0..awards.rows.len() as u32 {
        if awards.cell(row, 1).is_some_and(|id| id.content == Content::Text("award".to_string())) {
            titles.push(evaluator.at(awards.at(row, 0)));
        }
    }
    assert_eq!(titles, [Found::Word("The award".to_string())]);
    // Without it the workbook of one scenario has no switch.
    let one = workbook(
        &folder::read(&files, "named").unwrap(),
        &spent(&folder::read(&files, "named").unwrap(), view),
        view,
    );
    assert!(one.sheet(Place::Switched).is_none());
}

#[test]
fn a_scenario_of_other_months_has_no_number() {
    let other = TERMS.replace("months = 30", "months = 36");
    let early = TERMS.replace("start = \"2026-07\"", "start = \"2026-06\"");
    let years = TERMS.replace("months = 30", "months = 30\nfiscal-year-starts = \"march\"");
    let plans = those_that_read(&[TERMS.to_string(), other, early, years, TERMS.to_string()]);
    let (book, _) = switched(&plans.iter().collect::<Vec<&Plan>>(), Status::Secured);
    assert_eq!(numbered(&book), ["case-1", "case-5"]);
}

#[test]
fn many_scenarios_of_many_lines_and_sources_fit_in_formulas() {
    let months = |text: String| {
        text.replace("months = 60", "months = 3")
            .replace("as-of = \"2027-03\"", "as-of = \"2026-07\"")
    };
    let texts: Vec<String> =
        (0..12).map(|fewer| months(wide_and_late(50, 130 - 2 * fewer))).collect();
    let plans = those_that_read(&texts);
    let plans: Vec<&Plan> = plans.iter().collect();
    let (book, alone) = switched(&plans, Status::Prospective);
    let ids: Vec<String> = plans.iter().map(|plan| plan.scenario.clone()).collect();
    assert_eq!((numbered(&book).len(), &numbered(&book)), (12, &ids));
    let longest = longest(&book);
    assert!((100..values::LETTERS_MAX).contains(&longest), "{longest} letters");
    let wrong = wrong_when_switched(&book, &alone, &ids);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A line that no source pays in one scenario, and some do in another, comes to one sum and one gap.
#[test]
fn a_line_has_one_gap_whoever_pays_it() {
    let files = DiskFolder::open(Path::new("scenarios/reading-ccp")).unwrap();
    let plans = ["base", "hospital-absorbs"].map(|id| folder::read(&files, id).unwrap());
    let (book, _) = switched(&plans.each_ref(), Status::Secured);
    for (place, label) in
        [(Place::Braid, "   paid by sources"), (Place::Braid, "   gap"), (Place::Years, "   gap")]
    {
        let rows = &book.sheet(place).unwrap().rows;
        let own = |row: &&BTreeMap<u16, Cell>| matches!(row.get(&0).map(|cell| &cell.content), Some(Content::Text(text)) if text == label);
        assert_eq!(rows.iter().filter(own).count(), plans[0].lines.len(), "{place:?} {label}");
    }
}

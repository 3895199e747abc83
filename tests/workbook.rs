//! The workbook: every formula says what the engine says, on every sample, every case worked by hand and many random
//! plans; and when an input is changed it says what the engine would with the same draws.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use braidfund::braid::Method;
use braidfund::export::xlsx;
use braidfund::folder::{self, DiskFolder, Files, MemoryFolder};
use braidfund::forecast::Spent;
use braidfund::funding::Status;
use braidfund::measures::{self, Measures};
use braidfund::net_assets::NetAssets;
use braidfund::plan::Plan;
use braidfund::report::workbook::inputs::{Inputs, WRITTEN};
use braidfund::report::workbook::sheet::{At, Content, FIRST, MARK, Place, SECOND};
use braidfund::report::workbook::{About, Books, Case, Sources, Workbook};
use braidfund::timeline::Selection;

#[path = "workbook/contracts.rs"]
mod contracts;
#[path = "workbook/corners.rs"]
mod corners;
#[path = "workbook/evaluate.rs"]
mod evaluate;
#[path = "workbook/held.rs"]
mod held;
#[path = "board/hostile.rs"]
mod hostile;
#[path = "workbook/libreoffice.rs"]
mod libreoffice;
#[path = "plans/mod.rs"]
mod plans;

use proptest::prelude::*;
use rust_decimal::Decimal;

use evaluate::{Evaluator, Found, cached, told};

/// The workbook of a plan whose money is spent so.
fn workbook(plan: &Plan, spent: &Spent, view: Status) -> Workbook {
    let Spent { timeline, ledger, cash, .. } = spent;
    let measures = measures_of(plan, spent);
    let about = About::default();
    let shown = Case { books: Books { plan, timeline, ledger, cash }, measures: &measures };
    let sources = Sources { cases: &[shown], shown: 0, view, about: &about, bridge: None };
    Workbook::from_sources(&sources)
}

/// What is read from the books; of the braids that no workbook shows, this one stands for all.
fn measures_of(plan: &Plan, spent: &Spent) -> Measures {
    let Spent { timeline, ledger, cash, .. } = spent;
    Measures::from_books(&measures::Books {
        ledger: ledger.clone(),
        cash: cash.clone(),
        net_assets: NetAssets::from_books(plan, timeline, ledger, cash).unwrap(),
        ladder: Vec::new(),
        dependable: ledger.clone(),
        structural: ledger.clone(),
        optimal: ledger.clone(),
        shares: ledger.clone(),
    })
}

fn spent(plan: &Plan, view: Status) -> Spent {
    Spent::from_plan(plan, Selection::View(view), Method::Waterfall).unwrap()
}

/// Every formula that does not say what the engine says, as far as ten.
fn wrong(book: &Workbook) -> Vec<String> {
    let mut evaluator = Evaluator::new(book, None);
    let mut wrong = Vec::new();
    for (at, found) in evaluator.all() {
        let sheet = book.sheet(at.sheet).unwrap();
        let Some(Content::Formula(expression, value)) =
            sheet.cell(at.row, at.column).map(|cell| &cell.content)
        else {
            continue;
        };
        if found != cached(value) {
            let formula = expression.text(at.sheet);
            wrong.push(format!("{} = {formula}: {found:?}, engine {value:?}", told(at)));
        }
    }
    wrong.truncate(10);
    wrong
}

fn folders(root: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("plan.toml").is_file())
        .collect();
    folders.sort();
    folders
}

fn scenarios(files: &dyn Files) -> Vec<String> {
    let mut all = vec![folder::BASE.to_string()];
    all.extend(folder::scenarios(files).unwrap().into_iter().map(|(id, _)| id));
    all.dedup();
    all
}

/// What is wrong in a plan folder, in each scenario and view.
fn wrong_in(path: &Path, views: &[Status]) -> Vec<String> {
    let mut told = Vec::new();
    let files = DiskFolder::open(path).unwrap();
    for scenario in scenarios(&files) {
        let plan = folder::read(&files, &scenario).unwrap();
        for view in views {
            let book = workbook(&plan, &spent(&plan, *view), *view);
            let wrong = wrong(&book);
            if !wrong.is_empty() {
                told.push(format!("{path:?} {scenario} {view:?}:\n{}", wrong.join("\n")));
            }
        }
    }
    told
}

#[test]
fn every_formula_of_every_sample_says_what_the_engine_says() {
    let views = [Status::Secured, Status::Prospective];
    let paths = folders("scenarios");
    assert!(paths.len() >= 5);
    let told: Vec<String> = paths.iter().flat_map(|path| wrong_in(path, &views)).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn every_formula_of_every_case_worked_by_hand_says_what_the_engine_says() {
    let paths = folders("tests/good");
    assert!(paths.len() >= 80);
    let views = [Status::Prospective];
    let told: Vec<String> = paths.iter().flat_map(|path| wrong_in(path, &views)).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

/// Each input of a folder changed by itself: what the workbook then says beside what the engine says of the same draws.
/// How many were changed, and what is wrong.
fn moved_wrongly(files: &dyn Files, view: Status) -> (Vec<String>, Vec<String>) {
    let plan = folder::read(files, folder::BASE).unwrap();
    let spent = spent(&plan, view);
    let book = workbook(&plan, &spent, view);
    let lay = |plan: &Plan, spent: &Spent| workbook(plan, spent, view);
    let before = held::figures(&book);
    let (mut changed, mut told) = (Vec::new(), Vec::new());
    for held in held::changed(files, &book, &spent, view, lay) {
        let mut evaluator = Evaluator::new(&book, Some(held.edited));
        let mut moves = false;
        for ((at, (label, figure)), (_, was)) in
            held::live(&book).into_iter().zip(&held.figures).zip(&before)
        {
            moves |= figure != was;
            let found = evaluator.at(at);
            if found != Found::Number(*figure) {
                let path = &held.path;
                told.push(format!("{path}: {label}: {found:?}, engine {figure}, before {was}"));
            }
        }
        if moves {
            changed.push(held.path);
        }
    }
    told.truncate(10);
    (changed, told)
}

#[test]
fn a_changed_input_moves_what_the_engine_moves_with_the_same_draws() {
    let mut told = Vec::new();
    let mut changed = 0;
    for path in folders("scenarios").into_iter().chain(folders("tests/good")) {
        let files = DiskFolder::open(&path).unwrap();
        let (moved, wrong) = moved_wrongly(&files, Status::Prospective);
        changed += moved.len();
        told.extend(wrong.into_iter().map(|wrong| format!("{}: {wrong}", path.display())));
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(changed >= 300, "{changed} inputs move a figure");
}

/// The letters that a spreadsheet takes of one formula.
const LETTERS_MAX: usize = 8_192;

/// A plan of many sources and of many lines that pay late.
fn wide_and_late(streams: usize, lines: usize) -> String {
    let text = hostile::wide(streams, lines, 900_000_000, |place| format!("Number {place}"));
    text.replace("priority = ", "payment-lag-months = 2\npriority = ")
}

/// The letters of a workbook's longest formula.
fn longest(book: &Workbook) -> usize {
    let mut longest = 0;
    for sheet in &book.sheets {
        for cell in sheet.rows.iter().flat_map(|row| row.values()) {
            if let Content::Formula(expression, _) = &cell.content {
                longest = longest.max(expression.text(sheet.place).len());
            }
        }
    }
    longest
}

#[test]
fn many_lines_that_pay_late_and_many_sources_fit_in_formulas() {
    let late = wide_and_late(50, 130);
    let files = MemoryFolder::new([("plan.toml", late.as_str())]);
    let plan = folder::read(&files, folder::BASE).unwrap();
    let book = workbook(&plan, &spent(&plan, Status::Prospective), Status::Prospective);
    let longest = longest(&book);
    assert!((100..LETTERS_MAX).contains(&longest), "{longest} letters");
    let wrong = wrong(&book);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
    assert!((100..LETTERS_MAX).contains(&longest), "{longest} letters");
    let wrong = wrong_when_switched(&book, &alone, &ids);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the cover says when an input has another value: of the checks, and of the inputs.
fn cover(book: &Workbook, path: &str, factor: Decimal) -> (Found, Found) {
    let input = book.inputs.iter().find(|input| input.path == path).unwrap();
    let mut evaluator = Evaluator::new(book, Some((input.at, input.value * factor)));
    let cover = book.sheet(Place::Cover).unwrap();
    let row = |label: &str| {
        let own = |row: &u32| {
            let cell = cover.cell(*row, 0).map(|cell| &cell.content);
            matches!(cell, Some(Content::Text(text)) if text == label)
        };
        (0..cover.rows.len() as u32).find(own).unwrap()
    };
    (evaluator.at(cover.at(row("Master check"), 1)), evaluator.at(cover.at(row("Inputs"), 1)))
}

#[test]
fn the_cover_says_that_an_input_is_edited_and_whether_the_braid_is_still_legal() {
    let files = DiskFolder::open(Path::new("scenarios/imperial-ach")).unwrap();
    let plan = folder::read(&files, folder::BASE).unwrap();
    let book = workbook(&plan, &spent(&plan, Status::Secured), Status::Secured);
    let word = |text: &str| Found::Word(text.to_string());
    let award = "stream.catalyst.award";
    let holds = "all checks hold";
    assert_eq!(cover(&book, award, Decimal::ONE), (word(holds), word("as written")));
    let edited = "inputs edited, braid not solved again";
    assert_eq!(cover(&book, award, Decimal::TWO), (word(holds), word(edited)));
    // Half the award is less than what was drawn of it.
    let half = Decimal::new(5, 1);
    assert_eq!(cover(&book, award, half), (word("A CHECK FAILS: see Checks"), word(edited)));
}

/// What a spreadsheet reads of a file: each cell's text, and each formula.
fn read_back(bytes: Vec<u8>) -> Vec<(String, Vec<String>, Vec<String>)> {
    use calamine::{Data, Reader};
    let mut file = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let names = file.sheet_names();
    let mut found = Vec::new();
    for name in names {
        let cells = file.worksheet_range(&name).unwrap();
        let texts = cells.used_cells().filter_map(|(_, _, cell)| match cell {
            Data::String(text) => Some(text.clone()),
            _ => None,
        });
        let texts = texts.collect();
        let formulas = file.worksheet_formula(&name).unwrap();
        let formulas = formulas.used_cells().map(|(_, _, text)| text.clone()).collect();
        found.push((name, texts, formulas));
    }
    found
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let files = DiskFolder::open(Path::new("scenarios/imperial-ach")).unwrap();
    let of = || {
        let plan = folder::read(&files, folder::BASE).unwrap();
        xlsx::encode(&workbook(&plan, &spent(&plan, Status::Secured), Status::Secured)).unwrap()
    };
    let (first, second) = (of(), of());
    assert!(first.len() > 10_000);
    assert!(first == second, "not one byte differs");
}

#[test]
fn a_file_read_back_holds_our_formulas_and_no_others_whatever_a_plan_says() {
    let of = |text: &str| {
        let [(name, plan), _] = hostile::folder(text);
        let plan = folder::read(&MemoryFolder::new([(name, plan.as_str())]), folder::BASE).unwrap();
        let book = workbook(&plan, &spent(&plan, Status::Prospective), Status::Prospective);
        (read_back(xlsx::encode(&book).unwrap()), book)
    };
    let (benign, book) = of("Riverbend");
    let ours: Vec<usize> = book
        .sheets
        .iter()
        .map(|sheet| {
            let cells = sheet.rows.iter().flat_map(|row| row.values());
            cells.filter(|cell| matches!(cell.content, Content::Formula(..))).count()
        })
        .collect();
    let counted: Vec<usize> = benign.iter().map(|(_, _, formulas)| formulas.len()).collect();
    assert_eq!(ours, counted, "every formula of ours, and no other");
    assert!(ours.iter().sum::<usize>() > 1_000);
    for payload in hostile::PAYLOADS {
        let (found, _) = of(payload);
        for ((name, texts, formulas), (_, before, same)) in found.iter().zip(&benign) {
            assert_eq!(formulas, same, "{payload}: {name}");
            // The benign word stands where the payload does.
            let count = |texts: &[String], word: &str| {
                texts.iter().filter(|text| text.contains(word)).count()
            };
            let shown = braidfund::diagnostic::visible(payload);
            assert!(count(texts, &shown) >= count(before, "Riverbend"), "{payload}: {name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_formula_of_random_plans_says_what_the_engine_says(parts in plans::parts()) {
        let plan = parts.plan();
        let view = Status::Prospective;
        let wrong = wrong(&workbook(&plan, &spent(&plan, view), view));
        prop_assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), parts.text());
    }

    #[test]
    fn a_random_plan_of_other_figures_can_be_switched_on(parts in plans::parts()) {
        let text = parts.text();
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let view = Status::Prospective;
        let plan = folder::read(&files, folder::BASE).unwrap();
        let book = workbook(&plan, &spent(&plan, view), view);
        let others = neighbours(&files, &book, 3);
        let plans: Vec<&Plan> = std::iter::once(&plan).chain(&others).collect();
        let ids: Vec<String> = plans.iter().map(|plan| plan.scenario.clone()).collect();
        let (book, alone) = switched(&plans, view);
        let wrong = wrong_when_switched(&book, &alone, &ids);
        prop_assert!(wrong.is_empty(), "{}\n{text}", wrong.join("\n"));
    }

    #[test]
    fn a_random_plan_with_fewer_streams_and_lines_can_be_switched_on(
        parts in plans::parts(), dropped in prop::collection::vec(0..18_usize, 1..4),
    ) {
        let view = Status::Prospective;
        let (plans, texts) = with_fewer(&parts, &dropped);
        let plans: Vec<&Plan> = plans.iter().collect();
        let ids: Vec<String> = plans.iter().map(|plan| plan.scenario.clone()).collect();
        let (book, alone) = switched(&plans, view);
        prop_assert_eq!(&numbered(&book), &ids);
        let wrong = wrong_when_switched(&book, &alone, &ids);
        prop_assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), texts.join("\n---\n"));
        prop_assert_eq!(circle(&book), None, "{}", texts.join("\n---\n"));
    }

    #[test]
    fn a_random_contract_can_be_switched_on_beside_others(
        one in contracts::contracts(), others in prop::collection::vec(contracts::contracts(), 1..3),
    ) {
        let view = Status::Prospective;
        let others = others.iter().map(|other| other.in_step_with(&one));
        let texts: Vec<String> = std::iter::once(one.clone()).chain(others).map(|one| one.text()).collect();
        let plans = those_that_read(&texts);
        let plans: Vec<&Plan> = plans.iter().collect();
        if plans.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = plans.iter().map(|plan| plan.scenario.clone()).collect();
        let (book, alone) = switched(&plans, view);
        prop_assert_eq!(&numbered(&book), &ids);
        let wrong = wrong_when_switched(&book, &alone, &ids);
        prop_assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), texts.join("\n---\n"));
        prop_assert_eq!(circle(&book), None, "{}", texts.join("\n---\n"));
    }

    #[test]
    fn a_changed_input_of_a_random_plan_moves_what_the_engine_moves(parts in plans::parts()) {
        let text = parts.text();
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let (_, wrong) = moved_wrongly(&files, Status::Prospective);
        prop_assert!(wrong.is_empty(), "{}\n{text}", wrong.join("\n"));
    }

    #[test]
    fn every_formula_of_random_contracts_says_what_the_engine_says(one in contracts::contracts()) {
        let text = one.text();
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        // Terms that no plan may state are refused at the door.
        let Ok(plan) = folder::read(&files, folder::BASE) else { return Ok(()) };
        let view = Status::Prospective;
        let book = workbook(&plan, &spent(&plan, view), view);
        let wrong = wrong(&book);
        prop_assert!(wrong.is_empty(), "{}\n{text}", wrong.join("\n"));
        let (_, wrong) = moved_wrongly(&files, view);
        prop_assert!(wrong.is_empty(), "{}\n{text}", wrong.join("\n"));
    }
}

#[test]
fn the_engine_alone_works_out_nothing_of_a_sample_or_a_case_worked_by_hand() {
    let mut found: Vec<(PathBuf, Vec<String>)> = Vec::new();
    for path in folders("scenarios").into_iter().chain(folders("tests/good")) {
        let files = DiskFolder::open(&path).unwrap();
        let plan = folder::read(&files, folder::BASE).unwrap();
        let book = workbook(&plan, &spent(&plan, Status::Prospective), Status::Prospective);
        found.push((path, book.fixed));
    }
    assert!(found.len() >= 85);
    found.retain(|(_, fixed)| !fixed.is_empty());
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn contracts_of_payers_and_claims_of_every_kind_are_live() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut read, mut paid) = (0, 0);
    for _ in 0..300 {
        let contract = contracts::contracts().new_tree(&mut runner).unwrap().current();
        let text = contract.text();
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let Ok(plan) = folder::read(&files, folder::BASE) else { continue };
        let spent = spent(&plan, Status::Prospective);
        let book = workbook(&plan, &spent, Status::Prospective);
        assert!(book.fixed.is_empty(), "{:?}\n{text}", book.fixed);
        read += 1;
        let brings = &spent.ledger.streams[0].made_available;
        paid += usize::from(brings.iter().any(|amount| amount.is_positive()));
    }
    assert!(read >= 250 && paid >= 150, "{read} read, {paid} pay");
}

/// A plan of the folder's other scenarios beside the one that is shown, each with the books of its own braid: the
/// workbook, and of each scenario that it can switch on the workbook of that one alone.
fn with_switch(files: &dyn Files, ids: &[String], view: Status) -> (Workbook, Vec<Workbook>) {
    let plans: Vec<Plan> = ids.iter().map(|id| folder::read(files, id).unwrap()).collect();
    let plans: Vec<&Plan> = plans.iter().collect();
    switched(&plans, view)
}

fn switched(plans: &[&Plan], view: Status) -> (Workbook, Vec<Workbook>) {
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
fn numbered(book: &Workbook) -> Vec<String> {
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
            // The number of the scenario that is switched on.
            found.remove(0);
            own.remove(0);
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
fn wrong_when_switched(book: &Workbook, alone: &[Workbook], ids: &[String]) -> Vec<String> {
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
fn neighbours(files: &dyn Files, book: &Workbook, most: usize) -> Vec<Plan> {
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
fn with_fewer(parts: &plans::Parts, dropped: &[usize]) -> (Vec<Plan>, Vec<String>) {
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
fn those_that_read(texts: &[String]) -> Vec<Plan> {
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
    use proptest::strategy::ValueTree;
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
fn circle(book: &Workbook) -> Option<String> {
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

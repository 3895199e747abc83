//! The workbook: every formula says what the engine says, on every sample, every case worked by hand and many random
//! plans; and when an input is changed it says what the engine would with the same draws.

#![allow(clippy::unwrap_used)]

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
use braidfund::report::workbook::sheet::{Content, Place};
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
#[path = "workbook/paper.rs"]
mod paper;
#[path = "plans/mod.rs"]
mod plans;
#[path = "workbook/switched.rs"]
mod switched;
#[path = "workbook/values.rs"]
mod values;

use proptest::prelude::*;
use rust_decimal::Decimal;

use evaluate::{Evaluator, Found, cached, told};
use switched::{
    circle, neighbours, numbered, switched, those_that_read, with_fewer, wrong_when_switched,
};

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

/// Every formula that does not say what the engine says, and every value that ought to be one, as far as ten.
fn wrong(book: &Workbook) -> Vec<String> {
    let mut evaluator = Evaluator::new(book, None);
    let mut wrong = values::wrong(book);
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
    assert!((100..values::LETTERS_MAX).contains(&longest), "{longest} letters");
    let wrong = wrong(&book);
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
        let [(name, plan), ..] = hostile::folder(text);
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
        // Contracts of which one is paid for what was spent and another one's receipts cost a fee would go in a circle.
        prop_assert!(!numbered(&book).is_empty());
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

//! What workbooks bring back: a budget becomes the cost lines that its mapping says, to the cent; changed inputs become the
//! scenario that a person would write; and what is foreign, huge, encrypted or broken is refused with the reason.

#![allow(clippy::unwrap_used)]

#[path = "import/aged.rs"]
mod aged;
#[path = "import/budgets.rs"]
mod budgets;
#[path = "import/proposed.rs"]
mod proposed;
#[path = "import/rows.rs"]
mod rows;
#[path = "import/unsound.rs"]
mod unsound;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use braidfund::error::Error;
use braidfund::export::xlsx;
use braidfund::folder::{self, Cases, DiskFolder, MemoryFolder, Wanted};
use braidfund::forecast::{Forecast, Question};
use braidfund::import::book::{Book, Datum};
use braidfund::import::edited;
use braidfund::report::workbook::inputs::{FIXED, Inputs, UNIT, VALUE};
use braidfund::report::workbook::sheet::{Place, Role, Unit};
use braidfund::report::workbook::{About, Books, Case, SCENARIO, Sources, Workbook};
use braidfund::timeline::{Selection, Timeline};
use rust_decimal::Decimal;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook as Office};

/// A budget as offices keep them: a title, months as dates, sections, a subtotal, a total column, a note.
fn office() -> Vec<u8> {
    let mut workbook = Office::new();
    workbook.add_worksheet().set_name("Notes").unwrap().write(0, 0, "Draft of May").unwrap();
    let sheet = workbook.add_worksheet().set_name("Budget").unwrap();
    sheet.write(0, 0, "Hub, operating budget 2026").unwrap();
    sheet.write(2, 1, "Position or item").unwrap();
    let month = Format::new().set_num_format("mmm yy");
    for place in 0..3_u8 {
        let date = ExcelDateTime::from_ymd(2026, 7 + place, 1).unwrap();
        sheet.write_with_format(2, 2 + u16::from(place), &date, &month).unwrap();
    }
    sheet.write(2, 5, "Total").unwrap();
    sheet.write(3, 1, "Personnel").unwrap();
    for (row, name, figures) in [
        (4, "Program director", [8_000.0, 8_000.0, 8_250.5]),
        (5, "Data analyst", [5_000.125, 5_000.0, 5_000.0]),
        (6, "Subtotal personnel", [13_000.125, 13_000.0, 13_250.5]),
        (8, "Rent & utilities", [1_100.0, 0.1, 0.2]),
        (9, "Program director", [1.0, 2.0, 3.0]),
        (10, "Total", [14_101.125, 13_002.1, 13_253.7]),
    ] {
        sheet.write(row, 1, name).unwrap();
        for (place, figure) in figures.into_iter().enumerate() {
            sheet.write(row, 2 + place as u16, figure).unwrap();
        }
        sheet.write_formula(row, 5, format!("=SUM(C{0}:E{0})", row + 1).as_str()).unwrap();
    }
    workbook.save_to_buffer().unwrap()
}

const PLAN: &str = "[plan]\ntitle = \"Hub\"\nstart = \"2026-07\"\nmonths = 3\n\
                    [stream.county]\nkind = \"partner\"\nfunder = \"County\"\nstatus = \"secured\"\n\
                    monthly = 10_000\npays-for = [\"anything\"]\nfrom = \"2026-07\"\nuntil = \"2026-09\"\n";

fn hub(mapping: &str) -> MemoryFolder {
    MemoryFolder::new([("plan.toml", PLAN), ("import.toml", mapping)])
}

/// A figure that an input is to have, found in a cell that is called by the input.
fn wanted(path: &str, value: Decimal) -> Wanted {
    Wanted { path: path.to_string(), value, found: format!("the cell of {path}") }
}

fn told(error: &Error) -> String {
    let mut text = String::new();
    for one in error.diagnostics() {
        writeln!(text, "{}: {} / {} / {}", one.code, one.message, one.cause, one.remedy).unwrap();
    }
    text
}

/// A workbook of one sheet with these cells: row, column, and a text or a figure.
fn made(cells: &[(u32, u16, &str)]) -> Book {
    let mut workbook = Office::new();
    let sheet = workbook.add_worksheet();
    for (row, column, text) in cells {
        match text.parse::<f64>() {
            Ok(figure) => sheet.write(*row, *column, figure).unwrap(),
            Err(_) => sheet.write(*row, *column, *text).unwrap(),
        };
    }
    Book::read("b.xlsx", &workbook.save_to_buffer().unwrap()).unwrap()
}

#[test]
fn changed_inputs_become_the_scenario_that_a_person_would_write() {
    let plan = "[plan]\ntitle = \"Hub\"\nstart = \"2026-07\"\nmonths = 12\n[driver.members]\nstart = 20_000\n\
                growth = \"2%\"\n[cost.staff]\nfunction = \"convene\"\nmonthly = \"1200.50\"\n\
                [stream.award]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\nfrom = \"2026-07\"\n\
                until = \"2027-06\"\npays-for = [\"convene\"]\n\
                budget-periods = [{ from = \"2026-07\", until = \"2026-12\", amount = 100 }, \
                { from = \"2027-01\", until = \"2027-06\", amount = 200 }]\n";
    let files = MemoryFolder::new([("plan.toml", plan)]);
    let inputs = [
        ("cost.staff.monthly", "1300.25"),
        ("driver.members.growth", "0.035"),
        ("driver.members.start", "21000"),
        ("stream.award.budget-periods.2.amount", "250"),
    ]
    .map(|(path, value)| wanted(path, value.parse().unwrap()));
    let restated =
        folder::restate(&files, ("base", "cfo", "Changed in \"plan.xlsx\""), &inputs).unwrap();
    let expected = "\n[scenario.cfo]\ntitle = \"Changed in \\\"plan.xlsx\\\"\"\n\
                    cost.staff.monthly = \"1300.25\"\ndriver.members.growth = \"3.5%\"\n\
                    driver.members.start = 21000\n\
                    stream.award.budget-periods = [{ amount = 100, from = \"2026-07\", until = \"2026-12\" }, \
                    { amount = 250, from = \"2027-01\", until = \"2027-06\" }]\n";
    assert_eq!(restated.text, expected);
    assert_eq!(String::from_utf8(restated.after.clone()).unwrap(), format!("{plan}{expected}"));
    let paths: Vec<&str> = restated.differences.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths.len(), 4, "{paths:?}");
    // The scenario is the plan in which each of them was written so.
    let mut with = MemoryFolder::default();
    with.put("plan.toml", restated.after);
    let written = plan
        .replace("1200.50", "1300.25")
        .replace("\"2%\"", "\"3.5%\"")
        .replace("20_000", "21_000")
        .replace("amount = 200", "amount = 250");
    let alone =
        folder::read(&MemoryFolder::new([("plan.toml", written.as_str())]), "base").unwrap();
    let scenario = folder::read(&with, "cfo").unwrap();
    assert_eq!((&scenario.lines, &scenario.streams), (&alone.lines, &alone.streams));
    assert_eq!(scenario.drivers, alone.drivers);
    assert_eq!(Cases::open(&with, &["base"]).unwrap().scenarios().len(), 1);
    for (id, path, value, why) in [
        ("cfo", "cost.rent.monthly", "1", "states no figure at `cost.rent.monthly`"),
        ("cfo", "cost.staff.function", "1", "states no figure at `cost.staff.function`"),
        ("Base Case", "cost.staff.monthly", "1", "is no id of a scenario"),
        ("base", "cost.staff.monthly", "1", "is no id of a scenario"),
    ] {
        let inputs = [wanted(path, value.parse().unwrap())];
        let error = folder::restate(&files, ("base", id, ""), &inputs).unwrap_err();
        assert!(told(&error).contains(why), "{why}: {}", told(&error));
    }
    // An id that is taken still shows what would be written, under one that is free.
    let again = folder::restate(&with, ("base", "cfo", "Again"), &inputs).unwrap();
    assert_eq!((again.id.as_str(), again.stack.as_str()), ("cfo-2", "cfo-2"));
    assert!(again.text.starts_with("\n[scenario.cfo-2]\ntitle = \"Again\"\n"), "{}", again.text);
    // What an input does not take is told of the cell in which it was found.
    let lost = [
        wanted("driver.members.start", Decimal::new(-5, 0)),
        wanted("stream.award.budget-periods.2.amount", Decimal::new(-7, 0)),
        wanted("cost.staff.monthly", Decimal::ONE),
    ];
    let error = folder::restate(&files, ("base", "low", "L"), &lost).unwrap_err();
    assert!(error.diagnostics().iter().all(|one| one.place.is_none()), "{}", told(&error));
    let error = told(&error);
    for part in
        ["the cell of driver.members.start holds -5: ", "budget-periods.2.amount holds -7: "]
    {
        assert!(error.contains(part), "{error}");
    }
    assert!(!error.contains("cost.staff"), "{error}");
    // What a change makes wrong elsewhere is told of its cell, at the plan's line.
    let grown = plan.replace("growth = \"2%\"", "growth = \"2%\"\ngrowth-month = \"january\"");
    let grown = MemoryFolder::new([("plan.toml", grown.as_str())]);
    let most = [wanted("driver.members.start", Decimal::from(999_999_999))];
    let error = folder::restate(&grown, ("base", "low", "L"), &most).unwrap_err();
    let place = error.diagnostics()[0].place.as_ref().map(|(origin, _)| origin.line);
    assert_eq!(place, Some(7), "{}", told(&error));
    assert!(told(&error).contains("the cell of driver.members.start holds 999999999: "));
}

/// A workbook of ours with some inputs changed, as its reader would.
fn edited(name: &str, changed: &[(&str, &str)]) -> Vec<u8> {
    let mut workbook = workbook_of(name, &["base"]);
    for (path, value) in changed {
        let input = workbook.inputs.iter().find(|input| input.path == *path);
        let (at, unit) = input.map(|input| (input.at, input.unit)).unwrap();
        set(&mut workbook, (at.row, at.column), value, unit);
    }
    xlsx::encode(&workbook).unwrap()
}

/// Writes a figure onto the sheet of inputs.
fn set(workbook: &mut Workbook, (row, column): (u32, u16), value: &str, unit: Unit) {
    let sheet = workbook.sheets.iter_mut().find(|sheet| sheet.place == Place::Inputs).unwrap();
    sheet.number(row, column, value.parse().unwrap(), Role::Input, unit);
}

/// The workbook of a sample, with the scenarios that it can switch on.
fn workbook_of(name: &str, ids: &[&str]) -> Workbook {
    let plans: Vec<_> = ids.iter().map(|id| folder::read(&sample(name), id).unwrap()).collect();
    let view = Question::default().view;
    let found: Vec<(Forecast, Timeline)> = plans
        .iter()
        .map(|plan| {
            let forecast = Forecast::from_plan(plan, Question::default()).unwrap();
            (forecast, Timeline::from_plan(plan, Selection::View(view)).unwrap())
        })
        .collect();
    let cases: Vec<Case> = plans
        .iter()
        .zip(&found)
        .map(|(plan, (forecast, timeline))| {
            let (ledger, cash) = (&forecast.books.ledger, &forecast.books.cash);
            Case { books: Books { plan, timeline, ledger, cash }, measures: &forecast.measures }
        })
        .collect();
    let about = About::of_run(&found[0].0, ids[0], "braid workbook", "0a1b");
    let sources = Sources { cases: &cases, shown: 0, view, about: &about, bridge: None };
    Workbook::from_sources(&sources)
}

#[test]
fn the_log_lists_what_has_changed_since_an_earlier_workbook() {
    let path = "stream.found-fy2025.award";
    let mut before = workbook_of("ri-hez", &["base", "leaders-count"]);
    let was = before.inputs.iter().find(|one| one.path == path).unwrap().clone();
    // Whatever was switched on when it was saved.
    let switch = Inputs::switch();
    set(&mut before, (switch.row, switch.column), "2", Unit::Whole);
    let earlier = Book::read("plan.xlsx", &xlsx::encode(&before).unwrap()).unwrap();
    let since = |now: &Workbook| edited::since(&earlier, now).unwrap();
    assert_eq!(since(&workbook_of("ri-hez", &["base"])), Some(Vec::new()));
    let other = workbook_of("ri-hez", &["leaders-count"]);
    let changed = since(&other).unwrap();
    let award = (path.to_string(), Some(was.value), Some(Decimal::from(1_700_000)));
    assert_eq!(changed, vec![award]);
    assert_eq!(since(&workbook_of("imperial-ach", &["base"])), None);
    let mut logged = other.clone();
    logged.log_changes("may.xlsx", Ok(&changed));
    let book = Book::read("plan.xlsx", &xlsx::encode(&logged).unwrap()).unwrap();
    let log = book.sheet("Log").unwrap();
    let told =
        |text: &str| log.cells.values().any(|cell| matches!(cell, Datum::Text(own) if own == text));
    assert!(told("Inputs changed since may.xlsx"));
    assert!(told("1700000 instead of 2000000"));
}

#[test]
fn what_was_changed_for_the_scenario_that_is_switched_on_is_brought_back() {
    // `leaders-count` is the base case with another award.
    let path = "stream.found-fy2025.award";
    let workbook = || workbook_of("ri-hez", &["base", "leaders-count"]);
    let input = workbook().inputs.iter().find(|input| input.path == path).cloned().unwrap();
    let read =
        |workbook: &Workbook| Book::read("plan.xlsx", &xlsx::encode(workbook).unwrap()).unwrap();
    let (base, other) = ((input.at.row, input.at.column), (input.at.row, input.at.column + 1));
    let switch = Inputs::switch();
    let switch = (switch.row, switch.column);

    let mut changed = workbook();
    set(&mut changed, base, "2100000", Unit::Money);
    let book = read(&changed);
    assert_eq!(edited::case(&book), "base");
    let changes = edited::changes(&book).unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].path.as_str(), changes[0].written), (path, input.value));
    assert_eq!(changes[0].value, Decimal::from(2_100_000));

    let mut changed = workbook();
    set(&mut changed, switch, "2", Unit::Whole);
    set(&mut changed, other, "1650000", Unit::Money);
    let book = read(&changed);
    assert_eq!(edited::case(&book), "leaders-count");
    let changes = edited::changes(&book).unwrap();
    let written = Decimal::from(1_700_000);
    assert_eq!((changes[0].written, changes[0].value), (written, Decimal::from(1_650_000)));
    let stated = edited::written(&book).unwrap();
    assert!(
        stated.contains(&(path.to_string(), written)),
        "what it was, whatever it was changed to"
    );

    // What was changed for another one is not lost unsaid.
    let mut changed = workbook();
    set(&mut changed, other, "1650000", Unit::Money);
    let error = edited::changes(&read(&changed)).unwrap_err();
    assert!(told(&error).contains("for a scenario that is not switched on"), "{}", told(&error));
    assert!(told(&error).contains("switch 2 on, or write 1700000 there again"), "{}", told(&error));

    // A cell that holds no figure, one that is fixed, and one input of two figures.
    let write = |workbook: &mut Workbook, at: (u32, u16), text: &str| {
        let sheet = workbook.sheets.iter_mut().find(|sheet| sheet.place == Place::Inputs).unwrap();
        sheet.text(at.0, at.1, text, Role::Input);
    };
    for at in [base, other] {
        let mut changed = workbook();
        write(&mut changed, at, "1.9 million");
        let error = edited::changes(&read(&changed)).unwrap_err();
        assert!(told(&error).contains("of sheet Inputs holds"), "{}", told(&error));
    }
    let mut changed = workbook();
    write(&mut changed, (input.at.row, UNIT), &format!("dollars{FIXED}"));
    assert_eq!(edited::changes(&read(&changed)).unwrap(), Vec::new());
    set(&mut changed, base, "1900000", Unit::Money);
    let error = told(&edited::changes(&read(&changed)).unwrap_err());
    assert!(error.contains("was changed, and is fixed"), "{error}");
    assert!(error.contains("write 2000000 there again"), "{error}");
    let live = (input.at.row, VALUE);
    let mut changed = workbook();
    set(&mut changed, live, "1900000", Unit::Money);
    assert_eq!(edited::changes(&read(&changed)).unwrap()[0].value, Decimal::from(1_900_000));
    set(&mut changed, base, "1950000", Unit::Money);
    let error = edited::changes(&read(&changed)).unwrap_err();
    assert!(told(&error).contains("write one figure, into"), "{}", told(&error));

    let mut changed = workbook();
    set(&mut changed, switch, "3", Unit::Whole);
    let error = edited::changes(&read(&changed)).unwrap_err();
    assert!(told(&error).contains("write a number from 1 to 2 there"), "{}", told(&error));
}

#[test]
fn a_figure_for_a_scenario_without_such_an_input_is_refused() {
    // `no-payer` does not bill, and has no cost of it.
    let path = "cost.billing.yearly";
    let workbook = || workbook_of("reading-ccp", &["base", "no-payer"]);
    let read =
        |workbook: &Workbook| Book::read("plan.xlsx", &xlsx::encode(workbook).unwrap()).unwrap();
    let input = workbook().inputs.iter().find(|input| input.path == path).cloned().unwrap();
    let (base, other) = ((input.at.row, input.at.column), (input.at.row, input.at.column + 1));
    assert!(workbook().sheet(Place::Inputs).unwrap().cell(other.0, other.1).is_none());
    let switch = Inputs::switch();
    let switch = (switch.row, switch.column);
    for on in ["1", "2"] {
        let mut same = workbook();
        set(&mut same, switch, on, Unit::Whole);
        assert_eq!(edited::changes(&read(&same)).unwrap(), Vec::new());
        // Nor is the 0 of a scenario without it typed over, where nothing was worked out since.
        set(&mut same, (input.at.row, VALUE), "0", Unit::Money);
        assert_eq!(edited::changes(&read(&same)).unwrap(), Vec::new());
    }
    let mut changed = workbook();
    set(&mut changed, base, "9000.5", Unit::Money);
    assert_eq!(edited::changes(&read(&changed)).unwrap()[0].value, Decimal::new(90_005, 1));
    // Into its empty cell, and over the live value, while it is switched on.
    for at in [other, (input.at.row, VALUE)] {
        let mut changed = workbook();
        set(&mut changed, switch, "2", Unit::Whole);
        set(&mut changed, at, "9000.5", Unit::Money);
        let error = told(&edited::changes(&read(&changed)).unwrap_err());
        assert!(error.contains("scenario `no-payer` has no `cost.billing.yearly`"), "{error}");
    }
    // An input that the case which it was made of lacks is none of its.
    let other_first = workbook_of("reading-ccp", &["no-payer", "base"]);
    let of = |book: &Workbook| book.written().iter().any(|(own, _)| own == path);
    assert!(of(&workbook()) && !of(&other_first));
    assert_eq!(
        edited::since(&read(&other_first), &workbook_of("reading-ccp", &["no-payer"])).unwrap(),
        Some(Vec::new())
    );
}

fn sample(name: &str) -> DiskFolder {
    DiskFolder::open(&Path::new("scenarios").join(name)).unwrap()
}

#[test]
fn a_workbook_that_nobody_changed_brings_nothing() {
    for name in ["imperial-ach", "oakland-fy2020", "reading-ccp", "ri-hez"] {
        let book = Book::read("plan.xlsx", &edited(name, &[])).unwrap();
        assert!(edited::is_ours(&book), "{name}");
        assert_eq!(edited::changes(&book).unwrap(), Vec::new(), "{name}");
    }
    assert!(!edited::is_ours(&Book::read("budget.xlsx", &office()).unwrap()));
}

/// Every input of a sample comes back alone: what is then stated is what stood in the workbook, and nothing else differs.
#[test]
fn each_input_of_a_workbook_comes_back_as_it_was_changed() {
    let name = "reading-ccp";
    let files = sample(name);
    let plan = folder::read(&files, "base").unwrap();
    let book = Book::read("plan.xlsx", &edited(name, &[])).unwrap();
    let sheet = book.sheet("Inputs").unwrap();
    let rows = sheet.cells.keys().map(|(row, _)| *row).max().unwrap();
    let mut brought = 0;
    for row in 4..=rows {
        let (Some(path), Some(value)) = (sheet.text(row, 5), sheet.number(row, 1)) else {
            continue;
        };
        let value = value + Decimal::new(1, 2);
        let inputs = [wanted(path, value)];
        let Ok(restated) = folder::restate(&files, ("base", "edited", "E"), &inputs) else {
            // A count of months takes no hundredths, and shares of a whole no hundred points more.
            continue;
        };
        brought += 1;
        let changed: Vec<&str> = restated.differences.iter().map(|one| one.path.as_str()).collect();
        if path.strip_prefix(changed[0]).is_some_and(|rest| rest.starts_with('.')) {
            // A list is stated whole.
            assert_eq!(changed.len(), 1);
            continue;
        }
        assert_eq!(changed, [path]);
        let text = &restated.differences[0].after.as_ref().unwrap().text;
        let text = text.trim_matches('"');
        let stated = match text.strip_suffix('%') {
            Some(share) => share.parse::<Decimal>().unwrap() / Decimal::ONE_HUNDRED,
            None => {
                text.replace('_', "").parse().unwrap_or_else(|_| panic!("{path}: {restated:?}"))
            }
        };
        assert_eq!(stated, value, "{path}");
    }
    assert!(brought >= 20, "{brought} of the inputs of {}", plan.title);
}

#[test]
fn a_changed_workbook_becomes_a_scenario_with_its_forecast() {
    let changed = [("cost.director.positions.salary", "85000"), ("stream.ahc.award", "4600000.50")];
    let book = Book::read("plan.xlsx", &edited("reading-ccp", &changed)).unwrap();
    let changes = edited::changes(&book).unwrap();
    let mut found: Vec<(&str, String)> =
        changes.iter().map(|change| (change.path.as_str(), change.value.to_string())).collect();
    found.sort();
    let award = ("stream.ahc.award", "4600000.5".to_string());
    assert_eq!(found, [("cost.director.positions.salary", "85000".to_string()), award]);
    let inputs: Vec<_> = changes.iter().map(|change| wanted(&change.path, change.value)).collect();
    let files = sample("reading-ccp");
    let restated = folder::restate(&files, ("base", "cfo", "Changed"), &inputs).unwrap();
    let text = fs::read_to_string("scenarios/reading-ccp/plan.toml").unwrap();
    assert_eq!(restated.before, text.as_bytes());
    let by_hand = text.replacen("salary = 80_000", "salary = 85_000", 1);
    let by_hand = by_hand.replacen("award = 4_500_000", "award = \"4600000.50\"", 1);
    let mut with = MemoryFolder::default();
    with.put("plan.toml", restated.after);
    let forecast = |files: &MemoryFolder, case: &str| {
        Forecast::from_plan(&folder::read(files, case).unwrap(), Question::default()).unwrap()
    };
    let alone = MemoryFolder::new([("plan.toml", by_hand.as_str())]);
    assert_eq!(forecast(&with, "cfo").measures, forecast(&alone, "base").measures);
    assert_ne!(forecast(&with, "cfo").measures, forecast(&with, "base").measures);
}

/// The workbook of a scenario comes back on top of it.
#[test]
fn a_workbook_of_a_scenario_comes_back_on_top_of_it() {
    let files = sample("reading-ccp");
    let path = "stream.hospital.terms.yearly";
    let inputs = [wanted(path, Decimal::from(500_000))];
    let restated = folder::restate(&files, ("hospital-absorbs", "cfo", "C"), &inputs).unwrap();
    assert_eq!(restated.stack, "hospital-absorbs+cfo");
    let changed: Vec<&str> = restated.differences.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(changed, [path]);
    let mut with = MemoryFolder::default();
    with.put("plan.toml", restated.after);
    let gap = |case: &str| {
        let plan = folder::read(&with, case).unwrap();
        Forecast::from_plan(&plan, Question::default()).unwrap().measures.total.gap_total()
    };
    assert!(gap("hospital-absorbs") < gap("hospital-absorbs+cfo"));
    assert!(gap("hospital-absorbs+cfo") < gap("base"));
    let mut book = Book::read("plan.xlsx", &edited("reading-ccp", &[])).unwrap();
    assert_eq!(edited::case(&book), "base");
    let cover = book.sheets.iter_mut().find(|sheet| sheet.name == "Cover").unwrap();
    let row = |text: &str| Datum::Text(text.to_string());
    let made_of = *cover.cells.iter().find(|(_, datum)| **datum == row(SCENARIO)).unwrap().0;
    cover.cells.insert((made_of.0, 1), row("hospital-absorbs: The hospital: all of it"));
    assert_eq!(edited::case(&book), "hospital-absorbs");
}

#[test]
fn inputs_without_a_figure_are_refused_with_their_cells() {
    let mut book = Book::read("plan.xlsx", &edited("imperial-ach", &[])).unwrap();
    let sheet = book.sheets.iter_mut().find(|sheet| sheet.name == "Inputs").unwrap();
    let rows: Vec<u32> =
        sheet.cells.keys().filter(|(_, column)| *column == 5).map(|at| at.0).collect();
    let [first, second] = [rows[1], rows[2]];
    sheet.cells.remove(&(first, 1));
    sheet.cells.insert((second, 1), Datum::Text("tbd".to_string()));
    let text = told(&edited::changes(&book).unwrap_err());
    assert!(text.contains(&format!("B{} of sheet Inputs holds nothing", first + 1)), "{text}");
    assert!(
        text.contains(&format!("B{} of sheet Inputs holds the text `tbd`", second + 1)),
        "{text}"
    );
}

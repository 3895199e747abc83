//! Every blue input of a workbook comes back, rows of series too: the plan of the scenario that is written is the plan in
//! which the input was written so.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use braidfund::folder::{self, BASE, Cases, DiskFolder, Files, MemoryFolder, Restated, Wanted};
use braidfund::forecast::{Forecast, Question};
use braidfund::plan::Plan;
use braidfund::report::workbook::inputs::{FILE, HEAD_ROW, PATH};
use braidfund::report::workbook::sheet::{Content, Place, Unit};
use braidfund::report::workbook::{About, Books, Case, Listed, Sources, Workbook};
use braidfund::timeline::{Selection, Timeline};
use rust_decimal::Decimal;

use super::wanted;

/// A plan with rows of every kind, in files of its own and in the folder's.
const PLAN: &str = "[plan]\ntitle = \"Hub\"\nstart = \"2026-07\"\nmonths = 3\n\
    [driver.visits]\nseries = \"visits.csv\"\n\
    [cost.staff]\nfunction = \"convene\"\nseries = \"data/needs.csv\"\n\
    [cost.rent]\nfunction = \"operate\"\nseries = \"data/needs.csv\"\n\
    [cost.call]\nfunction = \"engage\"\nunit = { driver = \"visits\", cost = \"2.50\" }\n\
    [stream.county]\nkind = \"grant\"\nfunder = \"County\"\nstatus = \"secured\"\nfederal = false\n\
    pays-for = [\"anything\"]\nschedule = \"money.csv\"\n\
    [stream.city]\nkind = \"public\"\nfunder = \"City\"\nstatus = \"secured\"\n\
    pays-for = [\"anything\"]\nschedule = \"money.csv\"\n";
const NEEDS: &str = "month,cost,amount\n2026-07,staff,1000.50\n2026-07,rent,200\n2026-08,staff,1000\n\
    2026-08,rent,200\n2026-09,staff,1000\n2027-01,staff,7\n";
const VISITS: &str =
    "driver,month,value\nvisits,2026-07,100\nvisits,2026-08,110\nvisits,2026-09,120\n";
const LEVELS: &str =
    "month,driver,value\n2026-07,members,50\n2026-08,members,51\n2026-09,members,52\n";
const MONEY: &str = "stream,available,last,amount\ncounty,2026-07,2026-09,3000\ncounty,2026-07,2026-09,500\n\
    county,2026-08,,40\ncity,2026-07,2026-08,900\n";
const COSTS: &str =
    "cost,function,2026-07,2026-08,FY2027\nphones,operate,10,20,\nvan,operate,,,1200\n";

fn hub() -> MemoryFolder {
    MemoryFolder::new([
        ("plan.toml", PLAN),
        ("costs.csv", COSTS),
        ("drivers.csv", LEVELS),
        ("visits.csv", VISITS),
        ("money.csv", MONEY),
        ("data/needs.csv", NEEDS),
    ])
}

/// The folder with what a scenario brings.
fn with(files: &MemoryFolder, restated: &Restated) -> MemoryFolder {
    let mut with = files.clone();
    with.put("plan.toml", restated.after.clone());
    for (name, text) in &restated.beside {
        with.put(name, text.clone().into_bytes());
    }
    with
}

fn inputs(of: &[(&str, &str)]) -> Vec<Wanted> {
    of.iter().map(|(path, value)| wanted(path, value.parse().unwrap())).collect()
}

/// What a plan means, whatever it is called and wherever it was written.
fn meaning(plan: Plan) -> Plan {
    let inputs = braidfund::plan::Inputs::default();
    let (scenario, scenario_title) = (String::new(), String::new());
    Plan { inputs, scenario, scenario_title, ..plan }
}

/// The rows that a scenario states anew stand in one file for each in which they stood, and the scenario names it.
#[test]
fn changed_rows_become_a_file_that_the_scenario_names() {
    let files = hub();
    let changed = inputs(&[
        ("cost.staff.series.2026-08", "1100.25"),
        ("driver.visits.series.2026-07", "105"),
        ("stream.county.schedule.2026-07.2026-09.2", "3100"),
        ("stream.county.schedule.2026-08.-", "45"),
        ("cost.rent.series.2026-08", "210"),
        ("cost.van.by-year.FY2027", "1500"),
        ("driver.members.series.2026-09", "53"),
        ("cost.phones.series.2026-08", "25"),
    ]);
    let restated = folder::restate(&files, (BASE, "cfo", "June"), &changed).unwrap();
    let text = "\n[scenario.cfo]\ntitle = \"June\"\ncost.van.by-year.FY2027 = \"1500\"\n\
        cost.phones.series = \"costs-cfo.csv\"\ncost.rent.series = \"data-needs-cfo.csv\"\n\
        cost.staff.series = \"data-needs-cfo.csv\"\ndriver.members.series = \"drivers-cfo.csv\"\n\
        stream.county.schedule = \"money-cfo.csv\"\ndriver.visits.series = \"visits-cfo.csv\"\n";
    assert_eq!(restated.text, text);
    let beside: BTreeMap<&str, &str> =
        restated.beside.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    // Rows beyond the plan and figures as they were written stay as they are; other streams' rows stay where they are.
    let expected = [
        ("costs-cfo.csv", "month,cost,amount\n2026-07,phones,10\n2026-08,phones,25\n"),
        (
            "data-needs-cfo.csv",
            "month,cost,amount\n2026-07,rent,200\n2026-08,rent,210\n\
             2026-07,staff,1000.50\n2026-08,staff,1100.25\n2026-09,staff,1000\n2027-01,staff,7\n",
        ),
        (
            "drivers-cfo.csv",
            "month,driver,value\n2026-07,members,50\n2026-08,members,51\n2026-09,members,53\n",
        ),
        (
            "money-cfo.csv",
            "stream,available,last,amount\ncounty,2026-07,2026-09,3100\n\
             county,2026-07,2026-09,500\ncounty,2026-08,,45\n",
        ),
        (
            "visits-cfo.csv",
            "month,driver,value\n2026-07,visits,105\n2026-08,visits,110\n2026-09,visits,120\n",
        ),
    ];
    assert_eq!(beside, expected.into_iter().collect());
    // What it means is what the plan means in which each figure was written so.
    let mut by_hand = hub();
    for (name, text, was, is) in [
        ("data/needs.csv", NEEDS, "2026-08,staff,1000", "2026-08,staff,1100.25"),
        ("visits.csv", VISITS, "2026-07,100", "2026-07,105"),
        ("drivers.csv", LEVELS, "members,52", "members,53"),
    ] {
        by_hand.put(name, text.replace(was, is).replace("08,rent,200", "08,rent,210").into());
    }
    by_hand.put("money.csv", MONEY.replace(",3000", ",3100").replace(",40", ",45").into());
    by_hand.put("costs.csv", COSTS.replace("10,20,", "10,25,").replace("1200", "1500").into());
    let (scenario, alone) = (
        folder::read(&with(&files, &restated), "cfo").unwrap(),
        folder::read(&by_hand, BASE).unwrap(),
    );
    assert_eq!(meaning(scenario.clone()), meaning(alone.clone()));
    let measures = |plan: &Plan| Forecast::from_plan(plan, Question::default()).unwrap().measures;
    assert_eq!(measures(&scenario), measures(&alone));
    assert_ne!(measures(&scenario), measures(&folder::read(&files, BASE).unwrap()));
    // The plan without the scenario stays what it was, and every case is sound.
    folder::read_all(&with(&files, &restated)).unwrap();
}

/// On top of a scenario that names a file of its own, rows of one table alone are stated anew.
#[test]
fn rows_of_a_scenarios_own_file_are_stated_anew_on_top_of_it() {
    let first = inputs(&[("cost.staff.series.2026-07", "1"), ("cost.rent.series.2026-07", "2")]);
    let files = hub();
    let files = with(&files, &folder::restate(&files, (BASE, "june", "J"), &first).unwrap());
    let second = inputs(&[("cost.staff.series.2026-08", "3")]);
    let restated = folder::restate(&files, ("june", "july", "J"), &second).unwrap();
    assert_eq!(restated.stack, "june+july");
    let name = "data-needs-june-july.csv".to_string();
    let rows = "month,cost,amount\n2026-07,staff,1\n2026-08,staff,3\n2026-09,staff,1000\n2027-01,staff,7\n";
    assert_eq!(restated.beside, [(name, rows.to_string())]);
    let files = with(&files, &restated);
    folder::read_all(&files).unwrap();
    let need = |case: &str, id: &str| {
        let plan = folder::read(&files, case).unwrap();
        let line = plan.lines.iter().find(|line| line.name.as_str() == id).unwrap();
        format!("{:?}", line.form)
    };
    assert_eq!(need("june+july", "rent"), need("june", "rent"));
    assert_ne!(need("june+july", "staff"), need("june", "staff"));
}

#[test]
fn rows_that_are_not_there_are_refused_and_files_that_are_there_stay() {
    for (path, why) in [
        ("cost.staff.series.2026-10", "states no figure at `cost.staff.series.2026-10`"),
        ("cost.staff.series.2026-07.2", "states no figure"),
        ("cost.call.series.2026-07", "states no figure"),
        ("stream.county.schedule.2026-07", "states no figure"),
        ("stream.county.schedule.2026-07.2026-09.3", "states no figure"),
        ("stream.county.schedule.2026-07.2026-09.0", "states no figure"),
        ("driver.visits.series", "states no figure"),
    ] {
        let error =
            folder::restate(&hub(), (BASE, "cfo", "C"), &inputs(&[(path, "1")])).unwrap_err();
        assert!(super::told(&error).contains(why), "{path}: {}", super::told(&error));
    }
    let row = inputs(&[("cost.staff.series.2026-08", "1")]);
    let mut files = hub();
    files.put("data-needs-cfo.csv", b"mine".to_vec());
    let restated = folder::restate(&files, (BASE, "cfo", "C"), &row).unwrap();
    assert_eq!(restated.beside[0].0, "data-needs-cfo-2.csv");
    assert!(restated.text.contains("cost.staff.series = \"data-needs-cfo-2.csv\""), "{restated:?}");
    // A figure that the file does not take is told of the cell: the new file stands nowhere yet.
    let cents =
        inputs(&[("cost.staff.series.2026-07", "1"), ("cost.staff.series.2026-08", "1.005")]);
    let error = folder::restate(&hub(), (BASE, "cfo", "C"), &cents).unwrap_err();
    let place = &error.diagnostics()[0].place;
    let error = super::told(&error);
    assert!(
        place.is_none() && error.contains("the cell of cost.staff.series.2026-08 holds 1.005: "),
        "{error}"
    );
    assert!(!error.contains("2026-07"), "{error}");
}

/// Each figure is traced to the very row that states it, whatever file that is in.
#[test]
fn an_input_of_a_file_names_its_row() {
    let book = workbook(&folder::read(&hub(), BASE).unwrap());
    let sheet = book.sheet(Place::Inputs).unwrap();
    let text = |row: u32, column: u16| match sheet.cell(row, column).map(|cell| &cell.content) {
        Some(Content::Text(text)) => text.clone(),
        other => panic!("{row} {column}: {other:?}"),
    };
    let place = |path: &str| {
        let row = (HEAD_ROW + 1..sheet.next_row()).find(|row| {
            matches!(sheet.cell(*row, PATH).map(|cell| &cell.content), Some(Content::Text(own)) if own == path)
        });
        text(row.unwrap_or_else(|| panic!("no row of {path}")), FILE)
    };
    for (path, row) in [
        ("cost.staff.series.2026-07", "data/needs.csv:2"),
        ("cost.rent.series.2026-08", "data/needs.csv:5"),
        ("cost.phones.series.2026-08", "costs.csv:2"),
        ("cost.van.by-year.FY2027", "costs.csv:3"),
        ("driver.visits.series.2026-08", "visits.csv:3"),
        ("driver.members.series.2026-09", "drivers.csv:4"),
        // Of two rows of the same months the smaller is the first.
        ("stream.county.schedule.2026-07.2026-09", "money.csv:3"),
        ("stream.county.schedule.2026-07.2026-09.2", "money.csv:2"),
        ("stream.county.schedule.2026-08.-", "money.csv:4"),
        ("cost.call.unit.cost", "plan.toml:15"),
    ] {
        assert_eq!(place(path), row, "{path}");
    }
}

/// The workbook of a plan's base case.
fn workbook(plan: &Plan) -> Workbook {
    let forecast = Forecast::from_plan(plan, Question::default()).unwrap();
    let view = Question::default().view;
    let timeline = Timeline::from_plan(plan, Selection::View(view)).unwrap();
    let (ledger, cash) = (&forecast.books.ledger, &forecast.books.cash);
    let books = Books { plan, timeline: &timeline, ledger, cash };
    let case = Case { books, measures: &forecast.measures };
    let about = About::default();
    let sources = Sources { cases: &[case], shown: 0, view, about: &about, bridge: None };
    Workbook::from_sources(&sources)
}

/// A folder in memory, and its plan with another figure of an input written where the input stands: what a person does who
/// mends the plan by hand. Nothing where that is refused.
fn by_hand(files: &MemoryFolder, path: &str, value: Decimal, unit: Unit) -> Option<Plan> {
    let parts: Vec<&str> = path.split('.').collect();
    let row = match parts[..] {
        ["stream", id, "schedule", first, last] => {
            Some(format!("{id},{first},{},", last.trim_start_matches('-')))
        }
        ["cost" | "driver", id, "series", month] => Some(format!("{month},{id},")),
        _ => None,
    };
    let mut files = files.clone();
    for name in ["tranches.csv", "by-month.csv", "convening.csv", "opened.csv"] {
        let (Ok(Some(bytes)), Some(row)) = (files.read(name, 1 << 20), &row) else { continue };
        let text = String::from_utf8(bytes).unwrap();
        if text.lines().any(|line| line.starts_with(row)) {
            let mend = |line: &str| match line.starts_with(row) {
                true => format!("{row}{value}\n"),
                false => format!("{line}\n"),
            };
            files.put(name, text.lines().map(mend).collect::<String>().into_bytes());
            return folder::read(&files, BASE).ok();
        }
    }
    let text = match unit {
        Unit::Share => format!("{}%", (value * Decimal::ONE_HUNDRED).normalize()),
        _ => value.normalize().to_string(),
    };
    let cases = Cases::open(&files, &[BASE]).unwrap();
    cases.plan(&cases.draft(BASE).unwrap().restated(path, &text)?).ok()
}

fn other(listed: &Listed) -> Decimal {
    match listed.unit {
        Unit::Whole => listed.value + Decimal::ONE,
        Unit::Money => (listed.value * Decimal::new(11, 1)).trunc_with_scale(2),
        _ => (listed.value * Decimal::new(11, 1)).trunc_with_scale(4),
    }
}

fn folders() -> Vec<PathBuf> {
    let of = |root: &str| fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let all = of("scenarios").chain(of("tests/good"));
    let mut all: Vec<PathBuf> = all.filter(|path| path.join("plan.toml").is_file()).collect();
    all.sort();
    all
}

fn in_memory(path: &Path) -> MemoryFolder {
    let mut files = MemoryFolder::default();
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    for file in entries.filter(|file| file.is_file()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        files.put(&name, fs::read(&file).unwrap());
    }
    files
}

#[test]
fn every_blue_input_of_every_sample_and_case_comes_back_as_a_scenario() {
    let (mut told, mut brought, mut rows) = (Vec::new(), 0, 0);
    for path in folders() {
        let files = in_memory(&path);
        let plan = folder::read(&DiskFolder::open(&path).unwrap(), BASE).unwrap();
        let book = workbook(&plan);
        let written = book.written();
        let paths: Vec<&str> = written.iter().map(|(path, _)| path.as_str()).collect();
        let present = folder::present(&files, BASE, &paths).unwrap();
        for ((path, written), figure) in written.iter().zip(present.figures) {
            if figure != Some(*written) {
                told.push(format!("{path}: {written} is written, {figure:?} read"));
            }
        }
        for listed in &book.inputs {
            let value = other(listed);
            let Some(alone) = by_hand(&files, &listed.path, value, listed.unit) else { continue };
            let changed = [wanted(&listed.path, value)];
            match folder::restate(&files, (BASE, "edited", "E"), &changed) {
                Err(error) => {
                    told.push(format!(
                        "{} {}: {}",
                        path.display(),
                        listed.path,
                        super::told(&error)
                    ));
                }
                Ok(restated) => {
                    let scenario = folder::read(&with(&files, &restated), "edited").unwrap();
                    if meaning(scenario) != meaning(alone) {
                        told.push(format!(
                            "{} {}: means another plan",
                            path.display(),
                            listed.path
                        ));
                    }
                    brought += 1;
                    rows += restated.beside.len();
                }
            }
        }
    }
    told.truncate(20);
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(brought >= 650 && rows >= 45, "{brought} inputs, {rows} of them rows of files");
}

//! LibreOffice works every formula out again, from caches that are wrong on purpose.
//!
//! `.ci/run` installs it. Where `CI` is not set and it is missing, a test says loudly that it checked nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use braidfund::export::xlsx;
use braidfund::folder::{self, DiskFolder, MemoryFolder};
use braidfund::forecast::Spent;
use braidfund::funding::Status;
use braidfund::plan::Plan;
use braidfund::report::workbook::Workbook;
use braidfund::report::workbook::inputs::Inputs;
use braidfund::report::workbook::sheet::{At, Content, Place, Value};
use calamine::{Data, Reader};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::switched::{numbered, with_switch};
use super::{held, hostile, scenarios, spent, workbook};

/// What a spreadsheet does on loading a file of another program: it works everything out. Without it LibreOffice trusts
/// what is stored.
const ALWAYS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"#;
/// A figure that no formula comes to.
const POISON: i64 = -777_777_777;

fn office() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .flat_map(|folder| ["soffice", "libreoffice"].map(|name| folder.join(name)))
        .find(|path| path.is_file());
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI is set, and LibreOffice is missing: see .ci/run"
        );
        // The harness shows what a test that passes writes to standard error only on request.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"\n*** LibreOffice is missing: THIS TEST CHECKED NOTHING ***\n",
        );
    }
    found
}

/// The workbook with another figure stored in every formula, and an input edited if any is.
fn poisoned(book: &Workbook, edited: Option<(At, Decimal)>) -> Workbook {
    let mut book = book.clone();
    for sheet in &mut book.sheets {
        let place = sheet.place;
        for (row, cells) in sheet.rows.iter_mut().enumerate() {
            for (column, cell) in cells {
                let at = At { sheet: place, row: row as u32, column: *column };
                match &mut cell.content {
                    Content::Formula(_, value) => *value = Value::Number(Decimal::from(POISON)),
                    Content::Number(number) => {
                        if let Some((_, new)) = edited.filter(|(of, _)| *of == at) {
                            *number = new;
                        }
                    }
                    Content::Text(_) | Content::Link(_) => {}
                }
            }
        }
    }
    book
}

/// Workbooks as LibreOffice works them out, in the order in which they were given.
fn recalculated(
    program: &Path,
    name: &str,
    books: &[Workbook],
) -> Vec<calamine::Xlsx<std::io::BufReader<fs::File>>> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libreoffice").join(name);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(home.join("profile/user")).unwrap();
    fs::create_dir_all(home.join("out")).unwrap();
    fs::write(home.join("profile/user/registrymodifications.xcu"), ALWAYS).unwrap();
    let mut files = Vec::new();
    for (number, book) in books.iter().enumerate() {
        let file = home.join(format!("{number}.xlsx"));
        fs::write(&file, xlsx::encode(book).unwrap()).unwrap();
        files.push(file);
    }
    let output = Command::new(program)
        .arg("--headless")
        .arg(format!("-env:UserInstallation=file://{}", home.join("profile").display()))
        .args(["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"])
        .arg(home.join("out"))
        .args(&files)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let open = |number: usize| {
        let path = home.join("out").join(format!("{number}.xlsx"));
        calamine::open_workbook(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
    };
    (0..books.len()).map(open).collect()
}

/// What a cell holds in a file that was read back.
fn shown(range: &calamine::Range<Data>, at: At) -> Data {
    range.get_value((at.row, u32::from(at.column))).cloned().unwrap_or(Data::Empty)
}

fn number(data: &Data) -> Option<f64> {
    match data {
        Data::Float(number) => Some(*number),
        Data::Int(number) => Some(*number as f64),
        Data::DateTime(day) => Some(day.as_f64()),
        Data::Empty => Some(0.0),
        _ => None,
    }
}

/// Every formula whose figure LibreOffice does not find, to the cent and rates to the ninth place; how many it found.
fn apart(
    book: &Workbook,
    file: &mut calamine::Xlsx<std::io::BufReader<fs::File>>,
) -> (usize, Vec<String>) {
    let (mut found, mut apart) = (0, Vec::new());
    for sheet in &book.sheets {
        let range = file.worksheet_range(sheet.place.name()).unwrap();
        for (row, cells) in sheet.rows.iter().enumerate() {
            for (column, cell) in cells {
                let Content::Formula(expression, value) = &cell.content else { continue };
                let at = sheet.at(row as u32, *column);
                let data = shown(&range, at);
                let same = match value {
                    Value::Number(figure) => number(&data).is_some_and(|number| {
                        (number - figure.to_f64().unwrap()).abs() < 0.000_001
                    }),
                    Value::Word(word) => matches!(&data, Data::String(text) if text == word),
                };
                if same {
                    found += 1;
                } else if apart.len() < 10 {
                    let formula = expression.text(sheet.place);
                    apart.push(format!("{at:?} ={formula}: {data:?}, engine {value:?}"));
                }
            }
        }
    }
    (found, apart)
}

fn read(path: &str) -> (DiskFolder, Plan) {
    let files = DiskFolder::open(Path::new(path)).unwrap();
    let plan = folder::read(&files, folder::BASE).unwrap();
    (files, plan)
}

#[test]
fn libreoffice_comes_to_the_engines_figures_from_wrong_ones() {
    let Some(program) = office() else { return };
    let samples = ["imperial-ach", "oakland-fy2020", "oakland-fy2021", "reading-ccp", "ri-hez"];
    let books: Vec<Workbook> = samples
        .iter()
        .map(|sample| {
            let (_, plan) = read(&format!("scenarios/{sample}"));
            workbook(&plan, &spent(&plan, Status::Secured), Status::Secured)
        })
        .collect();
    let wrong: Vec<Workbook> = books.iter().map(|book| poisoned(book, None)).collect();
    for ((sample, book), mut file) in
        samples.iter().zip(&books).zip(recalculated(&program, "samples", &wrong))
    {
        let (found, apart) = apart(book, &mut file);
        assert!(apart.is_empty(), "{sample}:\n{}", apart.join("\n"));
        assert!(found > 2_000, "{sample}: {found} formulas");
    }
}

#[test]
fn a_changed_input_moves_in_libreoffice_what_the_engine_moves_with_the_same_draws() {
    let Some(program) = office() else { return };
    let (files, plan) = read("scenarios/reading-ccp");
    let view = Status::Prospective;
    let spent = spent(&plan, view);
    let book = workbook(&plan, &spent, view);
    let lay = |plan: &Plan, spent: &Spent| workbook(plan, spent, view);
    let all = held::changed(&files, &book, &spent, view, lay);
    let inputs = [
        "cost.director.positions.salary",
        "cost.platform.yearly",
        "cost.operations.escalate",
        "stream.ahc.award",
        "stream.ahc.payment.lag-months",
        "stream.plan-pmpm.terms.rate",
        "driver.chi-units.start",
        "opening.unrestricted-cash",
    ];
    let chosen: Vec<&held::Held> = inputs
        .iter()
        .map(|path| all.iter().find(|one| one.path == *path).unwrap_or_else(|| panic!("{path}")))
        .collect();
    let edited: Vec<Workbook> =
        chosen.iter().map(|held| poisoned(&book, Some(held.edited))).collect();
    let before = held::figures(&book);
    for (held, mut file) in chosen.iter().zip(recalculated(&program, "changed", &edited)) {
        let engine = file.worksheet_range("Engine").unwrap();
        let mut moved = 0;
        for ((at, (label, figure)), (_, was)) in
            held::live(&book).into_iter().zip(&held.figures).zip(&before)
        {
            let found = number(&shown(&engine, at)).unwrap();
            let apart = (found - figure.to_f64().unwrap()).abs();
            assert!(apart < 0.000_001, "{}: {label}: {found}, engine {figure}", held.path);
            moved += usize::from(figure != was);
        }
        assert!(moved > 0, "{} moves something", held.path);
        let cover = file.worksheet_range("Cover").unwrap();
        let told = |text: &str| {
            cover.used_cells().any(|(_, _, cell)| matches!(cell, Data::String(own) if own == text))
        };
        assert!(told("inputs edited, braid not solved again"), "{}", held.path);
    }
}

#[test]
fn a_scenario_that_is_switched_on_in_libreoffice_is_what_the_engine_says_of_it() {
    let Some(program) = office() else { return };
    let view = Status::Prospective;
    let (files, _) = read("scenarios/reading-ccp");
    let ids = scenarios(&files);
    let (book, alone) = with_switch(&files, &ids, view);
    let numbered = numbered(&book);
    // One of them drops a payer.
    assert_eq!(numbered, ids);
    assert!(ids.iter().any(|id| id == "no-payer"), "{ids:?}");
    let switched: Vec<Workbook> = (1..=numbered.len())
        .map(|number| poisoned(&book, Some((Inputs::switch(), Decimal::from(number)))))
        .collect();
    for (id, mut file) in numbered.iter().zip(recalculated(&program, "switched", &switched)) {
        let other = &alone[ids.iter().position(|own| own == id).unwrap()];
        let engine = file.worksheet_range("Engine").unwrap();
        // The rows of the scenario's own workbook in their order; those that it lacks say 0.
        let mut figures = held::figures(other).into_iter().peekable();
        for at in held::live(&book) {
            let found = number(&shown(&engine, at)).unwrap();
            let label = shown(&engine, At { column: 0, ..at }).to_string();
            let own = figures.next_if(|(own, _)| *own == label);
            let figure = own.map_or(0.0, |(_, figure)| figure.to_f64().unwrap());
            let apart = (found - figure).abs();
            assert!(apart < 0.000_001, "{id}: {label}: {found}, engine {figure}");
        }
        assert_eq!(figures.next(), None, "{id}");
        let checks = file.worksheet_range("Checks").unwrap();
        assert_eq!(
            number(&shown(&checks, At { sheet: Place::Checks, row: 2, column: 1 })),
            Some(0.0)
        );
    }
}

#[test]
fn libreoffice_takes_no_hostile_word_for_a_formula() {
    let Some(program) = office() else { return };
    let mut text = String::from("[plan]\ntitle = \"=1+1\"\nstart = \"2026-07\"\nmonths = 6\n");
    for (number, payload) in hostile::PAYLOADS.iter().enumerate() {
        let title = serde_json::to_string(payload).unwrap();
        text += &format!(
            "[cost.c{number}]\ntitle = {title}\nfunction = \"convene\"\nmonthly = 10\nsource = {title}\n"
        );
    }
    let plan = folder::read(&MemoryFolder::new([("plan.toml", text.as_str())]), "base").unwrap();
    let book = workbook(&plan, &spent(&plan, Status::Secured), Status::Secured);
    let mut file = recalculated(&program, "hostile", &[poisoned(&book, None)]).remove(0);
    let (_, apart) = apart(&book, &mut file);
    assert!(apart.is_empty(), "{}", apart.join("\n"));
    let cells = file.worksheet_range("Costs").unwrap();
    for payload in hostile::PAYLOADS {
        let shown = braidfund::diagnostic::visible(payload);
        let told = cells
            .used_cells()
            .any(|(_, _, cell)| matches!(cell, Data::String(text) if text.trim() == shown.trim()));
        assert!(told, "{payload} stands as it is");
    }
    for sheet in &book.sheets {
        let ours = sheet.rows.iter().flat_map(|row| row.values());
        let ours = ours.filter(|cell| matches!(cell.content, Content::Formula(..))).count();
        let formulas = file.worksheet_formula(sheet.place.name()).unwrap();
        assert_eq!(formulas.used_cells().count(), ours, "{}", sheet.place.name());
    }
}

//! What is put on paper, and what a program shows that works nothing out.

use std::io::{Cursor, Read};

use braidfund::export::xlsx;
use braidfund::folder::{self, MemoryFolder};
use braidfund::funding::Status;
use braidfund::plan::Plan;
use braidfund::report::workbook::sheet::{Content, Place, Value};

use super::switched::switched;

/// A plan whose scenario adds a source, and that does not state its cash.
const PLAN: &str = "[plan]\ntitle = \"Hub\"\nstart = \"2026-07\"\nmonths = 3\n\
    [cost.staff]\nfunction = \"convene\"\nmonthly = 1000\n\
    [stream.county]\nkind = \"partner\"\nfunder = \"County\"\nstatus = \"secured\"\nmonthly = 400\n\
    pays-for = [\"anything\"]\nfrom = \"2026-07\"\nuntil = \"2026-09\"\n\
    [scenario.more]\ntitle = \"The city pays too\"\n\
    stream.city = { kind = \"partner\", funder = \"City\", status = \"secured\", monthly = 300, \
    pays-for = [\"anything\"], from = \"2026-07\", until = \"2026-09\" }\n";

fn plans(text: &str) -> [Plan; 2] {
    let files = MemoryFolder::new([("plan.toml", text)]);
    ["base", "more"].map(|id| folder::read(&files, id).unwrap())
}

/// A part of a packed file.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_calculating_sheet_puts_its_note_on_paper_and_inputs_what_scenarios_say() {
    let plans = plans(PLAN);
    let (book, alone) = switched(&plans.each_ref(), Status::Secured);
    let workbook = part(&xlsx::encode(&book).unwrap(), "xl/workbook.xml");
    let areas: Vec<&str> = workbook
        .split("name=\"_xlnm.Print_Area\"")
        .skip(1)
        .map(|rest| rest.split_once('>').unwrap().1.split_once('<').unwrap().0)
        .collect();
    let inputs = book.sheet(Place::Inputs).unwrap().rows.len();
    assert_eq!(areas, [format!("Inputs!$A$1:$J${inputs}"), "Switched!$A$1:$D$2".to_string()]);
    // A workbook of one case has no such sheet, and prints whole.
    let workbook = part(&xlsx::encode(&alone[0]).unwrap(), "xl/workbook.xml");
    assert!(!workbook.contains("Print_Area") && workbook.contains("Print_Titles"), "{workbook}");
}

/// Where a figure may be written a number is asked for; headings stay in sight, and what differs or fails stands out.
#[test]
fn inputs_take_numbers_and_what_differs_stands_out() {
    let plans = plans(PLAN);
    let (book, _) = switched(&plans.each_ref(), Status::Secured);
    let bytes = xlsx::encode(&book).unwrap();
    let sheet = |place: Place| {
        let at = book.sheets.iter().position(|sheet| sheet.place == place).unwrap();
        part(&bytes, &format!("xl/worksheets/sheet{}.xml", at + 1))
    };
    let last = book.sheet(Place::Inputs).unwrap().rows.len();
    let changed = format!("<conditionalFormatting sqref=\"E6:E{last}\">");
    let inputs = sheet(Place::Inputs);
    for held in [
        "<pane xSplit=\"2\" ySplit=\"5\"",
        "<dataValidation type=\"decimal\"",
        "<conditionalFormatting sqref=\"B4\">",
        &changed,
    ] {
        assert!(inputs.contains(held), "{held}: {inputs}");
    }
    let last = book.sheet(Place::Engine).unwrap().rows.len();
    let differs = format!("<conditionalFormatting sqref=\"D5:D{last}\">");
    let engine = sheet(Place::Engine);
    assert!(engine.contains(&differs), "{differs}: {engine}");
    let cover = sheet(Place::Cover);
    for told in ["text=\"A CHECK FAILS\"", "text=\"inputs edited\""] {
        assert!(cover.contains(told), "{told}: {cover}");
    }
    assert!(part(&bytes, "xl/workbook.xml").contains("Inputs!$A:$A,Inputs!$1:$5"));
    let chart = part(&bytes, "xl/charts/chart1.xml");
    assert!(chart.contains("<c:min val=\"0\"/>"), "{chart}");
}

/// How a cell of a sheet looks, in the words of the file.
fn format_of(bytes: &[u8], sheet: &str, cell: &str) -> String {
    let (_, rest) = sheet.split_once(&format!("<c r=\"{cell}\" s=\"")).unwrap();
    let style: usize = rest.split_once('"').unwrap().0.parse().unwrap();
    let styles = part(bytes, "xl/styles.xml");
    let formats = styles.split("<cellXfs").nth(1).unwrap();
    let format = formats.split("<xf ").nth(style + 1).unwrap();
    let number = format.split_once("numFmtId=\"").unwrap().1.split_once('"').unwrap().0;
    let code = styles.split_once(&format!("<numFmt numFmtId=\"{number}\" formatCode=\""));
    let code = code.map_or("", |(_, rest)| rest.split_once('"').unwrap().0);
    format!("{code} {format}")
}

/// What heads figures stands above them, on the right; what may be changed shows its cents or its share.
#[test]
fn headings_stand_above_their_figures_and_inputs_show_their_unit() {
    let fee =
        "[cost.fee]\nfunction = \"operate\"\nfee = { share = \"12.5%\", on = [\"cost.staff\"] }\n";
    let plans = plans(&PLAN.replace("[stream.county]", &format!("{fee}[stream.county]")));
    let (book, _) = switched(&plans.each_ref(), Status::Secured);
    let bytes = xlsx::encode(&book).unwrap();
    let format = |place: Place, (row, column): (u32, u16)| {
        let at = book.sheets.iter().position(|sheet| sheet.place == place).unwrap();
        let sheet = part(&bytes, &format!("xl/worksheets/sheet{}.xml", at + 1));
        let column = char::from(b'A' + u8::try_from(column).unwrap());
        format_of(&bytes, &sheet, &format!("{column}{}", row + 1))
    };
    for (place, words, right) in [
        (Place::Inputs, "Input", false),
        (Place::Inputs, "Value", true),
        (Place::Scenarios, "What it is", false),
        (Place::Scenarios, "Core gap", true),
    ] {
        let cells = book.sheet(place).unwrap().rows.iter().enumerate().flat_map(|(row, cells)| {
            cells.iter().map(move |(column, cell)| ((row as u32, *column), cell))
        });
        let heads = |cell: &Content| matches!(cell, Content::Text(text) if text == words);
        let (at, _) = cells.into_iter().find(|(_, cell)| heads(&cell.content)).unwrap();
        let format = format(place, at);
        assert_eq!(format.contains("horizontal=\"right\""), right, "{words}: {format}");
    }
    for (path, shown) in
        [("cost.staff.monthly", "#,##0.00_)"), ("cost.fee.fee.share", "0.00######%_)")]
    {
        let input = book.inputs.iter().find(|input| input.path == path).unwrap();
        let format = format(Place::Inputs, (input.at.row, input.at.column));
        assert!(format.starts_with(shown), "{path}: {format}");
    }
}

#[test]
fn what_stands_on_every_page_of_inputs_is_not_cut() {
    let plans = plans(PLAN);
    let (book, _) = switched(&plans.each_ref(), Status::Secured);
    let place = book.sheets.iter().position(|sheet| sheet.place == Place::Inputs).unwrap();
    let bytes = xlsx::encode(&book).unwrap();
    let sheet = part(&bytes, &format!("xl/worksheets/sheet{}.xml", place + 1));
    let row = |number: u32| {
        let row = sheet.split("<row r=\"").find(|row| row.starts_with(&format!("{number}\"")));
        row.unwrap().to_string()
    };
    // The note and the titles of scenarios stand on several lines, each in its own column, with room before the words.
    assert!(row(2).contains(" ht=\"30\""), "{}", row(2));
    assert!(row(4).contains(" ht=\"30\""), "{}", row(4));
    for cell in ["A2", "I4", "J4"] {
        let format = format_of(&bytes, &sheet, cell);
        assert!(format.contains("wrapText=\"1\"") && format.contains("indent=\"1\""), "{format}");
    }
}

#[test]
fn a_name_that_the_scenario_lacks_is_stored_as_nothing_and_not_as_0() {
    // Two scenarios call the source otherwise, so that its name goes by the switch, and the base case has none.
    let other = PLAN.replace("[scenario.more]", "[scenario.base-2]").replace(
        "kind = \"partner\", funder = \"City\"",
        "title = \"Town\", kind = \"partner\", funder = \"City\"",
    );
    let other =
        folder::read(&MemoryFolder::new([("plan.toml", other.as_str())]), "base-2").unwrap();
    let [base, more] = plans(PLAN);
    let (book, _) = switched(&[&base, &more, &other], Status::Secured);
    let nothing = |sheet: &braidfund::report::workbook::sheet::Sheet| {
        let cells = sheet.rows.iter().flat_map(|row| row.values());
        let word = |content: &Content| matches!(content, Content::Formula(_, Value::Word(word)) if word.is_empty());
        cells.filter(|cell| word(&cell.content)).count()
    };
    let bytes = xlsx::encode(&book).unwrap();
    let mut found = 0;
    for (place, sheet) in book.sheets.iter().enumerate() {
        let text = part(&bytes, &format!("xl/worksheets/sheet{}.xml", place + 1));
        let stored = text.matches(" t=\"str\"><f>").count();
        let empty = text.split(" t=\"str\"><f>").skip(1);
        let empty = empty.filter(|rest| rest.split_once("</f>").unwrap().1.starts_with("<v></v>"));
        let empty = empty.count();
        assert_eq!(empty, nothing(sheet), "{:?}: {stored} words", sheet.place);
        found += empty;
    }
    assert!(found > 0, "no name is nothing");
}

#[test]
fn scenarios_say_where_cash_is_counted_from_zero() {
    let note = |text: &str| {
        let plans = plans(text);
        let (book, _) = switched(&plans.each_ref(), Status::Secured);
        let sheet = book.sheet(Place::Scenarios).unwrap();
        let cells = sheet.rows.iter().flat_map(|row| row.values());
        let texts = cells.filter_map(|cell| match &cell.content {
            Content::Text(text) if text.contains("counted from $0") => Some(text.clone()),
            _ => None,
        });
        texts.collect::<Vec<String>>()
    };
    let counted = "the lowest cash and the month in which it runs out are counted from $0.";
    assert_eq!(note(PLAN), [format!("The plan does not state its cash at the start: {counted}")]);
    let one = format!("{PLAN}opening.unrestricted-cash = 5\n");
    assert_eq!(note(&one), [format!("Cash at the start is not stated in base: there {counted}")]);
    let stated = PLAN.replace("[cost.staff]", "[opening]\nunrestricted-cash = 5\n[cost.staff]");
    assert!(note(&stated).is_empty());
}

//! A workbook whose inputs are gone, of another plan, or of a plan that has changed since.

use braidfund::folder::{self, MemoryFolder};
use braidfund::import::aged::Aged;
use braidfund::import::book::{Book, Datum};
use braidfund::import::edited;
use braidfund::report::workbook::SCENARIO;
use braidfund::report::workbook::inputs::{COUNT_ROW, WRITTEN};

use super::told;

fn book(changed: &[(&str, &str)]) -> Book {
    Book::read("plan.xlsx", &super::edited("imperial-ach", changed)).unwrap()
}

/// The folder of the sample with some words replaced.
fn folder_with(replaced: &[(&str, &str)]) -> MemoryFolder {
    let mut text = std::fs::read_to_string("scenarios/imperial-ach/plan.toml").unwrap();
    for (was, is) in replaced {
        assert_eq!(text.matches(was).count(), 1, "{was}");
        text = text.replace(was, is);
    }
    MemoryFolder::new([("plan.toml", text.as_str())])
}

/// What has changed since the workbook was written.
fn aged(book: &Book, files: &MemoryFolder) -> Result<Aged, String> {
    let written = edited::written(book).unwrap();
    let paths: Vec<&str> = written.iter().map(|(path, _)| path.as_str()).collect();
    let present = folder::present(files, &edited::case(book), &paths).unwrap();
    Aged::of(book, &written, &present).map_err(|error| told(&error))
}

#[test]
fn a_workbook_of_ours_whose_inputs_are_gone_is_known_and_refused() {
    let whole = book(&[]);
    let without = |change: &dyn Fn(&mut Book)| {
        let mut book = whole.clone();
        change(&mut book);
        assert!(edited::is_ours(&book));
        told(&edited::changes(&book).unwrap_err())
    };
    let place = whole.sheets.iter().position(|sheet| sheet.name == "Inputs").unwrap();
    let gone = without(&|book| drop(book.sheets.remove(place)));
    assert!(gone.contains("without its sheet Inputs"), "{gone}");
    let renamed = without(&|book| book.sheets[place].name = "June".to_string());
    assert!(renamed.contains("give sheet `June` the name Inputs again"), "{renamed}");
    let empty = without(&|book| book.sheets[place].cells.clear());
    assert!(empty.contains("sheet Inputs of `plan.xlsx` is empty"), "{empty}");
    let moved = without(&|book| {
        let cells = std::mem::take(&mut book.sheets[place].cells);
        let lower = cells.into_iter().map(|((row, column), datum)| ((row + 1, column), datum));
        book.sheets[place].cells = lower.collect();
    });
    assert!(moved.contains("F5 does not hold the heading `Path in the plan`"), "{moved}");
    let cells = |book: &mut Book, keeps: &dyn Fn(&(u32, u32)) -> bool| {
        book.sheets[place].cells.retain(|at, _| keeps(at));
    };
    let row = whole.sheets[place].cells.iter().find_map(|(at, datum)| {
        (*datum == Datum::Text("cost.operations.yearly".to_string())).then_some(at.0)
    });
    let row = row.unwrap();
    let fewer = without(&|book| cells(book, &|at| at.0 != row));
    assert!(
        fewer.contains("sheet Inputs of `plan.xlsx` holds 25 inputs, and braid wrote 26"),
        "{fewer}"
    );
    let unsaid = without(&|book| cells(book, &|at| *at != (row, WRITTEN.into())));
    let at = format!(
        "D{} of sheet Inputs holds nothing / it tells what `cost.operations.yearly`",
        row + 1
    );
    assert!(unsaid.contains(&at), "{unsaid}");
    // An older workbook does not say how many there were: none is missed.
    let mut older = whole.clone();
    older.sheets[place].cells.retain(|at, _| at.0 != row && *at != (COUNT_ROW, WRITTEN.into()));
    assert!(edited::changes(&older).unwrap().is_empty());
    // Every sheet but the one of inputs and the log may be gone too.
    let alone = without(&|book| book.sheets.retain(|sheet| sheet.name == "Log"));
    assert!(alone.contains("without its sheet Inputs"), "{alone}");
}

#[test]
fn a_workbook_of_another_plan_is_refused() {
    let own = folder_with(&[]);
    assert!(aged(&book(&[]), &own).unwrap().told(&[]).is_empty());
    let reading = Book::read("r.xlsx", &super::edited("reading-ccp", &[])).unwrap();
    let refused = aged(&reading, &own).err().unwrap();
    assert!(refused.contains("`r.xlsx` is the workbook of another plan"), "{refused}");
    assert!(refused.contains("it is of `Reading Hospital"), "{refused}");
    // A plan under another title is the same as long as it states the same.
    let mut titled = book(&[]);
    let cover = titled.sheets.iter_mut().find(|sheet| sheet.name == "Cover").unwrap();
    cover.cells.insert((0, 0), Datum::Text("Another".to_string()));
    aged(&titled, &own).unwrap();
    let older = folder_with(&[(AWARD, "award = 750_000")]);
    let refused = aged(&titled, &older).err().unwrap();
    assert!(refused.contains("it is of `Another`; this folder holds `"), "{refused}");
    // Nor is one of the same title its plan that states none of its inputs.
    let title = edited::title(&book(&[])).unwrap().to_string();
    let bare = format!("[plan]\ntitle = \"{title}\"\nstart = \"2026-01\"\nmonths = 12\n");
    let bare = MemoryFolder::new([("plan.toml", bare.as_str())]);
    let refused = aged(&book(&[]), &bare).err().unwrap();
    assert!(refused.contains("this folder's plan states none of its inputs"), "{refused}");
    // A scenario that the plan does not have any more.
    let cover = titled.sheets.iter_mut().find(|sheet| sheet.name == "Cover").unwrap();
    let title = edited::title(&book(&[])).unwrap().to_string();
    cover.cells.insert((0, 0), Datum::Text(title));
    let made_of = Datum::Text(SCENARIO.to_string());
    let row = cover.cells.iter().find(|(_, datum)| **datum == made_of).unwrap().0.0;
    cover.cells.insert((row, 1), Datum::Text("gone: A scenario".to_string()));
    let refused = aged(&titled, &own).err().unwrap();
    assert!(refused.contains("shows scenario `gone`, which the plan does not have"), "{refused}");
}

/// How the sample states an award.
const AWARD: &str = "award = 850_000                # $283,333 a year";
const PATH: &str = "stream.catalyst.award";

#[test]
fn what_the_plan_has_come_to_state_since_is_told_and_not_taken_back_unseen() {
    let older = folder_with(&[(AWARD, "award = 750_000")]);
    // Nobody changed it in the workbook: the plan's stays.
    let told = aged(&book(&[]), &older).unwrap().told(&[]);
    assert_eq!(
        told,
        [format!(
            "{PATH}: 750000 in the plan now, 850000 when the workbook was written; 750000 stays"
        )]
    );
    // Somebody did.
    let changed = book(&[(PATH, "800000")]);
    let changes = edited::changes(&changed).unwrap();
    let age = aged(&changed, &older).unwrap();
    assert!(age.told(&changes).is_empty());
    let refused = age.taken_back(&changes);
    assert_eq!(refused.len(), 1);
    assert!(refused[0].message.contains(&format!("`{PATH}` was changed in the plan too")));
    let [then, now] = &changes[0].cells;
    assert_eq!(
        refused[0].remedy,
        format!(
            "write 850000 into {now} again, and 750000 stays; or write 750000 into {then}, and 800000 takes its place"
        )
    );
    // The second remedy, as a person would follow it.
    let mut seen = changed.clone();
    let sheet = seen.sheets.iter_mut().find(|sheet| sheet.name == "Inputs").unwrap();
    let at = sheet
        .cells
        .keys()
        .find(|(row, column)| braidfund::import::book::address(*row, *column) == *then);
    let at = *at.unwrap();
    sheet.cells.insert(at, Datum::Number(750_000.into()));
    let age = aged(&seen, &older).unwrap();
    let changes = edited::changes(&seen).unwrap();
    assert!(age.taken_back(&changes).is_empty() && age.told(&changes).is_empty());
    assert_eq!((changes[0].written, changes[0].value), (750_000.into(), 800_000.into()));
    // Both came to the same figure.
    let same = book(&[(PATH, "750000")]);
    let changes = edited::changes(&same).unwrap();
    let age = aged(&same, &older).unwrap();
    assert!(age.taken_back(&changes).is_empty());
    assert_eq!(age.told(&changes), [format!("{PATH}: the plan has come to state 750000 too")]);
    assert_eq!(age.now(PATH), Some(750_000.into()));
}

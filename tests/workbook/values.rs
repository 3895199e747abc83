//! What of a workbook is a value and not a formula: inputs, what the braid decided, the engine's figures beside the
//! workbook's, dates and marks; and nothing else. And what spreadsheets take of one formula.

use std::path::Path;

use braidfund::folder::DiskFolder;
use braidfund::funding::Status;
use braidfund::report::workbook::Workbook;
use braidfund::report::workbook::formula::Expression;
use braidfund::report::workbook::sheet::{At, Cell, Content, Place, Role, Sheet, Unit};

use super::evaluate::told;
use super::switched::with_switch;
use super::{folders, scenarios, spent, workbook};

/// The letters that a spreadsheet takes of one formula.
pub const LETTERS_MAX: usize = 8_192;
/// The arguments that a spreadsheet takes of one function.
const ARGUMENTS_MAX: usize = 255;
/// How deep a spreadsheet takes functions in one another.
const LEVELS_MAX: usize = 64;

/// The words of a row in a column.
fn words(sheet: &Sheet, row: u32, column: u16) -> &str {
    match sheet.cell(row, column).map(|cell| &cell.content) {
        Some(Content::Text(text)) => text,
        _ => "",
    }
}

/// Whether a value may stand where it does.
fn may_stand(sheet: &Sheet, (row, column): (u32, u16), cell: &Cell) -> bool {
    let whole = matches!(cell.content, Content::Number(number) if number.is_integer());
    // An index begins at 1, and the weights of a taper are whole.
    let counts = matches!(cell.unit, Unit::Whole | Unit::Month | Unit::Day)
        || cell.unit == Unit::Number && whole;
    let decided = |place: &str, label: &str| match place {
        "Braid" => true,
        // What is recovered beside draws, and which pool's part is drawn, are the braid's too.
        "Awards" => {
            label.starts_with("recovered as indirect cost") || label.starts_with("drawn of it")
        }
        _ => false,
    };
    let label = words(sheet, row, 0).trim();
    match (sheet.place, cell.role) {
        (Place::Inputs, Role::Input | Role::Grey) => true,
        // What the engine says of all scenarios and options, and its figures beside the workbook's.
        (Place::Scenarios | Place::Bridge, Role::Decided) => true,
        (Place::Engine, Role::Grey) => column == 1,
        // The key of the colours.
        (Place::Cover, _) => column == 0,
        // What scenarios say in cells of other sheets.
        (Place::Switched, Role::Decided | Role::Grey) => {
            let of = words(sheet, row, 1).split(' ').next().unwrap_or("");
            let engine = of == "Engine" && cell.role == Role::Grey;
            engine
                || (cell.role == Role::Grey && counts)
                || (cell.role == Role::Decided && decided(of, label))
        }
        // The rule's own table.
        (Place::Awards, Role::Grey) if label.starts_with("minimum savings rate of ") => true,
        (place, Role::Decided) => decided(place.name(), label),
        (_, Role::Grey) => counts,
        _ => false,
    }
}

/// Every value of a workbook that ought to be a formula, and every formula that a spreadsheet does not take. What the
/// engine worked out is no such value, and says so in its row.
pub fn wrong(book: &Workbook) -> Vec<String> {
    let mut wrong = Vec::new();
    for (at, sheet, cell) in cells(book) {
        match &cell.content {
            Content::Number(_) => {
                if !may_stand(sheet, (at.row, at.column), cell) && !is_worked(sheet, at.row) {
                    wrong.push(format!("{} is a value: {cell:?}", told(at)));
                }
            }
            Content::Formula(expression, _) => {
                let (arguments, levels) = shape(expression);
                let letters = expression.text(at.sheet).len();
                if letters > LETTERS_MAX || arguments > ARGUMENTS_MAX || levels > LEVELS_MAX {
                    let told = told(at);
                    wrong.push(format!(
                        "{told}: {letters} letters, {arguments} arguments, {levels} levels"
                    ));
                }
            }
            Content::Text(_) | Content::Link(_) => {}
        }
    }
    wrong
}

/// Every cell of a workbook.
fn cells(book: &Workbook) -> impl Iterator<Item = (At, &Sheet, &Cell)> {
    book.sheets.iter().flat_map(|sheet| {
        let rows = sheet.rows.iter().enumerate();
        rows.flat_map(move |(row, cells)| {
            cells.iter().map(move |(column, cell)| (sheet.at(row as u32, *column), sheet, cell))
        })
    })
}

/// Whether a row says that the engine worked it out.
fn is_worked(sheet: &Sheet, row: u32) -> bool {
    words(sheet, row, 2).starts_with("worked out by the engine")
}

/// The most arguments of a function, and how deep functions stand in one another.
fn shape(expression: &Expression) -> (usize, usize) {
    match expression {
        Expression::Pair(left, _, right) => {
            let (left, right) = (shape(left), shape(right));
            (left.0.max(right.0), left.1.max(right.1))
        }
        Expression::Call(_, arguments) => {
            let (mut most, mut deepest) = (arguments.len(), 0);
            for (arguments, levels) in arguments.iter().map(shape) {
                (most, deepest) = (most.max(arguments), deepest.max(levels));
            }
            (most, deepest + 1)
        }
        _ => (0, 0),
    }
}

#[test]
fn in_every_sample_and_scenario_all_is_a_formula_but_inputs_and_what_was_decided() {
    for path in folders("scenarios") {
        let files = DiskFolder::open(Path::new(&path)).unwrap();
        for view in [Status::Secured, Status::Prospective] {
            let (book, alone) = with_switch(&files, &scenarios(&files), view);
            for book in alone.iter().chain([&book]) {
                assert!(book.fixed.is_empty(), "{path:?}: {:?}", book.fixed);
                let wrong = wrong(book);
                assert!(wrong.is_empty(), "{path:?}: {}", wrong.join("\n"));
                let worked = cells(book).filter(|(at, sheet, _)| is_worked(sheet, at.row)).count();
                assert_eq!(worked, 0, "{path:?}");
            }
        }
    }
}

/// The two lists tell what they look for.
#[test]
fn a_value_in_place_of_a_formula_and_a_formula_that_is_too_deep_are_told() {
    use braidfund::report::workbook::formula::{cents, whole};
    let files = DiskFolder::open(Path::new("scenarios/imperial-ach")).unwrap();
    let plan = braidfund::folder::read(&files, "base").unwrap();
    let book = workbook(&plan, &spent(&plan, Status::Secured), Status::Secured);
    assert_eq!(wrong(&book), Vec::<String>::new());
    for place in [Place::Costs, Place::Cash, Place::Summary, Place::Awards] {
        let mut book = book.clone();
        let sheet = book.sheets.iter_mut().find(|sheet| sheet.place == place).unwrap();
        let mut cells = sheet.rows.iter_mut().flat_map(|row| row.values_mut());
        let is_money = |cell: &&mut Cell| {
            cell.unit == Unit::Money && matches!(cell.content, Content::Formula(..))
        };
        cells.find(is_money).unwrap().content = Content::Number(rust_decimal::Decimal::ONE);
        assert_eq!(wrong(&book).len(), 1, "{place:?}");
    }
    let mut deep = whole(1);
    for _ in 0..=LEVELS_MAX {
        deep = cents(deep);
    }
    let mut book = book.clone();
    let sheet = book.sheets.iter_mut().find(|sheet| sheet.place == Place::Summary).unwrap();
    let formula = |cell: &&mut Cell| matches!(cell.content, Content::Formula(..));
    let mut cells = sheet.rows.iter_mut().flat_map(|row| row.values_mut());
    if let Content::Formula(expression, _) = &mut cells.find(formula).unwrap().content {
        *expression = deep;
    }
    assert_eq!(wrong(&book).len(), 1);
}

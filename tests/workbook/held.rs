//! What the engine says of a plan of which an input was changed after its braid was made: the same draws, other books.

use braidfund::cash::Cash;
use braidfund::folder::{BASE, Cases, Files};
use braidfund::forecast::Spent;
use braidfund::funding::Status;
use braidfund::ledger::Ledger;
use braidfund::money::Money;
use braidfund::net_assets::NetAssets;
use braidfund::plan::Plan;
use braidfund::report::workbook::sheet::{At, Content, Place, Unit, Value};
use braidfund::report::workbook::{Listed, Workbook};
use braidfund::timeline::{Selection, Timeline};
use rust_decimal::Decimal;

/// An input changed: its cell and new value, and what the engine then says, by what it is.
pub struct Held {
    pub path: String,
    pub edited: (At, Decimal),
    pub figures: Vec<(String, Decimal)>,
}

/// Another value of an input: a tenth more, or one more of what is counted. Its text as a plan writes it.
fn other(listed: &Listed) -> (Decimal, String) {
    let tenth = listed.value * Decimal::new(11, 1);
    let rounded = |value: Decimal, places: u32| value.trunc_with_scale(places).normalize();
    let some = |value: Decimal, places: u32| match value.is_zero() {
        true => Decimal::new(1, 2),
        false => rounded(value, places),
    };
    let value = match listed.unit {
        Unit::Whole => listed.value + Decimal::ONE,
        Unit::Money => some(tenth, 2),
        Unit::Share | Unit::Number => some(tenth, 4),
        Unit::Price => some(tenth, 4),
        Unit::Month | Unit::Day => listed.value,
    };
    let text = match listed.unit {
        Unit::Share => format!("{}%", (value * Decimal::ONE_HUNDRED).normalize()),
        _ => value.to_string(),
    };
    (value, text)
}

/// The path of an input, and another value of it as a plan writes it.
pub fn restated(listed: &Listed) -> (String, String) {
    (listed.path.clone(), other(listed).1)
}

/// The engine's figures that a workbook carries, by what they are.
pub fn figures(book: &Workbook) -> Vec<(String, Decimal)> {
    let sheet = book.sheet(Place::Engine).unwrap();
    let row = |row: u32| {
        let text = |column| sheet.cell(row, column).map(|cell| &cell.content);
        match (text(0), text(1)) {
            (Some(Content::Text(label)), Some(Content::Number(figure))) => {
                Some((label.clone(), *figure))
            }
            _ => None,
        }
    };
    (4..sheet.rows.len() as u32).filter_map(row).collect()
}

/// The cells of the workbook's own figures, in the order of [`figures`].
pub fn live(book: &Workbook) -> Vec<At> {
    let sheet = book.sheet(Place::Engine).unwrap();
    let formula = |row: &u32| {
        matches!(
            sheet.cell(*row, 2).map(|cell| &cell.content),
            Some(Content::Formula(_, Value::Number(_)))
        )
    };
    (4..sheet.rows.len() as u32).filter(formula).map(|row| sheet.at(row, 2)).collect()
}

/// What tells the tranches of a timeline apart.
fn awards(timeline: &Timeline) -> Vec<impl PartialEq + use<>> {
    timeline.tranches.iter().map(|tranche| (tranche.purse, tranche.order())).collect()
}

/// The books of other terms with the same draws; nothing where the draws break a law of the new books.
pub fn with_draws(plan: &Plan, spent: &Spent, view: Status) -> Option<Spent> {
    let timeline = Timeline::from_plan(plan, Selection::View(view)).unwrap();
    // Draws are of tranches by their places: one that comes or goes is another braid.
    if awards(&timeline) != awards(&spent.timeline) {
        return None;
    }
    let ledger = Ledger::from_braid(plan, &timeline, &spent.braid).ok()?;
    // An award that holds less than was drawn of it is no plan any more: a check of the workbook says so.
    if ledger.tranches.iter().any(|tranche| tranche.drawn > tranche.amount) {
        return None;
    }
    // A pool's part that holds less than was drawn of it shows as cash that goes back below nothing.
    if ledger.tranches.iter().any(|tranche| tranche.refund_due < Money::ZERO) {
        return None;
    }
    let cash = Cash::from_ledger(plan, &timeline, &ledger);
    // Nor is one that draws money before it is there.
    NetAssets::from_books(plan, &timeline, &ledger, &cash).ok()?;
    let (braid, certificate) = (spent.braid.clone(), spent.certificate.clone());
    Some(Spent { timeline, braid, certificate, ledger, cash })
}

/// Each input of a workbook that can be changed in its folder, changed, with what the engine says of the same draws.
/// An input is passed over where the engine refuses the change, or where the draws break a law of the new books.
pub fn changed(
    files: &dyn Files,
    book: &Workbook,
    spent: &Spent,
    view: Status,
    lay: impl Fn(&Plan, &Spent) -> Workbook,
) -> Vec<Held> {
    let cases = Cases::open(files, &[BASE]).unwrap();
    let draft = cases.draft(BASE).unwrap();
    let mut held = Vec::new();
    for listed in &book.inputs {
        let (value, text) = other(listed);
        let Some(plan) =
            draft.restated(&listed.path, &text).and_then(|draft| cases.plan(&draft).ok())
        else {
            continue;
        };
        let Some(kept) = with_draws(&plan, spent, view) else { continue };
        let other = lay(&plan, &kept);
        let figures = figures(&other);
        held.push(Held { path: listed.path.clone(), edited: (listed.at, value), figures });
    }
    held
}

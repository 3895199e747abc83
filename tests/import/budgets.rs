//! What stands on a budget sheet beside sound figures: words, sums of what is above, doubled headings, and figures beyond all
//! bounds.

use braidfund::export::csv;
use braidfund::folder;
use braidfund::import::book::Book;
use braidfund::import::budget;
use braidfund::money::Money;
use rust_xlsxwriter::{Formula, Workbook as Office};

use super::{hub, made, told};

/// The mapping that is proposed, confirmed.
fn confirmed(book: &Book) -> String {
    budget::propose(book).unwrap().replace("confirmed = false", "confirmed = true")
}

#[test]
fn columns_of_words_and_doubled_headings_are_left_out() {
    let book = made(&[
        (0, 0, "Item"),
        (0, 1, "FY2027"),
        (0, 2, "FY2028"),
        (0, 3, "FY2027"),
        (0, 4, "FY2029"),
        (1, 0, "Rent"),
        (1, 1, "100"),
        (1, 2, "see the lease"),
        (1, 3, "90"),
        (1, 4, "120"),
        (2, 0, "Refunds"),
        (2, 1, "-30"),
        (2, 2, "see the note"),
    ]);
    let text = confirmed(&book);
    assert!(text.contains("[columns]\nB = \"FY2027\"\nE = \"FY2029\"\n\n"), "{text}");
    let costs = budget::costs(&book, &folder::mapping(&hub(&text)).unwrap()).unwrap();
    assert_eq!(costs.total, Money::from_cents(19_000), "100 and 120 less 30");
}

#[test]
fn a_sum_of_what_stands_above_the_headings_is_a_cost() {
    let mut workbook = Office::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 1, 40).unwrap().write(1, 1, 60).unwrap();
    sheet.write(2, 1, "FY2027").unwrap().write(3, 0, "Overhead").unwrap();
    sheet.write_formula(3, 1, Formula::new("=SUM(B1:B2)").set_result("100")).unwrap();
    let book = Book::read("b.xlsx", &workbook.save_to_buffer().unwrap()).unwrap();
    let text = budget::propose(&book).unwrap();
    assert!(text.contains("[line.overhead]          # $100 in all"), "{text}");
}

#[test]
fn figures_beyond_all_bounds_are_refused() {
    let book =
        made(&[(0, 1, "FY2027"), (1, 0, "Rent"), (1, 1, "1e15"), (2, 0, "Travel"), (2, 1, "5e28")]);
    let mapping = folder::mapping(&hub(&confirmed(&book))).unwrap();
    let refused = told(&budget::costs(&book, &mapping).unwrap_err());
    for cell in ["B2 holds 1000000000000000, no amount", "B3 holds 5000000000000"] {
        assert!(refused.contains(cell), "{cell}: {refused}");
    }
}

#[test]
fn what_names_no_year_heads_no_budget() {
    for heading in ["26-27", "2026/2028", "1500", "2150"] {
        let book = made(&[(0, 1, heading), (1, 0, "Rent"), (1, 1, "5")]);
        let refused = told(&budget::propose(&book).unwrap_err());
        assert!(refused.contains("looks like a budget"), "{heading}: {refused}");
    }
}

/// Ids of long names that are alike stay within what an id may be.
#[test]
fn long_names_become_ids_that_a_plan_takes() {
    let long = "x".repeat(70);
    let book = made(&[(0, 1, "FY2027"), (1, 0, &long), (1, 1, "5"), (2, 0, &long), (2, 1, "6")]);
    let files = hub(&confirmed(&book));
    let costs = budget::costs(&book, &folder::mapping(&files).unwrap()).unwrap();
    folder::sound_with(&files, "costs.csv", csv::encode(&costs.table).as_bytes()).unwrap();
}

//! A budget sheet is proposed, confirmed by a person, and becomes the cost lines that its mapping says, to the cent; nothing
//! of it is left out unsaid.

use braidfund::export::csv;
use braidfund::folder;
use braidfund::import::book::Book;
use braidfund::import::budget;
use braidfund::money::Money;
use rust_xlsxwriter::Workbook as Office;

use super::{hub, made, office, told};

#[test]
fn a_budget_is_proposed_confirmed_and_becomes_cost_lines() {
    let book = Book::read("budget.xlsx", &office()).unwrap();
    let proposed = budget::propose(&book).unwrap();
    let expected = "\
# How a sheet of budget.xlsx becomes costs.csv. What each line is, is a guess: read each, mend what is wrong, write
# `confirmed = true`, and bring it in again. The backbone's functions: guide-vision, convene, align-activities, data, \
evaluate, engage, communicate, policy, mobilize-funding, operate;
# a line of `layer = \"program\"` names its own.
confirmed = false
sheet = \"Budget\"
names = \"B\"
headings = 3

[columns]
C = \"2026-07\"
D = \"2026-08\"
E = \"2026-09\"

[line.program-director]          # $24,251 in all
row = 5
named = \"Program director\"
title = \"Program director\"
function = \"operate\"
layer = \"backbone\"
priority = \"core\"

[line.data-analyst]          # $15,000 in all
row = 6
named = \"Data analyst\"
title = \"Data analyst\"
function = \"operate\"
layer = \"backbone\"
priority = \"core\"

[line.rent-utilities]          # $1,100 in all
row = 9
named = \"Rent & utilities\"
title = \"Rent & utilities\"
function = \"operate\"
layer = \"backbone\"
priority = \"core\"

[line.program-director-2]          # $6 in all
row = 10
named = \"Program director\"
title = \"Program director\"
function = \"operate\"
layer = \"backbone\"
priority = \"core\"

# The lines above come to $40,357: compare that with the budget's own total.

# Left out as sums of other rows:
# row 7: Subtotal personnel, $39,251
# row 11: Total, $40,357
";
    assert_eq!(proposed, expected);
    let refused = folder::mapping(&hub(&proposed)).unwrap_err();
    assert!(told(&refused).contains("the mapping is not confirmed"), "{}", told(&refused));
    let confirmed = proposed.replace("confirmed = false", "confirmed = true");
    let costs = budget::costs(&book, &folder::mapping(&hub(&confirmed)).unwrap()).unwrap();
    let text = csv::encode(&costs.table);
    let rows = [
        "\"cost\",\"title\",\"function\",\"layer\",\"priority\",\"source\",\"2026-07\",\"2026-08\",\"2026-09\"",
        "\"program-director\",\"Program director\",\"operate\",\"backbone\",\"core\",\"budget.xlsx, sheet Budget, row 5\",8000.00,8000.00,8250.50",
        "\"data-analyst\",\"Data analyst\",\"operate\",\"backbone\",\"core\",\"budget.xlsx, sheet Budget, row 6\",5000.13,5000.00,5000.00",
        "\"rent-utilities\",\"Rent & utilities\",\"operate\",\"backbone\",\"core\",\"budget.xlsx, sheet Budget, row 9\",1100.00,0.10,0.20",
        "\"program-director-2\",\"Program director\",\"operate\",\"backbone\",\"core\",\"budget.xlsx, sheet Budget, row 10\",1.00,2.00,3.00",
    ];
    assert_eq!(text, rows.join("\n") + "\n");
    // 24,250.50 + 15,000.13 + 1,100.30 + 6.00, of which one figure was rounded.
    assert_eq!((costs.total, costs.rounded), (Money::from_cents(4_035_693), 1));
    folder::sound_with(&hub(&confirmed), "costs.csv", text.as_bytes()).unwrap();
    let mut files = hub(&confirmed);
    files.put("costs.csv", text.into_bytes());
    let plan = folder::read(&files, "base").unwrap();
    assert_eq!(plan.lines.len(), 4);
    let from = plan.inputs.find("cost.data-analyst.series.2026-08").unwrap().source.clone();
    assert_eq!(from.unwrap(), "budget.xlsx, sheet Budget, row 6");
}

#[test]
fn what_a_mapping_says_and_a_sheet_does_not_hold_is_refused_all_at_once() {
    let book = Book::read("budget.xlsx", &office()).unwrap();
    let mapping = |text: &str| folder::mapping(&hub(text));
    let wrong = "confirmed = true\nsheet = \"Budget\"\ncolumns = { B = \"2026-07\", c1 = \"2026-08\" }\n\
                 [line.director]\nrow = 5\nfunction = \"convene\"\n[line.nobody]\nrow = 900\nfunction = \"data\"\n";
    let text = told(&budget::costs(&book, &mapping(wrong).unwrap()).unwrap_err());
    assert!(text.contains("`c1` is no column of a sheet"), "{text}");
    assert!(text.contains("B5 holds the text `Program director`, no amount of dollars"), "{text}");
    let nobody =
        wrong.replace("B = \"2026-07\", c1", "C = \"2026-07\", D").replace("row = 5", "row = 6");
    let text = told(&budget::costs(&book, &mapping(&nobody).unwrap()).unwrap_err());
    assert!(text.contains("row 900 of `line.nobody` holds no amount"), "{text}");
    let sheet = wrong.replace("\"Budget\"", "\"Budgets\"");
    let text = told(&budget::costs(&book, &mapping(&sheet).unwrap()).unwrap_err());
    assert!(text.contains("no sheet `Budgets`") && text.contains("`Notes`, `Budget`"), "{text}");
    let keys = told(&mapping("confirmd = true\n[line.a]\nrow = 0\n").unwrap_err());
    for part in ["`confirmed`", "`sheet`", "`columns`", "`function`", "0"] {
        assert!(keys.contains(part), "{part}: {keys}");
    }
}

/// Rows and columns that have moved since the mapping was confirmed are not taken for those that stood there.
#[test]
fn a_budget_that_has_moved_is_refused() {
    let cells = [
        (0, 1, "Jul 2026"),
        (0, 2, "Aug 2026"),
        (1, 0, "Director"),
        (1, 1, "80"),
        (2, 0, "Rent"),
        (2, 1, "15"),
    ];
    let confirm = |text: String| text.replace("confirmed = false", "confirmed = true");
    let proposed = confirm(budget::propose(&made(&cells)).unwrap());
    let mapping = folder::mapping(&hub(&proposed)).unwrap();
    assert!(budget::costs(&made(&cells), &mapping).is_ok());
    let mut moved = cells.to_vec();
    moved.truncate(4);
    moved.extend([(2, 0, "Bookkeeper"), (2, 1, "30"), (3, 0, "Rent"), (3, 1, "15")]);
    let text = told(&budget::costs(&made(&moved), &mapping).unwrap_err());
    assert!(text.contains("A3 holds `Bookkeeper`, not `Rent`"), "{text}");
    let shifted: Vec<_> = cells
        .iter()
        .map(|(row, column, text)| match (row, *text) {
            (0, "Jul 2026") => (0, 1, "Sep 2026"),
            _ => (*row, *column, *text),
        })
        .collect();
    let text = told(&budget::costs(&made(&shifted), &mapping).unwrap_err());
    assert!(text.contains("B1 holds the text `Sep 2026`, not 2026-07"), "{text}");
}

/// What a person must see stands in the proposal: rows with text where an amount is due, figures without a name, a second
/// table; amounts are no headings.
#[test]
fn a_proposal_leaves_nothing_out_unsaid() {
    let book = made(&[
        (0, 0, "Item"),
        (0, 1, "Jul 2026"),
        (0, 2, "Aug 2026"),
        (0, 3, "Sep 2026"),
        (0, 4, "Sum"),
        (1, 0, "Bus passes"),
        (1, 1, "2050"),
        (1, 2, "2051"),
        (1, 3, "2052"),
        (1, 4, "2053"),
        (2, 0, "Travel"),
        (2, 1, "$1,200"),
        (3, 1, "77"),
        (4, 0, "Personnel totals"),
        (4, 1, "9"),
        (6, 0, "Item"),
        (6, 1, "Jul 2027"),
        (6, 2, "Aug 2027"),
        (6, 3, "Sep 2027"),
        (7, 0, "Bus passes"),
        (7, 1, "60"),
    ]);
    let text = budget::propose(&book).unwrap();
    assert!(text.contains("B = \"2026-07\"") && text.contains("headings = 1"), "{text}");
    for part in [
        "[line.bus-passes]",
        "[line.travel]",
        "no name stands beside their figures:\n# row 4\n",
        "sums of other rows:\n# row 5: Personnel totals, $9\n",
        "# Row 7 begins another table",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(text.matches("[line.").count(), 2, "{text}");
    let mapping = folder::mapping(&hub(&text.replace("= false", "= true"))).unwrap();
    let refused = told(&budget::costs(&book, &mapping).unwrap_err());
    assert!(refused.contains("B3 holds the text `$1,200`, no amount of dollars"), "{refused}");
}

/// A budget with all that is no cost: money that comes in, sums that are not called so, a result; and what is hidden.
#[test]
fn a_proposal_says_of_each_row_that_is_no_cost_why_and_what_is_hidden() {
    let mut workbook = Office::new();
    let new = [
        ("Revenue", None),
        ("County grant", Some("900")),
        ("Donations", Some("100")),
        ("Total revenue", Some("1000")),
        ("Personnel", Some("=SUM(B8:B9)")),
        ("Director", Some("500")),
        ("Revenue cycle manager", Some("200")),
        ("Fringe benefits", Some("=SUM(B8:B9)*0.28")),
        ("Rent", Some("=SUM(C11:D11)")),
        ("Program income", Some("7")),
        ("Income", None),
        ("Fees", Some("30")),
        ("", None),
        ("Travel", Some("40")),
        ("Net income", Some("64")),
        ("Surplus (deficit)", Some("64")),
    ];
    let fill = |sheet: &mut rust_xlsxwriter::Worksheet, more: u32| {
        sheet.write(1, 1, "FY2027").unwrap().write(1, 2, "FY2028").unwrap();
        for (row, (name, figure)) in new.iter().enumerate() {
            let row = row as u32 + 3 - 1;
            if !name.is_empty() {
                sheet.write(row, 0, *name).unwrap();
            }
            match figure {
                Some(formula) if formula.starts_with('=') => {
                    let formula = rust_xlsxwriter::Formula::new(*formula).set_result("700");
                    sheet.write_formula(row, 1, formula).unwrap();
                }
                Some(figure) => drop(sheet.write(row, 1, figure.parse::<f64>().unwrap()).unwrap()),
                None => {}
            }
        }
        for row in 0..more {
            sheet.write(30 + row, 0, format!("Older {row}")).unwrap();
            sheet.write(30 + row, 1, 1).unwrap();
        }
    };
    let sheet = workbook.add_worksheet().set_name("Budget").unwrap();
    fill(sheet, 0);
    sheet.set_row_hidden(7).unwrap().set_column_hidden(2).unwrap();
    fill(workbook.add_worksheet().set_name("Old").unwrap().set_hidden(true), 9);
    let book = Book::read("budget.xlsx", &workbook.save_to_buffer().unwrap()).unwrap();
    let text = budget::propose(&book).unwrap();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with('[') || line.starts_with("# "))
        .skip(3)
        .collect();
    assert_eq!(
        lines,
        [
            "[columns]",
            "[line.director]          # $500 in all, hidden on the sheet",
            "[line.revenue-cycle-manager]          # $200 in all",
            "[line.fringe-benefits]          # $700 in all",
            "[line.rent]          # $700 in all",
            "[line.travel]          # $40 in all",
            "# The lines above come to $2,140: compare that with the budget's own total.",
            "# Left out as sums of other rows:",
            "# row 6: Total revenue, $1,000",
            "# Left out as sums of other rows, by their formulas:",
            "# row 7: Personnel, $700",
            "# Left out as money that comes in, by their names or those of their sections:",
            "# row 4: County grant, $900",
            "# row 5: Donations, $100",
            "# row 12: Program income, $7",
            "# row 14: Fees, $30",
            "# Left out as results:",
            "# row 17: Net income, $64",
            "# row 18: Surplus (deficit), $64",
            "# Where one of them is a cost, give it a `[line]` with its row.",
        ]
    );
    assert!(text.contains("sheet = \"Budget\""), "a sheet that is hidden comes last: {text}");
    assert!(text.contains("C = \"FY2028\"          # hidden on the sheet"), "{text}");
    let mapping = folder::mapping(&hub(&text.replace("= false", "= true"))).unwrap();
    assert_eq!(budget::costs(&book, &mapping).unwrap().total, Money::from_cents(214_000));
}

#[test]
fn headings_are_months_and_years_as_offices_write_them() {
    for (heading, holds) in [
        ("Jul 2026", "2026-07"),
        ("July-26", "2026-07"),
        ("2026-07", "2026-07"),
        ("FY2027", "FY2027"),
        ("FY 27", "FY2027"),
        ("Fiscal year 2027", "FY2027"),
        ("2027", "FY2027"),
        ("FY 2026-27", "FY2027"),
        ("FY26-27", "FY2027"),
        ("2026/2027", "FY2027"),
        ("Sept 2026", "2026-09"),
    ] {
        let mut workbook = Office::new();
        let sheet = workbook.add_worksheet();
        sheet.write(0, 1, heading).unwrap().write(1, 0, "Rent").unwrap().write(1, 1, 5).unwrap();
        let book = Book::read("b.xlsx", &workbook.save_to_buffer().unwrap()).unwrap();
        let proposed = budget::propose(&book).unwrap();
        assert!(proposed.contains(&format!("B = \"{holds}\"")), "{heading}: {proposed}");
    }
    let mut workbook = Office::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 1, "Marketing 27").unwrap().write(1, 0, "Rent").unwrap().write(1, 1, 5).unwrap();
    let book = Book::read("b.xlsx", &workbook.save_to_buffer().unwrap()).unwrap();
    assert!(told(&budget::propose(&book).unwrap_err()).contains("looks like a budget"));
}

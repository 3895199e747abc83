//! Pictures: their words fit, and they show what the tables do.

use super::*;

#[test]
fn words_of_pictures_neither_clip_nor_overlap() {
    type Names = fn(usize) -> String;
    let names: [(&str, Names); 4] = [
        ("short", |place| format!("S{place}")),
        ("sixty letters", |place| format!("{LETTERS:.56} {place:03}")),
        ("one word", |place| format!("{}{place:03}", "W".repeat(57))),
        ("wide letters", |place| format!("{}{place:03}", "\u{6c34}".repeat(57))),
    ];
    for (kind, name) in names {
        for (streams, lines) in [(1, 1), (3, 4), (40, 120)] {
            for dollars in [900, 4_000_000, 9_900_000_000] {
                let text = wide(streams, lines, dollars, name);
                let files = MemoryFolder::new([("plan.toml", text.as_str())]);
                let question = Question { view: Status::Secured, ..Question::default() };
                let (_, _, board) = report(&files, &Asked { question, ..Asked::default() });
                let of = format!("{streams} streams, {lines} costs, ${dollars}, {kind}");
                assert!(pictures(&board).len() >= 4, "{of}");
                for picture in pictures(&board) {
                    for drawing in [&picture.wide, &picture.narrow] {
                        let faults = drawing.faults();
                        assert!(faults.is_empty(), "{of}: {}: {faults:#?}", picture.name);
                    }
                }
                let page = html::encode(&board);
                assert!(page.len() < 500_000, "{of}: {} bytes", page.len());
            }
        }
    }
}

/// The figure above a column is in the table below it, under the words of its mark.
#[test]
fn a_figure_above_a_column_is_that_of_its_mark_and_of_a_row() {
    let (_, forecast, of_reading) = report(&sample("reading-ccp"), &Asked::default());
    let board = &of_reading;
    let gap = board.sections.iter().find(|section| section.name == "gap").unwrap();
    assert_eq!(gap.heading, "$4.95M of $9.66M cost has no secured money, first in Jul 2021");
    let certainty = table(board, "certainty");
    let row = certainty.rows.iter().find(|row| row[0] == Cell::text("No secured money")).unwrap();
    let gaps = forecast.measures.years.iter().map(YearMeasure::gap_total);
    assert_eq!(row[1..row.len() - 1], gaps.map(Cell::Money).collect::<Vec<_>>());
    let years = pictures(board).into_iter().find(|picture| picture.name == "years").unwrap();
    let says = |drawing: &Drawing, text: &str| drawing.texts().any(|words| words.text == text);
    assert!(
        says(&years.wide, "$812,505") && says(&years.wide, "no secured money: the figure above")
    );
    // Eleven columns leave a narrow screen room for short figures, by turns in two rows.
    assert!(!says(&years.narrow, "$812,505") && says(&years.narrow, "$813K"));
    assert!(says(&years.narrow, "no secured money: the figure above"));
    assert!(!years.title.contains("above"));
    // Where there is nothing to hope for, one phrase holds.
    let (_, _, board) = report(&sample("oakland-fy2021"), &Asked::default());
    let labels: Vec<Cell> =
        table(&board, "certainty").rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(labels, ["Cost", "Secured money pays", "Unpaid"].map(Cell::text));
    // Another braid has money for it.
    assert_eq!(heading(&board, "gap"), "$365,152 of $111M cost goes unpaid, first in Mar 2021");
    assert!(!markdown::encode(&board).contains("o money at all"));
    // The structural gap is told nowhere where no money recurs.
    let before = |board: &Board| {
        let rows = &table(board, "years").rows;
        rows.iter().any(|row| row[0] == Cell::text("Structural gap"))
    };
    assert_eq!((before(&board), before(&of_reading)), (false, true));
}

#[test]
fn labels_of_cash_are_struck_by_no_line() {
    for name in SAMPLES {
        let (_, _, board) = report(&sample(name), &Asked::default());
        for picture in
            pictures(&board).iter().filter(|picture| ["cash", "odds"].contains(&picture.name))
        {
            for drawing in [&picture.wide, &picture.narrow] {
                assert_eq!(drawing.struck(), Vec::<String>::new(), "{name}: {}", picture.name);
            }
        }
    }
}

#[test]
fn costs_are_called_in_pictures_as_in_the_plan() {
    let (_, _, board) = report(&sample("oakland-fy2021"), &Asked::default());
    let flows = pictures(&board).into_iter().find(|picture| picture.name == "flows").unwrap();
    let text = flows.wide.texts().map(|words| words.text.as_str()).collect::<Vec<_>>().join(" ");
    assert!(text.contains("HS Classroom and Seasonal"), "{text}");
    // The smallest of 18 costs but two is the one that lacks money.
    assert!(text.contains("Year Round Lunch Program"), "{text}");
    assert_eq!(table(&board, "functions").rows[0][0], Cell::text("Year Round Lunch Program"));
}

#[test]
fn options_are_drawn_from_the_month_on_from_which_the_plan_is_seen() {
    let (_, _, board) = report(&sample("reading-ccp"), &Asked::default());
    let bridge = pictures(&board).into_iter().find(|picture| picture.name == "bridge").unwrap();
    for drawing in [&bridge.wide, &bridge.narrow] {
        let count = |text: &str| drawing.texts().filter(|words| words.text == text).count();
        assert_eq!((count("May 2017"), count("Jul 2021"), count("Apr 2027")), (0, 6, 6));
        assert_eq!((count("below zero from Aug 2022"), count("below zero from Sep 2023")), (1, 1));
        let out = drawing.texts().filter(|words| words.text.starts_with("below zero from"));
        assert_eq!(out.count(), 6);
    }
}

/// Eleven years and their sum stand in one table.
#[test]
fn eleven_years_stand_in_one_table() {
    let (_, _, board) = report(&sample("reading-ccp"), &Asked::default());
    let page = html::encode(&board);
    assert_eq!(page.matches("Cost and money by how sure it is, in dollars</caption>").count(), 1);
}

#[test]
fn every_sample_is_small_and_its_pictures_hold_their_words() {
    for name in SAMPLES {
        for view in Status::ALL {
            let question = Question { view, ..Question::default() };
            let (_, _, board) = report(&sample(name), &Asked { question, ..Asked::default() });
            for picture in pictures(&board) {
                for drawing in [&picture.wide, &picture.narrow] {
                    assert_eq!(drawing.faults(), Vec::<String>::new(), "{name}: {}", picture.name);
                }
            }
            assert!(html::encode(&board).len() < 300_000, "{name}");
        }
    }
}

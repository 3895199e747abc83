//! The board's report: its figures are the forecast's, its pictures hold their words, no text of a plan is active in
//! it, and what is redacted is nowhere. `BLESS=1 cargo test --test board` rewrites the outlines in `tests/board/`: read
//! the difference before committing it.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use braidfund::decide::across::InFutures;
use braidfund::decide::bridge::{BridgeChoice, Seek};
use braidfund::decide::chance::{Ask, Futures};
use braidfund::decide::compare::Comparison;
use braidfund::decide::sensitivity::Sensitivity;
use braidfund::export::{html, json, markdown};
use braidfund::folder::{self, BASE, Cases, DiskFolder, Files, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::measures::YearMeasure;
use braidfund::money::Money;
use braidfund::month::FiscalCalendar;
use braidfund::plan::Plan;
use braidfund::plan::check::Finding;
use braidfund::report::board::{Board, Earlier, Piece, Redaction, Sources, Standing};
use braidfund::report::picture::{Drawing, Picture, Shape, Tone};
use braidfund::report::{Cell, Mark, Table, chance, record};

#[path = "board/hostile.rs"]
mod hostile;
#[path = "board/streams.rs"]
mod streams;
use hostile::{LETTERS, wide};
#[path = "board/redact.rs"]
mod redact;
#[path = "board/told.rs"]
mod told;

const SAMPLES: [&str; 5] =
    ["imperial-ach", "oakland-fy2020", "oakland-fy2021", "reading-ccp", "ri-hez"];

/// Futures that are drawn for a report.
const FUTURES: u64 = 20;

/// What a report may be asked beside its plan.
#[derive(Default)]
struct Asked<'a> {
    question: Question,
    standing: Standing,
    redact: bool,
    since: Option<&'a Earlier>,
}

/// The report of a folder with all that it offers.
fn report(files: &dyn Files, asked: &Asked) -> (Plan, Forecast, Board) {
    let others = folder::scenarios(files).unwrap_or_else(|error| panic!("{error}"));
    let others: Vec<String> = others.into_iter().map(|(id, _)| id).collect();
    let all: Vec<&str> = std::iter::once(BASE).chain(others.iter().map(String::as_str)).collect();
    let mut cases = Cases::open(files, &all).unwrap_or_else(|error| panic!("{error}"));
    let draft = cases.draft(BASE).unwrap();
    let ranged = !cases.ranges(&draft).is_empty();
    let sensitivity =
        ranged.then(|| Sensitivity::from_cases(&cases, BASE, None, asked.question).unwrap());
    let uncertain = files.holds("chance.toml");
    let odds = InFutures { file: "chance.toml", seed: 7, count: FUTURES, across: None };
    let odds = uncertain.then_some(odds);
    let bridge = files.holds("bridge.toml").then(|| {
        let options = cases.options("bridge.toml").unwrap();
        let seek = Seek { futures: odds, ..Seek::default() };
        BridgeChoice::from_cases(&mut cases, &[BASE], &options, asked.question, seek).unwrap()
    });
    let futures = uncertain.then(|| {
        let chances = cases.chances(&draft, "chance.toml").unwrap();
        let ask = Ask {
            seed: 7,
            futures: 0..FUTURES,
            threads: 1,
            through: None,
            keeps: false,
            giver: None,
        };
        Futures::of_draft(&cases, &draft, &chances, &ask).unwrap()
    });
    let scenarios: Vec<&str> = others.iter().map(String::as_str).collect();
    let scenarios = (!scenarios.is_empty())
        .then(|| Comparison::from_cases(&cases, (BASE, &scenarios), asked.question).unwrap());
    let plan = cases.plan(&draft).unwrap();
    let (plan, redaction) = match asked.redact {
        true => {
            let (plan, redaction) = Redaction::of(&plan).unwrap();
            (plan, Some(redaction))
        }
        false => (plan, None),
    };
    let forecast = Forecast::from_plan(&plan, asked.question).unwrap();
    let board = Board::from_sources(&Sources {
        plan: &plan,
        forecast: &forecast,
        folder: "hub",
        digest: &"0123456789abcdef".repeat(4),
        command: "braid report hub".to_string(),
        standing: asked.standing,
        redaction: redaction.as_ref(),
        bridge: bridge.as_ref(),
        sensitivity: sensitivity.as_ref(),
        scenarios: scenarios.as_ref(),
        futures: futures.as_ref(),
        since: asked.since,
    });
    (plan, forecast, board)
}

fn sample(name: &str) -> DiskFolder {
    DiskFolder::open(&Path::new("scenarios").join(name)).unwrap()
}

fn tables(board: &Board) -> impl Iterator<Item = &Table> {
    board.sections.iter().flat_map(|section| &section.pieces).filter_map(|piece| match piece {
        Piece::Table { table, .. } => Some(table),
        _ => None,
    })
}

fn table<'a>(board: &'a Board, name: &str) -> &'a Table {
    tables(board).find(|table| table.name == name).unwrap_or_else(|| panic!("no table {name}"))
}

fn pictures(board: &Board) -> Vec<&Picture> {
    let pieces = board.sections.iter().flat_map(|section| &section.pieces);
    let picture = |piece: &'_ Piece| matches!(piece, Piece::Picture(_));
    pieces
        .filter(|piece| picture(piece))
        .map(|piece| match piece {
            Piece::Picture(picture) => picture,
            _ => unreachable!("filtered"),
        })
        .collect()
}

/// Headings, the tables below each with their size, and the pictures with how many shapes they have.
fn outline(board: &Board) -> String {
    let mut text = String::new();
    for section in &board.sections {
        writeln!(text, "{}: {}", section.name, section.heading).unwrap();
        for piece in &section.pieces {
            match piece {
                Piece::Table { table, .. } => {
                    let size = (table.rows.len(), table.columns.len());
                    writeln!(text, "  table {}: {} x {}", table.name, size.0, size.1).unwrap();
                }
                Piece::Picture(picture) => {
                    let [wide, narrow] = [&picture.wide, &picture.narrow].map(|of| of.shapes.len());
                    writeln!(text, "  picture {}: {wide} and {narrow} shapes", picture.name)
                        .unwrap();
                }
                _ => {}
            }
        }
    }
    text
}

#[test]
fn odds_are_those_of_the_futures() {
    let files = sample("reading-ccp");
    let (_, _, board) = report(&files, &Asked::default());
    let mut cases = Cases::open(&files, &[BASE]).unwrap();
    let draft = cases.draft(BASE).unwrap();
    let chances = cases.chances(&draft, "chance.toml").unwrap();
    let ask =
        Ask { seed: 7, futures: 0..FUTURES, threads: 1, through: None, keeps: false, giver: None };
    let futures = Futures::of_draft(&cases, &draft, &chances, &ask).unwrap();
    // The month by which it has come in all of them, not the plan's last.
    let all = futures.tally.core_gap.by_month.iter().position(|count| *count == FUTURES).unwrap();
    let told = format!(
        "In every future core costs go unpaid by {}",
        futures.plan.horizon.month(all).words()
    );
    assert!(heading(&board, "odds").starts_with(&told), "{}", heading(&board, "odds"));
    let months = chance::table(&futures, "months").unwrap();
    let at = |name: &str| months.columns.iter().position(|column| column.name == name).unwrap();
    let levels = ["cash_1_of_10", "cash_2_of_10", "cash_5_of_10", "cash_8_of_10", "cash_9_of_10"];
    let told = table(&board, "odds");
    assert!(told.rows.len() > 20);
    for row in &told.rows {
        let own = months.rows.iter().find(|own| own[0] == row[0]).unwrap();
        let expected: Vec<&Cell> = levels.iter().map(|level| &own[at(level)]).collect();
        assert_eq!(row[1..6].iter().collect::<Vec<_>>(), expected);
    }
    let options = cases.options("bridge.toml").unwrap();
    let fares = tables(&board).find(|table| table.title == "How each option fares in futures");
    assert_eq!(fares.unwrap().columns.len(), options.options.len() + 2);
    let fan = pictures(&board).into_iter().find(|picture| picture.name == "odds").unwrap();
    let bands = |shape: &&Shape| matches!(shape, Shape::Band { .. });
    assert_eq!(fan.wide.shapes.iter().filter(bands).count(), 2);
}

#[test]
fn partners_stand_beside_the_savings_that_stay_with_them() {
    let question = Question { view: Status::Prospective, ..Question::default() };
    let (_, forecast, board) =
        report(&sample("reading-ccp"), &Asked { question, ..Asked::default() });
    let kept: Vec<Money> =
        forecast.measures.partners.iter().map(|row| row.savings - row.captured).collect();
    let most = kept.into_iter().max().unwrap();
    assert!(most.is_positive());
    let pictures = pictures(&board);
    let picture = pictures.iter().find(|picture| picture.name == "partners").unwrap();
    for drawing in [&picture.wide, &picture.narrow] {
        assert_eq!(drawing.faults(), Vec::<String>::new());
        let widths = |tone: Tone| -> Vec<i64> {
            let boxes = drawing.shapes.iter().filter_map(|shape| match shape {
                Shape::Box { size, tone: own, .. } if *own == tone => Some(size.0),
                _ => None,
            });
            boxes.collect()
        };
        // One box is that of the legend.
        assert!(widths(Tone::Likely).len() > 1, "savings that stay are drawn");
        assert!(widths(Tone::Secured).len() > 1, "what is put in is drawn");
    }
}

#[test]
fn the_outlines_of_the_samples_are_current() {
    for name in SAMPLES {
        let (_, _, board) = report(&sample(name), &Asked::default());
        let (path, text) = (format!("tests/board/{name}.txt"), outline(&board));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(found, text, "BLESS=1 cargo test --test board rewrites {path}");
    }
}

fn sum(rows: &[Vec<Cell>], column: usize) -> Money {
    let amount = |row: &Vec<Cell>| match row[column] {
        Cell::Money(amount) => amount,
        _ => Money::ZERO,
    };
    rows.iter().map(amount).sum()
}

/// What each source would pay, less the cost that comes with it, adds up to what its rung adds.
fn uncounted_adds_up(board: &Board, name: &str) {
    let certainty = table(board, "certainty");
    for part in tables(board).filter(|table| table.name == "uncounted") {
        let (body, foot) = part.rows.split_at(part.rows.len() - 1);
        for column in 2..part.columns.len() {
            let rung = match part.columns[column].name.ends_with("likely") {
                true => "Likely money adds",
                false => "Hoped-for money adds",
            };
            let row = certainty.rows.iter().find(|row| row[0] == Cell::text(rung));
            assert_eq!(row.unwrap().last(), Some(&foot[0][column]), "{name}: {rung}");
            assert_eq!(sum(body, column), sum(foot, column), "{name}: {rung}");
        }
    }
}

#[test]
fn cost_that_comes_with_money_is_no_fall_of_the_gap() {
    // A sponsor's fee of what is hoped for; what savings would have to be paid back.
    for (name, falls) in [("fee-of-receipts", 4_500_000), ("shared-savings-gate", -1_250_000)] {
        let files = DiskFolder::open(&Path::new("tests/good").join(name)).unwrap();
        let (_, _, board) = report(&files, &Asked::default());
        uncounted_adds_up(&board, name);
        let part = table(&board, "uncounted");
        let [.., cost, foot] = part.rows.as_slice() else { panic!("{name}") };
        assert_eq!(cost[0], Cell::text("Cost that comes with it"), "{name}");
        assert_eq!(foot.last(), Some(&Cell::Money(Money::from_cents(falls))), "{name}");
    }
}

/// The tables of the report tie to the forecast and to each other.
#[test]
fn figures_are_those_of_the_forecast() {
    for name in SAMPLES {
        for view in Status::ALL {
            let question = Question { view, ..Question::default() };
            let asked = Asked { question, ..Asked::default() };
            let (_, forecast, board) = report(&sample(name), &asked);
            let total = &forecast.measures.total;
            // What pays by how sure it is, and what is left, is the cost, in each year and in all.
            // Where a row is the gap, the rows below it are its parts.
            let certainty = table(&board, "certainty");
            let gap = certainty.rows.iter().position(
                |row| matches!(&row[0], Cell::Text(text) if text.starts_with("No secured")),
            );
            for column in 1..certainty.columns.len() {
                let cost = sum(&certainty.rows[..1], column);
                let end = gap.map_or(certainty.rows.len(), |gap| gap + 1);
                assert_eq!(sum(&certainty.rows[1..end], column), cost, "{name}");
                if let Some(gap) = gap {
                    let whole = sum(&certainty.rows[gap..end], column);
                    assert_eq!(sum(&certainty.rows[end..], column), whole, "{name}");
                }
            }
            uncounted_adds_up(&board, name);
            // Every flow of the year adds up to its cost; what is unpaid in the matrix is its gap.
            let flows = table(&board, "flows");
            let of_year =
                |year: &&YearMeasure| flows.title.contains(&FiscalCalendar::label(year.year));
            let year = forecast.measures.years.iter().find(of_year).unwrap();
            assert_eq!(sum(&flows.rows, 2), year.cost, "{name}");
            let unpaid: Vec<Vec<Cell>> = flows
                .rows
                .iter()
                .filter(|row| row[0] == Cell::text("Not yet funded"))
                .cloned()
                .collect();
            assert_eq!(sum(&unpaid, 2), year.gap_total(), "{name}");
            let last = tables(&board).filter(|table| table.name == "matrix").last().unwrap();
            let (body, foot) = last.rows.split_at(last.rows.len() - 1);
            for column in 1..last.columns.len() {
                assert_eq!(sum(body, column), sum(foot, column), "{name}: column {column}");
            }
            let width = last.columns.len();
            assert_eq!(sum(foot, width - 1), year.cost, "{name}");
            assert_eq!(sum(foot, width - 2), year.gap_total(), "{name}");
            let paid: Money = tables(&board)
                .filter(|table| table.name == "matrix")
                .map(|part| {
                    let foot = &part.rows[part.rows.len() - 1..];
                    let ends = if std::ptr::eq(part, last) { 2 } else { 0 };
                    (1..part.columns.len() - ends).map(|column| sum(foot, column)).sum::<Money>()
                })
                .sum();
            assert_eq!(paid, year.covered, "{name}");
            // No cell of the matrix is empty.
            for part in tables(&board).filter(|table| table.name == "matrix") {
                let silent = |cell: &&Cell| matches!(cell, Cell::Empty) || **cell == Cell::text("");
                assert_eq!(part.rows.iter().flatten().find(silent), None, "{name}");
            }
            if !total.gap_total().is_zero() {
                let best = table(&board, "best-case");
                let width = best.columns.len();
                assert_eq!(best.rows[0][width - 1], Cell::Money(total.gap_total()));
                assert_eq!(best.rows[1][width - 1], Cell::Money(total.irreducible_gap()));
            }
        }
    }
}

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
fn a_plan_without_a_source_says_so() {
    let plan = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 12\n\
                [cost.staff]\nfunction = \"convene\"\nmonthly = 1_000\n";
    let files = MemoryFolder::new([("plan.toml", plan)]);
    let (_, _, board) = report(&files, &Asked::default());
    let section = |name: &str| board.sections.iter().find(|section| section.name == name).unwrap();
    assert_eq!(section("cliffs").heading, "No source is named in the plan");
    assert_eq!(section("cliffs").pieces, []);
    let told = Piece::Sentence(
        Mark::Bad,
        "No source is named in the plan: nothing may pay for any cost.".to_string(),
    );
    assert_eq!(section("matrix").pieces, [told]);
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

#[test]
fn an_earlier_forecast_is_compared_and_anything_else_is_refused() {
    let files = sample("ri-hez");
    let (plan, forecast, _) = report(&files, &Asked::default());
    let text = json::encode(&record::forecast(&plan, &forecast));
    let same = Earlier::parse(&text).unwrap();
    let heading = |earlier: &Earlier| {
        let asked = Asked { since: Some(earlier), ..Asked::default() };
        let (_, _, board) = report(&files, &asked);
        let section = board.sections.iter().find(|section| section.name == "since").unwrap();
        (section.heading.clone(), board)
    };
    let (told, _) = heading(&same);
    assert_eq!(told, "Since the report as of Apr 2024 the gap is the same: $7.70M");

    let plan = folder::read(&files, "leaders-count").unwrap();
    let other = Forecast::from_plan(&plan, Question::default()).unwrap();
    let text = json::encode(&record::forecast(&plan, &other));
    let (told, board) = heading(&Earlier::parse(&text).unwrap());
    assert_eq!(told, "Not comparable: the report as of Apr 2024 was made with another scenario");
    // Of the same scenario it says by how much the gap changed.
    let (told, _) = heading(&Earlier::parse(&text.replacen("leaders-count", "base", 1)).unwrap());
    assert_eq!(
        told,
        "Since the report as of Apr 2024 the gap fell by $300,000, from $8.00M to $7.70M"
    );
    let rows = &table(&board, "since").rows;
    let gap = rows.iter().find(|row| row[0] == Cell::text("Unpaid (the gap)")).unwrap();
    let amount = |dollars: i64| Cell::Money(Money::from_cents(dollars * 100));
    assert_eq!(gap[1..], [amount(8_000_000), amount(7_700_000), amount(-300_000)]);
    // Neither of them states its cash: nobody knows when it runs out.
    let rows = &table(&board, "since-dates").rows;
    let out = rows.iter().find(|row| row[0] == Cell::text("Cash runs out")).unwrap();
    assert_eq!(out[1..], [Cell::text("not known"), Cell::text("not known")]);
    let from_zero = "Cash is counted from $0, since the plan does not state its cash in hand.";
    assert!(sentences(&board, "since").contains(&(Mark::Watch, from_zero)));

    // What the report does not tell where no money recurs, it does not compare.
    let one_time = |board: &Board| {
        let rows = &table(board, "since").rows;
        rows.iter().any(|row| row[0] == Cell::text("Structural gap"))
    };
    assert!(one_time(&board));
    let files = sample("oakland-fy2020");
    let (plan, forecast, _) = report(&files, &Asked::default());
    let earlier = Earlier::parse(&json::encode(&record::forecast(&plan, &forecast))).unwrap();
    let (_, _, board) = report(&files, &Asked { since: Some(&earlier), ..Asked::default() });
    assert!(!one_time(&board));

    for (text, why) in [
        ("", "is not JSON"),
        ("{}", "is no forecast"),
        ("{\"schema_version\": 1}", "lacks figures"),
        ("{\"schema_version\": 99}", "version 99"),
    ] {
        let told = Earlier::parse(text).unwrap_err();
        assert!(told.contains(why), "{text}: {told}");
    }
}

/// Headings say how it is in words of English: no doubled space or empty hole, each with a figure or a date.
#[test]
fn headings_are_sentences_with_a_figure() {
    for name in SAMPLES {
        for view in Status::ALL {
            let question = Question { view, ..Question::default() };
            let (_, _, board) = report(&sample(name), &Asked { question, ..Asked::default() });
            for section in &board.sections {
                let heading = &section.heading;
                assert!(
                    !heading.contains("  ") && !heading.ends_with([' ', '.', ':']),
                    "{heading}"
                );
                let number = heading.contains(|letter: char| letter.is_ascii_digit())
                    || ["One ", "Two ", "No ", "None "]
                        .iter()
                        .any(|word| heading.starts_with(word));
                assert!(number, "{name}: {heading}");
            }
            assert_eq!(board.sections[0].name, "decision");
        }
    }
}

#[test]
fn the_same_report_is_the_same_bytes() {
    let files = sample("reading-ccp");
    let one = html::encode(&report(&files, &Asked::default()).2);
    assert_eq!(one, html::encode(&report(&files, &Asked::default()).2));
    let written = |environment: &[(&str, &str)]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_braid"));
        command.env_clear().envs(environment.iter().copied());
        command.args(["report", "scenarios/imperial-ach"]).output().unwrap().stdout
    };
    let plain = written(&[]);
    assert!(plain.starts_with(html::BEGINNING.as_bytes()));
    let elsewhere = [("TZ", "Pacific/Kiritimati"), ("LC_ALL", "tr_TR.UTF-8"), ("COLUMNS", "50")];
    assert_eq!(plain, written(&elsewhere));
}

/// A plan of a year, with these lines, in memory.
fn year(lines: &str) -> MemoryFolder {
    let plan = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 12\n\
                [cost.staff]\nfunction = \"convene\"\nmonthly = 1_000\n";
    MemoryFolder::new([("plan.toml", format!("{plan}{lines}").as_str())])
}

fn heading(board: &Board, name: &str) -> String {
    let section = board.sections.iter().find(|section| section.name == name);
    section.unwrap_or_else(|| panic!("no section {name}")).heading.clone()
}

fn sentences<'a>(board: &'a Board, name: &str) -> Vec<(Mark, &'a str)> {
    let section = board.sections.iter().find(|section| section.name == name).unwrap();
    let told = section.pieces.iter().flat_map(|piece| match piece {
        Piece::Sentence(mark, text) => vec![(*mark, text.as_str())],
        Piece::Points(points) => points.iter().map(|text| (Mark::None, text.as_str())).collect(),
        _ => Vec::new(),
    });
    told.collect()
}

/// Money whose last month is the plan's ends then, as far as a board can know; what goes on beyond says so by its terms.
#[test]
fn sources_that_end_with_the_plan_are_told() {
    let gift = |id: &str, until: &str| {
        format!(
            "[stream.{id}]\nkind = \"partner\"\nfunder = \"F\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
             {until}\nmonthly = 600\npays-for = [\"convene\"]\n"
        )
    };
    let of = |lines: String| report(&year(&lines), &Asked::default()).2;
    let (ends, goes) = ("until = \"2026-12\"", "until = \"2027-12\"");
    let board = of(gift("gift", ends) + &gift("dues", ends));
    let told = "Two sources worth $1,200 a month end in Dec 2026, with the plan";
    assert_eq!(heading(&board, "cliffs"), told);
    let points = sentences(&board, "decision");
    assert!(points.iter().any(|(_, text)| *text == format!("{told}.")), "{points:?}");
    let board = of(gift("gift", goes) + &gift("dues", "evergreen = \"a law\""));
    assert_eq!(heading(&board, "cliffs"), "No source ends between Jan 2026 and Dec 2026");
    // One after another: never as much as both of them.
    let board = of(gift("gift", "until = \"2026-03\"") + &gift("dues", "until = \"2026-06\""));
    let told = "Two sources end between Mar 2026 and Jun 2026, the most in Mar 2026: $600 a month";
    assert_eq!(heading(&board, "cliffs"), told);
}

/// A plan without an opening balance says so: nothing of it runs out.
#[test]
fn cash_that_is_not_stated_does_not_run_out() {
    let cards = |board: &Board| {
        let section = board.sections.iter().find(|section| section.name == "standing").unwrap();
        let Piece::Cards(cards) = &section.pieces[0] else { panic!("cards first") };
        [0, 2].map(|at: usize| (cards[at].mark, cards[at].figure.clone()))
    };
    let (_, forecast, board) = report(&year(""), &Asked::default());
    assert!(forecast.measures.cash.runs_out.is_some(), "counted from nothing");
    let unknown = [(Mark::None, "Not stated".to_string()), (Mark::None, "Not known".to_string())];
    assert_eq!(cards(&board), unknown);
    for name in ["decision", "standing", "cash"] {
        assert!(!heading(&board, name).contains("runs out"), "{}", heading(&board, name));
    }
    let (_, _, board) = report(&year("[opening]\nunrestricted-cash = 2_500\n"), &Asked::default());
    let stated =
        [(Mark::None, "2.5 months of cost".to_string()), (Mark::Bad, "Mar 2026".to_string())];
    assert_eq!(cards(&board), stated);
}

/// The decision says what the best bridge leaves, and never offers one in place of money that it does not replace.
#[test]
fn figures_that_rest_on_cash_from_zero_say_so() {
    let (_, _, board) = report(&sample("ri-hez"), &Asked::default());
    for name in ["bridge", "scenarios", "odds", "cash", "assumptions"] {
        let told = sentences(&board, name);
        let said = told.iter().any(|(_, text)| text.contains("ounted from $0"));
        assert!(said || heading(&board, name).contains("ounted from $0"), "{name}: {told:?}");
    }
    let heads = |board: &Board| -> Vec<String> {
        table(board, "odds").columns.iter().map(|column| column.name.clone()).collect()
    };
    assert!(heads(&board).contains(&"Below $0 by then".to_string()));
    // No picture tells a month in which it would run out, and each says what it is counted from.
    for name in ["cash", "odds", "bridge"] {
        let picture = pictures(&board).into_iter().find(|picture| picture.name == name).unwrap();
        assert!(picture.title.ends_with(", counted from $0"), "{name}: {}", picture.title);
        for words in picture.wide.texts().chain(picture.narrow.texts()) {
            let dated = ["run out", "runs out", "below"].into_iter();
            let dated = dated.filter(|word| words.text.contains(word));
            assert!(words.text == "half lie below" || dated.count() == 0, "{name}: {}", words.text);
        }
    }
    let (_, _, board) = report(&sample("reading-ccp"), &Asked::default());
    assert!(heads(&board).contains(&"Run out by then".to_string()));
    assert!(pictures(&board).iter().all(|picture| !picture.title.contains("$0")));
    assert!(!markdown::encode(&board).contains("counted from $0"));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_braid"))
        .args(["bridge", "scenarios/ri-hez", "--color", "never", "--width", "200"])
        .output()
        .unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.contains("Cash is counted from $0, since the plan does not state"), "{page}");
}

#[test]
fn doubts_are_told_to_a_board_without_what_to_type() {
    for name in SAMPLES {
        let (_, forecast, board) = report(&sample(name), &Asked::default());
        for (_, text) in sentences(&board, "assumptions") {
            assert!(!text.contains('`') && !text.contains("state it"), "{name}: {text}");
        }
        // What can be done stands beside each, for its author.
        let remedy = |one: &Finding| !one.message.contains("`benefit`") && !one.remedy.is_empty();
        let shared = |one: &&Finding| one.name == "shared-line-without-benefit";
        assert!(forecast.findings.iter().filter(shared).all(remedy), "{name}");
    }
}

#[test]
fn a_bridge_that_leaves_a_gap_is_no_alternative_to_the_money() {
    let (_, _, board) = report(&sample("reading-ccp"), &Asked::default());
    let told = heading(&board, "decision");
    // The option that is owed back leaves a little less unpaid, and is no part of the others' best.
    let best = "the best of four with nothing left to repay leaves $3.81M of $4.69M core cost unpaid; the one to be repaid \
                leaves $3.80M, with $900,000 still owed at the end";
    assert!(told.ends_with(best), "{told}");
    let bridge = heading(&board, "bridge");
    assert!(bridge.starts_with("Four of five bridge options leave much the same"), "{bridge}");
    assert!(bridge.contains("one must be repaid, $900,000"), "{bridge}");
    let notes = sentences(&board, "bridge");
    let hoped = "which is only hoped for and not counted here.";
    assert!(notes.iter().any(|(_, text)| text.ends_with(hoped)), "{notes:?}");
}

/// What the report of a sample says first and of its bridges, with these options of its own.
fn decided(name: &str, options: &[&str], more: &str) -> [String; 2] {
    let read = |file: &str| fs::read_to_string(format!("scenarios/{name}/{file}")).unwrap();
    let bridge = read("bridge.toml");
    let own = bridge.split_inclusive("\n\n").filter(|part| {
        let of = |id: &&str| part.contains(&format!("[option.{id}"));
        !part.contains("[option.") || options.iter().any(of)
    });
    let bridge = own.collect::<String>() + "\n" + more;
    let files = [("plan.toml", read("plan.toml")), ("bridge.toml", bridge)];
    let files = MemoryFolder::new(files.iter().map(|(name, text)| (*name, text.as_str())));
    let (_, _, board) = report(&files, &Asked::default());
    [heading(&board, "decision"), heading(&board, "bridge")]
}

/// What an option leaves unpaid is told as the table has it; what is owed back for it stands beside that.
#[test]
fn what_is_owed_back_is_not_added_to_what_goes_unpaid() {
    let recoverable = "\u{201c}Recoverable grant of $900,000, repaid from shared savings\u{201d}";
    let [box_, bridge] = decided("reading-ccp", &["challenge", "recoverable"], "");
    let told = "the one with nothing left to repay leaves $4.51M of $4.69M core cost unpaid; the one to be repaid leaves \
                $3.80M, with $900,000 still owed at the end";
    assert!(box_.ends_with(told), "{box_}");
    let told = format!(
        "leaves the least core cost unpaid of those with nothing left to repay: $4.51M instead of $4.69M; {recoverable} leaves \
         $3.80M, with $900,000 still owed at the end"
    );
    assert!(bridge.ends_with(&told), "{bridge}");
    // Beside a grant that pays no core cost the one that is owed back still closes some of it.
    let small = "[option.small]\ntitle = \"Small\"\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\n\
                 award = 10_000\nfrom = \"2024-01\"\nuntil = \"2026-12\"\npays-for = [\"cost.billing\"]\n\
                 source = \"illustrative\"\n";
    let [box_, bridge] = decided("reading-ccp", &["recoverable"], small);
    let told = "the one to be repaid leaves $3.80M of $4.69M core cost unpaid, with $900,000 still owed at the end; the \
                option with nothing left to repay closes none of it";
    assert!(box_.ends_with(told), "{box_}");
    let told =
        format!("Of two bridge options, {recoverable} leaves the least core cost unpaid: $3.80M");
    assert!(bridge.starts_with(&told), "{bridge}");
    // Two amounts that would read alike are told in whole dollars.
    let near = small.replace("10_000", "890_000").replace("cost.billing", "anything");
    let near = near.replace("2024-01", "2022-05");
    let [box_, _] = decided("reading-ccp", &["recoverable"], &near);
    let told = "of $4,689,542 core cost unpaid; the one to be repaid leaves $3,797,151, with $900,000 still owed at the end";
    assert!(box_.ends_with(told), "{box_}");
    let [box_, bridge] = decided("reading-ccp", &["recoverable"], "");
    assert!(box_.ends_with("goes unpaid, with $900,000 still owed at the end"), "{box_}");
    assert!(bridge.starts_with(&format!("{recoverable} leaves $3.80M of core cost")), "{bridge}");
}

/// One option more stands below; and the only one that closes a gap is called so.
#[test]
fn one_option_is_spoken_of_as_one() {
    let of = |view: Status| {
        let question = Question { view, ..Question::default() };
        report(&sample("ri-hez"), &Asked { question, ..Asked::default() }).2
    };
    let board = of(Status::Secured);
    let points = sentences(&board, "decision");
    assert!(points.iter().any(|(_, text)| text.contains(". One more stands below.")), "{points:?}");
    let told = heading(&of(Status::Prospective), "decision");
    assert!(
        told.contains("choose the one bridge of five that closes it, or find $6.10M"),
        "{told}"
    );
}

/// Where another braid would pay what goes unpaid, the decision says so, with what stands against it.
#[test]
fn re_braiding_comes_before_finding_money() {
    let (_, _, board) = report(&sample("oakland-fy2021"), &Asked::default());
    let told = heading(&board, "decision");
    assert!(told.contains("re-braid, or find $365,152"), "{told}");
    let points = sentences(&board, "decision");
    assert!(points.iter().any(|(_, text)| text.contains("2 CFR 200.405(c)")), "{points:?}");
}

/// Less unpaid since a payer that is not counted is lost with what it costs: no good news.
#[test]
fn losing_every_payer_is_no_good_news() {
    let (_, _, board) = report(&sample("reading-ccp"), &Asked::default());
    let told = sentences(&board, "scenarios");
    let payer = told.iter().find(|(_, text)| text.starts_with("no-payer")).unwrap();
    assert!(
        payer.0 == Mark::Watch && payer.1.contains("$2,104,808 more stays unpaid"),
        "{payer:?}"
    );
    // The best is of the money that is counted, and no "if" goes with it.
    assert_eq!(
        heading(&board, "scenarios"),
        "At best (The hospital takes over $720,000 a year from May 2022) $3.71M less goes unpaid; if hoped-for money is \
         counted, at worst (No payer ever pays) $2.10M more goes unpaid"
    );
}

/// The heading's least is the proved one, not the part that one cut explains; and a board's choice lies ahead.
#[test]
fn headings_take_the_proved_gap_and_what_can_still_be_done() {
    let of = |name: &str| report(&sample(name), &Asked::default()).2;
    let imperial = of("imperial-ach");
    let told = "No braid leaves less than $981,202 of core cost unpaid, and this is why for $714,264 of it";
    assert_eq!(heading(&imperial, "why"), told);
    // What was spent before the plan is seen cannot be kept any more.
    let hez = of("ri-hez");
    let kept = "If money could have been kept until it was needed, $7,700,000 more of core cost could have been paid, but as \
                much of other cost would then have gone unpaid.";
    assert!(sentences(&hez, "why").contains(&(Mark::None, kept)));
    let told = heading(&of("reading-ccp"), "best-case");
    assert!(told.starts_with("From Jul 2021 on re-braiding closes none of"), "{told}");
}

/// What scenarios are headed by: the worst and the best by what is told, and none called best that leaves more core unpaid.
#[test]
fn scenarios_are_headed_by_what_they_leave_unpaid() {
    let plan = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 12\n\
                [cost.staff]\nfunction = \"convene\"\nmonthly = 1_000\n\
                [cost.extra]\nfunction = \"data\"\nmonthly = 1_000\npriority = \"stretch\"\n\
                [stream.gift]\nkind = \"partner\"\nfunder = \"F\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
                until = \"2026-12\"\nmonthly = 1_500\npays-for = [\"convene\", \"data\"]\n";
    let headed = |scenarios: &str| {
        let text = format!("{plan}{scenarios}");
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let (_, _, board) = report(&files, &Asked::default());
        let section = board.sections.iter().find(|section| section.name == "scenarios").unwrap();
        section.heading.clone()
    };
    let less = "[scenario.less.stream.gift]\nmonthly = 1_400\n";
    let more = "[scenario.more.stream.gift]\nmonthly = 1_700\n";
    // Core cost goes unpaid, and as much less of the rest.
    let other = "[scenario.other.stream.gift]\npays-for = [\"data\"]\nmonthly = 1_500\n";
    assert_eq!(headed(less), "At worst (Less) $1,200 more goes unpaid");
    assert_eq!(headed(more), "At best (More) $2,400 less goes unpaid");
    let both = "At worst (Less) $1,200 more goes unpaid, at best (More) $2,400 less goes unpaid";
    assert_eq!(headed(&format!("{less}{more}")), both);
    assert_eq!(headed(other), "At worst (Other) $6,000 more goes unpaid");
    let same = "[scenario.same.stream.gift]\nmonthly = 1_500\n";
    assert_eq!(headed(same), "As much goes unpaid in every scenario as in the base case");
    // The stretch cost falls by more than what core cost loses: less in all, and no best.
    let worse =
        "[scenario.worse.stream.gift]\nmonthly = 700\n[scenario.worse.cost.extra]\nmonthly = 1\n";
    assert_eq!(headed(worse), "What goes unpaid in other scenarios than the base case");
    // As much in all, and core cost among it.
    let core =
        "[scenario.core.stream.gift]\nmonthly = 500\n[scenario.core.cost.extra]\ndrop = true\n";
    assert_eq!(headed(core), "At worst (Core) as much goes unpaid, $6,000 more of it core");
}

/// The whole dollars of a text: each amount that is told neither in cents nor in millions.
fn whole_dollars(text: &str) -> Vec<i64> {
    let amounts = text.split('$').skip(1).filter_map(|rest| {
        let figure = |letter: &char| letter.is_ascii_digit() || *letter == ',' || *letter == '.';
        let end = rest.find(|letter| !figure(&letter)).unwrap_or(rest.len());
        let (amount, after) = (rest[..end].trim_end_matches([',', '.']), &rest[end..]);
        if amount.contains('.') || after.starts_with(['M', 'B', 'T', 'K']) {
            return None;
        }
        amount.replace(',', "").parse().ok()
    });
    amounts.collect()
}

/// What a report says in words of a forecast: headings, sentences, points, cards.
fn words_of(board: &Board) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for section in &board.sections {
        found.push(&section.heading);
        for piece in &section.pieces {
            match piece {
                Piece::Sentence(_, text) | Piece::Heading(text) => found.push(text),
                Piece::Points(points) => found.extend(points.iter().map(String::as_str)),
                Piece::Cards(cards) => found.extend(
                    cards.iter().flat_map(|card| [card.figure.as_str(), card.aside.as_str()]),
                ),
                _ => {}
            }
        }
    }
    found
}

/// A figure that stands in a table is told in no sentence a dollar off: each is rounded by itself, everywhere alike.
#[test]
fn no_sentence_is_a_dollar_off_its_table() {
    let mut compared = 0;
    for name in SAMPLES {
        for view in Status::ALL {
            let question = Question { view, ..Question::default() };
            let (_, _, board) = report(&sample(name), &Asked { question, ..Asked::default() });
            let known: BTreeSet<i64> = tables(&board)
                .flat_map(|table| table.rows.iter().flatten())
                .filter_map(|cell| match cell {
                    Cell::Money(amount) => {
                        i64::try_from((amount.cents().unsigned_abs() + 50) / 100).ok()
                    }
                    _ => None,
                })
                .collect();
            for text in words_of(&board) {
                for dollars in whole_dollars(text).into_iter().filter(|dollars| *dollars > 999) {
                    let off =
                        [dollars - 1, dollars + 1].into_iter().find(|off| known.contains(off));
                    compared += usize::from(known.contains(&dollars));
                    assert!(
                        known.contains(&dollars) || off.is_none(),
                        "{name}, {view:?}: ${dollars} in `{text}`, {off:?} in a table"
                    );
                }
            }
        }
    }
    assert!(compared > 300, "{compared} figures stand in tables");
}

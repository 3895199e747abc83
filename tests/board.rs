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

#[path = "board/doubts.rs"]
mod doubts;
#[path = "board/drawn.rs"]
mod drawn;
#[path = "board/figures.rs"]
mod figures;
#[path = "board/headed.rs"]
mod headed;
#[path = "board/hostile.rs"]
mod hostile;
#[path = "board/redact.rs"]
mod redact;
#[path = "board/streams.rs"]
mod streams;
#[path = "board/told.rs"]
mod told;
use hostile::{LETTERS, wide};

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

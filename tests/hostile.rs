//! Sixty hostile texts in every field of a plan folder that takes any: a plan may say them, and no format acts on one.
//! What a spreadsheet makes of them stands in `tests/workbook.rs`, what a browser does in `tests/consumers.rs`.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use braidfund::diagnostic::is_invisible;
use braidfund::export::guard;
use braidfund::folder::keys::{self, Kind, Shape};
use serde_json::Value;

#[path = "board/hostile.rs"]
mod hostile;
use hostile::PAYLOADS;

/// A text that does nothing.
const BENIGN: &str = "Riverbend";
/// Futures that are drawn.
const FUTURES: [&str; 2] = ["--futures", "5"];

/// A folder that holds a text in every field.
fn plan(name: &str, text: &str) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile").join(name);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(home.join("plan")).unwrap();
    for (name, content) in hostile::folder(text) {
        fs::write(home.join("plan").join(name), content).unwrap();
    }
    home
}

/// What a command prints of the plan, on both channels.
fn said(home: &Path, command: &str, args: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_braid"))
        .current_dir(home)
        .args([command, "plan"])
        .args(args)
        .output()
        .unwrap();
    let [out, talk] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(output.status.success(), "{command} {args:?}: {talk}");
    (out, talk)
}

fn printed(home: &Path, command: &str, args: &[&str]) -> String {
    said(home, command, args).0
}

/// Whether a key takes any text: no word of a list, no path, no name of a file.
fn takes_text(shape: &Shape) -> bool {
    match shape {
        Shape::Text => true,
        Shape::Either(shapes) => shapes.iter().any(takes_text),
        _ => false,
    }
}

#[test]
fn every_field_that_takes_text_holds_one() {
    // The mapping of a budget sheet is no part of a plan.
    let own = |kind: &&Kind| !kind.name.starts_with("import");
    let names = keys::kinds().filter(own).flat_map(|kind| kind.keys);
    let names: BTreeSet<&str> =
        names.filter(|key| takes_text(&key.shape)).map(|key| key.name).collect();
    let mut held: BTreeSet<String> = BTreeSet::new();
    fn gather(value: &toml::Value, held: &mut BTreeSet<String>) {
        let toml::Value::Table(table) = value else { return };
        for (key, value) in table {
            if value.as_str() == Some(BENIGN) {
                held.insert(key.clone());
            }
            gather(value, held);
        }
    }
    for (_, text) in hostile::folder(BENIGN) {
        gather(&toml::from_str(&text).unwrap(), &mut held);
    }
    // The path of an input, and a state whose published share is looked up.
    let bound = ["of", "state"];
    let missing: Vec<&&str> =
        names.iter().filter(|name| !held.contains(**name) && !bound.contains(name)).collect();
    assert_eq!(missing, Vec::<&&str>::new());
    assert!(names.len() > 12, "{names:?}");
}

/// The elements of a page with the names of their attributes, in order; words of pictures, whose lines are as many as
/// they need, are left out.
fn elements(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for tag in page.split('<').skip(1) {
        let (mut names, mut name, mut quote) = (Vec::new(), String::new(), None);
        for letter in tag.chars() {
            match (quote, letter) {
                (None, '>') => break,
                (None, '"' | '\'') => quote = Some(letter),
                (Some(open), letter) if letter == open => quote = None,
                (Some(_), _) => {}
                (None, ' ' | '=' | '\n') => names.push(std::mem::take(&mut name)),
                (None, letter) => name.push(letter),
            }
        }
        names.push(name);
        names.retain(|name| !name.is_empty());
        if !matches!(names.first().map(String::as_str), Some("text" | "/text")) {
            found.push(names.join(" "));
        }
    }
    found
}

/// What a line of Markdown is: its beginning, and how many cells it has.
fn markings(page: &str) -> Vec<(String, usize)> {
    let of = |line: &str| {
        let mut escaped = false;
        let mut cells = 0;
        for letter in line.chars() {
            cells += usize::from(letter == '|' && !escaped);
            escaped = letter == '\\' && !escaped;
        }
        let word = line.split(' ').next().unwrap_or("");
        let begins = word.chars().all(|letter| matches!(letter, '#' | '-' | '|' | '*'));
        (if begins { word.to_string() } else { String::new() }, cells)
    };
    page.lines().map(of).collect()
}

#[test]
fn no_page_has_an_element_more() {
    let of = |text: &str| {
        let home = plan("page", text);
        let page = printed(&home, "report", &["--board", FUTURES[0], FUTURES[1]]);
        let marked = ["--board", "--format", "md", FUTURES[0], FUTURES[1]];
        (page, printed(&home, "report", &marked))
    };
    let (page, marked) = of(BENIGN);
    let (tree, lines) = (elements(&page), markings(&marked));
    assert!(tree.len() > 800 && lines.len() > 200, "the pages are read");
    assert!(!page.contains("<script") && !page.contains("href") && !page.contains("src="));
    for payload in PAYLOADS {
        let (page, marked) = of(payload);
        assert_eq!(elements(&page), tree, "{payload:?}");
        // Text in a picture may be cut, yet never opens a tag of its own.
        let names: BTreeSet<&str> = page
            .split('<')
            .skip(1)
            .map(|tag| tag.split([' ', '>', '\n']).next().unwrap())
            .collect();
        assert!(!names.contains("script") && !names.contains("img"), "{payload:?}");
        assert_eq!(markings(&marked), lines, "{payload:?} in Markdown");
        if payload.contains('<') && payload.len() > 3 {
            assert!(!page.contains(payload) && !marked.contains(payload), "{payload:?}");
        }
    }
}

/// The cells of a CSV file.
fn cells(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let record = |record: csv::StringRecord| record.iter().map(str::to_string).collect();
    reader.records().map(|found| record(found.unwrap())).collect()
}

/// A value in which each text is the same.
fn bones(value: &Value) -> Value {
    match value {
        Value::String(_) => Value::Null,
        Value::Array(items) => items.iter().map(bones).collect(),
        Value::Object(items) => {
            items.iter().map(|(key, value)| (key.clone(), bones(value))).collect()
        }
        value => value.clone(),
    }
}

/// Every text of a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(items) => items.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// Things by a name of each.
type Named<T> = Vec<(String, T)>;

/// Every table and value that programs read.
fn files(text: &str) -> (Named<String>, Named<Value>) {
    let home = plan("files", text);
    printed(&home, "forecast", &["--out", "out", "-q"]);
    let (mut tables, mut values) = (Vec::new(), Vec::new());
    let mut entries: Vec<PathBuf> =
        fs::read_dir(home.join("out")).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_str().unwrap().to_string();
        let text = fs::read_to_string(&path).unwrap();
        match path.extension().and_then(|name| name.to_str()) {
            Some("csv") => tables.push((name, text)),
            // The manifest tells sizes and digests, and no word of a plan.
            Some("json") if name != "manifest.json" => {
                values.push((name, serde_json::from_str(&text).unwrap()))
            }
            _ => {}
        }
    }
    let commands: [(&str, &[&str]); 5] = [
        ("compare", &["inputs"]),
        ("bridge", &["options", "years", "moved"]),
        ("chance", &["years", "months", "chances", "streams"]),
        ("portfolio", &["partnerships", "years"]),
        ("sensitivity", &[]),
    ];
    for (command, names) in commands {
        let drawn: &[&str] = if ["bridge", "chance"].contains(&command) { &FUTURES } else { &[] };
        let value = printed(&home, command, &[drawn, &["--format", "json"]].concat());
        values.push((command.to_string(), serde_json::from_str(&value).unwrap()));
        for name in names {
            let args = [drawn, &["--format", "csv", "--table", name]].concat();
            tables.push((format!("{command} {name}"), printed(&home, command, &args)));
        }
        if names.is_empty() {
            tables.push((command.to_string(), printed(&home, command, &["--format", "csv"])));
        }
    }
    for (command, args) in [("check", ["--format", "json"]), ("levers", ["--format", "json"])] {
        let value = printed(&home, command, &args);
        values.push((command.to_string(), serde_json::from_str(&value).unwrap()));
    }
    (tables, values)
}

#[test]
fn files_for_programs_hold_the_same_cells() {
    let (tables, values) = files(BENIGN);
    assert!(tables.len() > 20 && values.len() > 7, "{} and {}", tables.len(), values.len());
    let told: Vec<&str> = tables
        .iter()
        .filter(|(_, text)| text.contains(BENIGN))
        .map(|(name, _)| name.as_str())
        .collect();
    // Most tables hold ids, which are no free text.
    assert!(told.len() > 1, "{told:?}");
    for payload in PAYLOADS {
        let (found, others) = files(payload);
        for ((name, text), (same, before)) in found.iter().zip(&tables) {
            assert_eq!(name, same);
            let (rows, before) = (cells(text), cells(before));
            assert_eq!(rows.len(), before.len(), "{payload:?}: {name}");
            for (row, before) in rows.iter().zip(&before) {
                assert_eq!(row.len(), before.len(), "{payload:?}: {name}");
                for (cell, before) in row.iter().zip(before) {
                    if before.contains(BENIGN) {
                        let told = before.replace(BENIGN, payload);
                        assert_eq!(guard::unguarded(cell), told, "{payload:?}: {name}");
                        let acts = ['=', '+', '-', '@', '\t', '\r'];
                        assert!(!cell.starts_with(acts), "{payload:?}: {name}");
                    }
                }
            }
        }
        for ((name, value), (same, before)) in others.iter().zip(&values) {
            assert_eq!(name, same);
            assert_eq!(bones(value), bones(before), "{payload:?}: {name}");
            for (text, before) in texts(value).into_iter().zip(texts(before)) {
                if before == BENIGN {
                    assert_eq!(text, payload, "{name}");
                }
            }
        }
    }
}

#[test]
fn a_terminal_is_sent_nothing_unseen() {
    let commands: [(&str, &[&str]); 11] = [
        ("forecast", &[]),
        ("check", &[]),
        ("compare", &[]),
        ("bridge", &FUTURES),
        ("chance", &FUTURES),
        ("sensitivity", &[]),
        ("levers", &[]),
        ("portfolio", &[]),
        ("explain", &["gap"]),
        ("explain", &["stream", "bridge"]),
        ("explain", &["cash", "lowest"]),
    ];
    let mut told = 0;
    for payload in PAYLOADS {
        let home = plan("terminal", payload);
        for (command, args) in commands {
            let (out, talk) = said(&home, command, args);
            for text in [&out, &talk] {
                let unseen = text.chars().find(|letter| *letter != '\n' && is_invisible(*letter));
                assert_eq!(unseen, None, "{payload:?}: {command} {args:?}");
            }
            told += usize::from(out.contains(&braidfund::diagnostic::visible(payload)));
        }
    }
    assert!(told > 400, "the words of a plan are shown: {told}");
}

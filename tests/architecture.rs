//! The house: which room may know which, what no room may do. See `docs/ARCHITECTURE.md`.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up: a room imports only from rooms that stand before it here.
const ROOMS: [&[&str]; 17] = [
    &["limits", "money", "month", "name", "driver", "diagnostic", "error", "time_value", "threads"],
    &["rules"],
    &["funding"],
    &["plan"],
    &["folder"],
    &["timeline"],
    &["braid"],
    &["ledger"],
    &["cash"],
    &["net_assets"],
    &["measures"],
    &["findings", "forecast", "rebraiding"],
    &["decide", "levers"],
    &["explain"],
    &["report"],
    &["export", "output", "settle"],
    &["import"],
];

/// What a room must never name, beside what its place in the house already forbids.
const NEVER: [(&str, &[&str]); 12] = [
    ("plan", &["serde", "toml", "csv::", "std::fs", "std::io"]),
    ("funding", &["serde", "toml", "csv::", "std::fs", "std::io"]),
    ("timeline", &["crate::folder", "f64", "f32", "std::fs", "std::io"]),
    ("braid", &["crate::folder", "f64", "f32", "std::fs", "std::io"]),
    ("ledger", &["crate::folder", "f64", "f32", "std::fs", "std::io"]),
    ("measures", &["crate::braid", "crate::folder", "f64", "f32"]),
    ("forecast", &["crate::folder", "f64", "f32", "std::fs", "std::io"]),
    ("rebraiding", &["crate::braid", "crate::folder", "f64", "f32", "std::fs", "std::io"]),
    ("decide", &["f64", "f32", "std::fs", "std::io"]),
    ("levers", &["crate::folder", "f64", "f32", "std::fs", "std::io"]),
    ("settle", &["crate::plan", "crate::braid", "crate::forecast", "crate::folder", "f64", "f32"]),
    (
        "export",
        &["crate::plan", "crate::braid", "crate::forecast", "crate::folder", "crate::ledger"],
    ),
];

/// What no file of the library may name.
const NEVER_IN_LIBRARY: [&str; 8] = [
    "println!",
    "eprintln!",
    "std::process",
    "std::env",
    "clap::",
    "HashMap",
    "HashSet",
    "SystemTime",
];

struct Source {
    path: PathBuf,
    /// The room: the first name below `src`.
    room: String,
    /// The code without comments and without its tests.
    code: String,
}

fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    walk(Path::new("src"), &mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 20, "the walk finds the library");
    sources
}

fn walk(folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = without_tests(&path, &text);
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            let room = path.components().nth(1).unwrap().as_os_str().to_str().unwrap();
            let room = room.trim_end_matches(".rs").to_string();
            sources.push(Source { code: code.collect::<Vec<_>>().join("\n"), room, path });
        }
    }
}

/// A file's code without its tests: these stand in modules at its end, or in a file of their own.
fn without_tests(path: &Path, text: &str) -> String {
    if path.ends_with("tests.rs") {
        return String::new();
    }
    let module = |rest: &&str| {
        ["mod ", "pub(crate) mod ", "#[allow("].iter().any(|start| rest.starts_with(start))
    };
    text.split_inclusive("\n#[cfg(test)]\n").take_while(|part| !module(part)).collect()
}

fn floor(room: &str) -> Option<usize> {
    ROOMS.iter().position(|rooms| rooms.contains(&room))
}

/// Rooms that the code names as `crate::room`, also inside `use crate::{a, b}`.
fn named_rooms(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let head = rest.trim_start_matches('{').trim_start();
        let room: String = head.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        rooms.push(room);
    }
    rooms
}

#[test]
fn a_room_imports_only_from_rooms_below_it() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| floor(&source.room).is_some()) {
        let own = floor(&source.room).unwrap();
        for named in named_rooms(&source.code) {
            let other = floor(&named);
            if named != source.room && other.is_none_or(|other| other > own) {
                broken.push(format!("{}: imports {named}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_of_the_library_has_its_room() {
    for source in sources() {
        let known =
            floor(&source.room).is_some() || ["lib", "main", "cli"].contains(&source.room.as_str());
        assert!(known, "{}: a room that the house does not know", source.path.display());
    }
}

#[test]
fn no_room_names_what_it_must_not_know() {
    let mut broken = Vec::new();
    for source in sources() {
        // The relaxed braid is in floats, behind the exact checkers.
        let floats = source.path.starts_with("src/braid/optimal/relaxed");
        for (_, never) in NEVER.iter().filter(|(room, _)| *room == source.room) {
            let never = never.iter().filter(|word| !(floats && ["f64", "f32"].contains(*word)));
            for word in never.filter(|word| source.code.contains(**word)) {
                broken.push(format!("{}: names {word}", source.path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_checker_shares_no_code_with_an_allocation() {
    for checker in ["src/braid/certify.rs", "src/braid/bound.rs"] {
        let code = fs::read_to_string(checker).unwrap();
        for module in ["waterfall", "award::", "super::award", "optimal::"] {
            assert!(!code.contains(module), "{checker} names {module}");
        }
    }
}

#[test]
fn the_library_does_not_print_exit_or_look_around() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.room != "cli" && source.room != "main") {
        for word in NEVER_IN_LIBRARY.iter().filter(|word| source.code.contains(**word)) {
            broken.push(format!("{}: names {word}", source.path.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_module_has_a_name_that_says_nothing() {
    for source in sources() {
        let stem = source.path.file_stem().unwrap().to_str().unwrap();
        assert!(
            !["util", "utils", "helper", "helpers", "common", "misc"].contains(&stem),
            "{stem}"
        );
    }
}

#[test]
fn only_the_folder_knows_toml() {
    for source in sources().iter().filter(|source| source.room != "folder") {
        assert!(!source.code.contains("toml::"), "{}", source.path.display());
    }
}

#[test]
fn main_is_thirty_lines_at_most() {
    let lines = fs::read_to_string("src/main.rs").unwrap().lines().count();
    assert!(lines <= 30, "src/main.rs has {lines} lines");
}

/// Draws are the same everywhere only as long as one file makes them.
#[test]
fn one_file_names_a_generator() {
    let names = |source: &Source| ["rand_", "rand::"].iter().any(|word| source.code.contains(word));
    let naming: Vec<PathBuf> =
        sources().into_iter().filter(names).map(|source| source.path).collect();
    assert_eq!(naming, [Path::new("src/decide/random.rs")]);
}

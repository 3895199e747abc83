//! No plan makes the library panic: every sample and every template, cut off at every byte, and with a
//! thousand single bytes changed, is read or refused; what is still read is forecast.
//!
//! Values at the edges of their ranges, which arithmetic fears most, are tried in the same way.
//! Everything is made of a fixed seed, so that what fails once fails again; `MUTATIONS=20` tries
//! twenty times as much.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use braidfund::error::Error;
use braidfund::export::diagnostics;
use braidfund::export::text::Colour;
use braidfund::folder::{self, FileFault, Files, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::plan::Plan;

/// Files up to this size are cut off at every byte, larger ones at every so many.
const WHOLE_BYTES_MAX: usize = 20 * 1_024;
const STRIDE: usize = 97;
/// Single bytes that are changed in each sample.
const MUTATIONS: usize = 1_000;
/// Plans with values at the edges that are tried of each sample.
const EDGES: usize = 200;
/// Changed samples that are forecast, of each sample and of either way to change it.
const FORECASTS: usize = 60;

/// How many times as much is tried.
fn harder() -> usize {
    let times = std::env::var_os("MUTATIONS").and_then(|times| times.to_str()?.parse().ok());
    times.unwrap_or(1)
}

/// A plan folder: its name, and the files that the reader opens.
#[derive(Clone)]
struct Sample {
    name: String,
    files: Vec<(String, Vec<u8>)>,
}

impl Sample {
    fn folder(&self) -> MemoryFolder {
        let mut folder = MemoryFolder::default();
        for (name, bytes) in &self.files {
            folder.put(name, bytes.clone());
        }
        folder
    }
}

fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for entry in fs::read_dir("scenarios").unwrap() {
        let path = entry.unwrap().path();
        let mut files = Vec::new();
        for file in fs::read_dir(&path).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_some_and(|kind| kind == "toml" || kind == "csv") {
                let name = file.file_name().unwrap().to_str().unwrap().to_string();
                files.push((name, fs::read(&file).unwrap()));
            }
        }
        files.sort();
        samples.push(Sample { name: path.display().to_string(), files });
    }
    for template in folder::templates() {
        let own = |(name, text): &(&str, &str)| (name.to_string(), text.as_bytes().to_vec());
        let files = template.files.iter().map(own).collect();
        samples.push(Sample { name: format!("template {}", template.name), files });
    }
    samples.push(everything());
    samples.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(samples.len() >= 6, "the samples are found");
    samples
}

/// The plan that uses every key that there is, from the folder's own tests, with the files it names.
fn everything() -> Sample {
    let own = |name: &str| fs::read(format!("src/folder/tests/{name}")).unwrap();
    let text = |text: &str| text.as_bytes().to_vec();
    let files = [
        ("plan.toml", own("everything.toml")),
        ("costs.csv", own("costs.csv")),
        ("streams.csv", own("streams.csv")),
        ("drivers.csv", text("month,driver,value\r\n2026-01,index,1\n2026-02,index,1.25\n")),
        ("levels.csv", text("driver,month,value\nvisits,2026-01,10\nvisits,2026-02,\"20\"\n")),
        ("needs.csv", text("month,cost,amount\n2026-01,filed,10.50\n2026-02,filed,0.5\n")),
        (
            "tranches.csv",
            text("stream,available,last,amount\nlisted,2026-01,,5\nlisted,2025-01,2026-02,7\n"),
        ),
        (
            "opening.csv",
            text("item,stream,month,amount\ncash,listed,,5\nreceivable,listed,2026-02,3\n"),
        ),
    ];
    let files = files.map(|(name, bytes)| (name.to_string(), bytes)).into_iter().collect();
    Sample { name: "everything".to_string(), files }
}

/// A sequence of numbers that is the same on every machine (xorshift).
struct Numbers(u64);

impl Numbers {
    fn of(name: &str) -> Numbers {
        // The first number of a seed must not be zero.
        let seed = name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        Numbers(seed | 1)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}

/// What stands for another byte: what the grammars of TOML, CSV, amounts and months turn on.
const ODD: &[u8] = b"\"'[]{}=,.;#%-+_$/\\ \t\n\r\0\x1B\x7F\x80\xC3\xFF019eExTfFYZ";

/// Text with one byte replaced, taken out or put in; what was done, in words.
fn mutated(text: &[u8], numbers: &mut Numbers) -> (Vec<u8>, String) {
    let mut bytes = text.to_vec();
    let digits: Vec<usize> =
        (0..bytes.len()).filter(|place| bytes[*place].is_ascii_digit()).collect();
    match numbers.below(8) {
        // Another digit most often makes another plan that is well formed.
        0..=2 if !digits.is_empty() => {
            let place = digits[numbers.below(digits.len())];
            bytes[place] = b'0' + numbers.below(10) as u8;
            (bytes.clone(), format!("byte {place} replaced by {:?}", char::from(bytes[place])))
        }
        3 => {
            let place = numbers.below(bytes.len());
            bytes.remove(place);
            (bytes, format!("byte {place} taken out"))
        }
        4 => {
            let (place, byte) = (numbers.below(bytes.len() + 1), ODD[numbers.below(ODD.len())]);
            bytes.insert(place, byte);
            (bytes, format!("0x{byte:02X} put in at byte {place}"))
        }
        5 => {
            let (place, byte) = (numbers.below(bytes.len()), numbers.below(256) as u8);
            bytes[place] = byte;
            (bytes, format!("byte {place} replaced by 0x{byte:02X}"))
        }
        _ => {
            let (place, byte) = (numbers.below(bytes.len()), ODD[numbers.below(ODD.len())]);
            bytes[place] = byte;
            (bytes, format!("byte {place} replaced by 0x{byte:02X}"))
        }
    }
}

/// Values at the edges of what may be written in place of a number, a percentage and a month.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "12",
    "40",
    "480",
    "0.01",
    "1000000000",
    "9999999",
    "9999999999999.99",
    "999999999999",
];
const SHARES: &[&str] = &[
    "\"0%\"",
    "\"0.0000001%\"",
    "\"50%\"",
    "\"99.9999999%\"",
    "\"100%\"",
    "\"1000%\"",
    "\"-99.9%\"",
];
const TIMES: &[&str] =
    &["\"1970-01\"", "\"2026-01\"", "\"2026-12\"", "\"2030-12\"", "\"2199-12\"", "\"2027-02-14\""];

/// The values that may stand for one of its kind.
fn edges(value: &str) -> &'static [&'static str] {
    let inner = value.trim_matches('"');
    if !value.starts_with('"') {
        NUMBERS
    } else if inner.ends_with('%') {
        SHARES
    } else if inner.len() == 7 && inner.as_bytes()[4] == b'-' {
        TIMES
    } else if inner.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        NUMBERS
    } else {
        &[]
    }
}

/// Text with one or more values replaced by such; what was done, in words.
fn at_the_edge(text: &str, numbers: &mut Numbers) -> (Vec<u8>, String) {
    let mut text = text.to_string();
    let mut how = Vec::new();
    for _ in 0..=numbers.below(3) {
        let lines: Vec<&str> = text.lines().collect();
        let values: Vec<(usize, usize, usize)> = lines
            .iter()
            .enumerate()
            .flat_map(|(at, line)| {
                values(line).into_iter().map(move |(start, end)| (at, start, end))
            })
            .filter(|(at, start, end)| !edges(&lines[*at][*start..*end]).is_empty())
            .collect();
        let Some((at, start, end)) = values.get(numbers.below(values.len().max(1))).copied() else {
            break;
        };
        let edges = edges(&lines[at][start..end]);
        let edge = edges[numbers.below(edges.len())];
        let mut lines: Vec<String> = lines.iter().map(|line| line.to_string()).collect();
        lines[at].replace_range(start..end, edge);
        how.push(format!("line {}: {}", at + 1, lines[at]));
        text = lines.join("\n");
    }
    (text.into_bytes(), how.join("; "))
}

/// The bytes of the plain values of a line of TOML.
fn values(line: &str) -> Vec<(usize, usize)> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let Some(mut at) = line.find('=') else { return found };
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'#' => break,
            b'"' => {
                at = line[at + 1..].find('"').map_or(bytes.len(), |end| at + end + 2);
                found.push((start, at));
            }
            byte if byte.is_ascii_digit() => {
                while at < bytes.len() && matches!(bytes[at], b'0'..=b'9' | b'_' | b'.') {
                    at += 1;
                }
                found.push((start, at));
            }
            _ => at += 1,
        }
    }
    found
}

/// What work does: its outcome, or the words of its panic.
fn watch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        format!("panicked: {}", text.unwrap_or_default())
    })
}

/// The plan of a folder, if it has one; what went wrong beside refused input.
fn read(files: &dyn Files, every_scenario: bool, shown: bool) -> Result<Option<Plan>, String> {
    let read = watch(|| {
        let read = match every_scenario {
            true => folder::read_all(files).map(|mut plans| plans.swap_remove(0)),
            false => folder::read(files, "base"),
        };
        if let (Err(error), true) = (&read, shown) {
            diagnostics::encode(error.diagnostics(), Colour::Without);
        }
        read
    })?;
    match read {
        Ok(plan) => Ok(Some(plan)),
        Err(error) if error.is_input() && !error.diagnostics().is_empty() => Ok(None),
        Err(error) => Err(broken(&error)),
    }
}

fn broken(error: &Error) -> String {
    format!("neither read nor refused: {error}")
}

fn forecast(plan: &Plan) -> Result<(), String> {
    let made = watch(|| Forecast::from_plan(plan, Question::default()))?;
    made.map(|_| ()).map_err(|error| broken(&error))
}

/// How many readings and forecasts were tried.
#[derive(Debug, Default)]
struct Tried {
    cut: usize,
    mutated: usize,
    edges: usize,
    forecast: usize,
}

fn cut_off(sample: &Sample, faults: &Mutex<Vec<String>>) -> usize {
    let mut folder = sample.folder();
    let mut tried = 0;
    for (name, bytes) in &sample.files {
        let step = if bytes.len() < WHOLE_BYTES_MAX { 1 } else { STRIDE };
        for end in (0..bytes.len()).step_by(step) {
            folder.put(name, bytes[..end].to_vec());
            tried += 1;
            if let Err(fault) = read(&folder, false, end % 16 == 0) {
                let fault = format!("{}, {name} cut off at byte {end}: {fault}", sample.name);
                faults.lock().unwrap().push(fault);
            }
        }
        folder.put(name, bytes.clone());
    }
    tried
}

fn change(sample: &Sample, tried: &mut Tried, faults: &Mutex<Vec<String>>) {
    let mut folder = sample.folder();
    let whole = read(&folder, true, false).unwrap().expect("a sample is read");
    let mut numbers = Numbers::of(&sample.name);
    for place in 0..MUTATIONS * harder() {
        let (name, bytes) = &sample.files[numbers.below(sample.files.len())];
        let (changed, how) = mutated(bytes, &mut numbers);
        folder.put(name, changed);
        tried.mutated += 1;
        let outcome = read(&folder, place % 4 == 0, true).and_then(|plan| match plan {
            Some(plan) if tried.forecast < FORECASTS * harder() && plan != whole => {
                tried.forecast += 1;
                forecast(&plan)
            }
            _ => Ok(()),
        });
        if let Err(fault) = outcome {
            faults.lock().unwrap().push(format!("{}, {name}, {how}: {fault}", sample.name));
        }
        folder.put(name, bytes.clone());
    }
}

fn push_to_the_edge(sample: &Sample, tried: &mut Tried, faults: &Mutex<Vec<String>>) {
    let mut folder = sample.folder();
    let whole = read(&folder, true, false).unwrap().expect("a sample is read");
    let (name, bytes) = sample.files.iter().find(|(name, _)| name == "plan.toml").unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    let mut numbers = Numbers::of(&format!("{} edges", sample.name));
    let mut forecasts = 0;
    for _ in 0..EDGES * harder() {
        let (changed, how) = at_the_edge(text, &mut numbers);
        folder.put(name, changed);
        tried.edges += 1;
        let outcome = read(&folder, false, true).and_then(|plan| match plan {
            Some(plan) if forecasts < FORECASTS * harder() && plan != whole => {
                forecasts += 1;
                forecast(&plan)
            }
            _ => Ok(()),
        });
        if let Err(fault) = outcome {
            faults.lock().unwrap().push(format!("{}, {how}: {fault}", sample.name));
        }
    }
    tried.forecast += forecasts;
}

#[test]
fn no_truncation_and_no_mutation_makes_anything_panic() {
    let samples = samples();
    let faults = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(sample) = samples.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut tried = Tried { cut: cut_off(sample, &faults), ..Tried::default() };
                    change(sample, &mut tried, &faults);
                    assert!(tried.forecast >= FORECASTS, "{}: {tried:?}", sample.name);
                    push_to_the_edge(sample, &mut tried, &faults);
                    assert!(tried.cut > 100 && tried.mutated >= 1_000, "{}", sample.name);
                    println!("{}: {tried:?}", sample.name);
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    let few: Vec<&String> = faults.iter().take(20).collect();
    assert!(faults.is_empty(), "{} faults, the first of them\n{few:#?}", faults.len());
}

/// Files that panic when they are read, and files that the system does not give.
struct Trap(Option<FileFault>);

impl Files for Trap {
    fn read(&self, name: &str, _: u64) -> Result<Option<Vec<u8>>, FileFault> {
        match &self.0 {
            Some(fault) => Err(fault.clone()),
            None => panic!("canary: this panic while reading {name} is meant"),
        }
    }

    fn holds(&self, _: &str) -> bool {
        true
    }
}

/// The test above would see a panic, and an error that is not refused input.
#[test]
fn a_panic_would_be_noticed() {
    let fault = read(&Trap(None), false, false).unwrap_err();
    assert!(fault.starts_with("panicked: canary"), "{fault}");
    let failed = FileFault::Environment("no such disk".to_string());
    let fault = read(&Trap(Some(failed)), false, false).unwrap_err();
    assert!(fault.starts_with("neither read nor refused"), "{fault}");
    assert_eq!(read(&Trap(Some(FileFault::NotAFile)), false, true), Ok(None));
}

#[test]
fn the_changes_are_the_same_on_every_run() {
    let changes = |name: &str| {
        let mut numbers = Numbers::of(name);
        (0..50).map(|_| mutated(b"[plan]\nyears = 12\n", &mut numbers)).collect::<Vec<_>>()
    };
    assert_eq!(changes("a"), changes("a"));
    assert_ne!(changes("a"), changes("b"));
}

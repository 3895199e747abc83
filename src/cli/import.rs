//! `braid import`: what a workbook brings back, shown before any of it is written.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use braidfund::diagnostic::{Diagnostic, visible};
use braidfund::error::Error;
use braidfund::export::csv;
use braidfund::folder::{self, Files, IMPORT_FILE, Wanted};
use braidfund::import::aged::Aged;
use braidfund::import::book::Book;
use braidfund::import::{budget, edited, fault};
use braidfund::limits::{BOOK_BYTES_MAX, CSV_BYTES_MAX};
use braidfund::output::{DiskSink, Placed, WriteError, put};
use braidfund::report::asking::shell_word;

use super::args;
use super::ending::{Ending, Stop};
use super::options::Source;
use super::screen::Screen;

/// The plan of a folder, and its cost lines.
const PLAN: &str = "plan.toml";
const COSTS: &str = "costs.csv";

/// What is brought in: files of the folder, in the order in which they are put there.
struct Brought {
    /// The text that is shown.
    shown: String,
    files: Vec<Placed>,
    /// What is said beside it.
    told: Vec<String>,
    /// Why it may be shown and not be written.
    refused: Vec<Diagnostic>,
}

/// Shows what a workbook brings, and writes it where that was asked for.
pub fn run(args: args::Import, screen: &Screen) -> Result<Ending, Stop> {
    let (_, book) = read_book(&args.workbook)?;
    let source = Source::from(args::Source { folder: args.folder.clone(), scenario: None });
    let (brought, _) = source.watched(|files| match edited::is_ours(&book) {
        true => scenario(&book, files, &args.scenario),
        false if files.holds(IMPORT_FILE) => costs(&book, files),
        false => mapping(&book),
    })?;
    screen.data(brought.shown.as_bytes())?;
    brought.told.iter().for_each(|text| screen.talk(text));
    if brought.files.is_empty() {
        return Ok(Ending::Done);
    }
    if !brought.refused.is_empty() {
        if args.write {
            return Err(Error::input(brought.refused).into());
        }
        for Diagnostic { message, cause, remedy, .. } in &brought.refused {
            screen.talk(&format!("`--write` refuses it: {message} ({cause}); {remedy}"));
        }
        return Ok(Ending::Done);
    }
    let folder = source.words();
    let paths = brought.files.iter().map(|file| format!("{folder}/{}", file.name));
    if args.write {
        put(&DiskSink, &source.folder, &brought.files).map_err(unwritten)?;
        paths.for_each(|path| screen.talk(&format!("wrote {path}")));
    } else {
        let paths: Vec<String> = paths.map(|path| shell_word(&path)).collect();
        screen.talk(&format!("`--write` puts it into {}", paths.join(", ")));
    }
    Ok(Ending::Done)
}

/// What is told of a file that stands otherwise than it was read; nothing here replaces it by force.
fn unwritten(error: WriteError) -> Stop {
    match error {
        WriteError::Refused { .. } => {
            let remedy = "nothing was written; once that is settled, run the command again";
            Stop::Usage(error.to_string(), remedy.to_string())
        }
        failed => failed.into(),
    }
}

/// A workbook and its name.
pub fn read_book(path: &Path) -> Result<(String, Book), Error> {
    let bytes = read(path)?;
    let name = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into());
    let book = Book::read(&name, &bytes)?;
    Ok((name, book))
}

/// The bytes of a workbook, as far as any is read.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |error| Error::environment(format!("read {}", path.display()), error);
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(BOOK_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The inputs that were changed in a workbook of ours, as a scenario.
fn scenario(book: &Book, files: &dyn Files, id: &str) -> Result<Brought, Error> {
    let (case, written) = (edited::case(book), edited::written(book)?);
    let paths: Vec<&str> = written.iter().map(|(path, _)| path.as_str()).collect();
    let present = folder::present(files, &case, &paths)?;
    let aged = Aged::of(book, &written, &present)?;
    let mut changes = edited::changes(book)?;
    let mut told = aged.told(&changes);
    changes.retain(|change| aged.now(&change.path) != Some(change.value));
    told.extend(changes.iter().map(edited::Change::told));
    if changes.is_empty() {
        told.push("no input of the workbook was changed".to_string());
        return Ok(Brought { shown: String::new(), files: Vec::new(), told, refused: Vec::new() });
    }
    let wanted = |change: &edited::Change| Wanted {
        path: change.path.clone(),
        value: change.value,
        found: change.found(),
    };
    let wanted: Vec<Wanted> = changes.iter().map(wanted).collect();
    let title = format!("Inputs changed in {}", book.name);
    let restated = folder::restate(files, (&case, id, &title), &wanted)?;
    let mut refused = aged.taken_back(&changes);
    if restated.id != id {
        let message = format!("the plan has a scenario `{}` already", visible(id));
        let cause = format!("what is brought in is shown as `{}`", restated.id);
        let remedy = format!("choose another id: `--scenario {}`", restated.id);
        refused.push(fault(message, cause, remedy));
    }
    told.push(format!("once it is written: --scenario {}", restated.stack));
    let mut shown = restated.text.trim_start().to_string();
    let mut files = Vec::new();
    for (name, text) in restated.beside {
        shown += &format!("\n# {name}, a file beside it:\n{text}");
        files.push(Placed { name, bytes: text.into_bytes(), before: None });
    }
    // The plan comes last, since it names the others.
    let (bytes, before) = (restated.after, Some(restated.before));
    files.push(Placed { name: PLAN.to_string(), bytes, before });
    Ok(Brought { shown, files, told, refused })
}

/// The rows of a budget as cost lines, as the folder's mapping says.
fn costs(book: &Book, files: &dyn Files) -> Result<Brought, Error> {
    let costs = budget::costs(book, &folder::mapping(files)?)?;
    let shown = csv::encode(&costs.table);
    folder::sound_with(files, COSTS, shown.as_bytes())?;
    let before = files.read(COSTS, CSV_BYTES_MAX).ok().flatten();
    let before = before.filter(|before| *before == shown.as_bytes());
    let (bytes, told) = (shown.clone().into_bytes(), costs.told());
    Ok(Brought {
        shown,
        files: vec![Placed { name: COSTS.to_string(), bytes, before }],
        told,
        refused: Vec::new(),
    })
}

/// A mapping of a budget that nobody has mapped yet.
fn mapping(book: &Book) -> Result<Brought, Error> {
    let shown = budget::propose(book)?;
    let told = vec!["a mapping is proposed: what each line is, a person must confirm".to_string()];
    let bytes = shown.clone().into_bytes();
    let file = Placed { name: IMPORT_FILE.to_string(), bytes, before: None };
    Ok(Brought { shown, files: vec![file], told, refused: Vec::new() })
}

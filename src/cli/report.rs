//! `braid report`: what a board receives, in one file.

use std::fs;
use std::path::Path;

use braidfund::decide::bridge::BridgeChoice;
use braidfund::decide::sensitivity::Sensitivity;
use braidfund::error::Error;
use braidfund::export::{html, markdown};
use braidfund::folder::{BASE, Cases};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::output::{DiskSink, FileSet, write_all};
use braidfund::report::asking;
use braidfund::report::board::{Board, Earlier, Redaction, Sources, Standing};

use super::args::{self, ReportFormat};
use super::options::Source;
use super::run::{Ending, Stop};
use super::screen::Screen;

/// The file of a plan folder that holds bridge options.
const OPTIONS: &str = "bridge.toml";
/// The longest earlier forecast that is read, in bytes.
const SINCE_BYTES_MAX: u64 = 64 << 20;

/// Writes the report.
pub fn run(args: args::Report, screen: &Screen) -> Result<Ending, Stop> {
    let earlier = args.since.as_deref().map(earlier).transpose()?;
    let question = Question::from(args.braiding);
    let source = Source::from(args.source.clone());
    let case = source.scenario.clone().unwrap_or_else(|| BASE.to_string());
    let ((plan, bridge, sensitivity), digest) = source.watched(|files| {
        let mut cases = Cases::open(files, &[&case])?;
        let draft = cases.draft(&case)?;
        let plan = cases.plan(&draft)?;
        let sensitivity = sensitivity(&cases, &case, question)?;
        let options = args.options.as_deref();
        let options = options.or(files.holds(OPTIONS).then_some(OPTIONS));
        let options = options.map(|name| cases.options(name)).transpose()?;
        let bridge = options.map(|options| {
            BridgeChoice::from_cases(&mut cases, &[&case], &options, question, (None, None))
        });
        Ok((plan, bridge.transpose()?, sensitivity))
    })?;
    let (plan, redaction) = match args.redact {
        true => {
            let (plan, redaction) = Redaction::of(&plan);
            (plan, Some(redaction))
        }
        false => (plan, None),
    };
    let forecast = Forecast::from_plan(&plan, question)?;
    let folder = source.words();
    let standing = match (args.draft, args.board) {
        (true, _) => Standing::Draft,
        (_, true) => Standing::BoardCopy,
        _ => Standing::Plain,
    };
    let board = Board::from_sources(&Sources {
        plan: &plan,
        forecast: &forecast,
        folder: &folder,
        digest: &digest,
        command: command(&args, &asking::subject(&plan, &folder), question),
        standing,
        redaction: redaction.as_ref(),
        bridge: bridge.as_ref(),
        sensitivity: sensitivity.as_ref(),
        since: earlier.as_ref(),
    });
    let text = match args.format {
        ReportFormat::Html => html::encode(&board),
        ReportFormat::Md => markdown::encode(&board),
    };
    match &args.output {
        Some(path) => write(path, text.into_bytes(), args.force, screen)?,
        None => screen.data(text.as_bytes())?,
    }
    Ok(Ending::Done)
}

/// What moves the gap, where the plan states ranges: in the view that was asked for, or with all money where that moves
/// nothing in it.
fn sensitivity(
    cases: &Cases,
    case: &str,
    question: Question,
) -> Result<Option<Sensitivity>, Error> {
    if cases.ranges(&cases.draft(case)?).is_empty() {
        return Ok(None);
    }
    let found = Sensitivity::from_cases(cases, case, None, question)?;
    let still = found.swings.iter().all(|swing| swing.spread() == 0);
    if still && question.view != Status::Prospective {
        let all = Question { view: Status::Prospective, ..question };
        return Sensitivity::from_cases(cases, case, None, all).map(Some);
    }
    Ok(Some(found))
}

/// The command that makes the report again.
fn command(args: &args::Report, subject: &str, question: Question) -> String {
    let mut command = format!("braid report {subject}{}", asking::flags(question));
    let file = |path: &Path| asking::shell_word(&path.display().to_string());
    if args.format == ReportFormat::Md {
        command += " --format md";
    }
    for (asked, flag) in
        [(args.draft, " --draft"), (args.board, " --board"), (args.redact, " --redact")]
    {
        command += if asked { flag } else { "" };
    }
    if let Some(options) = &args.options {
        command += &format!(" --options {}", asking::shell_word(options));
    }
    if let Some(path) = &args.since {
        command += &format!(" --since {}", file(path));
    }
    if let Some(path) = &args.output {
        command += &format!(" -o {}", file(path));
    }
    command
}

/// Reads an earlier forecast.
fn earlier(path: &Path) -> Result<Earlier, Stop> {
    let shown = path.display();
    let failed = |error| Error::environment(format!("read `{shown}`"), error);
    let refused = |why: &str| {
        let remedy = "give a forecast.json that `braid forecast --out` wrote";
        Stop::Usage(format!("`{shown}` {why}"), remedy.to_string())
    };
    let size = fs::metadata(path).map_err(failed)?.len();
    if size > SINCE_BYTES_MAX {
        return Err(refused("is too large for a forecast"));
    }
    let bytes = fs::read(path).map_err(failed)?;
    let text = String::from_utf8(bytes).map_err(|_| refused("is not UTF-8"))?;
    Earlier::parse(&text).map_err(|why| refused(&why))
}

/// Writes one file, whole or not at all. A report that braid wrote is replaced, any other file only by force.
fn write(path: &Path, bytes: Vec<u8>, force: bool, screen: &Screen) -> Result<(), Stop> {
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
        let message = format!("`{}` is no name of a file", path.display());
        Stop::Usage(message, "write one: `-o board.html`".to_string())
    })?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = parent.unwrap_or(Path::new("."));
    let ours = is_report(path);
    let set = FileSet { files: vec![(name.to_string(), bytes)], edition: None };
    write_all(&DiskSink, directory, &set, force || ours)?;
    screen.talk(&format!("wrote {}", path.display()));
    Ok(())
}

/// Whether a report of ours stands at a path.
fn is_report(path: &Path) -> bool {
    use std::io::Read;
    let mut head = vec![0; html::BEGINNING.len()];
    let file = fs::File::open(path);
    let read = file.and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == html::BEGINNING.as_bytes()
}

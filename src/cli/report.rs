//! `braid report`: what a board receives, in one file.

use std::fs;
use std::path::Path;

use braidfund::decide::across::{Across, InFutures};
use braidfund::decide::bridge::{BridgeChoice, Seek};
use braidfund::decide::chance::{Ask, Futures, Origin};
use braidfund::decide::compare::Comparison;
use braidfund::decide::sensitivity::Sensitivity;
use braidfund::error::Error;
use braidfund::export::{html, markdown};
use braidfund::folder::{self, BASE, BRIDGE_FILE, CHANCE_FILE, Cases, Files};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::limits::COMPARED_MAX;
use braidfund::plan::Plan;
use braidfund::report::asking;
use braidfund::report::board::{Board, Earlier, Redaction, Sources, Standing};
use braidfund::threads;

use super::args::{self, ReportFormat};
use super::ending::{Ending, Stop};
use super::options::{Digests, INPUT_DIGEST, Source, Target};
use super::progress::Progress;
use super::screen::Screen;

/// The longest earlier forecast that is read, in bytes.
const SINCE_BYTES_MAX: u64 = 64 << 20;

/// Writes the report.
pub fn run(args: args::Report, screen: &Screen) -> Result<Ending, Stop> {
    let (endings, kind): (&[&str], _) = match args.format {
        ReportFormat::Html => (&["html", "htm", ""], ("an HTML report", "board.html")),
        ReportFormat::Md => (&["md", "markdown", "txt", ""], ("a Markdown report", "board.md")),
    };
    let output = args.output.as_deref();
    let target = output.map(|path| Target::new(path, endings, kind)).transpose()?;
    let earlier = args.since.as_deref().map(earlier).transpose()?;
    let question = Question::from(args.braiding);
    let source = Source::from(args.source.clone());
    let case = source.scenario.clone().unwrap_or_else(|| BASE.to_string());
    let digests = Digests::default();
    let open =
        || -> Result<Box<dyn Files>, Error> { Ok(Box::new(digests.watch(&source.folder, "")?)) };
    let read = read(&args, &open, (&case, question), screen);
    let digest = digests.digest();
    let _ = INPUT_DIGEST.set(digest.clone());
    let Read { plan, scenarios, bridge, sensitivity, futures } = read?;
    let (plan, redaction) = match args.redact {
        true => {
            let (plan, redaction) = Redaction::of(&plan).map_err(|why| {
                Stop::Usage(
                    format!("`--redact` cannot hide what one position is paid: {why}"),
                    "report the plan to those who may see it, without `--redact`".to_string(),
                )
            })?;
            (plan, Some(redaction))
        }
        false => (plan, None),
    };
    let forecast = Forecast::from_plan(&plan, question)?;
    let caution = redaction.as_ref().and_then(|redaction| redaction.caution(&plan, &forecast));
    if let Some(caution) = caution {
        screen.talk(&caution);
    }
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
        command: command(&args, &asking::subject(&plan, &folder), question, futures.is_some()),
        standing,
        redaction: redaction.as_ref(),
        bridge: bridge.as_ref(),
        sensitivity: sensitivity.as_ref(),
        scenarios: scenarios.as_ref(),
        futures: futures.as_ref(),
        since: earlier.as_ref(),
    });
    let text = match args.format {
        ReportFormat::Html => html::encode(&board),
        ReportFormat::Md => markdown::encode(&board),
    };
    match output.zip(target) {
        // A report that braid wrote is replaced, any other file only by force.
        Some((path, target)) => {
            target.write(text.into_bytes(), args.force || is_report(path), screen)?;
        }
        None => screen.data(text.as_bytes())?,
    }
    Ok(Ending::Done)
}

/// What a report is made of, as far as it is read from the folder.
struct Read {
    plan: Plan,
    scenarios: Option<Comparison>,
    bridge: Option<BridgeChoice>,
    sensitivity: Option<Sensitivity>,
    futures: Option<Futures>,
}

/// Reads the plan, and whatever else the folder holds that a report tells of.
fn read(
    args: &args::Report,
    open: &(dyn Fn() -> Result<Box<dyn Files>, Error> + Sync),
    (case, question): (&str, Question),
    screen: &Screen,
) -> Result<Read, Error> {
    let files = open()?;
    let named = |given: Option<&String>, usual: &str| {
        given.cloned().or(files.holds(usual).then(|| usual.to_string()))
    };
    let chances = named(args.chances.as_ref(), CHANCE_FILE);
    let others: Vec<String> = match case {
        BASE => folder::scenarios(&*files)?.into_iter().map(|(id, _)| id).collect(),
        _ => Vec::new(),
    };
    let others: Vec<&str> = others.iter().map(String::as_str).take(COMPARED_MAX).collect();
    let all: Vec<&str> = std::iter::once(case).chain(others.iter().copied()).collect();
    let mut cases = Cases::open(&*files, &all)?;
    let draft = cases.draft(case)?;
    let scenarios = match others.as_slice() {
        [] => None,
        others => Some(Comparison::from_cases(&cases, (case, others), question)?),
    };
    let plan = cases.plan(&draft)?;
    let sensitivity = sensitivity(&cases, case, question)?;
    let (seed, count) = (args.seed, args.futures);
    let bridge = match named(args.options.as_ref(), BRIDGE_FILE) {
        Some(name) => {
            let options = cases.options(&name)?;
            let progress = Progress::open(screen);
            let told = |more| progress.told(more);
            let across = Across { open, options: &name, threads: threads::all(), told: &told };
            let across = Some(across);
            let futures = chances.as_deref().map(|file| InFutures { file, seed, count, across });
            let seek = Seek { futures, ..Seek::default() };
            let choice = BridgeChoice::from_cases(&mut cases, &[case], &options, question, seek);
            progress.end();
            Some(choice?)
        }
        None => None,
    };
    let futures = match &chances {
        Some(file) => {
            let draft = |cases: &mut Cases| cases.draft(case);
            let origin = Origin { open, draft: &draft, cases: &[case], file };
            let ask = Ask {
                seed,
                futures: 0..count,
                threads: threads::all(),
                through: None,
                keeps: false,
                giver: None,
            };
            let progress = Progress::new(screen, &ask.futures);
            let futures = Futures::run(&origin, &ask, &|more| progress.told(more));
            progress.end();
            Some(futures?)
        }
        None => None,
    };
    Ok(Read { plan, scenarios, bridge, sensitivity, futures })
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
fn command(args: &args::Report, subject: &str, question: Question, drawn: bool) -> String {
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
    if let Some(chances) = &args.chances {
        command += &format!(" --chances {}", asking::shell_word(chances));
    }
    if drawn {
        command += &format!(" --futures {} --seed {}", args.futures, args.seed);
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

/// Whether a report of ours stands at a path.
fn is_report(path: &Path) -> bool {
    use std::io::Read;
    [html::BEGINNING, markdown::BEGINNING].into_iter().any(|beginning| {
        let mut head = vec![0; beginning.len()];
        let file = fs::File::open(path);
        let read = file.and_then(|mut file| file.read_exact(&mut head));
        read.is_ok() && head == beginning.as_bytes()
    })
}

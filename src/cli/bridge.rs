//! `braid bridge`: bridge options side by side.

use braidfund::decide::across::{Across, InFutures};
use braidfund::decide::best::Term;
use braidfund::decide::bridge::{BridgeChoice, Seek};
use braidfund::decide::solve::Aim;
use braidfund::error::Error;
use braidfund::folder::{BASE, Cases, Files};
use braidfund::forecast::Question;
use braidfund::limits::COMPARED_MAX;
use braidfund::month::Month;
use braidfund::report::bridge;
use braidfund::threads;

use super::args;
use super::ending::{Ending, Stop};
use super::options::{Digests, INPUT_DIGEST, Source, each_once, table_format};
use super::progress::Progress;
use super::screen::Screen;

/// Runs every option through every scenario, and shows what each does.
pub fn run(args: args::Bridge, screen: &Screen) -> Result<Ending, Stop> {
    let format = table_format(args.format, args.table.as_deref())?;
    let aim = aim(&args)?;
    let best: Vec<Term> = args.best.iter().copied().map(Term::from).collect();
    let source = Source::from(args::Source { folder: args.folder, scenario: None });
    let question = Question::from(args.braiding);
    let scenarios = each_once(args.scenarios);
    let mut named: Vec<&str> = scenarios.iter().map(String::as_str).collect();
    if named.is_empty() {
        named.push(BASE);
    }
    if named.len() > COMPARED_MAX {
        return Err(Stop::Usage(
            format!("more than {COMPARED_MAX} scenarios would stand side by side"),
            "name fewer of them".to_string(),
        ));
    }
    let digests = Digests::default();
    let open =
        || -> Result<Box<dyn Files>, Error> { Ok(Box::new(digests.watch(&source.folder, "")?)) };
    let progress = Progress::open(screen);
    let told = |more| progress.told(more);
    let (threads, options) = (threads::all(), args.options.as_str());
    let across = Some(Across { open: &open, options, threads, told: &told });
    let (file, seed) = (args.chances.as_str(), args.seed);
    let futures = args.futures.map(|count| InFutures { file, seed, count, across });
    let seek = Seek { aim, best: &best, futures };
    let choice = open().and_then(|files| {
        let mut cases = Cases::open(&*files, &named)?;
        let options = cases.options(options)?;
        BridgeChoice::from_cases(&mut cases, &named, &options, question, seek)
    });
    progress.end();
    let _ = INPUT_DIGEST.set(digests.digest());
    let choice = choice?;
    let notice = choice.scenarios.first().map_or("", |scenario| scenario.plan.notice.as_str());
    let name = args.table.as_deref().unwrap_or(bridge::TABLES[0]);
    screen.show(
        (format, notice),
        || bridge::page(&choice),
        || bridge::record(&choice),
        || bridge::table(&choice, name),
    )?;
    Ok(Ending::Done)
}

impl From<args::Best> for Term {
    fn from(typed: args::Best) -> Term {
        match typed {
            args::Best::Start => Term::Start,
            args::Best::Length => Term::Length,
            args::Best::Taper => Term::Taper,
        }
    }
}

/// What is sought, if anything is.
fn aim(args: &args::Bridge) -> Result<Option<Aim>, Stop> {
    let Some(text) = &args.through else { return Ok(args.solve.then_some(Aim::Sustainability)) };
    let month = Month::parse(text).ok_or_else(|| {
        let message = format!("`{text}` is not a month");
        Stop::Usage(message, "write year and month: `--through 2028-06`".to_string())
    })?;
    Ok(Some(Aim::Through(month)))
}

//! `braid levers`: what one more would do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use braidfund::export::{csv, json};
use braidfund::funding::Status;
use braidfund::levers::Levers;
use braidfund::report::levers;

use super::args::{self, TableFormat};
use super::options::Source;
use super::run::{Ending, Stop};
use super::screen::Screen;

/// How long it is quiet before it says how far it is.
const QUIET: Duration = Duration::from_secs(2);
/// Braids between two words of progress.
const BRAIDS_BETWEEN: usize = 10;

/// Tries what could be changed, and shows what closes most.
pub fn run(args: args::Levers, screen: &Screen) -> Result<Ending, Stop> {
    let opened = Source::from(args.source).open()?;
    let begun = Instant::now();
    let shows = screen.shows_progress();
    let shown = AtomicBool::new(false);
    let told = |braids: usize| {
        if shows && begun.elapsed() > QUIET && braids.is_multiple_of(BRAIDS_BETWEEN) {
            shown.store(true, Ordering::Relaxed);
            screen.complain(&format!("\r{braids} plans braided"));
        }
    };
    let found = Levers::from_plan(&opened.plan, Status::from(args.view), &told)?;
    if shown.load(Ordering::Relaxed) {
        screen.complain("\n");
    }
    let plan = &opened.plan;
    if args.format == TableFormat::Csv && !plan.notice.is_empty() {
        screen.talk(&plan.notice);
    }
    match args.format {
        TableFormat::Text => screen.page(&levers::page(plan, &found))?,
        TableFormat::Csv => screen.data(csv::encode(&levers::table(plan, &found)).as_bytes())?,
        TableFormat::Json => screen.data(json::encode(&levers::record(plan, &found)).as_bytes())?,
    }
    Ok(Ending::Done)
}

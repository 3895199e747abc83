//! `braid levers`: what one more would do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use braidfund::funding::Status;
use braidfund::levers::Levers;
use braidfund::report::levers;

use super::args;
use super::ending::{Ending, Stop};
use super::options::Source;
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
    screen.show(
        (args.format, &plan.notice),
        || levers::page(plan, &found),
        || levers::record(plan, &found),
        || Some(levers::table(plan, &found)),
    )?;
    Ok(Ending::Done)
}

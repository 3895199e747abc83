//! How far long work is, on a terminal and only after a while.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use braidfund::report::words::grouped;

use super::screen::Screen;

/// How long it is quiet before it says how far it is.
const QUIET: Duration = Duration::from_millis(500);

/// How far it is, on a terminal.
pub struct Progress<'a> {
    screen: &'a Screen,
    all: Option<u64>,
    done: AtomicU64,
    begun: Instant,
    shown: AtomicBool,
}

impl<'a> Progress<'a> {
    /// Progress of as many futures as there are in a range.
    pub fn new(screen: &'a Screen, futures: &Range<u64>) -> Progress<'a> {
        Progress { all: Some(futures.end - futures.start), ..Progress::open(screen) }
    }

    /// Progress of futures of which nobody knows how many there will be.
    pub fn open(screen: &'a Screen) -> Progress<'a> {
        let (done, shown) = (AtomicU64::new(0), AtomicBool::new(false));
        Progress { screen, all: None, done, begun: Instant::now(), shown }
    }

    /// So many more are done.
    pub fn told(&self, more: u64) {
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        if self.screen.shows_progress() && self.begun.elapsed() > QUIET {
            self.shown.store(true, Ordering::Relaxed);
            let of = self.all.map_or(String::new(), |all| format!(" of {}", grouped(all)));
            self.screen.complain(&format!("\r{}{of} futures", grouped(done)));
        }
    }

    /// Ends its line.
    pub fn end(&self) {
        if self.shown.load(Ordering::Relaxed) {
            self.screen.complain("\n");
        }
    }
}

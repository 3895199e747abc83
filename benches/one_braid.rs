//! CPU seconds of the optimal braid of plan folders, to be set beside those of its peers:
//! `cargo bench --bench one_braid -- FOLDER...`, which `benches/peers/run.py` does.
//!
//! A line a folder: `braid,<instance>,<core gap>,<essential gap>,<stretch gap>,<CPU seconds to braid>,<CPU seconds to
//! check>,<peak memory in MB>`. The folder is read and its timeline made before the clock starts, as a peer's plan
//! is; all three priorities are solved. The least of some runs is told. Memory is that of the whole process.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use braidfund::braid::{Braid, Method, bound, certify};
use braidfund::folder::{self, DiskFolder};
use braidfund::funding::Status;
use braidfund::timeline::{Selection, Timeline};
use cpu_time::ProcessTime;

/// Runs go on until so much CPU time is used, or so many are done.
const ENOUGH: Duration = Duration::from_secs(4);
const RUNS: usize = 10;

fn main() {
    for folder in std::env::args().skip(1).filter(|argument| !argument.starts_with("--")) {
        measure(Path::new(&folder));
    }
}

fn measure(folder: &Path) {
    let plan = folder::read(&DiskFolder::open(folder).unwrap(), "base").unwrap();
    let timeline = Timeline::from_plan(&plan, Selection::View(Status::Secured)).unwrap();
    let mut least = (Duration::MAX, Duration::MAX);
    let mut gaps = None;
    let began = ProcessTime::now();
    for _ in 0..RUNS {
        let start = ProcessTime::now();
        let (braid, proof) = Braid::unchecked_optimal(&plan, &timeline);
        let made = start.elapsed();
        let start = ProcessTime::now();
        certify::certify(&plan, &timeline, &braid, Method::Optimal).unwrap();
        let of_run = braid.gaps(&plan, &timeline);
        bound::check(&plan, &timeline, of_run, &proof).unwrap();
        least = (least.0.min(made), least.1.min(start.elapsed()));
        assert_eq!(*gaps.get_or_insert(of_run), of_run, "each run finds the same");
        if began.elapsed() > ENOUGH {
            break;
        }
    }
    let [core, essential, stretch] = gaps.unwrap();
    println!(
        "braid,{},{core},{essential},{stretch},{:.4},{:.4},{}",
        folder.file_name().unwrap().to_string_lossy(),
        least.0.as_secs_f64(),
        least.1.as_secs_f64(),
        peak_megabytes().unwrap_or_default(),
    );
}

/// The most memory that the process has held, where the system tells.
fn peak_megabytes() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(format!("{:.0}", kilobytes / 1024.0))
}

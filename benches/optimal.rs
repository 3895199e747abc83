//! How long the optimal braid alone takes, its check with it: `cargo bench --bench optimal`. Figures stand in
//! `docs/SPEED.md`.
//!
//! The instances are the folders that `benches/peers/instances.py` writes into `target/peers`, and the published
//! `fixtures/braid/medium`; folders that are not there are left out.

// The harness generates an undocumented function.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::path::Path;

use braidfund::braid::{Braid, Method};
use braidfund::folder::{self, DiskFolder};
use braidfund::funding::Status;
use braidfund::timeline::{Selection, Timeline};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

/// What the folders of each group vary; each with caps and without.
const GROUPS: [(&str, &[&str]); 5] = [
    ("optimal, published", &["fixtures/braid/medium"]),
    ("optimal, sizes", &["target/peers/medium", "target/peers/large"]),
    (
        "optimal by months",
        &[
            "target/peers/months-60",
            "target/peers/months-120",
            "target/peers/months-240",
            "target/peers/months-360",
        ],
    ),
    (
        "optimal by streams",
        &["target/peers/streams-10", "target/peers/streams-20", "target/peers/streams-40"],
    ),
    (
        "optimal by lines",
        &["target/peers/lines-30", "target/peers/lines-60", "target/peers/lines-120"],
    ),
];

fn braids(criterion: &mut Criterion) {
    for (name, folders) in GROUPS {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        for folder in
            folders.iter().flat_map(|folder| [folder.to_string(), format!("{folder}-uncapped")])
        {
            let folder = Path::new(&folder);
            if !folder.is_dir() {
                continue;
            }
            let plan = folder::read(&DiskFolder::open(folder).unwrap(), "base").unwrap();
            let timeline =
                Timeline::from_plan(&plan, Selection::View(Status::Secured)).expect("it lowers");
            let size = folder.file_name().unwrap().to_string_lossy();
            group.bench_function(BenchmarkId::new("braid and check", size), |bencher| {
                bencher.iter(|| Braid::from_timeline(black_box(&plan), &timeline, Method::Optimal));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, braids);
criterion_main!(benches);

//! How long a forecast takes: `cargo bench --bench forecast`. Figures stand in `docs/SPEED.md`.

// The harness generates an undocumented function.
#![allow(missing_docs)]

use std::hint::black_box;
use std::path::Path;

use braidfund::braid::{Braid, Method};
use braidfund::folder::{self, DiskFolder, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::plan::Plan;
use braidfund::timeline::{Selection, Timeline};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

mod made;
use made::Rules;

/// A plan of any size with caps; if asked, with match too.
fn synthetic(streams: usize, lines: usize, months: usize, matched: bool) -> Plan {
    let text = made::plan((streams, lines, months), Rules { caps: true, matched }, 0);
    folder::read(&MemoryFolder::new([("plan.toml", text.as_str())]), "base")
        .expect("a synthetic plan reads")
}

fn braids(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("waterfall");
    group.sample_size(10);
    let sizes = [(12, 30, 120), (40, 120, 90), (40, 120, 180), (40, 120, 360)];
    let plain = sizes.into_iter().map(|size| (size, false));
    for ((streams, lines, months), matched) in
        plain.chain(sizes.into_iter().map(|size| (size, true)))
    {
        let plan = synthetic(streams, lines, months, matched);
        let timeline =
            Timeline::from_plan(&plan, Selection::View(Status::Secured)).expect("it lowers");
        let rules = if matched { ", a quarter matched" } else { "" };
        let size = format!("{streams}x{lines}x{months}{rules}");
        group.bench_with_input(
            BenchmarkId::new("braid and check", &size),
            &plan,
            |bencher, plan| {
                bencher
                    .iter(|| Braid::from_timeline(black_box(plan), &timeline, Method::Waterfall));
            },
        );
        group.bench_with_input(
            BenchmarkId::new("whole forecast", &size),
            &plan,
            |bencher, plan| {
                bencher.iter(|| Forecast::from_plan(black_box(plan), Question::default()));
            },
        );
    }
    group.finish();
}

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("folder");
    group.sample_size(10);
    let mut samples: Vec<_> = std::fs::read_dir("scenarios")
        .expect("samples")
        .map(|entry| entry.expect("entry").path())
        .collect();
    samples.retain(|path| path.is_dir());
    samples.sort();
    for sample in samples {
        let name = sample.file_name().expect("name").to_string_lossy().to_string();
        group.bench_function(BenchmarkId::new("read", name), |bencher| {
            bencher.iter(|| {
                let folder =
                    DiskFolder::open(black_box(Path::new(&sample))).expect("a sample opens");
                folder::read(&folder, "base").expect("a sample reads")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, braids, reading);
criterion_main!(benches);

//! How long a forecast takes: `cargo bench --bench forecast`. Figures stand in `docs/SPEED.md`.

// The harness generates an undocumented function.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;

use braidfund::braid::{Braid, Method};
use braidfund::folder::{self, DiskFolder, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::plan::Plan;
use braidfund::timeline::{Selection, Timeline};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

/// A plan of any size: awards with windows and caps, payers that pay monthly, restricted to some lines each;
/// if asked, a quarter of the streams federal and paying only beside as much other money.
fn synthetic(streams: usize, lines: usize, months: usize, matched: bool) -> Plan {
    let mut text =
        format!("[plan]\ntitle = \"Synthetic\"\nstart = \"2026-01\"\nmonths = {months}\n");
    text += "[driver.members]\nstart = 20000\ngrowth = \"2%\"\n";
    for line in 0..lines {
        let priority = ["core", "essential", "stretch"][line % 3];
        writeln!(
            text,
            "[cost.c{line}]\nlayer = \"program\"\nfunction = \"f{}\"\npriority = \"{priority}\"\n\
             yearly = {}\nescalate = \"3%\"",
            line % 9,
            40_000 + 3_700 * (line * 7 % 23)
        )
        .unwrap();
    }
    for stream in 0..streams {
        let pays: Vec<String> = (0..lines)
            .filter(|line| (line * 5 + stream * 3) % 7 < 3)
            .map(|line| format!("\"cost.c{line}\""))
            .collect();
        let first = stream * months / (2 * streams);
        let month = |offset: usize| format!("{}-{:02}", 2026 + offset / 12, offset % 12 + 1);
        let terms = match stream % 3 {
            0 => format!("kind = \"grant\"\nyearly = {}\nbudget-periods = \"yearly\"", 600_000 + 9_000 * stream),
            1 => "kind = \"payer\"\nterms = { method = \"pmpm\", members = \"members\", rate = \"1.50\" }"
                .to_string(),
            _ => "kind = \"partner\"\nmonthly = 21_000".to_string(),
        };
        let cap = match pays.first() {
            Some(line) if stream % 2 == 0 => {
                format!("cap = [{{ on = [{line}], share = \"12%\", of = \"spent\" }}]\n")
            }
            _ => String::new(),
        };
        let matching = if matched && stream % 4 == 1 {
            "federal = true\nmatch = { share-of-total = \"50%\" }\n"
        } else {
            ""
        };
        writeln!(
            text,
            "[stream.s{stream}]\n{terms}\nfunder = \"F\"\nstatus = \"secured\"\nfrom = \"{}\"\nuntil = \"{}\"\n\
             pays-for = [{}]\n{cap}{matching}",
            month(first),
            month(first + months / 2),
            pays.join(", ")
        )
        .unwrap();
    }
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

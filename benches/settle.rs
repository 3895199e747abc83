//! How long it takes to settle 100,000 rows: `cargo bench --bench settle`. Figures stand in `docs/SPEED.md`.

// The harness generates an undocumented function.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::hint::black_box;

use braidfund::settle::{Rows, check};
use criterion::{Criterion, criterion_group, criterion_main};

/// Rows of a file of this size.
const ROWS: usize = 100_000;

/// The published rows of 2024, as often as it takes.
fn rows() -> String {
    let text = std::fs::read_to_string("fixtures/mssp/open_2024.csv").expect("fixture");
    let (header, rows) = text.split_once('\n').expect("a header");
    let mut many = format!("{header}\n");
    for row in rows.lines().cycle().take(ROWS) {
        writeln!(many, "{row}").unwrap();
    }
    many
}

fn settling(criterion: &mut Criterion) {
    let text = rows();
    let mut group = criterion.benchmark_group("settle");
    group.sample_size(10);
    group.bench_function("check 100,000 rows", |bencher| {
        bencher.iter(|| assert_eq!(check(black_box(text.as_bytes()), "rows").unwrap().count, 0));
    });
    group.bench_function("check and write 100,000 rows", |bencher| {
        let mut written = String::new();
        bencher.iter(|| {
            assert_eq!(check(black_box(text.as_bytes()), "rows").unwrap().count, 0);
            written.clear();
            let mut rows = Rows::open(text.as_bytes(), "rows").expect("a header");
            while let Some(row) = rows.next().expect("a row settles") {
                writeln!(written, "{row}").unwrap();
            }
        });
    });
    group.finish();
}

criterion_group!(benches, settling);
criterion_main!(benches);

//! How long two lists of 50,000 names take, a tenth of which is misspelt: `cargo bench -p mspkit-reconcile`.

#![allow(missing_docs, reason = "criterion's macros")]
#![allow(clippy::unwrap_used, reason = "a panic fails the benchmark")]

#[path = "../tests/names/mod.rs"]
mod names;

use criterion::{Criterion, criterion_group, criterion_main};
use mspkit_reconcile::{Kind, Options, reconcile};

fn lists(criterion: &mut Criterion) {
    let (left, right) = names::lists(50_000);
    let options = Options::new().key(Kind::Name, "name", "name");
    let mut group = criterion.benchmark_group("reconcile");
    group.sample_size(10);
    group.bench_function("50,000 and 50,000 names", |bench| {
        bench.iter(|| reconcile(left.as_bytes(), right.as_bytes(), &options).unwrap().summary());
    });
    group.finish();
}

criterion_group!(benches, lists);
criterion_main!(benches);

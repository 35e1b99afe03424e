//! How long a page takes to make: the largest run that the scenarios give.

#![allow(missing_docs)]

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{Criterion, criterion_group, criterion_main};

fn page(c: &mut Criterion) {
    let made = support::all(300);
    let mut group = c.benchmark_group("render");
    group.sample_size(10);
    group.bench_function("page", |b| {
        b.iter(|| labrun_render::page(&made.run, &made.summary));
    });
    group.bench_function("table", |b| {
        b.iter(|| labrun_render::table(&made.summary, Some(80), true));
    });
    group.bench_function("summarise", |b| {
        b.iter(|| labrun_analysis::summarise(&made.run, &made.samples));
    });
    group.finish();
}

criterion_group!(benches, page);
criterion_main!(benches);

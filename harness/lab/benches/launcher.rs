//! The lab's launcher beside bare `posix_spawn`, on the same binary, interleaved:
//! from the instant before the spawn to the first byte of output.
//!
//! The lab must not be what it measures: the ratio of the two medians is what the
//! lab adds. `LABRUN_BENCH_BINARY` names the binary (`add` as `labrun build` makes
//! it; it is run as `BINARY 19 23`); `/bin/echo` is run where it is not set.

use std::ffi::CString;
use std::hint::black_box;
use std::io::{self, Read as _};
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::ptr;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use lab::clock::now_ns;
use lab::interrupt::Interrupt;
use lab::process::{Isolate as _, Program, Stream};
use lab::site::Site;
use lab::task::Expected;

fn binary() -> PathBuf {
    std::env::var_os("LABRUN_BENCH_BINARY").map_or_else(|| "/bin/echo".into(), PathBuf::from)
}

/// What any program would do: a pipe, `posix_spawn`, a read.
fn bare(binary: &Path) -> u64 {
    let text = |s: &str| CString::new(s).expect("no NUL byte");
    let path = text(binary.to_str().expect("UTF-8"));
    let words = [path.clone(), text("19"), text("23")];
    let argv: Vec<*mut libc::c_char> = words
        .iter()
        .map(|w| w.as_ptr().cast_mut())
        .chain([ptr::null_mut()])
        .collect();
    let envp = [ptr::null_mut::<libc::c_char>()];
    let (mut reader, writer) = io::pipe().expect("a pipe");
    let mut pid = 0;
    // SAFETY: every pointer is to a live, NUL-terminated or initialised value.
    unsafe {
        let mut actions = std::mem::zeroed();
        libc::posix_spawn_file_actions_init(&raw mut actions);
        libc::posix_spawn_file_actions_adddup2(&raw mut actions, writer.as_raw_fd(), 1);
        let began_ns = now_ns();
        let error = libc::posix_spawn(
            &raw mut pid,
            path.as_ptr(),
            &raw const actions,
            ptr::null(),
            argv.as_ptr(),
            envp.as_ptr(),
        );
        assert_eq!(error, 0, "it starts");
        drop(writer);
        let mut first = [0_u8; 64];
        let read = reader.read(&mut first).expect("reads");
        let held_ns = now_ns();
        assert!(read > 0, "it printed something");
        black_box(first);
        libc::posix_spawn_file_actions_destroy(&raw mut actions);
        libc::waitpid(pid, ptr::null_mut(), 0);
        held_ns - began_ns
    }
}

/// What the lab does.
fn launched(site: &Site, binary: &Path, expected: &Expected) -> u64 {
    let program = Program {
        path: binary.to_owned(),
        args: vec!["19".to_owned(), "23".to_owned()],
        ..Program::default()
    };
    let prepared = program.prepare(site).expect("prepares");
    let began_ns = now_ns();
    let mut process = prepared.spawn().expect("starts");
    let deadline_ns = began_ns + 10_000_000_000;
    let held_ns = process
        .expect(site, Stream::Stdout, expected, deadline_ns)
        .expect("prints");
    process.end(site, deadline_ns).expect("ends");
    held_ns - began_ns
}

fn launcher(criterion: &mut Criterion) {
    let site = Site::new(Interrupt::never().expect("a socket")).expect("a folder");
    let binary = binary();
    let expected: &[u8] = if binary == Path::new("/bin/echo") {
        b"19 23\n"
    } else {
        b"42\n"
    };
    let expected = &Expected::Whole(expected.to_vec());

    // Side by side first: this is the figure that counts.
    let (mut bares, mut launches) = (Vec::new(), Vec::new());
    for round in 0..2_200 {
        let (a, b) = (bare(&binary), launched(&site, &binary, expected));
        if round >= 200 {
            bares.push(a as f64);
            launches.push(b as f64);
        }
    }
    let median = |values: &[f64]| labrun_analysis::stats::median(values).expect("has values");
    let (bare_ns, lab_ns) = (median(&bares), median(&launches));
    println!(
        "interleaved, n = {}: bare {bare_ns:.0} ns, lab {lab_ns:.0} ns, ratio {:.3}",
        bares.len(),
        lab_ns / bare_ns
    );

    let custom = |rounds: u64, one: &dyn Fn() -> u64| {
        let began = Instant::now();
        let total = (0..rounds).map(|_| Duration::from_nanos(one())).sum();
        black_box(began);
        total
    };
    criterion.bench_function("bare posix_spawn to first byte", |b| {
        b.iter_custom(|rounds| custom(rounds, &|| bare(&binary)));
    });
    criterion.bench_function("labrun's launcher to first line", |b| {
        b.iter_custom(|rounds| custom(rounds, &|| launched(&site, &binary, expected)));
    });
}

criterion_group!(benches, launcher);
criterion_main!(benches);

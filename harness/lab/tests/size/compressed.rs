//! Compressed sizes against what the commands write and read.

use std::io::Write as _;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use lab::interrupt::Interrupt;
use lab::outcome::Failure;
use lab::size::{Content, GZIP_LEVEL, Zstd, gzip_bytes};
use labrun_record::Outcome;

use crate::support::{file, folder, has, own_program, run, text};

fn never() -> Interrupt {
    Interrupt::never().expect("an interrupt")
}

#[test]
fn gzip_counts_what_gzip_can_read() {
    let test = "size-gzip";
    if !has(test, "gzip") {
        return;
    }
    let program = own_program();
    let bytes = std::fs::read(&program).expect("reads");
    let counted = gzip_bytes(Content::File(&program), &never()).expect("compresses");
    assert_eq!(
        gzip_bytes(Content::Bytes(&bytes), &never()).expect("compresses"),
        counted
    );

    // The same encoder, kept this time: gzip(1) finds it whole, and the file in it.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL));
    encoder.write_all(&bytes).expect("compresses");
    let compressed = encoder.finish().expect("compresses");
    assert_eq!(compressed.len() as u64, counted);
    let folder = folder();
    let path = file(&folder, "own.gz", &compressed);
    run("gzip", &["-t", text(&path)]);
    assert!(run("gzip", &["-dc", text(&path)]).stdout == bytes);

    // And gzip(1) itself makes about as much of it.
    let theirs = run("gzip", &["-9nc", text(&program)]).stdout.len() as f64;
    let ratio = counted as f64 / theirs;
    assert!((0.97..1.03).contains(&ratio), "{ratio}");
}

#[test]
fn zstd_counts_exactly_what_the_command_writes() {
    let test = "size-zstd";
    if !has(test, "zstd") {
        return;
    }
    let zstd = Zstd::find().expect("is here");
    assert!(
        zstd.version
            .starts_with(|digit: char| digit.is_ascii_digit()),
        "{zstd:?}"
    );
    let folder = folder();
    let bytes = std::fs::read("/bin/sh").expect("reads");
    for bytes in [&bytes[..], b"a", b""] {
        let path = file(&folder, "plain", bytes);
        let compressed = run("zstd", &["-q", "-c", "-T1", "-19", text(&path)]).stdout;
        for content in [Content::File(&path), Content::Bytes(bytes)] {
            let counted = zstd.bytes(content, &never()).expect("compresses");
            assert_eq!(counted, compressed.len() as u64, "of {} bytes", bytes.len());
        }
        let path = file(&folder, "plain.zst", &compressed);
        assert!(run("zstd", &["-q", "-dc", text(&path)]).stdout == bytes);
    }
}

#[test]
fn an_unreadable_file_is_named() {
    let folder = folder();
    let missing = folder.path().join("missing");
    let zstd = Zstd {
        version: "0".into(),
    };
    for content in [Content::File(&missing), Content::File(folder.path())] {
        for error in [gzip_bytes(content, &never()), zstd.bytes(content, &never())] {
            let error = error.expect_err("is no file");
            assert!(
                matches!(error, Failure::Outcome(Outcome::Failed, _)),
                "{error:?}"
            );
            assert!(
                error.to_string().starts_with("failed: cannot read /"),
                "{error}"
            );
        }
    }
}

/// The program of [`an_interrupt_ends_both`]: it asks itself to end while it compresses.
#[test]
fn interrupted_child() {
    let Some(how) = std::env::var_os("LABRUN_TEST_INTERRUPTED") else {
        return;
    };
    let interrupt = Interrupt::catch().expect("catches");
    // Endless: only an interrupt can end it.
    let endless = std::path::Path::new("/dev/zero");
    let asked = std::thread::spawn(|| {
        // Asked only once a reader is inside: it has the file open.
        let inside = || {
            let open = std::fs::read_dir("/proc/self/fd").expect("lists").flatten();
            open.filter_map(|entry| std::fs::read_link(entry.path()).ok())
                .any(|path| path.ends_with("zero"))
        };
        while !inside() {
            std::thread::yield_now();
        }
        // SAFETY: kill() takes no pointer; the process is this one.
        unsafe { libc::kill(std::process::id().cast_signed(), libc::SIGINT) };
    });
    let ended = if how == "zstd" {
        Zstd::find().and_then(|zstd| zstd.bytes(Content::File(endless), &interrupt))
    } else {
        gzip_bytes(Content::File(endless), &interrupt)
    };
    asked.join().expect("asked");
    assert!(matches!(ended, Err(Failure::Interrupted)), "{ended:?}");
    for thread in std::fs::read_dir("/proc/self/task")
        .expect("lists")
        .flatten()
    {
        let children = std::fs::read_to_string(thread.path().join("children"));
        assert_eq!(children.unwrap_or_default(), "");
    }
    println!("ended by the interrupt");
}

#[test]
fn an_interrupt_ends_both() {
    for how in ["gzip", "zstd"] {
        if how == "zstd" && !has("size-zstd-interrupt", "zstd") {
            continue;
        }
        let child = Command::new(own_program())
            .args(["--exact", "compressed::interrupted_child", "--nocapture"])
            .env("LABRUN_TEST_INTERRUPTED", how)
            .stdin(Stdio::null())
            .output()
            .expect("runs");
        let printed = String::from_utf8_lossy(&child.stdout);
        assert!(
            printed.contains("ended by the interrupt"),
            "{how}: {printed}"
        );
    }
}

#[test]
fn no_zstd_on_the_path_says_how_to_get_it() {
    let folder = folder();
    let child = Command::new(own_program())
        .args(["--exact", "compressed::pathless_child", "--nocapture"])
        .env("PATH", folder.path())
        .env("LABRUN_TEST_PATHLESS", "1")
        .output()
        .expect("runs");
    let printed = String::from_utf8_lossy(&child.stdout);
    assert!(printed.contains("sudo apt-get install zstd"), "{printed}");
}

/// The program of [`no_zstd_on_the_path_says_how_to_get_it`].
#[test]
fn pathless_child() {
    if std::env::var_os("LABRUN_TEST_PATHLESS").is_some() {
        let error = Zstd::find().expect_err("is not on the PATH");
        assert!(matches!(error, Failure::Outcome(Outcome::Unavailable, _)));
        println!("{error}");
    }
}

#[test]
fn a_file_whose_length_is_not_known_is_compressed_as_it_is_read() {
    // Its metadata says 0 bytes.
    let stat = std::path::Path::new("/proc/self/stat");
    let gzip = gzip_bytes(Content::File(stat), &never());
    assert!(gzip.is_ok_and(|bytes| bytes > 20));
    if has("size-zstd-unknown-length", "zstd") {
        let zstd = Zstd::find().and_then(|zstd| zstd.bytes(Content::File(stat), &never()));
        assert!(zstd.is_ok_and(|bytes| bytes > 20));
    }
}

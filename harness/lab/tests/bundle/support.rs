//! What the tests stand on: a small bundle, bundles that are made by hand, and skipping.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;

use lab::bundle::{self, BundleError, Contents, Opened};
use lab::interrupt::Interrupt;
use lab::progress::Silent;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use structured_zstd::decoding::StreamingDecoder;
use structured_zstd::encoding::{CompressionLevel, compress_to_vec};
use tar::{EntryType, Header};
use tempfile::TempDir;

/// Says that a test was skipped, and why, where a person and `scripts/test` see it.
pub(crate) fn skip(test: &str, reason: &str) {
    let line = format!("SKIPPED {test}: {reason}\n");
    eprint!("{line}");
    if let Some(path) = std::env::var_os("LABRUN_SKIPS") {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .expect("notes the skip");
    }
}

/// Runs it on a thread that has an empty file system of 1 MiB at the folder; nobody else has.
pub(crate) fn on_small_disk(test: &str, at: &Path, run: impl FnOnce() + Send) {
    // SAFETY: geteuid() cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        return skip(test, "a mount is made by root alone: sudo scripts/test");
    }
    let at = std::ffi::CString::new(at.to_str().expect("plain text")).expect("no NUL");
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let none = std::ptr::null();
            // SAFETY: strings end with NUL, and this thread's own mounts change alone.
            let laid = unsafe {
                libc::unshare(libc::CLONE_NEWNS) == 0
                    && libc::mount(
                        none,
                        c"/".as_ptr(),
                        none,
                        libc::MS_REC | libc::MS_PRIVATE,
                        none.cast(),
                    ) == 0
                    && libc::mount(
                        c"none".as_ptr(),
                        at.as_ptr(),
                        c"tmpfs".as_ptr(),
                        0,
                        c"size=1m".as_ptr().cast(),
                    ) == 0
            };
            assert!(laid, "{}", std::io::Error::last_os_error());
            run();
        });
        thread.join().expect("it passes");
    });
}

/// A folder that goes with the value.
pub(crate) fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("makes a folder")
}

/// What the small bundle has: a program, an empty file, a text deep inside.
pub(crate) const FILES: [(&str, &[u8], bool); 3] = [
    ("bin/program", b"#!/bin/sh\necho 1\n", true),
    (
        "deep/er/still/text",
        b"some text, some text, some text\n",
        false,
    ),
    ("empty", b"", false),
];

pub(crate) fn contents() -> Contents {
    let mut contents = Contents::new();
    for (name, bytes, executable) in FILES {
        contents
            .add_bytes(name, bytes, executable)
            .expect("adds it");
    }
    contents
}

pub(crate) fn manifest() -> Value {
    json!({"plan_version": 1, "cases": ["a", "b"]})
}

pub(crate) fn write(contents: &Contents, out: &Path) -> Result<bundle::Written, BundleError> {
    let interrupt = Interrupt::never().expect("makes it");
    contents.write(out, &manifest(), &interrupt, &Silent)
}

/// The small bundle, in a folder of its own.
pub(crate) fn small() -> (TempDir, PathBuf) {
    let folder = folder();
    let out = folder.path().join("small.tar.zst");
    write(&contents(), &out).expect("writes it");
    (folder, out)
}

pub(crate) fn open(path: &Path, into: &Path) -> Result<Opened, BundleError> {
    let interrupt = Interrupt::never().expect("makes it");
    bundle::open(path, into, &interrupt, &Silent)
}

/// Every name below a folder, with the bytes of files; folders end in `/`, links in `@`.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("plain text");
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            found.insert(format!("{name}/"), Vec::new());
            let below = tree(&entry.path()).into_iter();
            found.extend(below.map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else if kind.is_symlink() {
            found.insert(format!("{name}@"), Vec::new());
        } else {
            found.insert(name, fs::read(entry.path()).expect("reads"));
        }
    }
    found
}

/// The files that the small bundle unpacks to, its own two left out.
pub(crate) fn check_small(opened: &Opened) {
    assert_eq!(*opened.manifest(), manifest());
    assert_eq!(opened.labrun(), env!("CARGO_PKG_VERSION"));
    assert_eq!(opened.files().len(), FILES.len());
    for (name, bytes, executable) in FILES {
        let path = opened.folder().join(name);
        assert_eq!(fs::read(&path).expect("reads"), bytes);
        let mode = fs::metadata(&path).expect("is there").permissions().mode();
        assert_eq!(mode & 0o7777, if executable { 0o755 } else { 0o644 });
        let file = opened.files().get(name).expect("has it");
        assert_eq!(file.bytes, bytes.len() as u64);
        assert_eq!(file.sha256, sha256(bytes));
        assert_eq!(file.executable, executable);
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// A bundle that is made by hand, entry by entry, so that it can be wrong.
#[derive(Default)]
pub(crate) struct ByHand(Vec<u8>);

impl ByHand {
    /// An entry with a name that is written as it is, whatever it is.
    pub(crate) fn entry(self, kind: EntryType, name: &[u8], mode: u32, bytes: &[u8]) -> Self {
        let mut header = Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(bytes.len() as u64);
        self.header(header, bytes)
    }

    pub(crate) fn header(mut self, mut header: Header, bytes: &[u8]) -> Self {
        header.set_cksum();
        self.0.extend(header.as_bytes());
        self.0.extend(bytes);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(crate) fn file(self, name: &str, bytes: &[u8]) -> Self {
        self.entry(EntryType::Regular, name.as_bytes(), 0o644, bytes)
    }

    /// A symbolic or hard link.
    pub(crate) fn link(self, kind: EntryType, name: &str, target: &str) -> Self {
        let mut header = Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(0);
        self.header(header, b"")
    }

    /// The two entries that come first, for files with these bytes.
    pub(crate) fn list(self, files: &[(&str, &[u8])]) -> Self {
        let files = files.iter().map(|(name, bytes)| {
            let file = json!({"sha256": sha256(bytes), "bytes": bytes.len(), "executable": false});
            ((*name).to_owned(), file)
        });
        let files: serde_json::Map<_, _> = files.collect();
        self.list_text(&json!({
            "bundle_version": 1, "labrun": "0.1.0", "files": files, "contents": null,
        }))
    }

    pub(crate) fn list_text(self, list: &Value) -> Self {
        let text = serde_json::to_vec(list).expect("is JSON");
        let digest = format!("{}  bundle.json\n", sha256(&text));
        self.file("bundle.json", &text)
            .file("bundle.sha256", digest.as_bytes())
    }

    /// Writes it as a bundle.
    pub(crate) fn write(mut self, folder: &TempDir) -> PathBuf {
        self.0.extend([0; 1024]);
        let path = folder.path().join("by-hand.tar.zst");
        fs::write(&path, compress(&self.0)).expect("writes it");
        path
    }
}

pub(crate) fn compress(tar: &[u8]) -> Vec<u8> {
    compress_to_vec(tar, CompressionLevel::Fastest)
}

pub(crate) fn decompress(zstd: &[u8]) -> Vec<u8> {
    let mut tar = Vec::new();
    let read = StreamingDecoder::new(zstd).read_to_end(&mut tar);
    read.expect("is whole");
    tar
}

/// That it is refused, with a text that has all of these, and that nothing is left of it.
pub(crate) fn refused(path: &Path, texts: &[&str]) -> BundleError {
    let around = folder();
    let into = around.path().join("into");
    fs::create_dir(&into).expect("makes a folder");
    let error = open(path, &into).expect_err("it is refused");
    let text = error.to_string();
    for wanted in texts {
        assert!(text.contains(wanted), "{wanted:?} is not in: {text}");
    }
    let left: Vec<_> = tree(around.path()).into_keys().collect();
    assert_eq!(left, ["into/"], "{text}");
    error
}

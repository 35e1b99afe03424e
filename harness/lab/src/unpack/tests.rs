//! Layers that mean harm, and those that are only unusual.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::process::{getegid, geteuid};
use tar::{EntryType, Header};
use tempfile::TempDir;

use super::inside::Root;
use super::{apply, listing};

/// A layer that is written by its entries.
struct Layer(tar::Builder<Vec<u8>>);

impl Layer {
    fn new() -> Self {
        Self(tar::Builder::new(Vec::new()))
    }

    /// An entry of any kind, whose name is written as it is.
    fn entry(mut self, name: &str, kind: EntryType, to: &str, mode: u32, bytes: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        header.as_gnu_mut().expect("is GNU's").name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_gnu_mut().expect("is GNU's").linkname[..to.len()].copy_from_slice(to.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(mode);
        // Whoever runs the tests may give files to nobody but themselves.
        header.set_uid(geteuid().as_raw().into());
        header.set_gid(getegid().as_raw().into());
        header.set_mtime(1_000_000_000);
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        self.0.append(&header, bytes).expect("packs");
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        self.entry(name, EntryType::Regular, "", 0o644, text.as_bytes())
    }

    fn folder(self, name: &str) -> Self {
        self.entry(name, EntryType::Directory, "", 0o755, b"")
    }

    fn link(self, name: &str, to: &str) -> Self {
        self.entry(name, EntryType::Symlink, to, 0o777, b"")
    }

    fn hard_link(self, name: &str, to: &str) -> Self {
        self.entry(name, EntryType::Link, to, 0o644, b"")
    }
}

/// A root, and beside it a folder that nothing may reach.
struct Made {
    folder: TempDir,
}

impl Made {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("root")).expect("makes it");
        fs::create_dir(folder.path().join("outside")).expect("makes it");
        fs::write(folder.path().join("outside/secret"), "secret").expect("writes");
        Self { folder }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join("root").join(name)
    }

    fn outside(&self) -> String {
        self.folder.path().join("outside").display().to_string()
    }

    fn apply(&self, layer: Layer) -> io::Result<()> {
        let tar = layer.0.into_inner().expect("packs");
        let root = Root::at(&self.folder.path().join("root")).expect("opens");
        let applied = apply(&tar[..], &root, &|| true);
        let left: Vec<_> = fs::read_dir(self.outside()).expect("lists").collect();
        assert_eq!(left.len(), 1, "something was written outside");
        let secret = self.folder.path().join("outside/secret");
        assert_eq!(fs::read_to_string(&secret).expect("reads"), "secret");
        assert_eq!(fs::metadata(&secret).expect("is there").nlink(), 1);
        applied
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("reads")
    }
}

#[test]
fn a_link_that_leads_out_leads_to_a_place_inside() {
    let made = Made::new();
    let outside = made.outside();
    let inside = outside.trim_start_matches('/').to_owned();
    let there = Layer::new().folder(&inside).folder("outside");
    made.apply(there).expect("is applied");
    let ways = [outside.as_str(), "../outside", "../../../../../../.."];
    for (number, to) in ways.into_iter().enumerate() {
        let name = format!("away{number}");
        let layer = Layer::new()
            .link(&name, to)
            .file(&format!("{name}/secret"), "replaced");
        made.apply(layer).expect("is applied inside");
        assert!(made.path(&name).is_symlink());
    }
    assert_eq!(made.text(&format!("{inside}/secret")), "replaced");
    assert_eq!(made.text("outside/secret"), "replaced");
    assert_eq!(made.text("secret"), "replaced");
    // One that leads nowhere is no folder, and a folder takes its place.
    let nowhere = Layer::new().link("nowhere", "/none").file("nowhere/a", "a");
    made.apply(nowhere).expect("is applied");
    assert!(made.path("nowhere").is_dir() && !made.path("nowhere").is_symlink());
}

#[test]
fn a_file_replaces_a_link_and_is_not_written_through_it() {
    let made = Made::new();
    let secret = format!("{}/secret", made.outside());
    made.apply(Layer::new().link("file", &secret))
        .expect("is applied");
    made.apply(Layer::new().file("file", "own"))
        .expect("is applied");
    assert_eq!(made.text("file"), "own");
    assert!(!made.path("file").is_symlink());
}

#[test]
fn a_name_that_leads_out_is_refused() {
    for name in ["../outside/secret", "a/../../outside/secret", ".."] {
        let made = Made::new();
        let why = made.apply(Layer::new().file(name, "replaced"));
        let why = why.expect_err("is refused").to_string();
        assert!(why.contains("leads out"), "{name}: {why}");
    }
    let made = Made::new();
    let layer = Layer::new().file("/etc/passwd", "own").file("a/../b", "b");
    made.apply(layer).expect("both are inside");
    assert_eq!(
        (made.text("etc/passwd"), made.text("b")),
        ("own".to_owned(), "b".to_owned())
    );
}

#[test]
fn a_hard_link_is_to_a_file_inside() {
    let made = Made::new();
    made.apply(Layer::new().file("one", "1").hard_link("two", "one"))
        .expect("is applied");
    let inode = |name: &str| fs::metadata(made.path(name)).expect("is there").ino();
    assert_eq!(inode("one"), inode("two"));
    let outside = made.outside();
    for to in [
        "../outside/secret",
        "away/secret",
        &format!("{outside}/secret"),
        "nothing",
    ] {
        let layer = Layer::new().link("away", &outside).hard_link("three", to);
        made.apply(layer).expect_err("is refused");
        assert!(!made.path("three").exists(), "{to}");
    }
}

#[test]
fn what_a_layer_takes_away_is_of_those_below() {
    let made = Made::new();
    let below = Layer::new()
        .folder("kept")
        .file("kept/gone", "")
        .file("kept/stays", "")
        .folder("emptied")
        .file("emptied/old", "")
        .folder("emptied/inner")
        .file("emptied/inner/old", "")
        .folder("removed")
        .file("removed/file", "");
    made.apply(below).expect("is applied");
    // Whatever comes first of a whiteout and what is new in the same folder.
    let above = Layer::new()
        .file("kept/.wh.gone", "")
        .file("emptied/inner/new", "")
        .file("emptied/new", "")
        .file("emptied/.wh..wh..opq", "")
        .file("emptied/later", "")
        .file(".wh.removed", "")
        .file("kept/.wh.was-never-there", "")
        .file("nowhere/.wh.file", "")
        .file(".wh..wh.plnk", "");
    made.apply(above).expect("is applied");
    let names = |name: &str| {
        let entries = fs::read_dir(made.path(name)).expect("lists");
        let names = entries.map(|one| one.expect("lists").file_name().into_string());
        let mut names: Vec<String> = names.map(|name| name.expect("text")).collect();
        names.sort();
        names
    };
    assert_eq!(names(""), ["emptied", "kept"]);
    assert_eq!(names("kept"), ["stays"]);
    assert_eq!(names("emptied"), ["inner", "later", "new"]);
    assert_eq!(names("emptied/inner"), ["new"]);
}

#[test]
fn what_is_taken_away_through_a_link_is_inside() {
    let made = Made::new();
    let outside = made.outside();
    let layer = Layer::new()
        .link("away", &outside)
        .file("away/.wh.secret", "")
        .file("away/.wh..wh..opq", "");
    made.apply(layer).expect("takes nothing away");
    for name in [".wh.", ".wh..", ".wh..."] {
        made.apply(Layer::new().file(name, ""))
            .expect_err("is refused");
    }
}

#[test]
fn one_kind_of_file_replaces_another() {
    let made = Made::new();
    made.apply(Layer::new().folder("a").file("a/b", "").file("c", ""))
        .expect("is applied");
    made.apply(
        Layer::new()
            .file("a", "now a file")
            .file("c/d", "now a folder"),
    )
    .expect("is applied");
    assert_eq!(made.text("a"), "now a file");
    assert_eq!(made.text("c/d"), "now a folder");
}

#[test]
fn modes_times_and_kinds_are_as_the_layer_says() {
    let made = Made::new();
    let layer = Layer::new()
        .entry("tmp", EntryType::Directory, "", 0o1777, b"")
        .entry("su", EntryType::Regular, "", 0o4755, b"x")
        .entry("pipe", EntryType::Fifo, "", 0o640, b"")
        .file("tmp/file", "changes the folder's time");
    made.apply(layer).expect("is applied");
    let found = |name: &str| fs::symlink_metadata(made.path(name)).expect("is there");
    for (name, mode) in [("tmp", 0o1777), ("su", 0o4755), ("pipe", 0o640)] {
        assert_eq!(found(name).permissions().mode() & 0o7777, mode, "{name}");
        assert_eq!(found(name).mtime(), 1_000_000_000, "{name}");
    }
    assert!(found("pipe").file_type().is_fifo());
}

#[test]
fn owners_and_devices_are_as_the_layer_says_where_root_unpacks() {
    if !geteuid().is_root() {
        return;
    }
    let made = Made::new();
    let mut layer = Layer::new();
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Char);
    header.set_mode(0o666);
    header.set_uid(12);
    header.set_gid(34);
    header.set_size(0);
    header.set_device_major(1).expect("fits");
    header.set_device_minor(3).expect("fits");
    layer
        .0
        .append_data(&mut header, "null", &b""[..])
        .expect("packs");
    made.apply(layer).expect("is applied");
    let found = fs::metadata(made.path("null")).expect("is there");
    assert!(found.file_type().is_char_device());
    assert_eq!((found.uid(), found.gid()), (12, 34));
    assert_eq!(found.rdev(), rustix::fs::makedev(1, 3));
}

#[test]
fn a_root_that_was_changed_has_another_listing() {
    let made = Made::new();
    made.apply(Layer::new().folder("a").file("a/b", "text"))
        .expect("is applied");
    let list = || listing(Path::new(&made.path(""))).expect("lists");
    let before = list();
    assert_eq!(before, list());
    fs::write(made.path("a/b"), "TEXT").expect("writes");
    let after = list();
    assert_ne!(before, after, "its time is another");
    fs::remove_file(made.path("a/b")).expect("removes");
    assert_ne!(after, list());
}

#[test]
fn a_layer_that_is_cut_off_is_an_error() {
    let made = Made::new();
    let tar = Layer::new()
        .file("a", &"x".repeat(2000))
        .0
        .into_inner()
        .expect("packs");
    let root = Root::at(&made.path("")).expect("opens");
    apply(&tar[..1000], &root, &|| true).expect_err("is cut");
    let stopped = apply(&tar[..], &root, &|| false).expect_err("is stopped");
    assert_eq!(stopped.kind(), io::ErrorKind::Interrupted);
}

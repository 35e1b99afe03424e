//! What is stored comes of its own sources: digests decide what is fresh, and times never do.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::support::{Lab, Ran};

/// Older than whatever was built.
fn old() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 365 * 31)
}

/// Gives every file of a checkout the same old time.
fn make_old(folder: &Path) {
    for entry in fs::read_dir(folder).expect("lists a folder") {
        let path = entry.expect("lists a folder").path();
        if path.is_dir() && !path.ends_with("target") {
            make_old(&path);
        } else if path.is_file() {
            let file = File::options().write(true).open(&path);
            let set = file.and_then(|file| file.set_modified(old()));
            set.expect("makes a file old");
        }
    }
}

/// Where `word` gets into the program `right`: by its own source, a file that its build script
/// reads, a macro, and a package that it depends on.
fn say(lab: &Lab, word: &str) {
    let put = |file: &str, text: &str| {
        let path = lab.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("makes a folder");
        fs::write(path, text).expect("writes a file");
    };
    let package = |name: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n{more}")
    };
    let depends = "\n[workspace]\n\n[dependencies]\n\
        macros = { path = \"../../macros\" }\nused = { path = \"../../used\" }\n";
    put("workloads/right/Cargo.toml", &package("right", depends));
    let lock = |name: &str, more: &str| {
        format!("\n[[package]]\nname = \"{name}\"\nversion = \"0.0.0\"\n{more}")
    };
    let locked = [
        lock("macros", ""),
        lock("right", "dependencies = [\n \"macros\",\n \"used\",\n]\n"),
        lock("used", ""),
    ];
    put(
        "workloads/right/Cargo.lock",
        &format!("version = 4\n{}", locked.concat()),
    );
    put(
        "workloads/right/build.rs",
        "fn main() {\n    println!(\"cargo::rerun-if-changed=said\");\n    \
         println!(\"cargo::rustc-env=SAID={}\", include_str!(\"said\"));\n}\n",
    );
    put("workloads/right/said", &format!("script-{word}"));
    let source = format!(
        "fn main() {{\n    let words = [\"source-{word}\", env!(\"SAID\"), macros::said!(), \
         used::SAID];\n    if std::env::args().count() > 9 {{\n        println!(\"{{words:?}}\");\n    \
         }}\n    println!(\"right\");\n}}\n"
    );
    put("workloads/right/src/main.rs", &source);
    put(
        "macros/Cargo.toml",
        &package("macros", "\n[lib]\nproc-macro = true\n"),
    );
    put(
        "macros/src/lib.rs",
        &format!(
            "use proc_macro::TokenStream;\n\n#[proc_macro]\npub fn said(_: TokenStream) -> TokenStream \
             {{\n    \"\\\"macro-{word}\\\"\".parse().unwrap()\n}}\n"
        ),
    );
    put("used/Cargo.toml", &package("used", ""));
    put(
        "used/src/lib.rs",
        &format!("pub const SAID: &str = \"package-{word}\";\n"),
    );
    make_old(lab.path());
}

/// A checkout with that program.
fn checkout(word: &str) -> Lab {
    let lab = Lab::unbuilt();
    say(&lab, word);
    lab
}

fn build(lab: &Lab, target: &Path) -> Ran {
    let mut command = lab.labrun(["build", "-i", "native/static", "--json"]);
    command.env("CARGO_TARGET_DIR", target);
    lab.start(command, lab.path()).ended().exit(0)
}

fn was_built(ran: &Ran) -> bool {
    ran.stderr.contains("workload right")
}

/// The program that was built has every `word`, and no other; gives its digest.
#[track_caller]
fn says(ran: &Ran, word: &str) -> String {
    let built = &ran.json()["built"][0];
    let path = PathBuf::from(built["path"].as_str().expect("a path"));
    let program = fs::read(path).expect("reads a program");
    let has = |text: &str| {
        program
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    for place in ["source", "script", "macro", "package"] {
        for other in ["one", "two"] {
            let text = format!("{place}-{other}");
            assert_eq!(
                has(&text),
                other == word,
                "{text} in what should say {word}"
            );
        }
    }
    built["sha256"].as_str().expect("a digest").to_owned()
}

#[test]
fn two_checkouts_under_one_target_folder_have_each_its_own_program() {
    let shared = tempfile::tempdir().expect("a folder");
    let (one, two) = (checkout("one"), checkout("two"));
    // The changed one first, and nothing in the times tells them apart.
    let of_two = says(&build(&two, shared.path()), "two");
    let of_one = says(&build(&one, shared.path()), "one");
    let measured = |lab: &Lab| {
        let ran = lab.begin(|command| command.env("CARGO_TARGET_DIR", shared.path()));
        let run = ran.ended().exit(0).files.json("run.json");
        run["artifacts"][0]["sha256"]
            .as_str()
            .expect("a digest")
            .to_owned()
    };
    assert_eq!(measured(&one), of_one);
    assert_eq!(measured(&two), of_two);
    // Both are kept: going back and forth builds nothing.
    for (lab, word) in [(&one, "one"), (&two, "two"), (&one, "one")] {
        let ran = build(lab, shared.path());
        assert!(!was_built(&ran), "{word} was built again");
        says(&ran, word);
    }
}

#[test]
fn a_checkout_that_goes_back_in_time_is_built_or_found() {
    let lab = checkout("one");
    let target = lab.path().join("target");
    let first = says(&build(&lab, &target), "one");
    say(&lab, "two");
    says(&build(&lab, &target), "two");
    say(&lab, "one");
    let back = build(&lab, &target);
    assert_eq!(says(&back, "one"), first);
    assert!(!was_built(&back));
}

#[test]
fn a_cache_that_comes_back_is_not_taken_for_what_is_there_now() {
    let lab = checkout("one");
    let target = lab.path().join("target");
    build(&lab, &target);
    // What cargo compiled came back, newer than the sources of now; the stamps did not.
    say(&lab, "two");
    fs::remove_dir_all(target.join("labrun/stamps")).expect("removes the stamps");
    let ran = build(&lab, &target);
    assert!(was_built(&ran));
    says(&ran, "two");
}

#[test]
fn a_package_that_does_not_count_is_not_compiled_in_silence() {
    let lab = checkout("one");
    // A patch by configuration is no dependency that a manifest names.
    let manifest = lab.path().join("workloads/right/Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("reads a manifest");
    let named = "used = { path = \"../../used\" }";
    assert!(text.contains(named));
    let hidden = "hidden = { git = \"file:///nowhere\", package = \"used\" }";
    fs::write(&manifest, text.replace(named, hidden)).expect("writes a manifest");
    fs::create_dir(lab.path().join(".cargo")).expect("makes a folder");
    let patch = "[patch.\"file:///nowhere\"]\nused = { path = \"used\" }\n";
    let lab = lab.write(".cargo/config.toml", patch).replace(
        "workloads/right/src/main.rs",
        "used::SAID",
        "hidden::SAID",
    );
    lab.run(["build", "-i", "native/static"])
        .exit(1)
        .stderr_has("whose contents do not count for what is stale");
}

#[test]
fn a_file_that_does_not_count_is_not_compiled_in_in_silence() {
    let lab = Lab::unbuilt().write("text", "right").replace(
        "workloads/right/src/main.rs",
        "println!(\"right\")",
        "println!(include_str!(\"../../../text\"))",
    );
    lab.run(["build", "-i", "native/static"])
        .exit(1)
        .stderr_has("/text in it, which does not count for what is stale");
}

#[test]
fn a_library_of_the_same_size_and_time_is_another_one() {
    let lab = Lab::with_toy().replace(
        "harness/runners/toy/runner.toml",
        "[[configuration]]\n",
        "[[build.way]]\nvariable = \"FOO_DIR\"\nfiles = [[\"libfoo\"]]\n\n[[configuration]]\n",
    );
    // The crate of a registry has the library in it.
    let source = "pub const VERSION: &str = env!(\"LINKED\");\n\
        pub fn say() -> &'static str {\n    \"right\\n\"\n}\n";
    let script = "fn main() {\n    let library = std::env::var(\"FOO_DIR\").unwrap() + \"/libfoo\";\n    \
        println!(\"cargo::rerun-if-changed={library}\");\n    \
        let text = std::fs::read_to_string(library).unwrap();\n    \
        println!(\"cargo::rustc-env=LINKED={text}\");\n}\n";
    let lab = lab
        .write("vendor/toyrt-2.0.0/src/lib.rs", source)
        .write("vendor/toyrt-2.0.0/build.rs", script);
    let folder = tempfile::tempdir().expect("a folder");
    let library = folder.path().join("libfoo");
    let build = |version: &str| {
        fs::write(&library, version).expect("writes a library");
        make_old(folder.path());
        let mut command = lab.labrun(["build", "-i", "toy/*"]);
        command.env("FOO_DIR", folder.path());
        lab.start(command, lab.path())
            .ended()
            .exit(0)
            .stdout_has(&format!("runner toy {version}"))
    };
    build("2.0.1");
    build("2.0.2");
    let again = build("2.0.2");
    assert!(!again.stderr.contains("runner toy"), "it was built again");
}

#[test]
fn crates_of_registries_are_compiled_once() {
    // A program that is called like the crate.
    let lab = Lab::with_toy().replace(
        "harness/runners/toy/Cargo.toml",
        "[workspace]\n",
        "[workspace]\n\n[[bin]]\nname = \"toyrt\"\npath = \"src/main.rs\"\n",
    );
    let compiled = |lab: &Lab| {
        lab.run(["build", "-i", "toy/*"])
            .exit(0)
            .stderr_has("runner toy ...");
        let arch = std::env::consts::ARCH;
        let folder = format!("target/labrun/cargo/{arch}-unknown-linux-gnu/release/.fingerprint");
        let entries = fs::read_dir(lab.path().join(folder)).expect("lists a folder");
        let mut all = entries.map(|entry| entry.expect("lists a folder").path());
        let own = all.find(|path| path.to_string_lossy().contains("/toyrt-"));
        let stamp = own.expect("it was compiled").join("invoked.timestamp");
        let stamp = fs::metadata(stamp).expect("has a time");
        stamp.modified().expect("has a time")
    };
    let first = compiled(&lab);
    let lab = lab.replace("harness/kit/src/lib.rs", "= 3;", "= 1 + 2;");
    assert_eq!(compiled(&lab), first);
}

#[test]
fn another_linker_is_another_build() {
    let lab = Lab::unbuilt();
    let linker = lab.path().join("bin/cc");
    fs::create_dir(lab.path().join("bin")).expect("makes a folder");
    let build = |word: &str| {
        // The one that is there, by a script whose contents are others each time.
        let text = format!("#!/bin/sh\n# {word}\nexec /usr/bin/cc \"$@\"\n");
        fs::write(&linker, text).expect("writes a linker");
        fs::set_permissions(&linker, fs::Permissions::from_mode(0o755)).expect("makes it run");
        build(&lab, &lab.path().join("target"))
    };
    assert!(was_built(&build("one")));
    assert!(!was_built(&build("one")));
    assert!(was_built(
        &build("two").stderr_has("the C compiler is another one")
    ));
}

//! The workloads in `examples`, which are built by commands: what they define is right. None is built
//! here, since their toolchains are not everywhere.

use std::fs;
use std::path::{Path, PathBuf};

use lab::define::Workload;
use labrun_record::Target;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.into_string().expect("a plain name"))
        .collect();
    names.sort();
    names
}

fn examples() -> Vec<Workload> {
    let folder = root().join("examples");
    let folders = names(&folder).into_iter().map(|name| folder.join(name));
    let read = |path: PathBuf| Workload::read(&path).expect("reads");
    folders.filter(|path| path.is_dir()).map(read).collect()
}

fn is(workload: &Workload, kind: &str) -> bool {
    workload.name.ends_with(kind)
}

#[test]
fn each_is_one_of_the_two_programs_and_is_right_where_the_labs_own_is() {
    let own = |file: &str| fs::read(root().join("workloads").join(file)).expect("reads");
    let examples = examples();
    assert!(examples.iter().filter(|one| is(one, "-add")).count() >= 5);
    assert!(examples.iter().filter(|one| is(one, "-http")).count() >= 5);
    for example in &examples {
        let name = &example.name;
        let there = |file: &PathBuf| fs::read(example.folder.join(file)).expect("reads");
        if let Some(run) = &example.run {
            assert!(is(example, "-add"), "{name}");
            assert_eq!(run.args, ["19", "23"], "{name}");
            assert_eq!(run.hold, Some(true), "{name}");
            let expected = run.expected.as_ref().expect("a file");
            assert_eq!(there(expected), own("add/expected/stdout.txt"), "{name}");
        } else {
            assert!(is(example, "-http"), "{name}");
            let serve = example.serve.as_ref().expect("it serves");
            assert_eq!(serve.request, "/", "{name}");
            let expected = serve.expected.as_ref().expect("a file");
            assert_eq!(there(expected), own("http/expected/root.json"), "{name}");
            // A program of its own listens where it is told; a reactor and a component cannot.
            let native = example.build.contains_key(&Target::Native);
            assert_eq!(serve.args.is_some(), native, "{name}");
        }
    }
}

#[test]
fn each_is_built_from_all_that_lies_there_and_says_how_to_get_its_toolchain() {
    // What a build leaves is ignored by git, and is no input either.
    let no_inputs = [
        "expected",
        "grant",
        "workload.toml",
        ".gitignore",
        ".venv",
        "__pycache__",
        "node_modules",
    ];
    for example in examples() {
        assert!(!example.build.is_empty(), "{}", example.name);
        for (target, build) in &example.build {
            let what = format!("{} for {target}", example.name);
            assert!(!build.needs.is_empty() && build.hint.is_some(), "{what}");
            assert!(build.line().contains("LABRUN_OUT") || what.starts_with("javascript"));
            let takes = build.takes();
            for name in names(&example.folder) {
                let path = example.folder.join(&name);
                let inside = if path.is_dir() && !no_inputs.contains(&&*name) {
                    let within = names(&path).into_iter();
                    within.map(|file| Path::new(&name).join(file)).collect()
                } else {
                    vec![PathBuf::from(&name)]
                };
                let wanted = !no_inputs.contains(&&*name);
                for file in inside {
                    assert_eq!(takes(&file), wanted, "{what}: {}", file.display());
                }
            }
        }
    }
}

#[test]
fn what_is_fetched_for_them_is_pinned_and_names_no_host() {
    for example in examples() {
        let lock = example.folder.join("package-lock.json");
        if example.folder.join("package.json").exists() {
            let text = fs::read_to_string(&lock).expect("it is locked");
            assert!(
                text.contains("\"integrity\": \"sha512-"),
                "{}",
                example.name
            );
            assert!(!text.contains("\"resolved\""), "{}", example.name);
        }
        let requirements = example.folder.join("requirements.txt");
        if let Ok(text) = fs::read_to_string(requirements) {
            assert!(text.contains("==") && text.contains("--hash=sha256:"));
            assert!(!text.contains("://"), "{}", example.name);
        }
    }
}

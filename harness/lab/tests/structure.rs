//! No circle among the modules of `lab`, nor between the crates of the workspace: what a
//! module needs stands below it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use lab::catalog::profiles;
use lab::define::LabFolder;

type Arrows = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_circle_among_the_modules() {
    let arrows = modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(arrows["model"].contains("isolation"), "nothing was read");
    assert_eq!(circle(&arrows), None);
}

#[test]
fn no_circle_between_the_crates() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut arrows = Arrows::new();
    for folder in ["harness", "reports"] {
        for package in fs::read_dir(root.join(folder)).expect("a folder") {
            let package = package.expect("an entry").path();
            let Ok(text) = fs::read_to_string(package.join("Cargo.toml")) else {
                continue;
            };
            let manifest: toml::Value = toml::from_str(&text).expect("a manifest");
            let name = manifest["package"]["name"].as_str().expect("a name");
            // Those of tests too: a circle through them is one all the same.
            let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
            let tables = tables
                .iter()
                .filter_map(|table| manifest.get(table)?.as_table());
            let needs = tables.flat_map(|table| table.keys().cloned());
            arrows.insert(name.to_owned(), needs.collect());
        }
    }
    assert!(arrows["labrun"].contains("lab"), "nothing was read");
    assert_eq!(circle(&arrows), None);
}

/// What is decided about an isolation is decided by its profile.
#[test]
fn nobody_outside_decides_by_the_name_of_an_isolation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lab = LabFolder::find(Some(&root.join("../..")), root).expect("the lab");
    let (runners, products) = (lab.runners(), lab.products());
    let profiles = profiles(&runners.expect("runners"), &products.expect("products"));
    assert!(profiles.len() > 40, "nothing was read");
    for src in [root.join("src"), root.join("../labrun/src")] {
        for file in files(&src) {
            let text = fs::read_to_string(&file).expect("text");
            let code = text.split("\n#[cfg(test)]\nmod tests").next();
            let code = without_comments(code.expect("a part"));
            let is_isolation = file.starts_with(src.join("isolation"));
            for profile in profiles.iter().filter(|_| !is_isolation) {
                let literal = format!("\"{}\"", profile.name);
                assert!(!code.contains(&literal), "{}: {literal}", file.display());
            }
        }
    }
}

#[test]
fn a_circle_is_found() {
    let arrows = |list: &[(&str, &str)]| {
        let mut all = Arrows::new();
        for (from, to) in list {
            all.entry((*from).to_owned())
                .or_default()
                .insert((*to).to_owned());
        }
        all
    };
    let line = arrows(&[("a", "b"), ("b", "c"), ("a", "c")]);
    assert_eq!(circle(&line), None);
    let round = arrows(&[("a", "b"), ("b", "c"), ("c", "b")]);
    assert_eq!(circle(&round).as_deref(), Some("b -> c -> b"));
    let used = "use crate::{isolation::{self, Job}, site};\nlet x = crate::clock::now_ns();";
    assert_eq!(names(used), ["isolation", "site", "clock"]);
}

/// What each top module uses, its own tests left out.
fn modules(src: &Path) -> Arrows {
    let mut arrows = Arrows::new();
    for file in files(src) {
        let inside = file.strip_prefix(src).expect("below");
        let top = inside.iter().next().expect("a name").to_string_lossy();
        let module = top.trim_end_matches(".rs").to_owned();
        if module == "lib" || file.file_name().is_some_and(|name| name == "tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("text");
        let code = text
            .split("\n#[cfg(test)]\nmod tests")
            .next()
            .expect("a part");
        let uses = names(code).into_iter().filter(|name| *name != module);
        arrows.entry(module.clone()).or_default().extend(uses);
    }
    let known: BTreeSet<String> = arrows.keys().cloned().collect();
    for uses in arrows.values_mut() {
        uses.retain(|name| known.contains(name));
    }
    arrows
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}

fn without_comments(code: &str) -> String {
    let lines = code.lines();
    let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The modules after each `crate::`, comments left out.
fn names(code: &str) -> Vec<String> {
    let code = without_comments(code);
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let after = &code[at + "crate::".len()..];
        let Some(list) = after.strip_prefix('{') else {
            found.push(word(after));
            continue;
        };
        let mut depth = 0;
        let mut item = true;
        for (at, c) in list.char_indices() {
            if item && c.is_alphabetic() {
                found.push(word(&list[at..]));
                item = false;
            }
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => item = true,
                _ => {}
            }
        }
    }
    found
}

fn word(text: &str) -> String {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    text[..end.unwrap_or(text.len())].to_owned()
}

/// A circle, if there is one.
fn circle(arrows: &Arrows) -> Option<String> {
    fn walk<'a>(
        arrows: &'a Arrows,
        way: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) -> Option<String> {
        let at = way.last().copied()?;
        for next in arrows.get(at).into_iter().flatten() {
            if let Some(start) = way.iter().position(|seen| seen == next) {
                let round = way[start..].iter().copied().chain([next.as_str()]);
                return Some(round.collect::<Vec<_>>().join(" -> "));
            }
            if !done.contains(next.as_str()) {
                way.push(next);
                if let Some(found) = walk(arrows, way, done) {
                    return Some(found);
                }
                way.pop();
            }
        }
        done.insert(at);
        None
    }
    let mut done = BTreeSet::new();
    arrows
        .keys()
        .find_map(|start| walk(arrows, &mut vec![start], &mut done))
}

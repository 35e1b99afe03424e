//! axe-core finds no serious and no critical fault, light and dark, from a phone to a projector.
//!
//! It comes from npm, by its own client, at the version and with the digest that stand in
//! `axe/package-lock.json`: npm refuses another one.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::Test;
use crate::case::{Case, program};
use crate::page::Page;
use crate::support;
use crate::tab::Tab;

pub(crate) const TESTS: [Test; 3] = [
    ("axe_finds_nothing_serious", |case| {
        finds_nothing(case, &case.small().address, &[360, 1280, 3840]);
    }),
    ("axe_finds_nothing_serious_in_a_whole_run", |case| {
        finds_nothing(case, &case.whole().address, &[1280]);
    }),
    ("axe_finds_nothing_serious_in_a_calibration", |case| {
        finds_nothing(
            case,
            &Page::of(&support::replayed::calibration()).address,
            &[360, 1280],
        );
    }),
];

/// Each fault that matters: its rule, how grave it is, and the first places.
const FAULTS: &str = "
return axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
  .filter((one) => ['serious', 'critical'].includes(one.impact))
  .map((one) => `${one.impact} ${one.id} at ${one.nodes.length} places: ` + one.nodes.slice(0, 3)
    .map((node) => `${node.target.join(' ')}: ${node.failureSummary}`).join(' | ')));";

fn finds_nothing(case: &Case<'_>, address: &str, widths: &[u32]) {
    finds_nothing_once(case, address, widths, |_| {});
}

/// The same of a page that something is done to first.
pub(crate) fn finds_nothing_once(
    case: &Case<'_>,
    address: &str,
    widths: &[u32],
    done: impl Fn(&Tab<'_>),
) {
    let axe = match Axe::get() {
        Ok(axe) => axe,
        Err(why) => return case.skip(&why),
    };
    let tab = case.tab();
    for (width, dark) in widths
        .iter()
        .flat_map(|width| [(*width, false), (*width, true)])
    {
        tab.wide(width, 900);
        tab.dark(dark);
        tab.open(address);
        done(&tab);
        // What is folded is looked at as well.
        let () = tab.run(
            "for (const one of document.querySelectorAll('details')) one.open = true;",
            &[],
        );
        let () = tab.run(&axe.script, &[]);
        let faults: Vec<String> = tab.run(FAULTS, &[json!(null)]);
        assert_eq!(faults, Vec::<String>::new(), "at {width}, dark: {dark}");
    }
}

/// The checker.
struct Axe {
    script: String,
}

impl Axe {
    /// Installs it into a scratch folder, or says why it cannot.
    fn get() -> Result<Self, String> {
        let npm = program(&["npm"])
            .ok_or("npm is not installed (`apt-get install npm`, or Node.js's own)")?;
        let folder = tempfile::tempdir().expect("a folder");
        install(&npm, &folder)?;
        let script = folder.path().join("node_modules/axe-core/axe.min.js");
        let script = std::fs::read_to_string(script).expect("axe-core is there");
        Ok(Self { script })
    }
}

fn install(npm: &Path, folder: &TempDir) -> Result<(), String> {
    let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/axe");
    for name in ["package.json", "package-lock.json"] {
        let copied: PathBuf = folder.path().join(name);
        std::fs::copy(wanted.join(name), copied).expect("copied");
    }
    let done = Command::new(npm)
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--prefer-offline",
        ])
        .current_dir(folder.path())
        .output()
        .expect("npm starts");
    let said = String::from_utf8_lossy(&done.stderr);
    // Another file under that name is no reason to pass over the test.
    assert!(!said.contains("EINTEGRITY"), "{said}");
    if done.status.success() {
        return Ok(());
    }
    let first = said
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    Err(format!("npm cannot get axe-core: {first}"))
}

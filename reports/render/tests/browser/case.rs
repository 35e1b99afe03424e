//! What a test is given, and how it says that it cannot test.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::OnceLock;

use crate::driver::Driver;
use crate::page::Page;
use crate::support;
use crate::tab::Tab;

/// A test's name, its browser, and pages that several tests open.
pub(crate) struct Case<'a> {
    pub name: &'static str,
    pub driver: &'a Driver,
    pub pages: &'a Pages,
}

/// Pages of made-up runs, made when they are first asked for.
#[derive(Default)]
pub(crate) struct Pages {
    whole: OnceLock<Page>,
    small: OnceLock<Page>,
}

impl<'a> Case<'a> {
    /// A fresh tab in front of all others.
    pub(crate) fn tab(&self) -> Tab<'a> {
        Tab::new(self.driver)
    }

    /// The page of a run as long as `scenario all`.
    pub(crate) fn whole(&self) -> &'a Page {
        self.pages.whole.get_or_init(|| Page::of(&support::all(12)))
    }

    /// The page of a run of all measures on a few isolations.
    pub(crate) fn small(&self) -> &'a Page {
        self.pages
            .small
            .get_or_init(|| Page::of(&support::few_of_all()))
    }

    /// Notes that something was not tested; the test then returns.
    pub(crate) fn skip(&self, reason: &str) {
        skip(self.name, reason);
    }
}

/// Notes a skip where a person and `scripts/test` see it.
pub(crate) fn skip(test: &str, reason: &str) {
    let line = format!("SKIPPED {test}: {}\n", reason.replace('\n', " "));
    eprint!("{line}");
    if let Some(path) = std::env::var_os("LABRUN_SKIPS") {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .expect("notes the skip");
    }
}

/// A program's place on `PATH`.
pub(crate) fn program(names: &[&str]) -> Option<std::path::PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&folders).collect();
    let places = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let mut places = places.filter(|place| place.is_file());
    places.next()
}

//! `labrun track site`: a history as a static site of trends.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use labrun_history::Nights;
use labrun_record::write_whole;
use labrun_render::{Trend, trend_site};

use super::{existing, name_damaged, rules};
use crate::cli::{Cli, TrackSiteArgs};
use crate::exit::{self, Usage};

/// What the first page of every site has in it.
const MARK: &str = "labrun nights";

/// Pages of so many nights stand beside the site.
const PAGES: usize = 60;

/// Writes the site.
pub(super) fn run(cli: &Cli, args: &TrackSiteArgs) -> anyhow::Result<u8> {
    let history = existing(&args.history)?;
    if args.out.exists() && !args.out.is_dir() {
        let out = args.out.display();
        anyhow::bail!(Usage(format!("--out {out} is no folder: name another one")));
    }
    check_out(&args.out, history.path())?;
    if let Some(pages) = args.pages.as_ref().filter(|pages| !pages.is_dir()) {
        let pages = pages.display();
        anyhow::bail!(Usage(format!(
            "--pages {pages} is no folder: name the one that has NIGHT.html of each night"
        )));
    }
    let (nights, mut damaged) = history.all()?;
    if nights.is_empty() && damaged.is_empty() {
        let folder = args.history.history.display();
        anyhow::bail!(Usage(format!(
            "{folder} has no night: `labrun track record RUN --history {folder}` appends one"
        )));
    }
    let known = rules::known(&history, None, cli.lab.as_deref())?;
    damaged.extend(known.damaged);
    name_damaged(&damaged);
    let pages = match &args.pages {
        Some(folder) => copied(folder, &args.out, &nights)?,
        None => BTreeMap::new(),
    };
    let files = trend_site(&Trend {
        title: MARK,
        histories: &nights,
        checks: &known.checks,
        watching: &known.watching,
        pages: &pages,
    });
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    for file in &files {
        let path = args.out.join(&file.path);
        let cannot = || format!("cannot write {}", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(cannot)?;
        }
        write_whole(&path, &file.bytes).with_context(cannot)?;
    }
    let (out, mib) = (
        args.out.join("index.html"),
        bytes as f64 / f64::from(1 << 20),
    );
    let all: usize = nights.iter().map(|nights| nights.names.len()).sum();
    let (out, files) = (out.display(), files.len());
    let nights = if all == 1 { "night" } else { "nights" };
    crate::out::line(&format!(
        "{out}: {all} {nights}, {files} files, {mib:.1} MiB"
    ))?;
    Ok(if damaged.is_empty() {
        exit::FINE
    } else {
        exit::LAB_FAILED
    })
}

/// That what is written over is a site of ours.
fn check_out(out: &Path, history: &Path) -> anyhow::Result<()> {
    let same = |one: &Path, other: &Path| {
        let whole = |path: &Path| path.canonicalize().ok();
        whole(one).is_some_and(|one| whole(other) == Some(one))
    };
    let shown = out.display();
    if same(out, history) {
        anyhow::bail!(Usage(format!(
            "--out {shown} is the history: a site is no part of it, so name another folder"
        )));
    }
    let index = out.join("index.html");
    let text = fs::read(&index).unwrap_or_default();
    let is_ours = String::from_utf8_lossy(&text).contains(MARK);
    if index.exists() && !is_ours {
        anyhow::bail!(Usage(format!(
            "{} is no page of a labrun site, and would be written over: name another folder by --out",
            index.display()
        )));
    }
    Ok(())
}

/// Copies the pages of the last nights; gives where each is, relative to the site.
fn copied(
    folder: &Path,
    out: &Path,
    nights: &[Nights],
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut names: Vec<&String> = nights.iter().flat_map(|nights| &nights.names).collect();
    names.sort();
    let mut pages = BTreeMap::new();
    for name in names.iter().rev().take(PAGES) {
        let page = folder.join(format!("{name}.html"));
        if !page.is_file() {
            continue;
        }
        let to = out.join("pages");
        let cannot = || format!("cannot copy {} to {}", page.display(), to.display());
        fs::create_dir_all(&to).with_context(cannot)?;
        fs::copy(&page, to.join(format!("{name}.html"))).with_context(cannot)?;
        pages.insert((*name).clone(), format!("pages/{name}.html"));
    }
    Ok(pages)
}

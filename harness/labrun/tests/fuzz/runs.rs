//! The files of runs: read, summarised, drawn and compared. An input is `run.json`, a line of `=`,
//! and `samples.jsonl`.

use std::fs;
use std::path::Path;

use labrun_analysis::{Measurements, Summary, compare, summarise};
use labrun_record::{Recorded, RunFolder};

use crate::corpus::{folder, repository};
use crate::feed::feed;

const BETWEEN: &[u8] = b"\n=====\n";

/// Lines of a recorded run that are enough for every statistic.
const LINES: usize = 40;

#[test]
fn runs_are_read_or_refused() {
    let folder = folder();
    feed("runs", 38, recorded(usize::MAX), |input| {
        let _ = read(folder.path(), input);
    });
}

#[test]
fn what_is_read_is_reported() {
    let folder = folder();
    feed("reports", 12, recorded(LINES), |input| {
        let Some(Recorded { run, samples, .. }) = read(folder.path(), input) else {
            return;
        };
        let summary = summarise(&run, &samples);
        labrun_render::page(&run, &summary).expect("a page");
        for width in [None, Some(40), Some(120)] {
            labrun_render::table(&summary, width, width.is_none());
            labrun_render::full_table(&summary, width, width.is_none());
        }
        labrun_render::conformance_page(&summary);
        let own = Measurements {
            run: &run,
            samples: &samples,
        };
        for force in [false, true] {
            let mut comparison = compare(own, own, force);
            comparison.confirm(own, own, own, force);
            labrun_render::comparison(&comparison, Some(100), true);
            labrun_render::comparison_markdown(&comparison);
            labrun_render::comparison_page(&comparison).expect("a page");
        }
    });
}

#[test]
fn summaries_are_read_or_refused() {
    let runs = fs::read_dir(runs()).expect("lists runs").flatten();
    let summaries = runs.filter_map(|run| fs::read(run.path().join("summary.json")).ok());
    feed("summaries", 30, summaries.collect(), |text| {
        if let Ok(read) = serde_json::from_slice::<Summary>(text) {
            let again = serde_json::to_vec(&read).expect("is written");
            let again: Summary = serde_json::from_slice(&again).expect("is read again");
            assert_eq!(again, read);
        }
    });
}

fn runs() -> std::path::PathBuf {
    repository().join("harness/record/tests/runs")
}

/// The recorded runs of each schema, with so many lines at most.
fn recorded(most: usize) -> Vec<Vec<u8>> {
    let mut folders: Vec<_> = fs::read_dir(runs())
        .expect("lists runs")
        .flatten()
        .collect();
    folders.sort_by_key(fs::DirEntry::path);
    let mut all = Vec::new();
    for folder in folders.into_iter().filter(|folder| folder.path().is_dir()) {
        let file = |name: &str| fs::read(folder.path().join(name)).expect("reads a file");
        let samples = file("samples.jsonl");
        let lines = samples.split_inclusive(|byte| *byte == b'\n').take(most);
        all.push(
            [
                &file("run.json"),
                BETWEEN,
                &lines.collect::<Vec<_>>().concat(),
            ]
            .concat(),
        );
    }
    all
}

fn read(folder: &Path, input: &[u8]) -> Option<Recorded> {
    let place = input
        .windows(BETWEEN.len())
        .position(|part| part == BETWEEN);
    let (run, samples) = match place {
        Some(place) => (&input[..place], &input[place + BETWEEN.len()..]),
        None => (input, &[][..]),
    };
    let folder = RunFolder::open(folder);
    fs::write(folder.run_json(), run).expect("writes a run");
    fs::write(folder.samples_jsonl(), samples).expect("writes samples");
    folder.read().ok()
}

//! Pages of made-up runs, written as `labrun` writes them.

use labrun_render::Section;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::Made;

/// A page on disk, with the summaries that it was made from, as they are read from their files.
pub(crate) struct Page {
    pub address: String,
    pub summaries: Vec<Value>,
    _folder: TempDir,
}

impl Page {
    pub(crate) fn of(made: &Made) -> Self {
        Self::of_several(&[made])
    }

    pub(crate) fn of_several(runs: &[&Made]) -> Self {
        let sections: Vec<Section<'_>> = runs.iter().map(|made| section(made)).collect();
        let html = labrun_render::pages(&sections, &[]).expect("a page");
        let folder = tempfile::tempdir().expect("a folder");
        let page = folder.path().join("report.html");
        std::fs::write(&page, html).expect("written");
        let summaries = runs.iter().enumerate().map(|(number, made)| {
            let path = folder.path().join(format!("summary-{number}.json"));
            labrun_record::write_json(&path, &made.summary).expect("written");
            let text = std::fs::read_to_string(&path).expect("read");
            serde_json::from_str(&text).expect("JSON")
        });
        Self {
            address: format!("file://{}", page.display()),
            summaries: summaries.collect(),
            _folder: folder,
        }
    }

    /// The scenario of the first run.
    pub(crate) fn scenario(&self) -> &str {
        self.summaries[0]["scenario"].as_str().expect("a name")
    }

    /// The rows of the first run's summary.
    pub(crate) fn rows(&self) -> &[Value] {
        self.summaries[0]["results"].as_array().expect("rows")
    }
}

fn section(made: &Made) -> Section<'_> {
    Section {
        run: &made.run,
        summary: &made.summary,
    }
}

/// Whether a row of a summary has a number.
pub(crate) fn is_measured(row: &Value) -> bool {
    row["median"].is_number()
}

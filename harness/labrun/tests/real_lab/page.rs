//! The page of the run, opened in a browser.

use std::path::Path;
use std::process::Command;

use crate::skip::skip;
use crate::{measured, text};

#[test]
fn the_page_shows_every_measured_row_in_a_browser() {
    let page = &measured().page;
    let bytes = std::fs::metadata(page).expect("the page is there").len();
    assert!(bytes < 2_000_000, "{bytes} bytes");
    let Some(dom) = dom("real-lab-page", page) else {
        return;
    };
    let mut shown = 0;
    for (number, row) in measured().results().enumerate() {
        let start = format!("<tr id=\"row-0-{number}\"");
        let line = dom
            .split(&start)
            .nth(1)
            .and_then(|rest| rest.split("</tr>").next());
        assert_eq!(line.is_some(), row["outcome"] == "measured", "{row:#}");
        let Some(line) = line else { continue };
        let value = line.split("data-value=\"").nth(1);
        let value = value.and_then(|rest| rest.split('"').next()?.parse::<f64>().ok());
        assert_eq!(value, row["median"].as_f64(), "{line}");
        let cells = cells(line);
        assert!(cells[0].starts_with(&text(row, "isolation")), "{cells:?}");
        assert!(cells.contains(&row["n"].to_string()), "{cells:?}");
        shown += 1;
    }
    assert!(shown > 0);
}

/// Texts of the cells of a table's row.
fn cells(row: &str) -> Vec<String> {
    let without_tags = |cell: &str| {
        let pieces = cell.split('<').map(|piece| piece.rsplit('>').next());
        pieces.flatten().collect::<String>().trim().to_owned()
    };
    // What comes before the first cell's own tag is cut with that tag.
    row.split("</t")
        .filter_map(|cell| Some(&cell[cell.find("<t")?..]))
        .map(without_tags)
        .collect()
}

/// The page as a browser has it after opening it, or a skipped test.
fn dom(test: &str, page: &Path) -> Option<String> {
    let profile = tempfile::tempdir().expect("makes a folder");
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let opened = names.iter().find_map(|name| {
        Command::new(name)
            .args(["--headless", "--no-sandbox", "--disable-gpu"])
            .args(["--disable-quic", "--no-first-run", "--disable-sync"])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("--dump-dom")
            .arg(format!("file://{}", page.display()))
            .output()
            .ok()
    });
    let Some(opened) = opened else {
        skip(test, "chromium is missing: sudo apt-get install chromium");
        return None;
    };
    assert!(
        opened.status.success(),
        "{}",
        String::from_utf8_lossy(&opened.stderr)
    );
    Some(String::from_utf8_lossy(&opened.stdout).into_owned())
}

//! How large a page is at most, whatever it is of, and that nothing is left out of it for that.

mod planned;
mod support;

use labrun_record::{Metric, Row};
use labrun_render::{Section, pages};
use support::Made;
use support::reader::{follow, lines, of, read};

/// Bytes that a page may have.
const BOUND: usize = 2_000_000;

/// Bytes that it has without the files that it holds, on a machine where some technologies are missing.
const USUAL: usize = 1_800_000;

fn measured(made: &Made) -> usize {
    let rows = made.summary.results.iter();
    rows.filter(|row| row.numbers.is_some()).count()
}

#[test]
fn a_page_of_eight_thousand_rows_is_well_under_two_megabytes() {
    let made = planned::planned(20, &planned::MISSING);
    let (rows, measured) = (made.run.rows.len(), measured(&made));
    assert!(
        rows > 7_000 && measured * 5 > rows * 2,
        "{measured} of {rows}"
    );
    let html = of(&made);
    let (before, files) = html
        .split_once("<section id=\"downloads\">")
        .expect("downloads");
    let scripts = files
        .split_once("</section>")
        .map_or(0, |(_, rest)| rest.len());
    let own = before.len() + scripts;
    assert!(html.len() < BOUND, "{} bytes", html.len());
    assert!(own < USUAL, "{own} bytes for {measured} of {rows} rows");
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
    assert_eq!(lines(&html).len(), measured);
    let text = read(&html);
    for row in &made.summary.results {
        if let Some(reason) = row.reason.as_deref().filter(|_| row.numbers.is_none()) {
            assert!(text.contains(reason.trim()), "{}: {reason}", row.row);
        }
    }
}

#[test]
fn with_every_technology_it_is_under_two_megabytes_too() {
    let made = planned::planned(20, &[]);
    let html = of(&made);
    let measured = measured(&made);
    assert!(measured > 4_000, "{measured} measured rows");
    assert!(
        html.len() < BOUND,
        "{} bytes for {measured} rows",
        html.len()
    );
    assert_eq!(lines(&html).len(), measured);
    // What has no room is said.
    let files = html.split("<section id=\"downloads\">").nth(1);
    let files = files.and_then(|rest| rest.split("</section>").next());
    let files = files.expect("downloads");
    for (file, what) in [
        ("-summary.json.gz", "summary"),
        ("-rows.csv.gz", "table of rows"),
    ] {
        let says = files.contains(&format!("Its {what} is too large for a page"));
        assert!(files.contains(file) != says, "{}", read(files));
    }
}

#[test]
fn it_is_under_two_megabytes_at_its_largest() {
    for made in [support::largest(), support::all(60)] {
        let html = of(&made);
        let (rows, measured) = (made.run.rows.len(), measured(&made));
        assert!(
            html.len() < 2_000_000,
            "{} bytes for {rows} rows, of which {measured} are measured",
            html.len()
        );
    }
}

#[test]
fn three_runs_beside_one_another_are_under_two_megabytes_too() {
    let made = support::made(300);
    let mut runs = [made.run.clone(), made.run.clone(), made.run];
    for (run, name) in runs.iter_mut().zip(["one", "two", "three"]) {
        run.id = name.to_owned();
    }
    let sections = runs.each_ref().map(|run| Section {
        run,
        summary: &made.summary,
    });
    let html = pages(&sections, &[]).expect("a page");
    assert!(html.len() < 2_000_000, "{} bytes", html.len());
    assert!(lines(&html).len() > 300);
    // What is the same in all of them is said once.
    let said = "as in the <a href=\"#r0-isolations\">table of run 1</a>";
    assert_eq!(html.matches(said).count(), 2);
}

#[test]
fn a_thousand_isolations_are_under_two_megabytes() {
    let mut made = support::made(20);
    let is_kept = |row: &Row| {
        row.isolation == "native/static"
            && row.workload == "add"
            && [Metric::TimeToFirstResult, Metric::Teardown].contains(&row.metric)
    };
    let kept: Vec<_> = made
        .summary
        .results
        .iter()
        .filter(|one| is_kept(&one.row))
        .collect();
    let record = made
        .run
        .isolations
        .iter()
        .find(|one| one.name == "native/static");
    let record = record.expect("it is there").clone();
    assert_eq!(kept.len(), 2);
    let names = (0..1_000).map(|n| format!("technology-{}/configuration-{}", n / 40, n % 40));
    let (mut results, mut isolations) = (Vec::new(), Vec::new());
    for name in names {
        for one in &kept {
            let mut own = (*one).clone();
            own.row.isolation.clone_from(&name);
            results.push(own);
        }
        let mut own = record.clone();
        own.name = name;
        isolations.push(own);
    }
    made.run.isolations = isolations;
    made.run.rows = results.iter().map(|one| one.row.clone()).collect();
    made.summary.results = results;
    made.summary.warnings.clear();
    let html = of(&made);
    assert!(html.len() < 2_000_000, "{} bytes", html.len());
    assert_eq!(lines(&html).len(), 2_000);
}

#[test]
fn four_thousand_rows_are_a_table_of_little_more_than_a_megabyte() {
    let html = of(&support::many(4));
    let table = html.split("<table id=\"every\">").nth(1);
    let table = table.and_then(|rest| rest.split("</table>").next());
    let (bytes, rows) = (table.expect("a table").len(), lines(&html).len());
    assert!(rows > 4_000, "{rows} rows");
    assert!(bytes / rows < 300, "{bytes} bytes for {rows} rows");
}

//! The trend site of a made-up history: its text as a golden file, its numbers, its safety.

mod support;

use std::collections::BTreeMap;

use labrun_history::judge::Kind;
use labrun_history::{Column, Epoch, Watching};
use labrun_render::{SiteFile, Trend, trend_site};
use serde_json::Value;
use support::nights::{History, SMALL, Shape, history};
use support::reader::{follow, read, without_scripts};

const FEW: Shape = Shape {
    nights: 62,
    workloads: 1,
    isolations: 7,
    asked: 5,
};

fn text<'a>(files: &'a [SiteFile], path: &str) -> &'a str {
    let file = files.iter().find(|file| file.path == path);
    let file = file.unwrap_or_else(|| panic!("no {path}"));
    std::str::from_utf8(&file.bytes).expect("text")
}

/// What a file hands over: `trend.series(3,{...});`.
fn content(text: &str) -> Value {
    let (_, rest) = text.split_once(',').expect("a call");
    let inside = rest.trim_end().strip_suffix(");").expect("its end");
    serde_json::from_str(inside).expect("JSON")
}

/// The series of all files, by their ids.
fn series(files: &[SiteFile]) -> BTreeMap<String, Value> {
    let data = files.iter().filter(|f| f.path.starts_with("data/series-"));
    let all = data.flat_map(|file| {
        let text = std::str::from_utf8(&file.bytes).expect("text");
        let content = content(text);
        content["series"].as_array().expect("a list").clone()
    });
    let id = |one: &Value| one["id"].as_str().expect("an id").to_owned();
    all.map(|one| (id(&one), one)).collect()
}

#[test]
fn what_a_reader_reads() {
    let made = history(FEW, 1);
    insta::assert_snapshot!(read(text(&trend_site(&made.trend()), "index.html")));
}

#[test]
fn what_a_chart_is_drawn_from() {
    let made = history(
        Shape {
            nights: 50,
            isolations: 7,
            workloads: 1,
            asked: 5,
        },
        1,
    );
    let files = trend_site(&made.trend());
    insta::assert_snapshot!("nights", text(&files, "data/nights-1.js"));
    let sizes = files.iter().find(|file| {
        let text = std::str::from_utf8(&file.bytes).expect("text");
        file.path.starts_with("data/series") && text.contains("it says more when it fails")
    });
    let sizes = std::str::from_utf8(&sizes.expect("the sizes").bytes).expect("text");
    insta::assert_snapshot!("sizes", sizes);
}

#[test]
fn every_number_is_there() {
    let made = history(SMALL, 2);
    let files = trend_site(&made.trend());
    let told = series(&files);
    let index = text(&files, "index.html");
    assert_eq!(*follow(index).wrong.borrow(), Vec::<String>::new());
    let mut count = 0;
    for (place, nights) in made.histories.iter().enumerate() {
        for column in &nights.series {
            let id = format!("s{place}-{}", column.id);
            assert!(index.contains(&format!("id=\"{id}\"")), "{id}");
            assert_same(column, &told[&id]);
            count += 1;
        }
    }
    assert_eq!(told.len(), count);
}

/// Four digits of what is measured, and all of what is counted.
fn assert_same(column: &Column, told: &Value) {
    let exponent = told["exponent"].as_i64().expect("a power") as i32;
    let steps = |name: &str| -> Vec<Option<f64>> {
        let text = told[name].as_str().expect("text");
        text.split(',').map(|one| one.parse().ok()).collect()
    };
    let (values, low) = (steps("values"), steps("low"));
    assert_eq!(values.len(), column.values.len());
    let mut last = 0.0;
    for (night, value) in column.values.iter().enumerate() {
        assert_eq!(value.is_some(), values[night].is_some(), "{}", column.id);
        let (Some(value), Some(step)) = (value, values[night]) else {
            continue;
        };
        last += step;
        let near = |told: f64, value: f64| {
            let tolerance = match column.key.kind() {
                Kind::Exact => 0.0,
                _ => value.abs() * 1e-3,
            };
            let told = told * 10_f64.powi(exponent);
            assert!((told - value).abs() <= tolerance, "{told} for {value}");
        };
        near(last, *value);
        let [from, _] = column.ci[night].expect("an interval");
        if column.key.kind() != Kind::Exact {
            near(last + low[night].expect("an end"), from);
        }
    }
}

#[test]
fn what_is_open_and_what_became_of_the_rest() {
    let mut made = history(SMALL, 1);
    let parts = |made: &History| -> (String, String) {
        let files = trend_site(&made.trend());
        let text = read(text(&files, "index.html"));
        let (open, _) = text.split_once("The last nights").expect("a part");
        let (_, closed) = text.split_once("What is closed").expect("a part");
        (open.to_owned(), closed.to_owned())
    };
    let (open, closed) = parts(&made);
    assert!(
        open.contains("1 regression confirmed, and still there"),
        "{open}"
    );
    assert!(open.contains("wasmtime: 2 series"), "{open}");
    assert!(open.contains("1 improvement confirmed"), "{open}");
    assert!(
        closed.contains("acknowledged: it says more when it fails"),
        "{closed}"
    );
    assert!(closed.contains("over since"), "{closed}");
    // What may be chance says so.
    assert!(!open.contains("may be chance"), "{open}");
    for finding in made.checks.iter_mut().flat_map(|c| &mut c.confirmed) {
        finding.stands = false;
    }
    let (open, _) = parts(&made);
    assert!(
        open.contains("which among so many series may be chance"),
        "{open}"
    );
    // What has been acknowledged is open no more.
    let since = made.checks.iter().flat_map(|check| &check.confirmed);
    let since = since.filter(|one| one.label.starts_with("wasmtime"));
    let since = since.map(|one| one.since[..8].to_owned()).next();
    made.watching.epochs.epoch.push(Epoch {
        since: since.expect("one"),
        reason: "a check that was missing".into(),
        series: Vec::new(),
        workload: None,
        isolation: Some("wasmtime/*".into()),
        metric: None,
    });
    let (open, closed) = parts(&made);
    assert!(open.contains("No regression is open"), "{open}");
    assert!(
        closed.contains("acknowledged: a check that was missing"),
        "{closed}"
    );
}

#[test]
fn nothing_is_said_of_no_history() {
    let (pages, watching) = (BTreeMap::new(), Watching::default());
    let files = trend_site(&Trend {
        title: "None",
        histories: &[],
        checks: &[],
        watching: &watching,
        pages: &pages,
    });
    assert_eq!(files.len(), 1);
    let text = read(text(&files, "index.html"));
    assert!(text.contains("The history is empty"), "{text}");
    assert!(text.contains("No night has been checked"), "{text}");
}

#[test]
fn it_asks_for_nothing_and_text_stays_text() {
    const MARKUP: &str =
        "</script><script>window.hit=1</script>\"><img src=x onerror=window.hit=2>";
    let mut made = history(FEW, 1);
    for nights in &mut made.histories {
        for head in &mut nights.heads {
            head.class.push_str(MARKUP);
            head.scenario.push_str(MARKUP);
            head.kernel.push_str(MARKUP);
            head.commit = Some(MARKUP.into());
        }
        for column in &mut nights.series {
            if let labrun_history::Subject::Row(row) = &mut column.key.subject {
                row.workload.push_str(MARKUP);
                row.isolation.push_str(MARKUP);
            }
        }
    }
    made.watching.epochs.epoch[0].reason = MARKUP.into();
    for finding in made
        .checks
        .iter_mut()
        .flat_map(|check| &mut check.confirmed)
    {
        finding.label = MARKUP.into();
        finding.changed = vec![MARKUP.into()];
    }
    let files = trend_site(&made.trend());
    let index = text(&files, "index.html");
    assert_eq!(*follow(index).wrong.borrow(), Vec::<String>::new());
    let bare = without_scripts(index);
    for forbidden in [
        "http://",
        "https://",
        "<link",
        "<img",
        "@import",
        "url(",
        "src=\"",
        "<script>window",
    ] {
        assert!(!bare.contains(forbidden), "{forbidden}");
    }
    assert!(read(index).contains(MARKUP));
    for file in files.iter().filter(|file| file.path.starts_with("data/")) {
        assert!(!file.bytes.contains(&b'<'), "{}", file.path);
    }
}

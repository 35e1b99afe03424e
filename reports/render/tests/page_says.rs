//! What the page of a run says of it: of each measure in its own words, of the machine, and what a reader
//! has to know before.

mod support;

use labrun_record::{
    BlockLoad, GivenArtifact, Load, LoadRequest, Metric, Outcome, Probes, Row, Target,
};
use support::reader::{follow, lines, of, read};
use support::{Made, few};

#[test]
fn what_else_used_the_processors_is_told_of_the_machine() {
    let mut made = few();
    let text = read(&of(&made));
    assert!(text.contains("used by others | not recorded"), "{text}");
    assert!(!text.contains("fixed work"), "{text}");
    made.run.blocks = vec![BlockLoad {
        first: 0,
        end: 9,
        seconds: 2.0,
        others: Some(0.3),
        most_by: Some("cargo".into()),
        steal: 0.01,
        probes: Some(Probes {
            cpu_ns: Some(3_100_000),
            memory_ns: None,
            spawn_ns: Some(800_000),
            fsync_ns: Some(1_200_000),
        }),
    }];
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    let text = read(&of(&made));
    let told = "30.0% of the processors\u{2019} time, at most 30.0%; given to other machines: 1.0%";
    assert!(text.contains(told), "{text}");
    let told = "fixed work | processor 3.10 ms, spawn 800 \u{b5}s, fdatasync 1.20 ms (medians of 1 reading)";
    assert!(text.contains(told), "{text}");
    let warning = "other processes took 30% of the processors' time, at most 30%; most of it cargo";
    assert!(text.contains(warning), "{text}");
    let table = labrun_render::full_table(&made.summary, None, false);
    assert!(
        table.contains(&format!("warning: other processes ({warning}): ")),
        "{table}"
    );
}

#[test]
fn a_measure_alone_has_its_page_and_no_other() {
    for (scenario, question) in [
        ("memory", "memory, ready and idle"),
        ("size", "size, what is shipped"),
        ("throughput", "latency"),
    ] {
        let made = support::one_of(scenario);
        let html = of(&made);
        assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
        let lines = lines(&html);
        assert_eq!(lines.len(), measured(&made), "{scenario}");
        let asks = |words: &str| lines.iter().any(|line| line.cells[2].starts_with(words));
        assert!(
            asks(question) && !asks("time to first result"),
            "{scenario}"
        );
    }
}

#[test]
fn no_number_of_a_measure_is_called_by_the_words_of_another() {
    let forbidden = [
        ("memory", ["faster", "slower", "as long"]),
        ("size", ["faster", "slower", "bootstrap intervals"]),
        ("throughput", ["smaller", "larger", "times as long"]),
    ];
    for (scenario, words) in forbidden {
        let text = read(&of(&support::one_of(scenario)));
        let table = labrun_render::table(&support::one_of(scenario).summary, Some(80), false);
        for word in words {
            assert!(!text.contains(word), "{scenario}: {word}");
            assert!(!table.contains(word), "{scenario}: {word}");
        }
    }
}

#[test]
fn ones_and_zeros_have_tables_and_no_chart() {
    let mut made = support::one_of("size");
    for (i, sample) in made.samples.iter_mut().enumerate() {
        sample.value = sample.value.map(|_| f64::from(u8::from(i % 3 > 0)));
    }
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    let html = of(&made);
    assert!(!html.contains("<svg"), "a chart of ones and zeros");
    assert_eq!(lines(&html).len(), measured(&made));
}

#[test]
fn a_metric_that_is_no_headline_is_said_to_be_measured() {
    let mut made = few();
    for row in &mut made.summary.results {
        if row.row.metric == Metric::TimeToFirstResult {
            row.numbers = None;
        }
    }
    let html = of(&made);
    assert!(html.contains("No headline was measured."));
    assert!(!html.contains("Nothing was measured."));
}

#[test]
fn what_was_given_is_only_said_to_do_the_same_work() {
    let mut made = few();
    assert!(!of(&made).contains("said to do the same work"));
    let given = |name: &str, sha256: &str| GivenArtifact {
        workload: "<b>mine".into(),
        target: Target::Native,
        sha256: sha256.into(),
        name: name.into(),
    };
    made.run.given = vec![given("app<b>", &"a".repeat(64))];
    let html = of(&made);
    assert!(html.contains("One artifact was given to the lab"));
    made.run.given.push(given("app.wasm", &"b".repeat(64)));
    let html = of(&made);
    assert!(html.contains("These artifacts are said to do the same work."));
    for shown in [
        "&lt;b&gt;mine",
        "app&lt;b&gt;",
        "aaaaaaaaaaaa",
        "bbbbbbbbbbbb",
    ] {
        assert!(html.contains(shown), "{shown}");
    }
    assert!(!html.contains("<b>mine") && !html.contains("app<b>"));
}

#[test]
fn what_servers_were_asked_is_told_where_a_workload_says_so() {
    let mut made = few();
    let load = |requests, first_warmup_s| Load {
        workload: "<b>web".into(),
        connections: 4,
        duration_s: 1.0,
        warmup_s: 0.1,
        first_warmup_s,
        requests,
    };
    made.run.loads = vec![load(Vec::new(), None)];
    assert!(!of(&made).contains("&lt;b&gt;web"));
    let request = LoadRequest {
        method: "POST".into(),
        path: "/<i>".into(),
        weight: 7,
        sha256: "c".repeat(64),
    };
    made.run.loads = vec![load(vec![request], Some(30.0))];
    let html = of(&made);
    for shown in [
        "&lt;b&gt;web",
        "POST /&lt;i&gt;",
        "×7",
        "cccccccccccc",
        " 30 s before",
    ] {
        assert!(html.contains(shown), "{shown}");
    }
    assert!(!html.contains("<b>web") && !html.contains("/<i>"));
}

#[test]
fn marks_are_where_they_must_be() {
    let mut made = few();
    assert!(!of(&made).contains("Indicative."));
    made.run.indicative = true;
    made.run.interrupted = Some("Ctrl-C".into());
    made.run.machine.emulated = true;
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    let html = of(&made);
    for mark in [
        "Indicative.",
        "Incomplete.",
        "Emulated.",
        "\u{b7} indicative",
        "\u{b7} emulated",
    ] {
        assert!(html.contains(mark), "{mark}");
    }
}

#[test]
fn a_run_without_a_sample_still_has_its_page() {
    let mut made = few();
    made.samples.clear();
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    let html = of(&made);
    assert!(html.contains("Nothing was measured."));
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
}

/// Whether a row is what stands beside a PSS.
fn is_cgroup(row: &Row) -> bool {
    row.scope.as_deref() == Some("cgroup")
}

#[test]
fn a_cgroup_that_could_not_be_read_is_said_in_its_place_with_the_reason() {
    let mut made = support::one_of("memory");
    for row in &mut made.summary.results {
        if is_cgroup(&row.row) {
            row.outcome = Outcome::Unavailable;
            row.reason = Some("no memory controller here".into());
            row.numbers = None;
        }
    }
    let text = read(&of(&made));
    assert!(text.contains("PSS, cgroup unavailable"), "{text}");
    let mut lines = text.lines();
    let reason = lines.find(|line| line.starts_with("unavailable native/static, docker/runc"));
    let reason = reason.expect("what is unavailable");
    assert!(reason.contains(" · noop, cgroup · 20 rows"), "{reason}");
    assert!(reason.ends_with("no memory controller here"), "{reason}");
    let table = labrun_render::table(&made.summary, Some(80), false);
    assert!(table.contains("no memory controller here"), "{table}");
}

#[test]
fn a_run_that_did_not_read_the_cgroup_has_the_pss_alone() {
    let mut made = support::one_of("memory");
    made.samples.clear();
    made.run.rows.retain(|row| !is_cgroup(row));
    made.summary.results.retain(|row| !is_cgroup(&row.row));
    let text = read(&of(&made));
    assert!(text.contains("PSS") && !text.contains("cgroup:"), "{text}");
}

fn measured(made: &Made) -> usize {
    let rows = made.summary.results.iter();
    rows.filter(|row| row.numbers.is_some()).count()
}

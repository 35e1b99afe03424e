//! The charts of a made-up run's page: how many points they have, what is drawn of how many launches,
//! and where bars begin.

mod support;

use labrun_analysis::RowSummary;
use labrun_record::{Metric, Outcome, Start};
use support::few;
use support::figures::{attributes, figure, numbers_mut, read};
use support::reader::follow;

/// How many points a line goes through, by its steps: sideways, up or down, or both.
fn points(line: &str) -> usize {
    let mut letter = 'l';
    let mut halves = 0;
    let mut is_inside = false;
    for c in line.chars() {
        match c {
            '0'..='9' | '.' if is_inside => {}
            '0'..='9' | '.' | '-' => {
                halves += if letter == 'l' { 1 } else { 2 };
                is_inside = true;
            }
            _ => {
                is_inside = false;
                if c.is_ascii_alphabetic() {
                    letter = c;
                }
            }
        }
    }
    halves / 2
}

#[test]
fn no_curve_has_more_than_200_points() {
    for made in [support::largest(), support::all(60)] {
        let html = read(&made);
        let paths = attributes(&html, "d");
        assert!(paths.len() > 400, "{}", paths.len());
        for path in paths {
            let launches = path.matches("h0").count();
            assert!(launches <= 200, "{launches}");
            // A path can be several lines, and a line begins with an M.
            for line in path.split('M').filter(|_| launches == 0) {
                let points = points(line);
                assert!(points <= 200, "{points}");
            }
        }
    }
}

#[test]
fn few_launches_are_points_and_many_are_boxes() {
    let made = few();
    let html = read(&made);
    let few = figure(&html, "r0-spread-time-to-first-result-0");
    assert!(few.contains("every launch as a point") && !few.contains("a box from"));
    let strips = attributes(few, "d");
    let drawn: usize = strips.iter().map(|path| path.matches("h0").count()).sum();
    assert!(
        !strips.is_empty() && drawn >= 40 * strips.len() / 2,
        "{drawn}"
    );
    for path in &strips {
        assert!(path.matches("h0").count() < 50);
    }

    let html = read(&support::made(60));
    let both = figure(&html, "r0-spread-time-to-first-result-0");
    // Containers have 40 launches there, and all others 60.
    assert!(both.contains("every launch as a point") && both.contains("a box from"));
    for path in attributes(both, "d") {
        assert!(path.matches("h0").count() <= 40);
    }
    assert!(
        both.contains(">2<") && both.contains("2 modes"),
        "two modes are not said"
    );
}

#[test]
fn bars_begin_at_zero_and_are_for_what_has_a_length() {
    let html = read(&support::few_of_all());
    for id in ["r0-spread-size-0", "r0-spread-memory-idle-0"] {
        let bars = figure(&html, id);
        let starts: Vec<&str> = bars
            .split("<rect x=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(starts.len() > 3, "{id}");
        assert!(starts.iter().all(|x| *x == "1048"), "{id}: {starts:?}");
        assert!(
            bars.contains("bars from zero") && bars.contains(">0</text>"),
            "{id}"
        );
    }
    let lanes = figure(&html, "r0-spread-operations-per-second-0");
    assert!(lanes.contains("on a logarithmic axis") && !lanes.contains("bars from zero"));
}

#[test]
fn every_chart_has_a_title_a_description_and_its_table() {
    let html = read(&support::all(10));
    let figures: Vec<&str> = html.split("<figure class=\"drawn\"").skip(1).collect();
    assert!(figures.len() > 20, "{}", figures.len());
    for rest in figures {
        let (own, _) = rest.split_once("</figure>").expect("an end");
        for part in [
            "<figcaption><strong>",
            "<title id=",
            "<desc id=",
            "<thead>",
            "<th scope=\"row\">",
        ] {
            assert!(own.contains(part), "{part} in {own:.400}");
        }
        assert!(own.matches("<svg class=\"chart\"").count() == 1);
    }
    // One of them stands open, so that there is something to see.
    assert_eq!(
        html.matches("<details class=\"distribution\" open").count(),
        1
    );
    assert!(html.matches("<details class=\"distribution\"").count() > 10);
}

#[test]
fn every_number_of_a_chart_is_that_of_its_row() {
    let made = support::all(10);
    let html = read(&made);
    let charts = html.split("<figure class=\"drawn\"").skip(1);
    let charts: String = charts
        .filter_map(|rest| rest.split("</figure>").next())
        .collect();
    let (rows, values) = (
        attributes(&charts, "data-row"),
        attributes(&charts, "data-value"),
    );
    assert!(
        rows.len() > 200 && rows.len() == values.len(),
        "{}",
        rows.len()
    );
    for (row, value) in rows.iter().zip(values) {
        let place: usize = row
            .strip_prefix("0-")
            .expect("the run")
            .parse()
            .expect("a row");
        let median = made.summary.results[place].median().expect("a number");
        let shown: f64 = value.parse().expect("a number");
        assert_eq!(shown.to_bits(), median.to_bits(), "{row}");
    }
}

#[test]
fn the_front_of_the_trade_off_is_what_nothing_beats() {
    let made = support::all(10);
    let html = read(&made);
    let trade = figure(&html, "r0-trade-0");
    let rows = |metric: Metric, wanted: fn(&RowSummary) -> bool| -> Vec<(&str, f64)> {
        let rows = made.summary.results.iter();
        rows.filter(|row| {
            row.row.metric == metric && row.row.target.name() != "wasip2" && wanted(row)
        })
        .filter_map(|row| Some((row.row.isolation.as_str(), row.median()?)))
        .collect()
    };
    let starts = rows(Metric::TimeToFirstResult, |row| {
        row.row.workload == "add" && row.row.start == Some(Start::Process)
    });
    let served = rows(Metric::RequestsPerSecond, |row| {
        row.row
            .params
            .get("policy")
            .is_some_and(|policy| policy == "reused")
    });
    let best = |name: &str| {
        let own = served.iter().filter(|one| one.0 == name).map(|one| one.1);
        own.fold(None, |best: Option<f64>, value| {
            Some(best.map_or(value, |b| b.max(value)))
        })
    };
    let points: Vec<(&str, f64, f64)> = starts
        .iter()
        .filter_map(|(name, start)| Some((*name, *start, best(name)?)))
        .collect();
    assert!(points.len() > 2);
    let (_, said) = trade
        .split_once("Nothing beats in both: ")
        .expect("the front");
    let (said, _) = said.split_once(". ").expect("an end");
    let said: Vec<&str> = said
        .split(", ")
        .filter(|name| !name.contains("wasip2"))
        .collect();
    for (name, start, rate) in &points {
        let is_beaten = points.iter().any(|(_, other_start, other_rate)| {
            other_start <= start && other_rate >= rate && (other_start < start || other_rate > rate)
        });
        // A component may beat a module.
        if is_beaten {
            assert!(!said.contains(name), "{name} is beaten");
        }
    }
    let marks = trade.matches("<circle cx").count();
    assert!(marks > 2 && trade.matches("<a href=\"#row-0-").count() > marks / 3);
    assert!(trade.contains("aria-label=\"native/static; first result, fresh process: "));
}

#[test]
fn tails_and_instances_are_drawn_from_the_summary() {
    let mut made = support::few_of_all();
    for numbers in numbers_mut(&mut made, Metric::MemoryMarginal) {
        numbers.instances = [1.0, 8.0, 64.0].map(|n| [n, 5e6 + n * 7e4]).to_vec();
        numbers.fit = Some([7e4, 5e6]);
    }
    for numbers in numbers_mut(&mut made, Metric::Latency) {
        let point = |place: i32| [0.8_f64.powi(place), 7e4 * 1.1_f64.powi(place)];
        numbers.tail = (0..60).map(point).collect();
    }
    let html = read(&made);
    let instances = figure(&html, "r0-instances-memory-marginal-0");
    assert!(
        instances.contains("1: 4.84 MiB, 8: 5.30 MiB, 64: 9.04 MiB"),
        "{instances:.3000}"
    );
    assert!(instances.contains("4.77 MiB") && instances.contains("where the line begins"));
    assert!(
        attributes(instances, "d")
            .iter()
            .filter(|path| path.contains("h0"))
            .all(|path| path.matches("h0").count() == 3)
    );
    let tail = figure(&html, "r0-tail-latency-0");
    assert!(
        tail.contains("99.9%") && tail.contains("99.999%"),
        "{tail:.3000}"
    );
    let lines = attributes(tail, "d");
    // Beside where it begins.
    let longest = lines.iter().map(|line| points(line)).max();
    assert!(
        longest.is_some_and(|points| (50..=60).contains(&points)),
        "{longest:?}"
    );
}

#[test]
fn a_summary_without_tails_has_them_from_its_percentiles() {
    let html = read(&support::few_of_all());
    let tail = figure(&html, "r0-tail-latency-0");
    assert!(tail.contains("99.9%"), "{tail:.2000}");
    assert!(!html.contains("r0-instances-memory-marginal-0"));
}

#[test]
fn without_two_different_numbers_there_is_no_trade_off() {
    for outcome in [Outcome::Unavailable, Outcome::Measured] {
        let mut made = few();
        let mut is_first = true;
        for row in &mut made.summary.results {
            let keeps = std::mem::take(&mut is_first) && outcome == Outcome::Measured;
            if !keeps {
                row.numbers = None;
                row.outcome = Outcome::Unavailable;
            }
        }
        let html = read(&made);
        assert!(html.contains("There is nothing to weigh"));
        assert!(!html.contains("r0-trade-0"));
        assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
    }
}

//! Charts of what nobody would expect: numbers at the ends of what there is, names of any kind, a
//! thousand isolations.

mod support;

use labrun_analysis::summarise;
use labrun_record::Metric;
use support::figures::{attributes, figure, numbers_mut, read};
use support::reader::follow;

#[test]
fn numbers_that_nobody_would_expect_are_drawn_within_the_chart() {
    for value in [0.0, -5e9, 1e308, 5e-324, 1.0] {
        let mut made = support::few_of_all();
        for (place, sample) in made.samples.iter_mut().enumerate() {
            if place % 3 != 0 {
                sample.value = sample.value.map(|_| value);
                let phases = sample
                    .phases
                    .iter()
                    .map(|(name, _)| (name.to_owned(), value));
                sample.phases = phases.collect();
            }
        }
        made.summary = summarise(&made.run, &made.samples);
        for numbers in numbers_mut(&mut made, Metric::MemoryMarginal) {
            numbers.instances = vec![[1.0, value], [64.0, 1e6]];
            numbers.fit = Some([value, -value]);
        }
        for numbers in numbers_mut(&mut made, Metric::Latency) {
            numbers.tail = vec![[1.0, 5.0], [0.1, value], [value, 7.0]];
        }
        let html = read(&made);
        assert_eq!(
            *follow(&html).wrong.borrow(),
            Vec::<String>::new(),
            "{value}"
        );
        let charts = html.split("<svg").skip(1);
        for chart in charts.filter_map(|rest| rest.split("</svg>").next()) {
            let (_, [wide, high]) = view_box(chart);
            for name in ["width", "height", "r"] {
                for found in attributes(chart, name) {
                    let size: f64 = found.parse().expect("a number");
                    assert!(
                        (0.0..=wide.max(high)).contains(&size),
                        "{value}: {name} {found}"
                    );
                }
            }
            for (x, y) in attributes(chart, "points")
                .iter()
                .flat_map(|line| pairs(line))
            {
                let is_within =
                    (-1.0..=wide + 1.0).contains(&x) && (-1.0..=high + 1.0).contains(&y);
                assert!(is_within, "{value}: {x},{y} in {wide} x {high}");
            }
            assert!(!chart.contains("NaN") && !chart.contains("inf "));
        }
    }
}

fn view_box(chart: &str) -> ([f64; 2], [f64; 2]) {
    let found = attributes(chart, "viewBox");
    let numbers: Vec<f64> = found[0]
        .split(' ')
        .map(|n| n.parse().expect("a number"))
        .collect();
    ([numbers[0], numbers[1]], [numbers[2], numbers[3]])
}

fn pairs(line: &str) -> Vec<(f64, f64)> {
    let pairs = line.split_whitespace().map(|pair| {
        let (x, y) = pair.split_once(',').expect("two numbers");
        (x.parse().expect("x"), y.parse().expect("y"))
    });
    pairs.collect()
}

#[test]
fn names_of_any_kind_stay_words_and_are_cut_where_there_is_no_room() {
    for name in [
        "<b onload=\"x\">&'</b></svg></title></style>".to_owned(),
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{202e}/\u{62d}".to_owned(),
        "\u{1f980}".repeat(200),
        "long".repeat(50),
        "=1+1|`".to_owned(),
    ] {
        let mut made = support::few_of_all();
        for row in &mut made.summary.results {
            row.row.isolation = format!("{name}{}", row.row.isolation);
            row.row.workload = format!("{name}{}", row.row.workload);
        }
        let html = read(&made);
        assert!(!html.contains("<b onload"), "{name}");
        assert_eq!(
            *follow(&html).wrong.borrow(),
            Vec::<String>::new(),
            "{name}"
        );
        let charts = html.split("<svg class=\"chart\"").skip(1);
        for chart in charts.filter_map(|rest| rest.split("</svg>").next()) {
            for words in chart.split("<text").skip(1) {
                let (_, words) = words.split_once('>').expect("an end");
                let words = words.split("</text>").next().unwrap_or_default();
                let letters = words.trim().chars().count();
                assert!(letters < 160, "{letters}: {words}");
            }
        }
    }
}

#[test]
fn a_thousand_isolations_have_as_many_marks_and_lanes_as_can_be_told_apart() {
    let mut made = support::one_of("memory");
    let rows = made.run.rows.clone();
    let kept = |metric| [Metric::MemoryIdle, Metric::MemoryMarginal].contains(&metric);
    let own: Vec<usize> = (0..rows.len())
        .filter(|row| rows[*row].isolation == "native/static" && kept(rows[*row].metric))
        .collect();
    assert!(!own.is_empty());
    let (mut all, mut results) = (Vec::new(), Vec::new());
    for number in 0..1_000 {
        for row in &own {
            let mut result = made.summary.results[*row].clone();
            result.row.isolation = format!("t{number}/plain");
            let numbers = result.numbers.as_mut().expect("numbers");
            numbers.median += f64::from(number * 97 % 1_000) * 1e4;
            all.push(result.row.clone());
            results.push(result);
        }
    }
    made.run.rows = all;
    made.samples.clear();
    made.summary.results = results;
    made.summary.warnings.clear();
    let html = read(&made);
    let (_, trade) = html.split_once("id=\"trade-off\"").expect("the section");
    let (trade, rest) = trade
        .split_once("id=\"distributions\"")
        .expect("the next one");
    let first = trade.split("</figure>").next().unwrap_or_default();
    assert_eq!(
        first.matches("<a href=\"#row-0-").count(),
        80,
        "40 marks, 40 lines of the table"
    );
    assert!(first.contains("960 isolations that others beat"));
    let bars = figure(rest, "r0-spread-memory-idle-0");
    let lanes = bars.matches("<th scope=\"row\">").count();
    assert!((20..=80).contains(&lanes), "{lanes}");
    assert!(bars.contains("more are in the table of every row"));
    assert!(trade.len() + bars.len() < 300_000);
}

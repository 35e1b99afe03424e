//! What the checks of a made-up history found, and what people have said of it.

use labrun_history::judge::{Conclusion, Direction, EnvironmentShift, MovedControl, Replay};
use labrun_history::{Check, Epoch, Epochs, Finding, Nights, Suspected};
use labrun_record::{Metric, Row};

use super::nights::{LARGER, OTHER_HOST, PAGES, SLOWER, WORSE_FOR_A_WHILE};

fn id(nights: &Nights, isolation: &str, metric: Metric) -> String {
    let mut series = nights.series.iter();
    let is = |row: &Row| row.isolation == isolation && row.metric == metric;
    let found = series.find(|one| one.key.row().is_some_and(is));
    found.expect("a series").id.clone()
}

fn finding(nights: &Nights, confirmed: usize, since: usize, series: Vec<String>) -> Finding {
    let place = nights.place_of(&series[0]).expect("a series");
    Finding {
        night: nights.names[confirmed].clone(),
        since: nights.names[since].clone(),
        label: nights.series[place].key.label(),
        series,
        members: Vec::new(),
        direction: Direction::Worse,
        word: "slower".into(),
        ratio: 1.071,
        interval: Some([1.06, 1.082]),
        stands: true,
        last_good: nights.heads[since - 1].commit.clone(),
        first_bad: nights.heads[since].commit.clone(),
        changed: vec!["wasmtime 48.0.7 \u{2192} 48.0.8".into()],
    }
}

/// A check of each of the last nights, and what they found.
pub fn checks(nights: &Nights) -> Vec<Check> {
    let count = nights.names.len();
    let mut checks: Vec<Check> = nights.names[count.saturating_sub(PAGES)..]
        .iter()
        .map(|name| Check {
            judged: nights.series.len() - 1,
            ..Check::of(name)
        })
        .collect();
    let last = checks.len();
    let wasmtime = |name: &str| {
        id(
            nights,
            &format!("wasmtime/{name}"),
            Metric::TimeToFirstResult,
        )
    };
    let slower = vec![wasmtime("cranelift-aot"), wasmtime("cranelift-jit")];
    checks[last - SLOWER + 1].confirmed.push(Finding {
        label: "wasmtime: 2 series".into(),
        ..finding(nights, count - SLOWER + 1, count - SLOWER, slower)
    });
    let larger = vec![id(nights, "native/static", Metric::Size)];
    checks[last - LARGER].confirmed.push(Finding {
        word: "larger".into(),
        ratio: 1.002,
        interval: Some([1.002, 1.002]),
        stands: true,
        changed: vec!["artifact".into()],
        ..finding(nights, count - LARGER, count - LARGER, larger)
    });
    let [from, _] = WORSE_FOR_A_WHILE;
    let a_while = vec![id(nights, "docker/runc", Metric::Teardown)];
    checks[last - from].confirmed.push(Finding {
        ratio: 1.2,
        interval: None,
        stands: true,
        changed: Vec::new(),
        ..finding(nights, count - from, count - from, a_while)
    });
    let better = vec![id(nights, "bubblewrap/unshare-all", Metric::MemoryIdle)];
    checks[last - SLOWER].confirmed.push(Finding {
        word: "smaller".into(),
        direction: Direction::Better,
        ratio: 0.9,
        interval: Some([0.88, 0.92]),
        stands: true,
        last_good: None,
        ..finding(nights, count - SLOWER, count - SLOWER, better)
    });
    checks[last - OTHER_HOST].environment = Some(EnvironmentShift {
        controls: vec![MovedControl {
            place: 0,
            name: "control/cpu".into(),
            ratio: 1.3,
            sigmas: 9.0,
            since: count - OTHER_HOST,
        }],
        equivalent: Vec::new(),
    });
    let place = nights
        .place_of(&wasmtime("cranelift-aot"))
        .expect("a series");
    checks[last - 3].suspected.push(Suspected {
        series: nights.series[place].id.clone(),
        label: nights.series[place].key.label(),
        direction: Direction::Worse,
        word: "slower".into(),
        ratio: 1.03,
        sigmas: 3.4,
        replay: Replay::Inconclusive,
        conclusion: Conclusion::Suspect,
    });
    checks
}

pub fn epochs(nights: &Nights) -> Epochs {
    let since = nights.names[nights.names.len() - LARGER].clone();
    Epochs {
        epoch: vec![Epoch {
            since,
            reason: "it says more when it fails".into(),
            series: vec![id(nights, "native/static", Metric::Size)],
            workload: None,
            isolation: None,
            metric: None,
        }],
    }
}

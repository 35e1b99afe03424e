//! Labs that are ended at some instant: no sample that was taken is lost, and the next labrun leaves
//! nothing of them, looked at from outside.
//!
//! `LABRUN_FAULTS` is how many are ended (`scripts/faults`: 100), `LABRUN_FAULTS_SEED` where the draw
//! of isolations and instants begins. With `LABRUN_FAULTS_ALONE` nothing else uses the machine, and
//! whatever is new counts, whether it says that it is the lab's or not.

mod draw;
mod files;
mod kill;
mod lab;
mod machine;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use draw::Draw;
use kill::{Ended, Ending, Kill};
use lab::Lab;

/// Ended labs where nothing is said.
const FEW: usize = 20;

/// Those of an isolation.
#[derive(Default)]
struct Row {
    endings: [usize; 3],
    samples: usize,
    lost: usize,
    left: usize,
}

#[test]
fn an_ended_lab_loses_no_sample_and_the_next_one_leaves_nothing_of_it() {
    let count = number("LABRUN_FAULTS").unwrap_or(FEW);
    let seed = number("LABRUN_FAULTS_SEED").unwrap_or(1);
    let alone = std::env::var_os("LABRUN_FAULTS_ALONE").is_some();
    eprintln!("{count} labs are ended, LABRUN_FAULTS_SEED={seed}");
    machine::become_reaper();
    let lab = Lab::new();
    let mut here = lab.isolations();
    lab.try_out(&mut here);
    let mut launched = BTreeMap::new();

    let mut draw = Draw::new(seed as u64);
    let mut technologies: Vec<&Vec<String>> = here.values().collect();
    draw.shuffle(&mut technologies);
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut faults = Vec::new();
    let (mut done, mut over) = (0, 0);
    while done < count {
        // Each technology in turn, and each of them with another signal the next time.
        let (round, place) = (done / technologies.len(), done % technologies.len());
        let isolation = draw.pick(technologies[place]);
        let which = (round + place) % 3;
        let launched = launched
            .entry(isolation)
            .or_insert_with(|| lab.launched(isolation));
        assert!(!launched.is_empty(), "nothing is launched on {isolation}");
        let kill = Kill::drawn(&mut draw, Ending::ALL[which], isolation, launched);
        let Some(Ended {
            samples,
            lost,
            left,
        }) = kill.carry_out(&lab, done + over, alone)
        else {
            over += 1;
            assert!(
                over < 3 * count,
                "{kill}, and many others: the run was over before"
            );
            continue;
        };
        done += 1;
        let row = rows.entry(kill.isolation.clone()).or_default();
        row.endings[which] += 1;
        row.samples += samples;
        row.lost += lost.len();
        row.left += left.len();
        eprintln!("{done}: {kill}; {samples} samples");
        let left = left.into_iter().map(|what| format!("left: {what}"));
        for what in lost.into_iter().chain(left) {
            eprintln!("   {what}");
            faults.push(format!("{kill}: {what}"));
        }
    }
    eprint!("{}", table(&rows));
    assert!(
        faults.is_empty(),
        "LABRUN_FAULTS_SEED={seed}:\n{}",
        faults.join("\n")
    );
}

fn table(rows: &BTreeMap<String, Row>) -> String {
    let mut text = format!(
        "{:28}{:>6}{:>6}{:>6}{:>9}{:>6}{:>6}\n",
        "isolation", "TERM", "INT", "KILL", "samples", "lost", "left"
    );
    let mut all = Row::default();
    let mut line = |name: &str, row: &Row| {
        let [term, int, kill] = row.endings;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{name:28}{term:>6}{int:>6}{kill:>6}{:>9}{:>6}{:>6}",
            row.samples, row.lost, row.left
        );
    };
    for (name, row) in rows {
        line(name, row);
        for (sum, count) in all.endings.iter_mut().zip(row.endings) {
            *sum += count;
        }
        all.samples += row.samples;
        all.lost += row.lost;
        all.left += row.left;
    }
    line("all", &all);
    text
}

fn number(variable: &str) -> Option<usize> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable}={text} is no number")),
    )
}

//! Names of 200 letters on a phone: the claims, and all of Decide, stay within what is seen; several runs
//! side by side do too.

use labrun_analysis::summarise;

use crate::Test;
use crate::case::Case;
use crate::layout::assert_fits;
use crate::page::Page;
use crate::support::{self, Made};

pub(crate) const TESTS: [Test; 2] = [
    ("long_names_stay_within_a_phone", long_names),
    ("several_runs_stick_out_at_no_width", several),
];

/// The width of a phone.
const PHONE: u32 = 360;

/// A run whose isolations and workloads have names of 200 letters, in which nothing can be broken.
fn long() -> Made {
    let mut made = support::few_of_all();
    let long = |name: &str| {
        let letters = 200_usize.saturating_sub(name.len());
        format!("{name}{}", "w".repeat(letters))
    };
    for row in &mut made.run.rows {
        row.isolation = long(&row.isolation);
        row.workload = long(&row.workload);
    }
    for isolation in &mut made.run.isolations {
        isolation.name = long(&isolation.name);
    }
    for reference in &mut made.run.references {
        reference.isolation = long(&reference.isolation);
        reference.workload = reference.workload.as_deref().map(long);
    }
    for artifact in &mut made.run.artifacts {
        artifact.workload = long(&artifact.workload);
    }
    made.summary = summarise(&made.run, &made.samples);
    made
}

/// What is wider than the room that it has: of what does not scroll where it ends, and of a cell that does
/// whether it is wider than the window.
const OUT: &str = "
for (const one of document.querySelectorAll('details')) one.open = true;
const wide = document.documentElement.clientWidth;
const parts = '#decide, #answer .strip, #answer .cards, table.claims';
const all = [...document.querySelectorAll(parts)].flatMap((part) => [...part.querySelectorAll('*')]);
const inside = (one) => one.closest('.scroll') !== null;
const out = (one) => {
  const box = one.getBoundingClientRect();
  if (box.width === 0 || one.closest('svg, select, .heard')) return false;
  if (!inside(one)) return box.right > wide + 1 || (one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0);
  return ['TD', 'TH'].includes(one.tagName) && (box.width > wide || one.scrollWidth > one.clientWidth + 1);
};
const long = all.filter((one) => one.children.length === 0 && one.textContent.includes('w'.repeat(100)));
return [long.length, all.filter(out).map((one) => one.outerHTML.slice(0, 80) + ' ' + one.scrollWidth + ' of ' + one.clientWidth)];";

fn long_names(case: &Case<'_>) {
    let page = Page::of(&long());
    let tab = case.tab();
    tab.wide(PHONE, 780);
    tab.open(&page.address);
    assert_fits(&tab, PHONE);
    let (long, out): (usize, Vec<String>) = tab.run(OUT, &[]);
    assert!(long > 10, "{long} long names");
    assert_eq!(out, Vec::<String>::new());
}

fn several(case: &Case<'_>) {
    let (one, mut two, mut three) = (support::few(), support::few_of_all(), support::few());
    two.run.machine.cpu = "Ampere Altra Max with a long name of its own".into();
    three.run.id = "20261125T020000Z-cold-start-vm".into();
    let page = Page::of_several(&[&one, &two, &three]);
    let tab = case.tab();
    for width in [PHONE, 768, 1280, 3840] {
        tab.wide(width, 900);
        tab.open(&page.address);
        assert_fits(&tab, width);
    }
    let sides: Vec<usize> = tab.run(
        "return [...document.querySelectorAll('.screen.first .card')].map((one) => one.querySelectorAll('.side').length);",
        &[],
    );
    assert!(
        sides.len() > 3 && sides.iter().all(|sides| *sides == 3),
        "{sides:?}"
    );
}

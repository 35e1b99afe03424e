//! What a page says of runs that are damaged, cannot be read, or do not belong together.

mod support;

use labrun_render::{Section, apart, pages};
use support::Made;
use support::reader::{of, read};

fn section(made: &Made) -> Section<'_> {
    Section {
        run: &made.run,
        summary: &made.summary,
    }
}

#[test]
fn what_could_not_be_read_is_said_first() {
    let mut one = support::one_of("size");
    one.run.damaged = vec!["2 lines of samples.jsonl cannot be read".to_owned()];
    let text = read(&of(&one));
    let told = "Damaged. 2 lines of samples.jsonl cannot be read. What could be read is shown";
    assert!(text.contains(told), "{text}");
    let why = "runs/<new>: written by a newer labrun".to_owned();
    let html = pages(&[section(&one)], &[why]).expect("a page");
    let text = read(&html);
    let told = "Not shown. runs/<new>: written by a newer labrun.";
    let place = text.find(told).expect("it is named");
    assert!(place < text.find("Damaged.").expect("and so is the damage"));
}

#[test]
fn runs_that_have_nothing_in_common_stand_by_themselves() {
    let [cold, size] = ["cold-start", "size"].map(support::one_of);
    let both = [section(&cold), section(&size)];
    let said = apart(&both);
    assert!(said.iter().all(Option::is_some), "{said:?}");
    let html = pages(&both, &[]).expect("a page");
    assert_eq!(read(&html).matches("By itself. ").count(), 2);
    // Another machine's run of the same is not apart.
    let mut other = support::one_of("size");
    for row in &mut other.run.rows {
        row.arch = "aarch64".to_owned();
    }
    let said = apart(&[section(&size), section(&other), section(&cold)]);
    assert_eq!(
        said.iter().map(Option::is_some).collect::<Vec<_>>(),
        [false, false, true]
    );
    // One alone is not either.
    assert_eq!(apart(&[section(&cold)]), [None]);
    let replay = support::replayed::commits();
    let said = apart(&[section(&cold), section(&replay)]);
    let told = said[1].as_deref().unwrap_or_default();
    assert!(
        said[0].is_none() && told.contains("is a replay"),
        "{said:?}"
    );
}

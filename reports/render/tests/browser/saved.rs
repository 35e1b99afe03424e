//! A chart that is saved as a file: it says what it is, and looks the same without the page.

use serde::Deserialize;

use crate::Test;
use crate::case::Case;

pub(crate) const TESTS: [Test; 1] = [("a_saved_chart_says_what_it_is", saved)];

/// A file that a button saves.
#[derive(Debug, Deserialize)]
struct Saved {
    /// What the button is called.
    button: String,
    name: String,
    /// Whether it is XML as it has to be.
    is_whole: bool,
    /// The name of its first element, and the words in it.
    first: (String, String),
    /// What hangs on the page's style.
    hangs: Vec<String>,
    /// How its words are held, each once.
    held: Vec<String>,
}

/// Presses every button that saves a chart, and reads what would have become a file.
const SAVE: &str = "
const kept = [];
let button = null;
URL.createObjectURL = (blob) => {
  kept.push({ button, blob });
  return '#';
};
URL.revokeObjectURL = () => {};
HTMLAnchorElement.prototype.click = function () { kept[kept.length - 1].name = this.download; };
for (const one of document.querySelectorAll('button.save')) {
  button = one.getAttribute('aria-label');
  one.click();
}
const read = async ({ button, blob, name }) => {
  const file = new DOMParser().parseFromString(await blob.text(), 'image/svg+xml');
  const first = file.documentElement.firstElementChild;
  const all = [file.documentElement, ...file.documentElement.querySelectorAll('*')];
  const attributes = all.flatMap((one) => [...one.attributes]);
  const hangs = attributes.filter((one) => one.name === 'class' || one.value.includes('var('));
  const words = [...file.querySelectorAll('text')].filter((one) => !one.hasAttribute('dy'));
  return {
    button, name,
    is_whole: file.querySelector('parsererror') === null && blob.type === 'image/svg+xml',
    first: [first.tagName, first.textContent],
    hangs: hangs.map((one) => one.name + '=' + one.value),
    held: [...new Set(words.map((one) => one.getAttribute('dominant-baseline') ?? 'none'))],
  };
};
return Promise.all(kept.map(read));";

fn saved(case: &Case<'_>) {
    let page = case.small();
    let tab = case.tab();
    tab.open(&page.address);
    let buttons: usize = tab.run(
        "return document.querySelectorAll('button.save').length;",
        &[],
    );
    let files: Vec<Saved> = tab.run(SAVE, &[]);
    assert!(buttons > 5 && files.len() >= buttons, "{files:?}");
    for file in &files {
        assert!(file.is_whole, "{file:?}");
        let (element, title) = &file.first;
        assert_eq!(element, "title", "{file:?}");
        assert!(!title.trim().is_empty(), "{file:?}");
        assert!(
            file.name
                .strip_suffix(".svg")
                .is_some_and(|name| name.len() > 2),
            "{file:?}"
        );
        assert_eq!(file.hangs, Vec::<String>::new(), "{file:?}");
        assert!(file.held.iter().all(|held| held == "middle"), "{file:?}");
    }
    // The button says which chart it saves: the first of its figure.
    for file in files.iter().filter(|file| file.held == ["middle"]) {
        let own = files.iter().filter(|other| other.button == file.button);
        let own: Vec<_> = own
            .map(|other| format!("Save as SVG: {}", other.first.1.trim()))
            .collect();
        assert!(own.contains(&file.button), "{}: {own:?}", file.button);
    }
}

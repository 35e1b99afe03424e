//! The trend site in a browser: it is drawn, filtered, gone through by key, and read without scripts.

use labrun_history::Subject;
use labrun_render::trend_site;
use tempfile::TempDir;

use crate::Test;
use crate::axe;
use crate::case::Case;
use crate::layout::assert_fits;
use crate::support::nights::{History, SMALL, history};
use crate::tab::{RIGHT, Tab};

pub(crate) const TESTS: [Test; 6] = [
    ("a_trend_site_is_drawn_and_filtered", filtered),
    ("a_trend_site_is_gone_through_by_key", by_key),
    ("a_trend_site_sticks_out_at_no_width", fits),
    ("axe_finds_nothing_serious_in_a_trend_site", |case| {
        let site = Site::of(&history(SMALL, 1));
        axe::finds_nothing_once(case, &site.address, &[360, 1280], draw_all);
    }),
    ("a_trend_site_can_be_read_without_scripts", readable),
    ("text_from_outside_stays_text_in_a_trend_site", stays_text),
];

/// A site on disk, as a reader opens it.
struct Site {
    address: String,
    _folder: TempDir,
}

impl Site {
    fn of(made: &History) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for file in trend_site(&made.trend()) {
            let path = folder.path().join(file.path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, file.bytes).expect("written");
        }
        Self {
            address: format!("file://{}/index.html", folder.path().display()),
            _folder: folder,
        }
    }
}

/// Brings every chart into view, until all of them are drawn.
fn draw_all(tab: &Tab<'_>) {
    tab.until(
        "(() => {
          const left = [...document.querySelectorAll('section.group:not([hidden])')].filter((one) => !one.dataset.drawn);
          if (left.length) left[0].scrollIntoView();
          return left.length === 0;
        })()",
    );
}

const CARDS: &str = "return [...document.querySelectorAll('.card')].filter((one) => one.checkVisibility()).map((one) => one.querySelector('h4').textContent);";

fn filtered(case: &Case<'_>) {
    let made = history(SMALL, 1);
    let site = Site::of(&made);
    let series: usize = made.histories.iter().map(|one| one.series.len()).sum();
    let tab = case.tab();
    tab.open(&site.address);
    draw_all(&tab);
    let all: Vec<String> = tab.run(CARDS, &[]);
    assert_eq!(all.len(), series);
    let drawn: usize = tab.run(
        "return document.querySelectorAll('.plot svg .line[d^=M]').length;",
        &[],
    );
    assert_eq!(drawn, series);
    tab.write("input[name=words]", "pooling teardown");
    let found: Vec<String> = tab.run(CARDS, &[]);
    assert_eq!(found.len(), 0, "there is none of the seven: {found:?}");
    tab.click("button[type=reset]");
    tab.write("input[name=words]", "docker teardown file-io");
    let found: Vec<String> = tab.run(CARDS, &[]);
    assert_eq!(found, ["docker/runc \u{b7} image \u{b7} process"]);
    let count: String = tab.run("return document.getElementById('shown').textContent;", &[]);
    assert_eq!(count, format!("1 of {series} series"));
    // The address has the setting: elsewhere it shows the same.
    let address = tab.address();
    let other = case.tab();
    other.open(&address);
    assert_eq!(other.run::<Vec<String>>(CARDS, &[]), found);
    drop(other);
    tab.click("button[type=reset]");
    tab.click("input[name=changed]");
    let changed: Vec<String> = tab.run(CARDS, &[]);
    assert!(
        changed
            .iter()
            .any(|one| one.starts_with("wasmtime/cranelift-aot")),
        "{changed:?}"
    );
    assert!(changed.len() < series / 2, "{changed:?}");
    // A link to one that is filtered out shows it all the same.
    let () = tab.run("document.querySelector('input[name=words]').value = ''; location.hash = [...document.querySelectorAll('.card')].find((one) => one.hidden).id;", &[]);
    tab.until("document.querySelector('.card:target')?.checkVisibility()");
    assert_eq!(tab.errors(), Vec::<String>::new());
    let asked: Vec<String> = tab.run(
        "return performance.getEntriesByType('resource').map((one) => one.name).filter((one) => !one.startsWith('file://'));",
        &[],
    );
    assert_eq!(asked, Vec::<String>::new(), "it asks nobody");
}

fn by_key(case: &Case<'_>) {
    let site = Site::of(&history(SMALL, 1));
    let tab = case.tab();
    tab.open(&site.address);
    draw_all(&tab);
    const SAYS: &str = "return document.activeElement.getAttribute('aria-valuetext');";
    let () = tab.run(
        "[...document.querySelectorAll('.card')].find((one) => one.querySelector('h4').textContent.startsWith('wasmtime/cranelift-aot')).querySelector('.plot').focus();",
        &[],
    );
    let last: String = tab.run(SAYS, &[]);
    assert!(
        last.contains("version 48.0.8") && last.contains("x86_64-amd-epyc"),
        "{last}"
    );
    tab.press(&['\u{e011}']); // Home
    let first: String = tab.run(SAYS, &[]);
    assert!(
        first.contains("version 48.0.7") && first.contains(" ms ["),
        "{first}"
    );
    // Ten nights before the last it became slower: the sixtieth less ten.
    tab.press(&[RIGHT; 50]);
    let slower: String = tab.run(SAYS, &[]);
    for word in [
        "Confirmed, since this night: slower: +7.1 %",
        "Changed: version",
        "commit ",
    ] {
        assert!(slower.contains(word), "{word}: {slower}");
    }
    let link: String = tab.run("return document.activeElement.closest('.card').querySelector('.readout a').getAttribute('href');", &[]);
    assert!(
        link.starts_with("./pages/") && link.ends_with(".html"),
        "{link}"
    );
    assert_eq!(tab.errors(), Vec::<String>::new());
}

fn fits(case: &Case<'_>) {
    let site = Site::of(&history(SMALL, 1));
    let tab = case.tab();
    for width in [360, 1280, 3840] {
        tab.wide(width, 900);
        tab.open(&site.address);
        draw_all(&tab);
        assert_fits(&tab, width);
    }
}

fn readable(case: &Case<'_>) {
    let made = history(SMALL, 1);
    let site = Site::of(&made);
    let series: usize = made.histories.iter().map(|one| one.series.len()).sum();
    let tab = case.tab();
    tab.scripts(false);
    tab.open(&site.address);
    let (rows, controls): (usize, Vec<String>) = tab.run(
        "const shown = (one) => one.checkVisibility({ visibilityProperty: true });
        return [
          [...document.querySelectorAll('#series tbody tr')].filter((one) => shown(one) && one.innerText.includes('\\t')).length,
          [...document.querySelectorAll('button, input, select')].filter(shown).map((one) => one.outerHTML),
        ];",
        &[],
    );
    tab.scripts(true);
    assert_eq!(rows, series);
    assert_eq!(controls, Vec::<String>::new(), "controls that do nothing");
}

fn stays_text(case: &Case<'_>) {
    const MARKUP: &str = "</script><img src=x onerror=window.hit=1>\u{202e}wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww";
    let mut made = history(SMALL, 1);
    for nights in &mut made.histories {
        for head in &mut nights.heads {
            head.kernel.push_str(MARKUP);
            head.scenario.push_str(MARKUP);
            head.commit = Some(MARKUP.into());
        }
        for column in &mut nights.series {
            if let Subject::Row(row) = &mut column.key.subject {
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
        finding.word = MARKUP.into();
    }
    let site = Site::of(&made);
    let tab = case.tab();
    for width in [360, 1280] {
        tab.wide(width, 900);
        tab.open(&site.address);
        draw_all(&tab);
        assert_fits(&tab, width);
        let (hit, images): (Option<u32>, usize) = tab.run(
            "for (const one of document.querySelectorAll('.plot')) one.focus();
            return [window.hit ?? null, document.querySelectorAll('img').length];",
            &[],
        );
        assert_eq!((hit, images), (None, 0), "text ran as markup");
        assert_eq!(tab.errors(), Vec::<String>::new());
    }
}

//! The trend site of a history: what is open now, the last nights, and every series as a small chart.
//!
//! `index.html` can be read without a script and without the network. What the charts draw is in files of
//! its own beside it, a group of series each, which its script loads when the group comes into view: as
//! scripts, since a page that was opened from a disk may not read other files.

mod code;
mod data;
mod found;
mod index;
mod line;
mod nights;
mod said;
mod tables;

use std::collections::BTreeMap;

use labrun_history::{Check, Findings, Nights, Watching};

use found::Found;
use line::{Group, Line, groups};

/// What a trend site is made from.
#[derive(Debug, Clone, Copy)]
pub struct Trend<'a> {
    /// What it is called.
    pub title: &'a str,
    /// The nights of each scenario and class of machines.
    pub histories: &'a [Nights],
    /// The checks of those nights, oldest first.
    pub checks: &'a [Check],
    /// What people have said: epochs, and the least change that matters. Its findings are not looked at,
    /// those of the checks are.
    pub watching: &'a Watching,
    /// Where the page of a night is, relative to the site, by the night's name.
    pub pages: &'a BTreeMap<String, String>,
}

/// A file of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFile {
    /// Where, relative to the site: with `/`, without `..`.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// All that the parts of the site look at.
struct Site<'a> {
    trend: Trend<'a>,
    /// The lines of all histories.
    lines: Vec<Line<'a>>,
    /// Places of lines by metric, workload and history.
    groups: Vec<Group<'a>>,
    found: Vec<Found<'a>>,
    /// Check by the night's name.
    checks: BTreeMap<&'a str, &'a Check>,
}

/// The files of a trend site. A pure function.
pub fn trend_site(trend: &Trend<'_>) -> Vec<SiteFile> {
    let histories = trend.histories.iter();
    let known: Vec<Findings<'_>> = histories
        .map(|nights| Findings::new(nights, trend.watching))
        .collect();
    let mut lines = Vec::new();
    for (history, (nights, findings)) in trend.histories.iter().zip(&known).enumerate() {
        lines.extend(line::lines(history, nights, trend.watching, findings));
    }
    let found = found::found(trend, &known, &lines);
    drop(known);
    for (place, one) in found.iter().enumerate() {
        for &line in &one.lines {
            lines[line].found.push(place);
        }
    }
    let checks = trend.checks.iter();
    let mut site = Site {
        trend: *trend,
        groups: groups(&lines),
        lines,
        found,
        checks: checks.map(|check| (check.night.as_str(), check)).collect(),
    };
    site.note_suspects();
    let mut files = vec![SiteFile {
        path: "index.html".to_owned(),
        bytes: index::page(&site).into_bytes(),
    }];
    for history in 0..trend.histories.len() {
        files.push(SiteFile {
            path: data::path_of_history(history),
            bytes: data::history(&site, history).into_bytes(),
        });
    }
    for (place, group) in site.groups.iter().enumerate() {
        files.push(SiteFile {
            path: data::path_of_group(place),
            bytes: data::group(&site, place, group).into_bytes(),
        });
    }
    files
}

impl<'a> Site<'a> {
    /// The nights in which each line was suspected.
    fn note_suspects(&mut self) {
        let mut places: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        for (place, line) in self.lines.iter().enumerate() {
            places.insert((line.history, line.column.id.as_str()), place);
        }
        let nights = found::places(self.trend.histories);
        for check in self.trend.checks {
            let Some(&(history, night)) = nights.get(check.night.as_str()) else {
                continue;
            };
            for one in &check.suspected {
                if let Some(&line) = places.get(&(history, one.series.as_str())) {
                    self.lines[line].suspected.push(night);
                }
            }
        }
    }

    fn nights(&self, history: usize) -> &'a Nights {
        &self.trend.histories[history]
    }

    /// The address of a night's page, if there is one.
    fn page(&self, name: &str) -> Option<String> {
        Some(address(self.trend.pages.get(name)?))
    }
}

/// A path as an address relative to the site: whatever is in it, it is no other place and no script.
fn address(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let told = path.trim_start_matches('/').bytes().map(|byte| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    format!("./{}", told.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_a_path() {
        assert_eq!(address("pages/a-1.html"), "./pages/a-1.html");
        assert_eq!(
            address("javascript:alert(1)"),
            "./javascript%3Aalert%281%29"
        );
        assert_eq!(address("//example.com/\"x"), "./example.com/%22x");
        assert_eq!(address("\u{e4}"), "./%C3%A4");
    }
}

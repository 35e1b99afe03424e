//! A picture of two questions: which isolations are on it, and which of them nothing beats.

use labrun_analysis::RowSummary;
use labrun_record::{Better, Metric, Tier};

use super::pareto::front;
use crate::board::{Board, Column, Line};
use crate::words::distinct;

/// Marks on a picture at most.
pub(super) const MOST: usize = 40;

/// What an isolation costs in two questions; the second may be its tier.
pub(super) struct Picture<'a> {
    pub x: &'a Column<'a>,
    /// None where it is the tier.
    pub y: Option<&'a Column<'a>>,
    pub points: Vec<Point<'a>>,
    /// Tiers of the points, the loosest first.
    pub tiers: Vec<Tier>,
    /// How many isolations have numbers and no mark, since others beat them.
    pub more: usize,
}

/// An isolation on a picture.
pub(super) struct Point<'a> {
    pub line: &'a Line<'a>,
    pub x: &'a RowSummary,
    pub y: Option<&'a RowSummary>,
    /// Its medians; of a tier its place.
    pub at: (f64, f64),
    /// Whether none is better in both.
    pub is_first: bool,
}

/// The key questions that are weighed against others. Instructions are not: they are no time, and nobody pays
/// for them.
pub(super) fn weighed(board: &Board<'_>) -> Vec<usize> {
    let keys = board.key_columns().into_iter();
    keys.filter(|place| board.columns[*place].metric != Metric::Instructions)
        .collect()
}

/// The pictures that are shown unasked: the start against throughput, against memory and against the tier;
/// where there is no start or neither of them, the run's own key questions.
pub(super) fn pictures<'a>(board: &'a Board<'a>) -> Vec<Picture<'a>> {
    let keys = weighed(board);
    let of = |metrics: &[Metric]| {
        let mut metrics = metrics.iter();
        metrics.find_map(|wanted| {
            let mut own = keys.iter().copied();
            own.find(|place| board.columns[*place].metric == *wanted)
        })
    };
    let Some(x) = of(&[Metric::TimeToFirstResult]).or_else(|| keys.first().copied()) else {
        return Vec::new();
    };
    let throughput = of(&[
        Metric::RequestsPerSecond,
        Metric::OperationsPerSecond,
        Metric::CallsPerSecond,
    ]);
    let memory = of(&[Metric::MemoryMarginal, Metric::MemoryIdle]);
    let mut across: Vec<usize> = [throughput, memory].into_iter().flatten().collect();
    across.retain(|place| *place != x);
    if across.is_empty() {
        across.extend(keys.iter().copied().filter(|place| *place != x).take(2));
    }
    let across = across.into_iter().map(Some).chain([None]);
    let pictures = across.map(|y| Picture::of(board, x, y));
    pictures.filter(Picture::tells).collect()
}

impl<'a> Picture<'a> {
    fn of(board: &'a Board<'a>, x: usize, y: Option<usize>) -> Self {
        let measured = |column: usize, line: usize| {
            let row = board.cell(column, line)?;
            Some((row, row.median().filter(|_| row.compares())?))
        };
        let lines = board.lines.iter().enumerate();
        let mut points: Vec<Point<'_>> = lines
            .filter(|(_, line)| !line.is_control)
            .filter_map(|(place, line)| {
                let (row, across) = measured(x, place)?;
                let (other, up) = match y {
                    Some(y) => measured(y, place).map(|(row, up)| (Some(row), up))?,
                    None => (None, 0.0),
                };
                Some(Point {
                    line,
                    x: row,
                    y: other,
                    at: (across, up),
                    is_first: false,
                })
            })
            .collect();
        let mut tiers = distinct(points.iter().map(|point| point.line.tier));
        tiers.sort_unstable();
        if y.is_none() {
            for point in &mut points {
                let place = tiers.iter().position(|tier| *tier == point.line.tier);
                point.at.1 = place.unwrap_or_default() as f64;
            }
        }
        let mut picture = Self {
            x: &board.columns[x],
            y: y.map(|y| &board.columns[y]),
            points,
            tiers,
            more: 0,
        };
        picture.find_first();
        picture
    }

    /// Which way is better, across and up: one further from the host's system calls is.
    pub(super) fn better(&self) -> [Better; 2] {
        [self.x.better, self.y.map_or(Better::Higher, |y| y.better)]
    }

    /// Marks what nothing beats, and leaves out what there is no room for: first what another
    /// configuration of its own technology beats.
    fn find_first(&mut self) {
        let better = self.better();
        let places = |points: &[Point<'_>]| -> Vec<(f64, f64)> {
            points.iter().map(|point| point.at).collect()
        };
        let first = front(&places(&self.points), better);
        for (point, first) in self.points.iter_mut().zip(first) {
            point.is_first = first;
        }
        if self.points.len() <= MOST {
            return;
        }
        let all = self.points.len();
        let technologies = distinct(self.points.iter().map(|point| point.line.technology));
        let mut keeps: Vec<(bool, bool)> = vec![(false, false); all];
        for technology in technologies {
            let is_own = |place: &usize| self.points[*place].line.technology == technology;
            let own: Vec<usize> = (0..all).filter(is_own).collect();
            let at: Vec<(f64, f64)> = own.iter().map(|place| self.points[*place].at).collect();
            for (place, first) in own.into_iter().zip(front(&at, better)) {
                keeps[place] = (self.points[place].is_first, first);
            }
        }
        let mut order: Vec<usize> = (0..all).collect();
        order.sort_by_key(|place| std::cmp::Reverse(keeps[*place]));
        order.truncate(MOST);
        let mut place = 0;
        self.points.retain(|_| {
            place += 1;
            order.contains(&(place - 1))
        });
        self.more = all - self.points.len();
    }

    /// Whether logarithmic axes tell any two apart: across, or up where that is no tier.
    fn tells(&self) -> bool {
        let differs = |value: fn(&Point<'_>) -> f64| {
            let positive = self.points.iter().map(value).filter(|value| *value > 0.0);
            distinct(positive).len() > 1
        };
        differs(|point| point.at.0) || self.y.is_some() && differs(|point| point.at.1)
    }
}

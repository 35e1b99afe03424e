//! The nights of one class and scenario side by side: a column of values for each series.

use std::collections::BTreeMap;
use std::sync::Arc;

use labrun_record::Outcome;

use crate::judge::Series;
use crate::key::SeriesKey;
use crate::night::{Head, Night, Values};
use crate::watch::Watching;

/// Nights in the order of their times.
#[derive(Debug, Clone, Default)]
pub struct Nights {
    /// What each was.
    pub heads: Vec<Head>,
    /// The name of its file.
    pub names: Vec<String>,
    /// The series, in the order in which they came first.
    pub series: Vec<Column>,
    places: BTreeMap<String, usize>,
}

/// A series through the nights. All lists are as long as there are nights.
#[derive(Debug, Clone)]
pub struct Column {
    /// [`SeriesKey::id`].
    pub id: String,
    /// Its identity.
    pub key: SeriesKey,
    /// Medians, evened where that can be; `None` where it was not measured.
    pub values: Vec<Option<f64>>,
    /// The 95 % intervals of the medians, moved along with them.
    pub ci: Vec<Option<[f64; 2]>>,
    /// What became of it; `None` where the night does not have it.
    pub outcomes: Vec<Option<Outcome>>,
    /// Digests of what was run.
    pub artifacts: Vec<Option<Arc<str>>>,
}

impl Nights {
    /// Adds a night, which is later than all before.
    pub fn push(&mut self, name: &str, night: &Night) {
        for point in &night.points {
            let key = night.key(point);
            let id = key.id();
            let known = self.names.len();
            let series = &mut self.series;
            let place = *self.places.entry(id.clone()).or_insert_with(|| {
                series.push(Column::new(id, key, known));
                series.len() - 1
            });
            let column = &mut self.series[place];
            // A night has each once; of what is there twice the first counts.
            if column.outcomes.len() > known {
                continue;
            }
            let values = point.values.as_ref();
            column.values.push(values.map(Values::judged));
            column.ci.push(values.and_then(Values::judged_ci));
            column.outcomes.push(Some(point.outcome));
            let artifact = point.artifact.as_deref().map(|new| column.kept(new));
            column.artifacts.push(artifact);
        }
        self.heads.push(night.head.clone());
        self.names.push(name.to_owned());
        let nights = self.names.len();
        for column in &mut self.series {
            column.fill(nights);
        }
    }

    /// The place of a night.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|own| own == name)
    }

    /// The place of a series.
    pub fn place_of(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The series as they are judged: their levels, and the least change that matters.
    pub fn judged(&self, watching: &Watching) -> Vec<Series> {
        let of = |column: &Column| Series {
            name: column.key.label(),
            metric: column.key.metric().to_owned(),
            group: column.key.group().to_owned(),
            kind: column.key.kind(),
            quantity: column.key.quantity(),
            better: column.key.better(),
            least_effect: watching.least_effect(&column.key),
            values: column.values.clone(),
            levels: watching.levels(column, self),
        };
        self.series.iter().map(of).collect()
    }
}

impl Column {
    fn new(id: String, key: SeriesKey, nights: usize) -> Self {
        let mut column = Self {
            id,
            key,
            values: Vec::new(),
            ci: Vec::new(),
            outcomes: Vec::new(),
            artifacts: Vec::new(),
        };
        column.fill(nights);
        column
    }

    fn fill(&mut self, nights: usize) {
        self.values.resize(nights, None);
        self.ci.resize(nights, None);
        self.outcomes.resize(nights, None);
        self.artifacts.resize(nights, None);
    }

    /// A digest, which is mostly that of the night before.
    fn kept(&self, new: &str) -> Arc<str> {
        match self.artifacts.last() {
            Some(Some(last)) if &**last == new => last.clone(),
            _ => Arc::from(new),
        }
    }
}

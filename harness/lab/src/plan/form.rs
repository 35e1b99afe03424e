//! The forms in which a program's size is counted, each a row of its own.

use std::collections::BTreeMap;

use labrun_record::{Metric, Row, Target};

use crate::isolation::{Base, Linking, Packing, Profile};

/// What is counted of an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As the compiler leaves it.
    Built,
    /// Without symbols, debug sections and custom sections.
    Stripped,
    /// What really goes to where it runs: stripped, precompiled, or all layers.
    Shipped,
    /// What is shipped, as gzip.
    Gzip,
    /// What is shipped, as zstd.
    Zstd,
    /// The layers of the base.
    BaseLayers,
    /// The layers above the base.
    OwnLayers,
    /// The base, where other images have brought it already.
    Base,
    /// The program that holds the runtime, or makes the sandbox, with the libraries that it
    /// brings along.
    Runtime,
    /// The dynamic loader and the shared libraries: of a native program, or of the one that
    /// embeds the runtime.
    Libraries,
    /// The daemon and what it starts.
    Daemon,
}

impl Form {
    const ALL: [Self; 11] = [
        Self::Built,
        Self::Stripped,
        Self::Shipped,
        Self::Gzip,
        Self::Zstd,
        Self::BaseLayers,
        Self::OwnLayers,
        Self::Base,
        Self::Runtime,
        Self::Libraries,
        Self::Daemon,
    ];

    /// Its metric and its params.
    pub fn identity(self) -> (Metric, BTreeMap<String, String>) {
        let (metric, params): (Metric, &[(&str, &str)]) = match self {
            Self::Built => (Metric::Size, &[("form", "built")]),
            Self::Stripped => (Metric::Size, &[("form", "stripped")]),
            Self::Shipped => (Metric::Size, &[("form", "shipped")]),
            Self::Gzip => (Metric::Size, &[("form", "gzip")]),
            Self::Zstd => (Metric::Size, &[("form", "zstd")]),
            Self::BaseLayers => (Metric::Size, &[("form", "layer"), ("layer", "1 base")]),
            Self::OwnLayers => (Metric::Size, &[("form", "layer"), ("layer", "2 own")]),
            Self::Base => (Metric::SizeNeeded, &[("what", "base")]),
            Self::Runtime => (Metric::SizeNeeded, &[("what", "runtime")]),
            Self::Libraries => (Metric::SizeNeeded, &[("what", "libraries")]),
            Self::Daemon => (Metric::SizeNeeded, &[("what", "daemon")]),
        };
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        (metric, params.iter().map(owned).collect())
    }

    /// The form that a row is about.
    pub fn of(row: &Row) -> Option<Self> {
        let is_of = |form: &Self| form.identity() == (row.metric, row.params.clone());
        Self::ALL.into_iter().find(is_of)
    }

    /// What is counted of a target on an isolation.
    pub fn of_kind(profile: &Profile, target: Target) -> Vec<Self> {
        let packing = profile.packing_of(target);
        let mut forms = match (packing, target) {
            (Packing::File, _) => vec![
                Self::Built,
                Self::Stripped,
                Self::Shipped,
                Self::Gzip,
                Self::Zstd,
            ],
            (Packing::Image(Base::Debian), _) => vec![
                Self::Shipped,
                Self::Gzip,
                Self::BaseLayers,
                Self::OwnLayers,
                Self::Base,
            ],
            _ => vec![Self::Shipped, Self::Gzip, Self::OwnLayers],
        };
        if profile.daemon.is_some() {
            forms.push(Self::Daemon);
        }
        if profile.has_program {
            forms.extend([Self::Runtime, Self::Libraries]);
        } else if packing == Packing::File && profile.linking == Linking::Dynamic {
            forms.push(Self::Libraries);
        }
        forms
    }
}

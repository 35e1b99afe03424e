//! Size: what has to be shipped, and apart what has to be there already. Exact counts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use labrun_record::{Metric, Row, Target};

use super::ground::{Ground, Making};
use super::plan::{Blocked, Group, Launch, Planned, Value};
use crate::isolation::containerd;
use crate::isolation::docker::{self, DockerHost};
use crate::isolation::{Failure, Isolation, Job, Linking};
use crate::site::Site;
use crate::size::{self, Content, SizeError, Zstd};

/// What is counted of an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
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
    /// The program that embeds the runtime.
    Runtime,
    /// The dynamic loader and the shared libraries.
    Libraries,
    /// The daemon and what it starts.
    Daemon,
}

impl Form {
    /// Its metric and its params.
    fn identity(self) -> (Metric, BTreeMap<String, String>) {
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
}

/// Every row of the scenario, and the counting that gives each its one value.
pub(super) fn plan(ground: &Ground<'_>) -> Planned {
    let mut planned = Planned::default();
    let metrics = ground.metrics();
    for kind in ground.kinds() {
        let mut forms = forms(&kind);
        forms.retain(|form| metrics.contains(&form.identity().0));
        let row = |form: &Form| {
            let (metric, params) = form.identity();
            Row {
                metric,
                params,
                ..kind.identity()
            }
        };
        let rows = planned.rows(forms.iter().map(row));
        let runtime = kind.runner_program();
        // A size needs nothing that only a launch would.
        let made = kind.job_with(&[]);
        let group = Group::of(kind.index, rows, made, |job| Weighing {
            job,
            forms,
            runtime,
        });
        planned.groups.push(group);
    }
    planned
}

/// What is counted of a kind.
fn forms(kind: &Making<'_>) -> Vec<Form> {
    let name = kind.isolation.name();
    if kind.isolation.packing().is_some() {
        return vec![Form::Shipped, Form::Gzip, Form::OwnLayers, Form::Daemon];
    }
    let mut forms = match kind.target {
        Target::Image => vec![Form::Shipped, Form::Gzip],
        _ => vec![
            Form::Built,
            Form::Stripped,
            Form::Shipped,
            Form::Gzip,
            Form::Zstd,
        ],
    };
    match kind.target {
        Target::Image => {
            if docker::base_of(name).and_then(docker::base_image).is_some() {
                forms.extend([Form::BaseLayers, Form::OwnLayers, Form::Base]);
            } else {
                forms.push(Form::OwnLayers);
            }
            forms.push(Form::Daemon);
        }
        Target::Native if Linking::of(name) == Linking::Dynamic => forms.push(Form::Libraries),
        Target::Native => {}
        Target::Wasip1 | Target::Wasip2 => forms.push(Form::Runtime),
    }
    forms
}

/// The counting of one artifact.
#[derive(Debug)]
struct Weighing {
    job: Job,
    forms: Vec<Form>,
    /// The program that embeds the runtime.
    runtime: Option<PathBuf>,
}

impl Launch for Weighing {
    fn warms_up(&self) -> bool {
        false
    }

    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure> {
        let counts = match self.job.target {
            _ if isolation.packing().is_some() => self.archive(isolation.name()),
            Target::Image => self.image(isolation.name(), site),
            _ => self.file(site),
        };
        let counts = match counts {
            Err(SizeError::Interrupted) => return Err(Failure::Interrupted),
            counts => {
                counts.map_err(|error| Failure::Outcome(error.outcome(), error.to_string()))?
            }
        };
        if site.interrupt.raised() {
            return Err(Failure::Interrupted);
        }
        let value = |form: &Form| {
            let found = counts.iter().find(|(of, _)| of == form);
            found.map_or_else(
                || Value::none("it was not counted"),
                |(_, count)| match count {
                    Ok(bytes) => Value::of(*bytes as f64),
                    Err(error) => Value::blocked(Blocked::new(error.outcome(), error.to_string())),
                },
            )
        };
        Ok(self.forms.iter().map(value).collect())
    }
}

/// How many bytes, or why that is not known.
type Count = (Form, Result<u64, SizeError>);

impl Weighing {
    /// A binary, a module or a component.
    fn file(&self, site: &Site) -> Result<Vec<Count>, SizeError> {
        let built = self.job.artifact.as_path();
        let stripped = match self.job.target {
            Target::Native => size::strip_elf(built)?,
            _ => size::strip_wasm(built)?,
        };
        let shipped = match &self.job.precompiled {
            Some(path) => Content::File(path),
            None => Content::Bytes(&stripped),
        };
        let gzip = size::gzip_bytes(shipped, &site.interrupt);
        let zstd = Zstd::find().and_then(|zstd| zstd.bytes(shipped, &site.interrupt));
        let mut counts = vec![
            (Form::Built, Content::File(built).bytes()),
            (Form::Stripped, Ok(stripped.len() as u64)),
            (Form::Shipped, shipped.bytes()),
            (Form::Gzip, gzip),
            (Form::Zstd, zstd),
        ];
        if self.forms.contains(&Form::Libraries) {
            let needed = size::shared_libraries(built);
            counts.push((Form::Libraries, needed.map(|files| sum(&files))));
        }
        if let Some(runtime) = &self.runtime {
            counts.push((Form::Runtime, Content::File(runtime).bytes()));
        }
        Ok(counts)
    }

    /// An image that the lab has written.
    fn archive(&self, isolation: &str) -> Result<Vec<Count>, SizeError> {
        let image = size::archive_size(&self.job.artifact)?;
        let side = containerd::side_of(isolation);
        let daemon = side.map(|(socket, programs)| size::containerd_side(&socket, programs));
        let mut counts = vec![
            (Form::Shipped, Ok(image.bytes())),
            (Form::Gzip, Ok(image.gzip_bytes())),
            (Form::OwnLayers, Ok(image.bytes())),
        ];
        counts.extend(daemon.map(|files| (Form::Daemon, files.map(|files| sum(&files)))));
        Ok(counts)
    }

    /// An image by its layers.
    fn image(&self, isolation: &str, site: &Site) -> Result<Vec<Count>, SizeError> {
        let host = DockerHost::default();
        let base = docker::base_of(isolation).and_then(docker::base_image);
        let tag = self.job.artifact.display().to_string();
        let image = size::image_size(&host, &tag, base.as_deref(), &site.interrupt)?;
        let base_bytes = image.base.iter().map(|layer| layer.bytes).sum();
        Ok(vec![
            (Form::Shipped, Ok(image.bytes())),
            (Form::Gzip, Ok(image.gzip_bytes())),
            (Form::BaseLayers, Ok(base_bytes)),
            (Form::Base, Ok(base_bytes)),
            (
                Form::OwnLayers,
                Ok(image.own.iter().map(|layer| layer.bytes).sum()),
            ),
            (
                Form::Daemon,
                size::docker_side(&host).map(|files| sum(&files)),
            ),
        ])
    }
}

fn sum(needed: &[size::Needed]) -> u64 {
    needed.iter().map(|file| file.bytes).sum()
}

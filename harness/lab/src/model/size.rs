//! Size: what has to be shipped, and apart what has to be there already. Exact counts.

use std::collections::BTreeMap;
use std::path::Path;

use labrun_record::{Metric, Row, Target};

use super::ground::{Ground, Making};
use super::plan::{Group, Launch, Planned, Value};
use crate::isolation::containerd;
use crate::isolation::docker::{self, DockerHost};
use crate::isolation::runner::Executable;
use crate::isolation::{ImageForm, Isolation, Job, Linking};
use crate::outcome::Failure;
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
        let runtime = kind.isolation.program().map(|ready| ready.executable);
        let program = runtime.as_ref().map(|runtime| runtime.path.as_path());
        let mut forms = forms(&kind, program);
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

/// What is counted of a kind; `program` is what has to be there for it, if it is here.
fn forms(kind: &Making<'_>, program: Option<&Path>) -> Vec<Form> {
    let name = kind.isolation.name();
    if kind.isolation.packing().is_some() {
        return vec![Form::Shipped, Form::Gzip, Form::OwnLayers, Form::Daemon];
    }
    let form = kind.isolation.image_form();
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
        Target::Image if form == ImageForm::Bundle => {
            forms.extend([Form::OwnLayers, Form::Runtime, Form::Libraries]);
        }
        Target::Image => {
            if docker::base_of(name).and_then(docker::base_image).is_some() {
                forms.extend([Form::BaseLayers, Form::OwnLayers, Form::Base]);
            } else {
                forms.push(Form::OwnLayers);
            }
            forms.push(Form::Daemon);
        }
        Target::Native if Linking::of(name) == Linking::Dynamic => forms.push(Form::Libraries),
        Target::Native if name.starts_with("native/") => {}
        // Of native rows those that a tool makes a sandbox for.
        Target::Native | Target::Wasip1 | Target::Wasip2 => {
            forms.push(Form::Runtime);
            // A script is linked with nothing.
            if program.is_none_or(size::is_elf) {
                forms.push(Form::Libraries);
            }
        }
    }
    forms
}

/// The counting of one artifact.
#[derive(Debug)]
struct Weighing {
    job: Job,
    forms: Vec<Form>,
    /// The program that holds the runtime, or makes the sandbox.
    runtime: Option<Executable>,
}

impl Launch for Weighing {
    fn warms_up(&self) -> bool {
        false
    }

    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure> {
        let counts = match self.job.target {
            _ if isolation.packing().is_some() => self.archive(isolation.name()),
            Target::Image if isolation.image_form() == ImageForm::Bundle => self.bundle(),
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
                    Err(error) => Value::failed(Failure::new(error.outcome(), error.to_string())),
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
        counts.extend(self.needed());
        Ok(counts)
    }

    /// What has to be there already: the program, and what it or the binary is linked with.
    fn needed(&self) -> Vec<Count> {
        let mut counts = Vec::new();
        if let Some(runtime) = &self.runtime {
            counts.push((Form::Runtime, runtime_bytes(runtime)));
        }
        if self.forms.contains(&Form::Libraries) {
            let program = self.runtime.as_ref().map(|runtime| &runtime.path);
            let needed = size::shared_libraries(program.unwrap_or(&self.job.artifact));
            counts.push((Form::Libraries, needed.map(|files| sum(&files))));
        }
        counts
    }

    /// What a bundle holds, counted as the layer of an image.
    fn bundle(&self) -> Result<Vec<Count>, SizeError> {
        let layer = size::binary_layer(&self.job.artifact)?;
        let mut counts = vec![
            (Form::Shipped, Ok(layer.bytes)),
            (Form::Gzip, Ok(layer.gzip_bytes)),
            (Form::OwnLayers, Ok(layer.bytes)),
        ];
        counts.extend(self.needed());
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

/// The program, or the interpreter and the files of the script.
fn runtime_bytes(runtime: &Executable) -> Result<u64, SizeError> {
    let program = Content::File(&runtime.path).bytes()?;
    match runtime.script.as_deref().and_then(Path::parent) {
        Some(folder) => Ok(program + size::folder_bytes(folder)?),
        None => Ok(program),
    }
}

fn sum(needed: &[size::Needed]) -> u64 {
    needed.iter().map(|file| file.bytes).sum()
}

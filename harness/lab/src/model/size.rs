//! Size: what has to be shipped, and apart what has to be there already. Exact counts.

use std::path::Path;

use labrun_record::{Outcome, Row, Target};

use super::launch::{Launch, Value};
use crate::isolation::ask::is_script;
use crate::isolation::docker::{self, DockerHost};
use crate::isolation::runner::Ready;
use crate::isolation::{Base, Daemon, Isolation, Job, Packing, Profile, containerd};
use crate::outcome::Failure;
use crate::plan::Form;
use crate::site::Site;
use crate::size::{self, Content, Zstd};

/// The counting of one artifact.
#[derive(Debug)]
pub(super) struct Weighing {
    job: Job,
    forms: Vec<Option<Form>>,
    /// The program that holds the runtime, or makes the sandbox.
    runtime: Option<Ready>,
}

impl Weighing {
    pub(super) fn new(job: Job, rows: &[Row], isolation: &dyn Isolation) -> Self {
        Self {
            job,
            forms: rows.iter().map(Form::of).collect(),
            runtime: isolation.program(),
        }
    }
}

impl Launch for Weighing {
    fn warms_up(&self) -> bool {
        false
    }

    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure> {
        let profile = isolation.profile();
        let counts = match profile.packing_of(self.job.target) {
            Packing::File => self.file(site),
            Packing::Root => self.bundle(),
            Packing::Archive(_) => self.archive(profile),
            Packing::Image(base) => self.image(base, site),
        };
        let counts = counts?;
        if site.interrupt.raised() {
            return Err(Failure::Interrupted);
        }
        let value = |form: &Option<Form>| {
            let found = counts.iter().find(|(of, _)| Some(*of) == *form);
            found.map_or_else(
                || Value::none("it was not counted"),
                |(_, count)| match count {
                    Ok(bytes) => Value::of(*bytes as f64),
                    Err(failure) => Value::failed(failure.clone()),
                },
            )
        };
        Ok(self.forms.iter().map(value).collect())
    }
}

/// How many bytes, or why that is not known.
type Count = (Form, Result<u64, Failure>);

impl Weighing {
    /// A binary, a module or a component.
    fn file(&self, site: &Site) -> Result<Vec<Count>, Failure> {
        let built = self.job.artifact.as_path();
        let mut stripped = match self.job.target {
            Target::Native => size::strip_elf(built),
            _ => size::strip_wasm(built),
        };
        let is_ours = self.job.workload.is_ours();
        if is_ours {
            stripped = Ok(stripped?);
        }
        let shipped = match (&self.job.precompiled, &stripped) {
            (Some(path), _) => Content::File(path),
            (None, Ok(stripped)) if is_ours => Content::Bytes(stripped),
            // What was given is shipped as it is.
            (None, _) => Content::File(built),
        };
        let gzip = size::gzip_bytes(shipped, &site.interrupt);
        let zstd = Zstd::find().and_then(|zstd| zstd.bytes(shipped, &site.interrupt));
        let mut counts = vec![
            (Form::Built, Content::File(built).bytes()),
            (
                Form::Stripped,
                stripped
                    .as_ref()
                    .map(|bytes| bytes.len() as u64)
                    .map_err(Clone::clone),
            ),
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
        if self.forms.contains(&Some(Form::Libraries)) {
            let program = self
                .runtime
                .as_ref()
                .map(|runtime| &runtime.executable.path);
            let program = program.unwrap_or(&self.job.artifact);
            let needed = if size::is_elf(program) {
                // A runtime has none of the workload's variables.
                let own = self
                    .runtime
                    .is_none()
                    .then_some(&self.job.workload.environment);
                let asked = own.map_or("", |own| own.value("LD_LIBRARY_PATH"));
                size::shared_libraries(program, asked).map(|files| sum(&files))
            } else {
                let reason = "its program is a script, which is linked with nothing";
                Err(Failure::new(Outcome::Unsupported, reason))
            };
            counts.push((Form::Libraries, needed));
        }
        counts
    }

    /// What a bundle holds, counted as the layer of an image, or as the layers of the one that it is.
    fn bundle(&self) -> Result<Vec<Count>, Failure> {
        let (bytes, gzip_bytes) = if let Some(image) = &self.job.image {
            let image = size::archive_size(&image.archive)?;
            (image.bytes(), image.gzip_bytes())
        } else {
            let layer = size::binary_layer(&self.job.artifact)?;
            (layer.bytes, layer.gzip_bytes)
        };
        let mut counts = vec![
            (Form::Shipped, Ok(bytes)),
            (Form::Gzip, Ok(gzip_bytes)),
            (Form::OwnLayers, Ok(bytes)),
        ];
        counts.extend(self.needed());
        Ok(counts)
    }

    /// An image that the lab has written.
    fn archive(&self, profile: &Profile) -> Result<Vec<Count>, Failure> {
        let image = size::archive_size(&self.job.artifact)?;
        let mut counts = vec![
            (Form::Shipped, Ok(image.bytes())),
            (Form::Gzip, Ok(image.gzip_bytes())),
            (Form::OwnLayers, Ok(image.bytes())),
        ];
        if let Some(Daemon::Containerd(programs)) = profile.daemon {
            let files = size::containerd_side(&containerd::socket(), programs);
            counts.push((Form::Daemon, files.map(|files| sum(&files))));
        }
        Ok(counts)
    }

    /// An image by its layers.
    fn image(&self, base: Base, site: &Site) -> Result<Vec<Count>, Failure> {
        let host = DockerHost::default();
        let base = docker::base_image(base);
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
fn runtime_bytes(ready: &Ready) -> Result<u64, Failure> {
    let runtime = &ready.executable;
    if let Some(other) = &ready.starts {
        return Err(Failure::unavailable(format!(
            "{} only starts {}, and its size is not that of the runtime: have PATH begin with the folder of \
             the program itself",
            runtime.path.display(),
            other.display()
        )));
    }
    if runtime.script.is_none() && is_script(&runtime.path) {
        return Err(Failure::unavailable(format!(
            "{} is a script, and the size of what it starts is not known: have PATH begin with the \
             folder of the program itself",
            runtime.path.display()
        )));
    }
    let program = Content::File(&runtime.path).bytes()?;
    match runtime.script.as_deref().and_then(Path::parent) {
        Some(folder) => Ok(program + size::folder_bytes(folder)?),
        None => Ok(program),
    }
}

fn sum(needed: &[size::Needed]) -> u64 {
    needed.iter().map(|file| file.bytes).sum()
}

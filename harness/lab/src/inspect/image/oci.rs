//! An OCI layout: `index.json` lists manifests, or lists of manifests, by their digests.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::config::{Platform, architecture};
use super::files::Files;
use super::refused::WhyNoImage;
use super::{Found, Part, hex};
use crate::digest::sha256_of;

/// The list of images.
const LIST: &str = "index.json";

/// How deep lists stand in lists: one, and one for the platforms, is what builders write.
const DEPTH: usize = 4;

/// Annotations that hold an image's name: containerd's, and that of the specification.
const NAMES: [&str; 2] = [
    "io.containerd.image.name",
    "org.opencontainers.image.ref.name",
];

/// A file, by its digest.
#[derive(Clone, Deserialize)]
struct Descriptor {
    digest: String,
    platform: Option<Platform>,
    annotations: Option<BTreeMap<String, String>>,
}

/// A list, or a manifest. Either kind of manifest, Docker's and that of the specification, has these.
#[derive(Deserialize)]
struct Document {
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
}

/// What was found on the way through the lists.
#[derive(Default)]
struct Images {
    /// The images, by the digest of their manifest.
    found: BTreeMap<String, Candidate>,
    /// Lists that were read already: one may be in another more than once.
    lists: BTreeSet<String>,
    /// A manifest that is listed and not there. Of an image for several platforms often one alone is.
    missing: Option<String>,
}

/// An image that may be meant.
struct Candidate {
    names: Vec<String>,
    platform: Option<Platform>,
    config: Descriptor,
    layers: Vec<Descriptor>,
}

/// The one image of the layout, if there is a list.
pub(super) fn find(files: &Files) -> Result<Option<Found>, WhyNoImage> {
    let Some(list) = files.read(LIST)? else {
        return Ok(None);
    };
    let mut images = Images::default();
    let list = parse(LIST, &list)?;
    images.gather(files, &list.manifests.unwrap_or_default(), None, 0)?;
    let missing = images.missing;
    let image = meant(images.found).map_err(|why| match (why, missing) {
        (WhyNoImage::NoImages, Some(name)) => WhyNoImage::Missing { name },
        (why, _) => why,
    })?;
    let name = blob(&image.config)?;
    let config = read(files, &image.config)?.ok_or(WhyNoImage::Missing { name })?;
    let layers = image.layers.iter().map(|layer| {
        Ok(Part {
            name: blob(layer)?,
            sha256: Some(hex(&layer.digest)?.to_owned()),
        })
    });
    let layers = layers.collect::<Result<_, WhyNoImage>>()?;
    Ok(Some(Found { config, layers }))
}

impl Images {
    /// Gathers the images of a list, and of those in it.
    fn gather(
        &mut self,
        files: &Files,
        list: &[Descriptor],
        name: Option<&str>,
        depth: usize,
    ) -> Result<(), WhyNoImage> {
        for descriptor in list.iter().filter(|descriptor| !descriptor.is_beside()) {
            let name = descriptor.name().or(name);
            if self.lists.contains(&descriptor.digest) {
                continue;
            }
            if let Some(known) = self.found.get_mut(&descriptor.digest) {
                known.names.extend(name.map(str::to_owned));
                continue;
            }
            let Some(bytes) = read(files, descriptor)? else {
                self.missing = Some(blob(descriptor)?);
                continue;
            };
            let document = parse(&descriptor.digest, &bytes)?;
            if let Some(inner) = document.manifests {
                self.lists.insert(descriptor.digest.clone());
                if depth == DEPTH {
                    return Err(WhyNoImage::damaged(
                        "its lists stand too deep in each other",
                    ));
                }
                self.gather(files, &inner, name, depth + 1)?;
            } else if let Some(config) = document.config {
                let candidate = Candidate {
                    names: name.map(str::to_owned).into_iter().collect(),
                    platform: descriptor.platform.clone(),
                    config,
                    layers: document.layers.unwrap_or_default(),
                };
                self.found.insert(descriptor.digest.clone(), candidate);
            } else {
                let why = format!("{} is neither a list nor a manifest", descriptor.digest);
                return Err(WhyNoImage::damaged(&why));
            }
        }
        Ok(())
    }
}

/// The image that is meant: the only one, or the only one for this machine.
fn meant(found: BTreeMap<String, Candidate>) -> Result<Candidate, WhyNoImage> {
    let mut all: Vec<(String, Candidate)> = found.into_iter().collect();
    if all.iter().filter(|(_, image)| image.is_for_here()).count() > 0 {
        all.retain(|(_, image)| image.is_for_here());
    }
    if all.len() > 1 {
        let names = all.iter().map(|(digest, image)| {
            let name = image.names.first().unwrap_or(digest);
            match &image.platform {
                Some(platform) => format!("{name} ({platform})"),
                None => name.clone(),
            }
        });
        return Err(WhyNoImage::Several {
            names: names.collect(),
        });
    }
    all.pop()
        .map(|(_, image)| image)
        .ok_or(WhyNoImage::NoImages)
}

impl Candidate {
    /// Whether it may run here: by its platform, where one is said.
    fn is_for_here(&self) -> bool {
        self.platform.as_ref().is_none_or(|platform| {
            platform.os == "linux" && architecture(&platform.architecture) == std::env::consts::ARCH
        })
    }
}

impl Descriptor {
    fn name(&self) -> Option<&str> {
        let annotations = self.annotations.as_ref()?;
        NAMES
            .iter()
            .find_map(|name| annotations.get(*name))
            .map(String::as_str)
    }

    /// Whether it is something about an image that builders put beside it: how it was built.
    fn is_beside(&self) -> bool {
        let platform = self.platform.as_ref();
        platform.is_some_and(|platform| platform.os == "unknown")
    }
}

/// The name of a file inside.
fn blob(descriptor: &Descriptor) -> Result<String, WhyNoImage> {
    Ok(format!("blobs/sha256/{}", hex(&descriptor.digest)?))
}

/// A list, manifest or configuration, by its digest; none if it is not there.
fn read(files: &Files, descriptor: &Descriptor) -> Result<Option<Vec<u8>>, WhyNoImage> {
    let name = blob(descriptor)?;
    let Some(bytes) = files.read(&name)? else {
        return Ok(None);
    };
    if sha256_of(&bytes) != hex(&descriptor.digest)? {
        return Err(WhyNoImage::Digest { name });
    }
    Ok(Some(bytes))
}

fn parse(name: &str, bytes: &[u8]) -> Result<Document, WhyNoImage> {
    serde_json::from_slice(bytes).map_err(|error| WhyNoImage::damaged(&format!("{name}: {error}")))
}

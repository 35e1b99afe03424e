//! What `docker save` writes: `manifest.json`, which names files. Docker before 25 calls a layer
//! `<id>/layer.tar`; since then an OCI layout is around it, and a layer is called by its digest.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::files::Files;
use super::refused::WhyNoImage;
use super::{Found, Part, is_hex};
use crate::digest::sha256_of;

/// The list of images.
const LIST: &str = "manifest.json";

/// An image of the list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Option<Vec<String>>,
}

/// The one image of the list, if there is a list.
pub(super) fn find(files: &Files) -> Result<Option<Found>, WhyNoImage> {
    let Some(list) = files.read(LIST)? else {
        return Ok(None);
    };
    let list: Vec<Saved> = serde_json::from_slice(&list)
        .map_err(|error| WhyNoImage::damaged(&format!("{LIST}: {error}")))?;
    // An image with two tags may be listed twice.
    let mut images: BTreeMap<&str, Vec<&Saved>> = BTreeMap::new();
    for saved in &list {
        images.entry(&saved.config).or_default().push(saved);
    }
    if images.len() > 1 {
        let names = images.iter().map(|(config, saved)| {
            let tags: Vec<_> = saved
                .iter()
                .filter_map(|saved| saved.repo_tags.as_deref())
                .collect();
            let tags = tags.concat();
            tags.first()
                .cloned()
                .unwrap_or_else(|| (*config).to_owned())
        });
        return Err(WhyNoImage::Several {
            names: names.collect(),
        });
    }
    let saved = list.first().ok_or(WhyNoImage::NoImages)?;
    let config = files
        .read(&saved.config)?
        .ok_or_else(|| WhyNoImage::Missing {
            name: saved.config.clone(),
        })?;
    if digest_in(&saved.config).is_some_and(|digest| digest != sha256_of(&config)) {
        return Err(WhyNoImage::Digest {
            name: saved.config.clone(),
        });
    }
    let layers = saved.layers.iter().flatten().map(|name| Part {
        name: name.clone(),
        sha256: digest_in(name),
    });
    Ok(Some(Found {
        config,
        layers: layers.collect(),
    }))
}

/// The digest that a file is called by: `blobs/sha256/<digest>`, and `<digest>.json` of old.
fn digest_in(name: &str) -> Option<String> {
    let last = name.rsplit('/').next()?;
    let digest = last.strip_suffix(".json").unwrap_or(last);
    is_hex(digest).then(|| digest.to_owned())
}

//! Images: from an OCI layout as a tar into containerd's content store, and unpacked, as
//! `ctr image import` does it.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

use containerd_client::services::v1::snapshots::{
    CommitSnapshotRequest, PrepareSnapshotRequest, RemoveSnapshotRequest, StatSnapshotRequest,
};
use containerd_client::services::v1::{
    ApplyRequest, CreateImageRequest, GetImageRequest, Image, Info, UpdateRequest, WriteAction,
    WriteContentRequest,
};
use containerd_client::tonic::Code;
use containerd_client::types::Descriptor;
use labrun_helper_protocol::{ContainerSpec, OWNER_LABEL};
use serde::Deserialize;
use serde_json::Value;

use crate::daemon::{Daemon, SNAPSHOTTER};
use crate::fault::{Fault, refused, unless};
use crate::owners::Lease;

/// Bytes of one message to the content store, which refuses more than 16 MiB.
const PIECE: usize = 1 << 20;

/// What an image says of how it is run. Builders write null for what is not said.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct ImageConfig {
    /// The program, and its first arguments.
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) entrypoint: Vec<String>,
    /// Its own arguments, which those that are given replace.
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) cmd: Vec<String>,
    /// Variables, `NAME=VALUE`.
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) env: Vec<String>,
    /// Where it starts.
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) working_dir: String,
}

fn or_nothing<'de, T, D>(value: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    Ok(Option::deserialize(value)?.unwrap_or_default())
}

impl ImageConfig {
    /// Where it starts: the root, where the image says nothing.
    pub(crate) fn cwd(&self) -> &str {
        if self.working_dir.is_empty() {
            "/"
        } else {
            &self.working_dir
        }
    }
}

/// An image that is unpacked.
pub(crate) struct Unpacked {
    /// Its name in containerd.
    pub(crate) name: String,
    /// The snapshot of its highest layer, named by the chain of all.
    pub(crate) snapshot: String,
    /// How it is run.
    pub(crate) config: ImageConfig,
}

/// A file of the layout that another one describes.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    media_type: String,
    digest: String,
    size: i64,
}

/// Where every file of the archive is: a layer may be too long to be held in memory.
struct Layout {
    archive: Arc<File>,
    files: HashMap<String, (u64, u64)>,
}

impl Layout {
    fn read(path: &Path) -> std::io::Result<Self> {
        let archive = File::open(path)?;
        let mut files = HashMap::new();
        for entry in tar::Archive::new(&archive).entries_with_seek()? {
            let entry = entry?;
            let name = entry.path()?.display().to_string();
            files.insert(name, (entry.raw_file_position(), entry.size()));
        }
        Ok(Self {
            archive: Arc::new(archive),
            files,
        })
    }

    fn place(&self, name: &str) -> Result<(u64, u64), Fault> {
        let missing = || Fault::Failed(format!("the image's archive has no {name}"));
        self.files.get(name).copied().ok_or_else(missing)
    }

    fn file(&self, name: &str) -> Result<Vec<u8>, Fault> {
        let (at, size) = self.place(name)?;
        let read = piece(&self.archive, at, size);
        read.map_err(|error| Fault::Failed(format!("the image's {name}: {error}")))
    }

    fn blob(&self, of: &Described) -> Result<Vec<u8>, Fault> {
        self.file(&name_of(of))
    }
}

fn name_of(of: &Described) -> String {
    format!("blobs/{}", of.digest.replace(':', "/"))
}

/// Some bytes of the archive.
fn piece(archive: &File, at: u64, size: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
    archive.read_exact_at(&mut bytes, at)?;
    Ok(bytes)
}

fn parse<T: serde::de::DeserializeOwned>(what: &str, text: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(text)
        .map_err(|error| Fault::Failed(format!("the image's {what} cannot be read: {error}")))
}

fn field<T: serde::de::DeserializeOwned>(what: &str, of: &Value, at: &str) -> Result<T, Fault> {
    let value = of.pointer(at).cloned().unwrap_or_default();
    serde_json::from_value(value)
        .map_err(|error| Fault::Failed(format!("the image's {what} has no valid {at}: {error}")))
}

/// Makes sure that the image of an order is there and unpacked.
pub(crate) async fn ensure(daemon: &mut Daemon, order: &ContainerSpec) -> Result<Unpacked, Fault> {
    let layout = Layout::read(&order.image).map_err(|error| {
        let path = order.image.display();
        Fault::Failed(format!("cannot read the image {path}: {error}"))
    })?;
    let index: Value = parse("index.json", &layout.file("index.json")?)?;
    let manifest: Described = field("index.json", &index, "/manifests/0")?;
    let parts: Value = parse("manifest", &layout.blob(&manifest)?)?;
    let config: Described = field("manifest", &parts, "/config")?;
    let layers: Vec<Described> = field("manifest", &parts, "/layers")?;
    let about: Value = parse("configuration", &layout.blob(&config)?)?;
    let ids: Vec<String> = field("configuration", &about, "/rootfs/diff_ids")?;
    // The chain of one layer is named as the layer is when it is not compressed.
    let chain = if order.chain.is_empty() {
        ids.clone()
    } else {
        order.chain.clone()
    };
    let are_as_many = ids.len() == layers.len() && chain.len() == ids.len();
    let (Some(snapshot), true) = (chain.last().cloned(), are_as_many) else {
        return Err(Fault::Failed(format!(
            "the image has {} layers, and its configuration says {}",
            layers.len(),
            ids.len()
        )));
    };
    let unpacked = Unpacked {
        name: format!("labrun/{:.12}:{}", order.image_sha256, order.owner),
        config: field::<Option<ImageConfig>>("configuration", &about, "/config")?
            .unwrap_or_default(),
        snapshot,
    };
    if is_there(daemon, &unpacked).await? {
        return Ok(unpacked);
    }
    // Whatever is not yet referred to would be collected as garbage.
    let lease = Lease::take(daemon, order).await?;
    let import = Import {
        daemon,
        order,
        layout: &layout,
        unpacked: &unpacked,
        ids: &ids,
        chain: &chain,
    };
    let done = import.all(&manifest, &config, &layers).await;
    lease.give_back(daemon).await?;
    done.map(|()| unpacked)
}

async fn is_there(daemon: &Daemon, image: &Unpacked) -> Result<bool, Fault> {
    let request = daemon.request(GetImageRequest {
        name: image.name.clone(),
    });
    let found = daemon.client.images().get(request).await;
    if unless(Code::NotFound, "find the image", found)?.is_none() {
        return Ok(false);
    }
    has_snapshot(daemon, &image.snapshot).await
}

async fn has_snapshot(daemon: &Daemon, key: &str) -> Result<bool, Fault> {
    let request = daemon.request(StatSnapshotRequest {
        snapshotter: SNAPSHOTTER.to_owned(),
        key: key.to_owned(),
    });
    let found = daemon.client.snapshots().stat(request).await;
    unless(Code::NotFound, "find the layer", found).map(|found| found.is_some())
}

/// The import of one image.
struct Import<'a> {
    daemon: &'a Daemon,
    order: &'a ContainerSpec,
    layout: &'a Layout,
    unpacked: &'a Unpacked,
    /// The digest of each layer when it is not compressed.
    ids: &'a [String],
    /// The name of each layer's snapshot.
    chain: &'a [String],
}

impl Import<'_> {
    async fn all(
        &self,
        manifest: &Described,
        config: &Described,
        layers: &[Described],
    ) -> Result<(), Fault> {
        // What refers to what, in the words of containerd's garbage collector.
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let snapshot = &self.unpacked.snapshot;
        let of_config = [label(
            &format!("containerd.io/gc.ref.snapshot.{SNAPSHOTTER}"),
            snapshot,
        )];
        let mut of_manifest =
            BTreeMap::from([label("containerd.io/gc.ref.content.config", &config.digest)]);
        for (number, (layer, id)) in layers.iter().zip(self.ids).enumerate() {
            let name = format!("containerd.io/gc.ref.content.l.{number}");
            of_manifest.insert(name, layer.digest.clone());
            let of_layer = [label("containerd.io/uncompressed", id)];
            self.write(layer, of_layer.into()).await?;
        }
        self.write(config, of_config.into()).await?;
        self.write(manifest, of_manifest).await?;
        for (number, layer) in layers.iter().enumerate() {
            self.unpack(number, layer).await?;
        }
        let image = Image {
            name: self.unpacked.name.clone(),
            labels: [label(OWNER_LABEL, &self.order.owner)].into(),
            target: Some(descriptor(manifest)),
            ..Image::default()
        };
        let request = self.daemon.request(CreateImageRequest {
            image: Some(image),
            ..CreateImageRequest::default()
        });
        let made = self.daemon.client.images().create(request).await;
        unless(Code::AlreadyExists, "name the image", made).map(drop)
    }

    /// Writes a file into the content store.
    async fn write(&self, file: &Described, labels: BTreeMap<String, String>) -> Result<(), Fault> {
        let (at, size) = self.layout.place(&name_of(file))?;
        let archive = Arc::clone(&self.layout.archive);
        let first = WriteContentRequest {
            r#ref: format!("labrun-{}-{}", self.order.id, file.digest),
            total: file.size,
            expected: file.digest.clone(),
            labels: labels.clone().into_iter().collect(),
            ..WriteContentRequest::default()
        };
        // Read as they are sent. What cannot be read is missing where it is committed, and refused.
        let pieces = (0..size).step_by(PIECE).map_while({
            let first = first.clone();
            move |from| {
                let data = piece(&archive, at + from, (size - from).min(PIECE as u64)).ok()?;
                Some(WriteContentRequest {
                    action: WriteAction::Write.into(),
                    offset: i64::try_from(from).unwrap_or(i64::MAX),
                    data,
                    ..first.clone()
                })
            }
        });
        let last = WriteContentRequest {
            action: WriteAction::Commit.into(),
            offset: i64::try_from(size).unwrap_or(i64::MAX),
            ..first
        };
        let requests = pieces.chain([last]);
        let request = self.daemon.request(tokio_stream::iter(requests));
        let asked_to = "store the image";
        let answers = self.daemon.client.content().write(request).await;
        let Some(answers) = unless(Code::AlreadyExists, asked_to, answers)? else {
            return self.label(file, labels).await;
        };
        let mut answers = answers.into_inner();
        loop {
            match unless(Code::AlreadyExists, asked_to, answers.message().await)? {
                Some(Some(_)) => {}
                Some(None) => return Ok(()),
                None => return self.label(file, labels).await,
            }
        }
    }

    /// Labels a file that was in the store before.
    async fn label(&self, file: &Described, labels: BTreeMap<String, String>) -> Result<(), Fault> {
        let paths = labels.keys().map(|name| format!("labels.{name}"));
        let mask = prost_types::FieldMask {
            paths: paths.collect(),
        };
        let info = Info {
            digest: file.digest.clone(),
            labels: labels.into_iter().collect(),
            ..Info::default()
        };
        let request = self.daemon.request(UpdateRequest {
            info: Some(info),
            update_mask: Some(mask),
        });
        let done = self.daemon.client.content().update(request).await;
        done.map(drop).map_err(refused("label the image"))
    }

    /// Makes the snapshot of a layer, on that of the layer below.
    async fn unpack(&self, number: usize, layer: &Described) -> Result<(), Fault> {
        let (daemon, name) = (self.daemon, &self.chain[number]);
        let below = number.checked_sub(1).map(|below| self.chain[below].clone());
        if has_snapshot(daemon, name).await? {
            return Ok(());
        }
        let mut snapshots = daemon.client.snapshots();
        let key = format!("{}-unpack-{number}", self.order.id);
        let request = daemon.request(PrepareSnapshotRequest {
            snapshotter: SNAPSHOTTER.to_owned(),
            key: key.clone(),
            parent: below.unwrap_or_default(),
            labels: [(OWNER_LABEL.to_owned(), self.order.owner.clone())].into(),
        });
        let prepared = snapshots.prepare(request).await;
        let mounts = prepared.map_err(refused("make room for the layer"))?;
        let request = daemon.request(ApplyRequest {
            diff: Some(descriptor(layer)),
            mounts: mounts.into_inner().mounts,
            ..ApplyRequest::default()
        });
        let applied = daemon.client.diff().apply(request).await;
        applied.map_err(refused("unpack the layer"))?;
        let request = daemon.request(CommitSnapshotRequest {
            snapshotter: SNAPSHOTTER.to_owned(),
            name: name.clone(),
            key: key.clone(),
            ..CommitSnapshotRequest::default()
        });
        let kept = snapshots.commit(request).await;
        if unless(Code::AlreadyExists, "keep the layer", kept)?.is_none() {
            let request = daemon.request(RemoveSnapshotRequest {
                snapshotter: SNAPSHOTTER.to_owned(),
                key,
            });
            let removed = snapshots.remove(request).await;
            removed.map_err(refused("remove a second copy of the layer"))?;
        }
        Ok(())
    }
}

fn descriptor(of: &Described) -> Descriptor {
    Descriptor {
        media_type: of.media_type.clone(),
        digest: of.digest.clone(),
        size: of.size,
        ..Descriptor::default()
    }
}

//! Whose things are in containerd, and their removal: every thing of the lab is labelled with its
//! owner.

use std::collections::BTreeMap;

use containerd_client::services::v1::snapshots::{
    Info, ListSnapshotsRequest, RemoveSnapshotRequest,
};
use containerd_client::services::v1::{
    Container, CreateRequest, DeleteImageRequest, DeleteRequest, Image, Lease as OneLease,
    ListContainersRequest, ListImagesRequest, ListRequest,
};
use containerd_client::tonic::Code;
use labrun_helper_protocol::{ContainerSpec, OWNER_LABEL};

use crate::container;
use crate::daemon::{Daemon, SNAPSHOTTER};
use crate::fault::{Fault, refused, unless};

/// Holds what is made until it is all referred to.
pub(crate) struct Lease(String);

impl Lease {
    /// From here on the requests to `daemon` are under it.
    pub(crate) async fn take(daemon: &mut Daemon, order: &ContainerSpec) -> Result<Self, Fault> {
        let id = format!("{}-import", order.id);
        let request = daemon.request(CreateRequest {
            id: id.clone(),
            labels: [(OWNER_LABEL.to_owned(), order.owner.clone())].into(),
        });
        let made = daemon.client.leases().create(request).await;
        unless(Code::AlreadyExists, "take a lease", made)?;
        let text = id.parse();
        daemon.lease = Some(text.map_err(|_| Fault::Failed(format!("{id} is no name")))?);
        Ok(Self(id))
    }

    /// Ends it.
    pub(crate) async fn give_back(self, daemon: &mut Daemon) -> Result<(), Fault> {
        daemon.lease = None;
        remove_lease(daemon, &self.0).await
    }
}

/// All that is labelled with an owner.
struct Things {
    containers: Vec<Container>,
    snapshots: Vec<Info>,
    images: Vec<Image>,
    leases: Vec<OneLease>,
}

impl Things {
    /// Those that pass `filter`, in containerd's own language.
    async fn find(daemon: &Daemon, filter: &str) -> Result<Self, Fault> {
        let filters = vec![filter.to_owned()];
        let refused = refused("list what the lab has");
        let client = &daemon.client;
        let request = daemon.request(ListContainersRequest {
            filters: filters.clone(),
        });
        let containers = client.containers().list(request).await.map_err(&refused)?;
        let request = daemon.request(ListImagesRequest {
            filters: filters.clone(),
        });
        let images = client.images().list(request).await.map_err(&refused)?;
        let request = daemon.request(ListRequest {
            filters: filters.clone(),
        });
        let leases = client.leases().list(request).await.map_err(&refused)?;
        let request = daemon.request(ListSnapshotsRequest {
            snapshotter: SNAPSHOTTER.to_owned(),
            filters,
        });
        let listed = client.snapshots().list(request).await;
        let mut listed = listed.map_err(&refused)?.into_inner();
        let mut snapshots = Vec::new();
        while let Some(some) = listed.message().await.map_err(&refused)? {
            snapshots.extend(some.info);
        }
        Ok(Self {
            containers: containers.into_inner().containers,
            snapshots,
            images: images.into_inner().images,
            leases: leases.into_inner().leases,
        })
    }
}

/// Every owner of anything, with the instant at which the newest of it was made, in seconds since 1970.
pub(crate) async fn list(daemon: &Daemon) -> Result<BTreeMap<String, i64>, Fault> {
    let all = Things::find(daemon, &format!("labels.\"{OWNER_LABEL}\"")).await?;
    let made = all
        .containers
        .into_iter()
        .map(|one| (one.labels, one.created_at));
    let made = made.chain(
        all.snapshots
            .into_iter()
            .map(|one| (one.labels, one.created_at)),
    );
    let made = made.chain(
        all.images
            .into_iter()
            .map(|one| (one.labels, one.created_at)),
    );
    let made = made.chain(
        all.leases
            .into_iter()
            .map(|one| (one.labels, one.created_at)),
    );
    let mut newest = BTreeMap::new();
    for (mut labels, created) in made {
        if let Some(owner) = labels.remove(OWNER_LABEL) {
            let seconds = created.map_or(0, |created| created.seconds);
            let known: &mut i64 = newest.entry(owner).or_default();
            *known = seconds.max(*known);
        }
    }
    Ok(newest)
}

/// Removes all that an owner has, and the namespace with the last; gives how many containers.
pub(crate) async fn clear(daemon: &Daemon, owner: &str) -> Result<usize, Fault> {
    let filter = format!("labels.\"{OWNER_LABEL}\"==\"{owner}\"");
    let all = Things::find(daemon, &filter).await?;
    for one in &all.containers {
        container::remove(daemon, &one.id).await?;
    }
    for one in all.snapshots {
        remove_snapshot(daemon, &one.name).await?;
    }
    for one in all.leases {
        remove_lease(daemon, &one.id).await?;
    }
    for one in all.images {
        // With all that only it refers to.
        let request = daemon.request(DeleteImageRequest {
            name: one.name,
            sync: true,
            ..DeleteImageRequest::default()
        });
        let removed = daemon.client.images().delete(request).await;
        unless(Code::NotFound, "remove the image", removed)?;
    }
    daemon.remove_namespace().await?;
    Ok(all.containers.len())
}

/// Removes a snapshot; one that is gone is no error.
pub(crate) async fn remove_snapshot(daemon: &Daemon, key: &str) -> Result<(), Fault> {
    let request = daemon.request(RemoveSnapshotRequest {
        snapshotter: SNAPSHOTTER.to_owned(),
        key: key.to_owned(),
    });
    let removed = daemon.client.snapshots().remove(request).await;
    unless(Code::NotFound, "remove the snapshot", removed).map(drop)
}

async fn remove_lease(daemon: &Daemon, id: &str) -> Result<(), Fault> {
    let request = daemon.request(DeleteRequest {
        id: id.to_owned(),
        sync: true,
    });
    let ended = daemon.client.leases().delete(request).await;
    unless(Code::NotFound, "end the lease", ended).map(drop)
}

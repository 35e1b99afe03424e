//! The connection to containerd, and the namespace of the lab in it.

use std::path::Path;
use std::time::Duration;

use containerd_client::Client;
use containerd_client::services::v1::{CreateNamespaceRequest, DeleteNamespaceRequest, Namespace};
use containerd_client::tonic::metadata::{Ascii, MetadataValue};
use containerd_client::tonic::{Code, Request};

use crate::fault::{Fault, innermost, refused, unless};

/// The namespace in which the lab makes everything.
const NAMESPACE: &str = "labrun";

/// Where layers are unpacked to: containerd's default on Linux.
pub(crate) const SNAPSHOTTER: &str = "overlayfs";

/// Longest time until containerd has said its version.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// containerd.
pub(crate) struct Daemon {
    /// Its services.
    pub(crate) client: Client,
    /// A lease that holds whatever is made, until it is all referred to.
    pub(crate) lease: Option<MetadataValue<Ascii>>,
}

impl Daemon {
    /// Connects.
    pub(crate) async fn connect(address: &Path) -> Result<Self, Fault> {
        let client = Client::from_path(address).await.map_err(|error| {
            let (address, why) = (address.display(), innermost(&error));
            Fault::Absent(format!("no containerd answers on {address}: {why}"))
        })?;
        Ok(Self {
            client,
            lease: None,
        })
    }

    /// A request in the lab's namespace.
    pub(crate) fn request<T>(&self, body: T) -> Request<T> {
        let mut request = Request::new(body);
        let metadata = request.metadata_mut();
        metadata.insert(
            "containerd-namespace",
            MetadataValue::from_static(NAMESPACE),
        );
        if let Some(lease) = &self.lease {
            metadata.insert("containerd-lease", lease.clone());
        }
        request
    }

    /// Its version.
    pub(crate) async fn version(&self) -> Result<String, Fault> {
        let mut version = self.client.version();
        let answer = tokio::time::timeout(ANSWER_LIMIT, version.version(())).await;
        let answer = answer.map_err(|_| {
            let seconds = ANSWER_LIMIT.as_secs();
            Fault::Absent(format!("containerd did not answer within {seconds} s"))
        })?;
        let answer = answer.map_err(refused("say its version"))?;
        Ok(answer.into_inner().version)
    }

    /// Makes the lab's namespace, if it is not there.
    pub(crate) async fn make_namespace(&self) -> Result<(), Fault> {
        let namespace = Namespace {
            name: NAMESPACE.to_owned(),
            ..Namespace::default()
        };
        let request = CreateNamespaceRequest {
            namespace: Some(namespace),
        };
        let mut namespaces = self.client.namespaces();
        let made = namespaces.create(self.request(request)).await;
        unless(Code::AlreadyExists, "make the namespace", made).map(drop)
    }

    /// Removes the lab's namespace, unless another lab uses it.
    pub(crate) async fn remove_namespace(&self) -> Result<(), Fault> {
        let request = DeleteNamespaceRequest {
            name: NAMESPACE.to_owned(),
        };
        let mut namespaces = self.client.namespaces();
        match namespaces.delete(self.request(request)).await {
            // What another lab has in it keeps it.
            Err(status) if status.code() == Code::FailedPrecondition => Ok(()),
            removed => unless(Code::NotFound, "remove the namespace", removed).map(drop),
        }
    }
}

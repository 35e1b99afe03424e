//! One container: its snapshot, its record, its task, and their removal.

use std::time::Duration;

use containerd_client::services::v1::container::Runtime;
use containerd_client::services::v1::snapshots::PrepareSnapshotRequest;
use containerd_client::services::v1::{
    CloseIoRequest, Container, CreateContainerRequest, CreateTaskRequest, DeleteContainerRequest,
    DeleteTaskRequest, KillRequest, StartRequest, WaitRequest,
};
use containerd_client::tonic::Code;
use containerd_client::types::Mount;
use labrun_helper_protocol::{ContainerSpec, OUTPUTS, OWNER_LABEL, Stdin};
use prost_types::Any;

use crate::daemon::{Daemon, SNAPSHOTTER};
use crate::fault::{Fault, refused, unless};
use crate::image::Unpacked;
use crate::owners::remove_snapshot;
use crate::spec::spec;

/// What containerd calls a runtime specification.
const SPEC_TYPE: &str = "types.containerd.io/opencontainers/runtime-spec/1/Spec";

/// Marks a snapshot that nothing refers to yet as one to be kept.
const KEPT_LABEL: &str = "containerd.io/gc.root";

/// Passes of a removal, and the time between two: what was refused has to change meanwhile.
const PASSES: u32 = 250;
const PASS_INTERVAL: Duration = Duration::from_millis(20);

/// Makes the snapshot that is the container's root: a copy on write of the image's.
pub(crate) async fn make_snapshot(
    daemon: &Daemon,
    order: &ContainerSpec,
    image: &Unpacked,
) -> Result<Vec<Mount>, Fault> {
    let request = daemon.request(PrepareSnapshotRequest {
        snapshotter: SNAPSHOTTER.to_owned(),
        key: order.id.clone(),
        parent: image.snapshot.clone(),
        labels: [
            (OWNER_LABEL.to_owned(), order.owner.clone()),
            (KEPT_LABEL.to_owned(), "labrun".to_owned()),
        ]
        .into(),
    });
    let prepared = daemon.client.snapshots().prepare(request).await;
    let prepared = prepared.map_err(refused("make the snapshot"))?;
    Ok(prepared.into_inner().mounts)
}

/// Makes containerd's record of the container.
pub(crate) async fn make_record(
    daemon: &Daemon,
    order: &ContainerSpec,
    image: &Unpacked,
) -> Result<(), Fault> {
    let mut labels: std::collections::HashMap<_, _> = order.labels.clone().into_iter().collect();
    labels.insert(OWNER_LABEL.to_owned(), order.owner.clone());
    let container = Container {
        id: order.id.clone(),
        labels,
        image: image.name.clone(),
        runtime: Some(Runtime {
            name: order.runtime.clone(),
            options: None,
        }),
        spec: Some(Any {
            type_url: SPEC_TYPE.to_owned(),
            value: spec(order, &image.config).to_string().into_bytes(),
        }),
        snapshotter: SNAPSHOTTER.to_owned(),
        snapshot_key: order.id.clone(),
        ..Container::default()
    };
    let request = daemon.request(CreateContainerRequest {
        container: Some(container),
    });
    let made = daemon.client.containers().create(request).await;
    made.map(drop).map_err(refused("create the container"))
}

/// Makes the task: its shim, and its process, which does not run the program yet. Gives its id;
/// runwasi's shims give their own, and the process's when it is started.
pub(crate) async fn make_task(
    daemon: &Daemon,
    order: &ContainerSpec,
    rootfs: Vec<Mount>,
) -> Result<i32, Fault> {
    let path = |name: &str| order.streams.join(name).display().to_string();
    let request = daemon.request(CreateTaskRequest {
        container_id: order.id.clone(),
        rootfs,
        stdin: if order.stdin == Stdin::Empty {
            String::new()
        } else {
            path("stdin")
        },
        stdout: path(OUTPUTS[0]),
        stderr: path(OUTPUTS[1]),
        ..CreateTaskRequest::default()
    });
    let made = daemon.client.tasks().create(request).await;
    let made = made.map_err(refused("create the task"))?;
    process_id(made.into_inner().pid)
}

/// Lets it run; gives the id of its process.
pub(crate) async fn start(daemon: &Daemon, id: &str) -> Result<i32, Fault> {
    let request = daemon.request(StartRequest {
        container_id: id.to_owned(),
        ..StartRequest::default()
    });
    let started = daemon.client.tasks().start(request).await;
    let started = started.map_err(refused("start the task"))?;
    process_id(started.into_inner().pid)
}

fn process_id(pid: u32) -> Result<i32, Fault> {
    i32::try_from(pid).map_err(|_| Fault::Failed("containerd gave no process id".to_owned()))
}

/// Waits until its process has ended; gives its exit code.
pub(crate) async fn wait(daemon: &Daemon, id: &str) -> Result<Option<u32>, Fault> {
    let request = daemon.request(WaitRequest {
        container_id: id.to_owned(),
        ..WaitRequest::default()
    });
    let ended = daemon.client.tasks().wait(request).await;
    let ended = unless(Code::NotFound, "wait for the task", ended)?;
    Ok(ended.map(|ended| ended.into_inner().exit_status))
}

/// Sends a signal to it; one that has ended is no error.
pub(crate) async fn kill(daemon: &Daemon, id: &str, signal: i32) -> Result<(), Fault> {
    let request = daemon.request(KillRequest {
        container_id: id.to_owned(),
        signal: signal.unsigned_abs(),
        ..KillRequest::default()
    });
    let sent = daemon.client.tasks().kill(request).await;
    unless(Code::NotFound, "signal the task", sent).map(drop)
}

/// Ends its stdin.
pub(crate) async fn close_stdin(daemon: &Daemon, id: &str) -> Result<(), Fault> {
    let request = daemon.request(CloseIoRequest {
        container_id: id.to_owned(),
        stdin: true,
        ..CloseIoRequest::default()
    });
    let closed = daemon.client.tasks().close_io(request).await;
    unless(Code::NotFound, "close its stdin", closed).map(drop)
}

/// Removes a container whose task has ended, or is not there.
pub(crate) async fn remove_ended(daemon: &Daemon, id: &str) -> Result<(), Fault> {
    let request = daemon.request(DeleteTaskRequest {
        container_id: id.to_owned(),
    });
    let removed = daemon.client.tasks().delete(request).await;
    unless(Code::NotFound, "remove the task", removed)?;
    let request = daemon.request(DeleteContainerRequest { id: id.to_owned() });
    let removed = daemon.client.containers().delete(request).await;
    unless(Code::NotFound, "remove the container", removed)?;
    remove_snapshot(daemon, id).await
}

/// Ends and removes a container whatever state it is in. One that is not there is no error.
/// A task that is just being made, or whose shim is just ending, refuses to be removed: passes go on
/// until none does.
pub(crate) async fn remove(daemon: &Daemon, id: &str) -> Result<(), Fault> {
    let mut passes = 0;
    loop {
        // Refused where it has ended, or never started; the removal tells.
        let killed = kill(daemon, id, libc::SIGKILL).await;
        if killed.is_ok() {
            // It may hang on to a shim that is stuck: the next pass says so.
            let _ = tokio::time::timeout(Duration::from_secs(5), wait(daemon, id)).await;
        }
        match remove_ended(daemon, id).await {
            Err(Fault::Failed(_)) if passes < PASSES => passes += 1,
            done => return done,
        }
        tokio::time::sleep(PASS_INTERVAL).await;
    }
}

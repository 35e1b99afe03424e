//! What a container is made from, all of it fixed before the clock starts.

use std::collections::HashMap;
use std::net::SocketAddr;

use bollard::models::{ContainerCreateBody, HostConfig, PortBinding};

use super::configuration::{Configuration, Network};
use crate::define::GUEST_GRANT;
use crate::isolation::child::LaunchRequest;
use crate::owner;
use crate::task::Task;

/// Label with the name of the workload.
pub(in crate::isolation) const WORKLOAD_LABEL: &str = "labrun.workload";
/// Label with the name of the isolation.
pub(in crate::isolation) const ISOLATION_LABEL: &str = "labrun.isolation";

/// A container for `order`; `listen` is where its server listens inside, and `publish` the host's address
/// of its port.
pub(super) fn body(
    configuration: &Configuration,
    order: &LaunchRequest<'_>,
    listen: Option<SocketAddr>,
    publish: Option<SocketAddr>,
) -> ContainerCreateBody {
    let port = format!("{}/tcp", order.guest().port());
    let args = order.args(GUEST_GRANT, listen);
    let variables = order.container_variables(listen).into_iter();
    let variables: Vec<String> = variables
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let binding = |address: SocketAddr| PortBinding {
        host_ip: Some(address.ip().to_string()),
        host_port: Some(address.port().to_string()),
    };
    let reads_output = !matches!(order.job.task, Task::Serve { .. });
    let labels = [
        (owner::LABEL, order.site.owner.to_string()),
        (WORKLOAD_LABEL, order.job.workload.name.clone()),
        (ISOLATION_LABEL, configuration.name.to_owned()),
    ];
    let binds = order.folder();
    let host = HostConfig {
        binds: binds.map(|path| vec![format!("{}:{GUEST_GRANT}", path.display())]),
        runtime: Some(configuration.runtime.to_owned()),
        network_mode: match configuration.network {
            Network::Bridge => None,
            Network::Host => Some("host".to_owned()),
            Network::None => Some("none".to_owned()),
        },
        port_bindings: publish
            .map(|address| HashMap::from([(port.clone(), Some(vec![binding(address)]))])),
        ..HostConfig::default()
    };
    ContainerCreateBody {
        env: Some(variables).filter(|variables| !variables.is_empty()),
        // It stays until the lab, which is attached to its stdin, closes that.
        open_stdin: order.hold.then_some(true),
        stdin_once: order.hold.then_some(true),
        image: Some(order.job.artifact.display().to_string()),
        // Those of an image stand where none are given.
        cmd: Some(args).filter(|args| !args.is_empty()),
        attach_stdout: Some(reads_output),
        attach_stderr: Some(reads_output),
        exposed_ports: publish.map(|_| vec![port]),
        labels: Some(labels.map(|(name, value)| (name.to_owned(), value)).into()),
        host_config: Some(host),
        ..ContainerCreateBody::default()
    }
}

//! What exists because of a container, found from outside, against a real daemon.

use std::fs;
use std::process::Command;
use std::time::Duration;

use lab::cgroup::Group;
use lab::isolation::traces::{docker_proxies, shim};
use lab::memory::{measure, settled};
use lab::owner::{LABEL, Owner};
use lab::proc::{Pid, Processes};

use crate::skip::skip;
use crate::support::{above, folder, guest, site};

fn docker(args: &[&str]) -> Result<String, String> {
    let output = Command::new("docker").args(args).output();
    let output = output.map_err(|error| format!("docker: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

/// An image that holds the guest alone; gone with the value.
struct Image(String);

impl Image {
    fn new() -> Self {
        let archive = folder().join(format!("image-{}.tar", std::process::id()));
        let binary = guest();
        let packed = Command::new("tar")
            .arg("-cf")
            .args([
                &archive,
                std::path::Path::new("-C"),
                binary.parent().expect("a folder"),
            ])
            .arg("guest")
            .status();
        assert!(packed.expect("tar runs").success());
        let name = format!("labrun-test-memory:{}", std::process::id());
        let archive_name = archive.to_str().expect("a name");
        docker(&["import", archive_name, &name]).expect("imports");
        fs::remove_file(&archive).expect("removes it");
        Self(name)
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let _ = docker(&["rmi", "-f", &self.0]);
    }
}

/// A running container; gone with the value.
struct Container(String);

impl Container {
    fn new(image: &Image, mib: &str) -> Self {
        let label = format!("{LABEL}={}", Owner::this());
        let run = [
            "run",
            "-d",
            "-i",
            "-p",
            "127.0.0.1::8080",
            "--label",
            &label,
        ];
        let guest = [&image.0, "/guest", "hold", mib];
        Self(docker(&[&run[..], &guest].concat()).expect("runs"))
    }

    fn asked(&self, format: &str) -> String {
        docker(&["inspect", "-f", format, &self.0]).expect("inspects")
    }

    fn init(&self) -> Pid {
        self.asked("{{.State.Pid}}").parse().expect("a process")
    }

    /// All that exists because of it.
    fn all(&self) -> Processes {
        let address = self.asked("{{.NetworkSettings.IPAddress}}");
        let mut all = Group::of(self.init())
            .and_then(|group| group.pids())
            .expect("reads");
        all.extend(shim(self.init()));
        all.extend(docker_proxies(address.parse().expect("an address")));
        all
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = docker(&["rm", "-f", &self.0]);
    }
}

#[test]
fn a_container_is_its_processes_its_shim_and_its_proxy() {
    if let Err(reason) = docker(&["version"]) {
        return skip("memory-container", &reason);
    }
    let site = site();
    let image = Image::new();
    let read = |mib: &str| {
        let container = Container::new(&image, mib);
        let names = |pid: &Pid| fs::read_to_string(format!("/proc/{pid}/comm")).expect("a name");
        let mut found: Vec<String> = container.all().iter().map(names).collect();
        found.sort();
        assert_eq!(found, ["containerd-shim\n", "docker-proxy\n", "guest\n"]);
        let holder = shim(container.init()).expect("a shim");
        let command = fs::read_to_string(format!("/proc/{holder}/cmdline")).expect("reads");
        assert!(
            command.contains(&container.0),
            "the shim of this container: {command}"
        );
        let look = || measure(&container.all());
        let footprint = settled(&site, Duration::from_secs(20), look).expect("settles");
        let held = Group::of(container.init())
            .and_then(|group| group.held())
            .expect("reads");
        (footprint, held)
    };
    let ((none, none_held), (got, held)) = (read("0"), read("64"));
    above("anon", held.anon, none_held.anon, 64);
    // The shim and the proxy are programs with a collector of garbage: they move by a MiB.
    let more = got.pss_anon - none.pss_anon;
    assert!(
        (60 << 20..68 << 20).contains(&more),
        "{got:?}, without: {none:?}"
    );
    assert!(none.pss > 4 << 20, "the shim is in it: {none:?}");
}

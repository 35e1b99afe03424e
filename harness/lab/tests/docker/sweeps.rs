//! What a killed lab left behind goes; what a living one has, stays.

use std::process::Command;

use lab::isolation::Base;
use lab::owner::{Life, Owner, Unknown};

use crate::support::{containers, daemon, image};

fn docker(args: &[&str]) {
    let output = Command::new("docker")
        .args(args)
        .output()
        .expect("docker runs");
    assert!(
        output.status.success(),
        "docker {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The name of a lab that has ended, of this PID namespace; or of one that is not known.
fn mark(is_of_here: bool) -> String {
    let this = Owner::this().to_string();
    let parts: Vec<&str> = this.split('-').collect();
    let namespace = if is_of_here { parts[2] } else { "123abc" };
    // No process has the largest number, nor began with the machine.
    format!("4194303-1-{namespace}-{}", parts[3])
}

#[test]
fn a_sweep_removes_what_belongs_to_the_dead_alone() {
    let test = "docker-sweep";
    let Some(host) = daemon(test) else { return };
    let image = image(&host, Base::Scratch).expect("builds");
    let life = |owner: &str| Owner::parse(owner).expect("an owner").life();
    let (dead, unknown) = (mark(true), mark(false));
    assert_eq!((life(&dead), life(&unknown)), (Life::Ended, Life::Unknown));
    let names = [
        (dead, "docker-sweep-dead"),
        (unknown, "docker-sweep-unknown"),
        (Owner::this().to_string(), "docker-sweep-living"),
    ];
    for (owner, name) in &names {
        let owner = format!("labrun.owner={owner}");
        let workload = format!("labrun.workload={name}");
        docker(&[
            "run", "-d", "--label", &owner, "--label", &workload, &image.tag, "hang",
        ]);
    }
    let mut left_alone = Unknown::default();
    let (removed, left) = host.sweep(&mut left_alone);
    assert!(removed >= 1 && left.is_empty(), "{left:?}");
    assert_eq!(containers("docker-sweep-dead"), "");
    for name in ["docker-sweep-unknown", "docker-sweep-living"] {
        let kept = containers(name);
        assert_ne!(kept, "", "{name}");
        docker(&["rm", "-f", &kept]);
    }
    let lines = left_alone.lines().join("\n");
    assert!(lines.starts_with("container "), "{lines}");
    assert!(lines.contains(&names[1].0), "{lines}");
}

#[test]
fn one_that_was_created_since_the_boot_is_not_judged_by_the_number_of_another() {
    let test = "docker-sweep-created";
    let Some(host) = daemon(test) else { return };
    let image = image(&host, Base::Scratch).expect("builds");
    // As of a lab in a container whose runtime has altered it; it does not say that the lab has ended.
    let dead = mark(true);
    let (rest, _) = dead.rsplit_once('-').expect("a boot");
    let altered = format!("{rest}-1123abcd");
    let life = Owner::parse(&altered).expect("an owner").life();
    assert_eq!(life, Life::Ended, "by its mark alone");
    let owner = format!("labrun.owner={altered}");
    let workload = format!("labrun.workload={test}");
    docker(&[
        "create", "--label", &owner, "--label", &workload, &image.tag, "hang",
    ]);
    let mut left_alone = Unknown::default();
    host.sweep(&mut left_alone);
    let kept = containers(test);
    assert_ne!(kept, "");
    docker(&["rm", "-f", &kept]);
    let lines = left_alone.lines().join("\n");
    assert!(lines.contains(&altered), "{lines}");
}

#[test]
fn a_sweep_removes_the_links_of_the_dead() {
    let test = "docker-sweep-link";
    let ip = |args: &[&str]| {
        Command::new("ip")
            .args(args)
            .output()
            .is_ok_and(|output| output.status.success())
    };
    let names = [
        ("labrunsweep0", mark(true)),
        ("labrunsweep1", Owner::this().to_string()),
        ("labrunsweep2", mark(false)),
    ];
    for (name, owner) in names {
        if !ip(&[
            "link",
            "add",
            name,
            "type",
            "veth",
            "peer",
            "name",
            &format!("{name}p"),
        ]) {
            return crate::support::skip(
                test,
                "a veth pair needs root and iproute2: sudo scripts/test",
            );
        }
        assert!(ip(&["link", "set", name, "alias", &owner]));
    }
    // Fences around networks, of a process id that none has (the largest), in this PID namespace
    // and in another.
    let metric = |is_of_here: bool| {
        let mark = mark(is_of_here);
        let namespace = mark.split('-').nth(2).expect("a namespace");
        let namespace = u64::from_str_radix(namespace, 16).expect("a number") & 0xff;
        (0x4000_0000 | (namespace << 22) | 4_194_303).to_string()
    };
    let fence = |change: &str, network: &str, metric: &str| {
        let route = ["unreachable", network, "metric", metric, "proto", "static"];
        ip(&[&["route", change], &route[..]].concat())
    };
    let (dead, unknown) = (metric(true), metric(false));
    assert!(fence("add", "198.19.255.252/30", &dead));
    assert!(fence("add", "198.19.255.248/30", &unknown));
    let swept = lab::sweep::sweep(false);
    assert!(
        !fence("del", "198.19.255.252/30", &dead),
        "the fence of a dead owner is left"
    );
    assert!(
        fence("del", "198.19.255.248/30", &unknown),
        "the fence of a lab of which nothing is known is gone"
    );
    assert!(
        !ip(&["link", "show", "labrunsweep0"]),
        "the link of a dead owner is left"
    );
    for name in ["labrunsweep1", "labrunsweep2"] {
        assert!(ip(&["link", "del", name]), "{name} is gone");
    }
    assert!(swept.links >= 2, "{swept:?}");
    let told = swept.left.join("\n");
    assert!(
        told.contains("network link labrunsweep2 of the lab"),
        "{told}"
    );
    assert!(told.contains("route to 198.19.255.248/30"), "{told}");
}

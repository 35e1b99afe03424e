//! What a killed lab left behind goes; what a living one has, stays.

use std::process::Command;

use lab::isolation::Base;
use lab::owner::Owner;

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

#[test]
fn a_sweep_removes_what_belongs_to_the_dead_alone() {
    let test = "docker-sweep";
    let Some(host) = daemon(test) else { return };
    let image = image(&host, Base::Scratch).expect("builds");
    let dead = "labrun.owner=1-1";
    assert!(!Owner::parse("1-1").expect("an owner").is_alive());
    let living = format!("labrun.owner={}", Owner::this());
    let names = [
        (dead, "docker-sweep-dead"),
        (living.as_str(), "docker-sweep-living"),
    ];
    for (owner, name) in names {
        let workload = format!("labrun.workload={name}");
        docker(&[
            "run", "-d", "--label", owner, "--label", &workload, &image.tag, "hang",
        ]);
    }
    let (removed, left) = host.sweep();
    assert!(removed >= 1 && left.is_empty(), "{left:?}");
    assert_eq!(containers("docker-sweep-dead"), "");
    let living = containers("docker-sweep-living");
    assert_ne!(living, "");
    docker(&["rm", "-f", &living]);
}

#[test]
fn a_sweep_removes_the_links_of_the_dead() {
    let test = "docker-sweep-link";
    let Some(host) = daemon(test) else { return };
    let ip = |args: &[&str]| {
        Command::new("ip")
            .args(args)
            .output()
            .is_ok_and(|output| output.status.success())
    };
    let names = [
        ("labrunsweep0", "1-1"),
        ("labrunsweep1", &Owner::this().to_string()),
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
        assert!(ip(&["link", "set", name, "alias", owner]));
    }
    // A fence around a network, of a process id that none has (the largest).
    let fence = [
        "unreachable",
        "198.19.255.252/30",
        "metric",
        "1077936127",
        "proto",
        "static",
    ];
    assert!(ip(&[&["route", "add"], &fence[..]].concat()));
    assert_eq!(host.sweep().1, [""; 0]);
    assert!(
        !ip(&[&["route", "del"], &fence[..]].concat()),
        "the fence of a dead owner is left"
    );
    assert!(
        !ip(&["link", "show", "labrunsweep0"]),
        "the link of a dead owner is left"
    );
    assert!(
        ip(&["link", "del", "labrunsweep1"]),
        "the link of a living owner is gone"
    );
}

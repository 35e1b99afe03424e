//! Several requests of one's own under load, on a server in an image: the same on every isolation that makes
//! containers.

use serde_json::Value;

use super::mixed_load::{REQUESTS, SERVER, write};
use super::own_images::user;
use crate::support::{Image, Lab, Question};

const CONTAINERS: [&str; 4] = [
    "docker/runc",
    "docker/runc-nonet",
    "oci/runc",
    "bubblewrap/unshare-all",
];

#[test]
fn requests_of_one_s_own_are_weighed_and_checked_in_containers_too() {
    let load = "\n[workload.load]\nconnections = 1\nduration_s = 0.3\nwarmup_s = 0.1\n\
        rates = [\"1000/s\"]\nquick_rates = []";
    let question = Question::throughput().of("serves", load);
    let question = CONTAINERS
        .iter()
        .fold(question, |question, glob| question.isolation(glob));
    let lab = Lab::fixture().server("serves", SERVER).question(&question);
    let Some(user) = user("own-image-mixed", lab) else {
        return;
    };
    Image::of(&user.guest("serves")).write(&user, "own/web.tar");
    let measured = |env: &[(&str, &str)]| {
        write(&user.path("own"), "image = \"web.tar\"", "", REQUESTS, env);
        user.ask("throughput", &["-w", "./own"], &[])
    };
    let ran = measured(&[]).exit(0);
    let run = ran.files.json("run.json");
    for isolation in CONTAINERS {
        let rows = ran.files.rows("web", isolation);
        let asked = rows.iter().filter(|row| row["outcome"] != "unsupported");
        let outcomes: Vec<&str> = asked.filter_map(|row| row["outcome"].as_str()).collect();
        let is_docker = isolation.starts_with("docker/");
        let may_be =
            |outcome: &&str| *outcome == "measured" || *outcome == "unavailable" && !is_docker;
        assert!(
            !outcomes.is_empty() && outcomes.iter().all(may_be),
            "{rows:#?}"
        );
    }
    let mut looked_at = 0;
    for sample in ran.files.samples() {
        let row = &run["rows"][sample["row"].as_u64().expect("a row") as usize];
        let answered = sample["answered"].as_array().into_iter().flatten();
        let counts: Vec<u64> = answered.filter_map(Value::as_u64).collect();
        if let ("latency", [read, made, head]) = (row["metric"].as_str().expect("one"), &counts[..])
        {
            // Whole periods of ten, as natively.
            assert_eq!((*read, *made), (6 * head, 3 * head), "{sample:#}");
            looked_at += 1;
        }
    }
    assert!(looked_at >= 2, "docker's are always there");
    let wrong = measured(&[("WRONG", "POST /made")]).exit(101);
    for row in wrong.files.rows("web", "docker/runc") {
        let said = row["reason"].as_str().expect("a reason");
        assert!(
            row["outcome"] == "mismatch" && said.starts_with("POST /made: "),
            "{row:#}"
        );
    }
}

//! A configuration's flags reach V8 in time, and do what `runner.toml` says.

use std::process::Command;

use labrun_runner_kit::testing::skip;

mod node;

/// Configuration; compiler of the first call, and where it is hot.
const TIERS: [(&str, &str); 3] = [
    ("liftoff", "Liftoff Liftoff"),
    ("turbofan", "TurboFan TurboFan"),
    ("v8", "Liftoff TurboFan"),
];

#[test]
fn each_configuration_has_its_compilers() {
    if let Some(reason) = node::missing() {
        skip("each_configuration_has_its_compilers", &reason);
        return;
    }
    for (configuration, expected) in TIERS {
        let told = Command::new("node")
            .args(["tests/tiers.cjs", configuration])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("node starts");
        let said = String::from_utf8_lossy(&told.stderr);
        assert!(told.status.success(), "{configuration}: {said}");
        let tiers = String::from_utf8_lossy(&told.stdout);
        assert_eq!(tiers.trim(), expected, "{configuration}");
    }
}

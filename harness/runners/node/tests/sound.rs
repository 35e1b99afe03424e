//! A guest that calls its host while V8 is about to collect neither crashes nor loses what it uses, as it
//! does by V8's fast calls: <https://github.com/nodejs/node/issues/46777>.

use std::path::Path;
use std::process::Command;

use labrun_runner_kit::testing::skip;

mod node;

#[test]
fn a_collection_in_a_call_of_the_host_destroys_nothing() {
    if let Some(reason) = node::missing() {
        skip(
            "a_collection_in_a_call_of_the_host_destroys_nothing",
            &reason,
        );
        return;
    }
    for configuration in ["liftoff", "turbofan", "v8"] {
        let module = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{configuration}.wasm"));
        let ran = Command::new("node")
            .args(["tests/sound.cjs", configuration])
            .arg(module)
            .arg("300")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("node starts");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(
            ran.status.success(),
            "{configuration}: {}: {said}",
            ran.status
        );
        assert_eq!(ran.stdout, b"300\n", "{configuration}");
    }
}

//! The isolations of a lab: those that are compiled in, from one table, and those that are
//! defined, from their definitions.

use std::path::Path;

use serde_json::{Value, json};

use super::{definitions, list, text, word};

/// What is compiled in: names; what it runs; the networks of its servers; and what has to be
/// there beside what is shipped.
const COMPILED_IN: &str = "
native/static native/landlock control/spawn               | native | host                |
native/dynamic                                            | native | host                | libraries
bubblewrap/unshare-all                                    | native | veth                | runtime libraries
oci/runc oci/crun oci/youki oci/runsc                     | image  | veth                | runtime libraries
docker/runc docker/crun docker/youki docker/runsc         | image  | published container | daemon
docker/runc-hostnet                                       | image  | host                | daemon
docker/runc-nonet                                         | image  | veth                | daemon
docker/runc-debian                                        | image  | published container | base daemon
containerd/runc                                           | image  | veth                | daemon
containerd/wasmtime containerd/wasmedge containerd/wasmer | wasip1 | veth                | daemon";

/// What an isolation is.
pub(crate) struct Isolation {
    pub(crate) name: String,
    /// What it has rows for: `unsupported` ones where it does not run that.
    pub(super) targets: Vec<Value>,
    /// What it runs.
    runs: Vec<Value>,
    /// Its starts; none where it calls exports alone.
    pub(super) starts: Vec<Value>,
    pub(super) networks: Vec<String>,
    /// What has to be there beside what is shipped.
    pub(super) needed: Vec<String>,
    /// Its entries of `[[unsupported]]`.
    unsupported: Vec<Value>,
    /// Whether exports are called in it.
    pub(super) calls: bool,
    /// Whether it is for servers alone, or for none; where nothing is said, for both.
    pub(super) serves: Option<bool>,
    /// The only way in which its servers use instances.
    pub(super) policy: Option<String>,
    /// Whether it needs something that is not built from this repository.
    pub(crate) may_be_missing: bool,
    /// Whether somebody else's program holds the guest: an interpreter, a product.
    pub(crate) is_hosted: bool,
}

impl Isolation {
    /// Whether it is beside cold starts alone, of commands without files, and always there.
    pub(crate) fn is_control(&self) -> bool {
        self.name.starts_with("control/")
    }

    /// Those of a line of the table.
    fn compiled_in(line: &str) -> Vec<Self> {
        let cells: Vec<Vec<String>> = line.split('|').map(words).collect();
        let [names, runs, networks, needed] = &cells[..] else {
            panic!("four cells: {line}");
        };
        let missing = |what: &String| what == "runtime" || what == "daemon";
        let one = |name: &String| Self {
            name: name.clone(),
            targets: runs.iter().map(|target| json!(target)).collect(),
            runs: runs.iter().map(|target| json!(target)).collect(),
            starts: vec![json!("process")],
            networks: networks.clone(),
            needed: needed.clone(),
            unsupported: Vec::new(),
            calls: false,
            serves: None,
            policy: None,
            may_be_missing: needed.iter().any(missing),
            is_hosted: false,
        };
        names.iter().map(one).collect()
    }

    /// A configuration of a runner, or of a product.
    fn defined(definition: &Value, configuration: &Value, is_runner: bool) -> Self {
        let [technology, own] = [definition, configuration].map(|of| text(of, "name"));
        let runs = list(&configuration["targets"]).to_vec();
        let is_native = runs.contains(&json!("native"));
        let build = &definition["build"];
        let concerns = |entry: &&Value| {
            let of = list(&entry["configurations"]);
            of.is_empty() || of.contains(&json!(own))
        };
        let unsupported = list(&definition["unsupported"]).iter().filter(concerns);
        let starts = configuration.get("starts").map(list);
        Self {
            name: format!("{technology}/{own}"),
            targets: if is_native {
                runs.clone()
            } else {
                vec![json!("wasip1"), json!("wasip2")]
            },
            runs,
            starts: starts.map_or_else(|| vec![json!("process")], <[_]>::to_vec),
            networks: words("host"),
            needed: words("runtime libraries"),
            unsupported: unsupported.cloned().collect(),
            calls: is_runner,
            serves: (!is_runner).then(|| definition.get("host").is_some()),
            policy: configuration.get("policy").map(word),
            may_be_missing: !is_runner || !list(&build["needs"]).is_empty(),
            is_hosted: !is_runner || build.get("interpreter").is_some(),
        }
    }

    /// Whether it cannot run a target, or not give one of these needs.
    pub(super) fn cannot(&self, target: &str, needs: &[Value]) -> bool {
        let lacks = |entry: &Value| needs.contains(&entry["need"]);
        !self.runs.contains(&json!(target)) || self.unsupported.iter().any(lacks)
    }

    /// Whether it runs programs, or calls exports alone.
    pub(crate) fn runs_programs(&self) -> bool {
        !self.starts.is_empty()
    }

    /// The part of its name before the slash.
    pub(crate) fn technology(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }
}

/// All isolations of a lab.
pub(crate) fn isolations(lab: &Path) -> Vec<Isolation> {
    let lines = COMPILED_IN.trim().lines();
    let mut all: Vec<Isolation> = lines.flat_map(Isolation::compiled_in).collect();
    for folder in ["runners", "commands", "servers"] {
        for definition in definitions(&lab.join("harness").join(folder)) {
            let of_one = list(&definition["configuration"]).iter();
            let is_runner = folder == "runners";
            all.extend(of_one.map(|one| Isolation::defined(&definition, one, is_runner)));
        }
    }
    all
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

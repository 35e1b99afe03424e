//! What the machine is.

use serde::{Deserialize, Serialize};

/// What the machine is: everything known that can move a measurement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fingerprint {
    /// Name of the host.
    pub host: String,
    /// `x86_64`, `aarch64`.
    pub arch: String,
    /// Model name of the processor.
    pub cpu: String,
    /// Logical processors online.
    pub cores: u32,
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Release of the kernel.
    pub kernel: String,
    /// `PRETTY_NAME` of `/etc/os-release`.
    pub os: String,
    /// Frequency governor; null where the kernel shows none (most virtual machines).
    pub governor: Option<String>,
    /// Thousandths of one processor that a cgroup lets the run use, where that is less than there are; left
    /// out where nothing limits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_quota_milli: Option<u64>,
    /// What runs this machine, where it is virtual and says so: `kvm`, `xen` ...
    pub hypervisor: Option<String>,
    /// Which cgroup hierarchy the memory controller is on.
    pub cgroup: CgroupVersion,
    /// Whether transparent huge pages are `always`, `madvise` or `never`.
    pub transparent_hugepages: Option<String>,
    /// Whether the process runs under an emulator of another architecture.
    pub emulated: bool,
}

/// Which cgroup hierarchy holds the memory controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum CgroupVersion {
    /// One hierarchy for each controller (also in hybrid mode).
    V1,
    /// The unified hierarchy.
    V2,
    /// None is mounted.
    None,
}

impl Fingerprint {
    /// The part of the fingerprint that makes two runs comparable: architecture,
    /// processor, cores, memory to the nearest GiB, and the kernel's major and
    /// minor version. For example
    /// `x86_64/amd-epyc/2c/24g/linux-6.18/kvm`.
    pub fn machine_class(&self) -> String {
        let slug: String = self
            .cpu
            .to_lowercase()
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("-");
        let gib = (self.memory_bytes as f64 / f64::from(1 << 30)).round();
        let kernel: Vec<&str> = self.kernel.split(['.', '-']).take(2).collect();
        format!(
            "{}/{slug}/{}c/{gib}g/linux-{}/{}{}",
            self.arch,
            self.cores,
            kernel.join("."),
            self.hypervisor.as_deref().unwrap_or("bare"),
            if self.emulated { "/emulated" } else { "" },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_leaves_out_what_does_not_move_a_measurement() {
        let mut machine = Fingerprint {
            host: "vm".into(),
            arch: "x86_64".into(),
            cpu: "AMD EPYC".into(),
            cores: 2,
            memory_bytes: 25_279_000_000,
            kernel: "6.18.44-fc".into(),
            os: "Debian GNU/Linux 12 (bookworm)".into(),
            governor: None,
            cpu_quota_milli: None,
            hypervisor: Some("kvm".into()),
            cgroup: CgroupVersion::V1,
            transparent_hugepages: None,
            emulated: false,
        };
        let class = machine.machine_class();
        assert_eq!(class, "x86_64/amd-epyc/2c/24g/linux-6.18/kvm");
        machine.host = "other".into();
        machine.kernel = "6.18.45".into();
        assert_eq!(machine.machine_class(), class);
        machine.cores = 4;
        assert_ne!(machine.machine_class(), class);
    }
}

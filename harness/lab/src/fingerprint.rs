//! What this machine is, read from the kernel's own files.

use std::fs;

use labrun_record::{CgroupVersion, Fingerprint};

use crate::cgroup::{Mount, Version, cpu_quota};
use crate::proc::bytes;

/// The fingerprint of this machine.
pub fn fingerprint() -> Fingerprint {
    let cpuinfo = read("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        cpuinfo.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == name).then(|| value.trim().to_owned())
        })
    };
    let virtual_machine = cpuinfo
        .lines()
        .any(|line| line.starts_with("flags") && line.contains(" hypervisor"));
    let meminfo = read("/proc/meminfo");
    Fingerprint {
        host: read("/proc/sys/kernel/hostname").unwrap_or_else(|| "unknown".to_owned()),
        arch: std::env::consts::ARCH.to_owned(),
        cpu: field("model name")
            .or_else(|| field("CPU part"))
            .unwrap_or_else(|| "unknown".to_owned()),
        cores: std::thread::available_parallelism().map_or(1, |n| n.get() as u32),
        memory_bytes: meminfo
            .and_then(|text| bytes(&text, "MemTotal"))
            .unwrap_or(0),
        kernel: read("/proc/sys/kernel/osrelease").unwrap_or_else(|| "unknown".to_owned()),
        os: os_name(),
        governor: read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        cpu_quota_milli: quota(&cpuinfo),
        hypervisor: read("/sys/hypervisor/type")
            .or_else(|| virtual_machine.then(|| "virtual".to_owned())),
        // Where the memory controller is: in hybrid mode that is version 1.
        cgroup: match Mount::find().map(|mount| mount.version) {
            Some(Version::V1) => CgroupVersion::V1,
            Some(Version::V2) => CgroupVersion::V2,
            None => CgroupVersion::None,
        },
        transparent_hugepages: read("/sys/kernel/mm/transparent_hugepage/enabled")
            .and_then(|text| chosen(&text)),
        emulated: is_emulated_by(&cpuinfo),
    }
}

/// Thousandths of a processor that a cgroup leaves of those that there are.
fn quota(cpuinfo: &str) -> Option<u64> {
    let (processors, _) = cpu_quota()?;
    let lines = cpuinfo.lines();
    let all = lines.filter(|line| line.starts_with("processor")).count();
    (processors < all as f64).then(|| (processors * 1000.0).round() as u64)
}

fn read(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The word in brackets of a kernel's list of choices: `always [madvise] never`.
fn chosen(text: &str) -> Option<String> {
    Some(text.split_once('[')?.1.split_once(']')?.0.to_owned())
}

fn os_name() -> String {
    let text = read("/etc/os-release").unwrap_or_default();
    let mut lines = text.lines();
    let name = lines.find_map(|line| line.strip_prefix("PRETTY_NAME="));
    name.unwrap_or("unknown").trim_matches('"').to_owned()
}

/// Whether the lab itself runs under an emulator.
pub fn is_emulated() -> bool {
    is_emulated_by(&read("/proc/cpuinfo").unwrap_or_default())
}

/// qemu's user-mode emulation shows the host's processor to a guest program, so
/// that a processor of another architecture gives it away.
fn is_emulated_by(cpuinfo: &str) -> bool {
    let x86_host = cpuinfo.contains("vendor_id") || cpuinfo.contains("flags\t");
    (std::env::consts::ARCH == "aarch64" && x86_host)
        || (std::env::consts::ARCH == "x86_64" && cpuinfo.contains("CPU implementer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known() {
        let machine = fingerprint();
        assert!(machine.cores > 0 && machine.memory_bytes > 1 << 20);
        assert_ne!(machine.kernel, "unknown");
        assert!(!machine.emulated);
    }

    #[test]
    fn the_chosen_word_is_the_one_in_brackets() {
        assert_eq!(chosen("always [madvise] never").as_deref(), Some("madvise"));
    }
}

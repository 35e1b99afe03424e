//! The class of a machine: what of it makes two nights comparable.

use labrun_record::{Fingerprint, Run};

/// The class of a run: that of its machine and, where it emulated another architecture, which. So nights of
/// both, which measure other rows, are two histories.
pub fn class_of(run: &Run) -> String {
    let class = machine_class(&run.machine);
    match run.emulated_arch().filter(|arch| *arch != run.machine.arch) {
        Some(arch) => format!("{class}-emulates-{}", slug(arch)),
        None => class,
    }
}

/// Architecture, processor, cores, memory to the nearest power of two of GiB, and what runs it, if it is
/// virtual: `x86_64-amd-epyc-2c-32g-kvm`. Neither its name, since runners of a service change theirs each
/// night, nor its kernel: that a kernel made something slower is what is looked for.
pub fn machine_class(machine: &Fingerprint) -> String {
    let gib = machine.memory_bytes as f64 / f64::from(1 << 30);
    let bucket = gib.max(1.0).log2().round().exp2();
    let words = [
        machine.arch.as_str(),
        &machine.cpu,
        &format!("{}c", machine.cores),
        &format!("{bucket}g"),
        machine.hypervisor.as_deref().unwrap_or("bare"),
    ];
    let quota = machine.cpu_quota_milli.map(|milli| format!("quota{milli}"));
    let emulated = machine.emulated.then(|| "emulated".to_owned());
    let words = words.into_iter().map(str::to_owned);
    let slugs: Vec<String> = words
        .chain(quota)
        .chain(emulated)
        .map(|word| slug(&word))
        .filter(|word| !word.is_empty())
        .collect();
    slugs.join("-")
}

/// Small letters and digits, and a `-` for all between.
fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let parts = lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use labrun_record::CgroupVersion;

    use super::*;

    #[test]
    fn neither_name_nor_kernel_makes_a_class() {
        let mut machine = Fingerprint {
            host: "vm".into(),
            arch: "x86_64".into(),
            cpu: "AMD EPYC 7763 (64-Core)".into(),
            cores: 2,
            memory_bytes: 25_279_000_000,
            kernel: "6.18.44".into(),
            os: "Debian".into(),
            governor: None,
            cpu_quota_milli: None,
            hypervisor: Some("kvm".into()),
            cgroup: CgroupVersion::V1,
            transparent_hugepages: None,
            emulated: false,
        };
        let class = machine_class(&machine);
        assert_eq!(class, "x86_64-amd-epyc-7763-64-core-2c-32g-kvm");
        machine.host = "other".into();
        machine.kernel = "6.12".into();
        // What the firmware keeps for itself is no other machine.
        machine.memory_bytes -= 300_000_000;
        assert_eq!(machine_class(&machine), class);
        machine.cpu_quota_milli = Some(1500);
        assert_ne!(machine_class(&machine), class);
    }
}

//! The settings of each configuration. Each is repeated with its reason in
//! `runner.toml`, which is what a report shows.

use anyhow::{Result, bail};
use labrun_runner_kit::{Configuration, IN_FLIGHT};
use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig, Strategy};

/// Every configuration, sorted by name.
pub(crate) const ALL: &[Configuration] = &[
    Configuration {
        name: "cranelift-aot",
        precompile: true,
    },
    Configuration {
        name: "cranelift-jit",
        precompile: false,
    },
    Configuration {
        name: "pooling-aot",
        precompile: true,
    },
    Configuration {
        name: "pulley-aot",
        precompile: true,
    },
    Configuration {
        name: "winch-jit",
        precompile: false,
    },
];

/// Settings that compile modules for `name`.
pub(crate) fn to_compile(name: &str) -> Result<Config> {
    let mut config = Config::new();
    match name {
        "cranelift-aot" | "cranelift-jit" => config.strategy(Strategy::Cranelift),
        "pooling-aot" => config
            .strategy(Strategy::Cranelift)
            .allocation_strategy(pools(None)),
        "pulley-aot" => config.strategy(Strategy::Cranelift).target("pulley64")?,
        "winch-jit" => config.strategy(Strategy::Winch),
        _ => bail!("`{name}` is no configuration of wasmtime"),
    };
    // The default, said aloud: an instance shares its initial memory with the file.
    config.memory_init_cow(true);
    Ok(config)
}

/// Settings that run modules for `name`, where `instances` will be alive at once.
pub(crate) fn to_run(name: &str, instances: Option<u32>) -> Result<Config> {
    let mut config = to_compile(name)?;
    if name == "pooling-aot" {
        config.allocation_strategy(pools(instances));
    }
    if ALL.iter().any(|one| one.name == name && one.precompile) {
        // Nothing is compiled in this process: it need not set up a compiler.
        config.enable_compiler(false);
    }
    Ok(config)
}

/// How many core instances, memories and tables can be alive at once, at least: one
/// component is several of each. They are reserved together, whatever their number.
const INSTANCES: u32 = 256;

/// How many core instances and tables a component can be; 4 is usual.
const PARTS: u32 = 8;

/// How many memories a component can be. Each is 4 GiB of address space, of which there
/// are 128 TiB.
const MEMORIES: u32 = 2;

/// How many more than are asked for, while some are being dropped.
const SPARE: u32 = 4;

/// How much of a memory is reset by writing, and kept, where an instance is dropped; the
/// rest goes back to the kernel, and each page that the next instance touches there costs a
/// fault. The kernel is asked which pages were written: otherwise the lowest are taken,
/// which Rust's guests, with their stack below their data, never touch.
const KEEP_RESIDENT: usize = 64 << 10;

/// Pools for `instances` that are alive at once, or for the requests of a server. Each guest
/// on the asynchronous API has a stack, which is reserved by a system call of its own: 2 us of
/// the start of a process. So there are no more than were asked for.
fn pools(instances: Option<u32>) -> InstanceAllocationStrategy {
    let room = instances
        .unwrap_or(IN_FLIGHT)
        .max(IN_FLIGHT)
        .saturating_add(SPARE);
    let reserved = |each: u32| room.saturating_mul(each).max(INSTANCES);
    let mut pools = PoolingAllocationConfig::default();
    pools
        .total_core_instances(reserved(PARTS))
        .total_component_instances(reserved(1))
        .total_memories(reserved(MEMORIES))
        .total_tables(reserved(PARTS))
        .total_stacks(room)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT)
        .pagemap_scan(Enabled::Auto);
    InstanceAllocationStrategy::Pooling(pools)
}

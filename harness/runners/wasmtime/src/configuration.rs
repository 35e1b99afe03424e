//! The settings of each configuration. Each is repeated with its reason in
//! `runner.toml`, which is what a report shows.

use anyhow::{Result, bail};
use labrun_runner_kit::{Configuration, IN_FLIGHT};
use wasmtime::{Config, InstanceAllocationStrategy, PoolingAllocationConfig, Strategy};

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
            .allocation_strategy(pools()),
        "pulley-aot" => config.strategy(Strategy::Cranelift).target("pulley64")?,
        "winch-jit" => config.strategy(Strategy::Winch),
        _ => bail!("`{name}` is no configuration of wasmtime"),
    };
    // The default, said aloud: an instance shares its initial memory with the file.
    config.memory_init_cow(true);
    Ok(config)
}

/// Settings that run modules for `name`.
pub(crate) fn to_run(name: &str) -> Result<Config> {
    let mut config = to_compile(name)?;
    if ALL.iter().any(|one| one.name == name && one.precompile) {
        // Nothing is compiled in this process: it need not set up a compiler.
        config.enable_compiler(false);
    }
    Ok(config)
}

/// How many core instances, memories and tables can be alive at once: one component
/// is several of each. They are reserved together, whatever their number.
const INSTANCES: u32 = 256;

/// How many stacks: one for each guest on the asynchronous API. Each is reserved by a
/// system call of its own, 2 us of the start of a process.
const STACKS: u32 = IN_FLIGHT + 4;

/// How much of a memory is cleared by writing zeroes, and kept, where an instance is
/// dropped; the rest goes back to the kernel, and each page that the next instance
/// touches there costs a fault.
const KEEP_RESIDENT: usize = 64 << 10;

fn pools() -> InstanceAllocationStrategy {
    let mut pools = PoolingAllocationConfig::default();
    pools
        .total_core_instances(INSTANCES)
        .total_component_instances(INSTANCES)
        .total_memories(INSTANCES)
        .total_tables(INSTANCES)
        .total_stacks(STACKS)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT);
    InstanceAllocationStrategy::Pooling(pools)
}

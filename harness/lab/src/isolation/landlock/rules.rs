//! What a restricted process may reach: its own file, what it is granted, its own port.

use std::io;
use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, NetPort,
    PathBeneath, PathFd, Ruleset, RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _,
    RulesetError, Scope,
};

/// The least ABI: with ports (Linux 6.7).
const LEAST: ABI = ABI::V4;

/// Rules that deny everything that Landlock knows of. What the least ABI has must be
/// there; devices and scopes, which came later, are denied where the kernel can.
fn deny_all() -> Result<RulesetCreated, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(LEAST))?
        .handle_access(AccessNet::from_all(LEAST))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))?
        .scope(Scope::from_all(ABI::V6))?
        .create()
}

/// Restricts the calling thread, and whatever it starts: it may execute and read what is `executed`
/// (the program, its loader and libraries), do anything below `grant`, and listen on `port`.
pub(super) fn restrict<'p>(
    executed: impl Iterator<Item = &'p Path>,
    grant: Option<&Path>,
    port: Option<u16>,
) -> io::Result<()> {
    let open = |path: &Path| PathFd::new(path).map_err(io::Error::other);
    let failed = io::Error::other::<RulesetError>;
    let mut rules = deny_all().map_err(failed)?;
    let execute: BitFlags<AccessFs> = AccessFs::Execute | AccessFs::ReadFile;
    for file in executed {
        rules = rules
            .add_rule(PathBeneath::new(open(file)?, execute))
            .map_err(failed)?;
    }
    if let Some(grant) = grant {
        let all = AccessFs::from_all(LEAST) & !AccessFs::Execute;
        rules = rules
            .add_rule(PathBeneath::new(open(grant)?, all))
            .map_err(failed)?;
    }
    if let Some(port) = port {
        rules = rules
            .add_rule(NetPort::new(port, AccessNet::BindTcp))
            .map_err(failed)?;
    }
    rules.restrict_self().map(drop).map_err(failed)
}

/// Why this kernel cannot, if it cannot.
pub(super) fn not_possible() -> Option<String> {
    deny_all().err().map(|error| {
        format!(
            "this kernel has no Landlock with ports ({error}): it needs Linux 6.7 or newer, \
             with `landlock` among the modules of the kernel parameter lsm="
        )
    })
}

/// The ABI of the running kernel: what `LANDLOCK_CREATE_RULESET_VERSION` answers
/// (`landlock_create_ruleset(2)`); 0 for none.
pub(super) fn abi() -> i64 {
    const VERSION: u32 = 1;
    // SAFETY: with this flag the call takes a null pointer and a size of 0, and makes nothing.
    let abi = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0_usize,
            VERSION,
        )
    };
    abi.max(0)
}

//! What qemu and a plugin know of each other: version 1 of its interface, which qemu 4.2 to 8.2 have, as
//! far as it is used here.

use std::ffi::{c_char, c_int, c_uint, c_void};

/// The version that this plugin is written for.
pub(crate) const VERSION: c_int = 1;

/// What qemu calls a plugin.
pub(crate) type PluginId = u64;

/// Instructions that are translated together, and always executed one after another from the first.
#[repr(C)]
pub(crate) struct Block {
    _opaque: [u8; 0],
}

/// What qemu says of itself; more follows that is of no use here.
#[repr(C)]
pub(crate) struct Info {
    /// The architecture that is emulated: `aarch64`.
    pub(crate) target_name: *const c_char,
}

/// The plugin reads no register of the emulated processor.
pub(crate) const NO_REGISTERS: c_int = 0;

/// A block is translated.
pub(crate) type OnTranslated = extern "C" fn(PluginId, *mut Block);
/// A thread is about to execute a block.
pub(crate) type OnExecuted = extern "C" fn(c_uint, *mut c_void);
/// A thread makes a system call: its number, and its arguments.
pub(crate) type OnCall =
    extern "C" fn(PluginId, c_uint, i64, u64, u64, u64, u64, u64, u64, u64, u64);
/// A system call has given its result.
pub(crate) type OnReturned = extern "C" fn(PluginId, c_uint, i64, i64);
/// The program ends.
pub(crate) type OnEnd = extern "C" fn(PluginId, *mut c_void);

unsafe extern "C" {
    pub(crate) fn qemu_plugin_register_vcpu_tb_trans_cb(id: PluginId, on: OnTranslated);
    pub(crate) fn qemu_plugin_register_vcpu_tb_exec_cb(
        block: *mut Block,
        on: OnExecuted,
        registers: c_int,
        given: *mut c_void,
    );
    pub(crate) fn qemu_plugin_tb_n_insns(block: *const Block) -> usize;
    pub(crate) fn qemu_plugin_register_vcpu_syscall_cb(id: PluginId, on: OnCall);
    pub(crate) fn qemu_plugin_register_vcpu_syscall_ret_cb(id: PluginId, on: OnReturned);
    pub(crate) fn qemu_plugin_register_atexit_cb(id: PluginId, on: OnEnd, given: *mut c_void);
}

//! The guests of the checks, small enough to be read.

/// Prints its second argument (the first after its name) and a newline.
pub(super) const ECHO: &str = r#"(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (local $at i32)
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $args (i32.const 16) (i32.const 256)))
    ;; the end of the second argument is the end of the buffer: turn its NUL into \n
    (local.set $at (i32.add (i32.const 255) (i32.load (i32.const 4))))
    (i32.store8 (local.get $at) (i32.const 10))
    (i32.store (i32.const 128) (i32.load (i32.const 20)))
    (i32.store (i32.const 132)
      (i32.add (i32.const 1) (i32.sub (local.get $at) (i32.load (i32.const 20)))))
    (drop (call $write (i32.const 1) (i32.const 128) (i32.const 1) (i32.const 136)))))"#;

/// Exits with 7.
pub(super) const EXIT: &str = r#"(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 7))))"#;

/// Imports a function that no runtime has.
pub(super) const UNKNOWN_IMPORT: &str = r#"(module
  (import "nowhere" "never" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")))"#;

/// Runs into `unreachable`.
pub(super) const TRAP: &str = r#"(module
  (memory (export "memory") 1)
  (func (export "_start") unreachable))"#;

/// Waits for 20 ms, first of a monotonic clock that is given as an absolute time.
pub(super) const SLEEP: &str = r#"(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $now (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $now (i32.const 1) (i64.const 1) (i32.const 0)))
    (i32.store (i32.const 80) (i32.const 1))
    (i64.store (i32.const 88) (i64.add (i64.load (i32.const 0)) (i64.const 20000000)))
    (i32.store16 (i32.const 104) (i32.const 1))
    (call $exit (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 192)))))"#;

/// The same with a time that counts from now.
pub(super) fn sleep_relative() -> String {
    let absolute = "(i64.add (i64.load (i32.const 0)) (i64.const 20000000))";
    let flag = "(i32.store16 (i32.const 104) (i32.const 1))";
    SLEEP
        .replace(absolute, "(i64.const 20000000)")
        .replace(flag, "")
}

/// Opens `outside`, above its grant if it has one, and exits with the error number.
pub(super) const ESCAPE: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "../outside")
  (func (export "_start")
    (call $exit (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 10)
      (i32.const 0) (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 64)))))"#;

/// A handler that answers 200 with the body `hello`, once `_initialize` was called.
pub(super) const HANDLER: &str = r#"(module
  (memory (export "memory") 2)
  (global $ready (mut i32) (i32.const 0))
  (data (i32.const 0) "\c8\00" "\00\00\00\00" "\05\00\00\00" "hello")
  (func (export "_initialize") (global.set $ready (i32.const 1)))
  (func (export "handler_alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "handler_respond") (param i32 i32) (result i64)
    (if (i32.eqz (global.get $ready)) (then unreachable))
    (i64.const 15)))"#;

/// A component that says it failed.
pub(super) const COMPONENT: &str = r#"(component
  (core module $module (func (export "run") (result i32) (i32.const 1)))
  (core instance $instance (instantiate $module))
  (func $run (result (result)) (canon lift (core func $instance "run")))
  (instance $cli (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $cli)))"#;

/// A reactor whose exports are called: `within(limit, _)` answers 1 until it was called more
/// than `limit` times; `add` has to come after `_initialize`.
pub(super) const COUNTER: &str = r#"(module
  (memory (export "memory") 1)
  (global $ready (mut i32) (i32.const 0))
  (global $calls (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $ready (i32.const 1)))
  (func (export "add") (param i32 i32) (result i32)
    (if (i32.eqz (global.get $ready)) (then unreachable))
    (i32.add (local.get 0) (local.get 1)))
  (func (export "within") (param $limit i32) (param i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.le_u (global.get $calls) (local.get $limit)))
  (func (export "trap") (param i32 i32) (result i32) unreachable))"#;

/// A handler that answers 200 with how often it was asked, and traps at the third time.
pub(super) const COUNTING_HANDLER: &str = r#"(module
  (memory (export "memory") 2)
  (data (i32.const 0) "\c8\00" "\00\00\00\00" "\01\00\00\00" "0")
  (func (export "handler_alloc") (param i32) (result i32) (i32.const 65536))
  (func (export "handler_respond") (param i32 i32) (result i64)
    (i32.store8 (i32.const 10) (i32.add (i32.const 1) (i32.load8_u (i32.const 10))))
    (if (i32.ge_u (i32.load8_u (i32.const 10)) (i32.const 51)) (then unreachable))
    (i64.const 11)))"#;

/// Touches each page of 8 MiB.
pub(super) const EIGHT_MIB: &str = r#"(module
  (memory (export "memory") 128)
  (func (export "_start")
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x800000))))"#;

/// Grows its memory until it gets no more, and writes behind it.
pub(super) const GREEDY: &str = r#"(module
  (memory (export "memory") 1 4)
  (func (export "_start")
    (loop $more
      (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (i32.store (i32.mul (memory.size) (i32.const 65536)) (i32.const 1))))"#;

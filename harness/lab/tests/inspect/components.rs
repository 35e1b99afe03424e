//! Components: the world that they are for, and those that no host can start.

use lab::inspect::{Kind, Program, WhyNot, World, program};

use crate::support::{compiled, component, folder, wasm};

/// A component that exports an interface with one function.
fn exporting(interface: &str, function: &str) -> String {
    format!(
        r#"(component
            (import "wasi:io/poll@0.2.3" (instance))
            (core module $inner
                (import "wasi_snapshot_preview1" "fd_write" (func))
                (func (export "f")))
            (core module $other (func (export "fd_write")))
            (core instance $wasi (instantiate $other))
            (core instance $i (instantiate $inner (with "wasi_snapshot_preview1" (instance $wasi))))
            (func $f (canon lift (core func $i "f")))
            (instance $out (export "{function}" (func $f)))
            (export "{interface}" (instance $out)))"#
    )
}

#[test]
fn the_world_is_told_by_what_is_exported() {
    let cli = |version: &str| World::Cli {
        version: version.to_owned(),
    };
    let http = |version: &str| World::Http {
        version: version.to_owned(),
    };
    for (interface, function, world) in [
        ("wasi:cli/run@0.2.0", "run", cli("0.2.0")),
        ("wasi:cli/run@0.2.6", "run", cli("0.2.6")),
        (
            "wasi:cli/run@0.3.0-rc-2025-09-16",
            "run",
            cli("0.3.0-rc-2025-09-16"),
        ),
        ("wasi:http/incoming-handler@0.2.3", "handle", http("0.2.3")),
        ("wasi:http/handler@0.3.0", "handle", http("0.3.0")),
    ] {
        let component = component(&exporting(interface, function));
        assert_eq!(component.world, world);
        assert_eq!(component.exports, [interface]);
        // Not those of the modules in it.
        assert_eq!(component.imports, ["wasi:io/poll@0.2.3"]);
    }
}

#[test]
fn another_world_is_told_by_its_exports() {
    for interface in [
        "docs:adder/add@0.1.0",
        "wasi:cli/runner@0.2.0",
        "wasi:cli/run",
    ] {
        let component = component(&exporting(interface, "add"));
        let exports = vec![interface.to_owned()];
        assert_eq!(component.world, World::Other { exports });
    }
    let library = component(
        r#"(component
            (core module $m (func (export "add") (param i32 i32) (result i32) local.get 0))
            (core instance $i (instantiate $m))
            (func (export "add") (param "a" s32) (param "b" s32) (result s32)
                (canon lift (core func $i "add"))))"#,
    );
    let exports = vec!["add".to_owned()];
    assert_eq!(library.world, World::Other { exports });
}

#[test]
fn a_component_that_cannot_be_started_is_refused() {
    for (text, kind) in [
        ("(component)", Kind::SilentComponent),
        (
            "(component (core module (func (export \"f\"))))",
            Kind::SilentComponent,
        ),
        // What a package of interfaces is encoded as.
        (
            r#"(component (type $t (component
                (type (instance (export "add" (func (param "a" s32) (result s32)))))
                (export "docs:adder/add" (instance (type 0)))))
               (export "add" (type $t)))"#,
            Kind::Interfaces,
        ),
    ] {
        let refused = wasm(text).expect_err("cannot be started");
        assert!(
            matches!(&refused.why, WhyNot::Other(found) if *found == kind),
            "{refused}"
        );
        let said = refused.to_string();
        assert!(
            said.contains("build one that exports wasi:cli/run (a command)"),
            "{said}"
        );
    }
}

#[test]
fn what_rustc_makes_is_a_command() {
    let folder = folder();
    let source = "fn main() { println!(\"it runs\") }";
    let made = compiled(&folder, "command", source, &["--target", "wasm32-wasip2"]);
    let Ok(Program::Component(component)) = program(&made) else {
        panic!("it is a component");
    };
    let World::Cli { version } = component.world else {
        panic!("{:?}", component.exports);
    };
    assert!(version.starts_with("0.2."), "{version}");
    assert!(
        component
            .imports
            .iter()
            .all(|import| import.starts_with("wasi:"))
    );
}

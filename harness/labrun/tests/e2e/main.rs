//! End-to-end tests: labrun's own binary in small labs made for each test, with good
//! and bad input. The lab of this repository is measured in `real_lab.rs`.

mod support;
// The daemon of `docker_dies` is that of the lab's own tests, and asks for this name.

mod bad_definitions;
mod bad_guests;
mod bad_holders;
mod bad_questions;
mod bad_runners;
mod bad_servers;
mod bundles;
mod bundles_refused;
mod calibrating;
mod comparing;
mod conformance;
mod deciding;
mod disk;
mod docker_absent;
mod docker_dies;
mod docker_named;
mod escaping;
mod installing;
mod interrupts;
mod killed;
mod loading;
mod measuring;
mod memory;
mod missing_needs;
mod namespaces;
mod no_room;
mod order;
mod ownership;
mod parts;
mod plans;
mod plans_refused;
mod printing;
mod product_servers;
mod products;
mod proven;
mod recorded;
mod records;
mod replaying;
mod replays;
mod selecting;
mod sides_refused;
mod size;
mod stated;
mod steady;
mod tools;
mod trusted;
mod under_load;
mod usage;
mod versions;
mod wrappers;

//! What every test stands on: a lab in a temporary folder, labrun run in it, and
//! what that gave.

mod elsewhere;
mod lab;
mod left;
mod limits;
mod live;
pub(crate) mod made;
mod mount;
mod own;
mod package;
mod product;
mod question;
mod ran;
mod runner;
mod scenario;
pub(crate) mod skip;
mod template;
mod toy;
mod wrapped;

pub(crate) use elsewhere::{Elsewhere, Files};
pub(crate) use lab::Lab;
pub(crate) use left::{Images, cgroups_of, containers_of, folders_of, mark, processes_of};
pub(crate) use limits::{Cgroup, Over, lay, limit, on_one_processor, refuse};
pub(crate) use live::{Live, until};
pub(crate) use mount::{alone, in_pid_namespace, lay_tmpfs, may_be_alone, may_mount};
pub(crate) use own::User;
pub(crate) use product::Product;
pub(crate) use question::Question;
pub(crate) use ran::{Ran, RunFiles};
pub(crate) use runner::{GOOD_JOB, Runner};
pub(crate) use skip::skip;
pub(crate) use template::folder;
pub(crate) use wrapped::started_by;

//! What a replay is asked for, held together before anything is looked for: which kinds of sides
//! go together, and the runs among them, read.

use std::collections::BTreeSet;
use std::path::Path;

use lab::side::{SideKind, SideName};
use labrun_record::{Row, RunFolder};

use super::rows;
use crate::cli::ReplayArgs;
use crate::exit::Usage;
use crate::report::{self, Read};

/// What a replay is asked for.
pub(super) struct Asked<'a> {
    /// What was typed.
    pub args: &'a ReplayArgs,
    /// Side A and side B.
    pub sides: [AskedSide<'a>; 2],
    /// The rows that `--suspects` asks for.
    pub suspects: Option<BTreeSet<Row>>,
}

/// A side that is asked for.
pub(super) struct AskedSide<'a> {
    /// As it was named.
    pub name: &'a SideName,
    /// The run that it is, if it is one.
    pub run: Option<Read>,
}

impl<'a> Asked<'a> {
    /// Reads the runs; arguments that do not go together are a mistake.
    pub(super) fn new(args: &'a ReplayArgs) -> anyhow::Result<Self> {
        let kinds = [args.a.kind, args.b.kind];
        let of_isolations = kinds.contains(&SideKind::Isolation);
        if of_isolations && kinds[0] != kinds[1] {
            anyhow::bail!(Usage(format!(
                "{} and {} are no pair: an isolation is held against another one of the same \
                 checkout, isolation:NAME isolation:NAME; what else a side is has all isolations, of \
                 which --isolation takes some",
                args.a, args.b
            )));
        }
        if of_isolations && !args.select.isolation.is_empty() {
            anyhow::bail!(Usage(
                "the sides name the isolations: leave out --isolation".to_owned()
            ));
        }
        if args.suspects && kinds != [SideKind::Run; 2] {
            anyhow::bail!(Usage(
                "--suspects takes the rows that `labrun compare` suspects: both sides have to be runs, \
                 run:DIR run:DIR"
                    .to_owned()
            ));
        }
        let sides = [AskedSide::new(&args.a)?, AskedSide::new(&args.b)?];
        let suspects = match (args.suspects, &sides[0].run, &sides[1].run) {
            (true, Some(a), Some(b)) => Some(rows::suspects(a, b)?),
            _ => None,
        };
        Ok(Self {
            args,
            sides,
            suspects,
        })
    }

    /// Whether a lab is needed: a bundle has all that it needs in it.
    pub(super) fn needs_lab(&self) -> bool {
        let mut sides = self.sides.iter();
        sides.any(|side| side.name.kind != SideKind::Bundle)
    }

    /// The scenario that is asked for, or that of the first run.
    pub(super) fn scenario(&self) -> Option<&str> {
        let of_run = || {
            let mut runs = self.sides.iter().filter_map(|side| side.run.as_ref());
            runs.next().map(|read| read.run.scenario.as_str())
        };
        self.args.scenario.as_deref().or_else(of_run)
    }
}

impl<'a> AskedSide<'a> {
    fn new(name: &'a SideName) -> anyhow::Result<Self> {
        let run = (name.kind == SideKind::Run).then(|| read(name));
        Ok(Self {
            name,
            run: run.transpose()?,
        })
    }
}

fn read(name: &SideName) -> anyhow::Result<Read> {
    let folder = RunFolder::open(Path::new(&name.which));
    if !folder.run_json().is_file() {
        anyhow::bail!(Usage(format!(
            "{name}: it is no run, since it has no run.json"
        )));
    }
    report::whole(folder.path())
}

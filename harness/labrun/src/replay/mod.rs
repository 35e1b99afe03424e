//! `labrun replay A B`: two sides, measured in adjacent quads to decide between them.

mod asked;
mod rows;
mod sides;

use crate::bars::Bars;
use crate::cli::{Cli, ReplayArgs};
use crate::exit;
use crate::ground::site;
use crate::settings::Settings;
use asked::Asked;
use sides::Ground;

/// Measures both sides.
pub(crate) fn run(cli: &Cli, settings: &Settings, args: &ReplayArgs) -> anyhow::Result<u8> {
    let asked = Asked::new(args)?;
    if asked.suspects.as_ref().is_some_and(|suspects| suspects.is_empty()) {
        anstream::eprintln!("`labrun compare` suspects no row: there is nothing to decide");
        return Ok(exit::FINE);
    }
    let (site, bars) = (site(false)?, Bars::new());
    let ground = Ground::new(cli, settings, &asked, &site, &bars)?;
    let Some(_sides) = ground.sides(&asked)? else {
        return Ok(exit::INTERRUPTED);
    };
    anyhow::bail!("the sides are there, and nothing measures them yet")
}

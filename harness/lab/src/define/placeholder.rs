//! The words in arguments and variables that stand for what only a launch knows: `{grant}`, where a server
//! listens, and the rounds of a batch. One that nothing fills would reach the program as it is written.

use super::Workload;
use super::fault::{Fault, at};
use super::listening::PLACES;
use super::steady::ROUNDS;

/// What stands for the granted directory.
const GRANT: &str = "{grant}";

impl Workload {
    /// That something fills each placeholder. Whatever else is in braces is the program's own.
    pub(super) fn check_placeholders(&self) -> Result<(), Fault> {
        let run = self.run.iter().flat_map(|run| &run.args);
        let serve = self.serve.iter().flat_map(|serve| &serve.args).flatten();
        for (key, arg) in run
            .map(|arg| ("run", arg))
            .chain(serve.map(|arg| ("serve", arg)))
        {
            self.check_arg(arg)
                .map_err(|why| at(&[key, "args"])(format!("[{key}] args: {why}")))?;
        }
        for (name, value) in &self.env {
            let wrong = |why: String| at(&["env", name])(format!("env: {name}: {why}"));
            if value.contains(GRANT) {
                return Err(wrong(format!(
                    "{GRANT} stands for the granted directory in arguments alone: in a module and in a \
                     container it is /grant"
                )));
            }
            self.check_places(value).map_err(wrong)?;
        }
        for (number, way) in self.steady.iter().enumerate() {
            let number = number.to_string();
            for arg in &way.args {
                self.check_grant(arg).map_err(|why| {
                    let why = format!("steady {}: args: {why}", way.name);
                    at(&["steady", &number, "args"])(why)
                })?;
            }
        }
        Ok(())
    }

    fn check_arg(&self, arg: &str) -> Result<(), String> {
        if arg.contains(ROUNDS) {
            return Err(format!(
                "{ROUNDS} stands for the rounds of a batch, and for nothing outside of [[steady]]: leave it out"
            ));
        }
        self.check_grant(arg)?;
        self.check_places(arg)
    }

    fn check_grant(&self, arg: &str) -> Result<(), String> {
        if !arg.contains(GRANT) || self.grant.is_some() {
            return Ok(());
        }
        Err(format!(
            "{GRANT} stands for the granted directory, and none is granted: name one, by --grant DIR or by \
             files in [grant]"
        ))
    }

    fn check_places(&self, text: &str) -> Result<(), String> {
        match PLACES.iter().find(|place| text.contains(**place)) {
            Some(place) if self.serve.is_none() => Err(format!(
                "{place} stands for where a server listens, and it is not said to be one: say what it is asked \
                 for, by --http PATH or [serve]"
            )),
            _ => Ok(()),
        }
    }
}

/// Words in braces that are no placeholder, and so much like one that it was probably meant, each with that
/// one.
pub fn mistyped(text: &str) -> Vec<(String, &'static str)> {
    let known = || PLACES.into_iter().chain([GRANT]);
    let begins = text.match_indices('{').map(|(at, _)| &text[at..]);
    let words = begins.filter_map(|rest| Some(&rest[..=rest.find('}')?]));
    words
        .filter(|word| known().all(|one| one != *word))
        .filter_map(|word| {
            let lower = word.to_lowercase();
            // One letter less, more, other or in another place.
            let meant = known().find(|one| strsim::osa_distance(&lower, one) <= 1)?;
            Some((word.to_owned(), meant))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_a_placeholder_was_probably_meant_and_all_else_is_the_program_s() {
        for (text, meant) in [
            ("--port={prot}", Some("{port}")),
            ("{PORT}", Some("{port}")),
            ("{grants}/a", Some("{grant}")),
            ("{adress}:{port}", Some("{address}")),
            ("{port}", None),
            ("{print $1}", None),
            ("{\"port\": 1}", None),
            ("{print}", None),
            ("{}", None),
            ("{", None),
            ("}{", None),
        ] {
            let found = mistyped(text);
            assert_eq!(found.first().map(|(_, meant)| *meant), meant, "{text}");
        }
    }
}

//! `[build.<target>]` of `workload.toml`: the command by which an artifact is built, in any language.

use std::path::Path;

use labrun_record::Target;
use serde::Deserialize;

use super::fault::{Fault, at};
use super::trust::is_below;
use crate::glob::path_set;

/// How an artifact is built.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildCommand {
    /// The program and its arguments. It is run in the folder of the workload, by no shell, and writes
    /// the artifact to where the variable `LABRUN_OUT` says.
    pub command: Vec<String>,
    /// Programs that have to be on `PATH` for it.
    #[serde(default)]
    pub needs: Vec<String>,
    /// How to get them.
    pub hint: Option<String>,
    /// Globs of the files in the folder that it is built from; all but hidden ones and those in
    /// `target`, where nothing is said.
    #[serde(default)]
    pub inputs: Vec<String>,
}

impl BuildCommand {
    /// Tells of a file of the folder, by its path in it, whether it is one that it is built from.
    pub fn takes(&self) -> impl Fn(&Path) -> bool {
        let globs = (!self.inputs.is_empty()).then(|| path_set(&self.inputs).unwrap_or_default());
        move |file| globs.as_ref().is_none_or(|globs| globs.is_match(file))
    }

    /// The command as one line, for a person.
    pub fn line(&self) -> String {
        self.command.join(" ")
    }

    /// What is wrong with it.
    pub(super) fn check(&self, target: Target) -> Result<(), Fault> {
        if target == Target::Image {
            return Err(
                "an image is built by no command yet: build its program, for native".into(),
            );
        }
        if self.command.first().is_none_or(String::is_empty) {
            let reason =
                "command is empty: write the program, and its arguments, as a list of words";
            return Err(at(&["command"])(reason));
        }
        for (number, glob) in self.inputs.iter().enumerate() {
            let number = number.to_string();
            let keys = ["inputs", &number];
            let wrong = at(&keys);
            // What it is built from is compared, and carried, with the folder alone.
            if !is_below(Path::new(glob)) {
                return Err(wrong(format!(
                    "inputs: `{glob}` is no path from the workload's folder on, without `.` and `..`: what it is \
                     built from has to be in it"
                )));
            }
            if path_set(std::slice::from_ref(glob)).is_none() {
                return Err(wrong(format!("inputs: `{glob}` is no glob")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn building(text: &str) -> BuildCommand {
        toml::from_str(text).expect("a command")
    }

    #[test]
    fn what_it_is_built_from_is_told_by_globs() {
        let all = building("command = [\"make\"]");
        let go = building("command = [\"go\"]\ninputs = [\"**/*.go\", \"go.mod\"]");
        for (file, of_go) in [
            ("main.go", true),
            ("deep/in/side.go", true),
            ("go.mod", true),
            ("vendor/go.mod", false),
            ("README.md", false),
        ] {
            assert!(all.takes()(Path::new(file)), "{file}");
            assert_eq!(go.takes()(Path::new(file)), of_go, "{file}");
        }
    }

    #[test]
    fn a_command_has_a_program_and_globs() {
        for (text, why) in [
            ("command = []", "command is empty"),
            ("command = [\"\"]", "command is empty"),
            ("command = [\"make\"]\ninputs = [\"[a\"]", "`[a` is no glob"),
            (
                "command = [\"make\"]\ninputs = [\"a\", \"../*\"]",
                "`../*` is no path from",
            ),
            (
                "command = [\"make\"]\ninputs = [\"/etc/*\"]",
                "`/etc/*` is no path from",
            ),
            (
                "command = [\"make\"]\ninputs = [\"\"]",
                "`` is no path from",
            ),
        ] {
            let said = building(text).check(Target::Wasip1).expect_err("is wrong");
            let said = said.why();
            assert!(said.contains(why), "{said}");
        }
        let image = building("command = [\"make\"]").check(Target::Image);
        assert!(image.expect_err("not yet").why().contains("no command yet"));
    }
}

//! An option for a program of the user's own where there is none: the parser's nearest option is no help, and
//! a folder with a workload is.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args as _, CommandFactory as _};

use super::{Cli, OwnArgs};

/// Those that give a program.
const PROGRAMS: [&str; 3] = ["--native", "--wasm", "--image"];

/// What to do instead, where such an option is what is wrong with the words that were typed.
pub(crate) fn misplaced(
    unparsed: &clap::Error,
    typed: impl Iterator<Item = OsString>,
) -> Option<String> {
    let Some(ContextValue::String(option)) = unparsed.get(ContextKind::InvalidArg) else {
        return None;
    };
    if unparsed.kind() != ErrorKind::UnknownArgument || !is_of_own(option) {
        return None;
    }
    let typed: Vec<String> = typed
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let all = Cli::command();
    let mut commands = typed.iter().filter_map(|word| all.find_subcommand(word));
    let command = commands.next()?;
    let (name, mut arguments) = (command.get_name(), command.get_arguments());
    if name == "new" {
        return Some(format!(
            "{option} is no option of `new`: give the program by --from"
        ));
    }
    let is_for = format!("{option} is an option of `scenario` and `plan` alone");
    if !arguments.any(|argument| argument.get_id() == "workload") {
        return Some(format!("{is_for}: `{name}` takes no program of your own"));
    }
    let program = program(&typed).unwrap_or_else(|| "FILE".to_owned());
    Some(format!(
        "{is_for}; `{name}` takes a program of your own as a folder. Make one, and name it: labrun new \
         workload NAME --from {program}; labrun {name} ... -w NAME/"
    ))
}

/// Whether an option is one of those that say something of a program of one's own.
fn is_of_own(option: &str) -> bool {
    let own = OwnArgs::augment_args(clap::Command::new("own"));
    let mut longs = own.get_arguments().filter_map(clap::Arg::get_long);
    let option = option.trim_start_matches("--");
    longs.any(|long| long == option.split('=').next().unwrap_or_default())
}

/// The program that was given.
fn program(typed: &[String]) -> Option<String> {
    let mut words = typed.iter();
    while let Some(word) = words.next() {
        let (option, value) = word.split_once('=').unwrap_or((word, ""));
        if PROGRAMS.contains(&option) {
            return match value {
                "" => words.next().cloned(),
                value => Some(value.to_owned()),
            };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn told(words: &[&str]) -> Option<String> {
        let words = [&["labrun"], words].concat();
        let unparsed = Cli::try_parse_from(&words).expect_err("it is no option there");
        misplaced(&unparsed, words.iter().map(OsString::from))
    }

    #[test]
    fn where_a_folder_is_taken_it_says_how_to_make_one() {
        for words in [
            &["bundle", "cold-start", "--native", "./app", "--out", "b"][..],
            &["replay", "run:a", "run:b", "--native=./app"],
            &["calibrate", "--native", "./app"],
            &["build", "--native", "./app"],
        ] {
            let told = told(words).expect("it is told");
            let made = "labrun new workload NAME --from ./app;";
            assert!(told.contains(made), "{told}");
            assert!(told.ends_with(&format!("labrun {} ... -w NAME/", words[0])));
        }
        let doctor = told(&["doctor", "--image", "a"]).expect("it is told");
        assert!(doctor.contains("`doctor` takes no program"), "{doctor}");
        let new = told(&["new", "workload", "a", "--wasm", "a.wasm"]).expect("it is told");
        assert!(new.contains("--from"), "{new}");
    }

    #[test]
    fn what_is_no_such_option_is_the_parser_s_to_tell() {
        assert_eq!(told(&["bundle", "cold-start", "--nativ", "./app"]), None);
        assert_eq!(told(&["scenario", "cold-start", "--strickt"]), None);
    }
}

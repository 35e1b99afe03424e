//! `labrun new workload NAME --from FILE`: a folder with a program or an image and a `workload.toml`, with comments,
//! and how it does.

mod from;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use lab::define::{Workload, is_of_name};
use labrun_record::Target;

use crate::cli::{AskedArgs, Cli, New, NewArgs, NewWorkloadArgs, ScenarioArgs, SelectArgs};
use crate::exit::{self, Usage};
use crate::ground::definitions;
use crate::say;
use crate::scenario;
use crate::settings::Settings;
use from::From;

/// The scenario by which it is tried.
const TRIED_BY: &str = "cold-start";

/// Makes what is asked for.
pub(crate) fn run(cli: &Cli, settings: &Settings, args: &NewArgs) -> anyhow::Result<u8> {
    let New::Workload(args) = &args.what;
    is_free(cli, args)?;
    let folder = write(args)?;
    crate::out::line(&format!("{}", folder.join("workload.toml").display()))?;
    if args.no_run {
        return Ok(exit::FINE);
    }
    say::line(
        "it is launched on every isolation that takes it: measure by more launches than these",
    );
    let asked = AskedArgs {
        name: Some(TRIED_BY.to_owned()),
        select: SelectArgs {
            workload: vec![format!("{}/", folder.display())],
            isolation: Vec::new(),
        },
        samples: Some(1),
        warmup: Some(0),
        ..AskedArgs::default()
    };
    let args = ScenarioArgs {
        asked,
        ..ScenarioArgs::default()
    };
    scenario::run(cli, settings, &args)
}

/// That no workload of the lab has the name: such a folder could not be measured. Without a lab nothing is
/// run, and nobody knows.
fn is_free(cli: &Cli, args: &NewWorkloadArgs) -> anyhow::Result<()> {
    let workloads = match definitions(cli) {
        Ok(definitions) => definitions.workloads,
        Err(_) if args.no_run => return Ok(()),
        Err(error) => return Err(error),
    };
    let name = &args.name;
    if workloads.iter().any(|workload| workload.name == *name) {
        anyhow::bail!(Usage(format!(
            "there is a workload {name} already (`labrun list workloads` shows the lab's): give another name"
        )));
    }
    Ok(())
}

/// Why a folder could not be made, and what to do.
fn unmade(folder: &Path, error: &std::io::Error) -> Usage {
    let name = folder.display();
    let begins = format!("cannot make the folder {name}:");
    Usage(if folder.join("workload.toml").is_file() {
        format!(
            "{begins} there is one already, with a workload.toml. Measure that: labrun scenario {TRIED_BY} -w \
             {name}/; or choose another name"
        )
    } else if fs::symlink_metadata(folder).is_ok() {
        format!(
            "{begins} there is something of that name already; choose another name, or be in another folder"
        )
    } else {
        format!("{begins} {error}; be in a folder that can be written")
    })
}

/// Writes the folder, whole or not at all; gives its path.
fn write(args: &NewWorkloadArgs) -> anyhow::Result<PathBuf> {
    let name = &args.name;
    if name.is_empty() || name.starts_with('.') || !name.chars().all(is_of_name) {
        anyhow::bail!(Usage(format!(
            "a workload cannot be called {name:?}: a name is of letters, digits, `-`, `_` and `.`, and \
             does not start with `.`"
        )));
    }
    if let Some(path) = args.http.as_deref().filter(|path| !is_path(path)) {
        anyhow::bail!(Usage(format!(
            "--http {path:?}: a path begins with `/`, and what is no plain letter in it is written as %XX"
        )));
    }
    let from = From::of(&args.from)?;
    let text = text(name, &from, args.http.as_deref());
    let folder = PathBuf::from(name);
    fs::create_dir(&folder).map_err(|error| unmade(&folder, &error))?;
    let written = from
        .put_into(&folder)
        .and_then(|()| fs::write(folder.join("workload.toml"), text))
        .with_context(|| format!("cannot write into {name}"));
    // What nothing could run is known now, and nothing of it stays.
    let read = written.and_then(|()| Ok(Workload::read_anywhere(&folder)?));
    if let Err(error) = read {
        let _ = fs::remove_dir_all(&folder);
        return Err(error);
    }
    Ok(folder)
}

/// Whether it can be asked for as it is.
fn is_path(path: &str) -> bool {
    path.starts_with('/') && path.chars().all(|c| c.is_ascii_graphic())
}

/// The `workload.toml`.
fn text(name: &str, from: &From, http: Option<&str>) -> String {
    let (target, file) = (from.target, &from.called);
    let request = http.or(from.serves.then_some("/"));
    let how = match request {
        Some(request) => serve(request, target),
        None => RUN.to_owned(),
    };
    // An image is not built by a command.
    let instead = match target {
        Target::Image => {
            "a file or folder here, or what the Docker daemon calls an image".to_owned()
        }
        target => format!(
            "beside it, or instead: [build.{target}] with a command that writes\n\
             # the artifact to where LABRUN_OUT says"
        ),
    };
    format!(
        "# A workload of your own. All keys: docs/YOUR-OWN.md of labrun.\n\
         name = \"{name}\"\n\
         summary = \"what it does, in one line\"\n\
         # Variables that are taken from the environment, and of which only the name is recorded.\n\
         # env-from = [\"API_KEY\"]\n\n\
         # What is there already: {instead}.\n\
         [artifacts]\n{target} = \"{file}\"\n\n{how}\n\
         # A directory of which each launch gets a fresh copy.\n\
         # [grant]\n# files = \"input\"\n\n\
         # [env]\n# LANG = \"C.UTF-8\"\n"
    )
}

const RUN: &str = "\
[run]
# `{grant}` is the granted directory.
args = []

# Which output is right: exactly one of these.
[run.expect]
first-line = true           # the same first line in all launches
# file = \"expected.txt\"     # the whole output
# regex = \"^ready$\"         # a line that matches
# any = true                # anything: then nothing is checked, and nothing compared
";

const LOAD: &str = "\
# What it is asked under load, where that is more than `request`: each as often as it weighs.
# [[serve.requests]]
# path = \"/orders/7\"
# weight = 3
# expect = { file = \"order.json\" }     # the whole body; or { regex = \"..\" }
#
# [[serve.requests]]
# method = \"POST\"
# path = \"/orders\"
# headers = { content-type = \"application/json\" }
# body = '{ \"item\": 7 }'              # or body-file = \"order.json\"
# status = 201
";

/// How it is asked, and where it listens.
fn serve(request: &str, target: Target) -> String {
    let listens = match target {
        Target::Native => {
            "# Where it is to listen: `{port}`, `{ip}` and `{address}` are put in, here and in [env].\n\
             args = [\"--port\", \"{port}\"]\n# Or the port that it always takes.\n# port = 8080\n"
        }
        Target::Image => {
            "# Where it is to listen, if that is not the one port that it exposes: `{port}`, `{ip}` and\n\
             # `{address}` are put in, here and in [env].\n# args = [\"--port\", \"{port}\"]\n# port = 8080\n"
        }
        _ => "",
    };
    format!(
        "[serve]\nrequest = \"{}\"\n{listens}# status = 200\n\
         # Seconds of load on each server before what counts, where the scenario has too few.\n# warmup-s = 30\n\n\
         # Which body is right: exactly one of these.\n\
         [serve.body]\nfirst-line = true           # the same first line in all answers\n\
         # file = \"body.txt\"         # the whole body\n\
         # regex = \"ok\"              # a line that matches\n\
         # any = true                # anything: then nothing is checked, and nothing compared\n\n\
         {LOAD}",
        request.replace('\\', "\\\\").replace('"', "\\\"")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_written_can_be_read() {
        let folder = tempfile::tempdir().expect("a folder");
        for (http, serves) in [(None, false), (Some("/a?b='\"c\\\""), true)] {
            let from = From::of(Path::new("/bin/true")).expect("a program");
            fs::copy("/bin/true", folder.path().join("true")).expect("copied");
            let text = text("mine", &from, http);
            fs::write(folder.path().join("workload.toml"), text).expect("written");
            let read = Workload::read_anywhere(folder.path()).expect("is right");
            assert_eq!(read.targets, [Target::Native]);
            assert_eq!(read.serve.is_some(), serves);
            let request = read.serve.map(|serve| serve.request);
            assert_eq!(request.as_deref(), http);
        }
    }

    #[test]
    fn what_the_template_shows_of_load_can_be_read_too() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::copy("/bin/true", folder.path().join("true")).expect("copied");
        fs::write(folder.path().join("order.json"), "{}").expect("written");
        let from = From::of(Path::new("/bin/true")).expect("a program");
        let mut text = text("mine", &from, Some("/"));
        text = text.replace("# warmup-s", "warmup-s");
        let shown: Vec<&str> = LOAD.lines().skip(1).collect();
        let shown = shown.join("\n");
        assert!(text.contains(&shown), "{text}");
        let bare = |line: &str| line.trim_start_matches('#').trim_start().to_owned();
        let plain: Vec<String> = shown.lines().map(bare).collect();
        text = text.replace(&shown, &plain.join("\n"));
        fs::write(folder.path().join("workload.toml"), text).expect("written");
        let read = Workload::read_anywhere(folder.path()).expect("is right");
        let paths: Vec<&str> = read.requests.iter().map(|one| &*one.path).collect();
        assert_eq!(paths, ["/orders/7", "/orders"]);
        assert_eq!(read.first_warmup_s(), Some(30.0));
    }
}

//! What is given on the command line, as workloads: the n-th file of each kind is of the n-th.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lab::define::{
    Definitions, Expect, Given, GrantFiles, Run, Serve, Workload, is_of_name, said_twice, target_of,
};
use lab::inspect;
use labrun_record::Target;

use crate::cli::OwnArgs;
use crate::exit::Usage;
use crate::say;

/// The workloads that the arguments give; none where they give no program.
pub(super) fn workloads(
    args: &OwnArgs,
    definitions: &Definitions,
) -> anyhow::Result<Vec<Workload>> {
    let files = files(args)?;
    if files.is_empty() {
        return without_program(args).map(|()| Vec::new());
    }
    // What one of them learns is right for all: they are said to do the same work.
    let expected = expect(args.expect.as_deref())?;
    if args
        .http
        .as_ref()
        .is_some_and(|path| !path.starts_with('/'))
    {
        let reason = "--http: a path begins with `/`: write --http /";
        anyhow::bail!(Usage(reason.to_owned()));
    }
    let mut workloads: Vec<Workload> = Vec::new();
    for number in 0.. {
        let of_it = files
            .iter()
            .filter_map(|(target, files)| Some((*target, files.get(number)?)));
        let of_it: Vec<(Target, &PathBuf)> = of_it.collect();
        let Some((_, first)) = of_it.first() else {
            break;
        };
        let (env, env_from) = environment(&args.env)?;
        let workload = Workload {
            name: free_name(args.called.as_ref(), first, definitions, &workloads)?,
            summary: "a program of the user's own".to_owned(),
            artifacts: of_it
                .into_iter()
                .map(|(target, file)| (target, Given::from(file.clone())))
                .collect(),
            run: args.http.is_none().then(|| Run {
                args: args.args.clone(),
                expect: Some(expected.clone()),
                ..Run::default()
            }),
            serve: args.http.as_ref().map(|request| Serve {
                request: request.clone(),
                body: Some(expected.clone()),
                status: args.status,
                args: Some(args.args.clone()),
                port: args.port,
                ..Serve::default()
            }),
            grant: args.grant.as_deref().map(grant).transpose()?,
            env,
            env_from,
            folder: PathBuf::from("/"),
            ..Workload::default()
        };
        workloads.push(workload.checked().map_err(Usage)?);
    }
    Ok(workloads)
}

/// The files of each kind, absolute, in the order in which they name a workload.
fn files(args: &OwnArgs) -> anyhow::Result<Vec<(Target, Vec<PathBuf>)>> {
    let mut native = Vec::new();
    if let Some(file) = &args.native {
        native.push(absolute(file)?);
    }
    let (mut modules, mut components) = (Vec::new(), Vec::new());
    for file in &args.wasm {
        let program = inspect::program(file).map_err(|why| Usage(format!("--wasm: {why}")))?;
        match target_of(&program) {
            Target::Wasip1 => modules.push(absolute(file)?),
            Target::Wasip2 => components.push(absolute(file)?),
            Target::Native | Target::Image => anyhow::bail!(Usage(format!(
                "--wasm: {} is a native program: give it by --native",
                file.display()
            ))),
        }
    }
    let images = args.image.iter().map(|image| image_of(image));
    let images = images.collect::<anyhow::Result<_>>()?;
    let mut all = vec![
        (Target::Native, native),
        (Target::Wasip1, modules),
        (Target::Wasip2, components),
        (Target::Image, images),
    ];
    all.retain(|(_, files)| !files.is_empty());
    Ok(all)
}

/// An image: a file or folder where there is one of that name, or one that is written as a path; else
/// what a Docker daemon calls it.
fn image_of(said: &str) -> anyhow::Result<PathBuf> {
    if said.is_empty() {
        let reason = "--image is given an empty value: name an OCI layout, a file that `docker save` wrote, or \
            an image of the Docker daemon";
        anyhow::bail!(Usage(reason.to_owned()));
    }
    let path = Path::new(said);
    if path.exists() || said.starts_with(['/', '.']) {
        return absolute(path);
    }
    Ok(path.to_owned())
}

/// What says of no program how it is run, is a mistake.
fn without_program(args: &OwnArgs) -> anyhow::Result<()> {
    let said = [
        ("--name", args.called.is_some()),
        ("--expect", args.expect.is_some()),
        ("--http", args.http.is_some()),
        ("--grant", args.grant.is_some()),
        ("--env", !args.env.is_empty()),
        ("what stands behind --", !args.args.is_empty()),
    ];
    match said.iter().find(|(_, is_said)| *is_said) {
        None => Ok(()),
        Some((what, _)) => anyhow::bail!(Usage(format!(
            "{what} is about a program of your own: give it by --native, --wasm or --image"
        ))),
    }
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).map_err(|error| Usage(format!("{}: {error}", path.display())).into())
}

/// What the next one is called. A name that was asked for is taken as it is, or refused; of several
/// programs of that name each but the first has a number.
fn free_name(
    called: Option<&String>,
    file: &Path,
    definitions: &Definitions,
    before: &[Workload],
) -> anyhow::Result<String> {
    let name = called.cloned().unwrap_or_else(|| name_of(file));
    let is_in = |all: &[Workload], name: &String| all.iter().any(|one| one.name == *name);
    let is_known = is_in(&definitions.workloads, &name);
    if called.is_some() && is_known {
        anyhow::bail!(Usage(format!(
            "--name {name}: there is a workload of that name already (`labrun list workloads` shows the \
             lab's): give another name"
        )));
    }
    let is_free = |name: &String| !is_in(&definitions.workloads, name) && !is_in(before, name);
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let all = [name.clone()].into_iter().chain(numbered);
    let free = all.into_iter().find(is_free);
    let free = free.unwrap_or_else(|| name.clone());
    if is_known {
        say::line(&format!(
            "{} is called {free} in this run, since there is a workload {name} already: --name NAME gives \
             another name",
            file.display()
        ));
    } else if free != name {
        say::line(&format!("{} is called {free} in this run", file.display()));
    }
    Ok(free)
}

/// A name for what is in a file: its own, as far as a name can be that.
fn name_of(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    // Of an image the tag is none of its name.
    as_name(stem.split(':').next().unwrap_or_default())
}

/// A text as a name can be: of letters, digits, `-`, `_` and `.`, and not hidden.
pub(crate) fn as_name(text: &str) -> String {
    let fits = |c: char| if is_of_name(c) { c } else { '-' };
    let name: String = text.chars().map(fits).collect();
    match name.trim_start_matches('.') {
        "" => "own".to_owned(),
        name => name.to_owned(),
    }
}

fn grant(folder: &Path) -> anyhow::Result<GrantFiles> {
    Ok(GrantFiles {
        files: absolute(folder)?,
    })
}

/// The variables: those with a value, and the names of those that labrun's own environment has.
fn environment(said: &[String]) -> Result<(BTreeMap<String, String>, Vec<String>), Usage> {
    let (mut given, mut named) = (BTreeMap::new(), Vec::new());
    for word in said {
        let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
        // In a file it may be meant; on a command line it is a pair of quotes at the wrong place.
        if name.contains(char::is_whitespace) {
            return Err(Usage(format!(
                "--env {word:?}: {name:?} is no name of a variable here, since there is a space in it"
            )));
        }
        match word.split_once('=') {
            Some((name, value)) => {
                let before = given.insert(name.to_owned(), value.to_owned());
                if before.is_some() {
                    return Err(Usage(format!("--env {name}: {}", said_twice(name))));
                }
            }
            None => named.push(word.clone()),
        }
    }
    Ok((given, named))
}

/// Which output is right.
fn expect(said: Option<&str>) -> anyhow::Result<Expect> {
    Ok(match said {
        None => Expect::first_line(),
        Some("any") => Expect::any(),
        Some("") => anyhow::bail!(Usage(
            "--expect is empty, and would match whatever is printed: name a file or a regular expression, or \
             say so: --expect any"
                .to_owned()
        )),
        Some(file) if is_path(file) => Expect::file(absolute(Path::new(file))?),
        Some(pattern) if looks_like_path(pattern) => anyhow::bail!(Usage(format!(
            "--expect: there is no file {pattern}. Name one that is there; or, if it is meant as a regular \
             expression, put it in brackets: --expect '({pattern})'"
        ))),
        Some(pattern) => {
            say::line(&format!(
                "--expect: there is no file {pattern:?}, so it is a regular expression"
            ));
            Expect::regex(pattern.to_owned())
        }
    })
}

/// Whether a value is a file, and no regular expression: there is something of that name, or it can only be
/// meant as a path. A pattern may begin with `/`.
fn is_path(value: &str) -> bool {
    let begins = |with: &&str| value.starts_with(*with);
    Path::new(value).exists() || ["./", "../"].iter().any(begins)
}

/// Ends of names by which people know a file that holds some output.
const OUTPUTS: [&str; 16] = [
    "bin", "csv", "dat", "expected", "golden", "html", "json", "log", "md", "out", "ref", "toml",
    "txt", "xml", "yaml", "yml",
];

/// Whether a value for which there is no file is probably a path that was mistyped: it has a `/`, or the end of a
/// file's name, and nothing in it that a path has not.
fn looks_like_path(value: &str) -> bool {
    let is_pattern = value.contains(|c: char| "^$*+?()[]{}|\\".contains(c));
    let extension = Path::new(value).extension().and_then(|end| end.to_str());
    let is_output = extension.is_some_and(|end| OUTPUTS.contains(&&*end.to_lowercase()));
    !is_pattern && (value.contains('/') || is_output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_path_is_told_from_a_pattern() {
        for path in [
            "expcted.txt",
            "out/expected",
            "/tmp/gone",
            "result.JSON",
            "a b.out",
        ] {
            assert!(looks_like_path(path), "{path}");
        }
        for pattern in [
            "^ready$",
            "/sh$",
            "(out/expected)",
            "version 1.2",
            "right",
            "a|b.txt",
            "",
        ] {
            assert!(!looks_like_path(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_file_gives_a_name_that_a_workload_can_have() {
        for (file, name) in [
            ("/bin/app", "app"),
            ("target/app.wasm", "app"),
            ("my app (1).wasm", "my-app--1-"),
            ("my/app:1.2", "app"),
            ("/.hidden", "hidden"),
            ("\u{202e}evil\u{1b}[31m", "-evil--31m"),
        ] {
            assert_eq!(name_of(Path::new(file)), name, "{file}");
        }
    }
}

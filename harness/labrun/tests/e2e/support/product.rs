//! Products that are shell scripts: they run what they are given, or do not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// A product in a lab, with the one configuration `run` unless a test writes others.
pub(crate) struct Product {
    name: &'static str,
    program: Option<String>,
    mode: u32,
    rest: String,
    host: Option<&'static str>,
}

impl Product {
    /// One that says it is version 1.2.3, and runs a piece of shell, in which `$1` is the
    /// module.
    pub(crate) fn new(name: &'static str, run: &str) -> Self {
        Self {
            name,
            program: None,
            mode: 0o755,
            rest: "\n[[configuration]]\nname = \"run\"\nsummary = \"as it is\"\n\
                   targets = [\"wasip1\"]\nargs = [\"{module}\", \"{args}\"]\n"
                .to_owned(),
            host: None,
        }
        .says(&format!("echo {name} 1.2.3"), run)
    }

    /// It answers `--version` with one piece of shell, and runs another.
    pub(crate) fn says(self, version: &str, run: &str) -> Self {
        self.is(&format!(
            "#!/bin/sh\nif [ \"$1\" = --version ]; then\n{version}\nexit\nfi\n{run}\n"
        ))
    }

    /// Its program is this file.
    pub(crate) fn is(mut self, program: &str) -> Self {
        self.program = Some(program.to_owned());
        self
    }

    /// Its program has these permissions.
    pub(crate) fn mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        self
    }

    /// Its program is not there, or put there by the test.
    pub(crate) fn without_program(mut self) -> Self {
        self.program = None;
        self
    }

    /// Its configurations.
    pub(crate) fn configured(mut self, text: &str) -> Self {
        text.clone_into(&mut self.rest);
        self
    }

    /// It is a server: what its `[host]` says.
    pub(crate) fn hosts(mut self, text: &'static str) -> Self {
        self.host = Some(text);
        self.configured(
            "\n[[configuration]]\nname = \"run\"\nsummary = \"as it is\"\n\
             targets = [\"wasip1\"]\npolicy = \"fresh\"\nno_other_policy = \"none\"\n\
             args = [\"--listen\", \"{address}\", \"{module}\"]\n",
        )
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Writes its definition and its program.
    pub(super) fn write(&self, lab: &Path) {
        let name = self.name;
        let file = match self.host {
            None => lab.join(format!("harness/commands/{name}.toml")),
            Some(_) => lab.join(format!("harness/servers/{name}/server.toml")),
        };
        let host = self
            .host
            .map_or_else(String::new, |host| format!("\n[host]\n{host}\n"));
        let text = format!(
            "name = \"{name}\"\ntier = \"wasm-sandbox\"\n\n[find]\nprograms = [\"{name}\"]\n\
             version = [\"--version\"]\nversion_after = \"{name} \"\nleast = \"1.0\"\n\
             install = \"install {name}\"\n{host}{}",
            self.rest
        );
        let bin = lab.join("bin");
        for folder in [file.parent().expect("a folder"), &bin] {
            fs::create_dir_all(folder).expect("makes a folder");
        }
        fs::write(file, text).expect("writes a definition");
        if let Some(program) = &self.program {
            let path = bin.join(name);
            fs::write(&path, program).expect("writes a program");
            fs::set_permissions(&path, fs::Permissions::from_mode(self.mode)).expect("its mode");
        }
    }
}

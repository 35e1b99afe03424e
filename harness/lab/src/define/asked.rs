//! What `labrun scenario NAME` names: one scenario, or several that are one run.

use std::path::Path;

use serde::Deserialize;

use super::document::{check_name, read_toml_with_text};
use super::fault::{Fault, at};
use super::{DefineError, Scenario, bounds};

/// A question, and the scenarios that answer it together.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its name, that of its file.
    pub name: String,
    /// The question, as a reader asks it.
    pub question: String,
    /// What is carried out, in this order.
    pub scenarios: Vec<Scenario>,
    /// Programs that take the place of the scenarios' workloads.
    pub programs: Vec<OtherProgram>,
}

/// A workload of `examples`, which does the same as one of the lab's and is another program.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherProgram {
    /// The name of its folder there, which is its own.
    pub example: String,
    /// The workload of the lab that it is compared with.
    pub reference: String,
}

/// `scenarios/<name>.toml` of several that are one run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Together {
    name: String,
    question: String,
    /// Names of scenarios.
    parts: Vec<String>,
    /// What is measured instead of their workloads.
    #[serde(default, rename = "program")]
    programs: Vec<OtherProgram>,
}

impl Asked {
    /// Reads what is in `folder` under `name`.
    pub(super) fn read(folder: &Path, name: &str) -> Result<Self, DefineError> {
        let file = |name: &str| folder.join(format!("{name}.toml"));
        let path = file(name);
        // Whatever is wrong with the file shows when it is read as one of the two.
        let text = labrun_record::regular::read_to_string(&path).unwrap_or_default();
        if !toml::from_str::<toml::Table>(&text).is_ok_and(|file| file.contains_key("parts")) {
            let scenario = Scenario::read(&path)?;
            return Ok(Self {
                name: scenario.name.clone(),
                question: scenario.question.clone(),
                scenarios: vec![scenario],
                programs: Vec::new(),
            });
        }
        let (together, text): (Together, String) = read_toml_with_text(&path)?;
        let is_there = |name: &String| file(name).is_file();
        together
            .check(name, is_there)
            .map_err(|fault| DefineError::faulty(&path, &text, fault))?;
        let part = |name: &String| Scenario::read(&file(name));
        Ok(Self {
            programs: together.programs,
            scenarios: together.parts.iter().map(part).collect::<Result<_, _>>()?,
            name: together.name,
            question: together.question,
        })
    }
}

impl Together {
    /// Whether it is called `named`, and names what there is.
    fn check(&self, named: &str, is_there: impl Fn(&String) -> bool) -> Result<(), Fault> {
        check_name("file", Some(named.as_ref()), &self.name)?;
        bounds::name(named).map_err(at(&["name"]))?;
        if self.parts.is_empty() {
            return Err(at(&["parts"])("parts: it names no scenario"));
        }
        for (number, name) in self.parts.iter().enumerate() {
            if !is_there(name) {
                let number = number.to_string();
                let reason = format!("parts: there is no scenario `{name}`");
                return Err(at(&["parts", &number])(reason));
            }
        }
        for (number, program) in self.programs.iter().enumerate() {
            let number = number.to_string();
            bounds::name_of("program", &program.example)
                .map_err(at(&["program", &number, "example"]))?;
        }
        Ok(())
    }
}

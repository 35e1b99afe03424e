//! `labrun schema`: JSON Schemas of the files, made from the types that read and write them.

use clap::ValueEnum as _;
use lab::plan::{PLAN_VERSION, Plan};
use labrun_analysis::{Comparison, Summary};
use labrun_history::{Check, HISTORY_SCHEMA, Head, Point};
use labrun_record::{BlockLoad, Run, SCHEMA_VERSION, Sample};
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use crate::cli::{Described, SchemaArgs};
use crate::exit;

/// Prints one, or all of them as one.
pub(crate) fn run(args: &SchemaArgs) -> anyhow::Result<u8> {
    crate::out::json(&args.what.map_or_else(all, of))?;
    Ok(exit::FINE)
}

/// All in one document, whose `$defs` are they, each with its own `$id`.
fn all() -> Value {
    let named =
        |what: &Described| Some((what.to_possible_value()?.get_name().to_owned(), of(*what)));
    let all: Map<String, Value> = Described::value_variants()
        .iter()
        .filter_map(named)
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:labrun:schema:all:{SCHEMA_VERSION}"),
        "title": "What labrun writes",
        "$defs": all,
    })
}

fn of(what: Described) -> Value {
    match what {
        Described::Run => open::<Run>("run", "`run.json`"),
        Described::Sample => open::<Sample>("sample", "A line of `samples.jsonl`"),
        Described::Block => open::<BlockLoad>("block", "A line of `blocks.jsonl`"),
        Described::Summary => open::<Summary>("summary", "`summary.json`"),
        Described::Comparison => open::<Comparison>("comparison", "`labrun compare --json`"),
        Described::Plan => plan(),
        Described::Night => {
            of_history::<Head>("night", "The first line of a run's file in a history")
        }
        Described::Series => of_history::<Point>("series", "A line of a run's file in a history"),
        Described::Check => of_history::<Check>("check", "The file of a check in a history"),
    }
}

/// Of what labrun writes of a run: later ones may add fields.
fn open<T: JsonSchema>(name: &str, title: &str) -> Value {
    versioned::<T>(name, title, SCHEMA_VERSION)
}

/// Of what is in a history, which has a version of its own.
fn of_history<T: JsonSchema>(name: &str, title: &str) -> Value {
    versioned::<T>(name, title, HISTORY_SCHEMA)
}

fn versioned<T: JsonSchema>(name: &str, title: &str, version: u32) -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let schema = generator.into_root_schema_for::<T>();
    finished(schema, name, title, ("schema_version", version))
}

/// Of a plan, which somebody may have written: a field that is not known is refused.
fn plan() -> Value {
    let closed = |schema: &mut Schema| {
        let is_object = schema.get("type").and_then(Value::as_str) == Some("object");
        if is_object && schema.get("additionalProperties").is_none() {
            schema.insert("additionalProperties".to_owned(), false.into());
        }
    };
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(closed));
    let schema = settings.into_generator().into_root_schema_for::<Plan>();
    finished(
        schema,
        "plan",
        "`labrun plan --json`",
        ("plan_version", PLAN_VERSION),
    )
}

/// Names it and its version, which a newer file is beyond.
fn finished(mut schema: Schema, name: &str, title: &str, (field, version): (&str, u32)) -> Value {
    schema.insert(
        "$id".to_owned(),
        format!("urn:labrun:schema:{name}:{version}").into(),
    );
    schema.insert(
        "title".to_owned(),
        format!("{title}, version {version}").into(),
    );
    if let Some(of_version) = schema.pointer_mut(&format!("/properties/{field}")) {
        of_version["minimum"] = 1.into();
        of_version["maximum"] = version.into();
    }
    RecursiveTransform(without_links).transform(&mut schema);
    schema.to_value()
}

/// What the types say is written for those who read their source, with links into it.
fn without_links(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = linked(description);
    }
}

/// ``[`Run`](crate::Run)`` and ``[`Run`]`` as `Run` in its quotes.
fn linked(text: &str) -> String {
    let (mut plain, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("[`") {
        plain.push_str(before);
        let Some((name, after)) = after.split_once("`]") else {
            plain.push_str("[`");
            rest = after;
            continue;
        };
        let target = after
            .strip_prefix('(')
            .and_then(|target| target.split_once(')'));
        rest = target.map_or(after, |(_, after)| after);
        let name = name.rsplit("::").next().unwrap_or(name);
        plain.push('`');
        plain.push_str(name);
        plain.push('`');
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_into_the_source_are_their_names() {
        for (text, plain) in [
            ("no link [low, high]", "no link [low, high]"),
            ("[`Self::median`]; null", "`median`; null"),
            (
                "under\n[`MIN`](crate::MIN) launches",
                "under\n`MIN` launches",
            ),
            ("cut [`off", "cut [`off"),
        ] {
            assert_eq!(linked(text), plain);
        }
    }

    #[test]
    fn every_schema_has_its_version_and_no_link() {
        for what in Described::value_variants() {
            let schema = of(*what);
            let id = schema["$id"].as_str().expect("an id");
            assert!(id.starts_with("urn:labrun:schema:"), "{id}");
            let text = schema.to_string();
            assert!(!text.contains("[`") && !text.contains("crate::"), "{text}");
        }
    }
}

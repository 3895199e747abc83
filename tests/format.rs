//! The plan folder's words, told to people (`docs/FORMAT.md`) and to editors (`docs/plan.schema.json`), both
//! made from the one registry of keys that the reader uses. `BLESS=1 cargo test --test format` rewrites them.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use braidfund::folder::keys::{self, Need};
use braidfund::folder::{schema, templates};
use serde_json::Value;

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&schema()).unwrap()
}

fn as_json(text: &str) -> Value {
    toml::from_str(text).unwrap()
}

fn plans() -> Vec<(String, String)> {
    let folders = |parent: &str| -> Vec<PathBuf> {
        fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let mut plans = Vec::new();
    for folder in folders("scenarios").into_iter().chain(folders("fixtures/braid")) {
        let plan = folder.join("plan.toml");
        if plan.is_file() {
            plans.push((plan.display().to_string(), fs::read_to_string(&plan).unwrap()));
        }
    }
    for template in templates() {
        let (_, text) = template.files.iter().find(|(name, _)| *name == "plan.toml").unwrap();
        plans.push((template.name.to_string(), text.to_string()));
    }
    assert!(plans.len() > 30, "samples, instances and templates are found");
    plans
}

#[test]
fn the_schema_accepts_every_sample_instance_and_template() {
    let validator = validator();
    for (name, text) in plans() {
        let errors: Vec<String> = validator
            .iter_errors(&as_json(&text))
            .map(|error| format!("{}: {error}", error.instance_path))
            .collect();
        assert!(errors.is_empty(), "{name}:\n{}", errors.join("\n"));
    }
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let plan = "[plan]\ntitle = \"P\"\nstart = \"2026-01\"\nmonths = 12\n";
    let validator = validator();
    assert!(validator.is_valid(&as_json(plan)));
    for wrong in [
        "[cost.a]\nfunction = \"data\"\nyearly = \"1,200\"\n",
        "[cost.a]\nfunction = \"data\"\nyearli = 1200\n",
        "[cost.a]\nfunction = \"data\"\nyearly = 1200\npriority = \"vital\"\n",
        "[stream.a]\nkind = \"gift\"\n",
        "[plans]\ntitle = \"P\"\n",
        "[cost.\"A b\"]\nfunction = \"data\"\nyearly = 1\n",
    ] {
        assert!(!validator.is_valid(&as_json(&format!("{plan}{wrong}"))), "{wrong}");
    }
}

fn compare(path: &str, text: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, text).unwrap();
    }
    let found = fs::read_to_string(Path::new(path)).unwrap_or_default();
    assert!(found == text, "BLESS=1 cargo test --test format rewrites {path}");
}

#[test]
fn the_committed_schema_is_current() {
    let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    compare("docs/plan.schema.json", &text);
}

#[test]
fn the_reference_is_current() {
    let mut page = fs::read_to_string("docs/FORMAT.intro.md").unwrap();
    for kind in keys::kinds() {
        writeln!(page, "\n### `{}`\n\n{}\n", kind.name, kind.doc).unwrap();
        writeln!(page, "| key | value | default | meaning |\n|---|---|---|---|").unwrap();
        for key in kind.keys.iter() {
            let default = match key.need {
                Need::Required => "**required**",
                Need::Default(default) => default,
            };
            let cells = [key.shape.words(), default.to_string(), key.doc.to_string()];
            let cells = cells.map(|cell| cell.replace('|', "\\|"));
            writeln!(page, "| `{}` | {} |", key.name, cells.join(" | ")).unwrap();
        }
    }
    compare("docs/FORMAT.md", &page);
}

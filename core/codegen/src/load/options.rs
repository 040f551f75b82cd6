//! The table of options, `core/api/options.yaml`.

use std::path::Path;

use crate::model::{Choice, Holds, OfService, Options};
use crate::names;
use crate::node::{Document, Node};
use crate::problem::{Problem, Problems};

const FILE: &str = "core/api/options.yaml";
const KEYS: [&str; 20] = [
    "name",
    "node",
    "kind",
    "least",
    "large",
    "zero",
    "values",
    "type",
    "services",
    "fixed",
    "first",
    "file",
    "credential",
    "only",
    "scroll",
    "env",
    "default",
    "by_default",
    "what",
    "doc",
];

pub(super) fn table(root: &Path, problems: &mut Problems) -> Options {
    let document = problems.keep(Document::read(root, FILE));
    let mut group = |name: &str| -> Vec<Choice> {
        let Some(document) = &document else { return Vec::new() };
        let rows =
            problems.keep(document.node().need(name).and_then(|rows| rows.items())).unwrap_or_default();
        let mut choices: Vec<Choice> = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(choice) = problems.keep(choice(&row)) else { continue };
            if choices.iter().any(|other| other.name == choice.name) {
                problems.push(row.problem(format!("`{}` is listed twice", choice.name)));
            }
            choices.push(choice);
        }
        choices
    };
    Options { client: group("client"), call: group("call"), paging: group("paging") }
}

fn choice(row: &Node<'_>) -> Result<Choice, Problem> {
    for (key, node) in row.entries()? {
        if !KEYS.contains(&key.as_str()) {
            return Err(node.problem(format!("unknown key; the keys of an option are {}", KEYS.join(", "))));
        }
    }
    let text = |key| row.get(key).map(|node| node.text().map(str::to_owned)).transpose();
    let flag = |key| row.get(key).map_or(Ok(false), |node| node.flag());
    let texts = |key| -> Result<Vec<String>, Problem> {
        let found = row.get(key).map_or(Ok(Vec::new()), |node| node.texts())?;
        Ok(found.into_iter().map(str::to_owned).collect())
    };
    let number = |key, without: u64| -> Result<u64, Problem> {
        let Some(node) = row.get(key) else { return Ok(without) };
        u64::try_from(node.int()?).map_err(|_| node.problem("must be 0 or more"))
    };
    let name = row.need("name")?;
    let kind = row.need("kind")?;
    let holds: Holds =
        serde_json::from_value(kind.json()?).map_err(|error| kind.problem(error.to_string()))?;
    let name = match name.text()? {
        snake if names::is_snake(snake) => snake.to_owned(),
        other => return Err(name.problem(format!("`{other}` is not snake case"))),
    };
    let services = texts("services")?;
    let choice = Choice {
        node: text("node")?.unwrap_or_else(|| names::camel(&name)),
        c: if holds == Holds::Time { format!("{name}_ms") } else { name.clone() },
        name,
        kind: holds,
        least: number("least", 0)?,
        large: flag("large")?,
        zero: flag("zero")?,
        values: texts("values")?,
        type_name: text("type")?,
        fixed: flag("fixed")?,
        first: texts("first")?,
        file: flag("file")?,
        credential: flag("credential")?,
        only: text("only")?,
        scroll: flag("scroll")?,
        env: of_services(row, "env", &services)?,
        default: of_services(row, "default", &[])?,
        services,
        by_default: text("by_default")?,
        what: text("what")?,
        doc: row.need("doc")?.text()?.to_owned(),
    };
    let named = |reason: &str| Err(row.problem(format!("`{}`: {reason}", choice.name)));
    match choice.kind {
        Holds::Count if choice.type_name.is_none() => named("`type` must be its integer type"),
        Holds::OneOf if choice.values.is_empty() || choice.type_name.is_none() => {
            named("`values` and `type` must be set")
        }
        Holds::Hook if choice.type_name.is_none() || choice.only.is_none() => {
            named("`type` and `only` must be set")
        }
        _ => Ok(choice),
    }
}

/// A value for each of these services, or one for all; a mapping has its services as keys.
fn of_services(row: &Node<'_>, key: &str, services: &[String]) -> Result<Vec<OfService>, Problem> {
    let Some(node) = row.get(key) else { return Ok(Vec::new()) };
    let Ok(entries) = node.entries() else {
        let value = node.json()?;
        if services.is_empty() {
            return Ok(vec![OfService { service: None, value }]);
        }
        let each = services.iter().cloned();
        return Ok(each.map(|service| OfService { service: Some(service), value: value.clone() }).collect());
    };
    entries
        .into_iter()
        .map(|(service, value)| Ok(OfService { service: Some(service), value: value.json()? }))
        .collect()
}

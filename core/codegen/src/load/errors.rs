//! The table of error kinds, `core/api/errors.yaml`.

use std::path::Path;

use crate::model::ErrorKind;
use crate::node::{Document, Node};
use crate::problem::{Problem, Problems};

const FILE: &str = "core/api/errors.yaml";
const KEYS: [&str; 8] = ["name", "code", "status", "python", "python_base", "node", "doc", "act"];

pub(super) fn table(root: &Path, problems: &mut Problems) -> Vec<ErrorKind> {
    let read = || -> Result<Vec<Result<ErrorKind, Problem>>, Problem> {
        let document = Document::read(root, FILE)?;
        Ok(document.node().need("kinds")?.items()?.iter().map(kind).collect())
    };
    let rows = problems.keep(read()).unwrap_or_default();
    rows.into_iter().filter_map(|row| problems.keep(row)).collect()
}

fn kind(row: &Node<'_>) -> Result<ErrorKind, Problem> {
    for (key, node) in row.entries()? {
        if !KEYS.contains(&key.as_str()) {
            return Err(node.problem(format!("unknown key; the keys of a kind are {}", KEYS.join(", "))));
        }
    }
    let text = |key| Ok(row.need(key)?.text()?.to_owned());
    let status = match row.get("status") {
        Some(status) if !status.is_null() => {
            let number = u16::try_from(status.int()?).ok().filter(|number| (400..600).contains(number));
            Some(number.ok_or_else(|| status.problem("must be an HTTP status from 400 to 599, or null"))?)
        }
        _ => None,
    };
    Ok(ErrorKind {
        name: text("name")?,
        code: row.need("code")?.int()?,
        status,
        python: text("python")?,
        python_base: row.get("python_base").map(|base| base.text().map(str::to_owned)).transpose()?,
        node: text("node")?,
        doc: text("doc")?,
        act: text("act")?,
        source: row.source(),
    })
}

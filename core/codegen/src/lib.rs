//! Renders the committed sources of mspkit from the API documents in `core/api`.
//!
//! [`load`] reads the documents into the language-neutral [`model`], [`check`] validates it, [`render`] fills the templates
//! that [`targets`] lists, and [`output`] writes or compares files.

mod bundle;
pub mod check;
pub mod compare;
pub mod load;
pub mod model;
pub mod names;
pub mod node;
pub mod output;
pub mod problem;
pub mod render;
pub mod targets;
mod wire;

use std::path::Path;

use output::Rendered;
use problem::Failure;
use serde_json::Value;

/// The bundled document of a service, with values in the form in which they are sent.
pub fn bundle(root: &Path, service: &str) -> Result<Value, Failure> {
    let read = || {
        let document = node::Document::service(root, &format!("{}/{service}", load::FOLDER))?;
        document.node().json()
    };
    let mut document = read().map_err(|problem| Failure::Documents(vec![problem]))?;
    wire::form(&mut document);
    Ok(document)
}

/// Reads the documents under `root` and renders every target; nothing is written.
pub fn generate(root: &Path) -> Result<Vec<Rendered>, Failure> {
    render::all(&checked(root)?, root)
}

/// Reads the documents under `root` and renders the reference of the operations: Markdown pages, and `index.json`. The
/// names of the files are relative to a folder of their own; nothing is written.
pub fn reference(root: &Path) -> Result<Vec<Rendered>, Failure> {
    render::reference::all(&checked(root)?)
}

/// The documents under `root`, without mistakes.
fn checked(root: &Path) -> Result<model::Api, Failure> {
    let api = load::api(root).map_err(Failure::Documents)?;
    let problems = check::api(&api);
    if problems.is_empty() { Ok(api) } else { Err(Failure::Documents(problems)) }
}

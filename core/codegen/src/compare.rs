//! `compare`: what a vendor's own OpenAPI or Swagger file says differently from the document of a service here.
//!
//! `document` reads both sides alike, `schema` sees through references and envelopes, `walk` compares two operations,
//! and `report` writes the differences down.

mod document;
mod report;
mod schema;
mod walk;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::bundle;
use crate::load;
use crate::problem::Failure;

use document::{Document, Operations};
pub use report::{Difference, Word};

/// What to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The vendor's file.
    pub file: PathBuf,
    /// The service; guessed from the paths if it is not given.
    pub service: Option<String>,
    /// Whether the report is JSON.
    pub json: bool,
    /// The repository.
    pub root: PathBuf,
}

/// The outcome of a comparison.
#[derive(Debug)]
pub struct Comparison {
    /// The service whose document was compared.
    pub service: String,
    /// How many operations both sides have.
    pub common: usize,
    /// The differences, sorted by their text.
    pub differences: Vec<Difference>,
    /// References of the vendor's file without a target, sorted.
    pub unresolved: Vec<String>,
}

impl Comparison {
    /// The report: one line per difference and a summary, or JSON.
    pub fn report(&self, json: bool) -> String {
        if json { report::json(self) } else { report::text(self) }
    }
}

impl Request {
    /// Reads the arguments after the word `compare`; `None` if they are wrong.
    pub fn of(mut args: impl Iterator<Item = String>) -> Option<Request> {
        let (mut file, mut service, mut json, mut root) = (None, None, false, PathBuf::from("."));
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--json" => json = true,
                "--service" => service = Some(args.next()?),
                "--root" => root = args.next()?.into(),
                _ if file.is_none() && !arg.starts_with('-') => file = Some(arg.into()),
                _ => return None,
            }
        }
        Some(Request { file: file?, service, json, root })
    }
}

/// Compares the vendor's file with the document of a service.
pub fn run(request: &Request) -> Result<Comparison, Failure> {
    let fail = |reason: String| Failure::File { file: request.file.display().to_string(), reason };
    let bytes = std::fs::read(&request.file).map_err(|error| fail(error.to_string()))?;
    let there = document::read(&bytes).map_err(&fail)?;
    let known: Vec<&str> = load::SERVICES.iter().map(|(id, _)| *id).collect();
    let wanted = match &request.service {
        Some(service) if !known.contains(&service.as_str()) => {
            return Err(fail(format!("`{service}` is no service; there are {}", known.join(", "))));
        }
        Some(service) => vec![service.as_str()],
        None => known.clone(),
    };
    let mut best: Option<(usize, &str, Value)> = None;
    for service in wanted {
        let here = bundle(&request.root, service)?;
        let common = {
            let (vendor, own) = paired(&there, &here, service);
            own.keys().filter(|key| vendor.contains_key(*key)).count()
        };
        if best.as_ref().is_none_or(|(most, ..)| common > *most) {
            best = Some((common, service, here));
        }
    }
    let (common, service, here) =
        best.ok_or_else(|| fail("there is no service to compare with".to_owned()))?;
    if common == 0 && request.service.is_none() {
        return Err(fail(format!(
            "no path is one of a service here; name the service with --service {}",
            known.join("|")
        )));
    }
    Ok(compared(&there, &here, service))
}

/// The operations of both sides. A server's address may have a part of the path: it counts where that makes more operations
/// the same.
fn paired<'d>(there: &'d Value, here: &'d Value, service: &str) -> (Operations<'d>, Operations<'d>) {
    // Cloudmore's servers ignore the case of paths.
    let any_case = service == "cloudmore";
    let own = document::operations(here, "", any_case);
    let mut best: Option<(usize, Operations<'d>)> = None;
    for prefix in document::prefixes(there) {
        let operations = document::operations(there, &prefix, any_case);
        let common = own.keys().filter(|key| operations.contains_key(*key)).count();
        if best.as_ref().is_none_or(|(most, _)| common > *most) {
            best = Some((common, operations));
        }
    }
    (best.map_or_else(BTreeMap::new, |(_, operations)| operations), own)
}

fn compared(there: &Value, here: &Value, service: &str) -> Comparison {
    let (vendor, own) = paired(there, here, service);
    let (vendors, ours) = (Document::new(there), Document::new(here));
    let data = here.pointer("/x-mspkit-dialect/envelope/data").and_then(Value::as_str);
    let mut differences = Vec::new();
    let mut common = 0;
    for (key, operation) in &vendor {
        match own.get(key) {
            Some(other) => {
                common += 1;
                // Where our document says so, a field that is called like the content of an envelope is one of many.
                let wrapped =
                    other.value.pointer("/x-mspkit-answer/envelope").and_then(Value::as_bool).unwrap_or(true);
                let sides = walk::Sides { there: &vendors, here: &ours, data: data.filter(|_| wrapped) };
                differences.extend(walk::operation(sides, operation, other));
            }
            None => differences.push(operation.only("only there")),
        }
    }
    differences.extend(
        own.iter().filter(|(key, _)| !vendor.contains_key(*key)).map(|(_, one)| one.only("only here")),
    );
    differences.sort_by_cached_key(Difference::to_string);
    differences.dedup();
    Comparison { service: service.to_owned(), common, differences, unresolved: vendors.unresolved() }
}

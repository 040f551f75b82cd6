//! Nested objects of requests: schemas with members inside a body.

use std::collections::BTreeMap;

use crate::load::param::{self, Given};
use crate::load::schema::{self, Members};
use crate::model::{Input, Kind, ParamLocation};
use crate::names;
use crate::node::Node;
use crate::problem::Problem;

/// The suffix of their types, so that their names differ from models of responses.
const SUFFIX: &str = "Input";

/// The objects that requests reach, by name.
#[derive(Default)]
pub(super) struct Inputs {
    read: BTreeMap<String, Input>,
    begun: Vec<String>,
}

impl Inputs {
    pub(super) fn finish(self) -> Vec<Input> {
        self.read.into_values().collect()
    }

    /// Adds an object that is not in the document.
    pub(super) fn add(&mut self, input: Input) {
        self.begun.push(input.name.clone());
        self.read.insert(input.name.clone(), input);
    }

    /// Adds the schema that a node refers to, with everything that it refers to.
    pub(super) fn input(&mut self, service: &str, node: &Node<'_>) -> Result<Kind, Problem> {
        let Some(schema) = node.ref_name() else {
            return Err(
                node.problem("an object with properties needs a name: put it under components.schemas")
            );
        };
        if !names::is_pascal(schema) {
            return Err(node.problem("a type's name must be in PascalCase"));
        }
        let name = format!("{}{SUFFIX}", schema.strip_suffix(SUFFIX).unwrap_or(schema));
        let target = node.follow()?;
        let open = schema::is_open(&target)?;
        if !self.begun.contains(&name) {
            self.begun.push(name.clone());
            let Members { properties, required } = schema::members(&target)?;
            let mut fields = Vec::with_capacity(properties.len());
            for (wire, node) in properties {
                let required = required.contains(&wire);
                let given =
                    Given { wire, location: ParamLocation::Body, required, schema: node.clone(), node };
                fields.push(param::param(service, &given, self)?);
            }
            let (doc, source) = (schema::described(&target)?, target.source());
            let input = Input { name: name.clone(), service: service.to_owned(), doc, fields, open, source };
            self.read.insert(name.clone(), input);
        } else if let Some(known) = self.read.get(&name)
            && known.source != target.source()
        {
            let reason =
                format!("`{name}` has another meaning at {}: {}", known.source.file, known.source.path);
            return Err(node.problem(reason));
        }
        Ok(Kind::Input { name, open })
    }
}

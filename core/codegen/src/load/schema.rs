//! Schemas: the models of responses, their fields and open enumerations.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::inputs::Inputs;
use crate::load::rules;
use crate::load::user_name;
use crate::model::{Field, Hidden, Input, Model, OpenEnum, Shape};
use crate::names;
use crate::node::Node;
use crate::problem::Problem;

/// The types that a schema allows, apart from null.
pub(super) struct Types<'d> {
    pub(super) names: Vec<&'d str>,
    pub(super) nullable: bool,
}

impl<'d> Types<'d> {
    pub(super) fn of(schema: &Node<'d>) -> Result<Types<'d>, Problem> {
        let Some(given) = schema.look("type")? else {
            return Ok(Types { names: Vec::new(), nullable: false });
        };
        let mut names = if given.value().is_sequence() { given.texts()? } else { vec![given.text()?] };
        let all = names.len();
        names.retain(|name| *name != "null");
        Ok(Types { nullable: names.len() < all, names })
    }
}

/// The properties of an object schema, those of `allOf` first.
pub(super) struct Members<'d> {
    pub(super) properties: Vec<(String, Node<'d>)>,
    pub(super) required: Vec<String>,
}

pub(super) fn members<'d>(schema: &Node<'d>) -> Result<Members<'d>, Problem> {
    let schema = schema.follow()?;
    let mut all = Members { properties: Vec::new(), required: Vec::new() };
    if let Some(parts) = schema.get("allOf") {
        for part in parts.items()? {
            let part = members(&part)?;
            all.properties.extend(part.properties);
            all.required.extend(part.required);
        }
    } else if Types::of(&schema)?.names != ["object"] {
        return Err(schema.problem("must be an object schema: `type: object`"));
    }
    all.properties.extend(schema.entries_of("properties")?);
    if let Some(required) = schema.get("required") {
        for name in required.items()? {
            let wire = name.text()?;
            if !all.properties.iter().any(|(property, _)| property == wire) {
                return Err(name.problem(format!("`{wire}` is required but is not a property")));
            }
            all.required.push(wire.to_owned());
        }
    }
    Ok(all)
}

/// The models and enumerations of a service's responses, and the nested objects of its requests.
pub(super) struct Shapes {
    service: &'static str,
    models: BTreeMap<String, Model>,
    enums: BTreeMap<String, OpenEnum>,
    begun: BTreeSet<String>,
    pub(super) inputs: Inputs,
}

impl Shapes {
    pub(super) fn of(service: &'static str) -> Shapes {
        let (models, enums, begun) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Shapes { service, models, enums, begun, inputs: Inputs::default() }
    }

    pub(super) fn finish(mut self) -> (Vec<Model>, Vec<OpenEnum>, Vec<Input>) {
        self.mark_rewritten();
        (self.models.into_values().collect(), self.enums.into_values().collect(), self.inputs.finish())
    }

    /// Marks the models that have fields with other names or values that mean nothing, and those that contain them.
    fn mark_rewritten(&mut self) {
        let own = |model: &Model| {
            model.fields.iter().any(|f| !f.rules.other_names.is_empty() || !f.rules.none.is_empty())
        };
        let mut marked: BTreeSet<String> =
            self.models.values().filter(|model| own(model)).map(|model| model.name.clone()).collect();
        loop {
            let before = marked.len();
            for model in self.models.values() {
                let nested = |field: &Field| part(&field.shape).is_some_and(|name| marked.contains(name));
                if model.fields.iter().any(nested) {
                    marked.insert(model.name.clone());
                }
            }
            if marked.len() == before {
                break;
            }
        }
        for model in self.models.values_mut() {
            model.rewritten = marked.contains(&model.name);
        }
    }

    /// A model that was added.
    pub(super) fn known(&self, name: &str) -> Option<&Model> {
        self.models.get(name)
    }

    /// Adds a model that is not in the document.
    pub(super) fn add(&mut self, model: Model) {
        self.models.insert(model.name.clone(), model);
    }

    /// Adds a model of `components.schemas` with everything that it refers to; returns the wire names of its ids.
    pub(super) fn model(
        &mut self,
        document: &Node<'_>,
        name: &str,
        user: &Node<'_>,
    ) -> Result<Vec<String>, Problem> {
        let schemas = document.need("components")?.need("schemas")?;
        let schema = schemas
            .get(name)
            .ok_or_else(|| user.problem(format!("the schema `{name}` is not in components.schemas")))?;
        if !names::is_pascal(name) {
            return Err(schema.problem("a model's name must be in PascalCase"));
        }
        if self.begun.insert(name.to_owned()) {
            let fields = self.fields(document, &schema)?;
            let model = Model {
                service: self.service.to_owned(),
                name: name.to_owned(),
                path: format!("{}::{name}", self.service),
                doc: described(&schema)?,
                hidden: hidden(&fields)?,
                fields,
                open: is_open(&schema)?,
                rewritten: false,
                source: schema.source(),
            };
            self.models.insert(name.to_owned(), model);
        }
        let fields = self.models.get(name).map(|model| model.fields.as_slice()).unwrap_or_default();
        Ok(fields.iter().filter(|field| field.shape == Shape::Id).map(|field| field.wire.clone()).collect())
    }

    fn fields(&mut self, document: &Node<'_>, schema: &Node<'_>) -> Result<Vec<Field>, Problem> {
        let mut fields: Vec<Field> = Vec::new();
        let Members { properties, required } = members(schema)?;
        for (wire, node) in properties {
            let name = user_name(&wire, node.look("x-mspkit-name")?.as_ref())?;
            let field = Field {
                doc: described(&node)?,
                shape: self.shape(document, &node)?,
                required: required.contains(&wire) && !Types::of(&node)?.nullable,
                nullable: Types::of(&node)?.nullable,
                deprecated: node.look("deprecated")?.map_or(Ok(false), |flag| flag.flag())?,
                rules: rules::of(|key| node.look(key))?,
                example: match (node.look("example")?, node.look("examples")?) {
                    (Some(example), _) => Some(example.json()?),
                    (None, Some(examples)) => examples.items()?.first().map(Node::json).transpose()?,
                    (None, None) => None,
                },
                source: node.source(),
                name,
                wire,
            };
            fields.push(field);
        }
        Ok(fields)
    }

    fn shape(&mut self, document: &Node<'_>, node: &Node<'_>) -> Result<Shape, Problem> {
        if node.look("x-mspkit-secret")?.map_or(Ok(false), |flag| flag.flag())? {
            return Ok(Shape::Secret);
        }
        if let Some(alternatives) = node.look("anyOf")?.or(node.look("oneOf")?) {
            let items = alternatives.items()?;
            let real: Vec<_> = items
                .iter()
                .filter(|item| item.get("type").is_none_or(|kind| kind.text() != Ok("null")))
                .collect();
            return if let [only] = real[..] { self.shape(document, only) } else { Ok(Shape::Json) };
        }
        if let Some(name) = node.ref_name() {
            let target = node.follow()?;
            if target.get("properties").is_some() || target.get("allOf").is_some() {
                self.model(document, name, node)?;
                return Ok(Shape::Model { name: name.to_owned() });
            }
        }
        if let Some(values) = node.look("x-mspkit-open-enum")? {
            return self.open_enum(node, &values);
        }
        if let Some(format) = node.look("format")?
            && matches!(format.text()?, "mspkit-id" | "mspkit-digits" | "uuid")
        {
            return Ok(Shape::Id);
        }
        match &Types::of(node)?.names[..] {
            ["string"] => Ok(Shape::Text),
            ["integer"] => Ok(Shape::Integer),
            ["number"] => Ok(Shape::Number),
            ["boolean"] => Ok(Shape::Bool),
            ["array"] => {
                let items = node.look("items")?.ok_or_else(|| node.problem("`items` is missing"))?;
                Ok(Shape::List { of: Box::new(self.shape(document, &items)?) })
            }
            ["object"] if node.look("properties")?.is_some() => {
                Err(node.problem("an object with properties needs a name: put it under components.schemas"))
            }
            ["object"] | [_, _, ..] => Ok(Shape::Json),
            [] => Err(node.problem("`type` is missing")),
            [other] => Err(node.problem(format!("the type `{other}` is unknown"))),
        }
    }

    fn open_enum(&mut self, node: &Node<'_>, values: &Node<'_>) -> Result<Shape, Problem> {
        let named = node
            .look("x-mspkit-enum-name")?
            .ok_or_else(|| node.problem("`x-mspkit-open-enum` needs `x-mspkit-enum-name`"))?;
        let name = named.text()?.to_owned();
        if !names::is_pascal(&name) {
            return Err(named.problem("an enumeration's name must be in PascalCase"));
        }
        let values: Vec<String> = values.texts()?.into_iter().map(str::to_owned).collect();
        match self.enums.get(&name) {
            Some(known) if known.values != values => {
                let reason =
                    format!("`{name}` has other values at {}: {}", known.source.file, known.source.path);
                return Err(node.problem(reason));
            }
            Some(_) => {}
            None => {
                let (service, doc) = (self.service.to_owned(), described(node)?);
                let known = OpenEnum { service, name: name.clone(), doc, values, source: node.source() };
                self.enums.insert(name.clone(), known);
            }
        }
        Ok(Shape::Enum { name })
    }
}

/// The fields that are secrets because of another one.
fn hidden(fields: &[Field]) -> Result<Vec<Hidden>, Problem> {
    let mut hidden = Vec::new();
    for field in fields {
        let Some(condition) = &field.rules.secret_when else { continue };
        let by = fields.iter().find(|other| other.wire == condition.field);
        let by = by.ok_or_else(|| {
            field
                .source
                .at("x-mspkit-secret-when")
                .problem(format!("there is no field `{}`", condition.field))
        })?;
        hidden.push(Hidden {
            name: field.name.clone(),
            wire: field.wire.clone(),
            by: by.name.clone(),
            by_wire: by.wire.clone(),
            values: condition.values.clone(),
        });
    }
    Ok(hidden)
}

/// The model that a shape contains.
fn part(shape: &Shape) -> Option<&str> {
    match shape {
        Shape::Model { name } => Some(name),
        Shape::List { of } => part(of),
        _ => None,
    }
}

/// Whether a schema allows other members as well.
pub(super) fn is_open(schema: &Node<'_>) -> Result<bool, Problem> {
    match schema.follow()?.get("additionalProperties") {
        Some(more) if more.value().is_bool() => more.flag(),
        more => Ok(more.is_some()),
    }
}

pub(super) fn described(node: &Node<'_>) -> Result<String, Problem> {
    let doc = node.look("description")?.ok_or_else(|| node.problem("`description` is missing"))?;
    Ok(doc.text()?.to_owned())
}

//! The parameters of an operation: its path, query, headers and the fields of its body.

use crate::load::inputs::Inputs;
use crate::load::rules;
use crate::load::schema::{self, Types};
use crate::load::user_name;
use crate::model::{Body, Kind, Param, ParamLocation};
use crate::node::Node;
use crate::problem::Problem;

/// A parameter as the document has it.
pub(super) struct Given<'d> {
    pub(super) wire: String,
    pub(super) location: ParamLocation,
    pub(super) required: bool,
    pub(super) node: Node<'d>,
    pub(super) schema: Node<'d>,
}

impl<'d> Given<'d> {
    /// The value of `key`, of the parameter or its schema.
    fn look(&self, key: &str) -> Result<Option<Node<'d>>, Problem> {
        Ok(match self.node.look(key)? {
            Some(found) => Some(found),
            None => self.schema.look(key)?,
        })
    }

    fn flag(&self, key: &str) -> Result<bool, Problem> {
        self.look(key)?.map_or(Ok(false), |flag| flag.flag())
    }
}

/// The parameters in the order of the table, and the kind of body.
pub(super) fn all_of(
    service: &str,
    operation: &Node<'_>,
    path: &str,
    shared: Option<&Node<'_>>,
    inputs: &mut Inputs,
) -> Result<(Vec<Param>, Body), Problem> {
    let mut given = Vec::new();
    for list in shared.cloned().into_iter().chain(operation.get("parameters")) {
        for node in list.items()? {
            given.push(parameter(&node)?);
        }
    }
    let body = body(operation, &mut given)?;
    let mut read = |given| param(service, given, inputs);
    let mut params = given.iter().map(&mut read).collect::<Result<Vec<_>, _>>()?;
    let in_path = template(path, operation)?;
    for param in params.iter().filter(|param| param.location == ParamLocation::Path) {
        if !in_path.contains(&param.wire) {
            return Err(param.source.problem(format!("`{}` does not occur in the path", param.wire)));
        }
    }
    if let Some(missing) = in_path
        .iter()
        .find(|wire| !params.iter().any(|p| p.location == ParamLocation::Path && &p.wire == *wire))
    {
        return Err(operation.problem(format!("the path parameter `{missing}` is not declared")));
    }
    // A stable sort: within a group the document's order is kept.
    params.sort_by_key(|param| match param.location {
        ParamLocation::Path => (0, in_path.iter().position(|wire| *wire == param.wire)),
        ParamLocation::Body if param.required => (1, None),
        ParamLocation::Query | ParamLocation::Header if param.required => (2, None),
        ParamLocation::Body => (3, None),
        ParamLocation::Query => (4, None),
        ParamLocation::Header => (5, None),
    });
    Ok((params, body))
}

/// The names in the braces of a path template.
fn template(path: &str, operation: &Node<'_>) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment.strip_prefix('{').map(|rest| rest.strip_suffix('}')) {
            Some(Some(name)) if !names.iter().any(|known| known == name) => names.push(name.to_owned()),
            None if !segment.contains(['{', '}']) => {}
            _ => {
                return Err(operation
                    .problem(format!("the path's segment `{segment}` must be one parameter, used once")));
            }
        }
    }
    Ok(names)
}

fn parameter<'d>(node: &Node<'d>) -> Result<Given<'d>, Problem> {
    let node = node.follow()?;
    let source = node.need("in")?;
    let location = match source.text()? {
        "path" => ParamLocation::Path,
        "query" => ParamLocation::Query,
        "header" => ParamLocation::Header,
        other => return Err(source.problem(format!("`{other}` is unknown; known are path, query, header"))),
    };
    let required = node.get("required").map_or(Ok(false), |flag| flag.flag())?;
    if location == ParamLocation::Path && !required {
        return Err(node.problem("a path parameter must say `required: true`"));
    }
    let wire = node.need("name")?.text()?.to_owned();
    let schema = node.need("schema")?;
    Ok(Given { wire, location, required, node, schema })
}

fn body<'d>(operation: &Node<'d>, given: &mut Vec<Given<'d>>) -> Result<Body, Problem> {
    let Some(request) = operation.get("requestBody") else { return Ok(Body::None) };
    let content = request.follow()?.need("content")?;
    match &content.entries()?[..] {
        [(kind, media)] if kind == "application/json" => {
            let schema = media.need("schema")?;
            if Types::of(&schema)?.names == ["array"] {
                let name = schema.look("x-mspkit-name")?;
                let name =
                    name.ok_or_else(|| schema.problem("`x-mspkit-name` must say what the list is called"))?;
                let required = request.follow()?.get("required").map_or(Ok(false), |flag| flag.flag())?;
                let wire = name.text()?.to_owned();
                given.push(Given {
                    wire,
                    location: ParamLocation::Body,
                    required,
                    node: schema.clone(),
                    schema,
                });
                return Ok(Body::Value);
            }
            let members = schema::members(&schema)?;
            for (wire, node) in members.properties {
                let required = members.required.contains(&wire);
                given.push(Given {
                    wire,
                    location: ParamLocation::Body,
                    required,
                    schema: node.clone(),
                    node,
                });
            }
            Ok(Body::Json)
        }
        [(kind, _)] if kind == "text/plain" => Ok(Body::RefreshToken),
        _ => Err(content.problem("must be either application/json or text/plain")),
    }
}

pub(super) fn param(service: &str, given: &Given<'_>, inputs: &mut Inputs) -> Result<Param, Problem> {
    let source = given.node.source();
    let types = Types::of(&given.schema)?;
    let kind = kind(service, given, &types, inputs)?;
    let doc = given.look("description")?.ok_or_else(|| source.problem("`description` is missing"))?;
    let default = given.look("default")?.map(|node| node.json()).transpose()?;
    let from_option = given.look("x-mspkit-from-option")?;
    let secret =
        given.flag("x-mspkit-secret")? || given.look("format")?.is_some_and(|f| f.text() == Ok("password"));
    Ok(Param {
        name: user_name(&given.wire, given.look("x-mspkit-name")?.as_ref())?,
        wire: given.wire.clone(),
        doc: doc.text()?.to_owned(),
        location: given.location,
        kind,
        required: given.required,
        secret,
        nullable: types.nullable,
        internal: given.flag("x-mspkit-internal")?,
        deprecated: given.flag("deprecated")?,
        default,
        send_default: given.flag("x-mspkit-send-default")?,
        from_option: from_option.map(|node| node.text().map(str::to_owned)).transpose()?,
        rules: rules::of(|key| given.look(key))?,
        example: example(given)?,
        source,
    })
}

fn example(given: &Given<'_>) -> Result<Option<serde_json::Value>, Problem> {
    if let Some(example) = given.look("example")? {
        return Ok(Some(example.json()?));
    }
    let Some(examples) = given.look("examples")? else { return Ok(None) };
    if examples.value().is_sequence() {
        return examples.items()?.first().map(Node::json).transpose();
    }
    match examples.entries()?.first() {
        Some((_, example)) => Ok(Some(example.need("value")?.json()?)),
        None => Ok(None),
    }
}

fn kind(service: &str, given: &Given<'_>, types: &Types<'_>, inputs: &mut Inputs) -> Result<Kind, Problem> {
    if let Some(word) = given.look("x-mspkit-kind")? {
        return match word.text()? {
            "date_range" => Ok(Kind::DateRange),
            "text_list" => Ok(Kind::TextList),
            other => Err(word.problem(format!("`{other}` is unknown; known are date_range, text_list"))),
        };
    }
    let any_case = given.flag("x-mspkit-any-case")?;
    if let Some(values) = given.look("enum")? {
        let texts = || values.items().map(|all| all.into_iter().filter(|value| !value.is_null()));
        if types.names == ["integer"] {
            return Ok(Kind::IntOneOf {
                values: texts()?.map(|value| value.int()).collect::<Result<_, _>>()?,
            });
        }
        let values = texts()?.map(|value| value.text().map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
        return Ok(Kind::OneOf { values, any_case });
    }
    if any_case {
        return Err(given.node.problem("`x-mspkit-any-case` is only allowed with `enum`"));
    }
    let format = given.look("format")?;
    let formatted = match &format {
        Some(format) => match format.text()? {
            "mspkit-id" => Some(Kind::Id),
            "uuid" => Some(Kind::Guid),
            "date" => Some(Kind::Date),
            "date-time" => Some(Kind::DateTime),
            "uri" => Some(Kind::HttpUrl),
            "country" => Some(Kind::Country),
            "currency" => Some(Kind::Currency),
            "password" | "int32" | "int64" | "float" | "double" => None,
            other => return Err(format.problem(format!("the format `{other}` is unknown here"))),
        },
        None => None,
    };
    let bound = |key: &str| given.look(key)?.map(|node| node.int()).transpose();
    match (formatted, &types.names[..]) {
        (Some(kind), _) => Ok(kind),
        (None, ["string"]) if bound("minLength")?.is_some_and(|length| length > 0) => Ok(Kind::NonBlank),
        (None, ["string"]) => Ok(Kind::Text),
        (None, ["integer"]) => Ok(Kind::Int { min: bound("minimum")?, max: bound("maximum")? }),
        (None, ["number"]) => {
            Ok(Kind::Number { min: number(given, "minimum")?, max: number(given, "maximum")? })
        }
        (None, ["boolean"]) => Ok(Kind::Bool),
        (None, ["array"]) => {
            let Some(entry) = given.look("items")? else { return Ok(Kind::List { of: Box::new(Kind::Any) }) };
            let entry = Given {
                wire: given.wire.clone(),
                location: given.location,
                required: true,
                node: entry.clone(),
                schema: entry,
            };
            let of = kind(service, &entry, &Types::of(&entry.schema)?, inputs)?;
            Ok(Kind::List { of: Box::new(of) })
        }
        // An internal parameter needs no type.
        (None, ["object"]) if given.flag("x-mspkit-internal")? => Ok(Kind::Object),
        (None, ["object"]) if has_members(&given.schema)? => inputs.input(service, &given.schema),
        (None, ["object"]) => Ok(Kind::Object),
        (None, [_, _, ..]) => Ok(Kind::Any),
        (None, []) if given.schema.follow()?.get("allOf").is_some() => inputs.input(service, &given.schema),
        (None, []) if given.look("anyOf")?.is_some() || given.look("oneOf")?.is_some() => Ok(Kind::Any),
        (None, names) => {
            Err(given.schema.problem(format!("a parameter cannot be of the type `{}`", names.join(" or "))))
        }
    }
}

fn number(given: &Given<'_>, key: &str) -> Result<Option<serde_json::Number>, Problem> {
    let Some(bound) = given.look(key)? else { return Ok(None) };
    match bound.json()? {
        serde_json::Value::Number(number) => Ok(Some(number)),
        _ => Err(bound.problem("must be a number")),
    }
}

fn has_members(schema: &Node<'_>) -> Result<bool, Problem> {
    Ok(schema.look("properties")?.is_some())
}

//! `x-mspkit-natural-key`: what identifies an object before it has an id. From it follow the operation that looks before it
//! creates, and where to look for a create whose outcome is unknown.

mod many;

use crate::load::operation::only_keys;
use crate::load::schema::Shapes;
use crate::model::{
    Answer, AnswerKind, Ensure, Examples, Field, KeyField, Model, Operation, Paging, Param, ParamLocation,
    Retry, Rules, Shape,
};
use crate::names;
use crate::node::Node;
use crate::problem::{Problem, Problems, SourceLocation};

pub(super) const KEY: &str = "x-mspkit-natural-key";
const KEYS: [&str; 6] = ["find", "match", "scope", "names", "filter", "many"];

/// The parameter with the rows of an operation for many objects.
const ROWS: &str = "rows";

/// Items per page where the list takes a size: few requests, and none that a server takes long for.
const PAGE_SIZE: i64 = 500;

/// The model of a field that an existing object has with another value.
const DIFFERENCE: &str = "Difference";

/// The row as the document has it.
#[derive(Debug, Clone)]
pub struct NaturalKey {
    find: String,
    matched: Vec<(String, Vec<String>)>,
    scope: Vec<(String, String)>,
    names: Vec<(String, String)>,
    filter: Option<String>,
    many: Option<String>,
    source: SourceLocation,
}

/// Reads the row of an operation.
pub(super) fn read(service: &str, node: &Node<'_>) -> Result<Option<NaturalKey>, Problem> {
    let Some(given) = node.get(KEY) else { return Ok(None) };
    only_keys(&given, &KEYS)?;
    if let Some(check) = node.get("x-mspkit-outcome-check") {
        return Err(check.problem(format!("`{KEY}` says it already")));
    }
    let pairs = |key: &str| -> Result<Vec<(String, String)>, Problem> {
        given.entries_of(key)?.into_iter().map(|(name, to)| Ok((name, to.text()?.to_owned()))).collect()
    };
    let mut matched = Vec::new();
    for (field, params) in given.need("match")?.entries()? {
        let params = if params.value().is_sequence() { params.texts()? } else { vec![params.text()?] };
        matched.push((field, params.into_iter().map(str::to_owned).collect()));
    }
    if matched.is_empty() {
        return Err(given.problem("`match` names no field"));
    }
    Ok(Some(NaturalKey {
        find: format!("{service}.{}", given.need("find")?.text()?),
        matched,
        scope: pairs("scope")?,
        names: pairs("names")?,
        filter: given.get("filter").map(|name| name.text().map(str::to_owned)).transpose()?,
        many: given.get("many").map(|name| name.text().map(str::to_owned)).transpose()?,
        source: given.source(),
    }))
}

/// Adds an operation that looks first for each create with a natural key, and says where to look after that create.
pub(super) fn derive(
    operations: &mut Vec<Operation>,
    shapes: &mut Shapes,
    source: &SourceLocation,
    problems: &mut Problems,
) {
    let mut derived = Vec::new();
    for at in 0..operations.len() {
        let Some(key) = operations[at].natural_key.clone() else { continue };
        let Some(ensure) = problems.keep(resolve(&key, &operations[at], operations, shapes)) else {
            continue;
        };
        operations[at].outcome_check = Some(check_of(&ensure, &operations[at]));
        let one = operation(&key, ensure, &operations[at], operations, shapes);
        derived.extend(problems.keep(many::operation(&key, &one, &operations[at], shapes)));
        derived.push(one);
    }
    if !derived.is_empty() {
        shapes.add(difference(&derived[0].service, source));
        shapes.add(many::failure(&derived[0].service, source));
    }
    operations.extend(derived);
}

/// The names of a row, each of which must exist where it points to.
fn resolve(
    key: &NaturalKey,
    create: &Operation,
    operations: &[Operation],
    shapes: &Shapes,
) -> Result<Ensure, Problem> {
    let wrong = |at: &str, reason: String| Err(key.source.at(at).problem(reason));
    if create.retry != Retry::Create || !create.name.starts_with("create") {
        return Err(key.source.problem("is only allowed for an operation that creates"));
    }
    let Some(find) = operations.iter().find(|operation| operation.id == key.find && !operation.derived())
    else {
        return wrong("find", format!("there is no operation `{}`", key.find));
    };
    let model = find.answer.model.as_ref().and_then(|name| shapes.known(name));
    let Some(model) = model.filter(|_| find.answer.kind == AnswerKind::List) else {
        return wrong("find", format!("`{}` is not a list", key.find));
    };
    let field = |wire: &str| model.fields.iter().find(|field| field.wire == wire);
    let body = |wire: &str| {
        let of_body = |param: &&Param| param.wire == wire && param.location == ParamLocation::Body;
        create.params.iter().find(of_body)
    };
    let mut fields = Vec::new();
    for (wire, params) in &key.matched {
        let at = format!("match.{wire}");
        match field(wire).map(|field| &field.shape) {
            None => return wrong(&at, format!("`{}` has no field `{wire}`", model.name)),
            Some(Shape::Id | Shape::Text | Shape::Integer | Shape::Enum { .. }) => {}
            Some(_) => return wrong(&at, "must be a text, a whole number or an id".to_owned()),
        }
        for param in params {
            if body(param).is_none_or(|param| param.secret) {
                return wrong(&at, format!("`{}` sends no field `{param}` that can be shown", create.id));
            }
        }
        if !params.iter().filter_map(|param| body(param)).any(|param| param.required) {
            return wrong(&at, "one of these fields must be required".to_owned());
        }
        fields.push(KeyField { field: wire.clone(), params: params.clone() });
    }
    let mut scope = Vec::new();
    for param in find.params.iter().filter(|param| param.location == ParamLocation::Path) {
        let given = key.scope.iter().find(|(wire, _)| *wire == param.wire).map(|(_, from)| from);
        let from = given.unwrap_or(&param.wire);
        let known = create.params.iter().any(|other| other.wire == *from && other.required);
        if !known {
            let reason = format!("`{}` has no required parameter `{from}` for `{}`", create.id, param.wire);
            return wrong("scope", reason);
        }
        scope.push((param.name.clone(), from.clone()));
    }
    if let Some((wire, _)) = key.scope.iter().find(|(wire, _)| !find.params.iter().any(|p| p.wire == *wire)) {
        return wrong("scope", format!("`{}` has no parameter `{wire}`", find.id));
    }
    if let Some((wire, to)) = key.names.iter().find(|(wire, to)| body(wire).is_none() || field(to).is_none())
    {
        return wrong(
            "names",
            format!("`{}` sends no `{wire}`, or `{}` has no `{to}`", create.id, model.name),
        );
    }
    let query = |name: &str| {
        find.params.iter().find(|param| param.location == ParamLocation::Query && param.name == name)
    };
    if let Some(filter) = key.filter.as_deref().filter(|filter| query(filter).is_none()) {
        return wrong("filter", format!("`{}` has no query parameter `{filter}`", find.id));
    }
    let keyed = |wire: &str| key.matched.iter().any(|(_, params)| params.iter().any(|param| param == wire));
    let compared = create
        .params
        .iter()
        .filter(|param| param.location == ParamLocation::Body && !param.secret && !keyed(&param.wire))
        .filter_map(|param| {
            let named = key.names.iter().find(|(wire, _)| *wire == param.wire).map(|(_, to)| to.as_str());
            field(named.unwrap_or(&param.wire)).map(|field| (param.wire.clone(), field.wire.clone()))
        });
    let largest = query("page_size").and_then(|param| match param.kind {
        crate::model::Kind::Int { max, .. } => max,
        _ => None,
    });
    Ok(Ensure {
        create: create.id.clone(),
        find: find.id.clone(),
        scope,
        key: fields,
        compared: compared.collect(),
        filter: key.filter.clone(),
        rows: None,
        page_size: largest
            .filter(|_| find.paging == Paging::PageNumber)
            .map(|largest| ("page_size".to_owned(), largest.min(PAGE_SIZE))),
    })
}

/// The operation that looks first.
fn operation(
    key: &NaturalKey,
    ensure: Ensure,
    create: &Operation,
    operations: &[Operation],
    shapes: &mut Shapes,
) -> Operation {
    let found = operations.iter().find(|operation| operation.id == ensure.find);
    let item = found.and_then(|find| find.answer.model.clone()).unwrap_or_default();
    let renamed = |name: &str, from: &str, to: &str| name.replacen(from, to, 1);
    let name = renamed(&create.name, "create", "ensure");
    let model = format!("Ensured{item}");
    if shapes.known(&model).is_none() {
        shapes.add(ensured(&create.service, &model, &item, &key.source));
    }
    Operation {
        id: format!("{}.{}.{name}", create.service, create.resource),
        summary: format!("Finds or {}", uncapitalised(&create.summary)),
        doc: doc_of(&ensure, create),
        page: create.page.clone(),
        params_type: create.params_type.as_ref().map(|name| renamed(name, "Create", "Ensure")),
        name,
        answer: Answer {
            kind: AnswerKind::Object,
            model: Some(model),
            id: None,
            envelope: false,
            or_object: false,
            in_list: false,
            empty_is_not_found: false,
            only_list: false,
            any_id: false,
        },
        id_fields: Vec::new(),
        examples: Examples { body: create.examples.body.clone(), responses: Vec::new() },
        simulation: None,
        natural_key: None,
        source: key.source.clone(),
        ensure: Some(ensure),
        ..create.clone()
    }
}

/// A sentence as the rest of another one.
fn uncapitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().to_string() + letters.as_str())
}

/// The names for users of what identifies the object.
fn key_names(ensure: &Ensure, create: &Operation) -> Vec<String> {
    let name = |wire: &String| {
        let param = create.params.iter().find(|param| param.wire == *wire);
        param.map_or(String::new(), |param| param.name.clone())
    };
    let of = |field: &KeyField| {
        let names: Vec<String> = field.params.iter().map(|wire| format!("`{}`", name(wire))).collect();
        names.join(" or ")
    };
    ensure.key.iter().map(of).collect()
}

/// An operation's id without the service.
fn short(id: &str) -> &str {
    id.split_once('.').map_or(id, |(_, rest)| rest)
}

/// Where to look for a create whose outcome is unknown.
fn check_of(ensure: &Ensure, create: &Operation) -> String {
    let keys = key_names(ensure, create).join(" and ");
    let (find, resource) = (short(&ensure.find), &create.resource);
    let name = create.name.replacen("create", "ensure", 1);
    format!(
        "Look for the {keys} that was sent in `{find}`, or call `{resource}.{name}`, which does that before it creates."
    )
}

fn doc_of(ensure: &Ensure, create: &Operation) -> String {
    let keys = key_names(ensure, create).join(" and ");
    let (find, create_name) = (short(&ensure.find), short(&create.id));
    let filtered = match &ensure.filter {
        Some(filter) => {
            format!(
                " The server is asked for exactly this first, with `{filter}`; then the whole list is read."
            )
        }
        None => String::new(),
    };
    format!(
        "Looks in `{find}` for the {keys} that is given, and calls `{create_name}` if it is not there.{filtered} Letters are \
         compared without case, in any Unicode form, and with any blanks between words.\n\n\
         An object that exists is never changed: `differences` are the fields that it has with other values, of those that \
         the list shows. If the outcome of the create is unknown, the list is read again until the object is there, for as long as \
         `settle` says. In one process there is one such call at a time for the same object.{}",
        vendors_document(create)
    )
}

/// What an operation's description says from the sentence on that names the vendor's document, to the end of the paragraph.
fn vendors_document(operation: &Operation) -> String {
    let Some(at) = operation.doc.find("endor's ") else { return String::new() };
    let begin = operation.doc[..at].rfind('.').map_or(0, |end| end + 1);
    let paragraph = operation.doc[begin..].trim_start().split("\n\n").next().unwrap_or_default();
    format!("\n\n{}", paragraph.trim_end())
}

fn ensured(service: &str, name: &str, item: &str, source: &SourceLocation) -> Model {
    model(
        service,
        name,
        "What was found or created.",
        vec![
            field(
                "value",
                "The object: as the list has it, or as it was sent, with its id.",
                model_of(item),
                source,
            ),
            field("created", "Whether this call created it.", Shape::Bool, source),
            field(
                "differences",
                "The fields of an object that was found with other values than those that were given.",
                Shape::List { of: Box::new(model_of(DIFFERENCE)) },
                source,
            ),
        ],
        source,
    )
}

fn difference(service: &str, source: &SourceLocation) -> Model {
    // Last, since the models of Python are declared by a function of this name.
    let name =
        field("field", "The vendor's name of the field in the object that was found.", Shape::Text, source);
    let mut fields = vec![
        field("wanted", "The value that was given.", Shape::Json, source),
        field("found", "The value that the object has.", Shape::Json, source),
    ];
    for value in &mut fields {
        (value.required, value.nullable) = (false, true);
    }
    fields.push(Field { example: Some("contactEmail".into()), ..name });
    model(
        service,
        DIFFERENCE,
        "A field that an object has with another value than the one that was given.",
        fields,
        source,
    )
}

fn model_of(name: &str) -> Shape {
    Shape::Model { name: name.to_owned() }
}

fn model(service: &str, name: &str, doc: &str, fields: Vec<Field>, source: &SourceLocation) -> Model {
    Model {
        service: service.to_owned(),
        name: name.to_owned(),
        path: format!("{service}::{name}"),
        doc: doc.to_owned(),
        fields,
        open: false,
        hidden: Vec::new(),
        rewritten: false,
        source: source.clone(),
    }
}

fn field(name: &str, doc: &str, shape: Shape, source: &SourceLocation) -> Field {
    Field {
        name: names::snake(name),
        wire: name.to_owned(),
        doc: doc.to_owned(),
        shape,
        required: true,
        nullable: false,
        deprecated: false,
        rules: Rules::default(),
        example: None,
        source: source.clone(),
    }
}

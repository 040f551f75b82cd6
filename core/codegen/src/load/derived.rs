//! Operations without an endpoint of their own: a wait requests another operation's endpoint until that has a final state,
//! and a join reads another list for each row of a list.

use crate::load::Context;
use crate::load::operation::{id_parts, only_keys};
use crate::load::schema::Shapes;
use crate::model::{
    Answer, AnswerKind, Examples, Join, Operation, Paging, ParamLocation, Parent, Retry, Wait,
};
use crate::node::Node;
use crate::problem::Problem;

const WAIT_KEYS: [&str; 13] = [
    "operationId",
    "summary",
    "description",
    "model",
    "state",
    "done",
    "pending",
    "failed",
    "message",
    "rows",
    "missing",
    "interval",
    "parent",
];
const JOIN_KEYS: [&str; 8] =
    ["operationId", "summary", "description", "model", "params", "operation", "param", "into"];

/// The operations that are derived from the one at this node.
pub(super) fn all_of(
    context: &Context<'_>,
    node: &Node<'_>,
    operation: &Operation,
    shapes: &mut Shapes,
) -> Result<Vec<Operation>, Problem> {
    let mut derived = Vec::new();
    if let Some(given) = node.get("x-mspkit-wait") {
        derived.push(wait(context, &given, operation, shapes)?);
    }
    if let Some(given) = node.get("x-mspkit-join") {
        derived.push(join(context, &given, operation, shapes)?);
    }
    Ok(derived)
}

fn wait(
    context: &Context<'_>,
    given: &Node<'_>,
    operation: &Operation,
    shapes: &mut Shapes,
) -> Result<Operation, Problem> {
    only_keys(given, &WAIT_KEYS)?;
    let texts = |key: &str| -> Result<Vec<String>, Problem> {
        let Some(values) = given.get(key) else { return Ok(Vec::new()) };
        Ok(values.texts()?.into_iter().map(str::to_owned).collect())
    };
    let text = |key: &str| given.get(key).map(|node| node.text().map(str::to_owned)).transpose();
    let [first, most] =
        given.need("interval")?.items()?.iter().map(Node::int).collect::<Result<Vec<_>, _>>()?[..]
    else {
        return Err(given.problem("`interval` must be the first and the longest time in seconds"));
    };
    let parent = match given.get("parent") {
        None => None,
        Some(parent) => {
            only_keys(&parent, &["operation", "field"])?;
            let (operation, field) = (parent.need("operation")?, parent.need("field")?);
            Some(Parent { operation: operation.text()?.to_owned(), field: field.text()?.to_owned() })
        }
    };
    let wait = Wait {
        state: given.need("state")?.text()?.to_owned(),
        done: texts("done")?,
        pending: texts("pending")?,
        failed: texts("failed")?,
        message: text("message")?,
        rows: text("rows")?,
        missing: given.get("missing").map_or(Ok(0), |node| node.int())?.try_into().unwrap_or(0),
        interval: (first, most),
        parent,
    };
    if wait.done.is_empty() == wait.pending.is_empty() {
        return Err(given.problem("needs either `done` or `pending`"));
    }
    if wait.rows.is_some() != (operation.answer.kind == AnswerKind::List) {
        return Err(given.problem("`rows` is for lists, which need it"));
    }
    let mut derived = named(context, given, operation)?;
    let model = text("model")?.or_else(|| operation.answer.model.clone());
    let model = model.ok_or_else(|| given.problem("`model` is missing"))?;
    derived.id_fields = shapes.model(&context.document, &model, given)?;
    derived.answer = Answer {
        kind: AnswerKind::Object,
        model: Some(model),
        id: None,
        or_object: false,
        ..operation.answer.clone()
    };
    derived.paging = Paging::None;
    derived.retry = Retry::Read;
    derived.params.retain(|param| param.location == ParamLocation::Path);
    derived.params_type = None;
    derived.wait = Some(wait);
    Ok(derived)
}

fn join(
    context: &Context<'_>,
    given: &Node<'_>,
    operation: &Operation,
    shapes: &mut Shapes,
) -> Result<Operation, Problem> {
    only_keys(given, &JOIN_KEYS)?;
    if operation.answer.kind != AnswerKind::List || operation.answer.id.is_none() {
        return Err(given.problem("is only for a list whose rows have ids"));
    }
    let text = |key: &str| Ok::<_, Problem>(given.need(key)?.text()?.to_owned());
    let mut derived = named(context, given, operation)?;
    let model = text("model")?;
    derived.id_fields = shapes.model(&context.document, &model, given)?;
    derived.answer = Answer { model: Some(model), ..operation.answer.clone() };
    derived.params_type = match given.get("params") {
        Some(params) if crate::names::is_pascal(params.text()?) => Some(params.text()?.to_owned()),
        Some(params) => return Err(params.problem("must be a type's name in PascalCase")),
        None => None,
    };
    derived.join = Some(Join { operation: text("operation")?, param: text("param")?, into: text("into")? });
    Ok(derived)
}

/// The operation under another name.
fn named(context: &Context<'_>, given: &Node<'_>, operation: &Operation) -> Result<Operation, Problem> {
    let id = given.need("operationId")?;
    let (resource, name) = id_parts(context, &id)?;
    Ok(Operation {
        id: id.text()?.to_owned(),
        resource,
        name,
        summary: given.need("summary")?.text()?.to_owned(),
        doc: given.need("description")?.text()?.to_owned(),
        outcome_check: None,
        natural_key: None,
        examples: Examples::default(),
        simulation: None,
        source: given.source(),
        ..operation.clone()
    })
}

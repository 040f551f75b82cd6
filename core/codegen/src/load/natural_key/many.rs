//! The operation that finds or creates many objects, and what it returns for each.

use serde_json::Value;

use super::{DIFFERENCE, NaturalKey, ROWS, field, model, model_of, short};
use crate::load::schema::Shapes;
use crate::model::{
    Answer, Body, Ensure, Examples, Field, Input, Kind, Model, Operation, Param, ParamLocation, Rules, Shape,
};
use crate::names;
use crate::problem::{Problem, SourceLocation};

/// The model of the error of one row.
const FAILURE: &str = "EnsureFailure";

/// The operation for many objects; `one` is that for one.
pub(super) fn operation(
    key: &NaturalKey,
    one: &Operation,
    create: &Operation,
    shapes: &mut Shapes,
) -> Result<Operation, Problem> {
    let Some(ensure) = &one.ensure else { return Err(key.source.problem("has no operation for one object")) };
    let source = &key.source;
    let name = match (&key.many, one.name.as_str()) {
        (Some(given), _) if given.starts_with("ensure") && names::is_snake(given) => given.clone(),
        (Some(_), _) => {
            return Err(source.at("many").problem("must be a name in snake case that begins with `ensure`"));
        }
        (None, "ensure") => "ensure_many".to_owned(),
        (None, _) => return Err(source.problem("`many` must name the operation for many objects")),
    };
    let Some(type_name) = &one.params_type else { return Err(source.problem("there is nothing to send")) };
    let (input, outcome) = (format!("{type_name}Input"), format!("{type_name}Outcome"));
    shapes.inputs.add(Input {
        name: input.clone(),
        service: one.service.clone(),
        doc: format!("One object for `{}.{name}`.", one.resource),
        fields: fields_of(create).cloned().collect(),
        open: false,
        source: source.clone(),
    });
    let result = format!("{outcome}s");
    let ensured = one.answer.model.clone().unwrap_or_default();
    shapes.add(outcome_of(&one.service, &outcome, &ensured, source));
    let each = Shape::List { of: Box::new(model_of(&outcome)) };
    let outcomes = field("outcomes", "The outcome of each row, in the order of the rows.", each, source);
    shapes.add(model(
        &one.service,
        &result,
        "What was found or created, row by row.",
        vec![outcomes],
        source,
    ));
    let mut params: Vec<Param> =
        one.params.iter().filter(|param| param.location == ParamLocation::Path).cloned().collect();
    params.push(rows(&input, create, source));
    Ok(Operation {
        id: format!("{}.{}.{name}", one.service, one.resource),
        summary: format!("{}, for many at once.", one.summary.trim_end_matches('.')),
        doc: doc_of(ensure, one),
        name,
        params,
        params_type: Some(format!("{type_name}Rows")),
        body: Body::Json,
        answer: Answer { model: Some(result), ..one.answer.clone() },
        examples: Examples::default(),
        ensure: Some(Ensure { rows: Some(ROWS.to_owned()), ..ensure.clone() }),
        ..one.clone()
    })
}

/// The fields of a row: those of the create's body.
fn fields_of(create: &Operation) -> impl Iterator<Item = &Param> {
    create.params.iter().filter(|param| param.location == ParamLocation::Body && !param.internal)
}

fn rows(input: &str, create: &Operation, source: &SourceLocation) -> Param {
    let example = create.examples.body.clone().unwrap_or_else(|| {
        let required = fields_of(create).filter(|param| param.required);
        required.filter_map(|param| Some((param.wire.clone(), param.example.clone()?))).collect::<Value>()
    });
    Param {
        name: ROWS.to_owned(),
        wire: ROWS.to_owned(),
        doc: "The objects, each with the parameters that it is created with.".to_owned(),
        location: ParamLocation::Body,
        kind: Kind::List { of: Box::new(Kind::Input { name: input.to_owned(), open: false }) },
        required: true,
        secret: false,
        nullable: false,
        internal: false,
        deprecated: false,
        default: None,
        send_default: false,
        from_option: None,
        rules: Rules { items: (Some(1), None), ..Rules::default() },
        example: Some(Value::Array(vec![example])),
        source: source.clone(),
    }
}

fn doc_of(ensure: &Ensure, one: &Operation) -> String {
    format!(
        "Does for each row what `{}.{}` does, several rows at a time within the limits of the endpoints, but reads `{}` only once for each \
         place that the rows name. Rows with the same key make one object.\n\n\
         Every row has an outcome, in order: `ensured` or `error`, and `row`, its number from 0. One that fails does not stop the \
         others. The call itself only fails if an argument is wrong, before anything is sent, or if no list could be read.{}",
        one.resource,
        one.name,
        short(&ensure.find),
        super::vendors_document(one),
    )
}

fn outcome_of(service: &str, name: &str, ensured: &str, source: &SourceLocation) -> Model {
    let optional = |name: &str, doc: &str, shape: Shape| Field {
        required: false,
        nullable: true,
        ..field(name, doc, shape, source)
    };
    let fields = vec![
        field("row", "The number of the row, from 0.", Shape::Integer, source),
        optional("ensured", "What was found or created; null if that failed.", model_of(ensured)),
        optional("error", "Why it failed; null if it did not.", model_of(FAILURE)),
    ];
    model(service, name, "What became of one row.", fields, source)
}

/// Why a row failed.
pub(super) fn failure(service: &str, source: &SourceLocation) -> Model {
    let optional = |name: &str, doc: &str, shape: Shape| Field {
        required: false,
        nullable: true,
        ..field(name, doc, shape, source)
    };
    let fields = vec![
        field("kind", "The kind of the error, such as `OutcomeUnknown`.", Shape::Text, source),
        field("message", "The whole message, for people.", Shape::Text, source),
        optional("status", "The HTTP status of the last response, if there was one.", Shape::Integer),
        field("retryable", "Whether the row can be tried again without harm.", Shape::Bool, source),
        field(
            "matches",
            "The objects that match, of the kind `Ambiguous`, under the vendor's names.",
            Shape::List { of: Box::new(Shape::Json) },
            source,
        ),
        field(
            "differences",
            "The fields with other values, of the kind `Difference`.",
            Shape::List { of: Box::new(model_of(DIFFERENCE)) },
            source,
        ),
    ];
    model(service, FAILURE, "Why a row has no object.", fields, source)
}

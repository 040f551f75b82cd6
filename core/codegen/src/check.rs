//! Rules for the model as a whole, which cannot be checked at one node.

use std::collections::HashMap;

use crate::model::{AnswerKind, Api, Body, Kind, Operation, Paging, Param, ParamLocation, Retry};
use crate::names;
use crate::problem::{Problem, Problems, SourceLocation};

/// The client options that may be the default of a path parameter.
const OPTIONS: &[&str] = &["reseller_id", "seller_id"];

/// The first word of method names, with the HTTP methods that it is allowed for.
const VERBS: &[(&str, &[&str])] = &[
    ("list", &["GET", "POST"]),
    ("get", &["GET", "POST"]),
    ("search", &["GET", "POST"]),
    ("create", &["POST"]),
    ("update", &["PATCH"]),
    ("replace", &["PUT"]),
    ("delete", &["DELETE"]),
];

/// Synonyms that are refused, so that methods have the same verb everywhere.
const SYNONYMS: &[(&str, &str)] = &[
    ("add", "create"),
    ("insert", "create"),
    ("patch", "update"),
    ("modify", "update"),
    ("edit", "update"),
    ("put", "replace"),
    ("remove", "delete"),
    ("fetch", "get"),
    ("read", "get"),
    ("find", "search"),
];

/// The members that every model has besides its fields, in one language or another.
const OF_EVERY_MODEL: &[&str] = &["extra", "from_dict", "is_set", "response_meta", "to_dict"];

/// Every violation of a rule, in the order of files and paths.
pub fn api(api: &Api) -> Vec<Problem> {
    let mut problems = Problems::default();
    for operation in &api.operations {
        for rule in [params_type, paging, retry, body, summary, verb, answer_id] {
            rule(api, operation, &mut problems);
        }
        for param in &operation.params {
            check_param(param, &mut problems);
            check_location(param, &mut problems);
        }
    }
    for input in &api.inputs {
        once("field name", input.fields.iter().map(|f| (f.name.clone(), &f.source)), &mut problems);
        for field in &input.fields {
            check_param(field, &mut problems);
        }
    }
    limits(api, &mut problems);
    unique(api, &mut problems);
    error_kinds(api, &mut problems);
    problems.sorted()
}

/// Refuses duplicate names.
fn once<'a>(
    what: &str,
    named: impl IntoIterator<Item = (String, &'a SourceLocation)>,
    problems: &mut Problems,
) {
    let mut seen: HashMap<String, &SourceLocation> = HashMap::new();
    for (name, source) in named {
        if let Some(first) = seen.get(&name) {
            let reason = format!("the {what} `{name}` is already used at {}: {}", first.file, first.path);
            problems.push(source.problem(reason));
        } else {
            seen.insert(name, source);
        }
    }
}

fn unique(api: &Api, problems: &mut Problems) {
    let operations = api.operations.iter();
    once("operationId", operations.clone().map(|o| (o.id.clone(), &o.source)), problems);
    for operation in operations {
        let params = operation.params.iter().map(|p| (p.name.clone(), &p.source));
        once("parameter name", params, problems);
    }
    for model in &api.models {
        once("field name", model.fields.iter().map(|f| (f.name.clone(), &f.source)), problems);
        for field in model.fields.iter().filter(|field| OF_EVERY_MODEL.contains(&field.name.as_str())) {
            let reason = format!("every model has a `{}` already; give another `x-mspkit-name`", field.name);
            problems.push(field.source.problem(reason));
        }
    }
    for service in &api.services {
        let types = api.operations.iter().filter(|operation| operation.service == service.id);
        let types = types.filter_map(|operation| Some((operation.params_type.clone()?, &operation.source)));
        let models = api.models.iter().filter(|model| model.service == service.id);
        let models = models.map(|model| (model.name.clone(), &model.source));
        let enums = api.enums.iter().filter(|known| known.service == service.id);
        let enums = enums.map(|known| (known.name.clone(), &known.source));
        let inputs = api.inputs.iter().filter(|input| input.service == service.id);
        let inputs = inputs.map(|input| (input.name.clone(), &input.source));
        let resources = service.resources.iter().map(|named| (names::pascal(&named.name), &named.source));
        once("type name", types.chain(models).chain(enums).chain(inputs).chain(resources), problems);
    }
    for known in &api.enums {
        once("variant name", known.values.iter().map(|v| (names::pascal(v), &known.source)), problems);
    }
}

fn params_type(_: &Api, operation: &Operation, problems: &mut Problems) {
    let named = operation.params.iter().any(Param::named);
    match &operation.params_type {
        None if named => {
            problems.push(operation.source.problem("`x-mspkit-params` must name the parameters' type"));
        }
        Some(_) if !named => {
            let source = operation.source.at("x-mspkit-params");
            problems.push(source.problem("there are no parameters for this type"));
        }
        _ => {}
    }
}

fn paging(api: &Api, operation: &Operation, problems: &mut Problems) {
    let source = operation.source.at("x-mspkit-paging");
    let list = operation.answer.kind == AnswerKind::List;
    if list && operation.paging == Paging::None {
        problems.push(operation.source.problem("`x-mspkit-paging` must say how the list is paged"));
    } else if !list && operation.paging != Paging::None {
        problems.push(source.problem("only a list is paged"));
    }
    let param = |location, wire: &str, internal: bool| {
        operation.params.iter().any(|p| p.internal == internal && p.location == location && p.wire == wire)
    };
    let dialect = api.services.iter().find(|service| service.id == operation.service).map(|it| &it.dialect);
    match operation.paging {
        Paging::PageNumber => match dialect.and_then(|words| words.pages.as_ref()) {
            None => problems.push(source.problem("needs `pages` in `x-mspkit-dialect`")),
            Some(words) if !param(ParamLocation::Query, &words.number, false) => {
                let number = &words.number;
                let reason = format!("needs the query parameter `{number}` with the first page");
                problems.push(source.problem(reason));
            }
            Some(_) => {}
        },
        Paging::Scroll => match dialect.and_then(|words| words.scroll.as_ref()) {
            None => problems.push(source.problem("needs `scroll` in `x-mspkit-dialect`")),
            Some(words) if !param(ParamLocation::Body, &words.start, true) => {
                let start = &words.start;
                let reason = format!("needs the body field `{start}` with `x-mspkit-internal: true`");
                problems.push(source.problem(reason));
            }
            Some(_) => {}
        },
        Paging::None | Paging::Array => {}
    }
}

fn retry(_: &Api, operation: &Operation, problems: &mut Problems) {
    let source = operation.source.at("x-mspkit-retry");
    if operation.method == "GET" && operation.retry != Retry::Read {
        problems.push(source.problem("a GET is a read"));
    }
    if matches!(operation.method.as_str(), "PUT" | "PATCH" | "DELETE") && operation.retry == Retry::Read {
        problems.push(source.problem(format!("a {} is not a read", operation.method)));
    }
    if (operation.retry == Retry::Scroll) != (operation.paging == Paging::Scroll) {
        problems.push(source.problem("`scroll` requires `x-mspkit-paging: scroll`, and the reverse"));
    }
    match (&operation.outcome_check, operation.retry) {
        (None, Retry::Create) => {
            let reason = "`x-mspkit-natural-key` or `x-mspkit-outcome-check` must say how to find the outcome of a create";
            problems.push(operation.source.problem(reason));
        }
        (Some(_), retry) if retry != Retry::Create => {
            let source = operation.source.at("x-mspkit-outcome-check");
            problems.push(source.problem("is only allowed with `x-mspkit-retry: create`"));
        }
        _ => {}
    }
}

fn body(_: &Api, operation: &Operation, problems: &mut Problems) {
    if operation.method == "GET" && operation.body != Body::None {
        problems
            .push(operation.source.at("requestBody").problem(format!("a {} has no body", operation.method)));
    }
}

fn summary(_: &Api, operation: &Operation, problems: &mut Problems) {
    if !operation.summary.ends_with('.') || operation.summary.contains('\n') {
        problems.push(
            operation.source.at("summary").problem("must be one sentence on one line, with its full stop"),
        );
    }
}

/// The same verb for the same action in all services. If none fits, the vendor's word is used: `run`, `resolve_ticket`.
fn verb(_: &Api, operation: &Operation, problems: &mut Problems) {
    let source = operation.source.at("operationId");
    let word = operation.name.split('_').next().unwrap_or_default();
    if let Some((_, usual)) = SYNONYMS.iter().find(|(other, _)| *other == word) {
        problems.push(source.problem(format!("`{word}` is called `{usual}` everywhere else")));
    }
    let methods = VERBS.iter().find(|(known, _)| *known == word).map(|(_, methods)| *methods);
    if let Some(methods) = methods.filter(|methods| !methods.contains(&operation.method.as_str())) {
        let reason = format!("`{word}` is for {}, and this is {}", methods.join(" or "), operation.method);
        problems.push(source.problem(reason));
    }
}

fn answer_id(api: &Api, operation: &Operation, problems: &mut Problems) {
    let source = operation.source.at("x-mspkit-answer.id");
    let (Some(model), Some(id)) = (&operation.answer.model, &operation.answer.id) else { return };
    let known = api.models.iter().find(|known| known.service == operation.service && known.name == *model);
    match known.and_then(|model| model.fields.iter().find(|field| field.wire == *id)) {
        None => problems.push(source.problem(format!("`{model}` has no property `{id}`"))),
        Some(_) if !operation.id_fields.contains(id) => {
            problems.push(
                source.problem(format!("the property `{id}` of `{model}` is not of the format mspkit-id")),
            );
        }
        Some(_) => {}
    }
}

fn check_param(param: &Param, problems: &mut Problems) {
    if let Some(language) = names::reserved_in(&param.name) {
        let reason = format!("`{}` is a word of {language}; give another `x-mspkit-name`", param.name);
        problems.push(param.source.problem(reason));
    }
    if names::snake(&names::camel(&param.name)) != param.name {
        let reason = format!(
            "`{}` cannot be converted to camel case and back; give another `x-mspkit-name`",
            param.name
        );
        problems.push(param.source.problem(reason));
    }
    if param.internal && param.required {
        problems.push(param.source.problem("an internal parameter cannot be required"));
    }
    if param.send_default && param.default.is_none() {
        problems.push(param.source.problem("`x-mspkit-send-default` needs a `default`"));
    }
    if let Some(option) = &param.from_option {
        if param.location != ParamLocation::Path {
            problems.push(param.source.problem("only a path parameter may come from a client option"));
        }
        if !OPTIONS.contains(&option.as_str()) {
            let reason = format!("the client option `{option}` is unknown; known are {}", OPTIONS.join(", "));
            problems.push(param.source.problem(reason));
        }
    }
    if let Kind::Int { min: Some(min), max: Some(max) } = param.kind
        && min > max
    {
        problems.push(param.source.problem(format!("the minimum {min} is above the maximum {max}")));
    }
    if matches!(&param.kind, Kind::OneOf { values, .. } if values.is_empty())
        || matches!(&param.kind, Kind::IntOneOf { values } if values.is_empty())
    {
        problems.push(param.source.problem("`enum` is empty"));
    }
    match &param.example {
        None if !param.internal => problems.push(param.source.problem("an example is missing")),
        Some(example) if !fits(&param.kind, example) => {
            problems.push(param.source.problem(format!("the example {example} does not match the schema")));
        }
        _ => {}
    }
}

/// Rules for parameters that do not apply to fields of nested objects.
fn check_location(param: &Param, problems: &mut Problems) {
    if param.nullable && (param.required || param.location != ParamLocation::Body) {
        problems.push(param.source.problem("only an optional field of the body may be null"));
    }
    if param.location != ParamLocation::Body && param.kind.nested() {
        let reason =
            "lists and objects are only allowed in a body; elsewhere `x-mspkit-kind: text_list` is one text";
        problems.push(param.source.problem(reason));
    }
    if param.location == ParamLocation::Path
        && matches!(param.kind, Kind::TextList | Kind::DateRange | Kind::HttpUrl)
    {
        problems.push(param.source.problem("a path parameter must be one plain value"));
    }
}

/// Whether an example matches a kind. Not a full validation, but it catches most mistakes.
fn fits(kind: &Kind, example: &serde_json::Value) -> bool {
    match kind {
        Kind::Id => example.is_string() || example.is_i64(),
        Kind::Guid => example.as_str().is_some_and(|text| text.len() == 36 && text.matches('-').count() == 4),
        Kind::Int { min, max } => {
            let (min, max) = (min.unwrap_or(i64::MIN), max.unwrap_or(i64::MAX));
            example.as_i64().is_some_and(|number| (min..=max).contains(&number))
        }
        Kind::Bool => example.is_boolean(),
        Kind::OneOf { values, any_case } => example.as_str().is_some_and(|text| {
            values.iter().any(|value| value == text || *any_case && value.eq_ignore_ascii_case(text))
        }),
        Kind::NonBlank => example.as_str().is_some_and(|text| !text.trim().is_empty()),
        Kind::HttpUrl => example.as_str().is_some_and(|text| text.starts_with("http")),
        Kind::Country => example.as_str().is_some_and(|text| text.len() == 2),
        Kind::Currency => example.as_str().is_some_and(|text| text.len() == 3),
        Kind::IntOneOf { values } => example.as_i64().is_some_and(|number| values.contains(&number)),
        Kind::Number { min, max } => {
            let bound =
                |bound: &Option<serde_json::Number>| bound.as_ref().and_then(serde_json::Number::as_f64);
            example.as_f64().is_some_and(|number| {
                bound(min).is_none_or(|min| min <= number) && bound(max).is_none_or(|max| number <= max)
            })
        }
        Kind::Text | Kind::Date => example.is_string(),
        Kind::DateTime => example.as_str().is_some_and(|text| text.len() >= 20 && text.contains('T')),
        Kind::TextList => example.is_string() || example.is_array(),
        Kind::List { of } => {
            example.as_array().is_some_and(|entries| entries.iter().all(|entry| fits(of, entry)))
        }
        Kind::DateRange | Kind::Object | Kind::Input { .. } => example.is_object(),
        Kind::Any => true,
    }
}

fn limits(api: &Api, problems: &mut Problems) {
    let mut seen: HashMap<(&str, &str), i64> = HashMap::new();
    for operation in &api.operations {
        let group = (operation.service.as_str(), operation.limit.group.as_str());
        let cap = *seen.entry(group).or_insert(operation.limit.cap);
        if cap != operation.limit.cap {
            let source = operation.source.at("x-mspkit-limit.cap");
            problems.push(source.problem(format!("the group `{}` has the cap {cap} elsewhere", group.1)));
        }
    }
}

fn error_kinds(api: &Api, problems: &mut Problems) {
    let kinds = api.error_kinds.iter();
    once("kind", kinds.clone().map(|kind| (kind.name.clone(), &kind.source)), problems);
    once("code", kinds.clone().map(|kind| (kind.code.to_string(), &kind.source)), problems);
    let statuses = kinds.clone().filter_map(|kind| Some((kind.status?.to_string(), &kind.source)));
    once("status", statuses, problems);
    for kind in kinds {
        if !names::is_pascal(&kind.name) {
            problems.push(kind.source.at("name").problem("must be in PascalCase"));
        }
        if kind.code >= 0 || i32::try_from(kind.code).is_err() {
            problems.push(kind.source.at("code").problem("must be a negative 32-bit number"));
        }
    }
}

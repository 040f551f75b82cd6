//! Conformance cases from the documents: the documented responses, every argument, and the standard errors.
//! The format is that of `tests/conformance/README.md`.

mod ensured;
mod expected;
mod simulated;

use serde_json::{Map, Value, json};

use crate::model::{
    AnswerKind, Api, Auth, Body, ExampleResponse, Kind, Operation, Paging, Param, ParamLocation, Retry,
};
use crate::output::{HEADER, Rendered};
use crate::render::json;

/// The folder of the cases.
pub(crate) const FOLDER: &str = "tests/conformance";

/// A file for every resource that has cases.
pub(crate) fn all(api: &Api) -> Vec<Rendered> {
    let mut files: Vec<(String, Vec<Value>)> = Vec::new();
    for operation in
        api.operations.iter().filter(|operation| operation.ensure.is_some() || !operation.derived())
    {
        let cases = of(api, operation);
        let file = format!("{FOLDER}/generated/{}.{}.json", operation.service, operation.resource);
        match files.last_mut() {
            Some((last, known)) if *last == file => known.extend(cases),
            _ => files.push((file, cases)),
        }
    }
    files.retain(|(_, cases)| !cases.is_empty());
    let text = |cases: Vec<Value>| json::file(&json!({"about": HEADER, "cases": cases}));
    files.into_iter().map(|(file, cases)| Rendered { text: text(cases), file }).collect()
}

fn of(api: &Api, operation: &Operation) -> Vec<Value> {
    if let Some(ensure) = &operation.ensure {
        return ensured::of(api, operation, ensure);
    }
    // Token operations of the client itself have no result for the caller; their cases are written by hand.
    if matches!(operation.answer.kind, AnswerKind::Tokens | AnswerKind::LoggedOut) {
        return Vec::new();
    }
    let Some(call) = Call::new(api, operation, false) else { return Vec::new() };
    let mut cases = documented(api, &call);
    cases.extend(every_argument(api, operation, &call));
    cases.extend(without_required(&call));
    cases.extend(refusals(&call));
    cases.extend(broken_body(&call));
    cases.extend(simulated::of(api, &call));
    cases
}

/// A call with arguments from the document.
struct Call<'o> {
    api: &'o Api,
    operation: &'o Operation,
    arguments: Vec<(&'o Param, Value)>,
}

impl<'o> Call<'o> {
    /// With the required arguments and those of the body's example, or with all; `None` if one has no example.
    fn new(api: &'o Api, operation: &'o Operation, every: bool) -> Option<Self> {
        let body = operation.examples.body.as_ref();
        let mut arguments = Vec::new();
        for param in operation.params.iter().filter(|param| param.positional() || param.named()) {
            let shown = body.filter(|_| param.location == ParamLocation::Body);
            let whole = operation.body == Body::Value;
            let shown = if whole { shown } else { shown.and_then(|body| body.get(&param.wire)) };
            let value = shown.or(param.example.as_ref().filter(|_| param.required || every));
            match value {
                Some(value) => arguments.push((param, value.clone())),
                None if param.required => return None,
                None => {}
            }
        }
        Some(Self { api, operation, arguments })
    }

    fn params(&self) -> Value {
        Value::Object(
            self.arguments.iter().map(|(param, value)| (param.name.clone(), value.clone())).collect(),
        )
    }

    fn step(&self, expect: &Value) -> Value {
        json!({"call": self.operation.id, "params": self.params(), "expect": expect})
    }

    fn case(&self, what: &str, why: &str) -> Map<String, Value> {
        let mut case = Map::new();
        case.insert("name".to_owned(), format!("{}: {what}", self.operation.id).into());
        case.insert("why".to_owned(), why.into());
        case.insert("client".to_owned(), json!({"service": self.operation.service}));
        case
    }

    fn matching(&self) -> String {
        format!("{} {}", self.operation.method, self.operation.path)
    }

    /// A scripted response.
    fn answered(&self, response: &ExampleResponse) -> Value {
        let mut answer = json!({"match": self.matching(), "status": response.status});
        if !response.headers.is_empty() {
            let headers = response.headers.iter().map(|(name, text)| (name.clone(), text.clone().into()));
            answer["headers"] = Value::Object(headers.collect());
        }
        if let Some(body) = &response.body {
            answer["json"] = body.clone();
        }
        answer
    }

    /// The request that the server must have received.
    fn request(&self) -> Value {
        let operation = self.operation;
        let mut path = operation.path.clone();
        let (mut query, mut body, mut headers) = (Map::new(), Map::new(), Map::new());
        match operation.auth {
            Auth::AccessToken | Auth::UserToken => {
                headers.insert("authorization".to_owned(), "Bearer *".into())
            }
            Auth::ApiKey => {
                headers.insert("x-api-key".to_owned(), format!("${}_api_key", operation.service).into())
            }
            Auth::None => headers.insert("authorization".to_owned(), json!({"$absent": true})),
        };
        for param in operation.params.iter().filter(|param| param.location == ParamLocation::Path) {
            if let Some(option) = &param.from_option {
                let variable = format!("${{{}_{option}}}", operation.service);
                path = path.replace(&format!("{{{}}}", param.wire), &variable);
            }
        }
        for (param, value) in &self.arguments {
            match param.location {
                ParamLocation::Path => path = path.replace(&format!("{{{}}}", param.wire), &text(value)),
                ParamLocation::Query => drop(query.insert(param.wire.clone(), text(value).into())),
                ParamLocation::Header => {
                    let scheme = if param.rules.bearer { "Bearer " } else { "" };
                    headers
                        .insert(param.wire.to_ascii_lowercase(), format!("{scheme}{}", text(value)).into());
                }
                ParamLocation::Body => {
                    body.insert(param.wire.clone(), sent(self.api, param, &param.kind, value));
                }
            }
        }
        for param in operation
            .params
            .iter()
            .filter(|param| param.location == ParamLocation::Body && param.send_default)
        {
            if let Some(default) = &param.default {
                body.entry(&param.wire).or_insert_with(|| default.clone());
            }
        }
        let mut request = json!({"method": operation.method, "path": path, "headers": headers});
        let pages = expected::dialect(self.api, operation).and_then(|dialect| dialect.pages.as_ref());
        if let Some(words) = pages.filter(|_| operation.paging == Paging::PageNumber) {
            query.entry(&words.number).or_insert_with(|| "1".into());
            let whole = query.contains_key(&words.size);
            request["query"] = if whole { Value::Object(query) } else { json!({"$subset": query}) };
        } else if !query.is_empty() {
            request["query"] = Value::Object(query);
        }
        match operation.body {
            Body::Json => request["json"] = Value::Object(body),
            Body::Value => {
                request["json"] = body.into_iter().next().map(|(_, value)| value).unwrap_or_default();
            }
            Body::None | Body::RefreshToken => {}
        }
        request
    }
}

/// A value in the form in which it is sent, with the defaults of nested objects.
fn sent(api: &Api, param: &Param, kind: &Kind, value: &Value) -> Value {
    match (kind, value) {
        (Kind::Input { name, .. }, Value::Object(members)) => {
            let Some(input) = api.inputs.iter().find(|input| input.name == *name) else {
                return value.clone();
            };
            let mut whole = Map::new();
            for field in &input.fields {
                let given = members.get(&field.wire).or_else(|| members.get(&field.name));
                let default = field.default.as_ref().filter(|_| field.send_default);
                let from = field.rules.default_from.as_ref().and_then(|from| members.get(from));
                if let Some(given) = given.or(default).or(from) {
                    whole.insert(field.wire.clone(), sent(api, field, &field.kind, given));
                }
            }
            let known =
                |name: &str| input.fields.iter().any(|field| field.wire == name || field.name == name);
            whole.extend(
                members
                    .iter()
                    .filter(|(name, _)| !known(name))
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
            Value::Object(whole)
        }
        (Kind::List { of }, Value::Array(entries)) => {
            entries.iter().map(|entry| sent(api, param, of, entry)).collect()
        }
        (Kind::Bool, Value::Bool(flag)) if param.rules.as_text => flag.to_string().into(),
        (Kind::Id, Value::String(id)) if param.rules.as_number => {
            serde_json::from_str(id).unwrap_or_else(|_| value.clone())
        }
        (Kind::Id, Value::Number(id)) if !param.rules.as_number => id.to_string().into(),
        _ => value.clone(),
    }
}

/// A value as text for a path, a query or a header.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// Each documented success.
fn documented(api: &Api, call: &Call<'_>) -> Vec<Value> {
    let mut cases = Vec::new();
    for response in call.operation.examples.responses.iter().filter(|response| response.status < 300) {
        let Some(expect) = expected::success(api, call.operation, response) else { continue };
        let what = match response.name.as_str() {
            "" => format!("the documented response {}", response.status),
            name => format!("the documented response {}, {name}", response.status),
        };
        let mut case = call.case(&what, "The vendor's example is sent and read unchanged.");
        let (script, ends) = script(call, response);
        case.insert("sim".to_owned(), json!({"script": script}));
        case.insert("steps".to_owned(), json!([call.step(&expect)]));
        if ends {
            case.insert("requests".to_owned(), json!([call.request()]));
        }
        cases.push(Value::Object(case));
    }
    cases
}

/// The responses of one documented success, and whether there is only one request.
fn script(call: &Call<'_>, response: &ExampleResponse) -> (Vec<Value>, bool) {
    let mut script = vec![call.answered(response)];
    let body = response.body.as_ref();
    let unsure = call.operation.paging == Paging::PageNumber
        && body.is_some_and(|body| !expected::is_counted(call.api, call.operation, body));
    if unsure {
        // If the page does not show that the list has ended, there is one more request.
        let words = expected::dialect(call.api, call.operation).and_then(|dialect| dialect.envelope.as_ref());
        let empty = match words.filter(|_| body.is_some_and(Value::is_object)) {
            Some(words) => json!({&words.data: []}),
            None => json!([]),
        };
        script.push(json!({"match": call.matching(), "status": response.status, "times": 0, "json": empty}));
    }
    (script, !unsure)
}

/// Every argument at its location.
fn every_argument(api: &Api, operation: &Operation, few: &Call<'_>) -> Option<Value> {
    let call = Call::new(api, operation, true)?;
    if call.arguments.len() == few.arguments.len() {
        return None;
    }
    let successes = operation.examples.responses.iter().filter(|response| response.status < 300);
    let (response, expect) = successes
        .filter_map(|response| Some((response, expected::success(api, operation, response)?)))
        .find(|(response, _)| script(&call, response).1)?;
    let mut case = call
        .case("every argument", "Each argument has its own place in the request, under the vendor's name.");
    case.insert("sim".to_owned(), json!({"script": [call.answered(response)]}));
    case.insert("steps".to_owned(), json!([call.step(&json!({"meta": expect["meta"]}))]));
    case.insert("requests".to_owned(), json!([call.request()]));
    Some(Value::Object(case))
}

/// A call without each required argument.
fn without_required(call: &Call<'_>) -> Option<Value> {
    let required: Vec<_> = call
        .arguments
        .iter()
        .map(|(param, _)| *param)
        .filter(|param| param.required && param.default.is_none())
        .collect();
    let steps: Vec<_> = required
        .iter()
        .map(|param| {
            let error = json!({
                "kind": "InvalidRequest", "status": null, "argument": param.name,
                "message_contains": [param.name], "attempts": 0,
            });
            let mut step = call.step(&json!({"error": error}));
            if let Some(params) = step["params"].as_object_mut() {
                params.remove(&param.name);
            }
            step["untyped"] = true.into();
            step
        })
        .collect();
    if steps.is_empty() {
        return None;
    }
    let mut case = call
        .case("without a required argument", "A missing required argument is named before anything is sent.");
    case.insert("steps".to_owned(), steps.into());
    case.insert("requests".to_owned(), json!([]));
    case.insert("auth_requests".to_owned(), true.into());
    Some(Value::Object(case))
}

/// Each documented error, without retries, so that a call has one response.
fn refusals(call: &Call<'_>) -> Option<Value> {
    let operation = call.operation;
    let (mut script, mut steps, mut received) = (Vec::new(), Vec::new(), 0);
    for error in &operation.errors {
        let Some(response) = operation.examples.responses.iter().find(|one| one.status == error.status)
        else {
            continue;
        };
        let mut answer = call.answered(response);
        if let Some(headers) = answer.as_object_mut().filter(|_| matches!(error.status, 429 | 503)) {
            headers.insert("headers".to_owned(), json!({"Retry-After": "0"}));
        }
        // A refused token is renewed once.
        let times = if error.status == 401 && operation.auth == Auth::AccessToken { 2 } else { 1 };
        if times > 1 {
            answer["times"] = times.into();
        }
        script.push(answer);
        received += times;
        // After a server error the outcome of a create is unknown.
        let unknown = operation.retry == Retry::Create && error.status >= 500;
        let kind = if unknown { "OutcomeUnknown" } else { &error.kind };
        let mut expect = expected::refusal(response.body.as_ref());
        expect.insert("kind".to_owned(), kind.into());
        expect.insert("status".to_owned(), error.status.into());
        match error.status {
            429 => drop(expect.insert("retryable".to_owned(), true.into())),
            403 | 404 => drop(expect.insert("retryable".to_owned(), false.into())),
            _ if unknown => drop(expect.insert("retryable".to_owned(), false.into())),
            _ => {}
        }
        steps.push(call.step(&json!({"error": expect})));
    }
    if steps.is_empty() {
        return None;
    }
    let mut case =
        call.case("every documented refusal", "Each status becomes its own kind, with the server's message.");
    case.insert("client".to_owned(), json!({"service": operation.service, "options": {"max_retries": 0}}));
    case.insert("sim".to_owned(), json!({"script": script}));
    case.insert("steps".to_owned(), steps.into());
    case.insert("counts".to_owned(), json!({&operation.id: {"received": received}}));
    Some(Value::Object(case))
}

/// A read with a truncated response.
fn broken_body(call: &Call<'_>) -> Option<Value> {
    let operation = call.operation;
    let reads = matches!(operation.retry, Retry::Read | Retry::Scroll);
    if !reads || !matches!(operation.answer.kind, AnswerKind::Object | AnswerKind::List) {
        return None;
    }
    let answer = json!({
        "match": call.matching(), "status": 200, "text": "{\"data\": [", "content_type": "application/json",
    });
    let mut case = call.case("a broken body", "Truncated JSON is an error, not an empty response.");
    case.insert("client".to_owned(), json!({"service": operation.service, "options": {"max_retries": 0}}));
    case.insert("sim".to_owned(), json!({"script": [answer]}));
    case.insert("steps".to_owned(), json!([call.step(&json!({"error": {"kind": "Decode"}}))]));
    Some(Value::Object(case))
}

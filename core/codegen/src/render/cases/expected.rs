//! The expected result of a documented response.

use serde_json::{Map, Value, json};

use crate::model::{AnswerKind, Api, Dialect, ExampleResponse, Operation, Paging, Shape};

/// The result of a successful call; `None` if the example is only part of a response, or an error in spite of its status.
pub(super) fn success(api: &Api, operation: &Operation, response: &ExampleResponse) -> Option<Value> {
    let answer = &operation.answer;
    let mut expect = json!({"meta": {"status": response.status}});
    let body = response.body.as_ref();
    let model = (operation.service.as_str(), answer.model.as_deref().unwrap_or_default());
    let envelope = dialect(api, operation)?.envelope.as_ref();
    let data = |body| envelope.and_then(|words| Value::get(body, &words.data));
    match answer.kind {
        AnswerKind::List => {
            let body = body.filter(|body| is_whole(api, operation, body))?;
            let only = || body.as_object()?.values().find(|value| value.is_array());
            let only = only().filter(|_| answer.only_list);
            let rows = data(body).or(only).unwrap_or(body);
            let one = Some(std::slice::from_ref(rows)).filter(|_| answer.or_object && rows.is_object());
            let rows = rows.as_array().map(Vec::as_slice).or(one)?;
            let rows: Vec<_> = rows.iter().map(|row| read(api, model, row)).collect();
            expect["count"] = rows.len().into();
            if let Some(total) = envelope.and_then(|words| body.get(words.total_items.as_ref()?)) {
                expect["total"] = total.clone();
            }
            expect["items"] = rows.into();
        }
        AnswerKind::Object | AnswerKind::Created => {
            let body = body.filter(|body| body.is_object() && body.get("Error Message").is_none())?;
            let inner = data(body).filter(|_| answer.envelope);
            let inner = inner.filter(|data| data.is_object() || answer.in_list);
            let inner = if answer.in_list { inner.and_then(|list| list.get(0)) } else { inner };
            let read = read(api, model, inner.unwrap_or(body));
            // Sent fields complete a created object, so it may have more than the response.
            let created = answer.kind == AnswerKind::Created;
            expect["result"] = if created { json!({"$subset": read}) } else { read };
        }
        AnswerKind::Located => {
            let location = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"))?;
            let id = location.1.rsplit('/').next()?;
            expect["result"] = json!({"$subset": {answer.id.as_deref()?: id}});
        }
        AnswerKind::Empty => expect["result"] = Value::Null,
        AnswerKind::Success | AnswerKind::Raw => {}
        AnswerKind::Tokens | AnswerKind::LoggedOut => return None,
    }
    Some(expect)
}

/// The dialect of the operation's service.
pub(super) fn dialect<'a>(api: &'a Api, operation: &Operation) -> Option<&'a Dialect> {
    api.services.iter().find(|service| service.id == operation.service).map(|service| &service.dialect)
}

/// Whether a page is the only one of its list.
fn is_whole(api: &Api, operation: &Operation, body: &Value) -> bool {
    let Some(words) = dialect(api, operation).and_then(|dialect| dialect.envelope.as_ref()) else {
        return true;
    };
    let get = |word: &Option<String>| body.get(word.as_ref()?).filter(|value| !value.is_null());
    match operation.paging {
        Paging::PageNumber => {
            let next = get(&words.links).and_then(|links| links.get(words.next_link.as_ref()?));
            let count = body.get(&words.data).and_then(Value::as_array).map(|rows| rows.len() as u64);
            next.is_none_or(Value::is_null)
                && get(&words.total_items).is_none_or(|total| total.as_u64() == count)
                && get(&words.total_pages).is_none_or(|pages| pages.as_u64().is_some_and(|pages| pages <= 1))
        }
        Paging::Scroll => get(&words.next_key).is_none(),
        _ => true,
    }
}

/// Whether a page has the length of its list.
pub(super) fn is_counted(api: &Api, operation: &Operation, body: &Value) -> bool {
    let words = dialect(api, operation).and_then(|dialect| dialect.envelope.as_ref());
    let has = |word: Option<&String>| word.is_some_and(|word| body.get(word).is_some());
    words.is_some_and(|words| has(words.total_items.as_ref()) || has(words.total_pages.as_ref()))
}

/// A value as in a model: under the model's own names, and in the documented form.
fn read(api: &Api, (service, name): (&str, &str), value: &Value) -> Value {
    let model = api.models.iter().find(|known| known.service == service && known.name == name);
    let (Some(model), Some(members)) = (model, value.as_object()) else { return value.clone() };
    let given = |wire: &str| members.get(wire).is_some_and(|value| !value.is_null());
    // The field that a member holds, if it is not replaced by the same field under another name.
    let field_of = |wire: &str| {
        model.fields.iter().find(|field| {
            let other = field.rules.other_names.iter().find(|other| given(other));
            if field.wire == wire {
                given(wire) || other.is_none()
            } else {
                other.is_some_and(|other| other == wire) && !given(&field.wire)
            }
        })
    };
    let replaced = |wire: &str| {
        let own = model.fields.iter().find(|field| field.wire == wire);
        own.is_some_and(|_| field_of(wire).is_none())
    };
    let read = |(wire, value): (&String, &Value)| match field_of(wire) {
        Some(field) if field.rules.none.contains(&value.to_string()) => (field.wire.clone(), Value::Null),
        Some(field) => (field.wire.clone(), read_as(api, service, &field.shape, value)),
        None => (wire.clone(), value.clone()),
    };
    Value::Object(members.iter().filter(|(wire, _)| !replaced(wire)).map(read).collect())
}

fn read_as(api: &Api, service: &str, shape: &Shape, value: &Value) -> Value {
    match (shape, value) {
        (Shape::Id | Shape::Text | Shape::Enum { .. }, Value::Number(number)) => number.to_string().into(),
        (Shape::Text | Shape::Enum { .. }, Value::Bool(flag)) => flag.to_string().into(),
        (Shape::Integer | Shape::Number | Shape::Bool, Value::String(text)) => {
            serde_json::from_str(text.trim()).unwrap_or_else(|_| value.clone())
        }
        (Shape::Model { name }, value) => read(api, (service, name), value),
        (Shape::List { of }, Value::Array(items)) => {
            items.iter().map(|item| read_as(api, service, of, item)).collect()
        }
        (_, value) => value.clone(),
    }
}

/// The fields of the error for a body.
pub(super) fn refusal(body: Option<&Value>) -> Map<String, Value> {
    let mut expect = Map::new();
    let Some(body) = body else { return expect };
    let message =
        ["/message", "/error", "/0/errorMessage"].iter().find_map(|path| body.pointer(path)?.as_str());
    if let Some(message) = message {
        let (id, words) = match message.strip_prefix("[ID=").and_then(|rest| rest.split_once(']')) {
            Some((id, words)) => (Value::from(id), words.trim_start()),
            None => (Value::Null, message),
        };
        expect.insert("server_error_id".to_owned(), id);
        expect.insert("message_contains".to_owned(), json!([words]));
    }
    if let Some(errors) = body.get("errors").and_then(Value::as_array) {
        expect.insert("field_errors".to_owned(), json!(errors));
    }
    expect
}

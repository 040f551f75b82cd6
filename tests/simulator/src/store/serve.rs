//! The operations that the table assigns to the store, each by its verb.

use http::StatusCode;
use http::header::LOCATION;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::check;
use super::table::{Served, Spec, Verb};
use super::view::View;
use crate::answer::Answer;
use crate::options::{CreateReturns, IdForm, Located};
use crate::pages::PageQuery;
use crate::request::Call;
use crate::services::Service;
use crate::state::State;

/// Carries an operation out.
pub(crate) fn serve(served: &'static Served, service: Service, state: &mut State, call: &Call<'_>) -> Answer {
    let done = match served.verb {
        Verb::Example => Ok(Answer::json(status(served), &served.example)),
        Verb::List => list(served, service, state, call),
        Verb::Get => item(served, state, service, call)
            .map(|id| object(served, service, state, &id, (status(served), state.options.ids))),
        Verb::Create => create(served, service, state, call),
        Verb::Update | Verb::Replace => change(served, service, state, call),
        Verb::Delete => delete(served, service, state, call),
    };
    done.unwrap_or_else(|refusal| refusal)
}

fn status(served: &Served) -> StatusCode {
    StatusCode::from_u16(served.status).unwrap_or(StatusCode::OK)
}

/// The id in the path at this index, if an object has it.
fn known(state: &State, service: Service, name: &str, text: &str, call: &Call<'_>) -> Result<String, Answer> {
    let Some(collection) = state.store.collection(name) else {
        return Err(service.refusal(StatusCode::NOT_FOUND, call));
    };
    if collection.spec.counts() && !is_number(text) {
        return Err(service.bad_id(&collection.spec.id, text, call));
    }
    match state.store.view(name, text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(service.missing(&collection.spec.missing(), text, call)),
    }
}

/// An id in a path: up to ten digits, the first of them not zero.
fn is_number(text: &str) -> bool {
    (1..=10).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The id of the operation's scope, if it has one: the last of the path, or the one before the item's.
fn scope(
    served: &Served,
    state: &State,
    service: Service,
    call: &Call<'_>,
) -> Result<Option<String>, Answer> {
    let Some(name) = &served.scope else { return Ok(None) };
    let from_end = usize::from(!matches!(served.verb, Verb::List | Verb::Create)) + 1;
    let text = call.param(call.params.len().saturating_sub(from_end));
    known(state, service, name, text, call).map(Some)
}

/// The id of the requested object.
fn item(served: &Served, state: &State, service: Service, call: &Call<'_>) -> Result<String, Answer> {
    let under = scope(served, state, service, call)?;
    let text = call.param(call.params.len().saturating_sub(1));
    let id = known(state, service, &served.collection, text, call)?;
    let view = state.store.view(&served.collection, &id);
    match (view, under) {
        (Some(view), Some(under)) if view.parent() != under => {
            Err(service.missing(&view.spec.missing(), text, call))
        }
        _ => Ok(id),
    }
}

fn list(served: &Served, service: Service, state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let under = scope(served, state, service, call)?;
    let target = call.request.uri.path_and_query().map_or("", |target| target.as_str());
    if call.page_fault.is_none()
        && let Some(page) = state.pages.get(target)
    {
        return Ok(Answer::json_bytes(StatusCode::OK, page));
    }
    let page = if served.paging == "page_number" {
        let query =
            PageQuery::read(call, &state.options).map_err(|problems| service.invalid("", &problems, call))?;
        query.page(state.store.views(&served.collection, under.as_deref()), call, &state.options)
    } else {
        let mut views = state.store.views(&served.collection, under.as_deref());
        if call.page_fault.is_some() {
            views.clear();
        }
        let rows: Vec<_> = views.into_iter().map(|view| view.written(state.options.ids)).collect();
        service.wrapped(&rows, true, &state.options).body
    };
    if call.page_fault.is_none() {
        state.pages.put(target, &page);
    }
    Ok(Answer::json_bytes(StatusCode::OK, page))
}

fn object(
    served: &Served,
    service: Service,
    state: &State,
    id: &str,
    (status, ids): (StatusCode, IdForm),
) -> Answer {
    let view = state.store.view(&served.collection, id);
    let answer = view.map(|view| service.wrapped(&view.written(ids), false, &state.options));
    Answer { status, ..answer.unwrap_or_else(|| Answer::empty(status)) }
}

/// The JSON object in a request, if it is valid.
fn body(
    served: &Served,
    service: Service,
    call: &Call<'_>,
    whole: bool,
) -> Result<Map<String, Value>, Answer> {
    let body = service.object(call)?;
    let problems = check::problems(served, &body, whole);
    if problems.is_empty() { Ok(body) } else { Err(service.invalid(&served.context, &problems, call)) }
}

fn create(served: &Served, service: Service, state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let under = scope(served, state, service, call)?;
    let body = body(served, service, call, true)?;
    let Some(id) = state.store.create(&served.collection, under.as_deref(), &body) else {
        return Err(service.refusal(StatusCode::NOT_FOUND, call));
    };
    state.pages.clear();
    let path = format!("{}/{id}", call.request.path().trim_end_matches('/'));
    let answer = match (served.answer.as_str(), state.options.create_returns, state.options.located) {
        ("located", _, Located::Header) => {
            Answer::empty(status(served)).header(LOCATION, &format!("{}{path}", call.url))
        }
        ("located", _, Located::Relative) => Answer::empty(status(served)).header(LOCATION, &path),
        ("located", _, Located::None) | ("empty", ..) => Answer::empty(status(served)),
        ("created", CreateReturns::Id, _) => {
            let view = state.store.view(&served.collection, &id);
            let bare = view.map(|view| only_id(view.spec, &view));
            Answer { status: status(served), ..service.wrapped(&bare, false, &state.options) }
        }
        // The response to a create has a number where that to a get has a string.
        _ => object(served, service, state, &id, (status(served), IdForm::Number)),
    };
    Ok(answer.committed())
}

fn only_id(spec: &Spec, view: &View<'_>) -> Value {
    let number = view.id().parse::<u64>().ok().filter(|_| spec.counts());
    json!({&spec.id: number.map_or_else(|| Value::from(view.id()), Value::from)})
}

fn change(served: &Served, service: Service, state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let id = item(served, state, service, call)?;
    let whole = served.verb == Verb::Replace;
    let body = body(served, service, call, whole)?;
    state.store.change(&served.collection, &id, &body, whole);
    state.pages.clear();
    Ok(written(
        served,
        service,
        state,
        &object(served, service, state, &id, (status(served), state.options.ids)),
    ))
}

fn delete(served: &Served, service: Service, state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let id = item(served, state, service, call)?;
    let shown = object(served, service, state, &id, (status(served), state.options.ids));
    state.store.remove(&served.collection, &id);
    state.pages.clear();
    Ok(written(served, service, state, &shown))
}

/// The response to a write: what the document specifies, which may be nothing.
fn written(served: &Served, service: Service, state: &State, shown: &Answer) -> Answer {
    let empty = served.answer == "empty" && (service != Service::Cloudmore || state.options.empty_writes);
    let answer = if empty || served.status == 204 {
        let documented =
            if served.answer == "empty" && service == Service::Cloudmore { 204 } else { served.status };
        Answer::empty(StatusCode::from_u16(documented).unwrap_or(StatusCode::NO_CONTENT))
    } else {
        shown.clone()
    };
    answer.committed()
}

/// A service's envelope of a response.
#[derive(Serialize)]
pub(crate) struct Data<'v, T> {
    pub(crate) data: &'v T,
}

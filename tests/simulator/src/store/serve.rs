//! The operations that the table gives to the store, each by its verb.

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
use crate::world::World;

/// Carries an operation out.
pub(crate) fn serve(served: &'static Served, service: Service, world: &mut World, call: &Call<'_>) -> Answer {
    let done = match served.verb {
        Verb::Example => Ok(Answer::json(status(served), &served.example)),
        Verb::List => list(served, service, world, call),
        Verb::Get => item(served, world, service, call)
            .map(|id| object(served, service, world, &id, (status(served), world.options.ids))),
        Verb::Create => create(served, service, world, call),
        Verb::Update | Verb::Replace => change(served, service, world, call),
        Verb::Delete => delete(served, service, world, call),
    };
    done.unwrap_or_else(|refusal| refusal)
}

fn status(served: &Served) -> StatusCode {
    StatusCode::from_u16(served.status).unwrap_or(StatusCode::OK)
}

/// The id in the path at this place, when there is something with it.
fn known(world: &World, service: Service, name: &str, text: &str, call: &Call<'_>) -> Result<String, Answer> {
    let Some(collection) = world.store.collection(name) else {
        return Err(service.refusal(StatusCode::NOT_FOUND, call));
    };
    if collection.spec.counts() && !is_number(text) {
        return Err(service.bad_id(&collection.spec.id, text, call));
    }
    match world.store.view(name, text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(service.missing(&collection.spec.missing(), text, call)),
    }
}

/// An id in a path: up to ten digits, the first of them no zero.
fn is_number(text: &str) -> bool {
    (1..=10).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The id that the operation stands under, where it has a scope: the last of the path, or the one before the item's.
fn scope(
    served: &Served,
    world: &World,
    service: Service,
    call: &Call<'_>,
) -> Result<Option<String>, Answer> {
    let Some(name) = &served.scope else { return Ok(None) };
    let behind = usize::from(!matches!(served.verb, Verb::List | Verb::Create)) + 1;
    let text = call.param(call.params.len().saturating_sub(behind));
    known(world, service, name, text, call).map(Some)
}

/// The id of the one thing that is asked for.
fn item(served: &Served, world: &World, service: Service, call: &Call<'_>) -> Result<String, Answer> {
    let under = scope(served, world, service, call)?;
    let text = call.param(call.params.len().saturating_sub(1));
    let id = known(world, service, &served.collection, text, call)?;
    let view = world.store.view(&served.collection, &id);
    match (view, under) {
        (Some(view), Some(under)) if view.parent() != under => {
            Err(service.missing(&view.spec.missing(), text, call))
        }
        _ => Ok(id),
    }
}

fn list(served: &Served, service: Service, world: &mut World, call: &Call<'_>) -> Result<Answer, Answer> {
    let under = scope(served, world, service, call)?;
    let target = call.request.uri.path_and_query().map_or("", |target| target.as_str());
    if call.page_fault.is_none()
        && let Some(page) = world.pages.get(target)
    {
        return Ok(Answer::json_bytes(StatusCode::OK, page));
    }
    let page = if served.paging == "page_number" {
        let query =
            PageQuery::read(call, &world.options).map_err(|problems| service.invalid("", &problems, call))?;
        query.page(world.store.views(&served.collection, under.as_deref()), call, &world.options)
    } else {
        let mut views = world.store.views(&served.collection, under.as_deref());
        if call.page_fault.is_some() {
            views.clear();
        }
        let rows: Vec<_> = views.into_iter().map(|view| view.written(world.options.ids)).collect();
        service.wrapped(&rows, true, &world.options).body
    };
    if call.page_fault.is_none() {
        world.pages.put(target, &page);
    }
    Ok(Answer::json_bytes(StatusCode::OK, page))
}

fn object(
    served: &Served,
    service: Service,
    world: &World,
    id: &str,
    (status, ids): (StatusCode, IdForm),
) -> Answer {
    let view = world.store.view(&served.collection, id);
    let answer = view.map(|view| service.wrapped(&view.written(ids), false, &world.options));
    Answer { status, ..answer.unwrap_or_else(|| Answer::empty(status)) }
}

/// The JSON object that a request carries, when nothing is wrong with it.
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

fn create(served: &Served, service: Service, world: &mut World, call: &Call<'_>) -> Result<Answer, Answer> {
    let under = scope(served, world, service, call)?;
    let body = body(served, service, call, true)?;
    let Some(id) = world.store.create(&served.collection, under.as_deref(), &body) else {
        return Err(service.refusal(StatusCode::NOT_FOUND, call));
    };
    world.pages.clear();
    let path = format!("{}/{id}", call.request.path().trim_end_matches('/'));
    let answer = match (served.answer.as_str(), world.options.create_returns, world.options.located) {
        ("located", _, Located::Header) => {
            Answer::empty(status(served)).header(LOCATION, &format!("{}{path}", call.url))
        }
        ("located", _, Located::Relative) => Answer::empty(status(served)).header(LOCATION, &path),
        ("located", _, Located::None) | ("empty", ..) => Answer::empty(status(served)),
        ("created", CreateReturns::Id, _) => {
            let view = world.store.view(&served.collection, &id);
            let bare = view.map(|view| only_id(view.spec, &view));
            Answer { status: status(served), ..service.wrapped(&bare, false, &world.options) }
        }
        // The answer to a create has a number where the answer to a get has a string.
        _ => object(served, service, world, &id, (status(served), IdForm::Number)),
    };
    Ok(answer.committed())
}

fn only_id(spec: &Spec, view: &View<'_>) -> Value {
    let number = view.id().parse::<u64>().ok().filter(|_| spec.counts());
    json!({&spec.id: number.map_or_else(|| Value::from(view.id()), Value::from)})
}

fn change(served: &Served, service: Service, world: &mut World, call: &Call<'_>) -> Result<Answer, Answer> {
    let id = item(served, world, service, call)?;
    let whole = served.verb == Verb::Replace;
    let body = body(served, service, call, whole)?;
    world.store.change(&served.collection, &id, &body, whole);
    world.pages.clear();
    Ok(written(
        served,
        service,
        world,
        &object(served, service, world, &id, (status(served), world.options.ids)),
    ))
}

fn delete(served: &Served, service: Service, world: &mut World, call: &Call<'_>) -> Result<Answer, Answer> {
    let id = item(served, world, service, call)?;
    let shown = object(served, service, world, &id, (status(served), world.options.ids));
    world.store.remove(&served.collection, &id);
    world.pages.clear();
    Ok(written(served, service, world, &shown))
}

/// The answer to a write: what the document promises, which may be nothing.
fn written(served: &Served, service: Service, world: &World, shown: &Answer) -> Answer {
    let empty = served.answer == "empty" && (service != Service::Cloudmore || world.options.empty_writes);
    let answer = if empty || served.status == 204 {
        let documented =
            if served.answer == "empty" && service == Service::Cloudmore { 204 } else { served.status };
        Answer::empty(StatusCode::from_u16(documented).unwrap_or(StatusCode::NO_CONTENT))
    } else {
        shown.clone()
    };
    answer.committed()
}

/// What a service puts around an answer.
#[derive(Serialize)]
pub(crate) struct Data<'v, T> {
    pub(crate) data: &'v T,
}

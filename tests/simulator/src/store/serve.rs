//! The operations that the table assigns to the store, each by its verb.

use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use super::make::{Place, Writer};
use super::schema::Schema;
use super::spec::Spec;
use super::table::{Served, Verb};
use super::targets::Request;
use super::view::View;
use super::{Store, reply};
use crate::answer::Answer;
use crate::pages::PageQuery;
use crate::request::Call;
use crate::services::Service;
use crate::state::State;

/// Carries an operation out.
pub(crate) fn serve(served: &'static Served, service: Service, state: &mut State, call: &Call<'_>) -> Answer {
    let request = Request { served, service, call };
    if served.needs.as_ref().is_some_and(|option| !state.options.is_on(option)) {
        return service.refusal(StatusCode::INTERNAL_SERVER_ERROR, call);
    }
    if let Err(refusal) = request.query() {
        return refusal;
    }
    let done = match served.verb {
        Verb::Example => example(request),
        Verb::List => list(request, state),
        Verb::Get => get(request, state),
        Verb::Create => create(request, state),
        Verb::Update | Verb::Replace => change(request, state),
        Verb::Delete => delete(request, state),
        Verb::ByHand => Err(service.refusal(StatusCode::NOT_IMPLEMENTED, call)),
    };
    done.unwrap_or_else(|refusal| refusal)
}

fn example(request: Request<'_>) -> Result<Answer, Answer> {
    let served = request.served;
    if !served.body.is_empty() {
        request.body(true)?;
    }
    let status = reply::status(served);
    Ok(if served.example.is_null() { Answer::empty(status) } else { Answer::json(status, &served.example) })
}

/// Whether hand-written code can carry an operation out: the row above exists, and the body is valid.
pub(crate) fn check(
    served: &'static Served,
    service: Service,
    state: &State,
    call: &Call<'_>,
) -> Result<(), Answer> {
    let request = Request { served, service, call };
    request.query()?;
    request.scope(&state.store)?;
    if !served.body.is_empty() {
        request.body(true)?;
    }
    Ok(())
}

fn list(request: Request<'_>, state: &mut State) -> Result<Answer, Answer> {
    let Request { served, service, call } = request;
    let scope = request.scope(&state.store)?;
    let target = call.request.uri.path_and_query().map_or("", |target| target.as_str());
    if call.page_fault.is_none()
        && let Some(page) = state.pages.get(target)
    {
        return Ok(Answer::json_bytes(StatusCode::OK, page));
    }
    let mut views = match &scope {
        Some(above) if state.store.can_stand_below(&served.collection, &above.held_in) => {
            state.store.views_in(&served.collection, &above.scope(), served.below)
        }
        // Everybody has the same.
        _ => state.store.views(&served.collection),
    };
    if !served.filter.is_empty() {
        views.retain(|view| request.keeps(view));
    }
    let page = if served.paging == "page_number" {
        let query = match served.under {
            None => PageQuery::read(call, &state.options),
            Some(_) => PageQuery::plain(call, &state.options),
        };
        let query = query.map_err(|problems| service.invalid("", &problems, call))?;
        if query.is_before_all() {
            return Err(service.refusal(StatusCode::NOT_FOUND, call));
        }
        query.page(views, call, &state.options, served.under.as_deref())
    } else {
        if call.page_fault.is_some() {
            views.clear();
        }
        request.list(&views, &state.options).body
    };
    if call.page_fault.is_none() {
        state.pages.put(target, &page);
    }
    Ok(Answer::json_bytes(StatusCode::OK, page))
}

fn get(request: Request<'_>, state: &State) -> Result<Answer, Answer> {
    let by_body = request.served.by.is_some();
    let body = if by_body || !request.served.body.is_empty() { request.body(true)? } else { Value::Null };
    let found = if by_body {
        let target = request.targets(&state.store, &body)?.into_iter().next();
        target.and_then(|((parent, id), _)| state.store.view_of(&request.served.collection, (&parent, &id)))
    } else {
        request.item(&state.store)?
    };
    Ok(match found {
        Some(view) if request.served.like_example => request.example(Some(&view), &body),
        Some(view) => request.object(&view.written(state.options.ids), &state.options),
        None => request.nothing(&state.options),
    })
}

fn create(request: Request<'_>, state: &mut State) -> Result<Answer, Answer> {
    request.scope(&state.store)?;
    let body = request.body(true)?;
    let parents = request.parents(&state.store, &body)?;
    let name = &request.served.collection;
    let now = state.clock.now().as_secs();
    let mut rows = Vec::new();
    for parent in &parents {
        for object in request.objects(&body) {
            let fields =
                fields(request.served, &state.store, parent.as_deref().unwrap_or_default(), object, now);
            let Some(id) = state.store.create(name, parent.as_deref(), &fields) else {
                return Err(request.service.refusal(StatusCode::NOT_FOUND, request.call));
            };
            rows.push((parent.clone().unwrap_or_default(), id.to_string()));
        }
    }
    state.pages.clear();
    Ok(request.created(state, &rows, &body).committed())
}

fn change(request: Request<'_>, state: &mut State) -> Result<Answer, Answer> {
    let served = request.served;
    if served.by.is_none() {
        // An unknown object is reported before what is wrong with the body.
        request.item(&state.store)?;
    }
    let replaces = served.verb == Verb::Replace;
    let body = request.body(replaces || served.by.is_some())?;
    let targets = request.targets(&state.store, &body)?;
    let now = state.clock.now().as_secs();
    let mut rows = Vec::new();
    for ((parent, id), mut object) in targets {
        for name in request.object_fields().filter(|_| replaces) {
            object.entry(name).or_insert(Value::Null);
        }
        let fields = fields(served, &state.store, &parent, object, now);
        state.store.change(&served.collection, (&parent, &id), &fields);
        rows.push((parent, id));
    }
    state.pages.clear();
    Ok(request.written(state, &rows, &body).committed())
}

fn delete(request: Request<'_>, state: &mut State) -> Result<Answer, Answer> {
    let body = if request.served.by.is_some() { request.body(true)? } else { Value::Null };
    let targets = request.targets(&state.store, &body)?;
    let rows: Vec<_> = targets.into_iter().map(|(target, _)| target).collect();
    let name = &request.served.collection;
    let shown = if request.served.sets.is_empty() {
        let shown = request.written(state, &rows, &body);
        for (parent, id) in &rows {
            state.store.remove(name, (parent, id));
        }
        shown
    } else {
        // It only ends: suspended, cancelled, disabled.
        let now = state.clock.now().as_secs();
        for (parent, id) in &rows {
            let fields = fields(request.served, &state.store, parent, Map::new(), now);
            state.store.change(name, (parent, id), &fields);
        }
        request.written(state, &rows, &body)
    };
    state.pages.clear();
    Ok(shown.committed())
}

/// The fields of a row from the object of a request.
fn fields(
    served: &Served,
    store: &Store,
    parent: &str,
    object: Map<String, Value>,
    now: u64,
) -> Map<String, Value> {
    let renamed = |(name, value): (String, Value)| (served.rename.get(&name).cloned().unwrap_or(name), value);
    let mut fields: Map<_, _> = object.into_iter().map(renamed).collect();
    let Some(spec) = store.collection(&served.collection).map(|collection| collection.spec) else {
        return fields;
    };
    let mut rng = store.rng_of(spec, &format!("{}:{parent}", served.operation));
    let place = Place { index: 0, kind: 0, turn: 0, id: "", parent };
    let mut writer =
        Writer { store, rng: &mut rng, spec, kind: None, place, known: fields.clone(), person: None, now };
    for (name, written) in &served.sets {
        let schema = spec.field(name).map_or_else(Schema::default, |field| field.schema.clone());
        fields.insert(name.clone(), writer.value(written, &schema));
    }
    store.looked_up(spec, &mut fields);
    fields
}

impl Store {
    /// Fills in what other rows say about the ones that a request names: the address of a user, of whom it has the id.
    fn looked_up(&self, spec: &Spec, fields: &mut Map<String, Value>) {
        for (field, source) in &spec.pick {
            if fields.contains_key(field) {
                continue;
            }
            if let Some(value) =
                self.named_by(spec, &source.collection, fields).and_then(|row| row.value(&source.field))
            {
                fields.insert(field.clone(), value);
            }
        }
    }

    /// The row of a collection whose id is among these fields.
    pub(super) fn named_by(
        &self,
        spec: &Spec,
        collection: &str,
        fields: &Map<String, Value>,
    ) -> Option<View<'_>> {
        let id = &self.collection(collection)?.spec.id;
        let names =
            spec.pick.iter().filter(|(_, source)| source.collection == collection && source.field == *id);
        names.filter_map(|(field, _)| fields.get(field)).find_map(|value| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.view(collection, &text)
        })
    }
}

/// A service's envelope of a response.
#[derive(Serialize)]
pub(crate) struct Data<'v, T> {
    pub(crate) data: &'v T,
}

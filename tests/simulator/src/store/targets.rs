//! The rows that a request means: by its path, or by ids in its body.

use http::StatusCode;
use serde_json::{Map, Value};

use super::schema::{Field, id_text};
use super::spec::Spec;
use super::table::{Refusal, Served, Unknown, Verb};
use super::tree::Scope;
use super::view::View;
use super::{Store, check};
use crate::answer::Answer;
use crate::request::Call;
use crate::services::{Problem, Service};
use crate::state::names;

/// An operation on the store.
#[derive(Clone, Copy)]
pub(super) struct Request<'r> {
    pub(super) served: &'static Served,
    pub(super) service: Service,
    pub(super) call: &'r Call<'r>,
}

/// A row: its parent's id and its own.
pub(super) type Target = (String, String);

/// A row, and the object of the body that changes it.
pub(super) type Change = (Target, Map<String, Value>);

/// The row above, by the id in the path.
#[derive(Debug, Clone)]
pub(super) struct Above {
    pub(super) held_in: String,
    pub(super) id: String,
}

impl Above {
    pub(super) fn scope(&self) -> Scope<'_> {
        Scope { held_in: &self.held_in, id: &self.id }
    }
}

impl Request<'_> {
    /// How many ids of the path belong to the object itself.
    fn own_ids(&self, spec: &Spec) -> usize {
        let by_path = !matches!(self.served.verb, Verb::List | Verb::Create) && self.served.by.is_none();
        usize::from(by_path && !spec.single)
    }

    fn param_from_end(&self, from_end: usize) -> &str {
        let at = self.call.params.len().checked_sub(from_end + 1);
        at.map_or("", |at| self.call.param(at))
    }

    /// The row of a collection with this id.
    fn known<'s>(&self, store: &'s Store, name: &str, text: &str) -> Result<View<'s>, Answer> {
        let Some(collection) = store.collection(name) else {
            return Err(self.service.refusal(StatusCode::NOT_FOUND, self.call));
        };
        if let Some(refusal) = self.malformed(store, collection.spec, text) {
            return Err(refusal);
        }
        store.view(name, text).ok_or_else(|| self.missing(collection.spec, text))
    }

    /// The refusal of a text that cannot be an id of this collection.
    fn malformed(&self, store: &Store, spec: &Spec, text: &str) -> Option<Answer> {
        let is_wrong = if spec.first_guid().is_some() {
            // Ids of no format are any texts.
            spec.field(&spec.id).is_some_and(|field| field.schema.format.is_some()) && !names::is_guid(text)
        } else {
            store.counts(spec) && !is_number(text)
        };
        is_wrong.then(|| self.service.bad_id(&spec.id, text, self.call))
    }

    fn missing(&self, spec: &Spec, text: &str) -> Answer {
        self.service.missing(&spec.missing(), text, self.call)
    }

    /// The row above those of the operation, if it has a scope.
    pub(super) fn scope(&self, store: &Store) -> Result<Option<Above>, Answer> {
        let Some(name) = &self.served.scope else { return Ok(None) };
        let own = store.collection(&self.served.collection).map_or(0, |held| self.own_ids(held.spec));
        let at = self.served.at.or_else(|| self.call.params.len().checked_sub(own + 1));
        let text = at.map_or("", |at| self.call.param(at));
        let refused = |kind: &str| self.served.refuses.get(kind).map(|refusal| self.refusal(refusal));
        if store.is_root(name, text) {
            let root = Above { held_in: String::new(), id: text.to_owned() };
            return refused("root").map_or(Ok(Some(root)), Err);
        }
        let view = self.known(store, name, text).map_err(|missing| refused("unknown").unwrap_or(missing))?;
        // The ids before it lead to it.
        let before = &self.call.params[..at.unwrap_or_default()];
        if view.own_spec().above().is_empty() {
            self.named(store, before)?;
        }
        let leads = !view.own_spec().above().is_empty() && !before.is_empty();
        if leads && view.parent() != text && before.iter().all(|id| id != view.parent()) {
            return Err(self.missing(view.own_spec(), text));
        }
        let above = Above { held_in: view.held_in().to_owned(), id: text.to_owned() };
        refused(view.held_in()).map_or(Ok(Some(above)), Err)
    }

    /// Refuses ids of a path that are unknown, by the names of their parameters.
    fn named(&self, store: &Store, given: &[String]) -> Result<(), Answer> {
        for (param, text) in self.served.params.iter().zip(given) {
            if let Some(spec) = store.specs().find(|spec| spec.id == *param) {
                self.known(store, &spec.name, text)?;
            }
        }
        Ok(())
    }

    /// The requested object; none if it is unknown and that is no error.
    pub(super) fn item<'s>(&self, store: &'s Store) -> Result<Option<View<'s>>, Answer> {
        let scope = self.scope(store)?;
        let name = &self.served.collection;
        // What stands below nothing is the same everywhere.
        let scope = scope.filter(|above| store.can_stand_below(name, &above.held_in));
        let Some(collection) = store.collection(name) else {
            return Err(self.service.refusal(StatusCode::NOT_FOUND, self.call));
        };
        if self.served.first {
            return self.or_unknown(store.views(name).into_iter().next(), collection.spec, "");
        }
        let text = self.param_from_end(0);
        if collection.spec.single {
            let above = collection.spec.above().iter().find_map(|name| store.collection(name));
            let holder = store.parent_of(collection.spec, text).is_some();
            let spec = above.filter(|_| !holder).map_or(collection.spec, |above| above.spec);
            return self.or_unknown(store.view(name, text), spec, text);
        }
        if let Some(refusal) = self.malformed(store, collection.spec, text) {
            return Err(refusal);
        }
        let view = match &scope {
            _ if self.served.key.is_some() => self.keyed(store, scope.as_ref(), text),
            None => store.view(name, text),
            Some(above) if collection.spec.is_held() && !self.served.below => {
                store.view_under(name, &above.id, text)
            }
            Some(above) => store.view(name, text).filter(|view| self.is_in(store, view, above)),
        };
        self.or_unknown(view.filter(|view| self.keeps(view)), collection.spec, text)
    }

    /// The first row whose key has this value.
    fn keyed<'s>(&self, store: &'s Store, scope: Option<&Above>, text: &str) -> Option<View<'s>> {
        let (key, name) = (self.served.key.as_deref()?, &self.served.collection);
        let views = match scope {
            Some(above) => store.views_in(name, &above.scope(), self.served.below),
            None => store.views(name),
        };
        views.into_iter().find(|view| view.value(key).is_some_and(|value| ids(Some(&value)) == [text]))
    }

    fn is_in(&self, store: &Store, view: &View<'_>, above: &Above) -> bool {
        let deep = || store.stands_below(view.own_spec(), view.parent(), &above.scope());
        view.parent() == above.id || self.served.below && deep()
    }

    fn or_unknown<'s>(
        &self,
        view: Option<View<'s>>,
        spec: &Spec,
        text: &str,
    ) -> Result<Option<View<'s>>, Answer> {
        let Some(view) = view else {
            let is_error = self.served.unknown == Unknown::Missing;
            return if is_error { Err(self.missing(spec, text)) } else { Ok(None) };
        };
        let is_refused = |condition: &&String| {
            let value = |field| view.value(field).filter(|value| !value.is_null());
            condition.split_once('=').is_some_and(|(field, wanted)| match value(field) {
                Some(Value::String(text)) => wanted == "*" || wanted == text,
                Some(value) => wanted == "*" || *wanted == *value.to_string(),
                None => false,
            })
        };
        match self.served.refuses.keys().find(is_refused) {
            Some(condition) => Err(self.refusal(&self.served.refuses[condition])),
            None => Ok(Some(view)),
        }
    }

    fn refusal(&self, refusal: &Refusal) -> Answer {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::FORBIDDEN);
        self.service.refused(status, &refusal.message, self.call)
    }

    /// The body, if it is valid.
    pub(super) fn body(&self, whole: bool) -> Result<Value, Answer> {
        let served = self.served;
        if served.items.as_deref() == Some("") {
            let list = self.service.list(self.call)?;
            let length = check::length(&served.list, list.len());
            let length = length.map(|allowed| Problem::new("", format!("the body must be {allowed}")));
            let entries =
                list.iter().flat_map(|entry| check::problems(served, &served.entries, entry, whole));
            let problems: Vec<_> = length.into_iter().chain(entries).collect();
            return if problems.is_empty() {
                Ok(Value::Array(list.into_iter().map(Value::Object).collect()))
            } else {
                Err(self.service.invalid(&served.context, &problems, self.call))
            };
        }
        let body = self.service.object(self.call)?;
        let problems = check::problems(served, &served.body, &body, whole);
        if problems.is_empty() {
            Ok(Value::Object(body))
        } else {
            Err(self.service.invalid(&served.context, &problems, self.call))
        }
    }

    /// The objects in a body: itself, or those of one of its fields.
    pub(super) fn objects(&self, body: &Value) -> Vec<Map<String, Value>> {
        let list = match self.served.items.as_deref() {
            None => return body.as_object().cloned().into_iter().collect(),
            Some("") => body.as_array(),
            Some(field) => body.get(field).and_then(Value::as_array),
        };
        list.into_iter().flatten().filter_map(Value::as_object).cloned().collect()
    }

    /// The fields that the objects of a body can have.
    pub(super) fn object_fields(&self) -> Box<dyn Iterator<Item = String>> {
        let served = self.served;
        let named = |fields: &'static [Field]| fields.iter().map(|field| field.name.clone());
        match served.items.as_deref() {
            None => Box::new(named(&served.body)),
            Some("") => Box::new(named(&served.entries)),
            Some(list) => {
                let list = served.body.iter().find(|field| field.name == list);
                let entry = list.and_then(|field| field.schema.items.as_deref());
                Box::new(entry.into_iter().flat_map(|entry| entry.properties.keys().cloned()))
            }
        }
    }

    /// The rows that an operation changes, each with the object of the body that changes it.
    pub(super) fn targets(&self, store: &Store, body: &Value) -> Result<Vec<Change>, Answer> {
        let target = |view: &View<'_>| (view.parent().to_owned(), view.id().to_owned());
        let Some(by) = &self.served.by else {
            let found = self.item(store)?;
            let object = self.objects(body).into_iter().next().unwrap_or_default();
            return Ok(found.iter().map(|view| (target(view), object.clone())).collect());
        };
        let scope = self.scope(store)?;
        let name = &self.served.collection;
        let Some(collection) = store.collection(name) else { return Ok(Vec::new()) };
        let spec = collection.spec;
        let scope = scope.filter(|above| store.can_stand_below(name, &above.held_in));
        let field = self.served.rename.get(by).unwrap_or(by);
        let by_field = *field != spec.id && spec.field(field).is_some();
        let mut found = Vec::new();
        for object in self.objects(body) {
            for id in ids(object.get(by)) {
                let view = match &scope {
                    Some(above) if by_field => store
                        .views_under(name, &above.id)
                        .into_iter()
                        .find(|view| view.value(field).is_some_and(|value| ids(Some(&value)).contains(&id))),
                    Some(above) => store.view_under(name, &above.id, &id),
                    None => store.view(name, &id),
                };
                let view = self.or_unknown(view, spec, &id)?;
                found.extend(view.map(|view| (target(&view), object.clone())));
            }
        }
        Ok(found)
    }

    /// The parents of the rows that a create makes.
    pub(super) fn parents(&self, store: &Store, body: &Value) -> Result<Vec<Option<String>>, Answer> {
        let Some(into) = &self.served.into else {
            return Ok(vec![self.scope(store)?.map(|above| above.id)]);
        };
        let collection = store.collection(&self.served.collection);
        let above = |id: &str| collection.and_then(|held| store.parent_of(held.spec, id));
        let all = ids(body.get(into));
        if let Some(unknown) = all.iter().find(|id| above(id).is_none()) {
            let spec =
                collection.and_then(|held| store.collection(held.spec.above().first()?)).or(collection);
            return Err(spec.map_or_else(
                || self.service.refusal(StatusCode::NOT_FOUND, self.call),
                |above| self.missing(above.spec, unknown),
            ));
        }
        Ok(all.into_iter().map(Some).collect())
    }

    /// Whether a row has the values that the query, or the path, asks for.
    pub(super) fn keeps(&self, view: &View<'_>) -> bool {
        self.served.filter.iter().all(|(param, wanted)| {
            let named = self.served.params.iter().position(|name| name == param);
            let text = named.map(|at| self.call.param(at).to_owned()).or_else(|| self.call.query(param));
            let Some(text) = text.filter(|text| !self.served.any.contains(text)) else { return true };
            let (field, order) = match wanted.split_at_checked(2) {
                Some((">=", field)) => (field, std::cmp::Ordering::Greater),
                Some(("<=", field)) => (field, std::cmp::Ordering::Less),
                _ => (wanted.as_str(), std::cmp::Ordering::Equal),
            };
            let value = match view.value(field) {
                Some(Value::String(value)) => value,
                Some(value) => value.to_string(),
                None => return false,
            };
            let found = match order {
                std::cmp::Ordering::Equal if value.eq_ignore_ascii_case(&text) => std::cmp::Ordering::Equal,
                // Limits are dates, of which the longer one has a time.
                _ => value.get(..text.len()).unwrap_or(&value).cmp(&text),
            };
            found == std::cmp::Ordering::Equal || found == order
        })
    }
}

/// An id in a path: up to ten digits, the first of them not zero.
fn is_number(text: &str) -> bool {
    (1..=10).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// One id, or several.
fn ids(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => list.iter().flat_map(|id| ids(Some(id))).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Number(number)) => vec![id_text(number)],
        _ => Vec::new(),
    }
}

//! The forms of responses: in the vendor's envelope, as the documented example, or nothing.

use http::StatusCode;
use http::header::LOCATION;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::table::Served;
use super::targets::{Request, Target};
use super::view::View;
use crate::answer::Answer;
use crate::options::{CreateReturns, IdForm, ListEnvelope, Located, Options};
use crate::services::Service;
use crate::state::State;

/// The status of a success.
pub(super) fn status(served: &Served) -> StatusCode {
    StatusCode::from_u16(served.status).unwrap_or(StatusCode::OK)
}

impl Request<'_> {
    /// An object, in the envelope that the document shows.
    pub(super) fn object(&self, value: &impl Serialize, options: &Options) -> Answer {
        let status = status(self.served);
        let Some(around) = &self.served.around else {
            return Answer { status, ..self.service.wrapped(value, false, options) };
        };
        let data = if self.served.in_list { json!([value]) } else { json!(value) };
        Answer::json(status, &enveloped(around, data))
    }

    fn returns_list(&self) -> bool {
        self.served.answer == "list" || self.served.data_is_list
    }

    /// A list without pages.
    pub(super) fn list(&self, views: &[View<'_>], options: &Options) -> Answer {
        let rows: Vec<_> = views.iter().map(|view| view.written(options.ids)).collect();
        let status = status(self.served);
        if let Some(under) = &self.served.under {
            return Answer::json(status, &json!({under: rows}));
        }
        match &self.served.around {
            _ if self.served.bare => Answer::json(status, &rows),
            // A list that is a member of an object stays one.
            Some(around)
                if options.list_envelope != ListEnvelope::Array || self.served.answer == "object" =>
            {
                Answer::json(status, &enveloped(around, json!(rows)))
            }
            _ => Answer { status, ..self.service.wrapped(&rows, true, options) },
        }
    }

    /// The success of an operation on an object that does not exist.
    pub(super) fn nothing(&self, options: &Options) -> Answer {
        if self.served.answer == "empty" {
            return Answer::empty(status(self.served));
        }
        if self.served.like_example {
            self.example(None, &Value::Null)
        } else {
            self.object(&json!({}), options)
        }
    }

    /// The response to a create.
    pub(super) fn created(&self, state: &State, rows: &[Target], body: &Value) -> Answer {
        let status = status(self.served);
        let view = rows.first().and_then(|row| shown(state, self.served, row));
        let id = view.as_ref().map_or("", |view| view.id());
        let path = format!("{}/{id}", self.call.request.path().trim_end_matches('/'));
        match (self.served.answer.as_str(), state.options.create_returns, state.options.located) {
            _ if self.served.like_example => self.example(view.as_ref(), body),
            ("located", _, Located::Header) => {
                Answer::empty(status).header(LOCATION, &format!("{}{path}", self.call.url))
            }
            ("located", _, Located::Relative) => Answer::empty(status).header(LOCATION, &path),
            ("located", _, Located::None) | ("empty", ..) => Answer::empty(status),
            _ if self.returns_list() => {
                let views: Vec<_> = rows.iter().filter_map(|row| shown(state, self.served, row)).collect();
                self.list(&views, &state.options)
            }
            ("created", CreateReturns::Id, _) => {
                self.object(&view.map(|view| only_id(&view)), &state.options)
            }
            // The response to a create has a number where that to a get has a string.
            _ => match view {
                Some(view) => self.object(&view.written(IdForm::Number), &state.options),
                None => Answer::empty(status),
            },
        }
    }

    /// The response to a write: what the document specifies, which may be nothing.
    pub(super) fn written(&self, state: &State, rows: &[Target], body: &Value) -> Answer {
        let (served, options) = (self.served, &state.options);
        let views: Vec<_> = rows.iter().filter_map(|row| shown(state, served, row)).collect();
        if served.answer == "empty" && (self.service != Service::Cloudmore || options.empty_writes) {
            let documented = if self.service == Service::Cloudmore { 204 } else { served.status };
            return Answer::empty(StatusCode::from_u16(documented).unwrap_or(StatusCode::NO_CONTENT));
        }
        if served.like_example {
            return self.example(views.first(), body);
        }
        if served.status == 204 {
            return Answer::empty(StatusCode::NO_CONTENT);
        }
        match views.first() {
            _ if self.returns_list() => self.list(&views, options),
            Some(view) => self.object(&view.written(options.ids), options),
            None => self.nothing(options),
        }
    }

    /// The documented example, with the values of the row, of the path and of the body.
    pub(super) fn example(&self, view: Option<&View<'_>>, body: &Value) -> Answer {
        let status = status(self.served);
        if self.served.example.is_null() || status == StatusCode::NO_CONTENT {
            return Answer::empty(status);
        }
        let param = |name: &str| {
            let at = self.served.params.iter().position(|param| param == name)?;
            Some(Value::from(self.call.param(at)))
        };
        let known = |name: &str| {
            let own = view.and_then(|view| view.value(name));
            let renamed = self.served.rename.iter().find(|(_, field)| *field == name).map(|(given, _)| given);
            own.or_else(|| param(name)).or_else(|| body.get(renamed.map_or(name, String::as_str)).cloned())
        };
        Answer::json(status, &filled(&self.served.example, &known))
    }
}

fn shown<'s>(state: &'s State, served: &Served, (parent, id): &Target) -> Option<View<'s>> {
    state.store.view_of(&served.collection, (parent, id))
}

/// An example, with known values in place of its own.
fn filled(example: &Value, known: &dyn Fn(&str) -> Option<Value>) -> Value {
    let Value::Object(members) = example else { return example.clone() };
    let fill = |(name, shown): (&String, &Value)| {
        let value = match (shown, known(name)) {
            // Links in examples lead to other objects.
            (Value::Object(_), _) if name == "_links" => json!({}),
            (Value::Object(_), _) => filled(shown, known),
            (Value::Number(_), Some(Value::String(text))) => {
                text.parse::<u64>().map_or_else(|_| text.into(), Value::from)
            }
            (_, Some(value)) => value,
            (_, None) => shown.clone(),
        };
        (name.clone(), value)
    };
    Value::Object(members.iter().map(fill).collect())
}

fn enveloped(around: &Map<String, Value>, data: Value) -> Value {
    let mut members = around.clone();
    if let (Some(total), Some(list)) = (members.get_mut("totalItems"), data.as_array()) {
        *total = list.len().into();
    }
    if let Some(links) = members.get_mut("_links").filter(|links| links.is_object()) {
        *links = json!({});
    }
    members.insert("data".to_owned(), data);
    Value::Object(members)
}

fn only_id(view: &View<'_>) -> Value {
    let number = view.id().parse::<u64>().ok().filter(|_| view.spec.counts());
    json!({&view.spec.id: number.map_or_else(|| Value::from(view.id()), Value::from)})
}

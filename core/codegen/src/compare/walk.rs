//! Compares an operation of the vendor's file with ours, side by side, so that only what both have is followed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::{Document, Operation, object, path_names};
use super::report::{Difference, Word};
use super::schema::{Content, Shape, deprecated, flag, other_names};

/// Headers that OpenAPI describes elsewhere.
const OTHER_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];
/// How deep fields are followed; no document is that deep unless it repeats itself.
const DEPTH: usize = 24;

/// Both documents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a, 'd> {
    pub(super) there: &'a Document<'d>,
    pub(super) here: &'a Document<'d>,
    /// The name of the content in the service's envelopes.
    pub(super) data: Option<&'a str>,
}

/// The differences between two operations.
pub(super) fn operation<'d>(
    sides: Sides<'_, 'd>,
    there: &Operation<'d>,
    here: &Operation<'d>,
) -> Vec<Difference> {
    let mut walk = Walk {
        sides,
        method: here.method.clone(),
        path: here.path.clone(),
        found: Vec::new(),
        open: Vec::new(),
    };
    walk.deprecated(Word::Operation, "", deprecated(there.value), deprecated(here.value));
    walk.parameters(there, here);
    walk.body(there, here);
    walk.response(there, here);
    walk.found
}

/// A parameter of one side.
#[derive(Debug)]
struct Parameter<'d> {
    /// Where it is, and its name: `query pageSize`.
    place: String,
    /// What it is known by: paths count their parameters, and headers have no case.
    key: String,
    required: bool,
    deprecated: bool,
    schema: &'d Value,
}

/// A body or a response of one side.
#[derive(Debug, Default)]
struct Message<'d> {
    schemas: Vec<&'d Value>,
    required: bool,
}

/// Whether a field is sent or received, which decides what of it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Sent,
    Received,
}

/// The addresses of the schemas of both sides of a field.
type Pair = (Vec<*const Value>, Vec<*const Value>);

struct Walk<'a, 'd> {
    sides: Sides<'a, 'd>,
    method: String,
    path: String,
    found: Vec<Difference>,
    /// The pairs of schemas that are being compared, so that a circle ends.
    open: Vec<Pair>,
}

impl<'d> Walk<'_, 'd> {
    fn note(&mut self, word: Word, place: &str, what: impl Into<String>) {
        let (method, path) = (self.method.clone(), self.path.clone());
        self.found.push(Difference {
            word,
            method,
            path,
            place: place.trim_end().to_owned(),
            what: what.into(),
        });
    }

    fn deprecated(&mut self, word: Word, place: &str, there: bool, here: bool) {
        match (there, here) {
            (true, false) => self.note(word, place, "deprecated there"),
            (false, true) => self.note(word, place, "deprecated here"),
            _ => {}
        }
    }

    fn required(&mut self, word: Word, place: &str, there: bool, here: bool) {
        match (there, here) {
            (true, false) => self.note(word, place, "required there, optional here"),
            (false, true) => self.note(word, place, "optional there, required here"),
            _ => {}
        }
    }

    fn parameters(&mut self, there: &Operation<'d>, here: &Operation<'d>) {
        let (vendors, ours) = (parameters(self.sides.there, there), parameters(self.sides.here, here));
        for parameter in &vendors {
            let Some(own) = ours.iter().find(|own| own.key == parameter.key) else {
                // Every side has the parameters of its path, declared or not.
                if !parameter.key.starts_with("path") {
                    self.note(Word::Parameter, &parameter.place, "only there");
                }
                continue;
            };
            self.required(Word::Parameter, &own.place, parameter.required, own.required);
            self.deprecated(Word::Parameter, &own.place, parameter.deprecated, own.deprecated);
            let there = Shape::of(self.sides.there, &[parameter.schema]);
            let here = Shape::of(self.sides.here, &[own.schema]);
            self.value(&own.place, &there, &here);
            if !there.items.is_empty() && !here.items.is_empty() {
                let there = Shape::of(self.sides.there, &there.items);
                let here = Shape::of(self.sides.here, &here.items);
                self.value(&format!("{}[]", own.place), &there, &here);
            }
        }
        for own in ours.iter().filter(|own| !own.key.starts_with("path")) {
            if !vendors.iter().any(|parameter| parameter.key == own.key) {
                self.note(Word::Parameter, &own.place, "only here");
            }
        }
    }

    fn body(&mut self, there: &Operation<'d>, here: &Operation<'d>) {
        let bodies = (body(self.sides.there, there), body(self.sides.here, here));
        match bodies {
            (Some(there), Some(here)) => {
                self.required(Word::Field, "body", there.required, here.required);
                self.fields("body ", Way::Sent, &there.schemas, &here.schemas);
            }
            (Some(_), None) => self.note(Word::Field, "body", "only there"),
            (None, Some(_)) => self.note(Word::Field, "body", "only here"),
            (None, None) => {}
        }
    }

    fn response(&mut self, there: &Operation<'d>, here: &Operation<'d>) {
        let (there, here) = (success(self.sides.there, there), success(self.sides.here, here));
        match (there.is_empty(), here.is_empty()) {
            (true, true) => {}
            (true, false) => self.note(Word::Field, "response", "only here"),
            (false, true) => self.note(Word::Field, "response", "only there"),
            (false, false) => {
                let there = Content::of(self.sides.there, &there, self.sides.data);
                let here = Content::of(self.sides.here, &here, self.sides.data);
                if there.list && !there.single && here.single && !here.list {
                    self.note(Word::Type, "response", "list there, single object here");
                } else if here.list && !here.single && there.single && !there.list {
                    self.note(Word::Type, "response", "single object there, list here");
                }
                self.envelope(&there, &here);
                self.fields("response ", Way::Received, &there.inner, &here.inner);
            }
        }
    }

    /// Around the content our document has what any server sends, so only what it lacks is a difference.
    fn envelope(&mut self, there: &Content<'d>, here: &Content<'d>) {
        let vendors = Shape::of(self.sides.there, &there.envelopes);
        let ours = Shape::of(self.sides.here, &here.envelopes);
        if here.envelopes.is_empty() || ours.unknown {
            return;
        }
        for name in vendors.properties.keys() {
            if Some(*name) != self.sides.data && !ours.properties.contains_key(name) {
                self.note(Word::Field, &format!("response envelope.{name}"), "only there");
            }
        }
    }

    /// Types, enumerations and nothing below them; returns whether a value may be of both sides' types.
    fn value(&mut self, place: &str, there: &Shape<'d>, here: &Shape<'d>) -> bool {
        let known = !there.types.is_empty() && !here.types.is_empty();
        if known && there.types.is_disjoint(&here.types) {
            let names = |types: &BTreeSet<&str>| types.iter().copied().collect::<Vec<_>>().join(" or ");
            let what = format!("{} there, {} here", names(&there.types), names(&here.types));
            self.note(Word::Type, place, what);
            return false;
        }
        // Known values that are only examples of many contradict no text.
        if there.unknown || here.unknown || (there.values.is_empty() && here.open) {
            return true;
        }
        let any_case = here.any_case;
        let same = |one: &String, other: &String| {
            one == other || (any_case && one.to_lowercase() == other.to_lowercase())
        };
        let missing = |from: &BTreeSet<String>, of: &BTreeSet<String>| {
            let missing = of.iter().filter(|value| !from.iter().any(|known| same(known, value)));
            missing.cloned().collect::<Vec<_>>().join(", ")
        };
        for (side, from, of) in
            [("there", &here.values, &there.values), ("here", &there.values, &here.values)]
        {
            let missing = missing(from, of);
            if !missing.is_empty() {
                self.note(Word::Enum, place, format!("only {side}: {missing}"));
            }
        }
        true
    }

    /// The fields of a value; `place` ends where their names begin.
    fn fields(&mut self, place: &str, way: Way, there: &[&'d Value], here: &[&'d Value]) {
        let pair: Pair = (addresses(self.sides.there, there), addresses(self.sides.here, here));
        if self.open.len() >= DEPTH || self.open.contains(&pair) {
            return;
        }
        self.open.push(pair);
        let vendors = Shape::of(self.sides.there, there);
        let ours = Shape::of(self.sides.here, here);
        let alike = self.value(place, &vendors, &ours);
        // A side that is silent accepts everything.
        if alike && !(vendors.unknown || ours.unknown || vendors.is_silent() || ours.is_silent()) {
            self.members(place, way, &vendors, &ours);
        }
        self.open.pop();
    }

    fn members(&mut self, place: &str, way: Way, there: &Shape<'d>, here: &Shape<'d>) {
        let below = |name: &str| {
            let dot = if place.ends_with(' ') { "" } else { "." };
            format!("{place}{dot}{name}")
        };
        let mut known = BTreeSet::new();
        for (name, schemas) in &there.properties {
            let vendor = Shape::of(self.sides.there, schemas);
            // What a server decides is not sent, and what only it receives never comes.
            if if way == Way::Sent { vendor.read_only } else { vendor.write_only } {
                continue;
            }
            let other = |(_, own): &(_, &Vec<_>)| other_names(self.sides.here, own).contains(name);
            let own = here.properties.get_key_value(name).or_else(|| here.properties.iter().find(other));
            let Some((known_as, own)) = own else {
                self.note(Word::Field, &below(name), "only there");
                continue;
            };
            known.insert(*known_as);
            // An old name may be deprecated while the field is not.
            if known_as == name {
                let own_shape = Shape::of(self.sides.here, own);
                self.deprecated(Word::Field, &below(name), vendor.deprecated, own_shape.deprecated);
            }
            if way == Way::Sent {
                let (vendor, own) = (there.required.contains(name), here.required.contains(name));
                self.required(Word::Field, &below(name), vendor, own);
            }
            self.fields(&below(name), way, schemas, own);
        }
        // An object without a word about its members may have any.
        let listed = !there.properties.is_empty();
        for name in here.properties.keys().filter(|name| listed && !known.contains(*name)) {
            self.note(Word::Field, &below(name), "only here");
        }
        if !there.items.is_empty() && !here.items.is_empty() {
            self.fields(&format!("{place}[]"), way, &there.items, &here.items);
        }
        if !there.others.is_empty() && !here.others.is_empty() {
            self.fields(&below("*"), way, &there.others, &here.others);
        }
    }
}

fn addresses<'d>(document: &Document<'d>, schemas: &[&'d Value]) -> Vec<*const Value> {
    schemas.iter().map(|schema| std::ptr::from_ref(document.follow(schema))).collect()
}

/// The parameters of an operation, with those of its path; those of the operation count more.
fn parameters<'d>(document: &Document<'d>, operation: &Operation<'d>) -> Vec<Parameter<'d>> {
    let in_path = path_names(&operation.path);
    let mut found: Vec<Parameter<'d>> = Vec::new();
    for list in [operation.value, operation.item] {
        for given in list.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let given = document.follow(given);
            let text = |key| given.get(key).and_then(Value::as_str);
            let (Some(place), Some(name)) = (text("in"), text("name")) else { continue };
            let key = match place {
                // The position counts, not the name.
                "path" => match in_path.iter().position(|known| *known == name) {
                    Some(position) => format!("path {position}"),
                    None => continue,
                },
                "header" if OTHER_HEADERS.contains(&name.to_ascii_lowercase().as_str()) => continue,
                "header" => format!("header {}", name.to_ascii_lowercase()),
                // Swagger 2.0 has bodies among the parameters.
                "body" => continue,
                _ => format!("{place} {name}"),
            };
            if found.iter().any(|known| known.key == key) {
                continue;
            }
            let content = || object(given.get("content")).find_map(|(_, media)| media.get("schema"));
            found.push(Parameter {
                place: format!("{place} {name}"),
                key,
                required: flag(given, "required") || place == "path",
                deprecated: deprecated(given),
                // In Swagger 2.0 the parameter is its own schema.
                schema: given.get("schema").or_else(content).unwrap_or(given),
            });
        }
    }
    found
}

/// The body of a request.
fn body<'d>(document: &Document<'d>, operation: &Operation<'d>) -> Option<Message<'d>> {
    if let Some(request) = operation.value.get("requestBody") {
        let request = document.follow(request);
        let schemas = media(request).into_iter().collect();
        return Some(Message { schemas, required: flag(request, "required") });
    }
    let lists = [operation.value, operation.item];
    let given = lists.iter().filter_map(|list| list.get("parameters")?.as_array());
    let given = given.flatten().map(|given| document.follow(given));
    let body = given.into_iter().find(|given| given.get("in").and_then(Value::as_str) == Some("body"))?;
    Some(Message { schemas: body.get("schema").into_iter().collect(), required: flag(body, "required") })
}

/// The schemas of every success.
fn success<'d>(document: &Document<'d>, operation: &Operation<'d>) -> Vec<&'d Value> {
    let responses = || object(operation.value.get("responses"));
    let succeeds = |status: &str| status.starts_with('2');
    let any = responses().any(|(status, _)| succeeds(status));
    let chosen = responses().filter(|(status, _)| if any { succeeds(status) } else { *status == "default" });
    chosen.filter_map(|(_, response)| media(document.follow(response))).collect()
}

/// The schema of a body or response: that of JSON, or else the first.
fn media(message: &Value) -> Option<&Value> {
    if let Some(schema) = message.get("schema") {
        return Some(schema);
    }
    let all = || object(message.get("content"));
    let json = all().find(|(kind, _)| kind.contains("json") || kind.as_str() == "*/*");
    json.or_else(|| all().next())?.1.get("schema")
}

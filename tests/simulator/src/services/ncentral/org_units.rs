//! Service organizations, customers and sites: lists, single objects and creates.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Problem, errors, number, object};
use crate::answer::Answer;
use crate::options::{CreateReturns, Envelope, IdForm};
use crate::pages::{self, PageQuery};
use crate::request::Call;
use crate::state::org_unit::{Level, TEXTS};
use crate::world::World;

const LICENSES: [&str; 2] = ["Professional", "Essential"];

/// Text fields that a create may give: all but those that only the server writes.
fn writable() -> impl Iterator<Item = &'static str> {
    TEXTS.into_iter().filter(|name| !matches!(*name, "externalId2" | "county"))
}

pub(super) fn list_service_orgs(world: &mut World, call: &Call<'_>) -> Answer {
    list(world, call, Level::ServiceOrg, None)
}

pub(super) fn list_customers(world: &mut World, call: &Call<'_>) -> Answer {
    list(world, call, Level::Customer, None)
}

pub(super) fn list_customers_of(world: &mut World, call: &Call<'_>) -> Answer {
    list_under(world, call, Level::ServiceOrg, Level::Customer)
}

pub(super) fn list_sites(world: &mut World, call: &Call<'_>) -> Answer {
    list_under(world, call, Level::Customer, Level::Site)
}

fn list_under(world: &mut World, call: &Call<'_>, above: Level, level: Level) -> Answer {
    match known(world, above, call) {
        Ok(parent) => list(world, call, level, Some(parent)),
        Err(refusal) => refusal,
    }
}

pub(super) fn get_service_org(world: &mut World, call: &Call<'_>) -> Answer {
    get(world, call, Level::ServiceOrg)
}

pub(super) fn get_customer(world: &mut World, call: &Call<'_>) -> Answer {
    get(world, call, Level::Customer)
}

pub(super) fn create_service_org(world: &mut World, call: &Call<'_>) -> Answer {
    create(world, call, Level::ServiceOrg, None)
}

pub(super) fn create_customer(world: &mut World, call: &Call<'_>) -> Answer {
    match known(world, Level::ServiceOrg, call) {
        Ok(so) => create(world, call, Level::Customer, Some(so)),
        Err(refusal) => refusal,
    }
}

/// The id in the path, when there is a unit of this kind with it.
fn known(world: &World, level: Level, call: &Call<'_>) -> Result<u64, Answer> {
    let text = call.param(0);
    let Some(id) = number(text) else {
        let text = format!("BadRequestException: Invalid {} format: '{text}'.", level.id_field());
        return Err(errors::bad_request(&text, call));
    };
    match world.org_units.get(level, id) {
        Some(_) => Ok(id),
        None => Err(errors::not_found(&format!("Org Unit not found: '{text}'."), call)),
    }
}

fn list(world: &mut World, call: &Call<'_>, level: Level, under: Option<u64>) -> Answer {
    let target = call.request.uri.path_and_query().map_or("", |target| target.as_str());
    if call.page_fault.is_none()
        && let Some(page) = world.pages.get(target)
    {
        return Answer::json_bytes(StatusCode::OK, page);
    }
    let query = match PageQuery::read(call, &world.options) {
        Ok(query) => query,
        Err(problems) => return errors::invalid("", &problems, call),
    };
    let units = match under {
        Some(parent) => world.org_units.under(parent, level),
        None => world.org_units.all(level),
    };
    let page = query.page(units, call, &world.options);
    if call.page_fault.is_none() {
        world.pages.put(target, &page);
    }
    Answer::json_bytes(StatusCode::OK, page)
}

fn get(world: &World, call: &Call<'_>, level: Level) -> Answer {
    let id = match known(world, level, call) {
        Ok(id) => id,
        Err(refusal) => return refusal,
    };
    written(world, level, id, StatusCode::OK, world.options.ids)
}

fn written(world: &World, level: Level, id: u64, status: StatusCode, ids: IdForm) -> Answer {
    let data = world.options.envelope == Envelope::Data;
    let unit = world.org_units.get(level, id);
    Answer::json_bytes(status, unit.map(|unit| pages::single(unit, ids, data)).unwrap_or_default())
}

fn create(world: &mut World, call: &Call<'_>, level: Level, parent: Option<u64>) -> Answer {
    let body = match object(call) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let problems = problems(level, &body);
    if !problems.is_empty() {
        let context = if level == Level::ServiceOrg { "SO Create" } else { "Customer Create" };
        return errors::invalid(context, &problems, call);
    }
    let id = world.org_units.create(level, parent, &body);
    world.pages.clear();
    let answer = match world.options.create_returns {
        // The answer to a create has a number where the answer to a get has a string.
        CreateReturns::Full => written(world, level, id, StatusCode::CREATED, IdForm::Number),
        CreateReturns::Id => {
            let bare = json!({level.id_field(): id});
            let data = world.options.envelope == Envelope::Data;
            Answer::json(StatusCode::CREATED, &if data { json!({"data": bare}) } else { bare })
        }
    };
    answer.committed()
}

fn problems(level: Level, body: &Map<String, Value>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let name = match level {
        Level::ServiceOrg => {
            ("soName", "Service Organization name is required and cannot be blank: SO Name: ''")
        }
        Level::Customer | Level::Site => {
            (level.name_field(), "Name is required and cannot be blank: Name: ''")
        }
    };
    let required = [
        name,
        ("contactFirstName", "Contact first name is required and cannot be blank"),
        ("contactLastName", "Contact last name is required and cannot be blank"),
    ];
    for (field, message) in required {
        let text = body.get(field).and_then(Value::as_str);
        if text.is_none_or(|text| text.trim().is_empty()) {
            problems.push(Problem::new(field, message));
        }
    }
    let optional = writable().filter(|field| required.iter().all(|(name, _)| name != field));
    for field in optional {
        match body.get(field) {
            Some(Value::String(text)) if field == "country" && !is_country(text) => {
                problems.push(Problem::new(field, "country must be a two letter ISO 3166-1 code"));
            }
            None | Some(Value::Null | Value::String(_)) => {}
            Some(_) => problems.push(Problem::new(field, format!("{field} must be a string"))),
        }
    }
    if level == Level::Customer {
        match body.get("licenseType") {
            None => {}
            Some(Value::String(text)) if LICENSES.contains(&text.as_str()) => {}
            Some(_) => {
                problems.push(Problem::new("licenseType", "licenseType must be Professional or Essential"));
            }
        }
    }
    problems
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

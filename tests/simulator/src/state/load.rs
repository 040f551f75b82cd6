//! Data that a test loads: parsed in the form of `/_sim/state`, completed with what the seed produces, and stored only
//! if all of it is valid.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::jobs::TASK;
use crate::state::State;
use crate::state::psa::Tickets;
use crate::store::lists;
use crate::store::table::table;

/// A list, if it was given.
pub(crate) type Given<'s> = Option<&'s [Value]>;

/// Members that are accepted and only checked.
const OPENED: [&str; 2] = ["open_scrolls", "open_sessions"];

/// The names of members of the state.
pub(crate) fn names() -> Vec<&'static str> {
    collections().chain(OPENED).collect()
}

/// The collections that can be loaded.
fn collections() -> impl Iterator<Item = &'static str> {
    let all = table().into_iter().flat_map(|table| &table.collections);
    // Those of other collections show the same rows again.
    all.filter(|spec| spec.of.is_empty()).map(|spec| spec.name.as_str())
}

/// Replaces the data of the services. A list that is not given is kept, except those that belong to a given one:
/// customers, sites, an organization's services, cases.
pub(crate) fn load(state: &mut State, given: &Map<String, Value>) -> Result<(), String> {
    if let Some(name) = given.keys().find(|name| !names().contains(&name.as_str())) {
        let known: Vec<_> = collections().collect();
        return Err(format!("{name}: unknown member; known are {}", known.join(", ")));
    }
    let list = |name: &str| match given.get(name) {
        None => Ok(None),
        Some(Value::Array(list)) => Ok(Some(list.as_slice())),
        Some(_) => Err(format!("{name}: must be a list")),
    };
    let seed = state.options.seed;
    let lists = lists(&state.store, list)?;
    let store = (!lists.is_empty()).then(|| state.store.loaded(&lists, seed));
    let tickets = list("custom_psa_tickets")?.map(Tickets::loaded);
    let organizations = match given.get("organization_services") {
        None => None,
        Some(Value::Object(map)) => Some(map),
        Some(_) => return Err("organization_services: must be an object of lists".to_owned()),
    };
    let estore = list("estore")?;
    let marketplace = (estore.is_some() || organizations.is_some())
        .then(|| state.marketplace.loaded(estore, organizations, &state.options));
    let (clients, cases) = (list("wiv_customers")?, list("cases")?);
    let msp = (clients.is_some() || cases.is_some()).then(|| state.msp.loaded(clients, cases, seed));
    let workflows = given.get("workflows").map(|given| texts("workflows", given)).transpose()?;
    let runs = list("workflow_runs")?;
    // From here on nothing fails.
    let (store, tickets) = (store.transpose()?, tickets.transpose()?);
    let (marketplace, msp) = (marketplace.transpose()?, msp.transpose()?);
    if let Some(store) = store {
        state.store = store;
    }
    // What a test says about tasks holds, whatever became of those before.
    if ["scheduled_tasks", "scheduled_task_results"].iter().any(|name| given.contains_key(*name)) {
        state.jobs.forget(TASK);
    }
    if let Some(tickets) = tickets {
        state.tickets = tickets;
    }
    if let Some(marketplace) = marketplace {
        state.marketplace = marketplace;
    }
    for id in organizations.into_iter().flat_map(Map::keys) {
        state.store.ensure("organizations", &id.to_ascii_lowercase());
    }
    let known = state.store.views("organizations");
    state.marketplace.forget_others(|id| known.iter().any(|row| row.id().eq_ignore_ascii_case(id)));
    if let Some(msp) = msp {
        state.msp = msp;
    }
    state.msp.say_workflows(workflows, runs);
    state.pages.clear();
    Ok(())
}

/// All fields of an object: those that were given, and the others from `default`.
pub(crate) fn fill(
    path: &str,
    given: &Value,
    default: &impl Serialize,
) -> Result<Map<String, Value>, String> {
    let default = serde_json::to_value(default).map_err(|error| format!("{path}: {error}"))?;
    let (Value::Object(mut filled), Value::Object(given)) = (default, given) else {
        return Err(format!("{path}: must be an object"));
    };
    for (name, value) in given {
        let Some(place) = filled.get_mut(name) else {
            let known: Vec<_> = filled.keys().map(String::as_str).collect();
            return Err(format!("{path}.{name}: unknown field; known are {}", known.join(", ")));
        };
        let fits = match (&*place, value) {
            // Ids are accepted as texts and as numbers.
            (Value::String(_), Value::Number(_)) | (Value::Number(_), Value::String(_)) => {
                name.ends_with("Id")
            }
            (Value::Null, wanted) => wanted.is_string() || wanted.is_null(),
            (_, Value::Null) => true,
            (known, value) => std::mem::discriminant(known) == std::mem::discriminant(value),
        };
        if !fits {
            return Err(format!("{path}.{name}: {value} is of another kind than {place}"));
        }
        *place = value.clone();
    }
    Ok(filled)
}

/// An integer above 0, as a number or as text.
pub(crate) fn id(path: &str, given: &Value) -> Result<u64, String> {
    let number = given.as_u64().or_else(|| given.as_str()?.parse().ok());
    number
        .filter(|_| !given.as_str().is_some_and(|text| text.starts_with(['+', '0'])))
        .ok_or_else(|| format!("{path}: {given} is not an id"))
}

pub(crate) fn text(path: &str, given: &Value) -> Result<String, String> {
    given.as_str().map(str::to_owned).ok_or_else(|| format!("{path}: must be a text, not {given}"))
}

pub(crate) fn texts(path: &str, given: &Value) -> Result<Vec<String>, String> {
    each(path, given, text)
}

/// The members of a list, each parsed with its path.
pub(crate) fn each<T>(
    path: &str,
    given: &Value,
    read: impl Fn(&str, &Value) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let list = given.as_array().ok_or_else(|| format!("{path}: must be a list"))?;
    list.iter().enumerate().map(|(index, given)| read(&format!("{path}[{index}]"), given)).collect()
}

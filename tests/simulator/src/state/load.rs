//! What a test says that the services hold: read in the form in which `/_sim/state` gives it, filled up with what the seed
//! gives, and put in place only when all of it is right.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::state::psa::Tickets;
use crate::store::lists;
use crate::store::table::table;
use crate::world::World;

/// A list that was said, or not.
pub(crate) type Said<'s> = Option<&'s [Value]>;

/// What is told with it, and only looked at.
const TOLD: [&str; 2] = ["open_scrolls", "open_sessions"];

/// What members of the state are called.
pub(crate) fn names() -> Vec<&'static str> {
    collections().chain(TOLD).collect()
}

/// The collections that can be said.
fn collections() -> impl Iterator<Item = &'static str> {
    table().into_iter().flat_map(|table| &table.collections).map(|spec| spec.name.as_str())
}

/// Replaces what the services hold by what was said. A list that was not said stays, but for what stands under one that was:
/// customers, sites, an organization's services, cases.
pub(crate) fn load(world: &mut World, said: &Map<String, Value>) -> Result<(), String> {
    if let Some(name) = said.keys().find(|name| !names().contains(&name.as_str())) {
        let known: Vec<_> = collections().collect();
        return Err(format!("{name}: there is no such member; there are {}", known.join(", ")));
    }
    let list = |name: &str| match said.get(name) {
        None => Ok(None),
        Some(Value::Array(list)) => Ok(Some(list.as_slice())),
        Some(_) => Err(format!("{name}: a list is wanted")),
    };
    let seed = world.options.seed;
    let lists = lists(&world.store, list)?;
    let store = (!lists.is_empty()).then(|| world.store.said(&lists, seed));
    let tickets = list("custom_psa_tickets")?.map(Tickets::said);
    let organizations = match said.get("organization_services") {
        None => None,
        Some(Value::Object(map)) => Some(map),
        Some(_) => return Err("organization_services: an object of lists is wanted".to_owned()),
    };
    let estore = list("estore")?;
    let marketplace = (estore.is_some() || organizations.is_some())
        .then(|| world.marketplace.said(estore, organizations, &world.options));
    let (clients, cases) = (list("wiv_customers")?, list("cases")?);
    let msp = (clients.is_some() || cases.is_some()).then(|| world.msp.said(clients, cases, seed));
    let workflows = said.get("workflows").map(|said| texts("workflows", said)).transpose()?;
    let runs = list("workflow_runs")?;
    // From here on nothing goes wrong.
    let (store, tickets) = (store.transpose()?, tickets.transpose()?);
    let (marketplace, msp) = (marketplace.transpose()?, msp.transpose()?);
    if let Some(store) = store {
        world.store = store;
    }
    if let Some(tickets) = tickets {
        world.tickets = tickets;
    }
    if let Some(marketplace) = marketplace {
        world.marketplace = marketplace;
    }
    if let Some(msp) = msp {
        world.msp = msp;
    }
    world.msp.say_workflows(workflows, runs);
    world.pages.clear();
    Ok(())
}

/// All fields of a thing: those that were said, and the others as `default` has them.
pub(crate) fn fill(path: &str, said: &Value, default: &impl Serialize) -> Result<Map<String, Value>, String> {
    let default = serde_json::to_value(default).map_err(|error| format!("{path}: {error}"))?;
    let (Value::Object(mut filled), Value::Object(said)) = (default, said) else {
        return Err(format!("{path}: an object is wanted"));
    };
    for (name, value) in said {
        let Some(place) = filled.get_mut(name) else {
            let known: Vec<_> = filled.keys().map(String::as_str).collect();
            return Err(format!("{path}.{name}: there is no such field; there are {}", known.join(", ")));
        };
        let fits = match (&*place, value) {
            // Ids are told as texts and as numbers.
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

/// A whole number above 0, written as one or as text.
pub(crate) fn id(path: &str, said: &Value) -> Result<u64, String> {
    let number = said.as_u64().or_else(|| said.as_str()?.parse().ok());
    number
        .filter(|_| !said.as_str().is_some_and(|text| text.starts_with(['+', '0'])))
        .ok_or_else(|| format!("{path}: {said} is no id"))
}

pub(crate) fn text(path: &str, said: &Value) -> Result<String, String> {
    said.as_str().map(str::to_owned).ok_or_else(|| format!("{path}: a text is wanted, and this is {said}"))
}

pub(crate) fn texts(path: &str, said: &Value) -> Result<Vec<String>, String> {
    each(path, said, text)
}

/// The members of a list, each read with its path.
pub(crate) fn each<T>(
    path: &str,
    said: &Value,
    read: impl Fn(&str, &Value) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let list = said.as_array().ok_or_else(|| format!("{path}: a list is wanted"))?;
    list.iter().enumerate().map(|(index, said)| read(&format!("{path}[{index}]"), said)).collect()
}

//! The control interface under `/_sim/`: how a test runner in any language resets, scripts, breaks and inspects the
//! simulator.

use std::time::Duration;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::faults::{FaultPlan, FaultRule, Faults};
use crate::options::Options;
use crate::request::Request;
use crate::sabotage::Sabotage;
use crate::script::{Playing, Script, ScriptedAnswer};
use crate::server::{Shared, caps};
use crate::state::State;
use crate::state::load;
use crate::state::marketplace::{OwnedService, StoreService};
use crate::state::psa::Ticket;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: f64,
}

/// Why a command was not carried out.
pub(crate) type Refusal = (StatusCode, String);

pub(crate) fn answer(shared: &Shared, request: &Request) -> Answer {
    let name = request.path().trim_start_matches("/_sim/");
    let orders = matches!(
        name,
        "reset" | "options" | "clock" | "script" | "answer" | "faults" | "fail" | "state" | "sabotage"
    );
    let done = match request.method {
        Method::POST if orders => command(shared, name, &request.body),
        Method::GET if name == "state" || !orders => {
            let since = request.query().find(|(key, _)| key == "since");
            let since = since.map_or(Ok(0), |(_, value)| value.parse::<u64>());
            match since {
                Ok(since) => question(shared, name, since),
                Err(_) => Err((StatusCode::BAD_REQUEST, "since must be a number".to_owned())),
            }
        }
        _ => Err((StatusCode::METHOD_NOT_ALLOWED, format!("not by {}", request.method))),
    };
    match done {
        Ok(value) => Answer::ok(&value),
        Err((status, message)) => {
            let names = names(&message);
            Answer::json(status, &json!({"error": message, "names": names}))
        }
    }
}

/// Carries out a command that changes the simulator.
pub(crate) fn command(shared: &Shared, name: &str, body: &[u8]) -> Result<Value, Refusal> {
    match name {
        "reset" => {
            shared.reset(read(body)?);
            Ok(situation(shared))
        }
        "options" => {
            patch(shared, &read(body)?)?;
            Ok(situation(shared))
        }
        "clock" => {
            let Advance { advance_seconds } = read(body)?;
            let by = Duration::try_from_secs_f64(advance_seconds).map_err(|error| refuse(&error))?;
            let mut state = shared.state();
            state.clock.advance(by);
            Ok(json!({"now_seconds": state.clock.now().as_secs_f64()}))
        }
        "script" => {
            let script: Script = read(body)?;
            script.answers.iter().try_for_each(|answer| answer.check().map_err(|error| refuse(&error)))?;
            let answers = script.answers.len();
            shared.state().script = Playing::new(script);
            Ok(json!({"answers": answers}))
        }
        "answer" => {
            let answer: ScriptedAnswer = read(body)?;
            answer.check().map_err(|error| refuse(&error))?;
            let mut state = shared.state();
            state.script.add(answer);
            Ok(json!({"answers": state.script.count()}))
        }
        "faults" => {
            let plan: FaultPlan = read(body)?;
            let rules = plan.rules.len();
            shared.state().faults = Faults::new(plan);
            Ok(json!({"rules": rules}))
        }
        "fail" => {
            let rule: FaultRule = read(body)?;
            let mut state = shared.state();
            state.faults.add(rule);
            Ok(json!({"rules": state.faults.count()}))
        }
        "state" => {
            let given: serde_json::Map<String, Value> = read(body)?;
            let mut state = shared.state();
            load::load(&mut state, &given).map_err(|error| refuse(&error))?;
            Ok(state_json(&state, |_| true))
        }
        "sabotage" => {
            let sabotage: Sabotage = read(body)?;
            shared.state().sabotage = sabotage;
            Ok(json!(sabotage))
        }
        _ => Err((StatusCode::NOT_FOUND, format!("there is no /_sim/{name}"))),
    }
}

fn question(shared: &Shared, name: &str, since: u64) -> Result<Value, Refusal> {
    match name {
        "ready" => Ok(situation(shared)),
        "requests" => Ok(json!(shared.state().log.render(since))),
        "state" => Ok(state_json(&shared.state(), |_| true)),
        _ => Err((StatusCode::NOT_FOUND, format!("there is no /_sim/{name}"))),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| wrong(&error))?;
    deserializer.end().map_err(|error| refuse(&error))?;
    Ok(read)
}

/// The error of a command, without Rust terms and without a line number: a helper wrote the JSON, not the user.
fn wrong(error: &serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    let inner = error.inner();
    let message = inner.to_string();
    if !inner.is_data() {
        return refuse(&message);
    }
    let message = message.replace(&format!(" at line {} column {}", inner.line(), inner.column()), "");
    let message = ["u16", "u32", "u64", "i64", "usize"]
        .iter()
        .fold(message, |message, number| {
            message.replace(&format!("expected {number}"), "expected a whole number")
        })
        .replace("expected f64", "expected a number");
    let path = error.path().to_string();
    if message.starts_with("invalid ") && path != "." {
        refuse(&format!("{path}: {message}"))
    } else {
        refuse(&message)
    }
}

/// The words of an error that are names of options or fields, which helpers spell as their language does.
fn names(refusal: &str) -> Vec<&str> {
    const FIELDS: [&str; 3] = ["unknown field ", "missing field ", "duplicate field "];
    if FIELDS.iter().any(|begin| refusal.starts_with(begin)) {
        return refusal.split('`').skip(1).step_by(2).collect();
    }
    let words = refusal.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let known = load::names();
    let path = refusal.split(": invalid ").next().filter(|path| path.len() < refusal.len());
    words
        .filter(|word| {
            known.contains(word)
                || ["retry_after", "date_in_seconds"].contains(word)
                || path.is_some_and(|path| path.split(['.', '[', ']']).any(|part| part == *word))
        })
        .collect()
}

fn refuse(error: &impl ToString) -> Refusal {
    (StatusCode::BAD_REQUEST, error.to_string())
}

fn situation(shared: &Shared) -> Value {
    let state = shared.state();
    json!({"url": shared.url, "credentials": state.options.credentials, "options": state.options})
}

/// Changes behaviour during a run; the data stays.
fn patch(shared: &Shared, changes: &serde_json::Map<String, Value>) -> Result<(), Refusal> {
    let seeded = || ["seed", "log"].into_iter().chain(Options::COUNTS.iter().copied());
    if let Some(name) = seeded().find(|name| changes.contains_key(*name)) {
        return Err((StatusCode::BAD_REQUEST, format!("{name} can only be given to /_sim/reset")));
    }
    let mut state = shared.state();
    let mut options = serde_json::to_value(&state.options).map_err(|error| refuse(&error))?;
    if let Value::Object(fields) = &mut options {
        fields.extend(changes.clone());
    }
    let options: Options = serde_json::from_value(options).map_err(|error| refuse(&error))?;
    state.caps = caps(&shared.table, &options);
    state.options = options;
    state.pages.clear();
    Ok(())
}

/// The data of the services: that of the wanted collections.
pub(crate) fn state_json(state: &State, wanted: impl Fn(&str) -> bool) -> Value {
    let mut members = serde_json::Map::new();
    for name in load::names().into_iter().filter(|name| wanted(name)) {
        let held = match state.store.collection(name) {
            Some(_) => {
                let rows = state.store.views(name).into_iter();
                Some(rows.map(|row| json!(row.whole(state.options.ids))).collect())
            }
            None => by_hand(state, name),
        };
        if let Some(held) = held {
            members.insert(name.to_owned(), held);
        }
    }
    Value::Object(members)
}

/// The data of services that is held by hand-written code.
fn by_hand(state: &State, name: &str) -> Option<Value> {
    Some(match name {
        "custom_psa_tickets" => state.tickets.all().map(Ticket::shown).collect::<Vec<_>>().into(),
        "estore" => state.marketplace.store().iter().map(StoreService::detail).collect(),
        "organization_services" => {
            let organizations = state.store.views("organizations");
            let services =
                |id: &str| state.marketplace.services(id).iter().map(OwnedService::detail).collect();
            Value::Object(organizations.iter().map(|row| (row.id().to_owned(), services(row.id()))).collect())
        }
        "wiv_customers" => json!(state.msp.customers()),
        "cases" => json!(state.msp.cases().collect::<Vec<_>>()),
        "workflows" => json!(state.msp.workflows()),
        "workflow_runs" => json!(state.msp.runs()),
        "open_scrolls" => json!(state.msp.scroll_count()),
        "open_sessions" => json!(state.tokens.count()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A collection that the documents mark as held by hand.
    #[test]
    fn every_member_of_the_state_is_shown() {
        let shared = Shared::new(String::new(), Options::default()).unwrap();
        let state = state_json(&shared.state(), |_| true);
        let shown: Vec<_> = state.as_object().unwrap().keys().map(String::as_str).collect();
        let mut wanted = load::names();
        wanted.sort_unstable();
        assert_eq!(shown, wanted);
    }
}

//! Wiv: customers with chosen fields, scroll-paged searches and workflow runs.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::request::{Call, PageFault, whole};
use crate::routes::Handler;
use crate::state::State;
use crate::state::msp::{Case, FIELDS};
use crate::state::names;

pub(crate) const HANDLERS: &[(&str, Handler)] = &[
    ("wiv.cases.search", search),
    ("wiv.cases.search_own", search_own),
    ("wiv.customers.list", list_customers),
    ("wiv.workflows.run", run_workflow),
];

const DEFAULT_SIZE: usize = 250;
const LARGEST_SIZE: u64 = i32::MAX as u64;

/// The service's own refusals have `error`, its gateway's have `message`.
pub(crate) fn refusal(status: StatusCode) -> Answer {
    let body = match status {
        StatusCode::UNAUTHORIZED => json!({"error": "Authentication required"}),
        StatusCode::INTERNAL_SERVER_ERROR => json!({"error": "Internal server error"}),
        _ => json!({"message": status.canonical_reason().unwrap_or("Error")}),
    };
    Answer::json(status, &body)
}

pub(super) fn bad_request(message: &str) -> Answer {
    Answer::json(StatusCode::BAD_REQUEST, &json!({"error": message}))
}

fn list_customers(state: &mut State, call: &Call<'_>) -> Answer {
    let keys: Vec<&str> = match call.query("fields") {
        None => FIELDS.iter().map(|(_, key)| *key).collect(),
        Some(fields) => {
            let key =
                |name: &str| FIELDS.iter().find(|(field, _)| *field == name.trim()).map(|(_, key)| *key);
            match fields.split(',').map(key).collect() {
                Some(keys) => keys,
                None => return bad_request("Invalid fields requested"),
            }
        }
    };
    let shown = |customer: &Map<String, Value>| {
        let pairs = keys.iter().filter_map(|key| Some(((*key).to_owned(), customer.get(*key)?.clone())));
        Value::Object(pairs.collect())
    };
    let mut customers: Vec<_> = state.msp.customers().iter().map(shown).collect();
    if call.page_fault.is_some() {
        customers.clear();
    }
    Answer::ok(&json!({"data": customers}))
}

fn search(state: &mut State, call: &Call<'_>) -> Answer {
    match call.query("customer_id") {
        Some(id) if id.is_empty() => bad_request("Invalid customer_id"),
        customer => search_cases(state, call, customer.as_deref()),
    }
}

fn search_own(state: &mut State, call: &Call<'_>) -> Answer {
    search_cases(state, call, None)
}

/// The body of a search.
struct SearchBody {
    size: usize,
    days: Option<(String, String)>,
    scroll: Option<String>,
}

fn search_cases(state: &mut State, call: &Call<'_>, customer: Option<&str>) -> Answer {
    let search = match object(call).and_then(|body| search_body(&body)) {
        Ok(search) => search,
        Err(refusal) => return refusal,
    };
    let now = state.clock.now();
    let idle = Duration::from_secs(state.options.scroll_idle_seconds);
    let rotates = state.options.scroll_rotates;
    let page = if let Some(id) = &search.scroll {
        let Some(number) = state.msp.living(id, now) else {
            let body = json!({"error": "Scroll context expired or not found"});
            return Answer::json(StatusCode::NOT_FOUND, &body);
        };
        match call.page_fault {
            None => state.msp.next_page(number, now, idle, rotates),
            Some(fault) => state.msp.stall(number, fault == PageFault::Empty),
        }
    } else {
        let keep = |case: &Case| {
            customer.is_none_or(|customer| case.customer == customer)
                && search.days.as_ref().is_none_or(|(start, end)| (start..=end).contains(&&case.day))
        };
        let page = state.msp.search(keep, search.size, now, idle, rotates);
        if call.page_fault == Some(PageFault::Empty) { state.msp.rewind() } else { page }
    };
    let next = page.next.map(|id| json!({"scroll_id": id}));
    Answer::ok(&json!({"data": page.cases, "next_page_key": next}))
}

fn search_body(body: &Map<String, Value>) -> Result<SearchBody, Answer> {
    let size = match body.get("max_returned_items") {
        None => DEFAULT_SIZE,
        Some(value) => {
            let number = whole(value).filter(|number| (1..=LARGEST_SIZE).contains(number));
            let number = number.and_then(|number| usize::try_from(number).ok());
            number.ok_or_else(|| bad_request("Invalid max_returned_items"))?
        }
    };
    let days = match body.get("date_range") {
        None => None,
        Some(range) => {
            let day = |name: &str| range.get(name).and_then(Value::as_str).filter(|text| names::is_day(text));
            let (Some(start), Some(end)) = (day("start"), day("end")) else {
                return Err(bad_request("Invalid date_range"));
            };
            Some((start.to_owned(), end.to_owned()))
        }
    };
    let scroll = match body.get("start_page_key") {
        None => None,
        Some(key) => {
            let id = key.get("scroll_id").and_then(Value::as_str).filter(|id| !id.is_empty());
            Some(id.ok_or_else(|| bad_request("Invalid start_page_key"))?.to_owned())
        }
    };
    Ok(SearchBody { size, days, scroll })
}

fn run_workflow(state: &mut State, call: &Call<'_>) -> Answer {
    let body = match object(call) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let payload = body.get("payload").cloned().unwrap_or_else(|| json!({}));
    if !payload.is_object() {
        return bad_request("Payload must be a dictionary");
    }
    match state.msp.run(call.param(0), &payload) {
        Some(run) => Answer::ok(&json!({"data": run})).committed(),
        None => Answer::json(StatusCode::NOT_FOUND, &json!({"error": "Workflow not found"})),
    }
}

pub(super) fn object(call: &Call<'_>) -> Result<Map<String, Value>, Answer> {
    if !call.request.has_json_type() {
        return Err(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    call.object().ok_or_else(|| bad_request("Request body must be a dictionary"))
}

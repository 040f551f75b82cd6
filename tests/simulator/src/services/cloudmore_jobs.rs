//! What Cloudmore makes in the background: lists of users, reports, and usage that was submitted in bulk. The start of the
//! last two is not part of the API that the documents describe, so one of each is there from the beginning.

use fastrand::Rng;
use http::StatusCode;
use http::header::LOCATION;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::jobs::JobState;
use crate::options::Located;
use crate::request::Call;
use crate::routes::Handler;
use crate::state::State;
use crate::state::names;

pub(crate) const HANDLERS: &[(&str, Handler)] = &[
    ("cloudmore.azure_reports.one_time_result", one_time_result),
    ("cloudmore.azure_reports.start_one_time", start_one_time),
    ("cloudmore.billing.per_organization_result", billing_result),
    ("cloudmore.bulk_consumptions.status", bulk_status),
    ("cloudmore.csp_users.list_result", list_result),
    ("cloudmore.csp_users.start_list", start_list),
];

/// The kinds of jobs.
const USERS: &str = "cloudmore.csp_users";
const ONE_TIME: &str = "cloudmore.one_time";
const BILLING: &str = "cloudmore.billing";
const BULK: &str = "cloudmore.bulk";

/// The task that begins when it is read for the first time.
const KNOWN: &str = "9e4b7a1c-0d56-4c83-a2f7-63b1d8e5c490";

fn start_list(state: &mut State, call: &Call<'_>) -> Answer {
    let path = call.request.path().trim_end_matches('/').to_owned();
    let about = call.param(1).into();
    start(state, call, USERS, about, &path)
}

fn list_result(state: &mut State, call: &Call<'_>) -> Answer {
    let organization = call.param(1).to_owned();
    let about = Value::from(organization.as_str());
    result(state, USERS, call.param(2), Some(&about), |state, _| {
        rows(state, "users", "csp_users", &organization)
    })
}

fn start_one_time(state: &mut State, call: &Call<'_>) -> Answer {
    const START: &str = "/generateReport";
    let invoices = state.store.views("azure_one_time_invoices");
    let asked = call.query("invoiceNumber");
    let invoice = match &asked {
        None => invoices.first().map(|first| first.id().to_owned()),
        Some(number) => invoices.iter().any(|one| one.id() == number).then(|| number.clone()),
    };
    let Some(invoice) = invoice else {
        return Answer::empty(StatusCode::NOT_FOUND);
    };
    let path = call.request.path().trim_end_matches('/');
    let path = path.strip_suffix(START).unwrap_or(path).to_owned();
    start(state, call, ONE_TIME, invoice.into(), &path)
}

fn one_time_result(state: &mut State, call: &Call<'_>) -> Answer {
    result(state, ONE_TIME, call.param(1), None, |state, about| {
        let invoice = about.as_str().unwrap_or_default();
        let mut report = rows(state, "lines", "azure_billed_usage", invoice);
        report["invoiceId"] = invoice.into();
        report
    })
}

fn billing_result(state: &mut State, call: &Call<'_>) -> Answer {
    known(state, BILLING, call.param(1));
    result(state, BILLING, call.param(1), None, |state, _| {
        let views = state.store.views("organization_billings");
        json!({"organizations": views.iter().map(|view| view.written(state.options.ids)).collect::<Vec<_>>()})
    })
}

fn bulk_status(state: &mut State, call: &Call<'_>) -> Answer {
    known(state, BULK, call.param(1));
    result(state, BULK, call.param(1), None, |_, _| json!({}))
}

/// The rows with this parent, under a member.
fn rows(state: &State, member: &str, collection: &str, parent: &str) -> Value {
    let views = state.store.views_under(collection, parent);
    json!({member: views.iter().map(|view| view.written(state.options.ids)).collect::<Vec<_>>()})
}

/// Begins a job whose result will be below this path.
fn start(state: &mut State, call: &Call<'_>, kind: &'static str, about: Value, path: &str) -> Answer {
    let mut rng = Rng::with_seed(state.options.seed ^ (state.jobs.begun() + 1).wrapping_mul(0x9e37_79b9));
    let id = names::guid(&mut rng);
    state.jobs.begin(kind, &id, about, state.clock.now(), &state.options);
    let accepted = Answer::empty(StatusCode::ACCEPTED);
    let answer = match state.options.located {
        Located::Header => accepted.header(LOCATION, &format!("{}{path}/{id}", call.url)),
        Located::Relative => accepted.header(LOCATION, &format!("{path}/{id}")),
        Located::Body => Answer::json(StatusCode::ACCEPTED, &json!({"id": id})),
        Located::None => accepted,
    };
    answer.committed()
}

/// Begins the job that is there from the beginning.
fn known(state: &mut State, kind: &'static str, id: &str) {
    if id == KNOWN && state.jobs.get_mut(kind, id).is_none() {
        state.jobs.begin(kind, id, Value::Null, state.clock.now(), &state.options);
    }
}

/// How far a job is, or what it has made. It is only known to those who ask for what it is about.
fn result(
    state: &mut State,
    kind: &str,
    id: &str,
    wanted: Option<&Value>,
    made: impl Fn(&State, &Value) -> Value,
) -> Answer {
    let now = state.clock.now();
    let job = state.jobs.get_mut(kind, id).filter(|job| wanted.is_none_or(|about| job.about == *about));
    let Some(job) = job else { return Answer::empty(StatusCode::NOT_FOUND) };
    match job.poll(now) {
        JobState::Pending => Answer::ok(&json!({"message": "Processing"})),
        JobState::Failed | JobState::Aborted => Answer::ok(&json!({"message": "Failed"})),
        JobState::Done => {
            let about = job.about.clone();
            let mut made = made(state, &about);
            made["message"] = "Successful".into();
            Answer::ok(&made)
        }
    }
}

//! Writes under faults, over real sockets: no call creates two objects, and every error reports correctly whether it may
//! have created one.
//!
//! A seed decides all faults of a run: refused connections, throttling, server errors, connections that end before or after
//! the server has acted, responses that are truncated or never arrive. The test compares with what the simulator has
//! carried out, so it does not depend on timing.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod support;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use mspkit::cloudmore::{CreateOrganization, CreateService, ReplaceService, UpdateService};
use mspkit::ncentral::{CreateCustomPsaTicket, CreateCustomer, CreateServiceOrg, CreateSite};
use mspkit::transport::{
    Attempt, Http, Request, Transport, TransportError, TransportErrorKind, TransportOptions,
};
use mspkit::wiv::RunWorkflow;
use mspkit::{Builder, Client, Cloudmore, Error, ErrorKind, NCentral, Operation, RetryClass, Wiv};
use mspkit_sim::Simulator;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Concurrent runs: most of them wait, for a pause to end or for a response that never arrives.
const AT_ONCE: usize = 80;

/// Real sockets, except for refused connections.
struct Refusing {
    http: Arc<Http>,
    refused: Mutex<VecDeque<bool>>,
}

impl fmt::Debug for Refusing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Refusing")
    }
}

impl Transport for Refusing {
    fn send(&self, request: Request) -> Attempt<'_> {
        if self.refused.lock().unwrap().pop_front() == Some(true) {
            return Box::pin(async {
                Err(TransportError::new(TransportErrorKind::Connect, "connection refused"))
            });
        }
        self.http.send(request)
    }
}

/// The faults of a run.
struct Plan {
    http: Arc<Http>,
    rules: Vec<Value>,
    refused: VecDeque<bool>,
    options: Value,
}

impl Plan {
    fn new(operation: &Operation, seed: u64, http: Arc<Http>) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let path = format!("{} {}", operation.method, operation.path);
        let mut rules: Vec<Value> = (1..=*rng.choice(&[1, 1, 1, 2, 2, 3, 4]).unwrap())
            .map(|nth| json!({"match": path, "nth": [nth], "fault": fault(&mut rng)}))
            .collect();
        if rng.f64() < 0.15 {
            let path = *rng.choice(&["POST /api/auth/authenticate", "POST /connect/token"]).unwrap();
            rules.push(json!({"match": path, "nth": [1], "fault": fault(&mut rng)}));
        }
        let refused = (0..4).map(|_| rng.f64() < 0.1).collect();
        let timeout = *rng.choice(&[0.7, 5.0, 5.0, 5.0]).unwrap();
        let options = json!({
            "max_retries": *rng.choice(&[0, 1, 2, 2, 2, 3]).unwrap(),
            "attempt_timeout": 0.4,
            "timeout": timeout,
            "max_retry_after": 1,
        });
        Self { http, rules, refused, options }
    }
}

/// A fault, weighted by how likely it is to make a client send again.
fn fault(rng: &mut fastrand::Rng) -> Value {
    let status = |status: u16| json!({"kind": "status", "status": status});
    match rng.u32(0..20) {
        0..=2 => json!({"kind": "commit_close"}),
        3 => json!({"kind": "commit_reset"}),
        4 => json!({"kind": "commit_hang"}),
        5 | 6 => json!({"kind": "close"}),
        7 => json!({"kind": "reset"}),
        8 => json!({"kind": "hang"}),
        9 | 10 => status(*rng.choice(&[408, 500, 502, 503, 504]).unwrap()),
        11 => json!({"kind": "status", "status": 503, "retry_after": rng.u64(0..=1)}),
        12 => status(429),
        13..=15 => {
            json!({"kind": "status", "status": 429, "retry_after": *rng.choice(&[0, 0, 1, 30]).unwrap()})
        }
        16 => json!({"kind": "truncate", "bytes": rng.u64(0..60)}),
        17 => json!({"kind": "html", "status": *rng.choice(&[200, 502]).unwrap()}),
        18 => status(401),
        _ => json!({"kind": "slow", "bytes_per_step": 40, "step_ms": 60}),
    }
}

/// The builder of a client for one run.
fn equipped<C: Client>(builder: Builder<C>, simulator: &Simulator, plan: &Plan) -> C {
    let transport = Refusing { http: plan.http.clone(), refused: Mutex::new(plan.refused.clone()) };
    let config = support::config(simulator, C::SERVICE, plan.options.clone());
    builder.config(config).transport(Arc::new(transport)).build().unwrap()
}

/// The ids for calls, which the simulator was seeded with.
struct Targets {
    service_org: String,
    customer: String,
    ticket: String,
    organization: String,
    store_service: String,
    own_service: String,
    workflow: String,
}

impl Targets {
    fn of(simulator: &Simulator, state: &Value) -> Self {
        let text = |pointer: &str| match state.pointer(pointer).unwrap() {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let organization = simulator.credentials().cloudmore_organization_id;
        Self {
            service_org: text("/service_orgs/0/soId"),
            customer: text("/customers/0/customerId"),
            ticket: text("/custom_psa_tickets/0/ticketId"),
            store_service: text("/estore/0/id"),
            own_service: text(&format!("/organization_services/{organization}/0/id")),
            workflow: text("/workflows/0"),
            organization,
        }
    }
}

/// The writes that are run. A retry class decides what is repeated, so they stand for the others of their class: each
/// service and each kind of response is among them, and the simulator shows what they change.
const RUNS: [&str; 12] = [
    "ncentral.service_orgs.create",
    "ncentral.service_orgs.create_customer",
    "ncentral.customers.create_site",
    "ncentral.custom_psa.create_ticket",
    "ncentral.custom_psa.resolve_ticket",
    "ncentral.custom_psa.reopen_ticket",
    "cloudmore.services.create",
    "cloudmore.services.replace",
    "cloudmore.services.update",
    "cloudmore.services.delete",
    "cloudmore.organizations.create",
    "wiv.workflows.run",
];

/// Makes the call of an operation once.
async fn call(operation: &Operation, simulator: &Simulator, to: Targets, plan: &Plan) -> Result<(), Error> {
    let ncentral = || equipped(NCentral::builder(), simulator, plan);
    let cloudmore = || equipped(Cloudmore::builder(), simulator, plan);
    let domain = || [json!({"id": "domain", "value": "changed.example.com"})];
    match operation.id {
        "ncentral.service_orgs.create" => {
            let params = CreateServiceOrg::new("Fault Org", "Ada", "Lovelace");
            ncentral().service_orgs().create(params).await.map(drop)
        }
        "ncentral.service_orgs.create_customer" => {
            let params = CreateCustomer::new("Fault Customer", "Ada", "Lovelace");
            ncentral().service_orgs().create_customer(to.service_org, params).await.map(drop)
        }
        "ncentral.custom_psa.create_ticket" => {
            let params = CreateCustomPsaTicket::new(4711, "EXT-1", "https://psa.example.com/1");
            ncentral().custom_psa().create_ticket(params).await.map(drop)
        }
        "cloudmore.services.create" => {
            let params = CreateService::new(to.store_service, "EUR").custom_properties_data(domain());
            cloudmore().services().create(to.organization, params).await.map(drop)
        }
        "wiv.workflows.run" => {
            let client: Wiv = equipped(Wiv::builder(), simulator, plan);
            client.workflows().run(to.workflow, RunWorkflow::new()).await.map(drop)
        }
        "ncentral.customers.create_site" => {
            let params = CreateSite::new("Fault Site", "Ada", "Lovelace");
            ncentral().customers().create_site(to.customer, params).await.map(drop)
        }
        "cloudmore.organizations.create" => {
            let params = CreateOrganization::new("Fault Organization");
            cloudmore().organizations().create(params).await.map(drop)
        }
        "cloudmore.services.replace" => {
            let params = ReplaceService::new(domain());
            cloudmore().services().replace(to.organization, to.own_service, params).await.map(drop)
        }
        "cloudmore.services.update" => {
            let params = UpdateService::new(domain());
            cloudmore().services().update(to.organization, to.own_service, params).await.map(drop)
        }
        "cloudmore.services.delete" => {
            cloudmore().services().delete(to.organization, to.own_service).await.map(drop)
        }
        "ncentral.custom_psa.resolve_ticket" => {
            ncentral().custom_psa().resolve_ticket(to.ticket).await.map(drop)
        }
        "ncentral.custom_psa.reopen_ticket" => {
            ncentral().custom_psa().reopen_ticket(to.ticket).await.map(drop)
        }
        other => panic!("{other} has no run here"),
    }
}

/// The simulator's state, without what all calls change and what each object brings along, such as the limits of a site.
fn holdings(simulator: &Simulator) -> Value {
    simulator.state_of(|name| name != "open_sessions" && !brought_along().contains(name))
}

/// The collections whose objects are made with those of another one.
fn brought_along() -> &'static BTreeSet<String> {
    static NAMES: OnceLock<BTreeSet<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let table: Value =
            serde_json::from_str(include_str!("../../tests/simulator/src/generated.json")).unwrap();
        let collections = table["collections"].as_array().unwrap().iter();
        let along = collections.filter(|it| it["by_hand"] == false && it["count"].is_null());
        along.map(|collection| collection["name"].as_str().unwrap().to_owned()).collect()
    })
}

/// How many objects the services hold.
fn things(state: &Value) -> usize {
    let count = |value: &Value| value.as_array().map_or(0, Vec::len);
    let members = |value: &Value| value.as_object().map_or(0, |members| members.values().map(count).sum());
    state.as_object().unwrap().values().map(|value| count(value) + members(value)).sum()
}

/// A finished run.
struct Run {
    seed: u64,
    operation: &'static Operation,
    error: Option<Error>,
    before: Value,
    simulator: Simulator,
}

impl Run {
    async fn new(operation: &'static Operation, seed: u64, http: Arc<Http>) -> Self {
        let few = json!({
            "seed": seed, "service_orgs": 1, "customers": 2, "sites": 0, "devices": 0, "users": 0, "user_roles": 0,
            "access_groups": 0, "installers": 0, "wiv_customers": 2, "cases": 2, "estore": 2,
        });
        let simulator = support::simulator(few).await;
        let plan = Plan::new(operation, seed, http);
        support::faults(&simulator, seed, &json!(plan.rules));
        let before = holdings(&simulator);
        let error = call(operation, &simulator, Targets::of(&simulator, &before), &plan).await.err();
        Self { seed, operation, error, before, simulator }
    }

    fn kind(&self) -> Option<ErrorKind> {
        self.error.as_ref().map(Error::kind)
    }

    /// Checks that the outcome of a create matches what was carried out.
    fn check_create(&self) -> Result<(), String> {
        let committed = self.simulator.count(self.operation.id).committed;
        let made = things(&holdings(&self.simulator)) - things(&self.before);
        let right = match self.kind() {
            None => committed == 1,
            Some(ErrorKind::OutcomeUnknown) => committed <= 1,
            Some(_) => committed == 0,
        };
        let counted = u64::try_from(made).unwrap() == committed;
        self.verdict(right && counted, &format!("{committed} carried out, {made} made"))
    }

    /// Checks that the outcome of a repeatable write matches whether it took effect.
    fn check_idempotent(&self) -> Result<(), String> {
        let changed = holdings(&self.simulator) != self.before;
        let right = match self.kind() {
            None => changed,
            Some(ErrorKind::OutcomeUnknown | ErrorKind::Server) => true,
            Some(_) => !changed,
        };
        self.verdict(right, if changed { "changed" } else { "unchanged" })
    }

    fn verdict(&self, right: bool, found: &str) -> Result<(), String> {
        if right {
            return Ok(());
        }
        let (id, seed) = (self.operation.id, self.seed);
        let outcome = self.error.as_ref().map_or("success".to_owned(), |error| format!("{error:?}"));
        Err(format!("{id} with seed {seed}: {found}, but the caller received: {outcome}"))
    }
}

/// Runs every operation of a retry class under its share of the seeds, and counts the outcomes.
async fn storm(
    class: RetryClass,
    seeds: u64,
    check: fn(&Run) -> Result<(), String>,
) -> BTreeMap<String, usize> {
    let operations: Vec<_> = Operation::all()
        .iter()
        .filter(|operation| operation.retry == class && RUNS.contains(&operation.id))
        .collect();
    // One for all runs: making a transport reads the platform's authorities.
    let http = Arc::new(Http::new(&TransportOptions::default()).unwrap());
    let (mut tally, mut wrong) = (BTreeMap::new(), Vec::new());
    let mut runs = JoinSet::new();
    let mut over = Vec::new();
    for (seed, operation) in (0..seeds).zip(operations.into_iter().cycle()) {
        runs.spawn(Run::new(operation, seed, http.clone()));
        if runs.len() == AT_ONCE {
            over.extend(runs.join_next().await);
        }
    }
    while let Some(run) = runs.join_next().await {
        over.push(run);
    }
    // Only now, when nothing of any run can still be in flight.
    for run in over {
        let run = run.unwrap();
        let outcome = run.kind().map_or("success", |kind| kind.name());
        *tally.entry(outcome.to_owned()).or_default() += 1;
        wrong.extend(check(&run).err());
    }
    assert!(wrong.is_empty(), "{} of {seeds} runs are wrong:\n{}", wrong.len(), wrong.join("\n"));
    tally
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_never_creates_two_objects() {
    let tally = storm(RetryClass::Create, 1000, Run::check_create).await;
    println!("creates: {tally:?}");
    for outcome in ["success", "OutcomeUnknown", "RateLimit", "Connection"] {
        assert!(tally.get(outcome) >= Some(&20), "the plans hardly lead to {outcome}: {tally:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_write_reports_whether_it_took_effect() {
    let tally = storm(RetryClass::IdempotentWrite, 300, Run::check_idempotent).await;
    println!("repeatable writes: {tally:?}");
    assert!(tally.get("success") >= Some(&60), "hardly any write succeeds: {tally:?}");
    assert_eq!(tally.get("NotFound"), None, "a lost DELETE that took effect is a success");
}

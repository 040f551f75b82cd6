//! Applying: the order, failures, costs, progress, resuming, and what the journal says of it.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mspkit_onboarding::{ApplyOptions, Clients, Plan, Report, Spec, apply};
use mspkit_sim::Simulator;
use serde_json::{Value, json};
use support::{clients, committed, names, simulator, yaml};

const ESTORE: &str = "8806367b-001a-4632-afb4-27a7fad7660c";

/// A folder for a journal.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn journal(&self) -> std::path::PathBuf {
        self.0.path().join("journal")
    }
}

fn options() -> ApplyOptions {
    let mut options = ApplyOptions::default();
    options.settle = Some(Duration::from_millis(300));
    options
}

fn customer(name: &str, more: &str) -> String {
    format!("  - {{customer_name: {name}, contact_first_name: Ada, contact_last_name: Lovelace{more}}}\n")
}

fn site(name: &str) -> String {
    format!("{{site_name: {name}, contact_first_name: Ada, contact_last_name: Lovelace}}")
}

fn document(rows: &[String]) -> Spec {
    yaml(&format!("service_orgs:\n- so_id: 50\n  customers:\n{}", rows.concat()))
}

fn small() -> Simulator {
    simulator(json!({"service_orgs": 1, "customers": 2, "sites": 0}))
}

async fn applied(spec: &Spec, clients: &Clients, folder: &Folder) -> Report {
    apply(spec, clients, folder.journal(), &options()).await.unwrap()
}

fn actions(report: &Report) -> Vec<&str> {
    report.outcomes.iter().map(|outcome| outcome.action.name()).collect()
}

#[tokio::test]
async fn what_is_missing_is_made_and_the_second_time_everything_exists() {
    let simulator = small();
    let (clients, folder) = (clients(&simulator), Folder::new());
    let spec = document(&[
        customer(
            "Contoso",
            &format!(
                ", sites: [{}], custom_properties: [{{property_name: Location, value: Quay}}]",
                site("Harbour")
            ),
        ),
        customer("Woodgrove", ", user_roles: [{role_name: Desk, description: Desk, permission_ids: [1]}]"),
    ]);
    let first = applied(&spec, &clients, &folder).await;
    assert_eq!(
        actions(&first),
        ["existed", "created", "created", "set", "created", "created"],
        "{}",
        first.to_json()
    );
    assert!(first.ok() && first.outcomes.iter().all(|outcome| outcome.id.is_some()), "{}", first.to_json());
    let writes = committed(&simulator);
    let second = applied(&spec, &clients, &folder).await;
    assert_eq!(second.counts().into_iter().collect::<Vec<_>>(), [("existed", 6)], "{}", second.to_json());
    assert_eq!(committed(&simulator), writes);
    assert_eq!(names(&simulator, "sites", "siteName").iter().filter(|name| *name == "Harbour").count(), 1);
}

#[tokio::test]
async fn a_row_that_fails_blocks_only_what_is_below_it() {
    let simulator = small();
    let (clients, folder) = (clients(&simulator), Folder::new());
    let spec = document(&[
        customer("Contoso", &format!(", sites: [{}]", site("Below"))),
        customer("Woodgrove", &format!(", sites: [{}]", site("Good"))),
    ]);
    let refusal =
        json!([{"match": "POST /api/service-orgs/{x}/customers", "status": 400, "json": {"message": "No."}}]);
    simulator.control("script", &json!({"answers": refusal})).unwrap();
    let mut options = options();
    options.concurrency = Some(1);
    let report = apply(&spec, &clients, folder.journal(), &options).await.unwrap();
    assert_eq!(actions(&report), ["existed", "failed", "blocked", "created", "created"]);
    assert!(!report.ok());
    let error = report.outcomes[1].error.clone().unwrap();
    assert!(error.kind == "BadRequest" && error.message.contains("No."), "{error:?}");
    assert!(report.outcomes[2].error.clone().unwrap().message.ends_with("customers/Contoso was not made"));
    let again = applied(&spec, &clients, &folder).await;
    assert_eq!(actions(&again), ["existed", "created", "created", "existed", "existed"]);
}

#[tokio::test]
async fn progress_counts_and_parents_come_before_children() {
    let simulator = simulator(json!({"service_orgs": 1, "customers": 2, "latency_ms": 5}));
    let (clients, folder) = (clients(&simulator), Folder::new());
    let rows: Vec<String> =
        (0..8).map(|at| customer(&format!("New {at}"), &format!(", sites: [{}]", site("Only")))).collect();
    let events: Arc<Mutex<Vec<Value>>> = Arc::default();
    let seen = events.clone();
    let mut options = options();
    options.concurrency = Some(3);
    options.on_step = Some(Arc::new(move |progress| seen.lock().unwrap().push(json!(progress))));
    let report = apply(&document(&rows), &clients, folder.journal(), &options).await.unwrap();
    assert!(report.ok(), "{}", report.to_json());
    let events = events.lock().unwrap();
    let at = |event: &str, path: &str| {
        events.iter().position(|one| one["event"] == event && one["path"] == path).unwrap()
    };
    let (mut running, mut most) = (0_i32, 0);
    for event in events.iter() {
        running += if event["event"] == "started" { 1 } else { -1 };
        most = most.max(running);
    }
    assert_eq!((running, most), (0, 3));
    for row in 0..8 {
        let customer = format!("service_orgs/so_id=50/customers/New {row}");
        assert!(at("finished", &customer) < at("started", &format!("{customer}/sites/Only")));
    }
    let last = events.last().unwrap();
    assert_eq!((&last["done"], &last["total"], &last["failed"]), (&json!(17), &json!(17), &json!(0)));
}

#[tokio::test]
async fn nothing_is_bought_without_leave() {
    let simulator = simulator(json!({}));
    let (clients, folder) = (clients(&simulator), Folder::new());
    let spec = yaml(&format!(
        "organizations:\n- name: Contoso\n  services:\n  - id: {ESTORE}\n    currency_code: EUR\n    custom_properties_data: \
         [{{id: adminFirstName, value: A}}, {{id: adminLastName, value: B}}, {{id: domain, value: c.example}}]\n"
    ));
    let error = apply(&spec, &clients, folder.journal(), &options()).await.unwrap_err().to_string();
    assert!(error.starts_with("allow_cost: must be true") && error.contains(ESTORE), "{error}");
    assert_eq!(committed(&simulator), 0);
    let mut options = options();
    options.allow_cost = true;
    let report = apply(&spec, &clients, folder.journal(), &options).await.unwrap();
    assert_eq!(actions(&report), ["created", "created"], "{}", report.to_json());
}

#[tokio::test]
async fn a_new_organization_is_checked_before_anything_is_bought_for_it() {
    let simulator = simulator(json!({}));
    let (clients, folder) = (clients(&simulator), Folder::new());
    let spec = yaml(&format!(
        "organizations:\n- name: Contoso\n  services:\n  - {{id: {ESTORE}, currency_code: EUR}}\n"
    ));
    let mut options = options();
    options.allow_cost = true;
    let report = apply(&spec, &clients, folder.journal(), &options).await.unwrap();
    assert_eq!(actions(&report), ["created", "failed"], "{}", report.to_json());
    assert!(report.outcomes[1].error.clone().unwrap().message.contains("values are required"));
    assert_eq!(simulator.count("cloudmore.services.create").received, 0);
}

#[tokio::test]
async fn secrets_are_in_no_plan_journal_or_report() {
    let simulator = small();
    let (clients, folder) = (clients(&simulator), Folder::new());
    let secret = "Planted-Secret-7";
    let spec = document(&[customer(
        "Contoso",
        &format!(", custom_properties: [{{property_name: Location, value: {secret}}}]"),
    )]);
    let plan = Plan::of(&spec, &clients).await.unwrap();
    let reports = [applied(&spec, &clients, &folder).await, applied(&spec, &clients, &folder).await];
    assert_eq!(actions(&reports[0]), ["existed", "created", "set"]);
    let mut texts = vec![plan.to_json(), format!("{plan:?}"), format!("{spec:?}")];
    texts.push(std::fs::read_to_string(folder.journal()).unwrap());
    for report in &reports {
        texts.extend([report.to_json(), report.to_csv().unwrap(), report.to_html(), format!("{report:?}")]);
    }
    let credentials = serde_json::to_value(simulator.credentials()).unwrap();
    let planted: Vec<&str> =
        credentials.as_object().unwrap().values().filter_map(Value::as_str).chain([secret]).collect();
    for text in &texts {
        for secret in planted.iter().filter(|secret| secret.len() > 8) {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let other =
        document(&[customer("Contoso", ", custom_properties: [{property_name: Location, value: other}]")]);
    assert_eq!(spec.digest(), other.digest(), "the digest would tell who guesses the secret");
    let error = apply(
        &Plan::from_json(&plan.to_json()).unwrap(),
        &clients,
        folder.0.path().join("other"),
        &options(),
    )
    .await
    .unwrap_err();
    assert!(error.to_string().starts_with("plan: must have its secrets"), "{error}");
}

#[tokio::test]
async fn what_an_interrupted_run_has_left_is_looked_for_and_not_made_again() {
    let simulator = small();
    let (clients, folder) = (clients(&simulator), Folder::new());
    let spec = document(&[customer("Contoso", ""), customer("Woodgrove", ""), customer("Fabrikam Two", "")]);
    let first = applied(&spec, &clients, &folder).await;
    let journal = std::fs::read_to_string(folder.journal()).unwrap();
    // As a crash would leave it: one row done, one sent, the rest not begun.
    let kept: Vec<&str> =
        journal.lines().filter(|line| !line.contains("finished") && !line.contains("Fabrikam")).collect();
    let kept: Vec<&str> =
        kept.into_iter().filter(|line| !(line.contains("\"done\"") && line.contains("Woodgrove"))).collect();
    std::fs::write(folder.journal(), format!("{}\n{{\"event\":\"beg", kept.join("\n"))).unwrap();
    let writes = committed(&simulator);
    let second = applied(&spec, &clients, &folder).await;
    assert_eq!(actions(&second), ["existed", "created", "created", "existed"], "{journal}");
    assert_eq!(first.outcomes[2].id, second.outcomes[2].id);
    assert_eq!(committed(&simulator), writes);
}

#[tokio::test]
async fn a_create_that_is_still_carried_out_is_waited_for() {
    let simulator = small();
    let (clients, folder) = (clients(&simulator), Folder::new());
    let spec = document(&[customer("Late", "")]);
    let at = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let step = "service_orgs/so_id=50/customers/Late";
    let lines = [
        json!({"event": "journal", "format": 1, "digest": spec.digest()}),
        json!({"event": "run", "at": at}),
        json!({"event": "begun", "step": step, "at": at}),
        json!({"event": "sent", "step": step, "at": at}),
    ];
    std::fs::write(folder.journal(), lines.map(|line| format!("{line}\n")).concat()).unwrap();
    let mut options = options();
    options.settle = Some(Duration::from_secs(20));
    let run = async { apply(&spec, &clients, folder.journal(), &options).await.unwrap() };
    let server = async {
        // The list is read by the plan, and once more when the row is begun.
        let read = || simulator.count("ncentral.service_orgs.list_customers").received >= 2;
        while !read() {
            tokio::task::yield_now().await;
        }
        let mut rows = simulator.state_of(|name| name == "customers")["customers"].clone();
        rows.as_array_mut().unwrap().push(json!({"customerName": "Late", "parentId": 50, "customerId": 900}));
        simulator.control("state", &json!({"customers": rows})).unwrap();
    };
    let (report, ()) = tokio::join!(run, server);
    assert_eq!(actions(&report), ["existed", "created"], "{}", report.to_json());
    assert_eq!(report.outcomes[1].id.as_deref(), Some("900"));
    assert_eq!(simulator.count("ncentral.service_orgs.create_customer").received, 0);
}

#[tokio::test]
async fn a_journal_of_another_document_is_refused_before_anything_is_sent() {
    let simulator = small();
    let (clients, folder) = (clients(&simulator), Folder::new());
    applied(&document(&[customer("Contoso", "")]), &clients, &folder).await;
    let before = simulator.requests(0).len();
    let error =
        apply(&document(&[customer("Other", "")]), &clients, folder.journal(), &options()).await.unwrap_err();
    assert!(
        error.argument_name() == Some("journal") && error.to_string().contains("same document"),
        "{error}"
    );
    assert_eq!(simulator.requests(0).len(), before);
}

#[tokio::test]
async fn an_amount_of_zero_at_a_time_is_refused() {
    let simulator = small();
    let (clients, folder) = (clients(&simulator), Folder::new());
    let mut options = options();
    options.concurrency = Some(0);
    let error =
        apply(&document(&[customer("Contoso", "")]), &clients, folder.journal(), &options).await.unwrap_err();
    assert!(error.to_string().starts_with("concurrency: must be"), "{error}");
}

//! Wiv's customers, cases, scrolls and workflow runs.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::options::Options;
use crate::state::load::{self, Given};
use crate::state::names::{self, pick};

/// Names in requests and in responses.
pub(crate) const FIELDS: [(&str, &str); 11] = [
    ("id", "customer_id"),
    ("name", "customer_name"),
    ("users_number", "users_number"),
    ("active_workflows", "active_workflows"),
    ("cost_impact", "cost_impact"),
    ("realized_savings", "realized_savings"),
    ("num_of_integrations", "num_of_integrations"),
    ("integration_types", "integration_types"),
    ("integrations", "integrations"),
    ("successful_runs", "successful_runs"),
    ("failed_runs", "failed_runs"),
];

const CASE_TYPES: &[&str] = &[
    "EC2 Stopped Instances",
    "Idle Load Balancers",
    "RDS Rightsizing",
    "Unassigned Public IPs",
    "Unattached EBS Volumes",
];
const INTEGRATIONS: &[&str] = &["AWS", "AZURE", "GCP", "JIRA", "OKTA", "SLACK"];
/// The first is the one of the vendor's own example.
const WORKFLOWS: [&str; 3] = ["workflow_def456ghi789", "workflow_onboarding", "workflow_nightly-cleanup"];
/// The maximum of open scrolls; the oldest is closed.
const SCROLLS: usize = 1000;

/// A case, with the day that a date range compares.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) customer: String,
    pub(crate) day: String,
    pub(crate) value: Value,
}

/// A search whose pages are still being fetched.
#[derive(Debug)]
pub(crate) struct Scroll {
    cases: Vec<usize>,
    at: usize,
    size: usize,
    ends: Duration,
    previous: Vec<Value>,
    turns: u64,
}

#[derive(Debug)]
pub(crate) struct Msp {
    customers: Vec<Map<String, Value>>,
    cases: Vec<Case>,
    workflows: Vec<String>,
    runs: Vec<Value>,
    run_count: u64,
    scrolls: HashMap<u64, Scroll>,
    opened: u64,
}

/// One page of a search.
pub(crate) struct Page {
    pub(crate) cases: Vec<Value>,
    pub(crate) next: Option<String>,
}

impl Msp {
    pub(crate) fn seeded(options: &Options) -> Self {
        let mut rng = Rng::with_seed(options.seed ^ 0x31f);
        let customers: Vec<_> = (0..options.wiv_customers).map(|index| customer(&mut rng, index)).collect();
        let owners = customers.len().max(1);
        let cases = (0..options.cases).map(|index| case(&mut rng, index, &org(index % owners))).collect();
        let workflows = WORKFLOWS.map(str::to_owned).to_vec();
        Self {
            customers,
            cases,
            workflows,
            runs: Vec::new(),
            run_count: 0,
            scrolls: HashMap::new(),
            opened: 0,
        }
    }

    /// Loads data. Customers that are not given are kept, and cases with them. Open scrolls end.
    pub(crate) fn loaded(&self, customers: Given<'_>, cases: Given<'_>, seed: u64) -> Result<Self, String> {
        let mut rng = Rng::with_seed(seed ^ 0x31f);
        let mut made = Self {
            customers: Vec::new(),
            cases: Vec::new(),
            workflows: self.workflows.clone(),
            runs: self.runs.clone(),
            run_count: self.run_count,
            scrolls: HashMap::new(),
            opened: self.opened,
        };
        match customers {
            None => made.customers.clone_from(&self.customers),
            Some(list) => {
                let mut taken = chosen("wiv_customers", list, "customer_id")?;
                for (index, given) in list.iter().enumerate() {
                    let path = format!("wiv_customers[{index}]");
                    let mut default = customer(&mut rng, index);
                    let id = (index..=index + taken.len()).map(org).find(|id| taken.insert(id.clone()));
                    default.insert("customer_id".to_owned(), id.into());
                    let filled = load::fill(&path, given, &default)?;
                    load::text(&format!("{path}.customer_name"), &filled["customer_name"])?;
                    made.customers.push(filled);
                }
            }
        }
        let mut taken = chosen("cases", cases.unwrap_or_default(), "case_id")?;
        for (index, given) in cases.into_iter().flatten().enumerate() {
            let made_case = made.case(index, given, &mut taken, &mut rng)?;
            made.cases.push(made_case);
        }
        Ok(made)
    }

    fn case(
        &self,
        index: usize,
        given: &Value,
        taken: &mut HashSet<String>,
        rng: &mut Rng,
    ) -> Result<Case, String> {
        let path = format!("cases[{index}]");
        let owner = self.customers.get(index % self.customers.len().max(1));
        let owner = owner.and_then(|owner| owner["customer_id"].as_str()).unwrap_or_default();
        let Case { value: mut default, .. } = case(rng, index, owner);
        let id = (index..=index + taken.len()).map(case_id).find(|id| taken.insert(id.clone()));
        default["case_id"] = id.into();
        if let Some(kind) = given.get("case_type").and_then(Value::as_str) {
            default["title"] = format!("{kind} found").into();
        }
        let filled = load::fill(&path, given, &default)?;
        let customer = load::text(&format!("{path}.customer_id"), &filled["customer_id"])?;
        if self.customers.iter().all(|known| known["customer_id"] != *customer) {
            return Err(format!("{path}.customer_id: there is no customer {customer:?}"));
        }
        let created = load::text(&format!("{path}.created_at"), &filled["created_at"])?;
        let day = created.get(..10).filter(|day| names::is_day(day)).map(str::to_owned);
        let day = day.ok_or_else(|| format!("{path}.created_at: must begin with a date, YYYY-MM-DD"))?;
        Ok(Case { customer, day, value: Value::Object(filled) })
    }

    /// Workflows and their runs, if they are given.
    pub(crate) fn say_workflows(&mut self, workflows: Option<Vec<String>>, runs: Given<'_>) {
        if let Some(workflows) = workflows {
            self.workflows = workflows;
        }
        if let Some(runs) = runs {
            self.runs = runs.to_vec();
        }
    }

    pub(crate) fn customers(&self) -> &[Map<String, Value>] {
        &self.customers
    }

    pub(crate) fn cases(&self) -> impl Iterator<Item = &Value> {
        self.cases.iter().map(|case| &case.value)
    }

    pub(crate) fn workflows(&self) -> &[String] {
        &self.workflows
    }

    pub(crate) fn runs(&self) -> &[Value] {
        &self.runs
    }

    pub(crate) fn scroll_count(&self) -> usize {
        self.scrolls.len()
    }

    /// Starts a workflow.
    pub(crate) fn run(&mut self, workflow: &str, payload: &Value) -> Option<Value> {
        if !self.workflows.iter().any(|known| known == workflow) {
            return None;
        }
        self.run_count += 1;
        let (minutes, seconds) = (self.run_count / 60 % 60, self.run_count % 60);
        let run = json!({
            "event_type": "WORKFLOW_TRIGGER",
            "execution_id": format!("exec_{:06}", self.run_count),
            "payload": payload,
            "run_by": "api_user_name",
            "tenant_id": "tenant_xyz789",
            "timestamp": format!("2025-05-22 20:{minutes:02}:{seconds:02}.014093"),
            "trigger_id": "-",
            "trigger_type": "MANUAL",
            "workflow_id": workflow,
        });
        // A long soak starts many runs; the count continues, the list does not.
        if self.runs.len() < 10_000 {
            self.runs.push(run.clone());
        }
        Some(run)
    }

    /// Opens a search and returns its first page.
    pub(crate) fn search(
        &mut self,
        keep: impl Fn(&Case) -> bool,
        size: usize,
        now: Duration,
        idle: Duration,
        rotates: bool,
    ) -> Page {
        let found = self.cases.iter().enumerate().filter(|(_, case)| keep(case)).map(|(index, _)| index);
        let cases = found.collect();
        self.opened += 1;
        if self.scrolls.len() >= SCROLLS {
            let oldest = self.opened.saturating_sub(SCROLLS as u64);
            self.scrolls.retain(|number, scroll| *number > oldest && scroll.ends > now);
        }
        let scroll = Scroll { cases, at: 0, size, ends: now, previous: Vec::new(), turns: 0 };
        self.scrolls.insert(self.opened, scroll);
        self.next_page(self.opened, now, idle, rotates)
    }

    /// The scroll of an id, if it is still open. Every id that it ever returned advances it.
    pub(crate) fn living(&self, id: &str, now: Duration) -> Option<u64> {
        let bytes = STANDARD.decode(id).ok()?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let number = text.strip_prefix("scroll-")?.split('-').next()?.parse().ok()?;
        self.scrolls.get(&number).filter(|scroll| scroll.ends > now).map(|_| number)
    }

    /// The next page of an open scroll; it advances, whether the response arrives or not.
    pub(crate) fn next_page(&mut self, number: u64, now: Duration, idle: Duration, rotates: bool) -> Page {
        let Some(scroll) = self.scrolls.get_mut(&number) else {
            return Page { cases: Vec::new(), next: None };
        };
        let end = scroll.at.saturating_add(scroll.size).min(scroll.cases.len());
        let cases: Vec<_> =
            scroll.cases[scroll.at..end].iter().map(|index| self.cases[*index].value.clone()).collect();
        scroll.at = end;
        scroll.ends = now.saturating_add(idle);
        scroll.turns += u64::from(rotates);
        scroll.previous.clone_from(&cases);
        let next = (end < scroll.cases.len()).then(|| scroll_id(number, scroll.turns));
        Page { cases, next }
    }

    /// The previous page again, or an empty one; the scroll does not advance.
    pub(crate) fn stall(&mut self, number: u64, empty: bool) -> Page {
        let Some(scroll) = self.scrolls.get(&number) else { return Page { cases: Vec::new(), next: None } };
        let cases = if empty { Vec::new() } else { scroll.previous.clone() };
        let next = (scroll.at < scroll.cases.len()).then(|| scroll_id(number, scroll.turns));
        Page { cases, next }
    }

    /// Resets a search that was just opened to its beginning, and returns an empty page.
    pub(crate) fn rewind(&mut self) -> Page {
        if let Some(scroll) = self.scrolls.get_mut(&self.opened) {
            scroll.at = 0;
        }
        self.stall(self.opened, true)
    }
}

fn scroll_id(number: u64, turns: u64) -> String {
    STANDARD.encode(format!("scroll-{number}-{turns}-DXF1ZXJ5QW5kRmV0Y2g"))
}

fn customer(rng: &mut Rng, index: usize) -> Map<String, Value> {
    let name = names::company(rng);
    let kinds: Vec<_> = INTEGRATIONS.iter().filter(|_| rng.bool()).collect();
    let integration =
        |kind: &&&str| json!({"type": kind, "name": format!("{kind} of {name}"), "status": "connected"});
    let integrations: Vec<_> = kinds.iter().map(integration).collect();
    let cents = |rng: &mut Rng| f64::from(rng.u32(..5_000_000)) / 100.0;
    let values = [
        json!(org(index)),
        json!(name),
        json!(rng.u16(1..400)),
        json!(rng.u8(..30)),
        json!(cents(rng)),
        json!(cents(rng)),
        json!(kinds.len()),
        json!(kinds),
        json!(integrations),
        json!(rng.u16(..2000)),
        json!(rng.u16(..100)),
    ];
    FIELDS.iter().map(|(_, key)| (*key).to_owned()).zip(values).collect()
}

fn org(index: usize) -> String {
    format!("org_{}", 12_345 + index)
}

fn case_id(index: usize) -> String {
    format!("case_{:06}", index + 1)
}

/// The ids that a test has chosen, each once.
fn chosen(list: &str, given: &[Value], field: &str) -> Result<HashSet<String>, String> {
    let mut taken = HashSet::new();
    for (index, given) in given.iter().enumerate() {
        let Some(id) = given.get(field) else { continue };
        let path = format!("{list}[{index}].{field}");
        let id = load::text(&path, id)?;
        if !taken.insert(id.clone()) {
            return Err(format!("{path}: {id:?} is there already"));
        }
    }
    Ok(taken)
}

fn case(rng: &mut Rng, index: usize, customer: &str) -> Case {
    let day = format!("2025-{:02}-{:02}", 1 + index % 12, 1 + index / 12 % 28);
    let kind = pick(rng, CASE_TYPES);
    let value = json!({
        "case_id": case_id(index),
        "case_type": kind,
        "customer_id": customer,
        "title": format!("{} found", kind),
        "status": pick(rng, &["open", "in_progress", "resolved"]),
        "cost_impact": f64::from(rng.u32(..100_000)) / 100.0,
        "created_at": format!("{day}T08:00:00Z"),
    });
    Case { customer: customer.to_owned(), day, value }
}

//! The servers of the demo: the simulator, or those that the environment names.

use mspkit::{Builder, Client, Cloudmore, NCentral, Wiv};
use mspkit_sim::{Options, Simulator};
use serde_json::json;

use crate::report::Report;

/// The clients of the services that can be reached.
pub(crate) struct Servers {
    pub(crate) about: String,
    pub(crate) write: bool,
    pub(crate) ncentral: Option<NCentral>,
    pub(crate) cloudmore: Option<Cloudmore>,
    pub(crate) wiv: Option<Wiv>,
    pub(crate) organization_id: Option<String>,
    pub(crate) psa: Option<Psa>,
    /// Stops when it is dropped.
    _simulator: Option<Simulator>,
}

/// A user of the PSA, and a ticket to read.
pub(crate) struct Psa {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) ticket_id: String,
}

type Failure = Box<dyn std::error::Error>;

impl Servers {
    pub(crate) async fn find(report: &Report, write: bool) -> Result<Self, Failure> {
        let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (ncentral, cloudmore, wiv) = (env("NCENTRAL_URL"), env("CLOUDMORE_USERNAME"), env("WIV_API_KEY"));
        if ncentral.is_none() && cloudmore.is_none() && wiv.is_none() {
            return Self::simulated(report).await;
        }
        let psa = match (env("PSA_USERNAME"), env("PSA_PASSWORD"), env("PSA_TICKET_ID")) {
            (Some(username), Some(password), Some(ticket_id)) => Some(Psa { username, password, ticket_id }),
            _ => None,
        };
        let how = if write { "reads and WRITES" } else { "only reads (--write lets it write)" };
        Ok(Self {
            about: format!("Against the servers of the environment; it {how}."),
            write,
            ncentral: ncentral.map(|_| watched(NCentral::builder(), report).build()).transpose()?,
            cloudmore: cloudmore.map(|_| watched(Cloudmore::builder(), report).build()).transpose()?,
            wiv: wiv.map(|_| watched(Wiv::builder(), report).build()).transpose()?,
            organization_id: env("CLOUDMORE_ORGANIZATION_ID"),
            psa,
            _simulator: None,
        })
    }

    async fn simulated(report: &Report) -> Result<Self, Failure> {
        let options = Options {
            service_orgs: 120,
            customers: 400,
            cases: 730,
            wiv_customers: 12,
            ..Options::default()
        };
        let simulator = Simulator::start(options).await?;
        // Two faults to recover from: one page fails once, and one call is throttled.
        let status = |rule: &str, nth: u32, fault: serde_json::Value| json!({"match": rule, "nth": [nth], "fault": fault});
        let rules = [
            status("GET /api/service-orgs", 2, json!({"kind": "status", "status": 503, "retry_after": 0})),
            status(
                "POST /v2/cases/msp/search",
                3,
                json!({"kind": "status", "status": 429, "retry_after": 1}),
            ),
        ];
        simulator.control("faults", &json!({"seed": 7, "rules": rules}))?;
        let (url, credentials) = (simulator.url(), simulator.credentials());
        let ncentral =
            watched(NCentral::builder(), report).base_url(url).jwt(&credentials.ncentral_jwt).build()?;
        let cloudmore = watched(Cloudmore::builder(), report)
            .base_url(url)
            .username(&credentials.cloudmore_username)
            .password(&credentials.cloudmore_password)
            .client_secret(&credentials.cloudmore_client_secret)
            .reseller_id(&credentials.cloudmore_reseller_id)
            .build()?;
        let wiv = watched(Wiv::builder(), report).base_url(url).api_key(&credentials.wiv_api_key).build()?;
        let state = simulator.state();
        let ticket = state["custom_psa_tickets"][0]["ticketId"].as_str().unwrap_or_default().to_owned();
        Ok(Self {
            about: format!("Against the built-in simulator at {url}; two faults are planted, to be retried."),
            write: true,
            ncentral: Some(ncentral),
            cloudmore: Some(cloudmore),
            wiv: Some(wiv),
            organization_id: Some(credentials.cloudmore_organization_id),
            psa: Some(Psa {
                username: credentials.psa_username,
                password: credentials.psa_password,
                ticket_id: ticket,
            }),
            _simulator: Some(simulator),
        })
    }
}

/// A client whose requests and retries are counted.
fn watched<C: Client>(builder: Builder<C>, report: &Report) -> Builder<C> {
    let (requests, retries) = (report.requests(), report.retries());
    builder
        .app_info("mspkit-demo")
        .on_request(move |_| requests.add_one())
        .on_retry(move |_| retries.add_one())
}

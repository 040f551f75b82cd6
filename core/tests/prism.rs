//! Every operation against mocks that Prism makes from the API documents: requests match the documents, and their examples
//! can be read.
//!
//! Run by `tests/contract/prism.sh`, which starts the mocks and checks what they received.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

#[allow(dead_code, reason = "nothing blocks here")]
#[path = "generated/dispatch.rs"]
mod dispatch;
#[allow(dead_code, reason = "nothing blocks here")]
#[path = "conformance/support.rs"]
mod support;

use std::sync::Arc;

use http::StatusCode;
use mspkit::transport::{Attempt, Http, Request, Response, Transport, TransportOptions};
use mspkit::{CallOptions, Cloudmore, Kind, NCentral, Operation, PagingOptions, Param, Wiv};
use serde_json::{Map, Value, json};
use support::{Clients, Overrides, Params, Read, Rest};

/// Real sockets, except for Cloudmore's token: its endpoint is standard and not in the documents.
#[derive(Debug)]
struct Tokens(Http);

impl Transport for Tokens {
    fn send(&self, request: Request) -> Attempt<'_> {
        if request.url.path() == "/connect/token" {
            let body = json!({"access_token": "token", "expires_in": 3600});
            return Box::pin(async move { Ok(Response::new(StatusCode::OK, body.to_string())) });
        }
        self.0.send(request)
    }
}

fn clients() -> Clients {
    let url = |service: &str| {
        let name = format!("MSPKIT_PRISM_{service}");
        std::env::var(&name).unwrap_or_else(|_| panic!("{name} is not set; run tests/contract/prism.sh"))
    };
    let mut options = TransportOptions::default();
    options.trust_env = false;
    let transport: Arc<dyn Transport> = Arc::new(Tokens(Http::new(&options).unwrap()));
    let ncentral = NCentral::builder().base_url(url("NCENTRAL")).jwt("user.api.token");
    let cloudmore = Cloudmore::builder().base_url(url("CLOUDMORE")).username("user").password("password");
    let cloudmore =
        cloudmore.client_secret("client-secret").reseller_id("5b0e2a0c-6f0d-4d59-9d3e-0a1f7c2b8e11");
    let wiv = Wiv::builder().base_url(url("WIV")).api_key("api-key");
    Clients {
        ncentral: ncentral.transport(transport.clone()).build().unwrap(),
        cloudmore: cloudmore.transport(transport.clone()).build().unwrap(),
        wiv: wiv.transport(transport).build().unwrap(),
    }
}

/// A valid value of the parameter.
fn value_of(param: &Param) -> Value {
    match param.kind {
        Kind::Guid => "8806367b-001a-4632-afb4-27a7fad7660c".into(),
        Kind::Id if param.name == "psa_type" => "4".into(),
        Kind::Id => "4711".into(),
        Kind::Int { min, .. } => min.into(),
        Kind::Bool => true.into(),
        Kind::Date => "2026-02-01".into(),
        Kind::DateRange => json!({"start": "2026-01-01", "end": "2026-02-01"}),
        Kind::HttpUrl => "https://psa.example.com/tickets/1".into(),
        Kind::Country => "SE".into(),
        Kind::Currency => "SEK".into(),
        Kind::OneOf { values, .. } => values[0].into(),
        Kind::TextList => json!(["id", "name"]),
        Kind::List { .. } => json!([{"id": "domain", "value": "example.com"}]),
        Kind::Object => json!({"key": "value"}),
        _ if param.name.contains("email") => "ada@example.com".into(),
        _ => "Ada".into(),
    }
}

fn params_of(operation: &Operation, wanted: fn(&Param) -> bool) -> Params {
    let wanted = operation.params.iter().filter(|param| wanted(param));
    Params(wanted.map(|param| (param.name.to_owned(), value_of(param))).collect::<Map<_, _>>())
}

/// Unoptimised, the calls of all operations together need more than a test's thread has.
const STACK_BYTES: usize = 64 << 20;

#[test]
#[ignore = "needs the mocks of tests/contract/prism.sh"]
fn every_operation_fits_its_document() {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(call_every_operation());
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run).unwrap();
    thread.join().unwrap();
}

async fn call_every_operation() {
    let clients = clients();
    let paging = PagingOptions::from_json(br#"{"limit": 1, "concurrency": 1}"#).unwrap();
    let read = Read { first: false, take: 0, then: Some(Rest::Items) };
    let overrides = Overrides { call: CallOptions::default(), paging, read, go_on: false };
    let mut wrong = Vec::new();
    let mut calls = 0;
    // A mock's work never ends, and the requests of waits are those of the operation that is repeated.
    for operation in Operation::all().iter().filter(|operation| operation.wait.is_none()) {
        for wanted in [|param: &Param| param.required, |_: &Param| true] {
            let params = params_of(operation, wanted);
            calls += 1;
            let outcome = dispatch::call(&clients, operation.id, &params, &overrides).await;
            if let Some(error) = outcome.error {
                wrong.push(format!("{} {}: {error}", operation.id, Value::from(params.0)));
            }
        }
    }
    println!("prism: {calls} calls of {} operations", Operation::all().len());
    assert!(wrong.is_empty(), "{} calls went wrong:\n{}", wrong.len(), wrong.join("\n"));
}

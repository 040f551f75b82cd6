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
use mspkit::{CallOptions, Cloudmore, NCentral, Operation, PagingOptions, Wiv};
use mspkit_conformance::documented;
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
    let cloudmore = cloudmore
        .client_secret("client-secret")
        .reseller_id("5b0e2a0c-6f0d-4d59-9d3e-0a1f7c2b8e11")
        .seller_id("0d4a9a10-1f5f-4f0c-9a3e-7f1f1c4d2b6e");
    let wiv = Wiv::builder().base_url(url("WIV")).api_key("api-key");
    Clients {
        ncentral: ncentral.transport(transport.clone()).build().unwrap(),
        cloudmore: cloudmore.transport(transport.clone()).build().unwrap(),
        wiv: wiv.transport(transport).build().unwrap(),
    }
}

/// The arguments of calls that no case shows: those that log in.
fn unscripted(operation: &Operation) -> Map<String, Value> {
    let required = operation.params.iter().filter(|param| param.required);
    required.map(|param| (param.name.to_owned(), "a.user.token".into())).collect()
}

/// Whether an operation has a request of its own. A mock's work never ends, and the requests of waits, of joins and of what
/// finds or creates are those of the operations that they call.
fn sends(operation: &Operation) -> bool {
    operation.wait.is_none() && operation.join.is_none() && operation.ensure.is_none()
}

#[test]
fn every_operation_with_a_request_has_arguments() {
    let arguments = documented().unwrap();
    let unknown =
        Operation::all().iter().filter(|operation| sends(operation) && !arguments.contains_key(operation.id));
    for operation in unknown {
        let tokens = operation.params.iter().filter(|param| param.required).all(|param| param.secret);
        assert!(tokens, "{}: no case shows its arguments, and `unscripted` only knows tokens", operation.id);
    }
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

#[allow(clippy::print_stdout, reason = "the log says how much was checked")]
async fn call_every_operation() {
    let (clients, arguments) = (clients(), documented().unwrap());
    let paging = PagingOptions::from_json(br#"{"limit": 1, "concurrency": 1}"#).unwrap();
    let read = Read { first: false, take: 0, then: Some(Rest::Items), partitions: None };
    let overrides = Overrides { call: CallOptions::default(), paging, read, go_on: false, clients: None };
    let mut wrong = Vec::new();
    let mut calls = 0;
    for operation in Operation::all().iter().filter(|operation| sends(operation)) {
        let given = arguments.get(operation.id).cloned().unwrap_or_else(|| vec![unscripted(operation)]);
        for params in given {
            let params = Params(params);
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

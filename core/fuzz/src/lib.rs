//! Code that the targets share: clients of a server in memory, and arguments that every operation accepts.

#![allow(clippy::unwrap_used, reason = "a panic here is a finding")]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use http::StatusCode;
use mspkit::transport::{Memory, Request, Response};
use mspkit::{Config, Core, Operation, Service};
use mspkit_conformance::documented;
use serde_json::{Map, Value, json};
use tokio::runtime::{Builder, Runtime};

/// The address of every client.
pub const ORIGIN: &str = "https://server.example";

/// A runtime whose clock skips waits.
pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// A client that is signed in, with a server that responds with `answer`.
pub fn core(service: Service, answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Core {
    let answer = Arc::new(answer);
    let memory = Memory::new(move |request: Request| {
        let answer = answer.clone();
        async move { Ok(sign_in(&request).unwrap_or_else(|| answer(&request))) }
    });
    let options = match service {
        Service::NCentral => json!({"jwt": "user-token"}),
        Service::Cloudmore => {
            json!({"username": "u", "password": "the-password", "client_secret": "the-secret",
                   "reseller_id": "5f1f6a8e-6d0b-4a38-8f0e-9c3f0f5f7b21",
                   "seller_id": "8806367b-001a-4632-afb4-27a7fad7660c"})
        }
        _ => json!({"api_key": "the-key"}),
    };
    let mut options = options.as_object().unwrap().clone();
    options.insert("base_url".into(), ORIGIN.into());
    options.insert("trust_env".into(), false.into());
    let config = Config::from_json(Value::from(options).to_string().as_bytes()).unwrap();
    Core::with_transport(service, &config, Arc::new(memory)).unwrap()
}

/// The response to the client's own token requests.
fn sign_in(request: &Request) -> Option<Response> {
    let tokens = match request.url.path() {
        "/api/auth/authenticate" if request.headers.get("authorization")? == "Bearer user-token" => {
            json!({"tokens": {"access": {"token": "access"}, "refresh": {"token": "refresh"}}})
        }
        "/connect/token" => json!({"access_token": "access", "expires_in": 3600}),
        _ => return None,
    };
    Some(Response::new(StatusCode::OK, tokens.to_string()))
}

/// Arguments that the operation accepts: those that its document shows, and for the few that no case has, texts.
pub fn arguments(operation: &Operation) -> Vec<u8> {
    static DOCUMENTED: LazyLock<BTreeMap<String, Vec<Map<String, Value>>>> =
        LazyLock::new(|| documented().unwrap());
    let shown = DOCUMENTED.get(operation.id).and_then(|calls| calls.first()).cloned();
    let mut given = shown.unwrap_or_else(|| {
        let required = operation.params.iter().filter(|param| param.required && param.from_option.is_none());
        required.map(|param| (param.name.to_owned(), "50".into())).collect()
    });
    if operation.wait.is_some() {
        // A server that is never ready would be asked for ever.
        given.insert("timeout".to_owned(), 600.into());
    }
    Value::from(given).to_string().into_bytes()
}

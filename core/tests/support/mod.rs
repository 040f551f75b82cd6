//! Code that the tests against the simulator share: clients, and waiting for conditions.

#![allow(dead_code, unreachable_pub, reason = "every test binary uses its part")]

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::StatusCode;
use mspkit::transport::{Memory, Request, Response, TransportError};
use mspkit::{Builder, Config, NCentral, Service};
use mspkit_sim::{Options, Simulator};
use serde_json::{Map, Value, json};

/// How long a test waits for something that must happen.
pub const LIMIT: Duration = Duration::from_secs(20);

/// A simulator with these options changed.
pub async fn simulator(options: Value) -> Simulator {
    Simulator::start(read_options(options)).await.unwrap()
}

/// A simulator on a thread of its own, for tests that block.
pub fn own_simulator(options: Value) -> Simulator {
    Simulator::spawn(read_options(options)).unwrap()
}

fn read_options(options: Value) -> Options {
    serde_json::from_value(options).unwrap()
}

/// The configuration of a client of the simulator, with `changes`.
pub fn config(simulator: &Simulator, service: Service, changes: Value) -> Config {
    let credentials = simulator.credentials();
    let mut options = match service {
        Service::NCentral => json!({"jwt": credentials.ncentral_jwt}),
        Service::Cloudmore => json!({
            "username": credentials.cloudmore_username,
            "password": credentials.cloudmore_password,
            "client_secret": credentials.cloudmore_client_secret,
            "reseller_id": credentials.cloudmore_reseller_id,
            "seller_id": credentials.cloudmore_seller_id,
        }),
        _ => json!({"api_key": credentials.wiv_api_key}),
    };
    options["base_url"] = simulator.url().into();
    options["trust_env"] = false.into();
    lay_over(&mut options, changes);
    Config::from_json(options.to_string().as_bytes()).unwrap()
}

fn lay_over(options: &mut Value, changes: Value) {
    let changes: Map<String, Value> = serde_json::from_value(changes).unwrap();
    options.as_object_mut().unwrap().extend(changes);
}

/// Replaces the fault plan of a simulator.
pub fn faults(simulator: &Simulator, seed: u64, rules: &Value) {
    simulator.control("faults", &json!({"seed": seed, "rules": rules})).unwrap();
}

/// Replaces the script of a simulator.
pub fn script(simulator: &Simulator, answers: &Value) {
    simulator.control("script", &json!({"answers": answers})).unwrap();
}

/// Waits until a condition holds.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < LIMIT, "did not happen: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// A response with a JSON body.
pub fn json_answer(status: u16, body: &Value) -> Response {
    Response::new(StatusCode::from_u16(status).unwrap(), body.to_string())
}

/// N-central in memory: it issues tokens, and `answer` responds to everything else.
pub fn served<H, F>(answer: H) -> Arc<Memory>
where
    H: Fn(Request) -> F + Send + Sync + Clone + 'static,
    F: Future<Output = Result<Response, TransportError>> + Send + 'static,
{
    Arc::new(Memory::new(move |request: Request| {
        let answer = answer.clone();
        async move {
            match request.url.path() {
                "/api/auth/authenticate" => {
                    Ok(json_answer(200, &json!({"tokens": {"access": {"token": "access-token"}}})))
                }
                _ => answer(request).await,
            }
        }
    }))
}

/// The builder of a client of such a server. Limits are shared by all clients of a host, so every test has its own.
pub fn ncentral_at(host: &str, memory: &Arc<Memory>) -> Builder<NCentral> {
    let builder = NCentral::builder().base_url(format!("https://{host}.example")).jwt("the-user-token");
    builder.transport(memory.clone())
}

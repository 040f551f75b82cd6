//! Token renewal: however many calls find a token expired or refused, it is renewed once, and the call that started the
//! renewal may be dropped.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod support;

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use mspkit::transport::{Memory, Request, Response};
use mspkit::{Cloudmore, Error, ErrorKind, NCentral, Service, blocking};
use mspkit_sim::Simulator;
use serde_json::{Value, json};
use support::{config, json_answer, simulator};
use tokio::sync::Notify;
use tokio::time::advance;

const CALLS: usize = 100;

/// The id of a service that does not exist.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Responses that are delayed long enough for every call to wait for them.
const HELD_MS: u64 = 500;

fn ncentral(simulator: &Simulator) -> NCentral {
    NCentral::builder().config(config(simulator, Service::NCentral, json!({}))).build().unwrap()
}

fn cloudmore(simulator: &Simulator) -> Cloudmore {
    Cloudmore::builder().config(config(simulator, Service::Cloudmore, json!({}))).build().unwrap()
}

/// How often each token operation of a simulator was called.
fn renewals(simulator: &Simulator) -> [u64; 3] {
    ["ncentral.auth.authenticate", "ncentral.auth.refresh", "cloudmore.token"]
        .map(|operation| simulator.count(operation).received)
}

fn set(simulator: &Simulator, options: &Value) {
    simulator.control("options", options).unwrap();
}

/// Makes many concurrent calls and returns their outcomes.
async fn storm<F>(call: impl Fn(usize) -> F) -> Vec<Result<(), Error>>
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    let tasks: Vec<_> = (0..CALLS).map(|index| tokio::spawn(call(index))).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

/// Calls of two endpoints whose limits let all of them through at once.
async fn ncentral_storm(client: &NCentral) -> Vec<Result<(), Error>> {
    storm(|index| {
        let client = client.clone();
        async move {
            if index % 2 == 0 {
                client.auth().validate().await.map(drop)
            } else {
                client.server().info().await.map(drop)
            }
        }
    })
    .await
}

/// As many calls of every endpoint as its limit lets through at once, and the rest to paths with limits of their own.
async fn cloudmore_storm(client: &Cloudmore, simulator: &Simulator) -> Vec<Result<(), Error>> {
    let organization = simulator.credentials().cloudmore_organization_id;
    storm(|index| {
        let (client, organization) = (client.clone(), organization.clone());
        async move {
            let done = match index {
                0..10 => client.services().list(organization).collect().await.map(drop),
                10..20 => client.estore().list(organization).collect().await.map(drop),
                20..30 => client.services().get(organization, NOBODY).await.map(drop),
                30..40 => client.estore().get(organization, NOBODY).await.map(drop),
                _ => client.request("GET", &format!("/nowhere/{}", "x".repeat(index))).await.map(drop),
            };
            // Any response is accepted, as long as the token was valid.
            done.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
        }
    })
    .await
}

fn all_succeed(results: &[Result<(), Error>]) {
    assert_eq!(results.len(), CALLS);
    let failed: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(failed.is_empty(), "{} calls failed, such as: {:?}", failed.len(), failed[0]);
}

fn all_fail(results: &[Result<(), Error>], kind: ErrorKind) {
    for result in results {
        assert_eq!(result.as_ref().unwrap_err().kind(), kind, "{result:?}");
    }
}

#[tokio::test]
async fn the_first_calls_log_in_once() {
    let simulator = simulator(json!({})).await;
    all_succeed(&ncentral_storm(&ncentral(&simulator)).await);
    all_succeed(&cloudmore_storm(&cloudmore(&simulator), &simulator).await);
    assert_eq!(renewals(&simulator), [1, 0, 1]);
}

#[tokio::test]
async fn an_expired_ncentral_token_is_refreshed_once() {
    let simulator = simulator(json!({"access_seconds": 0})).await;
    let client = ncentral(&simulator);
    client.auth().authenticate().await.unwrap();
    set(&simulator, &json!({"access_seconds": 3600}));
    all_succeed(&ncentral_storm(&client).await);
    assert_eq!(renewals(&simulator), [1, 1, 0]);
    let calls = ["ncentral.auth.validate", "ncentral.server.info"].map(|id| simulator.count(id).received);
    assert_eq!(calls, [50, 50], "an expired token is not tried out");
}

#[tokio::test]
async fn an_expired_cloudmore_token_costs_one_login() {
    let simulator = simulator(json!({"token_seconds": 0})).await;
    let client = cloudmore(&simulator);
    let organization = simulator.credentials().cloudmore_organization_id;
    let refused = client.services().list(organization).collect().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Authentication);
    let [.., before] = renewals(&simulator);
    set(&simulator, &json!({"token_seconds": 3600}));
    all_succeed(&cloudmore_storm(&client, &simulator).await);
    assert_eq!(renewals(&simulator)[2], before + 1);
}

#[tokio::test]
async fn tokens_that_a_server_no_longer_knows_are_renewed_once() {
    let simulator = simulator(json!({})).await;
    let (ncentral, cloudmore) = (ncentral(&simulator), cloudmore(&simulator));
    all_succeed(&ncentral_storm(&ncentral).await);
    all_succeed(&cloudmore_storm(&cloudmore, &simulator).await);
    // The access tokens become invalid, the refresh token stays valid.
    simulator.advance(Duration::from_secs(80_000));
    all_succeed(&ncentral_storm(&ncentral).await);
    assert_eq!(renewals(&simulator), [1, 1, 1]);
    // All tokens become invalid, as after a restart.
    simulator.advance(Duration::from_secs(200_000));
    all_succeed(&ncentral_storm(&ncentral).await);
    all_succeed(&cloudmore_storm(&cloudmore, &simulator).await);
    assert_eq!(renewals(&simulator), [2, 2, 2], "one failed refresh, then one login");
}

#[tokio::test]
async fn a_failed_login_fails_every_call_that_waited_for_it_and_is_made_once() {
    let simulator = simulator(json!({})).await;
    support::script(
        &simulator,
        &json!([
            {"match": "POST /api/auth/authenticate", "times": 0, "status": 401, "skip_auth": true, "delay_ms": HELD_MS},
            {"match": "POST /connect/token", "times": 0, "status": 400, "skip_auth": true, "delay_ms": HELD_MS,
             "json": {"error": "invalid_grant"}},
        ]),
    );
    all_fail(&ncentral_storm(&ncentral(&simulator)).await, ErrorKind::Authentication);
    all_fail(&cloudmore_storm(&cloudmore(&simulator), &simulator).await, ErrorKind::Authentication);
    assert_eq!(renewals(&simulator), [1, 0, 1]);
    let calls = ["ncentral.auth.validate", "cloudmore.services.list"].map(|id| simulator.count(id).received);
    assert_eq!(calls, [0, 0], "nothing is sent without a token");
}

#[tokio::test]
async fn a_failed_renewal_after_a_401_storm_is_one_round() {
    let simulator = simulator(json!({})).await;
    let client = ncentral(&simulator);
    all_succeed(&ncentral_storm(&client).await);
    simulator.advance(Duration::from_secs(200_000));
    let down = |path: &str| json!({"match": path, "times": 0, "status": 403, "skip_auth": true, "delay_ms": HELD_MS});
    support::script(
        &simulator,
        &json!([down("POST /api/auth/refresh"), down("POST /api/auth/authenticate")]),
    );
    all_fail(&ncentral_storm(&client).await, ErrorKind::Authentication);
    assert_eq!(renewals(&simulator), [2, 1, 0]);
    // The failure is not kept: the next call tries again.
    support::script(&simulator, &json!([]));
    client.auth().validate().await.unwrap();
}

/// A server in memory whose tokens expire as they say, with a count of logins and refreshes.
struct Tokens {
    requests: Arc<[AtomicUsize; 2]>,
    memory: Arc<Memory>,
}

impl Tokens {
    /// Tokens that are valid for `life` seconds, or do not say how long; logins wait for `held` to be notified.
    fn new(life: Option<u64>, held: Option<Arc<Notify>>) -> Self {
        let requests = Arc::new([const { AtomicUsize::new(0) }; 2]);
        let counts = requests.clone();
        let memory = Memory::new(move |request: Request| {
            let (counts, held) = (counts.clone(), held.clone());
            async move {
                let refresh = match request.url.path() {
                    "/api/auth/authenticate" | "/connect/token" => false,
                    "/api/auth/refresh" => true,
                    _ => return Ok(json_answer(200, &json!({}))),
                };
                request.sent.mark();
                counts[usize::from(refresh)].fetch_add(1, Ordering::SeqCst);
                if let Some(held) = held {
                    held.notified().await;
                }
                Ok(tokens(life))
            }
        });
        Self { requests, memory: Arc::new(memory) }
    }

    fn requests(&self) -> [usize; 2] {
        [self.requests[0].load(Ordering::SeqCst), self.requests[1].load(Ordering::SeqCst)]
    }

    fn ncentral(&self) -> NCentral {
        let builder = NCentral::builder().base_url("https://tokens.example").jwt("the-user-token");
        builder.transport(self.memory.clone()).build().unwrap()
    }

    fn cloudmore(&self) -> Cloudmore {
        let builder = Cloudmore::builder().base_url("https://tokens.example").username("user");
        let builder = builder.password("the-password").client_secret("the-secret");
        builder.transport(self.memory.clone()).build().unwrap()
    }
}

/// A response that both services' clients read tokens from.
fn tokens(life: Option<u64>) -> Response {
    let mut token = json!({"token": "access-1"});
    let mut body = json!({"access_token": "access-1"});
    if let Some(life) = life {
        token["expirySeconds"] = life.into();
        body["expires_in"] = life.into();
    }
    body["tokens"] = json!({"access": token, "refresh": {"token": "refresh-1", "expirySeconds": 90_000}});
    json_answer(200, &body)
}

/// Advances the clock and checks that a token is used until this second, and not longer.
async fn holds_until(server: &Tokens, until: u64, call: impl AsyncFn()) {
    call().await;
    let before = server.requests();
    advance(Duration::from_millis(until * 1000 - 1)).await;
    call().await;
    assert_eq!(server.requests(), before, "renewed before its time");
    advance(Duration::from_millis(1)).await;
    call().await;
    let sum = |requests: [usize; 2]| requests[0] + requests[1];
    assert_eq!(sum(server.requests()), sum(before) + 1, "not renewed in time");
}

#[tokio::test(start_paused = true)]
async fn tokens_are_renewed_a_minute_or_a_tenth_of_their_lifetime_early() {
    for (life, until) in [(Some(3600), 3540), (Some(600), 540), (Some(100), 90), (None, 3540)] {
        let server = Tokens::new(life, None);
        let client = server.ncentral();
        holds_until(&server, until, async || client.auth().validate().await.map(drop).unwrap()).await;
        assert_eq!(server.requests(), [1, 1], "{life:?}");
    }
    for (life, until) in [(Some(3600), 3540), (Some(100), 90), (None, 24 * 3600 - 60)] {
        let server = Tokens::new(life, None);
        let client = server.cloudmore();
        holds_until(&server, until, async || client.request("GET", "/x").await.map(drop).unwrap()).await;
        assert_eq!(server.requests(), [2, 0], "{life:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_has_expired_is_not_tried() {
    let server = Tokens::new(None, None);
    let client = server.ncentral();
    client.auth().validate().await.unwrap();
    advance(Duration::from_secs(90_000 - 60)).await;
    client.auth().validate().await.unwrap();
    assert_eq!(server.requests(), [2, 0]);
}

#[tokio::test(start_paused = true)]
async fn the_call_that_starts_a_renewal_may_be_dropped() {
    let held = Arc::new(Notify::new());
    let server = Tokens::new(None, Some(held.clone()));
    let client = server.ncentral();
    let call = || {
        let client = client.clone();
        tokio::spawn(async move { client.auth().validate().await.map(drop) })
    };
    let first = call();
    while server.requests()[0] == 0 {
        tokio::task::yield_now().await;
    }
    let others: Vec<_> = (0..20).map(|_| call()).collect();
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    held.notify_one();
    for other in others {
        other.await.unwrap().unwrap();
    }
    assert_eq!(server.requests(), [1, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_without_waiting_calls_ends_and_the_next_call_starts_another() {
    let held = Arc::new(Notify::new());
    let server = Tokens::new(None, Some(held.clone()));
    let client = server.ncentral();
    let abandoned = tokio::time::timeout(Duration::from_secs(1), client.auth().validate().send()).await;
    assert!(abandoned.is_err());
    assert_eq!((server.memory.requests(), server.memory.answers()), (1, 0));
    held.notify_one();
    client.auth().validate().await.unwrap();
    assert_eq!(server.requests(), [2, 0]);
}

#[test]
fn threads_that_share_a_blocking_client_renew_once() {
    const THREADS: usize = 16;
    let simulator = support::own_simulator(json!({"access_seconds": 0}));
    let config = config(&simulator, Service::NCentral, json!({}));
    let client = blocking::NCentral::builder().config(config).build().unwrap();
    client.auth().authenticate().send().unwrap();
    set(&simulator, &json!({"access_seconds": 3600}));
    let together = Barrier::new(THREADS);
    let round = || {
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    together.wait();
                    client.auth().validate().send().unwrap();
                });
            }
        });
    };
    round();
    assert_eq!(renewals(&simulator), [1, 1, 0]);
    simulator.advance(Duration::from_secs(80_000));
    round();
    assert_eq!(renewals(&simulator), [1, 2, 0]);
}

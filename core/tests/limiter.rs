//! The in-flight limit: no 429 reaches a caller, no slot is wasted, and waiting is never an error of its own.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use mspkit::transport::{Http, Memory, Request, Transport, TransportOptions};
use mspkit::{Error, ErrorKind, LimitStatus, NCentral, Service};
use mspkit_sim::{LoggedRequest, Simulator};
use serde_json::json;
use support::{config, eventually, json_answer, ncentral_at, served, simulator};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

const CALLS: usize = 200;
/// The cap of N-central's lists and objects, by the vendor's documentation.
const CAP: usize = 5;
const OPERATION: &str = "ncentral.customers.get";
const PATH: &str = "GET /api/customers/{customerId}";
/// The server's response time.
const LATENCY: Duration = Duration::from_millis(20);

fn client(simulator: &Simulator) -> NCentral {
    NCentral::builder().config(config(simulator, Service::NCentral, json!({}))).build().unwrap()
}

/// Makes calls of one endpoint at the same time; none of them may fail.
async fn burst(client: &NCentral, calls: usize) {
    let tasks: Vec<_> = (0..calls).map(|_| begin(client, "100")).collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

fn begin(client: &NCentral, id: &'static str) -> JoinHandle<Result<(), Error>> {
    let client = client.clone();
    tokio::spawn(async move { client.customers().get(id).await.map(drop) })
}

/// The log of one endpoint's requests, in the order of their arrival.
fn arrivals(simulator: &Simulator) -> Vec<LoggedRequest> {
    let mut requests = simulator.requests(0);
    requests.retain(|request| request.operation.as_deref() == Some(OPERATION));
    requests
}

/// N-central in memory: it accepts `cap` concurrent calls of an endpoint, 20 ms each, and responds to more with 429.
struct Server {
    most: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
    memory: Arc<Memory>,
}

impl Server {
    fn new(cap: usize) -> Self {
        let [most, refused, flying] = [const { AtomicUsize::new(0) }; 3].map(Arc::new);
        let counts = (most.clone(), refused.clone(), flying);
        let memory = served(move |_| {
            let (most, refused, flying) = counts.clone();
            async move {
                let now = flying.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                let status = if now > cap { 429 } else { 200 };
                sleep(LATENCY).await;
                flying.fetch_sub(1, Ordering::SeqCst);
                refused.fetch_add(usize::from(status == 429), Ordering::SeqCst);
                Ok(json_answer(status, &json!({"customerId": "100", "customerName": "C"})))
            }
        });
        Self { most, refused, memory }
    }

    fn client(&self, host: &str) -> NCentral {
        ncentral_at(host, &self.memory).build().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_calls_at_a_cap_of_five_meet_no_429() {
    let simulator = simulator(json!({"latency_ms": 2})).await;
    burst(&client(&simulator), CALLS).await;
    let counts = simulator.count(OPERATION);
    assert_eq!((counts.answered, counts.throttled), (CALLS as u64, 0));
    assert_eq!(counts.max_in_flight, CAP as u64, "the limit is used to the full, and not exceeded");
}

/// The same calls by a loop that knows the cap, over the same transport.
async fn by_hand(simulator: &Simulator, http: &Arc<Http>, bearer: &HeaderValue) -> Duration {
    let url = url::Url::parse(&format!("{}/api/customers/100", simulator.url())).unwrap();
    let turns = Arc::new(Semaphore::new(CAP));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..CALLS)
        .map(|_| {
            let (http, turns) = (http.clone(), turns.clone());
            let mut request = Request::new(Method::GET, url.clone());
            request.headers.insert(http::header::AUTHORIZATION, bearer.clone());
            tokio::spawn(async move {
                let _turn = turns.acquire().await.unwrap();
                let answer = http.send(request).await.unwrap();
                assert_eq!(answer.status, StatusCode::OK);
                serde_json::from_slice::<mspkit::ncentral::Customer>(&answer.body).unwrap()
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limiter_costs_less_than_a_tenth_of_the_throughput() {
    let simulator = simulator(json!({"latency_ms": 20})).await;
    let client = client(&simulator);
    let tokens = client.auth().authenticate().await.unwrap().tokens.unwrap().access.unwrap().token.unwrap();
    let bearer = HeaderValue::from_str(&format!("Bearer {}", tokens.reveal())).unwrap();
    let http = Arc::new(Http::new(&TransportOptions::default()).unwrap());
    let mut best = 0.0f64;
    // The machine may be busy with other things in any one round.
    for _ in 0..5 {
        let begun = Instant::now();
        burst(&client, CALLS).await;
        let ours = begun.elapsed();
        let by_hand = by_hand(&simulator, &http, &bearer).await;
        let ratio = by_hand.as_secs_f64() / ours.as_secs_f64();
        println!("{CALLS} calls at a cap of {CAP}: {ours:?}, by hand {by_hand:?}, {:.1} %", ratio * 100.0);
        best = best.max(ratio);
        if best >= 0.9 {
            break;
        }
    }
    assert!(best >= 0.9, "only {best:.2} of a hand-tuned client's throughput");
    assert_eq!(simulator.count(OPERATION).throttled, 0);
}

#[tokio::test(start_paused = true)]
async fn no_slot_is_wasted() {
    let server = Server::new(CAP);
    let client = server.client("full");
    client.server().info().await.unwrap();
    let begun = Instant::now();
    burst(&client, CALLS).await;
    let rounds = CALLS.div_ceil(CAP);
    assert_eq!(begun.elapsed(), LATENCY * u32::try_from(rounds).unwrap(), "the fewest rounds there can be");
}

#[tokio::test(start_paused = true)]
async fn a_lower_cap_than_documented_is_detected() {
    let server = Server::new(3);
    let client = server.client("stricter");
    let begun = Instant::now();
    burst(&client, CALLS).await;
    let refused = server.refused.load(Ordering::SeqCst);
    println!("{CALLS} calls at a cap of 3: {refused} times 429, {:?}", begun.elapsed());
    assert_eq!(refused, CAP - 3, "a refused cap is not tried again");
    // The first pause, and the rounds that three at a time take.
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(server.most.load(Ordering::SeqCst) <= CAP);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_429_with_retry_after_pauses_every_call_of_the_endpoint() {
    // The 429 arrives immediately, all other responses only after the client has seen it.
    let simulator = simulator(json!({"latency_ms": 300})).await;
    support::faults(
        &simulator,
        1,
        &json!([{"match": PATH, "nth": [1], "fault": {"kind": "status", "status": 429, "retry_after": 1}}]),
    );
    burst(&client(&simulator), 30).await;
    let arrivals = arrivals(&simulator);
    let throttled = arrivals.iter().find(|request| request.status == Some(429)).unwrap();
    let before_the_end = arrivals.iter().filter(|request| request.at_ms < throttled.at_ms + 1000).count();
    assert!(before_the_end <= CAP, "{before_the_end} requests were sent before the pause was over");
    assert_eq!(arrivals.len(), 31);
    assert_eq!(arrivals.iter().filter(|request| request.status == Some(429)).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_up_no_other_endpoint() {
    let memory = served(|request: Request| async move {
        let mut answer = json_answer(200, &json!({"customerId": "1"}));
        if request.url.path().ends_with("/1") {
            answer.status = StatusCode::TOO_MANY_REQUESTS;
            answer.headers.insert("retry-after", HeaderValue::from_static("50"));
        }
        Ok(answer)
    });
    let impatient = ncentral_at("others", &memory).max_retry_after(Duration::from_secs(10));
    let client = impatient.build().unwrap();
    let begun = Instant::now();
    let error = client.customers().get("1").await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimit, Some(Duration::from_secs(50))));
    client.server().info().await.unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO);
    // The endpoint itself is paused for longer than this client may wait.
    let paused = client.customers().get("2").await.unwrap_err();
    assert_eq!((paused.kind(), paused.attempts().len()), (ErrorKind::RateLimit, 0));
    assert!(paused.retryable());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_of_one_host_share_its_limits() {
    let simulator = simulator(json!({"latency_ms": 2})).await;
    let (one, other) = (client(&simulator), client(&simulator));
    tokio::join!(burst(&one, 60), burst(&other, 60));
    let counts = simulator.count(OPERATION);
    assert_eq!((counts.answered, counts.throttled), (120, 0));
    assert_eq!(counts.max_in_flight, CAP as u64);
}

#[tokio::test(start_paused = true)]
async fn clients_of_different_hosts_do_not_wait_for_each_other() {
    let server = Server::new(2 * CAP);
    let (one, other) = (server.client("one"), server.client("another"));
    tokio::join!(burst(&one, 20), burst(&other, 20));
    assert_eq!(server.most.load(Ordering::SeqCst), 2 * CAP);
}

fn limit_of(client: &NCentral) -> LimitStatus {
    client.limits().into_iter().find(|limit| limit.endpoint == PATH).unwrap()
}

#[tokio::test(start_paused = true)]
async fn limits_show_the_current_state() {
    let release = Arc::new(Notify::new());
    let held = release.clone();
    let memory = served(move |_| {
        let held = held.clone();
        async move {
            held.notified().await;
            Ok(json_answer(200, &json!({"customerId": "1"})))
        }
    });
    let client = ncentral_at("limits", &memory).build().unwrap();
    assert!(client.limits().is_empty(), "nothing was requested yet");
    let calling = client.clone();
    let calls = tokio::spawn(async move { burst(&calling, 8).await });
    eventually("eight calls are in flight", || client.limits().iter().any(|limit| limit.waiting == 3)).await;
    let limit = limit_of(&client);
    assert_eq!((limit.cap, limit.in_flight, limit.waiting, limit.last_429), (5, 5, 3, None));
    for _ in 0..8 {
        release.notify_one();
        tokio::task::yield_now().await;
    }
    calls.await.unwrap();
    let limit = limit_of(&client);
    assert_eq!((limit.in_flight, limit.waiting), (0, 0));
}

/// A server that never responds for a customer, and a client whose calls occupy all slots of that endpoint.
async fn full_house(host: &str) -> (Arc<Memory>, NCentral, Vec<JoinHandle<Result<(), Error>>>) {
    let memory = served(|request: Request| async move {
        if request.url.path() == "/api/customers/1" {
            std::future::pending::<()>().await;
        }
        Ok(json_answer(200, &json!({"customerId": "2"})))
    });
    let client = ncentral_at(host, &memory).build().unwrap();
    let calls = (0..CAP).map(|_| begin(&client, "1")).collect();
    eventually("all slots are in use", || client.limits().iter().any(|limit| limit.in_flight == 5)).await;
    (memory, client, calls)
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_slot_reports_that_nothing_was_sent() {
    let (memory, client, _calls) = full_house("no-turn").await;
    let before = memory.requests();
    let error = client.customers().get("2").timeout(Duration::from_secs(3)).await.unwrap_err();
    assert_eq!((error.kind(), error.retryable()), (ErrorKind::Timeout, true));
    assert!(error.attempts().is_empty());
    let text = error.to_string();
    assert!(text.contains("5 calls in flight (limit 5)") && text.contains("nothing was sent"), "{text}");
    assert_eq!(memory.requests(), before);
    assert_eq!(limit_of(&client).waiting, 0, "and is no longer in the queue");
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_slot_counts_for_the_call_and_not_for_the_attempt() {
    let (_memory, client, calls) = full_house("waited").await;
    let waiting = client.clone();
    let waiting = tokio::spawn(async move { waiting.customers().get("2").with_response().await });
    eventually("a call waits", || client.limits().iter().any(|limit| limit.waiting == 1)).await;
    sleep(Duration::from_secs(7)).await;
    calls[0].abort();
    let meta = waiting.await.unwrap().unwrap().meta;
    assert!(meta.elapsed >= Duration::from_secs(7), "{:?}", meta.elapsed);
    assert_eq!(meta.attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_slot_is_released_when_a_call_is_dropped() {
    let (memory, client, calls) = full_house("dropped").await;
    let before = memory.requests();
    for call in &calls {
        call.abort();
    }
    burst(&client, CAP).await;
    assert_eq!(memory.requests(), before + CAP);
    assert_eq!(limit_of(&client).in_flight, 0);
}

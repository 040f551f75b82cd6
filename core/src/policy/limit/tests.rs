//! Tests of the limits: caps, pauses after a 429, and the order of waiting calls.

use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;

use super::*;

const BACKOFF: Backoff = Backoff { most: Duration::from_secs(30), longest: Duration::from_secs(600) };
const SECOND: Duration = Duration::from_secs(1);

async fn slot(limiter: &Arc<Limiter>) -> Permit {
    let hour = Duration::from_secs(3600);
    limiter.acquire(false, Instant::now() + hour, hour).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_pause_also_applies_to_calls_that_already_wait() {
    let limiter = Limiter::new(1);
    let held = slot(&limiter).await;
    let waiter = tokio::spawn({
        let limiter = limiter.clone();
        async move { drop(slot(&limiter).await) }
    });
    tokio::task::yield_now().await;
    let begin = Instant::now();
    limiter.throttled(Some(Duration::from_secs(1)), &BACKOFF);
    drop(held);
    waiter.await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 1, "only the clock can wake it");
}

#[tokio::test(start_paused = true)]
async fn no_call_waits_for_a_pause_beyond_its_timeout() {
    let limiter = Limiter::new(1);
    let held = slot(&limiter).await;
    let second = Duration::from_secs(1);
    let waiter = tokio::spawn({
        let limiter = limiter.clone();
        async move { limiter.acquire(false, Instant::now() + 60 * second, 20 * second).await.err() }
    });
    tokio::task::yield_now().await;
    limiter.throttled(Some(300 * second), &BACKOFF);
    let Some(AcquireError::Paused(pause)) = waiter.await.unwrap() else { panic!("it waited") };
    assert_eq!(
        (pause.left(), pause.requested, pause.decided),
        (300 * second, Some(300 * second), 300 * second)
    );
    let late = limiter.acquire(false, Instant::now() + second, 600 * second).await;
    assert!(matches!(late, Err(AcquireError::Paused(_))));
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn repeated_pauses_of_zero_are_not_honoured() {
    let limiter = Limiter::new(1);
    assert_eq!(limiter.throttled(Some(Duration::ZERO), &BACKOFF), Duration::ZERO);
    assert_eq!(limiter.throttled(Some(Duration::ZERO), &BACKOFF), Duration::ZERO);
    assert!(limiter.throttled(Some(Duration::ZERO), &BACKOFF) >= Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn never_more_in_flight_than_the_cap() {
    let limiter = Limiter::new(3);
    let (now, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (limiter, now, most) = (limiter.clone(), now.clone(), most.clone());
            tokio::spawn(async move {
                let _permit = slot(&limiter).await;
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(10)).await;
                now.fetch_sub(1, Ordering::SeqCst);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 3);
    assert_eq!(limiter.status("x").in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn a_429_pauses_the_whole_queue() {
    let limiter = Limiter::new(4);
    let begin = Instant::now();
    assert_eq!(limiter.throttled(Some(Duration::from_secs(7)), &BACKOFF), Duration::from_secs(7));
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(async move { drop(slot(&limiter).await) })
        })
        .collect();
    for waiter in waiters {
        waiter.await.unwrap();
    }
    assert_eq!(begin.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_429_halves_once_and_successes_climb_back() {
    let limiter = Limiter::new(8);
    for _ in 0..8 {
        limiter.throttled(None, &BACKOFF);
    }
    assert_eq!(limiter.cap(), 4);
    for _ in 0..100 {
        limiter.succeeded(None);
    }
    assert_eq!(limiter.cap(), 4, "all eight were refused, so half is the most that is known to work");
    tokio::time::advance(Duration::from_secs(3600)).await;
    for _ in 0..4 + 5 + 6 + 7 + 20 {
        limiter.succeeded(None);
    }
    assert_eq!(limiter.cap(), 8, "climbs to the documented cap and stays there");
}

#[tokio::test(start_paused = true)]
async fn a_refused_cap_is_not_tried_again_immediately() {
    let limiter = Limiter::new(5);
    limiter.throttled(None, &BACKOFF);
    limiter.throttled(None, &BACKOFF);
    assert_eq!(limiter.cap(), 2);
    for _ in 0..100 {
        limiter.succeeded(None);
    }
    assert_eq!(limiter.cap(), 3, "two of five were refused");
    tokio::time::advance(Duration::from_secs(60)).await;
    for _ in 0..100 {
        limiter.succeeded(None);
    }
    assert_eq!(limiter.cap(), 4, "one more is tried each minute");
}

#[tokio::test(start_paused = true)]
async fn a_waiting_call_that_is_dropped_takes_no_slot() {
    let limiter = Limiter::new(1);
    let held = slot(&limiter).await;
    let dropped = tokio::time::timeout(Duration::from_millis(5), slot(&limiter)).await;
    assert!(dropped.is_err());
    drop(held);
    let again = tokio::time::timeout(Duration::from_millis(5), slot(&limiter)).await;
    assert!(again.is_ok());
    assert_eq!(limiter.status("x").waiting, 0);
}

#[test]
fn limiters_are_shared_by_origin_and_group() {
    let one = limiter("https://limit.example", "GET /a", 5);
    assert!(Arc::ptr_eq(&one, &limiter("https://limit.example", "GET /a", 5)));
    assert!(!Arc::ptr_eq(&one, &limiter("https://other.example", "GET /a", 5)));
    assert!(!Arc::ptr_eq(&one, &limiter("https://limit.example", "GET /b", 5)));
}

#[tokio::test(start_paused = true)]
async fn calls_that_stop_waiting_during_a_pause_leave_the_queue() {
    let limiter = Limiter::new(2);
    limiter.throttled(Some(3 * SECOND), &BACKOFF);
    // One that cannot wait so long, one that times out first, and one that is dropped.
    assert!(limiter.acquire(false, Instant::now() + SECOND, 60 * SECOND).await.is_err());
    assert!(limiter.acquire(false, Instant::now() + 60 * SECOND, SECOND).await.is_err());
    assert!(tokio::time::timeout(SECOND, slot(&limiter)).await.is_err());
    assert_eq!(limiter.status("x").waiting, 0);
    tokio::time::advance(3 * SECOND).await;
    let begun = Instant::now();
    drop(slot(&limiter).await);
    assert_eq!(begun.elapsed(), Duration::ZERO, "nothing is in flight, so no call waits");
}

#[tokio::test(start_paused = true)]
async fn calls_refused_in_a_long_pause_cost_no_memory() {
    let limiter = Limiter::new(2);
    limiter.throttled(Some(500 * SECOND), &BACKOFF);
    for _ in 0..300_000 {
        assert!(limiter.acquire(false, Instant::now() + SECOND, SECOND).await.is_err());
    }
    assert_eq!(lock(&limiter.state).queue.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_absurd_pause_is_shortened_and_then_one_call_probes() {
    let limiter = Limiter::new(4);
    let year = Duration::from_secs(365 * 24 * 3600);
    assert_eq!(limiter.throttled(Some(year), &BACKOFF), BACKOFF.longest);
    tokio::time::advance(BACKOFF.longest).await;
    let probe = slot(&limiter).await;
    assert!(
        tokio::time::timeout(SECOND, slot(&limiter)).await.is_err(),
        "the others wait for the result of the probe"
    );
    assert_eq!(limiter.throttled(Some(year), &BACKOFF), BACKOFF.longest, "and again");
    drop(probe);
    tokio::time::advance(BACKOFF.longest).await;
    let probe = slot(&limiter).await;
    limiter.succeeded(None);
    drop(probe);
    // The cap was halved twice.
    let _one = slot(&limiter).await;
    assert_eq!(limiter.status("x").in_flight, 1);
}

#[tokio::test(start_paused = true)]
async fn the_slot_of_an_abandoned_call_stays_in_use_for_a_while() {
    let limiter = Limiter::new(1);
    for _ in 0..50 {
        limiter.succeeded(Some(SECOND / 5));
    }
    let abandon = |sent: bool, write: bool, at_most: Duration| {
        let limiter = limiter.clone();
        async move {
            let mut permit = slot(&limiter).await;
            let flag = Sent::new();
            permit.sending(&flag, write, Instant::now() + at_most);
            if sent {
                flag.mark();
            }
            drop(permit);
            let begun = Instant::now();
            drop(slot(&limiter).await);
            begun.elapsed()
        }
    };
    assert_eq!(abandon(false, true, 30 * SECOND).await, Duration::ZERO, "nothing was sent");
    let held = abandon(true, true, 30 * SECOND).await;
    assert!(held >= SECOND && held < 2 * SECOND, "the server is still working on it: {held:?}");
    assert_eq!(abandon(true, true, SECOND / 10).await, SECOND / 10, "not beyond the attempt timeout");
    assert!(abandon(true, false, 30 * SECOND).await < SECOND / 4, "a read for the usual response time");
    assert_eq!(limiter.status("x").in_flight, 0);
}

/// An event at a limiter.
#[derive(Debug, Clone)]
enum Event {
    /// A call waits for a slot, with a timeout and a patience for pauses in milliseconds.
    Acquire { front: bool, time: u64, patience: u64 },
    /// A call is dropped, wherever it is.
    Cancel(usize),
    /// A call succeeds, gets a 429, or is abandoned after it was sent.
    End(usize, Ended),
    /// Time passes.
    Pass(u64),
}

#[derive(Debug, Clone, Copy)]
enum Ended {
    Well,
    Throttled(Option<u64>),
    Abandoned(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let ended = prop_oneof![
        Just(Ended::Well),
        prop::option::of(0u64..900_000).prop_map(Ended::Throttled),
        (0u64..40_000).prop_map(Ended::Abandoned),
    ];
    let event = prop_oneof![
        4 => (any::<bool>(), 1u64..20_000, 0u64..20_000)
            .prop_map(|(front, time, patience)| Event::Acquire { front, time, patience }),
        2 => any::<usize>().prop_map(Event::Cancel),
        3 => (any::<usize>(), ended).prop_map(|(at, ended)| Event::End(at, ended)),
        2 => (0u64..5_000).prop_map(Event::Pass),
    ];
    prop::collection::vec(event, 1..60)
}

/// A call of the model, waiting or in flight, and the channel that ends it.
struct Modelled {
    task: tokio::task::JoinHandle<bool>,
    end: Option<tokio::sync::oneshot::Sender<Ended>>,
    travelling: Arc<std::sync::atomic::AtomicBool>,
}

fn modelled(limiter: &Arc<Limiter>, front: bool, time: u64, patience: u64) -> Modelled {
    let (end, ended) = tokio::sync::oneshot::channel();
    let travelling = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (limiter, flag) = (limiter.clone(), travelling.clone());
    let task = tokio::spawn(async move {
        let until = Instant::now() + Duration::from_millis(time);
        let Ok(mut permit) = limiter.acquire(front, until, Duration::from_millis(patience)).await else {
            return false;
        };
        flag.store(true, Ordering::SeqCst);
        let sent = Sent::new();
        sent.mark();
        permit.sending(&sent, true, Instant::now() + 30 * SECOND);
        match ended.await {
            Ok(Ended::Throttled(requested)) => {
                permit.ended();
                limiter.throttled(requested.map(Duration::from_millis), &BACKOFF);
            }
            Ok(Ended::Abandoned(at_most)) => {
                permit.sending(&sent, true, Instant::now() + Duration::from_millis(at_most));
            }
            Ok(Ended::Well) | Err(_) => {
                permit.ended();
                limiter.succeeded(Some(SECOND / 10));
            }
        }
        true
    });
    Modelled { task, end: Some(end), travelling }
}

/// Lets every task run as far as it can without time passing.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

/// No call waits while a slot is free; no more are in flight than allowed; the queue holds exactly the waiting calls.
fn check(limiter: &Arc<Limiter>, calls: &[Modelled]) {
    let live = calls.iter().filter(|call| !call.task.is_finished());
    let (travelling, waiting): (Vec<_>, Vec<_>) =
        live.partition(|call| call.travelling.load(Ordering::SeqCst));
    let state = lock(&limiter.state);
    assert_eq!(state.queue.len(), waiting.len(), "the queue holds the waiting calls");
    assert_eq!(state.in_flight as usize, travelling.len());
    assert!(state.in_flight <= limiter.documented);
    let shut = state.running_pause().is_some() || state.taken() >= if state.probing { 1 } else { state.cap };
    assert!(waiting.is_empty() || shut, "{} wait while a slot is free: {state:?}", waiting.len());
}

async fn play(cap: u32, events: Vec<Event>) {
    let limiter = Limiter::new(cap);
    let mut calls: Vec<Modelled> = Vec::new();
    for event in events {
        let at = |at: usize| (!calls.is_empty()).then(|| at % calls.len());
        match event {
            Event::Acquire { front, time, patience } => calls.push(modelled(&limiter, front, time, patience)),
            Event::Cancel(index) => {
                if let Some(index) = at(index) {
                    calls[index].task.abort();
                }
            }
            Event::End(index, ended) => {
                if let Some(end) = at(index).and_then(|index| calls[index].end.take()) {
                    let _ = end.send(ended);
                }
            }
            Event::Pass(ms) => tokio::time::advance(Duration::from_millis(ms)).await,
        }
        settle().await;
        check(&limiter, &calls);
    }
    // Every call ends, and nothing is left.
    for call in &mut calls {
        drop(call.end.take());
    }
    for call in calls {
        let _ = call.task.await;
    }
    tokio::time::advance(40 * SECOND).await;
    let status = limiter.status("x");
    assert_eq!((status.in_flight, status.waiting), (0, 0));
    let begun = Instant::now();
    drop(slot(&limiter).await);
    assert!(begun.elapsed() <= BACKOFF.longest);
}

proptest! {
    #[test]
    fn no_call_waits_while_nothing_is_in_flight(cap in 1u32..6, events in events()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(play(cap, events));
    }
}

//! Whether limits hold: caps, pauses after a 429, and the order of those who wait.

use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;

use super::*;

const BACKOFF: Backoff = Backoff { most: Duration::from_secs(30), longest: Duration::from_secs(600) };
const SECOND: Duration = Duration::from_secs(1);

async fn slot(gate: &Arc<Gate>) -> Permit {
    let hour = Duration::from_secs(3600);
    gate.acquire(false, Instant::now() + hour, hour).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_pause_reaches_those_who_wait_already() {
    let gate = Gate::new(1);
    let held = slot(&gate).await;
    let waiter = tokio::spawn({
        let gate = gate.clone();
        async move { drop(slot(&gate).await) }
    });
    tokio::task::yield_now().await;
    let begin = Instant::now();
    gate.throttled(Some(Duration::from_secs(1)), &BACKOFF);
    drop(held);
    waiter.await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 1, "nobody is left to wake it but the clock");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_pause_beyond_its_time() {
    let gate = Gate::new(1);
    let held = slot(&gate).await;
    let second = Duration::from_secs(1);
    let waiter = tokio::spawn({
        let gate = gate.clone();
        async move { gate.acquire(false, Instant::now() + 60 * second, 20 * second).await.err() }
    });
    tokio::task::yield_now().await;
    gate.throttled(Some(300 * second), &BACKOFF);
    let Some(NoSlot::Paused(pause)) = waiter.await.unwrap() else { panic!("it waited") };
    assert_eq!((pause.left(), pause.asked, pause.decided), (300 * second, Some(300 * second), 300 * second));
    let late = gate.acquire(false, Instant::now() + second, 600 * second).await;
    assert!(matches!(late, Err(NoSlot::Paused(_))));
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn at_once_is_not_believed_for_ever() {
    let gate = Gate::new(1);
    assert_eq!(gate.throttled(Some(Duration::ZERO), &BACKOFF), Duration::ZERO);
    assert_eq!(gate.throttled(Some(Duration::ZERO), &BACKOFF), Duration::ZERO);
    assert!(gate.throttled(Some(Duration::ZERO), &BACKOFF) >= Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn never_more_in_flight_than_the_cap() {
    let gate = Gate::new(3);
    let (now, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (gate, now, most) = (gate.clone(), now.clone(), most.clone());
            tokio::spawn(async move {
                let _permit = slot(&gate).await;
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
    assert_eq!(gate.status("x").in_flight, 0);
}

#[tokio::test(start_paused = true)]
async fn a_429_pauses_the_whole_queue() {
    let gate = Gate::new(4);
    let begin = Instant::now();
    assert_eq!(gate.throttled(Some(Duration::from_secs(7)), &BACKOFF), Duration::from_secs(7));
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let gate = gate.clone();
            tokio::spawn(async move { drop(slot(&gate).await) })
        })
        .collect();
    for waiter in waiters {
        waiter.await.unwrap();
    }
    assert_eq!(begin.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_429_halves_once_and_successes_climb_back() {
    let gate = Gate::new(8);
    for _ in 0..8 {
        gate.throttled(None, &BACKOFF);
    }
    assert_eq!(gate.cap(), 4);
    for _ in 0..100 {
        gate.succeeded(None);
    }
    assert_eq!(gate.cap(), 4, "all eight were refused, so half is the most that is known to work");
    tokio::time::advance(Duration::from_secs(3600)).await;
    for _ in 0..4 + 5 + 6 + 7 + 20 {
        gate.succeeded(None);
    }
    assert_eq!(gate.cap(), 8, "climbs to the documented cap and stays there");
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_not_tried_again_at_once() {
    let gate = Gate::new(5);
    gate.throttled(None, &BACKOFF);
    gate.throttled(None, &BACKOFF);
    assert_eq!(gate.cap(), 2);
    for _ in 0..100 {
        gate.succeeded(None);
    }
    assert_eq!(gate.cap(), 3, "two of five were refused");
    tokio::time::advance(Duration::from_secs(60)).await;
    for _ in 0..100 {
        gate.succeeded(None);
    }
    assert_eq!(gate.cap(), 4, "one more is tried each minute");
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_goes_away_takes_no_slot() {
    let gate = Gate::new(1);
    let held = slot(&gate).await;
    let dropped = tokio::time::timeout(Duration::from_millis(5), slot(&gate)).await;
    assert!(dropped.is_err());
    drop(held);
    let again = tokio::time::timeout(Duration::from_millis(5), slot(&gate)).await;
    assert!(again.is_ok());
    assert_eq!(gate.status("x").waiting, 0);
}

#[test]
fn gates_are_shared_by_origin_and_group() {
    let one = gate("https://limit.example", "GET /a", 5);
    assert!(Arc::ptr_eq(&one, &gate("https://limit.example", "GET /a", 5)));
    assert!(!Arc::ptr_eq(&one, &gate("https://other.example", "GET /a", 5)));
    assert!(!Arc::ptr_eq(&one, &gate("https://limit.example", "GET /b", 5)));
}

#[tokio::test(start_paused = true)]
async fn who_leaves_during_a_pause_leaves_nothing_behind() {
    let gate = Gate::new(2);
    gate.throttled(Some(3 * SECOND), &BACKOFF);
    // One that cannot wait so long, one whose time is over first, one whose caller goes away.
    assert!(gate.acquire(false, Instant::now() + SECOND, 60 * SECOND).await.is_err());
    assert!(gate.acquire(false, Instant::now() + 60 * SECOND, SECOND).await.is_err());
    assert!(tokio::time::timeout(SECOND, slot(&gate)).await.is_err());
    assert_eq!(gate.status("x").waiting, 0);
    tokio::time::advance(3 * SECOND).await;
    let begun = Instant::now();
    drop(slot(&gate).await);
    assert_eq!(begun.elapsed(), Duration::ZERO, "nothing is in flight, so nobody waits");
}

#[tokio::test(start_paused = true)]
async fn calls_refused_in_a_long_pause_cost_no_memory() {
    let gate = Gate::new(2);
    gate.throttled(Some(500 * SECOND), &BACKOFF);
    for _ in 0..300_000 {
        assert!(gate.acquire(false, Instant::now() + SECOND, SECOND).await.is_err());
    }
    assert_eq!(lock(&gate.state).queue.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_absurd_pause_is_cut_and_then_one_call_tries() {
    let gate = Gate::new(4);
    let year = Duration::from_secs(365 * 24 * 3600);
    assert_eq!(gate.throttled(Some(year), &BACKOFF), BACKOFF.longest);
    tokio::time::advance(BACKOFF.longest).await;
    let probe = slot(&gate).await;
    assert!(tokio::time::timeout(SECOND, slot(&gate)).await.is_err(), "the others wait for what it learns");
    assert_eq!(gate.throttled(Some(year), &BACKOFF), BACKOFF.longest, "and again");
    drop(probe);
    tokio::time::advance(BACKOFF.longest).await;
    let probe = slot(&gate).await;
    gate.succeeded(None);
    drop(probe);
    // The cap was halved twice.
    let _one = slot(&gate).await;
    assert_eq!(gate.status("x").in_flight, 1);
}

#[tokio::test(start_paused = true)]
async fn the_slot_of_an_abandoned_call_stays_taken_for_a_while() {
    let gate = Gate::new(1);
    for _ in 0..50 {
        gate.succeeded(Some(SECOND / 5));
    }
    let abandon = |sent: bool, write: bool, at_most: Duration| {
        let gate = gate.clone();
        async move {
            let mut permit = slot(&gate).await;
            let flag = Sent::new();
            permit.sending(&flag, write, Instant::now() + at_most);
            if sent {
                flag.mark();
            }
            drop(permit);
            let begun = Instant::now();
            drop(slot(&gate).await);
            begun.elapsed()
        }
    };
    assert_eq!(abandon(false, true, 30 * SECOND).await, Duration::ZERO, "nothing was sent");
    let held = abandon(true, true, 30 * SECOND).await;
    assert!(held >= SECOND && held < 2 * SECOND, "the server is at work on it: {held:?}");
    assert_eq!(abandon(true, true, SECOND / 10).await, SECOND / 10, "not beyond the time of an attempt");
    assert!(abandon(true, false, 30 * SECOND).await < SECOND / 4, "a read as long as answers usually take");
    assert_eq!(gate.status("x").in_flight, 0);
}

/// What happens to a gate, one thing after another.
#[derive(Debug, Clone)]
enum Event {
    /// Somebody asks for a slot, with so many milliseconds of time and of patience for pauses.
    Acquire { front: bool, time: u64, patience: u64 },
    /// The caller of a call goes away, wherever that one is.
    Cancel(usize),
    /// A call ends well, after a 429, or is given up after it was sent.
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

/// A call of the model: who waits or travels, and how it is told to end.
struct Modelled {
    task: tokio::task::JoinHandle<bool>,
    end: Option<tokio::sync::oneshot::Sender<Ended>>,
    travelling: Arc<std::sync::atomic::AtomicBool>,
}

fn modelled(gate: &Arc<Gate>, front: bool, time: u64, patience: u64) -> Modelled {
    let (end, ended) = tokio::sync::oneshot::channel();
    let travelling = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (gate, flag) = (gate.clone(), travelling.clone());
    let task = tokio::spawn(async move {
        let until = Instant::now() + Duration::from_millis(time);
        let Ok(mut permit) = gate.acquire(front, until, Duration::from_millis(patience)).await else {
            return false;
        };
        flag.store(true, Ordering::SeqCst);
        let sent = Sent::new();
        sent.mark();
        permit.sending(&sent, true, Instant::now() + 30 * SECOND);
        match ended.await {
            Ok(Ended::Throttled(asked)) => {
                permit.ended();
                gate.throttled(asked.map(Duration::from_millis), &BACKOFF);
            }
            Ok(Ended::Abandoned(at_most)) => {
                permit.sending(&sent, true, Instant::now() + Duration::from_millis(at_most));
            }
            Ok(Ended::Well) | Err(_) => {
                permit.ended();
                gate.succeeded(Some(SECOND / 10));
            }
        }
        true
    });
    Modelled { task, end: Some(end), travelling }
}

/// Lets every task go as far as it can without time passing.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

/// Nobody waits while nothing holds the gate shut; no more travel than may; the queue is who waits.
fn check(gate: &Arc<Gate>, calls: &[Modelled]) {
    let live = calls.iter().filter(|call| !call.task.is_finished());
    let (travelling, waiting): (Vec<_>, Vec<_>) =
        live.partition(|call| call.travelling.load(Ordering::SeqCst));
    let state = lock(&gate.state);
    assert_eq!(state.queue.len(), waiting.len(), "the queue is who waits");
    assert_eq!(state.in_flight as usize, travelling.len());
    assert!(state.in_flight <= gate.documented);
    let shut = state.running_pause().is_some() || state.taken() >= if state.probing { 1 } else { state.cap };
    assert!(waiting.is_empty() || shut, "{} wait while it is open: {state:?}", waiting.len());
}

async fn play(cap: u32, events: Vec<Event>) {
    let gate = Gate::new(cap);
    let mut calls: Vec<Modelled> = Vec::new();
    for event in events {
        let at = |at: usize| (!calls.is_empty()).then(|| at % calls.len());
        match event {
            Event::Acquire { front, time, patience } => calls.push(modelled(&gate, front, time, patience)),
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
        check(&gate, &calls);
    }
    // Everybody comes to an end, and nothing is left behind.
    for call in &mut calls {
        drop(call.end.take());
    }
    for call in calls {
        let _ = call.task.await;
    }
    tokio::time::advance(40 * SECOND).await;
    let status = gate.status("x");
    assert_eq!((status.in_flight, status.waiting), (0, 0));
    let begun = Instant::now();
    drop(slot(&gate).await);
    assert!(begun.elapsed() <= BACKOFF.longest);
}

proptest! {
    #[test]
    fn nobody_waits_while_nothing_is_in_flight(cap in 1u32..6, events in events()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(play(cap, events));
    }
}

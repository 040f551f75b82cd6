//! Whether limits hold: caps, pauses after a 429, and the order of those who wait.

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

async fn turn(gate: &Arc<Gate>) -> Permit {
    let hour = Duration::from_secs(3600);
    gate.acquire(false, Instant::now() + hour, hour).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_pause_reaches_those_who_wait_already() {
    let gate = Gate::new(1);
    let held = turn(&gate).await;
    let waiter = tokio::spawn({
        let gate = gate.clone();
        async move { drop(turn(&gate).await) }
    });
    tokio::task::yield_now().await;
    let begin = Instant::now();
    gate.throttled(Some(Duration::from_secs(1)));
    drop(held);
    waiter.await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 1, "nobody is left to wake it but the clock");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_pause_beyond_its_time() {
    let gate = Gate::new(1);
    let held = turn(&gate).await;
    let second = Duration::from_secs(1);
    let waiter = tokio::spawn({
        let gate = gate.clone();
        async move { gate.acquire(false, Instant::now() + 60 * second, 20 * second).await.err() }
    });
    tokio::task::yield_now().await;
    gate.throttled(Some(300 * second));
    assert_eq!(waiter.await.unwrap(), Some(NoTurn::Paused(300 * second)));
    let late = gate.acquire(false, Instant::now() + second, 600 * second).await;
    assert!(matches!(late, Err(NoTurn::Paused(_))));
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn at_once_is_not_believed_for_ever() {
    let gate = Gate::new(1);
    assert_eq!(gate.throttled(Some(Duration::ZERO)), Duration::ZERO);
    assert_eq!(gate.throttled(Some(Duration::ZERO)), Duration::ZERO);
    assert!(gate.throttled(Some(Duration::ZERO)) >= Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn never_more_in_flight_than_the_cap() {
    let gate = Gate::new(3);
    let (now, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (gate, now, most) = (gate.clone(), now.clone(), most.clone());
            tokio::spawn(async move {
                let _permit = turn(&gate).await;
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
    assert_eq!(gate.throttled(Some(Duration::from_secs(7))), Duration::from_secs(7));
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let gate = gate.clone();
            tokio::spawn(async move { drop(turn(&gate).await) })
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
        gate.throttled(None);
    }
    assert_eq!(gate.cap(), 4);
    for _ in 0..100 {
        gate.succeeded();
    }
    assert_eq!(gate.cap(), 4, "all eight were refused, so half is the most that is known to work");
    tokio::time::advance(Duration::from_secs(3600)).await;
    for _ in 0..4 + 5 + 6 + 7 + 20 {
        gate.succeeded();
    }
    assert_eq!(gate.cap(), 8, "climbs to the documented cap and stays there");
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_not_tried_again_at_once() {
    let gate = Gate::new(5);
    gate.throttled(None);
    gate.throttled(None);
    assert_eq!(gate.cap(), 2);
    for _ in 0..100 {
        gate.succeeded();
    }
    assert_eq!(gate.cap(), 3, "two of five were refused");
    tokio::time::advance(Duration::from_secs(60)).await;
    for _ in 0..100 {
        gate.succeeded();
    }
    assert_eq!(gate.cap(), 4, "one more is tried each minute");
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_goes_away_takes_no_turn() {
    let gate = Gate::new(1);
    let held = turn(&gate).await;
    let dropped = tokio::time::timeout(Duration::from_millis(5), turn(&gate)).await;
    assert!(dropped.is_err());
    drop(held);
    let again = tokio::time::timeout(Duration::from_millis(5), turn(&gate)).await;
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

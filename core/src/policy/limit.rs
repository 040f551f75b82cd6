//! The concurrency limit: how many calls of one endpoint are in flight at the same time.
//!
//! N-central counts concurrent calls per endpoint and responds with 429 above its limit, so the limit is on calls in
//! flight, not on calls per second. There is one [`Limiter`] for each endpoint of a host, shared by every client in the
//! process. It starts at the documented cap, halves on a 429 (once per pause, however many calls were refused) and
//! recovers by one for each full round of successes, never above the documented cap: probing above it would cause the very
//! 429 that it is there to avoid. For the same reason it stays below what the server has just refused, and tries one more
//! only for each minute without a 429: a probe that fails costs a pause. A 429 pauses the whole queue; after a pause that
//! was shortened, because the server requested an absurd one, one call goes ahead of the rest. Waiting here is queue time,
//! never an error.
//!
//! No call waits while nothing is in flight: a call that joins the queue checks for a free slot, a call that releases a
//! slot passes it on, and all waiting calls watch for what only time changes (the end of a pause, a slot that is held for
//! an abandoned call), so it never depends on one of them alone.

mod latency;
mod queue;
mod registry;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use self::latency::Latency;
use self::queue::Queue;
pub(crate) use self::registry::limiter;
use crate::base::lock;
use crate::policy::retry::Backoff;
use crate::wire::transport::Sent;

/// The state of a limit, as `limits()` shows it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LimitStatus {
    /// The limiter group: method and path template.
    pub endpoint: String,
    /// How many calls may be in flight now.
    pub cap: u32,
    /// How many calls are in flight, including abandoned ones that the server may still be working on.
    pub in_flight: u32,
    /// How many calls wait for a slot.
    pub waiting: usize,
    /// Time since the last 429.
    pub last_429: Option<Duration>,
}

/// The limit of one endpoint on one host.
#[derive(Debug)]
pub(crate) struct Limiter {
    documented: u32,
    state: Mutex<State>,
    /// Notified when it opens later or earlier than waiting calls expect.
    changed: Notify,
}

/// A pause of the whole queue after a 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(crate) until: Instant,
    /// Its length when it began, as mspkit decided.
    pub(crate) decided: Duration,
    /// The length that the server requested, if any.
    pub(crate) requested: Option<Duration>,
}

impl Pause {
    pub(crate) fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }
}

/// Why a call got no slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AcquireError {
    /// The call timed out.
    TimedOut,
    /// The queue is paused for longer than the call may wait.
    Paused(Pause),
}

#[derive(Debug)]
struct State {
    cap: u32,
    /// The highest cap that seems possible after the last 429.
    ceiling: u32,
    in_flight: u32,
    /// Until when the slots of abandoned calls stay in use.
    held: Vec<Instant>,
    queue: Queue,
    pause: Option<Pause>,
    /// Whether the next call goes alone, because the pause before it was shorter than the server requested.
    probing: bool,
    strikes: u32,
    successes: u32,
    last_429: Option<Instant>,
    latency: Latency,
}

impl Limiter {
    pub(crate) fn new(cap: u32) -> Arc<Self> {
        let cap = cap.max(1);
        let state = State {
            cap,
            ceiling: cap,
            in_flight: 0,
            held: Vec::new(),
            queue: Queue::default(),
            pause: None,
            probing: false,
            strikes: 0,
            successes: 0,
            last_429: None,
            latency: Latency::default(),
        };
        Arc::new(Self { documented: cap, state: Mutex::new(state), changed: Notify::new() })
    }

    /// Waits for a slot. A call that was throttled goes to the front, since it has waited longest.
    ///
    /// Waits no longer than `until`, and not at all for a pause that ends later or is longer than `patience`.
    pub(crate) async fn acquire(
        self: &Arc<Self>,
        front: bool,
        until: Instant,
        patience: Duration,
    ) -> Result<Permit, AcquireError> {
        let (ticket, mut slot) = {
            let mut state = lock(&self.state);
            if state.queue.is_empty() && state.is_open() {
                state.in_flight += 1;
                return Ok(Permit::new(self));
            }
            state.queue.join(front)
        };
        let _place = Waiting { limiter: self, ticket };
        // A slot may have become free by time alone while no call was waiting.
        self.dispatch();
        loop {
            // Enabled before the state is read, so that a change in between is noticed.
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let (pause, opens) = {
                let state = lock(&self.state);
                (state.running_pause(), state.opens_by_time())
            };
            if let Some(pause) = pause.filter(|pause| pause.until > until || pause.left() > patience) {
                return Err(AcquireError::Paused(pause));
            }
            tokio::select! {
                biased;
                permit = &mut slot => return permit.map_err(|_| AcquireError::TimedOut),
                () = changed => {}
                () = tokio::time::sleep_until(opens.unwrap_or(until).min(until)) => {
                    if Instant::now() >= until {
                        return Err(AcquireError::TimedOut);
                    }
                    self.dispatch();
                }
            }
        }
    }

    /// Assigns free slots to waiting calls.
    fn dispatch(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        while state.is_open() {
            let Some(waiter) = state.queue.next() else { break };
            // Sent as a value: a waiting call that is dropped at this moment releases it.
            match waiter.send(Permit::new(self)) {
                Ok(()) => state.in_flight += 1,
                Err(mut unwanted) => unwanted.limiter = None,
            }
        }
    }

    /// Records a response other than 429; `took` is its response time, if it is representative of the endpoint.
    pub(crate) fn succeeded(self: &Arc<Self>, took: Option<Duration>) {
        {
            let mut state = lock(&self.state);
            if let Some(took) = took {
                state.latency.learn(took);
            }
            state.strikes = 0;
            state.successes += 1;
            let probed = state.probing && state.running_pause().is_none();
            if probed {
                state.probing = false;
            }
            let climbs = state.successes >= state.cap && state.cap < state.reachable(self.documented);
            if climbs {
                state.cap += 1;
                state.successes = 0;
            }
            if !climbs && !probed {
                return;
            }
        }
        self.dispatch();
    }

    /// Records a 429: pauses the queue, and returns the length of the pause from now.
    pub(crate) fn throttled(&self, requested: Option<Duration>, backoff: &Backoff) -> Duration {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let running = state.running_pause();
        let halved = if running.is_some() { state.cap } else { (state.cap / 2).max(1) };
        // Each refused call was one too many.
        let taken = if running.is_some() { state.ceiling } else { state.cap };
        state.ceiling = (taken - 1).max(halved);
        state.cap = halved;
        state.last_429 = Some(now);
        state.successes = 0;
        // One burst causes one halving and one strike; a longer wait that the server requests is still honoured.
        let decided = if running.is_some() {
            backoff.pause(requested.or(Some(Duration::ZERO)), 0)
        } else {
            state.strikes += 1;
            backoff.pause(requested, state.strikes - 1)
        };
        let pause = match running {
            Some(running) if running.until >= now + decided => running,
            _ => Pause { until: now + decided, decided, requested },
        };
        state.probing |= requested.is_some_and(|requested| requested > decided);
        state.pause = Some(pause);
        drop(state);
        self.changed.notify_waiters();
        pause.until - now
    }

    /// How long the queue stays paused.
    pub(crate) fn pause_left(&self) -> Duration {
        lock(&self.state).running_pause().map_or(Duration::ZERO, |pause| pause.left())
    }

    /// The usual response time.
    pub(crate) fn usual_time(&self) -> Duration {
        lock(&self.state).latency.usual()
    }

    /// How many calls may be in flight now.
    pub(crate) fn cap(&self) -> u32 {
        lock(&self.state).cap
    }

    /// Whether it has state that must be kept.
    pub(crate) fn is_busy(&self) -> bool {
        let state = lock(&self.state);
        state.taken() > 0 || state.running_pause().is_some()
    }

    pub(crate) fn status(&self, endpoint: &str) -> LimitStatus {
        let state = lock(&self.state);
        LimitStatus {
            endpoint: endpoint.to_owned(),
            cap: state.cap,
            in_flight: state.taken(),
            waiting: state.queue.len(),
            last_429: state.last_429.map(|at| at.elapsed()),
        }
    }
}

impl State {
    fn is_open(&mut self) -> bool {
        if !self.held.is_empty() {
            let now = Instant::now();
            self.held.retain(|until| *until > now);
        }
        let room = if self.probing { 1 } else { self.cap };
        self.taken() < room && self.running_pause().is_none()
    }

    /// How many slots are in use.
    fn taken(&self) -> u32 {
        if self.held.is_empty() {
            return self.in_flight;
        }
        let now = Instant::now();
        let held = self.held.iter().filter(|until| **until > now).count();
        self.in_flight + u32::try_from(held).unwrap_or(u32::MAX)
    }

    fn running_pause(&self) -> Option<Pause> {
        self.pause.filter(|pause| pause.until > Instant::now())
    }

    /// When the next slot may become free by time alone.
    fn opens_by_time(&self) -> Option<Instant> {
        let pause = self.running_pause().map(|pause| pause.until);
        let now = Instant::now();
        pause.or_else(|| self.held.iter().copied().filter(|until| *until > now).min())
    }

    /// How far the cap may recover now.
    fn reachable(&self, documented: u32) -> u32 {
        let minutes = self.last_429.map_or(0, |at| at.elapsed().as_secs() / 60);
        self.ceiling.saturating_add(u32::try_from(minutes).unwrap_or(u32::MAX)).min(documented)
    }
}

/// A waiting call; leaves the queue when dropped.
struct Waiting<'a> {
    limiter: &'a Limiter,
    ticket: i64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let left = lock(&self.limiter.state).queue.leave(self.ticket);
        drop(left);
    }
}

/// A slot: the right to have one call in flight. Released when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    limiter: Option<Arc<Limiter>>,
    in_flight_request: Option<InFlight>,
}

/// A request whose response has not arrived.
#[derive(Debug)]
struct InFlight {
    sent: Sent,
    write: bool,
    begun: Instant,
    /// When the slot is free again at the latest.
    at_most: Instant,
}

impl Permit {
    fn new(limiter: &Arc<Limiter>) -> Self {
        Self { limiter: Some(limiter.clone()), in_flight_request: None }
    }

    /// A request is sent. If it is abandoned after that, the server may still be working on it, so the slot stays in use for
    /// as long as that may take, but not beyond `at_most`.
    pub(crate) fn sending(&mut self, sent: &Sent, write: bool, at_most: Instant) {
        self.in_flight_request = Some(InFlight { sent: sent.clone(), write, begun: Instant::now(), at_most });
    }

    /// The response has arrived, or the connection has ended.
    pub(crate) fn ended(&mut self) {
        self.in_flight_request = None;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(limiter) = self.limiter.take() else { return };
        let abandoned = self.in_flight_request.take().filter(|request| request.sent.get());
        let held = {
            let mut state = lock(&limiter.state);
            state.in_flight = state.in_flight.saturating_sub(1);
            let held = abandoned
                .map(|request| (request.begun + state.latency.busy(request.write)).min(request.at_most))
                .filter(|until| *until > Instant::now());
            state.held.extend(held);
            if state.queue.is_empty() {
                return;
            }
            held.is_some()
        };
        if held {
            limiter.changed.notify_waiters();
        } else {
            limiter.dispatch();
        }
    }
}

#[cfg(test)]
mod tests;

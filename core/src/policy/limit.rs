//! The in-flight limit: how many calls of one endpoint travel at the same time.
//!
//! N-central counts concurrent calls per endpoint and answers 429 above its limit, so what matters is calls in
//! flight, not calls per second. One [`Gate`] stands for one endpoint of one host and is shared by every client in
//! the process. It begins at the documented cap, halves on a 429 (once per pause, however many calls were hit) and
//! climbs back by one for each full round of successes, never above the documented cap: probing above it would earn
//! the very 429 that it is there to avoid. For the same reason it stays below what the server has just refused, and
//! tries one more only for each minute without a 429: a probe that fails costs a pause. A 429 pauses the whole queue;
//! after a pause that was cut, because the server asked for more than anybody can mean, one call goes ahead of the rest.
//! Waiting here is queue time, never an error.
//!
//! Nobody waits while nothing is in flight: whoever queues up looks whether the gate is open, whoever gives a slot back
//! passes it on, and what only time opens (the end of a pause, a slot that is held for an abandoned call) is watched by
//! everyone who waits, so that it never depends on one of them alone.

mod pace;
mod queue;
mod registry;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use self::pace::Pace;
use self::queue::Queue;
pub(crate) use self::registry::gate;
use crate::base::lock;
use crate::policy::retry::Backoff;
use crate::wire::transport::Sent;

/// What a gate is doing now, as `limits()` shows it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LimitStatus {
    /// The limiter group: method and path template.
    pub endpoint: String,
    /// Calls that may travel at the same time now.
    pub cap: u32,
    /// Calls that travel now, and those that were given up while the server may still be at work on them.
    pub in_flight: u32,
    /// Calls that wait for a slot.
    pub waiting: usize,
    /// How long ago the last 429 came.
    pub last_429: Option<Duration>,
}

/// The limit of one endpoint on one host.
#[derive(Debug)]
pub(crate) struct Gate {
    documented: u32,
    state: Mutex<State>,
    /// Told when it opens later or earlier than waiters think.
    changed: Notify,
}

/// A pause of the whole queue after a 429.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(crate) until: Instant,
    /// What it was when it began, by mspkit's decision.
    pub(crate) decided: Duration,
    /// What the server asked for, if it asked for anything.
    pub(crate) asked: Option<Duration>,
}

impl Pause {
    pub(crate) fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }
}

/// Why a call got no slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoSlot {
    /// Its time was over first.
    Late,
    /// The queue is paused for longer than it may wait.
    Paused(Pause),
}

#[derive(Debug)]
struct State {
    cap: u32,
    /// What the last 429 has shown to be possible.
    ceiling: u32,
    in_flight: u32,
    /// Until when the slots of abandoned calls stay taken.
    held: Vec<Instant>,
    queue: Queue,
    pause: Option<Pause>,
    /// The next call goes alone: the pause before it was shorter than what the server asked for.
    probing: bool,
    strikes: u32,
    successes: u32,
    last_429: Option<Instant>,
    pace: Pace,
}

impl Gate {
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
            pace: Pace::default(),
        };
        Arc::new(Self { documented: cap, state: Mutex::new(state), changed: Notify::new() })
    }

    /// Waits for a slot. A call that was throttled goes to the front: it has waited longest.
    ///
    /// Waits no longer than `until`, and not at all for a pause that goes beyond it or is longer than `patience`.
    pub(crate) async fn acquire(
        self: &Arc<Self>,
        front: bool,
        until: Instant,
        patience: Duration,
    ) -> Result<Permit, NoSlot> {
        let (place, mut slot) = {
            let mut state = lock(&self.state);
            if state.queue.is_empty() && state.is_open() {
                state.in_flight += 1;
                return Ok(Permit::new(self));
            }
            state.queue.join(front)
        };
        let _place = Waiting { gate: self, place };
        // It may have opened by time alone, while nobody waited who would have noticed.
        self.dispatch();
        loop {
            // Listening begins before the state is read, so that a change in between is noticed.
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let (pause, opens) = {
                let state = lock(&self.state);
                (state.running_pause(), state.opens_by_time())
            };
            if let Some(pause) = pause.filter(|pause| pause.until > until || pause.left() > patience) {
                return Err(NoSlot::Paused(pause));
            }
            tokio::select! {
                biased;
                permit = &mut slot => return permit.map_err(|_| NoSlot::Late),
                () = changed => {}
                () = tokio::time::sleep_until(opens.unwrap_or(until).min(until)) => {
                    if Instant::now() >= until {
                        return Err(NoSlot::Late);
                    }
                    self.dispatch();
                }
            }
        }
    }

    /// Lets as many waiters through as there is room for.
    fn dispatch(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        while state.is_open() {
            let Some(waiter) = state.queue.next() else { break };
            // Handed over as a value: a waiter that is dropped in this very moment gives it back.
            match waiter.send(Permit::new(self)) {
                Ok(()) => state.in_flight += 1,
                Err(mut unwanted) => unwanted.gate = None,
            }
        }
    }

    /// A response that was not a 429; `took` is how long it took, where it tells how long the endpoint works.
    pub(crate) fn succeeded(self: &Arc<Self>, took: Option<Duration>) {
        {
            let mut state = lock(&self.state);
            if let Some(took) = took {
                state.pace.learn(took);
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

    /// A 429: pauses the queue and gives how long the pause is from now.
    pub(crate) fn throttled(&self, asked: Option<Duration>, backoff: &Backoff) -> Duration {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let running = state.running_pause();
        let halved = if running.is_some() { state.cap } else { (state.cap / 2).max(1) };
        // Each call that was refused was one too many.
        let taken = if running.is_some() { state.ceiling } else { state.cap };
        state.ceiling = (taken - 1).max(halved);
        state.cap = halved;
        state.last_429 = Some(now);
        state.successes = 0;
        // One burst earns one halving and one strike; a longer wait that the server asks for is still honoured.
        let decided = if running.is_some() {
            backoff.pause(asked.or(Some(Duration::ZERO)), 0)
        } else {
            state.strikes += 1;
            backoff.pause(asked, state.strikes - 1)
        };
        let pause = match running {
            Some(running) if running.until >= now + decided => running,
            _ => Pause { until: now + decided, decided, asked },
        };
        state.probing |= asked.is_some_and(|asked| asked > decided);
        state.pause = Some(pause);
        drop(state);
        self.changed.notify_waiters();
        pause.until - now
    }

    /// How long the queue is paused from now on.
    pub(crate) fn pause_left(&self) -> Duration {
        lock(&self.state).running_pause().map_or(Duration::ZERO, |pause| pause.left())
    }

    /// What a response takes as a rule.
    pub(crate) fn usual_time(&self) -> Duration {
        lock(&self.state).pace.usual()
    }

    /// Calls that may travel at the same time now.
    pub(crate) fn cap(&self) -> u32 {
        lock(&self.state).cap
    }

    /// Whether it holds anything that must not be forgotten.
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

    /// Slots that are not free.
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

    /// When time alone may open it next.
    fn opens_by_time(&self) -> Option<Instant> {
        let pause = self.running_pause().map(|pause| pause.until);
        let now = Instant::now();
        pause.or_else(|| self.held.iter().copied().filter(|until| *until > now).min())
    }

    /// How far the cap may climb now.
    fn reachable(&self, documented: u32) -> u32 {
        let minutes = self.last_429.map_or(0, |at| at.elapsed().as_secs() / 60);
        self.ceiling.saturating_add(u32::try_from(minutes).unwrap_or(u32::MAX)).min(documented)
    }
}

/// Somebody who waits; leaves the queue when it goes, however it goes.
struct Waiting<'a> {
    gate: &'a Gate,
    place: i64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let left = lock(&self.gate.state).queue.leave(self.place);
        drop(left);
    }
}

/// The right to have one call in flight; given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    gate: Option<Arc<Gate>>,
    under_way: Option<UnderWay>,
}

/// A request whose answer has not come.
#[derive(Debug)]
struct UnderWay {
    sent: Sent,
    write: bool,
    begun: Instant,
    /// The slot is free again at the latest then.
    at_most: Instant,
}

impl Permit {
    fn new(gate: &Arc<Gate>) -> Self {
        Self { gate: Some(gate.clone()), under_way: None }
    }

    /// A request goes out. When it is abandoned after that, the server may still be at work on it, so the slot stays
    /// taken for as long as that may last, and not beyond `at_most`.
    pub(crate) fn sending(&mut self, sent: &Sent, write: bool, at_most: Instant) {
        self.under_way = Some(UnderWay { sent: sent.clone(), write, begun: Instant::now(), at_most });
    }

    /// The request was answered, or its connection has ended.
    pub(crate) fn ended(&mut self) {
        self.under_way = None;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(gate) = self.gate.take() else { return };
        let abandoned = self.under_way.take().filter(|request| request.sent.get());
        let held = {
            let mut state = lock(&gate.state);
            state.in_flight = state.in_flight.saturating_sub(1);
            let held = abandoned
                .map(|request| (request.begun + state.pace.busy(request.write)).min(request.at_most))
                .filter(|until| *until > Instant::now());
            state.held.extend(held);
            if state.queue.is_empty() {
                return;
            }
            held.is_some()
        };
        if held {
            gate.changed.notify_waiters();
        } else {
            gate.dispatch();
        }
    }
}

#[cfg(test)]
mod tests;

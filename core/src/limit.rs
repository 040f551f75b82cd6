//! The in-flight limit: how many calls of one endpoint travel at the same time.
//!
//! N-central counts concurrent calls per endpoint and answers 429 above its limit, so what matters is calls in
//! flight, not calls per second. One [`Gate`] stands for one endpoint of one host and is shared by every client in
//! the process. It begins at the documented cap, halves on a 429 (once per pause, however many calls were hit) and
//! climbs back by one for each full round of successes, never above the documented cap: probing above it would earn
//! the very 429 that it is there to avoid. For the same reason it stays below what the server has just refused, and
//! tries one more only for each minute without a 429: a probe that fails costs a pause. A 429 pauses the whole queue.
//! Waiting here is queue time, never an error.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, Weak};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::lock;
use crate::retry::throttle_wait;

/// What a gate is doing now, as `limits()` shows it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LimitStatus {
    /// The limiter group: method and path template.
    pub endpoint: String,
    /// Calls that may travel at the same time now.
    pub cap: u32,
    /// Calls that travel now.
    pub in_flight: u32,
    /// Calls that wait for their turn.
    pub waiting: usize,
    /// How long ago the last 429 came.
    pub last_429: Option<Duration>,
}

type Registry = HashMap<(String, String), Weak<Gate>>;

/// Every gate of a process, by origin and group. Gates live as long as a client that used them.
///
/// A forked child finds the registry as some thread of its parent left it, perhaps locked, with turns that nobody will
/// ever give back. It begins one of its own behind it and touches nothing else.
#[derive(Debug)]
struct Gates {
    process: u32,
    registry: Mutex<Registry>,
    child: OnceLock<Box<Gates>>,
}

static GATES: LazyLock<Gates> = LazyLock::new(Gates::new);

impl Gates {
    fn new() -> Self {
        Self { process: std::process::id(), registry: Mutex::default(), child: OnceLock::new() }
    }

    fn of_this_process(&self) -> &Mutex<Registry> {
        let (mut found, process) = (self, std::process::id());
        while found.process != process {
            found = found.child.get_or_init(|| Box::new(Gates::new()));
        }
        &found.registry
    }
}

/// The gate of a group on a host.
pub(crate) fn gate(origin: &str, group: &str, cap: u32) -> Arc<Gate> {
    let mut registry = lock(GATES.of_this_process());
    let key = (origin.to_owned(), group.to_owned());
    if let Some(gate) = registry.get(&key).and_then(Weak::upgrade) {
        return gate;
    }
    registry.retain(|_, gate| gate.strong_count() > 0);
    let gate = Gate::new(cap);
    registry.insert(key, Arc::downgrade(&gate));
    gate
}

/// The limit of one endpoint on one host.
#[derive(Debug)]
pub(crate) struct Gate {
    documented: u32,
    state: Mutex<State>,
    pause_changed: Notify,
}

/// Why a call got no turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoTurn {
    /// Its time was over first.
    Late,
    /// The queue is paused for longer than it may wait.
    Paused(Duration),
}

#[derive(Debug)]
struct State {
    cap: u32,
    /// What the last 429 has shown to be possible.
    ceiling: u32,
    in_flight: u32,
    queue: VecDeque<oneshot::Sender<Permit>>,
    paused_until: Option<Instant>,
    strikes: u32,
    successes: u32,
    last_429: Option<Instant>,
}

/// The right to have one call in flight; given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    gate: Option<Arc<Gate>>,
}

impl Gate {
    pub(crate) fn new(cap: u32) -> Arc<Self> {
        let cap = cap.max(1);
        let state = State {
            cap,
            ceiling: cap,
            in_flight: 0,
            queue: VecDeque::new(),
            paused_until: None,
            strikes: 0,
            successes: 0,
            last_429: None,
        };
        Arc::new(Self { documented: cap, state: Mutex::new(state), pause_changed: Notify::new() })
    }

    /// Waits for a turn. A call that was throttled goes to the front: it has waited longest.
    ///
    /// Waits no longer than `until`, and not at all for a pause that goes beyond it or is longer than `patience`.
    pub(crate) async fn acquire(
        self: &Arc<Self>,
        front: bool,
        until: Instant,
        patience: Duration,
    ) -> Result<Permit, NoTurn> {
        let mut turn = {
            let mut state = lock(&self.state);
            if state.queue.is_empty() && state.open() {
                state.in_flight += 1;
                return Ok(Permit { gate: Some(self.clone()) });
            }
            let (sender, turn) = oneshot::channel();
            if front {
                state.queue.push_front(sender);
            } else {
                state.queue.push_back(sender);
            }
            turn
        };
        loop {
            // Listening begins before the pause is read, so that a pause set in between is noticed.
            let mut changed = std::pin::pin!(self.pause_changed.notified());
            changed.as_mut().enable();
            let pause = lock(&self.state).paused_until.filter(|end| *end > Instant::now());
            if let Some(end) = pause.filter(|end| *end > until || *end - Instant::now() > patience) {
                return Err(NoTurn::Paused(end.saturating_duration_since(Instant::now())));
            }
            // Nobody gives a permit back while the queue is paused and idle, so each waiter also watches the clock.
            tokio::select! {
                biased;
                permit = &mut turn => return permit.map_err(|_| NoTurn::Late),
                () = changed => {}
                () = tokio::time::sleep_until(pause.unwrap_or(until).min(until)) => {
                    if Instant::now() >= until {
                        return Err(NoTurn::Late);
                    }
                    self.dispatch();
                }
            }
        }
    }

    /// Lets as many waiters through as there is room for.
    fn dispatch(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        if state.paused_until.is_some_and(|until| until <= Instant::now()) {
            state.paused_until = None;
        }
        while state.open() {
            let Some(waiter) = state.queue.pop_front() else { break };
            // Handed over as a value: a waiter that is dropped in this very moment gives it back.
            match waiter.send(Permit { gate: Some(self.clone()) }) {
                Ok(()) => state.in_flight += 1,
                Err(mut unwanted) => unwanted.gate = None,
            }
        }
    }

    /// An answer that was not a 429.
    pub(crate) fn succeeded(self: &Arc<Self>) {
        {
            let mut state = lock(&self.state);
            state.strikes = 0;
            state.successes += 1;
            if state.successes < state.cap || state.cap >= state.reachable(self.documented) {
                return;
            }
            state.cap += 1;
            state.successes = 0;
        }
        self.dispatch();
    }

    /// A 429: pauses the queue and gives how long the pause is from now.
    pub(crate) fn throttled(&self, asked: Option<Duration>) -> Duration {
        let now = Instant::now();
        let mut state = lock(&self.state);
        let running = state.paused_until.filter(|until| *until > now);
        let halved = if running.is_some() { state.cap } else { (state.cap / 2).max(1) };
        // Each call that was refused was one too many.
        let taken = if running.is_some() { state.ceiling } else { state.cap };
        state.ceiling = (taken - 1).max(halved);
        state.cap = halved;
        state.last_429 = Some(now);
        state.successes = 0;
        let pause = match asked {
            // A server that says "at once" and goes on refusing is not taken at its word a third time.
            Some(asked) if state.strikes >= 2 => asked.max(throttle_wait(state.strikes - 2)),
            Some(asked) => asked,
            None => throttle_wait(state.strikes),
        };
        // One burst earns one halving and one strike; a longer wait that the server asks for is still honoured.
        let until = if let Some(until) = running {
            until.max(now + asked.unwrap_or(Duration::ZERO))
        } else {
            state.strikes += 1;
            now + pause
        };
        state.paused_until = Some(until);
        drop(state);
        self.pause_changed.notify_waiters();
        until - now
    }

    /// How long the queue is paused from now on.
    pub(crate) fn pause_left(&self) -> Duration {
        let until = lock(&self.state).paused_until;
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    /// Calls that may travel at the same time now.
    pub(crate) fn cap(&self) -> u32 {
        lock(&self.state).cap
    }

    /// Whether it holds anything that must not be forgotten.
    pub(crate) fn is_busy(&self) -> bool {
        let state = lock(&self.state);
        state.in_flight > 0 || state.paused_until.is_some_and(|until| until > Instant::now())
    }

    pub(crate) fn status(&self, endpoint: &str) -> LimitStatus {
        let mut state = lock(&self.state);
        state.queue.retain(|waiter| !waiter.is_closed());
        LimitStatus {
            endpoint: endpoint.to_owned(),
            cap: state.cap,
            in_flight: state.in_flight,
            waiting: state.queue.len(),
            last_429: state.last_429.map(|at| at.elapsed()),
        }
    }
}

impl State {
    fn open(&self) -> bool {
        self.in_flight < self.cap && self.paused_until.is_none_or(|until| until <= Instant::now())
    }

    /// How far the cap may climb now.
    fn reachable(&self, documented: u32) -> u32 {
        let minutes = self.last_429.map_or(0, |at| at.elapsed().as_secs() / 60);
        self.ceiling.saturating_add(u32::try_from(minutes).unwrap_or(u32::MAX)).min(documented)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(gate) = self.gate.take() {
            {
                let mut state = lock(&gate.state);
                state.in_flight = state.in_flight.saturating_sub(1);
                if state.queue.is_empty() {
                    return;
                }
            }
            gate.dispatch();
        }
    }
}

#[cfg(test)]
mod tests;

//! The log of requests and the counts per operation.
//!
//! Counts are kept for ever, the log holds the last 100,000 requests and 256 MiB at most; its output includes how many
//! were discarded.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::recorded::RecordedRequest;
use crate::request::Request;

const KEPT: usize = 100_000;
const KEPT_BYTES: usize = 256 << 20;

/// One request in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoggedRequest {
    /// Its number, from 1.
    pub n: u64,
    /// Milliseconds since the last reset.
    pub at_ms: u64,
    /// The operation; none for an unknown path.
    pub operation: Option<String>,
    /// The method.
    pub method: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query, decoded; a repeated key has a list.
    pub query: BTreeMap<String, Value>,
    /// Path and query, unchanged.
    pub raw_target: String,
    /// The headers, names in lower case; repeated ones are joined by commas.
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    pub body: String,
    /// The body as JSON, if it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// The status of the response; none while it is being handled, and for a connection that broke.
    pub status: Option<u16>,
    /// Whether the client disconnected before the response was complete.
    pub dropped: bool,
}

/// Counts of the requests of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Requests that arrived complete.
    pub received: u64,
    /// Requests that changed the server's data.
    pub committed: u64,
    /// Responses that were sent completely.
    pub answered: u64,
    /// Requests whose client disconnected before the response was complete.
    pub dropped: u64,
    /// The maximum of requests in flight at once, including those beyond the cap.
    pub max_in_flight: u64,
    /// Requests refused with 429 for the cap.
    pub throttled: u64,
}

/// The log and the counts together, as in `/_sim/requests`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Requests {
    /// The requests after the given number.
    pub requests: Vec<LoggedRequest>,
    /// How many requests were discarded, from the first on.
    pub forgotten: u64,
    /// Counts by operation, only those that were called; `unknown` is every other path.
    pub counts: BTreeMap<String, Counts>,
}

#[derive(Debug)]
struct Entry {
    at_ms: u64,
    operation: Option<&'static str>,
    request: RecordedRequest,
    status: Option<u16>,
    dropped: bool,
}

#[derive(Debug)]
pub(crate) struct RequestLog {
    names: Vec<Option<&'static str>>,
    counts: Vec<Counts>,
    in_flight: Vec<u64>,
    entries: VecDeque<Entry>,
    first: u64,
    weight: usize,
    enabled: bool,
}

impl RequestLog {
    /// A log with one slot for each operation; the nameless one is for unknown paths.
    pub(crate) fn new(names: Vec<Option<&'static str>>, enabled: bool) -> Self {
        let counts = vec![Counts::default(); names.len()];
        let in_flight = vec![0; names.len()];
        Self { names, counts, in_flight, entries: VecDeque::new(), first: 1, weight: 0, enabled }
    }

    /// Logs a request and returns its number and how many of its kind are in flight, including itself.
    pub(crate) fn receive(&mut self, slot: usize, request: &Request, at_ms: u64) -> (u64, u64) {
        self.counts[slot].received += 1;
        self.in_flight[slot] += 1;
        self.counts[slot].max_in_flight = self.counts[slot].max_in_flight.max(self.in_flight[slot]);
        let number = self.note(slot, request, at_ms);
        (number, self.in_flight[slot])
    }

    /// Logs a request that was never sent: sabotage that a test runner has to detect.
    pub(crate) fn invent(&mut self, slot: usize, request: &Request, at_ms: u64) {
        self.counts[slot].received += 1;
        self.note(slot, request, at_ms);
    }

    fn note(&mut self, slot: usize, request: &Request, at_ms: u64) -> u64 {
        let number = self.first + self.entries.len() as u64;
        if !self.enabled {
            self.first += 1;
            return number;
        }
        let request = RecordedRequest::of(request);
        self.weight += request.weight();
        while self.entries.len() == KEPT || self.weight > KEPT_BYTES {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.weight -= oldest.request.weight();
            self.first += 1;
        }
        let operation = self.names[slot];
        self.entries.push_back(Entry { at_ms, operation, request, status: None, dropped: false });
        number
    }

    pub(crate) fn throttled(&mut self, slot: usize) {
        self.counts[slot].throttled += 1;
    }

    pub(crate) fn committed(&mut self, slot: usize) {
        self.counts[slot].committed += 1;
    }

    /// Ends a request. `status` is that of its response, if any was sent.
    pub(crate) fn end(&mut self, slot: usize, number: u64, status: Option<u16>, end: End) {
        self.in_flight[slot] = self.in_flight[slot].saturating_sub(1);
        match end {
            End::Answered => self.counts[slot].answered += 1,
            End::Dropped => self.counts[slot].dropped += 1,
            End::Cut => {}
        }
        let index = number.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) {
            entry.status = status;
            entry.dropped = end == End::Dropped;
        }
    }

    /// The requests after number `since`, and all counts.
    pub(crate) fn render(&self, since: u64) -> Requests {
        let skip = usize::try_from(since.saturating_add(1).saturating_sub(self.first)).unwrap_or(usize::MAX);
        let numbered = (self.first..).zip(&self.entries);
        let requests = numbered.skip(skip).map(|(n, entry)| entry.render(n)).collect();
        Requests { requests, forgotten: self.first - 1, counts: self.counts() }
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, Counts> {
        let called = self.names.iter().zip(&self.counts).filter(|(_, counts)| counts.received > 0);
        called.map(|(name, counts)| (name.unwrap_or("unknown").to_owned(), *counts)).collect()
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With a complete response.
    Answered,
    /// Because the client disconnected.
    Dropped,
    /// Because the fault plan broke the connection.
    Cut,
}

impl Entry {
    fn render(&self, n: u64) -> LoggedRequest {
        let request = &self.request;
        LoggedRequest {
            n,
            at_ms: self.at_ms,
            operation: self.operation.map(str::to_owned),
            method: request.method(),
            path: request.path().to_owned(),
            query: request.query(),
            raw_target: request.target().to_owned(),
            headers: request.headers(),
            body: request.body(),
            json: request.json(),
            status: self.status,
            dropped: self.dropped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(enabled: bool) -> RequestLog {
        RequestLog::new(vec![Some("a.b.c"), None], enabled)
    }

    #[test]
    fn the_log_discards_the_oldest_and_counts_them() {
        let mut log = log(true);
        let request = Request::for_tests("GET", "/x");
        for _ in 0..KEPT + 5 {
            let (number, _) = log.receive(0, &request, 0);
            log.end(0, number, Some(200), End::Answered);
        }
        let rendered = log.render(KEPT as u64 + 3);
        assert_eq!(rendered.forgotten, 5);
        assert_eq!(rendered.requests.iter().map(|request| request.n).collect::<Vec<_>>(), [100_004, 100_005]);
        assert_eq!(rendered.requests[0].status, Some(200));
        assert_eq!(rendered.counts["a.b.c"].received, 100_005);
    }

    #[test]
    fn large_bodies_shorten_the_log() {
        let mut log = log(true);
        let mut request = Request::for_tests("POST", "/x");
        request.body = bytes::Bytes::from(vec![b'x'; 64 << 20]);
        for _ in 0..6 {
            log.receive(0, &request, 0);
        }
        // Only the last one is rendered: a text of 64 MiB takes a while.
        let rendered = log.render(5);
        assert_eq!((rendered.forgotten, rendered.requests.len(), log.entries.len()), (3, 1, 3));
    }

    #[test]
    fn counts_continue_without_a_log() {
        let mut log = log(false);
        let request = Request::for_tests("GET", "/x");
        let (first, flying) = log.receive(1, &request, 0);
        assert_eq!((first, flying), (1, 1));
        assert_eq!(log.receive(1, &request, 0), (2, 2));
        log.end(1, first, None, End::Dropped);
        let rendered = log.render(0);
        assert!(rendered.requests.is_empty());
        let counts = rendered.counts["unknown"];
        assert_eq!((counts.received, counts.dropped, counts.max_in_flight), (2, 1, 2));
    }
}

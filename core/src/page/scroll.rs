//! Scrolls: a server-side cursor that every continuation advances.
//!
//! Strictly one request after another. A continuation that was sent and whose answer was lost must not be sent again:
//! the server has moved on, and a page would be missing. The search is then made again and what was given out is
//! skipped, or an error says where to resume, as the caller chose. The same goes for a context that expired.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::seen::Seen;
use super::{Item, List, OnLostPage, Place, Read, all_items};
use crate::error::{Error, ErrorKind, Result};
use crate::raw;

/// Empty pages in a row with one and the same key; more of them would go on for ever.
const MAX_EMPTY: u32 = 3;
/// Restarts without a single item in between.
const MAX_RESTARTS: u32 = 3;
const RESUME: &str = "Resume with the token: the search is made again, and what was given out is skipped";
/// Above this the vendor promises nothing.
const LARGEST_ADVISED: u64 = 500;

/// Reads a scroll.
#[derive(Debug)]
pub(crate) struct Scroll {
    on_lost_page: OnLostPage,
    cursor: Cursor,
    count: u64,
    last: Option<String>,
    /// What was given out by this reader; only kept where a restart may need it.
    seen: Seen,
    skipping: Option<Skip>,
    /// The item that an earlier reader gave out last.
    resumed_after: Option<String>,
    empty: u32,
    restarts: u32,
}

/// Where the server is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cursor {
    /// Nowhere: the next request begins a search.
    Start,
    /// Before the page that this key gives: the raw JSON text of the scroll id, resent unmodified.
    At(String),
    /// Nobody knows: a continuation was sent, and whoever waited for its answer went away.
    Unknown,
}

/// What a search made again leaves out.
#[derive(Debug)]
enum Skip {
    /// Everything up to and including this item, which an earlier reader gave out last.
    Through(String),
    /// What this reader has given out.
    Seen,
}

impl Scroll {
    pub(crate) fn new(from: Option<&Place>, on_lost_page: OnLostPage) -> Self {
        let (count, last) = match from {
            Some(Place::Scroll { count, last }) => (*count, last.clone()),
            _ => (0, None),
        };
        Self {
            on_lost_page,
            cursor: Cursor::Start,
            count,
            skipping: last.clone().map(Skip::Through),
            resumed_after: last.clone(),
            last,
            seen: Seen::default(),
            empty: 0,
            restarts: 0,
        }
    }

    pub(crate) async fn read(&mut self, list: &List) -> Result<Read> {
        self.warn_of_size(list);
        if self.cursor == Cursor::Unknown {
            self.begin_again();
            if self.on_lost_page == OnLostPage::Raise {
                let message = "the answer to a scroll's continuation was given up";
                return Err(Error::new(ErrorKind::Cancelled, message).with_retryable(true).with_hint(RESUME));
            }
        }
        loop {
            // A continuation counts as lost until its answer is here: this call may be dropped while it waits.
            let was = match &self.cursor {
                Cursor::At(_) => std::mem::replace(&mut self.cursor, Cursor::Unknown),
                _ => Cursor::Start,
            };
            let start = match &was {
                Cursor::At(id) => Some(format!("{{\"scroll_id\":{id}}}")),
                _ => None,
            };
            let field = start.as_deref().map(|start| ("start_page_key", start));
            let prepared = list.prepare(&[], field.as_slice());
            match list.fetch(prepared, start.is_some()).await {
                Ok((cut, meta)) => return self.deliver(cut, meta, &was),
                Err(error) => self.lost(error, was)?,
            }
        }
    }

    fn deliver(&mut self, cut: raw::Cut, meta: raw::Meta, was: &Cursor) -> Result<Read> {
        let next_key = cut.facts.next_key.as_deref().and_then(scroll_id);
        self.guard_empty(&cut, next_key.as_deref(), was)?;
        let here = Place::Scroll { count: self.count, last: self.last.clone() };
        let mut items = all_items(&cut, 0);
        let id_at = |item: &Item| item.entry.id(&cut.buffer).map(Cow::into_owned);
        if let Some(Skip::Through(last)) = &self.skipping {
            match items.iter().position(|item| id_at(item).as_deref() == Some(last)) {
                Some(at) => {
                    items.drain(..=at);
                    self.skipping = Some(Skip::Seen);
                }
                None if next_key.is_some() => items.clear(),
                None => return Err(self.vanished()),
            }
        }
        if matches!(self.skipping, Some(Skip::Seen)) {
            items.retain(|item| id_at(item).is_none_or(|id| !self.seen.contains(&id)));
        }
        for item in &items {
            self.last = id_at(item).or(self.last.take());
            if let (OnLostPage::Restart, Some(id)) = (self.on_lost_page, &self.last) {
                self.seen.insert(id);
            }
        }
        if !items.is_empty() {
            self.restarts = 0;
        }
        self.count += items.len() as u64;
        let next = next_key.is_some().then(|| Place::Scroll { count: self.count, last: self.last.clone() });
        self.cursor = next_key.map_or(Cursor::Start, Cursor::At);
        Ok(Read { cut, meta, items, total: None, number: None, here, next })
    }

    /// What becomes of a failed request: an error, or a search made again.
    fn lost(&mut self, error: Error, was: Cursor) -> Result<()> {
        let continuation = was != Cursor::Start;
        let expired = continuation && is_expired(&error);
        // Of a continuation, only what was never executed may be asked for again with the same key.
        let lost = continuation
            && match error.kind() {
                ErrorKind::Timeout | ErrorKind::Connection => !error.retryable(),
                ErrorKind::Server | ErrorKind::Decode => true,
                _ => false,
            };
        if !expired && !lost {
            self.cursor = was;
            return Err(error);
        }
        self.begin_again();
        if self.on_lost_page == OnLostPage::Restart && self.restarts < MAX_RESTARTS {
            self.restarts += 1;
            tracing::info!(expired, count = self.count, "page of a scroll lost, searching again");
            return Ok(());
        }
        if expired {
            return Err(error.with_kind(ErrorKind::ScrollExpired).with_retryable(true).with_hint(RESUME));
        }
        let error = error.with_prefix("the answer to a scroll's continuation was lost");
        Err(error.with_retryable(true).with_hint(RESUME))
    }

    /// The next request searches again, and what was given out is left out.
    fn begin_again(&mut self) {
        self.cursor = Cursor::Start;
        // Where nothing is remembered, the last item is the only mark there is.
        let mark = if self.on_lost_page == OnLostPage::Raise { &self.last } else { &self.resumed_after };
        self.skipping = Some(mark.clone().map_or(Skip::Seen, Skip::Through));
    }

    fn guard_empty(&mut self, cut: &raw::Cut, key: Option<&str>, was: &Cursor) -> Result<()> {
        if !cut.items.is_empty() || key.is_none() {
            self.empty = 0;
            return Ok(());
        }
        let same = matches!(was, Cursor::At(before) if Some(before.as_str()) == key);
        self.empty = if same { self.empty + 1 } else { 1 };
        if self.empty < MAX_EMPTY {
            return Ok(());
        }
        Err(raw::undecodable(&format!(
            "{MAX_EMPTY} empty pages in a row with the same key; the scroll does not advance"
        )))
    }

    fn vanished(&self) -> Error {
        let message = format!(
            "the list no longer holds the item that was given out last, so reading cannot go on after it ({} given out)",
            self.count
        );
        Error::new(ErrorKind::ScrollExpired, message).with_hint("List from the start")
    }

    fn warn_of_size(&self, list: &List) {
        let asked = list.draft.fields.iter().find(|(name, _)| name == "max_returned_items");
        let size = asked.and_then(|(_, raw)| raw.parse::<u64>().ok()).filter(|size| *size > LARGEST_ADVISED);
        if let (0, Some(size)) = (self.count, size) {
            tracing::warn!(
                max_returned_items = size,
                "the vendor advises at most {LARGEST_ADVISED} items a page"
            );
        }
    }
}

/// The scroll id inside a next-page key, as raw JSON.
fn scroll_id(key: &str) -> Option<String> {
    let id = if key.starts_with('{') { raw::member(key, "scroll_id")? } else { key };
    let real: &RawValue = serde_json::from_str(id).ok()?;
    (!matches!(real.get(), "null" | "\"\"")).then(|| real.get().to_owned())
}

/// Whether the server says that the scroll's context is gone.
fn is_expired(error: &Error) -> bool {
    let words = || {
        let message = error.message().to_ascii_lowercase();
        ["scroll", "expired", "search context", "search_context"].iter().any(|word| message.contains(word))
    };
    match error.status() {
        Some(404 | 410) => true,
        Some(400 | 500) => words(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scroll_id_is_not_touched() {
        assert_eq!(scroll_id(r#"{"scroll_id":"a\u0062=="}"#).as_deref(), Some(r#""a\u0062==""#));
        assert_eq!(scroll_id(r#"{"scroll_id":null}"#), None);
        assert_eq!(scroll_id(r#"{"scroll_id":""}"#), None);
        assert_eq!(scroll_id("{}"), None);
    }
}

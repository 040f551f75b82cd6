//! Scrolls: a server-side cursor that every continuation advances.
//!
//! Strictly one request after another. A continuation that was sent and whose answer was lost must not be sent again:
//! the server has moved on, and a page would be missing. The search is then made again and what was given out is
//! skipped, or an error says where to resume, as the caller chose. The same goes for a context that expired.

use serde_json::value::RawValue;

use super::account::Account;
use super::recent::{Recent, content};
use super::seen::Seen;
use super::{List, OnLostPage, Place, Read};
use crate::base::error::{Error, ErrorKind, Result};
use crate::engine::response::Meta;
use crate::table::dialect;
use crate::wire::raw::{self, Cut, Entry};

/// Empty pages in a row that all have one and the same key: the search gives no more.
const MAX_EMPTY_SAME: u32 = 3;
/// Empty pages in a row, whatever their keys.
const MAX_EMPTY: u32 = 10;
/// Pages in a row whose rows had all come before.
const MAX_REPEATS: u32 = 3;
/// Rows that a search made again may give more than twice what came before it.
const MANY: u64 = 10_000;
/// Restarts without a single item in between.
const MAX_RESTARTS: u32 = 3;
const RESUME: &str = "Resume with the token: the search restarts and skips the items already returned";

/// Reads a scroll.
#[derive(Debug, Clone)]
pub(crate) struct Scroll {
    on_lost_page: OnLostPage,
    cursor: Cursor,
    count: u64,
    last: Option<String>,
    /// What was given out by this reader.
    seen: Seen,
    /// Whether ids tell rows from each other: every row has one, and none came twice.
    by_id: bool,
    skipping: Option<Skip>,
    /// The item that an earlier reader gave out last.
    resumed_after: Option<String>,
    empty: u32,
    same: u32,
    repeats: u32,
    recent: Recent,
    restarts: u32,
    /// Rows that came since the search was made again.
    passed: u64,
    account: Account,
}

/// Where the server is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cursor {
    /// Nowhere: the next request begins a search.
    Start,
    /// Before the page that this key gives: the raw JSON text of the scroll id, resent unmodified.
    At(String),
    /// Nobody knows: a continuation was sent, and whoever waited for its response went away.
    Unknown,
}

/// What a search made again leaves out.
#[derive(Debug, Clone)]
enum Skip {
    /// Everything up to and including this item, which an earlier reader gave out last.
    Through(String),
    /// What this reader has given out.
    Seen,
    /// So many rows, where ids tell nothing.
    Rows(u64),
}

impl Scroll {
    pub(crate) fn new(from: Option<&Place>, on_lost_page: OnLostPage) -> Self {
        let (count, last) = match from {
            Some(Place::Scroll { count, last }) => (*count, last.clone()),
            _ => (0, None),
        };
        let mut scroll = Self {
            on_lost_page,
            cursor: Cursor::Start,
            count,
            by_id: count == 0 || last.is_some(),
            skipping: None,
            resumed_after: last.clone(),
            last,
            seen: Seen::default(),
            empty: 0,
            same: 0,
            repeats: 0,
            recent: Recent::default(),
            restarts: 0,
            passed: 0,
            account: Account { given: count, ..Account::default() },
        };
        if count > 0 {
            scroll.begin_again();
        }
        scroll
    }

    /// The same, before a search that is made again.
    pub(crate) fn snapshot(&self) -> Self {
        let mut scroll = self.clone();
        if scroll.cursor != Cursor::Start {
            scroll.begin_again();
        }
        scroll
    }

    pub(crate) async fn read(&mut self, list: &List) -> Result<Read> {
        let Some(words) = list.words().scroll else {
            return Err(raw::undecodable("the service has no scrolls"));
        };
        self.warn_of_size(list, &words);
        if self.cursor == Cursor::Unknown {
            self.begin_again();
            if self.on_lost_page == OnLostPage::Raise {
                let message = "the request for the next page of a scroll was abandoned";
                return Err(Error::new(ErrorKind::Cancelled, message).with_retryable(true).with_hint(RESUME));
            }
        }
        loop {
            // A continuation counts as lost until its response is here: this call may be dropped while it waits.
            let was = match &self.cursor {
                Cursor::At(_) => std::mem::replace(&mut self.cursor, Cursor::Unknown),
                _ => Cursor::Start,
            };
            let start = match &was {
                Cursor::At(id) => Some(raw::compose([(words.id, id.as_str())].into_iter())),
                _ => None,
            };
            let field = start.as_deref().map(|start| (words.start, start));
            let prepared = list.prepare(&[], field.as_slice());
            match list.fetch(prepared, start.is_some(), None).await {
                Ok((cut, meta)) => return self.deliver(list, cut, meta, &was, &words),
                Err(error) => self.lost(error, was)?,
            }
        }
    }

    fn deliver(
        &mut self,
        list: &List,
        cut: Cut,
        meta: Meta,
        was: &Cursor,
        words: &dialect::Scroll,
    ) -> Result<Read> {
        let next_key = cut.facts.next_key.as_deref().and_then(|key| scroll_id(key, words.id));
        let over = match self.over(&cut, next_key.as_deref(), was) {
            Ok(over) => over,
            Err(error) => {
                // Asked again, the search is made again: its server has moved on.
                self.begin_again();
                return Err(list.explain(error, &meta));
            }
        };
        let next_key = next_key.filter(|_| !over);
        let here = Place::Scroll { count: self.count, last: self.last.clone() };
        let items = self.left(&cut, next_key.is_some()).map_err(|error| list.explain(error, &meta))?;
        for item in &items {
            let id = item.identity(&cut.buffer);
            self.by_id &= id.as_ref().is_some_and(|id| self.seen.insert(id));
            self.last = id.filter(|_| self.by_id).map(Into::into);
        }
        if !self.by_id {
            self.last = None;
        }
        if !items.is_empty() {
            self.restarts = 0;
        }
        self.count += items.len() as u64;
        self.account.given = self.count;
        let total = cut.facts.total_items;
        self.account.say(total);
        let next = match next_key {
            Some(_) => Place::Scroll { count: self.count, last: self.last.clone() },
            None => Place::End,
        };
        self.cursor = next_key.map_or(Cursor::Start, Cursor::At);
        let (by_id, account) = (self.by_id, self.account);
        Ok(Read {
            buffer: cut.buffer,
            meta,
            items,
            total,
            number: None,
            here,
            next,
            again: false,
            by_id,
            account,
        })
    }

    /// The items of a page without what was given out before a search was made again.
    fn left(&mut self, cut: &Cut, more: bool) -> Result<Vec<Entry>> {
        let mut items = cut.items.clone();
        let id_at = |item: &Entry| item.identity(&cut.buffer);
        match &mut self.skipping {
            Some(Skip::Through(last)) => {
                match items.iter().position(|item| id_at(item).as_deref() == Some(last)) {
                    Some(at) => {
                        items.drain(..=at);
                        self.skipping = Some(Skip::Seen);
                    }
                    None if more => items.clear(),
                    None => return Err(self.vanished()),
                }
            }
            Some(Skip::Rows(rows)) => {
                let left_out = usize::try_from(*rows).unwrap_or(usize::MAX).min(items.len());
                items.drain(..left_out);
                *rows -= left_out as u64;
                if *rows == 0 {
                    self.skipping = None;
                } else if !more {
                    return Err(self.vanished());
                }
            }
            Some(Skip::Seen) | None => {}
        }
        if matches!(self.skipping, Some(Skip::Seen)) {
            items.retain(|item| id_at(item).is_none_or(|id| !self.seen.contains(&id)));
        }
        Ok(items)
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
            tracing::info!(expired, count = self.count, "page of a scroll lost, restarting the search");
            return Ok(());
        }
        if expired {
            return Err(error.with_kind(ErrorKind::ScrollExpired).with_retryable(true).with_hint(RESUME));
        }
        let error = error.with_prefix("the response to the request for the next page of a scroll was lost");
        Err(error.with_retryable(true).with_hint(RESUME))
    }

    /// The next request searches again, and what was given out is left out.
    fn begin_again(&mut self) {
        self.cursor = Cursor::Start;
        (self.empty, self.same, self.repeats) = (0, 0, 0);
        self.passed = 0;
        self.recent.forget();
        if !self.by_id {
            self.skipping = Some(Skip::Rows(self.count));
            return;
        }
        // What an earlier reader gave out is not remembered: there is only the mark of its last item.
        let mark = if self.on_lost_page == OnLostPage::Raise { &self.last } else { &self.resumed_after };
        self.skipping = Some(mark.clone().map_or(Skip::Seen, Skip::Through));
    }

    /// Whether the search gives no more, although it has a key: by empty pages. Rows that come again and again are an
    /// error.
    fn over(&mut self, cut: &Cut, key: Option<&str>, was: &Cursor) -> Result<bool> {
        if cut.nothing || key.is_none() {
            return Ok(true);
        }
        if cut.rows == 0 {
            let same = matches!(was, Cursor::At(before) if Some(before.as_str()) == key);
            (self.empty, self.same) = (self.empty + 1, if same { self.same + 1 } else { 1 });
            return Ok(self.empty >= MAX_EMPTY || self.same >= MAX_EMPTY_SAME);
        }
        (self.empty, self.same) = (0, 0);
        let ids: Vec<_> = cut.items.iter().filter_map(|item| item.identity(&cut.buffer)).collect();
        let new = ids.iter().any(|id| !self.seen.contains(id));
        // A few rows without ids among known ones say nothing: they may only differ by a time or a counter.
        let other = cut.items.len() > 2 * ids.len();
        let content = content(cut);
        let known = self.recent.holds(content);
        self.passed += cut.rows as u64;
        // A search that is made again begins with rows that came, and should not give many more of them.
        let again = self.skipping.is_some() && self.passed <= 2 * self.count + MANY;
        if known || !(again || new || other) {
            self.repeats += 1;
            if known || self.repeats >= MAX_REPEATS {
                let message = "the scroll returns the same rows again; it does not advance";
                return Err(raw::undecodable(message));
            }
        } else {
            self.repeats = 0;
        }
        self.recent.refuse_nameless(new || again, cut.facts.total_items.is_some())?;
        self.recent.remember(content);
        Ok(false)
    }

    fn vanished(&self) -> Error {
        let message = format!(
            "the list no longer contains the item that was returned last, so reading cannot continue after it ({} returned)",
            self.count
        );
        Error::new(ErrorKind::ScrollExpired, message).with_hint("Start the list again")
    }

    fn warn_of_size(&self, list: &List, words: &dialect::Scroll) {
        let asked = list.draft.fields.iter().find(|(name, _)| name == words.size);
        let size =
            asked.and_then(|(_, raw)| raw.parse::<u64>().ok()).filter(|size| *size > words.largest_advised);
        if let (0, Some(size)) = (self.count, size) {
            tracing::warn!(
                field = words.size,
                size,
                "the vendor advises at most {} items a page",
                words.largest_advised
            );
        }
    }
}

/// The scroll id inside a next-page key, as raw JSON.
fn scroll_id(key: &str, name: &str) -> Option<String> {
    let id = if key.starts_with('{') { raw::member(key, name)? } else { key };
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
        assert_eq!(scroll_id(r#"{"scroll_id":"a\u0062=="}"#, "scroll_id").as_deref(), Some(r#""a\u0062==""#));
        assert_eq!(scroll_id(r#"{"scroll_id":null}"#, "scroll_id"), None);
        assert_eq!(scroll_id(r#"{"scroll_id":""}"#, "scroll_id"), None);
        assert_eq!(scroll_id("{}", "scroll_id"), None);
    }
}

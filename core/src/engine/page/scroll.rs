//! Scrolls: a server-side cursor that every continuation advances.
//!
//! Requests are strictly sequential. A continuation that was sent and whose response was lost must not be sent again: the
//! cursor has advanced, and a page would be missing. Depending on the caller's choice, the search restarts and skips what
//! was returned, or an error carries a resume token. The same applies to an expired scroll.

use serde_json::value::RawValue;

use super::completeness::Completeness;
use super::recent_pages::{RecentPages, content};
use super::seen_ids::SeenIds;
use super::{List, OnLostPage, Position, Read};
use crate::base::error::{Error, ErrorKind, Result};
use crate::engine::response::Meta;
use crate::table::dialect;
use crate::wire::raw::{self, Entry, PageItems};

/// After so many empty pages in a row with the same key, the search has ended.
const MAX_EMPTY_SAME: u32 = 3;
/// After so many empty pages in a row with any keys, the search has ended.
const MAX_EMPTY: u32 = 10;
/// The most pages in a row without an unseen row.
const MAX_REPEATS: u32 = 3;
/// How many rows beyond twice those already returned a restarted search may skip.
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
    /// The ids that this reader returned.
    seen: SeenIds,
    /// Whether ids identify rows: every row has one, and none was repeated.
    by_id: bool,
    skipping: Option<Skip>,
    /// The last item that an earlier reader returned.
    resumed_after: Option<String>,
    empty: u32,
    same: u32,
    repeats: u32,
    recent: RecentPages,
    restarts: u32,
    /// Rows since the search restarted.
    passed: u64,
    completeness: Completeness,
}

/// The state of the server's cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cursor {
    /// None: the next request begins a search.
    Start,
    /// Before the page of this key: the raw JSON text of the scroll id, resent unchanged.
    At(String),
    /// Unknown: a continuation was sent, and the future that waited for its response was dropped.
    Unknown,
}

/// What a restarted search skips.
#[derive(Debug, Clone)]
enum Skip {
    /// Everything up to and including this item, the last one that an earlier reader returned.
    Through(String),
    /// The items that this reader returned.
    Seen,
    /// A number of rows, where ids do not identify rows.
    Rows(u64),
}

impl Scroll {
    pub(crate) fn new(from: Option<&Position>, on_lost_page: OnLostPage) -> Self {
        let (count, last) = match from {
            Some(Position::Scroll { count, last }) => (*count, last.clone()),
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
            seen: SeenIds::default(),
            empty: 0,
            same: 0,
            repeats: 0,
            recent: RecentPages::default(),
            restarts: 0,
            passed: 0,
            completeness: Completeness { given: count, ..Completeness::default() },
        };
        if count > 0 {
            scroll.restart();
        }
        scroll
    }

    /// A copy whose search will restart.
    pub(crate) fn snapshot(&self) -> Self {
        let mut scroll = self.clone();
        if scroll.cursor != Cursor::Start {
            scroll.restart();
        }
        scroll
    }

    pub(crate) async fn read(&mut self, list: &List) -> Result<Read> {
        let Some(names) = list.dialect().scroll else {
            return Err(raw::undecodable("the service has no scrolls"));
        };
        self.warn_of_size(list, &names);
        if self.cursor == Cursor::Unknown {
            self.restart();
            if self.on_lost_page == OnLostPage::Raise {
                let message = "the request for the next page of a scroll was abandoned";
                return Err(Error::new(ErrorKind::Cancelled, message).with_retryable(true).with_hint(RESUME));
            }
        }
        loop {
            // A continuation counts as lost until its response arrives: this future may be dropped while it waits.
            let was = match &self.cursor {
                Cursor::At(_) => std::mem::replace(&mut self.cursor, Cursor::Unknown),
                _ => Cursor::Start,
            };
            let start = match &was {
                Cursor::At(id) => Some(raw::compose([(names.id, id.as_str())].into_iter())),
                _ => None,
            };
            let field = start.as_deref().map(|start| (names.start, start));
            let http = list.prepare(&[], field.as_slice());
            match list.fetch(http, start.is_some(), None).await {
                Ok((received, meta)) => return self.deliver(list, received, meta, &was, &names),
                Err(error) => self.lost(error, was)?,
            }
        }
    }

    fn deliver(
        &mut self,
        list: &List,
        received: PageItems,
        meta: Meta,
        was: &Cursor,
        names: &dialect::Scroll,
    ) -> Result<Read> {
        let next_key = received.info.next_key.as_deref().and_then(|key| scroll_id(key, names.id));
        let over = match self.over(&received, next_key.as_deref(), was) {
            Ok(over) => over,
            Err(error) => {
                // The cursor has advanced, so the search restarts.
                self.restart();
                return Err(list.with_context(error, &meta));
            }
        };
        let next_key = next_key.filter(|_| !over);
        let here = Position::Scroll { count: self.count, last: self.last.clone() };
        let items =
            self.left(&received, next_key.is_some()).map_err(|error| list.with_context(error, &meta))?;
        for item in &items {
            let id = item.identity(&received.buffer);
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
        self.completeness.given = self.count;
        let total = received.info.total_items;
        self.completeness.record_total(total);
        let next = match next_key {
            Some(_) => Position::Scroll { count: self.count, last: self.last.clone() },
            None => Position::End,
        };
        self.cursor = next_key.map_or(Cursor::Start, Cursor::At);
        let (by_id, completeness) = (self.by_id, self.completeness);
        Ok(Read {
            buffer: received.buffer,
            meta,
            items,
            total,
            number: None,
            here,
            next,
            again: false,
            by_id,
            completeness,
        })
    }

    /// The items of a page without those that were returned before the search restarted.
    fn left(&mut self, received: &PageItems, more: bool) -> Result<Vec<Entry>> {
        let mut items = received.items.clone();
        let id_at = |item: &Entry| item.identity(&received.buffer);
        match &mut self.skipping {
            Some(Skip::Through(last)) => {
                match items.iter().position(|item| id_at(item).as_deref() == Some(last)) {
                    Some(at) => {
                        items.drain(..=at);
                        self.skipping = Some(Skip::Seen);
                    }
                    None if more => items.clear(),
                    None => return Err(self.missing_item()),
                }
            }
            Some(Skip::Rows(rows)) => {
                let left_out = usize::try_from(*rows).unwrap_or(usize::MAX).min(items.len());
                items.drain(..left_out);
                *rows -= left_out as u64;
                if *rows == 0 {
                    self.skipping = None;
                } else if !more {
                    return Err(self.missing_item());
                }
            }
            Some(Skip::Seen) | None => {}
        }
        if matches!(self.skipping, Some(Skip::Seen)) {
            items.retain(|item| id_at(item).is_none_or(|id| !self.seen.contains(&id)));
        }
        Ok(items)
    }

    /// Handles a failed request: returns an error, or restarts the search.
    fn lost(&mut self, error: Error, was: Cursor) -> Result<()> {
        let continuation = was != Cursor::Start;
        let expired = continuation && is_expired(&error);
        // A continuation may only be sent again with the same key if it was never executed.
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
        self.restart();
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

    /// Restarts the search with the next request; items that were returned are skipped.
    fn restart(&mut self) {
        self.cursor = Cursor::Start;
        (self.empty, self.same, self.repeats) = (0, 0, 0);
        self.passed = 0;
        self.recent.forget();
        if !self.by_id {
            self.skipping = Some(Skip::Rows(self.count));
            return;
        }
        // Of an earlier reader's items, only the last one is known.
        let mark = if self.on_lost_page == OnLostPage::Raise { &self.last } else { &self.resumed_after };
        self.skipping = Some(mark.clone().map_or(Skip::Seen, Skip::Through));
    }

    /// Whether the search has ended, which empty pages can mean in spite of a key. Rows that repeat are an error.
    fn over(&mut self, received: &PageItems, key: Option<&str>, was: &Cursor) -> Result<bool> {
        if received.nothing || key.is_none() {
            return Ok(true);
        }
        if received.rows == 0 {
            let same = matches!(was, Cursor::At(before) if Some(before.as_str()) == key);
            (self.empty, self.same) = (self.empty + 1, if same { self.same + 1 } else { 1 });
            return Ok(self.empty >= MAX_EMPTY || self.same >= MAX_EMPTY_SAME);
        }
        (self.empty, self.same) = (0, 0);
        let ids: Vec<_> = received.items.iter().filter_map(|item| item.identity(&received.buffer)).collect();
        let new = ids.iter().any(|id| !self.seen.contains(id));
        // A few rows without ids among known ones prove nothing: they may only differ in a time or a counter.
        let other = received.items.len() > 2 * ids.len();
        let content = content(received);
        let known = self.recent.holds(content);
        self.passed += received.rows as u64;
        // A restarted search begins with rows that were already returned, and should not repeat many more.
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
        self.recent.count_page(new || again, received.info.total_items.is_some())?;
        self.recent.remember(content);
        Ok(false)
    }

    fn missing_item(&self) -> Error {
        let message = format!(
            "the list no longer contains the item that was returned last, so reading cannot continue after it ({} returned)",
            self.count
        );
        Error::new(ErrorKind::ScrollExpired, message).with_hint("Start the list again")
    }

    fn warn_of_size(&self, list: &List, names: &dialect::Scroll) {
        let requested = list.template.fields.iter().find(|(name, _)| name == names.size);
        let size = requested
            .and_then(|(_, raw)| raw.parse::<u64>().ok())
            .filter(|size| *size > names.largest_advised);
        if let (0, Some(size)) = (self.count, size) {
            tracing::warn!(
                field = names.size,
                size,
                "the vendor advises at most {} items a page",
                names.largest_advised
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

/// Whether the server reports that the scroll has expired.
fn is_expired(error: &Error) -> bool {
    let mentions_expiry = || {
        let message = error.message().to_ascii_lowercase();
        ["scroll", "expired", "search context", "search_context"].iter().any(|word| message.contains(word))
    };
    match error.status() {
        Some(404 | 410) => true,
        Some(400 | 500) => mentions_expiry(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scroll_id_is_kept_unchanged() {
        assert_eq!(scroll_id(r#"{"scroll_id":"a\u0062=="}"#, "scroll_id").as_deref(), Some(r#""a\u0062==""#));
        assert_eq!(scroll_id(r#"{"scroll_id":null}"#, "scroll_id"), None);
        assert_eq!(scroll_id(r#"{"scroll_id":""}"#, "scroll_id"), None);
        assert_eq!(scroll_id("{}", "scroll_id"), None);
    }
}

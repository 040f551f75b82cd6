//! Progress through a page-numbered list: which page is next, which of its rows are new, and where the list ends.
//!
//! A list ends only when nothing indicates more rows: a total that is not reached, a number of pages that is not reached,
//! a next link, a page as long as the longest so far. These contradict each other on real servers, so a full page outweighs
//! a single sign that the list has ended, and a total below the number of received rows is ignored.
//!
//! Progress is a row with an unseen id, or without ids a page with other content. An empty page, or one without progress,
//! is only skipped if totals or links announce rows after it. Too many in a row are an error, so reading always ends.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::completeness::Completeness;
use super::range::PageRange;
use super::recent_pages::{RecentPages, content};
use super::resume::Position;
use super::seen_ids::SeenIds;
use crate::base::error::Result;
use crate::wire::raw::{self, Entry, NextLink, PageInfo, PageItems};

/// The server's default page size, as the vendor documents it.
const DEFAULT_SIZE: u64 = 50;
/// The most empty pages in a row, whatever the server announces after them.
const MAX_EMPTY: u32 = 100;
/// The most pages in a row without an unseen row.
const MAX_REPEATS: u32 = 3;
/// How often reading goes back after a fallen total without finding a moved row.
const MAX_FUTILE_REREADS: u32 = 8;

/// The position in a page-numbered list, and everything that is known of the list.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "facts that are known or not, each by itself")]
pub(crate) struct PageTracker {
    /// The page that comes next in order.
    page: u64,
    /// Rows of it that an earlier reader returned.
    skip: usize,
    requested: Option<u64>,
    longest: u64,
    /// The number of pages with progress.
    advanced: u32,
    /// Whether the first page had the requested size.
    first_full: bool,
    /// Whether there was ever a next link.
    linked: bool,
    /// Whether only a page without rows is known to be the end: neither totals nor the size of pages say anything.
    until_empty: bool,
    empty: u32,
    repeats: u32,
    recent: RecentPages,
    seen: SeenIds,
    /// The content of rows without ids.
    contents: HashSet<u64>,
    /// Whether ids identify rows. They do not if one page has the same id on two different rows.
    by_id: bool,
    completeness: Completeness,
    /// Whether the number of rows before the first page is still unknown.
    unplaced: bool,
    /// Pages that are read again because rows may have moved there.
    reread: Option<Reread>,
    futile_rereads: u32,
    ended: bool,
    /// The pages that are read, if not all of them.
    range: Option<PageRange>,
}

/// Pages that are read again.
#[derive(Debug, Clone, Copy)]
struct Reread {
    page: u64,
    last: u64,
}

/// The new items of a page, and the positions around it.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) items: Vec<Entry>,
    pub(crate) number: u64,
    pub(crate) here: Position,
    pub(crate) next: Position,
    /// Whether the page was read before; its items have no position of their own then.
    pub(crate) again: bool,
}

/// The rows of a page that are new.
struct NewRows {
    items: Vec<Entry>,
    /// How many rows are new.
    new: u64,
    progress: bool,
    /// Whether a row has an unseen id.
    new_id: bool,
    content: u64,
}

impl PageTracker {
    pub(crate) fn new(from: Option<&Position>, begin: Option<u64>, requested: Option<u64>) -> Self {
        let begin = begin.unwrap_or(1);
        let (page, skip, size, given, resumed) = match from {
            Some(Position::Page { page, skip, size, received }) => (*page, *skip, *size, *received, true),
            _ => (begin, 0, None, 0, false),
        };
        Self {
            page,
            skip,
            requested,
            longest: size.unwrap_or(0),
            advanced: u32::from(resumed && page > 1),
            first_full: false,
            linked: false,
            until_empty: false,
            empty: 0,
            repeats: 0,
            recent: RecentPages::default(),
            seen: SeenIds::default(),
            contents: HashSet::new(),
            by_id: true,
            completeness: Completeness { given, ..Completeness::default() },
            unplaced: !resumed && page > 1,
            reread: None,
            futile_rereads: 0,
            ended: false,
            range: None,
        }
    }

    /// A part of the list. The rows before it count as received by others.
    pub(crate) fn within(mut self, range: Option<PageRange>) -> Self {
        if let Some(range) = range {
            self.completeness.record_total(Some(range.total));
            self.completeness.end = range.end.map(|end| end.rows);
            self.range = Some(range);
        }
        self
    }

    /// The first page that may be read.
    fn first_page(&self) -> u64 {
        self.range.map_or(1, |range| range.first)
    }

    /// The same list, whose pages may be shorter than the one before without being the last.
    pub(crate) fn until_empty(self, until_empty: bool) -> Self {
        Self { until_empty, ..self }
    }

    /// The number of the next page to request.
    pub(crate) fn number(&self) -> u64 {
        self.reread.map_or(self.page, |back| back.page)
    }

    pub(crate) fn completeness(&self) -> Completeness {
        self.completeness
    }

    /// Whether the following pages come in order, as far as is known.
    pub(crate) fn is_sequential(&self) -> bool {
        !self.ended && self.reread.is_none() && self.empty == 0 && self.repeats == 0
    }

    /// Processes the requested page.
    pub(crate) fn take(&mut self, received: &PageItems) -> Result<Taken> {
        if let Some(back) = self.reread {
            return Ok(self.take_reread(received, back));
        }
        let (info, rows) = (&received.info, received.rows as u64);
        if std::mem::take(&mut self.unplaced) {
            self.set_rows_before(info, rows);
        }
        let before = self.completeness.given;
        // A total below the number of received rows counts something else, so its changes mean nothing.
        let sound = self.completeness.total.is_some_and(|total| total >= before);
        let fell = self.completeness.record_total(info.total_items) * u64::from(sound);
        let new_rows = self.new_rows(received, self.skip);
        let nulls = (received.rows - received.items.len()) as u64;
        let given = before + new_rows.new + nulls;
        let more = self.more(received, given, &new_rows)?;
        if more && rows > 0 {
            let counted = info.total_items.is_some() || info.total_pages.is_some();
            self.recent.count_page(new_rows.new_id, counted)?;
        }
        let (page, skip) = (self.page, self.skip);
        self.completeness.given = given;
        self.longest = self.longest.max(rows);
        self.linked |= info.next_link == NextLink::Present;
        if new_rows.progress {
            self.completeness.repeated +=
                rows.saturating_sub(skip as u64).saturating_sub(new_rows.new + nulls);
            self.first_full |= self.advanced == 0 && rows >= self.size_asked(info);
            self.advanced += 1;
            (self.empty, self.repeats) = (0, 0);
        } else if rows == 0 {
            self.empty += 1;
        } else {
            self.repeats += 1;
        }
        self.recent.remember(new_rows.content);
        let over = self.range.is_some_and(|range| range.ends_before(page + 1));
        (self.page, self.skip, self.ended) = (page + 1, 0, !more || over);
        let read = page.saturating_sub(1);
        self.go_back(fell, read, read);
        let size = Some(self.longest).filter(|size| *size > 0);
        let here = Position::Page { page, skip, size, received: before };
        Ok(Taken { items: new_rows.items, number: page, here, next: self.next_position(), again: false })
    }

    /// Processes a page that was read before. Only rows that have moved there are returned.
    fn take_reread(&mut self, received: &PageItems, back: Reread) -> Taken {
        let fell = self.completeness.record_total(received.info.total_items);
        let here = self.next_position();
        let new_rows = self.new_rows(received, 0);
        self.completeness.given += new_rows.new;
        if new_rows.new > 0 {
            self.completeness.total_fell = self.completeness.total_fell.saturating_sub(new_rows.new);
            self.futile_rereads = 0;
        }
        self.reread = Some(Reread { page: back.page + 1, ..back });
        if fell > 0 {
            self.go_back(fell, back.page, self.page - 1);
        }
        self.reread = self.reread.filter(|back| back.page <= back.last);
        Taken { items: new_rows.items, number: back.page, here, next: self.next_position(), again: true }
    }

    /// After a deletion, later rows move forward: the first rows of the next pages are now on the last pages that were
    /// read, from page `from` on or before it.
    fn go_back(&mut self, fell: u64, from: u64, read: u64) {
        // Rows without ids would be returned again.
        let known = self.by_id && self.contents.is_empty();
        let first = self.first_page();
        if fell == 0
            || read < first
            || !known
            || self.longest == 0
            || self.futile_rereads >= MAX_FUTILE_REREADS
        {
            return;
        }
        self.futile_rereads += 1;
        let moved = fell.div_ceil(self.longest) - u64::from(self.reread.is_none());
        self.reread = Some(Reread { page: from.saturating_sub(moved).max(first), last: read });
    }

    /// Sets the number of rows before the page that reading begins with.
    fn set_rows_before(&mut self, info: &PageInfo, rows: u64) {
        let mut size = self.size_asked(info);
        let before = self.page - 1;
        if let (Some(total), 1..) = (info.total_items, rows) {
            let end = before * size + rows;
            if end > total || (end < total && rows < size) {
                size = rows;
            }
        }
        self.completeness.given = before * size;
        self.completeness.guessed = self.requested.is_none() && info.page_size.is_none();
    }

    fn size_asked(&self, info: &PageInfo) -> u64 {
        let requested = self.requested.unwrap_or(DEFAULT_SIZE);
        info.page_size.filter(|size| *size > 0).map_or(requested, |size| size.min(requested))
    }

    /// The size of a full page, as far as is known.
    pub(crate) fn size(&self, info: &PageInfo) -> u64 {
        if self.longest > 0 { self.longest } else { self.size_asked(info).max(1) }
    }

    /// The size of a full page, as a page that is not the last one shows it. A shorter page may be one with hidden rows, if
    /// the number of pages says so, or that of a server that has pages of another size.
    pub(crate) fn size_shown(&self, received: &PageItems) -> u64 {
        let (info, rows) = (&received.info, received.rows as u64);
        let asked = self.size(info);
        let pages = info.total_items.map(|total| total.div_ceil(asked));
        if rows < asked && info.total_pages.is_some() && info.total_pages == pages { asked } else { rows }
    }

    /// Whether there is anything after this page.
    fn more(&self, received: &PageItems, given: u64, new_rows: &NewRows) -> Result<bool> {
        let (info, page, rows) = (&received.info, self.page, received.rows as u64);
        if received.nothing {
            return Ok(false);
        }
        // A total below the number of received rows is ignored.
        let total = info.total_items.filter(|total| *total >= given);
        let link = match info.next_link {
            NextLink::Present => Some(true),
            NextLink::Null => Some(false),
            NextLink::Absent if self.linked => Some(false),
            NextLink::Absent | NextLink::Unknown => None,
        };
        let pages = info.total_pages.filter(|pages| *pages >= page || rows == 0);
        let promised = pages.is_some_and(|pages| page < pages) || link == Some(true);
        let longest = self.longest.max(rows);
        if new_rows.progress {
            let twice = (rows - given.saturating_sub(self.completeness.given).min(rows))
                .saturating_sub(self.skip as u64);
            let again = self.completeness.repeated + twice;
            if promised || self.until_empty || total.is_some_and(|total| given + again < total) {
                return Ok(true);
            }
            // How strongly the list seems to have ended: a total may be that of one page only, and pages may be counted by
            // a size that the server does not use.
            let by_total = if total == Some(given) { 1 + u32::from(self.advanced > 0) } else { 0 };
            let by_pages = pages.map_or(0, |_| 1 + u32::from(longest >= self.size_asked(info)));
            let over = by_total + by_pages + 2 * u32::from(link.is_some());
            let long = match (self.advanced, over) {
                (0, 0) => 0,
                (0, _) => self.size_asked(info),
                _ => self.longest,
            };
            return Ok(over < 2 && rows >= long);
        }
        let size = if longest > 0 { longest } else { self.size_asked(info) };
        // After the last page with rows, one more is requested if a row may be missing.
        let before = if rows == 0 && self.empty == 0 { page.saturating_sub(1) } else { page };
        let inside = |total: u64| given < total && before.saturating_mul(size) < total;
        if promised || total.is_some_and(inside) {
            return self.check_progress(rows, new_rows.content).map(|()| true);
        }
        let announced = total.is_some() || pages.is_some() || link.is_some();
        if rows == 0 || announced || self.advanced > 1 || !self.first_full {
            return Ok(false);
        }
        self.check_progress(rows, new_rows.content).map(|()| true)
    }

    /// Refuses to skip pages without progress forever.
    fn check_progress(&self, rows: u64, content: u64) -> Result<()> {
        let page = self.page;
        if rows == 0 {
            if self.empty + 1 < MAX_EMPTY {
                return Ok(());
            }
            return Err(raw::undecodable(&format!(
                "{MAX_EMPTY} pages in a row are empty; the server does not advance"
            )));
        }
        if self.recent.is_last(content) {
            let message = format!(
                "pages {} and {page} are the same; the server does not advance",
                page.saturating_sub(1)
            );
            return Err(raw::undecodable(&message));
        }
        if self.repeats + 1 < MAX_REPEATS {
            return Ok(());
        }
        let message = format!("{MAX_REPEATS} pages in a row have no new row; the server does not advance");
        Err(raw::undecodable(&message))
    }

    /// The rows that earlier pages did not have. Within the page, only identical rows are dropped.
    fn new_rows(&mut self, received: &PageItems, skip: usize) -> NewRows {
        let mut items = Vec::with_capacity(received.items.len());
        let (mut new, mut without_id, mut ids) = (0, 0, 0);
        // The ids that are new on this page; only needed once one of them appears again.
        let mut own: Option<HashMap<Box<str>, usize>> = None;
        for (at, item) in received.items.iter().enumerate() {
            let Some(id) = item.identity(&received.buffer).filter(|_| self.by_id) else {
                without_id += 1;
                self.remember(received.slice(item));
                if item.row() >= skip {
                    new += 1;
                    items.push(item.clone());
                }
                continue;
            };
            let fresh = self.seen.insert(&id);
            let first = if fresh {
                ids += 1;
                own.as_mut().and_then(|own| own.insert((*id).into(), at));
                None
            } else {
                own.get_or_insert_with(|| first_seen(received, at, &items, skip)).get(&*id)
            };
            if first.is_some_and(|first| received.slice(&received.items[*first]) != received.slice(item)) {
                self.by_id = false;
                return self.all_rows(received, skip);
            }
            // An identical row on the same page is one row that the server has counted twice.
            if (fresh || first.is_some()) && item.row() >= skip {
                new += 1;
            }
            if fresh && item.row() >= skip {
                items.push(item.clone());
            }
        }
        let content = if without_id > 0 { content(received) } else { outline(received) };
        // A few rows without ids among known ones prove nothing: they may only differ in a time or a counter.
        let known = received.items.len() - without_id - ids;
        let other = without_id > known && !self.recent.holds(content);
        NewRows { progress: ids > 0 || other, items, new, new_id: ids > 0, content }
    }

    /// Where ids do not identify rows, every row counts as new.
    fn all_rows(&mut self, received: &PageItems, skip: usize) -> NewRows {
        received.items.iter().for_each(|item| self.remember(received.slice(item)));
        let items: Vec<Entry> = received.items.iter().filter(|item| item.row() >= skip).cloned().collect();
        let content = content(received);
        let progress = !received.items.is_empty() && !self.recent.holds(content);
        NewRows { new: items.len() as u64, items, progress, new_id: false, content }
    }

    /// Remembers a row without an id.
    fn remember(&mut self, row: &[u8]) {
        let mut hasher = DefaultHasher::new();
        row.hash(&mut hasher);
        self.completeness.ambiguous |= !self.contents.insert(hasher.finish());
    }

    fn next_position(&self) -> Position {
        if self.ended && self.reread.is_none() {
            return Position::End;
        }
        let size = Some(self.longest).filter(|size| *size > 0);
        Position::Page { page: self.page, skip: 0, size, received: self.completeness.given }
    }

    /// The position after the end, from which a list that has ended could continue.
    pub(crate) fn after_end(&self) -> Position {
        let size = Some(self.longest).filter(|size| *size > 0);
        Position::Page { page: self.page, skip: 0, size, received: self.completeness.given }
    }

    /// The last page that will certainly be requested.
    pub(crate) fn last_page(&self, info: &PageInfo) -> u64 {
        let size = self.size(info);
        let by_total = info.total_items.filter(|total| *total > self.completeness.given);
        let by_total = by_total.map(|total| total.div_ceil(size));
        let by_pages = info.total_pages.filter(|pages| *pages >= self.page);
        let last = match (by_total, by_pages) {
            (Some(one), Some(other)) => one.min(other),
            (one, other) => one.or(other).unwrap_or(0),
        };
        // If the end is unknown, only the next page will certainly be requested.
        let last = last.max(self.page);
        self.range.and_then(|range| range.end).map_or(last, |end| last.min(end.page - 1))
    }
}

/// The new ids of a page before an item, by index: those of the rows that were kept or skipped.
fn first_seen(received: &PageItems, at: usize, kept: &[Entry], skip: usize) -> HashMap<Box<str>, usize> {
    let mut kept = kept.iter().map(Entry::row).peekable();
    let mut had = HashMap::new();
    for (place, item) in received.items[..at].iter().enumerate() {
        let mine = item.row() < skip || kept.next_if_eq(&item.row()).is_some();
        if let (true, Some(id)) = (mine, item.identity(&received.buffer)) {
            had.entry((*id).into()).or_insert(place);
        }
    }
    had
}

/// A hash that distinguishes pages whose rows have ids.
fn outline(received: &PageItems) -> u64 {
    let mut hasher = DefaultHasher::new();
    received.rows.hash(&mut hasher);
    for item in [received.items.first(), received.items.last()].into_iter().flatten() {
        received.slice(item).hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests;

//! The way through a page-numbered list: which page is next, what of it is new, and where the list ends.
//!
//! A list ends only when no fact at hand says that there is more: a total that is not reached, a number of pages that is
//! not reached, a next link, a page as long as the longest so far. Facts contradict each other, so the last of these
//! counts against a single fact that says the list is over, and a total that less rows have than came says nothing.
//!
//! Progress is a row with an id that had not come, or without ids a page with other content. An empty page, or one without
//! progress, is read past only where totals or links promise rows behind it, and so many in a row are an error: reading
//! always ends.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::account::Account;
use super::recent::{Recent, content};
use super::resume::Place;
use super::seen::Seen;
use crate::base::error::Result;
use crate::wire::raw::{self, Cut, Entry, NextLink, PageFacts};

/// The page size of servers that are not asked for one, as the vendor documents it.
const DEFAULT_SIZE: u64 = 50;
/// Empty pages in a row, whatever the server promises behind them.
const MAX_EMPTY: u32 = 100;
/// Pages in a row whose rows had all come before.
const MAX_REPEATS: u32 = 3;
/// Times that reading goes back because a total fell, without finding a row.
const MAX_VAIN: u32 = 8;

/// How far a page-numbered list was read, and what is known of it.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "facts that are known or not, each by itself")]
pub(crate) struct Course {
    /// The page that comes next in order.
    page: u64,
    /// Rows of it that were given out by an earlier reader.
    skip: usize,
    asked: Option<u64>,
    longest: u64,
    /// Pages that had progress.
    advanced: u32,
    /// Whether the first page was as long as it was asked to be.
    first_full: bool,
    /// Whether there was ever a next link.
    linked: bool,
    empty: u32,
    repeats: u32,
    recent: Recent,
    seen: Seen,
    /// The content of rows without ids.
    contents: HashSet<u64>,
    /// Whether ids tell rows from each other: not where one page has the same id on two different rows.
    by_id: bool,
    account: Account,
    /// Whether it is not known yet how many rows come before the page that reading begins with.
    unplaced: bool,
    /// Pages that are read again, because rows have moved there.
    back: Option<Back>,
    vain: u32,
    ended: bool,
}

/// Pages that are read again.
#[derive(Debug, Clone, Copy)]
struct Back {
    page: u64,
    last: u64,
}

/// What was taken in of a page.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) items: Vec<Entry>,
    pub(crate) number: u64,
    pub(crate) here: Place,
    pub(crate) next: Place,
    /// Whether the page was read again: its items have no place of their own.
    pub(crate) again: bool,
}

/// What a page brought.
struct Brought {
    items: Vec<Entry>,
    /// Rows that had not come before.
    new: u64,
    progress: bool,
    /// Whether a row has an id that had not come before.
    new_id: bool,
    content: u64,
}

impl Course {
    pub(crate) fn new(from: Option<&Place>, begin: Option<u64>, asked: Option<u64>) -> Self {
        let begin = begin.unwrap_or(1).max(1);
        let (page, skip, size, given, resumed) = match from {
            Some(Place::Page { page, skip, size, received }) => (*page, *skip, *size, *received, true),
            _ => (begin, 0, None, 0, false),
        };
        Self {
            page,
            skip,
            asked,
            longest: size.unwrap_or(0),
            advanced: u32::from(resumed && page > 1),
            first_full: false,
            linked: false,
            empty: 0,
            repeats: 0,
            recent: Recent::default(),
            seen: Seen::default(),
            contents: HashSet::new(),
            by_id: true,
            account: Account { given, ..Account::default() },
            unplaced: !resumed && page > 1,
            back: None,
            vain: 0,
            ended: false,
        }
    }

    /// The page to ask for.
    pub(crate) fn number(&self) -> u64 {
        self.back.map_or(self.page, |back| back.page)
    }

    pub(crate) fn account(&self) -> Account {
        self.account
    }

    /// Whether the list goes on straight ahead, as far as can be seen.
    pub(crate) fn straight(&self) -> bool {
        !self.ended && self.back.is_none() && self.empty == 0 && self.repeats == 0
    }

    /// Takes in the page that was asked for.
    pub(crate) fn take(&mut self, cut: &Cut) -> Result<Taken> {
        if let Some(back) = self.back {
            return Ok(self.take_again(cut, back));
        }
        let (facts, rows) = (&cut.facts, cut.rows as u64);
        if std::mem::take(&mut self.unplaced) {
            self.place(facts, rows);
        }
        let before = self.account.given;
        // A total that less rows have than came counts something else, and its falling means nothing.
        let sound = self.account.total.is_some_and(|total| total >= before);
        let fell = self.account.say(facts.total_items) * u64::from(sound);
        let brought = self.sift(cut, self.skip);
        let nulls = (cut.rows - cut.items.len()) as u64;
        let given = before + brought.new + nulls;
        let more = self.more(cut, given, &brought)?;
        if more && rows > 0 {
            let counted = facts.total_items.is_some() || facts.total_pages.is_some();
            self.recent.refuse_nameless(brought.new_id, counted)?;
        }
        let (page, skip) = (self.page, self.skip);
        self.account.given = given;
        self.longest = self.longest.max(rows);
        self.linked |= facts.next_link == NextLink::There;
        if brought.progress {
            self.account.doubled += rows.saturating_sub(skip as u64).saturating_sub(brought.new + nulls);
            self.first_full |= self.advanced == 0 && rows >= self.size_asked(facts);
            self.advanced += 1;
            (self.empty, self.repeats) = (0, 0);
        } else if rows == 0 {
            self.empty += 1;
        } else {
            self.repeats += 1;
        }
        self.recent.remember(brought.content);
        (self.page, self.skip, self.ended) = (page + 1, 0, !more);
        self.go_back(fell, page - 1, page - 1);
        let size = Some(self.longest).filter(|size| *size > 0);
        let here = Place::Page { page, skip, size, received: before };
        Ok(Taken { items: brought.items, number: page, here, next: self.next_place(), again: false })
    }

    /// Takes in a page that was read before. Only what has moved there is given out.
    fn take_again(&mut self, cut: &Cut, back: Back) -> Taken {
        let fell = self.account.say(cut.facts.total_items);
        let here = self.next_place();
        let brought = self.sift(cut, 0);
        self.account.given += brought.new;
        if brought.new > 0 {
            self.account.fallen = self.account.fallen.saturating_sub(brought.new);
            self.vain = 0;
        }
        self.back = Some(Back { page: back.page + 1, ..back });
        if fell > 0 {
            self.go_back(fell, back.page, self.page - 1);
        }
        self.back = self.back.filter(|back| back.page <= back.last);
        Taken { items: brought.items, number: back.page, here, next: self.next_place(), again: true }
    }

    /// When rows were deleted, those behind them have moved ahead: the first ones of the pages to come stand on the last
    /// of those that were read, and what was looked for from page `from` on stands ahead of it.
    fn go_back(&mut self, fell: u64, from: u64, read: u64) {
        // Rows without ids would come again.
        let known = self.by_id && self.contents.is_empty();
        if fell == 0 || read == 0 || !known || self.longest == 0 || self.vain >= MAX_VAIN {
            return;
        }
        self.vain += 1;
        let moved = fell.div_ceil(self.longest) - u64::from(self.back.is_none());
        self.back = Some(Back { page: from.saturating_sub(moved).max(1), last: read });
    }

    /// How many rows come before the page that reading begins with.
    fn place(&mut self, facts: &PageFacts, rows: u64) {
        let mut size = self.size_asked(facts);
        let before = self.page - 1;
        if let (Some(total), 1..) = (facts.total_items, rows) {
            let end = before * size + rows;
            if end > total || (end < total && rows < size) {
                size = rows;
            }
        }
        self.account.given = before * size;
        self.account.guessed = self.asked.is_none() && facts.page_size.is_none();
    }

    fn size_asked(&self, facts: &PageFacts) -> u64 {
        let asked = self.asked.unwrap_or(DEFAULT_SIZE);
        facts.page_size.filter(|size| *size > 0).map_or(asked, |size| size.min(asked))
    }

    /// How many rows a page has at most, as far as is known.
    pub(crate) fn size(&self, facts: &PageFacts) -> u64 {
        if self.longest > 0 { self.longest } else { self.size_asked(facts).max(1) }
    }

    /// Whether there is anything behind this page.
    fn more(&self, cut: &Cut, given: u64, brought: &Brought) -> Result<bool> {
        let (facts, page, rows) = (&cut.facts, self.page, cut.rows as u64);
        if cut.nothing {
            return Ok(false);
        }
        // A total of less than what came is none.
        let total = facts.total_items.filter(|total| *total >= given);
        let link = match facts.next_link {
            NextLink::There => Some(true),
            NextLink::None => Some(false),
            NextLink::Absent if self.linked => Some(false),
            NextLink::Absent | NextLink::Unsaid => None,
        };
        let pages = facts.total_pages.filter(|pages| *pages >= page || rows == 0);
        let promised = pages.is_some_and(|pages| page < pages) || link == Some(true);
        let longest = self.longest.max(rows);
        if brought.progress {
            let twice =
                (rows - given.saturating_sub(self.account.given).min(rows)).saturating_sub(self.skip as u64);
            let again = self.account.doubled + twice;
            if promised || total.is_some_and(|total| given + again < total) {
                return Ok(true);
            }
            // What says that the list is over, by how sure that is: a total may be that of one page alone, pages may be
            // counted by a size that the server does not give.
            let by_total = if total == Some(given) { 1 + u32::from(self.advanced > 0) } else { 0 };
            let by_pages = pages.map_or(0, |_| 1 + u32::from(longest >= self.size_asked(facts)));
            let over = by_total + by_pages + 2 * u32::from(link.is_some());
            let long = match (self.advanced, over) {
                (0, 0) => 0,
                (0, _) => self.size_asked(facts),
                _ => self.longest,
            };
            return Ok(over < 2 && rows >= long);
        }
        let size = if longest > 0 { longest } else { self.size_asked(facts) };
        // The last place where a row may be missing is worth a look behind it, once.
        let before = if rows == 0 && self.empty == 0 { page - 1 } else { page };
        let inside = |total: u64| given < total && before.saturating_mul(size) < total;
        if promised || total.is_some_and(inside) {
            return self.go_past(rows, brought.content).map(|()| true);
        }
        let said = total.is_some() || pages.is_some() || link.is_some();
        if rows == 0 || said || self.advanced > 1 || !self.first_full {
            return Ok(false);
        }
        self.go_past(rows, brought.content).map(|()| true)
    }

    /// Refuses to read on past pages without progress for ever.
    fn go_past(&self, rows: u64, content: u64) -> Result<()> {
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
            let message = format!("pages {} and {page} are the same; the server does not advance", page - 1);
            return Err(raw::undecodable(&message));
        }
        if self.repeats + 1 < MAX_REPEATS {
            return Ok(());
        }
        let message = format!("{MAX_REPEATS} pages in a row have no new row; the server does not advance");
        Err(raw::undecodable(&message))
    }

    /// What of a page had not come on the pages before it. Inside of the page nothing is dropped but the very same row.
    fn sift(&mut self, cut: &Cut, skip: usize) -> Brought {
        let mut items = Vec::with_capacity(cut.items.len());
        let (mut new, mut nameless, mut ids) = (0, 0, 0);
        // The ids that this page was the first to have; only needed once one of them is known already.
        let mut own: Option<HashMap<Box<str>, usize>> = None;
        for (at, item) in cut.items.iter().enumerate() {
            let Some(id) = item.identity(&cut.buffer).filter(|_| self.by_id) else {
                nameless += 1;
                self.note(cut.slice(item));
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
                own.get_or_insert_with(|| first_had(cut, at, &items, skip)).get(&*id)
            };
            if first.is_some_and(|first| cut.slice(&cut.items[*first]) != cut.slice(item)) {
                self.by_id = false;
                return self.sift_nameless(cut, skip);
            }
            // The same row twice on one page is one row, which the server has counted twice.
            if (fresh || first.is_some()) && item.row() >= skip {
                new += 1;
            }
            if fresh && item.row() >= skip {
                items.push(item.clone());
            }
        }
        let content = if nameless > 0 { content(cut) } else { outline(cut) };
        // A few rows without ids among known ones say nothing: they may only differ by a time or a counter.
        let known = cut.items.len() - nameless - ids;
        let other = nameless > known && !self.recent.holds(content);
        Brought { progress: ids > 0 || other, items, new, new_id: ids > 0, content }
    }

    /// Where ids tell nothing, every row is one of its own.
    fn sift_nameless(&mut self, cut: &Cut, skip: usize) -> Brought {
        cut.items.iter().for_each(|item| self.note(cut.slice(item)));
        let items: Vec<Entry> = cut.items.iter().filter(|item| item.row() >= skip).cloned().collect();
        let content = content(cut);
        let progress = !cut.items.is_empty() && !self.recent.holds(content);
        Brought { new: items.len() as u64, items, progress, new_id: false, content }
    }

    /// Remembers a row without an id.
    fn note(&mut self, row: &[u8]) {
        let mut hasher = DefaultHasher::new();
        row.hash(&mut hasher);
        self.account.alike |= !self.contents.insert(hasher.finish());
    }

    fn next_place(&self) -> Place {
        if self.ended && self.back.is_none() {
            return Place::End;
        }
        let size = Some(self.longest).filter(|size| *size > 0);
        Place::Page { page: self.page, skip: 0, size, received: self.account.given }
    }

    /// Where a list that has ended could be asked for more.
    pub(crate) fn behind(&self) -> Place {
        let size = Some(self.longest).filter(|size| *size > 0);
        Place::Page { page: self.page, skip: 0, size, received: self.account.given }
    }

    /// The last page that is sure to be asked for.
    pub(crate) fn last_page(&self, facts: &PageFacts) -> u64 {
        let size = self.size(facts);
        let by_total = facts.total_items.filter(|total| *total > self.account.given);
        let by_total = by_total.map(|total| total.div_ceil(size));
        let by_pages = facts.total_pages.filter(|pages| *pages >= self.page);
        let last = match (by_total, by_pages) {
            (Some(one), Some(other)) => one.min(other),
            (one, other) => one.or(other).unwrap_or(0),
        };
        // Where nothing tells the end, the one page that must be asked for anyway is the only one worth asking for.
        last.max(self.page)
    }
}

/// The ids before an item that its page was the first to have, and where: those of the rows that were kept or skipped.
fn first_had(cut: &Cut, at: usize, kept: &[Entry], skip: usize) -> HashMap<Box<str>, usize> {
    let mut kept = kept.iter().map(Entry::row).peekable();
    let mut had = HashMap::new();
    for (place, item) in cut.items[..at].iter().enumerate() {
        let mine = item.row() < skip || kept.next_if_eq(&item.row()).is_some();
        if let (true, Some(id)) = (mine, item.identity(&cut.buffer)) {
            had.entry((*id).into()).or_insert(place);
        }
    }
    had
}

/// A number that differs between pages of other rows, where rows have ids.
fn outline(cut: &Cut) -> u64 {
    let mut hasher = DefaultHasher::new();
    cut.rows.hash(&mut hasher);
    for item in [cut.items.first(), cut.items.last()].into_iter().flatten() {
        cut.slice(item).hash(&mut hasher);
    }
    hasher.finish()
}

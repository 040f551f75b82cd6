//! What stands around a list: its envelope, and what that says of the page and of the whole list.

use super::ids::{Entry, Ids, whole};
use super::member;
use super::scan::{Broken, MAX_ENTRIES, Scan};
use crate::table::dialect::Envelope;

/// The rows of a page.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// All that are not null.
    pub(super) entries: Vec<Entry>,
    /// How many there are, nulls and all.
    pub(super) count: usize,
}

/// What a page says about itself and the list, as far as it says anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PageFacts {
    pub(crate) total_items: Option<u64>,
    pub(crate) total_pages: Option<u64>,
    pub(crate) page_size: Option<u64>,
    pub(crate) next_link: NextLink,
    /// The whole next-page key of a scroll, as it came.
    pub(crate) next_key: Option<String>,
}

/// What a page's links say of a next one. Where it leads does not matter: pages are asked for by number, at the
/// configured address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum NextLink {
    /// There are no links.
    #[default]
    Unsaid,
    /// There are links, and none by this name.
    Absent,
    /// The link is there, and leads nowhere.
    None,
    /// There is a next page.
    There,
}

/// Reads the rows of a list. Nulls stand where rows were that are no more; they are counted.
pub(super) fn entries<'a>(scan: &mut Scan<'a>, ids: &mut Ids<'a>) -> Result<Rows, Broken> {
    let mut rows = Rows { entries: Vec::with_capacity(64), count: 0 };
    scan.list(|scan| {
        if rows.count == MAX_ENTRIES {
            return Err(Broken::TooMany);
        }
        let null = scan.peek() == Some(b'n');
        let entry = scan.apart(|scan| ids.entry(scan, rows.count))?;
        if !null {
            rows.entries.push(entry);
        }
        rows.count += 1;
        Ok(())
    })?;
    Ok(rows)
}

/// Reads a list in its envelope, with what stands around it; no entries where the envelope holds none.
pub(super) fn enveloped<'a>(
    scan: &mut Scan<'a>,
    ids: &mut Ids<'a>,
    words: &Envelope,
) -> Result<(Option<Rows>, PageFacts), Broken> {
    let (mut data, mut facts) = (None, PageFacts::default());
    scan.object(|scan, name| {
        if name == words.data && scan.peek() != Some(b'n') {
            ids.forget();
            data = Some(entries(scan, ids)?);
            return Ok(());
        }
        let value = scan.value()?;
        let value = scan.slice(value);
        let is = |word: Option<&str>| word == Some(&*name);
        if name == words.data {
            data = Some(Rows::default());
        } else if is(words.total_items) {
            facts.total_items = count(value);
        } else if is(words.total_pages) {
            facts.total_pages = count(value);
        } else if is(words.page_size) {
            facts.page_size = count(value);
        } else if is(words.next_key) {
            facts.next_key = (value != "null").then(|| value.to_owned());
        } else if let Some((_, next)) = words.links.filter(|(links, _)| name == *links) {
            facts.next_link = next_link(value, next);
        }
        Ok(())
    })?;
    Ok((data, facts))
}

/// A count that may be a number, a text or nothing.
fn count(value: &str) -> Option<u64> {
    let number = value.trim_matches('"').trim();
    match whole(number) {
        Some(plain) => plain.parse().ok(),
        None => number.parse().ok(),
    }
}

fn next_link(links: &str, next: &str) -> NextLink {
    if !links.starts_with('{') {
        return NextLink::Unsaid;
    }
    match member(links, next) {
        None => NextLink::Absent,
        Some("null" | "false" | "\"\"") => NextLink::None,
        Some(_) => NextLink::There,
    }
}

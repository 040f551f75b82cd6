//! Envelopes of lists, and their information about the page and the whole list.

use super::ids::{Entry, Ids, whole};
use super::member;
use super::scan::{Broken, MAX_ENTRIES, Scan};
use crate::table::dialect::Envelope;

/// The rows of a page.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// All that are not null.
    pub(super) entries: Vec<Entry>,
    /// How many there are, including nulls.
    pub(super) count: usize,
}

/// What an envelope says about the page and the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PageInfo {
    pub(crate) total_items: Option<u64>,
    pub(crate) total_pages: Option<u64>,
    pub(crate) page_size: Option<u64>,
    pub(crate) next_link: NextLink,
    /// The whole next-page key of a scroll, unchanged.
    pub(crate) next_key: Option<String>,
}

/// Whether a page links to a next one. The link itself is not used: pages are requested by number, at the configured
/// address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum NextLink {
    /// There are no links.
    #[default]
    Unknown,
    /// There are links, but none with this name.
    Absent,
    /// The link is there, but empty.
    Null,
    /// There is a next page.
    Present,
}

/// Reads the rows of a list. Servers send null for rows that no longer exist; they are counted.
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

/// Reads a list with its envelope; no rows if the envelope has none.
pub(super) fn enveloped<'a>(
    scan: &mut Scan<'a>,
    ids: &mut Ids<'a>,
    names: &Envelope,
) -> Result<(Option<Rows>, PageInfo), Broken> {
    let (mut data, mut info) = (None, PageInfo::default());
    scan.object(|scan, name| {
        if name == names.data && scan.peek() != Some(b'n') {
            ids.forget();
            data = Some(entries(scan, ids)?);
            return Ok(());
        }
        let value = scan.value()?;
        let value = scan.slice(value);
        let is = |word: Option<&str>| word == Some(&*name);
        if name == names.data {
            data = Some(Rows::default());
        } else if is(names.total_items) {
            info.total_items = count(value);
        } else if is(names.total_pages) {
            info.total_pages = count(value);
        } else if is(names.page_size) {
            info.page_size = count(value);
        } else if is(names.next_key) {
            info.next_key = (value != "null").then(|| value.to_owned());
        } else if let Some((_, next)) = names.links.filter(|(links, _)| name == *links) {
            info.next_link = next_link(value, next);
        }
        Ok(())
    })?;
    Ok((data, info))
}

/// A count, which may be a number, a text or null.
fn count(value: &str) -> Option<u64> {
    let number = value.trim_matches('"').trim();
    match whole(number) {
        Some(plain) => plain.parse().ok(),
        None => number.parse().ok(),
    }
}

fn next_link(links: &str, next: &str) -> NextLink {
    if !links.starts_with('{') {
        return NextLink::Unknown;
    }
    match member(links, next) {
        None => NextLink::Absent,
        Some("null" | "false" | "\"\"") => NextLink::Null,
        Some(_) => NextLink::Present,
    }
}

//! What stands around a list: its envelope, and what that says of the page and of the whole list.

use super::ids::{Entry, Ids};
use super::member;
use super::scan::{Broken, Scan};

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

/// What a page's links say of a next one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum NextLink {
    /// There are no links.
    #[default]
    Unsaid,
    /// There are links, and none of them leads on.
    None,
    /// Where the next page is.
    To(String),
}

/// Reads the entries of a list.
pub(super) fn entries<'a>(scan: &mut Scan<'a>, ids: &mut Ids<'a>) -> Result<Vec<Entry>, Broken> {
    let mut entries = Vec::with_capacity(64);
    scan.list(|scan| {
        entries.push(scan.apart(|scan| ids.entry(scan))?);
        Ok(())
    })?;
    Ok(entries)
}

/// Reads a list under `data`, with what stands around it; no entries where there is no `data`.
pub(super) fn enveloped<'a>(
    scan: &mut Scan<'a>,
    ids: &mut Ids<'a>,
) -> Result<(Option<Vec<Entry>>, PageFacts), Broken> {
    let (mut data, mut facts) = (None, PageFacts::default());
    scan.object(|scan, name| {
        if name == "data" && scan.peek() != Some(b'n') {
            ids.forget();
            data = Some(entries(scan, ids)?);
            return Ok(());
        }
        let value = scan.value()?;
        let value = scan.slice(value);
        match &*name {
            "data" => data = Some(Vec::new()),
            "totalItems" => facts.total_items = count(value),
            "totalPages" => facts.total_pages = count(value),
            "pageSize" => facts.page_size = count(value),
            "_links" => facts.next_link = next_link(value),
            "next_page_key" => facts.next_key = (value != "null").then(|| value.to_owned()),
            _ => {}
        }
        Ok(())
    })?;
    Ok((data, facts))
}

/// A count that may be a number, a text or nothing.
fn count(value: &str) -> Option<u64> {
    value.trim_matches('"').trim().parse().ok()
}

fn next_link(links: &str) -> NextLink {
    if !links.starts_with('{') {
        return NextLink::Unsaid;
    }
    let link = member(links, "nextPage").and_then(|raw| serde_json::from_str::<Option<String>>(raw).ok());
    match link.flatten() {
        Some(link) if !link.is_empty() => NextLink::To(link),
        _ => NextLink::None,
    }
}

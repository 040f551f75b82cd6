//! The words of each service's requests and responses: envelopes, paging, advice. The rows are rendered from the documents.

/// What one service calls the things that all services have.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// What stands around results, where something does.
    pub(crate) envelope: Option<Envelope>,
    /// How numbered pages are asked for, where there are any.
    pub(crate) pages: Option<Pages>,
    /// How scrolls go on, where there are any.
    pub(crate) scroll: Option<Scroll>,
    /// What to look at when credentials of a kind are refused; names of options in backticks.
    pub(crate) refused: &'static str,
    /// What a 500 to the first call with a fresh token often means.
    pub(crate) fresh_token_500: Option<&'static str>,
}

/// The members of an envelope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Envelope {
    /// The result, or the rows of a list.
    pub(crate) data: &'static str,
    /// How many rows the list has.
    pub(crate) total_items: Option<&'static str>,
    /// How many pages the list has.
    pub(crate) total_pages: Option<&'static str>,
    /// How many rows a page has.
    pub(crate) page_size: Option<&'static str>,
    /// The object of links, and the one to the next page in it.
    pub(crate) links: Option<(&'static str, &'static str)>,
    /// The key of a scroll's next page.
    pub(crate) next_key: Option<&'static str>,
}

/// The query parameters of numbered pages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pages {
    /// The number of the page, from 1.
    pub(crate) number: &'static str,
    /// How many rows it may have.
    pub(crate) size: &'static str,
}

/// The members of a scroll's requests and keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scroll {
    /// The field of the body that holds the key a continuation begins with.
    pub(crate) start: &'static str,
    /// The member of a key that names the scroll.
    pub(crate) id: &'static str,
    /// The field of the body that says how many rows a page may have.
    pub(crate) size: &'static str,
    /// Above this many rows a page the vendor promises nothing.
    pub(crate) largest_advised: u64,
}

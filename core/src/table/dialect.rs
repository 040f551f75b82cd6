//! The dialect of each service: field names of envelopes and paging, and hints. The rows are rendered from the documents.

/// The names that one service uses for what all services have.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// The envelope of results, if there is one.
    pub(crate) envelope: Option<Envelope>,
    /// How numbered pages are requested, if there are any.
    pub(crate) pages: Option<Pages>,
    /// How scrolls continue, if there are any.
    pub(crate) scroll: Option<Scroll>,
    /// The hint for refused credentials, with names of options in backticks.
    pub(crate) refused: &'static str,
    /// The hint for a 500 to the first call with a new token.
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
    /// The page size.
    pub(crate) size: &'static str,
}

/// The members of a scroll's requests and keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scroll {
    /// The field of the body that holds the key a continuation begins with.
    pub(crate) start: &'static str,
    /// The member of a key that names the scroll.
    pub(crate) id: &'static str,
    /// The field of the body that holds the page size.
    pub(crate) size: &'static str,
    /// The largest page size that the vendor supports.
    pub(crate) largest_advised: u64,
}

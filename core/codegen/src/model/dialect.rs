//! The names that a service uses for what all services have.

use serde::Serialize;

/// The names that one service uses for what all services have.
#[derive(Debug, Clone, Serialize)]
pub struct Dialect {
    /// The envelope of results.
    pub envelope: Option<Envelope>,
    /// How numbered pages are requested.
    pub pages: Option<PageWords>,
    /// How scrolls continue.
    pub scroll: Option<ScrollWords>,
    /// The hint for refused credentials.
    pub refused: String,
    /// The hint for a 500 to the first call with a new token.
    pub fresh_token_500: Option<String>,
}

/// The members of an envelope.
#[derive(Debug, Clone, Serialize)]
pub struct Envelope {
    /// The result, or the rows of a list.
    pub data: String,
    /// How many rows the list has.
    pub total_items: Option<String>,
    /// How many pages the list has.
    pub total_pages: Option<String>,
    /// How many rows a page has.
    pub page_size: Option<String>,
    /// The object of links.
    pub links: Option<String>,
    /// The link to the next page in it.
    pub next_link: Option<String>,
    /// The key of a scroll's next page.
    pub next_key: Option<String>,
}

/// The query parameters of numbered pages.
#[derive(Debug, Clone, Serialize)]
pub struct PageWords {
    /// The number of the page.
    pub number: String,
    /// The page size.
    pub size: String,
}

/// The members of a scroll's requests and keys.
#[derive(Debug, Clone, Serialize)]
pub struct ScrollWords {
    /// The field that holds the key a continuation begins with.
    pub start: String,
    /// The member of a key that names the scroll.
    pub id: String,
    /// The field that holds the page size.
    pub size: String,
    /// The largest page size that the vendor supports.
    pub largest_advised: i64,
}

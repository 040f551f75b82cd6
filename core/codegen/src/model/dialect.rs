//! The words of a service for what all services have.

use serde::Serialize;

/// What one service calls the things that all services have.
#[derive(Debug, Clone, Serialize)]
pub struct Dialect {
    /// What stands around results.
    pub envelope: Option<Envelope>,
    /// How numbered pages are asked for.
    pub pages: Option<PageWords>,
    /// How scrolls go on.
    pub scroll: Option<ScrollWords>,
    /// What to look at when credentials are refused.
    pub refused: String,
    /// What a 500 to the first call with a fresh token often means.
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
    /// How many rows it may have.
    pub size: String,
}

/// The members of a scroll's requests and keys.
#[derive(Debug, Clone, Serialize)]
pub struct ScrollWords {
    /// The field that holds the key a continuation begins with.
    pub start: String,
    /// The member of a key that names the scroll.
    pub id: String,
    /// The field that says how many rows a page may have.
    pub size: String,
    /// Above this many rows a page the vendor promises nothing.
    pub largest_advised: i64,
}

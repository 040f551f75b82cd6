//! N-central's list pages: parsing the query, the four envelopes, and the cached pages that make the simulator fast
//! enough for benchmarks.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::options::{ListEnvelope, Options};
use crate::request::{Call, PageFault};
use crate::select::Select;
use crate::services::Problem;
use crate::store::view::{View, Written};

/// Cached pages are dropped together above this size.
const CACHE_BYTES: usize = 64 << 20;

/// The largest page that may be requested, whatever the server cuts it to.
const LARGEST: usize = 1000;

/// Page numbers are 32-bit.
const LAST_NUMBER: usize = i32::MAX as usize;

const DIRECTIONS: [(&str, bool); 6] = [
    ("asc", false),
    ("ascending", false),
    ("natural", false),
    ("desc", true),
    ("descending", true),
    ("reverse", true),
];

/// Pages by request target.
#[derive(Debug, Default)]
pub(crate) struct PageCache {
    pages: HashMap<Box<str>, Bytes>,
    bytes: usize,
}

impl PageCache {
    pub(crate) fn get(&self, target: &str) -> Option<Bytes> {
        self.pages.get(target).cloned()
    }

    pub(crate) fn put(&mut self, target: &str, page: &Bytes) {
        let weight = target.len() + page.len();
        if self.bytes + weight > CACHE_BYTES {
            self.clear();
        }
        self.bytes += weight;
        self.pages.insert(target.into(), page.clone());
    }

    /// The data has changed.
    pub(crate) fn clear(&mut self) {
        self.pages.clear();
        self.bytes = 0;
    }
}

/// The query of a list.
#[derive(Debug)]
pub(crate) struct PageQuery {
    number: usize,
    size: usize,
    sort: Option<String>,
    descending: bool,
    select: Option<Select>,
    warnings: Vec<&'static str>,
}

impl PageQuery {
    /// Reads the query; every invalid parameter is reported.
    pub(crate) fn read(call: &Call<'_>, options: &Options) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut whole = |name: &'static str, default: usize, largest: usize| {
            let Some(text) = call.query(name) else { return default };
            match text.parse() {
                Ok(number) if (1..=largest).contains(&number) && !text.starts_with('+') => number,
                _ => {
                    let message = format!("{name} must be a number between 1 and {largest}");
                    problems.push(Problem::new(name, message));
                    default
                }
            }
        };
        let number = whole("pageNumber", 1, LAST_NUMBER);
        let size = whole("pageSize", 50, LARGEST).min(options.max_page_size.max(1));
        let order = call.query("sortOrder").unwrap_or_else(|| "asc".to_owned());
        let direction = DIRECTIONS.iter().find(|(name, _)| order.eq_ignore_ascii_case(name));
        if direction.is_none() {
            problems.push(Problem::new("sortOrder", format!("Invalid sortOrder '{order}'")));
        }
        let mut warnings = Vec::new();
        let select = call.query("select").filter(|text| !text.is_empty());
        if select.as_deref().is_some_and(Select::is_broken) {
            problems.push(Problem::new("select", "select must be a valid expression"));
        }
        let select = select.and_then(|text| {
            let select = Select::parse(&text);
            if select.is_none() {
                warnings.push("The select expression could not be read and was ignored.");
            }
            select
        });
        let sort = call.query("sortBy").filter(|name| !name.is_empty());
        let descending = direction.is_some_and(|(_, descending)| *descending);
        if problems.is_empty() {
            Ok(Self { number, size, sort, descending, select, warnings })
        } else {
            Err(problems)
        }
    }

    /// Reads the number and the size of a page where there is nothing else to read. Larger pages are cut.
    pub(crate) fn plain(call: &Call<'_>, options: &Options) -> Result<Self, Vec<Problem>> {
        let whole = |name: &str, least: usize, default: Option<usize>| {
            let given = call.query(name).map_or(default, |text| text.parse().ok());
            given.filter(|number| *number >= least).ok_or_else(|| {
                vec![Problem::new(name, format!("{name} must be a number of at least {least}"))]
            })
        };
        let number = whole("pageNumber", 0, None)?;
        let size = whole("pageSize", 1, Some(50))?.min(options.max_page_size.max(1));
        Ok(Self { number, size, sort: None, descending: false, select: None, warnings: Vec::new() })
    }

    /// Whether the page precedes the first one.
    pub(crate) fn is_before_all(&self) -> bool {
        self.number == 0
    }

    /// The page of these rows, serialized: in N-central's envelope, or as the only member of an object.
    pub(crate) fn page(
        mut self,
        mut rows: Vec<View<'_>>,
        call: &Call<'_>,
        options: &Options,
        under: Option<&str>,
    ) -> Bytes {
        if let Some(select) = &self.select {
            rows.retain(|row| select.keeps(row));
        }
        if let Some(name) = &self.sort {
            if rows.first().is_some_and(|row| row.field(name).is_none()) {
                self.warnings.push("The field to sort by does not exist; sortBy was ignored.");
            } else {
                rows.sort_by_cached_key(|row| row.field(name));
            }
        }
        if self.descending {
            rows.reverse();
        }
        let shown = match call.page_fault {
            None => self.number,
            Some(PageFault::Repeated) => (self.number - 1).max(1),
            Some(PageFault::Empty) => usize::MAX,
        };
        let from = (shown - 1).saturating_mul(self.size).min(rows.len());
        let to = from.saturating_add(self.size).min(rows.len());
        let items: Vec<_> = rows[from..to].iter().map(|row| row.written(options.ids)).collect();
        if let Some(under) = under {
            return Bytes::from(serde_json::to_vec(&BTreeMap::from([(under, &items)])).unwrap_or_default());
        }
        let envelope = Envelope {
            form: options.list_envelope,
            links: Links { path: call.request.path(), query: call.request.raw_query() },
            total: rows.len(),
            items: &items,
            query: &self,
        };
        Bytes::from(serde_json::to_vec(&envelope).unwrap_or_default())
    }
}

struct Envelope<'p> {
    form: ListEnvelope,
    items: &'p [Written<'p>],
    total: usize,
    query: &'p PageQuery,
    links: Links<'p>,
}

impl Serialize for Envelope<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.form == ListEnvelope::Array {
            return self.items.serialize(serializer);
        }
        let PageQuery { number, size, warnings, .. } = self.query;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("data", self.items)?;
        if self.form == ListEnvelope::Minimal {
            map.serialize_entry("totalItems", &self.total)?;
            return map.end();
        }
        if self.form == ListEnvelope::Seed {
            map.serialize_entry("totalItems", &self.total)?;
            map.serialize_entry("pageNumber", number)?;
            map.serialize_entry("pageSize", size)?;
            return map.end();
        }
        let pages = self.total.div_ceil(*size);
        map.serialize_entry("pageNumber", number)?;
        map.serialize_entry("pageSize", size)?;
        map.serialize_entry("itemCount", &self.items.len())?;
        map.serialize_entry("totalItems", &self.total)?;
        map.serialize_entry("totalPages", &pages)?;
        map.serialize_entry("_links", &self.links.around(*number, *size, pages))?;
        if !warnings.is_empty() {
            map.serialize_entry("_warning", &warnings.join(" "))?;
        }
        map.end()
    }
}

/// Links to the neighbouring pages, relative as the vendor's are.
struct Links<'p> {
    path: &'p str,
    query: &'p str,
}

#[derive(Serialize)]
struct Neighbours {
    #[serde(rename = "firstPage")]
    first: String,
    #[serde(rename = "previousPage", skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
    #[serde(rename = "nextPage", skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(rename = "lastPage")]
    last: String,
}

impl Links<'_> {
    fn around(&self, number: usize, size: usize, pages: usize) -> Neighbours {
        Neighbours {
            first: self.to(1, size),
            previous: (number > 1 && number <= pages + 1).then(|| self.to(number - 1, size)),
            next: (number < pages).then(|| self.to(number + 1, size)),
            last: self.to(pages.max(1), size),
        }
    }

    fn to(&self, number: usize, size: usize) -> String {
        let kept = url::form_urlencoded::parse(self.query.as_bytes())
            .filter(|(key, _)| key != "pageNumber" && key != "pageSize");
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("pageNumber", &number.to_string()).append_pair("pageSize", &size.to_string());
        query.extend_pairs(kept);
        format!("{}?{}", self.path, query.finish())
    }
}

//! Reads the list in which an object would be.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use tokio::time::Instant;

use super::key::{Key, Likeness};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::spelling::Spelling;
use crate::engine::call::CallPolicy;
use crate::engine::core::Core;
use crate::engine::page::{OnIncomplete, PagingOptions, RawPager};
use crate::engine::request::{CallOptions, Fields, RequestTemplate};
use crate::engine::response::Meta;
use crate::table::{Ensure, Operation};
use crate::wire::raw;

/// A row that has the wanted values.
pub(super) struct Match {
    pub(super) json: String,
    pub(super) meta: Arc<Meta>,
    likeness: Likeness,
}

/// The list, and what is looked for.
pub(super) struct Looking<'a> {
    core: &'a Core,
    pub(super) find: &'static Operation,
    pub(super) key: Key,
    whole: RequestTemplate,
    filtered: Option<RequestTemplate>,
    options: CallOptions,
}

impl<'a> Looking<'a> {
    /// Checks everything that will be sent.
    pub(super) fn new(
        core: &'a Core,
        ensure: &Ensure,
        template: &RequestTemplate,
        options: &CallOptions,
    ) -> Result<Self> {
        let find = core.operation(ensure.find)?;
        let key = Key::of(ensure, template)?;
        let options = CallOptions {
            max_retries: options.max_retries,
            extra_headers: options.extra_headers.clone(),
            ..CallOptions::default()
        };
        let mut params: Fields = Vec::new();
        for (name, from) in ensure.scope {
            let raw = template
                .raw(from)
                .ok_or_else(|| Error::required(template.name_of(from), "it says where to look"))?;
            params.push(((*name).to_owned(), raw.to_owned()));
        }
        if let Some((name, size)) = ensure.page_size {
            params.push((name.to_owned(), size.to_string()));
        }
        let request = |params: &Fields| {
            let json = raw::compose(params.iter().map(|(name, raw)| (name.as_str(), raw.as_str())));
            // Its parameters have the core's names.
            RequestTemplate::new(find, json.as_bytes(), &options, Spelling::default(), &|_| None)
        };
        let whole = request(&params)?;
        let filtered = match ensure.filter.zip(key.filter()) {
            Some((name, filter)) => {
                params.push((name.to_owned(), Value::from(filter).to_string()));
                Some(request(&params)?)
            }
            None => None,
        };
        Ok(Self { core, find, key, whole, filtered, options })
    }

    /// Where is looked, as one text.
    pub(super) fn place(&self) -> &str {
        self.whole.path()
    }

    /// What is looked for and where, as one text: the same for every call that means the same object.
    pub(super) fn object(&self) -> String {
        [self.core.base_url().as_str(), self.find.id, self.place(), &self.key.identity()].join("\n")
    }

    /// The rows with the wanted values; one that is written alike goes before all others.
    ///
    /// Servers compare in ways of their own, so a filter only saves reading the list where it returns the row. An incomplete
    /// list is an error.
    pub(super) async fn run(&self, deadline: Option<Instant>) -> Result<Vec<Match>> {
        if let Some(filtered) = &self.filtered {
            match self.read(filtered, deadline).await {
                Ok(found) => {
                    if let Some(only) = only_exact(found) {
                        return Ok(vec![only]);
                    }
                }
                // Not every server takes every field, and some fail instead of refusing it.
                Err(error) if matches!(error.kind(), ErrorKind::BadRequest | ErrorKind::Server) => {
                    tracing::debug!(operation = self.find.id, kind = ?error.kind(), "the filter was refused");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(chosen(self.read(&self.whole, deadline).await?))
    }

    /// The rows of the whole list that have one of these keys.
    pub(super) async fn snapshot(
        &self,
        ensure: &Ensure,
        wanted: &HashSet<String>,
        deadline: Option<Instant>,
    ) -> Result<Snapshot> {
        let mut snapshot = Snapshot { read_at: Instant::now(), rows: HashMap::new(), meta: None };
        let mut keep = |json: &str, meta: &Arc<Meta>| {
            if let Some(identity) = Key::identity_of(ensure, json).filter(|it| wanted.contains(it)) {
                snapshot.rows.entry(identity).or_default().push((json.to_owned(), meta.clone()));
            }
        };
        snapshot.meta = self.each(&self.whole, deadline, &mut keep).await?;
        Ok(snapshot)
    }

    async fn read(&self, template: &RequestTemplate, deadline: Option<Instant>) -> Result<Vec<Match>> {
        let mut found = Vec::new();
        let mut keep = |json: &str, meta: &Arc<Meta>| {
            if let Some(likeness) = self.key.likeness(json) {
                found.push(Match { json: json.to_owned(), meta: meta.clone(), likeness });
            }
        };
        self.each(template, deadline, &mut keep).await?;
        Ok(found)
    }

    /// Reads a list to its end; returns the metadata of the last page.
    async fn each(
        &self,
        template: &RequestTemplate,
        deadline: Option<Instant>,
        row: &mut (dyn FnMut(&str, &Arc<Meta>) + Send),
    ) -> Result<Option<Arc<Meta>>> {
        let paging = PagingOptions { on_incomplete: Some(OnIncomplete::Raise), ..PagingOptions::default() };
        let policy = CallPolicy::of(self.core, &self.options)?;
        let pager = RawPager::new(self.core.clone(), template.clone(), &paging, policy)?;
        let mut last = None;
        while let Some(page) = super::before(deadline, pager.next_page()).await? {
            for json in (0..page.len()).filter_map(|at| page.item(at)) {
                row(&String::from_utf8_lossy(json), &page.meta);
            }
            last = Some(page.meta);
        }
        Ok(last)
    }

    /// The error for several rows with the wanted values.
    pub(super) fn ambiguous(&self, found: &[Match], template: &RequestTemplate) -> Error {
        let ids: Vec<String> = found.iter().filter_map(|row| self.id(&row.json)).collect();
        let ids = if ids.is_empty() { String::new() } else { format!(" ({})", ids.join(", ")) };
        let message = format!("{} objects have the {}{ids}", found.len(), self.key.shown());
        let error = Error::new(ErrorKind::Ambiguous, message)
            .with_matches(found.iter().map(|row| row.json.clone()).collect())
            .with_hint("Choose one of them by its id");
        self.with_context(error, found.first().map(|row| &*row.meta), template)
    }

    /// Adds the metadata of the list's response to an error.
    pub(super) fn with_context(
        &self,
        error: Error,
        meta: Option<&Meta>,
        template: &RequestTemplate,
    ) -> Error {
        let error = match meta {
            Some(meta) => error
                .with_target(Some(meta.target.clone()))
                .with_answer(meta.status, &meta.headers, &Bytes::new())
                .with_attempts(meta.history.clone())
                .with_request_id(&meta.request_id),
            None => error,
        };
        error.redacted(&self.core.redactor(template.secrets()))
    }

    /// The id of a row, as text.
    pub(super) fn id(&self, row: &str) -> Option<String> {
        let crate::table::Answer::List { id, .. } = self.find.answer else { return None };
        super::key::text_of(raw::member(row, id)?).filter(|id| !id.is_empty())
    }
}

/// What a list had when it was read.
pub(super) struct Snapshot {
    /// When reading began.
    pub(super) read_at: Instant,
    rows: HashMap<String, Vec<(String, Arc<Meta>)>>,
    /// The metadata of the last page.
    pub(super) meta: Option<Arc<Meta>>,
}

impl Snapshot {
    /// The rows with the wanted values.
    pub(super) fn matches(&self, key: &Key) -> Vec<Match> {
        let rows = self.rows.get(&key.identity()).map(Vec::as_slice).unwrap_or_default();
        let matches = rows.iter().filter_map(|(json, meta)| {
            Some(Match { json: json.clone(), meta: meta.clone(), likeness: key.likeness(json)? })
        });
        chosen(matches.collect())
    }
}

/// The row that is written alike goes before all others, if there is one.
fn chosen(mut found: Vec<Match>) -> Vec<Match> {
    let mut exact = found.iter().enumerate().filter(|(_, row)| row.likeness == Likeness::Exact);
    match (exact.next().map(|(at, _)| at), exact.next()) {
        (Some(at), None) => vec![found.swap_remove(at)],
        _ => found,
    }
}

/// The row that is written alike, if it is the only one of those.
fn only_exact(found: Vec<Match>) -> Option<Match> {
    let mut exact = found.into_iter().filter(|row| row.likeness == Likeness::Exact);
    exact.next().filter(|_| exact.next().is_none())
}

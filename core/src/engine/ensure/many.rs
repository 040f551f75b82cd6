//! Many objects at once: each list is read once, and every row has an outcome of its own.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::Ensuring;
use super::look::{Looking, Snapshot};
use crate::base::error::{Difference, Error, ErrorKind, Result};
use crate::engine::request::{Fields, RequestTemplate};
use crate::engine::response::{Meta, RawResponse};
use crate::wire::raw;

/// A row that was checked.
struct Row<'a> {
    at: usize,
    template: RequestTemplate,
    look: Looking<'a>,
}

/// The list of each place that the rows name.
type Lists = HashMap<String, Result<Snapshot>>;

impl<'a> Ensuring<'a> {
    /// The outcomes, as `{outcomes: [{row, ensured, error}]}`.
    pub(super) async fn many(
        &self,
        template: &RequestTemplate,
        rows: &'static str,
        started: Instant,
    ) -> Result<RawResponse> {
        let deadline = self.deadline(started)?;
        let rows = self.rows(template, rows)?;
        let lists = self.lists(&rows, deadline).await?;
        let count = rows.len();
        let create = self.core.operation(self.ensure.create)?;
        let room = self.core.limiter(create.limit.group, create.limit.cap).cap() as usize;
        let mut work = Vec::new();
        for group in groups(rows) {
            work.push(self.group(group, &lists, deadline).boxed());
        }
        let ended: Vec<_> = stream::iter(work).buffer_unordered(room.max(1)).collect().await;
        let mut outcomes: Vec<Option<Result<RawResponse>>> = (0..count).map(|_| None).collect();
        for (at, outcome) in ended.into_iter().flatten() {
            outcomes[at] = Some(outcome);
        }
        let outcomes: Vec<_> = outcomes.into_iter().flatten().collect();
        let listed = listed(&lists);
        let answers = outcomes.iter().filter_map(|outcome| Some(&outcome.as_ref().ok()?.meta));
        let Some(meta) = listed.chain(answers).next().cloned() else {
            return Err(Error::new(ErrorKind::Internal, "no list had a response"));
        };
        Ok(self.answer(meta, outcomes.into_iter().map(|outcome| outcome.map(Some)).collect()))
    }

    /// The outcomes of looking for each row: a row without `ensured` and without `error` is not there. Creates nothing.
    pub(super) async fn find_many(
        &self,
        template: &RequestTemplate,
        rows: &'static str,
        deadline: Option<Instant>,
    ) -> Result<RawResponse> {
        let rows = self.rows(template, rows)?;
        let lists = self.lists(&rows, deadline).await?;
        let mut outcomes = Vec::with_capacity(rows.len());
        for Row { template, look, .. } in rows {
            outcomes.push(match lists.get(look.place()) {
                Some(Err(error)) => Err(error.clone()),
                Some(Ok(list)) => self.found(&look, &template, Some(list), deadline).await,
                None => Err(Error::new(ErrorKind::Internal, "the list of a row was not read")),
            });
        }
        let Some(meta) = listed(&lists).next().cloned() else {
            return Err(Error::new(ErrorKind::Internal, "no list had a response"));
        };
        Ok(self.answer(meta, outcomes))
    }

    /// The rows, each as a request of its own. A key that is missing or blank refuses the call.
    fn rows(&self, template: &RequestTemplate, name: &'static str) -> Result<Vec<Row<'a>>> {
        let create = self.core.operation(self.ensure.create)?;
        let internal = |error: &dyn std::fmt::Display| Error::new(ErrorKind::Internal, error.to_string());
        let list = template.raw(name).unwrap_or("[]");
        let given: Vec<&RawValue> = serde_json::from_str(list).map_err(|error| internal(&error))?;
        let extra: Fields = template.fields.iter().filter(|(known, _)| known != name).cloned().collect();
        let mut rows = Vec::with_capacity(given.len());
        for (at, row) in given.into_iter().enumerate() {
            let mut fields = Fields::new();
            raw::walk(row.get(), |name, raw| fields.push((name.to_owned(), raw.to_owned())))
                .map_err(|error| internal(&error))?;
            fields.retain(|(known, _)| !extra.iter().any(|(name, _)| name == known));
            fields.extend(extra.iter().cloned());
            let template = template.of_row(create, fields);
            let look = Looking::new(self.core, self.ensure, &template, self.options).map_err(|error| {
                let within = error.argument_name().unwrap_or_default();
                let (given, allowed) =
                    (error.given().unwrap_or("nothing"), error.allowed().unwrap_or_default());
                Error::argument(&format!("{name}[{at}].{within}"), given, allowed)
            })?;
            rows.push(Row { at, template, look });
        }
        Ok(rows)
    }

    /// Reads the list of each place once. If none can be read, that is the error of the call.
    async fn lists(&self, rows: &[Row<'_>], deadline: Option<Instant>) -> Result<Lists> {
        let mut wanted: HashMap<&str, HashSet<String>> = HashMap::new();
        for row in rows {
            wanted.entry(row.look.place()).or_default().insert(row.look.key.identity());
        }
        let mut lists = Lists::new();
        let mut first = None;
        for row in rows {
            let Some(keys) = wanted.remove(row.look.place()) else { continue };
            let list = row.look.snapshot(self.ensure, &keys, deadline).await;
            if let (Err(error), None) = (&list, &first) {
                first = Some(error.clone());
            }
            lists.insert(row.look.place().to_owned(), list);
        }
        match first {
            Some(error) if lists.values().all(Result::is_err) => Err(error),
            _ => Ok(lists),
        }
    }

    /// The outcomes of rows that mean the same object, one after another.
    async fn group(
        &self,
        group: Vec<Row<'_>>,
        lists: &Lists,
        deadline: Option<Instant>,
    ) -> Vec<(usize, Result<RawResponse>)> {
        let mut outcomes = Vec::with_capacity(group.len());
        let mut known: Option<(String, Meta)> = None;
        let mut tried = false;
        for Row { at, template, look } in group {
            let outcome = match (&known, lists.get(look.place())) {
                (Some((value, meta)), _) => self.compared(&look, value, meta, &template, false),
                (None, Some(Err(error))) => Err(error.clone()),
                // After an attempt that failed, the list is read anew.
                (None, list) => {
                    let list = list.and_then(|list| list.as_ref().ok()).filter(|_| !tried);
                    self.ensured(&look, &template, list, deadline).await
                }
            };
            tried = true;
            if let (Ok(answer), None) = (&outcome, &known) {
                let json = String::from_utf8_lossy(&answer.json);
                known = raw::member(&json, "value").map(|value| (value.to_owned(), answer.meta.clone()));
            }
            outcomes.push((at, outcome));
        }
        outcomes
    }

    fn answer(&self, meta: Meta, outcomes: Vec<Result<Option<RawResponse>>>) -> RawResponse {
        let each = outcomes.into_iter().enumerate().map(|(at, outcome)| {
            let (ensured, error) = match outcome {
                Ok(Some(answer)) => (String::from_utf8_lossy(&answer.json).into_owned(), "null".to_owned()),
                Ok(None) => ("null".to_owned(), "null".to_owned()),
                Err(error) => {
                    let error = error.for_operation(self.operation.id).spelled(self.core.shared.spelling);
                    ("null".to_owned(), failure(&error))
                }
            };
            let members = [("row", &*at.to_string()), ("ensured", &*ensured), ("error", &*error)];
            raw::compose(members.into_iter())
        });
        let list = format!("[{}]", each.collect::<Vec<_>>().join(","));
        let json = Bytes::from(raw::compose([("outcomes", list.as_str())].into_iter()));
        RawResponse { meta, body: json.clone(), json }
    }
}

/// The metadata of the lists that were read.
fn listed(lists: &Lists) -> impl Iterator<Item = &Meta> {
    lists.values().filter_map(|list| list.as_ref().ok()?.meta.as_deref())
}

/// The rows that mean the same object, in the order of the first of each.
fn groups(rows: Vec<Row<'_>>) -> Vec<Vec<Row<'_>>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Vec<Row<'_>>> = Vec::new();
    for row in rows {
        let at = *places.entry(row.look.object()).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[at].push(row);
    }
    groups
}

/// An error as the JSON of an outcome.
fn failure(error: &Error) -> String {
    let differences: Vec<String> = error.differences().iter().map(Difference::to_json).collect();
    let members = [
        ("kind", Value::from(error.kind().name()).to_string()),
        ("message", Value::from(error.to_string()).to_string()),
        ("status", Value::from(error.status()).to_string()),
        ("retryable", error.retryable().to_string()),
        ("matches", format!("[{}]", error.matches().join(","))),
        ("differences", format!("[{}]", differences.join(","))),
    ];
    raw::compose(members.iter().map(|(name, raw)| (*name, raw.as_str())))
}

//! A list that is read with another list for each of its rows.
//!
//! A part of a page is returned as soon as its inner lists were read, within the limit of their endpoint and in the order of
//! the rows. If an inner list fails, the page is kept, so that reading can continue with it.

use std::borrow::Cow;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::{List, Position, Read};
use crate::base::error::{ErrorKind, Result};
use crate::base::spelling::Spelling;
use crate::engine::request::{CallOptions, RequestTemplate};
use crate::table::{Answer, Join, Operation};
use crate::wire::raw::{self, Entry};

/// Rows in progress by default, and how many times as many rows are returned at a time.
const DEFAULT_CONCURRENCY: usize = 5;
const PARTS: usize = 4;

/// A page of the outer list, and how many of its rows have been returned.
#[derive(Debug, Clone)]
pub(super) struct OuterPage {
    pub(super) read: Read,
    done: usize,
}

impl OuterPage {
    pub(super) fn new(read: Read) -> Self {
        Self { read, done: 0 }
    }

    pub(super) fn is_used_up(&self) -> bool {
        self.done >= self.read.items.len()
    }

    /// The next rows with the inner list of each. `left` is how many are still needed. If it fails, they are read again.
    pub(super) async fn next(
        &mut self,
        list: &List,
        join: &'static Join,
        left: Option<u64>,
        concurrency: Option<usize>,
    ) -> Result<Read> {
        let inner = list.core.operation(join.operation)?;
        let room = list.core.limiter(inner.limit.group, inner.limit.cap).cap() as usize;
        let concurrency = concurrency.unwrap_or(DEFAULT_CONCURRENCY).min(room).max(1);
        let left = usize::try_from(left.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        let end = self.done + left.min(concurrency * PARTS).min(self.read.items.len() - self.done);
        let rows = &self.read.items[self.done..end];
        let ids = rows.iter().map(|row| row.id(&self.read.buffer).map(Cow::into_owned)).collect::<Vec<_>>();
        let parts: Vec<Option<Vec<u8>>> = stream::iter(ids)
            .map(|id| row_list(list, join, inner, id))
            .buffered(concurrency)
            .try_collect()
            .await?;
        let (buffer, items) = composed(&self.read.buffer, rows, &parts, join, list)?;
        let part = Read {
            buffer,
            items,
            here: self.after(self.done),
            next: self.after(end),
            meta: self.read.meta.clone(),
            total: self.read.total,
            number: self.read.number,
            again: self.read.again,
            by_id: self.read.by_id,
            completeness: self.read.completeness,
        };
        self.done = end;
        Ok(part)
    }

    /// The position after a number of rows.
    fn after(&self, done: usize) -> Position {
        let Read { items, here, next, again, .. } = &self.read;
        match (here, done.checked_sub(1)) {
            _ if done >= items.len() => next.clone(),
            (_, None) => here.clone(),
            (Position::Page { page, skip, size, received }, Some(last)) => Position::Page {
                page: *page,
                skip: if *again { *skip } else { items[last].row() + 1 },
                size: *size,
                received: received + done as u64,
            },
            (_, Some(last)) => Position::Whole { skip: items[last].row() + 1 },
        }
    }
}

/// The rows of an item's inner list as JSON, or nothing if the item no longer exists.
async fn row_list(
    list: &List,
    join: &Join,
    inner: &'static Operation,
    id: Option<String>,
) -> Result<Option<Vec<u8>>> {
    let (Some(id), Answer::List { id: item_id, or_object, .. }) = (id, inner.answer) else { return Ok(None) };
    let params = raw::compose(std::iter::once((join.param, &*Value::from(&*id).to_string())));
    let template = RequestTemplate::new(
        inner,
        params.as_bytes(),
        &CallOptions::default(),
        Spelling::default(),
        &|_| None,
    )?;
    let inner = List {
        core: list.core.clone(),
        template: template.into(),
        policy: list.policy.clone(),
        item_id: item_id.into(),
        or_object,
    };
    let fetched = inner.fetch(inner.prepare(&[], &[]), false, None).await;
    match fetched {
        Ok((received, _)) => {
            let rows: Vec<&[u8]> = received.items.iter().map(|item| received.slice(item)).collect();
            Ok(Some(rows.join(&b","[..])))
        }
        // It was deleted after the page was read.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            tracing::warn!(operation = inner.template.operation.id, %id, "a row no longer exists; its list is null");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The page with the inner lists as a member of its rows, which keep their numbers.
fn composed(
    buffer: &Bytes,
    items: &[Entry],
    parts: &[Option<Vec<u8>>],
    join: &Join,
    list: &List,
) -> Result<(Bytes, Vec<Entry>)> {
    let mut text = Vec::with_capacity(items.iter().map(|item| item.bytes().len()).sum::<usize>() * 2);
    text.push(b'[');
    // Rows before these are counted, so that the numbers of rows stay.
    let mut next = 0;
    for (item, part) in items.iter().zip(parts) {
        for _ in next..item.row() {
            text.extend_from_slice(b"null,");
        }
        next = item.row() + 1;
        let object = buffer[item.bytes()].trim_ascii();
        let members = object.strip_suffix(b"}").unwrap_or(object).trim_ascii_end();
        text.extend_from_slice(members);
        if !members.ends_with(b"{") {
            text.push(b',');
        }
        text.extend_from_slice(Value::from(join.into).to_string().as_bytes());
        text.push(b':');
        match part {
            Some(rows) => {
                text.push(b'[');
                text.extend_from_slice(rows);
                text.push(b']');
            }
            None => text.extend_from_slice(b"null"),
        }
        text.extend_from_slice(b"},");
    }
    if text.ends_with(b",") {
        text.pop();
    }
    text.push(b']');
    let operation = list.template.operation;
    let page = raw::list(&text.into(), None, &list.item_id, operation.id_fields)?;
    Ok((page.buffer, page.items))
}

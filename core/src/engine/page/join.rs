//! A list that is read with another list for each of its rows.
//!
//! The inner lists of a page are requested within their endpoint's limit, and the rows keep their order. One page is held
//! in memory at a time. If an inner list fails, the page is kept, so that reading can continue with it.

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::{List, Read};
use crate::base::error::{Error, ErrorKind, Result};
use crate::engine::request::{CallOptions, RequestTemplate};
use crate::table::{Answer, Join, Operation};
use crate::wire::raw::{self, Entry};

/// Rows in work by default.
const DEFAULT_CONCURRENCY: usize = 5;

/// Adds the inner list of each row of a page. `left` is how many rows are still needed.
pub(super) async fn complete(
    list: &List,
    join: &'static Join,
    read: &Read,
    left: Option<u64>,
    concurrency: Option<usize>,
) -> Result<Read> {
    let inner = list.core.operation(join.operation)?;
    let Answer::List { id, or_object, .. } = inner.answer else {
        return Err(Error::new(ErrorKind::Internal, "only a list can be joined"));
    };
    let rows = usize::try_from(left.unwrap_or(u64::MAX)).unwrap_or(usize::MAX).min(read.items.len());
    let room = list.core.limiter(inner.limit.group, inner.limit.cap).cap() as usize;
    let concurrency = concurrency.unwrap_or(DEFAULT_CONCURRENCY).min(room).max(1);
    let parts: Vec<Option<Vec<u8>>> = stream::iter(&read.items[..rows])
        .map(|row| row_list(list, join, inner, (id, or_object), read, row))
        .buffered(concurrency)
        .try_collect()
        .await?;
    let (buffer, items) = composed(read, &parts, join, list)?;
    Ok(Read {
        buffer,
        items,
        meta: read.meta.clone(),
        completeness: read.completeness.clone(),
        here: read.here.clone(),
        next: read.next.clone(),
        ..*read
    })
}

/// The rows of an item's inner list as JSON, or nothing if the item no longer exists.
async fn row_list(
    list: &List,
    join: &Join,
    inner: &'static Operation,
    (item_id, or_object): (&'static str, bool),
    read: &Read,
    row: &Entry,
) -> Result<Option<Vec<u8>>> {
    let Some(id) = row.id(&read.buffer) else { return Ok(None) };
    let params = raw::compose([(join.param, &*Value::from(&*id).to_string())].into_iter());
    let template = RequestTemplate::new(
        inner,
        params.as_bytes(),
        &CallOptions::default(),
        crate::base::spelling::Spelling::default(),
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
fn composed(read: &Read, parts: &[Option<Vec<u8>>], join: &Join, list: &List) -> Result<(Bytes, Vec<Entry>)> {
    let mut text = Vec::with_capacity(read.buffer.len() * 2);
    text.push(b'[');
    let mut next = 0;
    for (item, part) in read.items.iter().zip(parts) {
        for _ in next..item.row() {
            text.extend_from_slice(b"null,");
        }
        next = item.row() + 1;
        let object = read.buffer[item.bytes()].trim_ascii();
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

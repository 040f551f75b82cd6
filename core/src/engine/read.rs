//! Results of calls and items of pages, read by a function of the caller's.

use bytes::Bytes;

use crate::base::error::{Error, ErrorKind, Result};
use crate::engine::answer;
use crate::engine::core::Core;
use crate::engine::page::RawPage;
use crate::engine::request::CallOptions;
use crate::engine::response::RawResponse;
use crate::engine::value::Unreadable;

impl Core {
    /// Calls an operation as [`Core::call`] does, and reads its result with `read`, which may keep the bytes.
    ///
    /// # Errors
    /// Every kind; see [`Error`].
    pub async fn call_read<T>(
        &self,
        operation: &str,
        params: &[u8],
        options: &CallOptions,
        read: impl FnOnce(&Bytes) -> Result<T, Unreadable>,
    ) -> Result<(T, RawResponse)> {
        let (raw, draft) = self.answered(operation, params, options).await?;
        match decode(read(&raw.json)) {
            Ok(value) => Ok((value, raw)),
            Err(error) => {
                let secrets = draft.secrets();
                Err(answer::unreadable(self, draft.operation, secrets, &raw.meta, &raw.body, error))
            }
        }
    }
}

impl RawPage {
    /// An item as `read` makes it. An index beyond the last is an item that cannot be read.
    ///
    /// # Errors
    /// `Decode`, as [`RawPage::unreadable`] makes it.
    pub fn read_with<T>(&self, at: usize, read: impl FnOnce(&[u8]) -> Result<T, Unreadable>) -> Result<T> {
        decode(read(self.item(at).unwrap_or_default())).map_err(|error| self.explain(at, error))
    }
}

/// What was read of a result; an error names the member that cannot be read.
fn decode<T>(read: Result<T, Unreadable>) -> Result<T> {
    read.map_err(|unreadable| {
        let at =
            if unreadable.path().is_empty() { String::new() } else { format!(" at `{}`", unreadable.path()) };
        let reason = unreadable.reason();
        Error::new(ErrorKind::Decode, format!("the response cannot be read{at}: {reason}"))
    })
}

//! Reads results of calls and items of pages with a function of the caller.

use bytes::Bytes;

use crate::base::error::{Error, ErrorKind, Result};
use crate::engine::core::Core;
use crate::engine::page::RawPage;
use crate::engine::request::CallOptions;
use crate::engine::response::RawResponse;
use crate::engine::result;
use crate::engine::value::Unreadable;
use crate::table::Operation;

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
        self.call_with(self.operation(operation)?, params, options, read).await
    }

    /// Calls an operation by its row of the table, and reads its result with `read`.
    pub(crate) async fn call_with<T>(
        &self,
        operation: &'static Operation,
        params: &[u8],
        options: &CallOptions,
        read: impl FnOnce(&Bytes) -> Result<T, Unreadable>,
    ) -> Result<(T, RawResponse)> {
        let (raw, template) = self.call_operation(operation, params, options).await?;
        match decode(read(&raw.json)) {
            Ok(value) => Ok((value, raw)),
            Err(error) => {
                let secrets = template.secrets();
                Err(result::unreadable(self, operation, secrets, &raw.meta, &raw.body, error))
            }
        }
    }
}

impl RawPage {
    /// An item read by `read`. An index after the last one is an item that cannot be read.
    ///
    /// # Errors
    /// `Decode`, as from [`RawPage::unreadable`].
    pub fn read_with<T>(&self, at: usize, read: impl FnOnce(&[u8]) -> Result<T, Unreadable>) -> Result<T> {
        decode(read(self.item(at).unwrap_or_default())).map_err(|error| self.with_context(at, error))
    }
}

/// The value, or an error that names the member that cannot be read.
fn decode<T>(read: Result<T, Unreadable>) -> Result<T> {
    read.map_err(|unreadable| {
        let at =
            if unreadable.path().is_empty() { String::new() } else { format!(" at `{}`", unreadable.path()) };
        let reason = unreadable.reason();
        Error::new(ErrorKind::Decode, format!("the response cannot be read{at}: {reason}"))
    })
}

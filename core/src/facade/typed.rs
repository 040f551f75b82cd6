//! Reads results of calls and items of pages as models.

use std::sync::Arc;

use crate::base::error::Result;
use crate::engine::core::Core;
use crate::engine::page::RawPage;
use crate::engine::request::CallOptions;
use crate::engine::response::RawResponse;
use crate::facade::model::FromResponse;
use crate::table::Operation;

impl Core {
    /// Calls an operation as [`Core::call`] does, and reads its result as a model; `()` reads nothing.
    ///
    /// # Errors
    /// Every kind; see [`Error`](crate::Error).
    pub async fn call_as<T: FromResponse>(
        &self,
        operation: &str,
        params: &[u8],
        options: &CallOptions,
    ) -> Result<(T, RawResponse)> {
        self.call_typed(self.operation(operation)?, params, options).await
    }

    /// Calls an operation by its row of the table, and reads its result as a model.
    pub(crate) async fn call_typed<T: FromResponse>(
        &self,
        operation: &'static Operation,
        params: &[u8],
        options: &CallOptions,
    ) -> Result<(T, RawResponse)> {
        let read = self.call_with(operation, params, options, |json| T::from_response(json));
        let (value, raw) = read.await?;
        Ok((value.of_response(|| Arc::new(raw.meta.clone())), raw))
    }
}

impl RawPage {
    /// An item as a model. An index after the last one is an item that cannot be read.
    ///
    /// # Errors
    /// `Decode`, as from [`RawPage::unreadable`].
    pub fn read<T: FromResponse>(&self, at: usize) -> Result<T> {
        Ok(self.read_with(at, T::from_response)?.of_response(|| self.meta.clone()))
    }
}

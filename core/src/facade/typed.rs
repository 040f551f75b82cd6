//! Results of calls and items of pages as models.

use std::sync::Arc;

use crate::base::error::Result;
use crate::engine::core::Core;
use crate::engine::page::RawPage;
use crate::engine::request::CallOptions;
use crate::engine::response::RawResponse;
use crate::facade::model::FromAnswer;

impl Core {
    /// Calls an operation as [`Core::call`] does, and reads its result as a model; `()` reads nothing.
    ///
    /// # Errors
    /// Every kind; see [`Error`](crate::Error).
    pub async fn call_as<T: FromAnswer>(
        &self,
        operation: &str,
        params: &[u8],
        options: &CallOptions,
    ) -> Result<(T, RawResponse)> {
        let (value, raw) = self.call_read(operation, params, options, |json| T::from_answer(json)).await?;
        Ok((value.of_response(|| Arc::new(raw.meta.clone())), raw))
    }
}

impl RawPage {
    /// An item as a model. An index beyond the last is an item that cannot be read.
    ///
    /// # Errors
    /// `Decode`, as [`RawPage::unreadable`] makes it.
    pub fn read<T: FromAnswer>(&self, at: usize) -> Result<T> {
        Ok(self.read_with(at, T::from_answer)?.of_response(|| self.meta.clone()))
    }
}

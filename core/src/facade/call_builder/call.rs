//! A call of one operation.

use std::future::IntoFuture;
use std::marker::PhantomData;

use futures_util::future::BoxFuture;

use super::{CallSpec, call_methods};
use crate::base::error::Result;
use crate::engine::core::Core;
use crate::engine::response::Meta;
use crate::facade::model::FromResponse;

/// A call that is ready to be awaited.
#[derive(Debug, Clone)]
#[must_use = "a call is sent when it is awaited"]
pub struct Call<'c, T> {
    core: &'c Core,
    pub(crate) spec: CallSpec,
    result: PhantomData<fn() -> T>,
}

impl<'c, T: FromResponse> Call<'c, T> {
    pub(crate) fn new(core: &'c Core, spec: CallSpec) -> Self {
        Self { core, spec, result: PhantomData }
    }

    call_methods!(spec);

    /// Sends the call; awaiting it does the same.
    ///
    /// # Errors
    /// See the method that made the call.
    pub async fn send(self) -> Result<T> {
        Ok(self.with_response().await?.value)
    }

    /// Sends the call and returns status, headers, ids and times along with the result.
    ///
    /// # Errors
    /// See the method that made the call.
    pub async fn with_response(self) -> Result<Response<T>> {
        let CallSpec { operation, options, .. } = &self.spec;
        let (value, raw) = self.core.call_typed(operation, &self.spec.params(), options).await?;
        Ok(Response { value, meta: raw.meta })
    }
}

impl<'c, T: FromResponse + 'c> IntoFuture for Call<'c, T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'c, Result<T>>;
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A result with the metadata of its response.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// The result.
    pub value: T,
    /// Status, headers, ids and times.
    pub meta: Meta,
}

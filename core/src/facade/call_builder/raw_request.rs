//! A request to an endpoint outside the operation table.

use std::fmt;
use std::future::IntoFuture;

use futures_util::future::BoxFuture;
use serde::Serialize;

use super::call_options;
use crate::base::error::Result;
use crate::engine::core::Core;
use crate::engine::request::CallOptions;
use crate::engine::response::RawResponse;

/// A request to an endpoint that mspkit does not have.
#[derive(Clone)]
#[must_use = "a request is sent when it is awaited"]
pub struct RawRequest<'c> {
    core: &'c Core,
    method: String,
    path: String,
    body: Option<Vec<u8>>,
    pub(crate) options: CallOptions,
}

impl fmt::Debug for RawRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "RawRequest({} {path}, {} body bytes)", self.method, self.body.as_ref().map_or(0, Vec::len))
    }
}

impl<'c> RawRequest<'c> {
    pub(crate) fn new(core: &'c Core, method: &str, path: &str) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        Self { core, method, path, body: None, options: CallOptions::default() }
    }

    call_options!(options);

    /// The JSON body.
    pub fn body(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => self.body = Some(json),
            Err(_) => self.options.unwritable = Some("body".to_owned()),
        }
        self
    }

    /// Sends the request; awaiting it does the same.
    ///
    /// # Errors
    /// Every kind; see [`Error`](crate::Error).
    pub async fn send(self) -> Result<RawResponse> {
        self.core.request(&self.method, &self.path, self.body.as_deref(), &self.options).await
    }
}

impl<'c> IntoFuture for RawRequest<'c> {
    type Output = Result<RawResponse>;
    type IntoFuture = BoxFuture<'c, Result<RawResponse>>;
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

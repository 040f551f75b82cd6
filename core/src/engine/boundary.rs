//! The boundary that facades in every language use.
//!
//! In: an operation id and the parameters as JSON bytes. Out: a [`RawResponse`] or a [`RawPager`] of pages. A call is
//! cancelled by dropping its future.

use std::sync::Arc;

use crate::base::error::{Error, ErrorKind, PAGINATE, REQUEST, Result};
use crate::base::quote::quote;
use crate::base::spelling::Name;
use crate::engine::call::{self, CallContext, CallPolicy};
use crate::engine::config::Config;
use crate::engine::core::Core;
use crate::engine::ensure::Ensuring;
use crate::engine::hooks::Hooks;
use crate::engine::login;
use crate::engine::page::{ListRequest, PagingOptions, RawPager};
use crate::engine::raw_list;
use crate::engine::raw_request;
use crate::engine::request::{CallOptions, RequestTemplate};
use crate::engine::response::RawResponse;
use crate::engine::result;
use crate::engine::wait;
use crate::table::{BodyKind, Operation, Paging, Service};
use crate::wire::transport::Transport;

impl Core {
    /// A client of a service, from its configuration and the process's environment.
    ///
    /// # Errors
    /// `InvalidRequest` that names the missing or invalid option.
    pub fn new(service: Service, config: &Config) -> Result<Self> {
        Self::build(service, config, Hooks::default(), None)
    }

    /// A client over another transport, such as [`Memory`](crate::wire::transport::Memory).
    ///
    /// # Errors
    /// `InvalidRequest` that names the missing or invalid option.
    pub fn with_transport(service: Service, config: &Config, transport: Arc<dyn Transport>) -> Result<Self> {
        Self::build(service, config, Hooks::default(), Some(transport))
    }

    pub(crate) fn build(
        service: Service,
        config: &Config,
        hooks: Hooks,
        transport: Option<Arc<dyn Transport>>,
    ) -> Result<Self> {
        Self::assemble(service, config, hooks, transport, login::renew)
    }

    /// Calls an operation by its id; `params` is the JSON object of its parameters.
    ///
    /// # Errors
    /// Every kind; see [`Error`].
    pub async fn call(&self, operation: &str, params: &[u8], options: &CallOptions) -> Result<RawResponse> {
        Ok(self.call_operation(self.operation(operation)?, params, options).await?.0)
    }

    /// Calls an operation by its row of the table. Returns the request as well, for errors that are found later.
    pub(crate) async fn call_operation(
        &self,
        operation: &'static Operation,
        params: &[u8],
        options: &CallOptions,
    ) -> Result<(RawResponse, RequestTemplate)> {
        if operation.paging != Paging::None {
            let message = format!("{} is a list; read it with a pager", Name(operation.id));
            return Err(Error::new(ErrorKind::InvalidRequest, message));
        }
        let template = self.template(operation, params, options)?;
        if let Some(wait) = operation.wait {
            let waiting = wait::Waiting { core: self, operation, wait, options };
            return Ok((waiting.run(&template).await?, template));
        }
        if let Some(ensure) = operation.ensure {
            let ensuring = Ensuring { core: self, operation, ensure, options };
            // In a box: it is several calls, and every other call's future would have room for them.
            return Ok((Box::pin(ensuring.run(&template)).await?, template));
        }
        let policy = CallPolicy::of(self, options)?;
        let mut http = template.finish(&self.shared.base, &[], &[]);
        if operation.body == BodyKind::RefreshToken {
            let token =
                call::within(policy.timeout, operation.id, self.shared.auth.refresh_token(self.login()))
                    .await?;
            login::refresh_body(&mut http.headers, &mut http.body, &token);
        }
        let context = CallContext::of(self, operation, http, false);
        let response = call::run(self, &context, &policy).await?;
        Ok((result::shape(self, operation, &template, response)?, template))
    }

    /// Looks for the object that an operation that finds or creates would return, and creates nothing: `None` if there is none.
    ///
    /// Only the parameters that say where it is and what identifies it are required. With `settle` it is looked for so long;
    /// by default the list is read once. An operation for many objects takes the same rows as when it is called, reads each
    /// list once, and always has a result; an outcome with neither `ensured` nor `error` is that of an object that is not
    /// there.
    ///
    /// # Errors
    /// `Ambiguous` if several objects have the name; those of reading a list.
    pub async fn find(
        &self,
        operation: &str,
        params: &[u8],
        options: &CallOptions,
    ) -> Result<Option<RawResponse>> {
        let operation = self.operation(operation)?;
        let Some(ensure) = operation.ensure else {
            let allowed = "must be the id of an operation that finds or creates";
            return Err(Error::argument("operation", &quote(operation.id), allowed));
        };
        let stand_in = |option: &str| self.shared.default_ids.get(option);
        let template =
            RequestTemplate::to_find(operation, ensure, params, options, self.shared.spelling, &stand_in)?;
        let ensuring = Ensuring { core: self, operation, ensure, options };
        Box::pin(ensuring.find(&template)).await
    }

    /// A pager over a list operation; nothing is sent until its first page is requested.
    ///
    /// # Errors
    /// `InvalidRequest` for invalid parameters or paging options, or a resume token of another list.
    pub fn pager(
        &self,
        operation: &str,
        params: &[u8],
        paging: &PagingOptions,
        options: &CallOptions,
    ) -> Result<RawPager> {
        self.list_operation(self.operation(operation)?, params, paging, options)
    }

    /// A pager over a list operation by its row of the table.
    pub(crate) fn list_operation(
        &self,
        operation: &'static Operation,
        params: &[u8],
        paging: &PagingOptions,
        options: &CallOptions,
    ) -> Result<RawPager> {
        let template = self.template(operation, params, options)?;
        let pager = RawPager::new(self.clone(), template, paging, CallPolicy::of(self, options)?);
        let request = || ListRequest::of_operation(operation, params, paging, options);
        pager.map(|pager| pager.requested_with(request())).map_err(|error| error.with_operation(operation.id))
    }

    /// A pager over a list that mspkit does not have, read as the lists of its service are: N-central's by page numbers,
    /// Wiv's searches, which are POSTs, by scrolls, Cloudmore's whole or, if the query names a page or its size, by page
    /// numbers. `item_id` is the member that identifies a row; rows without one are compared as a whole.
    ///
    /// Method, path and body are as for [`request`](Self::request), but only GET and POST are allowed, and a body must be
    /// an object. Requests are repeated like reads.
    ///
    /// # Errors
    /// `InvalidRequest` for an invalid path, body or paging option, or a resume token of another list.
    pub fn paginate(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
        item_id: Option<&str>,
        paging: &PagingOptions,
        options: &CallOptions,
    ) -> Result<RawPager> {
        let template = raw_list::template(self, method, path, body, options);
        template
            .and_then(|template| {
                let id = item_id.unwrap_or_default().to_owned().into();
                RawPager::with_item_id(
                    self.clone(),
                    template,
                    Some(id),
                    paging,
                    CallPolicy::of(self, options)?,
                )
            })
            .map(|pager| {
                pager.requested_with(ListRequest::outside(method, path, (body, item_id), paging, options))
            })
            .map_err(|error| error.with_operation(PAGINATE))
    }

    /// Sends a request to an endpoint that mspkit does not have, with credentials, limits and retries.
    ///
    /// GET, HEAD and OPTIONS are retried after a transient error; other methods are not. `path` begins with `/`, or is an
    /// absolute URL on the client's own origin; it is sent unchanged or refused. `body` is JSON text.
    ///
    /// # Errors
    /// Every kind; see [`Error`].
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
        options: &CallOptions,
    ) -> Result<RawResponse> {
        let context = raw_request::request(self, method, path, body, options)
            .map_err(|error| error.with_operation(REQUEST))?;
        let response = call::run(self, &context, &CallPolicy::of(self, options)?).await?;
        Ok(result::unshaped(response))
    }

    /// The row of an operation. Ids are looked up here only; everything below takes the row.
    pub(crate) fn operation(&self, id: &str) -> Result<&'static Operation> {
        let found = Operation::find(id).filter(|operation| operation.service == self.shared.service);
        found.ok_or_else(|| {
            Error::argument("operation", &quote(id), "must be the id of an operation of this service")
        })
    }

    /// The id of an operation that may not exist, for messages.
    #[cfg(feature = "clients")]
    pub(crate) fn operation_id(&self, id: &str) -> &'static str {
        self.operation(id).map_or(PAGINATE, |operation| operation.id)
    }

    fn template(
        &self,
        operation: &'static Operation,
        params: &[u8],
        options: &CallOptions,
    ) -> Result<RequestTemplate> {
        RequestTemplate::new(operation, params, options, self.shared.spelling, &|option| {
            self.shared.default_ids.get(option)
        })
    }
}

//! The boundary that facades in every language use.
//!
//! In: an operation id and the parameters as JSON bytes. Out: a [`RawResponse`] or a [`RawPager`] of pages. A call is
//! cancelled by dropping its future.

use std::sync::Arc;

use crate::base::error::{Error, ErrorKind, REQUEST, Result};
use crate::base::given::quote;
use crate::base::words::Name;
use crate::engine::answer;
use crate::engine::call::{self, Effort, Request};
use crate::engine::config::Config;
use crate::engine::core::Core;
use crate::engine::hooks::Hooks;
use crate::engine::login;
use crate::engine::page::{PagingOptions, RawPager};
use crate::engine::request::{CallOptions, Draft};
use crate::engine::response::RawResponse;
use crate::engine::unlisted;
use crate::table::{BodyKind, Operation, Paging, Service};
use crate::wire::transport::Transport;

impl Core {
    /// A client of a service, by its configuration and the process's environment.
    ///
    /// # Errors
    /// `InvalidRequest` that names the option that is missing or wrong.
    pub fn new(service: Service, config: &Config) -> Result<Self> {
        Self::build(service, config, Hooks::default(), None)
    }

    /// A client over another transport than the network's, such as [`Memory`](crate::wire::transport::Memory).
    ///
    /// # Errors
    /// `InvalidRequest` when an option is missing or wrong.
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
        Ok(self.answered(operation, params, options).await?.0)
    }

    /// The response to an operation, with what was sent.
    pub(crate) async fn answered(
        &self,
        operation: &str,
        params: &[u8],
        options: &CallOptions,
    ) -> Result<(RawResponse, Draft)> {
        let operation = self.operation(operation)?;
        if operation.paging != Paging::None {
            let message = format!("{} is a list; read it with a pager", Name(operation.id));
            return Err(Error::new(ErrorKind::InvalidRequest, message));
        }
        let draft = self.draft(operation, params, options)?;
        let effort = Effort::of(self, options)?;
        let mut prepared = draft.finish(&self.shared.base, &[], &[]);
        if operation.body == BodyKind::RefreshToken {
            let token =
                call::within(effort.timeout, operation.id, self.shared.auth.refresh_token(self.login()))
                    .await?;
            login::refresh_body(&mut prepared.headers, &mut prepared.body, &token);
        }
        let request = Request::of(self, operation, prepared, false);
        let answered = call::run(self, &request, &effort).await?;
        Ok((answer::shape(self, operation, &draft, answered)?, draft))
    }

    /// A pager over a list operation; nothing is sent until its first page is asked for.
    ///
    /// # Errors
    /// `InvalidRequest` for wrong parameters, paging options or a resume token of another list.
    pub fn pager(
        &self,
        operation: &str,
        params: &[u8],
        paging: &PagingOptions,
        options: &CallOptions,
    ) -> Result<RawPager> {
        let operation = self.operation(operation)?;
        let draft = self.draft(operation, params, options)?;
        RawPager::new(self.clone(), draft, paging, Effort::of(self, options)?)
            .map_err(|error| error.with_operation(operation.id))
    }

    /// Sends a request to an endpoint that mspkit does not know, with credentials, limits and retries.
    ///
    /// GET, HEAD and OPTIONS are repeated after a fault; every other method is not. `path` begins with `/`, or is an
    /// absolute URL on the client's own origin; it is sent as it is, or refused. `body` is JSON text.
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
        let request = unlisted::request(self, method, path, body, options)
            .map_err(|error| error.with_operation(REQUEST))?;
        let answered = call::run(self, &request, &Effort::of(self, options)?).await?;
        Ok(answer::unshaped(answered))
    }

    fn operation(&self, id: &str) -> Result<&'static Operation> {
        let found = Operation::find(id).filter(|operation| operation.service == self.shared.service);
        found.ok_or_else(|| {
            Error::argument("operation", &quote(id), "must be the id of an operation of this service")
        })
    }

    fn draft(&self, operation: &'static Operation, params: &[u8], options: &CallOptions) -> Result<Draft> {
        Draft::new(operation, params, options, self.shared.spelling, &|option| match option {
            "reseller_id" => self.shared.reseller_id.clone(),
            _ => None,
        })
    }
}

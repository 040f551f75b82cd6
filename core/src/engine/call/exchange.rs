//! One attempt: sends the request and follows redirects within the origin.

use http::{HeaderMap, HeaderValue, Method, header};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::Call;
use crate::base::spelling::Name;
use crate::engine::failure::AttemptOutcome;
use crate::engine::hooks::RequestEvent;
use crate::policy::limit::Permit;
use crate::wire::transport::{self, Response};

/// More redirects than this are a loop.
const MAX_REDIRECTS: usize = 5;

impl Call<'_> {
    /// Sends once, following redirects that stay on the origin.
    pub(super) async fn exchange(
        &self,
        headers: &HeaderMap,
        attempt: usize,
        until: Instant,
        at_most: Instant,
        permit: &mut Permit,
    ) -> AttemptOutcome {
        let http = &self.context.http;
        let (mut method, mut url, mut body) = (http.method.clone(), http.url.clone(), http.body.clone());
        let mut redirects = 0;
        loop {
            self.core.hooks.request(&RequestEvent {
                operation: self.context.label,
                method: method.as_str(),
                path: url.path(),
                server: &self.target.server,
                request_id: self.id,
                attempt,
            });
            let mut outgoing = transport::Request::new(method.clone(), url.clone());
            outgoing.headers = headers.clone();
            outgoing.body = body.clone();
            outgoing.until = Some(until);
            outgoing.max_body_bytes = self.policy.max_body_bytes;
            let sent = outgoing.sent.clone();
            self.delivery.sending(&sent);
            permit.sending(&sent, self.context.class.changes_state(), at_most);
            let response = match timeout_at(until, self.core.shared.transport.send(outgoing)).await {
                Ok(Ok(response)) => without_mark(response),
                Ok(Err(error)) => {
                    permit.ended();
                    return AttemptOutcome::from_error(error, sent.get());
                }
                // The server may still be working on it, so its slot is not free yet.
                Err(_) => {
                    return AttemptOutcome::timed_out(
                        sent.get(),
                        until.saturating_duration_since(self.started),
                    );
                }
            };
            permit.ended();
            match redirect(&response, &method, &url) {
                None => return AttemptOutcome::from_response(response, self.context.needs_body),
                Some(Err(reason)) => return AttemptOutcome::Refused { response, reason },
                Some(Ok(_)) if redirects == MAX_REDIRECTS => {
                    let reason = format!("the server redirected more than {MAX_REDIRECTS} times");
                    return AttemptOutcome::Refused { response, reason };
                }
                Some(Ok(next)) => {
                    redirects += 1;
                    if response.status == http::StatusCode::SEE_OTHER && method != Method::HEAD {
                        (method, body) = (Method::GET, None);
                    }
                    url = next;
                }
            }
        }
    }

    pub(super) fn add_headers(&self, headers: &mut HeaderMap) {
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        if let Ok(id) = HeaderValue::from_str(self.id) {
            headers.entry("x-request-id").or_insert(id);
        }
    }
}

/// The target of a redirect that is followed, or the reason why it is not.
fn redirect(response: &Response, method: &Method, from: &Url) -> Option<Result<Url, String>> {
    let status = response.status.as_u16();
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    let Some(to) = location.and_then(|location| from.join(location).ok()) else {
        return Some(Err("the server sent a redirect without a valid `Location`".to_owned()));
    };
    if to.origin() != from.origin() {
        return Some(Err(elsewhere(from, &to)));
    }
    // 301, 302 and 303 to a write mean that it was done, or change it to a read; this layer does not guess which.
    if !method.is_safe() && !matches!(status, 307 | 308) {
        return Some(Err(format!("the server responded to a {method} with a redirect to {}", to.path())));
    }
    Some(Ok(to))
}

/// Why a redirect to another server is not followed. Addresses such as `file:` and `data:` have no server to name.
fn elsewhere(from: &Url, to: &Url) -> String {
    if !matches!(to.scheme(), "http" | "https") {
        return format!(
            "the server redirected to a {}: address; only http and https are followed",
            to.scheme()
        );
    }
    format!(
        "the server redirected to {}; credentials for {} are not sent there. If that is the right address, set {} to it",
        to.origin().ascii_serialization(),
        from.origin().ascii_serialization(),
        Name("base_url")
    )
}

/// Some servers put a byte order mark before their JSON, which parsers reject.
fn without_mark(mut response: Response) -> Response {
    if response.body.starts_with(b"\xef\xbb\xbf") {
        response.body = response.body.slice(3..);
    }
    response
}

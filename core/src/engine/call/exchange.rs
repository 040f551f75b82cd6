//! One attempt: the request goes out, and redirects that stay on the origin are followed.

use http::{HeaderMap, HeaderValue, Method, header};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::Call;
use crate::base::words::Name;
use crate::engine::failure::Ending;
use crate::engine::hooks::RequestEvent;
use crate::policy::limit::Permit;
use crate::wire::transport::{self, Response};

/// A server may move a path a few times; more is a loop.
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
    ) -> Ending {
        let prepared = &self.request.prepared;
        let (mut method, mut url, mut body) =
            (prepared.method.clone(), prepared.url.clone(), prepared.body.clone());
        let mut redirects = 0;
        loop {
            self.core.hooks.request(&RequestEvent {
                operation: self.request.label,
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
            outgoing.max_body_bytes = self.effort.max_body_bytes;
            let sent = outgoing.sent.clone();
            self.delivery.sending(&sent);
            permit.sending(&sent, self.request.class.changes_state(), at_most);
            let response = match timeout_at(until, self.core.shared.transport.send(outgoing)).await {
                Ok(Ok(response)) => without_mark(response),
                Ok(Err(fault)) => {
                    permit.ended();
                    return Ending::fault(fault, sent.get());
                }
                // The server may still be at work on it, so its slot is not free yet.
                Err(_) => {
                    return Ending::timed_out(sent.get(), until.saturating_duration_since(self.started));
                }
            };
            permit.ended();
            match redirect(&response, &method, &url) {
                None => return Ending::answer(response, self.request.needs_body),
                Some(Err(reason)) => return Ending::Refused { response, reason },
                Some(Ok(_)) if redirects == MAX_REDIRECTS => {
                    let reason = format!("the server redirected more than {MAX_REDIRECTS} times");
                    return Ending::Refused { response, reason };
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

    pub(super) fn own_headers(&self, headers: &mut HeaderMap) {
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        if let Ok(id) = HeaderValue::from_str(self.id) {
            headers.entry("x-request-id").or_insert(id);
        }
    }
}

/// Where a redirect leads, if the response is one that is followed; why not, if it must not be.
fn redirect(response: &Response, method: &Method, from: &Url) -> Option<Result<Url, String>> {
    let status = response.status.as_u16();
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    let Some(to) = location.and_then(|location| from.join(location).ok()) else {
        return Some(Err("the server redirected without saying where to".to_owned()));
    };
    if to.origin() != from.origin() {
        return Some(Err(elsewhere(from, &to)));
    }
    // 301, 302 and 303 of a write say that it was done or turn it into a read; neither is for this layer to guess.
    if !method.is_safe() && !matches!(status, 307 | 308) {
        return Some(Err(format!("the server answered a {method} with a redirect to {}", to.path())));
    }
    Some(Ok(to))
}

/// Why a redirect to another server is not followed. Addresses like `file:` and `data:` have no server that could be named.
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

/// Some servers put a byte order mark before their JSON, which no parser takes.
fn without_mark(mut response: Response) -> Response {
    if response.body.starts_with(b"\xef\xbb\xbf") {
        response.body = response.body.slice(3..);
    }
    response
}

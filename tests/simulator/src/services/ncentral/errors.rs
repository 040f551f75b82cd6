//! N-central's errors: `{"status", "message": "[ID=…] WHAT: …", "errors": […]}`.

use http::StatusCode;
use serde_json::json;

use crate::answer::Answer;
use crate::request::Call;
use crate::services::Problem;

/// The vendor's correlation id; the request's number makes it repeatable.
fn id(call: &Call<'_>) -> String {
    let bits = fastrand::Rng::with_seed(call.number).u64(..);
    format!("{:08x}-{:04x}-{:04x}", bits >> 32, (bits >> 16) & 0xffff, bits & 0xffff)
}

/// An error with its own text.
pub(crate) fn error(status: StatusCode, text: &str, call: &Call<'_>) -> Answer {
    let reason = status.canonical_reason().unwrap_or("ERROR").to_ascii_uppercase();
    let message = format!("[ID={}] {reason}: {text}", id(call));
    Answer::json(status, &json!({"status": status.as_u16(), "message": message}))
}

/// An error that needs only its status.
pub(crate) fn plain(status: StatusCode, call: &Call<'_>) -> Answer {
    let text = match status {
        StatusCode::NOT_FOUND => "ResourceNotFoundException: No resource at this path.",
        StatusCode::METHOD_NOT_ALLOWED => "NotAllowedException: HTTP 405 Method Not Allowed.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "NotSupportedException: HTTP 415 Unsupported Media Type.",
        StatusCode::PAYLOAD_TOO_LARGE => "RequestTooLargeException: The request is too large.",
        StatusCode::TOO_MANY_REQUESTS => "RateLimitException: Too many requests in flight for this endpoint.",
        StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailableException: The service is starting.",
        status if status.is_server_error() => {
            "UnexpectedDmsResponseException: Unexpected response from DMS: The DMS response indicates a non-success \
             status code : 500."
        }
        _ => "The request was refused.",
    };
    error(status, text, call)
}

pub(crate) fn unauthorized(call: &Call<'_>, token_given: bool) -> Answer {
    let text = if token_given {
        "UnauthorizedException: The token is invalid or has expired."
    } else {
        "UnauthorizedException: Missing authorization header bearer."
    };
    error(StatusCode::UNAUTHORIZED, text, call)
}

pub(crate) fn bad_request(text: &str, call: &Call<'_>) -> Answer {
    error(StatusCode::BAD_REQUEST, text, call)
}

pub(crate) fn not_found(text: &str, call: &Call<'_>) -> Answer {
    error(StatusCode::NOT_FOUND, &format!("ResourceNotFoundException: {text}"), call)
}

pub(crate) fn unreadable(call: &Call<'_>) -> Answer {
    bad_request("InvalidInputFormatException: The request body is not a JSON object.", call)
}

/// A 400 for invalid fields; `context` is the vendor's name of the action.
pub(crate) fn invalid(context: &str, problems: &[Problem], call: &Call<'_>) -> Answer {
    let text = match problems {
        [one] if context.is_empty() => format!("BAD REQUEST: {}", one.message),
        [one] => format!("BAD REQUEST: {context} -- {}", one.message),
        _ => "Multiple Validations Failed.".to_owned(),
    };
    let errors: Vec<_> =
        problems.iter().map(|problem| json!({"field": problem.field, "message": problem.message})).collect();
    let message = format!("[ID={}] {text}", id(call));
    Answer::json(StatusCode::BAD_REQUEST, &json!({"status": 400, "message": message, "errors": errors}))
}

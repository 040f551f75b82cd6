//! Any server may say anything: a call or a list ends, with items that are whole and a way to go on, or with an error.

#![no_main]

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use libfuzzer_sys::{Corpus, fuzz_target};
use mspkit::transport::Response;
use mspkit::{CallOptions, Error, Operation, Paging, PagingOptions};
use mspkit_fuzz::{arguments, core, runtime};
use serde_json::value::RawValue;

const STATUSES: [u16; 12] = [200, 200, 200, 201, 204, 400, 401, 404, 409, 429, 500, 503];
const PAGES: usize = 4;

fuzz_target!(|input: &[u8]| -> Corpus {
    let [operation, status, header, rest @ ..] = input else { return Corpus::Reject };
    let operation = &Operation::all()[usize::from(*operation) % Operation::all().len()];
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    let (value, body) = rest.split_at(rest.len().min(usize::from(*header % 32)));
    let (value, body) = (HeaderValue::from_bytes(value).ok(), Bytes::copy_from_slice(body));
    let core = core(operation.service, move |_| {
        let mut response = Response::new(StatusCode::from_u16(status).unwrap(), body.clone());
        if let Some(value) = &value {
            for name in ["retry-after", "location", "content-type"] {
                response.headers.insert(name, value.clone());
            }
        }
        response
    });
    runtime().block_on(async {
        let (given, options) = (arguments(operation), CallOptions::default());
        if operation.paging == Paging::None {
            match core.call(operation.id, &given, &options).await {
                Ok(answer) => drop(serde_json::from_slice::<&RawValue>(&answer.json).unwrap()),
                Err(error) => complete(&error),
            }
            return;
        }
        let mut pager = core.pager(operation.id, &given, &PagingOptions::default(), &options).unwrap();
        for _ in 0..PAGES {
            match pager.next_page().await {
                Ok(None) => break,
                Ok(Some(page)) => {
                    for item in page.items() {
                        serde_json::from_slice::<&RawValue>(item).unwrap();
                    }
                    for consumed in 0..=page.len() {
                        assert!(page.resume_token(consumed).starts_with("mspkit1."));
                    }
                }
                Err(error) => {
                    complete(&error);
                    break;
                }
            }
        }
    });
    Corpus::Keep
});

/// An error can be shown in every form and holds no credential.
fn complete(error: &Error) {
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(!shown.contains("the-password") && !shown.contains("the-secret") && !shown.contains("the-key"));
    }
}

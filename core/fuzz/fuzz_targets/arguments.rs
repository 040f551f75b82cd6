//! Any arguments may be given: what is sent goes to the client's origin and to the operation's path.

#![no_main]

use http::StatusCode;
use libfuzzer_sys::{Corpus, fuzz_target};
use mspkit::transport::{Request, Response};
use mspkit::{CallOptions, Config, Operation, Paging, PagingOptions};
use mspkit_fuzz::{ORIGIN, core, runtime};

fuzz_target!(|input: &[u8]| -> Corpus {
    let [operation, rest @ ..] = input else { return Corpus::Reject };
    let operation = &Operation::all()[usize::from(*operation) % Operation::all().len()];
    // Parameters, options of the call and of the list, each up to a byte that JSON cannot hold.
    let mut parts = rest.split(|byte| *byte == 0xFF);
    let mut part = || parts.next().unwrap_or(b"{}");
    let (given, options, paging) = (part(), part(), part());
    drop(Config::from_json(given));
    let (Ok(options), Ok(paging)) = (CallOptions::from_json(options), PagingOptions::from_json(paging))
    else {
        return Corpus::Keep;
    };
    let core = core(operation.service, move |request| {
        in_its_place(operation, request);
        Response::new(StatusCode::OK, "{}")
    });
    runtime().block_on(async {
        if operation.paging == Paging::None {
            drop(core.call(operation.id, given, &options).await);
        } else if let Ok(mut pager) = core.pager(operation.id, given, &paging, &options) {
            drop(pager.next_page().await);
        }
    });
    Corpus::Keep
});

/// As many segments as the template has, those that are fixed in their places, and the origin of the client.
fn in_its_place(operation: &Operation, request: &Request) {
    assert_eq!(request.url.origin().ascii_serialization(), ORIGIN);
    let path = request.url.path();
    if path == "/api/auth/refresh" && operation.id != "ncentral.auth.refresh" {
        return;
    }
    let (sent, template): (Vec<_>, Vec<_>) = (path.split('/').collect(), operation.path.split('/').collect());
    assert_eq!(sent.len(), template.len(), "{path} for {}", operation.path);
    for (sent, fixed) in sent.iter().zip(template) {
        assert!(fixed.starts_with('{') || *sent == fixed, "{path} for {}", operation.path);
        assert!(!matches!(*sent, "." | ".."), "{path}");
    }
}

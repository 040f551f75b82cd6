//! Any text may be given as a resume token: it is refused, or the list goes on.

#![no_main]

use http::StatusCode;
use libfuzzer_sys::{Corpus, fuzz_target};
use mspkit::transport::Response;
use mspkit::{CallOptions, ErrorKind, Operation, Paging, PagingOptions};
use mspkit_fuzz::{arguments, core, runtime};
use serde_json::json;

fuzz_target!(|input: &[u8]| -> Corpus {
    let [operation, token @ ..] = input else { return Corpus::Reject };
    let Ok(token) = std::str::from_utf8(token) else { return Corpus::Reject };
    let mut lists = Operation::all().iter().filter(|operation| operation.paging != Paging::None).cycle();
    let Some(operation) = lists.nth(usize::from(*operation)) else { return Corpus::Reject };
    let core = core(operation.service, |_| Response::new(StatusCode::OK, r#"{"data": [], "totalItems": 0}"#));
    let paging = json!({"resume_token": token}).to_string();
    let paging = PagingOptions::from_json(paging.as_bytes()).unwrap();
    runtime().block_on(async {
        match core.pager(operation.id, &arguments(operation), &paging, &CallOptions::default()) {
            Ok(mut pager) => drop(pager.next_page().await),
            Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidRequest),
        }
    });
    Corpus::Keep
});

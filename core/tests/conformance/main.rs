//! Runs the conformance cases of `tests/conformance` through the async and the blocking client, and proves that they
//! bite: with the simulator sabotaged, a run must fail.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that says what it ran")]

mod case;
#[path = "../generated/dispatch.rs"]
mod dispatch;
mod matching;
mod runner;
mod support;
mod variables;

use case::Suite;
use runner::{Front, Verdict};

fn passes(front: Front) {
    let suite = Suite::load();
    let verdict = runner::run(front, &suite, "none", usize::MAX);
    println!("{}", verdict.line());
    assert_eq!(verdict.ran, suite.expected, "the manifest's number of cases and those that ran differ");
    assert!(
        verdict.failures.is_empty(),
        "{} cases failed:\n{}",
        verdict.failures.len(),
        verdict.failures.join("\n")
    );
}

/// The cases must notice a server that does one small thing wrong.
fn notices(front: Front, sabotage: &str) {
    let Verdict { ran, failures, .. } = runner::run(front, &Suite::load(), sabotage, 1);
    assert!(!failures.is_empty(), "{ran} cases ran against {sabotage} and none noticed");
}

#[test]
fn async_client_conforms() {
    passes(Front::Async);
}

#[test]
fn blocking_client_conforms() {
    passes(Front::Blocking);
}

#[test]
fn a_wrong_field_is_noticed() {
    notices(Front::Async, "wrong_field");
    notices(Front::Blocking, "wrong_field");
}

#[test]
fn a_lost_item_is_noticed() {
    notices(Front::Async, "lost_item");
    notices(Front::Blocking, "lost_item");
}

#[test]
fn an_extra_request_is_noticed() {
    notices(Front::Async, "extra_request");
    notices(Front::Blocking, "extra_request");
}

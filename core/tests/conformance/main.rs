//! The Rust clients as a program that makes calls for the judge of `tests/conformance`, and the judge's run of it:
//!
//!     cargo test -p mspkit --test conformance -- --only scroll.json
//!
//! The test is the program as well, so that there is only one thing to build; an argument distinguishes the two.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test program that prints its results")]

#[path = "../generated/dispatch.rs"]
mod dispatch;
mod session;
mod support;

use std::io::BufRead;
use std::process::ExitCode;

use clap::Parser;
use mspkit_conformance::Arguments;
use serde_json::Value;

/// The argument of the program.
const ANSWER: &str = "answer";

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|argument| argument == ANSWER) {
        answer();
        return ExitCode::SUCCESS;
    }
    let program = std::env::current_exe().unwrap().into_os_string();
    let given = std::env::args_os().chain(["--".into(), program, ANSWER.into()]);
    Arguments::parse_from(given).run()
}

/// Responds to each line of standard input with a line.
fn answer() {
    let mut session = session::Session::default();
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.unwrap()).unwrap();
        println!("{}", session.answer(&request));
    }
}

//! The Rust examples of all pages, one of which is selected by the argument.
#![allow(clippy::needless_pass_by_value, reason = "examples are unchanged from their pages")]

use std::process::ExitCode;

include!(concat!(env!("OUT_DIR"), "/modules.rs"));

fn main() -> ExitCode {
    let name = std::env::args().nth(1);
    let name = name.as_deref();
    include!(concat!(env!("OUT_DIR"), "/choice.rs"))
}

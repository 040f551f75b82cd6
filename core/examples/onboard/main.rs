//! Onboards a customer across the three services: the program of `make demo`.
//!
//! Without configuration it starts the simulator and uses it. If `NCENTRAL_URL`, `CLOUDMORE_USERNAME` or `WIV_API_KEY` is
//! set it uses the real servers instead, and only reads, unless `--write` is given.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

mod report;
mod script;
mod servers;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("onboard: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let write = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [only] if only == "--write" => true,
        other => return Err(format!("unknown arguments {other:?}; there is --write").into()),
    };
    let report = report::Report::default();
    let servers = servers::Servers::find(&report, write).await?;
    println!("{}", servers.about);
    let result = script::onboard(&servers, &report).await;
    report.print();
    Ok(result?)
}

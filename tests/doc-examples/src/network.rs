//! `mspkit-doc-examples around COMMAND…`: runs a command within the network of the examples. It is told where that is by the
//! variables `MSPKIT_TLS_URL`, `MSPKIT_TLS_JWT`, `MSPKIT_TLS_PROXY` and `MSPKIT_TLS_AUTHORITY`, a certificate as PEM.

use std::error::Error;
use std::process::{Command, ExitCode};

use mspkit_sim::{Options, Simulator};
use serde_json::json;

use crate::around::{Around, HOST};

/// Runs the command, and returns its exit code.
pub fn run(command: &[String]) -> Result<ExitCode, Box<dyn Error>> {
    let (program, arguments) = command.split_first().ok_or("which command?")?;
    let simulator = Simulator::spawn(Options::default())?;
    let address = simulator.url().trim_start_matches("http://").parse()?;
    let around = Around::new(address).map_err(|error| error.to_string())?;
    let ready = simulator.control("reset", &json!({})).map_err(|refused| refused.to_string())?;
    let jwt = ready["credentials"]["ncentral_jwt"].as_str().ok_or("the simulator has no token")?;
    let status = Command::new(program)
        .args(arguments)
        .env("MSPKIT_TLS_URL", format!("https://{HOST}"))
        .env("MSPKIT_TLS_JWT", jwt)
        .env("MSPKIT_TLS_PROXY", format!("http://user:password@{}", around.proxy))
        .env("MSPKIT_TLS_AUTHORITY", &around.authority)
        .status()
        .map_err(|error| format!("{program}: {error}"))?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}

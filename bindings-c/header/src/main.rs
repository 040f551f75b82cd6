//! `mspkit-c-header`: writes `include/mspkit.h`, or with `--check` reports whether it differs from the sources.
//!
//! cbindgen makes the declarations. This adds what it cannot make: macros whose values C computes itself, and an
//! initialiser for every struct that begins with `struct_size`. With `--check` nothing is written.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program talks to its terminal")]

mod text;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: mspkit-c-header [--check] [<bindings-c>]";

fn main() -> ExitCode {
    let mut check = false;
    let mut folder = PathBuf::from("bindings-c");
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--check" => check = true,
            option if option.starts_with('-') => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
            path => folder = path.into(),
        }
    }
    match run(&folder, check) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!(
                "{}/include/mspkit.h: differs from what the sources say; run `make generate`",
                folder.display()
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("mspkit-c-header: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the header is up to date now.
fn run(folder: &std::path::Path, check: bool) -> Result<bool, Box<dyn Error>> {
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml"))?;
    let bindings = cbindgen::Builder::new().with_config(config).with_crate(folder).generate()?;
    let mut made = Vec::new();
    bindings.write(&mut made);
    let made = text::complete(&String::from_utf8(made)?)?;
    let path = folder.join("include/mspkit.h");
    let same = std::fs::read_to_string(&path).is_ok_and(|committed| committed == made);
    if !same && !check {
        std::fs::write(&path, &made)?;
        println!("wrote {}", path.display());
    }
    Ok(same || !check)
}

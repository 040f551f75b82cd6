//! `mspkit-codegen`: writes the generated sources. `--check` reports which of them differ, `--bundle` writes the bundled
//! document of a service to standard output.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

use std::path::PathBuf;
use std::process::ExitCode;

use mspkit_codegen::{bundle, generate, output};

const USAGE: &str = "usage: mspkit-codegen [--check | --bundle <service>] [--root <repository>]";

fn main() -> ExitCode {
    let (mut check, mut bundled) = (false, None);
    let mut root = PathBuf::from(".");
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match (arg.as_str(), args.len()) {
            ("--check", _) => check = true,
            ("--bundle", 1..) => bundled = args.next(),
            ("--root", 1..) => root = args.next().map(PathBuf::from).unwrap_or_default(),
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    if let Some(service) = bundled {
        return match bundle(&root, &service) {
            Ok(document) => {
                println!("{document}");
                ExitCode::SUCCESS
            }
            Err(failure) => {
                eprintln!("{failure}");
                ExitCode::FAILURE
            }
        };
    }
    let rendered = match generate(&root) {
        Ok(rendered) => rendered,
        Err(failure) => {
            eprintln!("{failure}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = if check { output::differing(&root, &rendered) } else { output::write(&root, &rendered) };
    match outcome {
        Ok(files) if check && !files.is_empty() => {
            for file in &files {
                eprintln!("{file}: is not up to date with core/api; run `make generate`");
            }
            ExitCode::FAILURE
        }
        Ok(files) => {
            for file in &files {
                println!("wrote {file}");
            }
            println!("{} generated files are up to date", rendered.len());
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

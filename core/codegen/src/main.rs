//! `mspkit-codegen`: writes the generated sources. `--check` reports which of them differ, `--bundle` writes the bundled
//! document of a service, in the form on the wire, to standard output, and `--reference` the pages of every operation into a
//! folder. `compare` lists what a vendor's own file says differently.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mspkit_codegen::{bundle, compare, generate, output, reference};

const USAGE: &str = "usage: mspkit-codegen [--check | --bundle <service> | --reference <folder>] [--root <repository>]
       mspkit-codegen compare <file> [--service ncentral|cloudmore|wiv] [--json] [--root <repository>]

  compare lists what the vendor's OpenAPI 3 or Swagger 2.0 file (JSON or YAML) has that our document has not, and the other
  way round, one line each, and ends with 0 if nothing differs, 1 if something does and 2 if the file cannot be read";

/// Compares the vendor's file with our document. The exit status says whether they differ, as that of `diff`.
fn compared(args: impl Iterator<Item = String>) -> ExitCode {
    let Some(request) = compare::Request::of(args) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match compare::run(&request) {
        Ok(comparison) => {
            // Whoever reads it may have read enough.
            drop(std::io::stdout().write_all(comparison.report(request.json).as_bytes()));
            ExitCode::from(u8::from(!comparison.differences.is_empty()))
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}

/// Writes the reference of the operations into a folder.
fn referred(root: &Path, folder: &Path) -> ExitCode {
    let written = reference(root).and_then(|pages| Ok((pages.len(), output::write(folder, &pages)?.len())));
    match written {
        Ok((all, changed)) => {
            println!("{all} files of the reference, {changed} of them written");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("compare") {
        return compared(std::env::args().skip(2));
    }
    let (mut check, mut bundled, mut pages) = (false, None, None);
    let mut root = PathBuf::from(".");
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match (arg.as_str(), args.len()) {
            ("--check", _) => check = true,
            ("--bundle", 1..) => bundled = args.next(),
            ("--reference", 1..) => pages = args.next().map(PathBuf::from),
            ("--root", 1..) => root = args.next().map(PathBuf::from).unwrap_or_default(),
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    if let Some(folder) = pages {
        return referred(&root, &folder);
    }
    if let Some(service) = bundled {
        return match bundle(&root, &service) {
            Ok(document) => {
                println!("{document:#}");
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

//! `mspkit-conformance [options] -- PROGRAM`: judges a program by the conformance cases.

use std::process::ExitCode;

use clap::Parser;
use mspkit_conformance::Arguments;

fn main() -> ExitCode {
    Arguments::parse().run()
}

//! `mspkit-conformance [options] -- PROGRAM`: judges what a program makes of the conformance cases.

use std::process::ExitCode;

use clap::Parser;
use mspkit_conformance::Arguments;

fn main() -> ExitCode {
    Arguments::parse().run()
}

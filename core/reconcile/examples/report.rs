//! Writes the HTML report of two lists: `cargo run -p mspkit-reconcile --example report -- LEFT RIGHT OPTIONS PAGE`, where the
//! first three are files with JSON.

use std::error::Error;
use std::fs;

use mspkit_reconcile::{Options, TITLE, reconcile};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [left, right, options, page] = arguments.as_slice() else {
        return Err("the arguments are LEFT RIGHT OPTIONS PAGE".into());
    };
    let options = Options::from_json(&fs::read(options)?)?;
    let found = reconcile(&fs::read(left)?, &fs::read(right)?, &options)?;
    fs::write(page, found.to_html(TITLE))?;
    Ok(())
}

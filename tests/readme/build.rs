//! Takes the Rust example out of README.md, so that what is run is what people read.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

const README: &str = "../../README.md";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={README}");
    let text = fs::read_to_string(README)?;
    let example = text.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next());
    let example = example.ok_or("README.md has no block that begins with ```rust")?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("readme.rs"), example)?;
    Ok(())
}

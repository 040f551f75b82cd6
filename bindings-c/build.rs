//! Sets the name of the shared library, and that it must not be unloaded.

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let source = Path::new("src/abi.rs");
    println!("cargo:rerun-if-changed={}", source.display());
    let text = std::fs::read_to_string(source)?;
    let version = text
        .lines()
        .find_map(|line| line.strip_prefix("pub const MSPKIT_ABI_VERSION: i32 = ")?.strip_suffix(';'))
        .ok_or("src/abi.rs has no MSPKIT_ABI_VERSION")?;
    let system = std::env::var("CARGO_CFG_TARGET_OS")?;
    if system == "linux" {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libmspkit.so.{version}");
        // Threads of a runtime may still run when a program closes the library, so it is never unmapped.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    } else if system == "macos" {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libmspkit.{version}.dylib");
    }
    Ok(())
}

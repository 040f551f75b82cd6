//! Makes a program of the Rust examples of all pages: each becomes a module, unchanged.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[allow(dead_code, reason = "the runner uses the rest")]
#[path = "src/blocks.rs"]
mod blocks;

const ROOT: &str = "../..";

fn main() -> Result<(), Box<dyn Error>> {
    let pages = blocks::pages(Path::new(ROOT))?;
    println!("cargo::rerun-if-changed={ROOT}/docs");
    for page in &pages {
        println!("cargo::rerun-if-changed={}", page.path.display());
    }
    let out = env::var("OUT_DIR")?;
    let (mut modules, mut arms) = (String::new(), String::new());
    for block in blocks::of(&pages)?.iter().filter(|block| block.language == "rust") {
        let (name, module) = (&block.name, block.name.replace('-', "_"));
        let file = Path::new(&out).join(format!("{name}.rs"));
        fs::write(&file, &block.code)?;
        writeln!(
            modules,
            "mod {module} {{ include!({file:?}); pub(crate) fn run() -> std::process::ExitCode {{ std::process::Termination::report(main()) }} }}"
        )?;
        writeln!(arms, "Some({name:?}) => {module}::run(),")?;
    }
    fs::write(Path::new(&out).join("modules.rs"), modules)?;
    fs::write(Path::new(&out).join("choice.rs"), format!("match name {{ {arms} _ => ExitCode::from(2) }}"))?;
    Ok(())
}

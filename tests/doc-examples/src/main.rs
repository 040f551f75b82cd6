//! Runs the code blocks of all pages in one language, against the simulator: `mspkit-doc-examples LANGUAGE [OPTION
//! VALUE]…`
//!
//! `--work FOLDER` is where blocks are written, `--root FOLDER` where the pages are. `--check COMMAND` checks all
//! blocks once, with their files as its arguments; `--run COMMAND` runs one, which is `$1`. `--path FOLDER` is
//! prepended to `PATH`. `around COMMAND` runs a command within the network of the examples instead.

mod around;
mod blocks;
mod network;
mod trial;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use blocks::Block;
use trial::Trial;

/// The command line.
struct Arguments {
    language: String,
    root: PathBuf,
    built: PathBuf,
    work: PathBuf,
    path: Option<PathBuf>,
    check: Option<String>,
    run: Option<String>,
}

impl Arguments {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let root = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))?;
        let language = args.next().ok_or("which language?")?;
        let built = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let work = built.join("pages").join(&language);
        let built = fs::canonicalize(built)?;
        let mut arguments = Self { language, root, built, work, path: None, check: None, run: None };
        while let Some(option) = args.next() {
            let value = args.next().ok_or_else(|| format!("{option} wants a value"))?;
            match option.as_str() {
                "--root" => arguments.root = fs::canonicalize(value)?,
                "--work" => arguments.work = value.into(),
                "--path" => arguments.path = Some(value.into()),
                "--check" => arguments.check = Some(value),
                "--run" => arguments.run = Some(value),
                _ => return Err(format!("there is no option {option}").into()),
            }
        }
        Ok(arguments)
    }
}

fn main() -> ExitCode {
    let given: Vec<String> = env::args().skip(1).collect();
    if let Some(("around", command)) = given.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return network::run(command).unwrap_or_else(|error| {
            eprintln!("mspkit-doc-examples: {error}");
            ExitCode::FAILURE
        });
    }
    match Arguments::read(given.into_iter()).and_then(|arguments| all(&arguments)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("mspkit-doc-examples: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all blocks behave as documented.
fn all(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let blocks = blocks::of(&blocks::pages(&arguments.root)?)?;
    let mut mine: Vec<_> = blocks.into_iter().filter(|block| block.tried_by == arguments.language).collect();
    if mine.is_empty() {
        return Err(format!("no page has a block for {}", arguments.language).into());
    }
    // A page's installation steps run before its examples.
    mine.sort_by_key(|block| block.language != "sh");
    let trial = Trial::new(&arguments.root, &arguments.built, &arguments.work, arguments.path.as_deref())?;
    for block in &mine {
        trial.write(block)?;
    }
    let (shell, code): (Vec<_>, Vec<_>) = mine.iter().partition(|block| block.language == "sh");
    let (mut wrong, mut left_out) = (0, 0);
    let mut complain = |block: &Block, complaint: String| {
        wrong += 1;
        eprintln!("{}: {complaint}", block.place);
    };
    for block in &shell {
        if let Some(tool) = block.check.get("needs").and_then(|tool| tool.as_str())
            && !trial.has(tool)
        {
            println!("{}: left out ({tool} is missing)", block.place);
            left_out += 1;
            continue;
        }
        let command =
            if block.check.contains_key("not_run") { "bash -n \"$1\"" } else { "bash -euo pipefail \"$1\"" };
        trial.shell(block, command).unwrap_or_else(|complaint| complain(block, complaint));
    }
    if let Some(check) = &arguments.check {
        trial.look(check, &code)?;
    }
    let run: Vec<_> = code.iter().filter(|block| !block.check.contains_key("not_run")).collect();
    for block in &run {
        let tried = match (block.language.as_str(), &arguments.run) {
            ("toml", _) => trial.manifest(block),
            (_, Some(command)) => trial.run(block, command),
            (_, None) => Err("there is no --run".to_owned()),
        };
        tried.unwrap_or_else(|complaint| complain(block, complaint));
    }
    let not_run: Vec<_> = mine.iter().filter(|block| block.check.contains_key("not_run")).collect();
    for block in &not_run {
        println!("{}: only looked at: {}", block.place, block.check["not_run"]);
    }
    println!(
        "{}: {} blocks of the pages, {} of them run, {} only looked at, {wrong} wrong",
        arguments.language,
        mine.len(),
        mine.len() - not_run.len() - left_out,
        not_run.len() + left_out
    );
    Ok(wrong == 0)
}

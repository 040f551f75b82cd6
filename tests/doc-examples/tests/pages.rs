//! The Rust examples of the pages run, and mistakes in a page are detected.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().to_owned()
}

/// The runner's output for the pages in a folder, and whether it passed.
fn tried(language: &str, options: &[(&str, &Path)], run: &str) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mspkit-doc-examples"));
    command.args([language, "--run", run]);
    for (name, value) in options {
        command.arg(name).arg(value);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text.into_owned())
}

#[test]
fn the_rust_examples_of_the_pages_run() {
    let program = target().join("examples/rust");
    let run = format!("{program:?} \"$(basename \"$1\" .rs)\"");
    let (content, output) = tried("rust", &[("--work", &target().join("pages-rust"))], &run);
    println!("{output}");
    assert!(content, "{output}");
}

/// A page with this block, run by `cat`, which prints it. It is in a separate folder.
fn page(name: &str, text: &str) -> (bool, String) {
    let folder = target().join("pages-broken").join(name);
    fs::create_dir_all(folder.join("root/docs")).unwrap();
    fs::write(folder.join("root/README.md"), "# Nothing\n").unwrap();
    fs::write(folder.join("root/docs/page.md"), text).unwrap();
    let (root, work) = (folder.join("root"), folder.join("work"));
    tried("python", &[("--root", &root), ("--work", &work)], "bash \"$1\"")
}

const GOOD: &str = "# A page\n\n<!-- check: {\"lines\": 1, \"prints\": [\"one\"]} -->\n\n## One\n\n```python\necho one\n```\n";

#[test]
fn a_page_is_found_and_its_block_is_run() {
    let (content, output) = page("good", GOOD);
    assert!(content, "{output}");
    assert!(output.contains("1 blocks of the pages, 1 of them run, 0 only looked at, 0 wrong"), "{output}");
}

#[test]
fn mistakes_are_detected() {
    for (name, old, new, complaint) in [
        ("own", "```python", "<!-- check: {\"lines\": 2} -->\n```python", "1 lines instead of 2"),
        ("fails", "echo one", "echo one; false", "exit status: 1"),
        ("other", "echo one", "echo two", "\"one\" is missing"),
        ("lines", "echo one", "echo one; echo two", "2 lines instead of 1"),
        ("silent", "echo one", "true", "it prints nothing"),
        ("calls", "\"lines\"", "\"committed\": {\"wiv.workflows.run\": 1}, \"lines\"", "carried out 0 times"),
        ("past", "\"lines\"", "\"behind\": true, \"lines\"", "it went past the proxy"),
        ("key", "\"lines\"", "\"lnies\"", "a check has no `lnies`"),
        ("language", "```python", "```pyhton", "blocks have one of the languages"),
        ("end", "one\n```\n", "one\n", "the block does not end"),
        ("none", "```python", "```js", "no page has a block for python"),
        ("workers", "\"lines\"", "\"with\": \"workers\", \"lines\"", "no page has a block for python"),
        ("nobody", "\"lines\"", "\"with\": \"wokers\", \"lines\"", "`with` is one of"),
        ("option", "\"lines\"", "\"options\": {\"custmers\": 1}, \"lines\"", "custmers"),
        ("shifted", "```python\necho one\n```", "  ```python\n  echo one\n  ```", "at the left margin"),
    ] {
        let text = GOOD.replace(old, new);
        assert_ne!(text, GOOD, "{name}");
        let (content, output) = page(name, &text);
        assert!(!content && output.contains(complaint), "{name}: {output}");
    }
}

#[test]
fn blocks_that_are_not_run_are_reported_and_counted() {
    let (content, output) =
        page("not_run", &GOOD.replace("\"lines\": 1", "\"not_run\": \"it waits for ever\""));
    assert!(content && output.contains("it waits for ever"), "{output}");
    assert!(output.contains("1 blocks of the pages, 0 of them run, 1 only looked at"), "{output}");
}

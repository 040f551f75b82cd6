//! How a block is run: in a separate folder, against a simulator that is reset for each block.

use std::error::Error;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use mspkit_sim::{Options, Simulator};
use serde_json::{Value, json};

use crate::around::{Around, HOST};
use crate::blocks::Block;

/// The names of the server, and of its proxy, in the pages.
const SERVER: &str = "https://ncentral.example.com";
const PROXY: &str = "proxy.example.com:3128";
/// Longer than any example may take, installing included.
const PATIENCE: Duration = Duration::from_secs(600);
/// Settings of the machine that must not affect examples.
const PROXIES: [&str; 8] = [
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
];

/// Shared by all blocks.
pub struct Trial {
    root: PathBuf,
    work: PathBuf,
    path: String,
    simulator: Simulator,
    around: Around,
}

impl Trial {
    /// A working folder that looks like a checkout, and a simulator.
    pub fn new(root: &Path, built: &Path, work: &Path, path: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        if work.exists() {
            fs::remove_dir_all(work)?;
        }
        fs::create_dir_all(work)?;
        let work = fs::canonicalize(work)?;
        for entry in fs::read_dir(root)? {
            let entry = entry?;
            if entry.file_name() != "target" {
                symlink(entry.path(), work.join(entry.file_name()))?;
            }
        }
        // Pages use the default name of the build folder.
        symlink(built, work.join("target"))?;
        let simulator = Simulator::spawn(Options::default())?;
        let address = simulator.url().trim_start_matches("http://").parse()?;
        let around = Around::new(address).map_err(|error| error.to_string())?;
        let mut folders = std::env::var("PATH")?;
        if let Some(path) = path {
            folders = format!("{}:{folders}", fs::canonicalize(path)?.display());
        }
        Ok(Self { root: root.to_owned(), work, path: folders, simulator, around })
    }

    fn file(&self, block: &Block) -> PathBuf {
        self.work.join(format!("{}.{}", block.name, block.ending))
    }

    /// Writes a block into a file; placeholders for a server become the simulator.
    pub fn write(&self, block: &Block) -> Result<(), Box<dyn Error>> {
        let server = if behind(block) { SERVER } else { self.simulator.url() };
        let code = block.code.replace(SERVER, server).replace(PROXY, &self.around.proxy.to_string());
        fs::write(self.file(block), &code)?;
        // The programs that the first page compiles by hand are the first ones that it shows.
        let program = self.work.join(format!("program.{}", block.ending));
        if block.name.starts_with("index-")
            && ["c", "cpp"].contains(&block.language.as_str())
            && !program.exists()
        {
            fs::write(program, code)?;
        }
        Ok(())
    }

    /// Runs a block of shell commands at the top of a checkout.
    pub fn shell(&self, block: &Block, command: &str) -> Result<(), String> {
        self.try_it(block, command, &self.work).map(drop)
    }

    /// Whether this machine has a tool.
    pub fn has(&self, tool: &str) -> bool {
        self.command("command -v \"$1\" > /dev/null").arg(tool).status().is_ok_and(|status| status.success())
    }

    /// Checks blocks that are not run, and the others before they are.
    pub fn look(&self, command: &str, blocks: &[&Block]) -> Result<(), Box<dyn Error>> {
        let files = blocks.iter().filter(|block| block.language != "toml").map(|block| self.file(block));
        let status = self.command(command).args(files).current_dir(&self.work).status()?;
        if status.success() { Ok(()) } else { Err("a block of a page does not pass".into()) }
    }

    /// Runs a block, and compares its outcome with the page.
    pub fn run(&self, block: &Block, command: &str) -> Result<(), String> {
        let place = self.work.join(format!("{}.place", block.name));
        fs::create_dir(&place).map_err(|error| error.to_string())?;
        fs::write(place.join("corporate-ca.pem"), &self.around.authority)
            .map_err(|error| error.to_string())?;
        let check = &block.check;
        let options = check.get("options").cloned().unwrap_or_else(|| json!({}));
        let options: Options =
            serde_json::from_value(options).map_err(|error| format!("options: {error}"))?;
        self.simulator.reset(options);
        for (name, list, rest) in [("faults", "rules", json!({"seed": 1})), ("script", "answers", json!({}))]
        {
            if let Some(setting) = check.get(name) {
                let mut plan = rest;
                plan[list] = setting.clone();
                self.simulator.control(name, &plan).map_err(|error| format!("{name}: {error:?}"))?;
            }
        }
        let times = check.get("runs").map_or(Some(1), Value::as_u64).ok_or("`runs` is a number")?;
        let mut output = String::new();
        for _ in 0..times {
            output.push_str(&self.try_it(block, command, &place)?);
        }
        if output.trim().is_empty() {
            return Err("it prints nothing".to_owned());
        }
        self.compare(block, &output).map_err(|complaint| format!("{complaint}; it printed:\n{output}"))
    }

    fn compare(&self, block: &Block, output: &str) -> Result<(), String> {
        let check = &block.check;
        if let Some(lines) = check.get("lines") {
            let count = output.lines().count();
            if lines.as_u64() != Some(count as u64) {
                return Err(format!("{count} lines instead of {lines}"));
            }
        }
        for wanted in check.get("prints").and_then(Value::as_array).into_iter().flatten() {
            if !wanted.as_str().is_some_and(|wanted| output.contains(wanted)) {
                return Err(format!("{wanted} is missing"));
            }
        }
        for (operation, wanted) in check.get("committed").and_then(Value::as_object).into_iter().flatten() {
            let committed = self.simulator.count(operation).committed;
            if json!(committed) != *wanted {
                return Err(format!("{operation} was carried out {committed} times instead of {wanted}"));
            }
        }
        if behind(block) && self.around.tunnels() == 0 {
            return Err("it went past the proxy".to_owned());
        }
        Ok(())
    }

    /// A dependency in a page: cargo finds it, with its features.
    pub fn manifest(&self, block: &Block) -> Result<(), String> {
        let place = self.work.join(format!("{}.place", block.name));
        let made = (|| {
            fs::create_dir_all(place.join("src"))?;
            fs::write(place.join("src/lib.rs"), "")?;
            symlink(&self.root, place.join("mspkit"))?;
            fs::copy(self.root.join("Cargo.lock"), place.join("Cargo.lock"))?;
            let head =
                "[workspace]\nexclude = [\"mspkit\"]\n[package]\nname = \"program\"\nedition = \"2024\"\n";
            fs::write(place.join("Cargo.toml"), format!("{head}{}", block.code))
        })();
        made.map_err(|error: std::io::Error| error.to_string())?;
        self.try_it(block, "cargo metadata --format-version 1 --offline --quiet", &place).map(drop)
    }

    /// The output of a command about a block; otherwise what went wrong, with the whole output.
    fn try_it(&self, block: &Block, command: &str, place: &Path) -> Result<String, String> {
        let text = |error: std::io::Error| error.to_string();
        let (out, err) =
            (place.join(format!("{}.out", block.name)), place.join(format!("{}.err", block.name)));
        let mut child = self.command(command);
        child.arg(self.file(block)).current_dir(place);
        child
            .stdin(Stdio::null())
            .stdout(File::create(&out).map_err(text)?)
            .stderr(File::create(&err).map_err(text)?);
        if behind(block) {
            child.env("NCENTRAL_URL", format!("https://{HOST}"));
        }
        let mut child = child.spawn().map_err(text)?;
        let until = Instant::now() + PATIENCE;
        let status = loop {
            match child.try_wait().map_err(text)? {
                Some(status) => break status,
                None if Instant::now() > until => {
                    child.kill().map_err(text)?;
                    break child.wait().map_err(text)?;
                }
                None => sleep(Duration::from_millis(5)),
            }
        };
        let read = |path: &Path| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let (output, errors) = (read(&out).map_err(text)?, read(&err).map_err(text)?);
        if status.success() { Ok(output) } else { Err(format!("{status}\n{output}{errors}")) }
    }

    /// A shell command with the simulator in its environment, and without this machine's servers and proxies.
    fn command(&self, command: &str) -> Command {
        let mut shell = Command::new("bash");
        shell.args(["-c", command, "bash"]).env("PATH", &self.path).envs(self.simulator.environment());
        // Tools find what they have installed, whatever the home directory is.
        if let Some(home) = std::env::home_dir() {
            for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
                shell.env(name, std::env::var_os(name).unwrap_or_else(|| home.join(folder).into()));
            }
        }
        shell.env("HOME", &self.work).env("PROFILE", "debug");
        shell
            .env("PIP_NO_INDEX", "1")
            .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
            .env("npm_config_offline", "true");
        shell.env("npm_config_update_notifier", "false");
        for name in
            PROXIES.into_iter().chain(["PYTHONPATH", "VIRTUAL_ENV", "NODE_OPTIONS", "MAKEFLAGS", "MAKELEVEL"])
        {
            shell.env_remove(name);
        }
        shell
    }
}

fn behind(block: &Block) -> bool {
    block.check.get("behind").is_some_and(|value| *value == Value::Bool(true))
}

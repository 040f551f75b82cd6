//! `mspkit-sim`: the simulator for test runners in any language.
#![allow(clippy::print_stdout)] // The one line it prints is what its caller waits for.

use std::io::{Read, Write};
use std::process::ExitCode;

use clap::Parser;
use mspkit_sim::{Options, Simulator};
use serde_json::{Value, json};

/// The arguments for the size of each collection.
macro_rules! counts {
    ($($name:ident = $count:literal, $doc:literal;)*) => {
        #[derive(clap::Args)]
        struct Counts {
            $(#[arg(long, help = $doc)] $name: Option<u64>,)*
        }

        impl Counts {
            fn given(&self) -> Vec<(&'static str, Option<u64>)> {
                vec![$((stringify!($name), self.$name)),*]
            }
        }
    };
}

mspkit_sim::each_count!(counts);

/// Serves N-central, Cloudmore and Wiv on one loopback port, and prints its URL, credentials and version as one line of JSON.
///
/// With a command after `--` it prints nothing: it runs the command with NCENTRAL_URL, NCENTRAL_JWT and so on in its
/// environment, and exits with its status.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Port to listen on; 0 for any free port.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Seed of the data.
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    counts: Counts,
    /// Delay of every response.
    #[arg(long)]
    latency_ms: Option<u64>,
    /// No in-flight caps at all.
    #[arg(long)]
    no_caps: bool,
    /// Keep counts but no log of requests.
    #[arg(long)]
    no_log: bool,
    /// Any options, as the JSON that /_sim/reset takes; the other arguments take precedence.
    #[arg(long, default_value = "{}")]
    options: String,
    /// Stop when standard input ends.
    #[arg(long)]
    until_stdin_closes: bool,
    /// A command to run against it, after `--`.
    #[arg(last = true)]
    command: Vec<String>,
}

impl Arguments {
    fn options(&self) -> Result<Options, String> {
        let mut given: serde_json::Map<String, Value> =
            serde_json::from_str(&self.options).map_err(|error| format!("--options: {error}"))?;
        let numbers = [("seed", self.seed), ("latency_ms", self.latency_ms)];
        for (name, value) in self.counts.given().into_iter().chain(numbers) {
            if let Some(value) = value {
                given.insert(name.to_owned(), value.into());
            }
        }
        if self.no_caps {
            given.insert("caps".to_owned(), Value::Null);
        }
        if self.no_log {
            given.insert("log".to_owned(), false.into());
        }
        serde_json::from_value(Value::Object(given)).map_err(|error| error.to_string())
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(code) => code,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "mspkit-sim: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let simulator = Simulator::start_on(arguments.port, arguments.options()?)
        .map_err(|error| format!("port {}: {error}", arguments.port))?;
    // Before the URL is printed: the reader may stop it at once.
    let mut stop = Stop::listen().map_err(|error| error.to_string())?;
    if let Some((program, rest)) = arguments.command.split_first() {
        return against(&simulator, &mut stop, program, rest)
            .await
            .map_err(|error| format!("{program}: {error}"));
    }
    // Callers of another version can refuse it.
    let version = env!("CARGO_PKG_VERSION");
    println!(
        "{}",
        json!({"url": simulator.url(), "credentials": simulator.credentials(), "version": version})
    );
    std::io::stdout().flush().map_err(|error| error.to_string())?;
    tokio::select! {
        () = stdin_closes(arguments.until_stdin_closes) => Ok(ExitCode::SUCCESS),
        () = stop.received() => Ok(ExitCode::SUCCESS),
    }
}

/// Runs a command that finds the simulator by its environment, and returns its status. It ends with this process.
async fn against(
    simulator: &Simulator,
    stop: &mut Stop,
    program: &str,
    rest: &[String],
) -> std::io::Result<ExitCode> {
    // Bypasses the machine's proxy.
    let proxied = ["no_proxy", "NO_PROXY"].iter().find_map(|name| std::env::var(name).ok());
    let past =
        proxied.filter(|hosts| !hosts.is_empty()).map_or_else(String::new, |hosts| hosts + ",") + "127.0.0.1";
    let mut child = tokio::process::Command::new(program)
        .args(rest)
        .envs(simulator.environment())
        .envs([("no_proxy", &past), ("NO_PROXY", &past)])
        .kill_on_drop(true)
        .spawn()?;
    tokio::select! {
        ended = child.wait() => {
            let code = ended?.code().and_then(|code| u8::try_from(code).ok());
            Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
        }
        // Ctrl-C reaches the command directly, which decides how it ends.
        () = stop.terminated() => {
            child.kill().await?;
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn stdin_closes(matters: bool) {
    if !matters {
        std::future::pending::<()>().await;
    }
    let (closed, wait) = tokio::sync::oneshot::channel();
    // A separate thread: the runtime would wait at exit for a read on its pool.
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = closed.send(());
    });
    let _ = wait.await;
}

/// The signals that end the simulator.
#[cfg(unix)]
struct Stop(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Stop {
    /// Listens from now on.
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }

    async fn terminated(&mut self) {
        self.1.recv().await;
    }
}

#[cfg(not(unix))]
struct Stop;

#[cfg(not(unix))]
impl Stop {
    #[allow(clippy::unnecessary_wraps)] // Elsewhere it can fail.
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn received(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }

    async fn terminated(&mut self) {
        std::future::pending().await
    }
}

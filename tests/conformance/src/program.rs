//! The program of a language: a child process that responds to each line with a line.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::outcome::Spelling;

/// How many of the last lines of standard error are shown with a failure.
const SHOWN_LINES: usize = 40;
/// How long a program may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the rest of standard error is awaited after the end; a child of the program may keep it open.
const REST: Duration = Duration::from_secs(2);

/// A program that is started on first use, and again after it failed.
#[derive(Debug)]
pub(crate) struct Program {
    command: Vec<String>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    /// Closed to let the program end.
    input: Option<ChildStdin>,
    lines: Receiver<io::Result<String>>,
    complaints: Arc<Mutex<VecDeque<String>>>,
    /// Disconnected when standard error has ended.
    all_read: Receiver<()>,
    spelling: Spelling,
}

impl Program {
    pub(crate) fn new(command: &[String]) -> Self {
        Self { command: command.to_vec(), running: None }
    }

    /// Starts the program unless it runs, and asks how it spells names.
    pub(crate) fn ready(&mut self) -> Result<Spelling, String> {
        if let Some(running) = &self.running {
            return Ok(running.spelling.clone());
        }
        let mut running = Running::start(&self.command)
            .map_err(|error| format!("{} cannot be started: {error}", self.command.join(" ")))?;
        let hello = running.ask(&json!({"hello": {}}), PATIENCE)?;
        running.spelling = serde_json::from_value(hello.clone())
            .map_err(|error| format!("the program introduces itself with {hello}: {error}"))?;
        let spelling = running.spelling.clone();
        self.running = Some(running);
        Ok(spelling)
    }

    /// Makes a request and waits for the response. A program that fails to respond is ended.
    pub(crate) fn ask(&mut self, request: &Value, limit: Duration) -> Result<Value, String> {
        self.ready()?;
        let Some(mut running) = self.running.take() else { return Err("the program is gone".to_owned()) };
        let answer = running.ask(request, limit)?;
        self.running = Some(running);
        Ok(answer)
    }

    /// Lets the program end by itself: leak checkers report then.
    pub(crate) fn finish(&mut self) -> Result<(), String> {
        let Some(mut running) = self.running.take() else { return Ok(()) };
        running.input = None;
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            match running.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => {
                    return Err(running.complaint(&format!("the program ended with {status}")));
                }
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Err(error) => return Err(error.to_string()),
            }
        }
        Err(running.complaint("the program goes on after its input has ended"))
    }
}

impl Running {
    fn start(command: &[String]) -> io::Result<Self> {
        let (name, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut child = Command::new(name);
        child.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_apart(&name.to_string_lossy())) {
            child.env_remove(name);
        }
        let mut child = child.spawn()?;
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or_else(gone)?;
        let errors = child.stderr.take().ok_or_else(gone)?;
        let (sender, lines) = mpsc::channel();
        // Both threads end with the program.
        std::thread::spawn(move || {
            let mut lines = BufReader::new(output).lines();
            while lines.next().is_some_and(|line| sender.send(line).is_ok()) {}
        });
        let complaints = Arc::new(Mutex::new(VecDeque::new()));
        let kept = Arc::clone(&complaints);
        let (reading, all_read) = mpsc::channel();
        std::thread::spawn(move || {
            let _reading: mpsc::Sender<()> = reading;
            for line in BufReader::new(errors).split(b'\n').map_while(Result::ok) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push_back(String::from_utf8_lossy(&line).into_owned());
                if kept.len() > SHOWN_LINES {
                    kept.pop_front();
                }
            }
        });
        Ok(Self { child, input, lines, complaints, all_read, spelling: Spelling::default() })
    }

    fn ask(&mut self, request: &Value, limit: Duration) -> Result<Value, String> {
        let mut line = request.to_string();
        line.push('\n');
        // A program that has died is detected by the missing response.
        let _ = self.input.as_mut().map(|input| input.write_all(line.as_bytes()));
        let answer = match self.lines.recv_timeout(limit) {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(self.complaint(&format!("the response cannot be read: {error}"))),
            Err(RecvTimeoutError::Timeout) => {
                return Err(self.complaint(&format!("no answer within {limit:.1?} to {request}")));
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(self.complaint(&format!("the program ended at {request}")));
            }
        };
        let value: Value = serde_json::from_str(&answer)
            .map_err(|error| self.complaint(&format!("the answer is no JSON ({error}): {answer}")))?;
        match value.get("failed") {
            Some(why) => Err(self.complaint(why.as_str().unwrap_or("the program failed"))),
            None if value.is_object() => Ok(value),
            None => Err(self.complaint(&format!("the answer is no object: {answer}"))),
        }
    }

    /// Ends the program and adds its standard error to a failure.
    fn complaint(&mut self, what: &str) -> String {
        self.close();
        // The program has ended, but its last lines may not have been read yet.
        let _ = self.all_read.recv_timeout(REST);
        let kept = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<String> = kept.iter().map(|line| format!("\n    | {line}")).collect();
        format!("{what}{}", lines.concat())
    }

    fn close(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.close();
    }
}

/// The shell's settings for real servers and proxies are removed.
fn is_apart(name: &str) -> bool {
    let upper = name.to_uppercase();
    ["NCENTRAL_", "CLOUDMORE_", "WIV_"].iter().any(|prefix| upper.starts_with(prefix))
        || upper.ends_with("_PROXY")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        Program::new(&["sh".to_owned(), "-c".to_owned(), script.to_owned()])
    }

    fn request(program: &mut Program) -> Result<Value, String> {
        program.ask(&json!({"call": "it"}), Duration::from_millis(300))
    }

    #[test]
    fn responses_are_read_line_by_line() {
        let mut program = shell("read a; echo '{\"camel\": true}'; read a; echo '{\"result\": 1}'; cat");
        assert_eq!(request(&mut program), Ok(json!({"result": 1})));
        assert_eq!(program.finish(), Ok(()));
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let mut program = shell("read a; echo '{}'; read a; exec sleep 60");
        assert!(request(&mut program).unwrap_err().contains("no answer within 300.0ms"));
        assert!(program.running.is_none());
    }

    #[test]
    fn a_child_that_keeps_standard_error_open_delays_a_report_only_for_a_while() {
        let mut program = shell("read a; echo '{}'; read a; echo oh no >&2; sleep 30 & exit 3");
        let begun = Instant::now();
        assert!(request(&mut program).unwrap_err().contains("| oh no"));
        assert!(begun.elapsed() < Duration::from_secs(25));
    }

    #[test]
    fn a_program_that_dies_is_reported_with_its_output_and_restarted() {
        let mut program = shell("read a; echo '{}'; read a; echo oh no >&2; exit 3");
        for _ in 0..2 {
            let why = request(&mut program).unwrap_err();
            assert!(why.contains("the program ended at") && why.contains("| oh no"), "{why}");
        }
    }

    #[test]
    fn an_invalid_response_is_refused() {
        for answer in ["[]", "nonsense", "{\"failed\": \"it cannot\"}"] {
            let mut program = shell(&format!("read a; echo '{{}}'; read a; echo '{answer}'; exec sleep 60"));
            assert!(request(&mut program).is_err(), "{answer}");
        }
        assert!(shell("read a; echo '{\"colour\": 1}'; cat").ready().is_err());
        assert!(Program::new(&["/nowhere".to_owned()]).ready().is_err());
    }

    #[test]
    fn a_bad_end_is_noticed() {
        let mut program = shell("read a; echo '{}'; cat; exit 23");
        program.ready().unwrap();
        assert!(program.finish().unwrap_err().contains("23"));
    }

    #[test]
    fn real_servers_and_proxies_are_kept_from_programs() {
        assert!(is_apart("NCENTRAL_URL") && is_apart("https_proxy") && !is_apart("PATH"));
    }
}

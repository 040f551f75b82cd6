//! The binary: one line of JSON, then service until standard input closes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::wire::Wire;

fn start(arguments: &[&str]) -> (Child, Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mspkit-sim"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

#[test]
fn it_prints_its_url_and_ends_with_standard_input() {
    let (mut child, printed) = start(&[
        "--customers",
        "3",
        "--no-caps",
        "--options",
        r#"{"list_envelope":"array"}"#,
        "--until-stdin-closes",
    ]);
    let url = printed["url"].as_str().unwrap();
    assert_eq!(printed["version"], env!("CARGO_PKG_VERSION"));
    let names = ["ncentral_jwt", "cloudmore_username", "cloudmore_password", "cloudmore_client_secret"];
    let ids = ["cloudmore_reseller_id", "cloudmore_organization_id", "wiv_api_key"];
    assert!(names.iter().chain(&ids).all(|name| printed["credentials"][name].is_string()));
    let reply = Wire::open(url).call("GET", "/_sim/ready", &[], "").unwrap();
    let options = &reply.json()["options"];
    assert_eq!((&options["customers"], &options["caps"]), (&Value::from(3), &Value::Null));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
fn it_ends_cleanly_by_a_signal_once_it_is_ready() {
    for signal in ["TERM", "INT"] {
        for _ in 0..20 {
            let (mut child, _) = start(&[]);
            let sent = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
            assert!(sent.unwrap().success());
            assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
        }
    }
}

#[test]
fn it_runs_a_command_against_itself_and_exits_with_its_status() {
    let run = |script: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mspkit-sim"));
        command.args(["--customers", "3", "--", "sh", "-c", script]).output().unwrap()
    };
    let output = run("echo $NCENTRAL_URL $WIV_API_KEY $CLOUDMORE_ORGANIZATION_ID; exit 7");
    assert_eq!(output.status.code(), Some(7));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        printed.starts_with("http://127.0.0.1:")
            && printed.ends_with("wiv-api-key-123 c1d4f7a2-93be-4c58-8a61-2f4b6e9d0c35\n"),
        "{printed}"
    );
    assert!(run("true").status.success());
    assert_eq!(run("kill -9 $$").status.code(), Some(1));
    let output =
        Command::new(env!("CARGO_BIN_EXE_mspkit-sim")).args(["--", "/no/such/program"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("mspkit-sim: /no/such/program: "));
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_for_the_command_and_the_end_for_both() {
    let mut started = Command::new(env!("CARGO_BIN_EXE_mspkit-sim"));
    // The shell prints this once it is ready, and exits with 9 on an interrupt.
    let script = "trap 'exit 9' INT; echo $$; while :; do sleep 0.01; done";
    started.args(["--", "bash", "-c", script]).stdout(Stdio::piped());
    for (interrupt, code) in [(true, Some(9)), (false, Some(1))] {
        let mut child = started.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let own = child.id().to_string();
        let kill = |signal: &str, pid: &str| Command::new("kill").args([signal, pid]).status().unwrap();
        if interrupt {
            kill("-INT", &own);
            kill("-INT", line.trim());
        } else {
            kill("-TERM", &own);
        }
        assert_eq!(child.wait().unwrap().code(), code);
        // Nothing is left.
        crate::wire::eventually("the command is gone", || !kill("-0", line.trim()).success());
    }
}

#[test]
fn it_refuses_unknown_options() {
    let output = Command::new(env!("CARGO_BIN_EXE_mspkit-sim"))
        .args(["--options", r#"{"customer":1}"#])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("customer"));
}

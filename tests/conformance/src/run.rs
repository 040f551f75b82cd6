//! One case, from its reset to its last comparison.

use std::time::{Duration, Instant};

use mspkit_sim::Simulator;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::Mode;
use crate::case::{CallStep, Case, ClientSpec, Server, Step};
use crate::matching::{self, Mismatch};
use crate::outcome::{self, Spelling};
use crate::program::Program;
use crate::requests;
use crate::variables::Variables;

/// Why a case failed.
#[derive(Debug, Clone)]
pub(crate) enum Wrong {
    /// An unexpected outcome.
    Mismatch(Mismatch),
    /// The case could not be run.
    Failed(String),
}

impl From<Mismatch> for Wrong {
    fn from(mismatch: Mismatch) -> Self {
        Self::Mismatch(mismatch)
    }
}

impl From<String> for Wrong {
    fn from(why: String) -> Self {
        Self::Failed(why)
    }
}

/// Runs a case within a time limit, and closes its client.
pub(crate) fn case(
    case: &Case,
    mode: Mode,
    simulator: &Simulator,
    program: &mut Program,
    limit: Duration,
) -> Result<(), Wrong> {
    let spelling = program.ready()?;
    let variables = Variables::default();
    let mut run =
        Run { mode, simulator, program, spelling, variables, refused: None, end: Instant::now() + limit };
    let outcome = run.case(case);
    let closed = run.ask(&json!({"close": {}}));
    outcome?;
    closed?;
    Ok(())
}

struct Run<'a> {
    mode: Mode,
    simulator: &'a Simulator,
    program: &'a mut Program,
    spelling: Spelling,
    variables: Variables,
    /// The outcome of making the client, if it cannot be made.
    refused: Option<Value>,
    end: Instant,
}

/// A call in the form of the program.
#[derive(Serialize)]
struct Request<'a> {
    call: &'a str,
    params: Map<String, Value>,
    options: Map<String, Value>,
    paging: Map<String, Value>,
    read: crate::case::Read,
    go_on: bool,
    untyped: bool,
}

impl Run<'_> {
    fn case(&mut self, case: &Case) -> Result<(), Wrong> {
        let reset = self.control("reset", &case.sim.reset.clone().unwrap_or(json!({})))?;
        self.variables.set("url", reset["url"].clone());
        for (name, value) in reset["credentials"].as_object().into_iter().flatten() {
            self.variables.set(name, value.clone());
        }
        self.change_server(&case.sim)?;
        self.make_client(&case.client)?;
        for (index, step) in case.steps.iter().enumerate() {
            let at = format!("step {}", index + 1);
            self.step(step).map_err(|wrong| match wrong {
                Wrong::Mismatch(mismatch) => mismatch.inside(&at).into(),
                Wrong::Failed(why) => Wrong::Failed(format!("{at}: {why}")),
            })?;
        }
        self.check_server(case)
    }

    fn control(&self, command: &str, body: &Value) -> Result<Value, String> {
        self.simulator
            .control(command, body)
            .map_err(|refused| format!("the simulator: {command}: {refused}"))
    }

    fn change_server(&self, server: &Server) -> Result<(), String> {
        if let Some(script) = &server.script {
            self.control("script", &json!({"answers": self.variables.fill(script)?}))?;
        }
        if let Some(faults) = &server.faults {
            self.control("faults", &json!({"seed": 1, "rules": self.variables.fill(faults)?}))?;
        }
        if let Some(seconds) = server.clock {
            self.control("clock", &json!({"advance_seconds": seconds}))?;
        }
        Ok(())
    }

    /// Sends the program a request, with the remaining time of the case.
    fn ask(&mut self, request: &Value) -> Result<Value, String> {
        self.program.ask(request, self.end.saturating_duration_since(Instant::now()))
    }

    fn make_client(&mut self, spec: &ClientSpec) -> Result<(), String> {
        let own: &[(&str, &str)] = match spec.service.as_str() {
            "ncentral" => &[("jwt", "$ncentral_jwt")],
            "cloudmore" => &[
                ("username", "$cloudmore_username"),
                ("password", "$cloudmore_password"),
                ("client_secret", "$cloudmore_client_secret"),
                ("reseller_id", "$cloudmore_reseller_id"),
                ("seller_id", "$cloudmore_seller_id"),
            ],
            "wiv" => &[("api_key", "$wiv_api_key")],
            other => return Err(format!("there is no service {other}")),
        };
        let mut options = Map::new();
        options.insert("base_url".to_owned(), "$url".into());
        options.insert("trust_env".to_owned(), false.into());
        options.extend(own.iter().map(|(option, variable)| ((*option).to_owned(), (*variable).into())));
        options.extend(spec.options.clone());
        options.retain(|_, value| !value.is_null());
        let options = self.variables.fill_map(&options)?;
        let made = self.ask(
            &json!({"client": {"service": spec.service, "mode": self.mode.name(), "options": options}}),
        )?;
        self.refused = made.get("error").is_some().then_some(made);
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), Wrong> {
        match step {
            Step::Server(server) => self.change_server(&server.sim)?,
            Step::Wait(step) => std::thread::sleep(Duration::from_secs_f64(step.wait)),
            Step::Client(step) => self.make_client(&step.client)?,
            Step::Call(step) => {
                let outcome = self.call(step)?;
                outcome::matches(&self.variables.fill_map(&step.expect)?, &outcome, &self.spelling)?;
                for (path, name) in &step.save {
                    self.variables.set(name, outcome::part(&outcome, path)?.clone());
                }
            }
        }
        Ok(())
    }

    fn call(&mut self, step: &CallStep) -> Result<Value, String> {
        if let Some(refused) = &self.refused {
            return Ok(refused.clone());
        }
        let mut paging = self.variables.fill_map(&step.paging)?;
        paging.entry("concurrency").or_insert(json!(1));
        let call = Request {
            call: &step.call,
            params: self.variables.fill_map(&step.params)?,
            options: self.variables.fill_map(&step.options)?,
            paging,
            read: step.read,
            go_on: step.go_on,
            untyped: step.untyped,
        };
        let request = serde_json::to_value(call).map_err(|error| error.to_string())?;
        self.ask(&request)
    }

    fn check_server(&self, case: &Case) -> Result<(), Wrong> {
        if let Some(want) = &case.requests {
            let want = want.iter().map(|one| self.variables.fill_map(one)).collect::<Result<Vec<_>, _>>()?;
            let log = json!(self.simulator.requests(0));
            let log = log.as_array().into_iter().flatten();
            let have: Vec<Value> =
                log.filter(|one| case.auth_requests || !requests::is_for_token(one)).cloned().collect();
            requests::matches(&want, &have, case.unordered)?;
        }
        for (operation, want) in &case.counts {
            let have = json!(self.simulator.count(operation));
            matching::members(want, &have, &format!("counts.{operation}"))?;
        }
        Ok(())
    }
}

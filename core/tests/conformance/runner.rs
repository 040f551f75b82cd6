//! Runs cases: each worker has a simulator of its own and takes its share of them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mspkit::{CallOptions, Config, Core, Error, PagingOptions, Service};
use mspkit_sim::{Options, Simulator};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::case::{CallStep, Case, ClientSpec, Server, Step, Suite};
use crate::support::{BlockingClients, Clients, Outcome, Overrides, Params};
use crate::variables::Variables;
use crate::{dispatch, matching};

/// Cases mostly wait for time to pass, so there are more workers than cores.
const WORKERS: usize = 6;
const CASE_LIMIT: Duration = Duration::from_secs(30);
const TOKEN_PATHS: [&str; 3] = ["/api/auth/authenticate", "/api/auth/refresh", "/connect/token"];

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Front {
    Async,
    Blocking,
}

pub(crate) struct Verdict {
    pub(crate) ran: usize,
    pub(crate) failures: Vec<String>,
}

impl Verdict {
    pub(crate) fn line(&self) -> String {
        let failed = self.failures.len();
        format!("conformance: {} cases, {} passed, {failed} failed", self.ran, self.ran - failed)
    }
}

/// Runs all cases, or fewer once `enough` have failed.
pub(crate) fn run(front: Front, suite: &Suite, sabotage: &str, enough: usize) -> Verdict {
    let (next, ran) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let simulator = Simulator::spawn(Options::default()).unwrap();
                simulator.control("sabotage", &json!({"kind": sabotage})).unwrap();
                while failures.lock().unwrap().len() < enough {
                    let Some(case) = suite.cases.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    ran.fetch_add(1, Ordering::Relaxed);
                    if let Err(why) = one(front, case, &simulator) {
                        let line = format!("FAILED {}: {why}", case.name);
                        failures.lock().unwrap().push(line);
                    }
                }
            });
        }
    });
    Verdict { ran: ran.into_inner(), failures: failures.into_inner().unwrap() }
}

fn one(front: Front, case: &Case, simulator: &Simulator) -> Result<(), String> {
    let began = std::time::Instant::now();
    let mut run = Run::begin(front, case, simulator)?;
    for (index, step) in case.steps.iter().enumerate() {
        run.step(step).map_err(|why| format!("step {}: {why}", index + 1))?;
    }
    run.check_server(case)?;
    if began.elapsed() > CASE_LIMIT { Err(format!("took {:?}", began.elapsed())) } else { Ok(()) }
}

/// A case under way.
struct Run<'a> {
    front: Front,
    simulator: &'a Simulator,
    variables: Variables,
    clients: Result<Front2, Error>,
}

/// The clients of a case, and the same configuration for calls by operation id.
struct Front2 {
    core: Core,
    typed: Typed,
    runtime: Runtime,
}

enum Typed {
    Async(Box<Clients>),
    Blocking(Box<BlockingClients>),
}

impl<'a> Run<'a> {
    fn begin(front: Front, case: &Case, simulator: &'a Simulator) -> Result<Self, String> {
        let mut variables = Variables::default();
        let reset = control(simulator, "reset", &case.sim.reset.clone().unwrap_or(json!({})))?;
        variables.set("url", reset["url"].clone());
        for (name, value) in reset["credentials"].as_object().ok_or("no credentials")? {
            variables.set(name, value.clone());
        }
        let mut run = Self { front, simulator, variables, clients: Err(closed()) };
        run.change_server(&case.sim)?;
        run.clients = run.build(&case.client)?;
        Ok(run)
    }

    fn change_server(&self, server: &Server) -> Result<(), String> {
        if let Some(script) = &server.script {
            control(self.simulator, "script", &json!({"answers": self.variables.fill(script)?}))?;
        }
        if let Some(faults) = &server.faults {
            control(self.simulator, "faults", &json!({"seed": 1, "rules": self.variables.fill(faults)?}))?;
        }
        if let Some(seconds) = server.clock {
            control(self.simulator, "clock", &json!({"advance_seconds": seconds}))?;
        }
        Ok(())
    }

    fn build(&self, spec: &ClientSpec) -> Result<Result<Front2, Error>, String> {
        let mut said = json!({"base_url": "$url", "trust_env": false});
        let own: &[(&str, &str)] = match spec.service.as_str() {
            "ncentral" => &[("jwt", "$ncentral_jwt")],
            "cloudmore" => &[
                ("username", "$cloudmore_username"),
                ("password", "$cloudmore_password"),
                ("client_secret", "$cloudmore_client_secret"),
                ("reseller_id", "$cloudmore_reseller_id"),
            ],
            "wiv" => &[("api_key", "$wiv_api_key")],
            other => return Err(format!("there is no service {other}")),
        };
        for (option, variable) in own {
            said[*option] = (*variable).into();
        }
        for (option, value) in &spec.options {
            said[option.as_str()] = value.clone();
        }
        let Value::Object(said) = self.variables.fill(&said)? else { return Err("options".into()) };
        let given: Map<String, Value> = said.into_iter().filter(|(_, value)| !value.is_null()).collect();
        Ok(clients(self.front, &spec.service, &Value::Object(given)))
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Server(server) => self.change_server(&server.sim),
            Step::Wait(step) => {
                std::thread::sleep(Duration::from_secs_f64(step.wait));
                Ok(())
            }
            Step::Client(step) => {
                self.clients = self.build(&step.client)?;
                Ok(())
            }
            Step::Call(step) => {
                let outcome = self.call(step)?;
                let expect = self.variables.fill_map(&step.expect)?;
                matching::outcome(&expect, &outcome)?;
                for (path, name) in &step.save {
                    let value =
                        saved(&outcome, path).ok_or_else(|| format!("save: {path} leads to nothing"))?;
                    self.variables.set(name, value);
                }
                Ok(())
            }
        }
    }

    fn call(&self, step: &CallStep) -> Result<Outcome, String> {
        let clients = match &self.clients {
            Ok(clients) => clients,
            Err(error) => return Ok(Outcome::failed(error.clone())),
        };
        let params = self.variables.fill_map(&step.params)?;
        let mut options = self.variables.fill_map(&step.options)?;
        let mut paging = self.variables.fill_map(&step.paging)?;
        paging.entry("concurrency").or_insert(json!(1));
        if step.call == "request" {
            for (name, option) in [("query", "extra_query"), ("headers", "extra_headers")] {
                if let Some(given) = params.get(name) {
                    options.insert(option.to_owned(), given.clone());
                }
            }
        }
        let text = |map: &Map<String, Value>| Value::Object(map.clone()).to_string().into_bytes();
        let call = match CallOptions::from_json(&text(&options)) {
            Ok(call) => call,
            Err(error) => return Ok(Outcome::failed(error)),
        };
        let paging = match PagingOptions::from_json(&text(&paging)) {
            Ok(paging) => paging,
            Err(error) => return Ok(Outcome::failed(error)),
        };
        let overrides = Overrides { call, paging, read: step.read, go_on: step.go_on };
        if step.call == "request" {
            return Ok(clients.request(&params, &overrides));
        }
        if step.untyped {
            return Ok(clients.untyped(&step.call, &text(&params), &overrides));
        }
        let params = Params(params);
        Ok(match &clients.typed {
            Typed::Async(typed) => {
                clients.runtime.block_on(dispatch::call(typed, &step.call, &params, &overrides))
            }
            Typed::Blocking(typed) => dispatch::call_blocking(typed, &step.call, &params, &overrides),
        })
    }

    fn check_server(&self, case: &Case) -> Result<(), String> {
        if case.requests.is_none() && case.counts.is_none() {
            return Ok(());
        }
        let log = json!({"requests": self.simulator.requests(0), "counts": self.simulator.counts()});
        if let Some(want) = &case.requests {
            let want: Vec<_> =
                want.iter().map(|one| self.variables.fill_map(one)).collect::<Result<_, _>>()?;
            let have: Vec<Value> = log["requests"].as_array().cloned().unwrap_or_default();
            let have: Vec<Value> =
                have.into_iter().filter(|one| case.auth_requests || !is_token(one)).collect();
            matching::requests(&want, &have, case.unordered)?;
        }
        for (operation, want) in case.counts.iter().flatten() {
            let none =
                json!({"received": 0, "committed": 0, "answered": 0, "max_in_flight": 0, "throttled": 0});
            let have = log["counts"].get(operation).unwrap_or(&none);
            for (name, want) in want {
                matching::value(want, have.get(name), &format!("counts.{operation}.{name}"))?;
            }
        }
        Ok(())
    }
}

impl Front2 {
    fn untyped(&self, operation: &str, params: &[u8], overrides: &Overrides) -> Outcome {
        let listed =
            mspkit::Operation::find(operation).is_some_and(|found| found.paging != mspkit::Paging::None);
        self.runtime.block_on(async {
            if listed {
                let pager = self.core.pager(operation, params, &overrides.paging, &overrides.call);
                Outcome::from_pager(pager, overrides).await
            } else {
                Outcome::from_raw(self.core.call(operation, params, &overrides.call).await)
            }
        })
    }

    fn request(&self, params: &Map<String, Value>, overrides: &Overrides) -> Outcome {
        let text = |name: &str| params.get(name).and_then(Value::as_str).unwrap_or_default();
        let body = params.get("body");
        let (method, path, options) = (text("method"), text("path"), overrides.call.clone());
        macro_rules! send {
            ($client:expr) => {{
                let request = $client.request(method, path).options(options);
                if let Some(body) = body { request.body(body).send() } else { request.send() }
            }};
        }
        match (&self.typed, self.core.service()) {
            (Typed::Async(clients), Service::NCentral) => {
                Outcome::from_request(self.runtime.block_on(async { send!(clients.ncentral).await }))
            }
            (Typed::Async(clients), Service::Cloudmore) => {
                Outcome::from_request(self.runtime.block_on(async { send!(clients.cloudmore).await }))
            }
            (Typed::Async(clients), _) => {
                Outcome::from_request(self.runtime.block_on(async { send!(clients.wiv).await }))
            }
            (Typed::Blocking(clients), Service::NCentral) => Outcome::from_request(send!(clients.ncentral)),
            (Typed::Blocking(clients), Service::Cloudmore) => Outcome::from_request(send!(clients.cloudmore)),
            (Typed::Blocking(clients), _) => Outcome::from_request(send!(clients.wiv)),
        }
    }
}

/// The client of the case, beside two of the other services that are never used.
fn clients(front: Front, service: &str, options: &Value) -> Result<Front2, Error> {
    let given = Config::from_json(options.to_string().as_bytes())?;
    let config = |name: &str| if name == service { given.clone() } else { unused(name) };
    let core_service = match service {
        "ncentral" => Service::NCentral,
        "cloudmore" => Service::Cloudmore,
        _ => Service::Wiv,
    };
    macro_rules! built {
        ($client:ty, $name:literal) => {
            <$client>::builder().config(config($name)).build()?
        };
    }
    let typed = match front {
        Front::Async => Typed::Async(Box::new(Clients {
            ncentral: built!(mspkit::NCentral, "ncentral"),
            cloudmore: built!(mspkit::Cloudmore, "cloudmore"),
            wiv: built!(mspkit::Wiv, "wiv"),
        })),
        Front::Blocking => Typed::Blocking(Box::new(BlockingClients {
            ncentral: built!(mspkit::blocking::NCentral, "ncentral"),
            cloudmore: built!(mspkit::blocking::Cloudmore, "cloudmore"),
            wiv: built!(mspkit::blocking::Wiv, "wiv"),
        })),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    Ok(Front2 { core: Core::new(core_service, &given)?, typed, runtime })
}

fn unused(service: &str) -> Config {
    let mut options = match service {
        "ncentral" => json!({"jwt": "unused"}),
        "cloudmore" => json!({"username": "unused", "password": "unused", "client_secret": "unused"}),
        _ => json!({"api_key": "unused"}),
    };
    options["base_url"] = "http://127.0.0.1:9".into();
    Config::from_json(options.to_string().as_bytes()).unwrap()
}

fn control(simulator: &Simulator, command: &str, body: &Value) -> Result<Value, String> {
    simulator.control(command, body).map_err(|refused| format!("{command}: {refused}"))
}

fn is_token(request: &Value) -> bool {
    let target = request["raw_target"].as_str().unwrap_or_default();
    request["method"] == "POST" && TOKEN_PATHS.contains(&target.split('?').next().unwrap_or_default())
}

fn closed() -> Error {
    Config::from_json(b"[]").unwrap_err()
}

/// The part of an outcome that a `save` path names.
fn saved(outcome: &Outcome, path: &str) -> Option<Value> {
    let meta =
        outcome.meta.as_ref().map(|meta| json!({"request_id": meta.request_id, "status": meta.status}));
    let error = outcome
        .error
        .as_ref()
        .map(|error| json!({"resume_token": error.resume_token(), "request_id": error.request_id()}));
    let all = json!({
        "result": outcome.result, "items": outcome.items, "resume_token": outcome.resume_token, "meta": meta, "error": error,
    });
    path.split('.')
        .try_fold(&all, |value, part| match part.parse::<usize>() {
            Ok(index) if value.is_array() => value.get(index),
            _ => value.get(part),
        })
        .filter(|value| !value.is_null())
        .cloned()
}

//! The judge's current client, and the calls that are made with it.

use std::rc::Rc;

use mspkit::{CallOptions, Config, Core, Error, PagingOptions, Service};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::dispatch;
use crate::support::{BlockingClients, Clients, Outcome, Overrides, Params, Read, Typed};

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Request {
    Hello {},
    Client {
        service: String,
        mode: Mode,
        options: Value,
    },
    Close {},
    #[serde(untagged)]
    Call(CallRequest),
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Async,
    Blocking,
}

#[derive(Deserialize)]
struct CallRequest {
    call: String,
    params: Map<String, Value>,
    options: Map<String, Value>,
    paging: Value,
    read: Read,
    go_on: bool,
    untyped: bool,
}

/// A client, and the same configuration for calls by operation id.
struct Open {
    core: Core,
    typed: Rc<Typed>,
}

pub(crate) struct Session {
    runtime: Runtime,
    open: Option<Open>,
}

impl Default for Session {
    fn default() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { runtime, open: None }
    }
}

impl Session {
    /// Executes the request of a line.
    pub(crate) fn answer(&mut self, request: &Value) -> Value {
        match Request::deserialize(request).unwrap() {
            // Rust has the names of the cases.
            Request::Hello {} => json!({}),
            Request::Client { service, mode, options } => {
                self.open = None;
                match Open::new(mode, &service, &options) {
                    Ok(open) => {
                        self.open = Some(open);
                        json!({})
                    }
                    Err(error) => Outcome::failed(error).line(),
                }
            }
            Request::Close {} => {
                self.open = None;
                json!({})
            }
            Request::Call(call) => self.call(call).unwrap_or_else(Outcome::failed).line(),
        }
    }

    fn call(&self, mut call: CallRequest) -> Result<Outcome, Error> {
        let open = self.open.as_ref().unwrap();
        if matches!(&*call.call, "request" | "paginate") {
            for (name, option) in [("query", "extra_query"), ("headers", "extra_headers")] {
                if let Some(given) = call.params.get(name) {
                    call.options.insert(option.to_owned(), given.clone());
                }
            }
        }
        let overrides = Overrides {
            call: CallOptions::from_json(Value::Object(call.options).to_string().as_bytes())?,
            paging: PagingOptions::from_json(call.paging.to_string().as_bytes())?,
            read: call.read,
            go_on: call.go_on,
            clients: Some((open.typed.clone(), open.core.service())),
        };
        Ok(if call.call == "request" {
            self.request(open, &call.params, &overrides)
        } else if call.call == "paginate" {
            self.paginate(open, &call.params, &overrides)
        } else if call.untyped {
            self.untyped(open, &call.call, &Value::Object(call.params), &overrides)
        } else {
            let params = Params(call.params);
            match &*open.typed {
                Typed::Async(typed) => {
                    self.runtime.block_on(dispatch::call(typed, &call.call, &params, &overrides))
                }
                Typed::Blocking(typed) => dispatch::call_blocking(typed, &call.call, &params, &overrides),
            }
        })
    }

    fn untyped(&self, open: &Open, operation: &str, params: &Value, overrides: &Overrides) -> Outcome {
        let listed =
            mspkit::Operation::find(operation).is_some_and(|found| found.paging != mspkit::Paging::None);
        let params = params.to_string().into_bytes();
        self.runtime.block_on(async {
            if listed {
                let pager = open.core.pager(operation, &params, &overrides.paging, &overrides.call);
                Outcome::from_pager(pager, overrides).await
            } else {
                Outcome::from_raw(open.core.call(operation, &params, &overrides.call).await)
            }
        })
    }

    fn request(&self, open: &Open, params: &Map<String, Value>, overrides: &Overrides) -> Outcome {
        let text = |name: &str| params.get(name).and_then(Value::as_str).unwrap_or_default();
        let body = params.get("body");
        let (method, path, options) = (text("method"), text("path"), overrides.call.clone());
        macro_rules! send {
            ($client:expr) => {{
                let request = $client.request(method, path).options(options);
                if let Some(body) = body { request.body(body).send() } else { request.send() }
            }};
        }
        let runtime = &self.runtime;
        Outcome::from_request(match (&*open.typed, open.core.service()) {
            (Typed::Async(clients), Service::NCentral) => {
                runtime.block_on(async { send!(clients.ncentral).await })
            }
            (Typed::Async(clients), Service::Cloudmore) => {
                runtime.block_on(async { send!(clients.cloudmore).await })
            }
            (Typed::Async(clients), _) => runtime.block_on(async { send!(clients.wiv).await }),
            (Typed::Blocking(clients), Service::NCentral) => send!(clients.ncentral),
            (Typed::Blocking(clients), Service::Cloudmore) => send!(clients.cloudmore),
            (Typed::Blocking(clients), _) => send!(clients.wiv),
        })
    }
}

impl Session {
    fn paginate(&self, open: &Open, params: &Map<String, Value>, overrides: &Overrides) -> Outcome {
        let text = |name: &str| params.get(name).and_then(Value::as_str);
        let (method, path) = (text("method").unwrap_or_default(), text("path").unwrap_or_default());
        macro_rules! list {
            ($client:expr) => {{
                let list = $client.paginate(method, path);
                let list = if let Some(body) = params.get("body") { list.body(body) } else { list };
                if let Some(id) = text("item_id") { list.item_id(id) } else { list }
            }};
        }
        let runtime = &self.runtime;
        match (&*open.typed, open.core.service()) {
            (Typed::Async(clients), Service::NCentral) => {
                runtime.block_on(Outcome::from_raw_list(list!(clients.ncentral), overrides))
            }
            (Typed::Async(clients), Service::Cloudmore) => {
                runtime.block_on(Outcome::from_raw_list(list!(clients.cloudmore), overrides))
            }
            (Typed::Async(clients), _) => {
                runtime.block_on(Outcome::from_raw_list(list!(clients.wiv), overrides))
            }
            (Typed::Blocking(clients), Service::NCentral) => {
                Outcome::from_blocking_raw_list(list!(clients.ncentral), overrides)
            }
            (Typed::Blocking(clients), Service::Cloudmore) => {
                Outcome::from_blocking_raw_list(list!(clients.cloudmore), overrides)
            }
            (Typed::Blocking(clients), _) => Outcome::from_blocking_raw_list(list!(clients.wiv), overrides),
        }
    }
}

impl Open {
    /// The client of the case, next to two unused ones of the other services.
    fn new(mode: Mode, service: &str, options: &Value) -> Result<Self, Error> {
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
        let typed = match mode {
            Mode::Async => Typed::Async(Box::new(Clients {
                ncentral: built!(mspkit::NCentral, "ncentral"),
                cloudmore: built!(mspkit::Cloudmore, "cloudmore"),
                wiv: built!(mspkit::Wiv, "wiv"),
            })),
            Mode::Blocking => Typed::Blocking(Box::new(BlockingClients {
                ncentral: built!(mspkit::blocking::NCentral, "ncentral"),
                cloudmore: built!(mspkit::blocking::Cloudmore, "cloudmore"),
                wiv: built!(mspkit::blocking::Wiv, "wiv"),
            })),
        };
        Ok(Self { core: Core::new(core_service, &given)?, typed: typed.into() })
    }
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

//! The native client behind the TypeScript clients.

use std::sync::{Arc, PoisonError, RwLock};

use mspkit::{CallOptions, Config, PagingOptions, RawPartition, Service, Settings, Spelling};
use napi::bindgen_prelude::{Array, Env};
use napi_derive::napi;
use serde_json::json;

use crate::events::EventCollector;
use crate::failure::Failure;
use crate::pager::Pager;
use crate::payload::{Payload, milliseconds};
use crate::port::Port;
use crate::runtime;
use crate::wait::wait;

/// A client of one service, either blocking or asynchronous. The core belongs to the runtime that drives it.
#[napi]
pub struct Core {
    identity: Arc<Identity>,
    /// The settings of its calls, if `with_options` has changed them.
    settings: Option<Settings>,
}

/// What a client shares with its `with_options` copies.
struct Identity {
    service: Service,
    base_url: String,
    asynchronous: bool,
    /// None once the client is closed.
    core: RwLock<Option<mspkit::Core>>,
}

impl Identity {
    fn core(&self) -> Result<mspkit::Core, Failure> {
        self.core.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(Failure::closed)
    }

    /// Releases the connections that no call is using.
    fn close(&self) {
        let taken = self.core.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(core) = taken {
            core.close();
            drop(core);
            if !self.asynchronous {
                runtime::settle();
            }
        }
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        self.close();
    }
}

#[napi]
impl Core {
    /// A client from its options as JSON.
    #[napi(constructor, catch_unwind)]
    pub fn new(service: String, options: String, asynchronous: bool) -> napi::Result<Self> {
        let service =
            Service::named(&service).ok_or_else(|| Failure::internal(format!("no service {service:?}")))?;
        let config = config(&options, service)?;
        let core = mspkit::Core::new(service, &config).map_err(Failure::from)?;
        let base_url = core.base_url().as_str().trim_end_matches('/').to_owned();
        let identity = Identity { service, base_url, asynchronous, core: RwLock::new(Some(core)) };
        Ok(Self { identity: Arc::new(identity), settings: None })
    }

    /// The base URL of the service.
    #[napi(getter, catch_unwind)]
    pub fn base_url(&self) -> &str {
        &self.identity.base_url
    }

    /// Starts a call, which completes in the port under this id.
    #[napi(catch_unwind)]
    pub fn submit_call(
        &self,
        port: &Port,
        id: u32,
        watch: u8,
        operation: String,
        params: String,
        options: Option<String>,
    ) -> napi::Result<()> {
        let (core, watched) = self.begin(watch)?;
        let options = call_options(options.as_deref())?;
        let call = async move {
            let answer = core.call(&operation, params.as_bytes(), &options).await?;
            Ok(Payload::result(&operation, &answer))
        };
        port.submit_call(id, watch, &watched, call)
    }

    /// Calls an operation and waits for its result.
    #[napi(catch_unwind)]
    pub fn call_sync<'env>(
        &self,
        env: &'env Env,
        watch: u8,
        operation: String,
        params: String,
        options: Option<String>,
    ) -> napi::Result<Array<'env>> {
        let (core, watch) = self.begin(watch)?;
        let options = call_options(options.as_deref())?;
        let entry = wait(async {
            let answer = core.call(&operation, params.as_bytes(), &options).await?;
            Ok(Payload::result(&operation, &answer))
        });
        entry.alone(env, watch.take())
    }

    /// Starts a request to an endpoint that mspkit does not know.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments, reason = "avoids an object per call")]
    pub fn submit_request(
        &self,
        port: &Port,
        id: u32,
        watch: u8,
        method: String,
        path: String,
        body: Option<String>,
        options: Option<String>,
    ) -> napi::Result<()> {
        let (core, watched) = self.begin(watch)?;
        let options = call_options(options.as_deref())?;
        let call = async move {
            let body = body.as_deref().map(str::as_bytes);
            Ok(Payload::body(&core.request(&method, &path, body, &options).await?))
        };
        port.submit_call(id, watch, &watched, call)
    }

    /// Sends a request to an endpoint that mspkit does not know and waits for its response.
    #[napi(catch_unwind)]
    pub fn request_sync<'env>(
        &self,
        env: &'env Env,
        watch: u8,
        method: String,
        path: String,
        body: Option<String>,
        options: Option<String>,
    ) -> napi::Result<Array<'env>> {
        let (core, watch) = self.begin(watch)?;
        let options = call_options(options.as_deref())?;
        let body = body.as_deref().map(str::as_bytes);
        let entry = wait(async { Ok(Payload::body(&core.request(&method, &path, body, &options).await?)) });
        entry.alone(env, watch.take())
    }

    /// A pager over a list; nothing is sent yet.
    #[napi(catch_unwind)]
    pub fn pager(
        &self,
        operation: String,
        params: String,
        paging: Option<String>,
        options: Option<String>,
    ) -> napi::Result<Pager> {
        let watch = EventCollector::new(0);
        let make = || -> Result<_, Failure> {
            let core = watch.over(&self.core()?);
            let paging = paging_options(paging.as_deref())?;
            let options = call_options(options.as_deref())?;
            Ok(core.pager(&operation, params.as_bytes(), &paging, &options)?)
        };
        let raw = make()?;
        Ok(Pager::new(raw, watch, self.identity.asynchronous))
    }

    /// A pager over a list that mspkit does not know; nothing is sent yet.
    #[napi(catch_unwind)]
    pub fn paginate(
        &self,
        method: String,
        path: String,
        body: Option<String>,
        item_id: Option<String>,
        paging: Option<String>,
        options: Option<String>,
    ) -> napi::Result<Pager> {
        let watch = EventCollector::new(0);
        let make = || -> Result<_, Failure> {
            let core = watch.over(&self.core()?);
            let paging = paging_options(paging.as_deref())?;
            let options = call_options(options.as_deref())?;
            let body = body.as_deref().map(str::as_bytes);
            Ok(core.paginate(&method, &path, body, item_id.as_deref(), &paging, &options)?)
        };
        let raw = make()?;
        Ok(Pager::new(raw, watch, self.identity.asynchronous))
    }

    /// A pager over a partition of a list; nothing is sent yet.
    #[napi(catch_unwind)]
    pub fn read_partition(&self, partition: String, resume_token: Option<String>) -> napi::Result<Pager> {
        let watch = EventCollector::new(0);
        let make = || -> Result<_, Failure> {
            let partition = RawPartition::from_json(partition.as_bytes())?;
            Ok(watch.over(&self.core()?).read_partition(&partition, resume_token.as_deref())?)
        };
        let raw = make()?;
        Ok(Pager::new(raw, watch, self.identity.asynchronous))
    }

    /// The same client with other options for its calls.
    #[napi(catch_unwind)]
    pub fn with_options(&self, options: String) -> napi::Result<Self> {
        let settings = self.core()?.settings();
        let settings = settings.with(&config(&options, self.identity.service)?).map_err(Failure::from)?;
        Ok(Self { identity: self.identity.clone(), settings: Some(settings) })
    }

    /// The state of each endpoint's limit, as a JSON array.
    #[napi(catch_unwind)]
    pub fn limits(&self) -> String {
        let limits = self.identity.core().map(|core| core.limits()).unwrap_or_default();
        let limits = limits.iter().map(|limit| {
            json!({
                "endpoint": limit.endpoint,
                "cap": limit.cap,
                "inFlight": limit.in_flight,
                "waiting": limit.waiting,
                "last429": limit.last_429.map(milliseconds),
            })
        });
        serde_json::Value::from(limits.collect::<Vec<_>>()).to_string()
    }

    /// Refuses further calls and closes idle connections. Closing twice is not an error.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.identity.close();
    }
}

impl Core {
    fn core(&self) -> Result<mspkit::Core, Failure> {
        let core = self.identity.core()?;
        Ok(match self.settings {
            Some(settings) => core.with_settings(settings),
            None => core,
        })
    }

    /// The core for something longer than a call, whose events this collector records.
    pub(crate) fn watched(&self, watch: &Arc<EventCollector>) -> Result<mspkit::Core, Failure> {
        Ok(watch.over(&self.core()?))
    }

    /// The core for one call, with its event collector.
    fn begin(&self, wanted: u8) -> Result<(mspkit::Core, Arc<EventCollector>), Failure> {
        let core = self.core()?;
        let watch = EventCollector::new(wanted);
        let core = if wanted == 0 { core } else { watch.over(&core) };
        Ok((core, watch))
    }
}

fn config(options: &str, service: Service) -> Result<Config, Failure> {
    Ok(Config::from_json_in(options.as_bytes(), Spelling::Camel, Some(service))?)
}

/// The options of a call; the defaults if none were passed.
fn call_options(options: Option<&str>) -> Result<CallOptions, Failure> {
    match options {
        Some(options) => Ok(CallOptions::from_json_in(options.as_bytes(), Spelling::Camel)?),
        None => Ok(CallOptions::default()),
    }
}

/// The options of paging; the defaults if none were passed.
fn paging_options(options: Option<&str>) -> Result<PagingOptions, Failure> {
    match options {
        Some(options) => Ok(PagingOptions::from_json_in(options.as_bytes(), Spelling::Camel)?),
        None => Ok(PagingOptions::default()),
    }
}

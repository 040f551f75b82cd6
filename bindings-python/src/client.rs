//! The native client behind the Python clients: a configuration, and the core that this process made from it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use mspkit::{CallOptions, Config, PagingOptions, RawPartition, Service, Settings, Spelling};
use mspkit_platform::PerProcess;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::answer::Response;
use crate::encode::{argument, arguments, text};
use crate::events::{EventCollector, Sink};
use crate::failure::Failure;
use crate::pager::Pager;
use crate::port::{Outcome, Port};
use crate::process;
use crate::runtime;
use crate::wait::{detached, wait};

/// A client of one service, either blocking or asynchronous.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct Core {
    identity: Arc<Identity>,
    /// The settings of its calls, if `with_options` has changed them.
    settings: Option<Settings>,
}

/// What a client shares with its `with_options` copies.
struct Identity {
    service: Service,
    config: Config,
    base_url: String,
    settings: Settings,
    asynchronous: bool,
    closed: AtomicBool,
    made: PerProcess<RwLock<Option<mspkit::Core>>>,
}

/// Refuses a base URL kept from another process if the environment has the credentials of another server.
#[pyfunction]
#[pyo3(signature = (service, base_url, /))]
pub(crate) fn check_environment(py: Python<'_>, service: &str, base_url: &str) -> PyResult<()> {
    let service = named(service)?;
    Config::check_environment(service, base_url).map_err(|error| Failure::from(error).raise(py))
}

fn named(service: &str) -> PyResult<Service> {
    Service::named(service).ok_or_else(|| PyValueError::new_err(format!("no service {service:?}")))
}

/// A core; between blocking calls, the helper drives its lists.
fn core_of(service: Service, config: &Config, asynchronous: bool) -> mspkit::Result<mspkit::Core> {
    let core = mspkit::Core::new(service, config)?;
    Ok(if asynchronous { core } else { core.with_keep_alive(runtime::attend) })
}

impl Identity {
    fn core(&self) -> Result<mspkit::Core, Failure> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Failure::closed());
        }
        let made = self.made.get_or_make(|| {
            core_of(self.service, &self.config, self.asynchronous).map(|core| RwLock::new(Some(core)))
        })?;
        made.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(Failure::closed)
    }

    /// Releases the connections that no call is using.
    fn release(&self) {
        let held = self.made.get().map(|made| made.write().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(Some(core)) = held {
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
        self.release();
    }
}

#[pymethods]
impl Core {
    #[new]
    fn new(py: Python<'_>, service: &str, options: &Bound<'_, PyAny>, asynchronous: bool) -> PyResult<Self> {
        let service = named(service)?;
        let options = &*arguments(options)?;
        let made = detached(py, || -> Result<Identity, Failure> {
            let config = Config::from_json_in(options, Spelling::Snake, Some(service))?;
            let core = core_of(service, &config, asynchronous)?;
            let base_url = core.base_url().as_str().trim_end_matches('/').to_owned();
            let settings = core.settings();
            let made = PerProcess::new();
            made.get_or_make(|| Ok::<_, Failure>(RwLock::new(Some(core))))?;
            let closed = AtomicBool::new(false);
            Ok(Identity { service, config, base_url, settings, asynchronous, closed, made })
        });
        let identity = Arc::new(made.map_err(|failure| failure.raise(py))?);
        Ok(Self { identity, settings: None })
    }

    /// The base URL of the service.
    #[getter]
    fn base_url(&self) -> &str {
        &self.identity.base_url
    }

    /// Calls an operation and waits for its result.
    #[pyo3(signature = (operation, params, options, watch = 0, sink = None))]
    fn call(
        &self,
        py: Python<'_>,
        operation: &str,
        params: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyAny>>,
        watch: u8,
        sink: Option<&Sink<'_>>,
    ) -> PyResult<Response> {
        let (core, watch) = self.begin(py, false, watch)?;
        let (params, options) = (&*arguments(params)?, call_options(py, options)?);
        let call = async { Ok(Response::new(operation, core.call(operation, params, &options).await?)) };
        wait(py, &watch, sink, call)
    }

    /// Sends a request to an endpoint that mspkit does not know and waits for its response.
    #[pyo3(signature = (method, path, body, options, watch = 0, sink = None))]
    #[allow(clippy::too_many_arguments, reason = "avoids an object per call")]
    fn request(
        &self,
        py: Python<'_>,
        method: &Bound<'_, PyAny>,
        path: &Bound<'_, PyAny>,
        body: Option<&Bound<'_, PyAny>>,
        options: Option<&Bound<'_, PyAny>>,
        watch: u8,
        sink: Option<&Sink<'_>>,
    ) -> PyResult<Response> {
        let (core, watch) = self.begin(py, false, watch)?;
        let Free { method, path, body, options } = Free::read(method, path, body, options)?;
        let call = async {
            let answer = core.request(&method, &path, body.as_deref(), &options).await?;
            Ok(Response::new("request", answer))
        };
        wait(py, &watch, sink, call)
    }

    /// A pager over a list; nothing is sent yet.
    fn pager(
        &self,
        py: Python<'_>,
        operation: &str,
        params: &Bound<'_, PyAny>,
        paging: Option<&Bound<'_, PyAny>>,
        options: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Pager> {
        let core = self.core(py)?;
        let params = &*arguments(params)?;
        let paging = paging.map(arguments).transpose()?;
        let options = call_options(py, options)?;
        let watch = EventCollector::new(0);
        let pager = || -> Result<Pager, Failure> {
            let paging = paging.as_deref().map(PagingOptions::from_json).transpose()?.unwrap_or_default();
            let raw = watch.over(&core).pager(operation, params, &paging, &options)?;
            Ok(Pager::new(raw, watch, self.identity.asynchronous))
        };
        pager().map_err(|failure| failure.raise(py))
    }

    /// A pager over a list that mspkit does not know; nothing is sent yet.
    #[allow(clippy::too_many_arguments, reason = "one for each part of the request")]
    fn paginate(
        &self,
        py: Python<'_>,
        method: &Bound<'_, PyAny>,
        path: &Bound<'_, PyAny>,
        body: Option<&Bound<'_, PyAny>>,
        item_id: Option<&Bound<'_, PyAny>>,
        paging: Option<&Bound<'_, PyAny>>,
        options: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Pager> {
        let core = self.core(py)?;
        let Free { method, path, body, options } = Free::read(method, path, body, options)?;
        let item_id = item_id.map(|name| text(name, "item_id")).transpose()?;
        let paging = paging.map(arguments).transpose()?;
        let watch = EventCollector::new(0);
        let pager = || -> Result<Pager, Failure> {
            let paging = paging.as_deref().map(PagingOptions::from_json).transpose()?.unwrap_or_default();
            let (body, item_id) = (body.as_deref(), item_id.as_deref());
            let raw = watch.over(&core).paginate(&method, &path, body, item_id, &paging, &options)?;
            Ok(Pager::new(raw, watch, self.identity.asynchronous))
        };
        pager().map_err(|failure| failure.raise(py))
    }

    /// A pager over a partition of a list; nothing is sent yet.
    fn read_partition(&self, py: Python<'_>, partition: &str, resume_token: Option<&str>) -> PyResult<Pager> {
        let core = self.core(py)?;
        let watch = EventCollector::new(0);
        let pager = || -> Result<Pager, Failure> {
            let partition = RawPartition::from_json(partition.as_bytes())?;
            let raw = watch.over(&core).read_partition(&partition, resume_token)?;
            Ok(Pager::new(raw, watch, self.identity.asynchronous))
        };
        pager().map_err(|failure| failure.raise(py))
    }

    /// Starts a call that completes in a port, and returns its token.
    #[pyo3(signature = (port, operation, params, options, watch = 0))]
    fn submit_call(
        &self,
        py: Python<'_>,
        port: &Bound<'_, Port>,
        operation: &str,
        params: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyAny>>,
        watch: u8,
    ) -> PyResult<u64> {
        let (core, watch) = self.begin(py, true, watch)?;
        let options = call_options(py, options)?;
        let (operation, params) = (operation.to_owned(), arguments(params)?.into_owned());
        port.get().submit(py, &watch, async move {
            let answer = core.call(&operation, &params, &options).await?;
            Ok(Outcome::Answer(Response::new(&operation, answer).into()))
        })
    }

    /// Starts a request to an endpoint that mspkit does not know, and returns its token.
    #[pyo3(signature = (port, method, path, body, options, watch = 0))]
    #[allow(clippy::too_many_arguments, reason = "avoids an object per call")]
    fn submit_request(
        &self,
        py: Python<'_>,
        port: &Bound<'_, Port>,
        method: &Bound<'_, PyAny>,
        path: &Bound<'_, PyAny>,
        body: Option<&Bound<'_, PyAny>>,
        options: Option<&Bound<'_, PyAny>>,
        watch: u8,
    ) -> PyResult<u64> {
        let (core, watch) = self.begin(py, true, watch)?;
        let Free { method, path, body, options } = Free::read(method, path, body, options)?;
        port.get().submit(py, &watch, async move {
            let answer = core.request(&method, &path, body.as_deref(), &options).await?;
            Ok(Outcome::Answer(Response::new("request", answer).into()))
        })
    }

    /// The same client with other options for its calls.
    fn with_options(&self, py: Python<'_>, options: &Bound<'_, PyAny>) -> PyResult<Self> {
        let options = &*arguments(options)?;
        let changed = || -> mspkit::Result<Settings> {
            let options = Config::from_json_in(options, Spelling::Snake, Some(self.identity.service))?;
            self.settings.unwrap_or(self.identity.settings).with(&options)
        };
        let settings = changed().map_err(|error| Failure::from(error).raise(py))?;
        Ok(Self { identity: self.identity.clone(), settings: Some(settings) })
    }

    /// The state of each endpoint's limit.
    fn limits<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let limits = match self.identity.core() {
            Ok(core) => core.limits(),
            Err(_) => Vec::new(),
        };
        let dicts: PyResult<Vec<_>> = limits
            .into_iter()
            .map(|limit| {
                let dict = PyDict::new(py);
                dict.set_item("endpoint", limit.endpoint)?;
                dict.set_item("cap", limit.cap)?;
                dict.set_item("in_flight", limit.in_flight)?;
                dict.set_item("waiting", limit.waiting)?;
                dict.set_item("last_429", limit.last_429.map(mspkit_binding::seconds))?;
                Ok(dict)
            })
            .collect();
        PyList::new(py, dicts?)
    }

    /// Refuses further calls and closes idle connections.
    fn close(&self, py: Python<'_>) {
        self.identity.closed.store(true, Ordering::Release);
        detached(py, || self.identity.release());
    }
}

impl Core {
    /// The core for one call, with its event collector.
    fn begin(
        &self,
        py: Python<'_>,
        asynchronous: bool,
        wanted: u8,
    ) -> PyResult<(mspkit::Core, Arc<EventCollector>)> {
        if asynchronous != self.identity.asynchronous {
            let (own, other) =
                if asynchronous { ("a blocking", "an async") } else { ("an async", "a blocking") };
            let message = format!("{own} client was used for {other} call");
            return Err(PyTypeError::new_err(message));
        }
        let core = self.core(py)?;
        let watch = EventCollector::new(wanted);
        let core = if wanted == 0 { core } else { watch.over(&core) };
        Ok((core, watch))
    }

    /// The core for something longer than a call, whose events this collector records.
    pub(crate) fn watched(
        &self,
        py: Python<'_>,
        asynchronous: bool,
        watch: &Arc<EventCollector>,
    ) -> PyResult<mspkit::Core> {
        let (core, _) = self.begin(py, asynchronous, 0)?;
        Ok(watch.over(&core))
    }

    fn core(&self, py: Python<'_>) -> PyResult<mspkit::Core> {
        if process::ending() && self.identity.asynchronous {
            return Err(Failure::ending().raise(py));
        }
        let core = if self.identity.made.get().is_some() {
            self.identity.core()
        } else {
            detached(py, || self.identity.core())
        };
        let core = core.map_err(|failure| failure.raise(py))?;
        Ok(match self.settings {
            Some(settings) => core.with_settings(settings),
            None => core,
        })
    }
}

fn call_options(py: Python<'_>, options: Option<&Bound<'_, PyAny>>) -> PyResult<CallOptions> {
    match options {
        None => Ok(CallOptions::default()),
        Some(options) => {
            CallOptions::from_json(&arguments(options)?).map_err(|error| Failure::from(error).raise(py))
        }
    }
}

/// A request to an endpoint that mspkit does not know.
struct Free {
    method: String,
    path: String,
    body: Option<Vec<u8>>,
    options: CallOptions,
}

impl Free {
    fn read(
        method: &Bound<'_, PyAny>,
        path: &Bound<'_, PyAny>,
        body: Option<&Bound<'_, PyAny>>,
        options: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let options = call_options(method.py(), options)?;
        let body = body.map(|body| argument(body, "body")).transpose()?;
        Ok(Self { method: text(method, "method")?, path: text(path, "path")?, body, options })
    }
}

//! Onboarding: a document and a plan cross as objects, since they hold secrets; everything else is JSON.

use std::sync::Arc;

use mspkit::Spelling;
use mspkit_onboarding::{ApplyOptions, Clients, Format, Plan, Plannable, Report, Spec, apply};
use pyo3::prelude::*;

use crate::client::Core;
use crate::encode::arguments;
use crate::events::{EventCollector, Sink};
use crate::failure::Failure;
use crate::port::{Outcome, Port};
use crate::wait::{detached, wait};

/// A document.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct OnboardingSpec(Arc<Spec>);

/// A plan.
#[pyclass(frozen, module = "mspkit._native")]
pub(crate) struct OnboardingPlan(Arc<Plan>);

fn raise(py: Python<'_>, error: mspkit::Error) -> PyErr {
    Failure::from(error.spelled(Spelling::Snake)).raise(py)
}

/// The clients that are given.
fn clients(
    py: Python<'_>,
    asynchronous: bool,
    watch: &Arc<EventCollector>,
    (ncentral, cloudmore): (Option<&Bound<'_, Core>>, Option<&Bound<'_, Core>>),
) -> PyResult<Clients> {
    let core = |client: Option<&Bound<'_, Core>>| {
        client.map(|client| client.get().watched(py, asynchronous, watch)).transpose()
    };
    Ok(Clients { ncentral: core(ncentral)?, cloudmore: core(cloudmore)? })
}

/// The options of an apply, with steps as events.
fn options(
    py: Python<'_>,
    options: &Bound<'_, PyAny>,
    watch: &Arc<EventCollector>,
) -> PyResult<ApplyOptions> {
    let mut options = ApplyOptions::from_json_in(&arguments(options)?, Spelling::Snake)
        .map_err(|error| Failure::from(error).raise(py))?;
    let watch = watch.clone();
    options.on_step = Some(Arc::new(move |progress| watch.step("onboarding", || progress.to_json())));
    Ok(options)
}

/// Applies, and returns the report as JSON.
async fn applied(
    plannable: &impl Plannable,
    clients: &Clients,
    journal: &str,
    options: &ApplyOptions,
) -> Result<String, Failure> {
    let report = apply(plannable, clients, journal, options).await;
    Ok(report.map_err(|error| error.spelled(Spelling::Snake))?.to_json())
}

/// The two ways to apply what can be applied.
macro_rules! applying {
    ($Name:ident { $($more:tt)* }) => {
        #[pymethods]
        impl $Name {
            /// Applies it, and returns the report as JSON.
            #[allow(clippy::too_many_arguments, reason = "one for each argument in Python")]
            fn apply(
                &self,
                py: Python<'_>,
                ncentral: Option<&Bound<'_, Core>>,
                cloudmore: Option<&Bound<'_, Core>>,
                journal: &str,
                options: &Bound<'_, PyAny>,
                watch: u8,
                sink: &Sink<'_>,
            ) -> PyResult<String> {
                let watch = EventCollector::new(watch);
                let options = self::options(py, options, &watch)?;
                let clients = clients(py, false, &watch, (ncentral, cloudmore))?;
                wait(py, &watch, Some(sink), applied(&*self.0, &clients, journal, &options))
            }

            /// Starts to apply it, and returns the token; the report is JSON.
            #[allow(clippy::too_many_arguments, reason = "one for each argument in Python")]
            fn submit_apply(
                &self,
                py: Python<'_>,
                port: &Bound<'_, Port>,
                ncentral: Option<&Bound<'_, Core>>,
                cloudmore: Option<&Bound<'_, Core>>,
                journal: &str,
                options: &Bound<'_, PyAny>,
                watch: u8,
            ) -> PyResult<u64> {
                let watch = EventCollector::new(watch);
                let options = self::options(py, options, &watch)?;
                let clients = clients(py, true, &watch, (ncentral, cloudmore))?;
                let (plannable, journal) = (self.0.clone(), journal.to_owned());
                port.get().submit(py, &watch, async move {
                    applied(&*plannable, &clients, &journal, &options).await.map(Outcome::Text)
                })
            }

            $($more)*
        }
    };
}

applying!(OnboardingSpec {
    /// Reads a file, or a text.
    #[staticmethod]
    fn open(py: Python<'_>, path_or_text: &str, format_name: Option<&str>) -> PyResult<Self> {
        let open = || Spec::open(path_or_text, format_name.map(Format::named).transpose()?);
        detached(py, open).map(|spec| Self(Arc::new(spec))).map_err(|error| raise(py, error))
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// Reads what is on the servers.
    fn plan(
        &self,
        py: Python<'_>,
        ncentral: Option<&Bound<'_, Core>>,
        cloudmore: Option<&Bound<'_, Core>>,
        watch: u8,
        sink: &Sink<'_>,
    ) -> PyResult<OnboardingPlan> {
        let watch = EventCollector::new(watch);
        let clients = clients(py, false, &watch, (ncentral, cloudmore))?;
        wait(py, &watch, Some(sink), planned(&self.0, &clients))
    }

    /// Starts to read what is on the servers, and returns the token.
    fn submit_plan(
        &self,
        py: Python<'_>,
        port: &Bound<'_, Port>,
        ncentral: Option<&Bound<'_, Core>>,
        cloudmore: Option<&Bound<'_, Core>>,
        watch: u8,
    ) -> PyResult<u64> {
        let watch = EventCollector::new(watch);
        let clients = clients(py, true, &watch, (ncentral, cloudmore))?;
        let spec = self.0.clone();
        port.get().submit(py, &watch, async move {
            planned(&spec, &clients).await.map(|plan| Outcome::Plan(plan.into()))
        })
    }
});

applying!(OnboardingPlan {
    /// The plan that `to_json` has written.
    #[staticmethod]
    fn from_json(py: Python<'_>, json: &str) -> PyResult<Self> {
        Plan::from_json(json).map(|plan| Self(Arc::new(plan))).map_err(|error| raise(py, error))
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }
});

async fn planned(spec: &Spec, clients: &Clients) -> Result<OnboardingPlan, Failure> {
    let plan = Plan::of(spec, clients).await.map_err(|error| error.spelled(Spelling::Snake))?;
    Ok(OnboardingPlan(Arc::new(plan)))
}

/// A report, which is JSON, as `csv` or `html`.
#[pyfunction]
#[pyo3(signature = (report, format_name, /))]
pub(crate) fn onboarding_written(py: Python<'_>, report: &str, format_name: &str) -> PyResult<String> {
    Report::written(report, format_name).map_err(|error| raise(py, error))
}

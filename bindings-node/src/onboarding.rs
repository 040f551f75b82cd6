//! Onboarding: a document and a plan are objects, since they hold secrets; everything else crosses as JSON.

use std::sync::{Arc, OnceLock};

use mspkit::Spelling;
use mspkit_onboarding::{ApplyOptions, Clients, Format, Plan, Plannable, Report, Spec, apply};
use napi::bindgen_prelude::{Array, Env};
use napi_derive::napi;

use crate::client::Core;
use crate::events::EventCollector;
use crate::failure::Failure;
use crate::payload::Payload;
use crate::port::Port;
use crate::wait::wait;

/// A document.
#[napi]
pub struct OnboardingSpec(Arc<Spec>);

/// A plan; it is empty until it was made.
#[napi]
pub struct OnboardingPlan(Arc<OnceLock<Plan>>);

fn spelled(error: mspkit::Error) -> Failure {
    error.spelled(Spelling::Camel).into()
}

fn clients(
    watch: &Arc<EventCollector>,
    ncentral: Option<&Core>,
    cloudmore: Option<&Core>,
) -> Result<Clients, Failure> {
    let core = |client: Option<&Core>| client.map(|client| client.watched(watch)).transpose();
    Ok(Clients { ncentral: core(ncentral)?, cloudmore: core(cloudmore)? })
}

/// The options of an apply, with steps as events.
fn options(options: &str, watch: &Arc<EventCollector>) -> Result<ApplyOptions, Failure> {
    let mut options = ApplyOptions::from_json_in(options.as_bytes(), Spelling::Camel)?;
    let watch = watch.clone();
    options.on_step = Some(Arc::new(move |progress| watch.step("onboarding", || progress.to_json())));
    Ok(options)
}

/// Makes a plan, whose JSON is the result.
async fn planned(spec: &Spec, clients: &Clients, plan: &OnceLock<Plan>) -> Result<Payload, Failure> {
    let made = Plan::of(spec, clients).await.map_err(spelled)?;
    Ok(Payload::own(&plan.get_or_init(|| made).to_json()))
}

/// Applies, and returns the report.
async fn applied(
    plannable: &impl Plannable,
    clients: &Clients,
    journal: &str,
    options: &ApplyOptions,
) -> Result<Payload, Failure> {
    let report = apply(plannable, clients, journal, options).await.map_err(spelled)?;
    Ok(Payload::own(&report.to_json()))
}

#[napi]
impl OnboardingSpec {
    /// Reads a file, or a text.
    #[napi(factory, catch_unwind)]
    pub fn open(path_or_text: String, format: Option<String>) -> napi::Result<Self> {
        let open = || Spec::open(&path_or_text, format.as_deref().map(Format::named).transpose()?);
        Ok(Self(Arc::new(open().map_err(spelled)?)))
    }

    /// How many rows it has.
    #[napi(getter, catch_unwind)]
    pub fn size(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// Starts to read what is on the servers into a plan.
    #[napi(catch_unwind)]
    pub fn submit_plan(
        &self,
        port: &Port,
        id: u32,
        watch: u8,
        ncentral: Option<&Core>,
        cloudmore: Option<&Core>,
        plan: &OnboardingPlan,
    ) -> napi::Result<()> {
        let watched = EventCollector::new(watch);
        let clients = clients(&watched, ncentral, cloudmore)?;
        let (spec, plan) = (self.0.clone(), plan.0.clone());
        port.submit(id, &watched, async move { planned(&spec, &clients, &plan).await })
    }

    /// Reads what is on the servers into a plan.
    #[napi(catch_unwind)]
    pub fn plan_sync<'env>(
        &self,
        env: &'env Env,
        watch: u8,
        ncentral: Option<&Core>,
        cloudmore: Option<&Core>,
        plan: &OnboardingPlan,
    ) -> napi::Result<Array<'env>> {
        let watched = EventCollector::new(watch);
        let clients = clients(&watched, ncentral, cloudmore)?;
        wait(planned(&self.0, &clients, &plan.0)).alone(env, watched.take())
    }

    /// Starts to apply it.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments, reason = "avoids an object per call")]
    pub fn submit_apply(
        &self,
        port: &Port,
        id: u32,
        watch: u8,
        ncentral: Option<&Core>,
        cloudmore: Option<&Core>,
        journal: String,
        options: String,
    ) -> napi::Result<()> {
        let watched = EventCollector::new(watch);
        let clients = clients(&watched, ncentral, cloudmore)?;
        let options = self::options(&options, &watched)?;
        let spec = self.0.clone();
        port.submit(id, &watched, async move { applied(&*spec, &clients, &journal, &options).await })
    }

    /// Applies it.
    #[napi(catch_unwind)]
    pub fn apply_sync<'env>(
        &self,
        env: &'env Env,
        watch: u8,
        ncentral: Option<&Core>,
        cloudmore: Option<&Core>,
        journal: String,
        options: String,
    ) -> napi::Result<Array<'env>> {
        let watched = EventCollector::new(watch);
        let clients = clients(&watched, ncentral, cloudmore)?;
        let options = self::options(&options, &watched)?;
        wait(applied(&*self.0, &clients, &journal, &options)).alone(env, watched.take())
    }
}

#[napi]
impl OnboardingPlan {
    /// A plan that is made later.
    #[napi(constructor, catch_unwind)]
    #[allow(clippy::new_without_default, reason = "JavaScript makes it")]
    pub fn new() -> Self {
        Self(Arc::default())
    }

    /// The plan that `toJSON` has written.
    #[napi(factory, catch_unwind)]
    pub fn from_json(json: String) -> napi::Result<Self> {
        Ok(Self(Arc::new(OnceLock::from(Plan::from_json(&json).map_err(spelled)?))))
    }

    /// It as JSON.
    #[napi(catch_unwind)]
    pub fn json(&self) -> napi::Result<String> {
        Ok(made(&self.0)?.to_json())
    }

    /// Starts to apply it.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments, reason = "avoids an object per call")]
    pub fn submit_apply(
        &self,
        port: &Port,
        id: u32,
        watch: u8,
        ncentral: Option<&Core>,
        cloudmore: Option<&Core>,
        journal: String,
        options: String,
    ) -> napi::Result<()> {
        let watched = EventCollector::new(watch);
        let clients = clients(&watched, ncentral, cloudmore)?;
        let options = self::options(&options, &watched)?;
        let plan = self.0.clone();
        port.submit(id, &watched, async move { applied(made(&plan)?, &clients, &journal, &options).await })
    }

    /// Applies it.
    #[napi(catch_unwind)]
    pub fn apply_sync<'env>(
        &self,
        env: &'env Env,
        watch: u8,
        ncentral: Option<&Core>,
        cloudmore: Option<&Core>,
        journal: String,
        options: String,
    ) -> napi::Result<Array<'env>> {
        let watched = EventCollector::new(watch);
        let clients = clients(&watched, ncentral, cloudmore)?;
        let options = self::options(&options, &watched)?;
        wait(applied(made(&self.0)?, &clients, &journal, &options)).alone(env, watched.take())
    }
}

fn made(plan: &OnceLock<Plan>) -> Result<&Plan, Failure> {
    plan.get().ok_or_else(|| Failure::internal("the plan was not made"))
}

/// A report, which is JSON, as `csv` or `html`.
pub(crate) fn written(report: &str, format: &str) -> Result<String, Failure> {
    Report::written(report, format).map_err(spelled)
}

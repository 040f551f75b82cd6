//! Makes what a file names, once, whatever crashes in between.
//!
//! A [`Spec`] is what a file names: service organizations, customers, sites and what belongs to them. [`Plan::of`] reads the
//! servers and says what is missing, without writing anything. [`apply`] makes it and keeps a journal, so that after a crash
//! the same call goes on where the last one was. The [`Report`] has an outcome for every row.
//!
//! ```no_run
//! # async fn run() -> Result<(), mspkit::Error> {
//! use mspkit_onboarding::{ApplyOptions, Clients, Plan, Spec, apply};
//!
//! let spec = Spec::load("customers.csv")?;
//! let clients = Clients { ncentral: Some(ncentral()?), cloudmore: None };
//! for step in Plan::of(&spec, &clients).await?.steps() {
//!     println!("{:8} {}", step.action.name(), step.path);
//! }
//! let report = apply(&spec, &clients, "customers.journal", &ApplyOptions::default()).await?;
//! std::fs::write("report.html", report.to_html()).map_err(|error| mspkit::Error::refused("report.html", None, &error.to_string()))?;
//! # Ok(()) }
//! # fn ncentral() -> Result<mspkit::Core, mspkit::Error> { mspkit::Core::new(mspkit::Service::NCentral, &mspkit::Config::default()) }
//! ```
//!
//! Nothing is ever deleted, and an object that exists is never changed, but for the values of custom properties.

mod apply;
mod catalog;
mod digest;
mod document;
mod journal;
mod kinds;
mod plan;
mod problems;
mod properties;
mod read;
mod report;
mod rows;
mod schema;
mod spec;
mod step;

pub use apply::{ApplyOptions, Clients, Plannable, Progress, ProgressEvent, apply};
pub use kinds::table;
pub use plan::Plan;
pub use report::{Outcome, OutcomeAction, Report};
pub use schema::schema;
pub use spec::{Format, Spec};
pub use step::{Action, Failure, Step};

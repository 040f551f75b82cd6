//! `mspkit-sim`: N-central, Cloudmore and Wiv on one loopback port.
//!
//! The simulator holds state in memory and behaves like the three services as far as they are known: envelopes, ids,
//! tokens, caps, scrolls and refusals. Faults follow a seeded plan, responses can be scripted, and every request is
//! logged and counted. It does not use the `mspkit` crate: it is the independent side of its tests.
//!
//! [`Simulator`] runs it inside a test; the `mspkit-sim` binary runs it for test runners in other languages. Both
//! accept the same commands under `/_sim/`.

mod answer;
mod body;
mod clock;
mod connection;
mod control;
mod credentials;
mod dispatch;
mod faults;
pub mod generated;
mod jobs;
mod log;
mod options;
mod pages;
mod recorded;
mod request;
mod routes;
mod sabotage;
mod script;
mod select;
mod server;
mod services;
mod simulator;
mod state;
mod store;
mod template;
mod ticket;
mod tokens;

pub use credentials::Credentials;
pub use faults::{Fault, FaultPlan, FaultRule, RetryAfter};
pub use log::{Counts, LoggedRequest, Requests};
pub use options::{CreateReturns, Envelope, IdForm, JobResult, ListEnvelope, Located, Options};
pub use sabotage::Sabotage;
pub use script::{Script, ScriptedAnswer};
pub use simulator::{Refused, Simulator};
pub use template::Pattern;

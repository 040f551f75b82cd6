//! The simulator's behaviour, seen from the other end of a socket.
#![allow(clippy::unwrap_used)] // The helpers of tests may panic as the tests do.

mod binary;
mod cloudmore;
mod cloudmore_async;
mod cloudmore_data;
mod control;
mod faults;
mod in_flight;
mod ncentral;
mod ncentral_auth;
mod ncentral_data;
mod ncentral_jobs;
mod ncentral_lists;
mod ncentral_psa;
mod ncentral_services;
mod script;
mod state;
mod wire;
mod wiv;

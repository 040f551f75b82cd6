//! Clients of a simulator, for every test.

#![allow(dead_code, unreachable_pub, reason = "every test binary uses its part")]

use mspkit::{Config, Core, Service};
use mspkit_onboarding::{Clients, Format, Spec};
use mspkit_sim::Simulator;
use serde_json::{Value, json};

/// A simulator with these options.
pub fn simulator(options: Value) -> Simulator {
    Simulator::spawn(serde_json::from_value(options).unwrap()).unwrap()
}

/// Clients of both services, with these options besides their credentials.
pub fn clients_with(url: &str, credentials: &Value, options: &Value) -> Clients {
    let client = |service: Service, names: &[&str]| {
        let mut config = options.clone();
        config["base_url"] = url.into();
        config["trust_env"] = false.into();
        for name in names {
            let own = name.split('_').skip(1).collect::<Vec<_>>().join("_");
            config[own] = credentials[*name].clone();
        }
        Core::new(service, &Config::from_json(config.to_string().as_bytes()).unwrap()).unwrap()
    };
    let cloudmore =
        ["cloudmore_username", "cloudmore_password", "cloudmore_client_secret", "cloudmore_reseller_id"];
    Clients {
        ncentral: Some(client(Service::NCentral, &["ncentral_jwt"])),
        cloudmore: Some(client(Service::Cloudmore, &cloudmore)),
    }
}

pub fn clients(simulator: &Simulator) -> Clients {
    let credentials = serde_json::to_value(simulator.credentials()).unwrap();
    clients_with(simulator.url(), &credentials, &json!({}))
}

pub fn yaml(text: &str) -> Spec {
    Spec::parse(text.as_bytes(), Format::Yaml, "test.yaml").unwrap()
}

/// The names in a collection of the simulator's state, sorted.
pub fn names(simulator: &Simulator, collection: &str, field: &str) -> Vec<String> {
    let state = simulator.state_of(|name| name == collection);
    let rows = state[collection].as_array().unwrap();
    let mut names: Vec<String> = rows.iter().map(|row| row[field].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Requests that changed something, besides tokens.
pub fn committed(simulator: &Simulator) -> u64 {
    let counts = simulator.counts();
    let writes = counts
        .iter()
        .filter(|(name, _)| mspkit::Operation::find(name).is_some_and(|one| one.resource != "auth"));
    writes.map(|(_, counts)| counts.committed).sum()
}

//! The case format of `tests/conformance/README.md`, as types that refuse fields the format does not have.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

/// All cases, with how many the manifest promises.
pub(crate) struct Suite {
    pub(crate) expected: usize,
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    cases: usize,
    files: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    #[serde(rename = "about")]
    _about: String,
    cases: Vec<Case>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    #[serde(rename = "why")]
    _why: String,
    #[serde(default)]
    pub(crate) sim: Server,
    pub(crate) client: ClientSpec,
    pub(crate) steps: Vec<Step>,
    pub(crate) requests: Option<Vec<Map<String, Value>>>,
    #[serde(default)]
    pub(crate) unordered: bool,
    #[serde(default)]
    pub(crate) auth_requests: bool,
    pub(crate) counts: Option<BTreeMap<String, Map<String, Value>>>,
}

#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Server {
    pub(crate) reset: Option<Value>,
    pub(crate) script: Option<Value>,
    pub(crate) faults: Option<Value>,
    pub(crate) clock: Option<f64>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientSpec {
    pub(crate) service: String,
    #[serde(default)]
    pub(crate) options: Map<String, Value>,
}

#[derive(Deserialize, Clone)]
#[serde(untagged)]
pub(crate) enum Step {
    Call(Box<CallStep>),
    Server(ServerStep),
    Wait(WaitStep),
    Client(ClientStep),
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerStep {
    pub(crate) sim: Server,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaitStep {
    pub(crate) wait: f64,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientStep {
    pub(crate) client: ClientSpec,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallStep {
    pub(crate) call: String,
    #[serde(default)]
    pub(crate) params: Map<String, Value>,
    #[serde(default)]
    pub(crate) options: Map<String, Value>,
    #[serde(default)]
    pub(crate) paging: Map<String, Value>,
    #[serde(default)]
    pub(crate) read: Read,
    #[serde(default)]
    pub(crate) go_on: bool,
    #[serde(default)]
    pub(crate) untyped: bool,
    #[serde(default)]
    pub(crate) save: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) expect: Map<String, Value>,
}

/// How a list is read: some items one by one, then the rest in some way or not at all.
#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(from = "ReadAs")]
pub(crate) struct Read {
    pub(crate) first: bool,
    pub(crate) take: usize,
    pub(crate) then: Option<Rest>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rest {
    Items,
    Pages,
    Collect,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ReadAs {
    Whole(Rest),
    Part(Part),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    #[serde(default)]
    first: bool,
    #[serde(default)]
    take: usize,
    then: Option<Rest>,
}

impl From<ReadAs> for Read {
    fn from(read: ReadAs) -> Self {
        match read {
            ReadAs::Whole(rest) => Self { first: false, take: 0, then: Some(rest) },
            ReadAs::Part(Part { first, take, then }) => Self { first, take, then },
        }
    }
}

impl Default for Read {
    fn default() -> Self {
        Self { first: false, take: 0, then: Some(Rest::Items) }
    }
}

impl Suite {
    pub(crate) fn load() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance");
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        let manifest: Manifest = serde_json::from_str(&read("manifest.json")).unwrap();
        let mut cases = Vec::new();
        for name in &manifest.files {
            let file: CaseFile =
                serde_json::from_str(&read(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            cases.extend(file.cases);
        }
        let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names.len(), cases.len(), "two cases have the same name");
        Self { expected: manifest.cases, cases }
    }
}

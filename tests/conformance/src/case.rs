//! The case format of `README.md`, as types that refuse unknown fields.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// All cases, and the number in the manifest.
#[derive(Debug)]
pub struct Suite {
    /// The number of cases in the manifest.
    pub expected: usize,
    /// The cases, file by file.
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Manifest {
    cases: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    #[serde(rename = "about")]
    _about: String,
    cases: Vec<Value>,
}

/// One case: its steps, and the expected outcome.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Unique over all files.
    pub name: String,
    /// What would break without it.
    pub why: String,
    /// Its file.
    #[serde(skip)]
    pub file: String,
    #[serde(default)]
    pub(crate) sim: Server,
    pub(crate) client: ClientSpec,
    pub(crate) steps: Vec<Step>,
    pub(crate) requests: Option<Vec<Map<String, Value>>>,
    #[serde(default)]
    pub(crate) unordered: bool,
    #[serde(default)]
    pub(crate) auth_requests: bool,
    #[serde(default)]
    pub(crate) counts: BTreeMap<String, Map<String, Value>>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Server {
    pub(crate) reset: Option<Value>,
    pub(crate) script: Option<Value>,
    pub(crate) faults: Option<Value>,
    pub(crate) clock: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientSpec {
    pub(crate) service: String,
    #[serde(default)]
    pub(crate) options: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Step {
    Call(Box<CallStep>),
    Server(ServerStep),
    Wait(WaitStep),
    Client(ClientStep),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerStep {
    pub(crate) sim: Server,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaitStep {
    pub(crate) wait: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientStep {
    pub(crate) client: ClientSpec,
}

#[derive(Debug, Deserialize)]
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
#[derive(Debug, Serialize, Deserialize, Clone, Copy)]
#[serde(from = "ReadAs")]
pub(crate) struct Read {
    pub(crate) first: bool,
    pub(crate) take: usize,
    pub(crate) then: Option<Rest>,
    /// The list is divided into so many partitions, which are read one after another.
    pub(crate) partitions: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize, Clone, Copy)]
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
    #[serde(default)]
    partitions: Option<i64>,
}

impl From<ReadAs> for Read {
    fn from(read: ReadAs) -> Self {
        match read {
            ReadAs::Whole(rest) => Self { take: 0, then: Some(rest), ..Self::default() },
            ReadAs::Part(Part { first, take, then, partitions }) => Self { first, take, then, partitions },
        }
    }
}

impl Default for Read {
    fn default() -> Self {
        Self { first: false, take: 0, then: Some(Rest::Items), partitions: None }
    }
}

impl Suite {
    /// Reads every case file in a folder and its subfolders.
    pub fn load(folder: &Path) -> Result<Self, String> {
        let manifest: Manifest = read(&folder.join("manifest.json"))?;
        let mut files = Vec::new();
        find(folder, &mut files)?;
        files.sort();
        let mut cases: Vec<Case> = Vec::new();
        for path in files {
            let file = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            let contents: CaseFile = read(&path)?;
            for value in contents.cases {
                let name = value["name"].as_str().unwrap_or_default().to_owned();
                let case =
                    serde_json::from_value(value).map_err(|error| format!("{file}: {name}: {error}"))?;
                cases.push(Case { file: file.clone(), ..case });
            }
        }
        let mut names = BTreeSet::new();
        match cases.iter().find(|case| !names.insert(&case.name)) {
            Some(case) => Err(format!("{}: there is another case named {}", case.file, case.name)),
            None => Ok(Self { expected: manifest.cases, cases }),
        }
    }
}

impl Case {
    /// Whether this text is in the name of the case or of its file.
    pub fn is_named(&self, text: &str) -> bool {
        self.name.contains(text) || self.file.contains(text)
    }
}

/// The case files below a folder.
fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "json")
            && name != "manifest.json"
            && name != "case.schema.json"
        {
            files.push(path);
        }
    }
    Ok(())
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
    serde_json::from_str(&text).map_err(|error| failed(&error))
}

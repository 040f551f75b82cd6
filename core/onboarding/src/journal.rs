//! The journal: what was begun and what was done, on disk before and after each write.
//!
//! Each line is a JSON object; the first names the format and the digest of the spec. A run ends with a line of its own, so
//! whatever follows the last of these belongs to a run that was interrupted. A line counts once its line break is on disk: a
//! crash can tear the last one, which was then not acted upon, and is cut off.

mod lock;

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mspkit::{Error, Result};
use serde::{Deserialize, Serialize};

use self::lock::Lock;
use crate::report::OutcomeAction;

/// The version of the format.
const VERSION: u32 = 1;

/// How much room there must be before anything is sent.
const ROOM: usize = 4096;

/// A line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    /// The first line.
    Journal { format: u32, digest: String },
    /// A run begins or goes on.
    Run { at: u64 },
    /// A write may be sent from here on.
    Begun { step: String, at: u64 },
    /// A request that writes is about to be sent.
    Sent { step: String, at: u64 },
    /// The write was made, or turned out to be unnecessary.
    Done { step: String, action: OutcomeAction, id: Option<String> },
    /// The write was not made.
    Failed { step: String, kind: String },
    /// The run has ended.
    Finished { at: u64 },
}

/// What an interrupted run has left of a step.
#[derive(Debug, Clone, Default)]
pub(crate) struct Left {
    /// When a request was sent whose outcome is unknown.
    pub(crate) sent: Option<SystemTime>,
    /// What was done, and the id of the object.
    pub(crate) done: Option<(OutcomeAction, Option<String>)>,
}

/// An open journal, which no other process has open.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    digest: String,
    file: Mutex<File>,
    left: HashMap<String, Left>,
    is_new: bool,
    _lock: Lock,
}

impl Journal {
    /// Opens or creates the journal of a spec with this digest, and proves that there is room for it.
    pub(crate) fn open(path: &Path, digest: &str) -> Result<Self> {
        let lock = Lock::acquire(path)?;
        let fault =
            |error: &io::Error| refused(path, &format!("must be a file that can be written ({error})"));
        if path.exists() && !path.is_file() {
            return Err(refused(path, "must be a file"));
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|error| fault(&error))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(|error| fault(&error))?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let left = read(&text[..whole], digest).map_err(|allowed| refused(path, &allowed))?;
        // What is behind the last line break was not acted upon.
        file.set_len(whole as u64).map_err(|error| fault(&error))?;
        try_room(&mut file, whole as u64).map_err(|error| fault(&error))?;
        let (path, digest) = (path.to_owned(), digest.to_owned());
        Ok(Self { path, digest, file: Mutex::new(file), left, is_new: whole == 0, _lock: lock })
    }

    /// Begins a run.
    pub(crate) fn start(&self) -> Result<()> {
        if self.is_new {
            self.write(&Line::Journal { format: VERSION, digest: self.digest.clone() })?;
            let fault =
                |error| refused(&self.path, &format!("must be in a folder that can be written ({error})"));
            sync_folder(&self.path).map_err(fault)?;
        }
        self.write(&Line::Run { at: now() })
    }

    /// What an interrupted run has left of a step.
    pub(crate) fn left(&self, step: &str) -> Option<&Left> {
        self.left.get(step)
    }

    pub(crate) fn begun(&self, step: &str) -> Result<()> {
        self.write(&Line::Begun { step: step.to_owned(), at: now() })
    }

    pub(crate) fn sent(&self, step: &str) -> Result<()> {
        self.write(&Line::Sent { step: step.to_owned(), at: now() })
    }

    pub(crate) fn done(&self, step: &str, action: OutcomeAction, id: Option<&str>) -> Result<()> {
        let id = id.map(str::to_owned);
        self.write(&Line::Done { step: step.to_owned(), action, id })
    }

    pub(crate) fn failed(&self, step: &str, kind: &str) -> Result<()> {
        self.write(&Line::Failed { step: step.to_owned(), kind: kind.to_owned() })
    }

    pub(crate) fn finished(&self) -> Result<()> {
        self.write(&Line::Finished { at: now() })
    }

    /// Writes a line and waits until it is on disk.
    fn write(&self, line: &Line) -> Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = serde_json::to_vec(line).map_err(io::Error::other).and_then(|mut text| {
            text.push(b'\n');
            file.write_all(&text)?;
            file.sync_data()
        });
        written.map_err(|error| refused(&self.path, &format!("must be a file that can be written ({error})")))
    }
}

/// Writes behind the last line, and takes it back: what a crash leaves of it is no line.
fn try_room(file: &mut File, end: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(end))?;
    let written = file.write_all(&[b' '; ROOM]).and_then(|()| file.sync_data());
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    written
}

fn refused(path: &Path, allowed: &str) -> Error {
    Error::invalid("journal", Some(&path.display().to_string()), allowed)
}

/// Milliseconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn time(at: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(at)
}

/// What the lines leave of an interrupted run, or what a journal must be.
fn read(text: &[u8], digest: &str) -> std::result::Result<HashMap<String, Left>, String> {
    let mut left: HashMap<String, Left> = HashMap::new();
    let Some(text) = text.strip_suffix(b"\n") else { return Ok(left) };
    for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let value: serde_json::Value = serde_json::from_slice(line).unwrap_or_default();
        if at == 0 {
            check_header(&value, digest)?;
            continue;
        }
        let number = at + 1;
        let damaged = || format!("must be undamaged: line {number} cannot be read");
        match serde_json::from_value(value).map_err(|_| damaged())? {
            Line::Journal { .. } => return Err(damaged()),
            Line::Run { .. } => {}
            Line::Begun { step, .. } => {
                left.entry(step).or_default();
            }
            Line::Sent { step, at } => left.entry(step).or_default().sent = Some(time(at)),
            Line::Done { step, action, id } => {
                left.insert(step, Left { sent: None, done: Some((action, id)) });
            }
            Line::Failed { step, .. } => {
                left.remove(&step);
            }
            Line::Finished { .. } => left.clear(),
        }
    }
    Ok(left)
}

fn check_header(header: &serde_json::Value, digest: &str) -> std::result::Result<(), String> {
    let format = header["format"].as_u64().filter(|_| header["event"] == "journal");
    match format {
        None => Err("must be a journal of an onboarding, or a file that is not there yet".to_owned()),
        Some(newer) if newer > u64::from(VERSION) => {
            Err(format!("must be of format {VERSION}: it is of format {newer}, which a newer version has written"))
        }
        Some(_) if header["digest"] != digest => Err(
            "must be the journal of the same document: this one is of another one, or the document was changed since; \
             name another file"
                .to_owned(),
        ),
        Some(_) => Ok(()),
    }
}

/// Makes a new file's entry in its folder last.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The file system does it by itself.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;

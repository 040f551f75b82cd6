//! The lock of a journal: one process at a time works with it.
//!
//! It is on a file beside the journal, which stays where it is: Windows lets nobody read a file that is locked, and a lock file
//! that is removed could be locked twice. The system releases it when the process ends, however it ends.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use fs4::{FileExt, TryLockError};
use mspkit::{Error, Result};

/// The right to work with a journal.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Takes the lock, or says at once who has it.
    pub(super) fn acquire(journal: &Path) -> Result<Self> {
        let path = beside(journal);
        let refused =
            |allowed: &str| Error::invalid("journal", Some(&journal.display().to_string()), allowed);
        let unusable = |error: &io::Error| {
            refused(&format!("must be where {} can be written ({error})", path.display()))
        };
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| unusable(&error))?;
        match FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder =
                    holder(&mut file).map_or("another process".to_owned(), |id| format!("process {id}"));
                return Err(refused(&format!("must be free: {holder} is working with it")));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(&error)),
        }
        let mut note = || -> io::Result<()> {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            write!(file, "{}", std::process::id())
        };
        note().map_err(|error| unusable(&error))?;
        Ok(Self(file))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file releases it too; not all systems do so at once.
        let _ = FileExt::unlock(&self.0);
    }
}

fn beside(journal: &Path) -> PathBuf {
    let mut name = journal.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    journal.with_file_name(name)
}

/// The process that has the lock, if the system lets us read that.
fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

//! A file that is written completely or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use mspkit::{Error, Result};
use tempfile::{Builder, NamedTempFile};

/// A file that appears under its name when it is finished. Until then it is a temporary file in the same folder, and a file of
/// that name stays as it is; dropping it removes the temporary one.
#[derive(Debug)]
pub struct WholeFile {
    path: PathBuf,
    file: NamedTempFile,
}

impl WholeFile {
    /// Begins to write.
    ///
    /// # Errors
    /// `InvalidRequest` if no file can be made in the folder.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new("."));
        let mut builder = Builder::new();
        builder.prefix(".mspkit-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The process's mask applies, as to any other file.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(folder).map_err(|error| failed(&path, &error))?;
        if path.is_dir() {
            return Err(Error::invalid(
                "path",
                Some(&shown(&path)),
                "must be the path of a file, and not of a folder",
            ));
        }
        Ok(Self { path, file })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// If they cannot be written, such as to a full disk.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let path = &self.path;
        self.file.write_all(bytes).map_err(|error| failed(path, &error))
    }

    /// Puts the file under its name, in place of one that is there.
    ///
    /// # Errors
    /// If that is not possible; the file that is there then stays.
    pub fn finish(self) -> Result<()> {
        let Self { path, file } = self;
        file.as_file().sync_all().map_err(|error| failed(&path, &error))?;
        file.persist(&path).map_err(|error| failed(&path, &error.error))?;
        Ok(())
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::invalid("path", Some(&shown(path)), &format!("must be a file that can be written: {error}"))
}

fn shown(path: &Path) -> String {
    format!("{:?}", path.display().to_string())
}

//! Why a response cannot be read as a model, and which part of it.

use std::fmt;

use crate::wire::raw::Broken;

/// Why a response cannot be read as a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    path: String,
    reason: String,
}

impl Unreadable {
    /// A reason that concerns the whole value.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { path: String::new(), reason: reason.into() }
    }

    /// Which member it is, such as `parts[1].count`; empty for the whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The reason.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The same, with the path from the object that has the member.
    pub(crate) fn in_member(mut self, name: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{name}{dot}{}", self.path);
        self
    }

    /// The same, with the path from the list that has the entry.
    pub(crate) fn in_entry(self, index: usize) -> Self {
        self.in_member(&format!("[{index}]"))
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "at `{}`: ", self.path)?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Unreadable {}

impl From<Broken> for Unreadable {
    fn from(broken: Broken) -> Self {
        Self::new(broken.to_string())
    }
}

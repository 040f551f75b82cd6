//! The options of a call, as every language passes them.

use crate::base::error::{Error, Result};
use crate::base::spelling::Spelling;
use crate::engine::config::options;

pub use crate::generated::config::CallOptions;

impl CallOptions {
    /// The options that a JSON object describes.
    ///
    /// # Errors
    /// `InvalidRequest` when it is not an object of known options.
    pub fn from_json(options: &[u8]) -> Result<Self> {
        Self::from_json_in(options, Spelling::default())
    }

    /// The options that a JSON object describes in the spelling of a language.
    ///
    /// # Errors
    /// `InvalidRequest` when it is not an object of known options.
    pub fn from_json_in(options: &[u8], spelling: Spelling) -> Result<Self> {
        options::read("call options", options::CALL, options, spelling, None)
    }

    /// The names of all options, in the spelling of a language.
    pub fn names(spelling: Spelling) -> Vec<String> {
        options::CALL.iter().map(|row| spelling.name(row.name).into_owned()).collect()
    }

    /// Refuses options of operations that find or create.
    pub(crate) fn refuse_ensuring(&self) -> Result<()> {
        let given = [("settle", self.settle.is_some()), ("on_difference", self.on_difference.is_some())];
        match given.into_iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((name, _)) => {
                Err(Error::argument(name, "a value", "is only for operations that find or create"))
            }
        }
    }

    pub(crate) fn check_written(&self) -> Result<()> {
        match &self.unwritable {
            None => Ok(()),
            Some(what) => {
                Err(Error::argument(what, "a value that has no JSON form", "cannot be serialised as JSON"))
            }
        }
    }
}

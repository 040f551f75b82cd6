//! Options as a binding gets them: the members of a JSON object.

use std::collections::BTreeMap;

use mspkit::{Error, Result, Spelling, meant};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// How much of a value an error shows, in characters.
const SHOWN: usize = 80;

/// Options of a caller, not all of which were read yet.
pub(crate) struct Asked {
    left: BTreeMap<String, Box<RawValue>>,
    known: Vec<&'static str>,
    spelling: Spelling,
}

impl Asked {
    /// The members of a JSON object, in the spelling of a language.
    pub(crate) fn read(options: &[u8], spelling: Spelling) -> Result<Self> {
        let left = serde_json::from_slice(options)
            .map_err(|_| Error::invalid("options", None, "must be a JSON object of options"))?;
        Ok(Self { left, known: Vec::new(), spelling })
    }

    /// The value of an option; `None` if it is null or not given. `allowed` says what it must be.
    pub(crate) fn take<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        allowed: &str,
    ) -> Result<Option<T>> {
        self.known.push(name);
        let Some(value) = self.left.remove(&*self.spelling.name(name)) else { return Ok(None) };
        let refused = |_| Error::invalid(name, Some(shown(value.get())), allowed).spelled(self.spelling);
        serde_json::from_str(value.get()).map_err(refused)
    }

    /// The names of the columns that are wanted.
    pub(crate) fn columns(&mut self) -> Result<Option<Vec<String>>> {
        self.take("columns", "must be a list of names of columns")
    }

    /// A truth value; false if it is not given.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<bool> {
        Ok(self.take(name, "must be true or false")?.unwrap_or_default())
    }

    /// Refuses what was not taken.
    pub(crate) fn end(self) -> Result<()> {
        let Some(name) = self.left.keys().next() else { return Ok(()) };
        let known = self.known.iter().map(|name| self.spelling.name(name));
        let advice = meant(name, known).map(|name| format!("; did you mean {name}?")).unwrap_or_default();
        Err(Error::refused(shown(name), None, &format!("is not an option{advice}")))
    }
}

/// The beginning of a value or a name.
pub(crate) fn shown(text: &str) -> &str {
    text.char_indices().nth(SHOWN).map_or(text, |(end, _)| &text[..end])
}

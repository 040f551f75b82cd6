//! The parameters of a call, written as the JSON object that the core takes.

use std::ffi::c_char;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::abi::MSPKIT_E_NULL;
use crate::failure::Failure;
use crate::options::{NOT_GIVEN, entries};
use crate::text::{self, Given, mspkit_date_range, mspkit_str};

/// The object so far. The methods write what was given, and nothing for what was not.
///
/// Each asks of its pointers what [`mspkit_str::read`] does.
pub(crate) struct Params {
    json: String,
}

impl Params {
    pub(crate) fn new() -> Self {
        Self { json: "{".to_owned() }
    }

    pub(crate) fn into_json(mut self) -> Vec<u8> {
        self.json.push('}');
        self.json.into_bytes()
    }

    fn put(&mut self, name: &str, json: &str) {
        if self.json.len() > 1 {
            self.json.push(',');
        }
        self.json.push('"');
        self.json.push_str(name);
        self.json.push_str("\":");
        self.json.push_str(json);
    }

    /// A text that is an argument of its own, and so has to be there.
    pub(crate) unsafe fn argument(
        &mut self,
        name: &str,
        data: *const c_char,
        len: usize,
    ) -> Result<(), Failure> {
        // SAFETY: the caller's promise is this one's.
        let text = unsafe { text::text(name, data, len)? };
        self.put(name, &quoted(text));
        Ok(())
    }

    pub(crate) unsafe fn text(&mut self, name: &str, text: mspkit_str) -> Result<(), Failure> {
        // SAFETY: the caller's promise is this one's.
        match unsafe { text.read(name)? } {
            None => {}
            Some(Given::Null) => self.put(name, "null"),
            Some(Given::Text(text)) => self.put(name, &quoted(text)),
        }
        Ok(())
    }

    pub(crate) fn int(&mut self, name: &str, number: i64) {
        if number != NOT_GIVEN {
            self.put(name, &number.to_string());
        }
    }

    pub(crate) unsafe fn json(&mut self, name: &str, json: mspkit_str) -> Result<(), Failure> {
        // SAFETY: the caller's promise is this one's.
        match unsafe { json.read(name)? } {
            None => {}
            Some(Given::Null) => self.put(name, "null"),
            Some(Given::Text(text)) => {
                // Checked before it stands among the others: what is no value could end the object.
                let value = serde_json::from_str::<&RawValue>(text)
                    .map_err(|_| Failure::invalid(name, "must be JSON text"))?;
                self.put(name, value.get());
            }
        }
        Ok(())
    }

    pub(crate) unsafe fn texts(
        &mut self,
        name: &str,
        texts: *const mspkit_str,
        count: usize,
    ) -> Result<(), Failure> {
        if texts.is_null() && count == 0 {
            return Ok(());
        }
        let mut values = Vec::new();
        // SAFETY: the caller's promise is this one's.
        for text in unsafe { entries(name, texts, count)? } {
            // SAFETY: likewise.
            let text = unsafe { text.read_text(name)? };
            let missing = || Failure::argument(MSPKIT_E_NULL, name, None, "must not be NULL in any entry");
            values.push(Value::from(text.ok_or_else(missing)?));
        }
        self.put(name, &Value::Array(values).to_string());
        Ok(())
    }

    pub(crate) unsafe fn dates(&mut self, name: &str, range: mspkit_date_range) -> Result<(), Failure> {
        let mut dates = Self::new();
        // SAFETY: the caller's promise is this one's.
        unsafe {
            dates.text("start", range.start)?;
            dates.text("end", range.end)?;
        }
        if dates.json.len() > 1 {
            dates.json.push('}');
            self.put(name, &dates.json);
        }
        Ok(())
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

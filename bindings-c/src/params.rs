//! The parameters of a call, read by tables from its arguments and its struct, and written as the JSON object of the
//! core.

use std::ffi::{CStr, c_char, c_void};
use std::fmt::Write;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::abi::{MSPKIT_DEFAULT, MSPKIT_E_NULL, MSPKIT_E_RANGE};
use crate::failure::Failure;
use crate::guard::{borrow, quietly};
use crate::layout::{
    Entries, MSPKIT_FIELD_DATES, MSPKIT_FIELD_FLAG, MSPKIT_FIELD_FLAGS, MSPKIT_FIELD_ID, MSPKIT_FIELD_IDS,
    MSPKIT_FIELD_INT, MSPKIT_FIELD_INTS, MSPKIT_FIELD_JSON, MSPKIT_FIELD_JSONS, MSPKIT_FIELD_NUMBER,
    MSPKIT_FIELD_NUMBERS, MSPKIT_FIELD_TEXT, MSPKIT_FIELD_TEXTS, Of, Table, mspkit_descriptor, mspkit_field,
    mspkit_layout,
};
use crate::options::{NOT_GIVEN, entries, range, uninitialised};
use crate::text::{Given, mspkit_date_range, mspkit_str};

/// The parameters of a call of an operation.
pub(crate) struct CallParams {
    pub(crate) operation: &'static str,
    /// One JSON object.
    pub(crate) params: Vec<u8>,
    pub(crate) view: Option<Table>,
}

/// Reads what a caller passed for an operation.
///
/// # Safety
/// `operation` is NULL or a descriptor that outlives everything made with it; `arguments` is NULL or points to
/// as many texts as it names, `params` is NULL or points to the struct that it describes.
pub(crate) unsafe fn read(
    operation: *const mspkit_descriptor,
    arguments: *const mspkit_str,
    params: *const c_void,
) -> Result<CallParams, Failure> {
    // SAFETY: the caller says so; NULL is looked for.
    unsafe {
        let operation: &'static mspkit_descriptor = borrow("operation", operation)?;
        let newer = || {
            let allowed = "must be a descriptor from the headers of this version of mspkit";
            Failure::argument(MSPKIT_E_RANGE, "operation", None, allowed)
        };
        if operation.table_size != size_of::<mspkit_descriptor>() {
            return Err(newer());
        }
        let mut written = Params::new();
        let names = entries("operation", operation.arguments, operation.argument_count)?;
        for (name, argument) in names.iter().zip(entries("arguments", arguments, names.len())?) {
            let name = name_of(*name).ok_or_else(newer)?;
            written.put(name, &quoted(argument.required(name)?));
        }
        if let Some(table) = Table::new(operation.params, Of::Params)? {
            written.fields(table, params)?;
        }
        let view = Table::new(operation.view, Of::View)?;
        let id = name_of(operation.operation).ok_or_else(newer)?;
        Ok(CallParams { operation: id, params: written.into_json(), view })
    }
}

/// A name of a table.
///
/// # Safety
/// It is NULL or a constant text of the program.
unsafe fn name_of(name: *const c_char) -> Option<&'static str> {
    if name.is_null() {
        return None;
    }
    // SAFETY: the caller says so.
    unsafe { CStr::from_ptr(name) }.to_str().ok()
}

/// The object so far. The methods write values that were given, and omit the others.
///
/// Each requires of its pointers what [`mspkit_str::read`] does.
struct Params {
    json: String,
}

impl Params {
    fn new() -> Self {
        Self { json: "{".to_owned() }
    }

    fn into_json(mut self) -> Vec<u8> {
        self.json.push('}');
        self.json.into_bytes()
    }

    fn put(&mut self, name: &str, json: &str) {
        if self.json.len() > 1 {
            self.json.push(',');
        }
        // A name of the table needs no escapes.
        let _ = write!(self.json, "\"{name}\":{json}");
    }

    /// Every given value of a struct; none for NULL.
    unsafe fn fields(&mut self, table: Table, params: *const c_void) -> Result<(), Failure> {
        if params.is_null() {
            return Ok(());
        }
        // SAFETY: it begins with its size.
        let size = unsafe { params.cast::<usize>().read() };
        if size != table.size() {
            return Err(uninitialised(table.name(), size, "which is wrong"));
        }
        for field in table.fields() {
            // SAFETY: the caller's promise is this one's; the table was checked.
            unsafe { self.field(field, params.byte_add(field.offset))? };
        }
        Ok(())
    }

    unsafe fn field(&mut self, field: &mspkit_field, at: *const c_void) -> Result<(), Failure> {
        let name = field.word();
        // SAFETY: the table says what lies there, inside of the struct and aligned.
        unsafe {
            match field.kind {
                MSPKIT_FIELD_TEXT | MSPKIT_FIELD_ID => self.text(name, at.cast::<mspkit_str>().read()),
                MSPKIT_FIELD_JSON => self.json(name, at.cast::<mspkit_str>().read()),
                MSPKIT_FIELD_INT => {
                    self.int(name, at.cast::<i64>().read());
                    Ok(())
                }
                MSPKIT_FIELD_NUMBER => self.number(name, at.cast::<f64>().read()),
                MSPKIT_FIELD_FLAG => self.flag(name, at.cast::<i32>().read()),
                MSPKIT_FIELD_DATES => self.dates(name, at.cast::<mspkit_date_range>().read()),
                _ => self.list(field, at.cast::<Entries>().read()),
            }
        }
    }

    unsafe fn text(&mut self, name: &str, text: mspkit_str) -> Result<(), Failure> {
        // SAFETY: the caller's promise is this one's.
        match unsafe { text.read(name)? } {
            None => {}
            Some(Given::Null) => self.put(name, "null"),
            Some(Given::Text(text)) => self.put(name, &quoted(text)),
        }
        Ok(())
    }

    fn int(&mut self, name: &str, number: i64) {
        if number != NOT_GIVEN {
            self.put(name, &number.to_string());
        }
    }

    fn number(&mut self, name: &str, number: f64) -> Result<(), Failure> {
        if number.to_bits() == f64::from(MSPKIT_DEFAULT).to_bits() {
            return Ok(());
        }
        let json = finite(name, number)?;
        self.put(name, &json);
        Ok(())
    }

    fn flag(&mut self, name: &str, flag: i32) -> Result<(), Failure> {
        match flag {
            MSPKIT_DEFAULT => {}
            0 => self.put(name, "false"),
            1 => self.put(name, "true"),
            flag => return Err(range(name, flag.into(), "true, false or MSPKIT_DEFAULT")),
        }
        Ok(())
    }

    unsafe fn json(&mut self, name: &str, json: mspkit_str) -> Result<(), Failure> {
        // SAFETY: the caller's promise is this one's.
        match unsafe { json.read(name)? } {
            None => {}
            Some(Given::Null) => self.put(name, "null"),
            Some(Given::Text(text)) => self.put(name, checked(name, text)?),
        }
        Ok(())
    }

    unsafe fn dates(&mut self, name: &str, dates: mspkit_date_range) -> Result<(), Failure> {
        let mut both = Self::new();
        // SAFETY: the caller's promise is this one's.
        unsafe {
            both.text("start", dates.start)?;
            both.text("end", dates.end)?;
        }
        if both.json.len() > 1 {
            both.json.push('}');
            self.put(name, &both.json);
        }
        Ok(())
    }

    /// A list; given if it has a pointer or entries.
    unsafe fn list(&mut self, field: &mspkit_field, list: Entries) -> Result<(), Failure> {
        if list.entries.is_null() && list.count == 0 {
            return Ok(());
        }
        let name = field.word();
        // SAFETY: the table says what the entries are; the caller's promise is this one's.
        let written: Result<Vec<String>, Failure> = unsafe {
            match field.kind {
                MSPKIT_FIELD_TEXTS | MSPKIT_FIELD_IDS => {
                    let text = |text: &mspkit_str| given(name, *text).map(quoted);
                    entries(name, list.entries.cast(), list.count)?.iter().map(text).collect()
                }
                MSPKIT_FIELD_JSONS => {
                    let json = |text: &mspkit_str| Ok(checked(name, given(name, *text)?)?.to_owned());
                    entries(name, list.entries.cast(), list.count)?.iter().map(json).collect()
                }
                MSPKIT_FIELD_INTS => {
                    let numbers = entries(name, list.entries.cast::<i64>(), list.count)?;
                    Ok(numbers.iter().map(ToString::to_string).collect())
                }
                MSPKIT_FIELD_NUMBERS => {
                    let number = |number: &f64| finite(name, *number);
                    entries(name, list.entries.cast(), list.count)?.iter().map(number).collect()
                }
                MSPKIT_FIELD_FLAGS => {
                    // As bytes: the value in a C program need not be a valid Rust bool.
                    let flags = entries(name, list.entries.cast::<u8>(), list.count)?;
                    Ok(flags.iter().map(|flag| (*flag != 0).to_string()).collect())
                }
                _ => Err(Failure::internal("a list of a kind that was not checked")),
            }
        };
        self.put(name, &format!("[{}]", written?.join(",")));
        Ok(())
    }
}

/// An entry of a list, which must be given.
///
/// # Safety
/// As for [`mspkit_str::read`].
unsafe fn given<'a>(name: &str, text: mspkit_str) -> Result<&'a str, Failure> {
    // SAFETY: the caller's promise is this one's.
    let text = unsafe { text.read_text(name)? };
    text.ok_or_else(|| Failure::argument(MSPKIT_E_NULL, name, None, "must not be NULL in any entry"))
}

/// Embedded JSON: an invalid value could end the object around it.
fn checked<'a>(name: &str, text: &'a str) -> Result<&'a str, Failure> {
    let value = serde_json::from_str::<&RawValue>(text);
    value.map(RawValue::get).map_err(|_| Failure::invalid(name, "must be JSON text"))
}

fn finite(name: &str, number: f64) -> Result<String, Failure> {
    match Value::from(number) {
        Value::Null => {
            Err(Failure::argument(MSPKIT_E_RANGE, name, Some(&number.to_string()), "must be a finite number"))
        }
        number => Ok(number.to_string()),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Initialises a struct of parameters with nothing given: numbers and booleans are `MSPKIT_DEFAULT`. The headers of the
/// services have an `_init()` for each of theirs.
///
/// `layout` describes the struct that `params` points to. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_params_init(layout: *const mspkit_layout, params: *mut c_void) {
    quietly((), || {
        // SAFETY: the caller passes NULL or a constant table of the program.
        let Ok(Some(table)) = (unsafe { Table::new(layout, Of::Params) }) else { return };
        if params.is_null() {
            return;
        }
        // SAFETY: the struct has the size that its table says, and its fields lie inside of it.
        unsafe {
            params.cast::<u8>().write_bytes(0, table.size());
            params.cast::<usize>().write(table.size());
            for field in table.fields() {
                let at = params.byte_add(field.offset);
                match field.kind {
                    MSPKIT_FIELD_INT => at.cast::<i64>().write(NOT_GIVEN),
                    MSPKIT_FIELD_NUMBER => at.cast::<f64>().write(f64::from(MSPKIT_DEFAULT)),
                    MSPKIT_FIELD_FLAG => at.cast::<i32>().write(MSPKIT_DEFAULT),
                    _ => {}
                }
            }
        }
    });
}

//! A list as a stream of Apache Arrow, by the Arrow C stream interface.

use std::ffi::c_void;

use mspkit::Spelling;
use mspkit_data::Columns;
use mspkit_data::arrow::{self, Batches, FFI_ArrowArrayStream, RecordBatch, StreamError};

use super::mspkit_pager;
use crate::abi::{MSPKIT_OK, mspkit_status};
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::{borrow, guard, output};
use crate::task;
use crate::text::mspkit_str;

/// The stream of the Arrow C stream interface, which this header declares as that prescribes.
pub struct ArrowArrayStream {
    _declared_by_the_header: *mut c_void,
}

impl mspkit_pager {
    fn arrow(&self, options: &str) -> Result<FFI_ArrowArrayStream, Failure> {
        // The list itself says what it is, also while no step is made.
        let step = self.shared.step()?;
        let reading = step.reading.clone().ok_or_else(|| Failure::internal("a step has no state"))?;
        drop(step);
        let spelling = Spelling::SnakeMilliseconds;
        let columns = Columns::from_json(reading.operation(), options.as_bytes(), spelling)?;
        let batches = Batches::new(reading, &columns);
        let (shared, runtime, ends) = (self.shared.clone(), self.runtime.clone(), self.ends());
        Ok(arrow::stream(batches.schema(), move || {
            let next = || -> Result<Option<RecordBatch>, Failure> {
                // No other step runs meanwhile.
                let step = shared.step()?;
                let token = batches.pager().resume_token();
                let read = async { Ok(batches.next().await?) };
                let read = task::wait(&runtime, ends.clone(), read);
                drop(step);
                // Whoever freed the pager has no other place to get it from.
                read.map_err(|failure| failure.with_resume_token(&token))
            };
            next().map_err(|failure| StreamError::from(&failure)).transpose()
        }))
    }
}

impl From<&Failure> for StreamError {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Core(error) | Failure::Refused { error, .. } => Self::from((**error).clone()),
            Failure::Own { message, resume_token, .. } => Self::new(message, resume_token.clone()),
        }
    }
}

/// Makes an Arrow C stream of the items of a list that were not returned yet, for libraries that read Apache Arrow: a record
/// batch for each page. Items that it reads count as returned by the pager.
///
/// `options` is a JSON object, or not given: `columns`, a list of names of fields, here or the vendor's, in the order that is
/// wanted, by default all; `extra`, whether a last column `extra` has the JSON of all members that are no fields, by default
/// false. Names and types of the columns do not depend on the items: ids, texts and times are `utf8`, whole numbers `int64`,
/// other numbers `double`, true and false `bool`, objects structs, lists lists, and JSON of any form is `utf8`; all may be
/// null. `stream` receives it, without being read; end it with its own `release`, before the pager is freed or later. Nothing
/// is sent here; `get_next` blocks while a page is requested. A failure of the list is one of `get_next`, which returns an
/// error number: `get_last_error` has the text and the resume token, and `mspkit_pager_resume_token` has the token, too. An
/// item that does not fit its column is such a failure; the batch before it ends there. Releasing the stream midway loses
/// nothing. Freeing the pager ends a `get_next` in flight. Fails with `MSPKIT_E_INVALID_REQUEST` for invalid options and for
/// a list whose fields are not known, such as one of `mspkit_paginate`, with `MSPKIT_E_BUSY` while a step is in flight, and
/// with the codes for invalid texts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_pager_arrow(
    pager: *mut mspkit_pager,
    options: mspkit_str,
    stream: *mut ArrowArrayStream,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            let pager = borrow("pager", pager.cast_const())?;
            output("stream", stream)?;
            let options = options.read_text("options")?.unwrap_or("{}");
            let made = pager.arrow(options)?;
            stream.cast::<FFI_ArrowArrayStream>().write(made);
            Ok(MSPKIT_OK)
        })
    }
}

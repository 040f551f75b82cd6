//! Results that are computed from two lists, at once or on another thread.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::bindgen_prelude::{ToNapiValue, TypeName};
use napi::{Env, Task};

use crate::failure::{Failure, panicked};

/// A result of two lists and options, which are JSON.
pub trait Computed: Sized + Send + 'static {
    /// Computes it.
    ///
    /// # Errors
    /// `InvalidRequest`, with the name of the argument.
    fn of(one: &[u8], other: &[u8], options: &[u8]) -> mspkit::Result<Self>;
}

/// Two lists and options, of which a result is to be computed.
pub struct Computing<T> {
    one: String,
    other: String,
    options: String,
    result: PhantomData<fn() -> T>,
}

impl<T: Computed> Computing<T> {
    pub(crate) fn new(one: String, other: String, options: String) -> Self {
        Self { one, other, options, result: PhantomData }
    }

    /// Computes it on this thread.
    pub(crate) fn now(&self) -> napi::Result<T> {
        let run = || T::of(self.one.as_bytes(), self.other.as_bytes(), self.options.as_bytes());
        let outcome = catch_unwind(AssertUnwindSafe(run)).map_err(|payload| panicked(payload.as_ref()))?;
        Ok(outcome.map_err(Failure::from)?)
    }
}

impl<T: Computed + ToNapiValue + TypeName> Task for Computing<T> {
    type Output = T;
    type JsValue = T;

    fn compute(&mut self) -> napi::Result<T> {
        self.now()
    }

    fn resolve(&mut self, _env: Env, found: T) -> napi::Result<T> {
        Ok(found)
    }
}

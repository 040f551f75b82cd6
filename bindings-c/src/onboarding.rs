//! Onboarding: a document in, a plan or a report out, as JSON in a response.

use std::ffi::c_void;
use std::sync::Arc;
use std::time::Duration;

use mspkit_onboarding::{ApplyOptions, Clients, Format, Plan, Report, Spec, apply};

use crate::abi::{MSPKIT_DEFAULT, MSPKIT_OK, mspkit_status};
use crate::arena::Arena;
use crate::call::Into;
use crate::cancel::{Cancel, mspkit_cancel_token};
use crate::client::mspkit_client;
use crate::error::mspkit_error;
use crate::failure::Failure;
use crate::guard::{borrow, guard, output};
use crate::options::{self, NOT_GIVEN, Versioned};
use crate::queue::{Outcome, mspkit_operation, mspkit_queue};
use crate::response::mspkit_response;
use crate::runtime::Runtime;
use crate::task;
use crate::text::mspkit_str;

/// The callback for the steps of an onboarding: `progress` is a JSON object with `event` (`started`, `finished` or `failed`),
/// `path`, `kind`, `action`, `done`, `failed` and `total`, valid until it returns. It is called by the thread that waits for
/// the run. It must not throw and not leave by `longjmp`.
pub type mspkit_onboarding_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, progress: mspkit_str)>;

/// The options of an onboarding. Initialised by `mspkit_onboarding_options_init()`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct mspkit_onboarding_options {
    /// Set by `mspkit_onboarding_options_init()`.
    pub struct_size: usize,
    /// Cancel token; NULL: not cancellable. May be freed once the function has returned.
    pub cancel: *const mspkit_cancel_token,
    /// The format of the document: `yaml`, `toml`, `json` or `csv`; not given: that of the file's ending. A text that is not
    /// JSON needs it.
    pub format: mspkit_str,
    /// The path of the journal, which is created; a file `….lock` is beside it. Required to apply.
    pub journal: mspkit_str,
    /// Milliseconds to look for an object whose create may still be carried out; `MSPKIT_DEFAULT`: 60,000.
    pub settle_ms: i64,
    /// How many rows are in progress at a time; `MSPKIT_DEFAULT`: 4.
    pub concurrency: i64,
    /// Called when a row is begun and when it has ended; NULL: not. Functions that submit refuse it.
    pub on_step: mspkit_onboarding_callback,
    /// Passed to `on_step`.
    pub user_data: *mut c_void,
    /// 1: things that cost money are made. 0 or `MSPKIT_DEFAULT`: a document with such rows is refused before anything is
    /// sent.
    pub allow_cost: i32,
}

// SAFETY: plain data that begins with `struct_size`; any bytes that a caller's initialiser makes are a value of it.
unsafe impl Versioned for mspkit_onboarding_options {
    const NAME: &str = "mspkit_onboarding_options";
    const BLANK: Self = Self {
        struct_size: 0,
        cancel: std::ptr::null(),
        format: mspkit_str::NONE,
        journal: mspkit_str::NONE,
        settle_ms: NOT_GIVEN,
        concurrency: NOT_GIVEN,
        on_step: None,
        user_data: std::ptr::null_mut(),
        allow_cost: MSPKIT_DEFAULT,
    };
}

/// Makes a `mspkit_onboarding_options` with nothing given; `mspkit_onboarding_options_init()` is the same in C and C++.
///
/// `struct_size` is `sizeof(mspkit_onboarding_options)`, in the header that the program is compiled with. Thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_onboarding_options_init_into(
    options: *mut mspkit_onboarding_options,
    struct_size: usize,
) {
    // SAFETY: the caller's promise is this one's.
    unsafe { options::initialise(options, struct_size) };
}

/// What is to be done with a document.
#[derive(Clone, Copy)]
enum Job {
    Plan,
    Apply,
}

/// A job that is ready.
struct Ready {
    job: Job,
    spec: Spec,
    clients: Clients,
    journal: String,
    options: ApplyOptions,
}

/// A callback with what it is passed.
struct Callback {
    call: unsafe extern "C" fn(*mut c_void, mspkit_str),
    user_data: *mut c_void,
}

// SAFETY: it is only called by the thread that has passed it, which waits for the run.
unsafe impl Send for Callback {}
// SAFETY: as above.
unsafe impl Sync for Callback {}

impl Callback {
    fn notify(&self, progress: &str) {
        let mut arena = Arena::default();
        // SAFETY: the program's promise about its callback; the text is valid until it returns.
        unsafe { (self.call)(self.user_data, arena.text(progress)) };
    }
}

impl Ready {
    async fn run(self) -> Result<mspkit_response, Failure> {
        let Self { job, spec, clients, journal, options } = self;
        let json = match job {
            Job::Plan => Plan::of(&spec, &clients).await?.to_json(),
            Job::Apply => apply(&spec, &clients, &journal, &options).await?.to_json(),
        };
        Ok(mspkit_response::of_text(json))
    }
}

/// The arguments of every function here.
#[derive(Clone, Copy)]
struct Given {
    job: Job,
    document: mspkit_str,
    ncentral: *const mspkit_client,
    cloudmore: *const mspkit_client,
    options: *const mspkit_onboarding_options,
}

/// What drives a job, and what ends it.
type Frame = (Arc<Runtime>, [Option<Arc<Cancel>>; 2]);

impl Given {
    /// # Safety
    /// The pointers are NULL or valid as the exported functions require.
    unsafe fn read(self, waits: bool) -> Result<(Ready, Frame), Failure> {
        // SAFETY: the caller says so; NULL is looked for.
        unsafe {
            let given = options::read(self.options)?;
            let format = given.format.read_text("format")?.map(Format::named).transpose()?;
            let spec = Spec::open(self.document.required("document")?, format)?;
            let (ncentral, cloudmore) = (self.ncentral.as_ref(), self.cloudmore.as_ref());
            let Some(first) = ncentral.or(cloudmore) else { return Err(Failure::null("ncentral")) };
            let core = |client: Option<&mspkit_client>| client.map(|client| client.core.clone());
            let clients = Clients { ncentral: core(ncentral), cloudmore: core(cloudmore) };
            let journal = match self.job {
                Job::Plan => String::new(),
                Job::Apply => given.journal.required("journal")?.to_owned(),
            };
            let mut options = ApplyOptions::default();
            options.allow_cost = match given.allow_cost {
                0 | MSPKIT_DEFAULT => false,
                1 => true,
                _ => return Err(Failure::invalid("allow_cost", "must be 0, 1 or MSPKIT_DEFAULT")),
            };
            options.concurrency = number("concurrency", given.concurrency, 1)?
                .map(|count| usize::try_from(count).unwrap_or(usize::MAX));
            options.settle = number("settle_ms", given.settle_ms, 0)?.map(Duration::from_millis);
            if let Some(call) = given.on_step {
                if !waits {
                    return Err(Failure::invalid("on_step", "must be NULL for a job that is submitted"));
                }
                let callback = Callback { call, user_data: given.user_data };
                options.on_step = Some(Arc::new(move |progress| callback.notify(&progress.to_json())));
            }
            let token = given.cancel.as_ref().map(mspkit_cancel_token::shared);
            let ends = [token, Some(first.freed.clone())];
            let ready = Ready { job: self.job, spec, clients, journal, options };
            Ok((ready, (first.runtime.clone(), ends)))
        }
    }

    /// # Safety
    /// As for [`Self::read`].
    unsafe fn wait(
        self,
        response: *mut *mut mspkit_response,
        error: *mut *mut mspkit_error,
    ) -> mspkit_status {
        // SAFETY: the caller says so; NULL is looked for.
        unsafe {
            guard(error, || {
                output("response", response)?;
                let (ready, (runtime, [token, client])) = self.read(true)?;
                let made = task::wait(&runtime, [None, token, client], ready.run())?;
                response.write(Box::into_raw(Box::new(made)));
                Ok(MSPKIT_OK)
            })
        }
    }

    /// # Safety
    /// As for [`Self::read`].
    unsafe fn submit(self, into: Into, error: *mut *mut mspkit_error) -> mspkit_status {
        // SAFETY: the caller says so; NULL is looked for.
        unsafe {
            guard(error, || {
                let queue = borrow("queue", into.queue)?;
                let (ready, (runtime, ends)) = self.read(false)?;
                let work = async move { Ok(Outcome::Response(Box::new(ready.run().await?))) };
                queue.submit(&runtime, ends, into.user_data, into.operation, work)?;
                Ok(MSPKIT_OK)
            })
        }
    }
}

/// A number that may be left out.
fn number(name: &str, number: i64, least: u64) -> Result<Option<u64>, Failure> {
    match u64::try_from(number) {
        _ if number == NOT_GIVEN => Ok(None),
        Ok(number) if number >= least => Ok(Some(number)),
        _ => Err(Failure::invalid(name, &format!("must be {least} or more, or MSPKIT_DEFAULT"))),
    }
}

/// Says what is missing on the servers of what a document names. Nothing is written.
///
/// `document` is the path of a file, or a text: what has several lines, or begins as JSON does. `ncentral` and `cloudmore`
/// are the clients of what it names, NULL for a service that it does not name; `mspkit_ncentral_client` and
/// `mspkit_cloudmore_client` return them. Of `options`, which may be NULL, `format` and `cancel` are used. `response`
/// receives the plan, which `mspkit_response_json` and `mspkit_response_get` read: `counts` and `steps`, each with `path`,
/// `kind`, `name`, `action`, `id`, `differences`, `cost` and `error`. It has no metadata. Blocks. Thread-safe. Fails with
/// `MSPKIT_E_INVALID_REQUEST` for mistakes in the document, all of which the error names, and with the codes of reading
/// lists.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_onboarding_plan(
    document: mspkit_str,
    ncentral: *const mspkit_client,
    cloudmore: *const mspkit_client,
    options: *const mspkit_onboarding_options,
    response: *mut *mut mspkit_response,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    let given = Given { job: Job::Plan, document, ncentral, cloudmore, options };
    // SAFETY: the caller's promise is this one's.
    unsafe { given.wait(response, error) }
}

/// Submits a plan like `mspkit_onboarding_plan`. The completion has a response.
///
/// `user_data` is returned in the completion. `operation_id` receives a number for `mspkit_queue_cancel`, and may be NULL.
/// The document is read before the function returns. Thread-safe. Fails, without a completion, for invalid arguments and
/// documents, and with `MSPKIT_E_CLOSED` for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_onboarding_plan_submit(
    document: mspkit_str,
    ncentral: *const mspkit_client,
    cloudmore: *const mspkit_client,
    options: *const mspkit_onboarding_options,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    let given = Given { job: Job::Plan, document, ncentral, cloudmore, options };
    // SAFETY: the caller's promise is this one's.
    unsafe { given.submit(Into { queue, user_data, operation: operation_id }, error) }
}

/// Makes what is missing of what a document names, and keeps a journal of it.
///
/// Called again with the same journal after a crash, it goes on: what is done is not repeated, and what was begun is looked
/// for first. A second process that uses the journal is refused at once. `document`, `ncentral` and `cloudmore` are as for
/// `mspkit_onboarding_plan`; `options` has the journal. `response` receives the report: `ok`, `counts`, `error` and
/// `outcomes`, each with `path`, `kind`, `name`, `action`, `id`, `error` and `differences`. It has no metadata. What goes
/// wrong with a row is in the report. Blocks. Thread-safe. Fails, before anything is sent, with `MSPKIT_E_INVALID_REQUEST`
/// for mistakes in the document, things that cost money and are not allowed to, and a journal that is in use, of another
/// document, damaged, or cannot be written; and with the codes of reading lists.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_onboarding_apply(
    document: mspkit_str,
    ncentral: *const mspkit_client,
    cloudmore: *const mspkit_client,
    options: *const mspkit_onboarding_options,
    response: *mut *mut mspkit_response,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    let given = Given { job: Job::Apply, document, ncentral, cloudmore, options };
    // SAFETY: the caller's promise is this one's.
    unsafe { given.wait(response, error) }
}

/// Submits a run like `mspkit_onboarding_apply`. The completion has a response.
///
/// `user_data` is returned in the completion. `operation_id` receives a number for `mspkit_queue_cancel`, and may be NULL.
/// The document is read before the function returns. Thread-safe. Fails, without a completion, for invalid arguments and
/// documents, and with `MSPKIT_E_CLOSED` for a closed queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_onboarding_apply_submit(
    document: mspkit_str,
    ncentral: *const mspkit_client,
    cloudmore: *const mspkit_client,
    options: *const mspkit_onboarding_options,
    queue: *const mspkit_queue,
    user_data: *mut c_void,
    operation_id: *mut mspkit_operation,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    let given = Given { job: Job::Apply, document, ncentral, cloudmore, options };
    // SAFETY: the caller's promise is this one's.
    unsafe { given.submit(Into { queue, user_data, operation: operation_id }, error) }
}

/// Writes a report as `csv`, a line for each row, or as `html`, a page that needs nothing else.
///
/// `report` is the JSON of a report, `format` one of the two. `response` receives the text, which `mspkit_response_json`
/// returns. Thread-safe. Fails with `MSPKIT_E_INVALID_REQUEST` for another text or format.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mspkit_onboarding_write_report(
    report: mspkit_str,
    format: mspkit_str,
    response: *mut *mut mspkit_response,
    error: *mut *mut mspkit_error,
) -> mspkit_status {
    // SAFETY: the caller passes NULL or what the types say; NULL is looked for.
    unsafe {
        guard(error, || {
            output("response", response)?;
            let text = Report::written(report.required("report")?, format.required("format")?)?;
            response.write(Box::into_raw(Box::new(mspkit_response::of_text(text))));
            Ok(MSPKIT_OK)
        })
    }
}

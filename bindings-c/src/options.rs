//! Option structs, read by their `struct_size`, so that programs and libraries of different versions go together.

use crate::abi::MSPKIT_E_STRUCT_SIZE;
use crate::cancel::mspkit_cancel_token;
use crate::failure::Failure;
use crate::runtime::mspkit_runtime;
use crate::text::{mspkit_pair, mspkit_str};

mod said;

pub(crate) use said::{call, config, entries, paging};

/// No struct of any version is larger; what claims to be was not initialised.
pub(crate) const LARGEST: usize = 4096;

/// A struct that begins with its size.
///
/// # Safety
/// It is `repr(C)`, begins with `struct_size: usize`, and all zeroes are a value of it.
pub(crate) unsafe trait Versioned: Copy {
    /// Its name in C.
    const NAME: &str;
}

/// The struct that the caller passed, with zeroes in what its version does not have; all zeroes for NULL.
///
/// # Safety
/// `given` is NULL or points to at least as many bytes as it says at its beginning.
pub(crate) unsafe fn read<T: Versioned>(given: *const T) -> Result<T, Failure> {
    // SAFETY: all zeroes are a value of it.
    let mut known: T = unsafe { std::mem::zeroed() };
    if given.is_null() {
        return Ok(known);
    }
    // SAFETY: it begins with its size.
    let size = unsafe { given.cast::<usize>().read() };
    let refuse = |why: &str| {
        let message =
            format!("{}: its struct_size is {size}, {why}; initialise it by {}_init()", T::NAME, T::NAME);
        Err(Failure::own(MSPKIT_E_STRUCT_SIZE, message))
    };
    if size < size_of::<usize>() || size > LARGEST || !size.is_multiple_of(align_of::<usize>()) {
        return refuse("which no version of it has");
    }
    let own = size_of::<T>();
    // SAFETY: both have as many bytes, and any of a caller's values is one of the plain fields.
    unsafe {
        std::ptr::from_mut(&mut known).cast::<u8>().copy_from_nonoverlapping(given.cast(), size.min(own));
    }
    if size > own {
        // SAFETY: the caller's struct has that many bytes.
        let more = unsafe { std::slice::from_raw_parts(given.cast::<u8>().add(own), size - own) };
        if more.iter().any(|byte| *byte != 0) {
            return refuse("and it sets what this version of mspkit does not know");
        }
    }
    Ok(known)
}

/// What a client is made of. All zeroes but `struct_size`: everything from the environment or by default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_client_options {
    /// Set by `mspkit_client_options_init()`.
    pub struct_size: usize,
    /// Where its calls run; NULL: on threads that the process shares. Must not be freed before the client is made.
    pub runtime: *const mspkit_runtime,
    /// Where the service is; else `NCENTRAL_URL`, `CLOUDMORE_URL` or `WIV_URL`. `https` only, but for this machine.
    pub base_url: mspkit_str,
    /// N-central: the user's API token; else `NCENTRAL_JWT`. Secret.
    pub jwt: mspkit_str,
    /// Cloudmore: the user's name; else `CLOUDMORE_USERNAME`.
    pub username: mspkit_str,
    /// Cloudmore: the user's password; else `CLOUDMORE_PASSWORD`. Secret.
    pub password: mspkit_str,
    /// Cloudmore: the API secret; else `CLOUDMORE_CLIENT_SECRET`. Secret.
    pub client_secret: mspkit_str,
    /// Cloudmore: the OAuth client; not given: `ro.customer.client`.
    pub client_id: mspkit_str,
    /// Cloudmore: where the client's secret travels, `basic` or `body`; not given: `basic`.
    pub client_auth: mspkit_str,
    /// Cloudmore: the reseller of calls that name none.
    pub reseller_id: mspkit_str,
    /// Wiv: the API key; else `WIV_API_KEY`. Secret.
    pub api_key: mspkit_str,
    /// `http://[user:password@]host[:port]`; not given: none, or what the environment says.
    pub proxy: mspkit_str,
    /// Certificate authorities besides the platform's: a path, or PEM text.
    pub ca_bundle: mspkit_str,
    /// A client certificate with its key: a path, or PEM text. Secret.
    pub client_cert: mspkit_str,
    /// The name of your program, added to `User-Agent`.
    pub app_info: mspkit_str,
    /// Milliseconds for a whole call, queueing and retries included; 0: 120,000.
    pub timeout_ms: i64,
    /// Milliseconds for one attempt; 0: 30,000.
    pub attempt_timeout_ms: i64,
    /// Milliseconds for name lookup, TCP, proxy and TLS together; 0: 5,000.
    pub connect_timeout_ms: i64,
    /// The longest `Retry-After`, in milliseconds, that is waited for; 0: 120,000; `MSPKIT_NO`: none is.
    pub max_retry_after_ms: i64,
    /// Further attempts after a fault; 0: 2; `MSPKIT_NO`: none.
    pub max_retries: i32,
    /// Whether the server's certificate is checked: `MSPKIT_YES` or `MSPKIT_NO`; 0: yes.
    pub verify: i32,
    /// Whether the environment's proxies apply: `MSPKIT_YES` or `MSPKIT_NO`; 0: yes.
    pub trust_env: i32,
    /// Whether `http` is allowed to other machines: `MSPKIT_YES` or `MSPKIT_NO`; 0: no.
    pub allow_http: i32,
    /// The largest answer in bytes, decompressed; 0: 64 MiB.
    pub max_body_bytes: u64,
    /// More options as one JSON object, named as in Python, times in seconds; fields that are set go before.
    pub json: mspkit_str,
    /// The longest pause, in milliseconds, that mspkit decides on by itself; 0: 30,000; `MSPKIT_NO`: none. A wait that the
    /// server asks for is not shortened.
    pub max_backoff_ms: i64,
}

// SAFETY: plain data that begins with `struct_size`; all zeroes are a value of it.
unsafe impl Versioned for mspkit_client_options {
    const NAME: &str = "mspkit_client_options";
}

/// What one call takes besides its parameters. All zeroes but `struct_size`, or NULL in its place: as the client.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_call_options {
    /// Set by `mspkit_call_options_init()`.
    pub struct_size: usize,
    /// Milliseconds for the whole call, of a list for each page; 0: the client's.
    pub timeout_ms: i64,
    /// Further attempts after a fault; 0: the client's; `MSPKIT_NO`: none.
    pub max_retries: i32,
    /// Cancels the call, of a list each of its steps; NULL: nothing does. May be freed once the function has returned.
    pub cancel: *const mspkit_cancel_token,
    /// Headers to send as well; NULL when there are none.
    pub extra_headers: *const mspkit_pair,
    /// How many there are.
    pub extra_header_count: usize,
    /// Query parameters to send as well, a name that is repeated with each of its values; NULL when there are none.
    pub extra_query: *const mspkit_pair,
    /// How many there are.
    pub extra_query_count: usize,
    /// Fields of the JSON body to send as well, as one JSON object; they replace fields of the same name.
    pub extra_body: mspkit_str,
    /// More options as one JSON object, named as in Python, times in seconds; fields that are set go before.
    pub json: mspkit_str,
}

// SAFETY: plain data that begins with `struct_size`; all zeroes are a value of it.
unsafe impl Versioned for mspkit_call_options {
    const NAME: &str = "mspkit_call_options";
}

/// How a list is read. All zeroes but `struct_size`, or NULL in its place: all of it, as mspkit thinks best.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct mspkit_paging_options {
    /// Set by `mspkit_paging_options_init()`.
    pub struct_size: usize,
    /// Items in total; 0: all.
    pub limit: u64,
    /// Pages of a numbered list in flight at the same time, never above the endpoint's limit; 0: chosen by mspkit.
    pub concurrency: u32,
    /// What to do when a page of a scroll is lost, which cannot be asked for again: 0: search anew and skip what was
    /// given out; `MSPKIT_NO`: fail, with where to resume.
    pub restart_lost: i32,
    /// Where to go on, from an earlier pager of the same list or from its error.
    pub resume_token: mspkit_str,
    /// More options as one JSON object, named as in Python; fields that are set go before.
    pub json: mspkit_str,
}

// SAFETY: plain data that begins with `struct_size`; all zeroes are a value of it.
unsafe impl Versioned for mspkit_paging_options {
    const NAME: &str = "mspkit_paging_options";
}

#[cfg(test)]
mod tests {
    use std::ptr::addr_of;

    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Small {
        struct_size: usize,
        first: u64,
    }

    #[repr(C)]
    struct Larger {
        known: Small,
        second: u64,
    }

    // SAFETY: plain data that begins with `struct_size`.
    unsafe impl Versioned for Small {
        const NAME: &str = "small";
    }

    fn size_of_small(struct_size: usize) -> Result<u64, i32> {
        let given = Larger { known: Small { struct_size, first: 7 }, second: 0 };
        // SAFETY: the struct is as large as any size that is tried and taken.
        unsafe { read(addr_of!(given).cast::<Small>()) }
            .map(|read| read.first)
            .map_err(|failure| failure.code())
    }

    #[test]
    fn older_and_newer_structs_are_read_and_others_refused() {
        assert_eq!(size_of_small(16), Ok(7));
        assert_eq!(size_of_small(8), Ok(0), "a field that it does not have yet");
        assert_eq!(size_of_small(24), Ok(7), "a field that is not known, and not set");
        for wrong in [0, 1, 7, 9, 15, 4104, usize::MAX] {
            assert_eq!(size_of_small(wrong), Err(MSPKIT_E_STRUCT_SIZE), "{wrong}");
        }
        let newer = Larger { known: Small { struct_size: 24, first: 7 }, second: 1 };
        // SAFETY: it is as large as it says.
        let refused = unsafe { read(addr_of!(newer).cast::<Small>()) };
        assert_eq!(
            refused.map(|read| read.first).map_err(|failure| failure.code()),
            Err(MSPKIT_E_STRUCT_SIZE)
        );
    }
}

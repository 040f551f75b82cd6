//! Option structs, read by their `struct_size`, so that programs and libraries of different versions go together.

use crate::abi::{MSPKIT_DEFAULT, MSPKIT_E_STRUCT_SIZE};
use crate::cancel::mspkit_cancel_token;
use crate::failure::Failure;
use crate::runtime::mspkit_runtime;
use crate::text::{mspkit_pair, mspkit_str};

mod said;

pub(crate) use said::{call, config, count, entries, paging};

/// [`MSPKIT_DEFAULT`] in eight bytes.
pub(crate) const NOT_GIVEN: i64 = MSPKIT_DEFAULT as i64;

/// No struct of any version is larger; what claims to be was not initialised.
pub(crate) const LARGEST: usize = 4096;

/// A struct that begins with its size.
///
/// Fields are added at its end and never in what pads others: a caller's padding is zeroes, which may mean something.
///
/// # Safety
/// It is `repr(C)`, begins with `struct_size: usize`, and any bytes are a value of it.
pub(crate) unsafe trait Versioned: Copy {
    /// Its name in C.
    const NAME: &str;
    /// What the initialiser of the header makes, but for the size: nothing is given.
    const BLANK: Self;
}

/// The struct that the caller passed, with nothing in what its version does not have; nothing at all for NULL.
///
/// # Safety
/// `given` is NULL or points to at least as many bytes as it says at its beginning.
pub(crate) unsafe fn read<T: Versioned>(given: *const T) -> Result<T, Failure> {
    let mut known = T::BLANK;
    if given.is_null() {
        return Ok(known);
    }
    // SAFETY: it begins with its size.
    let size = unsafe { given.cast::<usize>().read() };
    let refuse = |why: &str| Err(uninitialised(T::NAME, size, why));
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
        if more.chunks(4).any(|word| !NOTHING.iter().any(|nothing| word == nothing)) {
            return refuse("and it sets what this version of mspkit does not know");
        }
    }
    Ok(known)
}

/// A struct whose size says that its initialiser has not made it.
pub(crate) fn uninitialised(name: &str, size: usize, why: &str) -> Failure {
    let allowed = format!("its struct_size is {size}, {why}; initialise it by {name}_init()");
    Failure::argument(MSPKIT_E_STRUCT_SIZE, name, None, &allowed)
}

/// What a field that is not known here may hold: NULL, padding, and `MSPKIT_DEFAULT` in four bytes and in eight.
const NOTHING: [[u8; 4]; 3] = [[0; 4], MSPKIT_DEFAULT.to_ne_bytes(), [0xff; 4]];

/// What a client is made of. As `mspkit_client_options_init()` makes it: everything from the environment or by default.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
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
    /// Milliseconds for a whole call, queueing and retries included; `MSPKIT_DEFAULT`: 120,000.
    pub timeout_ms: i64,
    /// Milliseconds for one attempt; `MSPKIT_DEFAULT`: 30,000.
    pub attempt_timeout_ms: i64,
    /// Milliseconds for name lookup, TCP, proxy and TLS together; `MSPKIT_DEFAULT`: 5,000.
    pub connect_timeout_ms: i64,
    /// The longest `Retry-After`, in milliseconds, that is waited for, 0 for none; `MSPKIT_DEFAULT`: 120,000.
    pub max_retry_after_ms: i64,
    /// The longest pause, in milliseconds, that mspkit decides on by itself, 0 for none; `MSPKIT_DEFAULT`: 30,000. A wait
    /// that the server asks for is not shortened.
    pub max_backoff_ms: i64,
    /// Further attempts after a fault, 0 for none; `MSPKIT_DEFAULT`: 2.
    pub max_retries: i32,
    /// Whether the server's certificate is checked: true or false; `MSPKIT_DEFAULT`: true.
    pub verify: i32,
    /// Whether the environment's proxies apply: true or false; `MSPKIT_DEFAULT`: true.
    pub trust_env: i32,
    /// Whether `http` is allowed to other machines: true or false; `MSPKIT_DEFAULT`: false.
    pub allow_http: i32,
    /// The largest answer in bytes, decompressed; `MSPKIT_DEFAULT`: 64 MiB.
    pub max_body_bytes: i64,
    /// More options as one JSON object, named as here; fields that are set go before.
    pub json: mspkit_str,
}

// SAFETY: plain data that begins with `struct_size`; any bytes are a value of it.
unsafe impl Versioned for mspkit_client_options {
    const NAME: &str = "mspkit_client_options";
    const BLANK: Self = Self {
        struct_size: 0,
        runtime: std::ptr::null(),
        base_url: mspkit_str::NONE,
        jwt: mspkit_str::NONE,
        username: mspkit_str::NONE,
        password: mspkit_str::NONE,
        client_secret: mspkit_str::NONE,
        client_id: mspkit_str::NONE,
        client_auth: mspkit_str::NONE,
        reseller_id: mspkit_str::NONE,
        api_key: mspkit_str::NONE,
        proxy: mspkit_str::NONE,
        ca_bundle: mspkit_str::NONE,
        client_cert: mspkit_str::NONE,
        app_info: mspkit_str::NONE,
        timeout_ms: NOT_GIVEN,
        attempt_timeout_ms: NOT_GIVEN,
        connect_timeout_ms: NOT_GIVEN,
        max_retry_after_ms: NOT_GIVEN,
        max_backoff_ms: NOT_GIVEN,
        max_retries: MSPKIT_DEFAULT,
        verify: MSPKIT_DEFAULT,
        trust_env: MSPKIT_DEFAULT,
        allow_http: MSPKIT_DEFAULT,
        max_body_bytes: NOT_GIVEN,
        json: mspkit_str::NONE,
    };
}

/// What one call takes besides its parameters. As `mspkit_call_options_init()` makes it, or NULL: as the client.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct mspkit_call_options {
    /// Set by `mspkit_call_options_init()`.
    pub struct_size: usize,
    /// Milliseconds for the whole call, of a list for each page; `MSPKIT_DEFAULT`: the client's.
    pub timeout_ms: i64,
    /// Further attempts after a fault, 0 for none; `MSPKIT_DEFAULT`: the client's.
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
    /// More options as one JSON object, named as here; fields that are set go before.
    pub json: mspkit_str,
}

// SAFETY: plain data that begins with `struct_size`; any bytes are a value of it.
unsafe impl Versioned for mspkit_call_options {
    const NAME: &str = "mspkit_call_options";
    const BLANK: Self = Self {
        struct_size: 0,
        timeout_ms: NOT_GIVEN,
        max_retries: MSPKIT_DEFAULT,
        cancel: std::ptr::null(),
        extra_headers: std::ptr::null(),
        extra_header_count: 0,
        extra_query: std::ptr::null(),
        extra_query_count: 0,
        extra_body: mspkit_str::NONE,
        json: mspkit_str::NONE,
    };
}

/// How a list is read. As `mspkit_paging_options_init()` makes it, or NULL: all of it, as mspkit thinks best.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct mspkit_paging_options {
    /// Set by `mspkit_paging_options_init()`.
    pub struct_size: usize,
    /// Items in total; `MSPKIT_DEFAULT`: all.
    pub limit: i64,
    /// Pages of a numbered list in flight at the same time, never above the endpoint's limit; `MSPKIT_DEFAULT`: chosen by
    /// mspkit.
    pub concurrency: i64,
    /// What to do when a page of a scroll is lost, which cannot be asked for again: `restart` searches anew and skips what
    /// was given out, `raise` fails, with where to resume; not given: `restart`.
    pub on_lost_page: mspkit_str,
    /// What to do at the end of a list of which the server said that there is more: `warn` tells the log, `raise` fails,
    /// `ignore` does neither; not given: `warn`.
    pub on_incomplete: mspkit_str,
    /// Where to go on, from an earlier pager of the same list or from its error.
    pub resume_token: mspkit_str,
    /// More options as one JSON object, named as here; fields that are set go before.
    pub json: mspkit_str,
}

// SAFETY: plain data that begins with `struct_size`; any bytes are a value of it.
unsafe impl Versioned for mspkit_paging_options {
    const NAME: &str = "mspkit_paging_options";
    const BLANK: Self = Self {
        struct_size: 0,
        limit: NOT_GIVEN,
        concurrency: NOT_GIVEN,
        on_lost_page: mspkit_str::NONE,
        on_incomplete: mspkit_str::NONE,
        resume_token: mspkit_str::NONE,
        json: mspkit_str::NONE,
    };
}

/// What stands in a struct as it is initialised, for a test of the header's initialiser.
#[cfg(test)]
pub(crate) fn blank<T: Versioned + std::fmt::Debug>() -> (&'static str, String) {
    (T::NAME, format!("{:?}", T::BLANK))
}

#[cfg(test)]
mod tests {
    use std::ptr::addr_of;

    use super::*;
    use crate::generated;
    use crate::runtime::mspkit_runtime_options;

    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Small {
        struct_size: usize,
        first: i64,
    }

    #[repr(C)]
    struct Larger {
        known: Small,
        second: i64,
    }

    // SAFETY: plain data that begins with `struct_size`.
    unsafe impl Versioned for Small {
        const NAME: &str = "small";
        const BLANK: Self = Self { struct_size: 0, first: NOT_GIVEN };
    }

    fn larger(struct_size: usize, second: i64) -> Result<i64, i32> {
        let given = Larger { known: Small { struct_size, first: 7 }, second };
        // SAFETY: the struct is as large as any size that is tried and taken.
        unsafe { read(addr_of!(given).cast::<Small>()) }
            .map(|read| read.first)
            .map_err(|failure| failure.code())
    }

    #[test]
    fn older_and_newer_structs_are_read_and_others_refused() {
        let two_choices = i64::from_ne_bytes([MSPKIT_DEFAULT.to_ne_bytes(); 2].concat().try_into().unwrap());
        assert_eq!(larger(16, 0), Ok(7));
        assert_eq!(larger(8, 0), Ok(NOT_GIVEN), "a field that it does not have yet");
        for nothing in [0, NOT_GIVEN, two_choices] {
            assert_eq!(larger(24, nothing), Ok(7), "a field that is not known, and not set: {nothing}");
        }
        for wrong in [0, 1, 7, 9, 15, 4104, usize::MAX] {
            assert_eq!(larger(wrong, 0), Err(MSPKIT_E_STRUCT_SIZE), "{wrong}");
        }
        for set in [1, 30_000] {
            assert_eq!(larger(24, set), Err(MSPKIT_E_STRUCT_SIZE), "{set}");
        }
    }

    /// The fields of a struct that its initialiser in the header sets.
    fn initialised<'a>(header: &'a str, name: &str) -> Vec<&'a str> {
        let from = header.find(&format!(" {name}_init(void)\n")).unwrap();
        let body = &header[from..from + header[from..].find("\n}").unwrap()];
        body.lines()
            .filter_map(|line| line.trim().strip_prefix("made.")?.strip_suffix(" = MSPKIT_DEFAULT;"))
            .collect()
    }

    #[test]
    fn what_the_header_initialises_is_what_stands_for_nothing() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/include/mspkit.h");
        let header = std::fs::read_to_string(path).unwrap();
        let mut blanks = vec![
            blank::<mspkit_client_options>(),
            blank::<mspkit_call_options>(),
            blank::<mspkit_paging_options>(),
            blank::<mspkit_runtime_options>(),
        ];
        blanks.extend(generated::blanks());
        assert!(blanks.len() > 10);
        for (name, blank) in blanks {
            let not_given = format!(": {MSPKIT_DEFAULT}");
            let fields: Vec<_> = blank
                .split([',', '{', '}'])
                .filter_map(|field| field.trim().strip_suffix(&not_given))
                .collect();
            assert_eq!(initialised(&header, name), fields, "{name}");
        }
    }
}

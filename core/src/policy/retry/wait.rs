//! How long to wait before a retry, from the server's headers and by back-off.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, header};

use crate::base::time::LONGEST;

const TRANSIENT_BASE: Duration = Duration::from_millis(500);
const TRANSIENT_CAP: Duration = Duration::from_secs(8);
const THROTTLE_BASE: Duration = Duration::from_secs(2);
/// A requested pause is shortened to this, or to a longer `max_retry_after`, because it holds up every call of the endpoint.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// The longest pauses, by the settings of a client.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    /// Of pauses that mspkit decides on.
    pub(crate) most: Duration,
    /// Of pauses that a server requests.
    pub(crate) longest: Duration,
}

impl Backoff {
    pub(crate) fn new(max_backoff: Duration, max_retry_after: Duration) -> Self {
        Self { most: max_backoff, longest: max_retry_after.max(LONGEST_PAUSE) }
    }

    /// The pause of a queue after a 429 that follows `strikes` others in a row.
    ///
    /// If the server keeps refusing after the waits that it requested, the third one is at least the back-off.
    pub(crate) fn pause(&self, requested: Option<Duration>, strikes: u32) -> Duration {
        let pause = match requested {
            Some(requested) if strikes >= 2 => requested.max(self.throttle(strikes - 2)),
            Some(requested) => requested,
            None => self.throttle(strikes),
        };
        pause.min(self.longest)
    }

    /// At least half of the step: the whole queue waits for it, and a pause near zero would only cause the next 429.
    fn throttle(&self, strikes: u32) -> Duration {
        doubled(THROTTLE_BASE, strikes, self.most).mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    /// How long to wait after a call's nth transient error.
    pub(crate) fn transient(&self, failures: u32) -> Duration {
        let most = doubled(TRANSIENT_BASE, failures.saturating_sub(1), TRANSIENT_CAP.min(self.most));
        most.mul_f64(fastrand::f64())
    }
}

fn doubled(base: Duration, times: u32, cap: Duration) -> Duration {
    base.saturating_mul(1u32.checked_shl(times.min(16)).unwrap_or(u32::MAX)).min(cap)
}

/// The wait that the server requests: `Retry-After` in seconds or as a date on a 429 or a 5xx; on a 429 also the reset of a
/// rate-limit header. On other responses such headers only say how much of the quota is left.
///
/// Dates are relative to the response's own `Date`, since the clocks of the two machines may differ.
pub(crate) fn retry_after(status: u16, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    if status != 429 && status < 500 {
        return None;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let now =
        text(header::DATE.as_str()).and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    if let Some(wait) = text("retry-after").and_then(|value| date_or_number(value, now)) {
        return Some(wait);
    }
    if status != 429 {
        return None;
    }
    if let Some(reset) = text("ratelimit").and_then(|value| ratelimit_reset(value, now)) {
        return Some(reset);
    }
    ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"]
        .into_iter()
        .find_map(|name| text(name).and_then(|value| date_or_number(value, now)))
}

/// An HTTP date or a number; a date in the past is no wait at all.
fn date_or_number(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(number) = value.parse::<f64>() {
        return number_of(number, now);
    }
    Some(until(httpdate::parse_http_date(value).ok()?, now))
}

/// `limit=100, remaining=0, reset=5` or `"default";r=0;t=5`.
fn ratelimit_reset(value: &str, now: SystemTime) -> Option<Duration> {
    value
        .split([',', ';'])
        .filter_map(|part| part.trim().split_once('='))
        .find(|(key, _)| *key == "reset" || *key == "t")
        .and_then(|(_, number)| number_of(number.parse().ok()?, now))
}

/// Seconds from now, or a time since 1970 if the number is too large for that: in seconds, or in milliseconds or smaller
/// units if seconds would be too far in the future.
fn number_of(number: f64, now: SystemTime) -> Option<Duration> {
    const A_TIME: f64 = 1e9;
    const FINER: f64 = 1e12;
    if !number.is_finite() || number < 0.0 {
        return None;
    }
    if number < A_TIME {
        return Duration::try_from_secs_f64(number).ok();
    }
    let seconds = (0..3).fold(number, |at, _| if at >= FINER { at / 1000.0 } else { at });
    let since = Duration::try_from_secs_f64(seconds).ok();
    let at = since.and_then(|since| UNIX_EPOCH.checked_add(since));
    Some(at.map_or(LONGEST, |at| until(at, now)))
}

fn until(at: SystemTime, now: SystemTime) -> Duration {
    at.duration_since(now).unwrap_or(Duration::ZERO).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wait(name: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        retry_after(429, &headers, UNIX_EPOCH + Duration::from_secs(2_000_000_000))
    }

    #[allow(clippy::unnecessary_wraps, reason = "matches the type of `wait`")]
    fn seconds(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    #[test]
    fn dates_are_honoured() {
        assert_eq!(wait("retry-after", "Wed, 18 May 2033 03:33:30 GMT"), seconds(10));
        assert_eq!(wait("retry-after", "Wed, 18 May 1994 03:33:30 GMT"), seconds(0));
        assert_eq!(wait("retry-after", "soon"), None);
    }

    #[test]
    fn dates_are_relative_to_the_clock_of_the_response() {
        for skew in [-7200_i64, -600, 0, 600, 7200] {
            let server =
                UNIX_EPOCH + Duration::from_secs(2_000_000_000_u64.checked_add_signed(skew).unwrap());
            let date = |at| httpdate::fmt_http_date(at).parse().unwrap();
            let mut headers = HeaderMap::new();
            headers.insert("date", date(server));
            headers.insert("retry-after", date(server + Duration::from_secs(3)));
            let now = UNIX_EPOCH + Duration::from_secs(2_000_000_000);
            assert_eq!(retry_after(429, &headers, now), seconds(3), "{skew}");
            let reset = server.duration_since(UNIX_EPOCH).unwrap().as_secs() + 5;
            headers.remove("retry-after");
            headers.insert("x-ratelimit-reset", reset.into());
            assert_eq!(retry_after(429, &headers, now), seconds(5), "{skew}");
        }
    }

    #[test]
    fn a_remaining_quota_is_no_wait() {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-reset", "3600".parse().unwrap());
        for status in [200, 401, 404, 502] {
            assert_eq!(retry_after(status, &headers, UNIX_EPOCH), None, "{status}");
        }
        headers.insert("retry-after", "3".parse().unwrap());
        assert_eq!(retry_after(503, &headers, UNIX_EPOCH), seconds(3));
    }

    #[test]
    fn absurd_waits_are_clamped() {
        assert_eq!(wait("retry-after", "10000000000000000000000"), Some(LONGEST));
        assert_eq!(wait("retry-after", "1e300"), Some(LONGEST));
        for value in ["inf", "-inf", "nan", "-1"] {
            assert_eq!(wait("retry-after", value), None, "{value}");
        }
    }

    #[test]
    fn units_of_resets_are_recognised() {
        assert_eq!(wait("x-ratelimit-reset", "7"), seconds(7));
        for value in ["2000000003", "2000000003000", "2000000003000000", "2000000003000000000"] {
            let found = wait("x-ratelimit-reset", value).unwrap();
            assert!(found.abs_diff(Duration::from_secs(3)) < Duration::from_millis(1), "{value}: {found:?}");
        }
        assert_eq!(wait("x-ratelimit-reset", "1760000000000"), seconds(0), "in the past");
        assert_eq!(wait("retry-after", "2000000004"), seconds(4), "no server requests 63 years");
        assert_eq!(wait("ratelimit", "limit=5, remaining=0, reset=9"), seconds(9));
        assert_eq!(wait("ratelimit", "\"default\";r=0;t=4"), seconds(4));
        assert_eq!(wait("ratelimit", "limit=1, reset=2000000006000"), seconds(6));
    }

    #[test]
    fn only_absurd_pauses_are_shortened() {
        let backoff = Backoff::new(Duration::from_secs(30), Duration::from_secs(120));
        let requested = |seconds| backoff.pause(Some(Duration::from_secs(seconds)), 0);
        assert_eq!(requested(599), Duration::from_secs(599));
        assert_eq!(requested(31_536_000), LONGEST_PAUSE);
        let patient = Backoff::new(Duration::from_secs(30), Duration::from_secs(3600));
        assert_eq!(patient.pause(Some(Duration::from_secs(1800)), 0), Duration::from_secs(1800));
    }

    proptest! {
        #[test]
        fn seconds_are_never_shortened(seconds in 0u32..1_000_000) {
            prop_assert_eq!(wait("retry-after", &seconds.to_string()), Some(Duration::from_secs(seconds.into())));
        }

        #[test]
        fn any_text_is_accepted_or_refused(value in "[ -~]{0,40}") {
            let _ = wait("retry-after", &value);
            let _ = wait("ratelimit", &value);
            let _ = wait("x-ratelimit-reset", &value);
        }

        #[test]
        fn dates_come_back(seconds in 2_000_000_000u64..2_030_000_000) {
            let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
            prop_assert_eq!(wait("retry-after", &date), Some(Duration::from_secs(seconds - 2_000_000_000)));
        }

        #[test]
        fn own_pauses_stay_within_their_caps(failures in 1u32..60, strikes in 0u32..60, most in 0u64..60_000) {
            let most = Duration::from_millis(most);
            let backoff = Backoff::new(most, Duration::from_secs(120));
            prop_assert!(backoff.transient(failures) <= TRANSIENT_CAP.min(most));
            let pause = backoff.pause(None, strikes);
            prop_assert!(pause >= THROTTLE_BASE.min(most) / 2 && pause <= most);
            prop_assert!(backoff.pause(Some(Duration::ZERO), strikes) <= most);
        }
    }
}

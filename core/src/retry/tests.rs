//! Whether the table of retries is kept, and how long is waited.

use proptest::prelude::*;

use super::*;

const ALL: [Class; 5] =
    [Class::Read, Class::Create, Class::IdempotentWrite, Class::CredentialCheck, Class::Continuation];

fn judge(class: Class, seen: Seen) -> Verdict {
    Progress::new(class, &Method::POST, true, 2, true).judge(seen, &RetryBudget::new())
}

#[test]
fn every_class_retries_what_was_not_executed() {
    for class in ALL {
        assert_eq!(judge(class, Seen::NotSent), Verdict::Retry, "{class:?}");
        assert_eq!(judge(class, Seen::Status(429)), Verdict::Throttled, "{class:?}");
        assert_eq!(judge(class, Seen::Status(401)), Verdict::Renew, "{class:?}");
    }
}

#[test]
fn only_harmless_classes_are_repeated_after_sending() {
    for class in ALL {
        let expected = if class.harmless() { Verdict::Retry } else { Verdict::Fail };
        for seen in [Seen::Lost, Seen::Status(500), Seen::Status(502), Seen::Status(503), Seen::Status(504)] {
            assert_eq!(judge(class, seen), expected, "{class:?} {seen:?}");
        }
        for status in [400, 403, 404, 409, 422, 501] {
            assert_eq!(judge(class, Seen::Status(status)), Verdict::Fail, "{class:?} {status}");
        }
    }
}

#[test]
fn zero_retries_is_zero() {
    for class in ALL {
        for seen in [Seen::NotSent, Seen::Lost, Seen::Status(503), Seen::Status(429)] {
            let mut progress = Progress::new(class, &Method::GET, true, 0, false);
            assert_eq!(progress.judge(seen, &RetryBudget::new()), Verdict::Fail, "{class:?} {seen:?}");
        }
    }
}

#[test]
fn a_lasting_500_is_not_repeated() {
    let mut progress = Progress::new(Class::Read, &Method::GET, false, 2, false);
    assert_eq!(progress.judge(Seen::Status(500), &RetryBudget::new()), Verdict::Fail);
    assert_eq!(progress.judge(Seen::Status(503), &RetryBudget::new()), Verdict::Retry);
}

#[test]
fn gone_after_a_lost_delete_is_success() {
    let budget = RetryBudget::new();
    let mut progress = Progress::new(Class::IdempotentWrite, &Method::DELETE, true, 2, false);
    assert_eq!(progress.judge(Seen::Lost, &budget), Verdict::Retry);
    assert_eq!(progress.judge(Seen::Status(404), &budget), Verdict::Accept);
    let mut first = Progress::new(Class::IdempotentWrite, &Method::DELETE, true, 2, false);
    assert_eq!(first.judge(Seen::Status(404), &budget), Verdict::Fail);
}

#[test]
fn a_token_is_renewed_once() {
    let mut progress = Progress::new(Class::Read, &Method::GET, true, 2, true);
    assert_eq!(progress.judge(Seen::Status(401), &RetryBudget::new()), Verdict::Renew);
    assert_eq!(progress.judge(Seen::Status(401), &RetryBudget::new()), Verdict::Fail);
}

#[test]
fn an_empty_bucket_stops_retries_and_successes_refill_it() {
    let budget = RetryBudget::new();
    while budget.spend() {}
    assert_eq!(judge_with(&budget, Seen::Lost), Verdict::Fail);
    for _ in 0..5 {
        assert_eq!(judge_with(&budget, Seen::Status(200)), Verdict::Accept);
    }
    assert_eq!(judge_with(&budget, Seen::Lost), Verdict::Retry);
}

fn judge_with(budget: &RetryBudget, seen: Seen) -> Verdict {
    Progress::new(Class::Read, &Method::GET, true, 2, false).judge(seen, budget)
}

fn wait(name: &'static str, value: &str) -> Option<Duration> {
    let mut headers = HeaderMap::new();
    headers.insert(name, value.parse().unwrap());
    retry_after(429, &headers, UNIX_EPOCH + Duration::from_secs(2_000_000_000))
}

#[test]
fn retry_after_date_is_honoured() {
    assert_eq!(wait("retry-after", "Wed, 18 May 2033 03:33:30 GMT"), Some(Duration::from_secs(10)));
    assert_eq!(wait("retry-after", "Wed, 18 May 1994 03:33:30 GMT"), Some(Duration::ZERO));
    assert_eq!(wait("retry-after", "soon"), None);
}

#[test]
fn what_is_left_is_no_wait() {
    let mut headers = HeaderMap::new();
    headers.insert("x-ratelimit-reset", "3600".parse().unwrap());
    for status in [200, 401, 404, 502] {
        assert_eq!(retry_after(status, &headers, UNIX_EPOCH), None, "{status}");
    }
    headers.insert("retry-after", "3".parse().unwrap());
    assert_eq!(retry_after(503, &headers, UNIX_EPOCH), Some(Duration::from_secs(3)));
}

#[test]
fn absurd_waits_are_clamped() {
    assert_eq!(wait("retry-after", "10000000000000000000"), Some(LONGEST));
    assert_eq!(wait("retry-after", "1e300"), Some(LONGEST));
    assert_eq!(wait("x-ratelimit-reset", "1e18"), Some(LONGEST));
}

#[test]
fn rate_limit_headers_stand_in() {
    assert_eq!(wait("x-ratelimit-reset", "7"), Some(Duration::from_secs(7)));
    assert_eq!(wait("x-ratelimit-reset", "2000000003"), Some(Duration::from_secs(3)));
    assert_eq!(wait("ratelimit", "limit=5, remaining=0, reset=9"), Some(Duration::from_secs(9)));
    assert_eq!(wait("ratelimit", "\"default\";r=0;t=4"), Some(Duration::from_secs(4)));
}

proptest! {
    #[test]
    fn retry_after_seconds_are_never_shortened(seconds in 0u32..1_000_000) {
        prop_assert_eq!(wait("retry-after", &seconds.to_string()), Some(Duration::from_secs(seconds.into())));
    }

    #[test]
    fn retry_after_survives_any_text(value in "[ -~]{0,40}") {
        let _ = wait("retry-after", &value);
        let _ = wait("ratelimit", &value);
        let _ = wait("x-ratelimit-reset", &value);
    }

    #[test]
    fn retry_after_dates_come_back(seconds in 2_000_000_000u64..2_030_000_000) {
        let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
        prop_assert_eq!(wait("retry-after", &date), Some(Duration::from_secs(seconds - 2_000_000_000)));
    }

    #[test]
    fn waits_stay_within_their_caps(faults in 1u32..60, strikes in 0u32..60) {
        let mut progress = Progress::new(Class::Read, &Method::GET, true, 99, false);
        progress.faults = faults;
        prop_assert!(progress.fault_wait() <= FAULT_CAP);
        let pause = throttle_wait(strikes);
        prop_assert!(pause >= THROTTLE_BASE / 2 && pause <= THROTTLE_CAP);
    }
}

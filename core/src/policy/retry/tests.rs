//! Whether the table of retries is kept, and how long is waited.

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

//! Tests of the retry table and the waits.

use super::*;

const ALL: [Class; 5] =
    [Class::Read, Class::Create, Class::IdempotentWrite, Class::CredentialCheck, Class::Continuation];

fn judge(class: Class, result: AttemptResult) -> Verdict {
    Progress::new(class, &Method::POST, true, 2, true).judge(result, &RetryBudget::new())
}

#[test]
fn every_class_retries_what_was_not_executed() {
    for class in ALL {
        assert_eq!(judge(class, AttemptResult::NotSent), Verdict::Retry, "{class:?}");
        assert_eq!(judge(class, AttemptResult::Status(429)), Verdict::Throttled, "{class:?}");
        assert_eq!(judge(class, AttemptResult::Status(401)), Verdict::Renew, "{class:?}");
    }
}

#[test]
fn only_harmless_classes_are_repeated_after_sending() {
    for class in ALL {
        let expected = if class.harmless() { Verdict::Retry } else { Verdict::Fail };
        for result in [
            AttemptResult::Lost,
            AttemptResult::Status(500),
            AttemptResult::Status(502),
            AttemptResult::Status(503),
            AttemptResult::Status(504),
        ] {
            assert_eq!(judge(class, result), expected, "{class:?} {result:?}");
        }
        for status in [400, 403, 404, 409, 422, 501] {
            assert_eq!(judge(class, AttemptResult::Status(status)), Verdict::Fail, "{class:?} {status}");
        }
    }
}

#[test]
fn zero_retries_is_zero() {
    for class in ALL {
        for result in [
            AttemptResult::NotSent,
            AttemptResult::Lost,
            AttemptResult::Status(503),
            AttemptResult::Status(429),
        ] {
            let mut progress = Progress::new(class, &Method::GET, true, 0, false);
            assert_eq!(progress.judge(result, &RetryBudget::new()), Verdict::Fail, "{class:?} {result:?}");
        }
    }
}

#[test]
fn a_lasting_500_is_not_repeated() {
    let mut progress = Progress::new(Class::Read, &Method::GET, false, 2, false);
    assert_eq!(progress.judge(AttemptResult::Status(500), &RetryBudget::new()), Verdict::Fail);
    assert_eq!(progress.judge(AttemptResult::Status(503), &RetryBudget::new()), Verdict::Retry);
}

#[test]
fn gone_after_a_lost_delete_is_success() {
    let budget = RetryBudget::new();
    let mut progress = Progress::new(Class::IdempotentWrite, &Method::DELETE, true, 2, false);
    assert_eq!(progress.judge(AttemptResult::Lost, &budget), Verdict::Retry);
    assert_eq!(progress.judge(AttemptResult::Status(404), &budget), Verdict::Accept);
    let mut first = Progress::new(Class::IdempotentWrite, &Method::DELETE, true, 2, false);
    assert_eq!(first.judge(AttemptResult::Status(404), &budget), Verdict::Fail);
}

#[test]
fn a_token_is_renewed_once() {
    let mut progress = Progress::new(Class::Read, &Method::GET, true, 2, true);
    assert_eq!(progress.judge(AttemptResult::Status(401), &RetryBudget::new()), Verdict::Renew);
    assert_eq!(progress.judge(AttemptResult::Status(401), &RetryBudget::new()), Verdict::Fail);
}

#[test]
fn an_empty_bucket_stops_retries_and_successes_refill_it() {
    let budget = RetryBudget::new();
    while budget.spend() {}
    assert_eq!(judge_with(&budget, AttemptResult::Lost), Verdict::Fail);
    for _ in 0..5 {
        assert_eq!(judge_with(&budget, AttemptResult::Status(200)), Verdict::Accept);
    }
    assert_eq!(judge_with(&budget, AttemptResult::Lost), Verdict::Retry);
}

fn judge_with(budget: &RetryBudget, result: AttemptResult) -> Verdict {
    Progress::new(Class::Read, &Method::GET, true, 2, false).judge(result, budget)
}

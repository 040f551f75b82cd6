//! What is printed: each case that failed, and one line for all of them.
#![allow(clippy::print_stdout, reason = "the judge's verdict is its output")]

use crate::Mode;
use crate::pool::Verdict;
use crate::run::Wrong;

pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Prints the results of the cases in one mode, and returns whether all of them ran and passed.
pub(crate) fn verdict(mode: Mode, verdicts: &[Verdict<'_>], expected: usize) -> bool {
    let of_mode = || verdicts.iter().filter(|verdict| verdict.mode == mode);
    let mut failed = 0;
    for verdict in of_mode() {
        failed += usize::from(verdict.outcome.is_err());
        failure("FAILED", verdict);
    }
    let ran = of_mode().count();
    println!("conformance, {}: {ran} cases, {} passed, {failed} failed", mode.name(), ran - failed);
    ran == expected && failed == 0
}

/// Prints what is wrong with a case that will be run once more.
pub(crate) fn first_failure(verdict: &Verdict<'_>) {
    failure("AGAIN", verdict);
}

fn failure(label: &str, verdict: &Verdict<'_>) {
    let (case, mode) = (verdict.case, verdict.mode.name());
    let Err(wrong) = &verdict.outcome else { return };
    println!("{label} {} ({mode}, {})\n  why it is tested: {}", case.name, case.file, case.why);
    match wrong {
        Wrong::Mismatch(wrong) => {
            println!("  {}\n    expected: {}\n    got:      {}", wrong.at, wrong.expected, wrong.got);
        }
        Wrong::Failed(why) => println!("  {why}"),
    }
}

/// Prints whether a sabotaged simulator was detected.
pub(crate) fn proof(mode: Mode, kind: &str, verdicts: &[Verdict<'_>]) -> bool {
    // A program that fails for other reasons has detected nothing.
    let noticed = verdicts.iter().find(|verdict| matches!(verdict.outcome, Err(Wrong::Mismatch(_))));
    match noticed {
        Some(verdict) => {
            println!("sabotage {kind}, {}: noticed by {}", mode.name(), verdict.case.name);
        }
        None => {
            println!(
                "FAILED: {} cases ran against {kind}, {}, and none noticed",
                verdicts.len(),
                mode.name()
            );
        }
    }
    noticed.is_some()
}

/// Prints where the time went.
pub(crate) fn slowest(verdicts: &[Verdict<'_>]) {
    let mut sorted: Vec<&Verdict<'_>> = verdicts.iter().collect();
    sorted.sort_by_key(|verdict| std::cmp::Reverse(verdict.took));
    let sum: std::time::Duration = sorted.iter().map(|verdict| verdict.took).sum();
    println!("{} runs took {sum:.1?} in sum; the slowest:", sorted.len());
    for verdict in sorted.into_iter().take(20) {
        println!("{:8.2?}  {} ({})", verdict.took, verdict.case.name, verdict.mode.name());
    }
}

//! Large lists: every pair is found that comparing each with each finds, and 50,000 rows against 50,000 take seconds.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod names;

use std::time::{Duration, Instant};

use mspkit_reconcile::{Kind, Options, reconcile};
use rapidfuzz::distance::osa;

fn options() -> Options {
    Options::new().key(Kind::Name, "name", "name").ids("id", "id")
}

/// The names of a list, by row.
fn names_of(json: &str) -> Vec<(u64, String)> {
    let rows: Vec<serde_json::Value> = serde_json::from_str(json).unwrap();
    rows.iter().map(|row| (row["id"].as_u64().unwrap(), row["name"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn no_pair_is_lost_by_not_comparing_each_with_each() {
    let (left, right) = names::lists(2000);
    let found = reconcile(left.as_bytes(), right.as_bytes(), &options()).unwrap();
    let plain = |text: &str| {
        let words: Vec<_> = text
            .split(' ')
            .filter(|word| !["Ltd", "Limited", "GmbH", "Inc.", "B.V.", "LLC", "AG"].contains(word))
            .collect();
        let text = words.concat().to_lowercase();
        text.replace('ü', "u").replace('ö', "o").chars().collect::<Vec<_>>()
    };
    let each = |json: &str| names_of(json).into_iter().map(|(_, name)| plain(&name)).collect::<Vec<_>>();
    let (lefts, rights) = (each(&left), each(&right));
    // A right row that some left row is similar to is matched or ambiguous, and any other is alone.
    let mut similar = vec![0_usize; rights.len()];
    for one in &lefts {
        for (other, count) in rights.iter().zip(&mut similar) {
            let longest = one.len().max(other.len());
            let most = longest / 10;
            if one.len().abs_diff(other.len()) <= most
                && osa::distance(one.iter().copied(), other.iter().copied()) <= most
            {
                *count += 1;
            }
        }
    }
    let alone: Vec<_> = found.only_right().iter().map(|one| one.row).collect();
    let expected: Vec<_> = (0..rights.len()).filter(|row| similar[*row] == 0).collect();
    let lost: Vec<_> = alone.iter().filter(|row| !expected.contains(row) && similar[**row] > 0).collect();
    println!(
        "{} of {} rows have a similar one, {} are alone although they have",
        similar.iter().filter(|count| **count > 0).count(),
        rights.len(),
        lost.len()
    );
    // What is left over can only be similar to a row that belongs to a better one.
    let taken = |row: usize| {
        lefts.iter().enumerate().any(|(at, one)| {
            let longest = one.len().max(rights[row].len());
            osa::distance(one.iter().copied(), rights[row].iter().copied()) <= longest / 10
                && found.matched().iter().any(|pair| pair.left == at && pair.right != row)
        })
    };
    assert!(lost.iter().all(|row| taken(**row)), "lost: {lost:?}");
    let (left, right) = (names_of(&left), names_of(&right));
    let correct = found.matched().iter().filter(|one| left[one.left].0 == right[one.right].0).count();
    println!("{correct} of 2000 rows are matched, {} wrongly", found.matched().len() - correct);
    assert!(correct >= 1960, "{correct} of 2000 rows are matched");
    assert!(
        found.matched().len() - correct <= 4,
        "{} rows are matched wrongly",
        found.matched().len() - correct
    );
}

#[test]
fn the_order_of_the_rows_does_not_matter() {
    let (left, right) = names::lists(500);
    let reversed = |json: &str| {
        let mut rows: Vec<serde_json::Value> = serde_json::from_str(json).unwrap();
        rows.reverse();
        serde_json::to_string(&rows).unwrap()
    };
    let pairs = |left: &str, right: &str| {
        let found = reconcile(left.as_bytes(), right.as_bytes(), &options()).unwrap();
        let (lefts, rights) = (names_of(left), names_of(right));
        let mut pairs: Vec<_> =
            found.matched().iter().map(|one| (lefts[one.left].0, rights[one.right].0)).collect();
        pairs.sort_unstable();
        pairs
    };
    let expected = pairs(&left, &right);
    assert_eq!(pairs(&reversed(&left), &right), expected);
    assert_eq!(pairs(&left, &reversed(&right)), expected);
    let mut turned: Vec<_> = pairs(&right, &left).into_iter().map(|(one, other)| (other, one)).collect();
    turned.sort_unstable();
    assert_eq!(turned, expected);
}

/// `make soak`; in a build without optimization it would show nothing.
#[test]
#[ignore = "measures an optimized build"]
fn fifty_thousand_rows_take_less_than_five_seconds_and_500_mb() {
    let (left, right) = names::lists(50_000);
    let before = Instant::now();
    let found = reconcile(left.as_bytes(), right.as_bytes(), &options()).unwrap();
    let took = before.elapsed();
    let (lefts, rights) = (names_of(&left), names_of(&right));
    let correct = found.matched().iter().filter(|one| lefts[one.left].0 == rights[one.right].0).count();
    let peak = peak_memory();
    println!("{took:?}, {peak} MB, {:?}, {correct} correct", found.summary());
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(peak < 500, "{peak} MB");
    assert!(correct > 48_000, "{correct} are correct");

    // Names that are all alike but for their numbers, or but for four letters.
    for (what, name) in [
        ("numbers", &(|at| format!("Customer {at:05}")) as &dyn Fn(usize) -> String),
        ("letters", &|at| {
            let letters: String = (0..4)
                .map(|place| char::from(b'a' + u8::try_from(at / 15_usize.pow(place) % 15).unwrap()))
                .collect();
            format!("Customer of the region {letters}")
        }),
    ] {
        let list = |shift: usize| {
            let rows: Vec<_> =
                (0..50_000).map(|at| format!(r#"{{"id":{at},"name":"{}"}}"#, name(at + shift))).collect();
            format!("[{}]", rows.join(","))
        };
        let before = Instant::now();
        let found = reconcile(list(0).as_bytes(), list(25_000).as_bytes(), &options()).unwrap();
        println!("{what}: {:?}, {:?}", before.elapsed(), found.summary());
        assert!(before.elapsed() < Duration::from_secs(20), "{what}: {:?}", before.elapsed());
    }
}

/// The most memory that this process has had, in MB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

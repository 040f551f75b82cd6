//! Unit tests of lists that begin at page 0 and of lists that only an empty page ends.

use bytes::Bytes;

use super::*;

/// Takes a page, and says which page was taken, how many rows it gave and whether another one follows.
fn take(tracker: &mut PageTracker, body: &'static str) -> (u64, usize, bool) {
    let page = raw::list(&Bytes::from(body), None, "", &[]).unwrap();
    let taken = tracker.take(&page).unwrap();
    (taken.number, taken.items.len(), taken.next != Position::End)
}

#[test]
fn a_list_can_begin_with_page_0() {
    let mut tracker = PageTracker::new(None, Some(0), None).until_empty(true);
    assert_eq!(take(&mut tracker, r#"[{"a":1}]"#), (0, 1, true));
    let after = tracker.after_end();
    assert_eq!(take(&mut tracker, r#"[{"a":2}]"#), (1, 1, true));
    assert_eq!(take(&mut tracker, "[]"), (2, 0, false));
    assert_eq!(tracker.completeness().given, 2);
    let resumed = PageTracker::new(Some(&after), Some(0), None);
    assert_eq!(resumed.number(), 1);
}

#[test]
fn a_page_0_without_rows_is_the_end() {
    for until_empty in [false, true] {
        let mut tracker = PageTracker::new(None, Some(0), Some(2)).until_empty(until_empty);
        assert_eq!(take(&mut tracker, "[]"), (0, 0, false));
    }
}

#[test]
fn a_short_page_is_the_end_unless_only_an_empty_one_is() {
    for until_empty in [false, true] {
        let mut tracker = PageTracker::new(None, Some(1), Some(2)).until_empty(until_empty);
        assert_eq!(take(&mut tracker, r#"[{"a":1},{"a":2}]"#), (1, 2, true));
        assert_eq!(take(&mut tracker, r#"[{"a":3}]"#), (2, 1, until_empty));
    }
}

#[test]
fn the_same_page_again_is_the_end_too() {
    let mut tracker = PageTracker::new(None, Some(1), Some(1)).until_empty(true);
    assert!(take(&mut tracker, r#"[{"a":1}]"#).2);
    assert!(take(&mut tracker, r#"[{"a":2}]"#).2);
    assert!(!take(&mut tracker, r#"[{"a":2}]"#).2);
}

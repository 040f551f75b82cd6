//! What a journal makes of its lines.

use super::*;

fn lines(lines: &[&str]) -> Vec<u8> {
    let header = format!("{{\"event\":\"journal\",\"format\":1,\"digest\":\"d\"}}\n{}", lines.join("\n"));
    format!("{header}{}", if lines.is_empty() { "" } else { "\n" }).into_bytes()
}

#[test]
fn only_what_follows_the_last_finished_run_is_left() {
    let left = read(
        &lines(&[
            r#"{"event":"run","at":1}"#,
            r#"{"event":"begun","step":"a","at":1}"#,
            r#"{"event":"done","step":"a","action":"created","id":"1"}"#,
            r#"{"event":"finished","at":2}"#,
            r#"{"event":"run","at":3}"#,
            r#"{"event":"begun","step":"b","at":3}"#,
            r#"{"event":"sent","step":"b","at":4}"#,
            r#"{"event":"begun","step":"c","at":5}"#,
            r#"{"event":"failed","step":"c","kind":"BadRequest"}"#,
        ]),
        "d",
    )
    .unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left["b"].sent, Some(time(4)));
}

#[test]
fn a_damaged_line_is_named() {
    for line in ["{\"event\":\"run\"", "", "\0\0\0", "{\"event\":\"other\"}", "[]"] {
        let text = lines(&[line, r#"{"event":"run","at":1}"#]);
        assert_eq!(read(&text, "d").unwrap_err(), "must be undamaged: line 2 cannot be read", "{line:?}");
    }
}

#[test]
fn other_files_other_documents_and_newer_formats_are_refused() {
    for (text, reason) in [
        ("customer_name,so_id\n", "must be a journal"),
        ("{\"event\":\"journal\",\"format\":2,\"digest\":\"d\"}\n", "a newer version"),
        ("{\"event\":\"journal\",\"format\":1,\"digest\":\"e\"}\n", "the same document"),
    ] {
        let error = read(text.as_bytes(), "d").unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    assert!(read(b"", "d").unwrap().is_empty());
}

#[test]
fn a_torn_line_is_cut_off_wherever_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    Journal::open(&path, "d").unwrap().start().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let torn = br#"{"event":"begun","step":"a","at":1}"#;
    for length in 1..=torn.len() {
        std::fs::write(&path, [&whole, &torn[..length]].concat()).unwrap();
        let journal = Journal::open(&path, "d").unwrap();
        journal.start().unwrap();
        assert!(journal.left.is_empty());
        drop(journal);
        let now = std::fs::read_to_string(&path).unwrap();
        assert!(
            now.ends_with('\n') && now.lines().all(|line| serde_json::from_str::<Line>(line).is_ok()),
            "{now}"
        );
    }
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        Journal::open(&path, "d").unwrap().start().unwrap();
    }
}

#[test]
fn a_second_one_is_refused_at_once_and_the_process_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let first = Journal::open(&path, "d").unwrap();
    let error = Journal::open(&path, "d").unwrap_err().to_string();
    assert!(error.contains("must be free"), "{error}");
    #[cfg(unix)]
    assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
    drop(first);
    Journal::open(&path, "d").unwrap();
}

#[test]
fn a_place_that_cannot_be_written_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = Journal::open(&folder.path().join("none/journal"), "d").unwrap_err().to_string();
    assert!(error.starts_with("journal: must be where"), "{error}");
    let error = Journal::open(folder.path(), "d").unwrap_err().to_string();
    assert!(error.contains("must be a file"), "{error}");
}

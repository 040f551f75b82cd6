//! Two exports of a list, compared.

use proptest::prelude::*;

use super::*;

fn of(old: &str, new: &str, ignore: &[&str]) -> Changes {
    let ignore: Vec<String> = ignore.iter().map(|&field| field.to_owned()).collect();
    diff(old.as_bytes(), new.as_bytes(), "id", &ignore).unwrap()
}

#[test]
fn rows_are_added_gone_or_changed() {
    let changes = of(
        r#"[{"id": 1, "name": "a"}, {"id": "2", "name": "b"}, {"id": 3}]"#,
        r#"[{"id": 4}, {"id": "1", "name": "A"}, {"name": "b", "id": 2.0}]"#,
        &[],
    );
    assert_eq!(changes.added[0].id, "4");
    assert_eq!((changes.gone[0].id.as_str(), changes.gone[0].row), ("3", 2));
    let only = &changes.changed[0];
    assert_eq!(only.fields.iter().map(|change| &*change.field).collect::<Vec<_>>(), ["name"]);
    assert_eq!((only.old, only.new, changes.summary.unchanged), (0, 1, 1));
    assert_eq!(of("[]", "[]", &[]).summary, ChangesSummary::default());
}

#[test]
fn nested_fields_are_compared_one_by_one_and_lists_as_a_whole() {
    let changes = of(
        r#"[{"id": 1, "address": {"city": "Oslo", "zip": "1", "x": null}, "tags": [1, 2]}]"#,
        r#"[{"id": 1, "address": {"city": "Bergen", "zip": "1"}, "tags": [2, 1]}]"#,
        &[],
    );
    let fields: Vec<_> = changes.changed[0].fields.iter().map(|change| &*change.field).collect();
    assert_eq!(fields, ["address.city", "tags"]);
    let ignored = |ignore: &[&str]| {
        of(r#"[{"id": 1, "a": {"b": 1}, "c": 1}]"#, r#"[{"id": 1, "a": {"b": 2}, "c": 2}]"#, ignore)
            .changed
            .first()
            .map(|changed| changed.fields.len())
    };
    assert_eq!((ignored(&["a"]), ignored(&["a.b"]), ignored(&["a.b", "c"])), (Some(1), Some(1), None));
}

#[test]
fn equal_values_may_be_written_differently() {
    for (old, new) in [
        (r#"{"id":1,"n":7}"#, r#"{"n": 7.0, "id": 1}"#),
        (r#"{"id":1,"n":null}"#, r#"{"id":1}"#),
        (r#"{"id":1,"n":"\u00e9"}"#, r#"{"id":1,"n":"é"}"#),
        (r#"{"id":1,"n":[{"a":1,"b":null}]}"#, r#"{"id":1,"n":[ {"a": 1.0} ]}"#),
    ] {
        assert_eq!(of(&format!("[{old}]"), &format!("[{new}]"), &[]).summary.unchanged, 1, "{old} {new}");
    }
    let big = of(r#"[{"id":1,"n":9007199254740993}]"#, r#"[{"id":1,"n":9007199254740992}]"#, &[]);
    assert_eq!(big.summary.changed, 1);
    assert_eq!(of(r#"[{"id":1,"n":7}]"#, r#"[{"id":1,"n":"7"}]"#, &[]).summary.changed, 1);
}

#[test]
fn rows_without_an_id_of_their_own_are_a_group() {
    let changes = of(
        r#"[{"id": 1}, {"id": 1}, {"id": null}, {"id": 2}]"#,
        r#"[{"id": 1}, {}, {"id": " "}, {"id": 2}, {"id": 2}]"#,
        &[],
    );
    let found: Vec<_> = changes.unidentified.iter().map(|one| (one.side, one.row, one.reason)).collect();
    assert_eq!(
        found,
        [
            ("old", 0, "repeated_id"),
            ("old", 1, "repeated_id"),
            ("old", 2, "no_id"),
            ("old", 3, "repeated_id"),
            ("new", 0, "repeated_id"),
            ("new", 1, "no_id"),
            ("new", 2, "no_id"),
            ("new", 3, "repeated_id"),
            ("new", 4, "repeated_id"),
        ]
    );
    assert!(changes.added.is_empty() && changes.gone.is_empty() && changes.changed.is_empty());
}

#[test]
fn the_table_has_a_line_for_each_change() {
    let changes = of(
        r#"[{"id": 1, "name": "=1+1", "n": 5}, {"id": 2}, {}]"#,
        r#"[{"id": 1, "name": "b", "n": null}, {"id": 3}]"#,
        &[],
    );
    let csv = changes.to_csv(true);
    assert_eq!(
        csv,
        "\u{feff}change,id,field,old,new\r\nadded,3,,,\"{\"\"id\"\": 3}\"\r\ngone,2,,\"{\"\"id\"\": 2}\",\r\n\
         changed,1,n,5,\r\nchanged,1,name,'=1+1,b\r\nunidentified,,,no_id,\r\n"
    );
}

#[test]
fn what_is_no_list_of_rows_is_refused() {
    for (old, new, argument) in [("{}", "[]", "old"), ("[]", "[1]", "new[0]"), ("[]", "", "new")] {
        assert_eq!(diff(old.as_bytes(), new.as_bytes(), "id", &[]).unwrap_err().argument, argument);
    }
    assert_eq!(diff(b"[]", b"[]", "", &[]).unwrap_err().argument, "by");
}

proptest! {
    #[test]
    fn every_row_is_in_one_group(
        old in prop::collection::vec((0u8..8, 0u8..3), 0..12),
        new in prop::collection::vec((0u8..8, 0u8..3), 0..12),
    ) {
        let json = |rows: &[(u8, u8)]| {
            let rows: Vec<_> = rows.iter().map(|(id, n)| match id {
                0 => format!("{{\"n\":{n}}}"),
                id => format!("{{\"id\":{id},\"n\":{n}}}"),
            }).collect();
            format!("[{}]", rows.join(","))
        };
        let found = of(&json(&old), &json(&new), &[]).summary;
        let both = found.changed + found.unchanged;
        prop_assert_eq!(found.gone + found.added + 2 * both + found.unidentified, old.len() + new.len());
    }
}

//! Calls each thing of the vocabulary from Rust. `vocabulary URL`
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program of a test")]

use mspkit::blocking::Wiv;
use mspkit::wiv::{self, DeleteNotes, LimitInput, ListPages, ReplaceLimits, ReplaceRefused, SendVocabulary, WindowInput};
use mspkit::schema::Model;
use mspkit::{ErrorKind, Kind};

fn main() -> Result<(), mspkit::Error> {
    let url = std::env::args().nth(1).unwrap();
    let client = Wiv::builder().api_key("key").base_url(url).allow_http(true).build()?;
    let vocabulary = client.vocabulary();
    let at = "2026-01-31T08:00:00Z";
    let limit = LimitInput::new("k").with("more", 1);
    let params = SendVocabulary::new(["a", "b"], [WindowInput::new(7).starts_at(at).limit(limit)])
        .note_ids([1, 2])
        .device_ids(["7", "8"])
        .flags([true, false])
        .main(WindowInput::new("9"))
        .cost(12.5)
        .starts_at(at)
        .level(4)
        .anything("x")
        .trace("t-1")
        .since("2026-01-31");
    let echo = vocabulary.send(2026, 2, "all of it", params).send()?;
    assert_eq!(echo.path.as_deref(), Some("/vocabulary/2026/2/all%20of%20it"));
    assert_eq!((echo.query.as_deref(), echo.trace.as_deref()), (Some("since=2026-01-31"), Some("t-1")));
    let body: serde_json::Value = serde_json::from_str(&echo.body.unwrap()).unwrap();
    let wanted = serde_json::json!({
        "names": ["a", "b"], "noteIds": [1, 2], "deviceIds": ["7", "8"], "flags": [true, false],
        "windows": [{"deviceID": "7", "startsAt": at, "limit": {"kind": "k", "more": 1}}],
        "main": {"deviceID": "9"}, "cost": 12.5, "startsAt": at, "level": 4, "anything": "x",
    });
    assert_eq!(body, wanted);
    let wrong = SendVocabulary::new(["a"], [serde_json::json!({"startsAt": "now"})]);
    let error = vocabulary.send(2026, 2, "x", wrong).send().unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidRequest && error.to_string().contains("windows[0].device_id"), "{error}");
    assert!(vocabulary.send(1999, 2, "x", SendVocabulary::new(["a"], Vec::<WindowInput>::new())).send().is_err());

    let deleted = vocabulary.delete_notes(DeleteNotes::new([1, 2])).send()?;
    assert_eq!(deleted.body.as_deref(), Some(r#"{"noteIds":[1,2]}"#));
    vocabulary.replace_limits(ReplaceLimits::new([LimitInput::new("devices").most(5)])).send()?;
    let error = vocabulary.replace_refused(ReplaceRefused::new(Vec::<LimitInput>::new())).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OperationFailed);
    assert_eq!(vocabulary.only().send()?.kind.as_deref(), Some("k0"));
    let most = |list: Result<Vec<wiv::Limit>, _>| {
        list.map(|rows| rows.into_iter().map(|row| row.most.unwrap()).collect::<Vec<_>>())
    };
    assert_eq!(most(vocabulary.one().items().collect())?, [1]);
    assert_eq!(most(vocabulary.pages(ListPages::new().page_size(2)).items().collect())?, [0, 1, 2, 3, 4]);
    let wide = vocabulary.wide().send()?;
    assert_eq!((wide.field000, wide.field064, wide.field069), (Some(0), Some(64), Some(69)));
    assert!(wide.is_set("field064") && !serde_json::from_str::<wiv::Wide>(r#"{"field064":null}"#).unwrap().is_set("field000"));
    assert_eq!(&vocabulary.file().send()?[..], (0..=255).collect::<Vec<u8>>());
    vocabulary.touch().send()?;

    let limit = Model::find("wiv", "Limit").unwrap();
    assert!(limit.open && limit.field("kind").unwrap().required);
    assert!(matches!(limit.field("share").unwrap().kind, Kind::Number { .. }));
    println!("rust: every word was sent and read");
    Ok(())
}

//! The store with a small table: every verb, scopes, and seeding from examples.

use serde_json::{Map, Value, json};

use super::table::{Table, read};
use super::{Store, check, load};
use crate::options::{IdForm, Options};

const TABLE: &str = r#"{
  "collections": [
    {"name": "racks", "by_hand": false, "count": 2, "service": "ncentral", "id": "rackId", "first": "rack_007", "title": "name",
     "children": "size", "fields": [
      {"name": "rackId", "schema": {"type": "string"}},
      {"name": "name", "schema": {"type": "string", "examples": ["North"]}},
      {"name": "size", "schema": {"type": "integer"}}]},
    {"name": "slots", "by_hand": false, "count": 3, "service": "ncentral", "id": "slotId", "first": 1,
     "parent": {"field": "rackId", "collection": "racks"}, "fields": [
      {"name": "slotId", "schema": {"type": "integer", "format": "mspkit-id"}},
      {"name": "rackId", "schema": {"type": "string"}},
      {"name": "watts", "schema": {"type": ["number", "null"], "examples": [40]}},
      {"name": "state", "schema": {"type": "string", "known": ["ON", "OFF"], "examples": ["ON"]}},
      {"name": "since", "schema": {"type": "string", "format": "date", "examples": ["2025-03-09"]}},
      {"name": "mail", "schema": {"type": "string", "examples": ["ops@acme.example"]}}]}
  ],
  "served": [
    {"operation": "a.slots.create", "verb": "create", "collection": "slots", "paging": "none", "answer": "created", "status": 201,
     "body": [
      {"name": "watts", "required": true, "schema": {"type": "number", "minimum": 1, "maximum": 90}},
      {"name": "state", "schema": {"type": "string", "enum": ["ON", "OFF"]}},
      {"name": "since", "schema": {"type": "string", "format": "date"}},
      {"name": "tags", "schema": {"type": "array", "items": {"type": "string", "minLength": 2}}},
      {"name": "place", "schema": {"type": "object", "required": ["row"], "properties": {"row": {"type": "integer"}}}}]}
  ]
}"#;

fn table() -> &'static Table {
    Box::leak(Box::new(read(TABLE).unwrap()))
}

fn store() -> Store {
    Store::seeded(table(), &Options::default())
}

fn shown(store: &Store, name: &str, id: &str) -> Value {
    json!(store.view(name, id).unwrap().written(IdForm::String))
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn the_first_row_is_the_documents_and_the_others_are_like_it() {
    let store = store();
    assert_eq!(shown(&store, "racks", "rack_007"), json!({"rackId": "rack_007", "name": "North", "size": 2}));
    let first = json!({"slotId": 1, "rackId": "rack_007", "watts": 40, "state": "ON", "since": "2025-03-09",
                       "mail": "ops@acme.example"});
    assert_eq!(shown(&store, "slots", "1"), first);
    let second = shown(&store, "slots", "2");
    assert_eq!(
        (&second["rackId"], &second["watts"], &second["since"]),
        (&json!("rack_008"), &json!(41), &json!("2025-03-10"))
    );
    assert_eq!(second["mail"], "ops1@acme.example");
    assert!(["ON", "OFF"].contains(&second["state"].as_str().unwrap()));
}

#[test]
fn rows_are_created_changed_replaced_and_deleted() {
    let mut store = store();
    let id = store.create("slots", Some("rack_008"), &object(&json!({"watts": 7, "state": "ON"}))).unwrap();
    assert_eq!((&*id, &shown(&store, "slots", &id)["rackId"]), ("4", &json!("rack_008")));
    assert_eq!(shown(&store, "racks", "rack_008")["size"], 2);
    store.change("slots", ("rack_008", &id), &object(&json!({"watts": 8})));
    assert_eq!(
        (&shown(&store, "slots", &id)["watts"], &shown(&store, "slots", &id)["state"]),
        (&json!(8), &json!("ON"))
    );
    store.change("slots", ("rack_008", &id), &object(&json!({"watts": 9, "state": null})));
    assert_eq!(
        (&shown(&store, "slots", &id)["watts"], &shown(&store, "slots", &id)["state"]),
        (&json!(9), &Value::Null)
    );
    store.remove("slots", ("rack_008", "2"));
    assert!(store.view("slots", "2").is_none());
    assert_eq!(store.views_under("slots", "rack_008").len(), 1);
    store.remove("racks", ("", "rack_008"));
    assert!(store.view("slots", &id).is_none());
    assert_eq!(store.views("slots").len(), 2);
}

#[test]
fn loading_replaces_a_collection_and_empties_those_below() {
    let store = store();
    let racks = [json!({"rackId": "rack_100"}), json!({"name": "South"})];
    let given = store.loaded(&load::Lists::from([("racks", &racks[..])]), 7).unwrap();
    assert_eq!(
        given.views("racks").iter().map(super::view::View::id).collect::<Vec<_>>(),
        ["rack_100", "rack_007"]
    );
    assert_eq!(shown(&given, "racks", "rack_007")["name"], "South");
    assert!(given.views("slots").is_empty());
    let slots = [json!({"rackId": "rack_008", "watts": null})];
    let given = store.loaded(&load::Lists::from([("slots", &slots[..])]), 7).unwrap();
    assert_eq!((given.views("racks").len(), &shown(&given, "slots", "1")["watts"]), (2, &Value::Null));
    for (wrong, words) in [
        (json!({"rackId": "rack_9"}), "slots[0].rackId: there is no rack rack_9"),
        (json!({"watts": "many"}), "slots[0].watts: \"many\" is of another kind than 40"),
        (json!({"wats": 1}), "slots[0].wats: unknown field; known are mail, rackId, "),
    ] {
        let slots = [wrong];
        let error = store.loaded(&load::Lists::from([("slots", &slots[..])]), 7).unwrap_err();
        assert!(error.starts_with(words), "{error}");
    }
}

#[test]
fn bodies_are_validated_by_the_schema() {
    let served = &table().served[0];
    let error = |body: Value, whole| {
        let problems = check::problems(served, &served.body, &object(&body), whole);
        format!("{problems:?}")
    };
    assert_eq!(
        error(
            json!({"watts": 1.5, "state": "OFF", "since": "2025-02-28", "tags": ["ab"], "place": {"row": 1}}),
            true
        ),
        "[]"
    );
    assert_eq!(error(json!({}), false), "[]");
    for (body, words) in [
        (json!({}), "watts is required and cannot be blank"),
        (json!({"watts": "x"}), "watts must be a number"),
        (json!({"watts": 91}), "watts must be at most 90"),
        (json!({"watts": 0}), "watts must be at least 1"),
        (json!({"watts": 1, "state": "MAYBE"}), "state must be ON or OFF"),
        (json!({"watts": 1, "since": "2025-02-30"}), "since must be a date, YYYY-MM-DD"),
        (
            json!({"watts": 1, "tags": ["a"]}),
            "tags must be a list whose items are at least 2 characters long",
        ),
        (json!({"watts": 1, "tags": "a"}), "tags must be an array"),
        (json!({"watts": 1, "place": {}}), "place must be an object with row"),
        (json!({"watts": 1, "place": {"row": "1"}}), "place must be an object whose row is an integer"),
    ] {
        let error = error(body, true);
        assert!(error.contains(words), "{error} does not say: {words}");
    }
}

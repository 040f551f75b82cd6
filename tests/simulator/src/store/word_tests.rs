//! The words of the table for linked data: several parents, rows that are made when they are read, and operations on them.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use super::collection::Cells;
use super::table::{Served, Table, read};
use super::tree::Scope;
use super::{Store, load, serve};
use crate::answer::Answer;
use crate::options::{IdForm, Options};
use crate::request::{Call, Request};
use crate::sabotage::Sabotage;
use crate::services::Service;
use crate::state::State;

const TABLE: &str = r#"{
  "collections": [
    {"name": "halls", "by_hand": false, "count": 2, "id": "hallId", "first": 10, "ids": "places", "title": "hallName",
     "parent": {"field": "parentId", "root": "1"}, "children": "size", "counted": ["bays"], "always": {"kind": "HALL"},
     "fields": [
      {"name": "hallId", "schema": {"type": "string"}}, {"name": "hallName", "schema": {"type": "string", "examples": ["North"]}},
      {"name": "parentId", "schema": {"type": "string"}}, {"name": "kind", "schema": {"type": "string"}},
      {"name": "size", "schema": {"type": "integer"}}]},
    {"name": "bays", "by_hand": false, "count": 4, "id": "bayId", "first": 50, "ids": "places", "title": "bayName",
     "parent": {"field": "parentId", "collection": "halls"},
     "fields": [
      {"name": "bayId", "schema": {"type": "string"}}, {"name": "bayName", "schema": {"type": "string", "examples": ["A"]}},
      {"name": "parentId", "schema": {"type": "string"}}]},
    {"name": "places", "by_hand": false, "of": ["halls", "bays"], "id": "placeId", "title": "placeName", "noun": "place",
     "parent": {"field": "above"}, "alias": {"above": "parentId"},
     "fields": [
      {"name": "placeId", "schema": {"type": "string"}}, {"name": "placeName", "schema": {"type": "string"}},
      {"name": "above", "schema": {"type": "string"}}, {"name": "kind", "schema": {"type": "string"}}]},
    {"name": "machines", "by_hand": false, "count": 400, "id": "machineId", "first": 1000,
     "parent": {"field": "placeId", "collection": ["halls", "bays"]},
     "from": {"hallId": "halls.hallId", "bayName": "bays.bayName"},
     "kinds": [{"class": "Server", "os": ["linux", "bsd"]}, {"class": "Printer", "os": null, "weight": 3}],
     "values": {"name": "{class}-{n:3}", "host": "{name}.{bayName}", "seen": "{date:-3:-1}", "load": "{int:1:9}"},
     "fields": [
      {"name": "machineId", "schema": {"type": "integer"}}, {"name": "placeId", "schema": {"type": "string"}},
      {"name": "hallId", "schema": {"type": "string"}}, {"name": "bayName", "schema": {"type": ["string", "null"]}},
      {"name": "class", "schema": {"type": "string"}}, {"name": "os", "schema": {"type": ["string", "null"]}},
      {"name": "name", "schema": {"type": "string"}}, {"name": "host", "schema": {"type": "string"}},
      {"name": "seen", "schema": {"type": "string"}}, {"name": "load", "schema": {"type": "integer"}}]},
    {"name": "notes", "by_hand": false, "each": [0, 3], "id": "noteId", "first": 1,
     "parent": {"field": "machineId", "collection": "machines"},
     "fields": [
      {"name": "noteId", "schema": {"type": "integer"}}, {"name": "machineId", "schema": {"type": "integer"}},
      {"name": "text", "schema": {"type": "string", "examples": ["Fan replaced"]}},
      {"name": "at", "schema": {"type": "string", "examples": ["2025-01-01"]}}]},
    {"name": "passes", "by_hand": false, "single": true, "unless": {"class": "Printer"},
     "parent": {"field": "machineId", "collection": "machines"},
     "fields": [
      {"name": "key", "schema": {"type": "string", "examples": ["k"]}}, {"name": "cost", "schema": {"type": ["number", "null"]}},
      {"name": "machineId", "hidden": true, "schema": {"type": "integer"}}]},
    {"name": "labels", "by_hand": false, "count": 2, "id": "labelId", "first": 7,
     "kinds": [{"kind": "TEXT", "choices": []}, {"kind": "CHOICE", "choices": ["a", "b"]}],
     "fields": [
      {"name": "labelId", "schema": {"type": "integer"}}, {"name": "kind", "schema": {"type": "string"}},
      {"name": "choices", "schema": {"type": "array", "items": {"type": "string"}}}]},
    {"name": "tags", "by_hand": false, "across": "labels", "id": "labelId",
     "parent": {"field": "machineId", "collection": "machines"},
     "kinds": [{"kind": "TEXT", "value": "rack {int:1:9}"}, {"kind": "CHOICE", "value": ["a", "b"]}],
     "fields": [
      {"name": "labelId", "schema": {"type": "integer"}}, {"name": "kind", "schema": {"type": "string"}},
      {"name": "value", "schema": {"type": ["string", "null"]}},
      {"name": "machineId", "hidden": true, "schema": {"type": "integer"}}]}
  ],
  "served": [
    {"operation": "machines", "verb": "list", "collection": "machines", "scope": "places", "below": true,
     "paging": "none", "answer": "list", "status": 200, "around": {"totalItems": 1}, "filter": {"class": "class"}, "any": "All",
     "refuses": {"halls": {"status": 403, "message": "No halls."}}},
    {"operation": "notes.add", "verb": "create", "collection": "notes", "into": "machineIds", "paging": "none",
     "answer": "object", "status": 201, "rename": {"words": "text"}, "sets": {"at": "{now}"}, "like_example": true,
     "example": {"machineIds": [1], "noteId": 1, "message": "Added."},
     "body": [{"name": "machineIds", "required": true, "schema": {"type": "array"}}, {"name": "words", "schema": {"type": "string"}}]},
    {"operation": "notes.delete", "verb": "delete", "collection": "notes", "scope": "machines", "by": "noteIds",
     "unknown": "ignored", "paging": "none", "answer": "empty", "status": 204,
     "body": [{"name": "noteIds", "required": true, "schema": {"type": "array"}}]},
    {"operation": "tags.set", "verb": "update", "collection": "tags", "scope": "machines", "params": ["machineId", "labelId"],
     "paging": "none", "answer": "object", "status": 200, "like_example": true, "example": {"_warnings": []},
     "body": [{"name": "value", "schema": {"type": ["string", "null"]}}]},
    {"operation": "tags.put", "verb": "update", "collection": "tags", "scope": "machines", "items": "", "by": "labelId",
     "paging": "none", "answer": "list", "status": 200, "around": {"message": "Done."}, "data_is_list": true,
     "entries": [{"name": "labelId", "required": true, "schema": {"type": "integer"}}, {"name": "value", "schema": {"type": "string"}}]},
    {"operation": "passes.get", "verb": "get", "collection": "passes", "paging": "none", "answer": "object", "status": 200},
    {"operation": "passes.update", "verb": "update", "collection": "passes", "paging": "none", "answer": "empty", "status": 204,
     "body": [{"name": "cost", "schema": {"type": "number"}}]}
  ]
}"#;

fn table() -> &'static Table {
    Box::leak(Box::new(read(TABLE).unwrap()))
}

/// With more machines than any test needs to look at.
fn large() -> Store {
    let table = TABLE.replace("\"count\": 400", "\"count\": 100000");
    Store::seeded(Box::leak(Box::new(read(&table).unwrap())), &Options::default())
}

fn store() -> Store {
    Store::seeded(table(), &Options::default())
}

fn shown(store: &Store, name: &str, id: &str) -> Value {
    json!(store.view(name, id).unwrap().written(IdForm::String))
}

fn ids(store: &Store, name: &str, scope: (&str, &str)) -> Vec<String> {
    let views = store.views_in(name, &Scope { held_in: scope.0, id: scope.1 }, true);
    views.iter().map(|view| view.id().to_owned()).collect()
}

/// A state whose only data is the table's.
struct Sim(State);

impl Sim {
    fn new() -> Self {
        let state = State::seeded(table(), Options::default(), 1, Vec::new(), Vec::new(), Sabotage::None);
        Self(state)
    }

    /// The status and the body of an operation's response.
    fn ask(&mut self, operation: &str, target: &str, params: &[&str], body: &Value) -> (u16, Value) {
        let served: &'static Served =
            table().served.iter().find(|served| served.operation == operation).unwrap();
        let mut request = Request::for_tests("POST", target);
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request.body = Bytes::from(body.to_string());
        let params: Vec<_> = params.iter().map(ToString::to_string).collect();
        let call = Call { request: &request, params: &params, page_fault: None, url: "", number: 1 };
        let Answer { status, body, .. } = serve::serve(served, Service::NCentral, &mut self.0, &call);
        (status.as_u16(), serde_json::from_slice(&body).unwrap_or_default())
    }
}

#[test]
fn many_rows_are_made_when_they_are_read() {
    let store = large();
    let machines = store.collection("machines").unwrap();
    assert_eq!(machines.rows().count(), 100_000);
    assert!(machines.rows().all(|row| matches!(row.cells, Cells::Seeded(_))));
    let first = shown(&store, "machines", "1000");
    assert_eq!(
        (&first["name"], &first["placeId"], &first["hallId"]),
        (&json!("Server-001"), &json!("10"), &json!("10"))
    );
    assert_eq!((&first["bayName"], &first["host"]), (&Value::Null, &json!("Server-001.")));
    assert_eq!(shown(&store, "machines", "1001")["os"], Value::Null);
    assert_eq!(shown(&store, "machines", "54321"), shown(&store, "machines", "54321"));
    let classes = |wanted: &str| {
        (1000..2000).filter(|id| shown(&store, "machines", &id.to_string())["class"] == wanted).count()
    };
    assert!(classes("Printer") > 2 * classes("Server"), "a weight of three");
    assert!((1000..2000).all(|id| {
        let seen = shown(&store, "machines", &id.to_string());
        let seen = seen["seen"].as_str().unwrap();
        ("2025-12-29"..="2025-12-31").contains(&seen)
    }));
}

#[test]
fn a_scope_includes_what_lies_below_it() {
    let store = store();
    let all = |scope| ids(&store, "machines", scope).len();
    let (hall, other) = (all(("halls", "10")), all(("halls", "11")));
    let bays: usize = ["50", "52"].iter().map(|bay| all(("bays", bay))).sum();
    assert_eq!((hall + other, all(("", "1"))), (400, 400));
    assert_eq!(store.views_under("machines", "10").len() + bays, hall);
    let places: Vec<_> =
        store.views("places").iter().map(|view| json!(view.written(IdForm::String))).collect();
    assert_eq!(places[0], json!({"placeId": "10", "placeName": "North", "above": "1", "kind": "HALL"}));
    assert_eq!(places[2], json!({"placeId": "50", "placeName": "A", "above": "10"}));
    assert_eq!(shown(&store, "halls", "10")["size"], 2, "machines are not counted");
    // A machine with the id of a hall does not stand above the hall's bays.
    let given = [json!({"machineId": 11, "placeId": "10"})];
    let store = store.loaded(&load::Lists::from([("machines", &given[..])]), 7).unwrap();
    assert_eq!(ids(&store, "machines", ("halls", "10")), ["11"]);
    assert!(ids(&store, "machines", ("halls", "11")).is_empty());
}

#[test]
fn rows_belong_to_their_parents_and_are_stored_when_they_change() {
    let mut store = store();
    let notes = |store: &Store, machine: &str| -> Vec<String> {
        store.views_under("notes", machine).iter().map(|view| view.id().to_owned()).collect()
    };
    assert_eq!(notes(&store, "1000"), ["1", "2", "3"]);
    let first = json!({"noteId": 1, "machineId": 1000, "text": "Fan replaced", "at": "2025-01-01"});
    assert_eq!(shown(&store, "notes", "1"), first);
    for machine in 1001..1100 {
        for id in notes(&store, &machine.to_string()) {
            assert_eq!(shown(&store, "notes", &id)["machineId"], machine, "an id tells its parent");
        }
    }
    let last: usize = notes(&store, "1399").last().map_or(0, |id| id.parse().unwrap());
    let id =
        store.create("notes", Some("1000"), &Map::from_iter([("text".to_owned(), "New".into())])).unwrap();
    assert!(id.parse::<usize>().unwrap() > last.max(1_200), "ids of other rows are not used");
    assert_eq!(notes(&store, "1000").len(), 4);
    store.change("notes", ("1000", "2"), &Map::from_iter([("text".to_owned(), "Changed".into())]));
    store.remove("notes", ("1000", "1"));
    assert_eq!((notes(&store, "1000").len(), &shown(&store, "notes", "2")["text"]), (3, &json!("Changed")));
    assert!(store.view("notes", "1").is_none());
    let second = notes(&store, "1001");
    store.remove("machines", ("10", "1000"));
    assert!(notes(&store, "1000").is_empty() && store.view("notes", "2").is_none());
    assert_eq!(notes(&store, "1001"), second, "numbers stay");
    let machine = store.create("machines", Some("10"), &Map::new()).unwrap();
    assert!(notes(&store, &machine).is_empty());
    assert_eq!(store.views_under("tags", &machine).len(), 2, "every machine has these");
}

#[test]
fn ids_leave_room_for_something_else() {
    let text = TABLE.replace(r#""id": "noteId", "first": 1,"#, r#""id": "noteId", "first": 1, "step": 2,"#);
    let mut store = Store::seeded(Box::leak(Box::new(read(&text).unwrap())), &Options::default());
    let notes =
        |store: &Store| store.views("notes").iter().map(|note| note.id().to_owned()).collect::<Vec<_>>();
    assert_eq!(notes(&store)[..3], ["1", "3", "5"]);
    for id in notes(&store) {
        assert_eq!(shown(&store, "notes", &id)["noteId"].to_string(), id);
        let between = id.parse::<u64>().unwrap() + 1;
        assert!(store.view("notes", &between.to_string()).is_none());
    }
    let added =
        |store: &mut Store| store.create("notes", Some("1000"), &Map::new()).unwrap().parse::<u64>().unwrap();
    let (first, second) = (added(&mut store), added(&mut store));
    assert_eq!((first % 2, second), (1, first + 2));
    let given = [json!({"noteId": 6, "machineId": 1000})];
    let mut store = store.loaded(&load::Lists::from([("notes", &given[..])]), 7).unwrap();
    assert!(added(&mut store) > 7);
}

#[test]
fn parents_with_one_of_several_values_have_none() {
    let text = TABLE.replace(r#"{"class": "Printer"},"#, r#"{"class": ["Printer", "Server"]},"#);
    let store = Store::seeded(Box::leak(Box::new(read(&text).unwrap())), &Options::default());
    assert!(store.view("passes", "1000").is_none() && store.view("passes", "1001").is_none());
}

#[test]
fn every_parent_has_one_or_one_of_each() {
    let mut sim = Sim::new();
    let (status, before) = sim.ask("passes.get", "/x", &["1000"], &Value::Null);
    assert_eq!((status, &before), (200, &json!({"key": "k", "cost": null})));
    assert_eq!(sim.ask("passes.update", "/x", &["1000"], &json!({"cost": 5.5})), (204, Value::Null));
    assert_eq!(sim.ask("passes.get", "/x", &["1000"], &Value::Null).1, json!({"key": "k", "cost": 5.5}));
    assert_eq!(sim.ask("passes.get", "/x", &["1001"], &Value::Null).0, 404, "a printer");
    assert!(
        sim.ask("passes.get", "/x", &["9"], &Value::Null).1["message"]
            .as_str()
            .unwrap()
            .contains("Machine not found")
    );
    let tags = |sim: &Sim| -> Vec<Value> {
        sim.0
            .store
            .views_under("tags", "1005")
            .iter()
            .map(|view| json!(view.written(IdForm::String)))
            .collect()
    };
    let seeded = tags(&sim);
    assert!(seeded[0]["value"].as_str().unwrap().starts_with("rack "));
    assert!(["a", "b"].contains(&seeded[1]["value"].as_str().unwrap()));
    let set = sim.ask("tags.set", "/x", &["1005", "8"], &json!({"value": "c"}));
    assert_eq!((set, tags(&sim)[1]["value"].clone()), ((200, json!({"_warnings": []})), json!("c")));
    assert_eq!(tags(&sim)[0], seeded[0]);
    assert_eq!(sim.ask("tags.set", "/x", &["1005", "9"], &json!({"value": "c"})).0, 404);
    let (status, list) = sim.ask("tags.put", "/x", &["1005"], &json!([{"labelId": 7, "value": "d"}]));
    assert_eq!((status, &list["message"], &list["data"][0]["value"]), (200, &json!("Done."), &json!("d")));
    assert_eq!(sim.ask("tags.put", "/x", &["1005"], &json!([{"value": "d"}])).0, 400);
}

#[test]
fn ids_of_a_body_name_parents_and_rows() {
    let mut sim = Sim::new();
    let body = json!({"machineIds": [1001, "1002"], "words": "Checked"});
    let (status, reply) = sim.ask("notes.add", "/x", &[], &body);
    assert_eq!(
        (status, &reply["machineIds"], &reply["message"]),
        (201, &body["machineIds"], &json!("Added."))
    );
    let last = sim.0.store.views_under("notes", "1002").pop().unwrap();
    assert_eq!(
        (last.value("text"), last.value("at")),
        (Some(json!("Checked")), Some(json!("2026-01-01T00:00:00Z")))
    );
    assert_eq!(sim.ask("notes.add", "/x", &[], &json!({"machineIds": [1001, 5]})).0, 404);
    let before = sim.0.store.views_under("notes", "1000").len();
    let ids = json!({"noteIds": [1, 2, 777]});
    assert_eq!(sim.ask("notes.delete", "/x", &["1000"], &ids).0, StatusCode::NO_CONTENT.as_u16());
    assert_eq!(sim.0.store.views_under("notes", "1000").len(), before - 2);
}

#[test]
fn lists_are_filtered_and_refused() {
    let mut sim = Sim::new();
    let mut count =
        |target: &str| sim.ask("machines", target, &["50"], &Value::Null).1["totalItems"].as_u64().unwrap();
    let all = count("/x");
    assert_eq!(count("/x?class=Server") + count("/x?class=Printer"), all);
    assert_eq!((count("/x?class=All"), count("/x?class=Robot")), (all, 0));
    let (status, reply) = sim.ask("machines", "/x", &["10"], &Value::Null);
    assert_eq!(status, 403);
    assert!(reply["message"].as_str().unwrap().ends_with("No halls."));
}

#[test]
fn loaded_rows_get_values_that_fit_the_given_ones() {
    let store = store();
    let machines = [json!({"class": "Printer"}), json!({"class": "Server", "machineId": 5, "placeId": 51})];
    let passes = [json!({"machineId": 5, "key": "mine"})];
    let tags = [json!({"machineId": 5, "labelId": 8, "value": "b"})];
    let lists = [("machines", &machines[..]), ("passes", &passes[..]), ("tags", &tags[..])];
    let store = store.loaded(&load::Lists::from(lists), 7).unwrap();
    assert_eq!(shown(&store, "machines", "1000")["os"], Value::Null);
    assert!(["linux", "bsd"].contains(&shown(&store, "machines", "5")["os"].as_str().unwrap()));
    assert_eq!((&shown(&store, "passes", "5")["key"], store.views("notes").len()), (&json!("mine"), 0));
    assert_eq!(
        (store.views("tags").len(), store.view_under("tags", "5", "8").unwrap().value("value")),
        (4, Some(json!("b")))
    );
    for (name, row, words) in [
        ("notes", json!({"machineId": 6}), "notes[0].machineId: there is no machine 6"),
        ("tags", json!({"machineId": 5, "labelId": 9}), "tags[0].labelId: there is no tag 9"),
        (
            "passes",
            json!({"machineId": 5, "hallId": 1}),
            "passes[0].hallId: unknown field; known are cost, key, machineId",
        ),
    ] {
        let rows = [row];
        let error = store.loaded(&load::Lists::from([(name, &rows[..])]), 7).unwrap_err();
        assert_eq!(error, words);
    }
}

//! N-central's data: devices below the organization units, and what belongs to them.

use serde_json::{Value, json};

use crate::wire::{Client, simulator};

const DEVICE: &str = "/api/devices/987654321";

fn rows(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).expect(200).json()["data"].as_array().unwrap().clone()
}

#[test]
fn devices_stand_below_the_units_that_list_them() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let all = rows(&client, "/api/devices");
    assert_eq!(all.len(), 30);
    for unit in rows(&client, "/api/org-units") {
        let below = rows(&client, &format!("/api/org-units/{}/devices", unit["orgUnitId"].as_str().unwrap()));
        let of = match unit["orgUnitType"].as_str().unwrap() {
            "SO" => ("soId", "soName"),
            "CUSTOMER" => ("customerId", "customerName"),
            _ => ("siteId", "siteName"),
        };
        let wanted: Vec<_> = all.iter().filter(|device| device[of.0] == unit["orgUnitId"]).cloned().collect();
        assert_eq!(below, wanted, "{unit}");
        assert!(below.iter().all(|device| device[of.1] == unit["orgUnitName"]));
    }
    assert_eq!(rows(&client, "/api/org-units/1/devices").len(), 30);
    let children = rows(&client, "/api/org-units/1/children");
    assert_eq!(children.len(), 3);
    assert_eq!(rows(&client, "/api/org-units/50/children").len(), 4);
    let first = client.get(DEVICE).expect(200).json();
    assert_eq!(first["data"], all[0]);
    assert_eq!(client.get("/api/org-units/100").expect(200).json()["orgUnitName"], all[0]["customerName"]);
}

#[test]
fn a_hundred_thousand_devices_are_paged_and_filtered() {
    let sim = simulator(json!({"devices": 100_000, "customers": 200, "sites": 300}));
    let client = Client::ncentral(&sim);
    let last = client.get("/api/devices?pageSize=1000&pageNumber=100").expect(200).json();
    assert_eq!((&last["totalItems"], last["data"].as_array().unwrap().len()), (&json!(100_000), 1000));
    let id = last["data"][999]["deviceId"].as_str().unwrap();
    let device = client.get(&format!("/api/devices/{id}")).expect(200).json();
    assert_eq!(device["data"], last["data"][999]);
    assert_eq!(rows(&client, &format!("/api/devices/{id}/custom-properties")).len(), 5);
    let unit = device["data"]["orgUnitId"].as_str().unwrap();
    assert!(rows(&client, &format!("/api/org-units/{unit}/devices?pageSize=1000")).contains(&device["data"]));
}

#[test]
fn custom_properties_are_computed_until_they_are_set() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let path = format!("{DEVICE}/custom-properties");
    let before = rows(&client, &path);
    let kinds: Vec<_> = before.iter().map(|row| row["propertyType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["TEXT", "DATE", "ENUMERATED", "HTML_LINK", "PASSWORD"]);
    let date = before[1]["value"].as_str().unwrap();
    assert!(date.parse::<u64>().unwrap() > 1_767_225_600_000, "milliseconds");
    let one = format!("{path}/{}", before[0]["propertyId"].as_str().unwrap());
    let set = client.send("PUT", &one, &json!({"value": "Cellar"})).expect(200).json();
    assert!(set["_warnings"].is_array());
    let after = rows(&client, &path);
    assert_eq!((&after[0]["value"], &after[1..]), (&json!("Cellar"), &before[1..]));
    assert_eq!(client.get(&one).expect(200).json(), after[0]);
    client.get(&format!("{path}/5")).expect(404);
    let other = rows(&client, "/api/devices/987654322/custom-properties");
    assert_ne!(other[4]["value"], before[4]["value"]);
    let state = sim.state();
    let stored = state["device_properties"].as_array().unwrap();
    assert!(stored.iter().any(|row| row["deviceId"] == "987654321" && row["value"] == "Cellar"));
    assert!(rows(&client, "/api/org-units/100/custom-properties").len() == 5);
}

#[test]
fn notes_and_windows_are_added_changed_and_deleted() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let notes = format!("{DEVICE}/notes");
    let before = rows(&client, &notes);
    let added = client.post(&notes, &json!({"userId": 17, "note": "Checked"})).expect(201).json();
    assert_eq!(added, json!({"deviceId": 987_654_321, "message": "The note was added."}));
    let after = rows(&client, &notes);
    let note = after.last().unwrap();
    assert_eq!(
        (after.len(), &note["note"], &note["userId"]),
        (before.len() + 1, &json!("Checked"), &json!("17"))
    );
    assert_eq!(note["email"], client.get("/api/users/me").expect(200).json()["data"]["email"]);
    let both = json!({"deviceIds": [987_654_321, 987_654_322], "userId": 17, "note": "Both"});
    client.post("/api/devices/notes", &both).expect(201);
    client.post("/api/devices/notes", &json!({"deviceIds": [5], "userId": 17, "note": "x"})).expect(404);
    assert_eq!(rows(&client, "/api/devices/987654322/notes").last().unwrap()["note"], "Both");
    let id = note["deviceNoteId"].as_str().unwrap();
    let changed = client.send("PUT", &format!("{notes}/{id}"), &json!({"note": "Again"})).expect(200).json();
    assert_eq!(changed["data"], json!({"noteId": id.parse::<u64>().unwrap(), "deviceId": 987_654_321}));
    client.call("DELETE", &format!("{notes}/{id}"), &[], "").expect(204);
    client.call("DELETE", &format!("{notes}/{id}"), &[], "").expect(204);
    let windows = format!("{DEVICE}/maintenance-windows");
    let window = json!({"name": "Night", "type": "action", "cron": "0 0 3 ? * SUN *", "duration": 60, "enabled": true,
        "applicableAction": [{"type": "Patch", "actions": [{"Key": "reboot", "Value": null}]}]});
    let count = rows(&client, &windows).len();
    let body = json!({"deviceIDs": [987_654_321, 987_654_322], "maintenanceWindows": [window]});
    assert_eq!(
        client.post("/api/devices/maintenance-windows", &body).expect(201).json(),
        json!({"success": true})
    );
    let listed = rows(&client, &windows);
    assert_eq!((listed.len(), &listed[count]["name"]), (count + 1, &json!("Night")));
    let of_a_rule = listed.iter().find(|row| !row["ruleID"].is_null()).unwrap();
    let delete = |id: &Value| {
        let ids = json!({"scheduleIds": [id.as_str().unwrap().parse::<u64>().unwrap()]});
        client.send("DELETE", "/api/devices/maintenance-windows", &ids)
    };
    delete(&of_a_rule["scheduleID"]).expect(400);
    delete(&listed[count]["scheduleID"]).expect(200);
    assert_eq!(rows(&client, &windows).len(), count);
}

#[test]
fn lifecycles_limits_and_mappings_change() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let path = format!("{DEVICE}/assets/lifecycle-info");
    let before = client.get(&path).expect(200).json();
    client.send("PATCH", &path, &json!({"location": "Cellar"})).expect(204);
    let after = client.get(&path).expect(200).json();
    assert_eq!((&after["location"], &after["purchaseDate"]), (&json!("Cellar"), &before["purchaseDate"]));
    let limits = [json!({"limitName": "MaxUsers", "value": 7})];
    let changed = client.send("PATCH", "/api/org-units/100/limits", &json!(limits)).expect(200).json();
    assert_eq!(changed["data"], json!([{"limitName": "MaxUsers", "value": 7, "maxValue": 300}]));
    assert_eq!(rows(&client, "/api/org-units/100/limits").len(), 3);
    sim.control("options", &json!({"list_envelope": "array"})).unwrap();
    assert_eq!(client.get("/api/org-units/1/limits").expect(200).json()["data"], json!([]));
    let mapping =
        [json!({"customerId": 100, "psaCompanyId": 101_113, "psaSiteId": null, "psaContactId": null})];
    client.send("PUT", "/api/standard-psa/customer/100/mappings", &json!(mapping)).expect(200);
    let mapped = client.get("/api/standard-psa/customer/100/mappings").expect(200).json();
    let mapped = if mapped.is_array() { mapped[0].clone() } else { mapped };
    assert_eq!(mapped["psaSiteId"], Value::Null);
    client.get("/api/standard-psa/customers/100/companies/5/contacts").expect(401);
    sim.control("options", &json!({"standard_psa": false})).unwrap();
    client.get("/api/standard-psa/customers/100/companies").expect(500);
}

#[test]
fn service_organizations_are_refused_where_the_vendor_does() {
    let sim = simulator(json!({"denied": ["ncentral.devices.list_notes", "ncentral.user_roles"]}));
    let client = Client::ncentral(&sim);
    for unit in ["1", "50"] {
        client.get(&format!("/api/org-units/{unit}/active-issues")).expect(400);
        client.get(&format!("/api/org-units/{unit}/registration-token")).expect(403);
    }
    for issue in rows(&client, "/api/org-units/100/active-issues") {
        let device =
            client.get(&format!("/api/devices/{}", issue["deviceId"].as_str().unwrap())).expect(200).json();
        assert_eq!(issue["_extra"]["deviceName"], device["data"]["longName"]);
    }
    let token = |path: &str| client.get(path).expect(200).json()["data"]["registrationToken"].clone();
    assert_eq!(
        token("/api/org-units/100/registration-token"),
        token("/api/customers/100/registration-token")
    );
    client.get(&format!("{DEVICE}/notes")).expect(401);
    client.get("/api/org-units/50/user-roles").expect(403);
    client.get(&format!("{DEVICE}/assets")).expect(200);
    let probe = sim.state()["devices"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["isProbe"] == true)
        .cloned()
        .unwrap();
    client.get(&format!("/api/devices/{}/assets", probe["deviceId"].as_str().unwrap())).expect(404);
}

#[test]
fn bodies_and_paths_are_judged_as_the_document_says() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    let note = |devices: Value| json!({"deviceIds": devices, "userId": 17.0, "note": "Replaced the disk."});
    let refused = client.post("/api/devices/notes", &note(json!([]))).expect(400).json();
    assert_eq!(refused["errors"][0]["message"], "deviceIds must be a list of at least 1");
    // A number without a fraction is an integer, however it is written.
    client.post("/api/devices/notes", &note(json!([987_654_321.0]))).expect(201);
    let notes = rows(&client, &format!("{DEVICE}/notes"));
    assert!(
        notes.iter().any(|row| row["note"] == "Replaced the disk." && row["deviceId"] == "987654321"),
        "{notes:?}"
    );
    // Texts match their patterns.
    let lifecycle = format!("{DEVICE}/assets/lifecycle-info");
    for (date, status) in [("2027-12-31", 204), ("2027-12-31 12:00:00", 204), ("", 204), ("soon", 400)] {
        client.send("PATCH", &lifecycle, &json!({"purchaseDate": date})).expect(status);
    }
    // Objects in a list are complete, even if their schema has several parts.
    let window = json!({"maintenanceWindows": [{"scheduleId": 2, "name": "Night"}]});
    let refused = client.send("PUT", "/api/devices/maintenance-windows", &window).expect(400).json();
    let message = refused["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("maintenanceWindows must be a list whose items are an object with"),
        "{message}"
    );
    // Ids that lead to the object are looked up as well.
    client.get("/api/standard-psa/customers/100/companies/101112/contacts").expect(200);
    client.get("/api/standard-psa/customers/999/companies/101112/contacts").expect(404);
    client.get("/api/standard-psa/customers/no-number/companies/101112/contacts").expect(400);
}

#[test]
fn queries_are_judged_as_the_document_says() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    for (target, field) in [
        ("/api/customers/100/software/installers?softwareType=Nothing", "softwareType"),
        ("/api/device-filters?viewScope=null", "viewScope"),
        ("/api/device-filters?viewScope=ALL&viewScope=ALL", "viewScope"),
        ("/api/devices?filterId=x", "filterId"),
        ("/api/devices?filterId=75&filterId=76", "filterId"),
        ("/api/org-units/100/users?sortBy=shoe", "sortBy"),
        ("/api/customers?pageSize=5&pageSize=6", "pageSize"),
    ] {
        let refused = client.get(target).expect(400).json();
        assert_eq!(refused["errors"][0]["field"], field, "{target}");
    }
    let refused = client.call("DELETE", &format!("{DEVICE}?removeAgents=text"), &[], "").expect(400).json();
    assert_eq!(refused["errors"][0]["message"], "removeAgents must be a boolean");
    client.get("/api/devices?filterId=75&sortBy=shoe&unknown=1&unknown=2").expect(200);
    client.get("/api/org-units/100/users?sortBy=lastName").expect(200);
    client.call("DELETE", &format!("{DEVICE}?removeAgents=true"), &[], "").expect(204);
}

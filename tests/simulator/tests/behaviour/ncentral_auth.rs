//! N-central: sessions and their end.

use std::time::Duration;

use serde_json::json;

use crate::wire::{Client, simulator};

const TEXT: (&str, &str) = ("content-type", "text/plain");

#[test]
fn a_call_without_a_token_is_refused() {
    let sim = simulator(json!({}));
    let reply = Client::anonymous(&sim).get("/api/customers").expect(401).json();
    let message = reply["message"].as_str().unwrap();
    assert!(message.starts_with("[ID=") && message.contains("Missing authorization header"), "{message}");
    assert_eq!(reply["status"], 401);
}

#[test]
fn the_user_token_is_for_authenticate_only() {
    let sim = simulator(json!({}));
    let user = Client::bearer(&sim, &sim.credentials().ncentral_jwt);
    user.get("/api/customers").expect(401);
    let tokens = user.call("POST", "/api/auth/authenticate", &[], "").expect(200).json();
    assert_eq!(tokens["tokens"]["access"]["type"], "Bearer");
    assert_eq!(tokens["tokens"]["access"]["expirySeconds"], 3600);
    assert_eq!(tokens["tokens"]["refresh"]["type"], "Body");
    assert_eq!(tokens["tokens"]["refresh"]["expirySeconds"], 90_000);
    let access = Client::bearer(&sim, tokens["tokens"]["access"]["token"].as_str().unwrap());
    access.get("/api/customers").expect(200);
    access.call("POST", "/api/auth/authenticate", &[], "").expect(401);
    assert_eq!(
        access.get("/api/auth/validate").expect(200).json(),
        json!({"message": "The token is valid."})
    );
}

#[test]
fn the_lifetime_of_tokens_may_be_omitted_and_shortened() {
    let sim = simulator(json!({"send_expiry": false}));
    let user = Client::bearer(&sim, &sim.credentials().ncentral_jwt);
    let shorter = [("X-ACCESS-EXPIRY-OVERRIDE", "30s"), ("X-REFRESH-EXPIRY-OVERRIDE", "99h")];
    let tokens = user.call("POST", "/api/auth/authenticate", &shorter, "").expect(200).json();
    assert!(tokens["tokens"]["access"].get("expirySeconds").is_none());
    let access = Client::bearer(&sim, tokens["tokens"]["access"]["token"].as_str().unwrap());
    access.get("/api/auth/validate").expect(200);
    sim.advance(Duration::from_secs(30));
    access.get("/api/auth/validate").expect(401);
    user.call("POST", "/api/auth/authenticate", &[("X-ACCESS-EXPIRY-OVERRIDE", "soon")], "").expect(400);
}

#[test]
fn a_token_expires_by_the_clock() {
    let sim = simulator(json!({"access_seconds": 60}));
    let client = Client::ncentral(&sim);
    sim.advance(Duration::from_secs(59));
    client.get("/api/server-info").expect(200);
    sim.advance(Duration::from_secs(1));
    client.get("/api/server-info").expect(401);
}

#[test]
fn a_refresh_accepts_the_raw_token_only() {
    let sim = simulator(json!({}));
    let user = Client::bearer(&sim, &sim.credentials().ncentral_jwt);
    let tokens = user.call("POST", "/api/auth/authenticate", &[], "").json();
    let refresh = tokens["tokens"]["refresh"]["token"].as_str().unwrap();
    let anonymous = Client::anonymous(&sim);
    let path = "/api/auth/refresh";
    anonymous.post(path, &json!(refresh)).expect(415);
    anonymous.call("POST", path, &[], refresh).expect(415);
    user.call("POST", path, &[TEXT], refresh).expect(400);
    anonymous.call("POST", path, &[TEXT], "").expect(400);
    anonymous.call("POST", path, &[TEXT], "wrong").expect(401);
    let renewed = anonymous.call("POST", path, &[TEXT], refresh).expect(200).json();
    assert_ne!(renewed["tokens"]["access"]["token"], tokens["tokens"]["access"]["token"]);
    assert_ne!(renewed["tokens"]["refresh"]["token"], refresh);
    anonymous.call("POST", path, &[TEXT], refresh).expect(401);
    let access = Client::bearer(&sim, renewed["tokens"]["access"]["token"].as_str().unwrap());
    access.get("/api/auth/validate").expect(200);
}

#[test]
fn logout_ends_both_tokens_without_a_body() {
    let sim = simulator(json!({}));
    let user = Client::bearer(&sim, &sim.credentials().ncentral_jwt);
    let tokens = user.call("POST", "/api/auth/authenticate", &[], "").json();
    let access = Client::bearer(&sim, tokens["tokens"]["access"]["token"].as_str().unwrap());
    access.call("POST", "/api/auth/logout", &[], "").expect_empty(200);
    access.get("/api/auth/validate").expect(401);
    let refresh = tokens["tokens"]["refresh"]["token"].as_str().unwrap();
    Client::anonymous(&sim).call("POST", "/api/auth/refresh", &[TEXT], refresh).expect(401);
}

#[test]
fn an_expired_password_lets_only_authenticate_through() {
    let sim = simulator(json!({"password_expired": true}));
    let client = Client::ncentral(&sim);
    for path in ["/api/customers", "/api/server-info", "/api/auth/validate", "/api/health", "/api/custom-psa"]
    {
        let reply = client.get(path).expect(500).json();
        assert!(reply["message"].as_str().unwrap().contains("INTERNAL SERVER ERROR"));
    }
}

#[test]
fn a_reset_kills_all_tokens() {
    let sim = simulator(json!({}));
    let client = Client::ncentral(&sim);
    sim.reset(mspkit_sim::Options::default());
    client.get("/api/server-info").expect(401);
}

#[test]
fn health_needs_no_token() {
    let sim = simulator(json!({}));
    let reply = Client::anonymous(&sim).get("/api/health").expect(200).json();
    assert!(reply["currentTime"].is_string());
}

#[test]
fn the_token_of_a_single_sign_on_is_exchanged() {
    let sim = simulator(json!({}));
    let provider = Client::bearer(&sim, "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5AbXNwLmV4YW1wbGUifQ.c2ln");
    provider.get("/api/customers").expect(401);
    let shorter = [("X-ACCESS-EXPIRY-OVERRIDE", "30s")];
    let tokens = provider.call("POST", "/api/auth/sso", &shorter, "").expect(200).json()["tokens"].clone();
    assert_eq!(
        (&tokens["access"]["expirySeconds"], &tokens["refresh"]["type"]),
        (&json!(30), &json!("Body"))
    );
    let access = Client::bearer(&sim, tokens["access"]["token"].as_str().unwrap());
    access.get("/api/customers").expect(200);
    // N-central's own tokens are not those of a provider.
    access.call("POST", "/api/auth/sso", &[], "").expect(401);
    Client::bearer(&sim, &sim.credentials().ncentral_jwt).call("POST", "/api/auth/sso", &[], "").expect(401);
    Client::anonymous(&sim).call("POST", "/api/auth/sso", &[], "").expect(401);
    sim.advance(Duration::from_secs(30));
    access.get("/api/customers").expect(401);
    let refresh = tokens["refresh"]["token"].as_str().unwrap();
    let renewed =
        Client::anonymous(&sim).call("POST", "/api/auth/refresh", &[TEXT], refresh).expect(200).json();
    let renewed = Client::bearer(&sim, renewed["tokens"]["access"]["token"].as_str().unwrap());
    renewed.get("/api/customers").expect(200);
    renewed.call("POST", "/api/auth/logout", &[], "").expect(200);
    renewed.get("/api/customers").expect(401);
}

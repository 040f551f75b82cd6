//! Whether what was said becomes what it means.

use super::*;
use crate::error::ErrorKind;

fn no_env(_: &str) -> Option<String> {
    None
}

fn ncentral(base: &str) -> Result<Plan> {
    let config = Config { base_url: Some(base.into()), jwt: Some("j.w.t".into()), ..Config::default() };
    config.resolve(Service::NCentral, no_env)
}

#[test]
fn https_is_required_but_for_this_machine() {
    for good in ["https://n.example", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:2"] {
        assert!(ncentral(good).is_ok(), "{good}");
    }
    for bad in
        ["http://n.example", "ftp://n.example", "n.example", "https://u:p@n.example", "https://n.example?x=1"]
    {
        let error = ncentral(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{bad}");
        assert!(error.to_string().starts_with("base_url: "), "{error}");
        assert!(!error.to_string().contains("u:p"), "{error}");
    }
    let config = Config {
        base_url: Some("http://n.example".into()),
        jwt: Some("j".into()),
        allow_http: Some(true),
        ..Config::default()
    };
    assert!(config.resolve(Service::NCentral, no_env).is_ok());
}

#[test]
fn a_documented_api_suffix_is_not_doubled() {
    assert_eq!(ncentral("https://n.example/api/").unwrap().base.as_str(), "https://n.example/");
    assert_eq!(ncentral("https://n.example/proxy").unwrap().base.path(), "/proxy");
}

#[test]
fn arguments_go_before_the_environment() {
    let env = |name: &str| match name {
        "NCENTRAL_URL" => Some("https://env.example".to_owned()),
        "NCENTRAL_JWT" => Some("from-env".to_owned()),
        _ => None,
    };
    let plan = Config::default().resolve(Service::NCentral, env).unwrap();
    assert_eq!(plan.base.host_str(), Some("env.example"));
    let said = Config { base_url: Some("https://said.example".into()), ..Config::default() };
    assert_eq!(said.resolve(Service::NCentral, env).unwrap().base.host_str(), Some("said.example"));
}

#[test]
fn what_is_missing_is_named_with_its_variable() {
    let error = Config::default().resolve(Service::Wiv, no_env).unwrap_err().to_string();
    assert!(error.contains("api_key") && error.contains("WIV_API_KEY"), "{error}");
}

#[test]
fn json_options_are_checked_without_being_quoted() {
    let error = Config::from_json(br#"{"jwt":["planted-secret"]}"#).unwrap_err().to_string();
    assert!(error.contains("jwt") && !error.contains("planted"), "{error}");
    let error = Config::from_json(br#"{"tiemout":1}"#).unwrap_err().to_string();
    assert!(error.contains("tiemout"), "{error}");
    assert!(Config::from_json(br#"{"timeout":-1}"#).is_err());
    assert!(Config::from_json(b"[]").is_err());
    assert_eq!(Config::from_json(br#"{"timeout":1.5}"#).unwrap().timeout, Some(Duration::from_millis(1500)));
}

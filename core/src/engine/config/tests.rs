//! Tests of the configuration.

use super::*;
use crate::base::error::ErrorKind;

fn no_env(_: &str) -> Option<String> {
    None
}

fn ncentral(base: &str) -> Result<ResolvedConfig> {
    let config = Config { base_url: Some(base.into()), jwt: Some("j.w.t".into()), ..Config::default() };
    config.resolve(Service::NCentral, no_env)
}

#[test]
fn https_is_required_except_for_this_machine() {
    for good in ["https://n.example", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:2"] {
        assert!(ncentral(good).is_ok(), "{good}");
    }
    for bad in [
        "http://n.example",
        "ftp://n.example",
        "n.example",
        "https://u:p@n.example",
        "https://n.example?x=1",
        "https://n.example\\@other.example",
        "https:\\\\n.example",
    ] {
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
fn arguments_take_precedence_over_the_environment() {
    let env = |name: &str| match name {
        "NCENTRAL_URL" => Some("https://env.example".to_owned()),
        "NCENTRAL_JWT" => Some("from-env".to_owned()),
        _ => None,
    };
    let resolved = Config::default().resolve(Service::NCentral, env).unwrap();
    assert_eq!(resolved.base.host_str(), Some("env.example"));
    let config = Config { base_url: Some("https://said.example".into()), ..Config::default() };
    assert_eq!(config.resolve(Service::NCentral, env).unwrap().base.host_str(), Some("said.example"));
}

#[test]
fn a_missing_option_is_named_with_its_variable() {
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

#[test]
fn every_option_of_the_table_is_in_the_struct() {
    for row in options::CLIENT {
        let taken = [r#""text""#, "true", "2", r#""basic""#]
            .into_iter()
            .find_map(|value| Config::from_json(format!("{{\"{}\":{value}}}", row.name).as_bytes()).ok());
        assert_eq!(taken.unwrap().given().collect::<Vec<_>>(), [row.name]);
    }
}

#[test]
fn errors_are_spelled_for_their_language() {
    let error_text = |json: &str, spelling, service| {
        let error = Config::from_json_in(json.as_bytes(), spelling, service).unwrap_err();
        (error.to_string(), error.argument_name().unwrap_or_default().to_owned())
    };
    let cases = [
        (r#"{"timeout":0}"#, "timeout: must be a number of milliseconds more than 0; given: 0", "timeout"),
        (
            r#"{"attemptTimeout":"5"}"#,
            "attemptTimeout: must be a number of milliseconds more than 0; given: a text",
            "attemptTimeout",
        ),
        (r#"{"maxRetries":-1}"#, "maxRetries: must be a whole number, 0 or more; given: -1", "maxRetries"),
        (r#"{"maxRetries":1.5}"#, "maxRetries: must be a whole number, 0 or more; given: 1.5", "maxRetries"),
        (
            r#"{"timeout":1e400}"#,
            "timeout: must be a number of milliseconds more than 0; given: 1e400",
            "timeout",
        ),
        (r#"{"verify":"no"}"#, "verify: must be true or false; given: a text", "verify"),
        (r#"{"baseUrl":"x"}"#, "baseUrl: is not an option; did you mean baseURL?", "baseUrl"),
        (r#"{"base_url":"x"}"#, "base_url: is not an option; did you mean baseURL?", "base_url"),
        (r#"{"jwt":{"a":1}}"#, "jwt: must be text; given: an object", "jwt"),
        (
            r#"{"apiKey":"k"}"#,
            "apiKey: is an option of Wiv clients, and this is one of N-central; given: a value",
            "apiKey",
        ),
    ];
    for (json, text, argument) in cases {
        assert_eq!(
            error_text(json, Spelling::Camel, Some(Service::NCentral)),
            (text.to_owned(), argument.to_owned())
        );
    }
    let (text, _) = error_text(r#"{"colour":1}"#, Spelling::Snake, Some(Service::Wiv));
    assert!(text.contains("there are base_url, api_key, timeout") && !text.contains("jwt"), "{text}");
    let (text, _) = error_text(r#"{"timeout":-1}"#, Spelling::Snake, None);
    assert_eq!(text, "timeout: must be a number of seconds more than 0; given: -1");
}

#[test]
fn options_of_another_service_are_refused_in_a_struct_as_well() {
    let config = Config { api_key: Some("k".into()), jwt: Some("j".into()), ..Config::default() };
    let error = config.resolve(Service::NCentral, no_env).unwrap_err();
    assert_eq!(error.argument_name(), Some("api_key"), "{error}");
}

#[test]
fn times_have_the_unit_of_their_language_and_a_maximum() {
    let timeout =
        |json: &str, spelling| Config::from_json_in(json.as_bytes(), spelling, None).unwrap().timeout;
    assert_eq!(timeout(r#"{"timeout":1500}"#, Spelling::Camel), Some(Duration::from_millis(1500)));
    assert_eq!(timeout(r#"{"timeout":1e300}"#, Spelling::Snake), Some(LONGEST));
    let many = Config::from_json(br#"{"max_retries":99999999999999999999999,"max_body_bytes":5e9}"#).unwrap();
    assert_eq!((many.max_retries, many.max_body_bytes), (Some(i32::MAX as u32), Some(5_000_000_000)));
}

#[test]
fn a_stored_address_is_refused_if_the_credentials_are_for_another_server() {
    let env = |url: &'static str| move |_: &str| Some(url.to_owned());
    let check = |kept: &str, url| Config::check_kept(Service::NCentral, kept, env(url));
    assert!(check("https://a.example", "https://a.example/").is_ok());
    assert!(check("https://a.example", "https://A.example:443/api").is_ok());
    assert!(Config::check_kept(Service::NCentral, "https://a.example", no_env).is_ok());
    for other in ["https://b.example", "https://a.example:8443", "http://a.example", "https://a.example/two"]
    {
        let error = check("https://a.example", other).unwrap_err().to_string();
        assert!(
            error.contains("base_url") && error.contains("https://a.example") && error.contains(other),
            "{error}"
        );
        assert!(error.contains("NCENTRAL_URL"), "{error}");
    }
    // Without the variable the vendor's address is used.
    assert!(Config::check_kept(Service::Wiv, "https://other.example", no_env).is_err());
    assert!(Config::check_kept(Service::Wiv, "https://api.wiv.ai", no_env).is_ok());
}

#[test]
fn errors_of_connection_options_name_the_argument() {
    let error_text = |json: &str| {
        let config = Config::from_json_in(json.as_bytes(), Spelling::Camel, None).unwrap();
        crate::engine::core::Core::new(Service::NCentral, &config).unwrap_err().spelled(Spelling::Camel)
    };
    let error =
        error_text(r#"{"baseURL": "https://n.example", "jwt": "the-user-token", "proxy": "socks5://x"}"#);
    assert_eq!(error.argument_name(), Some("proxy"));
    let error =
        error_text(r#"{"baseURL": "http://127.0.0.1:1", "jwt": "the-user-token", "proxy": "http://x:1"}"#);
    assert!(
        error.to_string().contains("`allowHttp`") || error.to_string().contains("`allowHTTP`"),
        "{error}"
    );
}

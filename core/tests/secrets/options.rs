//! Values that are refused before anything is sent are not shown.

use mspkit::{CallOptions, Cloudmore, Config, Core, ErrorKind, NCentral, Service, Wiv};
use serde_json::{Value, json};

use crate::planted::{self, ELSEWHERE, JWT, PSA_PASSWORD};

fn refused<T: std::fmt::Debug>(what: &str, result: Result<T, mspkit::Error>) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{what}: {error}");
    planted::unseen_in(what, &error);
}

#[test]
fn wrong_options_of_a_client() {
    let addresses = [
        format!("https://me:{ELSEWHERE}@ncentral.example"),
        format!("https://{ELSEWHERE}@ncentral.example"),
        format!("https://ncentral.example/?token={ELSEWHERE}"),
        format!("https://ncentral.example/#{ELSEWHERE}"),
        format!("ftp://me:{ELSEWHERE}@ncentral.example"),
        format!("http://me:{ELSEWHERE}@ncentral.example"),
        format!("me:{ELSEWHERE}@ncentral.example"),
        format!("https://me:{ELSEWHERE}@"),
    ];
    for address in addresses {
        refused(&address, NCentral::builder().base_url(&*address).jwt(JWT).build());
    }
    let ncentral = || NCentral::builder().base_url("https://ncentral.example");
    refused("a token of two lines", ncentral().jwt(format!("{ELSEWHERE}\n{ELSEWHERE}")).build());
    refused("a key of two lines", Wiv::builder().api_key(format!("{ELSEWHERE}\r\nX: y")).build());
    let cloudmore = Cloudmore::builder().username("user").client_secret("client-secret");
    refused("a password of two lines", cloudmore.password(format!("{ELSEWHERE}\u{7}")).build());
    for proxy in [
        "http://me:PlantElsewhere/7@proxy.example:1",
        "socks5://me:PlantElsewhere@proxy.example:1",
        "http://me:PlantElsewhere@:99999",
    ] {
        refused(proxy, ncentral().jwt(JWT).proxy(proxy).build());
    }
    for cert in [
        "-----BEGIN PRIVATE KEY-----\nPlantElsewhere\n-----END PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\nPlantElsewhere",
    ] {
        refused(cert, ncentral().jwt(JWT).client_cert(cert).build());
    }
}

#[test]
fn options_of_the_wrong_type() {
    for name in ["jwt", "password", "client_secret", "api_key", "proxy", "client_cert", "base_url"] {
        for value in [json!([ELSEWHERE]), json!({"a": ELSEWHERE})] {
            let options = json!({name: value}).to_string();
            refused(&options, Config::from_json(options.as_bytes()));
        }
    }
    for name in ["timeout", "max_retries", "verify", "client_auth"] {
        let options = json!({name: ELSEWHERE}).to_string();
        refused(&options, Config::from_json(options.as_bytes()));
    }
    refused("a text", Config::from_json(format!("\"{ELSEWHERE}\"").as_bytes()));
    refused("no JSON", Config::from_json(format!("{{\"jwt\": \"{ELSEWHERE}").as_bytes()));
    refused(
        "no JSON",
        CallOptions::from_json(format!("{{\"extra_headers\": {{\"a\": [\"{ELSEWHERE}").as_bytes()),
    );
    let wrong = json!({"extra_headers": {"x-token": [ELSEWHERE]}});
    refused("a list as a header", CallOptions::from_json(wrong.to_string().as_bytes()));
    refused("a text", CallOptions::from_json(format!("\"{ELSEWHERE}\"").as_bytes()));
}

fn core() -> Core {
    let config = json!({"base_url": "https://options.example", "jwt": JWT});
    Core::new(Service::NCentral, &Config::from_json(config.to_string().as_bytes()).unwrap()).unwrap()
}

async fn refused_call(params: Value, options: &Value) {
    let options_read = CallOptions::from_json(options.to_string().as_bytes()).unwrap();
    let text = params.to_string();
    let operation = "ncentral.standard_psa.validate_credential";
    refused(&format!("{text} {options}"), core().call(operation, text.as_bytes(), &options_read).await);
}

#[tokio::test]
async fn wrong_parameters_of_a_call() {
    let none = json!({});
    let given = |password: Value| json!({"psa_type": "4", "username": "u", "password": password});
    for password in [json!([PSA_PASSWORD]), json!({"a": PSA_PASSWORD})] {
        refused_call(given(password), &none).await;
    }
    refused_call(json!({"psa_type": "4", "username": "u", "passwort": PSA_PASSWORD}), &none).await;
    refused_call(json!(PSA_PASSWORD), &none).await;
    refused_call(json!([PSA_PASSWORD]), &none).await;
    let mut keyed = given(json!(PSA_PASSWORD));
    keyed["integration_key"] = format!("{ELSEWHERE}\n{ELSEWHERE}").into();
    refused_call(keyed, &none).await;
    let fine = || given(json!(PSA_PASSWORD));
    refused_call(fine(), &json!({"extra_headers": {"x-token": format!("{ELSEWHERE}\r\nX: y")}})).await;
    refused_call(fine(), &json!({"extra_headers": {"authorization": ELSEWHERE}})).await;
    refused_call(fine(), &json!({"extra_query": {"token": {"a": ELSEWHERE}}})).await;
}

#[tokio::test]
async fn wrong_requests_to_unlisted_endpoints() {
    let paths = [
        format!("https://other.example/x?token={ELSEWHERE}"),
        format!("https://me:{ELSEWHERE}@options.example/x"),
        format!("//me:{ELSEWHERE}@options.example/x"),
        format!("x?token={ELSEWHERE}"),
        format!("/x?token={ELSEWHERE}\\"),
        format!("ftp://me:{ELSEWHERE}@options.example/x"),
    ];
    for path in paths {
        refused(&path, core().request("GET", &path, None, &CallOptions::default()).await);
    }
    let broken = format!("{{\"password\": {ELSEWHERE}}}");
    refused(&broken, core().request("POST", "/x", Some(broken.as_bytes()), &CallOptions::default()).await);
}

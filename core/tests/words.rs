//! What users read and write: unchanged paths, names and times in the spelling of their language, and errors that name the
//! request and the server.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic fails the test")]

mod wire;

use std::sync::{Arc, Mutex};

use mspkit::{CallOptions, Config, Core, Error, ErrorKind, Hooks, Service, Spelling, Wiv};
use wire::{Server, echo, within};

fn wiv(server: &Server, below: &str, spelling: Spelling) -> Core {
    let mut config = Config::default();
    config.base_url = Some(server.url(below).to_string().into());
    config.api_key = Some("the-key".into());
    config.trust_env = Some(false);
    config.max_retries = Some(0);
    config.spelling = spelling;
    Core::new(Service::Wiv, &config).unwrap()
}

async fn get(core: &Core, path: &str) -> Result<String, Error> {
    let answer = within(core.request("GET", path, None, &CallOptions::default())).await?;
    let head = String::from_utf8(answer.body.to_vec()).unwrap();
    Ok(head.split(' ').nth(1).unwrap().to_owned())
}

#[tokio::test]
async fn a_path_is_sent_unchanged() {
    let server = Server::start(echo).await;
    let core = wiv(&server, "/behind/a-proxy/", Spelling::Snake);
    let paths = [
        "/a%2fb//c;v=1",
        "/..d/...",
        "/%252e%252e/x",
        "/a'b(c)*d!e$f&g+h,i:j@k~l_m",
        "/x?a=%20b&a=c%27+d&q=/../",
        "/x?",
        "/100%",
    ];
    for path in paths {
        assert_eq!(get(&core, path).await.unwrap(), format!("/behind/a-proxy{path}"));
    }
    let whole = server.url("/behind/a-proxy/x?y=z").to_string();
    assert_eq!(get(&core, &whole).await.unwrap(), "/behind/a-proxy/x?y=z");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_path_that_would_be_changed_is_refused_by_name() {
    let server = Server::start(echo).await;
    let core = wiv(&server, "/behind/a-proxy", Spelling::Snake);
    let climbing = [
        "/..",
        "/.",
        "/a/../../../b",
        "/a/./b",
        "/%2e%2e/b",
        "/.%2E",
        "/%2e",
        "/a/..%2fb",
        "/a%5c..%5cb",
        "/..;v=1/b",
        "/a/..?b",
    ];
    let changed = [
        "/a b",
        "/a\\b",
        "/ä",
        "/\u{fffd}",
        "/a\tb",
        "/a\nb",
        "/a#b",
        "/{id}",
        "/a\"b",
        "/<a>",
        "/x?a=b c",
        "/x?a='b'",
        "/x?a=ä",
        "x",
        "",
        "//x/y",
        "///x",
    ];
    for path in climbing.iter().chain(&changed) {
        let error = get(&core, path).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.argument_name()),
            (ErrorKind::InvalidRequest, Some("path")),
            "{path}: {error}"
        );
    }
    for above in ["/", "/behind", "/behind/a-proxy2/x", "/other", "/behind/a-proxy/../x"] {
        let error = get(&core, server.url("/").join(above).unwrap().as_str()).await.unwrap_err();
        assert_eq!(error.argument_name(), Some("path"), "{above}: {error}");
    }
    for long in [format!("/{}", "a".repeat(100_000)), format!("/x?a={}", "b".repeat(100_000))] {
        let error = get(&core, &long).await.unwrap_err();
        assert_eq!(error.argument_name(), Some("path"));
        assert!(error.to_string().contains("must be shorter") && error.to_string().len() < 400, "{error}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn arguments_that_are_too_long_for_a_path_are_named() {
    let server = Server::start(echo).await;
    let core = wiv(&server, "/", Spelling::Snake);
    let long = "a".repeat(100_000);
    let params = format!(r#"{{"workflow_id":"{long}","payload":{{}}}}"#);
    let error = core.call("wiv.workflows.run", params.as_bytes(), &CallOptions::default()).await.unwrap_err();
    assert_eq!(
        (error.argument_name(), error.given()),
        (Some("workflow_id"), Some("100000 characters")),
        "{error}"
    );
    let options =
        CallOptions::from_json(format!(r#"{{"extra_query":{{"q":"{long}"}}}}"#).as_bytes()).unwrap();
    let error = core.request("GET", "/x", None, &options).await.unwrap_err();
    assert_eq!(error.argument_name(), Some("extra_query[q]"), "{error}");
}

#[tokio::test]
async fn errors_and_events_name_the_request_and_the_server() {
    let answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 17\r\n\r\n{\"message\":\"no.\"}";
    let server = Server::answering(answer).await;
    let own = server.url("/").origin().ascii_serialization();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (requests, responses) = (seen.clone(), seen.clone());
    let hooks = Hooks::default()
        .on_request(move |event| {
            requests.lock().unwrap().push([event.method, event.path, event.server].map(str::to_owned));
        })
        .on_response(move |event| {
            responses.lock().unwrap().push([event.method, event.path, event.server].map(str::to_owned));
        });
    let core = wiv(&server, "/", Spelling::Snake).with_hooks(hooks);
    let error = get(&core, "/v2/things?key=secret").await.unwrap_err();
    assert_eq!(
        (error.method(), error.path(), error.server()),
        (Some("GET"), Some("/v2/things"), Some(&*own))
    );
    let text = error.to_string();
    assert!(text.starts_with(&format!("GET /v2/things: HTTP 404: no. [{own}]")), "{text}");
    assert!(!text.contains("secret") && error.is_expected());
    let wanted = ["GET", "/v2/things", &own].map(str::to_owned);
    assert_eq!(*seen.lock().unwrap(), [wanted.clone(), wanted]);
    // A write to a missing object is worth a warning.
    let error = within(core.request("POST", "/v2/things", None, &CallOptions::default())).await.unwrap_err();
    assert!(error.kind() == ErrorKind::NotFound && !error.is_expected());
}

#[tokio::test]
async fn messages_are_spelled_for_their_language() {
    let server = Server::start(|stream| async move {
        let _held = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let shown = async |spelling| {
        let core = wiv(&server, "/", spelling);
        let options = CallOptions::from_json(br#"{"timeout":0.03}"#).unwrap();
        let call = core.call("wiv.workflows.run", br#"{"workflow_id":"w","payload":{}}"#, &options);
        let camel = core.call("wiv.workflows.run", br#"{"workflowId":"w","payload":{}}"#, &options);
        let error =
            if spelling == Spelling::Camel { within(camel).await } else { within(call).await }.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error}");
        (error.clone().spelled(spelling).to_string(), error.attempts()[0].cause.clone().unwrap())
    };
    let (text, cause) = shown(Spelling::Snake).await;
    assert!(
        text.contains("0.03") && text.contains(" s into the call") && cause.ends_with("s into the call"),
        "{text}"
    );
    let (text, cause) = shown(Spelling::Camel).await;
    assert!(text.contains("30 ms into the call") && cause.contains(" ms into the call"), "{text}; {cause}");
    assert!(!format!("{text}{cause}").contains(['\u{fdd0}', '\u{fdd1}']));
}

#[tokio::test]
async fn a_name_in_another_spelling_is_refused_with_a_suggestion() {
    let server = Server::start(echo).await;
    let core = wiv(&server, "/", Spelling::Camel);
    let options = CallOptions::default();
    let message = async |params: &str| {
        let error = core.call("wiv.workflows.run", params.as_bytes(), &options).await.unwrap_err();
        error.spelled(Spelling::Camel).to_string()
    };
    let here = "wiv.workflows.run: ";
    assert_eq!(
        message(r#"{"workflow_id":"w"}"#).await,
        format!("{here}workflow_id: is not a parameter; did you mean workflowId?")
    );
    assert_eq!(
        message(r#"{"workflowId":"w","maxRetries":1}"#).await,
        format!("{here}maxRetries: is not a parameter; it is an option of the call")
    );
    let missing = message("{}").await;
    assert!(missing.starts_with(&format!("{here}workflowId is required")), "{missing}");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_builder_refuses_invalid_options_in_its_own_spelling() {
    let error = Wiv::builder().api_key("k").timeout(std::time::Duration::ZERO).build().unwrap_err();
    assert_eq!(error.to_string(), "timeout: must be a number of seconds more than 0; given: 0");
}

#[tokio::test]
async fn transport_errors_name_options_in_their_spelling() {
    let body = "x".repeat(2000);
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let server = Server::answering(answer).await;
    for (spelling, wanted) in [(Spelling::Snake, "max_body_bytes"), (Spelling::Camel, "maxBodyBytes")] {
        let mut config = Config::default();
        config.base_url = Some(server.url("/").to_string().into());
        config.api_key = Some("the-key".into());
        config.trust_env = Some(false);
        config.max_body_bytes = Some(1000);
        config.spelling = spelling;
        let core = Core::new(Service::Wiv, &config).unwrap();
        let error = get(&core, "/x").await.unwrap_err().spelled(spelling);
        let cause = error.attempts()[0].cause.clone().unwrap_or_default();
        let shown = format!("{error} {cause}");
        assert!(shown.contains(wanted) && !shown.contains(['\u{fdd0}', '\u{fdd1}']), "{shown}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_server_names_it() {
    for (location, wanted) in [
        ("https://other.example/x", "redirected to https://other.example; credentials for http://127.0.0.1"),
        ("file:///etc/passwd", "redirected to a file: address"),
        ("data:text/plain,x", "redirected to a data: address"),
    ] {
        let answer = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let server = Server::answering(answer).await;
        let error = get(&wiv(&server, "/", Spelling::Snake), "/x").await.unwrap_err();
        assert!(
            error.kind() == ErrorKind::Decode && error.to_string().contains(wanted),
            "{location}: {error}"
        );
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn session_cookies_of_responses_are_removed() {
    let answer =
        "HTTP/1.1 200 OK\r\nSet-Cookie: session=planted\r\nX-Kept: yes\r\nContent-Length: 2\r\n\r\n{}";
    let server = Server::answering(answer).await;
    let core = wiv(&server, "/", Spelling::Snake);
    let answer = within(core.request("GET", "/x", None, &CallOptions::default())).await.unwrap();
    assert_eq!(answer.meta.headers.get("x-kept").unwrap(), "yes");
    assert!(!format!("{:?}", answer.meta).contains("planted"), "{:?}", answer.meta);
    assert!(answer.meta.headers.get("set-cookie").is_none());
}

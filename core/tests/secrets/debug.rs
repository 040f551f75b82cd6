//! `Debug` of every public value shows no secret.

use std::fmt::Debug;

use mspkit::ncentral::AuthTokens;
use mspkit::ncentral::{GetCustomPsaTicket, ListCustomers, ValidatePsaCredential};
use mspkit::transport::{Http, Pem, Request, TransportOptions};
use mspkit::wiv::RunWorkflow;
use mspkit::{CallOptions, Config, Core, PagingOptions, Service, blocking};
use serde_json::json;

use crate::echo::{SHAPES, cloudmore, echo, ncentral, proxy_url, tokens, wiv};
use crate::planted::{self, ACCESS, ELSEWHERE, INTEGRATION_KEY, JWT, PSA_PASSWORD};

fn hides(what: &str, value: &impl Debug) {
    planted::unseen(what, &format!("{value:?}\n{value:#?}"));
}

fn credential() -> ValidatePsaCredential {
    ValidatePsaCredential::new("user", PSA_PASSWORD).integration_key(INTEGRATION_KEY)
}

#[tokio::test]
async fn clients_and_builders() {
    let memory = echo(200, SHAPES[0].1, false);
    let (ncentral, cloudmore, wiv) = (ncentral(&memory), cloudmore(&memory), wiv(&memory));
    hides("a builder", &(&ncentral, &cloudmore, &wiv));
    let clients = (ncentral.build().unwrap(), cloudmore.build().unwrap(), wiv.build().unwrap());
    hides("a client", &clients);
    clients.0.auth().authenticate().await.unwrap();
    clients.1.services().list(crate::echo::RESELLER).collect().await.unwrap_err();
    hides("a client with tokens", &clients);
    hides("its resources", &(clients.0.customers(), clients.1.services(), clients.2.cases()));
    hides("its limits", &clients.0.limits());
}

#[test]
fn configurations() {
    let config = json!({
        "base_url": format!("https://me:{ELSEWHERE}@ncentral.example/?token={ELSEWHERE}"),
        "jwt": JWT,
        "password": PSA_PASSWORD,
        "client_secret": ELSEWHERE,
        "api_key": ELSEWHERE,
        "proxy": proxy_url("proxy.example:1"),
        "client_cert": format!("-----BEGIN PRIVATE KEY-----\n{ELSEWHERE}\n-----END PRIVATE KEY-----"),
    });
    let config = Config::from_json(config.to_string().as_bytes()).unwrap();
    hides("a configuration", &config);
    hides("a builder with it", &mspkit::NCentral::builder().config(config.clone()));
    let config =
        json!({"base_url": "https://ncentral.example", "jwt": JWT, "proxy": proxy_url("proxy.example:1")});
    let core =
        Core::new(Service::NCentral, &Config::from_json(config.to_string().as_bytes()).unwrap()).unwrap();
    hides("a core", &core);
}

#[test]
fn transports() {
    let mut options = TransportOptions::default();
    options.proxy = Some(proxy_url("proxy.example:1"));
    hides("a transport", &Http::new(&options).unwrap());
    options.client_cert = Some(Pem::Bytes(ELSEWHERE.into()));
    hides("a transport's options", &options);
    let url = format!("https://ncentral.example/api?token={ELSEWHERE}");
    let mut request = Request::new(http::Method::POST, url.parse().unwrap());
    request.headers.insert("authorization", ELSEWHERE.parse().unwrap());
    request.body = Some(ELSEWHERE.into());
    hides("a request", &request);
    hides("an answer", &tokens());
}

#[tokio::test]
async fn parameters_and_calls_that_are_not_sent_yet() {
    let memory = echo(200, SHAPES[0].1, false);
    let client = ncentral(&memory).build().unwrap();
    let ticket = GetCustomPsaTicket::new("user", PSA_PASSWORD);
    hides("parameters", &(credential(), ticket.clone()));
    hides("a call", &client.standard_psa().validate_credential("4", credential()));
    hides("a call", &client.custom_psa().get_ticket("1", ticket));
    let options = CallOptions::from_json(
        json!({"extra_headers": {"x-token": ELSEWHERE}, "extra_query": {"token": ELSEWHERE}, "extra_body": {"token": ELSEWHERE}})
            .to_string()
            .as_bytes(),
    );
    let options = options.unwrap();
    hides("call options", &options);
    hides("a call with options", &client.customers().get("1").options(options.clone()));
    let list = client.customers().list(ListCustomers::new()).options(options.clone());
    hides("a list with options", &list);
    let free =
        client.request("POST", &format!("/api/x?token={ELSEWHERE}")).body(&json!({"password": ELSEWHERE}));
    hides("a raw request", &free.options(options.clone()));
    let wiv = wiv(&memory).build().unwrap();
    hides("a workflow run", &wiv.workflows().run("1", RunWorkflow::new()).options(options.clone()));
    hides("items", &list.clone().items());
    hides("pages", &list.pages());
    let blocking = blocking::NCentral::builder().base_url("https://blocking.example").jwt(JWT);
    let blocking = blocking.transport(memory.clone()).build().unwrap();
    hides("a blocking client", &blocking);
    hides("a blocking call", &blocking.standard_psa().validate_credential("4", credential()));
    hides("a blocking list", &blocking.customers().list(ListCustomers::new()).options(options));
}

#[tokio::test]
async fn results() {
    let memory = crate::support::served(|request: Request| async move {
        if request.url.path() == "/api/auth/refresh" {
            return Ok(tokens());
        }
        let mut answer =
            crate::support::json_answer(200, &json!({"data": [{"customerId": "1", "note": ELSEWHERE}]}));
        answer.headers.insert("set-cookie", ELSEWHERE.parse().unwrap());
        Ok(answer)
    });
    let client = crate::support::ncentral_at("results", &memory).build().unwrap();
    client.auth().authenticate().await.unwrap();
    // This server's tokens have no refresh token, so a call obtains them.
    let refreshed: Result<AuthTokens, _> = serde_json::from_slice(&tokens().body);
    hides("tokens", &refreshed.unwrap());
    let raw = client.request("POST", "/api/auth/refresh").await.unwrap();
    assert!(String::from_utf8_lossy(&raw.body).contains(&ACCESS[..8]));
    hides("a raw response", &raw);
    let mut pages = client.customers().list(ListCustomers::new()).pages();
    let page = pages.next().await.unwrap().unwrap();
    hides("the metadata of a response", page.meta());
    hides("a list that was read", &pages);
}

#[tokio::test]
async fn pagers_and_their_pages() {
    let config = json!({"base_url": "https://pagers.example", "jwt": JWT});
    let core =
        Core::new(Service::NCentral, &Config::from_json(config.to_string().as_bytes()).unwrap()).unwrap();
    let options = json!({"extra_headers": {"x-token": ELSEWHERE}, "extra_query": {"token": ELSEWHERE}});
    let options = CallOptions::from_json(options.to_string().as_bytes()).unwrap();
    let pager = core.pager("ncentral.customers.list", b"{}", &PagingOptions::default(), &options).unwrap();
    hides("a pager", &pager);
}

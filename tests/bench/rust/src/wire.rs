//! Peers at the level of HTTP: reqwest, and hyper-util's client, with token handling as a program for N-central needs
//! it, and reading page after page.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::Mutex;

use crate::Result;
use crate::peers::Peer;
use crate::tally::Tally;
use crate::typed::{CasePage, Customer, CustomerPage, Tokens};

/// How long before it expires a token is exchanged for another one.
const EARLY: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(30);
const WIV_KEY: &str = "x-api-key";

/// Sends a request and reads its whole response.
pub(crate) trait Http: Sized {
    fn new() -> Result<Self>;

    async fn send(&self, request: Request<Bytes>) -> Result<(StatusCode, Bytes)>;
}

pub(crate) struct Reqwest(reqwest::Client);

impl Http for Reqwest {
    fn new() -> Result<Self> {
        Ok(Self(reqwest::Client::builder().timeout(TIMEOUT).build()?))
    }

    async fn send(&self, request: Request<Bytes>) -> Result<(StatusCode, Bytes)> {
        let answer = self.0.execute(request.try_into()?).await?;
        Ok((answer.status(), answer.bytes().await?))
    }
}

pub(crate) struct Hyper(Client<HttpConnector, Full<Bytes>>);

impl Http for Hyper {
    fn new() -> Result<Self> {
        Ok(Self(Client::builder(TokioExecutor::new()).build_http()))
    }

    async fn send(&self, request: Request<Bytes>) -> Result<(StatusCode, Bytes)> {
        let answer = tokio::time::timeout(TIMEOUT, self.0.request(request.map(Full::new))).await??;
        let status = answer.status();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }
}

struct Token {
    header: HeaderValue,
    until: Instant,
}

pub(crate) struct Wire<H> {
    http: H,
    url: String,
    jwt: String,
    wiv_key: String,
    token: Mutex<Option<Token>>,
}

impl<H: Http> Wire<H> {
    async fn authorization(&self) -> Result<HeaderValue> {
        let mut token = self.token.lock().await;
        if let Some(token) = token.as_ref().filter(|token| Instant::now() < token.until) {
            return Ok(token.header.clone());
        }
        let request = Request::post(format!("{}/api/auth/authenticate", self.url))
            .header(AUTHORIZATION, format!("Bearer {}", self.jwt))
            .body(Bytes::new())?;
        let access = read::<Tokens>(&self.http.send(request).await?)?.tokens.access;
        let header = HeaderValue::try_from(format!("Bearer {}", access.token))?;
        let life = Duration::from_secs(access.expiry_seconds.unwrap_or(3600)).saturating_sub(EARLY);
        *token = Some(Token { header: header.clone(), until: Instant::now() + life });
        Ok(header)
    }

    async fn call<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let mut answer = self.attempt(path).await?;
        if answer.0 == StatusCode::UNAUTHORIZED {
            *self.token.lock().await = None;
            answer = self.attempt(path).await?;
        }
        read(&answer)
    }

    async fn attempt(&self, path: &str) -> Result<(StatusCode, Bytes)> {
        let authorization = self.authorization().await?;
        let request = Request::get(format!("{}{path}", self.url)).header(AUTHORIZATION, authorization);
        self.http.send(request.body(Bytes::new())?).await
    }
}

fn read<T: DeserializeOwned>((status, body): &(StatusCode, Bytes)) -> Result<T> {
    if !status.is_success() {
        return Err(format!("HTTP {status}: {}", String::from_utf8_lossy(body)).into());
    }
    Ok(serde_json::from_slice(body)?)
}

impl<H: Http> Peer for Wire<H> {
    fn new() -> Result<Self> {
        let var = std::env::var;
        let (url, jwt, wiv_key) = (var("NCENTRAL_URL")?, var("NCENTRAL_JWT")?, var("WIV_API_KEY")?);
        Ok(Self { http: H::new()?, url, jwt, wiv_key, token: Mutex::default() })
    }

    async fn list(&self, size: usize, three: bool, tally: &mut Tally) -> Result<()> {
        let (mut number, mut pages) = (1, 1);
        while number <= pages {
            let path = format!("/api/customers?pageNumber={number}&pageSize={size}");
            let page: CustomerPage = self.call(&path).await?;
            for customer in &page.data {
                if three { tally.three(customer) } else { tally.every(customer) }
            }
            pages = page.total_pages;
            number += 1;
        }
        Ok(())
    }

    async fn get(&self, id: String, tally: &mut Tally) -> Result<()> {
        tally.three(&self.call::<Customer>(&format!("/api/customers/{id}")).await?);
        Ok(())
    }

    async fn cases(&self, size: usize, tally: &mut Tally) -> Result<()> {
        let mut body = json!({"max_returned_items": size});
        loop {
            let request = Request::builder()
                .method(Method::POST)
                .uri(format!("{}/v2/cases/msp/search", self.url))
                .header(WIV_KEY, &self.wiv_key)
                .header(CONTENT_TYPE, "application/json")
                .body(serde_json::to_vec(&body)?.into())?;
            let page: CasePage = read(&self.http.send(request).await?)?;
            for case in &page.data {
                tally.case(&case.case_id, case.case_type.as_deref());
            }
            let Some(key) = page.next_page_key else { return Ok(()) };
            body["start_page_key"] = key;
        }
    }
}

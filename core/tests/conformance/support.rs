//! Support for the generated dispatch: clients, parameters, options of a call, and outcomes.

use std::rc::Rc;

use mspkit::{
    Call, CallOptions, Cloudmore, DateRange, Error, FromResponse, Id, Items, Json, List, Meta, NCentral,
    PagingOptions, Partition, RawList, RawPage, RawPager, RawResponse, Response, Service, Wiv, blocking,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(crate) struct Clients {
    pub(crate) ncentral: NCentral,
    pub(crate) cloudmore: Cloudmore,
    pub(crate) wiv: Wiv,
}

pub(crate) struct BlockingClients {
    pub(crate) ncentral: blocking::NCentral,
    pub(crate) cloudmore: blocking::Cloudmore,
    pub(crate) wiv: blocking::Wiv,
}

/// The parameters of a case, converted to the types of the typed methods.
pub(crate) struct Params(pub(crate) Map<String, Value>);

#[allow(dead_code, reason = "which of them are used depends on the documents")]
impl Params {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(Value::is_null)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        match self.0.get(name) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => panic!("{name}: {other} is no text; the case needs `untyped`"),
        }
    }

    pub(crate) fn id(&self, name: &str) -> Id {
        match self.0.get(name) {
            Some(Value::Number(number)) => number.to_string().into(),
            _ => self.text(name).into(),
        }
    }

    pub(crate) fn int(&self, name: &str) -> i64 {
        match self.0.get(name) {
            None => 0,
            Some(value) => {
                value.as_i64().unwrap_or_else(|| panic!("{name}: {value}; the case needs `untyped`"))
            }
        }
    }

    pub(crate) fn json(&self, name: &str) -> Json {
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// The entries of a list of objects.
    pub(crate) fn jsons(&self, name: &str) -> Vec<Json> {
        match self.json(name) {
            Value::Array(entries) => entries,
            Value::Null => Vec::new(),
            other => panic!("{name}: {other} is no list; the case needs `untyped`"),
        }
    }

    /// The entries of a list, each read like a parameter of its own.
    fn each<T>(&self, name: &str, read: impl Fn(&Self, &str) -> T) -> Vec<T> {
        let one = |entry| read(&Self(Map::from_iter([(name.to_owned(), entry)])), name);
        self.jsons(name).into_iter().map(one).collect()
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.each(name, Self::text)
    }

    pub(crate) fn ids(&self, name: &str) -> Vec<Id> {
        self.each(name, Self::id)
    }

    pub(crate) fn ints(&self, name: &str) -> Vec<i64> {
        self.each(name, Self::int)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        match self.0.get(name) {
            None => false,
            Some(value) => {
                value.as_bool().unwrap_or_else(|| panic!("{name}: {value}; the case needs `untyped`"))
            }
        }
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        match self.0.get(name) {
            None => 0.0,
            Some(value) => {
                value.as_f64().unwrap_or_else(|| panic!("{name}: {value}; the case needs `untyped`"))
            }
        }
    }

    pub(crate) fn text_list(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Value::Array(entries)) => {
                entries.iter().map(|entry| entry.as_str().unwrap().to_owned()).collect()
            }
            // Rust takes a list of names; the boundary also takes comma-separated text.
            _ => self.text(name).split(',').map(str::to_owned).collect(),
        }
    }

    pub(crate) fn date_range(&self, name: &str) -> DateRange {
        let day = |end: &str| self.0[name][end].as_str().unwrap_or_default().to_owned();
        DateRange::new(day("start"), day("end"))
    }
}

/// How a list is read: some items one by one, then the rest in another form or not at all.
#[derive(Deserialize, Clone, Copy)]
pub(crate) struct Read {
    pub(crate) first: bool,
    pub(crate) take: usize,
    pub(crate) then: Option<Rest>,
    /// The list is divided into so many partitions, which are read one after another.
    pub(crate) partitions: Option<u64>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rest {
    Items,
    Pages,
    Collect,
}

/// The options of a case for one call, besides its parameters.
pub(crate) struct Overrides {
    pub(crate) call: CallOptions,
    pub(crate) paging: PagingOptions,
    pub(crate) read: Read,
    /// Whether reading continues after a row that cannot be read.
    pub(crate) go_on: bool,
    /// The clients that read partitions, and the service of the case.
    pub(crate) clients: Option<(Rc<Typed>, Service)>,
}

/// The clients of a case.
pub(crate) enum Typed {
    Async(Box<Clients>),
    Blocking(Box<BlockingClients>),
}

/// A blocking call that also returns its metadata.
pub(crate) struct Sending<'c, T>(blocking::Call<'c, T>);

impl<T: FromResponse> Sending<'_, T> {
    pub(crate) fn send(self) -> Result<Response<T>, Error> {
        self.0.with_response()
    }
}

impl Overrides {
    pub(crate) async fn apply<T: FromResponse>(&self, call: Call<'_, T>) -> Result<Response<T>, Error> {
        call.options(self.call.clone()).with_response().await
    }

    fn part<T: FromResponse>(&self, part: &Partition<T>) -> Items<T> {
        match self.clients.as_ref().map(|(clients, service)| (&**clients, *service)) {
            Some((Typed::Async(clients), Service::NCentral)) => clients.ncentral.read_partition(part),
            Some((Typed::Async(clients), Service::Cloudmore)) => clients.cloudmore.read_partition(part),
            Some((Typed::Async(clients), _)) => clients.wiv.read_partition(part),
            _ => panic!("there is no async client"),
        }
    }

    fn blocking_part<T: FromResponse>(&self, part: &Partition<T>) -> blocking::Items<T> {
        match self.clients.as_ref().map(|(clients, service)| (&**clients, *service)) {
            Some((Typed::Blocking(clients), Service::NCentral)) => clients.ncentral.read_partition(part),
            Some((Typed::Blocking(clients), Service::Cloudmore)) => clients.cloudmore.read_partition(part),
            Some((Typed::Blocking(clients), _)) => clients.wiv.read_partition(part),
            _ => panic!("there is no blocking client"),
        }
    }

    pub(crate) fn apply_blocking<'c, T: FromResponse>(&self, call: blocking::Call<'c, T>) -> Sending<'c, T> {
        Sending(call.options(self.call.clone()))
    }
}

/// Reads a list as its case requires, with `.await` after each request or without.
macro_rules! read_list {
    ($list:expr, $overrides:expr, $read:ident, $($wait:tt)*) => {{
        let overrides = $overrides;
        let list = $list.options(overrides.call.clone()).paging(overrides.paging.clone());
        let Read { first, take, then, partitions } = overrides.read;
        if let Some(count) = partitions {
            let parts = match list.partitions(count)$($wait)* {
                Ok(parts) => parts,
                Err(error) => return Outcome::failed(error),
            };
            let mut outcome = Outcome { complete: Some(true), missing: Some(0), ..Outcome::default() };
            for part in &parts {
                let part = sent(part);
                let before = outcome.items.len();
                let mut items = overrides.$read(&part);
                while let Some(item) = items.next()$($wait)* {
                    outcome.take_item(item);
                }
                outcome.note_page(outcome.items.len() - before);
                let complete = outcome.complete.zip(items.complete()).map(|(all, this)| all && this);
                let missing = outcome.missing.zip(items.missing()).map(|(all, this)| all + this);
                let total = outcome.total.or(items.total());
                outcome.stopped(items.resume_token(), total, complete, missing);
            }
            return outcome;
        }
        let (mut outcome, mut items) = (Outcome::default(), list.items());
        if first {
            let found = items.first()$($wait)*;
            found.transpose().into_iter().for_each(|item| outcome.take_item(item));
        }
        let most = if then == Some(Rest::Items) { usize::MAX } else { take };
        for _ in 0..most {
            if outcome.stops(overrides) {
                break;
            }
            let Some(item) = items.next()$($wait)* else { break };
            outcome.take_item(item);
        }
        if outcome.stops(overrides) || !matches!(then, Some(Rest::Pages | Rest::Collect)) {
            outcome.meta = items.meta().map(|meta| (*meta).clone());
            outcome.stopped(items.resume_token(), items.total(), items.complete(), items.missing());
        } else if then == Some(Rest::Collect) {
            match items.rest(None)$($wait)* {
                Ok(rest) => outcome.items.extend(rest.iter().map(written)),
                Err(error) => outcome.error = Some(error),
            }
            outcome.stopped(items.resume_token(), items.total(), items.complete(), items.missing());
        } else {
            let mut pages = items.into_pages();
            while !outcome.stops(overrides) {
                let Some(page) = pages.next()$($wait)* else { break };
                outcome.take_page(page);
            }
            outcome.stopped(pages.resume_token(), pages.total(), pages.complete(), pages.missing());
        }
        outcome
    }};
}

/// The outcome of a call.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) result: Value,
    pub(crate) items: Vec<Value>,
    pub(crate) pages: Vec<usize>,
    pub(crate) total: Option<u64>,
    pub(crate) complete: Option<bool>,
    pub(crate) missing: Option<u64>,
    pub(crate) meta: Option<Meta>,
    pub(crate) resume_token: Option<String>,
    pub(crate) error: Option<Error>,
}

impl Outcome {
    pub(crate) fn unknown_operation(operation: &str) -> Self {
        panic!("no typed method reaches {operation}")
    }

    pub(crate) fn failed(error: Error) -> Self {
        let resume_token = error.resume_token().map(str::to_owned);
        Self { error: Some(error), resume_token, ..Self::default() }
    }

    pub(crate) fn from_result<T: Serialize>(result: Result<Response<T>, Error>) -> Self {
        match result {
            Ok(response) => {
                Self { result: written(&response.value), meta: Some(response.meta), ..Self::default() }
            }
            Err(error) => Self::failed(error),
        }
    }

    pub(crate) async fn from_list<T: FromResponse + Serialize>(
        list: List<'_, T>,
        overrides: &Overrides,
    ) -> Self {
        read_list!(list, overrides, part, .await)
    }

    pub(crate) fn from_blocking_list<T: FromResponse + Serialize>(
        list: blocking::List<'_, T>,
        overrides: &Overrides,
    ) -> Self {
        read_list!(list, overrides, blocking_part,)
    }

    /// A list of an endpoint that mspkit does not have.
    pub(crate) async fn from_raw_list(list: RawList<'_>, overrides: &Overrides) -> Self {
        read_list!(list, overrides, part, .await)
    }

    pub(crate) fn from_blocking_raw_list(list: blocking::RawList<'_>, overrides: &Overrides) -> Self {
        read_list!(list, overrides, blocking_part,)
    }

    /// A result of the boundary that takes an operation id.
    pub(crate) fn from_raw(result: Result<RawResponse, Error>) -> Self {
        match result {
            Ok(raw) => Self { result: parsed(&raw.json), meta: Some(raw.meta), ..Self::default() },
            Err(error) => Self::failed(error),
        }
    }

    /// The response of an endpoint that mspkit does not have.
    pub(crate) fn from_request(result: Result<RawResponse, Error>) -> Self {
        match result {
            Ok(raw) => {
                let headers: Map<String, Value> = raw
                    .meta
                    .headers
                    .iter()
                    .map(|(name, value)| (name.to_string(), Value::from(value.to_str().unwrap_or_default())))
                    .collect();
                let text = String::from_utf8_lossy(&raw.body).into_owned();
                let json: Value = serde_json::from_str(&text).unwrap_or_default();
                let status = raw.meta.status;
                let result = json!({"status": status, "headers": headers, "json": json, "text": text});
                Self { result, meta: Some(raw.meta), ..Self::default() }
            }
            Err(error) => Self::failed(error),
        }
    }

    pub(crate) async fn from_pager(pager: Result<RawPager, Error>, overrides: &Overrides) -> Self {
        let pager = match pager {
            Ok(pager) => pager,
            Err(error) => return Self::failed(error),
        };
        let mut outcome = Self::default();
        let one_by_one = matches!(overrides.read.then, None | Some(Rest::Items));
        loop {
            if one_by_one && overrides.read.then.is_none() && outcome.items.len() >= overrides.read.take {
                break;
            }
            match pager.fill(None).await {
                Ok(Some(hand)) if one_by_one => {
                    let at = hand.next().unwrap();
                    outcome.items.push(parsed(hand.page().item(at).unwrap()));
                    outcome.meta = Some(hand.page().meta.as_ref().clone());
                }
                Ok(Some(_)) => match pager.next_page().await {
                    Ok(page) => page.iter().for_each(|page| outcome.take_raw(page)),
                    Err(error) => outcome.error = Some(error),
                },
                Ok(None) => break,
                Err(error) => {
                    outcome.error = Some(error);
                    break;
                }
            }
        }
        outcome.stopped(Some(pager.resume_token()), pager.total(), pager.complete(), pager.missing());
        outcome
    }

    fn take_raw(&mut self, page: &RawPage) {
        self.items.extend(page.items().map(parsed));
        self.note_page(page.len());
        self.meta = Some(page.meta.as_ref().clone());
    }

    fn take_page<T: Serialize>(&mut self, page: Result<mspkit::Page<T>, Error>) {
        match page {
            Ok(page) => {
                self.items.extend(page.items.iter().map(written));
                self.note_page(page.items.len());
                self.meta = Some(page.meta().clone());
            }
            Err(error) => self.note_error(error),
        }
    }

    /// Whether reading stops here.
    fn stops(&self, overrides: &Overrides) -> bool {
        self.error.is_some() && !overrides.go_on
    }

    fn note_error(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    fn note_page(&mut self, count: usize) {
        if count > 0 {
            self.pages.push(count);
        }
    }

    fn take_item<T: Serialize>(&mut self, item: Result<T, Error>) {
        match item {
            Ok(item) => self.items.push(written(&item)),
            Err(error) => self.note_error(error),
        }
    }

    fn stopped(
        &mut self,
        token: Option<String>,
        total: Option<u64>,
        complete: Option<bool>,
        missing: Option<u64>,
    ) {
        let of_error = self.error.as_ref().and_then(|error| error.resume_token().map(str::to_owned));
        self.resume_token = of_error.or(token);
        (self.total, self.complete, self.missing) = (total, complete, missing);
    }

    /// The line that the judge reads.
    pub(crate) fn line(&self) -> Value {
        let meta = self.meta.as_ref().map(
            |meta| json!({"status": meta.status, "attempts": meta.attempts, "request_id": meta.request_id}),
        );
        let mut line = json!({
            "result": self.result, "items": self.items, "pages": self.pages, "total": self.total,
            "complete": self.complete, "missing": self.missing, "resume_token": self.resume_token, "meta": meta,
        });
        if let Some(error) = &self.error {
            line["error"] = failure(error);
        }
        line
    }
}

fn failure(error: &Error) -> Value {
    let fields = error.field_errors().iter();
    let fields: Vec<Value> = fields
        .map(|error| json!({"field": error.field, "code": error.code, "message": error.message}))
        .collect();
    let differences = error.differences().iter();
    let differences: Vec<Value> =
        differences.map(|difference| parsed(difference.to_json().as_bytes())).collect();
    json!({
        "kind": error.kind().name(), "message": error.to_string(), "debug": format!("{error} {error:?}"),
        "status": error.status(), "code": error.code(), "server_error_id": error.server_error_id(),
        "retryable": error.retryable(), "retry_after": error.retry_after().map(|wait| wait.as_secs_f64()),
        "total": error.total(), "missing": error.missing(),
        "matches": error.matches().iter().map(|text| parsed(text.as_bytes())).collect::<Vec<_>>(),
        "differences": differences, "attempts": error.attempts().len(),
        "resume_token": error.resume_token(), "request_id": error.request_id(), "field_errors": fields,
        "argument": error.argument_name(), "given": error.given(), "allowed": error.allowed(),
        "method": error.method(), "path": error.path(), "server": error.server(),
    })
}

/// A partition as another process gets it.
fn sent<T: FromResponse>(part: &Partition<T>) -> Partition<T> {
    Partition::from_json(&part.to_json()).unwrap()
}

/// A model serialised with the vendor's names.
fn written(model: &impl Serialize) -> Value {
    parsed(&serde_json::to_vec(model).unwrap())
}

fn parsed(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap()
}

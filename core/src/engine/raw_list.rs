//! The request of a list that mspkit does not have: checked like other raw requests, and read page by page like the lists
//! of its service.

use bytes::Bytes;
use http::Method;

use crate::base::error::{Error, PAGINATE, Result};
use crate::base::quote::quote;
use crate::engine::core::Core;
use crate::engine::raw_request::{self, RawRequest};
use crate::engine::request::{CallOptions, Fields, Outside, RequestTemplate};
use crate::table::{Answer, Auth, BodyKind, Limit, Operation, Paging, RetryClass, Service, Stage};
use crate::wire::raw;

/// The rows of the table for lists outside of it, for each way in which the services page.
static NCENTRAL: Operation = row(Service::NCentral, Paging::PageNumber, Auth::AccessToken);
static CLOUDMORE_WHOLE: Operation = row(Service::Cloudmore, Paging::Array, Auth::AccessToken);
static CLOUDMORE_PAGES: Operation = row(Service::Cloudmore, Paging::PageNumber, Auth::AccessToken);
static WIV_WHOLE: Operation = row(Service::Wiv, Paging::Array, Auth::ApiKey);
static WIV_SCROLL: Operation = row(Service::Wiv, Paging::Scroll, Auth::ApiKey);

const fn row(service: Service, paging: Paging, auth: Auth) -> Operation {
    Operation {
        id: PAGINATE,
        service,
        resource: "",
        name: PAGINATE,
        summary: "Reads a list that mspkit does not have.",
        method: Method::GET,
        path: "",
        params: &[],
        body: BodyKind::Json,
        at_least_one: false,
        auth,
        paging,
        answer: Answer::List { id: "", envelope: true, or_object: false, only_list: false },
        retry: if matches!(paging, Paging::Scroll) { RetryClass::Scroll } else { RetryClass::Read },
        retry_500: true,
        limit: Limit { group: PAGINATE, cap: 1 },
        id_fields: &[],
        model: None,
        outcome_check: None,
        since: None,
        stage: Stage::Released,
        deprecated: false,
        hints: &[],
        wait: None,
        join: None,
        ensure: None,
    }
}

/// How a list of a service is paged: Cloudmore pages where the caller asks for it, Wiv's searches are scrolls.
fn operation(service: Service, method: &Method, query: &[(String, String)]) -> &'static Operation {
    match service {
        Service::NCentral => &NCENTRAL,
        Service::Cloudmore => {
            let words = service.dialect().pages;
            let paged =
                |name: &String| words.is_some_and(|words| *name == words.number || *name == words.size);
            if query.iter().any(|(name, _)| paged(name)) { &CLOUDMORE_PAGES } else { &CLOUDMORE_WHOLE }
        }
        Service::Wiv if *method == Method::POST => &WIV_SCROLL,
        Service::Wiv => &WIV_WHOLE,
    }
}

/// The request for a list at a path of the caller's.
pub(crate) fn template(
    core: &Core,
    method: &str,
    path: &str,
    body: Option<&[u8]>,
    options: &CallOptions,
) -> Result<RequestTemplate> {
    let RawRequest { http, below_base, group, cap } =
        raw_request::checked(core, method, path, body, options)?;
    if !matches!(http.method, Method::GET | Method::POST) {
        return Err(Error::argument("method", &quote(method), "must be GET or POST: a list is only read"));
    }
    let query: Vec<(String, String)> = http.url.query_pairs().into_owned().collect();
    let fields = match &http.body {
        Some(body) => fields(body)?,
        None => Vec::new(),
    };
    let operation = operation(core.service(), &http.method, &query);
    let outside = Outside { method: http.method.clone(), group, cap };
    Ok(RequestTemplate::outside(operation, http, (below_base, query, fields), core.shared.spelling, outside))
}

/// The members of a body, in which pages have members of their own.
fn fields(body: &Bytes) -> Result<Fields> {
    let mut fields = Vec::new();
    let text = std::str::from_utf8(body).unwrap_or_default().trim();
    let walked = text
        .starts_with('{')
        .then(|| raw::walk(text, |name, raw| fields.push((name.to_owned(), raw.to_owned()))));
    match walked {
        Some(Ok(())) => Ok(fields),
        _ => Err(Error::refused("body", Some("something else"), "must be an object")),
    }
}

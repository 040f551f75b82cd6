//! The port: accepts connections, reads requests, and passes each to the control interface or to a service.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::body::Body;
use crate::connection::{Connection, Ending};
use crate::options::Options;
use crate::request::Request;
use crate::routes::Table;
use crate::sabotage::Sabotage;
use crate::state::State;
use crate::{control, dispatch};

/// The largest request body that is read.
const LARGEST_BODY: usize = 16 << 20;

/// The backlog: a burst of clients must not meet the kernel's retransmission timer.
const BACKLOG: u32 = 4096;

/// Shared by all connections.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) url: String,
    pub(crate) table: Table,
    state: Mutex<State>,
}

/// The connection ends here, without (the rest of) a response.
#[derive(Debug)]
pub(crate) struct Hangup;

impl std::fmt::Display for Hangup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection ends by the fault plan")
    }
}

impl std::error::Error for Hangup {}

impl Shared {
    pub(crate) fn new(url: String, options: Options) -> Result<Self, String> {
        let table = Table::new()?;
        let state = fresh(&table, options, 1, Sabotage::None);
        Ok(Self { url, table, state: Mutex::new(state) })
    }

    /// The state. A handler that panicked leaves it half changed, which is good enough for a simulator.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts over with these options; only the sabotage stays.
    pub(crate) fn reset(&self, options: Options) {
        let mut state = self.state();
        *state = fresh(&self.table, options, state.epoch + 1, state.sabotage);
    }
}

pub(crate) fn caps(table: &Table, options: &Options) -> Vec<Option<u32>> {
    let routes = table.routes().map(|route| options.cap(route.operation, route.method, route.path));
    routes.chain([None]).collect()
}

fn fresh(table: &Table, options: Options, epoch: u64, sabotage: Sabotage) -> State {
    let caps = caps(table, &options);
    State::seeded(table.stored, options, epoch, table.names(), caps, sabotage)
}

/// Serves until it is dropped, and the connections with it.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Small responses must not wait for the client's acknowledgement of the previous ones.
                    let _ = stream.set_nodelay(true);
                    connections.spawn(connection(Connection::new(stream), Arc::clone(&shared)));
                }
                // Out of descriptors: current connections have to end first.
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(connection: Connection, shared: Arc<Shared>) {
    let ending = connection.ending();
    let service = service_fn(move |request| answer(Arc::clone(&shared), ending.clone(), request));
    let served = http1::Builder::new()
        // Connections may be idle as long as they like: a test decides when one ends.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(connection), service)
        .await;
    // The request log has how a connection ended; nothing else is needed here.
    drop(served);
}

async fn answer(
    shared: Arc<Shared>,
    ending: Ending,
    request: http::Request<Incoming>,
) -> Result<Response<Body>, Hangup> {
    let (parts, incoming) = request.into_parts();
    // A body that announces its size is refused before any of it is read.
    let mut too_large = incoming.size_hint().lower() > LARGEST_BODY as u64;
    let mut body = Bytes::new();
    if !too_large {
        match Limited::new(incoming, LARGEST_BODY).collect().await {
            Ok(collected) => body = collected.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => too_large = true,
            Err(_) => return Err(Hangup),
        }
    }
    let request = Request { method: parts.method, uri: parts.uri, headers: parts.headers, body };
    if request.path().starts_with("/_sim/") {
        return Ok(respond(control::answer(&shared, &request), None));
    }
    dispatch::run(shared, ending, request, too_large).await
}

/// A response that is being sent; `body` replaces the response's own if it is sent in a special way.
pub(crate) fn respond(answer: Answer, body: Option<Body>) -> Response<Body> {
    let mut response = Response::new(body.unwrap_or(Body::Whole(answer.body)));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    if let Some(value) = answer.content_type {
        headers.insert(header::CONTENT_TYPE, value);
    }
    for (name, value) in answer.headers {
        headers.append(name, value);
    }
    if answer.status == StatusCode::PAYLOAD_TOO_LARGE {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Binds a loopback port; 0 for any free port. Needs a runtime.
pub(crate) fn bind(port: u16) -> io::Result<(TcpListener, String)> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    let listener = socket.listen(BACKLOG)?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

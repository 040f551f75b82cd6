//! A minimal client, which hides nothing of what the server does to the connection.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use mspkit_sim::Simulator;
use serde_json::{Value, json};

/// The longest wait of a test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A simulator with these options on a separate thread.
pub(crate) fn simulator(options: Value) -> Simulator {
    Simulator::spawn(serde_json::from_value(options).unwrap()).unwrap()
}

/// Waits until a condition is true.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < until, "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.headers.get("content-type").map(String::as_str), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers))
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// A response with this status, no body and no content type.
    #[track_caller]
    pub(crate) fn expect_empty(self, status: u16) -> Self {
        let reply = self.expect(status);
        assert!(reply.body.is_empty() && !reply.headers.contains_key("content-type"), "{reply:?}");
        reply
    }
}

/// One connection.
pub(crate) struct Wire(TcpStream);

impl Wire {
    pub(crate) fn open(url: &str) -> Self {
        let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    pub(crate) fn send(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) {
        let mut request = Vec::new();
        write!(request, "{method} {target} HTTP/1.1\r\nhost: simulator\r\n").unwrap();
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        if !body.is_empty() || method == "POST" {
            write!(request, "content-length: {}\r\n", body.len()).unwrap();
        }
        write!(request, "\r\n{body}").unwrap();
        self.0.write_all(&request).unwrap();
    }

    /// The response; an error if the connection ends before it is complete.
    pub(crate) fn receive(&mut self) -> io::Result<Reply> {
        let head = self.head()?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap().parse().unwrap();
        let pairs = lines.filter_map(|line| line.split_once(": "));
        let headers: BTreeMap<_, _> =
            pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(Reply { status, headers, body })
    }

    /// Status line and headers.
    pub(crate) fn head(&mut self) -> io::Result<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        Ok(String::from_utf8(head).unwrap())
    }

    /// Everything until the connection ends.
    pub(crate) fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).map(|_| bytes)
    }

    pub(crate) fn call(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Reply> {
        self.send(method, target, headers, body);
        self.receive()
    }
}

/// A client with a credential; each call has a separate connection.
pub(crate) struct Client {
    url: String,
    credential: Option<(String, String)>,
}

impl Client {
    pub(crate) fn anonymous(simulator: &Simulator) -> Self {
        Self { url: simulator.url().to_owned(), credential: None }
    }

    pub(crate) fn bearer(simulator: &Simulator, token: &str) -> Self {
        let credential = Some(("authorization".to_owned(), format!("Bearer {token}")));
        Self { url: simulator.url().to_owned(), credential }
    }

    /// Logged in to N-central.
    pub(crate) fn ncentral(simulator: &Simulator) -> Self {
        let reply = Self::bearer(simulator, &simulator.credentials().ncentral_jwt)
            .call("POST", "/api/auth/authenticate", &[], "")
            .expect(200);
        Self::bearer(simulator, reply.json()["tokens"]["access"]["token"].as_str().unwrap())
    }

    /// Logged in to Cloudmore.
    pub(crate) fn cloudmore(simulator: &Simulator) -> Self {
        let reply = crate::cloudmore::log_in(simulator, &[]).expect(200);
        Self::bearer(simulator, reply.json()["access_token"].as_str().unwrap())
    }

    /// With Wiv's key.
    pub(crate) fn wiv(simulator: &Simulator) -> Self {
        let credential = Some(("x-api-key".to_owned(), simulator.credentials().wiv_api_key));
        Self { url: simulator.url().to_owned(), credential }
    }

    /// The credential, to be sent by hand.
    pub(crate) fn header(&self) -> (&str, &str) {
        let (name, value) = self.credential.as_ref().unwrap();
        (name, value)
    }

    pub(crate) fn wire(&self) -> Wire {
        Wire::open(&self.url)
    }

    pub(crate) fn try_call(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Reply> {
        let mut all: Vec<_> =
            self.credential.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend(headers);
        self.wire().call(method, target, &all, body)
    }

    #[track_caller]
    pub(crate) fn call(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        self.try_call(method, target, headers, body).unwrap()
    }

    #[track_caller]
    pub(crate) fn get(&self, target: &str) -> Reply {
        self.call("GET", target, &[], "")
    }

    #[track_caller]
    pub(crate) fn send(&self, method: &str, target: &str, body: &Value) -> Reply {
        self.call(method, target, &[("content-type", "application/json")], &body.to_string())
    }

    #[track_caller]
    pub(crate) fn post(&self, target: &str, body: &Value) -> Reply {
        self.send("POST", target, body)
    }
}

/// A service organization that can be created.
pub(crate) fn new_service_org(name: &str) -> Value {
    json!({"soName": name, "contactFirstName": "John", "contactLastName": "Smith"})
}

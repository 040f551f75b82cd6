//! Measures the simulator's own share of benchmarked times: `cargo run --release -p mspkit-sim --example speed`.
#![allow(clippy::print_stdout)] // Its figures are what it is for.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use mspkit_sim::{Options, Simulator};

const WARM_UP: usize = 200;

/// One keep-alive connection with a minimal client.
struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    authorization: String,
}

impl Wire {
    fn open(url: &str, authorization: &str) -> Result<Self, Box<dyn Error>> {
        let stream = TcpStream::connect(url.trim_start_matches("http://"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 1 << 20], authorization: authorization.to_owned() })
    }

    /// Sends a request and returns the body of its response.
    fn call(&mut self, request: &str) -> Result<&[u8], Box<dyn Error>> {
        let head = format!(
            "{request} HTTP/1.1\r\nhost: sim\r\nauthorization: Bearer {}\r\n\r\n",
            self.authorization
        );
        self.stream.write_all(head.as_bytes())?;
        let mut filled = 0;
        let mut body = None;
        loop {
            filled += self.stream.read(&mut self.buffer[filled..])?;
            if body.is_none() {
                let text = String::from_utf8_lossy(&self.buffer[..filled.min(2048)]);
                if let Some(end) = text.find("\r\n\r\n") {
                    let length =
                        text.split("content-length: ").nth(1).and_then(|rest| rest.split('\r').next());
                    body = Some((end + 4, length.unwrap_or("0").parse::<usize>()?));
                }
            }
            if let Some((start, length)) = body.filter(|(start, length)| filled >= start + length) {
                return Ok(&self.buffer[start..start + length]);
            }
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let options: Options = serde_json::from_str(r#"{"customers": 10000, "caps": null}"#)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let simulator = runtime.block_on(Simulator::start(options))?;
    let url = simulator.url();
    let mut wire = Wire::open(url, &simulator.credentials().ncentral_jwt)?;
    let tokens: serde_json::Value = serde_json::from_slice(wire.call("POST /api/auth/authenticate")?)?;
    let access = tokens["tokens"]["access"]["token"].as_str().ok_or("no token")?.to_owned();
    println!("{:<34}{:>10}{:>10}{:>10}{:>12}", "one connection", "bytes", "median", "p99", "per second");
    for request in [
        "GET /api/customers/5000",
        "GET /api/customers?pageSize=50&pageNumber=7",
        "GET /api/customers?pageSize=200&pageNumber=7",
        "GET /api/customers?pageSize=1000&pageNumber=7",
    ] {
        let mut wire = Wire::open(url, &access)?;
        let mut times = Vec::new();
        let bytes = wire.call(request)?.len();
        for round in 0..5000 + WARM_UP {
            let started = Instant::now();
            wire.call(request)?;
            if round >= WARM_UP {
                times.push(started.elapsed());
            }
        }
        let total: Duration = times.iter().sum();
        times.sort_unstable();
        let at = |share: usize| format!("{:.1?}", times[times.len() * share / 100]);
        let rate = 5000.0 / total.as_secs_f64();
        println!("{:<34}{bytes:>10}{:>10}{:>10}{rate:>12.0}", &request[4..], at(50), at(99));
    }
    let started = Instant::now();
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let (url, access) = (url.to_owned(), access.clone());
            std::thread::spawn(move || -> Result<(), String> {
                let mut wire = Wire::open(&url, &access).map_err(|error| error.to_string())?;
                for round in 0..5000 {
                    let request = format!("GET /api/customers?pageSize=50&pageNumber={}", 1 + round % 200);
                    wire.call(&request).map_err(|error| error.to_string())?;
                }
                Ok(())
            })
        })
        .collect();
    for worker in workers {
        worker.join().map_err(|_| "a worker panicked")??;
    }
    println!("eight connections, pages of 50: {:.0} per second", 40_000.0 / started.elapsed().as_secs_f64());
    Ok(())
}

//! A peer in a separate process: it does the work that standard input names, one per line, and responds with the time
//! it took. `bench-worker PEER`; tests/bench/README.md documents the lines.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

#[macro_use]
mod tally;

mod peers;
mod typed;
mod wire;

use std::io::BufRead;
use std::sync::Mutex;
use std::time::Instant;

use futures_util::future::try_join_all;

use crate::peers::{Mspkit, Peer};
use crate::tally::Tally;
use crate::wire::{Hyper, Reqwest, Wire};

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = Error> = std::result::Result<T, E>;

const FIRST_CUSTOMER: usize = 100;

fn number(at: usize, customers: usize) -> String {
    (FIRST_CUSTOMER + at % customers).to_string()
}

async fn work<P: Peer>(peer: &P, what: &str, numbers: &[usize]) -> Result<Tally> {
    let mut tally = Tally::default();
    match (what, numbers) {
        ("list", &[size, fields, _]) => peer.list(size, fields == 3, &mut tally).await?,
        ("grow", &[size]) => {
            tally.watch();
            peer.list(size, true, &mut tally).await?;
            tally.grown()?;
        }
        ("gets", &[calls, customers]) => {
            for at in 0..calls {
                peer.get(number(at, customers), &mut tally).await?;
            }
        }
        ("gets_at_once", &[calls, customers, in_flight]) => {
            let left = Mutex::new(0..calls);
            let next = || left.lock().ok().and_then(|mut left| left.next());
            let one = || async {
                let mut tally = Tally::default();
                while let Some(at) = next() {
                    peer.get(number(at, customers), &mut tally).await?;
                }
                Ok::<_, Error>(tally)
            };
            for done in try_join_all((0..in_flight).map(|_| one())).await? {
                tally.join(&done);
            }
        }
        ("cases", &[size]) => peer.cases(size, &mut tally).await?,
        _ => return Err(format!("no such work: {what} {numbers:?}").into()),
    }
    Ok(tally)
}

fn serve<P: Peer>(version: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let begun = Instant::now();
    let peer = runtime.block_on(async { P::new() })?;
    println!("ready 0 {} {version}", begun.elapsed().as_secs_f64());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (what, numbers) = line.split_once(' ').unwrap_or((&line, ""));
        let numbers = numbers.split_whitespace().map(str::parse).collect::<Result<Vec<usize>, _>>()?;
        let begun = Instant::now();
        match runtime.block_on(work(&peer, what, &numbers)) {
            Ok(tally) => println!("ok {} {tally}", begun.elapsed().as_secs_f64()),
            Err(error) => println!("error {}", error.to_string().replace('\n', " ")),
        }
    }
    Ok(())
}

fn main() -> Result<()> {
    // A program that links both has to choose; mspkit never chooses for the process.
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "there is a provider already")?;
    match std::env::args().nth(1).as_deref() {
        Some("mspkit") => serve::<Mspkit>("mspkit"),
        Some("reqwest") => serve::<Wire<Reqwest>>("reqwest with serde_json"),
        Some("hyper") => serve::<Wire<Hyper>>("hyper-util with serde_json"),
        _ => Err("usage: bench-worker mspkit|reqwest|hyper".into()),
    }
}

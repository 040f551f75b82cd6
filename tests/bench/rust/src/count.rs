//! Work of the core for callgrind to count, over a server in memory: `bench-count page|call TIMES`.
//!
//! With two different counts, the difference is the work alone. It does not depend on the machine's load.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use mspkit::NCentral;
use mspkit::ncentral::ListCustomers;
use mspkit::transport::{Memory, Request, Response};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const CUSTOMERS: i64 = 1000;

/// A customer with its fields in the server's order, the id first.
fn customer(id: i64) -> String {
    format!(
        r#"{{"customerId":"{id}","customerName":"Customer {id}","orgUnitType":"CUSTOMER","parentId":"50","externalId":"C-00001","externalId2":null,"phone":"+46 8 123 45 67","contactTitle":"Administrator","contactFirstName":"Ada","contactLastName":"Lovelace","contactEmail":"ada.lovelace@example.com","contactPhone":null,"contactPhoneExt":"12","contactDepartment":"Operations","street1":"436 Main Street","street2":null,"city":"Stockholm","stateProv":"Stockholms län","country":"SE","county":null,"postalCode":"111 22","generation":2,"descendantCount":0}}"#
    )
}

fn client() -> Result<NCentral> {
    let one = Bytes::from(customer(1));
    let customers: Vec<String> = (1..=CUSTOMERS).map(customer).collect();
    let facts = format!(r#""totalItems":{CUSTOMERS},"totalPages":1,"pageNumber":1,"pageSize":{CUSTOMERS}"#);
    let page = Bytes::from(format!(r#"{{"data":[{}],{facts}}}"#, customers.join(",")));
    let memory = Memory::new(move |request: Request| {
        let body = match request.url.path() {
            "/api/auth/authenticate" => {
                Bytes::from_static(br#"{"tokens":{"access":{"token":"access-token"}}}"#)
            }
            "/api/customers" => page.clone(),
            _ => one.clone(),
        };
        async move { Ok(Response::new(StatusCode::OK, body)) }
    });
    let builder = NCentral::builder().base_url("https://count.example").jwt("the-user-token");
    Ok(builder.transport(Arc::new(memory)).build()?)
}

async fn work(what: &str, times: usize) -> Result<()> {
    let client = client()?;
    for _ in 0..times {
        match what {
            "call" => drop(client.customers().get("1").await?),
            // The first item of a list is available as soon as its page is cut.
            "page" => {
                let list = client.customers().list(ListCustomers::new().page_size(CUSTOMERS)).concurrency(1);
                drop(list.items().next().await.ok_or("no item")??);
            }
            _ => return Err("usage: bench-count page|call TIMES".into()),
        }
    }
    Ok(())
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(what), Some(times)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bench-count page|call TIMES".into());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(work(&what, times.parse()?))
}

//! Tables and files of the lists of blocking clients.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]
#![cfg(all(feature = "arrow", feature = "blocking"))]

use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::ArrowError;
use mspkit::blocking::{NCentral, RawPager};
use mspkit::ncentral::ListCustomers;
use mspkit::{Error, ErrorKind};
use mspkit_data::arrow::schema;
use mspkit_data::blocking::{Batches, write_file};
use mspkit_data::{Columns, Format, RowWriter, WriteOptions};
use mspkit_sim::{Options, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;

const LIST: &str = "ncentral.customers.list";
/// How long a test waits for something that must happen.
const LIMIT: Duration = Duration::from_secs(20);

fn simulator(customers: u64) -> (Simulator, NCentral) {
    let options: Options = serde_json::from_value(json!({"customers": customers})).unwrap();
    let simulator = Simulator::spawn(options).unwrap();
    let jwt = simulator.credentials().ncentral_jwt.clone();
    let builder = NCentral::builder().base_url(simulator.url()).jwt(jwt).trust_env(false).max_retries(0);
    (simulator, builder.build().unwrap())
}

/// The customers by tens, one page at a time.
fn by_tens(client: &NCentral) -> RawPager {
    client.customers().list(ListCustomers::new().page_size(10)).concurrency(1).pager().unwrap()
}

fn fail(simulator: &Simulator, nth: &[u32], fault: &Value) {
    let rule = json!({"match": "GET /api/customers", "nth": nth, "fault": fault});
    simulator.control("faults", &json!({"seed": 1, "rules": [rule]})).unwrap();
}

fn ids(batch: &RecordBatch) -> Vec<String> {
    let ids = batch.column_by_name("customer_id").unwrap().as_string::<i32>();
    ids.iter().map(|id| id.unwrap().to_owned()).collect()
}

fn wanted(rows: std::ops::Range<u32>) -> Vec<String> {
    rows.map(|row| (100 + row).to_string()).collect()
}

fn inner(error: &ArrowError) -> &Error {
    match error {
        ArrowError::ExternalError(inner) => inner.downcast_ref().unwrap(),
        other => panic!("{other}"),
    }
}

/// What a library of Arrow does.
fn read(reader: Box<dyn RecordBatchReader + Send>) -> Vec<RecordBatch> {
    let schema = reader.schema();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    assert!(batches.iter().all(|batch| batch.schema() == schema));
    batches
}

#[test]
fn a_list_is_a_reader_of_batches() {
    let (_simulator, client) = simulator(25);
    let pager = by_tens(&client);
    let batches = Batches::of(pager.clone()).unwrap();
    assert_eq!(batches.schema(), schema(&Columns::of_list(LIST).unwrap()));
    let batches = read(Box::new(batches));
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [10, 10, 5]);
    assert_eq!(batches.iter().flat_map(ids).collect::<Vec<_>>(), wanted(0..25));
    assert_eq!(pager.pager().complete(), Some(true));
}

#[test]
fn chosen_columns_cross_the_interface_of_c() {
    let (_simulator, client) = simulator(12);
    let columns = Columns::of_list(LIST).unwrap().choose(&["city", "customerId"]).unwrap();
    let stream = FFI_ArrowArrayStream::new(Box::new(Batches::new(by_tens(&client), &columns)));
    let batches = read(Box::new(RecordBatchStreamReader::try_new(stream).unwrap()));
    assert_eq!((batches.len(), batches[0].num_columns()), (2, 2));
    assert_eq!(batches.iter().flat_map(ids).collect::<Vec<_>>(), wanted(0..12));
}

#[test]
fn an_error_of_the_list_ends_it_and_loses_nothing() {
    let (simulator, client) = simulator(25);
    fail(&simulator, &[2], &json!({"kind": "status", "status": 403}));
    let pager = by_tens(&client);
    let mut batches = Batches::of(pager.clone()).unwrap();
    assert_eq!(ids(&batches.next().unwrap().unwrap()), wanted(0..10));
    let error = batches.next().unwrap().unwrap_err();
    assert_eq!(inner(&error).kind(), ErrorKind::PermissionDenied);
    assert_eq!(inner(&error).resume_token(), Some(&*batches.pager().resume_token()));
    assert!(batches.next().is_none());
    assert_eq!(simulator.count(LIST).received, 2);
    let rest = read(Box::new(Batches::of(pager).unwrap()));
    assert_eq!(rest.iter().flat_map(ids).collect::<Vec<_>>(), wanted(10..25));
}

#[test]
fn rows_around_one_that_does_not_fit_are_read() {
    let (simulator, client) = simulator(1);
    let rows = json!([{"customerId": 100}, {"customerId": 101}, {"customerId": 102, "city": {}}, {"customerId": 103}]);
    let answer = json!({"match": "GET /api/customers", "json": {"data": rows, "totalItems": 4}});
    simulator.control("script", &json!({"answers": [answer]})).unwrap();
    let mut batches = Batches::of(by_tens(&client)).unwrap();
    assert_eq!(ids(&batches.next().unwrap().unwrap()), wanted(0..2));
    let error = batches.next().unwrap().unwrap_err();
    assert_eq!(inner(&error).kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("row 3 of ") && error.to_string().contains("`city`"), "{error}");
    assert_eq!(ids(&batches.next().unwrap().unwrap()), wanted(3..4));
    assert!(batches.next().is_none());
}

#[test]
fn a_list_that_is_dropped_ends_its_requests() {
    let (simulator, client) = simulator(95);
    fail(&simulator, &[2, 3, 4, 5, 6, 7, 8, 9, 10], &json!({"kind": "hang"}));
    let list = client.customers().list(ListCustomers::new().page_size(10)).concurrency(3);
    let mut batches = Batches::of(list.pager().unwrap()).unwrap();
    assert_eq!(batches.next().unwrap().unwrap().num_rows(), 10);
    let until = |reached: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !reached() {
            assert!(begun.elapsed() < LIMIT);
            std::thread::yield_now();
        }
    };
    until(&|| simulator.count(LIST).received > 1);
    drop(batches);
    until(&|| {
        let counts = simulator.count(LIST);
        counts.dropped + 1 == counts.received
    });
    assert!(simulator.count(LIST).received < 10);
}

#[tokio::test]
async fn an_async_program_gets_an_error() {
    let client = NCentral::builder().base_url("http://localhost").jwt("j").build().unwrap();
    let pager = by_tens(&client);
    let mut batches = Batches::of(pager.clone()).unwrap();
    let error = batches.next().unwrap().unwrap_err();
    assert!(inner(&error).message().contains("use the async client there"), "{error}");
    assert!(batches.next().is_none());
    let folder = TempDir::new().unwrap();
    let error = write_file(&pager, None, &folder.path().join("new"), lines(LIST), |_| {}).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

fn lines(operation: &str) -> RowWriter {
    RowWriter::new(Format::JsonLines, operation, &WriteOptions::default()).unwrap()
}

#[test]
fn files_are_complete_or_not_there() {
    let (simulator, client) = simulator(25);
    fail(&simulator, &[2], &json!({"kind": "status", "status": 403}));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("customers.csv");
    let pager = by_tens(&client);
    let rows = || RowWriter::new(Format::Csv, LIST, &WriteOptions::default()).unwrap();
    let error = write_file(&pager, None, &path, rows(), |_| {}).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let mut seen = Vec::new();
    let count = write_file(&pager, None, &path, rows(), |progress| seen.push(progress.rows)).unwrap();
    assert_eq!((count, seen), (25, vec![10, 20, 25]));
    assert_eq!(std::fs::read_to_string(path).unwrap().lines().count(), 26);
}

#[test]
fn rows_without_known_fields_are_lines_of_json() {
    let (_simulator, client) = simulator(3);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rows.jsonl");
    let pager = client.paginate("GET", "/api/customers").pager().unwrap();
    let operation = pager.pager().operation().to_owned();
    assert_eq!(write_file(&pager, None, &path, lines(&operation), |_| {}).unwrap(), 3);
    let text = std::fs::read_to_string(path).unwrap();
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(first["customerId"], json!("100"));
    let refused = Batches::of(pager).unwrap_err();
    assert_eq!(refused.argument_name(), Some("columns"));
}

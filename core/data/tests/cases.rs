//! The cases of tests/data/cases.json, which every language runs, and lists as streams, from a server in memory.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]
#![cfg(feature = "arrow")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::RecordBatchStreamReader;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::{DataType, Schema};
use http::StatusCode;
use mspkit::transport::{Memory, Request, Response};
use mspkit::{CallOptions, Config, Core, Error, ErrorKind, Operation, PagingOptions, Service, Spelling};
use mspkit_data::Columns;
use mspkit_data::arrow::{self, Batches, StreamError};
use serde_json::{Value, json};

const CUSTOMERS: &str = "ncentral.customers.list";

/// A client of a server in memory, which issues tokens and responds to everything else with `answer`: status and body. Limits
/// are shared by all clients of a host, so every test has its own.
fn core(
    host: &str,
    service: Service,
    answer: impl Fn(&Request) -> (u16, Value) + Send + Sync + Clone + 'static,
) -> Core {
    let memory = Memory::new(move |request: Request| {
        let (status, body) = match request.url.path() {
            "/api/auth/authenticate" => (200, json!({"tokens": {"access": {"token": "access-token"}}})),
            _ => answer(&request),
        };
        async move { Ok(Response::new(StatusCode::from_u16(status).unwrap(), body.to_string())) }
    });
    let mut options = match service {
        Service::Wiv => json!({"api_key": "key"}),
        _ => json!({"jwt": "token"}),
    };
    options["base_url"] = format!("https://{host}.example").into();
    options["trust_env"] = false.into();
    options["max_retries"] = 0.into();
    let config = Config::from_json(options.to_string().as_bytes()).unwrap();
    Core::with_transport(service, &config, Arc::new(memory)).unwrap()
}

/// A page with these rows.
fn page(rows: &Value) -> Value {
    json!({"data": rows, "totalItems": rows.as_array().unwrap().len(), "totalPages": 1})
}

fn pager(core: &Core, operation: &str, params: &Value, paging: &Value) -> mspkit::RawPager {
    let paging = PagingOptions::from_json(paging.to_string().as_bytes()).unwrap();
    core.pager(operation, params.to_string().as_bytes(), &paging, &CallOptions::default()).unwrap()
}

/// The name of a type, as pyarrow writes it.
fn named(of: &DataType) -> String {
    match of {
        DataType::Utf8 => "string".to_owned(),
        DataType::Int64 => "int64".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Boolean => "bool".to_owned(),
        DataType::List(entry) => format!("list<{}: {}>", entry.name(), named(entry.data_type())),
        DataType::Struct(fields) => {
            let fields = fields.iter().map(|field| format!("{}: {}", field.name(), named(field.data_type())));
            format!("struct<{}>", fields.collect::<Vec<_>>().join(", "))
        }
        other => panic!("{other}"),
    }
}

fn described(schema: &Schema) -> Value {
    schema.fields().iter().map(|field| json!([field.name(), named(field.data_type())])).collect()
}

/// A value as JSON.
fn shown(array: &ArrayRef, at: usize) -> Value {
    if array.is_null(at) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Utf8 => json!(array.as_string::<i32>().value(at)),
        DataType::Int64 => json!(array.as_primitive::<Int64Type>().value(at)),
        DataType::Float64 => json!(array.as_primitive::<Float64Type>().value(at)),
        DataType::Boolean => json!(array.as_boolean().value(at)),
        DataType::List(_) => {
            let entries = array.as_list::<i32>().value(at);
            (0..entries.len()).map(|at| shown(&entries, at)).collect()
        }
        DataType::Struct(fields) => {
            let members = array.as_struct().columns().iter().zip(fields);
            members.map(|(array, field)| (field.name().clone(), shown(array, at))).collect()
        }
        other => panic!("{other}"),
    }
}

fn values(batches: &[RecordBatch], column: usize) -> Value {
    let all = batches.iter().flat_map(|batch| {
        let column = batch.column(column);
        (0..column.len()).map(move |at| shown(column, at))
    });
    all.collect()
}

async fn every(batches: &Batches) -> Result<Vec<RecordBatch>, Error> {
    let mut found = Vec::new();
    while let Some(batch) = batches.next().await? {
        found.push(batch);
    }
    Ok(found)
}

async fn run(at: usize, case: &Value) -> Result<(Value, Vec<RecordBatch>), Error> {
    let operation = Operation::find(case["operation"].as_str().unwrap()).unwrap();
    assert_eq!(operation.path, case["path"]);
    let body = page(&case["rows"]);
    let core = core(&format!("case-{at}"), operation.service, move |_| (200, body.clone()));
    let options = case["options"].to_string();
    let columns = Columns::from_json(operation.id, options.as_bytes(), Spelling::Snake)?;
    let pager = pager(&core, operation.id, &json!({}), &json!({}));
    let batches = Batches::new(pager, &columns);
    Ok((described(&batches.schema()), every(&batches).await?))
}

#[tokio::test]
async fn every_case() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/cases.json");
    let cases: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    assert!(cases.len() > 10);
    for (at, case) in cases.iter().enumerate() {
        let name = &case["name"];
        match (run(at, case).await, case["error"].as_array()) {
            (Ok((schema, batches)), None) => {
                assert_eq!(schema, case["schema"], "{name}");
                for (at, wanted) in case["values"].as_array().unwrap().iter().enumerate() {
                    assert_eq!(&values(&batches, at), wanted, "{name}: column {at}");
                }
            }
            (Err(error), Some(texts)) => {
                let text = error.to_string();
                for part in texts {
                    assert!(text.contains(part.as_str().unwrap()), "{name}: {text}");
                }
                let refused = error.argument_name().filter(|_| error.kind() == ErrorKind::InvalidRequest);
                assert_eq!(refused, case["refused"].as_str(), "{name}");
                assert_eq!(error.resume_token().is_some(), case["refused"].is_null(), "{name}");
            }
            (found, _) => panic!("{name}: {found:?}"),
        }
    }
}

fn ids(batches: &[RecordBatch]) -> Vec<String> {
    let ids = values(batches, 0);
    ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

fn wanted(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|at| (100 + at).to_string()).collect()
}

#[tokio::test]
async fn an_error_midway_loses_nothing() {
    let calls = Arc::new(AtomicUsize::new(0));
    let core = core("midway", Service::NCentral, move |request| {
        if calls.fetch_add(1, Ordering::Relaxed) == 3 {
            return (400, json!({}));
        }
        let number = |name: &str| {
            let found = request.url.query_pairs().find(|(known, _)| known == name);
            found.unwrap().1.parse::<usize>().unwrap()
        };
        let (page, size) = (number("pageNumber"), number("pageSize"));
        let rows = ((page - 1) * size..95.min(page * size)).map(|at| json!({"customerId": 100 + at}));
        let rows: Value = rows.collect();
        (200, json!({"data": rows, "totalItems": 95, "totalPages": 10, "pageNumber": page, "pageSize": size}))
    });
    let list = pager(&core, CUSTOMERS, &json!({"page_size": 10}), &json!({"concurrency": 1}));
    let batches = Batches::of(list.clone()).unwrap();
    let mut read = Vec::new();
    let error = loop {
        match batches.next().await {
            Ok(batch) => read.push(batch.unwrap()),
            Err(error) => break error,
        }
    };
    assert_eq!((read.len(), error.kind()), (3, ErrorKind::BadRequest));
    assert_eq!(error.resume_token(), Some(&*list.resume_token()));
    let text = StreamError::from(error).to_string();
    assert!(text.ends_with(&format!("; resume_token: {}", list.resume_token())), "{text}");
    read.extend(every(&batches).await.unwrap());
    assert_eq!(ids(&read), wanted(0..95));
    assert_eq!(list.complete(), Some(true));
}

#[tokio::test]
async fn rows_around_one_that_does_not_fit_are_read() {
    let rows =
        json!([{"customerId": 1}, {"customerId": 2}, {"customerId": 3, "city": {}}, {"customerId": 4}]);
    let core = core("odd-row", Service::NCentral, move |_| (200, page(&rows)));
    let batches = Batches::of(pager(&core, CUSTOMERS, &json!({}), &json!({}))).unwrap();
    let first = batches.next().await.unwrap().unwrap();
    assert_eq!(ids(&[first]), ["1", "2"]);
    let error = batches.next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("row 3 of ") && error.message().contains("`city`"), "{error}");
    assert_eq!(ids(&every(&batches).await.unwrap()), ["4"]);
}

/// Notes when it is dropped.
struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_stream_is_read_by_its_interface_and_dropped_midway() {
    let columns = Columns::of_list(CUSTOMERS).unwrap().choose(&["customer_id"]).unwrap();
    let schema = arrow::schema(&columns);
    let batch = RecordBatch::new_empty(schema.clone());
    let dropped = Arc::new(AtomicBool::new(false));
    let held = Dropped(dropped.clone());
    let stream = arrow::stream(schema.clone(), move || {
        let _ = &held;
        Some(Ok(batch.clone()))
    });
    let mut reader = RecordBatchStreamReader::try_new(stream).unwrap();
    assert_eq!(reader.schema(), schema);
    assert_eq!(reader.next().unwrap().unwrap().num_rows(), 0);
    assert!(!dropped.load(Ordering::Relaxed));
    drop(reader);
    assert!(dropped.load(Ordering::Relaxed));
}

#[test]
fn a_stream_ends_after_an_error() {
    let schema = arrow::schema(&Columns::of_list(CUSTOMERS).unwrap());
    let mut calls = 0;
    let stream = arrow::stream(schema, move || {
        calls += 1;
        Some(Err(StreamError::new(&format!("failure \0 {calls}"), Some("token".to_owned()))))
    });
    let mut reader = RecordBatchStreamReader::try_new(stream).unwrap();
    let error = reader.next().unwrap().unwrap_err().to_string();
    assert!(error.contains("failure \u{fffd} 1; resume_token: token"), "{error}");
    assert!(reader.next().is_none());
}

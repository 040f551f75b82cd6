//! Files of rows: complete or not there, with the same columns whatever the rows have.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use std::path::PathBuf;

use mspkit::{CallOptions, Config, Core, ErrorKind, PagingOptions, RawPager, Service};
use mspkit_data::{Columns, Format, Progress, RowWriter, WholeFile, WriteOptions, write_file};
use mspkit_sim::{Options, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;

const LIST: &str = "ncentral.customers.list";

async fn simulator(customers: u64) -> (Simulator, Core) {
    let options: Options = serde_json::from_value(json!({"customers": customers})).unwrap();
    let simulator = Simulator::start(options).await.unwrap();
    let jwt = &simulator.credentials().ncentral_jwt;
    let config = json!({"base_url": simulator.url(), "jwt": jwt, "trust_env": false, "max_retries": 0});
    let config = Config::from_json(config.to_string().as_bytes()).unwrap();
    let core = Core::new(Service::NCentral, &config).unwrap();
    (simulator, core)
}

fn list(core: &Core, size: u32) -> RawPager {
    let params = json!({"page_size": size}).to_string();
    core.pager(LIST, params.as_bytes(), &PagingOptions::default(), &CallOptions::default()).unwrap()
}

fn rows(format: Format, columns: Option<&[&str]>, excel: bool) -> RowWriter {
    let columns = columns.map(|names| names.iter().map(|&name| name.to_owned()).collect());
    RowWriter::new(format, LIST, &WriteOptions { columns, excel, ..WriteOptions::default() }).unwrap()
}

fn answer(simulator: &Simulator, rows: &Value) {
    let total = rows.as_array().unwrap().len();
    let answer =
        json!({"match": "GET /api/customers", "times": 0, "json": {"data": rows, "totalItems": total}});
    simulator.control("script", &json!({"answers": [answer]})).unwrap();
}

/// What is in a folder, by name.
fn names(folder: &TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

async fn written(core: &Core, format: Format, columns: Option<&[&str]>, excel: bool) -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rows");
    write_file(&list(core, 50), None, &path, rows(format, columns, excel), |_| {}).await.unwrap();
    assert_eq!(names(&folder), ["rows"]);
    std::fs::read_to_string(path).unwrap()
}

#[tokio::test]
async fn csv_has_every_column_whatever_the_rows_have() {
    let (simulator, core) = simulator(1).await;
    answer(&simulator, &json!([{"customerId": 7}]));
    let text = written(&core, Format::Csv, None, false).await;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<_> = Columns::of_list(LIST).unwrap().flat().into_iter().map(|leaf| leaf.name).collect();
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), names);
    let record = reader.records().next().unwrap().unwrap();
    assert_eq!(
        (&record[0], record.len(), record.iter().filter(|cell| cell.is_empty()).count()),
        ("7", names.len(), names.len() - 1)
    );
}

#[tokio::test]
async fn cells_are_safe_and_ids_stay_what_they_are() {
    let (simulator, core) = simulator(1).await;
    let odd = json!([
        {"customerId": "007", "customerName": "=1+1", "city": "a \"b\",\nc"},
        {"customerId": 123_456_789_012_u64, "customerName": "-x", "city": null},
        {"customerId": "1e5", "city": "ü"},
        {"customerId": "A-7", "customerName": 5},
    ]);
    answer(&simulator, &odd);
    let columns: &[&str] = &["customer_id", "customerName", "city"];
    assert_eq!(
        written(&core, Format::Csv, Some(columns), false).await,
        "customer_id,customer_name,city\r\n007,'=1+1,\"a \"\"b\"\",\nc\"\r\n123456789012,'-x,\r\n1e5,,ü\r\nA-7,5,\r\n"
    );
    let excel = written(&core, Format::Csv, Some(columns), true).await;
    let ids: Vec<_> = csv::Reader::from_reader(excel.trim_start_matches('\u{feff}').as_bytes())
        .records()
        .map(|record| record.unwrap()[0].to_owned())
        .collect();
    assert_eq!(ids, ["=\"007\"", "=\"123456789012\"", "=\"1e5\"", "A-7"]);
}

#[tokio::test]
async fn lines_of_json_have_the_names_of_the_language() {
    let (simulator, core) = simulator(1).await;
    answer(
        &simulator,
        &json!([{"customerId": 7, "customerName": null, "new": {"a": [1, 2.50]}}, {"city": "x\ny"}]),
    );
    let text = written(&core, Format::JsonLines, None, false).await;
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines,
        [json!({"customer_id": "7", "customer_name": null, "new": {"a": [1, 2.5]}}), json!({"city": "x\ny"})]
    );
    let text = written(&core, Format::JsonLines, Some(&["city"]), false).await;
    assert_eq!(text, "{}\n{\"city\":\"x\\ny\"}\n");
}

#[tokio::test]
async fn a_failure_leaves_the_old_file_and_nothing_else() {
    let (simulator, core) = simulator(30).await;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("customers.csv");
    std::fs::write(&path, "old").unwrap();
    let pager = list(&core, 10);
    let begin = pager.resume_token();
    let fail =
        json!([{"match": "GET /api/customers", "nth": [2], "fault": {"kind": "status", "status": 403}}]);
    simulator.control("faults", &json!({"seed": 1, "rules": fail})).unwrap();
    let error = write_file(&pager, None, &path, rows(Format::Csv, None, false), |_| {}).await.unwrap_err();
    assert_eq!((error.kind(), error.resume_token()), (ErrorKind::PermissionDenied, Some(&*begin)));
    assert_eq!(
        (std::fs::read_to_string(&path).unwrap(), names(&folder)),
        ("old".to_owned(), vec!["customers.csv".to_owned()])
    );
    let mut seen = Vec::new();
    let progress = |progress: Progress| seen.push((progress.rows, progress.total));
    assert_eq!(write_file(&pager, None, &path, rows(Format::Csv, None, false), progress).await.unwrap(), 30);
    assert_eq!(seen, [(10, Some(30)), (20, Some(30)), (30, Some(30))]);
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 31);
    assert_eq!(names(&folder), ["customers.csv"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_finished_takes_no_row_away() {
    let (_simulator, core) = simulator(30).await;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("customers.csv");
    let pager = list(&core, 10);
    let first = pager.fill(Some(1)).await.unwrap().unwrap();
    first.take(1);
    let begin = pager.resume_token();
    let remove = |_: Progress| drop(std::fs::remove_dir_all(folder.path()));
    let error = write_file(&pager, None, &path, rows(Format::Csv, None, false), remove).await.unwrap_err();
    assert_eq!((error.argument_name(), error.resume_token()), (Some("path"), Some(&*begin)));
    std::fs::create_dir(folder.path()).unwrap();
    assert_eq!(write_file(&pager, None, &path, rows(Format::Csv, None, false), |_| {}).await.unwrap(), 29);
}

#[test]
fn forms_have_names() {
    assert_eq!(
        (Format::named("csv").unwrap(), Format::named("jsonl").unwrap()),
        (Format::Csv, Format::JsonLines)
    );
    assert_eq!(Format::named("xml").unwrap_err().to_string(), "format: must be csv or jsonl; given: \"xml\"");
}

#[test]
fn what_cannot_be_written_is_refused() {
    let folder = TempDir::new().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("no/file"), PathBuf::from("/")] {
        let error = WholeFile::create(path).unwrap_err();
        assert_eq!((error.kind(), error.argument_name()), (ErrorKind::InvalidRequest, Some("path")));
    }
    let mut file = WholeFile::create(folder.path().join("new")).unwrap();
    file.write(b"text").unwrap();
    drop(file);
    assert!(names(&folder).is_empty());
    let error = RowWriter::new(Format::Csv, "paginate", &WriteOptions::default()).unwrap_err();
    assert_eq!(error.argument_name(), Some("columns"));
    assert!(RowWriter::new(Format::JsonLines, "paginate", &WriteOptions::default()).is_ok());
}

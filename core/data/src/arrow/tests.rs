//! Rows of every form, as arrays.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use mspkit::Reader;
use mspkit::schema::Model;
use serde_json::{Map, Value, json};

use super::read::Members;
use super::values::Values;
use crate::{Columns, Type};

/// The values of a column of this type.
fn values(of: &Type, json: &[&str]) -> Result<ArrayRef, String> {
    let mut values = Values::new(of, json.len());
    for one in json {
        Reader::whole(one.as_bytes(), |value| values.read(value)).map_err(|why| why.to_string())?;
    }
    Ok(values.finish().unwrap())
}

fn table(columns: &Columns, rows: &[Value]) -> Result<Vec<(String, ArrayRef)>, String> {
    let mut members = Members::of_rows(columns, rows.len());
    for row in rows {
        members.row(row.to_string().as_bytes()).map_err(|why| why.to_string())?;
    }
    let (fields, arrays) = members.finish().unwrap();
    Ok(fields.iter().map(|field| field.name().clone()).zip(arrays).collect())
}

fn customers() -> Columns {
    Columns::of_list("ncentral.customers.list").unwrap()
}

fn texts(array: &ArrayRef) -> Vec<Option<&str>> {
    array.as_string::<i32>().iter().collect()
}

#[test]
fn scalars_are_converted_as_models_do() {
    let array = values(&Type::Text, &[r#""a\n""#, "null", "1.50", "true", r#""""#]).unwrap();
    assert_eq!(texts(&array), [Some("a\n"), None, Some("1.5"), Some("true"), Some("")]);
    let array = values(&Type::Integer, &["7", "null", "7.0", r#"" 8 ""#]).unwrap();
    assert_eq!(
        array.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(),
        [Some(7), None, Some(7), Some(8)]
    );
    let array = values(&Type::Number, &["7", "null", "1e3"]).unwrap();
    assert_eq!(
        array.as_primitive::<Float64Type>().iter().collect::<Vec<_>>(),
        [Some(7.0), None, Some(1000.0)]
    );
    let array = values(&Type::Flag, &["true", "null", "0", r#""TRUE""#]).unwrap();
    assert_eq!(array.as_boolean().iter().collect::<Vec<_>>(), [Some(true), None, Some(false), Some(true)]);
    let array = values(&Type::Json, &[r#"{"a": [1]}"#, "null", "7", r#""x""#]).unwrap();
    assert_eq!(texts(&array), [Some(r#"{"a": [1]}"#), None, Some("7"), Some(r#""x""#)]);
}

#[test]
fn values_that_do_not_fit_are_refused_without_being_shown() {
    for (of, json, message) in [
        (Type::Text, "[]", "a list where text belongs"),
        (Type::Id, "true", "true where an id belongs"),
        (Type::Integer, "7.5", "7.5 where a whole number belongs"),
        (Type::Number, r#""secret""#, "a text where a number belongs"),
        (Type::Flag, "2", "2 where true or false belongs"),
        (Type::List(Type::Integer.into()), r#"[1, "x"]"#, "at `[1]`: a text where a whole number belongs"),
    ] {
        assert_eq!(values(&of, &[json]).unwrap_err(), message);
    }
}

#[test]
fn lists_keep_null_apart_from_empty() {
    let of = Type::List(Type::Id.into());
    let array = values(&of, &["[1, null]", "null", "[]", r#"["b"]"#]).unwrap();
    let lists = array.as_list::<i32>();
    assert_eq!(lists.value_offsets(), [0, 2, 2, 2, 3]);
    assert_eq!((0..4).map(|at| lists.is_null(at)).collect::<Vec<_>>(), [false, true, false, false]);
    assert_eq!(texts(lists.values()), [Some("1"), None, Some("b")]);
}

#[test]
fn missing_fields_are_null_in_any_order_of_members() {
    let rows = [
        json!({"customerId": 7, "customerName": "A"}),
        json!({"city": "Oslo", "unknown": 1, "customerName": null, "customerId": "8"}),
        json!({}),
    ];
    let found = table(&customers(), &rows).unwrap();
    let column = |name: &str| found.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!(texts(&column("customer_id")), [Some("7"), Some("8"), None]);
    assert_eq!(texts(&column("customer_name")), [Some("A"), None, None]);
    assert_eq!(texts(&column("city")), [None, Some("Oslo"), None]);
}

#[test]
fn a_member_that_is_there_twice_counts_once() {
    let columns = customers().choose(&["city", "customer_id"]).unwrap();
    let mut members = Members::of_rows(&columns, 2);
    members.row(br#"{"city": "Oslo", "customerId": 1, "city": "Bergen"}"#).unwrap();
    members.row(br#"{"city": "Oslo", "city": null}"#).unwrap();
    let (_, arrays) = members.finish().unwrap();
    assert_eq!(texts(&arrays[0]), [Some("Bergen"), None]);
    assert_eq!(texts(&arrays[1]), [Some("1"), None]);
}

#[test]
fn a_row_that_does_not_fit_adds_nothing() {
    let columns = Columns::of(Model::find("cloudmore", "Broker").unwrap()).with_extra();
    let mut members = Members::of_rows(&columns, 3);
    let rows = full_rows(&columns, 2);
    let broken = rows[1].as_object().unwrap();
    members.row(rows[0].to_string().as_bytes()).unwrap();
    for name in broken.keys() {
        let mut row = broken.clone();
        // The last member is the one that does not fit, so that all others were added before.
        row.remove(name);
        let text = serde_json::to_string(&row).unwrap();
        let text = format!("{},\"x\":1,{}:[[[{{]}}", text.trim_end_matches('}'), json!(name));
        assert!(members.row(text.as_bytes()).is_err(), "{name}");
    }
    members.row(rows[1].to_string().as_bytes()).unwrap();
    for text in ["null", "[]", "7"] {
        assert_eq!(members.row(text.as_bytes()).is_err(), text != "null");
    }
    let (_, arrays) = members.finish().unwrap();
    assert!(arrays.iter().all(|array| array.len() == 3));
    let expected = table(&columns, &rows).unwrap();
    for (array, (name, whole)) in arrays.iter().zip(expected) {
        assert_eq!(array.slice(0, 2).to_data(), whole.to_data(), "{name}");
        assert!(array.is_null(2), "{name}");
    }
}

#[test]
fn members_without_a_field_are_kept_when_asked_for() {
    let rows = [json!({"customerId": 1, "new": {"a": [1]}, "é\"": 2}), json!({"city": "Oslo"})];
    let columns = customers().choose(&["customer_id"]).unwrap().with_extra();
    let found = table(&columns, &rows).unwrap();
    assert_eq!(found[1].0, "extra");
    // Fields that were not chosen are no such members.
    assert_eq!(texts(&found[1].1), [Some(r#"{"new":{"a":[1]},"é\"":2}"#), None]);
}

/// A value of this type that is not null.
fn full(of: &Type, seed: usize) -> Value {
    match of {
        Type::Text | Type::Id => json!(format!("text {seed}")),
        Type::Integer => json!(seed),
        #[allow(clippy::cast_precision_loss, reason = "small")]
        Type::Number => json!(seed as f64 + 0.5),
        Type::Flag => json!(seed.is_multiple_of(2)),
        Type::Json => json!({"any": seed}),
        Type::List(of) => Value::Array((0..seed % 3).map(|at| full(of, seed + at)).collect()),
        Type::Object(members) => {
            let members = members.iter().map(|member| {
                let name = member.wire().unwrap_or("unknownMember");
                (name.to_owned(), full(member.data_type(), seed + 1))
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

fn full_rows(columns: &Columns, count: usize) -> Vec<Value> {
    let object = Type::Object(columns.to_vec());
    (0..count).map(|seed| full(&object, seed)).collect()
}

/// A value of an array, as JSON.
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
            Value::Object(members.map(|(array, field)| (field.name().clone(), shown(array, at))).collect())
        }
        other => panic!("{other}"),
    }
}

/// What a value must become.
fn expected(of: &Type, value: &Value) -> Value {
    match of {
        Type::Json => json!(value.to_string()),
        Type::List(of) => value.as_array().unwrap().iter().map(|entry| expected(of, entry)).collect(),
        Type::Object(members) => {
            let member = |member: &crate::Column| {
                let value = match member.wire() {
                    Some(wire) => expected(member.data_type(), &value[wire]),
                    None => json!(json!({"unknownMember": value["unknownMember"]}).to_string()),
                };
                (member.name().to_owned(), value)
            };
            Value::Object(members.iter().map(member).collect())
        }
        _ => value.clone(),
    }
}

#[test]
fn every_model_is_read_to_the_last_member() {
    for model in Model::all() {
        for columns in [Columns::of(model), Columns::of(model).with_extra()] {
            let rows = full_rows(&columns, 4);
            let found = table(&columns, &rows).unwrap();
            for (at, row) in rows.iter().enumerate() {
                let object = Type::Object(columns.to_vec());
                let wanted = expected(&object, row);
                for (name, array) in &found {
                    assert_eq!(shown(array, at), wanted[name], "{}.{name}", model.name);
                }
            }
        }
    }
}

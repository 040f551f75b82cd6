//! The columns of every model of the table, and the choice of some.

use mspkit::ErrorKind;

use super::*;

fn customers() -> Columns {
    Columns::of_list("ncentral.customers.list").unwrap()
}

fn names(columns: &Columns) -> Vec<&str> {
    columns.iter().map(Column::name).collect()
}

/// Whether a type holds, at any depth, what `is` says.
fn holds(data_type: &Type, is: &dyn Fn(&Type) -> bool) -> bool {
    is(data_type)
        || match data_type {
            Type::List(of) => holds(of, is),
            Type::Object(members) => members.iter().any(|member| holds(member.data_type(), is)),
            _ => false,
        }
}

#[test]
fn every_field_of_every_model_is_a_column() {
    let mut kinds = [0; 8];
    for model in Model::all() {
        let columns = Columns::of(model);
        assert_eq!(columns.len(), model.fields.len(), "{}", model.name);
        for (column, field) in columns.iter().zip(model.fields) {
            assert_eq!((column.name(), column.wire()), (field.name, Some(field.wire)));
            let at = match column.data_type() {
                Type::Text => 0,
                Type::Integer => 1,
                Type::Number => 2,
                Type::Flag => 3,
                Type::Json => 4,
                Type::List(_) => 5,
                Type::Object(_) => 6,
                Type::Id => 7,
            };
            kinds[at] += 1;
            let empty = |it: &Type| matches!(it, Type::Object(members) if members.is_empty());
            assert!(!holds(column.data_type(), &empty), "{}.{}", model.name, field.name);
            assert!(column.name() != EXTRA, "{}", model.name);
        }
    }
    assert!(kinds.iter().all(|count| *count > 0), "{kinds:?}");
}

#[test]
fn types_follow_the_kind_of_the_field() {
    let of = |kind| Type::of(kind, &mut Vec::new());
    assert_eq!((of(Kind::Id), of(Kind::Guid)), (Type::Id, Type::Id));
    assert_eq!(of(Kind::Text), Type::Text);
    assert_eq!(of(Kind::DateTime), Type::Text);
    assert_eq!(of(Kind::Int { min: 0, max: 1 }), Type::Integer);
    assert_eq!(of(Kind::Number { min: 0.0, max: 1.0 }), Type::Number);
    assert_eq!(of(Kind::Any), Type::Json);
    assert_eq!(of(Kind::List { of: &Kind::Bool }), Type::List(Type::Flag.into()));
}

#[test]
fn a_model_that_contains_itself_is_json_there() {
    let model = Model::find("cloudmore", "Broker").unwrap();
    assert_eq!(Type::of(Kind::Model { of: model }, &mut vec![model]), Type::Json);
    assert!(matches!(Type::of(Kind::Model { of: model }, &mut Vec::new()), Type::Object(_)));
}

#[test]
fn columns_are_chosen_by_any_name_and_in_any_order() {
    let chosen = customers().choose(&["customerName", "customer_id"]).unwrap();
    assert_eq!(names(&chosen), ["customer_name", "customer_id"]);
    let camel = customers().spelled(Spelling::Camel);
    let chosen = camel.choose(&["customer_id", "customerName"]).unwrap();
    assert_eq!(names(&chosen), ["customerId", "customerName"]);
    assert_eq!(chosen.with_extra().last().unwrap(), &Column::extra());
}

#[test]
fn a_bad_choice_names_the_argument_and_what_there_is() {
    let refused = |columns: &Columns, names: &[&str]| {
        let error = columns.choose(names).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        (error.argument_name().unwrap().to_owned(), error.message().to_owned())
    };
    let (argument, message) = refused(&customers(), &["customer_id", "customer_nam"]);
    assert_eq!(argument, "columns[1]");
    assert!(message.starts_with("columns[1]: must be one of customer_id, customer_name, "), "{message}");
    assert!(message.ends_with("; did you mean customer_name?; given: \"customer_nam\""), "{message}");
    let (_, message) = refused(&customers(), &["customer_id", "customerId"]);
    assert_eq!(message, "columns[1]: is chosen twice; given: \"customerId\"");
    let (argument, message) = refused(&customers(), &[]);
    assert_eq!((&*argument, &*message), ("columns", "columns: must name at least one column; given: []"));
    let (_, message) = refused(&customers().spelled(Spelling::Camel), &["customername"]);
    assert!(message.contains("did you mean customerName?"), "{message}");
}

#[test]
fn members_without_a_field_have_a_column_when_asked_for() {
    let columns = Columns::of(Model::find("cloudmore", "Broker").unwrap()).with_extra();
    assert_eq!((columns.last().unwrap().name(), columns.last().unwrap().wire()), (EXTRA, None));
    assert_eq!(columns.clone().with_extra(), columns, "once");
    let nested = columns.iter().filter_map(|column| match column.data_type() {
        Type::Object(members) => Some(members),
        _ => None,
    });
    let mut seen = 0;
    for members in nested {
        assert_eq!(members.last().unwrap(), &Column::extra());
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn objects_are_flattened_by_their_names() {
    let mut seen = 0;
    for model in Model::all() {
        let columns = Columns::of(model);
        let flat = columns.flat();
        let mut unique: Vec<&str> = flat.iter().map(|leaf| &*leaf.name).collect();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), flat.len(), "{}", model.name);
        assert!(flat.iter().all(|leaf| !matches!(leaf.data_type, Type::Object(_))));
        seen += flat.iter().filter(|leaf| leaf.path.len() > 1).count();
    }
    assert!(seen > 0);
    let broker = Columns::of(Model::find("cloudmore", "Broker").unwrap()).with_extra();
    assert!(
        broker.flat().iter().any(|leaf| leaf.name.strip_suffix(".extra").is_some() && leaf.path.len() == 1)
    );
}

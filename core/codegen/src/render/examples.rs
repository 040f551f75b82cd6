//! Examples in the names of users: documents have them in the vendor's.

use serde_json::Value as Json;

use crate::model::{Api, Input, Kind, Param};

/// The same API with the examples of parameters in a language's names.
pub(super) fn spelled(api: &Api, name: fn(&str) -> String) -> Api {
    let mut spelled = api.clone();
    let operations = spelled.operations.iter_mut().map(|of| (&of.service, &mut of.params));
    let inputs = spelled.inputs.iter_mut().map(|of| (&of.service, &mut of.fields));
    for (service, params) in operations.chain(inputs) {
        for param in params {
            param.example = param.example.take().map(|example| {
                let find = |wanted: &str| {
                    api.inputs.iter().find(|input| input.service == *service && input.name == wanted)
                };
                named(example, &param.kind, &find, name)
            });
        }
    }
    spelled
}

/// A value whose known members have the language's names. Members that are always the same are not theirs to give.
fn named<'i>(
    value: Json,
    kind: &Kind,
    find: &impl Fn(&str) -> Option<&'i Input>,
    name: fn(&str) -> String,
) -> Json {
    match (value, kind) {
        (Json::Array(items), Kind::List { of }) => {
            items.into_iter().map(|item| named(item, of, find, name)).collect()
        }
        (Json::Object(members), Kind::Input { name: input, .. }) => {
            let fields: &[Param] = find(input).map_or(&[], |input| &input.fields);
            let members = members.into_iter().filter_map(|(wire, member)| {
                match fields.iter().find(|field| field.wire == wire) {
                    Some(field) if field.internal => None,
                    Some(field) => Some((name(&field.name), named(member, &field.kind, find, name))),
                    None => Some((wire, member)),
                }
            });
            Json::Object(members.collect())
        }
        (value, _) => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{ParamLocation, Rules};
    use crate::names;
    use crate::problem::SourceLocation;

    fn field(name: &str, wire: &str, kind: Kind, internal: bool) -> Param {
        Param {
            name: name.to_owned(),
            wire: wire.to_owned(),
            doc: String::new(),
            location: ParamLocation::Body,
            kind,
            required: true,
            secret: false,
            nullable: false,
            internal,
            deprecated: false,
            default: None,
            send_default: false,
            from_option: None,
            rules: Rules::default(),
            example: None,
            source: SourceLocation::default(),
        }
    }

    #[test]
    fn known_members_get_the_names_of_users_and_others_stay() {
        let input = Input {
            name: "WindowInput".to_owned(),
            service: "ncentral".to_owned(),
            doc: String::new(),
            fields: vec![
                field("schedule_id", "scheduleID", Kind::Id, false),
                field("extra_data", "extra", Kind::Object, false),
                field("window_type", "type", Kind::Text, true),
            ],
            open: true,
            source: SourceLocation::default(),
        };
        let kind = Kind::List { of: Box::new(Kind::Input { name: "WindowInput".to_owned(), open: true }) };
        let find = |name: &str| (name == input.name).then_some(&input);
        let example = json!([{"scheduleID": 1, "extra": {"scheduleID": 2}, "type": "x", "other_one": 3}]);
        assert_eq!(
            named(example, &kind, &find, names::camel),
            json!([{"scheduleId": 1, "extraData": {"scheduleID": 2}, "other_one": 3}])
        );
    }
}

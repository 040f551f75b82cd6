//! Nested lists and objects: each member is checked by its kind and sent under the vendor's name.
//!
//! Callers write members by the names of their language or by the vendor's, as in models that a server sent. Unknown
//! members, if the object allows any, are sent unchanged.

use std::borrow::Cow;

use serde_json::Value;
use serde_json::value::RawValue;

use super::{ParamValue, accept, allowed, apply, shown, unfit, wrong_count};
use crate::base::error::{Error, Result};
use crate::base::secret::Secret;
use crate::base::spelling::Spelling;
use crate::table::schema::{Field, Model};
use crate::table::{Condition, Kind, Param, Rules};
use crate::wire::raw;

/// Checks the raw JSON of a list or an object.
pub(super) fn value(param: &Param, raw: &str, spelling: Spelling) -> Result<ParamValue> {
    let mut writer =
        Writer { param: param.name, spelling, json: String::with_capacity(raw.len()), secrets: Vec::new() };
    writer.write(param.kind, &param.rules, raw, param.secret, "")?;
    Ok(ParamValue { text: raw.to_owned(), json: writer.json, secrets: writer.secrets })
}

/// The rules of entries that are sent as numbers.
const NUMBERS: Rules = Rules { as_number: true, ..Rules::NONE };

/// Writes the JSON that is sent.
struct Writer {
    param: &'static str,
    spelling: Spelling,
    json: String,
    secrets: Vec<Secret>,
}

impl Writer {
    /// Writes a value; `place` is its path in the parameter.
    fn write(&mut self, kind: Kind, rules: &Rules, raw: &str, secret: bool, place: &str) -> Result<()> {
        let refuse = |allowed: &str| {
            Err(Error::argument(&format!("{}{place}", self.param), &shown(secret, raw), allowed))
        };
        match kind {
            Kind::List { of } if raw.starts_with('[') => self.list(*of, rules, raw, secret, place),
            Kind::Model { of } if raw.starts_with('{') => self.object(of, raw, secret, place),
            _ if kind == Kind::Any || kind == Kind::Object && raw.starts_with('{') => {
                self.json.push_str(raw);
                self.secrets.extend(secret.then(|| Secret::from(raw.to_owned())));
                Ok(())
            }
            Kind::List { .. } | Kind::Model { .. } | Kind::Object => refuse(&allowed(kind)),
            _ => {
                let parsed = serde_json::from_str(raw).unwrap_or(Value::Null);
                let Some(mut given) = accept(kind, &parsed, raw) else { return refuse(&allowed(kind)) };
                if let Some(allowed) = unfit(rules, &given.text) {
                    return refuse(&allowed);
                }
                apply(rules, &mut given);
                self.json.push_str(&given.json);
                self.secrets.extend(secret.then(|| Secret::from(given.text)));
                Ok(())
            }
        }
    }

    fn list(&mut self, of: Kind, rules: &Rules, raw: &str, secret: bool, place: &str) -> Result<()> {
        let entries: Vec<&RawValue> = serde_json::from_str(raw).map_err(|_| self.too_deep(place))?;
        if let Some(allowed) = wrong_count(rules, entries.len()) {
            let name = format!("{}{place}", self.param);
            return Err(Error::argument(&name, &format!("{} entries", entries.len()), &allowed));
        }
        self.json.push('[');
        for (at, entry) in entries.into_iter().enumerate() {
            if at > 0 {
                self.json.push(',');
            }
            self.write(
                of,
                if rules.as_number { &NUMBERS } else { &Rules::NONE },
                entry.get(),
                secret,
                &format!("{place}[{at}]"),
            )?;
        }
        self.json.push(']');
        Ok(())
    }

    fn object(&mut self, of: &'static Model, raw: &str, secret: bool, place: &str) -> Result<()> {
        let mut members: Vec<(String, &str)> = Vec::new();
        raw::walk(raw, |name, value| members.push((name.to_owned(), value)))
            .map_err(|_| self.too_deep(place))?;
        let of_field =
            |field: &Field, name: &str| field.wire == name || self.spelling.name(field.name) == name;
        if let Some((name, _)) =
            members.iter().find(|(name, _)| !of.fields.iter().any(|field| of_field(field, name)))
            && !of.open
        {
            let what = format!("a field of {}{place}", crate::base::spelling::Name(self.param));
            return Err(Error::unknown(name, &what, of.fields.iter().map(|field| field.name), self.spelling));
        }
        for field in of.fields.iter().filter(|field| field.required) {
            let given = members.iter().find(|(name, _)| of_field(field, name)).map(|(_, raw)| *raw);
            if given.is_none() || given == Some("null") && !field.nullable {
                let name = format!("{}{}", self.param, self.within(place, field));
                return Err(Error::required(&name, &format!("it {}", allowed(field.kind))));
            }
        }
        self.add_defaults(of, &mut members);
        for field in of.fields {
            let given =
                |field: &Field| members.iter().find(|(name, _)| of_field(field, name)).map(|(_, raw)| *raw);
            if let (Some(condition), Some(raw)) = (field.rules.only_with, given(field))
                && let Some(other) = of.fields.iter().find(|other| other.wire == condition.field)
                && !meets(condition, given(other))
            {
                let name = format!("{}{}", self.param, self.within(place, field));
                let allowed = only_with(condition, &self.spelling.name(other.name));
                return Err(Error::argument(&name, &shown(secret || field.secret, raw), &allowed));
            }
        }
        let hidden: Vec<&'static str> = of
            .fields
            .iter()
            .filter(|field| {
                field.rules.secret_when.is_some_and(|condition| {
                    let other = of.fields.iter().find(|other| other.wire == condition.field);
                    let other =
                        other.and_then(|other| members.iter().find(|(name, _)| of_field(other, name)));
                    meets(condition, other.map(|(_, raw)| *raw))
                })
            })
            .map(|field| field.wire)
            .collect();
        self.json.push('{');
        for (at, (name, raw)) in members.into_iter().enumerate() {
            let field =
                of.fields.iter().find(|field| field.wire == name || self.spelling.name(field.name) == name);
            if at > 0 {
                self.json.push(',');
            }
            self.json.push_str(&Value::from(field.map_or(&*name, |field| field.wire)).to_string());
            self.json.push(':');
            match field {
                // Null differs from leaving a field out.
                Some(field) if raw != "null" => {
                    let place = self.within(place, field);
                    let secret = secret || field.secret || hidden.contains(&field.wire);
                    self.write(field.kind, &field.rules, raw, secret, &place)?;
                }
                _ => self.json.push_str(raw),
            }
        }
        self.json.push('}');
        Ok(())
    }

    /// Adds the fields that are sent by default.
    fn add_defaults(&self, of: &'static Model, members: &mut Vec<(String, &str)>) {
        for field in of.fields {
            let given = |wanted: &str| {
                let of_field = |name: &str| {
                    name == wanted || of.field(wanted).is_some_and(|f| self.spelling.name(f.name) == name)
                };
                members.iter().find(|(name, _)| of_field(name)).map(|(_, raw)| *raw)
            };
            if given(field.wire).is_some() {
                continue;
            }
            let default = field.default.filter(|_| field.rules.send_default);
            let default = default.or_else(|| field.rules.default_from.and_then(given));
            if let Some(raw) = default {
                members.push((field.wire.to_owned(), raw));
            }
        }
    }

    fn within(&self, place: &str, field: &Field) -> String {
        let name: Cow<'_, str> = self.spelling.name(field.name);
        format!("{place}.{name}")
    }

    fn too_deep(&self, place: &str) -> Error {
        let name = format!("{}{place}", self.param);
        Error::argument(&name, "data that is nested too deep", "must be nested less deep")
    }
}

/// Whether the JSON of another field is one of the condition's texts.
pub(crate) fn meets(condition: Condition, raw: Option<&str>) -> bool {
    let text = raw.and_then(|raw| serde_json::from_str::<String>(raw).ok());
    text.is_some_and(|text| condition.values.contains(&text.as_str()))
}

/// What a field may be that is only allowed with values of another one.
pub(crate) fn only_with(condition: Condition, other: &str) -> String {
    format!("is only allowed with {other} {}", condition.values.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::ParamLocation;

    const PLAIN: Field = Field {
        name: "",
        wire: "",
        kind: Kind::Text,
        required: false,
        nullable: false,
        secret: false,
        deprecated: false,
        default: None,
        rules: Rules::NONE,
        #[cfg(feature = "docs")]
        doc: "",
    };

    static WINDOW: Model = Model {
        service: "",
        name: "WindowInput",
        fields: &[
            Field { name: "device_id", wire: "deviceID", kind: Kind::Id, required: true, ..PLAIN },
            Field { name: "starts_at", wire: "startsAt", kind: Kind::DateTime, ..PLAIN },
            Field { name: "note", wire: "note", required: true, nullable: true, ..PLAIN },
            Field { name: "pass_phrase", wire: "passPhrase", secret: true, ..PLAIN },
            Field {
                name: "parts",
                wire: "parts",
                kind: Kind::List { of: &Kind::Model { of: &WINDOW } },
                ..PLAIN
            },
        ],
        open: false,
        rewritten: false,
        #[cfg(feature = "docs")]
        doc: "",
    };

    static LOOSE: Model = Model { open: true, name: "LooseInput", fields: WINDOW.fields, ..EMPTY };
    const EMPTY: Model = Model {
        service: "",
        name: "",
        fields: &[],
        open: false,
        rewritten: false,
        #[cfg(feature = "docs")]
        doc: "",
    };

    fn check(kind: Kind, raw: &str, spelling: Spelling) -> Result<ParamValue> {
        let param = Param {
            name: "time_windows",
            wire: "timeWindows",
            location: ParamLocation::Body,
            kind,
            required: true,
            secret: false,
            default: None,
            from_option: None,
            rules: Rules::NONE,
        };
        super::super::value(&param, raw, spelling)
    }

    fn refusal(raw: &str, spelling: Spelling) -> String {
        static WINDOWS: Kind = Kind::List { of: &WINDOW_KIND };
        static WINDOW_KIND: Kind = Kind::Model { of: &WINDOW };
        let error = check(WINDOWS, raw, spelling).err().unwrap();
        error.spelled(spelling).to_string()
    }

    #[test]
    fn members_get_the_vendors_names_and_keep_their_order_and_digits() {
        let kind = Kind::Model { of: &WINDOW };
        let json = |raw: &str, spelling| check(kind, raw, spelling).unwrap().json;
        let sent = r#"{"note":null,"deviceID":"9007199254740993","startsAt":"2024-03-01T08:00:00Z"}"#;
        let raw = r#"{"note": null, "device_id": 9007199254740993, "starts_at": "2024-03-01T08:00:00Z"}"#;
        assert_eq!(json(raw, Spelling::Snake), sent);
        assert_eq!(
            json(&raw.replace("device_id", "deviceId").replace("starts_at", "startsAt"), Spelling::Camel),
            sent
        );
        assert_eq!(json(sent, Spelling::Snake), sent);
    }

    #[test]
    fn errors_have_the_path_in_the_callers_names() {
        let message = |raw| refusal(raw, Spelling::Snake);
        assert!(
            message(r#"[{"device_id":1,"note":"","starts_at":"now"}]"#)
                .contains("time_windows[0].starts_at: must be a date")
        );
        assert!(message(r#"[{"device_id":1}]"#).contains("time_windows[0].note is required"));
        assert!(
            message(r#"[{"device_id":null,"note":""}]"#).contains("time_windows[0].device_id is required")
        );
        assert!(
            message(r#"[{"device_id":1,"note":"","parts":[{}]}]"#)
                .contains("time_windows[0].parts[0].device_id is required")
        );
        assert!(message("[1]").contains("time_windows[0]: must be an object"));
        assert!(message("{}").contains("time_windows: must be a list"));
        assert!(message(r#"[{"device_id":1,"note":"","stars_at":null}]"#).contains("stars_at"));
        let message = refusal(r#"[{"deviceId":1,"note":"","startsAt":"now"}]"#, Spelling::Camel);
        assert!(message.contains("timeWindows[0].startsAt: must be"), "{message}");
    }

    #[test]
    fn unknown_members_are_sent_unchanged_where_the_vendor_allows_them() {
        let raw = r#"{"device_id":1,"note":"","more_of_it":{"a_b":1.50}}"#;
        let json = check(Kind::Model { of: &LOOSE }, raw, Spelling::Snake).unwrap().json;
        assert_eq!(json, r#"{"deviceID":"1","note":"","more_of_it":{"a_b":1.50}}"#);
    }

    #[test]
    fn nested_secrets_are_collected() {
        let raw = r#"{"device_id":1,"note":"","pass_phrase":"planted"}"#;
        let given = check(Kind::Model { of: &WINDOW }, raw, Spelling::Snake).unwrap();
        assert_eq!(given.secrets.iter().map(Secret::reveal).collect::<Vec<_>>(), ["planted"]);
        let message = refusal(r#"[{"device_id":1,"note":"","pass_phrase":["planted"]}]"#, Spelling::Snake);
        assert!(message.contains("pass_phrase") && !message.contains("planted"), "{message}");
    }
}

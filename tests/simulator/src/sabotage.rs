//! Sabotage: a simulator that falsifies responses, to prove that a test runner notices. It survives a reset.
//! Cloudmore's token responses are spared, because a runner that fails to log in has noticed nothing.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a simulator falsifies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Sabotage {
    /// Not at all.
    #[default]
    None,
    /// One field of every JSON response is wrong: the first text, or else the first flag or number; members of `data`
    /// come first.
    WrongField,
    /// The last item of every list is missing.
    LostItem,
    /// Every request is logged and counted twice.
    ExtraRequest,
}

impl Sabotage {
    /// The body of a response, ready to send.
    pub(crate) fn spoil(self, body: &Bytes) -> Bytes {
        let change = match self {
            Self::WrongField => wrong_field as fn(&mut Value) -> bool,
            Self::LostItem => lose_item,
            Self::None | Self::ExtraRequest => return body.clone(),
        };
        let Ok(mut value) = serde_json::from_slice(body) else { return body.clone() };
        if !change(&mut value) {
            return body.clone();
        }
        serde_json::to_vec(&value).map_or_else(|_| body.clone(), Bytes::from)
    }
}

fn wrong_field(value: &mut Value) -> bool {
    if let Some(data) = value.get_mut("data")
        && (first(data, &mut spoil_text) || first(data, &mut spoil_other))
    {
        return true;
    }
    first(value, &mut spoil_text) || first(value, &mut spoil_other)
}

/// Offers the nested values, depth first, until one is accepted.
fn first(value: &mut Value, take: &mut dyn FnMut(&mut Value) -> bool) -> bool {
    match value {
        Value::Array(items) => items.iter_mut().any(|item| first(item, take)),
        Value::Object(fields) => fields.values_mut().any(|field| first(field, take)),
        leaf => take(leaf),
    }
}

fn spoil_text(value: &mut Value) -> bool {
    match value {
        Value::String(text) => {
            text.push('~');
            true
        }
        _ => false,
    }
}

fn spoil_other(value: &mut Value) -> bool {
    match value {
        Value::Bool(flag) => *flag = !*flag,
        Value::Number(number) => *value = (number.as_i64().unwrap_or_default() + 1).into(),
        _ => return false,
    }
    true
}

fn lose_item(value: &mut Value) -> bool {
    let list = match value {
        Value::Array(items) => Some(items),
        Value::Object(fields) => fields.get_mut("data").and_then(Value::as_array_mut),
        _ => None,
    };
    list.is_some_and(|items| items.pop().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoilt(sabotage: Sabotage, body: &'static str) -> String {
        String::from_utf8(sabotage.spoil(&Bytes::from_static(body.as_bytes())).to_vec()).unwrap()
    }

    #[test]
    fn the_first_text_of_the_data_is_wrong() {
        let spoilt = |body| spoilt(Sabotage::WrongField, body);
        assert_eq!(
            spoilt(r#"{"_links":{"a":"b"},"data":[{"n":1,"x":"y"}]}"#),
            r#"{"_links":{"a":"b"},"data":[{"n":1,"x":"y~"}]}"#
        );
        assert_eq!(spoilt(r#"{"soId":123}"#), r#"{"soId":124}"#);
        assert!(spoilt(r#"{"data":{"valid":true},"_links":{"x":"y"}}"#).contains("false"));
        assert_eq!(spoilt("[]"), "[]");
        assert_eq!(spoilt("<html>"), "<html>");
    }

    #[test]
    fn the_last_item_is_lost() {
        let spoilt = |body| spoilt(Sabotage::LostItem, body);
        assert_eq!(spoilt("[1,2]"), "[1]");
        assert_eq!(spoilt(r#"{"data":[1],"totalItems":1}"#), r#"{"data":[],"totalItems":1}"#);
        assert_eq!(spoilt(r#"{"data":{"a":[1]}}"#), r#"{"data":{"a":[1]}}"#);
    }
}

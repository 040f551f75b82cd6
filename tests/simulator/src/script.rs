//! Scripted responses: they replace those of the handlers, in the given order.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::answer::Answer;
use crate::faults::{Fault, http_date};
use crate::template::Pattern;

/// A list of scripted responses, as `/_sim/script` takes it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The responses; for each request the first that matches and is not used up.
    pub answers: Vec<ScriptedAnswer>,
}

/// A response that replaces the handler's. `{{url}}` in headers and body is replaced by the simulator's URL, and
/// `{{date+5}}` in a header by the HTTP date in five seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptedAnswer {
    /// The matching requests.
    #[serde(rename = "match")]
    pub pattern: Pattern,
    /// How many of them; 0 for all.
    #[serde(default = "once")]
    pub times: u64,
    /// The status.
    #[serde(default = "ok")]
    pub status: u16,
    /// Headers besides the content type.
    #[serde(default)]
    pub headers: std::collections::BTreeMap<String, String>,
    /// The body as JSON, sent unchanged.
    #[serde(default, deserialize_with = "raw", skip_serializing_if = "Option::is_none")]
    pub json: Option<Box<RawValue>>,
    /// The body as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The content type; by default that of `json` or `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Delay of the response, in flight.
    #[serde(default)]
    pub delay_ms: u64,
    /// The fault of this response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// Whether the real handler acts first.
    #[serde(default)]
    pub act: bool,
    /// Whether credentials are not checked.
    #[serde(default)]
    pub skip_auth: bool,
}

fn once() -> u64 {
    1
}

fn ok() -> u16 {
    200
}

/// A JSON null is a body too, rather than a missing one.
fn raw<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

impl ScriptedAnswer {
    /// A response that cannot be sent is refused at once rather than when the request arrives.
    pub(crate) fn check(&self) -> Result<(), String> {
        StatusCode::from_u16(self.status).map_err(|_| format!("status {} does not exist", self.status))?;
        if self.status < 200 {
            return Err(format!("status {} is not a final status", self.status));
        }
        if self.json.is_some() && self.text.is_some() {
            return Err("give json or text, not both".to_owned());
        }
        for (name, value) in &self.headers {
            HeaderName::try_from(name.as_str()).map_err(|_| format!("header name '{name}' is invalid"))?;
            HeaderValue::try_from(fill(value, "http://x"))
                .map_err(|_| format!("header {name} is invalid"))?;
        }
        if let Some(value) = &self.content_type {
            HeaderValue::try_from(value.as_str()).map_err(|_| "content_type is invalid".to_owned())?;
        }
        Ok(())
    }

    pub(crate) fn answer(&self, url: &str) -> Answer {
        let (body, content_type) = match (&self.json, &self.text) {
            (Some(json), _) => (fill(json.get(), url), Some("application/json")),
            (None, Some(text)) => (fill(text, url), Some("text/plain; charset=utf-8")),
            (None, None) => (String::new(), None),
        };
        let mut answer = Answer::empty(StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK));
        answer.body = Bytes::from(body);
        let content_type = self.content_type.as_deref().or(content_type);
        answer.content_type = content_type.and_then(|value| HeaderValue::try_from(value).ok());
        for (name, value) in &self.headers {
            let value = HeaderValue::try_from(fill(value, url));
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), value) {
                answer.headers.push((name, value));
            }
        }
        answer
    }
}

/// Fills in the simulator's URL and dates.
fn fill(text: &str, url: &str) -> String {
    let mut filled = text.replace("{{url}}", url);
    while let Some(start) = filled.find("{{date") {
        let Some(length) = filled[start..].find("}}") else { break };
        let seconds = filled[start + 6..start + length].parse().unwrap_or(0);
        filled.replace_range(start..start + length + 2, &http_date(seconds));
    }
    filled
}

/// A script with its counts.
#[derive(Debug, Default)]
pub(crate) struct Playing {
    answers: Vec<(Arc<ScriptedAnswer>, u64)>,
}

impl Playing {
    pub(crate) fn new(script: Script) -> Self {
        let answers = script.answers.into_iter().map(|answer| (Arc::new(answer), 0)).collect();
        Self { answers }
    }

    /// Appends a response; the counts of the others continue. It replaces one for the same requests that would never be
    /// used up.
    pub(crate) fn add(&mut self, answer: ScriptedAnswer) {
        self.answers.retain(|(before, _)| before.times > 0 || before.pattern != answer.pattern);
        self.answers.push((Arc::new(answer), 0));
    }

    /// How many there are, including those that are used up.
    pub(crate) fn count(&self) -> usize {
        self.answers.len()
    }

    /// Takes the next response for this request, if there is one and the request is authorised.
    pub(crate) fn take(
        &mut self,
        method: &Method,
        path: &str,
        authorized: bool,
    ) -> Option<Arc<ScriptedAnswer>> {
        let (answer, used) = self.answers.iter_mut().find(|(answer, used)| {
            (answer.times == 0 || *used < answer.times) && answer.pattern.matches(method, path)
        })?;
        (authorized || answer.skip_auth).then(|| {
            *used += 1;
            Arc::clone(answer)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(text: &str) -> Script {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn responses_are_used_up_in_order() {
        let mut playing = Playing::new(script(
            r#"{"answers":[{"match":"GET /x","status":500},{"match":"GET /x","times":0,"status":204}]}"#,
        ));
        let mut next = || playing.take(&Method::GET, "/x", true).map(|answer| answer.status);
        assert_eq!([next(), next(), next()], [Some(500), Some(204), Some(204)]);
        assert!(playing.take(&Method::POST, "/x", true).is_none());
    }

    #[test]
    fn an_appended_response_comes_last_and_uses_nothing_up() {
        let mut playing = Playing::new(script(r#"{"answers":[{"match":"GET /x","times":2,"status":500}]}"#));
        assert_eq!(playing.take(&Method::GET, "/x", true).unwrap().status, 500);
        playing.add(serde_json::from_str(r#"{"match":"GET /x","status":404}"#).unwrap());
        let mut next = || playing.take(&Method::GET, "/x", true).map(|answer| answer.status);
        assert_eq!([next(), next(), next()], [Some(500), Some(404), None]);
        assert_eq!(playing.count(), 2);
    }

    #[test]
    fn an_appended_response_replaces_an_endless_one() {
        let answer = |text: &str| serde_json::from_str::<ScriptedAnswer>(text).unwrap();
        let mut playing = Playing::default();
        playing.add(answer(r#"{"match":"GET /x","status":201,"times":0}"#));
        playing.add(answer(r#"{"match":"GET /x","status":202}"#));
        playing.add(answer(r#"{"match":"GET /x","status":203,"times":0}"#));
        let mut next = || playing.take(&Method::GET, "/x", true).map(|answer| answer.status);
        assert_eq!([next(), next(), next()], [Some(202), Some(203), Some(203)]);
        assert_eq!(playing.count(), 2);
    }

    #[test]
    fn a_request_without_credentials_uses_nothing_up() {
        let mut playing = Playing::new(script(r#"{"answers":[{"match":"GET /x","status":500}]}"#));
        assert!(playing.take(&Method::GET, "/x", false).is_none());
        assert!(playing.take(&Method::GET, "/x", true).is_some());
    }

    #[test]
    fn json_is_sent_unchanged() {
        let text = r#"{"answers":[{"match":"*","json":{"b":1.0,"a":12345678901234567890}},{"match":"*","json":null}]}"#;
        let script = script(text);
        assert_eq!(script.answers[0].answer("u").body, r#"{"b":1.0,"a":12345678901234567890}"#);
        assert_eq!(script.answers[1].answer("u").body, "null");
    }

    #[test]
    fn places_are_filled() {
        assert_eq!(fill("{{url}}/api", "http://h"), "http://h/api");
        let date = fill("{{date+10}}", "");
        assert!(httpdate::parse_http_date(&date).unwrap() > std::time::SystemTime::now());
        assert_eq!(fill("{{date", ""), "{{date");
    }

    #[test]
    fn a_response_that_cannot_be_sent_is_refused() {
        let check = |text: &str| serde_json::from_str::<ScriptedAnswer>(text).unwrap().check();
        assert!(check(r#"{"match":"*","status":20}"#).is_err());
        assert!(check(r#"{"match":"*","status":100}"#).is_err());
        assert!(check(r#"{"match":"*","text":"","json":1}"#).is_err());
        assert!(check(r#"{"match":"*","headers":{"a b":"c"}}"#).is_err());
        assert!(check(r#"{"match":"*","headers":{"a":"c\nd"}}"#).is_err());
    }
}

//! Path templates, and the patterns by which faults and scripts match requests.

use http::Method;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::routes::operation;

/// A path with placeholders for one segment each: `/api/customers/{customerId}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    segments: Vec<Option<String>>,
}

impl Template {
    pub(crate) fn parse(path: &str) -> Self {
        let segments = path
            .split('/')
            .skip(1)
            .map(|segment| {
                let open = segment == "*" || (segment.starts_with('{') && segment.ends_with('}'));
                (!open).then(|| segment.to_owned())
            })
            .collect();
        Self { segments }
    }

    /// The segments of the placeholders, if the path matches; still percent-encoded.
    pub(crate) fn matches<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let mut open = Vec::new();
        let mut given = path.strip_prefix('/')?.split('/');
        for wanted in &self.segments {
            let segment = given.next()?;
            match wanted {
                Some(text) if text == segment => {}
                None if !segment.is_empty() => open.push(segment),
                _ => return None,
            }
        }
        given.next().is_none().then_some(open)
    }
}

/// Which requests a rule matches: `GET /api/customers/{customerId}`, `GET *`, `*`, or those of an operation, such as
/// `ncentral.customers.get`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    method: Option<Method>,
    path: Option<Template>,
}

impl Pattern {
    /// Parses a pattern.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fail = || format!("'{text}' is not an operation, '*' or '<METHOD> <path>'");
        if text == "*" {
            return Ok(Self { text: text.to_owned(), method: None, path: None });
        }
        if let Some(route) = operation(text) {
            let method = Some(Method::from_bytes(route.method.as_bytes()).map_err(|_| fail())?);
            return Ok(Self { text: text.to_owned(), method, path: Some(Template::parse(route.path)) });
        }
        let (method, path) = text.split_once(' ').ok_or_else(fail)?;
        let method = match method {
            "*" => None,
            name => Some(Method::from_bytes(name.as_bytes()).map_err(|_| fail())?),
        };
        let path = match path.trim() {
            "*" => None,
            path if path.starts_with('/') => Some(Template::parse(path)),
            _ => return Err(fail()),
        };
        Ok(Self { text: text.to_owned(), method, path })
    }

    /// Whether a request with this method and path matches.
    pub fn matches(&self, method: &Method, path: &str) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self.path.as_ref().is_none_or(|wanted| wanted.matches(path).is_some())
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_returns_its_placeholders() {
        let template = Template::parse("/api/service-orgs/{soId}/customers");
        assert_eq!(template.matches("/api/service-orgs/5%2F6/customers"), Some(vec!["5%2F6"]));
        assert_eq!(template.matches("/api/service-orgs//customers"), None);
        assert_eq!(template.matches("/api/service-orgs/5/customers/"), None);
        assert_eq!(template.matches("/api/service-orgs/5"), None);
    }

    #[test]
    fn a_pattern_means_what_it_says() {
        let star = Pattern::parse("*").unwrap();
        let all_gets = Pattern::parse("GET *").unwrap();
        let exact = Pattern::parse("POST /connect/token").unwrap();
        assert!(star.matches(&Method::PUT, "/x"));
        assert!(all_gets.matches(&Method::GET, "/x") && !all_gets.matches(&Method::POST, "/x"));
        assert!(exact.matches(&Method::POST, "/connect/token") && !exact.matches(&Method::POST, "/connect"));
        let named = Pattern::parse("ncentral.customers.get").unwrap();
        assert!(
            named.matches(&Method::GET, "/api/customers/5") && !named.matches(&Method::GET, "/api/customers")
        );
        assert!(Pattern::parse("cloudmore.token").unwrap().matches(&Method::POST, "/connect/token"));
        assert!(Pattern::parse("ncentral.customers").is_err());
        assert!(Pattern::parse("GET").is_err() && Pattern::parse("GET api").is_err());
    }
}

//! Resume tokens: where to continue a list, as text that users may store.
//!
//! A token is `mspkit1.` and base64url of a small JSON object. It contains a fingerprint of operation, server and
//! parameters, so that it cannot be used for another list. It holds no secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::range::PageRange;
use crate::base::error::{Error, Result};
use crate::table::Paging;

const PREFIX: &str = "mspkit1.";
/// No list has more pages or items; a token with a higher number was made by hand.
const MOST: u64 = 1 << 48;

/// A position in one particular list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResumePoint {
    /// The list's fingerprint, in hexadecimal: many JSON parsers lose digits of large numbers.
    list: String,
    at: Position,
    /// The part of the list that is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<PageRange>,
}

/// A position in a list, by the kind of list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Position {
    /// In a page-numbered list: after `skip` rows of page `page`.
    Page {
        page: u64,
        skip: usize,
        /// The longest page so far: the page size that the server really uses.
        size: Option<u64>,
        /// The number of distinct rows before this position.
        received: u64,
    },
    /// In a scroll: after `count` rows, the last of which was `last` if ids identify rows. The scroll's key is not kept,
    /// because every later request advances the server's cursor. The search restarts and skips the rows up to `last`, or
    /// as many rows.
    Scroll { count: u64, last: Option<String> },
    /// In a plain array: after `skip` rows.
    Whole { skip: usize },
    /// After the last item.
    End,
}

impl Position {
    pub(crate) fn start(paging: Paging) -> Self {
        match paging {
            Paging::PageNumber => Self::Page { page: 1, skip: 0, size: None, received: 0 },
            Paging::Scroll => Self::Scroll { count: 0, last: None },
            Paging::Array | Paging::None => Self::Whole { skip: 0 },
        }
    }
}

impl ResumePoint {
    pub(crate) fn new(fingerprint: u64, at: Position) -> Self {
        Self { list: format!("{fingerprint:016x}"), at, range: None }
    }

    /// The same position of a part of the list.
    pub(crate) fn within(self, range: PageRange) -> Self {
        Self { range: Some(range), ..self }
    }

    pub(crate) fn token(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(json))
    }

    pub(crate) fn range(&self) -> Option<PageRange> {
        self.range
    }

    pub(crate) fn is_end(&self) -> bool {
        self.at == Position::End
    }

    /// Whether the part of the list has no page after this position.
    pub(crate) fn is_after_range(&self) -> bool {
        match (&self.at, self.range) {
            (Position::Page { page, .. }, Some(range)) => range.ends_before(*page),
            _ => false,
        }
    }

    pub(crate) fn skip(&self) -> usize {
        match self.at {
            Position::Whole { skip } => skip,
            _ => 0,
        }
    }

    pub(crate) fn place(&self) -> &Position {
        &self.at
    }

    /// The same list at another position.
    pub(crate) fn at(&self, at: Position) -> Self {
        Self { list: self.list.clone(), at, range: self.range }
    }
}

/// Reads a token, for this list only.
pub(crate) fn read(token: &str, fingerprint: u64, paging: Paging) -> Result<ResumePoint> {
    let refuse = |allowed: &str| Err(Error::argument("resume_token", "another text", allowed));
    let Some(encoded) = token.strip_prefix(PREFIX) else {
        if token.starts_with("mspkit") && token.contains('.') {
            return refuse(
                "was created by another version of mspkit and cannot be read; start the list again",
            );
        }
        return refuse("is not a valid mspkit resume token; pass one unchanged");
    };
    let decoded = URL_SAFE_NO_PAD
        .decode(encoded)
        .ok()
        .and_then(|json| serde_json::from_slice::<ResumePoint>(&json).ok());
    let Some(resume) = decoded else {
        return refuse("is not a valid mspkit resume token; pass one unchanged");
    };
    let right_kind = match (&resume.at, paging) {
        (Position::Page { page, received, .. }, Paging::PageNumber) => *page <= MOST && *received <= MOST,
        (Position::End, _)
        | (Position::Scroll { .. }, Paging::Scroll)
        | (Position::Whole { .. }, Paging::Array) => true,
        _ => false,
    };
    if resume.list != format!("{fingerprint:016x}") || !right_kind {
        return refuse(
            "belongs to another list: operation, server and parameters must be the same as when it was created",
        );
    }
    if !resume.range.is_none_or(|range| paging == Paging::PageNumber && range.fits(MOST)) {
        return refuse("is not a valid mspkit resume token; pass one unchanged");
    }
    Ok(resume)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::error::ErrorKind;

    fn place() -> impl Strategy<Value = (Position, Paging)> {
        prop_oneof![
            (0u64..1 << 40, 0usize..5000, prop::option::of(1u64..1001), 0u64..1 << 40).prop_map(
                |(page, skip, size, received)| (
                    Position::Page { page, skip, size, received },
                    Paging::PageNumber
                )
            ),
            (any::<u64>(), prop::option::of("\\PC{0,20}"))
                .prop_map(|(count, last)| (Position::Scroll { count, last }, Paging::Scroll)),
            (0usize..5000).prop_map(|skip| (Position::Whole { skip }, Paging::Array)),
            Just((Position::End, Paging::PageNumber)),
        ]
    }

    proptest! {
        #[test]
        fn tokens_round_trip((at, paging) in place(), list in any::<u64>()) {
            let token = ResumePoint::new(list, at.clone()).token();
            prop_assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)));
            let point = read(&token, list, paging).unwrap();
            prop_assert_eq!(point.place(), &at);
        }

        #[test]
        fn tokens_of_other_lists_are_refused((at, paging) in place(), list in any::<u64>(), other in any::<u64>()) {
            prop_assume!(list != other);
            let error = read(&ResumePoint::new(list, at).token(), other, paging).unwrap_err();
            prop_assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            prop_assert!(error.message().contains("another list"));
        }

        #[test]
        fn any_text_is_accepted_or_refused(token in "(mspkit1\\.)?[ -~]{0,40}") {
            let error = read(&token, 1, Paging::PageNumber).unwrap_err();
            prop_assert!(error.message().starts_with("resume_token: "));
        }
    }

    #[test]
    fn other_versions_are_named_as_such() {
        let error = read("mspkit2.abc", 1, Paging::PageNumber).unwrap_err();
        assert!(error.message().contains("another version"), "{error}");
    }
}

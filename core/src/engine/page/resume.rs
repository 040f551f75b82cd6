//! Resume tokens: where a list can be taken up again, as a text that users may keep.
//!
//! A token is `mspkit1.` and base64url of a small JSON object. It names the list it belongs to by a fingerprint of
//! operation, server and parameters, so that it cannot be used for another one. It holds no secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::base::error::{Error, Result};
use crate::table::Paging;

const PREFIX: &str = "mspkit1.";
/// No list has more pages or items; a token that says so was made by hand.
const MOST: u64 = 1 << 48;

/// A place in one certain list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Resume {
    /// The list's fingerprint, in hexadecimal: JSON readers elsewhere lose digits of large numbers.
    list: String,
    at: Place,
}

/// A place in a list of a certain kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    /// In a page-numbered list: after `skip` rows of page `page`.
    Page {
        page: u64,
        skip: usize,
        /// The longest page so far: how many rows the server gives at once, whatever it was asked for.
        size: Option<u64>,
        /// How many different rows came before this place.
        received: u64,
    },
    /// In a scroll: after `count` rows, the last of which was `last`, where ids tell rows from each other. The scroll's
    /// key is not kept: its server moves on with every request, also with those made after the token was. The search is
    /// made again up to `last`, or as many rows are left out.
    Scroll { count: u64, last: Option<String> },
    /// In a plain array: after `skip` rows.
    Whole { skip: usize },
    /// After the last item.
    End,
}

impl Place {
    pub(crate) fn start(paging: Paging) -> Self {
        match paging {
            Paging::PageNumber => Self::Page { page: 1, skip: 0, size: None, received: 0 },
            Paging::Scroll => Self::Scroll { count: 0, last: None },
            Paging::Array | Paging::None => Self::Whole { skip: 0 },
        }
    }
}

impl Resume {
    pub(crate) fn new(fingerprint: u64, at: Place) -> Self {
        Self { list: format!("{fingerprint:016x}"), at }
    }

    pub(crate) fn token(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(json))
    }

    pub(crate) fn is_end(&self) -> bool {
        self.at == Place::End
    }

    pub(crate) fn skip(&self) -> usize {
        match self.at {
            Place::Whole { skip } => skip,
            _ => 0,
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.at
    }

    /// The same list at another place.
    pub(crate) fn at(&self, at: Place) -> Self {
        Self { list: self.list.clone(), at }
    }
}

/// Reads a token back, for this list only.
pub(crate) fn read(token: &str, fingerprint: u64, paging: Paging) -> Result<Place> {
    let refuse = |allowed: &str| Err(Error::argument("resume_token", "another text", allowed));
    let Some(encoded) = token.strip_prefix(PREFIX) else {
        if token.starts_with("mspkit") && token.contains('.') {
            return refuse("was made by another version of mspkit and cannot be read; start the list again");
        }
        return refuse("is not a valid mspkit resume token; pass one unchanged");
    };
    let decoded =
        URL_SAFE_NO_PAD.decode(encoded).ok().and_then(|json| serde_json::from_slice::<Resume>(&json).ok());
    let Some(resume) = decoded else {
        return refuse("is not a valid mspkit resume token; pass one unchanged");
    };
    let right_kind = match (&resume.at, paging) {
        (Place::Page { page, received, .. }, Paging::PageNumber) => {
            (1..=MOST).contains(page) && *received <= MOST
        }
        (Place::End, _) | (Place::Scroll { .. }, Paging::Scroll) | (Place::Whole { .. }, Paging::Array) => {
            true
        }
        _ => false,
    };
    if resume.list != format!("{fingerprint:016x}") || !right_kind {
        return refuse(
            "belongs to another list: operation, server and parameters must be the same as when it was made",
        );
    }
    Ok(resume.at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::error::ErrorKind;

    fn place() -> impl Strategy<Value = (Place, Paging)> {
        prop_oneof![
            (1u64..1 << 40, 0usize..5000, prop::option::of(1u64..1001), 0u64..1 << 40).prop_map(
                |(page, skip, size, received)| (
                    Place::Page { page, skip, size, received },
                    Paging::PageNumber
                )
            ),
            (any::<u64>(), prop::option::of("\\PC{0,20}"))
                .prop_map(|(count, last)| (Place::Scroll { count, last }, Paging::Scroll)),
            (0usize..5000).prop_map(|skip| (Place::Whole { skip }, Paging::Array)),
            Just((Place::End, Paging::PageNumber)),
        ]
    }

    proptest! {
        #[test]
        fn tokens_come_back((at, paging) in place(), list in any::<u64>()) {
            let token = Resume::new(list, at.clone()).token();
            prop_assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)));
            prop_assert_eq!(read(&token, list, paging).unwrap(), at);
        }

        #[test]
        fn tokens_of_other_lists_are_refused((at, paging) in place(), list in any::<u64>(), other in any::<u64>()) {
            prop_assume!(list != other);
            let error = read(&Resume::new(list, at).token(), other, paging).unwrap_err();
            prop_assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            prop_assert!(error.message().contains("another list"));
        }

        #[test]
        fn any_text_is_survived(token in "(mspkit1\\.)?[ -~]{0,40}") {
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

//! The errors that an operation can raise besides those of every call.

use serde::Serialize;

use crate::model::{AnswerKind, Operation, Paging, Retry};

use super::doc;

/// An error and when it happens.
#[derive(Debug, Clone, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Raised {
    /// Its kind.
    pub(super) kind: String,
    /// The HTTP status of the response that it stands for.
    pub(super) status: Option<u16>,
    /// When it happens, in Markdown.
    pub(super) when: String,
}

/// The errors of an operation: those that follow from what it is, then its documented responses by status.
pub(super) fn by(operation: &Operation) -> Vec<Raised> {
    let of = |kind: &str, when: &str| Raised { kind: kind.to_owned(), status: None, when: when.to_owned() };
    let many = operation.ensure.as_ref().is_some_and(|ensure| ensure.rows.is_some());
    let mut all = Vec::new();
    if operation.ensure.is_some() && !many {
        all.push(of("Ambiguous", "Several objects match; the error has them."));
        all.push(of(
            "Difference",
            "The object has other values, and `on_difference` is `raise`; the error has them.",
        ));
    }
    if operation.retry == Retry::Create && !many {
        let check = doc::flow(operation.outcome_check.as_deref().unwrap_or_default());
        let when = format!("The request was sent, but its outcome is unknown. {check}");
        all.push(of("OutcomeUnknown", when.trim()));
    }
    if operation.answer.kind == AnswerKind::Success {
        all.push(of("OperationFailed", "The server reported that it did not carry out the operation."));
    }
    if operation.wait.as_ref().is_some_and(|wait| !wait.failed.is_empty()) {
        all.push(of("OperationFailed", "What is waited for has failed."));
    }
    if operation.paging == Paging::Scroll {
        all.push(of("ScrollExpired", "The server's cursor is gone, and `on_lost_page` is `raise`."));
    }
    let documented = operation.errors.iter().map(|error| Raised {
        kind: error.kind.clone(),
        status: Some(error.status),
        when: doc::flow(&error.doc),
    });
    all.extend(documented);
    all
}

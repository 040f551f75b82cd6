//! What identifies a spec or a plan in a journal.

use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The digest of rows without their secrets, as hexadecimal digits.
pub(crate) fn of(rows: impl Iterator<Item = Value>) -> String {
    let mut digest = Sha256::new();
    for row in rows {
        // JSON text has no line break of its own.
        digest.update(row.to_string());
        digest.update("\n");
    }
    let mut text = String::with_capacity(64);
    for byte in digest.finalize() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

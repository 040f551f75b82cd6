//! Errors as text: one sentence with all that is known, and what to do.

use std::fmt;

use super::{Details, Error, ErrorKind, REQUEST, Target};

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details {
            operation, target, message, status, hints, server_error_id, request_id, attempts, ..
        } = &*self.0;
        let free = operation.as_deref() == Some(REQUEST);
        let mut text = match (operation, target.as_deref()) {
            (_, Some(Target { method, path, .. })) if free => format!("{method} {path}: "),
            (Some(operation), _) => format!("{}: ", self.0.spelling.unwrap_or_default().name(operation)),
            (None, _) => String::new(),
        };
        if let Some(status) = status {
            text.extend(["HTTP ", &status.to_string(), ": "]);
        }
        text.push_str(message.text());
        for field in &self.0.field_errors {
            if !message.text().contains(&field.message) {
                let separator = if field.field.is_empty() { "" } else { ": " };
                text.extend(["; ", &field.field, separator, &field.message]);
            }
        }
        for hint in hints {
            add_sentence(&mut text, hint.text());
        }
        f.write_str(&text)?;
        match target.as_deref() {
            Some(Target { server, .. }) if free => write!(f, " [{server}]")?,
            Some(Target { method, path, server }) => write!(f, " [{method} {path} at {server}]")?,
            None => {}
        }
        if attempts.len() > 1 {
            write!(f, " [after {} attempts]", attempts.len())?;
        }
        if let Some(id) = server_error_id {
            write!(f, " [server error id {id}]")?;
        }
        if let Some(id) = request_id {
            write!(f, " [request id {id}]")?;
        }
        Ok(())
    }
}

/// Adds a sentence to a text, which may already end with a full stop if it is from a server.
fn add_sentence(text: &mut String, sentence: &str) {
    text.truncate(text.trim_end().len());
    text.push_str(if text.ends_with(['.', '!', '?', '…']) { " " } else { ". " });
    text.push_str(sentence);
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { kind, operation, message, status, code, field_errors, attempts, .. } = &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("operation", operation)
            .field("message", &message.text())
            .field("argument", &self.argument_name())
            .field("given", &self.0.given)
            .field("allowed", &self.allowed())
            .field("target", &self.0.target)
            .field("status", status)
            .field("code", code)
            .field("field_errors", field_errors)
            .field("request_id", &self.0.request_id)
            .field("server_error_id", &self.0.server_error_id)
            .field("retryable", &self.0.retryable)
            .field("retry_after", &self.0.retry_after)
            .field("attempts", attempts)
            .field("resume_token", &self.0.resume_token)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

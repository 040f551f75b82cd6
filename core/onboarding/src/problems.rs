//! The mistakes in a file, all of them at once.

use mspkit::{Error, FieldError};

/// A mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) line: usize,
    /// The path of the field, such as `customers[0].country`; empty for the whole document.
    pub(crate) field: String,
    pub(crate) message: String,
}

/// The mistakes of one file.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, line: usize, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem { line, field: field.into(), message: message.into() });
    }

    /// A mistake of a value: what is allowed and what was given.
    pub(crate) fn refuse(&mut self, line: usize, field: impl Into<String>, allowed: &str, given: &str) {
        self.add(line, field, format!("{allowed}; given: {given}"));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The error that has all of them, by line; `file` is the file's name.
    pub(crate) fn error(mut self, file: &str) -> Error {
        self.0.sort_by_key(|problem| problem.line);
        let line = |problem: &Problem| {
            let field = if problem.field.is_empty() { String::new() } else { format!("{}: ", problem.field) };
            format!("{file}:{}: {field}{}", problem.line, problem.message)
        };
        let lines: Vec<String> = self.0.iter().map(line).collect();
        let message = match lines.as_slice() {
            [only] => only.clone(),
            lines => format!("{file} has {} mistakes\n{}", lines.len(), lines.join("\n")),
        };
        let mistake = |problem: &Problem| {
            let mut mistake = FieldError::default();
            problem.field.clone_into(&mut mistake.field);
            mistake.message = line(problem);
            mistake
        };
        let mistakes = self.0.iter().map(mistake).collect();
        Error::invalid_document("spec", message, mistakes)
    }
}

//! Errors of the generator: problems at a location in a document, and other failures.

use std::fmt;

/// A location in a document: a file, and a path inside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceLocation {
    /// The file, relative to the repository's root.
    pub file: String,
    /// The keys that lead there, joined by dots.
    pub path: String,
}

impl SourceLocation {
    /// A location some keys deeper.
    #[must_use]
    pub fn at(&self, key: &str) -> SourceLocation {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        SourceLocation { file: self.file.clone(), path }
    }

    /// A problem at this location.
    pub fn problem(&self, reason: impl Into<String>) -> Problem {
        Problem { source: self.clone(), reason: reason.into() }
    }
}

/// A problem in a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Its location.
    pub source: SourceLocation,
    /// What is wrong, and what to do.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.source.path.is_empty() {
            write!(f, "{}: {}", self.source.file, self.reason)
        } else {
            write!(f, "{}: {}: {}", self.source.file, self.source.path, self.reason)
        }
    }
}

/// Collects problems, so that one run reports all of them.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The value, or `None` after recording the problem.
    pub fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.0.push(problem)).ok()
    }

    /// Records a problem.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// The problems without duplicates, in the order of files and paths.
    pub fn sorted(mut self) -> Vec<Problem> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}

/// Why nothing was generated.
#[derive(Debug)]
pub enum Failure {
    /// The documents have problems.
    Documents(Vec<Problem>),
    /// A template cannot be rendered.
    Template {
        /// The template's name.
        template: String,
        /// The renderer's message.
        reason: String,
    },
    /// A formatter refused a rendered text, or is missing.
    Format {
        /// The file that was to be formatted.
        file: String,
        /// The formatter's message.
        reason: String,
    },
    /// A file cannot be read or written.
    File {
        /// The file.
        file: String,
        /// The system's message.
        reason: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Documents(problems) => {
                let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
                f.write_str(&lines.join("\n"))
            }
            Failure::Template { template, reason } => {
                write!(f, "core/codegen/templates/{template}: {reason}")
            }
            Failure::Format { file, reason } | Failure::File { file, reason } => {
                write!(f, "{file}: {reason}")
            }
        }
    }
}

impl std::error::Error for Failure {}

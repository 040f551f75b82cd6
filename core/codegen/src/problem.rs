//! What can be wrong: a place in a document with a reason, or a failure of the generator's surroundings.

use std::fmt;

/// Where something stands: a file, and a path inside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, relative to the repository's root.
    pub file: String,
    /// The keys that lead there, joined by dots.
    pub path: String,
}

impl Place {
    /// The same place, a few keys deeper.
    #[must_use]
    pub fn at(&self, key: &str) -> Place {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Place { file: self.file.clone(), path }
    }

    /// A problem here.
    pub fn problem(&self, reason: impl Into<String>) -> Problem {
        Problem { place: self.clone(), reason: reason.into() }
    }
}

/// Something wrong in a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it stands.
    pub place: Place,
    /// What is wrong, in words that say what to do.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.path.is_empty() {
            write!(f, "{}: {}", self.place.file, self.reason)
        } else {
            write!(f, "{}: {}: {}", self.place.file, self.place.path, self.reason)
        }
    }
}

/// Collects problems, so that one run names all of them.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The value, or nothing and the problem noted.
    pub fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.0.push(problem)).ok()
    }

    /// Notes a problem.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// The problems, each once, in the order of files and paths.
    pub fn sorted(mut self) -> Vec<Problem> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}

/// Why nothing was generated.
#[derive(Debug)]
pub enum Failure {
    /// The documents are wrong.
    Documents(Vec<Problem>),
    /// A template cannot be rendered.
    Template {
        /// The template's name.
        template: String,
        /// What the renderer says.
        reason: String,
    },
    /// A formatter refused a rendered text, or is missing.
    Format {
        /// The file that was to be formatted.
        file: String,
        /// What the formatter says.
        reason: String,
    },
    /// A file cannot be read or written.
    File {
        /// The file.
        file: String,
        /// What the system says.
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

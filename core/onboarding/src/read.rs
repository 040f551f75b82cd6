//! Reads a file in one of the formats to a document with lines.

mod csv;
mod json;
mod toml;
mod yaml;

use crate::document::Node;
use crate::problems::Problems;
use crate::spec::Format;

/// The document, or `None` if it cannot be read; the problems say why.
pub(crate) fn document(text: &str, format: Format, problems: &mut Problems) -> Option<Node> {
    let read = match format {
        Format::Yaml => yaml::read(text),
        Format::Toml => return toml::read(text, problems),
        Format::Json => json::read(text),
        Format::Csv => return csv::read(text, problems),
    };
    match read {
        Ok(node) => Some(node),
        Err((line, message)) => {
            problems.add(line, "", message);
            None
        }
    }
}

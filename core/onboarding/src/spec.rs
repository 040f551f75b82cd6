//! What a file names, after everything in it that can be checked without a server was checked.

use std::fmt;
use std::path::Path;

use mspkit::{Error, Result};

use crate::problems::Problems;
use crate::rows::{self, Row};
use crate::{digest, read};

/// Larger files are no files of this kind.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// YAML 1.2.
    Yaml,
    /// TOML 1.0.
    Toml,
    /// JSON.
    Json,
    /// CSV of customers.
    Csv,
}

impl Format {
    /// Every format by its name.
    const ALL: [(&'static str, Self); 6] = [
        ("yaml", Self::Yaml),
        ("yml", Self::Yaml),
        ("toml", Self::Toml),
        ("json", Self::Json),
        ("csv", Self::Csv),
        ("tsv", Self::Csv),
    ];

    /// The format of this name, which is the ending of its files.
    ///
    /// # Errors
    /// `InvalidRequest` for another name.
    pub fn named(name: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, format)| *format).ok_or_else(|| {
            Error::invalid("format", Some(&format!("{name:?}")), "must be yaml, toml, json or csv")
        })
    }
}

/// What a file names: checked, but nothing was asked of a server yet.
///
/// ```
/// use mspkit_onboarding::{Format, Spec};
///
/// let text = "service_orgs:\n- so_id: 50\n  customers:\n  - {customer_name: Contoso, country: Britain}\n";
/// let error = Spec::parse(text.as_bytes(), Format::Yaml, "new.yaml").unwrap_err();
/// assert!(error.to_string().contains("new.yaml:4: service_orgs[0].customers[0].country: must be a country code"));
/// assert_eq!(error.field_errors().len(), 3);
/// ```
#[derive(Clone)]
pub struct Spec {
    pub(crate) rows: Vec<Row>,
}

impl Spec {
    /// Reads a file, whose format is that of its ending.
    ///
    /// # Errors
    /// `InvalidRequest` if it cannot be read, or with all mistakes that are in it; `field_errors` has each.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        Self::load_as(path, None)
    }

    /// Reads a file of this format.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_as(path: impl AsRef<Path>, format: Option<Format>) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let refused = |allowed: &str| Error::invalid("spec", Some(&name), allowed);
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let format = match format {
            Some(format) => format,
            None => Format::named(ending)
                .map_err(|_| refused("must end in .yaml, .toml, .json or .csv, or `format` must be given"))?,
        };
        let unreadable =
            |error: std::io::Error| refused(&format!("must be a file that can be read ({error})"));
        let size = std::fs::metadata(path).map_err(unreadable)?.len();
        if size > LARGEST {
            return Err(refused(&format!("must have at most {} MiB", LARGEST >> 20)));
        }
        Self::parse(&std::fs::read(path).map_err(unreadable)?, format, &name)
    }

    /// Reads a file, or a text: what has several lines, or begins as JSON does, is a text. The format of a text that is not
    /// JSON has to be given.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn open(path_or_text: &str, format: Option<Format>) -> Result<Self> {
        let json = path_or_text.trim_start().starts_with('{');
        if !json && !path_or_text.contains('\n') {
            return Self::load_as(path_or_text, format);
        }
        let format = format.or(json.then_some(Format::Json));
        let format = format
            .ok_or_else(|| Error::invalid("format", None, "is required for a text that is not JSON"))?;
        Self::parse(path_or_text.as_bytes(), format, "text")
    }

    /// Reads the content of a file; `name` is the file's name in errors.
    ///
    /// # Errors
    /// `InvalidRequest` with all mistakes that are in it; `field_errors` has each.
    pub fn parse(content: &[u8], format: Format, name: &str) -> Result<Self> {
        let mut problems = Problems::default();
        let rows = text(content, &mut problems)
            .and_then(|text| read::document(text, format, &mut problems))
            .map(|document| rows::read(&document, &mut problems))
            .unwrap_or_default();
        if problems.is_empty() { Ok(Self { rows }) } else { Err(problems.error(name)) }
    }

    /// How many rows it has: things and values of properties.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it names nothing; [`parse`](Self::parse) refuses such a file.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What identifies it in a journal: the same for the same content in any format. Values that are secrets are no part of
    /// it.
    pub fn digest(&self) -> String {
        digest::of(self.rows.iter().map(Row::identity))
    }
}

impl fmt::Debug for Spec {
    // Some values are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spec").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

/// The text without its byte order mark.
fn text<'a>(content: &'a [u8], problems: &mut Problems) -> Option<&'a str> {
    if content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]) {
        problems.add(1, "", "must be UTF-8; it is UTF-16");
        return None;
    }
    match std::str::from_utf8(content) {
        Ok(text) => Some(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let line = content[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
            problems.add(line, "", "must be UTF-8; in a spreadsheet, save it as \"CSV UTF-8\"");
            None
        }
    }
}

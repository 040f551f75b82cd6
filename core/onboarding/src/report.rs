//! What was done for each row.

mod html;

use std::collections::BTreeMap;

use mspkit::{Error, Result};
use mspkit_reconcile::defused;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::step::Failure;

/// What was done for a row. What an interrupted run made is `Created` and `Set`, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OutcomeAction {
    /// It was not there.
    Created,
    /// Its value was another one.
    Set,
    /// It was there, with the given values.
    Existed,
    /// It was there with other values, and stays as it is.
    Differs,
    /// Its error says why.
    Failed,
    /// It could not be begun, because of what it is below, or of what its error says.
    Blocked,
    /// The run has ended before.
    NotStarted,
}

impl OutcomeAction {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Set => "set",
            Self::Existed => "existed",
            Self::Differs => "differs",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::NotStarted => "not_started",
        }
    }

    /// Whether the row is there.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Created | Self::Set | Self::Existed | Self::Differs)
    }
}

/// What was done for a row, and what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// Where the row is in the document, as in the plan.
    pub path: String,
    /// Its kind.
    pub kind: String,
    /// What names it.
    pub name: String,
    /// What was done.
    pub action: OutcomeAction,
    /// Its id, if it is known.
    pub id: Option<String>,
    /// Why it was not made.
    pub error: Option<Failure>,
    /// The fields with other values, as in the plan.
    pub differences: Vec<Value>,
}

/// What was done, with an outcome for every row, in the order of the document.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The outcomes.
    pub outcomes: Vec<Outcome>,
    /// Why the run has ended early: the journal could not be written.
    pub error: Option<Failure>,
}

impl Report {
    /// Whether every row is there: nothing failed, was blocked or was not started.
    pub fn ok(&self) -> bool {
        self.error.is_none() && self.outcomes.iter().all(|outcome| outcome.action.is_good())
    }

    /// How many rows have each action; only actions that occur.
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for outcome in &self.outcomes {
            *counts.entry(outcome.action.name()).or_default() += 1;
        }
        counts
    }

    /// It as the text of a JSON object: `ok`, `counts`, `error` and `outcomes`.
    pub fn to_json(&self) -> String {
        json!({"ok": self.ok(), "counts": self.counts(), "error": self.error, "outcomes": self.outcomes})
            .to_string()
    }

    /// The report that [`to_json`](Self::to_json) has written.
    ///
    /// # Errors
    /// `InvalidRequest` for another text.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|error| {
            Error::invalid("report", None, &format!("must be the JSON of a report ({error})"))
        })
    }

    /// It as CSV, a line for each row. A cell that a spreadsheet would take for a formula begins with an apostrophe.
    ///
    /// # Errors
    /// None that can occur; the writer of CSV says that it may fail.
    pub fn to_csv(&self) -> Result<String> {
        let failed = |error: &dyn std::fmt::Display| Error::invalid("report", None, &error.to_string());
        let mut writer = csv::Writer::from_writer(Vec::new());
        let header = ["path", "kind", "name", "action", "id", "error_kind", "error", "differences"];
        writer.write_record(header).map_err(|error| failed(&error))?;
        for outcome in &self.outcomes {
            let error = |part: fn(&Failure) -> &str| outcome.error.as_ref().map_or("", part);
            let differences: Vec<String> = outcome.differences.iter().map(difference).collect();
            let cells = [
                &outcome.path,
                &outcome.kind,
                &outcome.name,
                outcome.action.name(),
                outcome.id.as_deref().unwrap_or_default(),
                error(|error| &error.kind),
                error(|error| &error.message),
                &differences.join("; "),
            ];
            writer.write_record(cells.map(defused)).map_err(|error| failed(&error))?;
        }
        let text = writer.into_inner().map_err(|error| failed(&error))?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// The report that [`to_json`](Self::to_json) has written, as `csv` or `html`.
    ///
    /// # Errors
    /// `InvalidRequest` for another text or format.
    pub fn written(json: &str, format: &str) -> Result<String> {
        let report = Self::from_json(json)?;
        match format {
            "csv" => report.to_csv(),
            "html" => Ok(report.to_html()),
            _ => Err(Error::invalid("format", Some(&format!("{format:?}")), "must be csv or html")),
        }
    }

    /// It as a page of HTML that needs nothing else.
    pub fn to_html(&self) -> String {
        html::page(self)
    }
}

/// A difference for a person.
fn difference(difference: &Value) -> String {
    let field = difference["field"].as_str().unwrap_or_default();
    match (&difference["wanted"], &difference["found"]) {
        (Value::Null, Value::Null) => field.to_owned(),
        (wanted, found) => format!("{field} is {found} instead of {wanted}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let outcome = Outcome {
            path: "service_orgs/so_id=50/customers/=1+1".to_owned(),
            kind: "customer".to_owned(),
            name: "=1+1".to_owned(),
            action: OutcomeAction::Failed,
            id: None,
            error: Some(Failure { kind: "BadRequest".to_owned(), message: "<b>, \"no\"".to_owned() }),
            differences: vec![
                json!({"field": "value"}),
                json!({"field": "city", "wanted": "York", "found": null}),
            ],
        };
        Report { outcomes: vec![outcome], error: None }
    }

    #[test]
    fn csv_has_no_formulas_and_quotes_what_needs_it() {
        let text = report().to_csv().unwrap();
        assert_eq!(
            text.lines().nth(1).unwrap(),
            "service_orgs/so_id=50/customers/=1+1,customer,'=1+1,failed,,BadRequest,\"<b>, \"\"no\"\"\",\
             \"value; city is null instead of \"\"York\"\"\""
        );
    }

    #[test]
    fn html_is_escaped_and_stands_alone() {
        let page = report().to_html();
        assert!(page.contains("&#60;b&#62;") && !page.contains("<b>"), "{page}");
        assert!(!page.contains("http") && !page.contains("<script") && !page.contains("src="), "{page}");
    }

    #[test]
    fn json_reads_back() {
        let report = report();
        assert_eq!(Report::from_json(&report.to_json()).unwrap(), report);
        assert!(!report.ok() && report.counts()["failed"] == 1);
        assert_eq!(Report::written(&report.to_json(), "html").unwrap(), report.to_html());
        let error = Report::written(&report.to_json(), "pdf").unwrap_err().to_string();
        assert_eq!(error, "format: must be csv or html; given: \"pdf\"");
        assert!(Report::from_json("[]").unwrap_err().to_string().starts_with("report: must be"));
    }
}

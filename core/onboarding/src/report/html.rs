//! A report as a page that stands alone.

use askama::Template;

use super::{Outcome, Report, difference};

/// `templates/report.html`; the template engine escapes every value.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'r> {
    counts: String,
    error: Option<&'r str>,
    rows: Vec<Row<'r>>,
}

struct Row<'r> {
    action: &'static str,
    path: &'r str,
    kind: String,
    outcome: String,
    id: &'r str,
    details: String,
}

/// The page.
pub(super) fn page(report: &Report) -> String {
    let counts: Vec<String> =
        report.counts().iter().map(|(action, count)| format!("{count} {}", spoken(action))).collect();
    let page = Page {
        counts: counts.join(", "),
        error: report.error.as_ref().map(|error| error.message.as_str()),
        rows: report.outcomes.iter().map(row).collect(),
    };
    // Writing into a text in memory does not fail.
    page.render().unwrap_or_default()
}

fn row(outcome: &Outcome) -> Row<'_> {
    let error = outcome.error.iter().map(|error| error.message.clone());
    let details: Vec<String> = error.chain(outcome.differences.iter().map(difference)).collect();
    Row {
        action: outcome.action.name(),
        path: &outcome.path,
        kind: spoken(&outcome.kind),
        outcome: spoken(outcome.action.name()),
        id: outcome.id.as_deref().unwrap_or_default(),
        details: details.join("; "),
    }
}

/// A name as words.
fn spoken(name: &str) -> String {
    name.replace('_', " ")
}

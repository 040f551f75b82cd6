//! A report as a page that stands alone.

use html_escape::encode_text;

use super::{Outcome, Report, difference};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1b1f24}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #d0d7de;\
vertical-align:top}th{background:#f6f8fa}.created,.set{color:#116329}.failed,.blocked,.not_started{color:#a40e26}\
.differs{color:#7d4e00}";

/// The page.
pub(super) fn page(report: &Report) -> String {
    let counts: Vec<String> =
        report.counts().iter().map(|(action, count)| format!("{count} {}", spoken(action))).collect();
    let error = report
        .error
        .as_ref()
        .map_or(String::new(), |error| format!("<p class=\"failed\">{}</p>", encode_text(&error.message)));
    let rows: String = report.outcomes.iter().map(row).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Onboarding</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\n\
         <body><h1>Onboarding</h1><p>{}</p>{error}\n<table><thead><tr><th>Where</th><th>Kind</th><th>Outcome</th><th>Id</th>\
         <th>Details</th></tr></thead><tbody>\n{rows}</tbody></table></body></html>\n",
        encode_text(&counts.join(", ")),
    )
}

fn row(outcome: &Outcome) -> String {
    let Outcome { path, kind, action, id, error, differences, .. } = outcome;
    let error = error.iter().map(|error| error.message.clone());
    let details: Vec<String> = error.chain(differences.iter().map(difference)).collect();
    let cells =
        [path, &spoken(kind), &spoken(action.name()), id.as_deref().unwrap_or_default(), &details.join("; ")];
    let cells: Vec<_> = cells.iter().map(|cell| encode_text(cell)).collect();
    format!("<tr class=\"{}\"><td>{}</td></tr>\n", action.name(), cells.join("</td><td>"))
}

/// A name as words.
fn spoken(name: &str) -> String {
    name.replace('_', " ")
}

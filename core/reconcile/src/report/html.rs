//! The report as a page that stands alone: it loads nothing, and whatever the rows hold is only text in it.

use askama::Template;

use super::Line;
use crate::reconciliation::{MappingProblem, Reconciliation, Summary};
use crate::side::Shown;

/// `templates/page.html`; the template engine escapes every value but the page's own style and script.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'r> {
    title: &'r str,
    style: &'static str,
    script: &'static str,
    left: &'r str,
    right: &'r str,
    summary: Summary,
    kinds: [Kind; 5],
    problems: &'r [MappingProblem],
    columns: Vec<String>,
    lines: Vec<Row<'r>>,
}

/// A kind of lines, by which they are counted and filtered.
struct Kind {
    name: String,
    result: &'static str,
    count: usize,
}

struct Row<'r> {
    result: &'static str,
    name: String,
    differs: bool,
    why: String,
    score: String,
    cells: Vec<Cell<'r>>,
}

struct Cell<'r> {
    text: &'r str,
    differs: bool,
}

impl Reconciliation {
    /// An HTML page with the counts and the table of [`to_csv`](Self::to_csv), which can be filtered and sorted. It is one
    /// file without external parts.
    pub fn to_html(&self, title: &str) -> String {
        let page = Page {
            title,
            style: include_str!("page.css"),
            script: include_str!("page.js"),
            left: &self.options.left_title,
            right: &self.options.right_title,
            summary: self.summary(),
            kinds: self.kinds(),
            problems: &self.problems,
            columns: self.columns(),
            lines: self.rows(),
        };
        // Writing into a text in memory does not fail.
        page.render().unwrap_or_default()
    }

    fn kinds(&self) -> [Kind; 5] {
        let summary = self.summary();
        let kind = |name: &str, result, count| Kind { name: name.to_owned(), result, count };
        [
            kind("matched", "matched", summary.matched),
            kind("with differences", "differs", summary.differing),
            kind(&format!("only {}", self.options.left_title), "only_left", summary.only_left),
            kind(&format!("only {}", self.options.right_title), "only_right", summary.only_right),
            kind("ambiguous", "ambiguous", summary.ambiguous_left + summary.ambiguous_right),
        ]
    }

    fn rows(&self) -> Vec<Row<'_>> {
        let kinds = self.kinds();
        self.lines().map(|line| self.row_of(&line, &kinds)).collect()
    }

    fn row_of<'r>(&'r self, line: &Line<'r>, kinds: &[Kind]) -> Row<'r> {
        let right = self.left.fields.len();
        let differs = |at: usize| line.differing.iter().any(|(one, other)| at == *one || at == right + other);
        let cell = |(at, cell): (usize, &'r Shown)| Cell { text: cell.text(), differs: differs(at) };
        let kind = kinds.iter().find(|kind| kind.result == line.result);
        Row {
            result: line.result,
            name: kind.map(|kind| kind.name.clone()).unwrap_or_default(),
            differs: !line.differing.is_empty(),
            why: line.why.replace('_', " "),
            score: line.score.map(|score| format!("{score:.2}")).unwrap_or_default(),
            cells: self.cells(line).enumerate().map(cell).collect(),
        }
    }
}

//! `x-mspkit-dialect`: the names that a service uses for what all services have.

use crate::model::{Dialect, Envelope, PageWords, ScrollWords};
use crate::node::Node;
use crate::problem::Problem;

pub(super) fn read(node: &Node<'_>) -> Result<Dialect, Problem> {
    refuse_others(node, &["envelope", "pages", "scroll", "refused", "fresh-token-500"])?;
    Ok(Dialect {
        envelope: node.look("envelope")?.map(|node| envelope(&node)).transpose()?,
        pages: node.look("pages")?.map(|node| pages(&node)).transpose()?,
        scroll: node.look("scroll")?.map(|node| scroll(&node)).transpose()?,
        refused: word(node, "refused")?,
        fresh_token_500: may(node, "fresh-token-500")?,
    })
}

fn envelope(node: &Node<'_>) -> Result<Envelope, Problem> {
    let known = ["data", "total-items", "total-pages", "page-size", "links", "next-link", "next-key"];
    refuse_others(node, &known)?;
    let (links, next_link) = (may(node, "links")?, may(node, "next-link")?);
    if links.is_some() != next_link.is_some() {
        return Err(node.problem("`links` and `next-link` require each other"));
    }
    Ok(Envelope {
        data: word(node, "data")?,
        total_items: may(node, "total-items")?,
        total_pages: may(node, "total-pages")?,
        page_size: may(node, "page-size")?,
        links,
        next_link,
        next_key: may(node, "next-key")?,
    })
}

fn pages(node: &Node<'_>) -> Result<PageWords, Problem> {
    refuse_others(node, &["number", "size"])?;
    Ok(PageWords { number: word(node, "number")?, size: word(node, "size")? })
}

fn scroll(node: &Node<'_>) -> Result<ScrollWords, Problem> {
    refuse_others(node, &["start", "id", "size", "largest-advised"])?;
    Ok(ScrollWords {
        start: word(node, "start")?,
        id: word(node, "id")?,
        size: word(node, "size")?,
        largest_advised: node.need("largest-advised")?.int()?,
    })
}

fn word(node: &Node<'_>, key: &str) -> Result<String, Problem> {
    node.need(key)?.text().map(str::to_owned)
}

fn may(node: &Node<'_>, key: &str) -> Result<Option<String>, Problem> {
    node.look(key)?.map(|node| node.text().map(str::to_owned)).transpose()
}

fn refuse_others(node: &Node<'_>, known: &[&str]) -> Result<(), Problem> {
    for (key, value) in node.entries()? {
        if !known.contains(&key.as_str()) {
            return Err(value.problem(format!("unknown key; allowed here are {}", known.join(", "))));
        }
    }
    Ok(())
}

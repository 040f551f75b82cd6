//! What a document says of a parameter or a field besides its kind.

use crate::load::operation::{only_keys, word};
use crate::model::{Condition, Rules};
use crate::node::Node;
use crate::problem::Problem;

/// The rules at the keys that `look` finds.
pub(super) fn of<'d>(look: impl Fn(&str) -> Result<Option<Node<'d>>, Problem>) -> Result<Rules, Problem> {
    let size = |key: &str| look(key)?.map(|node| count(&node)).transpose();
    let flag = |key: &str| look(key)?.map_or(Ok(false), |node| node.flag());
    let condition = |key: &str| look(key)?.map(|node| condition(&node)).transpose();
    let send_as = look("x-mspkit-send-as")?;
    let send_as = send_as.map(|node| word(&node, &[("text", "text"), ("number", "number")])).transpose()?;
    let none = match look("x-mspkit-none")? {
        Some(values) => values
            .items()?
            .iter()
            .map(|value| Ok(value.json()?.to_string()))
            .collect::<Result<_, Problem>>()?,
        None => Vec::new(),
    };
    let other_names = match look("x-mspkit-other-names")? {
        Some(names) => names.texts()?.into_iter().map(str::to_owned).collect(),
        None => Vec::new(),
    };
    let default_from = look("x-mspkit-default-from")?;
    Ok(Rules {
        items: (size("minItems")?, size("maxItems")?),
        max_length: size("maxLength")?,
        as_text: send_as == Some("text"),
        as_number: send_as == Some("number"),
        bearer: flag("x-mspkit-bearer")?,
        send_default: flag("x-mspkit-send-default")?,
        default_from: default_from.map(|node| node.text().map(str::to_owned)).transpose()?,
        only_with: condition("x-mspkit-only-with")?,
        other_names,
        none,
        secret_when: condition("x-mspkit-secret-when")?,
    })
}

fn count(node: &Node<'_>) -> Result<usize, Problem> {
    usize::try_from(node.int()?).map_err(|_| node.problem("must not be negative"))
}

fn condition(node: &Node<'_>) -> Result<Condition, Problem> {
    only_keys(node, &["field", "values"])?;
    let values = node.need("values")?.texts()?.into_iter().map(str::to_owned).collect();
    Ok(Condition { field: node.need("field")?.text()?.to_owned(), values })
}

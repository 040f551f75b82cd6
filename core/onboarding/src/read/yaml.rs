//! YAML, from the events of its parser.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::document::{Content, DEEPEST, Entry, Node};

/// More values than any file of this kind has; aliases can multiply them.
const MOST: usize = 1_000_000;

/// A list or map that has begun.
struct Open {
    node: Node,
    anchor: usize,
    /// The name of the next value of a map.
    name: Option<(String, usize)>,
}

#[derive(Default)]
struct Building {
    open: Vec<Open>,
    /// What an alias stands for, and how many values that is.
    anchors: HashMap<usize, (Node, usize)>,
    count: usize,
    done: Option<Node>,
}

pub(super) fn read(text: &str) -> Result<Node, (usize, String)> {
    let mut building = Building::default();
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| (error.marker().line(), format!("is not YAML: {}", error.info())))?;
        let line = span.start.line();
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    return Err((line, "has a second document; one is allowed".to_owned()));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
                let quoted = is_text || style != ScalarStyle::Plain;
                let null = !quoted && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let scalar = Content::Scalar { text: text.into_owned(), quoted };
                building.add(Node::new(line, if null { Content::Null } else { scalar }), anchor)?;
            }
            Event::SequenceStart(anchor, _) => {
                building.begin(Node::new(line, Content::List(Vec::new())), anchor)?;
            }
            Event::MappingStart(anchor, _) => {
                building.begin(Node::new(line, Content::Map(Vec::new())), anchor)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = building.open.pop() {
                    building.add(open.node, open.anchor)?;
                }
            }
            Event::Alias(anchor) => {
                let Some((_, size)) = building.anchors.get(&anchor) else {
                    return Err((line, "has an alias of itself".to_owned()));
                };
                // Before it is copied.
                building.weigh(*size, line)?;
                if let Some((node, _)) = building.anchors.get(&anchor).cloned() {
                    building.add(Node { line, ..node }, 0)?;
                }
            }
            _ => {}
        }
    }
    Ok(building.done.unwrap_or(Node::new(1, Content::Null)))
}

impl Building {
    fn begin(&mut self, node: Node, anchor: usize) -> Result<(), (usize, String)> {
        if self.open.len() >= DEEPEST {
            return Err((node.line, format!("is nested deeper than {DEEPEST} levels")));
        }
        self.open.push(Open { node, anchor, name: None });
        Ok(())
    }

    /// Counts values.
    fn weigh(&mut self, size: usize, line: usize) -> Result<(), (usize, String)> {
        self.count += size;
        if self.count > MOST {
            return Err((line, format!("has more than {MOST} values")));
        }
        Ok(())
    }

    /// Puts a value where it belongs.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), (usize, String)> {
        self.weigh(1, node.line)?;
        if anchor > 0 {
            let size = size(&node);
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.done = Some(node);
            return Ok(());
        };
        match (&mut open.node.content, open.name.take()) {
            (Content::Map(entries), Some((name, line))) => entries.push(Entry { name, line, value: node }),
            (Content::Map(_), None) => match node.content {
                Content::Scalar { text, .. } => open.name = Some((text, node.line)),
                _ => return Err((node.line, "has a field whose name is no text".to_owned())),
            },
            (Content::List(entries), _) => entries.push(node),
            _ => {}
        }
        Ok(())
    }
}

/// How many values a node has, with itself.
fn size(node: &Node) -> usize {
    match &node.content {
        Content::List(entries) => 1 + entries.iter().map(size).sum::<usize>(),
        Content::Map(entries) => 1 + entries.iter().map(|entry| size(&entry.value)).sum::<usize>(),
        _ => 1,
    }
}

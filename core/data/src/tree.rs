//! Where the members of a row go, by the vendor's names: one pass over a row finds all of them.

use mspkit::KnownNames;

/// What is known of the members of an object.
#[derive(Debug, Clone)]
pub(crate) struct Tree<T> {
    pub(crate) known: KnownNames,
    /// What they are, at the places of their names.
    pub(crate) members: Vec<Member<T>>,
}

/// What a member is.
#[derive(Debug, Clone)]
pub(crate) enum Member<T> {
    /// A value that is wanted.
    Leaf(T),
    /// An object with members that are wanted.
    Inner(Tree<T>),
}

impl<T: Copy> Tree<T> {
    /// The values at the ends of paths of names. The first of two with the same path counts.
    pub(crate) fn of(leaves: &[(&[&'static str], T)]) -> Self {
        let mut names: Vec<&'static str> = Vec::new();
        for (path, _) in leaves {
            if let Some(name) = path.first().filter(|name| !names.contains(name)) {
                names.push(name);
            }
        }
        let member = |name: &&'static str| {
            let below = leaves.iter().filter(|(path, _)| path.first() == Some(name));
            let below: Vec<_> = below.map(|(path, value)| (&path[1..], *value)).collect();
            match below.iter().find(|(path, _)| path.is_empty()) {
                Some((_, value)) => Member::Leaf(*value),
                None => Member::Inner(Self::of(&below)),
            }
        };
        let members = names.iter().map(member).collect();
        Self { known: KnownNames::new(names), members }
    }
}

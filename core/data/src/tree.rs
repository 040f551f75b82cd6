//! Where the members of a row go, by the vendor's names: one pass over a row finds all of them.

/// What is known of the members of an object.
#[derive(Debug, Clone)]
pub(crate) struct Tree<T> {
    members: Vec<(&'static str, Member<T>)>,
}

/// What a member is.
#[derive(Debug, Clone)]
pub(crate) enum Member<T> {
    /// A value that is wanted.
    Leaf(T),
    /// An object with members that are wanted.
    Inner(Tree<T>),
}

impl<T> Default for Tree<T> {
    fn default() -> Self {
        Self { members: Vec::new() }
    }
}

impl<T> Tree<T> {
    /// Adds a value at the end of a path of names. The first of two with the same path stays.
    pub(crate) fn add(&mut self, path: &[&'static str], value: T) {
        let Some((wire, rest)) = path.split_first() else { return };
        let known = self.members.iter().position(|(name, _)| name == wire);
        match (known, rest.is_empty()) {
            (None, true) => self.members.push((wire, Member::Leaf(value))),
            (None, false) => {
                let mut inner = Self::default();
                inner.add(rest, value);
                self.members.push((wire, Member::Inner(inner)));
            }
            (Some(at), false) => {
                if let Member::Inner(inner) = &mut self.members[at].1 {
                    inner.add(rest, value);
                }
            }
            (Some(_), true) => {}
        }
    }

    /// The member of this name. Rows have their members in the same order, so the one at `next`, after the last that was
    /// found, is looked at first.
    pub(crate) fn find(&self, name: &str, next: &mut usize) -> Option<&Member<T>> {
        let here = self.members.get(*next).is_some_and(|(wire, _)| *wire == name);
        let place = if here { *next } else { self.members.iter().position(|(wire, _)| *wire == name)? };
        *next = place + 1;
        self.members.get(place).map(|(_, member)| member)
    }
}

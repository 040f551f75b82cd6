//! What stands above and below a row.

use std::borrow::Cow;
use std::sync::Arc;

use super::Store;
use super::collection::Collection;
use super::spec::Spec;
use super::view::View;

/// A row whose children are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'i> {
    /// The collection that holds it; empty for the root.
    pub(crate) held_in: &'i str,
    pub(crate) id: &'i str,
}

impl Store {
    /// The collections of the parents.
    pub(super) fn holders<'s>(&'s self, spec: &'s Spec) -> impl Iterator<Item = &'s Collection> {
        spec.above().iter().filter_map(|name| self.collection(name))
    }

    /// The collection of the parents, if there is only one.
    pub(super) fn above(&self, spec: &Spec) -> Option<&Collection> {
        match spec.above() {
            [name] => self.collection(name),
            _ => None,
        }
    }

    /// Whether this collection is that one, or below it.
    pub(super) fn is_below(&self, spec: &Spec, name: &str) -> bool {
        let above = spec.above().iter().chain(&spec.across).filter_map(|name| self.collection(name));
        spec.name == name || above.into_iter().any(|above| self.is_below(above.spec, name))
    }

    /// The top-level collection of this one; ids are unique below it.
    pub(super) fn top(&self, spec: &'static Spec) -> &'static str {
        let above = self.above(spec).filter(|_| !spec.is_made());
        above.map_or(spec.name.as_str(), |above| self.top(above.spec))
    }

    /// The parent of a row of this collection.
    pub(super) fn parent_of(&self, spec: &Spec, parent: &str) -> Option<View<'_>> {
        spec.above().iter().find_map(|name| self.view(name, parent))
    }

    /// The row of a collection above a row of this one.
    pub(super) fn ancestor(&self, spec: &Spec, parent: &str, wanted: &str) -> Option<View<'_>> {
        let above = self.parent_of(spec, parent)?;
        if above.held_in() == wanted {
            return Some(above);
        }
        self.ancestor(above.spec, above.parent(), wanted)
    }

    /// A row and all rows below it, as collection and id, as far as rows of that collection can stand below them.
    fn all_below(&self, scope: &Scope<'_>, spec: &Spec) -> Vec<(&str, Arc<str>)> {
        let between: Vec<_> = self
            .collections
            .iter()
            .filter(|other| other.spec.name != spec.name && other.spec.of.is_empty())
            .filter(|other| self.is_below(spec, &other.spec.name))
            .collect();
        let held_in = self.collection(scope.held_in).map_or("", |held| held.spec.name.as_str());
        let mut found: Vec<(&str, Arc<str>)> = vec![(held_in, scope.id.into())];
        let mut at = 0;
        while let Some((name, id)) = found.get(at).cloned() {
            let children = between.iter().filter(|other| match other.spec.above() {
                [] => name.is_empty(),
                above => above.iter().any(|above| above == name),
            });
            for other in children {
                let name = other.spec.name.as_str();
                if other.spec.is_held() {
                    found.extend(self.held(other, &id).iter().map(|row| (name, Arc::clone(&row.id))));
                } else {
                    let rows = other.under(&id).iter().filter_map(|place| other.at(*place));
                    found.extend(rows.map(|row| (name, Arc::clone(&row.id))));
                }
            }
            at += 1;
        }
        found
    }

    /// The rows of a collection whose parent has this id.
    pub(crate) fn views_under(&self, name: &str, id: &str) -> Vec<View<'_>> {
        self.views_in(name, &Scope { held_in: "", id }, false)
    }

    /// The rows of a collection whose parent is this one, or with `deep` those of everything below it as well.
    pub(crate) fn views_in(&self, name: &str, scope: &Scope<'_>, deep: bool) -> Vec<View<'_>> {
        let Some(collection) = self.collection(name) else { return Vec::new() };
        let spec = collection.spec;
        if !spec.of.is_empty() {
            let members = spec.of.iter().flat_map(|name| self.views_in(name, scope, deep));
            return members.map(|view| view.shown_as(spec)).collect();
        }
        let parents = if deep { self.all_below(scope, spec) } else { vec![("", scope.id.into())] };
        let is_parent = |name: &str| name.is_empty() || spec.above().iter().any(|above| above == name);
        let ids = parents.into_iter().filter(|(name, _)| is_parent(name)).map(|(_, id)| id);
        if spec.is_held() {
            let rows = ids.flat_map(|id| self.held(collection, &id));
            return rows.map(|row| View::new(self, collection, row)).collect();
        }
        let mut places: Vec<_> = ids.flat_map(|id| collection.under(&id).to_vec()).collect();
        places.sort_unstable();
        let rows = places.into_iter().filter_map(|place| collection.at(place));
        rows.map(|row| View::new(self, collection, Cow::Borrowed(row))).collect()
    }

    /// All rows of a collection.
    pub(crate) fn views(&self, name: &str) -> Vec<View<'_>> {
        let Some(collection) = self.collection(name) else { return Vec::new() };
        if !collection.spec.of.is_empty() {
            let members = collection.spec.of.iter().flat_map(|name| self.views(name));
            return members.map(|view| view.shown_as(collection.spec)).collect();
        }
        if collection.spec.is_held() {
            let holders = collection.spec.above().iter().flat_map(|name| self.views(name));
            return holders.flat_map(|holder| self.views_under(name, holder.id())).collect();
        }
        collection.rows().map(|row| View::new(self, collection, Cow::Borrowed(row))).collect()
    }

    /// The rows of a collection that are stored, without those that are made when they are read.
    pub(crate) fn stored(&self, name: &str) -> impl Iterator<Item = View<'_>> {
        let collection = self.collection(name).into_iter();
        collection.flat_map(move |held| held.rows().map(move |row| View::new(self, held, Cow::Borrowed(row))))
    }

    /// The row of a collection with this id.
    pub(crate) fn view(&self, name: &str, id: &str) -> Option<View<'_>> {
        let collection = self.collection(name)?;
        let spec = collection.spec;
        if !spec.of.is_empty() {
            let found = spec.of.iter().find_map(|name| self.view(name, id));
            return found.map(|view| view.shown_as(spec));
        }
        let row = match collection.get(id) {
            Some(row) => Cow::Borrowed(row),
            None if spec.is_held() => self.held_with_id(collection, id)?,
            None => return None,
        };
        Some(View::new(self, collection, row))
    }

    /// The row with this id whose parent is that one.
    pub(crate) fn view_under(&self, name: &str, parent: &str, id: &str) -> Option<View<'_>> {
        let collection = self.collection(name)?;
        if collection.spec.is_held() {
            return self.views_under(name, parent).into_iter().find(|view| view.id() == id);
        }
        self.view(name, id).filter(|view| view.parent() == parent)
    }

    /// A row by its parent's id and its own.
    pub(super) fn view_of(&self, name: &str, (parent, id): (&str, &str)) -> Option<View<'_>> {
        let held = self.collection(name)?.spec.is_held();
        if held { self.view_under(name, parent, id) } else { self.view(name, id) }
    }

    /// Whether a row with this parent stands somewhere below that one.
    pub(super) fn stands_below(&self, spec: &Spec, parent: &str, scope: &Scope<'_>) -> bool {
        if parent == scope.id && spec.above().iter().any(|above| scope.held_in == above)
            || scope.held_in.is_empty()
        {
            return true;
        }
        let above = self.parent_of(spec, parent);
        above.is_some_and(|above| self.stands_below(above.own_spec(), above.parent(), scope))
    }

    /// Whether rows of a collection can stand below those of another one, or the root.
    pub(super) fn can_stand_below(&self, name: &str, other: &str) -> bool {
        let Some(collection) = self.collection(name) else { return false };
        let all = collection.spec.of.iter().filter_map(|name| self.collection(name)).chain([collection]);
        all.into_iter().any(|held| match other {
            "" => held.spec.parent.is_some(),
            other => self.is_below(held.spec, other),
        })
    }

    /// Whether ids of this collection are integers.
    pub(super) fn counts(&self, spec: &Spec) -> bool {
        let of_one = spec.of.first().or(spec.across.as_ref()).and_then(|name| self.collection(name));
        of_one.map_or_else(|| spec.counts(), |one| self.counts(one.spec))
    }

    /// Whether this id is that of the root above the rows that a form shows.
    pub(super) fn is_root(&self, name: &str, id: &str) -> bool {
        let of = self.collection(name).map_or(&[][..], |form| &form.spec.of);
        let mut roots = of.iter().filter_map(|name| self.collection(name)).map(|one| one.spec.root());
        !id.is_empty() && roots.any(|root| root == id)
    }
}

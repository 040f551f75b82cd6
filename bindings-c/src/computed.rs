//! Results that are computed from rows, and their texts: each is made when it is asked for, and once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;

use crate::arena::Arena;
use crate::guard::quietly;
use crate::lock;
use crate::text::mspkit_str;

/// A result that is written in several forms.
pub(crate) trait Written {
    /// Which form, with everything that the text depends on.
    type Form: Eq + Hash;

    fn write(&self, form: &Self::Form) -> String;
}

/// A result with its texts, which are valid as long as it. Several threads may read it at the same time.
pub(crate) struct Computed<T: Written> {
    found: T,
    texts: Mutex<Texts<T::Form>>,
}

struct Texts<F> {
    arena: Arena,
    made: HashMap<F, mspkit_str>,
}

// SAFETY: what is pointed at lies in the arena beside it, which is written to under the lock only.
unsafe impl<F: Send> Send for Texts<F> {}

impl<T: Written> Computed<T> {
    pub(crate) fn new(found: T) -> Self {
        Self { found, texts: Mutex::new(Texts { arena: Arena::new(), made: HashMap::new() }) }
    }

    /// The result in this form.
    pub(crate) fn text(&self, form: T::Form) -> mspkit_str {
        quietly(mspkit_str::NONE, || {
            let Texts { arena, made } = &mut *lock(&self.texts);
            *made.entry(form).or_insert_with_key(|form| arena.text(&self.found.write(form)))
        })
    }
}

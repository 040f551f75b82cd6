//! Values of responses, read tolerantly: by the facade into models, by bindings into structs of their own, and by the
//! engine to see whether they fit.

mod fits;
mod known_names;
mod reader;
mod rewrite;
pub(crate) mod scalar;
mod unreadable;

pub(crate) use self::fits::readable;
pub use self::known_names::KnownNames;
pub use self::reader::Reader;
pub(crate) use self::rewrite::rewritten;
pub use self::unreadable::Unreadable;

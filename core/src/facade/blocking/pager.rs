//! Lists whose rows are not read yet, for programs without a runtime.

use super::Driven;
use crate::base::error::Result;

/// A list whose rows are not read yet, for programs that make something else of them, such as the tables and files of the
/// crate `mspkit-data`.
///
/// ```no_run
/// # fn main() -> Result<(), mspkit::Error> {
/// use mspkit::blocking;
/// use mspkit::ncentral::ListCustomers;
///
/// let pager = blocking::NCentral::from_env()?.customers().list(ListCustomers::new()).pager()?;
/// while let Some(page) = pager.wait(pager.pager().fill(None))? {
///     println!("{} rows", page.take(usize::MAX).len());
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct RawPager {
    pub(super) driven: Driven,
    pub(super) pager: crate::RawPager,
}

impl RawPager {
    /// The pager itself: for its resume token, for its total, and to read from it in [`wait`](Self::wait).
    pub fn pager(&self) -> &crate::RawPager {
        &self.pager
    }

    /// Waits for something that is read from the pager.
    ///
    /// # Errors
    /// Those of `work`, and [`InvalidRequest`](crate::ErrorKind::InvalidRequest) inside an async program.
    pub fn wait<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.driven.wait(work)
    }
}

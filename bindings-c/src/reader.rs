//! How the answers of an operation are read: by the model that the generated table names for it.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use mspkit::{CallOptions, Core, Error, RawPage};

use crate::answer::mspkit_answer;
use crate::item::{View, Viewed};

type Call =
    for<'a> fn(&'a Core, &'a str, &'a [u8], &'a CallOptions) -> BoxFuture<'a, Result<mspkit_answer, Error>>;

/// How an operation is called, and how its items are read.
pub(crate) struct Reader {
    pub(crate) call: Call,
    pub(crate) item: fn(&RawPage, usize) -> Result<View, Error>,
}

impl Reader {
    /// For operations whose answers, or whose items, are such a model.
    pub(crate) const fn of<M: Viewed + Send + 'static>() -> Self {
        Self {
            call: |core, operation, params, options| {
                async move {
                    let (model, raw) = core.call_as::<M>(operation, params, options).await?;
                    Ok(mspkit_answer::new(&raw, View::of(&model, &raw.json)))
                }
                .boxed()
            },
            item: |page, at| {
                let model = page.read::<M>(at)?;
                Ok(View::of(&model, page.item(at).unwrap_or_default()))
            },
        }
    }

    /// For operations without a model.
    pub(crate) const PLAIN: Self = Self {
        call: |core, operation, params, options| {
            async move {
                let raw = core.call(operation, params, options).await?;
                Ok(mspkit_answer::new(&raw, View::plain(&raw.json)))
            }
            .boxed()
        },
        item: |page, at| Ok(View::plain(page.item(at).unwrap_or_default())),
    };
}

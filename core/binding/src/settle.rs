//! What is left to do on a runtime that has no threads.

use tokio::runtime::{Handle, Runtime};

/// Lets what was given up be cleaned away: without threads of its own the runtime would only do it at the next call,
/// and the server would see its connections open until then.
pub fn settle(runtime: &Runtime) {
    if Handle::try_current().is_ok() {
        return;
    }
    runtime.block_on(async {
        for _ in 0..16 {
            tokio::task::yield_now().await;
        }
    });
}

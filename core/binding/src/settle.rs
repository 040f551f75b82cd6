//! Cleanup on a runtime without threads.

use tokio::runtime::{Handle, Runtime};

/// Runs the cleanup of abandoned calls. Without threads of its own the runtime would only do it at the next call, and the
/// server would see the connections open until then.
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

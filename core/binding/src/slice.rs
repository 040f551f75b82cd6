//! Calls that are driven a slice of time at a go, so that their callers can do something in between.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::sleep;

/// Drives a future for a while; none if it is not done by then.
pub fn drive_for<F: Future + Unpin>(runtime: &Runtime, time: Duration, future: &mut F) -> Option<F::Output> {
    // Inside the runtime, which the timer needs.
    drive_until(runtime, async { sleep(time).await }, future)
}

fn drive_until<F: Future + Unpin>(
    runtime: &Runtime,
    end: impl Future<Output = ()>,
    future: &mut F,
) -> Option<F::Output> {
    runtime.block_on(async {
        let done = tokio::select! {
            biased;
            done = future => Some(done),
            () = end => None,
        };
        if done.is_none() {
            wake_deferred().await;
        }
        done
    })
}

/// Lets the runtime wake what yielded in the last poll.
///
/// A runtime on the caller's thread keeps these wake-ups until it has looked at its sockets, and forgets them if it ends before.
/// A part of the future that is only polled when it was woken, such as a row of a join, would then wait for its timeout.
async fn wake_deferred() {
    let mut again = false;
    poll_fn(|context| {
        if std::mem::replace(&mut again, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::time::Duration;

    use futures_util::stream::{FuturesUnordered, StreamExt};
    use tokio::runtime::Builder;
    use tokio::task::yield_now;

    use super::{drive_for, drive_until};

    #[test]
    fn a_part_that_yields_at_the_end_of_a_slice_goes_on_in_the_next() {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let mut parts: FuturesUnordered<_> = std::iter::once(Box::pin(yield_now())).collect();
        assert!(drive_until(&runtime, ready(()), &mut parts.next()).is_none(), "it has yielded");
        let end = drive_for(&runtime, Duration::from_secs(5), &mut parts.next());
        assert_eq!(end, Some(Some(())), "it was not woken");
    }
}

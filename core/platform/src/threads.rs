//! Threads that take no signals: handlers run on threads that the program or the interpreter knows.

use std::io;
use std::thread::{Builder, JoinHandle};

#[cfg(unix)]
use nix::sys::signal::{SigSet, SigmaskHow};

/// Blocks every signal on the calling thread, such as a runtime's as it starts. Does nothing where threads take no signals.
pub fn block_signals() {
    // It cannot fail for a set that the system itself filled.
    #[cfg(unix)]
    let _ = SigSet::all().thread_block();
}

/// Starts a thread with every signal blocked.
///
/// # Errors
/// The system's, when it gives no thread.
pub fn spawn(run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    // The thread begins with the mask of its maker: there is no time at which a handler could run on it.
    #[cfg(unix)]
    let former = SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK);
    let thread = Builder::new().name("mspkit".to_owned()).spawn(run);
    #[cfg(unix)]
    if let Ok(former) = former {
        let _ = former.thread_set_mask();
    }
    thread
}

#[cfg(all(test, unix))]
mod tests {
    use nix::sys::signal::Signal;

    use super::*;

    #[test]
    fn only_the_thread_that_is_made_blocks_signals() {
        let blocked = || SigSet::thread_get_mask().is_ok_and(|mask| mask.contains(Signal::SIGINT));
        let before = blocked();
        let (tell, told) = std::sync::mpsc::channel();
        spawn(move || tell.send(blocked()).unwrap()).unwrap().join().unwrap();
        assert_eq!((told.recv(), blocked()), (Ok(true), before));
    }
}

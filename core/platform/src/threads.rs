//! Threads that receive no signals: handlers run on threads that the program or the interpreter knows.

use std::io;
use std::thread::{Builder, JoinHandle};

#[cfg(unix)]
use nix::sys::signal::{SigSet, SigmaskHow};

use crate::library::keep_loaded;

/// Blocks every signal on the calling thread, for threads of a runtime. Does nothing on systems without signals.
pub fn block_signals() {
    // Cannot fail for a set that the system filled.
    #[cfg(unix)]
    let _ = SigSet::all().thread_block();
}

/// Starts a thread with every signal blocked, in a library that stays loaded from then on.
///
/// # Errors
/// The system's error when no thread can be started.
pub fn spawn(run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    keep_loaded();
    // The thread inherits the mask of its creator, so a handler can never run on it.
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
    fn only_the_new_thread_blocks_signals() {
        let blocked = || SigSet::thread_get_mask().is_ok_and(|mask| mask.contains(Signal::SIGINT));
        let before = blocked();
        let (sender, receiver) = std::sync::mpsc::channel();
        spawn(move || sender.send(blocked()).unwrap()).unwrap().join().unwrap();
        assert_eq!((receiver.recv(), blocked()), (Ok(true), before));
    }
}

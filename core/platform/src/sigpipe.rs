//! Keeps SIGPIPE from a caller's thread while that drives connections.
//!
//! Writing to a connection that the server has closed raises it on the writing thread. It is blocked there during a call,
//! and a pending one is consumed before the previous mask is restored, so neither the program nor its dispositions notice.
//! Systems without signals have nothing to block.

#![allow(unsafe_code, reason = "pending signals are read and consumed through libc")]

#[cfg(unix)]
pub use self::unix::SigpipeGuard;

/// Blocks SIGPIPE until it is dropped: nothing on a system without it.
#[cfg(not(unix))]
pub struct SigpipeGuard;

#[cfg(not(unix))]
impl SigpipeGuard {
    /// Blocks it from now on.
    #[must_use]
    pub fn block() -> Self {
        Self
    }
}

#[cfg(unix)]
mod unix {
    use nix::libc;
    use nix::sys::signal::{SigSet, SigmaskHow, Signal};

    /// Blocks SIGPIPE on this thread until it is dropped.
    pub struct SigpipeGuard {
        pipe: SigSet,
        former: Option<SigSet>,
        /// Whether one was already pending, which belongs to the program.
        theirs: bool,
    }

    impl SigpipeGuard {
        /// Blocks it from now on.
        #[must_use]
        pub fn block() -> Self {
            let mut pipe = SigSet::empty();
            pipe.add(Signal::SIGPIPE);
            let former = pipe.thread_swap_mask(SigmaskHow::SIG_BLOCK).ok();
            // Only a signal that was already blocked can be pending.
            let theirs = former.is_some_and(|former| former.contains(Signal::SIGPIPE)) && pending();
            Self { pipe, former, theirs }
        }
    }

    impl Drop for SigpipeGuard {
        fn drop(&mut self) {
            if !self.theirs {
                take(&self.pipe);
            }
            if let Some(former) = self.former {
                let _ = former.thread_set_mask();
            }
        }
    }

    /// Whether a SIGPIPE is pending for this thread.
    fn pending() -> bool {
        let mut set = SigSet::empty().as_ref().to_owned();
        // SAFETY: both get a set that was initialised.
        unsafe {
            libc::sigpending(&raw mut set) == 0 && libc::sigismember(&raw const set, libc::SIGPIPE) == 1
        }
    }

    /// Consumes a pending signal, without waiting for one.
    #[cfg(target_os = "linux")]
    fn take(pipe: &SigSet) {
        let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // A handler of the program may interrupt it.
        // SAFETY: the set and the time were initialised; what is known of the signal is not asked for.
        while unsafe { libc::sigtimedwait(pipe.as_ref(), std::ptr::null_mut(), &raw const at_once) } == -1
            && nix::errno::Errno::last() == nix::errno::Errno::EINTR
        {}
    }

    #[cfg(not(target_os = "linux"))]
    fn take(pipe: &SigSet) {
        if pending() {
            let _ = pipe.wait();
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn raise_here() {
            // SAFETY: the signal is blocked on this thread.
            unsafe { assert_eq!(libc::pthread_kill(libc::pthread_self(), libc::SIGPIPE), 0) };
        }

        #[test]
        fn a_signal_raised_in_between_is_consumed_and_the_mask_is_restored() {
            let before = SigSet::thread_get_mask().unwrap();
            let guard = SigpipeGuard::block();
            assert!(SigSet::thread_get_mask().unwrap().contains(Signal::SIGPIPE));
            raise_here();
            assert!(pending());
            drop(guard);
            assert!(!pending());
            assert_eq!(SigSet::thread_get_mask().unwrap(), before);
        }

        #[test]
        fn a_signal_that_was_pending_before_is_left_to_the_program() {
            let mut pipe = SigSet::empty();
            pipe.add(Signal::SIGPIPE);
            let before = pipe.thread_swap_mask(SigmaskHow::SIG_BLOCK).unwrap();
            raise_here();
            drop(SigpipeGuard::block());
            assert!(pending());
            take(&pipe);
            before.thread_set_mask().unwrap();
        }
    }
}
